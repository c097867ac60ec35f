"""The facts every part of scangate shares: frozen values with invariants and no behaviour beyond them.

Nothing here reads a file, asks the clock or knows a tool. Paths are text, relative to the scanned root, with ``/``;
lines and columns count from 1, columns in characters, and an end column is the one behind the last character (as in SARIF).
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import msgspec

__all__ = [
    "ABSENT",
    "EXIT_CODES",
    "AffectedPackage",
    "ComparedRevision",
    "Component",
    "Confidence",
    "FileAccounting",
    "FileReport",
    "Finding",
    "FindingIdentity",
    "FindingKind",
    "Gap",
    "GapKind",
    "GapRuling",
    "IgnoreComment",
    "KnownSource",
    "Location",
    "Outcome",
    "Report",
    "RuleInfo",
    "Ruling",
    "RulingOutcome",
    "ScanResult",
    "ScanStatus",
    "Severity",
    "SkippedPath",
    "Span",
    "Targets",
    "Verdict",
]


class Severity(enum.IntEnum):
    """How bad a finding is; UNKNOWN is a level of its own, and a policy says what it is worth."""

    UNKNOWN = 0
    INFO = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5


class Confidence(enum.IntEnum):
    """How sure the scanner is that the finding is one."""

    UNKNOWN = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3


class FindingKind(enum.Enum):
    """What a finding is about; budgets can be set per kind."""

    CODE = "code"
    SECRET = "secret"  # noqa: S105  # pragma: allowlist secret
    DEPENDENCY = "dependency"
    CONFIGURATION = "configuration"


class GapKind(enum.Enum):
    """Why something was not read. No bundled policy ever allows the kinds in NEVER_ALLOWED."""

    TOOL_MISSING = "tool-missing"
    CRASH = "crash"
    TIMEOUT = "timeout"
    GARBAGE = "garbage"
    INTERRUPTED = "interrupted"
    UNREADABLE = "unreadable"
    ENCODING = "encoding"
    UNPARSABLE = "unparsable"
    PARTIAL_PARSE = "partial-parse"
    TOO_LARGE = "too-large"
    UNPINNED = "unpinned"
    ADVISORY_UNANSWERED = "advisory-unanswered"
    STALE_STORE = "stale-store"


NEVER_ALLOWED = frozenset({GapKind.TOOL_MISSING, GapKind.CRASH, GapKind.TIMEOUT, GapKind.GARBAGE, GapKind.INTERRUPTED})


class ScanStatus(enum.Enum):
    """What became of one scanner's run. SKIPPED means the policy or the command line said no."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"


class FileAccounting(enum.Enum):
    """How a scanner accounts for files: its output names each, or the run as a whole vouches for them."""

    PER_FILE = "per-file"
    WHOLE_RUN = "whole-run"


class RulingOutcome(enum.Enum):
    """What the policy makes of one finding."""

    BLOCKING = "blocks"
    TOLERATED = "tolerated"
    SUPPRESSED = "suppressed"
    KNOWN = "known"


WORST_FIRST = (RulingOutcome.BLOCKING, RulingOutcome.TOLERATED, RulingOutcome.KNOWN, RulingOutcome.SUPPRESSED)
"""The outcomes from the worst to the one that asks least of a reader."""


class Outcome(enum.Enum):
    """The verdict in one word. FAIL beats INCOMPLETE; both are told."""

    PASS = "PASS"  # noqa: S105 -- the word, not a password
    FAIL = "FAIL"
    INCOMPLETE = "INCOMPLETE"


EXIT_CODES = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.INCOMPLETE: 3}
"""How a scan that nobody interrupted ends."""


class Location(msgspec.Struct, frozen=True, order=True, omit_defaults=True):
    """Where a finding is. ``line`` >= 1; ``end_line`` >= ``line``; columns >= 1, 0 where the tool gave none."""

    path: str
    line: int = 1
    end_line: int = 1
    column: int = 0
    end_column: int = 0

    def __post_init__(self) -> None:
        if self.line < 1 or self.end_line < self.line:
            raise ValueError(f"not a line range: {self.line}-{self.end_line}")
        if self.column < 0 or self.end_column < 0:
            raise ValueError(f"not a column: {self.column}-{self.end_column}")


class Span(msgspec.Struct, frozen=True, order=True):
    """Where the characters of a secret stand, so that they can be taken out; never the characters themselves."""

    line: int
    column: int
    end_line: int
    end_column: int


INTERNAL = "internal, says the policy"
"""The reason why a dependency is left out of the audit because of its name."""

BUNDLED_ADVISORIES = "starter set"
"""The few advisories that come with the package: what they tell is labelled with this, and answers for nothing."""


class AffectedPackage(msgspec.Struct, frozen=True, order=True):
    """What a dependency finding is about.

    ``fixed_in`` mend this fault; ``upgrade`` is the nearest release without any known one. ``published``: the advisory's day, UTC,
    ISO 8601. ``told_by``: who said so, a service, the store or STARTER_SET. Each is empty where it is not known.
    """

    name: str
    version: str
    fixed_in: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    cvss: str = ""
    published: str = ""
    upgrade: str = ""
    source: str = ""


