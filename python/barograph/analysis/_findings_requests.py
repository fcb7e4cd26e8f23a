"""Findings of a request log: incidents, load, endpoints, services, errors, traffic."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ._facts import Facts
from ._incidents import Impact
from ._log import DAY, HOUR
from ._model import Finding, Severity
from ._wording import (
    count,
    date,
    duration,
    hours,
    interval,
    iso,
    listed,
    moment,
    ms,
    nanoseconds,
    percent,
    rows,
    significant,
    times,
)

_UNLIKELY = 3.9  # standard errors: one in ten thousand, one-sided


def incidents(facts: Facts) -> Iterator[Finding]:
    """What happened, when, to whom, and how much worse than usual it was."""
    for incident in sorted(facts.search.incidents, key=lambda i: -i.impacts[0].score):
        worst = incident.impacts[0]
        grave = worst.latency_hit and worst.latency_ratio >= 2
        grave |= worst.errors_hit and worst.error_rate - worst.expected_error_rate >= 0.05
        shown = incident.impacts[:3]
        more = len(incident.impacts) - len(shown)
        told = "; ".join(_impact(i) for i in shown) + (f"; and {rows(more, 'more service')}" if more else "")
        yield Finding(
            "incident",
            "critical" if grave else "warning",
            f"Degradation on {interval(incident.start, incident.end)}: {told}.",
            {
                "service": worst.service,
                "services": [i.service for i in incident.impacts],
                "hours": (incident.end - incident.start) / HOUR,
                "requests": worst.requests,
                "latency_ratio": worst.latency_ratio,
                "mean": worst.mean,
                "expected_mean": worst.expected_mean,
                "p95": worst.p95,
                "expected_p95": worst.expected_p95,
                "error_rate": worst.error_rate,
                "expected_error_rate": worst.expected_error_rate,
                "score": worst.score,
            },
            iso(incident.start),
            iso(incident.end),
        )


def _impact(impact: Impact) -> str:
    parts = []
    if impact.latency_hit:
        ratio = impact.latency_ratio
        if ratio >= 1.2:
            parts.append(
                f"latency {times(ratio)} its baseline "
                f"(mean {ms(impact.mean)} against {ms(impact.expected_mean)})"
            )
        else:
            parts.append(f"P95 latency {ms(impact.p95)} against {ms(impact.expected_p95)}")
    if impact.errors_hit:
        parts.append(f"errors {percent(impact.error_rate)} against {percent(impact.expected_error_rate)}")
    name = "" if impact.service == "all" else f"{impact.service} "
    return name + ", ".join(parts)


def error_spike(facts: Facts) -> Iterator[Finding]:
    """The worst bucket of the incidents that raised errors."""
    hit = [(i, p) for i in facts.search.incidents for p in i.impacts if p.errors_hit]
    worst = facts.tables.get("worst_periods")
    if not hit or worst is None:
        return
    incident, impact = max(hit, key=lambda h: h[1].score)
    rows_ = [
        r
        for r in worst.rows()
        if r["in_incident"] and r["service"] == impact.service
        and incident.start <= nanoseconds(r["start"]) < incident.end and r["errors"]
    ]  # fmt: skip
    if not rows_:
        return
    top = max(rows_, key=lambda r: (r["error_rate"], r["requests"]))
    who = "" if impact.service == "all" else f"{impact.service} "
    yield Finding(
        "error_spike",
        "warning",
        f"Errors spike on {interval(nanoseconds(top['start']), nanoseconds(top['end']))}: {who}failed "
        f"{top['errors']:,} of {rows(top['requests'], 'request')} ({percent(top['error_rate'])}), "
        f"usual at that time is {percent(top['expected_error_rate'])}.",
        {
            "service": impact.service,
            "errors": top["errors"],
            "requests": top["requests"],
            "error_rate": top["error_rate"],
            "expected_error_rate": top["expected_error_rate"],
        },
        iso(nanoseconds(top["start"])),
        iso(nanoseconds(top["end"])),
    )


def load_latency(facts: Facts) -> Iterator[Finding]:
    """How latency moves with traffic, if it certainly does and by at least a twentieth."""
    relation = facts.latency_load
    if relation is None or not facts.has("load_latency", 3):
        return
    bins = facts.tables["load_latency"]
    load, fitted = bins.array("requests_per_hour"), bins.array("fitted")
    low, high = float(load[0]), float(load[-1])
    change = float(fitted[-1] - fitted[0])
    if not relation.certain or high <= low or abs(change) < 0.05 * max(abs(float(fitted[0])), 1e-9):
        return
    unit = _unit_of_load(high - low)
    verb = "adds" if relation.slope > 0 else "takes away"
    ends = sorted((abs(relation.low) * unit, abs(relation.high) * unit))
    quiet, busy = float(bins.array("mean")[0]), float(bins.array("mean")[-1])
    yield Finding(
        "load_latency",
        "warning" if change > 0.25 * float(fitted[0]) else "info",
        f"Latency {'rises' if relation.slope > 0 else 'falls'} with load: each further {count(unit)} "
        f"requests an hour {verb} {ms(abs(relation.slope) * unit)} to the mean "
        f"(99 % interval {significant(ends[0], 2)} to {significant(ends[1], 2)} ms); "
        f"{ms(quiet)} at {count(low)} requests an hour, {ms(busy)} at {count(high)}.",
        {
            "slope_per_request": relation.slope,
            "slope_low": relation.low,
            "slope_high": relation.high,
            "intercept": relation.intercept,
            "unit": unit,
            "points": relation.points,
            "mean_at_low_load": quiet,
            "mean_at_high_load": busy,
            "low_load": low,
            "high_load": high,
        },
    )


def _unit_of_load(span: float) -> int:
    unit = 1
    while unit * 10 <= span / 2:
        unit *= 10
    return unit


def load_errors(facts: Facts) -> Iterator[Finding]:
    """The error rate of the busiest third of hours against that of the quietest, incidents left out."""
    if facts.log.error is None or not facts.has("load_latency", 3):
        return
    bins = facts.tables["load_latency"]
    third = len(bins) // 3
    errors, requests = bins.array("errors").astype(np.int64), bins.array("requests").astype(np.int64)
    low = int(errors[:third].sum()), int(requests[:third].sum())
    high = int(errors[-third:].sum()), int(requests[-third:].sum())
    if not _differ(high, low) or high[0] * low[1] < 1.2 * low[0] * high[1]:
        return
    yield Finding(
        "load_errors",
        "warning",
        f"Errors rise with load: {percent(high[0] / high[1])} of requests fail in the busiest third of "
        f"hours, {percent(low[0] / low[1])} in the quietest third.",
        {
            "error_rate_busy": high[0] / high[1],
            "error_rate_quiet": low[0] / low[1],
            "errors_busy": high[0],
            "errors_quiet": low[0],
        },
    )


def _differ(a: tuple[int, int], b: tuple[int, int], tests: int = 1) -> bool:
    """Whether hits of trials a exceed the share of b beyond chance (pooled two-proportion test)."""
    if not a[1] or not b[1]:
        return False
    share = (a[0] + b[0]) / (a[1] + b[1])
    spread = math.sqrt(share * (1 - share) * (1 / a[1] + 1 / b[1]))
    limit = _UNLIKELY + 0.15 * tests.bit_length()  # each doubling of the tests costs about so much
    return a[0] >= 5 and spread > 0 and (a[0] / a[1] - b[0] / b[1]) / spread >= limit


def slow_endpoints(facts: Facts) -> Iterator[Finding]:
    """The slowest endpoint, if it is surely slower than the log as a whole, and its runners-up."""
    if not facts.has("slowest_endpoints", 2):
        return
    table = list(facts.tables["slowest_endpoints"].rows())
    everything = facts.row("overall")
    slow = [r for r in table if r["p95_low"] > 1.1 * everything["p95"] and r["mean"] > everything["mean"]]
    if not slow:
        return
    top = slow[0]
    where = _endpoint(facts, top)
    within = (
        f"{ms(top['p95_low'])} to {ms(top['p95_high'])}"
        if top["p95_high"] is not None
        else f"at least {ms(top['p95_low'])}"
    )
    others = [_endpoint(facts, r) for r in slow[1:3]]
    tail = f"; then {listed(others)}" if others else ""
    yield Finding(
        "slow_endpoint",
        "warning" if top["p95"] > facts.log.policy.apdex_threshold else "info",
        f"{where} is the slowest endpoint: mean {ms(top['mean'])}, P95 {ms(top['p95'])} "
        f"(95 % interval {within}; {rows(top['requests'], 'request')}), "
        f"{times(top['mean'] / everything['mean'])} the mean of all requests and "
        f"{percent(top['share_of_time'])} of all time spent{tail}.",
        {
            "endpoint": top["endpoint"],
            "service": top.get("service"),
            "mean": top["mean"],
            "p95": top["p95"],
            "p95_low": top["p95_low"],
            "p95_high": top["p95_high"],
            "requests": top["requests"],
            "share_of_time": top["share_of_time"],
            "slow_endpoints": [r["endpoint"] for r in slow],
        },
    )


def _endpoint(facts: Facts, row: dict[str, Any]) -> str:
    """An endpoint with its service where that is needed to tell it from others."""
    names = facts.tables["by_endpoint"].strings("endpoint")
    if "service" not in row:
        return str(row["endpoint"])
    same = names.codes == names.categories.index(row["endpoint"])
    return f"{row['service']} {row['endpoint']}" if np.count_nonzero(same) > 1 else str(row["endpoint"])


def slow_service(facts: Facts) -> Iterator[Finding]:
    if facts.log.latency is None or not facts.has("by_service", 2):
        return
    table = sorted(facts.tables["by_service"].rows(), key=lambda r: -(r["mean"] or 0))
    table = [r for r in table if r["requests"] >= 100 and r["mean"]]
    if len(table) < 2 or table[0]["mean"] < 1.2 * table[-1]["mean"]:
        return
    slow, fast = table[0], table[-1]
    yield Finding(
        "slow_service",
        "info",
        f"{slow['service']} is the slowest service: mean {ms(slow['mean'])}, P95 {ms(slow['p95'])}, "
        f"against {ms(fast['mean'])} and {ms(fast['p95'])} of {fast['service']}.",
        {
            "service": slow["service"],
            "mean": slow["mean"],
            "p95": slow["p95"],
            "fastest": fast["service"],
            "fastest_mean": fast["mean"],
        },
    )


def error_hours(facts: Facts) -> Iterator[Finding]:
    """The hours of day at which errors are most frequent, outside incidents."""
    found = facts.search
    if facts.log.error is None or facts.series is not None or facts.log.last - facts.log.first < DAY:
        return
    usual = ~found.in_incident
    hour = facts.log.steps.wall // HOUR % 24
    if facts.log.step > HOUR:
        return
    errors, requests = np.zeros(24, dtype=np.int64), np.zeros(24, dtype=np.int64)
    np.add.at(errors, hour, np.where(usual, found.errors, 0).sum(axis=0))
    np.add.at(requests, hour, np.where(usual, found.requests, 0).sum(axis=0))
    known = np.flatnonzero(requests >= 50)
    if known.size < 2 or not errors.sum():
        return
    top = max(known.tolist(), key=lambda h: (errors[h] / requests[h], -h))
    a = int(errors[top]), int(requests[top])
    b = int(errors.sum()) - a[0], int(requests.sum()) - a[1]
    if not _differ(a, b, tests=24) or a[0] * b[1] < 1.2 * b[0] * a[1]:
        return
    yield Finding(
        "error_hours",
        "info",
        f"Errors are most frequent at {hours(top)}: {percent(a[0] / a[1])} of requests against "
        f"{percent(b[0] / b[1])} in the other hours.",
        {"hour": top, "error_rate": a[0] / a[1], "error_rate_elsewhere": b[0] / b[1], "errors": a[0]},
    )


def error_service(facts: Facts) -> Iterator[Finding]:
    if facts.log.error is None or not facts.has("by_service", 2):
        return
    table = list(facts.tables["by_service"].rows())
    total = sum(r["errors"] for r in table), sum(r["requests"] for r in table)
    top = max(table, key=lambda r: r["errors"] / r["requests"] if r["requests"] >= 50 else 0)
    a = top["errors"], top["requests"]
    b = total[0] - a[0], total[1] - a[1]
    if not _differ(a, b, tests=len(table)) or a[0] * b[1] < 1.15 * b[0] * a[1]:
        return
    yield Finding(
        "error_service",
        "info",
        f"{top['service']} fails most: {percent(a[0] / a[1])} of its requests against {percent(b[0] / b[1])} "
        f"of the others', {percent(a[0] / total[0])} of all errors.",
        {
            "service": top["service"],
            "error_rate": a[0] / a[1],
            "error_rate_elsewhere": b[0] / b[1],
            "share_of_errors": a[0] / total[0],
        },
    )


def status(facts: Facts) -> Iterator[Finding]:
    """The shares of client and server errors by status code."""
    if not facts.has("status_codes"):
        return
    table = facts.of_all("status_codes")
    codes, requests = table.array("status_code"), table.array("requests")
    total = int(requests.sum())
    client = int(requests[(codes >= 400) & (codes < 500)].sum())
    server = int(requests[(codes >= 500) & (codes < 600)].sum())
    figures = {
        "client_errors": client,
        "server_errors": server,
        "client_share": client / total,
        "server_share": server / total,
    }
    top = codes[np.argmax(np.where(codes >= 400, requests, -1))]
    parts = [
        f"{percent(number / total)} end in {what} ({number:,})"
        for number, what in ((client, "a client error, 4xx"), (server, "a server error, 5xx"))
        if number
    ]
    most = f"; most of these are {int(top)}" if np.count_nonzero(codes >= 400) > 1 else ""
    severity: Severity = "warning" if server > 0.01 * total else "info"
    text = (
        f"Of {rows(total, 'request')} with a status, {listed(parts)}{most}."
        if parts
        else f"No status of 400 or above in {rows(total, 'request')}."
    )
    yield Finding("status", severity, text, figures)


def peak(facts: Facts) -> Iterator[Finding]:
    """The policy's peak hours against the others."""
    if not facts.has("peak_offpeak"):
        return
    table = facts.of_all("peak_offpeak")
    peak, off = table.rows()
    rate = peak["requests_per_hour"], off["requests_per_hour"]
    if not rate[0] or not rate[1] or min(peak["requests"], off["requests"]) < 100:
        return
    ratio = rate[0] / rate[1]
    if ratio < 1.2:
        return
    figures = {"traffic_ratio": ratio, "requests_per_hour": rate[0], "requests_per_hour_off_peak": rate[1]}
    begin, end = facts.log.policy.peak_hours
    text = (
        f"The peak {hours(begin, end)} brings {times(ratio)} the traffic of the other hours "
        f"({count(rate[0])} against {count(rate[1])} requests an hour)"
    )
    if facts.log.latency is not None and peak["mean"] is not None and off["mean"]:
        slower = peak["mean"] / off["mean"] - 1
        figures |= {"slower": slower, "mean": peak["mean"], "mean_off_peak": off["mean"], "p95": peak["p95"]}
        if abs(slower) >= 0.05:
            text += (
                f" and is {percent(abs(slower))} {'slower' if slower > 0 else 'faster'} "
                f"(mean {ms(peak['mean'])} against {ms(off['mean'])})"
            )
    yield Finding("peak", "info", text + ".", figures)


