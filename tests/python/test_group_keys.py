"""The keys of `kpis` come back as pandas', polars' and Arrow's own grouping gives them: with their types."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest

import barograph as bg

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")
pl = pytest.importorskip("polars")

N = 280
RNG = np.random.default_rng(7)
WORDS = np.array(["b", "a", "c"])[RNG.integers(0, 3, N)].tolist()
WHOLE = RNG.integers(-2, 3, N).tolist()
LATENCY = RNG.lognormal(4, 1, N).round(1)
DAYS = pd.Timestamp("2024-10-27") + pd.to_timedelta(WHOLE, "D")


def holes(values):
    return [None if i % 7 == 0 else value for i, value in enumerate(values)]


PANDAS = {
    "category": pd.Categorical(WORDS, categories=list("cbaz")),
    "ordered": pd.Categorical(holes(WORDS), categories=list("zbca"), ordered=True),
    "category of integers": pd.Categorical(WHOLE, categories=[2, -1, 0, 1, -2, 9]),
    "category of floats": pd.Categorical(np.array(WHOLE) / 2, categories=[1, -0.5, 0, 0.5, -1]),
    "category of bools": pd.Categorical(np.array(WHOLE) > 0, categories=[True, False]),
    "category of times": pd.Categorical(DAYS),
    "category of zoned times": pd.Categorical(DAYS.tz_localize("Europe/Rome")),
    "category of anything": pd.Categorical([1, "a", 2.5, None] * (N // 4), categories=["a", 1, 2.5]),
    "intervals": pd.cut(pd.Series(LATENCY).where(np.arange(N) % 5 > 0), [0, 20, 50, 1000]),
    "no category at all": pd.Categorical([None] * N, categories=[]),
    "Int64": pd.array(holes(WHOLE), "Int64"),
    "Int8": pd.array(WHOLE, "Int8"),
    "boolean": pd.array(holes(np.array(WHOLE) > 0), "boolean"),
    "Float64": pd.array(holes(WHOLE), "Float64"),
    "string": pd.array(holes(WORDS), "string"),
    "object": pd.Series(holes(WORDS), dtype=object),
    "int64[pyarrow]": pd.array(holes(WHOLE), "int64[pyarrow]"),
    "bool[pyarrow]": pd.array(holes((np.array(WHOLE) > 0).tolist()), "bool[pyarrow]"),
    "date32[pyarrow]": pd.array([dt.date(2024, 1, 3 + w) for w in WHOLE], pd.ArrowDtype(pa.date32())),
    "decimal[pyarrow]": pd.array([Decimal(w) for w in WHOLE], pd.ArrowDtype(pa.decimal128(5, 1))),
    "dictionary[pyarrow]": pd.array(
        holes(WORDS), pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))
    ),
    "time in seconds": DAYS.astype("datetime64[s]"),
    "zoned time in ms": DAYS.tz_localize("Europe/Rome").astype("datetime64[ms, Europe/Rome]"),
    "timedelta": pd.to_timedelta(WHOLE, "h"),
    "period": pd.PeriodIndex(DAYS, freq="D"),
    "sparse": pd.arrays.SparseArray(WHOLE, fill_value=0),
    "mixed": [1, "a", 2.5, True] * (N // 4),
    "bytes": [b"a", b"c", None, b"b"] * (N // 4),
}  # fmt: skip


@pytest.mark.parametrize("kind", PANDAS)
@pytest.mark.parametrize("rows", [N, 0])
def test_keys_of_a_pandas_frame_keep_their_dtype_and_order(kind, rows):
    frame = pd.DataFrame({"latency_ms": LATENCY, "key": PANDAS[kind], "word": WORDS}).iloc[:rows]
    frame.index = [0] * rows
    for by in ("key", ["word", "key"]):
        found = bg.kpis(frame, by=by)
        grouped = frame.groupby(by, observed=True)["latency_ms"]
        names = ["key"] if by == "key" else by
        theirs = grouped.size().rename("requests").reset_index()
        pd.testing.assert_frame_equal(found[[*names, "requests"]], theirs, check_exact=True)
        assert found["p95"].tolist() == grouped.quantile(0.95).tolist()


def test_a_category_beside_the_frame_is_one_too():
    frame = pd.DataFrame({"latency_ms": LATENCY})
    key = pd.Series(PANDAS["category"], name="service")
    assert bg.kpis(frame, by=key)["service"].dtype == key.dtype
    assert bg.kpis(frame, by=PANDAS["category"])["key"].tolist() == ["c", "b", "a"]
    only = pd.DataFrame({"key": PANDAS["category"]})
    assert bg.kpis(only, by="key")["requests"].sum() == N


POLARS = {
    "text": pl.Series(holes(WORDS)),
    "category": pl.Series(holes(WORDS), dtype=pl.Categorical),
    "enum": pl.Series(holes(WORDS), dtype=pl.Enum(["c", "b", "a", "z"])),
    "Int8": pl.Series(WHOLE, dtype=pl.Int8),
    "Int64": pl.Series(holes(WHOLE)),
    "Boolean": pl.Series(holes([w > 0 for w in WHOLE])),
    "Date": pl.Series([dt.date(2024, 1, 3 + w) for w in WHOLE]),
    "Datetime in ms": pl.Series([dt.datetime(2024, 1, 3 + w) for w in WHOLE]).dt.cast_time_unit("ms"),
    "zoned Datetime": pl.Series([dt.datetime(2024, 1, 3 + w) for w in WHOLE]).dt.replace_time_zone(
        "Asia/Tokyo"
    ),
    "Duration": pl.Series([dt.timedelta(hours=w) for w in WHOLE]),
    "Time": pl.Series([dt.time(3 + w) for w in WHOLE]),
    "Decimal": pl.Series(WHOLE).cast(pl.Decimal(10, 2)),
    "Binary": pl.Series([b"x", b"y", None, b"a"] * (N // 4)),
    "Null": pl.Series([None] * N),
}


@pytest.mark.parametrize("kind", POLARS)
def test_keys_of_polars_and_arrow_keep_their_type(kind):
    frame = pl.DataFrame({"latency_ms": LATENCY, "key": POLARS[kind]})
    found = bg.kpis(frame, by="key")
    theirs = frame.drop_nulls("key").group_by("key").len("requests").sort("key")
    assert found["key"].dtype == frame["key"].dtype
    assert found["key"].to_list() == theirs["key"].to_list() or kind == "category"
    assert sorted(found["requests"].to_list()) == sorted(theirs["requests"].to_list())
    whole = frame.to_arrow()
    pieces = pa.concat_tables([whole.slice(0, 100), whole.slice(100, 0), whole.slice(100)])
    in_arrow = bg.kpis(pieces, by="key")
    assert in_arrow["key"].type == whole["key"].type
    assert in_arrow["key"].to_pylist() == found["key"].to_list() or kind == "enum"


def test_keys_that_cannot_be_told_apart_are_refused():
    with pytest.raises(TypeError, match="by: a column of list given, expected values that can be told apart"):
        bg.kpis(pd.DataFrame({"key": [[1], [2]], "latency_ms": [1.0, 2.0]}), by="key")


def test_latencies_in_a_column_of_objects_are_numbers_if_all_are():
    frame = pd.DataFrame({"latency_ms": pd.Series([1, 2.5, None, 4], dtype=object)})
    assert bg.kpis(frame)["p50"].tolist() == [2.5]
    frame.loc[0, "latency_ms"] = "1"
    with pytest.raises(TypeError, match="latency: column 'latency_ms'"):
        bg.kpis(frame)


def test_a_zone_that_is_none_is_refused_also_without_a_frequency():
    with pytest.raises(ValueError, match='tz: given "Europe/Rom", expected a name'):
        bg.kpis({"latency_ms": [1.0]}, tz="Europe/Rom")
