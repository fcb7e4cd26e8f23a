"""The one-cell form: make a log, clean it, analyse it, show the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import generate
from ._cleaning import clean
from ._frames import default_kind
from .analysis import analyze

if TYPE_CHECKING:
    from ._frames import Kind
    from ._policy import Policy
    from .analysis._model import Report

_WORKLOADS = {"requests": generate.requests}


def demo(
    workload: str = "requests",
    *,
    days: int = 10,
    seed: int = 0,
    start: str = "2024-01-01",
    dirt: float = 0.02,
    policy: Policy | None = None,
    frame: Kind | None = None,
) -> Report:
    """Make telemetry with an incident and some dirt in it, clean it and analyse it.

    Parameters
    ----------
    workload : {"requests"}
        What kind of telemetry.
    days : int, default 10
        Its length; the incident is on the fifth day.
    seed : int, default 0
        Which of the logs.
    start : str, default "2024-01-01"
        Its first day.
    dirt : float, default 0.02
        Share of dirty rows, 0 to 0.5.
    policy : Policy, optional
        Limits, zone, peak hours; ``Policy()`` by default.
    frame : {"pandas", "polars", "arrow", "table"}, optional
        The kind of frames in ``report.tables``; pandas where it is installed, else ``"table"``.

    Returns
    -------
    Report
        As the last line of a notebook's cell it shows itself; ``report.save(folder)`` writes all of it.

    Raises
    ------
    ValueError
        If the workload is unknown or an argument is not what is said above.

    Examples
    --------
    >>> import barograph as bg
    >>> report = bg.demo(days=5, seed=1)
    >>> report.findings[0].kind
    'incident'
    """
    if workload not in _WORKLOADS:
        raise ValueError(f"workload: given {workload!r}, expected one of {', '.join(_WORKLOADS)}")
    arguments: dict[str, Any] = {"days": days, "seed": seed, "start": start, "dirt": dirt}
    data = _WORKLOADS[workload](**arguments, frame="table")
    return analyze(clean(data, policy=policy, frame="table"), policy=policy, frame=frame or default_kind())
