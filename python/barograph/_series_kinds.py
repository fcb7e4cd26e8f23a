"""Series and frames of every kind taken apart, and their results put together as the same kind."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from . import _core
from ._cuts import Doubles, _Cut, _How, _Series, _times
from ._extras import require
from ._frames import READ_IN_PLACE, Table, as_read, unmasked
from ._threads import thread_count


class _Columns(NamedTuple):
    """Something two-dimensional: its columns, and how results are put together again."""

    columns: list[Any]
    rows: int
    join: Callable[[list[Any]], Any]  # of one result a column
    block: Callable[[Doubles], Any] | None = None  # of all results in one array, where the kind is one

    def each(self, how: _How, run: Callable[[int, _How], Any]) -> list[Any]:
        """run(column, how) for each column, in several threads where there is enough to do."""
        count = len(self.columns)
        wanted = thread_count(how.threads) or _core.default_threads(self.rows * count)
        workers = min(wanted, count)
        if workers <= 1:
            return [run(i, how) for i in range(count)]
        one = how._replace(threads=max(1, wanted // workers))
        pool = ThreadPoolExecutor(workers)
        try:
            return list(pool.map(lambda i: run(i, one), range(count)))
        finally:
            pool.shutdown(cancel_futures=True)


def _columns(x: Any, how: _How) -> tuple[_Columns | None, _How]:
    """The columns of something two-dimensional, with `on` as times where it names a column; else None."""
    if isinstance(x, np.ndarray):
        if x.ndim != 2:
            return None, how
        return _Columns(
            [x[:, i] for i in range(x.shape[1])],
            len(x),
            lambda parts: np.column_stack(parts) if parts else np.empty((len(x), 0)),
            lambda block: block,
        ), how
    names = _column_names(x)
    if names is None:
        return None, how
    on = how.on if isinstance(how.on, str) else None
    if on is not None and on not in names:
        raise KeyError(f"on: no column {on!r}; there are: {', '.join(map(str, names))}")
    kept = [i for i, name in enumerate(names) if on is None or name != on]
    times = how if on is None else how._replace(on=x[on])
    pandas = sys.modules.get("pandas")
    if pandas is None or not isinstance(x, pandas.DataFrame):
        return _Columns([x[names[i]] for i in kept], len(x), _joiner(x, names, on, how.step or 1)), times

    def with_on(frame: Any) -> Any:
        frame.columns = x.columns[kept]
        if on is not None:
            frame.insert(x.columns.get_loc(on), on, x[on].iloc[:: how.step or 1])
        return frame

    def join(parts: list[Any]) -> Any:
        return with_on(pandas.concat(parts, axis=1) if parts else x.iloc[:, :0].copy())

    def block(results: Doubles) -> Any:
        return with_on(pandas.DataFrame(results, index=x.index[:: how.step or 1], copy=False))

    return _Columns([x.iloc[:, i] for i in kept], len(x), join, block), times


def _column_names(x: Any) -> list[Any] | None:
    """Of a pandas or polars DataFrame, an Arrow table or a Table of ours; None for all else."""
    if isinstance(x, Table):
        return list(x.columns)
    for module, kind, names in (
        ("pandas", "DataFrame", "columns"),
        ("polars", "DataFrame", "columns"),
        ("pyarrow", "Table", "column_names"),
    ):
        loaded = sys.modules.get(module)
        if loaded is not None and isinstance(x, getattr(loaded, kind)):
            return list(getattr(x, names))
    return None


def _joiner(x: Any, names: list[str], on: str | None, step: int) -> Callable[[list[Any]], Any]:
    """How columns of a polars frame, an Arrow table or a Table stand together again."""

    def join(parts: list[Any]) -> Any:
        results = iter(parts)
        if type(x).__module__.startswith("pyarrow"):
            rows = np.arange(0, len(x), step)
            return frame_like(x, {n: x[n].take(rows) if n == on else next(results) for n in names})
        return frame_like(x, {n: x[n][::step] if n == on else next(results) for n in names})

    return join


def frame_like(x: Any, columns: dict[str, Any]) -> Any:
    """Columns as a frame of the kind of `x`: of polars, of Arrow, or for all else a Table."""
    module = type(x).__module__.partition(".")[0]
    if module == "polars":
        return require("polars", "polars").DataFrame(columns)
    if module == "pyarrow":
        return require("pyarrow", "report").table(columns)
    return Table(columns)


def _paired(x: Any, y: Any, on: Any) -> tuple[Any, Any]:
    """Two series of pandas by their index, as pandas pairs them up, without a name that only one has."""
    pandas = sys.modules.get("pandas")
    if pandas is None or not (isinstance(x, pandas.Series) and isinstance(y, pandas.Series)):
        return x, y
    if on is None and not x.index.equals(y.index):
        x, y = x.align(y)
    return (x if x.name == y.name else x.rename(None)), y


def _series(x: Any, on: Any, name: str = "x") -> _Series:
    """A series whose values are float64, made so where they are not."""
    series = _series_as_read(x, on, name)
    return series._replace(values=np.asarray(series.values, dtype=np.float64))


def _series_as_read(x: Any, on: Any, name: str = "x") -> _Series:
    """A series for what of the engine reads float32 and int64 too, block by block, without a copy."""
    module = type(x).__module__.partition(".")[0]
    if _column_names(x) is not None:
        raise TypeError(f"{name}: {type(x).__name__} given, expected one series")
    if module == "pandas" and hasattr(x, "index"):
        return _pandas_series(x, on, name)
    if module in ("polars", "pyarrow"):
        return _arrow_series(x, on, name)
    array = unmasked(x)
    if array.ndim == 0:
        raise TypeError(f"{name}: {type(x).__name__} given, expected a series, an array, a list or a frame")
    if array.ndim != 1:
        raise ValueError(f"{name}: {array.ndim} dimensions given, expected 1 or 2")
    if array.dtype.kind not in "biufO":
        raise TypeError(f"{name}: dtype {array.dtype} given, expected numbers")
    values = _as_read(name, array)
    times = None if on is None else _times(on, values.size)
    return _Series(values, None, True, times, lambda out, _: out)


def present(series: _Series) -> npt.NDArray[Any]:
    """The values, NaN where a mask says that there is none."""
    return series.values if series.mask is None else np.where(series.mask, np.nan, series.values)


def counted(x: Any, on: Any, name: str = "x") -> _Series:
    """A series of anything, of which only what is missing matters; NaN there."""
    module = type(x).__module__.partition(".")[0]
    if module == "pandas" and hasattr(x, "index") and _column_names(x) is None:
        if getattr(x.dtype, "kind", "O") not in "biuf":
            x = x.notna().astype(np.float64).replace(0.0, np.nan)
    elif module in ("polars", "pyarrow") and _column_names(x) is None:
        pa = require("pyarrow", "report")
        kind = x.to_arrow().type if module == "polars" else x.type
        if not pa.types.is_primitive(kind) or pa.types.is_temporal(kind):
            missing = x.is_null().to_numpy() if module == "polars" else np.asarray(x.is_null())
            there = pa.array(np.ones(len(missing)), mask=missing)
            if module == "polars":
                x = require("polars", "polars").Series(x.name, there)
            else:
                x = pa.chunked_array([there]) if isinstance(x, pa.ChunkedArray) else there
    else:
        array = unmasked(x)
        if array.dtype.kind not in "biuf" and array.ndim == 1:
            missing = array != array
            if array.dtype.kind == "O":
                missing |= np.array([value is None for value in array.tolist()], dtype=bool)
            x = np.where(missing, np.nan, 1.0)
    return _series_as_read(x, on, name)


def _pandas_values(x: Any) -> npt.NDArray[Any]:
    """The values of a series where they stand if they can be read there, else as float64 or objects."""
    if x.dtype == object:
        return cast("npt.NDArray[Any]", x.to_numpy(dtype=object, na_value=np.nan))
    plain = x.dtype if isinstance(x.dtype, np.dtype) else getattr(x.dtype, "numpy_dtype", None)
    if plain in READ_IN_PLACE and not (x.dtype is not plain and x.hasnans):
        if hasattr(x.array, "__arrow_array__") and type(x.dtype).__name__ == "ArrowDtype":
            chunks = x.array.__arrow_array__().chunks
            if len(chunks) == 1:
                return _arrow_values(chunks[0])
        return cast("npt.NDArray[Any]", x.to_numpy(dtype=plain))
    return cast("npt.NDArray[Any]", x.to_numpy(dtype=np.float64, na_value=np.nan))


def _pandas_series(x: Any, on: Any, name: str) -> _Series:
    labels = getattr(getattr(x.dtype, "categories", None), "dtype", None)  # of a category
    if getattr(labels, "kind", "O") in "biuf":
        x = x.astype(np.float64)
    if x.dtype != object and getattr(x.dtype, "kind", "O") not in "biuf":
        raise TypeError(f"{name}: dtype {x.dtype} given, expected numbers")
    values = _as_read(name, _pandas_values(x))
    times: Any = on if on is not None else _times_of_index(x.index)
    if getattr(getattr(times, "dtype", None), "tz", None) is not None:
        times = sys.modules["pandas"].DatetimeIndex(times).tz_convert("UTC").tz_localize(None)

    def wrap(out: Doubles, cut: _Cut) -> Any:
        return type(x)(out, index=x.index[:: cut.step], name=x.name, copy=False)

    return _Series(values, None, True, None if times is None else _times(times, values.size), wrap)


def _as_read(name: str, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Numbers as the engine reads them, in place where it can; of objects None is missing."""
    try:
        return as_read(array)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: objects given that are not all numbers or None") from None


