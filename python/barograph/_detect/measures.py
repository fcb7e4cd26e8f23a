"""Measures of detectors: areas under curves, volumes under surfaces, the Numenta benchmark's score.

No point adjustment: a true interval of which one row is flagged is not taken for flagged as a whole.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .data import Doubles
from .truth import Bools, runs_of

Ints = npt.NDArray[np.int64]

_THRESHOLDS = 250
_PROBATION, _PROBATION_ROWS = 0.15, 5000


class NabProfile(NamedTuple):
    """What a window found at its very begin gains, and what a false alarm and a missed window cost."""

    found: float
    false_alarm: float
    missed: float


#: The application profiles of the Numenta anomaly benchmark.
PROFILES = {
    "standard": NabProfile(1.0, 0.11, 1.0),
    "low_fp": NabProfile(1.0, 0.22, 1.0),
    "low_fn": NabProfile(1.0, 0.11, 2.0),
}


def by_threshold(score: Doubles, truth: Bools) -> tuple[Doubles, Ints, Ints]:
    """Thresholds, falling, and for each how many rows reach it, and how many of them are true."""
    ascending = np.sort(score)
    begins = np.append(0, 1 + _ends(ascending)[:-1])[: score.size][::-1]
    thresholds = ascending[begins]
    return thresholds, score.size - begins, _at_or_above(np.sort(score[truth]), thresholds)


def _ends(ranked: Doubles) -> Ints:
    """Where each run of equal scores ends."""
    return (
        np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)) if ranked.size else np.zeros(0, np.int64)
    )


def average_precision(score: Doubles, truth: Bools) -> float:
    """Area under precision and recall: the sum of precision times the recall gained, no interpolation."""
    return precision_area(*by_threshold(score, truth))


def precision_area(_: Doubles, reached: Ints, true: Ints) -> float:
    """The same of what `by_threshold` says."""
    positives = int(true[-1]) if true.size else 0
    if positives == 0:
        return float("nan")
    gained = np.diff(true, prepend=0) / positives
    return float(np.sum(gained * true / reached))


def area_under_roc(score: Doubles, truth: Bools) -> float:
    """How likely a true row scores higher than another one, ties counting half."""
    return roc_area(*by_threshold(score, truth))


def roc_area(_: Doubles, reached: Ints, true: Ints) -> float:
    """The same of what `by_threshold` says."""
    false = reached - true
    positives, negatives = (int(true[-1]), int(false[-1])) if true.size else (0, 0)
    if positives == 0 or negatives == 0:
        return float("nan")
    before = np.concatenate([[0], true[:-1]])
    return float(np.sum(np.diff(false, prepend=0) * (true + before)) / (2.0 * positives * negatives))


def best_f1(thresholds: Doubles, reached: Ints, true: Ints, positives: int) -> float:
    """The highest threshold of the best F1, of what `by_threshold` says; infinity where none finds any."""
    if not true.size or true[-1] == 0:
        return float("inf")
    return float(thresholds[np.argmax(2.0 * true / (reached + positives))])


def volume_under_pr(score: Doubles, truth: Bools, buffer: int) -> float:
    """VUS-PR: the mean over buffers of 0 to `buffer` rows of the range-based area under precision and recall.

    References
    ----------
    J. Paparrizos, P. Boniol, T. Palpanas, R. S. Tsay, A. Elmore, M. J. Franklin: Volume
    Under the Surface: A New Accuracy Evaluation Measure for Time-Series Anomaly Detection. PVLDB 15(11),
    2022. As the authors' package `vus` has it in version 0.0.6 by default, and their benchmark TSB-AD: slopes
    sqrt(1 - d / buffer) of half a buffer on either side, which count where they are flagged, half of that as
    positives; 250 thresholds by rank; steps, as in average precision. Their first code counted all slopes as
    positives, flagged or not, and took trapezoids; its values are lower.
    """
    n = score.size
    if not truth.any():
        return float("nan")
    runs = runs_of(truth)
    ascending = np.sort(score)
    levels = ascending[::-1][np.linspace(0, n - 1, _THRESHOLDS).astype(np.int64)]
    reached = _at_or_above(ascending, levels)
    inside = _at_or_above(np.sort(score[truth]), levels).astype(np.float64)
    slopes = _Slopes(score, truth, runs, levels, buffer // 2)
    positives = float(truth.sum())
    bounds = np.column_stack([runs[:, 0], runs[:, 1] + 1]).ravel()
    highest = np.maximum.reduceat(np.append(score, -np.inf), bounds)[::2]
    areas = []
    for width in range(buffer + 1):
        half = width // 2
        if width % 2 == 0:  # as of the odd width after it
            highest = _widened(score, runs, highest, half)
            found = np.sort(np.maximum.reduceat(highest, _apart(runs, half)))
            exist = _at_or_above(found, levels) / len(found)
        beside = slopes.at(width)
        true = inside + beside
        recall = np.concatenate([[0.0], np.minimum(true / (positives + beside / 2), 1.0) * exist])
        areas.append(np.sum(np.diff(recall) * (true / reached)))
    return float(np.mean(areas))


def _at_or_above(ascending: Doubles, levels: Doubles) -> Ints:
    """How many reach each level."""
    return len(ascending) - np.searchsorted(ascending, levels, "left")


def _widened(score: Doubles, runs: Ints, highest: Doubles, half: int) -> Doubles:
    """The highest score of each run with `half` rows on either side, of that with one row less."""
    before, after = np.maximum(runs[:, 0] - half, 0), np.minimum(runs[:, 1] + half, len(score) - 1)
    return np.maximum(highest, np.maximum(score[before], score[after]))


def _apart(runs: Ints, half: int) -> Ints:
    """The first of the runs that lie together once `half` rows are added on either side."""
    return np.append(0, 1 + np.flatnonzero(runs[:-1, 1] + half < runs[1:, 0] - half))


class _Slopes:
    """What lies beside true runs: for each level the sum of the slopes of rows that reach it.

    A row beside one run alone counts by its distance only, so those of one distance and level are counted
    once for all widths. Where slopes meet they add up, to 1 at most, which each width does by itself.
    """

    def __init__(self, score: Doubles, truth: Bools, runs: Ints, levels: Doubles, reach: int) -> None:
        steps = np.arange(1, reach + 1)
        row = np.concatenate([runs[:, 1, None] + steps, runs[:, 0, None] - steps]).ravel()
        distance = np.tile(steps, 2 * len(runs))
        beside = (row >= 0) & (row < len(score))
        beside[beside] = ~truth[row[beside]]
        row, distance = row[beside], distance[beside]
        rows, place, times = np.unique(row, return_inverse=True, return_counts=True)
        level = np.searchsorted(-levels, -score[rows], "left")  # the first that a row reaches
        alone = times[place] == 1
        self._levels = len(levels)
        cell = (distance[alone] - 1) * self._levels + level[place[alone]]
        counts = np.bincount(cell, minlength=reach * self._levels).reshape(reach, self._levels)
        self._counts = counts.cumsum(axis=1).astype(np.float64)
        self._met, self._distance = np.unique(place[~alone], return_inverse=True)[1], distance[~alone]
        self._level = level[times > 1]

    def at(self, width: int) -> Doubles:
        """For slopes sqrt(1 - distance / width) of half of the width."""
        half = width // 2
        height = np.sqrt(1.0 - np.arange(1, half + 1) / max(width, 1))
        total = np.sum(height[:, None] * self._counts[:half], axis=0)
        if not self._level.size or not half:
            return np.asarray(total)
        near = self._distance <= half
        heights = np.bincount(self._met[near], height[self._distance[near] - 1], len(self._level))
        return np.asarray(total + np.bincount(self._level, np.minimum(heights, 1.0), self._levels).cumsum())


class NabScore(NamedTuple):
    """Of one series in one profile.

    Attributes
    ----------
    raw : float
        The sum of what was gained and lost.
    null, perfect : float
        What a detector gets that never speaks, and one that finds each window at its first row, and no more.
    threshold : float
        The one used.
    """

    raw: float
    null: float
    perfect: float
    threshold: float

    @property
    def normalized(self) -> float:
        """100 for perfect, 0 for silence; NaN where there is no window."""
        span = self.perfect - self.null
        return float("nan") if span == 0 else 100.0 * (self.raw - self.null) / span


class NabWindows:
    """The true runs as windows, and how far each row after the probation is from their begins and ends."""

    def __init__(self, truth: Bools) -> None:
        n = len(truth)
        windows = runs_of(truth)
        rows = np.arange(n)
        width = windows[:, 1] - windows[:, 0] + 1
        inside = np.full(n, -1, dtype=np.int64)
        inside[truth] = np.repeat(np.arange(len(windows)), width)
        before = np.searchsorted(windows[:, 1], rows, "left") - 1  # the last window that has ended
        position = np.full(n, 3.0)
        ended = (inside < 0) & (before >= 0)
        past = rows[ended] - windows[before[ended], 1]
        position[ended] = past / np.maximum(width[before[ended]] - 1, 1)
        held = inside >= 0
        position[held] = -(windows[inside[held], 1] - rows[held] + 1) / width[inside[held]]
        scaled = np.full(n, -1.0)
        near = position < 3.0
        scaled[near] = 2.0 / (1.0 + np.exp(5.0 * position[near])) - 1.0
        self._first = int(min(np.floor(_PROBATION * n), _PROBATION * _PROBATION_ROWS))
        self._scaled, self._window = scaled[self._first :], inside[self._first :]
        self._count = int((windows[:, 1] >= self._first).sum())

    def curve(
        self, score: Doubles, profile: NabProfile, least: float = -np.inf
    ) -> tuple[Doubles, Doubles, float, float]:
        """Thresholds, falling from infinity; the raw score at each; what silence and perfection get.

        Without thresholds below `least`, which costs less than all of them.
        """
        score = score[self._first :]
        spoken = np.flatnonzero(score >= least)
        order = spoken[np.argsort(-score[spoken], kind="stable")]
        ranked, window = score[order], self._window[order]
        top = 2.0 / (1.0 + np.exp(-5.0)) - 1.0
        worth = self._scaled[order]
        worth = np.where(window >= 0, worth * profile.found / top, worth * profile.false_alarm)
        gain = np.where(window < 0, worth, 0.0)
        held = np.flatnonzero(window >= 0)
        held = held[np.argsort(window[held], kind="stable")]
        bounds = np.flatnonzero(np.diff(window[held])) + 1
        for rows in np.split(held, bounds) if held.size else []:
            best = np.maximum.accumulate(np.maximum(worth[rows], -profile.missed))
            gain[rows] = np.diff(best, prepend=-profile.missed)
        null = -profile.missed * self._count
        last = _ends(ranked)
        thresholds = np.concatenate([[np.inf], ranked[last]])
        curve = np.concatenate([[null], null + np.cumsum(gain)[last]])
        return thresholds, curve, null, profile.found * self._count

    def at(self, score: Doubles, profile: NabProfile, threshold: float | None = None) -> NabScore:
        """The score at a threshold, or at the best one."""
        least = -np.inf if threshold is None else threshold
        thresholds, curve, null, perfect = self.curve(score, profile, least)
        at = int(np.argmax(curve)) if threshold is None else len(curve) - 1
        return NabScore(float(curve[at]), null, perfect, float(thresholds[at]))


def nab_over(series: list[tuple[Any, Any]], profile: NabProfile) -> NabScore:
    """The score over several series at the one threshold that is best for all, as the benchmark has it."""
    curves = [
        NabWindows(np.asarray(t, dtype=np.bool_)).curve(np.asarray(s, dtype=np.float64), profile)
        for s, t in series
    ]
    thresholds = np.unique(np.concatenate([c[0] for c in curves]))[::-1]
    total = np.zeros(len(thresholds))
    for own, curve, _, _ in curves:
        total += curve[np.searchsorted(-own, -thresholds, "right") - 1]
    at = int(np.argmax(total))
    return NabScore(
        float(total[at]), sum(c[2] for c in curves), sum(c[3] for c in curves), float(thresholds[at])
    )
