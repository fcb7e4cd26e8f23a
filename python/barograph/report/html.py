"""A report as one interactive page that needs no network.

The drawing library (plotly.js, out of the plotly package) stands in the page; charts are data that
``page/page.js`` draws. Every text from a log is escaped for where it stands, and the page's content security
policy lets nothing run but the three scripts written here, and nothing load at all.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._frames import Array, Strings, Table
from . import panels, text, values

if TYPE_CHECKING:
    from .._health import HealthScore
    from ..analysis._model import Card, Finding, Report

MOST_ROWS, LEAST_ROWS = 250, 24  # of a table, and of each service in it
MOST_TITLE = 300
STATUS = {"warn": "look at it", "bad": "bad"}
SEVERITY = {"warning": "▲ warning", "critical": "■ critical"}
# figures of one service in the place of the headline figures, when it is chosen
FILTERED_CARDS = ("requests", "errors", "error_rate", "mean", "p50", "p95", "p99", "apdex")


def render(report: Report) -> str:
    """A report as a whole HTML page.

    Parameters
    ----------
    report : Report
        Of any workload.

    Returns
    -------
    str
        One document: no file beside it, no request to anywhere; about 5 MB, most of it plotly.js. Equal
        reports give equal pages. ``#service=NAME`` at the end of its address opens it with that service
        chosen.

    Raises
    ------
    ImportError
        If plotly is not installed (``pip install "barograph[report]"``).
    """
    library, library_hash = _library()
    drawn = panels.panels(report)
    names = values.file_names(p.chart.name for p in drawn)
    column, choices = _choices(panels.filter_of(report), drawn)
    data = _script_json({
        "filter": {"column": column, "title": values.heading(column), "values": choices} if column else None,
        "panels": [_panel_data(p, name, column) for p, name in zip(drawn, names, strict=True)],
    })  # fmt: skip
    style, script = _asset("page.css"), _asset("page.js")
    policy = (
        f"default-src 'none'; script-src {library_hash} {_hash(script)}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        '<meta name="generator" content="barograph">\n<meta name="color-scheme" content="light dark">\n',
        f"<title>{_safe(report.title)}</title>\n<style>{style}</style>\n</head>\n<body>\n",
        '<p class="failed" id="failed" role="alert" hidden></p>\n',
        _head(report),
        _chooser(column, choices),
        "<main>\n",
        _cards(report.cards),
        *_filtered_cards(report, column, choices),
        _story(report),
        _panels(drawn, names),
        _tables(report, column),
        _notes(report.notes),
        "</main>\n<footer><p>Made by barograph. Figures are rounded; point at one for its exact value.</p>"
        "</footer>\n",
        f'<script type="application/json" id="data">{data}</script>\n',
        f"<script>{library}</script>\n<script>{script}</script>\n</body>\n</html>\n",
    ]
    return "".join(parts)


@lru_cache(maxsize=1)
def _library() -> tuple[str, str]:
    """The text of plotly.js and its hash, found without importing plotly, which takes long."""
    spec = importlib.util.find_spec("plotly")
    for folder in spec.submodule_search_locations or () if spec else ():
        path = Path(folder) / "package_data" / "plotly.min.js"
        if path.is_file():
            script = path.read_text(encoding="utf-8").replace("</script", "<\\/script")
            return script, _hash(script)
    raise ImportError('plotly is not installed; install it with: pip install "barograph[report]"')


def _asset(name: str) -> str:
    return (resources.files(__package__) / "page" / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _script_json(value: Any) -> str:
    """JSON that may stand in a script element: no text can end it or be taken for markup."""
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        content = content.replace(character, f"\\u{ord(character):04x}")
    return content


def _safe(content: str) -> str:
    return escape(values.plain(content))


def _choices(column: str, drawn: Iterable[panels.Panel]) -> tuple[str, list[str]]:
    """The column of the page's drop-down and its choices; nothing where there is only one."""
    seen: dict[str, None] = {panels.ALL: None}
    for panel in drawn:
        if column and panel.chart.filter == column:
            views = [*(t.view for t in panel.traces), *(g.view for g in panel.grids)]
            seen.update({view: None for view in views if view is not None})
    return (column, list(seen)) if len(seen) > 2 else ("", [])


