"""A pin is raised where it is written, and nothing else of the file changes."""

from __future__ import annotations

import msgspec
import pytest

from scangate.fixes.change import Change, Unfixed, edit_file
from scangate.fixes.dependency_pins import Hashes, find_requirement, group_by_pin, nearest_fixed_release, plan_upgrade
from scangate.model import AffectedPackage, Finding, FindingKind
from tests.support.policy_builders import make_finding

OLD = "--hash=sha256:" + "0" * 64
NEW = ("sha256:" + "a" * 64, "sha256:" + "b" * 64)


def vulnerable(path: str = "requirements.txt", line: int = 1, name: str = "the-web", upgrade: str = "1.3") -> Finding:
    package = AffectedPackage(name, "1.2", upgrade=upgrade)
    return make_finding("pip-audit:CVE-1", path=path, line=line, kind=FindingKind.DEPENDENCY, affected_package=package)


def no_hashes(name: str, version: str) -> Hashes:
    raise AssertionError(f"the hashes of {name} {version} are not needed")


def changed(text: str, finding: Finding, hashes: Hashes | None = None) -> str:
    data = text.encode()
    planned = plan_upgrade(data, [finding], no_hashes if hashes is None else lambda *_: hashes)
    assert isinstance(planned, Change), planned
    return edit_file(data, [planned]).decode()


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("requirements.txt", "the-web==1.2", "the-web==1.3"),
        ("requirements.txt", "\ufeffThe_Web == 1.2.0  # why\r\nx==1.2\r\n", "\ufeffThe_Web == 1.3  # why\r\nx==1.2\r\n"),
        ("requirements.txt", "the.web[a, b]===1.2;python_version>'3'\n", "the.web[a, b]===1.3;python_version>'3'\n"),
        ("requirements.txt", "the-web (==1.2)\n", "the-web (==1.3)\n"),
        (
            "pyproject.toml",
            'dependencies = ["not-the-web==1.2", "the-web==1.2", "x"]',
            'dependencies = ["not-the-web==1.2", "the-web==1.3", "x"]',
        ),
        ("Pipfile", 'the-web = "==1.2"\n', 'the-web = "==1.3"\n'),
        ("setup.py", "setup(install_requires=['the-web==1.2'])\n", "setup(install_requires=['the-web==1.3'])\n"),
        ("environment.yml", "    - the-web==1.2\n", "    - the-web==1.3\n"),
    ],
)
def test_only_the_version_changes(path: str, before: str, after: str) -> None:
    assert changed(before, vulnerable(path)) == after


@pytest.mark.parametrize(
    "text",
    [
        "the-web==1.2,>=1.1\n",
        "the-web>=1.2\n",
        "the-web==1.2.*\n",
        "the-web==1.1\n",
        "the-web\n",
        "the-web==1.2 the-web==1.2\n",
        "",
    ],
)
def test_a_line_without_exactly_this_pin_is_left_alone(text: str) -> None:
    assert isinstance(plan_upgrade(text.encode(), [vulnerable()], no_hashes), Unfixed)


@pytest.mark.parametrize(
    ("before", "hashes", "after"),
    [
        (f"the-web==1.2 {OLD}\n", NEW[:1], f"the-web==1.3 --hash={NEW[0]}\n"),
        (f"the-web==1.2 {OLD} # why\n", NEW, f"the-web==1.3 --hash={NEW[0]} --hash={NEW[1]} # why\n"),
        (
            f"x==1\r\nthe-web==1.2 \\\r\n    {OLD} \\\r\n    {OLD}\r\n    # via x\r\ny==1 {OLD}\r\n",
            NEW,
            f"x==1\r\nthe-web==1.3 \\\r\n    --hash={NEW[0]} \\\r\n    --hash={NEW[1]}\r\n    # via x\r\ny==1 {OLD}\r\n",
        ),
    ],
)
def test_new_hashes_replace_the_old_ones_in_their_layout(before: str, hashes: Hashes, after: str) -> None:
    assert changed(before, vulnerable(line=1 + before.startswith("x")), hashes) == after


