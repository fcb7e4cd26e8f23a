"""The result of every detector: a score, what was flagged and how sure that is, row by row."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .._frames import Kind, Strings, Table, _plain, as_kind, check_kind, default_kind
from .._frames_integers import integers_of
from .._given_options import whole
from .data import Doubles, times_of
from .options import doubles

if TYPE_CHECKING:
    from .incidents import Incidents

#: Scores from which a flagged row is MEDIUM and HIGH: one row in 10,000 and in 1,000,000.
MEDIUM, HIGH = 0.8, 6 / 7

SEVERITIES = ("", "LOW", "MEDIUM", "HIGH")


def score_of_probability(p: npt.ArrayLike) -> Doubles:
    """The score of a tail probability: s / (1 + s) of s = -log10 p.

    Parameters
    ----------
    p : array-like
        How likely a value at least as strange is where nothing is wrong, 0 to 1.

    Returns
    -------
    ndarray of float64
        In [0, 1]: 0.5 for one row in ten, 0.75 for one in a thousand, 0.857 for one in a million.

    Examples
    --------
    >>> bg.detect.score_of_probability([1.0, 0.1, 0.001, 0.0])
    array([0.  , 0.5 , 0.75, 1.  ])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        s = -np.log10(np.clip(doubles("p", p), 0.0, 1.0))
        return np.asarray(np.where(np.isposinf(s), 1.0, s / (1.0 + s)) + 0.0)


class Attribution(NamedTuple):
    """How much each feature adds to each row's strangeness.

    Attributes
    ----------
    values : ndarray of float64, shape (n, features)
        Higher adds more.
    names : tuple of str
        Of the features.
    """

    values: Doubles
    names: tuple[str, ...]


class Detection(NamedTuple):
    """One anomalous row of a :class:`Detections`."""

    row: int
    time: Any
    value: Any
    score: float
    severity: str
    kind: str
    expected: float
    causes: tuple[str, ...]


