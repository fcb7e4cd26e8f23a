"""Rolling statistics of the newest values of a stream: push rows, read now."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from . import _core
from ._cuts import _inf, _instants, _width
from ._given_numbers import _is_scalar, _number, _numbers_as_read
from ._given_options import flag, real, whole, word
from ._rolling_kernels import BETWEEN, TIES
from ._windowed import Arrivals


class _Stream:
    """What windows over one stream and over pairs share: their length, their times and who came late."""

    _window: Any
    _timed: bool

    def _open(self, engine: Any, window: Any, late: Any, min_periods: int, inf: str) -> None:
        width = _width(window)
        if width is None:
            if late is not None:
                raise ValueError(f"late: {late!r} given, expected none: the window is one of rows")
            length, allowed = int(window), None
        else:
            length, allowed = width, width if late is None else _width(late, "late")
            if allowed is None:
                raise TypeError(f"late: {late!r} given, expected a length in time")
        min_periods = whole("min_periods", min_periods, 0)
        if width is None and 0 < length < min_periods:
            raise ValueError(
                f"min_periods: {min_periods} given, expected at most the window of {length} rows"
            )
        self._window = engine(length, allowed, min_periods, _inf(inf))
        self._timed = width is not None

    def _push(self, time: Any, *columns: npt.NDArray[Any]) -> int:
        if not self._timed:
            if time is not None:
                raise ValueError("time: given, expected none: the window is one of rows")
            self._window.push(*columns)
            return 0
        if time is None:
            raise ValueError("time: none given, expected one for each row: the window is one of time")
        return int(self._window.push(np.atleast_1d(_instants("time", time)), *columns))

    @property
    def arrivals(self) -> Arrivals:
        """How many rows came on time, late but let in, and too late: the last were left out."""
        return Arrivals(*self._window.arrivals())

    def reset(self) -> None:
        """Forget all rows."""
        self._window.reset()

    def __len__(self) -> int:
        """How many values the window holds."""
        return len(self._window)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} values, {self.arrivals.too_late} too late)"


def _column(name: str, x: Any) -> npt.NDArray[Any]:
    """A number as an array of one, numbers as the engine reads them."""
    return np.array([_number(name, x)]) if _is_scalar(x) else _numbers_as_read(name, x)


class RollingWindow(_Stream):
    """Every rolling statistic of the newest values of a stream, read at any time.

    Parameters
    ----------
    window : int or str or timedelta
        Rows of the window, missing ones among them; or its length in event time (``"5min"``): rows after
        the newest time less this, up to the newest.
    late : str or timedelta, optional
        Windows in time: a row may come so much after a newer one, at most the window, which is the
        default. What comes later is left out and counted: see `arrivals`.
    min_periods : int, default 1
        With fewer values every reading is NaN.
    inf : {"missing", "propagate"}, default "missing"
        Infinities are left out as in pandas, or are values.

    Raises
    ------
    ValueError
        For a window of nothing, or lateness beyond the window.
    TypeError
        For a window that is neither rows nor a length in time.

    Notes
    -----
    After each row the readings are those of `rolling_mean`, `rolling_median` and the others over all rows
    so far: to the bit for order statistics, extrema, counts and ends; sums, means and moments within the
    same bounds (nothing is ever subtracted from a running sum). Late rows change nothing about that.

    A statistic is kept up from its first reading on: then a row costs O(1) on average and a reading O(1),
    for quantiles, rank and nunique O(log w). A late row is put among those that are newer. Not asked for,
    a statistic costs nothing.

    References
    ----------
    M. van Herk (1992), J. Gil and M. Werman (1993) for sums of two blocks; D. Lemire (2006) for extrema;
    G. Adelson-Velsky and E. Landis (1962) for order.

    Examples
    --------
    >>> import barograph as bg
    >>> window = bg.RollingWindow(3)
    >>> window.push([3.0, 1.0, 2.0, 10.0])
    0
    >>> window.mean(), window.median(), window.max(), window.rank()
    (4.333333333333333, 2.0, 10.0, 3.0)
    >>> window = bg.RollingWindow("10s", late="5s")
    >>> window.push([1.0, 2.0, 3.0, 4.0], np.array([0, 8, 6, 1], dtype="M8[s]"))
    1
    >>> window.sum(), window.arrivals
    (6.0, Arrivals(on_time=2, late=1, too_late=1))
    """

    _window: _core.RollingWindow

    def __init__(self, window: Any, *, late: Any = None, min_periods: int = 1, inf: str = "missing") -> None:
        """Start empty."""
        self._open(_core.RollingWindow, window, late, min_periods, inf)

    def push(self, x: Any, time: Any = None) -> int:
        """Add one row or several, in the order they came.

        Parameters
        ----------
        x : float or array-like
            Values; NaN is missing.
        time : datetime64 or array-like of it, or int (ns), optional
            Their times, for windows in time.

        Returns
        -------
        int
            How many rows came too late and were left out.
        """
        return self._push(time, _column("x", x))

    def count(self) -> float:
        """How many values there are, infinities among them; `min_periods` asks for rows, missing or not."""
        return self._window.count()

    def sum(self) -> float:
        """Sum."""
        return self._window.sum()

    def mean(self) -> float:
        """Arithmetic mean."""
        return self._window.mean()

    def var(self, ddof: float = 1) -> float:
        """Variance, divided by n - `ddof`."""
        return self._window.var(real("ddof", ddof))

    def std(self, ddof: float = 1) -> float:
        """Standard deviation, divided by n - `ddof`."""
        return self._window.std(real("ddof", ddof))

    def sem(self, ddof: float = 1) -> float:
        """Standard error of the mean."""
        return self._window.sem(real("ddof", ddof))

    def skew(self) -> float:
        """Skewness of a sample, unbiased."""
        return self._window.skew()

    def kurt(self) -> float:
        """Excess kurtosis of a sample, unbiased."""
        return self._window.kurt()

    def min(self) -> float:
        """Smallest value."""
        return self._window.min()

    def max(self) -> float:
        """Largest value."""
        return self._window.max()

    def median(self) -> float:
        """Median, of an even number of values the mean of the middle two."""
        return self._window.quantile(0.5, "midpoint")

    def quantile(self, q: float, interpolation: str = "linear") -> float:
        """Quantile `q` in [0, 1]; `interpolation` as in :func:`rolling_quantile`."""
        return self._window.quantile(real("q", q), word("interpolation", interpolation, *BETWEEN))

    def rank(self, method: str = "average", ascending: bool = True, pct: bool = False) -> float:
        """Rank of the newest row among the values, from 1; NaN where it is missing."""
        return self._window.rank(
            word("method", method, *TIES), flag("ascending", ascending), flag("pct", pct)
        )

    def nunique(self) -> float:
        """How many different values there are."""
        return self._window.nunique()

    def first(self) -> float:
        """Oldest value that is not missing."""
        return self._window.first()

    def last(self) -> float:
        """Newest value that is not missing."""
        return self._window.last()


class RollingPairs(_Stream):
    """Covariance and correlation of the newest pairs of a stream, read at any time.

    Parameters
    ----------
    window, late, min_periods, inf
        As for :class:`RollingWindow`; a pair of which either value is missing is left out.

    Notes
    -----
    After each pair the readings are those of `rolling_cov` and `rolling_corr` over all pairs so far, within
    the same bounds; a pair costs O(1) on average, a reading O(1).

    Examples
    --------
    >>> import barograph as bg
    >>> pairs = bg.RollingPairs(3)
    >>> pairs.push([1.0, 2.0, 3.0, 4.0], [9.0, 4.0, 2.0, 0.0])
    0
    >>> pairs.cov(), round(pairs.corr(), 12)
    (-2.0, -1.0)
    """

    _window: _core.RollingPairs

    def __init__(self, window: Any, *, late: Any = None, min_periods: int = 1, inf: str = "missing") -> None:
        """Start empty."""
        self._open(_core.RollingPairs, window, late, min_periods, inf)

    def push(self, x: Any, y: Any, time: Any = None) -> int:
        """Add one pair or several, in the order they came; gives how many came too late."""
        first, second = _column("x", x), _column("y", y)
        return self._push(time, first, second)

    def cov(self, ddof: float = 1) -> float:
        """Covariance, divided by n - `ddof`."""
        return self._window.cov(real("ddof", ddof))

    def corr(self) -> float:
        """Pearson's correlation."""
        return self._window.corr()