def test_without_new_hashes_a_locked_line_stays_and_the_reason_is_given() -> None:
    planned = plan_upgrade(f"the-web==1.2 {OLD}\n".encode(), [vulnerable()], lambda *_: "nobody answers")
    assert isinstance(planned, Unfixed)
    assert "nobody answers" in planned.reason
    assert "the-web==1.3" in planned.hint


def test_hashes_are_not_asked_for_where_the_file_names_an_index() -> None:
    text = f"the-web==1.2 {OLD}\n--index-url https://pypi.acme.example/simple\n"
    assert isinstance(plan_upgrade(text.encode(), [vulnerable()], no_hashes), Unfixed)


@pytest.mark.parametrize(
    ("path", "hint"),
    [("uv.lock", "uv lock --upgrade-package the-web==1.3"), ("api/poetry.lock", "poetry update the-web"), ("pylock.toml", "")],
)
def test_a_lock_file_is_left_to_the_program_that_wrote_it(path: str, hint: str) -> None:
    planned = plan_upgrade(b"the-web==1.2\n", [vulnerable(path)], no_hashes)
    assert isinstance(planned, Unfixed)
    assert planned.hint == hint


@pytest.mark.parametrize(
    ("packages", "release"),
    [
        ([("", ("1.2.5", "2.1"))], "1.2.5"),
        ([("", ("1.2.5", "2.1")), ("", ("1.1", "1.4"))], "1.4"),
        ([("", ("1.2.5",)), ("", ())], ""),
        ([("", ("1.1",))], ""),
        ([("", ("unknown",))], ""),
        ([("1.9", ("1.2.5",)), ("1.10", ()), ("1.10", ())], "1.10"),
        ([("1.9", ()), ("1.10", ())], "1.10"),
    ],
)
def test_the_nearest_release_that_fixes_all(packages: list[tuple[str, tuple[str, ...]]], release: str) -> None:
    made = [AffectedPackage("x", "1.2", upgrade=upgrade, fixed_in=fixed) for upgrade, fixed in packages]
    assert nearest_fixed_release(made) == release


def test_no_change_is_planned_where_no_release_fixes_all() -> None:
    assert plan_upgrade(b"the-web==1.2\n", [vulnerable(upgrade="")], no_hashes) is None


def test_findings_are_grouped_by_pin() -> None:
    groups = group_by_pin([vulnerable(), vulnerable(), vulnerable(line=2), vulnerable(name="x")])
    assert sorted(map(len, groups.values())) == [1, 1, 2]


def test_a_requirement_goes_on_after_a_backslash() -> None:
    data = b"a \\\n b\rc\\\r\n"
    assert [data[slice(*find_requirement(data, line))] for line in (1, 2, 3, 4, 9)] == [b"a \\\n b", b" b", b"c\\\r\n", b"", b""]


@pytest.mark.parametrize(
    ("path", "data", "command"),
    [
        ("web/package-lock.json", b"{}", "npm install the-web@1.3"),
        ("web/yarn.lock", b"# yarn lockfile v1\n", "yarn upgrade the-web@1.3"),
        ("web/yarn.lock", b"__metadata:\n  version: 8\n", "yarn up the-web@1.3"),
        ("Cargo.lock", b"version = 4\n", "cargo update -p the-web --precise 1.3"),
    ],
)
def test_the_program_that_wrote_a_lock_file_is_named(path: str, data: bytes, command: str) -> None:
    finding = vulnerable(path)
    package = AffectedPackage("the-web", "1.2", upgrade="1.3", kind="npm")
    planned = plan_upgrade(data, [msgspec.structs.replace(finding, affected_package=package)], no_hashes)
    assert isinstance(planned, Unfixed)
    assert planned.hint == command
