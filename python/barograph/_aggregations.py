"""One look at a series, many statistics: `bg.rolling(x, window)` and what it can be asked."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import _cuts, _rolling_kernels, _series_kinds, _statistics, _within
from ._cuts import _How
from ._frames import Table
from ._given_options import real


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


class Rolling:
    """Windows over `x`; made by :func:`rolling` and :func:`expanding`."""

    def __init__(self, x: Any, how: _How, by: Any = None) -> None:
        if isinstance(x, Mapping):
            x = Table({name: np.asarray(column) for name, column in x.items()})
        elif isinstance(x, (list, tuple)):
            x = np.asarray(x)
        how = _cuts.checked(how)
        self._x, self._how, self._groups = x, how, None
        if by is None:
            return
        if isinstance(how.window, tuple) and not isinstance(how.window, _cuts.AllSoFar):
            raise ValueError("by: given with bounds, expected one of the two")
        if how.step is not None:
            raise ValueError("step: given with by, expected none, as rows of a result are those of groups")
        groups = _within.grouped(x, by)
        self._groups = groups
        self._x = groups.x
        self._how = how._replace(window=groups.within(how.window), on=groups.sorted("on", how.on))

    def __repr__(self) -> str:
        window = self._how.window.window if self._groups else self._how.window
        return f"Rolling(x={type(self._x).__name__}, window={window!r})"

    def agg(self, what: Any = None, **named: Any) -> Any:
        """Several statistics: the series is taken apart once, its windows are found once.

        Quantiles share one pass, as var and std do.

        Parameters
        ----------
        what : str, tuple, sequence of these, or dict
            Names of statistics: ``count sum mean var std sem min max median skew kurt rank nunique first
            last``, and ``p50``, ``p95``, ``p99.9`` for quantiles. Of a frame a dict has them by column, of a
            series each by the name of its result. Wherever one is named, a tuple has its arguments too:
            ``("quantile", 0.95)``, ``("std", 0)``; in a sequence its column is named ``quantile_0.95``,
            ``std_0``. A tuple of names alone, ``("mean", "max")``, is a sequence.
        **named
            Without `what`, statistics by the names of their results: ``p95=("quantile", 0.95)`` of a series,
            ``p95=("ms", "quantile", 0.95)`` of the column ``ms``; ``pandas.NamedAgg`` is taken, too. With
            `what`, arguments of its statistics, as in ``agg("quantile", q=0.95)``.

        Returns
        -------
        frame of the same kind as `x`
            A column for each statistic: a pandas or polars DataFrame, an Arrow table, or for numpy a
            :class:`Table`. Of several columns pandas' columns are pairs, others are named
            ``column_statistic``; names of results stay as they are. Of a single name the result of that
            statistic alone.

        Raises
        ------
        ValueError
            For a statistic that there is not, or one twice.
        TypeError
            For arguments that a statistic does not take, or if nothing is asked for.
        KeyError
            For a column that there is not.

        Examples
        --------
        >>> windows = bg.rolling({"ms": [1.0, 3.0, 2.0]}, 2, min_periods=1)
        >>> windows.agg({"ms": ["max", "p50"]}).columns
        ['ms_max', 'ms_p50']
        >>> windows.agg(slowest=("ms", "max"), typical=("ms", "quantile", 0.5)).columns
        ['slowest', 'typical']
        """
        if what is None and not named:
            raise TypeError("what: none given, expected names of statistics, or name=statistic")
        if what is None:
            return self._back(self._named(named))
        if _statistics.is_one(what):
            return self._one(_statistics.asked(what, named))
        return self._back(self._several(what, named))

    def _several(self, what: Any, told: Mapping[str, Any]) -> Any:
        names = _columns_of(self._x)
        if not isinstance(what, Mapping):
            found = _statistics.several(what, told)
            if names is None:
                return self._frame({name: (None, one) for name, one in found.items()})
            on = self._how.on if isinstance(self._how.on, str) else None
            kept = [column for column in names if on is None or column != on]
            return self._frame({(c, name): (c, one) for c in kept for name, one in found.items()})
        if names is None:
            return self._frame({name: (None, _statistics.asked(one, told)) for name, one in what.items()})
        wanted: dict[Any, tuple[Any, _statistics.Statistic]] = {}
        plain = all(isinstance(w, (str, tuple)) for w in what.values())
        for column, of_column in what.items():
            listed = [of_column] if isinstance(of_column, (str, tuple)) else of_column
            for name, one in _statistics.several(listed, told).items():
                wanted[column if plain else (column, name)] = (column, one)
        return self._frame(wanted)

    def _named(self, named: Mapping[str, Any]) -> Any:
        if _columns_of(self._x) is None:
            return self._frame({name: (None, _statistics.asked(one)) for name, one in named.items()})
        return self._frame({name: _statistics.of_column(name, one) for name, one in named.items()})

    aggregate = agg

    def count(self) -> Any:
        """How many values each window holds. See :func:`rolling_count`."""
        return self._one(_statistics.asked("count"))

    def sum(self) -> Any:
        """Sum of each window. See :func:`rolling_sum`."""
        return self._one(_statistics.asked("sum"))

    def mean(self) -> Any:
        """Average of each window. See :func:`rolling_mean`."""
        return self._one(_statistics.asked("mean"))

    def min(self) -> Any:
        """Smallest value of each window. See :func:`rolling_min`."""
        return self._one(_statistics.asked("min"))

    def max(self) -> Any:
        """Largest value of each window. See :func:`rolling_max`."""
        return self._one(_statistics.asked("max"))

    def median(self) -> Any:
        """Median of each window. See :func:`rolling_median`."""
        return self._one(_statistics.asked("median"))

    def skew(self) -> Any:
        """Sample skewness of each window. See :func:`rolling_skew`."""
        return self._one(_statistics.asked("skew"))

    def kurt(self) -> Any:
        """Excess kurtosis of each window. See :func:`rolling_kurt`."""
        return self._one(_statistics.asked("kurt"))

    def nunique(self) -> Any:
        """How many different values each window holds. See :func:`rolling_nunique`."""
        return self._one(_statistics.asked("nunique"))

    def first(self) -> Any:
        """Oldest value of each window. See :func:`rolling_first`."""
        return self._one(_statistics.asked("first"))

    def last(self) -> Any:
        """Newest value of each window. See :func:`rolling_last`."""
        return self._one(_statistics.asked("last"))

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
            f"windows; there are agg() with {', '.join(_statistics.NAMES)}, quantiles such as 'p95', bounds= "
            "for windows of any rows, and pandas' own x.rolling(...).apply(func)"
        )

    def _roll(self, kernel: _rolling_kernels._Kernel) -> Any:
        return self._back(_rolling_kernels._roll_with(self._x, self._how, kernel))

    def _pairs(self, y: Any, what: str, ddof: float, pairwise: bool | None) -> Any:
        if self._groups is not None:
            y = self._groups.paired(y)
        return self._back(_rolling_kernels._roll_pairs(self._x, y, self._how, what, ddof, pairwise))

    def _back(self, result: Any) -> Any:
        return result if self._groups is None else self._groups.back(result)

    def _one(self, statistic: _statistics.Statistic) -> Any:
        if statistic.name == "quantile":
            return self.quantile(**statistic.told)
        if statistic.name == "count":
            return self._back(_rolling_kernels._roll(self._x, self._how, "count", 0.0))
        return self._roll(statistic.kernel())

    def _frame(self, wanted: Mapping[Any, tuple[Any, _statistics.Statistic]]) -> Any:
        """A column for each statistic: by the key of the result, of which column it is; None of a series."""
        x, how = self._x, self._how
        names = _columns_of(x)
        if isinstance(how.on, str) and names is not None:
            how = how._replace(on=x[how.on])
        by_column: dict[Any, dict[Any, _statistics.Statistic]] = {}
        for key, (column, statistic) in wanted.items():
            if column is not None and column not in (names or ()):
                raise KeyError(f"what: no column {column!r}; there are: {', '.join(map(str, names or ()))}")
            by_column.setdefault(column, {})[key] = statistic
        found: dict[Any, Any] = {}
        for column, statistics in by_column.items():
            only_counts = all(statistic.name == "count" for statistic in statistics.values())
            take = _series_kinds.counted if only_counts else _series_kinds._series_as_read
            series = take(_column(x, column), how.on)
            cut = _cuts._cut(series, how)
            for key, values in _statistics.results(series, cut, how, statistics).items():
                found[key] = series.wrap(values, cut)
        return _framed(x, {key: found[key] for key in wanted})


def _columns_of(x: Any) -> list[Any] | None:
    if isinstance(x, np.ndarray) and x.ndim == 2:
        return list(range(x.shape[1]))
    return _series_kinds._column_names(x)


def _column(x: Any, name: Any) -> Any:
    if name is None:
        return x
    return x[:, name] if isinstance(x, np.ndarray) else x[name]


def _framed(x: Any, columns: dict[Any, Any]) -> Any:
    """A frame of the kind of `x`."""
    module = type(x).__module__.partition(".")[0]
    if module == "pandas":
        pandas = sys.modules["pandas"]
        frame = pandas.concat(list(columns.values()), axis=1) if columns else pandas.DataFrame(index=x.index)
        pairs = bool(columns) and all(isinstance(key, tuple) for key in columns)
        frame.columns = pandas.MultiIndex.from_tuples(columns) if pairs else list(columns)
        return frame
    return _series_kinds.frame_like(
        x, {"_".join(map(str, k)) if isinstance(k, tuple) else str(k): v for k, v in columns.items()}
    )
