"""Secrets are reported once, with a severity that their context decides; also where detect-secrets is alone in finding them."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.model import SecretClass, SecretContext, Severity
from scangate.tools.built_in import BUILT_IN
from tests.support.fake_secrets import fake_secret
from tests.support.scan_harness import ScanHarness


def test_a_placeholder_is_still_reported(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {"a.py": f'password = "password"\npassword = "{fake_secret("six")}"\n'}
    result = ScanHarness(tmp_path).result(BUILT_IN["detect-secrets"], files)
    reported = [
        (finding.location.line, finding.severity) for finding in result.findings if finding.rule == "detect-secrets:secret-keyword"
    ]
    assert sorted(reported) == [(1, Severity.LOW), (2, Severity.MEDIUM)]


def test_a_secret_that_several_detectors_find_is_one_finding_that_names_them(tmp_path: Path) -> None:
    url = f"https://bob:{fake_secret('url')}@db.corp.net/x"
    files: dict[str, bytes | str] = {"a.py": f'password = "{url}"\nsecret = "password"\n'}
    result = ScanHarness(tmp_path).result(BUILT_IN["detect-secrets"], files)
    first, second = sorted(result.findings, key=lambda finding: finding.location.line)
    assert first.assessment is not None
    assert first.assessment.secret_class is SecretClass.PASSWORD
    assert {"detect-secrets:basic-auth-credentials", "detect-secrets:secret-keyword"} <= set(first.assessment.detectors)
    assert second.assessment is not None
    assert second.severity <= Severity.LOW
    assert SecretContext.PLACEHOLDER in second.assessment.contexts


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("def login(self, username='test', password='test'): ...", 44),
        ("connect(user='scrapy1', password='scrapy1')", 35),
        ("url = 'https://admin1:admin1@db.corp.net/x'", 23),
    ],
)
def test_a_password_that_is_also_the_user_name_is_one_finding_at_the_password(line: str, column: int, tmp_path: Path) -> None:
    (finding,) = ScanHarness(tmp_path).result(BUILT_IN["detect-secrets"], {"a.py": f"{line}\n"}).findings
    assert finding.location.column == column


def test_secrets_in_a_deeply_nested_document_are_found(tmp_path: Path) -> None:
    deep = '{"a": ' * 2000 + f'\n{{"password": "{fake_secret("deep")}"}}\n' + "}" * 2000
    result = ScanHarness(tmp_path).result(BUILT_IN["detect-secrets"], {"a.yaml": deep, "a.json": deep})
    assert result.gaps == ()
    assert {(finding.location.path, finding.location.line) for finding in result.findings} == {("a.yaml", 2), ("a.json", 2)}


def test_a_secret_in_a_block_scalar_is_at_its_own_line_and_nothing_else_is_masked(tmp_path: Path) -> None:
    literal, folded = fake_secret("literal"), fake_secret("folded")
    text = f"db:\n  password: |\n    {literal}\n  pool: 4\nsecret: >-\n  {folded}\n"
    result = ScanHarness(tmp_path).result(BUILT_IN["detect-secrets"], {"a.yaml": text})
    assert {finding.location.line for finding in result.findings} == {3, 6}
    assert {finding.evidence for finding in result.findings} == {"***"}


def test_the_help_for_a_rule_is_where_it_is_described(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {".netrc": f"machine a login b password {fake_secret('netrc')}\n"}
    (finding,) = ScanHarness(tmp_path).result(BUILT_IN["detect-secrets"], files).findings
    assert (finding.rule, "cwe.mitre.org" in finding.help_url) == ("detect-secrets:netrc-password", True)
