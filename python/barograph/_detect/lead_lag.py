"""What moved with a target, how long before or after it, and what of that others explain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .. import _core
from .._frames import Strings, Table, as_kind
from .._given_options import whole, word
from .._threads import thread_count
from .causes import Length, _rows
from .metrics import Metrics, ServiceOf, metrics_of

_DEFAULT_LAG = 24
_MOST_GAPS = 20


def lead_lag(
    metrics: Any,
    target: Any,
    *,
    max_lag: Length | None = None,
    given: int = 10,
    of: Literal["values", "changes"] = "values",
    time: str | None = None,
    service: str | ServiceOf | None = None,
    metric: str | None = None,
    value: str | list[str] | None = None,
    threads: int | None = None,
) -> Any:
    """Tell which metrics move with a target, which move first, and what is left when others are given.

    Parameters
    ----------
    metrics : frame
        Wide or long, as in :func:`rank_causes`.
    target : str or array-like
        The metric in question, such as ``"revenue"``, by its name; or its values, one for each row.
    max_lag : int, str or timedelta, optional
        The longest lag to look at, either way: rows, or a length such as ``"2h"``. By default 24 rows, at
        most a tenth of them.
    given : int, default 10
        How many other metrics, those that correlate most, a partial correlation is given.
    of : {"values", "changes"}, default "values"
        Compare values, or their changes from row to row, which two series with a trend do not share for that.
    time, service, metric, value : optional
        As in :func:`rank_causes`.
    threads : int, optional
        As in :func:`rolling_mean`; no number changes a bit.

    Returns
    -------
    frame
        Of the kind of `metrics` (a mapping gives a Table), the strongest first: ``metric``; ``moves``
        (before, with or after the target; empty where nothing can be told); ``lag``, seconds (or rows) from
        the metric to the target, above 0 where the metric moves first; ``correlation``, Pearson's at that
        lag; ``partial``, the same given the others at their lags; ``p_value`` of so large a correlation at
        any lag, were there nothing.

    Raises
    ------
    ValueError, TypeError, KeyError
        Naming what was given and what is accepted.

    Notes
    -----
    Rows are taken to be evenly spaced; where times have gaps they are put on an even grid, the
    gaps missing. The p-value allows for what each series repeats of itself from row to row and for the number
    of lags, not for the number of metrics. Correlation is no cause: a partial correlation near 0 says that
    other metrics tell as much.

    References
    ----------
    C. S. Bretherton et al.: The effective number of spatial degrees of freedom of a
    time-varying field. Journal of Climate 12, 1999 (equation 31).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> visits = rng.normal(1000, 100, 300)
    >>> frame = bg.Table({
    ...     "visits": visits,
    ...     "latency": rng.normal(200, 20, 300),
    ...     "revenue": np.concatenate([np.full(3, 2000.0), 2 * visits[:-3]]) + rng.normal(0, 50, 300),
    ... })
    >>> found = bg.lead_lag(frame, "revenue")
    >>> found["metric"][0], found["moves"][0], found["lag"].tolist()[0]
    ('visits', 'before', 3.0)
    """
    word("of", of, "values", "changes")
    whole("given", given, 0)
    seen = metrics_of(metrics, time=time, service=service, metric=metric, value=value)
    if not seen.columns:
        raise ValueError("metrics: no column of numbers given")
    wanted, position = _target(target, seen)
    columns, wanted = _evenly(seen, wanted)
    names = [n for i, n in enumerate(seen.names) if i != position]
    columns = [c for i, c in enumerate(columns) if i != position]
    rows = len(wanted)
    longest = min(_DEFAULT_LAG, rows // 10) if max_lag is None else _rows("max_lag", max_lag, seen)
    column, lag, correlation, p_value, partial = _core.lead_lag(
        columns, wanted, min(longest, rows), given, of == "changes", thread_count(threads)
    )
    there = np.isfinite(correlation)
    order = np.where(there, np.sign(lag), 2).astype(np.int32)
    table = Table({
        "metric": Strings.encode([names[c] for c in column.tolist()]),
        "moves": Strings(order + 1, ["after", "with", "before", ""]),
        "lag": np.where(there, lag * (1.0 if seen.step is None else seen.step), np.nan),
        "correlation": correlation,
        "partial": partial,
        "p_value": p_value,
    })  # fmt: skip
    return as_kind(table, seen.kind)


def _target(target: Any, seen: Metrics) -> tuple[npt.NDArray[np.float64], int | None]:
    """The values of the target, in the order of the rows, and the column it is."""
    if isinstance(target, str):
        if target not in seen.names:
            raise KeyError(f"target: no metric {target!r}; there are: {', '.join(seen.names)}")
        position = seen.names.index(target)
        return seen.columns[position], position
    if not isinstance(target, Iterable):
        raise TypeError(f"target: {target!r} given, expected the name of a metric, or numbers")
    values = Table.of({"target": target}).array("target")
    if values.dtype.kind not in "biuf":
        raise TypeError(f"target: {values.dtype} given, expected the name of a metric, or numbers")
    expected = len(seen) if seen.order is None else seen.given
    if len(values) != expected:
        raise ValueError(f"target: {len(values)} values given, expected {expected}, one for each row")
    values = values.astype(np.float64)
    return (values if seen.order is None else values[seen.order]), None


def _evenly(
    seen: Metrics, target: npt.NDArray[np.float64]
) -> tuple[list[npt.NDArray[np.float64]], npt.NDArray[np.float64]]:
    """Rows on an even grid: gaps are missing rows; of rows that fall together the last counts."""
    if seen.time is None or seen.step is None:
        return seen.columns, target
    step = seen.step * 1e9
    slot = np.rint((seen.time - seen.time[0]).astype(np.int64) / step).astype(np.int64)
    rows = int(slot[-1]) + 1
    if rows == len(slot) and (np.diff(slot) == 1).all():
        return seen.columns, target
    if rows > _MOST_GAPS * len(slot):  # mostly gaps: as they stand
        return seen.columns, target

    def spread(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        out = np.full(rows, np.nan)
        out[slot] = x
        return out

    return [spread(c) for c in seen.columns], spread(target)
