"""The limits that people choose, read from and written to TOML as in C++."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from . import _core
from ._files import write_atomically
from ._zones import tzif

if TYPE_CHECKING:
    from ._slo import Apdex

Bands: TypeAlias = Literal["standard", "apm"] | Sequence[float]


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
        Local hours [from, to), 0 to 23 and 0 to 24; (22, 4) is a night.
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
        tzif(self.zone, "zone")  # says so if there is no such zone
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
        from ._slo import Apdex

        return Apdex(self.apdex_threshold, self.apdex_tolerating)


def _flat(tables: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tables.items():
        if isinstance(value, Mapping) and not before:
            _core.Policy.check_table(key)
            yield from _flat(value, f"{key}.")
        else:
            yield before + key, value


def engine_policy(policy: object) -> _core.Policy:
    if policy is None or (isinstance(policy, str) and policy == "apm"):
        return _core.Policy()
    if isinstance(policy, HealthPolicy):
        return Policy(health=policy)._engine()
    if isinstance(policy, Policy):
        return policy._engine()
    raise TypeError(f'policy: {policy!r} given, expected a Policy, a HealthPolicy, "apm" or None')
