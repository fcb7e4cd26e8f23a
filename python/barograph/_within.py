"""Windows within groups: rows put group by group, and results put back where their rows were."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from ._cuts import Within
from ._extras import require
from ._frames import Table
from ._group_keys import (
    _aligned,
    _category_key,
    _check_one,
    _is_categorical,
    _join,
    _Key,
    _key,
)
from ._series_kinds import _column_names, frame_like

_Rows = npt.NDArray[np.intp]


class Grouped(NamedTuple):
    """Rows of a series or a frame, group by group."""

    x: Any  # without the keys that it had as columns
    order: _Rows  # where they were; rows whose key is missing are none of them
    ends: npt.NDArray[np.int64]  # of each group the row after its last
    rows: int  # of x before
    keys: list[Any]
    names: list[Any]
    own: list[str]  # keys that were columns
    index: Any  # of x before, where it has one

    def within(self, window: Any) -> Within:
        """Windows of these groups."""
        return Within(window, self.ends)

    def sorted(self, name: str, values: Any) -> Any:
        """What has a row for each of x, group by group."""
        if values is None or isinstance(values, str):
            return values
        if len(values) != self.rows:
            raise ValueError(f"{name}: {len(values)} rows given, expected {self.rows} as x has")
        return take(values, self.order)

    def paired(self, y: Any) -> Any:
        """What pairs up with the rows of x: of the same index, or as many rows."""
        if y is None:
            return None
        if _has_index(y) and not y.index.equals(self.index):
            raise ValueError(
                "y: another index than that of x given, expected the same, as rows are in groups"
            )
        return self.sorted("y", y)

    def back(self, result: Any) -> Any:
        """Results of pandas by keys and index; of others in the rows of x, missing where a key is."""
        if isinstance(result, dict):
            return {name: self.back(one) for name, one in result.items()}
        pandas = sys.modules.get("pandas")
        if pandas is not None and isinstance(result, (pandas.Series, pandas.DataFrame)):
            return self._by_keys(result, pandas)
        if isinstance(result, np.ndarray):
            out = np.full((self.rows, *result.shape[1:]), np.nan)
            out[self.order] = result
            return out
        back = np.full(self.rows, -1, dtype=np.int64)
        back[self.order] = np.arange(len(self.order))
        if _column_names(result) is None:
            return _take_or_null(result, back)
        columns = {name: key for name, key in zip(self.names, self.keys, strict=True) if name in self.own}
        columns |= {name: _take_or_null(result[name], back) for name in _column_names(result) or []}
        return frame_like(result, columns)

    def _by_keys(self, result: Any, pandas: Any) -> Any:
        if not len(self.order):
            levels = [result.index.get_level_values(i) for i in range(result.index.nlevels)]
            keys = [pandas.Index(take(key, self.order)) for key in self.keys]
            names = [*self.names, *result.index.names]
            result.index = pandas.MultiIndex.from_arrays([*keys, *levels], names=names)
            return result
        counts = np.diff(self.ends, prepend=0)
        keys = [pandas.Index(take(key, self.order[self.ends - counts])) for key in self.keys]  # of each group
        groups = pandas.MultiIndex.from_arrays(keys, names=self.names)
        times = len(result) // len(self.order)  # pairs have rows for each column
        own = self._own_index(result, pandas)
        result.index = pandas.MultiIndex(
            levels=[*groups.levels, *own.levels],
            codes=[*(codes.repeat(counts * times) for codes in groups.codes), *own.codes],
            names=[*self.names, *own.names],
            verify_integrity=False,
        )
        return result

    def _own_index(self, result: Any, pandas: Any) -> Any:
        """The index that results have without keys; taken from that of x where its labels are in order."""
        index = result.index
        if isinstance(index, pandas.MultiIndex):
            return index
        if len(index) == len(self.order) and self.index.is_unique and self.index.is_monotonic_increasing:
            return pandas.MultiIndex(
                levels=[self.index], codes=[self.order], names=index.names, verify_integrity=False
            )
        return pandas.MultiIndex.from_arrays([index], names=index.names)


def grouped(x: Any, by: Any) -> Grouped:
    """Put the rows of a series or a frame group by group, groups by their keys; `by` as in `groupby`."""
    columns = _column_names(x)
    given = _keys_of(by, columns)
    rows = len(x)
    keys, names, own = [], [], []
    for i, key in enumerate(given):
        if isinstance(key, str) or (columns is not None and np.ndim(key) == 0):
            if columns is None or key not in columns:
                there = "none, as x is one series" if columns is None else ", ".join(map(str, columns))
                raise KeyError(f"by: no column {key!r}; there are: {there}")
            keys.append(x[key])
            names.append(key)
            own.append(key)
            continue
        _check_one("by", key)
        values = _aligned(key, x, "x")
        if len(values) != rows:
            raise ValueError(f"by: a key of {len(values)} rows given, expected {rows} as x has")
        name = getattr(key, "name", None)
        keys.append(values)
        names.append(
            name if name is not None or _has_index(x) else ("key" if len(given) == 1 else f"key_{i}")
        )
    codes, groups = _join([_coded(key) for key in keys])
    codes = cast("npt.NDArray[np.int32]", codes)
    counts = np.bincount(codes[codes >= 0], minlength=groups.size)
    seen = groups.order(counts)
    place = np.full(groups.size + 1, len(seen), dtype=np.int32)  # the last, -1, is no group
    place[seen] = np.arange(len(seen), dtype=np.int32)
    order = np.argsort(place[codes], kind="stable")[: int(counts.sum())]
    ends = np.cumsum(counts[seen], dtype=np.int64)
    if columns is not None:
        dropped = [name for name in names if name in columns] if _has_index(x) else own
        x = _dropped(x, dropped)
    index = x.index if _has_index(x) else None
    return Grouped(take(x, order), order, ends, rows, keys, names, own, index)


def take(values: Any, rows: _Rows) -> Any:
    """Some rows of a series, an array or a frame of any kind."""
    module = type(values).__module__.partition(".")[0]
    if module == "pandas":
        return values.take(rows)
    if module == "polars":
        return values[rows]
    if module == "pyarrow":
        return values.take(require("pyarrow", "report").array(rows))
    return values.take(rows) if isinstance(values, Table) else np.asarray(values)[rows]


def _keys_of(by: Any, columns: list[Any] | None) -> list[Any]:
    """One key or several, as a list."""
    if isinstance(by, (list, tuple)) and not (
        isinstance(by, tuple) and columns is not None and by in columns
    ):
        if (
            by
            and all(isinstance(key, str) or np.ndim(key) == 1 for key in by)
            and (columns is not None or not any(isinstance(key, str) for key in by))
        ):
            return list(by)
        if not by:
            raise ValueError("by: no key given, expected one or several")
    return [by]


def _coded(key: Any) -> _Key:
    return _category_key(key) if _is_categorical(key) else _key(key, Table.of({"key": key})["key"])


def _has_index(x: Any) -> bool:
    return hasattr(x, "index") and type(x).__module__.partition(".")[0] == "pandas"


def _dropped(x: Any, names: list[Any]) -> Any:
    if _has_index(x):
        return x.drop(columns=names)
    kept = [name for name in _column_names(x) or [] if name not in names]
    return x.select(kept)


def _take_or_null(column: Any, rows: npt.NDArray[np.int64]) -> Any:
    """A column in the order of `rows`; null, or NaN, where that is -1."""
    module = type(column).__module__.partition(".")[0]
    if module not in ("polars", "pyarrow"):
        return np.append(np.asarray(column), np.nan)[rows]
    pa = require("pyarrow", "report")
    at = pa.array(rows, mask=rows < 0)
    if module == "pyarrow":
        return column.take(at)
    return column.gather(require("polars", "polars").from_arrow(at))
