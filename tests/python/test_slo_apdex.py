"""Apdex in Python: the counts of plain comparisons, the standard's output, a state that merges."""

import copy
import pickle
import threading

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import barograph as bg

latencies = st.lists(
    st.one_of(st.floats(), st.sampled_from([500.0, 2000.0, np.nextafter(500.0, 1e9), float("nan")])),
    max_size=40,
)


def counts(a):
    return a.satisfied, a.tolerating, a.frustrated, a.missing


def fed(values, errors=False, threshold=500.0):
    a = bg.Apdex(threshold)
    a.update(np.array(values, dtype=float), errors)
    return a


@given(latencies, st.randoms(use_true_random=False))
def test_counts_are_those_of_plain_comparisons(values, random):
    errors = np.array([random.random() < 0.3 for _ in values], dtype=bool)
    x = np.array(values, dtype=float)
    good = x[~errors]
    expected = (
        int((good <= 500).sum()),
        int(((good > 500) & (good <= 2000)).sum()),
        int((good > 2000).sum() + errors.sum()),
        int(np.isnan(good).sum()),
    )
    batch, single = fed(values, errors), bg.Apdex(500)
    for value, error in zip(values, errors, strict=True):
        single.update(value, error)
    assert counts(batch) == counts(single) == expected
    assert batch.to_bytes() == single.to_bytes()


@given(latencies, latencies, latencies)
def test_any_split_and_any_tree_of_merges_give_equal_bytes(a, b, c):
    whole = fed(a + b + c)
    left = (fed(a) + fed(b)) + fed(c)
    right = fed(c) + (fed(b) + fed(a))
    assert whole.to_bytes() == left.to_bytes() == right.to_bytes()
    left.subtract(fed(b))
    assert left == fed(a + c)
    assert bg.Apdex.from_bytes(whole.to_bytes()) == whole


@given(st.binary(max_size=80))
def test_foreign_bytes_are_a_value_error(data):
    with pytest.raises(ValueError, match=r"^bytes: "):
        bg.Apdex.from_bytes(data)


def test_score_and_notation_of_the_standard():
    a = bg.Apdex(4000)
    assert np.isnan(a.score)
    assert a.notation() == "NS [4.0]"
    assert a.rating() == "NoSample"
    a.update(1000, n=60)
    a.update(5000, n=30)
    assert a.notation() == "0.83 [4.0]*"
    a.update(1000, error=True, n=10)
    assert (a.score, a.notation(), a.rating(), a.rating("apm")) == (0.75, "0.75 [4.0]", "Fair", "Fair")
    assert bg.Apdex(4).notation(unit="s") == "NS [4.0]"
    assert a.rating([0.8, 0.7, 0.6]) == "Good"
    with pytest.raises(ValueError, match="unit: given 'min'"):
        a.notation(unit="min")
    with pytest.raises(ValueError, match='bands: given "mine"'):
        a.rating("mine")


@pytest.mark.parametrize(
    ("score", "standard", "apm"),
    [
        (1.0, "Excellent", "Target"),
        (0.94, "Excellent", "Target"),
        (0.93, "Good", "Target"),
        (0.9, "Good", "Target"),
        (0.89, "Good", "Good"),
        (0.85, "Good", "Good"),
        (0.84, "Fair", "Fair"),
        (0.7, "Fair", "Fair"),
        (0.69, "Poor", "Poor"),
        (0.5, "Poor", "Poor"),
        (0.49, "Unacceptable", "Poor"),
        (0.0, "Unacceptable", "Poor"),
    ],
)
def test_bands_start_at_their_limits(score, standard, apm):
    a = bg.Apdex(1)
    a.update(1.0, n=round(100 * score))
    a.update(100.0, n=100 - round(100 * score))
    assert (a.rating(), a.rating("apm")) == (standard, apm)


