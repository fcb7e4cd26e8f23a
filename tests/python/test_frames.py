"""The data door: any frame in, the same kind out, nothing changed on the way."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from barograph import Strings, Table
from barograph._frames import Frames, as_kind, kind_of, require, write_atomically


def sample() -> Table:
    return Table(
        {
            "t": np.array(["2024-01-01T00:00:00", "NaT", "2024-01-01T00:00:01.5"], "M8[ns]"),
            "service": Strings.encode(["auth", None, "päyments"]),
            "ms": [1.5, np.nan, 3.0],
            "n": np.array([1, 2, 3]),
            "ok": np.array([True, False, True]),
        }
    )


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow", "table"])
def test_a_table_survives_the_way_out_and_in(kind: str):
    pytest.importorskip({"arrow": "pyarrow", "table": "numpy"}.get(kind, kind))
    table = sample()
    frame = as_kind(table, kind)
    assert kind_of(frame) == kind
    back = Table.of(frame)
    assert back.columns == table.columns
    for name in table.columns:
        np.testing.assert_array_equal(back.array(name), table.array(name))


def test_pandas_dtypes_of_all_kinds_come_in():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {
            "aware": pd.to_datetime(["2024-07-01 02:00", None]).tz_localize("Europe/Berlin"),
            "nullable": pd.array([1, None], dtype="Int64"),
            "category": pd.Categorical(["b", None], categories=["a", "b"]),
            "strings": pd.array(["x", None], dtype="string"),
            "mixed": pd.Series([1, "x"], dtype=object),
        }
    )
    table = Table.of(frame)
    assert table.zones == {"aware": "Europe/Berlin"}
    assert table["aware"][0] == np.datetime64("2024-07-01T00:00:00")
    np.testing.assert_array_equal(table["nullable"], [1.0, np.nan])
    assert table.strings("category").to_numpy().tolist() == ["b", None]
    assert table.strings("strings").to_numpy().tolist() == ["x", None]
    assert table["mixed"].tolist() == [1, "x"]
    assert str(table.to_pandas()["aware"].dtype) == "datetime64[ns, Europe/Berlin]"


def test_chunked_arrow_comes_in():
    pa = pytest.importorskip("pyarrow")
    chunks = {"x": pa.chunked_array([[1, 2], [None]]), "s": pa.chunked_array([["a"], ["b", "a"]])}
    table = Table.of(pa.table(chunks))
    np.testing.assert_array_equal(table["x"], [1, 2, np.nan])
    assert table.strings("s").to_numpy().tolist() == ["a", "b", "a"]


def test_wrong_input_is_named():
    with pytest.raises(TypeError, match="data: int given"):
        Table.of(3)
    with pytest.raises(ValueError, match="unequal length"):
        Table({"a": [1], "b": [1, 2]})
    with pytest.raises(ValueError, match="'a': 2 dimensions"):
        Table({"a": [[1]]})
    with pytest.raises(KeyError, match="no column 'z'; there are: a"):
        Table({"a": [1]})["z"]
    with pytest.raises(ValueError, match=r"codes: outside -1\.\.0"):
        Strings([1], ["only"])
    with pytest.raises(ValueError, match="frame: 'excel' given"):
        Frames({}, "excel")  # type: ignore[arg-type]


def test_compact_strings_are_sorted_and_only_those_used():
    s = Strings([2, 0, -1, 2], ["b", "unused", "a"]).compact()
    assert s.categories == ["a", "b"]
    assert s.to_numpy().tolist() == ["a", "b", None, "a"]


def test_csv_guards_formulas_and_leaves_numbers(tmp_path: Path):
    path = tmp_path / "t.csv"
    names = Strings.encode(["=1+1", "@x", "plain", 'qu"ote,'])
    Table({"name": names, "v": [-1.5, np.nan, 2.0, 0.1]}).write_csv(path)
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    assert rows == [["name", "v"], ["'=1+1", "-1.5"], ["'@x", ""], ["plain", "2.0"], ['qu"ote,', "0.1"]]


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path):
    path = tmp_path / "deep" / "f.txt"
    with pytest.raises(RuntimeError), write_atomically(path) as temporary:  # noqa: PT012
        temporary.write_text("half")
        raise RuntimeError
    assert list(path.parent.iterdir()) == []
    with write_atomically(path) as temporary:
        temporary.write_text("whole")
    assert path.read_text() == "whole"
    assert [p.name for p in path.parent.iterdir()] == ["f.txt"]


def test_a_missing_extra_is_named_with_its_pip_line():
    with pytest.raises(ImportError, match=r'pip install "barograph\[report\]"'):
        require("no_such_module_here", "report")