def _head(report: Report) -> str:
    facts = [values.plain(fact) for fact in text.facts(report).values()]
    lines = "".join(f'<p class="facts"><bdi>{escape(fact)}</bdi></p>\n' for fact in facts)
    return f"<header>\n<h1>{_safe(report.title)}</h1>\n{lines}</header>\n"


def _chooser(column: str, choices: list[str]) -> str:
    if not column:
        return ""
    options = "".join(f'<option value="{escape(c)}">{escape(values.cut(c, 60))}</option>' for c in choices)
    return (
        f'<div class="choose"><div><label for="filter">{_safe(values.heading(column).capitalize())}</label>'
        f'<select id="filter" autocomplete="off">{options}</select>'
        '<span class="quiet">charts, figures and tables follow</span></div></div>\n'
    )


def _cards(cards: Iterable[Card], view: str = panels.ALL) -> str:
    items = []
    for card in cards:
        shown = values.plain(card.value)
        status = f'<span class="status">{STATUS[card.status]}</span>' if card.status in STATUS else ""
        long = " long" if len(shown) > 8 else ""
        items.append(
            f'<li class="card {card.status}"><span class="label">{_safe(card.label)}</span>'
            f'<span class="value{long}" title="{_title(card.exact)}">{escape(shown)}</span>{status}</li>'
        )
    hidden = "" if view == panels.ALL else " hidden"
    return f'<ul class="cards" data-view="{escape(view)}"{hidden}>{"".join(items)}</ul>\n' if items else ""


def _filtered_cards(report: Report, column: str, choices: list[str]) -> Iterable[str]:
    from ..analysis._model import Card

    table = report.tables.raw.get(f"by_{column}") if column else None
    if table is None or column not in table:
        return
    units = values.units("", table)
    for row in table.rows():
        view = values.plain(str(row[column]))
        if view != panels.ALL and view in choices:
            yield _cards(
                [
                    Card(values.heading(c).capitalize() if c != "mean" else "Mean latency",
                         values.shown(row[c], units[c]), row[c])
                    for c in FILTERED_CARDS if c in row
                ],
                view,
            )  # fmt: skip


def _title(exact: Any) -> str:
    return escape(values.cut(values.exact(exact), MOST_TITLE))


def _story(report: Report) -> str:
    advice = [f for f in report.findings if f.kind == "advice"]
    others = [f for f in report.findings if f.kind != "advice"]
    health = "" if report.health is None else _health(report.health)
    todo = _findings("advice", "What to do", advice) if advice else ""
    two = " two" if health or todo else ""
    said = _findings("findings", "What the data says", others)
    return f'<div class="story{two}">\n{said}<div>{health}{todo}</div></div>\n'


def _findings(name: str, title: str, findings: Iterable[Finding]) -> str:
    items = []
    for finding in findings:
        sign = SEVERITY.get(finding.severity)
        mark = f'<span class="severity">{sign}</span>' if sign else ""
        when = ""
        if finding.start:
            end = f" to {values.iso(finding.end)}" if finding.end and finding.end != finding.start else ""
            when = f' title="{escape(values.iso(finding.start) + end)}"'
        items.append(
            f'<li class="{finding.severity}" data-kind="{_safe(finding.kind)}"{when}>'
            f"<span>{mark}{_safe(values.unbroken(finding.text))}</span></li>\n"
        )
    body = f'<ol class="findings">\n{"".join(items)}</ol>\n' if items else "<p>Nothing stands out.</p>\n"
    return f'<section id="{name}"><h2>{title}</h2>\n{body}</section>\n'


def _health(health: HealthScore) -> str:
    rows = "".join(
        f'<tr><td>{escape(what)}</td><td class="n" title="{_title(entry.value)}">{escape(value)}</td>'
        f'<td class="n" title="{_title(entry.limit)}">{escape(limit)}</td>'
        f'<td class="n" title="{_title(entry.points)}">{escape(points)}</td></tr>\n'
        for entry, (what, value, limit, points) in zip(health.ledger, health.rows(), strict=True)
    )
    return (
        '<section id="health"><h2>Health</h2>\n'
        f'<p class="score" title="{_title(health.score)}">{health.shown} '
        f"<small>of 100, {_safe(health.status)}</small></p>\n"
        '<table class="ledger"><thead><tr><th class="head">what</th><th class="head n">value</th>'
        '<th class="head n">limit</th><th class="head n">points</th></tr></thead>\n'
        f"<tbody>{rows}</tbody></table></section>\n"
    )


