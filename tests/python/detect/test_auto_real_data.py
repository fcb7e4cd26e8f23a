"""`auto` on labelled series of real services, against simple peers; the figures are floors, not targets.

The folder of the data is named by BAROGRAPH_REAL_DATA; without it these tests are skipped.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

import barograph as bg
from barograph._detect.measures import PROFILES, area_under_roc, average_precision, nab_over

ROOT = Path(os.environ.get("BAROGRAPH_REAL_DATA", "nowhere"))
pytestmark = pytest.mark.skipif(
    not ROOT.is_dir(), reason="BAROGRAPH_REAL_DATA does not name a folder with the data"
)


def cloud_series():
    pandas = pytest.importorskip("pandas")
    for file in sorted(ROOT.glob("cloud-monitoring/*/*.csv")):
        frame = pandas.read_csv(file)
        times = pandas.to_datetime(frame.TimeStamp, utc=True)
        yield times, frame.Value.to_numpy(float), frame.Label.to_numpy() > 0


def numenta_series():
    pandas = pytest.importorskip("pandas")
    windows = json.loads((ROOT / "nab/labels/combined_windows.json").read_text())
    for name, pairs in windows.items():
        frame = pandas.read_csv(ROOT / "nab" / name, parse_dates=["timestamp"])
        true = np.zeros(len(frame), dtype=bool)
        for start, end in pairs:
            true |= ((frame.timestamp >= start) & (frame.timestamp <= end)).to_numpy()
        yield frame.timestamp, frame.value.to_numpy(float), true


def rolling_z(x: np.ndarray, window: int) -> np.ndarray:
    pandas = pytest.importorskip("pandas")
    past = pandas.Series(x).rolling(window, min_periods=20)
    z = (x - past.mean().shift(1)) / (past.std().shift(1) + 1e-9)
    return np.minimum(z.abs().fillna(0).to_numpy(), 1e6)


def test_whole_series_of_a_cloud_are_ranked_far_better_than_by_z():
    ours, z = [], []
    for times, x, true in cloud_series():
        if true.any():
            ours.append(average_precision(bg.detect.auto(x, times).score, true))
            filled = np.where(np.isnan(x), np.nanmean(x), x)
            z.append(average_precision(np.abs(filled - filled.mean()), true))
    assert np.mean(ours) > 0.82  # 0.864 when written; global z 0.545
    assert np.mean(ours) > np.mean(z) + 0.2


def test_alarms_of_streams_come_early_and_seldom_by_the_numenta_benchmark():
    ours, z = [], []
    for times, x, true in numenta_series():
        ours.append((bg.detect.auto(x, times, causal=True).alarm, true))
        z.append((rolling_z(x, 288), true))
    standard = PROFILES["standard"]
    assert nab_over(ours, standard).normalized > 68  # 73.6 when written; rolling z 47.9
    assert nab_over(ours, standard).normalized > nab_over(z, standard).normalized + 15


def test_tables_are_ranked_at_least_as_well_as_by_a_forest():
    ensemble = pytest.importorskip("sklearn.ensemble")
    ours, forest = [], []
    for file in sorted(ROOT.glob("adbench/*.npz")):
        with np.load(file) as data:
            x, true = data["X"].astype(float), data["y"] > 0
        ours.append(area_under_roc(bg.detect.auto(x).score, true))
        fitted = ensemble.IsolationForest(random_state=0).fit(x)
        forest.append(area_under_roc(-fitted.score_samples(x), true))
    assert np.mean(ours) > np.mean(forest)  # 0.73 and 0.67 when written
