"""Order statistics of the newest values of a stream: push rows, read now."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _core
from ._windows import _inf, _instants, _width


class OrderWindow:
    """Median, quantiles, rank, extrema, different values and ends of the newest values of a stream.

    Parameters
    ----------
    window : int or str or timedelta
        Rows of the window, missing ones among them; or its length in event time (``"5min"``): rows after
        the newest time less this, up to the newest.
    late : str or timedelta, optional
        Windows in time: a row may come so much after a newer one, at most the window, which is the
        default. What comes later is left out and counted.
    min_periods : int, default 1
        With fewer values every reading is NaN.
    inf : {"missing", "propagate"}, default "missing"
        Infinities are left out as in pandas, or are values.

    Raises
    ------
    ValueError
        For a window of nothing, or lateness beyond the window.
    TypeError
        For a window that is neither rows nor a length in time.

    Notes
    -----
    After each row the readings have the bits of `rolling_median`, `rolling_quantile` and the others over
    all rows so far. A row costs O(log w) at worst, a reading too.

    Examples
    --------
    >>> window = bg.OrderWindow(3)
    >>> window.push([3.0, 1.0, 2.0, 10.0])
    0
    >>> window.median(), window.max(), window.rank()
    (2.0, 10.0, 3.0)
    """

    def __init__(self, window: Any, *, late: Any = None, min_periods: int = 1, inf: str = "missing") -> None:
        width = _width(window)
        if width is None:
            if late is not None:
                raise ValueError(f"late: {late!r} given, expected none: the window is one of rows")
            length, allowed = int(window), None
        else:
            length, allowed = width, width if late is None else _width(late)
            if allowed is None:
                raise TypeError(f"late: {late!r} given, expected a length in time")
        if min_periods < 0:
            raise ValueError(f"min_periods: {min_periods} given, expected 0 or more")
        self._window = _core.OrderWindow(length, allowed, min_periods, _inf(inf), False)
        self._timed = width is not None

    def push(self, x: Any, time: Any = None) -> int:
        """Add one row or several, in the order they came.

        Parameters
        ----------
        x : float or array-like
            Values; NaN is missing.
        time : datetime64 or array-like of it, or int (ns), optional
            Their times, for windows in time.

        Returns
        -------
        int
            How many rows came too late and were left out.
        """
        values = np.atleast_1d(np.asarray(x, dtype=np.float64))
        if values.ndim != 1:
            raise ValueError(f"x: {values.ndim} dimensions given, expected 1")
        if not self._timed:
            if time is not None:
                raise ValueError("time: given, expected none: the window is one of rows")
            self._window.push(values)
            return 0
        if time is None:
            raise ValueError("time: none given, expected one for each row: the window is one of time")
        return self._window.push(np.atleast_1d(_instants("time", time)), values)

    def median(self) -> float:
        """Median, of an even number of values the mean of the middle two."""
        return self._window.quantile(0.5, "midpoint")

    def quantile(self, q: float, interpolation: str = "linear") -> float:
        """Quantile `q` in [0, 1]; `interpolation` as in :func:`rolling_quantile`."""
        return self._window.quantile(float(q), interpolation)

    def rank(self, method: str = "average", ascending: bool = True, pct: bool = False) -> float:
        """Rank of the newest row among the values, from 1; NaN where it is missing."""
        return self._window.rank(method, bool(ascending), bool(pct))

    def min(self) -> float:
        """Smallest value."""
        return self._window.min()

    def max(self) -> float:
        """Largest value."""
        return self._window.max()

    def nunique(self) -> float:
        """How many different values there are."""
        return self._window.nunique()

    def first(self) -> float:
        """Oldest value that is not missing."""
        return self._window.first()

    def last(self) -> float:
        """Newest value that is not missing."""
        return self._window.last()

    @property
    def late(self) -> int:
        """How many rows came too late and were left out."""
        return self._window.late()

    def reset(self) -> None:
        """Forget all rows."""
        self._window.reset()

    def __len__(self) -> int:
        """How many values the window holds."""
        return len(self._window)

    def __repr__(self) -> str:
        return f"OrderWindow({len(self)} values, median {self.median():.6g}, {self.late} late)"
