"""A report as pictures: all charts on one, and one file a chart.

Everything is drawn once, in a grid; the chart's own files are cut out of that drawing. matplotlib is used
through its objects (no pyplot, no global figure), so it is quick to load and leaves no state behind.
"""

from __future__ import annotations

import os
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._extras import require
from .._files import write_atomically
from . import panels, text, values

if TYPE_CHECKING:
    from ..analysis._model import Card, Mark, Report

DPI = 100
CELL = (8.0, 4.4)  # inches
HEAD = 1.5
COLUMNS = 2
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#b5588f", "#3a9bd4", "#6b6b6b", "#8f6a00", "#000000")
INK, QUIET, LINE, MARK = "#1b1f24", "#57606a", "#d7dce1", "#d55e00"
MS_A_DAY = 86_400_000
STATUS = {"good": "#0a6b4f", "warn": "#8a5300", "bad": "#a83a00"}
STYLE = {
    "text.parse_math": False,  # a name may hold dollars
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.edgecolor": LINE,
    "axes.labelcolor": QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlelocation": "left",
    "grid.color": "#e6e9ec",
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "path.simplify": True,
}


def available() -> None:
    """Raise the ImportError that names the extra, if matplotlib is not installed."""
    require("matplotlib", "report")


def draw_dashboard(report: Report, path: str | os.PathLike[str]) -> Path:
    """All charts of a report on one picture.

    Parameters
    ----------
    report : Report
        Of any workload.
    path : path
        The PNG file to write, whole or not at all.

    Raises
    ------
    ImportError
        If matplotlib is not installed (``pip install "barograph[report]"``).
    """
    with _style():
        pixels, _ = _pixels(report, panels.panels(report))
    _write(pixels, path)
    return Path(path)


def draw(report: Report, path: str | os.PathLike[str], folder: str | os.PathLike[str]) -> list[Path]:
    """The dashboard, and one file a chart in a folder; gives all files, the dashboard first."""
    drawn = panels.panels(report)
    with _style():
        pixels, cells = _pixels(report, drawn)
    files = [Path(path)]
    _write(pixels, path)
    for name, cell in zip(values.file_names(p.chart.name for p in drawn), cells, strict=True):
        file = Path(folder) / f"{name}.png"
        _write(pixels[cell], file)
        files.append(file)
    return files


@contextmanager
def _style() -> Iterator[None]:
    matplotlib = require("matplotlib", "report")
    with matplotlib.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def _write(pixels: Any, path: str | os.PathLike[str]) -> None:
    image = require("PIL.Image", "report")
    with write_atomically(path) as temporary:
        image.fromarray(pixels).save(temporary, format="PNG", compress_level=3)


def _pixels(report: Report, drawn: list[panels.Panel]) -> tuple[Any, list[tuple[slice, slice]]]:
    """The dashboard as rows of RGB pixels, and where each chart is in it."""
    figure_type = require("matplotlib.figure", "report").Figure
    canvas_type = require("matplotlib.backends.backend_agg", "report").FigureCanvasAgg
    columns = min(COLUMNS, max(1, len(drawn)))
    rows = -(-len(drawn) // columns)
    width, height = CELL[0] * columns, CELL[1] * rows + HEAD
    figure = figure_type(figsize=(width, height), dpi=DPI, facecolor="white")
    canvas = canvas_type(figure)
    _head(figure, report, height, columns)
    cells = []
    for position, panel in enumerate(drawn):
        row, column = divmod(position, columns)
        left, top = column * CELL[0], HEAD + row * CELL[1]
        _draw(figure, panel, (left, top), (width, height))
        cells.append((
            slice(round(top * DPI), round((top + CELL[1]) * DPI)),
            slice(round(left * DPI), round((left + CELL[0]) * DPI)),
        ))  # fmt: skip
    canvas.draw()
    return np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[:, :, :3]), cells


