"""Covariance and correlation of the columns of frames, laid out as pandas lays them out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ._cuts import Doubles, _Cut, _How, _Series
from ._given_options import flag
from ._series_kinds import _column_names, _Columns, _columns, _series_as_read, frame_like

#: Results of two series in windows.
Pair: TypeAlias = Callable[[_Series, _Series, _Cut, _How], Doubles]


class _Asked(NamedTuple):
    """What is asked of two frames, or of a frame and a series."""

    pairwise: bool
    how: _How
    cut: Callable[[_Series], _Cut]
    pair: Pair


def is_frame(x: Any) -> bool:
    """Whether something has columns that pair up, one by one or each with each."""
    return (isinstance(x, np.ndarray) and x.ndim == 2) or _column_names(x) is not None


def over_columns(
    x: Any, y: Any, pairwise: bool | None, how: _How, cut: Callable[[_Series], _Cut], pair: Pair
) -> Any:
    """The results of the columns of `x` and of `y`, one of them a frame; None: of `x` with itself."""
    same = y is None or y is x
    _, paired_by = _columns(x, how)
    if is_frame(x) and isinstance(how.on, str):
        x = _without(x, how.on)
    asked = _Asked(y is None if pairwise is None else flag("pairwise", pairwise), paired_by, cut, pair)
    y = x if same else y
    if how.out is not None:
        raise ValueError("out: given, expected none for columns of frames")
    if not is_frame(x):  # either order gives the same bits
        x, y = y, x
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(x, pandas.DataFrame):
        if not isinstance(y, (pandas.Series, pandas.DataFrame)):
            raise TypeError(f"y: {type(y).__name__} given, expected a Series or DataFrame, as x is of pandas")
        return _of_pandas(x, y, same, asked)
    return _of_arrays(x, y, same, asked) if isinstance(x, np.ndarray) else _by_name(x, y, same, asked)


def both_missing(first: _Series, second: _Series, cut: _Cut) -> _Cut:
    """The windows of pairs, of which one is missing where either value is."""
    if second.mask is None:
        return cut
    return cut._replace(mask=second.mask if first.mask is None else first.mask | second.mask)


def check_rows(first: _Series, second: _Series) -> None:
    """Check that two series are as long as each other."""
    if len(second.values) != len(first.values):
        raise ValueError(f"y: {len(second.values)} rows given, expected {len(first.values)} as x has")


def _of_pandas(x: Any, y: Any, same: bool, asked: _Asked) -> Any:
    pandas = sys.modules["pandas"]
    index = x.index
    if not same and asked.how.on is None and not index.equals(y.index):
        x, y = x.align(y, axis=0)
    firsts = [x.iloc[:, i] for i in range(x.shape[1])]
    if y.ndim == 1:
        results = _each(firsts, [y], [(i, 0) for i in range(len(firsts))], asked)
        frame = pandas.DataFrame(_side_by_side(results, x, asked), x.index[:: _step(asked)], x.columns)
        return frame.reindex(index) if asked.how.step is None and len(index) != len(x) else frame
    seconds = firsts if same else [y.iloc[:, i] for i in range(y.shape[1])]
    rows = x.index[:: _step(asked)]
    if asked.pairwise:
        return _product(_block(firsts, seconds, same, x, asked), rows, x.columns, y.columns)
    if same:
        results = _each(firsts, firsts, [(i, i) for i in range(len(firsts))], asked)
        return pandas.DataFrame(_side_by_side(results, x, asked), rows, x.columns)
    for name, columns in (("x", x.columns), ("y", y.columns)):
        if not columns.is_unique:
            raise ValueError(f"{name}: columns are not unique, so they cannot be paired by name")
    both = x.columns.union(y.columns)
    shared = [name for name in both if name in x.columns and name in y.columns]
    pairs = [(x.columns.get_loc(name), y.columns.get_loc(name)) for name in shared]
    results = _each(firsts, seconds, pairs, asked)
    found = pandas.DataFrame(_side_by_side(results, x, asked), rows, both[[name in shared for name in both]])
    return found.reindex(columns=both)


def _product(block: Doubles, rows: Any, columns: Any, others: Any) -> Any:
    """A frame with a row for each row and column of y, and a column for each of x."""
    pandas = sys.modules["pandas"]
    if rows.nlevels == others.nlevels == 1:
        index = pandas.MultiIndex.from_product([rows, others])
    else:
        levels = [rows.get_level_values(i).repeat(len(others)) for i in range(rows.nlevels)]
        levels += [others[np.tile(np.arange(len(others)), len(rows))].get_level_values(i)
                   for i in range(others.nlevels)]  # fmt: skip
        index = pandas.MultiIndex.from_arrays(levels)
    index.names = [*rows.names, *others.names]
    frame = pandas.DataFrame(block.reshape(len(index), len(columns)), index, columns, copy=False)
    return frame.sort_index() if others.nlevels > 1 else frame


def _of_arrays(x: Any, y: Any, same: bool, asked: _Asked) -> Any:
    firsts = [x[:, i] for i in range(x.shape[1])]
    if np.ndim(y) == 1:
        return _side_by_side(_each(firsts, [y], [(i, 0) for i in range(len(firsts))], asked), x, asked)
    if np.ndim(y) != 2:
        raise ValueError(f"y: {np.ndim(y)} dimensions given, expected 1 or 2")
    seconds = firsts if same else [np.asarray(y)[:, i] for i in range(np.shape(y)[1])]
    if asked.pairwise:
        return _block(firsts, seconds, same, x, asked).transpose(0, 2, 1)
    if len(firsts) != len(seconds):
        raise ValueError(
            f"y: {len(seconds)} columns given, expected {len(firsts)} as x has, or pairwise=True"
        )
    return _side_by_side(_each(firsts, seconds, [(i, i) for i in range(len(firsts))], asked), x, asked)


def _by_name(x: Any, y: Any, same: bool, asked: _Asked) -> Any:
    """Of frames without an index: a column for each pair."""
    names = _names(x)
    firsts = [x[name] for name in names]
    if not is_frame(y):
        pairs = {name: (i, 0) for i, name in enumerate(names)}
        seconds = [y]
    else:
        others = names if same else _names(y)
        seconds = firsts if same else [y[name] for name in others]
        if asked.pairwise:
            pairs = {f"{a}_{b}": (i, j) for i, a in enumerate(names) for j, b in enumerate(others)}
            if len(pairs) < len(names) * len(others):
                raise ValueError(
                    "x, y: two pairs of columns would be named alike, as column_column; rename some"
                )
        else:
            alone = [name for name in [*names, *others] if name not in names or name not in others]
            if alone:
                raise ValueError(
                    f"x, y: columns {alone} of one alone; select the same of both, or pairwise=True"
                )
            pairs = {name: (i, others.index(name)) for i, name in enumerate(names)}
    results = _each(firsts, seconds, list(pairs.values()), asked)
    return frame_like(x, {
        name: first.wrap(values, cut)
        for name, (first, cut, values) in zip(pairs, results, strict=True)
    })  # fmt: skip


_Result: TypeAlias = tuple[_Series, _Cut, Doubles]


def _each(
    firsts: list[Any], seconds: list[Any], pairs: list[tuple[int, int]], asked: _Asked
) -> list[_Result]:
    """Of each pair of positions its first series, its windows and its results."""
    if not pairs:
        return []
    left = {i: _series_as_read(firsts[i], asked.how.on) for i in sorted({i for i, _ in pairs})}
    right = {j: _series_as_read(seconds[j], None, "y") for j in sorted({j for _, j in pairs})}
    one = left[pairs[0][0]]
    for second in right.values():
        check_rows(one, second)
    plain = asked.cut(one)

    def run(at: int, how: _How) -> _Result:
        first, second = left[pairs[at][0]], right[pairs[at][1]]
        cut = both_missing(first, second, plain)
        return first, cut, asked.pair(first, second, cut, how)

    return _Columns(list(pairs), len(one.values), lambda parts: parts).each(asked.how, run)


def _block(firsts: list[Any], seconds: list[Any], same: bool, x: Any, asked: _Asked) -> Doubles:
    """All pairs: windows, then columns of y, then columns of x."""
    pairs = [(i, j) for i in range(len(firsts)) for j in range(i if same else 0, len(seconds))]
    block = np.empty((_count(x, asked), len(seconds), len(firsts)))
    for (i, j), (_, _, values) in zip(pairs, _each(firsts, seconds, pairs, asked), strict=True):
        block[:, j, i] = values
        if same:
            block[:, i, j] = values
    return block


def _side_by_side(results: list[_Result], x: Any, asked: _Asked) -> Doubles:
    block = np.empty((_count(x, asked), len(results)), order="F")
    for i, (_, _, values) in enumerate(results):
        block[:, i] = values
    return block


def _names(x: Any) -> list[Any]:
    return _column_names(x) or []


def _without(x: Any, name: str) -> Any:
    """A frame but for one column."""
    kept = [column for column in _names(x) if column != name]
    return x.loc[:, x.columns != name] if hasattr(x, "loc") else x.select(kept)


def _step(asked: _Asked) -> int:
    return asked.how.step or 1


def _count(x: Any, asked: _Asked) -> int:
    return len(range(0, len(x), _step(asked)))
