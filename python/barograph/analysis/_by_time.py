"""The tables of a report by time: hour of day, day, both, the peak hours, and the log's whole course.

Where the log has services each has rows for all of them together (`service` is "all"), which come first,
and then for each of the busiest ones.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._frames import Strings, Table
from ._facts import Facts, counts_of, figures, filled, parts, rate, stacked, times
from ._log import ALL, DAY, HOUR, Buckets, Codes, Floats

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
TIMELINE_HOURS = 92 * DAY  # longer logs have a timeline of days


def by_hour(facts: Facts, of_hours: list[tuple[str, Table]]) -> Table:
    """One row an hour of day that the log covers, quiet ones too; `of_hours` as for `by_day_hour`."""
    log = facts.log
    size = len(log.hourly)
    found = [(name, filled(t, "hour", 24)) for name, t in parts(facts, {"hour": (log.hour_of_row, 24)})]
    present = (log.hours_seen > 0) | (counts_of(found[0][1]) > 0)

    def table(of_service: Table, of_bucket: Table) -> Table:
        counts = counts_of(of_service)
        in_bucket = counts_of(filled(of_bucket, "bucket", size))
        return Table(
            {
                "hour": np.arange(24, dtype=np.int64),
                "hours_seen": log.hours_seen,
                "share": _share(counts),
                f"{facts.noun}s_per_hour": log.rate_by_hour(counts, in_bucket),
                **figures(of_service, "hour"),
            }
        ).take(present)

    tables = [(name, table(t, h)) for (name, t), (_, h) in zip(found, of_hours, strict=True)]
    return stacked(tables, "hour")


def _share(counts: np.ndarray[Any, Any]) -> Floats:
    total = int(counts.sum())
    return counts / total if total else np.full(counts.size, np.nan)


def by_day(facts: Facts) -> Table:
    """One row a day."""
    days = facts.log.buckets(DAY)
    found = [(n, filled(t, "day", len(days))) for n, t in parts(facts, {"day": (days.of_row, len(days))})]
    number = days.wall // DAY
    keep = counts_of(found[0][1]) > 0 if len(days) > 1000 else np.ones(len(days), dtype=bool)

    def table(of_service: Table) -> Table:
        counts = counts_of(of_service)
        return Table(
            {
                "day": times(days.wall),
                "weekday": Strings(((number + 3) % 7).astype(np.int32), WEEKDAYS),
                "share": _share(counts),
                f"{facts.noun}s_per_hour": rate(counts, days.hours),
                **figures(of_service, "day"),
            }
        ).take(keep)

    return stacked([(name, table(t)) for name, t in found], "weekday")


def by_day_hour(hourly: Buckets, of_hours: list[tuple[str, Table]]) -> Table:
    """One row an hour in which there was something; `of_hours` has the figures of each hour."""

    def table(found: Table) -> Table:
        wall = hourly.wall[found.array("bucket")]
        return Table({"day": times(wall - wall % DAY), "hour": wall // HOUR % 24, **figures(found, "bucket")})

    return stacked([(name, table(found)) for name, found in of_hours], "hour")


def timeline(facts: Facts, of_hours: list[tuple[str, Table]]) -> Table:
    """For each bucket of time all requests, then those of each of the busiest services."""
    log = facts.log
    step = log.step if log.last - log.first <= TIMELINE_HOURS else DAY
    buckets = log.steps if step == log.step else log.buckets(step)
    found = of_hours if step == HOUR else parts(facts, {"bucket": (buckets.of_row, len(buckets))})
    inside = facts.search.in_incident

    def table(name: str, of_service: Table) -> Table:
        part = filled(of_service, "bucket", len(buckets))
        keep = counts_of(part) > 0 if len(buckets) > 5000 else np.ones(len(buckets), dtype=bool)
        marked = np.zeros(len(buckets), dtype=bool)
        if step == log.step:
            hit = inside if name == ALL else inside[[facts.search.services.index(name)]]
            marked |= np.any(hit, axis=0)
        return Table(
            {
                "time": times(buckets.wall),
                f"{facts.noun}s_per_hour": rate(counts_of(part), buckets.hours),
                **figures(part, "bucket"),
                "incident": marked,
            }
        ).take(keep)

    return stacked([(name, table(name, t)) for name, t in found], "time", always=True)


def peak_offpeak(facts: Facts) -> Table:
    """The policy's peak hours against all other hours."""
    log = facts.log
    begin, end = log.policy.peak_hours
    hours = np.arange(24)
    after, before = hours >= begin, hours < end
    at_peak = after & before if begin < end else after | before  # 22 to 4 is a night
    key: Codes = np.where(at_peak, 0, 1).astype(np.int32)[log.hour_of_row]
    seen = np.array([math.fsum(log.hours_seen[at_peak]), math.fsum(log.hours_seen[~at_peak])])

    def table(of_service: Table) -> Table:
        part = filled(of_service, "period", 2)
        return Table(
            {
                "period": [f"peak {begin:02d}:00-{end:02d}:00", "off-peak"],
                "hours_seen": seen,
                f"{facts.noun}s_per_hour": rate(counts_of(part), seen),
                **figures(part, "period"),
            }
        )

    return stacked([(name, table(t)) for name, t in parts(facts, {"period": (key, 2)})], "period")
