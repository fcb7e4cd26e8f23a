"""Columns of numpy laid out as Arrow's buffers, for the C stream interface; needs no pyarrow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _core

Array: TypeAlias = npt.NDArray[Any]

# Arrow's format strings (CDataInterface) by numpy's kind and size
_FORMATS = {
    "i1": "c", "u1": "C", "i2": "s", "u2": "S", "i4": "i", "u4": "I", "i8": "l", "u8": "L",
    "f2": "e", "f4": "f", "f8": "g",
}  # fmt: skip
_LONGEST_TEXT = 2**31 - 1  # bytes that offsets of 32 bits reach


def arrow_stream(columns: Mapping[str, Any], zones: Mapping[str, str], rows: int) -> Any:
    """A capsule ``arrow_array_stream`` of one batch.

    Parameters
    ----------
    columns : mapping of str to Strings or ndarray
        As a Table has them.
    zones : mapping of str to str
        Of columns of times that have one.
    rows : int
        The length of each column.

    Raises
    ------
    TypeError
        For a dtype that Arrow has no type for.
    """
    return _core.arrow_stream([_field(n, c, zones.get(n)) for n, c in columns.items()], rows)


def _field(name: str, column: Any, zone: str | None) -> tuple[Any, ...]:
    """(name, format, length, nulls, buffers, dictionary)."""
    if not isinstance(column, np.ndarray):  # Strings
        validity, nulls = _validity(column.codes < 0)
        codes = np.ascontiguousarray(np.maximum(column.codes, 0))
        return (name, "i", len(codes), nulls, [validity, codes], _text("", column.categories))
    kind = column.dtype.kind
    if kind == "O":
        return _text(name, [None if v is None else str(v) for v in column.tolist()])
    values = np.ascontiguousarray(column).astype(column.dtype.newbyteorder("="), copy=False)
    if kind == "b":
        return (name, "b", len(values), 0, [None, _bits(values)], None)
    if kind in "mM":
        unit, _ = np.datetime_data(values.dtype)
        if unit not in ("s", "ms", "us", "ns"):
            values = values.astype(f"{kind}8[ns]")
            unit = "ns"
        validity, nulls = _validity(np.isnat(values))
        word = f"ts{unit[0]}:{zone or ''}" if kind == "M" else f"tD{unit[0]}"
        return (name, word, len(values), nulls, [validity, values.view(np.int64)], None)
    word = _FORMATS.get(f"{kind}{values.dtype.itemsize}", "")
    if not word:
        raise TypeError(f"column {name!r}: dtype {values.dtype} given, for which Arrow has no type")
    return (name, word, len(values), 0, [None, values], None)


def _bits(flags: Array) -> Array:
    return np.packbits(flags, bitorder="little")


def _validity(missing: Array) -> tuple[Array | None, int]:
    """A bit for each row that is not missing, or None where all are there; and how many are missing."""
    nulls = int(np.count_nonzero(missing))
    return (_bits(~missing) if nulls else None), nulls


def _text(name: str, texts: Sequence[str | None]) -> tuple[Any, ...]:
    encoded = [b"" if t is None else t.encode("utf-8", "replace") for t in texts]
    ends = np.cumsum(np.fromiter(_sizes(encoded), np.int64, len(encoded)))
    long = bool(len(ends)) and int(ends[-1]) > _LONGEST_TEXT
    offsets = np.zeros(len(encoded) + 1, np.int64 if long else np.int32)
    offsets[1:] = ends
    validity, nulls = _validity(np.fromiter((t is None for t in texts), bool, len(texts)))
    data = np.frombuffer(b"".join(encoded) or b"\0", np.uint8)
    return (name, "U" if long else "u", len(encoded), nulls, [validity, offsets, data], None)


def _sizes(texts: Iterable[bytes]) -> Iterable[int]:
    return map(len, texts)
