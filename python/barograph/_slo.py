"""What services are judged by: Apdex, the policy of limits, the health score with its ledger."""

from __future__ import annotations

import html
import math
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from . import _core, _frames
from ._exchange import Exported, _pairs
from ._frames import write_atomically
from ._states import (
    ArrayLike,
    Interval,
    QuantileHistogram,
    Subtractable,
    _count,
    _is_scalar,
    _number,
    _numbers,
)

Bands: TypeAlias = Literal["standard", "apm"] | Sequence[float]
_UNITS_PER_SECOND = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}


def _flags(values: Any, size: int) -> npt.NDArray[np.bool_]:
    """The errors of a batch: one flag for all rows, or one for each."""
    if _is_scalar(values):
        return np.full(size, _flag(values))
    flags = _frames._plain(values)
    if not (isinstance(flags, np.ndarray) and flags.dtype == np.bool_ and flags.ndim == 1):
        numbers = _numbers("error", flags)
        if not np.all((numbers == 0) | (numbers == 1)):
            raise ValueError("error: values given that are neither true nor false, expected a flag a request")
        flags = numbers == 1
    return np.ascontiguousarray(flags)


def _flag(value: Any) -> bool:
    if isinstance(value, (str, bytes)) or value not in (0, 1):
        raise ValueError(f"error: {value!r} given, expected True or False")
    return bool(value)


class _RequestState(Subtractable):
    """A state that is fed with requests."""

    __slots__ = ()

    def update(self, latency: ArrayLike, error: Any = False, *, n: int | None = None) -> Self:
        """Count one request (n times) or a batch; returns self.

        Parameters
        ----------
        latency : float or array-like of shape (rows,)
            In the unit of the threshold (ms by default); NaN and None are missing.
        error : bool or array-like of bool, shape (rows,), default False
            Whether the request failed; one flag holds for all rows of a batch.
        n : int, optional
            For a single latency: how many requests had it. Default 1. By its name only, so that no count
            is read as an error.

        Raises
        ------
        TypeError
            If latencies are not numeric.
        ValueError
            If the lengths differ, n is given with a batch, or a flag is neither true nor false.
        """
        if _is_scalar(latency):
            count = 1 if n is None else _count("n", n)
            self._engine.update(_number("latency", latency), _flag(error), count)
            return self
        if n is not None:
            raise ValueError("n: given with a batch, expected only with a single latency")
        latencies = _numbers("latency", latency)
        if error is False:
            self._engine.update_many(latencies)
        else:
            self._engine.update_many(latencies, _flags(error, latencies.size))
        return self


