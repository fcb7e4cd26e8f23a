"""States: statistics that stream, merge and travel as bytes.

Each class is a thin, typed layer over the engine. What a state holds (counts, configuration) is an
attribute, what it computes is a method. Every state has `update`, `merge` (and ``+=``, ``+``), `reset`,
`copy`, `to_bytes`, `from_bytes`, equality by bytes, pickle, and a lock of its own: any number of threads
may update one object. Those of exact counts and sums have `subtract` too.

NaN and infinities are counted apart and enter no sum, mean, extreme or quantile.
"""

from __future__ import annotations

from typing import Self

import numpy as np

from . import _core, _frames
from ._given_numbers import ArrayLike, _count, _is_scalar, _number, _numbers_as_read
from ._state import Interval, NumberState, Subtractable


class ExactSum(NumberState):
    """The sum of doubles without any rounding until it is read.

    Notes
    -----
    A superaccumulator (R. M. Neal, arXiv:1505.05571): `value` is the true sum rounded once, in any order
    of the values and any tree of merges, and `subtract` leaves no trace.

    Examples
    --------
    >>> import barograph as bg
    >>> s = bg.ExactSum().update([1e308, 1.0, -1e308])
    >>> s.value()
    1.0
    """

    __slots__ = ()
    _kind = _core.ExactSum

    def __init__(self) -> None:
        """Start empty."""
        self._engine = _core.ExactSum()

    def value(self) -> float:
        """Return the sum of the finite values, rounded once; inf beyond the largest double."""
        v: float = self._engine.value()
        return v

    def mean(self) -> float:
        """Return the sum divided by the count, rounded once; NaN when empty."""
        v: float = self._engine.mean()
        return v

    def __repr__(self) -> str:
        """Show the sum and the count."""
        return f"ExactSum(value={self.value()!r}, count={self.count})"


class Moments(NumberState):
    """Count, sum, mean, variance and extremes, exact until they are read.

    Notes
    -----
    The sums of x and of x**2 are kept as integers, so the mean and the variance are the true ones rounded
    once, whatever the offset or the spikes; `std` is within one unit in the last place. After `subtract`
    the extremes are unknown (NaN) until no value remains.

    Examples
    --------
    >>> import barograph as bg
    >>> m = bg.Moments().update([1e15 + 1, 1e15 + 2, 1e15 + 3])
    >>> m.mean(), m.variance()
    (1000000000000002.0, 1.0)
    """

    __slots__ = ()
    _kind = _core.Moments

    def __init__(self) -> None:
        """Start empty."""
        self._engine = _core.Moments()

    def sum(self) -> float:
        """Return the sum, rounded once; 0 when empty."""
        v: float = self._engine.sum()
        return v

    def mean(self) -> float:
        """Return the mean, rounded once; NaN when empty."""
        v: float = self._engine.mean()
        return v

    def variance(self, ddof: int = 1) -> float:
        """Return the variance with divisor count - ddof, rounded once; NaN when count <= ddof."""
        v: float = self._engine.variance(_count("ddof", ddof))
        return v

    def std(self, ddof: int = 1) -> float:
        """Return the square root of the variance; NaN when count <= ddof."""
        v: float = self._engine.std(_count("ddof", ddof))
        return v

    def min(self) -> float:
        """Return the smallest finite value; NaN when empty or after `subtract`."""
        v: float = self._engine.min()
        return v

    def max(self) -> float:
        """Return the largest finite value; NaN when empty or after `subtract`."""
        v: float = self._engine.max()
        return v

    def __repr__(self) -> str:
        """Show count, mean, standard deviation and extremes."""
        return (
            f"Moments(count={self.count}, mean={self.mean():.6g}, std={self.std():.6g}, "
            f"min={self.min():.6g}, max={self.max():.6g})"
        )


class Proportion(Subtractable):
    """Successes out of trials, with an interval that says how little a small sample knows.

    Parameters
    ----------
    successes, trials : int, default 0
        What has been counted so far.

    Examples
    --------
    >>> import barograph as bg
    >>> p = bg.Proportion(3, 10).update([True, False])
    >>> p.successes, p.trials
    (4, 12)
    >>> [round(end, 3) for end in p.wilson()]
    [0.138, 0.609]
    """

    __slots__ = ()
    _kind = _core.Proportion

    def __init__(self, successes: int = 0, trials: int = 0) -> None:
        """Start with the counts given."""
        self._engine = _core.Proportion(_count("successes", successes), _count("trials", trials))

    def update(self, x: ArrayLike, n: int | None = None) -> Self:
        """Add a trial (n equal ones) or all trials of an array; returns self.

        Parameters
        ----------
        x : bool or array-like of shape (n,)
            True is a success. The numbers 0 and 1 are taken too.
        n : int, optional
            How often a single trial is to be counted. Default 1.

        Raises
        ------
        ValueError
            If a value is neither true nor false: drop missing trials first.
        """
        if _is_scalar(x):
            if isinstance(x, (str, bytes)) or x not in (0, 1):
                raise ValueError(f"x: {x!r} given, expected True or False")
            self._engine.update(bool(x), 1 if n is None else _count("n", n))
            return self
        if n is not None:
            raise ValueError("n: given with an array, expected only with a single trial")
        trials = _frames._plain(x)
        if not (isinstance(trials, np.ndarray) and trials.dtype == np.bool_ and trials.ndim == 1):
            numbers = _numbers_as_read("x", trials)
            if not np.all((numbers == 0) | (numbers == 1)):
                raise ValueError(
                    "x: values given that are neither true nor false (drop missing trials first)"
                )
            trials = numbers == 1
        self._engine.update_many(np.ascontiguousarray(trials))
        return self

    def update_counts(self, successes: int, trials: int) -> Self:
        """Add trials that were counted elsewhere; returns self."""
        self._engine.update_counts(_count("successes", successes), _count("trials", trials))
        return self

    @property
    def successes(self) -> int:
        """Number of successes."""
        n: int = self._engine.successes()
        return n

    @property
    def trials(self) -> int:
        """Number of trials."""
        n: int = self._engine.trials()
        return n

    @property
    def count(self) -> int:
        """Number of trials."""
        return self.trials

    def rate(self) -> float:
        """Return successes / trials; NaN without trials."""
        r: float = self._engine.rate()
        return r

    def wilson(self, confidence: float = 0.95) -> Interval:
        """Return Wilson's score interval of the true rate (1927); 0 to 1 without trials."""
        return Interval(*self._engine.wilson(_number("confidence", confidence)))

    def __repr__(self) -> str:
        """Show successes, trials and rate."""
        return f"Proportion(successes={self.successes}, trials={self.trials}, rate={self.rate():.6g})"
