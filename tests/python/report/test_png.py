"""The pictures: every panel drawn, in its place, quickly, with no state left in matplotlib."""

import sys

import numpy as np
import pytest

from barograph._frames import Table
from barograph.analysis._model import Chart
from barograph.report import panels, png

pytest.importorskip("matplotlib")
Image = pytest.importorskip("PIL.Image")


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def test_every_chart_is_drawn_and_has_its_own_file(report, tmp_path):
    files = png.draw(report, tmp_path / "dashboard.png", tmp_path / "charts")
    assert [f.stem for f in files] == ["dashboard", *(c.name for c in report.charts)]
    for file in files[1:]:
        picture = pixels(file)
        assert picture.shape == (440, 800, 3)
        coloured = (picture.max(axis=2) - picture.min(axis=2) > 60).sum()
        assert (coloured == 0) if file.stem == "nothing" else (coloured > 1000), file.stem


def test_nothing_is_drawn_over_the_edge_of_a_panel(report, hostile_report, tmp_path):
    for name, one in (("plain", report), ("hostile", hostile_report)):
        for file in png.draw(one, tmp_path / f"{name}.png", tmp_path / name)[1:]:
            picture = pixels(file)
            border = np.concatenate([picture[:, :4].ravel(), picture[:, -4:].ravel(), picture[:3].ravel()])
            assert (border > 250).all(), file


def test_equal_reports_give_equal_pictures(report, tmp_path):
    png.draw_dashboard(report, tmp_path / "a.png")
    png.draw_dashboard(report, tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_points_between_gaps_are_drawn():
    lone = panels.Trace("", None, np.arange(4), np.array([np.nan, 1.0, np.nan, 2.0]))
    assert lone.lone
    assert not panels.Trace("", None, np.arange(4), np.array([1.0, 2.0, np.nan, np.nan])).lone


def test_the_axis_of_a_single_time_names_it():
    from matplotlib.figure import Figure

    table = Table({"x": np.array(["2024-01-01T10:00:01"], "datetime64[ns]"), "y": [1.0]})
    panel = panels.panel(Chart("c", "line", "t", "t", "x", ("y",), "time", "y"), table)
    axes = Figure().subplots()
    axes.plot(panel.traces[0].x, panel.traces[0].y)
    png._base_axis(axes, panel, flip=False)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["2024-01-01 10:00:01"]


def test_matplotlib_keeps_its_settings(report, tmp_path):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    png.draw_dashboard(report, tmp_path / "a.png")
    assert dict(mpl.rcParams) == before


def test_an_empty_report_is_a_picture(empty_report, tmp_path):
    assert pixels(png.draw_dashboard(empty_report, tmp_path / "a.png")).ndim == 3


def test_without_matplotlib_the_error_names_the_extra(report, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r'pip install "barograph\[report\]"'):
        png.draw_dashboard(report, tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []
