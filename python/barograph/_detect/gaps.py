"""Rows that are not there: gaps, series that went silent, stretches of zeros."""

from __future__ import annotations

import math
import numbers
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .._cuts import _width
from .._group_keys import _aligned
from .calibration import check_alpha, score_of_log_probability
from .data import Doubles, telemetry_of, times_of
from .expectation import groups_of

Times = npt.NDArray[np.datetime64]


class Gap(NamedTuple):
    """A stretch in which something should have been.

    Attributes
    ----------
    kind : {"gap", "silent", "zero"}
        Rows or values are missing; nothing came any more until the end; values were all zero.
    by : object
        The group, None without groups.
    start, end : datetime64[ns]
        The last row before it and the first row after it; of ``"silent"`` the end of what was observed. Of
        ``"zero"`` the first and the last zero.
    rows : float
        How many rows were missing, or expected in so long a time, or were zero.
    score : float
        In [0, 1], of the probability of so long a stretch by chance.
    """

    kind: str
    by: Any
    start: np.datetime64
    end: np.datetime64
    rows: float
    score: float


def gaps(
    timestamps: Any, values: Any = None, *, by: Any = None, until: Any = None, step: Any = None,
    alpha: float = 0.001,
) -> list[Gap]:  # fmt: skip
    """Find what is not there, group by group.

    Parameters
    ----------
    timestamps : array-like of times
        Of the rows, in any order: samples at a steady step, or events that come as they come.
    values : array-like of shape (n,), optional
        Missing values (NaN) count as rows that are not there, and long stretches of zeros are found.
    by : array-like of shape (n,), optional
        The group of each row: a service, a device. A group that stops before `until` went silent.
    until : time, optional
        Until when rows were to be expected; by default the latest row of all groups.
    step : length of time or number of seconds, optional
        Distance of samples. By default the median distance of a group's rows, where three of four are within
        a tenth of it; else rows are taken for events that come by chance.
    alpha : float, default 0.001
        False findings a group.

    Returns
    -------
    list of Gap
        In the order of groups, then of time.

    Notes
    -----
    Samples: each distance from 1.5 steps on is a gap. Events at a rate: a distance d between n events is a
    gap where n exp(-rate d) < alpha. Zeros, where a share p of the other values is zero: L in a row where
    n p^L < alpha, which is hardly ever so where most values are zero.

    Examples
    --------
    >>> import numpy as np
    >>> minutes = np.datetime64("2026-03-02T09:00") + np.array([0, 1, 2, 3, 7, 8, 9])
    >>> found = bg.detect.gaps(minutes, until=np.datetime64("2026-03-02T09:30"))
    >>> [(g.kind, str(g.start)[11:16], str(g.end)[11:16], g.rows) for g in found]
    [('gap', '09:03', '09:07', 3.0), ('silent', '09:09', '09:30', 20.0)]
    """
    check_alpha(alpha)
    times, _ = times_of(timestamps)
    if np.isnat(times).any():
        raise ValueError("timestamps: NaT given, expected a time for each row")
    given = None if values is None else telemetry_of(values, name="values").values
    if given is not None and given.shape != times.shape:
        shape = given.shape[0] if given.ndim == 1 else given.shape
        raise ValueError(f"values: {shape} given, expected {times.size}, one for each time")
    if not times.size:
        return []
    end = times.max() if until is None else times_of(np.atleast_1d(until), "until")[0][0]
    if np.isnat(end):
        raise ValueError(f"until: {until!r} given, expected a time")
    width = None if step is None else _step(step)
    found: list[Gap] = []
    for key, rows in groups_of(_aligned(by, timestamps, "timestamps"), times.size):
        order = np.argsort(times[rows], kind="stable")
        group_times = times[rows][order]
        group_values = None if given is None else given[rows][order]
        found += _gaps_of(key, group_times, group_values, end, width, alpha)
    return found


def _step(step: Any) -> float:
    """Nanoseconds of a length of time."""
    if isinstance(step, numbers.Real) and not isinstance(step, (bool, np.timedelta64)):
        ns = float(step) * 1e9
    else:
        ns = float(_width(step, "step") or 0)
    if not (ns > 0 and math.isfinite(ns)):
        raise ValueError(f"step: {step!r} given, expected a length of time above 0")
    return ns


def _gaps_of(
    key: Any, times: Times, values: Doubles | None, end: np.datetime64, step: float | None, alpha: float
) -> list[Gap]:
    if values is not None:
        times, values = times[~np.isnan(values)], values[~np.isnan(values)]
    if not times.size:
        return []
    ends = np.append(times, max(end, times[-1]))
    distances = np.diff(ends.view(np.int64)).astype(np.float64)
    inner = distances[:-1]
    if step is None and inner.size:
        median = float(np.median(inner))
        if median > 0 and np.mean(np.abs(inner - median) <= 0.1 * median) >= 0.75:
            step = median
    if step is not None:
        missing = np.maximum(np.round(distances / step) - 1, 0)
        is_gap = distances >= 1.5 * step
        # Samples that are due and do not come have no probability of their own: one in a thousand each.
        log_p = -missing * math.log(1000.0)
    else:
        span = float(inner.sum())
        if not span > 0:
            return []
        rate = inner.size / span
        missing = distances * rate
        log_p = np.minimum(math.log(times.size) - missing, 0.0)
        is_gap = log_p < math.log(alpha)
    scores = score_of_log_probability(log_p)
    last = len(distances) - 1
    found = [
        Gap("silent" if i == last else "gap", key, ends[i], ends[i + 1], float(missing[i]), float(scores[i]))
        for i in np.flatnonzero(is_gap).tolist()
    ]
    if values is not None:
        found += _zeros_of(key, times, values, alpha)
    return sorted(found, key=lambda gap: gap.start)


def _zeros_of(key: Any, times: Times, values: Doubles, alpha: float) -> list[Gap]:
    zero = values == 0
    share = float(zero.mean())
    if not 0 < share < 1:
        return []
    edges = np.flatnonzero(np.diff(np.concatenate([[False], zero, [False]]).astype(np.int8)))
    starts, stops = edges[::2], edges[1::2]
    lengths = stops - starts
    # The stretch itself raises the share: what lies outside of it tells how usual zeros are.
    outside = (zero.sum() - lengths + 0.5) / (zero.size - lengths + 1.0)
    log_p = np.minimum(math.log(zero.size) + lengths * np.log(outside), 0.0)
    scores = score_of_log_probability(log_p)
    return [
        Gap("zero", key, times[starts[i]], times[stops[i] - 1], float(lengths[i]), float(scores[i]))
        for i in np.flatnonzero(log_p < math.log(alpha)).tolist()
    ]
