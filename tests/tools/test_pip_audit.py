"""Every pin comes back clean, as findings, or as a gap on its line, whatever pip-audit or its service says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from scangate.model import AffectedPackage, Component, FindingKind, ScanResult, Severity
from scangate.plugin import FileFacts
from scangate.tools import advisory_services, pip_audit
from scangate.tools.built_in import BUILT_IN
from tests.support.fake_tool import install_fake_tool
from tests.support.osv_records import build_store, osv_record
from tests.support.scan_harness import SCRIPTS_FOLDER, ScanHarness

PINS: dict[str, bytes | str] = {"requirements.txt": "# pins\nalpha==1.0\nbeta==2.0\ngamma==3.0\n"}
EVERY_GARBAGE, EVERY_CRASH, EVERY_UNANSWERED, EVERY_TIMEOUT, EVERY_MISSING = (
    {(kind, line) for line in (2, 3, 4)} for kind in ("garbage", "crash", "advisory-unanswered", "timeout", "tool-missing")
)
ECHO = """
import json, sys
name = sys.argv[sys.argv.index("--requirement") + 1]
pins = [line.strip().split("==") for line in open(name)]
answer = {"dependencies": [{"name": n, "version": v, "vulns": []} for n, v in pins], "fixes": []}
code = 0
"""
WRITE = "\nprint(json.dumps(answer))\nsys.exit(code)\n"


@pytest.fixture
def bench(tmp_path: Path) -> ScanHarness:
    return ScanHarness(tmp_path)


def answered(
    bench: ScanHarness, monkeypatch: pytest.MonkeyPatch, change: str, files: Mapping[str, bytes | str] = PINS
) -> ScanResult:
    """A run with a program in pip-audit's place that answers cleanly, but for ``change``."""
    install_fake_tool(bench.private_folder / "bin", monkeypatch, "pip-audit", ECHO + change + WRITE)
    return bench.result(pip_audit, files)


def gaps(result: ScanResult) -> set[tuple[str, int]]:
    return {(gap.kind.value, gap.line) for gap in result.gaps}


def test_clean_pins_are_reported_as_scanned(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    result = answered(bench, monkeypatch, "")
    assert (result.analyzed_files, result.gaps, result.findings) == (("requirements.txt",), (), ())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("answer['dependencies'] = [d for d in answer['dependencies'] if d['name'] != 'gamma']", {("garbage", 4)}),
        ("for d in answer['dependencies']: d['version'] = '9' if d['name'] == 'beta' else d['version']", {("garbage", 3)}),
        (
            "for d in answer['dependencies']: d['name'] == 'alpha' and d.update(skip_reason='not found')",
            {("advisory-unanswered", 2)},
        ),
        ("for d in answer['dependencies']: d['skip_reason'] = '404'", EVERY_UNANSWERED),
        ("for d in answer['dependencies']: d['vulns'] = None if d['name'] == 'alpha' else []", {("garbage", 2)}),
        ("answer['dependencies'][0].pop('vulns')", EVERY_GARBAGE),
        ("answer['dependencies'] = []", {("garbage", n) for n in (2, 3, 4)}),
        ("answer['dependencies'].append({'name': 'delta', 'version': '1', 'vulns': []})", EVERY_GARBAGE),
        ("answer['dependencies'].append(answer['dependencies'][0])", EVERY_GARBAGE),
        ("answer['dependencies'][0]['vulns'] = [{}]", EVERY_GARBAGE),
        ("answer['dependencies'][0]['vulns'] = [7]", EVERY_GARBAGE),
        ("answer = []", EVERY_GARBAGE),
        ("answer = {}", EVERY_GARBAGE),
        ("answer = None", EVERY_GARBAGE),
        ("answer['dependencies'] = None", EVERY_GARBAGE),
        ("print('not JSON')", EVERY_GARBAGE),
        ("sys.exit(0)", EVERY_GARBAGE),
        ("sys.exit(1)", EVERY_GARBAGE),
        ("sys.exit('ConnectionError: no route')", EVERY_UNANSWERED),
        ("sys.exit(2)", EVERY_CRASH),
        ("sys.exit(137)", EVERY_CRASH),
        ("import os; os.kill(os.getpid(), 9)", EVERY_CRASH),
        ("code = 1", set()),
    ],
)
def test_unexpected_output_of_pip_audit_is_a_gap(
    bench: ScanHarness, monkeypatch: pytest.MonkeyPatch, change: str, expected: set[tuple[str, int]]
) -> None:
    result = answered(bench, monkeypatch, change)
    assert gaps(result) == expected
    assert result.findings == ()


