"""Control charts: small shifts that last, found by what adds up; with the run length until a false alarm."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Self

import numpy as np

from .. import _core
from .._states import MAX_BYTES, _count, _is_scalar, _number, _numbers
from .._streams import _instant, _time, _times
from .calibration import score_of_log_probability, threshold_for
from .data import Doubles, telemetry_of
from .kinds import kind_of
from .level import level_of
from .result import Detections

RUN_LENGTH = 10_000.0
_FARTHEST = 7.0  # standard deviations: up to there run lengths of an EWMA are computed


class _Chart:
    """What all charts have: a level that is given or learnt, a limit, batches, and a stream of its own."""

    _engine: Any
    _kind: ClassVar[Any]

    def __init__(
        self, target: float | None, sigma: float | None, run_length: float, limit: float | None
    ) -> None:
        self.target = None if target is None else _number("target", target)
        self.sigma = None if sigma is None else _number("sigma", sigma)
        self.limit = self._limit_of(run_length) if limit is None else _number("limit", limit)
        if not self.limit > 0:
            raise ValueError(f"limit: {limit!r} given, expected above 0")
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
            band = type(baseline)(*(_column(part) for part in baseline))
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
        """Take a value, or all values of an array, into the chart's own stream; returns self."""
        engine = self._stream()
        if _is_scalar(x):
            engine.update(_number("x", x))
        else:
            engine.statistics(_numbers("x", x))
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
        return cls._of(cls._kind.from_bytes(bytes(memoryview(data)), max_bytes), limit)

    @classmethod
    def _of(cls, engine: Any, limit: float | None) -> Self:
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        """Tell whether the canonical bytes and the limits are equal."""
        if type(other) is not type(self):
            return NotImplemented
        return self.to_bytes() == other.to_bytes() and self.limit == other.limit

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as canonical bytes."""
        return _restore, (type(self), self.to_bytes(), self.limit)


def _restore(kind: type[_Chart], data: bytes, limit: float) -> _Chart:
    return kind.from_bytes(data, limit=limit)


def _column(part: Any) -> Doubles:
    """A part of a band as it is or as a number for each row, without its index."""
    return telemetry_of(part, name="baseline").values


class _TimedChart(_Chart):
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
            engine.update_many(_numbers("x", x))
        else:
            engine.update_many_at(_times("times", times), _numbers("x", x))
        return self

    def merge(self, other: Self) -> Self:
        """Add a piece of the same chart that comes before or after this one in time; returns self.

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


class EwmaChart(_TimedChart):
    """Exponentially weighted mean against control limits: small shifts of a known level.

    Parameters
    ----------
    weight : float, default 0.2
        Of the newest value, 0.005 to 1. Small weights find small shifts; 1 is Shewhart's chart.
    target, sigma : float, optional
        Level and standard deviation in control; learnt by `fit` where they are not given.
    run_length : float, default 10,000
        Rows between false alarms, on average, to both sides; the limit is computed from it.
    limit : float, optional
        The limit itself, in standard deviations of the mean.

    Notes
    -----
    The run length is that of independent normal values (Crowder's integral equation); values that depend on
    each other, or have heavy tails, alarm sooner. `score` is the absolute mean in units of its own standard
    deviation.

    References
    ----------
    S. V. Crowder, "A simple method for studying run-length distributions of exponentially weighted moving
    average charts", Technometrics 29 (1987).

    Examples
    --------
    >>> chart = bg.detect.EwmaChart(0.1, target=200.0, sigma=20.0, run_length=500)
    >>> round(chart.limit, 3), round(chart.run_length(shift=1.0), 1)
    (2.814, 10.3)
    >>> chart.update([230.0] * 8).alarmed
    True
    """

    _kind = _core.EwmaChart

    def __init__(
        self, weight: float = 0.2, *, target: float | None = None, sigma: float | None = None,
        run_length: float = RUN_LENGTH, limit: float | None = None,
    ) -> None:  # fmt: skip
        self.weight = _number("weight", weight)
        super().__init__(target, sigma, run_length, limit)

    def _limit_of(self, run_length: float) -> float:
        return _core.ewma_limit(self.weight, _number("run_length", run_length))

    def _new(self, target: float, sigma: float) -> Any:
        return _core.EwmaChart(target, sigma, self.weight)

    def run_length(self, shift: float = 0.0) -> float:
        """Rows until an alarm, on average, for a mean that is `shift` standard deviations off."""
        return _core.ewma_run_length(self.weight, self.limit, _number("shift", shift))

    def _run(self, engine: Any, values: Doubles) -> Doubles:
        absolute: Doubles = np.abs(engine.statistics(values))
        return absolute

    def _log_rate(self, statistic: Doubles) -> Doubles:
        nodes = np.linspace(0.0, _FARTHEST, 36)
        rates = [-math.log(_core.ewma_run_length(self.weight, node, 0.0)) for node in nodes[1:]]
        inside = np.interp(np.minimum(statistic, _FARTHEST), nodes, [0.0, *rates])
        beyond = np.maximum(statistic, _FARTHEST) ** 2 - _FARTHEST**2
        return np.where(np.isnan(statistic), np.nan, inside - beyond / 2)

    @property
    def statistic(self) -> float:
        """The absolute mean now, in units of its own standard deviation."""
        return abs(float(self._stream().statistic()))

    @property
    def mean(self) -> float:
        """The weighted mean now, in the unit of the values."""
        return float(self._stream().mean())

    @classmethod
    def _of(cls, engine: Any, limit: float | None) -> Self:
        chart = cls(engine.weight(), target=engine.target(), sigma=engine.sigma(), limit=limit)
        chart._engine = engine
        return chart

    def __repr__(self) -> str:
        return f"EwmaChart(weight={self.weight:g}, limit={self.limit:.4g})"


