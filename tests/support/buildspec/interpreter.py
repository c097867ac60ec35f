"""Runs a buildspec 0.2 in a directory as CodeBuild documents it, without a network.

Phase transitions: https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
Variables: https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
"""

from __future__ import annotations

import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from tests.support.buildspec import file_globs, report_limits
from tests.support.buildspec.parser import Buildspec, FileSet, Phase, parse_buildspec
from tests.support.buildspec.report_limits import ReportGroup
from tests.support.buildspec.shell import BuildEndedError, Shell, StateScope

_BUILD = "example:00000000-0000-4000-8000-000000000000"
_ARN = "arn:aws:codebuild:eu-west-1:123456789012"


@dataclass(frozen=True, slots=True)
class Project:
    """What CodeBuild has before it reads the buildspec.

    `image` is the build image's environment (HOME and PATH at least), `overrides` the variables of the project or of the
    start of the build, `seconds` the build's time limit. `stop` is asked many times a second; a yes stops the build.
    `build` is the build's id, `task` its identifier in a batch, empty outside of one.
    """

    source: Path
    image: Mapping[str, str]
    overrides: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""
    seconds: float = 60.0
    stop: Callable[[], bool] = lambda: False
    carry: StateScope = "shell"
    build: str = _BUILD
    task: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """One entry that was started; exit_code is None where the build was stopped under it."""

    text: str
    exit_code: int | None
    output: str = ""


