"""How sure one can be that a share is raised: binomial tails over windows of time.

Everything is counts: `hits` of `trials` in each bucket of time against the share that the bucket's own
baseline expects. Buckets are summed over windows of several lengths, so that a short sharp rise and a
long mild one are both found; the level is divided by the number of windows looked at (Bonferroni), and
counts that scatter more than binomial ones do are shrunk by the factor they scatter by, as in
quasi-likelihood (McCullagh and Nelder, Generalized Linear Models, 1989, 4.5).

Expected hits are kept as integers in millionths, so window sums are exact.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LEVEL = 0.005  # of a false alarm in a whole log, for each thing looked at
WINDOWS = (1, 2, 4, 8, 16, 24)
_MILLION = 1_000_000
_GIVEN_LEVEL, _GIVEN_Z = 0.001, 3.3  # for a window that is given
_MEDIAN_OF_CHI2 = 0.4549  # of one degree of freedom
_CHANCE = 2.0  # hits that decide nothing on where a rise begins or ends
_MANY, _SURE = 50.0, 6.5  # so many hits expected need no exact tail, but so many standard errors


def binomial_tail(hits: int, trials: int, share: float) -> float:
    """An upper bound of P(X >= hits), X binomial; within a factor of two where it matters.

    The first term is multiplied out, the further ones are bounded by a geometric series. Meant for up
    to a few hundred expected hits; beyond, the product leaves the range of doubles and 1 comes back.
    """
    if hits <= trials * share:
        return 1.0
    if share <= 0.0:
        return 0.0
    odds_against = 1.0 - share
    term = 1.0
    for i in range(1, hits + 1):
        term *= (trials - hits + i) / i * share
    term *= _power(odds_against, trials - hits)
    ratio = (trials - hits) * share / ((hits + 1) * odds_against)
    if not (ratio < 1.0 and term < 1.0):  # also where inf * 0 made a NaN
        return 1.0
    return min(1.0, term / (1.0 - ratio))


def _power(base: float, exponent: int) -> float:
    """By repeated squaring, so that no platform's pow decides."""
    result = 1.0
    while exponent:
        if exponent & 1:
            result *= base
        base *= base
        exponent >>= 1
    return result


@dataclass(frozen=True)
class Rise:
    """A run of buckets, first to last (excluded), whose hits are beyond chance.

    `score` is the strongest window's excess in standard errors.
    """

    first: int
    last: int
    score: float
    hits: int
    trials: int
    expected: float


def scores(hits: Ints, trials: Ints, share: Floats) -> Floats:
    """Excess of each bucket in standard errors of its own, 0 where nothing was tried."""
    expected = trials * share
    spread = np.sqrt(expected * (1.0 - share))
    return np.divide(hits - expected, spread, out=np.zeros_like(expected), where=spread > 0)


def raised(window: slice, hits: Ints, trials: Ints, share: Floats, *, least: tuple[float, float]) -> float:
    """The excess in standard errors of one window that was chosen by other data; 0 if it may be chance.

    Parameters
    ----------
    window : slice
        Buckets.
    hits, trials, share : ndarray, shape (buckets,)
        As for :func:`rises`.
    least : (float, float)
        As for :func:`rises`.
    """
    seen, tried = int(hits[window].sum()), int(trials[window].sum())
    mean = math.fsum((trials[window] * share[window]).tolist())
    if not tried or mean <= 0 or seen < max(3.0, least[0] * mean) or seen - mean < least[1] * tried:
        return 0.0
    rate = mean / tried
    score = (seen - mean) / math.sqrt(mean * (1.0 - rate))
    sure = score >= _GIVEN_Z if mean >= _MANY else binomial_tail(seen, tried, rate) <= _GIVEN_LEVEL
    return score if sure else 0.0


