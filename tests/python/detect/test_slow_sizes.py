"""A slow change that is found is found, too, where it is larger, whatever the season and the steps."""

from __future__ import annotations

import numpy as np
import pytest

import barograph as bg

MONDAY = np.datetime64("2026-03-02", "s")


def times(n: int, step: int) -> np.ndarray:
    return MONDAY + np.arange(n) * np.timedelta64(step, "s")


def day(n: int, step: int) -> np.ndarray:
    return np.sin(2 * np.pi * np.arange(n) * step / 86400)


def seasonal(n: int, step: int) -> np.ndarray:
    return 200 + 40 * day(n, step) + 10 * np.random.default_rng(0).normal(size=n)


def found(x: np.ndarray, step: int) -> int:
    return bg.detect.auto(x, times(len(x), step)).count


LENGTHS = [(2016, 300), (1344, 1800), (8064, 300), (10080, 60), (672, 3600)]


@pytest.mark.parametrize("onset", [0.5, 0.8])
@pytest.mark.parametrize(("n", "step"), LENGTHS)
def test_a_lasting_shift_of_any_size_is_found(n: int, step: int, onset: float):
    x, at = seasonal(n, step), int(n * onset)
    for size in (15, 60, 120, 250, 1000, -150):
        shifted = x.copy()
        shifted[at:] += size
        assert found(shifted, step) == pytest.approx(n - at, rel=0.05), size


@pytest.mark.parametrize("onset", [0.5, 0.8])
@pytest.mark.parametrize(("n", "step"), LENGTHS)
def test_a_leak_of_any_size_is_found(n: int, step: int, onset: float):
    at = int(n * onset)
    ramp = np.maximum(0, np.arange(n) - at) / (n - at)
    for size in (60, 100, 200, 400):
        assert found(seasonal(n, step) + size * ramp, step) > 0.5 * (n - at), size


@pytest.mark.parametrize("onset", [0.5, 0.8])
@pytest.mark.parametrize(("n", "step"), LENGTHS)
def test_a_season_that_is_lost_or_grows_is_found(n: int, step: int, onset: float):
    at = int(n * onset)
    of_end = np.where(np.arange(n) >= at, 40 * day(n, step), 0.0)
    for times_more in (-1, 2):
        assert found(seasonal(n, step) + times_more * of_end, step) > 0.4 * (n - at), times_more


@pytest.mark.parametrize(("n", "step"), LENGTHS)
def test_a_season_alone_growth_and_a_walk_are_none(n: int, step: int):
    assert found(seasonal(n, step), step) == 0
    for size in (40, 400):
        assert found(seasonal(n, step) + size * np.arange(n) / n, step) < 0.02 * n


