"""report.html in a real Chromium: nothing of a finding runs, the list filters and groups, and every width and theme is readable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from selenium.common.exceptions import NoAlertPresentException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from scangate.model import PathOwners, Report
from scangate.report import html
from tests.support.chromium import Browser, find_violations, open_chromium
from tests.support.hostile_text import hostile_report
from tests.support.sample_reports import (
    failing_report,
    incomplete_report,
    many_findings,
    merged,
    partly_covered_report,
    passing_report,
)

pytestmark = [pytest.mark.integration, pytest.mark.nightly]

OPEN_ALL = "for (const each of document.querySelectorAll('details')) each.open = true;"
COUNT = "return document.querySelectorAll(arguments[0]).length"
FOREIGN = "img, iframe, object, embed, svg, link, base, video, audio, math, template"
HANDLERS = (
    "return [...document.querySelectorAll('*')].flatMap((each) => each.getAttributeNames()).filter((name) => name.startsWith('on'))"
)
OVERFLOW = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with open_chromium(tmp_path_factory.mktemp("profile")) as window:
        yield window


def write(report: Report, folder: Path) -> Path:
    file = folder / "report.html"
    file.write_text(html.render(report), "utf-8", "backslashreplace")
    return file


def choose(browser: Browser, field: str, value: str) -> None:
    browser.run(
        "const field = document.getElementById(arguments[0]); field.value = arguments[1];"
        "field.dispatchEvent(new Event('input', {bubbles: true}))",
        field,
        value,
    )


def wait_for_status(browser: Browser, text: str) -> None:
    for _ in range(100):
        if browser.texts("#status") == [text]:
            return
        browser.driver.implicitly_wait(0)
        browser.run("return new Promise((done) => setTimeout(done, 50))")
    raise AssertionError(f"{browser.texts('#status')} is not {text}")


def test_nothing_of_a_hostile_finding_runs(browser: Browser, tmp_path: Path) -> None:
    browser.open(write(hostile_report(), tmp_path))
    choose(browser, "group", "none")
    browser.run("document.querySelector('input[name=outcome][value=\"\"]').click()")
    browser.run(OPEN_ALL)
    browser.run("return new Promise((done) => setTimeout(done, 300))")
    with pytest.raises(NoAlertPresentException):
        browser.driver.switch_to.alert.accept()
    assert browser.run(COUNT, FOREIGN) == 0
    assert browser.run(COUNT, "script") == 3  # the theme's, the data, the list's
    assert browser.run(HANDLERS) == []
    links = browser.run("return [...document.querySelectorAll('a')].map((each) => each.href)")
    assert all(link.startswith(("file:", "https://", "http://")) for link in links)
    assert any("<script>alert(1)</script>" in text for text in browser.texts(".body"))
    assert browser.errors() == []


def test_the_list_filters_groups_and_searches(browser: Browser, tmp_path: Path) -> None:
    owners = (PathOwners("app/db.py", ("@team/db",)),)
    browser.open(write(msgspec.structs.replace(merged(), code_owners=owners), tmp_path))
    assert browser.texts("#status") == ["2 of 5 findings"]  # the blocking ones
    assert browser.texts(".group h3") == ["app/db.py", "app/jobs.py"]
    browser.run("document.querySelector('input[name=outcome][value=\"\"]').click()")
    assert browser.texts("#status") == ["5 of 5 findings"]
    choose(browser, "group", "owner")
    assert browser.texts(".group h3") == ["@team/db", "no owner"]
    choose(browser, "group", "severity")
    assert browser.texts(".group h3") == ["critical", "high", "medium"]
    choose(browser, "scanner", "bandit")
    assert browser.texts("#status") == ["3 of 5 findings"]  # that of two scanners as well
    choose(browser, "q", "cwe-89")
    wait_for_status(browser, "1 of 5 findings")
    assert browser.texts(".finding .title") == ["SQL injection"]
    address = browser.driver.current_url
    browser.driver.get("about:blank")
    browser.driver.get(address)
    assert browser.texts("#status") == ["1 of 5 findings"]
    browser.run("document.querySelector('button[type=reset]').click()")
    assert browser.texts("#status") == ["2 of 5 findings"]
    browser.run("document.querySelector('a[data-filter=\"kind:secret\"]').click()")
    assert browser.texts("#status") == ["1 of 5 findings"]
    assert browser.errors() == []


def test_a_finding_says_how_to_fix_and_how_to_accept_it(browser: Browser, tmp_path: Path) -> None:
    browser.open(write(merged(), tmp_path))
    browser.run(OPEN_ALL)
    wait_for_status(browser, "2 of 5 findings")
    browser.run("return new Promise((done) => setTimeout(done, 100))")
    body = browser.texts(".body")[0]
    assert "scangate: ignore[semgrep:python.flask.sql-injection, bandit:B608] -- REASON" in body
    assert "scangate waive 5d41402abc4b2a76b9719d911017c592" in body
    assert "--path /app/db.py --reason WHY --owner WHO --expires YYYY-MM-DD" in body
    assert browser.run("return document.querySelector('.body a').href") == "https://cwe.mitre.org/data/definitions/89.html"
    assert "pass a list without shell=True" in browser.texts(".body")[1]


def test_the_keyboard_moves_in_the_list(browser: Browser, tmp_path: Path) -> None:
    browser.open(write(failing_report(), tmp_path))
    focused = "return document.activeElement.textContent"
    first = browser.driver.find_element(By.CSS_SELECTOR, "#list summary")
    first.send_keys("j")
    assert "SQL injection" in browser.run(focused)
    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.run(COUNT, ".finding[open]") == 1
    browser.driver.switch_to.active_element.send_keys("k")
    assert "app/db.py" in browser.run(focused)
    browser.driver.switch_to.active_element.send_keys("/")
    assert browser.run("return document.activeElement.id") == "q"


def test_ten_thousand_findings_are_shown_in_pages(browser: Browser, tmp_path: Path) -> None:
    browser.open(write(many_findings(10_000), tmp_path))
    browser.run("document.querySelector('input[name=outcome][value=\"\"]').click()")
    assert browser.texts("#status") == ["10,000 of 10,000 findings, 1 to 50 shown"]
    assert browser.run(COUNT, "#list .finding") <= 60
    browser.run("document.querySelector('#pager-top [aria-label=\"Last page\"]').click()")
    assert browser.texts("#status") == ["10,000 of 10,000 findings, 9,951 to 10,000 shown"]
    assert browser.errors() == []


def test_without_scripts_the_worst_findings_are_there(browser: Browser, tmp_path: Path) -> None:
    browser.open(write(failing_report(), tmp_path), scripts=False)
    element = browser.driver.find_element(By.ID, "static")
    assert element.is_displayed()
    assert "SQL injection" in element.text
    assert not browser.driver.find_element(By.ID, "interactive").is_displayed()
    assert not browser.driver.find_element(By.ID, "theme-box").is_displayed()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 768, 1440])
def test_no_width_overflows(browser: Browser, tmp_path: Path, width: int, dark: bool) -> None:
    for report in (failing_report(), hostile_report(), partly_covered_report(), passing_report()):
        browser.open(write(report, tmp_path), width=width, dark=dark)
        browser.run(OPEN_ALL)
        assert browser.run(OVERFLOW) <= 0


def test_the_theme_can_be_switched(browser: Browser, tmp_path: Path) -> None:
    browser.open(write(passing_report(), tmp_path), dark=True)
    colour = "return getComputedStyle(document.body).backgroundColor"
    dark = browser.run(colour)
    choose(browser, "theme", "light")
    browser.run("document.getElementById('theme').dispatchEvent(new Event('change'))")
    assert browser.run(colour) == "rgb(255, 255, 255)" != dark


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("sample", [failing_report, merged, incomplete_report, partly_covered_report, passing_report])
def test_axe_finds_no_violation(browser: Browser, tmp_path: Path, sample: Callable[[], Report], dark: bool) -> None:
    for width in (360, 1440):
        browser.open(write(sample(), tmp_path), width=width, dark=dark)
        browser.run(OPEN_ALL)
        assert find_violations(browser) == []
