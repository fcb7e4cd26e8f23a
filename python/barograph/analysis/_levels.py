"""Stretches of a log that stand above its better part, so that they do not become their own baseline.

An incident of days raises what is usual at its hours, and several do so more. Here windows of time are
compared by their level alone: what was seen over what the usual course (of the day, of the week) leads to
expect. The windows at the lower quarter are the log's better part; what stands well above it is
only left out of the first baseline. Whether there was an incident, :mod:`barograph.analysis._evidence`
decides.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

ABOVE = 1.5  # times the level of the better part; what differs less hides little
_LEAST_TURNS, _MANY_TURNS = 5, 10  # in fewer the quarter may be a weekend: half of them count there
_LEAST_IN_BUCKET = 5  # requests, for a bucket to say something on what is usual
_LEAST_IN_CLASS = 4  # such buckets
_SURE = 4.0  # standard errors of a count, so that a window with few failures is not left out by chance
_LEAST_LATENCIES = 200  # in a window


def above_the_better_part(sums: Floats, counts: Ints, of_class: Ints, width: int, *, errors: bool) -> Mask:
    """Which buckets lie in a stretch that stands above the log's better part.

    Parameters
    ----------
    sums : ndarray of float64, shape (buckets,)
        Failed requests, or the sum of latencies, of consecutive buckets of time.
    counts : ndarray of int64, shape (buckets,)
        The requests that these are of.
    of_class : ndarray of int64, shape (buckets,)
        The bucket's class of buckets that should be alike.
    width : int
        Buckets of a whole turn (a day of hours, a week of days): windows that long, of a third of it, and
        of seven, are compared.
    errors : bool
        Whether `sums` are counts, whose chance is known.

    Returns
    -------
    ndarray of bool, shape (buckets,)
        None at all where less than a quarter of the log's windows are at the better level.
    """
    above = np.zeros(sums.size, dtype=np.bool_)
    if sums.size < _LEAST_TURNS * width:
        return above
    usual = _usual(sums, counts, of_class)[of_class]
    use = (counts > 0) & (usual > 0)
    seen = np.where(use, sums, 0.0)
    expected = np.where(use, counts * np.nan_to_num(usual), 0.0)
    for length in (width // 3, width, 7 * width):
        if length < 2 or sums.size < 4 * length:
            continue
        total, base, tried = (_centred(x, length) for x in (seen, expected, np.where(use, counts, 0)))
        enough = base > 0
        if not errors:
            enough &= tried >= _LEAST_LATENCIES
        ratio = np.divide(total, base, out=np.zeros(sums.size), where=enough)
        known = np.sort(ratio[enough])
        if known.size < 4 * length:
            continue
        part = 4 if sums.size >= _MANY_TURNS * width else 2
        better = max(float(known[(known.size - 1) // part]), 1e-9)
        high = enough & (ratio > ABOVE * better)
        if errors:
            high &= total - better * base > _SURE * np.sqrt(better * base)
        above |= high
    return above


def _usual(sums: Floats, counts: Ints, of_class: Ints) -> Floats:
    """The lower median of the buckets' levels in each class, the mean where few buckets say something."""
    usual = np.full(int(of_class.max()) + 1, np.nan)
    known = counts >= _LEAST_IN_BUCKET
    level = np.divide(sums, counts, out=np.zeros(sums.size), where=counts > 0)
    for number in range(usual.size):
        mine = of_class == number
        levels = np.sort(level[known & mine])
        if levels.size >= _LEAST_IN_CLASS:
            usual[number] = levels[(levels.size - 1) // 2]
        elif counts[mine].any():
            usual[number] = np.cumsum(sums[mine])[-1] / counts[mine].sum()
    return usual


def _centred(values: npt.NDArray[np.generic], length: int) -> Floats:
    """Sums over the windows of `length` buckets around each bucket, shorter ones at the two ends."""
    before = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    at = np.arange(values.size)
    first, last = np.maximum(at - length // 2, 0), np.minimum(at + (length + 1) // 2, values.size)
    sums: Floats = before[last] - before[first]
    return sums


def without_days_that_come_back(marked: Mask, day: Ints) -> Mask:
    """The marks without those of weekdays that are marked in every week: the course of the week.

    Saturday and Sunday are one; any other weekday needs three weeks, or to explain all marks with others.

    Parameters
    ----------
    marked : ndarray of bool, shape (buckets,)
        Hours.
    day : ndarray of int64, shape (buckets,)
        Day number since 1970-01-01 of each.

    Returns
    -------
    ndarray of bool, shape (buckets,)
        Nothing at all where the marks are of most working days and of no weekend.
    """
    first = int(day[0])
    days = np.bincount(day - first)
    share = np.bincount(day - first, marked) / np.maximum(days, 1)
    number = np.arange(days.size) + first + 3
    weekday, week = number % 7, number // 7
    whole, high = days >= 12, share >= 0.5
    back, perhaps = np.zeros(7, dtype=np.bool_), np.zeros(7, dtype=np.bool_)
    for names in ((0,), (1,), (2,), (3,), (4,), (5, 6)):
        mine = whole & np.isin(weekday, names)
        weeks = np.unique(week[mine]).size
        if weeks > 1 and high[mine].all():
            perhaps[list(names)] = True
            back[list(names)] = weeks > 2 or len(names) > 1
    if perhaps[weekday[whole & high]].all():  # two of a weekday may be chance, but nothing else is left
        back = perhaps
    weekend = weekday >= 5
    working = whole & ~weekend
    if (whole & weekend).any() and not (high & weekend).any() and high[working].sum() >= 0.75 * working.sum():
        return np.zeros_like(marked)
    kept: Mask = marked & ~back[weekday][day - first]
    return kept
