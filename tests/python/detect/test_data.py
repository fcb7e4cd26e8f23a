"""What detectors take: series and tables of any library, with times from where they are."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

import barograph as bg
from barograph._detect.data import telemetry_of, times_of

STAMPS = np.array(["2026-03-01T00:00", "2026-03-01T00:01"], dtype="datetime64[ns]")


def test_a_series_has_one_dimension_and_its_name():
    pandas = pytest.importorskip("pandas")
    got = telemetry_of(pandas.Series([1, 2], index=pandas.DatetimeIndex(STAMPS), name="cpu"))
    assert got.is_series
    assert got.names == ("cpu",)
    assert (got.time == STAMPS).all()
    assert got.seconds.tolist() == [1772323200, 1772323260]


def test_a_frame_gives_its_columns_and_its_times():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"at": STAMPS, "a": [1, 2], "b": [0.5, None]})
    got = telemetry_of(frame)
    assert got.names == ("a", "b")
    assert got.values.shape == (2, 2)
    assert (got.time == STAMPS).all()
    assert (telemetry_of(frame, "at").time == STAMPS).all()
    one = telemetry_of(frame[["at", "a"]])
    assert one.is_series
    with pytest.raises(KeyError, match="nowhere"):
        telemetry_of(frame, "nowhere")
    with pytest.raises(TypeError, match="'c' is text"):
        telemetry_of(frame.assign(c="x"))


def test_zones_go_with_the_times():
    pandas = pytest.importorskip("pandas")
    index = pandas.date_range("2026-03-29", periods=2, freq="h", tz="Europe/Rome")
    got = telemetry_of(pandas.Series([1.0, 2.0], index=index))
    assert got.zone == "Europe/Rome"
    assert got.time[0] == np.datetime64("2026-03-28T23:00")


def test_polars_arrow_lists_and_mappings_are_taken():
    polars = pytest.importorskip("polars")
    pytest.importorskip("pyarrow")
    assert telemetry_of(polars.Series("x", [1, None, 3])).values.tolist()[::2] == [1.0, 3.0]
    assert telemetry_of(polars.DataFrame({"a": [1], "b": [2]})).values.tolist() == [[1.0, 2.0]]
    assert telemetry_of({"a": [1, 2]}).names == ("a",)
    assert np.isnan(telemetry_of([1, None]).values[1])
    assert telemetry_of([]).values.shape == (0,)


def test_times_are_read_from_text_numbers_and_objects():
    aware = [datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, 0, 1, tzinfo=UTC)]
    for given in (
        STAMPS.astype(str).tolist(),
        STAMPS.astype("datetime64[s]"),
        [1772323200, 1772323260.0],
        aware,
    ):
        assert (times_of(given)[0] == STAMPS).all()
    assert np.isnat(times_of([np.nan])[0][0])
    with pytest.raises(TypeError, match="text given that is no time"):
        times_of(["soon"])


@pytest.mark.parametrize(
    ("x", "timestamps", "error", "message"),
    [
        (np.zeros((2, 2, 2)), None, ValueError, "x: 3 dimensions given"),
        (["a"], None, TypeError, "expected numbers"),
        ([1.0, 2.0], [0], ValueError, "timestamps: 1 given, expected 2"),
        ([1.0, 2.0], "at", TypeError, "no frame with columns"),
        ([object()], None, TypeError, "no numbers"),
    ],
)
def test_what_is_no_telemetry_is_refused_by_name(x, timestamps, error, message):
    with pytest.raises(error, match=message):
        telemetry_of(x, timestamps)


@pytest.mark.parametrize("kind", ["PCA", "HalfSpaceTrees", "IsolationForest"])
def test_a_model_finds_the_columns_of_a_frame_by_their_names(kind: str):
    x = np.random.default_rng(0).normal(size=(400, 3)) * [1, 10, 100]
    frame = {"a": x[:, 0], "b": x[:, 1], "c": x[:, 2]}
    model = getattr(bg.detect, kind)().fit(frame)
    want = model.score(frame)
    assert (model.score({name: frame[name] for name in "cab"}) == want).all()
    assert (model.detect({name: frame[name] for name in "bca"}).score == model.detect(frame).score).all()
    assert (model.score(x) == want).all()
    with pytest.raises((ValueError, KeyError), match="'c'"):
        model.score({"a": x[:, 0], "b": x[:, 1]})
    with pytest.raises(ValueError, match="'d'"):
        model.score({**frame, "d": x[:, 0]})
    with pytest.raises(ValueError, match="'q'"):
        model.score({"a": x[:, 0], "b": x[:, 1], "q": x[:, 2]})


def test_what_a_masked_array_hides_is_missing():
    x = np.ma.masked_greater(np.array([1.0, 2.0, 900.0, 1.0, 2.0]), 100)
    assert np.isnan(telemetry_of(x).values).tolist() == [False, False, True, False, False]
    assert telemetry_of(np.ma.array([1, 2], mask=[0, 1])).values[0] == 1.0
    table = np.ma.masked_greater(np.random.default_rng(0).normal(size=(300, 2)), 1)
    plain = table.filled(np.nan)
    for model in (bg.detect.IsolationForest(), bg.detect.PCA()):
        score = model.fit(table).score(table)
        assert np.array_equal(score, model.fit(plain).score(plain), equal_nan=True)
