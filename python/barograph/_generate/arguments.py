"""What makers of telemetry are told: times, lengths of time, shares; errors name the argument."""

from __future__ import annotations

import datetime
import numbers
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from .. import _core

Instant: TypeAlias = str | datetime.date | datetime.datetime | np.datetime64
Duration: TypeAlias = str | datetime.timedelta | np.timedelta64

#: The kinds of dirt, as ``truth["dirt"]`` names them.
DIRT_KINDS: tuple[str, ...] = _core.DIRT_KINDS

UNITS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}


def whole_number(name: str, value: Any, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name}: {value!r} given, expected a whole number")
    whole = int(value)
    if not least <= whole <= most:
        raise ValueError(f"{name}: {whole} given, expected {least} to {most}")
    return whole


def number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name}: {value!r} given, expected a number")
    return float(value)


def shares(dirt: float | Mapping[str, float]) -> list[float]:
    if not isinstance(dirt, Mapping):
        total = number("dirt", dirt)
        if not 0.0 <= total <= 0.5:
            raise ValueError(f"dirt: {total:g} given, expected 0 to 0.5")
        return [total / len(DIRT_KINDS)] * len(DIRT_KINDS)
    unknown = [kind for kind in dirt if kind not in DIRT_KINDS]
    if unknown:
        raise ValueError(f"dirt: kind {unknown[0]!r} given, expected some of {', '.join(DIRT_KINDS)}")
    return [number("dirt", dirt.get(kind, 0.0)) for kind in DIRT_KINDS]


def instant_ms(name: str, value: Any) -> int:
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        value = value.astimezone(datetime.UTC).replace(tzinfo=None)
    if not isinstance(value, str | datetime.date | np.datetime64):
        raise TypeError(f"{name}: {value!r} given, expected a time, e.g. '2024-01-01'")
    try:
        instant = np.datetime64(value)
    except ValueError:
        instant = np.datetime64("NaT", "ns")
    if np.isnat(instant):
        raise ValueError(f"{name}: {value!r} given, expected a time, e.g. '2024-01-01' or '2024-01-01 18:00'")
    return int(instant.astype("datetime64[ms]").astype(np.int64))


def duration_ms(name: str, value: Any) -> int:
    if isinstance(value, str):
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)\s*", value)
        if match is None:
            raise ValueError(
                f"{name}: {value!r} given, expected a number and ms, s, min, h or d, e.g. '90min'"
            )
        return round(float(match[1]) * UNITS[match[2]])
    if isinstance(value, datetime.timedelta):
        return value // datetime.timedelta(milliseconds=1)
    if isinstance(value, np.timedelta64) and not np.isnat(value):
        return int(value.astype("timedelta64[ms]").astype(np.int64))
    raise TypeError(f"{name}: {value!r} given, expected a timedelta or text like '90min'")
