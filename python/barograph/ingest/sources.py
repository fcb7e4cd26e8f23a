"""Which files there are, what they hold, and their bytes: decompressed, UTF-8, cut at line ends.

A file's format is told from its content; its name only helps to choose files in a folder.
"""

from __future__ import annotations

import codecs
import csv
import glob
import gzip
import os
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal, TypeAlias

Format: TypeAlias = Literal["csv", "parquet", "json lines", "access log"]
Paths: TypeAlias = "str | os.PathLike[str] | Iterable[str | os.PathLike[str]]"

CHUNK = 2 << 20
_HEAD = 256 << 10
_LONG = 64 << 10  # of a line; what csv.reader takes as a field
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_DATA_NAME = re.compile(
    r"\.(csv|tsv|txt|log|parquet|pq|jsonl|ndjson|json)(\.\d+)?(\.gz)?$|\.gz$", re.IGNORECASE
)
_TRUTH_NAME = re.compile(r"truth_\w+\.csv", re.IGNORECASE)
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_JSON_LINE = re.compile(r"\s*\{.*\}\s*$")
# not the bracketed time that many custom log formats begin with
_JSON_ARRAY = re.compile(r'\s*\[\s*([\[{"\]]|(-?\d[\d.eE+-]*|true|false|null)\s*(,|\]|$)|$)')
# a host, two words, a bracketed time, a quoted request: Common Log Format and what extends it
_ACCESS_LINE = re.compile(r'^\S+ \S+ .*?\[[^\]]{6,40}\] "')


@dataclass
class Source:
    """One file, and what its first bytes tell."""

    path: Path
    format: Format
    gzipped: bool = False
    encoding: str = "utf-8"
    delimiter: str = ","
    above: int = 0  # lines above the names of a CSV file: comments, a spreadsheet's sep=
    cr_ends: bool = False  # lines end with a carriage return alone
    names: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self.path.stat().st_size


def find(path: Paths, *, log_format: str | None = None) -> tuple[list[Source], list[str]]:
    """The files behind a path, a folder, a glob or a list of them, sorted, all of one format.

    Returns
    -------
    sources : list of Source
        At least one.
    notes : list of str
        Files of a folder that were passed over.

    Raises
    ------
    FileNotFoundError
        If there is no such file, or nothing matches.
    ValueError
        If a file is empty or no log, or the files are of different formats.
    """
    given: Sequence[str | os.PathLike[str]]
    given = [path] if isinstance(path, (str, os.PathLike)) else _listed(path)
    if not given:
        raise ValueError("path: an empty list given, expected at least one file")
    sources: list[Source] = []
    passed: list[str] = []
    notes: list[str] = []
    for one in given:
        if not os.fspath(one).strip():
            raise ValueError("path: an empty path given, expected a file, a folder or a glob")
        files, chosen_by_us = _files_of(one)
        if chosen_by_us:
            files = _without_truth(files, notes)
        for file in files:
            try:
                sources.append(sniff(file, log_format=log_format))
            except ValueError:
                if not chosen_by_us or len(files) == 1:
                    raise
                passed.append(file.name)
    if not sources:
        raise ValueError(f"{given[0]}: no log in this folder; looked at {', '.join(passed)}")
    formats = Counter(source.format for source in sources)
    if len(formats) > 1:
        examples = {source.format: source.path.name for source in reversed(sources)}
        raise ValueError(
            "path: files of different formats given ("
            + ", ".join(f"{examples[name]}: {name}" for name in sorted(examples))
            + "); read one format at a time"
        )
    if passed:
        notes.append(f"Passed over, not a log: {_some(passed)}.")
    return sources, notes


def _listed(paths: Any) -> list[str | os.PathLike[str]]:
    listed = list(paths) if isinstance(paths, Iterable) and not isinstance(paths, bytes) else [paths]
    for one in listed:
        if not isinstance(one, (str, os.PathLike)):
            raise TypeError(f"path: {type(one).__name__} given, expected a path, or several")
    return listed


def _without_truth(files: list[Path], notes: list[str]) -> list[Path]:
    """The files of a folder without a generator's truth, if there is anything else."""
    logs = [file for file in files if not _TRUTH_NAME.fullmatch(file.name)]
    if not logs or len(logs) == len(files):
        return files
    truth = [file.name for file in files if _TRUTH_NAME.fullmatch(file.name)]
    notes.append(f"Passed over, the truth on a generated log: {_some(truth)}.")
    return logs


def _some(names: Sequence[str], limit: int = 5) -> str:
    rest = len(names) - limit
    return ", ".join(names[:limit]) + (f" and {rest} more" if rest > 0 else "")


