"""Writes the generated pages: ``make reference``."""

from __future__ import annotations

from reference_pages import PAGES, REFERENCE

if __name__ == "__main__":
    for name, render in PAGES.items():
        (REFERENCE / name).write_text(render(), encoding="utf-8")
