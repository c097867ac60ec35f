"""Shows: one format, one file; turns a Report into text and writes nothing."""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

from scangate.model import Report

__all__ = ["FORMATS", "Format"]


class Format(NamedTuple):
    """A way to show a report: the module that does, and the file's name in an output directory, None where it has none there."""

    module: str
    file_name: str | None

    def load(self) -> Any:
        """The module, imported only now: a hook that prints needs no SARIF objects."""
        return importlib.import_module(self.module)

    def render(self, report: Report) -> str:
        """The report as text in this format."""
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
