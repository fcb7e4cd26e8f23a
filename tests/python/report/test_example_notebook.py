"""The example notebook runs from top to bottom and shows the report."""

from pathlib import Path

import pytest

import barograph as bg

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
NOTEBOOK = Path(__file__).parents[3] / "examples" / "notebooks" / "requests.ipynb"


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_the_requests_notebook_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(bg.__file__).parents[1]))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert not [c for c in notebook.cells if c.cell_type == "code" and c.outputs], "kept without outputs"
    nbclient.NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    shown = [o.data.get("text/html", "") for c in notebook.cells for o in c.get("outputs", []) if "data" in o]
    assert any(part.startswith("<iframe srcdoc=") for part in shown)
    assert (tmp_path / "barograph-report" / "dashboard.html").is_file()


def test_the_one_cell_form_finds_the_incident():
    report = bg.demo(days=6, seed=3, frame="table")
    assert report.findings[0].kind == "incident"
    assert report.tables.kind == "table"
    with pytest.raises(ValueError, match="workload: given 'weather', expected one of requests"):
        bg.demo("weather")
