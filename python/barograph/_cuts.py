"""Which rows each window holds: rows, lengths in time, bounds of one's own, all so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _core
from ._given_options import flag, unboxed, whole, word
from ._instants import RANGE, in_ns
from ._lengths import UNITS, length_in_ns
from ._threads import thread_count

Doubles: TypeAlias = npt.NDArray[np.float64]


class _How(NamedTuple):
    """The keywords that all rolling functions share."""

    window: Any
    min_periods: int | None
    center: bool
    closed: str | None
    step: int | None
    on: Any
    inf: str
    threads: int | None = None
    out: Doubles | None = None


class _Cut(NamedTuple):
    """How a series is cut: its windows, the fewest values of one that counts, and the step."""

    windows: _core.Windows
    least: int
    step: int
    mask: npt.NDArray[np.uint8] | None = None  # what is missing, where it is more than the series' nulls


class _Series(NamedTuple):
    """A series taken apart: its values, what is null in it, and how results are put back."""

    values: npt.NDArray[Any]  # as read: float64, or float32 or int64 where asked for
    mask: npt.NDArray[np.uint8] | None
    nan_is_missing: bool
    times: npt.NDArray[np.int64] | None
    wrap: Callable[[Doubles, _Cut], Any]


class AllSoFar(NamedTuple):
    """Windows of each row and all before it."""


class Within(NamedTuple):
    """Windows that stay within groups of rows, which stand group by group."""

    window: Any
    ends: npt.NDArray[np.int64]  # of each group the row after its last


def _inf(inf: str) -> bool:
    return bool(word("inf", inf, "missing", "propagate") == "propagate")


def checked(how: _How) -> _How:
    """The same, once its keywords are what they may be."""
    _inf(how.inf)
    thread_count(how.threads)
    return how._replace(
        min_periods=None if how.min_periods is None else whole("min_periods", how.min_periods, 0),
        center=flag("center", False if how.center is None else how.center),  # None: as pandas takes it
        closed=word("closed", how.closed, "right", "left", "both", "neither", None),
        step=None if how.step is None else whole("step", how.step, 1),
    )


def _cut(series: _Series, how: _How) -> _Cut:
    how = checked(how)
    rows, window, step = len(series.values), how.window, how.step or 1
    if isinstance(window, Within):
        return _cut_within(series, how, window)
    if isinstance(window, AllSoFar):
        return _Cut(_core.fixed_windows(rows, max(rows, 1), False, "right", 1), _least(how, 1, None), 1)
    bounds = _bounds(series, how)
    if bounds is not None:
        return bounds
    width = _width(window)
    ends = "right" if how.closed is None else how.closed
    if width is None:
        least = _least(how, int(window), int(window))
        return _Cut(_core.fixed_windows(rows, int(window), how.center, ends, step), least, step)
    least = _least(how, 1, None)
    times = _times_for(window, series)
    if times.size and times[-1] < times[0]:  # newest first: as far apart, seen the other way round
        times = -times
    return _Cut(_core.time_windows(times, width, how.center, ends, step), least, step)


def _cut_within(series: _Series, how: _How, within: Within) -> _Cut:
    rows, window, ends = len(series.values), within.window, within.ends
    side = "right" if how.closed is None else how.closed
    if isinstance(window, AllSoFar):
        return _Cut(_core.grouped_windows(ends, rows, rows, False, "right"), _least(how, 1, None), 1)
    if hasattr(window, "get_window_bounds"):
        start, end = _bounds_within(within, how)
        made = _core.bounded_windows(rows, start, end)
        return _Cut(made, _least(how, window.window_size, None), 1)
    width = _width(window)
    if width is None:
        least = _least(how, int(window), int(window))
        length = min(int(window), 4 * rows + 4)
        return _Cut(_core.grouped_windows(ends, rows, length, how.center, side), least, 1)
    times = _times_for(window, series)
    made = _core.grouped_time_windows(ends, times, width, how.center, side)
    return _Cut(made, _least(how, 1, None), 1)


def _bounds_within(within: Within, how: _How) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """What an indexer of pandas gives for each group, as rows of all."""
    starts, stops, first = [np.empty(0, np.int64)], [np.empty(0, np.int64)], 0
    for end in within.ends.tolist():
        start, stop = within.window.get_window_bounds(
            num_values=end - first,
            min_periods=how.min_periods,
            center=how.center,
            closed=how.closed,
            step=None,
        )
        starts.append(np.asarray(start, np.int64) + first)
        stops.append(np.asarray(stop, np.int64) + first)
        first = end
    return np.concatenate(starts), np.concatenate(stops)


def _times_for(window: Any, series: _Series) -> npt.NDArray[np.int64]:
    if series.times is None and len(series.values) > 0:
        raise TypeError(
            f"window: {window!r} is a length in time, which needs on=times or a pandas index of times, "
            "none missing"
        )
    return np.empty(0, dtype=np.int64) if series.times is None else series.times


def _least(how: _How, default: int, most: int | None) -> int:
    if how.min_periods is None:
        return default
    least = whole("min_periods", how.min_periods, 0)
    if most is not None and least > most:
        raise ValueError(f"min_periods: {least} given, expected at most the window of {most} rows")
    return least


def _bounds(series: _Series, how: _How) -> _Cut | None:
    """Windows of bounds of their own: a pair of arrays, or an indexer of pandas; None for others."""
    rows, step = len(series.values), how.step or 1
    if hasattr(how.window, "get_window_bounds"):
        start, end = how.window.get_window_bounds(
            num_values=rows, min_periods=how.min_periods, center=how.center, closed=how.closed, step=how.step
        )
        least = how.window.window_size
    elif isinstance(how.window, tuple):
        if len(how.window) != 2:
            raise ValueError(f"window: {len(how.window)} parts given, expected (start, end)")
        if how.center or how.closed is not None or how.step is not None:
            raise ValueError(
                "center, closed, step: given, expected none of them where window is (start, end)"
            )
        start, end = how.window
        least = 1
    else:
        return None
    made = check_bounds((start, end), rows, step)
    return _Cut(made, _least(how, least, None), step)


def check_bounds(bounds: tuple[Any, Any], rows: int, step: int = 1, name: str = "window") -> _core.Windows:
    """Windows of starts and ends, which are rows; an error where they are outside of `rows`."""
    start, end = bounds
    start, end = np.asarray(start), np.asarray(end)
    for which, array in (("start", start), ("end", end)):
        if array.dtype.kind not in "iu" or array.ndim != 1:
            raise TypeError(f"{name}: {which} of dtype {array.dtype} given, expected one row number a window")
    if len(start) != -(-rows // step):
        raise ValueError(f"{name}: {len(start)} starts given, expected {-(-rows // step)}, one for each row")
    return _core.bounded_windows(rows, start.astype(np.int64), end.astype(np.int64))


def _width(window: Any, name: str = "window") -> int | None:
    """Nanoseconds of a window in time; None for one of rows."""
    window = unboxed(window)
    if isinstance(window, (bool, np.bool_)) or window is None:
        raise TypeError(f"{name}: {window!r} given, expected rows (int) or a length in time")
    if isinstance(window, np.timedelta64):  # which numpy counts among the integers
        if np.isnat(window):
            raise ValueError(f"{name}: NaT given, expected rows (int) or a length in time")
        return int(in_ns(name, window).astype(np.int64))
    if isinstance(window, (int, np.integer)):
        whole(name, window)
        return None
    if isinstance(window, str):
        return length_in_ns(name, window)
    try:
        nanoseconds = getattr(window, "nanos", getattr(window, "value", None))
    except ValueError:
        raise ValueError(
            f"{name}: {window!r} given, which is now longer and now shorter, expected a fixed length in time"
        ) from None
    except OverflowError:
        nanoseconds = 2**63
    if nanoseconds is None and hasattr(window, "total_seconds"):
        nanoseconds = window.days * UNITS["D"] + window.seconds * UNITS["s"]
        nanoseconds += window.microseconds * UNITS["us"]
    if nanoseconds is not None:
        if nanoseconds == -(2**63):
            raise ValueError(f"{name}: NaT given, expected rows (int) or a length in time")
        if abs(nanoseconds) >= 2**63:
            raise ValueError(f"{name}: {window!r} given, expected {RANGE['m']}")
        return int(nanoseconds)
    raise TypeError(f"{name}: {type(window).__name__} given, expected rows (int) or a length in time")


def _instants(name: str, times: Any) -> npt.NDArray[np.int64]:
    """Times as nanoseconds."""
    array = np.asarray(_plain_times(times))
    if array.dtype.kind in "mM":
        array = in_ns(name, array).view(np.int64)
        if array.size and array.min() == np.iinfo(np.int64).min:
            raise ValueError(f"{name}: a time is missing (NaT), expected a time for every row")
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name}: dtype {array.dtype} given, expected datetime64 or integer nanoseconds")
    return array.astype(np.int64, copy=False)


def _times(on: Any, rows: int, name: str = "on") -> npt.NDArray[np.int64]:
    array = _instants(name, on)
    if array.shape != (rows,):
        raise ValueError(f"{name}: {array.size} times given, expected {rows}")
    return np.ascontiguousarray(array)


def _plain_times(times: Any) -> Any:
    """Times without a zone, as UTC, where they have one."""
    if getattr(getattr(times, "dtype", None), "tz", None) is None:
        return times.to_numpy() if hasattr(times, "to_numpy") else times
    return np.asarray(times.to_numpy(dtype=f"datetime64[{times.dtype.unit}]"))
