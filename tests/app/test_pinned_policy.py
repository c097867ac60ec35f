"""A policy or floor in S3, Systems Manager or behind HTTPS judges only with its pinned digest; afterwards no network is needed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from scangate.app import pinned_policy
from scangate.app.pinned_policy import read_pinned_policy
from scangate.app.policies import read_policy
from scangate.app.policy_inputs import load_policy_inputs
from scangate.app.requests import ScanRequest
from scangate.app.session import open_session
from scangate.errors import PolicyError, ScangateError
from scangate.judge.policy_address import is_policy_address, label_address, parse_policy_address
from scangate.judge.policy_yaml import MAX_BYTES
from scangate.model import PolicyOrigin, Severity
from tests.support.aws.account import REGION, FakeAccount
from tests.support.command import environment, run_scangate
from tests.support.http_server import HttpServer, ReceivedRequest, serve_http
from tests.support.sample_trees import CLEAN_SOURCE, create_repository, write_files

HOUSE = b"version: 1\nextends: baseline\nname: house\nbudgets: {medium: 3}\n"
HEX = hashlib.sha256(HOUSE).hexdigest()
PIN = f"#sha256={HEX}"
S3 = "s3://acme-policies/house.yaml"
SSM = "ssm:///acme/house"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "scangate" / "policies"


@pytest.fixture
def stored(account: FakeAccount, cache: Path) -> FakeAccount:
    s3: Any = boto3.client("s3")
    s3.create_bucket(Bucket="acme-policies", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="acme-policies", Key="house.yaml", Body=HOUSE)
    boto3.client("ssm").put_parameter(Name="/acme/house", Value=HOUSE.decode(), Type="SecureString")
    account.calls.clear()
    assert not cache.exists()
    return account


@pytest.fixture
def server() -> Iterator[HttpServer]:
    def act(request: ReceivedRequest, place: HttpServer) -> None:
        del place
        if request.path.startswith("/moved"):
            request.respond(302, b"", Location="https://elsewhere.example/house.yaml?token=x")
        elif request.path.startswith("/large"):
            request.respond(200, b"#" * (MAX_BYTES + 1))
        elif request.path.startswith("/house"):
            request.respond(200, HOUSE)
        else:
            request.respond(404, b"<html>")

    with serve_http(act) as found:
        yield found


def _url(server: HttpServer, path: str) -> str:
    return server.address.rpartition("/PyPI")[0] + path


@pytest.mark.parametrize(("address", "call"), [(S3, ("s3", "GetObject")), (SSM, ("ssm", "GetParameter"))])
def test_one_call_reads_it_and_the_next_run_needs_none(
    stored: FakeAccount, cache: Path, address: str, call: tuple[str, str]
) -> None:
    policy = read_policy(address + PIN)
    assert (policy.name, policy.budget.limit(Severity.MEDIUM)) == ("house", 3)
    assert policy.sources[0] == address
    assert policy.locate("budgets.medium").file == address
    assert [(each.service, each.operation) for each in stored.calls] == [call]
    assert (cache / HEX).read_bytes() == HOUSE
    assert read_policy(address + PIN) == policy
    assert len(stored.calls) == 1


def test_https_is_read_and_its_query_is_shown_nowhere(server: HttpServer, cache: Path) -> None:
    address = _url(server, "/house.yaml")
    policy = read_policy(f"{address}?X-Amz-Signature=0f1e{PIN}")
    assert policy.sources[0] == address
    assert server.asked[0][0] == "/house.yaml?X-Amz-Signature=0f1e"
    assert (cache / HEX).is_file()


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/moved", "redirects to elsewhere.example"), ("/large", "larger than"), ("/none", "HTTP 404"), ("/house", "the pinned one")],
)
def test_nothing_else_is_accepted(server: HttpServer, cache: Path, path: str, reason: str) -> None:
    pin = PIN if path != "/house" else f"#sha256={'0' * 64}"
    with pytest.raises(PolicyError, match=reason) as caught:
        read_policy(_url(server, path) + pin)
    assert "token" not in str(caught.value)
    assert len(server.asked) == 1
    assert not cache.exists()


@pytest.mark.parametrize(
    "spec",
    [
        *(
            S3,
            f"{S3}#",
            f"{S3}#sha256=",
            f"{S3}#sha256={HEX[:-1]}",
            f"{S3}#sha256={HEX.upper()}",
            f"{S3}#md5={HEX}",
            f"{S3}{PIN}#x",
        ),
        *(f"http://policies.example/house.yaml{PIN}", f"ftp://policies.example/house.yaml{PIN}", f"file:///etc/house.yaml{PIN}"),
        *(f"https://user:hush@policies.example/house.yaml{PIN}", f"git+https://policies.example/house{PIN}", f"https://[::1{PIN}"),
    ],
)
def test_an_address_without_a_pin_or_of_another_scheme_is_refused(spec: str) -> None:
    assert is_policy_address(spec)
    with pytest.raises(PolicyError) as caught:
        parse_policy_address(spec)
    assert "hush" not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("address", [f"s3://acme-policies{PIN}", f"s3://acme-policies/none.yaml{PIN}", f"ssm:///acme/none{PIN}"])
def test_what_does_not_exist_is_an_error_of_the_policy(stored: FakeAccount, address: str) -> None:
    assert stored.url
    with pytest.raises(PolicyError, match="cannot be read") as caught:
        read_policy(address)
    assert caught.value.hint


def test_a_cached_file_that_another_user_wrote_is_ignored(stored: FakeAccount, cache: Path, tmp_path: Path) -> None:
    cache.mkdir(parents=True)
    (cache / HEX).write_bytes(HOUSE.replace(b"3", b"300"))
    assert read_policy(S3 + PIN).budget.limit(Severity.MEDIUM) == 3
    assert (cache / HEX).read_bytes() == HOUSE
    (cache / HEX).unlink()
    (tmp_path / "elsewhere").write_bytes(HOUSE)
    (cache / HEX).symlink_to(tmp_path / "elsewhere")
    stored.calls.clear()
    read_policy(S3 + PIN)
    assert len(stored.calls) == 1


def test_without_a_folder_for_it_nothing_is_cached(stored: FakeAccount, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert read_pinned_policy(S3 + PIN, {"XDG_CACHE_HOME": str(tmp_path / "file")}) == HOUSE

    def fail(*_: object) -> Path:
        raise ScangateError("no home directory")

    monkeypatch.setattr(pinned_policy, "user_cache_directory", fail)
    assert read_pinned_policy(S3 + PIN, {}) == HOUSE
    assert len(stored.calls) == 2


def test_it_is_from_outside_of_the_tree_whatever_the_tree_has(
    stored: FakeAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of the tree with the address as its name is nothing."""
    tree = create_repository(
        tmp_path / "tree", {"a.py": CLEAN_SOURCE, "s3:/acme-policies/house.yaml": "version: 1\nextends: dev\n"}
    )
    monkeypatch.chdir(tree)
    for name, value in {"CHANGE_ID": "7", "CHANGE_TARGET": "main", "BRANCH_NAME": "PR-7"}.items():
        monkeypatch.setenv(name, value)
    with open_session(tree) as session:
        inputs = load_policy_inputs(ScanRequest(root=tree, policy=S3 + PIN, floor=SSM + PIN), session)
    assert (inputs.policy.name, inputs.policy.in_tree) == ("house", False)
    assert (inputs.provenance.origin, inputs.provenance.floor) == (PolicyOrigin.FILE, "house")
    assert len(stored.calls) == 1  # the floor has the same bytes, and so the same cached file


