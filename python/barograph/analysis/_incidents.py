"""Incidents of a request log: when a service was worse than its own baseline, beyond chance.

The baseline of a service is what it does at that hour of the day (weekends apart in logs of weeks, on that
day of the week in logs of years, at that load in logs too short to have days). Against it stand counts:
requests that failed, and requests slower than the baseline's upper quarter and than its slowest twentieth.
Counts have known chance, so quiet data gives nothing; see :mod:`barograph.analysis._evidence`. What is found
is taken out of the baseline and the search is done again; what stands above the log's better part is left
out from the start, see :mod:`barograph.analysis._levels`. Where less than about a third of the log is at its
better level, nothing tells which part is usual, and no incident is found.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .._frames import Table
from ._evidence import Rise, raised, rises, scores
from ._levels import above_the_better_part, without_days_that_come_back
from ._log import ALL, DAY, HOUR, Codes, Floats, Ints, Log

SLOW = (0.75, 0.95)  # quantiles of the baseline beyond which a request is slow, very slow
LEAST_LATENCY = 1.25  # a smaller ratio to the baseline is no incident
_MOST_SERVICES = 50
_ROUNDS = 3
_LEAST_HITS = 3
_WEEKS = 21  # days, from which on weekends have a baseline of their own
_PRIOR = 20.0  # requests at the service's overall share that a class of hours is thought to have seen


@dataclass(frozen=True)
class Impact:
    """What an incident did to one service; expected figures are of its baseline at the same hours."""

    service: str
    score: float
    latency_hit: bool
    errors_hit: bool
    first: int
    last: int
    requests: int
    errors: int
    error_rate: float
    expected_error_rate: float
    mean: float
    expected_mean: float
    p95: float
    expected_p95: float

    @property
    def latency_ratio(self) -> float:
        """Mean latency over the baseline's; NaN without latencies."""
        return self.mean / self.expected_mean if self.expected_mean > 0 else math.nan

    @property
    def error_ratio(self) -> float:
        """Error rate over the baseline's; infinite if that is 0, NaN without errors."""
        if self.expected_error_rate > 0:
            return self.error_rate / self.expected_error_rate
        return math.inf if self.error_rate > 0 else math.nan


@dataclass(frozen=True)
class Incident:
    """An interval of buckets, first to last (excluded), in wall-clock nanoseconds, worst service first."""

    first: int
    last: int
    start: int
    end: int
    impacts: tuple[Impact, ...]


@dataclass(frozen=True)
class Search:
    """What was looked at and found; matrices have shape (services, buckets)."""

    services: tuple[str, ...]
    service_of_row: Codes
    incidents: tuple[Incident, ...]
    requests: Ints
    errors: Ints
    score: Floats
    expected_error_rate: Floats
    expected_mean: Floats
    in_incident: npt.NDArray[np.bool_]
    baseline: str


@dataclass(frozen=True)
class _Signal:
    """Hits and trials, shape (services, buckets), with the share of hits that the baseline expects.

    `least`: the ratio and the excess of the share that are worth a word.
    """

    errors: bool
    hits: Ints
    trials: Ints
    share: Floats
    least: tuple[float, float]


@dataclass(frozen=True)
class _Baseline:
    """Usual figures, shape (services, classes of hours); NaN where there are none."""

    error_rate: Floats
    mean: Floats
    p95: Floats
    slow: tuple[Floats, ...]


def search(log: Log) -> Search:
    """Look for incidents, each time against a baseline without the last findings, until they stay."""
    grid = _Grid(log)
    marked = grid.suspects()
    for _ in range(_ROUNDS):
        baseline = grid.baseline(marked)
        signals = grid.signals(baseline, marked)
        found = [(g, s.errors, rise) for s in signals for g, rise in _rises(s, len(signals), marked)]
        before, marked = marked, np.zeros_like(marked)
        for g, _, rise in found:
            marked[g, rise.first : rise.last] = True
            marked[g] |= _stretch(before[g], rise)
        if np.array_equal(marked, before):
            break
    incidents = tuple(grid.judge(list(_clusters(found)), baseline, signals))
    inside = np.zeros_like(marked)
    for incident in incidents:
        for impact in incident.impacts:
            inside[grid.names.index(impact.service), impact.first : impact.last] = True
    return Search(
        tuple(grid.names),
        grid.service_of_row,
        incidents,
        grid.requests,
        grid.errors,
        grid.scores(signals),
        baseline.error_rate[:, grid.of_bucket],
        baseline.mean[:, grid.of_bucket],
        inside,
        grid.described,
    )


