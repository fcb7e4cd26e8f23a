"""Ranking of causes: against its definition in numpy, on frames of every layout, and on faults made here."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import barograph as bg
from barograph import _core
from barograph._detect import causes, metrics

PLAIN: dict[str, Any] = {
    "more_scatter": False,
    "successes_as_failures": False,
    "silence": 0.0,
    "resources": 1.0,
}


def by_definition(columns: list[np.ndarray], names: list[str], at: int) -> np.ndarray:
    """Scores of the plain form, with numpy's quantiles, means and deviations."""
    scores = []
    for x, name in zip(columns, names, strict=True):
        a, b = (part[np.isfinite(part)] for part in (x[:at], x[at:]))
        if a.size < 3 or b.size == 0:
            scores.append(0.0)
            continue
        q1, q3 = np.quantile(a, [0.25, 0.75])
        m0, u0, m1, u1 = np.median(a), a.mean(), np.median(b), b.mean()
        spread = np.sqrt((((q3 - q1) / 1.349) ** 2 + a.std() ** 2) / 2)
        scale = spread + 0.1 * max(abs(m0), abs(u0), abs(m1), abs(u1)) + 1e-12
        z = ((m1 - m0) + (u1 - u0)) / 2 / scale
        harm = -1 if re.search("avail|success", name) else 1 if re.search("cpu|mem|lat|err", name) else 0
        score = np.log1p((0.3 if z * harm < 0 else 1.0) * abs(z))
        scores.append(score + 0.6 * np.log1p((np.quantile(b, 0.9) - np.quantile(b, 0.1)) / scale))
    return np.array(scores)


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(
        np.float64,
        st.tuples(st.integers(1, 6), st.integers(5, 40)),
        elements=st.one_of(
            st.floats(-1e6, 1e6, width=32), st.sampled_from([np.nan, np.inf, -np.inf, 0.0, 5.0])
        ),
    ),
    st.data(),
)
def test_scores_are_those_of_the_definition(values: np.ndarray, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, values.shape[1] - 1))
    names = ["a_cpu", "b_latency", "c_availability", "d_other", "e_errors", "f_requests"][: len(values)]
    columns = list(values)
    _, column, score, _, _ = _core.rank_causes(columns, names, at, **PLAIN)
    expected = by_definition(columns, names, at)
    # differences in the last bits of means are carried through a division by at least a tenth of the level
    np.testing.assert_allclose(score, expected[column], rtol=1e-9, atol=1e-9)
    assert (np.diff(score) <= 0).all()


def shop(
    seed: int = 0, rows: int = 240, at: int = 180, step: float = 10.0, drift: float = 0.0
) -> pd.DataFrame:
    """Ten services of six metrics, of which the cpu and latency of s3 go up at row `at`."""
    rng = np.random.default_rng(seed)
    after = np.arange(rows) >= at
    columns: dict[str, Any] = {}
    for s in range(10):
        for metric, level in (
            ("cpu", 30),
            ("mem", 400),
            ("latency", 80),
            ("errors", 2),
            ("requests", 900),
            ("io", 7),
        ):
            x = level * rng.lognormal(0, 0.08, rows)
            if s == 3 and metric in ("cpu", "latency"):
                x = np.where(after, x * 2.2, x)
            elif metric == "latency":
                x = np.where(after, x * 1.15, x)
            if drift and s % 2:
                x = x * (1 + drift * np.arange(rows) / rows)
            columns[f"s{s}_{metric}"] = x
    times = pd.Timestamp("2026-03-02 14:00") + pd.to_timedelta(np.arange(rows) * step, unit="s")
    return pd.DataFrame({"time": times, **columns})


AT = pd.Timestamp("2026-03-02 14:30")


def first(found: Any) -> str:
    return next(iter(found["cause"].to_numpy()))


