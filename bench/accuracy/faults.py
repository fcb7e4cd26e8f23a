"""Rankings of causes of recorded faults: ours, and two that look at each metric alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

import barograph as bg

from .data import Fault

Ranker = Callable[[Fault], list[str]]


def methods() -> dict[str, Ranker]:
    """By name: what ranks the services of a fault."""
    return {
        "**barograph rank_causes**": lambda f: _ours(f, graph=False),
        "**barograph rank_causes, graph given**": lambda f: _ours(f, graph=True),
        "**barograph rank_causes, at a minute late**": lambda f: _ours(f, graph=False, late=1),
        "**barograph rank_causes, at a minute early**": lambda f: _ours(f, graph=False, late=-1),
        "n-sigma (largest deviation from the mean)": lambda f: _alone(f, _sigma),
        "robust scorer (largest distance from the median, in IQRs)": lambda f: _alone(f, _robust),
    }


def _ours(fault: Fault, *, graph: bool, late: int = 0) -> list[str]:
    found = bg.rank_causes(
        fault.metrics, fault.at + pd.Timedelta(minutes=late), normal=fault.normal, by="service",
        graph=fault.calls if graph else None, **fault.options,
    )  # fmt: skip
    return list(found.cause)


def _alone(fault: Fault, score: Callable[[np.ndarray, np.ndarray], float]) -> list[str]:
    """Services by their strongest metric; the same rows as ours sees."""
    if fault.normal is not None:
        before, after = fault.normal, fault.metrics
    else:
        begin = fault.at - pd.Timedelta(fault.options["before"])
        end = fault.at + pd.Timedelta(fault.options["after"])
        part = fault.metrics[(fault.metrics.index >= begin) & (fault.metrics.index < end)]
        before, after = part[part.index < fault.at], part[part.index >= fault.at]
    best: dict[str, float] = {}
    for column in after.columns.intersection(before.columns):
        a, b = (frame[column].dropna().to_numpy() for frame in (before, after))
        strength = score(a, b) if a.size > 2 and b.size else 0.0
        best[column[0]] = max(best.get(column[0], 0.0), strength)
    return sorted(best, key=lambda service: -best[service])


def _sigma(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(b - a.mean()).max() / a.std()) if a.std() > 0 else 0.0


def _robust(a: np.ndarray, b: np.ndarray) -> float:
    spread = np.subtract(*np.quantile(a, [0.75, 0.25]))
    return float(np.abs(b - np.median(a)).max() / spread) if spread > 0 else 0.0


def figures(faults: Iterable[Fault]) -> list[dict[str, object]]:
    """One row a method and fault: the ranking and the true cause."""
    rows: list[dict[str, object]] = []
    for fault in faults:
        rows += [
            {"method": name, "name": fault.name, "group": fault.group, "half": fault.half,
             "ranking": rank(fault), "cause": fault.cause}
            for name, rank in methods().items()
        ]  # fmt: skip
    return rows
