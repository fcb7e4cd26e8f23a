"""Access logs and JSON lines: the engine decodes them, here the pieces are fed and gathered."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from .. import _core
from .._frames import Array, Column, Strings, Table
from .delimited import Gatherer
from .gathering import Text, as_texts
from .name_columns import NameColumn
from .number_columns import NumberColumn
from .schema import Sample
from .sources import Source, chunks
from .time_columns import TimeColumn

# the decoder's columns of text
_TEXT = ("client", "user", "host", "method", "path", "protocol", "referer", "agent")


# Keys of JSON lines that become columns: the most frequent ones anyway, more where enough rows have them.
_KEYS_KEPT = 64
_MOST_KEYS = 200
_LEAST_SHARE = 1 / 1000
_NAMES_TOLD = 10
_LATE_REMEMBERED = 1000


class JsonFile:
    """A file of JSON lines, decoded piece by piece; the first piece tells the columns.

    Parameters
    ----------
    source : Source
        What to read.
    wanted : collection of str
        Keys that become columns however few rows have them.

    Notes
    -----
    A key becomes a column, with a cell for each row, if it is among the 64 that most rows have, or among
    the 200, and one row in a thousand has it. The others are counted and named in a note, so memory stays
    within a multiple of the file, whatever its keys.
    """

    def __init__(self, source: Source, wanted: Collection[str] = ()) -> None:
        self.bad: list[tuple[str, int, str, str]] = []
        self._source = source
        self._pieces = chunks(source, 8 << 20)
        self._lines = self._dropped = 0
        self._late: set[str] = set()
        self._names: list[str] = list(wanted)
        self._first: dict[str, Any] | None = self._decoded(next(self._pieces))
        self._known = set(self._first["columns"])
        self._names = self._kept(self._first, wanted)
        found = self._first["columns"]
        kept = set(self._names)
        rare = [name for name in found if name not in kept and found.cells(name)]
        if rare:
            source.notes.append(
                f"{source.path.name}: left out {len(rare):,} keys that few lines have ({told(rare)})."
            )

    def _kept(self, found: dict[str, Any], wanted: Collection[str]) -> list[str]:
        columns = found["columns"]
        names = list(columns)
        frequent = sorted(names, key=columns.cells, reverse=True)  # stable: of equals the first to appear
        least = len(found["line"]) * _LEAST_SHARE
        kept = {n for i, n in enumerate(frequent[:_MOST_KEYS]) if i < _KEYS_KEPT or columns.cells(n) >= least}
        return [name for name in names if name in kept or (name in wanted and columns.cells(name))]

    def _decoded(self, piece: bytes) -> dict[str, Any]:
        decoder = _core.JsonLinesDecoder(self._names)
        decoder.feed(piece)
        found = decoder.finish()
        name = self._source.path.name
        self.bad += [
            (name, self._lines + line, text, reason)
            for line, text, reason in zip(
                found["bad_line"].tolist(), found["bad_text"], found["bad_reason"], strict=True
            )
        ]
        self._lines += found["lines"]
        self._dropped += found["dropped"]
        return found

    def sample(self, rows: int = 3000) -> Sample:
        """Cells of the first piece, as text."""
        assert self._first is not None
        size = len(self._first["line"])
        if not size:
            raise ValueError(f"{self._source.path}: no line is a JSON object")
        some = np.arange(0, size, max(1, size // rows))
        cells: dict[str, list[str]] = {}
        kinds: dict[str, str] = {}
        for name in self._names:
            column = self._first["columns"][name]
            kind = column["type"]
            if kind == "empty":
                cells[name] = [""] * len(some)
            elif kind in ("number", "boolean"):
                cells[name] = [text or "" for text in as_texts(_values(column, size)[some].tolist())]
                kinds[name] = "number" if kind == "number" else "flag"
            else:
                cells[name] = _text(column).texts(some.tolist())
        return Sample(cells, kinds)

    def read_into(self, gatherers: Mapping[str, Gatherer]) -> int:
        """Hand all rows over; returns their number."""
        rows = 0
        found = self._first
        self._first = None
        while found is not None:
            size = len(found["line"])
            for name, gatherer in gatherers.items():
                known = name in found["columns"]
                _hand_over(found["columns"][name] if known else {"type": "empty"}, gatherer, size)
            if len(self._late) < _LATE_REMEMBERED:
                self._late |= set(found["columns"]) - self._known
            rows += size
            piece = next(self._pieces, None)
            found = None if piece is None else self._decoded(piece)
        if self._late:
            self._source.notes.append(
                f"{self._source.path.name}: left out, for they come late in the file: "
                f"{told(sorted(self._late))}."
            )
        if self._dropped:
            self._source.notes.append(
                f"{self._source.path.name}: {self._dropped:,} values left out, of keys beyond the 10,000 "
                "that a stretch of a file may have."
            )
        return rows


def told(names: Sequence[str]) -> str:
    """Some of many names."""
    if len(names) <= _NAMES_TOLD:
        return ", ".join(names)
    more = len(names) - _NAMES_TOLD
    least = "at least " if len(names) >= _LATE_REMEMBERED else ""
    return f"{', '.join(names[:_NAMES_TOLD])} and {least}{more:,} more"


def _text(column: Mapping[str, Any]) -> Text:
    return Text.of_buffers(column["data"], column["offsets"], column["validity"])


def _values(column: Mapping[str, Any], rows: int) -> Array:
    """Numbers, or 1, 0 and NaN for booleans; NaN where there is none."""
    if column["type"] == "empty":
        return np.full(rows, np.nan)
    if column["type"] == "boolean":
        told = column["values"]
        return np.where(told < 0, np.nan, told.astype(np.float64))
    whole: Array | None = column["integers"]
    values: Array = column["values"] if whole is None else whole
    return values


def _hand_over(column: Mapping[str, Any], gatherer: Gatherer, rows: int) -> None:
    is_text = column["type"] not in ("empty", "number", "boolean")
    if isinstance(gatherer, NumberColumn):
        if is_text:
            gatherer.add(_text(column))
        else:
            gatherer.add_values(_values(column, rows))
    elif isinstance(gatherer, TimeColumn):
        gatherer.add(_text(column) if is_text else Text(as_texts(_values(column, rows).tolist())))
    elif is_text:
        gatherer.add_coded(*_core.encode_text(*_text(column).arguments))
    elif column["type"] == "boolean":
        gatherer.add_coded(column["values"].astype(np.int32), ["false", "true"])
    else:
        coded = Strings.encode(as_texts(_values(column, rows).tolist()))
        gatherer.add_coded(coded.codes, coded.categories)


def read_access_logs(sources: list[Source], log_format: str | None) -> tuple[Table, Table | None, list[int]]:
    """The rows of all files, the lines that are none, and how many rows each file has."""
    texts: dict[str, NameColumn] = {}
    numbers: dict[str, list[Array]] = {}
    bad: list[tuple[str, int, str, str]] = []
    for source in sources:
        found = _decoded(source, log_format)
        for name in _TEXT:
            if name in found:
                codes, labels = found[name]
                texts.setdefault(name, NameColumn(name)).add_coded(codes, labels)
        for name in ("timestamp", "status", "bytes", "latency_ms"):
            if name in found:
                numbers.setdefault(name, []).append(found[name])
        bad += zip(
            [source.path.name] * len(found["bad_text"]), found["bad_line"].tolist(), found["bad_text"],
            found["bad_reason"], strict=True,
        )  # fmt: skip
        _note(source, found)
    rows = {name: sum(map(len, pieces)) for name, pieces in numbers.items()}
    if len(set(rows.values())) > 1:
        raise ValueError("path: access logs of different formats given; read one format at a time")
    columns: dict[str, Column] = {}
    for name, pieces in numbers.items():
        columns[name] = _numbers(name, np.concatenate(pieces))
    for name, gatherer in texts.items():
        columns[name] = gatherer.finish()[0]
    if not columns or not len(next(iter(columns.values()))):
        raise ValueError(f"{sources[0].path}: no line fits the log format")
    return Table(columns), unread_table(bad), [len(piece) for piece in next(iter(numbers.values()))]


def unread_table(lines: list[tuple[str, int, str, str]]) -> Table | None:
    """Lines that are no rows, as a table; None if there are none."""
    if not lines:
        return None
    files, numbers, texts, whys = zip(*lines, strict=True)
    return Table({
        "file": Strings.encode(files), "line": np.array(numbers, np.int64),
        "text": Strings.encode(texts), "why": Strings.encode(whys),
    })  # fmt: skip


def _decoded(source: Source, log_format: str | None) -> dict[str, Any]:
    pieces = chunks(source)
    first = next(pieces)
    text = log_format
    if text is None:
        text, share, unit_known = _core.detect_access_log(first[: 1 << 18])
        if not text:
            raise ValueError(
                f"{source.path}: looks like an access log, but of no format known "
                f"({share:.0%} of lines fit); give log_format (--log-format)"
            )
        source.notes.append(f"{source.path.name}: access log, {_described(text)}.")
        if not unit_known:
            source.notes.append(
                f"{source.path.name}: the request time, in whole numbers, is read as seconds; if it is not, "
                "give log_format (--log-format)."
            )
    decoder = _core.AccessLogDecoder(text)
    decoder.feed(first)
    for piece in pieces:
        decoder.feed(piece)
    return decoder.finish()


def _described(log_format: str) -> str:
    """A detected format in words: its name, or the keys that stand behind the common fields."""
    if "$" not in log_format:
        return f"{log_format} format"
    keys = re.findall(r' ([\w-]+)="?\$(\w+)', log_format)
    time = [f"; {key}= is the request time in seconds" for key, field in keys if field == "request_time"]
    return f"with {', '.join(f'{key}=' for key, _ in keys)} behind the usual fields{''.join(time)}"


def _numbers(name: str, values: Array) -> Column:
    if name == "timestamp":
        return values.view("datetime64[ns]")
    if values.dtype.kind == "i" and values.size and int(values.min()) < 0:
        return np.where(values < 0, np.nan, values)
    return values


def _note(source: Source, found: dict[str, Any]) -> None:
    if found["malformed_requests"]:
        source.notes.append(
            f"{source.path.name}: {found['malformed_requests']:,} lines hold no HTTP request; "
            "they have no path."
        )
    if found["invalid_utf8"]:
        source.notes.append(
            f"{source.path.name}: {found['invalid_utf8']:,} fields are not UTF-8; "
            "shown with \N{REPLACEMENT CHARACTER}."
        )
