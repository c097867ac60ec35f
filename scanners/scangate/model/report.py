"""The report of a whole run: what every report format and publisher is made from."""

from __future__ import annotations

from typing import Any

import msgspec

from scangate.model.content import ContentCoverage
from scangate.model.result import ScanResult, Targets
from scangate.model.string_enum import StrEnum
from scangate.model.verdict import Verdict


class KnownSourceKind(StrEnum):
    """What had a finding before this scan. REMOVED_ENTRIES: the target branch's baseline, of which the change removes the entry.
    EXCEPTION: an exception that follows its finding to another place; reports do not list it.
    """

    BASELINE = "baseline"
    REMOVED_ENTRIES = "removed-entries"
    REVISION = "revision"
    EXCEPTION = "exception"


class KnownSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """A baseline or a revision that had findings before this scan, and what became of them.

    ``name``: how texts call it. ``findings``: how many it had; ``matched``: how many of them this scan
    found again; ``gone``: how many are certainly gone, since everything that could contain them was scanned. The rest was not
    looked for. ``file``: the baseline's path, as given.
    """

    name: str
    kind: KnownSourceKind
    findings: int
    matched: int
    gone: int
    file: str = ""

    def __post_init__(self) -> None:
        if min(self.findings, self.matched, self.gone) < 0 or self.matched + self.gone > self.findings:
            raise ValueError(f"{self.name}: more known findings than there are")


class PolicyOrigin(StrEnum):
    """Where the policy that judged is from. FILE: a file outside the scanned repository. NONE: the policy of the target branch
    could not be read, so that no policy judged, and the verdict is INCOMPLETE.
    """

    BUNDLED = "bundled"
    FILE = "file"
    WORK_TREE = "work-tree"
    INDEX = "index"
    REVISION = "revision"
    NONE = "none"


class PolicyProvenance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which policy judged: ``revision`` and ``commit`` for REVISION; ``floor``: the name of the floor that bounded it, or empty.

    ``file``: the policy's path in the repository; empty for one that is not in it.

    ``origin`` is None in documents of versions that did not record it.
    """

    origin: PolicyOrigin | None = None
    revision: str = ""
    commit: str = ""
    floor: str = ""
    file: str = ""


class ComparedRevision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The revision that a change was evaluated against: its name, its commit, and the merge base.

    The findings of ``merge_base`` are known; it is empty if no findings were compared.
    """

    revision: str
    commit: str
    merge_base: str = ""


class PathOwners(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """The code owners of a path, by the CODEOWNERS file that the run was judged with."""

    path: str
    owners: tuple[str, ...]


class RunInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a report says about the run as a whole. Times are UTC, ISO 8601; ``interrupted`` is the signal's name or empty.

    ``root``: the scanned directory. ``subdirectory``: the scanned folder of the repository, empty if it is the whole repository.
    ``compared_revision``: None unless a change is scanned. ``policy_provenance``: whose policy judged. ``known_sources``: the
    baseline and the revision that had findings before. ``needs_approval``: a FAIL is left for a person to approve; it remains a
    FAIL. ``scope``: what the scan covered, see `scangate.judge.scan_scope`. ``coverage``: which analyses were done, by content
    type; None if it was not recorded. ``code_owners``: of the paths with findings that have owners.
    ``only_scanners``: the scanners to which the run was restricted, if the policy enables others: the verdict is scoped, it is
    about these alone.
    """

    tool_version: str
    root: str
    subdirectory: str = ""
    commit: str = ""
    compared_revision: ComparedRevision | None = None
    policy_provenance: PolicyProvenance = PolicyProvenance()
    started: str = ""
    finished: str = ""
    seconds: float = 0.0
    interrupted: str = ""
    exit_code: int = 0
    needs_approval: bool = False
    known_sources: tuple[KnownSource, ...] = ()
    scope: dict[str, Any] = {}
    coverage: tuple[ContentCoverage, ...] | None = None
    only_scanners: tuple[str, ...] = ()
    code_owners: tuple[PathOwners, ...] = ()


class Report(RunInfo, frozen=True):
    """The whole run: what every report format and publisher is made from."""

    verdict: Verdict
    results: tuple[ScanResult, ...]
    targets: Targets
