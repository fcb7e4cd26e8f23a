"""Instants and lengths of time that a caller gives, one or many, checked; errors name the argument."""

from __future__ import annotations

import operator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _frames
from ._given_numbers import ArrayLike, _number
from ._instants import in_ns
from ._lengths import length_in_ns

Times: TypeAlias = npt.NDArray[np.int64]

#: An instant (datetime, datetime64, pandas' Timestamp) or a number of seconds.
Instant: TypeAlias = Any

_SECOND = 10**9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INT64 = np.iinfo(np.int64)


def _time(name: str, value: Instant) -> int:
    """One instant, or a number of seconds, as nanoseconds."""
    if getattr(value, "ndim", None) == 0:
        value = value[()]
    if isinstance(value, datetime):
        if value != value:  # pandas' NaT
            raise ValueError(f"{name}: NaT given, expected an instant")
        since = (value if value.tzinfo is not None else value.replace(tzinfo=UTC)) - _EPOCH
        nanoseconds = (since.days * 86400 + since.seconds) * _SECOND + since.microseconds * 1000
        return _in_range(name, nanoseconds + int(getattr(since, "nanoseconds", 0)))
    if isinstance(value, np.datetime64):
        if np.isnat(value):
            raise ValueError(f"{name}: NaT given, expected an instant")
        return int(in_ns(name, value).astype(np.int64))
    if isinstance(value, (bool, str, bytes, np.bool_, np.timedelta64)):
        raise TypeError(f"{name}: {type(value).__name__} given, expected an instant or a number of seconds")
    try:
        return _in_range(name, operator.index(value) * _SECOND)
    except TypeError:
        seconds = _number(name, value)
    if not np.isfinite(seconds):
        raise ValueError(f"{name}: {seconds} given, expected an instant or a finite number of seconds")
    return _in_range(name, seconds * _SECOND)


def _in_range(name: str, nanoseconds: float) -> int:
    if not _INT64.min < nanoseconds <= _INT64.max:
        raise ValueError(f"{name}: {nanoseconds / _SECOND:.6g} s given, expected years 1678 to 2262")
    return round(nanoseconds)


def _times(name: str, values: ArrayLike) -> Times:
    """Instants, or numbers of seconds, as nanoseconds."""
    array = _frames._plain(values, name)
    if isinstance(array, np.ndarray) and array.dtype.kind == "O" and array.ndim == 1:
        return np.array([_time(name, value) for value in array], dtype=np.int64)
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "Miuf":
        what = array.dtype if isinstance(array, np.ndarray) and array.dtype.kind not in "UST" else "text"
        raise TypeError(f"{name}: {what} given, expected instants or numbers of seconds")
    if array.ndim != 1:
        raise ValueError(f"{name}: {array.ndim} dimensions given, expected 1")
    if array.dtype.kind == "M":
        if np.isnat(array).any():
            raise ValueError(f"{name}: NaT given, expected an instant for each value (drop the others)")
        return np.ascontiguousarray(in_ns(name, array)).view(np.int64)
    if array.size == 0:
        return np.zeros(0, dtype=np.int64)
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: NaN or infinite seconds given, expected a number for each value")
    _in_range(name, int(array.min()) * _SECOND)
    _in_range(name, int(array.max()) * _SECOND)
    if array.dtype.kind == "f":
        # Whole seconds apart: a double holds the instants of today to the nanosecond only this way.
        whole = np.floor(array.astype(np.float64))
        nanoseconds: Times = np.rint((array - whole) * _SECOND).astype(np.int64)
        return whole.astype(np.int64) * _SECOND + nanoseconds
    return np.ascontiguousarray(array, dtype=np.int64) * _SECOND


def _seconds(name: str, value: Any) -> float:
    """A length of time in seconds: a number, a timedelta, or text such as ``"5min"``."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, np.timedelta64):
        return float(value / np.timedelta64(1, "ns")) / _SECOND
    if isinstance(value, str):
        return length_in_ns(name, value) / _SECOND
    return _number(name, value)


def _instant(nanoseconds: int) -> np.datetime64:
    return np.datetime64(nanoseconds, "ns")
