"""What is learnt of a table: how strange a row is by several models together."""

from __future__ import annotations

import numpy as np

from .. import _core
from .data import Doubles
from .forest import IsolationForest


class TableModel:
    """An ensemble over the rows it was made of: how soon forests isolate a row, how far it is from them.

    Parameters
    ----------
    x : ndarray, shape (rows, columns)
        At least one row.
    seed : int
        Of all draws.

    Notes
    -----
    Each model has its blind spots: a forest by depth what only several columns show together, one by density
    anomalies that lie close together, distances columns that say nothing, Mahalanobis' what is no ellipsoid.
    So the majority that finds a row strangest decides, and no model has a weight of its own.
    """

    METHOD = (
        "the three highest of five standard scores added: of isolation forests by depth, by density, and "
        "extended to 2 columns; of the distance to the 8th nearest of 256 rows; of Mahalanobis' distance; "
        "the distances learnt from the three quarters least strange"
    )

    def __init__(self, x: Doubles, seed: int = 0) -> None:
        x = np.ascontiguousarray(x)
        finite = _finite(x)
        some = _core.drawn_rows(len(x), _core.TableDistance.enough, seed)
        self._axis = (
            IsolationForest(seed=seed).fit(finite),
            IsolationForest(scoring="density", seed=seed + 1).fit(finite),
        )
        self._axis_scales = [_core.standard_scale(forest.score(finite[some])) for forest in self._axis]
        depth, density = self._by_axes(x)
        self._distance = _core.TableDistance(x, seed, depth + density)
        scaled = self._distance.scaled(x)
        self._extended = IsolationForest(ndim=min(2, x.shape[1]), seed=seed).fit(scaled)
        self._extended_scale = _core.standard_scale(self._extended.score(scaled[some]))

    def _by_axes(self, x: Doubles) -> list[Doubles]:
        finite = _finite(x)
        return [
            _standard(forest.score(finite), scale)
            for forest, scale in zip(self._axis, self._axis_scales, strict=True)
        ]

    def strangeness(self, x: Doubles) -> tuple[Doubles, Doubles]:
        """Two kinds, higher is stranger: the models' together, and Mahalanobis' distance squared."""
        x = np.ascontiguousarray(x)
        near, far, square = self._distance.score(x)
        extended = _standard(self._extended.score(self._distance.scaled(x)), self._extended_scale)
        highest = np.sort(np.stack([*self._by_axes(x), extended, near, far]), axis=0)[-3:]
        return highest[0] + highest[1] + highest[2], square

    def contributions(self, x: Doubles) -> Doubles:
        """What each column adds, at least 0."""
        return self._distance.contributions(np.ascontiguousarray(x))


def _standard(score: Doubles, scale: tuple[float, float]) -> Doubles:
    """Standard scores; beyond 6 they grow by the root, so that no model drowns the others."""
    mean, spread = scale
    standard = (score - mean) / spread
    return np.asarray(np.where(standard > 6, 5 + np.sqrt(np.maximum(2 * standard - 11, 0)), standard))


def _finite(x: Doubles) -> Doubles:
    """The rows with infinities as missing, which the forest knows."""
    return np.where(np.isinf(x), np.nan, x)
