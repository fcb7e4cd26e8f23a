"""Decomposition against statsmodels' STL with the same parameters; gaps, exclusions and odd input."""

from __future__ import annotations

import numpy as np
import pytest

import barograph as bg

pd = pytest.importorskip("pandas")


def made(rows: int, period: int) -> np.ndarray:
    t = np.arange(rows)
    x = 100.0 + 0.01 * t + 10.0 * np.sin(2 * np.pi * t / period)
    x += np.random.default_rng(3).normal(0.0, 1.0, rows)
    x[::37] += 30.0
    return x


@pytest.mark.parametrize(
    ("rows", "period", "arguments"),
    [
        (100, 12, {}),
        (97, 12, {"seasonal": 13}),
        (60, 7, {"trend": 15, "low_pass": 11}),
        (200, 24, {"seasonal_deg": 0}),
        (200, 24, {"trend_deg": 0, "low_pass_deg": 0}),
        (300, 5, {"seasonal": 9, "seasonal_jump": 2, "trend_jump": 5, "low_pass_jump": 3}),
        (25, 12, {"seasonal": 35}),
        (11, 2, {"seasonal": 3}),
        (400, 50, {"seasonal_jump": 3, "trend_jump": 10, "low_pass_jump": 7}),
    ],
)
@pytest.mark.parametrize("robust", [False, True])
def test_figures_are_those_of_statsmodels(rows, period, arguments, robust):
    seasonal = pytest.importorskip("statsmodels.tsa.seasonal", reason="statsmodels is not installed")
    x = made(rows, period)
    theirs = seasonal.STL(x, period=period, robust=robust, **arguments).fit()
    ours = bg.decompose(x, period, robust=robust, **arguments)
    for got, want in ((ours.trend, theirs.trend), (ours.seasonal, theirs.seasonal),
                      (ours.resid, theirs.resid), (ours.weights, theirs.weights)):  # fmt: skip
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-9)  # of values near 100
    rounds = seasonal.STL(x, period=period, robust=robust).fit(inner_iter=3, outer_iter=2)
    np.testing.assert_allclose(
        bg.decompose(x, period, robust=robust, inner_iter=3, outer_iter=2).trend, rounds.trend, atol=1e-9
    )


def test_parts_add_up_and_keep_kind_index_and_name():
    index = pd.date_range("2024-01-01", periods=960, freq="h")
    x = pd.Series(made(960, 24), index=index, name="ms")
    parts = bg.decompose(x, "day")
    pd.testing.assert_series_equal(parts.trend + parts.seasonal + parts.resid, x)
    assert parts.weights.between(0, 1).all()
    band = parts.band(2.0)
    mad = float((parts.resid - parts.resid.median()).abs().median())
    assert parts.scale == pytest.approx(1.4826022185056018 * mad)
    np.testing.assert_allclose(band.upper, parts.trend + parts.seasonal + 2 * parts.scale)
    assert band.expected.index.equals(index)
    assert np.flatnonzero(band.score(x) > 10).tolist() == list(range(0, 960, 37))  # the outliers
    plain = bg.decompose(x.to_numpy(), 24)
    np.testing.assert_array_equal(plain.trend, parts.trend)
    on = bg.decompose(x.to_numpy(), "1D", on=index)
    np.testing.assert_array_equal(on.seasonal, parts.seasonal)


def test_missing_and_excluded_rows_have_no_say_and_all_parts():
    t = np.arange(240)
    clean = 50.0 + 0.1 * t + np.tile(np.arange(24.0), 10)
    x = clean.copy()
    x[100:110] = np.nan
    parts = bg.decompose(x, 24)
    np.testing.assert_allclose(parts.trend + parts.seasonal, clean, atol=1e-8)
    assert np.isnan(parts.resid[100:110]).all()
    x = clean.copy()
    x[100:130] = 500.0
    left_out = bg.decompose(x, 24, exclude=(t >= 100) & (t < 130), robust=False)
    np.testing.assert_allclose(left_out.trend + left_out.seasonal, clean, atol=1e-8)
    np.testing.assert_allclose(left_out.resid[100:130], 500.0 - clean[100:130], atol=1e-8)
    assert left_out.scale < 1e-8
    index = pd.date_range("2024-01-01", periods=240, freq="h")
    timed = bg.decompose(x, 24, on=index, exclude=[(index[100], index[130])], robust=False)
    np.testing.assert_array_equal(timed.trend, left_out.trend)
    x = clean.copy()
    x[5::24] = np.nan  # an hour that never has a value
    assert np.isfinite(bg.decompose(x, 24).trend).all()
    pl = pytest.importorskip("polars")
    nulls = pl.Series("ms", [None if v != v else v for v in x.tolist()])
    np.testing.assert_array_equal(bg.decompose(nulls, 24).trend, bg.decompose(x, 24).trend)


def test_constant_series_have_no_remainder():
    parts = bg.decompose(np.full(50, 7.0), 5)
    np.testing.assert_allclose(parts.trend, 7.0, atol=1e-12)
    np.testing.assert_allclose(parts.resid, 0.0, atol=1e-12)
    spiked = np.full(50, 7.0)
    spiked[20] = 99.0
    np.testing.assert_allclose(bg.decompose(spiked, 5).trend, 7.0, atol=1e-9)
    band = bg.decompose([0.0] * 10, 2).band()
    assert band.scale.tolist() == [0.0] * 10
    assert band.lower.tolist() == band.upper.tolist() == [0.0] * 10


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"period": 1}, ValueError, "period: 1 given"),
        ({"period": 6}, ValueError, "x: 10 rows given, expected at least two periods of 6"),
        ({"seasonal": 4}, ValueError, "seasonal: 4 given"),
        ({"trend": 2}, ValueError, "trend: 2 given"),
        ({"low_pass": 4}, ValueError, "low_pass"),
        ({"trend_deg": 2}, ValueError, "trend_deg"),
        ({"trend_jump": 0}, ValueError, "trend_jump"),
        ({"seasonal": 3.5}, TypeError, "seasonal"),
        ({"inner_iter": -1}, ValueError, "inner_iter"),
        ({"period": "day"}, TypeError, "on=times"),
        ({"period": "3ns", "on": [0, 1, 2, 3, 4, 5, 6, 7, 8, 10]}, ValueError, "row 9"),
        ({"period": "3ns", "on": list(range(0, 20, 2))}, ValueError, "whole number of steps"),
        ({"exclude": [True] * 10}, ValueError, "no value is left"),
        ({"exclude": [True]}, ValueError, "exclude"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, says):
    keywords = {"period": 3, **arguments}
    with pytest.raises(error, match=says):
        bg.decompose([1.0, 2.0, 3.0, 2.0, 1.0, 4.0, 2.0, 1.0, 3.0, 2.0], **keywords)
    with pytest.raises(ValueError, match="width"):
        bg.decompose([1.0, 2.0] * 5, 2).band(-1)
