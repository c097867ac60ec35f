"""The tutorial is a session of a shell that really took place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.console_pages import run_page, steady
from tests.support.paths import ROOT

pytestmark = pytest.mark.integration


def test_the_tutorial_prints_what_it_shows(tmp_path: Path) -> None:
    steps = list(run_page(ROOT / "docs" / "tutorial.md", tmp_path))
    assert len(steps) > 10
    assert [(step.command, steady(step.shown)) for step in steps] == [(step.command, steady(step.printed)) for step in steps]
