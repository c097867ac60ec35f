"""The CodeDeploy hook on a host admits attested bundles only, in an environment without scanners."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import msgspec
import pytest

from scangate.assets import folder
from scangate.model import Report
from scangate.publish.attestation_store import open_store
from scangate.publish.aws_client import create_client
from scangate.publish.dsse import sign_envelope
from scangate.publish.signing_keys import KeySigner
from scangate.publish.statement import Subject, create_statement, encode_statement
from scangate.publish.tree_digest import ATTESTATION_FILE
from tests.support.attestation import PRIVATE, PUBLIC, BundleProject, pair
from tests.support.aws.account import FakeAccount
from tests.support.command import environment, run_scangate
from tests.support.verdict_files import whole_tree_fail, whole_tree_incomplete, whole_tree_pass

ROOT = Path(__file__).resolve().parents[2]
HOOK = folder("buildspec_snippets") / "appspec" / "verify.sh"
SMALL = ("click", "msgspec", "cryptography", "cffi", "pycparser")  # the last two are cryptography's own
GROUP, DEPLOYMENT = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "d-ABCDEF123"
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="the hook believes files of root alone")


def top_levels(name: str) -> Iterator[Path]:
    """The top-level directories and modules of a distribution."""
    found = distribution(name)
    for top in sorted({file.parts[0] for file in found.files or () if file.parts[0] not in {"..", "__pycache__"}}):
        yield Path(str(found.locate_file(top)))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The environment that verify.sh describes: the wheel of scangate-verify and three packages."""
    home = tmp_path_factory.mktemp("small")
    build = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(home / "dist"),
        str(ROOT / "distributions" / "verify"),
    ]
    subprocess.run(build, check=True, capture_output=True, timeout=300)
    (wheel,) = (home / "dist").glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True, timeout=120)
    pip = [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True, timeout=120)
    (site,) = home.glob("lib/python*/site-packages")
    for name in SMALL:
        for path in top_levels(name):
            (site / path.name).symlink_to(path)
    return home


