"""Any state over the last stretch of event time, or over the last rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Generic, NamedTuple, Self, TypeVar

import numpy as np
import numpy.typing as npt

from . import _core, _frames, _given_numbers, _items, _quantile_histogram, _slo, _states, _streams, _trend
from ._frames import Strings
from ._given_options import whole
from ._given_times import _instant, _time, _times
from ._instants import in_ns
from ._lengths import length_in_ns
from ._state import State
from ._streams import _TimedState

S = TypeVar("S", bound=State)

# The number of a kind in its bytes -> the state, and the engine's windows over it.
_KINDS: dict[int, tuple[type[State], Any]] = {
    1: (_states.ExactSum, _core.WindowedExactSum),
    2: (_states.Moments, _core.WindowedMoments),
    3: (_quantile_histogram.QuantileHistogram, _core.WindowedQuantileHistogram),
    4: (_states.Proportion, _core.WindowedProportion),
    5: (_slo.Apdex, _core.WindowedApdex),
    6: (_slo.LatencySummary, _core.WindowedLatencySummary),
    7: (_streams.Ewma, _core.WindowedEwma),
    8: (_streams.Counter, _core.WindowedCounter),
    9: (_trend.Trend, _core.WindowedTrend),
    10: (_items.Top, _core.WindowedTop),
    11: (_items.Distinct, _core.WindowedDistinct),
}
_DEFAULT_SLOTS = 60
_MAX_WINDOW = 2**62


class Arrivals(NamedTuple):
    """Rows by how they came: `late` ones were accepted, those too late left out."""

    on_time: int
    late: int
    too_late: int


_ROWS_OR_TIME = "rows (int), a timedelta or '5min'"


def _window_ns(name: str, value: Any, accepted: str = "a timedelta or '5min'") -> int:
    if isinstance(value, str):
        return length_in_ns(name, value)
    if isinstance(value, np.timedelta64):
        return int(in_ns(name, value).astype(np.int64))
    if isinstance(value, timedelta):
        nanoseconds = (value.days * 86400 + value.seconds) * 10**9 + value.microseconds * 1000
        return nanoseconds + int(getattr(value, "nanoseconds", 0))
    raise TypeError(f"{name}: {type(value).__name__} given, expected {accepted}")


class Windowed(State, Generic[S]):
    """A state of the last stretch of event time, or of the last rows, kept in slots.

    Parameters
    ----------
    state : state, or callable that gives one
        An empty state with its configuration, such as ``bg.QuantileHistogram(pinned=[300])``, or
        ``bg.Moments``. Every state has windows.
    window : timedelta, str or int
        How far back: ``"1h"``, ``timedelta(hours=1)``; an int is a number of rows.
    slot : timedelta, str or int, optional
        What leaves at once; divides `window`, at most 10,000 times. The window is the slot that is being
        filled and those before it, so between ``window - slot`` and `window` is covered. By default a
        sixtieth of the window (rows: the largest slot of at most a sixtieth that divides it).
    lateness : timedelta or str, optional
        How far behind the newest row one may come. Rows later than that, or whose slot has left, are
        counted in `arrivals` and left out. By default as long as the window.

    Raises
    ------
    ValueError
        For a window that is no whole number of slots, or more than 10,000 of them.

    Notes
    -----
    `state()` has the bytes of the merge of the slots. States with exact counts and sums are subtracted
    when a slot leaves (and made anew where that would lose an extreme or a scale); the others are kept in
    two stacks, two merges a slot. Slots begin at multiples of their length, so windows of several hosts
    merge slot by slot, in any order; windows of rows do not merge.

    References
    ----------
    Akidau et al., "The dataflow model", VLDB 8 (2015); Tangwongsan, Hirzel, Schneider, Wu, "General
    incremental sliding-window aggregation", VLDB 8 (2015).

    Examples
    --------
    >>> import barograph as bg
    >>> w = bg.Windowed(bg.Moments, "1min", "10s")
    >>> w.update([5.0, 7.0, 100.0], times=[0, 30, 59]).state().mean()
    37.333333333333336
    >>> w.update(9.0, times=75).state().mean()
    38.666666666666664
    >>> w.update(1.0, times=3).arrivals
    Arrivals(on_time=4, late=0, too_late=1)
    """

    __slots__ = ("_state",)
    _state: type[S]

    def __init__(
        self,
        state: S | Callable[[], S],
        window: timedelta | str | int,
        slot: timedelta | str | int | None = None,
        *,
        lateness: timedelta | str | None = None,
    ) -> None:
        """Start empty."""
        empty = state() if callable(state) else state
        engines = dict(_KINDS.values())
        if type(empty) not in engines:
            raise TypeError(f"state: {type(empty).__name__} given, expected a state such as bg.Moments()")
        empty = empty.copy()
        empty.reset()
        rows = not isinstance(window, (str, timedelta, np.timedelta64)) and hasattr(window, "__index__")
        length = whole("window", window) if rows else _window_ns("window", window, _ROWS_OR_TIME)
        if not 1 <= length <= _MAX_WINDOW:
            raise ValueError(f"window: {window!r} given, expected more than nothing and less than 146 years")
        if slot is None:
            width = (
                next(w for w in range(max(length // _DEFAULT_SLOTS, 1), 0, -1) if length % w == 0)
                if rows
                else -(-length // _DEFAULT_SLOTS)
            )
            length = length if rows else width * _DEFAULT_SLOTS
        elif rows:
            width = whole("slot", slot)
        else:
            width = _window_ns("slot", slot)
        if rows and issubclass(type(empty), _TimedState):
            raise ValueError(f"window: {window!r} rows given, {type(empty).__name__} needs one of time")
        late = length if lateness is None else _window_ns("lateness", lateness)
        self._state = type(empty)
        self._engine = engines[type(empty)](empty._engine, length, width, max(late, 0), rows)
        if late < 0:
            raise ValueError(f"lateness: {lateness!r} given, expected nothing or more")

    @classmethod
    def _of(cls, engine: Any) -> Self:
        state = cls.__new__(cls)
        state._engine = engine
        state._state = next(of for of, windows in _KINDS.values() if windows is type(engine))  # type: ignore[assignment]
        return state

    @classmethod
    def _read(cls, data: bytes, max_bytes: int) -> Self:
        """Whatever state the window is over."""
        kind = _core.kind_in_window(data, max_bytes)
        if kind not in _KINDS:
            raise ValueError(f"bytes: a window over states of kind {kind}, which this version does not know")
        return cls._of(_KINDS[kind][1].from_bytes(data, max_bytes))

    def _engine_of(self, other: object, operation: str) -> Any:
        if isinstance(other, Windowed) and other._state is not self._state:
            raise TypeError(
                f"{operation}: a window over {other._state.__name__} given, expected {self._state.__name__}"
            )
        return super()._engine_of(other, operation)

    def update(self, *values: Any, times: Any = None) -> Self:
        """Add one row, or all rows of columns; returns self.

        Parameters
        ----------
        *values : what the state's `update` takes
            One value, or array-like of shape (rows,), for each of its parameters:
            ``w.update(latencies, errors, times=t)`` for a `LatencySummary`. A scalar beside columns holds
            for all rows.
        times : instant or number of seconds, or array-like of them, shape (rows,)
            When each row was; for a window of rows it is not given.

        Raises
        ------
        TypeError
            If values are not what the state takes, or times no instants.
        ValueError
            If lengths differ, a time is missing, or times are given to a window of rows.
        """
        if not values:
            raise TypeError("update: no values given, expected what the state's update takes")
        columns = [_column(v) for v in values]
        sizes = [len(c) for c in columns if c is not None]
        if not sizes:
            columns[0] = _column([values[0]])
            sizes = [1]
        if self._engine.rows():
            if times is not None:
                raise ValueError("times: given to a window of rows, expected none")
            first = self._engine.newest() + 1 if self._engine.started() else 0
            at = np.arange(first, first + sizes[0], dtype=np.int64)
        elif times is None:
            raise ValueError("times: none given, expected when each row was")
        elif sizes == [1] and not hasattr(times, "__len__"):
            at = np.array([_time("times", times)], dtype=np.int64)
        else:
            at = _times("times", times)
        for size in sizes:
            if size != at.size:
                raise ValueError(f"times: {at.size} given, expected {size}, one for each row")
        # All that can be wrong with the values shows before the clock moves.
        parts = self._parts(at, columns, values)
        kept = self._engine.observe(at)
        if not kept.all():
            parts = self._parts(at[kept], [None if c is None else c[kept] for c in columns], values)
        self._engine.merge_slots([index for index, _ in parts], [state._engine for _, state in parts])
        return self

    def _parts(
        self, at: npt.NDArray[np.int64], columns: list[Any], values: tuple[Any, ...]
    ) -> list[tuple[int, State]]:
        """A state for each slot, of its rows in their order."""
        index = at // self._engine.slot_length()
        if index.size == 0:
            return []
        if (index[1:] < index[:-1]).any():
            order = np.argsort(index, kind="stable")
            at, index = at[order], index[order]
            columns = [None if c is None else c[order] for c in columns]
        edges = np.flatnonzero(np.diff(index, prepend=index[:1] - 1))
        empty = self._state._of(self._engine.empty_state())
        parts: list[tuple[int, State]] = []
        for a, b in zip(edges.tolist(), [*edges.tolist()[1:], index.size], strict=True):
            part: Any = empty.copy()
            timed = isinstance(part, _TimedState)
            rows = [v if c is None else c[a:b] for c, v in zip(columns, values, strict=True)]
            if timed:
                part.update(*rows, times=at[a:b].view("datetime64[ns]"))
            else:
                part.update(*rows)
            parts.append((int(index[a]), part))
        return parts

    def advance(self, time: Any) -> Self:
        """Move the clock to `time` where no row tells it: slots that are too old by then leave."""
        if self._engine.rows():
            raise ValueError("time: given to a window of rows, whose clock are its rows")
        self._engine.advance(_time("time", time))
        return self

    def state(self, last: timedelta | str | int | None = None) -> S:
        """Return the state of the window: a copy, which later rows do not change.

        Parameters
        ----------
        last : timedelta, str or int, optional
            Only so much of the window, rounded up to whole slots.

        Raises
        ------
        ValueError
            If `last` is longer than the window.
        """
        if last is None:
            return self._state._of(self._engine.value())
        rows: bool = self._engine.rows()
        length = whole("last", last) if rows else _window_ns("last", last, _ROWS_OR_TIME)
        if not 1 <= length <= self._engine.window():
            raise ValueError(f"last: {last!r} given, expected more than nothing, up to the window")
        return self._state._of(self._engine.value(-(-length // self._engine.slot_length())))

    def slots(self) -> list[tuple[Any, S]]:
        """Return the start of each slot that has rows (an instant, or the number of a row) and its state."""
        width: int = self._engine.slot_length()
        start: Callable[[int], Any] = int if self._engine.rows() else _instant
        return [(start(index * width), self._state._of(state)) for index, state in self._engine.slots()]

    @property
    def window(self) -> np.timedelta64 | int:
        """How far back the window reaches: a length of time, or rows."""
        return self._long(self._engine.window())

    @property
    def slot(self) -> np.timedelta64 | int:
        """What leaves at once: a length of time, or rows."""
        return self._long(self._engine.slot_length())

    def _long(self, length: int) -> np.timedelta64 | int:
        return length if self._engine.rows() else np.timedelta64(length, "ns")

    @property
    def newest(self) -> np.datetime64 | int | None:
        """The latest time (or row) seen; None before the first."""
        if not self._engine.started():
            return None
        newest: int = self._engine.newest()
        return newest if self._engine.rows() else _instant(newest)

    @property
    def arrivals(self) -> Arrivals:
        """How many rows came on time, late, and too late."""
        return Arrivals(*self._engine.arrivals())

    def __repr__(self) -> str:
        """Show the window and its state."""
        seconds = 1 if self._engine.rows() else 10**9
        unit = " rows" if self._engine.rows() else " s"
        return (
            f"Windowed(window={self._engine.window() / seconds:g}{unit}, "
            f"slot={self._engine.slot_length() / seconds:g}{unit}, "
            f"too_late={self.arrivals.too_late}, {self.state()!r})"
        )


def _column(values: Any) -> Any:
    """Something with rows as an array or `Strings`; None for a single value."""
    if _given_numbers._is_scalar(values):
        return None
    if isinstance(values, (list, tuple)):
        numbers = np.asarray(values) if all(isinstance(v, (bool, int, float)) for v in values) else None
        if numbers is not None and numbers.ndim == 1:
            return numbers
        column = np.empty(len(values), dtype=object)
        column[:] = values
        return column
    column = _frames._plain(values)
    if not isinstance(column, Strings) and column.ndim != 1:
        raise ValueError(f"values: {column.ndim} dimensions given, expected 1")
    return column
