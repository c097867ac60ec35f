"""Attested artifacts are admitted; everything else is rejected with a reason."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scangate.errors import AttestationRejected, Rejection, UsageError
from scangate.model import Basis, ComparedRevision, Decision, FileSource, Gap, GapKind, GapRuling, Outcome, Report, Targets
from scangate.publish.admission import AdmissionCriteria, admit
from scangate.publish.admission_log import read_admission_log, read_pinned_digests, record_admission
from scangate.publish.dsse import sign_envelope, verify_envelope
from scangate.publish.signing_keys import KeySigner
from scangate.publish.statement import Approval, Statement, Subject, create_statement, encode_statement
from scangate.publish.tree_digest import compute_tree_digest
from tests.support.attestation import PRIVATE, PUBLIC, BundleProject, pair
from tests.support.aws.account import FakeAccount
from tests.support.aws.protocol import AwsError
from tests.support.command import CommandResult, run_scangate
from tests.support.verdict_files import whole_tree_fail, whole_tree_incomplete, whole_tree_pass, write_verdict

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
TREE = Subject("tree", {"sha256": "ab" * 32})


def statement(report: Report | None = None, **changes: Any) -> Statement:
    """A new statement on a PASS for production."""
    report = report or whole_tree_pass()
    report = msgspec.structs.replace(
        report, finished="2026-05-01T00:00:00Z", verdict=msgspec.structs.replace(report.verdict, environment="production")
    )
    return create_statement(report, "cd" * 32, TREE, expires=NOW + dt.timedelta(days=7), **changes)


def criteria(**changes: Any) -> AdmissionCriteria:
    return AdmissionCriteria(**{"trusted_keys": [PUBLIC], "environment": "production", "now": NOW, **changes})


def envelope(made: Statement | None = None, private: bytes = PRIVATE) -> str:
    return sign_envelope(encode_statement(made or statement()), KeySigner(private))


# -- what is let through --


@pytest.mark.parametrize("kind", ["ec", "ed25519", "rsa"])
def test_a_pass_signed_by_a_trusted_key_is_admitted(kind: str) -> None:
    private, public = pair(kind)
    assert admit(envelope(private=private), TREE, criteria(trusted_keys=[pair()[1], public])).predicate.outcome is Outcome.PASS


def test_an_approved_fail_is_admitted() -> None:
    approval = Approval("arn:aws:iam::123456789012:role/lead", "2026-05-01T01:00:00Z", "e-1")
    found = admit(envelope(statement(whole_tree_fail(), approval=approval)), TREE, criteria())
    assert (found.predicate.outcome, found.predicate.approval) == (Outcome.FAIL, approval)


@pytest.mark.parametrize("days", [0, 7])
def test_an_attestation_is_valid_until_it_expires(days: int) -> None:
    admit(envelope(), TREE, criteria(now=NOW + dt.timedelta(days=days)))


def test_an_expired_attestation_is_admitted_if_it_was_before() -> None:
    late = NOW + dt.timedelta(days=300)
    admit(envelope(), TREE, criteria(now=late, previously_admitted={TREE.sha256}, scanned_after="2027-01-01T00:00:00Z"))
    with pytest.raises(AttestationRejected):
        admit(envelope(), TREE, criteria(now=late, previously_admitted={"ef" * 32}))


# -- what is refused --


@pytest.mark.parametrize(
    ("made", "subject", "changes", "reason"),
    [
        (statement(), Subject("tree", {"sha256": "ef" * 32}), {}, Rejection.SUBJECT),
        (statement(), Subject("image", TREE.digest), {}, Rejection.SUBJECT),
        (statement(), TREE, {"environment": "staging"}, Rejection.ENVIRONMENT),
        (statement(), TREE, {"environment": ""}, Rejection.ENVIRONMENT),
        (statement(), TREE, {"policy_digests": {"ef" * 32}}, Rejection.POLICY),
        (statement(), TREE, {"policy_digests": {"ef" * 32}, "previously_admitted": {TREE.sha256}}, Rejection.POLICY),
        (statement(), TREE, {"trusted_keys": [pair()[1]]}, Rejection.SIGNATURE),
        (statement(), TREE, {"trusted_keys": []}, Rejection.SIGNATURE),
        (statement(), TREE, {"now": NOW + dt.timedelta(days=7, seconds=1)}, Rejection.EXPIRED),
        (statement(), TREE, {"now": NOW - dt.timedelta(hours=2)}, Rejection.SCAN_TIME),
        (statement(), TREE, {"scanned_after": "2026-05-01T00:00:01Z"}, Rejection.SCAN_TIME),
        (statement(whole_tree_fail()), TREE, {}, Rejection.FAILED),
        (statement(whole_tree_incomplete()), TREE, {}, Rejection.INCOMPLETE),
        (statement(whole_tree_incomplete(), approval=Approval("a", "2026-05-01T00:00:00Z", "e")), TREE, {}, Rejection.INCOMPLETE),
    ],
)
def test_a_rejection_has_a_reason_and_a_hint(made: Statement, subject: Subject, changes: dict[str, Any], reason: Rejection) -> None:
    with pytest.raises(AttestationRejected) as rejection:
        admit(envelope(made), subject, criteria(**changes))
    assert (rejection.value.reason, bool(rejection.value.hint)) == (reason, True)


def test_a_signed_approval_older_than_the_scan_is_rejected() -> None:
    made = statement(whole_tree_fail(), approval=Approval("a", "2026-05-01T00:00:00Z", "e"))
    for at, reason in (("2026-04-30T23:59:59Z", Rejection.APPROVAL), ("yesterday", Rejection.MALFORMED)):
        older = msgspec.structs.replace(made.predicate, approval=Approval("a", at, "e"))
        with pytest.raises(AttestationRejected) as rejection:
            admit(envelope(msgspec.structs.replace(made, predicate=older)), TREE, criteria())
        assert rejection.value.reason is reason


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_changed_byte_is_rejected(data: st.DataObject) -> None:
    document = json.loads(envelope(statement(whole_tree_fail())))
    payload = bytearray(base64.b64decode(document["payload"]))
    index = data.draw(st.integers(0, len(payload) - 1))
    payload[index] ^= data.draw(st.integers(1, 255))
    document["payload"] = base64.b64encode(payload).decode()
    with pytest.raises(AttestationRejected):
        admit(json.dumps(document), TREE, criteria())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-5],
        lambda _text: "",
        lambda _text: "{}",
        lambda _text: "[" * 100_000,
        lambda text: text.replace("in-toto", "other"),
        lambda text: json.dumps({**json.loads(text), "signatures": []}),
        lambda text: json.dumps({**json.loads(text), "extra": 1}),
        lambda text: json.dumps({**json.loads(text), "payload": "?"}),
        lambda text: json.dumps({**json.loads(text), "payload": "é"}),
        lambda text: json.dumps({**json.loads(text), "signatures": [{"keyid": "", "sig": "é"}]}),
    ],
)
def test_an_invalid_envelope_is_rejected(spoil: Callable[[str], str]) -> None:
    with pytest.raises(AttestationRejected):
        verify_envelope(spoil(envelope()), [PUBLIC])


@pytest.mark.parametrize(
    "change",
    [
        {"_type": "https://in-toto.io/Statement/v0.1"},
        {"predicateType": "https://slsa.dev/provenance/v1"},
        {"subject": []},
        {"subject": [{"name": "tree", "digest": {"md5": "x"}}]},
        {"extra": 1},
    ],
)
def test_a_signed_statement_of_another_form_is_rejected(change: dict[str, Any]) -> None:
    document = {**json.loads(encode_statement(statement())), **change}
    other = sign_envelope(json.dumps(document).encode(), KeySigner(PRIVATE))
    with pytest.raises(AttestationRejected):
        admit(other, TREE, criteria())


def test_a_weak_key_is_an_error() -> None:
    private, public = pair("weak")
    with pytest.raises(UsageError):
        KeySigner(private)
    with pytest.raises(UsageError):
        verify_envelope(envelope(), [public])


def test_a_statement_too_long_for_kms_is_not_signed() -> None:
    with pytest.raises(UsageError):
        sign_envelope(b"x" * 4090, KeySigner(PRIVATE))


# -- the digest of a tree --


def test_the_digest_depends_on_contents_only(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for root, names in ((one, ("a", "b/c")), (two, ("b/c", "a"))):
        for name in names:
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(name, "utf-8")
    (two / "empty").mkdir()
    (two / ".scangate-attestation.json").write_text("{}", "utf-8")
    os.utime(two / "a", (0, 0))
    before = compute_tree_digest(one)
    assert compute_tree_digest(two) == before
    for change in (
        lambda: (two / "a").write_text("b", "utf-8"),
        lambda: (two / "a").rename(two / "A"),
        (two / "new").touch,
        (two / "b" / ".scangate-attestation.json").touch,
        (two / "new").unlink,
        lambda: (two / "l").symlink_to("A"),
    ):
        earlier = compute_tree_digest(two)
        change()  # type: ignore[no-untyped-call, unused-ignore]
        assert compute_tree_digest(two) not in {earlier, before}


@pytest.mark.parametrize("mode", [0o755, 0o744, 0o645, 0o4644, 0o2644, 0o4755])
def test_the_digest_covers_what_a_file_can_do(tmp_path: Path, mode: int) -> None:
    (tmp_path / "a").write_text("#!/bin/sh\n", "utf-8")
    (tmp_path / "a").chmod(0o644)
    before = compute_tree_digest(tmp_path)
    (tmp_path / "a").chmod(0o600)
    assert compute_tree_digest(tmp_path) == before
    (tmp_path / "a").chmod(mode)
    assert compute_tree_digest(tmp_path) != before


def unzip(archive: Path, folder: Path) -> None:
    """As unzip does, and CodeDeploy's agent: with the modes, which Python's own function leaves out."""
    with zipfile.ZipFile(archive) as packed:
        for entry in packed.infolist():
            file = Path(packed.extract(entry, folder))
            file.chmod(entry.external_attr >> 16 & 0o7777)


@pytest.mark.parametrize("kind", ["zip", "tar", "s3"])
def test_the_digest_survives_an_archive(tmp_path: Path, kind: str, account: FakeAccount) -> None:
    bundle, unpacked = tmp_path / "bundle", tmp_path / "unpacked"
    (bundle / "bin").mkdir(parents=True)
    for name, mode in (("bin/run", 0o755), ("bin/own", 0o700), ("data", 0o640), ("tool", 0o4755)):
        (bundle / name).write_text(name, "utf-8")
        (bundle / name).chmod(mode)
    archive = Path(shutil.make_archive(str(tmp_path / "packed"), "tar" if kind == "tar" else "zip", bundle))
    if kind == "s3":
        client = boto3.session.Session().client("s3")
        client.create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": client.meta.region_name})  # type: ignore[typeddict-item]
        client.put_object(Bucket="artifacts", Key="packed", Body=archive.read_bytes())
        archive.write_bytes(client.get_object(Bucket="artifacts", Key="packed")["Body"].read())
    if kind == "tar":
        with tarfile.open(archive) as packed:
            packed.extractall(unpacked, filter="fully_trusted")
    else:
        unzip(archive, unpacked)
    assert compute_tree_digest(unpacked) == compute_tree_digest(bundle)
    (unpacked / "data").chmod(0o4640)
    assert compute_tree_digest(unpacked) != compute_tree_digest(bundle)


def test_a_file_and_a_link_with_the_same_content_have_different_digests(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "t").touch()
    (tmp_path / "b" / "t").touch()
    (tmp_path / "a" / "x").write_text("t", "utf-8")
    (tmp_path / "b" / "x").symlink_to("t")
    assert compute_tree_digest(tmp_path / "a") != compute_tree_digest(tmp_path / "b")


@pytest.mark.parametrize("target", ["/etc/passwd", "../outside", "."])
def test_a_link_out_of_the_tree_is_an_error(tmp_path: Path, target: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "outside").touch()
    (root / "l").symlink_to(target)
    with pytest.raises(UsageError):
        compute_tree_digest(root)


def test_a_link_to_the_attestation_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a", "utf-8")
    (tmp_path / ".scangate-attestation.json").write_text("{}", "utf-8")
    (tmp_path / "config.json").symlink_to(".scangate-attestation.json")  # what it leads to is not in the sum
    with pytest.raises(UsageError):
        compute_tree_digest(tmp_path)


def test_a_deep_tree_has_a_digest(tmp_path: Path) -> None:
    current = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("a", dir_fd=current)
        current, above = os.open("a", os.O_RDONLY, dir_fd=current), current
        os.close(above)
    os.close(os.open("f", os.O_CREAT, dir_fd=current))
    os.close(current)
    try:
        assert compute_tree_digest(tmp_path) != compute_tree_digest(tmp_path / "a")
    finally:
        subprocess.run(["rm", "-rf", tmp_path / "a"], check=True)  # shutil's stack is not deep enough


def test_special_files_and_empty_trees_are_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        compute_tree_digest(tmp_path)
    os.mkfifo(tmp_path / "p")
    with pytest.raises(UsageError):
        compute_tree_digest(tmp_path)


# -- root's record --


def test_the_admission_log_is_trusted_only_if_its_owner_alone_can_write_it(tmp_path: Path) -> None:
    owner, digest = os.getuid(), "ab" * 32
    folder = tmp_path / "record"
    assert read_admission_log(folder, owner) == frozenset()
    record_admission(folder, digest, owner)
    record_admission(folder, digest, owner)
    assert read_admission_log(folder, owner) == {digest}
    (folder / digest).chmod(0o666)
    with pytest.raises(UsageError):
        read_admission_log(folder, owner)
    (folder / digest).chmod(0o644)
    with pytest.raises(UsageError):
        read_admission_log(folder, owner + 1)
    folder.chmod(0o777)
    with pytest.raises(UsageError):
        read_admission_log(folder, owner)


def test_an_admission_log_behind_a_link_is_not_trusted(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with pytest.raises(UsageError):
        read_admission_log(tmp_path / "link", os.getuid())


def test_an_admission_log_below_another_users_link_is_not_trusted(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    record_admission(tmp_path / "real" / "record", "ab" * 32, os.getuid())
    shared.mkdir()
    (shared / "link").symlink_to(tmp_path / "real")
    assert read_admission_log(shared / "link" / "record", os.getuid()) == {"ab" * 32}
    shared.chmod(0o777)
    with pytest.raises(UsageError):
        read_admission_log(shared / "link" / "record", os.getuid())


@pytest.mark.parametrize("option", ["--pinned", "--record"])
def test_an_unreadable_admission_log_is_exit_code_2(bench: BundleProject, option: str) -> None:
    bench.attest(whole_tree_pass()).expect(0)
    (bench.folder / "file").touch()
    bench.verify(option, str(bench.folder / "file" / "none")).expect(2)


def test_pinned_digests_are_read_strictly(tmp_path: Path) -> None:
    file = tmp_path / "pins"
    file.write_text(f"{'ab' * 32}\n\n{'cd' * 32}\n", "ascii")
    assert read_pinned_digests(file, os.getuid()) == {"ab" * 32, "cd" * 32}
    file.write_text("*\n", "ascii")
    with pytest.raises(UsageError):
        read_pinned_digests(file, os.getuid())


# -- the commands --


@pytest.fixture
def bench(tmp_path: Path) -> BundleProject:
    return BundleProject(tmp_path)


def test_an_attested_bundle_is_admitted(bench: BundleProject) -> None:
    bench.attest(whole_tree_pass()).expect(0)
    bench.verify().expect(0)


def test_a_policy_can_be_required(bench: BundleProject) -> None:
    def digest_of(name: str) -> str:
        (bench.folder / f"{name}.yaml").write_text(f"version: 1\nextends: {name}\nenvironments: {{production: {{}}}}\n", "utf-8")
        shown = run_scangate("policy", "show", f"{name}.yaml", "--env", "production", cwd=bench.folder).expect(0).stdout
        return shown.splitlines()[0].rpartition(" ")[2]

    strict, loose = digest_of("strict"), digest_of("dev")
    judged = msgspec.structs.replace(whole_tree_pass().verdict, policy="strict", policy_digest=strict)
    bench.attest(msgspec.structs.replace(whole_tree_pass(), verdict=judged)).expect(0)
    bench.verify("--policy", "strict.yaml").expect(0)
    bench.verify("--policy-digest", loose, "--policy-digest", strict).expect(0)
    for demanded in (("--policy", "dev.yaml"), ("--policy-digest", loose)):
        bench.verify(*demanded).expect(1)
    for wrong in ("", strict[:12], strict.upper()):
        bench.verify("--policy-digest", wrong).expect(2)
    bench.verify("--policy", "no-such-policy").expect(2)


def test_a_changed_bundle_is_rejected(bench: BundleProject) -> None:
    bench.attest(whole_tree_pass()).expect(0)
    (bench.bundle / "app.py").write_text("import os\n", "utf-8")
    bench.verify().expect(1)


def test_a_bundle_without_an_attestation_is_rejected(bench: BundleProject) -> None:
    bench.verify().expect(1)


def test_an_artifact_is_attested_only_with_a_verdict_that_was_signed_where_it_was_made(bench: BundleProject) -> None:
    private, public = pair()
    (bench.folder / "gate.pem").write_bytes(private)
    (bench.folder / "gate-pub.pem").write_bytes(public)
    file = write_verdict(whole_tree_pass(), bench.folder)

    def sign(*subject: str, key: str = "key.pem", more: tuple[str, ...] = ()) -> CommandResult:
        return run_scangate("attest", file, *subject, "--key", key, *more, cwd=bench.folder)

    required = ("--signed-by", "gate-pub.pem")
    sign("bundle", more=required).expect(2)  # no attestation of the verdict
    sign(key="key.pem").expect(0)
    sign("bundle", more=required).expect(1)  # by another key
    # An attestation of the bundle, by the right key, is not one of the verdict.
    sign("bundle", key="gate.pem", more=("--output", "verdict.attestation.json")).expect(0)
    sign("bundle", more=required).expect(1)
    sign(key="gate.pem").expect(0)
    sign("bundle", more=required).expect(0)
    file.write_text(file.read_text("utf-8") + " ", "utf-8")
    sign("bundle", more=required).expect(1)


def test_exit_codes_for_verdicts_other_than_pass(bench: BundleProject) -> None:
    bench.attest(whole_tree_fail()).expect(0)
    bench.verify().expect(1)
    bench.attest(whole_tree_incomplete()).expect(0)
    bench.verify().expect(3)
    approval = bench.folder / "approval.json"
    given = '{"by": "arn:aws:iam::123456789012:role/lead", "at": "%s", "execution": "e-1"}'
    approval.write_text(given % "2020-01-31T12:00:00Z", "utf-8")
    bench.attest(whole_tree_fail(), "--approval", str(approval)).expect(1)
    approval.write_text(given % "2999-01-31T12:00:00Z", "utf-8")
    bench.attest(whole_tree_fail(), "--approval", str(approval)).expect(0)
    assert "arn:aws:iam::123456789012:role/lead" in bench.verify().expect(0).stderr
    bench.verify(wanted="qa").expect(1)


@pytest.mark.parametrize(
    "changes",
    [
        {"compared_revision": ComparedRevision("main", "a" * 40, "a" * 40)},
        {"targets": Targets(FileSource.STAGED, 0)},
        {"targets": Targets(FileSource.COMMIT, 1)},
        {"subdirectory": "services/api"},
    ],
)
def test_a_partial_verdict_is_not_attested(bench: BundleProject, changes: dict[str, Any]) -> None:
    bench.attest(msgspec.structs.replace(whole_tree_pass(), **changes)).expect(2)
    assert not (bench.bundle / ".scangate-attestation.json").exists()


@pytest.mark.parametrize(
    ("kind", "basis", "code"),
    [
        (GapKind.STAND_IN, Basis.ALLOWED_GAP, 2),
        (GapKind.ABSENT, Basis.ALLOWED_GAP, 2),
        (GapKind.NESTED_REPOSITORY, Basis.ALLOWED_GAP, 2),
        (GapKind.NESTED_REPOSITORY, Basis.EXCLUSION, 0),
        (GapKind.NOT_OPENED, Basis.ALLOWED_GAP, 0),
    ],
)
def test_a_verdict_whose_scan_left_out_content_is_not_attested(
    bench: BundleProject, kind: GapKind, basis: Basis, code: int
) -> None:
    report, gap = whole_tree_pass(), Gap("targets", "vendor/lib", kind, "not here")
    gaps = (*report.verdict.gaps, GapRuling(gap, False, Decision(basis, reason="a reason")))
    verdict = msgspec.structs.replace(report.verdict, gaps=tuple(sorted(gaps, key=lambda ruling: ruling.gap.sort_key())))
    targets = msgspec.structs.replace(report.targets, gaps=(*report.targets.gaps, gap))
    bench.attest(msgspec.structs.replace(report, verdict=verdict, targets=targets)).expect(code)


def test_a_directory_can_be_attested_separately(bench: BundleProject) -> None:
    part = msgspec.structs.replace(whole_tree_pass(), subdirectory="services/api")
    bench.attest(part, "--part", "services").expect(2)
    bench.attest(whole_tree_pass(), "--part", "services/api").expect(2)
    bench.attest(part, "--part", "services/api/").expect(0)
    bench.verify().expect(0)
    payload = json.loads((bench.bundle / ".scangate-attestation.json").read_bytes())["payload"]
    assert json.loads(base64.b64decode(payload))["predicate"]["part"] == "services/api"


@pytest.mark.parametrize(
    ("variables", "code"), [({}, 0), ({"CODEBUILD_INITIATOR": "codepipeline/shop"}, 0), ({"CODEBUILD_INITIATOR": "lead"}, 2)]
)
def test_a_verdict_of_another_commit_is_not_attested(bench: BundleProject, variables: dict[str, str], code: int) -> None:
    arn = "arn:aws:codebuild:eu-west-1:123456789012:build/shop:00000000-0000-4000-8000-000000000000"
    current = {"CODEBUILD_BUILD_ARN": arn, "CODEBUILD_RESOLVED_SOURCE_VERSION": "b" * 40, **variables} if variables else {}
    bench.attest(whole_tree_pass(), env=current).expect(code)
    assert (bench.bundle / ".scangate-attestation.json").exists() is (code == 0)


@pytest.mark.skipif(os.getuid() != 0, reason="only root has a record that is believed")
def test_an_expired_bundle_is_admitted_only_if_it_was_before(bench: BundleProject) -> None:
    subject = Subject("tree", {"sha256": compute_tree_digest(bench.bundle)})
    judged = msgspec.structs.replace(whole_tree_pass().verdict, environment="production")
    expired = msgspec.structs.replace(whole_tree_pass(), finished="2020-01-01T00:00:00Z", verdict=judged)
    old = create_statement(expired, "cd" * 32, subject, expires=dt.datetime(2020, 1, 8, tzinfo=dt.UTC))
    (bench.bundle / ".scangate-attestation.json").write_text(envelope(old), "utf-8")
    record = bench.folder / "accepted"
    pins = bench.folder / "pins"
    bench.verify("--record", str(record)).expect(1)
    record_admission(record, subject.digest["sha256"])
    pins.write_text(subject.digest["sha256"], "utf-8")
    for known in (("--record", str(record)), ("--pinned", str(pins))):
        bench.verify(*known).expect(0)
        bench.verify(*known, "--fresh").expect(1)


def test_signing_an_old_verdict_again_does_not_extend_its_validity(bench: BundleProject) -> None:
    def signed(report: Report, days_ago: int, *more: str) -> CommandResult:
        file = write_verdict(report, bench.folder, hours=24 * days_ago)
        return run_scangate("attest", file, bench.bundle, "--key", bench.folder / "key.pem", *more, cwd=bench.folder)

    def expires() -> dt.datetime:
        text = (bench.bundle / ".scangate-attestation.json").read_text("utf-8")
        return dt.datetime.fromisoformat(json.loads(verify_envelope(text, [PUBLIC]))["predicate"]["expires"])

    signed(whole_tree_pass(), 8).expect(1)
    assert not (bench.bundle / ".scangate-attestation.json").exists()
    signed(whole_tree_pass(), 6).expect(0)
    assert dt.timedelta(hours=23) < expires() - dt.datetime.now(dt.UTC) <= dt.timedelta(days=1)
    signed(whole_tree_pass(), 8, "--days", "9").expect(0)
    now = dt.datetime.now(dt.UTC)
    looked = {"by": "arn:aws:iam::123456789012:role/lead", "at": (now - dt.timedelta(days=1)).isoformat(), "execution": "e"}
    (bench.folder / "approval.json").write_text(json.dumps(looked), "utf-8")
    signed(whole_tree_fail(), 8, "--approval", str(bench.folder / "approval.json")).expect(0)  # it was reviewed since
    assert dt.timedelta(days=5) < expires() - now <= dt.timedelta(days=6)


def test_admissions_are_recorded(bench: BundleProject) -> None:
    record = bench.folder / "accepted"
    bench.attest(whole_tree_pass()).expect(0)
    if os.getuid() != 0:
        bench.verify("--record", str(record)).expect(2)
        return
    bench.verify("--record", str(record)).expect(0)
    assert read_admission_log(record) == {compute_tree_digest(bench.bundle)}


def test_kms_signatures_are_verified_offline(account: FakeAccount, bench: BundleProject) -> None:
    kms: Any = boto3.session.Session().client("kms")
    for spec, algorithm in (("ECC_NIST_P256", "ECDSA_SHA_256"), ("RSA_2048", "RSASSA_PSS_SHA_256")):
        key = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
        der = kms.get_public_key(KeyId=key)["PublicKey"]
        public = serialization.load_der_public_key(der).public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        (bench.folder / "kms.pem").write_bytes(public)
        bench.attest(whole_tree_pass(), "--kms-key", key, "--kms-algorithm", algorithm, env=account.environment).expect(0)
        bench.verify(key="kms.pem").expect(0)
        bench.verify().expect(1)
    assert {call.parameters["MessageType"] for call in account.calls_to("kms", "Sign")} == {"RAW"}
    assert account.refusals == []


def test_a_key_that_does_not_sign_is_exit_code_4_and_leaves_no_attestation(account: FakeAccount, bench: BundleProject) -> None:
    account.fail_next("kms", "Sign", AwsError("AccessDeniedException", "no", 400))
    ran = bench.attest(whole_tree_pass(), "--kms-key", "arn:aws:kms:eu-west-1:123456789012:key/x", env=account.environment)
    assert "AccessDenied" in ran.expect(4).stderr
    assert [call.region for call in account.calls_to("kms")] == ["eu-west-1"]  # the key's, whatever the environment's
    assert not (bench.bundle / ".scangate-attestation.json").exists()


def test_images_and_functions_are_identified_by_digest(bench: BundleProject) -> None:
    code = base64.b64encode(bytes.fromhex("ab" * 32)).decode()
    file = write_verdict(whole_tree_pass(), bench.folder)
    for subject, other in ((f"image:sha256:{'ab' * 32}", f"image:sha256:{'cd' * 32}"), (f"lambda:{code}", f"lambda:{code[1:]}A")):
        out = bench.folder / "out.json"
        run_scangate("attest", file, subject, "--key", "key.pem", "--output", out, cwd=bench.folder).expect(0)
        check = ("--attestation", out, "--key", "pub.pem", "--env", "")
        run_scangate("verify", subject, *check, cwd=bench.folder).expect(0)
        assert run_scangate("verify", other, *check, cwd=bench.folder).code in {1, 2}


@pytest.mark.parametrize("subject", ["nowhere", "image:latest", "lambda:abc", "image:sha256:ab"])
def test_an_invalid_subject_is_exit_code_2(bench: BundleProject, subject: str) -> None:
    run_scangate("verify", subject, "--attestation", "x", "--key", "pub.pem", "--env", "", cwd=bench.folder).expect(2)
