"""Scores of detections and causes: against scikit-learn, and against definitions written out here."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import barograph as bg
from barograph._detect import measures

LABELS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9]), st.booleans()), min_size=2, max_size=60
)
SETTINGS = settings(max_examples=60, deadline=None)


def arrays(rows: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([s for s, _ in rows]), np.array([t for _, t in rows])


# ---- areas ----


@SETTINGS
@given(LABELS)
def test_areas_are_those_of_scikit_learn(rows: list[tuple[float, bool]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    score, truth = arrays(rows)
    if truth.all() or not truth.any():
        assert math.isnan(measures.area_under_roc(score, truth))
        return
    assert measures.average_precision(score, truth) == pytest.approx(
        metrics.average_precision_score(truth, score), abs=1e-12
    )
    assert measures.area_under_roc(score, truth) == pytest.approx(
        metrics.roc_auc_score(truth, score), abs=1e-12
    )


@SETTINGS
@given(LABELS)
def test_rows_are_scored_as_by_scikit_learn(rows: list[tuple[float, bool]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    score, truth = arrays(rows)
    result = bg.score_detections(score, truth, threshold=0.25)
    flagged = score >= 0.25
    expected = metrics.precision_recall_fscore_support(truth, flagged, average="binary", zero_division=np.nan)
    assert result.precision == pytest.approx(expected[0], nan_ok=True)
    assert result.recall == pytest.approx(expected[1], nan_ok=True)


def volume_by_definition(score: np.ndarray, truth: np.ndarray, buffer: int) -> float:
    """VUS-PR of Paparrizos et al. 2022 as their package has it now, one row and one threshold at a time."""
    n = len(score)
    runs, i = [], 0
    while i < n:
        if truth[i]:
            j = i
            while j + 1 < n and truth[j + 1]:
                j += 1
            runs.append((i, j))
            i = j
        i += 1
    falling = sorted(score, reverse=True)
    thresholds = [falling[int(k)] for k in np.linspace(0, n - 1, 250)]
    areas = []
    for width in range(buffer + 1):
        half = width // 2
        label = [float(t) for t in truth]
        for first, last in runs:
            for row in range(last + 1, min(last + half, n - 1) + 1):
                label[row] += math.sqrt(1 - (row - last) / width)
            for row in range(max(first - half, 0), first):
                label[row] += math.sqrt(1 - (first - row) / width)
        label = [min(x, 1.0) for x in label]
        segments: list[list[int]] = []
        for first, last in runs:
            if segments and segments[-1][1] >= first - half:
                segments[-1][1] = last + half
            else:
                segments.append([max(first - half, 0), last + half])
        area, recall_before = 0.0, 0.0
        for threshold in thresholds:
            flagged = [s >= threshold for s in score]
            hit = sum(x for x, f in zip(label, flagged, strict=True) if f)
            exist = sum(
                any(flagged[r] and label[r] > 0 for r in range(a, min(b, n - 1) + 1)) for a, b in segments
            )
            slopes = hit - sum(f for t, f in zip(truth, flagged, strict=True) if t)
            recall = min(hit / (sum(truth) + slopes / 2), 1.0) * exist / len(segments)
            area += (recall - recall_before) * hit / sum(flagged)
            recall_before = recall
        areas.append(area)
    return sum(areas) / len(areas)


@settings(max_examples=40, deadline=None)
@given(LABELS, st.integers(0, 9))
def test_the_volume_under_the_surface_is_that_of_the_paper(
    rows: list[tuple[float, bool]], buffer: int
) -> None:
    score, truth = arrays(rows)
    if not truth.any():
        assert math.isnan(measures.volume_under_pr(score, truth, buffer))
        return
    expected = volume_by_definition(score, truth, buffer)
    assert measures.volume_under_pr(score, truth, buffer) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("rows", "runs", "buffer", "expected"),
    [
        (300, [(20, 29)], 0, 0.6313800416697661),
        (300, [(20, 29), (50, 50)], 12, 0.43201337500520676),
        (1000, [(0, 4), (30, 60), (990, 999)], 40, 0.5331646815564306),
    ],
)
def test_the_volume_is_that_of_the_reference(
    rows: int, runs: list[tuple[int, int]], buffer: int, expected: float
) -> None:
    """Recorded from `vus` 0.0.6, whose dependencies are too many for tests to need it."""
    truth = np.zeros(rows, bool)
    for first, last in runs:
        truth[first : last + 1] = True
    score = (np.arange(rows) * 7919 % 1009) / 1009 + 0.4 * truth
    assert bg.score_detections(score, truth, buffer=buffer).vus_pr == pytest.approx(expected, rel=1e-12)


def test_the_volume_forgives_what_is_near() -> None:
    truth = np.zeros(200, bool)
    truth[100:110] = True
    near, far = np.zeros(200), np.zeros(200)
    near[97:107] = 1
    far[60:70] = 1
    assert bg.score_detections(near, truth).vus_pr > bg.score_detections(near, truth, buffer=0).vus_pr
    assert bg.score_detections(near, truth).vus_pr > 3 * bg.score_detections(far, truth).vus_pr


# ---- the Numenta benchmark ----


def nab_by_definition(flagged: np.ndarray, truth: np.ndarray, profile: measures.NabProfile) -> float:
    """The benchmark's score of one series, row by row: what Lavin and Ahmad 2015 describe."""

    def sigmoid(y: float) -> float:
        return -1.0 if y >= 3 else 2 / (1 + math.exp(5 * y)) - 1

    n = len(flagged)
    probation = min(math.floor(0.15 * n), 750)
    windows, i = [], 0
    while i < n:
        if truth[i]:
            j = i
            while j + 1 < n and truth[j + 1]:
                j += 1
            windows.append((i, j))
            i = j
        i += 1
    scored = [w for w in windows if w[1] >= probation]
    total = 0.0
    for a, b in scored:
        rows = [r for r in range(max(a, probation), b + 1) if flagged[r]]
        gains = [profile.found * sigmoid(-(b - r + 1) / (b - a + 1)) / sigmoid(-1) for r in rows]
        total += max([*gains, -profile.missed])
    for r in range(probation, n):
        if flagged[r] and not truth[r]:
            ended = [w for w in windows if w[1] < r]
            y = 3.0 if not ended else (r - ended[-1][1]) / max(ended[-1][1] - ended[-1][0], 1)
            total += profile.false_alarm * sigmoid(y)
    return total


