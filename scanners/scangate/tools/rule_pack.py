"""Our rules for semgrep: which files they are for. They are read by the form that they are written in: a YAML reader would take a
tenth of a second for all of them, in every run."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from scangate.assets import folder
from scangate.globs import matches

__all__ = ["has_rules_for", "is_dockerfile", "load_scopes", "rule_files_for"]

SUFFIXES = {"python": (".py", ".pyi"), "yaml": (".yml", ".yaml"), "json": (".json",)}
DOCKERFILE = re.compile(
    r"(?i:(?:docker|container)file(?:\..+)?|.*\.(?:docker|container)file)|(?:Docker|Container)file[-_](?:[^.]|\.\d)+"
)
OTHER_SUFFIXES = (*itertools.chain(*SUFFIXES.values()), ".md", ".rst", ".adoc", ".html")
"""What a file of the name ``dockerfile`` is about Dockerfiles, and none of them."""


class RuleScope(NamedTuple):
    """What one rule is for: its languages, and the path patterns that it is limited to; None where it is not."""

    languages: tuple[str, ...]
    patterns: tuple[str, ...] | None


def has_rules_for(path: str) -> bool:
    """Whether at least one rule is for the file, by its languages and the paths that it is limited to."""
    patterns = _patterns_by_language()
    return any(
        patterns[language] is None or any(matches(pattern, path) for pattern in patterns[language] or ())
        for language in _languages(path)
        if language in patterns
    )


def rule_files_for(paths: Iterable[str]) -> list[Path]:
    """The rule files with a rule for the language of at least one of ``paths``. semgrep reads all that it is given before it opens
    the first file, which takes as long as its own start."""
    spoken = {language for path in paths for language in _languages(path)}
    return [file for file, rules in load_scopes().items() if any(spoken.intersection(rule.languages) for rule in rules)]


def _languages(path: str) -> Iterator[str]:
    if is_dockerfile(path):
        yield "dockerfile"
    yield from (language for language, endings in SUFFIXES.items() if path.lower().endswith(endings))


def is_dockerfile(path: str) -> bool:
    """Whether a file is one by its name: ``Dockerfile.web``, ``Dockerfile-3.12``, ``web.dockerfile``, but not ``dockerfile.py``."""
    name = PurePosixPath(path).name
    return DOCKERFILE.fullmatch(name) is not None and not name.lower().endswith(OTHER_SUFFIXES)


@functools.cache
def _patterns_by_language() -> Mapping[str, tuple[str, ...] | None]:
    """The languages of the pack; for each the path patterns that its rules are limited to, None where one rule is not."""
    found: dict[str, tuple[str, ...] | None] = {}
    for languages, patterns in (rule for rules in load_scopes().values() for rule in rules):
        for language in languages:
            known = found.get(language, ())
            found[language] = None if patterns is None or known is None else (*known, *patterns)
    return found


@functools.cache
def load_scopes() -> Mapping[Path, tuple[RuleScope, ...]]:
    """What each rule of each file of the pack is for."""
    return {file: tuple(_parse_scopes(file.read_text("utf-8"))) for file in sorted((folder("policies") / "rules").rglob("*.yaml"))}


def _parse_scopes(text: str) -> Iterator[RuleScope]:
    for rule in re.split(r"^  - id: ", text, flags=re.MULTILINE)[1:]:
        languages = re.search(r"^    languages:\n((?:      - \S+\n)+)", rule, re.MULTILINE)
        patterns = re.search(r"^    paths:\n      include:\n((?:        - .+\n)+)", rule, re.MULTILINE)
        yield RuleScope(_parse_list(languages[1] if languages else ""), _parse_list(patterns[1]) if patterns else None)


def _parse_list(lines: str) -> tuple[str, ...]:
    return tuple(line.strip().removeprefix("- ").strip("\"'") for line in lines.splitlines())
