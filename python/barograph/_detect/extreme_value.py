"""A threshold from the law that all tails near: POT of a batch, SPOT of a stream, DSPOT of what drifts."""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np

from .. import _core
from .._given_options import real
from .calibration import LN_10
from .data import Doubles, Telemetry, telemetry_of
from .expectation import Expected, joined
from .level import level_of
from .thresholds import Threshold

MOST = 1e300  #: the engine takes what is larger for missing


class ExtremeValue(Threshold):
    """Values so extreme that the tail of the normal ones makes them unlikely: no distribution is assumed.

    Parameters
    ----------
    level : float, default 0.98
        Quantile above which the tail's law is fitted: of few values a tenth of them, up to 50, and at least
        ten.
    window : int, str or timedelta, optional
        Judge what a rolling mean of the rows before leaves, for values that drift (DSPOT).
    side : {"up", "down", "both"}, default "up"
        Which tail.
    alpha : float, default 0.0001
        Probability of a normal value beyond the limit.
    min_periods
        As of :class:`ZScore`.

    Notes
    -----
    Above a high quantile what exceeds it follows a generalised Pareto law, whatever the values. Few values
    fit many such laws, so limits are those of a value to come by all of them, each weighed by its
    likelihood; tails are never taken to end. From 500 values on a normal value is flagged with probability
    `alpha` or less, in the mean over what was learnt, by counts and rounded values (which stand for all that
    is rounded to them) and by tails up to a Pareto law with exponent 1.1; light tails have a limit that is
    further out than need be. Of fewer values heavy tails are believed less, or nothing would be found: with
    50 values of a Pareto law with exponent 1.5 twice as many are flagged as `alpha` says, of lighter ones no
    more than that. Neither holds where fewer than some 1 in 100 values differ from all the rest, as in rare
    counts: learnt from 500 to 1,000 counts with a mean of .002, 3 to 8 times as many are flagged as `alpha`
    says, from zeros with .3 % of exponential values 8 to 15 times as many; where all values learnt are equal,
    any other is beyond the limit. Values beyond 1e300 are not learnt from, and a group of fewer than 20
    values is not judged. `score` is -log10 of the probability of a value as large. `update` goes along with
    a stream: it learns from all values but its alarms (SPOT), and from as many of these, drawn in, as `alpha`
    says to be normal; normal values are then flagged at most 1.5 times as often as it says (simulated with
    normal, exponential and log-normal values and Student's t of three degrees).

    References
    ----------
    A. Siffer, P.-A. Fouque, A. Termier and C. Largouet, "Anomaly detection in streams with extreme value
    theory", KDD 2017.

    Examples
    --------
    >>> import numpy as np
    >>> latency = np.random.default_rng(0).lognormal(5, 0.4, 5000)
    >>> detector = bg.detect.ExtremeValue().fit(latency)
    >>> detector.score([150.0, 700.0, 2000.0]).round(1)
    array([0.3, 4.4, 7.1])
    >>> 550 < detector.limit < 750
    True
    """

    _method = "mean"
    _least_rows = 20

    def __init__(
        self, level: float = 0.98, *, window: Any = None, min_periods: int | None = None, side: str = "up",
        alpha: float = 1e-4,
    ) -> None:  # fmt: skip
        if not 0.5 <= real("level", level) < 1:
            raise ValueError(f"level: {level!r} given, expected 0.5 to below 1")
        super().__init__(window, min_periods, side, alpha)
        self.level = level

    def fit(self, x: Any, timestamps: Any = None, *, by: Any = None) -> Self:
        """Keep what is normal; returns self.

        Parameters
        ----------
        x : series
            Normal values, at least 20. NaN is missing.
        timestamps, by
            As of :meth:`ZScore.fit`.
        """
        super().fit(x, timestamps, by=by)
        self.__dict__.pop("_stream", None)
        return self

    def __getstate__(self) -> dict[str, Any]:
        """Pickle what `fit` has kept; a stream begins anew with it."""
        return {name: value for name, value in self.__dict__.items() if name != "_stream"}

    @property
    def limit(self) -> float:
        """What a normal value passes with probability `alpha`, on one side, where `fit` had one group."""
        return float(self._law().limit(self.alpha)) * (-1 if self.side == "down" else 1)

    def update(self, x: Any) -> Doubles | float:
        """Judge a value, or each of an array, and learn from it unless it is beyond the limit.

        Parameters
        ----------
        x : float or array-like of shape (n,)
            NaN has the score NaN and is not learnt.

        Returns
        -------
        float or ndarray
            -log10 of the probability of a value as extreme, as it was before the value was learnt.
        """
        if self.window is not None or self.side == "both":
            raise ValueError(
                "update: of one tail of values that do not drift, expected no window, up or down"
            )
        values = np.atleast_1d(np.asarray(telemetry_of(np.atleast_1d(x)).values))
        signed = np.ascontiguousarray(-values if self.side == "down" else values)
        scores: Doubles = -self._law().update_many(signed, self.alpha) / LN_10 + 0.0
        return float(scores[0]) if np.ndim(x) == 0 else scores

    def _law(self) -> _core.ExtremeValue:
        if self._history is None or len(self._history) != 1:
            raise ValueError("ExtremeValue: expected a call of fit(x) with one group first")
        stream: _core.ExtremeValue | None = self.__dict__.get("_stream")
        if stream is None:
            (data,) = self._history.values()
            values = -data.values if self.side == "down" else data.values
            self._check(values)
            made = _core.ExtremeValue(np.ascontiguousarray(values), self.level)
            stream = self.__dict__.setdefault("_stream", made)  # of two threads that come first one wins
        return stream

    def _of_group(self, data: Telemetry, before: Telemetry | None) -> Expected:
        n = len(data)
        values, learnt = data.values, data.values if before is None else before.values
        expected = np.zeros(n)
        if self.window is not None:
            both = data if before is None else joined(before, data)
            usual = self._rolled(both).expected
            left = both.values - usual
            expected, values = usual[len(both) - n :], left[len(both) - n :]
            learnt = left if before is None else left[: len(both) - n]
        two = self.side == "both"
        tails = []
        limits = {"down": np.full(n, np.nan), "up": np.full(n, np.nan)}
        for side, sign in (("down", -1.0), ("up", 1.0)):
            if not two and side != self.side:
                continue
            normal = sign * learnt
            self._check(normal)
            if before is None:
                normal = self._without_the_strange(normal, self.alpha / (2 if two else 1))
            law = _core.ExtremeValue(np.ascontiguousarray(normal), self.level)
            tail = law.log_tails(np.ascontiguousarray(sign * values))
            tails.append(np.minimum(tail + math.log(2.0), 0.0) if two else tail)
            limits[side] = expected + sign * law.limit(self.alpha / (2 if two else 1))
        if self.window is None:
            expected = np.full(n, level_of(learnt).expected)
        unknown = np.full(n, np.nan)
        lowest = np.minimum.reduce(tails)
        among = np.full(n, float(before is None))
        return Expected(expected, unknown, limits["down"], limits["up"], unknown, lowest, among, np.ones(n))

    def _check(self, values: Doubles) -> None:
        finite, within = np.isfinite(values).sum(), (np.abs(values) <= MOST).sum()
        if within >= self._least_rows:
            return
        if finite >= self._least_rows:
            raise ValueError(
                f"x: {within} values from -{MOST:g} to {MOST:g} given, expected at least {self._least_rows}; "
                "larger ones are not learnt from"
            )
        rest = "" if self.window is None else " with as many rows before them as window asks for"
        raise ValueError(f"x: {finite} finite values{rest} given, expected at least {self._least_rows}")

    def _without_the_strange(self, values: Doubles, alpha: float) -> Doubles:
        """Rows that judge each other: the largest ones are left out that the others find beyond the limit."""
        order = np.sort(values[np.abs(values) <= MOST])
        kept = order.size
        for out in range(1, 11 if order.size <= 100_000 else 3):
            if order.size - out < self._least_rows:
                break
            others = _core.ExtremeValue(order[:-out], self.level)
            if others.log_tails(order[-out:][:1])[0] <= math.log(alpha):
                kept = order.size - out
        return np.asarray(order[:kept])

    def _natural(self, values: Doubles, band: Expected) -> Doubles:
        return -band.log_tail / LN_10 + 0.0

    def _log_tail(self, values: Doubles, band: Expected) -> Doubles:
        return band.log_tail

    def _limits(self, band: Expected) -> tuple[Doubles, Doubles]:
        return band.lower, band.upper
