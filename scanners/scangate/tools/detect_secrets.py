"""detect-secrets: secrets in any text file. Its plugins run in a worker process that reports positions, never values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec

from scangate.globs import Glob, matches
from scangate.model import ANY_TYPE, FileReport
from scangate.plugin import Analysis, Coverage, ScanContext, SourceFile, depends_on_file_only
from scangate.tools.detect_secrets_job import FileResult
from scangate.tools.secret_reports import make_report, reads_any_text, run_worker
from scangate.tools.tool_version import find_installed_version

NAME = "detect-secrets"
FIXED_TEXTS = frozenset({"title", "message", "help_url"})
SPLITTABLE = True
reads = reads_any_text
cache_key = depends_on_file_only

HELP_URL = "https://github.com/Yelp/detect-secrets#plugins"
ENTROPY_RULES = frozenset({"base64-high-entropy-string", "hex-high-entropy-string"})


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The policy's block for detect-secrets: secrets in any text."""

    entropy_exclude: Annotated[
        tuple[Glob, ...],
        msgspec.Meta(description="Paths where random text is normal, such as lock files. All other detectors still run there."),
    ] = ()


def version() -> str:
    """The version of the installed detect-secrets."""
    return find_installed_version("detect-secrets")


def coverage(options: Options) -> Iterable[Coverage]:
    """Secrets in any text."""
    del options
    return (Coverage(ANY_TYPE, Analysis.SECRETS),)


def scan(files: Sequence[SourceFile], options: Options, context: ScanContext) -> Iterable[FileReport]:
    """Runs the worker over ``files`` and reports each file in its output."""
    for source, result in run_worker(NAME, dict.fromkeys(files), context):
        yield make_report(NAME, HELP_URL, source, _without_entropy(source, result, options))


def _without_entropy(source: SourceFile, result: FileResult, options: Options) -> FileResult:
    """The result without findings of the entropy detectors, for a path that they skip; the values are redacted all the same."""
    if not any(matches(pattern, source.container or source.path) for pattern in options.entropy_exclude):
        return result
    found = (msgspec.structs.replace(each, is_reported=each.secret.rule not in ENTROPY_RULES) for each in result.secrets)
    return msgspec.structs.replace(result, secrets=tuple(found))
