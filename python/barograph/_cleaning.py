"""Cleaning a log: every repair and every rejection has a rule, a count and its rows.

Each rule looks for offenders by one vectorised test and then touches those rows alone, so a clean log
passes at the speed of a few comparisons. The rules are listed at :func:`clean`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _core
from ._dataset import Cleaned, Dataset, OddCells, Schema
from ._frames import Array, Column, Frames, Kind, Strings, Table, as_kind, check_kind, default_kind, kind_of
from .ingest import read
from .ingest._reader import TEMPLATES, interpret, templated
from .ingest.columns import MISSING_WORDS, as_texts, flags
from .ingest.schema import inverted, lacks

if TYPE_CHECKING:
    from ._slo import Policy

ABSURD_MS = 600_000.0
"""A latency above ten minutes is absurd, unless the log's own requests take that long: see `clean`."""
_ABSURD_OVER_MEDIAN = 1000.0
_ABSURD_ALWAYS_MS = 86_400_000.0
_MOSTLY_THERE = 0.8
_RARE = 0.05
_DAY_NS = 86_400 * 10**9
_NAT = np.iinfo(np.int64).min
_PLACEHOLDERS = MISSING_WORDS | {
    "?",
    "??",
    "???",
    "unknown",
    "(unknown)",
    "<unknown>",
    "undefined",
    "n.a.",
    "#n/a",
    "xxx",
}
_TO_MS = {"s": 1000.0, "ms": 1.0, "us": 1e-3, "ns": 1e-6}

Rows = npt.NDArray[np.int64]

_WHAT = {
    "unread_line": ("rejected", "the line could not be read as a row"),
    "duplicate_row": ("rejected", "the same row stands above, in every cell"),
    "missing_timestamp": ("rejected", "no time"),
    "unparsable_timestamp": ("rejected", "the time is no time"),
    "future_timestamp": ("rejected", "the time is more than a day from now in the future"),
    "missing_latency": ("rejected", "no latency"),
    "wrong_type_latency": ("rejected", "the latency is no number"),
    "negative_latency": ("rejected", "the latency is below zero"),
    "absurd_latency": ("rejected", "the latency is beyond anything a request takes"),
    "wrong_type_status": ("rejected", "the status is no number"),
    "impossible_status": ("rejected", "the status is not within 100 and 599"),
    "wrong_type_error": ("rejected", "whether the request failed is told by no known word"),
    "missing_error": ("rejected", "nothing tells whether the request failed"),
    "missing_service": ("rejected", "no service"),
    "unknown_service": ("rejected", "a word for an unknown service"),
    "foreign_service": ("rejected", "a name without an endpoint of its own, on those of several services"),
    "latency_with_unit": ("repaired", "a unit stood in the cell; the value was read in it"),
    "padded_name": ("repaired", "blanks stood around the name"),
    "mixed_case_name": ("repaired", "another letter case than most rows have; written as they write it"),
    "derived_error": ("repaired", "whether the request failed was missing; taken from the status"),
    "out_of_order": ("repaired", "the row stood behind a later one; sorted by time"),
}


@dataclass
class _Work:
    """What the rules share: the raw table, what is decided about its rows, the columns being built."""

    dataset: Dataset
    schema: Schema
    verdict: npt.NDArray[np.bool_]
    notes: list[str]
    rejects: list[tuple[str, str, Rows]] = field(default_factory=list)
    repairs: list[tuple[str, str, Rows, Strings, Strings]] = field(default_factory=list)
    out: dict[str, Column] = field(default_factory=dict)
    counted: dict[int, npt.NDArray[np.int64]] = field(default_factory=dict)

    def counts(self, column: Strings) -> npt.NDArray[np.int64]:
        """How often each category of a column of `table` or `out` occurs; counted once."""
        key = id(column.codes)  # these arrays live as long as the work does
        if key not in self.counted:
            self.counted[key] = _counts(column)
        return self.counted[key]

    @property
    def table(self) -> Table:
        return self.dataset.table

    def reject(self, rule: str, column: str | None, rows: Rows) -> None:
        """Reject rows that no earlier rule has."""
        rows = rows[~self.verdict[rows]]
        if rows.size:
            self.verdict[rows] = True
            self.rejects.append((rule, column or "", rows))

    def repair(self, rule: str, column: str, rows: Rows, before: Strings, after: Strings) -> None:
        """Note what was done to cells of some rows."""
        if rows.size:
            self.repairs.append((rule, column, rows, before, after))

    def texts(self, column: str, rows: Rows) -> Strings:
        """Cells as they stood in the input."""
        return _cell_texts(self.table, self.dataset.odd, column, rows)


