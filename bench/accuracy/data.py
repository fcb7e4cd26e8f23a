"""What is scored: labelled tables, series and faults, each in one of two halves, by folder or file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FIRST, SECOND = "in half A", "in half B"


@dataclass(frozen=True)
class LabelledTable:
    name: str
    half: str
    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True)
class LabelledSeries:
    name: str
    group: str
    half: str
    time: np.ndarray
    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True)
class Fault:
    name: str
    group: str
    half: str
    metrics: pd.DataFrame  # an index of times, columns of two levels: service, metric
    at: pd.Timestamp
    cause: str
    normal: pd.DataFrame | None = None
    calls: list[tuple[str, str]] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)


def root() -> Path | None:
    """The folder of recorded data, where BAROGRAPH_REAL_DATA names one."""
    named = os.environ.get("BAROGRAPH_REAL_DATA")
    return Path(named) if named and Path(named).is_dir() else None


def _halves(names: list[str]) -> dict[str, str]:
    """Every second one is in the second half."""
    return {name: (FIRST, SECOND)[i % 2] for i, name in enumerate(sorted(set(names)))}


def tables(folder: Path) -> Iterator[LabelledTable]:
    """Ten small tables of ADBench."""
    files = sorted((folder / "adbench").glob("*.npz"))
    half = _halves([f.stem for f in files])
    for file in files:
        with np.load(file) as data:
            yield LabelledTable(file.stem, half[file.stem], data["X"].astype(float), data["y"].astype(bool))


def series(folder: Path) -> Iterator[LabelledSeries]:
    """Series of NAB and of Microsoft's cloud monitoring; halves by folder."""
    nab = folder / "nab"
    if nab.is_dir():
        windows = json.loads((nab / "labels" / "combined_windows.json").read_text())
        half = _halves([name.split("/")[0] for name in windows])
        for name, pairs in sorted(windows.items()):
            frame = pd.read_csv(nab / name, parse_dates=["timestamp"])
            time = frame.timestamp.to_numpy("datetime64[ns]")
            y = np.zeros(len(frame), dtype=bool)
            for first, last in pairs:
                y |= (time >= np.datetime64(first)) & (time <= np.datetime64(last))
            yield LabelledSeries(name, "NAB", half[name.split("/")[0]], time, frame.value.to_numpy(float), y)
    cloud = folder / "cloud-monitoring"
    if cloud.is_dir():
        files = sorted(cloud.glob("*/*.csv"))
        half = _halves([f.parent.name for f in files])
        for file in files:
            frame = pd.read_csv(file)
            time = pd.to_datetime(frame.TimeStamp, utc=True).dt.tz_localize(None).to_numpy("datetime64[ns]")
            order = np.argsort(time, kind="stable")
            yield LabelledSeries(
                f"{file.parent.name}/{file.stem}", "cloud", half[file.parent.name], time[order],
                frame.Value.to_numpy(float)[order], frame.Label.to_numpy(bool)[order],
            )  # fmt: skip


def faults(folder: Path) -> Iterator[Fault]:
    """Faults of two shops: PetShop (by its folders) and Nezha's Online Boutique (by pod)."""
    if (folder / "petshop-rca").is_dir():
        yield from _petshop(folder / "petshop-rca" / "high_traffic")
    if (folder / "nezha").is_dir():
        yield from _nezha(folder / "nezha" / "2022-08-22")


def _petshop(folder: Path) -> Iterator[Fault]:
    def read(file: Path) -> pd.DataFrame:
        frame = pd.read_csv(file, header=[0, 1, 2], index_col=0)
        frame.index = pd.to_datetime(frame.index, unit="s")
        frame.columns = pd.MultiIndex.from_tuples([(a, f"{b} {c}") for a, b, c in frame.columns])
        return frame

    normal = read(folder / "noissue" / "metrics.csv")
    matrix = pd.read_csv(folder / "graph.csv", index_col=0)
    calls = [(a, b) for a in matrix.index for b in matrix.columns if matrix.loc[a, b] > 0]
    for issue in sorted(folder.glob("t*/issue_*")):
        target = json.loads((issue / "target.json").read_text())
        at = pd.Timestamp(target["target"]["timestamp"], unit="s")
        half = FIRST if issue.parent.name == "train" else SECOND
        yield Fault(
            f"{issue.parent.name}/{issue.name}", "PetShop", half, read(issue / "metrics.csv"), at,
            target["root_cause"]["node"], normal, calls,
        )  # fmt: skip


