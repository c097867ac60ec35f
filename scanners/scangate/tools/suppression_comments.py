"""Reads the suppression comments of bandit and semgrep, with the meaning that they have in each tool."""

from __future__ import annotations

import io
import re
import tokenize
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

_NOSEC = re.compile(r"#\s*nosec:?\s*(?P<tests>[^#]+)?#?")
_NOSEC_TEST = re.compile(r"(?:(B\d+|[a-z\d_]+),?)+", re.IGNORECASE)

_IDS = r"(?:[:=]\s?(?P<ids>(?:[^,\s](?:[,\s]+)?)+))?"
_NOSEM_SAME_LINE = re.compile(rf" nosem(?:grep)?{_IDS}", re.IGNORECASE | re.ASCII)
_NOSEM_PREVIOUS_LINE = re.compile(rf"^[^a-zA-Z0-9]*nosem(?:grep)?{_IDS}", re.IGNORECASE | re.ASCII)

MAX_COMMENT_LENGTH = 120


def read_nosec_comments(data: bytes) -> dict[int, str]:
    """The bandit comments of a Python file by line. Only comment tokens count: ``"# nosec"`` in a string has no effect."""
    found = {}
    try:
        for token in tokenize.tokenize(io.BytesIO(data).readline):
            if token.type == tokenize.COMMENT and (match := _NOSEC.search(token.string)):
                found[token.start[0]] = match[0].strip()
    except (tokenize.TokenError, SyntaxError):
        return found  # as in bandit, comments before the error count
    return found


def find_nosec(
    comments: Mapping[int, str], lines: Iterable[int], line: int, test: str, ids: Callable[[], Mapping[str, str]]
) -> str:
    """The comment that suppresses bandit's ``test`` (its id), reported on ``line`` and spanning ``lines``; empty if there is none.

    ``ids`` maps every test id and name to the id: a comment that names none of them suppresses all tests.
    """
    near = [comments[line]] if line in comments else []
    near += [comments[number] for number in lines if number in comments][:1]
    if not near:
        return ""
    tests = set[str]()
    for comment in near:
        tests |= _named_tests(comment, ids)
    return near[0][:MAX_COMMENT_LENGTH] if not tests or test in tests else ""


def _named_tests(comment: str, ids: Callable[[], Mapping[str, str]]) -> set[str]:
    match = _NOSEC.search(comment)
    if match is None or not match["tests"]:
        return set()
    known = ids()
    return {known[found[1]] for found in _NOSEC_TEST.finditer(match["tests"]) if found[1] in known}


def find_nosemgrep(lines: Sequence[str], line: int, rule: str) -> str:
    """The comment on ``line``, or alone on the line before, that suppresses semgrep's ``rule``; empty if there is none."""
    here = deque(_NOSEM_SAME_LINE.finditer(lines[line - 1] if line <= len(lines) else ""), maxlen=1)  # the last one counts
    above = _NOSEM_PREVIOUS_LINE.match(lines[line - 2]) if 2 <= line <= len(lines) + 1 else None
    for match in filter(None, (*here, above)):
        ids = [part.strip(" ").partition(" ")[0] for part in (match["ids"] or "").split(",")]  # an id may be followed by a reason
        if not any(ids) or rule in ids:
            return match[0].strip()[:MAX_COMMENT_LENGTH]
    return ""
