"""The second pass over all scanners' findings, file by file: secrets out first, then identity from what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from scangate.model import AffectedPackage, Component, FileReport, Finding, FindingKind, Gap, IgnoreComment, Location, Span, Targets
from scangate.plugin import SourceFile
from scangate.scan.identity import identify
from scangate.scan.inline_ignores import ParsedComment, find_ignore_comments, match_ignores
from scangate.scan.masking import (
    MaskedText,
    SecretValues,
    mask_spans,
    mask_suspicious,
    mask_tokens,
    secret_value_at,
    secret_values,
    secret_values_by_line,
)
from scangate.scan.secret_digest import SecretHasher

__all__ = ["Redactor"]


class Redactor:
    """Knows where every detected secret of the run stands. First ``learn`` from all reports, then ask for their findings."""

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

    def add_secrets(self, reports: Iterable[FileReport]) -> None:
        """Takes the secrets of ``reports`` into account."""
        for report in reports:
            if report.secret_spans:
                self._spans[report.path] |= set(report.secret_spans)
                self._values.add(secret_values(self._lines(report.path), report.secret_spans))

    def redact_findings(self, reports: Sequence[FileReport]) -> list[Finding]:
        """The findings of one scanner, each with its identity, without a byte of a secret; sorted."""
        return sorted((finding for told in self.redact_by_file(reports).values() for finding in told), key=Finding.sort_key)

    def redact_by_file(self, reports: Sequence[FileReport]) -> dict[str, list[Finding]]:
        """The findings of one scanner as `findings` gives them, by the paths that the reports name."""
        by_path: defaultdict[str, list[Finding]] = defaultdict(list)
        spans: defaultdict[str, set[Span]] = defaultdict(set)  # this scanner's own: another's presence shall change no digest
        for report in reports:
            by_path[report.path] += report.findings
            spans[report.path] |= set(report.secret_spans)
        return {path: self._redact_file(path, by_path[path], spans[path]) for path in sorted(by_path)}

    def _redact_file(self, path: str, findings: Sequence[Finding], spans: Iterable[Span]) -> list[Finding]:
        if not findings:
            return []
        clean = MaskedText(self._lines(path), self._spans[path])
        words: defaultdict[int, set[str]] = defaultdict(set)
        for number, word in secret_values_by_line(self._lines(path), self._spans[path]):
            words[number].add(word)
        self._values.masked_values.clear()
        told = [
            self._redact_finding(self._with_secret_digest(finding, spans), words)
            for finding in identify(findings, clean, spans, self.redact_path(path))
        ]
        if self._values.masked_values - set(secret_values(self._lines(path), self._spans[path])):
            self._paths_with_foreign_secrets.add(path)
        return told

    @property
    def secret_spans(self) -> Mapping[str, set[Span]]:
        """Where the secrets stand, by path."""
        return self._spans

    def has_foreign_secrets(self, path: str) -> bool:
        """Whether a secret of another file was taken out of what was told of this one."""
        return path in self._paths_with_foreign_secrets

    def redact_again(self, findings: Iterable[Finding]) -> list[Finding]:
        """Findings of an earlier run that were told without the secrets of their own file, now without those of all files."""
        return [self._redact_finding(finding, {}) for finding in findings]

    def with_secret_digests(self, findings: Iterable[Finding], spans: Iterable[Span]) -> list[Finding]:
        """Findings of an earlier run with the digests of their secrets under the salt of this one."""
        return [self._with_secret_digest(finding, spans) for finding in findings]

    def redact_gaps(self, gaps: Iterable[Gap]) -> list[Gap]:
        """The gaps without a byte of a secret; sorted, each once."""
        clean = {
            msgspec.structs.replace(
                gap,
                path=gap.path and self.redact_path(gap.path),
                reason=self._values.mask(gap.reason),
                hint=self._values.mask(gap.hint),
            )
            for gap in gaps
        }
        return sorted(clean, key=Gap.sort_key)

    def redact_components(self, reports: Iterable[FileReport]) -> list[Component]:
        """What the files depend on, without a byte of a secret; sorted, each once."""
        clean = {
            msgspec.structs.replace(
                component,
                name=self._values.mask(component.name),
                version=self._values.mask(component.version),
                path=self.redact_path(component.path),
                via=tuple(map(self._values.mask, component.via)),
                index=self._values.mask(component.index),
            )
            for report in reports
            for component in report.components
        }
        return sorted(clean)

    def redact_targets(self, targets: Targets) -> Targets:
        """What is said of the targets, with the paths as reports show them."""
        left_out = (msgspec.structs.replace(left, path=self.redact_path(left.path)) for left in targets.skipped_paths)
        return msgspec.structs.replace(targets, skipped_paths=tuple(sorted(left_out)), gaps=tuple(self.redact_gaps(targets.gaps)))

    def redact_path(self, path: str) -> str:
        """A path as reports show it: a secret may stand in a file's name, too. Two paths never become one."""
        shown = self._redacted_paths.get(path)
        if shown is None:
            masked = mask_tokens(self._values.mask(path))
            self._masked_path_count += masked != path
            shown = self._redacted_paths[path] = path if masked == path else f"{masked}~{self._masked_path_count}"
        return shown

    def _lines(self, path: str) -> Sequence[str]:
        source = self._sources.get(path)
        return source.lines if source is not None else ()

    def _with_secret_digest(self, finding: Finding, spans: Iterable[Span]) -> Finding:
        """A secret with the digest of its value, so that another at the same place is another."""
        if not self._is_salted or finding.kind is not FindingKind.SECRET or finding.identity is None or finding.match_span is None:
            return finding
        digest = self._hasher.digest(secret_value_at(self._lines(finding.location.path), spans, finding.match_span))
        return msgspec.structs.replace(finding, identity=msgspec.structs.replace(finding.identity, secret=digest))

    def _redact_finding(self, finding: Finding, secrets_by_line: Mapping[int, set[str]]) -> Finding:
        """``words``: the secrets of the file by line. What a tool says of a line may quote them, common words or not."""
        place, message = finding.location, finding.message
        if finding.kind is not FindingKind.SECRET:
            here = (word for line in secrets_by_line if place.line <= line <= place.end_line for word in secrets_by_line[line])
            message = SecretValues(here).mask(message)
        return msgspec.structs.replace(
            finding,
            ignore_comments=self._inline_ignores(finding),
            rule=mask_tokens(finding.rule),  # not by values: a file that holds a rule's name as a password would undo its policy
            title=self._values.mask(finding.title),
            help_url=self._values.mask(finding.help_url),
            message=self._values.mask(message),
            evidence=self._values.mask(finding.evidence),
            tool_comment=mask_suspicious(self._values.mask(finding.tool_comment)),
            location=self._redact_location(finding.location),
            affected_package=finding.affected_package and self._redact_package(finding.affected_package),
        )

    def _inline_ignores(self, finding: Finding) -> tuple[IgnoreComment, ...]:
        path = finding.location.path
        if path not in self._comments:
            self._comments[path] = find_ignore_comments(path, self._lines(path), mask_spans(self._lines(path), self._spans[path]))
        return match_ignores(finding, self._comments[path], lambda text: mask_suspicious(self._values.mask(text)))

    def _redact_location(self, location: Location) -> Location:
        path = self.redact_path(location.path)
        return location if path == location.path else msgspec.structs.replace(location, path=path)

    def _redact_package(self, package: AffectedPackage) -> AffectedPackage:
        return msgspec.structs.replace(package, name=self._values.mask(package.name), version=self._values.mask(package.version))
