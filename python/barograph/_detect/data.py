"""What detectors are given, taken apart: numbers, names, times; through :mod:`barograph._frames` alone."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _core
from .._frames import Strings, Table, kind_of
from .._instants import RANGE, in_ns
from .._zones import tzif
from .options import array_of

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Telemetry:
    """Numbers of a series or of a table, and when they were measured.

    Attributes
    ----------
    values : ndarray of float64, shape (n,) or (n, columns)
        A series has one dimension, a table two.
    names : tuple of str
        Of the columns, or of the series where it has one.
    time : ndarray of datetime64[ns], shape (n,), or None
        When each row was measured, UTC.
    zone : str or None
        The zone of the times, where they have one.
    texts : mapping of str to Strings
        The columns of text beside them, where these were asked for.
    """

    values: Doubles
    names: tuple[str, ...] = ()
    time: npt.NDArray[np.datetime64] | None = None
    zone: str | None = None
    texts: Mapping[str, Strings] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def is_series(self) -> bool:
        """Whether there is one column without a second dimension."""
        return self.values.ndim == 1

    @property
    def seconds(self) -> npt.NDArray[np.int64] | None:
        """The times as whole seconds since 1970."""
        return None if self.time is None else self.time.astype("datetime64[s]").astype(np.int64)

    @property
    def ahead(self) -> npt.NDArray[np.int64]:
        """By how many seconds the clocks of the zone are ahead of UTC at each row; else 0."""
        if self.time is None:
            return np.zeros(len(self), dtype=np.int64)
        return seconds_ahead(self.time, self.zone)

    def with_columns(self, names: tuple[str, ...]) -> Telemetry:
        """The columns in the order in which a model has learnt them, where both have names.

        Raises
        ------
        ValueError
            For a frame with other columns.
        """
        if len(names) < 2 or not self.names or self.names == names:
            return self
        if sorted(self.names) != sorted(names):
            raise ValueError(f"x: columns {list(self.names)} given, expected {list(names)}, as in fit")
        order = [self.names.index(name) for name in names]
        return Telemetry(np.ascontiguousarray(self.values[:, order]), names, self.time, self.zone)


def telemetry_of(x: Any, timestamps: Any = None, *, name: str = "x", with_text: bool = False) -> Telemetry:
    """Take apart what a detector was given.

    Parameters
    ----------
    x : array-like, Series, or frame
        One-dimensional for a series, else a table: an array, a frame of pandas, polars or Arrow, a mapping of
        columns. A column of times is taken for the timestamps, columns of text are an error.
    timestamps : array-like or str, optional
        Times, one a row, or the name of the column of `x` that has them. By default the pandas index, where
        it is one of times, else the column of times.
    name : str
        What error messages call `x`.
    with_text : bool
        Whether columns of text are taken too, beside those of numbers.

    Raises
    ------
    ValueError, TypeError, KeyError
        Naming what was given and what is accepted.
    """
    zone: str | None = None
    texts: dict[str, Strings] = {}
    if kind_of(x) is not None or isinstance(x, Mapping):
        values, names, found, zone, texts = _of_frame(x, timestamps, name, with_text)
    else:
        values, names = _of_array(x, name)
        found = None
    if timestamps is not None and not isinstance(timestamps, str):
        found, zone = times_of(timestamps)
    elif isinstance(timestamps, str) and found is None:
        raise TypeError(f"timestamps: {timestamps!r} given, expected times: {name} is no frame with columns")
    elif found is None:
        found, zone = index_times(x)
    if found is not None and len(found) != len(values):
        raise ValueError(
            f"timestamps: {len(found)} given, expected {len(values)}, one for each row of {name}"
        )
    return Telemetry(values, names, found, zone, texts)


def times_of(values: Any, name: str = "timestamps") -> tuple[npt.NDArray[np.datetime64], str | None]:
    """Times of any library as UTC nanoseconds, and their zone; numbers are seconds since 1970.

    Raises
    ------
    TypeError
        For what is no time.
    """
    if np.ndim(values) != 1:
        raise TypeError(f"{name}: {values!r:.60} given, expected times, one for each row")
    if isinstance(values, np.ndarray) and values.dtype.kind == "M":
        values = in_ns(name, values)
    column = Table({name: values}) if isinstance(values, np.ndarray) else _one(values, name)
    array = column[name]
    if isinstance(array, Strings):
        array = _of_texts(array.compact(), name)
    if array.dtype.kind == "O":
        return _of_objects(array, name)
    if array.dtype.kind == "M":
        return array.astype("datetime64[ns]", copy=False), column.zones.get(name)
    if array.dtype.kind in "iuf":
        with np.errstate(invalid="ignore"):
            ns = np.round(array.astype(np.float64) * 1e9)
            fits = np.abs(ns) < 9.2e18
            whole = np.where(fits, ns, 0).astype(np.int64)
        beyond = np.isfinite(array) & ~fits
        if beyond.any():
            raise ValueError(f"{name}: {array[beyond][0]} seconds given, expected {RANGE['M']}")
        whole[~fits] = np.iinfo(np.int64).min
        return whole.view("datetime64[ns]"), None
    raise TypeError(f"{name}: {array.dtype} given, expected times or seconds since 1970")


@contextmanager
def offsets_applied() -> Iterator[None]:
    """Texts with an offset are taken as the instants they are; numpy 1 and 2 warn that they do so."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "no explicit representation of timezones", UserWarning)
        warnings.filterwarnings("ignore", "parsing timezone aware datetimes", DeprecationWarning)
        yield


