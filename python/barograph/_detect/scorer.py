"""How good detections and rankings of causes are, where the truth is known."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from .._cuts import _width
from .._frames import Table, kind_of
from .._given_options import real, whole
from . import measures
from .data import Doubles
from .options import listed
from .truth import Bools, Closed, Found, Times, found_of, runs_of, truth_of

_DAY = 86_400 * 10**9
_LONGEST_BUFFER = 100


@dataclass(frozen=True, repr=False)
class NabScores:
    """The Numenta benchmark's score in its three profiles: 100 is perfect, 0 is what silence gets.

    Attributes
    ----------
    standard, low_fp, low_fn : float
        Profiles: false alarms cost twice as much in `low_fp`, missed windows in `low_fn`.
    best : float
        The standard profile at its best threshold for this series.
    """

    standard: float
    low_fp: float
    low_fn: float
    best: float

    def __repr__(self) -> str:
        return (
            f"NAB: standard {_number(self.standard)}, low FP {_number(self.low_fp)}, "
            f"low FN {_number(self.low_fn)}; best threshold {_number(self.best)}"
        )


@dataclass(frozen=True, repr=False)
class DetectionScore:
    """How detections compare with the truth. A measure that is not defined is NaN.

    Attributes
    ----------
    precision, recall, f1 : float
        Of rows.
    event_precision, event_recall, event_f1 : float
        Of alarms (runs of flagged rows) that touch a true interval, and of true intervals that were found.
    aucpr, aucroc, vus_pr : float
        Areas under curves over all thresholds (average precision; ROC), and the volume under the surface,
        which forgives detections up to `buffer` rows beside an interval.
    nab : NabScores
        The Numenta benchmark's score, which prizes early detection.
    events, found, alarms, false_alarms : int
        True intervals; those found in time; runs of flagged rows; those that touch no true interval.
    delays : ndarray of float64
        From the begin of each true interval to the first flagged row in it: seconds, or rows where there are
        no times; NaN where it was missed.
    time_to_detect : float
        The median of the delays that are.
    false_alarms_a_day : float
        False alarms in a day of normal time; NaN without times.
    threshold : float
        From which rows were flagged; NaN where the detector itself flagged them.
    rows, days : int, float
        How much was looked at; days are NaN without times.
    """

    precision: float
    recall: float
    f1: float
    event_precision: float
    event_recall: float
    event_f1: float
    aucpr: float
    aucroc: float
    vus_pr: float
    nab: NabScores
    events: int
    found: int
    alarms: int
    false_alarms: int
    delays: Doubles
    time_to_detect: float
    false_alarms_a_day: float
    threshold: float
    rows: int
    days: float

    def to_dict(self) -> dict[str, float]:
        """Every measure by its name; the profiles of the benchmark as ``nab_standard`` and so on."""
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("nab", "delays")}
        return plain | {f"nab_{f.name}": getattr(self.nab, f.name) for f in fields(self.nab)}

    def __repr__(self) -> str:
        length = f"{self.rows:,} rows" if math.isnan(self.days) else f"{self.days:.3g} days"
        s = "" if self.false_alarms == 1 else "s"
        lines = [
            f"DetectionScore: {self.found} of {self.events} anomalies found, "
            f"{self.false_alarms} false alarm{s} in {length}",
            f"{'':8}{'precision':>10}{'recall':>8}{'F1':>8}",
            f"{'rows':8}{self.precision:10.3f}{self.recall:8.3f}{self.f1:8.3f}",
            f"{'events':8}{self.event_precision:10.3f}{self.event_recall:8.3f}{self.event_f1:8.3f}",
            f"AUCPR {self.aucpr:.3f}, AUCROC {self.aucroc:.3f}, VUS-PR {self.vus_pr:.3f}",
            repr(self.nab),
        ]
        if not math.isnan(self.time_to_detect):
            when = (
                f"{self.time_to_detect:g} rows" if math.isnan(self.days) else _duration(self.time_to_detect)
            )
            lines.append(f"median time to detect {when}")
        if not math.isnan(self.false_alarms_a_day):
            lines.append(f"{self.false_alarms_a_day:.3g} false alarms a day")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"


def score_detections(
    detections: Any,
    truth: Any,
    *,
    timestamps: Any = None,
    threshold: float | None = None,
    closed: Closed | None = None,
    max_delay: int | str | timedelta | None = None,
    buffer: int | None = None,
) -> DetectionScore:
    """Score detections against what is known to be true: by rows, by intervals, and by how early.

    Parameters
    ----------
    detections : Detections, array-like or frame
        A result of a detector; scores, higher is more anomalous (NaN: not anomalous); bools; or a frame with
        a column ``score`` or ``is_anomaly``, and one of times where there is one.
    truth : array-like, pairs, frame or Dataset
        A label for each row (0 and 1, or bools). Or intervals: pairs of start and end, as times or as
        positions of rows; a frame with columns ``start`` and ``end``, such as ``truth["incidents"]`` of a
        generated Dataset, or the Dataset itself. Times without a zone are taken in that of the rows' times,
        numpy's datetime64 as UTC, as in every result of barograph.
    timestamps : array-like, optional
        Times of the rows, ascending. By default those of `detections`, or its pandas index where that is
        ascending and without NaT.
    threshold : float, optional
        Flags rows whose score reaches it. By default what the detector flagged; of bare scores, the threshold
        of the best F1 (which knows the truth: an upper bound).
    closed : {"both", "left"}, optional
        Whether an interval's end is part of it. By default ``"both"`` for pairs, ``"left"`` for frames.
    max_delay : int, str or timedelta, optional
        An interval found later than this after its begin counts as missed: rows, or a length such as
        ``"10min"``.
    buffer : int, optional
        Widest buffer of VUS-PR, rows. By default the median length of true intervals, at most 100.

    Returns
    -------
    DetectionScore
        With an attribute for each measure and a readable text.

    Raises
    ------
    ValueError, TypeError, KeyError
        For lengths that differ, labels that are none, intervals of time without times.

    Notes
    -----
    No point adjustment: flagging one row of an interval is not taken for flagging all of it,
    which makes noise look good (Kim et al., AAAI 2022). NAB scores the column ``alarm`` of a Detections, in
    which an alarm counts once, without the first 15 % of the rows (at most 750), as the benchmark does;
    silence gets 0, and a detector that never stops may get less.

    References
    ----------
    A. Lavin, S. Ahmad: Evaluating Real-Time Anomaly Detection Algorithms - the Numenta
    Anomaly Benchmark. ICMLA 2015.

    Examples
    --------
    >>> scores = [0.1, 0.2, 0.1, 0.8, 0.9, 0.2, 0.7, 0.1, 0.1, 0.2]
    >>> result = bg.score_detections(scores, [(3, 5)], threshold=0.6)
    >>> round(result.precision, 3), round(result.recall, 3), result.false_alarms
    (0.667, 0.667, 1)
    >>> print(result)
    DetectionScore: 1 of 1 anomalies found, 1 false alarm in 10 rows
             precision  recall      F1
    rows         0.667   0.667   0.667
    events       0.500   1.000   0.667
    AUCPR 0.833, AUCROC 0.905, VUS-PR 0.877
    NAB: standard 95.3, low FP 90.7, low FN 96.9; best threshold 100.0
    median time to detect 0 rows
    """
    seen = found_of(detections, timestamps)
    n = len(seen.score)
    true = truth_of(truth, seen, closed)
    if buffer is not None:
        buffer = whole("buffer", buffer, 0, max(n, _LONGEST_BUFFER))
    by_threshold = measures.by_threshold(seen.score, true)
    flagged, used = _flags(seen, true, threshold)
    events, alarms = runs_of(true), runs_of(flagged)
    delays = _delays(events, flagged, seen.time)
    if max_delay is not None:
        delays = np.where(delays <= _longest(max_delay, seen.time), delays, np.nan)
    found = int(np.isfinite(delays).sum())
    hits = np.concatenate([[0], np.cumsum(true)])
    touching = int((hits[alarms[:, 1] + 1] > hits[alarms[:, 0]]).sum())
    both = int((flagged & true).sum())
    precision, recall = _share(both, int(flagged.sum())), _share(both, int(true.sum()))
    event_precision, event_recall = _share(touching, len(alarms)), _share(found, len(events))
    days, normal_days = _days(seen.time, true)
    if buffer is None:
        length = int(np.median(events[:, 1] - events[:, 0] + 1)) if len(events) else 0
        buffer = min(length, _LONGEST_BUFFER)
    false_alarms = len(alarms) - touching
    return DetectionScore(
        precision=precision, recall=recall, f1=_harmonic(precision, recall),
        event_precision=event_precision, event_recall=event_recall,
        event_f1=_harmonic(event_precision, event_recall),
        aucpr=measures.precision_area(*by_threshold), aucroc=measures.roc_area(*by_threshold),
        vus_pr=measures.volume_under_pr(seen.score, true, buffer), nab=_nab(seen, true, flagged, used),
        events=len(events), found=found, alarms=len(alarms), false_alarms=false_alarms, delays=delays,
        time_to_detect=float(np.nanmedian(delays)) if found else float("nan"),
        false_alarms_a_day=false_alarms / normal_days if normal_days > 0 else float("nan"),
        threshold=used, rows=n, days=days,
    )  # fmt: skip


@dataclass(frozen=True, repr=False)
class CauseScore:
    """How often rankings of causes were right.

    Attributes
    ----------
    ac : dict of int to float
        AC@k: the share of true causes among the first k, mean over faults.
    avg5 : float
        Avg@5: the mean of AC@1 to AC@5.
    mrr : float
        Mean reciprocal rank of the first true cause.
    ranks : ndarray of float64
        The place of the first true cause of each fault, from 1; NaN where it is not in the ranking.
    """

    ac: dict[int, float]
    avg5: float
    mrr: float
    ranks: Doubles

    def __repr__(self) -> str:
        places = ", ".join(f"AC@{k} {value:.3f}" for k, value in self.ac.items())
        return f"CauseScore: {places}, Avg@5 {self.avg5:.3f} over {len(self.ranks)} faults"


def score_causes(found: Any, truth: Any, *, ks: Sequence[int] = (1, 3, 5)) -> CauseScore:
    """Score rankings of causes by AC@k and Avg@5.

    Parameters
    ----------
    found : frame or sequence of names, or a sequence of those
        Rankings of one or several faults: results of :func:`rank_causes`, or names, best first.
    truth : str, collection of str, or a sequence of those
        The true cause, or causes, of each fault.
    ks : sequence of int, default (1, 3, 5)
        For which k AC@k is wanted.

    Returns
    -------
    CauseScore

    Raises
    ------
    ValueError
        If there are not as many rankings as truths.

    Notes
    -----
    With several true causes of one fault, AC@k is the share of min(k, causes) that stand in the
    first k places.

    Examples
    --------
    >>> bg.score_causes([["cart", "web"], ["web", "db", "mail"]], ["cart", "db"])
    CauseScore: AC@1 0.500, AC@3 1.000, AC@5 1.000, Avg@5 0.900 over 2 faults
    """
    one = kind_of(found) is not None or isinstance(found, Mapping)
    given = [found] if one else listed("found", found)
    if given and all(isinstance(name, str) for name in given):
        given, one = [given], True
    rankings = [_names(ranking) for ranking in given]
    truths = [_causes(cause) for cause in ([truth] if one else listed("truth", truth))]
    ks = tuple(whole("ks", k, 1) for k in listed("ks", ks))
    if len(rankings) != len(truths):
        raise ValueError(f"truth: {len(truths)} faults given, expected {len(rankings)}, one for each ranking")
    if not all(truths):
        raise ValueError("truth: a fault without a cause given")
    places = [
        sorted(place for place, name in enumerate(dict.fromkeys(ranking), start=1) if name in true)
        for ranking, true in zip(rankings, truths, strict=True)
    ]

    def accuracy(k: int) -> float:
        shares = [
            sum(p <= k for p in own) / min(k, len(true)) for own, true in zip(places, truths, strict=True)
        ]
        return float(np.mean(shares)) if shares else float("nan")

    ranks = np.array([own[0] if own else np.nan for own in places], dtype=np.float64)
    return CauseScore(
        ac={k: accuracy(k) for k in ks},
        avg5=float(np.mean([accuracy(k) for k in range(1, 6)])),
        mrr=float(np.mean(np.where(np.isnan(ranks), 0.0, 1.0 / ranks))) if ranks.size else float("nan"),
        ranks=ranks,
    )


def _causes(cause: Any) -> set[str]:
    """The true causes of one fault."""
    return {cause} if isinstance(cause, str) else {str(name) for name in listed("truth", cause)}


def _names(ranking: Any) -> list[str]:
    if kind_of(ranking) is not None or isinstance(ranking, Mapping):
        table = Table.of(ranking)
        if not table.columns:
            raise ValueError("found: a frame without columns given, expected one of causes")
        return [str(name) for name in table.array("cause" if "cause" in table else table.columns[0]).tolist()]
    if isinstance(ranking, str) or not isinstance(ranking, Iterable):
        raise TypeError(f"found: {type(ranking).__name__} given, expected a frame or names, best first")
    return [str(name) for name in ranking]


def _flags(seen: Found, true: Bools, threshold: float | None) -> tuple[Bools, float]:
    if threshold is None and seen.flagged is not None:
        return seen.flagged, float("nan")
    if threshold is None:
        known = ~seen.unknown
        levels, reached, found = measures.by_threshold(seen.score[known], true[known])
        used = measures.best_f1(levels, reached, found, int(true.sum()))
    else:
        used = real("threshold", threshold)
    if math.isnan(used):
        raise ValueError("threshold: NaN given, expected a number")
    return np.asarray((seen.score >= used) & ~seen.unknown), used


def _delays(events: npt.NDArray[np.int64], flagged: Bools, time: Times | None) -> Doubles:
    rows = np.flatnonzero(flagged)
    if not len(events) or not rows.size:
        return np.full(len(events), np.nan)
    at = np.searchsorted(rows, events[:, 0])
    first = rows[np.minimum(at, rows.size - 1)]
    there = (at < rows.size) & (first <= events[:, 1])
    if time is None:
        late = (first - events[:, 0]).astype(np.float64)
    else:
        ns = time.astype("datetime64[ns]").view(np.int64)
        late = (ns[first] - ns[events[:, 0]]) / 1e9
    return np.where(there, late, np.nan)


def _longest(max_delay: Any, time: Times | None) -> float:
    width = _width(max_delay, "max_delay")
    if (width is None) != (time is None):
        expected = "a number of rows" if time is None else "a length of time such as '10min'"
        raise TypeError(f"max_delay: {max_delay!r} given, expected {expected}")
    longest = float(max_delay) if width is None else width / 1e9
    if longest < 0:
        raise ValueError(f"max_delay: {max_delay!r} given, expected no negative length")
    return longest


def _days(time: Times | None, true: Bools) -> tuple[float, float]:
    """Days from the first row to the end of the last, and those of rows that are not true."""
    if time is None or len(time) < 2:
        return float("nan"), float("nan")
    steps = np.diff(time.astype("datetime64[ns]").view(np.int64)).astype(np.float64)
    steps = np.append(steps, np.median(steps))
    return float(steps.sum()) / _DAY, float(steps[~true].sum()) / _DAY


def _nab(seen: Found, true: Bools, flagged: Bools, used: float) -> NabScores:
    """Profiles at the flags in use; an alarm that lasts counts once where the detector says when it began."""
    alarm = seen.alarm
    counted = flagged & (alarm > 0) if alarm is not seen.score else flagged
    if not math.isnan(used) and alarm is not seen.score:
        counted = np.asarray(alarm >= used)
    spoken = counted.astype(np.float64)
    windows = measures.NabWindows(true)
    at = {name: windows.at(spoken, p, 1.0).normalized for name, p in measures.PROFILES.items()}
    best = windows.at(alarm, measures.PROFILES["standard"]).normalized
    return NabScores(best=best, **at)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def _harmonic(a: float, b: float) -> float:
    if math.isnan(a) or math.isnan(b):
        return float("nan") if math.isnan(a) and math.isnan(b) else 0.0
    return 2 * a * b / (a + b) if a + b else 0.0


def _number(x: float) -> str:
    return "not defined" if math.isnan(x) else f"{x:.1f}"


def _duration(seconds: float) -> str:
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"
