"""A fully resolved policy, with every value that its files leave out. Only `resolve_policy` makes one."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import msgspec

from scangate.model import Analysis, FindingKind, GapKind, PolicyLocation, Severity

AUTO = "auto"  # `enabled` of a scanner that runs where it is installed
Limits = tuple[tuple[Severity, int | None], ...]


class InlineSuppressions(enum.Enum):
    """Whether inline comments suppress findings: yes, yes with a note, or no. From the loosest to the strictest."""

    ALLOW = "allow"
    REPORT = "report"
    DENY = "deny"


class NewSuppressions(enum.Enum):
    """Whether an inline comment that the scanned change adds suppresses its finding. From the loosest to the strictest."""

    ALLOW = "allow"
    DENY = "deny"


class Submodules(enum.Enum):
    """What becomes of submodules and other repositories in the tree: a gap each, or they are scanned with the rest. From the
    loosest to the strictest."""

    REPORT = "report"
    SCAN = "scan"


class UnusedExceptions(enum.Enum):
    """What an exception that accepts nothing does: add a note, or fail the build."""

    REPORT = "report"
    FAIL = "fail"


class ExceptionOwners(enum.Enum):
    """Who may own an exception: anyone, or only an owner, by CODEOWNERS, of the files of the findings that it accepts."""

    ANYONE = "anyone"
    CODEOWNERS = "codeowners"


class InlineExpiry(enum.Enum):
    """Whether an inline comment of ours must have an expiry date. From the loosest to the strictest."""

    OPTIONAL = "optional"
    REQUIRED = "required"


class ScannerSettings(msgspec.Struct, frozen=True):
    """One scanner as the policy wants it: ``options`` is a value of the scanner's own type; ``timeout`` is in seconds.

    ``is_command`` is True for a block with a command line, without a scanner module. ``if_installed``: an enabled scanner runs
    where it is installed, and is not missed elsewhere.
    """

    name: str
    enabled: bool
    timeout: int
    options: Any
    is_command: bool = False
    if_installed: bool = False


class PathExclusion(msgspec.Struct, frozen=True):
    """A path that is not scanned, and why; ``scanners`` is empty if that applies to all of them."""

    path: str
    reason: str
    scanners: tuple[str, ...] = ()


class SeverityRule(msgspec.Struct, frozen=True):
    """The severity of the findings of ``rule`` (a name with ``*``) below ``path``, empty for everywhere.

    ``history``, here and in the other entries: True for findings of the history only, False for all others, None for both.
    """

    rule: str
    severity: Severity
    path: str = ""
    reason: str = ""
    history: bool | None = None


class Budget(msgspec.Struct, frozen=True):
    """How many findings of each severity are allowed. None: unlimited. An override has only some severities; the
    others count in the policy's general budget.
    """

    limits: Limits

    def covers(self, severity: Severity) -> bool:
        """Whether this budget counts findings of ``severity``."""
        return any(named is severity for named, _ in self.limits)

    def limit(self, severity: Severity) -> int | None:
        """The number of allowed findings, None for unlimited. Raises KeyError if the budget does not have ``severity``."""
        return dict(self.limits)[severity]


class BudgetOverride(Budget, frozen=True):
    """A budget of its own for the findings that all given selectors match; ``fixable`` matches only those about a package."""

    kind: FindingKind | None = None
    scanner: str = ""
    path: str = ""
    fixable: bool | None = None
    history: bool | None = None


class AllowedGap(msgspec.Struct, frozen=True):
    """A gap that is allowed: ``scanner`` is a name with ``*`` or empty for any, ``path`` a pattern or empty for any or none.

    ``content_type`` is a name with ``*``, or empty for any or none; ``analysis`` is None for any or none.
    """

    kind: GapKind
    reason: str
    scanner: str = ""
    path: str = ""
    content_type: str = ""
    analysis: Analysis | None = None


class FollowedFinding(msgspec.Struct, frozen=True):
    """Where a finding was when it was accepted, and the digests of its `FindingIdentity`, which identify it elsewhere."""

    path: str
    content: str
    context: str = ""


class PolicyException(msgspec.Struct, frozen=True):
    """Findings accepted up to and including the day ``expires``; at least one selector is set, and an empty one matches all.

    ``follows`` is there only with a fingerprint and a rule: the one finding that has the fingerprint, also after it moved.
    """

    reason: str
    owner: str
    expires: dt.date
    rule: str = ""
    path: str = ""
    fingerprint: str = ""
    advisory: str = ""
    history: bool | None = None
    follows: FollowedFinding | None = None


class Policy(msgspec.Struct, frozen=True):
    """What a run is evaluated under.

    ``digest``: the SHA-256 of everything that decides, the environment's name included; names, descriptions and files do not change
    it. ``sources``: the files it was made from, the requested one first. ``locations``: where each value of the document was set,
    by its path in the document. ``in_tree``, ``is_bundled``: the requested file is in the scanned tree, or comes with the package.
    ``cool_down_days``: an advisory published fewer days ago does not count. ``codeowners_path``: relative to the root, empty for
    GitHub's default paths. ``new_only``: known findings are reported and do not count. ``baseline_ratchet``: a baseline with
    findings that are gone fails. ``signed_cache_only``: only signed cache entries are used. ``never_excepted``: kinds of findings
    that no exception accepts. ``exception_owner_names``: names with ``*``, one of which the owner of an exception has; empty for
    any owner. ``excludable_paths``: below these, a policy that this one is the floor of may exclude paths. ``is_absent``: it only
    says what to scan, in the place of a policy that cannot be read; it judges nothing.
    ``environments``: the names of all that it has. ``folders``: by the name of each of its files the folder that it was read from.
    """

    name: str
    environment: str
    scanners: tuple[ScannerSettings, ...]
    exclusions: tuple[PathExclusion, ...]
    max_file_size: int
    timeout: int
    severity_rules: tuple[SeverityRule, ...]
    budget: Budget
    overrides: tuple[BudgetOverride, ...]
    unknown_severity: Severity
    required_scanners: tuple[str, ...]
    allowed_gaps: tuple[AllowedGap, ...]
    exceptions: tuple[PolicyException, ...]
    exception_max_days: int
    inline_suppressions: InlineSuppressions
    cool_down_days: int
    signed_cache_only: bool = False
    exception_unused: UnusedExceptions = UnusedExceptions.REPORT
    exception_owners: ExceptionOwners = ExceptionOwners.ANYONE
    codeowners_path: str = ""
    inline_expiry: InlineExpiry = InlineExpiry.OPTIONAL
    new_suppressions: NewSuppressions = NewSuppressions.ALLOW
    submodules: Submodules = Submodules.REPORT
    never_excepted: tuple[FindingKind, ...] = ()
    exception_owner_names: tuple[str, ...] = ()
    excludable_paths: tuple[str, ...] = ()
    new_only: bool = True
    baseline_ratchet: bool = False
    description: str = ""
    digest: str = ""
    sources: tuple[str, ...] = ()
    locations: dict[str, PolicyLocation] = {}
    in_tree: bool = False
    is_bundled: bool = False
    is_absent: bool = False
    environments: tuple[str, ...] = ()
    folders: dict[str, str] = {}

    def scanner(self, name: str) -> ScannerSettings | None:
        """The setting of a scanner, None if the policy does not name it."""
        return next((setting for setting in self.scanners if setting.name == name), None)

    def locate(self, path: str) -> PolicyLocation:
        """Where the policy says what is at ``path`` in the document (``budgets.high``)."""
        return self.locations.get(path, PolicyLocation(path))

    def enabled_scanners(self) -> tuple[str, ...]:
        """The names of the scanners that are to run."""
        return tuple(setting.name for setting in self.scanners if setting.enabled)
