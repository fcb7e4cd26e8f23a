"""Expanding statistics with pandas' keywords: of each row and all before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import _rolling_kernels
from ._cuts import AllSoFar, Doubles, _How
from ._given_options import real


def _how(min_periods: int | None, inf: str, threads: int | None, out: Doubles | None = None) -> _How:
    least = 1 if min_periods is None else min_periods
    return _How(AllSoFar(), least, False, None, None, None, inf, threads, out)


def expanding_mean(
    x: Any, *,
    min_periods: int | None = 1, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Average of each value and all before it.

    Parameters
    ----------
    x : array-like, series, or frame by column
        As in :func:`rolling_mean`; missing is NaN in numpy and pandas, null in polars and Arrow.
    min_periods : int, default 1
        Fewer values so far give NaN.
    inf : {"missing", "propagate"}, default "missing"
        Infinities are left out as in pandas, or make what follows infinite or NaN.
    threads : int, optional
        At most so many threads; of several columns each takes whole ones. No result depends on it.
    out : ndarray of float64, optional
        Where the results go, of their shape; what is returned stands on it, without a copy.

    Returns
    -------
    same kind as `x`
        float64, index and name kept.

    Raises
    ------
    ValueError
        For a negative min_periods, or an `out` of another shape.
    TypeError
        For values that are not numbers.

    Notes
    -----
    One sum in twice the precision that grows: no memory besides the result.

    Examples
    --------
    >>> bg.expanding_mean([1.0, 2.0, 6.0])
    array([1. , 1.5, 3. ])
    """
    return _rolling_kernels._roll(x, _how(min_periods, inf, threads, out), "mean", 0.0)