def test_every_kind_of_column_is_taken():
    values = [100, 600, 3000]
    for column in (
        values,
        tuple(values),
        pd.Series(values),
        pl.Series(values),
        pa.array(values),
        np.array(values * 2)[:3],
    ):
        a = bg.Apdex(500)
        a.update(column, error=[False, True, False])
        assert counts(a) == (1, 0, 2, 0)
    a = bg.Apdex(500)
    a.update(pd.Series([100, None, 600], dtype="Int64"), error=np.array([0, 0, 1]))
    assert counts(a) == (1, 0, 1, 1)
    a.update(np.array(100.0))
    assert a.satisfied == 2
    a.update([])
    assert a.count == 3


def test_bad_input_names_the_argument_and_changes_nothing():
    a = fed([1, 2, 3])
    before = a.to_bytes()
    for bad, error, message in (
        (lambda: a.update([1.0, 2.0], [True]), ValueError, "errors: given 1 values, expected 2"),
        (lambda: a.update([1.0], [3]), ValueError, "error: values given that are neither"),
        (lambda: a.update(["x"]), TypeError, "latency"),
        (lambda: a.update(np.ones((2, 2))), ValueError, "latency: 2 dimensions"),
        (lambda: a.update(1.0, n=-1), ValueError, "n: -1 given"),
        (lambda: a.update([1.0], n=2), ValueError, "n: given with a batch"),
        (lambda: a.merge(bg.Apdex(400)), ValueError, "merge: other has T = 400"),
        (lambda: a.merge(5), TypeError, "merge: int given, expected another Apdex"),
        (lambda: a.subtract(fed([1] * 4)), ValueError, "subtract: other has more"),
        (lambda: bg.Apdex(0), ValueError, "threshold: given 0"),
        (lambda: bg.Apdex(5, 4), ValueError, "tolerating: given 4"),
    ):
        with pytest.raises(error, match=message):
            bad()
    assert a.to_bytes() == before


def test_copies_and_pickles_are_equal_and_independent():
    a = fed([1, 600, 5000, float("nan")])
    for other in (copy.copy(a), copy.deepcopy(a), pickle.loads(pickle.dumps(a)), a.copy()):
        assert other == a
        other.update(1.0)
        assert other != a
    assert a != 5
    a.reset()
    assert a == bg.Apdex(500)
    assert repr(fed([1])) == (
        "Apdex(threshold=500, tolerating=2000: satisfied=1, tolerating=0, frustrated=0, score=1)"
    )


def test_threads_may_share_one_state():
    a = bg.Apdex(500)
    chunk = np.full(10_000, 100.0)

    def work():
        for _ in range(20):
            a.update(chunk)
            a.merge(bg.Apdex(500))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert a.satisfied == 4 * 20 * 10_000
    a.merge(a)
    assert a.satisfied == 2 * 4 * 20 * 10_000


def test_a_count_is_given_by_its_name_only():
    assert bg.Apdex(2).update(1, n=3).count == 3
    assert bg.Apdex(2).update(1, True, n=3).frustrated == 3
    with pytest.raises(TypeError):
        bg.Apdex(2).update(1, False, 3)
    with pytest.raises(ValueError, match="error: 3 given"):
        bg.Apdex(2).update(1, 3)


def test_a_full_index_refuses_batches_and_changes_nothing():
    full = bg.Apdex(2).update(1, n=2**63 - 1)
    before = full.to_bytes()
    for batch in (
        lambda: full.update([1.0, 1.0]),
        lambda: full.update([1.0], [True]),
        lambda: full.update(1),
    ):
        with pytest.raises(ValueError, match="count: "):
            batch()
        assert full.to_bytes() == before


def test_it_prints_as_the_standard_writes_it() -> None:
    a = bg.Apdex(4000)
    assert str(a) == "NS [4.0]"
    a.update([100.0] * 75 + [20_000.0] * 25)
    assert f"{a}" == "0.75 [4.0]"
    assert repr(a).startswith("Apdex(threshold=4000")
