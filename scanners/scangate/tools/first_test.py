"""Says in which lines of a file a plugin of detect-secrets could see anything: a cheap test that may err in one direction only.

Every pattern of a plugin is put to the whole text at once. Where a line alone would match, the text matches in that line, too: what
stands around it can only add matches, but for what is checked here (a negative look at what a line end could be part of).
"""

from __future__ import annotations

import bisect
import functools
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from re import _parser  # type: ignore[attr-defined] # the only way to know what a pattern may match
from typing import Any

from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.plugins.high_entropy_strings import HighEntropyStringsPlugin
from detect_secrets.plugins.keyword import DENYLIST, KeywordDetector

__all__ = ["FirstTest", "has_word"]

QUOTE_PAIR = "([{}]+)"
LINE_END = "\n"
RARE = 2  # letters: a word so long stands in few lines


class FirstTest:
    """The first test of some plugins."""

    def __init__(self, plugins: Iterable[Any]) -> None:
        self._tests = [(plugin, _test(plugin)) for plugin in plugins]

    def candidates(self, lines: Sequence[str]) -> Iterator[tuple[int, list[Any]]]:
        """The places (from 0) of the lines that some plugin has to look at, in order, and which plugins, in theirs.

        ``lines`` are as plugins get them; where one holds a line end, every plugin has to look at all of them.
        """
        text = _Text(lines)
        if not text.is_sound:
            everybody = [plugin for plugin, _ in self._tests]
            yield from ((place, everybody) for place in range(len(lines)))
            return
        wanted: dict[int, list[Any]] = {}
        for plugin, test in self._tests:
            for place in range(len(lines)) if test is None else sorted(set(test(text))):
                wanted.setdefault(place, []).append(plugin)
        for place in sorted(wanted):
            yield place, wanted[place]


