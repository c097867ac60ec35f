"""Each line of a requirements file is a pin, or a gap that says why not; what pip reads as a line is one, at everybody's number."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scanners.tools.requirements import Pin, read

from scanners.errors import Unreadable
from scanners.model import GapKind


def lines(folder: Path, data: bytes | str, *included: str) -> dict[int, str]:
    """By line: ``name==version``, or the kind of the gap."""
    file = folder / "requirements.txt"
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    found = {}
    for each in read(file, lambda name: name in included):
        assert each.line not in found
        found[each.line] = f"{each.name}=={each.version}" if isinstance(each, Pin) else each.kind.value
    return found


PINS = {
    "a==1": "a==1",
    "A_b.C==1.0": "a-b-c==1.0",
    "a == 1.0": "a==1.0",
    "a[x,y]==1.0": "a==1.0",
    "a==1 ; python_version < '3'": "a==1",
    "a==1 # why": "a==1",
    "  a==1": "a==1",
    "a (==1)": "a==1",
    "a==1!2.0.post1": "a==1!2.0.post1",
    "a==1.0+local": "a==1.0+local",
    "a==01.0": "a==1.0",
    "a==1 --hash=sha256:abc --hash=sha256:def": "a==1",
    "a==1;": "a==1",
}
HOLES = {
    "a": "unpinned",
    "a>=1": "unpinned",
    "a==1.*": "unpinned",
    "a===1": "unpinned",
    "a==1,<2": "unpinned",
    "a==1,==1": "unpinned",
    "a!=1": "unpinned",
    "a ; python_version < '3'": "unpinned",
    "-e .": "unpinned",
    "-e git+https://example.com/a#egg=a": "unpinned",
    "a @ https://example.com/a.whl": "unpinned",
    "./local": "unpinned",
    "-r other.txt": "unpinned",
    "--requirement=../other.txt": "unpinned",
    "-c https://example.com/constraints.txt": "unpinned",
    "https://example.com/a.whl": "unparsable",
    "a==${VERSION}": "unparsable",
    "$NAME==1": "unparsable",
    "a==": "unparsable",
    "a==1 ; bad marker": "unparsable",
    "--no-such-option": "unparsable",
    "!!!": "unparsable",
    "<<<<<<< HEAD": "unparsable",
}
SILENT = (
    "",
    "# comment",
    "#a==1",
    "--index-url https://example.com",
    "--extra-index-url=https://example.com",
    "--pre",
    "--no-binary :all:",
)


@pytest.mark.parametrize(("line", "expected"), [*PINS.items(), *HOLES.items()])
def test_a_line_is_a_pin_or_a_gap(tmp_path: Path, line: str, expected: str) -> None:
    assert lines(tmp_path, f"# first\n{line}\nz==1\n") == {2: expected, 3: "z==1"}


@pytest.mark.parametrize("line", SILENT)
def test_a_line_that_names_no_dependency_is_neither(tmp_path: Path, line: str) -> None:
    assert lines(tmp_path, f"{line}\nz==1\n") == {2: "z==1"}


def test_an_included_file_that_is_read_is_no_gap(tmp_path: Path) -> None:
    assert lines(tmp_path, "-r in.txt\n-c ../up.txt\n-r out.txt\n", "in.txt", "../up.txt") == {3: "unpinned"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("a==1 \\\n  --hash=sha256:aa \\\n  --hash=sha256:bb\nb==2\n", {1: "a==1", 4: "b==2"}),
        ("a==1\r\nb==2\r\n", {1: "a==1", 2: "b==2"}),
        ("a==1\rb==2\r", {1: "a==1", 2: "b==2"}),
        ("\ufeffa==1\n", {1: "a==1"}),
        ("a==1\nb==2\n".encode("utf-16"), {1: "a==1", 2: "b==2"}),
        ("a==1 \\", {1: "a==1"}),
        ("", {}),
    ],
)
def test_the_shapes_of_a_file(tmp_path: Path, data: bytes | str, expected: dict[int, str]) -> None:
    assert lines(tmp_path, data) == expected


def test_a_pin_behind_a_form_feed_is_seen_as_pip_sees_it(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text("# comment \x0cevil==1\nb==2\u2028c==3\nd==4\n")
    assert [(each.name, each.line) for each in read(file, lambda _: False) if isinstance(each, Pin)] == [
        ("evil", 1),
        ("b", 2),
        ("c", 2),
        ("d", 3),
    ]


@given(st.binary(max_size=200))
def test_garbage_is_told_and_never_an_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "garbage-requirements.txt"
    file.write_bytes(data)
    kinds = []
    try:
        kinds = [each.line >= 1 for each in read(file, lambda _: False)]
    except Unreadable as fault:
        kinds = [fault.kind is GapKind.UNPARSABLE]
    assert all(kinds)
