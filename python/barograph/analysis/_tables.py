"""The tables of a request log's report, from the engine's figures by group.

Times are wall-clock times of the policy's zone. `requests`, `errors`, `error_rate`, `mean`, `p50`,
`p95`, `p99` and `apdex` are what ``bg.kpis`` gives; a log without latencies or errors lacks those.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .._frames import Strings, Table
from ._gaps import Gap, missing_steps, regular_step, silences
from ._incidents import Search, figures_of_runs, search
from ._log import ALL, DAY, HOUR, Buckets, Codes, Floats, Ints, Log
from ._relation import Relation, theil_sen

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_TIMELINE_HOURS = 92 * DAY  # longer logs have a timeline of days
_TIMELINE_SERVICES = 12
_WORST, _LEAST_SCORE = 15, 2.0  # periods told, standard errors that they have at least
_LEAST_REQUESTS = 10  # in an hour, for its mean to count in the relation to load
_BINS = 10
_NO_STATUS = 1e6  # a number beyond it (or none) is no status
_SLOWEST = 20
POOLED = "other"  # the reader's name for all endpoints beyond its limit: no endpoint, so never a top one
# quantiles whose order statistics bound P95: the nearest ones outside its binomial interval are taken
_GRID = (
    0, 0.25, 0.5, 0.75, 0.85, 0.9, 0.925, 0.94, 0.945, 0.9475,
    0.95, 0.9525, 0.955, 0.96, 0.97, 0.98, 0.99, 1,
)  # fmt: skip
_FEW = 72  # below it even the largest value is no upper bound of P95 at 97.5 %


@dataclass
class Facts:
    """All that the sentences and drawings of a report are made from."""

    log: Log
    search: Search
    tables: dict[str, Table] = field(default_factory=dict)
    latency_load: Relation | None = None
    step: int | None = None
    gaps: list[Gap] = field(default_factory=list)
    repeated: int = 0
    series: str | None = None
    endpoints: int | None = None  # how many there were before the rare ones were taken together

    def row(self, name: str, number: int = 0) -> dict[str, Any]:
        """One row of a table, NaN for missing numbers."""
        table = self.tables[name]
        return {c: _scalar(table[c][number]) for c in table.columns}

    def has(self, name: str, rows: int = 1) -> bool:
        """Whether there is such a table, with so many rows."""
        return name in self.tables and len(self.tables[name]) >= rows

    @property
    def figure(self) -> str | None:
        """The column whose mean and quantiles the tables hold: the latency, or a metric series' value."""
        return self.series or self.log.latency

    @property
    def unit(self) -> str:
        """The unit of that column, empty where unknown."""
        return "" if self.series else "ms"

    @property
    def noun(self) -> str:
        """What one row is."""
        return "sample" if self.series else "request"


def _scalar(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) and not isinstance(value, np.datetime64) else value


def gather(log: Log, endpoints: int | None = None) -> Facts:
    """Look for incidents, relations and gaps, and fill all tables.

    endpoints : how many there were before the reader took the rare ones together; None if it did not.
    """
    facts = Facts(log, search(log), endpoints=endpoints)
    facts.step = regular_step(log.ns)
    roles = (log.service, log.endpoint, log.latency, log.status, log.error)
    numbers = [m for m in log.measures if not _is_flag(log.table.array(m))]
    if numbers and facts.step is not None and all(role is None for role in roles):
        facts.series = numbers[0]
    tables = facts.tables
    tables["overall"] = _overall(facts)
    if log.service is not None:
        tables["by_service"] = _by_service(facts, log.service)
    if log.endpoint is not None:
        _endpoints(facts, log.endpoint)
    tables["by_hour"] = _by_hour(facts)
    hourly = log.hourly
    tables["by_day"] = _by_day(facts)
    of_hours = _kpis(facts, {"bucket": (hourly.of_row, len(hourly))})
    tables["by_day_hour"] = _by_day_hour(hourly, of_hours)
    tables["timeline"] = _timeline(facts, hourly, of_hours)
    if log.status is not None:
        tables["status_codes"] = _status_codes(log)
    if log.latency is not None:
        tables["latency_histogram"] = _histogram(log)
    tables["peak_offpeak"] = _peak(facts)
    if facts.series is None:
        _load(facts)
        tables["worst_periods"] = _worst(facts)
        tables["incidents"] = _incidents(facts)
    if log.measures:
        tables["measures"] = _measures(log)
    facts.gaps = silences(log) if facts.step is None else missing_steps(log, facts.step)
    facts.repeated = 0 if facts.step is None else int(np.count_nonzero(log.ns[1:] == log.ns[:-1]))
    tables["gaps"] = _gaps(facts)
    return facts


