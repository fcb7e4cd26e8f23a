"""Principal components as a detector: fit and score, against scikit-learn's fit and transform.

scikit-learn's transform gives the component scores alone; ours gives T2 and Q, which include them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import barograph as bg

from .pairs import Row, compare, named, peer, with_reasons

GROUP = "Detectors"


def rows(*, quick: bool = False) -> list[Row]:
    decomposition = peer(GROUP, "sklearn.decomposition", "scikit-learn")
    if decomposition is None:
        return []
    n = 20_000 if quick else 1_000_000
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 6)) @ rng.normal(size=(6, 6)) + 100 * rng.normal(size=6)
    _check(decomposition.PCA(2).fit(x), bg.detect.PCA(2, scale=False).fit(x), x)

    def ours() -> None:
        model = bg.detect.PCA(2, scale=False).fit(x)
        model.t2(x)

    def theirs() -> None:
        decomposition.PCA(2).fit(x).transform(x)

    peers: dict[str, Callable[[], object]] = {named("scikit-learn"): theirs}
    measured = compare(
        GROUP,
        f"PCA(2), {n:,} x 6, fit and score",
        ours,
        peers,
        targets={"scikit-learn": 2},
        rounds=2 if quick else 7,
    )
    return with_reasons(measured, lambda _: "half of the time is reading the rows from memory, twice")


def _check(peer: Any, model: Any, x: Any) -> None:
    scores = peer.transform(x)
    t2 = (scores**2 / peer.explained_variance_).sum(axis=1)
    q = ((x - peer.inverse_transform(scores)) ** 2).sum(axis=1)
    np.testing.assert_allclose(model.t2(x), t2, rtol=1e-6)
    np.testing.assert_allclose(model.q(x), q, rtol=1e-6, atol=1e-6)
