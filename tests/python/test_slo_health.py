"""The health score: each term of the policy, the ledger's sum, bits from the engine."""

import functools
import json
import math
import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

import barograph as bg

GOOD = {"latency": 100, "error_rate": 0, "cpu": 50, "memory": 50, "anomaly_rate": 0, "apdex": 0.85}


def maybe(low, high):
    return st.none() | st.just(math.nan) | st.floats(low, high)


inputs = st.fixed_dictionaries(
    {
        "latency": maybe(0, 5000),
        "error_rate": maybe(0, 1) | maybe(0, 0.05),
        "cpu": maybe(0, 100),
        "memory": maybe(0, 100),
        "anomaly_rate": maybe(0, 1),
        "apdex": maybe(0, 1),
    }
)
weights = st.floats(0, 1e6)
health_policies = st.builds(
    bg.HealthPolicy, latency_points=weights, error_points=weights, apdex_points=weights
)


def lost(health, what):
    return next(e.points for e in health.ledger if e.what == what)


@given(inputs, st.just(bg.HealthPolicy()) | health_policies)
def test_the_ledger_adds_up_to_the_score_exactly(given_inputs, policy):
    health = bg.health_score(**given_inputs, policy=policy)
    points = [e.points for e in health.ledger if e.points is not None]
    assert (
        functools.reduce(operator.add, points) == health.score
    )  # sum() carries rounding errors from 3.12 on
    assert 0 <= health.score <= 100
    missing = {k for k, v in given_inputs.items() if v is None or math.isnan(v)}
    assert {e.what for e in health.ledger if e.points is None} == missing
    assert [e.what for e in health.ledger][:7] == ["base", *GOOD]


@given(inputs)
def test_the_default_policy_is_the_issues_formula(given_inputs):
    x = {k: math.nan if v is None else v for k, v in given_inputs.items()}
    expected = 100.0
    expected -= 30 * (x["latency"] > 500) + 20 * (x["cpu"] > 85) + 15 * (x["memory"] > 85)
    expected -= 0 if math.isnan(x["error_rate"]) else 5 * 100 * x["error_rate"]
    expected -= 0 if math.isnan(x["anomaly_rate"]) else 15 * min(1, x["anomaly_rate"] / 0.05)
    expected += 20 * (x["apdex"] - 0.85) / 0.15 if x["apdex"] > 0.85 else 0
    # some twenty roundings of numbers up to 600
    assert bg.health_score(**given_inputs).score == pytest.approx(min(100, max(0, expected)), abs=1e-11)


@pytest.mark.parametrize(
    ("changed", "score", "status"),
    [
        ({}, 100, "excellent"),
        ({"latency": 500}, 100, "excellent"),
        ({"latency": 500.1}, 70, "fair"),
        ({"error_rate": 0.02}, 90, "excellent"),
        ({"error_rate": 0.05}, 75, "good"),
        ({"cpu": 85.1}, 80, "good"),
        ({"memory": 85.1}, 85, "good"),
        ({"anomaly_rate": 0.01}, 97, "excellent"),
        ({"anomaly_rate": 1}, 85, "good"),
        ({"cpu": 90, "memory": 90, "latency": 900, "apdex": 1}, 55, "poor"),
        ({"cpu": 90, "memory": 90, "latency": 900}, 35, "critical"),
        ({"error_rate": 1}, 0, "critical"),
    ],
)
def test_terms_and_status(changed, score, status):
    health = bg.health_score(**{**GOOD, **changed})
    assert (health.score, health.status) == (score, status)


def test_what_the_clamp_took_away_is_an_entry():
    free = bg.health_score(apdex=1)
    assert free.ledger[-1] == ("clamp", 120.0, 100.0, -20.0)
    below = bg.health_score(error_rate=0.3)
    assert below.ledger[-1] == ("clamp", -50.0, 0.0, 50.0)
    assert bg.health_score(apdex=0.85).ledger[-1].what == "apdex"


def test_inputs_that_cannot_be_are_refused():
    for kwargs, message in (
        ({"error_rate": 4.5}, r"error_rate: given 4.5, expected a fraction from 0 to 1 \(4.5 % is 0.045\)"),
        ({"error_rate": -0.1}, "error_rate: given -0.1"),
        ({"anomaly_rate": 5}, "anomaly_rate: given 5"),
        ({"latency": -1}, "latency: given -1"),
        ({"latency": math.inf}, "latency: given inf"),
        ({"cpu": 101}, "cpu: given 101"),
        ({"memory": -1}, "memory: given -1"),
        ({"apdex": 1.01}, "apdex: given 1.01"),
    ):
        with pytest.raises(ValueError, match=message):
            bg.health_score(**kwargs)
    with pytest.raises(TypeError, match="policy: 'strict' given"):
        bg.health_score(policy="strict")


def test_a_policy_changes_limits_weights_and_bands():
    policy = bg.Policy(health=bg.HealthPolicy(latency_limit=50, latency_points=8, bands=(99, 93, 20, 10)))
    for p in (policy, policy.health):
        health = bg.health_score(**GOOD, policy=p)
        assert (health.score, health.status, lost(health, "latency")) == (92, "fair", -8)
    assert bg.health_score(**GOOD, policy="apm") == bg.health_score(**GOOD)


def test_it_shows_itself():
    health = bg.health_score(latency=612.4, error_rate=0.045, apdex=1.0)
    text = repr(health)
    assert text.startswith("Health 67.5 of 100: fair\n")
    assert "612.4 ms" in text
    assert "4.5 %" in text
    assert "not known" in text
    assert health._repr_html_().count("<tr>") == len(health.ledger) + 2
    plain = json.loads(json.dumps(health.to_dict(), allow_nan=False))
    assert plain["score"] == 67.5
    assert plain["ledger"][3] == {"what": "cpu", "value": None, "limit": 85.0, "points": None}
