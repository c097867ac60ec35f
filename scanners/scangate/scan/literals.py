"""Finds the whole value of a secret in the source: the literals that a detector reported a part of, or too much around.

Detectors report what their pattern matched: a value up to an escaped quote, the first of several literals, a whole line. Here each
report becomes the exact extent of the value. Files are split into string literals and comments by one regular expression per family
of languages, which also works on code that does not parse, in linear time.
"""

from __future__ import annotations

import functools
import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

import msgspec

from scangate.model import Secret, SecretWeight, Span
from scangate.scan.language_families import PROSE, SHELL, WORD, Family, family_of
from scangate.scan.secret_values import SecretValues, is_unguessable, unescape

KEY_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----")
KEY_END = re.compile(r"-----END [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----")
_KEY_HEADER = re.compile(r"-*(?:BEGIN|END)[A-Z0-9 ]*PRIVATE KEY")
MAX_PIECES = 64  # literals that are put together into one value
MAX_DISTANCE = 1024  # how far from a value its name, its quotes or its URL are looked for: lines may be very long

Range = tuple[int, int]
"""From one offset in the text up to another."""

_JOINED = re.compile(r"(?:\s|\\\n|\#[^\n]*\n|//[^\n]*\n|[+()])*(?:[.&](?:\s|\\\n)*)?")
_ALTERNATIVE = re.compile(r"\s*(?:or|\|\||\?\?|\?:)\s*|\s+if\s[^\"'\n]{1,200}\selse\s+")
_COMMA = re.compile(r"\s*,\s*")
_SEVERAL_NAMES = re.compile(r"\s*(?:(?:const|let|var|my|local)\s+)?[(\[]?\s*[\w.$@]+(?:\s*,\s*[\w.$@]+)+\s*[)\]]?\s*:?=(?!=)")
_KEY_FOLLOWS = re.compile(r"\s*(?:=>|:(?!:)|\])")
_URL_PASSWORD = re.compile(r"[a-zA-Z][\w+.-]*+://[^\s/:@\"'`<>]*+:(?=[^\s])")
_ENV = re.compile(r"\s*(?i:ENV|ARG)\s+\w+$")
_URL_RUN = re.compile(r"[^\s\"'`<>?#]{0,1024}+")
_FLOW_VALUE = re.compile(r"[^\n,{}\[\]]*+")
_ASSIGNS = re.compile(r"[ \t]*(?:-[ \t]+|export[ \t]+)?[\"']?[\w.-]+[\"']?[ \t]*[=:][ \t]*")


def exact_secrets(path: str, lines: Sequence[str], secrets: Iterable[Secret], content_type: str = "") -> tuple[Secret, ...]:
    """``secrets``, reported for the file ``path``, with their exact extents; sorted, each once. Exact ones stay as they are.

    What was reported stays if no literal is there: a secret in the wrong place is still to be redacted there.
    """
    secrets = tuple(secrets)
    reported = sorted({secret for secret in secrets if not secret.is_exact})
    if not reported:
        return tuple(sorted(set(secrets)))
    source = SourceText(path, lines, content_type)
    found = [(secret, source.values(secret)) for secret in reported]
    inside = {source.fact(secret) for secret, values in found if values and not values[0].is_code}
    exact = {
        Secret(tuple(source.span(*piece) for piece in value.pieces), secret.detectors, value.weight(secret.weight), is_exact=True)
        for secret, values in found
        for value in values
        if not (value.is_code and source.fact(secret) in inside)
    }
    return tuple(sorted({*exact, *(secret for secret in secrets if secret.is_exact)}))


def private_key_spans(lines: Sequence[str]) -> Iterator[Span]:
    """The private keys in the text, between their first and last line; one without an end goes on to the end of the file."""
    start: tuple[int, int] | None = None
    for number, line in enumerate(lines, start=1):
        if "PRIVATE KEY" not in line:
            continue
        at = 0
        while True:
            mark = (KEY_BEGIN if start is None else KEY_END).search(line, at)
            if mark is None:
                break
            at = mark.end()
            if start is None:
                start = (number, at + 1)
            else:
                yield Span(start[0], start[1], number, mark.start() + 1)
                start = None
    if start is not None:
        yield Span(start[0], start[1], len(lines), len(lines[-1]) + 1)


class _Value(msgspec.Struct, frozen=True):
    """A value by its pieces. ``is_coarse``: more than the value, to be masked in its place only. ``is_code``: not in a literal."""

    pieces: tuple[Range, ...]
    is_coarse: bool = False
    is_code: bool = False

    def weight(self, reported: SecretWeight) -> SecretWeight:
        """The weight of the value, where the secret was ``reported`` with one."""
        return SecretWeight.WEAK if self.is_coarse else reported


