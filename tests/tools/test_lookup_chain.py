"""No way in which an advisory service can fail ends green, and what the services leave open the local store answers."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scangate.advisories import reachability
from scangate.advisories.importer import import_osv
from scangate.model import BUNDLED_ADVISORIES, GapKind, ScanResult, ScanStatus
from scangate.scan.cache_store import CacheStore
from scangate.scan.saved_values import SavedValues
from scangate.tools import advisory_services, pip_audit
from tests.support.advisory_services import OSV, PYPI, FakeNetwork, find_closed_port, run_network
from tests.support.frequency import mostly_nightly
from tests.support.scan_harness import ScanHarness

FAILURES = ["not-found", "error", "hang", "truncated", "portal", "tls", "proxy"]
FILES: dict[str, bytes | str] = {"requirements.txt": "plain-thing==1.0\nweak-thing==1.0\n"}
RECORD = {
    "id": "PYSEC-2020-7",
    "aliases": ["CVE-2020-7"],
    "modified": "2026-11-01T00:00:00Z",
    "published": "2020-01-01T00:00:00Z",
    "summary": "a weakness of a thing that does not exist",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected": [
        {
            "package": {"name": "weak-thing", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
        }
    ],
}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeNetwork]:
    """A network of our own around the real pip-audit, and no advisory store."""
    for name in ("http_proxy", "https_proxy", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SCANGATE_STORE", str(tmp_path / "store" / "advisories.sqlite"))
    with run_network(tmp_path) as made:
        for name, value in made.environment().items():
            monkeypatch.setenv(name, value)
        yield made


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store that knows one thing."""
    records = tmp_path / "records"
    records.mkdir()
    (records / "PYSEC-2020-7.json").write_text(json.dumps(RECORD))
    target = tmp_path / "store" / "advisories.sqlite"
    import_osv(records, target, lambda *_: None, imported="2026-11-02T00:00:00Z")
    return target


def audit(tmp_path: Path, options: pip_audit.Options) -> ScanResult:
    return ScanHarness(tmp_path / "bench").result(pip_audit, FILES, options=options)


def quick(advisories: str = "auto", days: int | None = None) -> pip_audit.Options:
    local = advisories == "local"
    return pip_audit.Options(advisories="local" if local else "auto", seconds=1, max_age_days=days)


@pytest.mark.parametrize("mood", mostly_nightly(FAILURES, often=3))
def test_a_failing_network_leaves_a_gap_for_each_pin(world: FakeNetwork, tmp_path: Path, mood: str) -> None:
    world.behaviors = {PYPI: mood, OSV: mood}
    result = audit(tmp_path, quick())
    assert result.status is ScanStatus.FAILED
    assert {(gap.line, gap.kind.value) for gap in result.gaps} == {(1, "advisory-unanswered"), (2, "advisory-unanswered")}
    assert all("PyPI" in gap.reason and "OSV" in gap.reason and "no advisory store" in gap.reason for gap in result.gaps)
    assert not result.findings


