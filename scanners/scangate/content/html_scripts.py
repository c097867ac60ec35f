"""Code in HTML and SVG: script elements in any language, handlers of events, and URLs that are scripts."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from scangate.content.catalog import TEMPLATE_ENDING
from scangate.content.embedded import Embedded, embed
from scangate.content.position_maps import take

_OPENING = re.compile(
    r"<(?P<name>(?:\w{1,20}:)?script|py-(?:script|repl)|mpy-script)\b(?P<attributes>[^>]{0,2000})>", re.IGNORECASE
)
_TYPE = re.compile(r"\b(?:type|language|lang)\s*=\s*[\"']?([^\s\"'>]+)", re.IGNORECASE)
_LANGUAGES = (
    ("javascript", re.compile(r"module|(?:(?:text|application)/(?:x-)?)?(?:javascript|ecmascript|babel|jsx)[\d.]*", re.IGNORECASE)),
    ("python", re.compile(r"m?py(?:-game|-editor)?|mpy-editor|(?:text|application)/(?:x-)?python[\d.]*", re.IGNORECASE)),
    ("typescript", re.compile(r"(?:(?:text|application)/(?:x-)?)?(?:typescript|tsx|ts)", re.IGNORECASE)),
    ("coffeescript", re.compile(r"text/(?:x-)?coffeescript", re.IGNORECASE)),
    ("vbscript", re.compile(r"(?:text/)?vbscript|vbs", re.IGNORECASE)),
)
"""What the attribute ``type``, ``language`` or, in Vue, ``lang`` says for each language: of browsers and others."""
_ATTRIBUTE = re.compile(
    r"\s(?:on[a-z]{3,30}\s*=\s*(?P<quote>[\"'])(?P<handler>.{1,5000}?)(?P=quote)"
    r"|(?:xlink:)?(?:href|action|formaction|src)\s*=\s*[\"']?\s*javascript:(?P<url>[^\"'>]{1,5000}))",
    re.IGNORECASE | re.DOTALL,
)
_CALL = re.compile(r"[(=`]")
_DIRECTIVE = re.compile(r"\{\{|\{%|<%|<\?")


def html_pieces(text: str) -> Iterator[Embedded | None]:
    """The scripts; where a template engine fills something in, they are templates."""
    offset, number = 0, 0
    while opening := _OPENING.search(text, offset):
        closing = re.compile(rf"</{re.escape(opening['name'])}\b", re.IGNORECASE).search(text, opening.end())
        offset = closing.start() if closing else len(text)
        if language := _language(opening):
            number += 1
            yield _script(text, opening.end(), offset, language, f"script-{number}")
    for number, found in enumerate(_ATTRIBUTE.finditer(text), start=1):
        group = "url" if found["url"] else "handler"
        if _CALL.search(found[group]):
            yield _script(text, *found.span(group), "javascript", f"handler-{number}")


def _language(opening: re.Match[str]) -> str:
    """The language of a script element; empty if it is data, such as JSON."""
    if "py-" in opening["name"].lower():
        return "python"
    kind = _TYPE.search(opening["attributes"])
    if kind is None:
        return "javascript"
    value = html.unescape(kind[1])
    return next((language for language, pattern in _LANGUAGES if pattern.fullmatch(value)), "")


def _script(text: str, start: int, end: int, language: str, name: str) -> Embedded | None:
    body = take(text, start, end)
    ending = TEMPLATE_ENDING if _DIRECTIVE.search(body.text) else ""
    return embed(name, language + ending, body, name.replace("-", " "))
