"""Quiet series of many kinds, in which `auto` is to find next to nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import barograph as bg


def _ar(rng, n: int, phi: float) -> np.ndarray:
    return _filtered(rng.normal(size=n), phi)


def _filtered(shocks: np.ndarray, phi: float) -> np.ndarray:
    from scipy.signal import lfilter

    return lfilter([1.0], [1.0, -phi], shocks)


def _garch(rng, n: int) -> np.ndarray:
    shocks, out, variance = rng.normal(size=n), np.empty(n), 1.0
    for i in range(n):
        out[i] = np.sqrt(variance) * shocks[i]
        variance = 0.05 + 0.1 * out[i] ** 2 + 0.85 * variance
    return out


def _day(n: int) -> np.ndarray:
    return np.sin(2 * np.pi * np.arange(n) / 288)


KINDS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "normal": lambda r, n: r.normal(size=n),
    "normal at an offset": lambda r, n: 1e6 + r.normal(size=n),
    "uniform": lambda r, n: r.uniform(size=n),
    "Student t, 3": lambda r, n: r.standard_t(3, n),
    "Laplace": lambda r, n: r.laplace(size=n),
    "log-normal": lambda r, n: np.exp(r.normal(size=n)),
    "exponential": lambda r, n: r.exponential(size=n),
    "Pareto, 3": lambda r, n: r.pareto(3, n),
    "gamma": lambda r, n: r.gamma(2, size=n),
    "AR(1), 0.5": lambda r, n: _ar(r, n, 0.5),
    "AR(1), 0.95": lambda r, n: _ar(r, n, 0.95),
    "random walk": lambda r, n: np.cumsum(r.normal(size=n)),
    "GARCH": _garch,
    "day": lambda r, n: 10 * _day(n) + r.normal(size=n),
    "day, spread too": lambda r, n: (20 + 15 * _day(n)) * (1 + 0.1 * r.normal(size=n)),
    "day without noise": lambda _, n: _day(n),
    "weekends": lambda r, n: (
        (1 - 0.5 * ((np.arange(n) // 288 + 3) % 7 >= 5)) * (20 + 10 * _day(n)) + r.normal(size=n)
    ),
    "trend": lambda r, n: 0.01 * np.arange(n) + r.normal(size=n),
    "counts": lambda r, n: r.poisson(3, n).astype(float),
    "rare counts": lambda r, n: r.poisson(0.05, n).astype(float),
    "counts by day": lambda r, n: r.poisson(20 + 15 * _day(n)).astype(float),
    "on and off": lambda r, n: np.where(np.arange(n) // 50 % 2, 10.0, 0.0) + r.normal(size=n),
    "0 and 1": lambda r, n: (r.uniform(size=n) < 0.3).astype(float),
    "integers": lambda r, n: np.round(5 * r.normal(size=n)),
    "error rate": lambda r, n: r.binomial(200, 0.01, n) / 200.0,
    "percent": lambda r, n: np.clip(50 + 20 * _day(n) + 8 * r.normal(size=n), 0, 100),
    "constant": lambda _, n: np.full(n, 3.0),
    "Cauchy": lambda r, n: r.standard_cauchy(n),
    "Pareto, 1.5": lambda r, n: r.pareto(1.5, n),
    "random spikes": lambda r, n: r.normal(size=n) + 10 * (r.uniform(size=n) < 0.02),
    "random spikes of all sizes": lambda r, n: (
        r.normal(size=n) + 8 * r.exponential(size=n) * (r.uniform(size=n) < 0.02)
    ),
    "very rare counts": lambda r, n: r.poisson(0.02, n).astype(float),
    "one row in 200 is 1": lambda r, n: (r.uniform(size=n) < 0.005).astype(float),
    "one row in 500 is 1": lambda r, n: (r.uniform(size=n) < 0.002).astype(float),
    "one row in 1000 is 1": lambda r, n: (r.uniform(size=n) < 0.001).astype(float),
    "one row in 200 counts": lambda r, n: r.poisson(0.005, n).astype(float),
    "often at a limit": lambda r, n: np.clip(98 + 15 * _day(n) + r.normal(size=n), 0, 100),
    "many counts": lambda r, n: r.poisson(50, n).astype(float),
    "zeros and values": lambda r, n: np.where(r.uniform(size=n) < 0.8, 0.0, r.exponential(size=n)),
    "zeros and heavy values": lambda r, n: np.where(r.uniform(size=n) < 0.95, 0.0, np.exp(r.normal(size=n))),
    "two levels": lambda r, n: r.normal(size=n) + 6 * (r.uniform(size=n) < 0.3),
    "rounded": lambda r, n: np.round(r.normal(size=n), 1),
    "AR(1), 0.9": lambda r, n: _ar(r, n, 0.9),
    "AR(1), 0.99": lambda r, n: _ar(r, n, 0.99),
    "AR(1), 0.9, of t 3": lambda r, n: _filtered(r.standard_t(3, n), 0.9),
    "trend, strong": lambda r, n: 0.1 * np.arange(n) + r.normal(size=n),
    "trend, bent": lambda r, n: 20 * (np.arange(n) / n) ** 2 + r.normal(size=n),
    "day and growth": lambda r, n: (20 + 10 * _day(n)) * (1 + np.arange(n) / n) + r.normal(size=n),
    "day and spikes at night": lambda r, n: 10 * _day(n) + r.normal(size=n) + 15 * (np.arange(n) % 288 == 30),
    "a job each night": lambda r, n: r.normal(size=n) + 30 * (np.arange(n) % 288 // 12 == 2),
    "a job each hour": lambda r, n: r.normal(size=n) + 20 * (np.arange(n) % 12 == 7),
    "duty cycle": lambda r, n: 10.0 * (np.arange(n) % 47 < 20) + 0.3 * r.normal(size=n),
    "sawtooth": lambda r, n: np.arange(n) % 37 + 0.5 * r.normal(size=n),
    "negative binomial": lambda r, n: r.negative_binomial(2, 0.1, n).astype(float),
    "spread by hour": lambda r, n: r.normal(size=n) * (1.5 + _day(n)),
    "latency": lambda r, n: 50 * (1.5 + _day(n)) * np.exp(0.4 * r.normal(size=n)),
}


def times(n: int) -> np.ndarray:
    return np.datetime64("2026-01-01", "s") + np.arange(n) * np.timedelta64(300, "s")


#: Of few rows a spike or a count that is rare is not told from one that is wrong.
RARE = {"Cauchy", "Pareto, 1.5", "random spikes", "random spikes of all sizes", "very rare counts",
        "zeros and heavy values", "one row in 200 is 1", "one row in 500 is 1", "one row in 1000 is 1",
        "one row in 200 counts"}  # fmt: skip


#: Of less than three of its cycles nobody knows that it is one.
ONCE = {"often at a limit", "a job each night", "a job each hour", "duty cycle", "sawtooth"}


def flagged(kind: str, n: int, seeds: range) -> tuple[float, float]:
    """The share of rows that are flagged, of whole series and causally."""
    whole = causal = 0
    for seed in seeds:
        x = KINDS[kind](np.random.default_rng(seed), n)
        whole += bg.detect.auto(x, times(n)).count
        causal += bg.detect.auto(x, times(n), causal=True).count
    return whole / (n * len(seeds)), causal / (n * len(seeds))


@pytest.mark.parametrize("kind", KINDS)
def test_quiet_noise_of_any_kind_gives_few_false_alarms(kind: str):
    # stated: one row in 200 at most for any kind, and for the causal form one in 400
    whole, causal = flagged(kind, 3000, range(3))
    assert whole <= 0.005
    assert causal <= 0.0025


@pytest.mark.slow
@pytest.mark.parametrize("n", [700, 1500, 4000, 9000])
@pytest.mark.parametrize("kind", KINDS)
def test_the_rate_of_false_alarms_holds_for_many_seeds_and_lengths(kind: str, n: int):
    whole, causal = flagged(kind, n, range(200, 220))
    # one slow change in twenty series may be false: a series that wanders is one finding then
    wanders = kind in {
        "random walk",
        "AR(1), 0.99",
        "day and growth",
        "weekends",
        "counts by day",
        "on and off",
    }
    assert whole <= (0.05 if wanders else 0.005)
    assert causal <= (0.005 if kind in RARE and n < 1500 else 0.0025)


def test_quiet_noise_taken_together_gives_fewer_than_one_false_row_in_two_thousand():
    n = 3000
    series = [make(np.random.default_rng(7), n) for make in KINDS.values()]
    for causal in (False, True):
        assert sum(bg.detect.auto(x, times(n), causal=causal).count for x in series) <= n * len(series) / 2000


@pytest.mark.parametrize("n", [60, 120, 250])
def test_short_series_keep_to_the_same_rate(n: int):
    for kind in KINDS.keys() - ONCE:
        whole, causal = flagged(kind, n, range(100, 112))
        assert whole <= (0.02 if kind in RARE else 0.01), kind
        assert causal <= (0.005 if kind in RARE else 0.0025), kind


def test_the_usual_value_of_rare_events_is_not_stuck_by_a_long_gap():
    x = (np.random.default_rng(5).random(3000) < 0.001).astype(float)
    found = bg.detect.auto(x, times(3000), causal=True)
    assert not found.is_anomaly[x == 0].any()
    assert found.is_anomaly[x == 1].sum() <= 3
    for p in (0.001, 0.002, 0.005):
        share = np.mean(
            [
                bg.detect.auto((np.random.default_rng(s).random(n) < p) * 1.0, times(n), causal=True).count
                / n
                for n in (1000, 1500, 3000)
                for s in range(10)
            ]
        )
        assert share <= 0.0025, p
