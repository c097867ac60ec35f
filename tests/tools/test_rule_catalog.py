"""The catalogue of rules: every rule that the tools can report has an entry that says something."""

from __future__ import annotations

import pytest

from scangate.report.remediation import FIXES, suggest_fix
from scangate.tools.rule_catalog import describe_advisory, list_rules


@pytest.mark.smoke
def test_every_scanner_has_described_rules() -> None:
    rules = list_rules()
    counts = {name: sum(rule.startswith(f"{name}:") for rule in rules) for name in ("bandit", "detect-secrets", "semgrep")}
    assert counts["bandit"] > 60
    assert counts["detect-secrets"] > 20
    assert counts["semgrep"] > 70
    assert not [rule for rule, about in rules.items() if not about.title or not about.description or "\n" in about.description]
    assert {"bandit:B602", "bandit:B307", "detect-secrets:secret-keyword", "semgrep:python-ssrf"} <= rules.keys()


def test_every_remediation_is_for_an_existing_rule() -> None:
    fixes = {suggest_fix(rule) for rule in list_rules()}
    assert not [how for how in FIXES.values() if how not in fixes]


def test_advisories_are_recognized_by_their_id() -> None:
    about = describe_advisory("pip-audit:CVE-2018-7536")
    assert about is not None
    assert about.help_url == "https://osv.dev/vulnerability/CVE-2018-7536"
    assert describe_advisory("pip-audit:oops") is None
    assert describe_advisory("bandit:CVE-2018-7536") is None
