"""Reads a buildspec 0.2 strictly into frozen values; runs nothing and touches no file.

Source of the keys: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
What CodeBuild documents and the interpreter does not do (proxy, secrets, most of batch) is refused by name, never skipped.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import yaml

TOP = ("version", "batch", "env", "phases", "reports", "artifacts", "cache")
PHASES = ("install", "pre_build", "build", "post_build")
TEST_FORMATS = ("JUNITXML", "CUCUMBERJSON", "NUNITXML", "NUNIT3XML", "TESTNGXML", "VISUALSTUDIOTRX")
COVERAGE_FORMATS = ("CLOVERXML", "COBERTURAXML", "JACOCOXML", "SIMPLECOV")
MAX_REPORT_GROUPS = 5
NOT_INTERPRETED = {
    "": ("run-as", "proxy"),
    "batch": ("build-list", "build-matrix", "build-fanout"),
    "batch.build-graph[]": ("buildspec", "debug-session"),
    "batch.build-graph[].env": ("compute-type", "image", "privileged-mode", "type", "fleet"),
    "env": ("parameter-store", "secrets-manager", "git-credential-helper"),
    "phases.*": ("run-as",),
    "artifacts": ("name", "enable-symlinks", "s3-prefix"),
    "cache": ("key", "fallback-keys", "action"),
}

Block = Mapping[str, object]


class BuildspecError(Exception):
    """The buildspec is not one that CodeBuild would take; the text begins with the fault's path in the document."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One of the four phases; `on_failure` is ABORT, CONTINUE or None, where None means the default transitions."""

    name: str
    commands: tuple[str, ...]
    closing: tuple[str, ...]
    on_failure: str | None


@dataclass(frozen=True, slots=True)
class FileSet:
    """A set of globs under one directory: what a report group, an artifact or the cache names."""

    name: str
    globs: tuple[str, ...]
    base_directory: str | None = None
    exclude: tuple[str, ...] = ()
    discard_paths: bool = False
    file_format: str = "JUNITXML"


@dataclass(frozen=True, slots=True)
class Task:
    """One build of a build graph: the tasks it waits for, and the variables that it has in addition to the others'."""

    identifier: str
    depends_on: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]
    ignore_failure: bool


@dataclass(frozen=True, slots=True)
class Buildspec:
    """A whole buildspec; in `artifacts` the primary one is named "" and the secondary ones by their identifiers.

    `graph` is empty where there is no batch; in it a task comes after all that it waits for.
    """

    variables: tuple[tuple[str, str], ...]
    exported: tuple[str, ...]
    phases: tuple[Phase, ...]
    reports: tuple[FileSet, ...]
    artifacts: tuple[FileSet, ...]
    cache: FileSet | None
    graph: tuple[Task, ...] = ()


