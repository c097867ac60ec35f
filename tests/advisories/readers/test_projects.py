"""What projects declare: pyproject.toml in its dialects, setup.cfg, Pipfile."""

from __future__ import annotations

from scangate.advisories.manifest import Manifest
from scangate.advisories.manifest_reader import read_manifests
from scangate.model import GapKind


def read(path: str, text: str, **others: str) -> Manifest:
    return read_manifests({path: text, **others})[path]


def gap_lines(manifest: Manifest) -> list[tuple[str, int]]:
    return [(gap.name, gap.line) for gap in manifest.gaps]


STANDARD = """\
[build-system]
requires = ["hatchling>=1"]
[project]
name = "Shop"
dependencies = [
  "flask>=2", # a remark
  'jinja2',
  "shop[dev]",
  "lib @ git+https://git.example/lib",
  "wheel==0.40",
]
[project.optional-dependencies]
dev = ["pytest>=8"]
[dependency-groups]
test = ["coverage", {include-group = "lint"}]
lint = ["ruff==0.5.0"]
"""


def test_the_standard_tables() -> None:
    result = read("pyproject.toml", STANDARD)
    assert result.project == "shop"
    assert gap_lines(result) == [("flask", 6), ("jinja2", 7), ("lib", 9), ("pytest", 13), ("coverage", 15)]
    assert [(pin.name, pin.line, pin.direct) for pin in result.pins] == [("wheel", 10, True), ("ruff", 16, True)]
    assert [(left.name, left.line) for left in result.skipped] == [("hatchling", 2)]


POETRY = """\
[tool.poetry]
name = "shop"
[tool.poetry.dependencies]
python = "^3.11"
flask = "^2"
exact = "1.2.3"
same = {version = "==1.0"}
wild = "1.2.*"
repository = {git = "https://git.example/x"}
address = {url = "https://files.example/x.whl"}
"lib" = {path = "lib", develop = true}
gone = {path = "../gone"}
many = [{version = "1.0", python = "<3.12"}, {version = "^2.0"}]
[tool.poetry.dependencies.spread]
version = ">=1"
[tool.poetry.group.dev.dependencies]
pytest = "*"
"""


def test_the_tables_of_poetry() -> None:
    result = read_manifests({"pyproject.toml": POETRY, "lib/pyproject.toml": ""})["pyproject.toml"]
    lines = [
        ("flask", 5),
        ("wild", 8),
        ("repository", 9),
        ("address", 10),
        ("gone", 12),
        ("many", 13),
        ("spread", 14),
        ("pytest", 17),
    ]
    assert gap_lines(result) == lines
    assert [(pin.name, pin.version) for pin in result.pins] == [("exact", "1.2.3"), ("same", "1.0"), ("many", "1.0")]
    assert [left.name for left in result.skipped] == ["lib"]
    assert all("poetry lock" in gap.hint for gap in result.gaps if gap.name == "flask")


def test_the_tables_of_uv_and_pdm() -> None:
    text = '[project]\nname = "a"\ndependencies = ["b", "c", "d"]\n[tool.uv]\ndev-dependencies = ["e"]\n'
    text += '[tool.uv.sources]\nb = {workspace = true}\nC = {git = "https://git.example/c"}\nd = {index = "own"}\n'
    result = read("pyproject.toml", text, **{"b/pyproject.toml": '[project]\nname = "B"\n'})
    assert gap_lines(result) == [("c", 3), ("d", 3), ("e", 5)]
    assert [left.name for left in result.skipped] == ["b"]
    result = read("pyproject.toml", '[tool.pdm.dev-dependencies]\ntest = ["pytest", "-e file:///${PROJECT_ROOT}/lib#egg=lib"]\n')
    assert [gap.line for gap in result.gaps] == [2, 2]


def test_dependencies_in_other_files() -> None:
    dynamic = '[project]\nname = "a"\ndynamic = ["version", "dependencies"]\n'
    assert gap_lines(read("pyproject.toml", dynamic)) == [("", 3)]
    assert not read_manifests({"pyproject.toml": dynamic, "requirements.txt": "a==1\n"})["pyproject.toml"].gaps
    files = {"pyproject.toml": dynamic + '[tool.setuptools.dynamic]\ndependencies = {file = ["deps.list"]}\n'}
    assert gap_lines(read_manifests(files)["pyproject.toml"]) == [("", 5)]
    result = read_manifests({**files, "deps.list": "b==1\n"})
    assert not result["pyproject.toml"].gaps
    assert [pin.name for pin in result["deps.list"].pins] == ["b"]


