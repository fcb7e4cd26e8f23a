"""What cleaning gives: kept rows under canonical names, repairs, repaired cells, rejected rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ._cleaning_work import NAT, Rows, Work, constant, counts_of, one_after_another
from ._dataset import CANONICAL, Cleaned, Schema
from ._frames import Column, Frames, Kind, Strings, Table

_WHAT = {
    "unread_line": ("rejected", "the line could not be read as a row"),
    "duplicate_row": ("rejected", "the same row stands above, in every cell"),
    "missing_timestamp": ("rejected", "no time"),
    "unparsable_timestamp": ("rejected", "the time is no time"),
    "zero_timestamp": ("rejected", "the time is 1970-01-01, a zero, in a log of other years"),
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


def assemble(work: Work, ns: npt.NDArray[np.int64]) -> Table:
    """Kept rows, sorted by time, under canonical names."""
    rows: Rows | None = np.flatnonzero(~work.verdict) if work.verdict.any() else None
    kept = ns if rows is None else ns[rows]
    if kept.size and np.any(kept[1:] < kept[:-1]):
        order = np.argsort(kept, kind="stable")
        moved = np.flatnonzero(_behind(work, ns))
        nothing = constant("", len(moved))  # the cells stay as they are
        work.repair("out_of_order", work.schema.timestamp or "", moved, nothing, nothing)
        rows = order if rows is None else rows[order]
    columns = {"timestamp": ns.view("datetime64[ns]"), **work.out}
    names = [n for n in CANONICAL if n in columns] + [n for n in columns if n not in CANONICAL]

    if rows is None:
        return Table({n: _without_unused(columns[n], work.counts) for n in names})
    return Table({n: _without_unused(columns[n][rows], counts_of) for n in names})


def _behind(work: Work, ns: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Rows that stand behind a later one of the same file; rejected rows count for nothing."""
    times = np.where(work.verdict, NAT, ns)
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


def result_of(work: Work, table: Table, kind: Kind) -> Cleaned:
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
    values = tuple(name for name in table.columns if name not in CANONICAL)
    return replace(schema, **named, values=values, latency_unit="ms", tz=schema.tz)  # type: ignore[arg-type]


def _repairs(work: Work) -> Table:
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


def _repaired(work: Work) -> Table:
    parts = work.repairs
    rows = np.concatenate([p[2] for p in parts]) if parts else np.empty(0, np.int64)
    return Table({
        "row": rows.astype(np.int64),
        "rule": one_after_another([constant(p[0], len(p[2])) for p in parts]),
        "column": one_after_another([constant(p[1], len(p[2])) for p in parts]),
        "before": one_after_another([p[3] for p in parts]),
        "after": one_after_another([p[4] for p in parts]),
    })  # fmt: skip


def _rejects(work: Work) -> Table:
    """Rejected rows in their order, as they stood; lines that are no row have row -1 and stand last."""
    parts = work.rejects
    rows = np.concatenate([p[2] for p in parts]) if parts else np.empty(0, np.int64)
    order = np.argsort(rows, kind="stable")
    rows = rows[order].astype(np.int64)
    rule = one_after_another([constant(p[0], len(p[2])) for p in parts])[order]
    column = one_after_another([constant(p[1], len(p[2])) for p in parts])[order]
    value = one_after_another([work.texts(p[1], p[2]) if p[1] else constant("", len(p[2])) for p in parts])[
        order
    ]
    columns: dict[str, Column] = {"row": rows, "rule": rule, "column": column, "value": value}
    unread = work.dataset.unread
    n = 0 if unread is None else len(unread)
    for name in work.table.columns:
        cells = work.texts(name, rows)
        columns[name if name not in columns else f"raw_{name}"] = one_after_another(
            [cells, Strings(np.full(n, -1, np.int32), [])] if n else [cells]
        )
    if unread is None:
        return Table(columns)
    where = zip(unread.array("file").tolist(), unread.array("line").tolist(), strict=True)
    columns |= {
        "row": np.concatenate([rows, np.full(n, -1, np.int64)]),
        "rule": one_after_another([rule, constant("unread_line", n)]),
        "column": one_after_another([column, Strings.encode(f"{file}, line {line}" for file, line in where)]),
        "value": one_after_another([value, unread.strings("text")]),
    }
    return Table(columns)
