"""Metrics of many services, taken apart: columns of numbers, their names and services, and the times."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _core
from .._frames import Kind, Strings, Table, kind_of
from .._instants import in_ns
from .data import Doubles, times_of
from .options import listed

Times = npt.NDArray[np.datetime64]
ServiceOf = Mapping[str, str] | Sequence[str | None] | Callable[[str], str | None]

_TIME_NAMES = ("time", "timestamp", "ts", "datetime", "date", "unix_timestamp", "epoch")
_SERVICE_NAMES = ("service", "service_name", "microservice", "application", "app", "pod", "host", "node")
_METRIC_NAMES = ("metric", "metric_name", "name", "kpi", "measure", "variable", "field")
_VALUE_NAMES = ("value", "values", "val", "metric_value")
_SEPARATOR = re.compile(r"[_./:| ]+")


@dataclass(frozen=True)
class Metrics:
    """Columns of numbers, one a metric.

    Attributes
    ----------
    columns : list of ndarray of float64
        Of equal length, in the order of time.
    names : list of str
        What each is called.
    measures : list of str
        What each measures: its name without its service.
    services : list of str or None
        Of which service each is; None where that is not known.
    time : ndarray of datetime64[ns] or None
        When the rows were measured, UTC.
    zone : str or None
        The zone of the times.
    kind : {"pandas", "polars", "arrow", "table"}
        The kind of frame they came in.
    order : ndarray of int64 or None
        Rows as given, in the order of time; None where they stood in it.
    given : int
        How many rows were given.
    """

    columns: list[Doubles]
    names: list[str]
    measures: list[str]
    services: list[str | None]
    time: Times | None
    zone: str | None
    kind: Kind
    order: npt.NDArray[np.int64] | None = None
    given: int = 0

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    @property
    def step(self) -> float | None:
        """Seconds from a row to the next, the median; None without times."""
        if self.time is None or len(self.time) < 2:
            return None
        steps = np.diff(self.time.view(np.int64))
        steps = steps[steps > 0]
        return float(np.median(steps)) / 1e9 if steps.size else None

    def rows(self, begin: int, end: int) -> Metrics:
        """The rows from `begin` up to `end`."""
        time = None if self.time is None else self.time[begin:end]
        return replace(self, columns=[c[begin:end] for c in self.columns], time=time, order=None)


def metrics_of(
    data: Any,
    *,
    time: str | None = None,
    service: str | ServiceOf | None = None,
    metric: str | None = None,
    value: str | Sequence[str] | None = None,
    name: str = "metrics",
) -> Metrics:
    """Take apart a wide frame (a column a metric) or a long one (rows of time, service or metric, values).

    Parameters
    ----------
    data : frame or mapping of columns
        Wide where no column is text, else long.
    time, metric, value : str, optional
        Names of columns; by default recognised.
    service : str, mapping, sequence or callable, optional
        Of a long frame the column of services; of a wide one the service of each column.
    name : str
        What error messages call `data`.
    """
    if kind_of(data) is None and not isinstance(data, Mapping):
        raise TypeError(
            f"{name}: {type(data).__name__} given, expected a frame of pandas, polars or Arrow, a Table or a "
            "mapping of columns"
        )
    levels = _levels(data)
    table = Table.of(data)
    when, zone, time = _time_of(data, table, time)
    wanted = [value] if isinstance(value, str) else None if value is None else listed("value", value)
    for column in wanted or ():
        _column_named("value", column, table)
    others = [c for c in table.columns if c != time]
    others = [c for c in others if not _is_nothing(table, c)]
    texts = [c for c in others if _is_text(table, c)]
    if texts or metric is not None or (isinstance(service, str) and service in table):
        found = _long(table, others, texts, when, service, metric, wanted, name)
    else:
        found = _wide(table, wanted or others, when, service, levels, name)
    found = replace(found, zone=zone, kind=kind_of(data) or "table", given=len(table))
    return _in_order(found)


def split_name(name: str) -> tuple[str | None, str]:
    """Service and measure of a column's name: ``"cart_latency_p95"`` is ``("cart", "latency_p95")``.

    A name of one word, or one that begins with what it measures, has no service.
    """
    cuts = [m.span() for m in _SEPARATOR.finditer(name) if m.start() > 0 and m.end() < len(name)]
    if not cuts:
        return None, name
    at = len(cuts) - 1
    while at >= 0:
        begin = cuts[at - 1][1] if at else 0
        if not _core.metric_traits(name[begin : cuts[at][0]])[0]:
            return name[: cuts[at][0]], name[cuts[at][1] :]
        at -= 1
    return None, name


def _levels(data: Any) -> list[tuple[str, ...]] | None:
    """Column names of several levels, where a frame has such."""
    columns = getattr(data, "columns", None)
    if columns is None or getattr(columns, "nlevels", 1) < 2:
        return None
    return [tuple(str(part) for part in column) for column in columns]


def _is_text(table: Table, column: str) -> bool:
    values = table[column]
    return isinstance(values, Strings) or (
        values.dtype.kind == "O" and any(isinstance(v, str) for v in values)
    )


def _is_nothing(table: Table, column: str) -> bool:
    """Whether a column of text or objects holds nothing at all, so that nobody knows what it is."""
    values = table[column]
    if isinstance(values, Strings):
        return len(values) > 0 and bool((values.codes < 0).all())
    return values.dtype.kind == "O" and all(v is None for v in values.tolist())


def _column_named(argument: str, column: Any, table: Table) -> None:
    if not (isinstance(column, str) and column in table):
        raise KeyError(f"{argument}: no column {column!r}; there are: {', '.join(table.columns) or 'none'}")


def _time_of(data: Any, table: Table, time: str | None) -> tuple[Times | None, str | None, str | None]:
    """The times, their zone, and the column they stand in."""
    if time is not None:
        _column_named("time", time, table)
        values, zone = times_of(table.array(time), "time")
        return values, table.zones.get(time, zone), time
    dated = [c for c in table.columns if getattr(table[c], "dtype", np.dtype("O")).kind == "M"]
    named = [c for c in table.columns if c.lower() in _TIME_NAMES]
    for column in [c for c in dated if c in named] or dated or named:
        values, zone = times_of(table.array(column), "time")
        return values, table.zones.get(column, zone), column
    index = getattr(data, "index", None)
    if getattr(getattr(index, "dtype", None), "kind", "") == "M":
        values, zone = times_of(index, "time")
        return values, zone, None
    return None, None, None


def _numbers(table: Table, column: str, name: str) -> Doubles:
    values = table.array(column)
    if values.dtype.kind == "m":
        missing = np.isnat(values)
        return np.where(missing, np.nan, in_ns(name, values).astype(np.float64) / 1e9)
    try:
        return np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: column {column!r} holds no numbers") from None


def _wide(
    table: Table, columns: list[str], time: Times | None, service: Any, levels: Any, name: str
) -> Metrics:
    names = list(columns)
    if isinstance(service, str):
        raise KeyError(f"service: no column {service!r}; there are: {', '.join(table.columns) or 'none'}")
    services: list[str | None]
    if levels is not None:
        by_name = {str(column): column for column in _tuples(table, levels)}
        parts = [by_name.get(c, (c,)) for c in columns]
        names = ["_".join(p for p in part if p) for part in parts]
        services = [part[0] for part in parts]
        measures = [" ".join(part[1:]) or part[0] for part in parts]
    else:
        taken_apart = [split_name(c) for c in columns]
        services = [s for s, _ in taken_apart]
        measures = [m for _, m in taken_apart]
    if service is not None:
        services = _services_by(service, columns)
    return Metrics(
        [_numbers(table, c, name) for c in columns], names, measures, services, time, None, "table"
    )


def _tuples(table: Table, levels: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [column for column in levels if str(column) in table]


def _services_by(service: Any, columns: list[str]) -> list[str | None]:
    if callable(service):
        return [service(c) for c in columns]
    if isinstance(service, Mapping):
        return [service.get(c) for c in columns]
    given = listed("service", service)
    if len(given) != len(columns):
        raise ValueError(f"service: {len(given)} given, expected {len(columns)}, one for each metric")
    return [None if s is None else str(s) for s in given]


def _long(
    table: Table, columns: list[str], texts: list[str], time: Times | None, service: Any, metric: str | None,
    given: list[str] | None, name: str,
) -> Metrics:  # fmt: skip
    if time is None:
        raise ValueError(f"{name}: a long frame (with columns of text) needs a column of times; pass time=")
    for argument, column in (("service", service), ("metric", metric)):
        if column is not None:
            _column_named(argument, column, table)
    free = [c for c in texts if c not in (service, metric)]
    service = service or _first(free, _SERVICE_NAMES)
    metric = metric or _first([c for c in free if c != service], _METRIC_NAMES)
    free = [c for c in free if c not in (service, metric)]
    if free and service is None and metric is None and len(free) == 1:
        service, free = free[0], []
    if free:
        raise ValueError(
            f"{name}: columns of text {', '.join(map(repr, free))}: say which is service= and which is "
            "metric=, and leave out the others"
        )
    keys = [c for c in (service, metric) if c is not None]
    values = given or [c for c in columns if c not in keys]
    if metric is not None and not given and len(values) > 1:
        values = [c for c in values if c.lower() in _VALUE_NAMES] or values
    if not values:
        raise ValueError(f"{name}: no column of numbers; there are: {', '.join(table.columns)}")
    moments, row = np.unique(time, return_inverse=True)
    key, groups = _groups([table.strings(c) for c in keys])
    found = Metrics([], [], [], [], moments, None, "table")
    there = (key >= 0) & ~np.isnat(time)
    cell = key.astype(np.int64) * len(moments) + row
    for column in values:
        numbers = _numbers(table, column, name)
        use = there & np.isfinite(numbers)
        size = len(groups) * len(moments)
        count = np.bincount(cell[use], minlength=size)
        with np.errstate(invalid="ignore", over="ignore"):
            mean = np.bincount(cell[use], weights=numbers[use], minlength=size) / np.where(
                count, count, np.nan
            )
        matrix = mean.reshape(len(groups), len(moments))
        for position, group in enumerate(groups):
            of = dict(zip(keys, group, strict=True))
            s = of.get(service) if service is not None else None
            measure = " ".join(p for p in (of.get(metric) if metric else None, column) if p)
            if metric is not None and len(values) == 1:
                measure = of[metric]
            split = split_name(measure) if s is None else (s, measure)
            found.columns.append(matrix[position])
            found.names.append(measure if s is None else f"{s}_{measure}")
            found.services.append(split[0])
            found.measures.append(split[1])
    return found


def _first(columns: list[str], names: tuple[str, ...]) -> str | None:
    return next((c for name in names for c in columns if c.lower() == name), None)


def _groups(keys: list[Strings]) -> tuple[npt.NDArray[np.int64], list[tuple[str, ...]]]:
    """A code a row into the combinations that occur, sorted; -1 where a key is missing."""
    if not keys:
        return np.zeros(0, dtype=np.int64), []
    compact = [k.compact() for k in keys]
    code = np.zeros(len(compact[0]), dtype=np.int64)
    missing = np.zeros(len(compact[0]), dtype=bool)
    for k in compact:
        code = code * max(1, len(k.categories)) + np.maximum(k.codes, 0)
        missing |= k.codes < 0
    used, inverse = np.unique(code[~missing], return_inverse=True)
    out = np.full(len(code), -1, dtype=np.int64)
    out[~missing] = inverse
    groups = []
    for number in used.tolist():
        parts = []
        for k in reversed(compact):
            number, at = divmod(number, max(1, len(k.categories)))  # noqa: PLW2901
            parts.append(k.categories[at])
        groups.append(tuple(reversed(parts)))
    return out, groups


def _in_order(metrics: Metrics) -> Metrics:
    """Rows sorted by time, those without one left out."""
    time = metrics.time
    if time is None or (not np.isnat(time).any() and bool((time[1:] >= time[:-1]).all())):
        return metrics
    order = np.argsort(time, kind="stable")
    order = order[~np.isnat(time[order])]
    return replace(metrics, columns=[c[order] for c in metrics.columns], time=time[order], order=order)
