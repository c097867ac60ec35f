"""The findings of report.html as tables: a text, rule or path of many findings is there once, and rows name it by number."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, TypeVar

import msgspec

from scangate.model import Decision, Finding, FindingKind, Ruling, RulingOutcome, Severity
from scangate.report import escape, wording
from scangate.report.decision_text import explain_decision, format_policy_location, list_policy_locations
from scangate.report.explain import path_pattern
from scangate.report.remediation import suggest_fix
from scangate.report.secret_text import explain_secret

MAX_TEXT_LENGTH = 2000
MAX_NAME_LENGTH = 600
SEVERITIES = Severity.worst_first()
KINDS = tuple(FindingKind)
OUTCOMES = tuple(RulingOutcome)

Entry = TypeVar("Entry")


class RuleEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule. ``url``: its page, or empty; ``quoted``: its name for a command line."""

    rule: str
    title: str
    url: str
    cwe: tuple[int, ...]
    quoted: str


class PathEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A path. ``pattern``: what matches just this path in a policy, for a command line; ``owners``: its code owners."""

    path: str
    pattern: str
    owners: tuple[str, ...]


class MemberRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True, gc=False):
    """A finding of one scanner that was merged with others: numbers of its rule, severity, outcome and message."""

    rule: int
    severity: int
    outcome: int
    message: int
    fingerprint: str


class FindingRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True, gc=False):
    """A finding. ``rule``, ``path`` and texts are numbers in the tables of `FindingTables`; ``severity``, ``kind`` and ``outcome``
    those in its lists of names. ``facts``: pairs of a label and a text. ``inline``: whether a comment can suppress it.
    ``pin``: the pinned release that it is about.
    """

    rule: int
    path: int
    line: int
    end_line: int
    column: int
    severity: int
    kind: int
    outcome: int
    message: int
    evidence: int
    why: int
    fix: int
    pin: int
    fingerprint: str
    inline: bool
    facts: tuple[tuple[int, int], ...]
    members: tuple[MemberRow, ...]


class FindingTables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All findings of a run, the worst first. ``texts`` begins with the empty text."""

    severities: tuple[str, ...]
    kinds: tuple[str, ...]
    outcomes: tuple[str, ...]
    rules: tuple[RuleEntry, ...]
    paths: tuple[PathEntry, ...]
    texts: tuple[str, ...]
    rows: tuple[FindingRow, ...]

    def position(self, row: FindingRow) -> str:
        """``path:line:column``."""
        return wording.format_location(self.paths[row.path].path, row.line, row.column)


def clean(text: str, limit: int = MAX_TEXT_LENGTH) -> str:
    """One line of at most ``limit`` characters that shows its control characters."""
    return escape.terminal(escape.truncate(text, limit).replace("\n", " "))


def clean_name(text: str) -> str:
    """A path or another name, cut in the middle."""
    return escape.terminal(escape.truncate_middle(text, MAX_NAME_LENGTH))


def make_tables(rulings: Iterable[Ruling], owners: Mapping[str, tuple[str, ...]]) -> FindingTables:
    """The tables of ``rulings``, in their order; ``owners``: the code owners by path."""
    return _Tables(owners).make(rulings)


class _Numbers(Generic[Entry]):
    """Distinct entries in the order in which they came."""

    def __init__(self, *entries: Entry) -> None:
        self._numbers = {entry: number for number, entry in enumerate(entries)}

    def number(self, entry: Entry) -> int:
        return self._numbers.setdefault(entry, len(self._numbers))

    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._numbers)


