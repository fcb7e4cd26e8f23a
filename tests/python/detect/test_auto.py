"""`auto`: what is chosen, that the past is left alone by the future, and that quiet data stays quiet."""

from __future__ import annotations

import numpy as np
import pytest

import barograph as bg
from barograph._detect import measures

STEP = 300


def times(n: int) -> np.ndarray:
    return np.datetime64("2026-01-01", "s") + np.arange(n) * np.timedelta64(STEP, "s")


def table(rows: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 4))
    x[:, 1] += 2 * x[:, 0]
    return x


def planted(n: int = 3000) -> tuple[np.ndarray, slice]:
    rng = np.random.default_rng(1)
    x = 50 + 10 * np.sin(2 * np.pi * np.arange(n) / 288) + rng.normal(size=n)
    x[2500:2530] += 25
    return x, slice(2500, 2530)


@pytest.mark.parametrize("causal", [False, True])
def test_a_burst_is_found_and_one_incident(causal: bool):
    x, burst = planted()
    found = bg.detect.auto(x, times(x.size), causal=causal)
    assert found.is_anomaly[burst].any()
    assert not found.is_anomaly[:2495].any()
    worst = max(found.incidents(), key=lambda one: one.score)
    assert times(x.size)[2480] <= worst.onset <= times(x.size)[2502]
    assert "findings by" in found.method
    assert np.isfinite(found.expected).all()


@pytest.mark.parametrize("causal", [False, True])
def test_a_strange_row_of_a_table_is_found_with_its_column(causal: bool):
    x = table(1500)
    x[1200, 2] = 9.0
    x[1300, :2] = [2.5, -6.0]  # each is usual by itself
    found = bg.detect.auto(
        {"cpu": x[:, 0], "load": x[:, 1], "latency": x[:, 2], "errors": x[:, 3]}, causal=causal
    )
    assert found.is_anomaly[1200]
    assert found.is_anomaly[1300]
    assert found.kind[1200] == "latency"
    assert {d.row: d.causes[0] for d in found}[1200] == "latency"


@pytest.mark.parametrize(("columns", "size", "causal"), [(5, 8, False), (30, 10, False), (5, 16, True)])
def test_one_cell_far_out_in_its_column_carries_its_row(columns: int, size: float, causal: bool):
    rng = np.random.default_rng(columns)
    x = rng.normal(size=(1000, columns))
    x[:, 1::3] = np.exp(x[:, 1::3])  # such a column goes there by itself
    x[800, 3] = size
    found = bg.detect.auto(x, causal=causal)
    assert found.score.argmax() == 800
    assert found.is_anomaly[800]
    assert found.severity[800] == "HIGH"
    assert found.attribution.values[800].argmax() == 3
    assert found.count <= 2


def test_columns_with_heavy_tails_make_no_findings_by_themselves():
    flagged = 0
    for seed in range(8):
        rng = np.random.default_rng(seed)
        x = np.column_stack([rng.normal(size=(600, 3)), np.exp(rng.normal(size=(600, 3)))])
        flagged += bg.detect.auto(x).count
    assert flagged <= 2


@pytest.mark.parametrize("rows", [0, 1, 49, 255, 256, 257, 511, 600, 999, 1500])
def test_with_causal_the_first_rows_score_the_same_whatever_comes_after(rows: int):
    x = planted(1500)[0]
    whole = bg.detect.auto(x, times(1500), causal=True)
    part = bg.detect.auto(x[:rows], times(rows), causal=True)
    y = table(1500)
    whole_table, part_table = (bg.detect.auto(y[:k], causal=True) for k in (1500, rows))
    for name in ("score", "alarm", "is_anomaly", "threshold", "expected"):
        assert getattr(whole, name)[:rows].tobytes() == getattr(part, name).tobytes()
        assert getattr(whole_table, name)[:rows].tobytes() == getattr(part_table, name).tobytes()


def test_rows_of_a_table_are_ranked_below_the_median_too():
    x = np.random.default_rng(4).normal(size=(400, 3))
    assert len(np.unique(bg.detect.auto(x).score)) > 390


def test_a_group_of_rows_that_lie_close_together_is_found_in_columns_that_are_mostly_zero():
    rng = np.random.default_rng(5)
    x = np.where(rng.random((1500, 8)) < 0.9, 0.0, rng.exponential(size=(1500, 8)))
    x[:60, :4] = 3 + 0.1 * rng.normal(size=(60, 4))  # one row in 25
    score = bg.detect.auto(x).score
    assert np.median(score[:60]) > np.quantile(score[60:], 0.98)