def _panels(drawn: list[panels.Panel], names: list[str]) -> str:
    if not drawn:
        return ""
    sections = "".join(
        _panel(p, name, wide=wide) for p, name, wide in zip(drawn, names, _wide(drawn), strict=True)
    )
    return f'<h2>Charts</h2>\n<div class="panels">\n{sections}</div>\n'


def _wide(drawn: list[panels.Panel]) -> list[bool]:
    """Which panels take a row of their own: courses over time, and one that would stand alone in its row."""
    wide = [p.chart.kind == "line" and p.x.kind == "time" for p in drawn]
    first = 0
    for position, ends in enumerate([*wide, True]):
        if ends:
            if (position - first) % 2:
                wide[position - 1] = True
            first = position + 1
    return wide


def _panel(panel: panels.Panel, name: str, *, wide: bool) -> str:
    chart = panel.chart
    notes = " · ".join(n for n in (values.plain(chart.note), *panel.notes) if n)
    note = f'<p class="note">{escape(notes)}</p>' if notes else ""
    plot = '<div class="plot none">no data</div>' if panel.empty else (
        f'<div class="plot" role="img" aria-label="{_safe(chart.title)}" '
        f'style="height:{_heights(panel)[0]}px"></div>'
    )  # fmt: skip
    title = _safe(values.unbroken(chart.title))
    return (
        f'<section class="panel{" wide" if wide else ""}" id="{name}" data-panel="{name}"><h3>{title}</h3>'
        f'<p class="scope"></p>{plot}{note}</section>\n'
    )


def _heights(panel: panels.Panel) -> tuple[int, int]:
    """Height in pixels on a wide and on a narrow screen."""
    if panel.chart.kind == "hbar":
        bars = len(panel.x.labels) * (10 + 11 * len({t.name for t in panel.traces}))
        height = max(200, 100 + bars if panel.x.kind == "label" else 300)
        return height, height
    if panel.chart.kind == "heatmap":
        days = len(panel.y.labels)
        height = max(240, 90 + (24 if days <= 14 else 15) * min(days, 31))
        return height, height
    return 330, 280


def _panel_data(panel: panels.Panel, name: str, column: str) -> dict[str, Any]:
    chart = panel.chart
    colours: dict[str, int] = {}
    xs: dict[str, int] = {}
    x_lists: list[list[Any]] = []
    traces = []
    for trace in panel.traces:
        points = _x_list(trace.x)
        key = json.dumps(points)
        if key not in xs:
            xs[key] = len(x_lists)
            x_lists.append(points)
        colour = -1 if trace.fit else colours.setdefault(trace.name, len(colours))
        traces.append({
            "name": trace.name, "view": trace.view, "x": xs[key], "y": _numbers(trace.y), "fit": trace.fit,
            "colour": colour, "series": trace.series, "lone": trace.lone,
        })  # fmt: skip
    times = [t.x for t in panel.traces] if panel.x.kind == "time" else []
    middle = _middle(times)
    return {
        "name": name,
        "kind": chart.kind,
        "xTitle": values.plain(chart.x_title),
        "yTitle": values.plain(chart.y_title),
        "unit": panel.unit,
        "height": _heights(panel),
        "empty": panel.empty,
        "filters": bool(column) and chart.filter == column,
        "split": bool(column) and chart.series == column,
        "picks": bool(column) and chart.x == column,
        "zTitle": values.heading(chart.y[-1]),
        "zero": all(float(np.nanmin(t.y, initial=0.0)) >= 0 for t in panel.traces),
        "ticks": _ticks(panel),
        "x": {"kind": panel.x.kind, "labels": panel.x.labels},
        "y": {"labels": panel.y.labels},
        "xs": x_lists,
        "traces": traces,
        "grids": [{"view": g.view, "z": [_numbers(row) for row in g.z]} for g in panel.grids],
        "marks": [
            {"start": m.start, "end": m.end, "label": values.plain(m.label), "late": m.start > middle}
            for m in chart.marks
        ],
    }


