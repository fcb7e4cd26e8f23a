"""barograph: reliability telemetry with the same numbers in C++, notebooks and on a cluster.

The public names, nothing else; each is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from . import _core

__version__: str = _core.__version__

# public name -> the module it lives in; a name equal to its module is the module itself
_EXPORTS = {
    "Apdex": "_slo",
    "Band": "_baseline",
    "BurnRate": "_burn_rate",
    "BurnRule": "_burn_rate",
    "Cleaned": "_dataset",
    "Counter": "_streams",
    "Dataset": "_dataset",
    "Decomposition": "_decompose",
    "Distinct": "_items",
    "Ewma": "_streams",
    "ExactSum": "_states",
    "HealthPolicy": "_policy",
    "HealthScore": "_health",
    "HoltWinters": "_holt_winters",
    "LatencySummary": "_slo",
    "Moments": "_states",
    "RollingPairs": "_rolling_window",
    "RollingWindow": "_rolling_window",
    "Policy": "_policy",
    "Proportion": "_states",
    "QuantileHistogram": "_quantile_histogram",
    "Report": "analysis._model",
    "RollingBaseline": "_baseline",
    "Schema": "_dataset",
    "SeasonalProfile": "_seasonal",
    "Strings": "_strings",
    "Table": "_table",
    "Top": "_items",
    "Trend": "_trend",
    "Windowed": "_windowed",
    "lead_lag": "_detect.lead_lag",
    "rank_causes": "_detect.causes",
    "score_detections": "_detect.scorer",
    "score_causes": "_detect.scorer",
    "DetectionScore": "_detect.scorer",
    "CauseScore": "_detect.scorer",
    "analyze": "analysis",
    "InputReport": "_input",
    "Rolling": "_aggregations",
    "rolling": "_aggregations",
    "expanding": "_aggregations",
    "rolling_baseline": "_baseline",
    "rolling_corr": "_windows",
    "rolling_count": "_windows",
    "rolling_first": "_windows",
    "rolling_last": "_windows",
    "rolling_cov": "_windows",
    "rolling_kurt": "_windows",
    "rolling_max": "_windows",
    "rolling_mean": "_windows",
    "rolling_median": "_windows",
    "rolling_min": "_windows",
    "rolling_nunique": "_windows",
    "rolling_quantile": "_windows",
    "rolling_rank": "_windows",
    "rolling_sem": "_windows",
    "rolling_skew": "_windows",
    "rolling_std": "_windows",
    "rolling_sum": "_windows",
    "rolling_var": "_windows",
    "build_info": "_core",
    "clean": "_cleaning",
    "decompose": "_decompose",
    "demo": "_demo",
    "ewm_corr": "_weights",
    "ewm_cov": "_weights",
    "ewm": "_weighted",
    "Weighted": "_weighted",
    "ewm_mean": "_weights",
    "ewm_std": "_weights",
    "ewm_sum": "_weights",
    "ewm_var": "_weights",
    "expanding_corr": "_expanding",
    "expanding_count": "_expanding",
    "expanding_cov": "_expanding",
    "expanding_first": "_expanding",
    "expanding_kurt": "_expanding",
    "expanding_last": "_expanding",
    "expanding_max": "_expanding",
    "expanding_mean": "_expanding",
    "expanding_median": "_expanding",
    "expanding_min": "_expanding",
    "expanding_nunique": "_expanding",
    "expanding_quantile": "_expanding",
    "expanding_rank": "_expanding",
    "expanding_sem": "_expanding",
    "expanding_skew": "_expanding",
    "expanding_std": "_expanding",
    "expanding_sum": "_expanding",
    "expanding_var": "_expanding",
    "explain_input": "_input",
    "groupby_quantile": "_groups",
    "health_score": "_health",
    "holt_winters": "_holt_winters",
    "kpis": "_groups",
    "read": "ingest",
    "score_cleaning": "_cleaning_score",
    "seasonal_baseline": "_seasonal",
}
_MODULES: tuple[str, ...] = (
    "detect",
    "from_buckets",
    "generate",
)

__all__ = [*_EXPORTS, *_MODULES]  # noqa: PLE0604

if TYPE_CHECKING:
    from . import detect as detect
    from . import from_buckets as from_buckets
    from . import generate as generate
    from ._aggregations import Rolling as Rolling
    from ._aggregations import expanding as expanding
    from ._aggregations import rolling as rolling
    from ._baseline import Band as Band
    from ._baseline import RollingBaseline as RollingBaseline
    from ._baseline import rolling_baseline as rolling_baseline
    from ._burn_rate import BurnRate as BurnRate
    from ._burn_rate import BurnRule as BurnRule
    from ._cleaning import clean as clean
    from ._cleaning_score import score_cleaning as score_cleaning
    from ._core import build_info as build_info
    from ._dataset import Cleaned as Cleaned
    from ._dataset import Dataset as Dataset
    from ._dataset import Schema as Schema
    from ._decompose import Decomposition as Decomposition
    from ._decompose import decompose as decompose
    from ._demo import demo as demo
    from ._detect.causes import rank_causes as rank_causes
    from ._detect.lead_lag import lead_lag as lead_lag
    from ._detect.scorer import CauseScore as CauseScore
    from ._detect.scorer import DetectionScore as DetectionScore
    from ._detect.scorer import score_causes as score_causes
    from ._detect.scorer import score_detections as score_detections
    from ._expanding import expanding_corr as expanding_corr
    from ._expanding import expanding_count as expanding_count
    from ._expanding import expanding_cov as expanding_cov
    from ._expanding import expanding_first as expanding_first
    from ._expanding import expanding_kurt as expanding_kurt
    from ._expanding import expanding_last as expanding_last
    from ._expanding import expanding_max as expanding_max
    from ._expanding import expanding_mean as expanding_mean
    from ._expanding import expanding_median as expanding_median
    from ._expanding import expanding_min as expanding_min
    from ._expanding import expanding_nunique as expanding_nunique
    from ._expanding import expanding_quantile as expanding_quantile
    from ._expanding import expanding_rank as expanding_rank
    from ._expanding import expanding_sem as expanding_sem
    from ._expanding import expanding_skew as expanding_skew
    from ._expanding import expanding_std as expanding_std
    from ._expanding import expanding_sum as expanding_sum
    from ._expanding import expanding_var as expanding_var
    from ._groups import groupby_quantile as groupby_quantile
    from ._groups import kpis as kpis
    from ._health import HealthScore as HealthScore
    from ._health import health_score as health_score
    from ._holt_winters import HoltWinters as HoltWinters
    from ._holt_winters import holt_winters as holt_winters
    from ._input import InputReport as InputReport
    from ._input import explain_input as explain_input
    from ._items import Distinct as Distinct
    from ._items import Top as Top
    from ._policy import HealthPolicy as HealthPolicy
    from ._policy import Policy as Policy
    from ._quantile_histogram import QuantileHistogram as QuantileHistogram
    from ._rolling_window import RollingPairs as RollingPairs
    from ._rolling_window import RollingWindow as RollingWindow
    from ._seasonal import SeasonalProfile as SeasonalProfile
    from ._seasonal import seasonal_baseline as seasonal_baseline
    from ._slo import Apdex as Apdex
    from ._slo import LatencySummary as LatencySummary
    from ._states import ExactSum as ExactSum
    from ._states import Moments as Moments
    from ._states import Proportion as Proportion
    from ._streams import Counter as Counter
    from ._streams import Ewma as Ewma
    from ._strings import Strings as Strings
    from ._table import Table as Table
    from ._trend import Trend as Trend
    from ._weighted import Weighted as Weighted
    from ._weighted import ewm as ewm
    from ._weights import ewm_corr as ewm_corr
    from ._weights import ewm_cov as ewm_cov
    from ._weights import ewm_mean as ewm_mean
    from ._weights import ewm_std as ewm_std
    from ._weights import ewm_sum as ewm_sum
    from ._weights import ewm_var as ewm_var
    from ._windowed import Windowed as Windowed
    from ._windows import rolling_corr as rolling_corr
    from ._windows import rolling_count as rolling_count
    from ._windows import rolling_cov as rolling_cov
    from ._windows import rolling_first as rolling_first
    from ._windows import rolling_kurt as rolling_kurt
    from ._windows import rolling_last as rolling_last
    from ._windows import rolling_max as rolling_max
    from ._windows import rolling_mean as rolling_mean
    from ._windows import rolling_median as rolling_median
    from ._windows import rolling_min as rolling_min
    from ._windows import rolling_nunique as rolling_nunique
    from ._windows import rolling_quantile as rolling_quantile
    from ._windows import rolling_rank as rolling_rank
    from ._windows import rolling_sem as rolling_sem
    from ._windows import rolling_skew as rolling_skew
    from ._windows import rolling_std as rolling_std
    from ._windows import rolling_sum as rolling_sum
    from ._windows import rolling_var as rolling_var
    from .analysis import analyze as analyze
    from .analysis._model import Report as Report
    from .ingest import read as read


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f".{name}", __name__)
    if name in _EXPORTS:
        value = getattr(importlib.import_module(f".{_EXPORTS[name]}", __name__), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'barograph' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
