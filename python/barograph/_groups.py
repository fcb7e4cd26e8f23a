"""Figures by group: reliability figures of a request log, and exact quantiles, over the C++ engine."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from datetime import tzinfo
from typing import Any, Protocol, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from . import _core
from ._frames import Array, Kind, Strings, Table, as_kind, as_kind_of, names_of, one_column
from ._given_options import flag, real, text
from ._group_keys import (
    _aligned,
    _category_key,
    _check_one,
    _is_categorical,
    _join,
    _key,
    _period_key,
)
from ._group_roles import _flags, _keys_apart, _numbers, _roles
from ._slo import Apdex as ApdexState
from ._threads import thread_count
from ._zones import tzif, zone_name


class ApdexLimits(Protocol):
    """What has Apdex limits, e.g. a :class:`barograph.Policy`."""

    @property
    def apdex_threshold(self) -> float: ...
    @property
    def apdex_tolerating(self) -> float | None: ...


Apdex: TypeAlias = float | tuple[float, float] | ApdexLimits | ApdexState


def kpis(
    data: Any,
    by: Any = None,
    *,
    timestamp: str | None = None,
    latency: str | None = None,
    error: str | None = None,
    freq: str | None = None,
    tz: str | tzinfo | None = None,
    apdex: Apdex | None = None,
    quantiles: float | Sequence[float] = (0.5, 0.95, 0.99),
    exact: bool = True,
    threads: int | None = None,
) -> Any:
    """Reliability figures of a request log, by group: requests, errors, latency quantiles, Apdex.

    Parameters
    ----------
    data : DataFrame, Table or mapping of columns
        One row a request: a pandas or polars DataFrame, an Arrow table, a mapping of columns or a
        :class:`barograph.Table`.
    by : str, Series, array, or a list of these, optional
        Columns to group by, by name, or keys of their own, one for each row (a Series beside a DataFrame
        is aligned by its index, as in pandas' ``groupby``; the result has its name, else ``key``): text,
        categories, numbers, bools or times. Rows whose key is missing are left out. By
        default all rows are one group.
    timestamp : str, optional
        The column of times; looked for by its name (``timestamp``, ``time``, ...) where `freq` needs it.
    latency : str, optional
        The column of latencies. By default the one column named ``response_time_ms``, ``latency_ms``,
        ``duration_ms``, ``latency`` or alike.
    error : str, optional
        The column that says whether a request failed: bools or 0 and 1 (missing = no error), or a
        column of status codes (``status_code``, ``status``), where 500 and above is an error. By
        default the one column named ``error`` or ``is_error``, else the status codes.
    freq : str, optional
        Also group by time: a whole number and ``s``, ``min``, ``h``, ``D``, ``W`` (weeks from Monday) or
        ``MS`` (months), as in ``"15min"`` or ``"D"``. The result's column is named as `timestamp` and
        holds the beginning of each period.
    tz : str or tzinfo, optional
        The zone whose hours and days `freq` means (``"Europe/Rome"``); the result's times are then in
        it. By default the zone of the column, else UTC. Times without a zone are UTC.
    apdex : float, (float, float), Policy or Apdex, optional
        The threshold T, or T and the tolerating limit F (4 T by default), in the unit of the latencies,
        or what has such limits. By default no Apdex is computed.
    quantiles : float or sequence of float, default (0.5, 0.95, 0.99)
        Each in [0, 1]; the column of 0.5 is named ``p50``, that of 0.999 ``p99.9``.
    exact : bool, default True
        Whether quantiles are exact, or those of :class:`barograph.QuantileHistogram` (within 0.55 % of
        the value), the same that merged states give.
    threads : int, optional
        At most so many threads; by default chosen by size, and 1 inside workers of dask, spark and
        joblib. Threads do not change results.

    Returns
    -------
    frame
        Of the kind of `data` (a mapping gives a Table), one row a group that occurs, sorted by the keys:
        the keys, of the types they had (categories in their own order), the period, ``requests``,
        ``errors``, ``error_rate``, ``mean``, the quantiles, and ``apdex`` if asked for. Where `data` has no
        latencies there is no mean, quantile or Apdex, and where it has no errors no ``errors`` and
        ``error_rate``.

    Raises
    ------
    KeyError
        For a column that is not there; the message lists those that are.
    ValueError
        For a role that several columns could play, or a parameter out of its range.
    TypeError
        For a column of another type than its role needs, or a parameter of another type than named.

    Notes
    -----
    Counts and quantiles are those of pandas' ``groupby``, bit for bit (the sign of a zero aside, where
    a group holds both zeros); the mean is the correctly rounded sum over the count. A missing latency
    counts as a request only; with an error it also counts as frustrated.

    Examples
    --------
    >>> import barograph as bg
    >>> log = {"service": ["auth", "pay", "auth"], "latency_ms": [12.0, 900.0, 14.0], "error": [0, 1, 0]}
    >>> bg.kpis(log, by="service", apdex=100, quantiles=[0.5])
    service  requests  errors  error_rate  mean  p50  apdex
       auth         2       0           0    13   13      1
        pay         1       1           1   900  900      0
    """
    exact = flag("exact", exact)
    if freq is not None:
        text("freq", freq, "5min")
    zone = zone_name("tz", tz)
    by, apart = _keys_apart(data, by)
    roles = _roles(
        [*names_of(data), *apart], by, timestamp=timestamp, latency=latency, error=error, freq=freq
    )
    keys, timestamp, latency, error = roles.keys, roles.timestamp, roles.latency, roles.error
    workers = thread_count(threads)
    tzif(zone)  # says so if there is no such zone, also where no freq asks for it
    qs = _fractions("quantiles", quantiles)
    columns = quantile_columns(qs)
    key_names = [*keys, *([timestamp] if timestamp is not None else [])]
    for name in key_names:
        if name in {"requests", "errors", "error_rate", "mean", "apdex", *columns}:
            raise ValueError(f"by: {name!r} given, but the result has a column of that name; rename it first")
    satisfied, tolerating = apdex_limits(apdex)
    if apdex is not None and latency is None:
        raise ValueError(
            f"apdex: given, but no column is named as latencies usually are; pass latency=, one of: "
            f"{', '.join(names_of(data))}"
        )

    given = {name: apart[name] if name in apart else one_column(data, name) for name in keys}
    wanted = [
        *(k for k in keys if k not in apart and not _is_categorical(given[k])),
        *(n for n in (timestamp, latency, error) if n is not None),
    ]
    table = Table.of(data, dict.fromkeys(wanted))
    categorical = next((len(key) for name, key in given.items() if name not in apart), None)
    rows = len(table) if wanted else len(Table.of(data)) if categorical is None else categorical
    for name, key in apart.items():
        if len(key) != rows:
            raise ValueError(f"by: {name} of {len(key)} rows given, expected {rows} as in data")
    made = [
        _category_key(given[n])
        if _is_categorical(given[n])
        else _key(given[n], Table.of({n: given[n]})[n] if n in apart else table[n])
        for n in keys
    ]
    zones = {name: of for name, of in table.zones.items() if name in keys}
    if timestamp is not None and freq is not None:
        zone = zone or table.zones.get(timestamp)
        made.append(_period_key(timestamp, table, freq, zone))
        if zone is not None:
            zones[timestamp] = zone
    codes, groups = _join(made)
    values = np.empty(0) if latency is None else _numbers("latency", latency, table[latency])
    flags = None if error is None else _flags(error, table[error])
    found = _core.groupby_kpis(
        values, flags, codes, rows, groups.size, qs if exact else [], satisfied, tolerating, workers
    )

    seen = groups.order(found["requests"])
    figure = {name: column[seen] for name, column in found.items() if name != "quantiles"}
    out: dict[str, Any] = {
        name: key.labels[part[seen]] for name, key, part in zip(key_names, made, groups.parts, strict=True)
    }
    out["requests"] = figure["requests"]
    if flags is not None:
        out["errors"] = figure["errors"]
        out["error_rate"] = _ratio(figure["errors"], figure["requests"])
    if latency is not None:
        out["mean"] = figure["mean"]
        wide = (
            found["quantiles"].reshape(groups.size, len(columns))
            if exact
            else _core.groupby_sketch_quantiles(values.astype(np.float64), codes, groups.size, qs)
        )
        out.update({name: wide[seen, i] for i, name in enumerate(columns)})
    if apdex is not None:
        out["apdex"] = _ratio(figure["satisfied"] + figure["tolerating"] / 2, figure["samples"])
    return as_kind_of(Table(out, zones), data, given)


def groupby_quantile(values: Any, by: Any, q: float | Sequence[float] = 0.5) -> Any:
    """Exact quantiles of values by group: what pandas' ``groupby(by).quantile(q)`` gives, bit for bit.

    Parameters
    ----------
    values : Series, array or sequence of numbers, shape (n,)
        Missing values (NaN, null) are left out.
    by : Series, array or sequence, shape (n,), or a list of such
        The key of each row, or several keys; rows with a missing key are left out. Where `values` and a
        key are both pandas Series, the key is aligned to the index of `values`, as pandas does.
    q : float or sequence of float, default 0.5
        Each in [0, 1].

    Returns
    -------
    Series or frame
        For a pandas Series: a Series as pandas' ``values.groupby(by).quantile(q)`` gives it. For a polars
        or Arrow column, a frame of that library, and for anything else a :class:`barograph.Table`: the keys
        (by their names, else ``key``, or ``key_0``, ``key_1`` and so on), and a column a quantile, ``p50``
        for 0.5.

    Raises
    ------
    ValueError
        For lengths that differ, a key that cannot be aligned because its index repeats labels, or a
        quantile outside [0, 1].
    TypeError
        For values that are no numbers, or a frame where one column is expected.

    Notes
    -----
    Interpolation is linear, a + (b - a) t. -0.0 stands below 0.0. The cost is a few passes over the rows
    and does not depend on the number of quantiles.

    Examples
    --------
    >>> import barograph as bg
    >>> bg.groupby_quantile([12.0, 14.0, 900.0], ["auth", "auth", "pay"], q=[0.5, 0.95])
     key  p50   p95
    auth   13  13.9
     pay  900   900
    """
    single = np.ndim(cast(Any, q)) == 0
    qs = _fractions("q", q)
    columns = quantile_columns(qs)
    _check_one("values", values)
    keys = list(by) if isinstance(by, (list, tuple)) and _nested(by) else [by]
    for key in keys:
        _check_one("by", key)
    keys = [_aligned(key, values, "values") for key in keys]
    names = _key_names(keys)
    plain = {name: key for name, key in zip(names, keys, strict=True) if not _is_categorical(key)}
    table = Table.of({"values": values, **plain})
    made = [
        _category_key(key) if _is_categorical(key) else _key(key, table[name])
        for name, key in zip(names, keys, strict=True)
    ]
    codes, groups = _join(made)
    numbers = _numbers("values", "values", table["values"])
    found = _core.groupby_kpis(
        numbers, None, codes, len(table), groups.size, qs, np.nan, np.nan, thread_count(None)
    )
    seen = groups.order(found["requests"])
    wide = found["quantiles"].reshape(groups.size, len(qs))[seen]
    labels = [key.labels[part[seen]] for key, part in zip(made, groups.parts, strict=True)]
    out = Table({**dict(zip(names, labels, strict=True)), **{c: wide[:, i] for i, c in enumerate(columns)}})
    library = type(values).__module__.partition(".")[0]
    if library == "pandas":
        return _pandas_series(out, values, keys, qs, single=single)
    kinds: dict[str, Kind] = {"polars": "polars", "pyarrow": "arrow"}
    return as_kind(out, kinds.get(library, "table"))


def quantile_columns(quantiles: Sequence[float]) -> list[str]:
    """The column names of quantiles: ``p50`` for 0.5, ``p99.9`` for 0.999."""
    names = []
    for q in quantiles:
        if not 0.0 <= float(q) <= 1.0:
            raise ValueError(f"quantiles: {q!r} given, expected numbers from 0 to 1")
        names.append(f"p{float(q) * 100:.10g}")
    if len(set(names)) < len(names):
        raise ValueError(f"quantiles: {', '.join(map(str, quantiles))} given, expected each once")
    return names


def _fractions(name: str, quantiles: Any) -> list[float]:
    """One quantile, or several, as a list."""
    given = [quantiles] if isinstance(quantiles, str) or np.ndim(quantiles) == 0 else list(quantiles)
    fractions = [real(name, q) for q in given]
    if not all(0.0 <= q <= 1.0 for q in fractions):
        raise ValueError(f"{name}: {quantiles!r} given, expected numbers from 0 to 1")
    return fractions


def apdex_limits(apdex: Apdex | None) -> tuple[float, float]:
    """T and F of what was given as `apdex`; NaN for None."""
    if apdex is None:
        return np.nan, np.nan
    limits: tuple[Any, ...]
    if isinstance(apdex, (tuple, list)):
        limits = tuple(apdex)
    elif isinstance(apdex, ApdexState):
        limits = (apdex.threshold, apdex.tolerating_limit)
    elif isinstance(apdex, numbers.Real):
        limits = (apdex, 4 * apdex)
    elif hasattr(apdex, "apdex_threshold") and hasattr(apdex, "apdex_tolerating"):
        limits = (apdex.apdex_threshold, apdex.apdex_tolerating or 4 * apdex.apdex_threshold)
    else:
        limits = (apdex,)
    if not all(isinstance(v, numbers.Real) and not isinstance(v, bool) for v in limits):
        raise TypeError(f"apdex: {apdex!r} given, expected T, (T, F), a Policy or an Apdex")
    if len(limits) != 2 or not 0 < limits[0] <= limits[1] < np.inf:
        raise ValueError(f"apdex: {apdex!r} given, expected T, or (T, F) with 0 < T <= F, or a Policy")
    return float(limits[0]), float(limits[1])


def _ratio(part: Array, whole: Array) -> npt.NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        return part / whole


def _nested(by: Sequence[Any]) -> bool:
    """Whether a list is a list of keys rather than one key given as a list of its values."""
    return bool(by) and all(np.ndim(k) == 1 or isinstance(k, Strings) for k in by)


def _key_names(keys: list[Any]) -> list[str]:
    names = [getattr(key, "name", None) for key in keys]
    given = [str(n) for n in names if n is not None]
    if len(given) == len(keys) and len(set(given)) == len(given) and "values" not in given:
        return given
    return ["key"] if len(keys) == 1 else [f"key_{i}" for i in range(len(keys))]


def _pandas_series(out: Table, values: Any, keys: list[Any], qs: list[float], *, single: bool) -> Any:
    """The Series that pandas' groupby quantile gives: indexed by the keys, and by q if it is a list."""
    import pandas as pd

    frame = out.to_pandas()
    labels = [frame.iloc[:, i] for i in range(len(keys))]
    for i, key in enumerate(keys):
        dtype = getattr(key, "dtype", None)
        if (dtype is not None and getattr(key, "name", None) is not None) or _is_categorical(key):
            labels[i] = labels[i].astype(dtype)
    names = [getattr(key, "name", None) for key in keys]
    name = getattr(values, "name", None)
    wide = frame.iloc[:, len(keys) :].to_numpy()
    if single:
        index = (
            pd.Index(labels[0].array, name=names[0])
            if len(keys) == 1
            else pd.MultiIndex.from_arrays(labels, names=names)
        )
        return pd.Series(wide[:, 0], index=index, name=name)
    repeated = [label.repeat(len(qs)) for label in labels]
    index = pd.MultiIndex.from_arrays([*repeated, np.tile(qs, len(frame))], names=[*names, None])
    return pd.Series(wide.ravel(), index=index, name=name)
