"""The only door for data: numpy, pandas, polars and Arrow in; the same kind out.

Inside barograph a table is a :class:`Table`: named, equally long one-dimensional numpy columns, text
dictionary-coded as :class:`Strings`. Nothing else in the package asks what library a frame is from.
"""

from __future__ import annotations

import contextlib
import csv
import errno
import html
import importlib
import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, NamedTuple, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from . import _core
from ._arrow import arrow_stream
from ._instants import in_ns
from ._threads import thread_count

Kind: TypeAlias = Literal["pandas", "polars", "arrow", "table"]
Array: TypeAlias = npt.NDArray[Any]
KINDS: tuple[Kind, ...] = ("pandas", "polars", "arrow", "table")


def require(module: str, extra: str) -> Any:
    """Import an optional package, or say which extra brings it.

    Parameters
    ----------
    module : str
        The module to import, e.g. ``"pyarrow"``.
    extra : str
        The extra of barograph that installs it, e.g. ``"report"``.

    Raises
    ------
    ImportError
        With the pip line, if the module is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.split(".")[0] != module.split(".", maxsplit=1)[0]:
            raise
        package = module.partition(".")[0]
        raise ImportError(
            f'{package} is not installed; install it with: pip install "barograph[{extra}]"'
        ) from None


def make_folder(path: str | os.PathLike[str]) -> None:
    """Make a folder and those above it, where they are not there yet.

    Raises
    ------
    NotADirectoryError
        If a file stands in the way.
    OSError
        If it cannot be made.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        in_the_way = next((p for p in (folder, *folder.parents) if p.exists() and not p.is_dir()), folder)
        raise NotADirectoryError(
            errno.ENOTDIR,
            "a file stands where a folder is needed; move it away or name another folder",
            str(in_the_way),
        ) from None


