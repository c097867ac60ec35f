"""The content types for the tags of the library identify, and what its tables and ours have in common.

https://github.com/pre-commit/identify
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scangate.content.catalog import CONTENT_TYPES, Form, calls_for_more
from scangate.model import Analysis

_TAG_TYPES = {
    **dict.fromkeys(("c++", "header"), "cpp"),
    **dict.fromkeys(("ts", "tsx"), "typescript"),
    **dict.fromkeys(("c#", "c#script"), "csharp"),
    **dict.fromkeys(("f#", "f#script"), "fsharp"),
    **dict.fromkeys(("pyi", "gyp"), "python"),
    **dict.fromkeys(("c2hs", "literate-haskell"), "haskell"),
    **dict.fromkeys(("ash", "bash", "dash", "ksh", "zsh", "sh", "cbsd", "csh", "tcsh"), "shell"),
    **dict.fromkeys(("java-properties", "gitconfig", "editorconfig", "lektor", "lektorproject", "zcml"), "ini"),
    **dict.fromkeys(("avro-schema", "json5", "ejson", "map", "swiftdeps", "xctestplan"), "json"),
    **dict.fromkeys(("less", "sass", "scss", "stylus"), "css"),
    **dict.fromkeys(("dtd", "plist", "relax-ng", "pom", "vdx", "wkt"), "xml"),
    **dict.fromkeys(("asciidoc", "myst", "ngdoc"), "markdown"),
    **dict.fromkeys(("textproto", "proto"), "protobuf"),
    **dict.fromkeys(("wav",), "audio"),
    **dict.fromkeys(("swf",), "program"),
    **dict.fromkeys(("ttf", "otf", "woff", "woff2", "eot"), "font"),
    **dict.fromkeys(("icon", "icns", "eps", "adobe-illustrator", "ppm"), "image"),
    **dict.fromkeys(("zip", "tar", "gzip", "bzip2", "bzip3", "asar", "pyz"), "archive"),
    **dict.fromkeys(("handlebars", "jinja", "liquid", "mustache", "nunjucks", "twig", "vtl", "zpt", "gotmpl"), "template"),
    "asm": "assembly",
    "apinotes": "yaml",
    "bib": "tex",
    "coffee": "coffeescript",
    "fits": "binary",
    "inx": "xml",
    "jade": "pug",
    "jenkins": "jenkinsfile",
    "jsx": "javascript",
    "objective-c++": "objective-c",
    "p12": "certificate",
    "pdf": "document",
    "pem": "certificate",
    "plain-text": "text",
    "pofile": "gettext",
    "spec": "rpm-spec",
    "system-verilog": "systemverilog",
    "tiltfile": "starlark",
    "tsv": "csv",
    "vb": "visual-basic",
    "vim": "vim-script",
    "xsl": "xslt",
}
"""What identify calls a type, where we call it something else; several of its types are one of ours."""


def type_of_tags(tags: Iterable[str]) -> str:
    """The content type for identify's tags of one name: a language before a format, and the format before ``text``."""
    types = {_TAG_TYPES.get(tag, tag) for tag in tags} & CONTENT_TYPES.keys()
    return min(types - {"text", "binary"} or {"text" if "text" in tags else "binary"}, key=_precedence)


def _precedence(name: str) -> tuple[int, str]:
    entry = CONTENT_TYPES[name]
    tests = (entry.form is Form.NOT_OPENED, Analysis.CODE in entry.analyses, calls_for_more(name), True)
    return tests.index(True), name


def expand(table: Mapping[str, str]) -> dict[str, str]:
    """A table by content type, of words separated by blanks, as a table by word."""
    return {key: name for name, keys in table.items() for key in keys.split()}