class Apdex(_RequestState):
    """The Application Performance Index: exact counts of satisfied, tolerating, frustrated requests.

    A request is satisfied up to and including `threshold` (T), tolerating up to and including F, else
    frustrated; a request with an error is always frustrated. A missing latency (NaN) without an error
    is counted in `missing` and enters no score; an infinite one frustrates.

    Parameters
    ----------
    threshold : float
        T, above 0, in the unit of the latencies (ms unless :meth:`notation` is told otherwise).
    tolerating : float, optional
        F, at least T; by default 4 T, as in the standard.

    Raises
    ------
    ValueError
        For limits that cannot be.

    Notes
    -----
    The counts are integers, so any split of the data and any order of merges gives equal bytes.
    Updates and merges take constant memory; a batch is one pass. Objects may be shared by threads.

    References
    ----------
    Apdex Technical Specification, version 1.1, Apdex Alliance, 2007.

    Examples
    --------
    >>> a = Apdex(threshold=500).update([120, 480, 900, 2600]).update(80, error=True)
    >>> a.satisfied, a.tolerating, a.frustrated, a.score
    (2, 1, 2, 0.5)
    >>> a.notation(), a.rating()
    ('0.50 [0.5]*', 'Poor')
    """

    __slots__ = ()
    _kind = _core.Apdex
    _engine: _core.Apdex

    def __init__(self, threshold: float, tolerating: float | None = None) -> None:
        limit = None if tolerating is None else _number("tolerating", tolerating)
        self._engine = _core.Apdex(_number("threshold", threshold), limit)

    @property
    def threshold(self) -> float:
        """T."""
        return self._engine.threshold()

    @property
    def tolerating_limit(self) -> float:
        """F."""
        return self._engine.tolerating_limit()

    @property
    def satisfied(self) -> int:
        """Requests up to T."""
        return self._engine.satisfied()

    @property
    def tolerating(self) -> int:
        """Requests above T, up to F."""
        return self._engine.tolerating()

    @property
    def frustrated(self) -> int:
        """Requests beyond F, and all errors."""
        return self._engine.frustrated()

    @property
    def missing(self) -> int:
        """NaN latencies without an error: in no zone and no score."""
        return self._engine.missing()

    @property
    def count(self) -> int:
        """Requests in the score: satisfied + tolerating + frustrated."""
        return self._engine.count()

    @property
    def score(self) -> float:
        """(satisfied + tolerating / 2) / count; NaN when there are none."""
        return self._engine.score()

    def notation(self, unit: Literal["s", "ms", "us", "ns"] = "ms") -> str:
        """The standard's uniform output, with T in seconds.

        Parameters
        ----------
        unit : {"s", "ms", "us", "ns"}, default "ms"
            The unit of the latencies and of T.

        Returns
        -------
        str
            Such as ``0.75 [4.0]``; ``*`` behind it marks fewer than 100 requests, ``NS`` stands for none.
        """
        if unit not in _UNITS_PER_SECOND:
            raise ValueError(f"unit: given {unit!r}, expected one of {', '.join(_UNITS_PER_SECOND)}")
        return self._engine.notation(_UNITS_PER_SECOND[unit])

    def rating(self, bands: Bands = "standard") -> str:
        """The score in a word.

        Parameters
        ----------
        bands : {"standard", "apm"} or 3 or 4 floats
            ``"standard"``: Excellent from 0.94, Good from 0.85, Fair from 0.70, Poor from 0.50, else
            Unacceptable. ``"apm"``: Target from 0.90, Good from 0.85, Fair from 0.70, else Poor. Or the
            lowest scores of the upper four (or three) of these ratings, falling.

        Returns
        -------
        str
            The rating of the unrounded score; ``NoSample`` when there are no requests.
        """
        return self._engine.rating(bands if isinstance(bands, str) else [float(b) for b in bands])

    def __repr__(self) -> str:
        return (
            f"Apdex(threshold={self.threshold:g}, tolerating={self.tolerating_limit:g}: "
            f"satisfied={self.satisfied:,}, tolerating={self.tolerating:,}, "
            f"frustrated={self.frustrated:,}, score={self.score:.4g})"
        )


@dataclass(frozen=True, kw_only=True)
class HealthPolicy:
    """Limits, weights and bands of the health score; the defaults are the policy called ``apm``.

    Parameters
    ----------
    latency_limit, latency_points : float
        Mean latency in ms above which `latency_points` are lost.
    error_points : float
        Points lost for each 1 % of errors, linear.
    cpu_limit, cpu_points, memory_limit, memory_points : float
        Average use in percent above which the points are lost.
    anomaly_limit, anomaly_points : float
        The anomaly rate (fraction) from which `anomaly_points` are lost in full; linear below.
    apdex_limit, apdex_points : float
        The Apdex above which a bonus begins; it reaches `apdex_points` at 1.
    bands : four floats
        The lowest scores of excellent, good, fair and poor; below the last it is critical.

    Raises
    ------
    ValueError
        For a value that makes no sense, named ``health.<field>``.

    Examples
    --------
    >>> HealthPolicy(latency_limit=300).latency_limit
    300.0
    """

    latency_limit: float = 500.0
    latency_points: float = 30.0
    error_points: float = 5.0
    cpu_limit: float = 85.0
    cpu_points: float = 20.0
    memory_limit: float = 85.0
    memory_points: float = 15.0
    anomaly_limit: float = 0.05
    anomaly_points: float = 15.0
    apdex_limit: float = 0.85
    apdex_points: float = 20.0
    bands: tuple[float, float, float, float] = (90.0, 75.0, 60.0, 40.0)

    def __post_init__(self) -> None:
        engine = _core.Policy()
        for name in _HEALTH_FIELDS:
            _set(engine, f"health.{name}", getattr(self, name))
        engine.validate()
        for name in _HEALTH_FIELDS:
            object.__setattr__(self, name, engine.get(f"health.{name}"))


