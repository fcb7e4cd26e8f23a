"""LatencySummary: exact counts, mean and Apdex after any merge; quantiles within their bound."""

import copy
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import barograph as bg

batch = st.lists(
    st.tuples(
        st.floats(0, 1e7) | st.sampled_from([500.0, 2000.0, math.nan, math.inf, -math.inf, -2.5]),
        st.booleans(),
    ),
    max_size=30,
)


def fed(rows, policy=None):
    s = bg.LatencySummary(policy)
    s.update(np.array([x for x, _ in rows], dtype=float), np.array([e for _, e in rows], dtype=bool))
    return s


@given(batch, batch, batch)
def test_any_split_and_tree_of_merges_gives_equal_bytes(a, b, c):
    whole = fed(a + b + c)
    one = bg.LatencySummary()
    for x, e in a + b + c:
        one.update(x, e)
    tree = fed(c) + (fed(b) + fed(a))
    assert whole.to_bytes() == one.to_bytes() == tree.to_bytes() == ((fed(a) + fed(b)) + fed(c)).to_bytes()
    assert bg.LatencySummary.from_bytes(whole.to_bytes()) == whole
    tree.subtract(fed(b))
    rest = fed(a + c)
    assert (tree.count, tree.errors, tree.missing, tree.apdex) == (
        rest.count,
        rest.errors,
        rest.missing,
        rest.apdex,
    )
    assert tree.mean() == rest.mean() or (math.isnan(tree.mean()) and math.isnan(rest.mean()))
    assert bg.LatencySummary.from_bytes(tree.to_bytes()) == tree


@given(st.lists(st.floats(1e-3, 1e7), min_size=1, max_size=60), st.floats(0, 1))
def test_quantiles_are_numpys_within_the_relative_error(values, q):
    s = bg.LatencySummary()
    s.update(values)
    # The bound holds for each order statistic, so for every blend of two; 1e-12 for the blend's roundings.
    assert s.quantile(q) == pytest.approx(np.quantile(values, q), rel=s.relative_error() + 1e-12)
    assert s.relative_error() < 0.0055
    assert s.mean() == pytest.approx(math.fsum(values) / len(values), rel=1e-15)
    assert (s.min(), s.max()) == (min(values), max(values))
    low, high = s.quantile_interval(q)
    assert low <= high


def test_apdex_and_errors_are_exact():
    rng = np.random.default_rng(0)
    x = rng.lognormal(6, 1, 20_000)
    failed = rng.random(20_000) < 0.03
    a = bg.Apdex(300, 900)
    a.update(x, failed)
    s = fed([], bg.Policy(apdex_threshold=300, apdex_tolerating=900))
    for part in range(7):
        piece = bg.LatencySummary(bg.Policy(apdex_threshold=300, apdex_tolerating=900))
        piece.update(x[part::7], failed[part::7])
        s += piece
    assert s.apdex == a
    assert s.error_rate() == failed.mean()
    low, high = s.error_interval()
    # Wilson, from the formula of the paper
    n, p, z = 20_000, failed.mean(), 1.959963984540054
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert (low, high) == (pytest.approx(centre - half, rel=1e-12), pytest.approx(centre + half, rel=1e-12))
    assert s.std() == pytest.approx(x.std(ddof=1), rel=1e-12)
    assert s.p95() == s.quantile(0.95) == s.latencies.quantile(0.95)


def test_empty_is_nan_and_everything_copies():
    s = bg.LatencySummary()
    assert all(
        math.isnan(v)
        for v in (s.mean(), s.p50(), s.p95(), s.p99(), s.min(), s.max(), s.error_rate(), s.std())
    )
    assert s.error_interval() == (0.0, 1.0)
    assert s.apdex.notation() == "NS [0.5]"
    s.update(100.0, error=True, n=3)
    for other in (copy.copy(s), copy.deepcopy(s), pickle.loads(pickle.dumps(s))):
        assert other == s
        other.update(1.0)
        assert other != s
    assert repr(s) == (
        "LatencySummary(count=3, errors=3, mean=100, p50=100, p95=100, p99=100, apdex='0.00 [0.5]*')"
    )
    s.reset()
    assert s == bg.LatencySummary()


def test_bad_input_changes_nothing():
    s = fed([(1.0, False)])
    before = s.to_bytes()
    for bad, error, message in (
        (
            lambda: s.merge(bg.LatencySummary(bg.Policy(apdex_threshold=1))),
            ValueError,
            "merge: other has T = 1",
        ),
        (lambda: s.merge(bg.Apdex(500)), TypeError, "merge: Apdex given, expected another LatencySummary"),
        (lambda: s.subtract(fed([(2.0, False)])), ValueError, "subtract"),
        (lambda: s.subtract(fed([(1.0, True)])), ValueError, "subtract"),
        (lambda: s.update([1.0, 2.0], [True]), ValueError, "errors: given 1 values, expected 2"),
        (lambda: s.quantile(1.5), ValueError, "q: 1.5"),
        (lambda: bg.LatencySummary({}), TypeError, "policy"),
        (lambda: bg.LatencySummary.from_bytes(before[:-1]), ValueError, "bytes: "),
        (
            lambda: bg.LatencySummary.from_bytes(bg.Apdex(5).to_bytes()),
            ValueError,
            "bytes: a state of kind 5",
        ),
        (lambda: bg.LatencySummary.from_bytes(before, max_bytes=10), ValueError, "bytes: "),
    ):
        with pytest.raises(error, match=message):
            bad()
    assert s.to_bytes() == before
