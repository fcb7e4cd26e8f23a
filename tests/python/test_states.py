"""Figures of the states against exact arithmetic, numpy and scipy."""

from __future__ import annotations

import inspect
import math
import pickle
import random
import threading
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import barograph as bg

finite = st.floats(allow_nan=False, allow_infinity=False)
spiky = st.one_of(
    finite,
    st.sampled_from([1e308, -1e308, 1e-308, 5e-324, 1e15, 1.7976931348623157e308]),
    st.floats(1e15, 1e15 + 100),
)


def nearest(x: Fraction) -> float:
    """Round to the nearest double, ties to even; infinite beyond the largest."""
    try:
        return float(x)
    except OverflowError:
        return math.inf if x > 0 else -math.inf


# ---- exact sums and moments ----


@settings(max_examples=200, deadline=None)
@given(st.lists(spiky, min_size=1, max_size=40))
def test_sum_mean_and_variance_are_the_true_ones_rounded_once(values: list[float]) -> None:
    exact = [Fraction(x) for x in values]
    n = len(exact)
    total = sum(exact, Fraction(0))
    m = bg.Moments().update(values)
    assert m.sum() == nearest(total)
    assert m.mean() == nearest(total / n)
    assert bg.ExactSum().update(values).value() == nearest(total)
    for ddof in (0, 1):
        if n > ddof:
            variance = (sum(x * x for x in exact) - total * total / n) / (n - ddof)
            assert m.variance(ddof) == nearest(variance)
    assert (m.min(), m.max()) == (min(values), max(values))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(spiky, st.integers(0, 2**62 - 1)), min_size=1, max_size=2))
def test_a_weight_is_that_many_values(weighted: list[tuple[float, int]]) -> None:
    m = bg.Moments()
    for x, n in weighted:
        m.update(x, n)
    count = sum(n for _, n in weighted)
    total = sum((Fraction(x) * n for x, n in weighted), Fraction(0))
    assert m.count == count
    assert m.sum() == nearest(total)
    if count > 1:
        squares = sum((Fraction(x) ** 2 * n for x, n in weighted), Fraction(0))
        assert m.variance() == nearest((squares - total * total / count) / (count - 1))


def test_standard_deviation_agrees_with_numpy_on_ordinary_data() -> None:
    x = np.random.default_rng(0).gamma(2.0, 100.0, 10_001)
    # numpy's own two-pass error is far below this.
    assert bg.Moments().update(x).std() == pytest.approx(np.std(x, ddof=1), rel=1e-13)


def test_what_is_not_finite_is_counted_apart_and_enters_nothing() -> None:
    data = [1.0, math.nan, math.inf, 3.0, -math.inf, math.inf]
    for state in (bg.Moments(), bg.ExactSum(), bg.QuantileHistogram()):
        state.update(data)
        assert state.count == 2
        assert state.nan_count == 1
        assert state.positive_infinity_count == 2
        assert state.negative_infinity_count == 1
    assert bg.Moments().update(data).mean() == 2.0
    assert bg.QuantileHistogram().update(data).max() == 3.0


# ---- buckets ----


def bucket_at_scale_6(x: float) -> int:
    """The i with 2^(i/64) < x <= 2^((i+1)/64), by integers alone."""
    numerator, denominator = x.as_integer_ratio()
    # x^64 = numerator^64 / 2^k; the smallest power of two that reaches it, less one.
    k = 64 * (denominator.bit_length() - 1)
    return (numerator**64 - 1).bit_length() - k - 1


def floor_of_bound(index: int) -> float:
    """The largest double that is at most 2^(index/64)."""
    octave, k = divmod(index, 64)
    n = 1 << (52 * 64 + k)
    for _ in range(6):
        n = math.isqrt(n)
    if octave >= 1024:
        return 1.7976931348623157e308
    return math.ldexp(n >> max(0, -1022 - octave), max(octave, -1022) - 52)


EDGES = [64 * octave + k for octave in (-1074, -1060, -1023, -1022, -1, 0, 9, 1022, 1023) for k in range(64)]


