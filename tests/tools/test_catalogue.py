"""The catalogue of rules: every rule that the tools can report has an entry that says something."""

from __future__ import annotations

import pytest

from scangate.report.mending import HOW, mend
from scangate.tools.catalogue import catalogue, of_advisory


@pytest.mark.smoke
def test_every_scanner_s_rules_are_there_and_say_something() -> None:
    rules = catalogue()
    counts = {name: sum(rule.startswith(f"{name}:") for rule in rules) for name in ("bandit", "detect-secrets", "semgrep")}
    assert counts["bandit"] > 60
    assert counts["detect-secrets"] > 20
    assert counts["semgrep"] > 70
    assert not [rule for rule, about in rules.items() if not about.title or not about.says or "\n" in about.says]
    assert {"bandit:B602", "bandit:B307", "detect-secrets:secret-keyword", "semgrep:python-ssrf"} <= rules.keys()


def test_every_word_on_mending_is_about_a_rule_that_there_is() -> None:
    told = {mend(rule) for rule in catalogue()}
    assert not [how for how in HOW.values() if how not in told]


def test_an_advisory_is_one_by_its_name() -> None:
    about = of_advisory("pip-audit:CVE-2018-7536")
    assert about is not None
    assert about.help_url == "https://osv.dev/vulnerability/CVE-2018-7536"
    assert of_advisory("pip-audit:oops") is None
    assert of_advisory("bandit:CVE-2018-7536") is None
