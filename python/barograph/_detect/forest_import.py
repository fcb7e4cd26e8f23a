"""Isolation forests that scikit-learn grew, as the engine's."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _core


def engine_of_sklearn(fitted: Any) -> _core.IsolationForest:
    """The engine's forest of a fitted one of scikit-learn."""
    try:
        trees = [one.tree_ for one in fitted.estimators_]
        drawn = fitted.estimators_features_
        columns, samples = fitted.n_features_in_, fitted.max_samples_
        offset = fitted.offset_
    except AttributeError:
        raise TypeError(
            f"fitted: {type(fitted).__name__} given, expected a fitted sklearn.ensemble.IsolationForest"
        ) from None
    engine = _core.IsolationForest.from_arrays(
        [tree.children_left.astype(np.int64) for tree in trees],
        [tree.children_right.astype(np.int64) for tree in trees],
        [np.asarray(f, dtype=np.int64)[np.maximum(t.feature, 0)] for t, f in zip(trees, drawn, strict=True)],
        [np.ascontiguousarray(tree.threshold, dtype=np.float64) for tree in trees],
        [tree.n_node_samples.astype(np.int64) for tree in trees],
        [tree.missing_go_to_left.astype(np.uint8) for tree in trees],
        int(columns),
        int(samples),
    )
    names = getattr(fitted, "feature_names_in_", None)
    if names is not None:
        engine.describe([str(name) for name in names], [])
    engine.set_threshold(-float(offset))
    return engine
