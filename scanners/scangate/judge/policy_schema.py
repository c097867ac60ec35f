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
CriticalLimit = Annotated[Limit | UnsetType, Meta(description="How many findings of severity critical are allowed, or unlimited.")]
HighLimit = Annotated[Limit | UnsetType, Meta(description="How many findings of severity high are allowed, or unlimited.")]
MediumLimit = Annotated[Limit | UnsetType, Meta(description="How many findings of severity medium are allowed, or unlimited.")]
LowLimit = Annotated[Limit | UnsetType, Meta(description="How many findings of severity low are allowed, or unlimited.")]
InfoLimit = Annotated[Limit | UnsetType, Meta(description="How many findings of severity info are allowed, or unlimited.")]
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

    enabled: Annotated[
        bool | Literal["auto"] | UnsetType,
        Meta(description="true: the scanner is required; false: it is off; auto: it runs where it is installed."),
    ] = UNSET
    timeout: Annotated[
        Seconds | UnsetType, Meta(description="Seconds that this scanner may take in total, instead of limits.timeout.")
    ] = UNSET


class ExclusionEntry(_Block, frozen=True, kw_only=True):
    """A path that is not read, by some scanners or by all, and why."""

    path: Annotated[Glob, Meta(description="A pattern as in a .gitignore, from the root of the repository.")]
    reason: Annotated[Text, Meta(description="Why findings there do not matter. Reports show it.")]
    scanners: Annotated[
        Annotated[list[Name], Meta(min_length=1)] | UnsetType,
        Meta(description="Only these scanners skip the path; by default all do."),
    ] = UNSET


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

    exclude: Annotated[list[ExclusionEntry] | ExclusionReplacement | UnsetType, Meta(description="Paths that are not scanned.")] = (
        UNSET
    )
    excludable: Annotated[
        list[Folder] | FolderReplacement | UnsetType,
        Meta(description="In a floor: folders below which a policy may exclude paths. Elsewhere it may exclude none."),
    ] = UNSET


class LimitsBlock(_Block, frozen=True, kw_only=True):
    """How large a file may be to be read, and how long one tool may take in all."""

    max_file_size: Annotated[
        Size | UnsetType,
        Meta(description="Larger files are a gap (too-large). Bytes, or a text such as 2 MiB. Lock files may always have 16 MiB."),
    ] = UNSET
    timeout: Annotated[
        Seconds | UnsetType,
        Meta(description="Seconds that one scanner may take in total. After that, what it did not analyze is a gap (timeout)."),
    ] = UNSET


class SeverityEntry(_Block, frozen=True, kw_only=True):
    """A severity for a rule's findings that replaces the scanner's. The last matching entry applies.

    ``history``, here and in the other entries: true for findings of `scangate history` only, false for all others.
    """

    rule: Annotated[Text, Meta(description="A rule id with its scanner, such as bandit:B101; `*` matches any text.")]
    severity: Annotated[SeverityName, Meta(description="The severity that replaces the scanner's.")]
    path: Annotated[Glob | UnsetType, Meta(description="Only for findings in matching paths.")] = UNSET
    history: Annotated[
        bool | UnsetType, Meta(description="true: only for findings of scangate history; false: only for all others.")
    ] = UNSET
    reason: Annotated[Text | UnsetType, Meta(description="Why this severity is right here. Reports show it.")] = UNSET


class SeverityReplacement(_Replacement, frozen=True, kw_only=True):
    replace: list[SeverityEntry]


class OverrideEntry(_Block, frozen=True, kw_only=True):
    """A budget of its own for the findings that every selector given matches, for the severities it names.

    ``fixable`` is about dependencies: true where a release without the fault is known, false where none is.
    """

    kind: Annotated[KindName | UnsetType, Meta(description="Only findings of this kind.")] = UNSET
    scanner: Annotated[Name | UnsetType, Meta(description="Only findings of this scanner.")] = UNSET
    path: Annotated[Glob | UnsetType, Meta(description="Only findings in matching paths.")] = UNSET
    fixable: Annotated[
        bool | UnsetType,
        Meta(description="Only dependencies: true, where a release without the fault is known; false, where none is."),
    ] = UNSET
    history: Annotated[bool | UnsetType, Meta(description="true: only findings of scangate history; false: only all others.")] = (
        UNSET
    )
    critical: CriticalLimit = UNSET
    high: HighLimit = UNSET
    medium: MediumLimit = UNSET
    low: LowLimit = UNSET
    info: InfoLimit = UNSET


_Override = Annotated[OverrideEntry, _require_one_of("kind", "scanner", "path", "fixable", "history")]


class OverrideReplacement(_Replacement, frozen=True, kw_only=True):
    replace: list[_Override]


