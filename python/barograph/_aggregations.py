"""One look at a series, many statistics: `bg.rolling(x, window)` and what it can be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import _cuts, _rolling_kernels, _series_kinds
from ._agg import Asked
from ._cuts import _How
from ._given_options import real
from ._statistics import Statistic
from ._window_statistics import WINDOWS, kernel_of, results


def rolling(
    x: Any, window: Any = None, *, bounds: tuple[Any, Any] | None = None, min_periods: int | None = None,
    center: bool = False, closed: str | None = None, step: int | None = None, on: Any = None,
    inf: str = "missing", threads: int | None = None, by: Any = None,
) -> Rolling:  # fmt: skip
    """Windows over a series or the columns of a frame, to be asked for one statistic or several.

    Parameters
    ----------
    x : array-like, series or frame
        As in :func:`rolling_mean`; a dict of arrays and a :class:`Table` are frames too.
    window : int, str, timedelta or pandas indexer
        Rows of a window, its length in time, or windows of any rows as a
        ``pandas.api.indexers.BaseIndexer`` (``FixedForwardWindowIndexer`` looks ahead).
    bounds : (start, end), optional
        Instead of `window`: window i holds the rows ``start[i]`` to ``end[i] - 1``; one of each for every
        row. They may go back; none may lie outside 0 to the number of rows.
    min_periods, center, closed, step, on, inf, threads
        As in :func:`rolling_mean`; with bounds min_periods is 1 by default, and center, closed and step
        are none.
    by : str, Series, array, or a list of these, optional
        Windows stay within groups, as in pandas' ``groupby(by).rolling(window)``: columns of a frame by
        name, or keys of their own, one for each row. Rows with a missing key are in no window. Without
        `bounds` and `step`.

    Returns
    -------
    Rolling
        With `by` results of pandas have an index of the keys and their own, group by group, without the
        columns that were keys. Others keep the order of the rows, missing where a key is, and the columns
        of the keys, first.

    Raises
    ------
    TypeError
        Unless either window or bounds are given.
    ValueError
        For bounds outside the rows, or not one for each.

    Examples
    --------
    >>> windows = bg.rolling([1.0, 2.0, 4.0, 8.0], 2)
    >>> windows.mean()
    array([nan, 1.5, 3. , 6. ])
    >>> windows.agg(["mean", "max", "p95"])["max"]
    array([nan,  2.,  4.,  8.])
    >>> bg.rolling([1.0, 2.0, 4.0], bounds=([0, 1, 2], [3, 3, 3])).sum()
    array([7., 6., 4.])
    >>> bg.rolling([1.0, 2.0, 4.0, 8.0], 2, by=["auth", "pay", "auth", "pay"], min_periods=1).max()
    array([1., 2., 4., 8.])
    """
    if (window is None) == (bounds is None):
        raise TypeError("window, bounds: expected one of the two")
    if bounds is not None:
        if not (isinstance(bounds, tuple) and len(bounds) == 2):
            raise TypeError(f"bounds: {type(bounds).__name__} given, expected (start, end)")
        _cuts.check_bounds(bounds, _rows_of(x), name="bounds")
        window = bounds
    return Rolling(x, _How(window, min_periods, center, closed, step, on, inf, threads), by)


def expanding(
    x: Any, *, min_periods: int | None = 1, inf: str = "missing", threads: int | None = None, by: Any = None
) -> Rolling:
    """Each row and all before it, to be asked for one statistic or several.

    Parameters
    ----------
    x, by
        As in :func:`rolling`.
    min_periods, inf, threads
        As in :func:`expanding_mean`.

    Returns
    -------
    Rolling

    Examples
    --------
    >>> bg.expanding([1.0, 2.0, 6.0, 8.0], by=["a", "a", "b", "b"]).mean()
    array([1. , 1.5, 6. , 7. ])
    """
    least = 1 if min_periods is None else min_periods
    return Rolling(x, _How(_cuts.AllSoFar(), least, False, None, None, None, inf, threads), by)


def _rows_of(x: Any) -> int:
    return len(next(iter(x.values()), ())) if isinstance(x, Mapping) else len(x)


class Rolling(Asked):
    """Windows over `x`; made by :func:`rolling` and :func:`expanding`."""

    _family = WINDOWS

    def __init__(self, x: Any, how: _How, by: Any = None) -> None:
        how = _cuts.checked(how)
        if by is not None:
            if isinstance(how.window, tuple) and not isinstance(how.window, _cuts.AllSoFar):
                raise ValueError("by: given with bounds, expected one of the two")
            if how.step is not None:
                raise ValueError(
                    "step: given with by, expected none, as rows of a result are those of groups"
                )
        self._hold(x, by)
        if self._groups is not None:
            window, on = self._groups.within(how.window), self._groups.sorted("on", how.on)
            how = how._replace(window=window, on=on)
        self._how = how

    def __repr__(self) -> str:
        window = self._how.window.window if self._groups else self._how.window
        return f"Rolling(x={type(self._x).__name__}, window={window!r})"

    def count(self) -> Any:
        """How many values each window holds. See :func:`rolling_count`."""
        return self._one(WINDOWS.asked("count"))

    def sum(self) -> Any:
        """Sum of each window. See :func:`rolling_sum`."""
        return self._one(WINDOWS.asked("sum"))

    def mean(self) -> Any:
        """Average of each window. See :func:`rolling_mean`."""
        return self._one(WINDOWS.asked("mean"))

    def min(self) -> Any:
        """Smallest value of each window. See :func:`rolling_min`."""
        return self._one(WINDOWS.asked("min"))

    def max(self) -> Any:
        """Largest value of each window. See :func:`rolling_max`."""
        return self._one(WINDOWS.asked("max"))

    def median(self) -> Any:
        """Median of each window. See :func:`rolling_median`."""
        return self._one(WINDOWS.asked("median"))

    def skew(self) -> Any:
        """Sample skewness of each window. See :func:`rolling_skew`."""
        return self._one(WINDOWS.asked("skew"))

    def kurt(self) -> Any:
        """Excess kurtosis of each window. See :func:`rolling_kurt`."""
        return self._one(WINDOWS.asked("kurt"))

    def nunique(self) -> Any:
        """How many different values each window holds. See :func:`rolling_nunique`."""
        return self._one(WINDOWS.asked("nunique"))

    def first(self) -> Any:
        """Oldest value of each window. See :func:`rolling_first`."""
        return self._one(WINDOWS.asked("first"))

    def last(self) -> Any:
        """Newest value of each window. See :func:`rolling_last`."""
        return self._one(WINDOWS.asked("last"))

    def var(self, ddof: int = 1) -> Any:
        """Variance of each window. See :func:`rolling_var`."""
        return self._roll(_rolling_kernels._reducing("var", real("ddof", ddof)))

    def std(self, ddof: int = 1) -> Any:
        """Standard deviation of each window. See :func:`rolling_std`."""
        return self._roll(_rolling_kernels._reducing("std", real("ddof", ddof)))

    def sem(self, ddof: int = 1) -> Any:
        """Standard error of each window's mean. See :func:`rolling_sem`."""
        return self._roll(_rolling_kernels._reducing("sem", real("ddof", ddof)))

    def quantile(self, q: float | Sequence[float], interpolation: str = "linear") -> Any:
        """Quantiles of each window; several share one pass. See :func:`rolling_quantile`."""
        return self._back(_rolling_kernels.quantiles_of(self._x, self._how, q, interpolation))

    def rank(self, method: str = "average", ascending: bool = True, pct: bool = False) -> Any:
        """Rank of the newest value in each window. See :func:`rolling_rank`."""
        return self._roll(_rolling_kernels._ranking(method, ascending, pct))

    def cov(self, y: Any = None, ddof: int = 1, pairwise: bool | None = None) -> Any:
        """Covariance with `y`, or of the columns, in each window. See :func:`rolling_cov`."""
        return self._pairs(y, "cov", real("ddof", ddof), pairwise)

    def corr(self, y: Any = None, pairwise: bool | None = None) -> Any:
        """Correlation with `y`, or of the columns, in each window. See :func:`rolling_corr`."""
        return self._pairs(y, "corr", 0.0, pairwise)

    def apply(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        """Not offered: a function of Python, called window by window, is what this library spares.

        Raises
        ------
        TypeError
            Always; it names what there is.
        """
        raise TypeError(
            f"func: {getattr(func, '__name__', func)!r} given, but functions of Python are not run over "
            f"windows; there are agg() with {', '.join(WINDOWS.plain)}, quantiles such as 'p95', bounds= "
            "for windows of any rows, and pandas' own x.rolling(...).apply(func)"
        )

    def _roll(self, kernel: _rolling_kernels._Kernel) -> Any:
        return self._back(_rolling_kernels._roll_with(self._x, self._how, kernel))

    def _pairs(self, y: Any, what: str, ddof: float, pairwise: bool | None) -> Any:
        if self._groups is not None:
            y = self._groups.paired(y)
        return self._back(_rolling_kernels._roll_pairs(self._x, y, self._how, what, ddof, pairwise))

    def _one(self, statistic: Statistic) -> Any:
        if statistic.name == "quantile":
            return self.quantile(**statistic.told)
        if statistic.name == "count":
            return self._back(_rolling_kernels._roll(self._x, self._how, "count", 0.0))
        return self._roll(kernel_of(statistic))

    def _apart(self) -> Any:
        return self._how.on if isinstance(self._how.on, str) else None

    def _of_series(self, x: Any, wanted: Mapping[int, Statistic]) -> dict[int, Any]:
        how = self._how
        if isinstance(how.on, str) and _series_kinds._column_names(self._x) is not None:
            how = how._replace(on=self._x[how.on])
        only_counts = all(statistic.name == "count" for statistic in wanted.values())
        series = (_series_kinds.counted if only_counts else _series_kinds._series_as_read)(x, how.on)
        cut = _cuts._cut(series, how)
        found = results(series, cut, how, wanted)
        return {i: series.wrap(values, cut) for i, values in found.items()}
