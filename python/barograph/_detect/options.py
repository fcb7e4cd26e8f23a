"""Options of detectors: checked once, with messages that say what is accepted."""

from __future__ import annotations

import numbers
import operator
from typing import Any


def whole(name: str, value: Any, least: int, most: int) -> int:
    """A whole number of a range, or an error that names it."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name}: {value!r} given, expected a whole number")
    number = operator.index(value)
    if not least <= number <= most:
        raise ValueError(f"{name}: {value} given, expected {least} to {most}")
    return number


def count_or_share(name: str, value: Any) -> int | float:
    """A whole number from 1, or a float as a share."""
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        return whole(name, value, 1, (1 << 31) - 1)
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name}: {value!r} given, expected a whole number, or a share of them")
    if not 0.0 < float(value) <= 1.0:
        raise ValueError(f"{name}: {value} given, expected a whole number, or a share above 0 to 1")
    return float(value)


def resolved(value: int | float, of: int) -> int:
    """What a number or share comes to."""
    return max(1, int(value * of)) if isinstance(value, float) else value


def contamination_of(value: Any) -> float | None:
    """A share of anomalies, or None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"contamination: {value!r} given, expected a share, or None")
    if not 0.0 < float(value) <= 0.5:
        raise ValueError(f"contamination: {value} given, expected above 0 and at most 0.5, or None")
    return float(value)
