"""Commands in files that list them: of each process in a Procfile, of each environment in tox.ini.

https://devcenter.heroku.com/articles/procfile, https://tox.wiki/en/latest/config.html#commands
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scangate.content.embedded import Embedded, embed
from scangate.content.position_maps import take

_PROCESS = re.compile(r"^([\w-]+)[ \t]*:[ \t]*(\S[^\r\n]*)", re.MULTILINE)
_TOX = re.compile(
    r"""^(?:\[(?P<section>[^\]\n]*)\]
    |commands(?P<when>_pre|_post)?[ \t]*[=:](?P<commands>[^\n]*(?:\n(?:[ \t]+[^\n]*|\#[^\n]*|\r?(?=\n)))*))""",
    re.MULTILINE | re.VERBOSE,
)


def procfile_pieces(text: str) -> Iterator[Embedded | None]:
    """The command of each process."""
    for match in _PROCESS.finditer(text):
        yield embed(match[1], "shell", take(text, *match.span(2)))


def tox_pieces(text: str) -> Iterator[Embedded | None]:
    """The commands of each environment."""
    section = ""
    for match in _TOX.finditer(text):
        if match["section"] is not None:
            section = match["section"]
        else:
            yield embed(f"{section}.commands{match['when'] or ''}", "shell", take(text, *match.span("commands")))
