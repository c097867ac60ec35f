"""The user's own semgrep rules: reads and checks their files, writes them out for semgrep, and says what they are about.

semgrep gets each rule under a name of ours and without its ``paths``: whether a rule is about a file is decided by the file's path
in the repository and its content type. So no rule of the user takes the name of a bundled one, and a file's own name decides as
little as elsewhere. In findings, the user's rules are ``semgrep:own/ID``.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from scangate import globs
from scangate.content.catalog import CONTENT_TYPES, Form
from scangate.errors import PolicyError
from scangate.files import FileTooLargeError, NotRegularFileError, describe_os_error, read_regular_file
from scangate.model import Confidence, FindingKind, Severity
from scangate.printable import replace_unprintable
from scangate.tools.rule_pack import STRUCTURED_TYPES, SUFFIXES, RuleScope

PREFIX = "own/"
"""What the name of a user's rule begins with in findings and policies; no bundled rule's does."""
TOOL_PREFIX = "scangate-user-"
MAX_FILE_BYTES = 4 * 1024 * 1024
MAX_RULES = 5000
RULE_SUFFIXES = (".yaml", ".yml")
EXAMPLE_NAMES = (".test.", ".fixed.")
"""In the names of YAML files that are examples for rules; semgrep's own naming: https://semgrep.dev/docs/writing-rules/testing-rules"""
ANY_TEXT = frozenset({"generic", "regex", "none"})
"""Languages in which a rule matches any text."""
LANGUAGES: Mapping[str, tuple[frozenset[str], str]] = {
    "python": (frozenset({"python"}), ".py"),
    "javascript": (frozenset({"javascript"}), ".js"),
    "typescript": (frozenset({"typescript"}), ".ts"),
    "dockerfile": (frozenset({"dockerfile"}), ""),
    "terraform": (frozenset({"terraform"}), ".tf"),
    "yaml": (STRUCTURED_TYPES - {"json"}, ""),
    "json": (STRUCTURED_TYPES - {"yaml"}, ""),
    "bash": (frozenset({"shell"}), ".sh"),
    "apex": (frozenset({"apex"}), ".cls"),
    "c": (frozenset({"c"}), ".c"),
    "clojure": (frozenset({"clojure"}), ".clj"),
    "cpp": (frozenset({"cpp"}), ".cpp"),
    "csharp": (frozenset({"csharp"}), ".cs"),
    "dart": (frozenset({"dart"}), ".dart"),
    "elixir": (frozenset({"elixir"}), ".ex"),
    "go": (frozenset({"go"}), ".go"),
    "html": (frozenset({"html"}), ".html"),
    "java": (frozenset({"java"}), ".java"),
    "jsonnet": (frozenset({"jsonnet"}), ".jsonnet"),
    "julia": (frozenset({"julia"}), ".jl"),
    "kotlin": (frozenset({"kotlin"}), ".kt"),
    "lua": (frozenset({"lua"}), ".lua"),
    "ocaml": (frozenset({"ocaml"}), ".ml"),
    "php": (frozenset({"php"}), ".php"),
    "r": (frozenset({"r"}), ".r"),
    "ruby": (frozenset({"ruby"}), ".rb"),
    "rust": (frozenset({"rust"}), ".rs"),
    "scala": (frozenset({"scala"}), ".scala"),
    "scheme": (frozenset({"scheme"}), ".scm"),
    "solidity": (frozenset({"solidity"}), ".sol"),
    "swift": (frozenset({"swift"}), ".swift"),
    "xml": (frozenset({"xml"}), ".xml"),
}
"""By semgrep's language the content types that it reads, and the suffix by which semgrep recognizes it; empty: `rule_pack` decides.
https://semgrep.dev/docs/supported-languages"""
OTHER_LANGUAGE_NAMES = {
    other: language
    for language, others in {
        "python": "py python2 python3",
        "javascript": "js",
        "typescript": "ts",
        "dockerfile": "docker",
        "terraform": "tf hcl",
        "bash": "sh",
        "cpp": "c++",
        "csharp": "c#",
        "elixir": "ex",
        "go": "golang",
        "kotlin": "kt",
        "ruby": "rb",
        "rust": "rs",
        "solidity": "sol",
    }.items()
    for other in others.split()
}
CONFIGURATION_LANGUAGES = frozenset({"dockerfile", "terraform", "yaml", "json"})
TYPES_KEY = "content-types"
"""In the metadata of a rule: the content types that it is about, for YAML and JSON, which are the form of many."""
SEVERITIES = {each.name: each for each in Severity if each is not Severity.UNKNOWN} | {
    "ERROR": Severity.HIGH,
    "WARNING": Severity.MEDIUM,
}
MODES = frozenset({"search", "taint"})
REFUSED_KEYS = {
    "pattern-where-python": "it would run Python code",
    "validators": "they send what they found to a service",
}
DROPPED_KEYS = frozenset({"id", "metadata", "paths", "fix", "fix-regex"})
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_URL = re.compile(r"https?://[\w./:#~%+-]{1,500}")
_CWE = re.compile(r"CWE-(\d+)", re.IGNORECASE)