def _kpis(facts: Facts, keys: Mapping[str, Strings | tuple[Codes, int]], **options: Any) -> Table:
    """The engine's figures by group, of samples instead of requests for a metric series."""
    found = facts.log.kpis(keys, value=facts.series, **options)
    if facts.series is None:
        return found
    names = {"requests": "samples"}
    return Table({names.get(c, c): found[c] for c in found.columns})


def _figures(found: Table, *keys: str) -> dict[str, Any]:
    """The columns of a kpis table without its keys."""
    return {c: found[c] for c in found.columns if c not in keys}


def _counts(found: Table) -> Ints:
    return np.asarray(found.array(found.columns[_first_count(found)])).astype(np.int64)


def _first_count(found: Table) -> int:
    return next(i for i, c in enumerate(found.columns) if c in ("requests", "samples"))


def _rate(counts: npt.NDArray[Any], hours: npt.NDArray[Any]) -> Floats:
    """Requests an hour; NaN where less than a minute of time lies under them."""
    rate: Floats = np.full(len(counts), np.nan)
    known = hours * 60 >= 1
    rate[known] = counts[known] / hours[known]
    return rate


def _times(wall: npt.NDArray[Any]) -> npt.NDArray[np.datetime64]:
    return np.asarray(wall, dtype=np.int64).view("datetime64[ns]")


def _is_flag(values: npt.NDArray[Any]) -> bool:
    return bool(np.all((values == 0) | (values == 1) | (values != values)))


def _overall(facts: Facts) -> Table:
    log = facts.log
    found = _kpis(facts, {})
    hours = np.array([(log.last - log.first) / HOUR])
    start, end = log.wall(np.array([log.first])), log.wall(np.array([log.last]))
    return Table(
        {
            "start": _times(start),
            "end": _times(end),
            "hours": hours,
            f"{facts.noun}s_per_hour": _rate(_counts(found), hours),
            **_figures(found),
        }
    )


def _by_service(facts: Facts, service: Strings) -> Table:
    found = _kpis(facts, {"service": service})
    table = Table(
        {
            "service": Strings(found.array("service"), service.categories),
            "share": _counts(found) / len(facts.log),
            **_figures(found, "service"),
        }
    )
    return table.take(np.argsort(-_counts(found), kind="stable"))


def _by_hour(facts: Facts) -> Table:
    """One row an hour of day that the log covers, quiet ones too."""
    log = facts.log
    found = _kpis(facts, {"hour": (log.hour_of_row, 24)})
    present = (log.hours_seen > 0) | np.isin(np.arange(24), found.array("hour"))
    hours = np.flatnonzero(present)
    filled = _filled(found, "hour", 24).take(present)
    counts = _counts(filled)
    return Table(
        {
            "hour": hours.astype(np.int64),
            "hours_seen": log.hours_seen[present],
            "share": counts / len(log),
            f"{facts.noun}s_per_hour": log.rate_by_hour(_counts(_filled(found, "hour", 24)))[present],
            **_figures(filled, "hour"),
        }
    )


def _filled(found: Table, key: str, size: int) -> Table:
    """A row for each code of `key` from 0: counts of absent ones 0, figures NaN."""
    at = found.array(key)
    columns: dict[str, Any] = {}
    for name in found.columns:
        values = found.array(name)
        if name in ("requests", "samples", "errors"):
            column = np.zeros(size, dtype=np.int64)
        else:
            column = np.full(size, np.nan)
        column[at] = values
        columns[name] = column
    columns[key] = np.arange(size, dtype=np.int64)
    return Table(columns)


def _by_day(facts: Facts) -> Table:
    days = facts.log.buckets(DAY)
    found = _filled(_kpis(facts, {"day": (days.of_row, len(days))}), "day", len(days))
    number = days.wall // DAY
    keep = _counts(found) > 0 if len(days) > 1000 else slice(None)
    return Table(
        {
            "day": _times(days.wall),
            "weekday": Strings(((number + 3) % 7).astype(np.int32), _WEEKDAYS),
            "share": _counts(found) / len(facts.log),
            f"{facts.noun}s_per_hour": _rate(_counts(found), days.hours),
            **_figures(found, "day"),
        }
    ).take(keep)


def _by_day_hour(hourly: Buckets, found: Table) -> Table:
    wall = hourly.wall[found.array("bucket")]
    return Table(
        {
            "day": _times(wall - wall % DAY),
            "hour": wall // HOUR % 24,
            **_figures(found, "bucket"),
        }
    )


