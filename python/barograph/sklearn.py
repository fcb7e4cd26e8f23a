"""Detectors as scikit-learn estimators: its parameters, its signs (lower is more anomalous), its checks."""

from __future__ import annotations

import numbers
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ._detect.pca import PCA
from ._detect.sklearn_forest import IsolationForest, threads_of_jobs
from ._extras import require

require("sklearn", "sklearn")

from sklearn.base import BaseEstimator, OutlierMixin  # noqa: E402
from sklearn.utils.validation import check_is_fitted, validate_data  # noqa: E402

__all__ = ["IsolationForest", "PCADetector"]

Doubles = npt.NDArray[np.float64]


class PCADetector(OutlierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Outliers by T2 and Q of principal components: :class:`barograph.detect.PCA` with scikit-learn's signs.

    Parameters
    ----------
    n_components : int or float, default 0.9
        How many components, or the least share of variance that they have together.
    scale : bool, default True
        Measure columns in units of their standard deviation.
    contamination : float in (0, 0.5] or "auto", default 0.1
        The share of outliers among the rows of `fit`; "auto" takes the control limits of `alpha`.
    alpha : float, default 0.001
        Rows of normal data that are beyond the limits.
    n_jobs : int, optional
        Threads; results do not depend on it. None or -1: as many as the machine grants.

    Attributes
    ----------
    components_ : ndarray, shape (n_components_, n_features_in_)
        The loadings; signs are fixed.
    explained_variance_ : ndarray, shape (n_components_,)
        Variances of the components.
    n_components_ : int
        How many there are.
    offset_ : float
        ``decision_function = score_samples - offset_``; -1 for "auto", the control limit.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Examples
    --------
    >>> import numpy as np
    >>> from barograph.sklearn import PCADetector
    >>> X = np.random.default_rng(0).normal(size=(200, 3))
    >>> PCADetector(2).fit(X).predict([[0.0, 0.0, 0.0], [9.0, -9.0, 9.0]])
    array([ 1, -1])
    """

    def __init__(
        self, n_components: float = 0.9, *, scale: bool = True, contamination: float | str = 0.1,
        alpha: float = 0.001, n_jobs: int | None = None,
    ) -> None:  # fmt: skip
        self.n_components = n_components
        self.scale = scale
        self.contamination = contamination
        self.alpha = alpha
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn what is normal.

        Parameters
        ----------
        X : array-like of shape (n, columns)
            At least two rows; NaN is missing.
        y : ignored

        Returns
        -------
        PCADetector
            This one.
        """
        share = self.contamination
        if share != "auto" and not (isinstance(share, numbers.Real) and 0 < share <= 0.5):
            raise ValueError(f"contamination: {share!r} given, expected a number in (0, 0.5] or 'auto'")
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", ensure_min_samples=2)
        threads = threads_of_jobs(self.n_jobs) or None
        self._model = PCA(self.n_components, scale=self.scale, alpha=self.alpha, threads=threads).fit(X)
        self.components_ = self._model.loadings
        self.n_components_ = self._model.kept
        self.explained_variance_ = self._model.variances[: self.n_components_]
        self.offset_ = -1.0
        if share != "auto":
            self.offset_ = float(np.nanpercentile(-self._model.score(X), 100.0 * float(share)))
        return self

    def score_samples(self, X: Any) -> Doubles:
        """Minus the larger of T2 and Q, each divided by its control limit.

        Parameters
        ----------
        X : array-like of shape (n, columns)

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        return -np.nan_to_num(self._model.score(X), nan=0.0)

    def decision_function(self, X: Any) -> Doubles:
        """``score_samples(X) - offset_``: below 0 is an outlier.

        Parameters
        ----------
        X : array-like of shape (n, columns)

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        return self.score_samples(X) - self.offset_

    def predict(self, X: Any) -> npt.NDArray[np.int64]:
        """-1 for outliers, 1 for the others.

        Parameters
        ----------
        X : array-like of shape (n, columns)

        Returns
        -------
        ndarray of int, shape (n,)
        """
        return np.where(self.decision_function(X) < 0, -1, 1)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
