"""From a cleaned log to a Report: tables and findings; nothing is drawn here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .._frames import Kind
    from .._policy import Policy
    from ._model import Report

_WORKLOADS = ("requests",)


def analyze(
    data: Any,
    workload: str | None = None,
    columns: Mapping[str, str] | None = None,
    policy: Policy | None = None,
    *,
    frame: Kind | None = None,
) -> Report:
    """Clean and analyse a log: figures, findings and charts in one Report.

    Parameters
    ----------
    data : path, list of paths, frame, mapping, Dataset or Cleaned
        Files, folders and globs are read; frames, mappings of columns and datasets are cleaned; what is
        Cleaned is taken as it is.
    workload : {"requests"}, optional
        What kind of telemetry it is; recognised by default.
    columns : mapping of role to column, optional
        Overrides what was recognised, e.g. ``{"latency": "took"}``.
    policy : Policy, optional
        Limits, zone, peak hours. By default those of ``Policy()``, in the zone that was given as ``tz`` when
        the data were read.
    frame : {"pandas", "polars", "arrow", "table"}, optional
        The kind of frames in ``report.tables``; that of `data` by default.

    Returns
    -------
    Report

    Raises
    ------
    TypeError
        If `columns` is no mapping, or `policy` no Policy.
    ValueError
        If the workload is unknown, or nothing is left to analyse.
    OSError
        If a path cannot be read.

    Examples
    --------
    >>> import barograph as bg
    >>> report = bg.analyze({
    ...     "timestamp": ["2024-01-01 10:00:00", "2024-01-01 10:00:01"],
    ...     "latency_ms": [120, 80],
    ... }, frame="table")
    >>> int(report.tables["overall"]["requests"][0])
    2
    """
    from .._dataset import Cleaned, Dataset
    from .._policy import Policy as DefaultPolicy
    from .requests import analyze_requests

    if policy is not None and not isinstance(policy, DefaultPolicy):
        raise TypeError(
            f"policy: given {type(policy).__name__}, expected a Policy (Policy.load reads one from a file)"
        )
    if columns is not None and not isinstance(columns, Mapping):
        raise TypeError(
            f"columns: given {type(columns).__name__}, expected a mapping of role to column, "
            "e.g. {'latency': 'took'}"
        )
    if workload is not None and workload not in _WORKLOADS:
        raise ValueError(f"workload: given {workload!r}, expected one of {', '.join(_WORKLOADS)}")
    if isinstance(data, Cleaned):
        if columns:
            raise ValueError("columns: given with data that is cleaned already, expected raw data")
        cleaned = data
    else:
        from .._cleaning import clean

        if isinstance(data, (str, os.PathLike)) or _are_paths(data):
            from ..ingest import read

            dataset: Dataset = read(data, workload, columns, frame=frame)
            cleaned = clean(dataset, policy=policy, frame=frame)
        else:
            cleaned = clean(data, columns=columns, policy=policy, frame=frame)
    if policy is None:  # hours are told as the log's own clock showed them, where that is known
        policy = DefaultPolicy(zone=cleaned.schema.tz or "UTC")
    return analyze_requests(cleaned, policy, frame=frame)


def _are_paths(data: Any) -> bool:
    return (
        isinstance(data, (list, tuple))
        and bool(data)
        and all(isinstance(p, (str, os.PathLike)) for p in data)
    )