def _files_of(given: str | os.PathLike[str]) -> tuple[list[Path], bool]:
    """The files, and whether we chose them (from a folder) rather than the caller."""
    path = Path(given)
    if path.is_dir():
        files = sorted(
            p for p in path.rglob("*")
            if p.is_file() and _DATA_NAME.search(p.name)
            and not any(part.startswith(".") for part in p.relative_to(path).parts)
        )  # fmt: skip
        if not files:
            raise FileNotFoundError(
                f"{path}: no data file in this folder "
                "(looked for .csv, .tsv, .log, .jsonl, .parquet, also .gz)"
            )
        return files, True
    if path.exists():
        return [path], False
    text = os.fspath(given)
    if glob.has_magic(text):
        files = sorted(Path(p) for p in glob.glob(text, recursive=True) if os.path.isfile(p))
        if files:
            return files, False
        raise FileNotFoundError(f"{text}: no file matches")
    raise FileNotFoundError(f"{path}: no such file or folder")


def sniff(path: Path, *, log_format: str | None = None) -> Source:
    """What a file holds, from its first bytes.

    Raises
    ------
    ValueError
        If it is empty, binary, or text in which no format is recognised.
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if head[:4] == b"PAR1":
            return Source(path, "parquet")
        gzipped = head[:2] == b"\x1f\x8b"
        if gzipped:
            head = _unzipped_head(path)
    if not head.strip(b"\0 \t\r\n"):
        raise ValueError(f"{path}: the file is empty")
    source = Source(path, "csv", gzipped=gzipped)
    text = _decoded_head(source, head)
    source.cr_ends = "\r" in text.rstrip("\r") and "\n" not in text
    lines = [line for line in text.splitlines() if line.strip()]
    if len(head) >= _HEAD and len(lines) > 2:
        lines.pop()  # cut off by the end of the head
    if log_format is not None or _share(lines, _ACCESS_LINE) > 0.5:
        source.format = "access log"
    elif lines[0].lstrip().startswith("{"):
        _check_json_lines(path, lines)
        source.format = "json lines"
    elif _JSON_ARRAY.match(lines[0]):
        raise ValueError(f"{path}: a JSON array; expected JSON lines, one object a line")
    else:
        _sniff_delimited(source, lines)
    return source


def _share(lines: Sequence[str], pattern: re.Pattern[str]) -> float:
    some = lines[:50]
    return sum(pattern.match(line) is not None for line in some) / len(some)


def _unzipped_head(path: Path) -> bytes:
    try:
        with gzip.open(path, "rb") as unzipped:
            return unzipped.read(_HEAD)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"{path}: damaged gzip file ({error})") from None


def _decoded_head(source: Source, head: bytes) -> str:
    for bom, encoding in _MARKS.items():
        if head.startswith(bom):
            source.encoding = encoding
            return head.decode(encoding, errors="replace").replace("\0", "")
    # text has next to no control characters; what has them is something else
    control = sum(head.count(bytes([c])) for c in (*range(1, 9), *range(14, 27), *range(28, 32)))
    if head.count(0) > len(head) // 20 or control > len(head) // 50:
        kind = "a zip archive; unpack it first" if head[:2] == b"PK" else "binary data"
        raise ValueError(f"{source.path}: {kind}; expected CSV, Parquet, JSON lines or an access log")
    head = head.replace(b"\0", b"")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return head.decode("cp1252", errors="replace")


def _check_json_lines(path: Path, lines: Sequence[str]) -> None:
    stripped = lines[0].strip()
    if not stripped.endswith("}") and len(stripped) < _HEAD // 2 and _share(lines, _JSON_LINE) <= 0.5:
        raise ValueError(f"{path}: JSON over several lines; expected JSON lines, one object a line")


def _sniff_delimited(source: Source, lines: Sequence[str]) -> None:
    lines = [line[:_LONG] for line in lines]
    given, lines = _without_preamble(source, lines)
    best, best_score = given, (0, 0, 0.0)
    for delimiter in [] if given else _DELIMITERS:
        widths = [len(row) for row in csv.reader(lines[:200], delimiter=delimiter) if row]
        width, times = Counter(widths).most_common(1)[0]
        if width > 1 and len(lines) > 1 and widths[0] not in (width, width - 1):
            continue  # not what separates the names in the first line
        # 12,5 makes two fields of a line, but not of the names
        score = (int(times > 0.7 * len(widths)), int(widths[0] == width), float(width) if width > 1 else 0.0)
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    if not best and _is_one_column(lines):
        best = ","
    if not best:
        shown = lines[0] if len(lines[0]) <= 60 else lines[0][:60] + "..."
        raise ValueError(
            f"{source.path}: no columns recognised in {shown!r}; expected a CSV file with a line of names "
            "and fields separated by comma, semicolon, tab or bar, JSON lines, Parquet or an access log "
            "(of a custom format: give log_format)"
        )
    source.delimiter = best
    header = next(csv.reader(lines[:1], delimiter=best))
    if any(_VALUE.fullmatch(cell.strip()) for cell in header):
        raise ValueError(
            f"{source.path}: the first line holds values, not column names ({', '.join(header[:4])}"
            f"{' ...' if len(header) > 4 else ''}); add a line of names"
        )
    if len(lines) < 2:
        raise ValueError(f"{source.path}: a line of column names and no rows")
    source.names = _unique(header, source.notes)


def _without_preamble(source: Source, lines: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The delimiter if the first line says it, as Excel reads it, and the lines without it and comments.

    A comment that has a name for each field of a line of values below it is the line of names.
    """
    given = ""
    told = _SEPARATOR_LINE.fullmatch(lines[0])
    if told is not None:
        given, source.above = told["mark"], 1
    while source.above < len(lines) and lines[source.above].startswith("#"):
        source.above += 1
    if source.above == len(lines):
        raise ValueError(f"{source.path}: {'comments' if told is None else 'sep='} and no rows")
    body = lines[source.above :]
    if source.above and lines[source.above - 1].startswith("#"):
        last = lines[source.above - 1].lstrip("# ")
        for mark in [given] if given else _DELIMITERS:
            names, row = (next(csv.reader([line], delimiter=mark), []) for line in (last, body[0]))
            values = any(_VALUE.fullmatch(cell.strip()) for cell in row)
            if len(names) == len(row) > 1 and values and not any(_VALUE.fullmatch(n.strip()) for n in names):
                source.above -= 1
                return given or mark, [last, *body]
    return given, body


