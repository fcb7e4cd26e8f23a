"""Statistics of windows: which there are, and how several of one series are computed together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np

from . import _rolling_kernels
from ._cuts import Doubles, _Cut, _How, _Series
from ._given_options import real
from ._statistics import Family, Statistic

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


def kernel_of(statistic: Statistic) -> _Kernel:
    """What computes it; of all but quantiles, which share a pass (see :func:`results`)."""
    return _KINDS[statistic.name].kernel(**statistic.told)


WINDOWS = Family(
    {"quantile": ("q", "interpolation"), **{name: kind.parameters for name, kind in _KINDS.items()}},
    lambda statistic: statistic.name == "quantile" or kernel_of(statistic),
    tuple(_KINDS),
)


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
            found[key] = kernel_of(statistic)(series, cut, how, None)
    for key in spreads:
        variance = Statistic("var", wanted[key].told)
        squared = next((found[k] for k, statistic in wanted.items() if statistic == variance), None)
        if squared is None:
            found[key] = kernel_of(wanted[key])(series, cut, how, None)
        else:  # the root is rounded once, here as in the engine
            found[key] = np.sqrt(squared)
    return {key: found[key] for key in wanted}
