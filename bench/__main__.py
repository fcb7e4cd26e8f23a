"""Run every bench_*.py and write docs/performance.md from what they measured.

Usage: python -m bench [NAME ...] [--quick] [--no-write]
"""

from __future__ import annotations

import argparse
import importlib
import math
import platform
import sys
from datetime import date
from itertools import groupby
from pathlib import Path

import barograph

from .pairs import Row

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "performance.md"
INTRODUCTION = """# Performance

Every figure is a ratio against a named peer, timed in turn in one process (`make bench`): the median
over rounds of peer / barograph, so above 1 barograph is faster. No row in which a peer wins is left
out. Results are checked to be equal before anything is timed. This page is written by `make bench`.
"""


def main() -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    parser.add_argument("names", nargs="*", help=f"some of {', '.join(names)}")
    parser.add_argument("--quick", action="store_true", help="small sizes: checks that it runs")
    parser.add_argument("--no-write", action="store_true", help="print only")
    options = parser.parse_args()
    unknown = set(options.names) - set(names)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    rows: list[Row] = []
    for name in options.names or names:
        print(f"== {name}", flush=True)
        measured = importlib.import_module(f"bench.bench_{name}").rows(quick=options.quick)
        for row in measured:
            print(_line(row), flush=True)
        rows += measured
    if not (options.names or options.quick or options.no_write):
        PAGE.write_text(page(rows), encoding="utf-8")
        print(f"wrote {PAGE.relative_to(HERE.parent)}")
    return 0


def _line(row: Row) -> str:
    return f"{row.what:58} {row.peer:22} {_time(row.ours):>9} {_time(row.theirs):>9} {row.ratio:8.2f}x"


def _time(s: float) -> str:
    for size, unit, digits in ((1, "s", 2), (1e-3, "ms", 2), (1e-6, "us", 1)):
        if s >= size:
            return f"{s / size:.{digits}f} {unit}"
    return f"{s * 1e9:.1f} ns"


def page(rows: list[Row]) -> str:
    """The Markdown page of all rows, grouped, with geometric means."""
    info = barograph.build_info()
    parts = [
        INTRODUCTION,
        f"Measured {date.today().isoformat()} on {platform.machine()}, instruction set `{info['isa']}`, "
        f"{info['compiler']}, Python {platform.python_version()}.\n",
    ]
    for group, members in groupby(rows, key=lambda row: row.group):
        listed = list(members)
        parts.append(f"## {group}\n")
        parts.append("| what | peer | barograph | peer's time | times faster | target | |")
        parts.append("|---|---|---:|---:|---:|---:|---|")
        parts += [
            f"| {r.what} | {r.peer} | {_time(r.ours)} | {_time(r.theirs)} | **{r.ratio:.2f}** | "
            f"{'' if r.target is None else f'{r.target:g}'} | {_remark(r)} |"
            for r in listed
        ]
        mean = math.exp(math.fsum(math.log(r.ratio) for r in listed) / len(listed))
        parts.append(f"\nGeometric mean: {mean:.1f} times faster.\n")
    return "\n".join(parts)


def _remark(row: Row) -> str:
    missed = row.target is not None and row.ratio < row.target
    return ("target missed: " if missed else "") + (row.note or ("see notes" if missed else ""))


if __name__ == "__main__":
    sys.exit(main())
