"""The document rules of the rule pack, as values."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

import msgspec
import yaml

from scangate.assets import folder

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MODE = "document"
"""The ``mode`` of a document rule; semgrep has other modes."""
STATEMENT_FILE = "cloudformation/iam.yaml"
"""The file whose semgrep rules are about statements of IAM policies; `load_statement_rules` applies them to resolved values."""
ELEMENTS = "elements"
"""The check of a rule from STATEMENT_FILE."""


class Test(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked about a property.

    ``path``: keys with slashes, ``*`` for each item of a list; of a SAM resource, Globals count. ``matches``: an expression that is
    searched in the value. ``missing``: it is also a match if the property is missing, but not if a key that ends with ``?`` is.
    ``unknown``: also if it is decided elsewhere. A test with none of these asks whether the property is there. ``name`` instead of
    ``path``: a check in code, see `checking`, with its ``arguments``.
    """

    path: str = ""
    matches: str = ""
    missing: bool = False
    unknown: bool = False
    name: str = ""
    arguments: tuple[str, ...] = ()

    @property
    def steps(self) -> tuple[str, ...]:
        """The path in steps."""
        return tuple(self.path.split("/"))

    @property
    def asks_presence(self) -> bool:
        """Whether any value matches."""
        return not (self.matches or self.missing or self.unknown)

    def accepts(self, value: str) -> bool:
        """Whether the value matches."""
        return bool(self.matches) and _compile(self.matches).search(value) is not None


class Metadata(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Facts for reports."""

    cwe: tuple[str, ...]
    severity: str
    confidence: str
    kind: str
    title: str
    help: str


class DocumentRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule. It finds what ``check`` matches, in resources of the types ``resources`` if there are any, where all of ``where``
    match and none of ``unless``."""

    id: str
    mode: str
    languages: tuple[str, ...]
    severity: str
    message: str
    metadata: Metadata
    check: Test
    resources: tuple[str, ...] = ()
    where: tuple[Test, ...] = ()
    unless: tuple[Test, ...] = ()


@functools.lru_cache(maxsize=1024)
def _compile(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


@functools.cache
def load_document_rules() -> Mapping[str, tuple[DocumentRule, ...]]:
    """The rules by the file that they are in: its path below the folder of rules."""
    root = folder("policies") / "rules"
    found = {}
    for file in sorted(root.rglob("*.yaml")):
        data = file.read_bytes()
        if f"\n    mode: {MODE}\n".encode() in data:
            rules = yaml.load(data, Loader=_LOADER)["rules"]  # noqa: S506 -- it is a safe loader
            found[file.relative_to(root).as_posix()] = tuple(msgspec.convert(rule, DocumentRule) for rule in rules)
    return found


@functools.cache
def load_statement_rules() -> Mapping[str, tuple[DocumentRule, ...]]:
    """The rules of STATEMENT_FILE for statements whose values are resolved, by ``yaml`` and ``json``.

    Their arguments are the elements of a statement that they ask for, each ``KEY=EXPRESSION``, or ``!KEY`` if it has to be missing.
    """
    found: dict[str, tuple[DocumentRule, ...]] = {}
    for rule in yaml.load((folder("policies") / "rules" / STATEMENT_FILE).read_bytes(), Loader=_LOADER)["rules"]:  # noqa: S506 -- it is a safe loader
        check = {"name": ELEMENTS, "arguments": _elements(rule["patterns"])}
        facts = {key: rule[key] for key in ("id", "languages", "severity", "message", "metadata")}
        made = msgspec.convert({**facts, "mode": MODE, "check": check}, DocumentRule)
        found.update((language, (*found.get(language, ()), made)) for language in made.languages)
    return found


_ELEMENT = re.compile(r'"?\b([A-Z]\w+)"?: (?:"?(\w+)"?|\$(\w+))')


def _elements(patterns: list[dict[str, Any]]) -> list[str]:
    """What the patterns of a rule ask of a statement, for YAML or JSON."""
    regexes = [pattern["metavariable-regex"] for pattern in patterns if "metavariable-regex" in pattern]
    expressions = {regex["metavariable"].lstrip("$"): regex["regex"] for regex in regexes}
    wanted = [each for pattern in patterns for each in _ELEMENT.findall(pattern.get("pattern", ""))]
    refused = [each[0] for pattern in patterns for each in _ELEMENT.findall(pattern.get("pattern-not", ""))]
    asked = [f"{key}={value or expressions.get(name, '')}" for key, value, name in wanted]
    return [*asked, *(f"!{key}" for key in refused if key not in {each for each, _, _ in wanted})]
