"""JavaScript in the script elements of HTML and SVG."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scangate.content.catalog import TEMPLATE_ENDING
from scangate.content.embedded import Embedded, embed
from scangate.content.position_maps import take

_OPENING = re.compile(r"<script\b(?P<attributes>[^>]{0,2000})>", re.IGNORECASE)
_CLOSING = re.compile(r"</script\b", re.IGNORECASE)
_TYPE = re.compile(r"\btype\s*=\s*[\"']?([^\s\"'>]+)", re.IGNORECASE)
_JAVASCRIPT = re.compile(r"module|(?:text|application)/(?:x-)?(?:javascript|ecmascript|babel|jsx)", re.IGNORECASE)
_DIRECTIVE = re.compile(r"\{\{|\{%|<%|<\?")


def html_pieces(text: str) -> Iterator[Embedded | None]:
    """The scripts; where a template engine fills something in, they are templates."""
    offset, number = 0, 0
    while opening := _OPENING.search(text, offset):
        closing = _CLOSING.search(text, opening.end())
        offset = closing.start() if closing else len(text)
        kind = _TYPE.search(opening["attributes"])
        if kind is None or _JAVASCRIPT.fullmatch(kind[1]):
            number += 1
            body = take(text, opening.end(), offset)
            ending = TEMPLATE_ENDING if _DIRECTIVE.search(body.text) else ""
            yield embed(f"script-{number}", "javascript" + ending, body, f"script {number}")
