"""Runs a buildspec 0.2 against a directory as CodeBuild documents it; speaks to no network and to no AWS.

Phase transitions: https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
Variables: https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from . import paths, reports
from .reports import Report
from .shell import Carry, EndedError, Shell
from .spec import Files, Phase, Spec, read

_BUILD = "example:00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class Project:
    """What CodeBuild has before it reads the buildspec.

    `image` is the build image's environment (HOME and PATH at least), `overrides` the variables of the project or of the
    start of the build, `seconds` the build's time limit. `stop` is asked many times a second; a yes stops the build.
    """

    source: Path
    image: Mapping[str, str]
    overrides: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""
    seconds: float = 60.0
    stop: Callable[[], bool] = lambda: False
    carry: Carry = "shell"


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
    reports: tuple[Report, ...]
    artifacts: tuple[Artifact, ...]
    cached: tuple[str, ...]
    log: str

    def phase(self, name: str) -> PhaseRun:
        """The phase of that name; KeyError if it was not entered."""
        for phase in self.phases:
            if phase.name == name:
                return phase
        raise KeyError(name)


def run(text: str, project: Project) -> Build:
    """Read a buildspec and run it.

    Raises SpecError where CodeBuild would refuse the file. All else, a command that never ends included, is in the Build.
    """
    spec = read(text)
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


def _environment(spec: Spec, project: Project) -> dict[str, str]:
    """The image's variables, under the buildspec's, under the project's, under CodeBuild's own."""
    own = {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_REGION": "eu-west-1",
        "CODEBUILD_BUILD_ARN": f"arn:aws:codebuild:eu-west-1:123456789012:build/{_BUILD}",
        "CODEBUILD_BUILD_ID": _BUILD,
        "CODEBUILD_BUILD_IMAGE": "aws/codebuild/standard:7.0",
        "CODEBUILD_BUILD_NUMBER": "1",
        "CODEBUILD_BUILD_SUCCEEDING": "1",
        "CODEBUILD_INITIATOR": "example-user",
        "CODEBUILD_KMS_KEY_ID": "arn:aws:kms:eu-west-1:123456789012:alias/aws/s3",
        "CODEBUILD_LOG_PATH": _BUILD.partition(":")[2],
        "CODEBUILD_SOURCE_REPO_URL": "https://git.example/example.git",
        "CODEBUILD_SOURCE_VERSION": project.commit,
        "CODEBUILD_SRC_DIR": str(project.source),
        "CODEBUILD_START_TIME": "1700000000000",
    }
    # Not set at all where the source has no version, as with a zip from S3.
    if project.commit:
        own["CODEBUILD_RESOLVED_SOURCE_VERSION"] = project.commit
    return {**project.image, **dict(spec.variables), **project.overrides, **own}


def _run_phases(spec: Spec, shell: Shell) -> list[PhaseRun]:
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
            except EndedError as ended:
                ran.append(Command(text, None, ended.output))
                return PhaseRun(phase.name, ended.status, tuple(ran))
            ran.append(Command(text, result.exit_code, result.output))
            if result.exit_code:
                healthy = False
                break
    return PhaseRun(phase.name, "SUCCEEDED" if healthy else "FAILED", tuple(ran))


def _finish(spec: Spec, project: Project, runs: list[PhaseRun], environment: Mapping[str, str]) -> Build:
    """Take in reports, artifacts and cache, whatever the phases came to, and settle the status of the whole build."""
    home = Path(project.image["HOME"])

    def find(files: Files) -> tuple[paths.Found, ...]:
        return paths.find(files, project.source, home)

    made = tuple(_report(group, find(group)) for group in spec.reports)
    artifacts = tuple(Artifact(each.name, tuple(file.inside for file in find(each))) for each in spec.artifacts)
    # A report that is missing or red does not fail a build; an artifact with no file does.
    uploaded = "SUCCEEDED" if all(artifact.files for artifact in artifacts) else "FAILED"
    phases = (*runs, PhaseRun("upload_artifacts", uploaded, ()))
    faults = [phase.status for phase in phases if phase.status != "SUCCEEDED"]
    return Build(
        # What stopped the build names it; a failure before that is told by its phase.
        status=next((fault for fault in faults if fault != "FAILED"), "FAILED" if faults else "SUCCEEDED"),
        phases=phases,
        exported=MappingProxyType({name: environment[name] for name in spec.exported if name in environment}),
        reports=made,
        artifacts=artifacts,
        cached=tuple(str(found.file) for found in find(spec.cache)) if spec.cache else (),
        log="".join(_log(phases, made)),
    )


def _report(group: Files, found: tuple[paths.Found, ...]) -> Report:
    files = [each.file for each in found]
    # Only JUnit's facts are known here; another format is taken as it comes.
    if group.file_format == "JUNITXML" or not files:
        return reports.check(group.name, files)
    return Report(group.name, "SUCCEEDED", tuple(map(str, files)))


def _log(phases: Iterable[PhaseRun], made: Iterable[Report]) -> Iterable[str]:
    for phase in phases:
        yield f"[Container] Entering phase {phase.name.upper()}\n"
        for command in phase.commands:
            yield f"[Container] Running command {command.text}\n{command.output}"
            if command.exit_code:
                yield f"[Container] Command did not exit successfully {command.text} exit status {command.exit_code}\n"
        yield f"[Container] Phase complete: {phase.name.upper()} State: {phase.status}\n"
    for report in made:
        yield from (f"[Container] Report {report.name}: {problem}\n" for problem in report.problems)
