"""Hypothesis' profile, and the marks: each test is a unit test or an integration test."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from scangate.ci import SYSTEMS, TARGET_VARIABLE
from tests.support.process_guard import forbid_processes

pytest_plugins = ["tests.support.aws.fixtures"]

settings.register_profile("without-deadline", deadline=None)  # no test asserts a time
settings.load_profile("without-deadline")

for system in SYSTEMS:  # the tests may run in a build of a pull request, and scan what is none
    for variable, _ in (*system.pull_request, *system.target, *system.fallback):
        os.environ.pop(variable, None)
    os.environ.pop(system.branch, None)
for variable in (TARGET_VARIABLE, "SCANGATE_FLOOR"):
    os.environ.pop(variable, None)

TESTS = Path(__file__).parent
# Tests that start programs or servers; single ones elsewhere carry the mark themselves.
INTEGRATION = {
    *("app", "aws", "benchmarks", "buildspec", "cli", "publish", "rules", "tools"),
    *("advisories/test_download.py", "advisories/test_osv_server.py", "fleet/test_git_fetch.py", "fleet/test_worker.py"),
    *("scan/test_discovery.py", "scan/test_git.py", "scan/test_process.py", "scan/test_unchanged_files.py"),
    *("test_docs.py", "test_packaging.py", "test_readme.py"),
}
# Modules of these folders whose tests start nothing.
UNIT = {
    *("aws/test_dashboard.py", "buildspec/test_snippets.py"),
    *("publish/test_aws_partition.py", "publish/test_codebuild.py", "publish/test_receipt.py", "publish/test_verdict_history.py"),
    *("tools/test_line_prefilter.py", "tools/test_python_downlevel.py", "tools/test_rule_catalog.py", "tools/test_rule_pack.py"),
    *("tools/test_syntax_check.py",),
}


def is_integration(path: Path) -> bool:
    """Whether the tests of a module are integration tests: as its folder is, if neither list names the module."""
    relative = path.relative_to(TESTS)
    names = {folder.as_posix() for folder in (relative, *relative.parents)}
    return bool(names & INTEGRATION) and relative.as_posix() not in UNIT


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives each test that carries neither mark the one of its module."""
    for item in items:
        if item.get_closest_marker("integration") is None:
            item.add_marker("integration" if is_integration(item.path) else "unit")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Lets no unit test start a process or open a socket."""
    if item.get_closest_marker("unit") is None:
        return (yield)
    with forbid_processes(item.nodeid):
        return (yield)
