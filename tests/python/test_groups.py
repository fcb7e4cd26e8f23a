"""bg.kpis and bg.groupby_quantile: what pandas' groupby gives, bit for bit; means nearer to the exact one."""

import contextlib
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import barograph as bg
from barograph import _core
from barograph._frames import Strings, Table

# -0.0 is left to a test of its own: which zero pandas picks among both depends on its selection algorithm.
values = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True).map(lambda v: v + 0.0 if v == 0 else v),
    st.integers(0, 5).map(float),
    st.sampled_from([math.inf, -math.inf, math.nan, 5e-324, 2.2250738585072014e-308, 1.7e308, 150.0, 150.5]),
)
quantiles = st.lists(st.floats(0, 1), min_size=1, max_size=4, unique=True)


def same(ours, theirs):
    ours, theirs = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    assert np.array_equal(ours, theirs, equal_nan=True), (ours, theirs)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning", "ignore:overflow:RuntimeWarning")
@settings(max_examples=300, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(-1, 4), values), max_size=60), qs=quantiles)
def test_quantiles_are_those_of_pandas(rows, qs):
    codes = np.array([c for c, _ in rows], dtype=np.int32)
    x = np.array([v for _, v in rows], dtype=np.float64)
    found = _core.groupby_kpis(x, None, codes, len(x), 5, qs, math.nan, math.nan)
    seen = found["requests"] > 0
    grouped = pd.Series(x).groupby(pd.Series(codes, dtype=float).where(codes >= 0))
    same(found["quantiles"].reshape(5, -1)[seen].ravel(), grouped.quantile(qs))
    same(found["latencies"][seen], grouped.count())
    same(found["minimum"][seen], grouped.min())
    same(found["maximum"][seen], grouped.max())


@pytest.mark.parametrize("n", [1, 50, 20_000])
@pytest.mark.parametrize("spread", ["lognormal", "integers", "one value", "any bits", "signs"])
@pytest.mark.parametrize("groups", [1, 7, 5_000])
def test_both_ways_to_group_give_the_quantiles_of_pandas(n, spread, groups):
    rng = np.random.default_rng(n + groups)
    x = {
        "lognormal": rng.lognormal(5, 1, n),
        "integers": rng.integers(0, 2_000, n),
        "one value": np.full(n, 12.5),
        "any bits": rng.integers(-(2**63), 2**63 - 1, n).view(np.float64),
        "signs": rng.normal(size=n),
    }[spread]
    codes = rng.integers(0, groups, n).astype(np.int32)
    qs = [0.0, 0.01, 0.5, 0.95, 0.99, 1.0]
    found = _core.groupby_kpis(x, None, codes, n, groups, qs, math.nan, math.nan)
    seen = found["requests"] > 0
    with np.errstate(over="ignore", invalid="ignore"):
        same(found["quantiles"].reshape(groups, -1)[seen].ravel(), pd.Series(x).groupby(codes).quantile(qs))


def test_a_negative_zero_stands_below_zero():
    x = np.array([0.0, -0.0, 0.0, -0.0])
    for codes, groups in ((np.zeros(4, np.int32), 1), (np.zeros(4, np.int32), 100)):  # table, distribution
        found = _core.groupby_kpis(x, None, codes, 4, groups, [0, 1 / 3, 2 / 3, 1], math.nan, math.nan)
        assert np.signbit(found["quantiles"][:4]).tolist() == [True, True, False, False]


@settings(max_examples=200, deadline=None)
@given(
    x=st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=40),
    groups=st.sampled_from([1, 400]),
)
def test_sums_are_correctly_rounded_and_means_never_farther_from_it_than_pandas(x, groups):
    codes = np.zeros(len(x), dtype=np.int32)
    found = _core.groupby_kpis(np.array(x), None, codes, len(x), groups, [0.5], math.nan, math.nan)
    assert found["sum"][0] == math.fsum(x)
    oracle = math.fsum(x) / len(x)
    theirs = pd.Series(x).groupby(codes).mean().iloc[0]
    assert not abs(found["mean"][0] - oracle) > abs(theirs - oracle)