@dataclass(frozen=True, slots=True)
class PhaseRun:
    """A phase that was entered (SUCCEEDED, FAILED, STOPPED or TIMED_OUT) and its entries that ran, `finally` included."""

    name: str
    status: str
    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Artifact:
    """The files of the primary artifact ("") or of a secondary one, as the paths they have in it."""

    name: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Build:
    """What a build leaves behind; the phases include UPLOAD_ARTIFACTS, which has no commands."""

    status: str
    phases: tuple[PhaseRun, ...]
    exported: Mapping[str, str]
    reports: tuple[ReportGroup, ...]
    artifacts: tuple[Artifact, ...]
    cached: tuple[str, ...]
    log: str

    def phase(self, name: str) -> PhaseRun:
        """The phase of that name; KeyError if it was not entered."""
        for phase in self.phases:
            if phase.name == name:
                return phase
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch build leaves behind: the builds that ran, by their identifiers. One that was not started is not among them."""

    status: str
    builds: Mapping[str, Build]


def run_batch(text: str, project: Project, scratch: Path, begin: Callable[[str, str], None] = lambda *_: None) -> Batch:
    """Read a buildspec and run its build graph, one build after the other, each with a fresh copy of the source in `scratch`.

    `begin` gets the ARN of the batch and the id of each build before it starts. A build that waits for one that has not
    succeeded is not started: https://docs.aws.amazon.com/codebuild/latest/userguide/batch-build-buildspec.html
    """
    arn = f"{_ARN}:build-batch/example:{uuid.uuid4()}"
    builds: dict[str, Build] = {}
    healthy = True
    for task in parse_buildspec(text).graph:
        if not all(name in builds and builds[name].status == "SUCCEEDED" for name in task.depends_on):
            healthy = False
            continue
        source = scratch / task.identifier
        shutil.copytree(project.source, source, symlinks=True)
        build = f"example:{uuid.uuid4()}"
        begin(arn, build)
        # What a task sets overrides the buildspec's and the project's.
        overrides = {**project.overrides, **dict(task.variables)}
        done = run_build(text, replace(project, source=source, overrides=overrides, build=build, task=task.identifier))
        builds[task.identifier] = done
        healthy = healthy and (done.status == "SUCCEEDED" or task.ignore_failure)
    return Batch("SUCCEEDED" if healthy else "FAILED", builds)


def run_build(text: str, project: Project) -> Build:
    """Read a buildspec and run it.

    Raises SpecError where CodeBuild would refuse the file. All else, a command that never ends included, is in the Build.
    """
    spec = parse_buildspec(text)
    with tempfile.TemporaryDirectory(prefix="buildspec-") as scratch:
        shell = Shell(
            directory=project.source,
            environment=_environment(spec, project),
            scratch=Path(scratch),
            deadline=time.monotonic() + project.seconds,
            stop=project.stop,
            carry=project.carry,
        )
        try:
            phases = _run_phases(spec, shell)
        finally:
            shell.close()
    return _finish(spec, project, phases, shell.environment)


def _environment(spec: Buildspec, project: Project) -> dict[str, str]:
    """The image's variables, under the buildspec's, under the project's, under CodeBuild's own."""
    own = {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_REGION": "eu-west-1",
        "CODEBUILD_BUILD_ARN": f"{_ARN}:build/{project.build}",
        "CODEBUILD_BUILD_ID": project.build,
        "CODEBUILD_BUILD_IMAGE": "aws/codebuild/standard:7.0",
        "CODEBUILD_BUILD_NUMBER": "1",
        "CODEBUILD_BUILD_SUCCEEDING": "1",
        "CODEBUILD_INITIATOR": "example-user",
        "CODEBUILD_KMS_KEY_ID": "arn:aws:kms:eu-west-1:123456789012:alias/aws/s3",
        "CODEBUILD_LOG_PATH": project.build.partition(":")[2],
        "CODEBUILD_SOURCE_REPO_URL": "https://git.example/example.git",
        "CODEBUILD_SOURCE_VERSION": project.commit,
        "CODEBUILD_SRC_DIR": str(project.source),
        "CODEBUILD_START_TIME": "1700000000000",
    }
    if project.task:
        own["CODEBUILD_BATCH_BUILD_IDENTIFIER"] = project.task
    # Not set at all where the source has no version, as with a zip from S3.
    if project.commit:
        own["CODEBUILD_RESOLVED_SOURCE_VERSION"] = project.commit
    return {**project.image, **dict(spec.variables), **project.overrides, **own}


def _run_phases(spec: Buildspec, shell: Shell) -> list[PhaseRun]:
    runs: list[PhaseRun] = []
    for phase in spec.phases:
        done = _run_phase(phase, shell, all(each.status == "SUCCEEDED" for each in runs))
        runs.append(done)
        if done.status != "SUCCEEDED" and not _goes_on(phase, done.status):
            break
    return runs


def _goes_on(phase: Phase, status: str) -> bool:
    """Whether the next phase is entered after a failed one: after BUILD it is, unless on-failure says otherwise."""
    if status != "FAILED":
        return False
    return phase.on_failure == "CONTINUE" or (phase.on_failure is None and phase.name == "build")


def _run_phase(phase: Phase, shell: Shell, succeeding: bool) -> PhaseRun:
    """`commands` up to the first failure, then `finally` up to its first; a stop or the time limit ends both."""
    ran: list[Command] = []
    healthy = True
    for block in (phase.commands, phase.closing):
        for text in block:
            try:
                result = shell.run(text, succeeding and healthy)
            except BuildEndedError as ended:
                ran.append(Command(text, None, ended.output))
                return PhaseRun(phase.name, ended.status, tuple(ran))
            ran.append(Command(text, result.exit_code, result.output))
            if result.exit_code:
                healthy = False
                break
    return PhaseRun(phase.name, "SUCCEEDED" if healthy else "FAILED", tuple(ran))


def _finish(spec: Buildspec, project: Project, runs: list[PhaseRun], environment: Mapping[str, str]) -> Build:
    """Take in reports, artifacts and cache, whatever the phases came to, and settle the status of the whole build."""
    home = Path(project.image["HOME"])

    def find(files: FileSet) -> tuple[file_globs.MatchedFile, ...]:
        return file_globs.find_files(files, project.source, home)

    made = tuple(_report(group, find(group)) for group in spec.reports)
    artifacts = tuple(Artifact(each.name, tuple(file.artifact_path for file in find(each))) for each in spec.artifacts)
    # A report that is missing or red does not fail a build; an artifact with no file does.
    uploaded = "SUCCEEDED" if all(artifact.files for artifact in artifacts) else "FAILED"
    phases = (*runs, PhaseRun("upload_artifacts", uploaded, ()))
    faults = [phase.status for phase in phases if phase.status != "SUCCEEDED"]
    return Build(
        # What stopped the build names it; a failure before that is named by its phase.
        status=next((fault for fault in faults if fault != "FAILED"), "FAILED" if faults else "SUCCEEDED"),
        phases=phases,
        exported=MappingProxyType({name: environment[name] for name in spec.exported if name in environment}),
        reports=made,
        artifacts=artifacts,
        cached=tuple(str(found.file) for found in find(spec.cache)) if spec.cache else (),
        log="".join(_log(phases, made)),
    )


def _report(group: FileSet, found: tuple[file_globs.MatchedFile, ...]) -> ReportGroup:
    files = [each.file for each in found]
    # Only JUnit's facts are known here; another format is taken as it comes.
    if group.file_format == "JUNITXML" or not files:
        return report_limits.check_junit(group.name, files)
    return ReportGroup(group.name, "SUCCEEDED", tuple(map(str, files)))


def _log(phases: Iterable[PhaseRun], made: Iterable[ReportGroup]) -> Iterable[str]:
    for phase in phases:
        yield f"[Container] Entering phase {phase.name.upper()}\n"
        for command in phase.commands:
            yield f"[Container] Running command {command.text}\n{command.output}"
            if command.exit_code:
                yield f"[Container] Command did not exit successfully {command.text} exit status {command.exit_code}\n"
        yield f"[Container] Phase complete: {phase.name.upper()} State: {phase.status}\n"
    for report in made:
        yield from (f"[Container] Report {report.name}: {problem}\n" for problem in report.problems)
