"""A threshold for each hour of the week, or each slot of another season."""

from __future__ import annotations

import math
from datetime import tzinfo
from typing import Any

import numpy as np

from .._given_options import flag, whole, word
from .._season import season_of
from .._seasonal import seasonal_baseline
from .data import Doubles, Telemetry
from .expectation import Expected, joined, mended, rows_before, times_needed
from .thresholds import Threshold


def _more_of_pooled(rows: Doubles, method: str, causal: bool) -> Doubles:
    """By what a row varies more than the residuals of all slots tell, of which its own is one or will be.

    Nothing, but from a median of so few rows that it is one of them: then many residuals are zero, and their
    median deviation is too small. By simulation of normal values.
    """
    if causal or method == "mean":
        return np.ones(len(rows))
    return np.where(rows <= 2, 1.0, np.where(rows == 3, 2.4, 1 + 2 / np.maximum(rows, 1.0)))


class SeasonalBaseline(Threshold):
    """Distance from what is normal at this hour of the week, or in any slot of a season.

    Parameters
    ----------
    period, slot, tz
        The season, as of :func:`barograph.seasonal_baseline`: ``"week"`` in slots of ``"1h"`` by default.
    method : {"median", "mean"}, default "median"
        How location and scale of a slot come from its rows.
    window : int, optional
        The newest so many rows of a slot; all before by default.
    causal : bool, default True
        Judge a row by rows before it; else by all of its slot, itself among them.
    pooled : bool, default True
        The scale from what all slots leave, which is steadier where a slot has few rows.
    min_periods : int, default 2
        With fewer rows of a slot a row is not judged.
    side, alpha
        As of :class:`ZScore`.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> index = pd.date_range("2026-01-05", periods=24 * 35, freq="h")
    >>> noise = np.random.default_rng(0).normal(size=len(index))
    >>> load = pd.Series(np.where(index.hour < 8, 20.0, 100.0) + noise, index=index)
    >>> load.iloc[-20] = 100.0  # as much as at noon, at four in the morning
    >>> found = bg.detect.SeasonalBaseline(alpha=1e-6).detect(load)
    >>> [d.row - len(load) for d in found]
    [-20]
    """

    def __init__(
        self, period: Any = "week", slot: Any = "1h", *, tz: str | tzinfo | None = None,
        method: str = "median", window: int | None = None, causal: bool = True, pooled: bool = True,
        min_periods: int | None = None, side: str = "both", alpha: float = 0.001,
    ) -> None:  # fmt: skip
        word("method", method, "median", "mean")
        if window is not None:
            whole("window", window, 1)
        super().__init__(window, min_periods, side, alpha)
        self.period, self.slot, self.tz = period, slot, tz
        self.causal, self.pooled = flag("causal", causal), flag("pooled", pooled)
        self._method = method
        season_of(period, slot, tz)  # raises for what is no season

    def _of_group(self, data: Telemetry, before: Telemetry | None) -> Expected:
        both = data if before is None else joined(before, data)
        zone = self.tz or both.zone
        season = season_of(self.period, self.slot, zone)
        times = None
        if season.timed:
            times = times_needed(both, f"period={self.period!r}", in_order=self.causal)
        values = np.where(np.isfinite(both.values), both.values, np.nan)
        closed = "left" if self.causal else None
        band = seasonal_baseline(
            values, self.period, self._method, slot=self.slot, tz=zone, window=self.window, closed=closed,
            scale="pooled" if self.pooled else "slot", on=times,
            min_periods=2 if self.min_periods is None else self.min_periods,
        )  # fmt: skip
        ns = None if times is None else times.view(np.int64)
        slots = np.asarray(season.slots_of(ns, len(both)), dtype=np.int64)
        rows = rows_before(slots, np.isfinite(values), self.causal)
        if self.window is not None:
            rows = np.minimum(rows, float(self.window))
        expected, scale = np.asarray(band.expected), np.asarray(band.scale)
        found = mended(expected, scale, np.asarray(band.lower), np.asarray(band.upper), scale, rows)
        if self.pooled:
            found = found._replace(more=_more_of_pooled(rows, self._method, self.causal))
            left = np.isfinite(values - expected).astype(np.float64)
            pooled = np.cumsum(left) - left if self.causal else np.full(len(left), left.sum())
            if self.window is not None:
                pooled = np.minimum(pooled, float(self.window) * len(season.engine))
            found = found._replace(rows=pooled)
        elif not self.causal:
            found = found._replace(among=np.ones(len(both)))
        return Expected(*(column[len(both) - len(data) :] for column in found))

    def _degrees(self, band: Expected) -> tuple[Doubles, Doubles]:
        n = np.maximum(band.rows, 1.0)
        robust = self._method == "median"
        more = band.more if self.pooled else np.sqrt(1 + (math.pi / 2 if robust else 1.0) / n)
        return np.maximum((0.37 if robust else 1.0) * (n - 1), 1.0), more

    def __repr__(self) -> str:
        return (
            f"SeasonalBaseline({self.period!r}, {self.slot!r}, "
            f"{'rows before' if self.causal else 'all rows'}, alpha={self.alpha:g})"
        )