@pytest.mark.parametrize("change", ["", "sys.exit('ConnectionError: no route')"])
def test_every_pin_is_a_component_answered_or_not(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    reported = {(each.name, each.version, each.path, each.line) for each in answered(bench, monkeypatch, change).components}
    lines = {"alpha": 2, "beta": 3, "gamma": 4}
    assert reported == {(name, f"{line - 1}.0", "requirements.txt", line) for name, line in lines.items()}


def test_a_component_has_its_dependency_chain(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = 'source = {registry = "https://pypi.org/simple"}'
    files: dict[str, bytes | str] = {
        "uv.lock": f"""version = 1
[[package]]
name = "app"
version = "0"
source = {{virtual = "."}}
dependencies = [{{name = "alpha"}}]
[[package]]
name = "alpha"
version = "1.0"
{registry}
dependencies = [{{name = "beta"}}]
[[package]]
name = "beta"
version = "2.0"
{registry}
"""
    }
    assert answered(bench, monkeypatch, "", files).components == (
        Component("alpha", "1.0", "uv.lock", 8, direct=True),
        Component("beta", "2.0", "uv.lock", 13, via=("alpha",)),
    )


def test_two_versions_of_one_package_are_both_looked_up(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    vulnerability = "{'id': 'X-1', 'aliases': [], 'fix_versions': ['1.1']}"
    change = f"for d in answer['dependencies']:\n  if d['version'] == '1.0': d['vulns'] = [{vulnerability}]"
    files: dict[str, bytes | str] = {"requirements.txt": "alpha==1.0\n", "requirements-dev.txt": "alpha==2.0\nAlpha==1.0\n"}
    result = answered(bench, monkeypatch, change, files)
    assert {(found.location.path, found.location.line) for found in result.findings} == {
        ("requirements.txt", 1),
        ("requirements-dev.txt", 2),
    }
    assert not result.gaps


def test_records_of_one_vulnerability_are_merged(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    change = """answer['dependencies'][0]['vulns'] = [
        {'id': 'PYSEC-1', 'aliases': ['CVE-2020-1'], 'fix_versions': ['1.1']},
        {'id': 'GHSA-1', 'aliases': ['CVE-2020-1'], 'fix_versions': []},
        {'id': 'PYSEC-2', 'aliases': [], 'fix_versions': []}]"""
    result = answered(bench, monkeypatch, change)
    assert sorted(found.rule for found in result.findings) == ["pip-audit:CVE-2020-1", "pip-audit:PYSEC-2"]
    assert {(found.kind, found.severity, found.location.line) for found in result.findings} == {
        (FindingKind.DEPENDENCY, Severity.UNKNOWN, 2)
    }


def test_findings_are_enriched_from_the_store(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    first = osv_record(
        "GHSA-1", "alpha", ("introduced", "0"), ("fixed", "1.1"), published="2025-03-02T23:59:59Z", aliases=["CVE-1", "PYSEC-1"]
    )
    later = osv_record("GHSA-2", "alpha", ("introduced", "0"), ("fixed", "1.4"), published="2025-04-02T00:00:00Z")
    build_store(tmp_path / "store", first, later).close()
    monkeypatch.setenv("SCANGATE_STORE", str(tmp_path / "store" / "advisories.sqlite"))
    options = pip_audit.Options()
    reported = "[{'id': 'PYSEC-1', 'aliases': [], 'fix_versions': ['1.1']}, {'id': 'X-1', 'aliases': [], 'fix_versions': []}]"
    install_fake_tool(
        bench.private_folder / "bin", monkeypatch, "pip-audit", ECHO + f"answer['dependencies'][0]['vulns'] = {reported}" + WRITE
    )
    found = {each.rule: each.affected_package for each in bench.result(pip_audit, PINS, options).findings}
    assert found == {
        "pip-audit:PYSEC-1": AffectedPackage(
            "alpha", "1.0", ("1.1",), ("CVE-1", "GHSA-1"), published="2025-03-02", upgrade="1.4", source="PyPI"
        ),
        "pip-audit:X-1": AffectedPackage("alpha", "1.0", upgrade="1.4", source="PyPI"),
    }


def test_lines_without_a_pin_are_gaps_at_their_lines(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    files: dict[str, bytes | str] = {
        "requirements.txt": "alpha==1.0\nbeta\n!!!\n-e .\n-r base.txt\n-r requirements/base.txt\n",
        "requirements/base.txt": "-r ../requirements.txt\ngamma==1.*\n",
        "requirements-garbage.txt": b"\xff\xfe\x00garbage\n\x80",
    }
    result = answered(bench, monkeypatch, "", files)
    reported = {(gap.path, gap.line, gap.kind.value) for gap in result.gaps if gap.path != "requirements-garbage.txt"}
    assert reported == {
        *{("requirements.txt", 2, "unpinned"), ("requirements.txt", 3, "unparsable"), ("requirements.txt", 4, "unpinned")},
        *{("requirements.txt", 5, "unreadable"), ("requirements/base.txt", 2, "unpinned")},
    }
    assert "requirements-garbage.txt" in {gap.path for gap in result.gaps}


def test_a_missing_program_and_a_timeout_are_gaps(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    program = install_fake_tool(bench.private_folder / "bin", monkeypatch, "pip-audit", "import time; time.sleep(100)")
    assert gaps(bench.result(pip_audit, PINS, timeout=1)) == EVERY_TIMEOUT
    program.unlink()
    assert gaps(bench.result(pip_audit, PINS)) == EVERY_MISSING


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("requirements.txt", True),
        ("requirements-dev.txt", True),
        ("dev_requirements.txt", True),
        ("a/constraints.txt", True),
        ("requirements/any.txt", True),
        ("requirements.md", False),
        ("notes.txt", False),
        ("myrequirementsfile.txt", False),
    ],
)
def test_which_files_it_reads(path: str, *, read: bool) -> None:
    assert pip_audit.reads(FileFacts(path), pip_audit.Options()) is read


class Service:
    """An advisory service of our own: answers what OSV's would for the packages that ``answers`` names."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[str] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                name = query["package"]["name"]
                service.asked.append(f"{name}=={query['version']}")
                body = service.answers.get(name, {})
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(500 if body == b"" else 200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the library's name
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1/query"


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def local(bench: ScanHarness, service: Service, monkeypatch: pytest.MonkeyPatch) -> ScanHarness:
    """The real pip-audit, pointed at the service of our own."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    argv = [str(SCRIPTS_FOLDER / "pip-audit"), "--vulnerability-service", "osv", "--osv-url", service.url]
    install_fake_tool(
        bench.private_folder / "bin", monkeypatch, "pip-audit", f"import os, sys\nos.execv({argv[0]!r}, {argv!r} + sys.argv[1:])"
    )
    monkeypatch.setattr(advisory_services, "PROBE_URLS", dict.fromkeys(advisory_services.PROBE_URLS, service.url))
    return bench


ADVISORY = {
    "id": "PYSEC-2020-1",
    "summary": "x",
    "details": "x",
    "aliases": ["CVE-2020-1"],
    "affected": [
        {
            "package": {"name": "beta", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.1"}]}],
            "versions": ["2.0"],
        }
    ],
}


def test_pip_audit_looks_up_every_pin_in_the_store(local: ScanHarness, service: Service) -> None:
    service.answers["beta"] = {"vulns": [ADVISORY]}
    result = local.result(BUILT_IN["pip-audit"], PINS)
    assert sorted(service.asked) == ["alpha==1.0", "beta==2.0", "gamma==3.0"]
    assert not result.gaps
    (found,) = result.findings
    assert (found.rule, found.location.line, found.affected_package and found.affected_package.fixed_in) == (
        "pip-audit:CVE-2020-1",
        3,
        ("2.1",),
    )


@pytest.mark.parametrize("body", [b"", b"not JSON", b'{"vulns": [{}]}'], ids=["500", "garbage", "no id"])
def test_a_service_that_fails_is_a_gap(local: ScanHarness, service: Service, body: bytes) -> None:
    service.answers["beta"] = body
    result = local.result(BUILT_IN["pip-audit"], PINS)
    assert result.analyzed_files == ()
    assert result.findings == ()


def test_an_unreachable_service_is_a_gap_for_every_pin(local: ScanHarness, service: Service) -> None:
    service.server.shutdown()
    service.server.server_close()
    assert gaps(local.result(BUILT_IN["pip-audit"], PINS)) == {("advisory-unanswered", line) for line in (2, 3, 4)}


@pytest.mark.parametrize("name", ["store", "osv_url"])
def test_no_option_sets_the_path_of_the_store(name: str) -> None:
    """The policy may be in the scanned tree, next to an empty store."""
    assert name not in pip_audit.Options.__struct_fields__
