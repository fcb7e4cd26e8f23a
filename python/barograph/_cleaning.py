"""Cleaning a log: every repair and every rejection has a rule, a count and its rows.

The rules are listed at :func:`clean` and stand in ``_cleaning_rules.py``. A clean log passes at the speed
of a few comparisons.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ._cleaning_result import assemble, result_of
from ._cleaning_rules import (
    check_latency,
    check_names,
    check_status_and_error,
    reject_duplicates,
    reject_times,
    times_of,
)
from ._cleaning_work import Work
from ._dataset import Cleaned, Dataset
from ._frames import Frames, Kind, Table, check_kind, default_kind, kind_of
from .ingest import read
from .ingest._reader import TEMPLATES, interpret, templated
from .ingest.schema import lacks

if TYPE_CHECKING:
    from ._policy import Policy


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
    text that is none; times of 1970-01-01, a zero, in a log of other years; times more than a day in the
    future; rows without latency, or with a latency that is text, below zero or absurd; status codes that
    are none; rows whose service is missing or a word such as "unknown". Repaired are: a latency with its
    unit in the cell (``412ms``); letter case and blanks of names; a missing error flag where a status
    tells it; the order of rows.

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
    work = Work(dataset, schema, np.zeros(len(dataset.table), bool), list(dataset.notes))
    ns = times_of(work)
    reject_duplicates(work, ns)
    reject_times(work, ns)
    check_latency(work, None if policy is None else policy.absurd_latency_ms)
    check_status_and_error(work)
    check_names(work)
    for name in (schema.client, schema.bytes):
        if name is not None:
            work.out["client" if name == schema.client else "bytes"] = work.table[name]
    for name in schema.values:
        work.out[name if name not in work.out else f"{name}_2"] = work.table[name]
    table = assemble(work, ns)
    return result_of(work, table, kind)


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
    table, odd, _ = typed(data.table, data.schema, utc=True)
    if table is data.table:
        return data
    return replace(data, tables=Frames({data.workload: table}, data.tables.kind), odd={**data.odd, **odd})


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
