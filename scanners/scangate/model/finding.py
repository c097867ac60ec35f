"""A finding: one weakness at one location, reported by one scanner; and what identifies and describes it."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any, NamedTuple

import msgspec

from scangate.model.location import Location, PieceLines, Span
from scangate.model.secret import SecretAssessment
from scangate.model.severity import Confidence, Severity
from scangate.model.string_enum import StrEnum

BUNDLED_ADVISORIES = "bundled advisories"
"""The source of advisories that ship with the package. Their findings carry this label and do not replace an audit."""


PYTHON_PACKAGES = "pypi"
"""The type of the package URLs of PyPI (https://github.com/package-url/purl-spec)."""


class FindingKind(enum.Enum):
    """What a finding is about; budgets can be set per kind."""

    CODE = "code"
    SECRET = "secret"  # noqa: S105  # pragma: allowlist secret
    DEPENDENCY = "dependency"
    CONFIGURATION = "configuration"


class AffectedPackage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """The package that a dependency finding is about. Fields are empty where the value is unknown.

    ``fixed_in``: the releases that fix this vulnerability. ``upgrade``: the nearest release without a known vulnerability.
    ``published``: when the advisory was published, a UTC date (ISO 8601). ``source``: the service or store that reported it, or
    BUNDLED_ADVISORIES. ``kind``: the type of its package URL. ``development``: only work on the project needs it.
    """

    name: str
    version: str
    fixed_in: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    cvss: str = ""
    published: str = ""
    upgrade: str = ""
    source: str = ""
    kind: str = PYTHON_PACKAGES
    development: bool = False


class FindingIdentity(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True, omit_defaults=True):
    """The digests by which two scans recognize the same finding. None but ``secret`` is made from a secret's value.

    ``content``: rule and matched text without white space, never the path (a secret: rule and name; a dependency: rule and package
    name). ``context``: the surrounding lines, redacted. ``ordinal``: 1 for the first of equal content in its file, and so on.
    ``secret``: a salted, slow digest of a secret's value; empty for other findings and where the run has no salt. It is written to
    a baseline under the baseline's salt, and to no report.
    """

    content: str
    context: str = ""
    ordinal: int = 1
    secret: str = ""


class IgnoreComment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """A comment ``scangate: ignore[RULE] until=DATE -- REASON`` next to a finding.

    ``text``: the comment, redacted. ``rules``: those of its patterns that match the finding. ``expires``: the last day it applies
    (ISO 8601), empty for no end. ``problem``: why the comment is invalid; then ``rules`` is empty.
    """

    line: int
    text: str
    rules: tuple[str, ...] = ()
    expires: str = ""
    problem: str = ""

    def __post_init__(self) -> None:
        if self.line < 1:
            raise ValueError(f"not a line: {self.line}")
        if self.expires and dt.date.fromisoformat(self.expires).isoformat() != self.expires:
            raise ValueError(f"not a date: {self.expires}")
        if self.problem and self.rules:
            raise ValueError(f"an invalid comment matches no rule: {self.problem}")


class Mitigation(StrEnum):
    """Why a finding of a scanner is lowered: why its value can do no harm, or that it is not known to be a client's value."""

    CONSTANT = "constant"  # it is made of constants
    CONVERTED = "converted"  # it is made of constants and of values that were converted to numbers and the like
    CHECKED = "checked"  # it is a member of a fixed set
    QUOTED = "quoted"  # it is a command of a shell, made of constants and quoted words
    NO_SHELL = "no-shell"  # a fixed program is started without a shell
    IMPORTED = "imported"  # a module is imported; each use of it is judged where it is
    ASSUMED = "assumed"  # it may be stored data that the request only selects


class FormerRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True, omit_defaults=True):
    """The rule that reported the same finding before a more specific one did, and the digests that it had under that rule.

    A scanner sets ``rule``, the engine's identity pass the rest: ``content`` and ``ordinal`` as in a `FindingIdentity`.
    """

    rule: str
    fingerprint: str = ""
    content: str = ""
    ordinal: int = 1


class FindingName(NamedTuple):
    """What baselines, policies and comments call a finding: its rule, and the digests that it has under this rule."""

    rule: str
    fingerprint: str = ""
    content: str = ""