class BudgetBlock(_Block, frozen=True, kw_only=True):
    """How many findings of each severity are allowed; an absent severity has the limit 0, and an absent info that of low.

    A finding counts in one budget: the last override that matches it and names its severity, else the general one.
    """

    critical: CriticalLimit = UNSET
    high: HighLimit = UNSET
    medium: MediumLimit = UNSET
    low: LowLimit = UNSET
    info: InfoLimit = UNSET
    overrides: Annotated[
        list[_Override] | OverrideReplacement | UnsetType,
        Meta(
            description="Budgets for a part of the findings. The last one that matches a finding and names its severity counts it."
        ),
    ] = UNSET


class AllowedGapEntry(_Block, frozen=True, kw_only=True):
    """A kind of gap that is allowed, for which scanner (a name with `*`), in which paths, and why.

    ``language``, a content type (a name with `*`), is for the kinds `not-analyzed` and `not-opened`; ``analysis``, one that the
    content calls for, is for `not-analyzed`.
    """

    kind: Annotated[GapName, Meta(description="The kind of gap.")]
    reason: Annotated[Text, Meta(description="Why the gap is acceptable. Reports show it.")]
    scanner: Annotated[Text | UnsetType, Meta(description="Only gaps of this scanner; `*` matches any text.")] = UNSET
    path: Annotated[Glob | UnsetType, Meta(description="Only gaps of matching paths.")] = UNSET
    language: Annotated[
        Text | UnsetType,
        Meta(description="For not-analyzed and not-opened: only this content type, such as ruby; `*` matches any text."),
    ] = UNSET
    analysis: Annotated[AnalysisName | UnsetType, Meta(description="For not-analyzed: only this analysis.")] = UNSET


class RequiredReplacement(_Replacement, frozen=True, kw_only=True):
    replace: list[Name]


class AllowedGapReplacement(_Replacement, frozen=True, kw_only=True):
    replace: list[AllowedGapEntry]


class CoverageBlock(_Block, frozen=True, kw_only=True):
    """Which scanners must run, and which gaps are allowed."""

    required: Annotated[
        list[Name] | RequiredReplacement | UnsetType,
        Meta(description="Scanners that must run. One that is missing, switched off or skipped makes the verdict INCOMPLETE."),
    ] = UNSET
    allowed_gaps: Annotated[
        list[AllowedGapEntry] | AllowedGapReplacement | UnsetType,
        Meta(description="Gaps that do not make the verdict INCOMPLETE. They are reported all the same."),
    ] = UNSET


class AdvisoriesBlock(_Block, frozen=True, kw_only=True):
    """How long after its publication an advisory is waited for, of whatever severity, critical included; 0 waits for none.

    Until then the finding is reported and does not count. One without a publication date, or with a future one, counts.
    """

    wait_days: Annotated[
        Annotated[int, Meta(ge=0)] | UnsetType, Meta(description="Days after its publication from which an advisory counts.")
    ] = UNSET


class BaselineBlock(_Block, frozen=True, kw_only=True):
    """Requirements on the baseline. ``ratchet``: findings that are gone must be removed from it, so that it only shrinks."""

    ratchet: Annotated[
        bool | UnsetType, Meta(description="true: the verdict is FAIL while the baseline has findings that are gone.")
    ] = UNSET


class CacheBlock(_Block, frozen=True, kw_only=True):
    """Which cached results are used. ``keyed-only``: only those signed with SCANGATE_CACHE_KEY."""

    keyed_only: Annotated[bool | UnsetType, Meta(description="true: without SCANGATE_CACHE_KEY no cache is used.")] = UNSET


class FollowsBlock(_Block, frozen=True, kw_only=True):
    """How `scangate waive` recognizes a finding after its file is renamed. The digests are made from no secret."""

    path: Annotated[Text, Meta(description="The path when the exception was written.")]
    content: Annotated[Text, Meta(description="Digest of the matched text.")]
    context: Annotated[str | UnsetType, Meta(description="Digest of the lines around it.")] = UNSET


class ExceptionEntry(_Block, frozen=True, kw_only=True):
    """Findings that are accepted until the end of a day: those that every selector given matches.

    ``advisory`` is any name of an advisory, in any case: its CVE, GHSA or PYSEC id. ``follows`` goes with a rule and a
    fingerprint: where no finding has that any more, the entry accepts the one that it became, and never more than one.
    """

    reason: Annotated[Text, Meta(description="Why the risk is accepted. Reports show it.")]
    owner: Annotated[Text, Meta(description="Who answers for it. Reports show it.")]
    expires: Annotated[dt.date, Meta(description="The last day on which the exception counts, as 2027-03-31.")]
    rule: Annotated[
        Text | UnsetType, Meta(description="Only findings of this rule, such as bandit:B602; `*` matches any text.")
    ] = UNSET
    path: Annotated[Glob | UnsetType, Meta(description="Only findings in matching paths.")] = UNSET
    fingerprint: Annotated[Text | UnsetType, Meta(description="Only the finding with this fingerprint.")] = UNSET
    advisory: Annotated[
        Text | UnsetType, Meta(description="Only findings of this advisory, by any of its names: CVE, GHSA or PYSEC.")
    ] = UNSET
    history: Annotated[bool | UnsetType, Meta(description="true: only findings of scangate history; false: only all others.")] = (
        UNSET
    )
    follows: Annotated[
        FollowsBlock | UnsetType,
        Meta(description="Written by scangate waive, so that the exception follows its finding to a renamed file."),
    ] = UNSET