def clean(
    data: Any,
    *,
    columns: Mapping[str, str] | None = None,
    policy: Policy | None = None,
    frame: Kind | None = None,
) -> Cleaned:
    """Repair or reject what a log's rows have wrong, and say so row by row.

    Rejected are, in this order (a row goes by the first that it breaks): lines that are no row
    (``unread_line``); repeats of a whole row (``duplicate_row``; see Notes); rows without a time or with
    text that is none; times more than a day in the future; rows without latency, or with a latency
    that is text, below zero or absurd; status codes that are none; rows whose service is missing or a
    word such as "unknown". Repaired are: a latency with its unit in the cell (``412ms``); letter case and
    blanks of names; a missing error flag where a status tells it; the order of rows.

    Parameters
    ----------
    data : Dataset, frame, Table, path or list of paths
        Paths are read by :func:`barograph.read`.
    columns : mapping of str to str, optional
        Roles, as for :func:`barograph.read`.
    policy : Policy, optional
        Limits that people choose; ``policy.absurd_latency_ms``, where it has one, replaces the limit
        told in Notes.
    frame : {"pandas", "polars", "arrow", "table"}, optional
        Kind of the frames; by default the kind of `data`.

    Returns
    -------
    Cleaned
        Rows in = rows of ``data`` + rows of ``rejects``. Columns of ``data``, those that exist, in this
        order: timestamp (UTC, sorted), service, endpoint, method, response_time_ms, status_code, error,
        client, bytes, then other measured values under their own names.

    Raises
    ------
    ValueError
        If no time is recognised, or a unit cannot be told (see :func:`barograph.read`).
    TypeError
        If `data` is none of the above.

    Notes
    -----
    A latency is absurd above ten minutes, or above 1000 times the log's median where that is more: a log
    of long jobs keeps them. Above 24 hours it always is, and has no part in the median, so that a log of
    mostly absurd values does not pass; ``policy.absurd_latency_ms`` says otherwise.

    Equal rows are repeats only if chance cannot explain them. From how many rows share their time, and
    how often two rows agree in everything else, follows how many twins are to be expected; repeats
    must be twenty times as many. A log with times in whole seconds and no measured value (latency or
    another) keeps equal rows: web servers do answer the same request twice in a second.

    Rows without latency are rejected while they are at most a fifth of the log (so the column keeps its
    type); where they are more, they stay and count in traffic and errors.

    Examples
    --------
    >>> log = {"time": ["2024-01-01 10:00:00.5", "2024-01-01 10:00:01.0", "soon"],
    ...        "service": ["auth", " Auth", "auth"], "latency_ms": [120, 95, 88]}
    >>> cleaned = clean(log, frame="table")
    >>> cleaned
    Cleaned(3 rows in, 2 kept, 1 rejected)
    >>> cleaned.repairs["rule"].to_numpy().tolist()
    ['unparsable_timestamp', 'padded_name']
    """
    if isinstance(data, Cleaned):
        return data
    kind = check_kind(frame) if frame is not None else _kind_like(data)
    dataset = _dataset_of(data, columns)
    assert dataset.schema is not None
    schema = dataset.schema
    work = _Work(dataset, schema, np.zeros(len(dataset.table), bool), list(dataset.notes))
    ns = _times(work)
    _duplicates(work, ns)
    _reject_times(work, ns)
    _latency(work, None if policy is None else policy.absurd_latency_ms)
    _status_and_error(work)
    _names(work)
    for name in (schema.client, schema.bytes):
        if name is not None:
            work.out["client" if name == schema.client else "bytes"] = work.table[name]
    for name in schema.values:
        work.out[name if name not in work.out else f"{name}_2"] = work.table[name]
    table = _assemble(work, ns)
    return _result(work, table, kind)


def _kind_like(data: Any) -> Kind:
    if isinstance(data, Dataset):
        return data.tables.kind
    return kind_of(data) or default_kind()


def _dataset_of(data: Any, columns: Mapping[str, str] | None) -> Dataset:
    if isinstance(data, (str, os.PathLike)) or (
        isinstance(data, (list, tuple)) and all(isinstance(one, (str, os.PathLike)) for one in data)
    ):
        return read(data, columns=columns, frame="table")
    if isinstance(data, Dataset):
        if data.schema is not None and columns is None:
            return _typed_like_schema(data)
        dataset = data
        tz = data.schema.tz if data.schema is not None else None
    else:
        dataset, tz = Dataset(Frames({"requests": Table.of(data)}, "table")), None
    if not dataset.table.columns or not len(dataset.table):
        raise ValueError("data: a table without rows given, expected at least one row")
    read_before = isinstance(data, Dataset) and data.schema is not None
    table, found, odd = interpret(dataset.table, columns, tz=tz, utc=read_before)
    table, told = templated(table, found.schema.endpoint, TEMPLATES)
    return replace(
        dataset,
        tables=Frames({dataset.workload: table}, dataset.tables.kind),
        schema=found.schema,
        odd=odd,
        notes=(*dataset.notes, *found.notes, *lacks(found.schema), *told),
    )


