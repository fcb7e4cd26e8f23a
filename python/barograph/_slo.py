"""What services are judged by, as states: Apdex and the summary of latencies and errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from . import _core, _frames
from ._exchange import Exported, _pairs
from ._given_numbers import ArrayLike, _count, _is_scalar, _number, _numbers_as_read
from ._given_options import real
from ._policy import Bands, Policy, engine_policy
from ._quantile_histogram import QuantileHistogram
from ._state import Interval, Subtractable

_UNITS_PER_SECOND = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}


def _flags(values: Any, size: int) -> npt.NDArray[np.bool_]:
    """The errors of a batch: one flag for all rows, or one for each."""
    if _is_scalar(values):
        return np.full(size, _flag(values))
    flags = _frames._plain(values)
    if not (isinstance(flags, np.ndarray) and flags.dtype == np.bool_ and flags.ndim == 1):
        numbers = _numbers_as_read("error", flags)
        if not np.all((numbers == 0) | (numbers == 1)):
            raise ValueError("error: values given that are neither true nor false, expected a flag a request")
        flags = numbers == 1
    return np.ascontiguousarray(flags)


def _flag(value: Any) -> bool:
    if isinstance(value, (str, bytes)) or value not in (0, 1):
        raise ValueError(f"error: {value!r} given, expected True or False")
    return bool(value)


class _RequestState(Subtractable):
    """A state that is fed with requests."""

    __slots__ = ()

    def update(self, latency: ArrayLike, error: Any = False, *, n: int | None = None) -> Self:
        """Count one request (n times) or a batch; returns self.

        Parameters
        ----------
        latency : float or array-like of shape (rows,)
            In the unit of the threshold (ms by default); NaN and None are missing.
        error : bool or array-like of bool, shape (rows,), default False
            Whether the request failed; one flag holds for all rows of a batch.
        n : int, optional
            For a single latency: how many requests had it. Default 1. By its name only, so that no count
            is read as an error.

        Raises
        ------
        TypeError
            If latencies are not numeric.
        ValueError
            If the lengths differ, n is given with a batch, or a flag is neither true nor false.
        """
        if _is_scalar(latency):
            count = 1 if n is None else _count("n", n)
            self._engine.update(_number("latency", latency), _flag(error), count)
            return self
        if n is not None:
            raise ValueError("n: given with a batch, expected only with a single latency")
        latencies = _numbers_as_read("latency", latency)
        if error is False:
            self._engine.update_many(latencies)
        else:
            self._engine.update_many(latencies, _flags(error, latencies.size))
        return self


class Apdex(_RequestState):
    """The Application Performance Index: exact counts of satisfied, tolerating, frustrated requests.

    A request is satisfied up to and including `threshold` (T), tolerating up to and including F, else
    frustrated; a request with an error is always frustrated. A missing latency (NaN) without an error
    is counted in `missing` and enters no score; an infinite one frustrates.

    Parameters
    ----------
    threshold : float
        T, above 0, in the unit of the latencies (ms unless :meth:`notation` is told otherwise).
    tolerating : float, optional
        F, at least T; by default 4 T, as in the standard.

    Raises
    ------
    ValueError
        For limits that cannot be.

    Notes
    -----
    The counts are integers, so any split of the data and any order of merges gives equal bytes.
    Updates and merges take constant memory; a batch is one pass. Objects may be shared by threads.

    References
    ----------
    Apdex Technical Specification, version 1.1, Apdex Alliance, 2007.

    Examples
    --------
    >>> a = Apdex(threshold=500).update([120, 480, 900, 2600]).update(80, error=True)
    >>> a.satisfied, a.tolerating, a.frustrated, a.score
    (2, 1, 2, 0.5)
    >>> a.notation(), a.rating()
    ('0.50 [0.5]*', 'Poor')
    """

    __slots__ = ()
    _kind = _core.Apdex
    _engine: _core.Apdex

    def __init__(self, threshold: float, tolerating: float | None = None) -> None:
        limit = None if tolerating is None else real("tolerating", tolerating)
        self._engine = _core.Apdex(real("threshold", threshold), limit)

    @property
    def threshold(self) -> float:
        """T."""
        return self._engine.threshold()

    @property
    def tolerating_limit(self) -> float:
        """F."""
        return self._engine.tolerating_limit()

    @property
    def satisfied(self) -> int:
        """Requests up to T."""
        return self._engine.satisfied()

    @property
    def tolerating(self) -> int:
        """Requests above T, up to F."""
        return self._engine.tolerating()

    @property
    def frustrated(self) -> int:
        """Requests beyond F, and all errors."""
        return self._engine.frustrated()

    @property
    def missing(self) -> int:
        """NaN latencies without an error: in no zone and no score."""
        return self._engine.missing()

    @property
    def count(self) -> int:
        """Requests in the score: satisfied + tolerating + frustrated."""
        return self._engine.count()

    @property
    def score(self) -> float:
        """(satisfied + tolerating / 2) / count; NaN when there are none."""
        return self._engine.score()

    def notation(self, unit: Literal["s", "ms", "us", "ns"] = "ms") -> str:
        """The standard's uniform output, with T in seconds.

        Parameters
        ----------
        unit : {"s", "ms", "us", "ns"}, default "ms"
            The unit of the latencies and of T.

        Returns
        -------
        str
            Such as ``0.75 [4.0]``; ``*`` behind it marks fewer than 100 requests, ``NS`` stands for none.
        """
        if unit not in _UNITS_PER_SECOND:
            raise ValueError(f"unit: given {unit!r}, expected one of {', '.join(_UNITS_PER_SECOND)}")
        return self._engine.notation(_UNITS_PER_SECOND[unit])

    def rating(self, bands: Bands = "standard") -> str:
        """The score in a word.

        Parameters
        ----------
        bands : {"standard", "apm"} or 3 or 4 floats
            ``"standard"``: Excellent from 0.94, Good from 0.85, Fair from 0.70, Poor from 0.50, else
            Unacceptable. ``"apm"``: Target from 0.90, Good from 0.85, Fair from 0.70, else Poor. Or the
            lowest scores of the upper four (or three) of these ratings, falling.

        Returns
        -------
        str
            The rating of the unrounded score; ``NoSample`` when there are no requests.
        """
        return self._engine.rating(bands if isinstance(bands, str) else [float(b) for b in bands])

    def __str__(self) -> str:
        return self.notation()

    def __repr__(self) -> str:
        return (
            f"Apdex(threshold={self.threshold:g}, tolerating={self.tolerating_limit:g}: "
            f"satisfied={self.satisfied:,}, tolerating={self.tolerating:,}, "
            f"frustrated={self.frustrated:,}, score={self.score:.4g})"
        )


class LatencySummary(_RequestState):
    """What a service's requests were like: count, errors, latencies and Apdex in one state that merges.

    Parameters
    ----------
    policy : Policy, optional
        Where Apdex T and F (ms) come from; T = 500 and F = 2000 by default.

    Notes
    -----
    A request with an error counts with its latency. A missing (NaN) or infinite latency is a request,
    but enters no mean and no quantile. Any split of the data and any order of merges gives equal bytes:
    counts, mean and Apdex are exact, quantiles are within :meth:`relative_error` of the value. Memory
    is bounded: 4,096 buckets, 16 KB for usual latencies.

    References
    ----------
    OpenTelemetry metrics data model, ExponentialHistogram; Apdex Technical Specification v1.1.

    Examples
    --------
    >>> s = LatencySummary().update([100, 200, 300, 700], error=[False, False, False, True])
    >>> s.count, s.errors, s.mean(), s.apdex.score
    (4, 1, 325.0, 0.75)
    >>> round(s.p50(), 1)
    250.1
    """

    __slots__ = ()
    _kind = _core.LatencySummary
    _engine: _core.LatencySummary

    def __init__(self, policy: Policy | None = None) -> None:
        self._engine = _core.LatencySummary(engine_policy(policy))

    @property
    def count(self) -> int:
        """All requests."""
        return self._engine.count()

    @property
    def errors(self) -> int:
        """Requests that failed."""
        return self._engine.errors()

    @property
    def missing(self) -> int:
        """Requests without a latency."""
        return self._engine.missing()

    def error_rate(self) -> float:
        """Errors / count, a fraction; NaN when there are no requests."""
        return self._engine.error_rate()

    def error_interval(self, confidence: float = 0.95) -> Interval:
        """Wilson's interval of the error rate; (0, 1) when there are no requests."""
        return Interval(*self._engine.error_interval(confidence))

    def mean(self) -> float:
        """The mean latency, correctly rounded; NaN when there is none."""
        return self._engine.mean()

    def to_open_metrics(
        self, name: str, *, unit: str = "", help: str = "", labels: Mapping[str, str] | None = None
    ) -> Exported:
        """Return the OpenMetrics text of this: a classic histogram and a counter of errors.

        Parameters
        ----------
        name : str
            The histogram's name; the errors are ``name_errors``. Bounds are powers of two, T and F, where
            every count is exact.
        unit, help : str, default ""
            The name ends with the unit, if there is one.
        labels : mapping of str to str, optional

        Returns
        -------
        Exported
            ``text``, and ``dropped``: what the format cannot say.

        Examples
        --------
        >>> import barograph as bg
        >>> text, _ = bg.LatencySummary().update([120.0, 700.0]).to_open_metrics("latency")
        >>> 'latency_bucket{le="500"} 1' in text, "latency_sum 820" in text
        (True, True)
        """
        return Exported(*_core.summary_open_metrics(self._engine, name, unit, help, _pairs("labels", labels)))

    def std(self, ddof: int = 1) -> float:
        """The standard deviation of the latencies; NaN when there are `ddof` or fewer."""
        return self._engine.std(ddof)

    def min(self) -> float:
        """The smallest latency; after :meth:`subtract` the lower bound of its bucket."""
        return self._engine.min()

    def max(self) -> float:
        """The largest latency; after :meth:`subtract` the upper bound of its bucket."""
        return self._engine.max()

    def quantile(self, q: float) -> float:
        """The latency below which the share `q` (0 to 1) lies; NaN when there is none."""
        return self._engine.quantile(q)

    def quantile_interval(self, q: float, confidence: float = 0.95) -> Interval:
        """Where the quantile of the population lies; an end that few requests cannot bound is infinite."""
        return Interval(*self._engine.quantile_interval(q, confidence))

    def p50(self) -> float:
        """The median latency."""
        return self._engine.quantile(0.50)

    def p95(self) -> float:
        """The 95th percentile of the latencies."""
        return self._engine.quantile(0.95)

    def p99(self) -> float:
        """The 99th percentile of the latencies."""
        return self._engine.quantile(0.99)

    def relative_error(self) -> float:
        """The bound on |quantile - value| / value now, about 0.0055."""
        return self._engine.relative_error()

    @property
    def apdex(self) -> Apdex:
        """The exact Apdex, as a copy."""
        return Apdex._of(self._engine.apdex())

    @property
    def latencies(self) -> QuantileHistogram:
        """The histogram of the latencies, T and F pinned, as a copy."""
        return QuantileHistogram._of(self._engine.latencies())

    def __repr__(self) -> str:
        return (
            f"LatencySummary(count={self.count:,}, errors={self.errors:,}, mean={self.mean():.4g}, "
            f"p50={self.p50():.4g}, p95={self.p95():.4g}, p99={self.p99():.4g}, "
            f"apdex={self.apdex.notation()!r})"
        )
