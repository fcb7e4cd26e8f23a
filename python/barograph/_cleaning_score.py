"""How well a cleaning found the dirt that a generator put in."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._dataset import Cleaned
from ._frames import Kind, Strings, Table, as_kind, check_kind, default_kind, kind_of

_RULES_OF_KIND = {
    "missing_latency": ("missing_latency",),
    "duplicate": ("duplicate_row",),
    "negative_latency": ("negative_latency",),
    "absurd_latency": ("absurd_latency",),
    "wrong_type": ("wrong_type_latency", "latency_with_unit"),
    "unparsable_timestamp": ("unparsable_timestamp",),
    "shuffled_timestamp": ("out_of_order",),
    "unknown_service": ("unknown_service", "foreign_service"),
    "mixed_case": ("mixed_case_name",),
    "padded": ("padded_name",),
}


def score_cleaning(cleaned: Cleaned, truth: Any, *, frame: Kind | None = None) -> Any:
    """How well the cleaning found the dirt that a generator put in.

    Parameters
    ----------
    cleaned : Cleaned
        Of the generated log.
    truth : frame or Table
        The generator's ``truth["dirt"]``: columns row and kind.
    frame : {"pandas", "polars", "arrow", "table"}, optional
        Kind of the result; by default the kind of `truth`.

    Returns
    -------
    frame
        One row a kind: kind, rows (dirty in truth), found (by the kind's rules), right (both), precision,
        recall; NaN where nothing was found or there was nothing to find.

    Raises
    ------
    ValueError
        If `truth` has no such columns or an unknown kind.
    """
    table = Table.of(truth)
    for needed in ("row", "kind"):
        if needed not in table:
            raise ValueError(f"truth: no column {needed!r}; there are: {', '.join(table.columns)}")
    kinds = table.strings("kind")
    strange = sorted(set(kinds.categories) - _RULES_OF_KIND.keys())
    if strange:
        raise ValueError(f"truth: kind {strange[0]!r} given, expected one of {', '.join(_RULES_OF_KIND)}")
    true_rows = table.array("row").astype(np.int64)
    names = kinds.to_numpy()
    marked = [cleaned.frames.raw["rejects"], cleaned.frames.raw["repaired"]]
    found_rows = np.concatenate([t.array("row") for t in marked])
    found_rules = np.concatenate([t.array("rule") for t in marked])
    out = []
    for kind, rules in _RULES_OF_KIND.items():
        true = np.unique(true_rows[names == kind])
        found = np.unique(found_rows[np.isin(found_rules, rules)])
        if not (true.size or found.size):
            continue
        right = np.intersect1d(true, found).size
        out.append((
            kind, true.size, found.size, right,
            right / found.size if found.size else np.nan, right / true.size if true.size else np.nan,
        ))  # fmt: skip
    columns = list(zip(*out, strict=True)) or [()] * 6
    result = Table({
        "kind": Strings.encode(columns[0]), "rows": np.array(columns[1], np.int64),
        "found": np.array(columns[2], np.int64), "right": np.array(columns[3], np.int64),
        "precision": np.array(columns[4], np.float64), "recall": np.array(columns[5], np.float64),
    })  # fmt: skip
    kind_of_frame = check_kind(frame) if frame is not None else kind_of(truth) or default_kind()
    return as_kind(result, kind_of_frame)
