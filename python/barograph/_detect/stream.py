"""Detection point by point: each score uses the points so far alone."""

from __future__ import annotations

import copy
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from .. import _core
from .._given_bytes import as_bytes
from .data import Telemetry, telemetry_of, times_of
from .kinds import kind_among
from .result import Attribution, Detections


class StreamScore(NamedTuple):
    """What a point of a stream is worth.

    Attributes
    ----------
    score : float
        In [0, 1), as in :class:`Detections`.
    alarm : float
        In [0, 1): 0 while an alarm lasts.
    is_anomaly : bool
        Whether the point is a finding.
    threshold : float
        The score from which it is.
    expected : float
        What the value was to be by the time of day and week.
    """

    score: float
    alarm: float
    is_anomaly: bool
    threshold: float
    expected: float


METHOD = (
    "stream: mean of 13 tail probabilities (level, time of day and week, shape; less so steps, spread, calm) "
    "over the last 5,000 rows, values that are stuck, rows that are missing, a level or a season that is "
    "left for longer, and a spread that widens; each row by the rows before it; "
    "findings by LORD++ at 10 %"
)


class RowTimes:
    """The seconds of rows as they come; a row without a time follows at the last distance of two rows."""

    def __init__(self) -> None:
        self._known: tuple[int, int] | None = None  # the last second that was given, and how many rows ago
        self._step = 1
        self._rows = 0

    def seconds(self, time: npt.NDArray[np.datetime64] | None, rows: int) -> npt.NDArray[np.int64]:
        """The seconds of the next rows, whose times are given where they are known.

        Examples
        --------
        >>> from barograph._detect.stream import RowTimes
        >>> clock = RowTimes()
        >>> clock.seconds(np.array([60, 120, "NaT", "NaT", 300], dtype="datetime64[s]"), 5)
        array([ 60, 120, 180, 240, 300])
        >>> clock.seconds(None, 2)
        array([360, 420])
        """
        row = np.arange(rows, dtype=np.int64)
        if not rows:
            return row
        missing = np.ones(rows, dtype=np.bool_) if time is None else np.isnat(time)
        known = np.flatnonzero(~missing)
        given = np.empty(0, dtype=np.int64)
        if time is not None:
            given = time[known].astype("datetime64[s]").astype(np.int64)
        second, ago = self._known or (-1, self._rows + 1)
        # the row, the second and the distance to go on from: of the rows before, and of each known one
        at, seconds = np.append(-ago, known), np.append(second, given)
        step = np.append(self._step, np.maximum(np.diff(seconds) // np.diff(at), 1))
        if self._known is None:
            step[1:2] = 1  # nothing came before it
        before = np.searchsorted(known, row, "right")
        out: npt.NDArray[np.int64] = seconds[before] + (row - at[before]) * step[before]
        if known.size or self._known is not None:
            self._known = (int(seconds[-1]), rows - int(at[-1]))
        self._step = int(step[-1])
        self._rows += rows
        return out

    @property
    def rows(self) -> int:
        """How many rows have come."""
        return self._rows

    def state(self) -> tuple[int, int, int, int]:
        """The last second given, how many rows ago (0: none was), the distance of rows, and their number."""
        return (*(self._known or (0, 0)), self._step, self._rows)

    @classmethod
    def of_state(cls, second: int, ago: int, step: int, rows: int) -> Self:
        clock = cls()
        clock._known = (second, ago) if ago else None
        clock._step, clock._rows = step, rows
        return clock


class StreamDetector:
    """How strange each point of a stream is, as :func:`auto` with ``causal=True`` has it, point by point.

    Examples
    --------
    >>> import numpy as np
    >>> stream = bg.detect.auto_stream()
    >>> x = np.random.default_rng(0).normal(size=1000)
    >>> found = stream.update_many(np.arange(1000) * 60, x)
    >>> stream.update(60_000, 12.0).is_anomaly
    True
    """

    def __init__(self) -> None:
        self._detector = _core.StreamDetector()
        self._rows = 0
        self._clock = RowTimes()

    def update(self, time: Any, value: float) -> StreamScore:
        """Take the next point.

        Parameters
        ----------
        time : datetime, datetime64, str or number
            When it was measured; a number is seconds since 1970. None: after the row before by the distance
            of that one to its own, at first a second. Days are those of its zone.
        value : float
            What was measured. NaN, infinities and None are missing: many in a row are a finding, as are rows
            that do not come at the usual step; else they count as the value before.

        Returns
        -------
        StreamScore
            Score, alarm, is_anomaly, threshold, expected.
        """
        at, zone = (None, None) if time is None else times_of([time], "time")
        columns, finding, _ = self._push(Telemetry(np.array([value], dtype=np.float64), (), at, zone))
        score, threshold, alarm, expected, _ = columns[:, 0].tolist()
        return StreamScore(score, alarm, bool(finding[0]), threshold, expected)

    def update_many(self, time: Any, values: Any) -> Detections:
        """Take many points, in the order given; the same numbers as one by one.

        Parameters
        ----------
        time : array-like or None
            As in :meth:`update`, one for each value.
        values : array-like
            What was measured.
        """
        return self._detect(telemetry_of(values, time, name="values"))

    def _detect(self, data: Telemetry) -> Detections:
        if not data.is_series:
            raise ValueError(f"values: {data.values.ndim} dimensions given, expected 1")
        columns, finding, parts = self._push(data)
        score, threshold, alarm, expected, margin = columns
        with np.errstate(over="ignore"):
            lower, upper = expected - margin, expected + margin
        return Detections(
            score, time=data.time, value=data.values, alarm=alarm, threshold=threshold, is_anomaly=finding,
            expected=expected, lower=lower, upper=upper, kind=kind_among(data.names),
            attribution=Attribution(parts, _core.STREAM_WAYS), method=METHOD, zone=data.zone,
        )  # fmt: skip

    def _push(
        self, data: Telemetry
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
        self._rows += len(data)
        return self._detector.push(self._clock.seconds(data.time, len(data)), data.values, data.ahead)

    def to_bytes(self) -> bytes:
        """Give everything that is remembered as bytes, the same that C++ writes and reads; up to 800 kB.

        Examples
        --------
        >>> stream = bg.detect.auto_stream()
        >>> found = stream.update_many(None, np.sin(np.arange(500.0)))
        >>> later = bg.detect.StreamDetector.from_bytes(stream.to_bytes())
        >>> later.update(None, 3.0) == stream.update(None, 3.0)
        True
        """
        self._detector.set_clock(*self._clock.state())
        return self._detector.to_bytes()

    @classmethod
    def from_bytes(cls, data: bytes, max_bytes: int = 64 << 20) -> Self:
        """Go on where the stream that wrote these bytes was: with the same numbers.

        Parameters
        ----------
        data : bytes
            What :meth:`to_bytes` gave.
        max_bytes : int, default 64 MiB
            Refuse more than this.

        Raises
        ------
        ValueError
            For bytes that are truncated, damaged, of another kind, or that no stream can have.
        """
        stream = cls()
        stream._detector = _core.StreamDetector.from_bytes(as_bytes(data), max_bytes)
        stream._clock = RowTimes.of_state(*stream._detector.clock())
        stream._rows = stream._clock.rows
        return stream

    def __reduce__(self) -> tuple[Any, ...]:
        data = self.to_bytes()
        return type(self).from_bytes, (data, len(data))

    def __eq__(self, other: object) -> bool:
        """Whether the other goes on with the same numbers."""
        if not isinstance(other, StreamDetector):
            return NotImplemented
        return self.to_bytes() == other.to_bytes()

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> StreamDetector:
        """Go on from here twice."""
        other = StreamDetector()
        other._detector = copy.copy(self._detector)
        other._rows = self._rows
        other._clock = copy.copy(self._clock)
        return other

    def __len__(self) -> int:
        """How many points have come."""
        return self._rows

    def __repr__(self) -> str:
        return f"StreamDetector({self._rows:,} rows so far)"


def auto_stream() -> StreamDetector:
    """Detect point by point what is out of the ordinary.

    Returns
    -------
    StreamDetector
        ``.update(time, value)`` gives score and alarm: the numbers of ``auto(x, timestamps, causal=True)``.

    Examples
    --------
    >>> stream = bg.detect.auto_stream()
    >>> stream.update("2026-03-01T12:00", 41.0)
    StreamScore(score=0.0, alarm=0.0, is_anomaly=False, threshold=0.75, expected=41.0)
    """
    return StreamDetector()
