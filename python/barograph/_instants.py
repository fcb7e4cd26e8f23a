"""Times and lengths of time in nanoseconds, which 64 bits hold for the years 1678 to 2262 only."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ._lengths import UNITS

_MOST = 2**63 - 1
_SIZES = {**{unit: size for unit, size in UNITS.items() if unit not in ("min", "d")}, "m": 60 * 10**9}
_FINER = ("ps", "fs", "as")

#: What is accepted, for messages.
RANGE = {"M": "times from 1677-09-21 to 2262-04-11", "m": "at most some 292 years"}


def beyond_ns(times: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which times, in a unit of fixed length and one at a time, nanoseconds cannot hold; NaT none."""
    if times.dtype == np.dtype("datetime64[ns]"):
        return np.zeros(times.shape, dtype=np.bool_)
    ticks, most = times.view(np.int64), _MOST // _SIZES[np.datetime_data(times.dtype)[0]]
    beyond: npt.NDArray[np.bool_] = ((ticks < -most) | (ticks > most)) & ~np.isnat(times)
    return beyond


def in_ns(name: str, values: npt.ArrayLike) -> npt.NDArray[Any]:
    """Instants (datetime64) or lengths (timedelta64) of any unit in nanoseconds; NaT stays.

    numpy wraps what nanoseconds cannot hold, so that the year 9999 would become 1816.

    Raises
    ------
    ValueError
        For a time that nanoseconds cannot hold; `name` is the argument that it names.
    """
    given = np.asarray(values)
    unit, many = np.datetime_data(given.dtype)
    native = given.astype(given.dtype.newbyteorder("="), copy=False)
    if (unit == "ns" and many == 1) or unit == "generic" or given.size == 0:
        return native.astype(f"{given.dtype.kind}8[ns]", copy=False)
    size = _SIZES.get(unit)
    if size is not None:
        ticks, most = native.view(np.int64), _MOST // (size * many)
        if -most <= int(ticks.min()) and int(ticks.max()) <= most:
            return native.astype(f"{given.dtype.kind}8[ns]")
    try:
        made = native.astype(f"{given.dtype.kind}8[ns]")
    except OverflowError:
        made = np.full_like(native, np.iinfo(np.int64).min, dtype=f"{given.dtype.kind}8[ns]")
    if unit not in _FINER:
        wrapped = (made.astype(native.dtype) != native) & ~np.isnat(native)
        if wrapped.any():
            raise ValueError(f"{name}: {native[wrapped][0]} given, expected {RANGE[given.dtype.kind]}")
    return made
