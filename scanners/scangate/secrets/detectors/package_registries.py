"""Finds credentials for package registries: npm, Yarn, PyPI, Cargo, RubyGems, Bundler, Composer, Gradle, Hex, Poetry.

https://docs.npmjs.com/cli/configuring-npm/npmrc, https://packaging.python.org/specifications/pypirc/,
https://yarnpkg.com/configuration/yarnrc#npmAuthToken, https://bundler.io/man/bundle-config.1.html,
https://doc.rust-lang.org/cargo/reference/config.html#credentials, https://guides.rubygems.org/command-reference/#gem-push
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scangate.secrets.candidates import detect
from scangate.secrets.detection import Detection
from scangate.secrets.encodings import decode_base64, decode_credentials
from scangate.secrets.lazy_pattern import LazyPattern
from scangate.secrets.text import ScannedText

NPM, PYPIRC, OTHER = "npm-credential", "pypirc-password", "package-registry-credential"
RULES: Mapping[str, str] = {
    NPM: "Credential for an npm registry",
    PYPIRC: "Password in a .pypirc file",
    OTHER: "Credential for a package registry",
}

_VALUE = r"[\"']?(?:\s{0,4}[=:]\s{0,4}|[ \t]{1,4})[\"']?(?P<value>[^\s\"'`;#]{3,2048})"
_NPM = tuple(
    (word, LazyPattern(rf"(?P<name>{names}){_VALUE}"))
    for word, names in (("_auth", "_auth(?:token)?"), ("_password", "_password"), ("npmauth", "npmauth(?:token|ident)"))
)
_REGISTRY = LazyPattern(r"//(?P<host>[^\s\"'`/:]{1,160})[^\s\"'`=]{0,160}:\Z")
_NAME_START = LazyPattern(r"(?:^|[\s\"'`:;])\Z")
_SECTION = LazyPattern(r"^[ \t]*\[(?P<name>[^\]\n]{1,100})\]", re.MULTILINE)
_FIELD = LazyPattern(r"^[ \t]*(?P<name>username|password|repository)[ \t]*[=:][ \t]*(?P<value>\S[^\n]{0,2048})$", re.MULTILINE)
_BUNDLE = LazyPattern(
    r"BUNDLE_[A-Z0-9_]{3,100}:?[ =]\s{0,4}[\"']?(?P<user>[\w.@%-]{1,100}):(?P<value>[^\s\"'@/]{4,200})[\"']?\s*$", re.MULTILINE
)
# https://getcomposer.org/doc/articles/authentication-for-private-packages.md
_COMPOSER = frozenset({"github-oauth", "gitlab-oauth", "gitlab-token", "forgejo-token", "bearer"})
_COMPOSER_WORDS = ("http-basic", *sorted(_COMPOSER - {"bearer"}))  # a bearer is in many documents
_GEM = LazyPattern(
    r"^:?(?:rubygems_api_key|github|[\w.-]{1,60}api_key):[ \t]{1,4}[\"']?(?P<value>(?:Bearer )?[\w.-]{16,200})", re.MULTILINE
)


def find(text: ScannedText) -> Iterator[Detection]:
    """The credentials of registries, in their files and in scripts that write these."""
    for word, pattern in _NPM:
        if text.has("auth", "_password") and text.has(word):
            for found in pattern.finditer(text.lower):
                yield from _npm(text, found)
    if text.is_program:
        return
    if text.has("[pypi]", "[distutils]") or "pypirc" in text.path.lower():
        yield from _pypirc(text.text)
    if text.has("bundle_"):
        for found in _BUNDLE.finditer(text.text):
            yield from detect(OTHER, found.start("value"), found["value"], user=found["user"])
    yield from _composer(text)
    if text.has("rubygems_api_key", "gem/credentials") or "credentials" in text.path:
        for found in _GEM.finditer(text.text):
            yield from detect(OTHER, found.start("value"), found["value"], value=found["value"].removeprefix("Bearer "))


def _npm(text: ScannedText, found: re.Match[str]) -> Iterator[Detection]:
    start, end = found.span("value")
    written, name = text.text[start:end], found["name"]
    before = text.text[max(text.line_start(start), found.start() - 330) : found.start()]
    registry = _REGISTRY.search(before)
    if not (registry or (_is_npmrc(text) and _NAME_START.search(before))) and not name.startswith("npmauth"):
        return  # any variable can end like this
    user, password = decode_credentials(written) if name == "_auth" else ("", "")
    if name == "_password":  # npm encodes it in Base64
        password = decode_base64(written)
    written_name = text.text[slice(*found.span("name"))]
    host = registry["host"] if registry else ""
    yield from detect(NPM, start, written, value=password or written, name=written_name, user=user, host=host)


def _composer(text: ScannedText) -> Iterator[Detection]:
    """The tokens of Composer, by kind and host."""
    if not text.is_document or not (text.has(*_COMPOSER_WORDS) or text.path.endswith("auth.json")):
        return
    for entry in text.entries:
        kind = entry.path[-2] if len(entry.path) > 1 else ""
        if kind in _COMPOSER and "." in entry.key:
            yield from detect(OTHER, entry.start, text.text[entry.start : entry.end], value=entry.value, name=kind, host=entry.key)


def _is_npmrc(text: ScannedText) -> bool:
    return "npmrc" in text.path.lower() or (not text.is_program and text.has("npmrc", "registry="))


def _pypirc(text: str) -> Iterator[Detection]:
    sections = [*_SECTION.finditer(text)]
    for section, following in zip(sections, [*sections[1:], None], strict=True):
        end = following.start() if following else len(text)
        fields = {field["name"]: field for field in _FIELD.finditer(text, section.end(), end)}
        if password := fields.get("password"):
            user, host = ((fields[name]["value"].strip() if name in fields else "") for name in ("username", "repository"))
            if user or host:
                written = password["value"].rstrip()
                yield from detect(PYPIRC, password.start("value"), written, user=user, host=host, name="password")