def _times_of_index(index: Any) -> Any:
    """Of a pandas index its times, where it has one for every row; of periods their beginnings."""
    if isinstance(index, sys.modules["pandas"].PeriodIndex):
        index = index.to_timestamp()
    return index if getattr(index.dtype, "kind", "") in "mM" and not index.hasnans else None


def _arrow_series(x: Any, on: Any, name: str) -> _Series:
    pa = require("pyarrow", "report")
    polars = type(x).__module__.startswith("polars")
    chunks = _arrow_chunks(x)
    kind = chunks[0].type if chunks else (x.to_arrow().type if polars else x.type)
    if not (pa.types.is_primitive(kind) and not pa.types.is_temporal(kind)):
        raise TypeError(f"{name}: {kind} given, expected numbers")
    parts = [_arrow_values(chunk) for chunk in chunks]
    rows = sum(map(len, parts))
    if len(parts) == 1:
        values = as_read(parts[0])
    else:  # each chunk goes to its place, converted on the way
        values = np.concatenate(parts, dtype=np.float64, casting="unsafe") if parts else np.empty(0)
    mask = None
    if any(chunk.null_count for chunk in chunks):
        mask = np.concatenate([_arrow_missing(chunk) for chunk in chunks])

    def wrap(out: Doubles, cut: _Cut) -> Any:
        # Null where values were too few; a NaN that went in shows as NaN.
        valid, nulls = None, 0
        none = np.isnan(out)
        if none.any():
            few = _core.too_few(cut.windows, mask if cut.mask is None else cut.mask, cut.least) & none
            nulls = int(few.sum())
            valid = pa.py_buffer(np.packbits(few ^ 1, bitorder="little")) if nulls else None
        flat = np.ascontiguousarray(out)
        result = pa.Array.from_buffers(pa.float64(), len(flat), [valid, pa.py_buffer(flat)], nulls)
        if polars:
            return require("polars", "polars").Series(x.name, result)
        return pa.chunked_array([result]) if isinstance(x, pa.ChunkedArray) else result

    times = None if on is None else _times(on.to_numpy() if hasattr(on, "to_numpy") else on, rows)
    return _Series(values, mask, False, times, wrap)


