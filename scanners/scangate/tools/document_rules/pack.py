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
