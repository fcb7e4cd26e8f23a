"""What is learnt of a table: how strange a row is by several models together."""

from __future__ import annotations

import numpy as np

from .. import _core
from .data import Doubles


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
        "standard scores added of the distance to the 16th nearest of 256 drawn rows and of Mahalanobis' "
        "distance, learnt from the three quarters least strange"
    )

    def __init__(self, x: Doubles, seed: int = 0) -> None:
        self._distance = _core.TableDistance(np.ascontiguousarray(x), seed)

    def strangeness(self, x: Doubles) -> tuple[Doubles, Doubles]:
        """Two kinds, higher is stranger: the models' sum, and Mahalanobis' distance squared."""
        return self._distance.score(np.ascontiguousarray(x))

    def contributions(self, x: Doubles) -> Doubles:
        """What each column adds, at least 0."""
        return self._distance.contributions(np.ascontiguousarray(x))
