"""Suggests a scanner, as a block of the policy, for an analysis of a content type that no scanner does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from scangate.model import Analysis


class _Suggestion(NamedTuple):
    """A program that writes SARIF: the rest of its block, and the content types that it reads; ``together``: all at once."""

    name: str
    analysis: Analysis
    block: str
    content_types: str
    together: bool = False


_ESLINT = "--config, /FILE, --format, '@microsoft/eslint-formatter-sarif', --output-file, '{output}', '{files}'"
_TRIVY = "command: [trivy, config, --format, sarif, --output, '{output}', '{root}']"
_TRIVY_AUDIT = "command: [trivy, fs, --scanners, vuln, --format, sarif, --output, '{output}', '{root}'], network: true"
_ZIZMOR = "command: [zizmor, --offline, --no-exit-codes, --format, sarif, '{files}']"

SUGGESTIONS = (
    _Suggestion("gosec", Analysis.CODE, "command: [gosec, -fmt=sarif, '-out={output}', '{root}/...']", "go"),
    _Suggestion("brakeman", Analysis.CODE, "command: [brakeman, --force, -f, sarif, -o, '{output}', '{root}']", "ruby erb", True),
    _Suggestion("flawfinder", Analysis.CODE, "command: [flawfinder, --sarif, '{root}']", "c cpp"),
    _Suggestion("eslint", Analysis.CODE, f"command: [eslint, {_ESLINT}]", "javascript typescript"),
    _Suggestion(
        "semgrep-rules",
        Analysis.CODE,
        "command: [semgrep, scan, --metrics, 'off', --sarif, --config, /FOLDER/OF/RULES, '{files}']",
        "apex clojure csharp dart elixir java julia kotlin lua ocaml php r rust scala shell solidity swift",
    ),
    _Suggestion("trivy", Analysis.CONFIGURATION, _TRIVY, "arm-template kubernetes terraform"),
    _Suggestion("trivy", Analysis.CONFIGURATION, _TRIVY, "helm-chart helm-template helm-values", True),
    _Suggestion("zizmor", Analysis.CONFIGURATION, _ZIZMOR, "github-action github-workflow"),
    _Suggestion(
        "trivy-audit",
        Analysis.DEPENDENCIES,
        _TRIVY_AUDIT,
        """bundler-manifest cargo-manifest cocoapods-manifest composer-manifest conan-manifest dart-manifest go-manifest gradle
        hex-manifest maven-manifest npm-manifest nuget-manifest sbt swift-manifest""",
    ),
)
_OTHER = "command: [PROGRAM, '{files}']"


def suggest_scanner(content_type: str, analysis: Analysis) -> str:
    """What to add to the policy, in one line; the words in capitals are to be replaced."""
    if analysis is Analysis.SECRETS:
        return "enable detect-secrets: scanners: {detect-secrets: {enabled: true}}"
    for each in SUGGESTIONS:
        if each.analysis is analysis and content_type in each.content_types.split():
            types = each.content_types.split() if each.together else [content_type]
            return f"add {each.name}: {_block(each.name, each.block, types, analysis)}"
    return f"add a scanner that writes SARIF: {_block('NAME', _OTHER, [content_type], analysis)}"


def _block(name: str, block: str, content_types: Iterable[str], analysis: Analysis) -> str:
    analyzes = ", ".join(f"{content_type}: [{analysis.value}]" for content_type in content_types)
    return f"scanners: {{{name}: {{{block}, analyzes: {{{analyzes}}}}}}}"