class UserRule(msgspec.Struct, frozen=True):
    """One rule. ``place``: its file and line. ``definition``: what semgrep gets of it. ``include``, ``exclude``: path patterns;
    without any to include, every path is. ``named_types``: the content types in its metadata, to which it is limited."""

    id: str
    file: str
    line: int
    languages: tuple[str, ...]
    definition: str
    title: str
    severity: Severity
    confidence: Confidence
    kind: FindingKind
    cwe: tuple[int, ...] = ()
    help_url: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    named_types: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name in findings, without the scanner's."""
        return PREFIX + self.id

    @property
    def content_types(self) -> frozenset[str] | None:
        """The content types that it is about; None for any text."""
        if self.named_types:
            return frozenset(self.named_types)
        if ANY_TEXT.intersection(self.languages):
            return None
        return frozenset().union(*(LANGUAGES[language][0] for language in self.languages))

    @property
    def covers(self) -> frozenset[str]:
        """The content types of which it counts as an analysis. A rule for YAML or JSON is about one of their many types; only its
        author can say of which."""
        is_specific = not {*ANY_TEXT, "yaml", "json"}.intersection(self.languages)
        return frozenset(self.named_types) or (self.content_types or frozenset() if is_specific else frozenset())

    def is_about(self, path: str, content_type: str) -> bool:
        """Whether it may find something in a file."""
        types = self.content_types
        if types is None:
            known = CONTENT_TYPES.get(content_type)
            is_readable = known is not None and known.form is Form.TEXT
        else:
            is_readable = content_type in types
        if not is_readable or any(globs.matches(pattern, path) for pattern in self.exclude):
            return False
        return not self.include or any(globs.matches(pattern, path) for pattern in self.include)


class UserRules(msgspec.Struct, frozen=True):
    """All rules of the user. ``digest``: the SHA-256 (hex) of their files' names and contents; empty without any."""

    rules: tuple[UserRule, ...] = ()
    digest: str = ""

    def is_about(self, path: str, content_type: str) -> bool:
        """Whether one of them may find something in a file."""
        return any(rule.is_about(path, content_type) for rule in self.rules)

    def tool_suffix(self, content_type: str) -> str:
        """The suffix by which semgrep recognizes a file of this type, where the bundled rules have none in its language."""
        return _suffixes(self.rules).get(content_type, "")

    def find(self, name: str) -> UserRule | None:
        """The rule that semgrep calls ``name``; None for a bundled one."""
        number = name.removeprefix(TOOL_PREFIX)
        return self.rules[int(number)] if number != name and number.isdigit() and int(number) < len(self.rules) else None

    def encode(self) -> bytes:
        """The file of rules for semgrep: JSON, one rule in a line, in the order of ``rules``."""
        rows = [
            json.dumps({"id": f"{TOOL_PREFIX}{number}", "metadata": {}, **json.loads(rule.definition)})
            for number, rule in enumerate(self.rules)
        ]
        return ('{"rules":[' + ",\n".join(rows) + "]}\n").encode()

    def scopes(self) -> Iterator[tuple[str, RuleScope]]:
        """Each content type with each rule that counts as an analysis of it, see `UserRule.covers`."""
        for rule in self.rules:
            scope = RuleScope(rule.languages, None, rule.kind.value, tuple(f"CWE-{number}" for number in rule.cwe), rule.name)
            yield from ((content_type, scope) for content_type in sorted(rule.covers))


@functools.cache
def _suffixes(rules: tuple[UserRule, ...]) -> Mapping[str, str]:
    languages = {language for rule in rules for language in rule.languages if language not in ANY_TEXT}
    return {kind: LANGUAGES[each][1] for each in languages if each not in SUFFIXES for kind in LANGUAGES[each][0]}


