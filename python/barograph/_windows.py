"""Rolling statistics with pandas' keywords: exact windows, the same kind of series out as in."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _core
from ._frames import require
from ._lengths import UNITS, length_in_ns
from ._threads import thread_count

Doubles: TypeAlias = npt.NDArray[np.float64]


class _How(NamedTuple):
    """The keywords that all rolling functions share."""

    window: Any
    min_periods: int | None
    center: bool
    closed: str | None
    step: int | None
    on: Any
    inf: str
    threads: int | None = None
    out: Doubles | None = None


class _Cut(NamedTuple):
    """How a series is cut: its windows, the fewest values of one that counts, and the step."""

    windows: _core.Windows
    least: int
    step: int
    mask: npt.NDArray[np.uint8] | None = None  # what is missing, where it is more than the series' nulls


class _Series(NamedTuple):
    """A series taken apart: its values, what is null in it, and how results are put back."""

    values: Doubles
    mask: npt.NDArray[np.uint8] | None
    nan_is_missing: bool
    times: npt.NDArray[np.int64] | None
    wrap: Callable[[Doubles, _Cut], Any]


_Kernel: TypeAlias = Callable[[_Series, _Cut, _How, "Doubles | None"], Doubles]


class AllSoFar(NamedTuple):
    """Windows of each row and all before it."""


def rolling_count(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Count the values in each window, infinities among them.

    See :func:`rolling_mean` for the parameters; as in pandas `min_periods` asks for so many rows here,
    missing or not.

    Examples
    --------
    >>> bg.rolling_count([1.0, float("nan"), 3.0], 2)
    array([nan,  1.,  1.])
    """
    return _roll(x, _How(window, min_periods, center, closed, step, on, inf, threads, out), "count", 0.0)


