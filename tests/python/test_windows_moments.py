"""Rolling moments of pairs and of higher order, against pandas and against exact arithmetic."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

import numpy as np
import pytest

import barograph as bg

pd = pytest.importorskip("pandas")
from pandas_age import BEFORE_3, MENDED  # noqa: E402


def _shapes(seed):
    """A series, its window and keywords, of many sizes, scales, gaps and ties."""
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(1, 500))
    x = rng.normal(size=rows) * 10 ** rng.uniform(-3, 3) + rng.choice([0.0, 1e3, 1e6])
    y = rng.normal(size=rows) + 0.3 * x / np.abs(x).max()
    if seed % 2:
        x[rng.random(rows) < 0.2] = np.nan
        y[rng.random(rows) < 0.1] = np.nan
    if seed % 5 == 0:
        x = np.round(x)
    window = int(rng.integers(1, 90))
    keywords = {
        "min_periods": int(rng.integers(0, window + 1)),
        "center": bool(rng.integers(2)),
        "closed": str(rng.choice(["right", "left", "both", "neither"])),
    }
    return x, y, window, keywords


@pytest.mark.parametrize("seed", range(40))
def test_moments_are_those_of_pandas(seed):
    x, y, window, keywords = _shapes(seed)
    theirs = pd.Series(x).rolling(window, **keywords)
    size = np.nanmax(np.abs(x), initial=1.0)
    for name in {"sem", "skew", "kurt"} - MENDED:
        got, want = getattr(bg, f"rolling_{name}")(x, window, **keywords), getattr(theirs, name)()
        # pandas' own digits: it adds to and takes from running sums
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5 * (size if name == "sem" else 1.0))
    for name in ("cov", "corr"):
        got = getattr(bg, f"rolling_{name}")(x, y, window, **keywords)
        want = getattr(theirs, name)(pd.Series(y))
        if BEFORE_3:  # whose correlation of a constant may be infinite
            want = want.replace([np.inf, -np.inf], np.nan)
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6 * size)


def _exact_moments(values):
    values = [Fraction(v) for v in values]
    n = len(values)
    mean = sum(values) / n
    return n, mean, *(sum((v - mean) ** k for v in values) for k in (2, 3, 4))


def _root(q):
    """The root of a fraction to some 25 digits."""
    scale = 10**50
    return Fraction(isqrt(q.numerator * scale * scale // q.denominator), scale)


@pytest.mark.parametrize("offset", [0.0, 1e9, -1e12])
@pytest.mark.parametrize("window", [5, 9, 31])
def test_higher_moments_are_exact_to_some_ulps_at_any_offset(offset, window):
    x = np.random.default_rng(1).normal(size=400) + offset
    x[200] += 1e7  # a spike: no trace in windows without it
    skew, kurt = bg.rolling_skew(x, window), bg.rolling_kurt(x, window)
    var = bg.rolling_var(x, window)
    for i in range(window - 1, x.size, 7):
        n, _, m2, m3, m4 = _exact_moments(x[i + 1 - window : i + 1])
        assert var[i] == pytest.approx(float(m2 / (n - 1)), rel=1e-15)
        want = n * _root(Fraction(n - 1)) / (n - 2) * m3 / (m2 * _root(m2))
        assert skew[i] == pytest.approx(float(want), rel=1e-14, abs=1e-14)
        want = Fraction(n - 1, (n - 2) * (n - 3)) * ((n + 1) * n * m4 / (m2 * m2) - 3 * (n - 1))
        assert kurt[i] == pytest.approx(float(want), rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("window", [3, 8, 60, 1000])
@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_a_mean_is_within_its_bound_and_never_farther_from_the_exact_one_than_pandas(window, missing):
    rng = np.random.default_rng(2)
    x = rng.lognormal(3, 2, 3000) * rng.choice([-1, 1], 3000)
    x[rng.random(3000) < missing] = np.nan
    got = bg.rolling_mean(x, window, min_periods=1)
    theirs = pd.Series(x).rolling(window, min_periods=1).mean().to_numpy()
    for i in range(0, x.size, 61):
        values = [Fraction(v) for v in x[max(0, i + 1 - window) : i + 1] if v == v]
        if not values:
            assert np.isnan(got[i])
            continue
        exact = sum(values) / len(values)
        error = abs(Fraction(got[i]) - exact)
        assert error <= 2 * Fraction(1, 2**53) * sum(abs(v) for v in values) / len(values)
        assert error <= abs(Fraction(theirs[i]) - exact)


@pytest.mark.parametrize("name", ["sum", "mean", "var", "std", "sem", "skew", "kurt"])
@pytest.mark.parametrize("window", [4, 60, 5000, 150_000])
def test_threads_change_no_bit(name, window):
    x = np.random.default_rng(3).normal(size=400_000)
    x[::1001] = np.nan
    function = getattr(bg, f"rolling_{name}")
    one = function(x, window, min_periods=3, threads=1)
    np.testing.assert_array_equal(
        one.view(np.int64), function(x, window, min_periods=3, threads=3).view(np.int64)
    )


def test_powers_of_very_large_and_very_small_numbers_stay_in_range():
    x = np.array([1.0, 2.0, 4.0, 3.0, 9.0, 2.0])
    for scale in (2.0**600, 2.0**-600):
        np.testing.assert_array_equal(bg.rolling_skew(x * scale, 4), bg.rolling_skew(x, 4))
        np.testing.assert_array_equal(bg.rolling_std(x * scale, 4), bg.rolling_std(x, 4) * scale)
        np.testing.assert_array_equal(bg.rolling_corr(x * scale, x[::-1], 4), bg.rolling_corr(x, x[::-1], 4))
    assert bg.rolling_mean([1.7e308, 1.7e308], 2)[1] == 1.7e308


def test_infinities_and_missing_values_of_pairs():
    x, y = [1.0, float("inf"), 3.0, 5.0, 4.0], [2.0, 3.0, 5.0, 4.0, 9.0]
    theirs = pd.Series(x).rolling(3, min_periods=2).cov(pd.Series(y))
    np.testing.assert_allclose(bg.rolling_cov(x, y, 3, min_periods=2), theirs)
    shown = bg.rolling_cov(x, y, 3, min_periods=2, inf="propagate")
    np.testing.assert_array_equal(np.isnan(shown), [True, True, True, True, False])


def test_pairs_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="y: 3 rows given, expected 2"):
        bg.rolling_cov([1.0, 2.0], [1.0, 2.0, 3.0], 2)
