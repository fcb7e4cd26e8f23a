"""Detection point by point: each score uses the points so far alone."""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .. import _core
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
    "stream: mean of 13 tail probabilities (level, steps, spread, calm, time of day and week, shape) over "
    "the last 5,000 rows, and values that are stuck; each row by the rows before it; "
    "findings by LORD++ at 10 %"
)


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

    def update(self, time: Any, value: float) -> StreamScore:
        """Take the next point.

        Parameters
        ----------
        time : datetime, datetime64, str or number
            When it was measured; a number is seconds since 1970. None: a second after the row before.
        value : float
            What was measured. NaN and infinities count as the value before.

        Returns
        -------
        StreamScore
            Score, alarm, is_anomaly, threshold, expected.
        """
        seconds = _seconds(None if time is None else times_of([time], "time")[0], 1, self._rows)
        columns, finding, _ = self._push(seconds, np.array([value], dtype=np.float64))
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
        seconds = _seconds(data.time, len(data), self._rows)
        columns, finding, parts = self._push(seconds, data.values)
        score, threshold, alarm, expected, margin = columns
        return Detections(
            score, time=data.time, value=data.values, alarm=alarm, threshold=threshold, is_anomaly=finding,
            expected=expected, lower=expected - margin, upper=expected + margin, kind=kind_among(data.names),
            attribution=Attribution(parts, _core.STREAM_WAYS), method=METHOD, zone=data.zone,
        )  # fmt: skip

    def _push(
        self, seconds: npt.NDArray[np.int64], values: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
        self._rows += values.size
        return self._detector.push(seconds, values)

    def __copy__(self) -> StreamDetector:
        """Go on from here twice."""
        other = StreamDetector()
        other._detector = copy.copy(self._detector)
        other._rows = self._rows
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


def _seconds(time: npt.NDArray[np.datetime64] | None, rows: int, before: int) -> npt.NDArray[np.int64]:
    """The times in seconds; where a time is missing or none were given, the number of the row."""
    numbers = np.arange(before, before + rows, dtype=np.int64)
    if time is None:
        return numbers
    return np.where(np.isnat(time), numbers, time.astype("datetime64[s]").astype(np.int64))
