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
    # lost in the middle of a single week, hardly more than three days show it
    lost = [-1] if n * step > 7 * 86400 or onset > 0.5 else []
    for times_more in [*lost, 2]:
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
