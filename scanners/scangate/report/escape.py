"""Makes text from scanned code harmless in each output language; escapes, and never decides what is shown."""

from __future__ import annotations

import functools
import re

__all__ = ["ci_log", "html", "markdown", "markdown_code", "sarif", "shell", "terminal", "truncate", "uri", "web_url", "xml"]

MAX_PATH_LENGTH = 4096

# Control characters (C0, DEL, C1), bidi and invisible characters, line separators, surrogates, non-characters, tags: what
# changes how the rest of a line is read (https://trojansource.codes), or is illegal in XML 1.0 and strict UTF-8.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e007f]"
)
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# GitHub trims a line before it looks for ``::command``; Azure DevOps and TeamCity find ``##[`` and ``##vso[`` anywhere in it.
_GITHUB_COMMAND = re.compile(r"(^|\s)::")
_AZURE_COMMAND = re.compile(r"##(?=[A-Za-z]*\[)")
_MARKUP = re.compile(r"[\\`*\[\]|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|^[#>+=-]|(?<=^\d)[.)](?=\s)|(?<=^\d\d)[.)](?=\s)")
# Mentions, issue numbers and bare addresses become links after Markdown is read, so a backslash does not help there.
_AUTOLINK = re.compile(r"(?<=[@#])(?=\w)|(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?<=\bgh)(?=-\d)", re.IGNORECASE)
_HTTP = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?(/[A-Za-z0-9._~/?#@!$&*+,;=:%-]*)?")


def terminal(text: str) -> str:
    """``text`` on one line, with everything that moves a cursor or turns the reading order shown as ``\\x1b``."""
    return text if text.isprintable() else _UNSAFE.sub(_escape_character, text)


def ci_log(text: str) -> str:
    """``terminal``, and no line of it is a command to the build service that keeps the log."""
    text = terminal(text)
    if ":" in text:
        text = _GITHUB_COMMAND.sub(r"\1\\x3a:", text)
    return _AZURE_COMMAND.sub(r"\\x23#", text) if "##" in text else text


def xml(text: str) -> str:
    """``text`` without what XML 1.0 forbids, line ends and tabs kept; the writer escapes ``&``, ``<`` and ``>``."""
    return text if text.isprintable() else _UNSAFE.sub(_escape_unless_whitespace, text)


def html(text: str) -> str:
    """``text`` on one line, for HTML content or a quoted attribute: no tag, no entity, nothing that reorders or hides."""
    shown = terminal(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return shown.replace('"', "&quot;").replace("'", "&#39;")


def sarif(text: str) -> str:
    """``text`` for a SARIF message: as for XML, and no ``[text](target)``, which readers turn into a link."""
    return xml(text).replace("](", "] (")


def markdown(text: str) -> str:
    """``text`` on one line, for Markdown prose or a table cell: no markup, tag, link, mention or address in it."""
    text = _MARKUP.sub(r"\\\g<0>", terminal(text).strip())
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _AUTOLINK.sub("&#8203;", text)


def markdown_code(text: str) -> str:
    """``text`` as a Markdown code span, in which nothing is read as markup; the fence outlasts the backticks inside."""
    text = terminal(text) or " "
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def web_url(url: str) -> str:
    """``url`` where it is a plain http or https address that no output language can misread, else nothing."""
    return url if len(url) <= 2000 and _HTTP.fullmatch(url) else ""


@functools.lru_cache(maxsize=1024)
def uri(path: str) -> str:
    """A path relative to the root as a relative URI reference; bytes that are no UTF-8 come back as they were.

    What is longer than a path can be is cut: .NET's readers refuse a URI of 65,520 characters, and the whole log with it.
    """
    parts = [_ENCODED_DOTS.get(part, _percent_encode(part)) for part in path[:MAX_PATH_LENGTH].split("/")]
    if not parts[0]:  # an absolute path, or none: never let it out of the root
        parts[0] = "."
    return "/".join(parts)


def shell(text: str) -> str:
    """``text`` as one word of a POSIX shell, in single quotes and on one line."""
    return "'" + terminal(text).replace("'", "'\\''") + "'"


def truncate(text: str, limit: int) -> str:
    """``text`` in at most ``most`` characters, cut at the end; the cut is shown."""
    return text if len(text) <= limit else text[: limit - 3] + "..."


_ENCODED_DOTS = {"..": "%2E%2E"}


def _percent_encode(part: str) -> str:
    if _PLAIN.fullmatch(part):
        return part
    encoded = part.encode("utf-8", "surrogatepass" if _LONE_SURROGATE.search(part) else "surrogateescape")
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in encoded)


_LONE_SURROGATE = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # no byte of a path, so not what Python makes of one
_PLAIN = re.compile(r"[A-Za-z0-9._~-]*+")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def _escape_character(match: re.Match[str]) -> str:
    character = match[0]
    point = ord(character)
    if 0xDC80 <= point <= 0xDCFF:  # a byte that was no UTF-8, as Python hands it on
        point -= 0xDC00
    if point < 0x100:
        return _SHORT_ESCAPES.get(character, f"\\x{point:02x}")
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def _escape_unless_whitespace(match: re.Match[str]) -> str:
    return match[0] if match[0] in "\n\t" else _escape_character(match)
