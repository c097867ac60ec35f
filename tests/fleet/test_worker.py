"""The audit of one repository uses the operator's policy, and any error makes it INCOMPLETE."""

from __future__ import annotations

import datetime as dt
import hashlib
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scangate.app.policies import scanner_option_types
from scangate.app.scanner_registry import load_scanners
from scangate.fleet.repository_address import parse_address
from scangate.fleet.repository_list import RepositoryEntry
from scangate.fleet.repository_record import decode_record
from scangate.fleet.worker import AuditResult, Job, audit_repository
from scangate.judge.policy_loader import load_policy
from scangate.model import Outcome, RulingOutcome
from scangate.tools.sarif_command import Options as CommandOptions
from tests.support.command import run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, run_git, write_files, write_policy


def job(tmp_path: Path, address: str, *, more: str = "", own: bool = False, timeout: float = 200) -> Job:
    """A job with a policy for bandit only, or with the repository's own."""
    file = write_policy(tmp_path / "policy.yaml", "bandit", more=more)
    types = scanner_option_types(load_scanners())
    day = dt.datetime.now(dt.UTC).date()
    loaded = load_policy(str(file), tmp_path, scanner_options=types, command_options=CommandOptions, trusted=True, today=day)
    folder = tmp_path / "private"
    folder.mkdir(exist_ok=True)
    entry = RepositoryEntry("it", parse_address(address, tmp_path))
    key = hashlib.sha256(address.encode()).hexdigest()
    text = "" if own else file.read_text()
    return Job(entry, key, text, "" if own else loaded.digest, "", timeout, 1, str(folder), "0" * 32)


def outcome_of(result: AuditResult, tmp_path: Path) -> Outcome:
    """The outcome. The files agree with it, and no temporary files are left."""
    record = result.record
    assert decode_record(result.reports["repository.json"].decode()) == record
    assert not list((tmp_path / "private").iterdir())
    if record.outcome is not Outcome.INCOMPLETE:
        assert f'"outcome": "{record.outcome.value}"'.encode() in result.reports["verdict.json"]
    else:
        assert record.reason
    return record.outcome


LAX = "version: 1\nextends: baseline\nbudgets: {high: unlimited, critical: unlimited}\n"


def test_a_repository_cannot_choose_its_own_policy(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "it", {"a.py": WEAK_SOURCE, "scangate.yaml": LAX})
    run_scangate("baseline", "create", "--policy", write_policy(tmp_path / "p.yaml", "bandit"), cwd=tree).expect(0)
    run_git(tree, "add", "--all")
    run_git(tree, "commit", "--quiet", "--message", "all is known")
    new_only = "new-only: true\n"
    for address in ("it", f"file://{tree}"):
        result = audit_repository(job(tmp_path, address, more=new_only))
        assert outcome_of(result, tmp_path) is Outcome.FAIL
        assert result.record.count(RulingOutcome.BLOCKING) == 1
    record = audit_repository(job(tmp_path, "it", more=new_only)).record
    finding = (record.rules[-1].rule, record.blocking_findings[0].path)
    assert (record.commit, *finding) == (run_git(tree, "rev-parse", "HEAD"), "bandit:B602", "a.py")


def test_its_own_policy_is_used_on_request_and_starts_no_program(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "it", {"a.py": WEAK_SOURCE})
    write_policy(tree / "scangate.yaml", "bandit", more="description: its own\n")
    (tree / "scangate.yaml").write_text((tree / "scangate.yaml").read_text().replace("high: 0", "high: unlimited"))
    assert outcome_of(audit_repository(job(tmp_path, "it", own=True)), tmp_path) is Outcome.PASS
    block = f"{{command: [touch, {tmp_path}/pwned], reads: ['*']}}"
    write_files(tree, {"scangate.yaml": f"version: 1\nextends: baseline\nscanners: {{evil: {block}}}\n"})
    assert outcome_of(audit_repository(job(tmp_path, "it", own=True)), tmp_path) is Outcome.INCOMPLETE
    assert not (tmp_path / "pwned").exists()


def test_a_bare_repository_is_checked_out(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "tree", {"a.py": WEAK_SOURCE})
    subprocess.run(["git", "clone", "--quiet", "--bare", str(tree), str(tmp_path / "bare")], check=True)
    assert outcome_of(audit_repository(job(tmp_path, "bare")), tmp_path) is Outcome.FAIL


@pytest.mark.parametrize("address", ["nowhere", "file:///nowhere/at/all", "https://127.0.0.1:1/a/b.git", "git@127.0.0.1:1/a"])
def test_a_failed_fetch_is_incomplete(tmp_path: Path, address: str) -> None:
    assert outcome_of(audit_repository(job(tmp_path, address)), tmp_path) is Outcome.INCOMPLETE


def test_an_empty_repository_is_incomplete(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "--quiet", "--bare", "empty")
    assert outcome_of(audit_repository(job(tmp_path, "empty")), tmp_path) is Outcome.INCOMPLETE


def test_a_timeout_and_an_unexpected_policy_are_incomplete(tmp_path: Path) -> None:
    create_repository(tmp_path / "it", {"a.py": CLEAN_SOURCE})
    good = job(tmp_path, "it")
    changes: list[dict[str, Any]] = [{"timeout": 0.05}, {"policy_digest": "0" * 64}, {"policy_text": "version: 2\n"}]
    for change in changes:
        assert outcome_of(audit_repository(msgspec.structs.replace(good, **change)), tmp_path) is Outcome.INCOMPLETE, change
    assert outcome_of(audit_repository(good), tmp_path) is Outcome.PASS
