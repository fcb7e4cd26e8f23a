"""Detectors of what is out of the ordinary: ``.fit(x)``, ``.score(x)``, ``.detect(x) -> Detections``.

The public names, nothing else; each is imported when it is first used.
"""

# ruff: noqa: PLC0414 (an alias of itself tells type checkers that a name is public)
from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

# public name -> the module of barograph._detect that it lives in
_EXPORTS = {
    "lead_lag": "lead_lag",
    "score_detections": "scorer",
    "score_causes": "scorer",
    "NabScores": "scorer",
    "DetectionScore": "scorer",
    "CauseScore": "scorer",
    "Attribution": "result",
    "ChangePoints": "change_points",
    "CusumChart": "charts",
    "Detection": "result",
    "Detections": "result",
    "EwmaChart": "charts",
    "ExtremeValue": "extreme_value",
    "Gap": "gaps",
    "HalfSpaceTrees": "online",
    "OnlineChangePoint": "change_points",
    "rank_causes": "causes",
    "PCA": "pca",
    "PageHinkley": "charts",
    "Incident": "incidents",
    "Incidents": "incidents",
    "StreamDetector": "stream",
    "StreamScore": "stream",
    "auto": "auto",
    "auto_stream": "stream",
    "incidents": "incidents",
    "QuantileThreshold": "thresholds",
    "RobustZScore": "thresholds",
    "SeasonalBaseline": "seasonal",
    "ZScore": "thresholds",
    "agreement": "agreement",
    "change_points": "change_points",
    "gaps": "gaps",
    "IsolationForest": "forest",
    "score_of_probability": "result",
}

__all__ = [*_EXPORTS]  # noqa: PLE0604

if TYPE_CHECKING:
    from ._detect.agreement import agreement as agreement
    from ._detect.auto import auto as auto
    from ._detect.causes import rank_causes as rank_causes
    from ._detect.change_points import ChangePoints as ChangePoints
    from ._detect.change_points import OnlineChangePoint as OnlineChangePoint
    from ._detect.change_points import change_points as change_points
    from ._detect.charts import CusumChart as CusumChart
    from ._detect.charts import EwmaChart as EwmaChart
    from ._detect.charts import PageHinkley as PageHinkley
    from ._detect.extreme_value import ExtremeValue as ExtremeValue
    from ._detect.forest import IsolationForest as IsolationForest
    from ._detect.gaps import Gap as Gap
    from ._detect.gaps import gaps as gaps
    from ._detect.incidents import Incident as Incident
    from ._detect.incidents import Incidents as Incidents
    from ._detect.incidents import incidents as incidents
    from ._detect.lead_lag import lead_lag as lead_lag
    from ._detect.online import HalfSpaceTrees as HalfSpaceTrees
    from ._detect.pca import PCA as PCA
    from ._detect.result import Attribution as Attribution
    from ._detect.result import Detection as Detection
    from ._detect.result import Detections as Detections
    from ._detect.result import score_of_probability as score_of_probability
    from ._detect.scorer import CauseScore as CauseScore
    from ._detect.scorer import DetectionScore as DetectionScore
    from ._detect.scorer import NabScores as NabScores
    from ._detect.scorer import score_causes as score_causes
    from ._detect.scorer import score_detections as score_detections
    from ._detect.seasonal import SeasonalBaseline as SeasonalBaseline
    from ._detect.stream import StreamDetector as StreamDetector
    from ._detect.stream import StreamScore as StreamScore
    from ._detect.stream import auto_stream as auto_stream
    from ._detect.thresholds import QuantileThreshold as QuantileThreshold
    from ._detect.thresholds import RobustZScore as RobustZScore
    from ._detect.thresholds import ZScore as ZScore


def __getattr__(name: str) -> Any:
    if name in _EXPORTS:
        value = getattr(importlib.import_module(f"._detect.{_EXPORTS[name]}", __package__), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'barograph.detect' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__]
