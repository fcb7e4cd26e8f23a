"""Detectors of tables, ours and their peers: each gives a score a row, fitted on the table itself."""

from __future__ import annotations

import importlib.util
import time
import warnings
from collections.abc import Callable, Iterable

import numpy as np

import barograph as bg
from barograph._detect import measures

from .data import LabelledTable

Scorer = Callable[[np.ndarray, int], np.ndarray]
SEEDS = (0, 1, 2)


def methods() -> dict[str, tuple[Scorer, bool]]:
    """By name: what scores a table, and whether it depends on a seed."""
    found: dict[str, tuple[Scorer, bool]] = {}
    ours = bg.detect
    if hasattr(ours, "auto"):
        found["**barograph auto**"] = (lambda x, _: ours.auto(x).score, False)
    if hasattr(ours, "IsolationForest"):
        found["**barograph IsolationForest**"] = (
            lambda x, seed: ours.IsolationForest(seed=seed).fit(x).score(x), True,
        )  # fmt: skip
        found["**barograph IsolationForest, extended (ndim=2)**"] = (
            lambda x, seed: ours.IsolationForest(seed=seed, ndim=2).fit(x).score(x), True,
        )  # fmt: skip
        found["**barograph IsolationForest, by density**"] = (
            lambda x, seed: ours.IsolationForest(seed=seed, scoring="density").fit(x).score(x), True,
        )  # fmt: skip
    if hasattr(ours, "PCA"):
        found["**barograph PCA**"] = (lambda x, _: ours.PCA().fit(x).score(x), False)
    found["scikit-learn IsolationForest"] = (_sklearn, True)
    if importlib.util.find_spec("isotree"):
        found["isotree, extended (ndim=2)"] = (_isotree, True)
    found["PyOD PCA"] = (_pyod("pca", "PCA"), False)
    found["PyOD ECOD"] = (_pyod("ecod", "ECOD"), False)
    found["PyOD HBOS"] = (_pyod("hbos", "HBOS"), False)
    return found


def _sklearn(x: np.ndarray, seed: int) -> np.ndarray:
    from sklearn.ensemble import IsolationForest

    return -IsolationForest(random_state=seed).fit(x).score_samples(x)


def _isotree(x: np.ndarray, seed: int) -> np.ndarray:
    from isotree import IsolationForest

    return (
        IsolationForest(ndim=2, ntrees=100, sample_size=256, random_seed=seed, nthreads=1).fit(x).predict(x)
    )


def _pyod(module: str, name: str) -> Scorer:
    def score(x: np.ndarray, _: int) -> np.ndarray:
        model = getattr(importlib.import_module(f"pyod.models.{module}"), name)()
        spread = x.std(0)
        spread[spread == 0] = 1
        return model.fit((x - x.mean(0)) / spread).decision_scores_

    return score


def figures(tables: Iterable[LabelledTable], quick: bool = False) -> list[dict[str, object]]:
    """One row a method and table: AUCROC, AUCPR, seconds; means over seeds."""
    rows: list[dict[str, object]] = []
    for table in tables:
        for name, (score, seeded) in methods().items():
            seeds = SEEDS[: 1 if quick or not seeded else None]
            begin = time.perf_counter()
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    scores = [np.asarray(score(table.x, seed), dtype=float) for seed in seeds]
            except Exception as error:  # noqa: BLE001 (a peer that fails is shown as such, the others go on)
                print(f"  {name} on {table.name}: {type(error).__name__}: {error}", flush=True)
                continue
            seconds = (time.perf_counter() - begin) / len(seeds)
            scores = [np.nan_to_num(s, nan=-np.inf) for s in scores]
            rows.append({
                "method": name, "name": table.name, "half": table.half, "seconds": seconds,
                "AUCROC": float(np.mean([measures.area_under_roc(s, table.y) for s in scores])),
                "AUCPR": float(np.mean([measures.average_precision(s, table.y) for s in scores])),
            })  # fmt: skip
    return rows