class _Tables:
    def __init__(self, owners: Mapping[str, tuple[str, ...]]) -> None:
        self._owners = owners
        self._texts = _Numbers("")
        self._rules: _Numbers[tuple[str, str, str, tuple[int, ...]]] = _Numbers()
        self._paths: _Numbers[str] = _Numbers()
        self._decided: dict[int, tuple[Decision, int, tuple[tuple[int, int], ...]]] = {}

    def make(self, rulings: Iterable[Ruling]) -> FindingTables:
        rows = tuple(map(self._row, rulings))
        return FindingTables(
            severities=tuple(severity.value for severity in SEVERITIES),
            kinds=tuple(kind.value for kind in KINDS),
            outcomes=tuple(wording.label_outcome(outcome) for outcome in OUTCOMES),
            rules=tuple(_rule_entry(*rule) for rule in self._rules.entries()),
            paths=tuple(self._path_entry(path) for path in self._paths.entries()),
            texts=tuple(map(clean, self._texts.entries())),
            rows=rows,
        )

    def _row(self, ruling: Ruling) -> FindingRow:
        finding, text = ruling.finding, self._texts.number
        location = finding.location
        why, places = self._decision(ruling.decision)
        return FindingRow(
            rule=self._rule(finding),
            path=self._paths.number(location.path),
            line=location.line,
            end_line=location.end_line,
            column=location.column,
            severity=SEVERITIES.index(ruling.severity),
            kind=KINDS.index(finding.kind),
            outcome=OUTCOMES.index(ruling.outcome),
            message=text(finding.message),
            evidence=text(finding.evidence),
            why=why,
            fix=text(suggest_fix(finding.rule, finding)),
            pin=text(_describe_pin(finding)),
            fingerprint=clean_name(finding.fingerprint),
            inline=finding.introduction is None,
            facts=(*places, *((text(label), text(fact)) for label, fact in _list_facts(finding))),
            members=tuple(map(self._member, ruling.members)),
        )

    def _decision(self, decision: Decision) -> tuple[int, tuple[tuple[int, int], ...]]:
        """The numbers of the text of a decision, and of its places in the policy. Most findings share a decision."""
        if id(decision) not in self._decided:
            text = self._texts.number
            why = text(explain_decision(decision))
            places = tuple((text("policy"), text(format_policy_location(place))) for place in list_policy_locations(decision))
            self._decided[id(decision)] = decision, why, places
        return self._decided[id(decision)][1:]

    def _member(self, ruling: Ruling) -> MemberRow:
        finding = ruling.finding
        numbers = SEVERITIES.index(ruling.severity), OUTCOMES.index(ruling.outcome), self._texts.number(finding.message)
        return MemberRow(self._rule(finding), *numbers, clean_name(finding.fingerprint))

    def _rule(self, finding: Finding) -> int:
        return self._rules.number((finding.rule, finding.title, finding.help_url, finding.cwe))

    def _path_entry(self, path: str) -> PathEntry:
        owners = tuple(map(clean_name, self._owners.get(path, ())))
        return PathEntry(clean_name(path), clean_name(shlex.quote(path_pattern(path))), owners)


def _rule_entry(rule: str, title: str, url: str, cwe: tuple[int, ...]) -> RuleEntry:
    return RuleEntry(clean_name(rule), clean(title), escape.web_url(url), cwe, clean_name(shlex.quote(rule)))


def _describe_pin(finding: Finding) -> str:
    """``flask 0.12.2: upgrade to 2.2.5``; empty for a finding that is about no package."""
    package = finding.affected_package
    if package is None:
        return ""
    return f"{package.name} {package.version}" + (f": upgrade to {package.upgrade}" if package.upgrade else "")


def _list_facts(finding: Finding) -> Iterator[tuple[str, str]]:
    """What else is known about a finding: pairs of a label and a text."""
    yield from (("secret", text) for text in explain_secret(finding))
    if way := wording.summarize_flow(finding):
        yield "flow", way
    if former := wording.describe_former(finding):
        yield "known as", former
    if advisory := wording.describe_advisory(finding):
        yield "advisory", advisory
    if finding.introduction is not None:
        introduction = finding.introduction
        there = "still in HEAD" if introduction.in_head else "no longer in HEAD"
        yield "commit", " ".join(filter(None, (introduction.commit[:12], introduction.date[:10], f"({there})")))
    if finding.known_by:
        yield "known in", finding.known_by + (f", as {finding.previous_path}" if finding.previous_path else "")
    yield "confidence", finding.confidence.value
