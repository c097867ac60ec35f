"""What conda and pixi install with pip is read like any requirement; their own packages are one gap for each file."""

from __future__ import annotations

import pytest

from scangate.advisories.manifest import Manifest
from scangate.advisories.manifest_reader import read_manifests
from scangate.model import GapKind

ENVIRONMENT = """\
name: shop
channels:
  - conda-forge
dependencies:
  - python=3.11
  - pip
  - conda-forge::numpy=1.26  # pinned
  - pandas >=2
  - pip:
      - Django==1.11.1
      - "flask>=2  # a remark"
      - -r deps/more.list
      - -e .
prefix: /srv/conda
"""


def read(text: str, path: str = "environment.yml", **others: str) -> Manifest:
    return read_manifests({path: text, **others})[path]


def pins(manifest: Manifest) -> list[tuple[str, str, int]]:
    return [(pin.name, pin.version, pin.line) for pin in manifest.pins]


def gaps(manifest: Manifest) -> list[tuple[GapKind, int, str]]:
    return [(gap.kind, gap.line, gap.name) for gap in manifest.gaps]


def test_the_pip_part_is_a_requirements_file() -> None:
    found = read_manifests({"env/environment.yml": ENVIRONMENT, "env/deps/more.list": "idna==3.6\n", "env/setup.py": ""})
    manifest = found["env/environment.yml"]
    assert pins(manifest) == [("django", "1.11.1", 10)]
    assert gaps(manifest) == [(GapKind.UNPINNED, 7, ""), (GapKind.UNPINNED, 11, "flask")]
    assert "2 packages of conda" in manifest.gaps[0].reason
    assert [left.line for left in manifest.skipped] == [13]
    assert pins(found["env/deps/more.list"]) == [("idna", "3.6", 1)]


def test_pins_of_the_pip_part_cover_a_range_of_the_project() -> None:
    project = '[project]\nname = "shop"\ndependencies = ["django"]\n'
    assert not read_manifests({"environment.yml": ENVIRONMENT, "pyproject.toml": project})["pyproject.toml"].gaps


@pytest.mark.parametrize("packages", ["[python=3.11, pip]", "[python>=3.9, conda-forge::python, pip]", "['python >=3.9,<3.12']"])
def test_what_every_environment_needs_is_no_gap(packages: str) -> None:
    assert read(f"dependencies: {packages}\n").gaps == ()


@pytest.mark.parametrize(
    "package",
    [
        "conda-forge::numpy=1.26.4",
        "numpy=1.26.4",
        "numpy==1.26.*",
        "numpy 1.26.*",
        "numpy=1.26.*=py3*",
        "'numpy>=1.26,<=2'",
        "numpy",
    ],
)
def test_a_version_that_is_only_a_beginning_is_not_exact(package: str) -> None:
    assert gaps(read(f"dependencies: [{package}]\n")) == [(GapKind.UNPINNED, 1, "")]


@pytest.mark.parametrize(
    "package",
    [
        "numpy 1.26.0",
        "'numpy>=1,==1.26.0'",
        "numpy==1.26.0",
        "numpy=1.26.0=py312_0",
        "conda-forge::numpy==1.26.0",
        "numpy 1.26.0 py312_0",
    ],
)
def test_an_exact_version_that_no_advisory_is_about_is_another_gap_than_a_range(package: str) -> None:
    exact, ranges = read(f"dependencies: [scipy=1.13, {package}]\n"), read("dependencies: [numpy=1.26, 'scipy >=1', pandas]\n")
    assert gaps(exact) == [(GapKind.ADVISORY_UNANSWERED, 1, "")]
    assert gaps(ranges) == [(GapKind.UNPINNED, 1, "")]
    assert "path: environment.yml" in ranges.gaps[0].hint


