"""Suggests what to add to a policy for an analysis of a content type that no scanner does: a scanner, or an accepted gap.

The words in capitals are to be replaced.
"""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Collection, Iterable
from typing import NamedTuple

from scangate.content.catalog import CONTENT_TYPES
from scangate.model import Analysis, GapKind


class _Suggestion(NamedTuple):
    """A program that writes SARIF: the rest of its block, and the content types that it reads; ``together``: all at once.

    A block needs ``trusted`` where the output does not list the files that were analyzed.
    """

    name: str
    analysis: Analysis
    block: str
    content_types: str
    together: bool = False


_ESLINT = "--config, /FILE, --format, '@microsoft/eslint-formatter-sarif', --output-file, '{output}', '{files}'"
_TRIVY = "command: [trivy, config, --format, sarif, --output, '{output}', '{root}'], trusted: WHY"
_TRIVY_AUDIT = (
    "command: [trivy, fs, --scanners, vuln, --format, sarif, --output, '{output}', '{root}'], network: true, trusted: WHY"
)
_ZIZMOR = "command: [zizmor, --offline, --no-exit-codes, --format, sarif, '{files}'], trusted: WHY"
# Files of any size and any name; an error for one that it cannot parse.
_SEMGREP = (
    "--metrics, 'off', --disable-version-check, --strict, --scan-unknown-extensions, --no-git-ignore, --max-target-bytes, '0'"
)

SUGGESTIONS = (
    _Suggestion("gosec", Analysis.CODE, "command: [gosec, -fmt=sarif, '-out={output}', '{root}/...'], trusted: WHY", "go"),
    _Suggestion(
        "brakeman",
        Analysis.CODE,
        "command: [brakeman, --force, -f, sarif, -o, '{output}', '{root}'], trusted: WHY",
        "ruby erb",
        True,
    ),
    _Suggestion("flawfinder", Analysis.CODE, "command: [flawfinder, --sarif, '{root}'], trusted: WHY", "c cpp"),
    _Suggestion("eslint", Analysis.CODE, f"command: [eslint, {_ESLINT}]", "javascript typescript"),
    _Suggestion(
        "semgrep-rules",
        Analysis.CODE,
        f"command: [semgrep, scan, {_SEMGREP}, --sarif, --config, /FOLDER/OF/RULES, '{{files}}'], per-file: true, trusted: WHY",
        "apex clojure csharp dart elixir java julia kotlin lua ocaml php r rust scala shell solidity swift",
    ),
    _Suggestion("trivy", Analysis.CONFIGURATION, _TRIVY, "arm-template kubernetes terraform"),
    _Suggestion("trivy", Analysis.CONFIGURATION, _TRIVY, "helm-chart helm-template helm-values", True),
    _Suggestion("zizmor", Analysis.CONFIGURATION, _ZIZMOR, "github-action github-workflow"),
    _Suggestion(
        "trivy-audit",
        Analysis.DEPENDENCIES,
        _TRIVY_AUDIT,
        "cocoapods-manifest conan-manifest gradle sbt swift-manifest",
    ),
)
_OTHER = "command: [PROGRAM, '{files}']"
OSV_ECOSYSTEMS = {
    "bundler-manifest": "rubygems",
    "cargo-manifest": "cargo",
    "composer-manifest": "packagist",
    "dart-manifest": "pub",
    "go-manifest": "go",
    "hex-manifest": "hex",
    "maven-manifest": "maven",
    "npm-manifest": "npm",
    "nuget-manifest": "nuget",
}
"""The content types that osv audits once the store has advisories, and how `scangate advisories` calls the ecosystem."""


class Suggestion(NamedTuple):
    """A scanner and its block, an entry of ``scanners`` in a policy. ``starts_program``: see `TRUST_NOTE`.

    ``command``: what the scanner needs before it can run.
    """

    scanner: str
    block: str
    starts_program: bool = True
    command: str = ""

    @property
    def hint(self) -> str:
        """What to do, or to add to the policy, in one line."""
        if self.command:
            return f"fetch the advisories that {self.scanner} looks up: {self.command}"
        verb, note = ("add", f" ({TRUST_NOTE})") if self.starts_program else ("enable", "")
        return f"{verb} {self.scanner}: scanners: {{{self.scanner}: {self.block}}}{note}"


TRUST_NOTE = "in a policy in the tree, it needs --trust-policy"


def suggest_scanner(content_type: str, analysis: Analysis, missing: Collection[str] = ()) -> Suggestion:
    """The scanner to add. ``missing``: all content types that lack the analysis, so that one block is for all of its scanner."""
    if analysis is Analysis.SECRETS:
        return Suggestion("detect-secrets", "{enabled: true}", starts_program=False)
    if analysis is Analysis.DEPENDENCIES and content_type in OSV_ECOSYSTEMS:
        names = {OSV_ECOSYSTEMS[name] for name in {content_type, *missing} if name in OSV_ECOSYSTEMS}
        command = f"scangate advisories update --ecosystem {','.join(sorted(names))}"
        return Suggestion("osv", "{enabled: auto}", starts_program=False, command=command)
    for each in SUGGESTIONS:
        if each.analysis is analysis and content_type in each.content_types.split():
            types = _types_of(each.name, {content_type, *missing})
            return Suggestion(each.name, _block(each.block, types, analysis))
    return Suggestion(f"{content_type}-scanner", _block(_OTHER, [content_type], analysis))


def _types_of(scanner: str, missing: Collection[str]) -> list[str]:
    """The content types for the block of a scanner: of the ``missing`` those that it reads, and what goes with them."""
    found: set[str] = set()
    for each in SUGGESTIONS:
        types = set(each.content_types.split()) if each.name == scanner else set[str]()
        present = types.intersection(missing)
        found |= types if each.together and present else present
    return sorted(found)


def _block(block: str, content_types: Iterable[str], analysis: Analysis) -> str:
    analyzes = ", ".join(f"{content_type}: [{analysis.value}]" for content_type in content_types)
    return f"{{{block}, analyzes: {{{analyzes}}}}}"


HELM_TEMPLATE = "helm-template"


def chart_folder(path: str) -> str:
    """The folder of the chart that a template is in: what is above its folder ``templates``; ``.`` at the root."""
    before, found, _ = f"/{path}".partition("/templates/")
    return (before.lstrip("/") if found else posixpath.dirname(path)) or "."


def suggest_rendering(folder: str) -> str:
    """The commands that render a chart and scan what it makes: https://helm.sh/docs/helm/helm_template/"""
    return f"helm template {shlex.quote(folder)} --output-dir rendered && scangate scan rendered"


def suggest_acceptance(content_type: str, analysis: Analysis) -> str:
    """An entry of ``coverage: {allowed-gaps: [...]}`` that accepts that no scanner does the analysis."""
    known = CONTENT_TYPES.get(content_type)
    is_only = known is None or known.analyses - {Analysis.SECRETS} == {analysis}
    precise = "" if is_only and analysis is not Analysis.SECRETS else f", analysis: {analysis.value}"
    return f"{{kind: {GapKind.NOT_ANALYZED.value}, language: {content_type}{precise}, reason: WHY}}"


def accept_gap(entry: str) -> str:
    """The part of a hint that says how to accept a gap; the policy's floor has the last word. ``entry``: of ``allowed-gaps``."""
    return f"accept it, unless a floor refuses: coverage: {{allowed-gaps: [{entry}]}}"


def acceptance_hint(content_type: str, analysis: Analysis) -> str:
    """The end of a gap's hint."""
    return f"; or {accept_gap(suggest_acceptance(content_type, analysis))}"
