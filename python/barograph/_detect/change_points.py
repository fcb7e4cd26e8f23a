"""Where the level of a series changed: exactly, over all of it, or as a stream goes along."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from .. import _core
from .._frames import Table
from .._given_bytes import as_bytes
from .._given_numbers import _is_scalar, _number, _numbers
from .._given_options import real, whole, word
from .._state import MAX_BYTES
from .calibration import score_of_log_probability, threshold_for
from .data import Doubles, telemetry_of
from .kinds import kind_of
from .learner import Learner
from .level import level_of
from .result import Detections

COSTS = ("mean", "mean_variance")


class ChangePoints(NamedTuple):
    """Where segments begin, and what each of them is.

    Attributes
    ----------
    rows : ndarray of int64
        The first row of each segment but the first.
    time : ndarray of datetime64[ns], or None
        When that was.
    segments : Table
        One row a segment: `start` and `end` (rows, end not included), `count` (values that are there),
        `mean`, `std`, and `shift`, by how much the mean differs from the one before.
    """

    rows: npt.NDArray[np.int64]
    time: npt.NDArray[np.datetime64] | None
    segments: Table

    def __len__(self) -> int:
        """How many changes there are."""
        return int(self.rows.size)


def change_points(
    x: Any, timestamps: Any = None, *, cost: str = "mean", penalty: float | None = None,
    sigma: float | None = None, least_rows: int = 10,
) -> ChangePoints:  # fmt: skip
    """Cut a series into the segments of least cost, exactly.

    Parameters
    ----------
    x : series
        Missing and infinite values are left out; rows are those of the series all the same.
    timestamps : array-like or str, optional
        Times of the rows.
    cost : {"mean", "mean_variance"}, default "mean"
        What changes: the mean, about which values always vary by `sigma`; or mean and variance.
    penalty : float, optional
        What a change costs, in twice the log likelihood: more finds fewer. By default 3 log n for means,
        4 log n with variances, which finds a change in pure noise about once in a hundred series (of 20 to 50
        values once in forty).
    sigma : float, optional
        Standard deviation about the means; by default the median absolute difference of neighbours, scaled,
        and larger by 8 / n, as few values may tell too little.
    least_rows : int, default 10
        Of a segment, where it has a variance of its own; at least 2.

    Returns
    -------
    ChangePoints
        ``rows``, ``time``, ``segments``.

    Raises
    ------
    ValueError
        For an unknown cost, or numbers that cannot be.

    Notes
    -----
    Means take about O(n log n), with or without changes (FPOP); variances O(n times the distance of changes)
    (PELT). Values that depend on their neighbours look like changes: raise `penalty`.

    References
    ----------
    R. Maidstone, T. Hocking, G. Rigaill and P. Fearnhead, "On optimal multiple changepoint algorithms for
    large data", Statistics and Computing 27 (2017); R. Killick, P. Fearnhead and I. A. Eckley, "Optimal
    detection of changepoints with a linear computational cost", JASA 107 (2012).

    Examples
    --------
    >>> x = [10.0, 11.0, 9.0, 10.0, 11.0, 9.0, 20.0, 21.0, 19.0, 20.0, 21.0, 19.0]
    >>> found = bg.detect.change_points(x)
    >>> found.rows
    array([6])
    >>> found.segments["mean"]
    array([10., 20.])
    """
    word("cost", cost, *COSTS)
    least_rows = whole("least_rows", least_rows, 2)
    data = telemetry_of(x, timestamps)
    if not data.is_series:
        raise ValueError(f"x: {data.values.shape[1]} columns given, expected one series")
    there = np.flatnonzero(np.isfinite(data.values))
    values = np.ascontiguousarray(data.values[there])
    if penalty is not None and not real("penalty", penalty) > 0:
        raise ValueError(f"penalty: {penalty!r} given, expected above 0, or None")
    # what is learnt from few values may be too small by chance: 8 / n is about two of its own deviations
    scale = _noise_of(values) * (1 + 8 / max(values.size, 1)) if sigma is None else real("sigma", sigma)
    found = _core.change_points(
        values, cost == "mean_variance", 0.0 if penalty is None else float(penalty), scale, least_rows
    )
    rows = there[found] if found.size else np.empty(0, dtype=np.int64)
    bounds = np.concatenate([[0], found, [values.size]]).astype(np.int64)
    parts = [values[a:b] for a, b in pairwise(bounds.tolist())]
    means = np.array([part.mean() if part.size else np.nan for part in parts])
    segments = Table(
        {
            "start": np.concatenate([[0], rows]),
            "end": np.concatenate([rows, [len(data)]]),
            "count": np.array([part.size for part in parts]),
            "mean": means,
            "std": np.array([part.std(ddof=1) if part.size > 1 else np.nan for part in parts]),
            "shift": np.append(np.nan, np.diff(means)),
        }
    )
    return ChangePoints(rows, None if data.time is None else data.time[rows], segments)


def _noise_of(values: Doubles) -> float:
    """The deviation about a mean that changes now and then: of differences of neighbours."""
    with np.errstate(over="ignore"):
        steps = np.diff(values)
    if not steps.size:
        return 1.0
    if not np.isfinite(steps).any():
        raise ValueError(
            f"x: values from {values.min():g} to {values.max():g} given, expected some whose difference is "
            "not beyond the largest number"
        )
    for method in ("median", "mean"):
        level = level_of(steps, method)
        if level.scale > 0:
            return level.scale / math.sqrt(2.0)
    return max(float(np.abs(values).max()), 1.0) * 1e-9  # it never moved, or by the same step each time


#: Mean run lengths in control for limits of 2.5, 3, ... 5, simulated with 150 to 2,600 alarms each.
_RUN_LENGTHS = ((2.5, 38.4), (3.0, 121.0), (3.5, 486.0), (4.0, 2_800.0), (4.5, 19_000.0), (5.0, 184_000.0))


class OnlineChangePoint(Learner):
    """After each value, the best single change of mean in all that came before: exactly, without a window.

    Parameters
    ----------
    sigma : float, optional
        Standard deviation about the mean; learnt by `fit` where it is not given.
    run_length : float, default 10,000
        Rows between false alarms, on average; the limit is computed from it.
    limit : float, optional
        The limit itself: the distance of the means before and after, in its own standard deviations.

    Notes
    -----
    The statistic is the largest over all earlier rows of the distance of the means before and after it, and
    thus every moving sum and every memory at once; only about 2 log n rows can be the largest and are kept.
    It needs no level, unlike a CUSUM, and no prior, unlike Bayesian detection, whose memory grows or is cut.
    After an alarm it begins anew. Run lengths are interpolated from simulations with independent normal
    values; others alarm sooner.

    References
    ----------
    G. Romano, I. A. Eckley, P. Fearnhead and G. Rigaill, "Fast online changepoint detection via functional
    pruning CUSUM statistics", JMLR 24 (2023).

    Examples
    --------
    >>> x = [10.0, 11.0, 9.0, 10.0, 11.0, 9.0, 20.0, 21.0, 19.0, 20.0]
    >>> found = bg.detect.OnlineChangePoint(sigma=1.0).detect(x)
    >>> [d.row for d in found]
    [6]
    """

    def __init__(
        self, *, sigma: float | None = None, run_length: float = 10_000.0, limit: float | None = None
    ) -> None:
        self.sigma = None if sigma is None else real("sigma", sigma)
        self.limit = _limit_of(real("run_length", run_length)) if limit is None else real("limit", limit)
        self._engine: _core.OnlineChangePoint | None = None if self.sigma is None else self._new()

    def _new(self) -> _core.OnlineChangePoint:
        if self.sigma is None:
            raise ValueError("OnlineChangePoint: no sigma yet, expected sigma= or fit(x) first")
        return _core.OnlineChangePoint(self.sigma, self.limit)

    def fit(self, x: Any) -> Self:
        """Learn the standard deviation from differences of neighbours; returns self.

        Parameters
        ----------
        x : series
            At least three finite values.
        """
        values = _one_series(x).values
        values = values[np.isfinite(values)]
        if values.size < 3:
            raise ValueError(f"x: {values.size} finite values given, expected at least 3")
        self.sigma = _noise_of(values)
        self._engine = self._new()
        return self

    def score(self, x: Any) -> Doubles:
        """The statistic after each row, from a detector that has seen nothing; above `limit` is an alarm.

        Parameters
        ----------
        x : series
            NaN has the score NaN and changes nothing.

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        return self._new().statistics(_one_series(x).values)[0]

    def detect(self, x: Any, timestamps: Any = None, *, contamination: float | None = None) -> Detections:
        """Judge each row; a detector without a sigma learns it from `x` itself.

        Parameters
        ----------
        x : series
            What to judge.
        timestamps : array-like or str, optional
            Times of the rows, or the column of `x` that has them.
        contamination : float, optional
            Flag this share of the rows; by default those above `limit`.

        Returns
        -------
        Detections
            `score` from 1 / run length of a detector whose limit would be the statistic.
        """
        data = _one_series(x, timestamps)
        if self._engine is None:
            self.fit(data.values)
        statistic = self._new().statistics(data.values)[0]
        score = score_of_log_probability(_log_rate(statistic))
        threshold = (
            float(score_of_log_probability(_log_rate(np.array([self.limit])))[0])
            if contamination is None
            else threshold_for(score, 0.5, contamination)
        )
        with np.errstate(invalid="ignore"):
            flagged = statistic > self.limit if contamination is None else score >= threshold
        kind = kind_of(data.names[0]) if data.names else ""
        return Detections(
            score,
            time=data.time,
            zone=data.zone,
            value=data.values,
            threshold=threshold,
            is_anomaly=flagged,
            kind=np.where(flagged, kind, ""),
            method=repr(self),
        )

    def update(self, x: Any) -> Self:
        """Take a value, or all values of an array, into the detector's own stream; returns self.

        Parameters
        ----------
        x : float or array-like of shape (n,)
            NaN is missing.
        """
        engine = self._stream()
        if _is_scalar(x):
            engine.update(_number("x", x))
        else:
            engine.statistics(_numbers("x", x))
        return self

    def _stream(self) -> _core.OnlineChangePoint:
        if self._engine is None:
            self._engine = self._new()
        return self._engine

    @property
    def statistic(self) -> float:
        """The statistic now."""
        return self._stream().statistic()

    @property
    def alarmed(self) -> bool:
        """Whether the newest value raised an alarm."""
        return self._stream().alarmed()

    @property
    def alarms(self) -> int:
        """How often there was an alarm."""
        return self._stream().alarms()

    @property
    def age(self) -> int:
        """How many values have come since the best change."""
        return self._stream().age()

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the stream, the same in C++."""
        return self._stream().to_bytes()

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview, *, max_bytes: int = MAX_BYTES) -> Self:
        """Read a detector back.

        Parameters
        ----------
        data : bytes-like
            What `to_bytes` gave, here or in C++. It need not be trusted.
        max_bytes : int, default 64 MiB
            Refuse more than this.

        Raises
        ------
        ValueError
            If the bytes are truncated, damaged, of another kind, or no values lead to them.
        """
        engine = _core.OnlineChangePoint.from_bytes(as_bytes(data), max_bytes)
        found = cls(sigma=engine.sigma(), limit=engine.limit())
        found._engine = engine
        return found

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the stream as canonical bytes."""
        return {**self.__dict__, "_engine": None if self._engine is None else self.to_bytes()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        data = state.pop("_engine")
        self.__dict__.update(state)
        self._engine = None if data is None else _core.OnlineChangePoint.from_bytes(data, MAX_BYTES)

    def __repr__(self) -> str:
        return f"OnlineChangePoint(sigma={self.sigma!r}, limit={self.limit:.4g})"


def _one_series(x: Any, timestamps: Any = None) -> Any:
    data = telemetry_of(x, timestamps)
    if not data.is_series:
        raise ValueError(f"x: {data.values.shape[1]} columns given, expected one series")
    return data


def _log_rate(statistic: Doubles) -> Doubles:
    """log of 1 / run length, interpolated in the square of the statistic, in which it is nearly straight."""
    squares = np.array([limit**2 for limit, _ in _RUN_LENGTHS])
    logs = np.array([-math.log(rows) for _, rows in _RUN_LENGTHS])
    at = np.asarray(statistic, dtype=np.float64) ** 2
    slope = (logs[-1] - logs[-2]) / (squares[-1] - squares[-2])
    inside = np.interp(at, [0.0, *squares], [0.0, *logs])
    found: Doubles = np.where(at > squares[-1], logs[-1] + slope * (at - squares[-1]), inside)
    return np.where(np.isnan(statistic), np.nan, found)


def _limit_of(run_length: float) -> float:
    if not 1 < run_length <= 1e9:
        raise ValueError(f"run_length: {run_length!r} given, expected above 1 up to 1e9 rows")
    low, high = 0.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        short = -float(_log_rate(np.array([middle]))[0]) < math.log(run_length)
        low, high = (middle, high) if short else (low, middle)
    return (low + high) / 2