class Introduction(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """The commit that brought a finding first, in a scan of the history.

    ``commit``: its full id. ``date``: the author's date, in UTC (ISO 8601); empty if git has none. ``in_head``: HEAD still has the
    secret, at any path.
    """

    commit: str
    date: str = ""
    in_head: bool = False


class RuleInfo(msgspec.Struct, frozen=True):
    """What a rule is about, whether or not it has findings; ``description`` is on one line.

    ``severity``: UNKNOWN if it depends on the finding. ``page``: its page of the documentation, below docs/reference/rules, and the
    anchor there (``bandit-imports.md#b404``); empty for a rule without one.
    """

    rule: str
    title: str
    description: str = ""
    help_url: str = ""
    cwe: tuple[int, ...] = ()
    kind: FindingKind = FindingKind.CODE
    severity: Severity = Severity.UNKNOWN
    page: str = ""


class FlowRole(StrEnum):
    """What happens at a step of the way of request data."""

    SOURCE = "source"
    CALL = "call"
    RETURN = "return"
    SINK = "sink"


class FlowStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """A step on the way of request data to a weakness: it enters, is passed to or returned by a function, or arrives."""

    location: Location
    role: FlowRole


class Finding(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One weakness at one location, reported by one scanner.

    ``rule`` is ``scanner:id`` (``bandit:B602``). ``title`` describes the rule and is the same for all its findings; ``message`` is
    about this one. ``evidence`` is the redacted source text. ``fingerprint``, ``line_hash`` and ``identity`` are set by the
    engine's identity pass; ``line_hash`` stays empty for secrets. ``tool_comment`` is the inline comment that the tool itself would
    have honoured, ``ignore_comments`` are our own. ``known_by`` names the `KnownSource` that had the finding before this scan,
    empty for a new one, whatever the policy makes of it; ``previous_path`` is its path there, empty if unchanged.
    ``assessment``: why a secret has its severity. ``mitigation``: why a finding on code has a lower severity than its rule.
    ``former``: the rule that reported it before a more specific one did.
    ``suppression_is_new``: the scanned change adds the inline comment that suppresses it, or extends its time. ``introduction``: in
    a scan of the history, the commit whose version of the file ``location`` is about; else None. ``flow``: the way of request data
    from where it enters to ``location``, through any files; empty if it is not known. ``match_span`` is where the
    matched text is if it differs from ``location``, and ``piece`` the lines of the piece that the scanner saw: the engine uses
    them, results never contain them.
    """

    rule: str
    severity: Severity
    confidence: Confidence
    kind: FindingKind
    title: str
    message: str
    location: Location
    cwe: tuple[int, ...] = ()
    evidence: str = ""
    help_url: str = ""
    fingerprint: str = ""
    line_hash: str = ""
    tool_comment: str = ""
    ignore_comments: tuple[IgnoreComment, ...] = ()
    reported_by: tuple[str, ...] = ()
    affected_package: AffectedPackage | None = None
    match_span: Span | None = None
    identity: FindingIdentity | None = None
    known_by: str = ""
    previous_path: str = ""
    suppression_is_new: bool = False
    assessment: SecretAssessment | None = None
    former: FormerRule | None = None
    introduction: Introduction | None = None
    mitigation: Mitigation | None = None
    piece: PieceLines | None = None
    flow: tuple[FlowStep, ...] = ()

    @property
    def scanner(self) -> str:
        """The scanner that has the rule."""
        return self.rule.partition(":")[0]

    @property
    def names(self) -> tuple[FindingName, ...]:
        """What the finding is called, the current name first: whatever was accepted under a former name still is."""
        current = FindingName(self.rule, self.fingerprint, "" if self.identity is None else self.identity.content)
        former = self.former
        return (current,) if former is None else (current, FindingName(former.rule, former.fingerprint, former.content))

    def sort_key(self) -> tuple[Any, ...]:
        """The total order of findings, everywhere: by location, then by rule, then by all else."""
        rest = (self.severity, self.confidence, self.kind.value, self.tool_comment, self.title, self.evidence, self.line_hash)
        known = (
            self.known_by,
            self.previous_path,
            self.suppression_is_new,
            self.ignore_comments,
            self.reported_by,
            self.cwe,
            self.help_url,
        )
        secret = map(_comparable, (self.assessment, self.former, self.mitigation))
        return (
            self.location,
            self.rule,
            self.message,
            self.fingerprint,
            *rest,
            *map(_comparable, (self.affected_package, self.identity, self.introduction)),
            *known,
            *secret,
            self.flow,
        )


def _comparable(value: object) -> tuple[object, ...]:
    return () if value is None else (value,)
