"""Kernels of the engine run over a series, or column by column, into `out` where it is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _core
from ._cuts import Doubles, _Cut, _cut, _How, _inf, _Series
from ._given_options import flag, real, unboxed, word
from ._pairs import both_missing, check_rows, is_frame, over_columns
from ._series_kinds import _columns, _paired, _series_as_read, counted
from ._threads import thread_count

_Kernel: TypeAlias = Callable[[_Series, _Cut, _How, "Doubles | None"], Doubles]


def _roll(x: Any, how: _How, what: str, ddof: float) -> Any:
    return _roll_with(x, how, _reducing(what, ddof), counted if what == "count" else _series_as_read)


def _roll_value_at(x: Any, how: _How, which: str) -> Any:
    return _roll_with(x, how, _choosing(which))


def _reducing(what: str, ddof: float) -> _Kernel:
    def reduce(series: _Series, cut: _Cut, how: _How, into: Doubles | None) -> Doubles:
        if what == "count":
            return _core.rolling_count(series.values, cut.windows, cut.least, series.mask, into)
        least, loud, shown, mask, threads = _told(series, cut, how)
        return _core.rolling_reduce(
            what, series.values, cut.windows, least, ddof, loud, shown, mask, threads, into
        )

    return reduce


#: Which rank equal values share, and what lies between two values.
TIES = ("average", "min", "max")
BETWEEN = ("linear", "lower", "higher", "midpoint", "nearest")


def _ranking(method: str, ascending: bool, pct: bool) -> _Kernel:
    word("method", method, *TIES)
    ascending, pct = flag("ascending", ascending), flag("pct", pct)

    def rank(series: _Series, cut: _Cut, how: _How, into: Doubles | None) -> Doubles:
        told = _told(series, cut, how)
        return _core.rolling_rank(series.values, cut.windows, method, ascending, pct, *told, into)

    return rank


def _counting_different() -> _Kernel:
    def nunique(series: _Series, cut: _Cut, how: _How, into: Doubles | None) -> Doubles:
        return _core.rolling_nunique(series.values, cut.windows, *_told(series, cut, how), into)

    return nunique


def _choosing(which: str) -> _Kernel:
    def value_at(series: _Series, cut: _Cut, how: _How, into: Doubles | None) -> Doubles:
        return _core.rolling_value_at(which, series.values, cut.windows, *_told(series, cut, how), into)

    return value_at


def _roll_with(x: Any, how: _How, kernel: _Kernel, take: Callable[..., _Series] = _series_as_read) -> Any:
    columns, how = _columns(x, how)
    if columns is None:
        series = take(x, how.on)
        cut = _cut(series, how)
        into = _check_out(how.out)
        if into is not None and into.ndim != 1:
            raise ValueError(f"out: {into.ndim} dimensions given, expected 1")
        return series.wrap(_run(kernel, series, cut, how, how.out), cut)
    into = _check_out(how.out)
    if into is not None and (into.ndim != 2 or into.shape[1] != len(columns.columns)):
        raise ValueError(
            f"out: shape {into.shape} given, expected a column for each of {len(columns.columns)}"
        )
    if columns.block is None:

        def alone(i: int, one: _How) -> Any:
            one = one._replace(out=None if into is None else into[:, i])
            return _roll_with(columns.columns[i], one, kernel, take)

        return columns.join(columns.each(how, alone))
    if not columns.columns:
        return columns.block(np.empty((len(range(0, columns.rows, how.step or 1)), 0)))
    taken = take(columns.columns[0], how.on)
    results = into
    if results is None:
        results = np.empty((len(_cut(taken, how).windows), len(columns.columns)), order="F")

    def run(i: int, one: _How) -> None:
        series = take(columns.columns[i], one.on)
        _run(kernel, series, _cut(series, one), one, results[:, i])

    columns.each(how, run)
    return columns.block(results)


def _run(kernel: _Kernel, series: _Series, cut: _Cut, how: _How, out: Doubles | None) -> Doubles:
    """The results of a kernel, in `out` where there is one."""
    into = _check_out(out)
    if into is None:
        return kernel(series, cut, how, None)
    if into.shape != (len(cut.windows),):
        raise ValueError(f"out: {into.shape[0]} results given, expected {len(cut.windows)}")
    if into.flags.c_contiguous and not np.may_share_memory(into, series.values):
        return kernel(series, cut, how, into)
    into[:] = kernel(series, cut, how, None)
    return into


def _check_out(out: Any) -> Doubles | None:
    if out is None:
        return None
    if not isinstance(out, np.ndarray) or out.dtype != np.float64 or not out.dtype.isnative:
        given = out.dtype if isinstance(out, np.ndarray) else type(out).__name__
        raise TypeError(f"out: {given} given, expected an array of float64")
    if not out.flags.writeable:
        raise ValueError("out: a read-only array given, expected one to write into")
    checked: Doubles = out
    return checked


def _roll_pairs(x: Any, y: Any, how: _How, what: str, ddof: float, pairwise: bool | None = None) -> Any:
    def pair(first: _Series, second: _Series, cut: _Cut, how: _How, into: Doubles | None = None) -> Doubles:
        shown = not (first.nan_is_missing and second.nan_is_missing)
        return _core.rolling_pairs(
            what, first.values, second.values, cut.windows, cut.least, ddof, _inf(how.inf), shown,
            first.mask, second.mask, thread_count(how.threads), into,
        )  # fmt: skip

    if is_frame(x) or is_frame(y):
        return over_columns(x, y, pairwise, how, lambda series: _cut(series, how), pair)
    x, y = _paired(x, x if y is None else y, how.on)
    first, second = _series_as_read(x, how.on), _series_as_read(y, None, "y")
    check_rows(first, second)

    def pairs(series: _Series, cut: _Cut, how: _How, into: Doubles | None) -> Doubles:
        if into is not None and np.may_share_memory(into, second.values):
            into[:] = pair(series, second, cut, how)
            return into
        return pair(series, second, cut, how, into)

    cut = both_missing(first, second, _cut(first, how))
    return first.wrap(_run(pairs, first, cut, how, how.out), cut)


def _roll_quantiles(x: Any, how: _How, q: list[float], interpolation: str) -> list[Any]:
    columns, how = _columns(x, how)
    if columns is not None:
        found = columns.each(how, lambda i, one: _roll_quantiles(columns.columns[i], one, q, interpolation))
        return [columns.join([several[k] for several in found]) for k in range(len(q))]
    series = _series_as_read(x, how.on)
    cut = _cut(series, how)
    return [series.wrap(row, cut) for row in _quantiles(series, cut, how, q, interpolation)]


def quantiles_of(x: Any, how: _How, q: Any, interpolation: str) -> Any:
    """Of one quantile the results; of several a dict by quantile."""
    word("interpolation", interpolation, *BETWEEN)
    q = unboxed(q)
    if np.ndim(q) == 0 and not hasattr(q, "__iter__"):
        return _roll_quantiles(x, how, [real("q", q)], interpolation)[0]
    if isinstance(q, str) or not hasattr(q, "__iter__"):
        raise TypeError(f"q: {q!r} given, expected a number or several")
    qs = [real("q", v) for v in q]
    if not qs:
        raise ValueError("q: none given, expected one quantile or several")
    return dict(zip(qs, _roll_quantiles(x, how, qs, interpolation), strict=True))


def _quantiles(series: _Series, cut: _Cut, how: _How, q: list[float], interpolation: str) -> Doubles:
    return _core.rolling_quantiles(
        series.values, cut.windows, np.array(q), interpolation, *_told(series, cut, how)
    )


def _medians() -> _Kernel:
    def median(series: _Series, cut: _Cut, how: _How, into: Doubles | None) -> Doubles:
        found: Doubles = _quantiles(series, cut, how, [0.5], "midpoint")[0]
        if into is None:
            return found
        into[:] = found
        return into

    return median


def _told(series: _Series, cut: _Cut, how: _How) -> tuple[int, bool, bool, npt.NDArray[np.uint8] | None, int]:
    """What every kernel is told last: min_periods, what is missing, and how many threads."""
    return cut.least, _inf(how.inf), not series.nan_is_missing, series.mask, thread_count(how.threads)
