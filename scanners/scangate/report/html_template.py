"""Fills the templates of the HTML pages: each page is one file that loads nothing, and runs only the script that ships with it."""

from __future__ import annotations

import base64
import functools
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from scangate.report import escape

TEMPLATES = Path(__file__).with_name("templates")
STYLE = "page.css"
THEME_SCRIPT = "theme.js"


def render_template(template: str, script: str = "", data: str = "", **values: Any) -> str:
    """The page of ``template`` with ``values``, which are escaped.

    ``script``: the file of the page's own script, or empty. ``data``: the JSON text that the script reads, or empty.
    """
    style, scripts = _read(STYLE), [_read(name) for name in (THEME_SCRIPT, script) if name]
    sources = " ".join(map(_hash_source, scripts))
    policy = f"default-src 'none'; style-src {_hash_source(style)}; script-src {sources}; base-uri 'none'; form-action 'none'"
    first, *rest = [Markup(f"<script>{text}</script>") for text in scripts]  # noqa: S704 -- files of ours
    block = f'<script type="application/json" id="data">{escape.script_json(data)}</script>\n' if data else ""
    return (
        _environment()
        .get_template(template)
        .render(
            content_security_policy=policy,
            style=Markup(f"<style>{style}</style>"),  # noqa: S704 -- a file of ours
            theme_script=first,
            data=Markup(block),  # noqa: S704 -- escaped
            script=Markup("").join(rest),
            **values,
        )
    )


def load_template(template: str) -> str:
    """Compiles a template, for a module that is imported while the scanners work; returns its name."""
    _environment().get_template(template)
    return template


@functools.cache
def _environment() -> Environment:
    # finalize runs before autoescape, which skips what is marked as escaped
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_escape,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _escape(value: Any) -> Markup:
    if isinstance(value, Markup):
        return value
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return Markup(escape.html(text))  # noqa: S704 -- escaped


@functools.cache
def _read(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8")


def _hash_source(text: str) -> str:
    """The source expression that allows just this inline text. https://www.w3.org/TR/CSP3/#grammardef-hash-source"""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"
