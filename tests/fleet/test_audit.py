"""One repository's audit: judged by the operator's word and not its own, and no pass where anything went wrong on the way."""

from __future__ import annotations

import datetime as dt
import hashlib
import subprocess
from pathlib import Path

import msgspec
import pytest
from cli.command import scangate
from cli.tree import CLEAN, WEAK, git, policy, repository, write

from scangate.cli.registry import known
from scangate.cli.run import option_types
from scangate.fleet.address import parse
from scangate.fleet.audit import Answer, Job, audit
from scangate.fleet.listing import Entry
from scangate.fleet.record import decode
from scangate.judge.reading import load
from scangate.model import Outcome
from scangate.tools import CommandOptions


def job(tmp_path: Path, address: str, *, more: str = "", own: bool = False, timeout: float = 200) -> Job:
    """A job under a policy for bandit alone, or under the repository's own."""
    file = policy(tmp_path / "policy.yaml", "bandit", more=more)
    types = option_types(known())
    day = dt.datetime.now(dt.UTC).date()
    loaded = load(str(file), tmp_path, scanner_options=types, command_options=CommandOptions, trusted=True, today=day)
    folder = tmp_path / "private"
    folder.mkdir(exist_ok=True)
    entry = Entry("it", parse(address, tmp_path))
    key = hashlib.sha256(address.encode()).hexdigest()
    text = "" if own else file.read_text()
    return Job(entry, key, text, "" if own else loaded.digest, "", timeout, 1, str(folder), "0" * 32)


def told(answer: Answer, tmp_path: Path) -> tuple[Outcome, str]:
    """The outcome and the reason; what is kept agrees with them, and nothing is left behind."""
    record = answer.record
    assert decode(answer.reports["repository.json"].decode()) == record
    assert not list((tmp_path / "private").iterdir())
    if record.outcome is not Outcome.INCOMPLETE:
        assert f'"outcome": "{record.outcome.value}"'.encode() in answer.reports["verdict.json"]
    return record.outcome, record.because


LAX = "version: 1\nextends: baseline\nbudgets: {high: unlimited, critical: unlimited}\n"


def test_a_repository_does_not_judge_itself(tmp_path: Path) -> None:
    tree = repository(tmp_path / "it", {"a.py": WEAK, "scangate.yaml": LAX})
    scangate("baseline", "create", "--policy", policy(tmp_path / "p.yaml", "bandit"), cwd=tree).ends(0)
    git(tree, "add", "--all")
    git(tree, "commit", "--quiet", "--message", "all is known")
    new_only = "new-only: true\n"
    for address in ("it", f"file://{tree}"):
        outcome, because = told(audit(job(tmp_path, address, more=new_only)), tmp_path)
        assert (outcome, because[:30]) == (Outcome.FAIL, "1 finding blocks (1 high) unde")
    record = audit(job(tmp_path, "it", more=new_only)).record
    assert (record.commit, record.rules[-1].rule, record.worst[0].path) == (git(tree, "rev-parse", "HEAD"), "bandit:B602", "a.py")


def test_its_own_policy_holds_where_that_is_asked_for_and_starts_nothing(tmp_path: Path) -> None:
    tree = repository(tmp_path / "it", {"a.py": WEAK})
    policy(tree / "scangate.yaml", "bandit", more="description: its own\n")
    (tree / "scangate.yaml").write_text((tree / "scangate.yaml").read_text().replace("high: 0", "high: unlimited"))
    assert told(audit(job(tmp_path, "it", own=True)), tmp_path)[0] is Outcome.PASS
    block = f"{{command: [touch, {tmp_path}/pwned], reads: ['*']}}"
    write(tree, {"scangate.yaml": f"version: 1\nextends: baseline\nscanners: {{evil: {block}}}\n"})
    outcome, because = told(audit(job(tmp_path, "it", own=True)), tmp_path)
    assert outcome is Outcome.INCOMPLETE
    assert "may not start programs" in because
    assert not (tmp_path / "pwned").exists()


def test_a_bare_repository_is_read_by_what_it_holds(tmp_path: Path) -> None:
    tree = repository(tmp_path / "tree", {"a.py": WEAK})
    subprocess.run(["git", "clone", "--quiet", "--bare", str(tree), str(tmp_path / "bare")], check=True)
    assert told(audit(job(tmp_path, "bare")), tmp_path)[0] is Outcome.FAIL


@pytest.mark.parametrize("address", ["nowhere", "file:///nowhere/at/all", "https://127.0.0.1:1/a/b.git", "git@127.0.0.1:1/a"])
def test_what_cannot_be_fetched_is_no_pass(tmp_path: Path, address: str) -> None:
    outcome, because = told(audit(job(tmp_path, address)), tmp_path)
    assert outcome is Outcome.INCOMPLETE
    assert because.startswith(("no such directory", "git fetch failed"))


def test_an_empty_repository_is_no_pass(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "empty")
    outcome, because = told(audit(job(tmp_path, "empty")), tmp_path)
    assert (outcome, because[:16]) == (Outcome.INCOMPLETE, "git fetch failed")


def test_time_and_another_policy_are_no_pass(tmp_path: Path) -> None:
    repository(tmp_path / "it", {"a.py": CLEAN})
    asked = job(tmp_path, "it")
    assert "did not end within" in told(audit(msgspec.structs.replace(asked, timeout=0.05)), tmp_path)[1]
    other = msgspec.structs.replace(asked, digest="0" * 64)
    assert told(audit(other), tmp_path) == (Outcome.INCOMPLETE, "it was judged by another policy than the fleet's")
    assert "it was not scanned: " in told(audit(msgspec.structs.replace(asked, policy="version: 2\n")), tmp_path)[1]
    assert told(audit(asked), tmp_path)[0] is Outcome.PASS
