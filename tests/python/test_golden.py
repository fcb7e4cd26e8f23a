"""Golden bytes: Python reads what C++ wrote, writes the same, and finds the figures of an oracle in it."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import barograph as bg

GOLDEN = Path(__file__).parents[1] / "golden"


def numbers_in(name: str) -> list[float]:
    return [float.fromhex(line) for line in (GOLDEN / name).read_text().split()]


def fed(state: Any) -> Any:
    state.update(numbers_in("values.txt"))
    return state


def requests(state: Any) -> Any:
    """Every third request has failed, and those of `removed.txt` have succeeded."""
    values = numbers_in("values.txt")
    state.update(values, [i % 3 == 0 for i in range(len(values))])
    return state.update(numbers_in("removed.txt"))


def timed(state: Any, start: int = 1_700_000_000, name: str = "values.txt") -> Any:
    """Values seven seconds apart."""
    values = numbers_in(name)
    return state.update(values, times=[start + 7 * i for i in range(len(values))])


def late(state: Any) -> Any:
    """`values.txt`, then `removed.txt` from half an hour before."""
    return timed(timed(state), 1_699_998_200, "removed.txt")


def forest(ndim: int, scoring: str) -> Any:
    """Rows of five of the first 195 numbers."""
    rows = np.reshape(numbers_in("values.txt")[:195], (-1, 5))
    kind = bg.detect.IsolationForest
    return kind(3, 16, ndim=ndim, scoring=scoring, seed=7, contamination=0.1).fit(rows)


def failures(state: Any) -> Any:
    """A request a minute for each number of `values.txt`, every third one failed."""
    rows = len(numbers_in("values.txt"))
    times = [1_700_000_000 + 60 * i for i in range(rows)]
    return state.update([i % 3 == 0 for i in range(rows)], times=times)


def pieces(new: Callable[[], Any]) -> Any:
    """Two pieces, the earlier one merged into the later one."""
    return timed(new()).merge(timed(new(), 1_699_000_000, "removed.txt"))


def less(state: Any, removed: Any) -> Any:
    removed.update(numbers_in("removed.txt"))
    state.subtract(removed)
    return state


def items(state: Any) -> Any:
    """The whole parts of `values.txt`, as text where they are odd, NaN as missing."""
    wholes = [x if math.isnan(x) else min(max(x, -1e6), 1e6) for x in numbers_in("values.txt")]
    wholes = [x if math.isnan(x) else math.floor(x) for x in wholes]
    return state.update([str(x) if x % 2 == 1 else x for x in wholes])


def texts(state: Any) -> Any:
    """The whole parts of `values.txt` modulo 100 as text, one by one; then of `removed.txt` at once."""
    for x in numbers_in("values.txt"):
        state.update(str(math.floor(abs(x)) % 100) if math.isfinite(x) else None)
    return state.update([str(math.floor(abs(x)) % 100) for x in numbers_in("removed.txt")])


def trees() -> Any:
    """Five small trees over 0 to 200, fed with `values.txt`."""
    detector = bg.detect.HalfSpaceTrees(5, 4, 20, seed=7)
    detector._engine = bg._core.HalfSpaceTrees([0.0], [200.0], 5, 4, 20, 7)
    detector.update(numbers_in("values.txt"))
    return detector


def stream() -> Any:
    """`values.txt` five minutes apart; infinities and NaN are missing."""
    values = numbers_in("values.txt")
    found = bg.detect.auto_stream()
    found.update_many([1_700_000_000 + 300 * i for i in range(len(values))], values)
    return found


def smoothed() -> Any:
    """A season of four rows, fed with `removed.txt`."""
    model = bg.HoltWinters(
        4, start=(100.0, 1.0, [8.0, 4.0, -2.0, -10.0]), smoothing_level=0.5, smoothing_trend=0.25,
        smoothing_seasonal=0.125, damped_trend=True, damping_trend=0.75, width=2.0, memory=63, robust=True,
    )  # fmt: skip
    model.update(numbers_in("removed.txt"))
    return model


RECIPES: dict[str, Callable[[], Any]] = {
    "exact_sum_v1.bin": lambda: fed(bg.ExactSum()),
    "moments_v1.bin": lambda: fed(bg.Moments()),
    "moments_subtracted_v1.bin": lambda: less(fed(bg.Moments()), bg.Moments()),
    "quantile_histogram_v1.bin": lambda: fed(bg.QuantileHistogram()),
    "quantile_histogram_configured_v1.bin": lambda: fed(
        bg.QuantileHistogram(4, (300.0, 0.5), budget=160, zero_threshold=1e-3)
    ),
    "quantile_histogram_subtracted_v1.bin": lambda: less(fed(bg.QuantileHistogram()), bg.QuantileHistogram()),
    "quantile_histogram_scale6_v1.bin": lambda: bg.QuantileHistogram().update(numbers_in("removed.txt")),
    "quantile_histogram_empty_v1.bin": bg.QuantileHistogram,
    "apdex_v1.bin": lambda: requests(bg.Apdex(300)),
    "apdex_empty_v1.bin": lambda: bg.Apdex(0.1, 0.7),
    "latency_summary_v1.bin": lambda: requests(bg.LatencySummary()),
    "latency_summary_subtracted_v1.bin": lambda: less(requests(bg.LatencySummary()), bg.LatencySummary()),
    "latency_summary_empty_v1.bin": lambda: bg.LatencySummary(
        bg.Policy(apdex_threshold=250, apdex_tolerating=250)
    ),
    "distinct_v1.bin": lambda: items(bg.Distinct()),
    "distinct_registers_v1.bin": lambda: items(bg.Distinct(6)),
    "distinct_empty_v1.bin": bg.Distinct,
    "top_v1.bin": lambda: texts(bg.Top(30)),
    "top_exact_v1.bin": lambda: texts(bg.Top(100)),
    "top_empty_v1.bin": lambda: bg.Top(10),
    "counter_v1.bin": lambda: late(bg.Counter()),
    "counter_reset_v1.bin": lambda: pieces(bg.Counter),
    "counter_empty_v1.bin": bg.Counter,
    "trend_v1.bin": lambda: late(bg.Trend()),
    "trend_sampled_v1.bin": lambda: late(bg.Trend(20)),
    "trend_empty_v1.bin": bg.Trend,
    "windowed_moments_v1.bin": lambda: late(bg.Windowed(bg.Moments, "5min", "10s")),
    "windowed_ewma_v1.bin": lambda: late(bg.Windowed(bg.Ewma(60), "5min", "10s")),
    "burn_rate_v1.bin": lambda: failures(bg.BurnRate(0.99)),
    "burn_rate_empty_v1.bin": lambda: bg.BurnRate(
        bg.Policy(availability=0.9), [bg.BurnRule("10s", "1s", 2, "now")], period="1h"
    ),
    "ewma_v1.bin": lambda: late(bg.Ewma(3600)),
    "holt_winters_v1.bin": smoothed,
    "holt_winters_plain_v1.bin": lambda: bg.HoltWinters(
        start=(100.0, 0.0, []), smoothing_level=0.5, smoothing_trend=0.25
    ),
    "seasonal_profile_v1.bin": lambda: late(bg.SeasonalProfile("day", "1min", "+01:00")),
    "seasonal_profile_empty_v1.bin": lambda: bg.SeasonalProfile(7),
    "pca_v1.bin": lambda: bg.detect.PCA(2).fit(np.reshape(numbers_in("values.txt")[:195], (-1, 5))),
    "isolation_forest_v1.bin": lambda: forest(1, "depth"),
    "isolation_forest_extended_v1.bin": lambda: forest(2, "density"),
    "cusum_chart_v1.bin": lambda: late(bg.detect.CusumChart(target=100.0, sigma=50.0, limit=10.0)),
    "cusum_chart_empty_v1.bin": lambda: bg.detect.CusumChart(0.25, target=100.0, sigma=50.0, limit=5.0),
    "ewma_chart_v1.bin": lambda: late(bg.detect.EwmaChart(0.1, target=100.0, sigma=50.0)),
    "page_hinkley_v1.bin": lambda: fed(bg.detect.PageHinkley(sigma=50.0, limit=10.0)),
    "online_change_point_v1.bin": lambda: fed(bg.detect.OnlineChangePoint(sigma=50.0, limit=5.0)),
    "half_space_trees_v1.bin": trees,
    "stream_detector_v1.bin": stream,
    "proportion_v1.bin": lambda: bg.Proportion(450, 10000),
}


@pytest.mark.parametrize("name", RECIPES)
def test_python_writes_and_reads_the_golden_bytes(name: str) -> None:
    data = (GOLDEN / name).read_bytes()
    state = RECIPES[name]()
    assert state.to_bytes() == data
    assert type(state).from_bytes(data) == state


def test_the_figures_in_the_golden_bytes_are_those_of_exact_arithmetic() -> None:
    values = [Fraction(x) for x in numbers_in("values.txt") if math.isfinite(x)]
    total = sum(values)
    n = len(values)
    deviation = sum(x * x for x in values) / n - (total / n) ** 2
    moments = bg.Moments.from_bytes((GOLDEN / "moments_v1.bin").read_bytes())
    assert moments.count == n
    assert moments.sum() == float(total)
    assert moments.mean() == float(total / n)
    assert moments.variance() == math.inf  # 1.8e308 squared
    assert deviation > 2**1024
    root = math.isqrt(deviation.numerator // deviation.denominator)
    assert moments.std(0) == pytest.approx(root, rel=2**-52)
    assert bg.ExactSum.from_bytes((GOLDEN / "exact_sum_v1.bin").read_bytes()).value() == float(total)
