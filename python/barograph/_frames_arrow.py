"""Arrow's columns as those of a table; polars hands over Arrow's."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt

from . import _core
from ._extras import require
from ._instants import in_ns
from ._strings import Array, Column, Strings
from ._table import Table
from ._threads import thread_count


def from_arrow(table: Any) -> Table:
    columns: dict[str, Column] = {}
    zones: dict[str, str] = {}
    for name, chunked in zip(table.column_names, table.columns, strict=True):
        if name in columns:
            raise ValueError(f"data: two columns are named {name!r}")
        columns[name], zone = arrow_column(chunked, f"column {name!r}")
        if zone:
            zones[name] = zone
    return Table(columns, zones)


def arrow_column(column: Any, name: str) -> tuple[Column, str | None]:
    pa = require("pyarrow", "report")
    types = pa.types
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        if isinstance(column, pa.ChunkedArray):
            column = column.chunk(0) if column.num_chunks else pa.array([], column.type)
    kind = column.type
    if types.is_null(kind):
        return np.full(len(column), np.nan), None
    if types.is_string_view(kind):
        column = column.cast(pa.large_string())
        kind = column.type
    if types.is_string(kind) or types.is_large_string(kind):
        return _encode_arrow_text(column, np.int32 if types.is_string(kind) else np.int64), None
    if types.is_dictionary(kind):
        labels = column.dictionary
        if types.is_string(labels.type) or types.is_large_string(labels.type):
            codes = column.indices.cast(pa.int32()).fill_null(-1).to_numpy(zero_copy_only=False)
            return Strings(codes, labels.to_pylist()), None
        return arrow_column(column.cast(labels.type), name)
    if types.is_timestamp(kind):
        values = column.cast(pa.int64()).fill_null(np.iinfo(np.int64).min).to_numpy(zero_copy_only=False)
        return in_ns(name, values.view(f"datetime64[{kind.unit}]")), kind.tz
    if types.is_date(kind):
        return arrow_column(column.cast(pa.timestamp("ms")), name)
    if types.is_boolean(kind) and column.null_count:
        column = column.cast(pa.uint8()).cast(pa.float64())
    elif types.is_decimal(kind) or (
        column.null_count and (types.is_integer(kind) or types.is_floating(kind))
    ):
        column = column.cast(pa.float64(), safe=False)  # large integers are rounded
    return column.to_numpy(zero_copy_only=False), None


def _encode_arrow_text(column: Any, offset_type: type[np.int32 | np.int64]) -> Strings:
    """Arrow text, coded from its own buffers; categories stand in order of first appearance."""
    if not len(column):
        return Strings(np.empty(0, dtype=np.int32), [])
    valid, offsets, text = column.buffers()
    window = slice(column.offset, column.offset + len(column) + 1)
    codes, categories = _core.encode_text(
        b"" if text is None else np.frombuffer(text, np.uint8),
        cast("npt.NDArray[np.int64]", np.frombuffer(offsets, offset_type)[window]),
        np.frombuffer(valid, np.uint8) if column.null_count else None,
        column.offset,
        thread_count(None),
    )
    return Strings(codes, categories)


def arrow_numbers(array: Any, dtype: npt.DTypeLike) -> Array:
    """A fixed-width Arrow array without nulls as numpy, without the pandas that pyarrow's own way imports.

    Numbers are viewed; bools are unpacked from their bits.
    """
    kind = np.dtype(dtype)
    if kind == np.bool_:
        bits = np.frombuffer(array.buffers()[1], np.uint8)
        return np.unpackbits(bits, bitorder="little")[array.offset : array.offset + len(array)].view(np.bool_)
    return np.frombuffer(array.buffers()[1], kind, len(array), array.offset * kind.itemsize)
