"""The ecosystems whose packages OSV has records of (https://ossf.github.io/osv-schema/#defined-ecosystems): names and versions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from packaging.utils import InvalidName, canonicalize_name

from scangate.advisories.versions.composer import ComposerVersion
from scangate.advisories.versions.maven import MavenVersion
from scangate.advisories.versions.nuget import NuGetVersion
from scangate.advisories.versions.ordered import AnyVersion, OrderedVersion
from scangate.advisories.versions.python import parse_version
from scangate.advisories.versions.rubygems import GemVersion
from scangate.advisories.versions.semantic import GoVersion, PubVersion, SemanticVersion
from scangate.errors import UsageError

MAX_NAME_LENGTH = 512
_NAME = re.compile(r"[^\s\x00-\x1f\x7f]+")


class Ecosystem(NamedTuple):
    """One ecosystem.

    ``name``: as in OSV's records and in the URL of its export. ``words``: how users call it, the first is the one that hints name.
    ``kind``: the type of its package URLs. ``normalize``: the form of a name in the store; it raises ValueError for no name.
    """

    name: str
    words: tuple[str, ...]
    kind: str
    versions: type[OrderedVersion] | None
    normalize: Callable[[str], str]

    def parse_version(self, text: str) -> AnyVersion | None:
        """The version that ``text`` writes; None if it is invalid."""
        return self.versions.parse(text) if self.versions is not None else parse_version(text)

    @property
    def export_url(self) -> str:
        """Where OSV publishes its records (https://google.github.io/osv.dev/data/#data-dumps)."""
        return f"https://osv-vulnerabilities.storage.googleapis.com/{self.name}/all.zip"

    @property
    def update_command(self) -> str:
        """The command that fetches its records."""
        option = "" if self.versions is None else f" --ecosystem {self.words[0]}"
        return f"scangate advisories update{option}"


def _python_name(name: str) -> str:
    try:
        return canonicalize_name(name, validate=True)
    except InvalidName as error:
        raise ValueError("invalid package name") from error


def _exact_name(name: str) -> str:
    if len(name) > MAX_NAME_LENGTH or not _NAME.fullmatch(name):
        raise ValueError("invalid package name")
    return name


def _lower_name(name: str) -> str:
    return _exact_name(name).lower()


PYPI = Ecosystem("PyPI", ("pypi", "python"), "pypi", None, _python_name)
NPM = Ecosystem("npm", ("npm", "node", "javascript"), "npm", SemanticVersion, _exact_name)
GO = Ecosystem("Go", ("go", "golang"), "golang", GoVersion, _exact_name)
CARGO = Ecosystem("crates.io", ("cargo", "crates.io", "rust"), "cargo", SemanticVersion, _exact_name)
RUBYGEMS = Ecosystem("RubyGems", ("rubygems", "gem", "bundler", "ruby"), "gem", GemVersion, _exact_name)
PACKAGIST = Ecosystem("Packagist", ("packagist", "composer", "php"), "composer", ComposerVersion, _lower_name)
NUGET = Ecosystem("NuGet", ("nuget", "dotnet"), "nuget", NuGetVersion, _lower_name)
MAVEN = Ecosystem("Maven", ("maven", "gradle", "java"), "maven", MavenVersion, _exact_name)
PUB = Ecosystem("Pub", ("pub", "dart"), "pub", PubVersion, _exact_name)
HEX = Ecosystem("Hex", ("hex", "elixir"), "hex", SemanticVersion, _exact_name)
ECOSYSTEMS = (PYPI, NPM, GO, CARGO, RUBYGEMS, PACKAGIST, NUGET, MAVEN, PUB, HEX)
BY_NAME = {each.name: each for each in ECOSYSTEMS}
_BY_WORD = {word: each for each in ECOSYSTEMS for word in (*each.words, each.name.lower())}


def find_ecosystem(word: str) -> Ecosystem:
    """The ecosystem that a user calls ``word``. Raises UsageError for an unknown one."""
    found = _BY_WORD.get(word.strip().lower())
    if found is None:
        raise UsageError(
            f"no such ecosystem: {word.strip()[:40]!r}", f"choose from {', '.join(each.words[0] for each in ECOSYSTEMS)}"
        )
    return found