def test_sums_of_many_large_mantissas_do_not_overflow():
    x = np.full(300_000, np.nextafter(2.0, 1.0))
    found = _core.groupby_kpis(x, None, None, x.size, 1, [0.5], math.nan, math.nan)
    assert found["sum"][0] == math.fsum(x.tolist())


LOG = pd.DataFrame(
    {
        "service": ["pay", "auth", None, "pay", "auth", "auth"],
        "status": [200, 200, 500, 503, 200, 404],
        "latency_ms": [900.0, 12.0, 1.0, np.nan, 14.0, 2500.0],
        "error": [False, False, True, True, False, True],
    }
)


def test_figures_of_a_small_log_computed_by_hand():
    out = bg.kpis(LOG, by="service", apdex=100, quantiles=[0.5, 0.999])
    columns = ["service", "requests", "errors", "error_rate", "mean", "p50", "p99.9", "apdex"]
    assert list(out.columns) == columns
    assert out["service"].tolist() == ["auth", "pay"]
    assert out["requests"].tolist() == [3, 2]
    assert out["errors"].tolist() == [1, 1]
    assert out["error_rate"].tolist() == [1 / 3, 0.5]
    assert out["mean"].tolist() == [(12.0 + 14.0 + 2500.0) / 3, 900.0]
    assert out["p50"].tolist() == [14.0, 900.0]
    # auth: two satisfied, an error; pay: 900 is above F = 400, and an error without a latency
    assert out["apdex"].tolist() == [2 / 3, 0.0]
    assert bg.kpis(LOG, by="service", apdex=(100, 1000))["apdex"].tolist() == [2 / 3, 0.25]


def test_without_keys_all_rows_are_one_group():
    out = bg.kpis(LOG)
    assert out["requests"].tolist() == [6]
    assert list(out.columns) == ["requests", "errors", "error_rate", "mean", "p50", "p95", "p99"]


def test_status_codes_from_500_are_errors():
    out = bg.kpis(LOG.drop(columns="error"))
    assert out["errors"].tolist() == [2]


@pytest.mark.parametrize("dtype", ["bool", "int64", "uint8", "float64", "boolean", "Int64", "object"])
def test_errors_of_any_type_count_alike(dtype):
    frame = LOG.assign(error=LOG["error"].astype(dtype))
    assert bg.kpis(frame, by="service")["errors"].tolist() == [1, 1]


@pytest.mark.parametrize("dtype", ["float64", "boolean", "Int64", "object"])
def test_a_missing_error_is_none(dtype):
    flags = pd.Series([1, 0, None, 1, 0, 1], dtype="float64" if dtype != "object" else object)
    frame = LOG.assign(error=flags.astype(dtype))
    assert bg.kpis(frame)["errors"].tolist() == [3]


def test_what_a_log_lacks_narrows_the_result():
    out = bg.kpis(LOG[["service"]], by="service")
    assert list(out.columns) == ["service", "requests"]
    assert list(bg.kpis(LOG[["service", "latency_ms"]], by="service", quantiles=[]).columns) == [
        "service",
        "requests",
        "mean",
    ]


def frames_of(frame):
    import polars as pl
    import pyarrow as pa

    yield frame, pd.DataFrame
    yield pl.from_pandas(frame), pl.DataFrame
    yield pa.Table.from_pandas(frame), pa.Table
    yield Table.of(frame), Table
    yield {name: frame[name] for name in frame}, Table


def test_the_same_kind_of_frame_comes_out_with_the_same_figures():
    want = bg.kpis(LOG, by=["service", "status"], apdex=100)
    for data, kind in frames_of(LOG):
        out = bg.kpis(data, by=["service", "status"], apdex=100)
        assert isinstance(out, kind)
        pd.testing.assert_frame_equal(Table.of(out).to_pandas(), want, check_exact=True)


