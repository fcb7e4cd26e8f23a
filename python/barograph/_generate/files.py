"""A log of requests in files: text of the engine's making, or Parquet."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeAlias

from .. import _core
from .._extras import require
from .requests import Dirt, Requests

Format: TypeAlias = Literal["csv", "parquet", "jsonl"]

SUFFIXES: dict[str, Format] = {".csv": "csv", ".parquet": "parquet", ".pq": "parquet", ".jsonl": "jsonl"}


def write_text(log: Requests, path: Path, format: Format, batch_rows: int) -> Iterator[Dirt]:
    make = log.engine.csv if format == "csv" else log.engine.json_lines
    first_row = 0
    with path.open("wb") as out:
        if format == "csv":
            out.write(_core.RequestsGenerator.csv_header.encode())
        for first, counts in log.groups(batch_rows):
            text, rows, dirt = make(first, first + len(counts), first_row, log.threads)
            out.write(text)
            first_row += rows
            yield Dirt.of(dirt)


def write_parquet(log: Requests, path: Path, format: Format, batch_rows: int) -> Iterator[Dirt]:
    parquet = require("pyarrow.parquet", "report")
    with parquet.ParquetWriter(path, log.nothing().table().to_arrow().schema) as out:
        for piece in log.pieces(batch_rows):
            out.write_table(piece.table().to_arrow())
            yield piece.dirt


def csv_writer(stack: contextlib.ExitStack, path: Path) -> Any:
    # Truth is written as it is: no guard against formulas may change a value.
    return csv.writer(stack.enter_context(path.open("w", newline="", encoding="utf-8")), lineterminator="\n")
