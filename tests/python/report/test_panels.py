"""A chart's rows made ready to draw."""

import numpy as np
import pytest

from barograph._frames import Frames, Table
from barograph.analysis._model import Chart, Report
from barograph.report import panels


def chart(kind="line", x="x", y=("y",), **more):
    return Chart("c", kind, "title", "t", x, y, "x title", "y title", **more)


def test_long_lines_keep_the_spikes_of_each_stretch():
    y = np.zeros(100_000)
    y[77_777], y[5], y[50_000] = 9.0, -3.0, np.nan
    panel = panels.panel(chart(), Table({"x": np.arange(y.size), "y": y}))
    drawn = panel.traces[0].y
    assert drawn.size <= panels.MOST_POINTS
    assert np.nanmax(drawn) == 9.0
    assert np.nanmin(drawn) == -3.0
    assert panel.notes == (f"drawn from {drawn.size:,} of 100,000 points",)


def test_a_line_goes_forward_in_time():
    times = np.array(["2024-01-02", "2024-01-01"], "datetime64[ns]")
    trace = panels.panel(chart(), Table({"x": times, "y": [2, 1]})).traces[0]
    assert trace.y.tolist() == [1.0, 2.0]


def test_bars_at_uneven_distances_stand_side_by_side():
    panel = panels.panel(chart("bar"), Table({"x": [200, 404, 500], "y": [3, 2, 1]}))
    assert panel.x.labels == ("200", "404", "500")
    assert panels.panel(chart("bar"), Table({"x": [0, 1, 2], "y": [3, 2, 1]})).x.kind == "number"
    assert panels.panel(chart("bar"), Table({"x": [200, 500], "y": [3, 2]})).x.labels == ("200", "500")


def test_all_comes_first_and_is_made_where_it_is_missing():
    table = Table({"x": ["a", "b", "b"], "service": ["s", "s", "t"], "y": [1, 2, 3]})
    panel = panels.panel(chart("bar", filter="service"), table)
    assert [t.view for t in panel.traces] == ["all", "s", "t"]
    assert panel.x.labels == ("a (s)", "b (s)", "b (t)")
    assert [t.y.tolist() for t in panel.seen("t")] == [[3.0]]
    assert [t.y.tolist() for t in panel.seen("nobody")] == [[1.0, 2.0, 3.0]]


def test_a_chart_that_says_nothing_follows_the_filter_of_the_others():
    table = Table({"x": [1, 2], "service": ["all", "auth"], "y": [1.0, 2.0]})
    charts = (chart(filter="service"), chart("bar"), chart("bar", x="service"))
    report = Report("requests", "", "", "", None, None, Frames({"t": table}, "table"), (), charts)
    assert [p.chart.filter for p in panels.panels(report)] == ["service", "service", None]


def test_a_heat_map_has_holes_where_no_row_is():
    table = Table({"hour": [0, 1, 1], "day": ["mon", "mon", "tue"], "v": [1.0, 2.0, 3.0]})
    panel = panels.panel(chart("heatmap", "hour", ("day", "v")), table)
    assert (panel.x.labels, panel.y.labels) == (("0", "1"), ("mon", "tue"))
    np.testing.assert_array_equal(panel.grids[0].z, [[1, 2], [np.nan, 3]])


def test_no_more_series_than_colours():
    table = Table({"x": np.arange(20), "s": [f"s{i}" for i in range(20)], "y": np.arange(20.0)})
    panel = panels.panel(chart(series="s"), table)
    assert len(panel.traces) == panels.MOST_SERIES
    assert panel.notes == ("8 of 20 drawn",)


def test_a_wrong_column_is_named():
    with pytest.raises(KeyError, match="no column 'y'"):
        panels.panel(chart(), Table({"x": [1]}))
    with pytest.raises(TypeError, match="column 'y': not numbers"):
        panels.panel(chart(), Table({"x": [1], "y": ["a"]}))
