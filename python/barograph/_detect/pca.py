"""PCA: rows far from what is normal, within the main directions of variation (T2) and outside of them (Q)."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from .. import _core
from .._given_bytes import as_bytes
from .._given_options import flag, whole
from .._threads import thread_count
from .calibration import check_alpha, score_of_log_probability, threshold_for
from .data import Doubles, Telemetry, telemetry_of
from .kinds import kind_of
from .learner import Learner
from .options import count_or_share
from .result import Attribution, Detections

MAX_BYTES = 256 << 20
DEFAULT_SHARE = 0.9


class Contributions(NamedTuple):
    """How much each column adds to each row's T2 and Q, shape (n, columns); none is negative."""

    t2: Attribution
    q: Attribution


class PCA(Learner):
    """Hotelling's T2 and the squared prediction error Q of principal components, with control limits.

    Parameters
    ----------
    components : float or int, default 0.9
        The least share of variance that the components have together, above 0 up to 1; or how many they are,
        1 to the number of columns. Directions without variance are never among them.
    scale : bool, default True
        Measure columns in units of their standard deviation, so that no unit (ms, bytes) outweighs another.
    window : int, optional
        Look at windows of that many successive values of one series instead of at rows of a table. A window
        belongs to its last row; the rows before the first whole one have the score NaN.
    alpha : float, default 0.001
        False alarms a row in normal data, of T2 and Q together: what the limits are for.
    threads : int, optional
        At most so many threads; the results do not depend on it.

    Attributes
    ----------
    kept : int
        How many components there are.
    columns : tuple of str
        Names of the columns, where they have some; else their numbers.
    loadings : ndarray, shape (kept, columns)
        The components; the first of the largest loadings of each is positive. 0 for a column without values.
    variances : ndarray
        Of all directions, largest first.
    mean, unit : ndarray, shape (columns,)
        What is taken off each column, and what it is divided by. NaN for a column without values.
    count, incomplete : int
        Rows that were learnt from, and rows left out since a cell was missing or infinite.
    t2_limit, q_limit : float
        What a normal row exceeds once in 2 / alpha rows, each; T2 has none (0) where nothing varies.
    jackson_mudholkar_limit : float
        The limit of Q by their normal approximation.

    Notes
    -----
    T2 sums the squares of the component scores, each divided by its variance; Q is what the components leave
    of the row's squared length. Limits are those of the F distribution for a new row, and of the saddlepoint
    approximation for Q, whose tail is right to a few per cent where that of Jackson and Mudholkar, which can
    be had too, may be off by a factor of three. Contributions are those of the complete decomposition: they
    sum to T2 and to Q. Limits of Q allow for a plane that was fitted to few rows.

    A missing cell of a row that is scored counts as the column's mean, an infinite one as very far away; a
    row without any cell is NaN. Columns without values are left out, and a column that never moved counts
    when it moves by a thousandth of its level or more. Degenerate covariances give finite scores. Means and
    covariances take one pass and merge; models of parts have the components of the whole, up to rounding.

    References
    ----------
    J. E. Jackson and G. S. Mudholkar, "Control procedures for residuals associated with principal component
    analysis", Technometrics 21 (1979); C. F. Alcala and S. J. Qin, "Analysis and generalization of fault
    diagnosis methods for process monitoring", Journal of Process Control 21 (2011).

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> load = rng.normal(size=500)
    >>> table = {"cpu": 40 + 10 * load, "latency": 200 + 30 * load + rng.normal(size=500)}
    >>> model = bg.detect.PCA(1).fit(table)
    >>> today = {"cpu": [40.0, 50.0, 50.0], "latency": [200.0, 230.0, 170.0]}
    >>> model.score(today) > 1  # high load and low latency do not go together
    array([False, False,  True])
    >>> model.detect(today).severity
    array(['', '', 'HIGH'], dtype='<U6')
    """

    def __init__(
        self, components: float = 0.9, *, scale: bool = True, window: int | None = None, alpha: float = 0.001,
        threads: int | None = None,
    ) -> None:  # fmt: skip
        self.components = components
        self.scale = flag("scale", scale)
        self.window = window
        self.alpha = check_alpha(alpha)
        self.threads = threads
        self._share, self._count_asked = _share_or_count(components)
        if window is not None:
            whole("window", window, 1)
        self._engine: _core.Pca | None = None
        self._names: tuple[str, ...] = ()

    # ---- learning ----
    def fit(self, x: Any) -> Self:
        """Learn what is normal; returns self.

        Parameters
        ----------
        x : array-like of shape (n, columns), or frame; with `window` a series
            At least two rows without a missing cell.

        Raises
        ------
        ValueError
            For more components than columns, or fewer than two complete rows.
        """
        self._names = ()
        return self._learn(*self._matrix(x))

    def _learn(self, data: Telemetry, matrix: Doubles) -> Self:
        self._engine = _core.Pca.fit(
            matrix, self._share, self._count_asked, self.scale, thread_count(self.threads)
        )
        self._take_names(data.names)
        return self

    def partial_fit(self, x: Any) -> Self:
        """Learn from more rows of the same columns; returns self.

        Parameters
        ----------
        x : array-like of shape (n, columns), or frame; with `window` a series
            The first call is a `fit`.
        """
        if self._engine is None:
            return self.fit(x)
        self._engine.update(self._matrix(x)[1], thread_count(self.threads))
        self._learnt()
        return self

    def merge(self, other: Self) -> Self:
        """Add what another model has learnt; returns self.

        Parameters
        ----------
        other : PCA
            Of the same columns and options; it stays as it is.

        Raises
        ------
        ValueError
            For other columns or options; nothing is changed then.
        """
        if not isinstance(other, PCA):
            raise TypeError(f"merge: {type(other).__name__} given, expected another PCA")
        if self._names and other._names and self._names != other._names:
            raise ValueError(f"merge: columns {list(other._names)} given, expected {list(self._names)}")
        self._fitted().merge(other._fitted())
        self._learnt()
        return self

    # ---- scoring ----
    def t2(self, x: Any) -> Doubles:
        """Hotelling's T2 of each row.

        Parameters
        ----------
        x : array-like of shape (n, columns), or frame; with `window` a series
            As of `fit`.

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        return self._statistics(self._matrix(x))[0]

    def q(self, x: Any) -> Doubles:
        """Squared prediction error of each row, in squared units of `unit`.

        Parameters
        ----------
        x : array-like of shape (n, columns), or frame; with `window` a series
            As of `fit`.

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        return self._statistics(self._matrix(x))[1]

    def score(self, x: Any) -> Doubles:
        """The larger of T2 and Q, each divided by its limit: above 1 is out of control.

        Parameters
        ----------
        x : array-like of shape (n, columns), or frame; with `window` a series
            As of `fit`.

        Returns
        -------
        ndarray of float64, shape (n,)
            0 upwards; NaN for rows without a value, and before the first whole window.
        """
        return self._ratio(*self._statistics(self._matrix(x)))

    def contributions(self, x: Any) -> Contributions:
        """How much each column adds to T2 and to Q; they sum to them by row.

        Parameters
        ----------
        x : array-like of shape (n, columns), or frame
            As of `fit`.

        Returns
        -------
        Contributions

        Examples
        --------
        >>> x = [1.0, 2.0, 3.0, 4.0]
        >>> model = bg.detect.PCA(1).fit({"a": x, "b": x, "c": x})
        >>> parts = model.contributions({"a": [2.5], "b": [9.0], "c": [3.0]})
        >>> parts.q.names[parts.q.values[0].argmax()]
        'b'
        """
        if self.window is not None:
            raise ValueError("contributions: of a table's columns; this model has windows of one series")
        _, matrix = self._matrix(x)
        t2, q = self._fitted().contributions(matrix, thread_count(self.threads))
        return Contributions(Attribution(t2, self.columns), Attribution(q, self.columns))

    def detect(self, x: Any, timestamps: Any = None, *, contamination: float | None = None) -> Detections:
        """Judge each row; a model that has not learnt yet learns from `x` itself.

        Parameters
        ----------
        x : array-like of shape (n, columns), or frame; with `window` a series
            What to judge.
        timestamps : array-like or str, optional
            Times of the rows, or the column of `x` that has them.
        contamination : float, optional
            Flag this share of the rows, the strangest ones. By default those that `alpha` tells.

        Returns
        -------
        Detections
            `score` from the probability that a normal row has a T2 or Q as large; `attribution` by column:
            by how much T2 / limit + Q / limit would fall if its cell were what the others say, so that one
            column that is far off comes first; `kind` that of the first column there.
        """
        data, matrix = self._matrix(x, timestamps)
        if self._engine is None:
            self._learn(data, matrix)
        t2, q = self._statistics((data, matrix))
        engine = self._fitted()
        score = score_of_log_probability(engine.log_tail(t2, q, thread_count(self.threads)))
        threshold = threshold_for(score, self.alpha, contamination)
        flagged = score >= threshold
        attribution, kind = None, np.full(len(data), "", dtype="U16")
        if self.window is None:
            t2_unit, q_unit, _ = self._limits()
            values = engine.replacements(
                matrix, t2_unit, q_unit if self._leaves_some() else 0.0, thread_count(self.threads)
            )
            attribution = Attribution(values, self.columns)
            kinds = np.array([kind_of(name) for name in self.columns], dtype="U16")
            kind[flagged] = kinds[values[flagged].argmax(axis=1)]
        elif data.names:
            kind[flagged] = kind_of(data.names[0])
        return Detections(
            score,
            time=data.time,
            zone=data.zone,
            value=data.values,
            threshold=threshold,
            is_anomaly=flagged,
            kind=kind,
            attribution=attribution,
            method=self._method(contamination),
        )

    # ---- what was learnt ----
    @property
    def kept(self) -> int:
        """How many components there are."""
        return int(self._figures()["loadings"].shape[0])

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return self._names or tuple(str(i) for i in range(self._figures()["columns"]))

    @property
    def loadings(self) -> Doubles:
        """The components, one a row."""
        figures = self._figures()
        all_columns = np.zeros((figures["loadings"].shape[0], figures["columns"]))
        all_columns[:, figures["used"]] = figures["loadings"]
        return all_columns

    @property
    def variances(self) -> Doubles:
        """Of all directions, largest first."""
        return np.asarray(self._figures()["variances"])

    @property
    def mean(self) -> Doubles:
        """What is taken off each column."""
        return self._by_column("mean")

    @property
    def unit(self) -> Doubles:
        """What each column is divided by."""
        return self._by_column("unit")

    @property
    def count(self) -> int:
        """Rows that were learnt from."""
        return int(self._figures()["count"])

    @property
    def incomplete(self) -> int:
        """Rows that were left out."""
        return int(self._figures()["incomplete"])

    @property
    def t2_limit(self) -> float:
        """What a normal row's T2 exceeds once in 2 / alpha rows."""
        return self._limits()[0]

    @property
    def q_limit(self) -> float:
        """What a normal row's Q exceeds once in 2 / alpha rows."""
        return self._limits()[1]

    @property
    def jackson_mudholkar_limit(self) -> float:
        """Q's limit as textbooks have it."""
        return self._limits()[2]

    # ---- bytes ----
    def to_bytes(self) -> bytes:
        """Give the model's canonical bytes, the same in C++; names, `window` and `alpha` are not in them."""
        return self._fitted().to_bytes()

    @classmethod
    def from_bytes(
        cls, data: bytes | bytearray | memoryview, *, max_bytes: int = MAX_BYTES, **kwargs: Any
    ) -> Self:
        """Read a model back, which need not be trusted.

        Parameters
        ----------
        data : bytes-like
            What `to_bytes` gave.
        max_bytes : int, default 256 MiB
            Refuse more than this.
        **kwargs
            `window`, `alpha`, `threads`.

        Raises
        ------
        ValueError
            If the bytes are truncated, damaged, of another kind, or no rows lead to them.
        """
        engine = _core.Pca.from_bytes(as_bytes(data), max_bytes)
        figures = engine.figures()
        asked = int(figures["components"])
        model = cls(asked if asked else float(figures["share"]), scale=bool(figures["scale"]), **kwargs)
        model._engine = engine
        return model

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        state.pop("_cache", None)
        state["_engine"] = None if self._engine is None else self._engine.to_bytes()
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        data = state.pop("_engine")
        self.__dict__.update(state)
        self._engine = None if data is None else _core.Pca.from_bytes(data, max(MAX_BYTES, len(data)))

    def __repr__(self) -> str:
        if self._engine is None:
            return f"PCA({self.components!r}, not fitted)"
        return f"PCA({self.kept} of {len(self.columns)} directions, {self.count:,} rows)"

    # ---- how ----
    def _fitted(self) -> _core.Pca:
        if self._engine is None:
            raise ValueError("PCA: nothing learnt yet, expected a call of fit(x) first")
        return self._engine

    def _learnt(self) -> None:
        self.__dict__.pop("_cache", None)

    def _take_names(self, names: tuple[str, ...]) -> None:
        self._learnt()
        self._names = names if self.window is None else ()

    def _figures(self) -> dict[str, Any]:
        if "_cache" not in self.__dict__:
            self._cache: dict[str, Any] = self._fitted().figures()
        return self._cache

    def _by_column(self, name: str) -> Doubles:
        figures = self._figures()
        values = np.full(figures["columns"], np.nan)
        values[figures["used"]] = figures[name]
        return values

    def _limits(self) -> tuple[float, float, float]:
        figures = self._figures()
        if "limits" not in figures:
            kept, used = figures["loadings"].shape
            both = 0 < kept < used
            figures["limits"] = self._fitted().limits(_each_of_two(self.alpha) if both else self.alpha)
        return tuple(figures["limits"])

    def _matrix(self, x: Any, timestamps: Any = None) -> tuple[Telemetry, npt.NDArray[np.float64]]:
        data = telemetry_of(x, timestamps).with_columns(self._names)
        values = data.values
        if self.window is None:
            return data, values.reshape(-1, 1) if data.is_series else values
        if not data.is_series:
            raise ValueError(f"x: {values.shape[1]} columns given, expected one series for windows")
        if len(values) < self.window:
            raise ValueError(f"x: {len(values)} rows given, expected at least {self.window}, a whole window")
        return data, np.lib.stride_tricks.sliding_window_view(values, self.window)

    def _statistics(self, given: tuple[Telemetry, npt.NDArray[np.float64]]) -> tuple[Doubles, Doubles]:
        t2, q = self._fitted().score(given[1], thread_count(self.threads))
        if self.window is None:
            return t2, q
        before = np.full(self.window - 1, np.nan)
        return np.concatenate([before, t2]), np.concatenate([before, q])

    def _leaves_some(self) -> bool:
        """Whether there is a Q: a direction that is no component."""
        kept, used = self._figures()["loadings"].shape
        return bool(kept < used)

    def _ratio(self, t2: Doubles, q: Doubles) -> Doubles:
        t2_limit, q_limit, _ = self._limits()
        kept, used = self._figures()["loadings"].shape
        if kept == used:
            return t2 / t2_limit
        return np.maximum(t2 / t2_limit, q / q_limit) if kept else q / q_limit

    def _method(self, contamination: float | None) -> str:
        of = f"windows of {self.window}" if self.window else f"{len(self.columns)} columns"
        share = float(np.sum(self.variances[: self.kept]) / max(np.sum(self.variances), 1e-300))
        rule = (
            f"alpha {self.alpha:g}" if contamination is None else f"the strangest {contamination:.3g} of rows"
        )
        return f"PCA: {self.kept} components of {of}, {share:.0%} of variance; T2 and Q; {rule}"


def _share_or_count(components: Any) -> tuple[float, int]:
    """The share and the number that the engine is given; a number of 0 says that the share counts."""
    asked = count_or_share("components", components)
    return (asked, 0) if isinstance(asked, float) else (DEFAULT_SHARE, asked)


def _each_of_two(alpha: float) -> float:
    """The probability of one of two independent events that have `alpha` together: 1 - sqrt(1 - alpha)."""
    return -math.expm1(math.log1p(-alpha) / 2)
