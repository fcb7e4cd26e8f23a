"""What moved with a target: against numpy and scipy, and on frames of every layout."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import stats

import barograph as bg


def shop(rows: int = 400, seed: int = 0) -> pd.DataFrame:
    """Visits come two rows before orders; revenue follows orders; refunds come four rows later."""
    rng = np.random.default_rng(seed)
    visits = 1000 + 100 * rng.normal(size=rows)
    orders = np.roll(visits, 2) * 0.05 + rng.normal(0, 1, rows)
    revenue = orders * 40 + rng.normal(0, 30, rows)
    refunds = np.roll(revenue, 4) * -0.1 + rng.normal(0, 5, rows)
    return pd.DataFrame({
        "time": pd.date_range("2026-03-01", periods=rows, freq="5min"),
        "visits": visits, "orders": orders, "revenue": revenue, "refunds": refunds,
        "noise": rng.normal(size=rows), "constant": 5.0,
    })  # fmt: skip


def test_what_moves_before_with_and_after_the_target() -> None:
    found = bg.lead_lag(shop(), "revenue")
    assert list(found.columns) == ["metric", "moves", "lag", "correlation", "partial", "p_value"]
    by = found.set_index("metric")
    assert found.metric[0] == "orders"
    assert set(found.metric[:3]) == {"orders", "visits", "refunds"}
    assert dict(by.moves) == {
        "orders": "with", "visits": "before", "refunds": "after", "noise": by.moves["noise"], "constant": ""
    }  # fmt: skip
    assert dict(by.lag[["orders", "visits", "refunds"]]) == {
        "orders": 0.0,
        "visits": 600.0,
        "refunds": -1200.0,
    }
    assert by.correlation["refunds"] < -0.8
    assert by.p_value["visits"] < 1e-9
    assert by.p_value["noise"] > 0.05
    assert by.loc["constant"][["lag", "correlation", "partial", "p_value"]].isna().all()


def test_correlations_are_numpys() -> None:
    frame = shop()
    by = bg.lead_lag(frame, "revenue").set_index("metric")
    visits, revenue, refunds = (frame[c].to_numpy() for c in ("visits", "revenue", "refunds"))
    assert by.correlation["visits"] == pytest.approx(np.corrcoef(visits[:-2], revenue[2:])[0, 1], abs=1e-12)
    assert by.correlation["refunds"] == pytest.approx(np.corrcoef(refunds[4:], revenue[:-4])[0, 1], abs=1e-12)


def test_missing_values_leave_out_their_pairs() -> None:
    frame = shop()
    frame.loc[::7, "visits"] = np.nan
    frame.loc[3::11, "revenue"] = np.inf
    by = bg.lead_lag(frame, "revenue").set_index("metric")
    x, y = frame.visits.to_numpy()[:-2], frame.revenue.to_numpy()[2:]
    both = np.isfinite(x) & np.isfinite(y)
    assert by.lag["visits"] == 600.0
    assert by.correlation["visits"] == pytest.approx(np.corrcoef(x[both], y[both])[0, 1], abs=1e-9)


def test_partial_correlations_are_those_of_what_regressions_leave() -> None:
    frame = shop().drop(columns="constant")
    found = bg.lead_lag(frame, "revenue", given=3)
    metrics = list(found.metric)
    lags = dict(zip(found.metric, (found.lag / 300).astype(int), strict=True))
    strongest = metrics[:4]
    for metric in metrics:
        others = [m for m in strongest if m != metric][:3]
        n = len(frame)
        first, last = max([0, *lags.values()]), n + min([0, *lags.values()])  # in reach of every lag
        rows = np.arange(first, last)
        column = {m: frame[m].to_numpy()[rows - lags[m]] for m in [metric, *others]}
        given = np.column_stack([np.ones(len(rows)), *(column[m] for m in others)])
        y = frame.revenue.to_numpy()[rows]
        left = [v - given @ np.linalg.lstsq(given, v, rcond=None)[0] for v in (y, column[metric])]
        expected = np.corrcoef(left[0], left[1])[0, 1]
        assert found.set_index("metric").partial[metric] == pytest.approx(expected, abs=1e-8)
    by = found.set_index("metric")
    assert by.partial["orders"] > 0.5
    assert abs(by.partial["visits"]) < abs(by.correlation["visits"]) - 0.5


def test_p_values_hold_for_series_that_repeat_themselves() -> None:
    rng = np.random.default_rng(5)
    small = 0
    for _ in range(60):
        x, y = np.zeros(300), np.zeros(300)
        for i in range(1, 300):
            x[i] = 0.9 * x[i - 1] + rng.normal()
            y[i] = 0.9 * y[i - 1] + rng.normal()
        found = bg.lead_lag(bg.Table({"x": x, "y": y}), "y")
        small += found["p_value"][0] < 0.05
        plain = stats.pearsonr(x, y).pvalue
        assert found["p_value"][0] >= min(1.0, plain) or found["lag"][0] != 0
    assert small <= 6  # 5 % of 60, and two deviations more


def test_every_kind_of_frame_and_of_target() -> None:
    wide = shop()
    expected = bg.lead_lag(wide, "revenue")
    values = wide.pop("revenue")
    long = wide.melt("time", var_name="metric")
    shuffled = wide.sample(frac=1, random_state=2)
    for frame, target in (
        (wide, values), (wide.set_index("time"), values.to_numpy()),
        (pl.from_pandas(wide), pl.Series(values)),
        (bg.Table.of(wide), list(values)), (shuffled, values.loc[shuffled.index]),
        (long, values),
    ):  # fmt: skip
        table = bg.Table.of(bg.lead_lag(frame, target))
        order = np.argsort(table.array("metric").astype(str))
        wanted = expected.sort_values("metric")
        assert table.array("metric")[order].tolist() == wanted.metric.tolist()
        for column in ("lag", "correlation", "partial", "p_value"):
            np.testing.assert_allclose(table[column][order], wanted[column], atol=1e-9)


def test_gaps_in_time_do_not_move_lags() -> None:
    frame = shop()
    kept = frame.drop(index=range(100, 160))
    assert bg.lead_lag(kept, "revenue").set_index("metric").lag["visits"] == 600.0


def test_rows_without_times_and_lengths() -> None:
    frame = shop().drop(columns="time")
    assert bg.lead_lag(frame, "revenue").set_index("metric").lag["visits"] == 2.0
    assert bg.lead_lag(frame, "revenue", max_lag=1).set_index("metric").lag.abs().max() <= 1.0
    assert bg.lead_lag(shop(), "revenue", max_lag="5min").set_index("metric").lag.abs().max() <= 300.0
    assert bg.lead_lag(frame, "revenue", max_lag=10**6)["correlation"].notna().sum() == 4
    assert bg.lead_lag(frame[:5], "revenue").correlation.isna().all()
    assert bg.lead_lag(frame, "revenue", of="changes").metric[0] == "orders"
    assert bg.lead_lag(frame, "revenue", given=0).partial.isna().all()


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"target": "profit"}, KeyError, "target: no metric 'profit'"),
        ({"target": [1.0, 2.0]}, ValueError, "target: 2 values given, expected 400"),
        ({"target": ["a"] * 400}, TypeError, "target"),
        ({"max_lag": "soon"}, ValueError, "max_lag: 'soon' given"),
        ({"of": "levels"}, ValueError, "of: 'levels' given"),
        ({"given": -1}, ValueError, "given: -1"),
    ],
)
def test_errors_name_the_argument(change: dict[str, Any], error: type, says: str) -> None:
    arguments: dict[str, Any] = {"target": "revenue", **change}
    with pytest.raises(error, match=says):
        bg.lead_lag(shop(), **arguments)


def test_threads_change_no_bit() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(size=(3000, 40)), columns=[f"m{i}" for i in range(40)])
    one, two = (bg.lead_lag(frame, "m7", threads=t) for t in (1, 2))
    pd.testing.assert_frame_equal(one, two, check_exact=True)