def _head(figure: Any, report: Report, height: float, columns: int) -> None:
    def at(inches: float) -> float:
        return 1 - inches / height

    left = 0.25 / (CELL[0] * columns)
    figure.text(left, at(0.2), values.cut(values.plain(report.title), 50 * columns), size=17, weight="bold",
                va="top")  # fmt: skip
    facts = [values.plain(fact) for fact in text.facts(report).values()]
    figure.text(left, at(0.55), values.cut("  ·  ".join(facts), 80 * columns), size=10, color=QUIET, va="top")
    cards: list[Card] = list(report.cards[: 5 * columns])
    if report.health is not None and not any(c.label.lower().startswith("health") for c in cards):
        cards = cards[: 5 * columns - 1]
        score = f"{report.health.shown} {report.health.status}"
        figure.text(1 - left, at(0.2), f"health {score}", size=14, weight="bold", va="top", ha="right")
    for position, card in enumerate(cards):
        x = left + position * (1 - 2 * left) / max(len(cards), 4)
        room = 15 * 4 * columns // max(len(cards), 4)
        figure.text(x, at(0.9), values.cut(values.plain(card.label), room + 8), size=9, color=QUIET, va="top")
        shown = values.plain(card.value)
        figure.text(x, at(1.08), values.cut(shown, int(room * 1.6)), size=13 if len(shown) <= room else 9,
                    weight="bold", va="top", color=STATUS.get(card.status, INK))  # fmt: skip


def _draw(figure: Any, panel: panels.Panel, corner: tuple[float, float], size: tuple[float, float]) -> None:
    """One chart in the cell that has its left upper corner there; all in inches from the figure's."""
    (left, top), (width, height) = corner, size
    chart = panel.chart
    title = textwrap.wrap(values.plain(chart.title), 84)
    if len(title) > 2:
        title = [title[0], values.cut(title[1] + " …", 84)]
    figure.text((left + 0.25) / width, 1 - (top + 0.12) / height, "\n".join(title), size=11, weight="bold",
                va="top", linespacing=1.25)  # fmt: skip
    share = panel.unit == "%" and not panel.empty
    edge = {"left": 0.85, "right": 0.3, "bottom": 0.62, "top": 0.36 + 0.2 * len(title)}
    longest = max((len(s) for s in (panel.y.labels or panel.x.labels)), default=0)
    if chart.kind == "hbar" and panel.x.kind == "label":
        edge["left"] = 0.55 + 0.078 * min(longest, 34)
    elif chart.kind == "heatmap":
        most = max((float(np.nanmax(g.z, initial=0.0)) for g in panel.grids), default=0.0)
        edge["left"] = 0.55 + 0.078 * min(longest, 18)
        edge["right"] = 0.75 + 0.078 * len(values.number(round(most)))
    else:
        highest = max((float(np.nanmax(t.y, initial=0.0)) for t in panel.traces), default=0.0)
        edge["left"] = max(0.85, 0.5 + 0.08 * len(values.number(round(highest))))
    axes = figure.add_axes((
        (left + edge["left"]) / width,
        1 - (top + CELL[1] - edge["bottom"]) / height,
        (CELL[0] - edge["left"] - edge["right"]) / width,
        (CELL[1] - edge["top"] - edge["bottom"]) / height,
    ))  # fmt: skip
    if panel.empty:
        axes.set_axis_off()
        axes.text(0.5, 0.5, "no data", ha="center", color=QUIET, transform=axes.transAxes)
        return
    axes.tick_params(length=3, labelsize=9)
    if chart.kind == "heatmap":
        _heat(figure, axes, panel, share)
        return
    flip = chart.kind == "hbar"
    _traces(axes, panel, share)
    _base_axis(axes, panel, flip)
    value_axis = axes.xaxis if flip else axes.yaxis
    value_axis.set_major_formatter(_number_formatter(share))
    value_axis.set_major_locator(
        require("matplotlib.ticker", "report").MaxNLocator(6, steps=[1, 2, 2.5, 5, 10])
    )
    axes.grid(visible=False, axis="y" if flip else "x")
    axes.set_xlabel(values.cut(values.plain(chart.y_title if flip else chart.x_title), 80))
    axes.set_ylabel(values.cut(values.plain(chart.x_title if flip else chart.y_title), 44))
    _marks(axes, panel)


