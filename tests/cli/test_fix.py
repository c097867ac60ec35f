"""`scangate fix` shows what it would change, asks, and keeps what a second scan proves."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.support.command import SCANGATE, TIMEOUT, CommandResult, environment, run_scangate
from tests.support.osv_records import osv_record
from tests.support.sample_trees import create_repository, write_policy

RECORDS = [
    osv_record("PYSEC-2026-1", "the-web", ("introduced", "0"), ("fixed", "1.3")),
    osv_record("PYSEC-2026-2", "the-web", ("introduced", "1.1"), ("fixed", "1.2.5")),
    # the release that fixes one brings another, for which there is no fix
    osv_record("PYSEC-2026-3", "the-kit", ("introduced", "0"), ("fixed", "1.3")),
    osv_record("PYSEC-2026-4", "the-kit", ("introduced", "1.3")),
]
PINS = "the-web==1.2  # why\r\nthe-kit==1.2\r\n"
LOCKED = f"the-web==1.2 \\\n    --hash=sha256:{'0' * 64}\n"
SOURCE = "import yaml\n\n\ndef read(text):\n    return yaml.load(text, yaml.Loader)  # plain data\n"
FILES: dict[str, str | bytes] = {"app.py": SOURCE, "requirements.txt": PINS, "locked-requirements.txt": LOCKED}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("store")
    records = root / "records"
    records.mkdir()
    for record in RECORDS:
        (records / f"{record['id']}.json").write_text(json.dumps(record))
    shell = environment(SCANGATE_STORE=str(root / "store.sqlite"))
    run_scangate("advisories", "import", records, cwd=root, env=shell).expect(0)
    return root / "store.sqlite"


class Project:
    """A repository with findings that can be fixed, and one whose fix brings another."""

    def __init__(self, folder: Path, store: Path) -> None:
        self.root = create_repository(folder / "tree", FILES)
        self.policy = write_policy(folder / "policy.yaml", "bandit", "pip-audit")
        text = self.policy.read_text().replace("pip-audit: {enabled: true}", "pip-audit: {enabled: true, advisories: local}")
        self.policy.write_text(text)
        self.shell = environment(SCANGATE_STORE=str(store))

    def fix(self, *arguments: str) -> CommandResult:
        return run_scangate("fix", *arguments, "--policy", self.policy, cwd=self.root, env=self.shell)

    def answer(self, text: str) -> int:
        """The exit code of a run on a terminal on which ``text`` is typed."""
        leader, follower = pty.openpty()
        os.write(leader, text.encode())
        argv = [str(SCANGATE), "fix", "--policy", str(self.policy)]
        ran = subprocess.run(argv, cwd=self.root, env=self.shell, stdin=follower, capture_output=True, timeout=TIMEOUT, check=False)
        os.close(leader)
        os.close(follower)
        return ran.returncode

    @property
    def files(self) -> dict[str, str]:
        return {name: (self.root / name).read_bytes().decode() for name in FILES}


@pytest.fixture
def project(tmp_path: Path, store: Path) -> Project:
    return Project(tmp_path, store)


def test_what_is_proven_stays_and_what_is_not_is_undone(project: Project) -> None:
    ran = project.fix("--yes").expect(1)
    assert project.files == {
        "app.py": SOURCE.replace("yaml.Loader", "yaml.SafeLoader"),
        "requirements.txt": PINS.replace("the-web==1.2", "the-web==1.3"),
        "locked-requirements.txt": LOCKED,
    }
    lines = ran.stdout.splitlines()
    assert {"-the-web==1.2  # why", "+the-web==1.3  # why"} <= set(lines)
    assert "fixed: requirements.txt:1: the-web 1.2 -> 1.3" in lines
    assert [line.split(":")[:2] for line in lines if line.startswith("undone")] == [["undone", " requirements.txt"]]
    assert [line for line in lines if line.startswith("not fixed: locked-requirements.txt:1: the-web 1.2 -> 1.3")]


@pytest.mark.parametrize(("arguments", "code"), [(["--dry-run"], 0), ([], 2)])
def test_nothing_is_written_without_consent(arguments: list[str], code: int, project: Project) -> None:
    ran = project.fix(*arguments).expect(code)
    assert project.files == FILES
    assert "+the-web==1.3  # why" in ran.stdout


def test_each_file_is_asked_for(project: Project) -> None:
    assert project.answer("y\nn\n") == 0
    assert {name for name, text in project.files.items() if text != FILES[name]} == {"app.py"}


def test_a_part_of_the_tree_is_fixed_alone(project: Project) -> None:
    project.fix("--yes", "app.py").expect(0)
    assert {name for name, text in project.files.items() if text != FILES[name]} == {"app.py"}


def test_an_accepted_finding_is_left_alone(project: Project) -> None:
    accepted = "# scangate: ignore[bandit:B506] -- our own files\n"
    (project.root / "app.py").write_text(SOURCE.replace("# plain data\n", accepted))
    assert "nothing to fix" in project.fix("--yes", "app.py").expect(0).stdout
