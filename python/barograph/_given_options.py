"""Options that a caller gives, checked in one place: errors name the argument and what may be given."""

from __future__ import annotations

import operator
from reprlib import repr as shown
from typing import Any

import numpy as np

MOST = 2**63 - 1


def unboxed(value: Any) -> Any:
    """The value of an array of no dimensions; anything else as it is."""
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value


def whole(name: str, value: Any, least: int = -MOST, most: int = MOST) -> int:
    """A whole number of a range; no truth value, no text."""
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: {shown(value)} given, expected a whole number") from None
    if not least <= number <= most:
        range_ = f"{least} to {most}"
        if most == MOST:
            range_ = f"{least} or more" if number < least else f"at most {most}"
        raise ValueError(f"{name}: {number} given, expected {range_}")
    return number


def real(name: str, value: Any) -> float:
    """A number; no truth value, no text, even of a number."""
    try:
        if isinstance(value, (bool, np.bool_, str, bytes, bytearray, np.datetime64, np.timedelta64)):
            raise TypeError
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{name}: {shown(value)} given, expected a number") from None


def scales(name: str, value: Any) -> float:
    """How many scales limits are from what is expected."""
    width = real(name, value)
    if not 0.0 <= width < np.inf:
        raise ValueError(f"{name}: {width} given, expected 0 or more scales")
    return width


def flag(name: str, value: Any) -> bool:
    """True or False; 1 and 0 are these, too."""
    given = unboxed(value)
    whole_number = isinstance(given, (int, np.integer)) and not isinstance(given, np.timedelta64)
    if not isinstance(given, (bool, np.bool_)) and not (whole_number and given in (0, 1)):
        raise TypeError(f"{name}: {shown(value)} given, expected True or False")
    return bool(given)


def text(name: str, value: Any, such_as: str = "") -> str:
    """Text."""
    if not isinstance(value, str):
        like = f" such as {such_as!r}" if such_as else ""
        raise TypeError(f"{name}: {shown(value)} given, expected text{like}")
    return value


def word(name: str, value: Any, *accepted: str | None) -> Any:
    """One of some words, or None where that is among them."""
    if not (value is None or isinstance(value, str)) or value not in accepted:
        *others, last = map(repr, accepted)
        expected = f"{', '.join(others)} or {last}" if others else last
        raise (ValueError if isinstance(value, str) else TypeError)(
            f"{name}: {shown(value)} given, expected {expected}"
        )
    return value