class Component(msgspec.Struct, frozen=True, order=True):
    """One release that the repository depends on, and the line that says so; ``line`` >= 1.

    ``name`` and ``version`` are canonical. ``direct``: the project asks for it itself. ``via``: one chain of names that brings it
    in, from a direct dependency to the package just above; empty for a direct one, and where it is not known. ``index`` is the host
    of the index it comes from, empty for PyPI or where none is named. ``resolved``: nothing pins it, a resolver took it.
    """

    name: str
    version: str
    path: str
    line: int
    direct: bool = False
    via: tuple[str, ...] = ()
    index: str = ""
    resolved: bool = False

    def __post_init__(self) -> None:
        if self.line < 1:
            raise ValueError(f"not a line: {self.line}")


class FindingIdentity(msgspec.Struct, frozen=True, order=True, omit_defaults=True):
    """What two scans compare to tell whether a finding is the same: digests, of which none is made from a secret but ``secret``.

    ``content``: the rule and the matched text without white space, never the path (of a secret the rule and its name, of a
    dependency the rule and the package's name). ``context``: the lines around it, secrets taken out. ``ordinal`` >= 1: which it is
    among those of equal content in its file. ``secret``: of a secret's value, salted and slow; empty where it is none, and where
    the run has no salt. It stands in a baseline under that file's salt, and in no report.
    """

    content: str
    context: str = ""
    ordinal: int = 1
    secret: str = ""


