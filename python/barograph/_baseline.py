"""What is normal for a series, from its recent past: location, scale and limits, by rows or row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _core
from ._cuts import _Cut, _cut, _How, _inf, _least, _Series, _width, checked
from ._exclusion import rows_left_out
from ._given_options import real, scales, unboxed, whole, word
from ._given_times import _time, _times
from ._season import season_of
from ._series_kinds import _columns, _series, _series_as_read, present
from ._threads import thread_count

Doubles: TypeAlias = npt.NDArray[np.float64]


class Band(NamedTuple):
    """What is normal for each row: the value expected, its scale, and the limits of what is usual.

    All baselines give one. It unpacks into its four parts, each of the kind (and index) of the series it is
    for; of a single value the parts are floats.

    Attributes
    ----------
    expected : same kind as the series
        The value expected; NaN where too few values tell.
    scale : same kind as the series
        How far values usually are from it, as a standard deviation; 0 where the past is constant.
    lower, upper : same kind as the series
        The limits. Of a constant past both are the expected value.

    Examples
    --------
    >>> band = bg.rolling_baseline([1.0, 2.0, 3.0, 4.0, 50.0], 4, closed="left")
    >>> band.expected
    array([nan, nan, nan, nan, 2.5])
    >>> band.score([1.0, 2.0, 3.0, 4.0, 50.0]).round(1)
    array([nan, nan, nan, nan, 32.])
    """

    expected: Any
    scale: Any
    lower: Any
    upper: Any

    @property
    def location(self) -> Any:
        """The value expected, by the name that statistics has for it."""
        return self.expected

    def score(self, x: Any) -> Any:
        """How far values are from what was expected, in scales; above it positive.

        Parameters
        ----------
        x : number, or as the series that the band is for
            The values, one for each row.

        Returns
        -------
        same kind as `x`
            ``(x - expected) / scale``; where the scale is 0, 0 for the expected value and else infinite; NaN
            where anything is not known.

        Raises
        ------
        ValueError
            If there are not as many values as rows.
        """
        if np.ndim(x) == 0:
            return float(
                _scores(np.array([x], dtype=float), *(np.array([v], dtype=float) for v in self[:2]))[0]
            )
        columns, shared = _columns(x, _How(1, None, False, None, None, None, "missing", 1))
        if columns is not None:
            bands = [_columns(part, shared)[0] for part in self]
            parts = [
                Band(*(b.columns[i] for b in bands if b is not None)).score(columns.columns[i])
                for i in range(len(columns.columns))
            ]
            return columns.join(parts)
        series = _series(x, None)
        expected, scale = (_series(part, None) for part in self[:2])
        values, rows = series.values, len(expected.values)
        if len(values) != rows:
            raise ValueError(f"x: {len(values)} rows given, expected {rows} as the band has")
        masks = [s.mask for s in (series, expected, scale) if s.mask is not None]
        missing = np.bitwise_or.reduce(masks) if masks else None
        scores = _scores(values, expected.values, scale.values)
        if missing is not None:
            scores[missing == 1] = np.nan
        return series.wrap(scores, _cut(series, shared)._replace(mask=missing))


def _scores(values: Doubles, expected: Doubles, scale: Doubles) -> Doubles:
    with np.errstate(all="ignore"):
        away = values - expected
        scores: Doubles = away / scale
    scores[(away == 0.0) & ~np.isnan(scale)] = 0.0
    return scores


def rolling_baseline(
    x: Any, window: Any, method: str = "median", *, width: float = 3.0,
    q: tuple[float, float, float] = (0.05, 0.5, 0.95), min_periods: int | None = None, center: bool = False,
    closed: str | None = None, step: int | None = None, on: Any = None, inf: str = "missing",
    threads: int | None = None, exclude: Any = None,
) -> Band:  # fmt: skip
    """What is normal at each row, from the window around it: location, scale and limits, exact.

    To find anomalies, the row itself must not be in its window: ``closed="left"``.

    Parameters
    ----------
    x, window, min_periods, center, closed, step, on, inf, threads
        As in :func:`rolling_mean`. ``closed="left"`` leaves the current row out: what was known before it.
    method : {"median", "mean", "quantile", "ewma"}, default "median"
        Median and 1.4826 times the median absolute deviation from it; mean and standard deviation; a band of
        quantiles; exponentially weighted mean and standard deviation, where `window` is the span, as in
        pandas' ``ewm(span=window)``, or in time the span of which ln(2) / 2 is the half-life.
    width : float, default 3
        The limits are so many scales from the expected value; not of quantiles.
    q : three floats, default (0.05, 0.5, 0.95)
        Of ``method="quantile"``: the lower limit, the expected value and the upper limit. The scale is the
        standard deviation of a normal distribution with these limits.
    exclude : array-like of bool, or sequence of (start, end), or frame, optional
        Rows to learn nothing from, such as known incidents, deploys or maintenance: a mask, or intervals
        [start, end) of instants (UTC where they have no zone; integers are nanoseconds as in `on`; an end of
        None: open), or a frame with columns ``start`` and ``end``. The rows have a result like all others.

    Returns
    -------
    Band
        `expected`, `scale`, `lower`, `upper`, each of the kind of `x`, index and name kept. NaN where a
        window has fewer than `min_periods` values: by default as in :func:`rolling_mean`, with `exclude`
        half a window of rows; for ``"ewma"`` 1. A constant window has scale 0 and both limits at its value;
        a mean of one value has no scale.

    Raises
    ------
    ValueError
        For an unknown method, wrong quantiles, width or window, or intervals that end before they start.
    TypeError
        For values that are not numbers, a window or intervals in time without times.

    Notes
    -----
    Bits are those of `rolling_median`, `rolling_mean`, `rolling_std` and `rolling_quantile`; the deviation is
    the exact median of ``|x - median|`` in every window, at the price of about two medians.
    :class:`RollingBaseline` gives the same row by row.

    References
    ----------
    .. [1] F. R. Hampel (1974), "The influence curve and its role in robust estimation".

    Examples
    --------
    >>> import pandas as pd
    >>> ms = pd.Series([120.0, 90.0, 4000.0, 110.0, 95.0], name="ms")
    >>> band = bg.rolling_baseline(ms, 3, min_periods=2, closed="left")
    >>> band.expected.tolist()
    [nan, nan, 105.0, 120.0, 110.0]
    >>> band.score(ms).round(1).tolist()
    [nan, nan, 175.1, -0.2, -0.5]
    """
    how = _How(window, min_periods, center, closed, step, on, inf, threads)
    estimator = estimator_of(method, width, q)
    if method == "ewma":
        return bands_of(x, how, exclude, _weighting(scales("width", width)))
    if exclude is not None and min_periods is None and _is_rows(window):
        how = how._replace(min_periods=(int(window) + 1) // 2)
    return bands_of(x, how, exclude, rolled(estimator))


_Kernel: TypeAlias = Callable[[_Series, _How], "tuple[Doubles, _Cut]"]


def rolled(estimator: _core.Estimator) -> _Kernel:
    """What gives the band of the window of each row, by an estimator that has windows."""

    def roll(series: _Series, how: _How) -> tuple[Doubles, _Cut]:
        cut = _cut(series, how)
        return _core.rolling_band(
            series.values, cut.windows, estimator, cut.least, _inf(how.inf), not series.nan_is_missing,
            series.mask, thread_count(how.threads),
        ), cut  # fmt: skip

    return roll


def bands_of(x: Any, how: _How, exclude: Any, kernel: _Kernel) -> Band:
    """The band of a series, or of each column of something two-dimensional."""
    columns, how = _columns(x, how)
    if columns is not None:
        bands = columns.each(how, lambda i, one: bands_of(columns.columns[i], one, exclude, kernel))
        return Band(*(columns.join([band[k] for band in bands]) for k in range(4)))
    series = _series_as_read(x, how.on)
    left_out = rows_left_out(exclude, series.times, len(series.values))
    if left_out is not None:
        series = series._replace(mask=left_out if series.mask is None else series.mask | left_out)
    found, cut = kernel(series, how)
    if cut.mask is None:
        cut = cut._replace(mask=series.mask)
    return Band(*(series.wrap(row, cut) for row in found))


def _weighting(width: float) -> _Kernel:
    def weigh(series: _Series, how: _How) -> tuple[Doubles, _Cut]:
        how = checked(how)
        if how.center:
            raise ValueError("center: True given, expected False with method='ewma'")
        if how.closed not in (None, "right", "left"):
            raise ValueError(f"closed: {how.closed!r} given, expected 'right' or 'left' with method='ewma'")
        before, rows = how.closed == "left", len(series.values)
        step = how.step or 1
        span = _width(how.window)
        if span is not None and series.times is None:
            raise TypeError(
                f"window: {how.window!r} is a length in time, which needs on=times or a pandas datetime index"
            )
        least = max(_least(how, 1, None), 1)
        found = _core.exponential_band(
            series.values, int(how.window) if span is None else span, None if span is None else series.times,
            before, width, least, _inf(how.inf), not series.nan_is_missing, series.mask,
        )  # fmt: skip
        all_so_far = _core.fixed_windows(rows, max(rows, 1), False, "left" if before else "right", step)
        return np.ascontiguousarray(found[:, ::step]), _Cut(all_so_far, least, step)

    return weigh


def _is_rows(window: Any) -> bool:
    window = unboxed(window)
    return isinstance(window, (int, np.integer)) and not isinstance(window, (bool, np.timedelta64))


def estimator_of(method: str, width: float, q: Sequence[float], of_next: bool = False) -> _core.Estimator:
    if isinstance(q, str) or np.ndim(q) != 1 or len(q) != 3:
        raise ValueError(f"q: {q!r} given, expected three quantiles: lower, expected, upper")
    word("method", method, "median", "mean", "quantile", "ewma")
    low, middle, high = (real("q", v) for v in q)
    return _core.Estimator(method, scales("width", width), low, middle, high, of_next)


class RollingBaseline:
    """What is normal for the next value of a stream, told before it is seen.

    Parameters
    ----------
    window : int or str or timedelta
        Rows of the window, or its length in event time, as in :func:`rolling_baseline`.
    method, width, q
        As in :func:`rolling_baseline`.
    min_periods : int, optional
        With fewer values nothing is known (NaN). By default half of a window of rows; for a window in time,
        and for ``"ewma"``, 1; with `period` 2, pooled 1.
    period, slot, tz, scale
        As in :func:`seasonal_baseline`: the window holds rows of the same slot. No season by default.

    Raises
    ------
    ValueError
        For a wrong window, method, width or quantiles.
    TypeError
        For a window that is neither rows nor a length in time.

    Notes
    -----
    `update` gives the bits of :func:`rolling_baseline` with ``closed="left"``, means within their error.
    A row costs O(log w), by median O(log(w)**2). NaN, infinities and excluded rows take a place in a window
    of rows, and nothing is learned from them.

    Examples
    --------
    >>> normal = bg.RollingBaseline(4, min_periods=2)
    >>> for value in [10.0, 12.0, 11.0, 13.0]:
    ...     _ = normal.update(value)
    >>> normal.expected()
    Band(expected=11.5, scale=1.4826022185056018, lower=7.052193344483195, upper=15.947806655516805)
    >>> normal.update(30.0).score(30.0) > 3
    True
    """

    __slots__ = ("_seasonal", "_stream", "_timed", "_what")
    _stream: _core.RollingStream | _core.SeasonalStream

    def __init__(
        self, window: Any, method: str = "median", *, width: float = 3.0,
        q: tuple[float, float, float] = (0.05, 0.5, 0.95), min_periods: int | None = None,
        period: Any = None, slot: Any = "1h", tz: str | tzinfo | None = None, scale: str = "slot",
    ) -> None:  # fmt: skip
        span = _width(window)
        self._seasonal = period is not None
        self._what = f"{window!r}, {method!r}"
        estimator, pooled = estimator_of(method, width, q), word("scale", scale, "slot", "pooled") == "pooled"
        if self._seasonal:
            if span is not None:
                raise TypeError(f"window: {window!r} given, expected rows of a slot (int) with period")
            season = season_of(period, slot, tz)
            self._timed = season.timed
            least = (1 if pooled else 2) if min_periods is None else whole("min_periods", min_periods, 0)
            self._stream = _core.SeasonalStream(season.engine, int(window), estimator, least, pooled)
            return
        self._timed = span is not None
        default = 1 if self._timed or method == "ewma" else (int(window) + 1) // 2
        least = default if min_periods is None else whole("min_periods", min_periods, 0)
        self._stream = _core.RollingStream(
            int(window) if span is None else span, self._timed, estimator, least
        )

    def update(self, x: Any, times: Any = None, *, exclude: Any = None) -> Band:
        """Tell what was expected of a value, or of each of an array, and take it in.

        Parameters
        ----------
        x : float or array-like of shape (rows,)
            Values in order; NaN and infinities are missing.
        times : instant or number of seconds, or array-like of them, optional
            When each value was; for a window in time. Rows of one time do not know each other. A row older
            than the newest one is counted in `late` and left out.
        exclude : bool, or as in :func:`rolling_baseline`, optional
            Rows to learn nothing from.

        Returns
        -------
        Band
            Of floats for a single value, else of arrays.

        Raises
        ------
        ValueError
            If times are missing or given for a window of rows, or lengths differ.
        """
        if np.ndim(x) == 0:
            when = None if times is None else _time("times", times)
            return Band(*self._stream.update(when, float(x), self._excluded(exclude, when)))
        values = present(_series_as_read(x, None))
        whens = None if times is None else _times("times", times)
        if self._timed and whens is None:
            raise ValueError("times: none given, expected one for each row: the window or season is of time")
        return Band(*self._stream.update_many(whens, values, rows_left_out(exclude, whens, len(values))))

    @staticmethod
    def _excluded(exclude: Any, when: int | None) -> bool:
        if exclude is None or isinstance(exclude, (bool, np.bool_)):
            return bool(exclude)
        times = None if when is None else np.array([when], dtype=np.int64)
        left_out = rows_left_out(exclude, times, 1)
        return left_out is not None and bool(left_out[0])

    def expected(self, times: Any = None) -> Band:
        """What is expected of the next value.

        Parameters
        ----------
        times : instant or number of seconds, optional
            When it will be; where the period is one of time.
        """
        if isinstance(self._stream, _core.RollingStream):
            return Band(*self._stream.expected())
        if not self._timed:
            return Band(*self._stream.expected(self._stream.rows()))
        if times is None:
            raise ValueError("times: none given, expected when the value will be: the season is one of time")
        return Band(*self._stream.expected(_time("times", times)))

    @property
    def late(self) -> int:
        """How many rows were older than the newest one, and so left out."""
        return self._stream.late() if isinstance(self._stream, _core.RollingStream) else 0

    def reset(self) -> None:
        """Forget all values."""
        self._stream.reset()

    def __repr__(self) -> str:
        """Show the window, the method and what is expected."""
        if self._seasonal:
            return f"RollingBaseline({self._what}, by season)"
        band = self.expected()
        return f"RollingBaseline({self._what}: {band.expected:.6g}, scale {band.scale:.6g})"
