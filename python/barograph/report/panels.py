"""A chart's rows made ready to draw: which axis is what, one trace a line; nothing of any library."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt

from .._frames import Array, Strings, Table
from ..analysis._model import Chart, Report
from . import values

Floats = npt.NDArray[np.float64]
AxisKind = Literal["time", "number", "label"]

ALL = values.ALL
MOST_POINTS = 3000  # a trace; a screen shows fewer
MOST_SERIES = 8  # distinguishable colours
MOST_LABELS = 40  # on a label axis
MOST_BINS = 200


@dataclass(frozen=True)
class Axis:
    """What an axis shows: its kind, and for ``label`` the texts at the positions 0, 1, 2 ..."""

    kind: AxisKind
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trace:
    """One line, set of bars or cloud.

    Attributes
    ----------
    name : str
        For the legend; ``""`` where one trace is all there is.
    view : str or None
        The filter value it belongs to; None is drawn always.
    x : ndarray
        Times, numbers, or positions on a label axis.
    y : ndarray of float64
        NaN is a gap.
    series : str or None
        The value of the chart's series column.
    fit : bool
        A fitted relation: a line even in a cloud.
    """

    name: str
    view: str | None
    x: Array
    y: Floats
    series: str | None = None
    fit: bool = False

    @property
    def lone(self) -> bool:
        """Whether points stand between gaps: a line alone would not show them."""
        there = np.pad(np.isfinite(self.y), 1)
        return bool(np.any(there[1:-1] & ~there[:-2] & ~there[2:]))


@dataclass(frozen=True)
class Grid:
    """A heat map of one view: values by row and column, NaN where there is none."""

    view: str | None
    z: Floats


@dataclass(frozen=True)
class Panel:
    """A chart with its data.

    Attributes
    ----------
    chart : Chart
        What is drawn.
    x, y : Axis
        `y` is a label axis for heat maps and a number axis for all others.
    traces, grids : tuple
        Grids for heat maps, traces for all others.
    unit : str
        Of the values, see :func:`barograph.report.values.units`.
    notes : tuple of str
        What was left out to keep the drawing legible.
    """

    chart: Chart
    x: Axis
    y: Axis
    traces: tuple[Trace, ...]
    grids: tuple[Grid, ...]
    unit: values.Unit
    notes: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(np.isfinite(t.y).any() for t in self.traces) and not any(
            np.isfinite(g.z).any() for g in self.grids
        )

    def seen(self, view: str = ALL) -> tuple[Trace, ...]:
        """The traces of a view: its own, or those of ``"all"`` where it has none, and the unfiltered."""
        own = {t.view for t in self.traces}
        view = view if view in own else ALL
        chosen = tuple(t for t in self.traces if t.view in (None, view))
        return chosen or self.traces


def panels(report: Report) -> list[Panel]:
    """All charts of a report with their data, in order.

    A chart that says nothing of a filter follows that of the others where its table has the column.
    """
    column = filter_of(report)
    drawn = []
    for asked in report.charts:
        chart, table = asked, report.tables.raw[asked.table]
        if column in table and chart.filter is None and column not in (chart.series, chart.x, *chart.y):
            chart = dataclasses.replace(chart, filter=column)
        drawn.append(panel(chart, table))
    return drawn


def filter_of(report: Report) -> str:
    """The column that a person may filter all charts by; empty if there is none."""
    return next((chart.filter for chart in report.charts if chart.filter), "")


def panel(chart: Chart, table: Table) -> Panel:
    """One chart with its data.

    Raises
    ------
    KeyError
        If the table lacks a column of the chart.
    """
    unit = values.units(chart.table, table).get(chart.y[-1], "")
    if chart.kind == "heatmap":
        x, columns = _categories(table, chart.x)
        y, rows = _categories(table, chart.y[0])
        shape = (len(y.labels), len(x.labels))
        grids = tuple(
            Grid(view, _grid(shape, rows[mask], columns[mask], _floats(table, chart.y[1])[mask]))
            for view, mask in _views(table, chart.filter)
        )
        return Panel(chart, x, y, (), grids, unit, ())
    notes: list[str] = []
    axis, x_values = _axis(table, chart, notes)
    traces: list[Trace] = []
    for view, in_view in _views(table, chart.filter):
        groups = list(_split(table, chart.series))
        for series, in_series in groups[:MOST_SERIES]:
            chosen = np.flatnonzero(in_view & in_series & ~_missing(x_values))
            if chosen.size:
                traces += _traces(
                    chart, table, axis, x_values, view=view, series=series, rows=chosen, notes=notes
                )
        if len(groups) > MOST_SERIES and view in (None, ALL):
            notes.append(f"{MOST_SERIES} of {len(groups):,} drawn")
    return Panel(chart, axis, Axis("number"), tuple(traces), (), unit, tuple(dict.fromkeys(notes)))


def _traces(
    chart: Chart,
    table: Table,
    axis: Axis,
    x_values: Array,
    *,
    view: str | None,
    series: str | None,
    rows: npt.NDArray[np.signedinteger[Any]],
    notes: list[str],
) -> Iterator[Trace]:
    if axis.kind != "label" and chart.kind in ("line", "histogram"):
        rows = rows[np.argsort(x_values[rows], kind="stable")]
    for column in chart.y:
        fit = column.startswith("fit")
        of = rows[np.argsort(x_values[rows], kind="stable")] if fit else rows
        y = _floats(table, column)
        if chart.kind in ("line", "scatter") and of.size > MOST_POINTS:
            kept = _thinned(y[of], stretches=chart.kind == "line")
            notes.append(f"drawn from {kept.size:,} of {of.size:,} points")
            of = of[kept]
        parts = [] if series is None else [series]
        if series is None or len(chart.y) > 1:
            parts.append(values.heading(column))
        yield Trace(", ".join(parts), view, x_values[of], y[of], series, fit)


def _axis(table: Table, chart: Chart, notes: list[str]) -> tuple[Axis, Array]:
    column = table[chart.x]
    if not isinstance(column, Strings) and column.dtype.kind == "M":
        return Axis("time"), values.local(table, chart.x)
    if not isinstance(column, Strings) and column.dtype.kind in "iuf" and not _needs_labels(column, chart):
        return Axis("number"), column.astype(np.float64)
    if chart.filter is not None and _repeats(table, chart):
        both = zip(table.array(chart.x).tolist(), table.array(chart.filter).tolist(), strict=True)
        table = Table({chart.x: Strings.encode([f"{x} ({of})" for x, of in both])})
    axis, positions = _categories(table, chart.x)
    most = MOST_BINS if chart.kind == "histogram" else MOST_LABELS
    if len(axis.labels) > most:
        notes.append(f"the first {most} of {len(axis.labels):,} drawn")
        positions = np.where(positions < most, positions, np.nan)
        axis = Axis("label", axis.labels[:most])
    return axis, positions


def _needs_labels(x: Array, chart: Chart) -> bool:
    """Bars at uneven distances, such as status codes or buckets that widen, stand side by side; so do two."""
    if chart.kind not in ("bar", "hbar", "histogram"):
        return False
    steps = np.diff(np.unique(x[~np.isnan(x)] if x.dtype.kind == "f" else x))
    return steps.size < 2 or float(steps.max()) > 1.001 * float(steps.min())


def _repeats(table: Table, chart: Chart) -> bool:
    """Whether a text on the label axis stands for several rows, of different filter values."""
    texts = table.array(chart.x).tolist()
    whole = ALL in table.array(str(chart.filter)).tolist()
    return not whole and chart.series is None and len(set(texts)) < len(texts)


def _categories(table: Table, name: str) -> tuple[Axis, Floats]:
    """Labels and each row's position: texts in order of appearance, numbers and times sorted."""
    column = table[name]
    if not isinstance(column, Strings) and column.dtype.kind in "biufM":
        distinct, positions = np.unique(values.local(table, name), return_inverse=True)
        if distinct.dtype.kind == "M" and np.array_equal(distinct, distinct.astype("datetime64[D]")):
            labels = tuple(str(day.astype("datetime64[D]")) for day in distinct)
        else:
            labels = tuple(values.label(v) for v in distinct)
        return Axis("label", labels), positions.astype(np.float64)
    seen: dict[str, int] = {}
    texts = [None if v is None else values.plain(str(v)) for v in table.array(name).tolist()]
    positions = np.array([np.nan if v is None else seen.setdefault(v, len(seen)) for v in texts])
    return Axis("label", tuple(seen)), positions.astype(np.float64)