KEYS = {
    "text": pd.Series(["b", "a", None, "a", "c", "b", "é", "Z"] * 4),
    "object": pd.Series(["b", "a", None, "a", "c", "b", "é", "Z"] * 4, dtype=object),
    "category": pd.Categorical(["b", "a", None, "a", "c", "b", "é", "Z"] * 4, categories=list("cbaéZy")),
    "int64": pd.Series([3, -1, 10**15, 3, 0, 7, 7, -(2**62)] * 4),
    "uint64": pd.Series([3, 1, 2**63 + 5, 3, 0, 7, 7, 2**64 - 1] * 4, dtype="uint64"),
    "int8": pd.Series([3, -1, 100, 3, 0, 7, 7, -128] * 4, dtype="int8"),
    "Int64": pd.Series([3, -1, None, 3, 0, 7, 7, 5] * 4, dtype="Int64"),
    "bool": pd.Series([True, False, True, True] * 8),
    "float": pd.Series([0.5, -0.0, 0.0, np.nan, np.inf, -np.inf, 0.5, 3] * 4),
    "time": pd.Series(pd.to_datetime(["2024-01-05", None, "1969-12-31", "2024-01-06"] * 8)),
}


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("second", [None, "int8", "text", "category"])
def test_keys_of_any_type_group_and_sort_as_in_pandas(kind, second):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"one": KEYS[kind], "latency": rng.lognormal(3, 1, 32)})
    by = ["one"]
    if second:
        frame["two"] = KEYS[second]
        by.append("two")
    out = bg.kpis(frame, by=by)
    grouped = frame.groupby(by, observed=True)["latency"]
    want = grouped.size().rename("requests").reset_index()
    for name in by:
        same_keys = out[name].astype(object).tolist() == want[name].astype(object).tolist()
        assert same_keys, (out[name], want[name])
    assert out["requests"].tolist() == want["requests"].tolist()
    for q, column in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99")):
        same(out[column], grouped.quantile(q))


def test_periods_are_those_of_pandas():
    rng = np.random.default_rng(2)
    t = pd.Timestamp("2024-02-28") + pd.to_timedelta(rng.integers(0, 3 * 86400, 500), "s")
    frame = pd.DataFrame({"when": t, "service": rng.choice(["a", "b"], 500), "latency": rng.random(500)})
    for freq in ("h", "15min", "D", "90s"):
        out = bg.kpis(frame, by="service", timestamp="when", freq=freq)
        want = frame.groupby(["service", frame["when"].dt.floor(freq)])["latency"].quantile(0.95)
        assert list(out.columns)[:2] == ["service", "when"]
        assert out["when"].tolist() == want.index.get_level_values("when").tolist()
        same(out["p95"], want)


def test_periods_of_a_zone_are_its_days_and_months():
    # both changes of the clocks of 2024 in Rome are in these days
    t = pd.date_range("2024-03-28", "2024-11-01", freq="37min")
    frame = pd.DataFrame({"timestamp": t, "latency": np.arange(len(t)) % 97})
    local = frame["timestamp"].dt.tz_localize("UTC").dt.tz_convert("Europe/Rome")
    for data in (frame.assign(timestamp=local), frame):
        out = bg.kpis(data, freq="D", tz=None if data is not frame else "Europe/Rome")
        want = frame.groupby(local.dt.normalize())["latency"]
        assert out["timestamp"].tolist() == want.size().index.tolist()
        assert str(out["timestamp"].dt.tz) == "Europe/Rome"
        assert out["requests"].tolist() == want.size().tolist()
        same(out["p95"], want.quantile(0.95))
    months = bg.kpis(frame, freq="MS")
    want = frame.groupby(frame["timestamp"].dt.to_period("M")).size()
    assert months["requests"].tolist() == want.tolist()


def test_a_missing_time_belongs_to_no_period():
    frame = pd.DataFrame({"timestamp": pd.to_datetime(["2024-01-01", None]), "latency": [1.0, 2.0]})
    assert bg.kpis(frame, freq="D")["requests"].tolist() == [1]


