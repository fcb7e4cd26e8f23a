"""Several detectors together keep the rate of false alarms, and say who saw what."""

from __future__ import annotations

import numpy as np
import pytest

import barograph as bg

detect = bg.detect


def of(p, name="x"):
    score = detect.score_of_probability(p)
    return detect.Detections(score, threshold=0.75, method=f"{name}(...)")


def test_equal_probabilities_stay_and_a_sure_one_counts():
    p = np.array([1.0, 0.1, 1e-3, 1e-30])
    together = detect.agreement([of(p), of(p)])
    np.testing.assert_allclose(together.score, detect.score_of_probability(p), atol=1e-12)
    one_sure = detect.agreement([of([1e-9]), of([0.5])])
    assert one_sure.score[0] == pytest.approx(detect.score_of_probability([2e-9])[0], rel=1e-6)


@pytest.mark.parametrize("dependence", [0.0, 0.9, 1.0])
def test_false_alarms_keep_their_rate_although_detectors_depend_on_each_other(dependence):
    from statistics import NormalDist

    rng = np.random.default_rng(0)
    shared = rng.normal(size=200_000)
    parts = []
    for _ in range(4):
        z = np.sqrt(dependence) * shared + np.sqrt(1 - dependence) * rng.normal(size=shared.size)
        p = 1 - np.vectorize(NormalDist().cdf)(z)
        parts.append(of(p))
    found = detect.agreement(parts, alpha=0.01)
    assert 0.005 < found.is_anomaly.mean() < 0.02


def test_votes_names_and_kinds():
    x = np.random.default_rng(1).normal(size=500)
    x[100] = 12
    first = detect.ZScore().detect({"latency": x})
    other = detect.RobustZScore().detect({"latency": x})
    silent = of(np.ones(500), "Nothing")
    found = detect.agreement([first, other, silent, silent], least=2)
    assert [d.row for d in found] == [100]
    assert found.kind[100] == "latency"
    assert found.attribution.names == ("ZScore", "RobustZScore", "Nothing 1", "Nothing 2")
    assert next(iter(found)).causes[0] in ("ZScore", "RobustZScore")
    assert detect.agreement([first, silent], least=2).count == 0
    assert detect.agreement([first, other], contamination=0.01).count == 5


def test_errors_name_what_was_given():
    with pytest.raises(ValueError, match="none given"):
        detect.agreement([])
    with pytest.raises(ValueError, match=r"of \[1, 2\] rows"):
        detect.agreement([of([0.1]), of([0.1, 0.2])])
    with pytest.raises(ValueError, match="least: 3 given"):
        detect.agreement([of([0.1])], least=3)
