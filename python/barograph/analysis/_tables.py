"""The tables of a request log's report, from the engine's figures by group.

Times are wall-clock times of the policy's zone. `requests`, `errors`, `error_rate`, `mean`, `p50`,
`p95`, `p99` and `apdex` are what ``bg.kpis`` gives; a log without latencies or errors lacks those.
Where the log has services, tables by time, load, status and latency hold rows for all of them together
(`service` is "all"), which come first, and for each of the busiest ones.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from .._frames import Strings, Table
from ._by_load import by_load
from ._by_time import by_day, by_day_hour, by_hour, peak_offpeak, timeline
from ._facts import MOST_SERVICES, Facts, counts_of, figures, kpis, never_falls, parts, rate, stacked, times
from ._gaps import missing_steps, regular_step, silences
from ._incidents import figures_of_runs, search
from ._log import ALL, DAY, HOUR, Codes, Floats, Ints, Log

_WORST, _LEAST_SCORE = 15, 2.0  # periods told, standard errors that they have at least
_NO_STATUS = 1e6  # a number beyond it (or none) is no status
_SLOWEST = 20
POOLED = "other"  # the reader's name for all endpoints beyond its limit: no endpoint, so never a top one
# quantiles whose order statistics bound P95: the nearest ones outside its binomial interval are taken
_GRID = (
    0, 0.25, 0.5, 0.75, 0.8, 0.83, 0.85, 0.87, 0.88, 0.89, 0.9, 0.91, 0.915, 0.92, 0.925, 0.93, 0.935, 0.9375,
    0.94, 0.9425, 0.944, 0.945, 0.946, 0.947, 0.948, 0.949, 0.9495, 0.95, 0.9505, 0.951, 0.952, 0.953, 0.954,
    0.955, 0.956, 0.9575, 0.96, 0.9625, 0.965, 0.97, 0.975, 0.98, 0.985, 0.99, 1,
)  # fmt: skip
_FEW = 72  # below it even the largest value is no upper bound of P95 at 97.5 %


def gather(log: Log, endpoints: int | None = None) -> Facts:
    """Look for incidents, relations and gaps, and fill all tables.

    endpoints : how many there were before the reader took the rare ones together; None if it did not.
    """
    facts = Facts(log, search(log), endpoints=endpoints)
    facts.step = regular_step(log.ns)
    roles = (log.service, log.endpoint, log.latency, log.status, log.error)
    numbers = [m for m in log.measures if not _is_flag(log.table.array(m))]
    if numbers and facts.step is not None and all(role is None for role in roles):
        telling = [m for m in numbers if not never_falls(log.table.array(m))]  # no counter and no constant
        facts.series = (telling or numbers)[0]
    tables = facts.tables
    tables["overall"] = _overall(facts)
    if log.service is not None:
        tables["by_service"] = _by_service(facts, log.service)
        _busiest(facts, log.service)
    if log.endpoint is not None:
        _endpoints(facts, log.endpoint)
    hourly = log.hourly
    of_hours = parts(facts, {"bucket": (hourly.of_row, len(hourly))})
    tables["by_hour"] = by_hour(facts, of_hours)
    tables["by_day"] = by_day(facts)
    tables["by_day_hour"] = by_day_hour(hourly, of_hours)
    tables["timeline"] = timeline(facts, of_hours)
    if log.status is not None:
        tables["status_codes"] = _status_codes(facts)
    if log.latency is not None:
        tables["latency_histogram"] = _histogram(facts)
    if facts.series is None:
        if log.last - log.first >= DAY:
            tables["peak_offpeak"] = peak_offpeak(facts)
        by_load(facts)
        tables["worst_periods"] = _worst(facts)
        tables["incidents"] = _incidents(facts)
    if log.measures:
        tables["measures"] = _measures(log)
    facts.gaps = silences(log) if facts.step is None else missing_steps(log, facts.step)
    facts.repeated = 0 if facts.step is None else int(np.count_nonzero(log.ns[1:] == log.ns[:-1]))
    tables["gaps"] = _gaps(facts)
    return facts


def _is_flag(values: npt.NDArray[Any]) -> bool:
    return bool(np.all((values == 0) | (values == 1) | (values != values)))


def _overall(facts: Facts) -> Table:
    log = facts.log
    found = kpis(facts, {})
    hours = np.array([(log.last - log.first) / HOUR])
    start, end = log.wall(np.array([log.first])), log.wall(np.array([log.last]))
    return Table(
        {
            "start": times(start),
            "end": times(end),
            "hours": hours,
            f"{facts.noun}s_per_hour": rate(counts_of(found), hours),
            **figures(found),
        }
    )


def _by_service(facts: Facts, service: Strings) -> Table:
    found = kpis(facts, {"service": service})
    table = Table(
        {
            "service": Strings(found.array("service"), service.categories),
            "share": counts_of(found) / len(facts.log),
            **figures(found, "service"),
        }
    )
    return table.take(np.argsort(-counts_of(found), kind="stable"))


def _busiest(facts: Facts, service: Strings) -> None:
    """Which services have rows of their own in other tables."""
    names = tuple(facts.tables["by_service"].strings("service").to_numpy()[:MOST_SERVICES])
    number = np.full(len(service.categories), -1, dtype=np.int32)
    number[[service.categories.index(name) for name in names]] = np.arange(len(names), dtype=np.int32)
    facts.services, facts.service_of_row = names, number[service.codes]


def _status_codes(facts: Facts) -> Table:
    values = facts.log.table.array("status_code")
    known = np.abs(values) < _NO_STATUS if values.dtype.kind == "f" else slice(None)
    codes = values[known].astype(np.int64)
    distinct, total = _tally(codes)
    counts = [(ALL, total, values.size)]
    if facts.service_of_row is not None:
        size, service = len(facts.services), facts.service_of_row
        shown = service[known] >= 0
        cell = np.searchsorted(distinct, codes[shown]) + distinct.size * service[known][shown].astype(
            np.int64
        )
        each = np.bincount(cell, minlength=size * distinct.size).reshape(size, distinct.size)
        rows = np.bincount(service[service >= 0], minlength=size)
        counts += [(name, each[i], int(rows[i])) for i, name in enumerate(facts.services)]

    def table(requests: Ints, rows: int) -> Table:
        there = np.flatnonzero(requests)
        return Table(
            {
                "status_code": distinct[there],
                "class": Strings.encode([f"{code // 100}xx" for code in distinct[there].tolist()]),
                "requests": requests[there].astype(np.int64),
                "share": requests[there] / max(rows, 1),
            }
        )

    return stacked([(name, table(requests, rows)) for name, requests, rows in counts], "class")


def _tally(values: Ints) -> tuple[Ints, Ints]:
    """Distinct values and their counts, without sorting where the range is small."""
    if values.size and int(values.min()) >= 0 and int(values.max()) < 100_000:
        counts = np.bincount(values)
        at = np.flatnonzero(counts)
        return at.astype(np.int64), counts[at].astype(np.int64)
    found, counts = np.unique(values, return_counts=True)
    return found, counts.astype(np.int64)


def _endpoints(facts: Facts, endpoint: Strings) -> None:
    """by_endpoint, one row for each endpoint of each service, and slowest_endpoints with intervals."""
    log = facts.log
    keys: dict[str, Strings | tuple[Codes, int]] = {"endpoint": endpoint}
    if log.service is not None:
        keys = {"service": log.service, **keys}
    found = log.kpis(keys, quantiles=tuple(sorted({*_GRID, 0.99, 0.5})) if log.latency else ())
    named: dict[str, Any] = {
        name: Strings(found.array(name), key.categories)
        for name, key in keys.items()
        if isinstance(key, Strings)
    }
    columns = figures(found, *keys)
    bounds = [columns.pop(c) for c in list(columns) if c[0] == "p" and c[1:2].isdigit()]
    if log.latency is not None:
        at = dict(zip(_GRID, bounds, strict=True))
        apdex = {"apdex": columns.pop("apdex")} if "apdex" in columns else {}
        columns |= {"p50": at[0.5], "p95": at[0.95], "p99": at[0.99], **apdex}
    counts = counts_of(found)
    table = Table({**named, "share": counts / len(log), **columns})
    pooled = np.zeros(len(table), dtype=bool)
    if facts.endpoints is not None and POOLED in endpoint.categories:
        pooled = table.strings("endpoint").codes == endpoint.categories.index(POOLED)
    facts.tables["by_endpoint"] = table.take(np.lexsort((-counts, pooled)))
    if log.latency is not None:
        low, high = _p95_bounds(counts, np.array(bounds))
        facts.tables["slowest_endpoints"] = _slowest(facts, table, np.where(pooled, np.nan, low), high)


def _p95_bounds(counts: Ints, order_statistics: Floats) -> tuple[Floats, Floats]:
    """A 95 % interval of P95 from order statistics, with no assumption on the distribution.

    The rank of the true P95 among n values is binomial(n, 0.95); of the given order statistics the
    nearest ones outside two standard deviations and one rank are taken. NaN where there is none.
    """
    grid = np.array(_GRID)
    n = counts.astype(float)
    spread = 2.0 * np.sqrt(n * 0.95 * 0.05) + 1.0
    last = np.maximum(n - 1.0, 1.0)
    lowest, highest = (0.95 * n - spread) / last, (0.95 * n + spread) / last
    low_at = np.maximum(np.searchsorted(grid, lowest, side="right") - 1, 0)
    high_at = np.searchsorted(grid, highest, side="left")
    columns = np.arange(counts.size)
    low = order_statistics[low_at, columns]
    known = (high_at < grid.size) & (counts >= _FEW)
    high = np.where(known, order_statistics[np.minimum(high_at, grid.size - 1), columns], np.nan)
    return low, high


def _slowest(facts: Facts, endpoints: Table, low: Floats, high: Floats) -> Table:
    """Endpoints by the lower end of P95's interval, so that few rows cannot top the list by luck."""
    counts, mean = endpoints.array("requests"), endpoints.array("mean")
    with_time = counts * np.nan_to_num(mean)
    total = math.fsum(with_time.tolist())
    table = endpoints.with_columns(
        {
            "p95_low": low,
            "p95_high": high,
            "few_requests": counts < _FEW,
            "share_of_time": with_time / total if total > 0 else np.full(len(counts), np.nan),
        }
    ).take(~np.isnan(low))
    order = np.lexsort((-table.array("mean"), -table.array("p95_low")))[:_SLOWEST]
    wanted = ["requests", "mean", "p50", "p95", "p95_low", "p95_high", "p99", "share_of_time", "few_requests"]
    table = table.take(order)
    keys = [c for c in ("service", "endpoint") if c in table]
    return Table({"rank": np.arange(1, len(table) + 1), **{c: table[c] for c in [*keys, *wanted]}})


