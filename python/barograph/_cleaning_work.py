"""What the rules of cleaning share: the raw table, the verdict on its rows, the columns being built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ._dataset import Dataset, OddCells, Schema
from ._frames import Column, Strings, Table
from .ingest.gathering import as_texts
from .ingest.name_columns import MISSING_WORDS

NAT = np.iinfo(np.int64).min

Rows = npt.NDArray[np.int64]


@dataclass
class Work:
    """What the rules share: the raw table, what is decided about its rows, the columns being built."""

    dataset: Dataset
    schema: Schema
    verdict: npt.NDArray[np.bool_]
    notes: list[str]
    rejects: list[tuple[str, str, Rows]] = field(default_factory=list)
    repairs: list[tuple[str, str, Rows, Strings, Strings]] = field(default_factory=list)
    out: dict[str, Column] = field(default_factory=dict)
    counted: dict[int, npt.NDArray[np.int64]] = field(default_factory=dict)

    def counts(self, column: Strings) -> npt.NDArray[np.int64]:
        """How often each category of a column of `table` or `out` occurs; counted once."""
        key = id(column.codes)  # these arrays live as long as the work does
        if key not in self.counted:
            self.counted[key] = counts_of(column)
        return self.counted[key]

    @property
    def table(self) -> Table:
        return self.dataset.table

    def reject(self, rule: str, column: str | None, rows: Rows) -> None:
        """Reject rows that no earlier rule has."""
        rows = rows[~self.verdict[rows]]
        if rows.size:
            self.verdict[rows] = True
            self.rejects.append((rule, column or "", rows))

    def repair(self, rule: str, column: str, rows: Rows, before: Strings, after: Strings) -> None:
        """Note what was done to cells of some rows."""
        if rows.size:
            self.repairs.append((rule, column, rows, before, after))

    def texts(self, column: str, rows: Rows) -> Strings:
        """Cells as they stood in the input."""
        return _cell_texts(self.table, self.dataset.odd, column, rows)


def _cell_texts(table: Table, odd: Mapping[str, OddCells], name: str, rows: Rows) -> Strings:
    """Cells as text; each different value is written once. Missing is empty."""
    some = table[name][rows]
    if isinstance(some, Strings):
        out = Strings(np.where(some.codes < 0, len(some.categories), some.codes), [*some.categories, ""])
    elif some.dtype.kind == "O":
        out = Strings.encode("" if t is None else t for t in as_texts(some.tolist()))
    else:
        different, codes = np.unique(some, return_inverse=True)
        if different.dtype.kind == "M":
            texts = [
                "" if t == "NaT" else t.replace("T", " ").removesuffix("000000").removesuffix(".000")
                for t in np.datetime_as_string(different, unit="ns").tolist()
            ]
        else:
            texts = ["" if t is None else t for t in as_texts(different.tolist())]
        out = Strings(codes.astype(np.int32), texts)
    strange = odd.get(name)
    if strange is None or not len(strange) or not len(rows):
        return out
    at = np.searchsorted(strange.rows, rows)
    at[at == len(strange)] = 0
    hit = np.flatnonzero(strange.rows[at] == rows)
    told = Strings.encode(strange.texts[i] for i in at[hit].tolist())
    with_told = out.codes.copy()
    with_told[hit] = told.codes + len(out.categories)
    return Strings(with_told, [*out.categories, *told.categories])


def one_after_another(parts: Sequence[Strings]) -> Strings:
    """Columns of text on top of each other, each category once."""
    known: dict[str, int] = {}
    codes = [np.empty(0, np.int32)]
    for part in parts:
        used = counts_of(part) > 0
        renumber = np.full(len(used) + 1, -1, np.int32)
        for code in np.flatnonzero(used).tolist():
            renumber[code] = known.setdefault(part.categories[code], len(known))
        codes.append(renumber[part.codes])
    return Strings(np.concatenate(codes), list(known))


def constant(text: str, rows: int) -> Strings:
    return Strings(np.zeros(rows, np.int32), [text])


def odd_cells(work: Work, name: str) -> tuple[Rows, list[str]]:
    """Rows of a column whose text is no value, and those texts; words for "missing" left out."""
    strange = work.dataset.odd.get(name)
    if strange is None:
        return np.empty(0, np.int64), []
    kept = [i for i, text in enumerate(strange.texts) if text.strip().lower() not in MISSING_WORDS]
    return strange.rows[kept], [strange.texts[i] for i in kept]


def counts_of(column: Strings) -> npt.NDArray[np.int64]:
    size = len(column.categories)
    # one pass for codes >= 0: code -1 lands in the slot behind and is cut off
    return np.bincount(column.codes + 1, minlength=size + 1)[1:].astype(np.int64)
