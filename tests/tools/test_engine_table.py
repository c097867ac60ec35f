"""The table of other engines: every block is a valid part of a policy, hides no finding, and is added without other changes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from scangate.app.policies import read_policy
from scangate.cli.main import cli
from scangate.content.catalog import CONTENT_TYPES
from scangate.errors import PolicyError
from scangate.judge.policy_edit import add_scanner, add_severity
from scangate.model import Severity
from scangate.tools.engine_table import list_engines, read_block_text
from tests.support.command import run_scangate
from tests.support.sample_trees import create_repository

ENGINES = list(list_engines())
BEFORE = "# ours\nversion: 1\nextends: baseline\nscanners:\n  bandit: {enabled: true} # kept\n  # the end\nunknown: high\n"
SHOWS_WAIVERS = {
    "cfn-lint": "--mandatory-checks",
    "checkov": "--soft-fail",  # it reports what is skipped as suppressed
    "gosec": "-nosec",
    "hadolint": "--disable-ignore-pragma",
    "ruff": "--ignore-noqa",
}


@pytest.mark.parametrize("name", ENGINES)
def test_a_block_is_a_valid_part_of_a_policy(name: str, tmp_path: Path) -> None:
    engine = list_engines()[name]
    assert yaml.safe_load(read_block_text(name)) == {name: engine.block}
    text = add_scanner(BEFORE, name, engine.block, read_block_text(name), "p.yaml")
    for entry in engine.severities:
        text = add_severity(text, entry, "p.yaml")
    kept = [line for line in text.splitlines() if line in BEFORE.splitlines()]
    assert kept == BEFORE.splitlines()
    policy = read_policy("p.yaml", root=tmp_path, content=text.encode())
    setting = policy.scanner(name)
    assert setting is not None
    assert setting.enabled
    if setting.is_command:
        assert set(setting.options.analyzes) <= CONTENT_TYPES.keys()
        assert SHOWS_WAIVERS.get(name, "config") in setting.options.command
    with pytest.raises(PolicyError, match="has this scanner already"):
        add_scanner(text, name, engine.block, read_block_text(name), "p.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nextends: baseline\n",
        "version: 1\r\nextends: baseline\r\n",
        "version: 1\nextends: baseline\nscanners: {bandit: {enabled: true}} # one\n",
        "version: 1\nextends: baseline\nscanners:\n    bandit:\n        enabled: true\n\n# two\nunknown: high",
        "version: 1\nextends: baseline\nscanners: {}\n",
    ],
)
def test_a_block_is_added_in_every_layout(text: str) -> None:
    engine = list_engines()["cfn-lint"]
    after = add_scanner(text, engine.name, engine.block, read_block_text(engine.name), "p.yaml")
    before = yaml.safe_load(text)
    assert yaml.safe_load(after) == {**before, "scanners": {**(before.get("scanners") or {}), "cfn-lint": engine.block}}
    assert "\n" not in after.replace("\r\n", "") if "\r\n" in text else "\r" not in after


def test_ruff_rates_as_bandit_does() -> None:
    ratings = list_engines()["ruff"].block["ratings"]
    texts = yaml.safe_load((Path(__file__).parents[2] / "policies" / "rule_texts" / "bandit.yaml").read_text("utf-8"))
    assert {f"S{name[1:]}": {"severity": each["severity"].lower(), "cwe": [each["cwe"]]} for name, each in texts.items()} == {
        name: rating for name, rating in ratings.items() if name != "*"
    }
    assert {rating["severity"] for rating in ratings.values()} <= {each.value for each in Severity}


def test_the_command_shows_the_change_and_writes_it_once(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "tree", {"scangate.yaml": BEFORE})
    shown = run_scangate("scanners", "add", "ruff", "--dry-run", cwd=tree).expect(0)
    assert "+  ruff:" in shown.stdout
    assert "ruff:S101" in shown.stdout
    assert (tree / "scangate.yaml").read_text() == BEFORE
    run_scangate("scanners", "add", "ruff", cwd=tree).expect(2)
    run_scangate("scanners", "add", "ruff", "--yes", cwd=tree).expect(0)
    assert "# kept" in (tree / "scangate.yaml").read_text()
    run_scangate("scanners", "add", "ruff", "--yes", cwd=tree).expect(2)


def test_the_list_says_how_each_is_installed_and_tested(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["scanners", "--available"], standalone_mode=False) == 0
    listed = capsys.readouterr().out
    for engine in list_engines().values():
        assert f"{engine.name}: {engine.title}\n" in listed
        assert engine.install in listed
        assert engine.checked in listed
    assert {name for name, each in list_engines().items() if "it was not run" in each.checked} == {"trivy", "gosec"}
