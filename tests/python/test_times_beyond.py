"""Times that 64 bits of nanoseconds cannot hold are an error that names them, wherever times come in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import barograph as bg

X = np.array([1.0, 2.0, 3.0])
FAR = np.array(["2020-01-01", "2020-01-02", "9999-12-31"], "M8[D]")
EARLY = np.array(["0001-01-01", "2020-01-01", "2020-01-02"], "M8[us]")
SERIES = pd.Series(X, index=pd.DatetimeIndex(FAR.astype("M8[s]")))
LENGTHS = pd.Series(X, index=pd.TimedeltaIndex(np.array([0, 1, 400 * 365], "m8[D]").astype("m8[s]")))

DOORS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "rolling": ("on", lambda t: bg.rolling_sum(X, "2D", on=t)),
    "rolling_object": ("on", lambda t: bg.rolling(X, "2D", on=t).mean()),
    "rolling_quantile": ("on", lambda t: bg.rolling_quantile(X, "2D", 0.5, on=t)),
    "ewm": ("times", lambda t: bg.ewm_mean(X, halflife="1D", times=t)),
    "stream": ("time", lambda t: bg.RollingWindow("2D").push(X, t)),
    "pairs": ("time", lambda t: bg.RollingPairs("2D").push(X, X, t)),
    "Ewma": ("times", lambda t: bg.Ewma("1D").update(X, times=t)),
    "Counter": ("times", lambda t: bg.Counter().update(X, times=t)),
    "Trend": ("times", lambda t: bg.Trend().update(X, times=t)),
    "Windowed": ("times", lambda t: bg.Windowed(bg.Moments, "2D").update(X, times=t)),
    "detect": ("timestamps", lambda t: bg.detect.ZScore().detect(X, timestamps=t)),
    "auto": ("timestamps", lambda t: bg.detect.auto(X, timestamps=t)),
    "table": ("column 't'", lambda t: bg.Table({"t": t})),
}


@pytest.mark.parametrize("times", [
    FAR, FAR.astype("M8[s]"), FAR.astype("M8[ms]"), EARLY, EARLY.astype(">M8[us]"), EARLY.astype("M8[Y]"),
    FAR.astype("M8[M]"),
], ids=["D", "s", "ms", "us", "big_endian", "Y", "M"])  # fmt: skip
@pytest.mark.parametrize("door", DOORS)
def test_every_door_refuses_what_nanoseconds_cannot_hold(door: str, times: np.ndarray[Any, Any]) -> None:
    name, call = DOORS[door]
    with pytest.raises(ValueError, match=rf"{name}: (9999-|0001).* given, expected .*2262"):
        call(times)


@pytest.mark.parametrize("make", [
    pd.Series, pd.DatetimeIndex, lambda t: pd.Series(t).dt.tz_localize("UTC"), pl.Series, pa.array,
    lambda t: pd.Series(t).astype("timestamp[us][pyarrow]"), lambda t: pa.chunked_array([pa.array(t)]),
], ids=["pandas", "index", "zoned", "polars", "arrow", "pandas_arrow", "chunks"])  # fmt: skip
@pytest.mark.parametrize("door", ["rolling", "ewm", "Ewma", "Windowed", "detect"])
def test_times_of_any_library_are_refused(door: str, make: Callable[[Any], Any]) -> None:
    name, call = DOORS[door]
    with pytest.raises(ValueError, match=rf"{name}.*9999-12-31.* given, expected .*2262"):
        call(make(FAR.astype("M8[us]")))


@pytest.mark.parametrize("call", [
    lambda: bg.rolling_sum(SERIES, "2D"),
    lambda: bg.rolling_sum(LENGTHS, "2D"),
    lambda: bg.detect.ZScore().detect(SERIES),
    lambda: bg.detect.ZScore().detect(pd.DataFrame({"t": FAR.astype("M8[us]"), "x": X})),
    lambda: bg.detect.ZScore().detect(X, timestamps=FAR.astype(object)),
    lambda: bg.detect.ZScore().detect(X, timestamps=["2020-01-01", "2020-01-02", "9999-12-31"]),
    lambda: bg.detect.ZScore().detect(X, timestamps=[0.0, 1.0, 1.7e12]),
    lambda: bg.Ewma("1D").update(1.0, times=np.datetime64("9999-12-31")),
    lambda: bg.Ewma("1D").update(1.0, times=pd.Timestamp("9999-12-31")),
    lambda: bg.Ewma("1D").update(1.0, times=dt.datetime(9999, 12, 31)),
    lambda: bg.RollingWindow("2D").push(1.0, np.datetime64("9999-12-31")),
    lambda: bg.Windowed(bg.Moments, "2D").update(1.0, times=np.datetime64("9999-12-31")),
    lambda: bg.rolling_sum(X, np.timedelta64(10**6, "D"), on=FAR[:3]),
], ids=range(13))  # fmt: skip
def test_an_index_a_column_objects_and_single_times_are_refused(call: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match=r"given, expected .*(2262|292 years)"):
        call()


def test_all_that_fits_is_taken_in_any_unit() -> None:
    ends = np.array(["1678-01-01", "1970-01-01", "2262-01-01"], "M8[Y]")
    for unit in ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns"):
        times = ends.astype(f"M8[{unit}]")
        assert bg.rolling_sum(X, "2D", on=times).tolist() == X.tolist()
    assert bg.Table({"t": np.array(["NaT", "2020-01-01"], "M8[s]")})["t"].dtype == "M8[ns]"
    kept = bg.detect.ZScore().detect(X, timestamps=np.array(["2020-01-01", "2020-01-02", "NaT"], "M8[s]"))
    assert np.isnat(kept.time).tolist() == [False, False, True]


def test_a_length_is_no_instant_and_an_array_of_one_instant_is_that_instant() -> None:
    with pytest.raises(TypeError, match="times: timedelta64 given, expected an instant"):
        bg.Counter().update(1.0, times=np.timedelta64(5, "s"))
    for unit in ("s", "ns"):
        counter = bg.Counter().update(1.0, times=np.array("2024-01-01", f"M8[{unit}]"))
        assert counter.last_time == np.datetime64("2024-01-01")