def read_user_rules(folders: Iterable[tuple[Path, str]]) -> UserRules:
    """The rules in the files below ``folders``, each with what messages call it; a folder may be a single file.

    Raises PolicyError, with file and line, for anything that is not a semgrep rule by its form; see `semgrep.find_broken_rules`
    for patterns.
    """
    rules: list[UserRule] = []
    digest = hashlib.sha256()
    for folder, label in folders:
        found = list(_rule_files(folder, label))
        if not found:
            raise PolicyError(f"{label}: no rule files", f"put semgrep rules there, in files that end in {RULE_SUFFIXES[0]}")
        for file, name in found:
            data = _read(file, name)
            digest.update(f"{name}\0{len(data)}\0".encode() + data)
            rules += _parse_file(data, name)
    if len(rules) > MAX_RULES:
        raise PolicyError(f"{len(rules)} rules of your own; at most {MAX_RULES} are loaded", "leave out what you do not need")
    _refuse_repeated(rules)
    return UserRules(tuple(rules), digest.hexdigest() if rules else "")


def _refuse_repeated(rules: Sequence[UserRule]) -> None:
    first: dict[str, UserRule] = {}
    for rule in rules:
        if (other := first.setdefault(rule.id, rule)) is not rule:
            raise PolicyError(f"{rule.file}:{rule.line}: a second rule `{rule.id}`, see {other.file}:{other.line}", "rename one")


def _rule_files(folder: Path, label: str) -> Iterator[tuple[Path, str]]:
    """The rule files below a folder, sorted, with what messages call them. Hidden folders and examples are left out."""
    if not folder.is_dir():
        yield folder, label
        return
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(RULE_SUFFIXES) and not name.startswith(".") and not is_example(name):
                file = Path(top) / name
                yield file, replace_unprintable(f"{label.rstrip('/')}/{file.relative_to(folder).as_posix()}")


def is_example(name: str) -> bool:
    """Whether a file with a YAML suffix is an example for rules, by its name."""
    return any(part in name for part in EXAMPLE_NAMES)


def _read(file: Path, name: str) -> bytes:
    try:
        return read_regular_file(file, MAX_FILE_BYTES, follow_links=True)
    except FileTooLargeError:
        raise PolicyError(f"{name}: larger than {MAX_FILE_BYTES // 1024**2} MiB", "divide the file") from None
    except NotRegularFileError:
        raise PolicyError(f"{name}: not a file", "name a folder of semgrep rules, or one of its files") from None
    except OSError as error:
        reason = describe_os_error(error).lower()
        raise PolicyError(f"{name}: the rules cannot be read: {reason}", "paths start at the policy's folder") from None


def _parse_file(data: bytes, name: str) -> Iterator[UserRule]:
    document, lines = _load(data, name)
    if not isinstance(document, dict) or not isinstance(document.get("rules"), list):
        raise PolicyError(f"{name}:1: no list `rules`", f"a file of examples is called NAME{EXAMPLE_NAMES[0]}yaml")
    for number, rule in enumerate(document["rules"]):
        yield _parse_rule(rule, name, lines[number] if number < len(lines) else 1)


