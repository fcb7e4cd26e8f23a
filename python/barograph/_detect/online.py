"""Rows of a stream judged by trees that go along with it."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from .. import _core
from .._given_bytes import as_bytes
from .._given_options import whole
from .calibration import check_alpha, score_of_log_probability, threshold_for
from .data import Doubles, Telemetry, telemetry_of
from .learner import Learner
from .result import Detections

MAX_BYTES = 256 << 20
MOST = 9e299  #: what is farther out is as good as infinite


class HalfSpaceTrees(Learner):
    """Rows in regions where lately there were few: an online detector of constant memory.

    Parameters
    ----------
    trees : int, default 25
        More are steadier, and cost in proportion.
    depth : int, default 8
        Halvings, 1 to 16.
    window : int, default 250
        Rows after which what is normal is replaced by what was seen since.
    alpha : float, default 0.001
        False alarms a row in data like that of `fit`.
    seed : int, default 0
        Trees depend on it and on the columns' ranges alone.

    Notes
    -----
    Chosen over robust random cut forests because a row costs a few hundred steps down fixed arrays, about a
    million rows a second, instead of trees that are rebuilt for each row. `score` is in bits: how much
    thinner, as a power of two, the row's region is than rows spread evenly over the columns' ranges. `fit`
    learns the ranges and goes through the rows; `score` and `detect` go on from there with a copy, `update`
    with the detector itself. Missing cells go either way.

    References
    ----------
    S. C. Tan, K. M. Ting and F. T. Liu, "Fast anomaly detection for streaming data", IJCAI 2011.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(3000, 2)) * [1, 5] + [10, 50]
    >>> detector = bg.detect.HalfSpaceTrees().fit(x)
    >>> usual, odd = detector.score([[10.0, 50.0], [20.0, 0.0]])
    >>> bool(odd > usual + 5)
    True
    """

    def __init__(
        self, trees: int = 25, depth: int = 8, window: int = 250, *, alpha: float = 0.001, seed: int = 0
    ) -> None:
        self.trees = whole("trees", trees, 1, 1000)
        self.depth = whole("depth", depth, 1, 16)
        self.window = whole("window", window, 1, 1 << 24)
        self.seed = whole("seed", seed, 0, (1 << 64) - 1)
        self.alpha = check_alpha(alpha)
        self._engine: _core.HalfSpaceTrees | None = None
        self._usual: Doubles | None = None  # strangeness of the rows of fit
        self._names: tuple[str, ...] = ()

    def fit(self, x: Any) -> Self:
        """Learn the ranges of the columns and what is normal; returns self.

        Parameters
        ----------
        x : array-like of shape (n, columns), or frame
            Normal rows in the order of time, more than a window and 20 of them.

        Raises
        ------
        ValueError
            For too few rows.
        """
        return self._learn(telemetry_of(x))

    def _learn(self, data: Telemetry) -> Self:
        rows = _matrix(data)
        if len(rows) < self.window + 20:
            raise ValueError(f"x: {len(rows)} rows given, expected at least {self.window + 20}, window + 20")
        low, high = _ranges(rows)
        self._engine = _core.HalfSpaceTrees(
            low.tolist(), high.tolist(), self.trees, self.depth, self.window, self.seed
        )
        self._usual = np.ascontiguousarray(self._engine.update_many(rows)[self.window :])
        self._names = data.names
        return self

    def score(self, x: Any) -> Doubles:
        """The strangeness of each row in bits, going on after `fit`; the detector stays as it is.

        Parameters
        ----------
        x : array-like of shape (n, columns), or frame
            Rows in the order of time.

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        return self._score(telemetry_of(x))

    def _score(self, data: Telemetry) -> Doubles:
        return self._fitted().copy().update_many(_matrix(data.with_columns(self._names)))

    def update(self, x: Any) -> Doubles:
        """Judge each row and learn from it: the strangeness before it was learnt.

        Parameters
        ----------
        x : array-like of shape (n, columns) or (columns,), or frame
            Rows, or one row.

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        data = telemetry_of(x).with_columns(self._names)
        one = data.is_series and self._fitted().columns() > 1
        rows = data.values.reshape(1, -1) if one else _matrix(data)
        return self._fitted().update_many(np.ascontiguousarray(rows))

    def detect(self, x: Any, timestamps: Any = None, *, contamination: float | None = None) -> Detections:
        """Judge each row; a detector that has learnt nothing learns from `x` itself.

        Parameters
        ----------
        x : array-like of shape (n, columns), or frame
            Rows in the order of time.
        timestamps : array-like or str, optional
            Times of the rows, or the column of `x` that has them.
        contamination : float, optional
            Flag this share of the rows, the strangest ones. By default those that `alpha` tells.

        Returns
        -------
        Detections
            `score` from how seldom rows of `fit` were as strange, beyond them by the law of extreme values.
        """
        data = telemetry_of(x, timestamps)
        if self._engine is None:
            self._learn(data)
        strangeness = self._score(data)
        if self._usual is None:
            raise ValueError("HalfSpaceTrees: read from bytes without rates, expected fit(x)")
        law = _core.ExtremeValue(self._usual, 0.95)
        score = score_of_log_probability(law.log_tails(strangeness))
        threshold = threshold_for(score, self.alpha, contamination)
        with np.errstate(invalid="ignore"):
            flagged = score >= threshold
        return Detections(
            score,
            time=data.time,
            zone=data.zone,
            value=data.values,
            threshold=threshold,
            is_anomaly=flagged,
            method=repr(self),
        )

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of trees and counts, the same in C++, without rates."""
        return self._fitted().to_bytes()

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview, *, max_bytes: int = MAX_BYTES) -> Self:
        """Read a detector back, without rates: it scores and goes on, and `detect` needs a `fit`.

        Parameters
        ----------
        data : bytes-like
            What `to_bytes` gave, here or in C++. It need not be trusted.
        max_bytes : int, default 256 MiB
            Refuse more than this.

        Raises
        ------
        ValueError
            If the bytes are truncated, damaged, of another kind, or no rows lead to them.
        """
        engine = _core.HalfSpaceTrees.from_bytes(as_bytes(data), max_bytes)
        trees, depth, window, seed = engine.options()
        found = cls(trees, depth, window, seed=seed)
        found._engine = engine
        return found

    def __getstate__(self) -> dict[str, Any]:
        """Pickle with rates, the engine as bytes."""
        return {**self.__dict__, "_engine": None if self._engine is None else self._engine.to_bytes()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        data = state.pop("_engine")
        self.__dict__.update(state)
        limit = max(MAX_BYTES, 0 if data is None else len(data))
        self._engine = None if data is None else _core.HalfSpaceTrees.from_bytes(data, limit)

    def _fitted(self) -> _core.HalfSpaceTrees:
        if self._engine is None:
            raise ValueError("HalfSpaceTrees: nothing learnt yet, expected a call of fit(x) first")
        return self._engine

    def __repr__(self) -> str:
        return (
            f"HalfSpaceTrees({self.trees} trees of depth {self.depth}, window={self.window}, "
            f"alpha={self.alpha:g})"
        )


def _matrix(data: Telemetry) -> Doubles:
    rows = data.values.reshape(-1, 1) if data.is_series else data.values
    if not rows.shape[1]:
        raise ValueError("x: 0 columns given, expected at least 1")
    return np.ascontiguousarray(rows)


def _ranges(rows: Doubles) -> tuple[Doubles, Doubles]:
    """Where nearly all values of each column are: a few far ones do not make all others one region."""
    finite = np.where(np.isfinite(rows), rows, np.nan)
    there = ~np.isnan(finite).all(axis=0)
    finite[np.abs(finite) > MOST] = np.nan
    low, high = np.zeros(rows.shape[1]), np.zeros(rows.shape[1])
    if there.any():
        low[there], high[there] = np.nanquantile(finite[:, there], [0.005, 0.995], axis=0)
    flat = ~(high > low)
    low[flat] -= np.maximum(np.abs(low[flat]), 1.0) * 0.001
    high[flat] += np.maximum(np.abs(high[flat]), 1.0) * 0.001
    return low, high
