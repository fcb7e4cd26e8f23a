"""A report into a folder: text, findings, page, pictures and tables, each file whole or not at all."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._files import make_folder, write_atomically
from . import html, png, text, values

if TYPE_CHECKING:
    from ..analysis._model import Report


def save(report: Report, folder: str | os.PathLike[str], *, pictures: bool = True) -> list[Path]:
    """Write every form of a report into a folder.

    Parameters
    ----------
    report : Report
        Of any workload.
    folder : path
        Made if it is not there; files of an earlier report are replaced.
    pictures : bool
        Without them only ``report.txt``, ``findings.json`` and ``tables/*.csv`` are written.

    Returns
    -------
    list of Path
        The files written: ``report.txt``, ``findings.json``, ``dashboard.html``, ``dashboard.png``,
        ``charts/<chart>.png``, ``tables/<table>.csv``.

    Raises
    ------
    OSError
        If the folder cannot be made or written.
    ImportError
        If plotly or matplotlib is not installed; nothing is written then.
    """
    target = Path(folder)
    if pictures:
        page = html.render(report)  # before anything is written: it may name a missing extra
        png.available()
    make_folder(target)
    files = [
        write_text(target / "report.txt", text.render(report)),
        write_text(
            target / "findings.json",
            json.dumps(findings(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n",
        ),
    ]
    if pictures:
        files.append(write_text(target / "dashboard.html", page))
        files += png.draw(report, target / "dashboard.png", target / "charts")
    for name, table in _by_file(report):
        path = target / "tables" / f"{name}.csv"
        table.write_csv(path)
        files.append(path)
    return files


def findings(report: Report) -> list[dict[str, Any]]:
    """The findings as plain records, ready for JSON: times as ISO text, what is not finite as null."""
    return [_jsonable(dataclasses.asdict(finding)) for finding in report.findings]


def write_text(path: str | os.PathLike[str], content: str) -> Path:
    """Write a text as UTF-8, whole or not at all; lone surrogates are written as escapes."""
    with write_atomically(path) as temporary:
        temporary.write_bytes(content.encode("utf-8", errors="backslashreplace"))
    return Path(path)


def _by_file(report: Report) -> list[tuple[str, Any]]:
    return list(
        zip(values.file_names(report.tables.raw), report.tables.raw.values(), strict=True),
    )


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _jsonable(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_jsonable(v) for v in (value.tolist() if isinstance(value, np.ndarray) else value)]
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value.astype("datetime64[ms]")).removesuffix(".000")
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value)
