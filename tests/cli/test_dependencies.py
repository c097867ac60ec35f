"""The same dependencies give the same findings whatever tool locked them, through the whole command and a store of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import environment, load_verdict, run_scangate
from tests.support.lock_file_samples import LOCKS, lock_files
from tests.support.osv_records import osv_record
from tests.support.sample_trees import create_repository, write_policy

RECORDS = [
    osv_record("PYSEC-2026-1", "h11", ("introduced", "0"), ("fixed", "99.1"), aliases=["CVE-2026-1", "GHSA-aaaa-bbbb-cccc"]),
    osv_record("GHSA-aaaa-bbbb-cccc", "h11", ("introduced", "0"), ("fixed", "99.1"), aliases=["CVE-2026-1"]),
    osv_record("PYSEC-2026-2", "h11", ("introduced", "99")),
    osv_record("PYSEC-2026-3", "typing-extensions", ("introduced", "0")),
    osv_record("PYSEC-2026-4", "sqlparse", ("introduced", "0.4"), ("fixed", "0.5.1")),
    osv_record("PYSEC-2026-5", "iniconfig", ("introduced", "0"), ("fixed", "0.1")),
]
EXPECTED = {
    ("h11", "CVE-2026-1", ("GHSA-aaaa-bbbb-cccc", "PYSEC-2026-1")),
    ("typing-extensions", "PYSEC-2026-3", ()),
    ("sqlparse", "PYSEC-2026-4", ()),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one scan says of a tree that holds every tool's project, a folder each."""
    root = tmp_path_factory.mktemp("dependencies")
    records = root / "records"
    records.mkdir()
    for record in RECORDS:
        (records / f"{record['id']}.json").write_text(json.dumps(record))
    shell = environment(SCANGATE_STORE=str(root / "store.sqlite"))
    run_scangate("advisories", "import", records, cwd=root, env=shell).expect(0)
    tree = create_repository(root / "tree", {f"{tool}/{path}": text for tool in LOCKS for path, text in lock_files(tool).items()})
    rules = write_policy(root / "policy.yaml", "pip-audit")
    rules.write_text(rules.read_text().replace("pip-audit: {enabled: true}", "pip-audit: {enabled: true, advisories: local}"))
    run_scangate("scan", tree, "--policy", rules, "--output-dir", root / "out", cwd=root, env=shell).expect(1)
    return {**load_verdict(root / "out"), "tree": tree}


@pytest.mark.parametrize("tool", LOCKS)
def test_every_lock_gives_the_same_findings_on_the_lines_that_pin(found: dict[str, Any], tool: str) -> None:
    lock, _ = LOCKS[tool]
    mine = [each for each in found["findings"] if each["path"] == f"{tool}/{lock}"]
    assert {
        (each["affected_package"]["name"], each["rule"].partition(":")[2], tuple(each["affected_package"]["aliases"]))
        for each in mine
    } == EXPECTED
    lines = (Path(found["tree"]) / tool / lock).read_text().split("\n")
    assert all(each["affected_package"]["name"] in lines[each["line"] - 1].replace("_", "-") for each in mine)
    assert {each["affected_package"]["source"] for each in mine} == {"store"}


def test_nothing_else_is_found_and_nothing_is_missed(found: dict[str, Any]) -> None:
    assert [gap for gap in found["gaps"] if gap["scanner"] == "pip-audit"] == []
    assert {each["path"] for each in found["findings"]} == {f"{tool}/{lock}" for tool, (lock, _) in LOCKS.items()}
