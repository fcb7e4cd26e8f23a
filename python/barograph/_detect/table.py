"""Tables as the engine reads them: columns where they lie, text as codes; nothing copied that need not be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .._frames import Array, Strings, Table, kind_of
from .options import array_of

Matrix = npt.NDArray[Any] | list[Array]

#: The labels of a column of no text at all in fit, which says nothing of what may come: text or numbers.
NOTHING = ("\0",)


@dataclass(frozen=True)
class NumberTable:
    """A table of numbers for the engine.

    Attributes
    ----------
    values : ndarray of shape (n, columns), or list of ndarray of shape (n,)
        float64 or float32, with any strides.
    names : tuple of str
        Of the columns; empty for an array.
    labels : tuple of tuple of str
        For each column the texts of its codes; empty for a column of numbers, `NOTHING` where all is missing.
    rows : int
        How many rows there are.
    time : str or None
        The name of the column of times, which is not among the others.
    """

    values: Matrix
    names: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    rows: int
    time: str | None = None

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return len(self.values) if isinstance(self.values, list) else self.values.shape[1]


def number_table(
    x: Any,
    timestamps: Any = None,
    *,
    names: Sequence[str] = (),
    labels: Sequence[Sequence[str]] = (),
    name: str = "x",
) -> NumberTable:
    """Take a table apart, at best without a copy: float64 and float32 of any order stay where they are.

    Parameters
    ----------
    x : array-like of shape (n, columns) or (n,), or frame
        Numbers; a frame of pandas, polars or Arrow, or a mapping, may have columns of text. A column of times
        is left out.
    timestamps : str, optional
        The name of a column to leave out; anything else says nothing here.
    names : sequence of str, optional
        The columns that a frame has to have, in the order in which they are wanted.
    labels : sequence of sequence of str, optional
        The codes of text that are known; other texts become -1. By default in order of their texts.
    name : str
        What messages call `x`.

    Raises
    ------
    ValueError, TypeError, KeyError
        Naming what was given and what is accepted.
    """
    if kind_of(x) is None and not isinstance(x, Mapping):
        values = _matrix(x, name)
        return NumberTable(values, (), ((),) * values.shape[1], len(values))
    table = Table.of(x)
    of_time = [c for c in table.columns if getattr(table[c], "dtype", np.dtype("O")).kind == "M"]
    left_out = {*of_time, *([timestamps] if isinstance(timestamps, str) else [])}
    found = [c for c in table.columns if c not in left_out]
    if isinstance(timestamps, str) and timestamps not in table:
        raise KeyError(f"timestamps: no column {timestamps!r}; there are: {', '.join(table.columns)}")
    if names:
        extra = [c for c in found if c not in names]
        if extra:
            raise ValueError(f"{name}: unknown columns {extra} given, expected {list(names)} as in fit")
        for column in names:
            if column not in table:
                raise KeyError(f"{name}: no column {column!r}; there are: {', '.join(found) or 'none'}")
        found = list(names)
    columns: list[Array] = []
    texts: list[tuple[str, ...]] = []
    for position, column in enumerate(found):
        given = table[column]
        if labels:
            given = _of_the_same_kind(given, tuple(labels[position]), f"{name}: column {column!r}")
        if isinstance(given, Strings):
            known = tuple(labels[position] if labels else given.compact().categories)
            columns.append(_codes(given, known))
            texts.append(known or NOTHING)
        else:
            columns.append(_floats(given, f"{name}: column {column!r}"))
            texts.append(())
    at = timestamps if isinstance(timestamps, str) else of_time[0] if len(of_time) == 1 else None
    return NumberTable(columns, tuple(found), tuple(texts), len(table), at)


def _of_the_same_kind(given: Array | Strings, known: tuple[str, ...], name: str) -> Array | Strings:
    """The column where it is text or numbers as in fit; where nothing is in it, missing of that kind."""
    if known == NOTHING:
        return np.full(len(given), np.nan) if isinstance(given, Strings) else given
    if isinstance(given, Strings) == bool(known):
        return given
    if isinstance(given, Strings):
        if (given.codes >= 0).any():
            raise TypeError(f"{name}: text given, expected numbers as in fit")
        return np.full(len(given), np.nan)
    if not np.isnan(_floats(given, name)).all():
        raise TypeError(f"{name}: {given.dtype} given, expected text as in fit")
    return Strings.encode([None] * len(given))


def _codes(given: Strings, known: tuple[str, ...]) -> Array:
    number = {text: float(code) for code, text in enumerate(known)}
    of_category = [number.get(text, -1.0) for text in given.categories]
    return np.array([*of_category, np.nan], dtype=np.float64)[given.codes]


def _floats(values: Array, name: str) -> Array:
    if values.dtype.kind == "O":
        try:
            return np.array(values, dtype=np.float64)  # None becomes NaN
        except (TypeError, ValueError, OverflowError):
            raise TypeError(f"{name}: objects given that are no numbers") from None
    if values.dtype.kind not in "biuf":
        raise TypeError(f"{name}: {values.dtype} given, expected numbers")
    if values.dtype in (np.dtype(np.float64), np.dtype(np.float32)):
        return values
    return values.astype(np.float64)


def _matrix(x: Any, name: str) -> Array:
    if type(x).__module__.partition(".")[0] == "scipy":
        raise TypeError(f"{name}: a sparse matrix given, expected a dense array or a frame")
    array = array_of(name, x)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2:
        raise ValueError(f"{name}: {array.ndim} dimensions given, expected 2 (rows and columns), or 1")
    return _floats(array, name)
