"""Silences: times without a row that chance does not explain, and the missing steps of a regular series.

Between two rows of a log lies a silence that is a gap if, at half the rate usual for those hours, so
many requests would be expected in it that seeing none is beyond chance (Poisson). Nights so count little.
A log whose rows come in bursts has many long silences; there only those are gaps that exceed the usual
long silence by far.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._log import HOUR, Ints, Log

_MOST = 1000
_FAR = 2**63 - 1 - 2**50  # room to add half a step


@dataclass(frozen=True)
class Gap:
    """From the last row before to the first one after, wall-clock nanoseconds.

    `expected`: requests that the usual rate would have brought; steps missing in a regular series.
    """

    start: int
    end: int
    expected: float


def regular_step(ns: Ints) -> int | None:
    """The step of a series whose rows are (nearly all) equally far apart, in nanoseconds; else None."""
    if ns.size < 8:
        return None
    if ns.size > 10_000 and _step(_away(ns[:1001])) is None and _step(_away(ns[-1001:])) is None:
        return None  # the usual log, told from its ends
    return _step(_away(ns))


def _away(ns: Ints) -> Ints:
    """From each row to the next; over 292 years, which int64 cannot hold, counts as those."""
    unsigned = np.diff(ns.view(np.uint64))  # exact, since the rows are in order
    return np.minimum(unsigned, np.uint64(_FAR)).astype(np.int64)


def _step(steps: Ints) -> int | None:
    middle = int(np.partition(steps, steps.size // 2)[steps.size // 2])
    near = np.abs(steps - middle) <= middle // 20
    return middle if middle > 0 and 10 * int(np.count_nonzero(near)) >= 8 * steps.size else None


def missing_steps(log: Log, step: int) -> list[Gap]:
    """Gaps of a regular series, longest first; `start` and `end` are the rows around."""
    away = _away(log.ns)
    at = np.flatnonzero(away > step + step // 2)
    at = at[np.argsort(-away[at], kind="stable")]
    between = [int(log.ns[i + 1]) - int(log.ns[i]) for i in at.tolist()]
    missing = [min((b + step // 2) // step - 1, _FAR) for b in between]
    starts, ends = log.wall(log.ns[at]), log.wall(log.ns[at + 1])
    return [Gap(*g) for g in zip(starts.tolist(), ends.tolist(), missing, strict=True)]


def silences(log: Log) -> list[Gap]:
    """Silences longer than chance allows at the rate usual for their hours, longest expected first."""
    if len(log) < 20:
        return []
    rate = _usual_rate(log)
    away = _away(log.ns)
    fastest = int(rate.max())
    least = _needed(len(log))
    at = np.flatnonzero(away >= 2 * least * HOUR // max(fastest, 1))
    if not at.size:
        return []
    expected = _expected(log, rate, log.ns[at], log.ns[at + 1])
    long = expected / 2 >= least
    at, expected = at[long], expected[long]
    if at.size > 3:
        ordered = np.sort(expected)
        usual_long = float(ordered[ordered.size // 2])
        at, expected = at[expected >= 3 * usual_long], expected[expected >= 3 * usual_long]
    order = np.argsort(-expected, kind="stable")[:_MOST]
    starts, ends = log.wall(log.ns[at[order]]), log.wall(log.ns[at[order] + 1])
    return [Gap(*g) for g in zip(starts.tolist(), ends.tolist(), expected[order].tolist(), strict=True)]


def _needed(rows: int) -> int:
    """Requests to expect so that none has chance 0.005 / rows: -ln of it, rounded up by its bits."""
    return int(0.6932 * (rows * 200).bit_length()) + 1


def _usual_rate(log: Log) -> Ints:
    """Requests an hour by hour of day, shape (24,), for logs under two days one rate for all."""
    counts = np.bincount(log.hour_of_row, minlength=24).astype(np.int64)
    if log.last - log.first < 48 * HOUR:
        return np.full(24, len(log) * HOUR // max(log.last - log.first, 1), dtype=np.int64)
    rate = np.divide(counts, log.hours_seen, out=np.zeros(24), where=log.hours_seen > 0)
    return np.floor(rate).astype(np.int64)


def _expected(log: Log, rate: Ints, starts: Ints, ends: Ints) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Requests expected between instants: the rate of each hour of day, integrated in whole numbers."""
    quarter = HOUR // 4
    edges = np.arange(log.first - log.first % quarter, log.last + quarter, quarter, dtype=np.int64)
    of_cell = rate[log.wall(edges) // HOUR % 24]
    before = np.concatenate([[0], np.cumsum(of_cell)])  # quarters of requests

    def until(ns: Ints) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        cell = (ns - edges[0]) // quarter
        into = (ns - edges[cell]) / quarter
        return np.asarray((before[cell] + of_cell[cell] * into) / 4)

    return until(ends) - until(starts)
