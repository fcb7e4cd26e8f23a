"""Rolling moments of pairs and of higher order, against pandas and against exact arithmetic."""

from __future__ import annotations

import os
import subprocess
import sys
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


def _sizes(rows):
    """Series whose values are alike, and such as hold very different ones."""
    rng = np.random.default_rng(5)
    noise = rng.normal(size=rows)
    at = np.arange(rows)
    return {
        "about zero": noise,
        "at an offset": noise + 1e9,
        "a walk": np.cumsum(noise),
        "of many sizes": np.exp(3 * noise),
        "counts": rng.poisson(0.3, rows).astype(float),
        "a spike": np.where(at == rows // 2, 1e300, noise),
        "spikes": np.where(at % 97 == 0, 1e12, noise),
        "quiet at times": np.where(at // 250 % 2 == 0, noise, 1e-9 * noise),
        "constant at times": np.where(at // 250 % 2 == 0, noise, 0.1),
        "near the least": noise * 1e-290,
        "of all sizes": noise * 10.0 ** rng.integers(-200, 200, rows),
        "with gaps": np.where(rng.random(rows) < 0.2, np.nan, noise),
    }


def _bounds_in_time(rows):
    """Times with irregular gaps, and the first row of each window of 80 s."""
    seconds = np.cumsum(np.random.default_rng(6).integers(1, 4, rows))
    return seconds * 10**9, np.searchsorted(seconds, seconds - 80, side="right")


@pytest.mark.parametrize("kind", sorted(_sizes(1)))
@pytest.mark.parametrize("window", [6, 9, 60, 300, "80s"])
def test_sums_and_variances_are_exact_to_their_bound_whatever_sizes_stand_together(kind, window):
    x = _sizes(3000)[kind]
    times, first = _bounds_in_time(x.size)
    keywords = {"on": times} if window == "80s" else {"min_periods": 1}
    got = {name: getattr(bg, f"rolling_{name}")(x, window, **keywords) for name in ("sum", "mean", "var")}
    unit = Fraction(1, 2**53)
    for i in [*range(0, x.size, 131), x.size // 2, x.size // 2 + 5, x.size - 1]:
        begin = first[i] if window == "80s" else max(0, i + 1 - window)
        values = [Fraction(v) for v in x[begin : i + 1] if v == v]
        if not values:
            continue
        n, mean, m2 = _exact_moments(values)[:3]
        size = sum(abs(v) for v in values)
        assert abs(Fraction(got["sum"][i]) - n * mean) <= 2 * unit * size
        assert abs(Fraction(got["mean"][i]) - mean) <= 2 * unit * size / n
        if n > 1 and 1e-300 < got["var"][i] < np.inf:
            # Digits of a value that is scaled down beside a far larger one may be lost, and no others.
            assert abs(Fraction(got["var"][i]) - m2 / (n - 1)) <= 8 * unit * m2 / (n - 1)


BITS = """
import hashlib
import numpy as np
import barograph as bg

rng = np.random.default_rng(9)
noise = rng.normal(size=3000)
digest = hashlib.sha256()
of_all_sizes = noise * 10.0 ** rng.integers(-200, 200, 3000)
for x in (noise, noise + 1e9, np.exp(3 * noise), noise * 1e-290, of_all_sizes):
    for name in ("sum", "mean", "var", "std", "skew", "kurt"):
        for window in (5, 60, 700):
            digest.update(np.nan_to_num(getattr(bg, f"rolling_{name}")(x, window)).tobytes())
        digest.update(np.nan_to_num(getattr(bg, f"expanding_{name}")(x)).tobytes())
    for name in ("mean", "var", "std"):
        digest.update(np.nan_to_num(getattr(bg, f"ewm_{name}")(x, span=60)).tobytes())
    for name in ("cov", "corr"):
        digest.update(np.nan_to_num(getattr(bg, f"rolling_{name}")(x, noise, 60)).tobytes())
        digest.update(np.nan_to_num(getattr(bg, f"ewm_{name}")(x, noise, span=60)).tobytes())
for n in (*range(1, 71), 4097):
    times = np.cumsum(rng.integers(0, 3, n)) * 10**9
    for name in ("sum", "mean", "var", "std", "sem", "skew", "kurt", "max"):
        r = getattr(bg, f"rolling_{name}")(rng.normal(size=n), "3s", on=times, min_periods=1)
        digest.update(np.nan_to_num(r).tobytes())
print(digest.hexdigest())
"""


def test_bits_are_the_same_on_every_instruction_set():
    def on(isa):
        environment = os.environ | {"BAROGRAPH_ISA": isa}
        return subprocess.run(
            [sys.executable, "-c", BITS], env=environment, capture_output=True, text=True, check=True
        ).stdout

    assert on("base") == on("v3") == on("v4")


@pytest.mark.parametrize("kind", ["about zero", "at an offset", "of many sizes", "a walk", "with gaps"])
def test_higher_moments_of_windows_in_time_are_those_of_exact_arithmetic(kind):
    x = _sizes(3000)[kind]
    times, first = _bounds_in_time(x.size)
    skew, kurt = bg.rolling_skew(x, "80s", on=times), bg.rolling_kurt(x, "80s", on=times)
    for i in range(40, x.size, 131):
        n, _, m2, m3, m4 = _exact_moments([v for v in x[first[i] : i + 1] if v == v])
        want = n * _root(Fraction(n - 1)) / (n - 2) * m3 / (m2 * _root(m2))
        assert skew[i] == pytest.approx(float(want), rel=1e-14, abs=1e-14)
        want = Fraction(n - 1, (n - 2) * (n - 3)) * ((n + 1) * n * m4 / (m2 * m2) - 3 * (n - 1))
        assert kurt[i] == pytest.approx(float(want), rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("name", ["mean", "std", "skew", "kurt", "max"])
def test_windows_in_time_over_regular_times_have_the_bits_of_fixed_ones(name):
    x = _sizes(3000)["a walk"]
    times = np.arange(3000) * 60 * 10**9
    function = getattr(bg, f"rolling_{name}")
    np.testing.assert_array_equal(function(x, "1h", on=times), function(x, 60, min_periods=1))


def test_bounds_in_any_order_and_far_apart_have_the_results_of_their_rows():
    rng = np.random.default_rng(7)
    x = rng.normal(size=4000)
    start = rng.integers(0, 3900, 4000)
    end = np.minimum(start + rng.integers(0, 90, 4000), 4000)
    start[100:900] = np.arange(800)  # a stretch in order
    end[100:900] = np.arange(800) + 30
    got = bg.rolling_std(x, (start, end))
    for i in range(0, 4000, 37):
        values = x[start[i] : end[i]]
        if len(values) > 1:
            assert got[i] == pytest.approx(np.std(values, ddof=1), rel=1e-13)
        else:
            assert np.isnan(got[i])
