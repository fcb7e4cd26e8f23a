"""Histograms in other systems' formats: what goes out comes back, what cannot is said."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest

import barograph as bg
from barograph import _core

ROOT = os.environ.get("BAROGRAPH_REAL_DATA")


@pytest.fixture(scope="module")
def values():
    return np.random.default_rng(7).lognormal(3.0, 1.2, 5000)


def buckets(h):
    return [tuple(b) for b in h.buckets()]


@pytest.mark.parametrize("scale", [-10, -3, 0, 5, 6])
def test_otlp_keeps_every_finite_count(values, scale):
    h = bg.QuantileHistogram(scale).update(values).update(-values[:100]).update(0.0, 2**60)
    text, dropped = h.to_otlp("latency", attributes={"route": "/é\n"}, resource={"service.name": "a"})
    back = bg.QuantileHistogram.from_otlp(text, "latency", attributes={"route": "/é\n"})
    assert back == h
    assert dropped == []


def test_otlp_has_the_protocols_json(values):
    h = bg.QuantileHistogram().update([1.5, 1.5, 3.0])
    request = json.loads(h.to_otlp("m", unit="s", time=12, start=3, sum=6.0, cumulative=False).text)
    metric = request["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0]
    assert (metric["name"], metric["unit"]) == ("m", "s")
    histogram = metric["exponentialHistogram"]
    assert histogram["aggregationTemporality"] == 1
    (point,) = histogram["dataPoints"]
    assert point["count"] == "3"
    assert point["sum"] == 6.0
    assert point["scale"] == 6
    assert (point["startTimeUnixNano"], point["timeUnixNano"]) == ("3", "12")
    # The specification's index: the greatest i with 2**(i/64) < 1.5.
    assert point["positive"]["offset"] == math.ceil(math.log2(1.5) * 64) - 1
    assert point["positive"]["bucketCounts"][0] == "2"
    assert point["positive"]["bucketCounts"][-1] == "1"
    assert (point["min"], point["max"]) == (1.5, 3.0)


def test_otlp_says_what_it_dropped():
    h = bg.QuantileHistogram(pinned=[10]).update([1.0, math.nan, math.inf])
    assert len(h.to_otlp("m").dropped) == 3


def test_open_metrics_counts_are_those_of_the_values(values):
    h = bg.QuantileHistogram(pinned=[30.0]).update(values)
    text, dropped = h.to_open_metrics("m", labels={"a": 'x"\\'}, sum=float(values.sum()))
    ((name, kind, _, _, samples),) = _core.read_open_metrics(text, False)
    assert (name, kind) == ("m", "histogram")
    counted = {dict(labels)["le"]: value for sample, labels, value, _ in samples if sample == "m_bucket"}
    assert "30" in counted
    assert all(dict(labels)["a"] == 'x"\\' for _, labels, _, _ in samples)
    for le, value in counted.items():
        assert value == (values <= float(le)).sum()
    assert samples[-1][2] == values.sum()
    assert not any("cut" in sentence for sentence in dropped)


def test_open_metrics_bounds_of_ones_own_come_back(values):
    h = bg.QuantileHistogram().update(values)
    bounds = [5.0, 10.0, 25.0, 50.0, 100.0]
    text, dropped = h.to_open_metrics("m", bounds)
    assert any("5, 10, 25, 50, 100" in sentence for sentence in dropped)
    back = bg.QuantileHistogram.from_open_metrics(text)
    assert back.count == h.count
    for bound in bounds:
        assert back.count_bounds(bound).at_most >= h.count_at_most(bound)
    # Prometheus' histogram_quantile by hand: linear within the bucket of the rank.
    below, within = (h.count_at_most(b) for b in (10.0, 25.0))
    expected = 10 + 15 * (0.5 * h.count - below) / (within - below)
    assert back.quantile(0.5) == pytest.approx(expected, rel=0.012)


def test_one_histogram_is_chosen_by_name_and_labels():
    text = (
        '# TYPE a histogram\na_bucket{x="1",le="1"} 1\na_bucket{x="1",le="+Inf"} 1\n'
        'a_bucket{x="2",le="+Inf"} 3\n'
        '# TYPE b histogram\nb_bucket{le="+Inf"} 5\n# EOF\n'
    )
    read = bg.QuantileHistogram.from_open_metrics
    assert read(text, "b").count == 5
    assert read(text, "a", labels={"x": "2"}).count == 3
    with pytest.raises(ValueError, match="3 histograms fit"):
        read(text)
    with pytest.raises(ValueError, match="0 histograms fit"):
        read(text, "c")


def test_a_summary_is_exported_with_its_errors_and_its_sum():
    s = bg.LatencySummary().update([100.0, 400.0, 700.0], error=[False, False, True])
    text, _ = s.to_open_metrics("latency_milliseconds", unit="milliseconds", labels={"route": "/"})
    assert 'latency_milliseconds_bucket{route="/",le="500"} 2\n' in text
    assert 'latency_milliseconds_sum{route="/"} 1200\n' in text
    assert 'latency_milliseconds_errors_total{route="/"} 1\n' in text
    assert bg.QuantileHistogram.from_open_metrics(text).count == 3


@pytest.mark.parametrize("scale", [-4, 0, 6])
def test_native_keeps_every_finite_count(values, scale):
    h = bg.QuantileHistogram(scale).update(values).update(-values[:50]).update(0.0, 3)
    n = h.to_native()
    assert n.schema == scale
    assert n.count == h.count
    assert buckets(bg.QuantileHistogram.from_native(n)) == buckets(h)


def test_native_index_is_one_higher_than_opentelemetrys():
    n = bg.QuantileHistogram(0).update([2.0]).to_native()  # (1, 2]: 0 there, 1 here
    assert n.positive_spans == [(1, 1)]


@pytest.mark.parametrize(
    "call",
    [
        lambda: bg.QuantileHistogram.from_otlp("{}"),
        lambda: bg.QuantileHistogram.from_otlp("{"),
        lambda: bg.QuantileHistogram.from_open_metrics("a 1\n"),
        lambda: bg.QuantileHistogram.from_open_metrics("a 1\n# EOF\n"),
        lambda: bg.QuantileHistogram().to_open_metrics("0a"),
        lambda: bg.QuantileHistogram().to_open_metrics("a", [2, 1]),
        lambda: bg.QuantileHistogram().to_open_metrics("a", unit="ms"),
        lambda: bg.QuantileHistogram().to_otlp("a", time=-1),
        lambda: bg.QuantileHistogram.from_native((9, 0.0, 0, 0, [], [], [], [])),
    ],
)
def test_what_cannot_be_is_a_value_error(call):
    with pytest.raises(ValueError, match=r"given|not|expected"):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: bg.QuantileHistogram.from_otlp(5),
        lambda: bg.QuantileHistogram().to_otlp("a", attributes=["x"]),
        lambda: bg.QuantileHistogram().to_otlp("a", attributes={"x": 1}),
        lambda: bg.QuantileHistogram().to_otlp("a", time=1.5),
    ],
)
def test_another_type_is_a_type_error(call):
    with pytest.raises(TypeError, match="given, expected"):
        call()


@pytest.mark.skipif(not ROOT, reason="BAROGRAPH_REAL_DATA does not name a folder with the data")
def test_the_specifications_parser_cases_are_judged_as_it_says():
    cases = sorted(Path(ROOT, "openmetrics").glob("*/test.json"))
    if not cases:
        pytest.skip("openmetrics is not in BAROGRAPH_REAL_DATA")
    wrong = []
    for case in cases:
        text = (case.parent / "metrics").read_bytes().decode("utf-8")
        try:
            _core.read_open_metrics(text, False)
            read = True
        except ValueError:
            read = False
        if read != json.loads(case.read_text())["shouldParse"]:
            wrong.append(case.parent.name)
    assert not wrong


@pytest.mark.skipif(not ROOT, reason="BAROGRAPH_REAL_DATA does not name a folder with the data")
def test_the_protocols_example_is_read():
    example = Path(ROOT, "otlp-json", "metrics.json")
    if not example.is_file():
        pytest.skip("otlp-json is not in BAROGRAPH_REAL_DATA")
    h = bg.QuantileHistogram.from_otlp(example.read_bytes(), "my.exponential.histogram")
    assert (h.count, h.zero_count, h.min(), h.max(), h.scale) == (3, 1, 0.0, 5.0, 0)
    assert bg.QuantileHistogram.from_otlp(example.read_text(), "my.histogram").count == 2
