"""A cleaned log as an analysis sees it: its roles, its calendar, and the engine's figures by group.

Rows are sorted by time, so the calendar is worked out once for each quarter of an hour and spread over
the rows by their counts. All times shown are wall-clock times of the policy's zone.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _core
from .._frames import Strings, Table
from .._groups import kpis
from .._policy import Policy

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

SECOND = 10**9
HOUR = 3600 * SECOND
DAY = 24 * HOUR
QUARTER = 900 * SECOND
ALL = "all"
QUANTILES = (0.5, 0.95, 0.99)

# length of a log -> width of the buckets in which it is looked at
_STEPS = (
    (2 * DAY, HOUR),
    (8 * HOUR, QUARTER),
    (3 * HOUR, 300 * SECOND),
    (20 * 60 * SECOND, 60 * SECOND),
    (3 * 60 * SECOND, 10 * SECOND),
    (0, SECOND),
)
_LONG = 400 * DAY  # beyond it days, not hours, are looked at
_AGES = 40 * 365 * DAY


@dataclass(frozen=True)
class Buckets:
    """Consecutive stretches of time that cover the log.

    Attributes
    ----------
    of_row : ndarray of int32
        The bucket of each row of the log.
    wall : ndarray of int64
        Wall-clock start of each bucket, nanoseconds.
    hours : ndarray of float64
        Hours of each bucket that lie between the log's first and last row.
    whole : ndarray of bool
        Whether the log covers all of the bucket.
    step : int
        Width in nanoseconds.
    """

    of_row: Codes
    wall: Ints
    hours: Floats
    whole: npt.NDArray[np.bool_]
    step: int

    def __len__(self) -> int:
        return self.wall.size

    def rows(self, first: int, last: int) -> slice:
        """The rows in buckets first to last (excluded); rows are in order of time."""
        begin, end = np.searchsorted(self.of_row, np.array([first, last], dtype=np.int32)).tolist()
        return slice(begin, end)


class Log:
    """A cleaned log with its roles and calendar.

    Parameters
    ----------
    table : Table
        Canonical columns: timestamp, and of service, endpoint, response_time_ms, status_code and error
        those that exist; further numeric columns are measures.
    policy : Policy
        Zone, Apdex threshold.
    measures : sequence of str
        Numeric columns that are neither latency nor status.

    Raises
    ------
    ValueError
        If there is no timestamp, or no row that has one.
    """

    def __init__(self, table: Table, policy: Policy, measures: Sequence[str]) -> None:
        if "timestamp" not in table:
            raise ValueError(
                f"data: no column of times among {', '.join(table.columns) or 'no columns'}; "
                "name it with columns={'timestamp': ...} (--timestamp)"
            )
        times = np.asarray(table.array("timestamp"))
        if times.dtype.kind != "M":
            raise TypeError(f"data: column 'timestamp' is {times.dtype}, expected times; clean it first")
        if np.isnat(times).any():
            table = table.take(~np.isnat(times))
        ns: Ints = table.array("timestamp").view(np.int64)
        if ns.size and np.any(ns[1:] < ns[:-1]):
            table = table.take(np.argsort(ns, kind="stable"))
        if not len(table):
            raise ValueError("data: no rows with a time are left, nothing to analyse")
        self.table = table
        self.policy = policy
        self.zone: str = policy.zone
        self.measures = tuple(measures)
        counted = {name: self._without_infinite(name) for name in ("response_time_ms", *measures)}
        self.infinite = {name: number for name, number in counted.items() if number}
        self.ns: Ints = self.table.array("timestamp").view(np.int64)
        self.first, self.last = int(self.ns[0]), int(self.ns[-1])
        self.service = _without_all(self._text("service"))
        self.endpoint = self._text("endpoint")
        self.latency = "response_time_ms" if _has_numbers(self.table, "response_time_ms") else None
        self.status = "status_code" if _has_numbers(table, "status_code") else None
        self.error = "error" if "error" in table else None
        self._calendar()

    def __len__(self) -> int:
        return self.ns.size

    def _without_infinite(self, name: str) -> int:
        """Take infinite values for missing, as the row counts and its value does not; how many there were."""
        if name not in self.table or self.table.array(name).dtype.kind != "f":
            return 0
        values = self.table.array(name)
        infinite = np.isinf(values)
        number = int(np.count_nonzero(infinite))
        if number:
            self.table = self.table.with_columns({name: np.where(infinite, np.nan, values)})
        return number

    def _text(self, name: str) -> Strings | None:
        """A text column whose missing cells have a name of their own; None if there is no text."""
        if name not in self.table:
            return None
        text = self.table.strings(name)
        missing = text.codes < 0
        if missing.all():
            return None
        if not missing.any():
            return text
        return Strings(np.where(missing, len(text.categories), text.codes), [*text.categories, "(none)"])

    def _calendar(self) -> None:
        span = self.last - self.first
        self.step = next(step for least, step in _STEPS if span >= least)
        if span > _LONG:
            self.step = DAY
        width = min(QUARTER, self.step)
        if span > _AGES and self.zone == "UTC":
            width = HOUR  # rows of far-off years: keep the calendar small
        begin = self.first - (self.wall(np.array([self.first]))[0] % max(self.step, width)).item()
        begin -= begin % width
        cells = (self.last - begin) // width + 1
        edges = begin + width * np.arange(cells + 1, dtype=np.int64)
        self._counts: Ints = np.diff(np.searchsorted(self.ns, edges)).astype(np.int64)
        self._cell_ns = edges
        self._cell_wall = self.wall(edges[:-1])

    def wall(self, ns: Ints) -> Ints:
        """Wall-clock time in the policy's zone, as nanoseconds since 1970-01-01 00:00 there."""
        return wall_clock(ns, self.zone)

    def spread(self, of_cell: npt.NDArray[Any]) -> Codes:
        """A value of each calendar cell, for each row."""
        return np.repeat(of_cell.astype(np.int32), self._counts)

    def buckets(self, step: int) -> Buckets:
        """The log cut into buckets of wall-clock time: seconds, minutes, hours or days."""
        start = self._cell_wall - self._cell_wall % step
        offset = self._cell_wall - self._cell_ns[:-1]
        new = np.ones(start.size, dtype=bool)
        new[1:] = start[1:] != start[:-1]
        if step <= HOUR:  # an hour that the clock shows twice is two hours
            new[1:] |= offset[1:] != offset[:-1]
        number = np.cumsum(new) - 1
        starts = np.flatnonzero(new)
        edges = np.append(self._cell_ns[starts], self._cell_ns[-1])
        covered = np.minimum(edges[1:], self.last + 1) - np.maximum(edges[:-1], self.first)
        return Buckets(
            self.spread(number),
            start[starts],
            covered / HOUR,
            (edges[:-1] >= self.first - step // 20) & (edges[1:] <= self.last + step // 20),
            step,
        )

    @cached_property
    def far(self) -> str | None:
        """A sentence on a few rows years away from all others: most likely their times are wrong."""
        if len(self) < 3 or self.last - self.first < _LONG:
            return None
        few = max(1, len(self) // 100)
        for name, side in (
            ("before", self.ns[: few + 1].tolist()),
            ("after", self.ns[-few - 1 :].tolist()),
        ):
            away = [b - a for a, b in itertools.pairwise(side)]
            at = max(range(len(away)), key=away.__getitem__)
            others = self.last - side[at + 1] if name == "before" else side[at] - self.first
            if away[at] < 365 * DAY or away[at] < 10 * others:
                continue
            number = at + 1 if name == "before" else len(away) - at
            return (
                f"{number:,} of {len(self):,} rows {'lies' if number == 1 else 'lie'} "
                f"{away[at] / (365.25 * DAY):.0f} years {name} all others: check their times; "
                "rates and gaps over the whole log say little."
            )
        return None

    @cached_property
    def steps(self) -> Buckets:
        """The buckets in which the log is looked at for incidents."""
        return self.buckets(self.step)

    @cached_property
    def hour_of_row(self) -> Codes:
        """Hour of day, 0..23, of each row."""
        return self.spread(self._hour_of_cell)

    @property
    def _hour_of_cell(self) -> Ints:
        return self._cell_wall // HOUR % 24

    @cached_property
    def hourly(self) -> Buckets:
        """Buckets of an hour."""
        return self.steps if self.step == HOUR else self.buckets(HOUR)

    @cached_property
    def hours_seen(self) -> Floats:
        """How many hours of the log fall on each hour of day, shape (24,)."""
        edges = self._cell_ns
        covered = np.minimum(edges[1:], self.last + 1) - np.maximum(edges[:-1], self.first)
        seen = np.zeros(24, dtype=np.int64)
        np.add.at(seen, self._hour_of_cell, np.maximum(covered, 0))
        return seen / HOUR

    def rate_by_hour(self, counts: Ints, in_bucket: Ints) -> Floats:
        """Requests an hour for each hour of day, of hours that the log covers whole if there are any.

        Parameters
        ----------
        counts : ndarray of int64, shape (24,)
            The requests by hour of day.
        in_bucket : ndarray of int64, shape (hours,)
            The same requests in each bucket of `hourly`.
        """
        hourly = self.hourly
        hour = hourly.wall // HOUR % 24
        whole = np.zeros(24, dtype=np.int64)
        requests = np.zeros(24, dtype=np.int64)
        np.add.at(whole, hour, hourly.whole.astype(np.int64))
        np.add.at(requests, hour, np.where(hourly.whole, in_bucket, 0))
        known = self.hours_seen * 60 >= 1
        rate: Floats = np.full(24, np.nan)
        rate[known] = counts[known] / self.hours_seen[known]
        rate[whole > 0] = requests[whole > 0] / whole[whole > 0]
        return rate

    def kpis(
        self,
        keys: Mapping[str, Strings | tuple[Codes, int]],
        *,
        value: str | None = None,
        quantiles: tuple[float, ...] = QUANTILES,
        rows: Any = None,
    ) -> Table:
        """The engine's figures by group; each key comes back as int64 codes, rows sorted by them.

        Parameters
        ----------
        keys : mapping of str to Strings or (codes, number of codes)
            What to group by; a code of -1 leaves the row out.
        value : str, optional
            The column whose mean and quantiles are wanted; the latency by default.
        quantiles : tuple of float
            Which quantiles.
        rows : mask, positions or slice, optional
            Only these rows; the keys are given for them alone.
        """
        column = self.latency if value is None else value
        data: dict[str, Any] = {}
        for role, name in (("latency", column), ("error", self.error)):
            if name is not None:
                data[role] = self.table[name] if rows is None else self.table[name][rows]
        for name, key in keys.items():
            codes, size = (key.codes, len(key.categories)) if isinstance(key, Strings) else key
            data[f"key {name}"] = _key(codes, size)
        if not data:
            data["time"] = self.table["timestamp"]
        policy = self.policy
        result: Table = kpis(
            Table(data),
            by=[f"key {name}" for name in keys] or None,
            latency=None if column is None else "latency",
            error=None if self.error is None else "error",
            apdex=None
            if value is not None or column is None
            else (policy.apdex_threshold, policy.tolerating_limit),
            quantiles=quantiles,
        )
        return _with_codes(result, list(keys))


def wall_clock(ns: Ints, zone: str) -> Ints:
    """Wall-clock time of instants in a zone, both in nanoseconds."""
    if zone == "UTC":
        return ns
    from .._zones import tzif

    return _core.to_local(ns, tzif(zone))


def _without_all(services: Strings | None) -> Strings | None:
    """A service that is called as all of them together gets another name."""
    if services is None or ALL not in services.categories:
        return services
    return Strings(services.codes, [f"{ALL} (service)" if c == ALL else c for c in services.categories])


def _has_numbers(table: Table, name: str) -> bool:
    if name not in table:
        return False
    values = table.array(name)
    return values.dtype.kind in "iu" or (values.dtype.kind == "f" and bool(np.isfinite(values).any()))


def _key(codes: Codes, size: int) -> Strings:
    """Codes as text; of very many possible ones only those that occur."""
    if size <= 10_000 or size <= codes.size:
        return Strings(codes, list(map(str, range(size))))
    used, at = np.unique(codes, return_inverse=True)
    missing = int(np.count_nonzero(used < 0))  # codes below 0 come first
    return Strings((at - missing).clip(-1).astype(np.int32), list(map(str, used[missing:].tolist())))


def _with_codes(figures: Table, keys: list[str]) -> Table:
    columns: dict[str, Any] = {}
    for name in keys:
        text = figures.strings(f"key {name}")
        columns[name] = np.array([int(c) for c in text.categories], dtype=np.int64)[text.codes]
    order = np.lexsort([columns[name] for name in reversed(keys)]) if keys else slice(None)
    columns |= {name: figures[name] for name in figures.columns if not name.startswith("key ")}
    return Table(columns).take(order)
