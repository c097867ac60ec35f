"""Makes the reports of an earlier scan again from its verdict.json, without scanning or judging."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from scangate.app.events import Events
from scangate.app.report_files import ReportTarget, list_report_targets, prepare, write_reports
from scangate.app.requests import RenderingRequest
from scangate.app.session import open_session
from scangate.app.verdict_file import read_verdict_text
from scangate.errors import UsageError
from scangate.model import Report
from scangate.report.schema import parse_report

JSON = "json"


def render_verdict(request: RenderingRequest, events: Events | None = None) -> tuple[Report, bool]:
    """The report in the request's verdict.json, and whether its report files were written. Raises UsageError.

    The verdict.json itself stays as it is, also if the output directory is its own: signatures are over its bytes.
    """
    report = parse_report(read_verdict_text(request.verdict))
    targets = list_report_targets(request.reports, request.output_dir)
    written = tuple(_without_source(targets, request.verdict))
    if all(target.file is None for target in written):
        return report, True
    with open_session(Path()) as session:
        prepare(written, request.output_dir, session)
        return report, write_reports(report, written, events or Events()) is report


def _without_source(targets: Sequence[ReportTarget], verdict: Path) -> Iterator[ReportTarget]:
    for target in targets:
        if target.file is None or not _is_same(target.file, verdict):
            yield target
        elif target.format != JSON:
            raise UsageError(f"the report would replace {verdict}, from which it is made", "name another file for the report")


def _is_same(file: Path, verdict: Path) -> bool:
    try:
        return file.samefile(verdict)
    except OSError:  # the report is not there yet
        return False
