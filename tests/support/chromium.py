"""A real Chromium for tests of HTML pages: the system's own, with its driver; without them the tests are skipped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

__all__ = ["AXE_VARIABLE", "Browser", "find_violations", "open_chromium"]

AXE_VARIABLE = "SCANGATE_AXE"
"""Names axe.min.js of the npm package axe-core, which is not part of the repository: ``npm pack axe-core``."""
ARGUMENTS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)


class Browser:
    """A window on one page."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def open(self, file: Path, *, width: int = 1280, dark: bool = False, scripts: bool = True, fragment: str = "") -> None:
        """Shows a file in a window that is ``width`` CSS pixels wide."""
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        media = {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
        self.driver.get("about:blank")
        self.driver.get(file.as_uri() + fragment)

    def run(self, script: str, *arguments: object) -> Any:
        """What ``script`` returns in the page; the page's security policy does not concern it."""
        return self.driver.execute_script(script, *arguments)

    def texts(self, selector: str) -> list[str]:
        found: list[str] = self.run("return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent)", selector)
        return found

    def errors(self) -> list[str]:
        """What the browser logged: errors of scripts, and violations of the security policy."""
        return [entry["message"] for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]


@contextmanager
def open_chromium(profile: Path) -> Iterator[Browser]:
    """A headless browser; skips the test where the system has none."""
    programs = [
        next(filter(None, map(shutil.which, names)), None) for names in (("chromium", "chromium-browser"), ("chromedriver",))
    ]
    chromium, driver = programs
    if chromium is None or driver is None:
        pytest.skip("needs chromium and chromedriver on PATH (Debian: chromium, chromium-driver)")
    options = webdriver.ChromeOptions()
    for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    window = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield Browser(window)
    finally:
        window.quit()


def find_violations(browser: Browser) -> list[str]:
    """The violations of accessibility rules in the page, by axe-core; skips the test without it."""
    script = Path(os.environ.get(AXE_VARIABLE, ""))
    if not script.is_file():
        pytest.skip(f"needs axe-core: {AXE_VARIABLE}=axe.min.js")
    browser.run(script.read_text("utf-8") + "; window.axe = axe;")
    browser.driver.set_script_timeout(120)
    found = browser.driver.execute_async_script(
        "const done = arguments[0]; axe.run(document).then((result) => done(result.violations.map((each) => "
        "`${each.id}: ${each.help}: ${each.nodes.slice(0, 3).map((node) => node.html + ' ' + node.failureSummary).join(' | ')}`)));"
    )
    return list(found)