class _Token(msgspec.Struct, frozen=True):
    """A string or a comment: all of it, and what is between its quotes."""

    start: int
    end: int
    content: Range
    is_comment: bool


class SourceText:
    """A file, or a line of one, as one text with its literals."""

    def __init__(self, path: str, lines: Sequence[str], content_type: str = "") -> None:
        self._lines = lines
        self._text = "\n".join(lines)
        self._starts = [0, *accumulate(len(line) + 1 for line in lines)][:-1]
        self._family = family_of(path, content_type)

    def span(self, start: int, end: int) -> Span:
        """The position of a range of the text."""
        line, end_line = bisect_right(self._starts, start), bisect_right(self._starts, max(end - 1, start))
        return Span(line, start - self._starts[line - 1] + 1, end_line, end - self._starts[end_line - 1] + 1)

    def fact(self, secret: Secret) -> tuple[int, tuple[str, ...], str]:
        """What two reports of the same value on one line have in common."""
        start, end = self._range(secret.spans[0])
        return secret.spans[0].line, secret.detectors, self._text[start:end]

    def values(self, secret: Secret) -> list[_Value]:
        """The values that ``secret`` was reported for; the first one contains its first character."""
        if len(secret.spans) > 1:
            return [_Value(tuple(map(self._range, secret.spans)))]  # a detector that looked for the pieces
        start, end = self._range(secret.spans[0])
        if _KEY_HEADER.match(self._text, start):
            return self._private_key(secret.spans[0])
        while start < end and self._text[start].isspace():
            start += 1
        while start < end and self._text[end - 1].isspace():
            end -= 1
        token = self._token_at(start)
        if token is not None and end <= token.end:
            return self._in_comment(token, start, end) if token.is_comment else self._in_string(token, start, end)
        if self._is_coarse(start, end):
            return self._in_region(start, end)
        return self._bare(start, end)

    def _range(self, span: Span) -> Range:
        """The offsets of a span, clipped to the text."""
        start, end = self._offset(span.line, span.column), self._offset(max(span.end_line, span.line), span.end_column)
        return start, max(start, end)

    def _offset(self, line: int, column: int) -> int:
        if line > len(self._lines):
            return len(self._text)
        return self._starts[max(line, 1) - 1] + min(max(column - 1, 0), len(self._lines[max(line, 1) - 1]))

    @functools.cached_property
    def _tokens(self) -> list[_Token]:
        return [_token(match, self._family) for match in self._family.tokens.finditer(self._text)]

    @functools.cached_property
    def _token_starts(self) -> list[int]:
        return [token.start for token in self._tokens]

    def _token_at(self, offset: int) -> _Token | None:
        index = bisect_right(self._token_starts, offset) - 1
        return self._tokens[index] if index >= 0 and offset < self._tokens[index].end else None

    def _private_key(self, span: Span) -> list[_Value]:
        keys = (key for key in private_key_spans(self._lines) if key.line <= span.line <= key.end_line)
        return [_Value((self._range(span),), is_coarse=True), *(_Value((self._range(key),)) for key in keys)]

    def _is_coarse(self, start: int, end: int) -> bool:
        """Whether the range is more than a value: it has literals in it, or is a whole line."""
        index = bisect_right(self._token_starts, start)
        if index < len(self._tokens) and self._tokens[index].start < end:
            return True
        line = self._lines[bisect_right(self._starts, start) - 1]
        is_line = len(line) - (end - start) < MAX_DISTANCE and self._text[start:end] == line.strip()
        return is_line or "\n" in self._text[start:end]

    def _in_region(self, start: int, end: int) -> list[_Value]:
        """The literals in a range; where anything else could be the secret, all of it as well, in its place only."""
        strings = [token for token in self._tokens_in(start, end) if not token.is_comment and not self._is_key(token)]
        values = [_Value((token.content,)) for token in strings if token.content[0] < token.content[1]]
        if self._family.is_code:
            comments = [token for token in self._tokens_in(start, end) if token.is_comment]
            values += [_Value(((max(token.start, start), min(token.end, end)),), is_coarse=True) for token in comments]
            return values or [_Value(((start, end),), is_coarse=True)]
        if not values and "\n" not in self._text[start:end]:
            name = _ASSIGNS.match(self._text, start, end)
            if name is not None and name.end() < end:
                return [_Value(((name.end(), end),))]
        return [*values, _Value(((start, end),), is_coarse=True)]

    def _tokens_in(self, start: int, end: int) -> Iterator[_Token]:
        index = max(bisect_right(self._token_starts, start) - 1, 0)
        while index < len(self._tokens) and self._tokens[index].start < end:
            if self._tokens[index].end > start:
                yield self._tokens[index]
            index += 1

    def _is_key(self, token: _Token) -> bool:
        return _KEY_FOLLOWS.match(self._text, token.end) is not None

    def _in_comment(self, token: _Token, start: int, end: int) -> list[_Value]:
        """A value in a comment, or in a text of several lines: quotes count in its line only."""
        first = max(self._start_of_line(start), token.content[0])
        line_end = self._text.find("\n", end, end + MAX_DISTANCE)
        last = min(token.content[1], line_end if line_end >= 0 else end + MAX_DISTANCE)
        if (url := self._url_password(start, last)) is not None:
            return _with_core(url, start, end)
        for match in PROSE.tokens.finditer(self._text, first, last):
            if match.start() + 1 == start and end < match.end():
                return _with_core((start, match.end() - 1), start, end)
        return [_Value(((start, end),))]

    def _in_string(self, token: _Token, start: int, end: int) -> list[_Value]:
        first, last = token.content
        start, end = max(start, first), min(end, last)
        if end <= start:
            start, end = first, last
        if "\n" in self._text[first:last]:
            return self._in_comment(token, start, end)
        if (url := self._url_password(start, last)) is not None:
            return _with_core(url, start, end)
        if self._text[first:start].strip():
            return [_Value(((start, end),))]  # a token within a longer text
        if self._family is SHELL:
            word = WORD.match(self._text, token.start)
            if word is not None and word.end() > token.end:
                last = word.end() - (self._text[word.end() - 1] in "\"'")
            return _with_core((first, last), start, end)
        return self._with_neighbours(token, start, end)

    def _with_neighbours(self, token: _Token, start: int, end: int) -> list[_Value]:
        """The value that ``token`` begins, with the literals that are added to it and those that may be assigned instead."""
        if not self._family.is_code:
            return _with_core(token.content, start, end)
        index = bisect_right(self._token_starts, token.start) - 1
        several = self._assigns_several(token)
        values, pieces = list[_Value](), [token.content]
        for _ in range(MAX_PIECES):
            nearby = self._next_string(index)
            if nearby is None:
                break
            gap = (self._tokens[index].end, self._tokens[nearby].start)
            if self._joins(token, *gap):
                pieces.append(self._tokens[nearby].content)
            elif _ALTERNATIVE.fullmatch(self._text, *gap) or (several and _COMMA.fullmatch(self._text, *gap)):
                values.append(_Value(tuple(pieces)))
                pieces = [self._tokens[nearby].content]
            else:
                break
            index = nearby
        values = [each for each in (*values, _Value(tuple(pieces))) if any(first < last for first, last in each.pieces)]
        return _with_core(values[0].pieces[0], start, end, values) if values else [_Value(((start, end),))]

    def _next_string(self, index: int) -> int | None:
        """The index of the next string, beyond a few comments; None if there is none."""
        for following in range(index + 1, min(index + 4, len(self._tokens))):
            if not self._tokens[following].is_comment:
                return following
        return None

    def _joins(self, first: _Token, start: int, end: int) -> bool:
        """Whether the text between two literals puts them together: an operator, or nothing but white space in one expression."""
        gap = re.sub(r"[rbfuRBFU]{0,3}\Z", "", self._text[start:end])
        if not _JOINED.fullmatch(gap):
            return False
        if "\n" not in gap or "+" in gap or gap.rstrip().endswith("."):
            return True
        line = bisect_right(self._starts, first.start)
        return self._indent(bisect_right(self._starts, end)) > self._indent(line) or not self._lines[line - 1][
            : first.start - self._starts[line - 1]
        ].strip(" \trbfuRBFU(")

    def _indent(self, line: int) -> int:
        return len(self._lines[line - 1]) - len(self._lines[line - 1].lstrip())

    def find_secrets(self, values: SecretValues) -> Iterator[Span]:
        """Where strong secrets occur, names in code excepted."""
        for number, (line, line_start) in enumerate(zip(self._lines, self._starts, strict=True), start=1):
            for start, end in values.find(line):
                if not self.is_name(line_start + start, line_start + end):
                    yield Span(number, start + 1, number, end + 1)

    def is_name(self, start: int, end: int) -> bool:
        """Whether a range with the letters of a secret is a name in code: in no literal, in no comment, and regular enough."""
        text = self._text[start:end]
        return self._family.is_code and text.isidentifier() and not is_unguessable(text) and self._token_at(start) is None

    def locate_value(self, first_line: int, last_line: int, value: str) -> Iterator[tuple[Span, ...]]:
        """The literals that begin in the lines and have this ``value``, each in pieces if it is put together of several."""
        at, end = self._offset(first_line, 1), self._offset(last_line, sys.maxsize)
        index = bisect_left(self._token_starts, at)
        while index < len(self._tokens) and self._tokens[index].start < end:
            following = index + 1
            if not self._tokens[index].is_comment:
                pieces, following = self._joined_from(index)
                text = "".join(self._text[slice(*piece)] for piece in pieces)
                if value in (text, unescape(text)):
                    yield tuple(self.span(*piece) for piece in pieces)
            index = following

    def _joined_from(self, index: int) -> tuple[list[Range], int]:
        """The contents of the string ``index`` and of those that are joined to it, and the index of the token after them."""
        first, pieces = self._tokens[index], [self._tokens[index].content]
        while len(pieces) < MAX_PIECES and (nearby := self._next_string(index)) is not None:
            if not self._joins(first, self._tokens[index].end, self._tokens[nearby].start):
                break
            pieces.append(self._tokens[nearby].content)
            index = nearby
        return pieces, index + 1

    def _assigns_several(self, token: _Token) -> bool:
        line = self._starts[bisect_right(self._starts, token.start) - 1]
        match = _SEVERAL_NAMES.match(self._text, line)
        return match is not None and match.end() <= token.start

    def _bare(self, start: int, end: int) -> list[_Value]:
        """A value without quotes."""
        line_start = self._start_of_line(start)
        if (url := self._url_password(start, len(self._text))) is not None:
            return _with_core(url, start, end)
        if self._family.bare is None or not self._begins_value(line_start, start):
            return [_Value(((start, end),), is_code=self._family.is_code)]
        in_flow = self._family.takes_line and _is_in_flow(self._text[line_start:start])
        whole = (_FLOW_VALUE if in_flow else self._family.bare).match(self._text, start)
        last = max(whole.end() if whole is not None else end, end)
        while last > end and self._text[last - 1].isspace():
            last -= 1
        return _with_core((start, last), start, end)

    def _start_of_line(self, offset: int) -> int:
        """Where the line of an offset begins, or what is looked at of a long one."""
        return max(self._starts[bisect_right(self._starts, offset) - 1], offset - MAX_DISTANCE)

    def _begins_value(self, line_start: int, start: int) -> bool:
        """Whether a name and a sign of assignment are before the value; after ENV and a name, a space is one."""
        before = self._text[line_start:start].rstrip(" \t")
        return before.endswith(("=", ":", ">")) or (self._family is SHELL and _ENV.match(before) is not None)

    def _url_password(self, start: int, limit: int) -> Range | None:
        """The password of the URL that the value at ``start`` is in; it may contain ``@`` and ``/``, which should be encoded."""
        line_start = self._start_of_line(start)
        for match in _URL_PASSWORD.finditer(self._text, line_start, min(start + 1, limit)):
            if match.end() <= start and not re.search(r"[\s\"'`]", self._text[match.end() : start]):
                end = url_password_end(self._text, match.end(), limit)
                if end is not None and start < end:
                    return match.end(), end
        return None


