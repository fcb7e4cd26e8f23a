"""What a log is on its way through the house: read or generated, then cleaned."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ._frames import Frames, Table, as_kind

CANONICAL = (
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
"""The columns of cleaned data that have a role, in their order; measured values stand behind them."""


@dataclass(frozen=True)
class Schema:
    """Which column plays which role; None where the log has no such column.

    Attributes
    ----------
    timestamp, service, endpoint, method, latency, status, error, client, bytes : str or None
        Column names of the raw table.
    values : tuple of str
        Other numeric columns, e.g. the value of a metric series.
    latency_unit : {"ns", "us", "ms", "s"}
        Unit of the latency column.
    tz : str or None
        Zone in which times without an offset are read; None is UTC.
    how : dict of str to str
        For each role, a sentence on how it was recognised.
    """

    timestamp: str | None = None
    service: str | None = None
    endpoint: str | None = None
    method: str | None = None
    latency: str | None = None
    status: str | None = None
    error: str | None = None
    client: str | None = None
    bytes: str | None = None
    values: tuple[str, ...] = ()
    latency_unit: str = "ms"
    tz: str | None = None
    how: dict[str, str] = field(default_factory=dict)

    def describe(self) -> str:
        """One line a role, for a person to check."""
        return "\n".join(f"{role:>10}: {sentence}" for role, sentence in self.how.items())


@dataclass(frozen=True)
class OddCells:
    """The cells of a typed column whose text is no value of that type, e.g. ``"n/a"`` among numbers.

    Attributes
    ----------
    rows : ndarray of int64
        Positions in the table, ascending; the column holds NaN or NaT there.
    texts : tuple of str
        What stands in the file, one text a row.
    """

    rows: npt.NDArray[np.int64]
    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class Dataset:
    """Raw telemetry: generated with its truth, or read from files.

    Attributes
    ----------
    tables : Frames
        By name; the main one has the name of the workload.
    truth : Frames
        What is known to be so: ``incidents`` and ``dirt`` for generated data, else empty.
    workload : str
        ``"requests"``, ...
    schema : Schema or None
        Which column plays which role; None until it was recognised.
    notes : tuple of str
        Plain sentences on what was found or left out.
    source : str
        Where the data is from, for titles.
    odd : mapping of str to OddCells
        By column: cells that are no value of their column, with their text.
    unread : Table or None
        Lines of the files that could not be made rows: file, line, text, why.
    starts : tuple of int
        Where the rows of each file begin; empty for data that is from no files.
    """

    tables: Frames
    truth: Frames = field(default_factory=lambda: Frames({}, "table"))
    workload: str = "requests"
    schema: Schema | None = None
    notes: tuple[str, ...] = ()
    source: str = ""
    odd: Mapping[str, OddCells] = field(default_factory=dict)
    unread: Table | None = None
    starts: tuple[int, ...] = ()

    @property
    def table(self) -> Table:
        """The main table."""
        return self.tables.raw[self.workload]

    def __repr__(self) -> str:
        extra = f", truth: {', '.join(self.truth)}" if len(self.truth) else ""
        return f"Dataset({self.workload}, {len(self.table):,} rows{extra})"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.table._repr_html_()}"


@dataclass(frozen=True)
class Cleaned:
    """A cleaned log, and what was done to it: rows in = rows of `data` + rows of `rejects`.

    Attributes
    ----------
    frames : Frames
        ``data``, ``repairs``, ``repaired`` and ``rejects``; each is an attribute too.
    schema : Schema
        The roles in the cleaned data, under their canonical names.
    notes : tuple of str
        Plain sentences on what the log lacks and what was assumed.
    rows_in : int
        Rows that came in.
    source : str
        Where the data is from.
    """

    frames: Frames
    schema: Schema
    notes: tuple[str, ...] = ()
    rows_in: int = 0
    source: str = ""

    @property
    def table(self) -> Table:
        """The cleaned data as a Table."""
        return self.frames.raw["data"]

    @property
    def data(self) -> Any:
        """The cleaned data: canonical columns, one row a request, sorted by time."""
        return self.frames["data"]

    @property
    def repairs(self) -> Any:
        """One row a rule: rule, column, count, action (repaired or rejected), what."""
        return self.frames["repairs"]

    @property
    def repaired(self) -> Any:
        """One row a repaired cell: row (of the raw table), rule, column, before, after."""
        return self.frames["repaired"]

    @property
    def rejects(self) -> Any:
        """One row a rejected row: row, rule, column, value, and the raw cells as text."""
        return self.frames["rejects"]

    def as_kind(self, name: str, kind: Any) -> Any:
        """One of the frames as another kind of frame."""
        return as_kind(self.frames.raw[name], kind)

    def __repr__(self) -> str:
        kept, lost = len(self.table), len(self.frames.raw["rejects"])
        return f"Cleaned({self.rows_in:,} rows in, {kept:,} kept, {lost:,} rejected)"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.frames.raw['repairs']._repr_html_()}"
