"""Columns of names, and of words that tell whether something failed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .._dataset import OddCells
from .._frames import Array, Column, Strings
from .gathering import Growing

TRUE_WORDS = frozenset({"true", "t", "yes", "y", "1", "1.0", "error", "failed", "fail", "failure"})
FALSE_WORDS = frozenset({"false", "f", "no", "n", "0", "0.0", "ok", "success"})
MISSING_WORDS = frozenset({"", "-", "na", "n/a", "nan", "nat", "null", "none"})


class NameColumn:
    """Gathers dictionary-coded text, or bools while there is nothing else.

    Parameters
    ----------
    name : str
        Of the column.
    words : tuple of str
        How false and true are written, for bools that turn out to stand among other text.
    """

    def __init__(self, name: str, words: tuple[str, str] = ("False", "True")) -> None:
        self.name = name
        self.words = words
        self._codes: dict[str, int] = {}
        self._all = Growing(np.int32)
        self._flags = Growing(np.bool_)

    def expect(self, rows: int) -> None:
        """About so many more rows are to come."""
        self._all.expect(rows)
        self._flags.expect(rows)

    def add_coded(self, codes: npt.NDArray[np.int32], labels: Sequence[str | None]) -> None:
        """One block: codes into labels, -1 missing."""
        if self._flags.rows:
            told, self._flags = self._flags.taken(), Growing(np.bool_)
            self.add_coded(told.astype(np.int32), self.words)
        known = self._codes
        renumber = np.array(
            [*(-1 if label is None else known.setdefault(label, len(known)) for label in labels), -1],
            dtype=np.int32,
        )
        if np.array_equal(renumber[:-1], np.arange(len(labels), dtype=np.int32)):
            self._all.add(codes)
        else:
            self._all.add(renumber[codes])

    def add_flags(self, values: Array) -> None:
        """One block of bools, before any text."""
        self._flags.add(values)

    def finish(self) -> tuple[Column, None]:
        """The column."""
        if self._flags.rows:
            return self._flags.taken(), None
        return Strings(self._all.taken(), list(self._codes)), None


def flags(column: Column, *, inverted: bool = False) -> tuple[Array, OddCells | None]:
    """Whether each row failed: 1, 0 or -1 (not told), int8, and the cells that are no such word.

    A column of messages is true where there is one.

    Parameters
    ----------
    column : Strings or ndarray
        Words, bools or numbers.
    inverted : bool
        The column tells success.
    """
    odd: OddCells | None = None
    if isinstance(column, Strings):
        words = [category.strip().lower() for category in column.categories]
        used = np.bincount(column.codes[column.codes >= 0], minlength=len(words))
        known = np.array(
            [
                1 if w in TRUE_WORDS else 0 if w in FALSE_WORDS else -1 if w in MISSING_WORDS else 2
                for w in words
            ],
            dtype=np.int8,
        )
        strange = int(used[known == 2].sum())
        if strange > int(used[(known == 0) | (known == 1)].sum()):
            # messages: a row that has one failed, one that has none did not
            known = np.array([0 if w in MISSING_WORDS or w in FALSE_WORDS else 1 for w in words], np.int8)
            out = np.append(known, np.int8(0))[column.codes]
        else:
            out = np.append(known, np.int8(-1))[column.codes]
            rows = np.flatnonzero(out == 2)
            if rows.size:
                odd = OddCells(rows, tuple(column.categories[c] for c in column.codes[rows].tolist()))
                out[rows] = -1
    elif column.dtype.kind == "b":
        out = column.view(np.int8)
    elif column.dtype.kind == "f":
        out = np.where(np.isnan(column), -1, column > 0).astype(np.int8)
    elif column.dtype.kind in "iu":
        out = (column > 0).astype(np.int8)
    else:
        return flags(Strings.encode(column.tolist()), inverted=inverted)
    if inverted:
        out = np.where(out < 0, out, 1 - out).astype(np.int8)
    return out, odd
