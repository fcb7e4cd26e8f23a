"""Exponential weights over a series or a frame, within groups if asked: `bg.ewm(x, ...)`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import _weights
from ._agg import Asked
from ._given_options import flag
from ._statistics import Family, Statistic


def ewm(
    x: Any, com: float | None = None, span: float | None = None, halflife: Any = None,
    alpha: float | None = None, *, min_periods: int | None = 0, adjust: bool = True,
    ignore_na: bool = False, times: Any = None, inf: str = "missing", by: Any = None,
) -> Weighted:  # fmt: skip
    """Exponential weights over a series or the columns of a frame, to be asked for one statistic or several.

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
    >>> bg.ewm({"ms": [1.0, 8.0]}, alpha=0.5).agg(["mean", "std"]).columns
    ['ms_mean', 'ms_std']
    """
    how = _weights._Weights(com, span, halflife, alpha, min_periods, adjust, ignore_na, times, inf)
    return Weighted(x, how, by)


WEIGHTS = Family(
    {"sum": (), "mean": (), "var": ("bias",), "std": ("bias",)},
    lambda statistic: flag("bias", statistic.told.get("bias", False)),
    ("sum", "mean", "var", "std"),
)


class Weighted(Asked):
    """Exponential weights over `x`; made by :func:`ewm`."""

    _family = WEIGHTS

    def __init__(self, x: Any, how: _weights._Weights, by: Any = None) -> None:
        self._hold(x, by)
        self._how = how
        if self._groups is not None:
            self._how = how._replace(times=self._groups.sorted("times", how.times), ends=self._groups.ends)

    def __repr__(self) -> str:
        return f"Weighted(x={type(self._x).__name__})"

    def sum(self) -> Any:
        """Weighted sum. See :func:`ewm_sum`."""
        return self._one(WEIGHTS.asked("sum"))

    def mean(self) -> Any:
        """Weighted mean. See :func:`ewm_mean`."""
        return self._one(WEIGHTS.asked("mean"))

    def var(self, bias: bool = False) -> Any:
        """Weighted variance. See :func:`ewm_var`."""
        return self._one(WEIGHTS.asked(("var", bias)))

    def std(self, bias: bool = False) -> Any:
        """Weighted standard deviation. See :func:`ewm_std`."""
        return self._one(WEIGHTS.asked(("std", bias)))

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

    def _one(self, statistic: Statistic) -> Any:
        return self._back(self._weigh(self._x, statistic))

    def _of_series(self, x: Any, wanted: Mapping[int, Statistic]) -> dict[int, Any]:
        return {i: self._weigh(x, statistic) for i, statistic in wanted.items()}

    def _weigh(self, x: Any, statistic: Statistic) -> Any:
        return _weights._weigh(x, self._how._replace(**statistic.told), statistic.name)
