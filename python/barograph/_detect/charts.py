"""Control charts: small shifts that last, found by what adds up; with the run length until a false alarm."""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np

from .. import _core
from .._given_options import real
from .._given_times import _instant
from .chart import Chart, TimedChart
from .data import Doubles

RUN_LENGTH = 10_000.0
_FARTHEST = 7.0  # standard deviations: up to there run lengths of an EWMA are computed


class EwmaChart(TimedChart):
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
        self.weight = real("weight", weight)
        super().__init__(target, sigma, run_length, limit)

    def _limit_of(self, run_length: float) -> float:
        return _core.ewma_limit(self.weight, real("run_length", run_length))

    def _new(self, target: float, sigma: float) -> Any:
        return _core.EwmaChart(target, sigma, self.weight)

    def run_length(self, shift: float = 0.0) -> float:
        """Rows until an alarm, on average, for a mean that is `shift` standard deviations off."""
        return _core.ewma_run_length(self.weight, self.limit, real("shift", shift))

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


class CusumChart(TimedChart):
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
        self.k = real("k", k)
        super().__init__(target, sigma, run_length, limit)

    def _limit_of(self, run_length: float) -> float:
        return _core.cusum_limit(self.k, real("run_length", run_length))

    def _new(self, target: float, sigma: float) -> Any:
        return _core.CusumChart(target, sigma, self.k, 2 * self.limit)

    def run_length(self, shift: float = 0.0) -> float:
        """Rows until an alarm, on average, for a mean that is `shift` standard deviations off."""
        return _core.cusum_run_length(self.k, self.limit, real("shift", shift))

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
        if limit is None:  # the cap is rounded; the usual limit is known exactly
            usual = _core.cusum_limit(engine.k(), RUN_LENGTH)
            alike = _core.CusumChart(engine.target(), engine.sigma(), engine.k(), 2 * usual)
            limit = usual if alike.cap() == engine.cap() else engine.cap() / 2
        chart = cls(engine.k(), target=engine.target(), sigma=engine.sigma(), limit=limit)
        chart._engine = engine
        return chart

    def __repr__(self) -> str:
        return f"CusumChart(k={self.k:g}, limit={self.limit:.4g})"


class PageHinkley(Chart):
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
        self.delta = real("delta", delta)
        if not 0 < self.delta <= 10:
            raise ValueError(f"delta: {delta!r} given, expected above 0 up to 10 standard deviations")
        super().__init__(None, sigma, run_length, limit)

    def fit(self, x: Any) -> Self:
        """Learn the standard deviation from values in control; returns self.

        Parameters
        ----------
        x : series
            As of :meth:`EwmaChart.fit`.
        """
        super().fit(x)
        self.target = None
        return self

    def _limit_of(self, run_length: float) -> float:
        return _core.cusum_limit(self.delta, real("run_length", run_length))

    def _new(self, target: float, sigma: float) -> Any:
        return _core.PageHinkley(sigma, self.delta, self.limit)

    def run_length(self, shift: float = 0.0) -> float:
        """Rows until an alarm against a known mean, on average: the least that is to be expected.

        Parameters
        ----------
        shift : float, default 0
            How far the mean is off, in standard deviations.
        """
        return _core.cusum_run_length(self.delta, self.limit, real("shift", shift))

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
