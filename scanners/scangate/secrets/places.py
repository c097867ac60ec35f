"""Where in a file a value is: under which keys, in quotes or not, in which kind of file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from scangate.secrets.detection import Detection
from scangate.secrets.text import ScannedText

MAX_LINES = 400  # searched upwards for the keys around a value
_KEY = re.compile(r"\s*(?:- +)?[\"']?([\w.$@/-]{1,120})[\"']?\s*[:={]")
_QUOTES = frozenset("\"'`")
_PROSE = frozenset({"markdown", "rst", "text", "tex", "mdx", "quarto", "r-markdown", "log"})
_TESTS = re.compile(
    r"(?:^|/)(?:tests?|testing|specs?|__tests__|fixtures?|testdata|mocks?|e2e)/"
    r"|(?:^|/)(?:test_[^/]*|[^/]*[._-](?:test|tests|spec)\.\w+|conftest\.py)$"
)
_COMMENT = re.compile(r"[ \t]*(?:/?\*{1,2}(?![\w*])|//[/!]|#:|>>>)[ \t]")
_SAMPLES = re.compile(
    r"(?:^|/)(?:docs?|documentation|examples?|samples?|demos?|tutorials?)/|[._-](?:example|sample|template|dist|stub|skeleton)(?:\.\w+)?$"
)


def keys_around(text: ScannedText, offset: int) -> Iterator[str]:
    """The keys of the mappings that a place is in, from the inside: by the structure of a document, else by indentation."""
    if (entry := text.entry_at(offset)) is not None:
        yield from reversed(entry.path)
        return
    number = text.line_at(offset)
    line = text.lines[number - 1]
    indent = _indent(line)
    if match := _KEY.match(line):
        yield match[1]
    for above in range(number - 2, max(number - 2 - MAX_LINES, -1), -1):
        line = text.lines[above]
        if not line.strip() or line.lstrip()[0] in "#}])":
            continue
        here = _indent(line)
        if here < indent or (
            here == indent and text.lines[number - 1].lstrip().startswith("- ") and not line.lstrip().startswith("- ")
        ):
            indent = here
            number = above + 1
            if match := _KEY.match(line):
                yield match[1]
            if indent == 0:
                return


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def is_prose(text: ScannedText) -> bool:
    """Whether the file is a text for people."""
    return text.content_type in _PROSE


def is_in_tests(text: ScannedText) -> bool:
    """Whether the file is a test, or data of tests."""
    return _TESTS.search(text.path.lower()) is not None


def is_sample_file(text: ScannedText) -> bool:
    """Whether the file shows how something is used."""
    return _SAMPLES.search(text.path.lower()) is not None


def is_in_comment(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is in a comment that documents something, or in a session that shows how something is used."""
    return _COMMENT.match(text.text, text.line_start(detection.start)) is not None


def file_name(text: ScannedText) -> str:
    """The name of the file in lower case."""
    return PurePosixPath(text.path).name.lower()


def is_quoted(detection: Detection, text: ScannedText) -> bool:
    """Whether a quote is before the value."""
    return detection.start > 0 and text.text[detection.start - 1] in _QUOTES
