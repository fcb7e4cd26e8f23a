"""The page of all figures."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Callable, Iterable
from datetime import date

import numpy as np

import barograph as bg

from . import series as of_series
from .data import FIRST, SECOND

Rows = list[dict[str, object]]
PACKAGES = ("barograph", "numpy", "scikit-learn", "pyod", "isotree")


def versions() -> str:
    """Date, machine and versions of what was run."""
    known = []
    for name in PACKAGES:
        try:
            version = bg.__version__ if name == "barograph" else importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        known.append(f"{name} {version}")
    return (
        f"Measured {date.today().isoformat()} on {platform.machine()}, Python {platform.python_version()}: "
        + (", ".join(known) + ".\n")
    )


def by_method(rows: Rows) -> dict[str, Rows]:
    """The rows of each method, in the order of their first."""
    found: dict[str, Rows] = {}
    for row in rows:
        found.setdefault(str(row["method"]), []).append(row)
    return found


def mean(rows: Rows, figure: str) -> float:
    """The mean over rows where it is defined."""
    values = np.array([row[figure] for row in rows], dtype=float)
    return float(np.mean(values[np.isfinite(values)])) if np.isfinite(values).any() else float("nan")


def _table(head: list[str], body: Iterable[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" + "---:|" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in body]) + "\n"


def _of_halves(rows: Rows, show: Callable[[Rows], list[str]]) -> list[str]:
    cells = []
    for half in (FIRST, SECOND):
        own = [row for row in rows if row["half"] == half]
        cells += show(own) if own else ["" for _ in show(rows)]
    return cells


def tables(rows: Rows) -> str:
    """Mean figures of tables, by half, and AUCROC table by table."""
    n = {half: len({str(r["name"]) for r in rows if r["half"] == half}) for half in (FIRST, SECOND)}
    methods = by_method(rows)

    def show(part: Rows) -> list[str]:
        return [f"{mean(part, 'AUCROC'):.3f}", f"{mean(part, 'AUCPR'):.3f}"]

    head = (
        ["method"]
        + [f"{f}, {n[h]} {h}" for h in (FIRST, SECOND) for f in ("AUCROC", "AUCPR")]
        + ["s / table"]
    )
    summary = _table(
        head, ([m, *_of_halves(own, show), f"{mean(own, 'seconds'):.3f}"] for m, own in methods.items())
    )
    names = sorted({str(row["name"]) for row in rows})
    each = _table(
        ["AUCROC of", *(m.strip("*") for m in methods)],
        (
            [
                name,
                *(f"{mean([r for r in own if r['name'] == name], 'AUCROC'):.3f}" for own in methods.values()),
            ]
            for name in names
        ),
    )
    return f"{summary}\n{each}"


def packaged(rows: Rows) -> str:
    """AUCROC and AUCPR of tables that packages ship, a row a method."""
    names = list(dict.fromkeys(str(row["name"]) for row in rows))
    body = []
    for method, own in by_method(rows).items():
        cells = [
            f"{mean(part, 'AUCROC'):.3f} / {mean(part, 'AUCPR'):.3f}"
            for name in names
            for part in [[r for r in own if r["name"] == name]]
        ]
        body.append([method, *cells, f"{mean(own, 'AUCROC'):.3f} / {mean(own, 'AUCPR'):.3f}"])
    return _table(["AUCROC / AUCPR", *names, "mean of all"], body)


def families(rows: Rows, peer: str = "scikit-learn IsolationForest") -> str:
    """Means over families of tables, and how far each method is from a peer: paired, 95 % by bootstrap."""
    names = sorted({str(row["name"]) for row in rows})
    methods = by_method(rows)
    figures = ("AUCROC", "AUCPR")
    of = {
        (method, figure): np.array([mean([r for r in own if r["name"] == n], figure) for n in names])
        for method, own in methods.items()
        for figure in figures
    }
    drawn = np.random.default_rng(0).integers(0, len(names), (2000, len(names)))
    body = []
    for method in methods:
        cells = [f"{of[method, figure].mean():.3f}" for figure in figures]
        for figure in figures:
            apart = of[method, figure] - of[peer, figure]
            low, high = np.quantile(apart[drawn].mean(axis=1), [0.025, 0.975])
            cells.append(f"{apart.mean():+.3f} ({low:+.3f} to {high:+.3f})" if method != peer else "")
        cells.append(f"{(of[method, 'AUCROC'] - of[peer, 'AUCROC'] < -0.05).mean():.2f}")
        body.append([method, *cells])
    head = [
        f"{len(names)} families",
        *figures,
        *(f"{figure} above {peer}" for figure in figures),
        "share of families whose AUCROC is .05 below it",
    ]
    return _table(head, body)


def series(rows: Rows, *, streaming: bool) -> str:
    """Mean figures of series, by group and half; NAB's score, which asks how early, of what streams alone."""
    parts = []
    for group in dict.fromkeys(str(row["group"]) for row in rows):
        own = [row for row in rows if row["group"] == group]
        n = {half: len({str(r["name"]) for r in own if r["half"] == half}) for half in (FIRST, SECOND)}
        figures = ["AUCPR", "VUS-PR", "AUCROC"] + ["NAB"] * streaming

        def show(part: Rows) -> list[str]:
            means = [f"{mean(part, f):.3f}" for f in ("AUCPR", "VUS-PR", "AUCROC")]
            return means + [f"{of_series.nab(part):.1f}"] * streaming

        halves = [half for half in (FIRST, SECOND) if n[half]]
        head = [group] + [f"{f}, {n[h]} {h}" for h in halves for f in figures] + ["us / row"]
        body = []
        for method, part in by_method(own).items():
            cells = [c for h in halves for c in show([r for r in part if r["half"] == h])]
            speed = 1e6 * sum(float(str(r["seconds"])) for r in part) / sum(int(str(r["rows"])) for r in part)
            body.append([method, *cells, f"{speed:.1f}"])
        parts.append(_table(head, body))
    return "\n".join(parts)


