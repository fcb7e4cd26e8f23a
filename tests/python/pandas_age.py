"""What pandas before 3 lacks or has otherwise, for tests that compare with pandas as it is now."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

BEFORE_3 = int(pd.__version__.split(".")[0]) < 3

# Moments of a window whose rounding errors, and whose divisor of sem, were mended in pandas 3.
MENDED = {"sem", "skew", "kurt"} if BEFORE_3 else set()


def _distinct(values: np.ndarray) -> float:
    return float(np.unique(values[~np.isnan(values)]).size)


def _first(values: np.ndarray) -> float:
    there = values[~np.isnan(values)]
    return float(there[0]) if there.size else np.nan


def _last(values: np.ndarray) -> float:
    return _first(values[::-1])


_NEW = {"nunique": _distinct, "first": _first, "last": _last}


def of_windows(windows: Any, name: str) -> Any:
    """A statistic of pandas' windows; row by row in Python where this pandas has none."""
    if hasattr(windows, name):
        return getattr(windows, name)()
    return windows.apply(_NEW[name], raw=True)
