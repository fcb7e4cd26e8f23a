"""Rolling ranks, different values, first and last, and order statistics, bit by bit as pandas has them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import barograph as bg

pd = pytest.importorskip("pandas")
from pandas_age import of_windows  # noqa: E402

numbers = st.one_of(
    st.integers(-3, 3).map(float),
    st.floats(-1e6, 1e6),
    st.sampled_from([float("nan"), float("inf"), -float("inf"), 0.0, -0.0]),
)
series = st.lists(numbers, max_size=60)
closed = st.sampled_from([None, "right", "left", "both", "neither"])
ways = st.fixed_dictionaries(
    {"method": st.sampled_from(["average", "min", "max"]), "ascending": st.booleans(), "pct": st.booleans()}
)


def same_bits(got, want):
    """Equal, NaN where NaN, and zeros of the same sign."""
    got, want = np.asarray(got, dtype=float), np.asarray(want, dtype=float)
    np.testing.assert_array_equal(got, want)
    kept = ~np.isnan(want)
    np.testing.assert_array_equal(np.signbit(got[kept]), np.signbit(want[kept]))


def all_equal(x, window, keywords, theirs, way):
    # Where a window holds no row, pandas' rank is what its memory holds of an earlier one; ours is NaN.
    rows = (x * 0.0).fillna(0.0).rolling(window, **{**keywords, "min_periods": 0}).apply(len, raw=True)
    filled = rows.fillna(0.0).to_numpy() > 0
    ranks = np.asarray(bg.rolling_rank(x, window, **way, **keywords))
    same_bits(ranks[filled], theirs.rank(**way)[filled])
    assert np.isnan(ranks[~filled]).all()
    same_bits(bg.rolling_nunique(x, window, **keywords), of_windows(theirs, "nunique"))
    same_bits(bg.rolling_first(x, window, **keywords), of_windows(theirs, "first"))
    same_bits(bg.rolling_last(x, window, **keywords), of_windows(theirs, "last"))


@given(
    series,
    st.integers(0, 20),
    st.none() | st.integers(0, 20),
    st.booleans(),
    closed,
    st.none() | st.integers(1, 5),
    ways,
)
@settings(max_examples=150, deadline=None)
def test_fixed_windows_give_what_pandas_gives(x, window, min_periods, center, ends, step, way):
    if min_periods is not None:
        min_periods = min(min_periods, window)
    keywords = {"min_periods": min_periods, "center": center, "closed": ends, "step": step}
    x = pd.Series(x, dtype=float)
    all_equal(x, window, keywords, x.rolling(window, **keywords), way)


@given(series, st.data(), st.integers(1, 40), st.none() | st.integers(0, 4), st.booleans(), closed, ways)
@settings(max_examples=150, deadline=None)
def test_windows_in_time_give_what_pandas_gives(x, data, seconds, min_periods, center, ends, way):
    gaps = data.draw(st.lists(st.one_of(st.just(0), st.integers(0, 30)), min_size=len(x), max_size=len(x)))
    index = pd.DatetimeIndex(
        np.datetime64("2024-01-01", "ns") + np.cumsum(np.array(gaps, "m8[s]")).astype("m8[ns]")
    )
    x = pd.Series(x, index=index, dtype=float)
    keywords = {"min_periods": min_periods, "center": center, "closed": ends}
    all_equal(x, f"{seconds}s", keywords, x.rolling(f"{seconds}s", **keywords), way)


def test_a_window_of_no_rows_has_no_rank_whatever_the_window_before_had():
    index = pd.to_datetime([0, 0, 1, 3], unit="s")
    x = pd.Series([0.0, 0.0, 0.0, 0.0], index=index)
    got = bg.rolling_rank(x, "1s", min_periods=0, closed="left")
    np.testing.assert_array_equal(got, [np.nan, np.nan, 1.5, np.nan])


SHAPES = ["noise", "ties", "zeros", "two scales", "spike", "walk", "tiny", "huge", "steps", "missing"]


def shaped(shape, n):
    rng = np.random.default_rng(11)
    x = rng.normal(size=n)
    if shape == "ties":
        x = np.round(x)
    if shape == "zeros":
        x = rng.choice([0.0, -0.0, 1.0, -1.0], n)
    if shape == "two scales":
        x = np.where(rng.random(n) < 0.5, x, x * 1e12)
    if shape == "spike":
        x[n // 2] = 1e300
    if shape == "walk":
        x = np.cumsum(x)
    if shape == "tiny":
        x = x * 1e-310
    if shape == "huge":
        x = x / np.abs(x).max() * 1.7e308
    if shape == "steps":  # what is in between two values of the window lies far apart in the ranks
        x = np.where(np.arange(n) % 4000 < 2000, np.where(rng.random(n) < 0.5, -1e6, 1e6), x)
    if shape == "missing":
        x[rng.random(n) < 0.3] = np.nan
    return x


@pytest.mark.parametrize("n", [1, 500, 9000])
@pytest.mark.parametrize("window", [1, 2, 17, 60, 129, 1500, 5000])
@pytest.mark.parametrize("shape", SHAPES)
def test_long_series_give_what_pandas_gives(n, window, shape):
    x = pd.Series(shaped(shape, n))
    theirs = x.rolling(window, min_periods=1)
    keywords = {"min_periods": 1}
    way = {"method": "average", "ascending": True, "pct": False}
    all_equal(x, window, keywords, theirs, way)
    same_bits(bg.rolling_median(x, window, **keywords), theirs.median())
    qs = [0.05, 0.5, 0.95]
    for count in (1, 2, 3):
        several = bg.rolling_quantile(x, window, qs[:count], **keywords)
        for q in qs[:count]:
            same_bits(several[q], theirs.quantile(q))


def test_windows_longer_than_any_chunk_of_cells_are_exact():
    rng = np.random.default_rng(5)
    n = (1 << 21) + 5000  # more values in one window than a cell's position has room for
    x = rng.normal(size=n)
    got = bg.rolling_quantile(x, n - 2, [0.5, 0.99])
    for q, values in got.items():
        for i in range(n - 3, n):
            part = np.sort(x[i - n + 3 : i + 1])
            h = q * (len(part) - 1)
            k = int(h)
            assert values[i] == part[k] + (part[k + 1] - part[k]) * (h - k)


@pytest.mark.parametrize("window", [3, 60, 3000])
def test_threads_change_no_bit(window):
    x = shaped("missing", 300_000)
    x[:150_000] = shaped("noise", 150_000)
    calls = [
        lambda threads: bg.rolling_median(x, window, min_periods=1, threads=threads),
        lambda threads: bg.rolling_quantile(x, window, 0.9, min_periods=1, center=True, threads=threads),
        lambda threads: bg.rolling_rank(x, window, min_periods=1, center=True, threads=threads),
        lambda threads: bg.rolling_nunique(x, window, min_periods=1, threads=threads),
        lambda threads: bg.rolling_first(x, window, min_periods=1, threads=threads),
        lambda threads: bg.rolling_last(x, window, min_periods=1, threads=threads),
    ]
    for call in calls:
        np.testing.assert_array_equal(call(1), call(4))


def test_a_rank_of_a_window_that_brings_no_row_is_repeated_across_threads():
    n = 140_000
    x = np.arange(n, dtype=float)
    got = bg.rolling_rank(x, 2 * n, min_periods=1, center=True, threads=2)
    want = pd.Series(x).rolling(2 * n, min_periods=1, center=True).rank()
    np.testing.assert_array_equal(got, want)


def test_infinities_have_a_rank_where_they_propagate():
    x = [1.0, float("inf"), 2.0, -float("inf")]
    assert bg.rolling_rank(x, 4, min_periods=1, inf="propagate").tolist() == [1.0, 2.0, 2.0, 1.0]
    assert bg.rolling_nunique(x, 4, min_periods=1, inf="propagate").tolist() == [1.0, 2.0, 3.0, 4.0]
    assert bg.rolling_first(x[1:], 2, min_periods=1, inf="propagate")[0] == float("inf")


def test_null_is_missing_and_nan_propagates_in_polars():
    polars = pytest.importorskip("polars")
    x = polars.Series("ms", [1.0, None, float("nan"), 4.0, 4.0])
    assert str(bg.rolling_rank(x, 2, min_periods=1).to_list()) == "[1.0, nan, nan, nan, 1.5]"
    assert str(bg.rolling_nunique(x, 2, min_periods=1).to_list()) == "[1.0, 1.0, nan, nan, 1.0]"
    assert str(bg.rolling_last(x, 2, min_periods=1).to_list()) == "[1.0, 1.0, nan, 4.0, 4.0]"


def test_columns_and_wrong_arguments():
    x = np.arange(12.0).reshape(6, 2)
    np.testing.assert_array_equal(bg.rolling_rank(x, 2), [[np.nan] * 2] + [[2.0, 2.0]] * 5)
    with pytest.raises(ValueError, match="method: 'dense' given, expected 'average', 'min' or 'max'"):
        bg.rolling_rank([1.0], 1, method="dense")
    with pytest.raises(ValueError, match="threads: 0 given"):
        bg.rolling_median([1.0], 1, threads=0)


class Bounds(pd.api.indexers.BaseIndexer):
    """Any bounds, for pandas."""

    def get_window_bounds(self, num_values=0, min_periods=None, center=None, closed=None, step=None):
        return self.start, self.end


@given(series, st.data(), st.booleans(), st.integers(0, 3))
@settings(max_examples=200, deadline=None)
def test_windows_of_any_bounds_give_what_pandas_gives(x, data, sort, min_periods):
    rows = st.lists(st.integers(0, len(x)), min_size=len(x), max_size=len(x))
    start, end = data.draw(rows), data.draw(rows)
    pairs = [(min(s, e), max(s, e)) for s, e in zip(start, end, strict=True)]
    start = np.array([s for s, _ in pairs], dtype=np.int64)
    end = np.array([e for _, e in pairs], dtype=np.int64)
    if sort:
        start, end = np.sort(start), np.sort(end)
    x = pd.Series(x, dtype=float)
    theirs = x.rolling(Bounds(start=start, end=end), min_periods=min_periods)
    keywords = {"min_periods": min_periods}
    window = (start, end)
    same_bits(bg.rolling_median(x, window, **keywords), theirs.median())
    for q, got in bg.rolling_quantile(x, window, [0.3, 0.9], **keywords).items():
        np.testing.assert_array_equal(got, theirs.quantile(q))
    # pandas refuses bounds that go back for its minimum and maximum.
    parts = [x.to_numpy()[s:e] for s, e in zip(start, end, strict=True)]
    parts = [part[np.isfinite(part)] for part in parts]
    enough = [len(part) >= max(min_periods, 1) for part in parts]
    for got, best in (
        (bg.rolling_min(x, window, **keywords), np.min),
        (bg.rolling_max(x, window, **keywords), np.max),
    ):
        want = [best(part) if there else np.nan for part, there in zip(parts, enough, strict=True)]
        np.testing.assert_array_equal(got, np.array(want, dtype=float))
    if min_periods > 0:  # pandas' rank of no row is none
        np.testing.assert_array_equal(bg.rolling_rank(x, window, **keywords), theirs.rank())
    np.testing.assert_array_equal(bg.rolling_nunique(x, window, **keywords), of_windows(theirs, "nunique"))
    same_bits(bg.rolling_first(x, window, **keywords), of_windows(theirs, "first"))
    same_bits(bg.rolling_last(x, window, **keywords), of_windows(theirs, "last"))


def test_indexers_of_pandas_are_windows():
    x = pd.Series(shaped("missing", 300))
    forward = pd.api.indexers.FixedForwardWindowIndexer(window_size=7)
    for keywords in ({}, {"min_periods": 1}, {"min_periods": 1, "step": 3}):
        theirs = x.rolling(forward, **keywords)
        same_bits(bg.rolling_median(x, forward, **keywords), theirs.median())
        same_bits(bg.rolling_max(x, forward, **keywords), theirs.max())
        same_bits(bg.rolling_first(x, forward, **keywords), of_windows(theirs, "first"))
    with pytest.raises(ValueError, match="end: 4 given for window 1, expected rows from 0 to 3"):
        bg.rolling_median([1.0, 2.0, 3.0], (np.array([0, 1, 2]), np.array([1, 4, 3])))
    with pytest.raises(ValueError, match="start: -1 given for window 0"):
        bg.rolling_max([1.0], (np.array([-1]), np.array([1])))
    with pytest.raises(ValueError, match="1 starts given, expected 2"):
        bg.rolling_max([1.0, 2.0], (np.array([0]), np.array([1])))
