"""What scangate writes into a policy is no secret there; everything else in the file is searched as before."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.app.own_policy_values import find_own_policy_values
from scangate.plugin import SourceFile

DIGEST = "3f9a1c77d20b4e68955ac0d1e7b2f486"
ENTRY = f"{{rule: 'detect-secrets:secret-keyword', fingerprint: {DIGEST}, reason: R, owner: o, expires: 2027-01-01}}"
FOLLOWS = f"follows: {{path: a.py, content: {DIGEST}, context: {DIGEST}}}, fingerprint: {DIGEST}"
RULE = "reason: R, owner: o, expires: 2027-01-01, rule"


def own_values(folder: Path, text: str, name: str = "scangate.yaml") -> list[str]:
    file = folder / name
    file.write_text(text, "utf-8")
    source = SourceFile(name, file, "yaml")
    spans = find_own_policy_values(source)
    return [source.lines[span.line - 1][span.column - 1 : span.end_column - 1] for span in spans]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (f"version: 1\nexceptions: [{ENTRY}]\n", 2),
        (f"version: 1\nexceptions: {{replace: [{ENTRY}]}}\n", 2),
        (f"version: 1\nenvironments: {{qa: {{exceptions: [{ENTRY}]}}}}\n", 2),
        (f"version: 1\nexceptions: [{{{FOLLOWS}, {RULE}: bandit:B602}}]\n", 4),
        ("version: 1\nseverity: [{rule: 'detect-secrets:*', severity: low}]\n", 1),
        (f"version: 1\nexceptions: [{{{RULE}: vault-secrets:generic-token}}]\n", 1),
        # not the exact form
        (f"version: 1\nexceptions: [{{{RULE}: detect-secrets:hunter2}}]\n", 0),
        (f"version: 1\nexceptions: [{{{RULE}: vault-secrets:Hunter2}}]\n", 0),
        (f"version: 1\nexceptions: [{{{RULE}: bandit:B602, fingerprint: {DIGEST.upper()}}}]\n", 1),
        (f"version: 1\nexceptions: [{{{RULE}: bandit:B602, fingerprint: {DIGEST}{DIGEST}}}]\n", 1),
        (f"version: 1\nexceptions: [{{{RULE}: bandit:B602, path: {DIGEST}}}]\n", 1),
        # not a policy
        (f"exceptions: [{ENTRY}]\n", 0),
        (f"version: 1\ntoken: x\nexceptions: [{ENTRY}]\n", 0),
        (f"version: 2\nexceptions: [{ENTRY}]\n", 0),
        (f"version: 1\nexceptions: [{{fingerprint: {DIGEST}}}]\n", 0),
        (f"version: 1\ndescription: exceptions {DIGEST}\n", 0),
    ],
)
def test_values_are_recognized_by_structure(tmp_path: Path, text: str, count: int) -> None:
    found = own_values(tmp_path, text)
    assert len(found) == count
    assert set(found) <= {DIGEST, "detect-secrets:secret-keyword", "bandit:B602", "detect-secrets:*", "vault-secrets:generic-token"}
