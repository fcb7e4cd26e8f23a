"""Quantile histograms of values that come in buckets already, and what they do not know.

`prometheus` takes classic histograms, `values` what HdrHistogram and other tools give, `otlp` OpenTelemetry's
exponential histograms. What comes back merges with any other `QuantileHistogram`.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from . import _core
from ._given_numbers import ArrayLike, _count, _counts, _number, _numbers
from ._quantile_histogram import QuantileHistogram

__all__ = ["Bucketed", "otlp", "prometheus", "values"]


class Bucketed(NamedTuple):
    """A histogram from buckets, and what is exact in it.

    Attributes
    ----------
    histogram : QuantileHistogram
    exact : bool
        Whether every value stands in the bucket it would stand in had it been added itself.
    relative_error : float
        The largest distance of a value from what it is counted as, relative to the value; infinite where a
        bucket reaches down to 0 or has no end.
    spread : int
        Values that may stand in another bucket than their own.
    open : int
        Values in a bucket without an end: above the last finite bound, or below a first one up to 0.
    sum : float
        The sum of the values as it was given; NaN when it was not. No figure of the histogram uses it.
    """

    histogram: QuantileHistogram
    exact: bool
    relative_error: float
    spread: int
    open: int
    sum: float


def _bucketed(given: tuple[Any, bool, float, int, int], total: float | None) -> Bucketed:
    engine, exact, relative_error, spread, open_ = given
    return Bucketed(
        QuantileHistogram._of(engine),
        exact,
        relative_error,
        spread,
        open_,
        math.nan if total is None else _number("sum", total),
    )


def prometheus(le: ArrayLike, cumulative: ArrayLike, *, sum: float | None = None) -> Bucketed:
    """Return the histogram of a classic histogram of Prometheus.

    Parameters
    ----------
    le : array-like of float or of text, shape (n,)
        Upper bounds, ascending; the last may be +Inf. Labels may be given as they are: ``["0.1", "+Inf"]``.
    cumulative : array-like of int, shape (n,)
        Values up to each bound, as `_bucket` series have them.
    sum : float, optional
        The `_sum` series; handed through.

    Returns
    -------
    Bucketed
        The counts at the finite bounds are exact and stay so in merges with histograms of the same bounds
        (`QuantileHistogram.pinned_count`). Between two bounds the values are taken to lie evenly, as
        `histogram_quantile` does; those above the last finite bound are counted right above it.

    Raises
    ------
    ValueError
        If the bounds do not ascend, the counts fall, or there is no finite bound.

    Examples
    --------
    >>> import barograph as bg
    >>> b = bg.from_buckets.prometheus([0.1, 0.5, 1, float("inf")], [80, 95, 99, 100])
    >>> b.histogram.pinned_count(0.5), b.open
    (95, 1)
    >>> round(b.histogram.quantile(0.9), 2)
    0.37
    """
    bounds = _numbers("le", _without_quotes(le))
    return _bucketed(_core.from_prometheus(bounds, _counts("cumulative", cumulative, np.uint64)), sum)


def _without_quotes(le: ArrayLike) -> ArrayLike:
    """Labels as numbers."""
    if not (isinstance(le, (list, tuple)) and any(isinstance(bound, str) for bound in le)):
        return le
    try:
        return [float(bound) for bound in le]
    except ValueError as error:
        raise ValueError(f"le: {error}, expected numbers or '+Inf'") from None


def values(
    values: ArrayLike, counts: ArrayLike, *, precision: float = 0.0, sum: float | None = None
) -> Bucketed:
    """Return the histogram of values with counts, as HdrHistogram gives them.

    Parameters
    ----------
    values : array-like of float, shape (n,)
        In any order; one that stands twice counts twice.
    counts : array-like of int, shape (n,)
        How often each occurred; not cumulative.
    precision : float, default 0.0
        How far a value of the source may be from the true one, relative to that: 0.001 for an HdrHistogram
        of three digits, 0 when the values are the true ones.
    sum : float, optional
        Handed through.

    Examples
    --------
    >>> import barograph as bg
    >>> b = bg.from_buckets.values([100, 250, 900], [970, 25, 5], precision=0.001)
    >>> b.histogram.count, b.exact, round(b.relative_error, 4)
    (1000, False, 0.0064)
    """
    given = _core.from_values(
        _numbers("values", values), _counts("counts", counts), _number("precision", precision)
    )
    return _bucketed(given, sum)


def otlp(
    scale: int,
    counts: ArrayLike = (),
    offset: int = 0,
    *,
    negative_counts: ArrayLike = (),
    negative_offset: int = 0,
    zero_count: int = 0,
    zero_threshold: float = 0.0,
    min: float | None = None,
    max: float | None = None,
    sum: float | None = None,
) -> Bucketed:
    """Return the histogram of an exponential histogram data point of OpenTelemetry.

    Parameters
    ----------
    scale : int
        -11 to 20. Buckets of scales above 6 are joined to those of scale 6.
    counts : array-like of int, shape (n,)
        Counts of the positive buckets; bucket ``offset + i`` holds base**(offset + i) < v <=
        base**(offset + i + 1) with base = 2**(2**-scale).
    offset : int, default 0
    negative_counts, negative_offset
        The same for negative values, by magnitude.
    zero_count : int, default 0
    zero_threshold : float, default 0.0
        Values up to this size are in `zero_count`. Buckets that reach down to it are counted as zero.
    min, max : float, optional
        They stay unknown unless both are given and stand in the first and the last bucket that hold
        something.
    sum : float, optional
        Handed through.

    Raises
    ------
    ValueError
        If a bucket that holds counts lies beyond the range of doubles.

    Examples
    --------
    >>> import barograph as bg
    >>> b = bg.from_buckets.otlp(0, [3, 0, 1], offset=4)  # 3 in (16, 32], 1 in (64, 128]
    >>> b.histogram.buckets()
    [Bucket(lower=16.0, upper=32.0, count=3), Bucket(lower=64.0, upper=128.0, count=1)]
    """
    given = _core.from_otlp(
        scale,
        offset,
        _counts("counts", counts, np.uint64),
        negative_offset,
        _counts("negative_counts", negative_counts, np.uint64),
        _count("zero_count", zero_count),
        _number("zero_threshold", zero_threshold),
        math.nan if min is None else _number("min", min),
        math.nan if max is None else _number("max", max),
    )
    return _bucketed(given, sum)