_HEALTH_FIELDS = tuple(f.name for f in fields(HealthPolicy))
_POLICY_KEYS = {
    "apdex_threshold": "apdex.threshold",
    "apdex_tolerating": "apdex.tolerating",
    "apdex_bands": "apdex.bands",
    "availability": "objectives.availability",
    "latency_p95": "objectives.latency_p95",
    "zone": "zone",
    "peak_hours": "peak_hours",
    "detector": "detector",
    "contamination": "contamination",
    "absurd_latency_ms": "absurd_latency_ms",
}


def _set(engine: _core.Policy, key: str, value: Any) -> None:
    """One key of the engine's policy; numpy numbers and arrays become plain ones."""
    engine.set(key, value.tolist() if isinstance(value, (np.generic, np.ndarray)) else value)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The limits that people choose. Immutable; ``dataclasses.replace`` makes a changed copy.

    Parameters
    ----------
    apdex_threshold : float, default 500
        Apdex T in ms.
    apdex_tolerating : float, optional
        Apdex F in ms; 4 T when None.
    apdex_bands : {"standard", "apm"} or 3 or 4 floats
        The bands of Apdex ratings, see :meth:`Apdex.rating`.
    availability : float, default 0.999
        The objective: the share of requests that shall not fail.
    latency_p95 : float, optional
        The objective for the 95th percentile in ms; None is not judged.
    health : HealthPolicy
        Limits, weights and bands of :func:`health_score`.
    zone : str, default "UTC"
        The IANA time zone in which hours and days are told.
    peak_hours : (int, int), default (18, 22)
        Local hours [from, to), 0 <= from < to <= 24.
    detector : str, default "auto"
        The anomaly detector.
    contamination : float, optional
        The expected share of anomalies, up to 0.5; None leaves it to the detector.
    absurd_latency_ms : float, optional
        Above it :func:`clean` takes a latency for dirt; None leaves the limit to the log itself.

    Raises
    ------
    ValueError
        For a value that makes no sense, named by its key in the file.

    See Also
    --------
    Policy.load : read a TOML file; C++ reads the same file with ``barograph::read_policy``.

    Examples
    --------
    >>> p = Policy(apdex_threshold=300, zone="Europe/Berlin")
    >>> p.tolerating_limit
    1200.0
    >>> Policy.from_toml(p.to_toml()) == p
    True
    >>> Policy(availability=99.9)
    Traceback (most recent call last):
    ...
    ValueError: objectives.availability: given 99.9, expected a fraction between 0 and 1
    """

    apdex_threshold: float = 500.0
    apdex_tolerating: float | None = None
    apdex_bands: Bands = "standard"
    availability: float = 0.999
    latency_p95: float | None = None
    health: HealthPolicy = field(default_factory=HealthPolicy)
    zone: str = "UTC"
    peak_hours: tuple[int, int] = (18, 22)
    detector: str = "auto"
    contamination: float | None = None
    absurd_latency_ms: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.health, HealthPolicy):
            raise TypeError(f"health: {type(self.health).__name__} given, expected HealthPolicy")
        engine = self._engine()
        for name, key in _POLICY_KEYS.items():
            object.__setattr__(self, name, engine.get(key))

    def _engine(self) -> _core.Policy:
        engine = _core.Policy()
        for name, key in _POLICY_KEYS.items():
            value = getattr(self, name)
            if value is not None:
                _set(engine, key, value)
        for name in _HEALTH_FIELDS:
            _set(engine, f"health.{name}", getattr(self.health, name))
        engine.validate()
        return engine

    @classmethod
    def _of(cls, engine: _core.Policy) -> Policy:
        health = HealthPolicy(**{name: engine.get(f"health.{name}") for name in _HEALTH_FIELDS})
        return cls(health=health, **{name: engine.get(key) for name, key in _POLICY_KEYS.items()})

    @classmethod
    def from_toml(cls, text: str) -> Policy:
        """Read the text of a policy file; keys that are absent keep their defaults.

        Raises
        ------
        ValueError
            For text that is no TOML, an unknown key (naming the nearest one) or a wrong value.
        """
        engine = _core.Policy()
        for key, value in _flat(tomllib.loads(text)):
            engine.set(key, value)
        engine.validate()
        return cls._of(engine)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Policy:
        """Read a policy file (TOML, UTF-8).

        Raises
        ------
        ValueError
            As :meth:`from_toml`, with the path before it.
        OSError
            If the file cannot be read.
        """
        data = Path(path).read_bytes()
        try:
            return cls.from_toml(data.decode("utf-8-sig"))
        except ValueError as error:  # tomllib's and Unicode's errors are ValueErrors, too
            raise ValueError(f"policy {os.fspath(path)}: {error}") from None

    def to_toml(self) -> str:
        """The policy as the text of a file; values that are None are left out."""
        return self._engine().to_toml()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write :meth:`to_toml` to a file, whole or not at all."""
        text = self.to_toml()
        with write_atomically(path) as temporary:
            temporary.write_bytes(text.encode())

    @property
    def tolerating_limit(self) -> float:
        """Apdex F in ms: `apdex_tolerating`, or 4 T."""
        return 4.0 * self.apdex_threshold if self.apdex_tolerating is None else self.apdex_tolerating

    def apdex(self) -> Apdex:
        """An empty :class:`Apdex` with this policy's T and F."""
        return Apdex(self.apdex_threshold, self.apdex_tolerating)


