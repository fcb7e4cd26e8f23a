"""Histograms from buckets against the values that were in them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import barograph as bg

DEFAULT = np.array([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, np.inf])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.floats(-1e12, 1e12), max_size=200),
    st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=12, unique=True),
    st.booleans(),
)
def test_counts_at_the_bounds_of_prometheus_are_exact(
    values: list[float], bounds: list[float], with_infinity: bool
) -> None:
    le = sorted({b + 0.0 for b in bounds}) + ([math.inf] if with_infinity else [])
    values = values if with_infinity else [v for v in values if v <= le[-1]]
    cumulative = [sum(v <= bound for v in values) for bound in le]
    b = bg.from_buckets.prometheus(le, cumulative, sum=math.fsum(values))
    assert b.histogram.count == len(values)
    for bound, n in zip(le, cumulative, strict=True):
        if bound < math.inf:
            assert b.histogram.pinned_count(bound) == n
    assert b.open + b.spread <= len(values)
    assert b.sum == math.fsum(values)
    assert bg.QuantileHistogram.from_bytes(b.histogram.to_bytes()) == b.histogram


def histogram_quantile(q: float, le: np.ndarray, cumulative: np.ndarray) -> float:
    """What Prometheus' documentation says: linear within the bucket that the rank falls into."""
    rank = q * cumulative[-1]
    i = int(np.searchsorted(cumulative, rank))
    if i == len(le) - 1:
        return float(le[-2])
    lower, below = (le[i - 1], cumulative[i - 1]) if i else (0.0, 0)
    return float(lower + (le[i] - lower) * (rank - below) / (cumulative[i] - below))


def test_quantiles_agree_with_those_of_prometheus() -> None:
    values = np.random.default_rng(5).lognormal(-2, 1, 100_000)
    cumulative = np.searchsorted(np.sort(values), DEFAULT, side="right")
    b = bg.from_buckets.prometheus(DEFAULT, cumulative)
    for q in (0.05, 0.25, 0.5, 0.9, 0.99):
        # half a bucket of ours on either side, and ranks q n instead of q (n - 1)
        assert b.histogram.quantile(q) == pytest.approx(
            histogram_quantile(q, DEFAULT, cumulative), rel=2.2 * b.histogram.relative_error()
        )


def test_parts_in_buckets_merge_with_parts_in_values() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.lognormal(-2, 1, 3_000), rng.lognormal(-1, 1, 2_000)
    h = bg.from_buckets.prometheus(DEFAULT, [(first <= bound).sum() for bound in DEFAULT]).histogram
    h += bg.QuantileHistogram(pinned=DEFAULT[:-1]).update(second)
    for bound in DEFAULT[:-1]:
        assert h.pinned_count(bound) == (first <= bound).sum() + (second <= bound).sum()


@settings(max_examples=100, deadline=None)
@given(
    st.integers(-4, 20),
    st.lists(st.floats(1e-6, 1e9), min_size=1, max_size=60),
    st.lists(st.floats(1e-6, 1e9), max_size=20),
    st.integers(0, 5),
)
def test_otlp_buckets_are_the_histogram_of_their_values(
    scale: int, positive: list[float], negative: list[float], zeros: int
) -> None:
    from fractions import Fraction

    def index(x: float) -> int:
        """The i with base^i < x <= base^(i + 1), at the bounds of scale 6 or coarser by integers alone."""
        if scale > 6:
            return math.ceil(math.log2(x) * 2**scale) - 1
        n = 2 ** max(scale, 0)
        power = Fraction(x) ** n
        k = power.numerator.bit_length() - power.denominator.bit_length()
        while Fraction(2) ** k < power:
            k += 1
        while Fraction(2) ** (k - 1) >= power:
            k -= 1
        return (k - 1) >> max(-scale, 0)

    def side(values: list[float]) -> tuple[list[int], int]:
        at = [index(v) for v in values]
        low = min(at, default=0)
        # fine scales over a wide range would need millions of buckets
        return ([at.count(i) for i in range(low, max(at, default=-1) + 1)], low)

    if scale > 6:
        positive, negative = positive[:1], []
    counts, offset = side(positive)
    negative_counts, negative_offset = side(negative)
    everything = positive + [-v for v in negative] + [0.0] * zeros
    b = bg.from_buckets.otlp(
        scale,
        counts,
        offset,
        negative_counts=negative_counts,
        negative_offset=negative_offset,
        zero_count=zeros,
        min=min(everything),
        max=max(everything),
    )
    expected = bg.QuantileHistogram(min(scale, 6)).update(everything)
    assert b.exact
    assert b.relative_error == expected.relative_error()
    if scale <= 6:
        assert b.histogram == expected
    else:  # a logarithm decides between neighbours of scale 20, which may stand on both sides of a bound
        assert b.histogram.count == expected.count
        assert b.histogram.quantile(0.5) == pytest.approx(expected.quantile(0.5), rel=0.012)


