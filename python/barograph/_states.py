"""States: statistics that stream, merge and travel as bytes.

Each class is a thin, typed layer over the engine. What a state holds (counts, configuration) is an
attribute, what it computes is a method. Every state has `update`, `merge` (and ``+=``, ``+``), `reset`,
`copy`, `to_bytes`, `from_bytes`, equality by bytes, pickle, and a lock of its own: any number of threads
may update one object. Those of exact counts and sums have `subtract` too.

NaN and infinities are counted apart and enter no sum, mean, extreme or quantile.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, NamedTuple, Self, TypeAlias, TypeVar, cast, overload

import numpy as np
import numpy.typing as npt

from . import _core, _exchange, _frames
from ._given_bytes import as_bytes

#: One number, or anything one-dimensional that `barograph` reads: numpy, pandas, polars, Arrow, a list.
ArrayLike: TypeAlias = Any

Method = TypeVar("Method", bound=Callable[..., Any])

MAX_COUNT = 2**63 - 1
MAX_BYTES = 64 << 20


class Interval(NamedTuple):
    """From `lower` to `upper`, both included."""

    lower: float
    upper: float


class Bucket(NamedTuple):
    """Values v with lower < v <= upper (sides swapped below zero), and how many they are."""

    lower: float
    upper: float
    count: int  # type: ignore[assignment]  # hides tuple.count


class CountRange(NamedTuple):
    """What is certain about a count."""

    at_least: int
    at_most: int


def _count(name: str, n: object) -> int:
    try:
        value = operator.index(n)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name}: {type(n).__name__} given, expected an integer") from None
    if not 0 <= value <= MAX_COUNT:
        raise ValueError(f"{name}: {value} given, expected 0 to 2**63 - 1")
    return value


def _number(name: str, x: object) -> float:
    if isinstance(x, (str, bytes, np.datetime64, np.timedelta64)):
        raise TypeError(f"{name}: {type(x).__name__} given, expected a number")
    try:
        return float(x)  # type: ignore[arg-type]
    except (TypeError, OverflowError):
        raise TypeError(f"{name}: {x!r} given, expected a number that a float can hold") from None


def _numbers(name: str, values: ArrayLike) -> npt.NDArray[np.float64]:
    return np.asarray(_numbers_as_read(name, values), dtype=np.float64)


def _numbers_as_read(name: str, values: ArrayLike) -> npt.NDArray[Any]:
    """Numbers as the engine reads them, by blocks where they are float32 or int64."""
    array = _frames._plain(values)
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biufO":
        text = not isinstance(array, np.ndarray) or array.dtype.kind in "UST"
        what = "text" if text else array.dtype
        raise TypeError(f"{name}: {what} given, expected numbers")
    if array.ndim != 1:
        raise ValueError(f"{name}: {array.ndim} dimensions given, expected 1")
    try:
        return _frames.as_read(array)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: objects given that are not all numbers or None") from None


def _counts(name: str, values: ArrayLike, dtype: npt.DTypeLike = np.int64) -> npt.NDArray[Any]:
    """Counts of an array; whole floats, as Prometheus has them, are integers too."""
    array = np.asarray(_frames._plain(values))
    if array.size == 0:
        array = array.astype(np.int64)
    if array.ndim != 1:
        raise ValueError(f"{name}: {array.ndim} dimensions given, expected 1")
    if array.dtype.kind == "f" and np.all(np.floor(array) == array) and np.all(np.abs(array) < 2.0**63):
        array = array.astype(np.int64)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name}: {array.dtype} given, expected whole numbers")
    low, high = (int(array.min()), int(array.max())) if array.size else (0, 0)
    if low < 0 or high > MAX_COUNT:
        raise ValueError(f"{name}: {low if low < 0 else high} given, expected 0 to 2**63 - 1")
    return np.ascontiguousarray(array, dtype=dtype)


def _direct(engine: str, *, returns_self: bool = False) -> Callable[[Method], Method]:
    """Calls with one float alone, as a stream makes them, go to that method of the engine at once."""

    def of(method: Method) -> Method:
        found = _core.DirectMethod(method, engine, returns_self)
        return cast(Method, functools.update_wrapper(found, method))

    return of


def _is_scalar(x: object) -> bool:
    return getattr(x, "ndim", None) == 0 or not hasattr(x, "__len__") or isinstance(x, (str, bytes))


class State:
    """What every state has; see the module's documentation."""

    __slots__ = ("_engine",)

    _kind: ClassVar[Any]
    _engine: Any

    @classmethod
    def _of(cls, engine: Any) -> Self:
        state = cls.__new__(cls)
        state._engine = engine
        return state

    def _engine_of(self, other: object, operation: str) -> Any:
        if type(other) is not type(self):
            name = type(self).__name__
            raise TypeError(f"{operation}: {type(other).__name__} given, expected another {name}")
        return other._engine

    def merge(self, other: Self) -> Self:
        """Add everything that `other` has seen; returns self.

        Raises
        ------
        TypeError
            If `other` is another kind of state.
        ValueError
            If a count would pass 2**63 - 1; nothing is changed then.
        """
        self._engine.merge(self._engine_of(other, "merge"))
        return self

    def reset(self) -> None:
        """Forget all values; the configuration stays."""
        self._engine.reset()

    def copy(self) -> Self:
        """Return an independent copy."""
        return self._of(self._engine.copy())

    def to_bytes(self) -> bytes:
        """Return the canonical bytes: equal states have equal bytes, in C++ and in Python."""
        data: bytes = self._engine.to_bytes()
        return data

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview, *, max_bytes: int = MAX_BYTES) -> Self:
        """Read a state back.

        Parameters
        ----------
        data : bytes-like
            What `to_bytes` gave, here or in C++. It need not be trusted.
        max_bytes : int, default 64 MiB
            Refuse more than this.

        Raises
        ------
        ValueError
            If the bytes are truncated, damaged, of another kind, newer, or no state could have them.
        """
        return cls._of(cls._kind.from_bytes(as_bytes(data), max_bytes))

    def __iadd__(self, other: Self) -> Self:
        """Merge."""
        return self.merge(other)

    def __add__(self, other: Self) -> Self:
        """Return the merge of two states; both stay as they are."""
        return self.copy().merge(other)

    def __eq__(self, other: object) -> bool:
        """Tell whether the canonical bytes are equal."""
        if type(other) is not type(self):
            return NotImplemented
        return self.to_bytes() == other.to_bytes()

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> Self:
        """Copy."""
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Copy."""
        return self.copy()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as canonical bytes."""
        return type(self).from_bytes, (self.to_bytes(),)


