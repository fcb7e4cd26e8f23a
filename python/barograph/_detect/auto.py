"""The detector that is chosen by what the data is, and says what was chosen and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _core
from .._expanding import expanding_rank
from .calibration import check_contamination, least_of_strangest
from .categories import Categories
from .data import Doubles, Telemetry, telemetry_of
from .kinds import kind_among, kind_of
from .result import Attribution, Detections, severity_of
from .stream import RowTimes, auto_stream
from .table_model import TableModel

#: Share of false findings among the findings that is expected at most, of whole series and tables.
FALSE_SHARE = 0.1

_MISSING = ", and rows or cells that are missing"

#: Evidence of a whole series that stands beside that of its rows, and what it is called.
_APART = {
    "stuck": "stuck", "missing": "missing", "shift": "level shift", "drift": "drift",
    "strength": "season strength", "spread": "spread",
}  # fmt: skip

#: What one of evidence, -log10 p, is worth as a square of a distance, p of which is exp(-square / 2).
_SQUARE = 2 * np.log(10)

#: Rows that a causal table needs before it says anything, and where its model is learnt anew.
WARM_UP = 256

#: From this evidence on, one row in a thousand, a single cell counts.
_SELDOM = 3.0


def auto(
    x: Any, timestamps: Any = None, causal: bool = False, contamination: float | None = None
) -> Detections:
    """Detect what is out of the ordinary in a series or a table, by a method that fits it.

    Parameters
    ----------
    x : array-like, Series or frame
        One-dimensional (or a frame with one column of numbers): a series. Else a table, whose rows are
        judged by all columns together. NaN and infinities are missing. Columns of text are categories, which
        the forests split by too; those that name rows (a text of its own in more than half of them, causally
        in more than half of the first 256) or that are the same in all rows are left out.
    timestamps : array-like or str, optional
        When each row was measured, or the column of `x` that says so. By default a pandas index or a
        column of times, where there is one. Numbers are seconds since 1970.
    causal : bool
        Whether the score of a row may use the rows up to it alone, in the order given: as it would have
        been at the time. ``score`` of the first k rows is then the same whatever comes after. Default False.
    contamination : float, optional
        The share of rows that is flagged, above 0 to 0.5: fewer where rows tie at the limit, or say
        nothing. By default as many as there is evidence for: at most one in ten of the flagged rows is
        expected to be false.

    Returns
    -------
    Detections
        ``score``, ``alarm``, ``is_anomaly``, ``severity``, ``kind``, ``expected``, ``attribution``, ...;
        ``method`` says what was chosen, and why.

    Notes
    -----
    Series, causal=False: distance from the median and from what is usual at that hour of the day (of weekends
    apart, where two of them show they are otherwise; of the week, where three weeks show it fits better),
    smoothed over 1, 3 and 10 rows. causal=True: the numbers of :func:`auto_stream`. Tables: isolation forests
    by depth (standard and extended), one by density, the distance to the 20th nearest of 128 rows and
    Mahalanobis' distance; the two of these four that find a row strangest count, by standard scores.
    Mahalanobis' distance alone is evidence too from one row in ten thousand on, and a single cell far out in
    its column from one in a thousand, whatever the other columns say: by tails as heavy as the rows show.
    With causal=True they are learnt from rows 0 to 255 first (which score 0), and anew whenever the rows have
    doubled, after 8,192 rows at most, from the last 8,192.
    In a whole series of 160 rows or more slow changes are looked for too (a level that shifts and stays, a
    drift, a season that is weaker or stronger, a spread that is wider): each is one finding, beyond chance
    where a series wanders by itself, from about one standard deviation of its rows on.
    Of a whole series rows are flagged whose own value stands out; the smoothing raises the scores of their
    neighbours too. A series, or a column of a table that has times, in which values are missing for longer
    than they usually are has gone silent, and the first row after a gap in steady times tells of it: both are
    findings, by how often rows were missing otherwise, and as severe as that; their scores, and those of slow
    changes, leave what is strange by itself before them. Days are those of the zone of the times. Scores are
    of evidence: 0.75 is one row in a thousand where all is well.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=500)
    >>> x[400:410] += 8
    >>> found = bg.detect.auto(x)
    >>> {d.row for d in found} <= set(range(400, 410))
    True
    >>> found.incidents()[0].severity
    'HIGH'
    """
    if contamination is not None:
        contamination = check_contamination(contamination)
    if not isinstance(causal, (bool, np.bool_)):
        raise TypeError(f"causal: {causal!r} given, expected True or False")
    data = telemetry_of(x, timestamps, with_text=True)
    if data.texts and not data.names:
        raise ValueError(
            f"x: no columns of numbers given, only text: {', '.join(data.texts)}; expected at least one of "
            "numbers (IsolationForest judges rows by text alone)"
        )
    texts = Categories.of(data, WARM_UP if causal else len(data))
    if data.is_series and not (texts.names or (causal and data.texts)):
        if causal:
            found = auto_stream()._detect(data)
            return found if contamination is None else _causal_share(found, contamination)
        return _series(data, contamination, texts.said)
    if data.is_series:
        data = replace(data, values=data.values[:, np.newaxis])
    if data.values.shape[1] == 0:
        raise ValueError("x: no columns of numbers given")
    return _causal_table(data, contamination, texts) if causal else _table(data, contamination, texts)


def _series(data: Telemetry, contamination: float | None, said: str) -> Detections:
    in_time = _in_time(data)
    order, seconds = (np.arange(len(data)), np.empty(0, dtype=np.int64)) if in_time is None else in_time
    period = _period(data.values) if in_time is None else 0
    if in_time is not None:
        seconds = seconds[order]
    clock = seconds if in_time is None else seconds + data.ahead[order]
    got = _core.whole_series(seconds, data.values[order], period, clock)
    back = np.argsort(order, kind="stable")
    column: dict[str, Doubles] = {
        name: got[name][back] for name in ("evidence", "expected", "level", "season", "step", *_APART)
    }
    usual = {86400: "hour of day", 172800: "hour of day", 604800: "hour of week"}.get(got["cycle"], "")
    if got["period"]:
        usual = f"place in a period of {got['period']} rows"
    why = "no times given, and no period seen" if in_time is None else "times cover less than two days"
    method = f"whole series: distance from the median{' and ' * bool(usual)}{usual}"
    method += " (of weekends and of other days)" * (got["cycle"] == 172800)
    method += f", smoothed over 1, 3 and 10 rows{'' if usual else f' ({why})'}"
    method += "; values that are stuck and rows that are missing"
    method += _told(got["slow"], data, order) + said
    names = ["level", usual, "step", *_APART.values()]
    parts = [column[name] for name in ("level", "season", "step", *_APART)]
    if not usual:  # both parts are the distance from the median
        names[:2], parts[:2] = ["level"], [column["level"] + column["season"]]
    margin = got["margin"]
    flagged = _core.stretch_findings(got["tests"], FALSE_SHARE) & got["stands_out"] | (got["stretches"] > 0)
    return _judged(
        column["evidence"], contamination, method, flagged[back], got["stretches"][back],
        time=data.time, value=data.values, expected=column["expected"], zone=data.zone,
        lower=column["expected"] - margin, upper=column["expected"] + margin, kind=kind_among(data.names),
        attribution=Attribution(np.column_stack(parts), tuple(names)),
    )  # fmt: skip


def _told(
    slow: list[tuple[str, int, int, float, float]], data: Telemetry, order: npt.NDArray[np.int64]
) -> str:
    """What changed slowly, and from when on, as a part of a sentence."""
    said = ""
    for kind, begin, end, size, _ in slow:
        if kind == "level":
            what = f"the level is {abs(size):.3g} {'higher' if size > 0 else 'lower'}"
        elif kind == "drift":
            what = f"it {'rises' if size > 0 else 'falls'} by {abs(size):.3g}"
        elif kind == "spread":
            what = f"the spread is {size:.2g} times as large"
        else:
            what = f"the season is {abs(size):.0%} {'stronger' if size > 0 else 'weaker'}"
        at = [
            f"row {row:,}" if data.time is None else _minute(data.time[order[row]])
            for row in (begin, end - 1)
        ]
        until = "on" if end == len(data) else f"to {at[1]}"
        said += f"; from {at[0]} {until} {what}"
    return said


def _minute(at: np.datetime64) -> str:
    return str(at.astype("datetime64[m]")).replace("T", " ")


def _period(values: Doubles) -> int:
    """After how many rows a series repeats: the largest autocorrelation past its first zero; 0 for never."""
    x = np.where(np.isfinite(values), values, np.nan)
    if x.size < 12 or np.isnan(x).all():
        return 0
    with np.errstate(over="ignore", invalid="ignore"):
        spread = np.nanpercentile(x, [1, 50, 99])
        x = np.clip(np.nan_to_num(x, nan=spread[1]), spread[0], spread[2]) - spread[1]
    largest = np.abs(x).max()
    if not 0 < largest < np.inf:
        return 0
    size = 1 << (2 * x.size - 1).bit_length()
    power = np.abs(np.fft.rfft((x - (x / x.size).sum()) / largest, size)) ** 2
    correlation = np.fft.irfft(power, size)[: x.size // 3]
    below = np.flatnonzero(correlation < 0)
    if correlation[0] <= 0 or not below.size:
        return 0
    at = int(below[0] + np.argmax(correlation[below[0] :]))
    return at if correlation[at] > 0.2 * correlation[0] else 0


def _in_time(data: Telemetry) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]] | None:
    """The order of the rows by time and their seconds; a missing time lies between those beside it."""
    if data.time is None or data.seconds is None:
        return None
    known = np.flatnonzero(~np.isnat(data.time))
    if not known.size:
        return None
    seconds = data.seconds
    if known.size < seconds.size:
        between = np.interp(np.arange(seconds.size), known, seconds[known].astype(np.float64))
        seconds = np.where(np.isnat(data.time), between.astype(np.int64), seconds)
    return np.argsort(seconds, kind="stable"), seconds


def _table(data: Telemetry, contamination: float | None, texts: Categories) -> Detections:
    rows, columns = data.values.shape
    if rows == 0:
        return Detections([], time=data.time, value=data.values, method="no rows", zone=data.zone)
    model = TableModel(data.values, texts.codes)
    parts = model.contributions(data.values)
    cells = model.cells(data.values)
    alone = _alone(cells)
    evidence = np.maximum(model.evidence(data.values, texts.codes), alone)
    parts = np.where((alone > 0)[:, np.newaxis], cells * _SQUARE, parts)
    in_time = _in_time(data)
    if in_time is not None:
        order, seconds = in_time
        missing = np.empty((rows, columns))
        for i in range(columns):
            missing[order, i] = _core.missing_runs(
                seconds[order], np.ascontiguousarray(data.values[order, i])
            )
        evidence = np.maximum(evidence, _of_columns(missing))
        parts = np.maximum(parts, missing * _SQUARE)
    return _judged(
        evidence, contamination,
        f"{_what(columns, texts)}: {TableModel.METHOD}{_MISSING if in_time is not None else ''}{texts.said}",
        time=data.time, value=data.values, zone=data.zone, kind=_leading_kind(data, parts),
        attribution=Attribution(np.column_stack([parts, texts.rarity()]), _names(data) + texts.names),
    )  # fmt: skip


def _what(columns: int, texts: Categories) -> str:
    said = f"table of {columns} columns"
    return f"{said} of numbers and {len(texts.names)} of text" if texts.names else said


def _causal_table(data: Telemetry, contamination: float | None, texts: Categories) -> Detections:
    rows, columns = data.values.shape
    strangeness, parts, cells = np.zeros((2, rows)), np.zeros((rows, columns)), np.zeros((rows, columns))
    begin = WARM_UP
    while begin < rows:
        end = min(2 * begin, begin + 8192)
        past = slice(max(0, begin - 8192), begin)
        model = TableModel(data.values[past], texts.codes[past])
        block = data.values[begin:end]
        strangeness[:, begin:end] = model.strangeness(block, texts.codes[begin:end])
        parts[begin:end] = model.contributions(block)
        cells[begin:end] = model.cells(block)
        begin = end
    alone = _alone(cells)
    parts = np.where((alone > 0)[:, np.newaxis], cells * _SQUARE, parts)
    missing = np.zeros((rows, columns))
    if data.time is not None:
        seconds = RowTimes().seconds(data.time, rows)
        missing = _core.missing_so_far(seconds, np.ascontiguousarray(data.values))
        parts = np.maximum(parts, missing * _SQUARE)
    rarity = texts.rarity(WARM_UP)
    rarity[:WARM_UP] = 0.0
    first, second = strangeness[:, WARM_UP:]
    other = np.maximum(_of_columns(missing), alone)[WARM_UP:]
    columns_of, finding = _core.TableJudge().push(first, second, other)
    before = min(WARM_UP, rows)
    score, threshold, alarm = np.concatenate([np.zeros((3, before)), columns_of], axis=1)
    threshold[:before] = np.nan
    found = Detections(
        score, time=data.time, value=data.values, alarm=alarm, threshold=threshold,
        is_anomaly=np.concatenate([np.zeros(before, dtype=bool), finding]), zone=data.zone,
        kind=_leading_kind(data, parts),
        attribution=Attribution(np.column_stack([parts, rarity]), _names(data) + texts.names),
        method=f"{_what(columns, texts)}, each row by the rows before it: {TableModel.METHOD}"
        f"{_MISSING if data.time is not None else ''}{texts.said}; the first "
        f"{WARM_UP} rows are learnt from; findings by LORD++ at 10 %",
    )  # fmt: skip
    return found if contamination is None else _causal_share(found, contamination)


def _of_columns(missing: Doubles) -> Doubles:
    """The evidence of a row: the largest of its columns, of which each has a chance to be it by accident."""
    if not missing.size:
        return np.zeros(len(missing))
    return np.asarray(np.maximum(missing.max(axis=1) - np.log10(missing.shape[1]), 0.0))


def _alone(cells: Doubles) -> Doubles:
    """The evidence of a row by one of its cells, which counts where it is rare, beside two other kinds."""
    evidence = _of_columns(cells) - np.log10(2)
    return np.asarray(np.where(evidence < _SELDOM, 0.0, evidence))


def _judged(
    evidence: Doubles, contamination: float | None, method: str,
    flagged: npt.NDArray[np.bool_] | None = None, of_stretch: Doubles | float = 0.0, **columns: Any,
) -> Detections:  # fmt: skip
    """Flags the rows given, or by false-discovery control, or the share asked for.

    A stretch is as severe as its own evidence, whatever that of its rows.
    """
    score = evidence / (1.0 + evidence)
    if contamination is None:
        if flagged is None:
            p = 10.0**-evidence
            flagged = p <= _core.benjamini_hochberg(p, FALSE_SHARE)
        needed = float(score[flagged].min()) if flagged.any() else 1.0
        method += f"; findings by Benjamini and Hochberg at {100 * FALSE_SHARE:.0f} %"
    else:
        needed = least_of_strangest(score, int(contamination * score.size + 1e-9))
        flagged = score >= needed
        method += f"; the {contamination:.3g} share with the highest scores is flagged"
    gravest = np.maximum(evidence, of_stretch)
    severity = severity_of(gravest / (1.0 + gravest), flagged)
    return Detections(
        score, threshold=needed, is_anomaly=flagged, severity=severity, method=method, **columns
    )


def _causal_share(found: Detections, share: float) -> Detections:
    """A row is flagged if its score is among that share of the highest up to it: no row after it is asked."""
    said = np.flatnonzero(found.score > 0)[:1]  # rows before the first score are not ranked among
    reached = np.ones(len(found))  # by what share of the rows up to it, itself and ties among them
    if said.size:
        ranked = found.score[said[0] :]
        reached[said[0] :] = expanding_rank(ranked, method="max", ascending=False, pct=True)
    return Detections(
        found.score, time=found.time, value=found.value, alarm=found.alarm, zone=found.zone,
        is_anomaly=(reached <= share + 1e-12) & (found.score > 0), expected=found.expected, lower=found.lower,
        upper=found.upper, kind=found.kind, attribution=found.attribution,
        method=f"{found.method.partition('; findings')[0]}; the {share:.3g} share with the highest scores "
        "up to each row is flagged",
    )  # fmt: skip


def _names(data: Telemetry) -> tuple[str, ...]:
    return data.names or tuple(f"column {i}" for i in range(data.values.shape[1]))


def _leading_kind(data: Telemetry, parts: Doubles) -> npt.NDArray[np.str_]:
    """For each row the kind of the column that adds most."""
    kinds = np.array([kind_of(name) for name in _names(data)])
    return np.asarray(kinds[np.argmax(parts, axis=1)])
