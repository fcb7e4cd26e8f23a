"""Columns of pandas as those of a table."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from ._frames_arrow import arrow_column
from ._instants import in_ns
from ._strings import Array, Column, Strings
from ._table import Table


def from_pandas(frame: Any) -> Table:
    columns: dict[str, Column] = {}
    zones: dict[str, str] = {}
    for position, name in enumerate(frame.columns):
        if str(name) in columns:
            raise ValueError(f"data: two columns are named {str(name)!r}")
        columns[str(name)], zone = pandas_column(frame.iloc[:, position], f"column {str(name)!r}")
        if zone:
            zones[str(name)] = zone
    return Table(columns, zones)


def pandas_column(column: Any, name: str) -> tuple[Column, str | None]:
    """A Series, or what it can be made of: an Index, an array of pandas."""
    series = column if type(column).__name__ == "Series" else sys.modules["pandas"].Series(column)
    dtype = series.dtype
    zone = getattr(dtype, "tz", None)
    if zone is not None:
        utc = series.dt.tz_convert("UTC").dt.tz_localize(None)
        return in_ns(name, utc.to_numpy()), str(zone)
    kind = getattr(dtype, "kind", "O")
    if type(dtype).__name__ == "CategoricalDtype":
        return _category_column(dtype.categories, series.cat.codes.to_numpy(), name)
    if isinstance(dtype, np.dtype) and kind in "biufm":
        return series.to_numpy(), None
    if kind == "M":
        return _pandas_times(series, name)
    if kind in "biuf":  # nullable and Arrow-backed numbers
        if series.isna().any():
            return series.to_numpy(dtype="float64", na_value=np.nan), None
        return series.to_numpy(dtype=getattr(dtype, "numpy_dtype", None)), None
    if type(dtype).__name__ == "StringDtype" and dtype.storage == "pyarrow":
        return arrow_column(series.array.__arrow_array__(), name)
    values = series.to_numpy(dtype=object, na_value=None)
    try:
        codes, uniques = sys.modules["pandas"].factorize(values, use_na_sentinel=True)
    except TypeError:  # lists and the like
        return values, None
    if all(isinstance(v, str) for v in uniques):
        return Strings(codes.astype(np.int32), list(uniques)), None
    return values, None


def _pandas_times(series: Any, name: str) -> tuple[Column, str | None]:
    if isinstance(series.dtype, np.dtype):
        return in_ns(name, series.to_numpy()), None
    return arrow_column(series.array.__arrow_array__(), name)


def _category_column(labels: Any, codes: Array, name: str) -> tuple[Column, str | None]:
    """What the codes of a pandas category stand for, code -1 missing."""
    if all(isinstance(v, str) for v in labels):
        return Strings(codes, list(labels)), None
    if labels.dtype.kind == "M":
        return pandas_column(sys.modules["pandas"].Series(labels.array.take(codes, allow_fill=True)), name)
    if labels.dtype.kind in "biuf":
        missing = codes < 0
        values = labels.to_numpy()[codes] if len(labels) else np.full(len(codes), np.nan)
        return np.where(missing, np.nan, values) if missing.any() else values, None
    lookup = np.empty(len(labels) + 1, dtype=object)
    lookup[:-1] = list(labels)
    return lookup[codes], None