def test_rare_but_usual_rows_of_counts_are_no_findings():
    rng = np.random.default_rng(5)
    flagged = [bg.detect.auto(rng.poisson(0.1, (2000, 8)).astype(float)).is_anomaly.mean() for _ in range(3)]
    assert np.mean(flagged) < 0.005


@pytest.mark.parametrize("share", [0.05, 0.1])
def test_anomalies_of_a_table_that_lie_close_together_are_found_as_scattered_ones_are(share):
    rng = np.random.default_rng(8)
    for columns in (2, 4):
        x = rng.normal(size=(1000, columns))
        odd = np.arange(1000) < 1000 * share
        x[odd] = 5 / np.sqrt(columns) + 0.2 * x[odd]
        score = bg.detect.auto(x).score
        assert measures.area_under_roc(score, odd) > 0.95


def test_the_causal_series_is_the_stream():
    x = planted(800)[0]
    stream = bg.detect.auto_stream()
    one_by_one = [stream.update(t, v) for t, v in zip(times(800), x.tolist(), strict=True)]
    found = bg.detect.auto(x, times(800), causal=True)
    assert found.score.tolist() == [s.score for s in one_by_one]
    assert found.alarm.tolist() == [s.alarm for s in one_by_one]


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("what", ["series", "table"])
def test_contamination_flags_the_share_that_is_asked_for(causal: bool, what: str):
    x = planted()[0] if what == "series" else table(3000)
    found = bg.detect.auto(x, causal=causal, contamination=0.02)
    assert found.count == pytest.approx(60, abs=25 if causal else 1)
    with pytest.raises(ValueError, match="contamination: 0 given"):
        bg.detect.auto(x, contamination=0)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(
    "x",
    [
        [], [1.0], [np.nan], [np.inf, -np.inf, np.nan], [3.0] * 300, [1.0, np.nan] * 200, np.zeros((0, 3)),
        np.ones((1, 3)), np.full((400, 2), np.nan), np.ones((400, 2)), [1.7e308, -1.7e308] * 200,
    ],
)  # fmt: skip
def test_odd_data_gives_finite_scores(x, causal: bool):
    found = bg.detect.auto(x, causal=causal)
    assert len(found) == len(x)
    assert np.isfinite(found.score).all()
    assert np.isfinite(found.alarm).all()
    assert found.count == 0
    assert len(found.incidents()) == 0
    assert repr(found)


def test_rows_out_of_order_are_judged_by_their_times():
    x, t = planted()[0], times(3000)
    mixed = np.random.default_rng(0).permutation(3000)
    straight, other = bg.detect.auto(x, t), bg.detect.auto(x[mixed], t[mixed])
    assert (other.score == straight.score[mixed]).all()
    twice = t.copy()
    twice[5] = twice[4]
    assert bg.detect.auto(x, twice).is_anomaly[2510]
    twice = twice.astype("datetime64[ns]")
    twice[7] = np.datetime64("NaT", "ns")
    assert bg.detect.auto(x, twice).is_anomaly[2510]


def test_pandas_zones_names_and_gaps_go_through():
    pandas = pytest.importorskip("pandas")
    x = planted()[0]
    index = pandas.date_range("2026-03-20", periods=3000, freq="5min", tz="Europe/Rome")
    series = pandas.Series(x, index=index, name="cpu_percent")
    found = bg.detect.auto(series.drop(series.index[100:400]))
    assert found.zone == "Europe/Rome"
    assert set(found.kind) == {"cpu"}
    assert found.is_anomaly[2510 - 300]
    assert list(found.to_frame("pandas")["time"][:2]) == list(index[:2])
    assert found.incidents().to_frame("pandas")["onset"].dt.tz is not None


def test_of_a_single_spike_rows_beside_it_with_usual_values_are_not_flagged():
    x = np.random.default_rng(0).normal(size=500)
    x[200] = 50
    x[[198, 199, 201, 202]] = 0.0
    (one,) = bg.detect.auto(x)
    assert one.row == 200


