"""The command line: parses and prints, decides nothing.

Exit codes: 0 done, 1 a finding under ``--fail-on``, 2 bad input, 130 interrupted, 143 terminated.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._dataset import Cleaned, Dataset
    from ._policy import Policy
    from .analysis._model import Report

ROLES = ("timestamp", "latency", "status", "error")
SEVERITIES = ("info", "warning", "critical")
WORKLOADS = ("requests",)


class _Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line."""

    def error(self, message: str) -> Any:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments without the program's name; ``sys.argv[1:]`` by default.

    Returns
    -------
    int
        The exit code.
    """
    _lenient_output(sys.stdout, sys.stderr)
    options = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        with _stopped_as_by_hand():
            return run(options)
    except _Stopped as stopped:
        print(f"barograph: {stopped}; no file was left half-written", file=sys.stderr)
        return 128 + stopped.number
    except KeyboardInterrupt:
        print("barograph: interrupted; no file was left half-written", file=sys.stderr)
        return 130
    except BrokenPipeError:
        _discard_output()
        return 0
    except (ValueError, TypeError, KeyError, OSError, ImportError, MemoryError) as error:
        print(f"barograph: {_one_line(error)}", file=sys.stderr)
        return 2


class _Stopped(KeyboardInterrupt):
    """A signal asks to end, as Ctrl-C does."""

    def __init__(self, number: int) -> None:
        super().__init__("terminated" if number == signal.SIGTERM else "hung up")
        self.number = number


@contextlib.contextmanager
def _stopped_as_by_hand() -> Iterator[None]:
    """SIGTERM and SIGHUP clean up as Ctrl-C does; left alone where the caller has told what they do."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_IGN)  # a second one does not disturb the cleaning up
        raise _Stopped(number)

    wanted = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    taken = [number for number in wanted if signal.getsignal(number) == signal.SIG_DFL]
    for number in taken:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


