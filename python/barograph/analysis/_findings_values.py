"""Findings of a metric series, of other measured values, and of gaps in time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from ._facts import Facts, never_falls
from ._log import DAY
from ._model import Finding
from ._wording import (
    duration,
    hours,
    interval,
    iso,
    moment,
    nanoseconds,
    percent,
    rows,
    significant,
)


def level(facts: Facts) -> Iterator[Finding]:
    """A metric series: its level, its spread, the hours at which it is highest."""
    if facts.series is None:
        return
    everything = facts.row("overall")
    values = facts.log.table.array(facts.series)
    known = values[values == values]
    least, most = known.min(), known.max()
    text = (
        f"{facts.series} is {_exact(float(most))} in every sample."
        if least == most
        else f"{facts.series} is {significant(everything['mean'])} on average, "
        f"{significant(everything['p50'])} in the median"
    )
    if least != most:
        above = int(np.count_nonzero(known > everything["p95"])) / known.size
        limit = significant(everything["p95"])
        tail = (
            f"5 % of samples lie above {limit}" if above >= 0.04 else f"the largest is {_exact(float(most))}"
        )
        text += f"; {tail}."
    yield Finding(
        "level",
        "info",
        text,
        {"measure": facts.series, **{k: everything[k] for k in ("samples", "mean", "p50", "p95", "p99")}},
    )
    table = facts.of_all("by_hour")
    mean = table.array("mean")
    if facts.log.last - facts.log.first < 2 * DAY or np.isnan(mean).any():
        return
    top, low = int(np.argmax(mean)), int(np.argmin(mean))
    if mean[top] - mean[low] < 0.1 * abs(everything["mean"]):
        return
    hour, quiet = int(table.array("hour")[top]), int(table.array("hour")[low])
    yield Finding(
        "busiest_hour",
        "info",
        f"{facts.series} is highest at {hours(hour)}: {significant(float(mean[top]))} on average; "
        f"lowest at {hours(quiet)} with {significant(float(mean[low]))}.",
        {"hour": hour, "mean": float(mean[top]), "lowest_hour": quiet, "lowest_mean": float(mean[low])},
    )


def measures(facts: Facts) -> Iterator[Finding]:
    """The largest value of each further numeric column, and when it came."""
    if not facts.has("measures"):
        return
    varied = (row for row in facts.tables["measures"].rows() if row["min"] != row["max"])
    for row in itertools.islice(varied, 4):
        when = moment(nanoseconds(row["when_max"]))
        flag = row["min"] == 0 and row["max"] == 1 and row["p50"] in (0, 1)
        name = row["measure"]
        if never_falls(facts.log.table.array(name)):
            text = f"{name} never falls: it counts from {_exact(row['min'])} to {_exact(row['max'])}."
        elif name == facts.series:
            text = f"The largest {name} is {_exact(row['max'])}, on {when}."
        elif flag:
            text = f"{name} is set in {percent(row['mean'])} of {row['count']:,} rows."
        else:
            text = (
                f"The largest value of {name} is {_exact(row['max'])}, on {when}; "
                f"mean {significant(row['mean'])}, P95 {significant(row['p95'])}."
            )
        yield Finding("measure", "info", text, {**row, "when_max": iso(nanoseconds(row["when_max"]))})


def _exact(value: float) -> str:
    return f"{int(value):,}" if abs(value) < 1e15 and value == int(value) else significant(value, 4)


def gaps(facts: Facts) -> Iterator[Finding]:
    if facts.repeated and facts.series is not None:
        yield Finding(
            "repeated_times",
            "info",
            f"{rows(facts.repeated, 'sample repeats', 'samples repeat')} the time of the sample before.",
            {"repeated": facts.repeated},
        )
    if not facts.gaps:
        return
    gaps = facts.gaps
    top = gaps[0]
    if facts.step is not None:
        missing = int(sum(int(g.expected) for g in gaps))
        text = (
            f"{rows(missing, 'sample is', 'samples are')} missing at a step of {duration(facts.step)}, "
            f"between {moment(top.start)} and {moment(top.end)}"
        )
        text += "." if len(gaps) == 1 else f" (the longest gap) and in {len(gaps) - 1:,} more."
        figures: dict[str, Any] = {"missing": missing, "gaps": len(gaps), "step_seconds": facts.step / 1e9}
    else:
        several = (
            ""
            if len(gaps) == 1
            else f"; {len(gaps) - 1} more such gaps"
            if len(gaps) > 2
            else "; one more such gap"
        )
        text = (
            f"No request for {duration(top.end - top.start)} on {interval(top.start, top.end)}, "
            f"where about {rows(round(top.expected), 'request')} would be usual{several}."
        )
        figures = {"gaps": len(gaps), "minutes": (top.end - top.start) / 60e9, "expected": top.expected}
    yield Finding("gap", "warning", text, figures, iso(top.start), iso(top.end))