def _histogram(facts: Facts) -> Table:
    """Latencies counted in buckets of about a quarter octave."""
    from .._quantile_histogram import QuantileHistogram

    values = facts.log.table.array("response_time_ms").astype(np.float64, copy=False)

    def table(histogram: QuantileHistogram, rows: int) -> Table:
        buckets = histogram.buckets()
        counts = np.array([b.count for b in buckets], dtype=np.int64)
        return Table(
            {
                "from_ms": np.array([b.lower for b in buckets], dtype=float),
                "to_ms": np.array([b.upper for b in buckets], dtype=float),
                "requests": counts,
                "share": counts / max(rows, 1),
            }
        )

    everything, left = QuantileHistogram(scale=2), values
    tables: list[tuple[str, Table]] = []
    if facts.service_of_row is not None:
        for number, name in enumerate(facts.services):
            of_service = values[facts.service_of_row == number]
            histogram = QuantileHistogram(scale=2)
            histogram.update(of_service)
            everything.merge(histogram)
            tables.append((name, table(histogram, of_service.size)))
        left = values[facts.service_of_row < 0]
    everything.update(left)
    return stacked([(ALL, table(everything, values.size)), *tables], "to_ms")


def _incidents(facts: Facts) -> Table:
    """One row for each service that an incident hit."""
    steps = facts.log.steps
    rows = [
        (number, impact)
        for number, incident in enumerate(facts.search.incidents, 1)
        for impact in incident.impacts
    ]
    impacts = [impact for _, impact in rows]
    ends = [int(steps.wall[i.last - 1]) + steps.step for i in impacts]
    return Table(
        {
            "incident": np.array([number for number, _ in rows], dtype=np.int64),
            "start": times(np.array([steps.wall[i.first] for i in impacts], dtype=np.int64)),
            "end": times(np.array(ends, dtype=np.int64)),
            "service": Strings.encode([i.service for i in impacts]),
            "requests": np.array([i.requests for i in impacts], dtype=np.int64),
            "error_rate": np.array([i.error_rate for i in impacts]),
            "expected_error_rate": np.array([i.expected_error_rate for i in impacts]),
            "mean": np.array([i.mean for i in impacts]),
            "expected_mean": np.array([i.expected_mean for i in impacts]),
            "p95": np.array([i.p95 for i in impacts]),
            "expected_p95": np.array([i.expected_p95 for i in impacts]),
            "score": np.array([i.score for i in impacts]),
        }
    )