def _timeline(facts: Facts, hourly: Buckets, of_hours: Table) -> Table:
    """Long form: for each bucket of time "all", then each of the busiest services."""
    log = facts.log
    step = log.step if log.last - log.first <= _TIMELINE_HOURS else DAY
    buckets = log.steps if step == log.step else log.buckets(step)
    keys: dict[str, Strings | tuple[Codes, int]] = {"bucket": (buckets.of_row, len(buckets))}
    overall = of_hours if step == HOUR else _kpis(facts, keys)
    parts = [(ALL, overall)]
    if log.service is not None:
        names = list(facts.tables["by_service"].strings("service").to_numpy()[:_TIMELINE_SERVICES])
        each = _kpis(facts, {"service": log.service, **keys})
        code = {name: i for i, name in enumerate(log.service.categories)}
        of_service = each.array("service")
        parts += [(name, each.take(of_service == code[name])) for name in names]
    inside = facts.search.in_incident
    rows: dict[str, list[Any]] = {}
    for name, part in parts:
        part = _filled(part.select([c for c in part.columns if c != "service"]), "bucket", len(buckets))  # noqa: PLW2901
        keep = _counts(part) > 0 if len(buckets) > 5000 else np.ones(len(buckets), dtype=bool)
        at = np.flatnonzero(keep)
        marked = np.zeros(len(buckets), dtype=bool)
        if step == log.step:
            hit = inside if name == ALL else inside[[facts.search.services.index(name)]]
            marked |= np.any(hit, axis=0)
        columns = {
            "time": _times(buckets.wall[at]),
            "service": [name] * at.size,
            f"{facts.noun}s_per_hour": _rate(_counts(part)[at], buckets.hours[at]),
            **_figures(part.take(at), "bucket"),
            "incident": marked[at],
        }
        for column, values in columns.items():
            rows.setdefault(column, []).append(values)
    return Table(
        {
            c: Strings.encode([v for part in values for v in part])
            if c == "service"
            else np.concatenate(values)
            for c, values in rows.items()
        }
    )


def _status_codes(log: Log) -> Table:
    values = log.table.array("status_code")
    known = values[np.abs(values) < _NO_STATUS] if values.dtype.kind == "f" else values
    codes, counts = _tally(known.astype(np.int64))
    return Table(
        {
            "status_code": codes,
            "class": [f"{code // 100}xx" for code in codes.tolist()],
            "requests": counts,
            "share": counts / len(log),
        }
    )


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
    figures = _figures(found, *keys)
    bounds = [figures.pop(c) for c in list(figures) if c[0] == "p" and c[1:2].isdigit()]
    if log.latency is not None:
        at = dict(zip(_GRID, bounds, strict=True))
        apdex = {"apdex": figures.pop("apdex")} if "apdex" in figures else {}
        figures |= {"p50": at[0.5], "p95": at[0.95], "p99": at[0.99], **apdex}
    counts = _counts(found)
    table = Table({**named, "share": counts / len(log), **figures})
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


def _histogram(log: Log) -> Table:
    """Latencies counted in buckets of about a quarter octave."""
    from .._states import QuantileHistogram

    histogram = QuantileHistogram(scale=2)
    values = log.table.array("response_time_ms")
    histogram.update(values.astype(np.float64, copy=False))
    buckets = histogram.buckets()
    return Table(
        {
            "from_ms": np.array([b.lower for b in buckets], dtype=float),
            "to_ms": np.array([b.upper for b in buckets], dtype=float),
            "requests": np.array([b.count for b in buckets], dtype=np.int64),
            "share": np.array([b.count for b in buckets], dtype=np.int64) / len(log),
        }
    )


def _peak(facts: Facts) -> Table:
    """The policy's peak hours against all other hours."""
    log = facts.log
    begin, end = log.policy.peak_hours
    hours = np.arange(24)
    at_peak = (hours >= begin) & (hours < end)
    key = np.where(at_peak, 0, 1).astype(np.int32)[log.hour_of_row]
    found = _filled(_kpis(facts, {"period": (key, 2)}), "period", 2)
    seen = np.array([math.fsum(log.hours_seen[at_peak]), math.fsum(log.hours_seen[~at_peak])])
    return Table(
        {
            "period": [f"peak {begin:02d}:00-{end:02d}:00", "off-peak"],
            "hours_seen": seen,
            f"{facts.noun}s_per_hour": _rate(_counts(found), seen),
            **_figures(found, "period"),
        }
    )


