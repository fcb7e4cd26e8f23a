"""The report of a request log: tables, findings, charts, health; any log with times will do.

What a log lacks (latencies, errors, services, endpoints) narrows the report and is said in its notes. A
table of times and values alone, equally spaced, is reported as a metric series.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from .._dataset import CANONICAL, Cleaned
from .._frames import Frames, Kind, Table
from .._health import HealthScore, health_score
from .._policy import Policy
from ._charts import charts
from ._facts import Facts
from ._findings import findings
from ._log import DAY, HOUR, Log
from ._model import Card, Report
from ._tables import gather
from ._wording import duration, hours, iso, ms, percent, rows, significant

if TYPE_CHECKING:
    from collections.abc import Sequence


def analyze_requests(cleaned: Cleaned, policy: Policy, *, frame: Kind | None = None) -> Report:
    """Tables and findings of a cleaned request log.

    Parameters
    ----------
    cleaned : Cleaned
        Canonical columns; see :func:`barograph.clean`.
    policy : Policy
        Zone of hours and days, peak hours, Apdex, health.
    frame : {"pandas", "polars", "arrow", "table"}, optional
        The kind of frames in ``report.tables``; by default that of `cleaned`.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        If no row has a time.
    """
    table = cleaned.table
    if not len(table) and cleaned.rows_in:
        raise ValueError(f"data: {_why_empty(cleaned)}")
    log = Log(table, policy, _measures(table, cleaned.schema.values))
    facts = gather(log, _endpoints_before(cleaned.notes))
    health = _health(facts)
    overall = facts.row("overall")
    start, end = (int(np.datetime64(overall[k], "ns").astype(np.int64)) for k in ("start", "end"))
    return Report(
        workload="requests",
        title=_title(facts, cleaned.source),
        subtitle=f"{rows(len(log), facts.noun)}{f' in {duration(end - start)}' if end > start else ''}, "
        f"times in {log.zone}",
        source=cleaned.source,
        start=iso(start),
        end=iso(end),
        tables=Frames(facts.tables, cleaned.frames.kind if frame is None else frame),
        findings=findings(facts),
        charts=charts(facts),
        cards=tuple(_cards(facts, health)),
        health=health,
        notes=(*(_of_series(n) if facts.series else n for n in cleaned.notes), *_notes(facts, cleaned)),
    )


def _of_series(note: str) -> str:
    """The reader takes rows for requests: a series has no traffic."""
    return note.replace("the report covers traffic and these values", "the report covers these values")


def _endpoints_before(notes: Iterable[str]) -> int | None:
    """How many endpoints there were, if the reader's note says that it took the rare ones together."""
    for note in notes:
        number, found, _ = note.partition(" different endpoints: the ")
        if found and number.replace(",", "").isdigit():
            return int(number.replace(",", ""))
    return None


def _why_empty(cleaned: Cleaned) -> str:
    """Which rules took every row, those with most rows first."""
    rules = cleaned.frames.raw["rejects"].strings("rule")
    counts = np.bincount(rules.codes, minlength=len(rules.categories))
    by_count = sorted(zip(counts.tolist(), rules.categories, strict=True), key=lambda pair: -pair[0])
    shares = [f"{count:,} by {rule}" for count, rule in by_count[:3] if count]
    rest = sum(count for count, _ in by_count[3:])
    if rest:
        shares.append(f"{rest:,} by other rules")
    form = "COLUMN:%d.%m.%Y %H:%M"
    hint = f"; say how times are written: columns={{'timestamp': '{form}'}} (--timestamp '{form}')"
    return (
        f"all {rows(cleaned.rows_in, 'row')} were rejected: {', '.join(shares)}; nothing is left to analyse"
        f"{hint if by_count[0][1] == 'unparsable_timestamp' else ''}"
    )


def _measures(table: Table, named: Sequence[str]) -> list[str]:
    """Numeric columns without another role, those named as values first; empty ones left out."""
    found = []
    for name in table.columns:
        if name in CANONICAL and name != "bytes":  # which is measured, too
            continue
        kind = table.array(name).dtype.kind
        if kind in "iu" or (kind == "f" and np.isfinite(table.array(name)).any()):
            found.append(name)
    order = {name: i for i, name in enumerate(named)}
    return sorted(found, key=lambda name: order.get(name, len(order)))


def _title(facts: Facts, source: str) -> str:
    what = f"{facts.series} over time" if facts.series else "Requests"
    return f"{what}: {source}" if source else what


def _health(facts: Facts) -> HealthScore | None:
    """The ledger from what the log holds; None without latencies and errors: nothing to judge by."""
    if facts.series is not None or (facts.log.latency is None and facts.log.error is None):
        return None
    row = facts.row("overall")
    traffic = facts.search.requests.sum(axis=0) > 0
    inside = facts.search.in_incident.any(axis=0)
    return health_score(
        latency=row.get("mean"),
        error_rate=row.get("error_rate"),
        anomaly_rate=float(np.count_nonzero(inside & traffic) / np.count_nonzero(traffic)),
        apdex=row.get("apdex"),
        policy=facts.log.policy,
    )


