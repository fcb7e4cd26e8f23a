"""What an analysis gives: a Report of tables, findings and charts, with nothing drawn yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import os

    from .._frames import Frames
    from .._health import HealthScore

Severity = Literal["info", "warning", "critical"]
ChartKind = Literal["line", "bar", "hbar", "heatmap", "scatter", "histogram"]


@dataclass(frozen=True)
class Finding:
    """One thing that the data says.

    Attributes
    ----------
    kind : str
        ``traffic_peak``, ``load_latency``, ``slow_endpoint``, ``error_spike``, ``incident``, ``gap``,
        ``advice``, ...
    severity : {"info", "warning", "critical"}
        How much it matters.
    text : str
        One sentence with figures, rounded for people.
    figures : dict
        The same figures, exact.
    start, end : str or None
        ISO times, where the finding is about an interval.
    """

    kind: str
    severity: Severity
    text: str
    figures: dict[str, Any] = field(default_factory=dict)
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True)
class Mark:
    """A shaded interval on a time axis: ISO start and end, and what it is."""

    start: str
    end: str
    label: str


@dataclass(frozen=True)
class Chart:
    """A drawing to be made of one table.

    Attributes
    ----------
    name : str
        File name without ending, and the id of the panel.
    kind : str
        ``line``, ``bar``, ``hbar``, ``scatter``, ``histogram``: `x` against each of `y`;
        ``heatmap``: `x` across, ``y[0]`` down, ``y[1]`` the value.
    title : str
        States the finding.
    table, x, y, series, filter : str, str, tuple of str, str or None, str or None
        The table's name and its columns; `series` splits rows into traces; `filter` is a column whose
        values a person may choose from, ``"all"`` first. A column of `y` whose name begins with ``fit`` is
        a fitted relation and drawn as a line, in a cloud too.
    x_title, y_title : str
        With units.
    marks : tuple of Mark
        Intervals to shade.
    note : str
        A line below the chart.
    """

    name: str
    kind: ChartKind
    title: str
    table: str
    x: str
    y: tuple[str, ...]
    x_title: str
    y_title: str
    series: str | None = None
    filter: str | None = None
    marks: tuple[Mark, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Card:
    """A headline figure: its label, the text for people, the exact value, good / warn / bad."""

    label: str
    value: str
    exact: Any = None
    status: Literal["good", "warn", "bad", ""] = ""


@dataclass(frozen=True)
class Report:
    """Tables, findings and charts of one log.

    Attributes
    ----------
    workload, title, subtitle, source : str
        What it is about.
    start, end : str or None
        First and last time, ISO.
    tables : Frames
        By name; see docs/guide for the columns.
    findings : tuple of Finding
        Most important first.
    charts : tuple of Chart
        In the order of the page.
    cards : tuple of Card
        Headline figures.
    health : HealthScore or None
        The ledger.
    notes : tuple of str
        What was assumed, left out or cleaned.
    """

    workload: str
    title: str
    subtitle: str
    source: str
    start: str | None
    end: str | None
    tables: Frames
    findings: tuple[Finding, ...]
    charts: tuple[Chart, ...]
    cards: tuple[Card, ...] = ()
    health: HealthScore | None = None
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        """The report as plain text, under 100 columns wide."""
        from ..report import text

        return text.render(self)

    def to_html(self, path: str | os.PathLike[str] | None = None) -> str:
        """The interactive page as one HTML text that needs no network; written to `path` if given."""
        from ..report import html, save

        page = html.render(self)
        if path is not None:
            save.write_text(path, page)
        return page

    def to_png(self, path: str | os.PathLike[str]) -> Path:
        """All charts on one picture."""
        from ..report import png

        return png.draw_dashboard(self, path)

    def save(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write every form of the report into a folder; gives the files written."""
        from ..report import save

        return save.save(self, folder)

    def __repr__(self) -> str:
        return f"Report({self.title!r}, {len(self.findings)} findings, {len(self.tables)} tables)"

    def _repr_html_(self) -> str:
        from ..report import notebook

        return notebook.view(self)
