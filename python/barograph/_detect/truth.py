"""What is known to have been wrong: labels of rows, or intervals of rows or of time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from .. import _core
from .._dataset import Dataset
from .._frames import Strings, Table, kind_of
from .._given_options import word
from .._given_times import _time
from .._instants import in_ns
from .data import Doubles, index_times, offsets_applied, rules_of, times_of
from .options import array_of
from .result import Detections

Bools = npt.NDArray[np.bool_]
Times = npt.NDArray[np.datetime64]
Closed = Literal["both", "left"]

_LABELS = ("is_anomaly", "anomaly", "label", "labels", "truth", "y")
_OFFSET = re.compile(r"[T ]\S*(?:[Zz]|[+-]\d\d(?::?\d\d)?)$")  # of a text such as 2026-03-02T14:05+01:00
_STARTS, _ENDS = ("start", "begin", "first"), ("end", "stop", "last")


class Found(NamedTuple):
    """What a detector said of each row, and when the rows were measured: times, or why there are none."""

    score: Doubles
    alarm: Doubles
    flagged: Bools | None
    time: Times | None
    unknown: Bools  #: rows without a score, which no threshold flags
    zone: str | None = None
    untimed: str = "no times"


def runs_of(rows: Bools) -> npt.NDArray[np.int64]:
    """First and last row of each run of True, shape (runs, 2)."""
    edges = np.diff(np.concatenate([[False], rows, [False]]).astype(np.int8))
    return np.column_stack([np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1]).astype(np.int64)


def found_of(detections: Any, timestamps: Any) -> Found:
    """Take apart what is to be scored: Detections, an array of scores or of bools, or a frame."""
    time, zone = (None, None) if timestamps is None else times_of(timestamps)
    if isinstance(detections, Detections):
        own = detections.time
        if time is None and own is not None:
            time, zone = own if own.dtype.kind == "M" else times_of(own)[0], detections.zone
        decided = not np.isnan(detections.threshold).all() or bool(detections.is_anomaly.any())
        found = Found(
            detections.score, detections.alarm, detections.is_anomaly if decided else None, time,
            np.isnan(detections.score), zone,
        )  # fmt: skip
    elif kind_of(detections) is not None or isinstance(detections, Mapping):
        found = _of_frame(Table.of(detections), time, zone)
    else:
        values = _array("detections", detections)
        flags = values.astype(np.bool_) if values.dtype.kind == "b" else None
        numbers = values.astype(np.float64)
        found = Found(numbers, numbers, flags, time, np.isnan(numbers), zone)
    n = len(found.score)
    if found.time is None:
        found = _by_index(found, detections)
    if found.time is not None:
        if len(found.time) != n:
            raise ValueError(f"timestamps: {len(found.time)} given, expected {n}, one for each score")
        if np.isnat(found.time).any():
            raise ValueError("timestamps: NaT given, expected a time for each score")
        if n and (np.diff(found.time.view(np.int64)) < 0).any():
            raise ValueError("timestamps: expected ascending times")
    low = np.where(np.isnan(found.score), -np.inf, found.score)
    return found._replace(score=low, alarm=np.where(np.isnan(found.alarm), -np.inf, found.alarm))


def _by_index(found: Found, detections: Any) -> Found:
    """With the times of a pandas index, where each row has one and they ascend; its order is that of rows."""
    time, zone = index_times(detections)
    if time is not None and np.isnat(time).any():
        return found._replace(untimed="an index of detections with NaT")
    if time is not None and (time[1:] < time[:-1]).any():
        return found._replace(untimed="an index of detections that goes back")
    return found._replace(time=time, zone=zone)


def _of_frame(table: Table, time: Times | None, zone: str | None) -> Found:
    if time is None:
        dated = [c for c in table.columns if getattr(table[c], "dtype", np.dtype("O")).kind == "M"]
        if len(dated) == 1:
            time, zone = table.array(dated[0]), table.zones.get(dated[0])
    flags = None
    for column in ("is_anomaly", "anomaly", "flagged"):
        if column in table:
            flags = _flags(table.array(column), f"detections: column {column!r}")
            break
    if "score" in table:
        score = table.array("score").astype(np.float64)
    elif flags is not None:
        score = flags.astype(np.float64)
    else:
        raise KeyError(
            f"detections: no column 'score' or 'is_anomaly'; there are: {', '.join(table.columns) or 'none'}"
        )
    alarm = table.array("alarm").astype(np.float64) if "alarm" in table else score
    return Found(score, alarm, flags, time, np.isnan(score), zone)


def _flags(values: npt.NDArray[Any], name: str) -> Bools:
    """Bools, or numbers of 0 and 1; what is missing is not flagged."""
    try:
        numbers = values.astype(np.float64)
    except (TypeError, ValueError):
        numbers = np.full(1, 2.0)
    if not (np.isin(numbers, (0, 1)) | np.isnan(numbers)).all():
        raise TypeError(f"{name}: {values.dtype} given, expected bools, or 0 and 1")
    return np.asarray(numbers == 1)


def _array(name: str, values: Any) -> npt.NDArray[Any]:
    module = type(values).__module__.partition(".")[0]
    if module in ("pandas", "polars", "pyarrow"):
        column = Table.of({name: values})[name]
        array: Any = column.to_numpy() if isinstance(column, Strings) else column
    else:
        array = array_of(name, values)
    if array.ndim != 1:
        raise ValueError(f"{name}: {array.ndim} dimensions given, expected 1")
    if array.dtype.kind == "O" and array.size:
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError, OverflowError):
            raise TypeError(f"{name}: objects given that are no numbers") from None
    if array.dtype.kind not in "biufO":
        raise TypeError(f"{name}: {array.dtype} given, expected numbers or bools")
    return np.asarray(array)


def truth_of(truth: Any, seen: Found, closed: Closed | None) -> Bools:
    """Which rows are truly anomalous.

    Parameters
    ----------
    truth : array-like, frame, Dataset, or pairs
        As in :func:`score_detections`.
    seen : Found
        The rows, their times and their zone.
    closed : {"both", "left"} or None
        Whether an interval's end belongs to it; by default to pairs, not to frames and datasets.
    """
    word("closed", closed, None, "both", "left")
    rows = len(seen.score)
    if isinstance(truth, Dataset):
        truth = truth.truth
    if isinstance(truth, Mapping) and kind_of(truth) is None and "incidents" in truth:
        truth = truth["incidents"]
    if kind_of(truth) is not None or isinstance(truth, Mapping):
        table = Table.of(truth)
        start, end = _first(table, _STARTS), _first(table, _ENDS)
        if start is not None and end is not None:
            bounds = [_bound(table, c, kind_of(truth), seen.zone) for c in (start, end)]
            of_time = {timed for _, timed in bounds}
            if len(of_time) > 1 and len(table):
                raise ValueError(f"truth: {start!r} and {end!r} given, expected times in both, or rows")
            pairs = np.column_stack([bound for bound, _ in bounds])
            return _inside(pairs, of_time == {True} and len(table) > 0, seen, closed or "left")
        label = _first(table, _LABELS)
        if label is None:
            raise KeyError(
                f"truth: no columns start and end, and none of {', '.join(_LABELS)}; there are: "
                f"{', '.join(table.columns) or 'none'}"
            )
        return _labels(table.array(label), rows)
    if _is_pairs(truth):
        return _of_pairs(truth, seen, closed or "both")
    return _labels(_array("truth", truth), rows)


def _first(table: Table, names: Sequence[str]) -> str | None:
    return next((c for name in names for c in table.columns if c.lower() == name), None)


def _is_pairs(truth: Any) -> bool:
    if isinstance(truth, np.ndarray):
        return truth.ndim == 2 and truth.shape[1] == 2
    return (
        isinstance(truth, (list, tuple))
        and len(truth) > 0
        and all(isinstance(p, (list, tuple, np.ndarray)) and len(p) == 2 for p in truth)
    )


def _labels(values: npt.NDArray[Any], rows: int) -> Bools:
    if len(values) != rows:
        raise ValueError(f"truth: {len(values)} labels given, expected {rows}, one for each score")
    if values.dtype.kind == "f" and np.isnan(values).any():
        raise ValueError("truth: NaN given, expected a label (0 or 1) for each score")
    if values.size and not np.isin(values, (0, 1)).all():
        raise ValueError("truth: expected labels of 0 and 1, bools, or pairs of start and end")
    return values.astype(np.bool_)


def _bound(
    table: Table, column: str, kind: str | None, zone: str | None
) -> tuple[npt.NDArray[np.int64], bool]:
    """Nanoseconds or rows of one end of intervals, and whether they are times."""
    values, name = table.array(column), f"truth: column {column!r}"
    timed = values.dtype.kind not in "iuf"
    if timed and values.dtype.kind == "M":
        values = in_ns(name, values)
        local = np.full(len(values), kind in ("pandas", "polars", "arrow") and column not in table.zones)
    elif timed:
        local = np.array([_is_local(value) for value in values.tolist()], dtype=np.bool_)
        values = times_of(values, name)[0]
    missing = np.isnat(values) if timed else np.isnan(values.astype(np.float64))
    if missing.any():
        raise ValueError(
            f"{name}: missing in row {np.flatnonzero(missing)[0]}, expected a start and an end of each"
        )
    return (_as_utc(values.view(np.int64), local, zone) if timed else values.astype(np.int64)), timed


def _is_local(time: Any) -> bool:
    """Whether a time has no zone of its own; those of numpy, which every result has, are UTC."""
    if isinstance(time, str):
        return _OFFSET.search(time) is None
    return isinstance(time, date) and getattr(time, "tzinfo", None) is None


def _as_utc(ns: npt.NDArray[np.int64], local: Bools, zone: str | None) -> npt.NDArray[np.int64]:
    return np.where(local, _core.to_utc(np.ascontiguousarray(ns), rules_of(zone)), ns)


def _of_pairs(truth: Any, seen: Found, closed: Closed) -> Bools:
    ends = [bound for pair in truth for bound in pair]
    of_time = not all(
        isinstance(b, (int, np.integer)) and not isinstance(b, (bool, np.timedelta64)) for b in ends
    )
    if of_time:
        bounds = np.array([_instant(b) for b in ends], dtype=np.int64)
        bounds = _as_utc(bounds, np.array([_is_local(b) for b in ends], dtype=np.bool_), seen.zone)
    else:
        bounds = np.array(ends, dtype=np.int64)
    return _inside(bounds.reshape(-1, 2), of_time, seen, closed)


def _instant(bound: Any) -> int:
    if isinstance(bound, str):
        try:
            with offsets_applied():
                bound = np.datetime64(bound)
        except ValueError:
            raise ValueError(f"truth: {bound!r} given, expected a time such as '2026-03-02 14:05'") from None
    return _time("truth", bound)


def _inside(pairs: npt.NDArray[np.int64], of_time: bool, seen: Found, closed: Closed) -> Bools:
    rows, time = len(seen.score), seen.time
    if of_time and time is None:
        raise ValueError(f"truth: intervals of time given, and {seen.untimed}; pass timestamps= that ascend")
    at = time.astype("datetime64[ns]").view(np.int64) if of_time and time is not None else np.arange(rows)
    if (pairs[:, 0] > pairs[:, 1]).any():
        raise ValueError("truth: an interval ends before it starts")
    first = np.searchsorted(at, pairs[:, 0], "left")
    last = np.searchsorted(at, pairs[:, 1], "right" if closed == "both" else "left")
    last = np.where(pairs[:, 0] == pairs[:, 1], np.searchsorted(at, pairs[:, 1], "right"), last)
    depth = np.zeros(rows + 1, dtype=np.int64)
    np.add.at(depth, first, 1)
    np.add.at(depth, np.maximum(last, first), -1)
    return np.asarray(np.cumsum(depth[:-1]) > 0)