def _cards(facts: Facts, health: HealthScore | None) -> Iterator[Card]:
    row, log = facts.row("overall"), facts.log
    yield Card("Samples" if facts.series else "Requests", f"{len(log):,}", len(log))
    if health is not None:
        good = {"excellent": "good", "good": "good", "fair": "warn"}.get(health.status, "bad")
        yield Card("Health", f"{health.shown} ({health.status})", health.score, good)  # type: ignore[arg-type]
    if log.error is not None:
        rate = row["error_rate"]
        allowed = 1 - log.policy.availability
        yield Card(
            "Error rate", percent(rate), rate, "good" if rate <= allowed else "warn" if rate < 0.05 else "bad"
        )
    if log.latency is not None:
        for label, name in (("P50", "p50"), ("P95", "p95"), ("P99", "p99")):
            yield Card(label, ms(row[name]), row[name])
        yield _apdex(log)
    if facts.series is not None:
        for label, name in (("Mean", "mean"), ("P95", "p95")):
            yield Card(label, significant(row[name]), row[name])
        most = next(r["max"] for r in facts.tables["measures"].rows() if r["measure"] == facts.series)
        yield Card("Largest", significant(most), most)
    yield from _busiest(facts)
    if facts.step is not None:
        missing = int(sum(int(g.expected) for g in facts.gaps))
        yield Card("Missing samples", f"{missing:,}", missing, "warn" if missing else "good")
    if facts.search.incidents:
        number = len(facts.search.incidents)
        yield Card("Incidents", f"{number:,}", number, "bad")


def _apdex(log: Log) -> Card:
    """The index in the standard's notation, from the engine's counts."""
    index = log.policy.apdex()
    latencies = log.table.array(str(log.latency))
    index.update(latencies, log.table.array(log.error) if log.error is not None else False)
    rating = index.rating(log.policy.apdex_bands)
    status = "good" if index.score >= 0.85 else "warn" if index.score >= 0.7 else "bad"
    return Card("Apdex", f"{index.notation()} {rating}", index.score, status)  # type: ignore[arg-type]


def _busiest(facts: Facts) -> Iterator[Card]:
    table = facts.of_all("by_hour")
    if len(table) < 2 or facts.log.last - facts.log.first < (3 * HOUR if facts.series is None else 2 * DAY):
        return
    name = "mean" if facts.series is not None else "requests_per_hour"
    values = np.nan_to_num(table.array(name), nan=-np.inf)
    hour = int(table.array("hour")[int(np.argmax(values))])
    yield Card("Highest hour" if facts.series else "Busiest hour", hours(hour), hour)


def _notes(facts: Facts, cleaned: Cleaned) -> Iterator[str]:
    """What the report leaves out, and why; what was assumed."""
    log = facts.log
    if facts.series is not None:
        yield f"No requests in this table: it is reported as a series of {facts.series}."
    else:
        said = " ".join(cleaned.notes)
        lacking = (
            (
                log.latency,
                "no latency",
                "No latencies in this log: nothing is said on how long requests take.",
            ),
            (log.error, "no status", "No status or error in this log: nothing is said on errors."),
            (log.service, "no service", "No service in this log: all requests are taken together."),
            (log.endpoint, "no endpoint", "No endpoint in this log: nothing is said on single endpoints."),
        )
        alone = "traffic and these values" in said or "a time alone" in said
        yield from (note for role, word, note in lacking if role is None and not alone and word not in said)
        if log.latency is not None or log.error is not None:
            yield (
                f"Incidents are measured against {facts.search.baseline}"
                f"{'' if log.service is None else ' of the same service'}, "
                "with chance excluded at 0.5 % for the whole log."
            )
    for name, number in log.infinite.items():
        if name == "response_time_ms":
            yield (
                f"{rows(number, 'request has', 'requests have')} an infinite latency: "
                "counted as requests without one."
            )
        else:
            yield f"{rows(number, 'value')} of {name} {'is' if number == 1 else 'are'} infinite and left out."
    if log.status is not None:
        lacking_status = len(log) - int(facts.of_all("status_codes").array("requests").sum())
        if lacking_status:
            yield (
                f"{rows(lacking_status, 'request has', 'requests have')} no status: "
                "left out of the table of status codes."
            )
    if log.far:
        yield log.far
    span = log.last - log.first
    if len(log) < 100:
        yield f"Only {rows(len(log), facts.noun)}: quantiles and rates say little."
    if span < 24 * HOUR:
        yield f"The log covers {duration(span)}: nothing can be said on the course of a day."
    rejected = cleaned.rows_in - len(cleaned.table)
    if rejected > 0:
        share = percent(rejected / cleaned.rows_in)
        yield f"{rejected:,} of {rows(cleaned.rows_in, 'row')} were rejected in cleaning ({share})."
