"""What rows are grouped by: each key as codes, what the codes stand for, and all keys together."""

from __future__ import annotations

import numbers
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _core
from ._frames import Array, Column, Strings, Table, kind_of
from ._frames_integers import integers_of
from ._given_numbers import _is_scalar
from ._zones import tzif


@dataclass
class _Key:
    """One key of the grouping: a code a row, and what each code stands for."""

    codes: npt.NDArray[np.int32]
    labels: Column
    rank: npt.NDArray[np.int64]  # of each code, in the order of the result

    @property
    def size(self) -> int:
        """How many different codes there may be."""
        return len(self.labels)


@dataclass
class _Groups:
    """The grouping by all keys: for each group its code in each key."""

    size: int
    parts: list[npt.NDArray[np.int64]]
    keys: list[_Key]

    def order(self, requests: Array) -> npt.NDArray[np.int64]:
        """The groups that occur, sorted by the keys."""
        seen = np.flatnonzero(requests)
        if len(self.keys) == 0:
            return np.zeros(1, dtype=np.int64)
        ranks = [key.rank[part[seen]] for key, part in zip(self.keys, self.parts, strict=True)]
        return seen[np.lexsort(ranks[::-1])]


def _is_categorical(column: Any) -> bool:
    return type(getattr(column, "dtype", None)).__name__ == "CategoricalDtype"


def _is_enum(column: Any) -> bool:
    """Whether a polars column is one of categories that stand in an order of their own."""
    return type(getattr(column, "dtype", None)).__name__ == "Enum"


def _key(given: Any, column: Column) -> _Key:
    """The key of a column as it was given; of a pandas category `_category_key` makes it."""
    if _is_enum(given) and isinstance(column, Strings):
        return _sorted_key(column.codes, Strings(np.arange(len(column.categories)), column.categories))
    whole = integers_of(given)
    if whole is None:
        return _key_of(column)
    there = np.flatnonzero(whole.valid)
    key = _key_of(whole.values[there])
    codes = np.full(len(whole.valid), -1, dtype=np.int32)
    codes[there] = key.codes
    return _Key(codes, key.labels, key.rank)


def _category_key(given: Any) -> _Key:
    """The key of a pandas category: its codes, in the order of its categories, used or not."""
    codes = np.array(getattr(given, "cat", given).codes, dtype=np.int32)
    categories = given.dtype.categories
    if all(isinstance(v, str) for v in categories):
        labels: Column = Strings(np.arange(len(categories)), list(categories))
    else:
        labels = (
            categories.to_numpy(dtype=object)
            if categories.dtype.kind not in "biuf"
            else categories.to_numpy()
        )
    return _sorted_key(codes, labels)


def _key_of(column: Column) -> _Key:
    if isinstance(column, Strings):
        return _text_key(column)
    kind = column.dtype.kind
    if kind == "b":
        return _sorted_key(column.astype(np.int32), np.array([False, True]))
    if kind == "O":
        return _object_key(column)
    if kind in "mM":
        codes, distinct = _core.factorize(np.ascontiguousarray(column).view(np.int64), missing=True)
        return _sorted_key(codes, distinct.view(column.dtype))
    if kind in "iu" and (column.dtype != np.uint64 or not len(column) or column.max() < 2**63):
        codes, distinct = _core.factorize(np.ascontiguousarray(column, dtype=np.int64))
        return _sorted_key(codes, distinct.astype(column.dtype))
    there = ~np.isnan(column)
    labels, inverse = np.unique(column[there], return_inverse=True)
    codes = np.full(len(column), -1, dtype=np.int32)
    codes[there] = inverse
    return _sorted_key(codes, labels)


def _sorted_key(codes: npt.NDArray[np.int32], labels: Column) -> _Key:
    return _Key(codes, labels, np.arange(len(labels)))


