"""Report formats: one module each, which turns a `Report` into text; and the formats of what commands print."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from scangate.model import Report, VerdictComparison

if TYPE_CHECKING:
    from scangate.report.layout import Line
    from scangate.report.view import View

__all__ = ["CONSOLE_FORMATS", "DEFAULT_CONSOLE_FORMAT", "DIFF_FORMATS", "FORMATS", "ConsoleFormat", "Format", "render_diff"]


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
    "html": Format("scangate.report.html", "report.html"),
    "ocsf": Format("scangate.report.ocsf", None),
    "gitlab-sast": Format("scangate.report.gitlab_sast", None),
    "gitlab-secrets": Format("scangate.report.gitlab_secrets", None),
    "gitlab-dependencies": Format("scangate.report.gitlab_dependencies", None),
    "gitlab-code-quality": Format("scangate.report.gitlab_code_quality", None),
    "text": Format("scangate.report.text", None),
    "env": Format("scangate.report.env", None),
}


class ConsoleFormat(NamedTuple):
    """What a command prints: its module has ``render_lines(report, view)``, or ``render(report)`` for a document.

    ``is_document``: it is written to the output as it is, whatever the terminal. ``for_programs``: --quiet does not shorten it.
    """

    module: str
    is_document: bool = False
    for_programs: bool = False

    def render_lines(self, report: Report, view: View) -> Iterable[Line]:
        """The lines for a terminal or a log; not for a document."""
        lines: Iterable[Line] = importlib.import_module(self.module).render_lines(report, view)
        return lines

    def render_document(self, report: Report) -> str:
        """The text of a document."""
        text: str = importlib.import_module(self.module).render(report)
        return text


DEFAULT_CONSOLE_FORMAT = "rich"
CONSOLE_FORMATS = {
    "rich": ConsoleFormat("scangate.report.text"),
    "concise": ConsoleFormat("scangate.report.concise"),
    "full": ConsoleFormat("scangate.report.full_text"),
    "github": ConsoleFormat("scangate.report.github", for_programs=True),
    "gitlab": ConsoleFormat("scangate.report.gitlab_code_quality", is_document=True, for_programs=True),
    "json": ConsoleFormat("scangate.report.verdict_json", is_document=True, for_programs=True),
}
"""The values of ``--format``."""


DIFF_FORMATS = {
    "text": "scangate.report.diff_text",
    "markdown": "scangate.report.diff_markdown",
    "json": "scangate.report.diff_json",
}
"""The formats of a comparison of two verdicts: modules with ``render(comparison) -> str``."""


def render_diff(comparison: VerdictComparison, form: str) -> str:
    """The comparison in a format of DIFF_FORMATS."""
    text: str = importlib.import_module(DIFF_FORMATS[form]).render(comparison)
    return text