def _stretch(marked: npt.NDArray[np.bool_], rise: Rise) -> npt.NDArray[np.bool_]:
    """The runs of marks that overlap a rise: what holds an incident stays out of the baseline whole."""
    number = np.cumsum(np.diff(marked, prepend=False))  # odd inside of runs
    inside = np.unique(number[rise.first : rise.last][marked[rise.first : rise.last]])
    return marked & np.isin(number, inside)


def _rises(signal: _Signal, signals: int, marked: npt.NDArray[np.bool_]) -> Iterator[tuple[int, Rise]]:
    services = signal.hits.shape[0]
    for g in range(services):
        for rise in rises(
            signal.hits[g],
            signal.trials[g],
            signal.share[g],
            least=signal.least,
            family=services * signals,
            usual=~marked[g],
        ):
            yield g, rise


class _Grid:
    """The log counted by service and bucket, and its buckets sorted into classes of like hours."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.names, self.service_of_row = _services(log)
        self._buckets = len(log.steps)
        shape = (len(self.names), self._buckets)
        self._cell = self.service_of_row.astype(np.int64) * self._buckets + log.steps.of_row
        if (self.service_of_row < 0).any():
            self._cell[self.service_of_row < 0] = len(self.names) * self._buckets
        self._shape = shape
        self.requests = self._count(None)
        self._latency = None if log.latency is None else log.table.array(log.latency)
        self._measured = self.requests
        if self._latency is not None and self._latency.dtype.kind == "f":
            missing = np.isnan(self._latency)
            if missing.any():
                self._measured = self._count(~missing)
        has_errors = log.error is not None
        self.errors = (
            self._count(log.table.array(str(log.error)).astype(bool))
            if has_errors
            else np.zeros_like(self.requests)
        )
        self.of_bucket, self.described = _classes(log)
        self._classes = int(self.of_bucket.max()) + 1
        self._class = (
            np.zeros(len(log), dtype=np.int32)
            if self._classes == 1
            else self.of_bucket.astype(np.int32)[log.steps.of_row]
        )

    def _count(self, rows: npt.NDArray[np.bool_] | None) -> Ints:
        """Rows in each cell, shape (services, buckets)."""
        size = self._shape[0] * self._shape[1]
        cells = self._cell if rows is None else self._cell[rows]
        counted = np.bincount(cells, minlength=size + 1)[:size]
        return counted.reshape(self._shape).astype(np.int64, copy=False)

    def _by_class(self, cells: Ints, marked: npt.NDArray[np.bool_]) -> Ints:
        """Counts of unmarked buckets summed by service and class."""
        kept = np.where(marked, 0, cells)
        total = np.zeros((self._shape[0], self._classes), dtype=np.int64)
        for of_service, cells_of_service in zip(total, kept, strict=True):
            np.add.at(of_service, self.of_bucket, cells_of_service)
        return total

    def baseline(self, marked: npt.NDArray[np.bool_]) -> _Baseline:
        """What is usual for each service and class of hours, marked buckets left out."""
        log, shape = self.log, (self._shape[0], self._classes)
        key = self.service_of_row * np.int32(self._classes) + self._class
        key[self.service_of_row < 0] = -1
        if marked.any():
            key[np.append(marked.ravel(), False)[self._cell]] = -1
        nothing = np.full(shape, np.nan)
        if log.error is None and log.latency is None:
            return _Baseline(nothing, nothing, nothing, ())
        usual = log.kpis({"cell": (key, shape[0] * shape[1])}, quantiles=SLOW)

        def spread(name: str) -> Floats:
            values = np.full(shape[0] * shape[1], np.nan)
            values[usual.array("cell")] = usual[name]
            return values.reshape(shape)

        return _Baseline(
            nothing if log.error is None else spread("error_rate"),
            nothing if log.latency is None else spread("mean"),
            nothing if log.latency is None else spread("p95"),
            () if log.latency is None else (spread("p75"), spread("p95")),
        )

    def suspects(self) -> npt.NDArray[np.bool_]:
        """Buckets that stand above the better part of the log, shape (services, buckets)."""
        steps = self.log.steps
        marked = np.zeros(self._shape, dtype=bool)
        hours_of_days = steps.step == HOUR and self._classes in (24, 48)
        if not hours_of_days and steps.step != DAY:  # classes of load alone are not alike enough
            return marked
        width = 24 if hours_of_days else 7
        totals: list[tuple[Floats, Ints, bool]] = []
        if self.log.error is not None:
            totals.append((self.errors.astype(np.float64), self.requests, True))
        if self._latency is not None:
            values = np.nan_to_num(self._latency.astype(np.float64, copy=False))
            size = self._shape[0] * self._shape[1]
            time = np.asarray(np.bincount(self._cell, values, minlength=size + 1), dtype=np.float64)
            totals.append((time[:size].reshape(self._shape), self._measured, False))
        for g in range(self._shape[0]):
            for sums, counts, errors in totals:
                above = above_the_better_part(sums[g], counts[g], self.of_bucket, width, errors=errors)
                if hours_of_days and above.any():
                    above = without_days_that_come_back(above, steps.wall // DAY)
                marked[g] |= above
        return marked

    def signals(self, baseline: _Baseline, marked: npt.NDArray[np.bool_]) -> list[_Signal]:
        """Failed, slow and very slow requests, with the shares that the unmarked buckets lead to expect."""
        found = []
        if self.log.error is not None:
            found.append(self._signal(True, self.errors, self.requests, marked, (1.5, 0.005)))
        if self._latency is not None:
            key = np.maximum(self.service_of_row, 0) * np.int32(self._classes) + self._class
            for limits, least in zip(baseline.slow, ((1.4, 0.08), (2.0, 0.04)), strict=True):
                slow = self._count(self._latency > np.nan_to_num(limits, nan=np.inf).ravel()[key])
                found.append(self._signal(False, slow, self._measured, marked, least))
        return found

    def _signal(
        self,
        errors: bool,
        hits: Ints,
        trials: Ints,
        marked: npt.NDArray[np.bool_],
        least: tuple[float, float],
    ) -> _Signal:
        usual, tried = self._by_class(hits, marked), self._by_class(trials, marked)
        overall = (usual.sum(axis=1) + 0.5) / (tried.sum(axis=1) + 1.0)
        share = (usual + _PRIOR * overall[:, np.newaxis]) / (tried + _PRIOR)
        return _Signal(errors, hits, trials, share[:, self.of_bucket], least)

    def scores(self, signals: Iterable[_Signal]) -> Floats:
        """The largest excess of each bucket over its baseline in standard errors; 0 for one or two hits."""
        best = np.zeros(self._shape)
        for signal in signals:
            for g in range(self._shape[0]):
                score = scores(signal.hits[g], signal.trials[g], signal.share[g])
                best[g] = np.maximum(best[g], np.where(signal.hits[g] >= _LEAST_HITS, score, 0.0))
        return best

    def judge(
        self, clusters: list[list[tuple[int, bool, Rise]]], baseline: _Baseline, signals: list[_Signal]
    ) -> Iterator[Incident]:
        """Clusters of rises as incidents, those dropped whose effect is too small to matter."""
        steps = self.log.steps
        for cluster in clusters:
            runs = list(_runs(cluster))
            runs += self._drawn_in(runs, signals)
            figures = figures_of_runs(self.log, self.service_of_row, [(r.g, r.first, r.last) for r in runs])
            measured = {row["run"]: row for row in figures.rows()}
            judged = (self._impact(run, measured.get(i, {}), baseline) for i, run in enumerate(runs))
            impacts = sorted((i for i in judged if i is not None), key=lambda i: -i.score)
            if impacts:
                strong = [i for i in impacts if i.score >= impacts[0].score / 2]
                first, last = min(i.first for i in strong), max(i.last for i in strong)
                end = int(steps.wall[last - 1]) + steps.step
                yield Incident(first, last, int(steps.wall[first]), end, tuple(impacts))

    def _drawn_in(self, runs: list[_Run], signals: list[_Signal]) -> Iterator[_Run]:
        """Services that rose with the others, told by less evidence since the time is given."""
        first, last = min(r.first for r in runs), max(r.last for r in runs)
        for g in sorted(set(range(len(self.names))) - {r.g for r in runs}):
            found = [
                (raised(slice(first, last), s.hits[g], s.trials[g], s.share[g], least=s.least), s.errors)
                for s in signals
            ]
            score = max(score for score, _ in found)
            if score > 0:
                hit = {errors for score, errors in found if score > 0}
                yield _Run(g, first, last, score, True in hit, False in hit)

    def _impact(self, run: _Run, measured: dict[str, Any], baseline: _Baseline) -> Impact | None:
        """What a run of buckets did to its service; None where neither latency nor errors moved enough."""
        weights = self.requests[run.g, run.first : run.last]
        classes = self.of_bucket[run.first : run.last]
        usual = {
            name: _weighted(getattr(baseline, name)[run.g, classes], weights)
            for name in ("error_rate", "mean", "p95")
        }
        seen = {name: math.nan if measured.get(name) is None else float(measured[name]) for name in usual}
        slower = any(seen[name] >= LEAST_LATENCY * usual[name] for name in ("mean", "p95"))
        if not (run.errors_hit or (run.latency_hit and slower)):
            return None
        return Impact(
            service=self.names[run.g],
            score=run.score,
            latency_hit=run.latency_hit and slower,
            errors_hit=run.errors_hit,
            first=run.first,
            last=run.last,
            requests=int(measured.get("requests", 0)),
            errors=int(measured.get("errors") or 0),
            error_rate=seen["error_rate"],
            expected_error_rate=usual["error_rate"],
            mean=seen["mean"],
            expected_mean=usual["mean"],
            p95=seen["p95"],
            expected_p95=usual["p95"],
        )


def figures_of_runs(log: Log, service: Codes, runs: Sequence[tuple[int, int, int]]) -> Table:
    """The engine's figures of some runs of buckets, each of one service: (service, first, last).

    The column `run` is the position in `runs`; a run without rows is left out.
    """
    parts, numbers = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int32)]
    for number, (g, first, last) in enumerate(runs):
        within = log.steps.rows(first, last)
        parts.append(np.flatnonzero(service[within] == g) + within.start)
        numbers.append(np.full(parts[-1].size, number, dtype=np.int32))
    return log.kpis({"run": (np.concatenate(numbers), len(runs))}, rows=np.concatenate(parts))


def _weighted(values: Floats, weights: Ints) -> float:
    """Mean of values by counts, those without a value left out; correctly rounded sums."""
    known = ~np.isnan(values) & (weights > 0)
    total = int(weights[known].sum())
    return math.fsum((values[known] * weights[known]).tolist()) / total if total else math.nan


def _clusters(found: list[tuple[int, bool, Rise]]) -> Iterator[list[tuple[int, bool, Rise]]]:
    """Rises that overlap or nearly touch in time, of whichever service, are one incident.

    Nearly: a quarter of the shorter one's length lies between them.
    """
    cluster: list[tuple[int, bool, Rise]] = []
    start = reach = 0
    for rise in sorted(found, key=lambda f: (f[2].first, f[2].last, f[0])):
        first, last = rise[2].first, rise[2].last
        if cluster and 4 * (first - reach) > min(last - first, reach - start):
            yield cluster
            cluster = []
        if not cluster:
            start, reach = first, last
        reach = max(reach, last)
        cluster.append(rise)
    if cluster:
        yield cluster


@dataclass(frozen=True)
class _Run:
    """Buckets first to last (excluded) of service number g, and which signals rose there."""

    g: int
    first: int
    last: int
    score: float
    errors_hit: bool
    latency_hit: bool


def _runs(cluster: list[tuple[int, bool, Rise]]) -> Iterator[_Run]:
    """One run for each service of a cluster.

    Where a service has several rises, those at least half as strong as the strongest set its extent.
    """
    for g in sorted({g for g, _, _ in cluster}):
        mine = [(errors, rise) for service, errors, rise in cluster if service == g]
        best = max(rise.score for _, rise in mine)
        strong = [rise for _, rise in mine if rise.score >= best / 2]
        yield _Run(
            g,
            min(r.first for r in strong),
            max(r.last for r in strong),
            best,
            any(errors for errors, _ in mine),
            any(not errors for errors, _ in mine),
        )


def _services(log: Log) -> tuple[list[str], Codes]:
    """The services that are looked at one by one, and each row's; -1 beyond the busiest fifty."""
    if log.service is None:
        return [ALL], np.zeros(len(log), dtype=np.int32)
    text = log.service
    counts = np.bincount(text.codes, minlength=len(text.categories))
    order = np.lexsort((np.arange(counts.size), -counts))
    chosen = [c for c in order.tolist()[:_MOST_SERVICES] if counts[c]]
    renumber = np.full(len(text.categories), -1, dtype=np.int32)
    renumber[chosen] = np.arange(len(chosen), dtype=np.int32)
    return [text.categories[c] for c in chosen], renumber[text.codes]


def _classes(log: Log) -> tuple[Ints, str]:
    """Each bucket's class of buckets that should be alike, and what makes them so."""
    steps = log.steps
    days = np.unique(steps.wall // DAY).size
    if steps.step == DAY:
        return (steps.wall // DAY + 3) % 7, "the same day of the week"
    if steps.step == HOUR and days >= 4:
        hour = steps.wall // HOUR % 24
        if days < _WEEKS:
            return hour, "the same hour of the day"
        weekend = (steps.wall // DAY + 3) % 7 >= 5
        return hour + 24 * weekend, "the same hour of the day, weekends apart,"
    counts = np.bincount(steps.of_row, minlength=len(steps))
    busy = np.flatnonzero(counts)
    if busy.size < 20:
        return np.zeros(len(steps), dtype=np.int64), "the rest of the log"
    order = busy[np.argsort(counts[busy], kind="stable")]
    classes = np.zeros(len(steps), dtype=np.int64)
    classes[order] = np.arange(order.size) * 5 // order.size
    return classes, "hours of like traffic" if steps.step == HOUR else "times of like traffic"
