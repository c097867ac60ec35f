"""Writes an exception or a scanner into a policy's text: inserts it in one place, changes no other byte, and parses the result to
check it.

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

EXCEPTIONS_KEY, SCANNERS_KEY, SEVERITY_KEY = "exceptions", "scanners", "severity"
ENTRY_FIELDS = ("fingerprint", "rule", "path", "advisory", "follows", "reason", "owner", "expires")
LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
INDENT = "  "


def add_exception(text: str, entry: PolicyException, file: str) -> str:
    """The policy's ``text`` with ``entry`` as its last exception; ``file`` is what messages call it.

    Taken out of the result at one place, the new part leaves ``text`` again. PolicyError where the text is no policy's YAML, or is
    written in a way that has no place for an entry.
    """
    plain = _fields(entry)
    if any(UNPRINTABLE.search(value) for value in plain.values() if isinstance(value, str)):
        raise make_policy_error(Position(file), EXCEPTIONS_KEY, "a control character", "use plain text")
    return _add_to_list(text, EXCEPTIONS_KEY, plain, file)


def add_severity(text: str, entry: Mapping[str, Any], file: str) -> str:
    """The policy's ``text`` with ``entry`` as the last one of ``severity``; see `add_exception`."""
    return _add_to_list(text, SEVERITY_KEY, entry, file)


def add_scanner(text: str, name: str, block: Mapping[str, Any], block_text: str, file: str) -> str:
    """The policy's ``text`` with the block of a scanner that it does not name yet; see `add_exception`.

    ``block_text``: the entry in block style, with its comments; in a mapping in flow style, ``block`` is written instead.
    """
    before = to_builtins(parse_policy_yaml(text.encode(), file))
    scanners = before.get(SCANNERS_KEY, {})
    if isinstance(scanners, dict) and name in scanners:
        raise make_policy_error(Position(file), f"{SCANNERS_KEY}.{name}", "the policy has this scanner already", f"edit {file}")
    wanted = {**before, SCANNERS_KEY: {**scanners, name: dict(block)}} if isinstance(scanners, dict) else None
    return _insert(text, SCANNERS_KEY, _scanner_points(text, name, block, block_text), wanted, file, f"{name}: {json.dumps(block)}")


def _add_to_list(text: str, key: str, plain: Mapping[str, Any], file: str) -> str:
    before = to_builtins(parse_policy_yaml(text.encode(), file))
    entries = before.get(key, [])
    wanted = {**before, key: [*entries, dict(plain)]} if isinstance(entries, list) else None
    return _insert(text, key, _insertion_points(text, key, plain), wanted, file, f"[{_flow(plain)}]")


def _insert(  # noqa: PLR0913, PLR0917 -- what is inserted, and what it is checked against
    text: str, key: str, points: Iterator[tuple[int, str]], wanted: Any, file: str, by_hand: str
) -> str:
    """``text`` with the first of the insertions after which it is ``wanted``."""
    newline = "\r\n" if "\r\n" in text else "\n"
    for place, lines in points if wanted is not None else ():
        written = text[:place] + lines.replace("\n", newline) + text[place:]
        if _parses_as(written, wanted, file):
            return written
    what = "an entry cannot be added without changing the rest of the file"
    raise make_policy_error(Position(file), key, what, f"write it by hand: {key}: {by_hand}")


def _scanner_points(text: str, name: str, block: Mapping[str, Any], block_text: str) -> Iterator[tuple[int, str]]:
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None or root.flow_style:
        return
    found = next((value for key, value in root.value if key.value == SCANNERS_KEY), None)
    indent = " " * root.start_mark.column
    if found is None:
        whole = f"{indent}{SCANNERS_KEY}:\n{_indent(block_text, indent + INDENT)}"
        for place in (len(text), _last_node(root).end_mark.index):
            yield _line_end(text, place, f"\n{whole}")
            yield _line_end(text, place, whole)
    elif isinstance(found, yaml.MappingNode) and (found.flow_style or not found.value):
        place = found.value[-1][1].end_mark.index if found.value else found.start_mark.index + 1
        yield place, (", " if found.value else "") + f"{name}: {json.dumps(block)}"
    elif isinstance(found, yaml.MappingNode):
        yield _line_end(text, _last_node(found).end_mark.index, _indent(block_text, " " * found.start_mark.column))


def _indent(text: str, indent: str) -> str:
    return "".join(f"{indent}{line}\n" for line in text.splitlines())


def _parses_as(text: str, wanted: Any, file: str) -> bool:
    try:
        return bool(to_builtins(parse_policy_yaml(text.encode(), file)) == wanted)
    except PolicyError:
        return False  # the place was none: the next one is tried


def _fields(entry: PolicyException) -> dict[str, Any]:
    """The fields of the entry as the reader returns them: dates are text."""
    return {name: msgspec.to_builtins(getattr(entry, name)) for name in ENTRY_FIELDS if getattr(entry, name)}


def _insertion_points(text: str, key: str, plain: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Places and what to put there, the one that reads best first."""
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None:
        return
    entries = next((value for name, value in root.value if name.value == key), None)
    if entries is None:
        yield from _new_list(text, root, key, plain)
    elif entries.flow_style or not entries.value:
        place = entries.value[-1].end_mark.index if entries.value else entries.start_mark.index + 1
        yield place, (", " if entries.value else "") + _flow(plain)
    else:
        yield _line_end(text, _last_node(entries).end_mark.index, _block(plain, " " * entries.start_mark.column))


def _new_list(text: str, root: Any, key: str, plain: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """The list itself is missing: at the end of the file, else where the last value ends."""
    if root.flow_style:
        yield root.value[-1][1].end_mark.index, f", {json.dumps(key)}: [{_flow(plain)}]"
        return
    indent = " " * root.start_mark.column
    block = f"{indent}{key}:\n{_block(plain, indent + INDENT)}"
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
