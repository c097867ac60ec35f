"""Keep the findings of one project in Security Hub up to date: create new ones, update open ones, archive fixed ones.

https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from scangate.errors import PublishError
from scangate.model import Report, Ruling, ScanResult, ScanStatus, Severity
from scangate.publish import asff
from scangate.publish.asff import HubProject, Member
from scangate.publish.aws_client import limit_pages, translate_errors
from scangate.publish.batches import split_batches
from scangate.publish.receipt import RejectedItem
from scangate.publish.scope_check import covers_whole_tree

if TYPE_CHECKING:
    from types_boto3_securityhub import SecurityHubClient
    from types_boto3_securityhub.type_defs import AwsSecurityFindingOutputTypeDef, AwsSecurityFindingTypeDef

    ExistingFindings = Mapping[str, AwsSecurityFindingOutputTypeDef]

MAX_BATCH_FINDINGS, MAX_BATCH_BYTES = 100, 6_000_000
SECONDS_BETWEEN_CALLS = 0.1  # ten calls a second are allowed


@translate_errors()
def fetch_existing_findings(hub: SecurityHubClient, project: HubProject) -> dict[str, AwsSecurityFindingOutputTypeDef]:
    """Return the project's findings by Id. Archived ones are included: one that reappears keeps its creation date."""
    prefix = asff.generator_prefix(project)
    pages = hub.get_paginator("get_findings").paginate(
        Filters={
            "ProductArn": [{"Value": project.product_arn, "Comparison": "EQUALS"}],
            "GeneratorId": [{"Value": prefix, "Comparison": "PREFIX"}],
        },
        PaginationConfig={"PageSize": 100},
    )
    every = (document for page in limit_pages(pages) for document in page["Findings"])
    return {document["Id"]: document for document in every if document["GeneratorId"].startswith(prefix)}


def build_updates(
    report: Report, project: HubProject, existing: ExistingFindings, now: dt.datetime, lowest: Severity = Severity.INFO
) -> list[AwsSecurityFindingTypeDef]:
    """Return what to import: every open finding, and the archived form of ``existing`` ones that are resolved.

    Findings below ``lowest`` are left out, but not those of unknown severity.
    """
    unique: dict[str, Ruling] = {}
    severe = [each for each in report.verdict.rulings if each.severity is Severity.UNKNOWN or each.severity >= lowest]
    for ruling in sorted(filter(asff.is_reportable, severe), key=lambda ruling: ruling.finding.sort_key()):
        unique.setdefault(ruling.finding.fingerprint, ruling)
    rulings, timestamp, resolution = list(unique.values()), _next_timestamp(now, existing), _ResolutionCheck(report)
    updates: dict[str, AwsSecurityFindingTypeDef] = {}
    for ruling, name in zip(rulings, _assign_ids(rulings, project, existing), strict=True):
        before = existing.get(name)
        members = dict.fromkeys(_members(ruling))
        if before is not None:  # keep the members of scanners that did not look this time
            members |= dict.fromkeys(each for each in asff.parse_members(before) if not resolution.is_resolved(each, before))
        created = before["CreatedAt"] if before is not None else timestamp
        updates[name] = asff.build_finding(
            ruling, project, name, members=members, commit=report.commit, created=created, updated=timestamp
        )
    resolved = [
        asff.archive_finding(document, project, timestamp)
        for name, document in sorted(existing.items())
        if name not in updates
        and _is_active(document)
        and all(resolution.is_resolved(member, document) for member in asff.parse_members(document))
    ]
    return [*updates.values(), *resolved]


def _members(ruling: Ruling) -> list[Member]:
    return [Member(each.finding.fingerprint, each.finding.scanner) for each in ruling.per_scanner]


def _assign_ids(rulings: Sequence[Ruling], project: HubProject, existing: ExistingFindings) -> list[str]:
    """Return an Id for each ruling: that of the existing finding with a common member, each used once, else a new one.

    So a finding keeps its Id when a scanner starts or stops reporting it. Of several candidates an active one is preferred, then
    the one named after the ruling's own fingerprint, then the oldest.
    """
    by_fingerprint: dict[str, list[str]] = {}
    for name, document in existing.items():
        for member in asff.parse_members(document):
            by_fingerprint.setdefault(member.fingerprint, []).append(name)
    candidates = sorted(
        (
            not _is_active(existing[name]),
            name != asff.finding_id(project, ruling.finding.fingerprint),
            existing[name]["CreatedAt"],
            name,
            index,
        )
        for index, ruling in enumerate(rulings)
        for name in {name for member in _members(ruling) for name in by_fingerprint.get(member.fingerprint, ())}
    )
    assigned: dict[int, str] = {}
    free = set(existing)
    for *_, name, index in candidates:
        if index not in assigned and name in free:
            assigned[index] = name
            free.remove(name)
    taken = set(existing)
    for index, ruling in enumerate(rulings):
        if index not in assigned:
            assigned[index] = next(name for name in _candidate_ids(ruling, project) if name not in taken)
            taken.add(assigned[index])
    return [assigned[index] for index in range(len(rulings))]


