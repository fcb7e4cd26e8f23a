"""Rolling statistics against pandas on every position, and against exact arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import barograph as bg

pd = pytest.importorskip("pandas")

REDUCTIONS = ["count", "sum", "mean", "var", "std", "min", "max", "median"]
numbers = st.one_of(
    st.integers(-3, 3).map(float),
    st.floats(-1e6, 1e6),
    st.sampled_from([float("nan"), float("inf"), -float("inf"), -0.0]),
)
series = st.lists(numbers, max_size=60)
closed = st.sampled_from([None, "right", "left", "both", "neither"])


def ours(name, x, *args, **kwargs):
    return getattr(bg, f"rolling_{name}")(x, *args, **kwargs)


def check(name, got, want, x):
    """Counts and order statistics equal; sums to what pandas' own rounding leaves."""
    got, want = np.asarray(got, dtype=float), np.asarray(want, dtype=float)
    exact = name in ("count", "min", "max", "median", "quantile")
    finite = np.abs(np.asarray(x, dtype=float)[np.isfinite(x)]) if len(x) else np.zeros(1)
    size = float(finite.max(initial=0.0))
    bounds = {"sum": 1e-13 * size * 60, "mean": 1e-13 * size, "var": 1e-11 * size**2}
    np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
    # Below 1e-150 squares leave the range of doubles, and pandas gives 0.
    bound = max(bounds.get(name, 1e-5 * size), 1e-150)
    np.testing.assert_allclose(got, want, rtol=0, atol=0 if exact else bound)


@given(
    series,
    st.integers(0, 20),
    st.none() | st.integers(0, 20),
    st.booleans(),
    closed,
    st.none() | st.integers(1, 5),
)
@settings(max_examples=150, deadline=None)
def test_fixed_windows_are_those_of_pandas(x, window, min_periods, center, ends, step):
    if min_periods is not None and min_periods > window:
        min_periods = window
    keywords = {"min_periods": min_periods, "center": center, "closed": ends, "step": step}
    theirs = pd.Series(x, dtype=float).rolling(window, **keywords)
    for name in REDUCTIONS:
        check(name, ours(name, pd.Series(x, dtype=float), window, **keywords), getattr(theirs, name)(), x)


@given(series, st.data(), st.integers(1, 40), st.none() | st.integers(0, 4), st.booleans(), closed)
@settings(max_examples=300, deadline=None)
def test_time_windows_are_those_of_pandas(x, data, seconds, min_periods, center, ends):
    gaps = data.draw(st.lists(st.one_of(st.just(0), st.integers(0, 30)), min_size=len(x), max_size=len(x)))
    index = pd.DatetimeIndex(
        np.datetime64("2024-01-01", "ns") + np.cumsum(np.array(gaps, "m8[s]")).astype("m8[ns]")
    )
    s = pd.Series(x, index=index, dtype=float)
    keywords = {"min_periods": min_periods, "center": center, "closed": ends}
    theirs = s.rolling(f"{seconds}s", **keywords)
    for name in REDUCTIONS:
        check(name, ours(name, s, f"{seconds}s", **keywords), getattr(theirs, name)(), x)


@given(series, st.integers(1, 20), st.sampled_from(["linear", "lower", "higher", "nearest", "midpoint"]))
@settings(max_examples=100, deadline=None)
def test_quantiles_are_those_of_pandas_and_share_a_pass(x, window, interpolation):
    qs = [0.0, 0.05, 0.5, 0.95, 0.99, 1.0]
    several = bg.rolling_quantile(
        pd.Series(x, dtype=float), window, qs, interpolation=interpolation, min_periods=1
    )
    for q in qs:
        want = (
            pd.Series(x, dtype=float).rolling(window, min_periods=1).quantile(q, interpolation=interpolation)
        )
        check("quantile", several[q], want, x)