@dataclass
class Host:
    """A host with a bundle on it that was attested for production."""

    bench: BundleProject
    etc: Path
    root: Path
    small: Path

    @property
    def archive(self) -> Path:
        return self.root / GROUP / DEPLOYMENT / "deployment-archive"

    def bring(self, report: Report) -> None:
        """The CodeDeploy agent unpacks the bundle."""
        self.bench.attest(report).expect(0)
        self.archive.parent.mkdir(parents=True, exist_ok=True)
        self.bench.bundle.rename(self.archive)

    def deploy(self, **more: str) -> subprocess.CompletedProcess[str]:
        variables = {
            "PATH": os.defpath,
            "DEPLOYMENT_GROUP_ID": GROUP,
            "DEPLOYMENT_ID": DEPLOYMENT,
            "SCANGATE_ETC": str(self.etc),
            "SCANGATE_RECORD": str(self.root / "accepted"),
            "SCANGATE_HOME": str(self.small),
            "CODEDEPLOY_ROOT": str(self.root),
            **more,
        }
        argv = ["/bin/sh", str(HOOK)]
        return subprocess.run(argv, cwd="/", env=variables, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def host(tmp_path: Path, small: Path) -> Host:
    etc = tmp_path / "etc"
    etc.mkdir(mode=0o755)
    (etc / "key.pem").write_bytes(PUBLIC)
    (etc / "environment").write_text("production\n")
    (tmp_path / "root").mkdir()
    return Host(BundleProject(tmp_path), etc, tmp_path / "root", small)


def test_verification_works_without_scanners(host: Host) -> None:
    host.bring(whole_tree_pass())
    for name in ("yaml", "rich", "boto3", "bandit", "requests"):
        code = [str(host.small / "bin" / "python"), "-I", "-c", f"import {name}"]
        assert subprocess.run(code, capture_output=True, timeout=60, check=False).returncode == 1
    ran = host.deploy()
    assert ran.returncode == 0, ran.stderr
    assert len(list((host.root / "accepted").iterdir())) == 1


def test_changes_after_the_gate_are_rejected(host: Host) -> None:
    host.bring(whole_tree_pass())
    (host.archive / "app.py").write_text("import os\n")
    ran = host.deploy()
    assert ran.returncode == 1
    assert not (host.root / "accepted").exists()


@pytest.mark.parametrize("report", [whole_tree_fail(), whole_tree_incomplete()], ids=["fail", "incomplete"])
def test_a_verdict_other_than_pass_is_rejected(report: Report, host: Host) -> None:
    host.bring(report)
    ran = host.deploy()
    assert ran.returncode == 1, ran.stderr


@pytest.mark.parametrize("fault", ["no attestation", "key", "environment", "no key", "writable key", "writable folder", "link"])
def test_the_hook_rejects_on_any_problem(fault: str, host: Host) -> None:
    host.bring(whole_tree_pass())
    if fault == "no attestation":
        (host.archive / ATTESTATION_FILE).unlink()
    elif fault == "key":
        (host.etc / "key.pem").write_bytes(pair()[1])
    elif fault == "environment":
        (host.etc / "environment").write_text("staging\n")
    elif fault == "no key":
        (host.etc / "key.pem").unlink()
    elif fault == "writable key":
        (host.etc / "key.pem").chmod(0o666)
    elif fault == "writable folder":
        host.etc.chmod(0o777)
    else:
        (host.etc / "key.pem").rename(host.root / "key.pem")
        (host.etc / "key.pem").symlink_to(host.root / "key.pem")
    ran = host.deploy()
    assert ran.returncode == 1
    assert "verify.sh: refused" in ran.stderr
    assert not (host.root / "accepted").exists()


@pytest.mark.parametrize("name", ["", "../other", "a b", ".", "x\n"])
def test_a_path_that_the_agent_would_not_use_is_rejected(name: str, host: Host) -> None:
    host.bring(whole_tree_pass())
    ran = host.deploy(DEPLOYMENT_ID=name)
    assert ran.returncode == 1
    assert "not started by the CodeDeploy agent" in ran.stderr


def test_a_rollback_after_expiry_succeeds_on_a_host_that_admitted_it(host: Host) -> None:
    host.bring(whole_tree_pass())
    assert host.deploy().returncode == 0
    # The same bundle, with an attestation that has expired.
    digest = next((host.root / "accepted").iterdir()).name
    expired = _expired(digest, host)
    (host.archive / ATTESTATION_FILE).write_text(expired)
    assert host.deploy().returncode == 0
    (host.root / "accepted" / digest).unlink()
    ran = host.deploy()
    assert ran.returncode == 1, ran.stderr


@pytest.mark.parametrize(("bucket", "admitted"), [("shelf", True), ("absent", False)])
def test_an_instance_that_is_added_later_gets_what_the_pipeline_admitted(
    bucket: str, admitted: bool, host: Host, account: FakeAccount
) -> None:
    """CodeDeploy deploys the last revision to each new instance of a group, at any age, and a new host has no record of its own."""
    host.bring(whole_tree_pass())
    assert host.deploy().returncode == 0
    (digest,) = (each.name for each in (host.root / "accepted").iterdir())
    (host.archive / ATTESTATION_FILE).write_text(_expired(digest, host))
    s3 = create_client("s3")
    s3.create_bucket(Bucket="shelf", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    open_store("s3://shelf/release/production").record_admission("production", digest, "2026-05-01T00:00:00Z")
    (host.etc / "accepted").write_text(f"s3://{bucket}/release/production\n")
    account.calls.clear()
    home = Path(sys.executable).parent.parent  # which has the extra aws
    new = {"SCANGATE_RECORD": str(host.root / "new" / "accepted"), "SCANGATE_HOME": str(home), **account.environment}
    ran = host.deploy(**new)
    assert (ran.returncode == 0) is admitted, ran.stderr
    assert {call.operation for call in account.calls} == {"GetObject"}  # it writes nothing there
    # What this host let in before needs no network.
    assert host.deploy(**{**new, "SCANGATE_RECORD": str(host.root / "accepted")}).returncode == 0
    (host.etc / "accepted").chmod(0o666)
    assert "others than root" in host.deploy(**new).stderr


def _expired(digest: str, host: Host) -> str:
    report = whole_tree_pass()
    judged = msgspec.structs.replace(report.verdict, environment="production")
    report = msgspec.structs.replace(report, verdict=judged, finished="2026-05-01T00:00:00Z")
    late = dt.datetime(2026, 5, 8, tzinfo=dt.UTC)
    return sign_envelope(
        encode_statement(create_statement(report, "cd" * 32, Subject("tree", {"sha256": digest}), expires=late)), KeySigner(PRIVATE)
    )


def test_commands_load_optional_libraries_only_if_needed(host: Host) -> None:
    command = host.small / "bin" / "scangate-verify"
    ran = run_scangate("missing", "--key", "k", "--env", "", cwd=host.root, env=environment(), command=command)
    ran.expect(2)