def incidents(rows: Rows) -> str:
    """Of each kind of incident how often it was told, how far off, how late, and what was told beside."""
    parts = []
    for causal, title in ((False, "whole series"), (True, "as they come")):
        own = [row for row in rows if row["causal"] is causal]
        body = []
        for kind in dict.fromkeys(str(row["incident"]) for row in own):
            part = [row for row in own if row["incident"] == kind]
            days = sum(int(str(row["rows"])) for row in part) / 288
            false = sum(int(str(row["false"])) for row in part) / days
            hits = [row for row in part if row["found"]]
            found = f"{len(hits)} of {len(part)}" if kind != "nothing" else ""

            def middle(figure: str, hits: Rows = hits) -> str:
                return f"{np.median([abs(float(str(r[figure]))) for r in hits]):.0f}" if hits else ""

            covered = f"{100 * mean(hits, 'covered'):.0f} %" if hits else ""
            body.append([kind, found, middle("onset"), middle("delay"), covered, f"{false:.3f}"])
        parts.append(_table([title, "found", "off", "after", "covered", "false a day"], body))
    return "\n".join(parts)


def faults(rows: Rows) -> str:
    """AC@1, AC@3, Avg@5 of services, by group and half."""

    def show(part: Rows) -> list[str]:
        found = bg.score_causes([r["ranking"] for r in part], [str(r["cause"]) for r in part], ks=(1, 3))
        return [f"{found.ac[1]:.2f}", f"{found.ac[3]:.2f}", f"{found.avg5:.3f}"]

    parts = []
    for group in dict.fromkeys(str(row["group"]) for row in rows):
        own = [row for row in rows if row["group"] == group]
        n = {half: len({str(r["name"]) for r in own if r["half"] == half}) for half in (FIRST, SECOND)}
        head = [group] + [f"{f}, {n[h]} {h}" for h in (FIRST, SECOND) for f in ("AC@1", "AC@3", "Avg@5")]
        parts.append(_table(head, ([m, *_of_halves(part, show)] for m, part in by_method(own).items())))
    return "\n".join(parts)
