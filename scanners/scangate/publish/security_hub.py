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
from scangate.model import Report, Ruling, ScanResult, Status
from scangate.publish import asff
from scangate.publish.asff import Member, Owner
from scangate.publish.client import ask
from scangate.publish.extent import WHOLE
from scangate.publish.receipt import Refusal

__all__ = ["documents", "held", "send"]

MOST_FINDINGS, MOST_BATCH_BYTES = 100, 6_000_000
SECONDS_BETWEEN = 0.1  # ten calls a second are allowed
PAGES = 1000

Held = Mapping[str, Mapping[str, Any]]


def held(hub: Any, owner: Owner) -> dict[str, dict[str, Any]]:
    """The project's findings that the hub holds, by Id: archived ones as well, for what comes back keeps the day it was made."""
    filters = {
        "ProductArn": [{"Value": owner.product, "Comparison": "EQUALS"}],
        "GeneratorId": [{"Value": asff.generator(owner), "Comparison": "PREFIX"}],
    }
    found: dict[str, dict[str, Any]] = {}
    token: dict[str, str] = {}
    for _ in range(PAGES):
        page = ask(lambda: hub.get_findings(Filters=filters, MaxResults=100, **token))  # noqa: B023
        found |= {
            document["Id"]: document for document in page["Findings"] if document["GeneratorId"].startswith(asff.generator(owner))
        }
        if not page.get("NextToken"):
            return found
        token = {"NextToken": page["NextToken"]}
    raise PublishError("TooManyPages", f"the hub holds more than {PAGES} pages of this project's findings", "divide the project")


def documents(report: Report, owner: Owner, known: Held, now: dt.datetime) -> list[dict[str, Any]]:
    """What is to be sent: every open finding, with the day it was first sent, and those of ``known`` that are gone."""
    every: dict[str, Ruling] = {}
    for ruling in sorted(filter(asff.is_open, report.verdict.rulings), key=lambda ruling: ruling.finding.sort_key()):
        every.setdefault(ruling.finding.fingerprint, ruling)
    told, stamp, sight = list(every.values()), _later(now, known), _Sight(report)
    open_: dict[str, dict[str, Any]] = {}
    for ruling, name in zip(told, _named(told, owner, known), strict=True):
        before = known.get(name)
        whose = dict.fromkeys(_members(ruling))
        if before is not None:  # what a scanner has said that did not look this time is not unsaid
            whose |= dict.fromkeys(each for each in asff.members(before) if not sight.is_over(each, before))
        created = before["CreatedAt"] if before is not None else stamp
        open_[name] = asff.finding(ruling, owner, name, whose=whose, commit=report.commit, created=created, updated=stamp)
    gone = [
        asff.archived(document, owner, stamp)
        for name, document in sorted(known.items())
        if name not in open_ and _is_active(document) and all(sight.is_over(each, document) for each in asff.members(document))
    ]
    return [*open_.values(), *gone]


def _members(ruling: Ruling) -> list[Member]:
    return [Member(each.finding.fingerprint, each.finding.scanner) for each in ruling.told]


def _named(told: Sequence[Ruling], owner: Owner, known: Held) -> list[str]:
    """An Id for each finding: the one under which the hub holds it, or one of its members, already, each given away once.

    So a finding stays the same one when a scanner joins, or no longer sees it. Of several, an active one comes first, then one that
    was made of the finding's own first member, then the oldest; what the hub does not hold is named after its first member.
    """
    holding: dict[str, list[str]] = {}
    for name, document in known.items():
        for each in asff.members(document):
            holding.setdefault(each.fingerprint, []).append(name)
    claims = sorted(
        (
            not _is_active(known[name]),
            name != asff.identity(owner, ruling.finding.fingerprint),
            known[name]["CreatedAt"],
            name,
            index,
        )
        for index, ruling in enumerate(told)
        for name in {name for each in _members(ruling) for name in holding.get(each.fingerprint, ())}
    )
    names: dict[int, str] = {}
    given: set[str] = set()
    for *_, name, index in claims:
        if index not in names and name not in given:
            names[index] = name
            given.add(name)
    taken = {*known, *given}
    for index, ruling in enumerate(told):
        if index not in names:
            names[index] = next(name for name in _candidates(ruling, owner) if name not in taken)
            taken.add(names[index])
    return [names[index] for index in range(len(told))]


