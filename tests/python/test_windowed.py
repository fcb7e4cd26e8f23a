"""Windows over every state, and burn rates, against the definition on plain arrays."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import barograph as bg

SECOND = 10**9
START = 1_700_000_000


def rows(n: int, seed: int, disorder: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    times = START + np.cumsum(rng.integers(0, 4, n)) - rng.integers(0, disorder + 1, n)
    return times.astype(np.int64), np.round(rng.lognormal(3, 1, n), 3)


STATES: dict[str, tuple[Callable[[], Any], Callable[[np.ndarray], Any]]] = {
    "ExactSum": (bg.ExactSum, lambda x: x),
    "Moments": (bg.Moments, lambda x: x),
    "QuantileHistogram": (lambda: bg.QuantileHistogram(pinned=[20]), lambda x: x),
    "Proportion": (bg.Proportion, lambda x: x > 20),
    "Apdex": (lambda: bg.Apdex(20), lambda x: x),
    "LatencySummary": (bg.LatencySummary, lambda x: x),
    "Ewma": (lambda: bg.Ewma(10), lambda x: x),
    "Counter": (bg.Counter, np.cumsum),
    "Trend": (bg.Trend, lambda x: x),
    "Distinct": (bg.Distinct, lambda x: x.astype(int)),
    "Distinct-text": (bg.Distinct, lambda x: x.astype(int).astype(str)),
    "Top": (lambda: bg.Top(1000), lambda x: x.astype(int).astype(str)),
}


def fed(new: Callable[[], Any], values: Any, times: np.ndarray) -> Any:
    state = new()
    if isinstance(state, (bg.Ewma, bg.Counter, bg.Trend)):
        return state.update(values, times=times)
    return state.update(values)


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("disorder", [0, 50])
def test_the_window_is_the_state_of_its_rows(name: str, disorder: int) -> None:
    new, values_of = STATES[name]
    if name == "Counter" and disorder:
        return  # whose late readings are left out by the state itself
    times, x = rows(600, 3, disorder)
    values = values_of(x)
    window = bg.Windowed(new, "1min", "10s")
    for a in range(0, 600, 75):
        window.update(values[a : a + 75], times=times[a : a + 75])
        seen = times[: a + 75] // 10
        inside = seen > seen.max() - 6
        expected = fed(new, values[: a + 75][inside], times[: a + 75][inside])
        assert window.state() == expected
        assert type(window).from_bytes(window.to_bytes()) == window
    assert sum(window.arrivals) == 600
    assert sum(state.count for _, state in window.slots()) == window.state().count


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_windows_of_hosts_merge_in_any_order(data: st.DataObject) -> None:
    event = st.tuples(st.integers(0, 300), st.floats(-1e6, 1e6))
    parts = [data.draw(st.lists(event, max_size=15)) for _ in range(3)]
    windows = []
    for part in [*parts, [*itertools.chain(*parts)]]:
        window = bg.Windowed(bg.Moments, "1min", "5s")
        for time, x in part:
            window.update(x, times=time)
        windows.append(window)
    a, b, c = data.draw(st.permutations(windows[:3]))
    assert (a + b + c).state() == windows[3].state()
    assert a + (c + b) == a + b + c


def test_requests_have_two_columns() -> None:
    window = bg.Windowed(bg.LatencySummary, "1min", "10s")
    window.update([100.0, 900.0], [False, True], times=[0, 5])
    window.update(50.0, True, times=7)
    window.update([70.0, 80.0], False, times=[8, 9])
    assert (window.state().count, window.state().errors) == (5, 2)


@pytest.mark.parametrize(
    "times",
    [
        pd.to_datetime([0, 30, 59], unit="s"),
        pd.Series(pd.to_datetime([0, 30, 59], unit="s")),
        np.array([0, 30, 59], dtype="datetime64[s]"),
        [0.0, 30.0, 59.0],
    ],
)
def test_any_column_is_a_column(times: Any) -> None:
    window = bg.Windowed(bg.Moments, timedelta(minutes=1), np.timedelta64(10, "s"))
    window.update(pd.Series([1.0, 2.0, 6.0]), times=times)
    assert window.state().mean() == 3.0
    assert window.newest == np.datetime64(59, "s")
    assert (window.window, window.slot) == (np.timedelta64(60, "s"), np.timedelta64(10, "s"))


def test_late_rows_are_counted() -> None:
    window = bg.Windowed(bg.ExactSum, "1min", "10s", lateness="15s")
    window.update([1.0, 2.0, 4.0], times=[100, 85, 84])
    assert window.arrivals == (1, 1, 1)
    assert window.state().value() == 3.0
    assert window.advance(1000).state().count == 0


def test_a_window_of_rows() -> None:
    window = bg.Windowed(bg.ExactSum, 6, 2)
    for chunk in ([1.0, 2.0, 3.0], [4.0], [5.0, 6.0, 7.0, 8.0, 9.0]):
        window.update(chunk)
    assert window.state().value() == 5 + 6 + 7 + 8 + 9
    assert window.state(2).value() == 9.0
    assert (window.window, window.slot, window.newest) == (6, 2, 8)
    with pytest.raises(ValueError, match="no common clock"):
        window.merge(window.copy())
    with pytest.raises(ValueError, match="times: given to a window of rows"):
        window.update(1.0, times=5)


def test_a_part_of_the_window() -> None:
    window = bg.Windowed(bg.ExactSum, "1min", "10s").update([1.0, 2.0, 4.0], times=[0, 45, 59])
    assert window.state("10s").value() == 4.0
    assert window.state("15s").value() == 6.0
    with pytest.raises(ValueError, match="last"):
        window.state("2min")


@pytest.mark.parametrize(
    ("make", "error", "names"),
    [
        (lambda: bg.Windowed(bg.Moments, "1min", "7s"), ValueError, "window"),
        (lambda: bg.Windowed(bg.Moments, 0), ValueError, "window"),
        (lambda: bg.Windowed(bg.Moments, 1.5), TypeError, "window"),
        (lambda: bg.Windowed(bg.Moments, "1min", 10), TypeError, "slot"),
        (lambda: bg.Windowed(dict, "1min"), TypeError, "state"),
        (lambda: bg.Windowed(bg.Counter, 10), ValueError, "needs one of time"),
        (lambda: bg.Windowed(bg.Moments, "1min", lateness=timedelta(-1)), ValueError, "lateness"),
        (lambda: bg.Windowed(bg.Moments, "1min").update(1.0), ValueError, "times"),
        (lambda: bg.Windowed(bg.Moments, "1min").update([1.0, 2.0], times=[1]), ValueError, "times: 1 given"),
        (lambda: bg.Windowed(bg.Moments, "1min").update(["a"], times=[1]), TypeError, "x"),
        (
            lambda: bg.Windowed(bg.Moments, "1min").merge(bg.Windowed(bg.ExactSum, "1min")),
            TypeError,
            "over ExactSum",
        ),
        (lambda: bg.Windowed.from_bytes(bg.Moments().to_bytes()), ValueError, "kind"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    make: Callable[[], Any], error: type[Exception], names: str
) -> None:
    with pytest.raises(error, match=names):
        make()


def test_a_batch_that_is_refused_changes_nothing() -> None:
    window = bg.Windowed(bg.Proportion, "1min", "10s").update([True], times=[0])
    before = window.to_bytes()
    with pytest.raises(ValueError, match="neither true nor false"):
        window.update([1, 7], times=[500, 600])
    assert window.to_bytes() == before


# ---- burn rates ----


def test_burn_rates_are_error_rates_of_the_last_slots_over_the_budget() -> None:
    rng = np.random.default_rng(5)
    times = START + np.cumsum(rng.integers(1, 60, 9000))
    errors = rng.random(9000) < np.where(times > times[-1] - 4000, 0.05, 0.0005)
    burn = bg.BurnRate(0.999)
    for a in range(0, 9000, 1000):
        burn.update(errors[a : a + 1000], times=times[a : a + 1000])
    for window, seconds in (("5min", 300), ("1h", 3600), ("6h", 21600), ("3D", 259200), ("30D", 2592000)):
        slot = seconds // 60
        inside = times // slot > times[-1] // slot - 60
        assert burn.errors(window) == bg.Proportion(int(errors[inside].sum()), int(inside.sum()))
        assert burn.burn(window) == pytest.approx(errors[inside].mean() / 0.001, rel=1e-12)
    alerts = burn.alerts()
    assert [(a.long, a.short, a.threshold, a.severity) for a in alerts] == [
        (timedelta(hours=1), timedelta(minutes=5), 14.4, "page"),
        (timedelta(hours=6), timedelta(minutes=30), 6.0, "page"),
        (timedelta(days=3), timedelta(hours=6), 1.0, "ticket"),
    ]
    for alert in alerts:
        assert alert.firing == (alert.long_burn > alert.threshold and alert.short_burn > alert.threshold)
    assert burn.firing()[0].text.startswith("page: burning ")
    assert burn.budget_left() == pytest.approx(1 - errors.mean() / 0.001, rel=1e-12)


def test_a_policy_has_the_objective_and_rules_are_editable() -> None:
    burn = bg.BurnRate(bg.Policy(availability=0.9), [bg.BurnRule("10s", "1s", 2, "now")], period="1min")
    burn.update(True, 3, times=100).update(False, 7, times=100)
    assert burn.objective == 0.9
    assert burn.firing()[0].severity == "now"
    assert burn.budget_left() == pytest.approx(-2.0)
    assert burn.advance(105).firing() == []
    assert burn.rules[0].long == timedelta(seconds=10)
    assert burn.period == timedelta(minutes=1)
    assert burn.newest == np.datetime64(105, "s")


def test_counts_are_requests() -> None:
    one = bg.BurnRate(0.99).update_counts([1, 0], [10, 20], times=[0, 60])
    other = bg.BurnRate(0.99).update([True] + [False] * 9, times=[0] * 10).update(False, 20, times=60)
    assert one.errors() == other.errors()
    assert one.burn("1h") == other.burn("1h")
    left = one.alerts()[0]
    assert left.exhausted_in == timedelta(0)  # overspent


def test_burn_rates_say_what_they_cannot_take() -> None:
    with pytest.raises(ValueError, match="objective"):
        bg.BurnRate(1.5)
    with pytest.raises(ValueError, match="rules"):
        bg.BurnRate(0.9, [bg.BurnRule("5min", "1h", 1)])
    with pytest.raises(ValueError, match="window"):
        bg.BurnRate(0.9).burn("7min")
    with pytest.raises(ValueError, match="errors"):
        bg.BurnRate(0.9).update_counts(3, 2, times=0)
    with pytest.raises(ValueError, match="neither true nor false"):
        bg.BurnRate(0.9).update([0.5], times=[0])


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"objective": "99.9"}, TypeError, "objective: str given, expected a number"),
        ({"rules": bg.BurnRule("1h", "5min", 2)}, TypeError, r"rules: BurnRule\(.* given, expected several"),
        ({"rules": [("1h", "5min", 2)]}, TypeError, r"rules: .*given, expected BurnRule\(long, short"),
        ({"rules": [bg.BurnRule("1h", "5min", "high")]}, TypeError, "threshold: str given"),
        ({"rules": [bg.BurnRule("1h", "5min", float("nan"))]}, ValueError, "a threshold of nan given"),
        ({"rules": [bg.BurnRule("1h", "5min", 2, None)]}, TypeError, "severity: None given, expected text"),
        (
            {"rules": [bg.BurnRule("1h", "5min", 2, "\ud800")]},
            ValueError,
            "severity: .* given, expected text",
        ),
        (
            {"rules": [bg.BurnRule(3600, 300, 2)]},
            TypeError,
            "long: int given, expected a timedelta or '5min'",
        ),
        ({"period": "1D"}, ValueError, "windows of 3d and 6h given, expected .* the period of 1d"),
        ({"period": "4000D"}, ValueError, "period: 4000d given, expected 1 ns to 10 years"),
    ],
)
def test_a_burn_rate_that_cannot_be_is_said_in_the_words_it_was_asked_in(given, error, says):
    with pytest.raises(error, match=says):
        bg.BurnRate(**given)


def test_burn_rates_tell_the_windows_there_are_and_take_counts_whole_or_not_at_all():
    burn = bg.BurnRate(0.99, [bg.BurnRule("1h", "5min", 2)])
    with pytest.raises(ValueError, match=r"window: 7min given, expected .* the rules: 30d, 1h, 5min"):
        burn.burn("7min")
    with pytest.raises(ValueError, match="errors: 3 of 2 requests given"):
        burn.update_counts([1, 3], [5, 2], times=[0, 60])
    assert burn.errors().trials == 0


def test_figures_of_alerts_are_for_people():
    burn = bg.BurnRate(0.999, [bg.BurnRule("1h", "5min", 1)]).update(True, times=0)
    text = burn.firing()[0].text
    assert text.startswith("page: burning 1000 times the budget over 1h and 1000 over 5min, above 1; ")
    assert text.endswith("; -99900 % of the budget of 30d left")
