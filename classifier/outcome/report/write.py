"""The report written beside the tables it is of."""

from __future__ import annotations

from pathlib import Path

from classifier.outcome.report.build import build_report
from classifier.outcome.report.page import render_page
from classifier.outcome.tables.write import write_text


def write_report(folder: str | Path) -> Path:
    """
    Return the path of ``report.html``, written anew from the tables of a scored *folder*.

    Raises RunError if the folder lacks a table or the page cannot be written. The message names the file.
    """
    path = Path(folder) / "report.html"
    write_text(path, render_page(build_report(folder)))
    return path
