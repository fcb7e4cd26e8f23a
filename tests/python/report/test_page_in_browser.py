"""The page in headless Chromium: every panel drawn, nothing fails, nothing is wider than the screen."""

import json
import re
import shutil
import subprocess
from html import escape, unescape
from urllib.parse import urlencode

import numpy as np
import pytest

from barograph.report import html, notebook

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None
)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")

# what is asked of the page, inside a frame as wide as the screen it is meant for
PROBE = """
const page = frame.contentDocument, window_ = frame.contentWindow;
const box = (e) => { const r = e.getBoundingClientRect(); return [r.left, r.right, r.width, r.height]; };
const result = {
  errors: window_.__errors, ready: page.body.dataset.ready, view: page.body.dataset.view,
  width: window_.innerWidth, scrollWidth: page.documentElement.scrollWidth,
  panels: [...page.querySelectorAll("[data-panel]")].map((p) => ({
    name: p.dataset.panel, view: p.dataset.view, drawn: p.dataset.drawn === "1",
    marks: p.querySelectorAll(".main-svg .trace, .main-svg .hm image, .main-svg .point").length,
    texts: [...p.querySelectorAll(".main-svg text")].map((t) => t.textContent),
    tiny: [...p.querySelectorAll(".main-svg text")].map((t) => parseFloat(getComputedStyle(t).fontSize))
      .filter((size) => size < 10).length,
    box: box(p), plot: box(p.querySelector(".plot")), none: p.querySelector(".plot.none") !== null,
  })),
  cards: [...page.querySelectorAll("ul.cards:not([hidden]) .value")].map((c) => c.textContent),
  rows: [...page.querySelectorAll("#table-by_service tbody tr")].filter((r) => !r.hidden).length,
  overlaps: [...page.querySelectorAll("[data-panel]")].flatMap((p) => {
    const ticks = [...p.querySelectorAll(".xtick text")].filter((t) => t.textContent.trim());
    const boxes = ticks.map((t) => t.getBoundingClientRect()).sort((a, b) => a.left - b.left);
    const flat = boxes.every((b) => Math.abs(b.top - boxes[0].top) < 2);
    return flat && boxes.some((b, i) => i && b.left < boxes[i - 1].right - 1) ? [p.dataset.panel] : [];
  }),
  sorted: (() => {
    const table = page.querySelector("#table-by_service table");
    table.querySelectorAll("th button")[3].click();
    return [...table.tBodies[0].rows].map((r) => r.cells[0].textContent);
  })(),
};
"""


def look(folder, page, width, height=900, fragment=""):
    """Opens a page in a frame of that size and gives what the probe finds."""
    (folder / "page.html").write_text(page, encoding="utf-8")
    probe = f"""<!doctype html><meta charset="utf-8"><body style="margin:0">
<iframe id="frame" style="border:0;width:{width}px;height:{height}px" src="page.html{escape(fragment)}">
</iframe>
<pre id="result"></pre><script>
const frame = document.getElementById("frame");
frame.addEventListener("load", () => setTimeout(() => {{ {PROBE}
  document.getElementById("result").textContent = JSON.stringify(result); }}, 3000));
</script>"""
    (folder / "probe.html").write_text(probe, encoding="utf-8")
    dom = subprocess.run(
        [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
         f"--user-data-dir={folder / 'profile'}", f"--window-size={max(width, 500)},{height}",
         "--virtual-time-budget=20000", "--dump-dom", (folder / "probe.html").as_uri()],
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=True,
    ).stdout  # fmt: skip
    found = re.search(r'<pre id="result">(.+?)</pre>', dom, re.S)
    assert found, dom[-2000:]
    return json.loads(unescape(found[1]))


@pytest.fixture(scope="module")
def page(report):
    return html.render(report)


@pytest.fixture(scope="module")
def wide(page, tmp_path_factory):
    return look(tmp_path_factory.mktemp("wide"), page, 1280)


