"""The console report in full: every finding, gap, note and scanner."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from scangate.model import Report
from scangate.report import text
from scangate.report.layout import Line
from scangate.report.view import View


def render_lines(report: Report, view: View) -> Iterable[Line]:
    """As the default format, but nothing is cut, counted only or left out."""
    yield from text.render_lines(report, msgspec.structs.replace(view, show_all=True, verbose=True, details=True))
