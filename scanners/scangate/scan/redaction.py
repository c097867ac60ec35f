"""The second pass over all scanners' findings, file by file: secrets out first, then identity from what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from scangate.model import Component, FileReport, Finding, Gap, Ignore, Kind, Location, Package, Span, Targets
from scangate.scan.identity import identify
from scangate.scan.ignores import Comment, comments_of, ignores_for
from scangate.scan.plugin import Source
from scangate.scan.redact import Clean, Values, mask_suspicious, mask_tokens, secret_at, take_out, values, values_by_line
from scangate.scan.salt import Salt

__all__ = ["Redaction"]


class Redaction:
    """Knows where every detected secret of the run stands. First ``learn`` from all reports, then ask for their findings."""

    def __init__(self, sources: Iterable[Source], salt: bytes = b"") -> None:
        self._salt = Salt(salt)
        self._is_salted = bool(salt)
        self._sources = {source.path: source for source in sources}
        self._spans: defaultdict[str, set[Span]] = defaultdict(set)
        self._values = Values()
        self._touched: set[str] = set()
        self._shown: dict[str, str] = {}
        self._comments: dict[str, Mapping[int, Sequence[Comment]]] = {}
        self._masked = 0

    def learn(self, reports: Iterable[FileReport]) -> None:
        """Takes the secrets of ``reports`` into account."""
        for report in reports:
            if report.secrets:
                self._spans[report.path] |= set(report.secrets)
                self._values.add(values(self._lines(report.path), report.secrets))

    def findings(self, reports: Sequence[FileReport]) -> list[Finding]:
        """The findings of one scanner, each with its identity, without a byte of a secret; sorted."""
        return sorted((finding for told in self.by_file(reports).values() for finding in told), key=Finding.sort_key)

    def by_file(self, reports: Sequence[FileReport]) -> dict[str, list[Finding]]:
        """The findings of one scanner as `findings` gives them, by the paths that the reports name."""
        by_path: defaultdict[str, list[Finding]] = defaultdict(list)
        spans: defaultdict[str, set[Span]] = defaultdict(set)  # this scanner's own: another's presence shall change no digest
        for report in reports:
            by_path[report.path] += report.findings
            spans[report.path] |= set(report.secrets)
        return {path: self._told(path, by_path[path], spans[path]) for path in sorted(by_path)}

    def _told(self, path: str, findings: Sequence[Finding], spans: Iterable[Span]) -> list[Finding]:
        if not findings:
            return []
        clean = Clean(self._lines(path), self._spans[path])
        words: defaultdict[int, set[str]] = defaultdict(set)
        for number, word in values_by_line(self._lines(path), self._spans[path]):
            words[number].add(word)
        self._values.struck.clear()
        told = [self._clean(self._salted(finding, spans), words) for finding in identify(findings, clean, spans, self.path(path))]
        if self._values.struck - set(values(self._lines(path), self._spans[path])):
            self._touched.add(path)
        return told

    @property
    def spans(self) -> Mapping[str, set[Span]]:
        """Where the secrets stand, by path."""
        return self._spans

    def is_touched(self, path: str) -> bool:
        """Whether a secret of another file was taken out of what was told of this one."""
        return path in self._touched

    def again(self, findings: Iterable[Finding]) -> list[Finding]:
        """Findings of an earlier run that were told without the secrets of their own file, now without those of all files."""
        return [self._clean(finding, {}) for finding in findings]

    def salted(self, findings: Iterable[Finding], spans: Iterable[Span]) -> list[Finding]:
        """Findings of an earlier run with the digests of their secrets under the salt of this one."""
        return [self._salted(finding, spans) for finding in findings]

    def gaps(self, gaps: Iterable[Gap]) -> list[Gap]:
        """The gaps without a byte of a secret; sorted, each once."""
        clean = {
            msgspec.structs.replace(
                gap,
                path=gap.path and self.path(gap.path),
                reason=self._values.scrub(gap.reason),
                hint=self._values.scrub(gap.hint),
            )
            for gap in gaps
        }
        return sorted(clean, key=Gap.sort_key)

    def components(self, reports: Iterable[FileReport]) -> list[Component]:
        """What the files depend on, without a byte of a secret; sorted, each once."""
        clean = {
            msgspec.structs.replace(
                component,
                name=self._values.scrub(component.name),
                version=self._values.scrub(component.version),
                path=self.path(component.path),
                via=tuple(map(self._values.scrub, component.via)),
                index=self._values.scrub(component.index),
            )
            for report in reports
            for component in report.components
        }
        return sorted(clean)

    def facts(self, facts: Targets) -> Targets:
        """What is said of the targets, with the paths as reports show them."""
        left_out = (msgspec.structs.replace(left, path=self.path(left.path)) for left in facts.left_out)
        return msgspec.structs.replace(facts, left_out=tuple(sorted(left_out)), gaps=tuple(self.gaps(facts.gaps)))

    def path(self, path: str) -> str:
        """A path as reports show it: a secret may stand in a file's name, too. Two paths never become one."""
        shown = self._shown.get(path)
        if shown is None:
            masked = mask_tokens(self._values.scrub(path))
            self._masked += masked != path
            shown = self._shown[path] = path if masked == path else f"{masked}~{self._masked}"
        return shown

    def _lines(self, path: str) -> Sequence[str]:
        source = self._sources.get(path)
        return source.lines if source is not None else ()

    def _salted(self, finding: Finding, spans: Iterable[Span]) -> Finding:
        """A secret with the digest of its value, so that another at the same place is another."""
        if not self._is_salted or finding.kind is not Kind.SECRET or finding.record is None or finding.extent is None:
            return finding
        digest = self._salt.digest(secret_at(self._lines(finding.location.path), spans, finding.extent))
        return msgspec.structs.replace(finding, record=msgspec.structs.replace(finding.record, secret=digest))

    def _clean(self, finding: Finding, words: Mapping[int, set[str]]) -> Finding:
        """``words``: the secrets of the file by line. What a tool says of a line may quote them, common words or not."""
        place, message = finding.location, finding.message
        if finding.kind is not Kind.SECRET:
            here = (word for line in words if place.line <= line <= place.end_line for word in words[line])
            message = Values(here).scrub(message)
        return msgspec.structs.replace(
            finding,
            ignores=self._ignores(finding),
            rule=mask_tokens(finding.rule),  # not by values: a file that holds a rule's name as a password would undo its policy
            title=self._values.scrub(finding.title),
            help_url=self._values.scrub(finding.help_url),
            message=self._values.scrub(message),
            evidence=self._values.scrub(finding.evidence),
            waiver=mask_suspicious(self._values.scrub(finding.waiver)),
            location=self._clean_location(finding.location),
            package=finding.package and self._clean_package(finding.package),
        )

    def _ignores(self, finding: Finding) -> tuple[Ignore, ...]:
        path = finding.location.path
        if path not in self._comments:
            self._comments[path] = comments_of(path, self._lines(path), take_out(self._lines(path), self._spans[path]))
        return ignores_for(finding, self._comments[path], lambda text: mask_suspicious(self._values.scrub(text)))

    def _clean_location(self, location: Location) -> Location:
        path = self.path(location.path)
        return location if path == location.path else msgspec.structs.replace(location, path=path)

    def _clean_package(self, package: Package) -> Package:
        return msgspec.structs.replace(package, name=self._values.scrub(package.name), version=self._values.scrub(package.version))