def test_the_columns_of_the_result_and_what_they_say() -> None:
    found = bg.rank_causes(shop(), AT)
    assert list(found.columns) == ["cause", "score", "direction", "onset", "lag", "service"]
    assert len(found) == 60
    assert set(found.cause[:2]) == {"s3_cpu", "s3_latency"}
    assert list(found.direction[:2]) == ["up", "up"]
    assert (found.onset[:2] == AT).all()
    assert list(found.lag[:2]) == [0.0, 0.0]
    assert found.score.is_monotonic_decreasing
    assert list(found.service[:2]) == ["s3", "s3"]


def test_services_are_ranked_by_their_strongest_metric() -> None:
    found = bg.rank_causes(shop(), AT, by="service")
    assert list(found.columns) == ["cause", "score", "direction", "onset", "lag", "metric"]
    assert sorted(found.cause) == [f"s{i}" for i in range(10)]
    assert first(found) == "s3"
    assert found.metric[0] in ("cpu", "latency")


@pytest.mark.parametrize("minutes", [-1, 1])
@pytest.mark.parametrize("step", [1.0, 10.0, 30.0, 60.0])
def test_a_time_that_is_a_minute_off_gives_the_same_first_causes(minutes: int, step: float) -> None:
    frame = shop(rows=400, at=250, step=step)
    start = frame.time[250]
    found = bg.rank_causes(frame, start + pd.Timedelta(minutes=minutes))
    assert set(found.cause[:2]) == {"s3_cpu", "s3_latency"}
    assert (found.onset[:2] == start).all()
    assert list(found.lag[:2]) == [-60.0 * minutes] * 2


def test_what_drifts_all_along_is_no_cause() -> None:
    found = bg.rank_causes(shop(drift=3.0), AT)
    assert set(found.cause[:2]) == {"s3_cpu", "s3_latency"}
    # against the early rows alone, what drifted looks like a cause
    plain = bg.rank_causes(shop(drift=3.0), AT, recent=0)
    assert sum(int(cause[1]) % 2 for cause in plain.cause[:10]) > sum(int(c[1]) % 2 for c in found.cause[:10])


def test_missing_infinite_and_constant_cells_do_no_harm() -> None:
    frame = shop()
    rng = np.random.default_rng(5)
    values = frame.iloc[:, 1:].to_numpy().copy()
    values[rng.random(values.shape) < 0.3] = np.nan
    values[rng.random(values.shape) < 0.02] = np.inf
    values[:, 7], values[:, 8], values[:, 9] = 5.0, np.nan, -np.inf
    values[:, 10] *= 1e300
    broken = pd.concat([frame[["time"]], pd.DataFrame(values, columns=frame.columns[1:])], axis=1)
    found = bg.rank_causes(broken, AT)
    assert set(found.cause[:2]) == {"s3_cpu", "s3_latency"}
    assert np.isfinite(found.score).all()
    scores = dict(zip(found.cause, found.score, strict=True))
    assert [scores[frame.columns[1 + c]] for c in (7, 8, 9)] == [0.0, 0.0, 0.0]


def test_a_metric_that_falls_silent_is_a_suspect() -> None:
    frame = shop()
    frame.loc[180:, "s7_requests"] = np.nan
    frame.loc[:120, "s8_requests"] = np.nan  # was not always there
    frame.loc[180:, "s8_requests"] = np.nan
    frame.loc[100:, "s9_requests"] = np.nan  # fell silent long before
    found = bg.rank_causes(frame, AT).set_index("cause")
    assert list(found.index[:3])[2] == "s7_requests"
    assert found.onset["s7_requests"] == AT
    assert found.direction["s7_requests"] == ""
    assert found.score[["s8_requests", "s9_requests"]].max() == 0.0


def test_columns_that_hold_nothing_and_times_as_text_are_read() -> None:
    frame = shop()
    expected = bg.rank_causes(frame, AT)
    text = frame.time.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    found = bg.rank_causes(frame.assign(time=text, remark=None), AT)
    assert list(found.cause) == list(expected.cause)
    assert list(found.onset[:2]) == [AT, AT]
    with pytest.raises(ValueError, match="metrics: no rows given"):
        bg.rank_causes(frame[:0], AT)


