"""Security Hub matches the last verdict: no duplicates, fixed findings archived, findings that were not looked for kept."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scangate.model import (
    ComparedRevision,
    Confidence,
    FileSource,
    Finding,
    FindingKind,
    Gap,
    GapKind,
    Location,
    Outcome,
    Report,
    Ruling,
    RulingOutcome,
    ScanStatus,
    Severity,
    SkippedPath,
    SkipReason,
    Targets,
)
from scangate.publish import asff, security_hub
from scangate.publish.aws_client import create_client
from tests.support.aws.account import REGION, FakeAccount
from tests.support.aws.protocol import AwsError
from tests.support.aws.security_hub import FakeHub
from tests.support.command import CommandResult, environment, run_scangate
from tests.support.decisions import reason
from tests.support.hostile_text import hostile_report
from tests.support.sample_reports import many_findings
from tests.support.verdict_files import whole_tree_fail, whole_tree_pass, write_verdict

ARN = f"arn:aws:codebuild:{REGION}:123456789012:build/shop-gate:0aa1b2c3-d4e5-4f60-8172-93a4b5c6d7e8"
OWNER = asff.HubProject("aws", REGION, "123456789012", "shop-gate")
NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


def whole(report: Report) -> Report:
    """The report as one of a whole tree without gaps."""
    targets = msgspec.structs.replace(report.targets, source=FileSource.GIT_INDEX, gaps=(), skipped_paths=())
    gaps = tuple(ruling for ruling in report.verdict.gaps if ruling.gap not in report.targets.gaps)
    return msgspec.structs.replace(report, targets=targets, verdict=msgspec.structs.replace(report.verdict, gaps=gaps))


def without(report: Report, index: int) -> Report:
    """The report after one finding was fixed."""
    rulings = (*report.verdict.rulings[:index], *report.verdict.rulings[index + 1 :])
    missing = report.verdict.rulings[index].finding.fingerprint
    results = tuple(
        msgspec.structs.replace(result, findings=tuple(each for each in result.findings if each.fingerprint != missing))
        for result in report.results
    )
    blocks = any(ruling.outcome is RulingOutcome.BLOCKING for ruling in rulings)
    outcome = Outcome.FAIL if blocks else Outcome.INCOMPLETE if any(gap.blocking for gap in report.verdict.gaps) else Outcome.PASS
    verdict = msgspec.structs.replace(report.verdict, rulings=rulings, outcome=outcome)
    return msgspec.structs.replace(report, results=results, verdict=verdict)


@pytest.fixture
def hub(account: FakeAccount) -> FakeHub:
    made = FakeHub()
    account.services["securityhub"] = made.service
    return made


def send(report: Report, now: dt.datetime = NOW) -> tuple[int, list[Any]]:
    hub = create_client("securityhub")
    updates = security_hub.build_updates(report, OWNER, security_hub.fetch_existing_findings(hub, OWNER), now)
    return security_hub.import_findings(hub, updates, sleep=lambda _seconds: None)


def open_in(report: Report) -> set[str]:
    return {asff.finding_id(OWNER, ruling.finding.fingerprint) for ruling in report.verdict.rulings if asff.is_reportable(ruling)}


def test_sending_a_verdict_twice_keeps_ids_and_creation_dates(hub: FakeHub) -> None:
    report = whole(whole_tree_fail())
    assert send(report) == (len(open_in(report)), [])
    assert hub.active_ids == open_in(report)
    before = {name: document["CreatedAt"] for name, document in hub.findings.items()}
    send(report, NOW + dt.timedelta(days=1))
    assert {name: document["CreatedAt"] for name, document in hub.findings.items()} == before
    assert all(document["UpdatedAt"] > before[name] for name, document in hub.findings.items())
    send(report, NOW)  # a clock that is behind
    assert hub.ignored_ids == []


@pytest.mark.parametrize("lowest", [each for each in Severity if each is not Severity.UNKNOWN])
def test_only_findings_of_the_lowest_severity_or_above_are_sent(hub: FakeHub, lowest: Severity) -> None:
    report = whole(whole_tree_fail())
    rulings = tuple(
        msgspec.structs.replace(report.verdict.rulings[0], severity=each, finding=_numbered(report, each)) for each in Severity
    )
    report = msgspec.structs.replace(report, verdict=msgspec.structs.replace(report.verdict, rulings=rulings))
    updates = security_hub.build_updates(report, OWNER, {}, NOW, lowest)
    expected = {each for each in Severity if each >= lowest or each is Severity.UNKNOWN}
    assert {each["Id"].rpartition("/")[2] for each in updates} == {f"{each.rank:064x}" for each in expected}
    assert {each["ProductName"] for each in updates} == {"scangate"}


def _numbered(report: Report, severity: Severity) -> Finding:
    return msgspec.structs.replace(report.verdict.rulings[0].finding, fingerprint=f"{severity.rank:064x}", severity=severity)


def test_fixed_findings_are_archived_and_keep_other_fields(hub: FakeHub) -> None:
    report = whole(whole_tree_fail())
    send(report)
    for document in hub.findings.values():
        document["Note"] = {"Text": "ours"}
    index = next(index for index, ruling in enumerate(report.verdict.rulings) if asff.is_reportable(ruling))
    fixed = without(report, index)
    send(fixed, NOW + dt.timedelta(hours=1))
    (missing,) = set(hub.findings) - hub.active_ids
    assert hub.active_ids == open_in(fixed)
    assert hub.findings[missing]["RecordState"] == "ARCHIVED"
    assert hub.findings[missing]["Note"] == {"Text": "ours"}
    send(report, NOW + dt.timedelta(hours=2))
    assert hub.active_ids == open_in(report)


def test_findings_that_were_not_looked_for_are_not_archived(hub: FakeHub) -> None:
    report = whole(whole_tree_fail())
    send(report)
    ruling = next(ruling for ruling in report.verdict.rulings if asff.is_reportable(ruling))
    path, scanner = ruling.finding.location.path, ruling.finding.scanner
    empty = msgspec.structs.replace(report.verdict, rulings=(), gaps=(), outcome=Outcome.PASS)
    results = tuple(
        msgspec.structs.replace(result, findings=(), files_given=0, analyzed_files=(), gaps=(), status=ScanStatus.COMPLETE)
        for result in report.results
    )
    nothing = msgspec.structs.replace(report, verdict=empty, results=results)
    gap = Gap(scanner, path, GapKind.UNPARSABLE, "broken")
    mine = next(result for result in results if result.scanner == scanner)
    others = tuple(result for result in results if result.scanner != scanner)
    unread = msgspec.structs.replace(mine, files_given=1, gaps=(gap,), status=ScanStatus.FAILED)
    left = msgspec.structs.replace(mine, skipped_paths=(SkippedPath(path, SkipReason.EXCLUDED, scanner, "generated"),))
    skipped = msgspec.structs.replace(mine, status=ScanStatus.SKIPPED)
    for result in (unread, left, skipped):
        send(msgspec.structs.replace(nothing, results=(*others, result)))
        assert asff.finding_id(OWNER, ruling.finding.fingerprint) in hub.active_ids
    staged = msgspec.structs.replace(nothing, targets=msgspec.structs.replace(nothing.targets, source=FileSource.STAGED))
    stopped = msgspec.structs.replace(nothing, interrupted="SIGTERM")
    for odd in (staged, stopped):
        send(odd)
        assert asff.finding_id(OWNER, ruling.finding.fingerprint) in hub.active_ids
    send(nothing)
    assert hub.active_ids == set()


def test_suppressed_findings_are_archived(hub: FakeHub) -> None:
    report = whole(whole_tree_fail())
    send(report)
    rulings = tuple(
        msgspec.structs.replace(ruling, outcome=RulingOutcome.SUPPRESSED, members=()) for ruling in report.verdict.rulings
    )
    accepted = msgspec.structs.replace(
        report.verdict,
        rulings=rulings,
        outcome=Outcome.INCOMPLETE if any(g.blocking for g in report.verdict.gaps) else Outcome.PASS,
    )
    send(msgspec.structs.replace(report, verdict=accepted))
    assert hub.active_ids == set()


def test_findings_of_other_projects_are_not_changed(hub: FakeHub) -> None:
    send(whole(whole_tree_fail()))
    before = set(hub.active_ids)
    other = msgspec.structs.replace(OWNER, name="shop-gate-2")
    wire = create_client("securityhub")
    security_hub.import_findings(
        wire, security_hub.build_updates(whole(whole_tree_pass()), other, security_hub.fetch_existing_findings(wire, other), NOW)
    )
    assert before <= hub.active_ids


def test_101_findings_are_sent_in_batches_and_fetched_in_pages(account: FakeAccount, hub: FakeHub) -> None:
    report = whole(many_findings(101))
    sent, refused = send(report)
    assert refused == []
    assert sent == len(open_in(report)) == len(hub.active_ids)
    assert [len(call.parameters["Findings"]) for call in account.calls_to("securityhub", "BatchImportFindings")] == [
        100,
        sent - 100,
    ]
    send(report)
    assert len(hub.findings) == sent
    assert account.refusals == []


def test_a_finding_of_300_kilobytes_is_truncated(hub: FakeHub) -> None:
    report = whole(whole_tree_fail())
    ruling = report.verdict.rulings[0]
    huge = msgspec.structs.replace(ruling.finding, message="x" * 300_000, title="t" * 5000, help_url="https://e.org/" + "u" * 3000)
    ruled = (msgspec.structs.replace(ruling, finding=huge), *report.verdict.rulings[1:])
    report = msgspec.structs.replace(report, verdict=msgspec.structs.replace(report.verdict, rulings=ruled))
    assert send(report)[1] == []
    assert len(hub.findings[asff.finding_id(OWNER, huge.fingerprint)]["Description"]) == 1024


def test_findings_with_hostile_text_are_accepted(hub: FakeHub) -> None:
    report = whole(hostile_report())
    sent, refused = send(report)
    assert (sent, refused) == (len(open_in(report)), [])


@pytest.mark.parametrize("severity", list(Severity))
def test_every_severity_has_a_valid_label(severity: Severity) -> None:
    from botocore.session import get_session

    shape = get_session().get_service_model("securityhub").shape_for("SeverityLabel")
    assert asff.SEVERITY_LABELS[severity] in shape.enum  # type: ignore[attr-defined, unused-ignore]


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-eusc"])
def test_the_partition_of_a_resource_is_valid(partition: str) -> None:
    from botocore.session import get_session

    shape = get_session().get_service_model("securityhub").shape_for("Partition")
    owner = msgspec.structs.replace(OWNER, partition=partition)
    (document, *_) = security_hub.build_updates(whole(whole_tree_fail()), owner, {}, NOW)
    settings = document["Resources"][0].get("Partition")
    assert settings in {None, *shape.enum}  # type: ignore[attr-defined, unused-ignore]
    assert (settings == partition) == (partition in shape.enum)  # type: ignore[attr-defined, unused-ignore]


def test_accepted_batches_are_counted_if_a_later_one_fails(account: FakeAccount, hub: FakeHub) -> None:
    updates = security_hub.build_updates(whole(many_findings(250)), OWNER, {}, NOW)
    calls = iter([hub.service["BatchImportFindings"]])

    def once(request: Any) -> Any:
        try:
            return next(calls)(request)
        except StopIteration:
            raise AwsError("ExpiredTokenException", "expired", 403) from None

    hub.service["BatchImportFindings"] = once
    taken, refusals = security_hub.import_findings(create_client("securityhub"), updates, sleep=lambda _seconds: None)
    assert (taken, len(refusals)) == (100, len(updates) - 100)
    assert {refusal.code for refusal in refusals} == {"ExpiredTokenException"}


def test_findings_in_a_skipped_file_stay_open_whatever_its_name() -> None:
    name = " a\x1b.py"
    report = whole(whole_tree_fail())
    ruling = next(ruling for ruling in report.verdict.rulings if asff.is_reportable(ruling))
    moved = msgspec.structs.replace(
        ruling.finding, location=msgspec.structs.replace(ruling.finding.location, path=name), fingerprint="gone"
    )
    held: Any = asff.build_finding(
        msgspec.structs.replace(ruling, finding=moved),
        OWNER,
        "scangate/shop-gate/gone",
        members=[asff.Member("gone", moved.scanner)],
        commit="",
        created="2026-01-01T00:00:00Z",
        updated="2026-01-01T00:00:00Z",
    )
    gap = Gap(moved.scanner, name, GapKind.CRASH, "not read")
    results = tuple(
        msgspec.structs.replace(result, status=ScanStatus.PARTIAL, gaps=(gap,), files_given=len(result.analyzed_files) + 1)
        if result.scanner == moved.scanner
        else result
        for result in report.results
    )
    unread = msgspec.structs.replace(report, results=results)
    assert not any(each["RecordState"] == "ARCHIVED" for each in security_hub.build_updates(unread, OWNER, {held["Id"]: held}, NOW))


# -- one fault that several scanners saw --


def saw(
    *scanners: str, outcome: RulingOutcome = RulingOutcome.TOLERATED, looked: tuple[str, ...] = ("bandit", "semgrep")
) -> Report:
    """A whole tree with one finding that ``scanners`` reported; the scanners in ``looked`` ran, the others crashed."""
    base = whole(whole_tree_pass())
    line = Location("a.py", 3, 3)
    each = tuple(
        Ruling(
            Finding(
                f"{name}:eval",
                Severity.HIGH,
                Confidence.HIGH,
                FindingKind.CODE,
                "eval",
                "eval",
                line,
                fingerprint=name,
                reported_by=(name,),
            ),
            Severity.HIGH,
            outcome,
            reason("a reason"),
        )
        for name in scanners
    )
    rulings = each
    if len(each) > 1:
        first = msgspec.structs.replace(each[0].finding, reported_by=scanners)
        rulings = (msgspec.structs.replace(each[0], finding=first, members=each),)
    crash = Gap("x", None, GapKind.CRASH, "it crashed")
    results = tuple(
        msgspec.structs.replace(
            base.results[0],
            scanner=name,
            analyzed_files=("a.py",) if name in looked else (),
            files_given=int(name in looked),
            status=ScanStatus.COMPLETE if name in looked else ScanStatus.FAILED,
            gaps=() if name in looked else (msgspec.structs.replace(crash, scanner=name),),
            findings=tuple(ruling.finding for ruling in each if ruling.finding.scanner == name),
        )
        for name in ("bandit", "semgrep")
    )
    return msgspec.structs.replace(
        base, results=results, verdict=msgspec.structs.replace(base.verdict, rulings=rulings, gaps=(), outcome=Outcome.PASS)
    )


def state(hub: FakeHub) -> dict[str, str]:
    """The shortened Ids with their states."""
    return {name.removeprefix("scangate/shop-gate/"): document["RecordState"] for name, document in hub.findings.items()}


@pytest.mark.parametrize(
    "story",
    [
        [("bandit",), ("semgrep", "bandit"), ("bandit",)],  # a further scanner joins, and leaves again
        [("semgrep", "bandit"), ("bandit",), ("semgrep", "bandit")],  # the first member disappears, and comes back
        [("semgrep", "bandit"), ("semgrep",), ("semgrep", "bandit"), ("bandit",)],
        [("bandit",), ("semgrep", "bandit"), ("semgrep",), ("semgrep", "bandit")],  # bandit's own word is no longer in it
    ],
)
def test_a_merged_finding_keeps_its_id_whichever_scanners_report_it(hub: FakeHub, story: list[tuple[str, ...]]) -> None:
    send(saw(*story[0]))
    ((name, document),) = hub.findings.items()
    for day, scanners in enumerate(story[1:], start=1):
        send(saw(*scanners), NOW + dt.timedelta(days=day))
        assert hub.active_ids == set(hub.findings) == {name}
        assert hub.findings[name]["CreatedAt"] == document["CreatedAt"]
        assert hub.findings[name]["ProductFields"]["scangate/gate/reported-by"] == ", ".join(scanners)
    send(saw(), NOW + dt.timedelta(days=9))
    assert state(hub) == {name.removeprefix("scangate/shop-gate/"): "ARCHIVED"}
    send(saw(*story[0]), NOW + dt.timedelta(days=10))  # what comes back keeps the day it was made
    assert hub.active_ids == {name}
    assert hub.findings[name]["CreatedAt"] == document["CreatedAt"]


def test_merged_and_split_findings_are_matched(hub: FakeHub) -> None:
    apart = saw("semgrep", "bandit")
    (ruling,) = apart.verdict.rulings
    alone = tuple(ruling.members)
    apart = msgspec.structs.replace(apart, verdict=msgspec.structs.replace(apart.verdict, rulings=alone))
    send(apart)
    assert state(hub) == {"semgrep": "ACTIVE", "bandit": "ACTIVE"}
    send(saw("semgrep", "bandit"))
    assert state(hub) == {"semgrep": "ACTIVE", "bandit": "ARCHIVED"}
    send(apart)
    assert state(hub) == {"semgrep": "ACTIVE", "bandit": "ACTIVE"}
    assert hub.ignored_ids == []


def test_a_reused_id_returns_to_its_finding(hub: FakeHub) -> None:
    send(saw("semgrep", "bandit"))
    send(saw("bandit"))  # goes on under semgrep's name
    apart = saw("semgrep", "bandit")
    (ruling,) = apart.verdict.rulings
    send(msgspec.structs.replace(apart, verdict=msgspec.structs.replace(apart.verdict, rulings=tuple(ruling.members))))
    assert state(hub) == {"semgrep": "ACTIVE", "semgrep/2": "ACTIVE"}
    assert hub.findings["scangate/shop-gate/semgrep"]["ProductFields"]["scangate/gate/fingerprint"] == "bandit"


def test_a_finding_stays_open_until_every_reporting_scanner_has_looked_again(hub: FakeHub) -> None:
    send(saw("semgrep", "bandit"))
    send(saw(looked=("semgrep",)))  # bandit crashed: it is not known to be fixed
    assert state(hub) == {"semgrep": "ACTIVE"}
    send(saw("semgrep", looked=("semgrep",)))
    send(saw(looked=("semgrep",)))  # semgrep's word is gone, and bandit's is still owed
    assert state(hub) == {"semgrep": "ACTIVE"}
    send(saw())
    assert state(hub) == {"semgrep": "ARCHIVED"}


def test_a_finding_of_an_earlier_version_is_matched_by_fingerprint(hub: FakeHub) -> None:
    send(saw("semgrep", "bandit"))
    ((name, document),) = hub.findings.items()
    del document["ProductFields"]["scangate/gate/members"]
    send(saw("semgrep", "bandit"))
    assert hub.active_ids == set(hub.findings) == {name}
    send(saw())
    assert hub.active_ids == set()


# -- the command --


def publish(account: FakeAccount, file: Path, *options: str, **env: str) -> CommandResult:
    settings = {**account.environment, "CODEBUILD_BUILD_ARN": ARN, **env}
    return run_scangate("publish", "security-hub", file, *options, cwd=file.parent, env=environment(**settings))


def test_rejected_findings_are_exit_code_4(account: FakeAccount, hub: FakeHub, tmp_path: Path) -> None:
    report = whole(whole_tree_fail())
    file = write_verdict(report, tmp_path)
    one = sorted(open_in(report))[0]
    hub.failing_ids = {one}
    ran = publish(account, file).expect(4)
    assert "InternalFailure" in ran.stderr
    (receipt,) = json.loads((tmp_path / "publish.json").read_text("utf-8"))["receipts"]
    assert (receipt["state"], receipt["refused"], receipt["refusals"][0]["item"]) == ("partial", 1, one)
    hub.failing_ids = set()
    publish(account, file).expect(0)
    assert hub.active_ids == open_in(report)


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (AwsError("ExpiredTokenException", "expired", 403), "aws sts get-caller-identity"),
        (AwsError("AccessDeniedException", "no", 403), "role's policy"),
    ],
)
def test_an_aws_error_is_exit_code_4(account: FakeAccount, hub: FakeHub, tmp_path: Path, error: AwsError, hint: str) -> None:
    account.fail_next("securityhub", "GetFindings", error)
    assert hint in publish(account, write_verdict(whole(whole_tree_fail()), tmp_path)).expect(4).stderr
    assert hub.findings == {}


def test_throttled_calls_are_retried(account: FakeAccount, hub: FakeHub, tmp_path: Path) -> None:
    account.fail_next("securityhub", "BatchImportFindings", *[AwsError("TooManyRequestsException", "slow down", 429)] * 2)
    publish(account, write_verdict(whole(whole_tree_fail()), tmp_path)).expect(0)
    assert hub.active_ids


def test_a_disabled_hub_is_an_error(account: FakeAccount, tmp_path: Path) -> None:
    account.services["securityhub"] = FakeHub(enabled=False).service
    assert "InvalidAccess" in publish(account, write_verdict(whole(whole_tree_fail()), tmp_path)).expect(4).stderr


def test_a_dry_run_makes_no_calls(account: FakeAccount, tmp_path: Path) -> None:
    file = write_verdict(whole(whole_tree_fail()), tmp_path)
    publish(account, file, "--dry-run", str(tmp_path / "asff.json")).expect(0)
    assert account.calls == []
    assert {each["Id"] for each in json.loads((tmp_path / "asff.json").read_text("utf-8"))["Findings"]} == open_in(
        whole_tree_fail()
    )
    assert not (tmp_path / "publish.json").exists()


@pytest.mark.parametrize(
    ("region", "partition"), [("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn"), ("eu-north-1", "aws")]
)
def test_product_arns_use_the_partition_of_the_region(account: FakeAccount, tmp_path: Path, region: str, partition: str) -> None:
    options = ("--dry-run", str(tmp_path / "asff.json"), "--project", "shop", "--account", "1" * 12, "--region", region)
    for arn in ("", ARN):
        publish(account, write_verdict(whole(whole_tree_fail()), tmp_path), *options, CODEBUILD_BUILD_ARN=arn).expect(0)
        document, *_ = json.loads((tmp_path / "asff.json").read_text("utf-8"))["Findings"]
        assert document["ProductArn"] == f"arn:{partition}:securityhub:{region}:{'1' * 12}:product/{'1' * 12}/default"
        assert (document["Region"], document["Resources"][0]["Partition"]) == (region, partition)


@pytest.mark.parametrize(
    "changes", [{"compared_revision": ComparedRevision("main", "a" * 40, "a" * 40)}, {"targets": Targets(FileSource.STAGED, 0)}]
)
def test_the_verdict_of_a_change_is_not_sent(account: FakeAccount, hub: FakeHub, tmp_path: Path, changes: dict[str, Any]) -> None:
    file = write_verdict(msgspec.structs.replace(whole(whole_tree_fail()), **changes), tmp_path)
    publish(account, file, "--project", "shop").expect(2)
    assert (account.calls, hub.findings) == ([], {})


def test_the_verdict_of_a_directory_affects_only_its_own_findings(account: FakeAccount, hub: FakeHub, tmp_path: Path) -> None:
    held: set[str] = set()
    for part in ("", "svc", "svc/api"):  # the later ones are in the earlier ones
        publish(
            account,
            write_verdict(msgspec.structs.replace(whole(whole_tree_fail()), subdirectory=part), tmp_path),
            "--project",
            "shop",
        ).expect(0)
        assert hub.active_ids > held
        assert len(hub.active_ids - held) == len(open_in(whole_tree_fail()))
        held = set(hub.active_ids)
    publish(
        account, write_verdict(msgspec.structs.replace(whole(whole_tree_pass()), subdirectory="svc"), tmp_path), "--project", "shop"
    ).expect(0)
    assert held - hub.active_ids
    assert {name.partition("/")[2].partition("/")[0] for name in held - hub.active_ids} == {"shop:svc"}
    publish(account, write_verdict(whole(whole_tree_pass()), tmp_path), "--project", "shop").expect(0)
    assert {name.partition("/")[2].partition("/")[0] for name in hub.active_ids} >= {"shop:svc%2Fapi"}


def test_a_directory_name_that_is_too_long_is_a_usage_error(account: FakeAccount, hub: FakeHub, tmp_path: Path) -> None:
    file = write_verdict(msgspec.structs.replace(whole(whole_tree_fail()), subdirectory="ü" * 60), tmp_path)
    publish(account, file, "--project", "shop").expect(2)
    assert hub.findings == {}


@pytest.mark.parametrize(
    ("options", "env"),
    [
        ((), {"CODEBUILD_BUILD_ARN": ""}),
        (("--project", "a/b"), {}),
        ((), {"CODEBUILD_SOURCE_VERSION": "pr/12"}),
        (("--project", "shop"), {"CODEBUILD_SOURCE_VERSION": "pr/12"}),
    ],
)
def test_project_and_account_are_required(
    account: FakeAccount, tmp_path: Path, options: tuple[str, ...], env: dict[str, str]
) -> None:
    publish(account, write_verdict(whole_tree_fail(), tmp_path), *options, **env).expect(2)
    assert account.calls == []