@pytest.mark.parametrize("index", EDGES)
def test_the_bucket_is_the_specifications_at_every_edge_and_beside_it(index: int) -> None:
    edge = floor_of_bound(index)
    for x in (edge, math.nextafter(edge, 0), math.nextafter(edge, math.inf)):
        if not 0 < x < math.inf:
            continue
        (bucket,) = bg.QuantileHistogram().update(x).buckets()
        i = bucket_at_scale_6(x)
        assert bucket.lower < x <= bucket.upper
        assert bucket == (floor_of_bound(i), floor_of_bound(i + 1), 1)
        assert bg.QuantileHistogram().update([x]).buckets() == [bucket]


@pytest.mark.parametrize("scale", range(-10, 7))
def test_every_edge_of_every_scale_and_its_neighbours_fall_where_the_specification_puts_them(
    scale: int,
) -> None:
    """Bounds are floor(2^52 * 2^(k/64)) by integer roots, in every octave of normal doubles."""
    octave = np.array([floor_of_bound(k) for k in range(64)])[:: 1 << max(0, 6 - scale)]
    step = 1 << max(0, -scale)
    for first in range(-1020, 1020, 680):  # 65,536 buckets at a time
        octaves = np.arange(first, first + 680)
        octaves = octaves[octaves % step == 0]
        if not octaves.size:
            continue
        edges = np.ldexp(octave, octaves[:, None]).ravel()
        below, above = np.nextafter(edges, 0), np.nextafter(edges, np.inf)
        h = bg.QuantileHistogram(scale, budget=65536).update(np.concatenate([below, edges, above]))
        assert h.scale == scale
        buckets = h.buckets()
        # The first bucket ends with the first edge; each further one holds what is just above its lower
        # edge and the two at its upper one; the last only begins.
        assert [b.count for b in buckets] == [2, *[3] * (len(edges) - 1), 1]
        assert [b.upper for b in buckets[:-1]] == edges.tolist()
        assert [b.lower for b in buckets[1:]] == edges.tolist()


@settings(max_examples=200, deadline=None)
@given(finite.filter(lambda x: x != 0), st.integers(-10, 6))
def test_a_lower_scale_shifts_the_index_and_signs_mirror(x: float, scale: int) -> None:
    (bucket,) = bg.QuantileHistogram(scale).update(abs(x)).buckets()
    i = bucket_at_scale_6(abs(x)) >> (6 - scale)
    width = 1 << (6 - scale)
    assert bucket == (floor_of_bound(i * width), floor_of_bound((i + 1) * width), 1)
    (mirrored,) = bg.QuantileHistogram(scale).update(-abs(x)).buckets()
    assert mirrored == (-bucket.upper, -bucket.lower, 1)


@pytest.mark.parametrize("values", [[5e-324, 1e308], [-1e9, -1e-9, 1e-9], [1e-300, 1.0, -1e300]])
@pytest.mark.parametrize("budget", [2, 3, 50, 4096])
def test_the_scale_is_the_finest_that_fits_the_budget(values: list[float], budget: int) -> None:
    h = bg.QuantileHistogram(budget=budget)
    for x in values:
        h.update(x)
    scale = 6
    while True:
        spans = []
        for sign in (1, -1):
            index = [bucket_at_scale_6(abs(x)) >> (6 - scale) for x in values if x * sign > 0]
            spans.append(max(index) - min(index) + 1 if index else 0)
        if max(spans) <= budget:
            break
        scale -= 1
    assert h.scale == scale


# ---- quantiles ----