def rolling_sum(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Sum the values in each window, rounded once.

    See :func:`rolling_mean` for the parameters and numerics.

    Examples
    --------
    >>> bg.rolling_sum([1.0, 2.0, 3.0], 2)
    array([nan,  3.,  5.])
    """
    return _roll(x, _How(window, min_periods, center, closed, step, on, inf, threads, out), "sum", 0.0)


def rolling_mean(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Average the values in each window.

    Parameters
    ----------
    x : array-like, pandas, polars or Arrow series, or numeric pandas DataFrame
        The values, shape (n,); of a two-dimensional array or a DataFrame each column by itself. Missing is
        NaN in numpy and pandas; null in polars and Arrow, where a NaN propagates.
    window : int or str or timedelta, or (start, end), or pandas indexer
        Rows of a window, or its length in time (``"5min"``, ``timedelta(hours=1)``); time needs `on` or a
        pandas datetime index. Or for each row the first row of its window and the row after its last,
        in any order, as two integer arrays or by `pandas.api.indexers`.
    min_periods : int, optional
        Fewer values in a window give NaN. By default `window`; for a window in time, or of bounds, 1; for
        an indexer its `window_size`.
    center : bool, default False
        The label stands in the middle of its window instead of at its end.
    closed : {"right", "left", "both", "neither"}, optional
        Which ends belong to the window; ``"right"`` by default.
    step : int, optional
        Keep every `step`-th window.
    on : array-like of datetime64 or int (ns), or str, optional
        Times of the rows, never going back; for a DataFrame also the name of the column that has them.
    inf : {"missing", "propagate"}, default "missing"
        Infinities are left out as in pandas, or make their windows infinite or NaN.
    threads : int, optional
        At most so many threads; the results do not depend on it. By default as many as the machine grants
        and the length is worth (one a 100,000 rows), and one inside workers of dask, spark and joblib.
        Of several columns each thread takes whole ones.
    out : ndarray of float64, optional
        Where the results go, of their shape; what is returned stands on it, without a copy.

    Returns
    -------
    same kind as `x`
        float64, index and name kept.

    Raises
    ------
    ValueError
        For a wrong window, closed, step or min_periods, or times that go back.
    TypeError
        For values that are not numbers, or a window in time without times.

    Notes
    -----
    Nothing is ever subtracted from a running sum: a spike leaves no trace in windows that do not hold
    it. The error is at most ``2u * sum(|x|) / n`` with ``u = 2**-53``. O(1) a row for any window.

    References
    ----------
    .. [1] M. van Herk (1992), "A fast algorithm for local minimum and maximum filters".
    .. [2] T. Ogita, S. M. Rump, S. Oishi (2005), "Accurate sum and dot product".

    Examples
    --------
    >>> bg.rolling_mean([1.0, 2.0, 4.0, 8.0], 2)
    array([nan, 1.5, 3. , 6. ])
    """
    return _roll(x, _How(window, min_periods, center, closed, step, on, inf, threads, out), "mean", 0.0)


def rolling_var(
    x: Any, window: Any, *, ddof: int = 1, min_periods: int | None = None, center: bool = False,
    closed: str | None = None, step: int | None = None, on: Any = None, inf: str = "missing",
    threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Variance of the values in each window, divided by n - `ddof`.

    See :func:`rolling_mean` for the other parameters. Deviations are from a value inside the window, in
    twice the precision: an offset of 1e9 or a spike costs no digits.

    Examples
    --------
    >>> bg.rolling_var([1.0, 2.0, 4.0], 2)
    array([nan, 0.5, 2. ])
    """
    return _roll(
        x, _How(window, min_periods, center, closed, step, on, inf, threads, out), "var", float(ddof)
    )


def rolling_std(
    x: Any, window: Any, *, ddof: int = 1, min_periods: int | None = None, center: bool = False,
    closed: str | None = None, step: int | None = None, on: Any = None, inf: str = "missing",
    threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Standard deviation of the values in each window: the root of :func:`rolling_var`.

    Examples
    --------
    >>> bg.rolling_std([1.0, 3.0, 3.0], 2, ddof=0)
    array([nan,  1.,  0.])
    """
    return _roll(
        x, _How(window, min_periods, center, closed, step, on, inf, threads, out), "std", float(ddof)
    )


def rolling_sem(
    x: Any, window: Any, *, ddof: int = 1, min_periods: int | None = None, center: bool = False,
    closed: str | None = None, step: int | None = None, on: Any = None, inf: str = "missing",
    threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Standard error of the mean in each window: :func:`rolling_std` over the root of the number of values.

    Examples
    --------
    >>> bg.rolling_sem([1.0, 3.0, 3.0], 2, ddof=0).round(6)
    array([     nan, 0.707107, 0.      ])
    """
    return _roll(
        x, _How(window, min_periods, center, closed, step, on, inf, threads, out), "sem", float(ddof)
    )


def rolling_skew(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Sample skewness of the values in each window, unbiased for a normal distribution (G1).

    NaN for fewer than 3 values and where all are equal. See :func:`rolling_mean` for the parameters.

    References
    ----------
    .. [1] D. N. Joanes, C. A. Gill (1998), "Comparing measures of sample skewness and kurtosis".

    Examples
    --------
    >>> bg.rolling_skew([1.0, 2.0, 9.0, 2.0], 3).round(6)
    array([     nan,      nan, 1.630059, 1.732051])
    """
    return _roll(x, _How(window, min_periods, center, closed, step, on, inf, threads, out), "skew", 0.0)


def rolling_kurt(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Excess kurtosis of the values in each window, unbiased for a normal distribution (G2).

    NaN for fewer than 4 values and where all are equal. See :func:`rolling_mean` for the parameters.

    References
    ----------
    .. [1] D. N. Joanes, C. A. Gill (1998), "Comparing measures of sample skewness and kurtosis".

    Examples
    --------
    >>> bg.rolling_kurt([1.0, 2.0, 2.0, 9.0], 4).round(6)
    array([     nan,      nan,      nan, 3.708507])
    """
    return _roll(x, _How(window, min_periods, center, closed, step, on, inf, threads, out), "kurt", 0.0)


def rolling_cov(
    x: Any, y: Any, window: Any, *, ddof: int = 1, min_periods: int | None = None, center: bool = False,
    closed: str | None = None, step: int | None = None, on: Any = None, inf: str = "missing",
    threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Covariance of the pairs in each window, divided by n - `ddof`; pairs with a missing value are left out.

    Parameters
    ----------
    x, y : one-dimensional, as in :func:`rolling_mean`
        Of one length. Rows pair up by position, not by index.
    window, min_periods, center, closed, step, on, inf, threads
        As in :func:`rolling_mean`; `min_periods` counts pairs.

    Returns
    -------
    same kind as `x`

    Raises
    ------
    ValueError
        If the lengths differ.

    Examples
    --------
    >>> bg.rolling_cov([1.0, 2.0, 4.0], [2.0, 4.0, 8.0], 2)
    array([nan, 1., 4.])
    """
    return _roll_pairs(
        x, y, _How(window, min_periods, center, closed, step, on, inf, threads, out), "cov", float(ddof)
    )


def rolling_corr(
    x: Any, y: Any, window: Any, *, min_periods: int | None = None, center: bool = False,
    closed: str | None = None, step: int | None = None, on: Any = None, inf: str = "missing",
    threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Pearson correlation of the pairs in each window, in [-1, 1]; NaN where one of them is constant.

    See :func:`rolling_cov` for the parameters.

    Examples
    --------
    >>> bg.rolling_corr([1.0, 2.0, 4.0, 4.0], [2.0, 4.0, 1.0, 3.0], 2)
    array([nan,  1., -1., nan])
    """
    return _roll_pairs(
        x, y, _How(window, min_periods, center, closed, step, on, inf, threads, out), "corr", 0.0
    )


def rolling_min(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Smallest value in each window; of zeros of both signs the newest, as in pandas.

    See :func:`rolling_mean` for the parameters.

    Examples
    --------
    >>> bg.rolling_min([3.0, 1.0, 2.0], 2)
    array([nan,  1.,  1.])
    """
    return _roll(x, _How(window, min_periods, center, closed, step, on, inf, threads, out), "min", 0.0)


def rolling_max(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Largest value in each window; of zeros of both signs the newest, as in pandas.

    See :func:`rolling_mean` for the parameters.

    Examples
    --------
    >>> bg.rolling_max([3.0, 1.0, 2.0], 2)
    array([nan,  3.,  2.])
    """
    return _roll(x, _How(window, min_periods, center, closed, step, on, inf, threads, out), "max", 0.0)


def rolling_median(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Median of the values in each window, exact; of an even number the mean of the middle two.

    See :func:`rolling_mean` for the parameters.

    Examples
    --------
    >>> bg.rolling_median([3.0, 1.0, 2.0], 2)
    array([nan, 2. , 1.5])
    """
    how = _How(window, min_periods, center, closed, step, on, inf, threads, out)
    return _roll_with(x, how, _medians())


def rolling_quantile(
    x: Any, window: Any, q: float | Sequence[float], *, interpolation: str = "linear",
    min_periods: int | None = None, center: bool = False, closed: str | None = None, step: int | None = None,
    on: Any = None, inf: str = "missing", threads: int | None = None,
) -> Any:  # fmt: skip
    """Quantiles of the values in each window, exact; several share one pass.

    Parameters
    ----------
    x, window, min_periods, center, closed, step, on, inf, threads
        As in :func:`rolling_mean`.
    q : float or sequence of float
        Quantiles in [0, 1].
    interpolation : {"linear", "lower", "higher", "nearest", "midpoint"}
        Between two values; ``linear`` is ``a + (b - a) t`` as in pandas.

    Returns
    -------
    same kind as `x`, or a dict of them
        For several quantiles a dict by quantile, in the order given.

    Examples
    --------
    >>> bg.rolling_quantile([3.0, 1.0, 2.0], 2, 0.25)
    array([ nan, 1.5 , 1.25])
    >>> list(bg.rolling_quantile([3.0, 1.0, 2.0], 2, [0.5, 0.95]))
    [0.5, 0.95]
    """
    how = _How(window, min_periods, center, closed, step, on, inf, threads)
    return quantiles_of(x, how, q, interpolation)


def rolling_rank(
    x: Any, window: Any, *, method: str = "average", ascending: bool = True, pct: bool = False,
    min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Rank of the newest value of each window among the window's values, from 1.

    Parameters
    ----------
    x, window, min_periods, center, closed, step, on, inf, threads
        As in :func:`rolling_mean`.
    method : {"average", "min", "max"}
        The rank of a value that equals others: the middle, the least or the greatest of theirs.
    ascending : bool, default True
        The least value has rank 1; otherwise the greatest.
    pct : bool, default False
        The rank divided by the number of values.

    Returns
    -------
    same kind as `x`
        float64, index and name kept; NaN where the newest value is missing.

    Notes
    -----
    A window that brings no row beyond the window before, as centred ones at the end of a series,
    repeats that one's rank, as in pandas.

    Examples
    --------
    >>> bg.rolling_rank([3.0, 1.0, 2.0, 2.0], 3)
    array([nan, nan, 2. , 2.5])
    """
    how = _How(window, min_periods, center, closed, step, on, inf, threads, out)
    return _roll_with(x, how, _ranking(method, ascending, pct))


def rolling_nunique(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """How many different values each window holds; zeros of both signs are one.

    See :func:`rolling_mean` for the parameters.

    Examples
    --------
    >>> bg.rolling_nunique([3.0, 1.0, 1.0], 2)
    array([nan,  2.,  1.])
    """
    how = _How(window, min_periods, center, closed, step, on, inf, threads, out)
    return _roll_with(x, how, _counting_different())


def rolling_first(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Oldest value of each window that is not missing.

    See :func:`rolling_mean` for the parameters.

    Examples
    --------
    >>> bg.rolling_first([3.0, 1.0, 2.0], 2)
    array([nan,  3.,  1.])
    """
    return _roll_value_at(x, _How(window, min_periods, center, closed, step, on, inf, threads, out), "first")


def rolling_last(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Newest value of each window that is not missing.

    See :func:`rolling_mean` for the parameters.

    Examples
    --------
    >>> bg.rolling_last([3.0, float("nan"), 2.0], 2, min_periods=1)
    array([3., 3., 2.])
    """
    return _roll_value_at(x, _How(window, min_periods, center, closed, step, on, inf, threads, out), "last")


def _roll(x: Any, how: _How, what: str, ddof: float) -> Any:
    return _roll_with(x, how, _reducing(what, ddof))


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


def _ranking(method: str, ascending: bool, pct: bool) -> _Kernel:
    def rank(series: _Series, cut: _Cut, how: _How, into: Doubles | None) -> Doubles:
        told = _told(series, cut, how)
        return _core.rolling_rank(series.values, cut.windows, method, bool(ascending), bool(pct), *told, into)

    return rank


def _counting_different() -> _Kernel:
    def nunique(series: _Series, cut: _Cut, how: _How, into: Doubles | None) -> Doubles:
        return _core.rolling_nunique(series.values, cut.windows, *_told(series, cut, how), into)

    return nunique


def _choosing(which: str) -> _Kernel:
    def value_at(series: _Series, cut: _Cut, how: _How, into: Doubles | None) -> Doubles:
        return _core.rolling_value_at(which, series.values, cut.windows, *_told(series, cut, how), into)

    return value_at


def _roll_with(x: Any, how: _How, kernel: _Kernel) -> Any:
    columns, how = _columns(x, how)
    if columns is None:
        series = _series(x, how.on)
        cut = _cut(series, how)
        if how.out is not None and how.out.ndim != 1:
            raise ValueError(f"out: {how.out.ndim} dimensions given, expected 1")
        return series.wrap(_run(kernel, series, cut, how, how.out), cut)
    into = _check_out(how.out)
    if into is not None and (into.ndim != 2 or into.shape[1] != len(columns.columns)):
        raise ValueError(
            f"out: shape {into.shape} given, expected a column for each of {len(columns.columns)}"
        )
    if columns.block is None:
        return columns.join(columns.each(how, lambda i, one: _roll_with(
            columns.columns[i], one._replace(out=None if into is None else into[:, i]), kernel)))  # fmt: skip
    if not columns.columns:
        return columns.block(np.empty((len(range(0, columns.rows, how.step or 1)), 0)))
    taken = _series(columns.columns[0], how.on)
    results = into
    if results is None:
        results = np.empty((len(_cut(taken, how).windows), len(columns.columns)), order="F")

    def run(i: int, one: _How) -> None:
        series = _series(columns.columns[i], one.on)
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


def _roll_pairs(x: Any, y: Any, how: _How, what: str, ddof: float) -> Any:
    first, second = _series(x, how.on), _series(y, None)
    if len(second.values) != len(first.values):
        raise ValueError(f"y: {len(second.values)} rows given, expected {len(first.values)} as x has")
    shown = not (first.nan_is_missing and second.nan_is_missing)

    def pairs(series: _Series, cut: _Cut, how: _How, into: Doubles | None) -> Doubles:
        if into is not None and np.may_share_memory(into, second.values):
            into[:] = pairs(series, cut, how, None)
            return into
        return _core.rolling_pairs(
            what, series.values, second.values, cut.windows, cut.least, ddof, _inf(how.inf), shown,
            series.mask, second.mask, thread_count(how.threads), into,
        )  # fmt: skip

    cut = _cut(first, how)
    return first.wrap(_run(pairs, first, cut, how, how.out), cut)


def _roll_quantiles(x: Any, how: _How, q: list[float], interpolation: str) -> list[Any]:
    columns, how = _columns(x, how)
    if columns is not None:
        found = columns.each(how, lambda i, one: _roll_quantiles(columns.columns[i], one, q, interpolation))
        return [columns.join([several[k] for several in found]) for k in range(len(q))]
    series = _series(x, how.on)
    cut = _cut(series, how)
    return [series.wrap(row, cut) for row in _quantiles(series, cut, how, q, interpolation)]


def quantiles_of(x: Any, how: _How, q: float | Sequence[float], interpolation: str) -> Any:
    """Of one quantile the results; of several a dict by quantile."""
    if isinstance(q, (int, float, np.floating)):
        return _roll_quantiles(x, how, [float(q)], interpolation)[0]
    qs = [float(v) for v in q]
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


def _whole(name: str, value: Any) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: {value!r} given, expected a whole number") from None


def _inf(inf: str) -> bool:
    if inf not in ("missing", "propagate"):
        raise ValueError(f"inf: {inf!r} given, expected 'missing' or 'propagate'")
    return inf == "propagate"


def _cut(series: _Series, how: _How) -> _Cut:
    rows, window = len(series.values), how.window
    step = 1 if how.step is None else _whole("step", how.step)
    if isinstance(window, AllSoFar):
        return _Cut(_core.fixed_windows(rows, max(rows, 1), False, "right", 1), _least(how, 1, None), 1)
    bounds = _bounds(series, how)
    if bounds is not None:
        return bounds
    width = _width(window)
    ends = "right" if how.closed is None else how.closed
    if width is None:
        least = _least(how, int(window), int(window))
        return _Cut(_core.fixed_windows(rows, int(window), bool(how.center), ends, step), least, step)
    least = _least(how, 1, None)
    if series.times is None:
        raise TypeError(
            f"window: {how.window!r} is a length in time, which needs on=times or a pandas datetime index"
        )
    return _Cut(_core.time_windows(series.times, width, bool(how.center), ends, step), least, step)


def _least(how: _How, default: int, most: int | None) -> int:
    if how.min_periods is None:
        return default
    least = _whole("min_periods", how.min_periods)
    if least < 0:
        raise ValueError(f"min_periods: {least} given, expected 0 or more")
    if most is not None and least > most:
        raise ValueError(f"min_periods: {least} given, expected at most the window of {most} rows")
    return least


def _bounds(series: _Series, how: _How) -> _Cut | None:
    """Windows of bounds of their own: a pair of arrays, or an indexer of pandas; None for others."""
    rows = len(series.values)
    step = 1 if how.step is None else _whole("step", how.step)
    if hasattr(how.window, "get_window_bounds"):
        start, end = how.window.get_window_bounds(
            num_values=rows, min_periods=how.min_periods, center=how.center, closed=how.closed, step=how.step
        )
        least = how.window.window_size
    elif isinstance(how.window, tuple):
        if len(how.window) != 2:
            raise ValueError(f"window: {len(how.window)} parts given, expected (start, end)")
        if how.center or how.closed is not None or how.step is not None:
            raise ValueError(
                "center, closed, step: given, expected none of them where window is (start, end)"
            )
        start, end = how.window
        least = 1
    else:
        return None
    start, end = np.asarray(start), np.asarray(end)
    for name, array in (("start", start), ("end", end)):
        if array.dtype.kind not in "iu" or array.ndim != 1:
            raise TypeError(f"window: {name} of dtype {array.dtype} given, expected one row number a window")
    if len(start) != -(-rows // step):
        raise ValueError(f"window: {len(start)} starts given, expected {-(-rows // step)}, one for each row")
    made = _core.bounded_windows(rows, start.astype(np.int64), end.astype(np.int64))
    return _Cut(made, _least(how, least, None), step)


def _width(window: Any) -> int | None:
    """Nanoseconds of a window in time; None for one of rows."""
    if isinstance(window, (bool, np.bool_)) or window is None:
        raise TypeError(f"window: {window!r} given, expected rows (int) or a length in time")
    if isinstance(window, np.timedelta64):  # which numpy counts among the integers
        return int(window.astype("timedelta64[ns]").astype(np.int64))
    if isinstance(window, (int, np.integer)):
        return None
    if isinstance(window, str):
        return length_in_ns("window", window)
    nanoseconds = getattr(window, "nanos", getattr(window, "value", None))
    if nanoseconds is not None:
        return int(nanoseconds)
    if hasattr(window, "total_seconds"):
        return int(window.days * UNITS["D"] + window.seconds * UNITS["s"] + window.microseconds * UNITS["us"])
    raise TypeError(f"window: {type(window).__name__} given, expected rows (int) or a length in time")


def _instants(name: str, times: Any) -> npt.NDArray[np.int64]:
    """Times as nanoseconds."""
    array = np.asarray(times)
    if array.dtype.kind == "M":
        if np.isnat(array).any():
            raise ValueError(f"{name}: a time is missing (NaT), expected a time for every row")
        array = array.astype("datetime64[ns]").view(np.int64)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name}: dtype {array.dtype} given, expected datetime64 or integer nanoseconds")
    return array.astype(np.int64, copy=False)


def _times(on: Any, rows: int) -> npt.NDArray[np.int64]:
    array = _instants("on", on)
    if array.shape != (rows,):
        raise ValueError(f"on: {array.size} times given, expected {rows}")
    return np.ascontiguousarray(array)


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
    """Of a pandas or polars DataFrame or an Arrow table; None for all else."""
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
    """How columns of a polars frame or an Arrow table stand together again."""

    def join(parts: list[Any]) -> Any:
        results = iter(parts)
        if type(x).__module__.startswith("polars"):
            columns = {n: x[n].gather_every(step) if n == on else next(results) for n in names}
        else:
            rows = np.arange(0, len(x), step)
            columns = {n: x[n].take(rows) if n == on else next(results) for n in names}
        return type(x)(columns) if type(x).__module__.startswith("polars") else type(x).from_pydict(columns)

    return join


def _series(x: Any, on: Any) -> _Series:
    module = type(x).__module__.partition(".")[0]
    if module == "pandas" and hasattr(x, "index"):
        return _pandas_series(x, on)
    if module in ("polars", "pyarrow"):
        return _arrow_series(x, on)
    array = np.asarray(x)
    if array.ndim != 1:
        raise ValueError(f"x: {array.ndim} dimensions given, expected 1 or 2")
    if array.dtype.kind not in "biuf":
        raise TypeError(f"x: dtype {array.dtype} given, expected numbers")
    values = np.ascontiguousarray(array, dtype=np.float64)
    times = None if on is None else _times(on, values.size)
    return _Series(values, None, True, times, lambda out, _: out)


def _pandas_series(x: Any, on: Any) -> _Series:
    kind = getattr(x.dtype, "kind", "O")
    if kind not in "biuf":
        raise TypeError(f"x: dtype {x.dtype} given, expected numbers")
    values = np.ascontiguousarray(x.to_numpy(dtype=np.float64, na_value=np.nan))
    index_times = x.index if getattr(x.index.dtype, "kind", "") == "M" else None
    times: Any = on if on is not None else index_times
    if getattr(getattr(times, "dtype", None), "tz", None) is not None:
        times = sys.modules["pandas"].DatetimeIndex(times).tz_convert("UTC").tz_localize(None)

    def wrap(out: Doubles, cut: _Cut) -> Any:
        return type(x)(out, index=x.index[:: cut.step], name=x.name, copy=False)

    return _Series(values, None, True, None if times is None else _times(times, values.size), wrap)


def _arrow_series(x: Any, on: Any) -> _Series:
    pa = require("pyarrow", "report")
    polars = type(x).__module__.startswith("polars")
    chunks = _arrow_chunks(x)
    kind = chunks[0].type if chunks else (x.to_arrow().type if polars else x.type)
    if not (pa.types.is_primitive(kind) and not pa.types.is_temporal(kind)):
        raise TypeError(f"x: {kind} given, expected numbers")
    parts = [_arrow_values(chunk) for chunk in chunks]
    rows = sum(map(len, parts))
    if len(parts) == 1:
        values = np.ascontiguousarray(parts[0], dtype=np.float64)
    else:  # each chunk goes to its place, converted on the way
        values = np.concatenate(parts, dtype=np.float64, casting="unsafe") if parts else np.empty(0)
    mask = None
    if any(chunk.null_count for chunk in chunks):
        mask = np.concatenate([_arrow_missing(chunk) for chunk in chunks])

    def wrap(out: Doubles, cut: _Cut) -> Any:
        # Null where values were too few; a NaN that went in shows as NaN.
        valid, nulls = None, 0
        if np.isnan(out).any():
            few = _core.too_few(cut.windows, mask if cut.mask is None else cut.mask, cut.least)
            nulls = int(few.sum())
            valid = pa.py_buffer(np.packbits(few ^ 1, bitorder="little")) if nulls else None
        flat = np.ascontiguousarray(out)
        result = pa.Array.from_buffers(pa.float64(), len(flat), [valid, pa.py_buffer(flat)], nulls)
        if polars:
            return require("polars", "polars").Series(x.name, result)
        return result

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
