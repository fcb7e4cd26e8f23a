"""Which metrics most likely caused what was seen at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .. import _core
from .._cuts import _width
from .._frames import Strings, Table, as_kind, kind_of
from .._given_options import whole, word
from .._given_times import _time
from .._threads import thread_count
from .metrics import Metrics, ServiceOf, metrics_of

Length = int | str | timedelta | np.timedelta64

_MOST_ROWS_OFF = 600
_MOST_RECENT = 60
_AFTER_SECONDS, _AFTER_ROWS = 900, 5


def rank_causes(
    metrics: Any,
    at: Any = None,
    *,
    graph: Any = None,
    normal: Any = None,
    by: Literal["metric", "service"] = "metric",
    time: str | None = None,
    service: str | ServiceOf | None = None,
    metric: str | None = None,
    value: str | list[str] | None = None,
    before: Length | None = None,
    after: Length | None = None,
    tolerance: Length = "1min",
    recent: Length | None = None,
    threads: int | None = None,
) -> Any:
    """Rank metrics, or services, by how likely they caused what began at a time; best first.

    Parameters
    ----------
    metrics : frame
        Wide: a column of times (or a pandas index of times) and a column of numbers for each metric, such as
        ``cart_latency_p95``; columns of two levels are service and metric. Or long: a time, a service, a
        metric (or several columns of numbers), a value. Missing and infinite cells, constant columns and rows
        in any order are fine.
    at : time or int
        When trouble began or was seen: a time (datetime, datetime64, text such as ``"2026-03-02 14:05"``,
        taken as UTC where it has no zone; seconds since 1970 where it is no row), or the position of a row.
        May be left out where `normal` is given: all of `metrics` is then what is to be explained.
    graph : mapping, pairs or graph, optional
        Who calls whom: ``{"web": ["cart", "login"]}``, pairs ``[("web", "cart")]``, a frame of two columns,
        or anything with ``.edges`` such as a networkx graph. Edges go from caller to callee.
    normal : frame, optional
        Rows of another, normal period with the same metrics, of the same layout. By default the rows before
        `at`.
    by : {"metric", "service"}, default "metric"
        One row a metric, or one a service with its strongest metric.
    time, metric, value : str, optional
        Names of columns, where they are not recognised; `value` may be several.
    service : str, mapping, sequence or callable, optional
        Of a long frame the column of services. Of a wide one the service of each column: by name, in order,
        or by a function of the name. By default what stands before the measure (``cart`` of
        ``cart_latency_p95``), or the longest service of `graph` that a name begins with.
    before, after : int, str or timedelta, optional
        How much to look at: rows, or a length of time such as ``"30min"``. By default all before, and 15
        minutes after, at least five rows; all rows after where there are no times.
    tolerance : int, str or timedelta, default "1min"
        By how much `at` may be off, either way; without times 1 row. 0: not at all.
    recent : int, str or timedelta, optional
        How much just before `at` a shift has to stand out against as well, so that what drifted away earlier
        is no cause. By default as many rows as there are after, at most 60 and a quarter of those before. 0:
        none.
    threads : int, optional
        As in :func:`rolling_mean`; no number changes a bit.

    Returns
    -------
    frame
        Of the kind of `metrics` (a mapping gives a Table), most likely cause first: ``cause``; ``score`` (0
        and up); ``direction`` (up, down, or empty); ``onset``, when it changed (a time, or a row), missing
        where it did not to speak of; ``lag``, seconds (or rows) from `at` to the onset, negative where it
        came before; ``service`` and ``metric``, where they are known.

    Raises
    ------
    ValueError, TypeError, KeyError
        Naming what was given and what is accepted, such as the times there are where `at` is none of them.

    Notes
    -----
    A metric's shift is that of its median and mean, in units of its spread plus a tenth of its
    level; it counts for no more than the shift against the rows just before. Shares of successes are read as
    shares of failures; latency, errors, cpu and memory that fall count for less than those that rise. Cpu and
    memory, which do not spread from service to service, count for a fifth more, and latency that a caller
    measures (``client_latency``, ``upstream_rq_time``) for less: it is rather its callees'. Which is which is
    told by names. When it began is looked for within `tolerance` by all metrics together. With a graph, what
    callees show as well is taken off, and callers that suffer speak for a service. Ranking is no proof: what
    is not measured cannot be found, and `docs/accuracy.md` says how often the first places were right on
    recorded faults.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> frame = bg.Table({
    ...     "time": np.datetime64("2026-03-02T14:00", "s") + 10 * np.arange(120),
    ...     "web_latency": rng.normal(200, 10, 120) + 150 * (np.arange(120) >= 91),
    ...     "cart_latency": rng.normal(40, 3, 120) + 150 * (np.arange(120) >= 90),
    ...     "cart_cpu": rng.normal(30, 2, 120) + 55 * (np.arange(120) >= 89),
    ...     "mail_latency": rng.normal(80, 6, 120),
    ... })
    >>> found = bg.rank_causes(frame, "2026-03-02 14:15:30", graph={"web": ["cart", "mail"]}, by="service")
    >>> found["cause"].to_numpy().tolist(), found["direction"][0]
    (['cart', 'web', 'mail'], 'up')
    """
    word("by", by, "metric", "service")
    layout: dict[str, Any] = {"time": time, "service": service, "metric": metric, "value": value}
    seen = metrics_of(metrics, **layout)
    if not seen.columns or not len(seen):
        raise ValueError(f"metrics: no {'rows' if seen.columns else 'column of numbers'} given")
    usual = None if normal is None else metrics_of(normal, **layout, name="normal")
    calls = None if graph is None else calls_of(graph)
    services = seen.services if calls is None else _services_in(calls, seen, given=service is not None)
    row = 0 if at is None and usual is not None else _row_of(at, seen)
    seconds_at = None if seen.time is None or at is None else _instant_of(at, seen, row)

    end = min(len(seen), row + _after(after, seen, row))
    begin = 0 if before is None else max(0, row - _rows("before", before, seen))
    part = seen.rows(begin, end)
    columns, first = part.columns, 0
    if usual is not None:
        columns, first = _behind(usual, part)
    split = first + row - begin
    if split == 0 < row:
        raise ValueError(f"before: {before!r} given, expected at least one row before `at`, or normal=")
    if not 0 < split < len(columns[0]):
        where = "before" if split == 0 else "from"
        raise ValueError(
            f"at: {at!r} given, and no row is {where} it; expected one with rows on both sides, or normal="
        )
    rows_after = len(columns[0]) - split
    off = 1 if seen.step is None and tolerance == "1min" else _rows("tolerance", tolerance, seen)
    lately = (
        max(2, min(rows_after, split // 4, _MOST_RECENT)) if recent is None else _rows("recent", recent, seen)
    )
    nodes: dict[str, int] = {}
    codes = np.array([-1 if s is None else nodes.setdefault(s, len(nodes)) for s in services], dtype=np.int32)
    edges = [(nodes[a], nodes[b]) for a, b in calls or () if a in nodes and b in nodes]
    _, column, score, shift, onset = _core.rank_causes(
        columns, [_telling(m, n) for m, n in zip(seen.measures, seen.names, strict=True)], split, first,
        min(off, _MOST_ROWS_OFF), lately,
        service=None if calls is None else codes,
        calls=np.array(edges, dtype=np.int32).reshape(-1, 2), threads=thread_count(threads),
    )  # fmt: skip
    onset = np.where(onset >= first, onset - first + begin, -1)
    if by == "service":
        keep = _first_of_each(codes[column])
        column, score, shift, onset = column[keep], score[keep], shift[keep], onset[keep]
    return _result(seen, services, by, column, score, shift, onset, row, seconds_at)


def calls_of(graph: Any) -> list[tuple[str, str]]:
    """The calls of a graph in any of the forms that `rank_causes` accepts, as pairs of caller and callee."""
    edges = getattr(graph, "edges", None)
    if isinstance(graph, Mapping):
        pairs: Iterable[Any] = (
            (caller, callee)
            for caller, callees in graph.items()
            for callee in ([callees] if isinstance(callees, str) else callees)
        )
    elif edges is not None:
        pairs = edges() if callable(edges) else edges
    elif kind_of(graph) is not None:
        table = Table.of(graph)
        if len(table.columns) < 2:
            raise ValueError("graph: a frame of one column given, expected caller and callee")
        caller, callee = (table.array(c) for c in table.columns[:2])
        pairs = zip(caller.tolist(), callee.tolist(), strict=True)
    else:
        pairs = graph
    try:
        return [(str(pair[0]), str(pair[1])) for pair in pairs]
    except (TypeError, IndexError, KeyError):
        raise TypeError(
            "graph: expected {caller: [callees]}, pairs of caller and callee, a frame of two columns, or a "
            f"graph with .edges; given {type(graph).__name__}"
        ) from None


def _services_in(calls: list[tuple[str, str]], seen: Metrics, *, given: bool) -> list[str | None]:
    """The service of each metric in the words of the graph."""
    nodes = {node for pair in calls for node in pair}
    if any(s in nodes for s in seen.services) or given:
        found = seen.services
    else:
        longest = sorted(nodes, key=len, reverse=True)
        found = [next((n for n in longest if _stands_in(n, name)), None) for name in seen.names]
    if not any(s in nodes for s in found):
        raise ValueError(
            f"graph: none of its services ({_some(sorted(nodes))}) is in the metrics ({_some(seen.names)}); "
            "pass service= to say which metric is of which service"
        )
    return [own if own is not None else s for own, s in zip(found, seen.services, strict=True)]


def _stands_in(node: str, name: str) -> bool:
    at = name.find(node)
    if at < 0:
        return False
    end = at + len(node)
    inside = re.compile(r"[A-Za-z0-9]")
    return not (at and inside.match(name[at - 1])) and not (end < len(name) and inside.match(name[end]))


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")


def _telling(measure: str, name: str) -> str:
    """What tells the kind of a metric: what it measures, where that says anything, else all of its name."""
    return measure if _core.metric_traits(measure)[0] else name


def _is_row(at: Any, rows: int) -> bool:
    return (
        isinstance(at, (int, np.integer))
        and not isinstance(at, (bool, np.timedelta64))
        and -rows <= int(at) < rows
    )


def _instant(at: Any) -> int:
    if isinstance(at, str):
        try:
            at = datetime.fromisoformat(at.strip())
        except ValueError:
            raise ValueError(
                f"at: {at!r} given, expected a time such as '2026-03-02 14:05' or a row"
            ) from None
    return _time("at", at)


def _instant_of(at: Any, seen: Metrics, row: int) -> int:
    """Nanoseconds of what `at` says."""
    if _is_row(at, len(seen)) and seen.time is not None:
        return int(seen.time[row].astype(np.int64))
    return _instant(at)


def _row_of(at: Any, seen: Metrics) -> int:
    """The first row at or after `at`."""
    rows = len(seen)
    if at is None:
        raise TypeError(
            "at: none given, expected a time or the position of a row (or normal=, a normal period)"
        )
    if _is_row(at, rows):
        row = int(at) % rows
        return row if seen.order is None else int(np.flatnonzero(seen.order == row)[0])
    if seen.time is None:
        raise ValueError(f"at: {at!r} given, expected a row from 1 to {rows - 1}: the metrics have no times")
    instant = _instant(at)
    times = seen.time.view(np.int64)
    slack = round(1e9 * (seen.step or 0))
    if not times[0] - slack <= instant <= times[-1] + slack:
        raise ValueError(f"at: {at!r} given, expected a time from {seen.time[0]} to {seen.time[-1]} (UTC)")
    return int(np.searchsorted(times, instant))


def _rows(argument: str, length: Length, seen: Metrics) -> int:
    """A length in rows: a number of them, or of time."""
    width = _width(length, argument)
    if width is None:
        return whole(argument, length, 0)
    if width < 0:
        raise ValueError(f"{argument}: {length!r} given, expected no negative length")
    if seen.step is None:
        raise ValueError(
            f"{argument}: {length!r} given, expected a number of rows: the metrics have no times"
        )
    return int(np.ceil(width / 1e9 / seen.step))


def _after(after: Length | None, seen: Metrics, row: int) -> int:
    if after is not None:
        rows = _rows("after", after, seen)
        if rows == 0:
            raise ValueError(f"after: {after!r} given, expected at least one row from `at` on")
        return rows
    if seen.time is None or seen.step is None:
        return len(seen)
    times = seen.time.view(np.int64)
    start = int(times[min(row, len(times) - 1)])
    return max(_AFTER_ROWS, int(np.searchsorted(times, start + _AFTER_SECONDS * 10**9)) - row)


def _behind(usual: Metrics, part: Metrics) -> tuple[list[npt.NDArray[np.float64]], int]:
    """The columns of `part`, behind what the normal period has of each."""
    rows = len(usual)
    known = dict(zip(usual.names, usual.columns, strict=True))
    if not any(name in known for name in part.names):
        raise ValueError(
            f"normal: has none of the metrics ({_some(part.names)}); it has {_some(usual.names)}"
        )
    nothing = np.full(rows, np.nan)
    return [
        np.concatenate([known.get(name, nothing), column])
        for name, column in zip(part.names, part.columns, strict=True)
    ], rows


def _first_of_each(codes: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """The first position of each code, in order; every one of those without a code."""
    _, first = np.unique(codes, return_index=True)
    keep = (codes < 0).copy()
    keep[first] = True
    return np.flatnonzero(keep)


def _result(
    seen: Metrics, services: list[str | None], by: str, column: npt.NDArray[np.int64],
    score: npt.NDArray[np.float64], shift: npt.NDArray[np.float64], onset: npt.NDArray[np.int64], row: int,
    instant: int | None,
) -> Any:  # fmt: skip
    chosen = column.tolist()
    changed = onset >= 0
    out: dict[str, Any] = {}
    of_service = [services[c] for c in chosen]
    names = [seen.names[c] for c in chosen]
    out["cause"] = Strings.encode(
        names if by == "metric" else [s or n for s, n in zip(of_service, names, strict=True)]
    )
    out["score"] = score
    out["direction"] = Strings(np.sign(shift).astype(np.int32) + 1, ["down", "", "up"])
    zones = {}
    if seen.time is None:
        out["onset"] = np.where(changed, onset.astype(np.float64), np.nan)
        out["lag"] = out["onset"] - row
    else:
        when = seen.time[np.maximum(onset, 0)]
        out["onset"] = np.where(changed, when, np.datetime64("NaT", "ns"))
        origin = int(seen.time[min(row, len(seen.time) - 1)].astype(np.int64)) if instant is None else instant
        out["lag"] = np.where(changed, (when.view(np.int64) - origin) / 1e9, np.nan)
        if seen.zone:
            zones["onset"] = seen.zone
    if any(s is not None for s in of_service) and by == "metric":
        out["service"] = Strings.encode(of_service)
    if by == "service":
        out["metric"] = Strings.encode([seen.measures[c] for c in chosen])
    return as_kind(Table(out, zones), seen.kind)