def test_sketched_quantiles_are_those_of_the_merged_states():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"service": rng.choice(["a", "b", "c"], 2000), "latency": rng.lognormal(5, 1, 2000)})
    out = bg.kpis(frame, by="service", exact=False)
    exact = bg.kpis(frame, by="service")
    for row, (_, part) in enumerate(frame.groupby("service")["latency"]):
        state = bg.QuantileHistogram()
        for piece in np.array_split(part.to_numpy(), 3):
            other = bg.QuantileHistogram()
            other.update(piece)
            state.merge(other)
        assert [out[c][row] for c in ("p50", "p95", "p99")] == list(state.quantile([0.5, 0.95, 0.99]))
    assert np.allclose(out["p95"], exact["p95"], rtol=0.0055)  # the bound of the states
    assert out.drop(columns=["p50", "p95", "p99"]).equals(exact.drop(columns=["p50", "p95", "p99"]))


@pytest.mark.parametrize("groups", [50, 40_000])
def test_threads_do_not_change_bits(groups):
    rng = np.random.default_rng(6)
    n = 200_000
    x = rng.lognormal(5, 2, n) * rng.choice([1, -1, np.nan], n)
    codes = rng.integers(-1, groups, n).astype(np.int32)
    errors = (rng.random(n) < 0.1).view(np.uint8)
    one, *others = (
        _core.groupby_kpis(x, errors, codes, n, groups, [0.1, 0.5, 0.99], 100.0, 400.0, threads)
        for threads in (1, 2, 3, 7)
    )
    for other in others:
        for name, figures in one.items():
            assert figures.tobytes() == other[name].tobytes(), name


def test_arrays_changed_while_they_are_read_are_an_error_or_a_result_never_a_crash():
    import threading

    rng = np.random.default_rng(7)
    n = 300_000
    x = rng.lognormal(5, 1, n)
    codes = rng.integers(0, 50, n).astype(np.int32)
    stop = threading.Event()

    def scribble():
        while not stop.is_set():
            x[:] = rng.lognormal(5, 1, n)
            codes[:] = rng.integers(0, 50, n)

    writer = threading.Thread(target=scribble)
    writer.start()
    try:
        for groups in (50, 30_000):
            for _ in range(10):
                with contextlib.suppress(ValueError):  # "changed while they were being read"
                    _core.groupby_kpis(x, None, codes, n, groups, [0.5, 0.99], math.nan, math.nan, 2)
    finally:
        stop.set()
        writer.join()


def test_no_rows_give_no_groups():
    assert len(bg.kpis(LOG[:0], by="service")) == 0
    out = bg.kpis(LOG[:0])
    assert out["requests"].tolist() == [0]
    assert math.isnan(out["error_rate"][0])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"by": "servic"}, KeyError, "service, status, latency_ms, error"),
        ({"latency": "ms"}, KeyError, "latency: no column 'ms'"),
        ({"latency": "service"}, TypeError, "holds text"),
        ({"error": "latency_ms"}, ValueError, "0 and 1"),
        ({"error": "service"}, TypeError, "holds text"),
        ({"quantiles": [1.5]}, ValueError, "from 0 to 1"),
        ({"quantiles": [0.5, 0.5]}, ValueError, "once"),
        ({"apdex": -1}, ValueError, "0 < T <= F"),
        ({"apdex": (5, 1)}, ValueError, "0 < T <= F"),
        ({"freq": "h"}, ValueError, "timestamp"),
        ({"threads": 0}, ValueError, "1 to 4096"),
        ({"by": ["service", "service"]}, ValueError, "once"),
    ],
)
def test_errors_say_what_would_be_accepted(arguments, error, message):
    with pytest.raises(error, match=message):
        bg.kpis(LOG, **arguments)


def test_two_columns_for_one_role_are_ambiguous():
    with pytest.raises(ValueError, match="'latency_ms' and 'duration_ms' could each be it"):
        bg.kpis(LOG.assign(duration_ms=1.0))