def traffic(facts: Facts) -> Iterator[Finding]:
    """When most requests come: hour of day, the busiest day, the busiest single hour."""
    log = facts.log
    if facts.series is not None or len(log) < 2:
        return
    table = facts.of_all("by_hour")
    requests = table.array("requests").astype(np.int64)
    rate = table.array("requests_per_hour")
    most = int(np.argmax(requests))
    seen = table.array("hours_seen") >= 0.5
    at = int(np.argmax(np.where(seen & ~np.isnan(rate), rate, -1))) if seen.any() else most
    hour = int(table.array("hour")[at])
    average = len(log) / ((log.last - log.first) / HOUR) if log.last > log.first else math.nan
    figures: dict[str, Any] = {
        "hour": hour,
        "requests": int(requests[at]),
        "share": int(requests[at]) / len(log),
        "requests_per_hour": float(rate[at]),
        "hour_with_most_requests": int(table.array("hour")[most]),
        "most_requests": int(requests[most]),
    }
    of_hours = facts.of_all("by_day_hour")
    top = of_hours.take([int(np.argmax(of_hours.array("requests")))])
    single = nanoseconds(top.array("day")[0]) + int(top.array("hour")[0]) * HOUR
    figures |= {"single_hour": iso(single), "single_hour_requests": int(top.array("requests")[0])}
    if log.last - log.first < 3 * HOUR:
        text = (
            f"The log holds {rows(len(log), 'request')} in {duration(log.last - log.first)}, "
            f"most of them ({figures['most_requests']:,}) at {hours(figures['hour_with_most_requests'])}"
        )
        yield Finding("traffic_peak", "info", text + ".", figures)
        return
    if log.far is not None or rate[at] < 0.05:  # nearly all hours are empty: rates say nothing
        text = (
            f"Most requests, {figures['most_requests']:,}, come at "
            f"{hours(figures['hour_with_most_requests'])}; "
            f"the busiest single hour is {moment(single)} with "
            f"{rows(figures['single_hour_requests'], 'request')}"
        )
        yield Finding("traffic_peak", "info", text + ".", figures)
        return
    even = rate[at] < 1.2 * average
    text = (
        f"Traffic is even over the day: even {hours(hour)}, the busiest hour, has only "
        f"{times(float(rate[at]) / average)} the average"
        if even
        else f"Most traffic comes at {hours(hour)}: {count(float(rate[at]))} requests an hour, "
        f"{percent(figures['share'])} of all"
    )
    if figures["hour_with_most_requests"] != hour:
        text += (
            f"; the log holds most of {hours(figures['hour_with_most_requests'])}, "
            f"{figures['most_requests']:,} in total"
        )
    within = rows(figures["single_hour_requests"], "request")
    text += f"; the busiest single hour is {moment(single)} with {within}"
    days = facts.of_all("by_day")
    if len(days) > 1:
        per_day = days.array("requests").astype(np.int64)
        best = int(np.argmax(per_day))
        day = nanoseconds(days.array("day")[best]) // DAY
        figures |= {"day": iso(day * DAY)[:10], "day_requests": int(per_day[best])}
        text += f", the busiest day {date(day)} with {per_day[best]:,}"
    yield Finding("traffic_peak", "info", text + ".", figures)


