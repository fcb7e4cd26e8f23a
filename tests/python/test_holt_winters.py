"""Holt-Winters against statsmodels' ExponentialSmoothing; streams against the batch; robustness."""

from __future__ import annotations

import copy
import pickle
import warnings

import numpy as np
import pytest

import barograph as bg

pd = pytest.importorskip("pandas")


def made(rows: int, period: int) -> np.ndarray:
    rng = np.random.default_rng(5)
    t = np.arange(rows)
    drift = np.cumsum(rng.normal(0.0, 0.3, rows))
    return 100.0 + 0.05 * t + 15.0 * np.sin(2 * np.pi * t / period) + drift + rng.normal(0.0, 2.0, rows)


def theirs(x, model, *, seasonal, damped, optimized):
    smoothing = pytest.importorskip("statsmodels.tsa.holtwinters", reason="statsmodels is not installed")
    level, trend, season = model.start
    by = model.smoothing
    known = {"initial_seasonal": season, "seasonal_periods": len(season)} if seasonal else {}
    peer = smoothing.ExponentialSmoothing(
        x, trend="add", damped_trend=damped, seasonal=seasonal, initialization_method="known",
        initial_level=level, initial_trend=trend, **known,
    )  # fmt: skip
    if optimized:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return peer.fit()
    given = {"smoothing_level": by.level, "smoothing_trend": by.trend}
    if seasonal:
        given["smoothing_seasonal"] = by.seasonal
    if damped:
        given["damping_trend"] = by.damping
    return peer.fit(**given, optimized=False)


@pytest.mark.parametrize("seasonal", ["additive", "multiplicative", None])
@pytest.mark.parametrize("damped", [False, True])
def test_one_step_figures_are_those_of_statsmodels_and_the_fit_is_as_good(seasonal, damped):
    x = made(360, 24)
    model = bg.HoltWinters(24, seasonal=seasonal, damped_trend=damped).fit(x)
    name = {"additive": "add", "multiplicative": "mul", None: None}[seasonal]
    same = theirs(x, model, seasonal=name, damped=damped, optimized=False)
    np.testing.assert_allclose(model.fitted.expected, same.fittedvalues, rtol=1e-11)
    # Of the last row's slot statsmodels forecasts with the season that it had before that row.
    others = [h for h in range(50) if seasonal is None or h % 24 != 23]
    np.testing.assert_allclose(model.forecast(50).expected[others], same.forecast(50)[others], rtol=1e-11)
    best = theirs(x, model, seasonal=name, damped=damped, optimized=True)
    error = float(np.sum((x - model.fitted.expected) ** 2))
    assert error <= best.sse * 1.001


def test_a_stream_goes_on_as_the_batch_would():
    x = made(400, 12)
    whole = bg.HoltWinters(12, smoothing_level=0.3, smoothing_trend=0.1, smoothing_seasonal=0.2).fit(x)
    part = bg.HoltWinters(
        12, smoothing_level=0.3, smoothing_trend=0.1, smoothing_seasonal=0.2, start=whole.start
    )
    first = part.update(x[:100])
    one_by_one = [part.update(v) for v in x[100:250]]
    rest = part.copy().update(x[250:])
    for k in range(4):
        got = np.concatenate([first[k], [band[k] for band in one_by_one], rest[k]])
        np.testing.assert_array_equal(got, whole.fitted[k])
    assert part.expected() == part.update(float("nan"))
    assert part.forecast(1).expected[0] == part.expected().expected


def test_the_scale_is_the_weighted_root_mean_square_of_the_errors_so_far():
    x = made(200, 12)
    band = bg.HoltWinters(12, memory=50).fit(x).fitted
    squares = pd.Series((x - band.expected) ** 2).ewm(span=50).mean() ** 0.5
    np.testing.assert_allclose(band.scale[1:], squares[:-1], rtol=1e-12)
    np.testing.assert_allclose(band.upper, band.expected + 3 * band.scale)


def test_missing_and_excluded_rows_change_nothing_but_that_time_goes_on():
    t = np.arange(96)
    clean = np.tile([10.0, 20.0, 60.0, 30.0], 24) + t
    x = clean.copy()
    x[40:47] = np.nan
    x[60:70] = 900.0
    excluded = (t >= 60) & (t < 70)
    band = bg.holt_winters(pd.Series(x, name="ms"), 4, exclude=excluded)
    np.testing.assert_allclose(band.expected, clean, atol=1e-8)
    assert band.expected.name == "ms"
    index = pd.date_range("2024-01-01", periods=96, freq="6h")
    timed = bg.holt_winters(x, "day", on=index, exclude=[(index[60], index[70])])
    np.testing.assert_array_equal(timed.expected, band.expected)
    frame = pd.DataFrame({"a": x, "b": x + 1})
    np.testing.assert_array_equal(bg.holt_winters(frame, 4, exclude=excluded).expected["a"], band.expected)


