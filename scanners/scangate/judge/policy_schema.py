"""The content of a policy file, as types. The strict reader and the JSON Schema are both made from them.

Every field may be absent, because a file may leave it to the policy that it extends; `resolve_policy` has the defaults.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

SeverityName = Literal["info", "low", "medium", "high", "critical"]
AnalysisName = Literal["code", "configuration", "secrets", "dependencies"]
KindName = Literal["code", "secret", "dependency", "configuration"]
GapName = Literal[
    "crash",
    "timeout",
    "garbage",
    "unreadable",
    "encoding",
    "unparsable",
    "partial-parse",
    "too-large",
    "unpinned",
    "advisory-unanswered",
    "stale-store",
    "stand-in",
    "absent",
    "nested-repository",
    "not-analyzed",
    "not-opened",
]
Text = Annotated[str, Meta(pattern=r"\S", max_length=2000)]
Glob = Annotated[str, Meta(pattern=r"\S", max_length=1024, extra={"check": "glob"})]
Folder = Annotated[str, Meta(pattern=r"^[^*?\[\\!]+/$", max_length=1024)]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)]
Limit = Annotated[int, Meta(ge=0)] | Literal["unlimited"]
Seconds = Annotated[int, Meta(ge=1, le=86400)]
Size = Annotated[int, Meta(ge=1)] | Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,9} ?(B|KiB|MiB|GiB)$")]


def _require_one_of(*names: str) -> Meta:
    """Require at least one of ``names`` in an entry, for the reader and for the schema."""
    return Meta(extra={"one of": names}, extra_json_schema={"anyOf": [{"required": [name]} for name in names]})


class _Block(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """Spelling with hyphens, nothing unknown, nothing changed."""


class _Replacement(_Block, frozen=True, kw_only=True):
    """``{replace: [...]}`` takes the place of the inherited list; a plain list is appended to it."""


class ScannerBlock(_Block, frozen=True, kw_only=True):
    """What every scanner's block can contain in addition to the scanner's own options. ``auto``: on where it is installed."""

    enabled: bool | Literal["auto"] | UnsetType = UNSET
    timeout: Seconds | UnsetType = UNSET


class ExclusionEntry(_Block, frozen=True, kw_only=True):
    """A path that is not read, by some scanners or by all, and why."""

    path: Glob
    reason: Text
    scanners: Annotated[list[Name], Meta(min_length=1)] | UnsetType = UNSET


class ExclusionReplacement(_Replacement, frozen=True, kw_only=True):
    replace: list[ExclusionEntry]


class FolderReplacement(_Replacement, frozen=True, kw_only=True):
    replace: list[Folder]


class KindReplacement(_Replacement, frozen=True, kw_only=True):
    replace: list[KindName]


class TextReplacement(_Replacement, frozen=True, kw_only=True):
    replace: list[Text]


class PathsBlock(_Block, frozen=True, kw_only=True):
    """Which paths are not read. ``excludable``: folders below which a policy may exclude more, where this one is its floor."""

    exclude: list[ExclusionEntry] | ExclusionReplacement | UnsetType = UNSET
    excludable: list[Folder] | FolderReplacement | UnsetType = UNSET


class LimitsBlock(_Block, frozen=True, kw_only=True):
    """How large a file may be to be read, and how long one tool may take in all."""

    max_file_size: Size | UnsetType = UNSET
    timeout: Seconds | UnsetType = UNSET


class SeverityEntry(_Block, frozen=True, kw_only=True):
    """A severity for a rule's findings that replaces the scanner's. The last matching entry applies.

    ``history``, here and in the other entries: true for findings of `scangate history` only, false for all others.
    """

    rule: Text
    severity: SeverityName
    path: Glob | UnsetType = UNSET
    history: bool | UnsetType = UNSET
    reason: Text | UnsetType = UNSET


class SeverityReplacement(_Replacement, frozen=True, kw_only=True):
    replace: list[SeverityEntry]


class OverrideEntry(_Block, frozen=True, kw_only=True):
    """A budget of its own for the findings that every selector given matches, for the severities it names.

    ``fixable`` is about dependencies: true where a release without the fault is known, false where none is.
    """

    kind: KindName | UnsetType = UNSET
    scanner: Name | UnsetType = UNSET
    path: Glob | UnsetType = UNSET
    fixable: bool | UnsetType = UNSET
    history: bool | UnsetType = UNSET
    critical: Limit | UnsetType = UNSET
    high: Limit | UnsetType = UNSET
    medium: Limit | UnsetType = UNSET
    low: Limit | UnsetType = UNSET
    info: Limit | UnsetType = UNSET


_Override = Annotated[OverrideEntry, _require_one_of("kind", "scanner", "path", "fixable", "history")]


class OverrideReplacement(_Replacement, frozen=True, kw_only=True):
    replace: list[_Override]


class BudgetBlock(_Block, frozen=True, kw_only=True):
    """How many findings of each severity are allowed; an absent severity has the limit 0.

    A finding counts in one budget: the last override that matches it and names its severity, else the general one.
    """

    critical: Limit | UnsetType = UNSET
    high: Limit | UnsetType = UNSET
    medium: Limit | UnsetType = UNSET
    low: Limit | UnsetType = UNSET
    info: Limit | UnsetType = UNSET
    overrides: list[_Override] | OverrideReplacement | UnsetType = UNSET


class AllowedGapEntry(_Block, frozen=True, kw_only=True):
    """A kind of gap that is allowed, for which scanner (a name with `*`), in which paths, and why.

    ``language``, a content type (a name with `*`), is for the kinds `not-analyzed` and `not-opened`; ``analysis``, one that the
    content calls for, is for `not-analyzed`.
    """

    kind: GapName
    reason: Text
    scanner: Text | UnsetType = UNSET
    path: Glob | UnsetType = UNSET
    language: Text | UnsetType = UNSET
    analysis: AnalysisName | UnsetType = UNSET


class RequiredReplacement(_Replacement, frozen=True, kw_only=True):
    replace: list[Name]


class AllowedGapReplacement(_Replacement, frozen=True, kw_only=True):
    replace: list[AllowedGapEntry]


class CoverageBlock(_Block, frozen=True, kw_only=True):
    """Which scanners must run, and which gaps are allowed."""

    required: list[Name] | RequiredReplacement | UnsetType = UNSET
    allowed_gaps: list[AllowedGapEntry] | AllowedGapReplacement | UnsetType = UNSET


class AdvisoriesBlock(_Block, frozen=True, kw_only=True):
    """How long after its publication an advisory is waited for, of whatever severity, critical included; 0 waits for none.

    Until then the finding is reported and does not count. One without a publication date, or with a future one, counts.
    """

    wait_days: Annotated[int, Meta(ge=0)] | UnsetType = UNSET


class BaselineBlock(_Block, frozen=True, kw_only=True):
    """Requirements on the baseline. ``ratchet``: findings that are gone must be removed from it, so that it only shrinks."""

    ratchet: bool | UnsetType = UNSET


class CacheBlock(_Block, frozen=True, kw_only=True):
    """Which cached results are used. ``keyed-only``: only those signed with SCANGATE_CACHE_KEY."""

    keyed_only: bool | UnsetType = UNSET


class FollowsBlock(_Block, frozen=True, kw_only=True):
    """How `scangate waive` recognizes a finding after its file is renamed. The digests are made from no secret."""

    path: Text
    content: Text
    context: str | UnsetType = UNSET


class ExceptionEntry(_Block, frozen=True, kw_only=True):
    """Findings that are accepted until the end of a day: those that every selector given matches.

    ``advisory`` is any name of an advisory, in any case: its CVE, GHSA or PYSEC id. ``follows`` goes with a rule and a
    fingerprint: where no finding has that any more, the entry accepts the one that it became, and never more than one.
    """

    reason: Text
    owner: Text
    expires: dt.date
    rule: Text | UnsetType = UNSET
    path: Glob | UnsetType = UNSET
    fingerprint: Text | UnsetType = UNSET
    advisory: Text | UnsetType = UNSET
    history: bool | UnsetType = UNSET
    follows: FollowsBlock | UnsetType = UNSET


_Exception = Annotated[ExceptionEntry, _require_one_of("rule", "path", "fingerprint", "advisory")]


class ExceptionReplacement(_Replacement, frozen=True, kw_only=True):
    replace: list[_Exception]


class PolicyBlocks(_Block, frozen=True, kw_only=True):
    """The blocks of a policy and of its environments. Each block in ``scanners`` has the scanner's own type."""

    scanners: dict[str, Any] | UnsetType = UNSET
    paths: PathsBlock | UnsetType = UNSET
    limits: LimitsBlock | UnsetType = UNSET
    severity: list[SeverityEntry] | SeverityReplacement | UnsetType = UNSET
    budgets: BudgetBlock | UnsetType = UNSET
    unknown: SeverityName | UnsetType = UNSET
    new_only: bool | UnsetType = UNSET
    baseline: BaselineBlock | UnsetType = UNSET
    advisories: AdvisoriesBlock | UnsetType = UNSET
    cache: CacheBlock | UnsetType = UNSET
    coverage: CoverageBlock | UnsetType = UNSET
    exceptions: list[_Exception] | ExceptionReplacement | UnsetType = UNSET
    exception_max_days: Annotated[int, Meta(ge=1, le=3660)] | UnsetType = UNSET
    exception_unused: Literal["report", "fail"] | UnsetType = UNSET
    exception_owners: Literal["anyone", "codeowners"] | UnsetType = UNSET
    codeowners: Text | UnsetType = UNSET
    exception_owner_names: list[Text] | TextReplacement | UnsetType = UNSET
    never_excepted: list[KindName] | KindReplacement | UnsetType = UNSET
    inline_suppressions: Literal["allow", "report", "deny"] | UnsetType = UNSET
    inline_until: Literal["optional", "required"] | UnsetType = UNSET
    new_suppressions: Literal["allow", "deny"] | UnsetType = UNSET
    submodules: Literal["report", "scan"] | UnsetType = UNSET


class PolicyDocument(PolicyBlocks, frozen=True, kw_only=True):
    """One policy file."""

    version: Literal[1]
    name: Name | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    extends: Text | UnsetType = UNSET
    floor: bool | UnsetType = UNSET
    environments: dict[Name, PolicyBlocks] | UnsetType = UNSET
