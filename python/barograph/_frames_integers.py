"""Columns of integers with missing ones, every bit kept."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ._extras import require
from ._strings import Array


class Integers(NamedTuple):
    """Integers or bools and which of them are there; where one is missing, the value says nothing."""

    values: Array
    valid: npt.NDArray[np.bool_]


def integers_of(values: Any) -> Integers | None:
    """A library's column of integers or bools with missing ones, every bit kept; None for any other column.

    As a :class:`Table` holds numbers, missing ones make floats of them, in which large integers are lost.
    """
    module = type(values).__module__.partition(".")[0]
    if module == "pandas" and hasattr(values, "dtype"):
        return _pandas_integers(values)
    if module == "polars" and hasattr(values, "to_arrow"):
        return _arrow_integers(values.to_arrow())
    return _arrow_integers(values) if module == "pyarrow" else None


def _pandas_integers(values: Any) -> Integers | None:
    dtype = values.dtype
    if type(dtype).__name__ == "CategoricalDtype":
        labels = dtype.categories.to_numpy()
        codes = np.asarray(getattr(values, "cat", values).codes)
        if labels.dtype.kind not in "biu" or not np.any(codes < 0):
            return None
        return Integers(np.append(labels, labels.dtype.type(0))[codes], codes >= 0)
    if isinstance(dtype, np.dtype) or getattr(dtype, "kind", "O") not in "biu":
        return None
    missing = np.asarray(values.isna())
    if not missing.any():
        return None
    zero = False if dtype.kind == "b" else 0
    return Integers(values.to_numpy(dtype=dtype.numpy_dtype, na_value=zero), ~missing)


def _arrow_integers(column: Any) -> Integers | None:
    pa = require("pyarrow", "report")
    kind = column.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
        if pa.types.is_integer(kind):
            column = column.cast(kind)
    if not column.null_count or not (pa.types.is_integer(kind) or pa.types.is_boolean(kind)):
        return None
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks)
    zero = False if pa.types.is_boolean(kind) else 0
    valid = column.is_valid().to_numpy(zero_copy_only=False)
    return Integers(column.fill_null(zero).to_numpy(zero_copy_only=False), valid)
