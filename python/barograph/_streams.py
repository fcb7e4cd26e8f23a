"""States of values that have a time: what happened lately, what a counter gained, where a level is going.

A time is the instant of the event, never of its arrival: numpy's datetime64, datetime, a pandas, polars or
Arrow column of instants, or a number of seconds. Times without a zone are taken as UTC.
"""

from __future__ import annotations

import operator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _core, _frames
from ._given_numbers import ArrayLike, _count, _is_scalar, _number, _numbers_as_read
from ._given_options import flag, whole
from ._instants import in_ns
from ._lengths import length_in_ns
from ._state import CountedState, Interval

Times: TypeAlias = npt.NDArray[np.int64]

#: An instant (datetime, datetime64, pandas' Timestamp) or a number of seconds.
Instant: TypeAlias = Any

_SECOND = 10**9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INT64 = np.iinfo(np.int64)


def _time(name: str, value: Instant) -> int:
    """One instant, or a number of seconds, as nanoseconds."""
    if isinstance(value, datetime):
        if value != value:  # pandas' NaT
            raise ValueError(f"{name}: NaT given, expected an instant")
        since = (value if value.tzinfo is not None else value.replace(tzinfo=UTC)) - _EPOCH
        nanoseconds = (since.days * 86400 + since.seconds) * _SECOND + since.microseconds * 1000
        return _in_range(name, nanoseconds + int(getattr(since, "nanoseconds", 0)))
    if isinstance(value, np.datetime64):
        if np.isnat(value):
            raise ValueError(f"{name}: NaT given, expected an instant")
        return int(in_ns(name, value).astype(np.int64))
    if getattr(value, "ndim", None) == 0:
        value = value.item()
    if isinstance(value, (bool, str, bytes, np.bool_)):
        raise TypeError(f"{name}: {type(value).__name__} given, expected an instant or a number of seconds")
    try:
        return _in_range(name, operator.index(value) * _SECOND)
    except TypeError:
        seconds = _number(name, value)
    if not np.isfinite(seconds):
        raise ValueError(f"{name}: {seconds} given, expected an instant or a finite number of seconds")
    return _in_range(name, seconds * _SECOND)


def _in_range(name: str, nanoseconds: float) -> int:
    if not _INT64.min < nanoseconds <= _INT64.max:
        raise ValueError(f"{name}: {nanoseconds / _SECOND:.6g} s given, expected years 1678 to 2262")
    return round(nanoseconds)


def _times(name: str, values: ArrayLike) -> Times:
    """Instants, or numbers of seconds, as nanoseconds."""
    array = _frames._plain(values, name)
    if isinstance(array, np.ndarray) and array.dtype.kind == "O" and array.ndim == 1:
        return np.array([_time(name, value) for value in array], dtype=np.int64)
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "Miuf":
        what = array.dtype if isinstance(array, np.ndarray) and array.dtype.kind not in "UST" else "text"
        raise TypeError(f"{name}: {what} given, expected instants or numbers of seconds")
    if array.ndim != 1:
        raise ValueError(f"{name}: {array.ndim} dimensions given, expected 1")
    if array.dtype.kind == "M":
        if np.isnat(array).any():
            raise ValueError(f"{name}: NaT given, expected an instant for each value (drop the others)")
        return np.ascontiguousarray(in_ns(name, array)).view(np.int64)
    if array.size == 0:
        return np.zeros(0, dtype=np.int64)
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: NaN or infinite seconds given, expected a number for each value")
    _in_range(name, int(array.min()) * _SECOND)
    _in_range(name, int(array.max()) * _SECOND)
    if array.dtype.kind == "f":
        # Whole seconds apart: a double holds the instants of today to the nanosecond only this way.
        whole = np.floor(array.astype(np.float64))
        nanoseconds: Times = np.rint((array - whole) * _SECOND).astype(np.int64)
        return whole.astype(np.int64) * _SECOND + nanoseconds
    return np.ascontiguousarray(array, dtype=np.int64) * _SECOND