def test_units_do_not_matter() -> None:
    frame = shop()
    scaled = frame.copy()
    for position, column in enumerate(frame.columns[1:]):
        scaled[column] = frame[column] * 2.0 ** (position % 21 - 10)
    a, b = bg.rank_causes(frame, AT), bg.rank_causes(scaled, AT)
    assert list(a.cause) == list(b.cause)
    np.testing.assert_allclose(a.score, b.score, rtol=1e-6)


def test_every_kind_of_frame_and_layout_gives_the_same_causes() -> None:
    wide = shop()
    expected = bg.rank_causes(wide, AT)
    long = wide.melt("time", var_name="name")
    long[["service", "metric"]] = long.pop("name").str.split("_", expand=True)
    beside = long.pivot(index=["time", "service"], columns="metric", values="value").reset_index()
    levels = wide.set_index("time")
    levels.columns = pd.MultiIndex.from_tuples([tuple(c.split("_")) for c in levels.columns])
    arrow = pl.from_pandas(wide).to_arrow()
    for frame in (
        wide.sample(frac=1, random_state=1), wide.set_index("time"), levels, long,
        beside.rename_axis(columns=None),
        pl.from_pandas(wide), pl.from_pandas(long), arrow, bg.Table.of(wide), {c: wide[c] for c in wide},
        wide.assign(time=wide.time.astype("int64") // 10 ** (9 if wide.time.dtype == "<M8[ns]" else 6)),
    ):  # fmt: skip
        found = bg.rank_causes(frame, AT)
        given = type(frame) if not isinstance(frame, dict) else bg.Table
        assert isinstance(found, given)
        table = bg.Table.of(found)
        order = [f"s{c[1]}_{c[3:]}" for c in table.array("cause").tolist()]
        assert sorted(order[:2]) == sorted(expected.cause[:2])
        assert dict(zip(order, table["score"], strict=True)) == pytest.approx(
            dict(zip(expected.cause, expected.score, strict=True))
        )


@pytest.mark.parametrize(
    "at",
    [180, -60, "2026-03-02 14:30", "2026-03-02T15:30+01:00", AT.to_pydatetime(), AT.to_datetime64(),
     AT.tz_localize("UTC").tz_convert("Asia/Tokyo"), AT.timestamp(), int(AT.timestamp())],
)  # fmt: skip
def test_every_way_to_write_when(at: Any) -> None:
    found = bg.rank_causes(shop(), at)
    pd.testing.assert_frame_equal(found, bg.rank_causes(shop(), AT))


def test_zones_stay_with_the_times() -> None:
    frame = shop()
    frame["time"] = frame.time.dt.tz_localize("UTC").dt.tz_convert("America/Lima")
    found = bg.rank_causes(frame, AT)
    assert str(found.onset.dt.tz) == "America/Lima"
    assert (found.onset[:2] == AT.tz_localize("UTC")).all()


@pytest.mark.parametrize("length", [np.timedelta64(5, "m"), pd.Timedelta("5min"), pd.offsets.Minute(5)])
def test_every_way_to_write_how_long(length: Any) -> None:
    expected = bg.rank_causes(shop(), AT, after="5min", tolerance="5min")
    pd.testing.assert_frame_equal(bg.rank_causes(shop(), AT, after=length, tolerance=length), expected)
    assert not expected.equals(bg.rank_causes(shop(), AT, after=1, tolerance="5min"))


def test_rows_without_times() -> None:
    frame = shop().drop(columns="time")
    found = bg.rank_causes(frame, 180)
    assert set(found.cause[:2]) == {"s3_cpu", "s3_latency"}
    assert list(found.onset[:2]) == [180.0, 180.0]
    assert list(found.lag[:2]) == [0.0, 0.0]


def test_a_normal_period_of_its_own() -> None:
    frame = shop()
    usual, now = frame[:150], frame[175:].reset_index(drop=True)
    assert set(bg.rank_causes(now, AT, normal=usual).cause[:2]) == {"s3_cpu", "s3_latency"}
    assert set(bg.rank_causes(frame[180:], normal=usual).cause[:2]) == {"s3_cpu", "s3_latency"}
    with pytest.raises(ValueError, match="normal: has none of the metrics"):
        bg.rank_causes(now, AT, normal=pd.DataFrame({"time": frame.time, "q_cpu": 1.0}))


def test_failures_are_seen_in_shares_of_successes() -> None:
    rng = np.random.default_rng(2)
    rows, after = 60, np.arange(60) >= 50
    frame = pd.DataFrame({
        "a_availability": np.where(after, 97.0, 100.0),
        "b_availability": np.full(rows, 100.0),
        "c_availability": np.where(after, 100.0, 60.0),
        "a_latency": rng.normal(100, 10, rows),
    })  # fmt: skip
    found = bg.rank_causes(frame, 50)
    assert list(found.cause[:2]) == ["a_availability", "c_availability"]
    assert list(found.direction[:2]) == ["down", "up"]
    assert found.score[0] > found.score[1]


CALLS = {"web": ["cart", "login"], "cart": ["db"]}


@pytest.mark.parametrize(
    "graph",
    [
        CALLS,
        {"web": ["cart", "login"], "cart": "db"},
        [("web", "cart"), ("web", "login"), ("cart", "db")],
        [("web", "cart", {"weight": 1}), ("web", "login", {}), ("cart", "db", {})],
        pd.DataFrame({"caller": ["web", "web", "cart"], "callee": ["cart", "login", "db"]}),
        type("Graph", (), {"edges": [("web", "cart"), ("web", "login"), ("cart", "db")]})(),
        type("Graph", (), {"edges": lambda _: [("web", "cart"), ("web", "login"), ("cart", "db")]})(),
    ],
    ids=["mapping", "text", "pairs", "weighted", "frame", "edges", "edges method"],
)
def test_with_a_graph_the_callee_comes_before_the_caller_that_shifts_more(graph: Any) -> None:
    rng = np.random.default_rng(4)
    after = np.arange(100) >= 80
    level = {"web": (200, 900), "cart": (60, 250), "db": (20, 70), "login": (50, 50)}
    frame = pd.DataFrame({
        f"{s}_latency": rng.normal(a, a / 20, 100) + np.where(after, b - a, 0) for s, (a, b) in level.items()
    })  # fmt: skip
    assert list(bg.rank_causes(frame, 80, by="service").cause)[:3] == ["web", "cart", "db"]
    assert first(bg.rank_causes(frame, 80, by="service", graph=graph)) == "db"


def test_callers_that_suffer_speak_for_a_service_that_shows_nothing() -> None:
    rng = np.random.default_rng(4)
    after = np.arange(100) >= 80
    frame = pd.DataFrame({
        f"{s}_latency": rng.normal(50, 3, 100) + np.where(after, add, 0)
        for s, add in {"a": 100, "b": 100, "c": 0, "hidden": 0, "d": 0}.items()
    })  # fmt: skip
    calls = [("a", "hidden"), ("b", "hidden"), ("b", "c"), ("d", "c")]
    found = bg.rank_causes(frame, 80, by="service", graph=calls)
    places = {s: i for i, s in enumerate(found.cause)}
    assert places["hidden"] < places["c"]
    assert places["hidden"] < places["d"]


def test_services_of_a_graph_are_found_in_names() -> None:
    frame = pd.DataFrame({
        "http.latency{front-end}": [1.0, 1, 1, 1, 9],
        "http.latency{front}": [1.0, 1, 1, 1, 1],
        "unrelated": [1.0] * 5,
    })  # fmt: skip
    found = bg.rank_causes(frame, 4, graph={"front-end": ["front"]}, tolerance=0)
    assert dict(zip(found.cause, found.service, strict=True))["http.latency{front-end}"] == "front-end"
    with pytest.raises(ValueError, match="graph: none of its services"):
        bg.rank_causes(frame, 4, graph={"x": ["y"]})
    named = bg.rank_causes(frame, 4, graph={"x": ["y"]}, service=["x", "y", None], tolerance=0)
    assert next(iter(named.service)) == "x"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cart_latency_p95", ("cart", "latency_p95")),
        ("ts-order-service_cpu", ("ts-order-service", "cpu")),
        ("front-end_latency-90", ("front-end", "latency-90")),
        ("cart_diskio", ("cart", "diskio")),
        ("latency", (None, "latency")),
        ("cpu_usage", (None, "cpu_usage")),
        ("cart.mem", ("cart", "mem")),
    ],
)
def test_names_are_taken_apart(name: str, expected: tuple[str | None, str]) -> None:
    assert metrics.split_name(name) == expected


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"at": None}, TypeError, "at: none given"),
        ({"at": "yesterday"}, ValueError, "at: 'yesterday' given"),
        ({"at": "2020-01-01"}, ValueError, "expected a time from 2026-03-02"),
        ({"at": 0}, ValueError, "no row is before it"),
        ({"at": 5, "before": 0}, ValueError, "before: 0 given"),
        ({"at": True}, TypeError, "at: bool"),
        ({"at": float("nan")}, ValueError, "at: nan"),
        ({"by": "pod"}, ValueError, "by: 'pod' given"),
        ({"tolerance": "soon"}, ValueError, "tolerance: 'soon' given"),
        ({"tolerance": -1}, ValueError, "tolerance: -1 given"),
        ({"after": 1.5}, TypeError, "after: float given"),
        ({"graph": 7}, TypeError, "graph: expected"),
        ({"service": "nobody"}, KeyError, "service: no column 'nobody'"),
        ({"service": ["a"]}, ValueError, "service: 1 given, expected 60"),
        ({"metrics": [1, 2]}, TypeError, "metrics: list given"),
        ({"metrics": pd.DataFrame({"time": [AT, AT]})}, ValueError, "no column of numbers"),
    ],
)
def test_errors_name_the_argument_and_what_is_accepted(
    change: dict[str, Any], error: type, says: str
) -> None:
    arguments: dict[str, Any] = {"metrics": shop(), "at": AT, **change}
    with pytest.raises(error, match=says):
        bg.rank_causes(arguments.pop("metrics"), **arguments)


