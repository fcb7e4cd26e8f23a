"""Expanding statistics: what pandas' expanding gives."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import barograph as bg

pd = pytest.importorskip("pandas")
from pandas_age import MENDED, of_windows  # noqa: E402

numbers = st.one_of(
    st.integers(-3, 3).map(float),
    st.floats(-1e3, 1e3).map(lambda v: round(v, 3)),
    st.sampled_from([float("nan"), float("inf"), -float("inf"), 0.0, -0.0]),
)
EXACT = ("count", "min", "max", "median", "rank", "nunique", "first", "last")
CLOSE = ("sum", "mean", "var", "std", "sem")


@given(st.lists(numbers, max_size=40), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_every_statistic_is_that_of_pandas(values, least):
    x = pd.Series(values, dtype=float)
    theirs = x.expanding(min_periods=least)
    for name in EXACT:
        pd.testing.assert_series_equal(
            getattr(bg, f"expanding_{name}")(x, min_periods=least), of_windows(theirs, name), check_exact=True
        )
    for name in CLOSE:
        if name in MENDED or (name == "sem" and np.isinf(x).any()):
            continue  # pandas leaves them out of the deviation and counts them all the same
        np.testing.assert_allclose(
            getattr(bg, f"expanding_{name}")(x, min_periods=least), getattr(theirs, name)(),
            rtol=1e-9, atol=1e-6,
        )  # fmt: skip
    np.testing.assert_array_equal(bg.expanding_quantile(x, 0.3, min_periods=least), theirs.quantile(0.3))


def test_shapes_and_pairs_are_those_of_pandas():
    rng = np.random.default_rng(3)
    x, y = pd.Series(rng.gamma(2.0, size=500)), pd.Series(rng.normal(size=500))
    x[rng.random(500) < 0.1] = np.nan
    np.testing.assert_allclose(bg.expanding_skew(x), x.expanding().skew(), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(bg.expanding_kurt(x), x.expanding().kurt(), rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(bg.expanding_cov(x, y), x.expanding().cov(y), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(bg.expanding_corr(x, y), x.expanding().corr(y), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize(
    "kind", ["alike", "at an offset", "skewed", "a spike", "a first value far off", "gaps"]
)
def test_moments_of_long_series_are_those_of_exact_arithmetic(kind):
    rng = np.random.default_rng(8)
    x = rng.normal(size=5000)
    if kind == "at an offset":
        x += 1e9
    elif kind == "skewed":
        x = np.exp(2 * x)
    elif kind == "a spike":
        x[2000] = 1e12
    elif kind == "a first value far off":
        x[0] = -1e9
    elif kind == "gaps":
        x[rng.random(5000) < 0.3] = np.nan
    var, skew, kurt = bg.expanding_var(x), bg.expanding_skew(x), bg.expanding_kurt(x)
    for i in (10, 200, 1500, 2003, 4999):
        values = [Fraction(v) for v in x[: i + 1] if v == v]
        n = len(values)
        mean = sum(values) / n
        m2, m3, m4 = (sum((v - mean) ** k for v in values) for k in (2, 3, 4))
        assert var[i] == pytest.approx(float(m2 / (n - 1)), rel=1e-15)
        want = float(n * m3 / ((n - 2) * m2)) * math.sqrt((n - 1) / m2)
        assert skew[i] == pytest.approx(want, rel=1e-14, abs=1e-14)
        want = Fraction(n - 1, (n - 2) * (n - 3)) * ((n + 1) * n * m4 / (m2 * m2) - 3 * (n - 1))
        assert kurt[i] == pytest.approx(float(want), rel=1e-13, abs=1e-13)


def test_a_sum_is_rounded_once_however_long_it_grows():
    x = np.random.default_rng(4).normal(size=3000) * 10.0 ** np.random.default_rng(5).integers(-8, 9, 3000)
    got = bg.expanding_sum(x)
    assert [math.fsum(x[: i + 1]) for i in range(0, 3000, 97)] == got[::97].tolist()


def test_windows_as_long_as_the_series_are_the_same_sums():
    x = np.random.default_rng(6).normal(size=1000)
    for name in ("sum", "mean", "std", "max", "count"):
        np.testing.assert_array_equal(
            getattr(bg, f"expanding_{name}")(x),
            getattr(bg, f"rolling_{name}")(x, 5000, min_periods=1 if name != "count" else 0),
        )


def test_medians_of_many_rows_do_not_take_the_square_of_their_number():
    n = 200_000
    x = np.random.default_rng(7).normal(size=n)
    got = bg.expanding_median(x)
    for i in (0, 1, 999, 100_000, n - 1):
        assert got[i] == np.median(x[: i + 1])
    distinct = bg.expanding_nunique(np.floor(x * 10))
    assert distinct[-1] == len(np.unique(np.floor(x * 10)))


def test_null_is_missing_and_nan_shows_in_arrow():
    pa = pytest.importorskip("pyarrow")
    got = bg.expanding_mean(pa.array([None, 1.0, 3.0]))
    assert got.to_pylist() == [None, 1.0, 2.0]


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="min_periods: -1"):
        bg.expanding_sum([1.0], min_periods=-1)
    with pytest.raises(ValueError, match="out: 2 results given, expected 1"):
        bg.expanding_sum([1.0], out=np.empty(2))
