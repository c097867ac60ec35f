"""osv: what it finds in the store for a lock file, and what it says where it cannot look."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.advisories.ecosystems import NPM
from scangate.advisories.importer import import_osv
from scangate.content.scanner_suggestions import OSV_ECOSYSTEMS
from scangate.model import GapKind, ScanResult, ScanStatus, Severity
from scangate.plugin import FileFacts
from scangate.tools import osv
from tests.support.osv_records import CRITICAL, NOW, osv_record, write_archive
from tests.support.scan_harness import ScanHarness

LOCK = """{
  "lockfileVersion": 3,
  "packages": {
    "": {"dependencies": {"a": "^1.0.0"}},
    "node_modules/a": {"version": "1.0.0", "dependencies": {"@s/b": "2"}},
    "node_modules/@s/b": {"version": "2.0.0"}
  }
}"""
VULNERABLE = osv_record(
    "GHSA-aaaa-bbbb-cccc",
    "@s/b",
    ("introduced", "0"),
    ("fixed", "2.0.1"),
    ecosystem="npm",
    aliases=["CVE-2025-1"],
    severity=[{"type": "CVSS_V3", "score": CRITICAL}],
)
MALICIOUS = osv_record("MAL-2025-1", "a", ecosystem="npm", versions=["1.0.0"])


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "store.sqlite"
    monkeypatch.setenv("SCANGATE_STORE", str(path))
    archive = write_archive(tmp_path / "npm.zip", [VULNERABLE, MALICIOUS])
    import_osv(archive, path, lambda *_: None, imported=NOW, ecosystem=NPM)
    return path


def scanned(tmp_path: Path, files: dict[str, bytes | str], options: osv.Options | None = None) -> ScanResult:
    return ScanHarness(tmp_path / "bench").result(osv, files, options or osv.Options())


@pytest.mark.usefixtures("store")
def test_a_vulnerable_and_a_malicious_package(tmp_path: Path) -> None:
    result = scanned(tmp_path, {"package-lock.json": LOCK})
    found = {finding.rule: finding for finding in result.findings}
    assert found.keys() == {"osv:CVE-2025-1", "osv:MAL-2025-1"}
    vulnerable, malicious = found["osv:CVE-2025-1"], found["osv:MAL-2025-1"]
    assert (vulnerable.severity, malicious.severity) == (Severity.CRITICAL, Severity.CRITICAL)
    assert (vulnerable.cwe, malicious.cwe) == ((1395,), (506,))
    package = vulnerable.affected_package
    assert package is not None
    assert (package.name, package.version, package.fixed_in, package.upgrade, package.kind) == (
        "@s/b",
        "2.0.0",
        ("2.0.1",),
        "2.0.1",
        "npm",
    )
    assert vulnerable.location.line == 6
    assert "required by a" in vulnerable.message
    assert {(each.name, each.direct, each.via, each.kind) for each in result.components} == {
        ("a", True, (), "npm"),
        ("@s/b", False, ("a",), "npm"),
    }


@pytest.mark.usefixtures("store")
def test_only_ecosystems_with_advisories_are_read(tmp_path: Path) -> None:
    prepared = osv.prepare(osv.Options(), {"SCANGATE_STORE": str(tmp_path / "store.sqlite")})
    assert prepared.ecosystems == ("npm",)
    assert osv.reads(FileFacts("package-lock.json", "npm-manifest"), prepared)
    assert not osv.reads(FileFacts("go.mod", "go-manifest"), prepared)
    assert [each.content_type for each in osv.coverage(prepared)] == ["npm-manifest"]
    assert not osv.prepare(osv.Options(), {"SCANGATE_STORE": str(tmp_path / "none")}).ecosystems


@pytest.mark.usefixtures("store")
def test_old_advisories_are_a_gap(tmp_path: Path) -> None:
    result = scanned(tmp_path, {"package-lock.json": LOCK}, osv.Options(max_age_days=1))
    assert [gap.kind for gap in result.gaps] == [GapKind.STALE_STORE]
    assert "--ecosystem npm" in result.gaps[0].hint
    assert len(result.findings) == 2


def test_no_advisories_are_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANGATE_STORE", str(tmp_path / "none"))
    result = scanned(tmp_path, {"package-lock.json": LOCK})
    assert [gap.kind for gap in result.gaps] == [GapKind.ADVISORY_UNANSWERED]
    assert result.status is ScanStatus.FAILED


@pytest.mark.usefixtures("store")
def test_a_manifest_of_a_format_that_it_does_not_read_is_not_analyzed(tmp_path: Path) -> None:
    result = scanned(tmp_path, {"bower.json": "{}"})
    assert [(gap.kind, gap.content_type) for gap in result.gaps] == [(GapKind.NOT_ANALYZED, "npm-manifest")]


def test_what_is_suggested_is_what_it_audits() -> None:
    assert {name: ecosystem.words[0] for name, ecosystem in osv.CONTENT_TYPES.items()} == OSV_ECOSYSTEMS