class CusumChart(_TimedChart):
    """Two-sided cumulative sums: the quickest chart for a shift of known size that lasts.

    Parameters
    ----------
    k : float, default 0.5
        Reference in standard deviations: half of the shift that is to be found.
    target, sigma : float, optional
        Level and standard deviation in control; learnt by `fit` where they are not given.
    run_length : float, default 10,000
        Rows between false alarms, on average, both sides together; the limit is computed from it.
    limit : float, optional
        The limit itself (h), in standard deviations.

    Notes
    -----
    Sums are held at twice the limit, so that the end of a long shift is seen within 2 limit / k rows. Pieces
    that follow each other in time merge, with equal bytes for any cut. The run length is that of independent
    normal values (Page's integral equation); others alarm sooner. `score` is the larger of both sums.

    References
    ----------
    E. S. Page, "Continuous inspection schemes", Biometrika 41 (1954).

    Examples
    --------
    >>> chart = bg.detect.CusumChart(target=200.0, sigma=20.0, limit=5.0)
    >>> round(chart.run_length()), round(chart.run_length(shift=1.0), 1)
    (465, 10.4)
    >>> chart.update([200.0] * 10 + [230.0] * 6).alarmed
    True
    >>> chart.since  # the last second at which nothing had added up
    np.datetime64('1970-01-01T00:00:09.000000000')
    """

    _kind = _core.CusumChart

    def __init__(
        self, k: float = 0.5, *, target: float | None = None, sigma: float | None = None,
        run_length: float = RUN_LENGTH, limit: float | None = None,
    ) -> None:  # fmt: skip
        self.k = _number("k", k)
        super().__init__(target, sigma, run_length, limit)

    def _limit_of(self, run_length: float) -> float:
        return _core.cusum_limit(self.k, _number("run_length", run_length))

    def _new(self, target: float, sigma: float) -> Any:
        return _core.CusumChart(target, sigma, self.k, 2 * self.limit)

    def run_length(self, shift: float = 0.0) -> float:
        """Rows until an alarm, on average, for a mean that is `shift` standard deviations off."""
        return _core.cusum_run_length(self.k, self.limit, _number("shift", shift))

    def _run(self, engine: Any, values: Doubles) -> Doubles:
        up, down = engine.statistics(values)
        larger: Doubles = np.maximum(up, down)
        return larger

    def _log_rate(self, statistic: Doubles) -> Doubles:
        return _log_rate_of_sums(statistic, self.k, 2 * self.limit)

    @property
    def up(self) -> float:
        """The sum of what is too high, in standard deviations."""
        return float(self._stream().up())

    @property
    def down(self) -> float:
        """The sum of what is too low, in standard deviations."""
        return float(self._stream().down())

    @property
    def statistic(self) -> float:
        """The larger of both sums."""
        return max(self.up, self.down)

    @property
    def since(self) -> np.datetime64:
        """When the larger sum was last 0: after it the shift began."""
        engine = self._stream()
        return _instant(engine.up_since() if self.up >= self.down else engine.down_since())

    @classmethod
    def _of(cls, engine: Any, limit: float | None) -> Self:
        limit = engine.cap() / 2 if limit is None else limit
        chart = cls(engine.k(), target=engine.target(), sigma=engine.sigma(), limit=limit)
        chart._engine = engine
        return chart

    def __repr__(self) -> str:
        return f"CusumChart(k={self.k:g}, limit={self.limit:.4g})"


