"""Thresholds: values that are too far from what a baseline expects, of all rows or of those before."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Self

import numpy as np

from .. import _core
from .._baseline import bands_of, estimator_of, rolled
from .._cuts import _How, _width
from .._given_options import real, whole, word
from .._group_keys import _aligned
from .._windows import rolling_count
from .calibration import check_alpha, score_of_log_probability, threshold_for
from .data import Doubles, Telemetry
from .expectation import (
    LEAST_SHARE,
    Expected,
    groups_of,
    joined,
    mended,
    normal_limit,
    rows_of,
    same,
    series_of,
    t_limits,
    times_needed,
)  # fmt: skip
from .kinds import kind_of
from .level import level_of
from .result import Detections

SIDES = ("both", "up", "down")


def _reach_of_few(rows: Doubles, p: float) -> Doubles:
    """What multiple of the largest excess of the median one more value exceeds with probability p, less 1.

    In an exponential tail one more value exceeds 1 + c times the largest of m = n // 2 excesses with
    probability G(m + 1) G(2 + c) / G(m + 2 + c), G the gamma function. 0 where n values have an order
    statistic that rare; NaN of fewer than two.
    """
    different, where = np.unique(np.nan_to_num(rows), return_inverse=True)
    out = np.zeros(len(different))
    for i, n in enumerate(different.tolist()):
        if n < 2:
            out[i] = np.nan
        elif p * (n + 1) < 1:
            out[i] = _exponential_reach(n // 2, math.log(2 * p))
    return out[where]


@lru_cache(maxsize=4096)  # groups of one size, and rows of one window, ask for the same
def _exponential_reach(m: float, log_p: float) -> float:
    def chance(c: float) -> float:
        return math.lgamma(m + 1) + math.lgamma(2 + c) - math.lgamma(m + 2 + c)

    low, high = 0.0, 1.0
    while chance(high) > log_p and high < 1e12:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if chance(middle) > log_p else (low, middle)
    return high


def _by_the_others(z: Doubles, band: Expected, degrees: Doubles) -> tuple[Doubles, Doubles]:
    """Student's t, and its degrees, of rows that are among those their mean and deviation come from.

    One of n rows against the n - 1 others is the externally studentised residual. `z` has been divided by
    what a new value varies more.
    """
    among = band.among == 1
    n = np.maximum(band.rows, 1.0)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        away = z * np.sqrt(1 + 1 / n)
        left = (n - 1) ** 2 / n - away * away
        t = np.where(n > 2, away * np.sqrt((n - 2) / left), 0.0)
        # where the others never moved, their deviation is a part of the level, as of any such past
        level = np.where(band.expected == 0, 1.0, np.abs(band.expected))
        alone = away * band.scale * np.sqrt(n / (n - 1)) / (LEAST_SHARE * level)
        t = np.where((n > 2) & ~(left > 1e-12 * n), alone, t)
    return np.where(among, t, z), np.where(among, np.maximum(n - 2, 1.0), degrees)


class Threshold:
    """What thresholds have in common: history, groups, sides, and how distances become scores.

    A group is judged by itself; `fit` keeps the rows that later ones are to be judged against.
    """

    _method = "median"
    _q = (0.05, 0.5, 0.95)
    _of_next = False
    _least_rows = 1

    def __init__(self, window: Any, min_periods: int | None, side: str, alpha: float) -> None:
        word("side", side, *SIDES)
        if window is not None:
            width = _width(window)
            if (window if width is None else width) < 1:
                raise ValueError(f"window: {window!r} given, expected 1 row or more, or a length in time")
        self.window = window
        self.min_periods = None if min_periods is None else whole("min_periods", min_periods, 0)
        self.side = side
        self.alpha = check_alpha(alpha)
        self._history: dict[Any, Telemetry] | None = None
        self._grouped = False

    def fit(self, x: Any, timestamps: Any = None, *, by: Any = None) -> Self:
        """Keep what is normal; returns self.

        Parameters
        ----------
        x : series
            Normal values. NaN is missing.
        timestamps : array-like or str, optional
            Their times; needed for a window in time and for a season.
        by : array-like of shape (n,), optional
            The group of each row: each has a normal of its own, as have the rows without a group. A pandas
            Series goes by its index where `x` has one.

        Raises
        ------
        ValueError
            If no value is finite.
        """
        data = series_of(x, timestamps)
        if not np.isfinite(data.values).any():
            raise ValueError(f"x: no finite value in {len(data)} rows, expected some")
        self._history = {key: rows_of(data, rows) for key, rows in groups_of(_aligned(by, x, "x"), len(data))}
        self._grouped = by is not None
        return self

    def score(self, x: Any, timestamps: Any = None, *, by: Any = None) -> Doubles:
        """How far each row is from what was expected, in the detector's own unit; higher is more anomalous.

        Parameters
        ----------
        x : series
            What to judge. NaN has the score NaN.
        timestamps : array-like or str, optional
            Times of the rows.
        by : array-like of shape (n,), optional
            The group of each row. A group that `fit` has not seen is judged by itself alone.

        Returns
        -------
        ndarray of float64, shape (n,)
            NaN where too little is known.
        """
        data = series_of(x, timestamps)
        return self._natural(data.values, self._expected(data, _aligned(by, x, "x")))

    def detect(
        self, x: Any, timestamps: Any = None, *, by: Any = None, contamination: float | None = None
    ) -> Detections:
        """Judge each row; a detector without a history judges rows by each other.

        Parameters
        ----------
        x, timestamps, by
            As of `score`.
        contamination : float, optional
            Flag this share of the rows, the strangest ones. By default those that `alpha` tells.

        Returns
        -------
        Detections
            With `expected`, and `lower` and `upper` as the limits of `alpha`.
        """
        data = series_of(x, timestamps)
        band = self._expected(data, _aligned(by, x, "x"))
        score = score_of_log_probability(self._log_tail(data.values, band))
        threshold = threshold_for(score, self.alpha, contamination)
        with np.errstate(invalid="ignore"):
            flagged = score >= threshold
        lower, upper = self._limits(band)
        kind = kind_of(data.names[0]) if data.names else ""
        return Detections(
            score,
            time=data.time,
            zone=data.zone,
            value=data.values,
            threshold=threshold,
            is_anomaly=flagged,
            expected=band.expected,
            lower=lower,
            upper=upper,
            kind=np.where(flagged, kind, ""),
            method=repr(self),
        )

    # ---- how ----
    def _expected(self, data: Telemetry, by: Any) -> Expected:
        if self._history is not None and self._grouped != (by is not None):
            what = "none given, and fit had" if self._grouped else "given, and fit had none"
            raise ValueError(f"by: {what}, expected the group of each row in both or in none")
        parts = np.full((len(Expected._fields), len(data)), np.nan)
        for key, rows in groups_of(by, len(data)):
            before = None if self._history is None else self._history.get(key)
            group = rows_of(data, rows)
            known = group if before is None else before
            if by is not None and np.isfinite(known.values).sum() < self._least_rows:
                continue  # a small group is not judged; data without groups are an error
            found = self._of_group(group, before)
            for part, column in zip(parts, found, strict=True):
                part[rows] = column
        return Expected(*parts)

    def _of_group(self, data: Telemetry, before: Telemetry | None) -> Expected:
        if self.window is None:
            return self._of_all(data, before)
        both = data if before is None else joined(before, data)
        found = self._rolled(both)
        return Expected(*(column[len(both) - len(data) :] for column in found))

    def _of_all(self, data: Telemetry, before: Telemetry | None) -> Expected:
        among = before is None or same(before, data)
        values = (data if before is None else before).values
        finite = int(np.isfinite(values).sum())
        if not finite:
            return Expected(*np.full((len(Expected._fields), len(data)), np.nan))
        level = level_of(values, self._method, self._q, self._of_next)
        spread = level_of(values, "mean").scale if finite > 1 else 0.0
        columns = [np.array([v]) for v in (*level, spread, float(finite))]
        one = mended(*columns)._replace(among=np.array([float(among)]))
        return Expected(*(np.full(len(data), column[0]) for column in one))

    def _rolled(self, data: Telemetry) -> Expected:
        least, on = self.min_periods, None
        if _width(self.window) is None:
            least = max(2, (int(self.window) + 1) // 2) if least is None else least
        else:
            on = times_needed(data, f"window={self.window!r}")
            least = 5 if least is None else least
        values = np.where(np.isfinite(data.values), data.values, np.nan)
        how = _How(self.window, least, False, "left", None, on, "missing", None)

        def band_of(method: str) -> Any:
            return bands_of(values, how, None, rolled(estimator_of(method, 0.0, self._q, self._of_next)))

        band = band_of(self._method)
        spread = band if self._method == "mean" else band_of("mean")
        rows = rolling_count(values, self.window, closed="left", min_periods=0, on=on)
        return mended(band.expected, band.scale, band.lower, band.upper, spread.scale, rows)

    def _natural(self, values: Doubles, band: Expected) -> Doubles:
        with np.errstate(invalid="ignore", over="ignore"):
            return self._sided((values - band.expected) / band.scale)

    def _sided(self, z: Doubles) -> Doubles:
        return np.abs(z) if self.side == "both" else -z if self.side == "down" else z

    def _degrees(self, band: Expected) -> tuple[Doubles, Doubles]:
        """Degrees of freedom of the scale, and by what a new value varies more than it."""
        return np.maximum(band.rows - 1, 1.0), np.sqrt(1 + 1 / np.maximum(band.rows, 1.0))

    def _log_tail(self, values: Doubles, band: Expected) -> Doubles:
        degrees, more = self._degrees(band)
        z = self._natural(values, band) / more
        if self._method == "mean":
            z, degrees = _by_the_others(z, band, degrees)
        return _core.log_t_tails(np.ascontiguousarray(z), degrees, self.side == "both")

    def _limits(self, band: Expected) -> tuple[Doubles, Doubles]:
        degrees, more = self._degrees(band)
        p = self.alpha / (2 if self.side == "both" else 1)
        none = np.full(len(band.expected), np.nan)
        with np.errstate(over="ignore"):
            reach = t_limits(p, degrees) * more * band.scale
            if self._method == "mean" and (band.among == 1).any():
                n = np.maximum(band.rows, 1.0)
                t = t_limits(p, np.maximum(n - 2, 1.0))
                share = (n - 1) / np.sqrt(n) * t / np.sqrt(np.maximum(n - 2, 0.0) + t * t)
                reach = np.where(band.among == 1, band.scale * share, reach)
            return (
                none if self.side == "up" else band.expected - reach,
                none if self.side == "down" else band.expected + reach,
            )

    def __repr__(self) -> str:
        what = "all rows" if self.window is None else f"window={self.window!r}"
        side = "" if self.side == "both" else f", side={self.side!r}"
        return f"{type(self).__name__}({what}{side}, alpha={self.alpha:g})"


class ZScore(Threshold):
    """Distance from the mean in standard deviations, of all rows or of those before.

    Parameters
    ----------
    window : int, str or timedelta, optional
        Judge each row by the rows before it: so many, or so long. By default by all rows of `fit`, or of the
        data itself.
    min_periods : int, optional
        With fewer rows before it a row is not judged; by default half of a window of rows, 5 in time.
    side : {"both", "up", "down"}, default "both"
        Which values are anomalous: any, too large ones, too small ones.
    alpha : float, default 0.001
        False alarms a row where values are normal.

    Notes
    -----
    `score` is the distance itself; `Detections.score` has the probability of Student's t, so that a short
    window alarms no more often than a long one; a row that is judged by all rows, itself among them, has the
    one that the others give it. A past that never moved has a thousandth of its level as its deviation. With
    `window`, `fit` keeps the rows before the first one that is to be judged.

    Examples
    --------
    >>> x = [10.0, 12.0, 11.0, 9.0, 10.0, 11.0, 30.0, 10.0]
    >>> bg.detect.ZScore(window=6).score(x).round(1)
    array([ nan,  nan,  nan,  2. ,  0.4,  0.5, 18.6,  0.5])
    >>> bg.detect.ZScore(window=6).detect(x).is_anomaly.nonzero()[0]
    array([6])
    """

    _method = "mean"

    def __init__(
        self, *, window: Any = None, min_periods: int | None = None, side: str = "both", alpha: float = 0.001
    ) -> None:
        super().__init__(window, min_periods, side, alpha)


class RobustZScore(Threshold):
    """Distance from the median in units of the median absolute deviation, scaled as a standard deviation.

    Parameters
    ----------
    window, min_periods, side, alpha
        As of :class:`ZScore`.

    Notes
    -----
    Up to half of the rows may be anomalous without moving what is normal. Where more than half of the rows
    are equal, so that their median deviation is 0, the standard deviation takes its place.

    References
    ----------
    B. Iglewicz and D. C. Hoaglin, "How to detect and handle outliers" (1993).

    Examples
    --------
    >>> x = [10.0, 12.0, 11.0, 900.0, 10.0, 11.0, 30.0, 12.0]
    >>> bg.detect.RobustZScore().score(x).round(1).tolist()
    [1.0, 0.3, 0.3, 599.3, 1.0, 0.3, 12.5, 0.3]
    """

    def __init__(
        self, *, window: Any = None, min_periods: int | None = None, side: str = "both", alpha: float = 0.001
    ) -> None:
        super().__init__(window, min_periods, side, alpha)

    def _degrees(self, band: Expected) -> tuple[Doubles, Doubles]:
        # Of many rows a median absolute deviation says as much as 0.37 times as many by their standard
        # deviation, a median as much as 0.64 times as many by their mean. It is near 0 where half of the
        # rows are close together: so the tail of few is that of n // 2 degrees. By simulation of normal
        # values, from alpha 0.1 to 0.0001.
        n = np.maximum(band.rows, 1.0)
        degrees = np.minimum(n // 2, 0.37 * (n - 1) + np.where(n % 2 == 0, 1.2, 0.8))
        few = np.where(n <= 2, 0.1, np.where(n == 3, 0.5, np.minimum(0.4, 12 / n**2)))
        return np.maximum(degrees, 1.0), np.sqrt(1 + math.pi / 2 / n) * (1 + few)


class QuantileThreshold(Threshold):
    """Values beyond quantiles of all rows or of those before: no distribution is assumed.

    Parameters
    ----------
    low, high : float, default 0.01 and 0.99
        The quantiles; beyond them is anomalous.
    window, min_periods, side
        As of :class:`ZScore`.

    Notes
    -----
    A new value exceeds the k-th largest of n others with probability k / (n + 1), whatever they are: there
    the quantiles stand (Weibull's position), so that rows are flagged as often as `low` and `high` tell;
    equal values are not beyond each other. Fewer rows than 1 / `low` have no such quantile: it is taken to
    be as far out as in an exponential tail. Lighter tails pass it more seldom, and none more often than one
    row in n + 1; of few values that are all equal any other one is beyond. Of an even number of
    rows that are few, values of an exponential law pass it more often, to one side: for `high` from 0.9 to
    0.999, with 2 rows 1.9 to 2.7 times as often as it says, with 4 1.3 to 2.2 times, with 10 up to 1.4 and
    with 30 up to 1.1 times.

    `score` is the distance from the median in units of the distance of the quantile on that side: above 1 is
    anomalous. `Detections.score` is that of a normal distribution with these quantiles, each side by itself.

    References
    ----------
    W. Weibull, "The phenomenon of rupture in solids", IVA Handlingar 153 (1939).

    Examples
    --------
    >>> x = list(range(100)) + [140]
    >>> bg.detect.QuantileThreshold(0.05, 0.95).fit(x[:100]).score([50, 99, 140]).round(2)
    array([0.01, 1.09, 1.99])
    """

    _method = "quantile"
    _of_next = True

    def __init__(
        self, low: float = 0.01, high: float = 0.99, *, window: Any = None, min_periods: int | None = None,
        side: str = "both",
    ) -> None:  # fmt: skip
        if not 0 < real("low", low) < 0.5 < real("high", high) < 1:
            raise ValueError(f"low, high: {low!r} and {high!r} given, expected 0 < low < 0.5 < high < 1")
        alpha = low + (1 - high) if side == "both" else low if side == "down" else 1 - high
        super().__init__(window, min_periods, side, alpha)
        self.low, self.high = low, high
        self._q = (low, 0.5, high)

    def _of_group(self, data: Telemetry, before: Telemetry | None) -> Expected:
        found = super()._of_group(data, before)
        p = self.low, 1 - self.high
        beyond = [_reach_of_few(found.rows, share) for share in p]
        # the engine's limit is the least or largest value where there are few rows
        with np.errstate(over="ignore"):
            lower = found.lower - beyond[0] * (found.expected - found.lower)
            upper = found.upper + beyond[1] * (found.upper - found.expected)
        if len(data) and found.among[0] == 1 and found.rows[0] > 2:
            # the strangest row of few is judged by the others
            n = int(found.rows[0])
            order = np.argsort(np.where(np.isfinite(data.values), data.values, np.nan), kind="stable")[:n]
            sides = (lower, p[0], order[0], order[1:]), (upper, p[1], order[-1], order[-2::-1])
            for limit, share, row, others in sides:
                if n * share < 1:
                    edge, middle = data.values[others[0]], np.median(data.values[others])
                    limit[row] = edge + _reach_of_few(np.array([n - 1.0]), share)[0] * (edge - middle)
        return found._replace(lower=lower, upper=upper)

    def _natural(self, values: Doubles, band: Expected) -> Doubles:
        least = np.maximum(np.maximum(band.scale, 0) * 1e-6, 5e-324)
        with np.errstate(invalid="ignore", over="ignore"):
            up = (values - band.expected) / np.maximum(band.upper - band.expected, least)
            down = (band.expected - values) / np.maximum(band.expected - band.lower, least)
        return np.maximum(up, down) if self.side == "both" else up if self.side == "up" else down

    def _log_tail(self, values: Doubles, band: Expected) -> Doubles:
        # At its limit a value has the probability that lies beyond it, twice its side's where both count.
        limit = normal_limit(self.alpha / (2 if self.side == "both" else 1))
        natural = self._natural(values, band)
        with np.errstate(over="ignore"):
            z = np.ascontiguousarray(natural * limit)
        tail = _core.log_t_tails(z, np.full(len(z), np.inf), self.side == "both")
        edge = math.log(self.alpha)  # which values at the limit do not reach, and those beyond it do
        return np.where(natural > 1, np.minimum(tail, edge * (1 + 1e-9)), np.maximum(tail, edge * (1 - 1e-9)))

    def _limits(self, band: Expected) -> tuple[Doubles, Doubles]:
        none = np.full(len(band.expected), np.nan)
        return (none if self.side == "up" else band.lower, none if self.side == "down" else band.upper)

    def __repr__(self) -> str:
        what = "all rows" if self.window is None else f"window={self.window!r}"
        return f"QuantileThreshold({self.low:g}, {self.high:g}, {what}, side={self.side!r})"