@SETTINGS
@given(LABELS, st.sampled_from(list(measures.PROFILES)))
def test_the_benchmarks_score_is_that_of_its_definition(rows: list[tuple[float, bool]], name: str) -> None:
    score, truth = arrays(rows)
    profile = measures.PROFILES[name]
    thresholds, curve, _, _ = measures.NabWindows(truth).curve(score, profile)
    for threshold, raw in zip(thresholds, curve, strict=True):
        assert raw == pytest.approx(nab_by_definition(score >= threshold, truth, profile), abs=1e-9)


def test_silence_scores_zero_and_perfection_a_hundred() -> None:
    truth = np.zeros(1000, bool)
    truth[400:450] = truth[700:720] = True
    perfect = np.zeros(1000)
    perfect[[400, 700]] = 1
    assert bg.score_detections(np.zeros(1000, bool), truth).nab.standard == 0
    nab = bg.score_detections(perfect.astype(bool), truth).nab
    assert [nab.standard, nab.low_fp, nab.low_fn] == pytest.approx([100, 100, 100])
    late = np.zeros(1000, bool)
    late[[440, 715]] = True
    assert 50 < bg.score_detections(late, truth).nab.standard < 90
    noisy = bg.score_detections(np.ones(1000, bool), truth).nab
    assert noisy.low_fp < noisy.standard < 100


def test_over_several_series_one_threshold_is_used() -> None:
    truth = np.zeros(300, bool)
    truth[200:220] = True
    a, b = np.zeros(300), np.zeros(300)
    a[200], b[200], b[100] = 0.9, 0.4, 0.5
    standard = measures.PROFILES["standard"]
    both = measures.nab_over([(a, truth), (b, truth)], standard)
    assert both.threshold == 0.4
    assert both.raw == pytest.approx(2 - 0.11)
    assert both.normalized == pytest.approx(100 * (both.raw + 2) / 4)


# ---- events, delays, rates ----


