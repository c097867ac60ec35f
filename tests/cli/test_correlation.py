"""Which findings of published projects become one, against lists that were read by hand, line by line; fetched, so nightly."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import load_verdict, run_scangate

NAMED, LITERAL = "detect-secrets:secret-keyword", "bandit:B105"
FLASK = {
    # a key or a password that is written out: each line holds one literal, and both scanners mean it
    ("examples/tutorial/flaskr/__init__.py", 11, NAMED, "bandit:B106"),
    ("examples/tutorial/tests/conftest.py", 52, NAMED, "bandit:B107"),
    ("tests/conftest.py", 58, NAMED, LITERAL),
    ("tests/test_config.py", 21, NAMED, LITERAL),
    ("tests/test_config.py", 25, NAMED, LITERAL),  # the assert on this line is a finding of its own
    ("tests/test_config.py", 52, NAMED, LITERAL),
    ("tests/test_config.py", 66, NAMED, "bandit:B106"),
    ("tests/test_config.py", 83, NAMED, LITERAL),
}
SCRAPY = {
    ("scrapy/downloadermiddlewares/decompression.py", 42, "semgrep:python-mktemp", "bandit:B306"),  # the one call of mktemp
    ("scrapy/settings/default_settings.py", 180, NAMED, LITERAL),
    ("tests/test_downloader_handlers.py", 886, "detect-secrets:aws-access-key", LITERAL),  # the key that three more detectors see
    ("tests/test_downloader_handlers.py", 1035, NAMED, LITERAL),
    ("tests/test_downloader_handlers.py", 1180, NAMED, LITERAL),
    ("tests/test_extension_telnet.py", 46, NAMED, LITERAL),
    ("tests/test_proxy_connect.py", 21, NAMED, LITERAL),  # equal to the user name, which is no finding
    *(("tests/test_feedexport.py", line, NAMED, LITERAL) for line in (249, 284, 368, 382, 396, 410, 425, 438, 2683)),
}


@pytest.mark.nightly
@pytest.mark.parametrize(("project", "reviewed", "found"), [("Flask==1.0", FLASK, 1020), ("Scrapy==2.11.0", SCRAPY, 939)])
def test_no_two_faults_of_a_project_are_merged(
    project: str, reviewed: set[tuple[str, int, str, str]], found: int, tmp_path: Path
) -> None:
    fetch = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "--dest", str(tmp_path), project]
    subprocess.run(fetch, check=False, capture_output=True, env={**os.environ, "PIP_NO_INPUT": "1"})
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as tar:
        tar.extractall(tmp_path / "project", filter="data")
    (root,) = (tmp_path / "project").iterdir()
    run_scangate("scan", "--policy", "baseline", "--skip", "pip-audit", "--output-dir", tmp_path / "out", cwd=root)
    findings = load_verdict(tmp_path / "out")["findings"]
    merged = {(each["path"], each["line"], *_rules(each)) for each in findings if len(_rules(each)) > 1}
    assert merged == reviewed
    assert sum(len(each["members"]) or 1 for each in findings) == found


def _rules(entry: Mapping[str, Any]) -> list[str]:
    """The rules of the members, without those of the taint scanner that are another's, which find the same fault by design."""
    rules = [member["rule"] for member in entry["members"]]
    return [rule for rule in rules if rule.replace("taint:", "semgrep:", 1) not in rules or not rule.startswith("taint:")]
