"""One repository's audit: judged by the operator's word and not its own, and no pass where anything went wrong on the way."""

from __future__ import annotations

import datetime as dt
import hashlib
import subprocess
from pathlib import Path

import msgspec
import pytest

from scangate.app.scan import scanner_option_types
from scangate.app.scanner_registry import load_scanners
from scangate.fleet.repository_address import parse_address
from scangate.fleet.repository_list import RepositoryEntry
from scangate.fleet.repository_record import decode_record
from scangate.fleet.worker import AuditResult, Job, audit_repository
from scangate.judge.policy_loader import load_policy
from scangate.model import Outcome
from scangate.tools import CommandOptions
from tests.support.command import run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, run_git, write_files, write_policy


def job(tmp_path: Path, address: str, *, more: str = "", own: bool = False, timeout: float = 200) -> Job:
    """A job under a policy for bandit alone, or under the repository's own."""
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


def told(answer: AuditResult, tmp_path: Path) -> tuple[Outcome, str]:
    """The outcome and the reason; what is kept agrees with them, and nothing is left behind."""
    record = answer.record
    assert decode_record(answer.reports["repository.json"].decode()) == record
    assert not list((tmp_path / "private").iterdir())
    if record.outcome is not Outcome.INCOMPLETE:
        assert f'"outcome": "{record.outcome.value}"'.encode() in answer.reports["verdict.json"]
    return record.outcome, record.because


LAX = "version: 1\nextends: baseline\nbudgets: {high: unlimited, critical: unlimited}\n"


def test_a_repository_does_not_judge_itself(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "it", {"a.py": WEAK_SOURCE, "scangate.yaml": LAX})
    run_scangate("baseline", "create", "--policy", write_policy(tmp_path / "p.yaml", "bandit"), cwd=tree).expect(0)
    run_git(tree, "add", "--all")
    run_git(tree, "commit", "--quiet", "--message", "all is known")
    new_only = "new-only: true\n"
    for address in ("it", f"file://{tree}"):
        outcome, because = told(audit_repository(job(tmp_path, address, more=new_only)), tmp_path)
        assert (outcome, because[:30]) == (Outcome.FAIL, "1 finding blocks (1 high) unde")
    record = audit_repository(job(tmp_path, "it", more=new_only)).record
    assert (record.commit, record.rules[-1].rule, record.worst[0].path) == (
        run_git(tree, "rev-parse", "HEAD"),
        "bandit:B602",
        "a.py",
    )


def test_its_own_policy_holds_where_that_is_asked_for_and_starts_nothing(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "it", {"a.py": WEAK_SOURCE})
    write_policy(tree / "scangate.yaml", "bandit", more="description: its own\n")
    (tree / "scangate.yaml").write_text((tree / "scangate.yaml").read_text().replace("high: 0", "high: unlimited"))
    assert told(audit_repository(job(tmp_path, "it", own=True)), tmp_path)[0] is Outcome.PASS
    block = f"{{command: [touch, {tmp_path}/pwned], reads: ['*']}}"
    write_files(tree, {"scangate.yaml": f"version: 1\nextends: baseline\nscanners: {{evil: {block}}}\n"})
    outcome, because = told(audit_repository(job(tmp_path, "it", own=True)), tmp_path)
    assert outcome is Outcome.INCOMPLETE
    assert "may not start programs" in because
    assert not (tmp_path / "pwned").exists()


def test_a_bare_repository_is_read_by_what_it_holds(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "tree", {"a.py": WEAK_SOURCE})
    subprocess.run(["git", "clone", "--quiet", "--bare", str(tree), str(tmp_path / "bare")], check=True)
    assert told(audit_repository(job(tmp_path, "bare")), tmp_path)[0] is Outcome.FAIL


@pytest.mark.parametrize("address", ["nowhere", "file:///nowhere/at/all", "https://127.0.0.1:1/a/b.git", "git@127.0.0.1:1/a"])
def test_what_cannot_be_fetched_is_no_pass(tmp_path: Path, address: str) -> None:
    outcome, because = told(audit_repository(job(tmp_path, address)), tmp_path)
    assert outcome is Outcome.INCOMPLETE
    assert because.startswith(("no such directory", "git fetch failed"))


def test_an_empty_repository_is_no_pass(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "--quiet", "--bare", "empty")
    outcome, because = told(audit_repository(job(tmp_path, "empty")), tmp_path)
    assert (outcome, because[:16]) == (Outcome.INCOMPLETE, "git fetch failed")


def test_time_and_another_policy_are_no_pass(tmp_path: Path) -> None:
    create_repository(tmp_path / "it", {"a.py": CLEAN_SOURCE})
    asked = job(tmp_path, "it")
    assert "did not end within" in told(audit_repository(msgspec.structs.replace(asked, timeout=0.05)), tmp_path)[1]
    other = msgspec.structs.replace(asked, policy_digest="0" * 64)
    assert told(audit_repository(other), tmp_path) == (Outcome.INCOMPLETE, "it was judged by another policy than the fleet's")
    assert "it was not scanned: " in told(audit_repository(msgspec.structs.replace(asked, policy_text="version: 2\n")), tmp_path)[1]
    assert told(audit_repository(asked), tmp_path)[0] is Outcome.PASS
