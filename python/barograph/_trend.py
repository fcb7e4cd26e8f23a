"""Where a level is going: least squares, and what ranks say, as a state that merges."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

from . import _core
from ._given_numbers import ArrayLike, _count, _is_scalar, _number, _numbers_as_read
from ._given_options import whole
from ._given_times import Instant, _time, _times
from ._state import Interval
from ._streams import _TimedState


class Line(NamedTuple):
    """x = intercept + slope * seconds since the origin; r is Pearson's, the error that of the slope."""

    slope: float
    intercept: float
    correlation: float
    standard_error: float


class Slope(NamedTuple):
    """The median slope between points, per second, where the true one lies, and the median line."""

    slope: float
    interval: Interval
    intercept: float


class TrendTest(NamedTuple):
    """Rising pairs less falling ones, tau-b, the variance of s, z with a step of one, two-sided p."""

    s: int
    tau: float
    variance: float
    z: float
    p_value: float


class Trend(_TimedState):
    """Where a level is going: Theil-Sen slope, Mann-Kendall test and least squares, in bounded memory.

    Parameters
    ----------
    points : int, default 1024
        How many different points the rank methods may use, 2 to 4,096 (32 bytes each).

    Raises
    ------
    ValueError
        For a number of points that cannot be.

    Notes
    -----
    Least squares comes from exact sums over all points. The rank methods look at pairs, and use the points
    that are kept: all of them up to `points` different ones, then a uniform sample that is a function of
    the points alone (Philox), so any order and any tree of merges gives equal bytes. `sampled` says
    whether points were left out, `rank_error` what that costs; the interval of `theil_sen` and the p-value
    are valid for the sample, so only wider than those of all data would be. The rank methods take
    O(points**2): tens of milliseconds at 1,024.

    References
    ----------
    Sen, J. Amer. Statist. Assoc. 63 (1968); Mann, Econometrica 13 (1945); Kendall, "Rank Correlation
    Methods", 1970; Hoeffding, J. Amer. Statist. Assoc. 58 (1963).

    Examples
    --------
    >>> import barograph as bg
    >>> t = bg.Trend().update([1.0, 2.0, 4.0, 4.0, 900.0], times=[0, 1, 2, 3, 4])
    >>> round(t.theil_sen().slope, 2), round(t.least_squares().slope, 1)
    (1.75, 180.0)
    >>> t.mann_kendall().s
    9
    """

    __slots__ = ()
    _kind = _core.Trend
    _engine: _core.Trend

    def __init__(self, points: int = 1024) -> None:
        """Start empty."""
        self._engine = _core.Trend(whole("points", points, 2, 4096))

    def update(self, x: ArrayLike, n: int | None = None, *, times: Any) -> Self:
        """Add a value (n times) or all values of an array; returns self.

        Parameters
        ----------
        x : float or array-like of shape (rows,)
            NaN and None are missing; they and infinities are counted apart.
        n : int, optional
            How often a single value is to be counted, at one time. Default 1.
        times : instant or number of seconds, or array-like of them, shape (rows,)
            When each value was, in any order.

        Raises
        ------
        TypeError
            If values are no numbers, or times no instants.
        ValueError
            If lengths differ, a time is missing, or n is given with an array.
        """
        if _is_scalar(x):
            self._engine.update_at(_time("times", times), _number("x", x), 1 if n is None else _count("n", n))
            return self
        if n is not None:
            raise ValueError("n: given with an array, expected only with a single value")
        self._engine.update_many_at(_times("times", times), _numbers_as_read("x", x))
        return self

    @property
    def points(self) -> int:
        """How many different points may be kept."""
        return self._engine.points()

    @property
    def kept(self) -> int:
        """How many different points are kept."""
        return self._engine.kept()

    @property
    def sampled(self) -> bool:
        """Whether different points were left out of the rank methods."""
        return self._engine.sampled()

    def least_squares(self, *, origin: Instant = 0) -> Line:
        """Return the line with the least squares, scipy's ``linregress``; NaN without two times.

        Parameters
        ----------
        origin : instant or number of seconds, default 1970-01-01
            Where `intercept` is taken.

        Returns
        -------
        Line
            `slope` per second, `intercept`, `correlation`, `standard_error` of the slope.
        """
        return Line(*self._engine.least_squares(_time("origin", origin)))

    def theil_sen(self, confidence: float = 0.95, *, origin: Instant = 0) -> Slope:
        """Return the median of the slopes between points, scipy's ``theilslopes``; NaN without two times.

        Parameters
        ----------
        confidence : float, default 0.95
            Of the interval, between 0 and 1.
        origin : instant or number of seconds, default 1970-01-01
            Where `intercept` is taken.

        Returns
        -------
        Slope
            `slope` per second, its `interval`, and `intercept`: median x - slope * median time.
        """
        slope, lower, upper, intercept = self._engine.theil_sen(
            _number("confidence", confidence), _time("origin", origin)
        )
        return Slope(slope, Interval(lower, upper), intercept)

    def mann_kendall(self) -> TrendTest:
        """Return the test that there is no trend, with ties in values and in times; NaN below two values.

        Returns
        -------
        TrendTest
            `tau` is scipy's ``kendalltau``; `z` has the customary correction by one step of s, which
            scipy leaves out.
        """
        s, *rest = self._engine.mann_kendall()
        return TrendTest(int(s), *rest)

    def rank_error(self, confidence: float = 0.95) -> float:
        """Return the bound of the sample: 0 while no point was left out.

        With this confidence between 1/2 - rank_error and 1/2 + rank_error of the slopes between all
        different points are below the one that `theil_sen` gives.
        """
        return self._engine.rank_error(_number("confidence", confidence))

    def __repr__(self) -> str:
        """Show count, points kept, slope and p-value."""
        return (
            f"Trend(count={self.count}, kept={self.kept}, slope={self.theil_sen().slope:.6g}/s, "
            f"p_value={self.mann_kendall().p_value:.3g})"
        )
