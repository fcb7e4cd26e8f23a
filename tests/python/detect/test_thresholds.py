"""Thresholds alarm as often as they say, whatever the window, and each group has a normal of its own."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import barograph as bg

detect = bg.detect
Z = [detect.ZScore, detect.RobustZScore]


def normal(n, seed=0):
    return np.random.default_rng(seed).normal(size=n)


def test_scores_are_those_of_the_definition():
    x = normal(500) * 3 + 7
    np.testing.assert_allclose(detect.ZScore().score(x), np.abs(x - x.mean()) / x.std(ddof=1), rtol=1e-12)
    mad = np.median(np.abs(x - np.median(x))) * 1.4826022185056018
    np.testing.assert_allclose(detect.RobustZScore().score(x), np.abs(x - np.median(x)) / mad, rtol=1e-12)
    band = bg.rolling_baseline(x, 30, "median", closed="left", min_periods=15)
    np.testing.assert_allclose(detect.RobustZScore(window=30).score(x), np.abs(band.score(x)), rtol=1e-12)


@pytest.mark.parametrize("make", Z)
@pytest.mark.parametrize("window", [None, 20, 200])
def test_false_alarms_do_not_depend_on_the_window(make, window):
    x = normal(200_000, 3)
    found = make(window=window, alpha=0.01).detect(x)
    # The deviation of medians is only nearly Student's: half as many again are let pass.
    exact = make is detect.ZScore or window is None
    assert found.is_anomaly.mean() == pytest.approx(0.01, rel=0.12 if exact else 0.5)
    outside = (x < found.lower) | (x > found.upper)
    np.testing.assert_array_equal(outside, found.is_anomaly)


@pytest.mark.parametrize("make", Z)
@pytest.mark.parametrize("window", [2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 31])
def test_false_alarms_of_a_short_window_are_those_asked_for(make, window):
    x = normal(400_000, window)
    for alpha in (0.05, 0.01, 0.001):
        share = make(window=window, alpha=alpha).detect(x).is_anomaly.mean()
        chance = 5 * np.sqrt(window * alpha / len(x))  # rows that share a window alarm together
        assert 0.7 * alpha - chance < share < 1.1 * alpha + chance


def test_few_rows_that_judge_each_other_alarm_no_more_often_than_asked():
    for make in (*Z, detect.QuantileThreshold):
        for rows in (2, 3, 4, 6, 11):
            detector = make() if make is detect.QuantileThreshold else make(alpha=0.02)
            by = np.repeat(np.arange(3000), rows)
            share = detector.detect(normal(3000 * rows, rows), by=by).is_anomaly.mean()
            assert share < 1.15 * 0.02, (make, rows)


@pytest.mark.parametrize("make", Z)
def test_sides(make):
    x = normal(3000)
    x[1000], x[2000] = 9.0, -9.0
    up, down = make(side="up").detect(x), make(side="down").detect(x)
    assert up.is_anomaly[1000]
    assert not up.is_anomaly[2000]
    assert down.is_anomaly[2000]
    assert not down.is_anomaly[1000]
    assert np.isnan(up.lower).all()
    assert np.isnan(down.upper).all()
    assert up.severity[1000] == "HIGH"


@pytest.mark.parametrize("make", [*Z, lambda **how: detect.QuantileThreshold(0.005, 0.995, **how)])
def test_each_group_has_its_own_normal(make):
    n = 3000
    by = np.array(["web", "db"])[np.arange(n) % 2]
    x = np.where(by == "web", 100 + normal(n), 5 + 0.01 * normal(n))
    x[1501], x[1500] = 5.2, 120.0
    for how in ({}, {"window": 100}):
        found = make(**how).detect(x, by=by)
        assert found.is_anomaly[1501]
        assert found.is_anomaly[1500]
        assert found.expected[1501] == pytest.approx(5, abs=0.01)
        alone = make(**how).detect(x[1::2])
        np.testing.assert_array_equal(found.score[1::2], alone.score)
    fitted = make().fit(x[:1000], by=by[:1000])
    later = fitted.score(np.array([5.2, 100.0, 7.0]), by=["db", "web", "new"])
    assert later[0] > 1
    assert later[1] < 3


def test_rows_without_a_group_are_one_group_and_series_go_by_their_index():
    pandas = pytest.importorskip("pandas")
    normals, later = np.array([1.0, 2, 3, 5, 6, 7]), [100.0, 101, 102]
    for missing in (np.nan, None, np.datetime64("NaT")):
        by = np.array([0, 0, 0, missing, missing, missing], dtype="O" if missing is None else None)
        fitted = detect.ZScore().fit(normals, by=by)
        np.testing.assert_array_equal(fitted.score(later, by=[np.nan] * 3), [94, 95, 96])
    x = pandas.Series(normals, index=list("abcdef"))
    by = pandas.Series([1, 1, 1, 2, 2, 2], index=x.index)
    score = detect.ZScore().score
    np.testing.assert_array_equal(score(x, by=by.sample(frac=1, random_state=0)), score(x, by=by))
    with pytest.raises(ValueError, match="by: a Series given whose index has no label of that of x"):
        score(x, by=by.reset_index(drop=True))


@pytest.mark.parametrize("make", Z)
def test_history_of_fit_goes_before_the_rows_that_are_judged(make):
    x = normal(400)
    for window in (50, "30min"):
        times = np.datetime64("2026-01-01") + np.arange(400) * np.timedelta64(60, "s")
        whole = make(window=window).detect(x, times)
        later = make(window=window).fit(x[:300], times[:300]).detect(x[300:], times[300:])
        np.testing.assert_array_equal(later.score, whole.score[300:])
    with pytest.raises(ValueError, match="expected both or none"):
        make(window=50).fit(x).score(x, times)
    with pytest.raises(ValueError, match="begin before"):
        make(window=50).fit(x, times).score(x[100:], times[100:])


@pytest.mark.parametrize("make", Z)
def test_a_past_that_never_moved_gives_finite_scores(make):
    x = np.full(100, 50.0)
    x[60] = 51.0
    x[80] = 50.0001
    score = make(window=20).score(x)
    assert score[60] == pytest.approx(20)  # a thousandth of the level is its scale
    assert score[59] == 0
    found = make(window=20).detect(x)
    assert found.is_anomaly[60]
    assert not found.is_anomaly[80]
    mostly = np.zeros(200)
    mostly[::9] = normal(23) * 5
    assert np.isfinite(make().score(mostly)).all()
    assert make().detect(mostly).count < 10  # the deviation takes the place of a median deviation of 0


def test_missing_and_infinite_values():
    x = normal(100)
    x[50], x[51] = np.nan, np.inf
    for make in Z:
        for how in ({}, {"window": 20}):
            found = make(**how).detect(x)
            assert found.score[50] == 0
            assert found.is_anomaly[51]
            assert found.score[51] <= 1
            assert not found.is_anomaly[52]
    with pytest.raises(ValueError, match="no finite value in 2 rows"):
        detect.ZScore().fit([np.nan, np.nan])
    assert detect.ZScore().detect([]).count == 0
    assert np.isnan(detect.ZScore().score([np.nan])).all()
    assert np.isnan(detect.ZScore().score([3.0]))  # one value has no deviation
    assert detect.RobustZScore().score([3.0, 3.0]).tolist() == [0.0, 0.0]


def test_quantiles_need_no_distribution():
    rng = np.random.default_rng(0)
    x = rng.lognormal(3, 1, 100_000)
    detector = detect.QuantileThreshold(0.01, 0.99).fit(x)
    fresh = rng.lognormal(3, 1, 100_000)
    found = detector.detect(fresh)
    low, high = np.quantile(x, [0.01, 0.99], method="weibull")
    np.testing.assert_array_equal(found.is_anomaly, (fresh < low) | (fresh > high))
    assert found.is_anomaly.mean() == pytest.approx(0.02, rel=0.1)
    score = detector.score(fresh)
    np.testing.assert_array_equal(score > 1, found.is_anomaly)
    assert detect.QuantileThreshold(side="up").fit(x).detect([0.0, 1e9]).is_anomaly.tolist() == [False, True]
    assert detect.QuantileThreshold().detect(np.ones(50)).count == 0


SAMPLES = {
    "normal": lambda r, n: r.normal(size=n),
    "uniform": lambda r, n: r.uniform(size=n),
    "exponential": lambda r, n: r.exponential(size=n),
    "Student t, 3": lambda r, n: r.standard_t(3, n),
    "log-normal": lambda r, n: r.lognormal(size=n),
    "counts": lambda r, n: r.poisson(3, n).astype(float),
    "rare counts": lambda r, n: r.poisson(0.05, n).astype(float),
}


def rates_of(make, draw, n: int, seed: int = 0) -> dict[str, float]:
    """The share of rows flagged: by the n rows before, by n rows of their group, and among n rows."""
    rng, groups, each = np.random.default_rng(seed), 400, 30
    by, later = np.repeat(np.arange(groups), n), np.repeat(np.arange(groups), each)
    known, fresh = draw(rng, groups * n), draw(rng, groups * each)
    rolled = make(window=n, min_periods=n).detect(draw(rng, 60_000))
    return {
        "window": rolled.is_anomaly[n:].mean(),
        "history": make().fit(known, by=by).detect(fresh, by=later).is_anomaly.mean(),
        "among": make().detect(known, by=by).is_anomaly.mean(),
    }


@pytest.mark.parametrize("n", [8, 60, 150, 200])
@pytest.mark.parametrize("kind", SAMPLES)
def test_quantiles_are_passed_as_often_as_stated(kind: str, n: int):
    low = 0.05 if n == 60 else 0.01
    rates = rates_of(lambda **k: detect.QuantileThreshold(low, 1 - low, **k), SAMPLES[kind], n, n)
    enough = (n + 1) * low >= 1
    # heavy tails are further out than the exponential one that stands in where rows are too few, and where
    # the rows of a group are equal any other one is beyond
    most = 2 * low * (1.0 if enough or kind in ("normal", "uniform", "exponential") else 2.0)
    assert rates["window"] <= 1.1 * most
    assert max(rates.values()) <= 1.25 * most  # of 400 histories only
    if enough and kind not in ("counts", "rare counts"):
        assert rates["window"] >= 0.85 * most
        assert rates["history"] >= 0.75 * most


@pytest.mark.parametrize("n", [4, 6, 12, 40, 200])
@pytest.mark.parametrize("alpha", [0.02, 0.002])
def test_z_scores_alarm_as_often_as_stated_however_few_the_rows(n: int, alpha: float):
    error = 4 * np.sqrt(alpha / 400 / n)  # four standard errors of the smallest of the three
    exact = rates_of(lambda **how: detect.ZScore(alpha=alpha, **how), SAMPLES["normal"], n, n)
    for form, rate in exact.items():
        # rows that share their history alarm together: so do far more of them at once than by chance
        assert rate == pytest.approx(alpha, abs=error, rel=0.6 if form == "history" else 0.25), form
    robust = rates_of(lambda **how: detect.RobustZScore(alpha=alpha, **how), SAMPLES["normal"], n, n)
    assert max(robust.values()) <= 1.6 * alpha + error, robust


def test_one_of_few_rows_is_judged_by_the_others():
    # among ten rows none is further from their mean than 2.85 of their deviations
    x = np.append(normal(9), 50.0)
    for detector in (detect.ZScore(), detect.QuantileThreshold()):
        found = detector.detect(x)
        assert found.is_anomaly.nonzero()[0].tolist() == [9]
        assert x[9] > found.upper[9]
        np.testing.assert_array_equal(detector.fit(x).detect(x).is_anomaly, found.is_anomaly)
    assert detect.ZScore().detect([3.0, 3.0, 3.0, 50.0]).is_anomaly.tolist() == [False] * 3 + [True]
    assert detect.ZScore().detect([3.0, 50.0]).count == 0
    assert detect.ZScore().detect(np.full(9, 3.0)).count == 0


@pytest.mark.parametrize("how", [{}, {"pooled": False}, {"method": "mean"}, {"causal": False}, {"window": 4}])
def test_the_hour_of_the_week_tells_what_is_normal(how):
    pandas = pytest.importorskip("pandas")
    index = pandas.date_range("2026-01-05", periods=24 * 7 * 10, freq="h")
    noise = normal(len(index), 4)
    weekday = np.asarray(index.day_of_week < 5)
    load = pandas.Series(
        np.where(weekday & (index.hour >= 8), 100.0, 20.0) + noise, index=index, name="requests"
    )
    night = 24 * 7 * 8 + 3
    load.iloc[night] = 100.0  # usual on a working day, never at three in the morning
    found = detect.SeasonalBaseline(**how).detect(load)
    assert found.is_anomaly[night]
    assert found.kind[night] == "traffic"
    assert found.is_anomaly[24 * 14 :].mean() < 0.01
    assert found.expected[night] == pytest.approx(20, abs=2)
    assert detect.ZScore().detect(load).is_anomaly[night] == np.False_


@pytest.mark.parametrize("weeks", [3, 4, 8])
@pytest.mark.parametrize("method", ["median", "mean"])
@pytest.mark.parametrize(
    "how", [{}, {"pooled": False}, {"causal": False}, {"causal": False, "pooled": False}, {"window": 4}]
)
def test_seasons_alarm_no_more_often_than_stated_however_few_they_are(how, method, weeks: int):
    n = 168 * weeks
    times = np.datetime64("2026-01-05") + np.arange(n) * np.timedelta64(1, "h")
    alpha, alarms, rows = 0.002, 0, 0
    for seed in range(12):
        found = detect.SeasonalBaseline(method=method, alpha=alpha, **how).detect(normal(n, seed), times)
        alarms += found.count
        rows += np.isfinite(found.expected).sum()
    assert alarms <= 1.5 * alpha * rows + 3 * np.sqrt(alpha * rows)


def test_a_seasonal_baseline_goes_on_from_its_history():
    n = 24 * 7 * 4
    times = np.datetime64("2026-01-05") + np.arange(n) * np.timedelta64(1, "h")
    x = 10 * np.sin(np.arange(n) * 2 * np.pi / 24) + normal(n)
    whole = detect.SeasonalBaseline("day").score(x, times)
    later = detect.SeasonalBaseline("day").fit(x[:500], times[:500]).score(x[500:], times[500:])
    np.testing.assert_array_equal(later, whole[500:])
    with pytest.raises((ValueError, TypeError)):
        detect.SeasonalBaseline().score(x)


@pytest.mark.parametrize("draw", ["normal", "exponential", "lognormal", "uniform"])
def test_extreme_values_pass_their_limit_as_often_as_asked(draw):
    rng = np.random.default_rng(1)
    sample = getattr(rng, draw)
    learnt, fresh = sample(size=20_000), sample(size=1_000_000)
    detector = detect.ExtremeValue(alpha=1e-4).fit(learnt)
    share = (fresh > detector.limit).mean()
    # 400 fitted values tell such a quantile to a factor of two; lighter tails than an exponential one have a
    # limit that is further out
    assert {"uniform": 0, "normal": 0.1e-4}.get(draw, 0.3e-4) <= share < 3e-4
    found = detector.detect(fresh)
    np.testing.assert_array_equal(found.is_anomaly, fresh >= found.upper)


@pytest.mark.parametrize("n", [500, 2000])
@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, n: rng.poisson(3, n),
        lambda rng, n: rng.poisson(30, n),
        lambda rng, n: rng.geometric(0.2, n),
        lambda rng, n: np.round(rng.gamma(2, 1, n), 1),
        lambda rng, n: rng.pareto(1.1, n),
        lambda rng, n: rng.pareto(2.5, n),
        lambda rng, n: rng.poisson(0.1, n),
    ],
)
def test_limits_of_counts_and_of_heavy_tails_keep_their_rate(draw, n):
    fresh = draw(np.random.default_rng(99), 200_000).astype(float)
    shares, found = [], []
    for seed in range(60):
        learnt = draw(np.random.default_rng(seed), n).astype(float)
        detector = detect.ExtremeValue(alpha=1e-3).fit(learnt)
        shares.append((fresh >= detector.limit).mean())
        found.append(detector.detect([10 * np.quantile(fresh, 0.999)]).count)
    assert np.mean(shares) < 1.25e-3  # 60 fits of the heaviest tail differ by a standard error of a seventh
    assert np.mean(found) > 0.5


def test_a_group_of_few_values_is_not_judged():
    x = np.append(normal(500), [100.0, 100.0])
    by = np.append(np.full(500, "web"), ["db", "db"])
    x[7] = 80.0
    found = detect.ExtremeValue().detect(x, by=by)
    assert [d.row for d in found] == [7]
    assert np.isnan(detect.ExtremeValue().score(x, by=by)[500:]).all()


def test_extreme_values_of_both_tails_and_of_what_drifts():
    rng = np.random.default_rng(2)
    x = rng.standard_t(5, 5000)
    both = detect.ExtremeValue(side="both").fit(x)
    assert both.detect([-60.0, 0.0, 60.0]).is_anomaly.tolist() == [True, False, True]
    down = detect.ExtremeValue(side="down").fit(x)
    assert down.detect([-60.0, 60.0]).is_anomaly.tolist() == [True, False]
    assert down.limit < -5
    drift = np.linspace(0, 500, 5000) + rng.normal(size=5000)
    drift[4000] += 15
    found = detect.ExtremeValue(window=50).detect(drift)
    assert found.is_anomaly[4000]
    assert found.count < 5
    assert not detect.ExtremeValue().detect(drift).is_anomaly[4000]


def test_a_stream_of_extreme_values_learns_from_all_but_its_alarms():
    rng = np.random.default_rng(3)
    detector = detect.ExtremeValue(alpha=1e-5).fit(rng.exponential(size=2000))
    before = detector.limit
    scores = detector.update(rng.exponential(size=50_000))
    assert scores.shape == (50_000,)
    assert detector.update(1000.0) > 10
    assert detector.limit == pytest.approx(np.log(1e5), rel=0.15)  # the exact quantile
    assert detector.limit != before
    with pytest.raises(ValueError, match="of one tail"):
        detect.ExtremeValue(side="both").fit(rng.exponential(size=100)).update(1.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: detect.ZScore(side="left"), "side: 'left' given"),
        (lambda: detect.ZScore(alpha=2), "alpha: 2 given"),
        (lambda: detect.QuantileThreshold(0.6, 0.9), "low, high"),
        (lambda: detect.ExtremeValue(level=0.2), "level: 0.2 given"),
        (
            lambda: detect.ExtremeValue().fit(np.arange(10.0)).limit,
            "x: 10 finite values given, expected at least 20",
        ),
        (lambda: detect.SeasonalBaseline(method="ewma"), "method: 'ewma' given"),
        (lambda: detect.ZScore().score(np.ones((3, 2))), "2 columns given, expected one series"),
        (lambda: detect.ZScore().score(np.ones(3), by=["a"]), "by: 1 given, expected 3"),
        (lambda: detect.ZScore().detect(np.arange(9.0), contamination=1), "contamination: 1 given"),
    ],
)
def test_errors_name_what_was_given(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()


@pytest.mark.parametrize(
    "make", [*Z, detect.QuantileThreshold, detect.ExtremeValue, lambda: detect.ZScore(window=10)]
)
def test_fitted_thresholds_are_pickled(make):
    x = normal(500)
    detector = make().fit(x)
    detector.detect(x)
    loaded = pickle.loads(pickle.dumps(detector))
    np.testing.assert_array_equal(loaded.score(x[:50]), detector.score(x[:50]))


def test_the_index_and_its_times_stay():
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    series = pandas.Series([1.0, 2.0, 1.0, 50.0], index=pandas.date_range("2026-01-01", periods=4, freq="h"))
    assert detect.RobustZScore().detect(series).time[3] == np.datetime64("2026-01-01T03:00")
    assert detect.RobustZScore().score(polars.Series([1.0, 2.0, 1.0, 50.0])).argmax() == 3


@pytest.mark.parametrize("make", [lambda: bg.detect.RobustZScore(window=50), bg.detect.SeasonalBaseline])
def test_the_rows_of_fit_are_judged_as_they_came(make: Callable[[], Any]):
    pandas = pytest.importorskip("pandas")
    times = pandas.date_range("2026-01-01", periods=2000, freq="h")
    x = pandas.Series(np.random.default_rng(2).normal(10, 1, 2000), index=times)
    x.iloc[1900] = 30.0
    again = make().fit(x).detect(x)
    np.testing.assert_array_equal(again.score, make().detect(x).score)
    assert again.is_anomaly[1900]


@pytest.mark.filterwarnings("error")
def test_values_at_the_ends_of_the_range_of_doubles_warn_of_nothing():
    rng = np.random.default_rng(0)
    for x in (
        rng.normal(size=60) * 5e-324,
        np.where(rng.uniform(size=60) < 0.5, 5e-324, 0.0),
        np.where(rng.uniform(size=60) < 0.1, 1.7e308, rng.normal(size=60)),
    ):
        for detector in (bg.detect.ZScore(window=10), bg.detect.QuantileThreshold(window=10)):
            assert np.isfinite(detector.detect(x).score).all()


def test_no_rows_have_no_season():
    times = np.zeros(0, dtype="datetime64[ns]")
    for causal in (True, False):
        assert len(detect.SeasonalBaseline("day", causal=causal).detect([], times)) == 0


def test_values_that_are_too_large_for_a_tail_are_named():
    x = [1e308] * 25 + [1.5e308]
    for call in (lambda: detect.ExtremeValue().detect(x), lambda: detect.ExtremeValue().fit(x).limit):
        with pytest.raises(
            ValueError, match=r"x: 0 values from -1e\+300 to 1e\+300 given, expected at least 20"
        ):
            call()
    found = detect.ExtremeValue().detect([*np.random.default_rng(0).normal(size=100).tolist(), 1e308])
    assert [d.row for d in found] == [100]


def test_two_threads_that_push_extreme_values_lose_none():
    detector = detect.ExtremeValue().fit(normal(100))
    pieces = [normal(60_000, seed) for seed in (1, 2)]
    threads = [threading.Thread(target=detector.update, args=[piece]) for piece in pieces]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert detector._law().count() > 100 + 119_800


def test_a_law_is_read_while_values_are_pushed():
    law = detect.ExtremeValue().fit(normal(1000))._law()
    reader = threading.Thread(target=lambda: [law.log_tails(np.ones(1)) for _ in range(2000)])
    reader.start()
    for seed in range(10):
        law.update_many(normal(4000, seed), 1e-4)  # fits its law anew, and asks there whether to go on
    reader.join()
    assert law.count() > 40_900
