"""What pandas takes for a series, its index and its window gives what pandas gives; chunks stay chunks."""

from __future__ import annotations

import numpy as np
import pytest

import barograph as bg

pd = pytest.importorskip("pandas")

VALUES = [1.0, 2.0, 4.0, 8.0, 16.0]


def indexed_by(index):
    return pd.Series(VALUES, index=index, name="ms")


def equal(got, want):
    pd.testing.assert_series_equal(got, want)


@pytest.mark.parametrize("closed", ["right", "left", "both", "neither"])
@pytest.mark.parametrize("center", [False, True])
@pytest.mark.parametrize(
    "index",
    [
        pd.to_timedelta([0, 1, 1, 5, 6], unit="s"),
        pd.to_datetime([9, 7, 7, 3, 2], unit="s"),  # newest first
        pd.to_datetime([9, 7, 7, 3, 2], unit="s").tz_localize("UTC").tz_convert("Europe/Berlin"),
        pd.period_range("2024-01-01", periods=5, freq="s"),
    ],
    ids=["lengths of time", "newest first", "newest first in a zone", "periods"],
)
def test_windows_in_time_over_any_index_of_times(index, center, closed):
    x = indexed_by(index)
    theirs = x.rolling("3s", center=center, closed=closed)
    equal(bg.rolling_sum(x, "3s", center=center, closed=closed), theirs.sum())
    equal(bg.rolling_median(x, "3s", center=center, closed=closed), theirs.median())


def test_windows_of_rows_need_no_times():
    x = indexed_by(pd.DatetimeIndex(["2024-01-04", None, "2024-01-02", "2024-01-05", None]))
    equal(bg.rolling_sum(x, 2), x.rolling(2).sum())
    with pytest.raises(TypeError, match="pandas index of times, none missing"):
        bg.rolling_sum(x, "2D")


@pytest.mark.parametrize("window", ["1h30min", "1.5h", "90min", " 90 min ", "1h 30min"])
def test_lengths_of_several_parts(window):
    x = indexed_by(pd.to_datetime([0, 3000, 5400, 9000, 9001], unit="s"))
    equal(bg.rolling_sum(x, window), x.rolling("90min").sum())


@pytest.mark.parametrize("window", ["", "5", "h5", "-5s", "5s3", "1.5", "9999999W", "0.1ns"])
def test_what_is_no_length_is_told(window):
    with pytest.raises(ValueError, match="window: "):
        bg.rolling_sum(indexed_by(pd.to_datetime(range(5), unit="s")), window)


def test_a_window_beyond_any_series_is_told():
    with pytest.raises(ValueError, match="expected at most"):
        bg.rolling_sum(VALUES, 2**70)


@pytest.mark.parametrize("dtype", [object, "Int64", "boolean", "float32", "uint8"])
def test_numbers_of_any_kind(dtype):
    x = pd.Series([1, 0, 1, 1], dtype=dtype)
    equal(bg.rolling_sum(x, 2), x.rolling(2).sum())


def test_what_is_missing_in_objects_and_masked_arrays_is_missing():
    x = pd.Series([1, None, 4.0], dtype=object)
    equal(bg.rolling_sum(x, 2, min_periods=1), x.rolling(2, min_periods=1).sum())
    np.testing.assert_array_equal(bg.rolling_sum([1.0, None, 4.0], 2, min_periods=1), [1.0, 1.0, 4.0])
    masked = np.ma.array([1, 2, 4], mask=[False, True, False])
    np.testing.assert_array_equal(bg.rolling_sum(masked, 2, min_periods=1), [1.0, 1.0, 4.0])
    assert bg.Moments().update(masked).sum() == 5.0
    with pytest.raises(TypeError, match="not all numbers"):
        bg.rolling_sum([1.0, "a", None], 2)


def test_pairs_of_pandas_pair_up_by_their_index():
    x = pd.Series([1.0, 2.0, 3.0, 9.0], index=[0, 1, 2, 3], name="a")
    y = pd.Series([4.0, 1.0, 3.0, 2.0], index=[1, 2, 3, 4], name="b")
    equal(bg.rolling_cov(x, y, 2), x.rolling(2).cov(y))
    equal(bg.rolling_corr(x, y.rename("a"), 3), x.rolling(3).corr(y.rename("a")))
    equal(bg.expanding_cov(x, y), x.expanding().cov(y))
    equal(bg.ewm_cov(x, y, span=3), x.ewm(span=3).cov(y))
    pd.testing.assert_frame_equal(bg.rolling_cov(x, y.to_frame(), 2), x.rolling(2).cov(y.to_frame()))


def test_chunks_give_chunks_and_counts_are_null_only_where_rows_are_too_few():
    pa, pl = pytest.importorskip("pyarrow"), pytest.importorskip("polars")
    x = pa.chunked_array([[1, None], [3]])
    got = bg.rolling_count(x, 2)
    assert isinstance(got, pa.ChunkedArray)
    assert got.to_pylist() == [None, 1.0, 1.0]
    assert bg.rolling_count(pl.Series([1, None, 3]), 2).to_list() == [None, 1.0, 1.0]
    assert isinstance(bg.rolling_count(x.chunk(0), 2), pa.Array)


def windows_in_time(x, seconds, function):
    return function(x, f"{seconds}s", on=np.arange(len(x)).astype("M8[s]"), min_periods=1)


