"""``scangate init``: write a buildspec, a policy and a hook that fit the repository; over nothing unasked, and through no link."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from shlex import quote

import click
import msgspec
import yaml

from scangate import __version__
from scangate.app.report_files import refuse_links
from scangate.cli.console import warn
from scangate.cli.snippet import list_snippets
from scangate.cli.workload_detection import detect_workload
from scangate.errors import UsageError
from scangate.files import write_atomically
from scangate.judge.error_text import suggest
from scangate.judge.policy_files import DEFAULT_POLICY_FILE, list_bundled_policies

__all__ = ["command"]

BUILDSPEC, SECOND_BUILDSPEC, VERIFY, HOOKS = "buildspec.yml", "buildspec-gate.yml", "scripts/verify.sh", ".pre-commit-config.yaml"
ALTERNATIVE_BUILDSPEC = "buildspec.yaml"
"""Read by no project unless it is told to; where it is there, one is."""
POLICY = """\
# The policy of this repository; `scangate policy show` tells what it comes to, `scangate policy check` where it is wrong.
version: 1
extends: {name}
"""
HOOK = f"""\
- repo: local
  hooks:
    # Scans what is staged, and not the work tree. -I: Python takes in no word of the environment or the repository.
    - id: scangate
      name: scangate
      entry: python -I -m scangate scan --staged --
      language: python
      additional_dependencies: [scangate=={__version__}]
      types: [file]
      require_serial: true
      stages: [pre-commit]
