"""The page on installation: each of its commands is run, or says why not; those that need an index and minutes, every night."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from scangate import __version__
from tests.support.doc_pages import code_blocks
from tests.support.paths import ROOT

PAGE = ROOT / "docs" / "how-to" / "install.md"
TEXT = PAGE.read_text("utf-8")
OFFLINE = {"index", "verify"}
GIT_URL = "git+https://git.example.org/team/scangate@v0.1.0"
INDEX_URL = "https://pypi.example.org/simple/"
pytestmark = pytest.mark.integration


class Commands(NamedTuple):
    """A block of commands, and the mark above it: ``run: NAME`` or ``not run: REASON``; empty where there is none."""

    mark: str
    text: str


def blocks() -> list[Commands]:
    found = re.finditer(r"(?:<!-- ((?:not )?run: .+?) -->\n)?```sh\n(.*?)```", TEXT, re.DOTALL)
    return [Commands(match[1] or "", match[2]) for match in found]


RUN = [(each.mark.removeprefix("run: "), each.text) for each in blocks() if each.mark.startswith("run: ")]


def clone(folder: Path) -> Path:
    """The work tree as a repository of its own, with a tag of this version."""
    names = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(lambda name: name and (ROOT / name).is_file() and not name.startswith("tests/"), names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", str(folder)]
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "x"], ["tag", f"v{__version__}"]):
        subprocess.run([*git, *words], check=True, timeout=60)
    return folder


class Host:
    """An empty home, a clone, an environment whose python3 is the tests', and an index with our wheel."""

    def __init__(self, folder: Path) -> None:
        self.home, self.clone = folder / "home", clone(folder / "clone")
        self.home.mkdir()
        self.environment = folder / "environment"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", self.environment], check=True, timeout=120)
        (site,) = self.environment.glob("lib/python*/site-packages")
        (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
        self.index = folder / "simple"

    def fill_index(self) -> None:
        project = self.index / "scangate"
        project.mkdir(parents=True)
        self.run(f"python3 -m pip wheel --no-deps --wheel-dir {project} .").check_returncode()
        (wheel,) = project.glob("*.whl")
        (project / "index.html").write_text(f'<a href="{wheel.name}">{wheel.name}</a>\n')

    def run(self, commands: str, *, offline: bool = True) -> subprocess.CompletedProcess[str]:
        tools = Path(sys.executable).parent
        path = [self.environment / "bin", self.home / ".local" / "bin", *([] if offline else [tools]), os.environ["PATH"]]
        alone = (
            {"PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_INDEX": "1", "PIP_IGNORE_INSTALLED": "1"} if offline else {}
        )
        kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_", "SSL_", "HTTPS_PROXY"))}
        environment = {**({} if offline else kept), **alone, "HOME": str(self.home), "PATH": os.pathsep.join(map(str, path))}
        if INDEX_URL in commands:
            environment.pop("PIP_NO_INDEX", None)
        text = commands.replace(GIT_URL, f"git+file://{self.clone}@v{__version__}").replace(INDEX_URL, f"file://{self.index}/")
        argv = ["bash", "-euo", "pipefail", "-c", text]
        return subprocess.run(argv, cwd=self.clone, env=environment, capture_output=True, text=True, timeout=900, check=False)


def test_every_command_is_run_or_says_why_not() -> None:
    marked = {each.mark for each in blocks()}
    assert len(marked) > 5
    assert [each.text for each in blocks() if not each.mark] == ["scangate advisories update --store advisories.sqlite\n"]


def test_the_page_names_this_version() -> None:
    named = re.findall(r"scangate(?:_verify)?(?:-|==|@v)(\d+\.\d+\.\d+)", TEXT)
    assert set(named) == {__version__}


@pytest.mark.parametrize(("name", "commands"), [each for each in RUN if each[0] in OFFLINE], ids=lambda value: value[:8])
def test_commands_work_without_an_index_of_dependencies(tmp_path: Path, name: str, commands: str) -> None:
    host = Host(tmp_path)
    if name == "index":
        host.fill_index()
    ran = host.run(commands)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    program = "scangate-verify --help" if name == "verify" else "scangate --version"
    assert host.run(program).returncode == 0


@pytest.mark.nightly
@pytest.mark.parametrize(("name", "commands"), [each for each in RUN if each[0] not in OFFLINE], ids=lambda value: value[:8])
def test_commands_work_with_an_index(tmp_path: Path, name: str, commands: str) -> None:
    """Installs everything into an empty home: half a gigabyte, and some minutes each."""
    host = Host(tmp_path)
    if name == "constraints":
        host.run("python3 -m pip wheel --no-deps --wheel-dir dist .").check_returncode()
    ran = host.run(commands, offline=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    program = "scangate-environment/bin/scangate" if name == "constraints" else str(host.home / ".local" / "bin" / "scangate")
    for words in ("--version", "policy show baseline", "scanners"):
        shown = host.run(f"{program} {words}")
        assert shown.returncode == 0, shown.stderr


def workflow_blocks() -> list[dict[str, Any]]:
    return [yaml.safe_load(block.text) for block in code_blocks(PAGE) if block.language == "yaml"]


def test_the_page_s_workflows_use_inputs_that_exist() -> None:
    action, reusable, template = workflow_blocks()
    inputs = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    (call,) = [step for step in action["jobs"]["scangate"]["steps"] if step["uses"] == "OWNER/scangate@COMMIT"]
    assert call["with"].keys() <= inputs.keys()
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "scangate.yml").read_text("utf-8"))
    needed = {name for name, spec in workflow[True]["workflow_call"]["inputs"].items() if spec.get("required")}
    assert reusable["jobs"]["scangate"]["with"].keys() == needed
    assert reusable["jobs"]["scangate"]["permissions"] == workflow["jobs"]["scan"]["permissions"]
    (include,) = template["include"]
    assert (ROOT / include["file"].lstrip("/")).is_file()
    variables = yaml.safe_load((ROOT / "ci" / "gitlab" / "scangate.gitlab-ci.yml").read_text("utf-8"))["variables"]
    assert template["variables"].keys() <= variables.keys()
