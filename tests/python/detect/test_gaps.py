"""What is not there is a finding: gaps, silence, zeros; and what chance explains is none."""

from __future__ import annotations

import numpy as np
import pytest

import barograph as bg

gaps = bg.detect.gaps
START = np.datetime64("2026-03-02T00:00", "ns")
MINUTE = np.timedelta64(60, "s")


def minutes(n):
    return START + np.arange(n) * MINUTE


def test_samples_that_are_due_and_missing():
    times = np.delete(minutes(500), [100, 101, 102, 300])
    found = gaps(times)
    assert [(g.kind, g.rows) for g in found] == [("gap", 3.0), ("gap", 1.0)]
    assert found[0].start == START + 99 * MINUTE
    assert found[0].end == START + 103 * MINUTE
    assert found[0].score > found[1].score
    shuffled = np.random.default_rng(0).permutation(times)
    assert gaps(shuffled) == found


def test_missing_values_are_missing_rows():
    x = np.ones(500)
    x[200:260] = np.nan
    found = gaps(minutes(500), x)
    assert [(g.kind, g.rows) for g in found] == [("gap", 60.0)]


def test_a_series_that_went_silent():
    by = np.array(["a", "b"])[np.arange(400) % 2]
    times = minutes(400)
    keep = (by == "a") | (times < START + 200 * MINUTE)
    found = gaps(times[keep], by=by[keep])
    assert [(g.kind, g.by) for g in found] == [("silent", "b")]
    assert found[0].end == times[398]
    assert gaps(minutes(100), until=START + 100 * MINUTE) == []
    assert gaps(minutes(100), until=START + 500 * MINUTE)[0].rows == 400


def test_events_by_chance_have_gaps_that_chance_explains():
    rng = np.random.default_rng(1)
    wrong = 0
    for _ in range(200):
        seconds = np.cumsum(rng.exponential(10, 2000))
        wrong += len(gaps(START + (seconds * 1e9).astype("timedelta64[ns]")))
    assert wrong <= 4  # alpha is 0.001 a series, twice: at the end as well
    seconds = np.cumsum(rng.exponential(10, 2000))
    seconds[1000:] += 600
    (found,) = gaps(START + (seconds * 1e9).astype("timedelta64[ns]"))
    assert found.kind == "gap"
    assert found.rows == pytest.approx(60, rel=0.2)


def test_zero_traffic():
    rng = np.random.default_rng(2)
    x = rng.poisson(50, 1000).astype(float)
    x[400:430] = 0
    (found,) = gaps(minutes(1000), x)
    assert (found.kind, found.rows) == ("zero", 30.0)
    assert found.start == START + 400 * MINUTE
    assert found.end == START + 429 * MINUTE
    mostly = (rng.random(2000) < 0.2).astype(float)
    assert gaps(minutes(2000), mostly) == []
    assert gaps(minutes(50), np.zeros(50)) == []


def test_steps_and_errors():
    times = np.sort(START + (np.random.default_rng(3).uniform(0, 1e6, 50) * 1e9).astype("timedelta64[ns]"))
    assert len(gaps(times, step=60)) > 30
    assert len(gaps(times, step=np.timedelta64(1, "m"))) > 30
    assert gaps([]) == []
    assert gaps(minutes(1)) == []
    for make, message in (
        (lambda: gaps(times, step=0), "step: 0 given"),
        (lambda: gaps(times, [1.0]), "values: 1 given, expected 50"),
        (lambda: gaps(times, by=["a"]), "by: 1 given, expected 50"),
        (lambda: gaps(np.array(["NaT"], dtype="datetime64[ns]")), "NaT given"),
        (lambda: gaps(times, alpha=0), "alpha: 0 given"),
    ):
        with pytest.raises(ValueError, match=message):
            make()