def _worst(facts: Facts) -> Table:
    """The buckets of a service with the largest excess over their baseline, in standard errors.

    Outside of incidents only those that chance does not reach: the largest of n normal deviates is about
    sqrt(2 ln n).
    """
    found, log = facts.search, facts.log
    flat = found.score.ravel()
    order = np.lexsort((np.arange(flat.size), -flat))[:_WORST]
    by_chance = max(_LEAST_SCORE, math.sqrt(2 * math.log(max(flat.size, 1))))
    order = order[flat[order] >= np.where(found.in_incident.ravel()[order], _LEAST_SCORE, by_chance)]
    buckets = len(log.steps)
    g, b = order // buckets, order % buckets
    runs = [(int(service), int(bucket), int(bucket) + 1) for service, bucket in zip(g, b, strict=True)]
    measured = figures_of_runs(log, found.service_of_row, runs)
    start = log.steps.wall[b]
    columns: dict[str, Any] = {
        "start": times(start),
        "end": times(start + log.steps.step),
        "service": Strings(g.astype(np.int32), list(found.services)),
        "score": flat[order],
        "in_incident": found.in_incident.ravel()[order],
        **figures(measured, "run"),
    }
    if log.error is not None:
        columns["expected_error_rate"] = found.expected_error_rate.ravel()[order]
    if log.latency is not None:
        columns["expected_mean"] = found.expected_mean.ravel()[order]
    return Table(columns)


