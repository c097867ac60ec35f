"""The common parts of all buildspecs are identical, and each follows the rules of a gate."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.buildspec.gate_buildspec import GATE_BUILDSPEC
from tests.support.buildspec.parser import Buildspec, parse_buildspec

FOLDER = GATE_BUILDSPEC.parent
SINGLE = sorted(file for file in FOLDER.glob("*.yml") if file.name != "monorepo-fanout.yml")
BUILDING = ["python-application", "container-image", "lambda", "ec2-codedeploy", "static-site"]


def spec(file: Path) -> Buildspec:
    return parse_buildspec(file.read_text("utf-8"))


def commands(found: Buildspec, phase: str) -> tuple[str, ...]:
    return next(each.commands for each in found.phases if each.name == phase)


def test_each_workload_has_a_buildspec() -> None:
    names = {file.stem for file in FOLDER.glob("*.yml")}
    assert names >= {*BUILDING, "gate", "monorepo-fanout", "review-gate", "pull-request", "nightly-audit", "nightly-history"}


@pytest.mark.parametrize("file", SINGLE, ids=lambda file: file.stem)
def test_the_common_parts_equal_those_of_the_gate(file: Path) -> None:
    gate, found = spec(GATE_BUILDSPEC), spec(file)
    shared = commands(gate, "install")
    assert commands(found, "install")[: len(shared)] == shared
    scan = commands(gate, "build")[0]
    if file.stem == "nightly-history":
        scan = scan.replace('scan "$CODEBUILD_SRC_DIR"', 'history --path "$CODEBUILD_SRC_DIR"')
    assert commands(found, "build")[0].startswith(scan)
    closing = {phase.name: phase.closing for phase in gate.phases}
    assert {phase.name: phase.closing for phase in found.phases} == closing
    assert found.reports == gate.reports
    assert found.cache == gate.cache
    assert found.exported[:2] == gate.exported
    assert all(phase.on_failure is None for phase in found.phases)


@pytest.mark.parametrize("file", SINGLE, ids=lambda file: file.stem)
def test_a_pipeline_fails_if_any_of_its_commands_fails(file: Path) -> None:
    for phase in spec(file).phases:
        for entry in (*phase.commands, *phase.closing):
            if re.search(r"[^|]\|[^|]", entry.removeprefix("|")) and "case" not in entry:
                assert "pipefail" in entry, entry


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yml")), ids=lambda file: file.stem)
def test_a_multi_line_command_stops_at_the_first_failure(file: Path) -> None:
    for phase in spec(file).phases:
        for entry in (*phase.commands, *phase.closing):
            lines = entry.strip().splitlines()
            # One `if` alone has one status: that of what it ran.
            alone = len(lines) == 1 or (lines[0].startswith("if ") and lines[-1] == "fi" and _commands(lines) <= 1)
            assert alone or lines[:2] == ["(", "  set -euo pipefail"], entry


def _commands(lines: list[str]) -> int:
    """The number of commands in the longest branch of an `if`; continued lines count as one."""
    longest = length = 0
    for line, before in zip(lines[1:-1], lines, strict=False):
        if line.startswith(("el", "fi")):
            length = 0
        elif not before.endswith("\\"):
            length += 1
        longest = max(longest, length)
    return longest


def test_a_build_with_npm_names_a_maintained_node() -> None:
    """Without a name, standard:7.0 has Node 18, which got its last fix in April 2025.

    https://docs.aws.amazon.com/codebuild/latest/userguide/available-runtimes.html, https://github.com/nodejs/Release
    """
    for file in SINGLE:
        text = file.read_text("utf-8")
        named = re.search(r'\n {6}nodejs: "(\d+)"\n', text)
        assert (named is not None) is ("npm " in text), file.name
        assert named is None or int(named[1]) >= 22


def test_a_failed_publication_does_not_fail_a_pull_request() -> None:
    text = (FOLDER / "pull-request.yml").read_text("utf-8")
    (entry,) = (each for each in commands(spec(FOLDER / "pull-request.yml"), "post_build") if " publish " in each)
    assert entry.count(" publish ") == entry.count('|| echo "not published, exit code $?"') == 2
    assert "pullRequestBuildPolicy" in text  # and who may start such a build


@pytest.mark.parametrize("name", ["python-application", "ec2-codedeploy"])
def test_only_attested_files_become_artifacts(name: str) -> None:
    found = spec(FOLDER / f"{name}.yml")
    before = [entry for phase in found.phases if phase.name != "post_build" for entry in phase.commands]
    assert [entry for entry in before if "scangate-release" in entry] == [
        'rm -rf -- "$CODEBUILD_SRC_DIR/scangate-release" && mkdir -- "$CODEBUILD_SRC_DIR/scangate-release"'
    ]
    after = commands(found, "post_build")
    signs = next(at for at, entry in enumerate(after) if " attest " in entry)
    assert not [entry for entry in after[: signs + 1] if "scangate-release" in entry]


@pytest.mark.parametrize("name", ["gate", *BUILDING])
def test_publishing_phases_begin_with_the_guard(name: str) -> None:
    guard = commands(spec(GATE_BUILDSPEC), "post_build")[0]
    assert commands(spec(FOLDER / f"{name}.yml"), "post_build")[0] == guard
    assert re.fullmatch(r'test "\$CODEBUILD_BUILD_SUCCEEDING" = 1 && test "\$SCANGATE_VERDICT" = PASS', guard)


@pytest.mark.parametrize("name", BUILDING)
def test_the_snippet_documents_its_limits_and_permissions(name: str) -> None:
    head = (FOLDER / f"{name}.yml").read_text("utf-8").partition("\nversion:")[0]
    assert "What one project cannot protect" in head
    assert "(gate.yml)" in head  # whose permissions every build needs
    assert re.search(r"\b[a-z0-9]+:[A-Z][A-Za-z]+", head)


def test_no_role_has_all_actions_of_a_service() -> None:
    for file in SINGLE:
        head = file.read_text("utf-8").partition("\nversion:")[0]
        assert not re.search(r"\b(?:s3|kms|ecr|sns|cloudfront|codecommit|securityhub|cloudwatch):\*", head), file.name