def seconds_ahead(time: npt.NDArray[np.datetime64], zone: str | None) -> npt.NDArray[np.int64]:
    """By how many seconds the clocks of a zone are ahead of UTC; 0 for a zone without a name."""
    none = np.zeros(len(time), dtype=np.int64)
    rules = rules_of(zone)
    if rules is None:
        return none
    ns = np.ascontiguousarray(time.astype("datetime64[ns]")).view(np.int64)
    return np.where(np.isnat(time), none, (_core.to_local(ns, rules) - ns) // 10**9)


def rules_of(zone: str | None) -> bytes | None:
    """What the engine takes for a zone; None for UTC and for a zone without a name."""
    try:
        return None if zone is None else tzif(zone.removeprefix("UTC") or None)
    except ValueError:
        return None


def _of_texts(texts: Strings, name: str) -> npt.NDArray[np.datetime64]:
    distinct = np.array(texts.categories, dtype=object)
    try:
        with offsets_applied():
            times = distinct.astype("datetime64[ns]")
            days = np.array([text[:10] for text in texts.categories], dtype="datetime64[D]")
    except ValueError:
        raise TypeError(f"{name}: text given that is no time such as '2026-01-31T12:00:00'") from None
    known = ~np.isnat(days)
    apart = np.abs((times.astype("datetime64[D]") - days)[known].astype(np.int64))
    if (apart > 2).any():  # numpy has wrapped it
        raise ValueError(f"{name}: {distinct[known][apart > 2][0]} given, expected {RANGE['M']}")
    return np.append(times, np.datetime64("NaT", "ns"))[texts.codes]


def _of_objects(array: npt.NDArray[Any], name: str) -> tuple[npt.NDArray[np.datetime64], str | None]:
    given = array.tolist()
    offsets = {str(v.tzinfo) for v in given if getattr(v, "tzinfo", None) is not None}
    try:
        plain = [v.astimezone(UTC).replace(tzinfo=None) if getattr(v, "tzinfo", None) else v for v in given]
        with offsets_applied():
            times = np.array(plain, dtype="datetime64[ns]")
            whole = np.array(plain, dtype="datetime64[us]")
    except (ValueError, TypeError, OverflowError):
        raise TypeError(f"{name}: objects given, expected times or seconds since 1970") from None
    in_ns(name, whole)
    return times, offsets.pop() if len(offsets) == 1 else None


def _one(values: Any, name: str) -> Table:
    if type(values).__module__.partition(".")[0] == "pandas":
        pandas = sys.modules["pandas"]
        series = values if isinstance(values, pandas.Series) else pandas.Series(values)
        return Table.of(series.rename(name).to_frame())
    if type(values).__module__.partition(".")[0] == "polars":
        return Table.of(values.alias(name).to_frame())
    if type(values).__module__.partition(".")[0] == "pyarrow":
        return Table.of(sys.modules["pyarrow"].table({name: values}))
    return Table.of({name: values})


def index_times(x: Any) -> tuple[npt.NDArray[np.datetime64] | None, str | None]:
    """The times of a pandas index and their zone, where it has times."""
    index = getattr(x, "index", None)
    if getattr(getattr(index, "dtype", None), "kind", "") != "M":
        return None, None
    return times_of(index)


def _of_array(x: Any, name: str) -> tuple[Doubles, tuple[str, ...]]:
    named = getattr(x, "name", None)
    names = (str(named),) if isinstance(named, str) and named else ()
    module = type(x).__module__.partition(".")[0]
    if module in ("pandas", "polars", "pyarrow"):
        column = _one(x, "x")["x"]
        array: Any = column.to_numpy() if isinstance(column, Strings) else column
    else:
        array = array_of(name, x)
    if array.ndim not in (1, 2):
        raise ValueError(f"{name}: {array.ndim} dimensions given, expected 1 (a series) or 2 (a table)")
    return _numbers(array, name), names


def _numbers(array: npt.NDArray[Any], name: str) -> Doubles:
    if array.size == 0 and array.dtype.kind == "O":
        return array.astype(np.float64)
    if array.dtype.kind == "O":
        try:
            return np.array(array, dtype=np.float64)  # None becomes NaN
        except (TypeError, ValueError, OverflowError):
            raise TypeError(f"{name}: objects given that are no numbers") from None
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name}: {array.dtype} given, expected numbers")
    return np.ascontiguousarray(array, dtype=np.float64)


