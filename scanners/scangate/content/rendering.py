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
_VALUES = ("{{", "<%=", "@", "$")


def rendered_pieces(text: str, content_type: str) -> Iterator[Embedded | None]:
    """The text as a file of the type that is made from it, if it is one after the directives are replaced.

    Values become names, statements and comments become blanks; all characters stay where they are.
    """
    made = rendered_type(content_type)
    filled = overwrite(take(text, 0, len(text)), _DIRECTIVE, lambda match: "x" if match[0].startswith(_VALUES) else " ")
    if is_python(filled.text) if made == "python" else made == "dockerfile" or read_document(filled.text).problem is None:
        yield embed("rendered", made, filled, "as it may be rendered")
