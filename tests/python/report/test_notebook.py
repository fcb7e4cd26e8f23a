"""The report as a notebook shows it."""

from html import unescape

from barograph.report import html, notebook


def test_the_cell_holds_the_whole_page_in_a_closed_frame(report):
    cell = report._repr_html_()
    assert cell.startswith("<iframe srcdoc=")
    inside = cell.split('srcdoc="', 1)[1].split('"', 1)[0]
    assert unescape(inside) == html.render(report)
    assert "allow-same-origin" not in cell


def test_a_hostile_title_stays_in_its_attribute(hostile_report):
    cell = notebook.view(hostile_report)
    assert cell.count("<") == 2
    assert cell.count(">") == 2


def test_without_plotly_the_cell_shows_text_and_tables(hostile_report, monkeypatch):
    def missing(_):
        raise ImportError('plotly is not installed; install it with: pip install "barograph[report]"')

    monkeypatch.setattr(html, "render", missing)
    cell = notebook.view(hostile_report)
    assert "Health 84.5" in cell
    assert "<summary>By service</summary>" in cell
    assert "No charts: plotly is not installed" in cell
    assert "<script>" not in cell
