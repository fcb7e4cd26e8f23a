"""Seasonal baselines against pandas' groupby by the wall clock; streams against the batch; profiles."""

from __future__ import annotations

import numpy as np
import pytest

import barograph as bg

pd = pytest.importorskip("pandas")

MAD = 1.4826022185056018


def hourly(weeks: int, tz: str | None = "Europe/Rome", start: str = "2024-03-04") -> pd.Series:
    index = pd.date_range(start, periods=168 * weeks, freq="h", tz=tz)
    rng = np.random.default_rng(1)
    level = 50.0 + 10.0 * index.hour + 5.0 * index.day_of_week
    x = pd.Series(level + rng.normal(0.0, 1.0, len(index)), index=index, name="rps")
    x.iloc[::41] = np.nan
    return x


def by_hour_of_week(x: pd.Series):
    return x.groupby([x.index.day_of_week, x.index.hour])


def mad(values: pd.Series) -> float:
    return float(np.nanmedian(np.abs(values - np.nanmedian(values)))) if values.notna().any() else np.nan


def test_a_whole_profile_is_the_groupby_by_hour_of_week_in_the_zone_through_both_changes_of_the_clock():
    x = hourly(40)  # March to December
    band = bg.seasonal_baseline(x)
    groups = by_hour_of_week(x)
    pd.testing.assert_series_equal(band.expected, groups.transform("median"), check_names=True)
    pd.testing.assert_series_equal(band.scale, groups.transform(mad) * MAD)
    mean = bg.seasonal_baseline(x, method="mean", width=2)
    np.testing.assert_allclose(mean.expected, groups.transform("mean"), rtol=1e-14)
    np.testing.assert_allclose(mean.scale, groups.transform("std"), rtol=1e-12)
    np.testing.assert_allclose(mean.upper, mean.expected + 2 * mean.scale)
    quantile = bg.seasonal_baseline(x, method="quantile", q=(0.1, 0.5, 0.9))
    pd.testing.assert_series_equal(quantile.upper, groups.transform(lambda g: g.quantile(0.9)))
    hours = bg.seasonal_baseline(x, "day")
    pd.testing.assert_series_equal(hours.expected, x.groupby(x.index.hour).transform("median"))
    slots = bg.seasonal_baseline(x, "12h", slot="4h", tz="UTC")
    utc = x.index.tz_convert("UTC").hour % 12 // 4
    pd.testing.assert_series_equal(slots.expected, x.groupby(utc).transform("median"))


def test_before_a_row_only_the_past_of_its_slot_counts():
    x = hourly(12)
    groups = by_hour_of_week(x)
    past = bg.seasonal_baseline(x, closed="left", min_periods=3)
    want = groups.transform(lambda g: g.shift().expanding(3).median())
    pd.testing.assert_series_equal(past.expected, want)
    newest = bg.seasonal_baseline(x, closed="left", window=4, method="mean", min_periods=2)
    want = groups.transform(lambda g: g.rolling(4, min_periods=2, closed="left").mean())
    np.testing.assert_allclose(newest.expected, want, rtol=1e-13)
    weighted = bg.seasonal_baseline(x, closed="left", window=4, method="ewma", min_periods=1)
    want = groups.transform(lambda g: g.ewm(span=4).mean().shift())
    np.testing.assert_allclose(weighted.expected, want, rtol=1e-12)


def test_a_pooled_scale_finds_what_a_slot_of_three_rows_cannot():
    x = hourly(4)
    pooled = bg.seasonal_baseline(x, closed="left", scale="pooled")
    residual = x - pooled.expected
    assert pooled.scale.iloc[-1] == pytest.approx(mad(residual.iloc[:-1]) * MAD, rel=1e-12)
    assert (pooled.score(x).abs().iloc[168:] > 6).mean() < 0.01
    whole = bg.seasonal_baseline(x, scale="pooled", method="mean")
    assert whole.scale.nunique() == 1


@pytest.mark.parametrize("method", ["median", "mean", "quantile", "ewma"])
@pytest.mark.parametrize("scale", ["slot", "pooled"])
def test_a_stream_tells_what_the_batch_says_before_each_row(method, scale):
    x = hourly(9)
    batch = bg.seasonal_baseline(x, method=method, window=5, closed="left", scale=scale)
    stream = bg.RollingBaseline(5, method, period="week", tz="Europe/Rome", scale=scale)
    first = stream.update(x.iloc[:1000], x.index[:1000])
    rest = [stream.update(v, t) for t, v in x.iloc[1000:].items()]
    for k in range(4):
        got = np.concatenate([first[k], [band[k] for band in rest]])
        np.testing.assert_allclose(got, batch[k], rtol=1e-11)
    ahead = x.index[-1] + pd.Timedelta(days=1)
    assert np.isfinite(stream.expected(ahead).expected)
    assert "season" in repr(stream)


