"""What is likely to be made from a template: its text with names in place of the values, so that weaknesses in it are found.

The template itself stays without the analysis that its result calls for, because only the engine knows what the result is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scangate.content.catalog import rendered_type
from scangate.content.documents import read_document
from scangate.content.embedded import Embedded, embed
from scangate.content.position_maps import overwrite, take
from scangate.content.python_text import is_python

_DIRECTIVE = re.compile(
    r"\{\{.{0,2000}?\}\}|\{%.{0,2000}?%\}|\{#.{0,2000}?#\}|<%.{0,2000}?%>|@[A-Za-z_]\w*@|\$\{\w+\}|\$\w+", re.DOTALL
)
_HELM_STATEMENT = re.compile(r"(?m)(?:^|(?<=:))[ \t]*\{\{(?:[^{}]|\{[^{}]*\}){0,2000}?\}\}[ \t]*$")
"""An action alone in its line or alone after a key: a condition, or what inserts more than a scalar."""
_HELM_SCALAR = re.compile(r"(?<=: )[ \t]*\{\{-?[ \t]*(?:\.|\$|quote\b|default\b|printf\b)[^{}\n]*\}\}[ \t]*$", re.MULTILINE)
_VALUES = ("{{", "<%=", "@", "$")


def rendered_pieces(text: str, content_type: str) -> Iterator[Embedded | None]:
    """The text as a file of the type that is made from it, if it is one after the directives are replaced.

    Values become names, statements and comments become blanks; all characters stay where they are.
    """
    if content_type == "helm-template":
        yield from _helm_pieces(text)
        return
    made = rendered_type(content_type)
    filled = overwrite(take(text, 0, len(text)), _DIRECTIVE, lambda match: "x" if match[0].startswith(_VALUES) else " ")
    if is_python(filled.text) if made == "python" else made == "dockerfile" or read_document(filled.text).problem is None:
        yield embed("rendered", made, filled, "as it may be rendered")


def _helm_pieces(text: str) -> Iterator[Embedded | None]:
    """A template of Helm as objects of Kubernetes, with both branches of each condition, if that is YAML.

    A scalar that is filled in becomes a name; a line that is an action alone becomes blank, so what it inserts is missing.
    """
    filled = overwrite(take(text, 0, len(text)), _HELM_SCALAR, lambda _: "x")
    filled = overwrite(filled, _HELM_STATEMENT, lambda _: " ")
    filled = overwrite(filled, _DIRECTIVE, lambda match: "x" if match[0].startswith("{{") else " ")
    document = read_document(filled.text)
    if document.problem is None and any(root.get("kind") is not None for root in document.roots):
        yield embed("rendered", "kubernetes", filled, "as it may be rendered")
