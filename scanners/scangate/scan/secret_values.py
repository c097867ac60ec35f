"""Finds the values of known secrets in any text, plain and in the encodings that programs write them in.

A value of MIN_INNER_LENGTH characters or more is found wherever it occurs, also inside a longer word. A shorter one is found as a
whole word only: otherwise the password "main" would blank a part of "domain". Below MIN_SHARED_LENGTH a value is masked in its
own place only, because three characters occur in every text. A value of plain words (`is_plain_word`: "password", "my-service") is
found only as all of a quoted string, and the redactor looks for it in its own file only: such passwords are in most trees, and any
text may have the word, or a name with it.
"""

from __future__ import annotations

import base64
import html
import json
import re
import shlex
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from urllib.parse import quote, quote_plus, unquote

import msgspec

MIN_SHARED_LENGTH = 4
MIN_INNER_LENGTH = 8
MIN_UNGUESSABLE_LENGTH = 12
MIN_BASE64_LENGTH = 6  # characters that follow from the value alone
MAX_FORM_LENGTH = 4096  # longer ones are found by their first characters; the rest of the line is masked by its span

MAX_PLAIN_LENGTH = 24

_PLAIN_WORDS = re.compile(r"(?:[a-z]+|[A-Z]+|[A-Z][a-z]+)(?:[-_](?:[a-z]+|[A-Z]+|[A-Z][a-z]+))*")
# A string before a colon, an arrow or a closing bracket is a key.
_QUOTED_WORDS = re.compile(r"""(?P<quote>\\?+["'`])(?P<words>[A-Za-z_-]{4,24})(?P=quote)(?!\s*+(?:=>|:(?![:=])|\]))""")
_BACKSLASH = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_SIMPLE_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f"}
_TOKEN = re.compile(r"[^\s\"'`,;()<>\[\]{}=]+")
_OPTION = re.compile(r"(?<![\w-])-[a-zA-Z]\Z")
_POSITION = re.compile(r"(?::\d+)+$")


class Form(msgspec.Struct, frozen=True, order=True):
    """One way to write a secret's value. ``whole_word``: it counts only where no letter or digit is next to it."""

    text: str
    whole_word: bool = False


def forms_of(value: str) -> set[Form]:
    """The value as it is in the source, decoded if it is escaped there, and each of these encoded; of a plain word only base64."""
    found: set[Form] = set()
    for plain in _decoded(value):
        if len(plain) < MIN_SHARED_LENGTH:
            continue
        found |= {Form(text[:MAX_FORM_LENGTH]) for text in _base64_cores(plain.encode("utf-8", "surrogatepass"))}
        if is_plain_word(value):
            continue
        is_short = len(plain) < MIN_INNER_LENGTH
        found |= {Form(text[:MAX_FORM_LENGTH], is_short) for text in _escaped(plain)}
    return found


def _decoded(value: str) -> set[str]:
    """A literal's text, and the values that it may have: the escapes of strings, YAML, XML and URLs undone."""
    decoded = {value}
    if "\\" in value:
        decoded.add(unescape(value))
    if "&" in value:
        decoded.add(html.unescape(value))
    if "%" in value:
        decoded.add(unquote(value))
    if "''" in value:
        decoded.add(value.replace("''", "'"))
    return decoded


def unescape(text: str) -> str:
    """The text with the escapes of string literals undone: those that most languages have."""
    return _BACKSLASH.sub(_unescape, text)


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _SIMPLE_ESCAPES.get(match[3], match[3])