def _typed_like_schema(data: Dataset) -> Dataset:
    """A dataset of known roles whose columns may still be text, such as a generated one."""
    from .ingest._reader import typed

    assert data.schema is not None
    table, odd = typed(data.table, data.schema, utc=True)
    if table is data.table:
        return data
    return replace(data, tables=Frames({data.workload: table}, data.tables.kind), odd={**data.odd, **odd})


def _cell_texts(table: Table, odd: Mapping[str, OddCells], name: str, rows: Rows) -> Strings:
    """Cells as text; each different value is written once. Missing is empty."""
    some = table[name][rows]
    if isinstance(some, Strings):
        out = Strings(np.where(some.codes < 0, len(some.categories), some.codes), [*some.categories, ""])
    elif some.dtype.kind == "O":
        out = Strings.encode("" if t is None else t for t in as_texts(some.tolist()))
    else:
        different, codes = np.unique(some, return_inverse=True)
        if different.dtype.kind == "M":
            texts = [
                "" if t == "NaT" else t.replace("T", " ").removesuffix("000000").removesuffix(".000")
                for t in np.datetime_as_string(different, unit="ns").tolist()
            ]
        else:
            texts = ["" if t is None else t for t in as_texts(different.tolist())]
        out = Strings(codes.astype(np.int32), texts)
    strange = odd.get(name)
    if strange is None or not len(strange) or not len(rows):
        return out
    at = np.searchsorted(strange.rows, rows)
    at[at == len(strange)] = 0
    hit = np.flatnonzero(strange.rows[at] == rows)
    told = Strings.encode(strange.texts[i] for i in at[hit].tolist())
    with_told = out.codes.copy()
    with_told[hit] = told.codes + len(out.categories)
    return Strings(with_told, [*out.categories, *told.categories])


def _one_after_another(parts: Sequence[Strings]) -> Strings:
    """Columns of text on top of each other, each category once."""
    known: dict[str, int] = {}
    codes = [np.empty(0, np.int32)]
    for part in parts:
        used = _counts(part) > 0
        renumber = np.full(len(used) + 1, -1, np.int32)
        for code in np.flatnonzero(used).tolist():
            renumber[code] = known.setdefault(part.categories[code], len(known))
        codes.append(renumber[part.codes])
    return Strings(np.concatenate(codes), list(known))


def _constant(text: str, rows: int) -> Strings:
    return Strings(np.zeros(rows, np.int32), [text])


def _odd(work: _Work, name: str) -> tuple[Rows, list[str]]:
    """Rows of a column whose text is no value, and those texts; words for "missing" left out."""
    strange = work.dataset.odd.get(name)
    if strange is None:
        return np.empty(0, np.int64), []
    kept = [i for i, text in enumerate(strange.texts) if text.strip().lower() not in MISSING_WORDS]
    return strange.rows[kept], [strange.texts[i] for i in kept]


# -- time ------------------------------------------------------------------------------------------


def _times(work: _Work) -> npt.NDArray[np.int64]:
    name = work.schema.timestamp
    assert name is not None
    column = work.table[name]
    assert not isinstance(column, Strings)
    return column.view(np.int64)


def _reject_times(work: _Work, ns: npt.NDArray[np.int64]) -> None:
    name = work.schema.timestamp
    assert name is not None
    if not ns.size:
        return
    if int(ns.min()) == _NAT:
        rows, _ = _odd(work, name)
        work.reject("unparsable_timestamp", name, rows)
        work.reject("missing_timestamp", name, np.flatnonzero(ns == _NAT))
    limit = time.time_ns() + _DAY_NS
    if int(ns.max()) > limit:
        late = np.flatnonzero(ns > limit)
        if 2 * late.size > ns.size:
            work.notes.append("Most times are in the future; they are taken as they are.")
        else:
            work.reject("future_timestamp", name, late)


def _duplicates(work: _Work, ns: npt.NDArray[np.int64]) -> None:
    if len(ns) < 2:
        return
    order: Rows | None = None
    sorted_ns = ns
    if np.any(ns[1:] < ns[:-1]):
        order = np.argsort(ns, kind="stable")
        sorted_ns = ns[order]
    same = sorted_ns[1:] == sorted_ns[:-1]
    same &= sorted_ns[1:] != _NAT
    if not same.any():
        return
    near = np.zeros(len(ns), bool)
    near[1:] |= same
    near[:-1] |= same
    rows = np.flatnonzero(near)
    rows = rows if order is None else np.sort(order[rows])
    keys = _row_keys(work, rows, ns)
    by_key = np.argsort(keys, kind="stable")
    again = np.zeros(len(rows), bool)
    again[by_key[1:]] = keys[by_key[1:]] == keys[by_key[:-1]]
    repeats = rows[again]
    if not repeats.size:
        return
    reason = _by_chance(work, ns, same, repeats.size)
    if reason is not None:
        work.notes.append(f"{repeats.size:,} rows equal another one and are kept: {reason}.")
        return
    work.reject("duplicate_row", "", repeats)


