"""setup.py is read and never run: literal requirements are told, and what it works out is a gap that names the command."""

from __future__ import annotations

import pytest

from scangate.advisories.manifest_kinds import is_manifest
from scangate.advisories.manifest_reader import read_manifests

SETUP = "from setuptools import setup\n"


def read(text: str, **beside: str) -> tuple[set[tuple[str, str, int]], list[tuple[int, str]]]:
    """The pins (name, version, line) and the holes (line, name) of a setup.py."""
    files = {"setup.py": SETUP + text, **{name.replace("_", "."): content for name, content in beside.items()}}
    told = read_manifests(files)["setup.py"]
    assert all("pip-compile --all-extras setup.py" in hole.hint for hole in told.gaps if not hole.name or hole.requirement)
    return {(pin.name, pin.version, pin.line) for pin in told.pins}, [(hole.line, hole.name) for hole in told.gaps]


def test_setup_py_is_a_manifest() -> None:
    assert is_manifest("deep/setup.py")
    assert not is_manifest("my_setup.py")


def test_literal_requirements_have_their_lines() -> None:
    pins, holes = read("setup(\n    install_requires=[\n        'alpha==1.0',\n        'beta>=2',\n    ],\n)\n")
    assert (pins, holes) == ({("alpha", "1.0", 4)}, [(5, "beta")])


@pytest.mark.parametrize(
    "text",
    [
        "setup(install_requires='alpha==1.0\\n')\n",
        "setuptools.setup(install_requires=('alpha==1.0',))\n",
        "setup(extras_require={'x': ['alpha==1.0']})\n",
        "NEEDS = ['alpha==1.0']; setup(install_requires=NEEDS)\n",
    ],
)
def test_every_literal_form_is_read(text: str) -> None:
    assert read(text) == ({("alpha", "1.0", 2)}, [])


@pytest.mark.parametrize(
    "text",
    [
        "setup(install_requires=open('x').read().split())\n",
        "setup(install_requires=['alpha==1.0'] + MORE)\n",
        "setup(**options)\n",
        "setup(extras_require={**more})\n",
        "NEEDS = []; NEEDS.append('alpha'); setup(install_requires=NEEDS)\n",
        "NEEDS = []; NEEDS = ['beta']; setup(install_requires=NEEDS)\n",
        "if 1: NEEDS = []\nsetup(install_requires=NEEDS)\n",
        "setup(install_requires=[f'alpha=={version}'])\n",
        "print 'Python 2'\n",
        "run()\n",
    ],
)
def test_computed_dependencies_are_a_gap(text: str) -> None:
    pins, holes = read(text)
    assert not pins
    assert [name for _, name in holes] == [""]


def test_locked_or_declared_dependencies_are_not_a_gap() -> None:
    assert read("setup()\n") == (set(), [])
    assert read("setup(install_requires=['beta>=2'])\n", requirements_txt="beta==2.1\n") == (set(), [])
    assert read("setup(install_requires=work())\n", requirements_txt="beta==2.1\n") == (set(), [])
    assert read("setup(install_requires=work())\n", pyproject_toml="[project]\nname = 'x'\n") == (set(), [])
    dynamic = "[project]\nname = 'x'\ndynamic = ['dependencies']\n"
    assert read("setup(install_requires=work())\n", pyproject_toml=dynamic) == (set(), [(2, "")])


def test_a_file_without_setup_has_no_dependencies() -> None:
    assert read_manifests({"setup.py": "def setup_database():\n    pass\n"})["setup.py"].gaps == ()


def test_setup_py_is_never_executed() -> None:
    told = read_manifests({"setup.py": SETUP + "raise SystemExit(7)\nsetup(install_requires=['alpha==1.0'])\n"})["setup.py"]
    assert [pin.name for pin in told.pins] == ["alpha"]
