"""Distinct values and the most frequent ones against sets and exact counts, for every kind of column."""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import barograph as bg

MASK = 2**64 - 1
A, B, C, D = 0x6A09E667F3BCC909, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1


def mix(x: int) -> int:
    x = ((x ^ x >> 32) * A) & MASK
    x = ((x ^ x >> 29) * B) & MASK
    x = ((x ^ x >> 32) * C) & MASK
    return x ^ x >> 29


def stable_hash(v: Any) -> int:
    """The published definition (core/stable_hash.hpp), in Python's integers."""
    if isinstance(v, float) and v.is_integer() and -(2.0**63) <= v < 2.0**64:
        v = int(v)
    if isinstance(v, int):
        h = mix((v + D) & MASK)
        return mix((h + 1) & MASK) if v >= 2**63 else h
    if isinstance(v, float):
        return mix((mix((struct.unpack("<Q", struct.pack("<d", v))[0] + D) & MASK) + 2) & MASK)
    data = v.encode()
    h = mix((len(data) + 3 * D) & MASK)
    for i in range(0, len(data), 8):
        h ^= mix(int.from_bytes(data[i : i + 8], "little"))
        h = (((h << 27 | h >> 37) & MASK) * A + B) & MASK
    return mix(h)


def hashes_in(state: bg.Distinct) -> list[int]:
    """The hashes that a state keeps: in its bytes after precision, two counts below 128, form and size."""
    payload = state.to_bytes()[12:-4]
    assert payload[3] == 0
    return [int.from_bytes(payload[i : i + 8], "little") for i in range(5, len(payload), 8)]


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.integers(-(2**63), 2**64 - 1), st.text(max_size=30), st.floats(allow_nan=False)))
def test_the_hash_is_the_published_one(value: Any) -> None:
    assert hashes_in(bg.Distinct().update(value)) == [stable_hash(value)]
    if isinstance(value, str):
        return
    kind = float if isinstance(value, float) else np.uint64 if value >= 2**63 else np.int64
    assert hashes_in(bg.Distinct().update(np.array([value], dtype=kind))) == [stable_hash(value)]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(st.integers(-5, 5), st.text("ab", max_size=2), st.floats(-2, 2), st.none()), max_size=60
    )
)
def test_few_values_are_counted_as_a_set_counts_them(values: list[Any]) -> None:
    d = bg.Distinct().update(values)
    there = [v for v in values if v is not None]
    assert d.exact
    assert d.estimate() == len(set(there))  # as Python has it: 1 == 1.0 == True
    assert (d.count, d.missing) == (len(there), len(values) - len(there))
    assert d.estimate_interval() == (d.estimate(), d.estimate())


@pytest.mark.parametrize("size", [1, 100, 2048, 2049, 5_000, 20_000, 100_000, 1_000_000])
@pytest.mark.parametrize("shape", ["integers", "multiples", "floats", "text"])
def test_the_estimate_is_within_its_error_over_many_sizes(size: int, shape: str) -> None:
    if shape == "text" and size > 100_000:
        pytest.skip("as for 100,000, and slow to make")
    i = np.arange(size, dtype=np.int64)
    column: Any = {
        "integers": i,
        "multiples": i << 40,
        "floats": np.sqrt(i + 0.5),
        "text": [f"user-{k}@example.org" for k in range(size)] if shape == "text" else None,
    }[shape]
    d = bg.Distinct().update(column).update(column)
    assert d.count == 2 * size
    assert d.exact == (size <= 2048)
    assert abs(d.estimate() / size - 1) <= 4 * d.standard_error()
    low, high = d.estimate_interval(0.9999)
    assert low <= size <= high


def test_every_kind_of_column_gives_equal_bytes() -> None:
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    arrow = pytest.importorskip("pyarrow")
    texts = ["a", "b", None, "a", "ß"]
    expected = bg.Distinct()
    for text in texts:
        expected.update(text)
    top = bg.Top(5)
    for text in texts:
        top.update(text)
    for column in (
        texts,
        tuple(texts),
        np.array(texts, dtype=object),
        pandas.Series(texts),
        pandas.Series(texts, dtype=object),
        pandas.Series(texts, dtype="category"),
        polars.Series(texts),
        polars.Series(texts, dtype=polars.Categorical),
        arrow.array(texts),
        arrow.chunked_array([texts[:2], texts[2:]]),
        arrow.array(texts).dictionary_encode(),
        bg.Strings([0, 1, -1, 0, 2], ["a", "b", "ß", "never used"]),
    ):
        assert bg.Distinct().update(column) == expected
        assert bg.Top(5).update(column) == top
    assert bg.Top(2).update(np.array(["x", "y", "x"])).items(1) == [("x", 2, 2)]
    assert bg.Distinct().update(np.array(["x", "y"])) == bg.Distinct().update(["x", "y"])

    large = 2**53 + 1  # no double holds it
    expected = bg.Distinct().update(large).update(large + 1).update(None)
    for column in (
        [large, None, large + 1],
        pandas.Series([large, None, large + 1], dtype="Int64"),
        polars.Series([large, None, large + 1]),
        arrow.array([large, None, large + 1]),
    ):
        assert bg.Distinct().update(column) == expected
    numbers = bg.Distinct().update([0, 1, 1.0, 2.5, math.inf, math.nan])
    for kind in (np.float64, np.float32, object):
        assert bg.Distinct().update(np.array([0, 1, 1, 2.5, np.inf, np.nan], dtype=kind)) == numbers
    bools = bg.Distinct().update([0, 1])
    assert bg.Distinct().update(np.array([False, True])) == bools
    assert bg.Distinct().update(np.array([0, 1], dtype=np.uint8)) == bools
    assert bg.Distinct().update(np.float32(0.0)).update(np.int8(1)) == bools
    assert bg.Distinct().update([np.float32(0.0), np.bool_(True)]) == bools


