"""fleet.html in a real Chromium: no width overflows, nothing of a repository runs, and axe-core finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from scangate.fleet import html, trend
from scangate.fleet.rollup import Rollup
from tests.fleet.test_fleet_reports import RECORDS, hostile, rolled
from tests.support.chromium import Browser, find_violations, open_chromium

pytestmark = [pytest.mark.integration, pytest.mark.nightly]

OVERFLOW = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with open_chromium(tmp_path_factory.mktemp("profile")) as window:
        yield window


def write(whole: Rollup, folder: Path) -> Path:
    run = trend.summarize_run(whole)
    runs = [msgspec.structs.replace(run, started=f"2026-01-{day:02}", open={}) for day in range(1, 9)]
    file = folder / "fleet.html"
    file.write_text(html.render(whole, {"good"}, [*runs, run]), "utf-8", "backslashreplace")
    return file


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 480, 1440])
def test_no_width_overflows(browser: Browser, tmp_path: Path, width: int, dark: bool) -> None:
    for whole in (rolled(*RECORDS), hostile()):
        browser.open(write(whole, tmp_path), width=width, dark=dark)
        assert browser.run(OVERFLOW) <= 0
        assert browser.run("return document.querySelectorAll('img, iframe, object').length") == 0
        assert browser.errors() == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_no_violation(browser: Browser, tmp_path: Path, dark: bool) -> None:
    for width in (480, 1440):
        browser.open(write(rolled(*RECORDS), tmp_path), width=width, dark=dark)
        browser.run("for (const each of document.querySelectorAll('details')) each.open = true;")
        assert find_violations(browser) == []