def _discard_output() -> None:
    """Nobody reads any more: what is still to be written goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _lenient_output(*streams: IO[str]) -> None:
    """Names in a log may hold anything: what the terminal cannot show is escaped, never fatal."""
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _one_line(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}"
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    return " ".join(text.split()) or type(error).__name__


def _parser() -> argparse.ArgumentParser:
    from . import __version__

    parser = _Parser(
        prog="barograph",
        description="Reliability telemetry: from a raw log to a report that says why.",
        epilog="example:  barograph demo        then open barograph-demo/dashboard.html",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"barograph {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_demo(commands)
    _add_generate(commands)
    _add_clean(commands)
    _add_analyze(commands)
    _add_causes(commands)
    return parser


def _command(commands: Any, name: str, run: Any, summary: str, example: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=f"example:  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument("--policy", metavar="FILE", help="a TOML file with limits, weights, zone, peak hours")
    return parser


def _add_generator_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("workload", nargs="?", choices=WORKLOADS, default="requests", metavar="WORKLOAD",
                        help=f"one of {', '.join(WORKLOADS)} (default: requests)")  # fmt: skip
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="another log for each N (default: 0)"
    )
    parser.add_argument("--days", type=int, default=10, metavar="N", help="length in days (default: 10)")
    parser.add_argument(
        "--start", default="2024-01-01", metavar="DATE", help="first day (default: 2024-01-01)"
    )
    parser.add_argument("--dirt", type=float, default=0.02, metavar="SHARE",
                        help="share of dirty rows, 0 to 0.5 (default: 0.02)")  # fmt: skip


def _add_column_options(parser: argparse.ArgumentParser) -> None:
    for role in ROLES:
        parser.add_argument(f"--{role}", metavar="COLUMN", help=f"the column that holds the {role}")
    parser.add_argument("--by", metavar="COLUMN", help="the column that names the service")
    parser.add_argument("--endpoint", metavar="COLUMN", help="the column that holds the endpoint or URL path")
    parser.add_argument("--tz", metavar="ZONE", help="zone of times written without one, and of the report "
                        "unless the policy names one, e.g. Europe/Berlin")  # fmt: skip
    parser.add_argument(
        "--decimal", choices=(",", "."), metavar="MARK", help="the decimal mark, where numbers do not tell it"
    )
    parser.add_argument(
        "--log-format", metavar="FORMAT", help="nginx log_format or Apache LogFormat of the file"
    )


def _add_demo(commands: Any) -> None:
    parser = _command(commands, "demo", _demo, "make a log, clean it, analyse it, write the report",
                      "barograph demo --out barograph-demo")  # fmt: skip
    _add_generator_options(parser)
    parser.add_argument("--out", default="barograph-demo", metavar="DIR", help="default: barograph-demo")


def _add_generate(commands: Any) -> None:
    parser = _command(commands, "generate", _generate, "write synthetic telemetry with its truth beside it",
                      "barograph generate requests --seed 7 --dirt 0.05")  # fmt: skip
    _add_generator_options(parser)
    parser.add_argument("--rows", type=int, metavar="N", help="about so many rows, by more traffic")
    parser.add_argument("--format", choices=("csv", "parquet", "jsonl"), default="csv", help="default: csv")
    parser.add_argument("--out", default="data/raw", metavar="DIR", help="default: data/raw")


def _add_clean(commands: Any) -> None:
    parser = _command(commands, "clean", _clean, "repair and reject, with a rule and a count for each",
                      "barograph clean data/raw/system_logs.csv --truth data/raw/truth_dirt.csv")  # fmt: skip
    parser.add_argument("path", nargs="*", default=["data/raw/system_logs.csv"], metavar="PATH",
                        help="files, folders or globs (default: data/raw/system_logs.csv)")  # fmt: skip
    _add_column_options(parser)
    parser.add_argument("--out", default="data/processed", metavar="DIR", help="default: data/processed")
    parser.add_argument("--truth", metavar="FILE", help="score the cleaning against a generator's truth")


def _add_analyze(commands: Any) -> None:
    parser = _command(commands, "analyze", _analyze, "clean and analyse any log, write the report",
                      "barograph analyze access.log --tz Europe/Berlin --out report")  # fmt: skip
    parser.add_argument("path", nargs="+", metavar="PATH", help="files, folders or globs")
    _add_column_options(parser)
    parser.add_argument("--out", metavar="DIR", help="write text, page, pictures and tables there")
    parser.add_argument("--only", choices=("tables",), help="with --out: text, findings and tables, no page")
    parser.add_argument(
        "--fail-on", choices=SEVERITIES, help="exit 1 if there is such a finding or a worse one"
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON instead of the text")


def _add_causes(commands: Any) -> None:
    parser = _command(commands, "causes", _causes, "rank metrics by how likely they caused a change",
                      "barograph causes metrics.csv --at '2024-01-05 13:00' --graph calls.csv")  # fmt: skip
    parser.add_argument("path", metavar="PATH", help="CSV or Parquet: a time and a column for each metric, "
                        "or time, service, metric, value")  # fmt: skip
    parser.add_argument(
        "--at", required=True, metavar="TIME", help="when trouble began or was seen, or a row"
    )
    parser.add_argument("--graph", metavar="FILE", help="who calls whom: a table of caller and callee")
    parser.add_argument("--by", choices=("metric", "service"), default="metric", help="default: metric")
    parser.add_argument("--timestamp", metavar="COLUMN", help="the column that holds the time")
    parser.add_argument("--top", type=int, default=10, metavar="N", help="lines to print (default: 10)")
    parser.add_argument("--out", metavar="FILE", help="write all of them there, as CSV")


def _policy(options: argparse.Namespace) -> Policy:
    from ._policy import Policy

    return Policy.load(options.policy) if options.policy else Policy()


def _columns(options: argparse.Namespace) -> dict[str, str] | None:
    given = {role: getattr(options, role) for role in (*ROLES, "endpoint")}
    given["service"] = options.by
    return {role: column for role, column in given.items() if column is not None} or None


def _read(options: argparse.Namespace) -> Dataset:
    from .ingest import read

    paths = options.path
    return read(
        paths[0] if len(paths) == 1 else paths,
        columns=_columns(options),
        tz=options.tz,
        log_format=options.log_format,
        decimal=options.decimal,
        frame="table",
    )


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def _print_files(files: Sequence[Path]) -> None:
    for path in files:
        print(f"  {path}")


def _demo(options: argparse.Namespace) -> int:
    from .analysis import analyze

    policy = _policy(options)
    out = Path(options.out)
    _progress("generating ...")
    generated, raw_files = _write_generated(options, out / "data" / "raw", rows=None, form="csv")
    _progress("cleaning ...")
    cleaned, clean_files = _write_cleaned(generated, policy, out / "data" / "processed")
    _progress("analysing ...")
    report = analyze(cleaned, policy=policy, frame="table")
    _progress("drawing ...")
    files = report.save(out)
    _progress("")
    print(report.text())
    print("Files")
    _print_files([*raw_files, *clean_files, *_collapsed(files)])
    print(f"\nOpen {out / 'dashboard.html'}")
    return 0


def _collapsed(files: Sequence[Path]) -> list[Path]:
    """Folders of many pictures or tables as one line each."""
    seen: dict[Path, int] = {}
    for path in files:
        seen[path.parent] = seen.get(path.parent, 0) + 1
    shown = [path for path in files if path.parent.name not in ("charts", "tables")]
    return shown + [Path(f"{folder}/ ({count} files)") for folder, count in seen.items()
                    if folder.name in ("charts", "tables")]  # fmt: skip


def _write_generated(
    options: argparse.Namespace, folder: Path, *, rows: int | None, form: str
) -> tuple[Path, list[Path]]:
    from . import generate

    path = folder / f"system_logs.{form}"
    files = generate.write(
        options.workload, path, format=form, days=options.days, seed=options.seed, start=options.start,
        dirt=options.dirt, rows=rows,
    )  # fmt: skip
    return path, files


def _write_cleaned(source: Any, policy: Policy, folder: Path) -> tuple[Cleaned, list[Path]]:
    from ._cleaning import clean, write_cleaned

    cleaned = clean(source, policy=policy, frame="table")
    return cleaned, write_cleaned(cleaned, folder / "clean_logs.csv")


def _generate(options: argparse.Namespace) -> int:
    _policy(options)
    _, files = _write_generated(options, Path(options.out), rows=options.rows, form=options.format)
    _print_files(files)
    return 0


def _clean(options: argparse.Namespace) -> int:
    from ._cleaning_score import score_cleaning

    policy = _policy(options)
    dataset = _read(options)
    _print_schema(dataset)
    cleaned, files = _write_cleaned(dataset, policy, Path(options.out))
    print(repr(cleaned)[len("Cleaned(") : -1])
    print(cleaned.as_kind("repairs", "table").to_text())
    for note in cleaned.notes:
        print(f"note: {note}")
    if options.truth:
        from .ingest import read_table

        print("\nagainst the truth:")
        print(score_cleaning(cleaned, read_table(options.truth), frame="table").to_text())
    _print_files(files)
    return 0


def _print_schema(dataset: Dataset) -> None:
    if dataset.schema is not None:
        print("columns:")
        print(dataset.schema.describe())


def _analyze(options: argparse.Namespace) -> int:
    from ._zones import tzif
    from .analysis import analyze

    policy = _policy(options)
    tzif(options.tz)
    if options.tz is not None and policy.zone == "UTC":
        policy = dataclasses.replace(policy, zone=options.tz)
    _progress("reading ...")
    dataset = _read(options)
    _progress("analysing ...")
    report = analyze(dataset, policy=policy, frame="table")
    files = []
    if options.out:
        from .report import save

        _progress("drawing ...")
        files = save.save(report, options.out, pictures=options.only != "tables")
    _progress("")
    try:
        if options.json:
            print(json.dumps(_findings(report), indent=2, ensure_ascii=False))
        else:
            _print_schema(dataset)
            print()
            print(report.text())
            if files:
                print("Files")
                _print_files(_collapsed(files))
        sys.stdout.flush()
    except BrokenPipeError:  # such as `| head -1`: the verdict stands
        _discard_output()
    return _verdict(report, options.fail_on)


def _causes(options: argparse.Namespace) -> int:
    from ._detect.causes import rank_causes
    from .ingest import read_table

    _policy(options)
    if options.top < 1:
        raise ValueError(f"--top: {options.top} given, expected 1 or more")
    found = rank_causes(
        read_table(options.path),
        int(options.at) if options.at.isdecimal() else options.at,
        graph=read_table(options.graph) if options.graph else None,
        by=options.by,
        time=options.timestamp,
    )
    print(found.to_text(options.top))
    if options.out:
        found.write_csv(options.out)
        _print_files([Path(options.out)])
    return 0


def _findings(report: Report) -> list[dict[str, Any]]:
    from .report import save

    return save.findings(report)


def _verdict(report: Report, fail_on: str | None) -> int:
    if fail_on is None:
        return 0
    worst = max((SEVERITIES.index(f.severity) for f in report.findings), default=-1)
    return 1 if worst >= SEVERITIES.index(fail_on) else 0


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