def _measures(log: Log) -> Table:
    """Other numeric columns: how many values, mean, quantiles, extremes and when the largest was."""
    rows: list[dict[str, Any]] = []
    for name in log.measures:
        values = log.table.array(name)
        known = np.flatnonzero(values == values)
        if not known.size:
            continue
        figures = log.kpis({}, value=name)
        top = known[np.argmax(values[known])]
        rows.append(
            {
                "measure": name,
                "count": known.size,
                **{q: figures.array(q)[0] for q in ("mean", "p50", "p95", "p99")},
                "min": values[known[np.argmin(values[known])]],
                "max": values[top],
                "when_max": log.wall(log.ns[top : top + 1])[0],
            }
        )
    columns = {
        c: np.array([r[c] for r in rows], dtype=float) for c in ("mean", "p50", "p95", "p99", "min", "max")
    }
    return Table(
        {
            "measure": Strings.encode([r["measure"] for r in rows]),
            "count": np.array([r["count"] for r in rows], dtype=np.int64),
            **columns,
            "when_max": times(np.array([r["when_max"] for r in rows], dtype=np.int64)),
        }
    )


def _gaps(facts: Facts) -> Table:
    gaps = facts.gaps
    expected = "missing_samples" if facts.step else "expected_requests"
    start = np.array([g.start for g in gaps], dtype=np.int64)
    end = np.array([g.end for g in gaps], dtype=np.int64)
    return Table(
        {
            "start": times(start),
            "end": times(end),
            "minutes": np.array([(g.end - g.start) / (60 * 10**9) for g in gaps], dtype=float),
            expected: np.array([g.expected for g in gaps], dtype=np.int64 if facts.step else float),
        }
    )