def test_robust_smoothing_does_not_learn_an_incident():
    x = made(600, 24)
    spoiled = x.copy()
    spoiled[300:310] += 200.0
    plain = bg.HoltWinters(24).fit(spoiled).fitted
    robust = bg.HoltWinters(24, robust=True).fit(spoiled).fitted
    after = slice(310, 400)
    assert np.abs(robust.expected - x)[after].mean() < 3.0
    assert np.abs(plain.expected - x)[after].mean() > 2 * np.abs(robust.expected - x)[after].mean()
    assert robust.scale[400] < 0.5 * plain.scale[400]
    assert (robust.score(spoiled)[300:303] > 10).all()


def test_series_without_season_or_trend_and_short_or_constant_ones():
    level = bg.HoltWinters(trend=None).fit(np.full(20, 7.0))
    assert level.fitted.expected.tolist() == [7.0] * 20
    assert level.expected() == (7.0, 0.0, 7.0, 7.0)
    assert level.expected().score(8.0) == float("inf")
    assert bg.HoltWinters().fit([5.0]).expected().expected == 5.0
    line = bg.HoltWinters().fit(np.arange(30.0))
    assert line.forecast(5).expected.round(6).tolist() == [30.0, 31.0, 32.0, 33.0, 34.0]
    assert line.components.level == pytest.approx(29.0)
    assert "not fitted" in repr(bg.HoltWinters(4))
    assert "level" in repr(line)
    two = bg.HoltWinters(3).fit([1.0, 5.0, 9.0, 1.0, 5.0, 9.0])
    assert two.forecast(3).expected.round(6).tolist() == [1.0, 5.0, 9.0]


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"period": 1}, ValueError, "period: 1 given"),
        ({"period": 4}, ValueError, "expected at least two periods of 4"),
        ({"period": "day"}, TypeError, "on=times"),
        ({"seasonal": "both"}, ValueError, "seasonal"),
        ({"trend": "multiplicative"}, ValueError, "trend"),
        ({"smoothing_level": 1.5}, ValueError, "smoothing_level: 1.5"),
        ({"width": -1}, ValueError, "width"),
        ({"memory": 0}, ValueError, "memory"),
        ({"seasonal": "multiplicative"}, ValueError, "above 0"),
        ({"exclude": [True] * 6}, ValueError, "no value"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, says):
    keywords = {"period": 2, **arguments}
    with pytest.raises(error, match=says):
        bg.holt_winters([1.0, 2.0, 3.0, -2.0, 1.0, 4.0], **keywords)


def test_a_model_that_knows_nothing_says_so():
    model = bg.HoltWinters(4)
    for call in (model.expected, lambda: model.update(1.0), lambda: model.forecast(1), lambda: model.fitted):
        with pytest.raises(ValueError, match="fit"):
            call()
    with pytest.raises(ValueError, match="all smoothing"):
        bg.HoltWinters(2, start=(1.0, 0.0, [0.0, 0.0]))
    known = {"smoothing_level": 0.1, "smoothing_trend": 0.1, "smoothing_seasonal": 0.1}
    with pytest.raises(ValueError, match="a season of 1 rows"):
        bg.HoltWinters(2, start=(1.0, 0.0, [0.0]), **known)
    with pytest.raises(ValueError, match="rows: 0"):
        bg.HoltWinters(2, start=(1.0, 0.0, [0.0, 0.0]), **known).forecast(0)


def fitted_models():
    x = made(200, 12)
    yield bg.HoltWinters(12).fit(x)
    yield bg.HoltWinters(12, seasonal="multiplicative", damped_trend=True, robust=True, width=2).fit(x)
    yield bg.HoltWinters(trend=None, memory=50).fit(x)
    yield bg.HoltWinters(7, trend=None).fit(x[:100])


def test_bytes_go_on_where_the_model_was():
    for model in fitted_models():
        model.update([104.0, float("nan"), 98.0])
        for again in (
            bg.HoltWinters.from_bytes(model.to_bytes()),
            pickle.loads(pickle.dumps(model)),
            copy.deepcopy(model),
        ):
            assert again == model
            assert again.smoothing == model.smoothing
            for ours, want in zip(again.forecast(30), model.forecast(30), strict=True):
                np.testing.assert_array_equal(ours, want)
            assert again.update(150.0) == model.copy().update(150.0)
            assert again != model
            again.fit(made(100, 7))


def test_what_bytes_do_not_hold_is_told_and_pickle_holds_it():
    model = next(fitted_models())
    with pytest.raises(ValueError, match="nothing was fitted"):
        _ = bg.HoltWinters.from_bytes(model.to_bytes()).fitted
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).fitted.expected, model.fitted.expected)
    unfitted = pickle.loads(pickle.dumps(bg.HoltWinters("day", robust=True)))
    assert repr(unfitted) == repr(bg.HoltWinters("day", robust=True))
    with pytest.raises(ValueError, match="not fitted"):
        unfitted.to_bytes()


def test_bytes_that_no_model_has_are_refused():
    data = next(fitted_models()).to_bytes()
    for at in range(0, len(data), 7):
        with pytest.raises(ValueError, match="bytes"):
            bg.HoltWinters.from_bytes(data[:at])
    with pytest.raises(ValueError, match="kind"):
        bg.HoltWinters.from_bytes(bg.Moments().to_bytes())
    with pytest.raises(ValueError, match="limit"):
        bg.HoltWinters.from_bytes(data, max_bytes=20)
