"""float32 and int64 are read where they stand: the bits of float64, and no array of float64 in between."""

import gc
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import barograph as bg

ROWS = 20_000
RNG = np.random.default_rng(11)
TIMES = np.cumsum(RNG.integers(1, 3, ROWS)).astype("datetime64[s]")
TYPES = ("float32", "int64")

WINDOWS: dict[str, dict[str, Any]] = {
    "rows": {"window": 60},
    "few rows": {"window": 3},
    "centred": {"window": 301, "center": True},
    "long": {"window": 9_000},
    "stepped": {"window": 50, "step": 7},
    "in time": {"window": "2min", "on": TIMES},
    "bounds": {"window": (np.maximum(np.arange(ROWS) - np.arange(ROWS) % 90, 0), np.arange(ROWS) + 1)},
    "bounds that go back": {"window": (np.arange(ROWS)[::-1] // 2, np.arange(ROWS)[::-1] // 2 + 40)},
}
ROLLING: dict[str, Callable[..., Any]] = {
    **{
        name: getattr(bg, f"rolling_{name}")
        for name in (
            "sum", "mean", "var", "std", "sem", "skew", "kurt", "min", "max", "median", "rank", "nunique",
            "first", "last", "count",
        )
    },
    "quantile": lambda x, window, **how: bg.rolling_quantile(x, window, [0.0, 0.25, 0.9], **how)[0.9],
}  # fmt: skip
ALL_ROWS: dict[str, Callable[[Any], Any]] = {
    **{
        f"expanding_{name}": getattr(bg, f"expanding_{name}")
        for name in ("sum", "mean", "std", "skew", "min", "max", "median", "rank", "nunique", "last", "count")
    },
    "expanding_quantile": lambda x: bg.expanding_quantile(x, 0.9),
    "ewm_mean": lambda x: bg.ewm_mean(x, span=20),
    "ewm_std": lambda x: bg.ewm_std(x, span=20, adjust=False),
    "ewm_mean in time": lambda x: bg.ewm_mean(x, halflife="20s", times=TIMES),
    "ewm_var": lambda x: bg.ewm_var(x, alpha=0.1, ignore_na=True),
    "baseline median": lambda x: np.stack(bg.rolling_baseline(x, 60)),
    "baseline mean": lambda x: np.stack(bg.rolling_baseline(x, 60, method="mean", closed="left")),
    "baseline quantile": lambda x: np.stack(bg.rolling_baseline(x, 60, method="quantile")),
    "baseline ewma": lambda x: np.stack(bg.rolling_baseline(x, 60, method="ewma")),
    "seasonal": lambda x: np.stack(bg.seasonal_baseline(x, 24, slot=1)),
}
STATES: dict[str, Callable[[Any], Any]] = {
    "ExactSum": lambda x: bg.ExactSum().update(x),
    "Moments": lambda x: bg.Moments().update(x),
    "QuantileHistogram": lambda x: bg.QuantileHistogram().update(x),
    "weighted": lambda x: bg.QuantileHistogram().update(x, n=np.arange(len(x)) % 5),
    "Apdex": lambda x: bg.Apdex(100).update(x, error=np.arange(len(x)) % 7 == 0),
    "LatencySummary": lambda x: bg.LatencySummary().update(x),
    "Ewma": lambda x: bg.Ewma(60).update(x),
    "Ewma in time": lambda x: bg.Ewma(60).update(x, times=np.arange(len(x))),
    "Counter": lambda x: bg.Counter().update(x, times=np.arange(len(x))),
    "Trend": lambda x: bg.Trend().update(x, times=np.arange(len(x))),
    "Windowed": lambda x: bg.Windowed(bg.Moments(), "1h").update(x, times=np.arange(len(x))),
}


def given(dtype: str, rows: int = ROWS) -> np.ndarray:
    """Values of a type, none missing, some of them twice and far apart."""
    values = RNG.normal(1000.0, 300.0, rows)
    if dtype == "int64":
        values[::100] = 2.0**60 + 12345.0
        return values.astype(np.int64) + RNG.integers(0, 3, rows)
    values[::97] *= 1e6
    return values.astype(np.float32)


def same(got: Any, want: Any) -> None:
    np.testing.assert_array_equal(np.asarray(got).view(np.uint64), np.asarray(want).view(np.uint64))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("name", ROLLING)
def test_rolling_has_the_bits_of_converting_first(name, window, dtype):
    x, how = given(dtype), WINDOWS[window]
    for threads in (1, 2):
        kept = how if name == "count" else {**how, "threads": threads}
        same(ROLLING[name](x, **kept), ROLLING[name](x.astype(np.float64), **kept))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", ["cov", "corr"])
@pytest.mark.parametrize("window", WINDOWS)
def test_pairs_have_the_bits_of_converting_first(window, name, dtype):
    x, y, how = given(dtype), given("float32"), WINDOWS[window]
    roll = getattr(bg, f"rolling_{name}")
    want = roll(x.astype(np.float64), y.astype(np.float64), **how)
    same(roll(x, y, **how), want)
    same(roll(x, y.astype(np.float64), **how), want)
    if window == "rows":
        weigh = getattr(bg, f"ewm_{name}")
        same(weigh(x, y, span=9), weigh(x.astype(np.float64), y.astype(np.float64), span=9))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", ALL_ROWS)
def test_all_so_far_and_baselines_have_the_bits_of_converting_first(name, dtype):
    x = given(dtype)
    same(ALL_ROWS[name](x), ALL_ROWS[name](x.astype(np.float64)))


@pytest.mark.parametrize("name", ["sum", "mean", "std", "max", "median", "rank", "nunique", "first", "count"])
@pytest.mark.parametrize("window", ["rows", "long", "in time", "stepped"])
def test_missing_and_infinite_float32_are_those_of_float64(name, window):
    x = given("float32")
    x[RNG.integers(0, ROWS, 900)] = np.nan
    for odd in (x, np.where(np.arange(ROWS) % 501 == 0, np.float32(np.inf), x)):
        for inf in ("missing", "propagate"):
            how = {**WINDOWS[window], "min_periods": 2, **({} if name == "count" else {"inf": inf})}
            same(ROLLING[name](odd, **how), ROLLING[name](odd.astype(np.float64), **how))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", STATES)
def test_states_have_the_bytes_of_converting_first(name, dtype):
    x = given(dtype)
    x = np.abs(x) if name == "Counter" else x
    assert STATES[name](x).to_bytes() == STATES[name](x.astype(np.float64)).to_bytes()


@pytest.mark.parametrize("dtype", TYPES)
def test_charts_have_the_statistics_of_converting_first(dtype):
    x = given(dtype)
    for chart in (bg.detect.EwmaChart, bg.detect.CusumChart, bg.detect.PageHinkley):
        got, want = (chart().fit(x[:500]).score(v) for v in (x, x.astype(np.float64)))
        same(got, want)


def test_a_state_that_refuses_numbers_with_times_is_left_as_it_was():
    for dtype in TYPES:
        x, times = given(dtype), np.arange(ROWS)
        counter = bg.Counter().update(1.0, times=0)
        before = counter.to_bytes()
        with pytest.raises(ValueError, match="times"):
            counter.update(x, times=times[:-1])
        assert counter.to_bytes() == before
        weighted = bg.QuantileHistogram()
        with pytest.raises(ValueError, match="n: "):
            weighted.update(x, n=np.ones(3, np.int64))
        assert weighted.count == 0


def bands(x: Any) -> dict[str, Any]:
    """What goes over a series as a whole, or is pushed, as arrays."""
    window, pairs = bg.RollingWindow(60), bg.RollingPairs(60)
    window.push(x)
    pairs.push(x, x[::-1].copy())
    model = bg.HoltWinters(seasonal=None).fit(x[:100])
    profile = bg.SeasonalProfile(7)
    profile.update(x, times=np.arange(len(x)))
    by = np.arange(len(x)) % 3
    return {
        "window": [window.mean(), window.std(), window.quantile(0.9), pairs.corr()],
        "baseline": bg.RollingBaseline(60).update(x),
        "seasonal": bg.seasonal_baseline(x, 7, closed="left", scale="pooled"),
        "seasonal stream": bg.RollingBaseline(60, period=7).update(x),
        "profile": profile.expected(np.arange(7)),
        "stl": [bg.decompose(x, 7).trend, bg.decompose(x, 7).resid],
        "fitted": model.fitted,
        "updated": model.update(x[100:]),
        "ewm by": bg.ewm(x, span=20, by=by).std(),
        "ewm sum": bg.ewm_sum(x, span=20),
    }


@pytest.mark.parametrize("dtype", TYPES)
def test_models_and_streams_give_the_bits_of_converting_first(dtype):
    x = given(dtype)
    got, want = bands(x), bands(x.astype(np.float64))
    for name in want:
        np.testing.assert_array_equal(np.asarray(got[name]), np.asarray(want[name]), err_msg=name)


@pytest.mark.parametrize("dtype", TYPES)
def test_every_kind_of_one_null_free_chunk_is_read_in_place(dtype):
    pl, pa = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    x = given(dtype)
    nullable = pd.Series(x).astype("Int64" if dtype == "int64" else "Float32")
    arrow = pd.Series(pd.array(x, dtype=pd.ArrowDtype(pa.from_numpy_dtype(dtype))))
    want = bg.rolling_mean(x.astype(np.float64), 60)
    for series in (x, pd.Series(x), nullable, arrow, pl.Series(x), pa.array(x), pa.chunked_array([x])):
        report = bg.explain_input(series)
        assert (report.copied, report.chunks, report.nulls, report.contiguous) == (False, 1, 0, True), report
        assert report.reasons == (f"{dtype} becomes float64 a block at a time, as it is read",)
        same(bg.rolling_mean(series, 60), want)


def test_what_is_no_such_chunk_is_converted_and_said():
    pa = pytest.importorskip("pyarrow")
    x = given("float32")
    for series, why in (
        (x[::2], "do not lie side by side"),
        (x.astype(np.int32), "int32 becomes float64, in one pass"),
        (x.astype(">f4"), ">f4 becomes float64, in one pass"),
        (pa.chunked_array([x[:5], x[5:]]), "2 chunks are put together"),
    ):
        report = bg.explain_input(series)
        assert report.copied
        assert why in str(report)
    odd = np.frombuffer(b"x" + x.tobytes(), np.float32, ROWS, 1)  # not at a multiple of four bytes
    assert bg.explain_input(odd).copied
    same(bg.rolling_mean(odd, 60), bg.rolling_mean(x.astype(np.float64), 60))


@pytest.mark.parametrize("dtype", TYPES)
def test_chunks_of_pandas_are_told_as_they_are(dtype):
    pa = pytest.importorskip("pyarrow")
    x = given(dtype)
    chunks = pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([x[:5], x[5:]])))
    report = bg.explain_input(chunks)
    assert (report.kind, report.chunks, report.copied, report.nulls) == ("pandas", 2, True, 0)
    assert report.reasons[0] == "2 chunks are put together, each copied once"
    assert "gives" not in str(report)
    same(bg.rolling_mean(chunks, 60), bg.rolling_mean(x.astype(np.float64), 60))
    missing = pd.Series(
        pd.arrays.ArrowExtensionArray(pa.chunked_array([x[:5], pa.array([None], x.dtype.name)]))
    )
    report = bg.explain_input(missing)
    assert (report.chunks, report.nulls, report.copied) == (2, 1, True)
    assert "NA" in str(report)