def test_any_formatting_has_the_line_of_each_requirement() -> None:
    text = '{"name": "x", "dependencies": ["python-dateutil=2.9", {"pip": [\n"a==1",\n"b==2", "c==3"]}]}\n'
    assert pins(read(text)) == [("a", "1", 2), ("b", "2", 3), ("c", "3", 3)]
    assert gaps(read(text)) == [(GapKind.UNPINNED, 1, "")]
    assert pins(read("x: &p [a==1]\ndependencies:\n- pip: *p\n")) == [("a", "1", 1)]


@pytest.mark.parametrize(
    "text",
    [
        "name: x\n", "", "[]", "dependencies: 3\n", "dependencies:\n", "dependencies: {a: b}\n", "# dependencies\n",
        "dependencies:\n- name: redis\n  repository: https://charts.example\n",
    ],
)  # fmt: skip
def test_the_file_of_another_tool_is_empty(text: str) -> None:
    assert read(text, "env.yaml") == Manifest("env.yaml")


def test_malformed_parts_are_gaps_at_their_lines() -> None:
    text = "dependencies:\n- a=1\n- [b]\n- pip:\n  - c==1\n  - {d: 1}\n  - e==\n- conda: [f]\n"
    assert pins(read(text)) == [("c", "1", 5)]
    assert sorted((gap.line, gap.kind.value) for gap in read(text).gaps) == [
        *((2, "unpinned"), (3, "unparsable"), (6, "unparsable"), (7, "unparsable"), (8, "unparsable"))
    ]
    for broken in ("dependencies:\n- pip: [\n", "dependencies: {{ all }}\n- x", "dependencies: " + "[" * 100_000):
        assert [gap.kind for gap in read(broken).gaps] == [GapKind.UNPARSABLE]


def test_a_yaml_file_that_a_requirements_file_includes_is_read_as_pip_reads_it() -> None:
    found = read_manifests({"requirements.txt": "-r deps.yml\n", "deps.yml": "a==1\n"})
    assert pins(found["deps.yml"]) == [("a", "1", 1)]


CONDA_LOCK = """\
version: 1
metadata:
  platforms: [linux-64, osx-64]
package:
- {name: openssl, version: 3.1.0, manager: conda, platform: linux-64, url: 'https://conda.example/openssl-3.1.0-h1.conda'}
- {name: openssl, version: 3.1.0, manager: conda, platform: osx-64, url: 'https://conda.example/openssl-3.1.0-h2.conda'}
- name: requests
  version: 2.19.0
  manager: pip
  platform: linux-64
  dependencies:
    idna: '>=2.5'
  url: https://files.pythonhosted.org/packages/aa/requests-2.19.0-py2.py3-none-any.whl
- name: idna
  version: '2.10'
  manager: pip
  url: https://packages.example/idna-2.10.tar.gz
- {name: fork, version: 1.0.0, manager: pip, url: 'git+https://git.example/fork'}
- {name: odd}
- text
"""


def test_conda_lock() -> None:
    manifest = read(CONDA_LOCK, "envs/linux.conda-lock.yml")
    assert [(pin.name, pin.version, pin.line, pin.direct, pin.via, pin.index) for pin in manifest.pins] == [
        ("requests", "2.19.0", 7, True, (), ""),
        ("idna", "2.10", 14, False, ("requests",), "packages.example"),
    ]
    assert sorted((gap.line, gap.kind.value, gap.name) for gap in manifest.gaps) == [
        *((5, "advisory-unanswered", ""), (18, "unpinned", "fork"), (19, "unparsable", ""), (20, "unparsable", ""))
    ]