def test_codes_out_of_range_are_named():
    for n in (3, 5000):
        codes = np.zeros(n, dtype=np.int32)
        codes[2] = 7
        for x in (np.zeros(n), np.empty(0)):
            with pytest.raises(ValueError, match="given 7 in row 2"):
                _core.groupby_kpis(x, None, codes, n, 2, [0.5], math.nan, math.nan)


@pytest.mark.parametrize("q", [0.5, [0.1, 0.9]])
def test_groupby_quantile_of_a_series_is_the_series_of_pandas(q):
    rng = np.random.default_rng(3)
    x = pd.Series(rng.normal(size=32), name="x")
    for name in ("text", "category", "int8", "bool", "Int64"):
        key = pd.Series(KEYS[name], name="k")
        pd.testing.assert_series_equal(
            bg.groupby_quantile(x, key, q), x.groupby(key, observed=True).quantile(q), check_exact=True
        )
    two = [pd.Series(KEYS["text"], name="a"), pd.Series(KEYS["int8"], name="b")]
    pd.testing.assert_series_equal(
        bg.groupby_quantile(x, two, q), x.groupby(two).quantile(q), check_exact=True
    )


def test_groupby_quantile_of_arrays_is_a_table():
    out = bg.groupby_quantile(np.array([1.0, 2.0, 4.0]), Strings([0, 0, 1], ["b", "a"]), [0.5, 1])
    assert out.to_dict() == {"key": ["a", "b"], "p50": [4.0, 1.5], "p100": [4.0, 2.0]}


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["", "a", "auth", "/login?x=1"]))),
    st.integers(0, 9),
)
def test_arrow_text_is_coded_as_it_reads(texts, skip):
    import pyarrow as pa

    for kind in (pa.string(), pa.large_string(), pa.string_view()):
        column = Table.of(pa.table({"t": pa.array(texts, kind)[skip:]}))["t"]
        assert column.to_numpy().tolist() == texts[skip:]
        assert len(set(column.categories)) == len(column.categories)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.integers(-(2**63) + 1, 2**63 - 1), st.integers(-5, 5)), max_size=50))
def test_factorize_numbers_the_sorted_distinct_keys(keys):
    x = np.array(keys, dtype=np.int64)
    codes, distinct = _core.factorize(x)
    want, inverse = np.unique(x, return_inverse=True)
    assert distinct.tolist() == want.tolist()
    assert codes.tolist() == inverse.tolist()


def test_factorize_of_many_scattered_keys():
    rng = np.random.default_rng(5)
    x = rng.integers(-(2**62), 2**62, 20_000).repeat(2)
    codes, distinct = _core.factorize(x)
    want, inverse = np.unique(x, return_inverse=True)
    assert np.array_equal(distinct, want)
    assert np.array_equal(codes, inverse)


BIG = 2**53


@pytest.mark.parametrize("kind", ["Int64", "int64[pyarrow]", "category", "polars", "arrow"])
def test_integer_keys_with_missing_ones_keep_every_bit(kind):
    pa = pytest.importorskip("pyarrow")
    given = [BIG, BIG + 1, None, BIG, BIG + 1, BIG + 1]
    latencies = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    if kind == "polars":
        data = pytest.importorskip("polars").DataFrame({"key": given, "latency_ms": latencies})
    elif kind == "arrow":
        data = pa.table({"key": pa.chunked_array([given[:2], given[2:]]), "latency_ms": latencies})
    else:
        dtype = "Int64" if kind == "category" else kind
        key = pd.array(given, dtype=dtype)
        if kind == "category":
            key = pd.Categorical.from_codes([0, 1, -1, 0, 1, 1], categories=[BIG, BIG + 1])
        data = pd.DataFrame({"key": key, "latency_ms": latencies})
    out = Table.of(bg.kpis(data, by="key"))
    assert out["key"].dtype == np.int64
    assert out["key"].tolist() == [BIG, BIG + 1]
    assert out["requests"].tolist() == [2, 3]
    found = bg.groupby_quantile(data["latency_ms"], data["key"])
    if kind not in ("polars", "arrow"):
        theirs = data["latency_ms"].groupby(data["key"], observed=True).quantile()
        pd.testing.assert_series_equal(found, theirs, check_index_type=False)
    else:
        assert Table.of(found)["p50"].tolist() == [2.5, 5.0]


