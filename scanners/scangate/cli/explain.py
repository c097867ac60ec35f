"""``scangate explain``: why a finding fails the build and how to fix it, or what a rule is, from the last verdict."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from scangate.app.policies import read_policy
from scangate.cli import options
from scangate.cli.explain_location import find_at_line, parse_location
from scangate.cli.fingerprints import DEFAULT_VERDICTS, LastVerdict, is_fingerprint, read_last_verdicts, resolve_fingerprint
from scangate.cli.hook_acceptance import find_acceptance
from scangate.cli.rule_names import find_rule
from scangate.errors import UsageError
from scangate.judge.policy import Policy
from scangate.judge.policy_files import list_bundled_policies
from scangate.model import Report, Ruling
from scangate.report.escape import terminal
from scangate.report.explain import WRITE_VERDICT, WaiveArguments, explain_finding, explain_gap, explain_rule
from scangate.scan.masking import mask_tokens
from scangate.timestamps import today
from scangate.tools.rule_catalog import list_rules

DEFAULT_EXCEPTION_DAYS = 90
Found = TypeVar("Found")


@click.command()
@click.argument("name", metavar="FINGERPRINT|RULE|PATH:LINE")
@click.option(
    *("--verdict", "file"),
    type=options.path_type,
    metavar="FILE",
    help=f"The verdict.json to read  [default: {' or '.join(map(str, DEFAULT_VERDICTS))}, and the last scan of this directory]",
)
@click.option("--policy", metavar="NAME|FILE", help="The policy of the verdict  [needed only if it is not a bundled one]")
@options.environment_option
def command(name: str, file: Path | None, policy: str | None, environment: str | None) -> int:
    """Explain a finding, given by its fingerprint (the first eight characters are enough), a rule, such as bandit:B602, or all
    findings and gaps at a line of a file, such as src/app.py:12.
    """
    verdicts = read_last_verdicts(file)
    rules = list_rules()
    location = parse_location(name, rules)
    if location is not None:
        at_line, last = _search(verdicts, lambda each: find_at_line(each.report, *location))
        waive = _suggest_waive(_load_policy(policy, environment, last.report), last.option)
        pages = [explain_finding(each, rules.get(each.finding.rule), waive) for each in at_line.rulings]
        pages += map(explain_gap, at_line.gaps)
        page = "\n".join([*([f"{terminal(at_line.sentence)}\n"] if at_line.sentence else []), *pages])
    elif is_fingerprint(name):
        ruling, last = _search(verdicts, lambda each: _find_ruling(name, each.report))
        waive = _suggest_waive(_load_policy(policy, environment, last.report), last.option)
        page = explain_finding(ruling, rules.get(ruling.finding.rule), waive)
    else:
        rulings = [each for merged in verdicts[0].report.verdict.rulings for each in merged.per_scanner] if verdicts else []
        rule = find_rule(name, rules, "explain", (each.finding for each in rulings))
        waive = WaiveArguments(_expiry(DEFAULT_EXCEPTION_DAYS), verdicts[0].option if verdicts else None)
        found = [each for each in rulings if each.finding.rule == rule.rule] if verdicts else None
        page = explain_rule(rule, found, waive)
    click.echo(mask_tokens(page), nl=False)
    return 0


def _search(verdicts: Sequence[LastVerdict], find: Callable[[LastVerdict], Found]) -> tuple[Found, LastVerdict]:
    """What ``find`` finds in the first verdict that has it, and this verdict. Raises UsageError, that of the last, for none."""
    if not verdicts:
        raise UsageError("there is no verdict of a scan of this directory", WRITE_VERDICT)
    for each in verdicts[:-1]:
        with contextlib.suppress(UsageError):
            return find(each), each
    return find(verdicts[-1]), verdicts[-1]


def _find_ruling(name: str, report: Report) -> Ruling:
    """The ruling on the finding whose fingerprint begins with ``name``. Raises UsageError for none, and for more than one."""
    rulings = [(each.finding.names, ruling) for ruling in report.verdict.rulings for each in ruling.per_scanner]
    former = {name.fingerprint: ruling for names, ruling in rulings for name in names[1:] if name.fingerprint}
    found = former | {names[0].fingerprint: ruling for names, ruling in rulings}
    return found[resolve_fingerprint(name, found, "explain")]


def _load_policy(name: str | None, environment: str | None, report: Report) -> Policy:
    """The policy of the verdict, which limits how long an exception may last."""
    verdict = report.verdict
    name = name or (verdict.policy if verdict.policy in list_bundled_policies() else None)
    return read_policy(name, environment or verdict.environment or None)


def _suggest_waive(policy: Policy, source: str) -> WaiveArguments:
    return WaiveArguments(_expiry(policy.exception_max_days), source, find_acceptance(policy, os.environ, today()))


def _expiry(max_days: int) -> str:
    return (today() + dt.timedelta(days=min(DEFAULT_EXCEPTION_DAYS, max_days))).isoformat()
