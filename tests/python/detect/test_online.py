"""Half-space trees: thin regions score high, lately is what counts, and memory stays."""

from __future__ import annotations

import pickle
import time

import numpy as np
import pytest

import barograph as bg

HalfSpaceTrees = bg.detect.HalfSpaceTrees


def clusters(n, seed=0):
    rng = np.random.default_rng(seed)
    return np.where(rng.random(n)[:, None] < 0.5, [10, 100, 1.0], [20, 300, 5.0]) + rng.normal(
        size=(n, 3)
    ) * [1, 10, 0.3]


def test_rows_between_the_clusters_are_found():
    x = clusters(20_000)
    test = clusters(2000, 1)
    odd = np.arange(100, 2000, 100)
    test[odd] = np.random.default_rng(2).uniform([8, 80, 0.5], [22, 320, 5.5], (len(odd), 3))
    score = HalfSpaceTrees(50).fit(x).score(test)
    usual = np.delete(score, odd)
    higher = np.mean([np.mean(usual < s) for s in score[odd]])
    assert higher > 0.9  # the area under the ROC curve


def test_false_alarms_are_near_the_stated_rate():
    found = HalfSpaceTrees(alpha=0.01).fit(clusters(20_000)).detect(clusters(20_000, 1))
    assert found.is_anomaly.mean() < 0.02
    assert "25 trees" in found.method


def test_what_is_normal_turns_over():
    detector = HalfSpaceTrees(window=100).fit(clusters(2000))
    there = [[15.0, 200.0, 3.0]]
    before = detector.update(there)[0]
    detector.update(np.repeat(there, 300, axis=0) + 1e-6)
    assert detector.update(there)[0] < before - 2


def test_batches_and_single_rows_give_the_same_and_bytes_go_on():
    x = clusters(2000)
    detector = HalfSpaceTrees().fit(x)
    batch = detector.score(x[:300])
    other = HalfSpaceTrees.from_bytes(detector.to_bytes())
    assert other == detector
    np.testing.assert_array_equal([other.update(row)[0] for row in x[:300]], batch)
    loaded = pickle.loads(pickle.dumps(detector))
    assert loaded == detector
    np.testing.assert_array_equal(loaded.detect(x[:50]).score, detector.detect(x[:50]).score)
    with pytest.raises(ValueError, match="without rates"):
        other.detect(x)
    assert HalfSpaceTrees(seed=1).fit(x) != detector


def test_missing_infinite_and_constant_columns():
    x = clusters(1000)
    x[:, 1] = 7.0
    x[::5, 0] = np.nan
    x[3, 2] = np.inf
    score = HalfSpaceTrees().fit(x).score(x)
    assert np.isfinite(score).all()
    one = HalfSpaceTrees().fit(x[:, 2])
    assert one.score([3.0, 1e9]).argmax() == 1
    with pytest.raises(ValueError, match="100 rows given, expected at least 270"):
        HalfSpaceTrees().fit(x[:100])
    with pytest.raises(ValueError, match="2 columns given, expected 3"):
        HalfSpaceTrees().fit(x).score(x[:, :2])
    with pytest.raises(ValueError, match="depth: 17 given"):
        HalfSpaceTrees(depth=17)
    with pytest.raises(ValueError, match="nothing learnt yet"):
        HalfSpaceTrees().score(x)


def test_a_hundred_thousand_rows_take_less_than_a_second():
    """A bound ten times above what an idle machine needs."""
    x = clusters(100_000)
    detector = HalfSpaceTrees().fit(x[:1000])
    begin = time.process_time()
    detector.update(x)
    assert time.process_time() - begin < 1
