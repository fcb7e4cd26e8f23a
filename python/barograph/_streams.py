"""States of values that have a time: what happened lately, what a counter gained.

A time is the instant of the event, never of its arrival: numpy's datetime64, datetime, a pandas, polars or
Arrow column of instants, or a number of seconds. Times without a zone are taken as UTC.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

import numpy as np

from . import _core
from ._given_numbers import ArrayLike, _count, _is_scalar, _number, _numbers_as_read
from ._given_options import flag
from ._given_times import Instant, _instant, _seconds, _time, _times
from ._state import CountedState


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
