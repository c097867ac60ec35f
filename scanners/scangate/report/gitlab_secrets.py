"""GitLab's secret detection report, ``gl-secret-detection-report.json``. It has no secret's value, not even a part of one.

https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportssecret_detection
"""

from __future__ import annotations

from typing import Any

from scangate.model import Finding, Report
from scangate.report import escape, gitlab

NO_COMMIT = "0000000"
"""The commit of a scanned folder that is not in git."""


def render(report: Report) -> str:
    """Every secret, but for the suppressed."""
    return gitlab.render(report, "secret_detection", _describe)


def _describe(finding: Finding, report: Report) -> dict[str, Any]:
    """File, lines, and the commit: the scanned one, or in a scan of the history the one that brought the secret."""
    origin = finding.introduction
    commit = {"sha": escape.terminal(origin.commit if origin is not None else report.commit) or NO_COMMIT}
    if origin is not None and origin.date:
        commit["date"] = escape.terminal(origin.date)
    return {"location": gitlab.locate_lines(finding) | {"commit": commit}}
