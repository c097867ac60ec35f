"""Report formats: one module each, which turns a `Report` into text."""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

from scangate.model import Report

__all__ = ["FORMATS", "Format"]


class Format(NamedTuple):
    """A report format: its module, and its file name in an output directory (None: not written there)."""

    module: str
    file_name: str | None

    def load(self) -> Any:
        """The module, imported when it is used: most commands need only one format."""
        return importlib.import_module(self.module)

    def render(self, report: Report) -> str:
        text: str = self.load().render(report)
        return text


FORMATS = {
    "sarif": Format("scangate.report.sarif", "scangate.sarif"),
    "junit": Format("scangate.report.junit", "junit.xml"),
    "json": Format("scangate.report.verdict_json", "verdict.json"),
    "markdown": Format("scangate.report.markdown", "summary.md"),
    "sbom": Format("scangate.report.sbom", "sbom.cdx.json"),
    "ocsf": Format("scangate.report.ocsf", None),
    "text": Format("scangate.report.text", None),
    "env": Format("scangate.report.env", None),
}
