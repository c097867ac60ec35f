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
from scangate.cli.listener import remark
from scangate.cli.output import put, refuse_links
from scangate.cli.snippet import snippets
from scangate.cli.workload import recognise
from scangate.errors import UsageError
from scangate.judge.hints import nearest
from scangate.judge.layers import DEFAULT, bundled

__all__ = ["command"]

BUILDSPEC, BESIDE, VERIFY, HOOKS = "buildspec.yml", "buildspec-gate.yml", "scripts/verify.sh", ".pre-commit-config.yaml"
OTHER = "buildspec.yaml"
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


class File(msgspec.Struct, frozen=True):
    """A file to write: its path below the root, its text, why, and whether it is a program."""

    path: str
    text: str
    why: str
    runs: bool = False


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
    if policy not in bundled():
        raise UsageError(f"no bundled policy is named {policy}", nearest(policy, bundled()))
    known = {name: file for name, file in snippets().items() if "/" not in name and file.suffix == ".yml"}
    if chosen is not None and chosen not in known:
        raise UsageError(f"no such buildspec: {chosen}", nearest(chosen, known))
    top = _top(root)
    if top not in (None, root.resolve()):
        remark(f"scangate: CodeBuild and pre-commit look for these files at the repository's root: scangate init {quote(str(top))}")
    wanted = [file for file in _files(root, chosen, policy) if _settled(root, file, yes=yes, dry=dry_run)]
    for file in wanted:
        if not dry_run:
            _write(root, file)
        click.echo(f"{'would write' if dry_run else 'wrote'} {file.path}: {file.why}")
    if not wanted:
        click.echo("nothing to write")
    click.echo("next: scangate scan")
    return 0


def _files(root: Path, chosen: str | None, policy: str) -> Iterator[File]:
    name, why = (chosen, "as asked for") if chosen is not None else recognise(root)
    there = next((each for each in (BUILDSPEC, OTHER) if os.path.lexists(root / each)), "")
    if there and _text(root / there) != _snippet(name):
        text = _snippet(chosen or "gate")
        yield File(BESIDE, text, f"{chosen or 'gate'}, for a project of its own: there is a {there}")
        if chosen is None and name != "gate":
            remark(f"scangate: {name} would fit, too ({why}): scangate snippet {name}")
    else:
        yield File(BUILDSPEC, _snippet(name), f"{name}, {why}; the comment at its top says what the project needs")
        if name == "ec2-codedeploy":
            yield File(VERIFY, _snippet("appspec/verify.sh"), "name it in appspec.yml: scangate snippet appspec/appspec", runs=True)
    if not os.path.lexists(root / DEFAULT):
        yield File(DEFAULT, POLICY.format(name=policy), f"extends the bundled policy {policy}")
    else:
        remark(f"scangate: {DEFAULT} is there and stays as it is")
    yield from _hook(root)


def _top(root: Path) -> Path | None:
    """The root of the repository that ``root`` lies in; None where it lies in none."""
    here = root.resolve()
    return next((each for each in (here, *here.parents) if os.path.lexists(each / ".git")), None)


def _snippet(name: str) -> str:
    return snippets()[name].read_text("utf-8")


def _hook(root: Path) -> Iterator[File]:
    """The configuration of pre-commit with our entry in it; nothing where it has one, or where it is not clear where to put it."""
    before = _text(root / HOOKS)
    if before is None:
        once = "pre-commit install" if _top(root) else "git init && pre-commit install"
        yield File(HOOKS, "repos:\n" + _indented("  "), f"runs the gate on what is staged: {once}")
        return
    after = _with_hook(before)
    if after is None:
        remark(f"scangate: {HOOKS} stays as it is; if the hook is not in it yet, add it to `repos`:")
        for line in HOOK.splitlines():
            remark(f"  {line}")
    elif after != before:
        yield File(HOOKS, after, "one entry more: runs the gate on what is staged")


def _with_hook(before: str) -> str | None:
    """``before`` with our entry at the end of its `repos`; itself where it has it, None where added lines cannot do it."""
    try:
        old = yaml.safe_load(before)
        if any(hook.get("id") == "scangate" for repo in old["repos"] for hook in repo["hooks"]):
            return before
        indent = re.search(r"^( *)- repo:", before, re.MULTILINE)
        after = before.rstrip("\n") + "\n" + _indented(indent[1] if indent else "  ")
        new = yaml.safe_load(after)
        (entry,) = yaml.safe_load(HOOK)
        return after if new == {**old, "repos": [*old["repos"], entry]} else None
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _indented(indent: str) -> str:
    return "".join(f"{indent}{line}\n" for line in HOOK.splitlines())


def _text(path: Path) -> str | None:
    """What a file holds; None where there is none. UsageError for a link and for what cannot be read."""
    if path.is_symlink():
        raise UsageError(f"{path} is a link", "remove it, or write the file that it leads to by hand: scangate snippet")
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}", f"ls -ld {path}") from error


def _settled(root: Path, file: File, *, yes: bool, dry: bool) -> bool:
    """Whether ``file`` is to be written. UsageError where nobody can be asked, and for links on the way."""
    place = root / file.path
    refuse_links(place.parent, root.resolve())
    there = _text(place)
    if there == file.text:
        return False
    if there is None or yes or dry:
        return True
    if not sys.stdin.isatty():
        raise UsageError(
            f"{file.path} is there already", "scangate init --yes writes over it, --dry-run tells what would be written"
        )
    return click.confirm(f"{file.path} is there already; write over it?", err=True)


def _write(root: Path, file: File) -> None:
    place = root / file.path
    try:
        place.parent.mkdir(exist_ok=True)
        put(place, file.text.encode())
        if file.runs:
            place.chmod(0o755)
    except OSError as error:
        raise UsageError(f"cannot write {file.path}: {error.strerror}", f"ls -ld {place.parent}") from error
