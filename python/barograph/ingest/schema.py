"""Which column plays which role: by its name, its type and its content, or as the caller says.

Works on a sample of the table (names and a few thousand cells as text), so it can run before a large
file is read and decide how each column is to be read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._dataset import Schema
from .number_columns import numbers_of

ROLES = ("timestamp", "service", "endpoint", "method", "latency", "status", "error", "client", "bytes")

# in order of preference; compared without case, blanks and punctuation
_NAMES: dict[str, tuple[str, ...]] = {
    "timestamp": (
        "timestamp", "eventtimestamp", "time", "datetime", "eventtime", "requesttimestamp", "timelocal",
        "timeiso8601", "logtime", "starttime", "createdat", "receivedat", "loggedat", "when", "occurredat",
        "ts", "date", "msec", "epoch", "day", "hour",
    ),
    "latency": (
        "latency", "responsetime", "duration", "requesttime", "requestduration", "elapsed", "elapsedtime",
        "timetaken", "took", "responseduration", "processingtime", "requestlatency", "totaltime", "resptime",
        "upstreamresponsetime", "exectime", "executiontime", "dur", "rt", "ttlb", "servicetime", "runtime",
    ),
    "status": (
        "status", "statuscode", "httpstatus", "httpstatuscode", "responsecode", "responsestatus",
        "httpresponsecode", "respcode", "httpcode", "scstatus", "code",
    ),
    "error": (
        "error", "iserror", "haserror", "failed", "isfailed", "failure", "errored", "errorflag", "success",
        "issuccess", "successful", "succeeded", "ok",
    ),
    "service": (
        "service", "servicename", "svc", "microservice", "application", "app", "appname", "applicationname",
        "component", "module", "system", "subsystem", "job", "backend", "upstream", "vhost", "virtualhost",
        "servername", "host", "hostname",
    ),
    "endpoint": (
        "endpoint", "route", "path", "url", "uri", "requestpath", "requesturi", "requesturl", "httppath",
        "httproute", "httpurl", "urlpath", "httptarget", "target", "csuristem", "operation", "operationname",
        "resource", "page", "api",
    ),
    "method": ("method", "httpmethod", "requestmethod", "verb", "csmethod", "httpverb"),
    "client": (
        "client", "clientip", "remoteaddr", "remotehost", "remoteip", "clientaddress", "clientaddr", "ip",
        "sourceip", "ipaddress", "cip",
    ),
    "bytes": (
        "bytes", "bodybytessent", "bytessent", "responsesize", "responsebytes", "size", "contentlength",
        "scbytes", "bodysize",
    ),
}  # fmt: skip

# names that tell a latency only by the unit that stands behind them, or alone: "response_ms", "ms"
_WITH_UNIT = frozenset(
    {"", "response", "request", "resp", "req", "reply", "time", "total", "rtt", "call", "query"}
)
_UNIT_WORDS = {
    "ns": "ns", "nanos": "ns", "nanosec": "ns", "nanosecond": "ns", "nanoseconds": "ns",
    "us": "us", "usec": "us", "micros": "us", "microsec": "us", "microsecond": "us", "microseconds": "us",
    "µs": "us", "ms": "ms", "msec": "ms", "msecs": "ms", "millis": "ms", "millisec": "ms",
    "millisecond": "ms", "milliseconds": "ms", "s": "s", "sec": "s", "secs": "s", "second": "s",
    "seconds": "s",
}  # fmt: skip
UNITS = ("ns", "us", "ms", "s")
# as a whole name these tell a latency; "us", "ns" and "s" might be anything, "seconds" a part of the time
_LONE_UNITS = frozenset({"ms", "msec", "msecs", "millis", "milliseconds", "micros", "microseconds"})
_INVERTED = frozenset({"success", "issuccess", "successful", "succeeded", "ok"})
# numbers that name or label a row and measure nothing
_NO_MEASURE = re.compile(
    r"(^|[^a-z])(id|uuid|guid|index|idx|row|line|port|pid|tid|label|labels|anomaly|is_anomaly|outlier|year|month|day|hour|"
    r"weekday|version|zip|seed|number)$|^unnamed",
    re.IGNORECASE,
)
_INTEGER = re.compile(r"-?\d{1,18}")
_TIMED_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)\s*(ns|us|µs|ms|s|sec|seconds)", re.IGNORECASE)
_TIME = re.compile(
    r"\d{4}([-/.])\d{1,2}\1\d{1,2}([ T]\d{1,2}:\d\d.*)?|\[?\d{1,2}/[A-Za-z]{3}/\d{4}:\d\d:.*|"
    r"([A-Za-z]{3}, )?\d{1,2}[- ][A-Za-z]{3}[- ]\d{4} .*|\d{1,2}([-/.])\d{1,2}\4\d{4}(,?[ T]\d{1,2}:\d\d.*)?|"
    r"\d{8}T\d{6}([.,]\d+)?(Z|[-+]\d\d:?(\d\d)?)?|(19|20)\d{12}"
)
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
_CLOCK = re.compile(r"\d{1,2}:\d\d(:\d\d([.,]\d+)?)?( ?[AaPp][Mm])?")
_PLAIN_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,9})?")
_EPOCH = re.compile(r"[12]\d{9}(\.\d+)?|[12]\d{12}|[12]\d{15}|[12]\d{18}")
_FLAG_WORDS = frozenset(
    {"true", "false", "t", "f", "yes", "no", "y", "n", "0", "1", "0.0", "1.0", "ok", "error"}
)
_MISSING = frozenset({"", "na", "n/a", "nan", "nat", "null", "none", "-"})


@dataclass
class Sample:
    """Names and some cells of a table, as text."""

    cells: Mapping[str, Sequence[str]]
    typed: Mapping[str, str] = field(default_factory=dict)  # name -> time, number, flag or text, where known
    style: str = "plain"  # of numbers, as far as the caller tells it

    def present(self, name: str) -> list[str]:
        """Cells that are not missing, without blanks around them."""
        return [c for c in (cell.strip() for cell in self.cells[name]) if c.lower() not in _MISSING]

    def share(self, name: str, pattern: re.Pattern[str]) -> float:
        """Share of the present cells that match as a whole."""
        cells = self.present(name)
        return sum(pattern.fullmatch(c) is not None for c in cells) / len(cells) if cells else 0.0

    def is_number(self, name: str) -> bool:
        """Most cells are numbers."""
        known = self.typed.get(name)
        return known == "number" if known else self.number_share(name) >= 0.7

    def numbers(self, name: str) -> list[float]:
        """The numbers among the present cells, also such as 1.234,5."""
        values, _ = numbers_of(self.present(name), self.style)
        return [value for value in values.tolist() if value == value]

    def number_share(self, name: str) -> float:
        """Share of the present cells that are numbers."""
        cells = self.present(name)
        return len(self.numbers(name)) / len(cells) if cells else 0.0

    def style_of(self, name: str) -> str:
        """How the numbers of a column are written, as far as these cells prove it."""
        return numbers_of(self.present(name), self.style)[1]

    def is_integer(self, name: str) -> bool:
        """Every cell is a plain whole number."""
        return all(_INTEGER.fullmatch(cell) for cell in self.cells[name])

    def is_plain_time(self, name: str) -> bool:
        """Every cell is a date and a time of day without an offset, as in ISO 8601."""
        return all(_PLAIN_TIME.fullmatch(cell) for cell in self.cells[name])

    def is_time(self, name: str, least: float = 0.6) -> bool:
        """At least so many of the cells are dates or times as people write them."""
        known = self.typed.get(name)
        return known == "time" if known else self.share(name, _TIME) >= least

    def is_epoch(self, name: str) -> bool:
        """Most cells are seconds, ms, us or ns since 1970, in this half century."""
        return self.typed.get(name, "number") == "number" and self.share(name, _EPOCH) >= 0.6

    def is_flag(self, name: str) -> bool:
        """Only words for yes and no."""
        if self.typed.get(name) == "flag":
            return True
        cells = self.present(name)
        return bool(cells) and sum(c.lower() in _FLAG_WORDS for c in cells) >= 0.9 * len(cells)


@dataclass
class Recognised:
    """The schema, how the time is written, and what a person should know."""

    schema: Schema
    time_format: str | None = None
    notes: list[str] = field(default_factory=list)


def key_of(name: str) -> str:
    """A column name without case, blanks and punctuation."""
    return re.sub(r"[^a-z0-9µ]", "", name.lower())


def inverted(name: str) -> bool:
    """Whether a column named so tells success where errors are asked for."""
    return key_of(name) in _INVERTED


def unit_in_name(name: str) -> tuple[str, str | None]:
    """The name without its unit, and the unit: ``response_time_ms`` gives (responsetime, ms)."""
    words = [w for w in re.split(r"[^A-Za-z0-9µ]+", name) if w]
    if len(words) == 1 and words[0].lower() in _LONE_UNITS:
        return "", _UNIT_WORDS[words[0].lower()]
    if len(words) > 1 and words[-1].lower() in _UNIT_WORDS:
        return key_of("".join(words[:-1])), _UNIT_WORDS[words[-1].lower()]
    camel = re.fullmatch(r"(.*[a-z])(Ms|Us|Ns|Sec|Secs|Seconds|Millis|Micros|Nanos|Milliseconds|S)", name)
    if camel:
        return key_of(camel.group(1)), _UNIT_WORDS[camel.group(2).lower()]
    return key_of(name), None


def check_roles(columns: Any) -> None:
    """Complain of what names no columns by their roles.

    Raises
    ------
    TypeError
        If it is no mapping.
    ValueError
        For a role that there is not.
    """
    if columns is not None and not isinstance(columns, Mapping):
        raise TypeError(
            f"columns: {type(columns).__name__} given, expected columns by role, as in {{'latency': 'took'}}"
        )
    for role in columns or ():
        if role not in ROLES:
            raise ValueError(f"columns: role {role!r} given, expected one of {', '.join(ROLES)}")


def recognise(
    sample: Sample, overrides: Mapping[str, str] | None = None, *, tz: str | None = None
) -> Recognised:
    """Tell the roles of the columns.

    Parameters
    ----------
    sample : Sample
        Names and cells.
    overrides : mapping of str to str, optional
        ``{"role": "column"}``; for the latency ``"column:unit"`` (ns, us, ms, s), for the timestamp
        ``"column:format"``, a strptime format or epoch unit.
    tz : str, optional
        Zone of times that are written without one; UTC by default.

    Raises
    ------
    ValueError
        If an override names no column or role, no time is found, or a unit cannot be told.
    """
    check_roles(overrides)
    names = list(sample.cells)
    chosen: dict[str, str] = {}
    how: dict[str, str] = {}
    unit: str | None = None
    time_format: str | None = None
    for role, spec in (overrides or {}).items():
        name, suffix = _override(role, str(spec), names)
        chosen[role] = name
        how[role] = f"{name}: as told"
        if role == "latency" and suffix is not None:
            if suffix not in UNITS:
                raise ValueError(
                    f"columns: latency unit {suffix!r} given, expected one of {', '.join(UNITS)}"
                )
            unit, how[role] = suffix, f"{name}: latency in {suffix} (as told)"
        elif role == "timestamp":
            time_format = suffix
    result = Recognised(Schema(), time_format)
    _timestamp(sample, chosen, how)
    result.notes.extend(_clock_apart(sample, chosen))
    latency_unit = _latency(sample, chosen, how, unit, result.notes)
    for role in ("status", "error", "service", "endpoint", "method", "client", "bytes"):
        if role not in chosen:
            _by_name(role, sample, chosen, how)
    if "status" not in chosen:
        _status_by_content(sample, chosen, how)
    if "error" in chosen and inverted(chosen["error"]) and "as told" not in how["error"]:
        how["error"] = f"{chosen['error']}: error where it is false (by its name)"
    values = tuple(
        name for name in names
        if name not in chosen.values() and sample.is_number(name) and not sample.is_epoch(name)
        and not _NO_MEASURE.search(name)
    )  # fmt: skip
    if values:
        how["values"] = f"{', '.join(values)}: measured values (numbers without another role)"
    result.schema = Schema(**chosen, values=values, latency_unit=latency_unit, tz=tz, how=_ordered(how))
    return result


def _ordered(how: Mapping[str, str]) -> dict[str, str]:
    return {role: how[role] for role in (*ROLES, "values") if role in how}


def _override(role: str, spec: str, names: Sequence[str]) -> tuple[str, str | None]:
    """The column and what stands behind the colon."""
    if spec in names:
        return spec, None
    if ":" in spec and role in ("latency", "timestamp"):
        # a column name may hold colons itself, so does a format
        for name in sorted(names, key=len, reverse=True):
            if spec.startswith(name + ":"):
                return name, spec[len(name) + 1 :]
    raise ValueError(
        f"columns: no column {spec.split(':', maxsplit=1)[0]!r} for {role}; "
        f"there are: {', '.join(map(str, names))}"
    )


def _timestamp(sample: Sample, chosen: dict[str, str], how: dict[str, str]) -> None:
    if "timestamp" in chosen:
        return
    free = [name for name in sample.cells if name not in chosen.values()]
    by_key = {key_of(name): name for name in reversed(free)}
    for key in _NAMES["timestamp"]:
        name = by_key.get(key)
        if name is not None and (sample.is_time(name, 0.3) or sample.is_epoch(name)):
            chosen["timestamp"] = name
            how["timestamp"] = f"{name}: time (by its name)"
            return
    for name in free:
        if sample.is_time(name):
            chosen["timestamp"] = name
            how["timestamp"] = f"{name}: time (by its content)"
            return
    for name in free:
        words = {w.lower() for w in re.split(r"[^A-Za-z]+", name)} | {unit_in_name(name)[0]}
        if sample.is_epoch(name) and words & {"time", "timestamp", "ts", "epoch", "date"}:
            chosen["timestamp"] = name
            how["timestamp"] = f"{name}: time since 1970 (by its name and content)"
            return
    raise ValueError(
        f"columns: no time recognised among {', '.join(map(str, sample.cells)) or 'no columns'}; "
        "name it: columns={'timestamp': 'COLUMN'} (--timestamp COLUMN), with its format if that is unusual "
        "('COLUMN:%d.%m.%Y %H:%M')"
    )


def _clock_apart(sample: Sample, chosen: Mapping[str, str]) -> list[str]:
    """What to say of a date whose time of day stands in another column."""
    date = chosen["timestamp"]
    if sample.typed.get(date) or sample.share(date, _DATE) < 0.9:
        return []
    for name in sample.cells:
        if name != date and sample.share(name, _CLOCK) > 0.9:
            return [
                f"{date} holds days alone; the times of day in {name} are not read: put both into one column."
            ]
    return []


def _latency(
    sample: Sample, chosen: dict[str, str], how: dict[str, str], unit: str | None, notes: list[str]
) -> str:
    name = chosen.get("latency")
    if name is None:
        name = _latency_column(sample, chosen)
        if name is None:
            notes.extend(_no_numbers(sample, chosen))
            return "ms"
        chosen["latency"] = name
        how["latency"] = f"{name}: latency"
    if unit is not None:
        return unit
    base, suffix = unit_in_name(name)
    if suffix is not None:
        how["latency"] = f"{name}: latency in {suffix} (by its name)"
        return suffix
    unit, why = _unit_by_content(name, base, sample)
    how["latency"] = f"{name}: latency in {unit} ({why})"
    if why.startswith("by its values"):
        notes.append(
            f"{name} is read as {unit} {why}; if it is not, say so: "
            f"columns={{'latency': '{name}:{'s' if unit == 'ms' else 'ms'}'}}."
        )
    return unit


def _latency_column(sample: Sample, chosen: Mapping[str, str]) -> str | None:
    free = [name for name in sample.cells if name not in chosen.values()]
    keys = {name: unit_in_name(name)[0] for name in free}
    for wanted in _NAMES["latency"]:
        for name in free:
            if keys[name] == wanted and _numeric_enough(sample, name):
                return name
    for name in free:
        words = set(re.findall(r"[a-z]+", name.lower()))
        if words & {"latency", "duration", "elapsed"} and _numeric_enough(sample, name):
            return name
    timed = [
        name for name in free
        if keys[name] in _WITH_UNIT and unit_in_name(name)[1] is not None
        and _numeric_enough(sample, name) and not sample.is_epoch(name)
    ]  # fmt: skip
    return timed[0] if len(timed) == 1 else None  # of several none tells which is the latency


def _no_numbers(sample: Sample, chosen: Mapping[str, str]) -> list[str]:
    """What to say of a column that is named as a latency and holds something else, such as ``fast``."""
    for name in sample.cells:
        cells = sample.present(name)
        if cells and name not in chosen.values() and unit_in_name(name)[0] in _NAMES["latency"]:
            shown = cells[0][:20]
            return [f"{name} is named as a latency, but holds no numbers (such as {shown!r}); left out."]
    return []


def _numeric_enough(sample: Sample, name: str) -> bool:
    if sample.is_number(name):
        return True
    return sample.number_share(name) + sample.share(name, _TIMED_NUMBER) >= 0.5


def _unit_by_content(name: str, base: str, sample: Sample) -> tuple[str, str]:
    cells = sample.present(name)
    with_unit = [m.group(2).lower() for c in cells if (m := _TIMED_NUMBER.fullmatch(c))]
    if len(with_unit) > 0.5 * len(cells) > 0:
        return "ms", "units are written in the cells"
    numbers = sorted(v for v in sample.numbers(name) if v >= 0)
    if not numbers:
        return "ms", "no value to tell another unit by"
    median = numbers[len(numbers) // 2]
    fractions = sum(not v.is_integer() for v in numbers) > 0.5 * len(cells)
    if base in ("requesttime", "upstreamresponsetime") and fractions:
        return "s", "nginx writes it so"
    shown = f"median {median:,.4g}"
    if fractions and median < 0.5 and numbers[-1] < 3600:
        return "s", f"by its values, {shown}"
    if median == 0 and numbers[-1] == 0:
        return "ms", "no value to tell another unit by"
    if (median >= 5 and not fractions and median < 20_000) or (fractions and 10 <= median < 20_000):
        return "ms", f"by its values, {shown}"
    raise ValueError(
        f"columns: the unit of {name} cannot be told from its name or values ({shown}); "
        f"say it: columns={{'latency': '{name}:ms'}} (--latency {name}:ms), or s, us, ns"
    )


def _by_name(role: str, sample: Sample, chosen: dict[str, str], how: dict[str, str]) -> None:
    free = {key_of(name): name for name in reversed(list(sample.cells)) if name not in chosen.values()}
    for key in _NAMES[role]:
        name = free.get(key)
        if name is not None and _fits(role, name, sample):
            chosen[role] = name
            how[role] = f"{name}: {_MEANING[role]} (by its name)"
            return


_MEANING = {
    "status": "response status", "error": "whether the request failed", "service": "service",
    "endpoint": "endpoint", "method": "request method", "client": "client", "bytes": "bytes sent",
}  # fmt: skip


def _fits(role: str, name: str, sample: Sample) -> bool:
    number = sample.is_number(name)
    if role == "status":
        return number and _status_share(sample, name) > 0.7
    if role == "error":
        return sample.is_flag(name) or not number
    if role == "bytes":
        return number or not sample.present(name)
    return not number and not sample.is_time(name) and sample.typed.get(name) != "flag"


def _status_share(sample: Sample, name: str) -> float:
    numbers = sample.numbers(name)
    return sum(100 <= v < 600 and v == int(v) for v in numbers) / len(numbers) if numbers else 0.0


def _status_by_content(sample: Sample, chosen: dict[str, str], how: dict[str, str]) -> None:
    for name in sample.cells:
        words = set(re.findall(r"[a-z]+", name.lower()))
        if name in chosen.values() or not words & {"status", "code", "response", "http"}:
            continue
        if _status_share(sample, name) > 0.95 and sample.is_number(name):
            chosen["status"] = name
            how["status"] = f"{name}: response status (by its content)"
            return


def lacks(schema: Schema) -> list[str]:
    """What the log does not tell, each as a sentence on what the report leaves out."""
    failing = schema.status is not None or schema.error is not None
    requests = failing or schema.latency is not None or schema.endpoint is not None
    notes = []
    if not requests:
        if schema.values:
            return [
                f"The log has a time and {', '.join(schema.values[:5])}"
                + (f" and {len(schema.values) - 5} more values" if len(schema.values) > 5 else "")
                + ", no latency, status or error: the report covers traffic and these values."
            ]
        return ["The log has a time alone: the report covers traffic only."]
    if schema.latency is None:
        notes.append(
            "The log has no latency: the report covers traffic "
            + ("and errors only." if failing else "only.")
        )
    if not failing:
        notes.append("The log has no status and no error: the report does not cover errors.")
    elif schema.error is None:
        notes.append("The log has no error column: a status of 500 or above counts as an error.")
    if schema.service is None and schema.endpoint is None:
        notes.append("The log names no service and no endpoint: figures are for all requests together.")
    elif schema.service is None:
        notes.append("The log names no service: figures are by endpoint.")
    return notes
