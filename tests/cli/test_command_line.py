"""The command line as scripts rely on it: options, exit codes, what goes to which stream, in which surroundings."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import click
import pytest

from scangate.cli.default_group import DefaultGroup
from scangate.cli.main import cli
from tests.support.command import SCANGATE, environment, load_verdict, run_scangate
from tests.support.linked_environment import LinkedEnvironment
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, write_files, write_policy
from tests.support.scanned_project import ScannedProject

OPTIONS = {
    "scan": (
        *("--policy", "--env", "--report", "--output-dir", "--scanner", "--skip", "--staged", "--since", "--shard"),
        *("--baseline", "--trust-policy", "--jobs", "--quiet", "--verbose"),
    ),
    "gate": ("--policy", "--env", "--report"),
    "diff": ("--format", "--exit-code"),
    "report": ("--format", "--report", "--output-dir", "--exit-code"),
    "merge": (
        "--root",
        "--policy",
        "--env",
        "--since",
        "--baseline",
        "--no-baseline",
        "--report",
        "--output-dir",
        "--trust-policy",
        "--quiet",
    ),
    "policy check": ("--env",),
    "policy show": ("--env",),
    "policy schema": (),
    "scanners": (),
}
LATER = ("--offline",)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("contract") / "tree", {"app.py": WEAK_SOURCE, "ünï.py": CLEAN_SOURCE})


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_policy(tmp_path_factory.mktemp("rules") / "policy.yaml", "bandit")


@pytest.mark.parametrize("name", OPTIONS)
def test_help_names_the_options_there_are_and_no_others(name: str, tmp_path: Path) -> None:
    shown = run_scangate(*name.split(), "--help", cwd=tmp_path).expect(0).stdout
    assert shown.startswith(f"Usage: scangate {name}")
    assert all(option in shown for option in (*OPTIONS[name], "--help"))
    assert not [option for option in LATER if option in shown]


def test_help_of_the_program_names_its_commands_and_exit_codes(tmp_path: Path) -> None:
    shown = run_scangate("--help", cwd=tmp_path).expect(0).stdout
    assert all(
        word in shown for word in ("scan", "gate", "policy", "scanners", "0 pass", "1 the policy", "2 usage", "3 incomplete", "70")
    )
    assert run_scangate("--version", cwd=tmp_path).expect(0).stdout.startswith("scangate 0.")


def _groups(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command that has commands of its own, and none that is meant where no command is named."""
    if isinstance(command, click.Group):
        yield from [] if isinstance(command, DefaultGroup) else [words]
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from _groups(found, (*words, name))


@pytest.mark.parametrize("words", list(_groups(cli)), ids=" ".join)
def test_a_bare_group_prints_its_help_and_is_an_error(words: tuple[str, ...], tmp_path: Path) -> None:
    """As ruff and click do: on standard error, since a pipe that expects output gets none."""
    bare = run_scangate(*words, cwd=tmp_path).expect(2)
    assert bare.stdout == ""
    assert bare.stderr == run_scangate(*words, "--help", cwd=tmp_path).expect(0).stdout
    assert bare.stderr.startswith(f"Usage: {' '.join(('scangate', *words))} [OPTIONS] COMMAND [ARGS]...\n\n")
    assert "\\n" not in bare.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        *(["scna"], ["scan", "--ofline"], ["scan", "--jobs", "0"], ["scan", "--jobs", "x"], ["scan", "--baseline", "x"], ["gate"]),
        *(
            ["scan", "a", "b"],
            ["scan", "missing"],
            ["scan", "--skip", "nothing"],
            ["policy", "check", "nowhere"],
            ["policy", "chek"],
        ),
        *(["gate", "x.json"], ["scan", "--policy", ""], ["scan", "--report", ""], ["policy", "show", "--env", "moon"]),
    ],
)
def test_invalid_command_line_is_reported_in_two_lines(arguments: list[str], tmp_path: Path) -> None:
    ran = run_scangate(*arguments, cwd=write_files(tmp_path / "t", {"a.py": CLEAN_SOURCE})).expect(2)
    assert ran.stdout == ""
    assert [line.partition(": ")[0] for line in ran.stderr.splitlines()] == ["scangate", "hint"], ran.stderr


