"""constraints.txt: every dependency of the package, once, in the range of pyproject.toml, with hashes, from no certain host."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.paths import ROOT

TEXT = (ROOT / "constraints.txt").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = ("attest", "aws", "fleet")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def entries() -> Iterator[tuple[Requirement, list[str]]]:
    """Each pin, with its hashes."""
    for line in TEXT.replace("\\\n", " ").splitlines():
        if line and not line.startswith("#"):
            pin, *hashes = re.split(r"\s+(?=--hash)", line.strip())
            yield Requirement(pin), hashes


PINS = {canonicalize_name(pin.name): pin for pin, _ in entries()}
DECLARED = [
    Requirement(text)
    for text in (*PROJECT["dependencies"], *(each for name in EXTRAS for each in PROJECT["optional-dependencies"][name]))
]


def test_every_line_is_a_pin_with_hashes() -> None:
    found = list(entries())
    assert len(found) == len(PINS) > 50
    for pin, hashes in found:
        assert re.fullmatch(r"==[^=*,<>]+", str(pin.specifier)), pin
        assert pin.url is None
        assert hashes
        assert all(HASH.fullmatch(each) for each in hashes), pin


def test_no_index_or_other_host_is_named() -> None:
    assert not re.search(r"https?:|file:|--(?:extra-)?index-url|--find-links|@", TEXT)
    assert "make constraints" in TEXT


@pytest.mark.parametrize("requirement", DECLARED, ids=str)
def test_a_dependency_is_pinned_within_its_range(requirement: Requirement) -> None:
    (version,) = PINS[canonicalize_name(requirement.name)].specifier
    assert requirement.specifier.contains(version.version), f"{version} is not in {requirement}: make constraints"


def test_what_dependencies_need_is_pinned_too() -> None:
    """By what the installed releases declare."""
    waiting, seen, missing = [requirement.name for requirement in DECLARED], set(), set()
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in seen:
            continue
        seen.add(name)
        missing |= {name} - PINS.keys()
        try:
            needs = [Requirement(text) for text in requires(name) or ()]
        except PackageNotFoundError:
            continue
        waiting += [need.name for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
    assert len(seen) > 50
    assert not missing