def _is_in_flow(before: str) -> bool:
    """Whether a bracket is open at the end of the first part of a line: then commas end values."""
    return before.count("{") > before.count("}") or before.count("[") > before.count("]")


def url_password_end(text: str, start: int, limit: int | None = None) -> int | None:
    """The end of the password that begins at ``start`` in a URL: before the last ``@`` that a host can follow; None without one."""
    run = _URL_RUN.match(text, start, len(text) if limit is None else limit)
    end = run.end() if run is not None else start
    while (end := text.rfind("@", start, end)) > start:
        if text[end - 1] != "/" and re.match(r"[\w\[{$-]", text[end + 1 : end + 2]):
            return end
    return None


def _with_core(whole: Range, start: int, end: int, values: list[_Value] | None = None) -> list[_Value]:
    """The whole value, and what was reported of it if that is less: a tool may quote just that."""
    found = values or [_Value((whole,))]
    is_part = whole[0] <= start and end <= whole[1] and (start, end) != whole
    return [*found, _Value(((start, end),))] if is_part and start < end else found


def _token(match: re.Match[str], family: Family) -> _Token:
    start, end = match.span()
    if match.start(1) >= 0:
        return _Token(start, end, (start, end), is_comment=True)
    quotes = 3 if match[0][:3] in ('"""', "'''") and family.tokens.pattern.find('"""') >= 0 else 1
    is_closed = len(match[0]) >= 2 * quotes and match[0][-quotes:] == match[0][:quotes]
    return _Token(start, end, (start + quotes, end - quotes if is_closed else end), is_comment=False)