def test_a_refused_connection_is_a_gap(world: FakeNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{find_closed_port()}")
    assert audit(tmp_path, quick()).status is ScanStatus.FAILED


def test_an_answer_of_pypi_is_final(world: FakeNetwork, tmp_path: Path) -> None:
    world.behaviors[PYPI] = "good"
    result = audit(tmp_path, quick())
    assert (result.status, [finding.rule for finding in result.findings]) == (ScanStatus.COMPLETE, ["pip-audit:CVE-2020-7"])
    assert {host for host, path in world.requests if path != "/"} == {PYPI}


def test_the_store_answers_if_the_services_do_not(world: FakeNetwork, store: Path, tmp_path: Path) -> None:
    world.behaviors[OSV] = "error"
    result = audit(tmp_path, quick())
    (finding,) = result.findings
    assert result.status is ScanStatus.COMPLETE
    assert (finding.location.line, finding.severity.name) == (2, "CRITICAL")
    assert "upgrade to 2.0, the nearest release" in finding.message
    assert finding.affected_package is not None
    assert finding.affected_package.cvss.startswith("9.8")


class Runs:
    """Runs that share a cache, started ``minutes`` apart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def audit(self, minutes: float, files: dict[str, bytes | str] = FILES, options: pip_audit.Options | None = None) -> ScanResult:
        self._count += 1
        now = 60 * minutes
        with contextlib.closing(CacheStore(self._folder / "cache", None, now=now)) as cache:
            harness = ScanHarness(self._folder / f"run-{self._count}")
            return harness.result(pip_audit, files, options or quick(), saved_values=SavedValues(cache, now))


def test_a_service_that_does_not_answer_is_asked_again_after_some_minutes(world: FakeNetwork, tmp_path: Path) -> None:
    world.behaviors = {PYPI: "error", OSV: "proxy"}
    runs = Runs(tmp_path)
    first = runs.audit(0)
    asked = len(world.requests)
    assert asked
    assert runs.audit(4).gaps == first.gaps
    assert len(world.requests) == asked
    world.behaviors[PYPI] = "good"
    assert runs.audit(6).status is ScanStatus.COMPLETE


def test_a_failure_of_another_network_is_not_remembered(
    world: FakeNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{find_closed_port()}")
    runs = Runs(tmp_path)
    assert runs.audit(0).status is ScanStatus.FAILED
    monkeypatch.setenv("HTTPS_PROXY", world.environment()["HTTPS_PROXY"])
    world.behaviors[PYPI] = "good"
    assert runs.audit(1).status is ScanStatus.COMPLETE


def test_only_a_busy_service_is_asked_twice(world: FakeNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advisory_services, "RETRY_DELAY", 0)
    counts = {}
    for number, behavior in enumerate(("error", "busy")):
        world.behaviors, world.requests = {PYPI: behavior, OSV: "proxy"}, []
        runs = Runs(tmp_path / str(number))
        assert runs.audit(0).status is ScanStatus.FAILED
        counts[behavior] = sum("plain-thing" in path for _, path in world.requests)
    assert counts == {"error": 1, "busy": 2}


def test_a_silent_service_costs_one_time_out(world: FakeNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reachability, "MAX_SECONDS", 0.3)
    world.behaviors = {PYPI: "hang", OSV: "hang"}
    result = Runs(tmp_path).audit(0)
    assert {gap.kind for gap in result.gaps} == {GapKind.ADVISORY_UNANSWERED}
    assert not [path for _, path in world.requests if "thing" in path]


def test_a_404_is_reported_as_that_and_not_as_a_release_that_does_not_exist(world: FakeNetwork, tmp_path: Path) -> None:
    world.behaviors = {PYPI: "not-found", OSV: "proxy"}
    runs = Runs(tmp_path)
    for minutes in (0, 1):  # answered, and remembered
        assert all("PyPI answered 404 (not found) for this release" in gap.reason for gap in runs.audit(minutes).gaps)
    assert runs.audit(2).gaps


def test_a_release_that_a_service_does_not_know_is_asked_for_again_after_some_minutes(world: FakeNetwork, tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.audit(0)
    asked = len(world.requests)
    assert runs.audit(4).status is ScanStatus.FAILED
    assert len(world.requests) == asked
    runs.audit(6)
    assert len(world.requests) > asked


def test_only_new_pins_are_asked_for(world: FakeNetwork, tmp_path: Path) -> None:
    world.behaviors[PYPI] = "good"
    runs = Runs(tmp_path)
    first = runs.audit(0)
    world.requests.clear()
    result = runs.audit(1, {"requirements.txt": "plain-thing==1.0\nweak-thing==1.0\nnew-thing==1.0\n"})
    assert result.status is ScanStatus.COMPLETE
    assert [finding.rule for finding in result.findings] == [finding.rule for finding in first.findings]
    assert {path.split("/")[2] for _, path in world.requests if "thing" in path} == {"new-thing"}


def test_no_answer_is_kept_if_the_policy_says_so(world: FakeNetwork, tmp_path: Path) -> None:
    world.behaviors[PYPI] = "good"
    runs, options = Runs(tmp_path), pip_audit.Options(seconds=1, keep_days=0)
    counts = []
    for _ in range(2):
        world.requests.clear()
        runs.audit(0, options=options)
        counts.append(sum("weak-thing" in path for _, path in world.requests))
    assert counts == [1, 1]


def test_answers_of_the_store_are_kept_until_it_changes(world: FakeNetwork, store: Path, tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    findings = [len(runs.audit(minute, options=quick("local")).findings) for minute in (0, 1)]
    record = {**RECORD, "id": "PYSEC-2020-8", "aliases": ["CVE-2020-8"]}
    (tmp_path / "records" / "PYSEC-2020-8.json").write_text(json.dumps(record))
    import_osv(tmp_path / "records", store, lambda *_: None, imported="2026-11-02T00:00:00Z")
    assert [*findings, len(runs.audit(2, options=quick("local")).findings)] == [1, 1, 2]


def test_local_lookups_send_nothing(world: FakeNetwork, store: Path, tmp_path: Path) -> None:
    result = audit(tmp_path, quick("local"))
    assert (result.status, len(result.findings)) == (ScanStatus.COMPLETE, 1)
    assert world.requests == []


def test_a_stale_store_reports_findings_and_a_gap(world: FakeNetwork, store: Path, tmp_path: Path) -> None:
    result = audit(tmp_path, quick("local", days=1))
    assert len(result.findings) == 1
    assert {gap.kind.value for gap in result.gaps} == {"stale-store"}


def test_bundled_advisories_report_findings_and_keep_the_gap(world: FakeNetwork, tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {"requirements.txt": "django==1.11.1\n"}
    result = ScanHarness(tmp_path / "bench").result(pip_audit, files, options=quick("local"))
    assert result.findings
    assert {finding.affected_package.source for finding in result.findings if finding.affected_package} == {BUNDLED_ADVISORIES}
    assert [gap.kind.value for gap in result.gaps] == ["advisory-unanswered"]


def test_a_package_from_another_index_is_looked_up_in_the_store_only(world: FakeNetwork, store: Path, tmp_path: Path) -> None:
    world.behaviors = {PYPI: "good", OSV: "good"}
    files: dict[str, bytes | str] = {
        "requirements.txt": "--index-url https://packages.example/simple\nplain-thing==1.0\nweak-thing==1.0\n"
    }
    result = ScanHarness(tmp_path / "bench").result(pip_audit, files, options=quick())
    assert world.requests == []
    assert [(gap.line, gap.kind.value) for gap in result.gaps] == [(2, "advisory-unanswered")]
    assert [finding.location.line for finding in result.findings] == [3]


def test_the_packages_of_a_mirror_are_public(world: FakeNetwork, tmp_path: Path) -> None:
    world.behaviors[PYPI] = "good"
    files: dict[str, bytes | str] = {"requirements.txt": "--index-url https://packages.example/simple\nplain-thing==1.0\n"}
    options = pip_audit.Options(seconds=1, mirrors=("packages.example",))
    assert ScanHarness(tmp_path / "bench").result(pip_audit, files, options=options).status is ScanStatus.COMPLETE


def test_an_internal_name_is_not_sent(world: FakeNetwork, tmp_path: Path) -> None:
    world.behaviors = {PYPI: "good", OSV: "good"}
    result = audit(tmp_path, pip_audit.Options(seconds=1, internal=("plain-*",)))
    assert world.requests
    assert not [question for _, question in world.requests if "plain" in question]
    assert [(left.path, left.reason) for left in result.skipped_paths] == [("requirements.txt:1", "internal-dependency")]


def digest(options: pip_audit.Options, day: dt.date = dt.date(2026, 11, 3)) -> str | None:
    return pip_audit.cache_key(options, os.environ, day)


def test_the_cache_key_depends_on_the_store(world: FakeNetwork, tmp_path: Path, store: Path) -> None:
    local = pip_audit.Options(advisories="local")
    before = digest(local)
    assert before == digest(local, dt.date(2027, 1, 1))
    assert before != digest(pip_audit.Options(advisories="local", internal=("acme-*",)))
    (tmp_path / "records" / "PYSEC-2020-8.json").write_text(json.dumps({**RECORD, "id": "PYSEC-2020-8", "aliases": []}))
    import_osv(tmp_path / "records", store, lambda *_: None, imported="2026-11-02T00:00:00Z")
    assert digest(local) not in (before, None)
    store.unlink()
    assert digest(local) not in (before, None)


def test_a_store_that_becomes_stale_changes_the_cache_key(world: FakeNetwork, store: Path) -> None:
    local = quick("local", days=30)
    assert digest(local) == digest(local, dt.date(2026, 12, 1)) != digest(local, dt.date(2026, 12, 24))


def test_answers_of_services_are_reused_for_the_days_of_the_policy(world: FakeNetwork, store: Path) -> None:
    kept = {days: [digest(pip_audit.Options(keep_days=days), dt.date(2026, 11, day)) for day in range(1, 22)] for days in (0, 1, 7)}
    assert set(kept[0]) == {None}
    assert len(set(kept[1])) == 21
    assert len(set(kept[7])) in (3, 4)
