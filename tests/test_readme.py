"""The README is a promise: what it shows was printed, and what it lists is there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from reference_pages import with_covered_content

from scangate.app.policies import scanner_option_types
from scangate.app.scanner_registry import load_scanners
from scangate.judge.policy import InlineSuppressions
from scangate.judge.policy_loader import load_policy
from scangate.model import EXIT_CODES
from scangate.timestamps import today
from scangate.tools.sarif_command import Options as CommandOptions

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
SCANGATE = Path(sys.executable).parent / "scangate"


def block(name: str, language: str) -> str:
    """The code between ``<!-- name -->`` and ``<!-- /name -->``."""
    match = re.search(rf"<!-- {name} -->\n```{language}\n(.*?)```\n<!-- /{name} -->", README, re.DOTALL)
    assert match is not None
    return match[1]


def steady(line: str) -> str:
    """A line of the console without what differs from run to run: seconds, versions, the commit."""
    line = re.sub(r"\d+\.\d+(?= s\b|  |$)", "N", line)
    line = re.sub(r"commit [0-9a-f]{12}", "commit C", line)
    return re.sub(r"^(  [a-z-]+ )[\d.]+ +", r"\1V ", line).rstrip()


def test_demonstration_output_is_real(tmp_path: Path) -> None:
    copy = shutil.copytree(ROOT / "tests" / "weak_app", tmp_path / "weak_app")
    output = subprocess.run(
        [SCANGATE, "scan", copy, "--no-cache"],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert output.returncode == 1
    printed = {steady(line) for line in output.stdout.splitlines()}
    shown = [steady(line) for line in block("demo", "text").splitlines() if line != "[...]"]
    assert len(shown) > 10
    # what the advisory service answers depends on the network
    of_service = re.compile(
        r"pip-audit|requirements\.txt|advisor|CVE-|gaps?\b|hint: check|\d (blocking|high) findings?|^(high|blocking)( +[\d-]+)+$"
    )
    assert not [line for line in shown if line not in printed and not of_service.search(line)]


def test_it_is_short_and_its_lines_fit() -> None:
    assert len(README.split()) <= 1_800
    prose = re.sub(r"(?s)```text\n.*?```", "", README)  # printed lines are as they are
    assert [line for line in prose.splitlines() if len(line) > 100] == []


def test_the_table_of_what_is_covered_is_up_to_date() -> None:
    assert with_covered_content(README) == README, "make reference"


def test_every_exit_code_of_a_verdict_is_in_the_readme() -> None:
    table = README.partition("| exit code | meaning |")[2].partition("\n\n")[0]
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)} >= set(EXIT_CODES.values())


@pytest.mark.smoke
def test_the_policy_of_the_readme_is_valid(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(version: 1\n.*?)```", README, re.DOTALL)
    file = tmp_path / "policy.yaml"
    file.write_text(example)
    tree = tmp_path / "tree"
    tree.mkdir()
    types = scanner_option_types(load_scanners())
    policy = load_policy(str(file), tree, "production", scanner_options=types, command_options=CommandOptions, today=today())
    assert policy.inline_suppressions is InlineSuppressions.DENY


def test_every_file_that_the_readme_names_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]