def _row_keys(work: _Work, rows: Rows, ns: npt.NDArray[np.int64] | None) -> npt.NDArray[np.uint64]:
    """A 64-bit key of all cells of some rows; equal rows have equal keys, others all but surely not."""
    keys = np.zeros(len(rows), np.uint64) if ns is None else _mixed(ns[rows].view(np.uint64))
    for name in work.table.columns:
        if name == work.schema.timestamp:
            continue
        column = work.table[name]
        values = column.codes if isinstance(column, Strings) else column
        some = values[rows]
        if some.dtype.kind == "O":
            some = Strings.encode(as_texts(some.tolist())).codes
        bits = (
            (some.astype(np.float64) + 0.0).view(np.uint64)
            if some.dtype.kind == "f"
            else some.astype(np.int64).view(np.uint64)
        )
        strange = work.dataset.odd.get(name)
        if strange is not None:
            at = np.searchsorted(strange.rows, rows)
            at[at == len(strange)] = 0
            hit = np.flatnonzero(strange.rows[at] == rows)
            bits = bits.copy()
            codes = Strings.encode(strange.texts).codes
            bits[hit] = (codes[at[hit]].astype(np.int64) + (1 << 62)).view(np.uint64)
        keys = _mixed(keys ^ bits)
    return keys


