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

from scanners.errors import PublishError
from scanners.model import Report, ScanResult, Status
from scanners.publish import asff
from scanners.publish.asff import Owner
from scanners.publish.client import ask
from scanners.publish.receipt import Refusal

__all__ = ["documents", "held", "send"]

MOST_FINDINGS, MOST_BATCH_BYTES = 100, 6_000_000
SECONDS_BETWEEN = 0.1  # ten calls a second are allowed
PAGES = 1000

Held = Mapping[str, Mapping[str, Any]]


def held(hub: Any, owner: Owner) -> dict[str, dict[str, Any]]:
    """The project's active findings that the hub holds, by Id."""
    filters = {
        "ProductArn": [{"Value": owner.product, "Comparison": "EQUALS"}],
        "GeneratorId": [{"Value": asff.generator(owner), "Comparison": "PREFIX"}],
        "RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}],
    }
    found: dict[str, dict[str, Any]] = {}
    token: dict[str, str] = {}
    for _ in range(PAGES):
        page = ask(lambda: hub.get_findings(Filters=filters, MaxResults=100, **token))  # noqa: B023
        found |= {
            document["Id"]: document for document in page["Findings"] if document["GeneratorId"].startswith(asff.generator(owner))
        }
        if not page.get("NextToken"):
            break
        token = {"NextToken": page["NextToken"]}
    return found


def documents(report: Report, owner: Owner, known: Held, now: dt.datetime) -> list[dict[str, Any]]:
    """What is to be sent: every open finding, with the day it was first sent, and those of ``known`` that are gone."""
    told = [ruling for ruling in report.verdict.rulings if asff.is_open(ruling)]
    stamp = _later(now, known)
    open_: dict[str, dict[str, Any]] = {}
    for ruling in sorted(told, key=lambda ruling: ruling.finding.sort_key()):
        name = asff.identity(owner, ruling.finding)
        created = known[name]["CreatedAt"] if name in known else stamp
        open_.setdefault(name, asff.finding(ruling, owner, commit=report.commit, created=created, updated=stamp))
    gone = [
        asff.archived(document, owner, stamp)
        for name, document in sorted(known.items())
        if name not in open_ and _gone(document, report)
    ]
    return [*open_.values(), *gone]


def _later(now: dt.datetime, known: Held) -> str:
    """Now, or just after the last update: what is not later than that is ignored without a word."""
    last = max((dt.datetime.fromisoformat(document["UpdatedAt"]) for document in known.values()), default=now)
    moment = max(now, last + dt.timedelta(milliseconds=1))
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _gone(document: Mapping[str, Any], report: Report) -> bool:
    """Whether this run can say that a finding is no more: its scanner ran over the whole tree, and read the file if it is there.

    What the policy accepts is gone from the hub, too. What was not read, or left out, is not mended.
    """
    fields = document.get("ProductFields", {})
    fingerprint, path = fields.get("scangate/gate/fingerprint", ""), fields.get("scangate/gate/path", "")
    if any(ruling.finding.fingerprint == fingerprint for ruling in report.verdict.rulings):
        return True
    if report.interrupted or not report.targets.source.startswith(("git index", "file system")):
        return False
    scanner = fields.get("scangate/gate/rule", "").partition(":")[0]
    result = next((each for each in report.results if each.scanner == scanner), None)
    return result is not None and _was_looked_at(path, result, report)


def _was_looked_at(path: str, result: ScanResult, report: Report) -> bool:
    if path in map(asff.shown, result.files):
        return True
    if result.status not in {Status.COMPLETE, Status.PARTIAL}:
        return False
    gaps = {gap.path for gap in (*result.gaps, *report.targets.gaps)}
    unread = gaps | {left.path for left in (*result.left_out, *report.targets.left_out)}
    return None not in unread and path not in {asff.shown(each) for each in unread if each is not None}


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
