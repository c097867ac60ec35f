"""Redacts all findings of a run, file by file: first the secrets are masked, then the findings are identified.

Two modules redact the rest of a report with the same secrets: ``scan/report_redaction.py`` what is beyond the scanners' results,
such as decisions and notes, and ``scan/text_redactor.py`` single texts, also where the results came from the cache.

Nothing reaches a `ScanResult`, and so a report, a publisher or the cache, but through a `Redactor` that knows the secrets of all
scanners. ``tests/cli/test_planted_secrets.py`` looks for leaks.

Texts are masked wherever a strong secret occurs in them. Facts (rule ids, paths, names and versions of packages) that only happen
to contain the same letters stay: exceptions, severities and fingerprints depend on them. So a secret is masked in a path or in the
name of a package only if it is a token of a known format, if it was detected on the very line that the name is from, or if it is
long and so irregular that it cannot be a name by chance; in a rule id, only if it is a token.
"""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from scangate.content.extraction import Piece
from scangate.model import (
    Component,
    FileReport,
    Finding,
    FindingKind,
    FlowStep,
    Gap,
    IgnoreComment,
    Location,
    PieceLines,
    Secret,
    SecretWeight,
    SkippedPath,
    Span,
    Targets,
)
from scangate.plugin import SourceFile
from scangate.scan.identity import identify
from scangate.scan.ignore_comments import ParsedComment, find_ignore_comments, match_ignores, match_misplaced
from scangate.scan.literals import SourceText
from scangate.scan.masking import MASK, mask_ranges, mask_suspicious, mask_tokens
from scangate.scan.pieces import extract_pieces, piece_path
from scangate.scan.secret_digest import SecretHasher
from scangate.scan.secret_spans import MaskedText, SecretLookup, spans_of, strong_values, values_by_line
from scangate.scan.secret_values import SecretValues, is_plain_word, is_unguessable
from scangate.source_text import decode, split_lines