def test_a_period_of_rows_is_found_without_times():
    x = 10 * np.sin(2 * np.pi * np.arange(2000) / 48) + np.random.default_rng(0).normal(size=2000)
    x[1000:1012] = 10  # usual values at an unusual place
    found = bg.detect.auto(x)
    assert "place in a period of 48 rows" in found.method
    assert found.is_anomaly[1000:1012].any()
    assert "no period seen" in bg.detect.auto(np.random.default_rng(0).normal(size=2000)).method


def test_a_sensor_that_is_stuck_is_a_finding():
    x = np.random.default_rng(0).normal(size=2000)
    x[1500:1550] = 0.1
    for causal in (False, True):
        found = bg.detect.auto(x, causal=causal)
        assert found.is_anomaly[1520]
        assert found.attribution.names[np.argmax(found.attribution.values[1520])] == "stuck"


def test_counts_that_stop_are_found_though_zeros_may_last_where_they_are_usual():
    rng = np.random.default_rng(3)
    t = np.datetime64("2026-01-01", "s") + 60 * np.arange(3000)
    counts, few, counter = rng.poisson(50, 3000), rng.poisson(6, 3000), np.cumsum(rng.poisson(20, 3000))
    for x, stays_at, within in ((counts, 0, 5), (few, 0, 20), (counter, counter[2799], 8)):
        stopped = x.astype(float)
        stopped[2800:] = stays_at
        found = bg.detect.auto(stopped, t, causal=True)
        assert found.is_anomaly[2800 : 2800 + within].any()


@pytest.mark.parametrize("causal", [False, True])
def test_a_series_that_goes_silent_and_a_gap_are_findings(causal: bool):
    x, t = planted(2000)[0], times(2000)
    silent = x.copy()
    silent[1900:] = np.nan
    found = bg.detect.auto(silent, t, causal=causal)
    assert found.is_anomaly[1905:].all()
    assert found.attribution.names[np.argmax(found.attribution.values[1950])] == "missing"
    last = found.incidents()[-1]
    assert (last.onset <= t[1906], last.end, last.severity) == (True, t[-1], "HIGH")
    there = np.r_[:1200, 1230:2000]
    gap = bg.detect.auto(x[there], t[there], causal=causal)
    assert [d.row for d in gap] == [1200]
    assert "missing" in gap.method


@pytest.mark.parametrize("causal", [False, True])
def test_a_column_that_goes_silent_is_a_finding_and_is_named(causal: bool):
    x = table(1500)
    x[1300:, 2] = np.nan
    columns = {"cpu": x[:, 0], "load": x[:, 1], "latency": x[:, 2], "errors": x[:, 3]}
    found = bg.detect.auto(columns, times(1500), causal=causal)
    assert found.is_anomaly[1306:].all()
    assert found.is_anomaly[:1299].mean() < 0.02
    assert set(found.kind[1310:]) == {"latency"}
    assert "missing" in found.method
    assert bg.detect.auto(columns, causal=causal).count == 0  # rows without times need not follow each other


@pytest.mark.parametrize("share", [0.02, 0.3])
@pytest.mark.parametrize("causal", [False, True])
def test_values_and_rows_that_are_missing_now_and_then_are_no_findings(share: float, causal: bool):
    rng = np.random.default_rng(5)
    x, gone = rng.normal(size=3000), rng.uniform(size=3000) < share
    assert bg.detect.auto(np.where(gone, np.nan, x), times(3000), causal=causal).count == 0
    assert bg.detect.auto(x[~gone], times(3000)[~gone], causal=causal).count == 0
    late = np.where(np.arange(3000) < 1000, np.nan, 50 + x)
    assert bg.detect.auto(late, times(3000), causal=causal).count == 0


def test_days_are_those_of_the_zone():
    pandas = pytest.importorskip("pandas")
    index = pandas.date_range(
        "2026-02-01", periods=24 * 80, freq="1h", tz="Europe/Rome"
    )  # summer time begins
    x = 50 + 30 * (index.hour == 9) + np.random.default_rng(8).normal(size=len(index))
    series = pandas.Series(x, index=index)
    found = bg.detect.auto(series, causal=True)
    assert found.count == 0
    assert bg.detect.auto(series).count == 0
    assert bg.detect.auto(series.tz_convert("UTC"), causal=True).count > 0  # nine o'clock is not where it was
    stream = bg.detect.auto_stream()
    assert [stream.update(t, v).score for t, v in zip(index, x, strict=True)] == found.score.tolist()