def test_the_nearest_command_is_named(tmp_path: Path) -> None:
    assert run_scangate("scna", cwd=tmp_path).expect(2).stderr == "scangate: no such command: scna\nhint: scangate scan --help\n"
    assert run_scangate("xyz", cwd=tmp_path).expect(2).stderr == "scangate: no such command: xyz\nhint: scangate --help\n"


def test_the_nearest_scanner_is_named(tree: Path) -> None:
    assert "did you mean `bandit`?" in run_scangate("scan", "--scanner", "bandti", cwd=tree).expect(2).stderr
    assert "did you mean `pip-audit`?" in run_scangate("scan", "--skip", "pipaudit", cwd=tree).expect(2).stderr


@pytest.mark.parametrize("form", ["json", "sarif", "junit", "markdown", "text", "env"])
def test_a_report_on_standard_output_is_all_that_is_there(form: str, tree: Path, rules: Path) -> None:
    ran = run_scangate(
        "scan", "--policy", rules, "--report", f"{form}=-", cwd=tree, env=environment(PYTHONIOENCODING="ascii")
    ).expect(1)
    if form in {"json", "sarif"}:
        assert json.loads(ran.stdout)
    elif form == "junit":
        assert ET.fromstring(ran.stdout).tag == "testsuites"
    elif form == "env":
        assert subprocess.run(["sh", "-c", f'{ran.stdout}\ntest "$SCANGATE_VERDICT" = FAIL'], check=False).returncode == 0
    assert ran.stdout.strip()
    last = ran.stdout if form == "text" else ran.stderr  # the console's report is not printed twice
    assert last.splitlines()[-1].startswith("FAIL: ")


def test_quiet_is_one_line_and_verbose_says_more(tree: Path, rules: Path) -> None:
    quiet = run_scangate("scan", "--quiet", "--policy", rules, cwd=tree).expect(1)
    assert (len(quiet.stdout.splitlines()), quiet.stderr) == (1, "")
    verbose = run_scangate("scan", "--verbose", "--policy", rules, cwd=tree).expect(1)
    assert f"scangate: root {tree}" in verbose.stderr.splitlines()


@pytest.mark.parametrize("arguments", [[], ["--report", "json=-"], ["--verbose"], ["--quiet"]])
@pytest.mark.parametrize("both", [False, True])
def test_the_exit_code_outlives_the_listener(tree: Path, rules: Path, arguments: list[str], both: bool) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        argv = [str(SCANGATE), "scan", "--policy", str(rules), *arguments]
        other = gone if both else subprocess.PIPE
        done = subprocess.run(argv, cwd=tree, env=environment(), stdout=gone, stderr=other, check=False, text=True)
    assert done.returncode == 1
    assert not both or done.stderr is None
    assert both or ("Traceback" not in done.stderr and "Exception" not in done.stderr and "BrokenPipe" not in done.stderr)


