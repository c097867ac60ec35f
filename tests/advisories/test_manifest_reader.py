"""The front: what is a manifest, what covers what, and what the policy calls internal."""

from __future__ import annotations

import pytest

from scangate.advisories.manifest import Manifest
from scangate.advisories.manifest_kinds import is_manifest
from scangate.advisories.manifest_reader import read_manifests
from scangate.model import GapKind, SkipReason
from tests.support.lock_file_samples import lock_files

RANGE = '[project]\nname = "shop"\ndependencies = [\n  "flask>=2",\n]\n'


def reasons(manifest: Manifest) -> list[tuple[int, str]]:
    return [(gap.line, gap.name) for gap in manifest.gaps]


@pytest.mark.parametrize(
    "path",
    [
        "requirements.txt", "requirements-dev.txt", "dev-requirements.txt", "constraints.txt",
        "requirements/base.txt", "a/requirements.in",
        "pylock.toml", "pylock.prod.toml", "uv.lock", "tool.py.lock", "poetry.lock", "Pipfile", "Pipfile.lock", "pdm.lock",
        "pyproject.toml", "deep/down/setup.cfg",
    ],
)  # fmt: skip
def test_manifests_are_recognized_by_name(path: str) -> None:
    assert is_manifest(path)


@pytest.mark.parametrize(
    "path", ["notes.txt", "my.pylock.toml", "Cargo.lock", "package.json", "app.py", "requirements", "a.pyproject.toml"]
)
def test_other_files_are_not_manifests(path: str) -> None:
    assert not is_manifest(path)


def test_a_lock_of_another_folder_covers_only_the_members_of_its_workspace() -> None:
    lock = 'version = 1\n[manifest]\nmembers = ["shop"]\n[[package]]\nname = "shop"\nversion = "1"\n'
    lock += 'source = { editable = "apps/shop" }\n'
    lock += 'dependencies = [{ name = "flask" }]\n[[package]]\nname = "flask"\nversion = "3.0.3"\n'
    lock += 'source = { registry = "https://pypi.org/simple" }\n'
    result = read_manifests(
        {"uv.lock": lock, "apps/shop/pyproject.toml": RANGE, "other/pyproject.toml": RANGE.replace("shop", "other")}
    )
    assert not result["apps/shop/pyproject.toml"].gaps
    assert reasons(result["other/pyproject.toml"]) == [(4, "flask")]
    assert result["uv.lock"].workspace_members == {"shop"}


def test_pins_of_a_requirements_file_cover_a_range() -> None:
    assert not read_manifests({"pyproject.toml": RANGE, "requirements.txt": "Flask==3.0.3\n"})["pyproject.toml"].gaps
    assert read_manifests({"pyproject.toml": RANGE, "requirements.txt": "Flask>=3\n"})["pyproject.toml"].gaps


def test_a_lock_that_lacks_a_name_does_not_cover_it() -> None:
    result = read_manifests({**lock_files("uv"), "pyproject.toml": RANGE})["pyproject.toml"]
    assert reasons(result) == [(4, "flask")]
    assert [gap.kind for gap in result.gaps] == [GapKind.UNPINNED]


def test_an_exact_pin_counts_unless_the_lock_has_that_release() -> None:
    pinned = RANGE.replace(">=2", "==2.0.1")
    assert [(pin.version, pin.line) for pin in read_manifests({"pyproject.toml": pinned})["pyproject.toml"].pins] == [("2.0.1", 4)]
    assert not read_manifests({"pyproject.toml": pinned, "requirements.txt": "flask==2.0.1"})["pyproject.toml"].pins
    assert read_manifests({"pyproject.toml": pinned, "requirements.txt": "flask==2.0.2"})["pyproject.toml"].pins


def test_internal_names_are_skipped_with_a_reason() -> None:
    text = "flask==1.0\nacme-web==2.0\nAcme_Tools>=1\nacme.db @ git+https://git.example/acme/db\n"
    result = read_manifests({"requirements.txt": text}, ["Acme_*"])["requirements.txt"]
    assert [pin.name for pin in result.pins] == ["flask"]
    assert not result.gaps
    assert [(left.name, left.line) for left in result.skipped] == [("acme-web", 2), ("acme-tools", 3), ("acme-db", 4)]
    assert {left.reason for left in result.skipped} == {SkipReason.INTERNAL_DEPENDENCY}


BROKEN = {
    "uv.lock": ['version = 1\n[[package]\n', "version = 2\npackage = []\n", "",
                "version = 1\n[[package]]\nname = 3\nsource = {}\n"],
    "poetry.lock": ["", "a = 1", '[metadata]\nlock-version = "9.0"\n', '[[package]]\nname = "a"\n[metadata]\n'],
    "pdm.lock": ["", "[metadata]\n", '[metadata]\nlock_version = "9"\n'],
    "pylock.toml": ["", 'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nversion = "1"\n',
                    'lock-version = "2.0"\ncreated-by = "x"\npackages = []\n'],
    "Pipfile.lock": ["", "[]", "{", '{"_meta": {}, "default": []}', '{"_meta": {}, "default": {"a": 3}}', "[" * 100_000],
    "pyproject.toml": ["[project", "[project]\ndependencies = 3\n", "x = " + "[" * 100_000, ".".join("a" * 100_000) + " = 1"],
    "Pipfile": ["packages = 3", "[packages]\na = \n"],
    "setup.cfg": ["[options\n", "install_requires = a\n", "[options]\nx = 1\n[options]\n"],
}  # fmt: skip


@pytest.mark.parametrize(("path", "text"), [(path, text) for path, texts in BROKEN.items() for text in texts])
def test_a_malformed_file_is_one_gap(path: str, text: str) -> None:
    manifest = read_manifests({path: text})[path]
    (gap,) = manifest.gaps
    assert gap.kind is GapKind.UNPARSABLE
    assert 1 <= gap.line <= text.count("\n") + 1
    assert gap.hint
    assert not manifest.pins


def test_an_error_has_its_line() -> None:
    lock = 'version = 1\n\n[[package]]\nname = "a"\nsource = {registry = "x"}\n\n[[package]]\nname = 3\nsource = {}\n'
    assert read_manifests({"uv.lock": lock})["uv.lock"].gaps[0].line == 8
    assert read_manifests({"Pipfile.lock": '{\n"_meta": {},\n"default": {\n"a": {},\n"b": 3}}'})["Pipfile.lock"].gaps[0].line == 5
    assert read_manifests({"pyproject.toml": "[project]\nname = 'a'\nversion = \n"})["pyproject.toml"].gaps[0].line == 3


def test_too_many_entries_are_refused() -> None:
    text = "a==1\n" * 100_001
    assert read_manifests({"requirements.txt": text})["requirements.txt"].gaps[0].kind is GapKind.TOO_LARGE


def test_any_line_end_and_order_of_files_reads_the_same() -> None:
    for tool in ("uv", "pipenv", "pip_tools"):
        plain = read_manifests(lock_files(tool))
        assert read_manifests({path: text.replace("\n", "\r\n") for path, text in reversed(lock_files(tool).items())}) == plain