def test_bool_keys_with_missing_ones_stay_bools():
    data = pd.DataFrame({"key": pd.array([True, None, False], "boolean"), "latency_ms": [1.0, 2.0, 3.0]})
    assert Table.of(bg.kpis(data, by="key"))["key"].tolist() == [False, True]
    assert Table.of(bg.kpis(data, by="key"))["key"].dtype == np.bool_


def test_a_large_unsigned_key_keeps_every_bit_beside_a_missing_one():
    data = pd.DataFrame({"key": pd.array([2**64 - 1, None, 2**64 - 2], "UInt64"), "latency_ms": [1.0, 2, 3]})
    assert Table.of(bg.kpis(data, by="key"))["key"].tolist() == [2**64 - 2, 2**64 - 1]


def test_keys_are_aligned_to_the_index_as_pandas_does():
    values = pd.Series([1.0, 2.0, 3.0, 4.0], index=list("abcd"), name="v")
    for key in (
        pd.Series(["x", "x", "y", "y"], index=list("dbca"), name="k"),
        pd.Series([1, 1, 2], index=list("dbz"), name="k"),
        pd.Series(["x", "y", "x", "y"], index=list("dbca"), dtype="category"),
    ):
        pd.testing.assert_series_equal(
            bg.groupby_quantile(values, key), values.groupby(key, observed=True).quantile()
        )
        both = [key, np.array([0, 0, 0, 1])]
        pd.testing.assert_series_equal(
            bg.groupby_quantile(values, both), values.groupby(both, observed=True).quantile()
        )


def test_keys_that_cannot_be_aligned_are_refused():
    values = pd.Series([1.0, 2.0], index=["a", "b"])
    with pytest.raises(ValueError, match=r"by: .*repeats labels"):
        bg.groupby_quantile(values, pd.Series([1, 2], index=["b", "b"]))
    for key in (np.array([1, 2, 3]), [1], pd.Index([1, 2, 3])):
        with pytest.raises(ValueError, match="unequal length"):
            bg.groupby_quantile(values, key)
    with pytest.raises(ValueError, match="unequal length"):
        bg.groupby_quantile(np.array([1.0, 2.0]), pd.Series([1, 2, 3]))


def test_arrays_of_pandas_are_keys_and_values():
    values = pd.Series([1.0, 2.0, 3.0, 4.0], name="v")
    text = ["b", "a", None, "b"]
    arrays = [
        pd.Categorical(text, categories=["b", "a"]),
        pd.array(text, dtype="string"),
        pd.Series(text, dtype="str").array,
        pd.array([1, 2, None, 1], dtype="Int64"),
        pd.array(pd.to_datetime(["2026-01-02", "2026-01-01", None, "2026-01-02"])),
        pd.Index(["b", "a", "c", "b"]),
    ]
    for key in arrays:
        theirs = values.groupby(pd.Series(key), observed=True).quantile()
        found = bg.groupby_quantile(values, key)
        same(found, theirs)
        assert list(found.index) == list(theirs.index)
    zoned = pd.DatetimeIndex(["2026-01-02", "2026-01-01", "2026-01-03", "2026-01-02"], tz="Europe/Rome")
    same(bg.groupby_quantile(values, zoned.array), values.groupby(zoned).quantile())
    same(bg.groupby_quantile(pd.array([1.0, 2.0, None, 4.0], "Float64"), list("abab")), [1.0, 3.0])


def test_an_apdex_gives_its_limits():
    data = {"latency_ms": [1.0, 3.0, 9.0]}
    expected = bg.kpis(data, apdex=(2, 5))["apdex"].tolist()
    assert bg.kpis(data, apdex=bg.Apdex(2, 5))["apdex"].tolist() == expected == [0.5]
    assert bg.kpis(data, apdex=np.float32(2))["apdex"].tolist() == bg.kpis(data, apdex=2)["apdex"].tolist()