def _mixed(x: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection that spreads every bit."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _by_chance(work: _Work, ns: npt.NDArray[np.int64], same: npt.NDArray[np.bool_], found: int) -> str | None:
    """Why equal rows may be different requests; None if they are repeats."""
    schema = work.schema
    series = not (schema.latency or schema.status or schema.error or schema.endpoint)
    measured = schema.latency is not None or bool(schema.values)
    good = ns[ns != _NAT]
    whole = np.count_nonzero(good % 10**9 == 0) > 0.99 * good.size
    if whole and not measured:
        return "times are in whole seconds and nothing measured tells two requests apart"
    if series:
        return None
    # runs of equal times, and from them the pairs of rows that share one
    edges = np.flatnonzero(np.diff(np.concatenate(([0], same.view(np.int8), [0]))))
    lengths = (edges[1::2] - edges[::2] + 1).astype(np.float64)
    pairs = float((lengths * (lengths - 1) / 2).sum())
    some = np.arange(0, len(ns), max(1, len(ns) // 20_000))
    _, times = np.unique(_row_keys(work, some, None), return_counts=True)
    agree = float((times * (times - 1.0)).sum()) / max(1.0, len(some) * (len(some) - 1.0))
    if found > 20 * pairs * agree:
        return None
    return "so many are to be expected by chance among rows of the same time"


# -- values ----------------------------------------------------------------------------------------


def _latency(work: _Work, limit: float | None) -> None:
    name = work.schema.latency
    if name is None:
        return
    column = work.table[name]
    assert not isinstance(column, Strings)
    values = column
    unit = work.schema.latency_unit
    in_ms = _TO_MS[unit]
    rows, texts = _odd(work, name)
    if rows.size:
        timed, status, _ = _core.parse_numbers(texts, time_units=True)
        good = np.flatnonzero(status == 0)
        values = values.astype(np.float64)
        values[rows[good]] = timed[good] / in_ms
        alive = good[~work.verdict[rows[good]]]
        if good.size > 0.5 * len(values):
            work.notes.append(f"{name}: units stand in the cells; read in them.")
        else:
            work.repair(
                "latency_with_unit", name, rows[alive], Strings.encode(texts[i] for i in alive.tolist()),
                Strings.encode(f"{v:g} ms" for v in timed[alive].tolist()),
            )  # fmt: skip
        work.reject("wrong_type_latency", name, rows[status != 0])
    if values.dtype.kind == "f":
        none = np.isnan(values)
        none &= ~work.verdict
        count = int(np.count_nonzero(none))
        if count > (1 - _MOSTLY_THERE) * len(values):
            work.notes.append(
                f"{count:,} of {len(values):,} rows have no latency; they count in traffic and errors."
            )
        elif count:
            work.reject("missing_latency", name, np.flatnonzero(none))
    if values.size and not _all_nan(values) and np.nanmin(values) < 0:
        work.reject("negative_latency", name, np.flatnonzero(values < 0))
    _reject_absurd(work, name, values, in_ms, limit)
    if values.dtype.kind == "f" and unit == "ms":
        kept = values[~work.verdict] if work.verdict.any() else values
        with np.errstate(invalid="ignore"):
            whole = values.astype(np.int64)
        if not np.isnan(kept).any() and np.array_equal(whole[~work.verdict], kept):
            values = whole
    elif unit == "s":
        # 1.005 * 1000 is not 1005 in binary; six digits are nanoseconds
        values = np.round(values * 1000.0, 6)
    elif unit == "us":
        values = values / 1000.0
    elif unit == "ns":
        values = values / 1e6
    work.out["response_time_ms"] = values


def _all_nan(values: Array) -> bool:
    return values.dtype.kind == "f" and bool(np.isnan(values).all())


def _reject_absurd(work: _Work, name: str, values: Array, in_ms: float, limit: float | None) -> None:
    if not values.size or _all_nan(values):
        return
    threshold = (ABSURD_MS if limit is None else float(limit)) / in_ms
    if not np.nanmax(values) > threshold:
        return
    if limit is None:
        usual = values[~work.verdict]
        always = _ABSURD_ALWAYS_MS / in_ms
        usual = usual[usual <= always]  # NaN is not
        if usual.size:
            threshold = max(threshold, min(always, _ABSURD_OVER_MEDIAN * float(np.median(usual))))
    with np.errstate(invalid="ignore"):
        work.reject("absurd_latency", name, np.flatnonzero(values > threshold))


def _status_and_error(work: _Work) -> None:
    schema = work.schema
    status: Array | None = None
    if schema.status is not None:
        column = work.table[schema.status]
        assert not isinstance(column, Strings)
        status = column
        rows, _ = _odd(work, schema.status)
        work.reject("wrong_type_status", schema.status, rows)
        if status.size and not _all_nan(status) and (np.nanmin(status) < 100 or np.nanmax(status) > 599):
            with np.errstate(invalid="ignore"):
                work.reject(
                    "impossible_status", schema.status, np.flatnonzero((status < 100) | (status > 599))
                )
        work.out["status_code"] = _whole_if_it_is(status, work.verdict)
    if schema.error is None:
        if status is not None:
            with np.errstate(invalid="ignore"):
                work.out["error"] = status >= 500
        return
    told, strange = flags(work.table[schema.error], inverted=inverted(schema.error))
    if strange is not None:
        work.reject("wrong_type_error", schema.error, strange.rows)
    if told.size and int(told.min()) < 0:
        told = _derive_error(work, schema.error, told, status)
    work.out["error"] = told == 1 if int(told.min(initial=0)) < 0 else told.view(np.bool_)


def _derive_error(work: _Work, name: str, told: Array, status: Array | None) -> Array:
    rows = np.flatnonzero((told < 0) & ~work.verdict)
    if status is not None:
        known = rows[~np.isnan(status[rows])] if status.dtype.kind == "f" else rows
        told = told.copy()
        told[known] = status[known] >= 500
        after = Strings(told[known], ["false", "true"])
        work.repair("derived_error", name, known, work.texts(name, known), after)
        rows = rows[told[rows] < 0]
    if rows.size > (1 - _MOSTLY_THERE) * len(told):
        work.notes.append(f"{rows.size:,} rows do not tell whether they failed; they count as not failed.")
    else:
        work.reject("missing_error", name, rows)
    return told


def _whole_if_it_is(values: Array, dropped: npt.NDArray[np.bool_]) -> Array:
    if values.dtype.kind != "f":
        return values
    kept = values[~dropped]
    if np.isnan(kept).any() or not np.array_equal(kept, np.floor(kept)):
        return values
    return np.where(dropped, 0, values).astype(np.int64)


# -- names -----------------------------------------------------------------------------------------


def _names(work: _Work) -> None:
    schema = work.schema
    for role, name in (("service", schema.service), ("endpoint", schema.endpoint), ("method", schema.method)):
        if name is None:
            continue
        column = work.table[name]
        assert isinstance(column, Strings)
        if role == "service":
            _reject_nameless(work, name, column)
        work.out[role] = _spelled_alike(work, role, name, column)
    if schema.service is not None and schema.endpoint is not None:
        _reject_homeless(work, schema.service)


def _counts(column: Strings) -> npt.NDArray[np.int64]:
    size = len(column.categories)
    # one pass for codes >= 0: code -1 lands in the slot behind and is cut off
    return np.bincount(column.codes + 1, minlength=size + 1)[1:].astype(np.int64)


def _reject_nameless(work: _Work, name: str, column: Strings) -> None:
    counts = work.counts(column)
    absent = len(column) - int(counts.sum())
    placeholder = np.array([c.strip().lower() in _PLACEHOLDERS for c in column.categories], bool)
    empty = np.array([not c.strip() for c in column.categories], bool)
    unnamed = absent + int(counts[placeholder].sum())
    if not unnamed:
        return
    if unnamed > (1 - _MOSTLY_THERE) * len(column):
        work.notes.append(f"{unnamed:,} of {len(column):,} rows name no service.")
        return
    nothing = np.append(empty, True)[column.codes]
    unknown = np.append(placeholder & ~empty, False)[column.codes]
    work.reject("missing_service", name, np.flatnonzero(nothing))
    work.reject("unknown_service", name, np.flatnonzero(unknown))


def _reject_homeless(work: _Work, name: str) -> None:
    """Reject services that have no endpoint of their own and stand on those of two or more others.

    Asked only where endpoints belong to services: nine rows in ten are on an endpoint of which one service
    has four fifths. A canary of one service has endpoints of that one alone, and stays.
    """
    service, endpoint = work.out["service"], work.out["endpoint"]
    assert isinstance(service, Strings)
    assert isinstance(endpoint, Strings)
    wide = len(service.categories)
    rare = work.counts(service) < _RARE * len(service)
    if wide < 3 or not rare.any() or wide * len(endpoint.categories) > 1_000_000:
        return
    pair = (endpoint.codes.astype(np.int64) + 1) * (wide + 1) + service.codes + 1
    on = np.bincount(pair, minlength=(len(endpoint.categories) + 1) * (wide + 1))
    on = on.reshape(-1, wide + 1)[1:, 1:]
    owner = on.argmax(axis=1)
    owned = on.max(axis=1, initial=0) >= 0.8 * on.sum(axis=1)
    if on[owned].sum() < 0.9 * on.sum():
        return
    present = on[owned] > 0
    owners = owner[owned]
    share = on.sum(axis=0) / max(1, on.sum())
    homeless = np.zeros(wide + 1, bool)
    for code in range(wide):
        others = owners[present[:, code]]
        homeless[code] = (
            0 < share[code] < _RARE
            and code not in owners
            and not on[~owned][:, code].any()
            and len(set(others.tolist())) > 1
        )
    if homeless.any():
        work.reject("foreign_service", name, np.flatnonzero(homeless[service.codes]))


def _spelled_alike(work: _Work, role: str, name: str, column: Strings) -> Strings:
    """Names that differ in blanks around them or letter case, as most rows write them.

    Paths may differ in case on purpose: there a spelling must be rare (under a tenth of the other).
    """
    counts = work.counts(column)
    groups: dict[str, list[int]] = {}
    for code, category in enumerate(column.categories):
        if counts[code]:
            groups.setdefault(" ".join(category.split()).casefold(), []).append(code)
    renumber = np.arange(len(counts) + 1, dtype=np.int32)
    renumber[-1] = -1
    labels = list(column.categories)
    for key, codes in groups.items():
        best = max(codes, key=lambda code: (counts[code], -code))
        if key in MISSING_WORDS:
            renumber[codes] = -1
            continue
        labels[best] = _written(role, labels[best])
        for code in codes:
            same = _written(role, column.categories[code]) == labels[best]
            if same or role != "endpoint" or 10 * counts[code] < counts[best]:
                renumber[code] = best
            else:
                labels[code] = _written(role, labels[code])
    changed = np.array(
        [renumber[c] >= 0 and labels[renumber[c]] != column.categories[c] for c in range(len(counts))]
        + [False],
        bool,
    )
    padded = np.array([c != " ".join(c.split()) for c in column.categories] + [False], bool)
    for rule, these in (("padded_name", changed & padded), ("mixed_case_name", changed & ~padded)):
        if these.any():
            rows = np.flatnonzero(these[column.codes] & ~work.verdict)
            old = column.codes[rows]
            work.repair(
                rule, name, rows, column[rows], Strings(renumber[old], labels),
            )  # fmt: skip
    if np.array_equal(renumber[:-1], np.arange(len(counts))):
        return Strings(column.codes, labels)
    return Strings(renumber[column.codes], labels)


def _written(role: str, name: str) -> str:
    name = " ".join(name.split())
    return name.upper() if role == "method" else name


# -- the result ------------------------------------------------------------------------------------

_ORDER = (
    "timestamp",
    "service",
    "endpoint",
    "method",
    "response_time_ms",
    "status_code",
    "error",
    "client",
    "bytes",
)


def _assemble(work: _Work, ns: npt.NDArray[np.int64]) -> Table:
    """Kept rows, sorted by time, under canonical names."""
    rows: Rows | None = np.flatnonzero(~work.verdict) if work.verdict.any() else None
    kept = ns if rows is None else ns[rows]
    if kept.size and np.any(kept[1:] < kept[:-1]):
        order = np.argsort(kept, kind="stable")
        moved = np.flatnonzero(_behind(work, ns))
        nothing = _constant("", len(moved))  # the cells stay as they are
        work.repair("out_of_order", work.schema.timestamp or "", moved, nothing, nothing)
        rows = order if rows is None else rows[order]
    columns = {"timestamp": ns.view("datetime64[ns]"), **work.out}
    names = [n for n in _ORDER if n in columns] + [n for n in columns if n not in _ORDER]

    if rows is None:
        return Table({n: _without_unused(columns[n], work.counts) for n in names})
    return Table({n: _without_unused(columns[n][rows], _counts) for n in names})


def _behind(work: _Work, ns: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Rows that stand behind a later one of the same file; rejected rows count for nothing."""
    times = np.where(work.verdict, _NAT, ns)
    out = np.empty(len(ns), bool)
    for first, last in pairwise([*(work.dataset.starts or (0,)), len(ns)]):
        part = times[first:last]
        if part.size:
            out[first:last] = part < np.maximum.accumulate(part)
    return out & ~work.verdict


def _without_unused(column: Column, count: Callable[[Strings], npt.NDArray[np.int64]]) -> Column:
    if not isinstance(column, Strings):
        return column
    used = count(column) > 0
    if used.all():
        return column
    renumber = np.append(np.cumsum(used) - 1, -1).astype(np.int32)
    return Strings(
        renumber[column.codes], [c for c, u in zip(column.categories, used.tolist(), strict=True) if u]
    )


def _result(work: _Work, table: Table, kind: Kind) -> Cleaned:
    frames = Frames(
        {"data": table, "repairs": _repairs(work), "repaired": _repaired(work), "rejects": _rejects(work)},
        kind,
    )
    unread = work.dataset.unread
    return Cleaned(
        frames,
        _canonical(work.schema, table),
        notes=tuple(dict.fromkeys(work.notes)),
        rows_in=len(work.table) + (0 if unread is None else len(unread)),
        source=work.dataset.source,
    )


def _canonical(schema: Schema, table: Table) -> Schema:
    roles = {
        "timestamp": "timestamp", "service": "service", "endpoint": "endpoint", "method": "method",
        "latency": "response_time_ms", "status": "status_code", "error": "error", "client": "client",
        "bytes": "bytes",
    }  # fmt: skip
    named = {role: name if name in table else None for role, name in roles.items()}
    values = tuple(name for name in table.columns if name not in _ORDER)
    return replace(schema, **named, values=values, latency_unit="ms", tz=schema.tz)  # type: ignore[arg-type]


def _repairs(work: _Work) -> Table:
    entries = [(rule, column, len(rows)) for rule, column, rows in work.rejects]
    if work.dataset.unread is not None:
        entries.insert(0, ("unread_line", "", len(work.dataset.unread)))
    entries += [(rule, column, len(rows)) for rule, column, rows, _, _ in work.repairs]
    return Table({
        "rule": Strings.encode(rule for rule, _, _ in entries),
        "column": Strings.encode(column for _, column, _ in entries),
        "count": np.array([count for _, _, count in entries], np.int64),
        "action": Strings.encode(_WHAT[rule][0] for rule, _, _ in entries),
        "what": Strings.encode(_WHAT[rule][1] for rule, _, _ in entries),
    })  # fmt: skip


def _repaired(work: _Work) -> Table:
    parts = work.repairs
    rows = np.concatenate([p[2] for p in parts]) if parts else np.empty(0, np.int64)
    return Table({
        "row": rows.astype(np.int64),
        "rule": _one_after_another([_constant(p[0], len(p[2])) for p in parts]),
        "column": _one_after_another([_constant(p[1], len(p[2])) for p in parts]),
        "before": _one_after_another([p[3] for p in parts]),
        "after": _one_after_another([p[4] for p in parts]),
    })  # fmt: skip


def _rejects(work: _Work) -> Table:
    """Rejected rows in their order, as they stood; lines that are no row have row -1 and stand last."""
    parts = work.rejects
    rows = np.concatenate([p[2] for p in parts]) if parts else np.empty(0, np.int64)
    order = np.argsort(rows, kind="stable")
    rows = rows[order].astype(np.int64)
    rule = _one_after_another([_constant(p[0], len(p[2])) for p in parts])[order]
    column = _one_after_another([_constant(p[1], len(p[2])) for p in parts])[order]
    value = _one_after_another([work.texts(p[1], p[2]) if p[1] else _constant("", len(p[2])) for p in parts])[
        order
    ]
    columns: dict[str, Column] = {"row": rows, "rule": rule, "column": column, "value": value}
    unread = work.dataset.unread
    n = 0 if unread is None else len(unread)
    for name in work.table.columns:
        cells = work.texts(name, rows)
        columns[name if name not in columns else f"raw_{name}"] = _one_after_another(
            [cells, Strings(np.full(n, -1, np.int32), [])] if n else [cells]
        )
    if unread is None:
        return Table(columns)
    where = zip(unread.array("file").tolist(), unread.array("line").tolist(), strict=True)
    columns |= {
        "row": np.concatenate([rows, np.full(n, -1, np.int64)]),
        "rule": _one_after_another([rule, _constant("unread_line", n)]),
        "column": _one_after_another(
            [column, Strings.encode(f"{file}, line {line}" for file, line in where)]
        ),
        "value": _one_after_another([value, unread.strings("text")]),
    }
    return Table(columns)


def write_cleaned(cleaned: Cleaned, path: str | os.PathLike[str]) -> list[Path]:
    """Write the cleaned data as CSV, with what was repaired and rejected beside it.

    Parameters
    ----------
    cleaned : Cleaned
        From :func:`clean`.
    path : path
        Of the data; ``repairs.csv`` (one row a rule), ``repaired.csv`` (one a cell) and ``rejects.csv`` go to
        the same folder.

    Returns
    -------
    list of Path
        The files. Each appears whole or not at all.

    Notes
    -----
    Text that a spreadsheet would run as a formula (it begins with ``=``, ``+``, ``-``, ``@`` or a tab) is
    written behind an apostrophe; numbers are never changed.
    """
    target = Path(path)
    files = {target: "data"} | {
        target.with_name(f"{name}.csv"): name for name in ("repairs", "repaired", "rejects")
    }
    for file, name in files.items():
        cleaned.frames.raw[name].write_csv(file)
    return list(files)


_RULES_OF_KIND = {
    "missing_latency": ("missing_latency",),
    "duplicate": ("duplicate_row",),
    "negative_latency": ("negative_latency",),
    "absurd_latency": ("absurd_latency",),
    "wrong_type": ("wrong_type_latency", "latency_with_unit"),
    "unparsable_timestamp": ("unparsable_timestamp",),
    "shuffled_timestamp": ("out_of_order",),
    "unknown_service": ("unknown_service", "foreign_service"),
    "mixed_case": ("mixed_case_name",),
    "padded": ("padded_name",),
}


def score_cleaning(cleaned: Cleaned, truth: Any, *, frame: Kind | None = None) -> Any:
    """How well the cleaning found the dirt that a generator put in.

    Parameters
    ----------
    cleaned : Cleaned
        Of the generated log.
    truth : frame or Table
        The generator's ``truth["dirt"]``: columns row and kind.
    frame : {"pandas", "polars", "arrow", "table"}, optional
        Kind of the result; by default the kind of `truth`.

    Returns
    -------
    frame
        One row a kind: kind, rows (dirty in truth), found (by the kind's rules), right (both), precision,
        recall; NaN where nothing was found or there was nothing to find.

    Raises
    ------
    ValueError
        If `truth` has no such columns or an unknown kind.
    """
    table = Table.of(truth)
    for needed in ("row", "kind"):
        if needed not in table:
            raise ValueError(f"truth: no column {needed!r}; there are: {', '.join(table.columns)}")
    kinds = table.strings("kind")
    strange = sorted(set(kinds.categories) - _RULES_OF_KIND.keys())
    if strange:
        raise ValueError(f"truth: kind {strange[0]!r} given, expected one of {', '.join(_RULES_OF_KIND)}")
    true_rows = table.array("row").astype(np.int64)
    names = kinds.to_numpy()
    marked = [cleaned.frames.raw["rejects"], cleaned.frames.raw["repaired"]]
    found_rows = np.concatenate([t.array("row") for t in marked])
    found_rules = np.concatenate([t.array("rule") for t in marked])
    out = []
    for kind, rules in _RULES_OF_KIND.items():
        true = np.unique(true_rows[names == kind])
        found = np.unique(found_rows[np.isin(found_rules, rules)])
        if not (true.size or found.size):
            continue
        right = np.intersect1d(true, found).size
        out.append((
            kind, true.size, found.size, right,
            right / found.size if found.size else np.nan, right / true.size if true.size else np.nan,
        ))  # fmt: skip
    columns = list(zip(*out, strict=True)) or [()] * 6
    result = Table({
        "kind": Strings.encode(columns[0]), "rows": np.array(columns[1], np.int64),
        "found": np.array(columns[2], np.int64), "right": np.array(columns[3], np.int64),
        "precision": np.array(columns[4], np.float64), "recall": np.array(columns[5], np.float64),
    })  # fmt: skip
    kind_of_frame = check_kind(frame) if frame is not None else kind_of(truth) or default_kind()
    return as_kind(result, kind_of_frame)
