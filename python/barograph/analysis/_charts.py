"""What is to be drawn of a request log: each chart names a table and says in its title what it shows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ._facts import Facts
from ._log import ALL, DAY, HOUR
from ._model import Chart, Mark
from ._wording import count, figure, hours, interval, iso, ms, percent, rows, significant, times


def charts(facts: Facts) -> tuple[Chart, ...]:
    """All charts that the log allows, in the order of the page."""
    parts = (
        _timeline_requests,
        _timeline_latency,
        _timeline_errors,
        _traffic_by_hour,
        _profile,
        _heatmap,
        _endpoints,
        _load,
        _peak,
        _status,
        _histogram,
        _worst,
    )
    return tuple(chart for part in parts for chart in part(facts))


def _zone(facts: Facts) -> str:
    return f"time ({facts.log.zone})"


def _per(facts: Facts) -> str:
    """The width of the timeline's buckets in words."""
    step = facts.log.step
    if facts.log.last - facts.log.first > 92 * DAY:
        step = DAY
    names = {DAY: "day", HOUR: "hour", 60 * 10**9: "minute", 10**9: "second"}
    return names.get(step, f"{step // (60 * 10**9)} minutes" if step >= 60 * 10**9 else f"{step // 10**9} s")


def _marks(facts: Facts) -> tuple[Mark, ...]:
    return tuple(
        Mark(iso(i.start), iso(i.end), ", ".join(p.service for p in i.impacts[:3]))
        for i in facts.search.incidents
    )


def _filter(facts: Facts) -> str | None:
    return "service" if facts.log.service is not None else None


def _timeline_requests(facts: Facts) -> Iterator[Chart]:
    if facts.series is not None:
        return
    requests = facts.of_all("timeline").array("requests")
    most, per = int(requests[np.argmax(requests)]), _per(facts)
    within = per if per[0].isdigit() else f"{'an' if per == 'hour' else 'a'} {per}"
    yield Chart(
        "requests_over_time", "line", f"Traffic: at most {rows(most, 'request')} in {within}",
        "timeline", "time", ("requests",), _zone(facts), f"requests per {_per(facts)}",
        filter=_filter(facts), marks=_marks(facts),
    )  # fmt: skip


def _timeline_latency(facts: Facts) -> Iterator[Chart]:
    if facts.figure is None:
        return
    if facts.series is not None:
        title = f"{facts.series}: {significant(facts.row('overall')['mean'])} on average"
        yield Chart(
            "value_over_time", "line", title, "timeline", "time", ("mean",), _zone(facts),
            f"{facts.series}, mean per {_per(facts)}",
        )  # fmt: skip
        return
    hit = [(i, p) for i in facts.search.incidents for p in i.impacts if p.latency_hit]
    if hit:
        incident, impact = max(hit, key=lambda h: h[1].score)
        name = "" if impact.service == ALL else f"{impact.service} "
        worse = (
            f"{times(impact.p95 / impact.expected_p95)} its baseline"
            if impact.expected_p95 > 0
            else f"{ms(impact.p95)} against {ms(impact.expected_p95)}"
        )
        title = f"Latency: {name}P95 {worse} on {interval(incident.start, incident.end)}"
    else:
        title = f"Latency: P95 {ms(facts.row('overall')['p95'])}, no time out of line with its baseline"
    yield Chart(
        "latency_over_time", "line", title, "timeline", "time", ("p50", "p95"), _zone(facts),
        f"latency per {_per(facts)} (ms)", filter=_filter(facts), marks=_marks(facts),
    )  # fmt: skip


def _timeline_errors(facts: Facts) -> Iterator[Chart]:
    if facts.log.error is None:
        return
    everything = facts.row("overall")
    hit = [(i, p) for i in facts.search.incidents for p in i.impacts if p.errors_hit]
    title = f"Errors: {percent(everything['error_rate'])} of requests"
    if hit:
        incident, impact = max(hit, key=lambda h: h[1].score)
        name = "" if impact.service == ALL else f" of {impact.service}"
        title += f", {percent(impact.error_rate)}{name} on {interval(incident.start, incident.end)}"
    yield Chart(
        "errors_over_time", "line", title, "timeline", "time", ("error_rate",), _zone(facts),
        f"error rate per {_per(facts)}", filter=_filter(facts), marks=_marks(facts),
        note="times with few requests scatter most; shaded is only what chance does not explain",
    )  # fmt: skip


def _has_hours(facts: Facts) -> bool:
    """Whether the log is long enough to say something on hours of the day."""
    return facts.has("by_hour", 3) and facts.log.last - facts.log.first >= 3 * HOUR


def _traffic_by_hour(facts: Facts) -> Iterator[Chart]:
    if facts.series is not None or not _has_hours(facts):
        return
    table = facts.of_all("by_hour")
    rate = np.nan_to_num(table.array("requests_per_hour"), nan=-1.0)
    at = int(np.argmax(rate))
    hour = int(table.array("hour")[at])
    yield Chart(
        "traffic_by_hour", "bar", f"Busiest at {hours(hour)}: {count(float(rate[at]))} requests an hour",
        "by_hour", "hour", ("requests_per_hour",), f"hour of day ({facts.log.zone})", "requests an hour",
    )  # fmt: skip


