"""The table of scanners on a console: what each analyzed, and how long it took."""

from __future__ import annotations

from collections.abc import Iterable

from scangate.model import FileAccounting, Report, ScanResult, ScanStatus
from scangate.report import escape, summary
from scangate.report.layout import Line, Segment

COLUMNS = ("files", "cached", "gaps", "findings", "seconds")
MAX_NAME_LENGTH = 40
MAX_REASON_LENGTH = 120


def scanner_lines(report: Report) -> Iterable[Line]:
    """A row for each scanner, and for each source of gaps and findings that is none; nothing if there is no row."""
    shown = summary.list_table_rows(report)
    names = [_scanner_name(part) for part in shown]
    width = max(map(len, names), default=0)
    if shown:
        yield (Segment("".join((f"{'scanner':<{width}}", *(f"{column:>9}" for column in COLUMNS))), "bold"),)
    for part, name in zip(shown, names, strict=True):
        cells = "".join(f"{number:>9}" for number in _numbers(part))
        status = _status(part.result) if part.result is not None else ""
        yield (Segment(f"{name:<{width}}{cells}"), Segment(f"  {status}", "yellow"))


def _scanner_name(part: summary.ScannerSummary) -> str:
    version = part.result.version if part.result else ""
    return escape.truncate(escape.ci_log(f"{part.scanner} {version}".strip()), MAX_NAME_LENGTH)


def _numbers(part: summary.ScannerSummary) -> tuple[str, ...]:
    """The cells of COLUMNS: ``-`` is what was not analyzed, 0 what was analyzed without findings."""
    result = part.result
    gaps, findings = f"{len(part.gaps):,}", f"{len(part.rulings):,}"
    if result is None:
        return ("-", "-", gaps, findings, "-")
    if result.status is ScanStatus.SKIPPED:
        return ("-", "-", gaps if part.gaps else "-", findings if part.rulings else "-", "-")
    if result.status is ScanStatus.FAILED and not result.analyzed_files:
        return ("-", "-", gaps, findings if part.rulings else "-", f"{result.seconds:.1f}")
    return (f"{len(result.analyzed_files):,}", f"{result.files_cached:,}", gaps, findings, f"{result.seconds:.1f}")


def _status(result: ScanResult) -> str:
    words = [] if result.status is ScanStatus.COMPLETE else [result.status.value]
    words += (
        ["does not confirm which files it analyzed"]
        if result.accounting is FileAccounting.WHOLE_RUN and result.analyzed_files
        else []
    )
    return ": ".join(filter(None, [", ".join(words), escape.ci_log(escape.truncate(result.reason, MAX_REASON_LENGTH))]))
