"""What stays is recognized, what is new is reported for the commit that introduces it and for no other, and nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from scangate.app.interruption import Interruption
from scangate.app.policies import read_policy
from scangate.app.policy_inputs import BaselineInputs, PolicyInputs
from scangate.app.requests import ScanRequest
from scangate.app.scan_setup import ScanSetup
from scangate.app.scanner_registry import load_scanners
from scangate.app.scanning import run_scan
from scangate.app.session import open_session
from scangate.judge.finding_matching import KnownFinding, KnownOrigin, collect_known_findings
from scangate.model import Finding, KnownSourceKind, Report
from tests.support.evolving_repository import EvolvingRepository
from tests.support.sample_trees import write_policy

SALT = b"the tests' own salt"
BEFORE = KnownOrigin("the commit before", KnownSourceKind.REVISION)


def scanned(history: EvolvingRepository, rules: Path, known: Iterable[KnownFinding]) -> Report:
    """One scan of the work tree as ``scangate scan`` does it, compared with ``known``."""
    baseline = BaselineInputs(entries=tuple(known), sources={BEFORE: ""}, salt=SALT)
    inputs = PolicyInputs(read_policy(str(rules), root=history.root), baseline=baseline)
    setup = ScanSetup(ScanRequest(jobs=2), inputs, load_scanners())
    with open_session(history.root) as session:
        return run_scan(setup, session, Interruption(), lambda *_: None)


def findings(report: Report) -> list[Finding]:
    """Every finding, each scanner's own; fails where something was not read."""
    assert not [gap for gap in report.verdict.gaps if gap.blocking]
    return [finding for result in report.results for finding in result.findings]


def counted(history: EvolvingRepository, found: Iterable[Finding]) -> Counter[tuple[str, str]]:
    """The findings by their rule and by what they are about."""
    return Counter((each.rule, history.owner(each.location.path, each.location.line)) for each in found)


def named(history: EvolvingRepository, found: list[Finding]) -> dict[tuple[str, str, str], str]:
    """The fingerprints by path, by rule and by what they are about, of those that have no equal in that, nor in content."""
    contents = Counter((each.location.path, each.identity and each.identity.content) for each in found)
    keys = [(each.location.path, each.rule, history.owner(each.location.path, each.location.line)) for each in found]
    equals = Counter(keys)
    return {
        key: each.fingerprint
        for key, each in zip(keys, found, strict=True)
        if equals[key] == contents[each.location.path, each.identity and each.identity.content] == 1
    }


def live(tmp_path: Path, seed: int, commits: int, *tools: str) -> None:
    """Scans every commit of a history against the one before it."""
    rules = write_policy(tmp_path / "policy.yaml", *tools)
    history = EvolvingRepository(tmp_path / "tree", seed)
    old = findings(scanned(history, rules, ()))
    before, steps = counted(history, old), Counter[str]()
    names = named(history, old)
    for _ in range(commits):
        step = history.commit()
        steps[step] += 1
        report = scanned(history, rules, collect_known_findings(old, BEFORE))
        found = findings(report)
        now = counted(history, found)
        reported = counted(history, (each for each in found if not each.known_by))
        assert reported == now - before, f"{step}, commit {steps.total()}"
        (source,) = report.known_sources
        assert (source.matched, source.gone) == (sum((now & before).values()), sum((before - now).values())), step
        keys = named(history, found)
        assert {key: name for key, name in keys.items() if key in names} == {
            key: name for key, name in names.items() if key in keys
        }
        old, before, names = found, now, keys
    assert len(before) > 10


@pytest.mark.nightly
def test_ten_commits(tmp_path: Path) -> None:
    live(tmp_path, 4, 10, "bandit", "detect-secrets")


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [1, 2])
def test_sixty_commits(tmp_path: Path, seed: int) -> None:
    live(tmp_path, seed, 60, "bandit", "detect-secrets", "semgrep")