QUANTILES = np.array([0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999])
rng = np.random.default_rng(42)
SAMPLES = {
    "lognormal": rng.lognormal(5, 1, 30_000),
    "exponential": rng.exponential(100, 30_000),
    "pareto": rng.pareto(1.1, 30_000),
    "uniform": rng.uniform(0, 1, 30_000),
    "normal, both signs": rng.normal(0, 1, 30_000),
    "negative": -rng.lognormal(0, 2, 30_000),
    "whole milliseconds": rng.gamma(2, 80, 30_000).round(),
    "constant": np.full(100, 123.456),
    "two modes": np.concatenate([rng.normal(10, 0.1, 5_000), rng.normal(1000, 10, 5_000)]),
    "tiny": rng.lognormal(0, 1, 10_000) * 1e-308,
    "huge": np.minimum(rng.lognormal(0, 1, 10_000), 100) * 1e306,
    "few": np.array([1.0, 2.0, 50.0]),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_quantiles_are_within_the_error_bound_of_numpys(name: str) -> None:
    x = np.sort(SAMPLES[name])
    h = bg.QuantileHistogram().update(x)
    exact = np.quantile(x, QUANTILES)
    position = QUANTILES * (len(x) - 1)
    largest = np.maximum(np.abs(x[np.floor(position).astype(int)]), np.abs(x[np.ceil(position).astype(int)]))
    # Per order statistic the bound is of the value itself; 1e-15 and 5e-324 are the rounding of it all.
    bound = h.relative_error() * largest * (1 + 1e-12) + 1e-15 * largest + 5e-324
    assert np.all(np.abs(h.quantile(QUANTILES) - exact) <= bound)
    assert h.relative_error() <= 0.0055
    assert h.quantile(0) == x[0]
    assert h.quantile(1) == x[-1]


@settings(max_examples=100, deadline=None)
@given(st.lists(finite, min_size=1, max_size=30), st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_quantiles_are_monotone_and_within_the_extremes(values: list[float], qs: list[float]) -> None:
    h = bg.QuantileHistogram().update(values)
    result = h.quantile(sorted(qs))
    ladder = np.concatenate([[min(values)], result, [max(values)]])
    assert np.all(ladder[1:] >= ladder[:-1])  # no difference: that of the largest doubles overflows


def test_an_empty_histogram_answers_nan() -> None:
    h = bg.QuantileHistogram()
    assert math.isnan(h.quantile(0.5))
    assert math.isnan(h.min())
    assert np.isnan(h.quantile([0.1, 0.9])).all()
    assert h.buckets() == []
    assert h.quantile_interval(0.5) == (-math.inf, math.inf)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(finite, st.floats(-2, 2)), max_size=40), finite, st.sampled_from([0.0, 0.5]))
def test_counts_are_bracketed_and_exact_at_pinned_bounds(values: list[float], x: float, zero: float) -> None:
    truth = sum(v <= x for v in values)
    h = bg.QuantileHistogram(zero_threshold=zero).update(values)
    low, high = h.count_bounds(x)
    assert low <= truth <= high
    assert low <= h.count_at_most(x) <= high
    pinned = bg.QuantileHistogram(pinned=[x], zero_threshold=zero).update(values)
    assert pinned.pinned_count(x) == truth
    assert pinned.count_bounds(x) == (truth, truth)


def test_a_bound_that_a_merged_part_did_not_pin_is_an_error_that_says_so() -> None:
    h = bg.QuantileHistogram(pinned=[300]).update([1, 2])
    h.merge(bg.QuantileHistogram().update([3]))
    assert h.pinned == ()
    with pytest.raises(ValueError, match="300 is not pinned"):
        h.pinned_count(300)


@pytest.mark.parametrize(("n", "q"), [(5, 0.5), (60, 0.9), (400, 0.99), (5000, 0.5), (100_000, 0.999)])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_the_interval_spans_the_ranks_of_the_binomial_law(n: int, q: float, confidence: float) -> None:
    # The value k stands for rank k: 1.02^k is a bucket or more away from its neighbours.
    x = 1.02 ** np.arange(1, n + 1) if n <= 5000 else np.arange(1.0, n + 1)
    h = bg.QuantileHistogram(budget=65536).update(x)
    doubt = (1 - confidence) / 2
    law = stats.binom(n, q)
    k = np.arange(0, n + 2)
    lower = int(k[law.cdf(k - 1) <= doubt].max())
    upper = int(k[law.sf(k - 1) <= doubt].min())
    lower = min(lower, math.floor(q * (n - 1)) + 1)
    upper = max(upper, math.ceil(q * (n - 1)) + 1)
    got = h.quantile_interval(q, confidence)
    width = 1 + 2.1 * h.relative_error()
    if lower == 0:
        assert got.lower == -math.inf
    else:
        assert x[lower - 1] / width <= got.lower <= x[lower - 1]
    if upper == n + 1:
        assert got.upper == math.inf
    else:
        assert x[upper - 1] <= got.upper <= x[upper - 1] * width