def _candidates(ruling: Ruling, owner: Owner) -> Iterator[str]:
    """Its own name; where another finding has that, which it was once one with, a numbered one."""
    own = asff.identity(owner, ruling.finding.fingerprint)
    yield own
    yield from (f"{own}/{number}" for number in itertools.count(2))


def _is_active(document: Mapping[str, Any]) -> bool:
    return bool(document.get("RecordState") == "ACTIVE")


def _later(now: dt.datetime, known: Held) -> str:
    """Now, or just after the last update: what is not later than that is ignored without a word."""
    last = max((dt.datetime.fromisoformat(document["UpdatedAt"]) for document in known.values()), default=now)
    moment = max(now, last + dt.timedelta(milliseconds=1))
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Sight:
    """What a run can say of findings that are not in it: a mended fault is one thing, and what nobody looked at another."""

    def __init__(self, report: Report) -> None:
        self._told = {each.finding.fingerprint for ruling in report.verdict.rulings for each in ruling.told}
        whole = not report.interrupted and report.targets.source.startswith(WHOLE)
        self._results = {result.scanner: result for result in report.results} if whole else {}
        self._aside = {gap.path for gap in report.targets.gaps} | {left.path for left in report.targets.left_out}
        self._paths: dict[str, tuple[set[str], set[str | None]]] = {}

    def is_over(self, member: Member, document: Mapping[str, Any]) -> bool:
        """Whether it is known what became of a scanner's word in a finding of the hub: it is told again (then elsewhere, or it was
        accepted), or its scanner ran over the whole tree, and read the file if it is there.
        """
        if member.fingerprint in self._told:
            return True
        result = self._results.get(member.scanner)
        if result is None:
            return False
        path = document.get("ProductFields", {}).get("scangate/gate/path", "")
        read, unread = self._paths.get(member.scanner) or self._paths.setdefault(member.scanner, self._paths_of(result))
        return path in read or (result.status in {Status.COMPLETE, Status.PARTIAL} and None not in unread and path not in unread)

    def _paths_of(self, result: ScanResult) -> tuple[set[str], set[str | None]]:
        """What the scanner read, and what it did not, as the hub holds paths; None where it did not say which."""
        unread = {gap.path for gap in result.gaps} | {left.path for left in result.left_out} | self._aside
        return set(map(asff.shown, result.files)), {None if path is None else asff.shown(path) for path in unread}


def send(
    hub: Any, wanted: Iterable[Mapping[str, Any]], *, pause: Callable[[float], None] = time.sleep
) -> tuple[int, list[Refusal]]:
    """Sends in batches that the service takes; returns how many it took, and those that it or its documented limits refused."""
    good, refusals = [], []
    for document in wanted:
        why = "; ".join(asff.faults(document))
        if why:
            refusals.append(Refusal(str(document.get("Id", ""))[:512], "NotSent", why))
        else:
            good.append(document)
    taken = 0
    batches = list(_batches(good))
    for number, batch in enumerate(batches):
        if number:
            pause(SECONDS_BETWEEN)
        try:
            answer = ask(lambda: hub.batch_import_findings(Findings=batch))  # noqa: B023
        except PublishError as error:
            if not taken:
                raise
            rest = itertools.chain.from_iterable(batches[number:])  # what was taken before it stays told
            return taken, [*refusals, *(Refusal(document["Id"], error.code, error.message) for document in rest)]
        failed = [Refusal(each["Id"], each["ErrorCode"], each["ErrorMessage"]) for each in answer.get("FailedFindings", [])]
        unnamed = answer["FailedCount"] - len(failed)
        refusals += failed + [Refusal("", "Unnamed", "the hub counts a failure more than it names")] * max(unnamed, 0)
        taken += answer["SuccessCount"]
    return taken, refusals


def _batches(good: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    batch: list[Mapping[str, Any]] = []
    size = 0
    for document in good:
        weight = len(json.dumps(document).encode()) + 2
        if batch and (len(batch) == MOST_FINDINGS or size + weight > MOST_BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(document)
        size += weight
    if batch:
        yield batch
