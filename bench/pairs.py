"""Paired timing: ours and its peers in turn, many times, in one process; the figure is the ratio.

The machines that run this are shared and noisy, so nothing is compared across runs: each round times
ours and every peer once, and the figure is the median over rounds of peer / ours.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Row:
    """One line of docs/performance.md: ours against one peer.

    Attributes
    ----------
    group, what : str
        Heading, and what is computed on what.
    peer : str
        Name and version of the peer.
    ours, theirs : float
        Median seconds.
    ratio : float
        Median over rounds of theirs / ours: above 1 ours is faster.
    target : float or None
        What we aim for.
    note : str
        Why a target was missed, or what differs.
    """

    group: str
    what: str
    peer: str
    ours: float
    theirs: float
    ratio: float
    target: float | None = None
    note: str = ""


def seconds(run: Callable[[], object]) -> float:
    """Wall time of one call."""
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def compare(
    group: str,
    what: str,
    ours: Callable[[], object],
    peers: Mapping[str, Callable[[], object]],
    *,
    targets: Mapping[str, float] | None = None,
    rounds: int = 7,
) -> list[Row]:
    """Time `ours` and each peer in turn.

    Parameters
    ----------
    group, what : str
        Where the rows stand, and what they measure.
    ours : callable
        Runs ours once. Results are to be checked for equality before.
    peers : mapping of str to callable
        Name and version of each peer, and what runs it once.
    targets : mapping of str to float, optional
        Ratio aimed at, by the peer's name (the part before the version).
    rounds : int, default 7
        Counted rounds after one that is not.

    Returns
    -------
    list of Row
        One a peer.
    """
    if rounds < 1:
        raise ValueError(f"rounds: {rounds} given, expected at least 1")
    mine: list[float] = []
    theirs: dict[str, list[float]] = {name: [] for name in peers}
    for turn in range(rounds + 1):
        elapsed = seconds(ours)
        others = {name: seconds(run) for name, run in peers.items()}
        if turn:
            mine.append(elapsed)
            for name, value in others.items():
                theirs[name].append(value)
    return [
        Row(
            group,
            what,
            name,
            statistics.median(mine),
            statistics.median(values),
            statistics.median(t / m for t, m in zip(values, mine, strict=True)),
            (targets or {}).get(name.split(" ")[0]),
        )
        for name, values in theirs.items()
    ]


def with_reasons(rows: list[Row], reason: Callable[[Row], str]) -> list[Row]:
    """The rows, and why where a target was missed."""
    missed = [row.target is not None and row.ratio < row.target for row in rows]
    return [replace(r, note=reason(r)) if late else r for r, late in zip(rows, missed, strict=True)]


def peer(group: str, module: str, package: str) -> Any:
    """The module of a peer, or None, which is told, where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        print(f"{group}: no rows against {package}, which is not installed (pip install {package})")
        return None


def named(package: str, what: str = "") -> str:
    """A package (or what of it is meant) and its version, as rows name a peer."""
    return f"{what or package} {importlib.metadata.version(package)}"
