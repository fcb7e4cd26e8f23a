"""How fast a service spends its error budget."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

import numpy as np

from . import _core
from ._given_numbers import ArrayLike, _count, _is_scalar, _number, _numbers
from ._given_options import text
from ._given_times import Instant, _instant, _time, _times
from ._policy import Policy
from ._slo import _flag, _flags
from ._state import State
from ._states import Proportion
from ._windowed import Arrivals, _window_ns

_SECOND = 10**9
_DAY = 86400 * _SECOND


@dataclass(frozen=True)
class BurnRule:
    """An alert that holds while the burn rate of both windows is above the threshold.

    Parameters
    ----------
    long, short : timedelta or str
        The window that says that it matters, and the one that says that it is still so.
    threshold : float
        Times the rate that spends the budget exactly within the period.
    severity : str
        What the alert is for, in a word.
    """

    long: timedelta | str
    short: timedelta | str
    threshold: float
    severity: str = "page"

    def _engine(self) -> tuple[int, int, float, str]:
        return (
            _window_ns("long", self.long),
            _window_ns("short", self.short),
            _number("threshold", self.threshold),
            _unicode("severity", self.severity),
        )


@dataclass(frozen=True)
class BurnAlert:
    """What a rule says now; `text` says it to a person.

    `long_burn` and `short_burn` are the burn rates (NaN without requests), `budget_spent` the share of the
    period's budget that the long window took, `budget_left` what is left of it (below 0 when overspent),
    `exhausted_in` the time until nothing is left at `long_burn`: None when nothing burns.
    """

    severity: str
    firing: bool
    long: timedelta
    short: timedelta
    threshold: float
    long_burn: float
    short_burn: float
    budget_spent: float
    budget_left: float
    exhausted_in: timedelta | None
    text: str


class BurnRate(State):
    """Burn rates over several windows, and the alerts of the Site Reliability Workbook.

    Parameters
    ----------
    objective : float or Policy
        The share of requests that shall not fail, between 0 and 1; a `Policy` gives its
        ``objectives.availability``.
    rules : iterable of BurnRule, optional
        By default the workbook's: 14.4 over 1 h and 5 min, 6 over 6 h and 30 min (page), 1 over 3 days and
        6 h (ticket).
    period : timedelta or str, default "30D"
        What the error budget is for.

    Raises
    ------
    ValueError
        For an objective, rules or a period that cannot be.
    TypeError
        For rules that are none, or an objective that is no number.

    Notes
    -----
    A view over windowed proportions of 60 slots each, so between 59/60 and all of a window is judged, in
    some 10 kB. Rows of several hosts merge in any order. A row that comes late counts in every window that
    still has its slot; one older than the period is counted in `arrivals` alone.

    References
    ----------
    Beyer, Murphy, Rensin, Kawahara, Thorne (eds), "The Site Reliability Workbook", O'Reilly 2018, ch. 5.

    Examples
    --------
    >>> import barograph as bg
    >>> b = bg.BurnRate(0.999)
    >>> b = b.update_counts([0] * 60 + [20] * 60, [1000] * 120, times=range(0, 7200, 60))
    >>> round(b.burn("1h"), 1), b.firing()[0].severity
    (20.0, 'page')
    >>> b.firing()[0].text
    'page: burning 20 times the budget over 1h and 20 over 5min, above 14.4; -900 % of the budget of 30d left'
    """

    __slots__ = ()
    _kind = _core.BurnRate
    _engine: _core.BurnRate

    def __init__(
        self,
        objective: float | Policy = 0.999,
        rules: Iterable[BurnRule] | None = None,
        *,
        period: timedelta | str = "30D",
    ) -> None:
        """Start empty."""
        share = objective.availability if isinstance(objective, Policy) else _number("objective", objective)
        given = (
            _core.BurnRate.workbook() if rules is None else [_rule(rule)._engine() for rule in _all(rules)]
        )
        self._engine = _core.BurnRate(share, given, _window_ns("period", period))

    def update(self, error: Any, n: int | None = None, *, times: Any) -> Self:
        """Count a request (n equal ones) or all requests of an array; returns self.

        Parameters
        ----------
        error : bool or array-like of bool, shape (rows,)
            Whether the request failed.
        n : int, optional
            How often a single request is to be counted. Default 1.
        times : instant or number of seconds, or array-like of them, shape (rows,)
            When each request was.

        Raises
        ------
        ValueError
            If lengths differ, a time is missing, a flag is neither true nor false, or n is given with an
            array.
        """
        if _is_scalar(error):
            self._engine.update_at(_time("times", times), _flag(error), 1 if n is None else _count("n", n))
            return self
        if n is not None:
            raise ValueError("n: given with an array, expected only with a single request")
        self._engine.update_many_at(_times("times", times), _flags(error, 0))
        return self

    def update_counts(self, errors: ArrayLike, requests: ArrayLike, *, times: Any) -> Self:
        """Add requests that were counted elsewhere; returns self.

        Parameters
        ----------
        errors, requests : int or array-like of int, shape (rows,)
            How many requests there were, and how many of them failed.
        times : instant or number of seconds, or array-like of them, shape (rows,)
            When they were.
        """
        if _is_scalar(errors):
            errors, requests, times = [errors], [requests], [times]
        self._engine.update_counts_at(
            _times("times", times), _counts("errors", errors), _counts("requests", requests)
        )
        return self

    def advance(self, time: Instant) -> Self:
        """Move the clock to `time` where no request tells it; returns self."""
        self._engine.advance(_time("time", time))
        return self

    @property
    def objective(self) -> float:
        """The share of requests that shall not fail."""
        return self._engine.objective()

    @property
    def period(self) -> timedelta:
        """What the error budget is for."""
        return _span(self._engine.period())

    @property
    def rules(self) -> tuple[BurnRule, ...]:
        """The rules, in their order."""
        return tuple(
            BurnRule(_span(long), _span(short), threshold, severity)
            for long, short, threshold, severity in self._engine.rules()
        )

    @property
    def newest(self) -> np.datetime64 | None:
        """The latest time of a request; None before the first."""
        return _instant(self._engine.newest()) if self._engine.started() else None

    @property
    def arrivals(self) -> Arrivals:
        """How many requests came on time, late, and too late for the period."""
        return Arrivals(*self._engine.arrivals())

    def errors(self, window: timedelta | str | None = None) -> Proportion:
        """Return failures out of requests: in the window of a rule, or in the period."""
        return Proportion._of(self._engine.errors(self._window(window)))

    def burn(self, window: timedelta | str | None = None) -> float:
        """Return the error rate over what the objective allows; NaN without requests.

        Parameters
        ----------
        window : timedelta or str, optional
            A window of the rules. By default the period.

        Raises
        ------
        ValueError
            If no rule has that window.
        """
        return self._engine.burn(self._window(window))

    def _window(self, window: timedelta | str | None) -> int:
        return self._engine.period() if window is None else _window_ns("window", window)

    def budget_left(self) -> float:
        """Return the share of the period's permitted failures that is left; below 0 when overspent."""
        return self._engine.budget_left()

    def alerts(self) -> list[BurnAlert]:
        """Return what every rule says, firing or not."""
        return [_alert(*alert) for alert in self._engine.alerts()]

    def firing(self) -> list[BurnAlert]:
        """Return the alerts whose windows both burn faster than their threshold."""
        return [alert for alert in self.alerts() if alert.firing]

    def __repr__(self) -> str:
        """Show objective, requests, what is left and which alerts fire."""
        seen = self.errors()
        firing = ", ".join(alert.severity for alert in self.firing()) or "none"
        return (
            f"BurnRate(objective={self.objective:g}, errors={seen.successes}, requests={seen.trials}, "
            f"budget_left={self.budget_left():.3g}, firing={firing})"
        )


