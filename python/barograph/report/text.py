"""A report as plain text, at most 100 columns wide."""

from __future__ import annotations

import textwrap
import unicodedata
from typing import TYPE_CHECKING

from .._frames import Table
from . import panels, values

if TYPE_CHECKING:
    from .._health import HealthScore
    from ..analysis._model import Card, Finding, Report

WIDTH = 100
MOST_ROWS = 12
MOST_CELL = 34
SIGNS = {"critical": "!!", "warning": " !", "info": "  "}
ASKED = ("requests", "samples", "error_rate", "mean", "p95", "apdex", "share", "hour", "status_code")
LAST = ("rank", "errors", "hours_seen", "p50", "few_requests", "in_incident", "score")
# for a reader of text these tables tell most; all the others are one file away
FIRST = (
    "overall",
    "by_service",
    "slowest_endpoints",
    "by_endpoint",  # where there are no latencies to tell the slowest
    "status_codes",
    "peak_offpeak",
    "load_latency",
    "incidents",
    "worst_periods",
    "measures",
    "gaps",
)


def render(report: Report) -> str:
    """A report as text: headline, cards, health, findings, main tables, notes.

    Parameters
    ----------
    report : Report
        Of any workload.

    Returns
    -------
    str
        Lines of at most 100 columns, the last one ended; no colours, no control characters.
    """
    blocks = [_head(report)]
    if report.cards:
        blocks.append(_cards(report.cards))
    if report.health is not None:
        blocks.append(_health(report.health))
    blocks.append(_findings(report.findings))
    tables = report.tables.raw
    shown = [name for name in FIRST if name in tables and len(tables[name])]
    if "slowest_endpoints" in shown and "by_endpoint" in shown:
        shown.remove("by_endpoint")
    column = panels.filter_of(report)
    blocks += [_table(name, *_of_all(tables[name], column)) for name in shown]
    if report.notes:
        blocks.append(
            "\n".join(["Notes", *(_wrapped(values.plain(n), "  - ", "    ") for n in report.notes)])
        )
    return "\n\n".join(blocks) + "\n"


def period(report: Report) -> str:
    """First and last time, for people."""
    if not report.start:
        return ""
    start, end = values.iso(report.start), values.iso(report.end)
    return start if not end or end == start else f"{start} to {end}"


def facts(report: Report) -> dict[str, str]:
    """What stands below the title: subtitle, period, and the source where the title does not name it."""
    source = "" if report.source in report.title else report.source
    found = {"subtitle": report.subtitle, "period": period(report), "source": source}
    return {name: fact for name, fact in found.items() if fact}


def _head(report: Report) -> str:
    title = _wrapped(values.plain(report.title), "", "")
    lines = [title, "=" * min(WIDTH, max(_columns(line) for line in title.split("\n")))]
    for name, fact in facts(report).items():
        intro = "" if name == "subtitle" else f"{name}: "
        lines.append(_wrapped(intro + values.plain(fact), "", " " * len(intro)))
    return "\n".join(lines)


def _cards(cards: tuple[Card, ...]) -> str:
    """Label and figure, two pairs a line where they fit."""
    pairs = [(values.plain(c.label), values.plain(c.value) + _status(c)) for c in cards]
    left = max(_columns(label) for label, _ in pairs)
    right = max(_columns(text) for _, text in pairs)
    cells = [
        f"{_padded(values.cut(label, 40), min(left, 40))}  {_padded(values.cut(text, 44), min(right, 44))}"
        for label, text in pairs
    ]
    a_line = max(1, (WIDTH - 2) // (min(left, 40) + min(right, 44) + 6))
    rows = ["    ".join(cells[i : i + a_line]) for i in range(0, len(cells), a_line)]
    return "\n".join("  " + row.rstrip() for row in rows)


def _status(card: Card) -> str:
    return {"warn": " (!)", "bad": " (!!)"}.get(card.status, "")


def _health(health: HealthScore) -> str:
    lines = [f"Health {health.shown} of 100: {values.plain(health.status)}"]
    rows = health.rows()
    widths = [max(_columns(row[i]) for row in rows) for i in range(4)] if rows else [0] * 4
    for what, value, limit, given in rows:
        cells = (
            _padded(what, widths[0]),
            _padded(value, widths[1], right=True),
            _padded(f"limit {limit}" if limit else "", widths[2] + 6),
            _padded(given, widths[3], right=True),
        )
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)


