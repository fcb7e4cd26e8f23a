"""Blocks of text, and columns that gather their values block by block; what is no value keeps its text.

Parsing is the engine's; cells that did not parse are set aside as :class:`OddCells`, so that cleaning can
show them as they stood in the file.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from .._dataset import OddCells
from .._frames import Array

#: What the engine says of a cell: it is a value, it is missing, it is none, it may be two.
OK, MISSING, BAD, AMBIGUOUS = 0, 1, 2, 3


class Text:
    """A block of text: Arrow's buffers, or a list of str and None."""

    __slots__ = ("_array", "_items", "arguments")

    def __init__(self, block: Any) -> None:
        self._array = None
        self._items: list[str | None] = []
        if isinstance(block, list):
            self._items = block
            self.arguments: tuple[Any, ...] = (block,)
            return
        self._array = block
        validity, offsets, data = block.buffers()
        wide = str(block.type).startswith("large")
        every = np.frombuffer(offsets, dtype=np.int64 if wide else np.int32)
        self.arguments = (
            np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, np.uint8),
            every[block.offset : block.offset + len(block) + 1],
            None if validity is None or not block.null_count else np.frombuffer(validity, dtype=np.uint8),
            block.offset,
        )

    @classmethod
    def of_buffers(cls, data: Array, offsets: Array, validity: Array) -> Text:
        """A block of Arrow's buffers without Arrow; null cells have no bytes."""
        text = cls([])
        text.arguments = (data, offsets, validity, 0)
        return text

    def __len__(self) -> int:
        if self._array is not None:
            return len(self._array)
        return len(self._items) if len(self.arguments) == 1 else len(self.arguments[1]) - 1

    def texts(self, rows: Iterable[int]) -> list[str]:
        """The texts of some rows, ill-formed UTF-8 replaced."""
        if len(self.arguments) > 1 and self._array is None:
            data, offsets = self.arguments[:2]
            return [data[offsets[i] : offsets[i + 1]].tobytes().decode("utf-8", "replace") for i in rows]
        if self._array is None:
            return [self._items[i] or "" for i in rows]
        found = (self._array[int(i)].as_py() for i in rows)
        return [
            v.decode("utf-8", "replace") if isinstance(v, bytes) else "" if v is None else v for v in found
        ]


def as_texts(values: Iterable[Any]) -> list[str | None]:
    """Any Python values as text, None and NaN as None."""
    out: list[str | None] = []
    for value in values:
        if value is None or value != value:
            out.append(None)
        elif isinstance(value, str):
            out.append(value)
        elif isinstance(value, (datetime.datetime, datetime.date)):
            out.append(value.isoformat())
        elif isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            out.append(str(int(value)))
        else:
            out.append(str(value))
    return out


class Growing:
    """An array that grows at its end; with `expect` told well, it never exists twice.

    Room that is not used is never touched, so it takes no memory.
    """

    def __init__(self, dtype: Any) -> None:
        self.rows = 0
        self._expected = 0
        self._values: Array = np.empty(0, dtype)

    def expect(self, rows: int) -> None:
        """About so many more are to come."""
        self._expected = self.rows + rows

    def add(self, values: Array) -> None:
        """Append; floats make an array of integers one of floats."""
        end = self.rows + len(values)
        if values.dtype.kind == "f" and self._values.dtype.kind == "i":
            self._move(len(self._values), np.float64)
        if end > len(self._values):
            self._move(max(end, self._expected, 3 * len(self._values) // 2), self._values.dtype)
        self._values[self.rows : end] = values
        self.rows = end

    def taken(self) -> Array:
        """The values; nothing can be added any more."""
        return self._values[: self.rows]

    def _move(self, room: int, dtype: Any) -> None:
        old = self._values
        self._values = np.empty(room, dtype)
        self._values[: self.rows] = old[: self.rows]


class Gathered(Growing):
    """A column and its odd cells."""

    def __init__(self, dtype: Any) -> None:
        super().__init__(dtype)
        self._odd_rows: list[Array] = []
        self._odd_texts: list[str] = []

    def set_aside(self, text: Text, status: npt.NDArray[np.uint8], first: int) -> None:
        """Keep the text of cells that did not parse; words for "missing" too, blanks not."""
        at = np.flatnonzero(status)
        if at.size:
            self.set_aside_texts(at + first, text.texts(at.tolist()))

    def set_aside_texts(self, rows: Array, texts: list[str]) -> None:
        """The same of texts that are at hand, one for each row."""
        kept = [i for i, t in enumerate(texts) if t.strip()]
        self._odd_rows.append(rows[kept])
        self._odd_texts += [texts[i] for i in kept]

    def odd(self) -> OddCells | None:
        """The odd cells; None where there is none."""
        if not self._odd_texts:
            return None
        return OddCells(np.concatenate(self._odd_rows).astype(np.int64), tuple(self._odd_texts))
