"""Plans the files that ``scangate init`` writes into a repository: new ones whole, existing ones with lines added, or kept."""

from __future__ import annotations

import enum
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import yaml

from scangate.app.file_errors import file_errors
from scangate.assets import folder
from scangate.cli.install_source import PLACEHOLDER, InstallSource, SourceKind, parse_install_source
from scangate.cli.project_detection import Project
from scangate.cli.schema import policy_schema
from scangate.cli.snippet import list_snippets
from scangate.cli.starter_buildspec import GATE, fit_buildspec
from scangate.cli.starter_editor import EXTENSIONS, MODELINE, SCHEMA, SETTINGS, add_extensions, add_setting
from scangate.cli.starter_pipeline import FOLDER, REPLACE, fill_parameters, list_commands, name_application
from scangate.cli.workload_detection import detect_workload
from scangate.errors import UsageError
from scangate.judge.policy_files import DEFAULT_POLICY_FILE, find_own_policy

BUILDSPECS = ("buildspec.yml", "buildspec.yaml")
"""The second is not a default name, but a project may be configured for it."""
VERIFY, HOOKS, IGNORED = "scripts/verify.sh", ".pre-commit-config.yaml", ".gitignore"
WORKFLOW = ".github/workflows/scangate.yml"
GITLAB, GITLAB_JOB = ".gitlab-ci.yml", ".gitlab/scangate.gitlab-ci.yml"
REPORTS = "scangate-reports"
POLICY = """\
# The policy of this repository. `scangate policy show` prints the whole, `scangate policy check` validates it.
version: 1
extends: {name}
"""
ENVIRONMENTS = """\

# SCANGATE_ENV in the project, or in the pipeline's action, names one of these; without it, only what is above applies.
environments:
  staging:
    budgets: {medium: 20}
  production:
    budgets: {medium: 0}
    inline-suppressions: deny
"""
CHECKOUT = """\
      # The whole history: a pull request is judged by the policy of its target branch.
      - uses: actions/checkout@34e114876b0b11c390a56381ad16ebd13914f8d5 # v4.3.1
        with: {fetch-depth: 0, persist-credentials: false}
"""
WORKFLOW_HEAD = """\
# Scans the repository; fails unless the verdict is PASS.
name: scangate

on:
  push: {branches: [main, master]}
  pull_request:

permissions: {}

jobs:
  scangate:
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    permissions:
      contents: read
"""
INSTALLED_WORKFLOW = """\
      - uses: actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0
        with: {python-version: "3.12"}
      - name: Install scangate
        run: |
REFUSAL          # From /, and isolated: Python and pip take nothing from the repository.
          cd /
          python3 -I -m venv "$RUNNER_TEMP/scangate"
          "$RUNNER_TEMP/scangate/bin/python" -I -m pip install --quiet -- "$SCANGATE_INSTALL"
      - name: Scan
        run: |
          code=0
          "$RUNNER_TEMP/scangate/bin/python" -I -m scangate scan . \\
            --format github --output-dir scangate-reports --no-cache || code=$?
          if [ -f scangate-reports/summary.md ]; then cat scangate-reports/summary.md >> "$GITHUB_STEP_SUMMARY"; fi
          exit "$code"
"""
REFUSAL = """\
          if [ "$SCANGATE_INSTALL" = '{placeholder}' ]; then
            echo '::error::replace the placeholder in SCANGATE_INSTALL by the repository and the commit of your scangate'
            exit 1
          fi
"""


class Target(enum.Enum):
    """What files are written for."""

    CODEBUILD = "codebuild"
    GITHUB = "github"
    GITLAB = "gitlab"
    PRE_COMMIT = "pre-commit"
    VSCODE = "vscode"
    PIPELINE = "pipeline"


class PlannedFile(msgspec.Struct, frozen=True):
    """A file to write at ``path`` in the root: its text before (None if it is new) and after, and why."""

    path: str
    before: str | None
    after: str
    reason: str
    executable: bool = False


class Advice(msgspec.Struct, frozen=True):
    """What is left to a person: a sentence, and the lines to add by hand."""

    sentence: str
    lines: tuple[str, ...] = ()


