"""What several detectors say together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .._given_options import whole
from .calibration import LN_10, check_alpha, score_of_log_probability, threshold_for
from .data import Doubles
from .options import listed
from .result import Attribution, Detections


def agreement(
    detections: Sequence[Detections], *, alpha: float = 0.001, least: int = 0,
    contamination: float | None = None,
) -> Detections:  # fmt: skip
    """Join what several detectors found in the same rows.

    Parameters
    ----------
    detections : sequence of Detections
        Of the same rows, with scores that are calibrated, as those of :mod:`barograph.detect` are.
    alpha : float, default 0.001
        False alarms a row of all together.
    least : int, default 0
        How many detectors must themselves have flagged a row as well.
    contamination : float, optional
        Flag this share of the rows instead.

    Returns
    -------
    Detections
        `score` of the harmonic mean of the probabilities; `attribution` has a column for each detector, the
        share of the row's strangeness that it saw; expected values and limits are those of the first.

    Raises
    ------
    ValueError
        For no detections, or different lengths.

    Notes
    -----
    The harmonic mean of probabilities holds its rate although detectors that look at the same rows depend on
    each other, within a factor of about log(number of detectors) at worst; one that is very sure counts more
    than several that are a little surprised.

    References
    ----------
    D. J. Wilson, "The harmonic mean p-value for combining dependent tests", PNAS 116 (2019).

    Examples
    --------
    >>> x = [10.0, 12.0, 11.0, 9.0, 10.0, 11.0, 30.0, 10.0] * 3
    >>> found = [bg.detect.ZScore().detect(x), bg.detect.RobustZScore().detect(x)]
    >>> both = bg.detect.agreement(found, least=2)
    >>> both.attribution.names
    ('ZScore', 'RobustZScore')
    """
    parts = listed("detections", detections)
    if not parts:
        raise ValueError("detections: none given, expected at least one")
    for part in parts:
        if not isinstance(part, Detections):
            raise TypeError(f"detections: {type(part).__name__} among them, expected Detections alone")
    sizes = {len(part) for part in parts}
    if len(sizes) > 1:
        raise ValueError(f"detections: of {sorted(sizes)} rows given, expected the same rows for all")
    whole("least", least, 0, len(parts))
    strangeness = np.column_stack([_strangeness(part.score) for part in parts])
    most = strangeness.max(axis=1)
    # log of the mean of 1 / p: in powers of ten of the largest, which alone may be beyond the doubles
    mean = most + np.log10(np.mean(10.0 ** (strangeness - most[:, None]), axis=1))
    score = score_of_log_probability(-mean * LN_10)
    threshold = threshold_for(score, check_alpha(alpha), contamination)
    votes = np.sum([part.is_anomaly for part in parts], axis=0)
    flagged = (score >= threshold) & (votes >= least)
    first = parts[0]
    total = strangeness.sum(axis=1, keepdims=True)
    shares = strangeness / np.where(total > 0, total, 1.0)
    kinds = np.array([part.kind for part in parts])
    kind = kinds[np.argmax(kinds != "", axis=0), np.arange(len(first))]
    return Detections(
        score,
        time=first.time,
        zone=first.zone,
        value=first.value,
        threshold=threshold,
        is_anomaly=flagged,
        expected=first.expected,
        lower=first.lower,
        upper=first.upper,
        kind=np.where(flagged, kind, ""),
        attribution=Attribution(shares * score[:, None], _names(parts)),
        method=f"agreement of {', '.join(_names(parts))}" + (f"; at least {least} of them" if least else ""),
    )


def _strangeness(score: Doubles) -> Doubles:
    """-log10 of the probability that a score stands for; 1 stands for the least double."""
    with np.errstate(divide="ignore"):
        return np.minimum(score / (1.0 - score), 1e6)


def _names(parts: Sequence[Detections]) -> tuple[str, ...]:
    """The first words of the methods, numbered where they are the same."""
    words = [(part.method.split("(")[0].split(":")[0].strip() or "detector") for part in parts]
    return tuple(
        word if words.count(word) == 1 else f"{word} {words[: i + 1].count(word)}"
        for i, word in enumerate(words)
    )
