"""Level, trend and season of a stream, each carried on by exponential smoothing (Holt-Winters)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from . import _core
from ._baseline import Band
from ._cuts import _Cut, _How
from ._decompose import rows_of
from ._exclusion import rows_left_out
from ._given_numbers import _numbers
from ._given_options import flag, real, scales, whole, word
from ._season import period_of
from ._series_kinds import _columns, _series_as_read, present
from ._state import MAX_BYTES, Stored

_NAN = float("nan")


def _share(name: str, value: Any) -> float:
    """Smoothing that was given, NaN for what is to be fitted."""
    share = _NAN if value is None else real(name, value)
    if value is not None and not 0.0 <= share <= 1.0:
        raise ValueError(f"{name}: {share} given, expected 0 to 1")
    return share


class Smoothing(NamedTuple):
    """How fast level, trend and season follow the errors, and how much of the trend is carried on."""

    level: float
    trend: float
    seasonal: float
    damping: float


class Components(NamedTuple):
    """Level, trend and season (from the next row on) as they are now."""

    level: float
    trend: float
    seasonal: Any


def holt_winters(
    x: Any, period: Any = None, *, seasonal: str | None = "additive", trend: str | None = "additive",
    damped_trend: bool = False, smoothing_level: float | None = None, smoothing_trend: float | None = None,
    smoothing_seasonal: float | None = None, damping_trend: float | None = None, robust: bool = False,
    width: float = 3.0, memory: int | None = None, on: Any = None, exclude: Any = None,
) -> Band:  # fmt: skip
    """What exponential smoothing of level, trend and season expects of each row from the rows before it.

    Parameters
    ----------
    x : one-dimensional, as in :func:`rolling_mean`
        Evenly spaced. NaN, null and infinities are missing.
    on : array-like of datetime64 or int (ns), optional
        Times of the rows; for intervals to exclude, or a period in time.
    exclude : mask, intervals or frame, optional
        Rows to learn nothing from, as in :func:`rolling_baseline`.
    period, seasonal, trend, damped_trend, smoothing_level, smoothing_trend, smoothing_seasonal, \