class IgnoreComment(msgspec.Struct, frozen=True, order=True):
    """A comment of ours by a finding that asks not to count it: ``scangate: ignore[RULE] until=DATE -- REASON``; ``line`` >= 1.

    ``text`` is the comment without secrets; ``rules`` are those of its patterns that are about the finding, empty where none is;
    ``until`` is the last day it holds, ISO 8601, empty for no end. ``fault`` says why it can never hold; then it has no rules.
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
            raise ValueError(f"not a day: {self.expires}")
        if self.problem and self.rules:
            raise ValueError(f"a waiver that cannot hold is about no rule: {self.problem}")


class RuleInfo(msgspec.Struct, frozen=True):
    """What a rule is, whether or not anything was found by it; ``says`` is the tool's own word on it, on one line."""

    rule: str
    title: str
    description: str = ""
    help_url: str = ""
    cwe: tuple[int, ...] = ()


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fault that one scanner saw.

    ``rule`` is ``scanner:id`` (``bandit:B602``); ``title`` says in a few words what the rule is about and is the same for all its
    findings; ``message`` is about this one. ``evidence`` is source text with every secret taken out. ``fingerprint`` and
    ``line_hash`` are empty until the identity pass has set them; ``line_hash`` stays empty for secrets. ``waiver`` is the inline
    comment that the tool itself would have obeyed, empty where there is none; ``ignores`` are our own that stand by it. ``known``
    says by what it was known before this scan (a `KnownBy`'s name: ``the baseline``, or a revision), empty for what is new: a
    fact, whatever the policy makes of it. ``known_at`` is the path where it was known, empty where that is this one. ``extent``:
    where exactly the matched text stands, where that is not the location; it is for the engine, and no result has it.
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

    @property
    def scanner(self) -> str:
        """The scanner whose rule this is."""
        return self.rule.partition(":")[0]

    def sort_key(self) -> tuple[Any, ...]:
        """The order of findings in every report: by place, then by rule."""
        return (self.location, self.rule, self.message, self.fingerprint)


class Gap(msgspec.Struct, frozen=True):
    """Something that was not read, or not wholly; ``path`` is None where the gap is not about one file, ``line`` 0 where none."""

    scanner: str
    path: str | None
    kind: GapKind
    reason: str
    line: int = 0
    hint: str = ""

    def sort_key(self) -> tuple[Any, ...]:
        """The order of gaps in every report."""
        return (self.scanner, self.path or "", self.line, self.kind.value, self.reason)


ABSENT = "in the index, but not in the work tree"
"""The reason for which a path is left out that is not there: it is gone as far as the work tree goes."""


class SkippedPath(msgspec.Struct, frozen=True, order=True):
    """A path that was not read on purpose, and whose word that was; ``scanner`` is empty where it holds for all."""

    path: str
    reason: str
    scanner: str = ""


class FileReport(msgspec.Struct, frozen=True):
    """What one scanner says of one file.

    ``secrets`` tells where secrets stand in it, for the redaction pass; ``components`` what it depends on, audited or not;
    ``left_out`` what of it was not looked at on purpose.
    """

    path: str
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    secret_spans: tuple[Span, ...] = ()
    components: tuple[Component, ...] = ()
    skipped_paths: tuple[SkippedPath, ...] = ()


class ScanResult(msgspec.Struct, frozen=True):
    """What one scanner's run came to.

    ``given`` counts the files it was given, ``files`` are those it read wholly: given = files + files with a gap, always.
    """

    scanner: str
    version: str
    status: ScanStatus
    accounting: FileAccounting = FileAccounting.PER_FILE
    files_given: int = 0
    analyzed_files: tuple[str, ...] = ()
    files_cached: int = 0
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    skipped_paths: tuple[SkippedPath, ...] = ()
    seconds: float = 0.0
    reason: str = ""
    components: tuple[Component, ...] = ()

    def __post_init__(self) -> None:
        if self.status is ScanStatus.COMPLETE and self.gaps:
            raise ValueError(f"{self.scanner}: complete, yet it has gaps")
        if self.status in (ScanStatus.PARTIAL, ScanStatus.FAILED) and not self.gaps:
            raise ValueError(f"{self.scanner}: {self.status.value}, yet it names no gap")
        lost = {gap.path for gap in self.gaps if gap.path is not None}
        if lost & set(self.analyzed_files) or self.files_given != len(self.analyzed_files) + len(lost):
            raise ValueError(f"{self.scanner}: the ledger does not add up")


class Ruling(msgspec.Struct, frozen=True):
    """What the policy makes of one finding, at the severity the policy gives it, and why.

    ``members`` are the rulings on the findings of several scanners that this one stands for, all of them; empty for a finding that
    one scanner told. Severity, outcome and reason are then those of the worst member.
    """

    finding: Finding
    severity: Severity
    outcome: RulingOutcome
    because: str
    members: tuple[Ruling, ...] = ()

    def __post_init__(self) -> None:
        if self.members and (len(self.members) == 1 or any(member.members for member in self.members)):
            raise ValueError("a merged ruling has two members or more, and they are not merged themselves")
        if self.members and WORST_FIRST.index(self.outcome) > min(WORST_FIRST.index(member.outcome) for member in self.members):
            raise ValueError("a merged ruling is as bad as its worst member")

    @property
    def per_scanner(self) -> tuple[Ruling, ...]:
        """The rulings on what the scanners told: the members, else this one."""
        return self.members or (self,)


class GapRuling(msgspec.Struct, frozen=True):
    """Whether the policy lets a gap stand, and why."""

    gap: Gap
    blocking: bool
    because: str


class KnownSource(msgspec.Struct, frozen=True, order=True):
    """Something that knew findings before this scan, and what became of them.

    ``name``: ``the baseline``, or the revision that was compared with. ``findings``: how many it knew; ``matched``: how many of
    those are still there; ``gone``: how many certainly are not, since all that could hold them was read. The rest was not looked
    for. ``file``: the baseline's, as it was named.
    """

    name: str
    findings: int
    matched: int
    gone: int
    file: str = ""

    def __post_init__(self) -> None:
        if min(self.findings, self.matched, self.gone) < 0 or self.matched + self.gone > self.findings:
            raise ValueError(f"{self.name}: more known findings than there are")


class ComparedRevision(msgspec.Struct, frozen=True):
    """The revision that a change was judged against. ``revision`` is its name, ``commit`` what that named: its policy held.

    ``fork`` is the commit where the change left it, whose findings are known; empty where nothing was compared.
    """

    revision: str
    commit: str
    merge_base: str = ""


class Verdict(msgspec.Struct, frozen=True):
    """The one judgement from which every report and the exit code come.

    ``outcome`` follows from the rest: a blocking ruling makes it FAIL, else a gap that counts makes it INCOMPLETE.
    ``notes`` are things the policy wants said: expired or unused exceptions, severities changed, files excluded.
    """

    outcome: Outcome
    rulings: tuple[Ruling, ...]
    gaps: tuple[GapRuling, ...]
    policy: str
    policy_digest: str
    environment: str
    date: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.outcome is not self.derive_outcome():
            raise ValueError(f"the outcome {self.outcome.value} does not follow from the rulings")

    def derive_outcome(self) -> Outcome:
        """The outcome that the rulings and gaps make."""
        if any(ruling.outcome is RulingOutcome.BLOCKING for ruling in self.rulings):
            return Outcome.FAIL
        if any(ruling.blocking for ruling in self.gaps):
            return Outcome.INCOMPLETE
        return Outcome.PASS


class Targets(msgspec.Struct, frozen=True):
    """Where the list of files came from (``git index``, ``staged``, ``file system``) and what it passed over, told by name."""

    source: str
    file_count: int
    skipped_paths: tuple[SkippedPath, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """What every reporter gets: the whole run. Times are UTC, ISO 8601; ``interrupted`` is the signal's name or empty.

    ``known``: by what findings were known before, empty where nothing was compared. ``since``: what the change was judged against,
    None for a run of its own. ``review``: a FAIL is left to somebody who approves it; it stays a FAIL. ``part``: the folder of the
    repository that the root is, empty where it is all of it, or no part of one.
    """

    verdict: Verdict
    results: tuple[ScanResult, ...]
    targets: Targets
    tool_version: str
    root: str
    commit: str = ""
    started: str = ""
    finished: str = ""
    seconds: float = 0.0
    interrupted: str = ""
    exit_code: int = 0
    scope: tuple[tuple[str, Any], ...] = ()
    known_sources: tuple[KnownSource, ...] = ()
    compared_revision: ComparedRevision | None = None
    needs_approval: bool = False
    subdirectory: str = ""
