"""CSV: pyarrow finds the fields, the engine reads times and numbers, line ends cut the work in pieces.

Why pyarrow and not DuckDB: 2,000,000 rows (105 MB) of six columns took 0.36 s with pyarrow (text columns,
names as dictionaries) against 0.87 s with DuckDB in the same run on two cores.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from .._extras import require
from .._frames_arrow import arrow_numbers
from .gathering import Text
from .name_columns import NameColumn
from .number_columns import NumberColumn
from .sources import Source, chunks
from .time_columns import TimeColumn

Gatherer = TimeColumn | NumberColumn | NameColumn
_BLOCK = 1 << 20
_LONGEST = 1 << 30  # a row that is longer is not read
# how pyarrow's message calls a kind, and what a column becomes that is of no such kind throughout
_TYPED = {"integer": ("int64", "text"), "flag": ("bool", "name"), "time": ("timestamp", "text")}
_LONGEST_CELL = 1000  # lines
_NOT_UTF8 = re.compile(r"invalid UTF8", re.IGNORECASE)


def read_sample(source: Source, piece: bytes, rows: int = 3000) -> dict[str, list[str]]:
    """The first cells of each column as text."""
    cut = piece.rfind(b"\n", 0, 1 << 20) + 1
    head = piece[:cut] if piece.count(b"\n", 0, cut) > source.above + 1 else piece
    table = _Parser(source, dict.fromkeys(source.names, "text")).table(_body(head, source.above))
    return {
        name: [cell.decode("utf-8", "replace") for cell in column.to_pylist()]
        for name, column in zip(table.column_names, table.slice(0, rows).columns, strict=True)
    }


def read_into(
    source: Source,
    gatherers: Mapping[str, Gatherer],
    kinds: Mapping[str, str],
    unread: Callable[[str, int, str, str], None],
) -> int:
    """Read a whole file into the gatherers.

    A cell in quotes may hold line ends. A quote is taken for a stray one, and its line set aside, where it
    is not closed within 1000 lines, where the row it makes has too many or too few fields, or where most
    of the lines within it are rows of their own. Beside a stray quote, a cell of several lines at the end of
    a piece of the file may be set aside line by line; no line is lost.

    Parameters
    ----------
    source : Source
        What to read.
    gatherers : mapping of str to gatherer
        For each column that is wanted.
    kinds : mapping of str to str
        Columns that hold integers, flags or plain times as far as a sample tells (integer, flag, time);
        the others are read no less right, but slower.
    unread : callable
        Told (file, line, text, why) of each line that is no row.

    Returns
    -------
    int
        Rows read.
    """
    parser = _Parser(
        source,
        {
            name: kinds.get(name, "name" if isinstance(gatherer, NameColumn) else "text")
            for name, gatherer in gatherers.items()
        },
    )
    pieces = chunks(source)
    rows = 0
    # one piece is being parsed while the one before is handed over
    with ThreadPoolExecutor(1) as worker:
        first = next(pieces)
        waiting: Future[Any] | None = worker.submit(parser.table, _body(first, source.above))
        while waiting is not None:
            piece = next(pieces, None)
            table = waiting.result()
            waiting = None if piece is None else worker.submit(parser.table, piece)
            if not rows:
                for gatherer in gatherers.values():
                    gatherer.expect(int(1.05 * table.num_rows * source.size / len(first)) + table.num_rows)
            for name, gatherer in gatherers.items():
                _hand_over(table.column(name), gatherer)
            rows += table.num_rows
    if parser.open_quotes:
        source.notes.append(
            f"{source.path.name}: {parser.open_quotes:,} "
            + ("line opens" if parser.open_quotes == 1 else "lines open")
            + " a quote that is not closed; each was set aside alone, and the lines below it were read."
        )
    for line, text, why in sorted(parser.bad):
        unread(source.path.name, line, text, why)
    return rows


def _body(piece: bytes, above: int) -> bytes:
    """The first piece without the line of names and the lines above it; blank ones do not count."""
    start, left = 0, above
    while True:
        end = piece.find(b"\n", start)
        if end < 0:
            end = len(piece)
        if piece[start:end].strip() or end == len(piece):
            if left == 0 or end == len(piece):
                return piece[end + 1 :]
            left -= 1
        start = end + 1


def _line_count(body: bytes) -> int:
    """Lines that are not empty."""
    return sum(1 for line in body.split(b"\n") if line and line != b"\r")


def _place(number: int, removed: list[tuple[int, bytes]]) -> int:
    """Which row, from 1, one was before others (by their place, from 0) were taken out."""
    for at, _ in removed:
        if at >= number:
            break
        number += 1
    return number


def _quotes_close(body: bytes, delimiter: str, fields: int, rows: int) -> bool:
    """Whether no quote can be a stray one: what `_without_open_quotes` would find, without a loop over lines.

    True if quotes open at the start of a field and close at its end (a doubled one does both), the line
    ends outside of them make as many rows as the reader found, none of more than 1000 lines, and in none of
    several lines most lines are rows of their own.
    """
    text = np.frombuffer(b"\n" + (body if body.endswith(b"\n") else body + b"\n"), np.uint8)
    at = np.flatnonzero(text == ord('"'))
    beside = np.array([ord(delimiter), ord("\n"), ord('"')], np.uint8)
    opens = np.isin(text[at[::2] - 1], beside)
    closes = np.isin(text[at[1::2] + 1], np.append(beside, np.uint8(ord("\r"))))
    if not (opens.all() and closes.all()):
        return False
    text = text[1:]
    ends = np.flatnonzero(text == ord("\n"))
    quotes = np.searchsorted(at - 1, ends)
    marks = np.diff(np.searchsorted(np.flatnonzero(text == ord(delimiter)), ends), prepend=0)
    sizes = np.diff(ends, prepend=-1) - 1
    blank = (sizes == 0) | ((sizes == 1) & (text[ends - 1] == ord("\r")))
    outside = quotes % 2 == 0
    last = np.flatnonzero(outside)  # the last line of each row
    if not len(last) or last[-1] != len(ends) - 1:
        return False
    first = np.concatenate([[0], last[:-1] + 1])
    lines = last - first + 1
    if int(np.count_nonzero((lines > 1) | ~blank[last])) != rows or int(lines.max()) > _LONGEST_CELL:
        return False
    alone = np.add.reduceat(((marks + 1 == fields) & ~blank).astype(np.int64), first)
    there = np.add.reduceat((~blank).astype(np.int64), first)
    return not bool(np.any((lines > 1) & (2 * alone > there)))


def _without_open_quotes(body: bytes, delimiter: str, fields: int) -> tuple[bytes, list[tuple[int, bytes]]]:
    """The text without lines that open a quote which is none, and those lines with their row's place."""
    mark = re.escape(delimiter.encode())
    # quotes count at the start of a field only; a quote within is doubled
    quoted = rb'"(?:[^"]|"")*"(?!")[^%b]*' % mark
    plain = rb'(?:[^"%b][^%b]*)?' % (mark, mark)
    rest = rb"(?:%b(?:%b|%b))*\Z" % (mark, quoted, plain)
    complete = re.compile(rb"(?:%b|%b)%b" % (quoted, plain, rest))
    closing = re.compile(rb'(?:[^"]|"")*"(?!")[^%b]*%b' % (mark, rest))
    lines = [line for line in body.split(b"\n") if line and line != b"\r"]
    kept: list[bytes] = []
    opened: list[tuple[int, bytes]] = []
    at = rows = 0
    while at < len(lines):
        end = at + 1
        if b'"' in lines[at] and not complete.match(lines[at]):
            last = min(len(lines), at + _LONGEST_CELL)
            while end < last and not (b'"' in lines[end] and closing.match(lines[end])):
                end += 1
            end += 1
            if end > last or not _one_row(lines[at:end], delimiter, fields):
                opened.append((rows, lines[at]))
                rows += 1
                at += 1
                continue
        kept += lines[at:end]
        rows += 1
        at = end
    return b"\n".join(kept) + b"\n", opened


