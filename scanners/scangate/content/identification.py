"""Identifies a file's content type by its name, its shebang and its content; the only place that decides it."""

from __future__ import annotations

import re
from collections.abc import Callable

from scangate.content.binary import binary_type, is_binary
from scangate.content.catalog import (
    ANNEX_POINTER,
    CONTENT_TYPES,
    FAT_POINTER,
    LFS_POINTER,
    TEMPLATE_ENDING,
    UNKNOWN,
    XET_POINTER,
    Form,
    calls_for_more,
)
from scangate.content.document_types import DISTINCT_TYPES, config_type, needs_rendering
from scangate.content.file_names import STRUCTURED, NameMatch, match_name
from scangate.content.mime_headers import MIME, MIME_HEAD, is_multipart
from scangate.content.python_text import is_program, looks_like_python
from scangate.content.shebang import mode_type, script_type
from scangate.model import Analysis
from scangate.python_parser import try_to_parse
from scangate.source_text import decode

STAND_IN_BYTES = 1024
"""No larger file is a pointer of git LFS or git-annex."""

_LFS = re.compile(
    rb"version https?://(?:git-lfs|hawser)\.github\.com/spec/v\d+\r?\n(?:ext-\d-\w+ \w+:[0-9a-f]{16,128}\r?\n){0,10}"
    rb"oid \w+:[0-9a-f]{16,128}\r?\nsize \d{1,20}\s{0,8}\Z"
)
_OTHER_POINTERS = (
    (FAT_POINTER, re.compile(rb"#\$# git-fat [0-9a-f]{40}[ \t]+\d{1,20}\s*\Z")),  # https://github.com/jedbrown/git-fat
    (XET_POINTER, re.compile(rb"# xet version \d+\r?\nfilesize = \d{1,20}\r?\nhash = ['\"][0-9a-f]{64}['\"]\s*\Z")),
)
_ANNEX = re.compile(rb"/annex/objects/[A-Z0-9_]+-\S+\r?\n?\Z")
_DIRECTIVE = re.compile(r"\{\{|\{%|\{#|<%|<\?(?!xml\b)|\$\{|\$\w|@\w+@|<#|%\{|\[%|#\{|%\(\w+\)[sdr]")
_ENGINE_DIRECTIVE = re.compile(r"(?<!\$)\{\{|\{%|\{#|<%")
_DATA_TYPES = frozenset({"json", "yaml", "text", UNKNOWN, "template", "ini", "xml", "", "toml", "log"})
"""Types whose names say so little that the content decides."""
_REPLACEABLE = frozenset({"ansible", "github-action"})
"""Types that a name only suggests; another structure refutes it."""
_MAY_BE_ANYTHING = frozenset({"text", "ini", "log", UNKNOWN, ""})

