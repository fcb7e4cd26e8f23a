"""What was normal at each row of a group: rows, their history, and how far away is unlikely."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .. import _core
from .._frames import Strings, Table, _plain
from .._group_keys import _key_of
from .data import Doubles, Telemetry, telemetry_of

Codes = npt.NDArray[np.int64]

TINY = np.finfo(np.float64).tiny
LEAST_SHARE = 1e-3  # of the level: what a value that never moved has to move by to count


class Expected(NamedTuple):
    """What was normal at each row, from how many rows that is known, and how unlikely the row is.

    `log_tail` is NaN where distance and scale tell it; `among` is 1 where the row itself is one of those
    rows; `more` is by what a normal row is further away than the scale says, where the rows do not tell it.
    """

    expected: Doubles
    scale: Doubles
    lower: Doubles
    upper: Doubles
    rows: Doubles
    log_tail: Doubles
    among: Doubles
    more: Doubles


def series_of(x: Any, timestamps: Any) -> Telemetry:
    data = telemetry_of(x, timestamps)
    if not data.is_series:
        raise ValueError(f"x: {data.values.shape[1]} columns given, expected one series")
    return data


def times_needed(data: Telemetry, what: str, *, in_order: bool = True) -> npt.NDArray[np.datetime64]:
    """The times that a window or a season needs: one for each row, ascending where rows before count."""
    if data.time is None:
        raise TypeError(f"timestamps: none given, expected times, which {what} needs")
    if np.isnat(data.time).any():
        row = int(np.flatnonzero(np.isnat(data.time))[0])
        raise ValueError(f"timestamps: row {row} has none, expected a time for each row, which {what} needs")
    if in_order and (data.time[1:] < data.time[:-1]).any():
        row = 1 + int(np.flatnonzero(data.time[1:] < data.time[:-1])[0])
        raise ValueError(f"timestamps: row {row} goes back, expected ascending times, which {what} needs")
    return data.time


def rows_of(data: Telemetry, rows: Any) -> Telemetry:
    if isinstance(rows, slice):
        return data
    time = None if data.time is None else data.time[rows]
    return Telemetry(data.values[rows], data.names, time, data.zone)


def joined(before: Telemetry, data: Telemetry) -> Telemetry:
    """`data` with what was before it; alone where it is the rows of fit again: judged as they came."""
    if same(before, data):
        return data
    if (before.time is None) != (data.time is None):
        raise ValueError("timestamps: given to only one of fit and this call, expected both or none")
    time = None
    if before.time is not None and data.time is not None:
        time = np.concatenate([before.time, data.time])
        if len(before) and len(data) and data.time[0] < before.time[-1]:
            raise ValueError("timestamps: begin before the rows of fit end, expected rows that follow them")
    return Telemetry(np.concatenate([before.values, data.values]), data.names, time, data.zone or before.zone)


def same(a: Telemetry, b: Telemetry) -> bool:
    if a.time is None or b.time is None:
        return a.time is b.time and np.array_equal(a.values, b.values, equal_nan=True)
    return np.array_equal(a.time, b.time) and np.array_equal(a.values, b.values, equal_nan=True)


def groups_of(by: Any, n: int) -> Iterator[tuple[Any, Any]]:
    """Each group's key, sorted, and its rows, in their order; rows without a key are one group, the last."""
    if by is None:
        yield None, slice(None)
        return
    if isinstance(by, str) or not isinstance(by, Iterable):
        raise TypeError(f"by: {by!r} given, expected the group of each row")
    column = _plain(by, "by")
    if not isinstance(column, Strings):
        if column.ndim != 1:
            raise ValueError(f"by: {column.ndim} dimensions given, expected 1, the group of each row")
        column = Table({"by": column})["by"]  # text of numpy as codes
    if len(column) != n:
        raise ValueError(f"by: {len(column)} given, expected {n}, one for each row")
    key = _key_of(column)
    codes = np.append(key.rank, key.size)[key.codes]
    names = key.labels.categories if isinstance(key.labels, Strings) else key.labels.tolist()
    order = np.argsort(codes, kind="stable")
    cuts = np.flatnonzero(np.diff(codes[order])) + 1
    for rows in np.split(order, cuts):
        if rows.size:
            code = key.codes[rows[0]]
            yield (None if code < 0 else names[code]), rows  # one key for all that have none


def mended(
    expected: Doubles, scale: Doubles, lower: Doubles, upper: Doubles, spread: Doubles, rows: Doubles
) -> Expected:
    """A scale of 0 replaced by the standard deviation, and where that is 0 by a part of the level."""
    least = np.maximum(np.where(expected == 0, 1.0, np.abs(expected)) * LEAST_SHARE, TINY)
    with np.errstate(invalid="ignore"):
        spread = np.where(spread > 0, spread, least)
        scale = np.where(np.isnan(scale) | (scale > 0), scale, spread)
    none, outside = np.full(len(expected), np.nan), np.zeros(len(expected))
    return Expected(
        expected,
        scale,
        lower,
        upper,
        np.asarray(rows, dtype=np.float64),
        none,
        outside,
        np.ones(len(expected)),
    )


def rows_before(slots: Codes, counted: npt.NDArray[np.bool_], causal: bool) -> Doubles:
    """How many counted rows of its slot stand before each row, or anywhere."""
    if not causal or not slots.size:
        return np.bincount(slots, weights=counted)[slots].astype(np.float64)
    order = np.argsort(slots, kind="stable")
    there = counted[order].astype(np.float64)
    running = np.cumsum(there) - there
    first = np.flatnonzero(np.append(True, np.diff(slots[order]) != 0))
    out = np.empty(len(slots))
    out[order] = running - np.repeat(running[first], np.diff(np.append(first, len(order))))
    return out


def normal_limit(p: float) -> float:
    """What a standard normal value passes with probability p."""
    return float(t_limits(p, np.array([np.inf]))[0])


def t_limits(p: float, degrees: Doubles) -> Doubles:
    """What Student's t passes with probability p, to one side: bisection, all different degrees at once."""
    different, where = np.unique(degrees, return_inverse=True)
    low, high = np.zeros(len(different)), np.full(len(different), 1.0)
    wanted = math.log(p)
    for _ in range(200):
        short = _core.log_t_tails(high, different, False) > wanted
        if not short.any():
            break
        high = np.where(short, high * 2, high)
    for _ in range(60):
        middle = (low + high) / 2
        above = _core.log_t_tails(middle, different, False) > wanted
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return high[where]