def _load(facts: Facts) -> None:
    """Hours as points of load and latency, binned by load, with a line through the points."""
    log = facts.log
    if log.latency is None and log.error is None:
        return
    hours = log.hourly if log.last - log.first >= DAY else log.steps
    if hours is log.steps and log.last - log.first <= _TIMELINE_HOURS:
        timeline = facts.tables["timeline"]
        points = timeline.take(timeline.strings("service").codes == 0)
    else:
        points = _filled(_kpis(facts, {"bucket": (hours.of_row, len(hours))}), "bucket", len(hours))
    counts = _counts(points)
    inside = _hours_in_incidents(facts, hours)
    used = hours.whole & ~inside & (counts >= _LEAST_REQUESTS)
    at = np.flatnonzero(used)
    if at.size < 12:
        return
    load = counts / (hours.step / HOUR)
    if log.latency is not None:
        facts.latency_load = theil_sen(load[at], points.array("mean")[at])
    columns: dict[str, Any] = {
        "time": _times(hours.wall[counts > 0]),
        "requests_per_hour": load[counts > 0],
        "incident": inside[counts > 0],
    }
    for name in ("mean", "p95", "error_rate"):
        if name in points:
            columns[name] = points.array(name)[counts > 0]
    if facts.latency_load is not None:
        columns["fitted"] = facts.latency_load.at(columns["requests_per_hour"])
    facts.tables["load_hours"] = Table(columns)
    facts.tables["load_latency"] = _bins(facts, hours, load, at)


def _hours_in_incidents(facts: Facts, hours: Buckets) -> npt.NDArray[np.bool_]:
    """Which of some buckets overlap an incident."""
    start = hours.wall
    inside = np.zeros(len(hours), dtype=bool)
    for incident in facts.search.incidents:
        inside |= (start < incident.end) & (start + hours.step > incident.start)
    return inside


def _bins(facts: Facts, hours: Buckets, load: Floats, at: npt.NDArray[np.intp]) -> Table:
    """Hours outside incidents in bins of like load, as many hours in each."""
    order = at[np.argsort(load[at], kind="stable")]
    bins = min(_BINS, order.size // 3)
    of_bucket = np.full(len(hours), -1, dtype=np.int32)
    number = np.arange(order.size) * bins // order.size
    of_bucket[order] = number
    found = _kpis(facts, {"bin": (of_bucket[hours.of_row], bins)})
    sizes = np.bincount(number, minlength=bins)
    first = np.searchsorted(number, np.arange(bins))
    low, high = load[order[first]], load[order[first + sizes - 1]]
    middle = (load[order[first + (sizes - 1) // 2]] + load[order[first + sizes // 2]]) / 2
    columns: dict[str, Any] = {
        "load_from": low,
        "load_to": high,
        "requests_per_hour": middle,
        "hours": sizes * (hours.step / HOUR),
        **_figures(found, "bin"),
    }
    if facts.latency_load is not None:
        columns["fitted"] = facts.latency_load.at(middle)
    return Table(columns)


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
            "start": _times(np.array([steps.wall[i.first] for i in impacts], dtype=np.int64)),
            "end": _times(np.array(ends, dtype=np.int64)),
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
    """The buckets of a service with the largest excess over their baseline, in standard errors."""
    found, log = facts.search, facts.log
    flat = found.score.ravel()
    order = np.lexsort((np.arange(flat.size), -flat))[:_WORST]
    order = order[flat[order] >= _LEAST_SCORE]
    buckets = len(log.steps)
    g, b = order // buckets, order % buckets
    runs = [(int(service), int(bucket), int(bucket) + 1) for service, bucket in zip(g, b, strict=True)]
    figures = figures_of_runs(log, found.service_of_row, runs)
    start = log.steps.wall[b]
    columns: dict[str, Any] = {
        "start": _times(start),
        "end": _times(start + log.steps.step),
        "service": Strings(g.astype(np.int32), list(found.services)),
        "score": flat[order],
        "in_incident": found.in_incident.ravel()[order],
        **_figures(figures, "run"),
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
            "when_max": _times(np.array([r["when_max"] for r in rows], dtype=np.int64)),
        }
    )


def _gaps(facts: Facts) -> Table:
    gaps = facts.gaps
    expected = "missing_samples" if facts.step else "expected_requests"
    start = np.array([g.start for g in gaps], dtype=np.int64)
    end = np.array([g.end for g in gaps], dtype=np.int64)
    return Table(
        {
            "start": _times(start),
            "end": _times(end),
            "minutes": np.array([(g.end - g.start) / (60 * 10**9) for g in gaps], dtype=float),
            expected: np.array([g.expected for g in gaps], dtype=np.int64 if facts.step else float),
        }
    )
