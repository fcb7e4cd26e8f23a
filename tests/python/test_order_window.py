"""Order statistics of streams have the bits of the batch form after every row."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import barograph as bg

pd = pytest.importorskip("pandas")

numbers = st.one_of(
    st.integers(-3, 3).map(float),
    st.floats(-1e6, 1e6),
    st.sampled_from([float("nan"), float("inf"), 0.0, -0.0]),
)


def same_bits(got, want):
    got, want = np.asarray(got, dtype=float), np.asarray(want, dtype=float)
    np.testing.assert_array_equal(got, want)
    kept = ~np.isnan(want)
    np.testing.assert_array_equal(np.signbit(got[kept]), np.signbit(want[kept]))


def readings(window):
    return [
        window.median(), window.quantile(0.9), window.quantile(0.3, "nearest"), window.min(), window.max(),
        window.rank(), window.rank("min", False, True), window.nunique(), window.first(), window.last(),
    ]  # fmt: skip


def batch(theirs):
    return np.column_stack(
        [
            theirs.median(), theirs.quantile(0.9), theirs.quantile(0.3, interpolation="nearest"),
            theirs.min(), theirs.max(), theirs.rank(), theirs.rank("min", False, True),
            theirs.nunique(), theirs.first(), theirs.last(),
        ]
    )  # fmt: skip


@given(st.lists(numbers, min_size=1, max_size=60), st.integers(1, 12), st.integers(1, 3))
@settings(max_examples=150, deadline=None)
def test_by_rows_readings_are_those_of_pandas(x, rows, min_periods):
    min_periods = min(min_periods, rows)
    window = bg.OrderWindow(rows, min_periods=min_periods)
    got = []
    for v in x:
        assert window.push(v) == 0
        got.append(readings(window))
    same_bits(got, batch(pd.Series(x).rolling(rows, min_periods=min_periods)))


@given(st.lists(st.tuples(st.integers(0, 5), numbers), min_size=1, max_size=60), st.integers(1, 20))
@settings(max_examples=150, deadline=None)
def test_by_time_readings_are_those_of_pandas(rows, seconds):
    times = np.cumsum(np.array([gap for gap, _ in rows])).astype("M8[s]")
    x = [v for _, v in rows]
    window = bg.OrderWindow(f"{seconds}s")
    got = []
    for time, v in zip(times, x, strict=True):
        window.push(v, time)
        got.append(readings(window))
    same_bits(got, batch(pd.Series(x, index=pd.DatetimeIndex(times)).rolling(f"{seconds}s")))


@given(st.lists(st.tuples(st.integers(0, 30), numbers), min_size=1, max_size=40), st.randoms())
@settings(max_examples=100, deadline=None)
def test_late_rows_are_sorted_in_or_counted(rows, random):
    window = bg.OrderWindow("10s", late="4s")
    kept, newest, late = [], -(10**9), 0
    for i, (time, v) in enumerate(rows):
        late_here = newest - time > 4
        assert window.push(v, np.datetime64(time, "s")) == late_here
        late += late_here
        if not late_here:
            kept.append((time, i, v))
        newest = max(newest, time)
    inside = sorted(r for r in kept if newest - r[0] < 10 and np.isfinite(r[2]))
    assert window.late == late
    assert len(window) == len(inside)
    if inside:
        assert window.first() == inside[0][2]
        assert window.last() == inside[-1][2]
        assert window.max() == max(v for *_, v in inside)
        assert window.median() == np.median([v for *_, v in inside])
    else:
        assert np.isnan(window.median())


def test_batches_and_single_rows_agree_and_reset_forgets():
    x = np.random.default_rng(1).normal(size=5000)
    one, many = bg.OrderWindow(700), bg.OrderWindow(700)
    many.push(x)
    for v in x:
        one.push(v)
    assert readings(one) == readings(many)
    assert many.median() == np.median(x[-700:])
    assert repr(many).startswith("OrderWindow(700 values, median ")
    many.reset()
    assert len(many) == 0


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="window: 0 given"):
        bg.OrderWindow(0)
    with pytest.raises(ValueError, match="late: "):
        bg.OrderWindow("5s", late="6s")
    with pytest.raises(ValueError, match="late: '1s' given, expected none"):
        bg.OrderWindow(5, late="1s")
    with pytest.raises(ValueError, match="time: none given"):
        bg.OrderWindow("5s").push(1.0)
    with pytest.raises(ValueError, match="time: given, expected none"):
        bg.OrderWindow(5).push(1.0, 3)
    with pytest.raises(ValueError, match="time: 2 rows given, expected 1"):
        bg.OrderWindow("5s").push(1.0, [1, 2])
    with pytest.raises(ValueError, match=r"q: 2.0+ given"):
        bg.OrderWindow(5).quantile(2.0)
