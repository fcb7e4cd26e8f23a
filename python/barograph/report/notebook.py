"""A report in a notebook: the interactive page in a frame, in Jupyter, Colab and VS Code alike."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from . import html, text, values

if TYPE_CHECKING:
    from ..analysis._model import Report

HEIGHT = 860


def view(report: Report) -> str:
    """A report as the HTML of a notebook's output cell.

    Parameters
    ----------
    report : Report
        Of any workload.

    Returns
    -------
    str
        A frame that holds the whole page (``srcdoc``, nothing is fetched, scripts stay inside); where
        plotly is not installed, the report's text and its tables, and how to get the charts.

    Notes
    -----
    The page carries its drawing library, so a notebook saved with this output grows by some 5 MB;
    ``print(report.text())`` shows the same figures in a few kilobytes.
    """
    try:
        page = html.render(report)
    except ImportError as error:
        return _plain(report, str(error))
    return (
        f'<iframe srcdoc="{escape(page)}" title="{escape(values.plain(report.title))}" '
        f'sandbox="allow-scripts allow-downloads allow-popups" loading="lazy" '
        f'style="width:100%;height:{HEIGHT}px;border:1px solid #d7dce1;border-radius:8px"></iframe>'
    )


def _plain(report: Report, reason: str) -> str:
    tables = "".join(
        f"<details><summary>{escape(values.title(name))}</summary>{table._repr_html_()}</details>"
        for name, table in report.tables.raw.items()
    )
    return f"<pre>{escape(text.render(report))}</pre>{tables}<p>No charts: {escape(reason)}</p>"
