"""Exponentially weighted statistics: what pandas' ewm gives, for any kind of series."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import barograph as bg

pd = pytest.importorskip("pandas")
from pandas_age import BEFORE_3  # noqa: E402

numbers = st.one_of(
    st.integers(-3, 3).map(float), st.floats(-1e6, 1e6), st.sampled_from([float("nan"), float("inf")])
)
series = st.lists(numbers, max_size=50)
decays = st.one_of(
    st.fixed_dictionaries({"com": st.floats(0.0, 50.0)}),
    st.fixed_dictionaries({"span": st.floats(1.0, 50.0)}),
    st.fixed_dictionaries({"halflife": st.floats(0.1, 50.0)}),
    st.fixed_dictionaries({"alpha": st.floats(0.01, 1.0)}),
)
ways = st.fixed_dictionaries(
    {"adjust": st.booleans(), "ignore_na": st.booleans(), "min_periods": st.integers(0, 5)}
)


def alpha_of(com=None, span=None, halflife=None, alpha=None):
    """With nearly all weight on the newest value the correction of a variance is rounding."""
    if com is not None:
        return 1 / (1 + com)
    if span is not None:
        return 2 / (span + 1)
    return alpha if halflife is None else 1 - 2 ** (-1 / halflife)


def close(got, want, scale):
    # Variances: both sides are within a few rounding errors of the values' squares.
    np.testing.assert_allclose(np.asarray(got), np.asarray(want), rtol=1e-9, atol=1e-12 * scale)


@given(series, decays, ways, st.booleans())
@settings(max_examples=200, deadline=None)
def test_a_series_gives_what_pandas_gives(values, decay, way, bias):
    x = pd.Series(values, dtype=float)
    theirs = x.ewm(**decay, **way)
    scale = 1.0 + max((v * v for v in values if np.isfinite(v)), default=0.0)
    close(bg.ewm_mean(x, **decay, **way), theirs.mean(), np.sqrt(scale))
    # Of one value there is no spread; pandas' correction is 0 / 0 there but for rounding.
    several = x.replace([np.inf, -np.inf], np.nan).notna().cumsum() > (0 if bias else 1)
    assume(bias or alpha_of(**decay) < 0.99)
    close(bg.ewm_var(x, bias=bias, **decay, **way)[several], theirs.var(bias=bias)[several], scale)
    std = bg.ewm_std(x, bias=bias, **decay, **way).to_numpy()
    var = bg.ewm_var(x, bias=bias, **decay, **way).to_numpy()
    tiny = var < 1e-270  # the square is no longer exact, or none; the deviation still is
    np.testing.assert_array_equal(std[~tiny], np.sqrt(var[~tiny]))
    assert (std[tiny] < 1.1e-135).all()


@given(series, decays, st.booleans(), st.integers(0, 5))
@settings(max_examples=100, deadline=None)
def test_a_sum_is_that_of_pandas(values, decay, ignore_na, min_periods):
    x = pd.Series(values, dtype=float)
    got = bg.ewm_sum(x, **decay, ignore_na=ignore_na, min_periods=min_periods)
    want = x.ewm(**decay, ignore_na=ignore_na, min_periods=min_periods).sum()
    # Each row is rounded twice, on both sides, and the total of magnitudes bounds what that is of.
    most = x.replace([np.inf, -np.inf], np.nan).abs().sum()
    np.testing.assert_allclose(got, want, rtol=1e-13, atol=1e-15 * len(x) * most)


def test_a_sum_in_time_has_half_of_it_left_after_each_half_life():
    times = np.array([0, 60, 60, 180, 600]).astype("datetime64[s]")
    got = bg.ewm_sum([8.0, 2.0, 1.0, np.nan, 4.0], halflife="1min", times=times)
    np.testing.assert_allclose(got, [8.0, 6.0, 7.0, 1.75, 4.0 + 7.0 / 2**9], rtol=1e-15)
    rows = bg.ewm_sum([8.0, 2.0, 4.0], halflife=1)
    np.testing.assert_array_equal(bg.ewm([8.0, 2.0, 4.0], halflife=1).sum(), rows)
    with pytest.raises(ValueError, match="adjust: false given, expected true"):
        bg.ewm_sum([1.0], alpha=0.5, adjust=False)


@given(st.lists(st.tuples(numbers, numbers), min_size=3, max_size=50), ways, st.booleans())
@settings(max_examples=100, deadline=None)
def test_pairs_give_what_pandas_gives(pairs, way, bias):
    x, y = (pd.Series(column, dtype=float) for column in zip(*pairs, strict=True))
    theirs = x.ewm(com=4.5, **way)
    finite = np.isfinite(x) & np.isfinite(y)
    several = finite.cumsum() > (0 if bias else 1)
    largest = [float(np.max(np.abs(np.where(finite, v, 0)))) for v in (x, y)]
    scale = 1.0 + largest[0] * largest[1]
    close(bg.ewm_cov(x, y, com=4.5, bias=bias, **way)[several], theirs.cov(y, bias=bias)[several], scale)


@pytest.mark.parametrize("adjust", [True, False])
def test_correlations_are_those_of_pandas(adjust):
    rng = np.random.default_rng(5)
    x = pd.Series(rng.normal(size=400))
    y = 0.5 * x + pd.Series(rng.normal(size=400))
    x[rng.random(400) < 0.1] = np.nan
    y[rng.random(400) < 0.1] = np.nan
    ours = bg.ewm_corr(x, y, span=20, adjust=adjust)
    np.testing.assert_allclose(ours[20:], x.ewm(span=20, adjust=adjust).corr(y)[20:], rtol=1e-10)
    assert np.nanmax(np.abs(ours)) <= 1.0


@given(series, st.data(), st.booleans(), st.booleans())
@settings(max_examples=100, deadline=None)
def test_half_lives_in_time_give_what_pandas_gives(values, data, adjust, ignore_na):
    gaps = data.draw(
        st.lists(st.integers(0, 10**6), min_size=len(values), max_size=len(values)).map(np.array)
    )
    times = pd.DatetimeIndex(np.cumsum(gaps.astype(np.int64)) * 10**6)  # pandas takes times as doubles
    x = pd.Series(values, dtype=float)
    assume(len(x) > 0)
    assume(adjust or not BEFORE_3)  # which refuses times without adjust
    theirs = x.ewm(halflife="90s", times=times, adjust=adjust, ignore_na=ignore_na).mean()
    ours = bg.ewm_mean(x, halflife="90s", times=times, adjust=adjust, ignore_na=ignore_na)
    if adjust:
        close(ours, theirs, 1e6)
    else:
        known = ~(np.isnan(theirs) & ~np.isnan(ours))  # 0 / 0 in pandas where no time has passed
        close(ours[known], theirs[known], 1e6)


def test_a_variance_in_time_weighs_as_its_mean_does():
    x = np.array([1.0, 2.0, 4.0, 8.0])
    times = np.array([0, 10, 20, 30]) * 10**9
    in_time = bg.ewm_var(x, halflife="10s", times=times)
    np.testing.assert_allclose(in_time, bg.ewm_var(x, alpha=0.5), rtol=1e-14)


def test_frames_and_matrices_go_by_column_and_keep_their_kind():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"a": rng.normal(size=30), "b": rng.normal(size=30)})
    pd.testing.assert_frame_equal(bg.ewm_mean(frame, span=4), frame.ewm(span=4).mean())
    ours = bg.ewm_std(frame.to_numpy(), span=4)
    np.testing.assert_allclose(ours, frame.ewm(span=4).std().to_numpy(), rtol=1e-9)


def test_null_is_missing_and_nan_stays_in_polars_and_arrow():
    pl = pytest.importorskip("polars")
    pa = pytest.importorskip("pyarrow")
    x = [None, 1.0, None, 4.0]
    ours = bg.ewm_mean(pl.Series("ms", x), alpha=0.5)
    assert ours.name == "ms"
    assert ours.to_list() == [None, 1.0, 1.0, pytest.approx((0.25 + 4.0) / 1.25)]
    assert bg.ewm_mean(pa.array(x), alpha=0.5).to_pylist() == ours.to_list()
    loud = bg.ewm_mean(pl.Series([1.0, float("nan"), 2.0]), alpha=0.5)
    assert loud.null_count() == 0
    assert loud.is_nan().to_list() == [False, True, True]


@pytest.mark.parametrize(
    ("keywords", "error", "says"),
    [
        ({}, ValueError, "0 of them given, expected one"),
        ({"com": 1, "span": 2}, ValueError, "2 of them given"),
        ({"alpha": 0}, ValueError, "alpha: 0.0"),
        ({"span": 0.5}, ValueError, "span"),
        ({"com": "x"}, TypeError, "com: 'x'"),
        ({"halflife": "5min"}, TypeError, "needs times="),
        ({"span": 2, "times": [0, 1]}, ValueError, "halflife: none given"),
        ({"halflife": "1s", "times": [5, 1]}, ValueError, "goes back"),
        ({"halflife": "1s", "times": [5]}, ValueError, "1 times given, expected 2"),
        ({"halflife": "1s", "times": [0, 1], "alpha": 0.1, "adjust": False}, ValueError, "halflife alone"),
        ({"alpha": 0.5, "min_periods": -1}, ValueError, "min_periods: -1"),
        ({"alpha": 0.5, "inf": "no"}, ValueError, "inf: 'no'"),
    ],
)
def test_wrong_arguments_are_named(keywords, error, says):
    with pytest.raises(error, match=says):
        bg.ewm_mean([1.0, 2.0], **keywords)


def test_pairs_of_different_length_are_refused():
    with pytest.raises(ValueError, match="y: 1 rows given, expected 2"):
        bg.ewm_cov([1.0, 2.0], [1.0], alpha=0.5)