def _load(data: bytes, name: str) -> tuple[Any, list[int]]:
    """The document, and the line of each of its rules."""
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(data)
        node = loader.get_single_node()
        document = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise PolicyError(
            f"{name}:{line}: not valid YAML: {error.problem or error.context}", "check quotes, brackets and indents"
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise PolicyError(f"{name}:1: not valid YAML", "write it in UTF-8, without control characters") from None
    entries = node.value if isinstance(node, yaml.MappingNode) else ()
    rules = next((value for key, value in entries if key.value == "rules" and isinstance(value, yaml.SequenceNode)), None)
    return document, [item.start_mark.line + 1 for item in rules.value] if rules is not None else []


def _parse_rule(rule: Any, file: str, line: int) -> UserRule:
    for what, hint in _problems(rule):
        raise PolicyError(f"{file}:{line}: {what}", hint)
    languages = _languages(rule)
    paths = rule.get("paths") or {}
    return UserRule(
        rule["id"],
        file,
        line,
        languages,
        _definition(rule),
        **_metadata(rule, languages),
        include=tuple(_patterns(paths.get("include"))),
        exclude=tuple(_patterns(paths.get("exclude"))),
        named_types=_named_types(rule),
    )


def _problems(rule: Any) -> Iterator[tuple[str, str]]:
    """What makes a rule invalid by its form, each with a hint; the first one may be the reason for the others."""
    if not isinstance(rule, dict) or not isinstance(rule.get("id"), str) or not _ID.fullmatch(rule["id"]):
        yield "a rule without a valid `id`", "letters, digits, dots, hyphens and underscores"
        return
    about = f"rule `{rule['id']}`"
    for key in ("message", "severity"):
        if not isinstance(rule.get(key), str) or not rule[key].strip():
            yield f"{about}: no `{key}`", f"add `{key}`"
    if rule.get("severity") not in SEVERITIES:
        yield f"{about}: unknown severity", f"one of {', '.join(SEVERITIES)}"
    if rule.get("mode", "search") not in MODES:
        yield f"{about}: only the modes {' and '.join(sorted(MODES))} are supported", "write it in one of these"
    for key in REFUSED_KEYS.keys() & set(_keys(rule)):
        yield f"{about}: `{key}` is not supported: {REFUSED_KEYS[key]}", "write it with patterns alone"
    yield from ((f"{about}: {what}", hint) for what, hint in _value_problems(rule))


def _value_problems(rule: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    named = rule.get("languages")
    if not isinstance(named, list) or not named:
        yield "no list `languages`", "add `languages: [python]`"
    elif unknown := [each for each in _languages(rule) if each not in LANGUAGES and each not in ANY_TEXT]:
        yield f"unknown language `{replace_unprintable(unknown[0])}`", f"one of {', '.join(sorted({*LANGUAGES, *ANY_TEXT}))}"
    if unknown := [each for each in _named_types(rule) if each not in CONTENT_TYPES]:
        yield f"unknown content type `{replace_unprintable(unknown[0])}`", "scangate scanners --types"
    paths = rule.get("paths") or {}
    patterns = [*_patterns(paths.get("include")), *_patterns(paths.get("exclude"))] if isinstance(paths, dict) else ["!"]
    if any(map(globs.pattern_error, patterns)):
        yield "`paths` has a pattern that is not supported", "patterns are as in .gitignore, without `!`"
    try:
        _definition(rule)
    except (TypeError, ValueError, RecursionError):
        yield "a value that semgrep does not know, such as a date", "write it in quotes"


def _definition(rule: Mapping[str, Any]) -> str:
    """What semgrep gets of a rule, in JSON. Raises TypeError or ValueError for what JSON does not have."""
    return json.dumps({key: value for key, value in rule.items() if key not in DROPPED_KEYS}, allow_nan=False)


def _named_types(rule: Mapping[str, Any]) -> tuple[str, ...]:
    """The content types in the metadata of a rule."""
    metadata = rule.get("metadata")
    named = metadata.get(TYPES_KEY) if isinstance(metadata, dict) else None
    return tuple(map(str, named)) if isinstance(named, list) else ()


def _keys(value: Any, depth: int = 0) -> Iterator[str]:
    """All keys of a rule, of what is in it as well. Rules are some levels deep; YAML that refers to itself is without end."""
    if depth > 50:
        return
    for key in value if isinstance(value, dict) else ():
        yield str(key)
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _keys(child, depth + 1)


def _languages(rule: Mapping[str, Any]) -> tuple[str, ...]:
    """The languages of a rule by semgrep's main name for each."""
    return tuple(OTHER_LANGUAGE_NAMES.get(name, name) for name in (str(each).lower() for each in rule["languages"]))


def _patterns(value: Any) -> list[str]:
    """Path patterns as ours are written; "!", which is not valid, for anything else."""
    return [str(each).removeprefix("./") for each in value] if isinstance(value, list) else [] if value is None else ["!"]


def _metadata(rule: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    """What findings say of a rule: from its metadata, as semgrep's registry and our own rules write it."""
    metadata = rule.get("metadata")
    said: dict[str, Any] = metadata if isinstance(metadata, dict) else {}
    cwe, kinds = said.get("cwe"), {each.value for each in FindingKind}
    default = FindingKind.CONFIGURATION if CONFIGURATION_LANGUAGES.issuperset(languages) else FindingKind.CODE
    links = [said.get("help"), said.get("source"), *(said["references"] if isinstance(said.get("references"), list) else ())]
    return {
        "title": replace_unprintable(str(said.get("title") or rule["id"]))[:200],
        "severity": SEVERITIES.get(str(said.get("severity", rule["severity"])).upper(), SEVERITIES[rule["severity"]]),
        "confidence": Confidence.__members__.get(str(said.get("confidence", "")).upper(), Confidence.UNKNOWN),
        "kind": FindingKind(said["kind"]) if said.get("kind") in kinds else default,
        "cwe": tuple(int(found[1]) for word in (cwe if isinstance(cwe, list) else [cwe]) if (found := _CWE.match(str(word)))),
        "help_url": next((link for link in links if isinstance(link, str) and _URL.fullmatch(link)), ""),
    }
