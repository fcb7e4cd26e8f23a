"""Columns of text to times, and how it is told which of day and month stands first."""

from __future__ import annotations

import datetime

import numpy as np
import numpy.typing as npt

from .. import _core
from .._dataset import OddCells
from .._frames import Array
from .._instants import beyond_ns
from .._zones import tzif
from .gathering import AMBIGUOUS, BAD, OK, Gathered, Text

NO_TIME = np.iinfo(np.int64).min
_EPOCH_UNITS = {"s": "epoch_s", "ms": "epoch_ms", "us": "epoch_us", "ns": "epoch_ns"}


class TimeColumn:
    """Gathers timestamps: int64 nanoseconds UTC.

    Parameters
    ----------
    name : str
        Of the column, for messages.
    time_format : str, optional
        A strptime format, or an epoch unit (s, ms, us, ns); told from the text by default.
    tz : str, optional
        Zone of times without an offset; UTC by default.
    """

    def __init__(self, name: str, time_format: str | None = None, tz: str | None = None) -> None:
        self.name = name
        self._engine_format, self._pattern = _time_format(time_format)
        self._zone = tzif(tz)
        self._gathered = Gathered(np.int64)
        self._undecided: list[tuple[int, Text, npt.NDArray[np.int64]]] = []
        self._proven: set[str] = set()  # orders of day and month that some date allows alone
        self.note: str | None = None
        self.without_offset = 0
        self.with_offset = 0

    def add(self, text: Text) -> None:
        """One block of text."""
        ns, status = self._parse(text)
        undecided = np.flatnonzero(status == AMBIGUOUS)
        if undecided.size:
            self._undecided.append((self._gathered.rows, Text(text.texts(undecided.tolist())), undecided))
            status = np.where(status == AMBIGUOUS, np.uint8(OK), status)
        self._gathered.set_aside(text, status, self._gathered.rows)
        self._gathered.add(ns)

    def add_times(self, times: npt.NDArray[np.datetime64], *, has_offset: bool) -> None:
        """One block that is typed already; times that nanoseconds cannot hold are odd cells, as of text."""
        beyond = np.flatnonzero(beyond_ns(times))
        if beyond.size:
            ending = "Z" if has_offset else ""
            texts = [f"{text}{ending}" for text in np.datetime_as_string(times[beyond]).tolist()]
            self._gathered.set_aside_texts(beyond + self._gathered.rows, texts)
            times = times.copy()
            times[beyond] = np.datetime64("NaT")
        ns = times.astype("datetime64[ns]").view(np.int64)
        if not has_offset:
            ns = self._located(ns)
            self.without_offset += len(ns)
        else:
            self.with_offset += len(ns)
        self._gathered.add(ns)

    def expect(self, rows: int) -> None:
        """About so many more rows are to come."""
        self._gathered.expect(rows)

    def _parse(self, text: Text) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
        if self._pattern is not None:
            return self._parse_pattern(text)
        ns, status, info = _core.parse_timestamps(*text.arguments, format=self._engine_format)
        formats = info["formats"]
        if "day_first" in formats:
            self._proven.add("day_first")
        if "month_first" in formats and "month_first" not in self._proven and _proves_month_first(text):
            self._proven.add("month_first")
        good = len(ns) - info["missing"] - info["bad"] - info["ambiguous"]
        self._count(info["without_offset"], good)
        if self._zone is not None and info["without_offset"]:
            if info["without_offset"] != good:
                raise ValueError(
                    f"tz: given for {self.name}, but some of its times have an offset and some have none; "
                    "write them all one way"
                )
            ns = self._located(ns)
        return ns, status

    def _count(self, without: int, good: int) -> None:
        self.without_offset += without
        self.with_offset += good - without

    def _located(self, ns: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return ns if self._zone is None else _core.to_utc(ns, self._zone)

    def _parse_pattern(self, text: Text) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
        assert self._pattern is not None
        ns = np.full(len(text), NO_TIME, np.int64)
        status = np.full(len(text), BAD, np.uint8)
        for row, cell in enumerate(text.texts(range(len(text)))):
            try:
                read = datetime.datetime.strptime(cell.strip(), self._pattern)
            except ValueError:
                continue
            aware = read.tzinfo is not None
            utc = read if aware else read.replace(tzinfo=datetime.UTC)
            since = utc - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
            ns[row] = (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1000
            status[row] = OK
            self._count(int(not aware), 1)
            if not aware:
                ns[row : row + 1] = self._located(ns[row : row + 1])
        return ns, status

    def finish(self) -> tuple[Array, OddCells | None]:
        """The column as datetime64[ns], NaT where there is no time, and the odd cells.

        Raises
        ------
        ValueError
            If the order of day and month cannot be told.
        """
        ns = self._gathered.taken()
        if self._undecided:
            if len(self._proven) != 1:
                example = self._undecided[0][1].texts([0])[0]
                raise ValueError(
                    f"columns: {self.name} holds dates such as {example!r}, whose order of day and month "
                    f"cannot be told; say it: columns={{'timestamp': '{self.name}:%d/%m/%Y'}} "
                    f"or '{self.name}:%m/%d/%Y' (--timestamp {self.name}:%d/%m/%Y)"
                )
            (order,) = self._proven
            for first, text, rows in self._undecided:
                values, _, _ = _core.parse_timestamps(*text.arguments, format=order)
                ns[first + rows] = self._located(values)
                self._count(len(rows), len(rows))
        if len(self._proven) == 1:
            first_word = "day" if "day_first" in self._proven else "month"
            self.note = f"{self.name}: dates are read {first_word} first, as some of them allow only that."
        return ns.view("datetime64[ns]"), self._gathered.odd()


def _proves_month_first(text: Text) -> bool:
    """Whether a date such as 12/25/2024 is there; 03/03/2024, which reads alike both ways, proves nothing."""
    _, month_first, _ = _core.parse_timestamps(*text.arguments, format="month_first")
    _, day_first, _ = _core.parse_timestamps(*text.arguments, format="day_first")
    return bool(np.any((month_first == OK) & (day_first != OK)))


def _time_format(given: str | None) -> tuple[str, str | None]:
    if given is None:
        return "auto", None
    if given in _EPOCH_UNITS:
        return _EPOCH_UNITS[given], None
    if "%" not in given:
        raise ValueError(
            f"columns: time format {given!r} given, expected a strptime format such as %d/%m/%Y, "
            "or s, ms, us, ns"
        )
    if given.startswith(("%d/%m/%Y", "%d/%m/%y")) and given[8:].strip() in (
        "",
        "%H:%M",
        "%H:%M:%S",
        "%H:%M:%S.%f",
    ):
        return "day_first", None
    if given.startswith("%m/%d/%Y") and given[8:].strip() in ("", "%H:%M", "%H:%M:%S", "%H:%M:%S.%f"):
        return "month_first", None
    return "auto", given
