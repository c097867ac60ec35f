"""Our semgrep rules: to which files they apply, and what they cover.

The rule files are parsed by their layout, since a YAML parser would take 0.1 s in every run.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from scangate.assets import folder
from scangate.content.catalog import is_template, is_text
from scangate.globs import matches
from scangate.model import Analysis, Coverage, Severity

SUFFIXES = {
    "python": (".py", ".pyi"),
    "javascript": (".js", ".jsx", ".mjs", ".cjs"),
    "typescript": (".ts", ".tsx"),
    "yaml": (".yaml", ".yml"),
    "json": (".json",),
    "terraform": (".tf",),
}
"""By language the suffixes by which semgrep recognizes it; they are case-sensitive."""
CODE_TYPES = frozenset({"python", "dockerfile", "javascript", "typescript"})
"""Content types that are languages themselves, whatever the names of their files are."""
STRUCTURED_TYPES = frozenset(
    (
        *("ansible", "appspec", "arm-template", "azure-pipelines", "bitbucket-pipelines", "buildspec", "circleci", "cloud-build"),
        *("cloudformation", "compose", "devcontainer", "drone-ci", "ebextensions", "ecs-task-definition", "github-action"),
        *("github-workflow", "gitlab-ci", "helm-chart", "helm-values", "iam-policy", "json", "kubernetes", "pulumi", "serverless"),
        *("travis-ci", "yaml"),
    )
)
"""Content types of files that are YAML or JSON, whatever their names are."""
DOCKERFILE = re.compile(
    r"(?i:(?:docker|container)file(?:\..+)?|.*\.(?:docker|container)file)|(?:Docker|Container)file[-_](?:[^.]|\.\d)+"
)
OTHER_SUFFIXES = (*itertools.chain(*SUFFIXES.values()), ".md", ".rst", ".adoc", ".html")
"""With these suffixes, a file named like a Dockerfile is something else."""

_SHARED_SUFFIXES = frozenset({"javascript", "typescript"})
"""Languages with a suffix that other content has, too: ``.ts`` is also a translation of Qt, or a film."""

KINDS = {"code": Analysis.CODE, "configuration": Analysis.CONFIGURATION}


CONTENT_TYPES = {
    "actions": ("github-action",),
    "buildspec": ("buildspec",),
    "cdk-typescript": ("javascript", "typescript"),
    "cloudformation": ("cloudformation",),
    "cloudformation/iam.yaml": ("cloudformation", "iam-policy"),
    "cloudformation/access.yaml": ("cloudformation", "iam-policy"),
    "compose": ("compose",),
    "docker": ("dockerfile",),
    "github": ("github-workflow",),
    "gitlab": ("gitlab-ci",),
    "kubernetes": ("kubernetes",),
    "python": ("python",),
    "javascript": ("javascript", "typescript"),
    "shell": ("shell",),
    "terraform": ("terraform",),
}
"""The content types that the rules of a folder, or of a file, are about."""

LIMITED_TO_CONTENT = frozenset({"actions", "compose", "gitlab", "kubernetes", "terraform"})
"""Folders whose rules are loaded for files of their content types alone, and find nothing in others. The rules of other folders see
every file in their language."""

SEVERITIES = {"INFO": Severity.LOW, "WARNING": Severity.MEDIUM, "ERROR": Severity.HIGH, **Severity.__members__}
"""The severities that a rule may name: semgrep's words, and ours."""

DOCUMENT_MODE = "document"
"""The mode of rules that are not semgrep's, see `scangate.tools.document_rules`; a file has such rules only, or none."""

JSON_AS_YAML = frozenset({"compose", "github-action", "gitlab-ci", "kubernetes"})
"""Content types whose rules are for YAML: semgrep gets their JSON as YAML, which it is as well."""

MIN_WEAKNESSES = {Analysis.CODE: 10, Analysis.CONFIGURATION: 5}
"""How many classes of weaknesses (CWE numbers) the rules for a content type must find, so that it counts as analyzed.

Code: about 20 of MITRE's "Top 25 Most Dangerous Software Weaknesses" are possible in a memory-safe language; rules that find fewer
than 10 classes miss most of them. Configuration: rights, reachability, encryption, the origin of secrets and trust in foreign
content are at least one class each.
"""
MIN_WEAKNESSES_OF_TYPE = {"iam-policy": 3}
"""Instead, for content types that decide less. An IAM policy only grants rights: too many, to anyone, or that lead to others."""


_RULE_START = r"^  - id: "
WHITE_SPACE = b" \t\r\n\xef\xbb\xbf"


