"""Policies: the same file gives the same policy in C++ and Python, and mistakes are named."""

import dataclasses
import pickle
import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import barograph as bg
from barograph import _core
from barograph._policy import Policy

EXAMPLE = """
zone = "Europe/Berlin"   # where the users are
peak_hours = [7, 9]
contamination = 1e-2

[apdex]
threshold = 300
bands = [0.95, 0.9, 0.5]

[health]
latency_limit = 250.5
bands = [95, 80, 60, 20.0]
"""

positive = st.floats(min_value=0, max_value=1e9, exclude_min=True)
falling = st.lists(st.floats(0.001, 100), min_size=4, max_size=4, unique=True).map(
    lambda x: tuple(sorted(x, reverse=True))
)
policies = st.builds(
    lambda t, factor, bands, **rest: Policy(
        apdex_threshold=t, apdex_tolerating=factor and t * factor, health=bg.HealthPolicy(bands=bands), **rest
    ),
    positive,
    st.none() | st.floats(1, 100),
    falling,
    availability=st.floats(0, 1, exclude_min=True, exclude_max=True),
    latency_p95=st.none() | positive,
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "+05:45", "-03:00"]),
    peak_hours=st.sampled_from([(0, 24), (18, 22), (0, 1), (22, 4), (23, 0)]),
    apdex_bands=st.sampled_from(["standard", "apm", (0.9, 0.8, 0.7, 0.6)]),
    detector=st.text(string.printable, min_size=1),
    contamination=st.none() | st.floats(0, 0.5, exclude_min=True),
    absurd_latency_ms=st.none() | positive,
)


def both(text):
    """The policy as C++ reads it; Python's must be equal."""
    policy = Policy.from_toml(text)
    assert Policy._of(_core.Policy.from_toml(text)) == policy
    return policy


def test_the_defaults_of_both_languages_are_the_same():
    assert Policy._of(_core.Policy()) == Policy() == both("")


def test_a_file_gives_the_same_policy_in_both_languages(tmp_path):
    policy = both(EXAMPLE)
    assert (policy.apdex_threshold, policy.tolerating_limit, policy.peak_hours) == (300.0, 1200.0, (7, 9))
    assert policy.apdex_bands == (0.95, 0.9, 0.5)
    assert policy.health == bg.HealthPolicy(latency_limit=250.5, bands=(95, 80, 60, 20))
    assert policy.contamination == 0.01
    path = tmp_path / "deep" / "policy.toml"
    policy.save(path)
    assert Policy.load(path) == policy
    assert [p.name for p in path.parent.iterdir()] == ["policy.toml"]


@given(policies)
def test_what_is_written_is_read_back_by_both_languages(policy):
    assert both(policy.to_toml()) == policy


def test_policies_are_values():
    policy = both(EXAMPLE)
    assert pickle.loads(pickle.dumps(policy)) == policy
    assert hash(policy) == hash(both(EXAMPLE))
    assert dataclasses.replace(policy, zone="UTC").zone == "UTC"
    with pytest.raises(dataclasses.FrozenInstanceError):
        policy.zone = "UTC"
    assert bg.Policy(apdex_threshold=np.float64(5), peak_hours=np.array([1, 2])) == bg.Policy(
        apdex_threshold=5, peak_hours=[1, 2]
    )
    assert bg.Policy(apdex_threshold=300).apdex().notation() == "NS [0.3]"


def test_an_unknown_key_names_the_nearest_one(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text("[apdex]\ntreshold = 400\n")
    with pytest.raises(
        ValueError, match=r"policy\.toml: unknown key \"apdex\.treshold\", did you mean \"apdex\.thre"
    ):
        Policy.load(path)
    with pytest.raises(ValueError, match=r'line 2: unknown key "apdex\.treshold"'):
        _core.Policy.from_toml(path.read_text())
    with pytest.raises(ValueError, match=r"unknown table \[healt\], did you mean \[health\]"):
        both("[healt]\ncpu_limit = 5")


@pytest.mark.parametrize(
    "text",
    [
        "zone = 5",
        "zone = [1]",
        "apdex = 5",
        "peak_hours = [1.0, 2]",
        "peak_hours = [22, 22]",
        "peak_hours = [24, 4]",
        'peak_hours = ["a", "b"]',
        "contamination = true",
        "contamination = 2024-01-01",
        "[apdex]\nthreshold = -1",
        "[apdex]\nthreshold = nan",
        "[apdex]\nbands = 'best'",
        "[objectives]\navailability = 99.9",
        "[health]\nbands = [1, 2, 3, 4]",
        "[health]\ncpu_points = inf",
        "[health.cpu]\nlimit = 5",
        "[helth]",
        "[zone]",
        "absurd_latency_ms = 0",
        "absurd_latency_ms = true",
        "zone = 'a'\nzone = 'b'",
        "zone",
    ],
)
def test_what_one_language_refuses_the_other_refuses(text):
    with pytest.raises(ValueError, match=r"^."):
        Policy.from_toml(text)
    with pytest.raises(ValueError, match=r"^."):
        _core.Policy.from_toml(text)


def test_bad_files_are_one_line_with_the_path(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_bytes(b"zone = '\xff'")
    with pytest.raises(ValueError, match=r"^policy .*policy\.toml: "):
        Policy.load(path)
    path.write_text("zone = 'Mars/Olympus'")
    with pytest.raises(
        ValueError, match=r'^policy .*policy\.toml: zone: given "Mars/Olympus", expected a name'
    ):
        Policy.load(path)
    with pytest.raises(FileNotFoundError):
        Policy.load(tmp_path / "none.toml")
    with pytest.raises(TypeError, match="health: dict given"):
        Policy(health={})
    with pytest.raises(ValueError, match=r'health\.cpu_limit: given "85"'):
        bg.HealthPolicy(cpu_limit="85")