@contextlib.contextmanager
def write_atomically(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it there at the end, remove it on any failure."""
    target = Path(path)
    make_folder(target.parent)
    if target.is_dir():
        raise IsADirectoryError(
            errno.EISDIR, "a folder stands where a file is to be written; name another file", str(target)
        )
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    except OSError as error:  # of the file that is wanted, not of the one beside it
        raise type(error)(error.errno, error.strerror, str(target)) from None
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


class Strings:
    """Dictionary-coded text: a code into `categories` for each row, -1 where it is missing.

    Parameters
    ----------
    codes : ndarray of int32, shape (n,)
        Positions in `categories`; -1 is missing.
    categories : sequence of str
        The distinct texts. A category that no row uses is allowed.
    """

    __slots__ = ("categories", "codes")

    def __init__(self, codes: npt.ArrayLike, categories: Sequence[str]) -> None:
        self.codes: npt.NDArray[np.int32] = np.asarray(codes, dtype=np.int32)
        self.categories: list[str] = list(categories)
        if self.codes.ndim != 1:
            raise ValueError(f"codes: {self.codes.ndim} dimensions given, expected 1")
        if self.codes.size and not (
            int(self.codes.min()) >= -1 and int(self.codes.max()) < len(self.categories)
        ):
            raise ValueError(f"codes: outside -1..{len(self.categories) - 1}")

    @classmethod
    def encode(cls, values: Iterable[Any]) -> Strings:
        """Code any texts; None and NaN are missing, categories stand in order of first appearance."""
        seen: dict[str, int] = {}
        codes = [
            -1 if v is None or v != v else seen.setdefault(v if isinstance(v, str) else str(v), len(seen))
            for v in values
        ]
        return cls(np.array(codes, dtype=np.int32), list(seen))

    def __len__(self) -> int:
        return self.codes.size

    def __getitem__(self, rows: Any) -> Any:
        picked = self.codes[rows]
        if np.ndim(picked) == 0:
            return None if picked < 0 else self.categories[int(picked)]
        return Strings(picked, self.categories)

    def __repr__(self) -> str:
        return f"Strings({len(self)} rows, {len(self.categories)} categories)"

    def to_numpy(self) -> npt.NDArray[np.object_]:
        """The texts as an object array, None where missing."""
        lookup = np.empty(len(self.categories) + 1, dtype=object)
        lookup[:-1] = self.categories
        lookup[-1] = None
        return cast("npt.NDArray[np.object_]", lookup[self.codes])

    def compact(self) -> Strings:
        """The same texts with sorted categories, unused ones dropped."""
        used = np.unique(self.codes[self.codes >= 0])
        order = sorted(used.tolist(), key=lambda code: self.categories[code])
        renumber = np.full(len(self.categories) + 1, -1, dtype=np.int32)
        renumber[order] = np.arange(len(order), dtype=np.int32)
        return Strings(renumber[self.codes], [self.categories[code] for code in order])


Column: TypeAlias = "Array | Strings"


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
        kind = kind_of(data)
        if columns is not None:
            return cls.of(_only(data, kind, list(columns)))
        if kind == "table":
            return cast("Table", data)
        if kind == "pandas":
            return _from_pandas(data)
        if kind == "polars":
            return _from_arrow(data.to_arrow())
        if kind == "arrow":
            return _from_arrow(data)
        if isinstance(data, Mapping):
            return cls({k: _plain(v, f"column {str(k)!r}") for k, v in data.items()})
        raise TypeError(
            f"data: {type(data).__name__} given, expected a pandas or polars DataFrame, an Arrow table, "
            "a mapping of columns or a barograph Table"
        )

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


def check_kind(kind: str) -> Kind:
    """The kind itself, or a ValueError that lists what is accepted."""
    if kind not in KINDS:
        raise ValueError(f"frame: {kind!r} given, expected one of {', '.join(KINDS)}")
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


class Integers(NamedTuple):
    """Integers or bools and which of them are there; where one is missing, the value says nothing."""

    values: Array
    valid: npt.NDArray[np.bool_]


def integers_of(values: Any) -> Integers | None:
    """A library's column of integers or bools with missing ones, every bit kept; None for any other column.

    As a :class:`Table` holds numbers, missing ones make floats of them, in which large integers are lost.
    """
    module = type(values).__module__.partition(".")[0]
    if module == "pandas" and hasattr(values, "dtype"):
        return _pandas_integers(values)
    if module == "polars" and hasattr(values, "to_arrow"):
        return _arrow_integers(values.to_arrow())
    return _arrow_integers(values) if module == "pyarrow" else None


def _pandas_integers(values: Any) -> Integers | None:
    dtype = values.dtype
    if type(dtype).__name__ == "CategoricalDtype":
        labels = dtype.categories.to_numpy()
        codes = np.asarray(getattr(values, "cat", values).codes)
        if labels.dtype.kind not in "biu" or not np.any(codes < 0):
            return None
        return Integers(np.append(labels, labels.dtype.type(0))[codes], codes >= 0)
    if isinstance(dtype, np.dtype) or getattr(dtype, "kind", "O") not in "biu":
        return None
    missing = np.asarray(values.isna())
    if not missing.any():
        return None
    zero = False if dtype.kind == "b" else 0
    return Integers(values.to_numpy(dtype=dtype.numpy_dtype, na_value=zero), ~missing)


def _arrow_integers(column: Any) -> Integers | None:
    pa = require("pyarrow", "report")
    kind = column.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
        if pa.types.is_integer(kind):
            column = column.cast(kind)
    if not column.null_count or not (pa.types.is_integer(kind) or pa.types.is_boolean(kind)):
        return None
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks)
    zero = False if pa.types.is_boolean(kind) else 0
    valid = column.is_valid().to_numpy(zero_copy_only=False)
    return Integers(column.fill_null(zero).to_numpy(zero_copy_only=False), valid)


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
        return _pandas_column(values, name)[0]
    if module == "polars":
        return _arrow_column(values.to_arrow(), name)[0]
    if module == "pyarrow":
        return _arrow_column(values, name)[0]
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


def _pandas_major(pd: Any) -> int:
    return int(pd.__version__.split(".")[0])


def _from_pandas(frame: Any) -> Table:
    columns: dict[str, Column] = {}
    zones: dict[str, str] = {}
    for position, name in enumerate(frame.columns):
        if str(name) in columns:
            raise ValueError(f"data: two columns are named {str(name)!r}")
        columns[str(name)], zone = _pandas_column(frame.iloc[:, position], f"column {str(name)!r}")
        if zone:
            zones[str(name)] = zone
    return Table(columns, zones)


def _pandas_column(column: Any, name: str) -> tuple[Column, str | None]:
    """A Series, or what it can be made of: an Index, an array of pandas."""
    series = column if type(column).__name__ == "Series" else sys.modules["pandas"].Series(column)
    dtype = series.dtype
    zone = getattr(dtype, "tz", None)
    if zone is not None:
        utc = series.dt.tz_convert("UTC").dt.tz_localize(None)
        return in_ns(name, utc.to_numpy()), str(zone)
    kind = getattr(dtype, "kind", "O")
    if type(dtype).__name__ == "CategoricalDtype":
        return _category_column(dtype.categories, series.cat.codes.to_numpy(), name)
    if isinstance(dtype, np.dtype) and kind in "biufm":
        return series.to_numpy(), None
    if kind == "M":
        return _pandas_times(series, name)
    if kind in "biuf":  # nullable and Arrow-backed numbers
        if series.isna().any():
            return series.to_numpy(dtype="float64", na_value=np.nan), None
        return series.to_numpy(dtype=getattr(dtype, "numpy_dtype", None)), None
    if type(dtype).__name__ == "StringDtype" and dtype.storage == "pyarrow":
        return _arrow_column(series.array.__arrow_array__(), name)
    values = series.to_numpy(dtype=object, na_value=None)
    try:
        codes, uniques = sys.modules["pandas"].factorize(values, use_na_sentinel=True)
    except TypeError:  # lists and the like
        return values, None
    if all(isinstance(v, str) for v in uniques):
        return Strings(codes.astype(np.int32), list(uniques)), None
    return values, None


def _pandas_times(series: Any, name: str) -> tuple[Column, str | None]:
    if isinstance(series.dtype, np.dtype):
        return in_ns(name, series.to_numpy()), None
    return _arrow_column(series.array.__arrow_array__(), name)


def _category_column(labels: Any, codes: Array, name: str) -> tuple[Column, str | None]:
    """What the codes of a pandas category stand for, code -1 missing."""
    if all(isinstance(v, str) for v in labels):
        return Strings(codes, list(labels)), None
    if labels.dtype.kind == "M":
        return _pandas_column(sys.modules["pandas"].Series(labels.array.take(codes, allow_fill=True)), name)
    if labels.dtype.kind in "biuf":
        missing = codes < 0
        values = labels.to_numpy()[codes] if len(labels) else np.full(len(codes), np.nan)
        return np.where(missing, np.nan, values) if missing.any() else values, None
    lookup = np.empty(len(labels) + 1, dtype=object)
    lookup[:-1] = list(labels)
    return lookup[codes], None


def _from_arrow(table: Any) -> Table:
    columns: dict[str, Column] = {}
    zones: dict[str, str] = {}
    for name, chunked in zip(table.column_names, table.columns, strict=True):
        if name in columns:
            raise ValueError(f"data: two columns are named {name!r}")
        columns[name], zone = _arrow_column(chunked, f"column {name!r}")
        if zone:
            zones[name] = zone
    return Table(columns, zones)


def _arrow_column(column: Any, name: str) -> tuple[Column, str | None]:
    pa = require("pyarrow", "report")
    types = pa.types
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        if isinstance(column, pa.ChunkedArray):
            column = column.chunk(0) if column.num_chunks else pa.array([], column.type)
    kind = column.type
    if types.is_null(kind):
        return np.full(len(column), np.nan), None
    if types.is_string_view(kind):
        column = column.cast(pa.large_string())
        kind = column.type
    if types.is_string(kind) or types.is_large_string(kind):
        return _encode_arrow_text(column, np.int32 if types.is_string(kind) else np.int64), None
    if types.is_dictionary(kind):
        labels = column.dictionary
        if types.is_string(labels.type) or types.is_large_string(labels.type):
            codes = column.indices.cast(pa.int32()).fill_null(-1).to_numpy(zero_copy_only=False)
            return Strings(codes, labels.to_pylist()), None
        return _arrow_column(column.cast(labels.type), name)
    if types.is_timestamp(kind):
        values = column.cast(pa.int64()).fill_null(np.iinfo(np.int64).min).to_numpy(zero_copy_only=False)
        return in_ns(name, values.view(f"datetime64[{kind.unit}]")), kind.tz
    if types.is_date(kind):
        return _arrow_column(column.cast(pa.timestamp("ms")), name)
    if types.is_boolean(kind) and column.null_count:
        column = column.cast(pa.uint8()).cast(pa.float64())
    elif types.is_decimal(kind) or (
        column.null_count and (types.is_integer(kind) or types.is_floating(kind))
    ):
        column = column.cast(pa.float64(), safe=False)  # large integers are rounded
    return column.to_numpy(zero_copy_only=False), None


def _encode_arrow_text(column: Any, offset_type: type[np.int32 | np.int64]) -> Strings:
    """Arrow text, coded from its own buffers; categories stand in order of first appearance."""
    if not len(column):
        return Strings(np.empty(0, dtype=np.int32), [])
    valid, offsets, text = column.buffers()
    window = slice(column.offset, column.offset + len(column) + 1)
    codes, categories = _core.encode_text(
        b"" if text is None else np.frombuffer(text, np.uint8),
        cast("npt.NDArray[np.int64]", np.frombuffer(offsets, offset_type)[window]),
        np.frombuffer(valid, np.uint8) if column.null_count else None,
        column.offset,
        thread_count(None),
    )
    return Strings(codes, categories)


def arrow_numbers(array: Any, dtype: npt.DTypeLike) -> Array:
    """A fixed-width Arrow array without nulls as numpy, without the pandas that pyarrow's own way imports.

    Numbers are viewed; bools are unpacked from their bits.
    """
    kind = np.dtype(dtype)
    if kind == np.bool_:
        bits = np.frombuffer(array.buffers()[1], np.uint8)
        return np.unpackbits(bits, bitorder="little")[array.offset : array.offset + len(array)].view(np.bool_)
    return np.frombuffer(array.buffers()[1], kind, len(array), array.offset * kind.itemsize)


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
