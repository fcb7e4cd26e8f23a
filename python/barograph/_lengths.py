"""Lengths of time as text: how ``"90s"``, ``"5min"``, ``"1h"`` and ``"1D"`` are read, wherever given."""

from __future__ import annotations

import re
from fractions import Fraction

#: Nanoseconds of a unit.
UNITS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "min": 60 * 10**9, "h": 3600 * 10**9,
         "D": 86400 * 10**9, "d": 86400 * 10**9, "W": 7 * 86400 * 10**9}  # fmt: skip

_WORDS = {"nanosecond": "ns", "microsecond": "us", "millisecond": "ms", "second": "s", "sec": "s",
          "minute": "min", "hour": "h", "day": "D", "week": "W"}  # fmt: skip


_PART = re.compile(r"\s*(\d+(?:\.\d+)?|)\s*([A-Za-z]+)")


def length_in_ns(name: str, text: str) -> int:
    """Return the nanoseconds of ``"5min"``, ``"1h30min"``, ``"1.5h"`` or ``"2 days"``; no number means one.

    Raises
    ------
    ValueError
        For an unknown unit; `name` is the argument that it names.
    """
    total, at = Fraction(0), 0
    while at < len(text.rstrip()) or not at:
        part = _PART.match(text, at)
        unit = None if part is None else UNITS.get(_WORDS.get(part[2].removesuffix("s"), part[2]))
        if part is None or unit is None:
            raise ValueError(
                f"{name}: {text!r} given, expected a length such as '90s', '5min', '1h30min', '1D'"
            )
        total += Fraction(part[1] or 1) * unit
        at = part.end()
    if total.denominator != 1 or total >= 2**63:
        raise ValueError(f"{name}: {text!r} given, expected whole nanoseconds, at most some 292 years")
    return int(total)
