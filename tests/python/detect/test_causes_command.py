"""`barograph causes`: a table of metrics in, a ranking out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import barograph as bg
from barograph.cli import main


@pytest.fixture
def metrics(tmp_path: Path) -> Path:
    rng = np.random.default_rng(5)
    columns = {"time": np.datetime64("2024-01-01T00:00", "s") + 60 * np.arange(300)}
    columns |= {
        f"{s}_{m}": rng.normal(10, 1, 300) for s in ("cart", "mail", "web") for m in ("cpu", "latency")
    }
    columns["cart_cpu"][200:] += 40
    bg.Table(columns).write_csv(tmp_path / "metrics.csv")
    (tmp_path / "calls.csv").write_text("caller,callee\nweb,cart\nweb,mail\n", encoding="utf-8")
    return tmp_path / "metrics.csv"


@pytest.mark.parametrize("at", ["2024-01-01 03:20", "200", "2024-01-01T03:20:00Z"])
def test_the_metric_that_moved_comes_first(metrics: Path, at: str, capsys: pytest.CaptureFixture[str]):
    out = metrics.parent / "causes.csv"
    graph = str(metrics.parent / "calls.csv")
    assert main(["causes", str(metrics), "--at", at, "--graph", graph, "--top", "2", "--out", str(out)]) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[0] == "cart_cpu"
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("cause,score,direction,onset,lag")
    assert lines[1].startswith("cart_cpu,")
    assert len(lines) == 7


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--at", "never"], "never"),
        (["--at", "2030-01-01"], "2030-01-01"),
        (["--at", "200", "--top", "0"], "--top"),
    ],
)
def test_a_wrong_argument_is_one_line(
    metrics: Path, options: list[str], says: str, capsys: pytest.CaptureFixture[str]
):
    assert main(["causes", str(metrics), *options]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
