"""Ranges are resolved by the real pip from a small real index, and nothing but names of ours ever reaches it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scangate.model import GapKind, ScanResult
from scangate.tools import pip_audit
from tests.support.fake_tool import install_fake_tool
from tests.support.http_server import HttpServer, ReceivedRequest, serve_http
from tests.support.scan_harness import ScanHarness

CLEAN = """
import json, sys
pins = [line.strip().split("==") for line in open(sys.argv[sys.argv.index("--requirement") + 1])]
vulns = lambda name: [{"id": "CVE-2020-7", "aliases": [], "fix_versions": ["3.0"]}] if name == "below" else []
print(json.dumps({"dependencies": [{"name": n, "version": v, "vulns": vulns(n)} for n, v in pins]}))
"""
RELEASES = {  # name and version: what it needs
    ("above", "1.0"): (),
    ("above", "1.5"): ("below>=2", "acme-kit; extra == 'kit'"),
    ("above", "2.0"): (),
    ("below", "2.0"): (),
    ("below", "2.1"): (),
    ("acme-kit", "1.0"): (),
    ("sly", "1.0"): ("acme-kit",),
}
RESOLVE = pip_audit.Options(resolve=True, internal=("acme-*",), mirrors=("127.0.0.1",))


def wheel(name: str, version: str, needs: tuple[str, ...]) -> bytes:
    """A wheel that holds nothing but its metadata."""
    body = io.BytesIO()
    folder = f"{name.replace('-', '_')}-{version}.dist-info"
    required = "".join(f"Requires-Dist: {need}\n" for need in needs)
    with zipfile.ZipFile(body, "w") as out:
        out.writestr(
            f"{folder}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nProvides-Extra: kit\n{required}"
        )
        out.writestr(f"{folder}/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        out.writestr(f"{folder}/RECORD", "")
    return body.getvalue()


def act(asked: ReceivedRequest, _: HttpServer) -> None:
    """A simple index: a page a project, with wheels, and one project that has its source alone."""
    name, file = asked.path.strip("/").split("/")[-1], f"{asked.path.strip('/').split('/')[-1]}"
    if file.endswith(".whl"):
        found, version = file.split("-")[:2]
        key = (found.replace("_", "-"), version)
        asked.respond(200, wheel(*key, RELEASES[key]))
        return
    links = [f"{one.replace('-', '_')}-{version}-py3-none-any.whl" for one, version in RELEASES if one == name]
    links += ["source-1.0.tar.gz"] if name == "source" else []
    page = "".join(f'<a href="/files/{link}">{link}</a>' for link in links)
    asked.respond(200 if links else 404, f"<!DOCTYPE html><html><body>{page}</body></html>".encode(), Content_Type="text/html")


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HttpServer]:
    """The index that the user set up for pip."""
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_CONFIG_FILE", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    with serve_http(act) as place:
        address = place.address.removesuffix("/PyPI/all.zip")
        monkeypatch.setenv("PIP_INDEX_URL", f"{address}/simple")
        yield place


def scanned(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, bytes | str],
    options: pip_audit.Options = RESOLVE,
) -> ScanResult:
    """A run with the real pip, and a fake pip-audit that knows one vulnerability."""
    bench = ScanHarness(tmp_path)
    install_fake_tool(bench.private_folder / "bin", monkeypatch, "pip-audit", CLEAN, keep=("pip",))
    return bench.result(pip_audit, files, options)


def names(place: HttpServer) -> set[str]:
    return {path.strip("/").split("/")[1] for path, _ in place.asked if path.startswith("/simple/")}


def test_a_resolved_range_is_reported_as_resolved(index: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = scanned(tmp_path, monkeypatch, {"requirements.txt": "# ours\nabove>=1,<2\n"})
    assert [(each.name, each.version, each.line, each.via, each.resolved) for each in result.components] == [
        ("above", "1.5", 2, (), True),
        ("below", "2.1", 2, ("above",), True),
    ]
    (finding,) = result.findings
    assert "resolved by pip for this scan, not pinned" in finding.message
    assert (result.gaps, names(index)) == ((), {"above", "below"})


def test_pins_constrain_the_resolution_of_a_range(index: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = scanned(tmp_path, monkeypatch, {"requirements.txt": "above<2\nbelow==2.0\n"})
    assert {(each.name, each.version, each.resolved) for each in result.components} == {
        ("above", "1.5", True),
        ("below", "2.0", False),
    }


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"requirements.txt": "nobody-has-this>=1\n"}, "pip cannot resolve its ranges"),
        ({"requirements.txt": "source>=1\n"}, "pip cannot resolve its ranges"),
        ({"requirements.txt": "above>=1; python_version < '3'\n"}, "its marker is false"),
        ({"requirements.txt": "sly>=1\n"}, "the policy declares internal"),
    ],
)
def test_an_unresolvable_range_stays_a_gap_with_the_reason(
    index: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes | str], why: str
) -> None:
    result = scanned(tmp_path, monkeypatch, files)
    assert [(gap.kind.value, gap.line) for gap in result.gaps] == [("unpinned", 1)]
    assert why in result.gaps[0].reason
    assert result.components == ()


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": "acme-kit>=1\n"},
        {"requirements.txt": "--extra-index-url https://pypi.acme.example/simple\nabove>=1\n"},
        {
            "requirements.txt": "--index-url https://pypi.acme.example/simple\n-r requirements-more.txt\n",
            "requirements-more.txt": "above\n",
        },
        {"requirements.txt": "--find-links ./wheels\nabove>=1\n"},
        {"requirements.txt": "above @ https://example.org/above-1.0.zip\n-e git+https://example.org/above\n./above\n"},
        {
            "pyproject.toml": '[project]\nname = "x"\ndependencies = ["above"]\n[[tool.uv.index]]\nurl = "https://pypi.acme.example"\n'
        },
    ],
)
def test_private_names_and_direct_references_are_not_sent_to_an_index(
    index: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes | str]
) -> None:
    result = scanned(tmp_path, monkeypatch, files)
    assert (names(index), result.components) == (set(), ())
    assert result.gaps or result.skipped_paths


@pytest.mark.parametrize("options", [pip_audit.Options(), pip_audit.Options(resolve=True, advisories="local")])
def test_resolution_needs_the_policy_option_and_online_lookups(
    index: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: pip_audit.Options
) -> None:
    result = scanned(tmp_path, monkeypatch, {"requirements.txt": "above>=1\n"}, options)
    assert (names(index), [gap.kind.value for gap in result.gaps]) == (set(), ["unpinned"])


def test_packages_from_an_unknown_index_are_private(index: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANGATE_STORE", str(tmp_path / "none"))
    result = scanned(tmp_path, monkeypatch, {"requirements.txt": "above<2\n"}, pip_audit.Options(resolve=True))
    assert {each.index for each in result.components} == {"127.0.0.1"}
    assert {gap.kind for gap in result.gaps} == {GapKind.ADVISORY_UNANSWERED}
