"""What one manifest's reading may depend on is in its group; what it cannot is not."""

from __future__ import annotations

import pytest

from scanners.advisories.closure import closures
from scanners.advisories.manifests import read_all

from .samples import LOCKS, files

LOCK = '[[package]]\nname = "alpha"\nversion = "1.0"\n'
TREE = {
    "a/requirements.txt": "-r more/base.txt\nalpha\n",
    "a/more/base.txt": "beta==1\n",
    "b/requirements.txt": "beta==1\n",
    "c/pyproject.toml": '[project]\nname = "c"\ndependencies = ["alpha"]\n',
    "c/requirements/prod.txt": "alpha==1.0\n",
    "d/pyproject.toml": '[project]\nname = "d"\ndependencies = ["alpha"]\n[tool.poetry]\n',
    "d/poetry.lock": LOCK,
    "e/inner/pyproject.toml": '[project]\nname = "e"\ndependencies = ["alpha"]\n',
    "e/uv.lock": f'version = 1\n{LOCK}[[package]]\nname = "e"\nversion = "1"\nsource = {{editable = "inner"}}\n',
    "f/requirements-dev.txt": "-e ./g\n",
    "g/setup.cfg": "[options]\ninstall_requires =\n  gamma\n",
}


def test_the_groups_are_what_stands_together() -> None:
    groups = {tuple(group) for group in closures(TREE).values()}
    assert groups == {
        ("a/more/base.txt", "a/requirements.txt"),
        ("b/requirements.txt",),
        ("c/pyproject.toml", "c/requirements/prod.txt"),
        ("d/poetry.lock", "d/pyproject.toml"),
        ("e/inner/pyproject.toml", "e/uv.lock"),
        ("f/requirements-dev.txt", "g/setup.cfg"),
    }


def whole_trees() -> dict[str, dict[str, str]]:
    """The tree above, and every tool's sample below folders of one tree."""
    samples = {f"{tool}/{path}": text for tool in LOCKS for path, text in files(tool).items()}
    return {"made up": TREE, "samples": samples, "both": TREE | samples, "rooted": TREE | files("uv") | files("pip_tools")}


@pytest.mark.parametrize("name", whole_trees())
def test_a_group_read_alone_says_what_it_says_among_all(name: str) -> None:
    tree = whole_trees()[name]
    everything = read_all(tree)
    groups = closures(tree)
    assert groups.keys() >= everything.keys()
    for path, manifest in everything.items():
        assert path in groups[path]
        assert read_all({each: tree[each] for each in groups[path]})[path] == manifest
