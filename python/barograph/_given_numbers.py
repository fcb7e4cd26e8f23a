"""Numbers and counts that a caller gives, one or many, checked; errors name the argument."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _frames

#: One number, or anything one-dimensional that `barograph` reads: numpy, pandas, polars, Arrow, a list.
ArrayLike: TypeAlias = Any

MAX_COUNT = 2**63 - 1


def _count(name: str, n: object) -> int:
    try:
        value = operator.index(n)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name}: {type(n).__name__} given, expected an integer") from None
    if not 0 <= value <= MAX_COUNT:
        raise ValueError(f"{name}: {value} given, expected 0 to 2**63 - 1")
    return value


def _number(name: str, x: object) -> float:
    if isinstance(x, (str, bytes, np.datetime64, np.timedelta64)):
        raise TypeError(f"{name}: {type(x).__name__} given, expected a number")
    try:
        return float(x)  # type: ignore[arg-type]
    except (TypeError, OverflowError):
        raise TypeError(f"{name}: {x!r} given, expected a number that a float can hold") from None


def _numbers(name: str, values: ArrayLike) -> npt.NDArray[np.float64]:
    return np.asarray(_numbers_as_read(name, values), dtype=np.float64)


def _numbers_as_read(name: str, values: ArrayLike) -> npt.NDArray[Any]:
    """Numbers as the engine reads them, by blocks where they are float32 or int64."""
    if _frames.kind_of(values) is not None or isinstance(values, Mapping):
        raise TypeError(f"{name}: a {type(values).__name__} given, expected one column of numbers")
    array = _frames._plain(values)
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biufO":
        text = not isinstance(array, np.ndarray) or array.dtype.kind in "UST"
        what = "text" if text else array.dtype
        raise TypeError(f"{name}: {what} given, expected numbers")
    if array.ndim != 1:
        raise ValueError(f"{name}: {array.ndim} dimensions given, expected 1")
    try:
        return _frames.as_read(array)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{name}: objects given that are not all numbers or None") from None


def _counts(name: str, values: ArrayLike, dtype: npt.DTypeLike = np.int64) -> npt.NDArray[Any]:
    """Counts of an array; whole floats, as Prometheus has them, are integers too."""
    array = np.asarray(_frames._plain(values))
    if array.size == 0:
        array = array.astype(np.int64)
    if array.ndim != 1:
        raise ValueError(f"{name}: {array.ndim} dimensions given, expected 1")
    if array.dtype.kind == "f" and np.all(np.floor(array) == array) and np.all(np.abs(array) < 2.0**63):
        array = array.astype(np.int64)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name}: {array.dtype} given, expected whole numbers")
    low, high = (int(array.min()), int(array.max())) if array.size else (0, 0)
    if low < 0 or high > MAX_COUNT:
        raise ValueError(f"{name}: {low if low < 0 else high} given, expected 0 to 2**63 - 1")
    return np.ascontiguousarray(array, dtype=dtype)


def _is_scalar(x: object) -> bool:
    return getattr(x, "ndim", None) == 0 or not hasattr(x, "__len__") or isinstance(x, (str, bytes))