@pytest.fixture(scope="module")
def narrow(page, tmp_path_factory):
    return look(tmp_path_factory.mktemp("narrow"), page, 400, fragment="#service=nobody")


@pytest.mark.parametrize(("screen", "width"), [("wide", 1280), ("narrow", 400)])
def test_every_panel_is_drawn_inside_the_screen(report, request, screen, width):
    seen = request.getfixturevalue(screen)
    assert seen["errors"] == []
    assert seen["ready"] == "1"
    assert seen["width"] == width
    assert seen["scrollWidth"] <= width
    assert [p["name"] for p in seen["panels"]] == [c.name for c in report.charts]
    for panel in seen["panels"]:
        if panel["name"] == "nothing":
            assert panel["none"]
            continue
        assert panel["drawn"], panel["name"]
        assert panel["marks"] > 0, panel["name"]
        assert panel["box"][0] >= 0
        assert panel["box"][1] <= width
        assert panel["plot"][3] >= 200
        assert panel["tiny"] == 0
    assert seen["overlaps"] == []


def test_axes_name_their_units(report, wide):
    panels = {p["name"]: p["texts"] for p in wide["panels"]}
    for chart in report.charts:
        if chart.name != "nothing":
            assert chart.y_title in panels[chart.name], chart.name
            assert not chart.x_title or chart.x_title in panels[chart.name], chart.name


def test_a_service_is_chosen_by_the_address(page, tmp_path):
    seen = look(tmp_path, page, 1280, fragment="#service=payments")
    assert seen["errors"] == []
    assert seen["view"] == "payments"
    views = {p["name"]: p["view"] for p in seen["panels"]}
    assert views["latency_over_time"] == views["errors_over_time"] == "payments"
    assert views["requests_by_hour"] == "all"
    assert seen["cards"][:3] == ["18,456", "1,607", "8.7 %"]
    assert seen["rows"] == 1


def test_an_unknown_service_in_the_address_shows_all(narrow):
    assert narrow["view"] == "all"
    assert narrow["rows"] == 3


def test_a_click_on_a_head_sorts_the_highest_first(wide):
    assert wide["sorted"] == ["payments", "events", "auth"]


@pytest.mark.parametrize("width", [1280, 400])
def test_hostile_names_run_nothing_and_stay_on_the_screen(hostile_report, tmp_path, width):
    service = hostile_report.tables.raw["by_service"].array("service")[1]
    seen = look(tmp_path, html.render(hostile_report), width, fragment="#" + urlencode({"service": service}))
    assert seen["errors"] == []
    assert seen["view"] == service
    assert seen["scrollWidth"] <= width
    assert all(p["drawn"] or p["none"] for p in seen["panels"])
    bars = next(p for p in seen["panels"] if p["name"] == "slowest_endpoints")
    assert any(text.startswith("<script>alert(1)") for text in bars["texts"])


def test_an_error_in_the_page_is_seen(page, tmp_path):
    seen = look(tmp_path, page.replace('"grids":[{', '"girds":[{', 1), 1280)
    assert len(seen["errors"]) == 1
    assert "requests_by_day_hour" in seen["errors"][0]
    assert [p["name"] for p in seen["panels"] if not (p["drawn"] or p["none"])] == ["requests_by_day_hour"]


def test_the_notebook_view_draws_its_frame(report, tmp_path):
    """Its frame has an origin of its own, so it cannot be looked into: a picture is taken."""
    view = notebook.view(report)
    assert view.startswith("<iframe srcdoc=")
    page = tmp_path / "cell.html"
    page.write_text(f'<!doctype html><meta charset="utf-8"><body>{view}</body>', encoding="utf-8")
    shot = tmp_path / "cell.png"
    subprocess.run(
        [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
         f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1280,900", "--virtual-time-budget=20000",
         f"--screenshot={shot}", page.as_uri()],
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    with pytest.importorskip("PIL.Image").open(shot) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    coloured = (pixels.max(axis=2) - pixels.min(axis=2) > 60).sum()
    assert coloured > 2000
