"""``scangate init``: write a gate for a build or a hook, and a policy; shows and asks first, and follows no link."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from shlex import quote

import click

from scangate.app.file_errors import file_errors
from scangate.app.report_files import refuse_links
from scangate.cli.console import print_line, warn
from scangate.cli.file_changes import confirm, list_changed_lines
from scangate.cli.install_source import FORMS, PLACEHOLDER, InstallSource, SourceKind, parse_install_source
from scangate.cli.project_detection import detect_project
from scangate.cli.snippet import list_snippets
from scangate.cli.starter_buildspec import GATE
from scangate.cli.starter_files import GITLAB, HOOKS, Advice, PlannedFile, Target, Wishes, plan_files
from scangate.cli.workload_detection import detect_workload
from scangate.errors import UsageError
from scangate.files import write_atomically
from scangate.judge.error_text import suggest
from scangate.judge.policy_files import list_bundled_policies
from scangate.report.escape import ci_log
from scangate.scan.masking import mask_arguments

TARGETS = [target.value for target in Target]
CODEBUILD_PAGE = "docs/how-to/codebuild.md in the repository of scangate"


@click.command()
@click.argument("root", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".", metavar="[PATH]")
@click.option("--for", "targets", type=click.Choice(TARGETS), multiple=True, help="What to write for; several are possible")
@click.option(
    "--with", "chosen", metavar="NAME", default=GATE, show_default=True, help="The buildspec for CodeBuild, see scangate snippet"
)
@click.option(
    "--policy", metavar="NAME", default="baseline", show_default=True, help="The bundled policy that scangate.yaml extends"
)
@click.option("--install-from", "source", metavar="SOURCE", help=f"Where builds install scangate from: {FORMS}")
@click.option("--yes", is_flag=True, help="Write without asking")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing")
def command(  # noqa: PLR0913 -- one parameter per option
    root: Path, targets: tuple[str, ...], chosen: str, policy: str, source: str | None, *, yes: bool, dry_run: bool
) -> int:
    """Write a gate for CodeBuild, GitHub or GitLab, a pre-commit hook or VS Code, and a scangate.yaml, for PATH (default: here).

    For a pipeline, chooses the CloudFormation templates that fit the repository, and writes files with their parameters.

    Shows every line that it adds and asks before it writes. Existing files are kept: .pre-commit-config.yaml and .gitignore get
    lines at their end, and for others it prints what to add.

    Versions of Python and Node and the test command are those that the project's files name.
    """
    _refuse_unknown(chosen, policy)
    wished = frozenset(map(Target, targets or (["codebuild"] if chosen != GATE else _ask_targets(root))))
    wishes = Wishes(wished, chosen, policy, _choose_source(source, wished, ask=not (yes or dry_run)))
    _name_repository_root(root)
    planned = []
    for step in plan_files(root, wishes, detect_project(root)):
        if isinstance(step, Advice):
            warn(step.sentence)
            for line in step.lines:
                print_line(f"  {line}")
        else:
            refuse_links((root / step.path).parent, root.resolve())
            planned.append(step)
    for file in planned:
        _show(file)
    if planned and not dry_run:
        _confirm(planned, yes=yes)
        for file in planned:
            _write(root, file)
    _name_next_steps(root, wishes, planned)
    return 0


def _refuse_unknown(chosen: str, policy: str) -> None:
    if policy not in list_bundled_policies():
        raise UsageError(f"no bundled policy is named {policy}", suggest(policy, list_bundled_policies()))
    buildspecs = {name for name, file in list_snippets().items() if "/" not in name and file.suffix == ".yml"}
    if chosen not in buildspecs:
        raise UsageError(f"no such buildspec: {chosen}", suggest(chosen, buildspecs))


def _ask_targets(root: Path) -> tuple[str, ...]:
    """The answer on a terminal; the proposal is by the files that are there."""
    if not sys.stdin.isatty():
        raise UsageError("name what to write for", f"scangate init --for {TARGETS[0]}; or one of: {', '.join(TARGETS[1:])}")
    found = {Target.GITHUB: root / ".github", Target.GITLAB: root / GITLAB, Target.PRE_COMMIT: root / HOOKS}
    proposal = [target.value for target, path in found.items() if path.exists()] or [Target.CODEBUILD.value]
    answer = click.prompt(f"write for ({', '.join(TARGETS)}; several with commas)", ",".join(proposal), err=True)
    names = tuple(name for name in answer.replace(",", " ").split() if name)
    for name in names:
        if name not in TARGETS:
            raise UsageError(f"no such target: {name}", suggest(name, TARGETS))
    return names


def _choose_source(text: str | None, targets: frozenset[Target], *, ask: bool) -> InstallSource:
    """The option, or the answer on a terminal, or the placeholder. A hook alone uses the scangate that is installed."""
    builds = targets - {Target.PRE_COMMIT, Target.VSCODE}
    if text is None and builds and ask and sys.stdin.isatty():
        text = click.prompt(f"install scangate from ({FORMS}; empty: a placeholder)", "", show_default=False, err=True)
    return parse_install_source(text or "")


def _name_repository_root(root: Path) -> None:
    here = root.resolve()
    top = next((each for each in (here, *here.parents) if (each / ".git").exists()), None)
    if top not in (None, here):
        warn(
            "CodeBuild, GitHub, GitLab and pre-commit expect these files at the repository's root",
            f"scangate init {quote(str(top))}",
        )


def _show(file: PlannedFile) -> None:
    """The lines that are added, as a unified diff."""
    click.echo(ci_log(mask_arguments(f"{file.path}: {file.reason}")))
    if file.before is None:
        lines = [ci_log(line) for line in list(difflib.unified_diff([], file.after.splitlines(), lineterm="", n=1))[2:]]
    else:
        lines = list_changed_lines(file.path, file.before, file.after, 1)
    click.echo("\n".join([*lines, ""]))


def _confirm(planned: list[PlannedFile], *, yes: bool) -> None:
    """Raises UsageError without a terminal, and Abort for a no."""
    if not confirm(f"write {', '.join(file.path for file in planned)}?", "scangate init --yes", yes=yes):
        raise click.Abort


def _name_next_steps(root: Path, wishes: Wishes, planned: list[PlannedFile]) -> None:
    if not planned:
        click.echo("nothing to write")
    if wishes.source.kind is SourceKind.PLACEHOLDER and any(PLACEHOLDER in file.after for file in planned):
        click.echo("next: replace the placeholder in SCANGATE_INSTALL, or start again with --install-from")
    name, reason = detect_workload(root)
    if Target.CODEBUILD in wishes.targets and wishes.snippet == GATE != name:
        click.echo(f"to release from the same build, because {reason}: scangate init --with {name}")
    if Target.CODEBUILD in wishes.targets:
        click.echo(f"what to set in the project, and how to try the build locally: {CODEBUILD_PAGE}")
    click.echo("next: scangate scan")


def _write(root: Path, file: PlannedFile) -> None:
    path = root / file.path
    with file_errors("write", file.path, f"ls -ld {path.parent}"):
        path.parent.mkdir(exist_ok=True, parents=True)
        write_atomically(path, file.after.encode())
        if file.executable:
            path.chmod(0o755)
    click.echo(f"wrote {file.path}")