def _alert(
    severity: str,
    firing: bool,
    long: int,
    short: int,
    threshold: float,
    long_burn: float,
    short_burn: float,
    spent: float,
    left: float,
    seconds: float,
    text: str,
) -> BurnAlert:
    lasts = timedelta(seconds=seconds) if seconds < timedelta.max.total_seconds() else None
    return BurnAlert(
        severity,
        firing,
        _span(long),
        _span(short),
        threshold,
        long_burn,
        short_burn,
        spent,
        left,
        lasts,
        text,
    )


def _unicode(name: str, value: Any) -> str:
    try:
        text(name, value).encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{name}: {value!r} given, expected text that is Unicode") from error
    return str(value)


def _all(rules: Any) -> list[Any]:
    if isinstance(rules, BurnRule) or not isinstance(rules, Iterable):
        raise TypeError(f"rules: {rules!r} given, expected several BurnRule, as in a list")
    return list(rules)


def _rule(rule: Any) -> BurnRule:
    if not isinstance(rule, BurnRule):
        raise TypeError(f"rules: {rule!r} given, expected BurnRule(long, short, threshold)")
    return rule


def _span(nanoseconds: int) -> timedelta:
    return timedelta(microseconds=nanoseconds / 1000)


def _counts(name: str, values: ArrayLike) -> Any:
    counts = _numbers(name, values)
    if not ((counts >= 0) & (counts < 2.0**53) & (counts == np.floor(counts))).all():
        raise ValueError(f"{name}: values given that are no counts, expected integers from 0 to 2**53")
    return counts.astype(np.uint64)
