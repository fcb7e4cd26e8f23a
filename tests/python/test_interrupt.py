"""Ctrl-C ends a long call of the engine, well before it would have ended by itself."""

import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import barograph as bg

# Each makes `call`, which takes seconds on most machines of today; the asterisks run in `make test-all` only.
CALLS = {
    "scattered windows": """
x = np.arange(1_000_000.0) % 997; start = np.arange(1_000_000) * 611_953 % 900_000
windows = bg.rolling(x, bounds=(start, start + 100_000), threads=1); call = windows.median""",
    "push": """
x = np.arange(20_000_000.0) % 997; w = bg.RollingWindow(1000); w.median(); call = lambda: w.push(x)""",
    "rolling median": "x = np.arange(30_000_000.0) % 997; call = lambda: bg.rolling_median(x, 5000)",
    "rolling max by time *": """
x = np.ones(30_000_000); t = (np.arange(30_000_000) // 3 * 10**9).astype("M8[ns]")
call = lambda: bg.rolling_max(x, "300s", on=t, threads=1)""",
    "kpis": """
x = np.arange(20_000_000.0) % 997; codes = (np.arange(20_000_000) % 100_000).astype(np.int32)
call = lambda: _core.groupby_kpis(x, None, codes, len(x), 100_000, [0.5], 1.0, 4.0)""",
    "factorize *": "k = np.arange(20_000_000) * 10**11; call = lambda: _core.factorize(k)",
    "histogram": """
x = np.ones(100_000_000); h = bg.QuantileHistogram(); h.update(1.0); call = lambda: h.update(x)""",
    "moments *": "x = np.ones(100_000_000); h = bg.Moments(); h.update(1.0); call = lambda: h.update(x)",
    "latency summary *": """
x = np.ones(60_000_000); h = bg.LatencySummary(); h.update(1.0)
call = lambda: h.update(x, np.zeros(len(x), bool))""",
    "timestamps": """
one = b"2024-01-05 13:00:00.250"
offsets = np.arange(10_000_001, dtype=np.int64) * len(one)
data = np.frombuffer(one * 10_000_000, np.uint8)
call = lambda: _core.parse_timestamps(data, offsets)""",
    "JSON lines *": """
d = _core.JsonLinesDecoder()
text = b'{"a": 1.5, "b": "text", "c": null, "d": "more text", "e": 17}\\n' * 8_000_000
call = lambda: d.feed(text)""",
    "tail fit": """
x = np.random.default_rng(0).normal(size=1_500_000)
call = lambda: _core.ExtremeValue(x, 0.5)""",
    "generate": """
g = _core.RequestsGenerator(0, 1704067200000, 3650, 1.0, [], [0.0] * 10)
call = lambda: g.csv(0, g.blocks, 0, 2)""",
}

PROGRAM = """
import sys, time
import numpy as np
import barograph as bg
from barograph import _core
{setup}
print("ready", flush=True)
begin = time.perf_counter()
try:
    call()
except KeyboardInterrupt:
    print("interrupted", time.perf_counter() - begin)
    {after}
else:
    print("ended", time.perf_counter() - begin)
"""


def interrupt(setup: str, after: str = "pass", wait: float = 0.15) -> tuple[list[str], float]:
    """What the program printed, and how long it went on after SIGINT."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(setup=setup, after=after)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(wait)
    process.send_signal(signal.SIGINT)
    sent = time.perf_counter()
    out, _ = process.communicate(timeout=120)
    return out.split("\n"), time.perf_counter() - sent


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow if n.endswith("*") else ()) for n in CALLS]
)
def test_a_long_call_ends_soon_after_ctrl_c(name: str) -> None:
    # Patience for a machine with other work; what ends late would have taken four times as long.
    lines, went_on = interrupt(CALLS[name])
    assert lines[0].startswith("interrupted"), lines
    assert went_on < 3.0


@pytest.mark.slow
def test_a_long_log_is_left_soon_at_whatever_step() -> None:
    for wait in (0.3, 1.0, 2.0, 5.0):  # rows are counted, columns made, filled, written as text
        lines, went_on = interrupt(CALLS["generate"], wait=wait)
        assert lines[0].startswith("interrupted"), lines
        assert float(lines[0].split()[1]) < wait + 0.5
        assert went_on < 1.0  # gigabytes are given back to the system, too


def test_an_interrupted_state_is_as_it_was() -> None:
    lines, _ = interrupt(CALLS["histogram"], after="print(h.count, h.quantile(0.5))")
    assert lines[0].startswith("interrupted"), lines
    assert lines[1] == "1 1.0"


def test_a_handler_that_does_not_raise_lets_the_call_go_on_and_may_use_the_state() -> None:
    setup = """
import signal
x = np.ones(40_000_000); h = bg.Moments(); h.update(1.0)
signal.signal(signal.SIGINT, lambda *_: print("seen", h.count))
call = lambda: (h.update(x), print(h.count))"""
    lines, _ = interrupt(setup, wait=0.1)
    assert lines[:2] == ["seen 1", "40000001"], lines


def test_two_threads_that_update_one_state_lose_nothing() -> None:
    x = np.arange(1_000_000.0)
    state = bg.Moments()
    threads = [threading.Thread(target=state.update, args=(x,)) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    one = bg.Moments()
    for _ in threads:
        one.update(x)
    assert state == one