def test_a_weekend_unlike_three_others_is_found_and_a_first_one_is_not():
    x = seasonal(8064, 300)
    weekend = np.arange(8064) // 288 % 7 >= 5
    for week in (2, 3):
        raised = x + 500 * (weekend & (np.arange(8064) // 2016 == week))
        assert found(raised, 300) == 576
    assert found(x + 500 * weekend, 300) < 80
    assert found(x[:2016] + 500 * weekend[:2016], 300) < 20


@pytest.mark.parametrize("days", [1, 2, 3])
def test_a_last_week_that_begins_otherwise_is_found(days: int):
    x = seasonal(8064, 300)[: (21 + days) * 288]
    x[21 * 288 :] += 500
    assert found(x, 300) == days * 288


@pytest.mark.parametrize(("n", "step"), [(20000, 1), (256, 60), (380, 60), (3000, 5)])
def test_a_shift_within_hours_of_a_monday_is_found(n: int, step: int):
    x = np.random.default_rng(0).normal(size=n)
    x[n // 2 :] += 6
    assert found(x, step) == n - n // 2


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("season", [0, 40])
def test_a_spread_that_grows_is_found_from_its_onset_on(season: int, seed: int):
    n, at = 4032, 2400
    noise = np.random.default_rng(seed).normal(size=n)
    growth = 1 + 4 * np.maximum(0, np.arange(n) - at) / (n - at)
    rows = np.flatnonzero(
        bg.detect.auto(season * day(n, 300) + 10 * noise * growth, times(n, 300)).is_anomaly
    )
    assert rows.size > 0.7 * (n - at)
    assert rows.min() > at - 300
    assert bg.detect.auto(season * day(n, 300) + 10 * noise, times(n, 300)).count < 5


def test_two_days_are_enough_for_what_is_usual_by_the_hour():
    x = 40 * day(2880, 60) + np.random.default_rng(1).normal(size=2880)
    x[2000:2004] = x[2720:2724]  # as twelve hours later: usual, but not then
    assert bg.detect.auto(x, times(2880, 60)).is_anomaly[2000:2004].all()


@pytest.mark.parametrize("seed", range(40, 46))
def test_as_rows_come_what_is_wider_or_usual_at_another_hour_is_told(seed: int):
    n = 4032
    rng = np.random.default_rng(seed)
    calm = 6 * day(n, 300) + rng.normal(size=n)
    assert bg.detect.auto(calm, times(n, 300), causal=True).count < 5
    wide = calm + 0.0
    wide[2600:2800] += 4 * rng.normal(size=200)
    assert bg.detect.auto(wide, times(n, 300), causal=True).is_anomaly[2600:2720].any()
    at = 11 * 288 + 72  # where the day is highest
    other = calm + 0.0
    other[at] = -other[at]
    assert bg.detect.auto(other, times(n, 300), causal=True).is_anomaly[at]


#: Rows and their steps of two whole days to four.
FEW_DAYS = [(576, 300), (432, 600), (864, 300), (1152, 300), (576, 600)]


@pytest.mark.parametrize(("n", "step"), FEW_DAYS)
@pytest.mark.parametrize("season", [0, 10])
def test_a_large_shift_is_found_in_few_days_too(season: int, n: int, step: int):
    x = season * day(n, step) + np.random.default_rng(1).normal(size=n)
    assert found(x, step) < 0.02 * n
    x[n // 2 :] += 20
    assert found(x, step) == pytest.approx(n - n // 2, rel=0.1)


@pytest.mark.parametrize(("n", "step"), FEW_DAYS)
def test_a_large_leak_is_found_in_few_days_too(n: int, step: int):
    x = np.random.default_rng(1).normal(size=n)
    x += 50 * np.maximum(0, 2 * np.arange(n) / n - 1)
    assert found(x, step) > 0.3 * n


@pytest.mark.parametrize("season", [0, 10])
def test_a_spread_ten_times_as_wide_is_found_in_few_days_too(season: int):
    for seed in range(8):
        x = np.random.default_rng(seed).normal(size=864)
        x[560:] *= 10
        assert found(x + season * day(864, 300), 300) > 270


@pytest.mark.parametrize("wide", [1, 6])
@pytest.mark.parametrize(("n", "step"), FEW_DAYS)
def test_the_hours_of_work_of_few_days_are_no_change(n: int, step: int, wide: int):
    hour = np.arange(n) * step / 3600 % 24
    work = (hour > 8) & (hour < 18)
    for seed in range(3):
        noise = np.random.default_rng(seed).normal(size=n)
        assert found(noise * np.where(work, wide, 1) + 8 * work, step) < 0.02 * n
        assert found(noise + 10 * np.arange(n) / n, step) < 0.02 * n


@pytest.mark.parametrize(("n", "step"), [(1000, 600), (2000, 300), (500, 1800), (400, 600)])
def test_a_random_walk_has_no_slow_change(n: int, step: int):
    for seed in (2, 16, 22, 27, 63, 69, 124, 129, 131, 174, 188, 192):
        assert found(np.cumsum(np.random.default_rng(seed).normal(size=n)), step) < 0.05 * n, seed
