"""The isolation forest against scikit-learn and isotree: 100 trees of 256 rows, six columns.

Scores are checked before anything is timed: scikit-learn's own trees score here as there, and our own forest
ranks the rows as the peers do. A peer that is not installed has no row; the run says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import barograph as bg

from .pairs import Row, compare, named, peer, with_reasons

GROUP = "Isolation forest, 100 trees of 256 rows, 6 columns"
ISA = bg.build_info()["isa"]
#: From the sizes of a prototype: scoring depends on the instruction set.
SCORING = {"base": 5.0, "v3": 9.0, "v4": 12.0}.get(ISA, 5.0)


def rows(*, quick: bool = False) -> list[Row]:
    """Rows of docs/performance.md."""
    rng = np.random.default_rng(0)
    measured: list[Row] = []
    rounds = 1 if quick else 5
    scikit, isotree = peer(GROUP, "sklearn.ensemble", "scikit-learn"), peer(GROUP, "isotree", "isotree")
    for n in (5_000,) if quick else (100_000, 1_000_000):
        x = rng.normal(size=(n, 6))
        peers: dict[str, Callable[[int], Callable[[], Any]]] = {}
        if scikit is not None:
            peers[named("scikit-learn")] = lambda threads, x=x: scikit.IsolationForest(
                random_state=0, n_jobs=threads
            ).fit(x)
        if isotree is not None:
            peers[named("isotree")] = lambda threads, x=x: isotree.IsolationForest(
                ntrees=100, sample_size=256, ndim=1, nthreads=threads, random_seed=0
            ).fit(x)
        targets = {"scikit-learn": 200.0, "isotree": 3.0} if n == 100_000 else {"isotree": 10.0}
        for threads in (1, 2):
            measured += compare(
                GROUP,
                f"fit {n:,} rows, {_threads(threads)}",
                lambda threads=threads, x=x: bg.detect.IsolationForest(threads=threads).fit(x),
                {name: lambda fit=fit, threads=threads: fit(threads) for name, fit in peers.items()},
                targets=targets,
                rounds=rounds,
            )
        if n <= 100_000:
            for threads in (1, 2):
                measured += _scoring(x, threads, scikit, isotree, rounds)
    return with_reasons(measured, _reason)


def _scoring(x: Any, threads: int, scikit: Any, isotree: Any, rounds: int) -> list[Row]:
    peers: dict[str, Callable[[], object]] = {}
    ours = bg.detect.IsolationForest(threads=threads).fit(x)
    extended = bg.detect.IsolationForest(threads=threads, ndim=2).fit(x)
    score = ours.score(x)
    found: list[Row] = []
    if scikit is not None:
        fitted = scikit.IsolationForest(random_state=0).fit(x)
        theirs = fitted.score_samples(x)
        if np.abs(bg.detect.IsolationForest.from_sklearn(fitted).score(x) + theirs).max() > 1e-12:
            raise AssertionError("scikit-learn's trees score differently")
        _alike(score, -theirs)

        def with_threads() -> object:
            from joblib import parallel_config

            with parallel_config("threading", n_jobs=threads):
                return fitted.score_samples(x)

        peers[named("scikit-learn")] = with_threads
    if isotree is not None:
        model = isotree.IsolationForest(ntrees=100, sample_size=256, ndim=1, nthreads=threads, random_seed=0)
        model.fit(x)
        _alike(score, model.predict(x))
        peers[named("isotree")] = lambda: model.predict(x)
    what = f"score {len(x):,} rows, {_threads(threads)}"
    found += compare(
        GROUP, what, lambda: ours.score(x), peers, targets={"scikit-learn": SCORING}, rounds=rounds
    )
    if isotree is not None:
        other = isotree.IsolationForest(ntrees=100, sample_size=256, ndim=2, nthreads=threads, random_seed=0)
        other.fit(x)
        found += compare(
            GROUP,
            f"score {len(x):,} rows, extended (ndim=2), {_threads(threads)}",
            lambda: extended.score(x),
            {named("isotree"): lambda: other.predict(x)},
            rounds=rounds,
        )
    return found


def _reason(row: Row) -> str:
    if row.what.startswith("fit"):
        return "an eighth of it is random numbers, a quarter draws and copies rows, the rest splits few each"
    return "each level of a tree is a look-up that waits for the one before"


def _alike(ours: Any, theirs: Any) -> None:
    """Two forests of different random numbers agree on the order of rows."""
    order, other = np.argsort(np.argsort(ours)), np.argsort(np.argsort(theirs))
    if np.corrcoef(order, other)[0, 1] < 0.9:
        raise AssertionError("the forests do not agree on the order of rows")


def _threads(count: int) -> str:
    return "1 thread" if count == 1 else f"{count} threads"
