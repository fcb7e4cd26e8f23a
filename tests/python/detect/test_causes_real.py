"""Causes of recorded faults: floors for what docs/accuracy.md shows, on the same data.

The folder of the data is named by BAROGRAPH_REAL_DATA; without it these tests are skipped.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import barograph as bg

ROOT = Path(__file__).resolve().parents[3]
DATA = os.environ.get("BAROGRAPH_REAL_DATA")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not DATA or not Path(DATA).is_dir(), reason="BAROGRAPH_REAL_DATA does not name a folder with the data"
    ),
]


@pytest.fixture
def scored(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], Any]:
    monkeypatch.syspath_prepend(str(ROOT))
    from bench.accuracy import data, faults

    rows = faults.figures(data.faults(Path(str(DATA))))
    keys = {(row["group"], row["method"].strip("*")) for row in rows}
    return {
        key: bg.score_causes(
            [r["ranking"] for r in rows if (r["group"], r["method"].strip("*")) == key],
            [r["cause"] for r in rows if (r["group"], r["method"].strip("*")) == key],
        )
        for key in keys
    }


def test_causes_of_recorded_faults_come_early(scored: dict[tuple[str, str], Any]) -> None:
    shop = {method: found for (group, method), found in scored.items() if group == "PetShop"}
    sigma = next(found for method, found in shop.items() if method.startswith("n-sigma"))
    assert shop["barograph rank_causes"].avg5 > max(0.65, 1.5 * sigma.avg5)
    assert shop["barograph rank_causes, graph given"].avg5 > 0.7
    assert shop["barograph rank_causes, graph given"].ac[5] > 0.95
    for off in ("late", "early"):
        assert shop[f"barograph rank_causes, at a minute {off}"].avg5 > 0.6
    boutique = {method: found for (group, method), found in scored.items() if group == "Nezha"}
    for method in ("", ", graph given", ", at a minute late", ", at a minute early"):
        assert boutique[f"barograph rank_causes{method}"].avg5 > 0.5
