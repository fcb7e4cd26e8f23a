"""Figures of the states with times against pandas, scipy and the definitions."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import barograph as bg

START = 1_700_000_000 * 10**9


def irregular(rows: int, seed: int = 1, step: float = 5.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    times = START + np.cumsum(rng.exponential(step * 1e9, rows)).astype(np.int64)
    return times.astype("datetime64[ns]"), rng.lognormal(4, 1, rows)


# ---- times ----


@pytest.mark.parametrize(
    "times",
    [
        np.array(["2024-01-01T00:00:00", "2024-01-01T00:00:07"], dtype="datetime64[s]"),
        pd.Series(pd.to_datetime(["2024-01-01 00:00:00", "2024-01-01 00:00:07"])),
        pd.to_datetime(["2024-01-01 01:00:00", "2024-01-01 01:00:07"]).tz_localize("Europe/Berlin"),
        [datetime(2024, 1, 1), datetime(2024, 1, 1, 0, 0, 7)],
        [datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, 0, 0, 7, tzinfo=UTC)],
        [pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-01 01:00:07", tz="Europe/Berlin")],
        [1704067200, 1704067207],
        np.array([1704067200.0, 1704067207.0]),
    ],
    ids=["numpy", "pandas", "zone", "datetime", "aware", "timestamps", "ints", "floats"],
)
def test_every_way_to_write_a_time_is_the_same_instant(times: Any) -> None:
    expected = bg.Ewma(10).update([1.0, 5.0], times=np.array([1704067200, 1704067207]))
    assert bg.Ewma(10).update([1.0, 5.0], times=times) == expected
    single = bg.Ewma(10)
    for time, x in zip(times, [1.0, 5.0], strict=True):
        single.update(x, times=time)
    assert single == expected


@pytest.mark.parametrize("half_life", [90, 90.0, timedelta(seconds=90), "90s", pd.Timedelta("90s")])
def test_a_length_of_time_is_seconds_a_timedelta_or_text(half_life: Any) -> None:
    assert bg.Ewma(half_life).half_life == 90.0


@pytest.mark.parametrize(
    ("times", "error", "names"),
    [
        (["a", "b"], TypeError, "times"),
        ([1.0, float("nan")], ValueError, "times.*NaN"),
        (np.array(["2024-01-01", "NaT"], dtype="datetime64[s]"), ValueError, "times.*NaT"),
        ([1.0], ValueError, "times: 1 given, expected 2"),
        (np.zeros((2, 2)), ValueError, "times: 2 dimensions"),
        ([1e300, 1.0], ValueError, "1678 to 2262"),
    ],
)
def test_times_that_are_none_are_refused_by_name(times: Any, error: type[Exception], names: str) -> None:
    with pytest.raises(error, match=names):
        bg.Ewma(1).update([1.0, 2.0], times=times)


@pytest.mark.parametrize("time", [1e300, -1e300, 1e10, 10**30])
def test_one_time_beyond_what_nanoseconds_hold_is_refused_by_name(time: float) -> None:
    with pytest.raises(ValueError, match=r"times: .* given, expected years 1678 to 2262"):
        bg.Ewma(1).update(1.0, times=time)


# ---- exponentially weighted mean and variance ----


@pytest.mark.parametrize("half_life", ["3s", "60s", "1h"])
def test_ewma_is_pandas_ewm_with_times(half_life: str) -> None:
    times, values = irregular(400)
    # pandas turns instants into doubles, which hold those of today to 256 ns: it gets them from zero on
    from_zero = (times.view(np.int64) - START).astype("datetime64[ns]")
    expected = pd.Series(values).ewm(halflife=half_life, times=from_zero).mean().to_numpy()
    ewma = bg.Ewma(half_life)
    for i in range(0, 400, 50):
        ewma.update(values[i : i + 50], times=times[i : i + 50])
        # pandas multiplies up to 400 rounded decays where we round one weight
        assert ewma.mean() == pytest.approx(expected[i + 49], rel=1e-12)


@pytest.mark.parametrize("bias", [False, True])
def test_ewma_of_evenly_spaced_values_is_pandas_ewm(bias: bool) -> None:
    values = pd.Series(irregular(300)[1])
    ewm = values.ewm(halflife=20)
    ewma = bg.Ewma(20).update(values)
    assert ewma.mean() == pytest.approx(ewm.mean().iloc[-1], rel=1e-12)
    assert ewma.variance(bias=bias) == pytest.approx(ewm.var(bias=bias).iloc[-1], rel=1e-11)
    assert ewma.std(bias=bias) == pytest.approx(ewm.std(bias=bias).iloc[-1], rel=1e-11)


def test_missing_values_change_nothing_as_in_pandas() -> None:
    values = [1.0, np.nan, 4.0, np.nan]
    times = pd.to_datetime(
        ["2024-01-01 00:00:00", "2024-01-01 00:00:09", "2024-01-01 00:00:10", "2024-01-02 00:00:00"]
    )
    expected = pd.Series(values).ewm(halflife="5s", times=times).mean().iloc[-1]
    ewma = bg.Ewma("5s").update(values, times=times)
    assert ewma.mean() == pytest.approx(expected, rel=1e-13)
    assert (ewma.count, ewma.nan_count, ewma.newest) == (2, 2, np.datetime64("2024-01-01T00:00:10", "ns"))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=12), st.integers(0, 10**6))
def test_ewma_at_one_time_is_the_mean_and_variance_rounded_once(values: list[float], time: int) -> None:
    exact = [Fraction(x) for x in values]
    mean = sum(exact) / len(exact)
    variance = sum((x - mean) ** 2 for x in exact) / (len(exact) - 1)
    ewma = bg.Ewma(100).update(values, times=np.full(len(values), time))
    assert ewma.mean() == float(mean)
    assert ewma.variance() == float(variance)
    assert ewma.effective_count() == len(values)


def test_ewma_says_what_it_cannot_take() -> None:
    with pytest.raises(ValueError, match="half_life"):
        bg.Ewma(0)
    with pytest.raises(ValueError, match="half_life"):
        bg.Ewma("5 parsecs")
    with pytest.raises(ValueError, match="half-life of 2 s, expected 1 s"):
        bg.Ewma(1).merge(bg.Ewma(2))
    with pytest.raises(ValueError, match="n: given with an array"):
        bg.Ewma(1).update([1.0], 2)


# ---- counters ----


def prometheus_increase(times: np.ndarray, values: np.ndarray, start: float, end: float) -> float:
    """Prometheus' extrapolated increase, written from its documentation and source, in seconds."""
    gained = values[-1] - values[0] + sum(a for a, b in itertools.pairwise(values) if b < a)
    sampled = times[-1] - times[0]
    distance = sampled / (len(times) - 1)
    before, after = times[0] - start, end - times[-1]
    before = distance / 2 if before >= 1.1 * distance else before
    after = distance / 2 if after >= 1.1 * distance else after
    if gained > 0 and values[0] >= 0:
        before = min(before, sampled * values[0] / gained)
    return gained * (sampled + before + after) / sampled


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 1000)), min_size=2, max_size=20),
    st.integers(0, 100),
    st.integers(0, 100),
)
def test_counter_is_prometheus_increase_and_rate(
    steps: list[tuple[int, int]], before: int, after: int
) -> None:
    times = np.cumsum([gap for gap, _ in steps]).astype(float)
    values = np.array([value for _, value in steps], dtype=float)
    counter = bg.Counter().update(values, times=times)
    gains = [b if b < a else b - a for a, b in itertools.pairwise(values)]
    assert counter.increase() == sum(gains)
    assert counter.resets == sum(b < a for a, b in itertools.pairwise(values))
    assert counter.rate() == pytest.approx(sum(gains) / (times[-1] - times[0]), rel=1e-14)
    start, end = times[0] - before, times[-1] + after
    expected = prometheus_increase(times, values, start, end)
    assert counter.increase(start, end) == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert counter.rate(start, end) == pytest.approx(expected / (end - start), rel=1e-12, abs=1e-12)


