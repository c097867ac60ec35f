"""Commands that do not publish load no AWS client and no HTTP library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.attestation import PRIVATE, PUBLIC
from tests.support.command import environment
from tests.support.verdict_files import whole_tree_pass, write_verdict

LOADED = """
import sys
from scangate.cli.main import main
try:
    main()
except SystemExit as end:
    print("code", end.code)
print("loaded", *sorted({"boto3", "botocore", "s3transfer", "scangate.publish.github"} & set(sys.modules)))
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ("scan", "tree", "--scanner", "bandit", "--no-cache"),
        ("gate", "verdict.json", "--policy", "baseline"),
        ("attest", "verdict.json", "tree", "--key", "key.pem"),
        ("verify", "tree", "--key", "pub.pem", "--env", ""),
        ("publish", "cloudwatch", "verdict.json"),
        (
            "publish",
            "security-hub",
            "verdict.json",
            "--dry-run",
            "x",
            "--project",
            "p",
            "--account",
            "1" * 12,
            "--region",
            "eu-x-1",
        ),
    ],
)
def test_aws_is_not_loaded(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a.py").write_text("x = 1\n", "utf-8")
    (tmp_path / "key.pem").write_bytes(PRIVATE)
    (tmp_path / "pub.pem").write_bytes(PUBLIC)
    write_verdict(whole_tree_pass(), tmp_path)
    ran = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines()[-1] == "loaded", ran.stdout + ran.stderr
    assert "code" in ran.stdout
    assert "code 2" not in ran.stdout, ran.stderr
