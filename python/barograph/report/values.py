"""Values for people: ``412 ms``, ``4.5 %``, ``12,345``; the exact value is one hover or one file away."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np

from .._frames import Array, Strings, Table

Unit = Literal["", "ms", "%", "count", "apdex", "plain"]

ALL = "all"
MISSING = "–"
_LATENCY = re.compile(r"p\d+(\.\d+)?$|^(mean|median|latency|fitted|min|max|std|ms)$")
_WORDS = {"p50": "P50", "p90": "P90", "p95": "P95", "p99": "P99", "apdex": "Apdex", "cpu": "CPU", "id": "ID"}
_HIDDEN = frozenset(
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029\ufeff"
)


def units(name: str, table: Table) -> dict[str, Unit]:
    """The unit of each column of a table, told by the words of its name.

    Parameters
    ----------
    name : str
        The table's name.
    table : Table
        Its `mean` or `p95` are latencies in milliseconds; not so in ``measures``, whose figures are of any
        column of the log, and where `samples` of a metric were counted instead of requests.

    Returns
    -------
    dict of str to str
        ``"ms"``, ``"%"`` (a fraction, shown in percent), ``"count"``, ``"apdex"``, ``"plain"`` (years,
        hours, codes: no thousands separator) or ``""`` for any other number.

    Examples
    --------
    >>> units("by_service", Table({"p95": [380.0], "error_rate": [0.04], "requests": [12]}))
    {'p95': 'ms', 'error_rate': '%', 'requests': 'count'}
    """
    latencies = "samples" not in table and "samples_per_hour" not in table and name != "measures"
    return {column: _unit(column, latencies=latencies) for column in table.columns}


def _unit(column: str, *, latencies: bool) -> Unit:
    words = column.lower().split("_")
    if words[-1] in ("ratio", "factor", "times", "slope", "correlation", "r2", "score"):
        return ""
    if "rate" in words or "share" in words:
        return "%"
    if words[0] == "apdex":
        return "apdex"
    if words[0] in ("requests", "samples", "errors", "count", "rows", "n", "expected") and len(words) < 2:
        return "count"
    if words[-1] in ("hour", "day", "weekday", "code", "year", "month", "row", "rank") and "per" not in words:
        return "plain"
    if latencies and any(_LATENCY.match(word) for word in words):
        return "ms"
    return ""


def number(value: float, unit: Unit = "") -> str:
    """A number rounded for people, with its unit.

    Examples
    --------
    >>> number(412.3, "ms"), number(0.0449, "%"), number(12345), number(0.0004, "%"), number(4.213, "ms")
    ('412 ms', '4.5 %', '12,345', '0.04 %', '4.21 ms')
    """
    if value != value:
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if unit == "%":
        size = abs(value)
        return (
            f"{_rounded(value * 100, 2) if size < 0.01 else f'{value * 100:,.1f}'.replace('100.0', '100')} %"
        )
    if unit == "ms":
        return f"{_rounded(value, 3)} ms"
    if unit == "apdex":
        return f"{value:.2f}"
    if unit == "plain":
        return f"{value:.10g}"
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    if unit == "count":
        return f"{value:,.1f}"
    return _rounded(value, 4)


def label(value: Any) -> str:
    """A number or time as a label of an axis: three digits, whole numbers whole, no unit."""
    if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
        return f"{value:.10g}" if value == round(value) else _rounded(float(value), 3).replace(",", "")
    return shown(value)


def _rounded(value: float, digits: int) -> str:
    """Significant digits, but never fewer than the whole part; no trailing zeros, no exponent in reach."""
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if size < -6 or size > 14:
        return f"{value:.{digits}g}"
    places = max(0, digits - 1 - size)
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(value: Any, unit: Unit = "") -> str:
    """Any cell of a table for people; missing is a dash."""
    if value is None:
        return MISSING
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (int, float, np.integer, np.floating)):
        return number(float(value) if isinstance(value, (float, np.floating)) else int(value), unit)
    if isinstance(value, np.datetime64):
        return moment(value)
    return plain(str(value))


def parts(table: Table, column: str) -> dict[str, Array]:
    """The positions of the rows of ``"all"`` and of each other value of a column, where both are there.

    Parameters
    ----------
    table : Table
        Its rows of ``"all"`` hold what the rows of the other values hold together.
    column : str
        Such as ``"service"``.

    Returns
    -------
    dict of str to ndarray
        ``"all"`` first; empty where the table has no such column or no rows of ``"all"``.
    """
    if column not in table or not isinstance(table[column], Strings):
        return {}
    texts = table.strings(column)
    if ALL not in texts.categories:
        return {}
    names = sorted(texts.categories, key=lambda name: name != ALL)
    found = {name: np.flatnonzero(texts.codes == texts.categories.index(name)) for name in names}
    return {name: at for name, at in found.items() if at.size}


def exact(value: Any) -> str:
    """The same cell with nothing lost."""
    if value is None:
        return ""
    if isinstance(value, np.datetime64):
        return str(value).replace("T", " ").rstrip("0").rstrip(".") if "." in str(value) else str(value)
    if isinstance(value, (np.integer, np.floating)):
        value = value.item()
    return repr(value) if isinstance(value, float) else plain(str(value))


def moment(time: np.datetime64) -> str:
    """A time to the minute, to the second where it has seconds, a day alone at midnight."""
    if np.isnat(time):
        return MISSING
    seconds = int(time.astype("datetime64[s]").astype(np.int64))
    text = str(time.astype("datetime64[s]")).replace("T", " ")
    return text if seconds % 60 else text[:16]


def iso(text: str | None) -> str:
    """An ISO time as a report writes it: no T, no idle seconds; anything else is left as it is."""
    if not text:
        return ""
    match = re.fullmatch(
        r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?", text.strip()
    )
    if match is None:
        return plain(text)
    day, minute, second, zone = match.groups()
    clock = "" if minute is None else f" {minute}{second if second and second != ':00' else ''}"
    return f"{day}{clock}{'' if zone in (None, 'Z', '+00:00', '+0000') else ' ' + zone}"


def plain(text: str) -> str:
    r"""A text on one line whose control and direction characters show as escapes.

    Names in a log may hold anything: a terminal must not obey it, and a line must not end in it.

    Examples
    --------
    >>> print(plain("a\x1b[31mb\n"))
    a\x1b[31mb\x0a
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character in _HIDDEN or unicodedata.category(character) in ("Cc", "Cs"):
        code = ord(character)
        return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    return character


def cut(text: str, width: int) -> str:
    """At most `width` characters, the end of a longer text replaced by an ellipsis.

    Examples
    --------
    >>> cut("/a/very/long/path", 8)
    '/a/very…'
    """
    return text if len(text) <= width else text[: max(0, width - 1)].rstrip() + "…"


def unbroken(text: str) -> str:
    """The text with no-break spaces between figures and their units, for where lines wrap."""
    return re.sub(r"(?<=\d) (?=(%|ms|s|min|h)(?!\w))", "\u00a0", text)


def heading(column: str) -> str:
    """A column's name for people.

    Examples
    --------
    >>> heading("error_rate"), heading("p95"), heading("response_time_ms")
    ('error rate', 'P95', 'response time, ms')
    """
    words = plain(column).replace("offpeak", "against_off-peak").split("_")
    unit = ""
    if len(words) > 1 and words[-1] in ("ms", "bytes"):
        unit = f", {words.pop()}"
    return " ".join(_WORDS.get(word.lower(), word) for word in words) + unit


_TITLES = {
    "by_day_hour": "By hour of each day",
    "by_hour": "By hour of day",
    "load_hours": "Load of each hour",
    "load_latency": "By load",
}


def title(table: str) -> str:
    """A table's name for people.

    Examples
    --------
    >>> title("by_service"), title("load_latency"), title("peak_offpeak")
    ('By service', 'By load', 'Peak against off-peak')
    """
    return _TITLES.get(table) or heading(table).capitalize()


def local(table: Table, column: str) -> Array:
    """A column as an array; times of a column with a zone on that zone's clock."""
    values = table.array(column)
    if values.dtype.kind != "M" or column not in table.zones:
        return values
    zone = ZoneInfo(table.zones[column])
    utc = ZoneInfo("UTC")
    clock = values.copy()
    for position, time in enumerate(values.astype("datetime64[us]").tolist()):
        if time is not None:
            there = time.replace(tzinfo=utc).astimezone(zone)
            clock[position] += np.timedelta64(int(there.utcoffset().total_seconds()), "s")
    return clock


def file_name(name: str) -> str:
    """A name that is safe as a file name and as an id, the same for the same name.

    Examples
    --------
    >>> file_name("by_service"), file_name("../etc/passwd")
    ('by_service', '___etc_passwd')
    """
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)[:80] or "_"


def file_names(names: Iterable[str]) -> list[str]:
    """The same for several, no two alike even on a file system that ignores case."""
    taken: set[str] = set()
    result = []
    for name in names:
        base = candidate = file_name(name)
        count = 1
        while candidate.lower() in taken:
            count += 1
            candidate = f"{base}_{count}"
        taken.add(candidate.lower())
        result.append(candidate)
    return result