def _text_key(column: Strings) -> _Key:
    categories = column.categories
    if len(set(categories)) < len(categories):
        first = {text: code for code, text in reversed(list(enumerate(categories)))}
        same = np.array([*(first[text] for text in categories), -1], dtype=np.int32)
        column = Strings(same[column.codes], categories)
    rank = np.arange(len(categories))
    rank[sorted(range(len(categories)), key=categories.__getitem__)] = np.arange(len(categories))
    codes = np.ascontiguousarray(column.codes)
    return _Key(codes, Strings(np.arange(len(categories), dtype=np.int32), categories), rank)


def _object_key(column: Array) -> _Key:
    first: dict[Any, int] = {}
    values = column.tolist()
    try:
        codes = np.array(
            [-1 if v is None or v != v else first.setdefault(v, len(first)) for v in values], dtype=np.int32
        )
    except (TypeError, ValueError):
        names = ", ".join(sorted({type(v).__name__ for v in values}))
        raise TypeError(f"by: a column of {names} given, expected values that can be told apart") from None
    labels = np.empty(len(first), dtype=object)
    labels[:] = list(first)
    try:
        order = sorted(range(len(first)), key=labels.__getitem__)
    except TypeError:  # keys that have no order among them: numbers, then by type, then as text
        is_number = [isinstance(label, numbers.Real) for label in labels]
        order = sorted((i for i in range(len(first)) if is_number[i]), key=labels.__getitem__)
        others = (i for i in range(len(first)) if not is_number[i])
        order += sorted(others, key=lambda i: (type(labels[i]).__name__, str(labels[i])))
    rank = np.empty(len(first), dtype=np.int64)
    rank[order] = np.arange(len(first))
    return _Key(codes, labels, rank)


def _period_key(name: str, table: Table, freq: str, tz: str | None) -> _Key:
    column = table[name]
    if isinstance(column, Strings) or column.dtype.kind != "M":
        raise TypeError(f"timestamp: column {name!r} holds no times; convert it first, e.g. with bg.clean")
    ns = np.ascontiguousarray(column).view(np.int64)
    codes, distinct = _core.factorize(_core.truncate(ns, freq, tzif(tz)), missing=True)
    return _sorted_key(codes, distinct.view(column.dtype))


def _join(keys: list[_Key]) -> tuple[npt.NDArray[np.int32] | None, _Groups]:
    """One code a row for all keys together."""
    if not keys:
        return None, _Groups(1, [], [])
    codes = keys[0].codes
    size = keys[0].size
    parts = [np.arange(size)]
    for key in keys[1:]:
        codes, pairs = _core.factorize(_core.combine_codes(codes, size, key.codes, key.size), missing=True)
        outer, inner = np.divmod(pairs, max(key.size, 1))
        parts = [*(part[outer] for part in parts), inner]
        size = len(pairs)
    return codes, _Groups(size, parts, keys)


def _aligned(key: Any, x: Any, name: str) -> Any:
    """A key that is a pandas Series, in the order of the rows of the Series or DataFrame that it is for."""
    of_pandas = _is_pandas_series(key) and (_is_pandas_series(x) or kind_of(x) == "pandas")
    if not of_pandas or key.index.equals(x.index):
        return key
    if not key.index.is_unique:
        raise ValueError(
            f"by: a Series given whose index differs from that of {name} and repeats labels, so that its "
            "rows cannot be aligned; pass its array (.array) if the rows are in the same order"
        )
    if len(key) and len(x) and not key.index.isin(x.index).any():
        raise ValueError(
            f"by: a Series given whose index has no label of that of {name}, by which its rows are aligned; "
            "pass its array (.array) if the rows are in the same order"
        )
    return key.reindex(x.index)


def _is_pandas_series(column: Any) -> bool:
    return type(column).__name__ == "Series" and type(column).__module__.partition(".")[0] == "pandas"


def _check_one(role: str, column: Any) -> None:
    if kind_of(column) is not None:
        raise TypeError(f"{role}: a {type(column).__name__} given, expected one column of it")
    if _is_scalar(column):
        raise TypeError(f"{role}: {column!r} given, expected a column: a Series, an array or a list")