def test_rows_take_turns_and_excluded_ones_teach_nothing():
    x = np.tile([1.0, 5.0, 9.0], 20)
    x[30:33] = 900.0
    band = bg.seasonal_baseline(x, 3, closed="left", exclude=np.arange(60) // 3 == 10)
    assert band.expected[33:36].tolist() == [1.0, 5.0, 9.0]
    assert band.scale[33:36].tolist() == [0.0, 0.0, 0.0]
    stream = bg.RollingBaseline(4, period=3)
    stream.update(x[:9])
    assert stream.expected().expected == 1.0
    assert stream.update(1.0).expected == 1.0
    index = pd.date_range("2024-01-01", periods=60, freq="h")
    incident = [(index[30], index[33])]
    timed = bg.seasonal_baseline(x, "3h", on=index, closed="left", exclude=incident)
    np.testing.assert_array_equal(timed.expected, band.expected)
    frame = pd.DataFrame({"at": index, "a": x, "b": x + 1})
    both = bg.seasonal_baseline(frame, "3h", on="at", closed="left", exclude=incident)
    np.testing.assert_array_equal(both.expected["b"], band.expected + 1)


def test_short_series_and_other_kinds():
    pl = pytest.importorskip("polars")
    x = pd.Series([1.0, 2.0, 3.0], index=pd.date_range("2024-01-01", periods=3, freq="h"))
    assert bg.seasonal_baseline(x).expected.isna().all()
    assert bg.seasonal_baseline(x, min_periods=1).expected.tolist() == [1.0, 2.0, 3.0]
    assert bg.seasonal_baseline(x.iloc[:0]).expected.empty
    assert bg.seasonal_baseline(pl.Series([1.0, 2.0]), 2, closed="left").expected.to_list() == [None, None]
    assert np.isnan(bg.seasonal_baseline([1.0], 1, closed="left").expected).all()


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"period": "month"}, ValueError, "period"),
        ({"period": "week"}, TypeError, "on=times"),
        ({"period": 0}, ValueError, "period: 0 rows"),
        ({"period": "1h", "slot": "25min"}, ValueError, "slot"),
        ({"period": "1h", "slot": 5}, TypeError, "slot"),
        ({"closed": "right"}, ValueError, "closed"),
        ({"scale": "all"}, ValueError, "scale"),
        ({"window": 5}, ValueError, "window"),
        ({"window": 0, "closed": "left"}, ValueError, "window"),
        ({"method": "ewma"}, ValueError, "closed"),
        ({"method": "ewma", "closed": "left"}, ValueError, "window"),
        ({"tz": "Mars/Base", "period": "day"}, ValueError, "Mars/Base"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, says):
    keywords = {"period": 2, **arguments}
    with pytest.raises(error, match=says):
        bg.seasonal_baseline([1.0, 2.0, 3.0], **keywords)


def test_streams_of_a_season_say_what_they_cannot_take():
    with pytest.raises(TypeError, match="rows of a slot"):
        bg.RollingBaseline("1h", period="week")
    with pytest.raises(ValueError, match="scale"):
        bg.RollingBaseline(5, period="week", scale="all")
    stream = bg.RollingBaseline(5, period="week")
    for call in (lambda: stream.update(1.0), lambda: stream.update([1.0]), stream.expected):
        with pytest.raises(ValueError, match="time"):
            call()
    assert stream.late == 0


def test_a_profile_is_the_groupby_and_hosts_merge_to_the_same_bytes():
    x = hourly(40)
    whole = bg.SeasonalProfile(tz="Europe/Rome").update(x, times=x.index)
    parts = [bg.SeasonalProfile(tz="Europe/Rome").update(x.iloc[i::3], times=x.index[i::3]) for i in range(3)]
    assert (parts[2] + parts[0] + parts[1]).to_bytes() == whole.to_bytes()
    groups = by_hour_of_week(x)
    band = whole.expected(x.index)
    np.testing.assert_allclose(band.expected, groups.transform("mean"), rtol=1e-14)
    np.testing.assert_allclose(band.scale, groups.transform("std"), rtol=1e-12)  # pandas' own rounding
    assert whole.counts().sum() == whole.count == x.notna().sum()
    back = bg.SeasonalProfile.from_bytes(whole.to_bytes())
    assert back.season.zone == "Europe/Rome"
    assert back.expected(x.index[5]) == whole.expected(x.index[5])
    assert np.isnan(whole.expected(x.index[5], min_periods=10_000).expected)
    assert repr(whole) == f"SeasonalProfile(count={whole.count}, slots=168 of 168, tz='Europe/Rome')"
    rows = bg.SeasonalProfile(7).update([1.0, 2.0, 3.0], times=[0, 7, 8])
    assert rows.expected(14).expected == 1.5
    with pytest.raises(ValueError, match="other"):
        whole.merge(bg.SeasonalProfile())
    with pytest.raises(ValueError, match="times"):
        whole.update(1.0)
    with pytest.raises(TypeError, match="row numbers"):
        rows.update(1.0, times=0.5)