class Wishes(msgspec.Struct, frozen=True):
    """What was asked for: targets, the name of a buildspec, a bundled policy, and where scangate is installed from."""

    targets: frozenset[Target]
    snippet: str
    policy: str
    source: InstallSource


def plan_files(root: Path, wishes: Wishes, project: Project) -> Iterator[PlannedFile | Advice]:
    """What to write for each target, then the policy and the ignored reports. Raises UsageError for links and unreadable files."""
    for target, plan in PLANS.items():
        if target in wishes.targets:
            yield from plan(root, wishes, project)
    yield from _plan_policy(root, wishes)
    yield from _plan_ignored(root)


def _plan_buildspec(root: Path, wishes: Wishes, project: Project) -> Iterator[PlannedFile | Advice]:
    text = fit_buildspec(wishes.snippet, project, wishes.source)
    existing = next((name for name in BUILDSPECS if os.path.lexists(root / name)), "")
    before = read_text(root / existing) if existing else None
    if before is None:
        reason = "; ".join((wishes.snippet, *project.reasons))
        yield PlannedFile(BUILDSPECS[0], None, text, reason)
        yield from (Advice(note) for note in project.notes)
    elif before != text and before == fit_buildspec(wishes.snippet, project, parse_install_source("")):
        yield PlannedFile(existing, before, text, "the placeholder is replaced")
    elif PLACEHOLDER in before and wishes.source.kind is not SourceKind.PLACEHOLDER:
        yield Advice(
            f"{existing} was edited and is kept; replace the placeholder in its SCANGATE_INSTALL by", (wishes.source.text,)
        )
    elif before != text and not re.search(r"\bscangate\b.* scan\b", before):
        yield Advice(
            f"{existing} is kept; add these commands to its phases, the scan before what runs code of the source:",
            _show_steps(text),
        )
    if wishes.snippet == "ec2-codedeploy" and not os.path.lexists(root / VERIFY):
        hook = list_snippets()["appspec/verify.sh"].read_text("utf-8")
        yield PlannedFile(VERIFY, None, hook, "a hook for appspec.yml: scangate snippet appspec/appspec", executable=True)


def _show_steps(buildspec: str) -> tuple[str, ...]:
    """The lines of a buildspec from the variables up to the scan, which are all that a gate needs, and the reports."""
    lines = [line for line in buildspec.splitlines() if not line.lstrip().startswith("#")]
    scan = next(number for number, line in enumerate(lines) if "--report env=" in line) + 1
    closing = lines.index("    finally:")
    return (*lines[lines.index("env:") : scan], *lines[closing : closing + 2])


def _plan_workflow(root: Path, wishes: Wishes, project: Project) -> Iterator[PlannedFile | Advice]:
    del project
    if os.path.lexists(root / WORKFLOW):
        read_text(root / WORKFLOW)
        yield Advice(f"{WORKFLOW} exists and is kept")
        return
    yield PlannedFile(WORKFLOW, None, write_workflow(wishes.source), "the gate for pushes and pull requests")


def write_workflow(source: InstallSource) -> str:
    """The workflow: the action where GitHub has the source, else pip. Raises UsageError for a source that GitHub cannot reach."""
    _refuse_unreachable(source, "GitHub")
    url, revision = source.split_git() if source.kind is SourceKind.GIT else ("", "")
    if repository := re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?", url):
        return f"{WORKFLOW_HEAD}    steps:\n{CHECKOUT}      - uses: {repository[1]}@{revision}\n"
    refusal = REFUSAL.format(placeholder=source.text) if source.kind is SourceKind.PLACEHOLDER else ""
    comment = "      # Replace it: git+https://HOST/OWNER/scangate@COMMIT, or the URL of a wheel.\n" if refusal else ""
    variables = f"    env:\n{comment}      SCANGATE_INSTALL: {source.text}\n"
    return f"{WORKFLOW_HEAD}{variables}    steps:\n{CHECKOUT}{INSTALLED_WORKFLOW.replace('REFUSAL', refusal)}"


