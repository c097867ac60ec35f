"""``scangate explain``: why a finding blocks and what to do about it, or what a rule is; reads the last verdict, scans nothing."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from scangate.cli.listener import remark
from scangate.cli.registry import known
from scangate.cli.run import option_types, today
from scangate.cli.verdict_file import text_of
from scangate.errors import UsageError
from scangate.judge.layers import bundled
from scangate.judge.places import places
from scangate.judge.policy import Policy
from scangate.judge.reading import load
from scangate.model import About, Report, Ruling
from scangate.report import tally
from scangate.report.explain import Waiving, explain_finding, explain_rule
from scangate.report.reading import recall
from scangate.tools import CommandOptions
from scangate.tools.catalogue import catalogue, of_advisory

__all__ = ["command"]

USUAL = (Path("scangate-reports/verdict.json"), Path("verdict.json"))
SHORTEST = 8
"""Characters of a fingerprint that name it, where no other begins with them."""
WAIVED_FOR = 90  # days, or as long as the policy lets an exception live
FINGERPRINT = re.compile(rf"[0-9a-f]{{{SHORTEST},64}}", re.IGNORECASE)


@click.command(short_help="Tell why a finding blocks, how to mend it, how to waive it.")
@click.argument("name", metavar="FINGERPRINT|RULE")
@click.option(
    "--verdict",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"The verdict.json to look in  [default: {' or '.join(map(str, USUAL))}]",
)
@click.option("--policy", "policy_name", metavar="NAME|FILE", help="The policy that judged  [default: the verdict's, if bundled]")
@click.option(
    "--env", "environment", metavar="NAME", envvar="SCANGATE_ENV", show_envvar=True, help="The policy's environment block"
)
def command(name: str, file: Path | None, policy_name: str | None, environment: str | None) -> int:
    """Explain a finding, by its fingerprint or eight characters of it, or a rule, such as bandit:B602."""
    file = file or next((usual for usual in USUAL if usual.is_file()), None)
    report = recall(text_of(file)) if file is not None else None
    source = str(file or "")
    rules = catalogue()
    ruling = _ruling(name, report)
    if ruling is not None and report is not None:
        policy = _policy(policy_name, environment, report)
        by_rule = {told.finding.rule: places(told, policy) for told in ruling.told}
        about = rules.get(ruling.finding.rule)
        page = explain_finding(ruling, by_rule, about, Waiving(_expires(policy.exception_max_days), source))
    else:
        ruled = [told for ruling in report.verdict.rulings for told in ruling.told] if report is not None else []
        about = _about(name, rules, ruled)
        page = explain_rule(
            about, [told for told in ruled if told.finding.rule == about.rule], Waiving(_expires(WAIVED_FOR), source)
        )
    click.echo(page, nl=False)
    return 0


def _ruling(name: str, report: Report | None) -> Ruling | None:
    """The ruling on the finding of which ``name`` is the fingerprint or its beginning; None where it is no fingerprint.

    Raises UsageError where it is one, and names none or more than one.
    """
    if not FINGERPRINT.fullmatch(name):
        return None
    if report is None:
        raise UsageError("there is no verdict to look in", "scangate scan --output-dir scangate-reports")
    rulings = tally.rulings(report)
    found = {
        told.finding.fingerprint: ruling
        for ruling in rulings
        for told in ruling.told
        if told.finding.fingerprint.startswith(name.lower())
    }
    if len(found) > 1:
        raise UsageError(f"{len(found)} findings begin with {name}", f"name one: {', '.join(sorted(found)[:3])}")
    if not found:
        near = _nearest(name, (told.finding.fingerprint for ruling in rulings for told in ruling.told))
        raise UsageError(f"no finding of the verdict has the fingerprint {name}", near)
    return next(iter(found.values()))


def _about(name: str, rules: Mapping[str, About], ruled: Iterable[Ruling]) -> About:
    """What the rule is that is called ``name``, with its scanner or without. UsageError where there is none."""
    told = {ruling.finding.rule: ruling.finding for ruling in ruled}
    names = {*rules, *told}
    full = name if name in names else next((each for each in sorted(names) if each.partition(":")[2].lower() == name.lower()), name)
    if full in rules:
        return rules[full]
    if full in told:
        finding = told[full]
        return About(full, finding.title, finding.message, finding.help_url, finding.cwe)
    advisory = of_advisory(full)
    if advisory is None:
        raise UsageError(f"no such rule or fingerprint: {name}", _nearest(name, names))
    return advisory


def _nearest(name: str, names: Iterable[str]) -> str:
    folded = {each.lower(): each for each in names}
    close = difflib.get_close_matches(name.lower()[:80], sorted(folded), n=1, cutoff=0.4)
    return (
        f"scangate explain {folded[close[0]]}" if close else "a rule is called as a report calls it: scangate explain bandit:B602"
    )


def _policy(name: str | None, environment: str | None, report: Report) -> Policy:
    """The policy whose lines are named; a remark where it is not the one that judged."""
    verdict = report.verdict
    policy = load(
        name or (verdict.policy if verdict.policy in bundled() else None),
        Path.cwd(),
        environment or verdict.environment or None,
        scanner_options=option_types(known()),
        command_options=CommandOptions,
        trusted=True,  # it is only read
        today=today(),
    )
    if policy.digest != verdict.policy_digest:
        remark(f"scangate: {policy.name} has changed since, or another policy judged; the lines named are those of today")
        remark("hint: name the policy that judged: --policy FILE, or scan again")
    return policy


def _expires(most: int) -> str:
    return (today() + dt.timedelta(days=min(WAIVED_FOR, most))).isoformat()
