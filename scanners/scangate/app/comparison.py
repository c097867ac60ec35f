"""Compares two verdict.json files, without scanning or judging."""

from __future__ import annotations

from pathlib import Path

from scangate.app.verdict_file import read_verdict_text
from scangate.errors import UsageError
from scangate.judge.verdict_comparison import compare_verdicts
from scangate.model import Report, VerdictComparison
from scangate.report.schema import parse_report


def compare_verdict_files(old: Path, new: Path) -> VerdictComparison:
    """What differs between the verdicts in two verdict.json files. Raises UsageError, which names the file."""
    return compare_verdicts(_read(old), _read(new))


def _read(file: Path) -> Report:
    text = read_verdict_text(file)
    try:
        return parse_report(text)
    except UsageError as error:
        raise UsageError(f"{file}: {error.message}", error.hint) from error
