"""Keeps the findings of one project in Security Hub what they are: new ones are made, open ones kept alive, fixed ones archived.

https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from scangate.errors import PublishError
from scangate.model import Report, Ruling, ScanResult, ScanStatus
from scangate.publish import asff
from scangate.publish.asff import HubProject, Member
from scangate.publish.aws_client import call_aws
from scangate.publish.receipt import RejectedItem
from scangate.publish.scope_check import FULL_TREE_SOURCES

__all__ = ["build_updates", "fetch_existing_findings", "import_findings"]

MAX_BATCH_FINDINGS, MAX_BATCH_BYTES = 100, 6_000_000
SECONDS_BETWEEN_CALLS = 0.1  # ten calls a second are allowed
MAX_PAGES = 1000

ExistingFindings = Mapping[str, Mapping[str, Any]]


def fetch_existing_findings(hub: Any, project: HubProject) -> dict[str, dict[str, Any]]:
    """The project's findings that the hub holds, by Id: archived ones as well, for what comes back keeps the day it was made."""
    filters = {
        "ProductArn": [{"Value": project.product_arn, "Comparison": "EQUALS"}],
        "GeneratorId": [{"Value": asff.generator_prefix(project), "Comparison": "PREFIX"}],
    }
    found: dict[str, dict[str, Any]] = {}
    token: dict[str, str] = {}
    for _ in range(MAX_PAGES):
        page = call_aws(lambda: hub.get_findings(Filters=filters, MaxResults=100, **token))  # noqa: B023
        found |= {
            document["Id"]: document
            for document in page["Findings"]
            if document["GeneratorId"].startswith(asff.generator_prefix(project))
        }
        if not page.get("NextToken"):
            return found
        token = {"NextToken": page["NextToken"]}
    raise PublishError(
        "TooManyPages", f"the hub holds more than {MAX_PAGES} pages of this project's findings", "divide the project"
    )


def build_updates(report: Report, project: HubProject, existing: ExistingFindings, now: dt.datetime) -> list[dict[str, Any]]:
    """What is to be sent: every open finding, with the day it was first sent, and those of ``known`` that are gone."""
    every: dict[str, Ruling] = {}
    for ruling in sorted(filter(asff.is_reportable, report.verdict.rulings), key=lambda ruling: ruling.finding.sort_key()):
        every.setdefault(ruling.finding.fingerprint, ruling)
    told, stamp, sight = list(every.values()), _next_timestamp(now, existing), _ResolutionCheck(report)
    open_: dict[str, dict[str, Any]] = {}
    for ruling, name in zip(told, _assign_ids(told, project, existing), strict=True):
        before = existing.get(name)
        whose = dict.fromkeys(_members(ruling))
        if before is not None:  # what a scanner has said that did not look this time is not unsaid
            whose |= dict.fromkeys(each for each in asff.parse_members(before) if not sight.is_resolved(each, before))
        created = before["CreatedAt"] if before is not None else stamp
        open_[name] = asff.build_finding(ruling, project, name, members=whose, commit=report.commit, created=created, updated=stamp)
    gone = [
        asff.archive_finding(document, project, stamp)
        for name, document in sorted(existing.items())
        if name not in open_
        and _is_active(document)
        and all(sight.is_resolved(each, document) for each in asff.parse_members(document))
    ]
    return [*open_.values(), *gone]


def _members(ruling: Ruling) -> list[Member]:
    return [Member(each.finding.fingerprint, each.finding.scanner) for each in ruling.per_scanner]


def _assign_ids(rulings: Sequence[Ruling], project: HubProject, existing: ExistingFindings) -> list[str]:
    """An Id for each finding: the one under which the hub holds it, or one of its members, already, each given away once.

    So a finding stays the same one when a scanner joins, or no longer sees it. Of several, an active one comes first, then one that
    was made of the finding's own first member, then the oldest; what the hub does not hold is named after its first member.
    """
    holding: dict[str, list[str]] = {}
    for name, document in existing.items():
        for each in asff.parse_members(document):
            holding.setdefault(each.fingerprint, []).append(name)
    claims = sorted(
        (
            not _is_active(existing[name]),
            name != asff.finding_id(project, ruling.finding.fingerprint),
            existing[name]["CreatedAt"],
            name,
            index,
        )
        for index, ruling in enumerate(rulings)
        for name in {name for each in _members(ruling) for name in holding.get(each.fingerprint, ())}
    )
    names: dict[int, str] = {}
    given: set[str] = set()
    for *_, name, index in claims:
        if index not in names and name not in given:
            names[index] = name
            given.add(name)
    taken = {*existing, *given}
    for index, ruling in enumerate(rulings):
        if index not in names:
            names[index] = next(name for name in _candidate_ids(ruling, project) if name not in taken)
            taken.add(names[index])
    return [names[index] for index in range(len(rulings))]


