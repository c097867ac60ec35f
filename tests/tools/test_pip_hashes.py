"""The hashes of a release come from the wheel that the real pip downloads, and from no place that the policy rules out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from scangate.tools.pip_hashes import find_hashes
from tests.support.http_server import HttpServer, ReceivedRequest, serve_http
from tests.support.scan_harness import ScanHarness
from tests.tools.test_dependency_resolution import wheel

WHEEL = wheel("above", "1.5", ("below",))
FILES = {
    "above-1.5-py3-none-any.whl": WHEEL,
    "above-1.5.tar.gz": b"never downloaded",
    "native-1.0-cp311-abi3-manylinux_2_5_x86_64.whl": wheel("native", "1.0", ()),
    "native-1.0-cp311-abi3-manylinux_2_17_aarch64.whl": wheel("native", "1.0", ()),
    "source-1.0.tar.gz": b"never downloaded",
}


def act(asked: ReceivedRequest, _: HttpServer) -> None:
    name = asked.path.strip("/").split("/")[-1]
    if name in FILES:
        asked.respond(200, FILES[name])
        return
    page = "".join(f'<a href="/files/{file}">{file}</a>' for file in FILES if file.startswith(f"{name}-"))
    asked.respond(200, f"<!DOCTYPE html><html><body>{page}</body></html>".encode(), Content_Type="text/html")


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpServer]:
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    with serve_http(act) as server:
        monkeypatch.setenv("PIP_INDEX_URL", f"{server.address.removesuffix('/PyPI/all.zip')}/simple")
        yield server


def look_up(folder: Path, name: str, version: str, mode: Literal["auto", "local"] = "auto") -> tuple[str, ...] | str:
    return find_hashes(name, version, mode, ("acme-*",), ScanHarness(folder).new_context())


def test_the_hash_is_that_of_the_wheel(index: HttpServer, tmp_path: Path) -> None:
    assert look_up(tmp_path, "above", "1.5") == (f"sha256:{hashlib.sha256(WHEEL).hexdigest()}",)
    assert {path for path, _ in index.asked} == {"/simple/above/", "/files/above-1.5-py3-none-any.whl"}


@pytest.mark.parametrize(
    ("name", "mode", "reason"),
    [
        ("native", "auto", "wheel for each platform"),
        ("source", "auto", "no wheel"),
        ("absent", "auto", "no wheel"),
        ("acme-kit", "auto", "internal"),
        ("above", "local", "advisories: local"),
    ],
)
def test_why_there_is_no_hash(index: HttpServer, tmp_path: Path, name: str, mode: Literal["auto", "local"], reason: str) -> None:
    found = look_up(tmp_path, name, "1.0", mode)
    assert isinstance(found, str)
    assert reason in found
    assert not {path for path, _ in index.asked if "acme" in path or path.endswith(".tar.gz")}


def test_without_an_index_there_is_a_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert isinstance(look_up(tmp_path, "above", "1.5"), str)
