"""Windows within groups are those of pandas' groupby: values, and an index of the keys and the rows' own."""

from __future__ import annotations

import numpy as np
import pytest

import barograph as bg

pd = pytest.importorskip("pandas")
from pandas_age import BEFORE_3, MENDED  # noqa: E402

NAMES = ("count", "sum", "mean", "var", "std", "sem", "min", "max", "median", "skew", "kurt", "rank",
         "nunique", "first", "last")  # fmt: skip


def _frame(seed, rows=200):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=rows)
    values[rng.random(rows) < 0.1] = np.nan
    return pd.DataFrame(
        {
            "host": rng.choice(["c", "a", "b", None], rows),
            "code": rng.integers(0, 3, rows),
            "ms": values,
            "size": rng.integers(0, 9, rows),
        },
        index=pd.date_range("2026-03-02", periods=rows, freq="min", name="at"),
    )


@pytest.mark.parametrize("name", [n for n in NAMES if n not in MENDED])
@pytest.mark.parametrize("by", ["host", ["host", "code"]])
@pytest.mark.parametrize(
    "window", [{"window": 5, "min_periods": 2}, {"window": "7min", "closed": "both"},
               {"window": 4, "center": True, "closed": "left", "min_periods": 1}]
)  # fmt: skip
def test_groups_are_those_of_pandas(name, by, window):
    x = _frame(1)
    theirs = x.groupby(by).rolling(**window)
    if BEFORE_3 and name in ("nunique", "first", "last"):
        pytest.skip("this pandas has none")
    got = getattr(bg.rolling(x, **window, by=by), name)()
    want = getattr(theirs, name)(**({} if isinstance(by, list) else {"numeric_only": True}))
    pd.testing.assert_frame_equal(got, want[got.columns], rtol=1e-7, atol=1e-9)


def test_a_series_takes_keys_of_its_own():
    x = _frame(2)
    for key in (x["host"], x["host"].astype("category"), x["code"].rename(None)):
        got = bg.rolling(x["ms"], 3, by=key).mean()
        pd.testing.assert_series_equal(got, x["ms"].groupby(key, observed=True).rolling(3).mean())
    got = bg.rolling(x["ms"], 3, by=[x["host"], x["code"]]).quantile([0.5, 0.9])[0.9]
    want = x["ms"].groupby([x["host"], x["code"]]).rolling(3).quantile(0.9)
    pd.testing.assert_series_equal(got, want)
    shuffled = x["host"].sample(frac=1, random_state=0)
    pd.testing.assert_series_equal(
        bg.rolling(x["ms"], 3, by=shuffled).sum(), bg.rolling(x["ms"], 3, by=x["host"]).sum()
    )


def test_expanding_pairs_indexers_and_several_statistics():
    x = _frame(3)
    pd.testing.assert_frame_equal(
        bg.expanding(x, by="host").mean(), x.groupby("host").expanding().mean()[["code", "ms", "size"]]
    )
    kept = x[["host", "ms", "size"]]
    pd.testing.assert_frame_equal(
        bg.rolling(kept, 9, by="host").corr(), kept.groupby("host").rolling(9).corr(), rtol=1e-9, atol=1e-9
    )
    ahead = pd.api.indexers.FixedForwardWindowIndexer(window_size=3)
    pd.testing.assert_frame_equal(
        bg.rolling(kept, ahead, by="host").sum(), kept.groupby("host").rolling(ahead).sum()
    )
    got = bg.rolling(kept, 4, by="host").agg({"ms": ["mean", "max"], "size": "sum"})
    pd.testing.assert_frame_equal(
        got, kept.groupby("host").rolling(4).agg({"ms": ["mean", "max"], "size": ["sum"]})
    )


@pytest.mark.parametrize("name", ["sum", "mean", "var", "std", "cov", "corr"])
@pytest.mark.parametrize("how", [{"halflife": 3}, {"alpha": 0.5, "adjust": False, "ignore_na": True}])
def test_weights_begin_anew_with_each_group(name, how):
    how = how if name != "sum" else how | {"adjust": True}
    x = _frame(4)[["host", "ms", "size"]]
    got = getattr(bg.ewm(x, **how, min_periods=2, by="host"), name)()
    want = getattr(x.groupby("host").ewm(**how, min_periods=2), name)()
    pd.testing.assert_frame_equal(got, want, rtol=1e-9, atol=1e-9)
    alone = x[x["host"] == "a"][["ms", "size"]]
    np.testing.assert_array_equal(got.loc["a"], getattr(bg.ewm(alone, **how, min_periods=2), name)())