def _findings(findings: tuple[Finding, ...]) -> str:
    if not findings:
        return "Findings\n  Nothing stands out."
    wide = len(str(len(findings)))
    lines = ["Findings"]
    for position, finding in enumerate(findings, 1):
        mark = f"{SIGNS[finding.severity]} {position:>{wide}}. "
        lines.append(_wrapped(values.plain(finding.text), mark, " " * len(mark)))
    return "\n".join(lines)


def _of_all(table: Table, column: str) -> tuple[Table, str]:
    """The rows of all services together, and a word on the others."""
    parts = values.parts(table, column)
    if not parts:
        return table, ""
    whole = table.take(parts[values.ALL]).select([c for c in table.columns if c != column])
    return whole, f"by {values.heading(column)}"


def _table(name: str, table: Table, also: str) -> str:
    title = values.title(name)
    return "\n".join([title, *(_record(name, table) if len(table) == 1 else _rows(name, table, also))])


def _record(name: str, table: Table) -> list[str]:
    """The only row of a table, as many pairs of name and value a line as fit."""
    units = values.units(name, table)
    pairs = [
        f"{values.cut(values.heading(c), MOST_CELL)} {values.cut(values.shown(v, units[c]), MOST_CELL)}"
        for c, v in next(iter(table.rows())).items()
    ]
    width = max(_columns(pair) for pair in pairs)
    a_line = max(1, (WIDTH - 2 + 3) // (width + 3))
    lines = [pairs[i : i + a_line] for i in range(0, len(pairs), a_line)]
    return ["  " + "   ".join(_padded(pair, width) for pair in line).rstrip() for line in lines]


def _rows(name: str, table: Table, also: str) -> list[str]:
    units = values.units(name, table)
    rows = [
        [values.cut(values.shown(v, units[c]), MOST_CELL) for c, v in row.items()]
        for row in table.take(slice(0, MOST_ROWS)).rows()
    ]
    heads = [values.cut(values.heading(c), MOST_CELL) for c in table.columns]
    right = [_numeric(table, c) for c in table.columns]
    widths = [max(_columns(h), *(_columns(r[i]) for r in rows)) for i, h in enumerate(heads)]
    kept: list[int] = []
    for position in sorted(range(len(heads)), key=lambda i: _weight(table, i)):
        if 2 + sum(widths[p] + 2 for p in kept) + widths[position] <= WIDTH:
            kept.append(position)
    kept.sort()
    lines = []
    for cells in [heads, *rows]:
        line = "  ".join(_padded(cells[i], widths[i], right=right[i]) for i in kept)
        lines.append("  " + line.rstrip())
    more = []
    if len(table) > MOST_ROWS:
        more.append(f"{len(table) - MOST_ROWS:,} more rows")
    left = [heads[i] for i in range(len(heads)) if i not in kept] + ([also] if also else [])
    if left:
        more.append(f"also {', '.join(left)}")
    if more:
        lines.append(_wrapped(f"({'; '.join(more)} in tables/{values.file_name(name)}.csv)", "  ", "   "))
    return lines


def _weight(table: Table, position: int) -> tuple[int, int]:
    """What stays where not all columns fit: the row's name, then the figures people ask for first."""
    column = table.columns[position]
    if column in LAST:
        return 3, position
    if not _numeric(table, column) and column != "end":
        return 0, position
    return (1 if column in ASKED else 2), position


def _numeric(table: Table, column: str) -> bool:
    return getattr(table[column], "dtype", None) is not None and table.array(column).dtype.kind in "iuf"


def _wrapped(text: str, first: str, rest: str) -> str:
    """Lines of a text; a figure stays with its unit."""
    if not text:
        return first.rstrip()
    lines = textwrap.fill(
        values.unbroken(text), WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )
    return lines.replace("\u00a0", " ")


def _columns(text: str) -> int:
    """Columns on a terminal: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def _padded(text: str, width: int, *, right: bool = False) -> str:
    gap = " " * (width - _columns(text))
    return gap + text if right else text + gap
