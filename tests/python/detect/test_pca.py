"""T2 and Q are those of the definition, their limits hold, and every contribution is a column's own."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import barograph as bg

PCA = bg.detect.PCA


def table(n=2000, seed=0, offset=0.0):
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(n, 2))
    return hidden @ rng.normal(size=(2, 6)) + 0.3 * rng.normal(size=(n, 6)) + offset


def by_definition(learnt, x, k, scale):
    mean, unit = learnt.mean(0), learnt.std(0, ddof=1) if scale else 1.0
    values, vectors = np.linalg.eigh(np.cov(((learnt - mean) / unit).T))
    kept = vectors[:, ::-1][:, :k]
    z = (x - mean) / unit
    y = z @ kept
    return (y**2 / values[::-1][:k]).sum(1), ((z - y @ kept.T) ** 2).sum(1)


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("order", ["C", "F"])
def test_t2_and_q_are_those_of_the_definition(scale, order):
    x = np.asarray(table(offset=1000.0), order=order)
    model = PCA(2, scale=scale).fit(x)
    t2, q = by_definition(x, x, 2, scale)
    np.testing.assert_allclose(model.t2(x), t2, rtol=1e-8)
    np.testing.assert_allclose(model.q(x), q, rtol=1e-8)


def test_components_are_those_of_scikit_learn_up_to_their_sign():
    decomposition = pytest.importorskip("sklearn.decomposition")
    x = table()
    model, peer = PCA(3, scale=False).fit(x), decomposition.PCA(3).fit(x)
    np.testing.assert_allclose(np.abs(model.loadings), np.abs(peer.components_), atol=1e-10)
    np.testing.assert_allclose(model.variances[:3], peer.explained_variance_, rtol=1e-10)
    largest = np.abs(model.loadings).argmax(axis=1)
    assert (model.loadings[np.arange(3), largest] > 0).all()


def test_the_share_of_variance_decides_how_many():
    x = table()
    shares = np.cumsum(PCA(1.0).fit(x).variances) / 6
    for share in (0.3, 0.9, 0.999):
        assert PCA(share).fit(x).kept == np.searchsorted(shares, share) + 1


def test_the_extreme_point_ranks_first():
    """The score by distance to eigenvectors ranks the point that is furthest along them last."""
    x = table()
    x[77] *= 40
    assert PCA().fit(x).score(x).argmax() == 77


def test_normal_rows_are_flagged_at_the_stated_rate():
    rng = np.random.default_rng(5)
    mixing = rng.normal(size=(6, 6))
    learnt, fresh = (rng.normal(size=(n, 6)) @ mixing for n in (50_000, 200_000))
    model = PCA(3, alpha=0.01).fit(learnt)
    beyond = model.score(fresh) > 1
    assert beyond.mean() == pytest.approx(0.01, abs=0.0015)  # 7 standard errors, and the approximation's own
    found = model.detect(fresh)
    assert (found.is_anomaly == beyond).mean() > 0.9999  # the same rule, cut by bisection


def test_a_planted_column_comes_first_and_names_the_kind():
    names = ["cpu_usage", "heap_used", "p95_latency", "requests", "disk_io", "queue_depth"]
    rng = np.random.default_rng(9)
    learnt = table(5000)
    model = PCA(2).fit(dict(zip(names, learnt.T, strict=True)))
    right = 0
    for trial in range(200):
        row, column = learnt[trial].copy(), rng.integers(6)
        row[column] += 6 * learnt[:, column].std() * rng.choice([-1, 1])
        found = model.detect(dict(zip(names, row[:, None], strict=True)))
        right += int(found.attribution.values[0].argmax() == column)
    assert right >= 190
    row = learnt[0].copy()
    row[1] += 60
    found = model.detect(dict(zip(names, row[:, None], strict=True)))
    assert next(iter(found)).causes[0] == "heap_used"
    assert found.kind[0] == "memory"


@pytest.mark.parametrize("columns", [6, 20])
@pytest.mark.parametrize("components", [2, 0.9, 1.0])
def test_a_planted_column_comes_first_however_the_columns_depend_on_each_other(columns: int, components):
    right, trials = 0, 60
    for trial in range(trials):
        rng = np.random.default_rng(trial)
        mix = rng.normal(size=(columns, columns))
        learnt = rng.normal(size=(500, columns)) @ mix
        row, column = rng.normal(size=columns) @ mix, trial % columns
        row[column] += 6 * learnt[:, column].std()
        found = PCA(components).fit(learnt).detect(row[None])
        right += int(found.attribution.values[0].argmax() == column)
    assert right >= 0.95 * trials


def test_attribution_is_what_would_go_off_if_a_column_were_as_the_others_say():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(300, 4)) @ rng.normal(size=(4, 4))
    model = PCA(2).fit(x)
    row = x[0] + [3, 0, 0, 0]
    d = model.loadings.T @ np.diag(1 / model.variances[:2]) @ model.loadings / model.t2_limit
    d += (np.eye(4) - model.loadings.T @ model.loadings) / model.q_limit
    z = (row - model.mean) / model.unit
    found = model.detect(row[None]).attribution.values[0]
    for j in range(4):
        shift = np.arange(4) == j
        least = (z - shift * (d @ z)[j] / d[j, j]) @ d @ (z - shift * (d @ z)[j] / d[j, j])
        assert found[j] == pytest.approx(z @ d @ z - least)


def test_the_limit_of_q_holds_for_models_of_few_rows():
    # stated: 0.01 for both statistics together, half of it for each
    for columns, components, rows in ((10, 3, 40), (20, 5, 100), (6, 2, 500)):
        passed = []
        for seed in range(12):
            rng = np.random.default_rng(seed)
            mix = rng.normal(size=(columns, columns))
            model = PCA(components, alpha=0.01).fit(rng.normal(size=(rows, columns)) @ mix)
            passed.append((model.q(rng.normal(size=(4000, columns)) @ mix) > model.q_limit).mean())
        assert 0.002 < np.mean(passed) < 0.009


def test_contributions_sum_to_their_statistic():
    x = table(300)
    model = PCA(2).fit(x)
    t2, q = model.contributions(x)
    np.testing.assert_allclose(t2.values.sum(1), model.t2(x), rtol=1e-9)
    np.testing.assert_allclose(q.values.sum(1), model.q(x), rtol=1e-9)
    assert (t2.values >= 0).all()
    assert t2.names == ("0", "1", "2", "3", "4", "5")


def test_parts_merge_to_the_whole_and_threads_change_nothing():
    x = table(60_000)
    whole = PCA().fit(x)
    parts = [PCA().fit(part) for part in np.split(x, [1000, 30_000])]
    merged = parts[0].merge(parts[1]).merge(parts[2])
    np.testing.assert_allclose(merged.score(x), whole.score(x), rtol=1e-9)
    grown = PCA().partial_fit(x[:10]).partial_fit(x[10:])
    np.testing.assert_allclose(grown.variances, whole.variances, rtol=1e-10)
    assert PCA(threads=2).fit(x).to_bytes() == PCA(threads=1).fit(x).to_bytes()
    with pytest.raises(TypeError, match="merge: int"):
        whole.merge(3)
    with pytest.raises(ValueError, match="different options"):
        whole.merge(PCA(2).fit(x))


def test_windows_of_a_series_show_a_change_of_shape():
    t = np.arange(3000)
    series = np.sin(t / 5) + 0.05 * np.random.default_rng(0).normal(size=3000)
    series[2000:2010] = series[2000]  # it stands still: no value is extreme
    model = PCA(window=30).fit(series[:1500])
    score = model.score(series)
    assert np.isnan(score[:29]).all()
    assert 2000 <= np.nanargmax(score) <= 2040
    assert (score[29:1990] > 1).mean() < 0.003
    found = model.detect(series)
    assert found.score[0] == 0
    assert found.is_anomaly[2005:2015].any()
    with pytest.raises(ValueError, match="window"):
        model.contributions(series)


def test_missing_constant_and_empty_columns():
    x = table(500)
    x[:, 3] = np.nan
    x[:, 4] = 7.0
    x[5, 0] = np.nan
    model = PCA().fit(x)
    assert (model.count, model.incomplete) == (499, 1)
    assert np.isnan(model.mean[3])
    assert (model.loadings[:, 3] == 0).all()
    score = model.score(x)
    assert np.isfinite(score).all()
    moved = x[:1].copy()
    moved[0, 4] = 8.0
    assert model.score(moved)[0] > 1
    assert np.isnan(model.score(np.full((1, 6), np.nan)))[0]
    assert model.detect(np.full((1, 6), np.nan)).score[0] == 0
    infinite = x[:1].copy()
    infinite[0, 0] = np.inf
    assert 1 < model.score(infinite)[0] < np.inf


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PCA(0), "components: 0 given"),
        (lambda: PCA(1.5), "components: 1.5 given"),
        (lambda: PCA(True), "components: True given"),
        (lambda: PCA(window=0), "window: 0 given"),
        (lambda: PCA(alpha=0), "alpha: 0 given"),
        (lambda: PCA(7).fit(table()), "components: 7 given, expected 1 to 6"),
        (lambda: PCA().fit(table(1)), "1 complete rows of 1 given, expected at least 2"),
        (lambda: PCA().fit(np.empty((0, 3))), "no finite value in 0 rows"),
        (lambda: PCA().fit(np.empty((5, 0))), "0 columns given"),
        (lambda: PCA().score(table()), "nothing learnt yet"),
        (lambda: PCA().fit(table()).score(table()[:, :4]), "4 columns given, expected 6"),
        (lambda: PCA(window=3).fit(table()), "6 columns given, expected one series"),
        (lambda: PCA(window=9).fit([1.0, 2.0]), "2 rows given, expected at least 9"),
        (lambda: PCA().detect(table(), contamination=0.7), "contamination: 0.7 given"),
        (lambda: PCA.from_bytes(b"nonsense"), "not a barograph state"),
    ],
)
def test_errors_name_what_was_given_and_what_is_accepted(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()


def test_bytes_and_pickles_give_the_model_back():
    x = table()
    model = PCA(0.8).fit({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2]})
    back = PCA.from_bytes(model.to_bytes(), alpha=0.05)
    assert back == model
    np.testing.assert_array_equal(back.t2(x[:, :3]), model.t2(x[:, :3]))
    loaded = pickle.loads(pickle.dumps(model))
    assert loaded == model
    assert loaded.columns == ("a", "b", "c")
    assert "2 of 3 directions" in repr(loaded)


def test_contamination_flags_that_share():
    x = table(1000)
    assert PCA().detect(x, contamination=0.02).count == 20


def test_the_times_of_a_frame_stay_with_it():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(table(50), index=pandas.date_range("2026-01-01", periods=50, freq="min"))
    found = PCA().detect(frame)
    assert found.time[1] == np.datetime64("2026-01-01T00:01")
    assert "components of 6 columns" in found.method


def test_scikit_learn_takes_it_for_one_of_its_own():
    pytest.importorskip("sklearn")
    from barograph.sklearn import PCADetector

    x = table()
    x[3] += 50
    detector = PCADetector(2, contamination="auto").fit(x)
    assert detector.predict(x)[3] == -1
    np.testing.assert_allclose(detector.score_samples(x), -PCA(2).fit(x).score(x))
    assert (PCADetector(2, contamination=0.05).fit(x).predict(x) == -1).sum() == 100
    with pytest.raises(ValueError, match="contamination: 2 given"):
        PCADetector(contamination=2).fit(x)


@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_checks_pass():
    pytest.importorskip("sklearn")
    from sklearn.utils.estimator_checks import check_estimator

    from barograph.sklearn import PCADetector

    results = check_estimator(PCADetector(), on_fail=None)
    failed = [r["check_name"] for r in results if r["status"] == "failed"]
    assert failed == []


def test_models_of_other_columns_do_not_merge():
    x = np.random.default_rng(0).normal(size=(50, 2))
    one = bg.detect.PCA().fit({"a": x[:, 0], "b": x[:, 1]})
    with pytest.raises(ValueError, match="merge: columns"):
        one.merge(bg.detect.PCA().fit({"b": x[:, 0], "a": x[:, 1]}))
    assert bg.detect.PCA().detect(
        {"t": [0, 1, 2, 3], "a": [1, 2, 3, 5.0], "b": [4, 5, 6, 1.0]}, "t"
    ).attribution.names == ("a", "b")