def _is_one_column(lines: Sequence[str]) -> bool:
    """A name above times or numbers."""
    values = sum(_VALUE.fullmatch(line.strip()) is not None for line in lines[1:200])
    return len(lines) > 1 and values >= 0.7 * len(lines[1:200])


_SEPARATOR_LINE = re.compile(r'"?sep=(?P<mark>[!#-/:-@\[-^`{-~\t])"?', re.IGNORECASE)
_VALUE = re.compile(
    r"[-+]?\d+(\.\d*)?([eE][-+]?\d+)?|(\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{4}|\d{8}T\d{4})[^,;|\t]*",
)


def _unique(header: Sequence[str], notes: list[str]) -> list[str]:
    names: list[str] = []
    for position, raw in enumerate(header, 1):
        wanted = raw.strip() or f"column_{position}"
        name, n = wanted, 2
        while name in names:
            name, n = f"{wanted}_{n}", n + 1
        if name != wanted:
            notes.append(f"Two columns are named {wanted}; the second is read as {name}.")
        names.append(name)
    return names


def chunks(source: Source, size: int = CHUNK) -> Iterator[bytes]:
    """The file's text as UTF-8 in pieces of about `size` bytes, each ending at the end of a line.

    A line end inside quotes ends no piece of a CSV file. NUL bytes are taken out, and said in the notes.
    """
    nulls = 0
    rest = b""
    quoted = source.format == "csv"
    try:
        for block in _blocks(source, size):
            if b"\0" in block:
                nulls += block.count(b"\0")
                block = block.replace(b"\0", b"")  # noqa: PLW2901
            piece = rest + block
            cut = _cut(piece, quoted=quoted)
            rest = piece[cut:]
            if cut:
                yield piece[:cut] if rest else piece
        if rest.strip():
            yield rest
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"{source.path}: damaged gzip file ({error})") from None
    if nulls:
        were = "byte was" if nulls == 1 else "bytes were"
        source.notes.append(f"{source.path.name}: {nulls:,} NUL {were} taken out.")


def _cut(piece: bytes, *, quoted: bool) -> int:
    cut = piece.rfind(b"\n") + 1
    if not quoted or b'"' not in piece:
        return cut
    tries = 0
    while cut and piece.count(b'"', 0, cut) % 2:
        cut = piece.rfind(b"\n", 0, cut - 1) + 1
        tries += 1
        if tries > 20:  # an open quote; let the reader say so
            return piece.rfind(b"\n") + 1
    return cut


def _blocks(source: Source, size: int) -> Iterator[bytes]:
    for block in _text_blocks(source, size):
        yield block.replace(b"\r", b"\n") if source.cr_ends else block


def _text_blocks(source: Source, size: int) -> Iterator[bytes]:
    with source.path.open("rb") as plain:
        # closing the outer file closes it; gzip keeps no other state
        file: BinaryIO | gzip.GzipFile = gzip.GzipFile(fileobj=plain) if source.gzipped else plain
        if source.encoding == "utf-16":
            decode = codecs.getincrementaldecoder("utf-16")("replace").decode
            while block := file.read(size):
                yield decode(block).encode()
            return
        first = True
        while block := file.read(size):
            yield block.removeprefix(codecs.BOM_UTF8) if first else block
            first = False