def _refuse_unreachable(source: InstallSource, place: str) -> None:
    if source.kind in (SourceKind.S3, SourceKind.PATH, SourceKind.IMAGE):
        raise UsageError(
            f"{place} cannot install scangate from {source.text}", "give a git repository, the URL of a wheel, or a version"
        )


def _plan_gitlab(root: Path, wishes: Wishes, project: Project) -> Iterator[PlannedFile | Advice]:
    """A copy of our template, which needs no access to another project, and the line that includes it."""
    del project
    _refuse_unreachable(wishes.source, "GitLab")
    job = (folder("ci") / "gitlab" / "scangate.gitlab-ci.yml").read_text("utf-8")
    if wishes.source.kind is not SourceKind.PLACEHOLDER:
        job = job.replace('SCANGATE_INSTALL: ""', f"SCANGATE_INSTALL: {wishes.source.text}")
    if os.path.lexists(root / GITLAB_JOB):
        read_text(root / GITLAB_JOB)
        yield Advice(f"{GITLAB_JOB} exists and is kept")
    else:
        yield PlannedFile(
            GITLAB_JOB, None, job, "the gate as a job; set SCANGATE_IMAGE or SCANGATE_INSTALL in it or in the project"
        )
    include = f"include:\n  - local: /{GITLAB_JOB}\n"
    before = read_text(root / GITLAB)
    if before is None:
        yield PlannedFile(GITLAB, None, include, "includes the job")
    elif GITLAB_JOB not in before:
        yield Advice(f"{GITLAB} is kept; include the job in it:", tuple(include.splitlines()))


def _plan_pipeline(root: Path, wishes: Wishes, project: Project) -> Iterator[PlannedFile | Advice]:
    """The parameters of the pipeline's templates; the templates themselves are printed by `scangate snippet`."""
    del project
    workload, reason = (wishes.snippet, "it was asked for") if wishes.snippet != GATE else detect_workload(root)
    for template, text in fill_parameters(root, workload, wishes.source).items():
        path = f"{FOLDER}/{template}.json"
        if read_text(root / path) is not None:
            yield Advice(f"{path} exists and is kept")
        else:
            yield PlannedFile(path, None, text, f"parameters of {template}.yaml, because {reason}")
    yield Advice(f"replace {REPLACE} in {FOLDER}/*.json; then:", list_commands(workload, name_application(root)))


def _plan_editor(root: Path, wishes: Wishes, project: Project) -> Iterator[PlannedFile | Advice]:
    del wishes, project
    schema = json.dumps(policy_schema(), indent=2, sort_keys=True) + "\n"
    plans = ((SCHEMA, lambda _: schema), (SETTINGS, add_setting), (EXTENSIONS, add_extensions))
    for path, extend in plans:
        before = read_text(root / path)
        after = extend(before)
        if after is None:
            added = extend(None) or ""
            yield Advice(f"{path} is kept, because it is not plain JSON; add to it:", tuple(added.splitlines()))
        elif after != before:
            yield PlannedFile(path, before, after, "for editors: completion and checks of the policy, SARIF")


def _plan_policy(root: Path, wishes: Wishes) -> Iterator[PlannedFile | Advice]:
    named = Target.PIPELINE in wishes.targets or (
        Target.CODEBUILD in wishes.targets
        and "SCANGATE_ENV" in list_snippets()[wishes.snippet].read_text("utf-8").partition("\nversion:")[0]
    )
    read_text(root / DEFAULT_POLICY_FILE)
    own = find_own_policy(root, root)
    if own is None:
        text = MODELINE * (Target.VSCODE in wishes.targets) + POLICY.format(name=wishes.policy) + (ENVIRONMENTS if named else "")
        yield PlannedFile(DEFAULT_POLICY_FILE, None, text, f"extends the bundled policy {wishes.policy}")
        return
    yield Advice(f"the policy in {own.name} exists and is kept")
    if named and not re.search(r"^(?:environments:|\[tool\.scangate\.environments)", read_text(own) or "", re.MULTILINE):
        sentence = f"{own.name} has no environments, of which SCANGATE_ENV names one; leave it out, or add in its own syntax:"
        yield Advice(sentence, tuple(ENVIRONMENTS.strip().splitlines()))


