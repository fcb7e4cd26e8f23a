"""A command that is told to end, or finds its place taken, leaves no half-written file and says so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

import barograph as bg
from barograph import cli

LONG = ["generate", "requests", "--rows", "1000000000", "--out"]


@pytest.mark.parametrize(
    ("number", "code", "word"),
    [
        (signal.SIGTERM, 143, "terminated"),
        (signal.SIGHUP, 129, "hung up"),
        (signal.SIGINT, 130, "interrupted"),
    ],
)
def test_a_signal_that_ends_a_command_leaves_no_file(tmp_path, number, code, word):
    # whatever started the tests may have it ignored, as nohup does
    command = ["env", f"--default-signal={number.name[3:]}", sys.executable, "-m", "barograph", *LONG]
    with subprocess.Popen([*command, str(tmp_path)], stderr=subprocess.PIPE, text=True) as process:
        try:
            deadline = time.monotonic() + 30
            while not any(p.stat().st_size for p in tmp_path.iterdir()) and time.monotonic() < deadline:
                time.sleep(0.05)
            process.send_signal(number)
            process.send_signal(number)  # as an impatient supervisor does
            _, errors = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == code
    assert errors == f"barograph: {word}; no file was left half-written\n"
    assert list(tmp_path.iterdir()) == []


def test_a_hangup_that_nohup_ignores_stays_ignored(tmp_path):
    code = (
        "import os, signal; from barograph import cli; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
        f"cli._generate = lambda options: os.kill(os.getpid(), signal.SIGHUP) or 0; "
        f"raise SystemExit(cli.main(['generate', '--out', {str(tmp_path)!r}]))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_handlers_are_as_they_were_after_a_command(tmp_path, capsys):
    before = signal.getsignal(signal.SIGTERM)
    assert cli.main(["generate", "--days", "1", "--out", str(tmp_path)]) == 0
    assert signal.getsignal(signal.SIGTERM) is before
    capsys.readouterr()


@pytest.mark.parametrize("below", ["", "data", "data/deep"])
def test_a_file_in_the_way_of_a_folder_is_named_with_what_to_do(tmp_path, capsys, below):
    taken = tmp_path / "taken"
    taken.write_text("mine")
    out = os.path.join(taken, below)
    for command in (["demo", "--days", "1"], ["generate", "--days", "1"]):
        assert cli.main([*command, "--out", out]) == 2
        assert capsys.readouterr().err == (
            f"barograph: {taken}: a file stands where a folder is needed; move it away or name another "
            "folder\n"
        )
    with pytest.raises(NotADirectoryError, match="a file stands where a folder is needed"):
        bg.demo(days=1).save(out)
    assert taken.read_text() == "mine"


def test_a_place_that_takes_no_file_is_told_by_the_name_of_the_file():
    with pytest.raises(OSError, match=r"'/proc/policy\.toml'"):
        bg.Policy().save("/proc/policy.toml")


def test_a_folder_in_the_way_of_a_file_is_named_with_what_to_do(tmp_path):
    with pytest.raises(IsADirectoryError, match="a folder stands where a file is to be written"):
        bg.Policy().save(tmp_path)
    assert list(tmp_path.iterdir()) == []
