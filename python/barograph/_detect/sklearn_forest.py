"""The isolation forest with scikit-learn's parameters, attributes and signs; see :mod:`barograph.sklearn`."""

from __future__ import annotations

import numbers
import warnings
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from .. import _core
from .._extras import require
from .._given_options import whole
from .._threads import MOST, thread_count
from .forest_import import engine_of_sklearn

_base = require("sklearn.base", "sklearn")
_OutlierMixin: Any = _base.OutlierMixin
_BaseEstimator: Any = _base.BaseEstimator
_validation = require("sklearn.utils.validation", "sklearn")
_utils = require("sklearn.utils", "sklearn")

__all__ = ["IsolationForest"]

Doubles = npt.NDArray[np.float64]


class IsolationForest(_OutlierMixin, _BaseEstimator):  # type: ignore[misc]
    """scikit-learn's IsolationForest on barograph's engine, with its parameters, attributes and signs.

    Parameters
    ----------
    n_estimators : int, default 100
        Trees.
    max_samples : "auto", int or float, default "auto"
        Rows drawn for each tree: "auto" is 256 or all, a float a share of the rows.
    contamination : "auto" or float, default "auto"
        The share of outliers in the training rows, which sets `offset_`; "auto" sets it to -0.5.
    max_features : int or float, default 1.0
        Columns drawn for each tree, a float is a share.
    bootstrap : bool, default False
        Draw rows with replacement.
    n_jobs : int, optional
        At most so many threads; they change no result. None takes as many as pay; -1 as many as there are.
    random_state : int, RandomState or None, default None
        Seed of the random numbers.
    verbose : int, default 0
        Taken and ignored: fitting takes milliseconds.
    warm_start : bool, default False
        Whether `fit` keeps the trees it has and adds those that `n_estimators` asks for beyond them.
    ndim : int, default 1
        Not in scikit-learn: from 2 on the extended forest, with so many columns in each split.

    Attributes
    ----------
    offset_ : float
        `decision_function` is `score_samples` minus it.
    max_samples_ : int
        Rows of a tree.
    n_features_in_ : int
        Columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Their names, where a frame was given.

    Notes
    -----
    Scores are those of a forest of scikit-learn with another seed: the random numbers are not the same. There
    are no `estimators_`; `from_sklearn` scores with trees that scikit-learn grew.

    Examples
    --------
    >>> from barograph.sklearn import IsolationForest
    >>> forest = IsolationForest(random_state=0).fit([[-1.1], [0.3], [0.5], [100]])
    >>> forest.predict([[0.1], [0], [90]])
    array([ 1,  1, -1])
    """

    def __init__(
        self, *, n_estimators: int = 100, max_samples: str | float = "auto",
        contamination: str | float = "auto", max_features: float = 1.0, bootstrap: bool = False,
        n_jobs: int | None = None, random_state: Any = None, verbose: int = 0, warm_start: bool = False,
        ndim: int = 1,
    ) -> None:  # fmt: skip
        self.n_estimators = n_estimators
        self.max_samples = max_samples
        self.contamination = contamination
        self.max_features = max_features
        self.bootstrap = bootstrap
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose
        self.warm_start = warm_start
        self.ndim = ndim

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:  # noqa: N803
        """Grow the trees.

        Parameters
        ----------
        X : array-like of shape (n, columns)
            NaN and infinities are taken.
        y : ignored
        sample_weight : array-like of shape (n,), optional
            How likely each row is to be drawn.

        Returns
        -------
        IsolationForest
            This one.
        """
        values = self._values(X, reset=True)
        rows, columns = values.shape
        self.max_samples_ = self._samples(rows)
        features = _number("max_features", self.max_features, columns)
        if features > columns:
            raise ValueError(f"max_features: {features} given, expected at most {columns}, the columns of X")
        weights = None
        if sample_weight is not None:
            weights = np.ascontiguousarray(
                _validation._check_sample_weight(sample_weight, values, dtype=np.float64)
            )
        contamination = self._contamination()
        if self.warm_start and hasattr(self, "_engine"):
            self._grow_on(values, weights)
        else:
            self._engine = self._grown(values, features, weights)
        if contamination is None:
            self.offset_ = -0.5
        else:
            self.offset_ = float(np.percentile(-self._scores(values), 100.0 * contamination))
        self._engine.set_threshold(-self.offset_)
        return self

    def score_samples(self, X: Any) -> Doubles:  # noqa: N803
        """Give the opposite of the anomaly score: the lower, the more abnormal.

        Parameters
        ----------
        X : array-like of shape (n, columns)

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        _validation.check_is_fitted(self)
        return -self._scores(self._values(X, reset=False))

    def decision_function(self, X: Any) -> Doubles:  # noqa: N803
        """Give `score_samples` minus `offset_`: below zero are outliers.

        Parameters
        ----------
        X : array-like of shape (n, columns)

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        return np.asarray(self.score_samples(X) - self.offset_)

    def predict(self, X: Any) -> npt.NDArray[np.int_]:  # noqa: N803
        """Give -1 for outliers, 1 for inliers.

        Parameters
        ----------
        X : array-like of shape (n, columns)

        Returns
        -------
        ndarray of int, shape (n,)
        """
        return np.where(self.decision_function(X) < 0, -1, 1)

    def attributions(self, X: Any) -> Doubles:  # noqa: N803
        """Give how much each column adds to the anomaly score, the opposite of `score_samples`.

        Parameters
        ----------
        X : array-like of shape (n, columns)

        Returns
        -------
        ndarray of float64, shape (n, columns)
        """
        _validation.check_is_fitted(self)
        return self._engine.attributions(self._values(X, reset=False), self._threads())

    @classmethod
    def from_sklearn(cls, fitted: Any) -> Self:
        """Take over the trees, parameters and offset of a fitted forest of scikit-learn.

        Parameters
        ----------
        fitted : sklearn.ensemble.IsolationForest
            Fitted.
        """
        engine = engine_of_sklearn(fitted)
        known = cls().get_params()
        forest = cls(**{k: v for k, v in fitted.get_params().items() if k in known})
        forest._engine = engine
        for name in ("offset_", "max_samples_", "n_features_in_", "feature_names_in_"):
            if hasattr(fitted, name):
                setattr(forest, name, getattr(fitted, name))
        return forest

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        if "_engine" in state:
            state["_engine"] = state["_engine"].to_bytes()
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        if "_engine" in state:
            data = state["_engine"]
            state["_engine"] = _core.IsolationForest.from_bytes(data, len(data))
        super().__setstate__(state)

    def _values(self, x: Any, *, reset: bool) -> npt.NDArray[Any]:
        """Float64 and float32 stay as they are; the engine rounds to float32 where it reads."""
        return np.asarray(
            _validation.validate_data(
                self, x, reset=reset, dtype=[np.float64, np.float32], ensure_all_finite=False
            )
        )

    def _scores(self, values: npt.NDArray[Any]) -> Doubles:
        return self._engine.score(values, self._threads())

    def _threads(self) -> int:
        return threads_of_jobs(self.n_jobs)

    def _samples(self, rows: int) -> int:
        if isinstance(self.max_samples, str):
            if self.max_samples != "auto":
                raise ValueError(f"max_samples: {self.max_samples!r} given, expected 'auto' or a number")
            return min(256, rows)
        samples = _number("max_samples", self.max_samples, rows)
        if samples > rows:
            warnings.warn(
                f"max_samples ({samples}) is greater than the total number of samples ({rows}). max_samples "
                "will be set to n_samples for estimation.",
                stacklevel=3,
            )
        return min(samples, rows)

    def _contamination(self) -> float | None:
        if isinstance(self.contamination, str) and self.contamination == "auto":
            return None
        if not isinstance(self.contamination, numbers.Real) or not 0.0 < float(self.contamination) <= 0.5:
            raise ValueError(
                f"contamination: {self.contamination!r} given, expected 'auto', or above 0 and at most 0.5"
            )
        return float(self.contamination)

    def _grown(
        self, values: npt.NDArray[Any], features: int, weights: Doubles | None
    ) -> _core.IsolationForest:
        if not isinstance(self.n_estimators, numbers.Integral) or self.n_estimators < 1:
            raise ValueError(f"n_estimators: {self.n_estimators!r} given, expected at least 1")
        random = _utils.check_random_state(self.random_state)
        return _core.IsolationForest.fit(
            values,
            trees=int(self.n_estimators),
            samples=self.max_samples_,
            max_depth=0,
            features=features,
            dimensions=whole("ndim", self.ndim, 1, values.shape[1]),
            bootstrap=bool(self.bootstrap),
            seed=int(random.randint(np.iinfo(np.int32).max)),
            density=False,
            categorical=[],
            like_scikit_learn=True,
            weights=weights,
            threads=self._threads(),
        )

    def _grow_on(self, values: npt.NDArray[Any], weights: Doubles | None) -> None:
        trees = self._engine.options()["trees"]
        if self.n_estimators < trees:
            raise ValueError(
                f"n_estimators: {self.n_estimators} given, expected at least {trees}, the trees there are, "
                "with warm_start"
            )
        if self.n_estimators > trees:
            engine = self._engine.copy()
            engine.extend(values, int(self.n_estimators) - trees, weights, self._threads())
            self._engine = engine


def threads_of_jobs(n_jobs: Any) -> int:
    """Threads of `n_jobs`: 0 as many as pay."""
    if n_jobs is None:
        return thread_count(None)
    if isinstance(n_jobs, bool) or not isinstance(n_jobs, numbers.Integral) or n_jobs == 0:
        raise ValueError(f"n_jobs: {n_jobs!r} given, expected a whole number from 1, -1 or None")
    return thread_count(None if n_jobs < 0 else min(int(n_jobs), MOST))


def _number(name: str, value: Any, of: int) -> int:
    if isinstance(value, numbers.Integral) and not isinstance(value, bool) and int(value) >= 1:
        return int(value)
    if isinstance(value, numbers.Real) and not isinstance(value, numbers.Integral) and 0 < float(value) <= 1:
        return max(1, int(float(value) * of))
    raise ValueError(f"{name}: {value!r} given, expected a whole number from 1, or a share above 0 to 1")
