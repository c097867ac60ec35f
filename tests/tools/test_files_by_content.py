"""The real tools analyze files that their names do not give away, and pieces of files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scangate.tools import bandit, detect_secrets, semgrep
from tests.support.scan_harness import ScanHarness, write_files

pytestmark = pytest.mark.integration

WEAK = "import subprocess, sys\nsubprocess.call(sys.argv[1], shell=True)\n"
SHEBANG = "#!/usr/bin/env python3\n"
TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: ssh
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}
"""
KEY = "aws_secret_access_key = AKIA" + "QWERTYUIOPASDFGH\n"
NOTEBOOK: dict[str, Any] = {
    "cells": [
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": 1,
            "source": ["%matplotlib inline\n", "import os\n"],
        },
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 2, "source": ["os.system(input())\n"]},
    ],
    "metadata": {"kernelspec": {"language": "python", "name": "python3", "display_name": "Python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}
FILES: dict[str, bytes | str] = {
    "bin/deploy": SHEBANG + WEAK,
    "manage": "#!/usr/bin/python3 -u\n" + WEAK,
    "tool.sh": "#!/usr/bin/env -S python3 -u\n" + WEAK,
    "fast.pyx": WEAK,
    "APP.PY": WEAK,
    "window.pyw": WEAK,
    "payload.txt": WEAK,
    "t.template": TEMPLATE,
    "stack.CFN": json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}),
    "X.YAML": TEMPLATE,
    "recipe": "FROM python:3.12\nRUN curl -k https://example.com/x | sh\n",
    "keys.db": KEY,
    "key.so": KEY,
    "key.pdf": KEY,
    "nb.ipynb": json.dumps(NOTEBOOK, indent=1),
}
LINKS = {"run.py": "payload.txt", "Dockerfile.web": "recipe"}


@pytest.fixture
def bench(tmp_path: Path) -> ScanHarness:
    bench = ScanHarness(tmp_path)
    write_files(bench.root, FILES)
    for name, end in LINKS.items():
        (bench.root / name).symlink_to(end)
    return bench


def test_bandit_analyzes_python_whatever_it_is_called(bench: ScanHarness) -> None:
    result = bench.result(bandit)
    shell = {(finding.location.path, finding.location.line) for finding in result.findings if finding.rule == "bandit:B602"}
    assert shell == {
        *((path, 3) for path in ("bin/deploy", "manage", "tool.sh")),
        *((path, 2) for path in ("fast.pyx", "APP.PY", "window.pyw", "run.py")),
    }
    (in_cell,) = (finding for finding in result.findings if finding.rule == "bandit:B605")
    assert '"os.system(input())' in str(FILES["nb.ipynb"]).split("\n")[in_cell.location.line - 1]
    assert result.gaps == ()


def test_semgrep_analyzes_configuration_whatever_it_is_called(bench: ScanHarness) -> None:
    result = bench.result(semgrep)
    found = {(finding.location.path, finding.rule.partition(":")[2]) for finding in result.findings}
    assert {
        ("t.template", "cfn-open-admin-port"),
        ("X.YAML", "cfn-open-admin-port"),
        ("recipe", "docker-download-piped-to-shell"),
    } <= found
    assert {"stack.CFN", "bin/deploy", "APP.PY", "run.py", "nb.ipynb"} <= set(result.analyzed_files)
    assert result.gaps == ()


def test_detect_secrets_reads_every_text(bench: ScanHarness) -> None:
    result = bench.result(detect_secrets)
    keys = {finding.location.path for finding in result.findings if finding.rule == "detect-secrets:aws-access-key"}
    assert keys == {"keys.db", "key.so", "key.pdf"}
