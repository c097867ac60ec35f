"""setup.py is parsed and never run: literal requirements are read, computed ones are a gap with the lock command."""

from __future__ import annotations

import pytest

from scangate.advisories.manifest_kinds import is_manifest
from scangate.advisories.manifest_reader import read_manifests

SETUP = "from setuptools import setup\n"


def read(text: str, **others: str) -> tuple[set[tuple[str, str, int]], list[tuple[int, str]]]:
    """The pins (name, version, line) and the gaps (line, name) of a setup.py."""
    files = {"setup.py": SETUP + text, **{name.replace("_", "."): content for name, content in others.items()}}
    result = read_manifests(files)["setup.py"]
    assert all("pip-compile --all-extras setup.py" in gap.hint for gap in result.gaps if not gap.name or gap.requirement)
    return {(pin.name, pin.version, pin.line) for pin in result.pins}, [(gap.line, gap.name) for gap in result.gaps]


def test_setup_py_is_a_manifest() -> None:
    assert is_manifest("deep/setup.py")
    assert not is_manifest("my_setup.py")


def test_literal_requirements_have_their_lines() -> None:
    pins, gaps = read("setup(\n    install_requires=[\n        'alpha==1.0',\n        'beta>=2',\n    ],\n)\n")
    assert (pins, gaps) == ({("alpha", "1.0", 4)}, [(5, "beta")])


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
    pins, gaps = read(text)
    assert not pins
    assert [name for _, name in gaps] == [""]


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
    result = read_manifests({"setup.py": SETUP + "raise SystemExit(7)\nsetup(install_requires=['alpha==1.0'])\n"})["setup.py"]
    assert [pin.name for pin in result.pins] == ["alpha"]