@pytest.mark.parametrize("value", [3.7, 0.1, -1e9 / 3])
def test_equal_values_have_no_shape_and_no_correlation_however_windows_begin(value):
    x = np.full(40, value)
    x[[0, 1, 2, 3, 9, 20, 21, 22, 23, 24, 25]] = np.nan  # windows that begin with nothing
    for seconds in (3, 5, 11):
        for name in ("skew", "kurt"):
            assert np.isnan(windows_in_time(x, seconds, getattr(bg, f"rolling_{name}"))).all()
        bounds = (np.maximum(np.arange(40) - seconds, 0), np.arange(1, 41))
        assert np.isnan(bg.rolling_corr(x, np.arange(40.0), bounds)).all()
        assert not np.any(windows_in_time(x, seconds, bg.rolling_var) > 0)


def test_digits_do_not_hang_on_how_a_window_began():
    rng = np.random.default_rng(4)
    for offset in (1e12, 1e15):
        noise = np.round(rng.normal(size=200), 1)
        x = noise + offset
        gaps = rng.random(200) < 0.6
        x[gaps] = np.nan
        want = pd.Series(np.where(gaps, np.nan, x - offset)).rolling(7, min_periods=1).var()
        got = windows_in_time(x, 7, bg.rolling_var)
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)


def test_a_value_that_has_left_the_window_leaves_no_trace_in_pairs():
    x = np.array([1.0, 5.0, np.nan, 3.0, 4.0, 6.0, 9.0])
    y = np.array([2.0, 1e50, 7.0, np.nan, 1048.0, 519.0, 100.0])
    got = windows_in_time(x, 4, lambda a, *rest, **named: bg.rolling_cov(a, y, *rest, **named))
    assert got[-2] == np.cov([4.0, 6.0], [1048.0, 519.0])[0, 1]
    np.testing.assert_allclose(got[-1], np.cov([4.0, 6.0, 9.0], [1048.0, 519.0, 100.0])[0, 1], rtol=1e-15)
    x[1], y[1] = np.nan, 1e250  # no pair
    np.testing.assert_allclose(bg.expanding_corr(x, y)[-1], pd.Series(x).corr(pd.Series(y)), rtol=1e-12)


def test_values_of_any_kind_are_counted():
    pa, pl = pytest.importorskip("pyarrow"), pytest.importorskip("polars")
    times = np.array(["2026-03-02", "NaT", "2026-03-04"], "M8[s]")
    want = [1.0, 1.0, 1.0]
    for x in (["a", None, "b"], times, np.array(["a", None, "b"], dtype=object)):
        np.testing.assert_array_equal(bg.rolling_count(x, 2, min_periods=1), want)
    for x in (pd.Series(["a", None, "b"]), pd.Series(times), pd.Series(["a", None, "b"], dtype="category")):
        pd.testing.assert_series_equal(
            bg.rolling_count(x, 2, min_periods=1), x.rolling(2, min_periods=1).count()
        )
    frame = pd.DataFrame({"at": times, "n": [1.0, 2.0, np.nan]})
    counts = frame.rolling(2, min_periods=1).count()
    pd.testing.assert_frame_equal(bg.rolling(frame, 2, min_periods=1).count(), counts)
    assert bg.rolling(frame, 2, min_periods=1).agg({"at": "count", "n": "sum"})["at"].tolist() == want
    assert bg.expanding_count(pl.Series(["a", None, "b"])).to_list() == [1.0, 1.0, 2.0]
    assert bg.rolling_count(pa.chunked_array([["a"], [None, "b"]]), 2, min_periods=1).to_pylist() == want
    with pytest.raises(TypeError, match="expected numbers"):
        bg.rolling_sum(pd.Series(times), 2)


@pytest.mark.parametrize("window", ["2 days", "2day", "48 hours", "1 day 24 hours", "2880 minutes"])
def test_lengths_may_be_written_out(window):
    x = pd.Series(np.arange(9.0), index=pd.date_range("2026-03-02", periods=9, freq="D"))
    pd.testing.assert_series_equal(bg.rolling_sum(x, window), x.rolling("2D").sum())
    with pytest.raises(ValueError, match="halflife: '2 daze' given"):
        bg.ewm_mean(x, halflife="2 daze", times=x.index)


def test_no_rows_have_windows_of_any_length():
    assert bg.rolling_min(pd.DataFrame({"column": []}, index=[]), "5s").shape == (0, 1)
    assert bg.rolling_mean([], "5s").shape == (0,)


def test_a_dict_of_arrays_is_a_frame():
    windows = bg.rolling({"a": [1.0, 2.0, 4.0], "b": [2.0, 3.0, 9.0]}, 2)
    assert windows.mean().to_dict() == {"a": [None, 1.5, 3.0], "b": [None, 2.5, 6.0]}
    assert windows.quantile([0.5])[0.5].columns == ["a", "b"]


def test_categories_of_numbers_are_numbers():
    x = pd.Series([3, 1, None, 2, 3], dtype="category", name="n")
    equal(bg.rolling_max(x, 2, min_periods=1), x.rolling(2, min_periods=1).max())
    equal(bg.ewm_mean(x, com=1), x.ewm(com=1).mean())
    with pytest.raises(TypeError, match="x: dtype category given, expected numbers"):
        bg.rolling_max(pd.Series(["a", "b"], dtype="category"), 2)
