"""From tail probabilities to scores in [0, 1], and from a rate or a share to the threshold among them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from .._given_options import real
from .data import Doubles

LN_10 = math.log(10.0)


def score_of_log_probability(log_p: npt.ArrayLike) -> Doubles:
    """The score of the natural logarithm of a tail probability, where the probability itself would be 0.

    Examples
    --------
    >>> from barograph._detect.calibration import score_of_log_probability
    >>> score_of_log_probability([0.0, -2302.585092994046]).round(4)
    array([0.   , 0.999])
    """
    s = -np.minimum(np.asarray(log_p, dtype=np.float64), 0.0) / LN_10 + 0.0
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(np.isposinf(s), 1.0, s / (1.0 + s)))


def threshold_for(score: Doubles, alpha: float, contamination: float | None) -> float:
    """Where `alpha` lies among calibrated scores, or the least score of the strangest share of rows.

    Raises
    ------
    ValueError
        For a contamination outside (0, 0.5].
    """
    if contamination is None:
        s = -math.log10(alpha)
        return s / (1.0 + s)
    contamination = check_contamination(contamination)
    known = score[~np.isnan(score)]
    return least_of_strangest(known, round(contamination * known.size))


def least_of_strangest(score: Doubles, count: int) -> float:
    """The score that `count` rows reach, or fewer: of rows that tie there none, if not all of them fit.

    It is above 0, as rows that say nothing are never anomalous, and above all scores where no row is.

    Examples
    --------
    >>> from barograph._detect.calibration import least_of_strangest
    >>> import numpy as np
    >>> least_of_strangest(np.array([0.1, 0.5, 0.5, 0.5, 0.9]), 3)
    0.9
    """
    if not score.size:
        return 1.0
    ranked = np.sort(score)
    limit = ranked[-1 - count] if count < ranked.size else 0.0  # the highest score that is not reached
    above = ranked[np.searchsorted(ranked, max(float(limit), 0.0), "right") :]
    return float(above[0] if above.size else np.nextafter(ranked[-1], 2.0))


def check_alpha(alpha: float) -> float:
    """The rate of false alarms itself, or a ValueError."""
    rate = real("alpha", alpha)
    if not 0 < rate < 1:
        raise ValueError(f"alpha: {alpha!r} given, expected above 0 and below 1")
    return rate


def check_contamination(contamination: Any) -> float:
    """Give it as a float; raise an error unless it is a share of rows up to a half."""
    share = real("contamination", contamination)
    if not 0 < share <= 0.5:
        raise ValueError(f"contamination: {contamination!r} given, expected above 0 and at most 0.5, or None")
    return share
