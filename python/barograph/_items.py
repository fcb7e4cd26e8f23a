"""States of items: values that are counted by what they are, text as well as numbers.

They work as the states of `_states` do: `update`, `merge` (and ``+=``, ``+``), `reset`, `copy`, `to_bytes`,
`from_bytes`, equality by bytes, pickle, and a lock of their own.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np

from . import _core, _frames, _frames_integers
from ._frames import Strings
from ._given_numbers import ArrayLike, _count, _is_scalar, _number
from ._given_options import whole
from ._state import CountRange, Interval, State


def _listed(x: Any) -> list[Any] | None:
    """The objects of a list or of an array of text or objects; None for any other column."""
    if isinstance(x, (list, tuple)):
        return list(x)
    if isinstance(x, np.ndarray) and x.dtype.kind in "OUT":
        if x.ndim != 1:
            raise ValueError(f"x: {x.ndim} dimensions given, expected 1")
        return list(x.tolist())
    return None


def _counts_of(strings: Strings) -> tuple[list[str], Any, int]:
    """The categories that occur, how often each, and how many rows are missing."""
    counts = np.bincount(strings.codes + 1, minlength=len(strings.categories) + 1).astype(np.int64)
    used = np.flatnonzero(counts[1:])
    return (
        [strings.categories[i] for i in used.tolist()],
        np.ascontiguousarray(counts[1:][used]),
        int(counts[0]),
    )


class Distinct(State):
    """How many different values there were, in at most 16 kB.

    Parameters
    ----------
    precision : int, default 14
        4 to 18. Up to ``2**precision / 8`` different values are counted exactly; above, the standard error
        is ``1.04 / sqrt(2**precision)``: 0.8 % at 14.

    Notes
    -----
    HyperLogLog with Ertl's estimator (arXiv:1702.01284) over 64-bit hashes whose definition never changes,
    so any order, split or tree of merges gives equal bytes, in C++ and in Python. Numbers are values, not
    types: 1, 1.0 and True are one value; the text "1" is another. Times are their nanoseconds. A merge of
    unequal precisions takes the smaller one.

    Examples
    --------
    >>> import barograph as bg
    >>> d = bg.Distinct().update(["ann", "bob", "ann", None])
    >>> d.estimate(), d.count, d.missing
    (2.0, 3, 1)
    >>> d += bg.Distinct().update(["bob", "eve"])
    >>> d.estimate()
    3.0
    """

    __slots__ = ()
    _kind = _core.Distinct

    def __init__(self, precision: int = 14) -> None:
        """Start empty."""
        self._engine = _core.Distinct(whole("precision", precision, 4, 18))

    def update(self, x: ArrayLike, n: int | None = None) -> Self:
        """Add a value (n times) or all values of a column; returns self.

        Parameters
        ----------
        x : str, number, None, or array-like of shape (n,)
            A list, numpy, pandas, polars or Arrow column, or `Strings`: text, numbers, bools or times.
            None, NaN and NaT are missing.
        n : int, optional
            How often a single value is to be counted: `count` alone tells. Default 1.

        Raises
        ------
        TypeError
            If a value is neither text nor a number.
        ValueError
            If x has more than one dimension, n is given with an array, an integer is outside of
            -2**63 to 2**64 - 1, or a count would pass 2**63 - 1.
        """
        if _is_scalar(x):
            if isinstance(x, (np.datetime64, np.timedelta64)):
                return self.update(np.array([x])) if n is None else self._update_objects([_nanoseconds(x)], n)
            return self._update_objects([x.item() if isinstance(x, np.ndarray) else x], 1 if n is None else n)
        if n is not None:
            raise ValueError("n: given with an array, expected only with a single value")
        objects = _listed(x)
        if objects is not None:
            return self._update_objects(objects, 1)
        integers = _frames_integers.integers_of(x)
        if integers is not None:
            self._engine.update_missing(int(np.count_nonzero(~integers.valid)))
            return self._update_array(integers.values[integers.valid])
        column = _frames._plain(x)
        if isinstance(column, Strings):
            texts, counts, missing = _counts_of(column)
            self._engine.update_texts(texts, counts)
            self._engine.update_missing(missing)
            return self
        return self._update_array(column)

    def _update_objects(self, objects: list[Any], n: int) -> Self:
        try:
            self._engine.update_objects(objects, _count("n", n))
        except TypeError as error:
            raise TypeError(f"x: {error} given, expected text, a number or None") from None
        except OverflowError:
            raise ValueError("x: an integer outside of -2**63 to 2**64 - 1 given") from None
        return self

    def _update_array(self, array: Any) -> Self:
        if array.ndim != 1:
            raise ValueError(f"x: {array.ndim} dimensions given, expected 1")
        kind = array.dtype.kind
        if kind == "O":
            return self._update_objects(array.tolist(), 1)
        if kind in "mM":
            there = ~np.isnat(array)
            self._engine.update_missing(int(np.count_nonzero(~there)))
            array = array[there].astype(f"{kind}8[ns]").view(np.int64)
        elif kind not in "biuf":
            raise TypeError(f"x: {array.dtype} given, expected text, numbers or times")
        wide = np.float64 if kind == "f" else np.uint64 if array.dtype == np.uint64 else np.int64
        self._engine.update_numbers(np.ascontiguousarray(array, dtype=wide))
        return self

    @property
    def count(self) -> int:
        """Number of values that were there, equal ones included."""
        n: int = self._engine.count()
        return n

    @property
    def missing(self) -> int:
        """Number of values that were None, NaN or NaT."""
        n: int = self._engine.missing()
        return n

    @property
    def precision(self) -> int:
        """Logarithm of the number of registers: the smallest of all that were merged."""
        p: int = self._engine.precision()
        return p

    @property
    def exact(self) -> bool:
        """Whether all hashes are kept: the estimate is then exact but for two values of one hash."""
        kept: bool = self._engine.exact()
        return kept

    def standard_error(self) -> float:
        """Return the standard deviation of estimate / truth; 0 while `exact`."""
        e: float = self._engine.standard_error()
        return e

    def estimate(self) -> float:
        """Return how many different values there were."""
        e: float = self._engine.estimate()
        return e

    def estimate_interval(self, confidence: float = 0.95) -> Interval:
        """Return where the number of different values lies; one point while `exact`."""
        return Interval(*self._engine.estimate_interval(_number("confidence", confidence)))

    def __repr__(self) -> str:
        """Show the estimate, its error and the count."""
        error = "exact" if self.exact else f"+-{100 * self.standard_error():.2g} %"
        return f"Distinct(estimate={self.estimate():.6g} {error}, count={self.count}, missing={self.missing})"


class TopItem(NamedTuple):
    """A text and what is certain about its count."""

    item: str
    at_least: int
    at_most: int


class Top(State):
    """The most frequent texts, and between which counts each one stands.

    Parameters
    ----------
    k : int
        Counters to keep, 1 to 1,000,000. Ten times as many as are to be shown is a good number. Every text
        that makes up more than 1 / (k + 1) of all is kept.

    Notes
    -----
    Space-Saving (Metwally, Agrawal and El Abbadi, ICDT 2005) with the merge of Agarwal et al., "Mergeable
    summaries", PODS 2012. The law is a bound: in any order, batches and tree of merges a true count lies
    within `at_least` and `at_most`, and a text that is not kept occurred at most `error_bound` times, which
    is at most ``count / (k + 1)``. A column is counted exactly and then merged, so the order of its rows
    does not matter. Ties go by the text.

    Examples
    --------
    >>> import barograph as bg
    >>> t = bg.Top(100).update(["/cart", "/", "/cart", "/login", "/cart", "/"])
    >>> t.items(2)
    [TopItem(item='/cart', at_least=3, at_most=3), TopItem(item='/', at_least=2, at_most=2)]
    >>> t.bounds("/never")
    CountRange(at_least=0, at_most=0)
    """

    __slots__ = ()
    _kind = _core.Top

    def __init__(self, k: int) -> None:
        """Start empty."""
        self._engine = _core.Top(whole("k", k, 1, 1_000_000))

    def update(self, x: ArrayLike, n: int | None = None) -> Self:
        """Add a text (n times) or all texts of a column; returns self.

        Parameters
        ----------
        x : str, None, or array-like of shape (n,)
            A list, numpy, pandas, polars or Arrow column, or `Strings`. None is missing.
        n : int, optional
            How often a single text is to be counted. Default 1.

        Raises
        ------
        TypeError
            If a value is not text: turn numbers into text first.
        ValueError
            If x has more than one dimension, n is given with an array, or a count would pass 2**63 - 1.
        """
        if _is_scalar(x):
            times = 1 if n is None else _count("n", n)
            if x is None or x != x:
                self._engine.update_missing(times)
            elif isinstance(x, str):
                self._engine.update(x, times)
            else:
                raise TypeError(f"x: {type(x).__name__} given, expected text or None")
            return self
        if n is not None:
            raise ValueError("n: given with an array, expected only with a single text")
        objects = _listed(x)
        if objects is None:
            column = _frames._plain(x)
            if isinstance(column, Strings):
                texts, counts, missing = _counts_of(column)
                self._engine.update_counts(texts, counts)
                self._engine.update_missing(missing)
                return self
            if column.dtype.kind != "O":
                if len(column) == 0 or (column.dtype.kind == "f" and np.isnan(column).all()):
                    self._engine.update_missing(len(column))
                    return self
                raise TypeError(f"x: {column.dtype} given, expected text (x.astype(str))")
            objects = column.tolist()
        try:
            self._engine.update_texts(objects)
        except TypeError as error:
            raise TypeError(f"x: {error} given, expected text or None") from None
        return self

    def update_counts(self, items: ArrayLike, counts: ArrayLike) -> Self:
        """Add each text as often as its count says; returns self.

        Parameters
        ----------
        items : array-like of str, shape (n,)
            The texts, none missing; one that stands twice counts twice.
        counts : array-like of int, shape (n,)
            How often each occurred, 0 or more.
        """
        column = _frames._plain(items)
        weights = np.asarray(_frames._plain(counts))
        if weights.dtype.kind not in "iu" or weights.ndim != 1:
            raise TypeError(f"counts: {weights.dtype} given, expected one-dimensional integers")
        if not isinstance(column, Strings):
            column = Strings.encode(_listed(items) or [])
        if len(column) != len(weights):
            raise ValueError(f"counts: {len(weights)} given for {len(column)} items, expected as many")
        if np.any(column.codes < 0):
            raise ValueError("items: missing texts given, expected none")
        if np.any(weights < 0):
            raise ValueError(f"counts: {int(weights.min())} given, expected 0 or more")
        texts = [column.categories[i] for i in column.codes.tolist()]
        self._engine.update_counts(texts, np.ascontiguousarray(weights, dtype=np.int64))
        return self

    @property
    def k(self) -> int:
        """Counters that are kept: the smallest of all that were merged."""
        k: int = self._engine.k()
        return k

    @property
    def count(self) -> int:
        """Number of texts that were there."""
        n: int = self._engine.count()
        return n

    @property
    def missing(self) -> int:
        """Number of texts that were None."""
        n: int = self._engine.missing()
        return n

    @property
    def error_bound(self) -> int:
        """How often a text that is not kept may have occurred; no bounds of a kept one are wider apart."""
        n: int = self._engine.error_bound()
        return n

    def items(self, n: int | None = None) -> list[TopItem]:
        """Return the first n texts (all that are kept by default), by the upper bound of their counts."""
        return [TopItem(*i) for i in self._engine.items(self.k if n is None else _count("n", n))]

    def bounds(self, item: str) -> CountRange:
        """Return what is certain about the count of a text, kept or not."""
        if not isinstance(item, str):
            raise TypeError(f"item: {type(item).__name__} given, expected text")
        return CountRange(*self._engine.bounds(item))

    def __repr__(self) -> str:
        """Show the first texts, the count and the error bound."""
        first = ", ".join(f"{i.item!r}: {i.at_most}" for i in self.items(3))
        return f"Top(k={self.k}, {{{first}}}, count={self.count}, error_bound={self.error_bound})"


def _nanoseconds(x: np.datetime64 | np.timedelta64) -> int | None:
    kind = np.asarray(x).dtype.kind
    return None if np.isnat(x) else int(np.asarray(x).astype(f"{kind}8[ns]").view(np.int64))