def test_it_bounds_the_policy_of_a_repository(stored: FakeAccount, tmp_path: Path) -> None:
    loose = "version: 1\nextends: baseline\nbudgets: {medium: 30}\n"
    tree = create_repository(tmp_path / "tree", {"a.py": CLEAN_SOURCE, "scangate.yaml": loose})
    with open_session(tree) as session, pytest.raises(PolicyError) as caught:
        load_policy_inputs(ScanRequest(root=tree, floor=S3 + PIN), session)
    assert f"floor house, {S3}:4" in caught.value.message
    assert stored.url


@pytest.mark.parametrize("extended", [f"{S3}{PIN}", S3, "https://policies.example/house.yaml"])
def test_no_file_extends_an_address(stored: FakeAccount, tmp_path: Path, extended: str) -> None:
    """A change could name another one, and have the build ask an address of its choice."""
    write_files(tmp_path, {"scangate.yaml": f"version: 1\nextends: '{extended}'\n"})
    with pytest.raises(PolicyError, match="extends no address"):
        read_policy(None, root=tmp_path)
    assert stored.calls == []


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nextends: ./other.yaml\n",
        "version: 1\nextends: baseline\nscanners: {semgrep: {rules: [rules]}}\n",
    ],
)
def test_it_has_no_files_of_its_own(stored: FakeAccount, tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stored.url
    boto3.client("s3").put_object(Bucket="acme-policies", Key="wide.yaml", Body=text.encode())
    tree = create_repository(tmp_path / "tree", {"a.py": CLEAN_SOURCE, "rules/a.yaml": "rules: []\n"})
    monkeypatch.chdir(tree)
    spec = f"s3://acme-policies/wide.yaml#sha256={hashlib.sha256(text.encode()).hexdigest()}"
    with open_session(tree) as session, pytest.raises(PolicyError, match="from an address has no"):
        load_policy_inputs(ScanRequest(root=tree, policy=spec, trust_policy=True), session)


def test_the_commands_take_it_from_the_environment(stored: FakeAccount, cache: Path, tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "tree", {"a.py": CLEAN_SOURCE})
    cache.mkdir(parents=True)
    (cache / HEX).write_bytes(HOUSE)
    variables = environment(XDG_CACHE_HOME=str(cache.parents[1]), SCANGATE_FLOOR=S3 + PIN)
    shown = run_scangate("policy", "show", cwd=tree, env=variables).expect(0).stdout
    assert "medium: 3" in shown
    assert "digest" in run_scangate("policy", "show", cwd=tree, env=environment(SCANGATE_FLOOR=S3)).expect(2).stderr
    assert stored.calls == []


def test_labels_are_one_line_without_secrets() -> None:
    assert label_address("https://u:p@h.example/a?b=c#d") == "https://h.example/a"
    assert "\n" not in label_address("s3://a/b\nc")