def test_late_and_missing_readings_are_counted_and_left_out() -> None:
    counter = bg.Counter().update([1.0, 5.0, 3.0, None, 7.0], times=[0, 10, 5, 20, 30])
    assert (counter.count, counter.late, counter.nan_count) == (3, 1, 1)
    assert counter.increase() == 6.0
    assert counter.last_time == np.datetime64(30, "s")


def test_counters_of_two_hosts_are_not_merged() -> None:
    a = bg.Counter().update([1.0, 2.0], times=[0, 10])
    with pytest.raises(ValueError, match="add up the increases"):
        a.merge(bg.Counter().update([5.0, 6.0], times=[5, 15]))
    with pytest.raises(ValueError, match="only one given"):
        a.increase(0)
    with pytest.raises(ValueError, match="range that does not hold"):
        a.increase(1, 20)


# ---- trends ----


def level(rows: int, slope: float, ties: bool, seed: int = 2) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.integers(0 if ties else 1, 5, rows))
    values = slope * times + rng.normal(0, 5, rows)
    return times, np.round(values) if ties else values


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("slope", [0.0, 0.03, -0.2])
def test_trend_is_scipys_theilslopes_kendalltau_and_linregress(slope: float, ties: bool) -> None:
    times, values = level(150, slope, ties)
    trend = bg.Trend().update(values, times=START // 10**9 + times)
    found = trend.theil_sen(0.9, origin=START // 10**9)
    # scipy skips repeated times of its own accord and takes them into the interval as ties, as we do
    expected = stats.theilslopes(values, times, alpha=0.9)
    assert found.slope == pytest.approx(expected.slope, rel=1e-14, abs=1e-15)
    assert found.interval == pytest.approx((expected.low_slope, expected.high_slope), rel=1e-14, abs=1e-15)
    assert found.intercept == pytest.approx(expected.intercept, rel=1e-13)

    line = trend.least_squares(origin=START // 10**9)
    fit = stats.linregress(times, values)
    assert line.slope == pytest.approx(fit.slope, rel=1e-11)
    assert line.intercept == pytest.approx(fit.intercept, rel=1e-11)
    assert line.correlation == pytest.approx(fit.rvalue, rel=1e-11)
    assert line.standard_error == pytest.approx(fit.stderr, rel=1e-11)

    test = trend.mann_kendall()
    kendall = stats.kendalltau(times, values, method="asymptotic")
    assert test.tau == pytest.approx(kendall.statistic, rel=1e-13)
    # scipy leaves out the step of one
    assert 2 * stats.norm.sf(abs(test.s) / test.variance**0.5) == pytest.approx(kendall.pvalue, rel=1e-10)
    assert test.z == pytest.approx((test.s - np.sign(test.s)) / test.variance**0.5, rel=1e-14)
    assert test.p_value == pytest.approx(2 * stats.norm.sf(abs(test.z)), rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(-5, 5)), min_size=3, max_size=30))
def test_least_squares_is_exact(points: list[tuple[int, int]]) -> None:
    n = len(points)
    t, x = ([Fraction(p[i]) for p in points] for i in (0, 1))
    spread = sum(a * a for a in t) - sum(t) ** 2 / n
    line = bg.Trend().update([float(a) for a in x], times=[int(a) for a in t]).least_squares()
    if spread == 0:
        assert np.isnan(line.slope)
        return
    slope = (sum(a * b for a, b in zip(t, x, strict=True)) - sum(t) * sum(x) / n) / spread
    assert line.slope == float(slope)
    assert line.intercept == float(sum(x) / n - slope * sum(t) / n)


def test_a_sample_of_points_keeps_its_bound() -> None:
    times, values = level(3000, 0.004, ties=False)
    trend = bg.Trend(256).update(values, times=times)
    assert (trend.sampled, trend.kept, trend.count) == (True, 256, 3000)
    i, j = np.triu_indices(3000, 1)
    slopes = (values[j] - values[i]) / (times[j] - times[i])
    found = trend.theil_sen()
    assert abs((slopes < found.slope).mean() - 0.5) < trend.rank_error(0.999)
    assert found.interval.lower <= np.median(slopes) <= found.interval.upper
    assert trend.least_squares().slope == bg.Trend().update(values, times=times).least_squares().slope