def test_a_zero_threshold_counts_whole_buckets_as_zero() -> None:
    b = bg.from_buckets.otlp(0, [1, 2, 4], offset=-1, zero_count=5, zero_threshold=1.5)
    assert b.histogram.zero_count == 5 + 1 + 2  # (0.5, 1] and (1, 2] reach down to it
    assert b.histogram.zero_threshold == 1.5
    assert b.histogram.count == 12


def test_values_with_counts_and_an_array_of_weights() -> None:
    rng = np.random.default_rng(2)
    values, counts = rng.lognormal(5, 1, 500), rng.integers(0, 9, 500)
    expected = bg.QuantileHistogram().update(np.repeat(values, counts))
    assert bg.QuantileHistogram().update(values, counts) == expected
    assert bg.QuantileHistogram().update(values, n=counts.astype(float)) == expected
    b = bg.from_buckets.values(values, counts, sum=12)
    assert (b.histogram, b.exact, b.spread, b.open, b.sum) == (expected, True, 0, 0, 12.0)
    rounded = bg.from_buckets.values([1010.0], [3], precision=0.01)
    assert rounded.spread == 3
    # the true value may be 1000 or 1020.2: within 1 % of it
    for true in (1000.1, 1020.1):
        assert abs(rounded.histogram.quantile(0.5) - true) <= rounded.relative_error * true


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: bg.from_buckets.prometheus([1, 2], [1]), ValueError, "cumulative: 1 counts"),
        (lambda: bg.from_buckets.prometheus([2, 1], [1, 1]), ValueError, "le: 1"),
        (lambda: bg.from_buckets.prometheus([1, 2], [2, 1]), ValueError, "never fall"),
        (lambda: bg.from_buckets.prometheus([1, 2], [1, -2]), ValueError, "cumulative: -2"),
        (lambda: bg.from_buckets.prometheus([1, 2], [1, 2.5]), TypeError, "cumulative: float64"),
        (lambda: bg.from_buckets.prometheus([], []), ValueError, "no finite bound"),
        (lambda: bg.from_buckets.otlp(21, [1]), ValueError, "scale: 21"),
        (lambda: bg.from_buckets.otlp(6, [1], 10**6), ValueError, "offset"),
        (lambda: bg.from_buckets.otlp(6, zero_count=-1), ValueError, "zero_count: -1"),
        (lambda: bg.from_buckets.values([1.0], [1, 2]), ValueError, "n: 2 counts"),
        (lambda: bg.from_buckets.values([1.0], [1], precision=1), ValueError, "precision: 1"),
        (lambda: bg.QuantileHistogram().update([1.0], [-1]), ValueError, "n: -1"),
        (lambda: bg.QuantileHistogram().update([1.0], ["a"]), TypeError, "n: "),
        (lambda: bg.QuantileHistogram().update(1.0, [1]), ValueError, "n: an array"),
        (lambda: bg.QuantileHistogram().update([1.0, 2.0], [2**62, 2**62]), ValueError, r"2\^63"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call()


def test_labels_of_prometheus_are_read_as_they_are():
    given = bg.from_buckets.prometheus(["0.1", "0.5", "+Inf"], [80, 95, 100])
    assert given.histogram == bg.from_buckets.prometheus([0.1, 0.5, float("inf")], [80, 95, 100]).histogram
    with pytest.raises(ValueError, match="expected numbers or"):
        bg.from_buckets.prometheus(["0.1", "x"], [80, 95])
