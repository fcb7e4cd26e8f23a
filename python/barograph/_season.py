"""Which slot of a season a row belongs to: how a period, its slots and its zone are said."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _core
from ._cuts import _width
from ._zones import tzif, zone_name

_NAMED = {"week": "7D", "day": "1D"}


class Season(NamedTuple):
    """A season: what tells slots, its length and that of a slot in ns (rows, and 0), and its zone."""

    engine: _core.Season
    period: int
    width: int
    zone: str

    @property
    def timed(self) -> bool:
        """Whether slots go by time, else by rows."""
        return self.width != 0

    def slots_of(self, times: npt.NDArray[np.int64] | None, rows: int) -> npt.NDArray[np.int32]:
        """The slot of each row."""
        if not self.timed:
            return self.engine.slots(np.arange(rows, dtype=np.int64))
        if times is None:
            raise TypeError(
                "period: a length of time given, which needs on=times or a pandas datetime index (or rows)"
            )
        return self.engine.slots(times)


def season_of(period: Any, slot: Any, tz: str | tzinfo | None) -> Season:
    """Read a season.

    Parameters
    ----------
    period : {"week", "day"}, length of time, or int
        Its length; an integer counts rows.
    slot : length of time
        What a period is cut into; not of rows.
    tz : str or tzinfo, optional
        The zone of the wall clock; UTC by default.

    Raises
    ------
    ValueError
        For lengths that cannot be, or a zone that there is not.
    """
    length = period_of(period)
    if length is None:
        return Season(_core.Season.of_rows(int(period)), int(period), 0, "UTC")
    width = _width(slot, "slot")
    if width is None:
        raise TypeError(f"slot: {slot!r} given, expected a length of time such as '1h'")
    zone = zone_name("tz", tz)
    zone = "UTC" if zone is None else zone
    return Season(_core.Season.of_time(length, width, tzif(zone)), length, width, zone)


def period_of(period: Any) -> int | None:
    """Nanoseconds of ``"week"``, ``"day"`` or a length of time; None for one of rows."""
    return _width(_NAMED.get(period, period) if isinstance(period, str) else period, "period")


def zone_of(times: Any) -> str | None:
    """The name of the zone that a pandas column or index has."""
    return zone_name("tz", getattr(getattr(times, "dtype", None), "tz", None))
