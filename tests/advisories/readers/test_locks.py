"""Lock files: where their packages come from when it is not an index, and the lines whatever the formatting."""

from __future__ import annotations

import pytest

from scangate.advisories.manifest import Manifest
from scangate.advisories.manifest_reader import read_manifests
from scangate.advisories.origins import Origin

UV = """\
version = 1
[[package]]
name = "app"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "top" }]
[[package]]
name = "top"
version = "1.0"
source = { registry = "https://token@packages.example/simple" }
dependencies = [{ name = "below", marker = "python_version < '3'" }]
[[package]]
name = "below"
version = "2.0"
source = { registry = "https://pypi.org/simple" }
[[package]]
name = "repository"
version = "1"
source = { git = "https://git.example/x?rev=1#abc" }
[[package]]
name = "address"
version = "1"
source = { url = "https://files.example/x.whl" }
[[package]]
name = "file"
version = "1"
source = { path = "x.whl" }
[[package]]
name = "outside"
version = "1"
source = { editable = "../outside" }
[[package]]
name = "inside"
source = { editable = "inside" }
"""
POETRY = """\
[[package]]
name = "Top.Level"
version = "1.0"
[package.dependencies]
Below = {version = "*", optional = true}
[[package]]
name = "below"
version = "2.0"
[package.source]
type = "legacy"
url = "https://packages.example/simple"
reference = "own"
[[package]]
name = "repository"
version = "1"
[package.source]
type = "git"
url = "https://git.example/x.git"
[[package]]
name = "address"
version = "1"
[package.source]
type = "url"
url = "https://files.example/x.whl"
[[package]]
name = "file"
version = "1"
[package.source]
type = "file"
url = "x.whl"
[[package]]
name = "outside"
version = "1"
[package.source]
type = "directory"
url = "../outside"
[[package]]
name = "inside"
version = "1"
[package.source]
type = "directory"
url = "inside"
[metadata]
lock-version = "2.0"
"""


WHEEL = 'wheels = [{{url = "https://files.example/{}-py3-none-any.whl", hashes = {{sha256 = "0"}}}}]\n'


def origins(manifest: Manifest) -> dict[str, Origin]:
    return {gap.name: Origin(gap.reason) for gap in manifest.gaps if any(gap.reason == origin.value for origin in Origin)}


ORIGINS = {"repository": Origin.VCS, "address": Origin.URL, "file": Origin.PATH, "outside": Origin.PATH}


def test_uv() -> None:
    result = read_manifests({"uv.lock": UV, "inside/pyproject.toml": ""})["uv.lock"]
    assert [(pin.name, pin.direct, pin.via, pin.index) for pin in result.pins] == [
        ("top", True, (), "packages.example"),
        ("below", False, ("top",), ""),
    ]
    assert origins(result) == ORIGINS
    assert [left.name for left in result.skipped] == ["app", "inside"]


def test_poetry() -> None:
    result = read_manifests({"poetry.lock": POETRY, "inside/setup.py": ""})["poetry.lock"]
    assert [(pin.name, pin.direct, pin.via, pin.index) for pin in result.pins] == [
        ("top-level", True, (), ""),
        ("below", False, ("top-level",), "packages.example"),
    ]
    assert origins(result) == ORIGINS
    assert [left.name for left in result.skipped] == ["inside"]


def test_pdm() -> None:
    text = '[metadata]\nlock_version = "4.5"\n'
    for keys in ('name="a"\nversion="1"\ndependencies=["b>=1"]', 'name="b"\nversion="2"', 'name="b"\nversion="2"\nextras=["x"]'):
        text += f"[[package]]\n{keys}\n"
    for name, key in {
        "repository": 'git="https://git.example/x"',
        "address": 'url="https://x.example"',
        "file": 'path="./x.whl"',
    }.items():
        text += f'[[package]]\nname="{name}"\nversion="1"\n{key}\n'
    result = read_manifests({"pdm.lock": text})["pdm.lock"]
    assert [(pin.name, pin.via) for pin in result.pins] == [("a", ()), ("b", ("a",))]
    assert origins(result) == {name: origin for name, origin in ORIGINS.items() if name != "outside"}