def test_intervals_delays_and_false_alarms() -> None:
    time = np.datetime64("2026-03-01", "s") + 300 * np.arange(288)
    flagged = np.zeros(288, bool)
    flagged[[10, 11, 52, 53, 120, 205]] = True
    found = bg.score_detections(flagged, [(50, 60), (100, 110), (200, 205)], timestamps=time)
    assert (found.events, found.found, found.alarms, found.false_alarms) == (3, 2, 4, 2)
    np.testing.assert_array_equal(found.delays, [600.0, np.nan, 1500.0])
    assert found.time_to_detect == 1050.0
    assert found.event_precision == 0.5
    assert found.event_recall == pytest.approx(2 / 3)
    assert found.days == 1.0
    assert found.false_alarms_a_day == pytest.approx(2 / ((288 - 11 - 11 - 6) / 288))
    in_time = bg.score_detections(
        flagged, [(50, 60), (100, 110), (200, 205)], timestamps=time, max_delay="15min"
    )
    assert in_time.found == 1
    assert "2 of 3 anomalies found, 2 false alarms in 1 days" in repr(found)
    assert "median time to detect 17.5 min" in repr(found)
    rows = bg.score_detections(flagged, [(50, 60), (100, 110), (200, 205)], max_delay=2)
    assert rows.found == 1
    assert math.isnan(rows.false_alarms_a_day)


def test_an_interval_is_not_found_as_a_whole_by_one_row() -> None:
    truth = np.zeros(100, bool)
    truth[40:60] = True
    flagged = np.zeros(100, bool)
    flagged[45] = True
    assert bg.score_detections(flagged, truth).recall == 0.05


# ---- forms of truth and detections ----


def test_every_form_of_the_truth_is_the_same() -> None:
    time = pd.date_range("2026-03-01", periods=48, freq="h")
    score = np.linspace(0, 1, 48)
    labels = np.zeros(48, bool)
    labels[10:14] = labels[30:32] = True
    expected = bg.score_detections(score, labels, timestamps=time).to_dict()
    starts, ends = time[[10, 30]], time[[14, 32]]
    for truth in (
        labels.astype(int), labels.tolist(), pd.Series(labels), pl.Series(labels.astype(float)),
        [(10, 13), (30, 31)], np.array([[10, 13], [30, 31]]),
        [("2026-03-01 10:00", "2026-03-01 13:00:00.000000"), ("2026-03-02 06:00", "2026-03-02T07:00")],
        list(zip(time[[10, 30]], time[[13, 31]], strict=True)),
        pd.DataFrame({"start": starts, "end": ends}), pl.DataFrame({"start": starts, "end": ends}),
        {"incidents": pd.DataFrame({"start": starts, "end": ends, "service": "all"})},
        pd.DataFrame({"start": starts.astype(str), "end": ends}),  # as a CSV file gives it
        {"start": starts.astype(str).tolist(), "end": ends.astype(str).tolist()},
        pd.DataFrame({"start": [10, 30], "end": [14, 32]}),
        pd.DataFrame({"time": time, "label": labels}),
    ):  # fmt: skip
        found = bg.score_detections(score, truth, timestamps=time)
        assert found.to_dict() == pytest.approx(expected, nan_ok=True)
    by_index = bg.score_detections(pd.Series(score, index=time), labels)
    assert by_index.to_dict() == pytest.approx(expected, nan_ok=True)


def test_every_form_of_detections_is_the_same() -> None:
    score = np.array([0.1, 0.2, 0.9, 0.8, 0.1, np.nan])
    labels = [0, 0, 1, 1, 0, 0]
    expected = bg.score_detections(score, labels, threshold=0.5)
    for given_ in (
        list(score),
        pd.Series(score),
        pl.Series(score),
        pd.DataFrame({"score": score}),
        {"score": score},
    ):
        assert bg.score_detections(given_, labels, threshold=0.5).to_dict() == pytest.approx(
            expected.to_dict(), nan_ok=True
        )
    own = bg.detect.Detections(np.nan_to_num(score), threshold=0.5)
    assert bg.score_detections(own, labels).f1 == expected.f1 == 1.0
    assert bg.score_detections(own.to_frame("pandas"), labels).f1 == 1.0
    assert bg.score_detections(score >= 0.5, labels).f1 == 1.0
    flags = pd.Series([None, 0, 1, 1, 0, 0], dtype="Int8")  # what is missing is not flagged
    assert bg.score_detections(pd.DataFrame({"is_anomaly": flags}), labels).f1 == 1.0


