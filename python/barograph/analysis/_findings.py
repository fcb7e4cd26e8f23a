"""What the tables of a request log say, in sentences: only what the data bears out.

Each function gives one kind of finding or none. Figures in the text are rounded; `figures` has them
exactly. A difference is told if chance at a level of one in ten thousand does not explain it and it is
large enough to matter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from . import _findings_requests, _findings_values
from ._facts import Facts
from ._incidents import Incident
from ._model import Finding
from ._wording import (
    count,
    listed,
    moment,
    ms,
    percent,
)


def findings(facts: Facts) -> tuple[Finding, ...]:
    """All findings, most important first: incidents, then what is usual, then what to do."""
    parts = (
        _findings_requests.incidents,
        _findings_requests.error_spike,
        _findings_requests.load_latency,
        _findings_requests.load_errors,
        _findings_requests.slow_endpoints,
        _findings_requests.slow_service,
        _findings_requests.error_hours,
        _findings_requests.error_service,
        _findings_requests.status,
        _findings_requests.peak,
        _findings_requests.traffic,
        _findings_requests.top_endpoint,
        _findings_values.level,
        _findings_values.measures,
        _findings_requests.longest,
        _findings_values.gaps,
        _advice,
    )
    return tuple(finding for part in parts for finding in part(facts))


def _advice(facts: Facts) -> Iterator[Finding]:
    """What to do, each piece from something found above."""
    incidents: tuple[Incident, ...] = facts.search.incidents
    if incidents:
        worst = max(incidents, key=lambda i: i.impacts[0].score)
        names = [i.service for i in worst.impacts[:3] if i.service != "all"]
        who = listed(names) or "the service"
        yield _advise(
            f"Find what changed in {who} shortly before {moment(worst.start)} (deployment, dependency, data) "
            f"and what ended it at {moment(worst.end)}; set an alert on its baseline.",
            {"because": "incident", "services": names},
        )
    for load in _findings_requests.load_latency(facts):
        if load.figures["slope_per_request"] <= 0 or load.severity == "info":
            continue
        begin, end = facts.log.policy.peak_hours
        peak = next(_findings_requests.peak(facts), None)
        when = f"before {begin:02d}:00 for the peak until {end:02d}:00" if peak else "for the busiest hours"
        yield _advise(
            f"Add capacity {when}: at {count(load.figures['high_load'])} requests an hour the mean is "
            f"{ms(load.figures['mean_at_high_load'])}, at {count(load.figures['low_load'])} it is "
            f"{ms(load.figures['mean_at_low_load'])}.",
            {"because": "load_latency"},
        )
    for slow in _findings_requests.slow_endpoints(facts):
        everything = facts.row("overall")
        share = slow.figures["requests"] / everything["requests"]
        rest = (everything["mean"] - share * slow.figures["mean"]) / (1 - share) if share < 1 else math.nan
        if rest == rest and share >= 0.01:
            half = everything["mean"] - share * slow.figures["mean"] / 2
            yield _advise(
                f"Start tuning with {slow.figures['endpoint']}: halving its latency would bring the mean of "
                f"all requests from {ms(everything['mean'])} to {ms(half)}.",
                {"because": "slow_endpoint", "endpoint": slow.figures["endpoint"], "mean_after": half},
            )
    for service in _findings_requests.error_service(facts):
        yield _advise(
            f"Look into the errors of {service.figures['service']} first: "
            f"{percent(service.figures['share_of_errors'])} of all.",
            {"because": "error_service", "service": service.figures["service"]},
        )
    if facts.gaps and facts.log.far is None and facts.series is None:
        yield _advise(
            f"Check whether the service or only its logging was silent around {moment(facts.gaps[0].start)}.",
            {"because": "gap"},
        )


def _advise(text: str, figures: dict[str, Any]) -> Finding:
    return Finding("advice", "info", text, figures)
