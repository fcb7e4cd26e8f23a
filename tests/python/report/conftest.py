"""Reports made by hand: one as an analysis gives it, and one whose every text is hostile."""

from __future__ import annotations

import numpy as np
import pytest

from barograph._frames import Frames, Strings, Table
from barograph._health import health_score
from barograph.analysis._model import Card, Chart, Finding, Mark, Report

SERVICES = ("auth", "events", "payments")
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=\"window.__errors.push('xss')\">&amp;'\"%{x}$x_1$",
    "a" * 300 + "\u2028\u2029\x1b[31m\u202egnp.exe\x00",
    "خدمة الدفع 支払い",
)


def make_report(services=SERVICES, endpoints=("/login", "/checkout", "/events", "/refund")) -> Report:
    """Ten days of hours for each service; a gap on the third day, an incident on the fifth."""
    random = np.random.default_rng(7)
    hours = np.datetime64("2024-01-01", "ns") + np.arange(240) * np.timedelta64(1, "h")
    daily = 1 + np.sin((np.arange(240) % 24 - 12) / 24 * 2 * np.pi) * -0.6
    columns = {"timestamp": [], "service": [], "requests": [], "p50": [], "p95": [], "error_rate": []}
    for position, service in enumerate(("all", *services)):
        load = daily * (300 if service == "all" else 100) * random.uniform(0.9, 1.1, 240)
        latency = (120 + 60 * position) * (1 + 0.4 * daily) * random.uniform(0.9, 1.1, 240)
        latency[100:108] *= 2.6
        latency[50:56] = np.nan
        columns["timestamp"].append(hours)
        columns["service"] += [service] * 240
        columns["requests"].append(load.astype(np.int64))
        columns["p50"].append(latency)
        columns["p95"].append(latency * 2.2)
        columns["error_rate"].append(0.045 * daily * random.uniform(0.5, 1.5, 240))
    timeline = Table({k: v if k == "service" else np.concatenate(v) for k, v in columns.items()})
    n = len(services)
    by_service = Table(
        {
            "service": list(services),
            "requests": [41_234, 25_310, 18_456][:n] + [10] * (n - 3),
            "errors": [1_210, 1_002, 1_607][:n] + [0] * (n - 3),
            "error_rate": [0.0293, 0.0396, 0.0871][:n] + [0.0] * (n - 3),
            "mean": [98.123456, 141.2, 301.9][:n] + [1.0] * (n - 3),
            "p95": [210.0, 330.5, 702.25][:n] + [np.nan] * (n - 3),
            "apdex": [0.97, 0.91, 0.74][:n] + [np.nan] * (n - 3),
        }
    )
    days = np.datetime64("2024-01-01", "ns") + np.arange(10) * np.timedelta64(1, "D")
    grid_day, grid_hour = np.repeat(days, 24), np.tile(np.arange(24), 10)
    busy = timeline["requests"][:240].astype(float)
    busy[60:63] = np.nan
    load = timeline["requests"][:240]
    charts = (
        Chart(
            "latency_over_time",
            "line",
            "P95 latency rose 2.6 times on Fri 5 Jan, 04:00 to 12:00",
            "timeline",
            "timestamp",
            ("p50", "p95"),
            "time (UTC)",
            "latency, ms",
            filter="service",
            marks=(Mark("2024-01-05T04:00:00", "2024-01-05T12:00:00", "degradation"),),
        ),
        Chart(
            "errors_over_time",
            "line",
            "Errors follow the load: 7 % in the evening, 2 % at night",
            "timeline",
            "timestamp",
            ("error_rate",),
            "time (UTC)",
            "error rate, %",
            series="service",
        ),
        Chart(
            "requests_by_hour",
            "bar",
            "Most traffic comes between 18:00 and 22:00",
            "by_hour",
            "hour",
            ("requests",),
            "hour of day",
            "requests",
        ),
        Chart(
            "slowest_endpoints",
            "hbar",
            "/checkout is the slowest endpoint: P95 702 ms",
            "slowest_endpoints",
            "endpoint",
            ("p95",),
            "",
            "P95 latency, ms",
        ),
        Chart(
            "by_service",
            "bar",
            "payments has the highest error rate: 8.7 %",
            "by_service",
            "service",
            ("error_rate",),
            "service",
            "error rate, %",
        ),
        Chart(
            "requests_by_day_hour",
            "heatmap",
            "Evenings are busiest, on weekends less so",
            "by_day_hour",
            "hour",
            ("day", "requests"),
            "hour of day",
            "day",
        ),
        Chart(
            "load_latency",
            "scatter",
            "Each 100 requests an hour more cost 24 ms",
            "load_latency",
            "requests",
            ("p95", "fitted"),
            "requests an hour",
            "P95 latency, ms",
            note="One point an hour.",
        ),
        Chart(
            "latency_histogram",
            "histogram",
            "Half of all requests take under 120 ms",
            "histogram",
            "latency",
            ("requests",),
            "latency, ms",
            "requests",
        ),
        Chart(
            "nothing",
            "line",
            "A log without latencies has nothing here",
            "nothing",
            "timestamp",
            ("p95",),
            "time (UTC)",
            "P95 latency, ms",
        ),
    )
    tables = {
        "overall": Table(
            {
                "requests": [85_000],
                "errors": [3819],
                "error_rate": [0.04493],
                "mean": [153.2173],
                "p50": [119.0],
                "p95": [381.0],
                "p99": [612.5],
                "apdex": [0.925],
            }
        ),
        "by_service": by_service,
        "by_hour": Table(
            {
                "hour": np.arange(24),
                "requests": (daily[:24] * 3500).astype(int),
                "mean": 100 + 60 * daily[:24],
                "error_rate": 0.045 * daily[:24],
            }
        ),
        "by_day_hour": Table({"day": grid_day, "hour": grid_hour, "requests": busy}),
        "slowest_endpoints": Table(
            {
                "endpoint": list(endpoints),
                "requests": [900, 12_345, 40_000, 321][: len(endpoints)],
                "p95": [702.25, 410.5, 180.0, 95.25][: len(endpoints)],
            }
        ),
        "load_latency": Table({"requests": load, "p95": timeline["p95"][:240], "fitted": 200 + 0.24 * load}),
        "histogram": Table(
            {"latency": np.arange(0, 1000, 20.0), "requests": (np.exp(-np.arange(50) / 9) * 9000).astype(int)}
        ),
        "status_codes": Table(
            {
                "status_code": [200, 404, 500],
                "requests": [80_000, 3_000, 2_000],
                "share": [0.941, 0.0353, 0.0235],
            }
        ),
        "nothing": Table({"timestamp": np.array([], "datetime64[ns]"), "p95": np.array([], float)}),
        "timeline": timeline,
    }
    return Report(
        workload="requests",
        title="85,000 requests in 10 days: payments fails most, /checkout is slowest",
        subtitle=f"{n} services, {len(endpoints)} endpoints",
        source="system_logs.csv",
        start="2024-01-01T00:00:00",
        end="2024-01-10T23:59:41",
        tables=Frames(tables, "table"),
        findings=(
            Finding(
                "incident",
                "critical",
                "On Fri 5 Jan from 04:00 to 12:00 the P95 latency was 2.6 times its usual "
                "value (990 ms against 381 ms), in all services at once.",
                {"ratio": 2.6, "worst": np.float64(990.1)},
                "2024-01-05T04:00:00",
                "2024-01-05T12:00:00",
            ),
            Finding(
                "slow_endpoint",
                "warning",
                f"{endpoints[0]} is the slowest endpoint: P95 702 ms (95 % interval "
                "640 to 790 ms) over 900 requests.",
                {"p95": 702.25, "when": np.datetime64("2024-01-05")},
            ),
            Finding(
                "traffic_peak",
                "info",
                "Between 18:00 and 22:00 there are 2.8 times as many requests an hour.",
                {"ratio": 2.8, "nan": float("nan")},
            ),
        ),
        charts=charts,
        cards=(
            Card("Requests", "85,000", 85_000),
            Card("Error rate", "4.5 %", 0.04493, "warn"),
            Card("Mean latency", "153 ms", 153.2173, "good"),
            Card("P95 latency", "381 ms", 381.0, "good"),
            Card("Apdex", "0.93 [0.5] good", 0.925, "good"),
            Card("Slowest endpoint", endpoints[0], endpoints[0], "bad"),
        ),
        health=health_score(latency=153.21, error_rate=0.04512, anomaly_rate=0.012, apdex=0.93),
        notes=("Times are read as UTC.", "1,702 rows were repaired, 391 rejected."),
    )


@pytest.fixture(scope="session")
def report() -> Report:
    return make_report()


@pytest.fixture(scope="session")
def hostile_report() -> Report:
    plain = make_report(services=HOSTILE, endpoints=HOSTILE)
    return Report(
        **{
            **vars(plain),
            "title": HOSTILE[0],
            "subtitle": HOSTILE[1],
            "source": HOSTILE[2],
            "notes": HOSTILE,
            "charts": (
                *plain.charts,
                Chart(
                    "../../" + HOSTILE[1],
                    "bar",
                    HOSTILE[1],
                    "by_service",
                    "service",
                    ("mean",),
                    HOSTILE[2],
                    HOSTILE[3],
                    note=HOSTILE[0],
                ),
            ),
            "tables": Frames(
                {
                    **plain.tables.raw,
                    HOSTILE[0]: Table({HOSTILE[1]: Strings.encode(HOSTILE)}),
                    "../x": Table({"=1+1": ["=cmd()", "+1+1"]}),
                },
                "table",
            ),
        }
    )


@pytest.fixture(scope="session")
def empty_report() -> Report:
    return Report("requests", "No requests", "", "empty.csv", None, None, Frames({}, "table"), (), ())
