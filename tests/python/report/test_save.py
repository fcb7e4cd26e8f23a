"""A report in a folder: every form, whole or not at all."""

import json
import os

import numpy as np
import pytest

from barograph.report import html, png, save


def below(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_every_form_is_written_and_listed(report, tmp_path):
    files = save.save(report, tmp_path / "new" / "folder")
    assert sorted(str(f.relative_to(tmp_path / "new/folder")) for f in files) == below(
        tmp_path / "new/folder"
    )
    assert set(below(tmp_path / "new/folder")) == {
        "report.txt", "findings.json", "dashboard.html", "dashboard.png",
        *(f"charts/{c.name}.png" for c in report.charts), *(f"tables/{t}.csv" for t in report.tables),
    }  # fmt: skip


def test_findings_are_exact_and_valid_json(report, tmp_path):
    save.save(report, tmp_path, pictures=False)
    found = json.loads((tmp_path / "findings.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert [f["kind"] for f in found] == ["incident", "slow_endpoint", "traffic_peak"]
    assert found[0]["figures"] == {"ratio": 2.6, "worst": 990.1}
    assert found[1]["figures"]["when"] == "2024-01-05T00:00:00"
    assert found[2]["figures"]["nan"] is None


def test_without_pictures_no_drawing_library_is_touched(report, tmp_path, monkeypatch):
    monkeypatch.setattr(html, "render", pytest.fail)
    monkeypatch.setattr(png, "available", pytest.fail)
    save.save(report, tmp_path, pictures=False)
    assert not [f for f in below(tmp_path) if f.endswith((".png", ".html"))]
    assert "tables/by_service.csv" in below(tmp_path)


def test_tables_hold_exact_values(report, tmp_path):
    save.save(report, tmp_path, pictures=False)
    lines = (tmp_path / "tables/by_service.csv").read_text().splitlines()
    assert lines[0] == "service,requests,errors,error_rate,mean,p95,apdex"
    assert lines[1] == "auth,41234,1210,0.0293,98.123456,210.0,0.97"


def test_hostile_names_stay_in_the_folder_and_are_no_formulas(hostile_report, tmp_path):
    save.save(hostile_report, tmp_path / "out")
    assert below(tmp_path) == ["out/" + f for f in below(tmp_path / "out")]
    cells = (tmp_path / "out/tables/___x.csv").read_text().splitlines()
    assert cells == ["'=1+1", "'=cmd()", "'+1+1"]


def test_a_missing_library_leaves_nothing_behind(report, tmp_path, monkeypatch):
    def missing():
        raise ImportError('matplotlib is not installed; install it with: pip install "barograph[report]"')

    monkeypatch.setattr(png, "available", missing)
    with pytest.raises(ImportError, match="barograph"):
        save.save(report, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_an_os_error(report, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        save.save(report, tmp_path / "file")
    assert below(tmp_path) == ["file"]


def test_a_failure_while_writing_leaves_no_part_of_a_file(report, tmp_path, monkeypatch):
    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "rename", broken)
    monkeypatch.setattr("pathlib.Path.replace", broken)
    with pytest.raises(OSError, match="disk full"):
        save.save(report, tmp_path, pictures=False)
    assert below(tmp_path) == []


def test_lone_surrogates_are_written_as_escapes(tmp_path):
    save.write_text(tmp_path / "x.txt", "a\ud800")
    assert (tmp_path / "x.txt").read_bytes() == b"a\\ud800"


def test_figures_of_numpy_become_plain():
    figures = {"a": np.array([1.5, np.inf]), 2: np.datetime64("NaT", "ns"), "b": np.bool_(True)}
    assert save._jsonable(figures) == {"a": [1.5, None], "2": None, "b": True}