def test_times_are_their_nanoseconds_and_nat_is_missing() -> None:
    pandas = pytest.importorskip("pandas")
    days = np.array(["2024-01-01", "NaT", "2024-01-02"], "M8[D]")
    d = bg.Distinct().update(days)
    assert (d.estimate(), d.missing) == (2, 1)
    assert bg.Distinct().update(pandas.Series(days)) == d
    assert bg.Distinct().update([1704067200 * 10**9, None, 1704153600 * 10**9]) == d
    one_by_one = bg.Distinct()
    for day in days:
        one_by_one.update(day)
    assert one_by_one == d
    assert bg.Distinct().update(np.datetime64("2024-01-01"), 3).count == 3


def test_union_by_merge_and_the_smaller_precision() -> None:
    a = bg.Distinct(14).update(np.arange(60_000))
    b = bg.Distinct(12).update(np.arange(40_000, 100_000))
    union = a + b
    assert union.precision == 12
    assert union == bg.Distinct(12).update(np.arange(100_000)).update(np.arange(40_000, 60_000))
    assert abs(union.estimate() / 100_000 - 1) < 4 * union.standard_error()
    assert union.standard_error() == pytest.approx(1.04 / 64)


@pytest.mark.parametrize("k", [10, 100, 1000])
def test_the_bounds_of_the_top_hold_against_exact_counts(k: int) -> None:
    """Requests over 20,000 paths with a long tail, from 30 hosts."""
    rng = np.random.default_rng(k)
    paths = np.minimum(rng.zipf(1.3, 200_000), 20_000)
    truth = np.bincount(paths)
    whole = bg.Top(k)
    for part in np.array_split(paths, 30):
        whole += bg.Top(k).update([f"/{p}" for p in part.tolist()])
    assert whole.count == len(paths)
    assert whole.error_bound <= len(paths) / (k + 1)
    bounds = np.array([whole.bounds(f"/{p}") for p in range(len(truth))])
    assert np.all(bounds[:, 0] <= truth)
    assert np.all(truth <= bounds[:, 1])
    assert np.all(bounds[:, 1] - bounds[:, 0] <= whole.error_bound)
    certain = [f"/{p}" for p in np.flatnonzero(truth > len(paths) / (k + 1))]
    assert set(certain) <= {i.item for i in whole.items()}
    first = np.argsort(-truth, kind="stable")[:3]
    assert [i.item for i in whole.items(3)] == [f"/{p}" for p in first]


def test_counted_texts_and_missing_ones() -> None:
    t = bg.Top(10).update_counts(["b", "a", "b"], [2, 5, 1]).update(None, 4).update(math.nan)
    assert t.items() == [("a", 5, 5), ("b", 3, 3)]
    assert (t.count, t.missing, t.k, t.error_bound) == (8, 5, 10, 0)
    assert t == bg.Top(10).update("a", 5).update("b", 3).update([None] * 5)
    assert (bg.Top(10) + bg.Top(7)).k == 7
    assert bg.Top(1).update([]).update(np.array([])).items() == []
    assert repr(t) == "Top(k=10, {'a': 5, 'b': 3}, count=8, error_bound=0)"


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: bg.Distinct(3), ValueError, "precision: 3"),
        (lambda: bg.Distinct(19), ValueError, "precision: 19"),
        (lambda: bg.Distinct().update(b"bytes"), TypeError, "x: bytes given"),
        (lambda: bg.Distinct().update([1, object()]), TypeError, "x: object given"),
        (lambda: bg.Distinct().update([2**64]), ValueError, "x: an integer outside"),
        (lambda: bg.Distinct().update(-(2**63) - 1), ValueError, "x: an integer outside"),
        (lambda: bg.Distinct().update("a", -1), ValueError, "n: -1"),
        (lambda: bg.Distinct().update(["a"], 2), ValueError, "n: given with an array"),
        (lambda: bg.Distinct().update(np.zeros((2, 2))), ValueError, "2 dimensions"),
        (lambda: bg.Distinct().update(np.zeros(2, dtype=complex)), TypeError, "complex"),
        (lambda: bg.Top(0), ValueError, "k: 0"),
        (lambda: bg.Top(2.5), TypeError, "k: 2.5 given"),
        (lambda: bg.Top(5).update(3), TypeError, "x: int given"),
        (lambda: bg.Top(5).update(["a", 3]), TypeError, "x: int given"),
        (lambda: bg.Top(5).update(np.arange(3)), TypeError, r"int64 given, expected text \(x.astype"),
        (lambda: bg.Top(5).update(["a"], 2), ValueError, "n: given with an array"),
        (lambda: bg.Top(5).update_counts(["a"], [-1]), ValueError, "counts: -1"),
        (lambda: bg.Top(5).update_counts(["a"], [1, 2]), ValueError, "expected as many"),
        (lambda: bg.Top(5).update_counts(["a", None], [1, 2]), ValueError, "items: missing"),
        (lambda: bg.Top(5).bounds(5), TypeError, "item: int"),
        (lambda: bg.Distinct().estimate_interval(1), ValueError, "confidence: 1"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call()