def _plan_ignored(root: Path) -> Iterator[PlannedFile | Advice]:
    before = read_text(root / IGNORED)
    if before is not None and re.search(rf"^/?{REPORTS}/?\s*$", before, re.MULTILINE):
        return
    yield PlannedFile(IGNORED, before, append_lines(before or "", (f"/{REPORTS}/",)), "reports are not committed")


def _plan_hook(root: Path, wishes: Wishes, project: Project) -> Iterator[PlannedFile | Advice]:
    """The pre-commit configuration with the hook; advice if it cannot be extended safely."""
    del project
    before = read_text(root / HOOKS)
    hook = write_hook(wishes.source)
    if before is None:
        yield PlannedFile(
            HOOKS, None, "repos:\n" + "".join(f"  {line}\n" for line in hook), "scans staged files; then: pre-commit install"
        )
        return
    after = _add_hook(before, hook)
    if after is None:
        yield Advice(
            f"{HOOKS} is kept, because lines at its end would not be part of `repos`; add to that:",
            tuple(f"  {line}" for line in hook),
        )
    elif after != before:
        yield PlannedFile(HOOKS, before, after, "with a hook that scans staged files; then: pre-commit install")


def write_hook(source: InstallSource) -> tuple[str, ...]:
    """The entry of ``repos``: our own hook from git, else a local one that installs the source, or uses the scangate on PATH.

    https://pre-commit.com/#repository-local-hooks
    """
    if source.kind is SourceKind.GIT:
        url, revision = source.split_git()
        return (f"- repo: {url}", f"  rev: {revision}", "  hooks:", "    - id: scangate")
    if source.kind in (SourceKind.INDEX, SourceKind.URL, SourceKind.PATH):
        run = [
            "      # -I: Python takes nothing from the environment or the repository.",
            "      entry: python -I -m scangate scan --staged",
        ]
        run += ["      language: python", f"      additional_dependencies: ['{source.text}']"]
    else:
        run = ["      entry: scangate scan --staged", "      language: system  # the scangate that is installed for you"]
    first = ("- repo: local", "  hooks:", "    - id: scangate", "      name: scangate")
    last = ("      always_run: true", "      pass_filenames: false  # one run for the whole commit", "      require_serial: true")
    return (*first, *run, *last, "      stages: [pre-commit]")


def _add_hook(before: str, hook: tuple[str, ...]) -> str | None:
    """``before`` with the hook at the end of ``repos``; unchanged if it has the hook, None if it cannot be extended safely."""
    try:
        old = yaml.safe_load(before)
        if any(each.get("id") == "scangate" for repo in old["repos"] for each in repo["hooks"]):
            return before
        indent = re.search(r"^( *)- repo:", before, re.MULTILINE)
        after = append_lines(before, tuple((indent[1] if indent else "  ") + line for line in hook))
        (entry,) = yaml.safe_load("\n".join(hook))
        return after if yaml.safe_load(after) == {**old, "repos": [*old["repos"], entry]} else None
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def append_lines(before: str, lines: tuple[str, ...]) -> str:
    """``before``, unchanged, and then lines that end as its own do."""
    end = "\r\n" if "\r\n" in before else "\n"
    gap = "" if not before or before.endswith("\n") else end
    return before + gap + "".join(line + end for line in lines)


def read_text(path: Path) -> str | None:
    """The text of a file with its line ends; None if it does not exist. Raises UsageError for a link and an unreadable file."""
    if path.is_symlink():
        raise UsageError(f"{path} is a symbolic link", "remove it, or edit its target by hand: scangate snippet")
    if not path.exists():
        return None
    with file_errors("read", path, f"ls -ld {path}"):
        return path.read_bytes().decode("utf-8")


PLANS: dict[Target, Callable[[Path, Wishes, Project], Iterator[PlannedFile | Advice]]] = {
    Target.CODEBUILD: _plan_buildspec,
    Target.GITHUB: _plan_workflow,
    Target.GITLAB: _plan_gitlab,
    Target.PRE_COMMIT: _plan_hook,
    Target.VSCODE: _plan_editor,
    Target.PIPELINE: _plan_pipeline,
}
