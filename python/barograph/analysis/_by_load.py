"""The tables of a report by load: each hour as a point of traffic and latency, and hours of like traffic.

Hours in incidents and hours that the log covers in part are drawn, but tell nothing on the relation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .._frames import Table
from ._by_time import TIMELINE_HOURS
from ._facts import Facts, counts_of, figures, filled, kpis, parts, stacked, times
from ._log import ALL, DAY, HOUR, Buckets, Floats
from ._relation import Relation, theil_sen

_LEAST_REQUESTS = 10  # in an hour, for its mean to count in the relation to load
_BINS = 10


def by_load(facts: Facts) -> None:
    """Fill `load_hours` (the points), `load_latency` (in bins) and the relation of latency to load."""
    log = facts.log
    if log.latency is None and log.error is None:
        return
    hours = log.hourly if log.last - log.first >= DAY else log.steps
    points = _points(facts, hours)
    inside = _hours_in_incidents(facts, hours)

    def used(of_service: Table) -> npt.NDArray[np.intp]:
        return np.flatnonzero(hours.whole & ~inside & (counts_of(of_service) >= _LEAST_REQUESTS))

    everything = points[0][1]
    at = used(everything)
    if at.size < 12:
        return
    tables = []
    for name, of_service in points:
        counts = counts_of(of_service)
        load = counts / (hours.step / HOUR)
        relation = None
        if log.latency is not None:
            mine = used(of_service)
            relation = theil_sen(load[mine], of_service.array("mean")[mine])
        if name == ALL:
            facts.latency_load = relation
        columns: dict[str, Any] = {"time": times(hours.wall), "requests_per_hour": load, "incident": inside}
        columns |= {c: of_service.array(c) for c in ("mean", "p95", "error_rate") if c in of_service}
        if facts.latency_load is not None:
            columns["fitted"] = _line(relation, load, certain=name != ALL)
        tables.append((name, Table(columns).take(counts > 0)))
    facts.tables["load_hours"] = stacked(tables, "time")
    facts.tables["load_latency"] = _bins(facts, hours, counts_of(everything) / (hours.step / HOUR), at)


def _line(relation: Relation | None, load: Floats, *, certain: bool) -> Floats:
    """The fitted latencies; NaN without a relation, or without a certain one where that is asked for."""
    if relation is None or (certain and not relation.certain):
        return np.full(load.size, np.nan)
    return relation.at(load)


def _points(facts: Facts, hours: Buckets) -> list[tuple[str, Table]]:
    """The figures of each hour, of all and of each service; from the timeline where that has them."""
    log = facts.log
    if hours is not log.steps or log.last - log.first > TIMELINE_HOURS or len(hours) > 5000:
        found = parts(facts, {"bucket": (hours.of_row, len(hours))})
        return [(name, filled(table, "bucket", len(hours))) for name, table in found]
    timeline = facts.tables["timeline"]
    service = timeline.strings("service")
    return [(name, timeline.take(service.codes == i)) for i, name in enumerate(service.categories)]


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
    found = kpis(facts, {"bin": (of_bucket[hours.of_row], bins)})
    sizes = np.bincount(number, minlength=bins)
    first = np.searchsorted(number, np.arange(bins))
    low, high = load[order[first]], load[order[first + sizes - 1]]
    middle = (load[order[first + (sizes - 1) // 2]] + load[order[first + sizes // 2]]) / 2
    columns: dict[str, Any] = {
        "load_from": low,
        "load_to": high,
        "requests_per_hour": middle,
        "hours": sizes * (hours.step / HOUR),
        **figures(found, "bin"),
    }
    if facts.latency_load is not None:
        columns["fitted"] = facts.latency_load.at(middle)
    return Table(columns)