def test_a_file_without_dependencies_is_empty() -> None:
    for path, text in {
        "pyproject.toml": "[tool.ruff]\nline-length = 100\n",
        "setup.cfg": "[flake8]\nignore = E1\n",
        "Pipfile": "",
    }.items():
        assert read(path, text) == Manifest(path)


SETUP = """\
[metadata]
name = shop
[options]
install_requires =
    flask>=2
    # a remark
    jinja2==3.0 ; python_version > "3"
[options.extras_require]
dev = pytest
docs =
    sphinx>1
"""


def test_setup_cfg() -> None:
    result = read("setup.cfg", SETUP)
    assert result.project == "shop"
    assert gap_lines(result) == [("flask", 5), ("pytest", 9), ("sphinx", 11)]
    assert [(pin.name, pin.version, pin.line) for pin in result.pins] == [("jinja2", "3.0", 7)]
    assert gap_lines(read("setup.cfg", "[options]\ninstall_requires = file: deps.list\n")) == [("", 2)]


def test_pipfile() -> None:
    text = '[[source]]\nurl = "https://pypi.org/simple"\n[packages]\nflask = "*"\n'
    text += 'jinja2 = "==3.0"\nlib = {path = ".", editable = true}\n'
    result = read_manifests({"Pipfile": text, "setup.cfg": ""})["Pipfile"]
    assert gap_lines(result) == [("flask", 4)]
    assert [(pin.name, pin.line) for pin in result.pins] == [("jinja2", 5)]
    assert [left.name for left in result.skipped] == ["lib"]


BAD_PROJECT = """\
[project]
name = "shop"
dependencies = ["flask>=2", 3, "jinja2==3.0"]
optional-dependencies = {dev = "pytest", docs = ["sphinx>1", {}]}
[dependency-groups]
lint = ["ruff==0.5.0", {include-group = "x"}, 7]
test = 3
[build-system]
requires = "hatchling"
[tool.poetry]
dependencies = []
group.dev = 3
[tool.uv]
dev-dependencies = ["coverage"]
sources = {flask = 3, jinja2 = [4]}
[tool.pdm]
dev-dependencies = 1
[tool.hatch.envs.default]
dependencies = ["mypy"]
"""


def test_a_malformed_entry_of_a_project_loses_that_entry() -> None:
    result = read("pyproject.toml", BAD_PROJECT)
    malformed = sorted(gap.line for gap in result.gaps if gap.kind is GapKind.UNPARSABLE)
    assert malformed == [3, 4, 4, 6, 7, 9, 11, 12, 17]
    assert [gap.name for gap in result.gaps if gap.kind is GapKind.UNPINNED] == ["flask", "sphinx", "coverage", "mypy"]
    assert [pin.name for pin in result.pins] == ["jinja2", "ruff"]


def test_a_malformed_category_of_a_pipfile_loses_that_category() -> None:
    result = read("Pipfile", 'packages = 3\n[dev-packages]\nflask = "==3.0.3"\njinja2 = 3\n')
    assert [(pin.name, pin.line) for pin in result.pins] == [("flask", 3)]
    assert [(gap.kind, gap.line) for gap in result.gaps] == [(GapKind.UNPARSABLE, 1), (GapKind.UNPARSABLE, 4)]


def test_the_reason_names_the_files_that_were_searched() -> None:
    project = '[project]\nname = "shop"\ndependencies = ["flask>=2"]\n'
    lock = 'version = 1\n[[package]]\nname = "a"\nversion = "1"\nsource = { registry = "https://pypi.org/simple" }\n'
    for files, words in (
        ({}, ("no lock file of its project",)),
        ({"uv.lock": lock}, ("not pinned in uv.lock",)),
        ({"uv.lock": "version = 3\n"}, ("uv.lock cannot be read",)),
        ({"poetry.lock": "x"}, ("poetry.lock cannot be read",)),
        ({"requirements.txt": "flask>=2\n"}, ("not pinned in requirements.txt",)),
        ({"requirements.lock": "a==1\n"}, ("not pinned in requirements.lock",)),
        ({"requirements/base.txt": "a==1\n", "pylock.prod.toml": ""}, ("pylock.prod.toml cannot be read",)),
        ({f"requirements-{n}.txt": "" for n in range(5)}, ("requirements-0.txt", "2 more files")),
        ({"other/requirements.txt": "flask==3.0.3\n"}, ("no lock file of its project",)),
        ({"other/uv.lock": lock, "tool.py.lock": lock}, ("no lock file of its project",)),
    ):
        (gap,) = read("pyproject.toml", project, **files).gaps
        assert all(word in gap.reason for word in words), (files, gap.reason)


