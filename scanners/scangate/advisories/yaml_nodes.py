"""Parses YAML into nodes with their lines, and takes values out of them whatever form they have; nothing is constructed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import yaml

from scangate.advisories.manifest import MalformedManifestError
from scangate.model import GapKind

MAX_LENGTH = 8_000_000  # characters
MAX_LENGTH_IN_PYTHON = 200_000  # if PyYAML has no C parser
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def compose(text: str) -> yaml.Node | None:
    """The root of a YAML document, None if it is empty. Raises MalformedManifestError with the line."""
    limit = MAX_LENGTH if _LOADER is not yaml.SafeLoader else MAX_LENGTH_IN_PYTHON
    if len(text) > limit:
        raise MalformedManifestError(f"more than {limit:,} characters", kind=GapKind.TOO_LARGE, hint="split the file")
    try:
        return yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = min(mark.line, text.count("\n")) + 1 if mark is not None else 1
        raise MalformedManifestError("not YAML", line) from None
    except RecursionError:
        raise MalformedManifestError("nested too deeply") from None


def recover_items(text: str, keys: tuple[str, ...]) -> Iterator[tuple[yaml.Node | None, int]]:
    """The items of the list at a top-level key of a text that is not YAML as a whole, each parsed on its own, with the line before.

    None takes the place of an item that is not YAML.
    """
    lines = text.split("\n")
    begin = next((number for number, line in enumerate(lines) if line.rstrip().removesuffix(":") in keys), len(lines))
    starts = [number for number in range(begin + 1, len(lines)) if lines[number].startswith("- ")]
    for start, end in pairwise([*starts, len(lines)]):
        try:
            yield next(iter(items(compose("\n".join(lines[start:end])))), None), start
        except MalformedManifestError:
            yield None, start


def fields(node: yaml.Node | None) -> Mapping[str, yaml.Node]:
    """The values of a mapping by their keys, as far as these are strings; empty for any other node."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return {key.value: value for key, value in pairs if isinstance(key, yaml.ScalarNode)}


def require_mapping(node: yaml.Node | None, name: str) -> Mapping[str, yaml.Node]:
    """Like `fields`, for what the format wants to be a mapping, if it is there. Raises MalformedManifestError for anything else."""
    is_empty = isinstance(node, yaml.ScalarNode) and node.value in ("", "~", "null")
    if node is not None and not is_empty and not isinstance(node, yaml.MappingNode):
        raise MalformedManifestError(f"`{name}` is no mapping", line_of(node))
    return fields(node)


def items(node: yaml.Node | None) -> list[yaml.Node]:
    """The items of a list; empty for any other node."""
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def text_of(node: yaml.Node | None) -> str:
    """The text of a scalar, as it is written; empty for any other node."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def line_of(node: yaml.Node) -> int:
    """The line on which a node begins."""
    return int(node.start_mark.line) + 1
