"""Hostile text goes through every publisher: none of it is markup, a command to a build service, or more than a service takes."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aws.account import REGION, Account
from aws.codecommit import PullRequests
from aws.limits import faults
from aws.wire import FaultError
from botocore.session import get_session
from cli.command import environment, scangate
from report.hostile import HOSTILE, hostile_report
from report.test_markdown import kinds

from scangate.cli.publication import Sent, Subject, carry_out
from scangate.errors import PublishError
from scangate.model import Outcome, Report, Ruling, RulingOutcome
from scangate.publish import asff, cloudwatch, codecommit, history, metrics, security_hub
from scangate.publish.change import Words, remarks
from scangate.publish.client import client
from scangate.publish.ecr import Image, answer
from scangate.publish.github import GitHub, check, upload
from scangate.publish.receipt import Refusal
from scangate.publish.statement import Approval, decode, encode, state
from scangate.publish.statement import Subject as Attested
from scangate.report import markdown, sarif
from scangate.report.escape import ci
from scangate.tools import ecr

from .github_server import TOKEN, serving
from .verdicts import passing, whole, written

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
OWNER = asff.Owner("aws", REGION, "123456789012", "shop-gate")
MARKUP = {"html_inline", "html_block", "image", "link_open", "fence", "code_block", "em_open"}
HEAD, BASE = "a" * 40, "b" * 40


def report() -> Report:
    """Every text in every place, and everything blocks."""
    found = whole(hostile_report())
    rulings = tuple(msgspec.structs.replace(ruling, outcome=RulingOutcome.BLOCKS) for ruling in found.verdict.rulings)
    return msgspec.structs.replace(found, verdict=msgspec.structs.replace(found.verdict, rulings=rulings), commit=HEAD)


def texts(value: Any) -> Iterator[str]:
    """Every text in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.items():
            yield from texts(list(each))
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from texts(each)


def words() -> Words:
    return Words(markdown.render(report()), remarks(report(), markdown.remark, markdown.title, len(HOSTILE)), approve=False)


def test_security_hub() -> None:
    documents = security_hub.documents(report(), OWNER, {}, NOW)
    shape = get_session().get_service_model("securityhub").operation_model("BatchImportFindings").input_shape
    assert list(faults(shape, {"Findings": documents})) == []
    assert [list(asff.faults(document)) for document in documents] == [[] for _ in documents]
    assert all(text.isprintable() for text in texts(documents))
    links = {document["Remediation"]["Recommendation"].get("Url", "https://e") for document in documents}
    assert all(link.startswith("https://") and not set(link) & set(" <>\"'`()[]") for link in links)


def test_cloudwatch() -> None:
    groups = list(metrics.groups(report(), HOSTILE[0], metrics.Clock()))
    for line in cloudwatch.lines(groups, "scangate", NOW, {"commit": HOSTILE[9], "build": HOSTILE[10], "outcome": HOSTILE[5]}):
        assert line.isascii()
        assert ci(line) == line
        assert json.loads(line)


def test_codecommit(account: Account) -> None:
    said = words()
    pull = PullRequests("shop", "7", BASE, HEAD, {remark.path for remark in said.remarks})
    account.services["codecommit"] = pull.service
    api = client("codecommit")
    taken, refusals = codecommit.speak(api, codecommit.pull_request(api, "7", "shop", HEAD), said)
    assert (taken, refusals, account.refusals) == (1 + len(said.remarks), [], [])
    for comment in pull.comments:
        assert not kinds(comment["content"]) & MARKUP
        assert comment["content"].replace("\n", "").isprintable()
        assert "@everyone" not in re.sub(r"(`+).*?\1", "", comment["content"])  # in code, nobody is called


def test_github() -> None:
    with serving() as server:
        there = GitHub(server.url, "team/shop", HEAD, TOKEN)
        assert check(there, words(), "FAIL") == len(words().remarks)
        upload(there, sarif.render(report()), "refs/heads/main")
    (run,) = server.runs
    assert not kinds(run["output"]["summary"]) & MARKUP
    for each in run["annotations"]:
        assert each["title"].isprintable()
        assert not kinds(each["message"]) & MARKUP
        assert each["path"].encode("utf-8")
    assert TOKEN not in json.dumps([server.runs, server.sarifs])


def test_attestation() -> None:
    rulings = tuple[Ruling, ...]()
    small = msgspec.structs.replace(passing(), commit=HOSTILE[0], finished="2026-05-01T00:00:00Z", tool_version=HOSTILE[6])
    verdict = msgspec.structs.replace(small.verdict, rulings=rulings, environment=HOSTILE[5], policy=HOSTILE[2])
    small = msgspec.structs.replace(small, verdict=verdict)
    approval = Approval(HOSTILE[6], "2026-05-01T01:00:00Z", HOSTILE[9])
    made = state(small, "cd" * 32, Attested("tree", {"sha256": "ab" * 32}), expires=NOW, approval=approval)
    assert decode(encode(made)) == made
    assert encode(made).isascii()


def test_what_a_service_says_of_a_refusal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(passing(), tmp_path)

    def refused(_: Subject) -> Sent:
        return Sent(1, tuple(Refusal(text, text, text) for text in HOSTILE if text.isprintable()))

    def failed(_: Subject) -> Sent:
        raise PublishError("Code\n::error::", HOSTILE[5], HOSTILE[9])

    for send in (refused, failed):
        assert carry_out("cloudwatch", file, None, to=send.__name__, again=False, send=send) == 4
    told = capsys.readouterr().err
    assert [line for line in told.splitlines() if ci(line) != line] == []
    receipts = json.loads((tmp_path / "publish.json").read_text("ascii"))["receipts"]
    assert [receipt["state"] for receipt in receipts] == ["failed", "partial"]


def test_the_word_of_an_approver_and_of_codepipeline(account: Account, tmp_path: Path) -> None:
    account.fail("kms", "Sign", FaultError("AccessDeniedException", HOSTILE[6] + HOSTILE[9]))
    key = f"arn:aws:kms:{REGION}:123456789012:key/x"
    ran = scangate(
        *("attest", written(passing(), tmp_path), f"image:sha256:{'ab' * 32}", "--kms-key", key),
        cwd=tmp_path,
        env=environment(**account.environment),
    ).ends(4)
    assert [line for line in ran.err.splitlines() if ci(line) != line] == []


def test_the_history_of_a_branch_keeps_what_it_is_told() -> None:
    past = [history.Past("2026-05-01T00:00:00Z", Outcome.FAIL, text, text) for text in HOSTILE if text.isprintable()]
    assert list(history.read(history.render(past), "x")) == past


def test_what_ecr_tells_of_an_image() -> None:
    entries = [{"name": text or "-", "description": text, "uri": text, "severity": "HIGH"} for text in HOSTILE]

    class Registry:
        """Tells what it was told."""

        def describe_image_scan_findings(self, **_: Any) -> dict[str, Any]:
            return {"imageScanStatus": {"status": "COMPLETE"}, "imageScanFindings": {"findings": entries}}

    page = answer(Registry(), Image("shop", "sha256:" + "ab" * 32), 0)
    found = list(ecr._findings(json.loads(page)["findings"], "ecr/shop"))
    assert sorted(finding.title for finding in found) == sorted(entry["name"] for entry in entries)
    assert len(page.splitlines()) == len(entries) + 4