@pytest.mark.parametrize("n", [5, 1000, 5000])
@pytest.mark.parametrize("window", [1, 2, 60, 1440, 4999])
@pytest.mark.parametrize("shape", ["noise", "ties", "spike", "sorted", "outlier", "nan"])
def test_long_series_equal_pandas_on_every_position(n, window, shape):
    rng = np.random.default_rng(7)
    x = rng.normal(size=n)
    if shape == "ties":
        x = np.round(x)
    if shape == "spike":
        x[n // 2] = 1e15
    if shape == "sorted":
        x = np.sort(x)
    if shape == "outlier":
        x = 1e-9 * x
        x[0] = 1e300
    if shape == "nan":
        x[rng.random(n) < 0.3] = np.nan
    s = pd.Series(x)
    for q in (0.5, 0.95):
        got = bg.rolling_quantile(x, window, q, min_periods=1)
        np.testing.assert_array_equal(got, s.rolling(window, min_periods=1).quantile(q))
    np.testing.assert_array_equal(bg.rolling_max(x, window), s.rolling(window).max())
    np.testing.assert_array_equal(bg.rolling_median(x, window), s.rolling(window).median())


def exact_mean_and_var(values):
    fractions = [Fraction(v) for v in values]
    mean = sum(fractions) / len(fractions)
    return mean, sum((f - mean) ** 2 for f in fractions) / (len(fractions) - 1)


@pytest.mark.parametrize("shape", ["offset", "spike", "trend", "tiny"])
def test_means_and_variances_keep_their_bound_and_are_no_farther_than_pandas(shape):
    rng = np.random.default_rng(3)
    n, window = 400, 24
    x = rng.normal(size=n)
    if shape == "offset":
        x = x + 1e9
    if shape == "spike":
        x[::37] *= 1e12
    if shape == "trend":
        x = np.cumsum(np.abs(x)) * 1e3
    if shape == "tiny":
        x = x * 1e-150
    mean, var = bg.rolling_mean(x, window), bg.rolling_var(x, window)
    their_mean = pd.Series(x).rolling(window).mean().to_numpy()
    their_var = pd.Series(x).rolling(window).var().to_numpy()
    u = Fraction(1, 2**53)
    for i in range(window - 1, n):
        part = x[i - window + 1 : i + 1]
        exact_mean, exact_var = exact_mean_and_var(part)
        error = abs(Fraction(mean[i]) - exact_mean)
        assert error <= 2 * u * sum(abs(Fraction(v)) for v in part) / window
        assert error <= abs(Fraction(their_mean[i]) - exact_mean)
        error = abs(Fraction(var[i]) - exact_var)
        assert error <= 8 * u * exact_var  # deviations, their squares, the sum, the division
        assert error <= max(abs(Fraction(their_var[i]) - exact_var), 2 * u * exact_var)


def test_a_spike_leaves_no_trace():
    x = np.ones(500)
    x[100] = 1e17
    np.testing.assert_array_equal(bg.rolling_mean(x, 50)[150:], 1.0)
    np.testing.assert_array_equal(bg.rolling_var(x, 50)[150:], 0.0)


def test_infinities_propagate_when_asked():
    x = [1.0, np.inf, 2.0, -np.inf, 3.0, 4.0]
    np.testing.assert_array_equal(
        bg.rolling_sum(x, 2, inf="propagate"), [np.nan, np.inf, np.inf, -np.inf, -np.inf, 7.0]
    )
    np.testing.assert_array_equal(bg.rolling_max(x, 2, inf="propagate")[1:], [np.inf, np.inf, 2.0, 3.0, 4.0])
    assert np.isnan(bg.rolling_mean(x, 4, inf="propagate")[3])
    assert bg.rolling_median(x, 3, inf="propagate")[2] == 2.0


def test_kind_index_and_name_are_kept():
    s = pd.Series([1, 2, 3, 4], index=list("abcd"), name="ms")
    out = bg.rolling_mean(s, 2, step=2)
    pd.testing.assert_series_equal(out, s.rolling(2, step=2).mean())
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [3.0, 2.0, 1.0]}, index=[5, 6, 7])
    pd.testing.assert_frame_equal(bg.rolling_max(frame, 2), frame.rolling(2).max())
    np.testing.assert_array_equal(bg.rolling_min(frame.to_numpy(), 2), frame.rolling(2).min().to_numpy())


def test_a_column_of_times_may_be_named():
    times = pd.to_datetime([0, 1, 2, 5], unit="s")
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "t": times, "b": [4.0, 3.0, 2.0, 1.0]})
    want = frame.rolling("2s", on="t").mean()
    pd.testing.assert_frame_equal(bg.rolling_mean(frame, "2s", on="t"), want)
    aware = frame.assign(t=times.tz_localize("Europe/Rome"))
    pd.testing.assert_series_equal(bg.rolling_mean(aware, "2s", on="t")["a"], want["a"])


def test_polars_null_is_missing_and_nan_propagates():
    pl = pytest.importorskip("polars")
    s = pl.Series("x", [1.0, None, 3.0, float("nan"), 5.0, 6.0])
    out = bg.rolling_sum(s, 2, min_periods=1)
    assert out.name == "x"
    want = s.rolling_sum(2, min_samples=1)
    assert out.is_null().to_list() == want.is_null().to_list()
    np.testing.assert_array_equal(out.to_numpy(), want.to_numpy())


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: bg.rolling_mean([1.0], -1), ValueError, "window: -1 given"),
        (lambda: bg.rolling_mean([1.0], "5min"), TypeError, "needs on="),
        (lambda: bg.rolling_mean([1.0], "5 parsecs", on=[0]), ValueError, "5 parsecs"),
        (lambda: bg.rolling_mean([1.0], None), TypeError, "window: None"),
        (lambda: bg.rolling_mean([1.0], 2, closed="up"), ValueError, "closed: 'up' given"),
        (lambda: bg.rolling_mean([1.0], 2, step=0), ValueError, "step: 0 given"),
        (lambda: bg.rolling_mean([1.0], 2, min_periods=3), ValueError, "min_periods: 3 given"),
        (lambda: bg.rolling_mean([1.0], 2, min_periods=1.5), TypeError, "min_periods: 1.5 given"),
        (lambda: bg.rolling_mean(pd.DataFrame({"a": [1]}), "1s", on="t"), KeyError, "no column 't'"),
        (lambda: bg.rolling_mean([1.0], 2, inf="no"), ValueError, "inf: 'no' given"),
        (lambda: bg.rolling_mean(["a"], 2), TypeError, "x: dtype"),
        (lambda: bg.rolling_mean(np.zeros((1, 1, 1)), 2), ValueError, "3 dimensions"),
        (lambda: bg.rolling_quantile([1.0], 2, 1.5), ValueError, "expected quantiles from 0 to 1"),
        (lambda: bg.rolling_mean([1.0, 2.0, 3.0], "1s", on=[0, 2, 1]), ValueError, "monotonic"),
    ],
)
def test_wrong_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_header_and_compiled_windows_of_an_empty_series():
    assert bg.rolling_mean([], 3).shape == (0,)
    assert bg.rolling_quantile([], 3, [0.5, 0.9])[0.9].shape == (0,)
    assert np.isnan(bg.rolling_mean([1.0], 3)).all()
