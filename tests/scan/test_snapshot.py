"""Private copies under names that no tool can misread, and the way back from each."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.errors import ScanError
from scangate.model import GapKind
from scangate.scan.snapshot import MAX_NAME_LENGTH, Snapshot

NAMES = (
    "a.py",
    "-a.py",
    "--a=b.py",
    "a\nb.py",
    "a b.py",
    "é.py",
    "%2Da.py",
    "a%0Ab.py",
    "a\x1b.py",
    "a:b.py",
    "a*?.py",
    "a\\b.py",
    "~.py",
    "'\".py",
)


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    return Snapshot(tmp_path / "snapshot")


def test_every_copy_has_a_name_of_its_own_and_leads_back(snapshot: Snapshot) -> None:
    paths = [*NAMES, *(f"deep/{name}/{other}" for name in NAMES for other in NAMES)]
    sources = [snapshot.add(path, path.encode()) for path in paths]
    assert len({source.file for source in sources}) == len(paths)
    for path, source in zip(paths, sources, strict=True):
        assert snapshot.repository_path(str(source.file)) == path
        assert snapshot.repository_path(str(source.file.parent / "x" / ".." / source.file.name)) == path
        assert source.read_bytes() == path.encode()
        assert source.file.suffix == ".py"
        assert not [part for part in source.file.parts if part.startswith("-") or not part.isprintable()]


def test_long_names_that_end_alike_stay_apart(snapshot: Snapshot) -> None:
    tail = "x" * 230 + ".py"
    paths = [f"{number:03}{tail}" for number in range(5)] + [f"é{'é' * 80}{number:03}/{tail}/a.py" for number in range(5)]
    sources = [snapshot.add(path, b"") for path in paths]
    assert len({source.file for source in sources}) == len(paths)
    assert all(len(part) <= MAX_NAME_LENGTH + 5 for source in sources for part in source.file.parts)


def test_a_file_in_the_way_of_a_folder_is_no_hindrance(snapshot: Snapshot) -> None:
    """As in a conflict, or where a long folder's name and a long file's are cut to the same one."""
    first, second, third = snapshot.add("a", b"1"), snapshot.add("a/b", b"2"), snapshot.add("c/d", b"3")
    fourth = snapshot.add("c", b"4")
    assert [source.read_bytes() for source in (first, second, third, fourth)] == [b"1", b"2", b"3", b"4"]
    assert [snapshot.repository_path(str(source.file)) for source in (first, second, third, fourth)] == ["a", "a/b", "c/d", "c"]


def test_a_deep_path_is_copied_under_a_short_one(snapshot: Snapshot) -> None:
    path = "/".join("é" * 1900) + "/a.py"
    source = snapshot.add(path, b"x")
    assert len(str(source.file)) < 1000
    assert snapshot.repository_path(str(source.file)) == path


def test_a_stranger_is_garbage(snapshot: Snapshot) -> None:
    source = snapshot.add("a.py", b"")
    for name in ("a.py", "/etc/passwd", "", str(source.file.parent), str(source.file) + "x", "/dev/stdin", "\0"):
        with pytest.raises(ScanError) as fault:
            snapshot.repository_path(name)
        assert fault.value.kind is GapKind.GARBAGE


def test_trees_and_aliases_lead_back(snapshot: Snapshot) -> None:
    one, two = snapshot.add("a/one.py", b"1"), snapshot.add("b/Dockerfile.prod", b"2")
    snapshot.add("c/three.py", b"3")
    for _ in range(2):
        root, names = snapshot.make_tree([one, two])
        assert sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()) == [
            "a/one.py",
            "b/Dockerfile.prod",
        ]
        assert [snapshot.repository_path(str(name)) for name in names] == [one.path, two.path]
    first, second = snapshot.make_alias(two, "Dockerfile"), snapshot.make_alias(one, "Dockerfile")
    assert (first.name, second.name, first == second) == ("Dockerfile", "Dockerfile", False)
    assert [snapshot.repository_path(str(name)) for name in (first, second)] == [two.path, one.path]


def test_a_copy_that_cannot_be_made_is_a_gap(tmp_path: Path) -> None:
    snapshot = Snapshot(tmp_path / "snapshot")
    (tmp_path / "snapshot/files").write_text("in the way")
    with pytest.raises(ScanError) as fault:
        snapshot.add("a.py", b"")
    assert fault.value.kind is GapKind.UNREADABLE
    assert fault.value.hint
