"""Reads JSON into the same tree as YAML, with positions; comments and trailing commas are accepted. Without recursion, linear."""

from __future__ import annotations

import re

from scangate.content.yaml_tree import DEPTH, Node, Problem

_TOKEN = re.compile(
    r"""(?P<blank>[\s\ufeff,:]+)|(?P<string>"(?:[^"\\]++|\\.)*+")|(?P<open>[\[{])|(?P<close>[\]}])"""
    r"""|(?P<atom>[\w.+-]+)|(?P<comment>//[^\r\n]*|/\*.*?\*/|\#[^\r\n]*)""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))|([^\\]+)|(\\)", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def parse_json(text: str) -> tuple[list[Node], Problem | None]:
    """The root, and the first problem; what comes before it is kept."""
    roots: list[Node] = []
    stack: list[Node] = []
    offset, problem = 0, None
    while offset < len(text):
        match = _TOKEN.match(text, offset)
        kind = match.lastgroup if match else None
        if match is None or (kind == "open" and len(stack) >= DEPTH) or (kind == "close" and not stack):
            problem = Problem(offset, f"nested more than {DEPTH} levels deep" if kind == "open" else "not JSON")
            break
        offset = match.end()
        if kind == "close":
            stack.pop().end = offset
        elif kind in ("string", "atom", "open"):
            node = _node(kind, match)
            (stack[-1].children if stack else roots).append(node)
            if kind == "open":
                stack.append(node)
    if stack and problem is None:
        problem = Problem(len(text), "the document ends too early")
    for node in stack:
        node.end = offset
    return roots, problem


def unescape(text: str, start: int, end: int) -> tuple[str, list[tuple[int, int, int]]]:
    """The value of the string whose quotes are before ``start`` and at ``end``, and its runs without escapes.

    A run is its offset in the value, its offset in ``text`` and its length.
    """
    parts, runs, length = [], [], 0
    for match in _ESCAPE.finditer(text, start, end):
        if match[3]:
            part = match[3]
            runs.append((length, match.start(), len(part)))
        else:
            part = chr(int(match[1], 16)) if match[1] else _SIMPLE.get(match[2], match[2]) if match[2] else "\\"
        parts.append(part)
        length += len(part)
    return _join_surrogates("".join(parts), runs)


def _join_surrogates(value: str, runs: list[tuple[int, int, int]]) -> tuple[str, list[tuple[int, int, int]]]:
    """``\\ud83d\\ude00`` is one character; a surrogate alone is a replacement character."""
    if value.isascii() or re.search("[\ud800-\udfff]", value) is None:
        return value, runs
    shifts = [match.start() for match in re.finditer("[\ud800-\udbff][\udc00-\udfff]", value)]
    moved, count = [], 0
    for start, container, length in runs:
        while count < len(shifts) and shifts[count] < start:
            count += 1
        moved.append((start - count, container, length))
    joined = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return joined, moved


def _node(kind: str, match: re.Match[str]) -> Node:
    start, end = match.span()
    if kind == "open":
        return Node("mapping" if match[0] == "{" else "sequence", "", "", "", start, end, [])
    if kind == "atom":
        return Node("scalar", "", match[0], "", start, end, [])
    value = unescape(match.string, start + 1, end - 1)[0] if "\\" in match[0] else match[0][1:-1]
    return Node("scalar", "", value, "json", start, end, [])