def test_nulls_are_missing_to_streams_whatever_stands_there():
    pl = pytest.importorskip("polars")
    x = pl.Series([1.0, 2.0, None, 4.0])
    want = bg.RollingBaseline(3, min_periods=1).update([1.0, 2.0, float("nan"), 4.0])
    got = bg.RollingBaseline(3, min_periods=1).update(x)
    for name in ("expected", "scale"):
        np.testing.assert_array_equal(getattr(got, name), getattr(want, name))
    window = bg.RollingWindow(3)
    window.push(x)
    assert len(window) == 2


def peak_of(call: Callable[[], Any]) -> int:
    """Bytes that a call takes at most beyond what is in use, its result among them."""
    status = "/proc/self/status"
    gc.collect()
    try:
        with open("/proc/self/clear_refs", "w") as clear:
            clear.write("5")  # the peak begins anew
    except OSError:
        pytest.skip("no peak of memory to be had here")

    def kilobytes(name: str) -> int:
        with open(status) as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith(name))

    before = kilobytes("VmRSS")
    result = call()
    peak = kilobytes("VmHWM")
    del result
    return (peak - before) * 1024


BIG = 6_000_000
RESULT = 8 * BIG
IN_PLACE: dict[str, tuple[Callable[[Any], Any], int]] = {
    **{
        f"rolling_{name}": (lambda x, roll=roll: roll(x, 60), RESULT)
        for name, roll in ROLLING.items()
        if name != "quantile"
    },
    "rolling_quantile": (lambda x: bg.rolling_quantile(x, 60, 0.9), RESULT),
    "rolling_cov": (lambda x: bg.rolling_cov(x, x, 60), RESULT),
    **{
        f"expanding_{name}": (getattr(bg, f"expanding_{name}"), RESULT)
        for name in ("sum", "mean", "std", "max", "first", "count")
    },
    "ewm_mean": (lambda x: bg.ewm_mean(x, span=20), RESULT),
    "ewm_std": (lambda x: bg.ewm_std(x, span=20), RESULT),
    "ewm_cov": (lambda x: bg.ewm_cov(x, x, span=20), RESULT),
    "rolling_baseline": (lambda x: bg.rolling_baseline(x, 60), 4 * RESULT),
    "rolling_baseline ewma": (lambda x: bg.rolling_baseline(x, 60, method="ewma"), 4 * RESULT),
    "aggregations": (lambda x: bg.rolling(x, 60).agg(["mean", "max"]), 2 * RESULT),
    "RollingBaseline": (lambda x: bg.RollingBaseline(60).update(x), 4 * RESULT),
    "RollingWindow": (bg.RollingWindow(60).push, 0),
    "RollingPairs": (lambda x: bg.RollingPairs(60).push(x, x), 0),
    "Moments": (bg.Moments().update, 0),
    "ExactSum": (bg.ExactSum().update, 0),
    "QuantileHistogram": (bg.QuantileHistogram().update, 0),
    "LatencySummary": (bg.LatencySummary().update, 0),
    "Apdex": (bg.Apdex(500).update, 0),
    "Ewma": (bg.Ewma(60).update, 0),
}


@pytest.mark.slow
@pytest.mark.parametrize("dtype", TYPES)
def test_no_array_of_float64_is_made_of_a_long_series(dtype):
    x = given(dtype, BIG)
    found = {}
    for name, (call, result) in IN_PLACE.items():
        call(x[:1000])  # what is made once
        found[name] = peak_of(lambda call=call: call(x)) - result
    # An array of doubles would be 8 bytes a row; blocks and what a window needs are a few megabytes.
    assert {name: extra for name, extra in found.items() if extra > BIG} == {}
