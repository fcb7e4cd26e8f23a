"""Covariance and correlation of whole frames are those of pandas: values, index, columns and names."""

from __future__ import annotations

import numpy as np
import pytest

import barograph as bg

pd = pytest.importorskip("pandas")


def _frame(seed, columns, rows=40):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, len(columns)))
    values[rng.random(values.shape) < 0.15] = np.nan
    index = pd.date_range("2026-03-02", periods=rows, freq="min", name="at")
    return pd.DataFrame(values, index=index, columns=pd.Index(list(columns), name="metric"))


ROLLED = {"window": 7, "min_periods": 3}
FORMS = {
    "rolling": (
        lambda x, y, name, **how: getattr(bg, f"rolling_{name}")(x, y, **ROLLED, **how),
        lambda x: x.rolling(**ROLLED),
    ),
    "rolling by time": (
        lambda x, y, name, **how: getattr(bg, f"rolling_{name}")(x, y, "7min", closed="both", **how),
        lambda x: x.rolling("7min", closed="both"),
    ),
    "expanding": (
        lambda x, y, name, **how: getattr(bg, f"expanding_{name}")(x, y, min_periods=4, **how),
        lambda x: x.expanding(4),
    ),
    "exponential": (
        lambda x, y, name, **how: getattr(bg, f"ewm_{name}")(x, y, halflife=3, min_periods=4, **how),
        lambda x: x.ewm(halflife=3, min_periods=4),
    ),
}


def same(got, want, form):
    if isinstance(want, pd.Series):
        pd.testing.assert_series_equal(got, want, rtol=1e-9, atol=1e-9, check_freq=False)
        return
    pd.testing.assert_frame_equal(got, want, rtol=1e-9, atol=1e-9, check_freq=False)