def slow(what: str, seed: int, n: int = 4032) -> tuple[np.ndarray, int, int]:
    """A series with a day of 288 rows, in which something goes wrong slowly, from which row to which."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=n)
    season = 5 * np.sin(2 * np.pi * np.arange(n) / 288)
    begin, end = 2450, n
    if what == "level shift":
        noise[begin:] += 2.5
    elif what == "level lower":
        end = begin + 700
        noise[begin:end] -= 3
    elif what == "drift":
        noise[begin:] += np.linspace(0, 5, n - begin)
    elif what == "season lost":
        end = begin + 900
        season[begin:end] = 0
    else:
        end = begin + 300
        noise[begin:end] *= 4
    return 100 + season + noise, begin, end


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("what", "cause", "words"),
    [
        ("level shift", "level shift", "the level is"), ("level lower", "level shift", "lower"),
        ("drift", "drift", "it rises by"), ("season lost", "season strength", "% weaker"),
        ("spread", "spread", "times as large"),
    ],
)  # fmt: skip
def test_what_goes_wrong_slowly_is_one_incident_from_where_it_begins(
    what: str, cause: str, words: str, seed: int
):
    x, begin, end = slow(what, seed)
    t = times(x.size)
    found = bg.detect.auto(x, t)
    longest = max(found.incidents(), key=lambda one: one.end - one.onset)
    off = abs(longest.onset - t[begin]) / np.timedelta64(STEP, "s")
    assert off <= (150 if what == "drift" else 60)
    assert abs(longest.end - t[end - 1]) / np.timedelta64(STEP, "s") <= 60
    assert len(found.incidents()) <= 2
    assert words in found.method
    assert cause in next(d for d in found if d.row == (begin + end) // 2).causes[:1]
    assert found.is_anomaly[begin + 100 : end - 100].all()
    assert (found.severity[begin + 100 : end - 100] == found.severity[(begin + end) // 2]).mean() > 0.9
    assert found.score[begin + 100 : end - 100].min() >= 2 / 3
    assert not found.is_anomaly[: begin - 200].any()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("what", "cause", "late"),
    [
        ("level shift", "slow level", 100), ("level lower", "slow level", 100), ("drift", "slow level", 900),
        ("season lost", "season strength", 450),
    ],
)  # fmt: skip
def test_what_goes_wrong_slowly_is_told_as_rows_come(what: str, cause: str, late: int, seed: int):
    x, begin, end = slow(what, seed)
    found = bg.detect.auto(x, times(x.size), causal=True)
    first = next(d for d in found if d.row >= begin)
    assert first.row <= begin + late
    slowly = [found.attribution.names.index(name) for name in {cause, "slow level"}]
    assert found.attribution.values[begin:end, slowly].max() >= 3
    assert not found.is_anomaly[:begin].any()
    half = bg.detect.auto(x[:3000], times(3000), causal=True)
    assert half.score.tobytes() == found.score[:3000].tobytes()


def test_what_was_there_from_the_start_is_no_slow_change():
    n = 4032
    for seed in range(4):
        rng = np.random.default_rng(seed)
        noise, at = rng.normal(size=n), np.arange(n) / n
        weekend = (np.arange(n) // 288 + 3) % 7 >= 5  # of a Thursday on
        for x in (
            12 * at + noise,
            12 * at**2 + noise,
            (20 + 5 * np.sin(at * 88)) * (1 + at),
            noise - 6 * weekend,
        ):
            assert bg.detect.auto(x, times(n)).is_anomaly.mean() < 0.002
        assert len(bg.detect.auto(np.cumsum(noise), times(n)).incidents()) <= 1


def test_a_long_stretch_does_not_make_findings_of_what_is_usual():
    for seed in range(3):
        x = np.random.default_rng(seed).standard_t(4, 4000)
        x[2000:2100] = np.nan
        found = bg.detect.auto(x, times(4000))
        assert found.is_anomaly[2010:2090].all()
        assert found.is_anomaly.sum() < 105


def test_what_is_no_data_is_refused_by_name():
    with pytest.raises(ValueError, match="x: no columns of numbers given, only text: a"):
        bg.detect.auto({"a": ["x", "y"]})
    with pytest.raises(ValueError, match="timestamps: 1 given, expected 2"):
        bg.detect.auto([1.0, 2.0], [0])
    with pytest.raises(ValueError, match="no columns"):
        bg.detect.auto({})


def requests_table(n: int = 800) -> dict[str, object]:
    """Numbers that depend on a text, a text of each row's own, and one that never changes."""
    rng = np.random.default_rng(3)
    host = rng.choice(["a", "b", "c"], n)
    return {
        "host": host,
        "latency": np.where(host == "c", 50.0, 5.0) + rng.normal(size=n),
        "size": rng.normal(size=n),
        "ok": rng.uniform(size=n) < 0.5,
        "trace": [f"t{i}" for i in range(n)],
        "zone": ["eu"] * n,
    }


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_text_beside_numbers_is_categories_and_what_names_rows_is_left_out(library: str):
    frame = pytest.importorskip(library).DataFrame(requests_table())
    found = bg.detect.auto(frame)
    assert "table of 3 columns of numbers and 1 of text" in found.method
    assert "in one row alone: trace" in found.method
    assert "the same in all rows: zone" in found.method
    assert found.attribution.names == ("latency", "size", "ok", "host")
    assert found.count <= 4


