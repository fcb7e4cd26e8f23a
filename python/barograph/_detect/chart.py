"""What all control charts have: a level that is given or learnt, a limit, batches and a stream."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from .._baseline import Band
from .._given_bytes import as_bytes
from .._given_numbers import _count, _is_scalar, _number, _numbers_as_read
from .._given_options import real
from .._given_times import _time, _times
from .._state import MAX_BYTES
from .calibration import score_of_log_probability, threshold_for
from .data import Doubles, telemetry_of
from .kinds import kind_of
from .learner import Learner
from .level import level_of
from .result import Detections

_FARTHEST_LIMIT = 2.0**19  # standard deviations: sums are held at twice the limit


class Chart(Learner):
    """What all charts have: a level that is given or learnt, a limit, batches, and a stream of its own."""

    _engine: Any
    _kind: ClassVar[Any]

    def __init__(
        self, target: float | None, sigma: float | None, run_length: float, limit: float | None
    ) -> None:
        self.target = None if target is None else real("target", target)
        self.sigma = None if sigma is None else real("sigma", sigma)
        self.limit = self._limit_of(run_length) if limit is None else real("limit", limit)
        if not 0 < self.limit <= _FARTHEST_LIMIT:
            raise ValueError(f"limit: {limit!r} given, expected above 0 up to {_FARTHEST_LIMIT:,.0f}")
        self._engine = None
        if self.sigma is not None and (self.target is not None or not self._needs_target):
            self._start()

    _needs_target: ClassVar[bool] = True

    def _limit_of(self, run_length: float) -> float:
        raise NotImplementedError

    def _new(self, target: float, sigma: float) -> Any:
        raise NotImplementedError

    def _start(self) -> None:
        self._engine = self._new(0.0 if self.target is None else self.target, self._sigma())

    def _sigma(self) -> float:
        if self.sigma is None:
            raise ValueError(f"{type(self).__name__}: no sigma yet, expected sigma= or fit(x) first")
        return self.sigma

    def fit(self, x: Any) -> Self:
        """Learn the level and the scale that were not given from values in control; returns self.

        Parameters
        ----------
        x : series
            Median and 1.4826 times the median absolute deviation of its values are taken, where that is 0 the
            standard deviation. The chart's own stream begins anew.

        Raises
        ------
        ValueError
            If no value is finite, or all are the same and `sigma` was not given.
        """
        values = self._values(x)[1]
        level = level_of(values)
        scale = level.scale if level.scale > 0 else level_of(values, "mean").scale
        if self.sigma is None:
            if not scale > 0:
                raise ValueError("x: values without any spread given, expected some; or give sigma")
            self.sigma = scale
        if self.target is None:
            self.target = level.expected
        self._start()
        return self

    def score(self, x: Any, *, baseline: Any = None) -> Doubles:
        """The chart's statistic after each row, from a chart that begins in control.

        Parameters
        ----------
        x : series
            NaN has the score NaN and changes nothing.
        baseline : Band, optional
            What was normal at each row (:func:`barograph.rolling_baseline`, with ``closed="left"``), instead
            of `target` and `sigma`.

        Returns
        -------
        ndarray of float64, shape (n,)
            In standard deviations; above `limit` is an alarm.
        """
        return self._statistics(self._values(x)[1], baseline)

    def detect(
        self, x: Any, timestamps: Any = None, *, baseline: Any = None, contamination: float | None = None
    ) -> Detections:
        """Judge each row; a chart without a level learns it from `x` itself.

        Parameters
        ----------
        x : series
            What to judge.
        timestamps : array-like or str, optional
            Times of the rows, or the column of `x` that has them.
        baseline : Band, optional
            As of `score`.
        contamination : float, optional
            Flag this share of the rows; by default those above `limit`.

        Returns
        -------
        Detections
            `score` from 1 / run length of a chart whose limit would be the statistic.
        """
        data, values = self._values(x, timestamps)
        if self._engine is None and baseline is None:
            self.fit(values)
        statistic = self._statistics(values, baseline)
        score = score_of_log_probability(self._log_rate(statistic))
        if contamination is None:
            threshold = float(score_of_log_probability(self._log_rate(np.array([self.limit])))[0])
            flagged = statistic > self.limit
        else:
            threshold = threshold_for(score, 0.5, contamination)
            flagged = score >= threshold
        expected: Any = self.target
        if baseline is not None:
            expected = _column(baseline.expected)
        kind = kind_of(data.names[0]) if data.names else ""
        return Detections(
            score,
            time=data.time,
            zone=data.zone,
            value=values,
            threshold=threshold,
            is_anomaly=flagged,
            expected=expected,
            kind=np.where(flagged, kind, ""),
            method=f"{self!r}; run length {self.run_length():,.0f} rows",
        )

    def run_length(self, shift: float = 0.0) -> float:
        """Rows until an alarm, on average, where values are independent and normal.

        Parameters
        ----------
        shift : float, default 0
            How far the mean is off, in standard deviations: 0 gives the distance of false alarms, others the
            delay until they are found.
        """
        raise NotImplementedError

    def _statistics(self, values: Doubles, baseline: Any) -> Doubles:
        if baseline is None:
            engine = self._new(0.0 if self.target is None else self.target, self._sigma())
        else:
            if not isinstance(baseline, Band):
                raise TypeError(
                    f"baseline: {type(baseline).__name__} given, expected a Band, as of rolling_baseline"
                )
            band = Band(*(_column(part) for part in baseline))
            values, engine = np.ascontiguousarray(band.score(values)), self._new(0.0, 1.0)
        return self._run(engine, values)

    def _run(self, engine: Any, values: Doubles) -> Doubles:
        raise NotImplementedError

    def _log_rate(self, statistic: Doubles) -> Doubles:
        """log of the rate of alarms of a chart in control whose limit is the statistic."""
        raise NotImplementedError

    @staticmethod
    def _values(x: Any, timestamps: Any = None) -> tuple[Any, Doubles]:
        data = telemetry_of(x, timestamps)
        if not data.is_series:
            raise ValueError(f"x: {data.values.shape[1]} columns given, expected one series")
        return data, data.values

    # ---- the stream ----
    def update(self, x: Any) -> Self:
        """Take a value, or all values of an array, into the chart's own stream; returns self.

        Parameters
        ----------
        x : float or array-like of shape (n,)
            NaN is missing.
        """
        engine = self._stream()
        if _is_scalar(x):
            engine.update(_number("x", x))
        else:
            engine.statistics(_numbers_as_read("x", x))
        return self

    def _stream(self) -> Any:
        if self._engine is None:
            self._start()  # raises, naming what is missing
        return self._engine

    @property
    def count(self) -> int:
        """Values in the stream."""
        return int(self._stream().count())

    @property
    def statistic(self) -> float:
        """The statistic now, in standard deviations."""
        raise NotImplementedError

    @property
    def alarmed(self) -> bool:
        """Whether the statistic is beyond the limit now."""
        return self.statistic > self.limit

    def reset(self) -> None:
        """Begin the stream anew; level and limit stay."""
        self._stream().reset()

    def copy(self) -> Self:
        """Return an independent copy."""
        return self._of(self._stream().copy(), self.limit)

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the stream, the same in C++; the limit is not in them."""
        data: bytes = self._stream().to_bytes()
        return data

    @classmethod
    def from_bytes(
        cls, data: bytes | bytearray | memoryview, *, limit: float | None = None, max_bytes: int = MAX_BYTES
    ) -> Self:
        """Read a chart back.

        Parameters
        ----------
        data : bytes-like
            What `to_bytes` gave, here or in C++. It need not be trusted.
        limit : float, optional
            In standard deviations; by default that of a run length of 10,000.
        max_bytes : int, default 64 MiB
            Refuse more than this.

        Raises
        ------
        ValueError
            If the bytes are truncated, damaged, of another kind, or no values lead to them.
        """
        return cls._of(cls._kind.from_bytes(as_bytes(data), max_bytes), limit)

    @classmethod
    def _of(cls, engine: Any, limit: float | None) -> Self:
        raise NotImplementedError

    def _identity(self) -> Any:
        return self.to_bytes(), self.limit

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the stream as canonical bytes."""
        return {**self.__dict__, "_engine": None if self._engine is None else self.to_bytes()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        data = state.pop("_engine")
        self.__dict__.update(state)
        self._engine = None if data is None else self._kind.from_bytes(data, MAX_BYTES)


def _column(part: Any) -> Doubles:
    """A part of a band as it is or as a number for each row, without its index."""
    return telemetry_of(part, name="baseline").values


class TimedChart(Chart):
    """A chart whose pieces merge when they follow each other in time."""

    def update(self, x: Any, n: int = 1, *, times: Any = None) -> Self:
        """Take a value (n times), or all values of an array, into the chart's own stream; returns self.

        Parameters
        ----------
        x : float or array-like of shape (n,)
            NaN is counted apart.
        n : int, default 1
            How often a single value is to be counted.
        times : instant, number of seconds, or array-like of them, optional
            When they were; one that is not after the newest is counted in `late` and left out. By default a
            second after the newest.
        """
        engine = self._stream()
        if _is_scalar(x):
            value, repeated = _number("x", x), _count("n", n)
            if times is None:
                engine.update(value, repeated)
            else:
                engine.update_at(_time("times", times), value, repeated)
        elif n != 1:
            raise ValueError("n: given with an array, expected only with a single value")
        elif times is None:
            engine.update_many(_numbers_as_read("x", x))
        else:
            engine.update_many_at(_times("times", times), _numbers_as_read("x", x))
        return self

    def merge(self, other: Self) -> Self:
        """Add a piece of the same chart that comes before or after this one in time; returns self.

        Parameters
        ----------
        other : chart of the same kind
            It stays as it is.

        Raises
        ------
        ValueError
            If the pieces overlap in time or the charts differ; nothing is changed then.
        """
        if type(other) is not type(self):
            raise TypeError(f"merge: {type(other).__name__} given, expected another {type(self).__name__}")
        self._stream().merge(other._stream())
        return self

    def __iadd__(self, other: Self) -> Self:
        """Merge."""
        return self.merge(other)

    def __add__(self, other: Self) -> Self:
        """Return the merge of two pieces; both stay as they are."""
        return self.copy().merge(other)

    @property
    def nan_count(self) -> int:
        """Number of missing values (NaN)."""
        return int(self._stream().nan_count())

    @property
    def late(self) -> int:
        """Values that were not after the newest: left out."""
        return int(self._stream().late())
