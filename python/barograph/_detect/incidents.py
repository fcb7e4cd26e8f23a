"""Incidents: intervals with onset, peak and end, made of scores row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt

from .. import _core
from .._cuts import _width
from .._frames import Kind, Table, as_kind, check_kind, default_kind
from .._given_options import whole
from .result import SEVERITIES, Detections


class Incident(NamedTuple):
    """An interval in which something was wrong.

    Attributes
    ----------
    onset : datetime64 or int
        When the score began to stay high, with a finding or a value that was not as expected; a row where
        there are no times.
    alert_on : datetime64 or int
        The first finding.
    peak : datetime64 or int
        Of the highest score.
    end : datetime64 or int
        The last row that was not quiet: a finding, or a value that was not as expected.
    alert_off : datetime64, int or None
        The row that ended it; None while it lasts.
    findings : int
        Anomalous rows in it.
    score : float
        The highest.
    severity : str
        The highest.
    kind : str
        Of the highest score.
    series : tuple of str
        Which series or columns are involved, the one that contributes most first.
    """

    onset: Any
    alert_on: Any
    peak: Any
    end: Any
    alert_off: Any
    findings: int
    score: float
    severity: str
    kind: str
    series: tuple[str, ...]


class Incidents(Sequence[Incident]):
    """Incidents in the order of their onsets.

    Parameters
    ----------
    found : sequence of Incident
        In any order.
    zone : str, optional
        The zone in which times are to be shown.

    Attributes
    ----------
    table : Table
        One row an incident.
    """

    def __init__(self, found: Sequence[Incident], zone: str | None = None) -> None:
        self._found = sorted(found, key=lambda one: one.onset)
        self.zone = zone

    def __len__(self) -> int:
        return len(self._found)

    @overload
    def __getitem__(self, at: int) -> Incident: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Incident]: ...
    def __getitem__(self, at: int | slice) -> Incident | Sequence[Incident]:
        return self._found[at]

    def __iter__(self) -> Iterator[Incident]:
        return iter(self._found)

    @property
    def table(self) -> Table:
        """One row an incident; the series are joined by commas, an alert that lasts has no alert_off."""
        columns: dict[str, Any] = {}
        zones: dict[str, str] = {}
        for name in ("onset", "alert_on", "peak", "end", "alert_off"):
            values = [getattr(one, name) for one in self._found]
            if any(isinstance(v, np.datetime64) for v in values):
                columns[name] = np.array(
                    [np.datetime64("NaT", "ns") if v is None else v for v in values], dtype="datetime64[ns]"
                )
                if self.zone:
                    zones[name] = self.zone
            else:
                columns[name] = np.array([np.nan if v is None else v for v in values])
        for name in ("findings", "score", "severity", "kind"):
            columns[name] = np.array([getattr(one, name) for one in self._found])
        columns["series"] = np.array([", ".join(one.series) for one in self._found], dtype=np.str_)
        return Table(columns, zones)

    def to_frame(self, kind: Kind | None = None) -> Any:
        """One row an incident, as a frame.

        Parameters
        ----------
        kind : {"pandas", "polars", "arrow", "table"}, optional
            Of which library; pandas where it is installed, else barograph's own Table.

        Returns
        -------
        frame
        """
        return as_kind(self.table, default_kind() if kind is None else check_kind(kind, "kind"))

    def __repr__(self) -> str:
        if not self._found:
            return "Incidents: none"
        worst = max(self._found, key=lambda one: one.score)
        text = f"Incidents: {len(self)}; worst {worst.score:.3f}"
        about = ", ".join(t for t in (worst.severity, worst.kind) if t)
        text += f"{f' ({about})' if about else ''} from {_shown(worst.onset)} to {_shown(worst.end)}"
        return text + (f", in {', '.join(worst.series[:3])}" if worst.series else "")

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>{self.table._repr_html_()}"


def incidents(
    detections: Detections | Mapping[str, Detections], *, off: float = 0.5, quiet: int = 3, least: int = 1,
    within: Any = None,
) -> Incidents:  # fmt: skip
    """Make intervals of anomalous rows, in the order of their times.

    Parameters
    ----------
    detections : Detections, or mapping of name to Detections
        Of one series or table, or of several series by name: what overlaps in time is one incident then.
    off : float
        A row with a score below this, 0 to 1, is quiet. Default 0.5: one row in ten scores higher where all
        is well.
    quiet : int
        So many quiet rows in a row end an incident (alert off). Default 3.
    least : int
        An incident has at least so many anomalous rows. Default 1.
    within : str, timedelta or int, optional
        Incidents of several series that follow each other by no more than this are one: a length of time, or
        rows where there are no times. Default none.

    Returns
    -------
    Incidents
        With onset, alert_on, peak, end, alert_off, findings, score, severity, kind, series.

    Examples
    --------
    >>> found = bg.detect.Detections([0.1, 0.6, 0.9, 0.7, 0.1, 0.1, 0.1, 0.2], threshold=0.8)
    >>> bg.detect.incidents(found)[0][:5]
    (1, 2, 2, 3, 6)
    """
    rules = (_unquiet(off), whole("quiet", quiet, 1), whole("least", least, 1))
    if isinstance(detections, Detections):
        _length(within, _timed(detections))
        return Incidents(_of_one(detections, (), rules), detections.zone)
    if not isinstance(detections, Mapping):
        raise TypeError(
            f"detections: {type(detections).__name__} given, expected Detections, or several by name"
        )
    for name, each in detections.items():
        if not isinstance(each, Detections):
            raise TypeError(f"detections: {name!r} is {type(each).__name__}, expected Detections")
    found = [one for name, each in detections.items() for one in _of_one(each, (str(name),), rules)]
    if not found:
        _length(within, any(_timed(each) for each in detections.values()))
        return Incidents([])
    timed = [isinstance(one.onset, np.datetime64) for one in found]
    if any(timed) != all(timed):
        raise ValueError("detections: some have times and others none")
    begin = np.array([_number(one.onset) for one in found], dtype=np.int64)
    end = np.array([_number(one.end) for one in found], dtype=np.int64)
    group = _core.group_intervals(begin, end, _length(within, any(timed)))
    zones = {each.zone for each in detections.values()}
    joined = [
        _joined([one for one, g in zip(found, group, strict=True) if g == k]) for k in range(group.max() + 1)
    ]
    return Incidents(joined, zones.pop() if len(zones) == 1 else None)


def _of_one(found: Detections, names: tuple[str, ...], rules: tuple[float, int, int]) -> list[Incident]:
    at, score, finding = _in_time(found), found.score, found.is_anomaly
    if at is not None:
        score, finding = score[at], finding[at]
    rows = _core.find_incidents(score, finding.astype(np.uint8), *rules)
    out = []
    with np.errstate(invalid="ignore"):
        usual = np.zeros(len(found), dtype=np.bool_)
        if found.value is not None and found.value.ndim == 1:
            usual = (found.value >= found.lower) & (found.value <= found.upper)
    odd = np.flatnonzero(
        finding | ~(usual if at is None else usual[at])
    )  # scores may be high for what lies beside a row
    onsets = odd[np.searchsorted(odd, rows[:, 0])].tolist()
    ends = odd[np.searchsorted(odd, rows[:, 3], "right") - 1].tolist()
    for onset, end, (_, on, _, _, off, findings) in zip(onsets, ends, rows.tolist(), strict=True):
        inside: Any = slice(onset, end + 1) if at is None else at[onset : end + 1]
        peak = onset + int(np.argmax(score[onset : end + 1]))
        level = max(SEVERITIES.index(s) for s in set(found.severity[inside].tolist()))
        begin, alert, top, last = (k if at is None else int(at[k]) for k in (onset, on, peak, end))
        over = None if off == len(found) else off if at is None else int(at[off])
        out.append(
            Incident(
                _when(found, begin), _when(found, alert), _when(found, top), _when(found, last),
                None if over is None else _when(found, over), findings, float(found.score[top]),
                SEVERITIES[level], str(found.kind[top]), names or _columns(found, inside),
            )
        )  # fmt: skip
    return out


def _in_time(found: Detections) -> npt.NDArray[np.intp] | None:
    """The rows by time; None where they come so. A row without a time stays after the one before it."""
    if found.time is None or not len(found):
        return None
    time = found.time.view(np.int64) if found.time.dtype.kind == "M" else found.time
    known = ~(np.isnat(found.time) if found.time.dtype.kind == "M" else np.isnan(time.astype(np.float64)))
    there = time[known]
    if not (there[1:] < there[:-1]).any():
        return None
    last = np.maximum.accumulate(np.where(known, np.arange(len(time)), -1))
    return np.argsort(np.where(last < 0, there[0], time[np.maximum(last, 0)]), kind="stable")


def _columns(found: Detections, inside: Any) -> tuple[str, ...]:
    """The columns of a table that contribute, the largest share first, up to nine tenths of it."""
    if found.attribution is None or found.value is None or found.value.ndim == 1:
        return ()
    share = np.maximum(np.nan_to_num(found.attribution.values[inside]), 0.0).sum(axis=0)
    order = np.argsort(-share, kind="stable")
    enough = np.searchsorted(np.cumsum(share[order]), 0.9 * share.sum()) + 1
    return tuple(found.attribution.names[i] for i in order[:enough] if share[i] > 0)


def _when(found: Detections, row: int) -> Any:
    return row if found.time is None else found.time[row]


def _joined(parts: list[Incident]) -> Incident:
    worst = max(parts, key=lambda one: one.score)
    by_score = sorted(parts, key=lambda one: -one.score)
    ends = [one.alert_off for one in parts]
    return Incident(
        min(one.onset for one in parts), min(one.alert_on for one in parts), worst.peak,
        max(one.end for one in parts), None if any(e is None for e in ends) else max(ends),
        sum(one.findings for one in parts), worst.score,
        SEVERITIES[max(SEVERITIES.index(one.severity) for one in parts)], worst.kind,
        tuple(dict.fromkeys(name for one in by_score for name in one.series)),
    )  # fmt: skip


def _number(at: Any) -> int:
    return int(at.astype("datetime64[ns]").astype(np.int64)) if isinstance(at, np.datetime64) else int(at)


def _timed(found: Detections) -> bool:
    return found.time is not None and found.time.dtype.kind == "M"


def _unquiet(off: Any) -> float:
    try:
        level = float(off)
    except (TypeError, ValueError):
        raise TypeError(f"off: {off!r} given, expected a score, 0 to 1") from None
    if not 0 <= level <= 1:
        raise ValueError(f"off: {off!r} given, expected a score, 0 to 1")
    return level


def _length(within: Any, timed: bool) -> int:
    """How far apart two intervals of one incident may be: nanoseconds, or rows."""
    if within is None:
        return 0
    width = _width(within, "within")
    if (width is not None) != timed:
        raise ValueError(f"within: {within!r} given, expected a length of time with times, rows without")
    length = int(within) if width is None else width
    if length < 0:
        raise ValueError(f"within: {within!r} given, expected 0 or more")
    return length


def _shown(at: Any) -> str:
    if isinstance(at, np.datetime64):
        return str(at.astype("datetime64[s]")).replace("T", " ")
    return f"row {at:,}" if isinstance(at, int) else str(at)