class Redactor:
    """Knows every detected secret of the run: call `add_secrets` with all reports first, then redact."""

    def __init__(self, sources: Iterable[SourceFile], salt: bytes = b"") -> None:
        self._hasher = SecretHasher(salt)
        self._is_salted = bool(salt)
        self._sources = {source.path: source for source in sources}
        self._secrets: defaultdict[str, set[Secret]] = defaultdict(set)
        self._values = SecretValues()
        self._own_values = SecretValues()
        self._has_masked_foreign = False
        self._paths_with_foreign_secrets: set[str] = set()
        self._paths: set[str] = set()
        self._redacted_paths: dict[str, str] = {}
        self._redacted_facts: dict[str, str] = {}
        self._masked_path_counts: Counter[str] = Counter()
        self._values_by_line: dict[str, Mapping[int, set[str]]] = {}
        self._comments: dict[str, Mapping[int, Sequence[ParsedComment]]] = {}
        self._pieces: dict[str, Sequence[Piece]] = {}

    @property
    def secrets(self) -> Mapping[str, set[Secret]]:
        """The secrets by path."""
        return self._secrets

    def add_secrets(self, reports: Iterable[FileReport]) -> None:
        """Adds the secrets of ``reports``."""
        for report in reports:
            if found := report.all_secrets:
                self._secrets[report.path].update(found)
                self._redacted_facts.clear()
                if any(secret.weight is SecretWeight.STRONG for secret in found):
                    values = strong_values(self._lines(report.path), found)
                    self._values.add(value for value in values if not is_plain_word(value))

    def add_values_of(self, other: Redactor) -> None:
        """Adds the strong secrets that another redactor knows, wherever they are."""
        self._redacted_facts.clear()
        self._values.add(other._values.values)

    def original_paths(self) -> dict[str, str]:
        """The paths that were masked, by what they were masked to."""
        return {redacted: path for path, redacted in self._redacted_paths.items() if redacted != path}

    def redact_text(self, text: str) -> str:
        """``text`` without strong secrets and tokens. Paths of the scanned tree in it stay."""
        found = self._values.find(text, self._paths)
        if self._own_values and (own := self._own_values.find(text, self._paths)):
            found = sorted({*found, *own})
        return mask_tokens(self._mask(text, found))

    def _redact_evidence(self, path: str, evidence: str) -> str:
        """The source line without strong secrets of any file; names in code stay."""
        if not (found := self._values.find(evidence, self._paths)):
            return evidence
        line = SourceText(path, [evidence], self._content_type(path))
        return self._mask(evidence, [each for each in found if not line.is_name(*each)])

    def _mask(self, text: str, found: Sequence[tuple[int, int]]) -> str:
        if not found:
            return text
        self._has_masked_foreign |= not set(found) <= set(self._own_values.find(text))
        return mask_ranges(text, found)

    def redact_by_file(self, reports: Sequence[FileReport], fixed_texts: Collection[str] = ()) -> dict[str, list[Finding]]:
        """The identified and redacted findings of one scanner, by the paths of the reports.

        ``fixed_texts``: which texts of its findings do not quote files, see `ScannerTraits`.
        """
        findings: defaultdict[str, list[Finding]] = defaultdict(list)
        spans: defaultdict[str, set[Span]] = defaultdict(set)  # this scanner's own: fingerprints must not depend on other scanners
        for report in reports:
            findings[report.path] += report.findings
            spans[report.path] |= set(spans_of(report.all_secrets))
        return {path: self._redact_file(path, findings[path], spans[path], fixed_texts) for path in sorted(findings)}

    def _redact_file(
        self, path: str, findings: Sequence[Finding], spans: Iterable[Span], fixed_texts: Collection[str]
    ) -> list[Finding]:
        if not findings:
            return []
        self._own_values = SecretValues(strong_values(self._lines(path), self._secrets.get(path, ())))
        self._has_masked_foreign = False
        identified = identify(
            findings, self._masked_text(path), spans, self.redact_path(path), functools.partial(self._redact_evidence, path)
        )
        secrets = self._secrets_by_line(path)
        with_digests = self.with_secret_digests(path, identified, spans)
        redacted = self._with_misplaced(path, [self._redact_finding(each, fixed_texts, secrets) for each in with_digests])
        self._own_values = SecretValues()
        if self._has_masked_foreign:
            self._paths_with_foreign_secrets.add(path)
        return redacted

    def _masked_text(self, path: str) -> MaskedText:
        """The file without its own secrets, wherever they occur in it; not without those of other files, which may come and go."""
        lines, secrets = self._lines(path), self._secrets.get(path, ())
        values = SecretValues(strong_values(lines, secrets))
        elsewhere = SourceText(path, lines, self._content_type(path)).find_secrets(values) if values else ()
        return MaskedText(lines, [*spans_of(secrets), *elsewhere])

    def has_foreign_secrets(self, path: str) -> bool:
        """Whether a secret of another file was masked in the findings of this one."""
        return path in self._paths_with_foreign_secrets

    def redact_again(self, findings: Iterable[Finding], fixed_texts: Collection[str] = ()) -> list[Finding]:
        """Findings of one file in an earlier run, already without the secrets of their own file, without those of all files."""
        findings = list(findings)
        redacted = [self._redact_finding(finding, fixed_texts, {}) for finding in findings]
        return self._with_misplaced(findings[0].location.path, redacted) if findings else []

    def with_secret_digests(self, path: str, findings: Sequence[Finding], spans: Iterable[Span]) -> Sequence[Finding]:
        """The findings of a file with the digests of their secrets under this run's salt.

        A changed secret at the same position then is a new finding.
        """
        if not self._is_salted or not any(finding.kind is FindingKind.SECRET for finding in findings):
            return findings
        secrets = SecretLookup(self._lines(path), spans)
        return [self._with_secret_digest(finding, secrets) for finding in findings]

    def redact_foreign(self, finding: Finding) -> Finding:
        """A redacted finding without the secrets that this redactor knows in addition; its comments are those of its own file."""
        comments = (msgspec.structs.replace(each, text=self.redact_text(each.text)) for each in finding.ignore_comments)
        return msgspec.structs.replace(
            finding,
            evidence=self._redact_evidence(finding.location.path, finding.evidence),
            tool_comment=self.redact_text(finding.tool_comment),
            ignore_comments=tuple(comments),
            flow=tuple(map(self._redact_step, finding.flow)),
        )

    def redact_gaps(self, gaps: Iterable[Gap]) -> list[Gap]:
        """The gaps, redacted, sorted and without duplicates."""
        mask, replace = self.redact_text, msgspec.structs.replace
        redacted = {
            replace(gap, path=gap.path and self.redact_path(gap.path), reason=mask(gap.reason), hint=mask(gap.hint)) for gap in gaps
        }
        return sorted(redacted, key=Gap.sort_key)

    def redact_components(self, reports: Iterable[FileReport]) -> list[Component]:
        """The components of the files, redacted, sorted and without duplicates."""
        return sorted({self._redact_component(component) for report in reports for component in report.components})

    def _redact_component(self, component: Component) -> Component:
        on_line = self._secrets_by_line(component.path).get(component.line, ())
        return msgspec.structs.replace(
            component,
            name=self.redact_fact(component.name, on_line),
            version=self.redact_fact(component.version, on_line),
            path=self.redact_path(component.path),
            via=tuple(self.redact_fact(name, on_line) for name in component.via),
            index=self.redact_text(component.index),
        )

    def redact_targets(self, targets: Targets) -> Targets:
        """The summary of the targets with redacted paths and gaps."""
        return msgspec.structs.replace(
            targets, skipped_paths=self.redact_skipped(targets.skipped_paths), gaps=tuple(self.redact_gaps(targets.gaps))
        )

    def redact_skipped(self, skipped: Iterable[SkippedPath]) -> tuple[SkippedPath, ...]:
        """The skipped paths, redacted and sorted; the detail is a text of the policy."""
        replace = msgspec.structs.replace
        return tuple(
            sorted(replace(each, path=self.redact_path(each.path), detail=self.redact_text(each.detail)) for each in skipped)
        )

    def number_masked_paths(self, paths: Iterable[str]) -> None:
        """Numbers the masked ones of ``paths``, all paths of the run, so that their order does not depend on scanners."""
        for path in sorted(paths):
            if self.redact_path(path) == path:
                self._paths.add(path)

    def redact_path(self, path: str) -> str:
        """The path for reports, masked if it is itself a secret.

        The name of a masked path is the rest of it, and its number among the paths of which the same is left: it depends on no
        other file, and on nothing of the secret but the order of equal ones. A digest would be a hint for guessing.
        """
        redacted = self._redacted_paths.get(path)
        if redacted is None:
            redacted = self.redact_fact(path)
            if redacted != path:
                self._masked_path_counts[redacted] += 1
                redacted = f"{redacted}~{self._masked_path_counts[redacted]}"
            self._redacted_paths[path] = redacted
        return redacted

    def redact_fact(self, fact: str, on_line: Collection[str] = ()) -> str:
        """A fact without secrets. ``on_line``: those of the line that it is from."""
        redacted = self._redacted_facts.get(fact)
        if redacted is None:
            found = [each for each in self._values.find(fact) if is_unguessable(fact[slice(*each)])]
            redacted = self._redacted_facts[fact] = mask_tokens(mask_ranges(fact, found))
        return _mask_values(redacted, on_line)

    def _lines(self, path: str) -> Sequence[str]:
        source = self._sources.get(path)
        return source.lines if source is not None else ()

    def _content_type(self, path: str) -> str:
        source = self._sources.get(path)
        return source.content_type if source is not None else ""

    def _secrets_by_line(self, path: str) -> Mapping[int, set[str]]:
        """The values of the secrets in a file by line; weak ones are masked in texts about their own line."""
        if not self._secrets.get(path):
            return {}
        if path not in self._values_by_line:
            found: defaultdict[int, set[str]] = defaultdict(set)
            for number, value in values_by_line(self._lines(path), self._secrets[path]):
                found[number].add(value)
            self._values_by_line = {path: found}  # of one file at a time
        return self._values_by_line[path]

    def _with_secret_digest(self, finding: Finding, secrets: SecretLookup) -> Finding:
        if finding.kind is not FindingKind.SECRET or finding.identity is None or finding.match_span is None:
            return finding
        digest = self._hasher.digest(secrets.value_at(finding.match_span))
        return msgspec.structs.replace(finding, identity=msgspec.structs.replace(finding.identity, secret=digest))

    def _redact_finding(self, finding: Finding, fixed_texts: Collection[str], secrets_by_line: Mapping[int, set[str]]) -> Finding:
        """``secrets_by_line``: of the finding's file; a message may quote those of its own lines, even if they are weak."""
        location, package, former = finding.location, finding.affected_package, finding.former
        lines = range(location.line, location.end_line + 1)
        fewer = lines if len(lines) < len(secrets_by_line) else filter(lines.__contains__, secrets_by_line)
        on_lines = {value for line in fewer for value in secrets_by_line.get(line, ())}
        title, message, help_url = (
            self.redact_fact(text, () if package is None else on_lines) if name in fixed_texts else self.redact_text(text)
            for name, text in (("title", finding.title), ("message", finding.message), ("help_url", finding.help_url))
        )
        if finding.kind is not FindingKind.SECRET and "message" not in fixed_texts:
            message = _mask_values(message, on_lines)
        if package is not None:
            name, version = (self.redact_fact(fact, on_lines) for fact in (package.name, package.version))
            package = msgspec.structs.replace(package, name=name, version=version)
        return msgspec.structs.replace(
            finding,
            ignore_comments=self._ignore_comments(finding),
            rule=mask_tokens(finding.rule),
            former=former and msgspec.structs.replace(former, rule=mask_tokens(former.rule)),
            title=title,
            help_url=help_url,
            message=message,
            evidence=self._redact_evidence(location.path, finding.evidence),
            tool_comment=mask_suspicious(self.redact_text(finding.tool_comment)),
            location=msgspec.structs.replace(location, path=self.redact_path(location.path)),
            affected_package=package,
            flow=tuple(map(self._redact_step, finding.flow)),
        )

    def _redact_step(self, step: FlowStep) -> FlowStep:
        return msgspec.structs.replace(
            step, location=msgspec.structs.replace(step.location, path=self.redact_path(step.location.path))
        )

    def _ignore_comments(self, finding: Finding) -> tuple[IgnoreComment, ...]:
        path = finding.location.path
        if finding.piece is not None:
            return self._ignore_comments_in_piece(finding, finding.piece)
        if path not in self._comments:
            lines = self._lines(path)
            self._comments[path] = find_ignore_comments(path, lines, lambda: self._masked_text(path).lines)
        return match_ignores(finding, self._comments[path], lambda text: mask_suspicious(self.redact_text(text)))

    def _with_misplaced(self, path: str, findings: list[Finding]) -> list[Finding]:
        """The findings of a file with the comments in wrong lines that may mean them; in a piece of a file none is looked for."""
        comments = self._comments.get(path)
        if not comments:
            return findings
        return match_misplaced(findings, comments, lambda text: mask_suspicious(self.redact_text(text)))

    def _ignore_comments_in_piece(self, finding: Finding, lines: PieceLines) -> tuple[IgnoreComment, ...]:
        """The comments next to a finding where the scanner saw it: in a piece of the file, such as a cell of a notebook."""
        container = finding.location.path
        if container not in self._pieces:
            source = self._sources.get(container)
            self._pieces[container] = extract_pieces(source) if source is not None else ()
        if not lines.index < len(self._pieces[container]):
            return ()
        piece = self._pieces[container][lines.index]
        path = piece_path(container, piece.name)
        if path not in self._comments:
            text = split_lines(decode(piece.data)[0])
            self._comments[path] = find_ignore_comments(path, text, lambda: list(map(self.redact_text, text)))
        inside = msgspec.structs.replace(finding, location=Location(path, lines.line, lines.end_line))
        ignores = match_ignores(inside, self._comments[path], lambda text: mask_suspicious(self.redact_text(text)))
        return tuple(msgspec.structs.replace(ignore, line=piece.to_container(ignore.line, 0)[0]) for ignore in ignores)


def _mask_values(text: str, values: Collection[str]) -> str:
    """``text`` without ``values``, also if it is one of them."""
    if not values:
        return text
    return MASK if text in values else mask_ranges(text, SecretValues(values).find(text))