def _profile(facts: Facts) -> Iterator[Chart]:
    """Latency, or a series' value, by hour of day."""
    if facts.figure is None or not _has_hours(facts):
        return
    table = facts.of_all("by_hour")
    mean = np.nan_to_num(table.array("mean"), nan=-np.inf)
    at = int(np.argmax(mean))
    what = "Slowest" if facts.series is None else "Highest"
    hour = int(table.array("hour")[at])
    yield Chart(
        "profile_by_hour", "line", f"{what} at {hours(hour)}: mean {figure(float(mean[at]), facts.unit)}",
        "by_hour", "hour", ("p50", "p95", "mean"), f"hour of day ({facts.log.zone})",
        "latency (ms)" if facts.series is None else facts.series,
    )  # fmt: skip


def _heatmap(facts: Facts) -> Iterator[Chart]:
    table = facts.of_all("by_day_hour")
    if not facts.has("by_day", 2) or facts.log.last - facts.log.first < DAY:
        return
    value = "mean" if facts.series is not None else "requests"
    values = np.nan_to_num(table.array(value).astype(float), nan=-np.inf)
    at = int(np.argmax(values))
    day = int(table.array("day")[at].astype("datetime64[ns]").astype(np.int64))
    when = interval(
        day + int(table.array("hour")[at]) * HOUR, day + (int(table.array("hour")[at]) + 1) * HOUR
    )
    what = f"{facts.series}, highest" if facts.series else "Requests, most"
    yield Chart(
        "day_by_hour", "heatmap", f"{what} on {when}: {significant(float(values[at]), 4)}",
        "by_day_hour", "hour", ("day", value), f"hour of day ({facts.log.zone})", "day",
        note=f"{'requests' if facts.series is None else f'mean {facts.series}'} in each hour of each day",
    )  # fmt: skip


def _endpoints(facts: Facts) -> Iterator[Chart]:
    if facts.has("slowest_endpoints", 2):
        top = facts.row("slowest_endpoints")
        yield Chart(
            "latency_by_endpoint", "hbar", f"Slowest endpoint: {top['endpoint']}, P95 {ms(top['p95'])}",
            "slowest_endpoints", "endpoint", ("p50", "p95"), "endpoint", "latency (ms)",
            note="ranked by the lower end of P95's 95 % interval: few requests do not top the list by luck",
        )  # fmt: skip


def _load(facts: Facts) -> Iterator[Chart]:
    if not facts.has("load_hours", 3) or facts.log.latency is None:
        return
    relation = facts.latency_load
    certain = relation is not None and relation.certain
    fit = "; fitted by Theil-Sen, incidents left out" if certain else ""
    yield Chart(
        "load_latency", "scatter",
        "Latency rises with load" if certain and relation is not None and relation.slope > 0
        else "Latency falls with load" if certain else "Latency does not depend on load",
        "load_hours", "requests_per_hour", ("mean", "fitted") if certain else ("mean",),
        "requests an hour", "mean latency (ms)",
        note=f"one point each {_bucket(facts)}{fit}",
    )  # fmt: skip


def _bucket(facts: Facts) -> str:
    step = HOUR if facts.log.last - facts.log.first >= DAY else facts.log.step
    return (
        "hour"
        if step == HOUR
        else f"{step // (60 * 10**9)} min"
        if step >= 60 * 10**9
        else f"{step // 10**9} s"
    )


def _peak(facts: Facts) -> Iterator[Chart]:
    if not facts.has("peak_offpeak"):
        return
    table = facts.of_all("peak_offpeak")
    peak, off = table.rows()
    if not peak["requests_per_hour"] or not off["requests_per_hour"]:
        return
    ratio = peak["requests_per_hour"] / off["requests_per_hour"]
    yield Chart(
        "peak_offpeak", "bar",
        f"Peak hours bring {times(ratio)} the traffic of the others" if ratio >= 1.05
        else "Peak hours bring no more traffic than the others",
        "peak_offpeak", "period", ("requests_per_hour",), "", "requests an hour",
    )  # fmt: skip


def _status(facts: Facts) -> Iterator[Chart]:
    if not facts.has("status_codes"):
        return
    table = facts.of_all("status_codes")
    codes, requests = table.array("status_code"), table.array("requests")
    bad = int(requests[codes >= 400].sum())
    yield Chart(
        "status_codes", "bar", f"{percent(bad / int(requests.sum()))} of answers are 4xx or 5xx",
        "status_codes", "status_code", ("requests",), "status code", "requests",
    )  # fmt: skip


def _histogram(facts: Facts) -> Iterator[Chart]:
    if not facts.has("latency_histogram"):
        return
    everything = facts.row("overall")
    yield Chart(
        "latency_histogram", "histogram",
        f"Half of all requests take up to {ms(everything['p50'])}, 1 % more than {ms(everything['p99'])}",
        "latency_histogram", "from_ms", ("requests",), "latency (ms)", "requests",
        note="bars have a width of a quarter octave, named by their lower end",
    )  # fmt: skip


def _worst(facts: Facts) -> Iterator[Chart]:
    if not facts.has("by_service", 2) or facts.log.latency is None:
        return
    table = facts.tables["by_service"]
    at = int(np.argmax(np.nan_to_num(table.array("p95"), nan=-1.0)))
    name = table.strings("service")[at]
    yield Chart(
        "latency_by_service", "hbar", f"{name} is slowest: P95 {ms(float(table.array('p95')[at]))}",
        "by_service", "service", ("p50", "p95"), "service", "latency (ms)",
    )  # fmt: skip
