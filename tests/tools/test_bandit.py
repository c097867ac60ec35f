"""bandit's findings are the same in each run, and no test of its own fails on common code."""

from __future__ import annotations

from pathlib import Path

from scangate.model import GapKind, ScanStatus
from scangate.tools import bandit
from tests.support.scan_harness import ScanHarness

ARCHIVES = """import tarfile

def extract(archive, names, self):
    tarfile.open(archive).extractall(members=self.check(names))
    tarfile.open(archive).extractall(members=check(names))
    tarfile.open(archive).extractall(members=check[0](names))
    tarfile.open(archive).extractall(members=[name for name in names])
    tarfile.open(archive).extractall(members=names[0])
    tarfile.open(archive).extractall(members=names)
    tarfile.open(archive).extractall()
    eval(names)
"""


def test_members_of_archives_may_be_any_expression(tmp_path: Path) -> None:
    result = ScanHarness(tmp_path).result(bandit, {"a.py": ARCHIVES})
    assert result.status is ScanStatus.COMPLETE
    assert [(finding.location.line, finding.rule) for finding in result.findings] == [
        *((line, "bandit:B202") for line in range(4, 11)),
        (11, "bandit:B307"),
    ]
    assert not [finding.message for finding in result.findings if "0x" in finding.message]


def test_a_test_that_fails_on_a_deep_expression_costs_that_file_only(tmp_path: Path) -> None:
    deep = "x = " + '"a" + ' * 900 + '"b"\n'
    result = ScanHarness(tmp_path).result(bandit, {"deep.py": deep, "other.py": "eval(names)\n"})
    assert {(gap.path, gap.kind) for gap in result.gaps} == {("deep.py", GapKind.PARTIAL_PARSE)}
    assert [finding.location.path for finding in result.findings] == ["other.py"]
