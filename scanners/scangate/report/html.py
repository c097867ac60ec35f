"""report.html: the report as a page in one file, which loads nothing; its findings can be searched, filtered and grouped."""

from __future__ import annotations

import re

import msgspec

from scangate.model import Report
from scangate.report.html_page import SCHEMA, Page, make_page
from scangate.report.html_template import load_template, render_template

TEMPLATE = load_template("report.html.j2")
SCRIPT = "report.js"
STATIC_FINDINGS = 50
"""How many findings are there without a script, the worst first."""
DATA = re.compile(r'<script type="application/json" id="data">([^<]*)</script>')


def render(report: Report) -> str:
    """The page."""
    return render_page(make_page(report))


def render_page(page: Page) -> str:
    """The page of ``page``, which `parse_page` finds in it again."""
    data = msgspec.json.encode(page).decode("utf-8")
    findings = page.findings
    return render_template(
        TEMPLATE, SCRIPT, data, page=page, findings=findings, first=findings.rows[:STATIC_FINDINGS], texts=findings.texts
    )


def parse_page(text: str) -> Page:
    """The data of a page. Raises ValueError for anything that is not, byte for byte, the page of its data by this version."""
    found = DATA.search(text)
    if found is None:
        raise ValueError("no data")
    page = msgspec.json.decode(found[1], type=Page)
    if page.schema != SCHEMA or render_page(page) != text:
        raise ValueError("not the page of its data")
    return page
