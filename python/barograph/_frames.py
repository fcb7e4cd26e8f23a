"""The only door for data: numpy, pandas, polars and Arrow in; the same kind out.

Inside barograph a table is a :class:`Table`: named, equally long one-dimensional numpy columns, text
dictionary-coded as :class:`Strings`. Nothing else in the package asks what library a frame is from.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any, Literal, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from ._frames_arrow import arrow_column, from_arrow
from ._frames_pandas import from_pandas, pandas_column
from ._strings import Array, Column, Strings
from ._table import Table

__all__ = [
    "KINDS", "READ_IN_PLACE", "Array", "Column", "Frames", "Kind", "Strings", "Table", "as_kind",
    "as_kind_of", "as_read", "check_kind", "default_kind", "kind_of", "names_of", "one_column", "table_of",
    "unmasked",
]  # fmt: skip

Kind: TypeAlias = Literal["pandas", "polars", "arrow", "table"]
KINDS: tuple[Kind, ...] = ("pandas", "polars", "arrow", "table")


class Frames(Mapping[str, Any]):
    """Tables by name, given as the frames people work with; made on first access and kept.

    Parameters
    ----------
    tables : mapping of str to Table
        What there is.
    kind : {"pandas", "polars", "arrow", "table"}, optional
        The kind of frame that access gives; pandas where it is installed, else Table.

    Attributes
    ----------
    raw : dict of str to Table
        The tables themselves.
    """

    def __init__(self, tables: Mapping[str, Table], kind: Kind | None = None) -> None:
        self.raw: dict[str, Table] = dict(tables)
        self.kind: Kind = default_kind() if kind is None else check_kind(kind)
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self.raw:
            raise KeyError(f"no table {name!r}; there are: {', '.join(self.raw) or 'none'}")
        if name not in self._made:
            self._made[name] = as_kind(self.raw[name], self.kind)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.raw)

    def __len__(self) -> int:
        return len(self.raw)

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}: {len(t):,} rows" for name, t in self.raw.items())
        return f"Frames({self.kind}; {inside})"


def table_of(data: Any, columns: Iterable[str] | None = None) -> Table:
    """What :meth:`Table.of` gives."""
    kind = kind_of(data)
    if columns is not None:
        return table_of(_only(data, kind, list(columns)))
    if kind == "table":
        return cast("Table", data)
    if kind == "pandas":
        return from_pandas(data)
    if kind == "polars":
        return from_arrow(data.to_arrow())
    if kind == "arrow":
        return from_arrow(data)
    if isinstance(data, Mapping):
        return Table({k: _plain(v, f"column {str(k)!r}") for k, v in data.items()})
    raise TypeError(
        f"data: {type(data).__name__} given, expected a pandas or polars DataFrame, an Arrow table, "
        "a mapping of columns or a barograph Table"
    )


def check_kind(kind: str, name: str = "frame") -> Kind:
    """The kind itself, or a ValueError that names the argument and lists what is accepted."""
    if kind not in KINDS:
        raise ValueError(f"{name}: {kind!r} given, expected one of {', '.join(KINDS)}")
    return kind


def default_kind() -> Kind:
    """Pandas where it is installed (asked without importing it), else our own Table."""
    if "pandas" in sys.modules or importlib.util.find_spec("pandas") is not None:
        return "pandas"
    return "table"


def kind_of(data: Any) -> Kind | None:
    """Which library a frame is from; None for what is no frame. Imports nothing."""
    if isinstance(data, Table):
        return "table"
    for kind, module, name in (
        ("pandas", "pandas", "DataFrame"),
        ("polars", "polars", "DataFrame"),
        ("arrow", "pyarrow", "Table"),
    ):
        library: ModuleType | None = sys.modules.get(module)
        if library is not None and isinstance(data, getattr(library, name, ())):
            return cast("Kind", kind)
    return None


def names_of(data: Any) -> list[str]:
    """The column names of any frame, without converting it."""
    kind = kind_of(data)
    if kind == "arrow":
        return list(data.column_names)
    if kind is not None:
        return [str(name) for name in data.columns]
    if isinstance(data, Mapping):
        return [str(name) for name in data]
    return Table.of(data).columns  # raises, naming what is accepted


def _only(data: Any, kind: Kind | None, columns: list[str]) -> Any:
    names = names_of(data)
    for name in columns:
        if name not in names:
            raise KeyError(f"no column {name!r}; there are: {', '.join(names) or 'none'}")
    positions = [names.index(name) for name in columns]
    if kind == "pandas":
        return data.iloc[:, positions]
    if kind is None:
        return {name: values for name, values in data.items() if str(name) in columns}
    return data.select(columns)


def one_column(data: Any, name: str) -> Any:
    """A column of any frame as it is, by its name as text."""
    kind = kind_of(data)
    if kind == "pandas":
        return data.iloc[:, names_of(data).index(name)]
    if kind is None:
        return next(values for key, values in data.items() if str(key) == name)
    return data[name]


def as_kind(table: Table, kind: Kind) -> Any:
    """The table as a frame of a library."""
    if kind == "pandas":
        return table.to_pandas()
    if kind == "polars":
        return table.to_polars()
    if kind == "arrow":
        return table.to_arrow()
    return table


def as_kind_of(table: Table, data: Any, columns: Mapping[str, Any]) -> Any:
    """The table as a frame of the library of `data`; columns given by name tell the types of theirs."""
    kind = kind_of(data) or "table"
    frame = as_kind(table, kind)
    for name, given in columns.items():
        if type(given).__module__.partition(".")[0] != type(frame).__module__.partition(".")[0]:
            continue
        made, column = frame[name], table[name]
        values = None if isinstance(column, Strings) or column.dtype.kind != "O" else column.tolist()
        if kind == "arrow" and made.type != given.type:
            pa = sys.modules["pyarrow"]
            values = values if len(frame) else []
            made = made.cast(given.type) if values is None else pa.array(values, given.type)
            frame = frame.set_column(frame.column_names.index(name), name, made)
        elif kind == "polars" and made.dtype != given.dtype:
            pl = sys.modules["polars"]
            made = made.cast(given.dtype) if values is None else pl.Series(name, values, given.dtype)
            frame = frame.with_columns(made)
        elif kind == "pandas" and made.dtype != given.dtype and (given.dtype != object or frame.empty):
            frame[name] = made.astype(given.dtype)
    return frame


def _plain(values: Any, name: str = "times") -> Any:
    """A column handed in a mapping: an array, a list, a pandas, polars or Arrow column.

    `name` is what an error about its times names.
    """
    if isinstance(values, Strings):
        return values
    module = type(values).__module__.split(".")[0]
    if module == "pandas" and hasattr(values, "dtype"):
        return pandas_column(values, name)[0]
    if module == "polars":
        return arrow_column(values.to_arrow(), name)[0]
    if module == "pyarrow":
        return arrow_column(values, name)[0]
    array = unmasked(values)
    if array.dtype.kind == "O" and all(v is None or isinstance(v, str) for v in array.tolist()):
        return Strings.encode(array.tolist())
    return array


def unmasked(values: Any) -> Array:
    """An array; of a masked one of numbers float64, NaN where a value is masked."""
    if isinstance(values, np.ma.MaskedArray) and values.dtype.kind in "biuf":
        return np.ma.filled(values.astype(np.float64), np.nan)
    return np.asarray(values)


#: What the engine reads where it stands, in the machine's byte order; all else becomes float64 first.
READ_IN_PLACE = (np.dtype(np.float64), np.dtype(np.float32), np.dtype(np.int64))


def as_read(array: npt.ArrayLike) -> Array:
    """Numbers side by side as the engine reads them: float64, float32 and int64 as they are, others float64.

    Raises
    ------
    TypeError, ValueError
        For objects that are not all numbers or None.
    """
    given = np.asarray(array)
    kept = given.dtype if given.dtype in READ_IN_PLACE else np.dtype(np.float64)
    return np.require(given, kept, ["C_CONTIGUOUS", "ALIGNED"])
