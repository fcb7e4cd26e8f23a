"""The state of quantiles; see `_states` for what states are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Self, overload

import numpy as np
import numpy.typing as npt

from . import _core, _exchange
from ._given_numbers import ArrayLike, _counts, _is_scalar, _number, _numbers, _numbers_as_read
from ._given_options import real, unboxed, whole
from ._state import CountRange, Interval, NumberState, _direct


class Bucket(NamedTuple):
    """Values v with lower < v <= upper (sides swapped below zero), and how many they are."""

    lower: float
    upper: float
    count: int  # type: ignore[assignment]  # hides tuple.count


class QuantileHistogram(NumberState, _exchange.Exchange):
    """Quantiles with a relative error bound, from exponential buckets that merge exactly.

    Parameters
    ----------
    scale : int, default 6
        2**scale buckets a power of two, -10 to 6. At 6 the error is at most 0.55 % of the value.
    pinned : iterable of float, default ()
        Bounds with an exact count of values <= bound, whatever is merged: a latency objective, say.
    budget : int, default 4096
        Bucket indices a sign, 2 to 65,536. Values over a wider range lower the scale.
    zero_threshold : float, default 0.0
        Values up to this size count as zero, in whole buckets.

    Notes
    -----
    Buckets are those of OpenTelemetry's exponential histogram, the upper side inclusive. `quantile` is
    numpy's ``linear`` between the buckets' representatives. A merge of unequal configurations takes the
    smaller scale and budget, the larger zero threshold and the pinned bounds that both have; a histogram
    without values takes no pinned bound away.

    Examples
    --------
    >>> import barograph as bg
    >>> h = bg.QuantileHistogram(pinned=[300]).update(range(1, 1001))
    >>> round(h.quantile(0.99)), h.pinned_count(300)
    (986, 300)
    """

    __slots__ = ()
    _kind = _core.QuantileHistogram

    def __init__(
        self,
        scale: int = 6,
        pinned: Iterable[float] = (),
        *,
        budget: int = 4096,
        zero_threshold: float = 0.0,
    ) -> None:
        """Start empty."""
        scale, budget = whole("scale", scale, -10, 6), whole("budget", budget, 2, 65536)
        if isinstance(pinned, str) or not hasattr(unboxed(pinned), "__iter__"):
            raise TypeError(f"pinned: {pinned!r} given, expected bounds, as in [300, 1200]")
        bounds = [real("pinned", bound) for bound in pinned]
        threshold = real("zero_threshold", zero_threshold)
        self._engine = _core.QuantileHistogram(scale, bounds, budget, threshold)

    @_direct("update_one", returns_self=True)
    def update(self, x: ArrayLike, n: ArrayLike | None = None) -> Self:
        """Add a value (n times) or all values of an array (each as often as n says); returns self.

        Parameters
        ----------
        x : float or array-like of shape (n,)
            NaN and None are missing; they and infinities are counted apart.
        n : int, or array-like of int of shape (n,), optional
            How often each value is to be counted. Default 1.

        Raises
        ------
        TypeError
            If x is not numeric or n holds no integers.
        ValueError
            If x has more than one dimension, n has another length or a negative number, or a count would
            pass 2**63 - 1.

        Examples
        --------
        >>> import barograph as bg
        >>> bg.QuantileHistogram().update([10.0, 20.0], n=[3, 1]).count
        4
        """
        if n is None or _is_scalar(n):
            return super().update(x, n)
        if _is_scalar(x):
            raise ValueError("n: an array given, expected one number for a single value")
        self._engine.update_weighted(_numbers_as_read("x", x), _counts("n", n))
        return self

    @property
    def zero_count(self) -> int:
        """Number of values counted as zero."""
        n: int = self._engine.zero_count()
        return n

    @property
    def scale(self) -> int:
        """The scale in use: at most the one that was asked for."""
        s: int = self._engine.scale()
        return s

    @property
    def budget(self) -> int:
        """Bucket indices a sign before the scale drops."""
        n: int = self._engine.budget()
        return n

    @property
    def zero_threshold(self) -> float:
        """Values up to this size count as zero."""
        t: float = self._engine.zero_threshold()
        return t

    @property
    def pinned(self) -> tuple[float, ...]:
        """The bounds with exact counts, ascending."""
        return tuple(self._engine.pinned())

    @property
    def extremes_known(self) -> bool:
        """Whether `min` and `max` are exact: False after `subtract`, until no value remains."""
        known: bool = self._engine.extremes_known()
        return known

    def relative_error(self) -> float:
        """Return the bound of |estimate - value| / |value| at the scale in use."""
        e: float = self._engine.relative_error()
        return e

    def min(self) -> float:
        """Return the smallest value; after `subtract` the lower bound of its bucket. NaN when empty."""
        v: float = self._engine.min()
        return v

    def max(self) -> float:
        """Return the largest value; after `subtract` the upper bound of its bucket. NaN when empty."""
        v: float = self._engine.max()
        return v

    @overload
    def quantile(self, q: float) -> float: ...
    @overload
    def quantile(self, q: Sequence[float] | npt.NDArray[Any]) -> npt.NDArray[np.float64]: ...
    @_direct("quantile")
    def quantile(self, q: Any) -> Any:
        """Return the q-quantile, numpy's ``linear``; exact at 0 and 1, NaN when empty.

        Parameters
        ----------
        q : float or array-like of shape (k,)
            Between 0 and 1.

        Returns
        -------
        float, or ndarray of shape (k,)

        Raises
        ------
        ValueError
            If a q is outside of [0, 1].
        """
        if _is_scalar(q):
            return self._engine.quantile(_number("q", q))
        return self._engine.quantiles(_numbers("q", q))

    def quantile_interval(self, q: float, confidence: float = 0.95) -> Interval:
        """Return where the q-quantile of the population lies, whatever its distribution.

        The binomial interval of the order statistics, each end moved out to the bound of its bucket. An
        end that so few values cannot bound is infinite.

        Examples
        --------
        >>> import barograph as bg
        >>> bg.QuantileHistogram().update(range(1, 21)).quantile_interval(0.99).upper
        inf
        """
        ends = self._engine.quantile_interval(_number("q", q), _number("confidence", confidence))
        return Interval(*ends)

    def count_at_most(self, x: float) -> int:
        """Return the number of values <= x, exact where `count_bounds` is, else interpolated."""
        n: int = self._engine.count_at_most(_number("x", x))
        return n

    def count_bounds(self, x: float) -> CountRange:
        """Return what is certain about the number of values <= x."""
        return CountRange(*self._engine.count_bounds(_number("x", x)))

    def pinned_count(self, bound: float) -> int:
        """Return the exact number of values <= bound.

        Raises
        ------
        ValueError
            If the bound is not pinned, in this histogram or in one that was merged into it.
        """
        n: int = self._engine.pinned_count(_number("bound", bound))
        return n

    def buckets(self) -> list[Bucket]:
        """Return the buckets that hold something, from the smallest values to the largest."""
        return [Bucket(*b) for b in self._engine.buckets()]

    def __repr__(self) -> str:
        """Show count, median, P99 and scale."""
        return (
            f"QuantileHistogram(count={self.count}, p50={self.quantile(0.5):.6g}, "
            f"p99={self.quantile(0.99):.6g}, max={self.max():.6g}, scale={self.scale})"
        )