class RuleScope(NamedTuple):
    """The languages of a rule, the path patterns that it is limited to, or None, and what it finds."""

    languages: tuple[str, ...]
    patterns: tuple[str, ...] | None
    kind: str = ""
    weaknesses: tuple[str, ...] = ()
    name: str = ""
    mode: str = ""


@functools.cache
def covered_content(more: tuple[tuple[str, RuleScope], ...] = (), *, are_followed: bool | None = None) -> tuple[Coverage, ...]:
    """What the rules cover: the content types of which they find at least MIN_WEAKNESSES. ``more``: rules that are not bundled,
    each with a content type. ``are_followed``: only the rules that `is_followed` is true of, or false; None: all.

    Rules are counted for one syntax: some rules for CloudFormation are there twice, for YAML and for JSON.
    """
    rules: dict[tuple[str, Analysis], Counter[str]] = defaultdict(Counter)
    weaknesses: dict[tuple[str, Analysis], set[str]] = defaultdict(set)
    bundled = (
        (content_type, scope)
        for file, scopes in load_scopes().items()
        for content_type in _content_types(file)
        for scope in scopes
        if are_followed in (None, is_followed(scope))
    )
    for content_type, scope in (*bundled, *more):
        if scope.kind in KINDS:
            key = (content_type, KINDS[scope.kind])
            rules[key].update(scope.languages)
            weaknesses[key].update(scope.weaknesses)
    return tuple(
        Coverage(content_type, analysis, max(counts.values()))
        for (content_type, analysis), counts in sorted(rules.items())
        if len(weaknesses[content_type, analysis]) >= MIN_WEAKNESSES_OF_TYPE.get(content_type, MIN_WEAKNESSES[analysis])
    )


def _content_types(file: Path) -> tuple[str, ...]:
    """The content types that the rules of a file are about."""
    return CONTENT_TYPES.get(f"{file.parent.name}/{file.name}") or CONTENT_TYPES.get(file.parent.name, ())


def has_rules_for(path: str, content_type: str) -> bool:
    """Whether at least one rule applies to the file, by language and path or, of the rules that are not semgrep's, by content."""
    return has_semgrep_rules_for(path, content_type) or bool(document_rule_files(content_type))


def has_semgrep_rules_for(path: str, content_type: str) -> bool:
    """Whether at least one rule of semgrep applies to the file, by language and path."""
    patterns = _patterns_by_language()
    return any(
        patterns[language] is None or any(matches(pattern, path) for pattern in patterns[language] or ())
        for language in _possible_languages(path, content_type)
        if language in patterns
    )


def tool_path(path: str, content_type: str, data: bytes) -> str:
    """The path under which semgrep recognizes the language of the file: its own, or that with a suffix added."""
    languages = _possible_languages(path, content_type)
    if not languages or languages == ("dockerfile",):
        return path if not languages or is_dockerfile(path) else f"{path}.dockerfile"
    language = languages[0]
    if len(languages) > 1:
        language = "json" if data.lstrip(WHITE_SPACE)[:1] in (b"{", b"[") else "yaml"
    return path if path.endswith(SUFFIXES[language]) else path + SUFFIXES[language][0]


def _possible_languages(path: str, content_type: str) -> tuple[str, ...]:
    """The languages that the file may be written in; the content distinguishes YAML and JSON if the name does not."""
    if content_type and (not is_text(content_type) or is_template(content_type) or content_type == "helm-template"):
        return ()
    if content_type in CODE_TYPES:
        return (content_type,)
    if content_type == "terraform":  # its other syntax, ``main.tf.json``, is a structure that the rules do not know
        return () if path.lower().endswith(".json") else (content_type,)
    if content_type in JSON_AS_YAML:
        return ("yaml",)
    by_suffix = tuple(
        language
        for language, endings in SUFFIXES.items()
        if path.lower().endswith(endings) and (not content_type or language not in _SHARED_SUFFIXES)
    )
    return by_suffix or (("yaml", "json") if content_type in STRUCTURED_TYPES else ())


def semgrep_rule_files() -> tuple[Path, ...]:
    """All files with semgrep rules; the others have document rules, which semgrep refuses."""
    return tuple(file for file, rules in load_scopes().items() if any(rule.mode != DOCUMENT_MODE for rule in rules))


def rule_files_for(paths: Iterable[str], content_types: Iterable[str] | None = None) -> list[Path]:
    """The files with a semgrep rule for a language of ``paths``, see `tool_path`: to load all files takes twice as long.

    Files of a folder in LIMITED_TO_CONTENT only if one of ``content_types`` is theirs; None means all.
    """
    languages = {language for path in paths for language in _languages(path)}
    scopes = {file: [rule for rule in rules if rule.mode != DOCUMENT_MODE] for file, rules in load_scopes().items()}
    known = None if content_types is None else frozenset(content_types)
    return [
        file
        for file, rules in scopes.items()
        if any(languages.intersection(rule.languages) for rule in rules)
        and (known is None or file.parent.name not in LIMITED_TO_CONTENT or not known.isdisjoint(_content_types(file)))
    ]


