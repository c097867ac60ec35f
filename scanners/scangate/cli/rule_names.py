"""Rules on the command line: by their full name, or without the scanner, in any case."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from scangate.errors import UsageError
from scangate.model import Finding, RuleInfo
from scangate.tools.rule_catalog import describe_advisory

EXAMPLE = "bandit:B602"


def find_rule(name: str, rules: Mapping[str, RuleInfo], command: str, findings: Iterable[Finding] = ()) -> RuleInfo:
    """The rule ``name`` of ``rules``, of ``findings`` or of an advisory. Raises UsageError, with the nearest name as a hint.

    ``command``: what the hint calls with it.
    """
    found = {finding.rule: finding for finding in findings}
    names = {*rules, *found}
    full = name if name in names else next((each for each in sorted(names) if each.partition(":")[2].lower() == name.lower()), name)
    if full in rules:
        return rules[full]
    if full in found:
        finding = found[full]
        return RuleInfo(full, finding.title, finding.message, finding.help_url, finding.cwe, finding.kind)
    advisory = describe_advisory(full)
    if advisory is None:
        raise UsageError(f"no such rule or fingerprint: {name}", f"scangate {command} {_nearest(name, names)}")
    return advisory


def _nearest(name: str, names: Iterable[str]) -> str:
    folded = {each.lower(): each for each in names}
    close = difflib.get_close_matches(name.lower()[:80], sorted(folded), n=3, cutoff=0.4)
    same = [each for each in close if each.partition(":")[2] == close[0].partition(":")[2]]  # of several scanners
    return folded[min(same)] if same else EXAMPLE