class _Text:
    """The lines as one text, as it is and with its case folded, in which every sign has the same line."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.plain = LINE_END.join(lines)
        self.folded = _folded(self.plain)
        self.is_sound = self.plain.count(LINE_END) == self.folded.count(LINE_END) == len(lines) - 1

    @functools.cached_property
    def _starts(self) -> dict[bool, list[int]]:
        folded = [_folded(line) for line in self.lines] if len(self.folded) != len(self.plain) else self.lines
        return {
            folds: list(itertools.accumulate((len(line) + 1 for line in lines), initial=0))
            for folds, lines in ((False, self.lines), (True, folded))
        }

    def places(self, start: int, end: int, *, folds: bool = False) -> range:
        """The lines that a piece touches."""
        starts = self._starts[folds]
        return range(bisect.bisect_right(starts, start) - 1, bisect.bisect_right(starts, max(end - 1, start)))

    def with_word(self, word: str, *, folds: bool) -> Iterator[int]:
        """The lines with a word in them."""
        text = self.folded if folds else self.plain
        at = text.find(word)
        while at >= 0:
            place = self.places(at, at + 1, folds=folds)[0]
            yield place
            at = text.find(word, self._starts[folds][place + 1])


def _folded(text: str) -> str:
    """``text`` in which each sign is the small letter that `re.IGNORECASE` takes it for: case folding knows all of them but two."""
    return text.casefold() if text.isascii() else text.translate(_DOTS).casefold()


_DOTS = str.maketrans({"\u0130": "i", "\u0131": "i"})  # with and without a dot
Test = Callable[[_Text], Iterator[int]]
"""The lines that a plugin has to look at."""


def _test(plugin: Any) -> Test | None:
    """The test of one plugin, None where none is known that cannot miss what it would see."""
    if type(plugin).analyze_line is RegexBasedDetector.analyze_line and isinstance(plugin, RegexBasedDetector):
        patterns = list(plugin.denylist)
        if all(map(_is_about_lines, patterns)):
            return _by_patterns(patterns)
    if type(plugin) is KeywordDetector:
        return _by_words
    if isinstance(plugin, HighEntropyStringsPlugin):
        # n signs have an entropy of at most log2 n
        least = int(2**plugin.entropy_limit) + 1
        pattern = plugin.regex.pattern
        if QUOTE_PAIR.format(re.escape(plugin.charset)) in pattern:
            many = f"([{re.escape(plugin.charset)}]{{{least},}})"
            return _by_patterns([re.compile(pattern.replace(QUOTE_PAIR.format(re.escape(plugin.charset)), many))])
    return None


def _by_patterns(patterns: Sequence[re.Pattern[str]]) -> Test:
    parts = [_by_pattern(re.compile(pattern.pattern, pattern.flags | re.MULTILINE)) for pattern in patterns]
    return lambda text: (place for part in parts for place in part(text))


def _by_pattern(pattern: re.Pattern[str]) -> Test:
    folds = bool(pattern.flags & re.IGNORECASE)
    needed = _words_in(_parser.parse(pattern.pattern, pattern.flags))
    words = sorted({_folded(word) if folds else word for word in needed})

    def everywhere(text: _Text) -> Iterator[int]:
        for match in pattern.finditer(text.plain):
            yield from text.places(*match.span())

    def near_words(text: _Text) -> Iterator[int]:
        for place in {place for word in words for place in text.with_word(word, folds=folds)}:
            if pattern.search(text.lines[place]):
                yield place

    return near_words if _weight(needed) >= RARE else everywhere


def _by_words(text: _Text) -> Iterator[int]:
    """Lines with a word of the deny list, in whatever case: folded."""
    for match in _WORDS.finditer(text.folded):
        yield from text.places(*match.span(), folds=True)


def has_word(text: str) -> bool:
    """Whether the detector of keywords could see anything in a text: without a word of its deny list it does not."""
    return _WORDS.search(_folded(text)) is not None


_WORDS = re.compile("|".join(sorted({_folded(word) for word in DENYLIST})))


def _is_about_lines(pattern: re.Pattern[str]) -> bool:
    """Whether a match in a line alone is always one in the text around it, too."""
    return not pattern.flags & re.DOTALL and _is_harmless(_parser.parse(pattern.pattern, pattern.flags), negated=False)


def _is_harmless(parsed: Any, *, negated: bool) -> bool:
    return all(_is_harmless_step(str(step), argument, negated=negated) for step, argument in parsed)


def _is_harmless_step(step: str, argument: Any, *, negated: bool) -> bool:
    """Within a negative look nothing may match a line end; nowhere may the start or the end of the whole text be asked for."""
    if step in {"AT"}:
        return str(argument) not in {"AT_BEGINNING_STRING", "AT_END_STRING"} and not (negated and str(argument) != "AT_BOUNDARY")
    if step in {"ASSERT", "ASSERT_NOT"}:
        return _is_harmless(argument[1], negated=negated or step == "ASSERT_NOT")
    if step in {"ATOMIC_GROUP", "POSSESSIVE_REPEAT", "GROUPREF_EXISTS"}:
        return False  # what they take they do not give back
    if step in {"SUBPATTERN", "MAX_REPEAT", "MIN_REPEAT"}:
        return _is_harmless(argument[-1], negated=negated)
    if step == "BRANCH":
        return all(_is_harmless(branch, negated=negated) for branch in argument[1])
    return not (negated and _may_be_line_end(step, argument))


def _may_be_line_end(step: str, argument: Any) -> bool:
    if step == "LITERAL":
        return bool(argument == ord(LINE_END))
    if step == "IN":
        return _class_holds_line_end(argument)
    return True  # ANY, NOT_LITERAL, GROUPREF and what is not known


def _class_holds_line_end(members: Sequence[tuple[Any, Any]]) -> bool:
    holds = negated = False
    for step, argument in members:
        name = str(step)
        negated = negated or name == "NEGATE"
        holds = holds or (name == "LITERAL" and argument == ord(LINE_END))
        holds = holds or (name == "RANGE" and argument[0] <= ord(LINE_END) <= argument[1])
        holds = holds or (name == "CATEGORY" and str(argument) not in {"CATEGORY_WORD", "CATEGORY_DIGIT"})
    return holds != negated


def _words_in(parsed: Any) -> tuple[str, ...]:
    """The longest of the words that a sequence needs, or alternatives of which it needs one; empty for none."""
    best: tuple[str, ...] = ()
    word = ""
    for step, argument in [*parsed, ("END", None)]:
        name = str(step)
        if name == "LITERAL":
            word += chr(argument)
            continue
        best, word = max(best, (word,) if word else (), key=_weight), ""
        inner: tuple[str, ...] = ()
        if name == "SUBPATTERN" or (name in {"MAX_REPEAT", "MIN_REPEAT"} and argument[0] > 0):
            inner = _words_in(argument[-1])
        elif name == "BRANCH":
            branches = [_words_in(branch) for branch in argument[1]]
            inner = tuple(each for branch in branches for each in branch) if all(branches) else ()
        best = max(best, inner, key=_weight)
    return best


def _weight(words: tuple[str, ...]) -> int:
    """A word is worth what its text seldom holds: its length; of alternatives the shortest counts."""
    return min(map(len, words), default=0)
