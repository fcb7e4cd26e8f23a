"""Options of detectors: checked once, with messages that say what is accepted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from .._frames import unmasked
from .._given_options import real, unboxed, whole


def listed(name: str, values: Any) -> list[Any]:
    """A list of what is no text, or an error that names it."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise TypeError(f"{name}: {values!r} given, expected a list")
    return list(values)


def array_of(name: str, values: Any) -> npt.NDArray[Any]:
    """An array, NaN where one of numbers is masked, or an error that names it."""
    try:
        return unmasked(values)
    except ValueError:
        raise ValueError(f"{name}: rows of unequal length given, expected numbers of one shape") from None


def doubles(name: str, values: Any) -> npt.NDArray[np.float64]:
    """Numbers of any shape, or an error that names them."""
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{name}: {type(values).__name__} given, expected numbers") from None


def weights_of(values: Any) -> npt.NDArray[np.float64] | None:
    """How likely rows are to be drawn, or None."""
    return None if values is None else np.ascontiguousarray(doubles("weights", values))


def count_or_share(name: str, value: Any) -> int | float:
    """A whole number from 1, or a float as a share."""
    value = unboxed(value)
    if hasattr(value, "__index__"):
        return whole(name, value, 1, (1 << 31) - 1)
    share = real(name, value)
    if not 0.0 < share <= 1.0:
        raise ValueError(f"{name}: {value} given, expected a whole number, or a share above 0 to 1")
    return share


def resolved(value: int | float, of: int) -> int:
    """What a number or share comes to."""
    return max(1, int(value * of)) if isinstance(value, float) else value
