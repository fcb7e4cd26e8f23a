"""What is normal for the hour of the week: baselines by slot of a season, and their state that merges."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from . import _core
from ._baseline import Band, bands_of, estimator_of
from ._cuts import _Cut, _How, _inf, _least, _Series
from ._given_numbers import ArrayLike, _count, _is_scalar, _number, _numbers_as_read
from ._given_options import scales, whole, word
from ._given_times import _time, _times
from ._season import Season, season_of, zone_of
from ._series_kinds import _column_names
from ._state import CountedState, Subtractable
from ._threads import thread_count
from ._zones import zone_name


def seasonal_baseline(
    x: Any, period: Any = "week", method: str = "median", *, slot: Any = "1h", tz: str | tzinfo | None = None,
    window: int | None = None, closed: str | None = None, scale: str = "slot", width: float = 3.0,
    q: tuple[float, float, float] = (0.05, 0.5, 0.95), min_periods: int | None = None, on: Any = None,
    inf: str = "missing", threads: int | None = None, exclude: Any = None,
) -> Band:  # fmt: skip
    """What is normal at each row, from the rows of the same slot of a season: the same hour of the week.

    To find anomalies, a row must be compared with rows before it only: ``closed="left"``.

    Parameters
    ----------
    x, on, inf, threads, exclude, method, width, q
        As in :func:`rolling_baseline`; ``"ewma"`` needs `window`, the span in rows of a slot.
    period : {"week", "day"} or length of time or int, default "week"
        After which the season begins anew, from Monday 00:00 of the wall clock; an integer counts rows.
    slot : str or timedelta, default "1h"
        What a period of time is cut into; it divides the period.
    tz : str or tzinfo, optional
        The zone of the wall clock. By default that of a pandas datetime index (or of `on`), else UTC.
    window : int, optional
        With ``closed="left"``: the newest so many rows of the slot; all before by default.
    closed : {"left"}, optional
        Only rows before the row, in the order given, which must be that of time. By default all rows of
        the slot, the row itself among them.
    scale : {"slot", "pooled"}, default "slot"
        Scale and limits from the rows of the slot, or from the residuals of all slots (of the same number
        of seasons), which is steadier where a slot has few rows.
    min_periods : int, optional
        With fewer values of a slot nothing is known (NaN). By default 2, pooled 1.

    Returns
    -------
    Band
        `expected`, `scale`, `lower`, `upper`, each of the kind of `x`, index and name kept.

    Raises
    ------
    ValueError
        For lengths, slots or zones that cannot be, or an argument outside its choices.
    TypeError
        For values that are not numbers, or a period of time without times.

    Notes
    -----
    Exact: each slot's rows are brought together and handed to the rolling statistics. The hour that clocks
    leave out has no row on that day, the one that comes twice has twice as many. A series shorter than a
    season knows nothing of slots it has not seen. :class:`RollingBaseline` with `period` gives the same of a
    stream, :class:`SeasonalProfile` means that merge.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> index = pd.date_range("2024-01-01", periods=24 * 28, freq="h", tz="Europe/Rome")
    >>> load = pd.Series(np.where(index.hour < 8, 20.0, 100.0) + np.arange(len(index)) % 3, index=index)
    >>> load.iloc[-5] = 20.0
    >>> band = bg.seasonal_baseline(load, closed="left", scale="pooled")
    >>> band.expected.iloc[-5], load.iloc[-5] < band.lower.iloc[-5]
    (np.float64(101.0), np.True_)
    """
    estimator = estimator_of(method, width, q)
    pooled = word("scale", scale, "slot", "pooled") == "pooled"
    before = word("closed", closed, "left", None) is not None
    rows = 0 if window is None else whole("window", window, 1)
    if method == "ewma" and not before:
        raise ValueError("closed: none given, expected 'left' with method='ewma'")
    given = zone_name("tz", tz)
    zone = given or zone_of(on) or (zone_of(getattr(x, "index", None)) if on is None else None)
    if isinstance(on, str) and _column_names(x) is not None:
        zone = given or zone_of(x[on])
    season = season_of(period, slot, zone)

    def by_slot(series: _Series, how: _How) -> tuple[npt.NDArray[np.float64], _Cut]:
        count = len(series.values)
        least = _least(how, 1 if pooled else 2, None)
        found = _core.seasonal_band(
            series.values, season.slots_of(series.times, count), len(season.engine), before, rows, pooled,
            estimator, least, _inf(how.inf), not series.nan_is_missing, series.mask,
            thread_count(how.threads),
        )  # fmt: skip
        unknown = np.isnan(found[0]).view(np.uint8)
        return found, _Cut(_core.fixed_windows(count, 1, False, "right", 1), 1, 1, unknown)

    return bands_of(x, _How(1, min_periods, False, None, None, on, inf, threads), exclude, by_slot)


class SeasonalProfile(CountedState, Subtractable):
    """Count, mean and standard deviation of each slot of a season, as a state that merges.

    Parameters
    ----------
    period, slot, tz
        As in :func:`seasonal_baseline`.

    Raises
    ------
    ValueError
        For lengths that cannot be, or a zone that there is not.

    Notes
    -----
    A :class:`Moments` for each slot: hosts, days and threads merge in any order to equal bytes. Profiles of
    other seasons or zones do not merge.

    Examples
    --------
    >>> import numpy as np
    >>> monday = np.datetime64("2024-01-01T09:30")
    >>> a = bg.SeasonalProfile(tz="Europe/Rome").update(100.0, times=monday)
    >>> times = monday + np.array([10, 120], "m8[m]")
    >>> b = bg.SeasonalProfile(tz="Europe/Rome").update([104.0, 7.0], times=times)
    >>> (a + b).expected(monday + np.timedelta64(7, "D")).expected
    102.0
    """

    __slots__ = ("_season",)
    _kind = _core.SeasonalProfile
    _engine: _core.SeasonalProfile

    def __init__(self, period: Any = "week", slot: Any = "1h", tz: str | tzinfo | None = None) -> None:
        """Start empty."""
        self._season = season_of(period, slot, tz)
        self._engine = _core.SeasonalProfile(self._season.period, self._season.width, self._season.zone)

    @classmethod
    def _of(cls, engine: Any) -> Self:
        state = super()._of(engine)
        period, width, zone = engine.period(), engine.width(), engine.zone()
        ns = np.timedelta64(1, "ns")
        state._season = season_of(period * ns, width * ns, zone) if width else season_of(period, None, None)
        return state

    def update(self, x: ArrayLike, n: int | None = None, *, times: Any = None) -> Self:
        """Add a value (n times) or all values of an array; returns self.

        Parameters
        ----------
        x : float or array-like of shape (rows,)
            NaN and None are missing; they and infinities are counted apart.
        n : int, optional
            How often a single value is to be counted, at one time. Default 1.
        times : instant or number of seconds, or array-like of them, shape (rows,)
            When each value was, in any order. Where the season is one of rows: the numbers of the rows.

        Raises
        ------
        TypeError
            If values are no numbers, or times no instants.
        ValueError
            If lengths differ, a time is missing, or n is given with an array.
        """
        if _is_scalar(x):
            count = 1 if n is None else _count("n", n)
            self._engine.update_at(int(self._slots(times)[0]), _number("x", x), count)
            return self
        if n is not None:
            raise ValueError("n: given with an array, expected only with a single value")
        self._engine.update_many_at(self._slots(times), _numbers_as_read("x", x))
        return self

    def _slots(self, times: Any) -> npt.NDArray[np.int32]:
        if times is None:
            raise ValueError("times: none given, expected when each value was (or its row)")
        if self._season.timed:
            one = _is_scalar(times)
            at = np.array([_time("times", times)], dtype=np.int64) if one else _times("times", times)
        else:
            at = np.atleast_1d(np.asarray(times))
            if at.dtype.kind not in "iu" or at.ndim != 1:
                raise TypeError(f"times: {at.dtype} given, expected row numbers: the season is one of rows")
        return self._season.engine.slots(at.astype(np.int64, copy=False))

    def expected(self, times: Any, *, width: float = 3.0, min_periods: int = 1) -> Band:
        """What is expected at times: mean, standard deviation (n - 1) and limits of their slots.

        Parameters
        ----------
        times : instant or number of seconds, or array-like of them
            As in `update`.
        width : float, default 3
            The limits are so many scales from the expected value.
        min_periods : int, default 1
            Nothing is known (NaN) of slots with fewer values.

        Returns
        -------
        Band
            Of floats for one time, else of arrays.
        """
        least = _count("min_periods", min_periods)
        found = self._engine.expected(self._slots(times), scales("width", width), least)
        if _is_scalar(times):
            return Band(*(float(part[0]) for part in found))
        return Band(*found)

    def counts(self) -> npt.NDArray[np.int64]:
        """How many finite values each slot has."""
        return self._engine.counts()

    @property
    def season(self) -> Season:
        """The season: its length, that of a slot, its zone."""
        return self._season

    def __repr__(self) -> str:
        """Show count, slots and zone."""
        used = int(np.count_nonzero(self.counts()))
        zone = f", tz={self._season.zone!r}" if self._season.timed else ""
        return f"SeasonalProfile(count={self.count}, slots={used} of {self._engine.slots()}{zone})"
