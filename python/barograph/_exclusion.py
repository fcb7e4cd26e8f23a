"""Rows that nothing is to be learned from: masks, intervals and frames of known incidents."""

from __future__ import annotations

import datetime
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _core, _frames
from ._given_times import _time

Flags: TypeAlias = npt.NDArray[np.uint8]

_END_OF_TIME = np.iinfo(np.int64).max


def rows_left_out(exclude: Any, times: npt.NDArray[np.int64] | None, rows: int) -> Flags | None:
    """1 for each row that nothing is to be learned from; None for none.

    Parameters
    ----------
    exclude : mask, intervals or frame
        As in :func:`rolling_baseline`.
    times : ndarray of int64, optional
        Nanoseconds of the rows; intervals need them.
    rows : int
        How many rows there are.
    """
    if exclude is None:
        return None
    mask = _mask(exclude)
    if mask is not None:
        if mask.shape != (rows,):
            raise ValueError(f"exclude: a mask of {mask.size} rows given, expected {rows}")
        return np.ascontiguousarray(mask).view(np.uint8)
    start, end = intervals_of(exclude)
    if not len(start):
        return None
    if times is None:
        raise TypeError("exclude: intervals given, which need on=times or a pandas datetime index")
    return _core.exclude_intervals(times, start, end)


def _mask(exclude: Any) -> npt.NDArray[np.bool_] | None:
    """A mask of rows; None where it is something else."""
    if isinstance(exclude, (list, tuple)):
        if not exclude or not all(isinstance(v, (bool, np.bool_)) for v in exclude):
            return None
        return np.array(exclude, dtype=np.bool_)
    if _frames.kind_of(exclude) is not None or isinstance(exclude, dict) or np.ndim(exclude) == 0:
        return None
    array = _frames._plain(exclude)
    if isinstance(array, np.ndarray) and array.dtype.kind == "b":
        return array
    return None


def intervals_of(exclude: Any) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Starts and ends of intervals, in nanoseconds."""
    if _frames.kind_of(exclude) is not None or isinstance(exclude, dict):
        table = _frames.Table.of(exclude, ["start", "end"])
        pairs: list[tuple[Any, ...]] = list(zip(table.array("start"), table.array("end"), strict=True))
    else:
        try:
            pairs = [tuple(pair) for pair in exclude]
        except TypeError:
            pairs = [(None,)]
    if any(len(pair) != 2 for pair in pairs):
        raise TypeError(
            f"exclude: {type(exclude).__name__} given, expected a mask of the rows, (start, end) intervals, "
            "or a frame with columns start and end"
        )
    start = np.array([_moment(pair[0], None) for pair in pairs], dtype=np.int64)
    end = np.array([_moment(pair[1], _END_OF_TIME) for pair in pairs], dtype=np.int64)
    return start, end


def _moment(value: Any, missing: int | None) -> int:
    """An instant as nanoseconds; integers are nanoseconds."""
    if value is None or value != value:
        if missing is None:
            raise ValueError("exclude: a start is missing, expected an instant")
        return missing
    if isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.timedelta64)):
        return int(value)
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(
                f"exclude: {value!r} given, expected an instant such as '2024-01-05 13:00'"
            ) from None
    return _time("exclude", value)
