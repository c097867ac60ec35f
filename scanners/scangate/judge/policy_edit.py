"""Writes an exception into a policy's text: inserts it in one place, changes no other byte, and parses the result to check it.

Loading and dumping a document would lose its formatting; so the new lines are inserted where the parser's marks show that the
last entry ends. It opens no file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import yaml

from scangate.errors import PolicyError
from scangate.judge.policy import PolicyException
from scangate.judge.policy_dump import format_scalar
from scangate.judge.policy_yaml import UNPRINTABLE, Position, make_policy_error, parse_policy_yaml, to_builtins

EXCEPTIONS_KEY = "exceptions"
ENTRY_FIELDS = ("fingerprint", "rule", "path", "advisory", "follows", "reason", "owner", "expires")
LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
INDENT = "  "


def add_exception(text: str, entry: PolicyException, file: str) -> str:
    """The policy's ``text`` with ``entry`` as its last exception; ``file`` is what messages call it.

    Taken out of the result at one place, the new part leaves ``text`` again. PolicyError where the text is no policy's YAML, or is
    written in a way that has no place for an entry.
    """
    before = to_builtins(parse_policy_yaml(text.encode(), file))
    plain = _fields(entry)
    if any(UNPRINTABLE.search(value) for value in plain.values() if isinstance(value, str)):
        raise make_policy_error(Position(file), EXCEPTIONS_KEY, "a control character", "use plain text")
    entries = before.get(EXCEPTIONS_KEY, [])
    wanted = {**before, EXCEPTIONS_KEY: [*entries, plain]} if isinstance(entries, list) else None
    root = yaml.compose(text, Loader=yaml.SafeLoader) if wanted else None
    newline = "\r\n" if "\r\n" in text else "\n"
    for place, lines in _insertion_points(text, root, plain) if root is not None else ():
        written = text[:place] + lines.replace("\n", newline) + text[place:]
        if _parses_as(written, wanted, file):
            return written
    hint = f"write it by hand: {EXCEPTIONS_KEY}: [{_flow(plain)}]"
    raise make_policy_error(Position(file), EXCEPTIONS_KEY, "an entry cannot be added without changing the rest of the file", hint)


def _parses_as(text: str, wanted: Any, file: str) -> bool:
    try:
        return bool(to_builtins(parse_policy_yaml(text.encode(), file)) == wanted)
    except PolicyError:
        return False  # the place was none: the next one is tried


def _fields(entry: PolicyException) -> dict[str, Any]:
    """The fields of the entry as the reader returns them: dates are text."""
    return {name: msgspec.to_builtins(getattr(entry, name)) for name in ENTRY_FIELDS if getattr(entry, name)}


def _insertion_points(text: str, root: Any, plain: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Places and what to put there, the one that reads best first."""
    entries = next((value for key, value in root.value if key.value == EXCEPTIONS_KEY), None)
    if entries is None:
        yield from _new_list(text, root, plain)
    elif entries.flow_style or not entries.value:
        place = entries.value[-1].end_mark.index if entries.value else entries.start_mark.index + 1
        yield place, (", " if entries.value else "") + _flow(plain)
    else:
        yield _line_end(text, _last_node(entries).end_mark.index, _block(plain, " " * entries.start_mark.column))


def _new_list(text: str, root: Any, plain: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """The list itself is missing: at the end of the file, else where the last value ends."""
    if root.flow_style:
        yield root.value[-1][1].end_mark.index, f", {json.dumps(EXCEPTIONS_KEY)}: [{_flow(plain)}]"
        return
    indent = " " * root.start_mark.column
    block = f"{indent}{EXCEPTIONS_KEY}:\n{_block(plain, indent + INDENT)}"
    for place in (len(text), _last_node(root).end_mark.index):
        yield _line_end(text, place, f"\n{block}")
        yield _line_end(text, place, block)


def _last_node(node: Any) -> Any:
    """The node in which a block collection ends: its own end is only where the next thing begins."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        node = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
    return node


def _line_end(text: str, place: int, lines: str) -> tuple[int, str]:
    """The start of the line behind ``place``; a last line without an end gets one."""
    if place and LINE_BREAK.match(text[place - 1]):
        return place, lines
    found = LINE_BREAK.search(text, place)
    return (found.end(), lines) if found is not None else (len(text), f"\n{lines}")


def _block(plain: Mapping[str, Any], indent: str) -> str:
    rows = [row for name, value in plain.items() for row in _rows(name, value)]
    return "".join(f"{indent}{'- ' if number == 0 else INDENT}{row}\n" for number, row in enumerate(rows))


def _rows(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield f"{name}: {_flow(value)}"
    else:
        yield f"{name}: {value if name == 'expires' else format_scalar(value)}"


def _flow(plain: Mapping[str, Any]) -> str:
    return (
        "{"
        + ", ".join(f"{name}: {_flow(value) if isinstance(value, Mapping) else _quoted(value)}" for name, value in plain.items())
        + "}"
    )


def _quoted(value: Any) -> str:
    return format_scalar(value) if format_scalar(value).startswith('"') else json.dumps(value)