def rises(
    hits: Ints,
    trials: Ints,
    share: Floats,
    *,
    least: tuple[float, float],
    family: int,
    usual: npt.NDArray[np.bool_] | None = None,
) -> list[Rise]:
    """Runs of buckets whose hits exceed their baseline beyond chance and beyond triviality.

    Parameters
    ----------
    hits, trials : ndarray of int64, shape (buckets,)
        Counts of consecutive buckets of time.
    share : ndarray of float64, shape (buckets,)
        The share of hits that the baseline expects in each bucket.
    least : (float, float)
        Least ratio of hits to expected hits, and least excess of the share: a smaller rise is not worth a
        word.
    family : int
        How many such series are looked at; shares the level with the windows here.
    usual : ndarray of bool, shape (buckets,), optional
        The buckets that tell how much counts scatter; all by default.

    Returns
    -------
    list of Rise
        Not overlapping, strongest first.
    """
    busy = int(np.count_nonzero(trials))
    if busy < 4:
        return []
    millionths = np.rint(trials * share * _MILLION).astype(np.int64)
    sums = [np.concatenate([[0], np.cumsum(x)]) for x in (hits, trials, millionths)]
    level = LEVEL / (family * busy * len(WINDOWS))
    odd = np.concatenate([[0], np.cumsum(np.zeros_like(hits) if usual is None else ~usual)])
    candidates: list[tuple[float, int, int]] = []
    scatter = 1.0
    for width in WINDOWS:
        if width < hits.size:
            scatter = _scatter(width, sums, odd, scatter)
            candidates += _windows(width, sums, level, least, scatter)
    found: list[Rise] = []
    taken = np.zeros(hits.size, dtype=bool)
    for score, first, last in sorted(candidates, key=lambda c: (-c[0], c[1])):
        if taken[first:last].any():
            continue
        rise = _fit((score, first, last), _free(taken, first, last), hits, trials, share)
        taken[max(0, rise.first - 1) : rise.last + 1] = True
        found.append(rise)
    joined = _joined(sorted(found, key=lambda r: r.first), hits, trials, share)
    return sorted(joined, key=lambda r: (-r.score, r.first))


def _free(taken: npt.NDArray[np.bool_], first: int, last: int) -> tuple[int, int]:
    """The buckets around a window, first to last (excluded), up to those that are taken."""
    before, after = np.flatnonzero(taken[:first]), np.flatnonzero(taken[last:])
    return int(before[-1]) + 1 if before.size else 0, last + int(after[0]) if after.size else taken.size


def _joined(found: list[Rise], hits: Ints, trials: Ints, share: Floats) -> list[Rise]:
    """Rises in order of time; two are one if nothing tells them apart.

    The time between them is short, or has few trials, and its hits are nearer to the raised share.
    """
    joined: list[Rise] = []
    for rise in found:
        before = joined[-1] if joined else rise
        gap = slice(before.last, rise.first)
        between = int(trials[gap].sum())
        short = 2 * (rise.first - before.last) <= min(before.last - before.first, rise.last - rise.first)
        if joined and (short or 20 * between <= min(before.trials, rise.trials)):
            expected = before.expected + rise.expected
            middle = (before.hits + rise.hits - expected) / max(expected, 1.0) / 2.0 + 1.0
            usual = math.fsum((trials[gap] * share[gap]).tolist())
            if int(hits[gap].sum()) >= middle * usual - _CHANCE:
                whole = slice(before.first, rise.last)
                rise = _rise(whole, max(before.score, rise.score), hits, trials, share)  # noqa: PLW2901
                joined.pop()
        joined.append(rise)
    return joined


def _rise(run: slice, score: float, hits: Ints, trials: Ints, share: Floats) -> Rise:
    expected = math.fsum((trials[run] * share[run]).tolist())
    return Rise(run.start, run.stop, score, int(hits[run].sum()), int(trials[run].sum()), expected)


def _windows(
    width: int, sums: list[Ints], level: float, least: tuple[float, float], scatter: float
) -> list[tuple[float, int, int]]:
    seen, tried, mean, share, squared = _squared_errors(width, sums)
    excess = seen - mean
    score = np.sqrt(squared / scatter)
    worth = (
        (excess > 0) & (score > 3.0) & (seen >= least[0] * mean) & (excess >= least[1] * tried) & (seen >= 3)
    )
    at = np.flatnonzero(worth)
    many = mean[at] / scatter >= _MANY
    sure = many & (score[at] >= _SURE)
    for k in np.flatnonzero(~many).tolist():
        i = int(at[k])
        hits, trials = math.floor(int(seen[i]) / scatter), math.ceil(int(tried[i]) / scatter)
        sure[k] = binomial_tail(hits, trials, float(share[i])) <= level
    return [(float(score[i]), i, i + width) for i in at[sure].tolist()]


