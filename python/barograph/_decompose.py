"""A series as trend, season and remainder, by local regression that outliers do not bend."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from . import _core
from ._baseline import Band
from ._cuts import _Cut
from ._exclusion import rows_left_out
from ._given_options import flag, scales, whole
from ._season import period_of
from ._series_kinds import _series, _series_as_read, present


class Decomposition(NamedTuple):
    """The parts of a series, each of its kind: value = trend + seasonal + resid.

    Attributes
    ----------
    trend, seasonal : same kind as the series
        There for missing rows, too.
    resid : same kind as the series
        What is left; NaN where a value is missing.
    weights : same kind as the series
        How much each row counted in the last round, 0 to 1.
    scale : float
        1.4826 times the median absolute deviation of the remainder, excluded rows apart.
    """

    trend: Any
    seasonal: Any
    resid: Any
    weights: Any
    scale: float

    def band(self, width: float = 3.0) -> Band:
        """What trend and season expect of each row, with the remainder's scale.

        Parameters
        ----------
        width : float, default 3
            The limits are so many scales from the expected value.

        Returns
        -------
        Band
            `expected` is ``trend + seasonal``; all parts of the kind of the series.
        """
        trend, seasonal = _series(self.trend, None), _series(self.seasonal, None)
        expected = trend.values + seasonal.values
        rows = len(expected)
        cut = _Cut(_core.fixed_windows(rows, 1, False, "right", 1), 0, 1)
        reach = scales("width", width) * self.scale
        parts = expected, np.full(rows, self.scale), expected - reach, expected + reach
        return Band(*(trend.wrap(part, cut) for part in parts))


def decompose(
    x: Any, period: Any, *, robust: bool = True, seasonal: int = 7, trend: int | None = None,
    low_pass: int | None = None, seasonal_deg: int = 1, trend_deg: int = 1, low_pass_deg: int = 1,
    seasonal_jump: int = 1, trend_jump: int = 1, low_pass_jump: int = 1, inner_iter: int | None = None,
    outer_iter: int | None = None, on: Any = None, exclude: Any = None,
) -> Decomposition:  # fmt: skip
    """Take a series apart into trend, season and remainder (STL), robust against outliers.

    Parameters
    ----------
    x : one-dimensional, as in :func:`rolling_mean`
        Evenly spaced, at least two periods. NaN, null and infinities are missing.
    period : int or {"week", "day"} or length of time
        Rows of a season; or its length, where `on` or a pandas datetime index tells the spacing.
    robust : bool, default True
        Weigh rows by their remainders, so that outliers bend neither trend nor season.
    seasonal : int, default 7
        Seasons that a slot is smoothed over; odd, 3 or more. The more, the less the season changes.
    trend, low_pass : int, optional
        Rows of these smooths; odd, above the period. By default the least odd number of at least
        ``1.5 * period / (1 - 1.5 / seasonal)``, and the least odd number above the period.
    seasonal_deg, trend_deg, low_pass_deg : {0, 1}, default 1
        Locally constant or linear.
    seasonal_jump, trend_jump, low_pass_jump : int, default 1
        Smooth every so many rows and join them by lines: faster, hardly coarser.
    inner_iter, outer_iter : int, optional
        Rounds: 2 and 15 by default, 5 and 0 where not `robust`.
    on : array-like of datetime64 or int (ns), optional
        Times of the rows.
    exclude : mask, intervals or frame, optional
        Rows to learn nothing from, as in :func:`rolling_baseline`.

    Returns
    -------
    Decomposition
        `trend`, `seasonal`, `resid`, `weights` of the kind of `x`, and `scale`; ``.band()`` is a baseline.

    Raises
    ------
    ValueError
        For fewer than two periods, times that are not evenly spaced, or parameters that cannot be.
    TypeError
        For values that are not numbers.

    Notes
    -----
    Names, defaults (but for `robust`) and figures are those of statsmodels' ``STL(...).fit()``; missing and
    excluded rows are this function's own: they have no weight. All rows are known when a row is judged;
    :func:`seasonal_baseline` and :class:`HoltWinters` know only the past.

    References
    ----------
    R. B. Cleveland, W. S. Cleveland, J. E. McRae, I. Terpenning (1990), "STL: A Seasonal-Trend Decomposition
    Procedure Based on Loess", Journal of Official Statistics 6.

    Examples
    --------
    >>> import numpy as np
    >>> load = np.tile([10.0, 20.0, 60.0, 30.0], 10) + np.arange(40)
    >>> load[22] = 500.0
    >>> parts = bg.decompose(load, 4)
    >>> parts.seasonal[20:24].round(3), parts.trend[22].round(3)
    (array([-20., -10.,  30.,   0.]), np.float64(52.0))
    >>> round(parts.resid[22], 1), parts.weights[22]
    (np.float64(418.0), np.float64(0.0))
    """
    series = _series_as_read(x, on)
    options = _core.StlOptions()
    for name, value in (
        ("seasonal", seasonal), ("trend", trend), ("low_pass", low_pass), ("seasonal_deg", seasonal_deg),
        ("trend_deg", trend_deg), ("low_pass_deg", low_pass_deg), ("seasonal_jump", seasonal_jump),
        ("trend_jump", trend_jump), ("low_pass_jump", low_pass_jump), ("inner_iter", inner_iter),
        ("outer_iter", outer_iter),
    ):  # fmt: skip
        if value is not None:
            setattr(options, name, whole(name, value))
    options.robust = flag("robust", robust)
    options.inner_iter = options.inner_iter or (2 if robust else 5)
    values = present(series)
    left_out = rows_left_out(exclude, series.times, len(values))
    rows = rows_of(period, series.times, len(values))
    found_trend, found_season, resid, weights, scale = _core.stl(values, rows, options, left_out)
    cut = _Cut(_core.fixed_windows(len(values), 1, False, "right", 1), 0, 1)
    return Decomposition(
        series.wrap(found_trend, cut), series.wrap(found_season, cut), series.wrap(resid, cut),
        series.wrap(weights, cut), scale,
    )  # fmt: skip


def rows_of(period: Any, times: Any, rows: int) -> int:
    """The rows of a period that may be a length of time.

    Raises
    ------
    TypeError
        For a length of time without times.
    ValueError
        For times that are not evenly spaced, or a period that is no whole number of rows.
    """
    length = period_of(period)
    if length is None:
        return int(period)
    if times is None:
        raise TypeError(
            f"period: {period!r} is a length of time, which needs on=times or a pandas datetime index"
        )
    if rows < 2:
        raise ValueError(f"x: {rows} rows given, expected at least two periods")
    steps = np.diff(times)
    step = int(steps[0])
    uneven = np.flatnonzero(steps != step)
    if step <= 0 or uneven.size:
        row = int(uneven[0]) + 1 if uneven.size else 1
        raise ValueError(
            f"on: row {row} is not as far from the one before as the first two rows, expected evenly "
            "spaced times (reindex first; missing rows are NaN)"
        )
    if length % step:
        raise ValueError(f"period: {period!r} given, expected a whole number of steps of {step / 1e9:g} s")
    return length // step
