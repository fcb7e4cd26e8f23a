"""The page as a document: self-contained, escaped, the same for the same report."""

import hashlib
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from barograph._frames import Table
from barograph.analysis._model import Chart
from barograph.report import html, panels


class Page(HTMLParser):
    """Elements and attributes of a page, scripts apart."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.scripts, self.inside = [], [], None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.inside = tag

    def handle_data(self, data):
        if self.inside == "script":
            self.scripts.append(data)

    def handle_endtag(self, tag):
        self.inside = None


@pytest.fixture(scope="module")
def page(report):
    return html.render(report)


@pytest.fixture(scope="module")
def hostile_page(hostile_report):
    return html.render(hostile_report)


def test_equal_reports_give_equal_pages_under_six_megabytes(report, page):
    assert html.render(report) == page
    assert len(page.encode()) < 6_000_000


def test_page_loads_nothing(page, hostile_page):
    for one in (page, hostile_page):
        elements = Page(one).elements
        assert not [
            (t, a) for t, a in elements if "src" in a or t in ("link", "iframe", "img", "base", "object")
        ]
        policy = next(a["content"] for _, a in elements if a.get("http-equiv") == "Content-Security-Policy")
        assert policy.startswith("default-src 'none'; script-src 'sha256-")
        assert "unsafe-inline'; img" in policy
        assert "unsafe-inline" not in policy.split(";")[1]


def test_every_chart_has_its_panel(report, page):
    panels = [a["data-panel"] for _, a in Page(page).elements if "data-panel" in a]
    assert panels == [chart.name for chart in report.charts]
    assert panels == [a["id"] for _, a in Page(page).elements if "data-panel" in a]


def test_no_panel_stands_alone_in_half_a_row():
    times = Table({"x": np.array(["2024-01-01", "2024-01-02"], "datetime64[ns]"), "y": [1, 2]})
    course = panels.panel(Chart("c", "line", "t", "t", "x", ("y",), "", ""), times)
    bars = panels.panel(Chart("b", "bar", "t", "t", "x", ("y",), "", ""), times)
    assert html._wide([course, bars, bars, bars, course, bars]) == [True, False, False, True, True, True]
    assert html._wide([bars, bars]) == [False, False]
    assert html._wide([]) == []


def test_a_table_of_one_row_has_nothing_to_sort(page):
    overall = re.search(r"<summary>Overall.*?</table>", page, re.DOTALL)
    assert overall is not None
    assert "<button" not in overall[0]
    assert "<button" in page


def test_tables_show_rounded_values_and_hold_exact_ones(page):
    assert 'title="98.123456">98.1 ms</td>' in page
    assert 'title="0.0871">8.7 %</td>' in page
    assert "240 rows for all, more for each service; all in tables/timeline.csv" in page


def test_findings_and_ledger_are_on_the_page(report, page):
    for finding in report.findings:
        assert finding.text in page.replace("\u00a0", " ")
    assert page.count('class="ledger"') == 1
    assert re.search(r'title="-22[.]56\d*">-22[.]6</td>', page)


def test_no_name_becomes_markup_or_ends_a_script(page, hostile_page):
    plain, hostile = Page(page), Page(hostile_page)
    assert len(hostile.scripts) == len(plain.scripts) == 3
    assert not [a for _, a in hostile.elements if any(name.startswith("on") for name in a)]
    data = json.loads(hostile.scripts[0])
    assert not re.search(r"[<>&\u2028\u2029]", hostile.scripts[0])
    assert "<script>alert(1)</script>" in data["filter"]["values"]
    assert "\x1b" not in hostile_page
    assert "\u202e" not in hostile_page


def test_script_hashes_of_the_policy_are_those_of_the_scripts(page):
    import base64

    for script in Page(page).scripts[1:]:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in page


def test_drop_down_offers_all_and_each_service(page):
    assert [a["value"] for t, a in Page(page).elements if t == "option"] == [
        "all",
        "auth",
        "events",
        "payments",
    ]


def test_gaps_are_null(page):
    data = json.loads(Page(page).scripts[0])
    latency = next(p for p in data["panels"] if p["name"] == "latency_over_time")
    first = next(t for t in latency["traces"] if t["view"] == "all")
    assert first["y"][50:56] == [None] * 6
    assert None not in first["y"][:50]


def test_an_empty_report_is_a_page(empty_report):
    assert "Nothing stands out." in html.render(empty_report)


def test_without_plotly_the_error_names_the_extra(report, monkeypatch):
    html._library.cache_clear()
    monkeypatch.setattr(html.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r'pip install "barograph\[report\]"'):
        html.render(report)
    html._library.cache_clear()