def test_long_frames_that_are_not_clear_say_what_is_missing() -> None:
    frame = pd.DataFrame(
        {"time": [AT] * 4, "zone": list("aabb"), "shop": list("xyxy"), "value": [1.0, 2, 3, 4]}
    )
    with pytest.raises(ValueError, match="say which is service="):
        bg.rank_causes(frame, 1)
    with pytest.raises(ValueError, match="needs a column of times"):
        bg.rank_causes(frame.drop(columns=["time", "zone"]), 1)


def test_threads_change_no_bit() -> None:
    frame = shop(rows=2000, at=1500, step=1)
    one, two = (bg.rank_causes(frame, frame.time[1500], threads=t) for t in (1, 2))
    pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_few_rows() -> None:
    frame = pd.DataFrame({"a_cpu": [1.0, 1.0, 1.0, 9.0], "b_cpu": [1.0, 1.0, 1.0, 1.0]})
    assert first(bg.rank_causes(frame, 3)) == "a_cpu"
    two = bg.rank_causes(frame[:2], 1)
    assert list(two.score) == [0.0, 0.0]
    assert two.onset.isna().all()


def test_calls_of_reads_any_graph() -> None:
    networkx = pytest.importorskip("networkx")
    assert causes.calls_of(networkx.DiGraph([("a", "b")])) == [("a", "b")]
