"""Why the policy ruled as it did, as data; `scangate.report.decision_text` makes the sentences."""

from __future__ import annotations

import enum

import msgspec

from scangate.model.finding import FindingKind
from scangate.model.location import PolicyLocation
from scangate.model.severity import Severity


class Basis(enum.Enum):
    """What decided about a finding or a gap. NOT_JUDGED: nothing did, because no policy judged."""

    EXCLUSION = "exclusion"
    EXCEPTION = "exception"
    INLINE_COMMENT = "inline-comment"
    KNOWN = "known"
    COOL_DOWN = "cool-down"
    BUDGET = "budget"
    UNUSED_EXCEPTION = "unused-exception"
    BASELINE_RATCHET = "baseline-ratchet"
    NOT_JUDGED = "not-judged"  # gaps as well
    # gaps
    ALLOWED_GAP = "allowed-gap"
    UNTOUCHED = "untouched"
    GAP_NOT_ALLOWED = "gap-not-allowed"
    REQUIRED_SCANNER = "required-scanner"
    NOTHING_SCANNED = "nothing-scanned"
    NOT_ANALYZED = "not-analyzed"
    REPORT_NOT_WRITTEN = "report-not-written"


class NoteKind(enum.Enum):
    """What a `Note` is about. The comment names the fields that each kind uses."""

    # on one finding, in addition to its decision
    SEVERITY_CHANGED = "severity-changed"  # severity (the scanner's), location
    KNOWN_COUNTED = "known-counted"  # name (the known source), location
    STRICTER_PATH = "stricter-path"  # path (the previous one)
    # on an inline comment: path, line, expires, days
    COMMENTS_DENIED = "comments-denied"  # location
    COMMENT_ADDED = "comment-added"  # text (the comment), rule: that this change adds, and that suppresses
    COMMENT_ADDED_DENIED = "comment-added-denied"  # the same, location: it does not suppress
    COMMENT_INVALID = "comment-invalid"  # text
    COMMENT_OTHER_RULES = "comment-other-rules"
    COMMENT_WITHOUT_EXPIRY = "comment-without-expiry"
    COMMENT_EXPIRED = "comment-expired"
    COMMENT_TOO_LONG = "comment-too-long"  # days: the most that the policy allows
    COMMENT_EXPIRES_SOON = "comment-expires-soon"  # days: left
    MORE_COMMENTS = "more-comments"  # count
    # on an exception: name (its selectors), owner, location
    EXCEPTION_EXPIRED = "exception-expired"  # expires; count: findings it no longer accepts
    EXCEPTION_EXPIRES_SOON = "exception-expires-soon"  # expires, days: left; path: where its finding moved, or empty
    EXCEPTION_FOLLOWED = "exception-followed"  # path: where its finding moved
    EXCEPTION_UNUSED = "exception-unused"
    EXCEPTION_OTHER_NAME = "exception-other-name"  # text: the alias, rule: what the finding is called
    EXCEPTION_NOT_OWNER = "exception-not-owner"  # text: the CODEOWNERS file; path, count: the paths its owner does not own
    EXCEPTION_NO_CODEOWNERS = "exception-no-codeowners"
    EXCEPTION_NEVER = "exception-never"  # text: the finding's kind; path, count: the paths whose findings it may not accept
    POLICY_CHANGED = "policy-changed"  # path, text: "adds", "edits" or "removes"; name: the revision whose version applies
    NOT_STAGED = "not-staged"  # path: has blocking findings, and another version in the work tree
    CODEOWNERS_INVALID = "codeowners-invalid"  # path, lines
    # on the whole scan
    SUPPRESSED_INLINE = "suppressed-inline"  # counts: by scanner
    IN_COOL_DOWN = "in-cool-down"  # days, counts: by scanner
    SEVERITIES_CHANGED = "severities-changed"  # counts: by rule
    BASELINE = "baseline"  # name, count: all, counts: matched, gone, not looked for
    KNOWN_SOURCE = "known-source"  # the same of another source
    RESOLVED_RELEASES = "resolved-releases"  # name: the scanner, count
    INTERNAL_DEPENDENCIES = "internal-dependencies"  # name: the scanner, count, counts: audited; in_tree
    MERGED_FINDINGS = "merged-findings"  # count, counts: by scanners


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something that a reader of a decision or of a verdict should know; see `NoteKind` for the fields in use."""

    kind: NoteKind
    name: str = ""
    owner: str = ""
    path: str = ""
    line: int = 0
    lines: tuple[int, ...] = ()
    expires: str = ""
    days: int = 0
    count: int = 0
    counts: tuple[tuple[str, int], ...] = ()
    rule: str = ""
    severity: Severity = Severity.UNKNOWN
    text: str = ""
    in_tree: bool = False
    location: PolicyLocation = PolicyLocation()


class BudgetSelector(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which findings a budget override counts; an empty field selects all."""

    kind: FindingKind | None = None
    scanner: str = ""
    path: str = ""
    fixable: bool | None = None
    history: bool | None = None


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What decided, where the policy says so, and the facts that a reader needs.

    BUDGET: ``count`` findings of ``severity`` that match ``selector``, ``limit`` allowed (None: unlimited), ``reported_worse`` of
    them reported at a higher severity by another scanner. COOL_DOWN: ``count`` days since publication, ``limit`` days to wait.
    EXCEPTION: ``owner``, ``reason``, ``expires``. EXCLUSION and ALLOWED_GAP: ``reason``. INLINE_COMMENT: ``comment``. KNOWN:
    ``known_by``. BASELINE_RATCHET: ``count`` findings that are gone.
    """

    basis: Basis
    location: PolicyLocation = PolicyLocation()
    severity: Severity = Severity.UNKNOWN
    count: int = 0
    limit: int | None = None
    selector: BudgetSelector = BudgetSelector()
    reported_worse: int = 0
    owner: str = ""
    reason: str = ""
    expires: str = ""
    comment: str = ""
    known_by: str = ""
    notes: tuple[Note, ...] = ()
