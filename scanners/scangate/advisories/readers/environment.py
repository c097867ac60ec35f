"""Reads environment.yml, conda's list of packages: its pip part as a requirements file; conda's own packages are one gap.

https://docs.conda.io/projects/conda/en/latest/user-guide/tasks/manage-environments.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import yaml

from scangate.advisories.conda_packages import conda_gap
from scangate.advisories.manifest import REGENERATE_HINT, AuditGap, MalformedManifestError
from scangate.advisories.readers.requirements import Line, RequirementsFile, parse_line
from scangate.advisories.yaml_nodes import compose, fields, items, line_of, text_of
from scangate.model import GapKind

_INTERPRETER = re.compile(r"(?:[^:\s]+::)?(?:python(?![\w.-]).*|pip)", re.DOTALL)  # what an environment has to name to use pip

_ITEM = re.compile(r"([ \t]*)-[ \t]+(\S[^\n]*)")
_EXACT = re.compile(
    r"(?<![=<>!~])==\s*[^\s=*,|]+(?=$|[\s=,|\]])"  # numpy==1.26.4
    r"|^[^=<>!~\s]+=[^=<>!~\s*,|]+=[^=]"  # numpy=1.26.4=py311_0
    r"|^[^=<>!~\s]+\s+\d[^=<>!~\s*,|]*(?:\s+\S+)?$"  # numpy 1.26.4, numpy 1.26.4 py311_0
)
"""A package of conda with an exact version. ``numpy=1.26.4`` is none: one ``=`` means any version that begins so, such as 1.26.4.1.

https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-search.html
"""


def parse_file(path: str, files: Mapping[str, str]) -> RequirementsFile | None:
    """The pip part, and a gap for conda's packages; None if the file is no environment of conda."""
    text = files[path]
    if "dependencies" not in text:
        return None
    try:
        listed = items(fields(compose(text)).get("dependencies"))
    except MalformedManifestError as error:
        found = [item for line, each in _recover_pip_lines(text) for item in parse_line(each, line, path, files)]
        return RequirementsFile((*found, error.gap))
    is_environment = any(text_of(node).strip() or "pip" in fields(node) for node in listed)
    return RequirementsFile(tuple(_lines(listed, path, files))) if is_environment else None


def _recover_pip_lines(text: str) -> Iterator[tuple[int, str]]:
    """The items of the pip part of a file that is not YAML, with their lines: those that are indented below its key."""
    depth = -1
    for number, line in enumerate(text.split("\n"), start=1):
        match = _ITEM.match(line)
        if match is None:
            continue
        indent, item = len(match[1]), match[2].partition(" #")[0].strip(" \"'")
        if 0 <= depth < indent:
            yield number, item
        else:
            depth = indent if item.removesuffix(":").rstrip() == "pip" and item.endswith(":") else -1


def _lines(listed: list[yaml.Node], path: str, files: Mapping[str, str]) -> Iterator[Line]:
    parts = [(name, node, value) for node in listed for name, value in fields(node).items()]
    packages = [node for node in listed if text_of(node).strip()]
    for name, node, value in parts:
        yield from _pip_lines(value, path, files) if name == "pip" else [_malformed(node, "not a list of packages")]
    yield from (_malformed(node, "not a package") for node in listed if isinstance(node, yaml.SequenceNode))
    unknown = [node for node in packages if not _INTERPRETER.fullmatch(text_of(node).strip())]
    if unknown:
        is_pinned = any(_EXACT.search(text_of(node).strip()) for node in unknown)
        yield conda_gap(path, line_of(unknown[0]), len(unknown), is_pinned=is_pinned)


def _pip_lines(value: yaml.Node, path: str, files: Mapping[str, str]) -> Iterator[Line]:
    """The lines that conda passes to pip, in a requirements file next to this one."""
    for item in items(value) or [value]:
        if isinstance(item, yaml.ScalarNode):
            lines = (text.partition(" #")[0].strip() for text in text_of(item).split("\n"))
            for text in (text for text in lines if text and not text.startswith("#")):
                yield from parse_line(text, line_of(item), path, files)
        elif item.value:
            yield _malformed(item, "not a requirement")


def _malformed(node: yaml.Node, reason: str) -> AuditGap:
    return AuditGap(line_of(node), GapKind.UNPARSABLE, reason, REGENERATE_HINT)
