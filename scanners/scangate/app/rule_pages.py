"""Reads what the documentation says about a rule."""

from __future__ import annotations

import re

from scangate.assets import folder
from scangate.model import RuleInfo

FOLDER = "docs/reference/rules"
SHARED = ("How to fix it", "How to accept it")
"""Sections of a page about many rules that are about each of them."""
_PLACEHOLDER = re.compile(r"\bRULE\b")
_COMMENT = re.compile(r"\A<!--.*?-->\s*", re.DOTALL)
_HEADING = re.compile(r"^## (.+)\n", re.MULTILINE)


def read_rule_page(about: RuleInfo) -> str:
    """The page about a rule as Markdown; of a page about many, what is about this one. Empty if there is no page."""
    name, _, anchor = about.page.partition("#")
    file = folder(FOLDER) / name
    if not name or not file.is_file():
        return ""
    text = _COMMENT.sub("", file.read_text("utf-8"))
    if not anchor:
        return text
    _, *parts = _HEADING.split(text)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    own = next((body for title, body in sections.items() if title.lower() == anchor), "")
    shared = [f"## {title}\n\n{_PLACEHOLDER.sub(about.rule, sections[title].strip())}\n" for title in SHARED if title in sections]
    return "\n".join([f"# {about.title}\n\n{own.strip()}\n", *shared]) if own else text
