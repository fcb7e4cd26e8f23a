"""The health score and the ledger that says why."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, cast

from . import _core
from ._given_options import real
from ._policy import HealthPolicy, Policy, engine_policy


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
    engine = engine_policy(policy)
    inputs = {"latency": latency, "error_rate": error_rate, "cpu": cpu, "memory": memory,
              "anomaly_rate": anomaly_rate, "apdex": apdex}  # fmt: skip
    given = tuple(_or_nan(name, value) for name, value in inputs.items())
    score, status, ledger = _core.health_score(
        *cast("tuple[float, float, float, float, float, float]", given), engine
    )
    entries = (LedgerEntry(what, _or_none(v), _or_none(x), _or_none(p)) for what, v, x, p in ledger)
    return HealthScore(score, status, tuple(entries))


def _or_nan(name: str, x: float | None) -> float:
    return math.nan if x is None else real(name, x)


def _or_none(x: float) -> float | None:
    return None if math.isnan(x) else x
