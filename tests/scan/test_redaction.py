"""What a file holds as a secret is taken out of what is said of it, and changes nothing that a policy goes by."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.model import Confidence, FileReport, Finding, FindingKind, Location, Severity, Span
from scangate.plugin import SourceFile
from scangate.scan.redaction import Redactor

TOKEN = "ghp_" + "a1B2" * 9


def finding(rule: str, message: str) -> Finding:
    return Finding(rule, Severity.HIGH, Confidence.HIGH, FindingKind.CODE, "title", message, Location("app.py", 2, 2))


@pytest.mark.parametrize(
    ("value", "rule", "shown"),
    [
        ("bandit:B602", "bandit:B602", "bandit:B602"),
        ("semgrep:python-9-eval", "semgrep:python-9-eval", "semgrep:python-9-eval"),
        (TOKEN, f"tool:{TOKEN}", "tool:***"),
    ],
)
def test_a_password_that_is_the_name_of_a_rule_does_not_hide_it(tmp_path: Path, value: str, rule: str, shown: str) -> None:
    file = tmp_path / "app.py"
    file.write_text(f'password = "{value}"\nrun()\n', "utf-8")
    report = FileReport("app.py", (finding(rule, f"it holds {value}"),), secret_spans=(Span(1, 13, 1, 13 + len(value)),))
    redaction = Redactor([SourceFile("app.py", file)])
    redaction.add_secrets([report])
    (reported,) = redaction.redact_by_file([report])["app.py"]
    assert reported.rule == shown
    assert value not in reported.message
