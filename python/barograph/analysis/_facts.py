"""What the tables, sentences and drawings of a report are made from; the engine's figures by group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .._frames import Strings, Table
from ._gaps import Gap
from ._incidents import Search
from ._log import ALL, Codes, Floats, Ints, Log
from ._relation import Relation

MOST_SERVICES = 12  # that have rows of their own in tables by time, load and status


@dataclass
class Facts:
    """All that the sentences and drawings of a report are made from."""

    log: Log
    search: Search
    tables: dict[str, Table] = field(default_factory=dict)
    latency_load: Relation | None = None
    step: int | None = None
    gaps: list[Gap] = field(default_factory=list)
    repeated: int = 0
    series: str | None = None
    endpoints: int | None = None  # how many there were before the rare ones were taken together
    services: tuple[str, ...] = ()  # the busiest ones, which have rows of their own
    service_of_row: Codes | None = None  # position in `services`, -1 for all others

    def row(self, name: str, number: int = 0) -> dict[str, Any]:
        """One row of a table, NaN for missing numbers."""
        table = self.tables[name]
        return {c: _scalar(table[c][number]) for c in table.columns}

    def has(self, name: str, rows: int = 1) -> bool:
        """Whether there is such a table, with so many rows of all services together."""
        return name in self.tables and len(self.of_all(name)) >= rows

    def of_all(self, name: str) -> Table:
        """A table's rows of all services together, without the column that says so."""
        table = self.tables[name]
        whole = table.strings("service") if "service" in table else None
        if whole is None or ALL not in whole.categories:
            return table
        rows = table.take(whole.codes == whole.categories.index(ALL))
        return rows.select([c for c in table.columns if c != "service"])

    @property
    def figure(self) -> str | None:
        """The column whose mean and quantiles the tables hold: the latency, or a metric series' value."""
        return self.series or self.log.latency

    @property
    def unit(self) -> str:
        """The unit of that column, empty where unknown."""
        return "" if self.series else "ms"

    @property
    def noun(self) -> str:
        """What one row is."""
        return "sample" if self.series else "request"


def _scalar(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) and not isinstance(value, np.datetime64) else value


def kpis(facts: Facts, keys: Mapping[str, Strings | tuple[Codes, int]], **options: Any) -> Table:
    """The engine's figures by group, of samples instead of requests for a metric series."""
    found = facts.log.kpis(keys, value=facts.series, **options)
    if facts.series is None:
        return found
    names = {"requests": "samples"}
    return Table({names.get(c, c): found[c] for c in found.columns})


def figures(found: Table, *keys: str) -> dict[str, Any]:
    """The columns of a kpis table without its keys."""
    return {c: found[c] for c in found.columns if c not in keys}


def counts_of(found: Table) -> Ints:
    return np.asarray(found.array(found.columns[_first_count(found)])).astype(np.int64)


def _first_count(found: Table) -> int:
    return next(i for i, c in enumerate(found.columns) if c in ("requests", "samples"))


def rate(counts: npt.NDArray[Any], hours: npt.NDArray[Any]) -> Floats:
    """Requests an hour; NaN where less than a minute of time lies under them."""
    rate: Floats = np.full(len(counts), np.nan)
    known = hours * 60 >= 1
    rate[known] = counts[known] / hours[known]
    return rate


def times(wall: npt.NDArray[Any]) -> npt.NDArray[np.datetime64]:
    return np.asarray(wall, dtype=np.int64).view("datetime64[ns]")


def filled(found: Table, key: str, size: int) -> Table:
    """A row for each code of `key` from 0: counts of absent ones 0, figures NaN."""
    at = found.array(key)
    columns: dict[str, Any] = {}
    for name in found.columns:
        values = found.array(name)
        if name in ("requests", "samples", "errors"):
            column = np.zeros(size, dtype=np.int64)
        else:
            column = np.full(size, np.nan)
        column[at] = values
        columns[name] = column
    columns[key] = np.arange(size, dtype=np.int64)
    return Table(columns)


def never_falls(values: npt.NDArray[Any]) -> bool:
    """Whether values in order of time only grow or stay, as a counter's do and a constant's."""
    known = values[values == values]
    return known.size > 1 and bool(np.all(known[1:] >= known[:-1]))


def parts(facts: Facts, keys: Mapping[str, Strings | tuple[Codes, int]]) -> list[tuple[str, Table]]:
    """The figures by some keys of all requests together, then of each of the busiest services."""
    found = [(ALL, kpis(facts, keys))]
    if facts.service_of_row is not None:
        each = kpis(facts, {"service": (facts.service_of_row, len(facts.services)), **keys})
        service = each.array("service")
        each = each.select([c for c in each.columns if c != "service"])
        found += [(name, each.take(service == i)) for i, name in enumerate(facts.services)]
    return found


def stacked(of: Iterable[tuple[str, Table]], after: str, *, always: bool = False) -> Table:
    """Tables of all services and of each one below each other, told apart by the column `service`.

    Parameters
    ----------
    of : iterable of (str, Table)
        Tables of the same columns, each with its service.
    after : str
        The column behind which `service` stands.
    always : bool
        Whether a table alone has the column too.
    """
    tables = list(of)
    if len(tables) == 1 and not always:
        return tables[0][1]
    names = Strings(
        np.repeat(np.arange(len(tables), dtype=np.int32), [len(t) for _, t in tables]),
        [name for name, _ in tables],
    )
    columns: dict[str, Any] = {}
    for column in tables[0][1].columns:
        joined = np.concatenate([table.array(column) for _, table in tables])
        columns[column] = Strings.encode(joined) if isinstance(tables[0][1][column], Strings) else joined
        if column == after:
            columns["service"] = names
    return Table(columns)