def _squared_errors(width: int, sums: list[Ints]) -> tuple[Ints, Ints, Floats, Floats, Floats]:
    """Of all windows: hits, trials, expected hits and their share, and the squared error in variances."""
    seen, tried, expected = (s[width:] - s[:-width] for s in sums)
    mean = expected / _MILLION
    share = np.divide(mean, tried, out=np.zeros_like(mean), where=tried > 0)
    variance = mean * (1.0 - share)
    excess = seen - mean
    squared = np.divide(excess * excess, variance, out=np.zeros_like(mean), where=variance > 0)
    return seen, tried, mean, share, squared


def _scatter(width: int, sums: list[Ints], odd: Ints, narrower: float) -> float:
    """By what factor squared errors of windows side by side exceed those of binomial counts; at least 1.

    Windows that hold an odd bucket say nothing; where that leaves fewer than eight, it is what narrower ones
    said.
    """
    _, _, mean, _, squared = _squared_errors(width, sums)
    quiet = odd[width:] == odd[:-width]
    known = np.sort(squared[::width][(mean >= 1.0)[::width] & quiet[::width]])
    if known.size < 8:
        return narrower if mean[::width].size >= 8 else 1.0
    return max(1.0, float(known[known.size // 2]) / _MEDIAN_OF_CHI2)


def _fit(
    found: tuple[float, int, int], free: tuple[int, int], hits: Ints, trials: Ints, share: Floats
) -> Rise:
    """The run around a window in which hits are nearer to the raised share than to the baseline.

    Each bucket gains its hits less what the middle of both shares expects; the run of largest gain is
    the likely extent of the rise (Kulldorff's scan in one dimension, with the gain linearised). A longer
    run is preferred only for more than a chance hit, or quiet nights would be counted in.
    """
    score, first, last = found
    window = slice(first, last)
    tried = max(int(trials[window].sum()), 1)
    expected = math.fsum((trials[window] * share[window]).tolist())
    middle = np.minimum(share + (int(hits[window].sum()) - expected) / tried / 2.0, (1.0 + share) / 2.0)
    gain: Floats = hits.astype(np.float64) - trials * middle
    reach = 3 + (last - first)
    gain = gain[free[0] : free[1]]
    low = _extend(gain, first - free[0], -1, reach)
    high = _extend(gain, last - 1 - free[0], 1, reach) + 1
    low_of_best, high_of_best = _shortest(gain[low:high])
    low += free[0]
    return _rise(slice(low + low_of_best, low + high_of_best), score, hits, trials, share)


def _shortest(gain: Floats) -> tuple[int, int]:
    """The shortest run, first to last (excluded), that gains within `_CHANCE` hits of the most; earliest."""
    before = np.concatenate([[0.0], np.cumsum(gain)])
    most = float((before[1:] - np.minimum.accumulate(before[:-1])).max()) - _CHANCE
    length, starts = gain.size, deque[tuple[int, float]]()
    for last, total in enumerate(before.tolist()):  # starts that an earlier, lower one does not beat
        while starts and total - starts[0][1] >= most:
            length = min(length, last - starts.popleft()[0])
        while starts and starts[-1][1] >= total:
            starts.pop()
        starts.append((last, total))
    length = max(length, 1)
    first = int(np.argmax(before[length:] - before[:-length]))
    return first, first + length


def _extend(gain: Floats, start: int, step: int, reach: int) -> int:
    """How far a run goes on from `start`: until `reach` buckets in a row bring no further gain."""
    best = total = 0.0
    edge, i = start, start + step
    while 0 <= i < gain.size and abs(i - edge) <= reach:
        total += float(gain[i])
        if total > best:
            best, edge = total, i
        i += step
    return edge
