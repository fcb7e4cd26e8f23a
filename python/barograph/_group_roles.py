"""Which columns of a log play which role, by name or as they are usually named, and what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ._frames import Array, Column, Strings, kind_of
from ._group_keys import _aligned, _check_one

LATENCY_NAMES = (
    "response_time_ms",
    "latency_ms",
    "duration_ms",
    "elapsed_ms",
    "response_time",
    "latency",
    "duration",
    "request_time",
    "elapsed",
)
ERROR_NAMES = ("error", "is_error", "failed", "has_error")
STATUS_NAMES = ("status_code", "status", "http_status", "http_status_code", "response_code")
TIMESTAMP_NAMES = ("timestamp", "time", "datetime", "ts", "date", "@timestamp", "start_time")


@dataclass
class _Roles:
    """Which columns play which role; the timestamp only where periods are asked for."""

    keys: list[str]
    timestamp: str | None
    latency: str | None
    error: str | None


def _roles(
    names: list[str],
    by: str | Sequence[str] | None,
    *,
    timestamp: str | None,
    latency: str | None,
    error: str | None,
    freq: str | None,
) -> _Roles:
    keys = _names("by", by)
    for role, name in (("timestamp", timestamp), ("latency", latency), ("error", error)):
        _check_column(role, name, names)
    for name in keys:
        _check_column("by", name, names)
    if len(set(keys)) < len(keys):
        raise ValueError(f"by: {', '.join(keys)} given, expected each column once")
    free = [n for n in names if n not in keys]
    latency = latency or _recognise("latency", LATENCY_NAMES, free)
    error = error or _recognise("error", ERROR_NAMES, names) or _recognise("error", STATUS_NAMES, names)
    if freq is None:
        return _Roles(keys, None, latency, error)
    if timestamp in keys:
        raise ValueError(f"by: {timestamp!r} given together with freq, which groups by it already")
    timestamp = timestamp or _recognise("timestamp", TIMESTAMP_NAMES, free)
    if timestamp is None:
        raise ValueError(
            f"timestamp: freq is given, but no column is named as times usually are; name it, out of: "
            f"{', '.join(names)}"
        )
    return _Roles(keys, timestamp, latency, error)


def _keys_apart(data: Any, by: Any) -> tuple[Any, dict[str, Any]]:
    """The names to group by, and of these the keys that were given as columns of their own."""
    if by is None or isinstance(by, str):
        return by, {}
    given = list(by) if isinstance(by, (list, tuple)) else [by]
    if not any(hasattr(k, "dtype") or isinstance(k, Strings) for k in given):
        return by, {}
    names: list[Any] = []
    apart: dict[str, Any] = {}
    for key in given:
        if isinstance(key, str):
            names.append(key)
            continue
        _check_one("by", key)
        told = getattr(key, "name", None)
        name = str(told) if told is not None else "key" if len(given) == 1 else f"key_{len(names)}"
        names.append(name)
        apart[name] = _aligned(key, data, "data")
    return names, apart


def _names(role: str, given: Any) -> list[str]:
    """One name of a column, several, or none, as a list."""
    if given is None:
        return []
    if isinstance(given, str):
        return [given]
    several = isinstance(given, Iterable) and kind_of(given) is None and type(given).__name__ != "Series"
    names: list[Any] = list(given) if several else [None]
    if not all(isinstance(name, str) for name in names):
        raise TypeError(
            f"{role}: {type(given).__name__} given, expected the name of a column or a list of names"
        )
    return names


def _check_column(role: str, name: str | None, names: list[str]) -> None:
    if name is not None and name not in names:
        raise KeyError(f"{role}: no column {name!r}; there are: {', '.join(names) or 'none'}")


def _recognise(role: str, usual: Iterable[str], names: list[str]) -> str | None:
    """The one column that is named as such columns are, None if there is none."""
    found = [n for n in names if n.lower() in usual]
    if len(found) > 1:
        raise ValueError(
            f"{role}: {' and '.join(map(repr, found))} could each be it; pass {role}= with one of: "
            f"{', '.join(names)}"
        )
    return found[0] if found else None


def _numbers(role: str, name: str, column: Column) -> Array:
    """A column as float64 or int64, contiguous."""
    if isinstance(column, Strings):
        if not column.categories:
            return np.full(len(column), np.nan)
        raise TypeError(f"{role}: column {name!r} holds text, expected numbers; see bg.clean")
    if column.dtype.kind == "O":
        column = np.array([np.nan if v is None else v for v in column.tolist()])
    if column.dtype.kind not in "iuf":
        raise TypeError(f"{role}: column {name!r} is of dtype {column.dtype}, expected numbers")
    wide = np.int64 if column.dtype.kind in "iu" and column.dtype != np.uint64 else np.float64
    return np.ascontiguousarray(column, dtype=wide)


def _flags(name: str, column: Column) -> npt.NDArray[np.uint8]:
    """A byte a row, 1 where the request failed."""
    if isinstance(column, Strings):
        if (
            column.categories
            and name.lower() in STATUS_NAMES
            and all(c.isdecimal() for c in column.categories)
        ):
            failed = np.array([*(int(c) >= 500 for c in column.categories), False])
            return cast("npt.NDArray[np.uint8]", failed[column.codes].view(np.uint8))
        if not column.categories:
            return np.zeros(len(column), dtype=np.uint8)
        raise TypeError(f"error: column {name!r} holds text, expected bools, 0 and 1, or status codes")
    if column.dtype.kind == "O":
        column = np.array([np.nan if v is None else v for v in column.tolist()])
    if column.dtype.kind == "b":
        return np.ascontiguousarray(column).view(np.uint8)
    if column.dtype.kind not in "iuf":
        raise TypeError(
            f"error: column {name!r} is of dtype {column.dtype}, expected bools, 0 and 1, or status codes"
        )
    if column.dtype.kind == "f":
        column = np.where(np.isnan(column), 0, column)
    if name.lower() in STATUS_NAMES:
        return (column >= 500).view(np.uint8)
    if not np.all((column == 0) | (column == 1)):
        raise ValueError(
            f"error: column {name!r} holds values other than 0 and 1; name a column of flags, or one of "
            f"status codes (recognised by its name: {', '.join(STATUS_NAMES)})"
        )
    return np.ascontiguousarray(column, dtype=np.uint8)
