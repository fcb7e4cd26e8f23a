"""Detectors of series, ours and their peers: as they come (only rows up to each are seen), and as a whole."""

from __future__ import annotations

import importlib
import time
import warnings
from collections.abc import Callable, Iterable

import numpy as np

import barograph as bg
from barograph._detect import measures
from barograph._detect.truth import runs_of

from .data import LabelledSeries

Scores = tuple[np.ndarray, np.ndarray]  # score, and alarm: the score where something begins
Detector = Callable[[LabelledSeries], Scores]
_WINDOW, _LAGS = 200, 12


def streaming() -> dict[str, Detector]:
    """Detectors that use nothing later than the row they score."""
    found: dict[str, Detector] = {}
    if hasattr(bg.detect, "auto"):
        found["**barograph auto, causal**"] = lambda s: _ours(s, causal=True)
    found["rolling z (200 rows)"] = lambda s: _both(_rolling_z(s.x))
    found["windowed Gaussian (200 rows)"] = lambda s: _both(_windowed_gaussian(s.x))
    return found


def whole() -> dict[str, Detector]:
    """Detectors that see the whole series."""
    found: dict[str, Detector] = {}
    if hasattr(bg.detect, "auto"):
        found["**barograph auto**"] = lambda s: _ours(s, causal=False)
    found["z of all"] = lambda s: _both(np.abs(s.x - s.x.mean()) / (s.x.std() + 1e-12))
    found["scikit-learn IsolationForest on 12 lags"] = lambda s: _both(_forest(s.x))
    for module, name in (("pca", "PCA"), ("ecod", "ECOD"), ("hbos", "HBOS")):
        found[f"PyOD {name} on 12 lags"] = _pyod(module, name)
    return found


def _ours(s: LabelledSeries, causal: bool) -> Scores:
    result = bg.detect.auto(s.x, timestamps=s.time, causal=causal)
    return result.score, result.alarm


def _both(score: np.ndarray) -> Scores:
    return score, score


def _rolling_z(x: np.ndarray) -> np.ndarray:
    before = np.concatenate([[np.nan], x[:-1]])
    mean = bg.rolling_mean(before, _WINDOW, min_periods=10)
    spread = bg.rolling_std(before, _WINDOW, min_periods=10)
    return np.nan_to_num(np.abs(x - mean) / (spread + 1e-9 * np.abs(mean) + 1e-12))


def _windowed_gaussian(x: np.ndarray) -> np.ndarray:
    """One minus the tail probability, in both directions, as NAB's detector of that name."""
    erfc = np.vectorize(importlib.import_module("math").erfc)
    return 1 - erfc(_rolling_z(x) / np.sqrt(2))


def _lagged(x: np.ndarray) -> np.ndarray:
    padded = np.concatenate([np.full(_LAGS - 1, x[0]), x])
    return np.lib.stride_tricks.sliding_window_view(padded, _LAGS)


def _forest(x: np.ndarray) -> np.ndarray:
    from sklearn.ensemble import IsolationForest

    lags = _lagged(x)
    return -IsolationForest(random_state=0).fit(lags).score_samples(lags)


def _pyod(module: str, name: str) -> Detector:
    def score(s: LabelledSeries) -> Scores:
        lags = _lagged(s.x)
        model = getattr(importlib.import_module(f"pyod.models.{module}"), name)()
        return _both(model.fit((lags - lags.mean()) / (lags.std() + 1e-12)).decision_scores_)

    return score


def figures(series: Iterable[LabelledSeries], detectors: dict[str, Detector]) -> list[dict[str, object]]:
    """One row a method and series: AUCPR, AUCROC, VUS-PR, seconds, and what the benchmark's score needs."""
    rows: list[dict[str, object]] = []
    for one in series:
        filled = one.x.copy()
        here = np.isfinite(filled)
        filled[~here] = np.interp(np.flatnonzero(~here), np.flatnonzero(here), filled[here])
        given = LabelledSeries(one.name, one.group, one.half, one.time, filled, one.y)
        runs = runs_of(one.y)
        buffer = min(100, int(np.median(runs[:, 1] - runs[:, 0] + 1))) if len(runs) else 0
        for name, detect in detectors.items():
            begin = time.perf_counter()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                score, alarm = (np.nan_to_num(np.asarray(a, dtype=float), nan=-1e9) for a in detect(given))
            rows.append({
                "method": name, "name": one.name, "group": one.group, "half": one.half,
                "seconds": time.perf_counter() - begin, "rows": len(one.x),
                "AUCPR": measures.average_precision(score, one.y),
                "AUCROC": measures.area_under_roc(score, one.y),
                "VUS-PR": measures.volume_under_pr(score, one.y, buffer),
                "alarm": alarm, "truth": one.y,
            })  # fmt: skip
    return rows


def nab(rows: list[dict[str, object]]) -> float:
    """NAB's standard score of one method over its series, at the one threshold that is best for all."""
    pairs = [(row["alarm"], row["truth"]) for row in rows]
    return measures.nab_over(pairs, measures.PROFILES["standard"]).normalized
