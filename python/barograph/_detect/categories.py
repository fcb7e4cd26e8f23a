"""Columns of text beside numbers: which of them say something of a row, and as what numbers."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np

from .data import Doubles, Telemetry


class Categories(NamedTuple):
    """Columns of text as a table takes them.

    Attributes
    ----------
    codes : ndarray of float64, shape (rows, columns)
        Each text's number in order of first appearance, whatever comes later; NaN where it is missing.
    names : tuple of str
        Of the columns.
    said : str
        What was left out and why, as a part of a sentence.
    """

    codes: Doubles
    names: tuple[str, ...]
    said: str

    @classmethod
    def of(cls, data: Telemetry, learnt: int) -> Self:
        """Keep the columns whose texts come again among the first rows, so many as are learnt from.

        A column with a text of its own in more than half of the rows names rows (a request, a trace); one
        with a single text tells them apart only in rows that come later.
        """
        kept: dict[str, Doubles] = {}
        named, single = [], []
        for name, texts in data.texts.items():
            known = texts.codes[texts.codes >= 0]
            different, first, number = np.unique(known, return_index=True, return_inverse=True)
            codes = np.full(len(data), np.nan)
            codes[texts.codes >= 0] = np.argsort(np.argsort(first))[number]
            seen = codes[:learnt][~np.isnan(codes[:learnt])]
            if 2 * np.unique(seen).size > seen.size:
                named.append(name)
            elif different.size <= 1 and learnt >= len(data):
                single.append(name)
            else:
                kept[name] = codes
        said = ""
        if named:
            said += f"; left out, for most of its texts are in one row alone: {', '.join(named)}"
        if single:
            said += f"; left out, for it is the same in all rows: {', '.join(single)}"
        codes = np.column_stack(list(kept.values())) if kept else np.empty((len(data), 0))
        return cls(codes, tuple(kept), said)

    def rarity(self, since: int = 0) -> Doubles:
        """How much rarer each row's texts are than the most frequent, as a square of a distance.

        Examples
        --------
        >>> from barograph._detect.categories import Categories
        >>> Categories(np.array([[0.0], [0.0], [1.0]]), ("host",), "").rarity().round(2).ravel().tolist()
        [0.0, 0.0, 1.02]
        """
        out = np.zeros(self.codes.shape)
        for i, column in enumerate(self.codes.T):
            known = ~np.isnan(column)
            number = column[known].astype(np.int64)
            seen = number[: np.count_nonzero(known[: since or len(column)])]
            count = np.bincount(seen, minlength=int(number.max(initial=0)) + 1) + 0.5
            out[known, i] = 2 * np.log(count.max() / count[number])
        return out
