"""latency_recorder::record() from one and two threads against prometheus-cpp, a mutex and one atomic.

Times are processor time of a thread, so that a busy machine changes little.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

from .pairs import Row

SOURCE = Path(__file__).resolve().parent / "cpp" / "record.cpp"
INCLUDE = SOURCE.parents[2] / "include"
TARGETS = {("prometheus-cpp", 1): 6.0, ("prometheus-cpp", 2): 40.0}
NAMES = {
    "prometheus-cpp": "prometheus-cpp Histogram",
    "mutex+vector": "std::mutex + vector",
    "fetch_add": "one shared fetch_add",
}
NOTES = {
    "mutex+vector": "time asleep at the lock is not counted",
    "fetch_add": "counts only: no latency is kept",
    "prometheus-cpp": "bound by instructions; two threads of a busy machine seldom run at once",
}


def rows(*, quick: bool = False) -> list[Row]:
    """Rows of docs/performance.md; none, with a reason, where nothing can be compiled."""
    compiler = os.environ.get("CXX") or shutil.which("c++") or shutil.which("g++")
    if compiler is None:
        print("record: left out, no C++ compiler was found (c++, g++ or $CXX)")
        return []
    measured = _measure(compiler, rounds=5 if quick else 101, calls=200_000)
    found = []
    for name, label in NAMES.items():
        for threads in (1, 2):
            if (name, threads) in measured:
                found.append(_row("Recorder, record() in C++", name, label, threads, measured))
    for threads in (1, 2):
        row = _row(
            "Recorder, thread_local from a shared library", "library", "called from one", threads, measured
        )
        found.append(row)
    return found


def _row(
    group: str, name: str, label: str, threads: int, measured: dict[tuple[str, int], list[float]]
) -> Row:
    ours, theirs = measured["barograph", threads], measured[name, threads]
    return Row(
        group,
        f"one record(), {threads} thread{'s' if threads > 1 else ''}",
        label,
        statistics.median(ours),
        statistics.median(theirs),
        statistics.median(t / m for t, m in zip(theirs, ours, strict=True)),
        TARGETS.get((name, threads)),
        NOTES.get(name, ""),
    )


def _measure(compiler: str, *, rounds: int, calls: int) -> dict[tuple[str, int], list[float]]:
    """Seconds a call by recorder and number of threads, one a round; the first round is not counted.

    Rounds are short and many: few of them are cut by the scheduler of a busy machine.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [
            compiler,
            "-std=c++17",
            "-O2",
            "-ffp-contract=off",
            "-pthread",
            f"-I{INCLUDE}",
            str(SOURCE),
        ]
        library = Path(folder, "librecord.so")
        subprocess.run([*command, "-DBENCH_IS_LIBRARY", "-fPIC", "-shared", "-o", str(library)], check=True)
        program = Path(folder, "record")
        ours = [*command, "-DBENCH_LIBRARY", str(library), f"-Wl,-rpath,{folder}", "-o", str(program)]
        peer = ["-DBENCH_PROMETHEUS", "-lprometheus-cpp-core"]
        if subprocess.run([*ours, *peer], check=False, capture_output=True).returncode != 0:
            print("record: prometheus-cpp is left out, it is not installed (Debian: prometheus-cpp-dev)")
            subprocess.run(ours, check=True)
        printed = subprocess.run(
            [program, str(rounds + 1), str(calls)], check=True, capture_output=True, text=True
        ).stdout
    measured: dict[tuple[str, int], list[float]] = {}
    for line in printed.splitlines():
        name, threads, nanoseconds = line.split()
        measured.setdefault((name, int(threads)), []).append(float(nanoseconds) * 1e-9)
    return {key: values[1:] for key, values in measured.items()}
