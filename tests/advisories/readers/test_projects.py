"""What projects declare: pyproject.toml in its dialects, setup.cfg, Pipfile."""

from __future__ import annotations

from scangate.advisories.manifest import Manifest
from scangate.advisories.manifest_reader import read_manifests


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
