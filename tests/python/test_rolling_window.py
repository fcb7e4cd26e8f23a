"""Rolling statistics of streams are those of the batch form after every row."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import barograph as bg

pd = pytest.importorskip("pandas")
from pandas_age import MENDED, of_windows  # noqa: E402

numbers = st.one_of(
    st.integers(-3, 3).map(float),
    st.floats(-1e6, 1e6),
    st.sampled_from([float("nan"), float("inf"), 0.0, -0.0]),
)


def same_bits(got, want):
    got, want = np.asarray(got, dtype=float), np.asarray(want, dtype=float)
    np.testing.assert_array_equal(got, want)
    kept = ~np.isnan(want)
    np.testing.assert_array_equal(np.signbit(got[kept]), np.signbit(want[kept]))


def readings(window):
    return [
        window.median(), window.quantile(0.9), window.quantile(0.3, "nearest"), window.min(), window.max(),
        window.rank(), window.rank("min", False, True), window.nunique(), window.first(), window.last(),
    ]  # fmt: skip


def batch(theirs):
    return np.column_stack(
        [
            theirs.median(), theirs.quantile(0.9), theirs.quantile(0.3, interpolation="nearest"),
            theirs.min(), theirs.max(), theirs.rank(), theirs.rank("min", False, True),
            *(of_windows(theirs, name) for name in ("nunique", "first", "last")),
        ]
    )  # fmt: skip


@given(st.lists(numbers, min_size=1, max_size=60), st.integers(1, 12), st.integers(1, 3))
@settings(max_examples=150, deadline=None)
def test_by_rows_readings_are_those_of_pandas(x, rows, min_periods):
    min_periods = min(min_periods, rows)
    window = bg.RollingWindow(rows, min_periods=min_periods)
    got = []
    for v in x:
        assert window.push(v) == 0
        got.append(readings(window))
    same_bits(got, batch(pd.Series(x).rolling(rows, min_periods=min_periods)))


@given(st.lists(st.tuples(st.integers(0, 5), numbers), min_size=1, max_size=60), st.integers(1, 20))
@settings(max_examples=150, deadline=None)
def test_by_time_readings_are_those_of_pandas(rows, seconds):
    times = np.cumsum(np.array([gap for gap, _ in rows])).astype("M8[s]")
    x = [v for _, v in rows]
    window = bg.RollingWindow(f"{seconds}s")
    got = []
    for time, v in zip(times, x, strict=True):
        window.push(v, time)
        got.append(readings(window))
    same_bits(got, batch(pd.Series(x, index=pd.DatetimeIndex(times)).rolling(f"{seconds}s")))


@given(st.lists(st.tuples(st.integers(0, 30), numbers), min_size=1, max_size=40), st.randoms())
@settings(max_examples=100, deadline=None)
def test_late_rows_are_sorted_in_or_counted(rows, random):
    window = bg.RollingWindow("10s", late="4s")
    kept, newest, late = [], -(10**9), 0
    for i, (time, v) in enumerate(rows):
        late_here = newest - time > 4
        assert window.push(v, np.datetime64(time, "s")) == late_here
        late += late_here
        if not late_here:
            kept.append((time, i, v))
        newest = max(newest, time)
    inside = sorted(r for r in kept if newest - r[0] < 10 and np.isfinite(r[2]))
    assert window.arrivals.too_late == late
    assert sum(window.arrivals) == len(rows)
    assert len(window) == len(inside)
    if inside:
        assert window.first() == inside[0][2]
        assert window.last() == inside[-1][2]
        assert window.max() == max(v for *_, v in inside)
        assert window.median() == np.median([v for *_, v in inside])
    else:
        assert np.isnan(window.median())


def test_batches_and_single_rows_agree_and_reset_forgets():
    x = np.random.default_rng(1).normal(size=5000)
    one, many = bg.RollingWindow(700), bg.RollingWindow(700)
    many.push(x)
    for v in x:
        one.push(v)
    assert readings(one) == readings(many)
    assert many.median() == np.median(x[-700:])
    assert repr(many) == "RollingWindow(700 values, 0 too late)"
    many.reset()
    assert len(many) == 0


SUMS = ["sum", "mean", "var", "std", "sem", "skew", "kurt", "count"]


def exact(values, what):
    """The statistic by rational arithmetic, rounded at the end; NaN where it has none."""
    x = [Fraction(v) for v in values if np.isfinite(v)]
    n = len(x)
    least = {"sum": 1, "mean": 1, "var": 2, "std": 2, "skew": 3, "kurt": 4}[what]
    if n < least:
        return np.nan
    mean = sum(x) / n
    second, third, fourth = (sum((v - mean) ** k for v in x) for k in (2, 3, 4))
    if what == "sum":
        return float(sum(x))
    if what == "mean":
        return float(mean)
    if what == "var":
        return float(second / (n - 1))
    if what == "std":
        return math.sqrt(second / (n - 1))
    if second == 0:
        return np.nan
    if what == "skew":
        return n * math.sqrt(n - 1) / (n - 2) * float(third) / float(second) ** 1.5
    return float((n - 1) * ((n + 1) * n * fourth / second**2 - 3 * (n - 1)) / ((n - 2) * (n - 3)))


@given(
    st.lists(st.tuples(st.integers(0, 30), st.floats(-1e6, 1e6) | st.just(float("nan"))), max_size=40),
    st.sampled_from([0.0, 1e9]),
    st.sampled_from(["sum", "mean", "var", "std", "skew", "kurt"]),
)
@settings(max_examples=200, deadline=None)
def test_late_rows_keep_sums_within_their_bounds(rows, offset, what):
    window = bg.RollingWindow("10s", late="6s")
    kept, newest = [], -100
    for time, v in rows:
        window.push(v + offset, np.datetime64(time, "s"))
        if newest - time <= 6:
            kept.append((time, v + offset))
        newest = max(newest, time)
        inside = [x for at, x in kept if newest - at < 10]
        want, got = exact(inside, what), getattr(window, what)()
        # sums: 2u sum|x|; moments carry 106 bits around a value of the window, the root and the
        # quotients round a few times
        if np.isnan(want):
            assert np.isnan(got) or (what == "sum" and got == 0.0)
        elif what in ("sum", "mean"):
            size = sum(abs(x) for x in inside if x == x)
            n = sum(x == x for x in inside)
            assert abs(got - want) <= 2**-52 * size / (1 if what == "sum" else n)
        else:
            assert got == pytest.approx(want, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("rows", [1, 5, 8, 9, 60])
def test_by_rows_sums_are_those_of_pandas_and_of_the_batch_form(rows):
    x = np.random.default_rng(rows).normal(size=8 * rows + 100)
    window = bg.RollingWindow(rows, min_periods=min(rows, 3))
    got = []
    for v in x:
        window.push(v)
        got.append([getattr(window, what)() for what in SUMS])
    got = np.array(got)
    for k, what in enumerate(SUMS):
        ours = getattr(bg, f"rolling_{what}")(x, rows, min_periods=min(rows, 3))
        np.testing.assert_allclose(got[:, k], ours, rtol=1e-13, atol=1e-13)  # of two ways to the same digits
        if what in MENDED:
            continue
        theirs = getattr(pd.Series(x).rolling(rows, min_periods=min(rows, 3)), what)()
        np.testing.assert_allclose(got[:, k], theirs, rtol=1e-9, atol=1e-9)


def test_a_statistic_first_read_late_is_the_same_as_one_read_always():
    x = np.random.default_rng(4).normal(1e6, 1, 500)
    always, once = bg.RollingWindow(90), bg.RollingWindow(90)
    for v in x:
        always.push(v)
        for what in SUMS:
            getattr(always, what)()
    once.push(x)
    for what in SUMS:
        assert getattr(always, what)() == getattr(once, what)()


def test_divisors_and_infinities_are_those_asked_for():
    window = bg.RollingWindow(4)
    window.push([1.0, 2.0, 4.0, np.inf])
    assert window.var(ddof=0) == 14 / 9
    assert window.count() == 4
    loud = bg.RollingWindow(4, inf="propagate")
    loud.push([1.0, 2.0, 4.0, np.inf])
    assert loud.sum() == np.inf
    assert np.isnan(loud.std())
    loud.push([-np.inf])
    assert np.isnan(loud.mean())
    loud.push([0.0, 0.0, 0.0, 3.0])
    assert loud.mean() == 0.75


@pytest.mark.parametrize("rows", [2, 7, 40])
def test_pairs_are_those_of_pandas(rows):
    rng = np.random.default_rng(rows)
    x = rng.normal(size=400)
    y = x / 2 + rng.normal(size=400)
    y[rng.random(400) < 0.1] = np.nan
    window = bg.RollingPairs(rows, min_periods=2)
    got = []
    for a, b in zip(x, y, strict=True):
        window.push(a, b)
        got.append([window.cov(), window.corr()])
    got = np.array(got)
    theirs = pd.Series(x).rolling(rows, min_periods=2)
    np.testing.assert_allclose(got[:, 0], theirs.cov(pd.Series(y)), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(got[:, 1], theirs.corr(pd.Series(y)), rtol=1e-9, atol=1e-9)


def test_pairs_by_time_let_late_ones_in_and_count_the_rest():
    pairs = bg.RollingPairs("10s", late="4s")
    times = np.array([100, 105, 101, 100], dtype="M8[s]")
    assert pairs.push([1.0, 3.0, 5.0, 9.0], [2.0, 7.0, 1.0, 9.0], times) == 1
    assert pairs.cov() == -1.0
    assert pairs.arrivals == (2, 1, 1)
    assert len(pairs) == 3
    pairs.reset()
    assert np.isnan(pairs.corr())
    with pytest.raises(ValueError, match="y: 1 rows given, expected 2"):
        pairs.push([1.0, 2.0], [1.0], times[:2])


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="window: 0 given"):
        bg.RollingWindow(0)
    with pytest.raises(ValueError, match="late: "):
        bg.RollingWindow("5s", late="6s")
    with pytest.raises(ValueError, match="late: '1s' given, expected none"):
        bg.RollingWindow(5, late="1s")
    with pytest.raises(ValueError, match="time: none given"):
        bg.RollingWindow("5s").push(1.0)
    with pytest.raises(ValueError, match="time: given, expected none"):
        bg.RollingWindow(5).push(1.0, 3)
    with pytest.raises(ValueError, match="time: 2 rows given, expected 1"):
        bg.RollingWindow("5s").push(1.0, [1, 2])
    with pytest.raises(ValueError, match=r"q: 2.0+ given"):
        bg.RollingWindow(5).quantile(2.0)
