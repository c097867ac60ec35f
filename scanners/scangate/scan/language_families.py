"""Families of languages with the same literals: how strings, comments and values without quotes are written."""

from __future__ import annotations

import functools
import re
from pathlib import PurePosixPath

import msgspec

# Every repetition is possessive, and a string with escapes may be without an end, so that matching is linear for hostile text too.
_DOUBLE, _SINGLE = r'"(?:[^"\\\n]|\\(?s:.))*+"?+', r"'(?:[^'\\\n]|\\(?s:.))*+'?+"
_TRIPLE = r'"""(?s:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)' + r"|'''(?s:[^'\\]|\\.|'(?!''))*+(?:'''|\Z)"
_OPENS = r"(?<![\w\"'\\])"  # an apostrophe in a word opens nothing
_HASH = r"(?<!\S)\#[^\n]*+"
_SLASHES = r"(?<!:)//[^\n]*+|/\*(?s:[^*]|\*(?!/))*+(?:\*/|\Z)"
_PLAIN = rf"{_OPENS}(?:\"(?:[^\"\\\n]|\\[^\n])*+\"|'(?:[^'\n]|'')*+')"


class Family(msgspec.Struct, frozen=True):
    """Languages with the same literals.

    ``tokens`` matches comments (group 1) and strings. ``is_code``: what is no literal is a name or an operator. ``bare``: how far a
    value without quotes goes; None if it is no value.
    """

    tokens: re.Pattern[str]
    is_code: bool = False
    bare: re.Pattern[str] | None = None

    @property
    def takes_line(self) -> bool:
        """Whether a value without quotes goes on to the end of its line."""
        return self.bare is _LINE


WORD = re.compile(r"(?:[^\s\"'\\;&|<>()]|\\.|\"(?:[^\"\\\n]|\\.)*+\"|'[^'\n]*+')++")
_LINE = re.compile(r"[^\n]*?(?=\s+#|[ \t\r]*(?:\n|\Z))")
_ELEMENT = re.compile(r"[^<>\n]++")
_PYTHON = Family(re.compile(rf"(\#[^\n]*+)|{_TRIPLE}|{_DOUBLE}|{_SINGLE}"), is_code=True)
_C_LIKE = Family(re.compile(rf"({_SLASHES})|{_DOUBLE}|{_SINGLE}|`(?s:[^`\\]|\\.)*+(?:`|\Z)"), is_code=True)
_RUBY_LIKE = Family(re.compile(rf"({_HASH})|{_DOUBLE}|{_SINGLE}"), is_code=True)
SHELL = Family(re.compile(rf"({_HASH})|\"(?:[^\"\\\n]|\\[^\n])*+\"?+|'[^'\n]*+'"), bare=WORD)
_DATA = Family(re.compile(rf"({_HASH})|{_TRIPLE}|{_PLAIN}"), bare=_LINE)
_MARKUP = Family(re.compile(r"(<!--(?s:[^-]|-(?!->))*+(?:-->|\Z))|" + r'"[^"<>\n]*+"' + r"|'[^'<>\n]*+'"), bare=_ELEMENT)
PROSE = Family(re.compile(rf"((?!))|{_PLAIN}"))
_SUFFIXES = {
    "py pyi pyw pyx": _PYTHON,
    "c cc cjs cpp cs cxx dart go gradle groovy h hpp java js jsx kt kts mjs php proto rs scala swift ts tsx": _C_LIKE,
    "ipynb json json5 jsonc": _C_LIKE,
    "ex exs hcl jl lua nix pl pm r rb tf tfvars": _RUBY_LIKE,
    "bash bat containerfile dockerfile ksh mk ps1 sh zsh": SHELL,
    "cfg cnf conf env ini properties template toml yaml yml": _DATA,
    "html htm jsp xhtml xml config csproj plist svg vue": _MARKUP,
}
_FAMILIES = {suffix: family for suffixes, family in _SUFFIXES.items() for suffix in suffixes.split()}
_NAMES = {"dockerfile": SHELL, "containerfile": SHELL, "makefile": SHELL, ".env": _DATA, "jenkinsfile": _C_LIKE}
_TYPES = {
    **dict.fromkeys(("python", "cython"), _PYTHON),
    **dict.fromkeys(("c", "cpp", "csharp", "go", "groovy", "java", "javascript", "kotlin", "php", "rust", "scala"), _C_LIKE),
    **dict.fromkeys(("swift", "typescript", "json", "jenkinsfile"), _C_LIKE),
    **dict.fromkeys(("elixir", "julia", "lua", "perl", "r", "ruby", "terraform"), _RUBY_LIKE),
    **dict.fromkeys(("shell", "dockerfile", "makefile", "batch", "powershell"), SHELL),
    **dict.fromkeys(("ini", "toml", "yaml"), _DATA),
    **dict.fromkeys(("html", "xml"), _MARKUP),
}


@functools.lru_cache(maxsize=256)
def family_of(path: str, content_type: str = "") -> Family:
    """The family of a file, by its name, else by its content type; prose for all that is unknown."""
    name = PurePosixPath(path).name.lower()
    stem, _, suffix = name.rpartition(".")
    first = name.partition(".")[0] or f".{name[1:].partition('.')[0]}"
    named = _FAMILIES.get(suffix) or _NAMES.get(name) or _NAMES.get(first) or (_DATA if stem.endswith(".env") else None)
    return named or _TYPES.get(content_type.removesuffix("-template"), PROSE)