def test_weights_by_time_of_groups():
    x = _frame(5)
    x.loc[x.index[9], "host"] = None
    got = bg.ewm(x["ms"], halflife="5min", times=x.index, by=x["host"]).mean()
    for host in "abc":
        alone = x["ms"][x["host"] == host]
        want = bg.ewm_mean(alone, halflife="5min", times=alone.index)
        pd.testing.assert_series_equal(got.loc[host], want)


def test_times_run_within_a_group_whatever_the_other_groups_do():
    x = pd.DataFrame(
        {"at": pd.to_datetime([5, 1, 6, 2, 9], unit="s"), "k": list("abaab"), "v": np.arange(5.0)}
    )
    x = x.drop(index=3)
    got = bg.rolling(x, "4s", on="at", by="k").sum()
    want = x.groupby("k").rolling("4s", on="at").sum()
    np.testing.assert_array_equal(got["v"], want["v"])
    assert got.index.names == ["k", None]
    with pytest.raises(ValueError, match="on: times must be monotonic"):
        bg.rolling([1.0, 2.0, 3.0], "4s", on=np.array([1, 3, 2]).astype("M8[s]"), by=["a", "a", "a"]).sum()


def test_what_has_no_index_keeps_its_rows():
    pl, pa = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    keys, values = ["b", "a", None, "b", "a", "b"], [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    want = [1.0, 2.0, None, 9.0, 18.0, 40.0]
    got = bg.rolling(np.array(values), 2, min_periods=1, by=keys).sum()
    np.testing.assert_array_equal(got, np.array(want, dtype=float))
    assert bg.rolling(pl.Series("v", values), 2, min_periods=1, by=pl.Series(keys)).sum().to_list() == want
    frame = pl.DataFrame({"v": values, "k": keys})
    got = bg.rolling(frame, 2, min_periods=1, by="k").sum()
    assert got.to_dict(as_series=False) == {"k": keys, "v": want}
    got = bg.rolling(frame.to_arrow(), 2, min_periods=1, by="k").agg(["sum", "max"])
    assert got.column_names == ["k", "v_sum", "v_max"]
    assert got["v_sum"].to_pylist() == want
    assert bg.rolling(pa.chunked_array([values]), 2, min_periods=1, by=keys).sum().to_pylist() == want
    polars = frame.with_columns(pl.col("v").rolling_sum(2, min_samples=1).over("k"))
    assert polars["v"].to_list()[:2] == want[:2]
    assert bg.rolling({"v": values, "k": [1, 2, 1, 1, 2, 2]}, 2, by="k").sum().columns == ["k", "v"]


def test_many_groups_and_none():
    rng = np.random.default_rng(0)
    x, keys = rng.normal(size=20_000), rng.integers(0, 9000, 20_000)
    want = pd.Series(x).groupby(keys).rolling(3, min_periods=1).mean()
    got = bg.rolling(pd.Series(x), 3, min_periods=1, by=keys).mean()
    pd.testing.assert_series_equal(got, want, rtol=1e-9)
    assert bg.rolling(np.array([]), 3, by=np.array([])).mean().shape == (0,)
    nowhere = bg.rolling(pd.Series([1.0, 2.0]), 1, by=[None, None]).mean()
    assert len(nowhere) == 0
    assert nowhere.index.nlevels == 2


def test_what_cannot_be_grouped_says_so():
    x = _frame(1)
    with pytest.raises(KeyError, match="by: no column 'hots'; there are: host, code"):
        bg.rolling(x, 3, by="hots")
    with pytest.raises(KeyError, match="as x is one series"):
        bg.rolling(x["ms"], 3, by="host")
    with pytest.raises(ValueError, match="by: a key of 2 rows given, expected 200"):
        bg.rolling(x, 3, by=np.array([1, 2]))
    with pytest.raises(ValueError, match="step: given with by"):
        bg.rolling(x, 3, by="host", step=2)
    with pytest.raises(ValueError, match="by: given with bounds"):
        bg.rolling(x, bounds=(np.arange(200), np.arange(200)), by="host")
    with pytest.raises(ValueError, match="y: another index"):
        bg.rolling(x, 3, by="host").cov(x["ms"].iloc[::-1])


def test_functions_of_python_are_refused_with_what_there_is():
    windows = bg.rolling([1.0, 2.0], 2)
    with pytest.raises(TypeError, match=r"func: 'nanmax' given, but functions of Python.*agg\(\) with count"):
        windows.apply(np.nanmax)
    with pytest.raises(TypeError, match="what: 'nanmax' given, expected names of statistics: count"):
        windows.agg([np.nanmax])
