"""Figures as people read them: rounded, with units; days, hours and intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = 86_400 * 10**9
_MINUTE = 60 * 10**9
_SECOND = 10**9


def count(value: float) -> str:
    """``12,345``; below 10 with a decimal where it has one."""
    if value != value:
        return "unknown"
    if abs(value) < 10 and value != int(value):
        return f"{value:.1f}"
    return f"{round(value):,}"


def rows(number: int, one: str, many: str | None = None) -> str:
    """``1 request``, ``2 requests``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def significant(value: float, digits: int = 3) -> str:
    """Rounded to so many digits, without an exponent where it can be read without."""
    if value != value:
        return "unknown"
    if abs(value) >= 10 ** (digits - 1):
        return f"{round(value):,}" if abs(value) < 1e15 else f"{value:.{digits - 1}e}"
    return f"{value:.{digits}g}"


def ms(value: float) -> str:
    """``412 ms``, ``12.3 s``."""
    if value != value:
        return "unknown"
    if abs(value) >= 10_000:
        return f"{significant(value / 1000)} s"
    return f"{significant(value)} ms"


def figure(value: float, unit: str) -> str:
    """A measured value with its unit, if it has one."""
    return ms(value) if unit == "ms" else f"{significant(value)} {unit}".rstrip()


def percent(share: float) -> str:
    """``4.5 %``, ``0.04 %``, ``14 %``."""
    if share != share:
        return "unknown"
    value = share * 100
    if value >= 99.95 and share < 1:
        return f"{value:.3g} %" if value < 99.995 else "over 99.99 %"
    if value >= 10:
        return f"{value:.0f} %"
    return f"{value:.1f} %" if value >= 1 else f"{value:.2g} %"


def times(ratio: float) -> str:
    """``2.9x``, ``14x``."""
    return f"{ratio:.1f}x" if ratio < 10 else f"{ratio:,.0f}x"


def listed(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def hours(start: int, end: int | None = None) -> str:
    """``18:00-19:00`` of an hour of day; `end` is where it stops, by default an hour later."""
    return f"{start:02d}:00-{start + 1 if end is None else end:02d}:00"


def date(day: int) -> str:
    """``Fri 5 Jan`` of a day number since 1970-01-01."""
    when = np.datetime64(int(day), "D")
    year, month = str(when).rsplit("-", 2)[:2]
    return f"{_DAYS[(int(day) + 3) % 7]} {int(str(when)[-2:])} {_MONTHS[int(month) - 1]}{_year(year)}"


def _year(year: str) -> str:
    return "" if year.isdigit() and 2000 <= int(year) < 2100 else f" {year}"


def clock(wall: int) -> str:
    """``10:00`` or ``10:00:30`` of a wall-clock time in nanoseconds."""
    second = wall % _DAY // _SECOND
    text = f"{second // 3600:02d}:{second // 60 % 60:02d}"
    return text if wall % _MINUTE == 0 else f"{text}:{second % 60:02d}"


def moment(wall: int) -> str:
    """``Fri 5 Jan 10:00``."""
    return f"{date(wall // _DAY)} {clock(wall)}"


def interval(start: int, end: int) -> str:
    """``Fri 5 Jan 10:00-16:00``, with the second date only where it differs."""
    last = end - 1 if end % _DAY == 0 else end
    if start // _DAY == last // _DAY:
        return f"{moment(start)}-{'24:00' if end % _DAY == 0 else clock(end)}"
    if start % _DAY == 0 and end % _DAY == 0:
        return f"{date(start // _DAY)} to {date(last // _DAY)}"
    return f"{moment(start)} to {moment(end)}"


def duration(nanoseconds: int) -> str:
    """``45 s``, ``12 min``, ``3.5 h``, ``2.1 days``."""
    for unit, name in ((86_400 * _SECOND, "day"), (3600 * _SECOND, "h"), (_MINUTE, "min")):
        if nanoseconds >= unit and nanoseconds % unit == 0 and nanoseconds // unit < 100:
            number = nanoseconds // unit
            return f"{number} {name}{'s' if name == 'day' and number > 1 else ''}"
    seconds = nanoseconds / 1e9
    if seconds < 120:
        return f"{significant(seconds)} s"
    if seconds < 7200:
        return f"{significant(seconds / 60)} min"
    if seconds < 2 * 86_400:
        return f"{significant(seconds / 3600)} h"
    return f"{significant(seconds / 86_400)} days"


def nanoseconds(time: Any) -> int:
    """A time of a table as wall-clock nanoseconds."""
    return int(np.datetime64(time, "ns").astype(np.int64))


def iso(wall: int) -> str:
    """``2024-01-05T10:00:00`` of a wall-clock time in nanoseconds."""
    when = np.datetime64(int(wall), "ns")
    return str(when.astype("datetime64[s]") if wall % _SECOND == 0 else when)