@pytest.mark.parametrize("name", ["cov", "corr"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("other", ["itself", "columns of other names", "shuffled columns", "one series"])
@pytest.mark.parametrize("pairwise", [None, True, False])
def test_frames_pair_up_as_in_pandas(form, name, other, pairwise):
    ours, theirs = FORMS[form]
    x = _frame(1, "abc")
    y = {"itself": None, "columns of other names": _frame(2, "bcd"), "shuffled columns": _frame(3, "cab"),
         "one series": _frame(4, "q")["q"]}[other]  # fmt: skip
    want = getattr(theirs(x), name)(y, pairwise=pairwise)
    same(ours(x, y, name, pairwise=pairwise), want, form)


@pytest.mark.parametrize("pairwise", [True, False])
def test_rows_of_other_indices_are_aligned(pairwise):
    x, y = _frame(1, "ab"), _frame(2, "ab").iloc[5:]
    y.index = y.index + pd.Timedelta("3min")
    same(bg.rolling_cov(x, y, 5, pairwise=pairwise), x.rolling(5).cov(y, pairwise=pairwise), "rolling")
    same(bg.rolling_cov(x, y["a"], 5), x.rolling(5).cov(y["a"]), "rolling")
    same(bg.rolling_cov(x["a"], y, 5), x["a"].rolling(5).cov(y), "rolling")


def test_columns_of_two_levels_and_names_that_repeat():
    x = _frame(1, "abcd")
    x.columns = pd.MultiIndex.from_tuples([("z", 1), ("z", 0), ("y", 1), ("x", 0)], names=["one", "two"])
    same(bg.rolling_corr(x, None, 9), x.rolling(9).corr(), "rolling")
    x.columns = ["a", "b", "a", "c"]
    same(bg.rolling_corr(x, None, 9), x.rolling(9).corr(), "rolling")
    same(bg.rolling_corr(x, None, 9, pairwise=False), x.rolling(9).corr(pairwise=False), "rolling")
    with pytest.raises(ValueError, match="x: columns are not unique"):
        bg.rolling_corr(x, x.copy(), 9)


def test_a_column_of_times_is_none_of_the_pairs():
    x = _frame(1, "abc").reset_index()
    want = x.rolling("5min", on="at").cov()
    pd.testing.assert_frame_equal(bg.rolling_cov(x, None, "5min", on="at"), want, rtol=1e-9, atol=1e-9)
    assert bg.rolling(x, "5min", on="at").cov().equals(bg.rolling_cov(x, None, "5min", on="at"))


def test_no_rows_and_no_columns():
    empty = _frame(1, "ab", rows=0)
    assert bg.rolling_cov(empty, None, 3).shape == (0, 2)
    assert bg.rolling_cov(empty, None, 3).index.names == ["at", "metric"]
    assert bg.rolling_cov(_frame(1, ""), None, 3).shape == (0, 0)
    assert bg.rolling_cov(np.empty((5, 0)), None, 3).shape == (5, 0, 0)


def test_one_series_pairs_with_itself():
    x = _frame(1, "a")["a"]
    pd.testing.assert_series_equal(bg.rolling(x, 5).cov(), bg.rolling_var(x, 5), rtol=1e-12)


def test_arrays_have_a_matrix_for_each_window():
    x, y = _frame(1, "abc").to_numpy(), _frame(2, "de").to_numpy()
    got = bg.rolling_cov(x, y, 6, min_periods=2, step=4, pairwise=True)
    assert got.shape == (10, 3, 2)
    for i in range(3):
        for j in range(2):
            np.testing.assert_array_equal(
                got[:, i, j], bg.rolling_cov(x[:, i].copy(), y[:, j].copy(), 6, min_periods=2, step=4)
            )
    own = bg.rolling_corr(x, None, 6, min_periods=2)
    np.testing.assert_array_equal(own, own.transpose(0, 2, 1))
    np.testing.assert_array_equal(bg.rolling_cov(x, x[:, 0], 6)[:, 2], bg.rolling_cov(x, None, 6)[:, 2, 0])
    np.testing.assert_array_equal(bg.rolling_cov(x[:, 0], x, 6), bg.rolling_cov(x, x[:, 0], 6))
    with pytest.raises(ValueError, match="y: 2 columns given, expected 3 as x has"):
        bg.rolling_cov(x, y, 6)


def test_frames_without_an_index_name_their_pairs():
    pl = pytest.importorskip("polars")
    x = pl.DataFrame({"a": [1.0, 2.0, 4.0, 3.0], "b": [1.0, None, 2.0, 5.0]})
    got = bg.rolling_cov(x, None, 2)
    assert got.columns == ["a_a", "a_b", "b_a", "b_b"]
    assert got["a_b"].to_list() == [None, None, None, -1.5]  # too few pairs are null, as too few values are
    assert bg.rolling(x.to_arrow(), 2).cov()["a_b"].to_pylist() == [None, None, None, -1.5]
    assert bg.rolling_cov(x, x["b"], 2).columns == ["a", "b"]
    assert bg.rolling({"a": [1.0, 2.0, 4.0], "b": [2.0, 3.0, 9.0]}, 2).cov().columns == got.columns
    with pytest.raises(ValueError, match="columns \\['a'\\] of one alone"):
        bg.rolling_cov(x, x.select("b"), 2)
    twice = pl.DataFrame({"a": [1.0], "a_a": [1.0]})
    assert bg.rolling_cov(twice, twice, 1).columns == ["a", "a_a"]
    with pytest.raises(ValueError, match="named alike"):
        bg.rolling_cov(twice, None, 1)


def test_threads_do_not_change_bits():
    x = _frame(1, "abcdef", rows=5000)
    assert bg.rolling_corr(x, None, 50, threads=1).equals(bg.rolling_corr(x, None, 50, threads=4))


def test_what_does_not_pair_up_says_so():
    x = _frame(1, "ab")
    with pytest.raises(TypeError, match="y: ndarray given, expected a Series or DataFrame"):
        bg.rolling_cov(x, x.to_numpy(), 3)
    with pytest.raises(ValueError, match="out: given, expected none for columns of frames"):
        bg.rolling_cov(x, None, 3, out=np.empty((40, 2)))
    with pytest.raises(ValueError, match="y: 3 rows given, expected 4 as x has"):
        bg.rolling_cov(np.ones((4, 2)), np.ones((3, 2)), 3)
