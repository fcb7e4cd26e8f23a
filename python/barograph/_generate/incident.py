"""A labelled incident, and how the engine is told of it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import _core
from .arguments import UNITS, Duration, Instant, duration_ms, instant_ms, number


@dataclass(frozen=True, kw_only=True)
class Incident:
    """A labelled degradation: an interval in which a service is slower and fails more often.

    Parameters
    ----------
    start : str, datetime, numpy.datetime64, or timedelta
        When it begins (UTC), or, as a timedelta, how long after the start of the log.
    duration : str, timedelta or numpy.timedelta64, default "4h"
        How long it lasts; as text a number and ``ms``, ``s``, ``min``, ``h`` or ``d``.
    service : str, optional
        The service it hits; None is all of them.
    latency : float, default 1.0
        Latencies are multiplied by it: above 0, at most 1000.
    errors : float, default 0.0
        Added to the share of requests that fail: -1 to 1.

    Examples
    --------
    >>> Incident(start="2024-01-03 09:00", duration="90min", service="auth", latency=2.0, errors=0.1)
    Incident(start='2024-01-03 09:00', duration='90min', service='auth', latency=2.0, errors=0.1)
    """

    start: Instant | datetime.timedelta | np.timedelta64
    duration: Duration = "4h"
    service: str | None = None
    latency: float = 1.0
    errors: float = 0.0


def incident_fields(incident: Any, start_ms: int, days: int) -> tuple[str, int, int, float, float]:
    if not isinstance(incident, Incident):
        raise TypeError(f"incidents: {incident!r} given, expected Incident")
    if isinstance(incident.start, datetime.timedelta | np.timedelta64):
        begin = start_ms + duration_ms("start", incident.start)
    else:
        begin = instant_ms("start", incident.start)
    length = duration_ms("duration", incident.duration)
    if begin >= start_ms + days * UNITS["d"] or begin + length <= start_ms:
        raise ValueError(f"incidents: one from {np.datetime64(begin, 'ms')}, expected within the log's time")
    services = _core.RequestsGenerator.services
    if incident.service is not None and incident.service not in services:
        raise ValueError(f"service: {incident.service!r} given, expected {', '.join(services)} or None")
    latency, errors = number("latency", incident.latency), number("errors", incident.errors)
    return incident.service or "", begin, length, latency, errors
