"""Reads the comments in which pip-compile and uv record why a package is pinned: `# via flask`."""

from __future__ import annotations

from collections.abc import Iterable

from scangate.advisories.package_names import normalize_or_empty


def parse_via_comments(comments: Iterable[tuple[int, str]]) -> tuple[tuple[int, tuple[str, ...] | None], ...]:
    """For each pin's line that has such comments: the packages that require it, or None if the project itself does.

    ``comments`` are texts with the line of the pin that they follow.
    """
    parents: dict[int, list[str]] = {}
    listing = -1  # the pin whose parents follow, one per line
    for line, comment in comments:
        text = comment[1:].strip()
        if text == "via" or text.startswith("via "):
            parents.setdefault(line, []).extend(text[3:].split(","))
            listing = line if text == "via" else -1
        elif line == listing:
            parents[line].append(text)
    return tuple((line, _parent_names(texts)) for line, texts in parents.items())


def _parent_names(texts: Iterable[str]) -> tuple[str, ...] | None:
    names: list[str] = []
    for text in map(str.strip, texts):
        if text.startswith("-r") or "(" in text:
            return None
        names.append(normalize_or_empty(text))  # empty: `-c constraints.txt`, or an unrelated comment
    return tuple(filter(None, names))