def _middle(times: list[Any]) -> str:
    """The middle of a time axis: a label after it is written to the left."""
    there = [t for t in times if t.size]
    if not there:
        return "9999"
    low = min(t.min() for t in there)
    return str(low + (max(t.max() for t in there) - low) // 2)


def _ticks(panel: panels.Panel) -> int:
    """Distance of ticks for hours of the day and other short runs of whole numbers; 0: as it comes."""
    if panel.x.kind != "number" or not panel.traces:
        return 0
    x = np.unique(np.concatenate([t.x for t in panel.traces]))
    if not np.array_equal(x, np.round(x)):
        return 0
    span = float(x[-1] - x[0])
    return 0 if span > 60 else 1 if span <= 12 else 3 if span <= 24 else 7


def _x_list(x: Any) -> list[Any]:
    if x.dtype.kind != "M":
        return _numbers(x)
    seconds = x.astype("datetime64[s]")
    if not np.array_equal(seconds, x):
        return [str(t) for t in x.astype("datetime64[ms]")]
    minutes = x.astype("datetime64[m]")
    return [str(t) for t in (minutes if np.array_equal(minutes, x) else seconds)]


def _numbers(column: Any) -> list[Any]:
    """Numbers of seven digits, whole ones as integers, null where there is none."""
    return [
        None if not np.isfinite(v) else int(v) if v.is_integer() and abs(v) < 1e15 else float(f"{v:.7g}")
        for v in column.tolist()
    ]


def _tables(report: Report, column: str) -> str:
    tables = report.tables.raw
    names = values.file_names(tables)
    parts = [
        _table(title, file, table, column) for (title, table), file in zip(tables.items(), names, strict=True)
    ]
    return f"<h2>Tables</h2>\n{''.join(parts)}" if parts else ""


def _table(title: str, file: str, table: Table, column: str) -> str:
    columns = table.columns
    units = list(values.units(title, table).values())
    right = [not isinstance(table[c], Strings) and table.array(c).dtype.kind in "iuf" for c in columns]
    sortable = len(table) > 1
    heads = "".join(
        f'<th{" class=n" if r else ""} title="{_safe(c)}"><button type="button">{_safe(values.heading(c))}'
        "</button></th>"
        if sortable
        else f'<th class="head{" n" if r else ""}" title="{_safe(c)}">{_safe(values.heading(c))}</th>'
        for c, r in zip(columns, right, strict=True)
    )
    parts = values.parts(table, column)
    shown = table.take(_shown_rows(len(table), parts))
    body = []
    for row in shown.rows():
        key = f' data-key="{_safe(str(row[column]))}"' if column in row else ""
        key += " hidden" if parts and row[column] != panels.ALL else ""
        cells = "".join(
            f'<td{" class=n" if r else ""} title="{_title(v)}">{_cell(v, u)}</td>'
            for v, u, r in zip(row.values(), units, right, strict=True)
        )
        body.append(f"<tr{key}>{cells}</tr>\n")
    size = f"{len(table):,} row{'' if len(table) == 1 else 's'}"
    if parts:
        rows = len(parts[panels.ALL])
        size = (
            f"{rows:,} row{'' if rows == 1 else 's'} for all, more for each {_safe(values.heading(column))}"
        )
        if len(shown) < len(table):
            size += f"; all in tables/{file}.csv"
    elif len(shown) < len(table):
        size = f"the first {len(shown):,} of {size}; all in tables/{file}.csv"
    is_open = " open" if title == "overall" else ""
    whole = " data-whole" if parts else ""
    return (
        f'<details id="table-{file}"{whole} data-table="{file}"{is_open}><summary>'
        f'{_safe(values.title(title))} <span class="quiet">{size}</span></summary>'
        f'<div class="scroll"><table><thead><tr>{heads}</tr></thead>\n<tbody>{"".join(body)}</tbody></table>'
        "</div></details>\n"
    )


def _shown_rows(rows: int, parts: dict[str, Array]) -> Array:
    """The first rows; where there are rows of all and of each service, the first ones of each."""
    if not parts:
        return np.arange(min(rows, MOST_ROWS))
    each = max(LEAST_ROWS, MOST_ROWS // len(parts))
    return np.sort(
        np.concatenate([at[: MOST_ROWS if of == panels.ALL else each] for of, at in parts.items()])
    )


def _cell(value: Any, unit: values.Unit) -> str:
    content = escape(values.cut(values.shown(value, unit), 60))
    return f"<bdi>{content}</bdi>" if isinstance(value, str) else content


def _notes(notes: tuple[str, ...]) -> str:
    if not notes:
        return ""
    items = "".join(f"<li>{_safe(note)}</li>\n" for note in notes)
    return f'<section id="notes"><h2>Notes</h2>\n<ul class="notes">\n{items}</ul></section>\n'
