"""Parquet and Arrow tables: typed columns as they are, text through the same doors as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from .._extras import require
from .._frames import Array
from .._instants import beyond_ns
from .delimited import Gatherer
from .gathering import Text
from .name_columns import NameColumn
from .number_columns import NumberColumn
from .sources import Source
from .time_columns import NO_TIME, TimeColumn


def open_file(source: Source) -> Any:
    """The file, opened; a ValueError that names it when it is damaged."""
    pa = require("pyarrow", "report")
    parquet = require("pyarrow.parquet", "report")
    try:
        return parquet.ParquetFile(source.path)
    except (pa.ArrowInvalid, OSError) as error:
        reason = str(error).split("\n", maxsplit=1)[0][:200]
        raise ValueError(f"{source.path}: damaged Parquet file ({reason})") from None


def kind_of_type(kind: Any) -> str:
    """What a column of an Arrow type holds: time, number, flag, text or nested."""
    types = require("pyarrow", "report").types
    if types.is_dictionary(kind):
        kind = kind.value_type
    if types.is_timestamp(kind) or types.is_date(kind):
        return "time"
    if types.is_boolean(kind):
        return "flag"
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind) or types.is_duration(kind):
        return "number"
    if types.is_nested(kind):
        return "nested"
    return "text"


def read_sample(source: Source, rows: int = 3000) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The first cells of each column as text, and what its type tells."""
    file = open_file(source)
    schema = file.schema_arrow
    kinds = {field.name: kind_of_type(field.type) for field in schema}
    names = [name for name, kind in kinds.items() if kind != "nested"]
    batch = next(file.iter_batches(batch_size=rows, columns=names), None)
    cells = {name: [] if batch is None else _shown(batch.column(name)) for name in names}
    # what a text column holds, its cells tell
    return cells, {name: kinds[name] for name in names if kinds[name] != "text"}


def read_into(source: Source, gatherers: Mapping[str, Gatherer], flags: Mapping[str, list[Array]]) -> int:
    """Read a whole file into the gatherers, bools into `flags`; returns the rows read."""
    file = open_file(source)
    rows = 0
    for batch in file.iter_batches(batch_size=1 << 18, columns=[*gatherers, *flags]):
        for name, gatherer in gatherers.items():
            _hand_over(batch.column(name), gatherer)
        for name, pieces in flags.items():
            column = batch.column(name)
            if column.null_count:
                column = column.fill_null(False)
            pieces.append(column.to_numpy(zero_copy_only=False))
        rows += batch.num_rows
    return rows


def _times(column: Any) -> npt.NDArray[np.datetime64]:
    """A column of times in its own unit, UTC; NaT where it is null."""
    pa = require("pyarrow", "report")
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("s" if pa.types.is_date32(column.type) else "ms"))
    ticks = column.cast(pa.int64()).fill_null(NO_TIME).to_numpy(zero_copy_only=False)
    return cast("npt.NDArray[np.datetime64]", ticks.view(f"datetime64[{column.type.unit}]"))


def _shown(column: Any) -> list[str]:
    """Cells as text, empty where they are null; also for times that Python's have no room for."""
    pa = require("pyarrow", "report")
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if kind_of_type(column.type) == "time":
        beyond = beyond_ns(_times(column))
        if beyond.any():
            compute = require("pyarrow.compute", "report")
            column = compute.if_else(pa.array(beyond), pa.scalar(None, column.type), column)
    return ["" if v is None else str(v) for v in column.to_pylist()]


def _hand_over(column: Any, gatherer: Gatherer) -> None:
    pa = require("pyarrow", "report")
    kind = column.type
    what = kind_of_type(kind)
    if isinstance(gatherer, NameColumn):
        coded = column if pa.types.is_dictionary(kind) else column.cast(pa.string()).dictionary_encode()
        codes = coded.indices.cast(pa.int32()).fill_null(-1)
        gatherer.add_coded(
            codes.to_numpy(zero_copy_only=False), coded.dictionary.cast(pa.string()).to_pylist()
        )
        return
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if isinstance(gatherer, TimeColumn) and what == "time":
        gatherer.add_times(_times(column), has_offset=getattr(kind, "tz", None) is not None)
    elif isinstance(gatherer, NumberColumn) and what == "number":
        if pa.types.is_duration(kind):
            column = column.cast(pa.int64())
        elif pa.types.is_decimal(kind) or column.null_count:
            column = column.cast(pa.float64())
        values = column.to_numpy(zero_copy_only=False)
        gatherer.add_values(values if values.dtype.kind != "f" else values.astype(np.float64, copy=False))
    else:
        text = column.cast(pa.string())
        gatherer.add(Text(text))