def _nezha(folder: Path) -> Iterator[Fault]:
    frames = {}
    for file in sorted((folder / "metric").glob("*_metric.csv")):
        frame = pd.read_csv(file)
        frame["time"] = pd.to_datetime(frame.Time.str[:19])
        minutes = frame.drop(columns=["Time", "TimeStamp", "PodName"]).groupby(
            pd.Grouper(key="time", freq="1min")
        )
        frames[file.stem.split("-")[0]] = minutes.mean()
    metrics = pd.concat(frames, axis=1)
    edges = pd.read_csv(folder / "metric" / "dependency.csv")
    calls = [(a, b) for a, b in zip(edges.Source, edges.Target, strict=True) if a in frames and b in frames]
    half = _halves(list(frames))
    listed = json.loads((folder / f"{folder.name}-fault_list.json").read_text())
    for fault in (one for hour in listed.values() for one in hour):
        pod = fault["inject_pod"].split("-")[0]
        at = pd.Timestamp(fault["inject_time"])
        if at - metrics.index[0] < pd.Timedelta(minutes=5):  # the first one has nothing before it
            continue
        yield Fault(
            f"{fault['inject_time']} {pod} {fault['inject_type']}", "Nezha", half[pod], metrics, at, pod,
            None, calls, {"before": "1h", "after": "5min"},
        )  # fmt: skip


def packaged() -> Iterator[LabelledTable]:
    """Tables that scikit-learn ships (one class normal, a few rows of the others), and PyOD's generators."""
    from pyod.utils.data import generate_data, generate_data_clusters
    from sklearn import datasets

    for name in ("breast_cancer", "wine", "iris", "digits"):
        x, classes = getattr(datasets, f"load_{name}")(return_X_y=True)
        for normal in np.unique(classes):
            rng = np.random.default_rng(7)
            inside = np.flatnonzero(classes == normal)
            others = np.flatnonzero(classes != normal)
            few = rng.choice(others, size=max(5, inside.size // 10), replace=False)
            rows = np.sort(np.concatenate([inside, few]))
            yield LabelledTable(
                f"scikit-learn {name}", SECOND, x[rows].astype(float), classes[rows] != normal
            )
    for seed in range(5):
        x, y = generate_data(
            n_train=1000, n_features=8, contamination=0.05, train_only=True, random_state=seed
        )
        yield LabelledTable("pyod generate_data", SECOND, x, y.astype(bool))
        x, _, y, _ = generate_data_clusters(
            n_train=1000, n_test=10, n_clusters=3, n_features=6, contamination=0.05, random_state=seed
        )
        yield LabelledTable("pyod generate_data_clusters", SECOND, x, y.astype(bool))


def packaged_series() -> Iterator[LabelledSeries]:
    """Hourly means of latency of barograph's own generator, with its incidents."""
    import barograph as bg

    for seed in range(6):
        rng = np.random.default_rng(seed)
        incidents = [
            bg.generate.Incident(
                start=f"2024-01-{5 + 6 * k:02d} {int(rng.integers(6, 20)):02d}:00",
                duration=f"{int(rng.integers(2, 6))}h", latency=float(rng.uniform(1.3, 2.5)), errors=0.05,
            )
            for k in range(4)
        ]  # fmt: skip
        log = bg.generate.requests(days=28, seed=seed, incidents=incidents, frame="pandas")
        table = log.tables["requests"]
        hourly = table.set_index("timestamp").response_time_ms.resample("1h").mean().interpolate()
        time = hourly.index.to_numpy("datetime64[ns]")
        y = np.zeros(len(time), dtype=bool)
        for row in log.truth.raw["incidents"].rows():
            y |= (time >= row["start"]) & (time < row["end"])
        yield LabelledSeries(f"requests, seed {seed}", "generated", SECOND, time, hourly.to_numpy(), y)
