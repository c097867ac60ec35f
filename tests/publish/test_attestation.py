"""What was attested is let through, and everything else is refused, each with its reason."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pytest
from aws.account import Account
from aws.wire import FaultError
from cli.command import Ran, environment, scangate
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scangate.errors import NotAdmitted, UsageError
from scangate.model import Outcome, Report, Since, Targets
from scangate.publish.acceptance import accepted, pinned, remember
from scangate.publish.admission import Terms, admit
from scangate.publish.envelope import KeySigner, opened, sealed
from scangate.publish.statement import Approval, Statement, Subject, encode, state
from scangate.publish.tree import digest_of

from .verdicts import failing, incomplete, passing, written

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
TREE = Subject("tree", {"sha256": "ab" * 32})


def pair(kind: str = "ec") -> tuple[bytes, bytes]:
    """A private and a public key, PEM."""
    made: dict[str, Callable[[], Any]] = {
        "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
        # scangate: ignore[semgrep:python-small-key, bandit:B505] -- a weak key is what must be refused
        "weak": lambda: rsa.generate_private_key(65537, 1024),
    }
    key = made[kind]()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private, public


PRIVATE, PUBLIC = pair()


def statement(report: Report | None = None, **changes: Any) -> Statement:
    """A statement on a pass in production, made just now."""
    report = report or passing()
    report = msgspec.structs.replace(
        report, finished="2026-05-01T00:00:00Z", verdict=msgspec.structs.replace(report.verdict, environment="production")
    )
    return state(report, "cd" * 32, TREE, expires=NOW + dt.timedelta(days=7), **changes)


def terms(**changes: Any) -> Terms:
    return Terms(**{"keys": [PUBLIC], "environment": "production", "now": NOW, **changes})


def envelope(made: Statement | None = None, private: bytes = PRIVATE) -> str:
    return sealed(encode(made or statement()), KeySigner(private))


# -- what is let through --


@pytest.mark.parametrize("kind", ["ec", "ed25519", "rsa"])
def test_a_pass_signed_by_a_trusted_key_is_let_through(kind: str) -> None:
    private, public = pair(kind)
    assert admit(envelope(private=private), TREE, terms(keys=[pair()[1], public])).predicate.outcome is Outcome.PASS


def test_a_failure_that_somebody_approved_is_let_through() -> None:
    approval = Approval("arn:aws:iam::123456789012:role/lead", "2026-05-01T01:00:00Z", "e-1")
    found = admit(envelope(statement(failing(), approval=approval)), TREE, terms())
    assert (found.predicate.outcome, found.predicate.approval) == (Outcome.FAIL, approval)


@pytest.mark.parametrize("days", [0, 7])
def test_it_holds_until_it_expires(days: int) -> None:
    admit(envelope(), TREE, terms(now=NOW + dt.timedelta(days=days)))


def test_what_expired_is_let_through_where_it_was_before() -> None:
    late = NOW + dt.timedelta(days=300)
    admit(envelope(), TREE, terms(now=late, accepted={TREE.digest["sha256"]}, after="2027-01-01T00:00:00Z"))
    with pytest.raises(NotAdmitted, match="expired"):
        admit(envelope(), TREE, terms(now=late, accepted={"ef" * 32}))


# -- what is refused --


@pytest.mark.parametrize(
    ("made", "subject", "asked", "why"),
    [
        (statement(), Subject("tree", {"sha256": "ef" * 32}), {}, "not the one that was attested"),
        (statement(), Subject("image", TREE.digest), {}, "about the tree, not the image"),
        (statement(), TREE, {"environment": "staging"}, "judged for production, not for staging"),
        (statement(), TREE, {"environment": ""}, "not for no environment"),
        (statement(), TREE, {"policies": {"ef" * 32}}, "judged by another policy: baseline sha256:ab12, not efefefefefefefef"),
        (statement(), TREE, {"policies": {"ef" * 32}, "accepted": {TREE.digest["sha256"]}}, "judged by another policy"),
        (statement(), TREE, {"keys": [pair()[1]]}, "not signed by a key that is trusted"),
        (statement(), TREE, {"keys": []}, "not signed by a key that is trusted"),
        (statement(), TREE, {"now": NOW + dt.timedelta(days=7, seconds=1)}, "expired on 2026-05-08T00:00:00Z"),
        (statement(), TREE, {"now": NOW - dt.timedelta(hours=2)}, "ended in the future, on 2026-05-01"),
        (statement(), TREE, {"after": "2026-05-01T00:00:01Z"}, "scanned before what was let in last"),
        (statement(failing()), TREE, {}, "FAIL, and no approval"),
        (statement(incomplete()), TREE, {}, "INCOMPLETE"),
        (statement(incomplete(), approval=Approval("a", "2026-05-01T00:00:00Z", "e")), TREE, {}, "INCOMPLETE"),
    ],
)
def test_the_reason_of_a_refusal(made: Statement, subject: Subject, asked: dict[str, Any], why: str) -> None:
    with pytest.raises(NotAdmitted, match=why) as refusal:
        admit(envelope(made), subject, terms(**asked))
    assert refusal.value.incomplete is (why == "INCOMPLETE")
    assert refusal.value.hint


def test_an_approval_that_is_older_than_the_scan_is_refused_though_it_was_signed() -> None:
    made = statement(failing(), approval=Approval("a", "2026-05-01T00:00:00Z", "e"))
    for at, why in (("2026-04-30T23:59:59Z", "ended after it"), ("yesterday", "no statement of scangate")):
        older = msgspec.structs.replace(made.predicate, approval=Approval("a", at, "e"))
        with pytest.raises(NotAdmitted, match=why):
            admit(envelope(msgspec.structs.replace(made, predicate=older)), TREE, terms())


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_changed_byte_is_let_through(data: st.DataObject) -> None:
    document = json.loads(envelope(statement(failing())))
    payload = bytearray(base64.b64decode(document["payload"]))
    place = data.draw(st.integers(0, len(payload) - 1))
    payload[place] ^= data.draw(st.integers(1, 255))
    document["payload"] = base64.b64encode(payload).decode()
    with pytest.raises(NotAdmitted):
        admit(json.dumps(document), TREE, terms())


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
    ],
)
def test_what_is_no_envelope_is_refused(spoil: Callable[[str], str]) -> None:
    with pytest.raises(NotAdmitted):
        opened(spoil(envelope()), [PUBLIC])


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
def test_a_signed_statement_of_another_form_is_refused(change: dict[str, Any]) -> None:
    document = {**json.loads(encode(statement())), **change}
    other = sealed(json.dumps(document).encode(), KeySigner(PRIVATE))
    with pytest.raises(NotAdmitted, match="statement"):
        admit(other, TREE, terms())


def test_a_weak_key_is_not_used() -> None:
    private, public = pair("weak")
    with pytest.raises(UsageError, match="kind of key"):
        KeySigner(private)
    with pytest.raises(UsageError, match="kind of key"):
        opened(envelope(), [public])


def test_a_statement_too_long_for_kms_is_not_signed() -> None:
    with pytest.raises(UsageError, match="4096 can be signed"):
        sealed(b"x" * 4090, KeySigner(PRIVATE))


# -- the digest of a tree --


def test_a_tree_is_what_is_in_it(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for root, names in ((one, ("a", "b/c")), (two, ("b/c", "a"))):
        for name in names:
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(name, "utf-8")
    (two / "empty").mkdir()
    (two / ".scangate-attestation.json").write_text("{}", "utf-8")
    os.utime(two / "a", (0, 0))
    before = digest_of(one)
    assert digest_of(two) == before
    for change in (
        lambda: (two / "a").write_text("b", "utf-8"),
        lambda: (two / "a").rename(two / "A"),
        (two / "new").touch,
        (two / "b" / ".scangate-attestation.json").touch,
        (two / "new").unlink,
        lambda: (two / "l").symlink_to("A"),
    ):
        earlier = digest_of(two)
        change()  # type: ignore[no-untyped-call, unused-ignore]
        assert digest_of(two) not in {earlier, before}


def test_a_file_is_not_a_link_that_reads_the_same(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "t").touch()
    (tmp_path / "b" / "t").touch()
    (tmp_path / "a" / "x").write_text("t", "utf-8")
    (tmp_path / "b" / "x").symlink_to("t")
    assert digest_of(tmp_path / "a") != digest_of(tmp_path / "b")


@pytest.mark.parametrize("target", ["/etc/passwd", "../outside", "."])
def test_a_link_out_of_the_tree_is_refused(tmp_path: Path, target: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "outside").touch()
    (root / "l").symlink_to(target)
    with pytest.raises(UsageError, match="link out of the tree"):
        digest_of(root)


def test_a_link_to_the_attestation_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a", "utf-8")
    (tmp_path / ".scangate-attestation.json").write_text("{}", "utf-8")
    (tmp_path / "config.json").symlink_to(".scangate-attestation.json")  # what it leads to is not in the sum
    with pytest.raises(UsageError, match="link to the attestation"):
        digest_of(tmp_path)


def test_a_tree_of_any_depth_is_summed_up(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("a", dir_fd=here)
        here, above = os.open("a", os.O_RDONLY, dir_fd=here), here
        os.close(above)
    os.close(os.open("f", os.O_CREAT, dir_fd=here))
    os.close(here)
    try:
        assert digest_of(tmp_path) != digest_of(tmp_path / "a")
    finally:
        subprocess.run(["rm", "-rf", tmp_path / "a"], check=True)  # shutil's stack is not deep enough


def test_a_pipe_and_nothing_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to attest"):
        digest_of(tmp_path)
    os.mkfifo(tmp_path / "p")
    with pytest.raises(UsageError, match="neither a file nor a folder"):
        digest_of(tmp_path)


# -- root's record --


def test_the_record_is_believed_where_only_its_owner_can_write(tmp_path: Path) -> None:
    owner, digest = os.getuid(), "ab" * 32
    folder = tmp_path / "record"
    assert accepted(folder, owner) == frozenset()
    remember(folder, digest, owner)
    remember(folder, digest, owner)
    assert accepted(folder, owner) == {digest}
    (folder / digest).chmod(0o666)
    with pytest.raises(UsageError, match="not believed"):
        accepted(folder, owner)
    (folder / digest).chmod(0o644)
    with pytest.raises(UsageError, match="not believed"):
        accepted(folder, owner + 1)
    folder.chmod(0o777)
    with pytest.raises(UsageError, match="not believed"):
        accepted(folder, owner)


def test_a_record_behind_a_link_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with pytest.raises(UsageError, match="not believed"):
        accepted(tmp_path / "link", os.getuid())


def test_a_record_beyond_somebody_else_s_link_is_not_believed(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    remember(tmp_path / "real" / "record", "ab" * 32, os.getuid())
    shared.mkdir()
    (shared / "link").symlink_to(tmp_path / "real")
    assert accepted(shared / "link" / "record", os.getuid()) == {"ab" * 32}
    shared.chmod(0o777)
    with pytest.raises(UsageError, match="others than root can write"):
        accepted(shared / "link" / "record", os.getuid())


@pytest.mark.parametrize("option", ["--pinned", "--record"])
def test_a_record_that_cannot_be_read_is_exit_code_2(bench: Bench, option: str) -> None:
    bench.attest(passing()).ends(0)
    (bench.folder / "file").touch()
    bench.verify(option, str(bench.folder / "file" / "none")).ends(2)


def test_pinned_digests_are_read_strictly(tmp_path: Path) -> None:
    file = tmp_path / "pins"
    file.write_text(f"{'ab' * 32}\n\n{'cd' * 32}\n", "ascii")
    assert pinned(file, os.getuid()) == {"ab" * 32, "cd" * 32}
    file.write_text("*\n", "ascii")
    with pytest.raises(UsageError, match="no digest"):
        pinned(file, os.getuid())


# -- the commands --


class Bench:
    """A bundle, a key pair, and the two commands."""

    def __init__(self, folder: Path) -> None:
        self.bundle = folder / "bundle"
        self.bundle.mkdir()
        (self.bundle / "app.py").write_text("print()\n", "utf-8")
        (folder / "key.pem").write_bytes(PRIVATE)
        (folder / "pub.pem").write_bytes(PUBLIC)
        self.folder = folder

    def attest(self, report: Report, *more: str, env: dict[str, str] | None = None) -> Ran:
        judged = msgspec.structs.replace(report.verdict, environment="production")
        file = written(msgspec.structs.replace(report, verdict=judged), self.folder)
        key = () if "--kms-key" in more else ("--key", str(self.folder / "key.pem"))
        return scangate("attest", file, self.bundle, *key, *more, cwd=self.folder, env=environment(**(env or {})))

    def verify(self, *more: str, wanted: str = "production", key: str = "pub.pem") -> Ran:
        return scangate("verify", self.bundle, "--key", self.folder / key, "--env", wanted, *more, cwd=self.folder)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_bundle_is_attested_and_let_through(bench: Bench) -> None:
    bench.attest(passing()).ends(0)
    assert "let through: PASS" in bench.verify().ends(0).err


def test_the_policy_that_judged_can_be_demanded(bench: Bench) -> None:
    def digest_of(name: str) -> str:
        (bench.folder / f"{name}.yaml").write_text(f"version: 1\nextends: {name}\nenvironments: {{production: {{}}}}\n", "utf-8")
        shown = scangate("policy", "show", f"{name}.yaml", "--env", "production", cwd=bench.folder).ends(0).out
        return shown.splitlines()[0].rpartition(" ")[2]

    strict, loose = digest_of("strict"), digest_of("dev")
    judged = msgspec.structs.replace(passing().verdict, policy="strict", policy_digest=strict)
    bench.attest(msgspec.structs.replace(passing(), verdict=judged)).ends(0)
    bench.verify("--policy", "strict.yaml").ends(0)
    bench.verify("--policy-digest", loose, "--policy-digest", strict).ends(0)
    for demanded in (("--policy", "dev.yaml"), ("--policy-digest", loose)):
        assert f"another policy: strict {strict[:16]}, not {loose[:16]}" in bench.verify(*demanded).ends(1).err
    for wrong in ("", strict[:12], strict.upper()):
        assert "not a policy's digest" in bench.verify("--policy-digest", wrong).ends(2).err
    bench.verify("--policy", "no-such-policy").ends(2)


def test_a_changed_bundle_is_refused(bench: Bench) -> None:
    bench.attest(passing()).ends(0)
    (bench.bundle / "app.py").write_text("import os\n", "utf-8")
    assert "not the one that was attested" in bench.verify().ends(1).err


def test_a_bundle_without_an_attestation_is_refused(bench: Bench) -> None:
    assert "no attestation" in bench.verify().ends(1).err


def test_the_codes_of_verdicts_that_are_no_pass(bench: Bench) -> None:
    bench.attest(failing()).ends(0)
    bench.verify().ends(1)
    bench.attest(incomplete()).ends(0)
    bench.verify().ends(3)
    approval = bench.folder / "approval.json"
    given = '{"by": "arn:aws:iam::123456789012:role/lead", "at": "%s", "execution": "e-1"}'
    approval.write_text(given % "2020-01-31T12:00:00Z", "utf-8")
    assert "ended after it" in bench.attest(failing(), "--approval", str(approval)).ends(1).err
    approval.write_text(given % "2999-01-31T12:00:00Z", "utf-8")
    bench.attest(failing(), "--approval", str(approval)).ends(0)
    assert "approved by arn:aws:iam::123456789012:role/lead" in bench.verify().ends(0).err
    bench.verify(wanted="qa").ends(1)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"since": Since("main", "a" * 40, "a" * 40)}, "a change since main"),
        ({"targets": Targets("staged", 0)}, "less than the whole tree"),
        ({"targets": Targets("commit " + "a" * 40, 1)}, "less than the whole tree"),
        ({"part": "services/api"}, "hint: where that folder is all that ships: --part services/api"),
    ],
)
def test_a_verdict_of_a_part_lets_nothing_ship(bench: Bench, changes: dict[str, Any], why: str) -> None:
    assert why in bench.attest(msgspec.structs.replace(passing(), **changes)).ends(2).err
    assert not (bench.bundle / ".scangate-attestation.json").exists()


def test_a_folder_that_ships_by_itself_is_attested_by_its_name(bench: Bench) -> None:
    part = msgspec.structs.replace(passing(), part="services/api")
    assert "the repository's folder services/api" in bench.attest(part, "--part", "services").ends(2).err
    assert "the whole repository" in bench.attest(passing(), "--part", "services/api").ends(2).err
    bench.attest(part, "--part", "services/api/").ends(0)
    bench.verify().ends(0)
    payload = json.loads((bench.bundle / ".scangate-attestation.json").read_bytes())["payload"]
    assert json.loads(base64.b64decode(payload))["predicate"]["part"] == "services/api"


@pytest.mark.parametrize(
    ("said", "code"), [({}, 0), ({"CODEBUILD_INITIATOR": "codepipeline/shop"}, 0), ({"CODEBUILD_INITIATOR": "lead"}, 2)]
)
def test_a_verdict_of_another_commit_than_the_build_s_lets_nothing_ship(bench: Bench, said: dict[str, str], code: int) -> None:
    arn = "arn:aws:codebuild:eu-west-1:123456789012:build/shop:00000000-0000-4000-8000-000000000000"
    here = {"CODEBUILD_BUILD_ARN": arn, "CODEBUILD_RESOLVED_SOURCE_VERSION": "b" * 40, **said} if said else {}
    ran = bench.attest(passing(), env=here).ends(code)
    assert ("this build is of bbbbbbbbbbbb" in ran.err) is (code == 2)
    assert (bench.bundle / ".scangate-attestation.json").exists() is (code == 0)


@pytest.mark.skipif(os.getuid() != 0, reason="only root has a record that is believed")
def test_a_rollback_after_expiry_succeeds_and_an_old_bundle_that_was_never_accepted_is_refused(bench: Bench) -> None:
    subject = Subject("tree", {"sha256": digest_of(bench.bundle)})
    judged = msgspec.structs.replace(passing().verdict, environment="production")
    expired = msgspec.structs.replace(passing(), finished="2020-01-01T00:00:00Z", verdict=judged)
    old = state(expired, "cd" * 32, subject, expires=dt.datetime(2020, 1, 8, tzinfo=dt.UTC))
    (bench.bundle / ".scangate-attestation.json").write_text(envelope(old), "utf-8")
    record = bench.folder / "accepted"
    pins = bench.folder / "pins"
    assert "expired" in bench.verify("--record", str(record)).ends(1).err
    remember(record, subject.digest["sha256"])
    pins.write_text(subject.digest["sha256"], "utf-8")
    for known in (("--record", str(record)), ("--pinned", str(pins))):
        bench.verify(*known).ends(0)
        assert "expired" in bench.verify(*known, "--fresh").ends(1).err


def test_an_old_verdict_signed_once_more_is_no_younger(bench: Bench) -> None:
    def signed(report: Report, days_ago: int, *more: str) -> Ran:
        file = written(report, bench.folder, hours=24 * days_ago)
        return scangate("attest", file, bench.bundle, "--key", bench.folder / "key.pem", *more, cwd=bench.folder)

    def expires() -> dt.datetime:
        text = (bench.bundle / ".scangate-attestation.json").read_text("utf-8")
        return dt.datetime.fromisoformat(json.loads(opened(text, [PUBLIC]))["predicate"]["expires"])

    assert "too long ago" in signed(passing(), 8).ends(1).err
    assert not (bench.bundle / ".scangate-attestation.json").exists()
    signed(passing(), 6).ends(0)
    assert dt.timedelta(hours=23) < expires() - dt.datetime.now(dt.UTC) <= dt.timedelta(days=1)
    signed(passing(), 8, "--days", "9").ends(0)
    now = dt.datetime.now(dt.UTC)
    looked = {"by": "arn:aws:iam::123456789012:role/lead", "at": (now - dt.timedelta(days=1)).isoformat(), "execution": "e"}
    (bench.folder / "approval.json").write_text(json.dumps(looked), "utf-8")
    signed(failing(), 8, "--approval", str(bench.folder / "approval.json")).ends(0)  # somebody has looked at it since
    assert dt.timedelta(days=5) < expires() - now <= dt.timedelta(days=6)


def test_what_is_let_in_is_recorded(bench: Bench) -> None:
    record = bench.folder / "accepted"
    bench.attest(passing()).ends(0)
    if os.getuid() != 0:
        assert "not believed" in bench.verify("--record", str(record)).ends(2).err
        return
    bench.verify("--record", str(record)).ends(0)
    assert accepted(record) == {digest_of(bench.bundle)}


def test_kms_signs_what_is_verified_offline(account: Account, bench: Bench) -> None:
    kms = boto3.session.Session().client("kms")
    for spec, algorithm in (("ECC_NIST_P256", "ECDSA_SHA_256"), ("RSA_2048", "RSASSA_PSS_SHA_256")):
        key = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
        der = kms.get_public_key(KeyId=key)["PublicKey"]
        public = serialization.load_der_public_key(der).public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        (bench.folder / "kms.pem").write_bytes(public)
        bench.attest(passing(), "--kms-key", key, "--kms-algorithm", algorithm, env=account.environment).ends(0)
        bench.verify(key="kms.pem").ends(0)
        assert "not signed by a key" in bench.verify().ends(1).err
    assert {call.parameters["MessageType"] for call in account.asked("kms", "Sign")} == {"RAW"}
    assert account.refusals == []


def test_a_key_that_does_not_sign_is_exit_code_4_and_leaves_no_attestation(account: Account, bench: Bench) -> None:
    account.fail("kms", "Sign", FaultError("AccessDeniedException", "no", 400))
    ran = bench.attest(passing(), "--kms-key", "arn:aws:kms:eu-west-1:123456789012:key/x", env=account.environment)
    assert "AccessDenied" in ran.ends(4).err
    assert [call.region for call in account.asked("kms")] == ["eu-west-1"]  # the key's, whatever the environment's
    assert not (bench.bundle / ".scangate-attestation.json").exists()


def test_images_and_functions_are_named_by_their_digest(bench: Bench) -> None:
    code = base64.b64encode(bytes.fromhex("ab" * 32)).decode()
    file = written(passing(), bench.folder)
    for subject, other in ((f"image:sha256:{'ab' * 32}", f"image:sha256:{'cd' * 32}"), (f"lambda:{code}", f"lambda:{code[1:]}A")):
        out = bench.folder / "out.json"
        scangate("attest", file, subject, "--key", "key.pem", "--output", out, cwd=bench.folder).ends(0)
        check = ("--attestation", out, "--key", "pub.pem", "--env", "")
        scangate("verify", subject, *check, cwd=bench.folder).ends(0)
        assert scangate("verify", other, *check, cwd=bench.folder).code in {1, 2}


@pytest.mark.parametrize("subject", ["nowhere", "image:latest", "lambda:abc", "image:sha256:ab"])
def test_what_ships_nowhere_is_exit_code_2(bench: Bench, subject: str) -> None:
    scangate("verify", subject, "--attestation", "x", "--key", "pub.pem", "--env", "", cwd=bench.folder).ends(2)