def _seconds(name: str, value: Any) -> float:
    """A length of time in seconds: a number, a timedelta, or text such as ``"5min"``."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, np.timedelta64):
        return float(value / np.timedelta64(1, "ns")) / _SECOND
    if isinstance(value, str):
        return length_in_ns(name, value) / _SECOND
    return _number(name, value)


def _instant(nanoseconds: int) -> np.datetime64:
    return np.datetime64(nanoseconds, "ns")


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


class _TimedState(CountedState):
    """A state whose values have a time each."""

    __slots__ = ()


class Counter(_TimedState):
    """What a monotone counter gained between readings, however often it was reset.

    Notes
    -----
    Prometheus' meaning: a reading below the one before it says that the counter began at zero again.
    Pieces of one counter that follow each other in time merge, from either side, with equal bytes for any
    cut; pieces that overlap are refused, for counters of different hosts are not merged: their increases
    are added. What resets have wiped out is summed exactly.

    References
    ----------
    Prometheus documentation, "Query functions", ``increase`` and ``rate``.

    Examples
    --------
    >>> import barograph as bg
    >>> c = bg.Counter().update([100, 130, 5, 45], times=[0, 15, 30, 45])
    >>> c.increase(), c.resets, c.rate()
    (75.0, 1, 1.6666666666666667)
    """

    __slots__ = ()
    _kind = _core.Counter
    _engine: _core.Counter

    def __init__(self) -> None:
        """Start without a reading."""
        self._engine = _core.Counter()

    def update(self, x: ArrayLike, *, times: Any) -> Self:
        """Take a reading of the counter, or all readings of an array, in the order of time; returns self.

        Parameters
        ----------
        x : float or array-like of shape (rows,)
            What the counter showed. NaN and None are missing; they and infinities are counted apart.
        times : instant or number of seconds, or array-like of them, shape (rows,)
            When it showed that. A reading that is not after the newest one is counted in `late` and left
            out.

        Raises
        ------
        TypeError
            If values are no numbers, or times no instants.
        ValueError
            If lengths differ or a time is missing.
        """
        if _is_scalar(x):
            self._engine.update_at(_time("times", times), _number("x", x))
        else:
            self._engine.update_many_at(_times("times", times), _numbers_as_read("x", x))
        return self

    @property
    def resets(self) -> int:
        """How often the counter began at zero again."""
        return self._engine.resets()

    @property
    def late(self) -> int:
        """Readings that were not after the newest one, and so left out."""
        return self._engine.late()

    @property
    def first(self) -> float:
        """The first reading; NaN when there is none."""
        return self._engine.first()

    @property
    def last(self) -> float:
        """The last reading; NaN when there is none."""
        return self._engine.last()

    @property
    def first_time(self) -> np.datetime64 | None:
        """When the first reading was; None when there is none."""
        return _instant(self._engine.first_time()) if self.count else None

    @property
    def last_time(self) -> np.datetime64 | None:
        """When the last reading was; None when there is none."""
        return _instant(self._engine.last_time()) if self.count else None

    def increase(self, start: Instant = None, end: Instant = None) -> float:
        """Return what the counter gained; NaN for less than two readings.

        Parameters
        ----------
        start, end : instant or number of seconds, optional
            Both or none. Without them: from the first reading to the last, rounded once. With them:
            Prometheus' ``increase`` over that range, which must hold all readings: what was gained is
            extended to an end that is nearer than 1.1 times the mean distance of readings, else by half
            of that distance, and never to before the counter would have been zero.

        Raises
        ------
        ValueError
            If the range does not hold all readings, or only one end is given.
        """
        ends = self._range(start, end)
        return self._engine.increase(*ends) if ends else self._engine.increase()

    def rate(self, start: Instant = None, end: Instant = None) -> float:
        """Return the increase per second; see :meth:`increase` for the parameters."""
        ends = self._range(start, end)
        return self._engine.rate(*ends) if ends else self._engine.rate()

    @staticmethod
    def _range(start: Instant, end: Instant) -> tuple[int, int] | None:
        if start is None and end is None:
            return None
        if start is None or end is None:
            raise ValueError("start, end: only one given, expected both or none")
        return _time("start", start), _time("end", end)

    def __repr__(self) -> str:
        """Show readings, resets, increase and rate."""
        return (
            f"Counter(count={self.count}, resets={self.resets}, increase={self.increase():.6g}, "
            f"rate={self.rate():.6g})"
        )


class Ewma(_TimedState):
    """Mean and variance of a stream whose values weigh half as much every half-life of event time.

    Parameters
    ----------
    half_life : float, timedelta or str
        In seconds of event time, 1e-9 to 1e9, or as ``"5min"``. Where values are given without times it
        counts values.

    Raises
    ------
    ValueError
        For a half-life that cannot be.

    Notes
    -----
    `mean` is pandas' ``ewm(halflife=..., times=...).mean()`` and `variance` its ``var()`` (which pandas has
    for evenly spaced values only), both with ``adjust=True``. A value's weight depends on its own time
    alone (forward decay), and the weighted sums are exact: late values, any order and any tree of merges
    give equal bytes. What is forgotten weighs less than 2**-64 of a new value.

    References
    ----------
    Cormode, Shkapenyuk, Srivastava, Xu, "Forward decay: a practical time decay model for streaming
    systems", ICDE 2009.

    Examples
    --------
    >>> import barograph as bg
    >>> e = bg.Ewma("1min").update([100.0, 200.0], times=[0, 60])
    >>> round(e.mean(), 2)
    166.67
    >>> later = bg.Ewma("1min").update(400.0, times=120)
    >>> round((e + later).mean(), 2)
    300.0
    """

    __slots__ = ()
    _kind = _core.Ewma
    _engine: _core.Ewma

    def __init__(self, half_life: float | timedelta | str) -> None:
        """Start empty."""
        self._engine = _core.Ewma(_seconds("half_life", half_life))

    def update(self, x: ArrayLike, n: int | None = None, *, times: Any = None) -> Self:
        """Add a value (n times) or all values of an array; returns self.

        Parameters
        ----------
        x : float or array-like of shape (rows,)
            NaN and None are missing; they and infinities are counted apart.
        n : int, optional
            How often a single value is to be counted, at one time. Default 1.
        times : instant or number of seconds, or array-like of them, shape (rows,), optional
            When each value was. Without it each value comes a second after the newest one, the first at
            0; pieces that are to be merged need times.

        Raises
        ------
        TypeError
            If values are no numbers, or times no instants.
        ValueError
            If lengths differ, a time is missing, or n is given with an array.
        """
        if _is_scalar(x):
            value, count = _number("x", x), 1 if n is None else _count("n", n)
            if times is None:
                self._engine.update(value, count)
            else:
                self._engine.update_at(_time("times", times), value, count)
            return self
        if n is not None:
            raise ValueError("n: given with an array, expected only with a single value")
        values = _numbers_as_read("x", x)
        if times is None:
            self._engine.update_many(values)
        else:
            self._engine.update_many_at(_times("times", times), values)
        return self

    @property
    def half_life(self) -> float:
        """The half-life in seconds."""
        return self._engine.half_life()

    @property
    def newest(self) -> np.datetime64 | None:
        """The latest time of a finite value; None when there is none."""
        return _instant(self._engine.newest()) if self.count else None

    def mean(self) -> float:
        """Return the weighted mean; NaN when empty. It stays while no value comes."""
        return self._engine.mean()

    def variance(self, *, bias: bool = False) -> float:
        """Return the weighted variance; NaN when empty.

        Parameters
        ----------
        bias : bool, default False
            The plain weighted mean of squared deviations. Else it is multiplied with
            ``sum(w)**2 / (sum(w)**2 - sum(w**2))``, as pandas does, and is NaN for a single value.
        """
        return self._engine.variance(flag("bias", bias))

    def std(self, *, bias: bool = False) -> float:
        """Return the square root of the variance."""
        return self._engine.std(flag("bias", bias))

    def effective_count(self) -> float:
        """Return ``sum(w)**2 / sum(w**2)``: how many values of equal weight would say as much."""
        return self._engine.effective_count()

    def __repr__(self) -> str:
        """Show half-life, count, mean and standard deviation."""
        return (
            f"Ewma(half_life={self.half_life:g}, count={self.count}, mean={self.mean():.6g}, "
            f"std={self.std():.6g})"
        )


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
