"""The same dependencies locked by seven tools read the same, whatever format they write."""

from __future__ import annotations

import pytest

from scangate.advisories.manifest_kinds import is_manifest
from scangate.advisories.manifest_reader import read_manifests
from tests.support.lock_file_samples import LOCKS, lock_files

VIA = {
    "anyio": ("httpx",),
    "certifi": ("httpx",),
    "h11": ("httpx", "httpcore"),
    "h2": ("httpx",),
    "hpack": ("httpx", "h2"),
    "httpcore": ("httpx",),
    "httpx": (),
    "hyperframe": ("httpx", "h2"),
    "idna": ("httpx",),
    "iniconfig": (),
    "sniffio": ("httpx",),
    "sqlparse": (),
    "typing-extensions": ("httpx", "anyio"),
}
DIRECT = {"httpx", "iniconfig", "sqlparse"}


@pytest.mark.parametrize("tool", LOCKS)
def test_every_tool_locks_the_same_releases(tool: str) -> None:
    uv = {(pin.name, pin.version) for pin in read_manifests(lock_files("uv"))["uv.lock"].pins}
    lock, _ = LOCKS[tool]
    assert {(pin.name, pin.version) for pin in read_manifests(lock_files(tool))[lock].pins} == uv
    assert {name for name, _ in uv} == VIA.keys()


@pytest.mark.parametrize("tool", LOCKS)
def test_a_pin_has_the_line_of_its_name(tool: str) -> None:
    lock, _ = LOCKS[tool]
    lines = lock_files(tool)[lock].split("\n")
    for pin in read_manifests(lock_files(tool))[lock].pins:
        line = lines[pin.line - 1]
        assert pin.name in line
        assert line.lstrip().startswith((f'name = "{pin.name}"', f'"{pin.name}": {{', f"{pin.name}=="))


@pytest.mark.parametrize("tool", LOCKS)
def test_dependency_chains_are_reported_if_known(tool: str) -> None:
    lock, graph = LOCKS[tool]
    pins = read_manifests(lock_files(tool))[lock].pins
    assert {pin.name for pin in pins if pin.direct} == DIRECT
    assert {pin.name: pin.via for pin in pins} == (VIA if graph else dict.fromkeys(VIA, ()))


@pytest.mark.parametrize("tool", LOCKS)
def test_a_locked_range_is_not_a_gap(tool: str) -> None:
    manifests = read_manifests(lock_files(tool))
    assert all(map(is_manifest, manifests))
    assert not [gap for manifest in manifests.values() for gap in manifest.gaps]
    assert sum(len(manifest.pins) for manifest in manifests.values()) == len(VIA)


@pytest.mark.parametrize("tool", ["uv", "poetry", "poetry_old", "pdm", "pipenv"])
def test_without_a_lock_file_every_range_is_a_gap_with_the_lock_command(tool: str) -> None:
    lock, _ = LOCKS[tool]
    result = read_manifests({path: text for path, text in lock_files(tool).items() if path != lock})
    (manifest,) = result.values()
    assert {gap.name for gap in manifest.gaps} == {"httpx", "iniconfig"}
    assert [(pin.name, pin.version) for pin in manifest.pins] == [("sqlparse", "0.5.0")]
    assert all(gap.line > 1 for gap in manifest.gaps)
    command = {"poetry_old": "poetry lock", "pipenv": "pipenv lock"}.get(tool, "pip-compile")
    assert all(command in gap.hint for gap in manifest.gaps)
