"""Several statistics of one look, windows of any bounds, results in the caller's array, input in place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import barograph as bg

pd = pytest.importorskip("pandas")

STATISTICS = ["mean", "std", "max", "p95", "median", "count", "var", "p50", "nunique", "last"]


def noise(n, missing=0.1, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(100.0, 15.0, n)
    x[rng.random(n) < missing] = np.nan
    return x


def test_several_statistics_have_the_bits_of_each_alone():
    x = pd.Series(noise(800), name="ms", index=pd.date_range("2024", periods=800, freq="s"))
    got = bg.rolling(x, 30, min_periods=5).agg(STATISTICS)
    assert list(got.columns) == STATISTICS
    assert got.index.equals(x.index)
    for name in STATISTICS:
        if name.startswith("p"):
            want = bg.rolling_quantile(x, 30, float(name[1:]) / 100, min_periods=5)
        else:
            want = getattr(bg, f"rolling_{name}")(x, 30, min_periods=5)
        np.testing.assert_array_equal(got[name], want, err_msg=name)
    by_time = bg.rolling(x, "20s").agg(["mean", "p95"])
    np.testing.assert_array_equal(by_time["p95"], bg.rolling_quantile(x, "20s", 0.95))


def test_a_frame_of_the_same_kind_comes_back():
    pl, pa = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    values = [1.0, 3.0, 2.0]
    assert isinstance(bg.rolling(values, 2).agg(["mean"]), bg.Table)
    assert isinstance(bg.rolling(pl.Series(values), 2).agg(["mean", "max"]), pl.DataFrame)
    assert bg.rolling(pa.array(values), 2).agg(["max"]).column("max").to_pylist() == [None, 3.0, 3.0]
    frame = pd.DataFrame({"a": values, "b": values[::-1]})
    several = bg.rolling(frame, 2).agg({"a": ["mean", "max"], "b": "min"})
    assert list(several.columns) == [("a", "mean"), ("a", "max"), ("b", "min")]
    pd.testing.assert_frame_equal(several, frame.rolling(2).agg({"a": ["mean", "max"], "b": ["min"]}))
    one = bg.rolling(frame, 2).agg({"a": "mean", "b": "min"})
    pd.testing.assert_frame_equal(one, frame.rolling(2).agg({"a": "mean", "b": "min"}))
    assert bg.rolling(pl.DataFrame({"a": values}), 2).agg(["mean"]).columns == ["a_mean"]
    assert bg.rolling(pa.table({"a": values}), 2).agg({"a": ["max"]}).column_names == ["a_max"]
    assert bg.rolling(pl.DataFrame({"a": values}), 2).max()["a"].to_list() == [None, 3.0, 3.0]
    assert bg.rolling_max(pa.table({"a": values}), 2).column("a").to_pylist() == [None, 3.0, 3.0]


def test_results_are_named_as_pandas_names_them():
    frame = pd.DataFrame({"a": noise(60), "b": noise(60, seed=1)})
    x, theirs = frame["a"], frame["a"].rolling(9)
    windows = bg.rolling(x, 9)
    by_name = {"typical": "median", "most": "max"}
    pd.testing.assert_frame_equal(windows.agg(by_name), theirs.agg(by_name))
    pd.testing.assert_frame_equal(windows.agg(**by_name), theirs.agg(by_name))
    pd.testing.assert_series_equal(windows.agg("quantile", q=0.9), theirs.agg("quantile", q=0.9))
    pd.testing.assert_frame_equal(windows.agg(["std", "var"], ddof=0), theirs.agg(["std", "var"], ddof=0))
    got = windows.agg(p90=("quantile", 0.9), low=("quantile", 0.1, "lower"), p=("p90",), first="rank")
    assert list(got.columns) == ["p90", "low", "p", "first"]
    np.testing.assert_array_equal(got["p90"], bg.rolling_quantile(x, 9, 0.9))
    np.testing.assert_array_equal(got["p"], got["p90"])
    np.testing.assert_array_equal(got["low"], bg.rolling_quantile(x, 9, 0.1, interpolation="lower"))
    spreads = windows.agg(a="var", b="var", c="std", d=("std", 0))
    np.testing.assert_array_equal(spreads["b"], spreads["a"])
    np.testing.assert_array_equal(spreads["d"], bg.rolling_std(x, 9, ddof=0))


def test_named_results_of_a_frame_tell_their_columns():
    frame = pd.DataFrame({"a": noise(60), "b": noise(60, seed=1), "k": np.arange(60) % 3})
    asked = {"total": ("a", "sum"), "most": ("b", "max"), "least": ("a", "min")}
    got = bg.rolling(frame, 9).agg(**asked)
    assert list(got.columns) == ["total", "most", "least"]
    for name, (column, what) in asked.items():
        np.testing.assert_array_equal(got[name], getattr(bg, f"rolling_{what}")(frame[column], 9))
    within = bg.rolling(frame, 4, by="k").agg(**asked)
    pd.testing.assert_series_equal(within["most"], bg.rolling(frame, 4, by="k").max()["b"].rename("most"))
    named = bg.rolling(frame, 9).agg(
        high=pd.NamedAgg("a", "max"), p90=("a", "quantile", 0.9), again=("a", ("quantile", 0.9))
    )
    np.testing.assert_array_equal(named["again"], named["p90"])
    np.testing.assert_array_equal(named["high"], bg.rolling_max(frame["a"], 9))
    np.testing.assert_array_equal(named["p90"], bg.rolling_quantile(frame["a"], 9, 0.9))
    if int(pd.__version__.partition(".")[0]) >= 3:
        pd.testing.assert_frame_equal(got, frame.rolling(9).agg(**asked))
        high = bg.rolling(frame, 9).agg(high=pd.NamedAgg("a", "quantile", q=0.9))
        np.testing.assert_array_equal(high["high"], named["p90"])


COLUMNS = {
    "plain": list("abc"),
    "named": pd.Index(list("abc"), name="metric"),
    "levels": pd.MultiIndex.from_tuples([("a", "x"), ("a", "y"), ("b", "x")], names=["host", None]),
    "twice": list("aab"),
}


@pytest.mark.parametrize("columns", COLUMNS)
def test_columns_are_laid_out_as_pandas_lays_them_out(columns):
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(12, 3)), columns=COLUMNS[columns])
    last = frame.columns[2]
    for ours, theirs, names in (
        (bg.rolling(frame, 4), frame.rolling(4), ["mean", "max"]),
        (bg.ewm(frame, span=4), frame.ewm(span=4), ["mean", "var"]),
    ):
        for what in [names] if columns == "twice" else [names, {last: names}, {last: names[1]}]:
            pd.testing.assert_frame_equal(ours.agg(what), theirs.agg(what))
        if columns == "twice":
            with pytest.raises(ValueError, match="what: 2 columns are named 'a', expected one"):
                ours.agg({"a": "mean"})


def test_exponential_weights_are_asked_for_several_statistics():
    frame = pd.DataFrame({"a": noise(60), "b": noise(60, seed=1), "k": np.arange(60) % 3})
    weights = bg.ewm(frame, halflife=4, min_periods=2, by="k")
    got = weights.agg(["sum", "mean", ("std", True)])
    for column in "ab":
        np.testing.assert_array_equal(got[column, "sum"], weights.sum()[column])
        np.testing.assert_array_equal(got[column, "mean"], weights.mean()[column])
        np.testing.assert_array_equal(got[column, "std_True"], weights.std(bias=True)[column])
    named = bg.ewm(frame, halflife=4).agg(typical=("a", "mean"), spread=("b", ("var", True)))
    pd.testing.assert_series_equal(named["typical"], bg.ewm_mean(frame["a"], halflife=4).rename("typical"))
    np.testing.assert_array_equal(named["spread"], bg.ewm_var(frame["b"], halflife=4, bias=True))
    times = np.array([0, 1, 5, 6], "M8[s]")
    at = bg.ewm([1.0, 2.0, 4.0, 3.0], halflife="2s", times=times)
    np.testing.assert_array_equal(at.agg(["mean"])["mean"], at.agg("mean"))
    for what, says in (("median", "expected sum, mean, var, std$"), ("p95", "'p95' given, expected sum"),
                       (("std", "no"), "bias: 'no' given")):  # fmt: skip
        with pytest.raises((ValueError, TypeError), match=says):
            bg.ewm(frame["a"], span=3).agg([what])


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({}, TypeError, "what: none given"),
        ({"m": ("mean", 1)}, TypeError, "mean takes no argument"),
        ({"m": ("std", 0, 1)}, TypeError, "std takes only ddof"),
        ({"what": "mean", "q": 1}, TypeError, "mean takes no argument"),
        ({"m": "quantile"}, TypeError, "'quantile' given without q"),
        ({"m": ("quantile", "x")}, TypeError, "q: 'x'"),
        ({"m": ("quantile", 2.0)}, ValueError, "q"),
        ({"m": ("rank", "best")}, ValueError, "best"),
        ({"m": np.max}, TypeError, "max' given, expected names of statistics"),
        ({"what": {"m": "mode"}}, ValueError, "'mode' given, expected count"),
    ],
)
def test_what_a_statistic_does_not_take_is_named(asked, error, says):
    with pytest.raises(error, match=says):
        bg.rolling([1.0, 2.0], 1).agg(**asked)


def test_named_results_of_a_frame_need_a_column_that_is_there():
    windows = bg.rolling({"a": [1.0]}, 1)
    with pytest.raises(TypeError, match=r"total: 'sum' given, expected \(column, statistic\)"):
        windows.agg(total="sum")
    with pytest.raises(KeyError, match="no column 'b'; there are: a"):
        windows.agg(total=("b", "sum"))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_windows_of_any_bounds_hold_their_rows_and_no_others(data):
    n = data.draw(st.integers(1, 30))
    x = np.array(data.draw(st.lists(st.integers(-4, 4).map(float), min_size=n, max_size=n)))
    x[data.draw(st.lists(st.integers(0, n - 1), max_size=5))] = np.nan
    bound = st.lists(st.integers(0, n), min_size=n, max_size=n)
    start, end = np.array(data.draw(bound)), np.array(data.draw(bound))
    rolling = bg.rolling(x, bounds=(start, end))
    held = [x[s:e][~np.isnan(x[s:e])] for s, e in zip(start, end, strict=True)]

    def by_hand(f, least=1):
        return np.array([f(h) if len(h) >= least else np.nan for h in held])

    np.testing.assert_array_equal(rolling.sum(), by_hand(np.sum))
    np.testing.assert_allclose(rolling.mean(), by_hand(np.mean), rtol=1e-15)
    np.testing.assert_allclose(rolling.var(), by_hand(lambda h: np.var(h, ddof=1), 2), rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(rolling.min(), by_hand(np.min))
    np.testing.assert_array_equal(rolling.max(), by_hand(np.max))
    np.testing.assert_array_equal(rolling.median(), by_hand(np.median))
    np.testing.assert_array_equal(rolling.nunique(), by_hand(lambda h: len(np.unique(h))))
    np.testing.assert_array_equal(rolling.first(), by_hand(lambda h: h[0]))
    np.testing.assert_array_equal(rolling.last(), by_hand(lambda h: h[-1]))
    rows = end - start
    np.testing.assert_array_equal(
        rolling.count(), [len(h) if r >= 1 else np.nan for h, r in zip(held, rows, strict=True)]
    )


def test_infinities_that_show_do_so_in_bounds_that_go_back():
    x = np.array([1.0, np.inf, 3.0, 4.0])
    got = bg.rolling(x, bounds=([2, 0, 3, 1], [4, 2, 4, 2]), inf="propagate").sum()
    assert got.tolist() == [7.0, np.inf, 4.0, np.inf]


def test_pandas_indexers_are_windows():
    x = pd.Series(noise(50))
    forward = pd.api.indexers.FixedForwardWindowIndexer(window_size=4)
    for name in ("sum", "mean", "max", "median"):
        want = getattr(x.rolling(forward, min_periods=2), name)()
        got = getattr(bg, f"rolling_{name}")(x, forward, min_periods=2)
        np.testing.assert_allclose(got, want, rtol=1e-12)
    np.testing.assert_allclose(bg.rolling(x, forward).mean(), x.rolling(forward).mean(), rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: bg.rolling([1.0]), TypeError, "one of the two"),
        (lambda: bg.rolling([1.0], 1, bounds=([0], [1])), TypeError, "one of the two"),
        (lambda: bg.rolling([1.0], bounds=[0]), TypeError, "expected .start, end."),
        (lambda: bg.rolling([1.0], bounds=([0], [2])).sum(), ValueError, "end: 2 given for window 0"),
        (lambda: bg.rolling([1.0], bounds=([-1], [1])).sum(), ValueError, "start: -1 given for window 0"),
        (lambda: bg.rolling([1.0], bounds=([0, 0], [1, 1])).sum(), ValueError, "2 starts given, expected 1"),
        (lambda: bg.rolling([1.0], bounds=([0.5], [1])).sum(), TypeError, "expected one row number"),
        (lambda: bg.rolling([1.0], 1).agg(["mode"]), ValueError, "'mode' given, expected count"),
        (lambda: bg.rolling([1.0], 1).agg(["p101"]), ValueError, "p0 to p100"),
        (lambda: bg.rolling([1.0], 1).agg(["sum", "sum"]), ValueError, "each statistic once"),
        (lambda: bg.rolling({"a": [1.0]}, 1).agg({"b": "sum"}), KeyError, "no column 'b'"),
    ],
)
def test_wrong_arguments_are_named(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_results_go_into_the_array_that_is_given():
    x = noise(500)
    want = bg.rolling_mean(x, 10)
    out = np.empty(500)
    assert bg.rolling_mean(x, 10, out=out) is out
    np.testing.assert_array_equal(out, want)
    strided = np.empty(1000)[::2]
    bg.rolling_median(x, 10, out=strided)
    np.testing.assert_array_equal(strided, bg.rolling_median(x, 10))
    over = x.copy()
    bg.rolling_mean(over, 10, out=over)  # where the values stood
    np.testing.assert_array_equal(over, want)
    series = bg.rolling_max(pd.Series(x), 10, out=out)
    assert np.shares_memory(series.to_numpy(), out)
    matrix = np.asfortranarray(np.column_stack([x, x[::-1]]))
    into = np.empty((500, 2), order="F")
    assert bg.rolling_std(matrix, 10, out=into) is into
    np.testing.assert_array_equal(into[:, 1], bg.rolling_std(x[::-1], 10))
    with pytest.raises(TypeError, match="out: float32 given"):
        bg.rolling_mean(x, 10, out=np.empty(500, np.float32))
    with pytest.raises(ValueError, match="out: 3 results given, expected 500"):
        bg.rolling_mean(x, 10, out=np.empty(3))
    frozen = np.empty(500)
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        bg.rolling_mean(x, 10, out=frozen)


def test_threads_over_columns_change_no_bit():
    matrix = noise(3000 * 7).reshape(3000, 7)
    frame = pd.DataFrame(matrix)
    for name in ("mean", "std", "max", "median", "rank", "count"):
        one = getattr(bg, f"rolling_{name}")(matrix, 60, min_periods=1, threads=1)
        for threads in (2, 3, 16):
            several = getattr(bg, f"rolling_{name}")(matrix, 60, min_periods=1, threads=threads)
            np.testing.assert_array_equal(several, one)
        framed = getattr(bg, f"rolling_{name}")(frame, 60, min_periods=1, threads=2)
        np.testing.assert_array_equal(framed.to_numpy(), one)


def test_plain_doubles_are_read_in_place():
    pl, pa = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    x = np.arange(5.0)
    for given_ in (x, pd.Series(x), pl.Series(x), pa.array(x), np.asfortranarray(np.ones((4, 2)))[:, 1]):
        report = bg.explain_input(given_)
        assert (report.copied, report.reasons, report.chunks, report.contiguous) == (False, (), 1, True)


def test_what_is_copied_is_said_and_why():
    pl, pa = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    assert "do not lie side by side" in str(bg.explain_input(np.ones((4, 2))[:, 1]))
    assert bg.explain_input(np.ones(3, np.int8)).reasons == ("int8 becomes float64, in one pass",)
    assert "bool becomes float64, in one pass" in str(bg.explain_input(pd.Series([True, False])))
    chunked = pa.chunked_array([[1.0, 2.0], [3.0]])
    report = bg.explain_input(chunked)
    assert (report.chunks, report.copied, report.rows) == (2, True, 3)
    assert "each copied once" in str(report)
    nulls = bg.explain_input(pl.Series([1.0, None]))
    assert (nulls.nulls, nulls.copied) == (1, False)
    assert "1 missing" in str(nulls)
    assert bg.explain_input([1.0]).kind == "sequence"


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "int8", "uint16", "bool"])
def test_chunks_slices_and_nulls_of_arrow_are_those_of_the_values(dtype):
    pl, pa = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    rng = np.random.default_rng(2)
    values = rng.integers(0, 2 if dtype == "bool" else 50, 97).astype(dtype)
    missing = rng.random(97) < 0.2
    whole = pa.array(values, mask=missing)
    plain = np.where(missing, np.nan, values.astype(float))
    want = bg.rolling_mean(plain, 7, min_periods=3)
    chunked = pa.chunked_array([whole[:10], whole[10:11], whole[11:11], whole[11:]])
    for given_, of in (
        (whole, 0),
        (chunked, 0),
        (whole[13:], 13),
        (pl.Series(whole), 0),
        (pl.Series(chunked), 0),
    ):
        got = bg.rolling_mean(given_, 7, min_periods=3)
        expected = bg.rolling_mean(plain[of:], 7, min_periods=3) if of else want
        as_floats = np.array(
            [
                np.nan if v is None else v
                for v in (got.to_list() if hasattr(got, "to_list") else got.to_pylist())
            ]
        )
        np.testing.assert_array_equal(as_floats, expected)
    assert bg.rolling_sum(pa.chunked_array([], pa.float64()), 2).to_pylist() == []


def test_a_tuple_with_an_argument_is_one_statistic_with_a_name_of_its_own():
    windows = bg.rolling([1.0, 2.0, 4.0, 9.0], 3)
    np.testing.assert_array_equal(windows.agg(("quantile", 0.95)), windows.quantile(0.95))
    np.testing.assert_array_equal(windows.agg(("std", 0)), windows.std(0))
    got = windows.agg(["std", ("std", 0), ("quantile", 0.95)])
    assert got.columns == ["std", "std_0", "quantile_0.95"]
    assert windows.agg(("mean", "max")).columns == ["mean", "max"]
    of_frame = bg.rolling({"ms": [1.0, 2.0, 4.0]}, 2).agg({"ms": ["std", ("std", 0)]})
    assert of_frame.columns == ["ms_std", "ms_std_0"]
    np.testing.assert_array_equal(of_frame["ms_std_0"], [np.nan, 0.5, 1.0])


@pytest.mark.parametrize(
    ("what", "error", "message"),
    [
        (np.mean, TypeError, "what: 'mean' given, expected names of statistics: count"),
        (5, TypeError, "what: 5 given, expected names of statistics: count"),
        ((np.mean, np.std), TypeError, "what: 'mean' given"),
        (["std", ("std", 1)], ValueError, "each statistic once"),
        (["p95", ("quantile", 0.95)], ValueError, "each statistic once"),
        ([("std", 0), ("std", 0)], ValueError, "each statistic once"),
    ],
)
def test_what_is_no_statistic_or_one_twice_is_an_error(what, error, message):
    with pytest.raises(error, match=message):
        bg.rolling([1.0, 2.0], 1).agg(what)
    with pytest.raises(error, match=message):
        bg.rolling({"a": [1.0, 2.0]}, 1).agg({"a": what})
