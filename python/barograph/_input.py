"""What becomes of a series on its way to the engine, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _series_kinds
from ._frames import READ_IN_PLACE


@dataclass(frozen=True)
class InputReport:
    """What `explain_input` found.

    Attributes
    ----------
    kind : str
        Where the values live: ``numpy``, ``pandas``, ``polars``, ``arrow`` or ``sequence``.
    dtype : str
        Their type, in the kind's own words.
    rows, chunks, nulls : int
        How many rows, pieces of memory, and missing values (NaN of numpy and pandas, null of the others).
    contiguous : bool
        Whether the values of the first chunk lie side by side.
    copied : bool
        Whether the engine reads another array than the given one. It reads float64 as it stands, and float32
        and int64 too: a block at a time becomes float64.
    reasons : tuple of str
        Why, and what else was made of it; empty where nothing was.
    """

    kind: str
    dtype: str
    rows: int
    chunks: int
    nulls: int
    contiguous: bool
    copied: bool
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        chunks = "1 chunk" if self.chunks == 1 else f"{self.chunks} chunks"
        nulls = "none missing" if self.nulls == 0 else f"{self.nulls:,} missing"
        what = f"{self.kind} {self.dtype}: {self.rows:,} rows in {chunks}, {nulls}"
        how = "copied" if self.copied else "read in place, no copy"
        return f"{what}; {how}" + "".join(f"\n- {reason}" for reason in self.reasons)


def explain_input(x: Any) -> InputReport:
    """Say how the engine will read a series: in place, or what is copied and converted, and why.

    Holds for states, rolling and expanding statistics, exponential weights, rolling baselines and control
    charts.

    Parameters
    ----------
    x : one-dimensional, as in :func:`rolling_mean`

    Returns
    -------
    InputReport
        With attributes, and a text for people by ``print``.

    Raises
    ------
    TypeError, ValueError
        As :func:`rolling_mean` would for this input.

    Examples
    --------
    >>> print(bg.explain_input(np.array([1.0, 2.0])))
    numpy float64: 2 rows in 1 chunk, none missing; read in place, no copy
    >>> print(bg.explain_input(np.array([1, 2])))
    numpy int64: 2 rows in 1 chunk, none missing; read in place, no copy
    - int64 becomes float64 a block at a time, as it is read

    Notes
    -----
    One contiguous chunk of float64, float32 or int64 of which nothing is null is never copied as a whole
    before the engine has it. Where a statistic goes over rows in no order, which is windows of bounds of
    one's own that go back, or needs all rows at once (seasonal baselines and decomposition, the fit of
    Holt-Winters, forests, PCA), the engine makes an array of float64 of its own, of float64 too. Within
    groups (``by=``) rows are brought together group by group. ``kpis`` and detectors of streams convert
    float32, as many rows as they are given at once. Integers beyond 2**53 are rounded to nearest, as by
    ``astype``.
    """
    taken = _series_kinds._series_as_read(x, None)
    module = type(x).__module__.partition(".")[0]
    kind = {"pyarrow": "arrow", "numpy": "numpy", "pandas": "pandas", "polars": "polars"}.get(
        module, "sequence"
    )
    reasons: list[str] = []
    if kind in ("polars", "arrow"):
        chunks = _series_kinds._arrow_chunks(x)
        parts = [_series_kinds._arrow_values(chunk) for chunk in chunks]
        nulls = sum(chunk.null_count for chunk in chunks)
        dtype = str(x.dtype) if kind == "polars" else str(x.type)
        as_bits = "bool" in dtype.lower()
        if nulls:
            stay = len(parts) == 1 and parts[0].dtype in READ_IN_PLACE and not as_bits
            reasons.append(f"the bits that say what is null become a byte a row{'; the values stay' * stay}")
        if as_bits:
            reasons.append(f"the bits of {dtype} become float64, in one pass")
        contiguous = True
    else:
        parts = _standing(x, kind)
        array = parts[0] if parts else np.empty(0)
        nulls = int(np.isnan(taken.values).sum())
        dtype = str(x.dtype) if hasattr(x, "dtype") else str(array.dtype)
        contiguous = bool(array.flags.c_contiguous) and array.ndim == 1
        masked = _masked(x, kind)
        if masked:
            reasons.append(f"what {masked} becomes NaN, in an array of float64 of its own")
            return InputReport(
                kind, dtype, len(taken.values), len(parts), nulls, contiguous, True, tuple(reasons)
            )
        if kind == "sequence":
            reasons.append(f"a {type(x).__name__} becomes an array")
        if not contiguous:
            reasons.append("the values do not lie side by side, so they are put together")
        elif array.dtype in READ_IN_PLACE and not array.flags.aligned:
            reasons.append("the values do not begin at a multiple of their size, so they are copied")
    if len(parts) > 1:
        reasons.append(f"{len(parts)} chunks are put together, each copied once")
    for given in {str(part.dtype): None for part in parts}:
        if given in ("float32", "int64") and given == taken.values.dtype:
            reasons.append(f"{given} becomes float64 a block at a time, as it is read")
        elif given != "float64":
            reasons.append(f"{given} becomes float64, in one pass")
    shared = len(parts) == 1 and (taken.values.size == 0 or np.shares_memory(parts[0], taken.values))
    copied = not shared
    if copied and not reasons:
        reasons.append(f"{kind} gives {dtype} as an array of its own")
    return InputReport(kind, dtype, len(taken.values), len(parts), nulls, contiguous, copied, tuple(reasons))


def _masked(x: Any, kind: str) -> str:
    """How a value is missing that a mask tells of, where one does; else nothing."""
    if isinstance(x, np.ma.MaskedArray):
        return "is masked"
    dtype = getattr(x, "dtype", None)
    if kind != "pandas" or isinstance(dtype, np.dtype) or getattr(dtype, "kind", "O") not in "biuf":
        return ""
    return "is NA (of a mask)" if getattr(x, "hasnans", False) else ""


def _standing(x: Any, kind: str) -> list[np.ndarray[Any, Any]]:
    """The arrays that a series of numpy or pandas stands on, where there are any."""
    if kind != "pandas":
        return [np.asarray(x)]
    if type(x.dtype).__name__ == "ArrowDtype":
        return [_series_kinds._arrow_values(chunk) for chunk in x.array.__arrow_array__().chunks]
    kept: Any = getattr(x, "array", None)
    return [np.asarray(kept._ndarray if hasattr(kept, "_ndarray") else x.to_numpy())]
