"""Redacts all findings of a run, file by file: first the secrets are masked, then the findings are identified.

Nothing reaches a `ScanResult`, and so a report, a publisher or the cache, but through a `Redactor` that knows the secrets of all
scanners. ``tests/cli/test_planted_secrets.py`` looks for leaks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from scangate.model import Component, FileReport, Finding, FindingKind, Gap, IgnoreComment, Span, Targets
from scangate.plugin import SourceFile
from scangate.scan.identity import identify
from scangate.scan.inline_ignores import ParsedComment, find_ignore_comments, match_ignores
from scangate.scan.masking import (
    MaskedText,
    SecretLookup,
    SecretValues,
    mask_suspicious,
    mask_tokens,
    secret_values,
    secret_values_by_line,
)
from scangate.scan.secret_digest import SecretHasher


class Redactor:
    """Knows every detected secret of the run: call `add_secrets` with all reports first, then redact."""

    def __init__(self, sources: Iterable[SourceFile], salt: bytes = b"") -> None:
        self._hasher = SecretHasher(salt)
        self._is_salted = bool(salt)
        self._sources = {source.path: source for source in sources}
        self._spans: defaultdict[str, set[Span]] = defaultdict(set)
        self._values = SecretValues()
        self._paths_with_foreign_secrets: set[str] = set()
        self._redacted_paths: dict[str, str] = {}
        self._comments: dict[str, Mapping[int, Sequence[ParsedComment]]] = {}
        self._masked_path_count = 0

    @property
    def secret_spans(self) -> Mapping[str, set[Span]]:
        """The positions of the secrets by path."""
        return self._spans

    def add_secrets(self, reports: Iterable[FileReport]) -> None:
        """Adds the secrets of ``reports``."""
        for report in reports:
            if report.secret_spans:
                self._spans[report.path] |= set(report.secret_spans)
                self._values.add(secret_values(self._lines(report.path), report.secret_spans))

    def redact_by_file(self, reports: Sequence[FileReport]) -> dict[str, list[Finding]]:
        """The identified and redacted findings of one scanner, by the paths of the reports."""
        findings: defaultdict[str, list[Finding]] = defaultdict(list)
        spans: defaultdict[str, set[Span]] = defaultdict(set)  # this scanner's own: fingerprints must not depend on other scanners
        for report in reports:
            findings[report.path] += report.findings
            spans[report.path] |= set(report.secret_spans)
        return {path: self._redact_file(path, findings[path], spans[path]) for path in sorted(findings)}

    def _redact_file(self, path: str, findings: Sequence[Finding], spans: Iterable[Span]) -> list[Finding]:
        if not findings:
            return []
        lines, all_spans = self._lines(path), self._spans[path]
        secrets_by_line: defaultdict[int, set[str]] = defaultdict(set)
        for number, secret in secret_values_by_line(lines, all_spans):
            secrets_by_line[number].add(secret)
        self._values.masked_values.clear()
        identified = identify(findings, MaskedText(lines, all_spans), spans, self.redact_path(path))
        redacted = [self._redact_finding(each, secrets_by_line) for each in self.with_secret_digests(path, identified, spans)]
        if self._values.masked_values - set(secret_values(lines, all_spans)):
            self._paths_with_foreign_secrets.add(path)
        return redacted

    def has_foreign_secrets(self, path: str) -> bool:
        """Whether a secret of another file was masked in the findings of this one."""
        return path in self._paths_with_foreign_secrets

    def redact_again(self, findings: Iterable[Finding]) -> list[Finding]:
        """Findings of an earlier run, already without the secrets of their own file, without those of all files."""
        return [self._redact_finding(finding, {}) for finding in findings]

    def with_secret_digests(self, path: str, findings: Sequence[Finding], spans: Iterable[Span]) -> Sequence[Finding]:
        """The findings of a file with the digests of their secrets under this run's salt.

        A changed secret at the same position then is a new finding.
        """
        if not self._is_salted:
            return findings
        secrets = SecretLookup(self._lines(path), spans)
        return [self._with_secret_digest(finding, secrets) for finding in findings]

    def redact_gaps(self, gaps: Iterable[Gap]) -> list[Gap]:
        """The gaps, redacted, sorted and without duplicates."""
        mask, replace = self._values.mask, msgspec.structs.replace
        redacted = {
            replace(gap, path=gap.path and self.redact_path(gap.path), reason=mask(gap.reason), hint=mask(gap.hint)) for gap in gaps
        }
        return sorted(redacted, key=Gap.sort_key)

    def redact_components(self, reports: Iterable[FileReport]) -> list[Component]:
        """The components of the files, redacted, sorted and without duplicates."""
        mask = self._values.mask
        redacted = {
            msgspec.structs.replace(
                component,
                name=mask(component.name),
                version=mask(component.version),
                path=self.redact_path(component.path),
                via=tuple(map(mask, component.via)),
                index=mask(component.index),
            )
            for report in reports
            for component in report.components
        }
        return sorted(redacted)

    def redact_targets(self, targets: Targets) -> Targets:
        """The summary of the targets with redacted paths and gaps."""
        skipped = (msgspec.structs.replace(each, path=self.redact_path(each.path)) for each in targets.skipped_paths)
        return msgspec.structs.replace(targets, skipped_paths=tuple(sorted(skipped)), gaps=tuple(self.redact_gaps(targets.gaps)))

    def number_masked_paths(self, paths: Iterable[str]) -> None:
        """Numbers masked paths in this order, which must not depend on which scanner reports first."""
        for path in paths:
            self.redact_path(path)

    def redact_path(self, path: str) -> str:
        """The path for reports: a file's name may contain a secret. Masked paths are numbered, so that they stay distinct."""
        redacted = self._redacted_paths.get(path)
        if redacted is None:
            masked = mask_tokens(self._values.mask(path))
            self._masked_path_count += masked != path
            redacted = self._redacted_paths[path] = path if masked == path else f"{masked}~{self._masked_path_count}"
        return redacted

    def _lines(self, path: str) -> Sequence[str]:
        source = self._sources.get(path)
        return source.lines if source is not None else ()

    def _with_secret_digest(self, finding: Finding, secrets: SecretLookup) -> Finding:
        if finding.kind is not FindingKind.SECRET or finding.identity is None or finding.match_span is None:
            return finding
        digest = self._hasher.digest(secrets.value_at(finding.match_span))
        return msgspec.structs.replace(finding, identity=msgspec.structs.replace(finding.identity, secret=digest))

    def _redact_finding(self, finding: Finding, secrets_by_line: Mapping[int, set[str]]) -> Finding:
        """``secrets_by_line``: of the finding's file; a message may quote those of its own lines, even if they are common words."""
        mask, location, message, package = self._values.mask, finding.location, finding.message, finding.affected_package
        if finding.kind is not FindingKind.SECRET:
            lines = range(location.line, location.end_line + 1)
            fewer = lines if len(lines) < len(secrets_by_line) else filter(lines.__contains__, secrets_by_line)
            message = SecretValues(value for line in fewer for value in secrets_by_line.get(line, ())).mask(message)
        if package is not None:
            package = msgspec.structs.replace(package, name=mask(package.name), version=mask(package.version))
        return msgspec.structs.replace(
            finding,
            ignore_comments=self._ignore_comments(finding),
            rule=mask_tokens(finding.rule),  # not by values: a password that equals a rule's name would disable its policy
            title=mask(finding.title),
            help_url=mask(finding.help_url),
            message=mask(message),
            evidence=mask(finding.evidence),
            tool_comment=mask_suspicious(mask(finding.tool_comment)),
            location=msgspec.structs.replace(location, path=self.redact_path(location.path)),
            affected_package=package,
        )

    def _ignore_comments(self, finding: Finding) -> tuple[IgnoreComment, ...]:
        path = finding.location.path
        if path not in self._comments:
            lines = self._lines(path)
            self._comments[path] = find_ignore_comments(path, lines, MaskedText(lines, self._spans[path]).lines)
        return match_ignores(finding, self._comments[path], lambda text: mask_suspicious(self._values.mask(text)))