_Exception = Annotated[ExceptionEntry, _require_one_of("rule", "path", "fingerprint", "advisory")]


class ExceptionReplacement(_Replacement, frozen=True, kw_only=True):
    replace: list[_Exception]


class PolicyBlocks(_Block, frozen=True, kw_only=True):
    """The blocks of a policy and of its environments. Each block in ``scanners`` has the scanner's own type."""

    scanners: Annotated[
        dict[str, Any] | UnsetType,
        Meta(description="A block for each scanner, by name. A name that is no scanner's is a command that writes SARIF."),
    ] = UNSET
    paths: PathsBlock | UnsetType = UNSET
    limits: LimitsBlock | UnsetType = UNSET
    severity: Annotated[
        list[SeverityEntry] | SeverityReplacement | UnsetType,
        Meta(description="Severities that replace those of the scanners. The last entry that matches a finding applies."),
    ] = UNSET
    budgets: BudgetBlock | UnsetType = UNSET
    unknown: Annotated[
        SeverityName | UnsetType, Meta(description="The severity of findings whose scanner or advisory gives none.")
    ] = UNSET
    new_only: Annotated[
        bool | UnsetType,
        Meta(description="true: findings in the baseline are known and do not count; false: they count like the others."),
    ] = UNSET
    baseline: BaselineBlock | UnsetType = UNSET
    advisories: AdvisoriesBlock | UnsetType = UNSET
    cache: CacheBlock | UnsetType = UNSET
    coverage: CoverageBlock | UnsetType = UNSET
    exceptions: Annotated[
        list[_Exception] | ExceptionReplacement | UnsetType,
        Meta(description="Findings that are accepted, with reason, owner and expiry date."),
    ] = UNSET
    exception_max_days: Annotated[
        Annotated[int, Meta(ge=1, le=3660)] | UnsetType, Meta(description="How many days ahead an exception may expire.")
    ] = UNSET
    exception_unused: Annotated[
        Literal["report", "fail"] | UnsetType,
        Meta(description="What an exception that accepts nothing does: report notes it, fail makes the verdict FAIL."),
    ] = UNSET
    exception_owners: Annotated[
        Literal["anyone", "codeowners"] | UnsetType,
        Meta(description="codeowners: an exception counts only for files that its owner owns by CODEOWNERS."),
    ] = UNSET
    codeowners: Annotated[Text | UnsetType, Meta(description="The CODEOWNERS file; by default where GitHub looks for it.")] = UNSET
    exception_owner_names: Annotated[
        list[Text] | TextReplacement | UnsetType, Meta(description="The owners that an exception may name; by default any.")
    ] = UNSET
    never_excepted: Annotated[
        list[KindName] | KindReplacement | UnsetType,
        Meta(description="Kinds that neither an exception nor a comment may accept."),
    ] = UNSET
    inline_suppressions: Annotated[
        Literal["allow", "report", "deny"] | UnsetType,
        Meta(description="Comments in the code, such as `# nosec`: allow, allow and report, or deny (the finding counts)."),
    ] = UNSET
    inline_until: Annotated[
        Literal["optional", "required"] | UnsetType,
        Meta(description="required: a comment that suppresses a finding needs a last day, as in until=2027-01-31."),
    ] = UNSET
    new_suppressions: Annotated[
        Literal["allow", "deny"] | UnsetType, Meta(description="deny: comments that the change itself adds suppress nothing.")
    ] = UNSET
    submodules: Annotated[
        Literal["report", "scan"] | UnsetType,
        Meta(description="scan: scan the files of submodules with the rest; report: a submodule is a gap (nested-repository)."),
    ] = UNSET


class PolicyDocument(PolicyBlocks, frozen=True, kw_only=True):
    """One policy file."""

    version: Annotated[Literal[1], Meta(description="The version of the format: 1.")]
    name: Annotated[Name | UnsetType, Meta(description="The name that reports show.")] = UNSET
    description: Annotated[Text | UnsetType, Meta(description="One sentence for readers.")] = UNSET
    extends: Annotated[Text | UnsetType, Meta(description="A bundled policy or a file, whose values this policy inherits.")] = UNSET
    floor: Annotated[bool | UnsetType, Meta(description="true: a policy that extends this one may only tighten it.")] = UNSET
    environments: Annotated[
        dict[Name, PolicyBlocks] | UnsetType, Meta(description="Blocks that apply with --env NAME, on top of all others.")
    ] = UNSET
