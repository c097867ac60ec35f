"""``scangate fix``: raise vulnerable pins and make safe rewrites; shows a diff, asks, and lets a scan prove each change."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from scangate.app.fixing import FileFix, FixPlan, FixResult, UndoReason, apply_fixes, plan_fixes
from scangate.app.interruption import catch_signals
from scangate.app.requests import ScanRequest
from scangate.cli import options
from scangate.cli.file_changes import confirm, list_changed_lines
from scangate.cli.progress import ConsoleEvents
from scangate.fixes.change import Change, Unfixed
from scangate.model import Report
from scangate.report import wording
from scangate.report.escape import ci_log
from scangate.report.wording import pluralize
from scangate.scan.masking import mask_arguments

CONTEXT_LINES = 3
UNDONE = 1
UNDO_REASONS = {
    UndoReason.STILL_FOUND: "the scan still reports a finding that it should fix",
    UndoReason.NEW_FINDING: "the scan reports a finding that was not there before",
    UndoReason.NOT_ANALYZED: "the scan could not analyze all that it did before",
}


@click.command()
@click.argument("path", type=options.path_type, default=".", metavar="[PATH]")
@options.policy_options
@options.baseline_options
@options.trust_policy_option
@options.cache_dir_option
@options.jobs_option
@click.option("--yes", is_flag=True, help="Write without asking")
@click.option("--dry-run", is_flag=True, help="Show the diff, and write nothing")
def command(path: Path, *, yes: bool, dry_run: bool, **fields: Any) -> int:
    """Fix what can be fixed without a decision, in PATH (default: the current directory): pins of vulnerable dependencies, and the
    rewrites that the manual lists.

    Shows the diff and asks for each file. Then it scans again: a change that the scan does not prove is undone.

    Exit codes: 0 every change stayed, or there was none to make; 1 a change was undone.
    """
    request = ScanRequest(root=path, **fields)
    with catch_signals() as interruption, ConsoleEvents(quiet=False, verbose=False) as events:
        plan = plan_fixes(request, events, interruption)
    if plan.report.interrupted:
        return plan.report.exit_code
    _show(plan)
    if dry_run or not plan.files:
        return 0
    chosen = [file for file in plan.files if confirm(f"change {file.path}?", "scangate fix --yes", yes=yes)]
    if not chosen:
        return 0
    with catch_signals() as interruption, ConsoleEvents(quiet=False, verbose=False) as events:
        result = apply_fixes(plan, chosen, request, events, interruption)
    return _print_result(result)


def _show(plan: FixPlan) -> None:
    """What would change, file by file, and what is left to do."""
    for file in plan.files:
        _print_lines([f"--- a/{file.path}", f"+++ b/{file.path}", *_diff(file)])
    for change in (change for file in plan.files for change in file.changes):
        _print_lines([f"{_place(change)} (fixes {pluralize(len(change.findings), 'finding')})"])
    for each in plan.unfixed:
        _print_lines([f"not fixed: {_place(each)}: {each.reason}", *([f"  {each.hint}"] if each.hint else [])])
    if not plan.files:
        _print_lines(["nothing to fix without a decision; for each finding: scangate explain PATH:LINE"])


def _diff(file: FileFix) -> Iterable[str]:
    before, after = (data.decode("utf-8", "backslashreplace") for data in (file.before, file.after))
    return list_changed_lines(file.path, before, after, CONTEXT_LINES)


def _place(what: Change | Unfixed) -> str:
    return f"{what.path}:{what.line}: {what.summary}"


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(ci_log(mask_arguments(line)))


def _print_result(result: FixResult) -> int:
    _print_lines(f"fixed: {_place(change)}" for change in result.fixed)
    _print_lines(f"undone: {_place(change)}: {UNDO_REASONS[reason]}" for change, reason in result.undone)
    if not result.undone:
        _print_lines([_describe_verdict(result.report)])
    return UNDONE if result.undone else 0


def _describe_verdict(report: Report) -> str:
    return f"{wording.label_verdict(report)}: {wording.explain_verdict(report)}"
