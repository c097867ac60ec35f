"""Generates what the manual shows of the code: pages, and the README's table. ``make reference`` writes them; tests compare."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from reference_pages import commands, covered_content, engines, policy_keys, rules

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
RULE_PAGES = REFERENCE / "rules"
README = ROOT / "README.md"
PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands.render,
    "engines.md": engines.render,
    "policy.md": policy_keys.render,
}
"""The file name of each page in ``docs/reference``, and what makes its text."""


def with_covered_content(readme: str) -> str:
    """The README with the current table of what is covered."""
    return re.sub(r"(?s)(<!-- covered -->\n).*?(<!-- /covered -->)", rf"\1\n{covered_content.render()}\n\2", readme)


def write() -> None:
    """Writes all pages and the table in the README, and removes the pages of rules that are gone."""
    for name, render in PAGES.items():
        (REFERENCE / name).write_text(render(), encoding="utf-8")
    rule_pages = rules.render_all()
    for file in RULE_PAGES.glob("*.md"):
        if file.name not in rule_pages:
            file.unlink()
    for name, text in rule_pages.items():
        (RULE_PAGES / name).write_text(text, encoding="utf-8")
    README.write_text(with_covered_content(README.read_text("utf-8")), encoding="utf-8")
