"""Change points: the least cost, found exactly, and as a stream goes along."""

from __future__ import annotations

import pickle
import time

import numpy as np
import pytest

import barograph as bg

detect = bg.detect


def steps(levels, every=300, seed=0, sigma=1.0):
    rng = np.random.default_rng(seed)
    return np.repeat(np.asarray(levels, dtype=float), every) + sigma * rng.normal(size=len(levels) * every)


def cost(x, rows, penalty, sigma):
    parts = np.split(x, rows)
    return sum(((p - p.mean()) ** 2).sum() for p in parts) / sigma**2 + penalty * len(rows)


def test_no_segmentation_costs_less():
    """Dynamic programming over all segmentations, without pruning."""
    for seed in range(5):
        x = steps([0, 2, 1, 4], 30, seed)
        n, penalty = len(x), 6.0
        sums, squares = np.append(0, np.cumsum(x)), np.append(0, np.cumsum(x**2))
        best = np.full(n + 1, np.inf)
        best[0] = -penalty
        for end in range(1, n + 1):
            start = np.arange(end)
            within = squares[end] - squares[start] - (sums[end] - sums[start]) ** 2 / (end - start)
            best[end] = (best[:end] + within + penalty).min()
        found = detect.change_points(x, penalty=penalty, sigma=1.0)
        assert cost(x, found.rows, penalty, 1.0) == pytest.approx(best[n], rel=1e-9)


def test_segments_say_what_they_are():
    times = np.datetime64("2026-03-01") + np.arange(1200) * np.timedelta64(60, "s")
    found = detect.change_points(steps([10, 14, 12, 20], sigma=0.5), times)
    np.testing.assert_allclose(found.rows, [300, 600, 900], atol=2)
    assert len(found) == 3
    assert found.time[0] == times[found.rows[0]]
    np.testing.assert_allclose(found.segments["mean"], [10, 14, 12, 20], atol=0.2)
    np.testing.assert_allclose(found.segments["std"], 0.5, atol=0.08)
    np.testing.assert_allclose(found.segments["shift"][1:], [4, -2, 8], atol=0.3)
    assert found.segments["end"].tolist() == [*found.rows.tolist(), 1200]


def test_noise_has_no_changes_and_variances_do():
    clean = sum(len(detect.change_points(steps([5], 1000, seed))) == 0 for seed in range(60))
    assert clean >= 58
    spread = np.concatenate([steps([0], 500), 4 * steps([0], 500, 1)])
    rows = detect.change_points(spread, cost="mean_variance").rows
    assert len(rows) == 1
    assert abs(rows[0] - 500) < 20


def test_missing_values_are_left_out_and_rows_stay_those_of_the_series():
    x = steps([0, 9], 50)
    x[10:20] = np.nan
    x[60] = np.inf
    assert detect.change_points(x).rows.tolist() == [50]
    assert detect.change_points(x).segments["count"].tolist() == [40, 49]
    for odd in ([], [1.0], [np.nan], [2.0] * 30):
        assert len(detect.change_points(odd)) == 0
    assert detect.change_points([2.0] * 30 + [3.0] * 30).rows.tolist() == [30]


def test_a_million_rows_without_a_change():
    x = steps([5], 1_000_000)
    begin = time.process_time()
    assert len(detect.change_points(x)) == 0
    assert time.process_time() - begin < 5


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: detect.change_points([1.0], cost="slope"), "cost: 'slope' given"),
        (lambda: detect.change_points([1.0, 2.0], sigma=-1.0), "sigma"),
        (lambda: detect.change_points([1.0, 2.0], penalty=0), "penalty: 0 given"),
        (lambda: detect.change_points([1.0, 2.0], least_rows=1), "least_rows: 1"),
        (lambda: detect.change_points(np.ones((2, 2))), "2 columns"),
        (lambda: detect.OnlineChangePoint(run_length=0.5), "run_length: 0.5"),
        (lambda: detect.OnlineChangePoint().score([1.0]), "no sigma yet"),
        (lambda: detect.OnlineChangePoint().fit([1.0]), "1 finite values"),
        (lambda: detect.OnlineChangePoint.from_bytes(b"no"), "bytes"),
    ],
)
def test_errors_name_what_was_given(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()


def test_the_online_statistic_is_the_largest_of_all_splits():
    x = steps([0, 1], 60)
    score = detect.OnlineChangePoint(sigma=1.0, limit=100.0).score(x)
    for n in (2, 40, 90, 120):
        means = [
            abs(x[:c].mean() - x[c:n].mean()) * np.sqrt(c * (n - c) / n) for c in range(1, n)
        ]  # the definition
        assert score[n - 1] == pytest.approx(max(means), rel=1e-9)


@pytest.mark.parametrize("run_length", [200, 2000])
def test_false_alarms_of_the_online_one_are_as_rare_as_it_says(run_length):
    detector = detect.OnlineChangePoint(sigma=1.0, run_length=run_length)
    n = 400 * run_length
    detector.update(np.random.default_rng(run_length).normal(size=n))
    assert n / detector.alarms == pytest.approx(run_length, rel=0.25)  # four errors of 400 alarms


def test_the_online_one_finds_changes_soon_and_goes_on():
    x = steps([10, 13, 11], 500, sigma=2.0)
    found = detect.OnlineChangePoint(run_length=1e6).fit(x[:500]).detect(x)
    rows = [d.row for d in found]
    assert len(rows) == 2
    assert 500 <= rows[0] < 540
    assert 1000 <= rows[1] < 1080
    assert found.score[rows[0]] >= found.threshold[0]
    detector = detect.OnlineChangePoint(sigma=2.0).update(x[:700])
    back = pickle.loads(pickle.dumps(detector))
    assert back == detector
    assert back.update(5.0).statistic == detector.update(5.0).statistic


def test_a_million_values_online_take_less_than_a_second():
    x = steps([5], 1_000_000)
    detector = detect.OnlineChangePoint(sigma=1.0)
    begin = time.process_time()
    detector.update(x)
    assert time.process_time() - begin < 1


def test_ruptures_finds_no_cheaper_segmentation():
    ruptures = pytest.importorskip("ruptures")
    for seed in range(3):
        x = steps([0, 1.5, 0.5, 3], 60, seed)
        penalty = 7.0
        theirs = ruptures.Pelt(model="l2", min_size=1, jump=1).fit(x).predict(penalty)[:-1]
        ours = detect.change_points(x, penalty=penalty, sigma=1.0).rows
        assert cost(x, ours, penalty, 1.0) == pytest.approx(cost(x, theirs, penalty, 1.0), rel=1e-9)


@pytest.mark.parametrize(("rows", "most"), [(20, 0.04), (50, 0.03), (200, 0.015)])
def test_pure_noise_of_any_length_seldom_has_a_change(rows: int, most: float):
    noise = np.random.default_rng(rows).normal(size=(600, rows))
    assert np.mean([len(bg.detect.change_points(x)) > 0 for x in noise]) <= most


def test_differences_that_overflow_are_named():
    with pytest.raises(ValueError, match=r"x: values from -1e\+308 to 1e\+308 given, .*difference"):
        detect.OnlineChangePoint().detect([1e308, -1e308] * 25)