def _escaped(value: str) -> Iterator[str]:
    """The value, and in the forms of URLs, JSON, Python, shells and XML, where these differ."""
    yield value
    if value.isalnum() and value.isascii():
        return
    try:
        percent = [quote(value, safe=""), quote(value), quote_plus(value)]
    except UnicodeEncodeError:  # a lone surrogate
        percent = []
    for text in percent:
        yield text
        yield re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), text)
    for ensure_ascii in (True, False):
        yield json.dumps(value, ensure_ascii=ensure_ascii)[1:-1]
    yield value.encode("unicode_escape").decode("ascii")
    yield value.replace("\\", "\\\\").replace("'", "\\'")
    yield value.replace("'", "''")
    yield shlex.quote(value).removeprefix("'").removesuffix("'")
    yield re.sub(r"([^\w@%+=:,./-])", r"\\\1", value)
    yield re.sub(r"([$\"`\\ ])", r"\\\1", value)
    yield html.escape(value)
    yield html.escape(value, quote=False)


def _base64_cores(data: bytes) -> Iterator[str]:
    """The characters of base64 that follow from ``data`` alone, for each of its three possible offsets in a longer text."""
    for before in range(3):
        bits = 8 * (before + len(data))
        encoded = base64.b64encode(b"\0" * before + data).decode("ascii")
        core = encoded[-(-8 * before // 6) : bits // 6]
        if len(core) >= MIN_BASE64_LENGTH:
            yield core
            if "+" in core or "/" in core:
                yield core.replace("+", "-").replace("/", "_")


class SecretValues:
    """The values of strong secrets: finds and masks them in text.

    The time depends on the length of the text, not on the number of secrets.
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values: set[str] = set()
        self._new: list[str] = []
        self._plain_words: set[str] = set()
        self._by_prefix: dict[str, _Group] = {}
        self._texts_without: set[str] = set()
        self.add(values)

    def __bool__(self) -> bool:
        return bool(self._values)

    @property
    def values(self) -> Collection[str]:
        """The values that were added."""
        return self._values

    def add(self, values: Iterable[str]) -> None:
        """Adds values; those that are too short are left out."""
        for value in values:
            if value not in self._values and len(value) >= MIN_SHARED_LENGTH:
                self._values.add(value)
                self._new.append(value)

    def find(self, text: str, paths: Collection[str] = ()) -> list[tuple[int, int]]:
        """The ranges of ``text`` that are a secret in some form, sorted; they may overlap.

        A value that is a part of one of ``paths`` in the text is not one.
        """
        self._index_new()
        found = self._find_plain_words(text) if self._plain_words else []
        if others := self._find_others(text, paths):
            found = sorted([*found, *others])
        return found

    def _find_plain_words(self, text: str) -> list[tuple[int, int]]:
        return [match.span("words") for match in _QUOTED_WORDS.finditer(text) if match["words"] in self._plain_words]

    def _find_others(self, text: str, paths: Collection[str]) -> list[tuple[int, int]]:
        if not self._by_prefix or text in self._texts_without:
            return []
        groups = self._by_prefix
        found = []
        for at in range(len(text) - MIN_SHARED_LENGTH + 1):
            group = groups.get(text[at : at + MIN_SHARED_LENGTH])
            if group is not None and (end := group.longest_end(text, at)):
                found.append((at, end))
        if not found:
            if len(text) < MAX_FORM_LENGTH:
                self._texts_without.add(text)  # rules, titles and most messages occur many times
            return []
        return [each for each in found if not _is_in_path(text, *each, paths)] if paths else found

    def _index_new(self) -> None:
        if not self._new:
            return
        self._texts_without.clear()
        for value in self._new:
            if is_plain_word(value):
                self._plain_words.add(value)
            for form in forms_of(value):
                self._by_prefix.setdefault(form.text[:MIN_SHARED_LENGTH], _Group()).add(form)
        self._new.clear()


class _Group:
    """The forms that begin with the same characters, to find the longest one at a position with a few comparisons."""

    def __init__(self) -> None:
        self._forms: set[Form] = set()

    def add(self, form: Form) -> None:
        self._forms.add(form)
        self.__dict__.pop("_prefix_tree", None)

    @cached_property
    def _prefix_tree(self) -> _PrefixTree:
        whole_words: defaultdict[str, bool] = defaultdict(lambda: True)
        for form in self._forms:
            whole_words[form.text] &= form.whole_word
        return _PrefixTree(whole_words)

    def longest_end(self, text: str, at: int) -> int:
        """The end of the longest form at ``at``; 0 if there is none."""
        tree = self._prefix_tree
        index = tree.longest_match(text, at)
        while index and tree.whole_words[index] and _touches_word(text, at, at + len(tree.texts[index])):
            index = tree.parents[index]
        return at + len(tree.texts[index]) if index else 0


class _PrefixTree:
    """Texts in order. The parent of each is the longest other one that it begins with; 0, the empty text, is the root.

    ``_jumps`` lead to ancestors further up, so that long chains ("a", "aa", "aaa" ...) take few steps: the skew-binary jump
    pointers of Myers, "An applicative random-access stack", 1983.
    """

    def __init__(self, whole_words: Mapping[str, bool]) -> None:
        self.texts = ["", *sorted(whole_words)]
        self.whole_words = [False, *(whole_words[text] for text in self.texts[1:])]
        self.parents, self._jumps, depths = [0], [0], [0]
        for index, text in enumerate(self.texts[1:], start=1):
            parent = self._longest_prefix(index - 1, _common_length(self.texts[index - 1], text))
            jump = self._jumps[parent]
            far = depths[parent] - depths[jump] == depths[jump] - depths[self._jumps[jump]]
            self.parents.append(parent)
            self._jumps.append(self._jumps[jump] if far else parent)
            depths.append(depths[parent] + 1)

    def longest_match(self, text: str, at: int) -> int:
        """The index of the longest text at ``at``; 0 if there is none."""
        rest = text[at : at + MAX_FORM_LENGTH]
        index = bisect_right(self.texts, rest) - 1
        return self._longest_prefix(index, _common_length(self.texts[index], rest))

    def _longest_prefix(self, index: int, length: int) -> int:
        """The nearest of ``index`` and its ancestors that is no longer than ``length``."""
        while len(self.texts[index]) > length:
            jump = self._jumps[index]
            index = jump if len(self.texts[jump]) > length else self.parents[index]
        return index


def _common_length(one: str, other: str) -> int:
    """How many first characters are the same, by bisection: comparing slices is fast."""
    if other.startswith(one):
        return len(one)
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


def is_plain_word(text: str) -> bool:
    """Whether a value is a word or a few, such as "shell", "Admin" or "my-service": of letters in one case, or capitalized."""
    return len(text) <= MAX_PLAIN_LENGTH and _PLAIN_WORDS.fullmatch(text) is not None


def is_unguessable(text: str) -> bool:
    """Whether a text cannot be a name by chance: long, with digits, and letters and digits change more often than in names."""
    kinds = ["0" if character.isdigit() else "A" if character.isupper() else "a" for character in text if character.isalnum()]
    changes = sum(one != other for one, other in pairwise(kinds))
    return len(kinds) >= MIN_UNGUESSABLE_LENGTH and "0" in kinds and 3 * changes >= len(kinds)


def _touches_word(text: str, start: int, end: int) -> bool:
    """Whether a word goes on before or after the range; the letter of an option (``-phunter``) is no part of it."""
    before = start > 0 and _is_word(text[start - 1]) and _is_word(text[start])
    after = end < len(text) and _is_word(text[end]) and _is_word(text[end - 1])
    return after or (before and not _OPTION.search(text, max(start - 3, 0), start))


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _is_in_path(text: str, start: int, end: int, paths: Collection[str]) -> bool:
    """Whether the range is a part, and not all, of one of ``paths`` in the text."""
    first = start
    while first > 0 and _TOKEN.match(text[first - 1]):
        first -= 1
    token = _TOKEN.match(text, first)
    if token is None or token.end() < end:
        return False
    name = _POSITION.sub("", token[0].rstrip(".:")).removeprefix("./")
    return name in paths and end - start < len(name)