def _of_frame(
    x: Any, timestamps: Any, name: str, with_text: bool
) -> tuple[Doubles, tuple[str, ...], npt.NDArray[np.datetime64] | None, str | None, dict[str, Strings]]:
    table = Table.of(x)
    times, zone = None, None
    at = timestamps if isinstance(timestamps, str) else None
    if at is not None:
        if at not in table:
            raise KeyError(f"timestamps: no column {at!r}; there are: {', '.join(table.columns) or 'none'}")
        times, zone = times_of(table[at], "timestamps")
        zone = table.zones.get(at, zone)
    elif timestamps is None:
        of_time = [c for c in table.columns if getattr(table[c], "dtype", np.dtype("O")).kind == "M"]
        if len(of_time) > 1:
            raise ValueError(f"timestamps: none given, and {name} has several columns of times: {of_time}")
        if of_time:
            at = of_time[0]
            times, zone = times_of(table.array(at), "timestamps")
            zone = table.zones.get(at)
    numbers: dict[str, Doubles] = {}
    texts: dict[str, Strings] = {}
    for column in table.columns:
        given = table[column]
        if column == at:
            continue
        if isinstance(given, Strings):
            if not with_text:
                raise TypeError(
                    f"{name}: column {column!r} is text, expected numbers; leave it out, or detect group "
                    "by group"
                )
            texts[column] = given
        elif table.array(column).dtype.kind != "M":
            numbers[column] = _numbers(table.array(column), f"{name}: column {column!r}")
    if len(numbers) == 1:
        ((only, values),) = numbers.items()
        return values, (only,), times, zone, texts
    matrix = np.column_stack(list(numbers.values())) if numbers else np.empty((len(table), 0))
    return matrix, tuple(numbers), times, zone, texts
