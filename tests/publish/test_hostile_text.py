"""Hostile text in every publisher: it is no markup, no command to a build service, and within the limits of each service."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from botocore.session import get_session

from scangate.cli.publication import Delivery, PublishOptions, VerdictToPublish, publish_once
from scangate.errors import PublishError
from scangate.model import Outcome, Report, Ruling, RulingOutcome
from scangate.publish import asff, cloudwatch, codecommit, github, metrics, security_hub, verdict_history
from scangate.publish.aws_client import create_client
from scangate.publish.ecr import ImageReference, fetch_scan_findings
from scangate.publish.receipt import RejectedItem
from scangate.publish.review_comments import Review, build_comments
from scangate.publish.statement import Approval, create_statement, decode_statement, encode_statement
from scangate.publish.statement import Subject as Attested
from scangate.report import markdown, sarif
from scangate.report.escape import ci_log
from scangate.tools import ecr
from tests.support.aws.account import REGION, FakeAccount
from tests.support.aws.codecommit import FakePullRequests
from tests.support.aws.parameter_limits import find_violations
from tests.support.aws.protocol import AwsError
from tests.support.aws.security_hub import FakeHub
from tests.support.command import environment, run_scangate
from tests.support.github_server import TOKEN, serve_github
from tests.support.hostile_text import HOSTILE_TEXTS, hostile_report
from tests.support.markdown_tokens import kinds
from tests.support.verdict_files import as_full_tree, whole_tree_pass, write_verdict

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
OWNER = asff.HubProject("aws", REGION, "123456789012", "shop-gate")
MARKUP = {"html_inline", "html_block", "image", "link_open", "fence", "code_block", "em_open"}
HEAD, BASE = "a" * 40, "b" * 40


def report() -> Report:
    """A report with hostile text in every field, all of it blocking."""
    found = as_full_tree(hostile_report())
    rulings = tuple(msgspec.structs.replace(ruling, outcome=RulingOutcome.BLOCKING) for ruling in found.verdict.rulings)
    return msgspec.structs.replace(found, verdict=msgspec.structs.replace(found.verdict, rulings=rulings), commit=HEAD)


def texts(value: Any) -> Iterator[str]:
    """All strings in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.items():
            yield from texts(list(each))
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from texts(each)


def review() -> Review:
    return Review(
        markdown.render(report()),
        build_comments(report(), markdown.render_comment, markdown.render_comment_title, len(HOSTILE_TEXTS)),
        approve=False,
    )


def test_security_hub_findings_with_hostile_text() -> None:
    documents = security_hub.build_updates(report(), OWNER, {}, NOW)
    shape = get_session().get_service_model("securityhub").operation_model("BatchImportFindings").input_shape
    assert list(find_violations(shape, {"Findings": documents})) == []
    assert {FakeHub().find_problem(document) for document in documents} == {None}
    assert all(text.isprintable() for text in texts(documents))
    links = {document["Remediation"]["Recommendation"].get("Url", "https://e") for document in documents}
    assert all(link.startswith("https://") and not set(link) & set(" <>\"'`()[]") for link in links)


def test_cloudwatch_lines_with_hostile_text() -> None:
    groups = list(metrics.collect_metrics(report(), HOSTILE_TEXTS[0], metrics.LeadTimes()))
    for line in cloudwatch.render_emf_lines(
        groups, "scangate", NOW, {"commit": HOSTILE_TEXTS[9], "build": HOSTILE_TEXTS[10], "outcome": HOSTILE_TEXTS[5]}
    ):
        assert line.isascii()
        assert ci_log(line) == line
        assert json.loads(line)


def test_codecommit_comments_with_hostile_text(account: FakeAccount) -> None:
    example = review()
    pull = FakePullRequests("shop", "7", BASE, HEAD, {remark.path for remark in example.comments})
    account.services["codecommit"] = pull.service
    api = create_client("codecommit")
    taken, refusals = codecommit.post_review(api, codecommit.fetch_pull_request(api, "7", "shop", HEAD), example)
    assert (taken, refusals, account.refusals) == (1 + len(example.comments), [], [])
    for comment in pull.comments:
        assert not kinds(comment["content"]) & MARKUP
        assert comment["content"].replace("\n", "").isprintable()
        assert "@everyone" not in re.sub(r"(`+).*?\1", "", comment["content"])  # in code, there are no mentions