def _traces(axes: Any, panel: panels.Panel, share: bool) -> None:
    chart = panel.chart
    traces = panel.seen()
    bars = [t for t in traces if not t.fit]
    scale = 100.0 if share else 1.0
    room = 28 if sum(min(len(t.name), 28) + 5 for t in traces) <= 96 else 96 // len(traces) - 5
    colours: dict[str, str] = {}
    for trace in traces:
        colour = INK if trace.fit else colours.setdefault(trace.name, COLOURS[len(colours) % len(COLOURS)])
        y = trace.y * scale
        name = values.cut(trace.name, room)
        if trace.fit or chart.kind == "line":
            single = "o" if panel.x.kind == "label" or (trace.lone and not trace.fit) else None
            axes.plot(trace.x, y, color=colour, lw=1.8 if trace.fit else 1.3, ls="--" if trace.fit else "-",
                      label=name, marker=single, ms=3)  # fmt: skip
        elif chart.kind == "scatter":
            axes.plot(trace.x, y, "o", color=colour, ms=4, alpha=0.55, mew=0, label=name)
        else:
            _bars(
                axes,
                panel,
                trace.x,
                y,
                place=(bars.index(trace), len(bars)),
                look={"color": colour, "label": name},
            )
    if chart.kind != "scatter" and all(not (t.y < 0).any() for t in traces):
        if chart.kind == "hbar":
            axes.set_xlim(0, axes.get_xlim()[1] * 1.02)
        else:
            axes.set_ylim(0, axes.get_ylim()[1] * 1.04)
    if len(traces) > 1:
        axes.legend(
            loc="lower right", bbox_to_anchor=(1, 1), ncols=len(traces), fontsize=8.5, frameon=False,
            borderpad=0, borderaxespad=0.1, handlelength=1.4, columnspacing=1.2,
        )  # fmt: skip


def _bars(
    axes: Any, panel: panels.Panel, x: Any, y: Any, *, place: tuple[int, int], look: dict[str, Any]
) -> None:
    """Bars side by side, all of a trace as one collection: a patch each would cost ten times as much."""
    which, of = place
    if panel.x.kind == "time":
        x = x.astype("datetime64[ms]").astype(np.int64) / MS_A_DAY
        axes.xaxis_date()
    steps = np.diff(np.unique(x))
    step = float(steps.min()) if steps.size and panel.x.kind != "label" else 1.0
    size = step * (0.96 if panel.chart.kind == "histogram" else 0.75) / of
    there = np.isfinite(y)
    centre, y = (x + (which - (of - 1) / 2) * size)[there], y[there]
    low, high, zero = centre - size / 2, centre + size / 2, np.zeros_like(y)
    corners = [(low, zero), (low, y), (high, y), (high, zero)]
    if panel.chart.kind == "hbar":
        corners = [(b, a) for a, b in corners]
    collection = require("matplotlib.collections", "report").PolyCollection
    axes.add_collection(collection(np.stack([np.stack(c, axis=1) for c in corners], axis=1), lw=0, **look))
    axes.autoscale_view()


