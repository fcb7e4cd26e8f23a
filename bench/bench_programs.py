"""Whole programs, imports included: a CSV of 2,000,000 rows to a report, the demo."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from barograph import generate

from .pairs import Row, compare

PANDAS = """
import sys, pandas as pd
frame = pd.read_csv(sys.argv[1], parse_dates=["timestamp"])
for key in ("service", "endpoint", frame.timestamp.dt.hour):
    groups = frame.groupby(key)
    print(groups.response_time_ms.agg(["count", "mean"]), groups.error.mean())
    print(groups.response_time_ms.quantile([0.5, 0.95, 0.99]))
"""


def rows(*, quick: bool = False) -> list[Row]:
    """Rows of docs/performance.md."""
    n = 50_000 if quick else 2_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "requests.csv"
        generate.write("requests", path, format="csv", rows=n, dirt=0.0)
        out = str(Path(folder) / "report")
        analyze = ["-m", "barograph", "analyze", str(path), "--out", out, "--only", "tables"]
        return compare(
            "Whole programs",
            f"CSV of {n:,} rows to text report and tables; pandas: read it, group it by three keys",
            lambda: _python(*analyze),
            {f"pandas {pd.__version__}": lambda: _python("-c", PANDAS, str(path))},
            targets={"pandas": 1.0},
            rounds=1 if quick else 3,
        )


def _python(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
