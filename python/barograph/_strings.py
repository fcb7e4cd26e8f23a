"""Dictionary-coded text, the columns of a table that are no numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]


class Strings:
    """Dictionary-coded text: a code into `categories` for each row, -1 where it is missing.

    Parameters
    ----------
    codes : ndarray of int32, shape (n,)
        Positions in `categories`; -1 is missing.
    categories : sequence of str
        The distinct texts. A category that no row uses is allowed.
    """

    __slots__ = ("categories", "codes")

    def __init__(self, codes: npt.ArrayLike, categories: Sequence[str]) -> None:
        self.codes: npt.NDArray[np.int32] = np.asarray(codes, dtype=np.int32)
        self.categories: list[str] = list(categories)
        if self.codes.ndim != 1:
            raise ValueError(f"codes: {self.codes.ndim} dimensions given, expected 1")
        if self.codes.size and not (
            int(self.codes.min()) >= -1 and int(self.codes.max()) < len(self.categories)
        ):
            raise ValueError(f"codes: outside -1..{len(self.categories) - 1}")

    @classmethod
    def encode(cls, values: Iterable[Any]) -> Strings:
        """Code any texts; None and NaN are missing, categories stand in order of first appearance."""
        seen: dict[str, int] = {}
        codes = [
            -1 if v is None or v != v else seen.setdefault(v if isinstance(v, str) else str(v), len(seen))
            for v in values
        ]
        return cls(np.array(codes, dtype=np.int32), list(seen))

    def __len__(self) -> int:
        return self.codes.size

    def __getitem__(self, rows: Any) -> Any:
        picked = self.codes[rows]
        if np.ndim(picked) == 0:
            return None if picked < 0 else self.categories[int(picked)]
        return Strings(picked, self.categories)

    def __repr__(self) -> str:
        return f"Strings({len(self)} rows, {len(self.categories)} categories)"

    def to_numpy(self) -> npt.NDArray[np.object_]:
        """The texts as an object array, None where missing."""
        lookup = np.empty(len(self.categories) + 1, dtype=object)
        lookup[:-1] = self.categories
        lookup[-1] = None
        return cast("npt.NDArray[np.object_]", lookup[self.codes])

    def compact(self) -> Strings:
        """The same texts with sorted categories, unused ones dropped."""
        used = np.unique(self.codes[self.codes >= 0])
        order = sorted(used.tolist(), key=lambda code: self.categories[code])
        renumber = np.full(len(self.categories) + 1, -1, dtype=np.int32)
        renumber[order] = np.arange(len(order), dtype=np.int32)
        return Strings(renumber[self.codes], [self.categories[code] for code in order])


Column: TypeAlias = "Array | Strings"
