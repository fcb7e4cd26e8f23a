"""What a metric measures, told by its name: latency, cpu, memory, database, errors, traffic, ..."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: The first kind of which a word of the name begins with one of these (or is it, where marked "$").
_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("errors", ("err", "fail", "fault", "exception", "crash", "5xx", "4xx", "timeout", "reject", "abort",
                "drop", "loss", "retr")),
    ("availability", ("avail", "uptime", "up$", "success", "health", "heartbeat")),
    ("database", ("db$", "database", "sql", "mysql", "postgres", "postgresql", "mongo", "mongodb", "redis",
                  "cassandra", "query", "queries", "transaction", "commit", "rollback", "deadlock")),
    ("latency", ("latenc", "lat$", "duration", "response", "resp$", "rt$", "elapsed", "p50$", "p75$", "p90$",
                 "p95$", "p99$", "p999$", "ttfb", "rtt", "ping", "jitter", "delay", "lag$")),
    ("cpu", ("cpu", "processor", "load$", "load1$", "load5$", "load15$", "throttl")),
    ("memory", ("mem", "memory", "heap", "rss$", "ram$", "swap", "gc$", "garbage", "oom")),
    ("disk", ("disk", "iops", "io$", "inode", "storage", "filesystem", "fs$", "volume")),
    ("queue", ("queue", "backlog", "pending", "depth", "lagging", "offset")),
    ("network", ("net", "network", "bandwidth", "packet", "tcp$", "udp$", "interface", "rx$", "tx$",
                 "rssi", "signal", "throughput", "ingress", "egress", "bytes")),
    ("traffic", ("request", "req$", "reqs$", "rps$", "qps$", "tps$", "ops$", "hits", "visit", "traffic",
                 "workload", "session", "user", "call", "click", "view", "count", "volume")),
    ("temperature", ("temp$", "temperature", "celsius", "fahrenheit", "humidity")),
    ("battery", ("batter", "voltage")),
    ("revenue", ("revenue", "sales", "purchase", "order", "payment", "price", "cost", "gmv", "cart",
                 "checkout", "conversion", "income")),
)  # fmt: skip

_PATTERNS = [
    (kind, re.compile("|".join(rf"{w[:-1]}(?![a-z0-9])" if w.endswith("$") else re.escape(w) for w in words)))
    for kind, words in _WORDS
]
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[a-z0-9]+")


def kind_of(name: str) -> str:
    """The kind of a metric, ``""`` where its name tells none.

    Parameters
    ----------
    name : str
        Such as ``"checkout_latency_p95"``, ``"CPUUtilization"``, ``"http.requests"``.

    Notes
    -----
    Words are looked at from the start, so ``"performance"`` is no memory; of several kinds the rarer wins:
    ``"request_errors"`` are errors, ``"db_cpu"`` is the database.

    Examples
    --------
    >>> from barograph._detect.kinds import kind_of
    >>> [kind_of(n) for n in ("cart_latency_p95", "CPUUtilization", "http_5xx", "http.requests", "x")]
    ['latency', 'cpu', 'errors', 'traffic', '']
    """
    words = _WORD.findall(_CAMEL.sub("_", name).lower())
    for kind, pattern in _PATTERNS:
        if any(pattern.match(word) for word in words):
            return kind
    return "latency" if words and words[-1] in ("ms", "seconds", "time") else ""


def kind_among(names: Iterable[str]) -> str:
    """The kind that all names with a kind share, ``""`` where they differ or none has one."""
    kinds = {kind_of(name) for name in names} - {""}
    return kinds.pop() if len(kinds) == 1 else ""
