"""Statistics as `agg` is asked for them: ``"mean"``, ``"p95"``, ``("quantile", 0.95)``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from ._given_options import real

_DEFAULTS = {"ddof": 1, "method": "average", "ascending": True, "pct": False, "interpolation": "linear",
             "bias": False}  # fmt: skip


class Statistic(NamedTuple):
    """A statistic, and what it was told."""

    name: str
    told: dict[str, Any]

    def same(self, other: Statistic) -> bool:
        """Whether both give the same, arguments that are left out having their defaults."""
        return self.name == other.name and _DEFAULTS | self.told == _DEFAULTS | other.told


class Family(NamedTuple):
    """Statistics that may be asked for by name."""

    parameters: Mapping[str, tuple[str, ...]]
    check: Callable[[Statistic], Any]  # complains of arguments
    plain: tuple[str, ...]  # names of those that need no argument

    @property
    def expected(self) -> str:
        """What may be asked for, for a message."""
        quantiles = ", or a quantile such as 'p95' or ('quantile', 0.95)"
        return ", ".join(self.plain) + (quantiles if "quantile" in self.parameters else "")

    def asked(self, what: Any, told: Mapping[str, Any] | None = None) -> Statistic:
        """A statistic by its name, or by a tuple of its name and arguments; `told` by keyword.

        Raises
        ------
        ValueError
            For a statistic that there is not.
        TypeError
            For arguments that it does not take, and for functions of Python.
        """
        name, *given = what if isinstance(what, tuple) and what else (what,)
        if not isinstance(name, str):
            raise TypeError(
                f"what: {_called(name)} given, expected names of statistics: {self.expected}; functions of "
                "Python are not run over windows"
            )
        percent = re.fullmatch(r"p(\d{1,3}(?:\.\d+)?)", name) if "quantile" in self.parameters else None
        if percent is not None:
            if float(percent[1]) > 100:
                raise ValueError(f"what: {name!r} given, expected p0 to p100")
            name, given = "quantile", [float(f"{percent[1]}e-2"), *given]
        parameters = self.parameters.get(name)
        if parameters is None:
            raise ValueError(f"what: {name!r} given, expected {self.expected}")
        arguments = dict(zip(parameters, given, strict=False)) | dict(told or {})
        if len(given) > len(parameters) or not arguments.keys() <= set(parameters):
            takes = f"only {', '.join(parameters)}" if parameters else "no argument"
            also = told or given[len(parameters) :]
            raise TypeError(f"what: {what!r} given with {also}; {name} takes {takes}")
        if name == "quantile":
            if "q" not in arguments:
                raise TypeError("what: 'quantile' given without q, expected 'p95' or ('quantile', 0.95)")
            arguments["q"] = real("q", arguments["q"])
        statistic = Statistic(name, arguments)
        self.check(statistic)
        return statistic

    def of_column(self, name: str, what: Any) -> tuple[Any, Statistic]:
        """The column and the statistic of a named result: ``(column, statistic)`` or ``pandas.NamedAgg``.

        Raises
        ------
        TypeError
            If it is neither.
        """
        if hasattr(what, "aggfunc"):
            given = (what.aggfunc, *getattr(what, "args", ()))
            return what.column, self.asked(given, getattr(what, "kwargs", None))
        if not isinstance(what, tuple) or len(what) < 2:
            raise TypeError(f"{name}: {what!r} given, expected (column, statistic), as x has columns")
        column, *statistic = what
        return column, self.asked(
            statistic[0] if len(statistic) == 1 and isinstance(statistic[0], tuple) else tuple(statistic)
        )

    def several(self, what: Iterable[Any], told: Mapping[str, Any] | None = None) -> dict[str, Statistic]:
        """Statistics by their names, each once; ``("std", 0)`` is named ``std_0``.

        Raises
        ------
        ValueError
            For one twice.
        TypeError
            If it is none and has none in it.
        """
        if callable(what) or not isinstance(what, Iterable):
            raise TypeError(f"what: {_called(what)} given, expected names of statistics: {self.expected}")
        found: dict[str, Statistic] = {}
        names = list(what)
        for one in names:
            statistic = self.asked(one, told)
            if any(statistic.same(other) for other in found.values()):
                raise ValueError(f"what: {names} given, expected each statistic once")
            found["_".join(map(str, one)) if isinstance(one, tuple) else str(one)] = statistic
        return found


def is_one(what: Any) -> bool:
    """Whether it asks for one statistic: a name, or a tuple of it and arguments, the first no text."""
    return isinstance(what, str) or (
        isinstance(what, tuple) and len(what) > 1 and not isinstance(what[1], (str, tuple))
        and not callable(what[1])
    )  # fmt: skip


def _called(what: Any) -> str:
    """What was given, for a message: functions by their names."""
    return repr(getattr(what, "__name__", what))
