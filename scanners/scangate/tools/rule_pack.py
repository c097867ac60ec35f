"""Our semgrep rules: to which files they apply. The rule files are parsed by their layout, since a YAML parser would take 0.1 s in
every run."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from scangate.assets import folder
from scangate.globs import matches

SUFFIXES = {"python": (".py", ".pyi"), "yaml": (".yml", ".yaml"), "json": (".json",)}
DOCKERFILE = re.compile(
    r"(?i:(?:docker|container)file(?:\..+)?|.*\.(?:docker|container)file)|(?:Docker|Container)file[-_](?:[^.]|\.\d)+"
)
OTHER_SUFFIXES = (*itertools.chain(*SUFFIXES.values()), ".md", ".rst", ".adoc", ".html")
"""With these suffixes, a file named like a Dockerfile is something else."""


class RuleScope(NamedTuple):
    """The languages of a rule, and the path patterns that it is limited to, or None."""

    languages: tuple[str, ...]
    patterns: tuple[str, ...] | None


def has_rules_for(path: str) -> bool:
    """Whether at least one rule applies to the file, by language and path."""
    patterns = _patterns_by_language()
    return any(
        patterns[language] is None or any(matches(pattern, path) for pattern in patterns[language] or ())
        for language in _languages(path)
        if language in patterns
    )


def rule_files_for(paths: Iterable[str]) -> list[Path]:
    """The rule files with a rule for the language of at least one of ``paths``. Loading all rules doubles semgrep's start-up."""
    languages = {language for path in paths for language in _languages(path)}
    return [file for file, rules in load_scopes().items() if any(languages.intersection(rule.languages) for rule in rules)]


def _languages(path: str) -> Iterator[str]:
    if is_dockerfile(path):
        yield "dockerfile"
    yield from (language for language, endings in SUFFIXES.items() if path.lower().endswith(endings))


def is_dockerfile(path: str) -> bool:
    """Whether a file is a Dockerfile by name: ``Dockerfile.web``, ``Dockerfile-3.12``, ``x.dockerfile``, not ``dockerfile.py``."""
    name = PurePosixPath(path).name
    return DOCKERFILE.fullmatch(name) is not None and not name.lower().endswith(OTHER_SUFFIXES)


@functools.cache
def _patterns_by_language() -> Mapping[str, tuple[str, ...] | None]:
    """For each language the path patterns that its rules are limited to, None if one rule is not limited."""
    found: dict[str, tuple[str, ...] | None] = {}
    for languages, patterns in (rule for rules in load_scopes().values() for rule in rules):
        for language in languages:
            known = found.get(language, ())
            found[language] = None if patterns is None or known is None else (*known, *patterns)
    return found


@functools.cache
def load_scopes() -> Mapping[Path, tuple[RuleScope, ...]]:
    """The scope of each rule, by rule file."""
    return {file: tuple(_parse_scopes(file.read_text("utf-8"))) for file in sorted((folder("policies") / "rules").rglob("*.yaml"))}


def _parse_scopes(text: str) -> Iterator[RuleScope]:
    for rule in re.split(r"^  - id: ", text, flags=re.MULTILINE)[1:]:
        languages = re.search(r"^    languages:\n((?:      - \S+\n)+)", rule, re.MULTILINE)
        patterns = re.search(r"^    paths:\n      include:\n((?:        - .+\n)+)", rule, re.MULTILINE)
        yield RuleScope(_parse_list(languages[1] if languages else ""), _parse_list(patterns[1]) if patterns else None)


def _parse_list(lines: str) -> tuple[str, ...]:
    return tuple(line.strip().removeprefix("- ").strip("\"'") for line in lines.splitlines())
