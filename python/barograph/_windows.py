"""Rolling statistics with pandas' keywords: exact windows, the same kind of series out as in."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _core
from ._frames import require
from ._threads import thread_count

Doubles: TypeAlias = npt.NDArray[np.float64]
_NS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "min": 60 * 10**9, "h": 3600 * 10**9,
       "D": 86400 * 10**9, "d": 86400 * 10**9, "W": 7 * 86400 * 10**9}  # fmt: skip


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


class _Cut(NamedTuple):
    """How a series is cut: its windows, the fewest values of one that counts, and the step."""

    windows: _core.Windows
    least: int
    step: int


class _Series(NamedTuple):
    """A series taken apart: its values, what is null in it, and how results are put back."""

    values: Doubles
    mask: npt.NDArray[np.uint8] | None
    nan_is_missing: bool
    times: npt.NDArray[np.int64] | None
    wrap: Callable[[Doubles, _Cut], Any]


def rolling_count(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
) -> Any:  # fmt: skip
    """Count the values in each window, infinities among them.

    See :func:`rolling_mean` for the parameters; as in pandas `min_periods` asks for so many rows here,
    missing or not.

    Examples
    --------
    >>> bg.rolling_count([1.0, float("nan"), 3.0], 2)
    array([nan,  1.,  1.])
    """
    return _roll(x, _How(window, min_periods, center, closed, step, on, inf, threads), "count", 0.0)


def rolling_sum(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
) -> Any:  # fmt: skip
    """Sum the values in each window, rounded once.

    See :func:`rolling_mean` for the parameters and numerics.

    Examples
    --------
    >>> bg.rolling_sum([1.0, 2.0, 3.0], 2)
    array([nan,  3.,  5.])
    """
    return _roll(x, _How(window, min_periods, center, closed, step, on, inf, threads), "sum", 0.0)


def rolling_mean(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
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
    return _roll(x, _How(window, min_periods, center, closed, step, on, inf, threads), "mean", 0.0)


def rolling_var(
    x: Any, window: Any, *, ddof: int = 1, min_periods: int | None = None, center: bool = False,
    closed: str | None = None, step: int | None = None, on: Any = None, inf: str = "missing",
    threads: int | None = None,
) -> Any:  # fmt: skip
    """Variance of the values in each window, divided by n - `ddof`.

    See :func:`rolling_mean` for the other parameters. Deviations are from a value inside the window, in
    twice the precision: an offset of 1e9 or a spike costs no digits.

    Examples
    --------
    >>> bg.rolling_var([1.0, 2.0, 4.0], 2)
    array([nan, 0.5, 2. ])
    """
    return _roll(x, _How(window, min_periods, center, closed, step, on, inf, threads), "var", float(ddof))


def rolling_std(
    x: Any, window: Any, *, ddof: int = 1, min_periods: int | None = None, center: bool = False,
    closed: str | None = None, step: int | None = None, on: Any = None, inf: str = "missing",
    threads: int | None = None,
) -> Any:  # fmt: skip
    """Standard deviation of the values in each window: the root of :func:`rolling_var`.

    Examples
    --------
    >>> bg.rolling_std([1.0, 3.0, 3.0], 2, ddof=0)
    array([nan,  1.,  0.])
    """
    return _roll(x, _How(window, min_periods, center, closed, step, on, inf, threads), "std", float(ddof))


def rolling_sem(
    x: Any, window: Any, *, ddof: int = 1, min_periods: int | None = None, center: bool = False,
    closed: str | None = None, step: int | None = None, on: Any = None, inf: str = "missing",
    threads: int | None = None,
) -> Any:  # fmt: skip
    """Standard error of the mean in each window: :func:`rolling_std` over the root of the number of values.

    Examples
    --------
    >>> bg.rolling_sem([1.0, 3.0, 3.0], 2, ddof=0).round(6)
    array([     nan, 0.707107, 0.      ])
    """
    return _roll(x, _How(window, min_periods, center, closed, step, on, inf, threads), "sem", float(ddof))


def rolling_skew(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
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
    return _roll(x, _How(window, min_periods, center, closed, step, on, inf, threads), "skew", 0.0)


def rolling_kurt(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
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
    return _roll(x, _How(window, min_periods, center, closed, step, on, inf, threads), "kurt", 0.0)


def rolling_cov(
    x: Any, y: Any, window: Any, *, ddof: int = 1, min_periods: int | None = None, center: bool = False,
    closed: str | None = None, step: int | None = None, on: Any = None, inf: str = "missing",
    threads: int | None = None,
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
        x, y, _How(window, min_periods, center, closed, step, on, inf, threads), "cov", float(ddof)
    )


def rolling_corr(
    x: Any, y: Any, window: Any, *, min_periods: int | None = None, center: bool = False,
    closed: str | None = None, step: int | None = None, on: Any = None, inf: str = "missing",
    threads: int | None = None,
) -> Any:  # fmt: skip
    """Pearson correlation of the pairs in each window, in [-1, 1]; NaN where one of them is constant.

    See :func:`rolling_cov` for the parameters.

    Examples
    --------
    >>> bg.rolling_corr([1.0, 2.0, 4.0, 4.0], [2.0, 4.0, 1.0, 3.0], 2)
    array([nan,  1., -1., nan])
    """
    return _roll_pairs(x, y, _How(window, min_periods, center, closed, step, on, inf, threads), "corr", 0.0)


def rolling_min(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
) -> Any:  # fmt: skip
    """Smallest value in each window; of zeros of both signs the newest, as in pandas.

    See :func:`rolling_mean` for the parameters.

    Examples
    --------
    >>> bg.rolling_min([3.0, 1.0, 2.0], 2)
    array([nan,  1.,  1.])
    """
    return _roll(x, _How(window, min_periods, center, closed, step, on, inf, threads), "min", 0.0)


def rolling_max(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
) -> Any:  # fmt: skip
    """Largest value in each window; of zeros of both signs the newest, as in pandas.

    See :func:`rolling_mean` for the parameters.

    Examples
    --------
    >>> bg.rolling_max([3.0, 1.0, 2.0], 2)
    array([nan,  3.,  2.])
    """
    return _roll(x, _How(window, min_periods, center, closed, step, on, inf, threads), "max", 0.0)


def rolling_median(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
) -> Any:  # fmt: skip
    """Median of the values in each window, exact; of an even number the mean of the middle two.

    See :func:`rolling_mean` for the parameters.

    Examples
    --------
    >>> bg.rolling_median([3.0, 1.0, 2.0], 2)
    array([nan, 2. , 1.5])
    """
    how = _How(window, min_periods, center, closed, step, on, inf, threads)
    return _roll_quantiles(x, how, [0.5], "midpoint")[0]


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
    several = not isinstance(q, (int, float, np.floating))
    qs = [float(v) for v in q] if several else [float(q)]  # type: ignore[union-attr,arg-type]
    how = _How(window, min_periods, center, closed, step, on, inf, threads)
    results = _roll_quantiles(x, how, qs, interpolation)
    return dict(zip(qs, results, strict=True)) if several else results[0]


def rolling_rank(
    x: Any, window: Any, *, method: str = "average", ascending: bool = True, pct: bool = False,
    min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
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
    how = _How(window, min_periods, center, closed, step, on, inf, threads)

    def rank(series: _Series, cut: _Cut) -> Doubles:
        return _core.rolling_rank(
            series.values, cut.windows, method, bool(ascending), bool(pct), *_told(series, cut, how)
        )

    return _roll_with(x, how, rank)


def rolling_nunique(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
) -> Any:  # fmt: skip
    """How many different values each window holds; zeros of both signs are one.

    See :func:`rolling_mean` for the parameters.

    Examples
    --------
    >>> bg.rolling_nunique([3.0, 1.0, 1.0], 2)
    array([nan,  2.,  1.])
    """
    how = _How(window, min_periods, center, closed, step, on, inf, threads)

    def nunique(series: _Series, cut: _Cut) -> Doubles:
        return _core.rolling_nunique(series.values, cut.windows, *_told(series, cut, how))

    return _roll_with(x, how, nunique)


def rolling_first(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
) -> Any:  # fmt: skip
    """Oldest value of each window that is not missing.

    See :func:`rolling_mean` for the parameters.

    Examples
    --------
    >>> bg.rolling_first([3.0, 1.0, 2.0], 2)
    array([nan,  3.,  1.])
    """
    return _roll_value_at(x, _How(window, min_periods, center, closed, step, on, inf, threads), "first")


def rolling_last(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
) -> Any:  # fmt: skip
    """Newest value of each window that is not missing.

    See :func:`rolling_mean` for the parameters.

    Examples
    --------
    >>> bg.rolling_last([3.0, float("nan"), 2.0], 2, min_periods=1)
    array([3., 3., 2.])
    """
    return _roll_value_at(x, _How(window, min_periods, center, closed, step, on, inf, threads), "last")


def _roll(x: Any, how: _How, what: str, ddof: float) -> Any:
    columns, how = _columns(x, how)
    if columns is not None:
        return columns.each(lambda column: [_roll(column, how, what, ddof)])[0]
    series = _series(x, how.on)
    cut = _cut(series, how)
    if what == "count":
        out = _core.rolling_count(series.values, cut.windows, cut.least, series.mask)
        return series.wrap(out, cut)
    least, loud, shown, mask, threads = _told(series, cut, how)
    out = _core.rolling_reduce(what, series.values, cut.windows, least, ddof, loud, shown, mask, threads)
    return series.wrap(out, cut)


def _roll_pairs(x: Any, y: Any, how: _How, what: str, ddof: float) -> Any:
    first, second = _series(x, how.on), _series(y, None)
    if len(second.values) != len(first.values):
        raise ValueError(f"y: {len(second.values)} rows given, expected {len(first.values)} as x has")
    cut = _cut(first, how)
    shown = not (first.nan_is_missing and second.nan_is_missing)
    out = _core.rolling_pairs(
        what, first.values, second.values, cut.windows, cut.least, ddof, _inf(how.inf), shown,
        first.mask, second.mask, thread_count(how.threads),
    )  # fmt: skip
    return first.wrap(out, cut)


def _roll_quantiles(x: Any, how: _How, q: list[float], interpolation: str) -> list[Any]:
    columns, how = _columns(x, how)
    if columns is not None:
        return columns.each(lambda column: _roll_quantiles(column, how, q, interpolation))
    series = _series(x, how.on)
    cut = _cut(series, how)
    out = _core.rolling_quantiles(
        series.values, cut.windows, np.array(q), interpolation, *_told(series, cut, how)
    )
    return [series.wrap(row, cut) for row in out]


def _roll_value_at(x: Any, how: _How, which: str) -> Any:
    def value_at(series: _Series, cut: _Cut) -> Doubles:
        return _core.rolling_value_at(which, series.values, cut.windows, *_told(series, cut, how))

    return _roll_with(x, how, value_at)


def _roll_with(x: Any, how: _How, kernel: Callable[[_Series, _Cut], Doubles]) -> Any:
    columns, how = _columns(x, how)
    if columns is not None:
        return columns.each(lambda column: [_roll_with(column, how, kernel)])[0]
    series = _series(x, how.on)
    cut = _cut(series, how)
    return series.wrap(kernel(series, cut), cut)


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
    bounds = _bounds(series, how)
    if bounds is not None:
        return bounds
    width = _width(how.window)
    rows = int(how.window) if width is None else 0
    if how.min_periods is None:
        least = 1 if width is not None else rows
    else:
        least = _whole("min_periods", how.min_periods)
        if least < 0:
            raise ValueError(f"min_periods: {least} given, expected 0 or more")
        if width is None and least > rows:
            raise ValueError(f"min_periods: {least} given, expected at most the window of {rows} rows")
    ends = "right" if how.closed is None else how.closed
    step = 1 if how.step is None else _whole("step", how.step)
    if width is None:
        return _Cut(_core.fixed_windows(len(series.values), rows, bool(how.center), ends, step), least, step)
    if series.times is None:
        raise TypeError(
            f"window: {how.window!r} is a length in time, which needs on=times or a pandas datetime index"
        )
    return _Cut(_core.time_windows(series.times, width, bool(how.center), ends, step), least, step)


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
    if how.min_periods is not None:
        least = _whole("min_periods", how.min_periods)
        if least < 0:
            raise ValueError(f"min_periods: {least} given, expected 0 or more")
    return _Cut(_core.bounded_windows(rows, start.astype(np.int64), end.astype(np.int64)), least, step)


def _width(window: Any) -> int | None:
    """Nanoseconds of a window in time; None for one of rows."""
    if isinstance(window, (bool, np.bool_)) or window is None:
        raise TypeError(f"window: {window!r} given, expected rows (int) or a length in time")
    if isinstance(window, (int, np.integer)):
        return None
    if isinstance(window, np.timedelta64):
        return int(window.astype("timedelta64[ns]").astype(np.int64))
    if isinstance(window, str):
        digits = len(window) - len(window.lstrip("0123456789"))
        unit = window[digits:].strip()
        if unit not in _NS:
            raise ValueError(f"window: {window!r} given, expected a length such as '90s', '5min', '1h', '1D'")
        return int(window[:digits] or 1) * _NS[unit]
    nanoseconds = getattr(window, "nanos", getattr(window, "value", None))
    if nanoseconds is not None:
        return int(nanoseconds)
    if hasattr(window, "total_seconds"):
        return int(window.days * _NS["D"] + window.seconds * _NS["s"] + window.microseconds * _NS["us"])
    raise TypeError(f"window: {type(window).__name__} given, expected rows (int) or a length in time")


def _times(on: Any, rows: int) -> npt.NDArray[np.int64]:
    array = np.asarray(on)
    if array.dtype.kind == "M":
        if np.isnat(array).any():
            raise ValueError("on: a time is missing (NaT), expected a time for every row")
        array = array.astype("datetime64[ns]").view(np.int64)
    if array.dtype.kind not in "iu":
        raise TypeError(f"on: dtype {array.dtype} given, expected datetime64 or integer nanoseconds")
    if array.shape != (rows,):
        raise ValueError(f"on: {array.size} times given, expected {rows}")
    return np.ascontiguousarray(array, dtype=np.int64)


class _Columns(NamedTuple):
    """Something two-dimensional: its columns, and how results are put together again."""

    columns: list[Any]
    join: Callable[[list[Any]], Any]

    def each(self, run: Callable[[Any], list[Any]]) -> list[Any]:
        """Run over each column what gives one or several results; join each of them."""
        results = [run(column) for column in self.columns]
        count = len(results[0]) if results else 1
        return [self.join([several[k] for several in results]) for k in range(count)]


def _columns(x: Any, how: _How) -> tuple[_Columns | None, _How]:
    """The columns of something two-dimensional, with `on` as times where it names a column; else None."""
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(x, pandas.DataFrame):
        on = how.on if isinstance(how.on, str) else None
        if on is not None and on not in x.columns:
            raise KeyError(f"on: no column {on!r}; there are: {', '.join(map(str, x.columns))}")
        kept = [i for i, name in enumerate(x.columns) if on is None or name != on]

        def join(parts: list[Any]) -> Any:
            frame = pandas.concat(parts, axis=1) if parts else x.iloc[:, :0].copy()
            frame.columns = x.columns[kept]
            if on is not None:
                frame.insert(x.columns.get_loc(on), on, x[on].iloc[:: how.step or 1])
            return frame

        times = how if on is None else how._replace(on=x[on])
        return _Columns([x.iloc[:, i] for i in kept], join), times
    if isinstance(x, np.ndarray) and x.ndim == 2:
        return _Columns(
            [x[:, i] for i in range(x.shape[1])],
            lambda parts: np.column_stack(parts) if parts else np.empty(x.shape),
        ), how
    return None, how


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
        return type(x)(out, index=x.index[:: cut.step], name=x.name)

    return _Series(values, None, True, None if times is None else _times(times, values.size), wrap)


def _arrow_series(x: Any, on: Any) -> _Series:
    pa = require("pyarrow", "report")
    polars = type(x).__module__.startswith("polars")
    array = x.to_arrow() if polars else x
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    if not (pa.types.is_primitive(array.type) and not pa.types.is_temporal(array.type)):
        raise TypeError(f"x: {array.type} given, expected numbers")
    mask = array.is_null().to_numpy(zero_copy_only=False).astype(np.uint8) if array.null_count else None
    plain = array.cast(pa.float64()).fill_null(0.0) if array.null_count else array.cast(pa.float64())
    values = np.ascontiguousarray(plain.to_numpy(zero_copy_only=False))

    def wrap(out: Doubles, cut: _Cut) -> Any:
        # Null where values were too few; a NaN that went in shows as NaN.
        enough = _core.rolling_reduce(
            "sum", np.zeros_like(values), cut.windows, cut.least, 0.0, False, False, mask, 1
        )
        result = pa.array(out, mask=np.isnan(enough))
        if polars:
            return require("polars", "polars").Series(x.name, result)
        return result

    times = None if on is None else _times(on.to_numpy() if hasattr(on, "to_numpy") else on, values.size)
    return _Series(values, mask, False, times, wrap)
