"""Rolling baselines against pandas and numpy on every row; streams against the batch; exclusions."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import barograph as bg

pd = pytest.importorskip("pandas")

METHODS = ["median", "mean", "quantile", "ewma"]
MAD = 1.4826022185056018
numbers = st.one_of(
    st.integers(-3, 3).map(float), st.floats(-1e6, 1e6), st.sampled_from([float("nan"), float("inf"), -0.0])
)
series = st.lists(numbers, max_size=60)
closed = st.sampled_from([None, "right", "left", "both", "neither"])


def made(rows: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    x = rng.normal(100.0, 10.0, rows)
    x[rng.integers(0, rows, rows // 20)] = np.nan
    return x


def deviation(values: np.ndarray) -> float:
    return float(np.median(np.abs(values - np.median(values))))


@given(series, st.integers(1, 20), st.none() | st.integers(1, 20), st.booleans(), closed)
@settings(max_examples=150, deadline=None)
def test_medians_and_deviations_are_those_of_each_window_of_pandas(x, window, least, center, ends):
    least = least if least is None else min(least, window)
    keywords = {"min_periods": least, "center": center, "closed": ends}
    band = bg.rolling_baseline(x, window, **keywords, width=2)
    rolling = pd.Series(x, dtype=float).replace([np.inf, -np.inf], np.nan).rolling(window, **keywords)
    np.testing.assert_array_equal(band.expected, rolling.median())
    mad = rolling.apply(lambda w: deviation(w[~np.isnan(w)]), raw=True).to_numpy()
    np.testing.assert_array_equal(band.scale, mad * MAD)
    np.testing.assert_array_equal(band.lower, band.expected - 2 * band.scale)
    np.testing.assert_array_equal(band.upper, band.expected + 2 * band.scale)


@pytest.mark.parametrize("window", [40, "1h"])
def test_means_quantiles_and_weights_are_those_of_the_rolling_functions(window):
    x = pd.Series(made(500), index=pd.date_range("2024-01-01", periods=500, freq="min"), name="ms")
    how = {"min_periods": 5, "closed": "left"}
    mean = bg.rolling_baseline(x, window, "mean", **how)
    pd.testing.assert_series_equal(mean.expected, bg.rolling_mean(x, window, **how))
    pd.testing.assert_series_equal(mean.scale, bg.rolling_std(x, window, **how))
    low, middle, high = bg.rolling_quantile(x, window, [0.1, 0.5, 0.9], **how).values()
    quantile = bg.rolling_baseline(x, window, "quantile", q=(0.1, 0.5, 0.9), **how)
    pd.testing.assert_series_equal(quantile.lower, low)
    pd.testing.assert_series_equal(quantile.expected, middle)
    pd.testing.assert_series_equal(quantile.upper, high)
    np.testing.assert_allclose(quantile.scale, (high - low) / (2 * 1.2815515655446004))
    weighted = bg.rolling_baseline(x, 40, "ewma", closed="left")
    np.testing.assert_allclose(weighted.expected[1:], x.ewm(span=40).mean()[:-1])
    np.testing.assert_allclose(weighted.scale[2:], x.ewm(span=40).std()[1:-1])
    faded = bg.rolling_baseline(x, "1h", "ewma")
    half_life = pd.Timedelta(3600 * np.log(2) / 2, unit="s")
    np.testing.assert_allclose(faded.expected, x.ewm(halflife=half_life, times=x.index).mean(), rtol=1e-9)


def test_the_kind_of_the_series_comes_back_with_its_index_and_name():
    x = made(30)
    plain = bg.rolling_baseline(x, 5, min_periods=2, step=3)
    named = bg.rolling_baseline(pd.Series(x, index=np.arange(30) * 2, name="ms"), 5, min_periods=2, step=3)
    assert named.expected.name == "ms"
    assert named.scale.index.tolist() == list(range(0, 60, 6))
    np.testing.assert_array_equal(named.expected, plain.expected)
    frame = pd.DataFrame({"a": x, "b": x[::-1]})
    both = bg.rolling_baseline(frame, 5, min_periods=2)
    assert list(both.upper.columns) == ["a", "b"]
    np.testing.assert_array_equal(both.upper["a"], bg.rolling_baseline(x, 5, min_periods=2).upper)
    pd.testing.assert_frame_equal(
        both.score(frame), pd.DataFrame({n: bg.Band(*(p[n] for p in both)).score(frame[n]) for n in "ab"})
    )
    block = bg.rolling_baseline(np.column_stack([x, x]), 5, min_periods=2)
    assert block.lower.shape == (30, 2)
    expected, scale, _, _ = plain
    assert expected is plain.location
    assert len(scale) == 10


def test_nulls_of_polars_and_arrow_are_missing_and_windows_too_small_are_null():
    pl, pa = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    x = pl.Series("ms", [1.0, None, 3.0, 5.0, 4.0])
    band = bg.rolling_baseline(x, 3, min_periods=2)
    assert band.expected.to_list() == [None, None, 2.0, 4.0, 4.0]
    assert band.expected.name == "ms"
    left_out = bg.rolling_baseline(x, 3, min_periods=2, exclude=[False, False, True, False, False])
    assert left_out.expected.to_list() == [None, None, None, None, 4.5]
    assert band.score(x).to_list()[:2] == [None, None]
    assert bg.rolling_baseline(pa.array([1.0, 2.0, 3.0]), 2).expected.to_pylist() == [None, 1.5, 2.5]


@pytest.mark.parametrize("method", METHODS)
def test_threads_change_no_bit(method):
    x = made(300_000)
    one = bg.rolling_baseline(x, 77, method, threads=1)
    three = bg.rolling_baseline(x, 77, method, threads=3)
    for a, b in zip(one, three, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("window", [25, "20min"])
def test_a_stream_tells_before_each_value_what_the_batch_says_with_the_row_left_out(method, window):
    times = pd.date_range("2024-01-01", periods=400, freq="min").to_numpy().copy()
    times[100:105] = times[100]
    x, excluded = made(400), np.zeros(400, dtype=bool)
    excluded[200:230] = True
    batch = bg.rolling_baseline(
        x, window, method, closed="left", on=times, exclude=excluded, min_periods=3, width=2
    )
    on = {"times": times} if isinstance(window, str) else {}
    stream = bg.RollingBaseline(window, method, min_periods=3, width=2)
    rest = stream.update(x[:250], *[v[:250] for v in on.values()], exclude=excluded[:250])
    one_by_one = [stream.update(x[i], *[v[i] for v in on.values()]) for i in range(250, 400)]
    for k, part in enumerate(batch):
        got = np.concatenate([rest[k], [band[k] for band in one_by_one]])
        np.testing.assert_allclose(got, part, rtol=1e-15 if method != "mean" else 1e-12)
    assert stream.late == 0


def test_what_is_excluded_is_not_learned_from_and_has_a_result():
    index = pd.date_range("2024-01-05 12:00", periods=180, freq="min", tz="Europe/Rome")
    x = pd.Series(np.full(180, 100.0) + np.arange(180) % 3, index=index)
    x.iloc[60:120] = 900.0
    spoiled = bg.rolling_baseline(x, 30, closed="left")
    assert spoiled.expected.iloc[115] == 900.0
    incident = (index[60], index[120])
    by_interval = bg.rolling_baseline(x, "90min", closed="left", exclude=[incident])
    assert by_interval.expected.iloc[119] == 101.0
    mask = np.zeros(180, dtype=bool)
    mask[60:120] = True
    utc = [t.tz_convert("UTC").tz_localize(None) for t in incident]
    for exclude in (
        mask,
        mask.tolist(),
        pd.Series(mask),
        [tuple(utc)],
        [(str(utc[0]), str(utc[1]))],
        np.array([utc], dtype="datetime64[s]"),
        [(utc[0].value, utc[1].value)],
        pd.DataFrame({"start": [utc[0]], "end": [utc[1]]}),
        pd.DataFrame({"start": [incident[0]], "end": [incident[1]], "kind": ["deploy"]}),
        bg.Table({"start": [np.datetime64(utc[0])], "end": [np.datetime64(utc[1])]}),
        [(datetime(2024, 1, 5, 12, 0, tzinfo=UTC), datetime(2024, 1, 5, 13, 0, tzinfo=UTC))],
    ):
        again = bg.rolling_baseline(x, "90min", closed="left", exclude=exclude)
        pd.testing.assert_series_equal(again.expected, by_interval.expected)
    never_ends = bg.rolling_baseline(x, "90min", closed="left", exclude=[(incident[0], None)])
    assert never_ends.expected.iloc[140] == 101.0
    half = bg.rolling_baseline(x, 30, closed="left", exclude=mask)
    known = half.expected.notna().to_numpy().nonzero()[0].tolist()
    assert known == [*range(15, 76), *range(135, 180)]  # windows with 15 rows that are not excluded
    assert bg.rolling_baseline(x, 30, exclude=[]).expected.equals(
        bg.rolling_baseline(x, 30, min_periods=15).expected
    )


def test_a_constant_past_has_no_scale_and_one_value_none_for_means():
    band = bg.rolling_baseline([5.0] * 4 + [6.0], 3, closed="left")
    assert band.scale[3:].tolist() == [0.0, 0.0]
    assert band.lower[4] == band.upper[4] == 5.0
    assert band.score([5.0] * 4 + [6.0]).tolist()[3:] == [0.0, float("inf")]
    one = bg.rolling_baseline([5.0], 3, "mean", min_periods=1)
    assert one.expected.tolist() == [5.0]
    assert np.isnan(one.scale[0])
    assert bg.rolling_baseline([5.0], 3, min_periods=1).scale.tolist() == [0.0]
    empty = bg.rolling_baseline([], 3)
    assert [len(part) for part in empty] == [0, 0, 0, 0]
    assert np.isnan(bg.rolling_baseline([np.nan] * 3, 2, min_periods=1).expected).all()
    assert bg.Band(10.0, 2.0, 4.0, 16.0).score(13.0) == 1.5


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"method": "mode"}, ValueError, "method: 'mode' given"),
        ({"width": -1}, ValueError, "width"),
        ({"q": (0.5, 0.1, 0.9), "method": "quantile"}, ValueError, "q: "),
        ({"q": (0.1, 0.9)}, ValueError, "three"),
        ({"closed": "both", "method": "ewma"}, ValueError, "closed"),
        ({"center": True, "method": "ewma"}, ValueError, "center"),
        ({"exclude": [True]}, ValueError, "a mask of 1 rows given, expected 5"),
        ({"exclude": [("2024-01-01", "2024-01-02")]}, TypeError, "on=times"),
        ({"exclude": [("yesterday", "today")], "on": [0, 1, 2, 3, 4]}, ValueError, "yesterday"),
        ({"exclude": [(None, 3)], "on": [0, 1, 2, 3, 4]}, ValueError, "start is missing"),
        ({"exclude": [(3, 2)], "on": [0, 1, 2, 3, 4]}, ValueError, "ends before it starts"),
        ({"exclude": 5}, TypeError, "exclude: int given"),
        ({"window": "1min"}, TypeError, "on=times"),
        ({"window": "1min", "method": "ewma"}, TypeError, "on=times"),
        ({"window": 0, "method": "ewma"}, ValueError, "span"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, says):
    keywords = {"window": 3, **arguments}
    with pytest.raises(error, match=says):
        bg.rolling_baseline([1.0, 2.0, 3.0, 4.0, 5.0], **keywords)


def test_a_timedelta_of_numpy_is_a_length_of_time():
    times = np.arange(5) * 10**9
    x = [1.0, 2.0, 3.0, 4.0, 5.0]
    got = bg.rolling_baseline(x, np.timedelta64(2, "s"), on=times, exclude=[(0, 1)])
    assert got.expected.tolist()[1:] == [2.0, 2.5, 3.5, 4.5]
    assert bg.rolling_mean(x, np.timedelta64(2, "s"), on=times).tolist() == [1.0, 1.5, 2.5, 3.5, 4.5]


def test_streams_say_what_they_cannot_take():
    with pytest.raises(ValueError, match="window"):
        bg.RollingBaseline(0)
    with pytest.raises(ValueError, match="times: none given"):
        bg.RollingBaseline("1min").update([1.0])
    with pytest.raises(ValueError, match="time: none given"):
        bg.RollingBaseline("1min").update(1.0)
    with pytest.raises(ValueError, match="time: given"):
        bg.RollingBaseline(5).update(1.0, 3)
    stream = bg.RollingBaseline("1min")
    stream.update([1.0, 2.0], [0, 10])
    stream.update(9.0, 5)
    assert stream.late == 1
    assert "late" not in repr(stream)
    assert stream.update(3.0, 70, exclude=True).expected == 2.0
    stream.reset()
    assert np.isnan(stream.expected().expected)