def test_a_file_of_dependencies_that_is_missing_is_named() -> None:
    setuptools = '[project]\nname = "a"\ndynamic = ["dependencies"]\n[tool.setuptools.dynamic]\n'
    (gap,) = read("pyproject.toml", setuptools + 'dependencies = {file = "deps/all.list"}\n').gaps
    assert ("deps/all.list" in gap.reason, gap.line) == (True, 5)
    (gap,) = read("setup.cfg", "[options]\ninstall_requires = file: deps.list\n").gaps
    assert ("deps.list" in gap.reason, gap.line) == (True, 2)
    (gap,) = read("pyproject.toml", '[project]\nname = "a"\ndynamic = ["dependencies"]\n').gaps
    assert "computed by code" in gap.reason


def test_a_member_of_a_workspace_is_audited_only_if_the_tree_has_it() -> None:
    text = '[project]\nname = "shop"\ndependencies = ["lib"]\n[tool.uv.sources]\nlib = {workspace = true}\n'
    assert gap_lines(read("pyproject.toml", text)) == [("lib", 3)]
    assert gap_lines(read("pyproject.toml", text, **{"any/pyproject.toml": '[project]\nname = "Lib"\n'})) == []
    text = text.replace("workspace = true", 'path = "../lib"')
    assert gap_lines(read("app/pyproject.toml", text)) == [("lib", 3)]
    assert gap_lines(read("app/pyproject.toml", text, **{"lib/setup.py": ""})) == []


def test_a_malformed_line_of_setup_cfg_loses_that_line() -> None:
    result = read(
        "setup.cfg", "[options]\ninstall_requires =\n  flask==3.0.3\nthis is a line\n[options.extras_require]\nx = a==1\n"
    )
    assert [(pin.name, pin.line) for pin in result.pins] == [("flask", 3), ("a", 6)]
    assert [(gap.kind, gap.line) for gap in result.gaps] == [(GapKind.UNPARSABLE, 4)]
    result = read("setup.cfg", "[options]\ninstall_requires = a==1\ninstall_requires = b==1\n")
    assert [pin.name for pin in result.pins] == ["b"]
    assert [(gap.kind, gap.line) for gap in result.gaps] == [(GapKind.UNPARSABLE, 3)]


def test_the_files_that_a_plugin_of_hatch_reads() -> None:
    hatch = '[project]\nname = "a"\ndynamic = ["dependencies"]\n[tool.hatch.metadata.hooks.requirements_txt]\n'
    result = read_manifests({"pyproject.toml": hatch + 'files = ["deps.list"]\n', "deps.list": "b==1\n"})
    assert not result["pyproject.toml"].gaps
    assert [pin.name for pin in result["deps.list"].pins] == ["b"]
    (gap,) = read("pyproject.toml", hatch + 'filename = "gone"\n').gaps
    assert "gone" in gap.reason


def test_a_setup_py_that_cannot_be_parsed_has_a_reason_of_its_own() -> None:
    (gap,) = read("setup.py", "from setuptools import setup\nsetup(install_requires=[\n").gaps
    assert "cannot be parsed" in gap.reason
    (gap,) = read("setup.py", "from setuptools import setup\nsetup(install_requires=names())\n").gaps
    assert "computed by code" in gap.reason


def test_a_manifest_is_known_in_any_case() -> None:
    files = {
        "PyProject.TOML": '[project]\ndependencies = ["a==1"]\n',
        "Poetry.Lock": '[[package]]\nname = "b"\nversion = "1"\n[metadata]\n',
    }
    assert {pin.name for manifest in read_manifests(files).values() for pin in manifest.pins} == {"a", "b"}
