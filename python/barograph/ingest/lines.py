"""Access logs and JSON lines: the engine decodes them, here the pieces are fed and gathered."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _core
from .._frames import Array, Column, Strings, Table
from .columns import NameColumn
from .sources import Source, chunks

# how the decoder's columns are named, and which hold a number that stands for "none"
_TEXT = ("client", "user", "host", "method", "path", "protocol", "referer", "agent")


def read(sources: list[Source], log_format: str | None) -> tuple[Table, Table | None, list[int]]:
    """The rows of all files, the lines that are none, and how many rows each file has."""
    if sources[0].format == "json lines":
        raise NotImplementedError
    return _read_access_logs(sources, log_format)


def _read_access_logs(sources: list[Source], log_format: str | None) -> tuple[Table, Table | None, list[int]]:
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
        name, share, _ = _core.detect_access_log(first[: 1 << 18])
        if not name:
            raise ValueError(
                f"{source.path}: looks like an access log, but of no format known "
                f"({share:.0%} of lines fit); give log_format (--log-format)"
            )
        text = dict(_core.log_format_names())[name]
        source.notes.append(f"{source.path.name}: access log, {name} format.")
    decoder = _core.AccessLogDecoder(text)
    decoder.feed(first)
    for piece in pieces:
        decoder.feed(piece)
    return decoder.finish()


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
