"""Exponentially weighted statistics with the keywords of pandas' ewm: the same kind of series out as in."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _core
from ._cuts import Doubles, _Cut, _How, _inf, _Series, _times, _width
from ._given_options import flag, real, whole
from ._pairs import both_missing, check_rows, is_frame, over_columns
from ._series_kinds import _columns, _paired, _series_as_read


class _Weights(NamedTuple):
    """The keywords that all exponentially weighted functions share."""

    com: float | None
    span: float | None
    halflife: Any
    alpha: float | None
    min_periods: int | None
    adjust: bool
    ignore_na: bool
    times: Any
    inf: str
    bias: bool = False
    ends: npt.NDArray[np.int64] | None = None  # of groups of rows, each the row after its last


def ewm_mean(
    x: Any, com: float | None = None, span: float | None = None, halflife: Any = None,
    alpha: float | None = None, *, min_periods: int | None = 0, adjust: bool = True,
    ignore_na: bool = False, times: Any = None, inf: str = "missing",
) -> Any:  # fmt: skip
    """Exponentially weighted mean of each row and all before it.

    Parameters
    ----------
    x : array-like, pandas, polars or Arrow series, or numeric pandas DataFrame
        The values, shape (n,); of a two-dimensional array or a DataFrame each column by itself. Missing is
        NaN in numpy and pandas; null in polars and Arrow, where a NaN propagates.
    com, span, halflife, alpha : float, optional
        How fast weights fall, one of the four: a row keeps ``1 - alpha`` of the weights before it, with
        ``alpha = 1 / (1 + com)``, ``2 / (span + 1)`` or ``1 - 2 ** (-1 / halflife)``. With `times`,
        `halflife` is a length in time (``"5min"``, ``timedelta(hours=1)``).
    min_periods : int, default 0
        Fewer values so far give NaN; without any it is NaN always.
    adjust : bool, default True
        Divide by the sum of the weights there are; otherwise the first value begins with all of it:
        ``y[t] = (1 - alpha) y[t - 1] + alpha x[t]``.
    ignore_na : bool, default False
        Rows without a value do not age the others.
    times : array-like of datetime64 or int (ns), optional
        Times of the rows, never going back. Weights then fall by half every `halflife`.
    inf : {"missing", "propagate"}, default "missing"
        Infinities are left out as in pandas, or stay in all that follows.

    Returns
    -------
    same kind as `x`
        float64, index and name kept.

    Raises
    ------
    ValueError
        Unless one decay is given, within its range; or times go back.
    TypeError
        For values that are not numbers, or a half-life in time without times.

    Notes
    -----
    O(1) memory besides the result, one to three nanoseconds a row; three times that where less than a 32nd of
    the weight is left after 16 rows (spans below 10), at missing rows, and with `times`.
    Without `adjust` and with an alpha of one half, a value after missing rows gets all the weight that the
    older ones have lost, as in pandas 3.

    References
    ----------
    .. [1] D. H. D. West (1979), "Updating mean and variance estimates: an improved method".

    Examples
    --------
    >>> bg.ewm_mean([1.0, 2.0, 4.0], alpha=0.5)
    array([1.        , 1.66666667, 3.        ])
    """
    return _weigh(x, _Weights(com, span, halflife, alpha, min_periods, adjust, ignore_na, times, inf), "mean")


def ewm_sum(
    x: Any, com: float | None = None, span: float | None = None, halflife: Any = None,
    alpha: float | None = None, *, min_periods: int | None = 0, adjust: bool = True,
    ignore_na: bool = False, times: Any = None, inf: str = "missing",
) -> Any:  # fmt: skip
    """Exponentially weighted sum of each row and all before it: a total of which a share is left each row.

    Parameters
    ----------
    adjust : True
        There is no other sum; the argument is there because pandas has it.
    times : array-like of datetime64 or int (ns), optional
        Times of the rows: half of the total is left after `halflife`, as of errors or bytes of late.
    x, com, span, halflife, alpha, min_periods, ignore_na, inf
        As in :func:`ewm_mean`.

    Returns
    -------
    same kind as `x`

    Raises
    ------
    ValueError
        Without `adjust`.

    Examples
    --------
    >>> bg.ewm_sum([1.0, 2.0, 4.0], alpha=0.5)
    array([1.  , 2.5 , 5.25])
    """
    return _weigh(x, _Weights(com, span, halflife, alpha, min_periods, adjust, ignore_na, times, inf), "sum")


def ewm_var(
    x: Any, com: float | None = None, span: float | None = None, halflife: Any = None,
    alpha: float | None = None, *, bias: bool = False, min_periods: int | None = 0, adjust: bool = True,
    ignore_na: bool = False, times: Any = None, inf: str = "missing",
) -> Any:  # fmt: skip
    """Exponentially weighted variance of each row and all before it.

    Parameters
    ----------
    bias : bool, default False
        The weighted mean of squared deviations as it is; otherwise corrected for the number of values, and
        NaN for one value.
    x, com, span, halflife, alpha, min_periods, adjust, ignore_na, times, inf
        As in :func:`ewm_mean`.

    Returns
    -------
    same kind as `x`

    Examples
    --------
    >>> bg.ewm_var([1.0, 3.0], alpha=0.5)
    array([nan,  2.])
    """
    return _weigh(
        x, _Weights(com, span, halflife, alpha, min_periods, adjust, ignore_na, times, inf, bias), "var"
    )


def ewm_std(
    x: Any, com: float | None = None, span: float | None = None, halflife: Any = None,
    alpha: float | None = None, *, bias: bool = False, min_periods: int | None = 0, adjust: bool = True,
    ignore_na: bool = False, times: Any = None, inf: str = "missing",
) -> Any:  # fmt: skip
    """Exponentially weighted standard deviation: the root of :func:`ewm_var`.

    Examples
    --------
    >>> bg.ewm_std([1.0, 3.0], alpha=0.5, bias=True).round(6)
    array([0.      , 0.942809])
    """
    return _weigh(
        x, _Weights(com, span, halflife, alpha, min_periods, adjust, ignore_na, times, inf, bias), "std"
    )


def ewm_cov(
    x: Any, y: Any = None, com: float | None = None, span: float | None = None, halflife: Any = None,
    alpha: float | None = None, *, bias: bool = False, min_periods: int | None = 0, adjust: bool = True,
    ignore_na: bool = False, times: Any = None, inf: str = "missing", pairwise: bool | None = None,
) -> Any:  # fmt: skip
    """Exponentially weighted covariance of the pairs up to each row; a pair with a missing value is none.

    Parameters
    ----------
    x, y, pairwise
        As in :func:`rolling_cov`: series, or columns of frames. What is of pandas pairs up by its index,
        unless `times` are given.
    com, span, halflife, alpha, bias, min_periods, adjust, ignore_na, times, inf
        As in :func:`ewm_var`; `min_periods` counts pairs.

    Returns
    -------
    same kind as `x`

    Raises
    ------
    ValueError
        If the lengths differ.

    Examples
    --------
    >>> bg.ewm_cov([1.0, 3.0], [2.0, 6.0], alpha=0.5)
    array([nan,  4.])
    """
    how = _Weights(com, span, halflife, alpha, min_periods, adjust, ignore_na, times, inf, bias)
    return _weigh_pairs(x, y, how, "cov", pairwise)


def ewm_corr(
    x: Any, y: Any = None, com: float | None = None, span: float | None = None, halflife: Any = None,
    alpha: float | None = None, *, min_periods: int | None = 0, adjust: bool = True,
    ignore_na: bool = False, times: Any = None, inf: str = "missing", pairwise: bool | None = None,
) -> Any:  # fmt: skip
    """Exponentially weighted correlation, in [-1, 1]; NaN while one of the two is constant.

    See :func:`ewm_cov` for the parameters.

    Examples
    --------
    >>> bg.ewm_corr([1.0, 3.0, 2.0], [2.0, 6.0, 4.0], alpha=0.5)
    array([nan,  1.,  1.])
    """
    how = _Weights(com, span, halflife, alpha, min_periods, adjust, ignore_na, times, inf)
    return _weigh_pairs(x, y, how, "corr", pairwise)


def _weigh(x: Any, how: _Weights, what: str) -> Any:
    columns, shared = _columns(x, _How(1, None, False, None, None, None, how.inf))
    if columns is not None:
        return columns.join(columns.each(shared, lambda i, _: _weigh(columns.columns[i], how, what)))
    series = _series_as_read(x, None)
    decay, weighting, elapsed = _decay(how, len(series.values), what)
    told = _inf(how.inf), not series.nan_is_missing, series.mask, elapsed
    if how.ends is None:
        out = _core.exponential(what, series.values, decay, weighting, *told)
    else:
        out = _core.grouped_exponential(how.ends, what, series.values, decay, weighting, *told)
    return series.wrap(out, _cut(series, how))


def _weigh_pairs(x: Any, y: Any, weights: _Weights, what: str, pairwise: bool | None) -> Any:
    def pair(first: _Series, second: _Series, cut: _Cut, how: _How) -> Doubles:
        decay, weighting, elapsed = _decay(weights, len(first.values), what)
        shown = not (first.nan_is_missing and second.nan_is_missing)
        told = (first.values, second.values, decay, weighting, _inf(weights.inf), shown,
                first.mask, second.mask, elapsed)  # fmt: skip
        if weights.ends is None:
            return _core.exponential_pairs(what, *told)
        return _core.grouped_exponential_pairs(weights.ends, what, *told)

    how = _How(1, None, False, None, None, weights.times, weights.inf)
    if is_frame(x) or is_frame(y):
        return over_columns(x, y, pairwise, how, lambda series: _cut(series, weights), pair)
    x, y = _paired(x, x if y is None else y, weights.times)
    first, second = _series_as_read(x, None), _series_as_read(y, None, "y")
    check_rows(first, second)
    cut = both_missing(first, second, _cut(first, weights))
    return first.wrap(pair(first, second, cut, how), cut)


def _cut(series: _Series, how: _Weights) -> _Cut:
    """The windows of all rows so far: what tells where values are too few."""
    rows = len(series.values)
    if how.ends is not None:
        return _Cut(_core.grouped_windows(how.ends, rows, rows, False, "right"), _least(how), 1)
    return _Cut(_core.fixed_windows(rows, max(rows, 1), False, "right", 1), _least(how), 1)


def _least(how: _Weights) -> int:
    return max(0 if how.min_periods is None else whole("min_periods", how.min_periods, 0), 1)


def _decay(
    how: _Weights, rows: int, what: str
) -> tuple[_core.Decay, _core.Weighting, npt.NDArray[np.float64] | None]:
    """How fast weights fall, how they are counted, and the half-lives between the rows."""
    ways = {"com": how.com, "span": how.span, "halflife": how.halflife, "alpha": how.alpha}
    given = {name: value for name, value in ways.items() if value is not None}
    elapsed = None
    if how.times is not None:
        if how.halflife is None:
            raise ValueError("halflife: none given, expected a length in time, as times are given")
        given.pop("halflife")
        if given and not how.adjust:
            raise ValueError(
                f"{next(iter(given))}: given with times and adjust=False, expected halflife alone"
            )
        half_life = _width(how.halflife, "halflife")
        if half_life is None:
            half_life = int(how.halflife)
        if half_life <= 0:
            raise ValueError(f"halflife: {how.halflife!r} given, expected more than 0")
        times = _times(how.times, rows, "times")
        elapsed = np.diff(times, prepend=times[:1]) / half_life
        if how.ends is not None:  # the first row of a group comes after none
            elapsed[np.unique(how.ends[how.ends < rows])] = 0.0
        given = given or {"alpha": 0.5}
    if len(given) != 1:
        raise ValueError(f"com, span, halflife, alpha: {len(given)} of them given, expected one")
    name, value = next(iter(given.items()))
    try:
        value = real(name, value)
    except TypeError as error:
        needs = "; a length in time needs times=" if name == "halflife" else ""
        raise TypeError(f"{error}{needs}") from None
    make = {"com": _core.Decay.from_com, "span": _core.Decay.from_span,
            "halflife": _core.Decay.from_half_life, "alpha": _core.Decay.from_alpha}  # fmt: skip
    decay = make[name](value)
    adjust = flag("adjust", how.adjust)
    fills = what == "mean" and not adjust and (elapsed is not None or decay.alpha == 0.5)
    ignore_na, bias = flag("ignore_na", how.ignore_na), flag("bias", how.bias)
    weighting = _core.Weighting(adjust, ignore_na, fills, bias, _least(how))
    return decay, weighting, elapsed
