"""The statistics behind the findings, against scipy and against chance itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from barograph.analysis import _wording as say
from barograph.analysis._evidence import binomial_tail, raised, rises
from barograph.analysis._relation import theil_sen

WORTH = {"least": (1.5, 0.005), "family": 3}


@pytest.mark.parametrize(
    ("hits", "trials", "share"),
    [(3, 10, 0.05), (12, 40, 0.1), (30, 1000, 0.01), (90, 1000, 0.05), (5, 5, 0.25), (200, 100_000, 0.0015)],
)
def test_the_tail_bounds_the_binomial_probability_from_above_by_at_most_a_factor_of_two(hits, trials, share):
    exact = stats.binom.sf(hits - 1, trials, share)
    assert exact * (1 - 1e-9) <= binomial_tail(hits, trials, share) <= 2 * exact


def test_the_tail_of_no_excess_is_one_and_of_the_impossible_zero():
    assert binomial_tail(5, 100, 0.05) == 1.0
    assert binomial_tail(1, 10, 0.0) == 0.0


def _counts(seed, size=240, raised=slice(0, 0), to=0.05, per_bucket=150):
    draw = np.random.default_rng(seed)
    trials = draw.poisson(per_bucket, size)
    share = np.full(size, 0.05)
    true = share.copy()
    true[raised] = to
    return draw.binomial(trials, true), trials, share


def test_chance_alone_gives_no_rise_in_two_hundred_series():
    assert sum(len(rises(*_counts(seed), **WORTH)) for seed in range(200)) == 0


@pytest.mark.parametrize("width", [1, 3, 6, 20])
@pytest.mark.parametrize("seed", range(5))
def test_a_rise_is_found_where_it_is(width, seed):
    (found,) = rises(*_counts(seed, raised=slice(100, 100 + width), to=0.2), **WORTH)
    assert abs(found.first - 100) <= 1
    assert abs(found.last - 100 - width) <= 1
    assert found.hits > 2 * found.expected


def test_counts_that_scatter_more_than_binomial_ones_need_more_evidence():
    draw = np.random.default_rng(1)
    found = 0
    for _ in range(50):
        trials = np.full(240, 400)
        hits = draw.binomial(trials, draw.beta(4, 76, 240))  # mean 0.05, variance 6 times the binomial one
        found += len(rises(hits, trials, np.full(240, 0.05), **WORTH))
    assert found <= 2


def test_a_rise_too_small_to_matter_is_none_however_sure():
    hits, trials, share = _counts(0, raised=slice(100, 110), to=0.06, per_bucket=100_000)
    assert rises(hits, trials, share, **WORTH) == []


def test_a_quiet_night_after_a_rise_is_not_counted_in():
    draw = np.random.default_rng(0)
    trials = np.concatenate([draw.poisson(200, 50), draw.poisson(5, 10), draw.poisson(200, 50)])
    true = np.full(trials.size, 0.05)
    true[44:50] = 0.12
    ends = []
    for seed in range(30):
        hits = np.random.default_rng(seed).binomial(trials, true)
        ends += [rise.last for rise in rises(hits, trials, np.full(trials.size, 0.05), **WORTH)]
    assert len(ends) == 30
    assert sum(end > 52 for end in ends) <= 3  # six hits of fifty quiet requests do happen


def test_a_given_window_needs_less_evidence_but_some():
    hits, trials, share = _counts(0, raised=slice(100, 104), to=0.085)
    assert raised(slice(100, 104), hits, trials, share, least=(1.2, 0.005)) > 3
    chance = sum(
        raised(slice(100, 104), *_counts(seed), least=(1.0, 0.0)) > 0 for seed in range(2000)
    )  # fmt: skip
    assert chance <= 8  # 2 expected at 0.001


def test_theil_sen_is_scipys_slope_with_an_interval_around_it():
    draw = np.random.default_rng(0)
    x = draw.uniform(0, 1000, 300)
    y = 90 + 0.12 * x + draw.standard_t(2, 300) * 5
    mine, theirs = theil_sen(x, y), stats.theilslopes(y, x, alpha=0.99)
    assert mine.slope == pytest.approx(theirs.slope, rel=1e-12)
    assert mine.low == pytest.approx(theirs.low_slope, rel=1e-3)
    assert mine.high == pytest.approx(theirs.high_slope, rel=1e-3)
    assert mine.certain
    assert abs(mine.intercept - 90) < 1


def test_theil_sen_is_not_certain_of_noise():
    certain = 0
    for seed in range(100):
        draw = np.random.default_rng(seed)
        certain += theil_sen(draw.uniform(0, 1000, 100), draw.normal(0, 1, 100)).certain
    assert certain <= 5  # 1 in 100 expected at 99 %


def test_theil_sen_needs_points_and_a_spread_of_them():
    assert theil_sen(np.arange(5.0), np.arange(5.0)) is None
    assert theil_sen(np.ones(50), np.arange(50.0)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (say.ms(412.3), "412 ms"),
        (say.ms(12_345), "12.3 s"),
        (say.percent(0.0451), "4.5 %"),
        (say.percent(0.14), "14 %"),
        (say.percent(0.0004), "0.04 %"),
        (say.percent(0.0), "0 %"),
        (say.count(12345.4), "12,345"),
        (say.times(2.94), "2.9x"),
        (say.listed(["a", "b", "c"]), "a, b and c"),
        (say.date(19727), "Fri 5 Jan"),
        (say.interval(19727 * 86400 * 10**9 + 36000 * 10**9, 19727 * 86400 * 10**9 + 57600 * 10**9),
         "Fri 5 Jan 10:00-16:00"),
        (say.interval(19727 * 86400 * 10**9, 19729 * 86400 * 10**9), "Fri 5 Jan to Sat 6 Jan"),
        (say.interval(19727 * 86400 * 10**9 + 82800 * 10**9, 19728 * 86400 * 10**9), "Fri 5 Jan 23:00-24:00"),
    ],
)  # fmt: skip
def test_figures_are_rounded_for_people(text, expected):
    assert text == expected
