"""barograph.sklearn: scikit-learn's parameters, attributes and signs."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

sklearn = pytest.importorskip("sklearn")

from sklearn.base import clone  # noqa: E402
from sklearn.ensemble import IsolationForest as Theirs  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

from barograph.sklearn import IsolationForest, PCADetector  # noqa: E402

#: What scikit-learn's own forest does not pass either: weights are chances to be drawn.
NOT_EQUIVALENT = {"check_sample_weight_equivalence_on_dense_data": "weights are chances to be drawn"}


@parametrize_with_checks(
    [IsolationForest(n_estimators=20)], expected_failed_checks=lambda estimator: NOT_EQUIVALENT
)
def test_scikit_learns_checks_of_an_estimator(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(1500, 4))
    values[:30] *= 5
    return values


def test_signs_and_offset_are_scikit_learns(x: np.ndarray):
    forest = IsolationForest(random_state=0, contamination=0.02).fit(x)
    score = forest.score_samples(x)
    assert ((score < 0) & (score > -1)).all()
    assert forest.offset_ == np.percentile(score, 2)
    assert (forest.decision_function(x) == score - forest.offset_).all()
    assert (forest.predict(x) == np.where(forest.decision_function(x) < 0, -1, 1)).all()
    assert (forest.predict(x) == -1).sum() == 30
    assert (forest.fit_predict(x) == forest.predict(x)).all()
    assert IsolationForest().fit(x).offset_ == -0.5
    assert np.abs(forest.attributions(x).sum(axis=1) + score).max() < 1e-14


@pytest.mark.parametrize(
    "kind", ["plain", "infinite", "missing", "bootstrap", "features", "weights", "narrow"]
)
def test_scores_deviate_as_scikit_learns_own_seeds_do(x: np.ndarray, kind: str):
    values = x.copy()
    options: dict = {}
    weights = None
    if kind == "infinite":
        values[::40, 0] = np.inf
        values[::55, 1] = -np.inf
    elif kind == "missing":
        values[::3, 1] = np.nan
        values[:, 2] = np.where(np.arange(len(x)) % 4 == 0, np.nan, 1.0)
    elif kind == "bootstrap":
        options = {"bootstrap": True, "max_samples": 700}
    elif kind == "features":
        options = {"max_features": 0.5}
    elif kind == "weights":
        weights = np.where(np.arange(len(x)) < 300, 5.0, 1.0)
    elif kind == "narrow":
        values[:, 3] *= 1e-9  # below the range that scikit-learn takes for one

    def scores(kind_of_forest: type, seed: int) -> np.ndarray:
        forest = kind_of_forest(random_state=seed, **options)
        return -forest.fit(values, sample_weight=weights).score_samples(values)

    theirs = np.array([scores(Theirs, s) for s in range(10)])
    ours = np.array([scores(IsolationForest, s) for s in range(10)])
    middle = theirs.mean(axis=0)
    own = np.abs(theirs - middle).mean()
    assert np.abs(ours - middle).mean() < 1.5 * own
    assert np.abs(ours.mean(axis=0) - middle).mean() < 0.75 * own


def test_a_forest_of_scikit_learn_is_taken_over(x: np.ndarray):
    theirs = Theirs(random_state=0, contamination=0.05).fit(x)
    ours = IsolationForest.from_sklearn(theirs)
    assert np.abs(ours.score_samples(x) - theirs.score_samples(x)).max() <= 1e-12
    assert (ours.predict(x) == theirs.predict(x)).all()
    assert ours.get_params()["contamination"] == 0.05
    again = pickle.loads(pickle.dumps(ours))
    assert (again.score_samples(x) == ours.score_samples(x)).all()
    assert again.n_features_in_ == 4


def test_warm_start_adds_trees(x: np.ndarray):
    forest = IsolationForest(n_estimators=20, warm_start=True, random_state=1)
    first = forest.fit(x).score_samples(x)
    forest.set_params(n_estimators=60).fit(x)
    whole = IsolationForest(n_estimators=60, random_state=1).fit(x)
    assert (forest.score_samples(x) == whole.score_samples(x)).all()
    assert (forest.score_samples(x) != first).any()
    with pytest.raises(ValueError, match="n_estimators"):
        forest.set_params(n_estimators=10).fit(x)


def test_parameters_are_scikit_learns():
    ours, theirs = IsolationForest().get_params(), Theirs().get_params()
    assert {k: v for k, v in ours.items() if k != "ndim"} == theirs
    assert clone(IsolationForest(ndim=2)).ndim == 2
    for bad in ({"max_samples": "all"}, {"max_samples": 0}, {"contamination": 0.9}, {"n_estimators": 0}):
        with pytest.raises(ValueError, match=next(iter(bad))):
            IsolationForest(**bad).fit([[1.0], [2.0]])
    for bad in ({"ndim": 3}, {"ndim": "a"}, {"n_jobs": 0}, {"n_jobs": "a"}, {"max_features": 3}):
        with pytest.raises((ValueError, TypeError), match=f"^{next(iter(bad))}: "):
            IsolationForest(**bad).fit([[1.0, 3.0], [2.0, 4.0]])
    for jobs in (-2, 10**6, np.int64(2)):
        for detector in (IsolationForest(n_jobs=jobs), PCADetector(n_jobs=jobs)):
            detector.fit([[1.0, 3.0], [2.0, 4.0]])
    with pytest.warns(UserWarning, match="max_samples"):
        IsolationForest(max_samples=10).fit([[1.0], [2.0]])
