"""The isolation forest: how alone a row is, which columns make it so."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from .. import _core
from .._frames import one_column
from .._given_bytes import as_bytes
from .._given_options import flag, real, whole, word
from .._threads import thread_count
from .calibration import check_contamination
from .data import Doubles, times_of
from .forest_import import engine_of_sklearn
from .learner import Learner
from .options import count_or_share, resolved, weights_of
from .result import Attribution, Detections
from .table import NOTHING, NumberTable, number_table

_SCORINGS = ("depth", "density")
#: Of the rows flagged without `contamination`, the share that may be false.
FALSE_SHARE = 0.1
#: Rows as rare as this are flagged where there are more of them than by chance.
LEAST_RATE = 1e-3


class IsolationForest(Learner):
    """How few random splits part a row from the others: the isolation forest, standard and extended.

    Parameters
    ----------
    trees : int, default 100
        How many trees.
    samples : int or float, default 256
        Rows drawn for each tree, all where there are fewer; a float is a share of the rows, above 0 to 1.
    ndim : int, default 1
        Columns in each split. 1 is the standard forest; from 2 on the extended one, whose splits are random
        planes: better where columns depend on each other, and two to three times the work.
    contamination : float, optional
        The share of the training rows that is to be flagged, above 0 to 0.5. By default as many as there is
        evidence for: of those flagged a tenth may be false.
    max_depth : int, optional
        Of a tree. By default the logarithm of `samples` to base 2, rounded up.
    max_features : int or float, default 1.0
        Columns drawn for each tree; a float is a share of them.
    bootstrap : bool, default False
        Whether rows are drawn with replacement.
    categorical : sequence of int or str, optional
        Columns whose numbers are categories, by position or name. Columns of text always are.
    scoring : {"depth", "density"}, default "depth"
        What leaves say: how soon they were reached, or how few rows they have for their space, which was
        slightly better on labelled tables.
    seed : int, default 0
        Of all random numbers; equal seeds, options and rows give equal bytes, with any number of threads.
    threads : int, optional
        At most so many; by default as many as pay. They change no result.

    Attributes
    ----------
    threshold : float
        With `contamination`: rows that score above it are flagged.
    names : tuple of str
        Of the columns, where a frame was given.

    Raises
    ------
    ValueError, TypeError
        For options that cannot be.

    Notes
    -----
    Values are rounded to float32 first, as scikit-learn does. NaN has a side of its own at each split; an
    infinity is split off first. The score is 2 to the power of -(mean path / path of an average row): 0.5
    is an average row, 1 one that is alone at once. Fitting does not copy `x` (it keeps 4,096 rows until
    somebody asks what scores are usual) and takes about a millisecond whatever its length; scoring takes less
    than a microsecond a row for up to eight columns.

    References
    ----------
    Liu, Ting and Zhou, "Isolation forest", ICDM 2008. Hariri, Kind and Brunner, "Extended isolation forest",
    IEEE TKDE 33 (2021).

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(500, 3))
    >>> x[7, 1] = 9.0
    >>> forest = bg.detect.IsolationForest(samples=500, contamination=0.002).fit(x)
    >>> found = forest.detect(x)
    >>> [d.row for d in found], found.top(1)[0].causes[0]
    ([7], '1')
    """

    def __init__(
        self, trees: int = 100, samples: int | float = 256, *, ndim: int = 1,
        contamination: float | None = None, max_depth: int | None = None, max_features: int | float = 1.0,
        bootstrap: bool = False, categorical: Sequence[int | str] | None = None, scoring: str = "depth",
        seed: int = 0, threads: int | None = None,
    ) -> None:  # fmt: skip
        self.trees = whole("trees", trees, 1, 1 << 24)
        self.samples = count_or_share("samples", samples)
        self.ndim = whole("ndim", ndim, 1, 1 << 30)
        self.contamination = None if contamination is None else check_contamination(contamination)
        self.max_depth = None if max_depth is None else whole("max_depth", max_depth, 1, 1 << 30)
        self.max_features = count_or_share("max_features", max_features)
        self.bootstrap = flag("bootstrap", bootstrap)
        if categorical is not None and (isinstance(categorical, str) or not hasattr(categorical, "__iter__")):
            raise TypeError(f"categorical: {categorical!r} given, expected a list of columns")
        self.categorical = () if categorical is None else tuple(categorical)
        word("scoring", scoring, *_SCORINGS)
        self.scoring = scoring
        self.seed = whole("seed", seed, 0, (1 << 64) - 1)
        thread_count(threads)
        self.threads = threads
        self._engine: _core.IsolationForest | None = None

    def fit(self, x: Any, *, weights: npt.ArrayLike | None = None) -> Self:
        """Grow the trees on the rows of a table.

        Parameters
        ----------
        x : array-like of shape (n, columns), or frame
            Numbers; float64 and float32 are read where they are. Columns of text are categories, a column of
            times is left out. NaN, None and null are missing.
        weights : array-like of shape (n,), optional
            How likely each row is to be drawn, against the others.

        Returns
        -------
        IsolationForest
            This one.

        Raises
        ------
        ValueError, TypeError
            For a table without rows or columns, text in an array, weights that cannot be.
        """
        table = number_table(x)
        if not table.rows or not table.columns:
            raise ValueError(
                f"x: {table.rows} rows of {table.columns} columns given, expected at least one of each"
            )
        rows, columns = table.rows, table.columns
        if self.ndim > columns:
            raise ValueError(f"ndim: {self.ndim} given, expected at most {columns}, the number of columns")
        threads = thread_count(self.threads)
        engine = _core.IsolationForest.fit(
            table.values,
            trees=self.trees,
            samples=resolved(self.samples, rows),
            max_depth=self.max_depth or 0,
            features=min(columns, resolved(self.max_features, columns)),
            dimensions=self.ndim,
            bootstrap=self.bootstrap,
            seed=self.seed,
            density=self.scoring == "density",
            categorical=self._categories(table),
            like_scikit_learn=False,
            weights=weights_of(weights),
            threads=threads,
        )
        if table.names:
            engine.describe(list(table.names), [list(texts) for texts in table.labels])
        engine.learn_usual(table.values)
        if self.contamination is not None:
            engine.calibrate(table.values, self.contamination, threads)
        self._engine = engine
        return self

    def score(self, x: Any) -> Doubles:
        """Score rows: in (0, 1), higher is more anomalous.

        Parameters
        ----------
        x : array-like or frame
            As in `fit`, with the same columns.

        Returns
        -------
        ndarray of float64, shape (n,)

        Raises
        ------
        ValueError, TypeError, KeyError
            For other columns, or before `fit`.
        """
        return self._fitted().score(self._table(x).values, thread_count(self.threads))

    def attributions(self, x: Any) -> Doubles:
        """Say how much each column adds to the score of each row.

        Parameters
        ----------
        x : array-like or frame
            As in `fit`, with the same columns.

        Returns
        -------
        ndarray of float64, shape (n, columns)
            The columns of a row sum to its score. An even share of an average row's score is part of each; a
            column that makes the row more ordinary than average may be below zero.

        Notes
        -----
        Each split on a row's way changes what path can be expected; its column is credited with that.
        """
        return self._fitted().attributions(self._table(x).values, thread_count(self.threads))

    def detect(self, x: Any, timestamps: Any = None) -> Detections:
        """Score rows, flag those above the threshold, and say which columns made them so.

        Parameters
        ----------
        x : array-like or frame
            As in `fit`, with the same columns.
        timestamps : array-like or str, optional
            Times, one a row, or the name of the column of `x` that has them. By default the column of times,
            where `x` has one, or its index, where that is one of times.

        Returns
        -------
        Detections
            With `attribution` of every row, whose parts sum to what `score` gives. The score there is of the
            chance of such a row (:func:`score_of_probability`): training scores are taken to become rarer
            exponentially, at the pace at which they fall to a tenth, or on to a hundredth where there are
            rows enough and that looks like the same tail. Rows are flagged by `contamination`; without it
            where Benjamini and Hochberg's procedure expects at most a tenth of those flagged to be false, and
            where such a row is one in a thousand or rarer, if there are more of those than one in a thousand.
            A forest of scikit-learn has scores and threshold of its own.
        """
        engine = self._fitted()
        table = self._table(x, timestamps)
        threads = thread_count(self.threads)
        score = engine.score(table.values, threads)
        shown, flagged, threshold = self._judged(score)
        names = table.names or tuple(str(i) for i in range(table.columns))
        time = timestamps
        if table.time is not None and (timestamps is None or isinstance(timestamps, str)):
            time = one_column(x, table.time)
        elif timestamps is None and getattr(getattr(x, "index", None), "dtype", np.dtype("O")).kind == "M":
            time = x.index
        found, zone = (None, None) if time is None else times_of(time)
        if found is not None and len(found) != len(score):
            raise ValueError(f"timestamps: {len(found)} given, expected {len(score)}, one for each row of x")
        return Detections(
            shown,
            time=found,
            zone=zone,
            threshold=threshold,
            is_anomaly=flagged,
            attribution=Attribution(engine.attributions(table.values, threads), names),
            method=self._method(),
        )

    def refresh(self, recent: Any, trees: int | None = None, *, weights: npt.ArrayLike | None = None) -> Self:
        """Replace the oldest trees by ones grown on recent rows, so that the forest follows a stream.

        Parameters
        ----------
        recent : array-like or frame
            Rows of the window that is to be normal from now on.
        trees : int, optional
            How many are replaced; by default a tenth, at least one.
        weights : array-like, optional
            As in `fit`.

        Returns
        -------
        IsolationForest
            This one. The threshold stays; what scores are usual is learnt from `recent`.
        """
        table = self._table(recent, name="recent")
        count = 0 if trees is None else whole("trees", trees, 1, self.trees)
        self._fitted().refresh(
            table.values,
            count,
            weights_of(weights),
            thread_count(self.threads),
        )
        self._fitted().learn_usual(table.values)
        return self

    @property
    def threshold(self) -> float:
        """Rows that score above it are flagged."""
        return self._fitted().threshold()

    @threshold.setter
    def threshold(self, value: float) -> None:
        self._fitted().set_threshold(real("threshold", value))

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names; empty where an array was given."""
        return tuple(self._fitted().names())

    def to_bytes(self) -> bytes:
        """Give the fitted forest as bytes, the same that C++ writes and reads."""
        return self._fitted().to_bytes()

    @classmethod
    def from_bytes(cls, data: bytes, max_bytes: int = 64 << 20) -> Self:
        """Read a forest that `to_bytes` wrote.

        Parameters
        ----------
        data : bytes
            What was written.
        max_bytes : int, default 64 MiB
            Refuse more than this.

        Raises
        ------
        ValueError
            For bytes that are truncated, damaged, of another kind, or that no forest can be.
        """
        return cls._of(_core.IsolationForest.from_bytes(as_bytes(data), max_bytes))

    @classmethod
    def from_sklearn(cls, fitted: Any) -> Self:
        """Take over a fitted forest of scikit-learn; scores are those of its ``score_samples``, negated.

        Parameters
        ----------
        fitted : sklearn.ensemble.IsolationForest
            Fitted. Its trees are copied.

        Raises
        ------
        TypeError
            For what is no fitted forest of scikit-learn.
        """
        return cls._of(engine_of_sklearn(fitted))

    @classmethod
    def _of(cls, engine: _core.IsolationForest) -> Self:
        options = engine.options()
        forest = cls(
            options["trees"],
            options["samples"],
            ndim=options["dimensions"],
            max_depth=options["max_depth"] or None,
            max_features=options["features"] or 1.0,
            bootstrap=options["bootstrap"],
            categorical=options["categorical"],
            scoring=_SCORINGS[options["density"]],
            seed=options["seed"],
        )
        forest._engine = engine
        return forest

    def __reduce__(self) -> tuple[Any, ...]:
        state = {key: value for key, value in self.__dict__.items() if key != "_engine"}
        return _restored, (type(self), state, None if self._engine is None else self._engine.to_bytes())

    def __repr__(self) -> str:
        kind = f"ndim={self.ndim}, " if self.ndim > 1 else ""
        fitted = "" if self._engine is None else f", {self._engine.columns()} columns"
        return f"IsolationForest({kind}trees={self.trees}, samples={self.samples}{fitted})"

    def _judged(self, score: Doubles) -> tuple[Doubles, npt.NDArray[np.bool_], float]:
        """Scores in [0, 1], which rows are flagged, and from which of these scores on."""
        engine, threshold = self._fitted(), self._fitted().threshold()
        if not engine.knows_usual():
            return score, score > threshold, threshold
        evidence = engine.evidence(score)
        if self.contamination is not None:
            flagged, limit = score > threshold, float(engine.evidence(np.array([threshold]))[0])
        else:
            chance = _most_of_findings(10.0**-evidence)
            if chance == 0.0:
                return evidence / (1.0 + evidence), np.zeros(len(score), dtype=np.bool_), 1.0
            limit = -math.log10(chance)
            flagged = evidence >= limit
        return evidence / (1.0 + evidence), flagged, limit / (1.0 + limit)

    def _method(self) -> str:
        kind = "isolation forest" if self.ndim == 1 else f"extended isolation forest of {self.ndim} columns"
        return f"{kind}, {self.trees} trees of {self.samples} rows, scored by {self.scoring}"

    def _fitted(self) -> _core.IsolationForest:
        if self._engine is None:
            raise ValueError("IsolationForest: not fitted yet, call fit(x) first")
        return self._engine

    def _table(self, x: Any, timestamps: Any = None, name: str = "x") -> NumberTable:
        engine = self._fitted()
        table = number_table(x, timestamps, names=engine.names(), labels=engine.labels(), name=name)
        if table.columns != engine.columns():
            raise ValueError(f"{name}: {table.columns} columns given, expected {engine.columns()} as in fit")
        return table

    def _categories(self, table: NumberTable) -> list[int]:
        found = {i for i, texts in enumerate(table.labels) if texts and texts != NOTHING}
        for given in self.categorical:
            if isinstance(given, str):
                if given not in table.names:
                    raise KeyError(
                        f"categorical: no column {given!r}; there are: {', '.join(table.names) or 'no names'}"
                    )
                found.add(table.names.index(given))
            else:
                found.add(whole("categorical", given, 0, table.columns - 1))
        return sorted(found)


def _most_of_findings(chance: Doubles) -> float:
    """The greatest chance that is a finding; 0 where none is.

    Depth is bounded, and so is the evidence: among many rows few could pass Benjamini and Hochberg's
    procedure. So rows that are rare enough are findings, too, unless there are no more of them than chance
    gives.
    """
    limit = float(_core.benjamini_hochberg(chance, FALSE_SHARE))
    rare = np.count_nonzero(chance <= LEAST_RATE)
    return max(limit, LEAST_RATE) if rare and rare >= LEAST_RATE * len(chance) else limit


def _restored(kind: type[IsolationForest], state: dict[str, Any], data: bytes | None) -> IsolationForest:
    forest = kind()
    forest.__dict__.update(state)
    if data is not None:
        forest._engine = _core.IsolationForest.from_bytes(data, len(data))
    return forest
