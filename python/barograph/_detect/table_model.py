"""What is learnt of a table: how strange a row is by several models together."""

from __future__ import annotations

import numpy as np

from .. import _core
from .data import Doubles
from .forest import IsolationForest

#: Rows that tell the tails of the columns.
_MOST_LEARNT = 8192


class TableModel:
    """An ensemble over the rows it was made of: how soon forests isolate a row, how far it is from them.

    Parameters
    ----------
    x : ndarray, shape (rows, columns)
        At least one row.
    categories : ndarray, shape (rows, any number of columns), optional
        Numbers of texts, which the forests by depth and by density split by as well.
    seed : int
        Of all draws.

    Notes
    -----
    Each model has its blind spots: a forest by depth what only several columns show together, one by density
    and near neighbours anomalies that lie close together, distances columns that say nothing, Mahalanobis'
    what is no ellipsoid. So the two that find a row strangest decide, and no model has a weight of its own;
    both forests by depth are one, since they see nearly the same.
    """

    METHOD = (
        "the two highest of four standard scores added: isolation forests by depth (standard, and extended "
        "to 2 columns); one by density; the distance to the 20th nearest of 128 rows; Mahalanobis' "
        "distance, learnt from the three quarters least strange; single cells far out in their columns"
    )

    def __init__(self, x: Doubles, categories: Doubles | None = None, seed: int = 0) -> None:
        x = np.ascontiguousarray(x)
        finite = _finite(x, categories)
        of_text = range(x.shape[1], finite.shape[1])
        some = _core.drawn_rows(len(x), _core.TableDistance.enough, seed)
        self._depth = _Scored(IsolationForest(seed=seed, categorical=of_text).fit(finite), finite[some])
        density = IsolationForest(scoring="density", seed=seed + 1, categorical=of_text).fit(finite)
        self._density = _Scored(density, finite[some])
        self._distance = _core.TableDistance(x, seed, self._depth.standard(finite))
        scaled = self._distance.scaled(x)
        extended = IsolationForest(ndim=min(2, x.shape[1]), seed=seed).fit(scaled)
        self._extended = _Scored(extended, scaled[some])
        self._cells = _core.TableCells(x[_core.drawn_rows(len(x), _MOST_LEARNT, seed)])

    def strangeness(self, x: Doubles, categories: Doubles | None = None) -> tuple[Doubles, Doubles]:
        """Two kinds, higher is stranger: the models' together, and Mahalanobis' distance squared."""
        x = np.ascontiguousarray(x)
        finite = _finite(x, categories)
        near, far, square = self._distance.score(x)
        by_depth = self._depth.standard(finite) + self._extended.standard(self._distance.scaled(x))
        votes = np.stack([by_depth / 2, self._density.standard(finite), _drawn_in(near), _drawn_in(far)])
        highest = np.sort(votes, axis=0)[-2:]
        return highest[0] + highest[1], square

    def evidence(self, x: Doubles, categories: Doubles | None = None) -> Doubles:
        """Of each of the rows that it was made of, -log10 p, by both kinds."""
        return self._cells.rows(*self.strangeness(x, categories))

    def cells(self, x: Doubles) -> Doubles:
        """Of each cell the evidence by its column alone, -log10 p."""
        return self._cells.evidence(np.ascontiguousarray(x))

    def contributions(self, x: Doubles) -> Doubles:
        """What each column adds, at least 0."""
        return self._distance.contributions(np.ascontiguousarray(x))


class _Scored:
    """A forest, and the scale of its scores."""

    def __init__(self, forest: IsolationForest, some: Doubles) -> None:
        self._forest = forest
        self._mean, self._spread = _core.standard_scale(forest.score(some))

    def standard(self, x: Doubles) -> Doubles:
        """Standard scores of rows."""
        return _drawn_in((self._forest.score(x) - self._mean) / self._spread)


def _drawn_in(standard: Doubles) -> Doubles:
    """Standard scores; beyond 2 they grow by the root, so that no model drowns the others."""
    return np.asarray(np.where(standard > 2, 1 + np.sqrt(np.maximum(2 * standard - 3, 0)), standard))


def _finite(x: Doubles, categories: Doubles | None) -> Doubles:
    """The rows with infinities as missing, which the forest knows, and their categories."""
    finite = np.where(np.isinf(x), np.nan, x)
    if categories is None or not categories.shape[1]:
        return finite
    return np.column_stack([finite, categories])
