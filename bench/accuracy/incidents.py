"""What `auto` finds in series made here: kinds of incident on kinds of background, found or not, how late.

Nothing was recorded; anybody gets the same figures. Settings of `auto` were chosen on the seeds of DEVELOPED;
the page shows those of HELD_OUT, which were run to report alone. Sizes are in standard deviations of what the
background has beside its season, drawn anew for each series.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import barograph as bg

DEVELOPED, HELD_OUT = range(1000, 1012), range(20_000, 20_012)
STEP, DAYS = 300, 14
DAY = 86400 // STEP
ROWS = DAYS * DAY

Generator = np.random.Generator
Series = np.ndarray


@dataclass(frozen=True)
class Case:
    """A series with one incident, or none."""

    incident: str
    background: str
    seed: int
    time: np.ndarray
    x: np.ndarray
    begin: int  # of the incident, which is [begin, end); end is 0 where there is none
    end: int


def _season(rng: Generator) -> Series:
    """A day between -1 and 1 about 0, of two harmonics at random phases."""
    at = 2 * np.pi * np.arange(ROWS) / DAY
    return (np.sin(at + rng.uniform(0, 6.28)) + 0.4 * np.sin(2 * at + rng.uniform(0, 6.28))) / 1.4


def _ar(rng: Generator, phi: float) -> Series:
    from scipy.signal import lfilter

    shocks = rng.normal(size=ROWS + 500) * np.sqrt(1 - phi**2)
    return np.asarray(lfilter([1.0], [1.0, -phi], shocks)[500:])


#: Of each background: what the season is worth in standard deviations of the rest, and the rest itself.
BACKGROUNDS: dict[str, tuple[float, Callable[[Generator], Series]]] = {
    "noise": (0.0, lambda r: r.normal(size=ROWS)),
    "AR(1), 0.7": (0.0, lambda r: _ar(r, 0.7)),
    "heavy tails": (0.0, lambda r: r.standard_t(4, ROWS) / np.sqrt(2)),
    "skewed": (0.0, lambda r: (np.exp(0.5 * r.normal(size=ROWS)) - 1.13) / 0.6),
    "day": (6.0, lambda r: r.normal(size=ROWS)),
    "day, AR(1) 0.7": (4.0, lambda r: _ar(r, 0.7)),
    "day, skewed": (4.0, lambda r: (np.exp(0.5 * r.normal(size=ROWS)) - 1.13) / 0.6),
}


def _of(kind: str, background: str, seed: int) -> Case:
    rng = np.random.default_rng([seed, *map(ord, kind + background)])
    strength, make = BACKGROUNDS[background]
    season, rest = strength * _season(rng), make(rng)
    t = np.datetime64("2026-01-05", "s") + np.arange(ROWS) * np.timedelta64(STEP, "s")
    sign = -1.0 if rng.uniform() < 0.3 else 1.0
    begin = int(rng.integers(int(0.45 * ROWS), int(0.75 * ROWS)))
    length, stuck = 0, slice(0)
    if kind == "spike":
        length = 1
        rest[begin] += sign * rng.uniform(8, 16)
    elif kind == "burst":
        length = int(rng.integers(6, 25))
        rest[begin : begin + length] += sign * rng.uniform(4, 9)
    elif kind == "level, hours":
        length = int(rng.integers(36, 150))
        rest[begin : begin + length] += sign * rng.uniform(2, 5)
    elif kind == "level, days":
        length = int(rng.uniform(0.12, 0.25) * ROWS)
        rest[begin : begin + length] += sign * rng.uniform(1.5, 4)
    elif kind == "level, stays":
        length = ROWS - begin
        rest[begin:] += sign * rng.uniform(1.5, 4)
    elif kind == "slow leak":
        length = ROWS - begin
        rest[begin:] += sign * rng.uniform(3, 8) * np.linspace(0, 1, length)
    elif kind == "season lost":
        length = int(rng.integers(2, 5)) * DAY
        season = season + 0.0
        season[begin : begin + length] = rng.uniform(0, 0.3) * season[begin : begin + length]
    elif kind == "season grown":
        length = int(rng.integers(2, 5)) * DAY
        season = season + 0.0
        season[begin : begin + length] *= rng.uniform(1.6, 2.5)
    elif kind == "spread":
        length = int(rng.integers(72, 300))
        rest[begin : begin + length] *= rng.uniform(2.5, 5)
    elif kind == "stuck":
        length = int(rng.integers(24, 100))
        stuck = slice(begin, begin + length)
    elif kind == "silent":
        length = int(rng.integers(24, 100))
        rest[begin : begin + length] = np.nan
    x = 10.0 ** rng.uniform(0, 3) * (20 + season + rest)
    x[stuck] = x[begin]
    return Case(kind, background, seed, t, x, begin, begin + length if length else 0)


INCIDENTS = (
    "spike", "burst", "level, hours", "level, days", "level, stays", "slow leak", "season lost",
    "season grown", "spread", "stuck", "silent",
)  # fmt: skip
QUIET = "nothing"


def cases(seeds: range) -> list[Case]:
    """Every kind on every background where it means something, once a seed."""
    out = []
    for seed in seeds:
        for kind in (*INCIDENTS, QUIET):
            for background, (strength, _) in BACKGROUNDS.items():
                if strength == 0 and kind.startswith("season"):
                    continue
                out.append(_of(kind, background, seed))
    return out


def judged(case: Case, causal: bool) -> dict[str, object]:
    """Whether an incident was told that began with the true one, how far off, and how many beside it."""
    begin = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = bg.detect.auto(case.x, case.time, causal=causal)
        intervals = [
            (int(np.searchsorted(case.time, one.onset)), int(np.searchsorted(case.time, one.alert_on)),
             int(np.searchsorted(case.time, one.end)))
            for one in found.incidents()
        ]  # fmt: skip
    seconds = time.perf_counter() - begin
    early = max(12, (case.end - case.begin) // 10)  # an onset before that is of something else
    late = 12  # an end that the smoothing draws out
    hits = [i for i in intervals if case.begin - early <= i[0] < case.end and i[2] >= case.begin]
    near = [i for i in intervals if case.end and case.begin - early <= i[0] <= case.end + late]
    row: dict[str, object] = {
        "incident": case.incident, "background": case.background, "seed": case.seed, "causal": causal,
        "seconds": seconds, "rows": len(case.x), "found": bool(hits), "told": len(hits),
        "false": len(intervals) - len(near), "onset": np.nan, "delay": np.nan, "covered": np.nan,
        "flagged": int(found.is_anomaly.sum()),
    }  # fmt: skip
    if hits:
        first = hits[0]
        row["onset"] = first[0] - case.begin
        row["delay"] = max(0, first[1] - case.begin)
        covered = np.zeros(len(case.x), dtype=bool)
        for one in hits:
            covered[one[0] : one[2] + 1] = True
        row["covered"] = covered[case.begin : case.end].mean()
    return row


def figures(seeds: range, modes: tuple[bool, ...] = (False, True)) -> list[dict[str, object]]:
    """A row for each case and form of `auto`."""
    listed = cases(seeds)
    return [judged(case, causal) for causal in modes for case in listed]