def expanding_count(
    x: Any, *,
    min_periods: int | None = 1, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """How many values there are so far, infinities among them.

    See :func:`expanding_mean` for the parameters.

    Examples
    --------
    >>> bg.expanding_count([1.0, float("nan"), 3.0])
    array([1., 1., 2.])
    """
    return _rolling_kernels._roll(x, _how(min_periods, inf, threads, out), "count", 0.0)


def expanding_sum(
    x: Any, *,
    min_periods: int | None = 1, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Sum of each value and all before it, rounded once.

    See :func:`expanding_mean` for the parameters.

    Examples
    --------
    >>> bg.expanding_sum([1.0, 2.0, 6.0])
    array([1., 3., 9.])
    """
    return _rolling_kernels._roll(x, _how(min_periods, inf, threads, out), "sum", 0.0)


def expanding_var(
    x: Any, *, ddof: int = 1,
    min_periods: int | None = 1, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Variance of each value and all before it, divided by n - `ddof`.

    See :func:`expanding_mean` for the parameters.

    Examples
    --------
    >>> bg.expanding_var([1.0, 3.0, 5.0])
    array([nan,  2.,  4.])
    """
    return _rolling_kernels._roll(x, _how(min_periods, inf, threads, out), "var", real("ddof", ddof))


def expanding_std(
    x: Any, *, ddof: int = 1,
    min_periods: int | None = 1, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Standard deviation of each value and all before it: the root of :func:`expanding_var`.

    See :func:`expanding_mean` for the parameters.

    Examples
    --------
    >>> bg.expanding_std([1.0, 3.0, 5.0], ddof=0)[1]
    np.float64(1.0)
    """
    return _rolling_kernels._roll(x, _how(min_periods, inf, threads, out), "std", real("ddof", ddof))


def expanding_sem(
    x: Any, *, ddof: int = 1,
    min_periods: int | None = 1, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Standard error of the mean so far: :func:`expanding_std` over the root of the number of values.

    See :func:`expanding_mean` for the parameters.

    Examples
    --------
    >>> bg.expanding_sem([1.0, 3.0], ddof=0).round(6)
    array([0.      , 0.707107])
    """
    return _rolling_kernels._roll(x, _how(min_periods, inf, threads, out), "sem", real("ddof", ddof))


def expanding_min(
    x: Any, *,
    min_periods: int | None = 1, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Smallest value so far.

    See :func:`expanding_mean` for the parameters.

    Examples
    --------
    >>> bg.expanding_min([3.0, 1.0, 2.0])
    array([3., 1., 1.])
    """
    return _rolling_kernels._roll(x, _how(min_periods, inf, threads, out), "min", 0.0)


def expanding_max(
    x: Any, *,
    min_periods: int | None = 1, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Largest value so far.

    See :func:`expanding_mean` for the parameters.

    Examples
    --------
    >>> bg.expanding_max([1.0, 3.0, 2.0])
    array([1., 3., 3.])
    """
    return _rolling_kernels._roll(x, _how(min_periods, inf, threads, out), "max", 0.0)


def expanding_median(
    x: Any, *,
    min_periods: int | None = 1, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Median of each value and all before it, exact.

    See :func:`expanding_mean` for the parameters. Takes the memory of about eight
    copies of the series, and a sort of it.

    Examples
    --------
    >>> bg.expanding_median([3.0, 1.0, 2.0])
    array([3., 2., 2.])
    """
    return _rolling_kernels._roll_with(x, _how(min_periods, inf, threads, out), _rolling_kernels._medians())


def expanding_quantile(
    x: Any, q: float | Sequence[float], *, interpolation: str = "linear", min_periods: int | None = 1,
    inf: str = "missing", threads: int | None = None,
) -> Any:  # fmt: skip
    """Quantiles of each value and all before it, exact; several share one pass.

    Parameters
    ----------
    x, min_periods, inf, threads
        As in :func:`expanding_mean`.
    q, interpolation
        As in :func:`rolling_quantile`.

    Returns
    -------
    same kind as `x`, or a dict of them
        For several quantiles a dict by quantile, in the order given.

    Examples
    --------
    >>> bg.expanding_quantile([3.0, 1.0, 2.0], 0.5)
    array([3., 2., 2.])
    """
    return _rolling_kernels.quantiles_of(x, _how(min_periods, inf, threads), q, interpolation)


def expanding_skew(
    x: Any, *,
    min_periods: int | None = 1, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Sample skewness of each value and all before it (G1), from the third value on.

    See :func:`expanding_mean` for the parameters.

    Examples
    --------
    >>> bg.expanding_skew([1.0, 2.0, 9.0]).round(6)
    array([     nan,      nan, 1.630059])
    """
    return _rolling_kernels._roll(x, _how(min_periods, inf, threads, out), "skew", 0.0)


def expanding_kurt(
    x: Any, *,
    min_periods: int | None = 1, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Excess kurtosis of each value and all before it (G2), from the fourth value on.

    See :func:`expanding_mean` for the parameters.

    Examples
    --------
    >>> bg.expanding_kurt([1.0, 2.0, 2.0, 9.0]).round(6)[3]
    np.float64(3.708507)
    """
    return _rolling_kernels._roll(x, _how(min_periods, inf, threads, out), "kurt", 0.0)


def expanding_rank(
    x: Any, *, method: str = "average", ascending: bool = True, pct: bool = False,
    min_periods: int | None = 1, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Rank of each value among it and all before it, from 1; see :func:`rolling_rank`.

    See :func:`expanding_mean` for the parameters.

    Examples
    --------
    >>> bg.expanding_rank([3.0, 1.0, 2.0, 2.0])
    array([1. , 1. , 2. , 2.5])
    """
    return _rolling_kernels._roll_with(
        x, _how(min_periods, inf, threads, out), _rolling_kernels._ranking(method, ascending, pct)
    )


def expanding_nunique(
    x: Any, *,
    min_periods: int | None = 1, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """How many different values there are so far.

    See :func:`expanding_mean` for the parameters.

    Examples
    --------
    >>> bg.expanding_nunique([3.0, 1.0, 1.0])
    array([1., 2., 2.])
    """
    return _rolling_kernels._roll_with(
        x, _how(min_periods, inf, threads, out), _rolling_kernels._counting_different()
    )


def expanding_first(
    x: Any, *,
    min_periods: int | None = 1, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """The first value that is not missing.

    See :func:`expanding_mean` for the parameters.

    Examples
    --------
    >>> bg.expanding_first([float("nan"), 1.0, 2.0])
    array([nan,  1.,  1.])
    """
    return _rolling_kernels._roll_value_at(x, _how(min_periods, inf, threads, out), "first")


def expanding_last(
    x: Any, *,
    min_periods: int | None = 1, inf: str = "missing", threads: int | None = None,
    out: Doubles | None = None,
) -> Any:  # fmt: skip
    """The newest value that is not missing.

    See :func:`expanding_mean` for the parameters.

    Examples
    --------
    >>> bg.expanding_last([1.0, float("nan"), 2.0])
    array([1., 1., 2.])
    """
    return _rolling_kernels._roll_value_at(x, _how(min_periods, inf, threads, out), "last")


def expanding_cov(
    x: Any, y: Any = None, *, ddof: int = 1,
    min_periods: int | None = 1, inf: str = "missing", threads: int | None = None,
    pairwise: bool | None = None, out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Covariance of the pairs so far, divided by n - `ddof`.

    See :func:`expanding_mean` for the parameters, :func:`rolling_cov` for `y` and `pairwise`; `min_periods`
    counts pairs.

    Examples
    --------
    >>> bg.expanding_cov([1.0, 3.0, 5.0], [2.0, 6.0, 10.0])
    array([nan,  4.,  8.])
    """
    return _rolling_kernels._roll_pairs(
        x, y, _how(min_periods, inf, threads, out), "cov", real("ddof", ddof), pairwise
    )


def expanding_corr(
    x: Any, y: Any = None, *,
    min_periods: int | None = 1, inf: str = "missing", threads: int | None = None,
    pairwise: bool | None = None, out: Doubles | None = None,
) -> Any:  # fmt: skip
    """Pearson correlation of the pairs so far, in [-1, 1].

    See :func:`expanding_mean` for the parameters, :func:`rolling_cov` for `y` and `pairwise`; `min_periods`
    counts pairs.

    Examples
    --------
    >>> bg.expanding_corr([1.0, 2.0, 4.0], [2.0, 4.0, 8.0])
    array([nan,  1.,  1.])
    """
    return _rolling_kernels._roll_pairs(x, y, _how(min_periods, inf, threads, out), "corr", 0.0, pairwise)
