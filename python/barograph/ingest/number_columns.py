"""Columns of text to numbers, and how it is told which mark is the decimal one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .. import _core
from .._dataset import OddCells
from .._frames import Array
from .gathering import OK, Gathered, Text


class NumberColumn:
    """Gathers numbers: float64, or int64 when every cell is a whole number.

    Parameters
    ----------
    name : str
        Of the column, for messages.
    style : {"plain", "point", "comma"}
        How the numbers are written; what is found plain is looked at as a whole when it is there.
    needed : bool
        Whether cells that do not tell their decimal mark are an error; else they are read as written with a
        point, and `note` says so.
    """

    def __init__(self, name: str, style: str = "plain", *, needed: bool = True) -> None:
        self.name = name
        self.style = style
        self.needed = needed
        self.note: str | None = None
        self._gathered = Gathered(np.int64)
        self._whole = True
        self._evidence = np.zeros(7, np.int64)
        self._either_point: list[Array] = []  # rows such as 1.234

    def add(self, text: Text) -> None:
        """One block of text."""
        values, status, info = _core.parse_numbers(*text.arguments, style=self.style)
        first = self._gathered.rows
        if info["missing"] or info["bad"]:
            self._gathered.set_aside(text, status, first)
        if self.style == "plain":
            self._evidence += info["evidence"]
            if self._evidence[0]:
                self._either_point = []
            else:
                self._either_point.append((info["either_point"] + first).astype(np.uint32))
        self._keep(values)

    def add_values(self, values: Array) -> None:
        """One block that is typed already."""
        if values.dtype.kind == "u" and values.size and values.max() > np.iinfo(np.int64).max:
            values = values.astype(np.float64)
        self._keep(values)

    def expect(self, rows: int) -> None:
        """About so many more rows are to come."""
        self._gathered.expect(rows)

    def _keep(self, values: Array) -> None:
        if self._whole and values.dtype.kind == "f":
            # one pass less than isfinite and floor: NaN and fractions fail the comparison alike
            with np.errstate(invalid="ignore"):
                whole = values.astype(np.int64)
            if np.array_equal(whole, values) and (not len(values) or np.abs(whole).max() <= 1 << 53):
                values = whole
            else:
                self._whole = False
        elif values.dtype.kind == "f":
            self._whole = False
        self._gathered.add(values)

    def finish(self) -> tuple[Array, OddCells | None]:
        """The column, NaN where there is no number, and the odd cells.

        Raises
        ------
        ValueError
            If it cannot be told whether a mark is the decimal one or sets thousands apart.
        """
        values, odd = self._gathered.taken(), self._gathered.odd()
        style = _core.number_style(self._evidence) if self.style == "plain" else self.style
        if style is None:
            rows = np.concatenate(self._either_point)
            told = _undecided(self.name, odd, f"{values[rows[0]]:.3f}" if rows.size else "")
            if self.needed:
                raise ValueError(f"columns: {told}")
            self.note = f"{told}; read with a point till then."
            style = "plain"
        if self.style != "plain" or style == "plain" or (style == "point" and odd is None):
            return values, odd
        self._gathered = Gathered(np.int64)
        if style == "comma" and any(piece.size for piece in self._either_point):
            rows = np.concatenate(self._either_point)
            values[rows] = np.round(values[rows] * 1000.0)
        if odd is not None:
            again, status, _ = _core.parse_numbers(list(odd.texts), style=style)
            good = status == OK
            values = values.astype(np.float64)
            values[odd.rows[good]] = again[good]
            kept = np.flatnonzero(~good)
            odd = OddCells(odd.rows[kept], tuple(odd.texts[i] for i in kept.tolist())) if kept.size else None
        self._whole = True
        self._keep(values)
        return self._gathered.taken(), odd


def _undecided(name: str, odd: OddCells | None, seen: str) -> str:
    """What to say of a column of 1,234 or 1.234 that nothing decides."""
    example = seen
    for text in () if odd is None else odd.texts:
        if _core.number_style(_core.parse_numbers([text])[2]["evidence"]) is None:
            example = text.strip()
            break
    mark = "comma" if "," in example else "point"
    return (
        f"{name} holds numbers such as {example!r}, whose {mark} may be the decimal one or set "
        "thousands apart; say which mark is the decimal one: decimal=',' or decimal='.' (--decimal)"
    )


def style_of(decimal: str | None) -> str:
    """The style of numbers that a decimal mark tells; plain, and told by the cells, without one.

    Raises
    ------
    ValueError
        If it is neither a comma nor a point.
    """
    if decimal is None:
        return "plain"
    if decimal not in (",", "."):
        raise ValueError(f"decimal: {decimal!r} given, expected ',' or '.'")
    return "comma" if decimal == "," else "point"


def numbers_of(cells: Sequence[str], style: str = "plain") -> tuple[Array, str]:
    """Some cells as numbers, NaN where there is none, and the style in which they are to be read.

    Cells written plainly for the most part are read so: of a column their whole tells.
    """
    values, status, info = _core.parse_numbers(list(cells), style=style)
    if style != "plain" or not info["bad"]:
        return values, style
    told = _core.number_style(info["evidence"])
    other, other_status, _ = _core.parse_numbers(list(cells), style=told or "point")
    gained = np.count_nonzero(other_status == OK) - np.count_nonzero(status == OK)
    return other, told if told is not None and 10 * gained >= len(cells) else "plain"