def test_github_requests_with_hostile_text() -> None:
    with serve_github() as server:
        commit = github.GitHubCommit(github.create_client(server.url, TOKEN), "team/shop", HEAD)
        assert github.publish_check_run(commit, review(), "FAIL") == len(review().comments)
        github.upload_sarif(commit, sarif.render(report()), "refs/heads/main")
    (run,) = server.runs
    assert not kinds(run["output"]["summary"]) & MARKUP
    for each in run["annotations"]:
        assert each["title"].isprintable()
        assert not kinds(each["message"]) & MARKUP
        assert each["path"].encode("utf-8")
    assert TOKEN not in json.dumps([server.runs, server.sarifs])


def test_attestations_keep_hostile_text() -> None:
    rulings = tuple[Ruling, ...]()
    small = msgspec.structs.replace(
        whole_tree_pass(), commit=HOSTILE_TEXTS[0], finished="2026-05-01T00:00:00Z", tool_version=HOSTILE_TEXTS[6]
    )
    verdict = msgspec.structs.replace(small.verdict, rulings=rulings, environment=HOSTILE_TEXTS[5], policy=HOSTILE_TEXTS[2])
    small = msgspec.structs.replace(small, verdict=verdict)
    approval = Approval(HOSTILE_TEXTS[6], "2026-05-01T01:00:00Z", HOSTILE_TEXTS[9])
    made = create_statement(small, "cd" * 32, Attested("tree", {"sha256": "ab" * 32}), expires=NOW, approval=approval)
    assert decode_statement(encode_statement(made)) == made
    assert encode_statement(made).isascii()


def test_error_messages_with_hostile_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_verdict(whole_tree_pass(), tmp_path)

    def refused(_: VerdictToPublish) -> Delivery:
        return Delivery(1, tuple(RejectedItem(text, text, text) for text in HOSTILE_TEXTS if text.isprintable()))

    def failed(_: VerdictToPublish) -> Delivery:
        raise PublishError("Code\n::error::", HOSTILE_TEXTS[5], HOSTILE_TEXTS[9])

    for send in (refused, failed):
        assert publish_once("cloudwatch", PublishOptions(file), send.__name__, send) == 4
    output = capsys.readouterr().err
    assert [line for line in output.splitlines() if ci_log(line) != line] == []
    receipts = json.loads((tmp_path / "publish.json").read_text("ascii"))["receipts"]
    assert [receipt["state"] for receipt in receipts] == ["failed", "partial"]


def test_approvals_keep_hostile_text(account: FakeAccount, tmp_path: Path) -> None:
    account.fail_next("kms", "Sign", AwsError("AccessDeniedException", HOSTILE_TEXTS[6] + HOSTILE_TEXTS[9]))
    key = f"arn:aws:kms:{REGION}:123456789012:key/x"
    ran = run_scangate(
        *("attest", write_verdict(whole_tree_pass(), tmp_path), f"image:sha256:{'ab' * 32}", "--kms-key", key),
        cwd=tmp_path,
        env=environment(**account.environment),
    ).expect(4)
    assert [line for line in ran.stderr.splitlines() if ci_log(line) != line] == []


def test_the_verdict_history_keeps_hostile_text() -> None:
    history = [
        verdict_history.PastVerdict("2026-05-01T00:00:00Z", Outcome.FAIL, text, text)
        for text in HOSTILE_TEXTS
        if text.isprintable()
    ]
    assert list(verdict_history.parse_history(verdict_history.render_history(history), "x")) == history


def test_ecr_findings_keep_hostile_text(account: FakeAccount) -> None:
    entries = [{"name": text or "-", "description": text, "uri": text, "severity": "HIGH"} for text in HOSTILE_TEXTS]
    response = {"imageScanStatus": {"status": "COMPLETE"}, "imageScanFindings": {"findings": entries}}
    account.services["ecr"] = {"DescribeImageScanFindings": lambda _: response}
    page = fetch_scan_findings(ImageReference("shop", "sha256:" + "ab" * 32), 0)
    found = list(ecr._findings(json.loads(page)["findings"], "ecr/shop"))
    assert sorted(finding.title for finding in found) == sorted(entry["name"] for entry in entries)
    assert len(page.splitlines()) == len(entries) + 4