class _Loader(yaml.SafeLoader):
    """A SafeLoader that rejects duplicate keys; PyYAML silently keeps the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise BuildspecError(f"line {key_node.start_mark.line + 1}: key {key!r} is there twice")
            seen.add(key)
        return super().construct_mapping(node, deep)


def parse_buildspec(text: str) -> Buildspec:
    """Read a buildspec.

    Raises SpecError on anything that is not documented for version 0.2, and on what this interpreter does not do.
    """
    try:
        document = yaml.load(text, Loader=_Loader)  # a SafeLoader
    except yaml.YAMLError as error:
        raise BuildspecError(f"not YAML: {error}") from error
    top = _block(document, "", TOP, required=("version", "phases"))
    if str(top["version"]) != "0.2":
        raise BuildspecError(f"version: {top['version']} is not 0.2")
    variables, exported = _read_env(top.get("env"))
    return Buildspec(
        variables=variables,
        exported=exported,
        phases=_read_phases(top["phases"]),
        reports=_read_reports(top.get("reports", {})),
        artifacts=_read_artifacts(top["artifacts"]) if "artifacts" in top else (),
        cache=_read_cache(top["cache"]) if "cache" in top else None,
        graph=_read_batch(top["batch"]) if "batch" in top else (),
    )


def _read_batch(value: object) -> tuple[Task, ...]:
    batch = _block(value, "batch", ("fast-fail", "build-graph"), required=("build-graph",))
    if _yes(batch.get("fast-fail", False), "batch.fast-fail"):
        raise BuildspecError("batch.fast-fail: documented by CodeBuild, not interpreted here")
    entries = batch["build-graph"]
    if not isinstance(entries, list) or not entries:
        raise BuildspecError("batch.build-graph: not a list of tasks")
    waiting = [_read_task(entry) for entry in entries]
    names = [task.identifier for task in waiting]
    if len(set(names)) < len(names):
        raise BuildspecError("batch.build-graph: an identifier is there twice")
    ordered: list[Task] = []
    while waiting:
        ready = [task for task in waiting if set(task.depends_on) <= {done.identifier for done in ordered}]
        if not ready:
            raise BuildspecError(f"batch.build-graph: {waiting[0].identifier} waits for itself, or for a task that there is not")
        ordered += ready
        waiting = [task for task in waiting if task not in ready]
    return tuple(ordered)


def _read_task(value: object) -> Task:
    path = "batch.build-graph[]"
    task = _block(value, path, ("identifier", "depend-on", "env", "ignore-failure"), required=("identifier",))
    identifier = _scalar(task["identifier"], f"{path}.identifier")
    # Letters, digits and underscores, says the reference of batch builds.
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,127}", identifier):
        raise BuildspecError(f"{path}.identifier: {identifier!r} is not a task's name")
    env = _block(task.get("env", {}), f"{path}.env", ("variables",))
    return Task(
        identifier=identifier,
        depends_on=_strings(task.get("depend-on", []), f"{path}.depend-on"),
        variables=_read_variables(env.get("variables", {}), f"{path}.env.variables"),
        ignore_failure=_yes(task.get("ignore-failure", False), f"{path}.ignore-failure"),
    )


def _read_variables(value: object, path: str) -> tuple[tuple[str, str], ...]:
    variables = tuple((name, _scalar(each, f"{path}.{name}")) for name, each in _names(value, path))
    for name, _ in variables:
        if name.startswith("CODEBUILD_"):
            raise BuildspecError(f"{path}.{name}: names that start with CODEBUILD_ are reserved")
    return variables


def _read_env(value: object) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    env = _block(value if value is not None else {}, "env", ("shell", "variables", "exported-variables"))
    # Without the key CodeBuild takes sh; running such a spec in bash would hide what only bash understands.
    if env.get("shell") != "bash":
        raise BuildspecError("env.shell: the interpreter runs bash only, and the key must say so")
    variables = _read_variables(env.get("variables", {}), "env.variables")
    exported = _strings(env.get("exported-variables", []), "env.exported-variables")
    for name in exported:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise BuildspecError(f"env.exported-variables: {name!r} is not a variable name")
        if name.startswith("AWS_"):
            raise BuildspecError(f"env.exported-variables: {name} cannot be exported, AWS_ names never can")
    return variables, exported


def _read_phases(value: object) -> tuple[Phase, ...]:
    phases = _block(value, "phases", PHASES)
    return tuple(_read_phase(name, phases[name]) for name in PHASES if name in phases)


def _read_phase(name: str, value: object) -> Phase:
    path = f"phases.{name}"
    keys = ("commands", "finally", "on-failure") + (("runtime-versions",) if name == "install" else ())
    phase = _block(value, path, keys)
    if "commands" not in phase and "runtime-versions" not in phase:
        raise BuildspecError(f"{path}.commands: required")
    on_failure = phase.get("on-failure")
    if on_failure is not None and on_failure not in ("ABORT", "CONTINUE"):
        raise BuildspecError(f"{path}.on-failure: {on_failure!r} is not ABORT or CONTINUE (RETRY is not interpreted)")
    return Phase(
        name=name,
        commands=_strings(phase.get("commands", []), f"{path}.commands"),
        closing=_strings(phase.get("finally", []), f"{path}.finally"),
        on_failure=str(on_failure) if on_failure is not None else None,
    )


def _read_reports(value: object) -> tuple[FileSet, ...]:
    groups = _names(value, "reports")
    if len(groups) > MAX_REPORT_GROUPS:
        raise BuildspecError(f"reports: {len(groups)} groups, a project has at most {MAX_REPORT_GROUPS}")
    return tuple(_read_report(name, group) for name, group in groups)


def _read_report(name: str, value: object) -> FileSet:
    path = f"reports.{name}"
    if not 2 <= len(name) <= 128 and not name.startswith("arn:"):
        raise BuildspecError(f"{path}: a report group's name has 2 to 128 characters")
    group = _block(value, path, ("files", "file-format", "base-directory", "discard-paths"), required=("files",))
    file_format = _scalar(group.get("file-format", "JUNITXML"), f"{path}.file-format").upper()
    if file_format not in TEST_FORMATS + COVERAGE_FORMATS:
        raise BuildspecError(f"{path}.file-format: unknown format {file_format}")
    return FileSet(
        name=name,
        globs=_strings(group["files"], f"{path}.files"),
        base_directory=_optional(group, "base-directory", path),
        discard_paths=_yes(group.get("discard-paths", False), f"{path}.discard-paths"),
        file_format=file_format,
    )


def _read_artifacts(value: object) -> tuple[FileSet, ...]:
    keys = ("files", "base-directory", "exclude-paths", "discard-paths")
    block = _block(value, "artifacts", (*keys, "secondary-artifacts"))
    # `files` is required even where there are only secondary artifacts.
    primary = _read_artifact("", {key: block[key] for key in keys if key in block}, "artifacts")
    secondary = _names(block.get("secondary-artifacts", {}), "artifacts.secondary-artifacts")
    return (primary, *(_read_artifact(name, each, f"artifacts.secondary-artifacts.{name}") for name, each in secondary))


def _read_artifact(name: str, value: object, path: str) -> FileSet:
    block = _block(value, path, ("files", "base-directory", "exclude-paths", "discard-paths"), required=("files",))
    return FileSet(
        name=name,
        globs=_strings(block["files"], f"{path}.files"),
        base_directory=_optional(block, "base-directory", path),
        exclude=_strings(block.get("exclude-paths", []), f"{path}.exclude-paths"),
        discard_paths=_yes(block.get("discard-paths", False), f"{path}.discard-paths"),
    )


def _read_cache(value: object) -> FileSet:
    block = _block(value, "cache", ("paths",), required=("paths",))
    return FileSet(name="cache", globs=_strings(block["paths"], "cache.paths"))


def _block(value: object, path: str, keys: Sequence[str], required: Sequence[str] = ()) -> Block:
    """A mapping with known keys only, or a SpecError that names the stray key's path and the nearest known key."""
    known = dict(_names(value, path or "the document"))
    place = "phases.*" if path.startswith("phases.") else path
    for key in known:
        where = f"{path}.{key}" if path else key
        if key in NOT_INTERPRETED.get(place, ()):
            raise BuildspecError(f"{where}: documented by CodeBuild, not interpreted here")
        if key not in keys:
            near = difflib.get_close_matches(key, keys, 1)
            raise BuildspecError(f"{where}: unknown key" + (f", did you mean {near[0]}?" if near else ""))
    for key in required:
        if key not in known:
            raise BuildspecError(f"{path}.{key}: required" if path else f"{key}: required")
    return known


def _names(value: object, path: str) -> tuple[tuple[str, object], ...]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise BuildspecError(f"{path}: not a mapping of names")
    return tuple(value.items())


def _strings(value: object, path: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise BuildspecError(f"{path}: not a list")
    for index, item in enumerate(value):
        # An unquoted command with a colon and a space in it is a mapping to YAML.
        if not isinstance(item, str) or not item.strip():
            raise BuildspecError(f"{path}[{index}]: not a text (a colon followed by a space needs quotes)")
    return tuple(value)


def _scalar(value: object, path: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BuildspecError(f"{path}: not a text (yes, no, true and false need quotes)")
    return str(value)


def _optional(block: Block, key: str, path: str) -> str | None:
    return _scalar(block[key], f"{path}.{key}") if key in block else None


def _yes(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise BuildspecError(f"{path}: neither yes nor no")
    return value
