"""The comments by which pip-compile and uv say who asks for a pin: `# via flask`."""

from __future__ import annotations

from collections.abc import Iterable

from scangate.advisories.package_names import normalize_name

__all__ = ["parse_via_comments"]


def parse_via_comments(comments: Iterable[tuple[int, str]]) -> tuple[tuple[int, tuple[str, ...] | None], ...]:
    """For each line of a pin whose comments say so: the names that ask for it, or None where the project itself does.

    ``comments``: each with the line of the pin above it or beside it.
    """
    found: dict[int, list[str]] = {}
    listing = -1  # the pin whose names follow, one a line
    for line, comment in comments:
        words = comment[1:].strip()
        if words == "via" or words.startswith("via "):
            found.setdefault(line, []).extend(words[3:].split(","))
            listing = line if words == "via" else -1
        elif line == listing:
            found[line].append(words)
    return tuple((line, _parent_names(items)) for line, items in found.items())


def _parent_names(items: Iterable[str]) -> tuple[str, ...] | None:
    names: list[str] = []
    for item in items:
        words = item.strip()
        if words.startswith("-r") or "(" in words:
            return None
        try:
            names.append(normalize_name(words))
        except ValueError:
            continue  # `-c constraints.txt`, or a remark of somebody's own
    return tuple(names)
