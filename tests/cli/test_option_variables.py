"""Every option of a command that scans has an environment variable, or a reason to have none."""

from __future__ import annotations

import importlib
from pathlib import Path

import click
import pytest

from tests.support.command import environment, run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, create_repository, write_policy

COMMANDS = ("scan", "history", "merge")
VARIABLES = {
    "show_all": "SCANGATE_ALL",
    "cache_dir": "SCANGATE_CACHE",
    "environment": "SCANGATE_ENV",
    "floor": "SCANGATE_FLOOR",
    "console_format": "SCANGATE_FORMAT",
    "jobs": "SCANGATE_JOBS",
    "output_dir": "SCANGATE_OUTPUT_DIR",
    "policy": "SCANGATE_POLICY",
    "quiet": "SCANGATE_QUIET",
    "reports": "SCANGATE_REPORT",
    "time_limit": "SCANGATE_TIME_LIMIT",
    "verbose": "SCANGATE_VERBOSE",
}
WITHOUT_VARIABLE = {
    "baseline": "another baseline makes findings known",
    "explain_noise": "an option of one call",
    "ignore_baseline": "an option of one call",
    "ignore_cache": "an option of one call",
    "all_refs": "names what is scanned",
    "needs_approval": "a FAIL exits with 0",
    "root": "names what is scanned",
    "only": "scans less",
    "shard": "scans less",
    "since": "makes findings known",
    "skip": "scans less",
    "staged": "scans less",
    "trust_policy": "lets the tree start programs",
}


def list_options(command: str) -> dict[str, str | None]:
    """The variable of each option; the option by the name of its parameter."""
    found: click.Command = importlib.import_module(f"scangate.cli.{command}").command
    options = [each for each in found.params if isinstance(each, click.Option)]
    assert all(each.show_envvar or not each.envvar for each in options), "--help does not show a variable"
    return {str(each.name): None if each.envvar is None else str(each.envvar) for each in options}


@pytest.mark.parametrize("command", COMMANDS)
def test_each_option_is_in_one_of_the_tables(command: str) -> None:
    for option, variable in list_options(command).items():
        assert (option in VARIABLES) != (option in WITHOUT_VARIABLE), option
        assert variable == VARIABLES.get(option), option


def test_the_tables_name_no_option_that_is_gone() -> None:
    options = {option for command in COMMANDS for option in list_options(command)}
    assert VARIABLES.keys() | WITHOUT_VARIABLE.keys() == options


@pytest.mark.parametrize("command", ["gate", "report"])
def test_no_variable_writes_the_reports_of_a_command_that_reads_a_verdict(command: str) -> None:
    options = list_options(command)
    assert options["reports"] is None
    assert options.get("output_dir") is None


def test_variables_set_the_options_and_a_policy_of_the_environment_is_named(tmp_path: Path) -> None:
    policy = write_policy(tmp_path / "policy.yaml", "bandit")
    tree = create_repository(tmp_path / "tree", {"app.py": CLEAN_SOURCE})
    variables = {
        "SCANGATE_POLICY": str(policy),
        "SCANGATE_OUTPUT_DIR": str(tmp_path / "out"),
        "SCANGATE_REPORT": f"json={tmp_path / 'a.json'} sarif={tmp_path / 'b.sarif'}",
        "SCANGATE_QUIET": "1",
        "SCANGATE_JOBS": "1",
    }
    ran = run_scangate("scan", cwd=tree, env=environment(**variables)).expect(0)
    assert ran.stdout.count("\n") == 1
    assert f"policy {policy}, from SCANGATE_POLICY" in ran.stderr
    assert all(file.is_file() for file in (tmp_path / "out" / "verdict.json", tmp_path / "a.json", tmp_path / "b.sarif"))
    ran = run_scangate("scan", "--policy", policy, cwd=tree, env=environment(**{**variables, "SCANGATE_POLICY": "nowhere"}))
    assert "SCANGATE_POLICY" not in ran.expect(0).stderr
    assert "SCANGATE_JOBS" in run_scangate("scan", cwd=tree, env=environment(SCANGATE_JOBS="many")).expect(2).stderr
