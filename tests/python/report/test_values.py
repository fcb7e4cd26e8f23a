"""Values for people, and names that are safe."""

import numpy as np
import pytest

from barograph._frames import Table
from barograph.report import values


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (412.3, "ms", "412 ms"),
        (12345.6, "ms", "12,346 ms"),
        (0.0449, "%", "4.5 %"),
        (0.04, "%", "4.0 %"),
        (1.0, "%", "100 %"),
        (0.00041, "%", "0.041 %"),
        (0.0, "%", "0 %"),
        (12345, "count", "12,345"),
        (2024, "plain", "2024"),
        (float("nan"), "ms", "–"),
        (float("inf"), "", "∞"),
        (1e-9, "", "1e-09"),
        (0.123456, "", "0.1235"),
        (0.9251, "apdex", "0.93"),
    ],
)
def test_numbers_are_rounded_for_people(value, unit, text):
    assert values.number(value, unit) == text


def test_cells_of_every_kind_are_shown():
    assert values.shown(None) == "–"
    assert values.shown(True) == "yes"
    assert values.shown(np.datetime64("2024-01-05T14:00:00", "ns")) == "2024-01-05 14:00"
    assert values.shown(np.datetime64("NaT", "ns")) == "–"
    assert values.exact(np.float64(0.1)) == "0.1"
    assert values.exact(np.datetime64("2024-01-05T14:00:00.250", "ns")) == "2024-01-05 14:00:00.25"


def test_control_and_direction_characters_show_as_escapes():
    assert values.plain("a\x1b[31m\u202eb\n\x00\ud800") == "a\\x1b[31m\\u202eb\\x0a\\x00\\ud800"
    assert values.plain("支払い é") == "支払い é"


def test_file_names_stay_in_their_folder_and_differ():
    names = values.file_names(["../x", "__/x", "a", "A", "", "n" * 300])
    assert len({n.lower() for n in names}) == 6
    assert all(n and len(n) <= 84 and set(n) <= set(values.file_name(n)) for n in names)


def test_times_of_a_zoned_column_are_on_its_clock():
    table = Table({"t": np.array(["2024-07-01T12:00", "NaT"], "datetime64[ns]")}, {"t": "Europe/Berlin"})
    assert str(values.local(table, "t")[0]).startswith("2024-07-01T14:00")
    assert np.isnat(values.local(table, "t")[1])
