"""Escapes: every hostile text through every language, each judged by the language's own reader where there is one."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from scangate.report import escape
from tests.support.hostile_text import HOSTILE_TEXTS

ANY = st.one_of(st.sampled_from(HOSTILE_TEXTS), st.text(), st.text(alphabet=st.characters(), max_size=30))


@given(ANY)
def test_a_terminal_gets_one_line_that_prints(text: str) -> None:
    shown = escape.terminal(text)
    assert all(each.isprintable() or not _moves(each) for each in shown)
    assert len(shown.splitlines()) <= 1
    shown.encode("utf-8")


def _moves(character: str) -> bool:
    point = ord(character)
    return point < 0x20 or 0x7F <= point < 0xA0 or 0x202A <= point <= 0x202E or 0x2066 <= point <= 0x2069


def test_invisible_characters_are_made_visible() -> None:
    assert escape.terminal("a\x1b[2J\x07\n\t\u202e\udc80\U000e0041\ud83d") == r"a\x1b[2J\x07\n\t\u202e\x80\U000e0041\ud83d"
    assert escape.terminal("plain \u00e9\u4e2d\U0001f600") == "plain \u00e9\u4e2d\U0001f600"


@given(ANY)
def test_a_build_log_gets_no_command(text: str) -> None:
    shown = escape.ci_log(text)
    assert not shown.lstrip().startswith("::")
    assert "##[" not in shown
    assert "##vso[" not in shown
    assert " ::" not in shown


def test_a_build_log_keeps_what_is_no_command() -> None:
    assert escape.ci_log("std::string and ## heading") == "std::string and ## heading"


@given(ANY)
def test_xml_can_be_read_and_keeps_its_lines(text: str) -> None:
    element = ET.Element("case")
    element.text = escape.xml(text)
    assert ET.fromstring(ET.tostring(element)).text in (escape.xml(text), None)


@given(ANY)
def test_html_is_text_alone_and_gives_it_back(text: str) -> None:
    read = Html(f"<p title='{escape.html(text)}' id=\"{escape.html(text)}\">{escape.html(text)}</p>")
    shown = escape.terminal(text)
    assert read.seen == [("p", {"title": shown, "id": shown})]
    assert read.text == shown


class Html(HTMLParser):
    """What a page comes to: its tags with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(ANY)
def test_markdown_prose_is_prose_alone(text: str) -> None:
    for line in (escape.markdown(text), f"- {escape.markdown(text)}", f"| {escape.markdown(text)} |\n|---|\n"):
        tokens = MarkdownIt("commonmark").enable("table").parse(line)
        kinds = {child.type for token in tokens for child in token.children or ()} | {token.type for token in tokens}
        assert kinds <= {"text", "text_special", "inline", *BLOCKS}, line


BLOCKS = {
    f"{name}_{side}"
    for name in ("paragraph", "bullet_list", "list_item", "table", "thead", "tbody", "tr", "th", "td")
    for side in ("open", "close")
}


@given(ANY)
def test_markdown_prose_has_nothing_that_becomes_a_link(text: str) -> None:
    shown = MarkdownIt("commonmark").render(escape.markdown(text))
    assert not _mentions(shown), shown


@pytest.mark.parametrize("text", ["@team", "#12", "GH-2", "!12", "team/shop!12", "&12", "team&12"])
def test_a_reference_to_something_of_the_code_host_is_none(text: str) -> None:
    joined = "".join(ET.fromstring(f"<r>{MarkdownIt('commonmark').render(escape.markdown(text))}</r>").itertext())
    assert text not in joined
    assert joined.replace("\u200b", "").strip() == text


def _mentions(html: str) -> bool:
    text = ET.fromstring(f"<r>{html}</r>").itertext()
    joined = "".join(text)
    followed = any(after.isalnum() for mark in "@#" for after in (part[:1] for part in joined.split(mark)[1:]))
    return followed or "://" in joined or "www." in joined.lower()


@given(ANY)
def test_markdown_code_is_one_span(text: str) -> None:
    (block,) = [token for token in MarkdownIt("commonmark").parse(f"x {escape.markdown_code(text)} y") if token.type == "inline"]
    children = list(block.children or ())
    assert [child.type for child in children] == ["text", "code_inline", "text"]
    assert children[1].content.strip() == escape.terminal(text).strip()


@pytest.mark.parametrize("url", ["https://example.org/a?b=c#d", "http://example.org:8080/", "https://example.org"])
def test_an_address_is_a_link(url: str) -> None:
    assert escape.web_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        *HOSTILE_TEXTS,
        "https://u:p@example.org/",
        "https://exa mple.org",
        "https://e.org/(x)",
        "https://e.org/\n",
        "HTTPS://\u0435.org",
        "https://e.org/'",
    ],
)
def test_anything_else_is_no_link(url: str) -> None:
    assert escape.web_url(url) == ""


STRAY = {chr(point) for point in range(0xD800, 0xE000) if not 0xDC80 <= point <= 0xDCFF}


@given(ANY)
@example("a\udc80\udd00b")
def test_a_uri_is_relative_and_gives_the_path_back(path: str) -> None:
    uri = escape.uri(path)
    assert uri.isascii()
    assert uri
    assert not uri.startswith("/")
    assert not set(uri) & set(":\\ <>\"'`{}|^[]?#")
    assert ".." not in uri.split("/")
    if path[:1] not in ("", "/") and len(path) <= escape.MAX_PATH_LENGTH and not STRAY & set(path):
        assert unquote_to_bytes(uri).decode("utf-8", "surrogateescape") == path


def test_sarif_messages_hold_no_link() -> None:
    assert "](" not in escape.sarif("see [this](javascript:alert(1)) \x1b")
    assert escape.sarif("two\nlines\x1b") == "two\nlines\\x1b"


@given(st.text(), st.integers(3, 50))
def test_shortened_text_fits(text: str, most: int) -> None:
    assert len(escape.truncate(text, most)) <= most
    assert escape.truncate(text, len(text) + 3) == text