def _candidate_ids(ruling: Ruling, project: HubProject) -> Iterator[str]:
    """Its own name; where another finding has that, which it was once one with, a numbered one."""
    own = asff.finding_id(project, ruling.finding.fingerprint)
    yield own
    yield from (f"{own}/{number}" for number in itertools.count(2))


def _is_active(document: Mapping[str, Any]) -> bool:
    return bool(document.get("RecordState") == "ACTIVE")


def _next_timestamp(now: dt.datetime, existing: ExistingFindings) -> str:
    """Now, or just after the last update: what is not later than that is ignored without a word."""
    last = max((dt.datetime.fromisoformat(document["UpdatedAt"]) for document in existing.values()), default=now)
    moment = max(now, last + dt.timedelta(milliseconds=1))
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _ResolutionCheck:
    """What a run can say of findings that are not in it: a mended fault is one thing, and what nobody looked at another."""

    def __init__(self, report: Report) -> None:
        self._told = {each.finding.fingerprint for ruling in report.verdict.rulings for each in ruling.per_scanner}
        whole = not report.interrupted and report.targets.source.startswith(FULL_TREE_SOURCES)
        self._results = {result.scanner: result for result in report.results} if whole else {}
        self._aside = {gap.path for gap in report.targets.gaps} | {left.path for left in report.targets.skipped_paths}
        self._paths: dict[str, tuple[set[str], set[str | None]]] = {}

    def is_resolved(self, member: Member, document: Mapping[str, Any]) -> bool:
        """Whether it is known what became of a scanner's word in a finding of the hub: it is told again (then elsewhere, or it was
        accepted), or its scanner ran over the whole tree, and read the file if it is there.
        """
        if member.fingerprint in self._told:
            return True
        result = self._results.get(member.scanner)
        if result is None:
            return False
        path = document.get("ProductFields", {}).get("scangate/gate/path", "")
        read, unread = self._paths.get(member.scanner) or self._paths.setdefault(member.scanner, self._scanned_paths(result))
        return path in read or (
            result.status in {ScanStatus.COMPLETE, ScanStatus.PARTIAL} and None not in unread and path not in unread
        )

    def _scanned_paths(self, result: ScanResult) -> tuple[set[str], set[str | None]]:
        """What the scanner read, and what it did not, as the hub holds paths; None where it did not say which."""
        unread = {gap.path for gap in result.gaps} | {left.path for left in result.skipped_paths} | self._aside
        return set(map(asff.sanitize_path, result.analyzed_files)), {
            None if path is None else asff.sanitize_path(path) for path in unread
        }


def import_findings(
    hub: Any, findings: Iterable[Mapping[str, Any]], *, sleep: Callable[[float], None] = time.sleep
) -> tuple[int, list[RejectedItem]]:
    """Sends in batches that the service takes; returns how many it took, and those that it or its documented limits refused."""
    good, refusals = [], []
    for document in findings:
        why = "; ".join(asff.validate_finding(document))
        if why:
            refusals.append(RejectedItem(str(document.get("Id", ""))[:512], "NotSent", why))
        else:
            good.append(document)
    taken = 0
    batches = list(_batches(good))
    for number, batch in enumerate(batches):
        if number:
            sleep(SECONDS_BETWEEN_CALLS)
        try:
            answer = call_aws(lambda: hub.batch_import_findings(Findings=batch))  # noqa: B023
        except PublishError as error:
            if not taken:
                raise
            rest = itertools.chain.from_iterable(batches[number:])  # what was taken before it stays told
            return taken, [*refusals, *(RejectedItem(document["Id"], error.code, error.message) for document in rest)]
        failed = [RejectedItem(each["Id"], each["ErrorCode"], each["ErrorMessage"]) for each in answer.get("FailedFindings", [])]
        unnamed = answer["FailedCount"] - len(failed)
        refusals += failed + [RejectedItem("", "Unnamed", "the hub counts a failure more than it names")] * max(unnamed, 0)
        taken += answer["SuccessCount"]
    return taken, refusals


def _batches(findings: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    batch: list[Mapping[str, Any]] = []
    size = 0
    for document in findings:
        weight = len(json.dumps(document).encode()) + 2
        if batch and (len(batch) == MAX_BATCH_FINDINGS or size + weight > MAX_BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(document)
        size += weight
    if batch:
        yield batch
