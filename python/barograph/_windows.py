"""Rolling statistics with pandas' keywords: exact windows, the same kind of series out as in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ._cuts import Doubles, _How
from ._given_options import real
from ._rolling_kernels import (
    _counting_different,
    _medians,
    _ranking,
    _roll,
    _roll_pairs,
    _roll_value_at,
    _roll_with,
    quantiles_of,
)


def rolling_count(
    x: Any, window: Any, *, min_periods: int | None = None, center: bool = False, closed: str | None = None,
    step: int | None = None, on: Any = None, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Count the values in each window, infinities among them; of text, times and categories, too.

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
        Times of the rows, in order (or the newest first); for a DataFrame also the name of the column that
        has them. A pandas index of times, of lengths of time or of periods needs no `on`.
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

    See :func:`rolling_mean` for the other parameters. Deviations are from a value near the window's, and
    are summed in twice the precision or exactly: an offset of 1e9 or a spike costs no digits.

    Examples
    --------
    >>> bg.rolling_var([1.0, 2.0, 4.0], 2)
    array([nan, 0.5, 2. ])
    """
    return _roll(
        x, _How(window, min_periods, center, closed, step, on, inf, threads, out), "var", real("ddof", ddof)
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
        x, _How(window, min_periods, center, closed, step, on, inf, threads, out), "std", real("ddof", ddof)
    )


def rolling_sem(
    x: Any, window: Any, *, ddof: int = 1, min_periods: int | None = None, center: bool = False,
    closed: str | None = None, step: int | None = None, on: Any = None, inf: str = "missing",
    threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Standard error of the mean in each window: :func:`rolling_std` over the root of the number of values.

    Infinities are left out of both; pandas leaves them out of the deviation and counts them among the values.

    Examples
    --------
    >>> bg.rolling_sem([1.0, 3.0, 3.0], 2, ddof=0).round(6)
    array([     nan, 0.707107, 0.      ])
    """
    return _roll(
        x, _How(window, min_periods, center, closed, step, on, inf, threads, out), "sem", real("ddof", ddof)
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
    threads: int | None = None, pairwise: bool | None = None, out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Covariance of the pairs in each window, divided by n - `ddof`; pairs with a missing value are left out.

    Parameters
    ----------
    x, y : as in :func:`rolling_mean`
        Series of one length, or frames, of which the columns are paired. Rows pair up by position; what is of
        pandas by its index, as pandas does it, unless `on` gives the rows' times. Of `y=None` the columns of
        `x` with each other.
    window, min_periods, center, closed, step, on, inf, threads
        As in :func:`rolling_mean`; `min_periods` counts pairs.
    pairwise : bool, optional
        Each column of `x` with each of `y`; otherwise (the default where `y` is given) those of one name, in
        numpy of one position.

    Returns
    -------
    same kind as `x`
        Of two series with the name of `x`, unless `y` has another. Of a frame and a series the columns of the
        frame. Pairwise, of pandas a row for each row and column of `y`, by an index of both, and the columns
        of `x`; of numpy shape (windows, columns of `x`, columns of `y`); of other frames a column for each
        pair, named ``column_column``.

    Raises
    ------
    ValueError
        If the lengths differ, or columns do not pair up.
    TypeError
        For `y` of another library than a frame `x`.

    Examples
    --------
    >>> bg.rolling_cov([1.0, 2.0, 4.0], [2.0, 4.0, 8.0], 2)
    array([nan, 1., 4.])
    >>> import numpy as np
    >>> bg.rolling_cov(np.array([[1.0, 2.0], [2.0, 4.0], [4.0, 8.0]]), None, 3)[2].round(2)
    array([[2.33, 4.67],
           [4.67, 9.33]])
    """
    how = _How(window, min_periods, center, closed, step, on, inf, threads, out)
    return _roll_pairs(x, y, how, "cov", real("ddof", ddof), pairwise)


def rolling_corr(
    x: Any, y: Any, window: Any, *, min_periods: int | None = None, center: bool = False,
    closed: str | None = None, step: int | None = None, on: Any = None, inf: str = "missing",
    threads: int | None = None, pairwise: bool | None = None, out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Pearson correlation of the pairs in each window, in [-1, 1]; NaN where one of them is constant.

    See :func:`rolling_cov` for the parameters.

    Examples
    --------
    >>> bg.rolling_corr([1.0, 2.0, 4.0, 4.0], [2.0, 4.0, 1.0, 3.0], 2)
    array([nan,  1., -1., nan])
    """
    how = _How(window, min_periods, center, closed, step, on, inf, threads, out)
    return _roll_pairs(x, y, how, "corr", 0.0, pairwise)


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
