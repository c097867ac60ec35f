"""The pages about rules are those of the catalog, and their examples are what the scanners find and do not find."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest
from reference_pages import RULE_PAGES
from reference_pages.rules import find_example, render_all, without_marks

from scangate.app.rule_pages import read_rule_page
from scangate.model import RuleInfo
from scangate.report.remediation import suggest_fix
from scangate.tools.rule_catalog import DEPENDENCY_RULE, list_rules, load_bandit_texts
from tests.support.command import run_scangate
from tests.support.doc_pages import anchors, links
from tests.support.rule_pack import EXAMPLES, expected_findings, load_rules
from tests.support.sample_trees import write_files, write_policy

RULES = list_rules()
FINDING_MARK = re.compile(r"expect(?:-next)?:")


def test_the_pages_are_up_to_date() -> None:
    """If not: ``make reference``."""
    written = {file.name: file.read_text("utf-8") for file in RULE_PAGES.iterdir()}
    made = render_all()
    assert written.keys() == made.keys()
    assert [name for name in made if made[name] != written[name]] == []


def test_every_rule_has_a_page_that_names_it_and_says_how_to_fix_and_accept() -> None:
    for about in (*RULES.values(), DEPENDENCY_RULE):
        page = read_rule_page(about)
        assert about.rule in page, about.rule
        assert "How to accept it" in page, about.rule
        assert "How to fix it" in page or "Fix: " in page, about.rule
        name, _, anchor = about.page.partition("#")
        assert not anchor or anchor in anchors(RULE_PAGES / name), about.rule


def test_the_section_of_a_rule_has_nothing_of_the_next_one() -> None:
    page = read_rule_page(RULES["bandit:B602"])
    assert "B603" not in page
    assert "scangate waive bandit:B602 " in page
    assert read_rule_page(RuleInfo("other:rule", "Another tool's rule")) == ""


@pytest.mark.parametrize("page", sorted(RULE_PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_every_link_to_another_page_works(page: Path) -> None:
    names = [link.partition("#")[0] for link in links(page) if "://" not in link]
    assert not [name for name in names if not (page.parent / name).is_file()]
    assert max(map(len, page.read_text("utf-8").splitlines())) < 400


@pytest.mark.parametrize("rule", sorted(name for name in load_rules() if not name.endswith("-json")))
def test_the_examples_of_our_rules_are_those_that_their_test_runs(rule: str) -> None:
    page = read_rule_page(RULES[f"semgrep:{rule}"])
    for bad in (True, False):
        example = find_example(rule, bad=bad)
        assert example.is_relative_to(EXAMPLES)
        assert bool(expected_findings(example)) is bad
        shown = without_marks(example.read_text("utf-8"))
        assert f"\n{shown}```" in page
        assert not FINDING_MARK.search(shown)


def test_every_rule_of_bandit_is_described_by_us_and_has_a_fix() -> None:
    tests = {rule.partition(":")[2] for rule in RULES if rule.startswith("bandit:")}
    assert tests == load_bandit_texts().keys()
    assert not [test for test in tests if not suggest_fix(f"bandit:{test}")]


def test_bandit_finds_the_weak_examples_as_described_and_no_safe_one(tmp_path: Path) -> None:
    texts = load_bandit_texts()
    tree = {f"{test}_{kind}.py": getattr(text, kind) for test, text in texts.items() for kind in ("weak", "safe")}
    tree["B613_weak.py"] = tree["B613_weak.py"].replace("\\u202e", "\u202e")  # the page shows it as an escape
    write_files(tmp_path / "tree", tree)
    policy = write_policy(tmp_path / "policy.yaml", "bandit")
    ran = run_scangate("scan", "tree", "--policy", policy, "--report", "json=verdict.json", cwd=tmp_path)
    assert ran.code == 1, ran.output
    document = json.loads((tmp_path / "verdict.json").read_text("utf-8"))
    found = defaultdict(list)
    for ruling in document["findings"]:
        finding = ruling["finding"]
        found[finding["location"]["path"], finding["rule"].partition(":")[2]].append((finding["severity"], finding["cwe"]))
    assert {test: found[f"{test}_weak.py", test][:1] for test in texts} == {
        test: [(text.severity, [text.cwe])] for test, text in texts.items()
    }
    assert not [test for test in texts if found[f"{test}_safe.py", test]]


@pytest.mark.parametrize("name", ["semgrep:python-ssrf", "PYTHON-SSRF", "b602", "stripe-access-key", "pip-audit:CVE-2018-7536"])
def test_a_page_is_printed_by_the_name_of_its_rule(name: str, tmp_path: Path) -> None:
    assert run_scangate("rules", name, cwd=tmp_path).expect(0).stdout.startswith("# ")


def test_the_nearest_rule_is_suggested(tmp_path: Path) -> None:
    assert "hint: scangate rules semgrep:python-ssrf" in run_scangate("rules", "pythonssrf", cwd=tmp_path).expect(2).stderr
    assert "bandit, detect-secrets" in run_scangate("rules", "--scanner", "bandti", cwd=tmp_path).expect(2).stderr


def test_all_rules_are_listed(tmp_path: Path) -> None:
    listed = json.loads(run_scangate("rules", "--format", "json", cwd=tmp_path).expect(0).stdout)
    assert {each["rule"] for each in listed} == {*RULES, DEPENDENCY_RULE.rule}
    table = run_scangate("rules", "--scanner", "semgrep", cwd=tmp_path).expect(0).stdout.splitlines()
    assert len(table) == sum(rule.startswith("semgrep:") for rule in RULES) + 2
    assert any(line.split()[:3] == ["high", "semgrep:python-ssrf", "CWE-918"] for line in table)
