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
    order = np.argsort(-score, kind="stable")
    ranked = score[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)) if score.size else np.zeros(0, np.int64)
    return ranked[last], (last + 1).astype(np.int64), np.cumsum(truth[order])[last].astype(np.int64)


def average_precision(score: Doubles, truth: Bools) -> float:
    """Area under precision and recall: the sum of precision times the recall gained, no interpolation."""
    positives = int(truth.sum())
    if positives == 0:
        return float("nan")
    _, reached, true = by_threshold(score, truth)
    gained = np.diff(true, prepend=0) / positives
    return float(np.sum(gained * true / reached))


def area_under_roc(score: Doubles, truth: Bools) -> float:
    """How likely a true row scores higher than another one, ties counting half."""
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if positives == 0 or negatives == 0:
        return float("nan")
    _, reached, true = by_threshold(score, truth)
    false = reached - true
    before = np.concatenate([[0], true[:-1]])
    return float(np.sum(np.diff(false, prepend=0) * (true + before)) / (2.0 * positives * negatives))


def best_f1(score: Doubles, truth: Bools) -> float:
    """The highest threshold of the best F1; infinity where nothing is true."""
    thresholds, reached, true = by_threshold(score, truth)
    if not true.size or true[-1] == 0:
        return float("inf")
    return float(thresholds[np.argmax(2.0 * true / (reached + truth.sum()))])


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
    order = np.argsort(-score, kind="stable")
    ranked = score[order]
    ranks = np.linspace(0, n - 1, _THRESHOLDS).astype(np.int64)
    levels = ranked[ranks]
    reached = np.searchsorted(-ranked, -levels, "right")
    areas = [_range_area(score, truth, runs, order, levels, reached, width) for width in range(buffer + 1)]
    return float(np.mean(areas))


def _range_area(
    score: Doubles, truth: Bools, runs: Ints, order: Ints, levels: Doubles, reached: Ints, width: int
) -> float:
    labels = _sloped(truth, runs, width)
    true = np.concatenate([[0.0], np.cumsum(labels[order])])[reached]
    positives = truth.sum() + (true - np.concatenate([[0], np.cumsum(truth[order])])[reached]) / 2
    half = width // 2
    first, last = np.maximum(runs[:, 0] - half, 0), np.minimum(runs[:, 1] + half, len(score) - 1)
    apart = runs[:-1, 1] + half < runs[1:, 0] - half
    first, last = first[np.append(True, apart)], last[np.append(apart, True)]
    bounds = np.column_stack([first, last + 1]).ravel()
    padded = np.append(np.where(labels > 0, score, -np.inf), -np.inf)
    highest = np.sort(np.maximum.reduceat(padded, bounds)[::2])
    exist = (len(highest) - np.searchsorted(highest, levels, "left")) / len(highest)
    recall = np.concatenate([[0.0], np.minimum(true / positives, 1.0) * exist])
    return float(np.sum(np.diff(recall) * (true / reached)))


def _sloped(truth: Bools, runs: Ints, width: int) -> Doubles:
    """The labels with a slope before and after each run; where slopes meet they add up, to 1 at most."""
    labels = truth.astype(np.float64)
    n = len(labels)
    for distance in range(1, width // 2 + 1):
        height = np.sqrt(1.0 - distance / width)
        after, before = runs[:, 1] + distance, runs[:, 0] - distance
        np.add.at(labels, after[after < n], height)
        np.add.at(labels, before[before >= 0], height)
    return np.minimum(labels, 1.0)


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


def nab_weights(truth: Bools, profile: NabProfile) -> tuple[Doubles, Ints, int]:
    """What a detection in each row gains or costs, the row's window (-1: none), and where probation ends."""
    n = len(truth)
    windows = runs_of(truth)
    rows = np.arange(n)
    inside = np.full(n, -1, dtype=np.int64)
    inside[truth] = np.searchsorted(windows[:, 0], rows[truth], "right") - 1
    before = np.searchsorted(windows[:, 1], rows, "left") - 1  # the last window that has ended
    position = np.full(n, 3.0)
    ended = (inside < 0) & (before >= 0)
    past = rows[ended] - windows[before[ended], 1]
    width = windows[:, 1] - windows[:, 0] + 1
    position[ended] = past / np.maximum(width[before[ended]] - 1, 1)
    held = inside >= 0
    position[held] = -(windows[inside[held], 1] - rows[held] + 1) / width[inside[held]]
    scaled = np.where(position >= 3.0, -1.0, 2.0 / (1.0 + np.exp(5.0 * np.minimum(position, 3.0))) - 1.0)
    top = 2.0 / (1.0 + np.exp(-5.0)) - 1.0
    weights = np.where(held, scaled * profile.found / top, scaled * profile.false_alarm)
    return weights, inside, int(min(np.floor(_PROBATION * n), _PROBATION * _PROBATION_ROWS))


def nab_curve(score: Doubles, truth: Bools, profile: NabProfile) -> tuple[Doubles, Doubles, float, float]:
    """Thresholds, falling from infinity; the raw score at each; what silence and perfection get."""
    weights, window, probation = nab_weights(truth, profile)
    score, weights, window = score[probation:], weights[probation:], window[probation:]
    windows = np.unique(window[window >= 0])
    null = -profile.missed * len(windows)
    order = np.argsort(-score, kind="stable")
    gain = np.where(window[order] < 0, weights[order], 0.0)
    for k in windows.tolist():
        rows = np.flatnonzero(window[order] == k)
        best = np.maximum.accumulate(np.maximum(weights[order][rows], -profile.missed))
        gain[rows] = np.diff(best, prepend=-profile.missed)
    ranked = score[order]
    last = (
        np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)) if ranked.size else np.zeros(0, np.int64)
    )
    curve = null + np.cumsum(gain)[last] if last.size else np.zeros(0)
    thresholds = np.concatenate([[np.inf], ranked[last]])
    return thresholds, np.concatenate([[null], curve]), null, profile.found * len(windows)


def nab_at(score: Doubles, truth: Bools, profile: NabProfile, threshold: float | None = None) -> NabScore:
    """The score at a threshold, or at the best one."""
    thresholds, curve, null, perfect = nab_curve(score, truth, profile)
    if threshold is None:
        at = int(np.argmax(curve))
    else:
        at = int(np.searchsorted(-thresholds, -threshold, "right")) - 1
    return NabScore(float(curve[max(at, 0)]), null, perfect, float(thresholds[max(at, 0)]))


def nab_over(series: list[tuple[Any, Any]], profile: NabProfile) -> NabScore:
    """The score over several series at the one threshold that is best for all, as the benchmark has it."""
    curves = [
        nab_curve(np.asarray(s, dtype=np.float64), np.asarray(t, dtype=np.bool_), profile) for s, t in series
    ]
    thresholds = np.unique(np.concatenate([c[0] for c in curves]))[::-1]
    total = np.zeros(len(thresholds))
    for own, curve, _, _ in curves:
        total += curve[np.searchsorted(-own, -thresholds, "right") - 1]
    at = int(np.argmax(total))
    return NabScore(
        float(total[at]), sum(c[2] for c in curves), sum(c[3] for c in curves), float(thresholds[at])
    )