def without_followed_rules(file: Path) -> str | None:
    """The text of a rule file without the rules that the scanner taint follows, see `is_followed`: empty if there are no others.
    None if it has no such rule."""
    followed = [each for each in load_scopes()[file] if is_followed(each)]
    if not followed:
        return None
    if len(followed) == len(load_scopes()[file]):
        return ""
    head, *rules = re.split(_RULE_START, file.read_text("utf-8"), flags=re.MULTILINE)
    names = {each.name for each in followed}
    return head + "".join(f"  - id: {each}" for each in rules if each.partition("\n")[0] not in names)


def is_followed(rule: RuleScope) -> bool:
    """Whether the scanner taint has a rule as well: request data in Python."""
    return rule.mode == "taint" and rule.languages == ("python",)


def is_about(name: str, content_type: str) -> bool:
    """Whether a rule may find something in a file of this content type, so that no finding depends on the other files of a call."""
    return content_type in _limits_by_rule().get(name, (content_type,))


@functools.cache
def _limits_by_rule() -> Mapping[str, tuple[str, ...]]:
    """For each rule of the folders in LIMITED_TO_CONTENT its content types."""
    limited = ((file, rules) for file, rules in load_scopes().items() if file.parent.name in LIMITED_TO_CONTENT)
    return {rule.name: _content_types(file) for file, rules in limited for rule in rules}


@functools.cache
def document_rule_files(content_type: str) -> tuple[str, ...]:
    """The files with document rules for a content type, as `document_rules.pack` names them."""
    files = (file for file, rules in load_scopes().items() if any(rule.mode == DOCUMENT_MODE for rule in rules))
    return tuple(f"{file.parent.name}/{file.name}" for file in files if content_type in _content_types(file))


def statement_language(path: str, content_type: str, data: bytes) -> str:
    """``yaml`` or ``json``, as semgrep reads a file that can have statements of IAM policies; empty for any other file."""
    if content_type not in CONTENT_TYPES["cloudformation/iam.yaml"]:
        return ""
    return "json" if tool_path(path, content_type, data).endswith(SUFFIXES["json"]) else "yaml"


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
    for rule in itertools.chain.from_iterable(load_scopes().values()):
        for language in rule.languages:
            known = found.get(language, ())
            found[language] = None if rule.patterns is None or known is None else (*known, *rule.patterns)
    return found


@functools.cache
def load_scopes() -> Mapping[Path, tuple[RuleScope, ...]]:
    """The scope of each rule, by rule file."""
    return {file: tuple(_parse_scopes(file.read_text("utf-8"))) for file in sorted((folder("policies") / "rules").rglob("*.yaml"))}


@functools.cache
def list_taint_rules() -> frozenset[str]:
    """The rules whose findings are at the value that reaches a call."""
    return frozenset(scope.name for scopes in load_scopes().values() for scope in scopes if scope.mode == "taint")


def _parse_scopes(text: str) -> Iterator[RuleScope]:
    for rule in re.split(_RULE_START, text, flags=re.MULTILINE)[1:]:
        languages = re.search(r"^    languages:\n((?:      - \S+\n)+)", rule, re.MULTILINE)
        patterns = re.search(r"^    paths:\n      include:\n((?:        - .+\n)+)", rule, re.MULTILINE)
        kind = re.search(r"^      kind: (\S+)$", rule, re.MULTILINE)
        mode = re.search(r"^    mode: (\S+)$", rule, re.MULTILINE)
        cwes = re.search(r"^      cwe:\n((?:        - .+\n)+)", rule, re.MULTILINE)
        yield RuleScope(
            _parse_list(languages[1] if languages else ""),
            _parse_list(patterns[1]) if patterns else None,
            kind[1] if kind else "",
            _parse_list(cwes[1]) if cwes else (),
            rule.partition("\n")[0],
            mode[1] if mode else "",
        )


def _parse_list(lines: str) -> tuple[str, ...]:
    return tuple(line.strip().removeprefix("- ").strip("\"'") for line in lines.splitlines())


def parse_cwes(metadata: Mapping[str, Any]) -> Iterator[int]:
    """The CWE numbers in a rule's metadata, the main one first."""
    for word in metadata.get("cwe", []):
        number = str(word).partition(":")[0].removeprefix("CWE-").strip()
        if number.isdigit():
            yield int(number)
