"""Statistics of windows as `agg` is asked for them: ``"mean"``, ``"p95"``, ``("quantile", 0.95)``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np

from . import _rolling_kernels
from ._cuts import Doubles, _Cut, _How, _Series
from ._given_options import real

_Key = TypeVar("_Key")
_Kernel: TypeAlias = _rolling_kernels._Kernel


class _Kind(NamedTuple):
    """How a kernel comes from the arguments of a statistic, and what they are called."""

    kernel: Callable[..., _Kernel]
    parameters: tuple[str, ...] = ()


def _spread(what: str) -> _Kind:
    return _Kind(lambda ddof=1: _rolling_kernels._reducing(what, real("ddof", ddof)), ("ddof",))


def _plain(what: str) -> _Kind:
    return _Kind(lambda: _rolling_kernels._reducing(what, 0.0))


_KINDS: dict[str, _Kind] = {
    **{name: _plain(name) for name in ("count", "sum", "mean")},
    **{name: _spread(name) for name in ("var", "std", "sem")},
    **{name: _plain(name) for name in ("min", "max")},
    "median": _Kind(_rolling_kernels._medians),
    **{name: _plain(name) for name in ("skew", "kurt")},
    "rank": _Kind(
        lambda method="average", ascending=True, pct=False: _rolling_kernels._ranking(method, ascending, pct),
        ("method", "ascending", "pct"),
    ),
    "nunique": _Kind(_rolling_kernels._counting_different),
    **{name: _Kind(lambda name=name: _rolling_kernels._choosing(name)) for name in ("first", "last")},
}
#: Those that need no argument.
NAMES: tuple[str, ...] = tuple(_KINDS)
_PARAMETERS = {"quantile": ("q", "interpolation"), **{k: kind.parameters for k, kind in _KINDS.items()}}
_EXPECTED = f"{', '.join(NAMES)}, or a quantile such as 'p95' or ('quantile', 0.95)"


_DEFAULTS = {"ddof": 1, "method": "average", "ascending": True, "pct": False, "interpolation": "linear"}


class Statistic(NamedTuple):
    """A statistic of windows, and what it was told."""

    name: str
    told: dict[str, Any]

    def same(self, other: Statistic) -> bool:
        """Whether both give the same, arguments that are left out having their defaults."""
        return self.name == other.name and _DEFAULTS | self.told == _DEFAULTS | other.told

    def kernel(self) -> _Kernel:
        """What computes it; of all but quantiles, which share a pass (see :func:`results`)."""
        return _KINDS[self.name].kernel(**self.told)


def is_one(what: Any) -> bool:
    """Whether it asks for one statistic: a name, or a tuple of it and arguments, the first no text."""
    return isinstance(what, str) or (
        isinstance(what, tuple) and len(what) > 1 and not isinstance(what[1], (str, tuple))
        and not callable(what[1])
    )  # fmt: skip


def _called(what: Any) -> str:
    """What was given, for a message: functions by their names."""
    return repr(getattr(what, "__name__", what))


def asked(what: Any, told: Mapping[str, Any] | None = None) -> Statistic:
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
            f"what: {_called(name)} given, expected names of statistics: {_EXPECTED}; functions of Python "
            "are not run over windows"
        )
    percent = re.fullmatch(r"p(\d{1,3}(?:\.\d+)?)", name)
    if percent is not None:
        if float(percent[1]) > 100:
            raise ValueError(f"what: {name!r} given, expected p0 to p100")
        name, given = "quantile", [float(f"{percent[1]}e-2"), *given]
    parameters = _PARAMETERS.get(name)
    if parameters is None:
        raise ValueError(f"what: {name!r} given, expected {_EXPECTED}")
    arguments = dict(zip(parameters, given, strict=False)) | dict(told or {})
    if len(given) > len(parameters) or not arguments.keys() <= set(parameters):
        takes = f"only {', '.join(parameters)}" if parameters else "no argument"
        raise TypeError(f"what: {what!r} given with {told or given[len(parameters) :]}; {name} takes {takes}")
    if name == "quantile":
        if "q" not in arguments:
            raise TypeError("what: 'quantile' given without q, expected 'p95' or ('quantile', 0.95)")
        arguments["q"] = real("q", arguments["q"])
    statistic = Statistic(name, arguments)
    if name != "quantile":
        statistic.kernel()  # complains of arguments now
    return statistic


def of_column(name: str, what: Any) -> tuple[Any, Statistic]:
    """The column and the statistic of a named result: ``(column, statistic, ...)`` or ``pandas.NamedAgg``.

    Raises
    ------
    TypeError
        If it is neither.
    """
    if hasattr(what, "aggfunc"):
        return what.column, asked((what.aggfunc, *getattr(what, "args", ())), getattr(what, "kwargs", None))
    if not isinstance(what, tuple) or len(what) < 2:
        raise TypeError(f"{name}: {what!r} given, expected (column, statistic), as x has columns")
    return what[0], asked(tuple(what[1:]))


def several(what: Iterable[Any], told: Mapping[str, Any] | None = None) -> dict[str, Statistic]:
    """Statistics by their names, each once; ``("std", 0)`` is named ``std_0``.

    Raises
    ------
    ValueError
        For one twice.
    TypeError
        If it is none and has none in it.
    """
    if callable(what) or not isinstance(what, Iterable):
        raise TypeError(f"what: {_called(what)} given, expected names of statistics: {_EXPECTED}")
    found: dict[str, Statistic] = {}
    names = list(what)
    for one in names:
        statistic = asked(one, told)
        if any(statistic.same(other) for other in found.values()):
            raise ValueError(f"what: {names} given, expected each statistic once")
        found["_".join(map(str, one)) if isinstance(one, tuple) else str(one)] = statistic
    return found


def results(series: _Series, cut: _Cut, how: _How, wanted: Mapping[_Key, Statistic]) -> dict[_Key, Doubles]:
    """Each statistic of one series: quantiles share a pass, as var and std do."""
    found: dict[_Key, Doubles] = {}
    quantiles: dict[str, list[_Key]] = {}
    for key, statistic in wanted.items():
        if statistic.name == "quantile":
            quantiles.setdefault(statistic.told.get("interpolation", "linear"), []).append(key)
    for interpolation, keys in quantiles.items():
        qs = [wanted[key].told["q"] for key in keys]
        found.update(zip(keys, _rolling_kernels._quantiles(series, cut, how, qs, interpolation), strict=True))
    spreads = [key for key, statistic in wanted.items() if statistic.name == "std"]
    for key, statistic in wanted.items():
        if key not in found and key not in spreads:
            found[key] = statistic.kernel()(series, cut, how, None)
    for key in spreads:
        variance = Statistic("var", wanted[key].told)
        squared = next((found[k] for k, statistic in wanted.items() if statistic == variance), None)
        if squared is None:
            found[key] = wanted[key].kernel()(series, cut, how, None)
        else:  # the root is rounded once, here as in the engine
            found[key] = np.sqrt(squared)
    return {key: found[key] for key in wanted}