class Subtractable(State):
    """A state that can take another one out of itself."""

    __slots__ = ()

    def subtract(self, other: Self) -> Self:
        """Take away what `other` has seen, which must be contained in this state; returns self.

        Raises
        ------
        ValueError
            If `other` is not contained; nothing is changed then.
        """
        self._engine.subtract(self._engine_of(other, "subtract"))
        return self


class CountedState(State):
    """A state that counts finite numbers, and NaN and infinities apart from them."""

    __slots__ = ()

    @property
    def count(self) -> int:
        """Number of finite values."""
        n: int = self._engine.count()
        return n

    @property
    def nan_count(self) -> int:
        """Number of missing values (NaN)."""
        n: int = self._engine.nan_count()
        return n

    @property
    def positive_infinity_count(self) -> int:
        """Number of values that were +inf."""
        n: int = self._engine.positive_infinity_count()
        return n

    @property
    def negative_infinity_count(self) -> int:
        """Number of values that were -inf."""
        n: int = self._engine.negative_infinity_count()
        return n

    def __len__(self) -> int:
        """Return the number of finite values."""
        return self.count

    def __bool__(self) -> bool:
        """A state is an object, not a container: always true."""
        return True


class _NumberState(CountedState, Subtractable):
    """A state of finite numbers."""

    __slots__ = ()

    @_direct("update_one", returns_self=True)
    def update(self, x: ArrayLike, n: int | None = None) -> Self:
        """Add a value (n times) or all values of an array; returns self.

        Parameters
        ----------
        x : float or array-like of shape (n,)
            NaN and None are missing; they and infinities are counted apart.
        n : int, optional
            How often a single value is to be counted. Default 1.

        Raises
        ------
        TypeError
            If x is not numeric.
        ValueError
            If x has more than one dimension, n is given with an array, or a count would pass 2**63 - 1.
        """
        if _is_scalar(x):
            self._engine.update(_number("x", x), 1 if n is None else _count("n", n))
            return self
        if n is not None:
            raise ValueError("n: given with an array, expected only with a single value")
        self._engine.update_many(_numbers_as_read("x", x))
        return self


class ExactSum(_NumberState):
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


class Moments(_NumberState):
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


class QuantileHistogram(_NumberState, _exchange.Exchange):
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
        if not -10 <= operator.index(scale) <= 6:
            raise ValueError(f"scale: {scale} given, expected -10 to 6")
        if not 2 <= operator.index(budget) <= 65536:
            raise ValueError(f"budget: {budget} buckets given, expected 2 to 65536")
        bounds = [_number("pinned", bound) for bound in pinned]
        threshold = _number("zero_threshold", zero_threshold)
        self._engine = _core.QuantileHistogram(
            operator.index(scale), bounds, operator.index(budget), threshold
        )

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