def test_one_quantile_need_not_be_a_list():
    data = {"latency_ms": [1.0, 3.0, 9.0]}
    assert bg.kpis(data, quantiles=0.5)["p50"].tolist() == [3.0]


frame = pd.DataFrame({"service": ["a", "b"], "latency_ms": [1.0, 2.0]})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bg.kpis(frame, apdex="2"), "apdex: '2' given"),
        (lambda: bg.kpis(frame, apdex=object()), "apdex: .* given"),
        (lambda: bg.kpis(frame, apdex=("1", 2)), "apdex: .* given"),
        (lambda: bg.kpis(frame, by=5), "by: int given, expected the name of a column"),
        (lambda: bg.kpis(frame, by=frame), "by: DataFrame given, expected the name of a column"),
        (lambda: bg.kpis(frame, by=["service", 5]), "by: list given, expected the name of a column"),
        (lambda: bg.kpis(frame, quantiles="p50"), "quantiles: 'p50' given, expected a number"),
        (lambda: bg.kpis(frame, quantiles=None), "quantiles: None given, expected a number"),
        (lambda: bg.kpis(frame, quantiles=["a"]), "quantiles: 'a' given, expected a number"),
        (lambda: bg.groupby_quantile(frame[["latency_ms"]], frame.service), "values: a DataFrame given"),
        (lambda: bg.groupby_quantile(frame.latency_ms, frame[["service"]]), "by: a DataFrame given"),
        (lambda: bg.groupby_quantile(frame.latency_ms, 5), "by: 5 given, expected a column"),
        (lambda: bg.groupby_quantile(frame.latency_ms, "service"), "by: 'service' given, expected a column"),
        (lambda: bg.groupby_quantile(frame.latency_ms, frame.service, "x"), "q: 'x' given"),
        (lambda: bg.read(None), "path: NoneType given"),
        (lambda: bg.read([5]), "path: int given"),
        (lambda: bg.Apdex("x"), "threshold: 'x' given"),
        (lambda: bg.Apdex(1, [2]), r"tolerating: \[2\] given"),
    ],
)
def test_arguments_of_other_types_are_named(call, message):
    with pytest.raises(TypeError, match=message):
        call()


def test_a_key_may_be_a_series_or_an_array_as_in_pandas_groupby():
    log = pd.DataFrame({"latency": [1.0, 2.0, 3.0, 10.0], "pod": ["a", "a", "b", "b"]}, index=[3, 1, 2, 0])
    # aligned by its index: the rows of log are x, y, x, None
    zone = pd.Series([None, "y", "x", "x"], index=[0, 1, 2, 3], name="zone")
    got = bg.kpis(log, by=zone, latency="latency", quantiles=[0.5])
    want = log.groupby(zone)["latency"].agg(["size", "mean", "median"]).reset_index()
    assert got["zone"].tolist() == want["zone"].tolist()
    assert got["requests"].tolist() == want["size"].tolist()
    assert got["mean"].tolist() == want["mean"].tolist()
    assert got["p50"].tolist() == want["median"].tolist()
    both = bg.kpis(log, by=["pod", np.array([7, 7, 8, 9])], latency="latency", quantiles=[])
    assert both[["pod", "key_1", "requests"]].to_numpy().tolist() == [["a", 7, 2], ["b", 8, 1], ["b", 9, 1]]
    with pytest.raises(ValueError, match="by: key of 2 rows given, expected 4"):
        bg.kpis(log, by=np.array([1, 2]), latency="latency")
    with pytest.raises(TypeError, match="by:"):
        bg.kpis(log, by=5, latency="latency")


def test_the_mean_of_values_whose_sum_is_beyond_the_doubles_is_finite():
    log = {"latency": np.full(3, 1.7e308), "by": ["a", "a", "b"]}
    assert bg.kpis(log, by="by", latency="latency")["mean"].tolist() == [1.7e308, 1.7e308]
