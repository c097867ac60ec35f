"""Requirements files, as pip reads them."""

from __future__ import annotations

import pytest

from scangate.advisories.manifest import Manifest
from scangate.advisories.manifest_reader import read_manifests
from scangate.model import GapKind


def read(text: str, **others: str) -> Manifest:
    files = {"requirements.txt": text, **{name.replace("__", "/").replace("_txt", ".txt"): other for name, other in others.items()}}
    return read_manifests(files)["requirements.txt"]


def pins(manifest: Manifest) -> list[tuple[str, str, int]]:
    return [(pin.name, pin.version, pin.line) for pin in manifest.pins]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("a==1.0", "1.0"),
        ("a == 1.0  # why", "1.0"),
        ("A[x,y]==1.0", "1.0"),
        ("a===1.0", "1.0"),
        ("a>=0.5,==1.0", "1.0"),
        ("a==v1.0-RC1", "1.0rc1"),
        ("a==1.0+cpu", "1.0+cpu"),
        ("a==1.0; python_version<'3'", "1.0"),
        ("a==1.0 --hash=sha256:0 --hash sha256:1", "1.0"),
        ("a==1.0 \\\n    --hash=sha256:0 \\\n    --hash=sha256:1", "1.0"),
        ("a\\\n==\\\n1.0", "1.0"),
        ("a(==1.0)", "1.0"),
    ],
)
def test_a_pin(text: str, version: str) -> None:
    manifest = read(f"\n{text}\nb==2\n")
    assert pins(manifest) == [("a", version, 2), ("b", "2", text.count("\n") + 3)]
    assert not manifest.gaps


@pytest.mark.parametrize(
    "text",
    [
        "a", "a>=1", "a==1.*", "a~=1.0", "a!=1", "a==1,==2", "a===one",
        "a @ https://files.example/a-1.0.tar.gz", "a @ git+https://git.example/a@v1",
        "git+https://git.example/a#egg=a", "-e git+ssh://git@git.example/a.git#egg=a", "-e ./elsewhere",
        "./a-1.0-py3-none-any.whl", "../a",
        "/srv/a", "file:///srv/a", "https://files.example/a.zip", "a @ file:///srv/a-1.0.tar.gz", "a==${VERSION}", "-e .", "~/a",
    ],
)  # fmt: skip
def test_unauditable_requirements_are_gaps_at_their_lines(text: str) -> None:
    manifest = read(f"b==2\n{text}\n")
    assert pins(manifest) == [("b", "2", 1)]
    (gap,) = manifest.gaps
    assert (gap.line, gap.kind) == (2, GapKind.UNPINNED)
    assert gap.hint
    assert "example" not in gap.reason


@pytest.mark.parametrize(
    "text", ["a b", "==1", "--what", "-r", "a==", "a==1.0 ; nonsense", "[", "a==1 ; " + "(" * 1500, "a=1", "x" * 3000]
)
def test_an_invalid_line_is_unparsable(text: str) -> None:
    (gap,) = read(f"b==2\n{text}\n").gaps
    assert (gap.line, gap.kind) == (2, GapKind.UNPARSABLE)


def test_an_included_file_has_its_own_lines() -> None:
    files = {"requirements.txt": "-r deps/all.list\n--requirement=deps/more.list\nb==2\n", "deps/all.list": "-r ../c.txt\na==1\n"}
    files |= {"c.txt": "-r requirements.txt\nc==3\n", "deps/more.list": "d\n"}
    result = read_manifests(files)
    assert {path: pins(manifest) for path, manifest in result.items()} == {
        "c.txt": [("c", "3", 2)],
        "deps/all.list": [("a", "1", 2)],
        "deps/more.list": [],
        "requirements.txt": [("b", "2", 3)],
    }
    assert [(path, gap.line) for path, manifest in result.items() for gap in manifest.gaps] == [("deps/more.list", 1)]


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "https://lists.example/r.txt", "~/r.txt"]
)
@pytest.mark.parametrize("option", ["-r", "-c", "--constraint="])
def test_an_include_outside_the_tree_is_a_gap(name: str, option: str) -> None:
    (gap,) = read(f"a==1\n{option} {name}\n".replace("= ", "=")).gaps
    assert (gap.line, gap.kind) == (2, GapKind.UNREADABLE)


def test_a_missing_include_is_a_gap() -> None:
    assert [gap.kind for gap in read("-r other.txt\n").gaps] == [GapKind.UNREADABLE]


def test_a_constraint_pins_a_range_at_the_line_of_the_range() -> None:
    files = {"requirements.txt": "-c constraints.txt\n-r requirements/base.txt\na>=1\n", "requirements/base.txt": "b\nd==9\n"}
    files["constraints.txt"] = "a==1.5\nb==2.5\nc==3.5\nd<10\n"
    result = read_manifests(files)
    assert pins(result["requirements.txt"]) == [("a", "1.5", 3)]
    assert pins(result["requirements/base.txt"]) == [("b", "2.5", 1), ("d", "9", 2)]
    assert pins(result["constraints.txt"]) == [("c", "3.5", 3)]
    assert not [gap for manifest in result.values() for gap in manifest.gaps]
    assert [left.name for left in result["constraints.txt"].skipped] == ["a", "b", "d"]


def test_a_range_that_one_installation_does_not_pin_is_a_gap() -> None:
    result = read_manifests(
        {
            "requirements.txt": "-c constraints.txt\n-r base.txt\n",
            "requirements-dev.txt": "-r base.txt\n",
            "base.txt": "b\n",
            "constraints.txt": "b==2\n",
        }
    )
    assert pins(result["base.txt"]) == [("b", "2", 1)]
    assert [gap.name for gap in result["base.txt"].gaps] == ["b"]


def test_an_unused_constraints_file_is_read_for_its_pins() -> None:
    result = read_manifests({"constraints.txt": "a==1\nb<2\n"})["constraints.txt"]
    assert pins(result) == [("a", "1", 1)]
    assert [left.name for left in result.skipped] == ["b"]


def test_a_pin_in_another_file_of_the_installation_resolves_a_range() -> None:
    assert not read_manifests({"requirements.txt": "-r base.txt\na>=1\n", "base.txt": "a==1.5\n"})["requirements.txt"].gaps


def test_the_project_itself_is_not_a_gap() -> None:
    files = {"requirements.txt": "-e .[dev]\n./lib\n", "pyproject.toml": "", "lib/setup.cfg": ""}
    result = read_manifests(files)["requirements.txt"]
    assert not result.gaps
    assert [left.line for left in result.skipped] == [1, 2]


def test_marker_extras_and_index_are_recorded() -> None:
    (pin,) = read("--index-url https://user:pass@packages.example/simple\nA[z,y]==1; python_version < '3'\n").pins
    assert (pin.marker, pin.extras, pin.index) == ('python_version < "3"', ("y", "z"), "packages.example")


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    assert pins(read("# \x0c\x0b\u2028\na==1\r\nb==2\rc==3")) == [("a", "1", 2), ("b", "2", 3), ("c", "3", 4)]