def top_endpoint(facts: Facts) -> Iterator[Finding]:
    if not facts.has("by_endpoint", 2):
        return
    table = facts.tables["by_endpoint"]
    top = facts.row("by_endpoint")
    total = facts.endpoints or len(table)
    if top["requests"] < 2:
        return
    yield Finding(
        "top_endpoint",
        "info",
        f"{_endpoint(facts, top)} is asked for most: {rows(top['requests'], 'request')}, "
        f"{percent(top['share'])} of all; {rows(total, 'endpoint')} in total.",
        {
            "endpoint": top["endpoint"],
            "requests": top["requests"],
            "share": top["share"],
            "endpoints": total,
        },
    )


def longest(facts: Facts) -> Iterator[Finding]:
    """The longest request."""
    if facts.log.latency is None:
        return
    values = facts.log.table.array(facts.log.latency)
    at = int(np.argmax(np.nan_to_num(values, nan=-1.0) if values.dtype.kind == "f" else values))
    wall = int(facts.log.wall(facts.log.ns[at : at + 1])[0])
    where = "" if facts.log.endpoint is None else f" ({facts.log.endpoint[at]})"
    yield Finding(
        "longest_request",
        "info",
        f"The longest request took {ms(float(values[at]))}, on {moment(wall // 10**9 * 10**9)}{where}.",
        {"max": float(values[at])},
        iso(wall),
    )