def test_truth_without_a_zone_is_of_the_clocks_of_the_rows() -> None:
    hours = pd.date_range("2024-07-01", periods=48, freq="h", tz="Europe/Rome")
    scores = pd.Series((np.arange(48) == 12) * 1.0, index=hours)
    local, utc = ("2024-07-01 12:00", "2024-07-01 13:00"), ("2024-07-01T10:00", "2024-07-01T11:00")
    texts = pd.DataFrame({"start": [local[0]], "end": [local[1]]})
    truths: list[Any] = [
        texts, texts.apply(pd.to_datetime), pl.from_pandas(texts), [local],
        [tuple(pd.Timestamp(t).to_pydatetime() for t in local)],
        [tuple(np.datetime64(t) for t in utc)], [(utc[0] + "Z", local[1] + "+02:00")],
        texts.apply(lambda c: pd.to_datetime(c).dt.tz_localize("Europe/Rome")),
        bg.Table({"start": np.array(utc[:1], "M8[s]"), "end": np.array(utc[1:], "M8[s]")}),
    ]  # fmt: skip
    found = bg.detect.Detections(scores.to_numpy(), time=hours)
    frame = pd.DataFrame({"when": hours, "score": scores.to_numpy()})
    for truth in truths:
        for seen in (scores, found, frame):
            assert bg.score_detections(seen, truth, threshold=0.5).found == 1


def test_an_index_that_tells_no_order_of_time_counts_as_none() -> None:
    days = pd.date_range("2024-07-01", periods=5)
    for index, why in ((days[::-1], "that goes back"), (days.where(np.arange(5) != 1), "with NaT")):
        scores = pd.Series([0.0, 1, 0, 0, 0], index=index)
        assert bg.score_detections(scores, [0, 1, 0, 0, 0], threshold=0.5).precision == 1
        with pytest.raises(ValueError, match=f"an index of detections {why}; pass timestamps="):
            bg.score_detections(scores, [("2024-07-01", "2024-07-02")])


def test_a_generated_log_has_its_truth_with_it() -> None:
    log = bg.generate.requests(days=6, seed=3, frame="table")
    table = log.table
    hours = table["timestamp"].astype("datetime64[h]")
    stamps, codes = np.unique(hours[table.strings("service").to_numpy() == "payments"], return_inverse=True)
    ms = table["response_time_ms"][table.strings("service").to_numpy() == "payments"]
    mean = np.bincount(codes, weights=ms) / np.bincount(codes)
    found = bg.score_detections(mean, log, timestamps=stamps)
    assert found.events == 1
    assert found.aucroc > 0.9
    start = log.truth.raw["incidents"]["start"][0]
    assert found.recall > 0
    assert int((stamps >= start).sum()) > 0


def test_alarms_that_last_count_once_in_the_benchmark() -> None:
    truth = np.zeros(400, bool)
    truth[300:340] = True
    score = np.zeros(400)
    score[100:150] = score[300:340] = 0.9
    lasting = bg.score_detections(bg.detect.Detections(score, threshold=0.5), truth)
    assert lasting.nab.standard == pytest.approx(100 * (1 - 0.11 + 1) / 2)
    assert bg.score_detections(score, truth, threshold=0.5).nab.standard < 0


# ---- edges and errors ----


def test_no_anomaly_in_truth_leaves_what_is_not_defined_nan() -> None:
    found = bg.score_detections([0.1, 0.9, 0.2], [0, 0, 0], threshold=0.5)
    assert found.precision == 0.0
    assert found.false_alarms == 1
    for name in ("recall", "aucpr", "aucroc", "vus_pr", "event_recall", "time_to_detect"):
        assert math.isnan(getattr(found, name)), name
    assert math.isnan(found.nab.standard)
    assert "0 of 0 anomalies found" in repr(found)


