"""Lengths of time as text: how ``"90s"``, ``"5min"``, ``"1h"`` and ``"1D"`` are read, wherever given."""

from __future__ import annotations

#: Nanoseconds of a unit.
UNITS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "min": 60 * 10**9, "h": 3600 * 10**9,
         "D": 86400 * 10**9, "d": 86400 * 10**9, "W": 7 * 86400 * 10**9}  # fmt: skip


def length_in_ns(name: str, text: str) -> int:
    """Return the nanoseconds of ``"5min"``; no number means one.

    Raises
    ------
    ValueError
        For an unknown unit; `name` is the argument that it names.
    """
    digits = len(text) - len(text.lstrip("0123456789"))
    unit = UNITS.get(text[digits:].strip())
    if unit is None:
        raise ValueError(f"{name}: {text!r} given, expected a length such as '90s', '5min', '1h', '1D'")
    return int(text[:digits] or 1) * unit