damping_trend, robust, width, memory
        As in :class:`HoltWinters`, whose `fit` this is.

    Returns
    -------
    Band
        `expected`, `scale`, `lower`, `upper` of the kind of `x`. Each row's figures come from the rows
        before it, but for the smoothing and the first parts, which are fitted to the whole series.

    Examples
    --------
    >>> import numpy as np
    >>> load = np.tile([10.0, 20.0, 60.0, 30.0], 10) + np.arange(40)
    >>> band = bg.holt_winters(load, 4)
    >>> bool(abs(band.expected - load).max() < 1e-9)
    True
    """
    model = HoltWinters(
        period, seasonal=seasonal, trend=trend, damped_trend=damped_trend, smoothing_level=smoothing_level,
        smoothing_trend=smoothing_trend, smoothing_seasonal=smoothing_seasonal, damping_trend=damping_trend,
        robust=robust, width=width, memory=memory,
    )  # fmt: skip
    columns, how = _columns(x, _How(1, None, False, None, None, on, "missing"))
    if columns is None:
        return model.fit(x, on=on, exclude=exclude).fitted
    bands = columns.each(
        how, lambda i, one: model.copy().fit(columns.columns[i], on=one.on, exclude=exclude).fitted
    )
    return Band(*(columns.join([band[k] for band in bands]) for k in range(4)))


class HoltWinters(Stored):
    """Level, trend and season of a stream, each carried on by exponential smoothing.

    Parameters
    ----------
    period : int or {"week", "day"} or length of time, optional
        Rows of a season, 2 or more; or its length, where `fit` is given times. None: no season.
    seasonal : {"additive", "multiplicative"}, optional
        Whether the season is added to the level or multiplied with it (values above 0). Of no period none.
    trend : {"additive"}, optional
        None: no trend.
    damped_trend : bool, default False
        Whether the trend fades.
    smoothing_level, smoothing_trend, smoothing_seasonal, damping_trend : float, optional
        0 to 1. What is not given is fitted, by the one-step errors.
    robust : bool, default False
        An error beyond two scales counts as two, in learning and in fitting: incidents are hardly learned.
    width : float, default 3
        The limits are so many scales from the expected value.
    memory : int, optional
        Rows that the scale, the root of the weighted mean of squared errors, spans. Ten seasons by
        default, at least 500.
    start : tuple of (level, trend, seasonal), optional
        The parts before the first row: with them and all smoothing given nothing needs to be fitted.

    Raises
    ------
    ValueError
        For choices, smoothing or parts that cannot be.

    Notes
    -----
    The recursions are those of statsmodels' ``ExponentialSmoothing``. A missing or excluded row changes
    nothing but that time goes on. The first parts come from up to four seasons by medians.

    References
    ----------
    .. [1] R. J. Hyndman, A. B. Koehler, J. K. Ord, R. D. Snyder (2008), "Forecasting with Exponential
       Smoothing".
    .. [2] S. Gelper, R. Fried, C. Croux (2010), "Robust forecasting with exponential and Holt-Winters
       smoothing".

    Examples
    --------
    >>> import numpy as np
    >>> load = np.tile([10.0, 20.0, 60.0, 30.0], 10) + np.arange(40) % 3
    >>> model = bg.HoltWinters(4, trend=None).fit(load)
    >>> round(model.expected().expected), model.update(90.0).score(90.0) > 5
    (11, True)
    """

    __slots__ = ("_by", "_engine", "_fitted", "_how", "_period", "_seasonal", "_start", "_trend")

    def __init__(
        self, period: Any = None, *, seasonal: str | None = "additive", trend: str | None = "additive",
        damped_trend: bool = False, smoothing_level: float | None = None,
        smoothing_trend: float | None = None, smoothing_seasonal: float | None = None,
        damping_trend: float | None = None, robust: bool = False, width: float = 3.0,
        memory: int | None = None, start: tuple[float, float, Sequence[float]] | None = None,
    ) -> None:  # fmt: skip
        word("trend", trend, "additive", None)
        word("seasonal", seasonal, "additive", "multiplicative", None)
        memory = 0 if memory is None else whole("memory", memory, 1)
        if period is not None:
            period_of(period)
        self._period = period
        self._seasonal = "none" if period is None or seasonal is None else seasonal
        self._trend, damped = trend is not None, flag("damped_trend", damped_trend) and trend is not None
        self._by = [
            _share("smoothing_level", smoothing_level),
            _share("smoothing_trend", smoothing_trend) if self._trend else 0.0,
            _share("smoothing_seasonal", smoothing_seasonal) if self._seasonal != "none" else 0.0,
            _share("damping_trend", damping_trend) if damped else 1.0,
        ]
        self._how = damped, scales("width", width), float(memory), flag("robust", robust)
        self._engine: _core.HoltWinters | None = None
        self._fitted: Band | None = None
        self._start: Components | None = None
        if start is None:
            return
        if any(value != value for value in self._by):
            raise ValueError("start: given, expected all smoothing with it")
        if not isinstance(start, Sequence) or len(start) != 3:
            what = len(start) if isinstance(start, Sequence) else type(start).__name__
            raise ValueError(f"start: {what} given, expected (level, slope, season)")
        level, slope = real("start", start[0]), real("start", start[1])
        parts = _numbers("start", start[2]).tolist() if self._seasonal != "none" else []
        if self._seasonal != "none" and len(parts) != whole("period", period):
            raise ValueError(f"start: a season of {len(parts)} rows given, expected {period}")
        span = float(memory or max(500, 10 * len(parts)))
        self._engine = _core.HoltWinters(
            self._seasonal, self._by, level, slope, parts, self._how[1], span, self._how[3]
        )
        self._start = Components(*self._engine.parts())

    def fit(self, x: Any, *, on: Any = None, exclude: Any = None) -> Self:
        """Fit what was not given to a series, and take its rows in; returns self.

        Parameters
        ----------
        x, on, exclude
            As in :func:`holt_winters`; one-dimensional.

        Raises
        ------
        ValueError
            For less than two periods, or values that are not above 0 where the season multiplies.
        """
        series = _series_as_read(x, on)
        values = present(series)
        left_out = rows_left_out(exclude, series.times, len(values))
        period = 0 if self._seasonal == "none" else rows_of(self._period, series.times, len(values))
        damped, width, memory, robust = self._how
        engine = _core.HoltWinters.fit(
            values, self._seasonal, period, self._trend, damped, self._by, width, memory, robust, left_out
        )
        self._start = Components(*engine.parts())
        found = engine.update_many(values, left_out)
        cut = _Cut(_core.fixed_windows(len(values), 1, False, "right", 1), 0, 1)
        self._engine, self._fitted = engine, Band(*(series.wrap(part, cut) for part in found))
        return self

    @property
    def fitted(self) -> Band:
        """What was expected of each row of the series that was fitted, before the row."""
        if self._fitted is None:
            raise ValueError("fitted: nothing was fitted, call fit(x) first")
        return self._fitted

    def update(self, x: Any, *, exclude: Any = None) -> Band:
        """Tell what was expected of the next value, or of each of an array, and take it in.

        Parameters
        ----------
        x : float or array-like of shape (rows,)
            Values in order; NaN and infinities are missing.
        exclude : bool or mask, optional
            Rows to learn nothing from.

        Returns
        -------
        Band
            Of floats for a single value, else of arrays.
        """
        if np.ndim(x) == 0:
            return Band(*self._model().update(float(x), bool(exclude)))
        values = present(_series_as_read(x, None))
        return Band(*self._model().update_many(values, rows_left_out(exclude, None, len(values))))

    def expected(self) -> Band:
        """What is expected of the next value."""
        return Band(*self._model().expected())

    def forecast(self, rows: int) -> Band:
        """What is expected of so many rows ahead, as arrays; the scale is that of one row ahead."""
        count = whole("rows", rows, 1, 10**7)
        return Band(*self._model().ahead(count))

    @property
    def smoothing(self) -> Smoothing:
        """The smoothing given or fitted."""
        return Smoothing(*self._model().smoothing())

    @property
    def components(self) -> Components:
        """Level, trend and season as they are now."""
        return Components(*self._model().parts())

    @property
    def start(self) -> Components:
        """Level, trend and season before the first row."""
        if self._start is None:
            raise ValueError("start: not known, call fit(x) first")
        return self._start

    def copy(self) -> HoltWinters:
        """Return an independent copy."""
        other = HoltWinters.__new__(HoltWinters)
        for name in self.__slots__:
            setattr(other, name, getattr(self, name))
        other._engine = None if self._engine is None else self._engine.copy()
        return other

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the fitted model, from which it goes on here or in C++.

        What was expected of past rows (`fitted`, `start`) is not among them.

        Examples
        --------
        >>> model = bg.HoltWinters(2).fit([1.0, 5.0, 2.0, 6.0, 3.0, 7.0])
        >>> bg.HoltWinters.from_bytes(model.to_bytes()).forecast(2).expected.round(6)
        array([4., 8.])
        """
        return self._model().to_bytes()

    @classmethod
    def _read(cls, data: bytes, max_bytes: int) -> Self:
        engine = _core.HoltWinters.from_bytes(data, max_bytes)
        seasonal, width, memory, robust = engine.configuration()
        by, parts = engine.smoothing(), engine.parts()
        model = cls(len(parts[2]) or None, seasonal=None if seasonal == "none" else seasonal)
        model._by, model._trend = list(by), by[1] > 0 or parts[1] != 0
        model._how = by[3] != 1.0, width, memory, robust
        model._engine = engine
        return model

    def __eq__(self, other: object) -> bool:
        """Tell whether canonical bytes are equal: the same is expected from here on; or the options."""
        if type(other) is not type(self):
            return NotImplemented
        if self._engine is None or other._engine is None:
            # repr: what is to be fitted is NaN until then, which a pickle gives as another NaN
            return repr(self.__getstate__()) == repr(other.__getstate__())
        return self.to_bytes() == other.to_bytes()

    __hash__ = None  # type: ignore[assignment]

    def __getstate__(self) -> dict[str, Any]:
        """Everything, the fitted model as canonical bytes."""
        state = {name: getattr(self, name) for name in self.__slots__}
        state["_engine"] = None if self._engine is None else self.to_bytes()
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take back what `__getstate__` gave."""
        for name in self.__slots__:
            setattr(self, name, state[name])
        if self._engine is not None:
            self._engine = _core.HoltWinters.from_bytes(state["_engine"], MAX_BYTES)

    def _model(self) -> _core.HoltWinters:
        if self._engine is None:
            raise ValueError("HoltWinters: not fitted, call fit(x) first (or give start and all smoothing)")
        return self._engine

    def __repr__(self) -> str:
        """Show period, season and smoothing."""
        if self._engine is None:
            return f"HoltWinters({self._period!r}, seasonal={self._seasonal!r}, not fitted)"
        by = self.smoothing
        return (
            f"HoltWinters({self._period!r}, seasonal={self._seasonal!r}: level {by.level:.3g}, "
            f"trend {by.trend:.3g}, seasonal {by.seasonal:.3g}, damping {by.damping:.3g})"
        )
