"""Reads environment.yml, conda's list of packages: its pip part as a requirements file; conda's own packages are one gap.

https://docs.conda.io/projects/conda/en/latest/user-guide/tasks/manage-environments.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import yaml

from scangate.advisories.manifest import REGENERATE_HINT, AuditGap, MalformedManifestError
from scangate.advisories.readers.requirements import Line, RequirementsFile, parse_line
from scangate.model import GapKind

MAX_LENGTH = 200_000  # characters; a longer file is not written by hand, and parsing YAML is slow
CONDA_REASON = "{} not audited: the advisories are about packages of PyPI"
_INTERPRETER = re.compile(r"(?:[^:\s]+::)?(?:python(?![\w.-]).*|pip)", re.DOTALL)  # what an environment has to name to use pip
CONDA_HINT = "install them with pip, or allow the gap for this file with a reason: coverage: {allowed-gaps: [...]}"


def parse_file(path: str, files: Mapping[str, str]) -> RequirementsFile:
    """The pip part, and a gap for conda's packages; nothing if the file is no environment of conda."""
    text = files[path]
    if "dependencies" not in text:
        return RequirementsFile()
    try:
        dependencies = _find_dependencies(text)
    except MalformedManifestError as error:
        return RequirementsFile((error.gap,))
    return RequirementsFile(tuple(_lines(dependencies, path, files)) if dependencies is not None else ())


def _find_dependencies(text: str) -> yaml.Node | None:
    """The node of the key `dependencies`; None if there is no such key at the top. Raises MalformedManifestError."""
    if len(text) > MAX_LENGTH:
        raise MalformedManifestError(f"more than {MAX_LENGTH:,} characters", kind=GapKind.TOO_LARGE, hint="split the file")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise MalformedManifestError("not YAML", mark.line + 1 if mark else 1) from None
    except RecursionError:
        raise MalformedManifestError("nested too deeply") from None
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    return next((value for key, value in pairs if key.value == "dependencies"), None)


def _lines(dependencies: yaml.Node, path: str, files: Mapping[str, str]) -> Iterator[Line]:
    items = dependencies.value if isinstance(dependencies, yaml.SequenceNode) else []
    parts = [(key, value) for item in items if isinstance(item, yaml.MappingNode) for key, value in item.value]
    packages = [item for item in items if isinstance(item, yaml.ScalarNode)]
    if not packages and all(key.value != "pip" for key, _ in parts):
        return  # another tool's file
    for key, value in parts:
        yield from _pip_lines(value, path, files) if key.value == "pip" else [_malformed(key, "not a list of packages")]
    yield from (_malformed(item, "not a package") for item in items if isinstance(item, yaml.SequenceNode))
    names = [item for item in packages if item.value.strip() and not _INTERPRETER.fullmatch(item.value.strip())]
    if names:
        count = "1 package of conda is" if len(names) == 1 else f"{len(names)} packages of conda are"
        yield AuditGap(names[0].start_mark.line + 1, GapKind.ADVISORY_UNANSWERED, CONDA_REASON.format(count), CONDA_HINT)


def _pip_lines(value: yaml.Node, path: str, files: Mapping[str, str]) -> Iterator[Line]:
    """The lines that conda passes to pip, in a requirements file next to this one."""
    items = value.value if isinstance(value, yaml.SequenceNode) else [value]
    for item in items:
        if isinstance(item, yaml.ScalarNode):
            for text in item.value.split("\n"):
                if text.strip() and not text.strip().startswith("#"):
                    yield from parse_line(text.partition(" #")[0].strip(), item.start_mark.line + 1, path, files)
        else:
            yield _malformed(item, "not a requirement")


def _malformed(node: yaml.Node, reason: str) -> AuditGap:
    return AuditGap(node.start_mark.line + 1, GapKind.UNPARSABLE, reason, REGENERATE_HINT)
