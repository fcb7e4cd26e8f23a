"""The isolation forest: scikit-learn's scores, and what scikit-learn does not do."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import barograph as bg

IsolationForest = bg.detect.IsolationForest


def normals(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, columns))


@pytest.fixture(scope="module")
def peer():
    return pytest.importorskip("sklearn.ensemble").IsolationForest


@pytest.mark.parametrize("max_features", [1.0, 0.5])
def test_an_imported_forest_scores_as_scikit_learn(peer, max_features: float):
    x = normals(6000, 6)
    x[::50, 2] = np.nan
    x[7] = np.inf
    theirs = peer(n_estimators=50, random_state=3, max_features=max_features, contamination=0.1).fit(x)
    ours = IsolationForest.from_sklearn(theirs)
    expected = -theirs.score_samples(x)
    assert np.abs(ours.score(x) - expected).max() <= 1e-12  # the layout of ranks, and of any shape
    assert np.abs(ours.score(x[:50]) - expected[:50]).max() <= 1e-12
    assert np.abs(ours.score(x.astype(np.float32)) - expected).max() <= 1e-12
    assert (ours.detect(x).is_anomaly == (theirs.predict(x) == -1)).all()
    again = IsolationForest.from_bytes(ours.to_bytes())
    assert (again.score(x) == ours.score(x)).all()


def test_an_imported_forest_of_one_row_trees_and_deep_trees(peer):
    for samples in (1, 2, 1500):
        x = normals(2000, 3)
        theirs = peer(n_estimators=5, random_state=1, max_samples=samples).fit(x)
        assert np.abs(IsolationForest.from_sklearn(theirs).score(x) + theirs.score_samples(x)).max() <= 1e-12


@pytest.mark.parametrize("kind", ["normal", "heavy", "integers", "missing"])
def test_scores_deviate_from_scikit_learn_as_its_own_seeds_do(peer, kind: str):
    rng = np.random.default_rng(7)
    x = normals(2000, 5)
    x[:40] += 5 * rng.normal(size=(40, 5))
    if kind == "heavy":
        x = np.exp(2 * x)
    elif kind == "integers":
        x = np.round(2 * x)
    elif kind == "missing":
        x[rng.random(x.shape) < 0.1] = np.nan
    theirs = np.array([-peer(random_state=s).fit(x).score_samples(x) for s in range(10)])
    ours = np.array([IsolationForest(seed=s).fit(x).score(x) for s in range(10)])
    middle = theirs.mean(axis=0)
    own = np.abs(theirs - middle).mean()
    assert np.abs(ours - middle).mean() < 1.5 * own
    # the means over ten seeds are nearer: there is no bias
    assert np.abs(ours.mean(axis=0) - middle).mean() < 0.75 * own


def test_threads_and_order_of_memory_change_no_bit():
    x = normals(30_000, 4)
    one = IsolationForest(threads=1, ndim=2).fit(x)
    two = IsolationForest(threads=2, ndim=2).fit(x)
    assert one.to_bytes() == two.to_bytes()
    assert (one.score(x) == two.score(x)).all()
    standard = IsolationForest(threads=1).fit(x)
    same = [np.asfortranarray(x), np.repeat(x, 2, axis=1)[:, ::2], x.tolist()]
    for other in same:
        forest = IsolationForest(threads=2).fit(other)
        assert forest.to_bytes() == standard.to_bytes()
        assert (forest.score(other) == standard.score(x)).all()
    assert IsolationForest().fit(x.astype(np.float32)).to_bytes() == standard.to_bytes()  # rounded anyway


def test_frames_of_any_library_are_as_arrays_and_are_known_by_name():
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    x = normals(500, 3)
    frame = pandas.DataFrame(x, columns=["cpu", "memory", "latency"])
    forest = IsolationForest().fit(frame)
    assert forest.names == ("cpu", "memory", "latency")
    expected = IsolationForest().fit(x).score(x)
    assert (forest.score(frame) == expected).all()
    assert (forest.score(polars.from_pandas(frame)) == expected).all()
    assert (forest.score(frame[["latency", "cpu", "memory"]]) == expected).all()
    assert (forest.score(x) == expected).all()
    with pytest.raises(KeyError, match="memory"):
        forest.score(frame[["cpu", "latency"]])
    with pytest.raises(ValueError, match="disk"):
        forest.score(frame.assign(disk=1.0))


def test_text_is_categories_and_a_new_one_is_strange():
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    frame = pandas.DataFrame(
        {"ms": rng.normal(100, 5, 3000), "code": rng.choice(["200", "204", "304"], 3000)}
    )
    forest = IsolationForest(samples=1024).fit(frame)
    rows = pandas.DataFrame({"ms": [100.0] * 3, "code": ["200", "599", None]})
    common, new, _ = forest.score(rows)
    assert new > common + 0.05
    assert forest.attributions(rows)[1].argmax() == 1
    again = pickle.loads(pickle.dumps(forest))
    assert (again.score(rows) == forest.score(rows)).all()
    numbers = IsolationForest(samples=1024, categorical=[1]).fit(
        np.column_stack([frame["ms"], frame["code"].astype(float)])
    )
    assert numbers.score([[100.0, 599.0]])[0] > numbers.score([[100.0, 200.0]])[0]
    with pytest.raises(TypeError, match=r"^x: column 'code': float64 given, expected text"):
        forest.score({"ms": [0.0], "code": [1.0]})
    with pytest.raises(TypeError, match=r"^x: column 'ms': text given, expected numbers"):
        forest.score({"ms": ["a"], "code": ["200"]})
    assert np.isfinite(forest.score({"ms": [None], "code": [np.nan]})).all()
    without = IsolationForest(samples=64).fit(frame[:64].assign(code=None))
    without = pickle.loads(pickle.dumps(without))
    assert (without.score(rows) == without.score(rows.assign(code=200.0))).all()


@pytest.mark.parametrize("ndim", [1, 3])
def test_one_planted_column_comes_first_and_parts_sum_to_the_score(ndim: int):
    forest = IsolationForest(ndim=ndim).fit(normals(3000, 8))
    rows = normals(400, 8, seed=9)
    planted = np.arange(400) % 8
    rows[np.arange(400), planted] = np.where(np.arange(400) % 2 == 0, 6.0, -6.0)
    parts = forest.attributions(rows)
    assert np.abs(parts.sum(axis=1) - forest.score(rows)).max() < 1e-14
    assert (parts.argmax(axis=1) == planted).mean() >= 0.95


def test_detect_tells_rows_times_and_causes():
    pandas = pytest.importorskip("pandas")
    x = normals(1000, 2)
    x[400, 1] = 15.0
    times = pandas.date_range("2026-01-01", periods=1000, freq="min")
    frame = pandas.DataFrame(x, columns=["cpu", "memory"], index=times)
    forest = IsolationForest(samples=1000, contamination=0.001).fit(frame)
    found = forest.detect(frame)
    assert [d.row for d in found] == [400]
    one = next(iter(found))
    assert one.causes[0] == "memory"
    assert one.time == times[400].to_datetime64()
    named = frame.reset_index(names="at")
    by_column = IsolationForest(samples=1000, contamination=0.001).fit(named).detect(named, "at")
    assert (by_column.score == found.score).all()
    assert (by_column.time == found.time).all()
    assert (forest.detect(x, times).time == found.time).all()
    later = times + pandas.Timedelta("1D")
    assert forest.detect(named, later).time[0] == later[0].to_datetime64()
    by_number = pandas.DataFrame({0: times, 1: x[:, 1]})
    assert IsolationForest().fit(by_number).detect(by_number).time[0] == times[0].to_datetime64()


@pytest.mark.parametrize("kind", ["normal", "heavy", "uniform", "tied", "clusters"])
def test_without_a_share_evidence_decides_what_is_flagged(kind: str):
    rng = np.random.default_rng(3)
    x = {
        "normal": lambda: rng.normal(size=(4000, 5)),
        "heavy": lambda: rng.standard_t(3, size=(4000, 5)),
        "uniform": lambda: rng.random((4000, 5)),
        "tied": lambda: rng.poisson(3, size=(4000, 5)).astype(float),
        "clusters": lambda: rng.normal(size=(4000, 5)) + 5 * rng.integers(0, 3, size=(4000, 1)),
    }[kind]()
    quiet = IsolationForest().fit(x)
    assert quiet.detect(x).count <= 10  # one row in a thousand, and three standard errors
    x[:60] += 10 * x.std(axis=0) * rng.choice([-1, 1], size=(60, 5))
    found = IsolationForest().fit(x).detect(x)
    assert found.is_anomaly[:60].mean() > 0.9
    assert found.is_anomaly[60:].sum() <= 20
    assert (found.is_anomaly == (found.score >= found.threshold)).all()


@pytest.mark.parametrize("rows", [1000, 5000])
def test_one_row_far_from_all_others_is_flagged_among_many(rows: int):
    x = np.random.default_rng(rows).normal(size=(rows, 5))
    x[7] = 9.0
    found = IsolationForest().fit(x).detect(x)
    assert found.is_anomaly[7]
    assert found.count <= rows / 1000 + 1


def test_a_refreshed_forest_follows_a_new_level():
    before, after = normals(2000, 2), normals(2000, 2) + 8
    forest = IsolationForest().fit(before)
    strange = forest.score(after).mean()
    for _ in range(10):
        forest.refresh(after)
    assert forest.score(after).mean() < strange - 0.1
    assert forest.to_bytes() == pickle.loads(pickle.dumps(forest)).to_bytes()


def test_odd_tables_are_scored():
    x = normals(300, 3)
    x[:, 0] = np.nan
    x[:, 1] = 4.0
    x[5, 2] = -np.inf
    for ndim in (1, 2):
        forest = IsolationForest(ndim=ndim).fit(x)
        score = forest.score(x)
        assert score.argmax() == 5
        assert ((score > 0) & (score < 1)).all()
        assert IsolationForest(ndim=1).fit(x[:1]).score(x[:1]).tolist() == [0.5]
    assert len(forest.score(np.empty((0, 3)))) == 0
    assert len(forest.detect(np.empty((0, 3)))) == 0
    assert IsolationForest().fit(np.arange(50.0)).score([200.0])[0] > 0.5  # one column may be a series


def test_weights_and_shares():
    x = np.concatenate([normals(500, 2), normals(500, 2) + 50])
    weights = np.repeat([0.0, 1.0], 500)
    forest = IsolationForest(samples=0.5).fit(x, weights=weights)
    score = forest.score(x)
    assert score[:500].min() > score[500:].mean()


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"trees": 0}, ValueError, "trees"),
        ({"trees": 1.5}, TypeError, "trees"),
        ({"samples": 1.5}, ValueError, "samples"),
        ({"ndim": 0}, ValueError, "ndim"),
        ({"contamination": 0.7}, ValueError, "contamination"),
        ({"scoring": "depths"}, ValueError, "density"),
        ({"seed": -1}, ValueError, "seed"),
        ({"max_features": "all"}, TypeError, "max_features"),
    ],
)
def test_options_that_cannot_be_are_told(options: dict, error: type, said: str):
    with pytest.raises(error, match=said):
        IsolationForest(**options)


def test_what_does_not_fit_is_told():
    forest = IsolationForest()
    with pytest.raises(ValueError, match="not fitted"):
        forest.score([[1.0]])
    forest.fit(normals(50, 2))
    with pytest.raises(ValueError, match="3 columns given, expected 2"):
        forest.score(normals(5, 3))
    with pytest.raises(ValueError, match="0 rows"):
        forest.fit(np.empty((0, 2)))
    with pytest.raises(ValueError, match="ndim"):
        IsolationForest(ndim=3).fit(normals(5, 2))
    with pytest.raises(TypeError, match="expected numbers"):
        forest.score([["a", "b"]])
    with pytest.raises(TypeError, match=r"sklearn\.ensemble"):
        IsolationForest.from_sklearn(object())
    with pytest.raises(ValueError, match="timestamps"):
        forest.detect(normals(5, 2), [1, 2])
    with pytest.raises(ValueError, match="trees"):
        forest.refresh(normals(5, 2), 101)


def test_damaged_bytes_are_told():
    data = IsolationForest(trees=3).fit(normals(100, 2)).to_bytes()
    for bad in (b"", data[:-1], data[:40] + b"\xff" + data[41:], bg.Moments().to_bytes(), data + b"x"):
        with pytest.raises(ValueError, match="bytes"):
            IsolationForest.from_bytes(bad)
    with pytest.raises(ValueError, match="limit"):
        IsolationForest.from_bytes(data, max_bytes=100)


def _rare(rows: int) -> np.ndarray:
    x = np.zeros((rows, 3))
    x[[5, 77, 900], 0] = 1
    return x


@pytest.mark.parametrize("x", [_rare(20_000), np.ones((50, 2)), np.ones((1, 2)), np.full((9, 2), np.nan)])
@pytest.mark.parametrize("options", [{}, {"ndim": 2}, {"trees": 1}, {"samples": 1}, {"scoring": "density"}])
def test_forests_of_rows_that_are_alike_are_pickled(x, options):
    forest = IsolationForest(**options).fit(x)
    again = pickle.loads(pickle.dumps(forest))
    assert again.score(x).tobytes() == forest.score(x).tobytes()
    assert again.to_bytes() == forest.to_bytes()


def test_unfitted_and_fitted_forests_are_pickled():
    assert pickle.loads(pickle.dumps(IsolationForest(ndim=2, seed=4))).seed == 4
    forest = IsolationForest(contamination=0.1).fit(normals(200, 2))
    again = pickle.loads(pickle.dumps(forest))
    assert (again.contamination, again.threshold) == (0.1, forest.threshold)
