"""Columns of text to columns of values, block by block; what is no value keeps its text.

Parsing is the engine's; here blocks are gathered, and cells that did not parse are set aside as
:class:`OddCells`, so that cleaning can show them as they stood in the file.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _core
from .._dataset import OddCells
from .._frames import Array, Column, Strings
from .._instants import beyond_ns
from .._zones import tzif

_OK, _MISSING, _BAD, _AMBIGUOUS = 0, 1, 2, 3
NO_TIME = np.iinfo(np.int64).min
_EPOCH_UNITS = {"s": "epoch_s", "ms": "epoch_ms", "us": "epoch_us", "ns": "epoch_ns"}

TRUE_WORDS = frozenset({"true", "t", "yes", "y", "1", "1.0", "error", "failed", "fail", "failure"})
FALSE_WORDS = frozenset({"false", "f", "no", "n", "0", "0.0", "ok", "success"})
MISSING_WORDS = frozenset({"", "-", "na", "n/a", "nan", "nat", "null", "none"})


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


class _Growing:
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


class _Gathered(_Growing):
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
        if not self._odd_texts:
            return None
        return OddCells(np.concatenate(self._odd_rows).astype(np.int64), tuple(self._odd_texts))


class TimeColumn:
    """Gathers timestamps: int64 nanoseconds UTC.

    Parameters
    ----------
    name : str
        Of the column, for messages.
    time_format : str, optional
        A strptime format, or an epoch unit (s, ms, us, ns); told from the text by default.
    tz : str, optional
        Zone of times without an offset; UTC by default.
    """

    def __init__(self, name: str, time_format: str | None = None, tz: str | None = None) -> None:
        self.name = name
        self._engine_format, self._pattern = _time_format(time_format)
        self._zone = tzif(tz)
        self._gathered = _Gathered(np.int64)
        self._undecided: list[tuple[int, Text, npt.NDArray[np.int64]]] = []
        self._proven: set[str] = set()  # orders of day and month that some date allows alone
        self.note: str | None = None
        self.without_offset = 0
        self.with_offset = 0

    def add(self, text: Text) -> None:
        """One block of text."""
        ns, status = self._parse(text)
        undecided = np.flatnonzero(status == _AMBIGUOUS)
        if undecided.size:
            self._undecided.append((self._gathered.rows, Text(text.texts(undecided.tolist())), undecided))
            status = np.where(status == _AMBIGUOUS, np.uint8(_OK), status)
        self._gathered.set_aside(text, status, self._gathered.rows)
        self._gathered.add(ns)

    def add_times(self, times: npt.NDArray[np.datetime64], *, has_offset: bool) -> None:
        """One block that is typed already; times that nanoseconds cannot hold are odd cells, as of text."""
        beyond = np.flatnonzero(beyond_ns(times))
        if beyond.size:
            ending = "Z" if has_offset else ""
            texts = [f"{text}{ending}" for text in np.datetime_as_string(times[beyond]).tolist()]
            self._gathered.set_aside_texts(beyond + self._gathered.rows, texts)
            times = times.copy()
            times[beyond] = np.datetime64("NaT")
        ns = times.astype("datetime64[ns]").view(np.int64)
        if not has_offset:
            ns = self._located(ns)
            self.without_offset += len(ns)
        else:
            self.with_offset += len(ns)
        self._gathered.add(ns)

    def expect(self, rows: int) -> None:
        """About so many more rows are to come."""
        self._gathered.expect(rows)

    def _parse(self, text: Text) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
        if self._pattern is not None:
            return self._parse_pattern(text)
        ns, status, info = _core.parse_timestamps(*text.arguments, format=self._engine_format)
        formats = info["formats"]
        if "day_first" in formats:
            self._proven.add("day_first")
        if "month_first" in formats and "month_first" not in self._proven and _proves_month_first(text):
            self._proven.add("month_first")
        good = len(ns) - info["missing"] - info["bad"] - info["ambiguous"]
        self._count(info["without_offset"], good)
        if self._zone is not None and info["without_offset"]:
            if info["without_offset"] != good:
                raise ValueError(
                    f"tz: given for {self.name}, but some of its times have an offset and some have none; "
                    "write them all one way"
                )
            ns = self._located(ns)
        return ns, status

    def _count(self, without: int, good: int) -> None:
        self.without_offset += without
        self.with_offset += good - without

    def _located(self, ns: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return ns if self._zone is None else _core.to_utc(ns, self._zone)

    def _parse_pattern(self, text: Text) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
        assert self._pattern is not None
        ns = np.full(len(text), NO_TIME, np.int64)
        status = np.full(len(text), _BAD, np.uint8)
        for row, cell in enumerate(text.texts(range(len(text)))):
            try:
                read = datetime.datetime.strptime(cell.strip(), self._pattern)
            except ValueError:
                continue
            aware = read.tzinfo is not None
            utc = read if aware else read.replace(tzinfo=datetime.UTC)
            since = utc - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
            ns[row] = (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1000
            status[row] = _OK
            self._count(int(not aware), 1)
            if not aware:
                ns[row : row + 1] = self._located(ns[row : row + 1])
        return ns, status

    def finish(self) -> tuple[Array, OddCells | None]:
        """The column as datetime64[ns], NaT where there is no time, and the odd cells.

        Raises
        ------
        ValueError
            If the order of day and month cannot be told.
        """
        ns = self._gathered.taken()
        if self._undecided:
            if len(self._proven) != 1:
                example = self._undecided[0][1].texts([0])[0]
                raise ValueError(
                    f"columns: {self.name} holds dates such as {example!r}, whose order of day and month "
                    f"cannot be told; say it: columns={{'timestamp': '{self.name}:%d/%m/%Y'}} "
                    f"or '{self.name}:%m/%d/%Y' (--timestamp {self.name}:%d/%m/%Y)"
                )
            (order,) = self._proven
            for first, text, rows in self._undecided:
                values, _, _ = _core.parse_timestamps(*text.arguments, format=order)
                ns[first + rows] = self._located(values)
                self._count(len(rows), len(rows))
        if len(self._proven) == 1:
            first_word = "day" if "day_first" in self._proven else "month"
            self.note = f"{self.name}: dates are read {first_word} first, as some of them allow only that."
        return ns.view("datetime64[ns]"), self._gathered.odd()


def _proves_month_first(text: Text) -> bool:
    """Whether a date such as 12/25/2024 is there; 03/03/2024, which reads alike both ways, proves nothing."""
    _, month_first, _ = _core.parse_timestamps(*text.arguments, format="month_first")
    _, day_first, _ = _core.parse_timestamps(*text.arguments, format="day_first")
    return bool(np.any((month_first == _OK) & (day_first != _OK)))


def _time_format(given: str | None) -> tuple[str, str | None]:
    if given is None:
        return "auto", None
    if given in _EPOCH_UNITS:
        return _EPOCH_UNITS[given], None
    if "%" not in given:
        raise ValueError(
            f"columns: time format {given!r} given, expected a strptime format such as %d/%m/%Y, "
            "or s, ms, us, ns"
        )
    if given.startswith(("%d/%m/%Y", "%d/%m/%y")) and given[8:].strip() in (
        "",
        "%H:%M",
        "%H:%M:%S",
        "%H:%M:%S.%f",
    ):
        return "day_first", None
    if given.startswith("%m/%d/%Y") and given[8:].strip() in ("", "%H:%M", "%H:%M:%S", "%H:%M:%S.%f"):
        return "month_first", None
    return "auto", given


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
        self._gathered = _Gathered(np.int64)
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
        self._gathered = _Gathered(np.int64)
        if style == "comma" and any(piece.size for piece in self._either_point):
            rows = np.concatenate(self._either_point)
            values[rows] = np.round(values[rows] * 1000.0)
        if odd is not None:
            again, status, _ = _core.parse_numbers(list(odd.texts), style=style)
            good = status == _OK
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
    gained = np.count_nonzero(other_status == _OK) - np.count_nonzero(status == _OK)
    return other, told if told is not None and 10 * gained >= len(cells) else "plain"


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
        self._all = _Growing(np.int32)
        self._flags = _Growing(np.bool_)

    def expect(self, rows: int) -> None:
        """About so many more rows are to come."""
        self._all.expect(rows)
        self._flags.expect(rows)

    def add_coded(self, codes: npt.NDArray[np.int32], labels: Sequence[str | None]) -> None:
        """One block: codes into labels, -1 missing."""
        if self._flags.rows:
            told, self._flags = self._flags.taken(), _Growing(np.bool_)
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