_PHP = re.compile(r"\A\s*<\?php\b|^<\?php\b", re.MULTILINE)
_POM = re.compile(r"<project\b[^>]{0,600}maven\.apache\.org/POM")
_DOCKERFILE = re.compile(
    r"\A\ufeff?(?:[ \t]*(?:(?:#|ARG[ \t])[^\r\n]*)?\r?\n)*[ \t]*FROM[ \t]+(?:--platform=\S+[ \t]+)?[\w./:@${}-]+", re.ASCII
)
_DOCKERFILE_STEP = re.compile(r"^(?:RUN|COPY|ADD|CMD|ENTRYPOINT|WORKDIR|ENV|USER|EXPOSE|LABEL)[ \t]", re.MULTILINE | re.IGNORECASE)
_TERRAFORM = re.compile(
    r'^(?:resource|data)[ \t]+"[\w-]+"[ \t]+"[\w-]+"[ \t]*\{|^(?:provider|variable|module)[ \t]+"[\w-]+"[ \t]*\{', re.MULTILINE
)
_JSON_START = re.compile(r'\ufeff?\s*(?:\{\s*["}]|\[\s*(?:["{}\[\]]|-?\d|true|false|null))')
_QT_TRANSLATION = re.compile(r"\A\ufeff?\s*<(?:\?xml|!DOCTYPE TS|TS\b)")
_PYTHON_LOCK = re.compile(r"^(?:requires-python|python-versions|lock-version|created-by)[ \t]*=", re.MULTILINE)
_ANT = re.compile(r"<project\b[^>]{0,600}>(?=.{0,20000}<(?:target|macrodef)\b)", re.DOTALL)
_MSBUILD = re.compile(r"<Project\b(?=.{0,20000}<(?:Exec|UsingTask|Target)\b)", re.DOTALL)
_JENKINS = re.compile(r"<(?:flow-definition|hudson\.tasks\.(?:Shell|BatchFile)|maven2-moduleset)\b")
_R_PACKAGE = re.compile(r"\APackage:(?=[\s\S]{0,20000}^(?:Imports|Depends|LinkingTo):)", re.MULTILINE)
_JULIA_PROJECT = re.compile(
    r'^(?:julia_version[ \t]*=|[A-Za-z]\w*[ \t]*=[ \t]*"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{18,24}")', re.MULTILINE
)
_CARGO_LOCK = re.compile(r'^source = "registry\+', re.MULTILINE)
_HTML = re.compile(r"\A\ufeff?\s*<(?:!doctype\s+html|html\b)", re.IGNORECASE)
_XML_START = re.compile(r"\A\ufeff?\s*<[?!A-Za-z]")
_XML = re.compile(r"\A\ufeff?\s*<\?xml\b")
SHELL_LINE = re.compile(
    r"^(?:set[ \t]+-[a-z]{1,8}\b|if \[\[? .*\]; then\b|export \w+=)|\|[ \t]*(?:sudo[ \t]+)?(?:ba|z)?sh\b",
    re.M,
)
"""Lines of a shell script that are hardly anything else."""
_PEM = re.compile(r"\A\s*-----BEGIN [A-Z0-9 ]+-----", re.MULTILINE)
_REQUIREMENT = re.compile(
    r"""(?:-[rce]\s*\S.*|--[a-z][\w-]*(?:[ =].*)?|-[ifc]\s+\S+|\#.*
    |[A-Za-z0-9][\w.-]*(?:\s*\[[\w\s,.-]*\])?\s*(?:(?:===?|[~!<>]=|[<>]|@)\s*\S.*)?|\s*--hash=\S+.*|\\)""",
    re.VERBOSE,
)
_PINNED = re.compile(r"^[A-Za-z0-9][\w.-]*(?:[ \t]*\[[\w ,.-]*\])?[ \t]*(?:===?|[~]=|>=)[ \t]*v?\d", re.MULTILINE)


def identify(path: str, data: bytes) -> str:
    """The content type of a file, a name from `CONTENT_TYPES`. Never raises; the time is linear in the size of ``data``.

    A name of a language, of an infrastructure file or of a manifest decides, whatever the file contains, unless it is a pointer to
    content elsewhere. A template is what is made from it (``python-template``), but plain ``python`` if nothing is to be filled in.
    """
    if len(data) <= STAND_IN_BYTES and (stand_in := _stand_in(data)):
        return stand_in
    name = match_name(path)
    if name.decides:
        return "python" if name.content_type == "cython" and _is_python(data) else name.content_type
    if is_binary(data) and not _is_run_as_text(name, data):
        return binary_type(data, name.content_type)
    text = decode(data)[0]
    found = _content_type(path, name, data, text)
    return found if CONTENT_TYPES[found].form is Form.TEXT else _guess(data, text, is_template=False) or UNKNOWN


def identify_text(path: str, text: str) -> str:
    """The content type of a text that is a part of a file, by the path that it has or would have."""
    return identify(path, text.encode("utf-8", "replace"))


def identify_by_name(path: str) -> str | None:
    """The content type, if the name decides it for every file of more than `STAND_IN_BYTES`; else None."""
    name = match_name(path)
    return name.content_type if name.decides else None


def _is_run_as_text(name: NameMatch, data: bytes) -> bool:
    """Whether a file is code for those who run it, whatever bytes are in it: a shell ignores what it has not yet reached."""
    return name.content_type == "shell" or bool(data.startswith(b"#!") and script_type(data))


def _is_python(data: bytes) -> bool:
    """Whether Cython code is plain Python, as much of it is: then all scanners of Python can read it, else none."""
    tree = try_to_parse(data)
    return tree is not None and bool(tree.body)


def _stand_in(data: bytes) -> str:
    if data.startswith(b"version http") and _LFS.match(data):
        return LFS_POINTER
    if data.startswith(b"/annex/objects/") and _ANNEX.match(data):
        return ANNEX_POINTER
    return next((name for name, pattern in _OTHER_POINTERS if data.startswith(b"#") and pattern.match(data)), "")


