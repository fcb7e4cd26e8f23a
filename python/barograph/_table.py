"""Table: named, equally long columns, as everything inside barograph reads them."""

from __future__ import annotations

import csv
import html
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, cast

import numpy as np

from ._arrow import arrow_stream
from ._extras import require
from ._files import write_atomically
from ._instants import in_ns
from ._strings import Array, Column, Strings


def _column(name: str, values: Any) -> Column:
    if isinstance(values, Strings):
        return values
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"column {name!r}: {array.ndim} dimensions given, expected 1")
    if array.dtype.kind == "M":
        return in_ns(f"column {name!r}", array)
    if array.dtype.kind in "UT":
        return Strings.encode(array.tolist())
    if array.dtype.kind in "biufOm":
        return array
    raise TypeError(f"column {name!r}: dtype {array.dtype} given, expected numbers, bools, times or text")


class Table:
    """Named, equally long columns; needs nothing but numpy.

    Parameters
    ----------
    columns : mapping of str to array-like or Strings
        One-dimensional columns of equal length: numbers, bools, datetime64 (kept as nanoseconds, UTC)
        or text. Missing is NaN, NaT or the code -1.
    zones : mapping of str to str, optional
        For a datetime column that is zone aware: the name of its zone (values stay UTC).

    Examples
    --------
    >>> t = Table({"service": ["auth", "payments"], "p95": [310.0, 420.5]})
    >>> t["p95"]
    array([310. , 420.5])
    >>> len(t), t.columns
    (2, ['service', 'p95'])
    """

    __slots__ = ("_columns", "zones")

    def __init__(self, columns: Mapping[str, Any], zones: Mapping[str, str] | None = None) -> None:
        self._columns: dict[str, Column] = {str(k): _column(str(k), v) for k, v in columns.items()}
        self.zones: dict[str, str] = dict(zones or {})
        lengths = {name: len(column) for name, column in self._columns.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns: of unequal length: {lengths}")

    @classmethod
    def of(cls, data: Any, columns: Iterable[str] | None = None) -> Table:
        """A Table of any frame: pandas, polars, Arrow, a mapping of columns, or a Table itself.

        Parameters
        ----------
        data : frame
            What to convert.
        columns : iterable of str, optional
            Only these columns, in this order; the others are not converted. All by default.

        Raises
        ------
        TypeError
            If `data` is none of these.
        KeyError
            If a column is not there.
        """
        from ._frames import table_of  # which knows the libraries, and tables

        return table_of(data, columns)

    @property
    def columns(self) -> list[str]:
        """The names, in order."""
        return list(self._columns)

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()))) if self._columns else 0

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __getitem__(self, name: str) -> Column:
        try:
            return self._columns[name]
        except KeyError:
            raise KeyError(f"no column {name!r}; there are: {', '.join(self._columns) or 'none'}") from None

    def array(self, name: str) -> Array:
        """A column as a numpy array (text as objects, None where missing)."""
        column = self[name]
        return column.to_numpy() if isinstance(column, Strings) else column

    def strings(self, name: str) -> Strings:
        """A column as dictionary-coded text."""
        column = self[name]
        return column if isinstance(column, Strings) else Strings.encode(column.tolist())

    def take(self, rows: Any) -> Table:
        """The rows chosen by a mask, positions or a slice."""
        return Table({k: v[rows] for k, v in self._columns.items()}, self.zones)

    def select(self, names: Iterable[str]) -> Table:
        """Some columns, in the order asked for."""
        names = list(names)
        return Table({n: self[n] for n in names}, {k: v for k, v in self.zones.items() if k in names})

    def with_columns(self, columns: Mapping[str, Any]) -> Table:
        """The table with columns added or replaced."""
        return Table({**self._columns, **columns}, self.zones)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each row as a dict of plain Python values; missing is None, times are datetime64."""
        names = self.columns
        lists = [_values(self._columns[n]) for n in names]
        for row in zip(*lists, strict=True):
            yield dict(zip(names, row, strict=True))

    def to_pandas(self) -> Any:
        """As a pandas DataFrame; text becomes categorical-free string columns."""
        pd = require("pandas", "pandas")
        out = {}
        for name, column in self._columns.items():
            if isinstance(column, Strings):
                lookup = pd.array(
                    [*column.categories, None], dtype="str" if _pandas_major(pd) >= 3 else object
                )
                out[name] = pd.Series(lookup.take(column.codes % len(lookup)))
            elif name in self.zones:
                out[name] = pd.Series(column).dt.tz_localize("UTC").dt.tz_convert(self.zones[name])
            else:
                out[name] = pd.Series(column)
        return pd.DataFrame(out)

    def to_arrow(self) -> Any:
        """As a pyarrow Table; text becomes dictionary-coded."""
        pa = require("pyarrow", "report")
        arrays = {}
        for name, column in self._columns.items():
            if isinstance(column, Strings):
                arrays[name] = pa.DictionaryArray.from_arrays(
                    pa.array(column.codes, mask=column.codes < 0), pa.array(column.categories, pa.string())
                )
            elif column.dtype.kind == "O":
                arrays[name] = pa.array([None if v is None else str(v) for v in column.tolist()], pa.string())
            elif name in self.zones:
                arrays[name] = pa.array(column).cast(pa.timestamp("ns", tz=self.zones[name]))
            else:
                arrays[name] = pa.array(column)
        return pa.table(arrays)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """Arrow's PyCapsule protocol: ``pyarrow.table(t)``, ``polars.DataFrame(t)``, DuckDB and others.

        Numbers and times are lent without a copy (NaN stays NaN), text becomes dictionary-coded, code -1,
        None and NaT null; a zone goes with its column. Needs no extra.

        Parameters
        ----------
        requested_schema : capsule, optional
            Ignored, as the protocol allows: the consumer casts.
        """
        return arrow_stream(self._columns, self.zones, len(self))

    def to_polars(self) -> Any:
        """As a polars DataFrame."""
        pl = require("polars", "polars")
        return pl.from_arrow(self.to_arrow())

    def to_dict(self) -> dict[str, list[Any]]:
        """Each column as a list of plain Python values."""
        return {name: _values(column) for name, column in self._columns.items()}

    def write_csv(self, path: str | os.PathLike[str]) -> None:
        """Write as CSV (UTF-8, one header line), whole or not at all.

        Text that a spreadsheet would take for a formula (it begins with ``=``, ``+``, ``-``, ``@``, a tab
        or a carriage return) is written behind an apostrophe; numbers are never changed.
        """
        lists = [_values(self._columns[n], for_csv=True) for n in self.columns]
        with write_atomically(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow([_without_formula(n) for n in self.columns])
            writer.writerows(zip(*lists, strict=True))

    def to_text(self, shown: int | None = None) -> str:
        """The rows as aligned text, numbers rounded for people; only the first `shown` if given."""
        shown = len(self) if shown is None else shown
        names = self.columns
        body = [[_shown(v) for v in row.values()] for row in self.take(slice(0, shown)).rows()]
        widths = [max(len(n), *(len(r[i]) for r in body), 0) for i, n in enumerate(names)]
        lines = ["  ".join(n.rjust(w) for n, w in zip(names, widths, strict=True))]
        lines += ["  ".join(c.rjust(w) for c, w in zip(r, widths, strict=True)) for r in body]
        if len(self) > shown:
            lines.append(f"... {len(self):,} rows")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.to_text(10)

    def _repr_html_(self) -> str:
        shown = 20
        head = "".join(f"<th>{html.escape(n)}</th>" for n in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(_shown(v))}</td>" for v in row.values()) + "</tr>"
            for row in self.take(slice(0, shown)).rows()
        )
        more = f"<p>{len(self):,} rows</p>" if len(self) > shown else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _pandas_major(pd: Any) -> int:
    return int(pd.__version__.split(".")[0])


def _values(column: Column, *, for_csv: bool = False) -> list[Any]:
    """Plain Python values; for_csv: as they are written, missing empty."""
    if isinstance(column, Strings):
        if for_csv:
            lookup = [*(_without_formula(c) for c in column.categories), ""]
            return [lookup[code] for code in column.codes.tolist()]
        return cast("list[Any]", column.to_numpy().tolist())
    kind = column.dtype.kind
    if kind == "M":
        missing = np.isnat(column)
        if for_csv:
            text = np.datetime_as_string(column, unit=_shortest_unit(column[~missing])).tolist()
            return ["" if m else t.replace("T", " ") for t, m in zip(text, missing.tolist(), strict=True)]
        return [None if m else t for t, m in zip(column, missing.tolist(), strict=True)]
    if kind == "f":
        nothing = "" if for_csv else None
        return [nothing if v != v else v for v in column.tolist()]
    if kind == "O" and for_csv:
        return [
            "" if v is None else _without_formula(v) if isinstance(v, str) else v for v in column.tolist()
        ]
    return cast("list[Any]", column.tolist())


def _shortest_unit(times: Array) -> Literal["s", "ms", "us", "ns"]:
    ns = times.view(np.int64)
    units: tuple[tuple[Literal["s", "ms", "us"], int], ...] = (("s", 10**9), ("ms", 10**6), ("us", 10**3))
    for unit, size in units:
        if not np.any(ns % size):
            return unit
    return "ns"


_PLAIN_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def _without_formula(text: str) -> str:
    """Text behind an apostrophe if a spreadsheet would compute it; a number, also a negative one, stays."""
    if text[:1] not in ("=", "+", "-", "@", "\t", "\r") or _PLAIN_NUMBER.fullmatch(text):
        return text
    return "'" + text


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"
    if isinstance(value, np.datetime64):
        return str(value.astype("datetime64[s]")).replace("T", " ")
    return str(value)
