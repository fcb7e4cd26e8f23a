"""Exponential weights over a series or a frame, within groups if asked: `bg.ewm(x, ...)`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from . import _weights, _within
from ._frames import Table


def ewm(
    x: Any, com: float | None = None, span: float | None = None, halflife: Any = None,
    alpha: float | None = None, *, min_periods: int | None = 0, adjust: bool = True,
    ignore_na: bool = False, times: Any = None, inf: str = "missing", by: Any = None,
) -> Weighted:  # fmt: skip
    """Exponential weights over a series or the columns of a frame, to be asked for one statistic.

    Parameters
    ----------
    x, com, span, halflife, alpha, min_periods, adjust, ignore_na, times, inf
        As in :func:`ewm_mean`; a dict of arrays and a :class:`Table` are frames, too.
    by : str, Series, array, or a list of these, optional
        Weights begin anew with each group, as in pandas' ``groupby(by).ewm(...)``; see :func:`rolling`.

    Returns
    -------
    Weighted
        With `by` results are laid out as those of :func:`rolling`.

    Examples
    --------
    >>> bg.ewm([1.0, 8.0, 3.0, 4.0], alpha=0.5, by=["a", "b", "a", "b"]).mean().round(2)
    array([1.  , 8.  , 2.33, 5.33])
    """
    how = _weights._Weights(com, span, halflife, alpha, min_periods, adjust, ignore_na, times, inf)
    return Weighted(x, how, by)


class Weighted:
    """Exponential weights over `x`; made by :func:`ewm`."""

    def __init__(self, x: Any, how: _weights._Weights, by: Any = None) -> None:
        if isinstance(x, Mapping):
            x = Table({name: np.asarray(column) for name, column in x.items()})
        elif isinstance(x, (list, tuple)):
            x = np.asarray(x)
        self._groups = None if by is None else _within.grouped(x, by)
        self._x, self._how = x, how
        if self._groups is not None:
            self._x = self._groups.x
            self._how = how._replace(times=self._groups.sorted("times", how.times), ends=self._groups.ends)

    def __repr__(self) -> str:
        return f"Weighted(x={type(self._x).__name__})"

    def sum(self) -> Any:
        """Weighted sum. See :func:`ewm_sum`."""
        return self._back(_weights._weigh(self._x, self._how, "sum"))

    def mean(self) -> Any:
        """Weighted mean. See :func:`ewm_mean`."""
        return self._back(_weights._weigh(self._x, self._how, "mean"))

    def var(self, bias: bool = False) -> Any:
        """Weighted variance. See :func:`ewm_var`."""
        return self._back(_weights._weigh(self._x, self._how._replace(bias=bias), "var"))

    def std(self, bias: bool = False) -> Any:
        """Weighted standard deviation. See :func:`ewm_std`."""
        return self._back(_weights._weigh(self._x, self._how._replace(bias=bias), "std"))

    def cov(self, y: Any = None, bias: bool = False, pairwise: bool | None = None) -> Any:
        """Weighted covariance with `y`, or of the columns. See :func:`ewm_cov`."""
        return self._pairs(y, self._how._replace(bias=bias), "cov", pairwise)

    def corr(self, y: Any = None, pairwise: bool | None = None) -> Any:
        """Weighted correlation with `y`, or of the columns. See :func:`ewm_corr`."""
        return self._pairs(y, self._how, "corr", pairwise)

    def _pairs(self, y: Any, how: _weights._Weights, what: str, pairwise: bool | None) -> Any:
        if self._groups is not None:
            y = self._groups.paired(y)
        return self._back(_weights._weigh_pairs(self._x, y, how, what, pairwise))

    def _back(self, result: Any) -> Any:
        return result if self._groups is None else self._groups.back(result)