def _content_type(path: str, name: NameMatch, data: bytes, text: str) -> str:
    """The type of a text whose name does not decide."""
    by_name = name.content_type
    if by_name == "typescript" and _QT_TRANSLATION.match(text):
        return "xml"
    found = ""
    if by_name == "shell" or not calls_for_more(by_name):
        found = script_type(data)
    if not found and not calls_for_more(by_name):
        found = _recognize(path, name, text)
    if not found and by_name in STRUCTURED:
        shown = config_type(text, path)
        found = shown if shown in DISTINCT_TYPES or by_name in _REPLACEABLE else ""
    found = found or by_name or _guess(data, text, is_template=name.is_template) or (UNKNOWN if text.strip() else "text")
    return _as_template(path, found, text) if name.is_template else found


def _as_template(path: str, found: str, text: str) -> str:
    """The type of a template, unless its text has nothing to fill in; ``${Name}`` belongs to infrastructure files themselves."""
    is_infrastructure = Analysis.CONFIGURATION in CONTENT_TYPES[found].analyses
    directive = _ENGINE_DIRECTIVE if is_infrastructure or "{{" in path else _DIRECTIVE
    if directive.search(text) is None:
        return found
    if found + TEMPLATE_ENDING in CONTENT_TYPES:
        return found + TEMPLATE_ENDING
    return "template" if found in ("text", UNKNOWN) else found


def _recognize(path: str, name: NameMatch, text: str) -> str:
    """The language, infrastructure or manifest that the content shows; empty if it shows none."""
    by_name = name.content_type
    says_little = by_name in _DATA_TYPES or CONTENT_TYPES[by_name].form is not Form.TEXT
    for found, mark, test in _TEXTS if says_little else ():
        if mark in text and test(text):
            return found
    if found := config_type(text, path, strict=by_name not in ("json", "yaml") and not name.is_template):
        return found + TEMPLATE_ENDING if needs_rendering(text) and found + TEMPLATE_ENDING in CONTENT_TYPES else found
    if by_name in _MAY_BE_ANYTHING and _is_requirements(text):
        return "python-manifest"
    return "python" if by_name in _MAY_BE_ANYTHING and by_name and is_program(text) else ""


def _guess(data: bytes, text: str, *, is_template: bool) -> str:
    """The language or format of a text whose name says nothing; empty if nothing points to one."""
    if found := mode_type(data):
        return found
    if _PEM.match(text):
        return "certificate"
    if _is_json(text):
        return "json"
    if looks_like_python(text, strict=not is_template):
        return "python"
    return "shell" if SHELL_LINE.search(text) else ""


def _is_json(text: str) -> bool:
    """Whether the text begins and ends as JSON does."""
    return _JSON_START.match(text) is not None and text.rstrip()[-1:] in ("}", "]")


def _is_requirements(text: str) -> bool:
    """Whether each line is a requirement, an option or a comment, and at least one has a version."""
    if _PINNED.search(text) is None:
        return False
    return all(not line or _REQUIREMENT.fullmatch(line) for line in map(str.strip, text.splitlines()))


_TEXTS: tuple[tuple[str, str, Callable[[str], object]], ...] = (
    ("php", "<?php", _PHP.search),
    ("maven-manifest", "maven.apache.org/POM", _POM.search),
    ("dockerfile", "FROM", lambda text: _DOCKERFILE.match(text) and _DOCKERFILE_STEP.search(text)),
    ("python-manifest", "[[package", _PYTHON_LOCK.search),
    ("cargo-manifest", "[[package]]", _CARGO_LOCK.search),
    ("terraform", '" {', _TERRAFORM.search),
    ("jenkinsfile", "<?xml", _JENKINS.search),
    ("ant", "<project", lambda text: _XML_START.match(text) and _ANT.search(text)),
    ("msbuild", "<Project", lambda text: _XML_START.match(text) and _MSBUILD.search(text)),
    ("r-manifest", "Package:", _R_PACKAGE.match),
    ("julia-manifest", " = ", lambda text: ("[deps" in text or "julia_version" in text) and _JULIA_PROJECT.search(text)),
    ("html", "<", _HTML.match),
    (MIME, "oundary", lambda text: is_multipart(text[:MIME_HEAD])),
    ("xml", "<?xml", _XML.match),
)
"""Content types, a text without which the test is not made, and the test."""
