"""The data door: any frame in, the same kind out, nothing changed on the way."""

from __future__ import annotations

import csv
import gc
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from barograph import Strings, Table
from barograph._extras import require
from barograph._files import write_atomically
from barograph._frames import Frames, as_kind, kind_of


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
    cells = Strings.encode(["-70", "-70+1", "+.5e3", "-cmd"])  # text, as cleaning keeps what it rejects
    Table({"name": names, "v": [-1.5, np.nan, 2.0, 0.1], "cell": cells}).write_csv(path)
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    assert rows == [
        ["name", "v", "cell"],
        ["'=1+1", "-1.5", "-70"],
        ["'@x", "", "'-70+1"],
        ["plain", "2.0", "+.5e3"],
        ['qu"ote,', "0.1", "'-cmd"],
    ]


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


def exported() -> Table:
    return Table(
        {
            "service": Strings([0, -1, 1, 0], ["auth", "päyments", "unused"]),
            "t": np.array(["2024-01-01T00:00:00.5", "NaT", "1969-12-31", "2024-07-01"], "M8[ns]"),
            "local": np.array(["2024-01-01", "2024-07-01", "NaT", "2024-07-02"], "M8[ns]"),
            "wait": np.array([1, 2, 3, -4], "m8[ns]"),
            "p95": np.array([1.5, np.nan, np.inf, -0.0]),
            "f32": np.array([1.5, 2, 3, 4], np.float32),
            "n": np.array([-(2**63), 0, 1, 2**63 - 1]),
            "u8": np.array([0, 1, 2, 255], np.uint8),
            "ok": np.array([True, False, True, True]),
            "raw": np.array(["a", None, "", "ö"], object),
            "every_other": np.arange(8)[::2],
        },
        zones={"local": "Europe/Berlin"},
    )


def test_a_table_streams_to_arrow_as_pyarrow_would_make_it():
    pa = pytest.importorskip("pyarrow")
    table = exported()
    got = pa.table(table)
    got.validate(full=True)
    assert got.column_names == table.columns
    want = table.to_arrow()
    for name in table.columns:
        assert got[name].type == want[name].type, name
        assert got[name].null_count == want[name].null_count, name
        if name != "p95":  # NaN is no equal of itself
            assert got[name].to_pylist() == want[name].to_pylist(), name
    assert np.array_equal(got["p95"].to_numpy(), table["p95"], equal_nan=True)
    assert got["p95"].null_count == 0
    assert got["local"].type == pa.timestamp("ns", tz="Europe/Berlin")


def test_a_table_streams_to_polars_and_duckdb_and_empty_ones_too():
    pl = pytest.importorskip("polars")
    duckdb = pytest.importorskip("duckdb")
    table = exported()
    frame = pl.DataFrame(table)
    assert frame["service"].to_list() == ["auth", None, "päyments", "auth"]
    assert frame["local"].dtype == pl.Datetime("ns", "Europe/Berlin")
    assert frame["n"].to_list() == table["n"].tolist()
    numbers = table.select(["service", "n", "ok"])  # noqa: F841, found by name
    query = "select service, count(*), max(n), bool_and(ok) from numbers group by 1 order by 1"
    told = duckdb.sql(query).fetchall()
    assert told == [("auth", 2, 2**63 - 1, True), ("päyments", 1, 1, True), (None, 1, 0, False)]
    empty = pl.DataFrame(table.take(slice(0, 0)))
    assert empty.shape == (0, 11)
    assert pl.DataFrame(Table({})).shape == (0, 0)


def test_what_was_streamed_outlives_the_table_and_a_stream_nobody_takes_is_freed():
    pa = pytest.importorskip("pyarrow")
    values = np.arange(100_000.0)
    uses = sys.getrefcount(values)
    table = Table({"v": values})
    for _ in range(10):
        table.__arrow_c_stream__()
    taken = pa.table(table)
    part = taken["v"].chunk(0).slice(5, 3)
    del table, taken
    gc.collect()
    assert part.to_pylist() == [5.0, 6.0, 7.0]
    del part
    gc.collect()
    assert sys.getrefcount(values) == uses


def test_streaming_needs_no_pyarrow():
    program = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from barograph._frames import Strings, Table\n"
        "t = Table({'a': [1, 2], 's': Strings([0, -1], ['x'])})\n"
        "print(type(t.__arrow_c_stream__()).__name__)\n"
        "import polars as pl; print(pl.DataFrame(t)['s'].to_list())"
    )
    pytest.importorskip("polars")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["PyCapsule", "['x', None]"]