class Detections:
    """What a detector found, row by row.

    Parameters
    ----------
    score : array-like, shape (n,)
        Strangeness in [0, 1], higher is more anomalous. NaN is taken as 0: of a row that says nothing.
    time : array-like, optional
        When each row was measured.
    value : array-like, shape (n,) or (n, columns), optional
        What was looked at.
    alarm : array-like, optional
        The score where something begins, 0 while it lasts. By default the score, 0 in the rows of a run of
        anomalies after its first.
    threshold : float or array-like, optional
        Of the score, from which a row is anomalous.
    is_anomaly : array-like of bool, optional
        By default where the score is at least the threshold, nowhere without one. Missing is no anomaly.
    expected, lower, upper : array-like, optional
        What the value should have been.
    severity : array-like of str, optional
        ``HIGH``, ``MEDIUM``, ``LOW``, or empty. By default of the scores of anomalies: HIGH from 6/7 (one row
        in a million), MEDIUM from 0.8 (one in 10,000), else LOW.
    kind : str or array-like of str, optional
        ``latency``, ``cpu``, ``memory``, ``database``, ``errors``, ``traffic``, ... or empty.
    attribution : Attribution, (matrix, names) or mapping of name to column, optional
        How much each feature adds to each row's strangeness.
    method : str
        What was chosen, and why.
    zone : str, optional
        The zone in which times are to be shown.

    Attributes
    ----------
    score, time, value, alarm, threshold, is_anomaly, expected, lower, upper, severity, kind : ndarray
        Of one length; what was not given is NaN, `time` and `value` are None.
    attribution : Attribution or None
        As given.
    method : str
        As given.

    Raises
    ------
    ValueError
        For columns of different lengths, scores outside [0, 1], unknown severities.

    Examples
    --------
    >>> found = bg.detect.Detections([0.1, 0.2, 0.9, 0.3], value=[5.0, 5.1, 9.7, 5.2], threshold=0.8)
    >>> found
    Detections: 1 anomaly in 4 rows; strongest 0.900 (HIGH) at row 2: 9.7
    >>> [d.row for d in found]
    [2]
    >>> found.alarm
    array([0.1, 0.2, 0.9, 0.3])
    """

    def __init__(
        self, score: npt.ArrayLike, *, time: Any = None, value: Any = None, alarm: Any = None,
        threshold: Any = None, is_anomaly: Any = None, expected: Any = None, lower: Any = None,
        upper: Any = None, severity: Any = None, kind: Any = None, attribution: Any = None, method: str = "",
        zone: str | None = None,
    ) -> None:  # fmt: skip
        self.score: Doubles = _unit("score", score)
        n = self.score.size
        self.zone = zone
        self.time: npt.NDArray[Any] | None = None
        if time is not None:
            self.time, found = _times(time)
            self.zone = zone or found
        self.value: Doubles | None = None if value is None else np.atleast_1d(doubles("value", value))
        for name, given in (("time", self.time), ("value", self.value)):
            if given is not None and len(given) != n:
                raise ValueError(f"{name}: {len(given)} rows given, expected {n}, as many as scores")
        self.threshold: Doubles = _column("threshold", threshold, n)
        self.expected: Doubles = _column("expected", expected, n)
        self.lower: Doubles = _column("lower", lower, n)
        self.upper: Doubles = _column("upper", upper, n)
        if is_anomaly is None:
            with np.errstate(invalid="ignore"):
                flagged = self.score >= self.threshold  # NaN: no
        else:
            flagged = _bools(is_anomaly, n)
        self.is_anomaly: npt.NDArray[np.bool_] = flagged
        self.alarm: Doubles = _begins(self.score, flagged) if alarm is None else _unit("alarm", alarm, n)
        self.severity: npt.NDArray[np.str_] = (
            severity_of(self.score, flagged) if severity is None else _severities(severity, n)
        )
        self.kind: npt.NDArray[np.str_] = _texts("kind", "" if kind is None else kind, n)
        self.attribution: Attribution | None = _attribution(attribution, n)
        self.method = method

    def __len__(self) -> int:
        return self.score.size

    @property
    def count(self) -> int:
        """How many rows are anomalous."""
        return int(np.count_nonzero(self.is_anomaly))

    def __iter__(self) -> Iterator[Detection]:
        """Each anomalous row, in the order of the rows."""
        return (self._detection(int(row)) for row in np.flatnonzero(self.is_anomaly))

    def top(self, count: int = 10) -> list[Detection]:
        """Give the rows of the highest scores, most anomalous first, flagged or not.

        Parameters
        ----------
        count : int, default 10
            At most so many.

        Returns
        -------
        list of Detection
        """
        order = np.argsort(-self.score, kind="stable")[: whole("count", count, 0)]
        return [self._detection(int(row)) for row in order]

    def incidents(self, *, off: float = 0.5, quiet: int = 3, least: int = 1) -> Incidents:
        """Make intervals of the anomalous rows, see :func:`barograph.detect.incidents`.

        Parameters
        ----------
        off : float
            A row with a score below this is quiet.
        quiet : int
            So many quiet rows in a row end an incident.
        least : int
            An incident has at least so many anomalous rows.

        Returns
        -------
        Incidents
        """
        from .incidents import incidents

        return incidents(self, off=off, quiet=quiet, least=least)

    def _detection(self, row: int) -> Detection:
        causes: tuple[str, ...] = ()
        if self.attribution is not None:
            parts = self.attribution.values[row]
            order = np.argsort(-parts, kind="stable")
            causes = tuple(self.attribution.names[i] for i in order if parts[i] > 0)
        return Detection(
            row,
            None if self.time is None else self.time[row],
            None if self.value is None else self.value[row].tolist(),
            float(self.score[row]),
            str(self.severity[row]),
            str(self.kind[row]),
            float(self.expected[row]),
            causes,
        )

    @property
    def table(self) -> Table:
        """The rows as a Table: the columns that say something, `attribution_<feature>` at the end."""
        columns: dict[str, Any] = {}
        zones: dict[str, str] = {}
        if self.time is not None:
            columns["time"] = self.time
            if self.zone and self.time.dtype.kind == "M":
                zones["time"] = self.zone
        if self.value is not None and self.value.ndim == 1:
            columns["value"] = self.value
        columns |= {"score": self.score, "alarm": self.alarm}
        for name in ("threshold", "expected", "lower", "upper"):
            column = getattr(self, name)
            if not np.isnan(column).all():
                columns[name] = column
        columns |= {"is_anomaly": self.is_anomaly, "severity": self.severity, "kind": self.kind}
        if self.attribution is not None:
            for i, name in enumerate(self.attribution.names):
                columns[f"attribution_{name}"] = self.attribution.values[:, i]
        return Table(columns, zones)

    def to_frame(self, kind: Kind | None = None) -> Any:
        """The rows as a frame.

        Parameters
        ----------
        kind : {"pandas", "polars", "arrow", "table"}, optional
            Of which library; pandas where it is installed, else barograph's own Table.

        Returns
        -------
        frame
            The columns of `table`.

        Examples
        --------
        >>> found = bg.detect.Detections([0.1, 0.9], threshold=0.5)
        >>> found.to_frame("table").columns
        ['score', 'alarm', 'threshold', 'is_anomaly', 'severity', 'kind']
        """
        return as_kind(self.table, default_kind() if kind is None else check_kind(kind, "kind"))

    def _when(self, row: int) -> str:
        if self.time is None:
            return f"row {row:,}"
        at = self.time[row]
        if self.time.dtype.kind != "M":
            return f"time {at:g}"
        return str(at.astype("datetime64[s]")).replace("T", " ") + (" UTC" if self.zone else "")

    def _finding(self) -> str:
        n, count = len(self), self.count
        if not count:
            return f"no anomaly in {n:,} row{'s' * (n != 1)}"
        row = int(np.argmax(np.where(self.is_anomaly, self.score, -1.0)))
        one = self._detection(row)
        about = ", ".join(t for t in (one.severity, one.kind) if t)
        text = f"{count:,} anomal{'y' if count == 1 else 'ies'} in {n:,} row{'s' * (n != 1)}; strongest "
        text += f"{one.score:.3f}{f' ({about})' if about else ''} at {self._when(row)}"
        if isinstance(one.value, float):
            text += f": {one.value:.4g}"
            if not np.isnan(self.lower[row]) and not np.isnan(self.upper[row]):
                text += f", expected {self.lower[row]:.4g} to {self.upper[row]:.4g}"
            elif not np.isnan(one.expected):
                text += f", expected {one.expected:.4g}"
        if one.causes:
            text += f"; by {', '.join(one.causes[:3])}"
        return text

    def __repr__(self) -> str:
        return f"Detections: {self._finding()}" + (f"\n{self.method}" if self.method else "")

    def _repr_html_(self) -> str:
        shown = self.table.take(np.flatnonzero(self.is_anomaly))
        return f"<p>{html.escape(repr(self))}</p>" + (shown._repr_html_() if len(shown) else "")