def _one_row(lines: list[bytes], delimiter: str, fields: int) -> bool:
    mark = delimiter.encode()
    alone = sum(line.count(mark) + 1 == fields for line in lines)
    if 2 * alone > len(lines):
        return False
    text = b"\n".join(lines).decode("latin-1")
    try:
        return [len(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)] == [
            fields
        ]
    except csv.Error:  # a field beyond what the module takes
        return False


class _Parser:
    """Fields of pieces of a file as Arrow tables.

    Columns are read as kinds say: name (dictionary-coded), text (bytes, left to the engine), or integer, flag
    and time, where pyarrow reads what nothing else could be meant by. Once another cell stands in one of
    these, it is read as name or text from there on.
    """

    def __init__(self, source: Source, kinds: Mapping[str, str]) -> None:
        self.bad: list[tuple[int, str, str]] = []  # line, text, why
        self.open_quotes = 0
        self._pa = require("pyarrow", "report")
        self._csv = require("pyarrow.csv", "report")
        self._source = source
        self._kinds = dict(kinds)
        self._lines = 1 + source.above
        self._block = _BLOCK
        self._ragged: list[Any] = []

    def table(self, body: bytes) -> Any:
        """The rows of the next piece."""
        table = self._parsed(body)
        opened: list[tuple[int, bytes]] = []
        fields = len(self._source.names)
        if (
            b'"' in body
            and table.num_rows + len(self._ragged) < _line_count(body)
            and (self._ragged or not _quotes_close(body, self._source.delimiter, fields, table.num_rows))
        ):
            body, opened = _without_open_quotes(body, self._source.delimiter, fields)
            if opened:
                table = self._parsed(body)
        self.open_quotes += len(opened)
        self.bad += [
            (self._lines + 1 + at, line.decode("utf-8", "replace"), "a quote that is not closed")
            for at, line in opened
        ]
        ragged = [
            (
                self._lines + _place(row.number, opened),
                row.text,
                f"{row.actual_columns} fields, expected {row.expected_columns}",
            )
            for row in self._ragged
        ]
        self.bad += ragged
        self._lines += table.num_rows + len(ragged) + len(opened)
        return table

    def _parsed(self, body: bytes) -> Any:
        self._ragged = []
        if not body[:_BLOCK].strip() and not body.strip():
            return self._pa.table({name: self._pa.array([], kind) for name, kind in self._types().items()})
        while True:
            try:
                table = self._parse(body, threads=True)
                break
            except self._pa.ArrowInvalid as error:
                body = self._mended(body, error)
        if self._ragged:  # with threads there are no line numbers
            table = self._parse(body, threads=False)
        return table

    def _mended(self, body: bytes, error: Exception) -> bytes:
        """What makes the next try go further, or the error as a sentence."""
        for kind, (arrow, instead) in _TYPED.items():
            if f"conversion error to {arrow}" in str(error) and kind in self._kinds.values():
                self._kinds = {name: instead if k == kind else k for name, k in self._kinds.items()}
                return body
        if "straddl" in str(error) and self._block < _LONGEST:
            self._block *= 8
            return body
        note = f"{self._source.path.name}: not UTF-8; read as Windows-1252 (Latin-1)."
        if not _NOT_UTF8.search(str(error)):
            raise ValueError(f"{self._source.path}: {_sentence(error)}") from None
        if note not in self._source.notes:
            self._source.notes.append(note)
        return body.decode("cp1252", "replace").encode()

    def _types(self) -> dict[str, Any]:
        pa = self._pa
        types = {
            "text": pa.binary(), "name": pa.dictionary(pa.int32(), pa.string()),
            "integer": pa.int64(), "flag": pa.bool_(), "time": pa.timestamp("ns"),
        }  # fmt: skip
        return {name: types[kind] for name, kind in self._kinds.items()}

    def _parse(self, body: bytes, *, threads: bool) -> Any:
        csv = self._csv
        self._ragged = []
        return csv.read_csv(
            self._pa.BufferReader(self._pa.py_buffer(body)),
            read_options=csv.ReadOptions(
                column_names=self._source.names, use_threads=threads, block_size=self._block
            ),
            parse_options=csv.ParseOptions(
                delimiter=self._source.delimiter,
                newlines_in_values=b'"' in body,
                invalid_row_handler=self._set_aside,
            ),
            convert_options=csv.ConvertOptions(
                column_types=self._types(),
                include_columns=list(self._kinds),
                null_values=[],
                true_values=["true", "True", "TRUE"],
                false_values=["false", "False", "FALSE"],
                strings_can_be_null=False,
            ),
        )

    def _set_aside(self, row: Any) -> str:
        self._ragged.append(row)
        return "skip"


def _sentence(error: Exception) -> str:
    return str(error).split("\n", maxsplit=1)[0][:200]


def _hand_over(column: Any, gatherer: Gatherer) -> None:
    for block in column.chunks:
        kind = str(block.type)
        if isinstance(gatherer, NameColumn) and kind == "bool":
            gatherer.add_flags(arrow_numbers(block, np.bool_))
        elif isinstance(gatherer, NameColumn):
            codes = block.indices
            if codes.null_count:
                codes = codes.fill_null(-1)
            gatherer.add_coded(arrow_numbers(codes, np.int32), block.dictionary.to_pylist())
        elif isinstance(gatherer, NumberColumn) and kind == "int64":
            gatherer.add_values(arrow_numbers(block, np.int64))
        elif isinstance(gatherer, TimeColumn) and kind.startswith("timestamp"):
            gatherer.add_times(arrow_numbers(block, "datetime64[ns]"), has_offset=False)
        else:
            gatherer.add(Text(block))