@pytest.mark.parametrize(
    "env",
    [
        {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii:strict"},
        {"TERM": "dumb"},
        {"NO_COLOR": "1"},
        {"COLUMNS": "20"},
        {"COLUMNS": "0", "LINES": "garbage"},
        {"PYTHONOPTIMIZE": "2"},
        {"PYTHONWARNINGS": "error"},
    ],
)
def test_every_surrounding_gives_the_same_answer(tree: Path, rules: Path, env: dict[str, str]) -> None:
    ran = run_scangate("scan", tree, "--policy", rules, cwd=Path("/"), env=environment(**env)).expect(1)
    assert "bandit:B602" in ran.stdout
    assert "\x1b" not in ran.stdout
    assert ran.stdout.splitlines()[-1].startswith("FAIL: ")


def test_no_variables_at_all(tree: Path, rules: Path) -> None:
    assert run_scangate("scan", tree, "--policy", rules, cwd=Path("/"), env={}).expect(1)


def test_the_environment_block_can_come_from_a_variable(tree: Path, tmp_path: Path) -> None:
    rules = write_policy(tmp_path / "policy.yaml", "bandit", more="environments: {dev: {budgets: {high: unlimited}}}\n")
    run_scangate("scan", "--policy", rules, cwd=tree).expect(1)
    run_scangate("scan", "--policy", rules, "--env", "dev", cwd=tree).expect(0)
    run_scangate("scan", "--policy", rules, cwd=tree, env=environment(SCANGATE_ENV="dev")).expect(0)
    run_scangate("scan", "--policy", rules, cwd=tree, env=environment(SCANGATE_ENV="moon")).expect(2)


def test_a_skipped_scanner_that_is_required_is_no_pass(tree: Path, rules: Path, tmp_path: Path) -> None:
    clean = write_files(tmp_path / "clean", {"a.py": CLEAN_SOURCE})
    run_scangate("scan", "--policy", rules, cwd=clean).expect(0)
    run_scangate("scan", "--policy", rules, "--skip", "bandit", cwd=clean).expect(3)
    run_scangate("scan", "--policy", rules, "--scanner", "semgrep", cwd=clean).expect(3)


def test_policies_are_checked_and_shown(tree: Path, rules: Path) -> None:
    assert "a valid policy" in run_scangate("policy", "check", rules, cwd=tree).expect(0).stdout
    assert "a valid policy" in run_scangate("policy", "check", cwd=tree).expect(0).stdout
    assert "coverage:" in run_scangate("policy", "show", rules, cwd=tree).expect(0).stdout
    assert json.loads(run_scangate("policy", "schema", cwd=tree).expect(0).stdout)["type"] == "object"
    assert run_scangate("schema", "policy", cwd=tree).expect(0).stdout == run_scangate("policy", "schema", cwd=tree).stdout
    assert json.loads(run_scangate("schema", "verdict", cwd=tree).expect(0).stdout)["title"] == "scangate verdict.json"
    listed = run_scangate("scanners", cwd=tree).expect(0).stdout
    assert [line.split()[0] for line in listed.splitlines()] == [
        *("bandit", "semgrep", "detect-secrets", "pip-audit", "osv", "taint", "betterleaks", "credsweeper", "zizmor")
    ]


def test_a_verdict_in_a_folder_that_is_gone(rules: Path, tmp_path: Path, scanned: ScannedProject) -> None:
    script = f'mkdir "{tmp_path}/gone" && cd "{tmp_path}/gone" && rmdir "{tmp_path}/gone" && exec "$@"'
    under = ("sh", "-c", script, "sh")
    for arguments in (["scan"], ["gate", str(scanned.out / "verdict.json"), "--policy", "baseline"], ["policy", "check"]):
        ran = run_scangate(*arguments, cwd=tmp_path, under=under)
        assert ran.code in {1, 2}, ran.output
        assert "Traceback" not in ran.output


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_the_caller_has_closed_changes_nothing(closed: str, tree: Path, rules: Path, tmp_path: Path) -> None:
    under = ("sh", "-c", f'exec "$@" {closed}', "sh")
    ran = run_scangate("scan", "--policy", rules, "--output-dir", tmp_path / "out", cwd=tree, under=under).expect(1)
    assert load_verdict(tmp_path / "out")["outcome"] == "FAIL"
    assert ran.stderr == ""
    assert run_scangate("scan", "missing", cwd=tree, under=under).expect(2)


def test_tools_work_outside_the_tree_even_where_the_temporary_folder_is_in_it(rules: Path, tmp_path: Path) -> None:
    tree = write_files(tmp_path / "tree", {"app.py": CLEAN_SOURCE, "tmp/keep.txt": ""})
    bench = LinkedEnvironment(tmp_path / "bench")
    bench.write("bandit", f"import os, pathlib\npathlib.Path({str(tmp_path / 'seen')!r}).write_text(os.getcwd())\n")
    env = environment(TMPDIR=str(tree / "tmp"))
    run_scangate("scan", tree, "--policy", rules, cwd=tmp_path, env=env, command=bench.command).expect(3)
    assert not Path((tmp_path / "seen").read_text()).is_relative_to(tree)


def test_an_environment_inside_the_tree_is_the_users_own(rules: Path, tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "tree", {"app.py": CLEAN_SOURCE, ".gitignore": "/.venv/\n"})
    bench = LinkedEnvironment(tree / ".venv")
    everything = write_policy(tmp_path / "all.yaml", "bandit", "semgrep", "detect-secrets")
    run_scangate("scan", ".", "--policy", everything, cwd=tree, command=bench.command).expect(0)