class PageHinkley(_Chart):
    """Cumulative sums against the mean so far: shifts of a level that nobody knows, which is learnt anew.

    Parameters
    ----------
    delta : float, default 0.5
        Half of the shift that is to be found, in standard deviations.
    sigma : float, optional
        Standard deviation in control; learnt by `fit` where it is not given.
    run_length : float, default 10,000
        The least mean distance of false alarms; the limit is computed from it.
    limit : float, optional
        The limit itself, in standard deviations.

    Notes
    -----
    After an alarm mean and sums begin anew, so that the new level becomes the normal one. The run length is
    that of sums against a known mean, which is shorter: the mean so far follows the values. There is no
    merge: what a value adds depends on the mean of all before it.

    References
    ----------
    D. V. Hinkley, "Inference about the change-point from cumulative sum tests", Biometrika 58 (1971).

    Examples
    --------
    >>> chart = bg.detect.PageHinkley(sigma=10.0)
    >>> x = [200.0] * 50 + [260.0] * 50 + [220.0] * 50
    >>> found = chart.detect(x)
    >>> [d.row for d in found]
    [51, 102]
    """

    _kind = _core.PageHinkley
    _needs_target = False

    def __init__(
        self, delta: float = 0.5, *, sigma: float | None = None, run_length: float = RUN_LENGTH,
        limit: float | None = None,
    ) -> None:  # fmt: skip
        self.delta = _number("delta", delta)
        super().__init__(None, sigma, run_length, limit)

    def fit(self, x: Any) -> Self:
        """Learn the standard deviation from values in control; returns self."""
        super().fit(x)
        self.target = None
        return self

    def _limit_of(self, run_length: float) -> float:
        return _core.cusum_limit(self.delta, _number("run_length", run_length))

    def _new(self, target: float, sigma: float) -> Any:
        return _core.PageHinkley(sigma, self.delta, self.limit)

    def run_length(self, shift: float = 0.0) -> float:
        """Rows until an alarm against a known mean, on average: the least that is to be expected."""
        return _core.cusum_run_length(self.delta, self.limit, _number("shift", shift))

    def _run(self, engine: Any, values: Doubles) -> Doubles:
        statistics: Doubles = engine.statistics(values)
        return statistics

    def _log_rate(self, statistic: Doubles) -> Doubles:
        return _log_rate_of_sums(statistic, self.delta, 2 * self.limit)

    @property
    def statistic(self) -> float:
        """The larger of both sums."""
        engine = self._stream()
        return max(float(engine.up()), float(engine.down()))

    @property
    def mean(self) -> float:
        """The level since the last alarm."""
        return float(self._stream().mean())

    @property
    def alarms(self) -> int:
        """How often the stream has alarmed."""
        return int(self._stream().alarms())

    @classmethod
    def _of(cls, engine: Any, limit: float | None) -> Self:
        chart = cls(engine.delta(), sigma=engine.sigma(), limit=engine.limit())
        chart._engine = engine
        return chart

    def __repr__(self) -> str:
        return f"PageHinkley(delta={self.delta:g}, limit={self.limit:.4g})"


def _log_rate_of_sums(statistic: Doubles, k: float, farthest: float) -> Doubles:
    """Of a CUSUM in control; what is beyond `farthest` counts as that."""
    farthest = min(farthest, 100.0)
    nodes = np.linspace(0.0, farthest, 33)
    at_zero = math.log(min(1.0, math.erfc(k / math.sqrt(2.0))))
    rates = [-math.log(_core.cusum_run_length(k, node, 0.0)) for node in nodes[1:]]
    out: Doubles = np.interp(statistic, nodes, [at_zero, *rates])
    return np.where(np.isnan(statistic), np.nan, np.where(statistic > 0, out, 0.0))