def test_a_text_that_was_never_there_is_found_and_named():
    table = requests_table()
    host = np.array(table["host"], dtype="U8")
    host[700] = "rogue"
    found = bg.detect.auto({**table, "host": host})
    usual = bg.detect.auto(table)
    assert found.score[700] > usual.score[700]
    assert (found.score > found.score[700]).sum() < 40
    assert int(np.argmax(found.attribution.values[700])) == 3


def test_one_column_of_numbers_and_text_that_says_nothing_is_a_series():
    x = np.random.default_rng(0).normal(size=300)
    table = {"x": x, "id": [str(i) for i in range(300)], "env": ["prod"] * 300}
    found = bg.detect.auto(table)
    assert found.method.startswith("whole series")
    assert "left out" in found.method
    np.testing.assert_array_equal(found.score, bg.detect.auto(x).score)


@pytest.mark.parametrize(
    "columns", [("latency", "host", "trace", "zone"), ("latency", "size", "host", "zone")]
)
@pytest.mark.parametrize("rows", [0, 1, 2, 200, 257, 600])
def test_text_changes_no_score_of_rows_before_it(columns: tuple[str, ...], rows: int):
    table = {name: np.asarray(requests_table()[name]) for name in columns}
    table["host"] = np.where(np.arange(800) > 620, "new", table["host"])  # sorts before and after others
    whole = bg.detect.auto(table, causal=True)
    part = bg.detect.auto({name: column[:rows] for name, column in table.items()}, causal=True)
    np.testing.assert_array_equal(part.score, whole.score[:rows])
    np.testing.assert_array_equal(part.is_anomaly, whole.is_anomaly[:rows])


@pytest.mark.parametrize("columns", [1, 2, 5, 20, 50])
def test_tables_of_few_rows_are_no_findings(columns: int):
    # of noise every finding is false: in a tenth of tables there may be one
    for rows in (2, 3, 4, 5, 7, 9, 15, 30):
        tables = [np.random.default_rng([rows, i]).normal(size=(rows, columns)) for i in range(25)]
        assert sum(bg.detect.auto(x).count > 0 for x in tables) <= 5, rows  # 1 in 30 by chance


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("share", [0.01, 0.3, 0.5])
def test_contamination_flags_at_most_the_share_where_rows_tie(causal: bool, share: float):
    for x in (
        np.ones(100), np.r_[np.ones(99), 2.0], np.full((300, 2), np.nan), np.ones((300, 2)), np.zeros(0),
        np.repeat([1.0, 2.0, 9.0], 100), np.tile([1.0, 5.0], 150),
    ):  # fmt: skip
        found = bg.detect.auto(x, causal=causal, contamination=share)
        assert found.count <= share * len(x)
        assert (found.score[found.is_anomaly] > 0).all()
        if not causal:
            assert np.array_equal(found.is_anomaly, found.score >= found.threshold)


def test_contamination_above_the_share_of_rows_that_score_flags_those():
    rng = np.random.default_rng(0)
    x = rng.normal(size=1000)
    x[rng.random(1000) < 0.7] = np.nan
    counts = [bg.detect.auto(x, contamination=share).count for share in (0.1, 0.3, 0.5)]
    assert counts[0] == 100
    assert counts[1] == counts[2] == np.isfinite(x).sum()
