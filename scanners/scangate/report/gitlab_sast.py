"""GitLab's SAST report, ``gl-sast-report.json``: weaknesses of code and configuration.

https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportssast
"""

from __future__ import annotations

from typing import Any

from scangate.model import Finding, Report
from scangate.report import gitlab


def render(report: Report) -> str:
    """Every finding that is neither a secret nor about a package, but for the suppressed."""
    return gitlab.render(report, "sast", _describe)


def _describe(finding: Finding, report: Report) -> dict[str, Any]:
    del report
    return {"location": gitlab.locate_lines(finding)}
