"""Every document rule finds what its bad examples mark and nothing in its good ones, and resolves what a template says."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from scangate.errors import ScanError
from scangate.tools import rule_pack
from scangate.tools.document_rules.checking import check_script, check_text
from scangate.tools.document_rules.pack import load_document_rules
from tests.support.rule_pack import EXAMPLES, RULES, example_files, expected_findings, is_document_rule, load_rules

CONTENT_TYPES = ("buildspec", "cloudformation", "iam-policy", "github-workflow", "shell")
SHELL_FILES = rule_pack.document_rule_files("shell")
FILES = tuple(name for name in load_document_rules() if name not in SHELL_FILES)
RULES_OF_DOCUMENTS = sorted(rule for rule in load_rules() if is_document_rule(rule))


def lines_of(rule: str, text: str) -> list[int]:
    """The lines on which a rule finds something."""
    is_about_scripts = rule.startswith("shell-")
    matches = check_script(text, SHELL_FILES)[0] if is_about_scripts else check_text(text, FILES)
    return sorted(match.start[0] for match in matches if match.rule.id == rule)


def test_a_file_has_document_rules_only_or_none() -> None:
    assert {each.id for rules in load_document_rules().values() for each in rules} == set(RULES_OF_DOCUMENTS)
    assert all((RULES / name).is_file() for name in (*FILES, *SHELL_FILES))


def test_each_file_is_applied_to_a_content_type() -> None:
    applied = {name for content in CONTENT_TYPES for name in rule_pack.document_rule_files(content)}
    assert applied == {*FILES, *SHELL_FILES}


@pytest.mark.parametrize("rule", RULES_OF_DOCUMENTS)
def test_a_document_rule_finds_the_marked_lines_and_no_other(rule: str) -> None:
    wanted: Counter[tuple[str, str, int]] = Counter()
    found: Counter[tuple[str, str, int]] = Counter()
    for path in example_files(rule):
        wanted += expected_findings(path)
        where = path.relative_to(EXAMPLES).as_posix()
        found.update((rule, where, line) for line in lines_of(rule, path.read_text("utf-8")))
    assert found == wanted


@pytest.mark.parametrize(
    ("value", "is_found"),
    [
        ("!Ref Admin", True),
        ("!If [IsTest, AdministratorAccess, arn:aws:iam::aws:policy/AdministratorAccess]", True),
        ("!Join ['', ['arn:', !Ref 'AWS::Partition', ':iam::aws:policy/AdministratorAccess']]", True),
        ("{Fn::Sub: 'arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess'}", True),
        ("!ImportValue admin", False),
        ("!Ref Unknown", False),
        ("!Ref AWS::NoValue", False),
    ],
)
def test_intrinsic_functions_are_resolved(value: str, is_found: bool) -> None:
    text = f"""
Parameters:
  Admin: {{Type: String, Default: 'arn:aws:iam::aws:policy/AdministratorAccess'}}
  Unknown: {{Type: String}}
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - {value}
"""
    assert lines_of("iam-administrator-access", text) == ([10] if is_found else [])


def test_a_document_that_ends_early_or_refers_to_itself_is_checked_as_far_as_it_goes() -> None:
    assert check_text("Resources: &a\n  X: *a\n  Y: {Type: AWS::IAM::Role, Properties: *a}\n", FILES) == []
    assert check_text("- a\n- [b", FILES) == []
    assert check_text("Resources: {A: {Type: 'AWS::Lambda::Permission', Properties: {Principal: '*'}}}\n]", FILES) != []


def test_a_document_that_names_its_nodes_again_and_again_is_no_endless_work() -> None:
    names = ", ".join(["*c"] * 5000)
    adds = ", ".join(["SYS_TIME"] * 5000)
    text = f"""
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions: [&c {{LinuxParameters: {{Capabilities: {{Add: [{adds}]}}}}}}, {names}]
"""
    with pytest.raises(ScanError):
        check_text(text, FILES)


@pytest.mark.parametrize("word", ["curl ", "checkov ", "${{ "])
def test_scripts_of_one_long_line_are_searched_in_linear_time(word: str) -> None:
    line = word * 20_000
    workflow = f"on: push\njobs:\n  a:\n    steps:\n      - run: {line}\n"
    started = time.process_time()
    assert check_text(workflow, rule_pack.document_rule_files("github-workflow")) == []
    assert time.process_time() - started < 20
