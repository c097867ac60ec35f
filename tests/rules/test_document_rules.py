"""Every document rule finds what its bad examples mark and nothing in its good ones, and resolves what a template says."""

from __future__ import annotations

from collections import Counter

import pytest

from scangate.errors import ScanError
from scangate.tools import rule_pack
from scangate.tools.document_rules.checking import check_script, check_text
from scangate.tools.document_rules.pack import STATEMENT_FILE, load_document_rules, load_statement_rules
from tests.support.growth import grows_linearly
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


STATEMENTS = """
Parameters:
  Everything: {{Type: String, Default: "*"}}
Mappings:
  Of: &wild "*"
Base: &base {{Effect: Allow, Action: "*"}}
Other: &other {{Effect: Allow, NotAction: "iam:*"}}
Resources:
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      PolicyDocument:
        Statement:
          - {statement}
"""


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ('{Effect: Allow, Action: {"Fn::Sub": "*"}, Resource: a}', "iam-wildcard-action"),
        ('{Effect: Allow, Action: [a:b, !Join ["", ["*"]]], Resource: a}', "iam-wildcard-action"),
        ("{Effect: !Sub Allow, Action: !Ref Everything, Resource: a}", "iam-wildcard-action"),
        ("{Effect: Allow, Action: *wild , Resource: a}", "iam-wildcard-action"),
        ("{<<: *base , Resource: a}", "iam-wildcard-action"),
        ("{Resource: a, <<: [{Sid: a}, *base ]}", "iam-wildcard-action"),
        ("{Effect: Allow, Action: 's3:*', Resource: *wild }", "iam-service-wildcard-on-all-resources"),
        ("{Effect: Allow, Action: !Sub 'iam:PassRole', Resource: !Ref Everything}", "iam-pass-any-role"),
        ("{<<: *other , Resource: a}", "iam-allow-all-but-some"),
        ("{Effect: Allow, Principal: !If [X, {AWS: !Sub '*'}, {AWS: a}], Action: 's3:GetObject'}", "iam-public-principal"),
        ("{Effect: Allow, Principal: *wild , Action: 's3:GetObject'}", "iam-public-principal"),
        ("{<<: {Principal: {AWS: '*'}}, Effect: Allow, Action: 's3:GetObject'}", "iam-public-principal"),
        ("{Effect: Allow, Action: !Ref Unknown, Resource: a}", ""),
        ("{<<: *base , Action: 's3:GetObject', Resource: a}", ""),
        ("{<<: *base , Effect: Deny, Resource: a}", ""),
        ("{<<: *base , Principal: {AWS: a}, Resource: a}", ""),
    ],
)
def test_statements_are_compared_by_their_resolved_values(statement: str, rule: str) -> None:
    matches = check_text(STATEMENTS.format(statement=statement), FILES, "yaml")
    assert [each.rule.id for each in matches if each.start[0] == 14] == ([rule] if rule else [])


def test_every_semgrep_rule_for_statements_has_a_check_by_resolved_values() -> None:
    rules = [rule for language in ("yaml", "json") for rule in load_statement_rules()[language]]
    ours = [rule.name for file, scopes in rule_pack.load_scopes().items() if file.match(STATEMENT_FILE) for rule in scopes]
    assert sorted(rule.id for rule in rules) == sorted(ours)
    assert all("Effect=Allow" in rule.check.arguments and len(rule.check.arguments) > 1 for rule in rules)


def test_mappings_that_merge_themselves_are_no_endless_work() -> None:
    text = "a: &a\n  <<: [" + ", ".join(["*a"] * 5000) + "]\n  Effect: Allow\n"
    assert check_text(text, FILES, "yaml") == []


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
    def check(size: int) -> None:
        workflow = f"on: push\njobs:\n  a:\n    steps:\n      - run: {word * size}\n"
        assert check_text(workflow, rule_pack.document_rule_files("github-workflow")) == []

    assert grows_linearly(check, 5_000)
