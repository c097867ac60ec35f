"""Finds passwords in XML settings: elements, attributes, and pairs of name and value in either.

Maven (``<server><password>``), NuGet and ASP.NET (``<add key="ClearTextPassword" value="pw"/>``), Tomcat, FileZilla (in
Base64), Hibernate (``<property name="connection.password">pw</property>``) and others.
https://maven.apache.org/settings.html#servers, https://learn.microsoft.com/nuget/reference/nuget-config-file#packagesourcecredentials,
https://tomcat.apache.org/tomcat-9.0-doc/realm-howto.html, https://wiki.filezilla-project.org/Site_Manager
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

from scangate.secrets.candidates import detect
from scangate.secrets.detection import Detection
from scangate.secrets.encodings import decode_base64
from scangate.secrets.lazy_pattern import LazyPattern
from scangate.secrets.names import is_password_name, is_secret_name
from scangate.secrets.text import ScannedText

ELEMENT, ATTRIBUTE = "xml-password", "xml-attribute-password"
RULES: Mapping[str, str] = {ELEMENT: "Password in an XML element", ATTRIBUTE: "Password in an XML attribute"}

_MARKUP = LazyPattern(
    r"<!--(?P<comment>.*?)-->|<!\[CDATA\[.*?\]\]>|<(?P<close>/)?(?P<tag>[A-Za-z_][\w:.-]{0,100})"
    r"(?P<attributes>(?:\s++[\w:.-]{1,100}\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'))*+)\s*+(?P<empty>/)?>",
    re.DOTALL,
)
_ATTRIBUTE = LazyPattern(r"\s([\w:.-]{1,100})\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')")
_CDATA = LazyPattern(r"\s*<!\[CDATA\[(.*?)\]\]>\s*", re.DOTALL)
_WORDS = ("pass", "pwd", "secret", "token", "key")
_NAME_ATTRIBUTES = ("key", "name", "id", "property")
_USER_TAGS = frozenset({"username", "user", "login", "usr", "userid", "user-name"})
_HOST_TAGS = frozenset({"host", "server", "hostname", "url", "id"})
_NOT_SETTINGS = (
    "html",
    "javascript",
    "typescript",
    "vue",
    "jsp",
    "php",
    "razor",
    "markdown",
    "svelte",
    "aspnet",
    "erb",
    "ejs",
    "mdx",
    "svg",
)
_INPUT_TAGS = frozenset(
    {
        "input",
        "label",
        "a",
        "button",
        "form",
        "span",
        "div",
        "td",
        "th",
        "li",
        "p",
        "h1",
        "h2",
        "h3",
        "option",
        "string",
        "item",
        "textbox",
    }
)
_MAX_VALUE = 2048


def find(text: ScannedText) -> Iterator[Detection]:
    """The values of elements and attributes that are passwords, and of secrets that are named next to the value."""
    if "<" not in text.text or not text.has(*_WORDS):
        return
    if "</" not in text.text and "/>" not in text.text:
        return
    if text.content_type.removesuffix("-template") in _NOT_SETTINGS:
        return
    nearby: dict[str, str] = {}
    opened: tuple[str, dict[str, tuple[int, str]], int] | None = None
    for markup in _MARKUP.finditer(text.text):
        tag = markup["tag"]
        if not tag:
            continue
        if markup["close"]:
            if opened and opened[0] == tag:
                yield from _element(text.text, opened, markup.start(), nearby)
            opened = None
            continue
        attributes = (
            {found[1]: _placed(found) for found in _ATTRIBUTE.finditer(markup["attributes"])} if markup["attributes"] else {}
        )
        shift = markup.start("attributes")
        attributes = {name: (at + shift, value) for name, (at, value) in attributes.items()}
        yield from _attributes(tag, attributes)
        opened = None if markup["empty"] else (tag, attributes, markup.end())
        if markup["empty"]:
            nearby.clear() if len(nearby) > 100 else None


def _placed(found: re.Match[str]) -> tuple[int, str]:
    group = 2 if found[2] is not None else 3
    return found.start(group), found[group]


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _element(
    text: str, opened: tuple[str, dict[str, tuple[int, str]], int], end: int, nearby: dict[str, str]
) -> Iterator[Detection]:
    """The text between two tags of an element without other elements in it."""
    tag, attributes, start = opened
    name = _local(tag)
    content = text[start : min(end, start + _MAX_VALUE)]
    if cdata := _CDATA.fullmatch(content):
        start, content = start + cdata.start(1), cdata[1]
    written = content.strip()
    start += len(content) - len(content.lstrip())
    if name.lower() in _USER_TAGS | _HOST_TAGS:
        if len(written) < 200:
            nearby["user" if name.lower() in _USER_TAGS else "host"] = written
        return
    named = next((attributes[key][1] for key in _NAME_ATTRIBUTES if key in attributes), "")
    is_named = bool(named) and is_secret_name(named.rpartition(".")[2]) and name.lower() not in _INPUT_TAGS
    if not written or " " in written or "\n" in written or "<" in written:
        return
    if is_password_name(name) or is_named or name.lower() in ("secretkey", "apikey", "clientsecret", "authtoken", "accesstoken"):
        value = html.unescape(written)
        if attributes.get("encoding", (0, ""))[1] == "base64":
            value = decode_base64(value) or value
        user, host = nearby.pop("user", ""), nearby.pop("host", "")
        yield from detect(ELEMENT, start, written, value=value, name=named if is_named else name, user=user, host=host)


def _attributes(tag: str, attributes: dict[str, tuple[int, str]]) -> Iterator[Detection]:
    """Attributes that are passwords, and ``value`` next to a ``key`` or ``name`` that says so."""
    if not attributes or _local(tag).lower() in _INPUT_TAGS:
        return
    user = next((value for name, (_, value) in attributes.items() if _local(name).lower() in _USER_TAGS), "")
    host = next((attributes[name][1] for name in ("host", "server", "url") if name in attributes), "")
    for name, (start, written) in attributes.items():
        is_password = is_password_name(_local(name)) and name != tag
        if name.lower() == "value":
            named = next((attributes[key][1] for key in _NAME_ATTRIBUTES if key in attributes), "")
            is_password = bool(named) and is_secret_name(named.rpartition(".")[2])
            name = named  # noqa: PLW2901 -- the value's name
        if is_password and written and " " not in written and len(written) < _MAX_VALUE:
            yield from detect(ATTRIBUTE, start, written, value=html.unescape(written), name=name, user=user, host=host)