def _base_axis(axes: Any, panel: panels.Panel, flip: bool) -> None:
    axis = axes.yaxis if flip else axes.xaxis
    if panel.x.kind == "time":
        dates = require("matplotlib.dates", "report")
        locator = dates.AutoDateLocator(minticks=4, maxticks=8)
        axis.set_major_locator(locator)
        axis.set_major_formatter(_clock(dates, locator))
        axes.margins(x=0.01)
        times = np.unique(np.concatenate([trace.x for trace in panel.traces] or [np.empty(0)]))
        if times.size == 1:  # an axis of its own would show years around it
            text = str(times[0].astype("datetime64[ms]")).replace("T", " ").removesuffix(".000")
            axis.set_ticks([float(dates.date2num(times[0]))], [text])
    elif panel.x.kind == "label":
        room = 34 if flip else max(4, 72 // max(1, len(panel.x.labels)))
        step = 1 if flip else max(1, -(-len(panel.x.labels) // 24))
        at = range(0, len(panel.x.labels), step)
        axis.set_ticks(list(at), [values.cut(panel.x.labels[i], room * step) for i in at])
        limits = (-0.6, len(panel.x.labels) - 0.4)
        if flip:
            axes.set_ylim(limits[::-1])
        else:
            axes.set_xlim(limits)
    elif panel.chart.kind != "scatter":
        ticker = require("matplotlib.ticker", "report")
        axis.set_major_locator(ticker.MaxNLocator(nbins=12, integer=True, steps=[1, 2, 3, 4, 5, 10]))
        axes.margins(x=0.02, y=axes.margins()[1])
    else:
        axis.set_major_formatter(_number_formatter(share=False))


def _clock(dates: Any, locator: Any) -> Any:
    """Days as "05 Jan", hours as "06:00", years and months as such: whichever the ticks fall on."""
    formatter = dates.ConciseDateFormatter(locator, show_offset=False)
    formatter.formats = ["%Y", "%b %Y", "%d %b", "%H:%M", "%H:%M", "%H:%M:%S"]
    formatter.zero_formats = ["", "%Y", "%d %b", "%d %b", "%H:%M", "%H:%M"]
    return formatter


def _number_formatter(share: bool) -> Any:
    ticker = require("matplotlib.ticker", "report")
    suffix = " %" if share else ""

    def tick(value: float, _: int) -> str:
        return f"{values.number(round(value, 12))}{suffix}"

    return ticker.FuncFormatter(tick)


def _marks(axes: Any, panel: panels.Panel) -> None:
    if panel.x.kind != "time":
        return
    low, high = axes.get_xlim()
    dates = require("matplotlib.dates", "report")
    for position, mark in enumerate(panel.chart.marks):
        start, end = (float(dates.date2num(np.datetime64(t))) for t in _interval(mark))
        axes.axvspan(start, end, color=MARK, alpha=0.14, lw=0)
        if position < 3:
            late = start > (low + high) / 2
            axes.annotate(
                values.cut(values.plain(mark.label), 36), (start if not late else end, 1),
                xycoords=("data", "axes fraction"), xytext=(-3 if late else 3, -3),
                textcoords="offset points", ha="right" if late else "left", va="top", size=8.5,
                color=STATUS["bad"], bbox={"fc": "white", "ec": "none", "alpha": 0.7, "pad": 1},
            )  # fmt: skip
    axes.set_xlim(low, high)


def _interval(mark: Mark) -> tuple[str, str]:
    """Start and end as numpy reads them: without a zone."""
    return mark.start[:19], mark.end[:19]


def _heat(figure: Any, axes: Any, panel: panels.Panel, share: bool) -> None:
    grid = next((g for g in panel.grids if g.view in (None, panels.ALL)), panel.grids[0])
    z = grid.z * (100.0 if share else 1.0)
    axes.grid(visible=False)
    mesh = axes.pcolormesh(np.ma.masked_invalid(z), cmap="cividis", edgecolor="white", lw=0.4)
    axes.set_ylim(len(panel.y.labels), 0)
    for axis, labels, width, most in (
        (axes.xaxis, panel.x.labels, 10, 14),
        (axes.yaxis, panel.y.labels, 18, 16),
    ):
        step = max(1, -(-len(labels) // most))
        at = range(0, len(labels), step)
        axis.set_ticks([i + 0.5 for i in at], [values.cut(labels[i], width) for i in at])
    axes.set_xlabel(values.cut(values.plain(panel.chart.x_title), 80))
    place = axes.get_position()
    bar = figure.colorbar(mesh, cax=figure.add_axes((place.x1 + 0.006, place.y0, 0.007, place.height)))
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=2, labelsize=8.5)
    bar.ax.yaxis.set_major_formatter(_number_formatter(share))
    bar.set_label(values.cut(values.heading(panel.chart.y[-1]), 44), color=QUIET)