def _split(table: Table, name: str | None) -> Iterator[tuple[str | None, npt.NDArray[np.bool_]]]:
    """Each value of a column with the mask of its rows, ``"all"`` first; everything if no column."""
    if name is None:
        yield None, np.ones(len(table), dtype=np.bool_)
        return
    texts = table.strings(name)
    order = {text: None for text in texts.to_numpy().tolist() if text is not None}
    for text in sorted(order, key=lambda value: value != ALL):
        yield values.plain(text), texts.codes == texts.categories.index(text)


def _views(table: Table, name: str | None) -> Iterator[tuple[str | None, npt.NDArray[np.bool_]]]:
    """The rows of each choice of a filter; where no rows are of ``"all"``, all rows together are."""
    parts = list(_split(table, name))
    if name is not None and parts and parts[0][0] != ALL:
        yield ALL, np.ones(len(table), dtype=np.bool_)
    yield from parts


def _floats(table: Table, name: str) -> Floats:
    column = table[name]
    if isinstance(column, Strings) or column.dtype.kind not in "biuf":
        raise TypeError(f"column {name!r}: not numbers, so it cannot be drawn")
    return column.astype(np.float64)


def _missing(x: Array) -> npt.NDArray[np.bool_]:
    return cast("npt.NDArray[np.bool_]", np.isnat(x) if x.dtype.kind == "M" else np.isnan(x))


def _grid(shape: tuple[int, int], rows: Floats, columns: Floats, value: Floats) -> Floats:
    z = np.full(shape, np.nan)
    there = ~(np.isnan(rows) | np.isnan(columns))
    z[rows[there].astype(np.intp), columns[there].astype(np.intp)] = value[there]
    return z


def _thinned(y: Floats, *, stretches: bool) -> npt.NDArray[np.intp]:
    """Positions to keep: lowest and highest of each stretch, so that no spike is lost; or every k-th."""
    step = -(-y.size // (MOST_POINTS // 2 if stretches else MOST_POINTS))
    if not stretches:
        return np.arange(0, y.size, step)
    padded = np.full(-(-y.size // step) * step, np.nan)
    padded[: y.size] = y
    blocks = padded.reshape(-1, step)
    low = np.where(np.isnan(blocks), np.inf, blocks).argmin(axis=1)
    high = np.where(np.isnan(blocks), -np.inf, blocks).argmax(axis=1)
    origin = np.arange(blocks.shape[0]) * step
    kept = np.unique(np.concatenate([origin + low, origin + high]))
    return kept[kept < y.size]
