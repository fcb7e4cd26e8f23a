"""Synthetic telemetry with labelled incidents and labelled dirt, in any size, the same for everybody.

Every row is drawn by the seed and its own place in time: the same seed gives the same rows in C++ and
Python, in one piece or in batches, in any number of threads.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ._dataset import Dataset
from ._extras import require
from ._files import write_atomically
from ._frames import Frames, Kind, Table, check_kind, default_kind
from ._generate.arguments import DIRT_KINDS, Instant, whole_number
from ._generate.files import SUFFIXES, csv_writer, write_parquet, write_text
from ._generate.incident import Incident
from ._generate.requests import REQUESTS_SCHEMA, Requests, open_log

__all__ = ["DIRT_KINDS", "Incident", "batches", "requests", "write"]


def requests(
    days: int = 10,
    seed: int = 0,
    start: Instant = "2024-01-01",
    *,
    dirt: float | Mapping[str, float] = 0.0,
    incidents: Iterable[Incident] | None = None,
    rate: float = 1.0,
    rows: int | None = None,
    threads: int | None = None,
    frame: Kind | None = None,
) -> Dataset:
    """Make a log of web requests to the services auth, events and payments.

    About 85,000 rows in ten days: a rush from 18:00 to 22:00, quieter weekends, almost nothing late at
    night; latency and the share of errors rise with load; ``payments`` degrades on the fifth day from
    13:00 to 17:00.

    Parameters
    ----------
    days : int, default 10
        Length of the log.
    seed : int, default 0
        Which of the logs, 0 to 2**64 - 1.
    start : str, date, datetime or numpy.datetime64, default "2024-01-01"
        Begin of the log (UTC), a whole minute.
    dirt : float or mapping of str to float, default 0.0
        Share of rows made dirty, 0 to 0.5, the same for each of `DIRT_KINDS`; or the share of each kind.
    incidents : iterable of Incident, optional
        None is the default one; an empty list is none.
    rate : float, default 1.0
        Multiplies the traffic; latencies and error rates stay as they are.
    rows : int, optional
        About how many rows the log shall have; instead of `rate`.
    threads : int, optional
        None is as many as there are and as is worth it, and 1 inside workers of dask, spark and joblib.
        Rows do not depend on it.
    frame : {"pandas", "polars", "arrow", "table"}, optional
        The kind of frames; None is pandas where it is installed, else ``"table"``.

    Returns
    -------
    Dataset
        ``tables["requests"]``: timestamp (datetime64), service, endpoint, response_time_ms (int, ms),
        status_code (int), error (bool, status 400 and above). With dirt, timestamp and response_time_ms
        are text, as a CSV file holds them. ``truth["incidents"]``: start, end, service (``"all"`` for
        all), latency_factor, error_added. ``truth["dirt"]``: row (position in the table), kind, column
        (``"row"`` where the row itself is meant), before, after; for ``duplicate`` and
        ``shuffled_timestamp`` before and after are positions: of the original and the copy; where the
        row belongs and where it stands.

    Raises
    ------
    ValueError, TypeError
        If an argument is not what is said above; the message names it.
    ImportError
        If the library of `frame` is not installed.

    Notes
    -----
    An inhomogeneous Poisson process by the minute, log-normal latencies; no libm function is used, so
    the bits are those of C++ on every platform. About 0.15 us a row and core.

    Examples
    --------
    >>> log = requests(days=5, frame="table")
    >>> log.table.columns
    ['timestamp', 'service', 'endpoint', 'response_time_ms', 'status_code', 'error']
    >>> log.truth["incidents"]["service"][0]
    'payments'
    """
    kind = default_kind() if frame is None else check_kind(frame)
    if frame is not None and frame != "table":
        require({"arrow": "pyarrow"}.get(frame, frame), "report" if frame == "arrow" else frame)
    log = Requests(days, seed, start, dirt=dirt, incidents=incidents, rate=rate, rows=rows, threads=threads)
    piece = log.whole()
    truth = {"incidents": log.incidents_table(), "dirt": piece.truth()}
    return Dataset(
        tables=Frames({"requests": piece.table()}, kind),
        truth=Frames(truth, kind),
        workload="requests",
        schema=REQUESTS_SCHEMA,
        source=f"generated requests, {days} days from {log.start}, seed {seed}",
    )


def batches(workload: str, *, batch_rows: int = 1_000_000, **options: Any) -> Iterator[Table]:
    """Make a workload piece by piece, in bounded memory; together the pieces are the whole.

    Parameters
    ----------
    workload : {"requests"}
        What to make.
    batch_rows : int, default 1,000,000
        Rows of each table; the last one may be shorter.
    **options
        Those of :func:`requests`, without `frame`.

    Yields
    ------
    Table
        The next rows.

    Examples
    --------
    >>> [len(t) for t in batches("requests", rows=2500, batch_rows=1000, days=2)][:2]
    [1000, 1000]
    """
    log = open_log(workload, options)
    batch_rows = whole_number("batch_rows", batch_rows, 1, 2**40)
    return (piece.table() for piece in log.pieces(batch_rows))


def write(
    workload: str,
    path: str | os.PathLike[str],
    *,
    format: str | None = None,
    truth: bool = True,
    batch_rows: int = 1_000_000,
    **options: Any,
) -> list[Path]:
    """Write a workload of any size to a file, in bounded memory; whole, or not at all.

    Parameters
    ----------
    workload : {"requests"}
        What to make.
    path : path
        The file to write; folders are made.
    format : {"csv", "parquet", "jsonl"}, optional
        None takes it from the ending of `path`. Parquet needs pyarrow.
    truth : bool, default True
        Write ``truth_incidents.csv`` and, with dirt, ``truth_dirt.csv`` into the same folder. Without dirt
        a ``truth_dirt.csv`` that is there is removed: it is another log's.
    batch_rows : int, default 1,000,000
        Rows held in memory at a time (and rows of a Parquet row group), about.
    **options
        Those of :func:`requests`, without `frame`.

    Returns
    -------
    list of Path
        The files written, the log first.

    Raises
    ------
    ValueError
        If the format is unknown, or an option cannot be.
    ImportError
        For Parquet without pyarrow.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [file.name for file in write("requests", f"{folder}/log.csv", days=1, dirt=0.02)]
    ['log.csv', 'truth_incidents.csv', 'truth_dirt.csv']
    """
    log = open_log(workload, options)
    target = Path(path)
    chosen = SUFFIXES.get(target.suffix.lower() if format is None else f".{format}")
    if chosen is None:
        given = f"format: {format!r}" if format is not None else f"path: ending {target.suffix!r}"
        raise ValueError(f"{given} given, expected csv, parquet or jsonl")
    batch_rows = whole_number("batch_rows", batch_rows, 1, 2**40)
    write_data = write_parquet if chosen == "parquet" else write_text
    files = {workload: target}
    if truth:
        files["incidents"] = target.with_name("truth_incidents.csv")
        if log.is_dirty:
            files["dirt"] = target.with_name("truth_dirt.csv")
    with contextlib.ExitStack() as stack:
        # Closed in reverse: the log itself gets its name last, when its truth is there.
        temporary = {name: stack.enter_context(write_atomically(file)) for name, file in files.items()}
        dirt_rows = None
        if "dirt" in temporary:
            dirt_rows = csv_writer(stack, temporary["dirt"])
            dirt_rows.writerow(["row", "kind", "column", "before", "after"])
        if "incidents" in temporary:
            incident_rows = csv_writer(stack, temporary["incidents"])
            table = log.incidents_table().to_dict()
            incident_rows.writerow(table)
            table["start"], table["end"] = (
                [str(t.astype("datetime64[ms]")).replace("T", " ") for t in table[c]]
                for c in ("start", "end")
            )
            incident_rows.writerows(zip(*table.values(), strict=True))
        for found in write_data(log, temporary[workload], chosen, batch_rows):
            if dirt_rows is not None:
                dirt_rows.writerows(found.rows())
    if truth and not log.is_dirty:  # one of an earlier log would be taken for this one's
        target.with_name("truth_dirt.csv").unlink(missing_ok=True)
    return list(files.values())