def _candidate_ids(ruling: Ruling, project: HubProject) -> Iterator[str]:
    """Yield the ruling's own Id, then numbered ones: after a merged finding is split, another may have the first."""
    own = asff.finding_id(project, ruling.finding.fingerprint)
    yield own
    yield from (f"{own}/{number}" for number in itertools.count(2))


def _is_active(document: AwsSecurityFindingOutputTypeDef) -> bool:
    return document.get("RecordState") == "ACTIVE"


def _next_timestamp(now: dt.datetime, existing: ExistingFindings) -> str:
    """Return now, or just after the last update: Security Hub silently ignores an update that is not later."""
    last = max((dt.datetime.fromisoformat(document["UpdatedAt"]) for document in existing.values()), default=now)
    moment = max(now, last + dt.timedelta(milliseconds=1))
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _ResolutionCheck:
    """Decides whether a finding that a report does not contain is resolved, or was only not looked for."""

    def __init__(self, report: Report) -> None:
        self._reported = {each.finding.fingerprint for ruling in report.verdict.rulings for each in ruling.per_scanner}
        complete = not report.interrupted and covers_whole_tree(report.targets)
        self._results = {result.scanner: result for result in report.results} if complete else {}
        self._skipped = {gap.path for gap in report.targets.gaps} | {skipped.path for skipped in report.targets.skipped_paths}
        self._paths: dict[str, tuple[set[str], set[str | None]]] = {}

    def is_resolved(self, member: Member, document: AwsSecurityFindingOutputTypeDef) -> bool:
        """Whether the member is accounted for: the report has it (elsewhere or suppressed), or its scanner analyzed the file or, if
        the file is gone, the whole tree.
        """
        if member.fingerprint in self._reported:
            return True
        result = self._results.get(member.scanner)
        if result is None:
            return False
        path = document.get("ProductFields", {}).get("scangate/gate/path", "")
        if member.scanner not in self._paths:
            self._paths[member.scanner] = self._scanned_paths(result)
        analyzed, missed = self._paths[member.scanner]
        whole = result.status in {ScanStatus.COMPLETE, ScanStatus.PARTIAL} and None not in missed
        return path in analyzed or (whole and path not in missed)

    def _scanned_paths(self, result: ScanResult) -> tuple[set[str], set[str | None]]:
        """Return the paths that the scanner analyzed and missed, as Security Hub stores them; None for an unknown path."""
        missed = {gap.path for gap in result.gaps} | {skipped.path for skipped in result.skipped_paths} | self._skipped
        analyzed = set(map(asff.sanitize_path, result.analyzed_files))
        return analyzed, {None if path is None else asff.sanitize_path(path) for path in missed}


def import_findings(
    hub: SecurityHubClient, findings: Iterable[AwsSecurityFindingTypeDef], *, sleep: Callable[[float], None] = time.sleep
) -> tuple[int, list[RejectedItem]]:
    """Send findings in batches. Returns how many were accepted, and the rejected ones.

    Raises PublishError if the first batch fails; a later failure counts as the rejection of the rest.
    """
    accepted, rejected = 0, list[RejectedItem]()
    batches = list(split_batches(findings, MAX_BATCH_FINDINGS, MAX_BATCH_BYTES, lambda finding: len(json.dumps(finding)) + 2))
    for number, batch in enumerate(batches):
        if number:
            sleep(SECONDS_BETWEEN_CALLS)
        try:
            with translate_errors():
                response = hub.batch_import_findings(Findings=batch)
        except PublishError as error:
            if not accepted:
                raise
            rest = itertools.chain.from_iterable(batches[number:])
            return accepted, [*rejected, *(RejectedItem(document["Id"], error.code, error.message) for document in rest)]
        failed = [RejectedItem(each["Id"], each["ErrorCode"], each["ErrorMessage"]) for each in response.get("FailedFindings", [])]
        unnamed = response["FailedCount"] - len(failed)
        rejected += failed + [RejectedItem("", "Unnamed", "Security Hub counts more failures than it names")] * max(unnamed, 0)
        accepted += response["SuccessCount"]
    return accepted, rejected