"""


class PlannedFile(msgspec.Struct, frozen=True):
    """A file to write: its path below the root, its text, why, and whether it is a program."""

    path: str
    text: str
    reason: str
    executable: bool = False


@click.command(short_help="Write a buildspec, a policy and a hook that fit the repository.")
@click.argument("root", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".", metavar="[PATH]")
@click.option("--snippet", "chosen", metavar="NAME", help="The buildspec  [default: by what lies at PATH; see scangate snippet]")
@click.option(
    "--policy", metavar="NAME", default="baseline", show_default=True, help="The bundled policy that scangate.yaml extends"
)
@click.option("--yes", is_flag=True, help="Write over what is there without asking")
@click.option("--dry-run", is_flag=True, help="Tell what would be written, and write nothing")
def command(root: Path, chosen: str | None, policy: str, yes: bool, dry_run: bool) -> int:
    """Look at PATH (default: the current directory), and write a buildspec, a small scangate.yaml and an entry for pre-commit.

    A policy that is there stays as it is. Beside a buildspec.yml of yours the gate becomes buildspec-gate.yml, for a project of its
    own.
    """
    if policy not in list_bundled_policies():
        raise UsageError(f"no bundled policy is named {policy}", suggest(policy, list_bundled_policies()))
    known = {name: file for name, file in list_snippets().items() if "/" not in name and file.suffix == ".yml"}
    if chosen is not None and chosen not in known:
        raise UsageError(f"no such buildspec: {chosen}", suggest(chosen, known))
    top = _repository_root(root)
    if top not in (None, root.resolve()):
        warn(f"scangate: CodeBuild and pre-commit look for these files at the repository's root: scangate init {quote(str(top))}")
    wanted = [file for file in _plan_files(root, chosen, policy) if _confirm(root, file, yes=yes, dry_run=dry_run)]
    for file in wanted:
        if not dry_run:
            _write(root, file)
        click.echo(f"{'would write' if dry_run else 'wrote'} {file.path}: {file.reason}")
    if not wanted:
        click.echo("nothing to write")
    click.echo("next: scangate scan")
    return 0


def _plan_files(root: Path, chosen: str | None, policy: str) -> Iterator[PlannedFile]:
    name, why = (chosen, "as asked for") if chosen is not None else detect_workload(root)
    there = next((each for each in (BUILDSPEC, ALTERNATIVE_BUILDSPEC) if os.path.lexists(root / each)), "")
    if there and _read_text(root / there) != _read_snippet(name):
        text = _read_snippet(chosen or "gate")
        yield PlannedFile(SECOND_BUILDSPEC, text, f"{chosen or 'gate'}, for a project of its own: there is a {there}")
        if chosen is None and name != "gate":
            warn(f"scangate: {name} would fit, too ({why}): scangate snippet {name}")
    else:
        yield PlannedFile(BUILDSPEC, _read_snippet(name), f"{name}, {why}; the comment at its top says what the project needs")
        if name == "ec2-codedeploy":
            yield PlannedFile(
                VERIFY,
                _read_snippet("appspec/verify.sh"),
                "name it in appspec.yml: scangate snippet appspec/appspec",
                executable=True,
            )
    if not os.path.lexists(root / DEFAULT_POLICY_FILE):
        yield PlannedFile(DEFAULT_POLICY_FILE, POLICY.format(name=policy), f"extends the bundled policy {policy}")
    else:
        warn(f"scangate: {DEFAULT_POLICY_FILE} is there and stays as it is")
    yield from _plan_hook(root)


def _repository_root(root: Path) -> Path | None:
    """The root of the repository that ``root`` lies in; None where it lies in none."""
    here = root.resolve()
    return next((each for each in (here, *here.parents) if os.path.lexists(each / ".git")), None)


def _read_snippet(name: str) -> str:
    return list_snippets()[name].read_text("utf-8")


def _plan_hook(root: Path) -> Iterator[PlannedFile]:
    """The configuration of pre-commit with our entry in it; nothing where it has one, or where it is not clear where to put it."""
    before = _read_text(root / HOOKS)
    if before is None:
        once = "pre-commit install" if _repository_root(root) else "git init && pre-commit install"
        yield PlannedFile(HOOKS, "repos:\n" + _indent_hook("  "), f"runs the gate on what is staged: {once}")
        return
    after = _add_hook(before)
    if after is None:
        warn(f"scangate: {HOOKS} stays as it is; if the hook is not in it yet, add it to `repos`:")
        for line in HOOK.splitlines():
            warn(f"  {line}")
    elif after != before:
        yield PlannedFile(HOOKS, after, "one entry more: runs the gate on what is staged")


def _add_hook(before: str) -> str | None:
    """``before`` with our entry at the end of its `repos`; itself where it has it, None where added lines cannot do it."""
    try:
        old = yaml.safe_load(before)
        if any(hook.get("id") == "scangate" for repo in old["repos"] for hook in repo["hooks"]):
            return before
        indent = re.search(r"^( *)- repo:", before, re.MULTILINE)
        after = before.rstrip("\n") + "\n" + _indent_hook(indent[1] if indent else "  ")
        new = yaml.safe_load(after)
        (entry,) = yaml.safe_load(HOOK)
        return after if new == {**old, "repos": [*old["repos"], entry]} else None
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _indent_hook(indent: str) -> str:
    return "".join(f"{indent}{line}\n" for line in HOOK.splitlines())


def _read_text(path: Path) -> str | None:
    """What a file holds; None where there is none. UsageError for a link and for what cannot be read."""
    if path.is_symlink():
        raise UsageError(f"{path} is a link", "remove it, or write the file that it leads to by hand: scangate snippet")
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}", f"ls -ld {path}") from error


def _confirm(root: Path, file: PlannedFile, *, yes: bool, dry_run: bool) -> bool:
    """Whether ``file`` is to be written. UsageError where nobody can be asked, and for links on the way."""
    place = root / file.path
    refuse_links(place.parent, root.resolve())
    there = _read_text(place)
    if there == file.text:
        return False
    if there is None or yes or dry_run:
        return True
    if not sys.stdin.isatty():
        raise UsageError(
            f"{file.path} is there already", "scangate init --yes writes over it, --dry-run tells what would be written"
        )
    return click.confirm(f"{file.path} is there already; write over it?", err=True)


def _write(root: Path, file: PlannedFile) -> None:
    place = root / file.path
    try:
        place.parent.mkdir(exist_ok=True)
        write_atomically(place, file.text.encode())
        if file.executable:
            place.chmod(0o755)
    except OSError as error:
        raise UsageError(f"cannot write {file.path}: {error.strerror}", f"ls -ld {place.parent}") from error