def test_pipfile_lock_of_any_formatting() -> None:
    text = '{"_meta":{"sources":[{"name":"own","url":"https://u:p@packages.example/simple"}]},"default":'
    text += '{"a":{"version":"==1","index":"own"},\n'
    text += '"b"\n:{"version":"==2"},"repository":{"git":"https://git.example","ref":"1"},"none":{}},'
    text += '"develop":{"a":{"version":"==1"}},"x":{"\\u0063":{"version":"==3"}}}'
    result = read_manifests({"Pipfile.lock": text})["Pipfile.lock"]
    assert [(pin.name, pin.line, pin.index) for pin in result.pins] == [("a", 1, "packages.example"), ("b", 3, ""), ("c", 3, "")]
    assert origins(result) == {"repository": Origin.VCS}
    assert [gap.name for gap in result.gaps] == ["repository", "none"]


def test_pylock() -> None:
    text = (
        'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "a"\nversion = "1.0"\ndependencies = [{name = "b"}]\n'
        + WHEEL.format("a-1.0")
    )
    text += (
        '[[packages]]\nname = "b"\nversion = "2.0"\nmarker = "python_version < \'3\'"\nindex = "https://pypi.org/simple"\n'
        + WHEEL.format("b-2.0")
    )
    text += '[[packages]]\nname = "repository"\nvcs = {type = "git", url = "https://git.example", commit-id = "1"}\n'
    text += '[[packages]]\nname = "address"\narchive = {url = "https://files.example/x.zip", hashes = {sha256 = "0"}}\n'
    text += '[[packages]]\nname = "inside"\ndirectory = {path = "."}\n[[packages]]\nname = "outside"\ndirectory = {path = "/srv"}\n'
    result = read_manifests({"pylock.toml": text})["pylock.toml"]
    assert [(pin.name, pin.line, pin.marker) for pin in result.pins] == [("a", 4, ""), ("b", 9, "python_version < '3'")]
    assert origins(result) == {name: origin for name, origin in ORIGINS.items() if name != "file"}
    assert [left.name for left in result.skipped] == ["inside"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            (
                'x = """\n[[package]]\nname = "no"\n"""\nversion = 1\n'
                '[[ package ]]\n# name = "no"\nsource = {registry = "x"}\nname = "a"\nversion = "1"\n'
            ),
            [9],
        ),
        ('version = 1\n[[package]]\n"name" = "a"\nversion = "1"\nsource = {registry = "x"}\n', [2]),
        ('version = 1\npackage = [{name = "a", version = "1", source = {registry = "x"}}]\n', [1]),
        ("version = 1\n[['package']]\nname = 'a'\nversion = '1'\nsource = {registry = 'x'}\n", [1]),
    ],
)
def test_lines_are_right_for_any_formatting(text: str, lines: list[int]) -> None:
    assert [pin.line for pin in read_manifests({"uv.lock": text})["uv.lock"].pins] == lines


def test_invalid_names_and_versions_are_gaps() -> None:
    text = "version = 1\n" + "".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{registry = "x"}}\n'
        for name, version in [
            ("a\\nb==1", "1"),
            ("\\u212aelvin", "1"),
            ("", "1"),
            ("a", "1\\n2"),
            ("b", "9" * 5000),
            ("c", "1 ; x"),
        ]
    )
    result = read_manifests({"uv.lock": text})["uv.lock"]
    assert not result.pins
    assert len(result.gaps) == 6


def test_a_long_chain_is_omitted() -> None:
    packages = [
        f'[[package]]\nname = "p{n}"\nversion = "1"\nsource = {{registry = "x"}}\ndependencies = [{{name = "p{n + 1}"}}]\n'
        for n in range(3000)
    ]
    result = read_manifests({"uv.lock": "version = 1\n" + "".join(packages)})["uv.lock"]
    assert [len(pin.via) for pin in result.pins[:52]] == [*range(51), 0]
    assert result.pins[2999].via == ()