def _flat(tables: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tables.items():
        if isinstance(value, Mapping) and not before:
            _core.Policy.check_table(key)
            yield from _flat(value, f"{key}.")
        else:
            yield before + key, value


class LatencySummary(_RequestState):
    """What a service's requests were like: count, errors, latencies and Apdex in one state that merges.

    Parameters
    ----------
    policy : Policy, optional
        Where Apdex T and F (ms) come from; T = 500 and F = 2000 by default.

    Notes
    -----
    A request with an error counts with its latency. A missing (NaN) or infinite latency is a request,
    but enters no mean and no quantile. Any split of the data and any order of merges gives equal bytes:
    counts, mean and Apdex are exact, quantiles are within :meth:`relative_error` of the value. Memory
    is bounded: 4,096 buckets, 16 KB for usual latencies.

    References
    ----------
    OpenTelemetry metrics data model, ExponentialHistogram; Apdex Technical Specification v1.1.

    Examples
    --------
    >>> s = LatencySummary().update([100, 200, 300, 700], error=[False, False, False, True])
    >>> s.count, s.errors, s.mean(), s.apdex.score
    (4, 1, 325.0, 0.75)
    >>> round(s.p50(), 1)
    250.1
    """

    __slots__ = ()
    _kind = _core.LatencySummary
    _engine: _core.LatencySummary

    def __init__(self, policy: Policy | None = None) -> None:
        self._engine = _core.LatencySummary(_engine_policy(policy))

    @property
    def count(self) -> int:
        """All requests."""
        return self._engine.count()

    @property
    def errors(self) -> int:
        """Requests that failed."""
        return self._engine.errors()

    @property
    def missing(self) -> int:
        """Requests without a latency."""
        return self._engine.missing()

    def error_rate(self) -> float:
        """Errors / count, a fraction; NaN when there are no requests."""
        return self._engine.error_rate()

    def error_interval(self, confidence: float = 0.95) -> Interval:
        """Wilson's interval of the error rate; (0, 1) when there are no requests."""
        return Interval(*self._engine.error_interval(confidence))

    def mean(self) -> float:
        """The mean latency, correctly rounded; NaN when there is none."""
        return self._engine.mean()

    def to_open_metrics(
        self, name: str, *, unit: str = "", help: str = "", labels: Mapping[str, str] | None = None
    ) -> Exported:
        """Return the OpenMetrics text of this: a classic histogram and a counter of errors.

        Parameters
        ----------
        name : str
            The histogram's name; the errors are ``name_errors``. Bounds are powers of two, T and F, where
            every count is exact.
        unit, help : str, default ""
            The name ends with the unit, if there is one.
        labels : mapping of str to str, optional

        Returns
        -------
        Exported
            ``text``, and ``dropped``: what the format cannot say.

        Examples
        --------
        >>> import barograph as bg
        >>> text, _ = bg.LatencySummary().update([120.0, 700.0]).to_open_metrics("latency")
        >>> 'latency_bucket{le="500"} 1' in text, "latency_sum 820" in text
        (True, True)
        """
        return Exported(*_core.summary_open_metrics(self._engine, name, unit, help, _pairs("labels", labels)))

    def std(self, ddof: int = 1) -> float:
        """The standard deviation of the latencies; NaN when there are `ddof` or fewer."""
        return self._engine.std(ddof)

    def min(self) -> float:
        """The smallest latency; after :meth:`subtract` the lower bound of its bucket."""
        return self._engine.min()

    def max(self) -> float:
        """The largest latency; after :meth:`subtract` the upper bound of its bucket."""
        return self._engine.max()

    def quantile(self, q: float) -> float:
        """The latency below which the share `q` (0 to 1) lies; NaN when there is none."""
        return self._engine.quantile(q)

    def quantile_interval(self, q: float, confidence: float = 0.95) -> Interval:
        """Where the quantile of the population lies; an end that few requests cannot bound is infinite."""
        return Interval(*self._engine.quantile_interval(q, confidence))

    def p50(self) -> float:
        """The median latency."""
        return self._engine.quantile(0.50)

    def p95(self) -> float:
        """The 95th percentile of the latencies."""
        return self._engine.quantile(0.95)

    def p99(self) -> float:
        """The 99th percentile of the latencies."""
        return self._engine.quantile(0.99)

    def relative_error(self) -> float:
        """The bound on |quantile - value| / value now, about 0.0055."""
        return self._engine.relative_error()

    @property
    def apdex(self) -> Apdex:
        """The exact Apdex, as a copy."""
        return Apdex._of(self._engine.apdex())

    @property
    def latencies(self) -> QuantileHistogram:
        """The histogram of the latencies, T and F pinned, as a copy."""
        return QuantileHistogram._of(self._engine.latencies())

    def __repr__(self) -> str:
        return (
            f"LatencySummary(count={self.count:,}, errors={self.errors:,}, mean={self.mean():.4g}, "
            f"p50={self.p50():.4g}, p95={self.p95():.4g}, p99={self.p99():.4g}, "
            f"apdex={self.apdex.notation()!r})"
        )


class LedgerEntry(NamedTuple):
    """One line of a health score.

    Attributes
    ----------
    what : str
        ``base``, ``latency``, ``error_rate``, ``cpu``, ``memory``, ``anomaly_rate``, ``apdex``, ``clamp``.
    value : float or None
        What was measured; None when it is not known.
    limit : float or None
        What it was held to; None where there is no limit.
    points : float or None
        What it gave (positive) or cost (negative); None for an input that is not known.
    """

    what: str
    value: float | None
    limit: float | None
    points: float | None


_SHOWN = {  # what -> (label, factor, unit)
    "base": ("base", 1.0, ""),
    "latency": ("mean latency", 1.0, " ms"),
    "error_rate": ("error rate", 100.0, " %"),
    "cpu": ("CPU", 1.0, " %"),
    "memory": ("memory", 1.0, " %"),
    "anomaly_rate": ("anomaly rate", 100.0, " %"),
    "apdex": ("Apdex", 1.0, ""),
    "clamp": ("kept within 0 to 100", 1.0, ""),
}


@dataclass(frozen=True)
class HealthScore:
    """A score from 0 to 100 and the ledger that says why.

    Attributes
    ----------
    score : float
        The sum of the ledger's points, exactly.
    status : str
        excellent, good, fair, poor or critical.
    ledger : tuple of LedgerEntry
        The base, one entry per input, and what the bounds 0 and 100 took away, if they did.
    """

    score: float
    status: str
    ledger: tuple[LedgerEntry, ...]

    @property
    def shown(self) -> str:
        """The score as it is written everywhere: with one decimal, where it has one."""
        return f"{self.score:.1f}".removesuffix(".0")

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Label, value, limit and points of each entry, rounded for people."""
        rows = []
        for entry in self.ledger:
            label, factor, unit = _SHOWN[entry.what]
            value, limit = (
                "" if x is None else f"{x * factor:,.4g}{unit}" for x in (entry.value, entry.limit)
            )
            if entry.points is None:
                value = "not known"
            rows.append((label, value, limit, "" if entry.points is None else _points(entry.points)))
        return rows

    def __repr__(self) -> str:
        rows = [("", "value", "limit", "points"), *self.rows(), ("score", "", "", f"{self.score:.1f}")]
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        lines = [f"Health {self.shown} of 100: {self.status}"]
        for label, *figures in rows:
            cells = [label.ljust(widths[0])]
            cells += [f.rjust(w) for f, w in zip(figures, widths[1:], strict=True)]
            lines.append("  " + "  ".join(cells).rstrip())
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = [*self.rows(), ("score", "", "", f"{self.score:.1f}")]
        body = "".join(
            "<tr>"
            + "".join(
                f'<td style="text-align:{"right" if i else "left"}">{html.escape(c)}</td>'
                for i, c in enumerate(row)
            )
            + "</tr>"
            for row in rows
        )
        head = "<tr><th></th><th>value</th><th>limit</th><th>points</th></tr>"
        caption = f"<caption>Health {self.shown} of 100: {html.escape(self.status)}</caption>"
        return f"<table>{caption}<thead>{head}</thead><tbody>{body}</tbody></table>"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "score": self.score,
            "status": self.status,
            "ledger": [entry._asdict() for entry in self.ledger],
        }


def _points(points: float) -> str:
    return "0" if points == 0 else f"{points:+.1f}" if abs(points) >= 0.05 else f"{points:+.1g}"


def health_score(
    latency: float | None = None,
    error_rate: float | None = None,
    cpu: float | None = None,
    memory: float | None = None,
    anomaly_rate: float | None = None,
    apdex: float | None = None,
    policy: Policy | HealthPolicy | Literal["apm"] | None = None,
) -> HealthScore:
    """Judge a service: a base of 100, costs, a bonus, and a ledger with a line for each.

    By default a mean latency over 500 ms costs 30, each 1 % of errors 5 (linear), average CPU over
    85 % 20, average memory over 85 % 15, anomalies 15 x min(1, rate / 5 %); an Apdex above 0.85 adds
    20 x (Apdex - 0.85) / 0.15. The sum is kept within 0 to 100.

    Parameters
    ----------
    latency : float, optional
        Mean latency in ms.
    error_rate : float, optional
        Fraction of requests that failed, 0 to 1.
    cpu, memory : float, optional
        Average use in percent, 0 to 100.
    anomaly_rate : float, optional
        Fraction of anomalous points, 0 to 1.
    apdex : float, optional
        Apdex score, 0 to 1.
    policy : Policy, HealthPolicy or "apm", optional
        Limits, weights and bands; ``"apm"``, the defaults, when None.

    Returns
    -------
    HealthScore
        ``score``, ``status`` and ``ledger``. None and NaN inputs are entries without points.

    Raises
    ------
    ValueError
        For an input that cannot be, such as an error rate given in percent.

    Notes
    -----
    Limits are strict: exactly 500 ms costs nothing. The engine computes it, so C++ has the same bits.

    Examples
    --------
    >>> health_score(latency=612, error_rate=0.02, apdex=0.91)
    Health 68 of 100: fair
                        value   limit  points
      base                             +100.0
      mean latency     612 ms  500 ms   -30.0
      error rate          2 %     0 %   -10.0
      CPU           not known    85 %
      memory        not known    85 %
      anomaly rate  not known     5 %
      Apdex              0.91    0.85    +8.0
      score                              68.0
    """
    engine = _engine_policy(policy)
    inputs = (latency, error_rate, cpu, memory, anomaly_rate, apdex)
    score, status, ledger = _core.health_score(
        *cast("tuple[float, float, float, float, float, float]", tuple(map(_or_nan, inputs))), engine
    )
    entries = (LedgerEntry(what, _or_none(v), _or_none(x), _or_none(p)) for what, v, x, p in ledger)
    return HealthScore(score, status, tuple(entries))


def _engine_policy(policy: object) -> _core.Policy:
    if policy is None or (isinstance(policy, str) and policy == "apm"):
        return _core.Policy()
    if isinstance(policy, HealthPolicy):
        return Policy(health=policy)._engine()
    if isinstance(policy, Policy):
        return policy._engine()
    raise TypeError(f'policy: {policy!r} given, expected a Policy, a HealthPolicy, "apm" or None')


def _or_nan(x: float | None) -> float:
    return math.nan if x is None else float(x)


def _or_none(x: float) -> float | None:
    return None if math.isnan(x) else x
