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


INCLUDES = {
    "requirements.txt": "-r deps/base.txt\n--requirement=extras/redis.list\n-c Pins.TXT\n-r deps/../deps/deep/deep\na\n",
    "deps/base.txt": "-r base/../other.pip\nb==1\n",
    "deps/other.pip": "-r base.txt\nc==2\n",
    "extras/redis.list": "redis==3\n",
    "pins.txt": "a==4\n",
    "deps/deep/deep": "d==5\n-r ../../requirements.txt\n",
}


def test_the_file_in_the_tree_decides_and_not_its_name() -> None:
    result = read_manifests(INCLUDES)
    assert {path: pins(manifest) for path, manifest in result.items()} == {
        "deps/base.txt": [("b", "1", 2)],
        "deps/deep/deep": [("d", "5", 1)],
        "deps/other.pip": [("c", "2", 2)],
        "extras/redis.list": [("redis", "3", 1)],
        "pins.txt": [],
        "requirements.txt": [("a", "4", 5)],
    }
    assert not [gap for manifest in result.values() for gap in manifest.gaps]


def test_each_reason_why_an_include_is_not_read_is_the_right_one() -> None:
    lines = (
        "-r gone.txt", "-c ../gone.txt", "-r https://user:secret@lists.example/r.txt", "-r ${FOLDER}/r.txt", "-r C:/lists/r.txt",
        "-r pyproject.toml",
    )  # fmt: skip
    found = [gap.reason for gap in read("\n".join(lines), **{"pyproject.toml": ""}).gaps]
    words = ("gone.txt", "outside the scanned tree", "URL", "environment variable", "outside the scanned tree", "pyproject.toml")
    assert len(found) == len(words)
    assert all(word in reason for word, reason in zip(words, found, strict=True))
    assert "secret" not in "".join(found)


def test_two_files_that_differ_only_in_case_are_not_mixed_up() -> None:
    files = {"requirements.txt": "-r A.txt\n-r C.txt\n", "a.txt": "x==1\n", "A.txt": "x==2\n", "c.txt": "", "C.TXT": ""}
    result = read_manifests(files)
    assert [pin.version for pin in result["A.txt"].pins] == ["2"]
    assert [gap.line for gap in result["requirements.txt"].gaps] == [2]


def test_a_lock_file_that_is_included_is_read_as_what_it_is() -> None:
    lock = 'lock-version = "1.0"\n[[packages]]\nname = "a"\nversion = "1"\n'
    result = read_manifests({"requirements.txt": "-r pylock.toml\n", "pylock.toml": lock})
    assert not result["requirements.txt"].gaps
    assert pins(result["pylock.toml"]) == [("a", "1", 3)]


def test_a_file_that_is_no_requirements_file_has_few_gaps() -> None:
    result = read_manifests({"requirements.txt": "-r README\n", "README": "these are words\n" * 1000 + "a==1\n"})["README"]
    assert pins(result) == [("a", "1", 1001)]
    assert len(result.gaps) == 51
    assert (result.gaps[-1].line, "950" in result.gaps[-1].reason) == (51, True)


def test_inputs_that_include_inputs_are_locked_by_the_output_of_either() -> None:
    files = {"requirements.in": "-c limits\n-r deps/base.in\nflask\n", "deps/base.in": "idna\nredis\n", "limits": "flask<4\n"}
    files["requirements.txt"] = "flask==3.0.3\nidna==3.7\n"
    result = read_manifests(files)
    assert [(path, gap.name, gap.line) for path, manifest in result.items() for gap in manifest.gaps] == [
        ("deps/base.in", "redis", 2)
    ]
    assert "requirements.txt" in result["deps/base.in"].gaps[0].reason
    assert [left.name for left in result["limits"].skipped] == ["flask"]