def _arrow_chunks(x: Any) -> list[Any]:
    """The Arrow arrays that a polars series or an Arrow array or column stands on."""
    if type(x).__module__.startswith("polars"):
        return [x.to_arrow()] if x.n_chunks() == 1 else [chunk.to_arrow() for chunk in x.get_chunks()]
    return list(x.chunks) if hasattr(x, "chunks") else [x]


def _arrow_values(chunk: Any) -> npt.NDArray[Any]:
    """The values where they stand, whatever is null, or as float64 where numpy has no such type."""
    pa = require("pyarrow", "report")
    if not (pa.types.is_integer(chunk.type) or pa.types.is_floating(chunk.type)):
        chunk = chunk.cast(pa.float64())
    buffer = chunk.buffers()[1]
    if buffer is None:
        return np.empty(len(chunk), dtype=chunk.type.to_pandas_dtype())
    values = np.frombuffer(buffer, dtype=chunk.type.to_pandas_dtype(), count=chunk.offset + len(chunk))
    return values[chunk.offset :]


def _arrow_missing(chunk: Any) -> npt.NDArray[np.uint8]:
    """1 where a value is null."""
    bits = chunk.buffers()[0]
    if bits is None:
        return np.zeros(len(chunk), dtype=np.uint8)
    whole = np.unpackbits(
        np.frombuffer(bits, dtype=np.uint8), count=chunk.offset + len(chunk), bitorder="little"
    )
    return np.ascontiguousarray(whole[chunk.offset :] ^ 1)
