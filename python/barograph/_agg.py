"""Several statistics at once: pandas' forms of `agg`, for windows and for exponential weights."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from . import _series_kinds, _within
from ._frames import Table
from ._statistics import Family, Statistic, is_one


class Asked:
    """Rows of a series or a frame, within groups if asked, that statistics are asked of."""

    _family: ClassVar[Family]
    _x: Any
    _groups: _within.Grouped | None

    def _hold(self, x: Any, by: Any) -> None:
        if isinstance(x, Mapping):
            x = Table({name: np.asarray(column) for name, column in x.items()})
        elif isinstance(x, (list, tuple)):
            x = np.asarray(x)
        self._groups = None if by is None else _within.grouped(x, by)
        self._x = x if self._groups is None else self._groups.x

    def _one(self, statistic: Statistic) -> Any:
        """The results of one statistic, of the kind of x."""
        raise NotImplementedError

    def _of_series(self, x: Any, wanted: Mapping[int, Statistic]) -> dict[int, Any]:
        """The results of statistics of one column of x, each of its kind."""
        raise NotImplementedError

    def _apart(self) -> Any:
        """The name of the column that is no series but what rows are told apart by; None for none."""
        return None

    def _back(self, result: Any) -> Any:
        return result if self._groups is None else self._groups.back(result)

    def agg(self, what: Any = None, **named: Any) -> Any:
        """Several statistics: the series is taken apart once, its windows are found once.

        Quantiles share one pass, as var and std do.

        Parameters
        ----------
        what : str, tuple, sequence of these, or dict
            Names of statistics. Of windows: ``count sum mean var std sem min max median skew kurt rank
            nunique first last``, and ``p50``, ``p95``, ``p99.9`` for quantiles; of exponential weights:
            ``sum mean var std``. Of a frame a dict has them by column, of a
            series each by the name of its result. Wherever one is named, a tuple has its arguments too:
            ``("quantile", 0.95)``, ``("std", 0)``; in a sequence its column is named ``quantile_0.95``,
            ``std_0``. A tuple of names alone, ``("mean", "max")``, is a sequence.
        **named
            Without `what`, statistics by the names of their results: ``p95=("quantile", 0.95)`` of a series,
            ``p95=("ms", "quantile", 0.95)`` or ``p95=("ms", ("quantile", 0.95))`` of the column ``ms``;
            ``pandas.NamedAgg`` is taken, too. With
            `what`, arguments of its statistics, as in ``agg("quantile", q=0.95)``.

        Returns
        -------
        frame of the same kind as `x`
            A column for each statistic: a pandas or polars DataFrame, an Arrow table, or for numpy a
            :class:`Table`. Of several columns those of pandas have the statistic as their last level,
            others are named ``column_statistic``; names of results stay as they are. Of a single name the
            result of that statistic alone.

        Raises
        ------
        ValueError
            For a statistic that there is not, or one twice, or a name that several columns have.
        TypeError
            For arguments that a statistic does not take, or if nothing is asked for.
        KeyError
            For a column that there is not.

        Examples
        --------
        >>> windows = bg.rolling({"ms": [1.0, 3.0, 2.0]}, 2, min_periods=1)
        >>> windows.agg({"ms": ["max", "p50"]}).columns
        ['ms_max', 'ms_p50']
        >>> windows.agg(slowest=("ms", "max"), typical=("ms", "quantile", 0.5)).columns
        ['slowest', 'typical']
        >>> bg.ewm([1.0, 2.0, 4.0], alpha=0.5).agg(["mean", "std"])["mean"].round(2)
        array([1.  , 1.67, 3.  ])
        """
        if what is None and not named:
            raise TypeError("what: none given, expected names of statistics, or name=statistic")
        if what is None:
            return self._back(self._named(named))
        if is_one(what):
            return self._one(self._family.asked(what, named))
        return self._back(self._several(what, named))

    def _several(self, what: Any, told: Mapping[str, Any]) -> Any:
        names = _columns_of(self._x)
        if not isinstance(what, Mapping):
            found = self._family.several(what, told)
            if names is None:
                return self._frame([(name, None, one) for name, one in found.items()])
            kept = [i for i, name in enumerate(names) if self._apart() is None or name != self._apart()]
            return self._frame(
                [((*_parts(names[i]), s), i, one) for i in kept for s, one in found.items()], 1
            )
        if names is None:
            return self._frame([(name, None, self._family.asked(one, told)) for name, one in what.items()])
        plain = all(isinstance(w, (str, tuple)) for w in what.values())
        wanted: list[tuple[Any, int | None, Statistic]] = []
        for column, of_column in what.items():
            at = _place(column, names)
            listed = [of_column] if isinstance(of_column, (str, tuple)) else of_column
            for name, one in self._family.several(listed, told).items():
                wanted.append((column if plain else (*_parts(column), name), at, one))
        return self._frame(wanted, 0 if plain else 1)

    def _named(self, named: Mapping[str, Any]) -> Any:
        names = _columns_of(self._x)
        if names is None:
            return self._frame([(name, None, self._family.asked(one)) for name, one in named.items()])
        found = [(name, *self._family.of_column(name, one)) for name, one in named.items()]
        return self._frame([(name, _place(column, names), one) for name, column, one in found])

    def _frame(self, wanted: list[tuple[Any, int | None, Statistic]], levels: int | None = None) -> Any:
        """A column for each statistic: the key of the result, of which column it is; None of a series.

        `levels` tells that keys are names of columns and so many parts more.
        """
        by_column: dict[int | None, dict[int, Statistic]] = {}
        for i, (_, column, statistic) in enumerate(wanted):
            by_column.setdefault(column, {})[i] = statistic
        found: dict[int, Any] = {}
        for column, statistics in by_column.items():
            found.update(self._of_series(_column(self._x, column), statistics))
        return _framed(self._x, [key for key, _, _ in wanted], [found[i] for i in range(len(wanted))], levels)

    aggregate = agg


def _columns_of(x: Any) -> list[Any] | None:
    if isinstance(x, np.ndarray) and x.ndim == 2:
        return list(range(x.shape[1]))
    return _series_kinds._column_names(x)


def _place(column: Any, names: list[Any]) -> int:
    """Which column has a name."""
    places = [i for i, name in enumerate(names) if name == column]
    if not places:
        raise KeyError(f"what: no column {column!r}; there are: {', '.join(map(str, names))}")
    if len(places) > 1:
        raise ValueError(
            f"what: {len(places)} columns are named {column!r}, expected one; a list, as in agg(['mean']), "
            "asks all columns"
        )
    return places[0]


def _column(x: Any, at: int | None) -> Any:
    """The series that x is, or one of its columns."""
    if at is None:
        return x
    if isinstance(x, np.ndarray):
        return x[:, at]
    if hasattr(x, "iloc"):
        return x.iloc[:, at]
    names = _columns_of(x) or []
    alike = names.count(names[at])
    if alike > 1:
        raise ValueError(f"x: {alike} columns are named {names[at]!r}, expected a name for each")
    return x[names[at]]


def _parts(name: Any) -> tuple[Any, ...]:
    """The name of a column, of which pandas may have several levels."""
    return name if isinstance(name, tuple) else (name,)


def _framed(x: Any, keys: list[Any], columns: list[Any], levels: int | None) -> Any:
    """A frame of the kind of `x`."""
    if type(x).__module__.partition(".")[0] == "pandas":
        pandas = sys.modules["pandas"]
        frame = pandas.concat(columns, axis=1) if columns else pandas.DataFrame(index=x.index)
        names = None if levels is None else [*x.columns.names, *[None] * levels]
        several = bool(keys) and all(isinstance(key, tuple) for key in keys)
        frame.columns = (
            pandas.MultiIndex.from_tuples(keys, names=names) if several
            else pandas.Index(keys, name=names[0] if names else None)
        )  # fmt: skip
        return frame
    named = ["_".join(map(str, key)) if isinstance(key, tuple) else str(key) for key in keys]
    return _series_kinds.frame_like(x, dict(zip(named, columns, strict=True)))
