"""``scangate explain``: why a finding blocks and what to do about it, or what a rule is; reads the last verdict, scans nothing."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from scangate.app.scan import scanner_option_types, today
from scangate.app.scanner_registry import load_scanners
from scangate.app.verdict_file import read_verdict_text
from scangate.errors import UsageError
from scangate.judge.policy import Policy
from scangate.judge.policy_files import list_bundled_policies
from scangate.judge.policy_loader import load_policy
from scangate.model import Report, RuleInfo, Ruling
from scangate.report import summary
from scangate.report.explain import WaiveArguments, explain_finding, explain_rule
from scangate.report.schema import parse_report
from scangate.tools import CommandOptions
from scangate.tools.rule_catalog import describe_advisory, list_rules

__all__ = ["command"]

DEFAULT_VERDICTS = (Path("scangate-reports/verdict.json"), Path("verdict.json"))
MIN_FINGERPRINT = 8
"""Characters of a fingerprint that name it, where no other begins with them."""
DEFAULT_EXCEPTION_DAYS = 90  # days, or as long as the policy lets an exception live
FINGERPRINT = re.compile(rf"[0-9a-f]{{{MIN_FINGERPRINT},64}}", re.IGNORECASE)


@click.command(short_help="Tell why a finding blocks, how to mend it, how to waive it.")
@click.argument("name", metavar="FINGERPRINT|RULE")
@click.option(
    "--verdict",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"The verdict.json to look in  [default: {' or '.join(map(str, DEFAULT_VERDICTS))}]",
)
@click.option("--policy", "policy_name", metavar="NAME|FILE", help="The policy that judged  [default: the verdict's, if bundled]")
@click.option(
    "--env", "environment", metavar="NAME", envvar="SCANGATE_ENV", show_envvar=True, help="The policy's environment block"
)
def command(name: str, file: Path | None, policy_name: str | None, environment: str | None) -> int:
    """Explain a finding, by its fingerprint or eight characters of it, or a rule, such as bandit:B602."""
    file = file or next((usual for usual in DEFAULT_VERDICTS if usual.is_file()), None)
    report = parse_report(read_verdict_text(file)) if file is not None else None
    source = str(file or "")
    rules = list_rules()
    ruling = _find_ruling(name, report)
    if ruling is not None and report is not None:
        policy = _load_policy(policy_name, environment, report)
        about = rules.get(ruling.finding.rule)
        page = explain_finding(ruling, about, WaiveArguments(_expiry(policy.exception_max_days), source))
    else:
        ruled = [told for ruling in report.verdict.rulings for told in ruling.per_scanner] if report is not None else []
        about = _find_rule(name, rules, ruled)
        page = explain_rule(
            about,
            [told for told in ruled if told.finding.rule == about.rule],
            WaiveArguments(_expiry(DEFAULT_EXCEPTION_DAYS), source),
        )
    click.echo(page, nl=False)
    return 0


def _find_ruling(name: str, report: Report | None) -> Ruling | None:
    """The ruling on the finding of which ``name`` is the fingerprint or its beginning; None where it is no fingerprint.

    Raises UsageError where it is one, and names none or more than one.
    """
    if not FINGERPRINT.fullmatch(name):
        return None
    if report is None:
        raise UsageError("there is no verdict to look in", "scangate scan --output-dir scangate-reports")
    rulings = summary.sort_rulings(report)
    found = {
        told.finding.fingerprint: ruling
        for ruling in rulings
        for told in ruling.per_scanner
        if told.finding.fingerprint.startswith(name.lower())
    }
    if len(found) > 1:
        raise UsageError(f"{len(found)} findings begin with {name}", f"name one: {', '.join(sorted(found)[:3])}")
    if not found:
        near = _suggest(name, (told.finding.fingerprint for ruling in rulings for told in ruling.per_scanner))
        raise UsageError(f"no finding of the verdict has the fingerprint {name}", near)
    return next(iter(found.values()))


def _find_rule(name: str, rules: Mapping[str, RuleInfo], ruled: Iterable[Ruling]) -> RuleInfo:
    """What the rule is that is called ``name``, with its scanner or without. UsageError where there is none."""
    told = {ruling.finding.rule: ruling.finding for ruling in ruled}
    names = {*rules, *told}
    full = name if name in names else next((each for each in sorted(names) if each.partition(":")[2].lower() == name.lower()), name)
    if full in rules:
        return rules[full]
    if full in told:
        finding = told[full]
        return RuleInfo(full, finding.title, finding.message, finding.help_url, finding.cwe)
    advisory = describe_advisory(full)
    if advisory is None:
        raise UsageError(f"no such rule or fingerprint: {name}", _suggest(name, names))
    return advisory


def _suggest(name: str, names: Iterable[str]) -> str:
    folded = {each.lower(): each for each in names}
    close = difflib.get_close_matches(name.lower()[:80], sorted(folded), n=1, cutoff=0.4)
    return (
        f"scangate explain {folded[close[0]]}" if close else "a rule is called as a report calls it: scangate explain bandit:B602"
    )


def _load_policy(name: str | None, environment: str | None, report: Report) -> Policy:
    """The policy of the verdict, which limits how long an exception may last."""
    verdict = report.verdict
    return load_policy(
        name or (verdict.policy if verdict.policy in list_bundled_policies() else None),
        Path.cwd(),
        environment or verdict.environment or None,
        scanner_options=scanner_option_types(load_scanners()),
        command_options=CommandOptions,
        trusted=True,  # it is only read
        today=today(),
    )


def _expiry(max_days: int) -> str:
    return (today() + dt.timedelta(days=min(DEFAULT_EXCEPTION_DAYS, max_days))).isoformat()
