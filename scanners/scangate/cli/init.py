"""``scangate init``: write a buildspec, a policy and a hook for a repository; asks before it overwrites, and follows no link."""

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
from scangate.app.file_errors import file_errors
from scangate.app.report_files import refuse_links
from scangate.cli.console import print_line, warn
from scangate.cli.snippet import list_snippets
from scangate.cli.workload_detection import detect_workload
from scangate.errors import UsageError
from scangate.files import write_atomically
from scangate.judge.error_text import suggest
from scangate.judge.policy_files import DEFAULT_POLICY_FILE, find_own_policy, list_bundled_policies

BUILDSPEC, SECOND_BUILDSPEC, VERIFY, HOOKS = "buildspec.yml", "buildspec-gate.yml", "scripts/verify.sh", ".pre-commit-config.yaml"
ALTERNATIVE_BUILDSPEC = "buildspec.yaml"
"""Not a default name, but a project may be configured for it."""
POLICY = """\
# The policy of this repository. `scangate policy show` prints the whole, `scangate policy check` validates it.
version: 1
extends: {name}
"""
HOOK = f"""\
- repo: local
  hooks:
    # Scans staged files, not the work tree. -I: Python ignores the environment and the repository.
    - id: scangate
      name: scangate
      entry: python -I -m scangate scan --staged
      language: python
      additional_dependencies: [scangate=={__version__}]
      always_run: true
      pass_filenames: false  # one run for the whole commit
      require_serial: true
      stages: [pre-commit]
"""


class PlannedFile(msgspec.Struct, frozen=True):
    """A file to write at ``path`` in the root, and why."""

    path: str
    text: str
    reason: str
    executable: bool = False


@click.command()
@click.argument("root", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".", metavar="[PATH]")
@click.option("--snippet", "chosen", metavar="NAME", help="The buildspec, see scangate snippet  [default: by the files in PATH]")
@click.option(
    "--policy", metavar="NAME", default="baseline", show_default=True, help="The bundled policy that scangate.yaml extends"
)
@click.option("--yes", is_flag=True, help="Overwrite existing files without asking")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing")
def command(root: Path, chosen: str | None, policy: str, yes: bool, dry_run: bool) -> int:
    """Detect how PATH (default: the current directory) is deployed, and write a buildspec, a scangate.yaml and a pre-commit hook.

    An existing policy is kept. If there is a buildspec already, the gate becomes buildspec-gate.yml, for a separate project.
    """
    if policy not in list_bundled_policies():
        raise UsageError(f"no bundled policy is named {policy}", suggest(policy, list_bundled_policies()))
    buildspecs = {name: file for name, file in list_snippets().items() if "/" not in name and file.suffix == ".yml"}
    if chosen is not None and chosen not in buildspecs:
        raise UsageError(f"no such buildspec: {chosen}", suggest(chosen, buildspecs))
    top = _repository_root(root)
    if top not in (None, root.resolve()):
        warn("CodeBuild and pre-commit expect these files at the repository's root", f"scangate init {quote(str(top))}")
    planned = [file for file in _plan_files(root, chosen, policy) if _confirm(root, file, yes=yes, dry_run=dry_run)]
    for file in planned:
        if not dry_run:
            _write(root, file)
        click.echo(f"{'would write' if dry_run else 'wrote'} {file.path}: {file.reason}")
    if not planned:
        click.echo("nothing to write")
    click.echo("next: scangate scan")
    return 0


def _plan_files(root: Path, chosen: str | None, policy: str) -> Iterator[PlannedFile]:
    name, reason = (chosen, "as requested") if chosen is not None else detect_workload(root)
    existing = next((each for each in (BUILDSPEC, ALTERNATIVE_BUILDSPEC) if os.path.lexists(root / each)), "")
    if existing and _read_text(root / existing) != _read_snippet(name):
        text = _read_snippet(chosen or "gate")
        yield PlannedFile(SECOND_BUILDSPEC, text, f"{chosen or 'gate'}, for a separate project, because {existing} exists")
        if chosen is None and name != "gate":
            warn(f"{name} is also possible: {reason}", f"scangate snippet {name}")
    else:
        yield PlannedFile(
            BUILDSPEC, _read_snippet(name), f"{name}, {reason}; its first comment lists the settings that the project needs"
        )
        if name == "ec2-codedeploy":
            yield PlannedFile(
                VERIFY,
                _read_snippet("appspec/verify.sh"),
                "add it to appspec.yml: scangate snippet appspec/appspec",
                executable=True,
            )
    own = find_own_policy(root, root)
    if own is None:
        yield PlannedFile(DEFAULT_POLICY_FILE, POLICY.format(name=policy), f"extends the bundled policy {policy}")
    else:
        warn(f"the policy in {own.name} exists and is kept")
    yield from _plan_hook(root)


def _repository_root(root: Path) -> Path | None:
    """The root of the repository of ``root``; None outside a repository."""
    here = root.resolve()
    return next((each for each in (here, *here.parents) if os.path.lexists(each / ".git")), None)


def _read_snippet(name: str) -> str:
    return list_snippets()[name].read_text("utf-8")


def _plan_hook(root: Path) -> Iterator[PlannedFile]:
    """The pre-commit configuration with the hook; nothing if it has the hook already, or cannot be extended safely."""
    before = _read_text(root / HOOKS)
    if before is None:
        install = "pre-commit install" if _repository_root(root) else "git init && pre-commit install"
        yield PlannedFile(HOOKS, "repos:\n" + _indent_hook("  "), f"scans staged files: {install}")
        return
    after = _add_hook(before)
    if after is None:
        warn(f"{HOOKS} is kept; if it does not have the hook, add it to `repos`:")
        for line in HOOK.splitlines():
            print_line(f"  {line}")
    elif after != before:
        yield PlannedFile(HOOKS, after, "with a hook that scans staged files")


def _add_hook(before: str) -> str | None:
    """``before`` with the hook at the end of ``repos``; unchanged if it has the hook, None if it cannot be extended safely."""
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
    """The text of a file; None if it does not exist. Raises UsageError for a link and an unreadable file."""
    if path.is_symlink():
        raise UsageError(f"{path} is a symbolic link", "remove it, or edit its target by hand: scangate snippet")
    if not path.exists():
        return None
    with file_errors("read", path, f"ls -ld {path}"):
        return path.read_text("utf-8")


def _confirm(root: Path, file: PlannedFile, *, yes: bool, dry_run: bool) -> bool:
    """Whether to write ``file``. Raises UsageError for links, and if overwriting needs a confirmation without a terminal."""
    path = root / file.path
    refuse_links(path.parent, root.resolve())
    existing = _read_text(path)
    if existing == file.text:
        return False
    if existing is None or yes or dry_run:
        return True
    if not sys.stdin.isatty():
        raise UsageError(f"{file.path} exists", "overwrite it: scangate init --yes, or show the changes: scangate init --dry-run")
    return click.confirm(f"{file.path} exists; overwrite it?", err=True)


def _write(root: Path, file: PlannedFile) -> None:
    path = root / file.path
    with file_errors("write", file.path, f"ls -ld {path.parent}"):
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, file.text.encode())
        if file.executable:
            path.chmod(0o755)
