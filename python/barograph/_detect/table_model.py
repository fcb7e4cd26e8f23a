"""What is learnt of a table: how strange a row is by several models together."""

from __future__ import annotations

import numpy as np

from .. import _core
from .data import Doubles
from .forest import IsolationForest


class TableModel:
    """An ensemble over the rows it was made of: distances to them, and how soon a forest isolates a row.

    Parameters
    ----------
    x : ndarray, shape (rows, columns)
        At least one row.
    seed : int
        Of all draws.
    """

    METHOD = (
        "standard scores added of an extended isolation forest (2 columns a split, by density) and, learnt "
        "from the three quarters least strange, the distance to the 16th nearest of 256 and Mahalanobis'"
    )

    def __init__(self, x: Doubles, seed: int = 0) -> None:
        x = np.ascontiguousarray(x)
        self._distance = _core.TableDistance(x, seed)
        self._forest = IsolationForest(ndim=min(2, x.shape[1]), scoring="density", seed=seed).fit(_finite(x))
        self._mean, self._spread = _core.standard_scale(self._forest.score(_finite(x)))

    def strangeness(self, x: Doubles) -> tuple[Doubles, Doubles]:
        """Two kinds, higher is stranger: the models' sum, and Mahalanobis' distance squared."""
        x = np.ascontiguousarray(x)
        distance, square = self._distance.score(x)
        return distance + (self._forest.score(_finite(x)) - self._mean) / self._spread, square

    def contributions(self, x: Doubles) -> Doubles:
        """What each column adds, at least 0."""
        return self._distance.contributions(np.ascontiguousarray(x))


def _finite(x: Doubles) -> Doubles:
    """The rows with infinities as missing, which the forest knows."""
    return np.where(np.isinf(x), np.nan, x)
