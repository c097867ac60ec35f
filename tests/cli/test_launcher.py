"""What the scanned tree puts on Python's import path is not imported, and what Python has run from there already is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from scangate.cli import launcher
from tests.support.command import SCANGATE, CommandResult, environment
from tests.support.sample_trees import WEAK_SOURCE, write_files, write_policy

pytestmark = pytest.mark.integration

TRAP = "import os, sys\nopen({mark!r}, 'a').write(__name__ + ' ')\nsys.stdout.write('PASS')\nsys.stdout.flush()\nos._exit(0)\n"
PACKAGES = ("scanners", "msgspec", "yaml", "json")
MODULES = ("click", "__future__", "typing", "errno", "gc", "re", *(f"{name}/__init__" for name in PACKAGES))
MODULE = (sys.executable, "-m", "scangate")
COMMANDS = {"script": (str(SCANGATE),), "module": MODULE, "isolated": (sys.executable, "-I", "-m", "scangate")}


class Tree:
    """A weak project with modules that leave a mark and forge a pass where they are imported."""

    def __init__(self, folder: Path) -> None:
        self.root, self.mark = folder / "tree", folder / "mark"
        self.policy = write_policy(folder / "policy.yaml", "bandit")
        write_files(self.root, {"app.py": WEAK_SOURCE})

    def trap(self, *names: str) -> None:
        write_files(self.root, {f"{name}.py": TRAP.format(mark=str(self.mark)) for name in names})

    def run(self, how: str, *arguments: str, **variables: str) -> CommandResult:
        return run(self.root, COMMANDS[how], arguments or ("policy", "check", "production"), environment(**variables))


def run(cwd: Path, command: tuple[str, ...], arguments: tuple[str, ...], env: Mapping[str, str]) -> CommandResult:
    """Runs a command; its coverage is not measured, since coverage itself would import what the tree traps."""
    env = {name: value for name, value in env.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run([*command, *arguments], cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False)
    return CommandResult(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


@pytest.mark.parametrize("how", COMMANDS)
def test_no_module_of_the_tree_is_imported(tree: Tree, how: str) -> None:
    """Only ``python -m scangate``, not isolated, takes a project's own ``scangate`` for ours: Python looks there first."""
    tree.trap(*MODULES, *(() if how == "module" else ("scangate/__init__",)))
    assert "production is a valid policy" in tree.run(how, PYTHONPATH=".").expect(0).stdout
    assert "production is a valid policy" in tree.run(how, PYTHONPATH=f":{tree.root}:nowhere").expect(0).stdout
    assert not tree.mark.exists()


def test_the_verdict_is_the_same(tree: Tree) -> None:
    tree.trap("scangate/__init__", "scanners/__init__", "click", "bandit/__init__", "yaml/__init__", "stevedore")
    arguments = ("scan", "-q", "--policy", str(tree.policy))
    for how in ("script", "isolated"):
        ran = tree.run(how, *arguments, PYTHONPATH=".").expect(1)
        assert ran.stdout.startswith("FAIL: ")
    assert not tree.mark.exists()


@pytest.mark.parametrize("name", ["sitecustomize.py", "usercustomize.py", "sitecustomize/__init__.py"])
@pytest.mark.parametrize("text", ["", "import sys\nsys.modules.pop(__name__, None)\n"], ids=["plain", "hides"])
def test_what_python_runs_before_any_program_is_refused(tree: Tree, name: str, text: str) -> None:
    write_files(tree.root, {name: text})
    for how in ("script", "module"):
        ran = tree.run(how, PYTHONPATH=".")
        assert ran.code == 2
        assert ran.stderr.splitlines()[-1].startswith("hint: ")
        assert ran.stdout == ""
    tree.run("isolated", PYTHONPATH=".").expect(0)
    tree.run("script").expect(0)  # not on the path


def test_a_module_that_python_loads_because_a_variable_names_it_is_refused(tree: Tree) -> None:
    write_files(tree.root, {"click.py": "class Evil(Warning):\n    pass\n"})
    assert tree.run("script", PYTHONPATH=".", PYTHONWARNINGS="error::click.Evil").code == 2


def test_variables_that_change_python_change_nothing(tree: Tree) -> None:
    tree.trap("click")
    expected = tree.run("isolated").expect(0)
    variables = {"PYTHONWARNINGS": "error", "PYTHONPYCACHEPREFIX": ".", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONSTARTUP": "click.py"}
    assert tree.run("script", **variables) == expected
    assert not tree.mark.exists()


def test_a_user_folder_in_the_tree_is_refused_where_it_is_used(tree: Tree, tmp_path: Path) -> None:
    """An environment with the packages of the user: its folder is where HOME or PYTHONUSERBASE says."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--system-site-packages", str(tmp_path / "env")], check=True)
    python = tmp_path / "env" / "bin" / "python"
    (site,) = (tmp_path / "env").glob("lib/python*/site-packages")
    (site / "here.pth").write_text("\n".join(entry for entry in sys.path if entry and Path(entry).is_dir()), "utf-8")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    write_files(tree.root, {f".local/lib/python{version}/site-packages/x.pth": "import sys\n"})
    command = (str(python), "-m", "scangate")
    for variables in ({"HOME": str(tree.root)}, {"PYTHONUSERBASE": ".local"}):
        assert run(tree.root, command, ("--version",), environment(**variables)).code == 2
    isolated = (str(python), "-I", "-m", "scangate")
    run(tree.root, isolated, ("--version",), environment(HOME=str(tree.root))).expect(0)


def test_an_installation_that_the_import_path_alone_names_is_found(tree: Tree, tmp_path: Path) -> None:
    """``pip install --target DIR``, with PYTHONPATH=DIR."""
    package = Path(__file__).parents[2] / "scanners" / "scangate"
    folder = tmp_path / "target"
    (folder / "bin").mkdir(parents=True)
    (folder / "scangate").symlink_to(package)
    script = folder / "bin" / "scangate"
    script.write_text((package / "cli" / "launcher.py").read_text("utf-8"), "utf-8")
    tree.trap("click")
    env = environment(PYTHONPATH=os.pathsep.join([".", str(folder)]))
    run(tree.root, (sys.executable, str(script)), ("--version",), env).expect(0)


def test_a_path_that_cannot_be_listed_does_not_matter(tree: Tree) -> None:
    write_files(tree.root, {"file": ""})
    tree.run("script", PYTHONPATH="file:/proc/1/root/nowhere").expect(0)


def test_an_interrupt_while_modules_are_loaded_ends_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted:
        @property
        def main(self) -> None:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "scangate.cli.main", Interrupted())
    monkeypatch.setattr(launcher, "secure_import_path", lambda own_folder: "")
    with pytest.raises(SystemExit) as end:
        launcher.start("")
    assert end.value.code == 130
