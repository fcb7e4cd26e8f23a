"""States against the sketches of Apache DataSketches (C++ with Python bindings) and ddsketch (Python).

Quantiles of 1,000,000 latencies in one batch and read one by one, different values, frequent texts. A peer
without a batch of its own is fed value by value, as its users have to. A peer that is not installed has no
row; the run says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

import barograph as bg

from .pairs import Row, compare, named, peer

GROUP = "States"
QUERIES = 2_000


def rows(*, quick: bool = False) -> list[Row]:
    rounds = 2 if quick else 7
    n = 20_000 if quick else 1_000_000
    rng = np.random.default_rng(0)
    latency = rng.lognormal(5, 1, n)
    measured: list[Row] = []
    sketches, ddsketch = peer(GROUP, "datasketches", "datasketches"), peer(GROUP, "ddsketch", "ddsketch")
    measured += _batches(latency, sketches, rounds)
    measured += _one_by_one(latency[:20_000], sketches, ddsketch, rounds)
    measured += _queries(latency, sketches, rounds)
    measured += _items(rng, n // 10, sketches, rounds)
    return measured


def _batches(latency: Any, sketches: Any, rounds: int) -> list[Row]:
    if sketches is None:
        return []
    ours = bg.QuantileHistogram().update(latency)
    exact = np.quantile(latency, [0.5, 0.99])
    _check(ours.quantile([0.5, 0.99]), exact, ours.relative_error())

    def run(make: Callable[[], Any]) -> Callable[[], object]:
        def once() -> None:
            make().update(latency)

        return once

    return compare(
        GROUP,
        f"QuantileHistogram, batch of {len(latency):,}",
        run(bg.QuantileHistogram),
        {
            named("datasketches", "KLL"): run(sketches.kll_doubles_sketch),
            named("datasketches", "REQ"): run(lambda: sketches.req_floats_sketch(12)),
            named("datasketches", "t-digest"): run(sketches.tdigest_double),
        },
        targets={"KLL": 10},
        rounds=rounds,
    )


def _one_by_one(latency: Any, sketches: Any, ddsketch: Any, rounds: int) -> list[Row]:
    values = latency.tolist()
    exact = np.quantile(latency, 0.99)
    _check(bg.QuantileHistogram().update(values).quantile(0.99), exact, 0.0055)

    def ours() -> None:
        add = bg.QuantileHistogram().update
        for x in values:
            add(x)

    peers: dict[str, Callable[[], object]] = {}
    if sketches is not None:

        def kll() -> None:
            add = sketches.kll_doubles_sketch().update
            for x in values:
                add(x)

        peers[named("datasketches", "KLL")] = kll
    if ddsketch is not None:

        def dd() -> None:
            add = ddsketch.DDSketch(0.0055).add
            for x in values:
                add(x)

        peers[named("ddsketch")] = dd
    return compare(GROUP, f"QuantileHistogram, {len(values):,} values one by one", ours, peers, rounds=rounds)


def _queries(latency: Any, sketches: Any, rounds: int) -> list[Row]:
    if sketches is None:
        return []
    mine = bg.QuantileHistogram().update(latency)
    kll = sketches.kll_doubles_sketch()
    kll.update(latency)

    def run(quantile: Callable[[float], float]) -> Callable[[], object]:
        def once() -> None:
            for _ in range(QUERIES):
                quantile(0.99)

        return once

    peers = {named("datasketches", "KLL"): run(kll.get_quantile)}
    note = "aim: 200 ns; most of a read is the call and the state's lock, its sums take 40 ns; KLL sorts once"
    found = compare(GROUP, f"P99, read {QUERIES:,} times", run(mine.quantile), peers, rounds=rounds)
    return [replace(row, note=note) for row in found]


def _items(rng: Any, n: int, sketches: Any, rounds: int) -> list[Row]:
    if sketches is None:
        return []
    users = [f"user-{i}" for i in rng.integers(0, n, n).tolist()]
    paths = [f"/{i}" for i in np.minimum(rng.zipf(1.3, n), 100_000).tolist()]
    _check(bg.Distinct().update(users).estimate(), len(set(users)), 0.04)

    def hll() -> None:
        add = sketches.hll_sketch(14).update
        for x in users:
            add(x)

    def frequent() -> None:
        add = sketches.frequent_strings_sketch(10).update
        for x in paths:
            add(x)

    return [
        *compare(
            GROUP,
            f"Distinct, list of {n:,} texts",
            lambda: bg.Distinct().update(users),
            {named("datasketches", "HLL"): hll},
            rounds=rounds,
        ),
        *compare(
            GROUP,
            f"Top(768), list of {n:,} texts",
            lambda: bg.Top(768).update(paths),
            {named("datasketches", "frequent-items"): frequent},
            rounds=rounds,
        ),
    ]


def _check(got: Any, expected: Any, tolerance: float) -> None:
    """Within the relative tolerance of the exact figure."""
    errors = np.abs(np.asarray(got) / np.asarray(expected) - 1)
    if not np.all(errors <= tolerance * (1 + 1e-9)) or math.isnan(float(np.sum(errors))):
        raise AssertionError(f"{got} given, expected {expected} within {tolerance:.3g}")
