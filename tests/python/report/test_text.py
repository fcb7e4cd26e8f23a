"""The text report: figures for people, 100 columns, nothing a terminal would obey."""

import unicodedata

from barograph.report import text


def columns(line):
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line
    )


def test_text_holds_headline_health_findings_tables_and_notes(report):
    page = text.render(report)
    for part in (
        "85,000 requests in 10 days",
        "period: 2024-01-01 00:00 to 2024-01-10 23:59:41",
        "Health 84.5 of 100: good",
        "error rate",
        "-22.6",
        "not known",
        "!! 1. On Fri 5 Jan",
        "702 ms",
        "8.7 %",
        "18,456",
        "Times are read as UTC.",
    ):
        assert part in page
    assert "0.0871" not in page


def test_no_line_is_wider_than_100_columns_whatever_the_names(report, hostile_report):
    for one in (report, hostile_report):
        assert max(columns(line) for line in text.render(one).split("\n")) <= 100


def test_nothing_in_a_name_reaches_the_terminal_as_a_command(hostile_report):
    page = text.render(hostile_report)
    assert "\\x1b[31m" in page
    assert not [c for c in page if unicodedata.category(c) == "Cc" and c != "\n"]
    assert not set(page) & set("\u202e\u2028\u2029")


def test_a_report_of_nothing_says_so(empty_report):
    assert "Nothing stands out." in text.render(empty_report)
    assert text.render(empty_report).startswith("No requests\n===========\n")