PIXI_LOCK = """\
version: 6
environments:
  default:
    packages:
      linux-64:
      - conda: https://conda.anaconda.org/conda-forge/linux-64/zstd-1.5.7-hb78ec9c_6.conda
packages:
- conda: https://conda.anaconda.org/conda-forge/linux-64/zstd-1.5.7-hb78ec9c_6.conda
  sha256: 0
- conda: https://conda.anaconda.org/conda-forge/osx-64/zstd-1.5.7-hb78ec9d_6.conda
- pypi: ./
  name: shop
  version: 0.1.0
  editable: true
- pypi: ./gone
  name: gone
- pypi: https://files.pythonhosted.org/packages/02/08/distlib-0.4.3-py2.py3-none-any.whl
  name: distlib
  version: 0.4.3
  requires_dist:
  - sphinx ; extra == 'docs'
- pypi: git+https://git.example/fork.git@1
  name: fork
  version: '1'
"""
PIXI = """\
[workspace]
channels = ["conda-forge"]
[dependencies]
python = "3.12.*"
numpy = "*"
[pypi-dependencies]
distlib = ">=0.4"
flask = "==3.0.3"
local = { path = ".", editable = true }
[feature.test.pypi-dependencies]
pytest = { version = ">=8", extras = ["x"] }
[feature.test.target.linux.dependencies]
gdb = "*"
"""


def test_pixi_lock() -> None:
    manifest = read(PIXI_LOCK, "pixi.lock")
    assert [(pin.name, pin.version, pin.line, pin.direct) for pin in manifest.pins] == [("distlib", "0.4.3", 17, False)]
    assert [left.name for left in manifest.skipped] == ["shop"]
    assert sorted((gap.line, gap.kind.value, gap.name) for gap in manifest.gaps) == [
        *((8, "advisory-unanswered", ""), (15, "unpinned", "gone"), (22, "unpinned", "fork"))
    ]
    assert "1 package of conda" in next(gap.reason for gap in manifest.gaps if gap.line == 8)


@pytest.mark.parametrize("in_pyproject", [False, True])
def test_pixi(in_pyproject: bool) -> None:
    path = "pyproject.toml" if in_pyproject else "pixi.toml"
    text = PIXI.replace("\n[", "\n[tool.pixi.").replace("[workspace]", "[tool.pixi.workspace]") if in_pyproject else PIXI
    alone, locked = read(text, path), read(text, path, **{"pixi.lock": PIXI_LOCK})
    assert [(gap.line, gap.kind.value, gap.name) for gap in alone.gaps] == [
        *((7, "unpinned", "distlib"), (11, "unpinned", "pytest"), (5, "unpinned", ""))
    ]
    assert "2 packages of conda" in alone.gaps[-1].reason
    assert "pixi lock" in alone.gaps[0].hint
    assert [gap.name for gap in locked.gaps] == ["pytest"]
    assert pins(alone) == [("flask", "3.0.3", 8)]
    assert [left.name for left in alone.skipped] == ["local"]


@pytest.mark.parametrize("text", ["", "version: 1\n", "[]", "package: 3\n", "packages: {a: b}\n", "package: [\n", "packages: *x\n"])
@pytest.mark.parametrize("path", ["conda-lock.yml", "pixi.lock"])
def test_a_malformed_lock_is_one_gap(path: str, text: str) -> None:
    assert [gap.kind for gap in read(text, path).gaps] == [GapKind.UNPARSABLE]


def test_a_conflict_loses_the_entry_that_it_is_in() -> None:
    broken = PIXI_LOCK.replace("- pypi: ./gone\n", "<<<<<<< HEAD\n- pypi: ./gone\n=======\n")
    manifest = read(broken, "pixi.lock")
    assert [(pin.name, pin.line) for pin in manifest.pins] == [("distlib", 19)]
    assert {gap.line for gap in manifest.gaps if gap.kind is GapKind.UNPARSABLE} == {11, 16}
    manifest = read(ENVIRONMENT.replace("  - pip\n", "  - pip\n  - {{ more }\n"))
    assert pins(manifest) == [("django", "1.11.1", 11)]
    assert [(gap.kind, gap.line) for gap in manifest.gaps if gap.name != "flask"] == [
        *((GapKind.UNREADABLE, 13), (GapKind.UNPINNED, 14), (GapKind.UNPARSABLE, 8))
    ]