def _times(time: Any) -> tuple[npt.NDArray[Any], str | None]:
    if isinstance(time, np.ndarray) and time.dtype.kind in "iuf":
        return time, None  # numbers of the caller, shown as they are
    return times_of(time, "time")


def _unit(name: str, values: Any, n: int | None = None) -> Doubles:
    column = doubles(name, values)
    if column.ndim != 1:
        raise ValueError(f"{name}: {column.ndim} dimensions given, expected 1")
    if n is not None and column.size != n:
        raise ValueError(f"{name}: {column.size} rows given, expected {n}, as many as scores")
    column = np.where(np.isnan(column), 0.0, column)
    if column.size and not (column.min() >= 0 and column.max() <= 1):
        raise ValueError(
            f"{name}: {column.min():g} to {column.max():g} given, expected 0 to 1; "
            "score_of_probability makes scores of tail probabilities"
        )
    return column


def _column(name: str, values: Any, n: int) -> Doubles:
    column = doubles(name, np.nan if values is None else values)
    if column.ndim == 0:
        return np.full(n, column)
    if column.shape != (n,):
        raise ValueError(f"{name}: shape {column.shape} given, expected a number or one for each of {n} rows")
    return column


def _bools(values: Any, n: int) -> npt.NDArray[np.bool_]:
    nullable = integers_of(values)
    column = np.asarray(values) if nullable is None else nullable.values
    if column.shape != (n,) or (column.size and column.dtype.kind != "b"):
        raise ValueError(
            f"is_anomaly: {column.dtype} of shape {column.shape} given, expected a bool for each of {n} rows"
        )
    flagged = column.astype(np.bool_, copy=False)
    return flagged if nullable is None else flagged & nullable.valid


def _texts(name: str, values: Any, n: int) -> npt.NDArray[np.str_]:
    given = _plain(values, name) if np.ndim(values) else np.asarray(values)
    if isinstance(given, Strings):
        given = given.to_numpy()
    if given.dtype.kind == "O":
        missing = [v is None or v != v for v in given.ravel().tolist()]
        given = np.where(np.reshape(missing, given.shape), "", given)
    column = given.astype(np.str_)
    if column.ndim and column.shape != (n,):
        raise ValueError(f"{name}: shape {column.shape} given, expected a text or one for each of {n} rows")
    return np.full(n, column) if column.ndim == 0 else column


def _severities(values: Any, n: int) -> npt.NDArray[np.str_]:
    column = _texts("severity", values, n)
    unknown = set(np.unique(column).tolist()) - set(SEVERITIES)
    if unknown:
        raise ValueError(f"severity: {sorted(unknown)} given, expected HIGH, MEDIUM, LOW or empty")
    return column


def severity_of(score: Doubles, flagged: npt.NDArray[np.bool_]) -> npt.NDArray[np.str_]:
    """The severities of the rows that are flagged, by their scores."""
    level = np.where(flagged, 1 + (score >= MEDIUM).astype(np.int64) + (score >= HIGH), 0)
    return np.asarray(SEVERITIES)[level]


def _begins(score: Doubles, flagged: npt.NDArray[np.bool_]) -> Doubles:
    lasts = flagged.copy()
    lasts[1:] &= flagged[:-1]
    lasts[:1] = False
    return np.where(lasts, 0.0, score)


def _attribution(given: Any, n: int) -> Attribution | None:
    if given is None:
        return None
    if isinstance(given, Mapping):
        names = tuple(str(name) for name in given)
        columns = [_column("attribution", column, n) for column in given.values()]
        values = np.column_stack(columns) if columns else np.empty((n, 0))
    elif isinstance(given, (tuple, list)) and len(given) == 2 and isinstance(given[1], Iterable):
        values, names = doubles("attribution", given[0]), tuple(str(name) for name in given[1])
    else:
        raise TypeError(
            f"attribution: {type(given).__name__} given, expected a matrix with its names, or columns by name"
        )
    if len(set(names)) < len(names):
        raise ValueError(f"attribution: names {list(names)} given, expected each once")
    if values.shape != (n, len(names)):
        raise ValueError(
            f"attribution: shape {values.shape} given, expected {(n, len(names))}: a row for each score, "
            "a column for each name"
        )
    return Attribution(values, names)
