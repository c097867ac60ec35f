"""Appends the summary of a report to the job summary of a GitHub Actions step."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scangate.cli.console import warn
from scangate.model import Report
from scangate.report.github import MAX_SUMMARY_BYTES, render_job_summary

VARIABLE = "GITHUB_STEP_SUMMARY"
"""Names the file: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary"""


def append_job_summary(report: Report, environ: Mapping[str, str]) -> None:
    """Appends to the file that ``environ`` names, if it does; a problem is a warning and changes no verdict."""
    if not environ.get(VARIABLE):
        return
    file = Path(environ[VARIABLE])
    try:
        used = file.stat().st_size if file.exists() else 0
        page = render_job_summary(report, MAX_SUMMARY_BYTES - used)
        with file.open("ab") as stream:
            stream.write(page)
    except OSError as error:
        warn(f"cannot write the job summary: {error.strerror}", f"check the file that {VARIABLE} names")