def test_nothing_but_anomalies_nothing_flagged_and_one_row() -> None:
    everything = bg.score_detections([0.5, 0.5], [1, 1])
    assert (everything.recall, everything.precision, everything.events) == (1.0, 1.0, 1)
    assert math.isnan(everything.aucroc)
    silent = bg.score_detections(np.zeros(5, bool), [0, 1, 0, 0, 0])
    assert math.isnan(silent.precision)
    assert (silent.recall, silent.found) == (0.0, 0)
    assert bg.score_detections([0.3], [1]).f1 == 1.0
    nothing = bg.score_detections(np.zeros(0), np.zeros(0, bool))
    assert nothing.rows == 0
    unknown = bg.score_detections([np.nan] * 4, [0, 1, 0, 0])
    assert unknown.recall == 0.0
    bg.score_detections([np.inf, -np.inf, 0.0], [1, 0, 0])


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"truth": [0, 1]}, ValueError, "truth: 2 labels given, expected 4"),
        ({"truth": [0, 1, 2, 0]}, ValueError, "expected labels of 0 and 1"),
        ({"truth": [0, 1, np.nan, 0]}, ValueError, "truth: NaN given"),
        ({"truth": [("2026-01-01", "2026-01-02")]}, ValueError, "pass timestamps="),
        ({"truth": [("soon", "later")]}, ValueError, "truth: 'soon' given"),
        ({"truth": [(3, 1)]}, ValueError, "ends before it starts"),
        ({"truth": {"start": [0, np.nan], "end": [1, 2]}}, ValueError, "'start': missing in row 1"),
        ({"truth": {"start": [0], "end": ["2026-01-01"]}}, ValueError, "times in both, or rows"),
        ({"detections": {"is_anomaly": ["True"] * 4}}, TypeError, "'is_anomaly': object given"),
        ({"truth": pd.DataFrame({"q": [1]})}, KeyError, "no columns start and end"),
        ({"timestamps": [1, 2]}, ValueError, "timestamps: 2 given, expected 4"),
        ({"timestamps": [4, 3, 2, 1]}, ValueError, "ascending"),
        ({"threshold": float("nan")}, ValueError, "threshold: NaN"),
        ({"closed": "right"}, ValueError, "closed: 'right'"),
        ({"buffer": -1}, ValueError, "buffer: -1"),
        ({"max_delay": "5min"}, TypeError, "max_delay: '5min' given, expected a number of rows"),
        ({"detections": ["a", "b", "c", "d"]}, TypeError, "detections"),
        ({"detections": np.zeros((2, 2))}, ValueError, "2 dimensions"),
        ({"detections": pd.DataFrame({"q": [1, 2, 3, 4]})}, KeyError, "no column 'score'"),
    ],
)
def test_errors_name_the_argument_and_what_is_accepted(
    change: dict[str, Any], error: type, says: str
) -> None:
    arguments: dict[str, Any] = {"detections": [0.1, 0.2, 0.3, 0.4], "truth": [0, 0, 1, 0], **change}
    with pytest.raises(error, match=says):
        bg.score_detections(**arguments)


# ---- causes ----


def test_places_of_causes() -> None:
    found = bg.score_causes([list("abc"), list("bca"), list("xyz"), list("abcdef")], ["a", "a", "a", "f"])
    assert found.ac == {1: 0.25, 3: 0.5, 5: 0.5}
    assert found.avg5 == pytest.approx((0.25 + 0.25 + 0.5 + 0.5 + 0.5) / 5)
    np.testing.assert_array_equal(found.ranks, [1, 3, np.nan, 6])
    assert found.mrr == pytest.approx((1 + 1 / 3 + 0 + 1 / 6) / 4)


def test_several_true_causes_and_frames() -> None:
    frame = pd.DataFrame({"cause": list("abcd"), "score": [4, 3, 2, 1.0]})
    found = bg.score_causes(frame, {"a", "c"})
    assert found.ac == {1: 1.0, 3: 1.0, 5: 1.0}
    assert found.avg5 == pytest.approx((1 + 0.5 + 1 + 1 + 1) / 5)
    assert bg.score_causes(pd.Series(["b", "a"]), "a").ranks[0] == 2
    assert bg.score_causes(list("aab"), "b").ranks[0] == 2  # a service of two metrics takes one place


@pytest.mark.parametrize(
    ("found", "truth", "error"),
    [
        ([["a"]], ["a", "b"], ValueError),
        ([["a"]], [[]], ValueError),
        ([7], ["a"], TypeError),
        ([["a"]], "a", TypeError),
        ([["a"]], [7], TypeError),
    ],
)
def test_rankings_that_do_not_fit_are_refused(found: Any, truth: Any, error: type) -> None:
    with pytest.raises(error):
        bg.score_causes(found, truth)
    with pytest.raises(ValueError, match="ks"):
        bg.score_causes(["a"], "a", ks=[0])


def test_rows_at_minus_infinity_are_flagged_from_there_on_and_rows_without_a_score_never():
    scores = [-np.inf, 0.5, -np.inf]
    for threshold in (None, -np.inf):
        got = bg.score_detections(scores, [0, 0, 1], threshold=threshold)
        assert (got.threshold, got.recall, got.f1) == (-np.inf, 1.0, 0.5)
    assert bg.score_detections(scores, [0, 0, 1], threshold=0.1).recall == 0
    unknown = bg.score_detections([np.nan, 0.5, -np.inf], [1, 0, 1], threshold=-np.inf)
    assert (unknown.precision, unknown.recall) == (0.5, 0.5)
    assert bg.score_detections([np.nan, 0.5, np.nan], [1, 0, 1]).recall == 0
