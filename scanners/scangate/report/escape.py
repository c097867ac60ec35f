"""Escapes text from scanned code for each output language."""

from __future__ import annotations

import functools
import html as html_module
import re
from collections.abc import Iterable
from urllib.parse import quote

MAX_PATH_LENGTH = 4096
MAX_URL_LENGTH = 2000

# Characters that change how the rest of a line is read (https://trojansource.codes) or that XML 1.0 or strict UTF-8 forbid: control
# characters (C0, DEL, C1), bidirectional and invisible characters, line separators, surrogates, non-characters, tags.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e007f]"
)
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# GitHub strips a line before it looks for ``::command``. Azure DevOps and TeamCity find ``##[`` and ``##vso[`` anywhere in a line.
_GITHUB_COMMAND = re.compile(r"(^|\s)::")
_AZURE_COMMAND = re.compile(r"##(?=[A-Za-z]*\[)")
_MARKUP = re.compile(r"[\\`*\[\]|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|^[#>+=-]|(?<=^\d)[.)](?=\s)|(?<=^\d\d)[.)](?=\s)")
# Mentions, numbers of issues, merge requests and epics, and bare addresses become links after Markdown is parsed, some with a note
# at their target; a backslash has no effect on them. https://docs.gitlab.com/user/markdown/#gitlab-specific-references
_AUTOLINK = re.compile(
    r"(?<=[@#])(?=\w)|(?<=!)(?=\d)|(?<=&amp;)(?=\d)|(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?<=\bgh)(?=-\d)", re.IGNORECASE
)
_HTTP = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?(/[A-Za-z0-9._~/?#@!$&*+,;=:%-]*)?")
_NOT_A_PATH_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # lone surrogates that Python does not make of undecodable bytes


def terminal(text: str) -> str:
    """One line in which characters that move the cursor or change the reading order are escaped (``\\x1b``)."""
    return text if text.isprintable() else _UNSAFE.sub(_escape_character, text)


def ci_log(text: str) -> str:
    """As `terminal`, without commands to the build service that keeps the log."""
    text = terminal(text)
    if ":" in text:
        text = _GITHUB_COMMAND.sub(r"\1\\x3a:", text)
    return _AZURE_COMMAND.sub(r"\\x23#", text) if "##" in text else text


def github_data(lines: Iterable[str]) -> str:
    """The message of a GitHub workflow command, with its line ends.

    https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
    """
    return "%0A".join(ci_log(line).replace("%", "%25") for line in lines)


def github_property(text: str) -> str:
    """The value of a property of a GitHub workflow command: one line, without what ends a value."""
    return github_data([text]).replace(":", "%3A").replace(",", "%2C")


def xml(text: str) -> str:
    """Text without the characters that XML 1.0 forbids; keeps line ends and tabs. The XML writer escapes ``&``, ``<`` and ``>``."""
    return text if text.isprintable() else _UNSAFE.sub(_escape_unless_whitespace, text)


def html(text: str) -> str:
    """One line of HTML content, or of a quoted attribute."""
    return html_module.escape(terminal(text))


def script_json(text: str) -> str:
    """JSON for a ``script`` element of an HTML page: the same value, in which no tag and no comment can begin or end.

    Source: https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
    """
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def sarif(text: str) -> str:
    """Text of a SARIF message: as `xml`, without ``[text](target)``, which readers turn into a link."""
    return xml(text).replace("](", "] (")


def markdown(text: str) -> str:
    """One line of Markdown prose, or a table cell, without markup, tags, links, mentions and addresses."""
    text = html_module.escape(_MARKUP.sub(r"\\\g<0>", terminal(text).strip()), quote=False)
    return _AUTOLINK.sub("&#8203;", text)


def markdown_code(text: str) -> str:
    """A Markdown code span; its fence is longer than any sequence of backticks in the text."""
    text = terminal(text) or " "
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def web_url(url: str) -> str:
    """``url`` if it is a plain http or https address that is safe in every output language, else an empty string."""
    return url if len(url) <= MAX_URL_LENGTH and _HTTP.fullmatch(url) else ""


@functools.lru_cache(maxsize=1024)
def uri(path: str) -> str:
    """A path relative to the root as a relative URI reference; it never leaves the root.

    Bytes that are not UTF-8 are percent-encoded as they are. The path is cut at MAX_PATH_LENGTH: .NET readers refuse a whole log
    for one URI of 65,520 characters.
    """
    path = path[:MAX_PATH_LENGTH]
    encoded = path.encode("utf-8", "surrogatepass" if _NOT_A_PATH_BYTE.search(path) else "surrogateescape")
    parts = ["%2E%2E" if part == ".." else part for part in quote(encoded).split("/")]
    return "/".join([parts[0] or ".", *parts[1:]])


def file_url(root: str, path: str) -> str:
    """The ``file:`` address of a path below the absolute directory ``root``."""
    return f"file://{quote(root.encode('utf-8', 'surrogateescape'))}/{uri(path)}"


def truncate(text: str, limit: int) -> str:
    """At most ``limit`` characters; a cut at the end is shown as ``...``."""
    return text if len(text) <= limit else text[: limit - 3] + "..."


def truncate_middle(text: str, limit: int) -> str:
    """About ``limit`` characters; a cut in the middle is shown as ``...``."""
    return text if len(text) <= limit else f"{text[: limit // 2]}...{text[-limit // 2 :]}"


def _escape_character(match: re.Match[str]) -> str:
    character = match[0]
    point = ord(character)
    if 0xDC80 <= point <= 0xDCFF:  # Python's representation of an undecodable byte
        point -= 0xDC00
    if point < 0x100:
        return _SHORT_ESCAPES.get(character, f"\\x{point:02x}")
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def _escape_unless_whitespace(match: re.Match[str]) -> str:
    return match[0] if match[0] in "\n\t" else _escape_character(match)