def test_the_interval_covers_as_often_as_it_says() -> None:
    random_ = np.random.default_rng(3)
    truth = stats.expon.ppf(0.9)
    inside = 0
    for _ in range(500):
        lower, upper = bg.QuantileHistogram().update(random_.exponential(1, 200)).quantile_interval(0.9, 0.9)
        inside += lower <= truth <= upper
    # Binomial(500, 0.9) has a standard deviation of 6.7; coverage may only be too high.
    assert inside >= 450 - 4 * 6.7


# ---- proportion ----


@pytest.mark.parametrize(
    ("successes", "trials"), [(0, 1), (0, 10), (3, 10), (10, 10), (450, 10_000), (1, 10**9)]
)
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_wilson_agrees_with_scipy(successes: int, trials: int, confidence: float) -> None:
    expected = stats.binomtest(successes, trials).proportion_ci(confidence, method="wilson")
    got = bg.Proportion(successes, trials).wilson(confidence)
    # The interval is a difference of terms of size 1/trials: a few roundings of those.
    assert got.lower == pytest.approx(max(0.0, expected.low), rel=1e-10, abs=1e-16)
    assert got.upper == pytest.approx(min(1.0, expected.high), rel=1e-12)


# ---- what may be given ----


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: bg.Moments().update("3"), TypeError, "x: str"),
        (lambda: bg.Moments().update(None), TypeError, "x: None"),
        (lambda: bg.Moments().update(["a"]), TypeError, "x: text given"),
        (lambda: bg.Moments().update([[1.0]]), ValueError, "2 dimensions"),
        (lambda: bg.Moments().update(np.array(["2024-01-01"], "M8[ns]")), TypeError, "datetime64"),
        (lambda: bg.Moments().update(1.0, -1), ValueError, "n: -1 given"),
        (lambda: bg.Moments().update(1.0, 1.5), TypeError, "n: float"),
        (lambda: bg.Moments().update([1.0], 2), ValueError, "n: given with an array"),
        (lambda: bg.QuantileHistogram(7), ValueError, "scale: 7"),
        (lambda: bg.QuantileHistogram(budget=1), ValueError, "budget: 1"),
        (lambda: bg.QuantileHistogram(pinned=[math.nan]), ValueError, "pinned"),
        (
            lambda: bg.QuantileHistogram(zero_threshold=-1),
            ValueError,
            "zero_threshold: given -1|zero_threshold: -1",
        ),
        (lambda: bg.QuantileHistogram().quantile(1.01), ValueError, "q: 1.01"),
        (lambda: bg.QuantileHistogram().quantile(math.nan), ValueError, "q: nan"),
        (lambda: bg.QuantileHistogram().quantile_interval(0.5, 1.0), ValueError, "confidence: 1"),
        (lambda: bg.Proportion(2, 1), ValueError, "successes: 2 of 1"),
        (lambda: bg.Proportion().update(2), ValueError, "x: 2 given"),
        (lambda: bg.Proportion().update([True, None]), ValueError, "missing"),
        (lambda: bg.Proportion().wilson(0), ValueError, "confidence: 0"),
        (lambda: bg.Moments.from_bytes("text"), TypeError, "bytes"),
    ],
)
def test_bad_input_is_refused_by_name(call: object, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call()  # type: ignore[operator]


def test_every_kind_of_column_is_taken() -> None:
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    arrow = pytest.importorskip("pyarrow")
    expected = bg.Moments().update([1.0, 2.0, math.nan])
    for column in (
        [1, 2, None],
        (1, 2, math.nan),
        np.array([1, 2, np.nan], dtype=np.float32),
        np.array([9.0, 1, 9, 2, 9, np.nan])[1::2],
        pandas.Series([1, 2, None]),
        pandas.Series([1, 2, None], dtype="Int64"),
        polars.Series([1, 2, None]),
        arrow.array([1, 2, None]),
    ):
        assert bg.Moments().update(column) == expected
    assert bg.Proportion().update(pandas.Series([True, False])) == bg.Proportion(1, 2)
    assert bg.Proportion().update([1, 0, 0]) == bg.Proportion(1, 3)
    assert bg.Proportion().update(np.bool_(True), 3) == bg.Proportion(3, 3)


def test_an_array_that_another_thread_writes_leaves_a_consistent_state() -> None:
    import threading

    x = np.ones(200_000)
    stop = threading.Event()

    def scribble() -> None:
        random_ = random.Random(0)
        while not stop.is_set():
            x[random_.randrange(len(x))] = random_.choice([math.nan, -1e300, 5e-324, 1e300, 0.0, 7.0])

    thread = threading.Thread(target=scribble)
    thread.start()
    try:
        h = bg.QuantileHistogram(pinned=[5.0])
        m = bg.Moments()
        for _ in range(5):
            h.update(x)
            m.update(x)
    finally:
        stop.set()
        thread.join()
    assert bg.QuantileHistogram.from_bytes(h.to_bytes()) == h
    assert bg.Moments.from_bytes(m.to_bytes()) == m
    assert h.count + h.nan_count == 5 * len(x)


def test_hot_methods_refuse_what_is_no_number_and_an_object_without_a_state():
    engine = bg.QuantileHistogram()._engine
    for method in (engine.update_one, engine.quantile):
        with pytest.raises(TypeError):
            method("12")
    with pytest.raises(TypeError):
        engine.quantile()
    with pytest.raises(ValueError, match="q: 2 given"):
        engine.quantile(2)
    empty = type(engine).__new__(type(engine))
    with pytest.raises(TypeError, match="__init__"):
        empty.quantile(0.5)
    with pytest.raises(TypeError):
        type(engine).quantile(bg.Moments()._engine, 0.5)


def test_one_state_takes_single_values_and_batches_from_many_threads():
    h = bg.QuantileHistogram()
    batch = np.arange(1.0, 200_001.0)

    def one_by_one():
        for _ in range(20_000):
            h.update(3.0)
            h.quantile(0.5)

    threads = [threading.Thread(target=one_by_one) for _ in range(3)]
    threads += [threading.Thread(target=h.update, args=(batch,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert h.count == 3 * 20_000 + 3 * batch.size


def test_hot_methods_are_like_any_other_to_who_looks_at_them_or_inherits():
    class Named(bg.QuantileHistogram):
        def update(self, x, n=None):
            return super().update(x, n)

    for make in (bg.QuantileHistogram, Named):
        state = make().update(2.0).update(x=3.0).update(4.0, n=2).update([5.0, 6.0])
        assert type(state) is make
        assert state.count == 6
        assert state.quantile(q=1.0) == state.quantile(1) == state.quantile([1.0])[0] == 6.0
    method = bg.QuantileHistogram.quantile
    assert inspect.signature(method).parameters.keys() == {"self", "q"}
    assert "numpy's ``linear``" in (inspect.getdoc(method) or "")
    assert method.__qualname__ == "QuantileHistogram.quantile"
    add = bg.Moments().update
    assert pickle.loads(pickle.dumps(add))(1.5).count == 1
    with pytest.raises(ValueError, match="q: 2 given"):
        state.quantile(2.0)
    with pytest.raises(AttributeError):
        bg.QuantileHistogram.__new__(bg.QuantileHistogram).update(1.0)
    with pytest.raises(TypeError):
        method()