RYE = """\
# generated by rye
#
# last locked with the following flags:
#   universal: false

-e file:.
-e file:packages/lib
anyio==4.13.0
    # via httpx
httpx==0.28.1
    # via shop
idna==3.13
    # via anyio
    # via httpx
"""


def test_the_lock_files_of_rye_lock_the_whole_workspace() -> None:
    files = {
        "requirements.lock": RYE,
        "requirements-dev.lock": RYE + "pytest==8.0\n    # via shop (pyproject.toml)\n",
        "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["httpx", "lib"]\n'
        '[tool.rye]\ndev-dependencies = ["pytest", "mypy"]\n',
        "packages/lib/pyproject.toml": '[project]\nname = "lib"\ndependencies = ["idna", "redis"]\n',
    }
    result = read_manifests(files)
    assert [(pin.name, pin.line, pin.direct, pin.via) for pin in result["requirements.lock"].pins] == [
        ("anyio", 8, False, ("httpx",)),
        ("httpx", 10, True, ()),
        ("idna", 12, False, ("httpx",)),
    ]
    assert [(path, gap.name) for path, manifest in result.items() for gap in manifest.gaps] == [
        ("packages/lib/pyproject.toml", "redis"),
        ("pyproject.toml", "mypy"),
    ]
    assert "rye lock" in result["pyproject.toml"].gaps[0].hint
    alone = read_manifests({"requirements.lock": RYE, "pyproject.toml": ""})["requirements.lock"]
    assert [(gap.line, gap.kind) for gap in alone.gaps] == [(7, GapKind.UNPINNED)]


@pytest.mark.parametrize("text", ["file:..", "-e file:../lib", "file:///srv/lib", "-e file:lib.whl", "-e file:nothing"])
def test_a_local_project_that_the_tree_lacks_is_a_gap(text: str) -> None:
    assert [(gap.kind, gap.line) for gap in read(f"{text}\n").gaps] == [(GapKind.UNPINNED, 1)]


def test_options_of_pip_are_no_gaps() -> None:
    options = (
        "--pre", "--prefer-binary", "--no-binary :all:", "--only-binary=a,b", "--require-hashes", "--no-require-hashes",
        "--trusted-host packages.example",
        "--use-feature fast-deps", "-f https://files.example", "--no-index", "--extra-index-url https://packages.example",
        'a==1 --global-option="x" --config-settings "k=v"', "b==2 --config-setting=k=v", "--only-final :all:",
        "c==3 --config-settings=k=v --hash=sha256:0",
    )  # fmt: skip
    manifest = read("\n".join(options))
    assert not manifest.gaps
    assert [pin.name for pin in manifest.pins] == ["a", "b", "c"]


def test_lines_for_a_template_engine_are_gaps_and_the_others_are_read() -> None:
    manifest = read("a==1\n{% if cookiecutter.x -%}\nb=={{ version }}\n<%= other %>\n{%- endif %}\nc==3\n")
    assert pins(manifest) == [("a", "1", 1), ("c", "3", 6)]
    assert [(gap.line, gap.kind, "template engine" in gap.reason) for gap in manifest.gaps] == [
        (line, GapKind.UNPARSABLE, True) for line in (2, 3, 4, 5)
    ]


@pytest.mark.parametrize(
    ("index", "host"),
    [
        ("https://pypi.org/simple", ""),
        ("https://user:secret@packages.example/simple", "packages.example"),
        ("file:///srv/simple", "localhost"),
        ("../simple", "localhost"),
        ("${INDEX}", "unknown"),
        ("https://[", "unknown"),
    ],
)
def test_packages_of_an_index_other_than_pypi_are_private(index: str, host: str) -> None:
    lock = f'version = 1\n[[package]]\nname = "a"\nversion = "1"\nsource = {{ registry = "{index}" }}\n'
    result = read_manifests({"requirements.txt": f"--index-url {index}\na==1\n", "uv.lock": lock})
    assert {pin.index for manifest in result.values() for pin in manifest.pins} == {host}
