"""Finds the lines in which a detect-secrets plugin could find anything: a fast check without false negatives.

Every pattern of a plugin is applied to the whole text at once. If a line alone matches, the text matches in that line, too: the
surrounding lines can only add matches, except for patterns that are excluded here (such as a negative look-around at a line end).
"""

from __future__ import annotations

import bisect
import functools
import itertools
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.plugins.high_entropy_strings import HighEntropyStringsPlugin
from detect_secrets.plugins.keyword import DENYLIST, KeywordDetector

from scangate.tools.pattern_needs import NUMBERS, TOKENS, Alphabet, Literals, parse, required_literals, required_run

CHARSET_GROUP = "([{}]+)"
NEWLINE = "\n"
MIN_LITERAL_LENGTH = 2  # characters; a literal of this length is rare enough
MAX_OFFSET = 4  # characters before it in a pattern
MIN_RUN = 16  # characters of a token in a row; a run of this length is rarer than a short literal
MIN_RUNS = ((NUMBERS, 7), (TOKENS, MIN_RUN))


class LinePrefilter:
    """The prefilter of some plugins."""

    def __init__(self, plugins: Iterable[Any]) -> None:
        self._tests = [(plugin, _filter_for(plugin)) for plugin in plugins]

    def candidates(self, lines: Sequence[str]) -> Iterator[tuple[int, list[Any]]]:
        """The indexes (from 0) of the lines that a plugin has to scan, in order, and the plugins, in their order.

        ``lines`` are as plugins get them; if one contains a line end, every plugin has to scan all of them.
        """
        text = _JoinedLines(lines)
        if not text.is_aligned:
            every_plugin = [plugin for plugin, _ in self._tests]
            yield from ((index, every_plugin) for index in range(len(lines)))
            return
        wanted: dict[int, list[Any]] = {}
        for plugin, test in self._tests:
            for line in range(len(lines)) if test is None else sorted(set(test(text))):
                wanted.setdefault(line, []).append(plugin)
        for line in sorted(wanted):
            yield line, wanted[line]


class _JoinedLines:
    """The lines as one text, unchanged and case-folded; both have the same line ends."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.plain = NEWLINE.join(lines)
        self.folded = _fold_case(self.plain)
        self._shapes: dict[bytes, bytes] = {}
        self._runs: dict[tuple[bytes, int], list[int]] = {}
        self.is_aligned = self.plain.count(NEWLINE) == self.folded.count(NEWLINE) == len(lines) - 1

    @functools.cached_property
    def _starts(self) -> dict[bool, list[int]]:
        starts = _starts_of(self.lines)
        folded = starts if len(self.folded) == len(self.plain) else _starts_of([_fold_case(line) for line in self.lines])
        return {False: starts, True: folded}

    def lines_touched(self, start: int, end: int, *, folds: bool = False) -> range:
        """The lines that a range of the text touches."""
        starts = self._starts[folds]
        return range(bisect.bisect_right(starts, start) - 1, bisect.bisect_right(starts, max(end - 1, start)))

    def lines_with_literal(self, word: str, *, folds: bool) -> Iterator[int]:
        """The lines that contain a literal."""
        text = self.folded if folds else self.plain
        at = text.find(word)
        while at >= 0:
            line = self.lines_touched(at, at + 1, folds=folds)[0]
            yield line
            at = text.find(word, self._starts[folds][line + 1])

    def occurrences(self, word: str, *, folds: bool) -> Iterator[int]:
        """The offsets of a literal."""
        text = self.folded if folds else self.plain
        at = text.find(word)
        while at >= 0:
            yield at
            at = text.find(word, at + 1)

    def lines_with_run(self, alphabet: Alphabet, length: int) -> list[int]:
        """The lines that contain so many characters of an alphabet in a row."""
        key = (alphabet.table, length)
        if key not in self._runs:
            self._runs[key] = list(self._find_runs(alphabet, b"a" * length))
        return self._runs[key]

    def _find_runs(self, alphabet: Alphabet, run: bytes) -> Iterator[int]:
        if alphabet.table not in self._shapes:
            self._shapes[alphabet.table] = alphabet.shape(self.plain)
        shape = self._shapes[alphabet.table]
        at = shape.find(run)  # it compares every n-th octet only
        while at >= 0:
            line = self.lines_touched(at, at + 1)[0]
            yield line
            at = shape.find(run, self._starts[False][line + 1])


def _starts_of(lines: Sequence[str]) -> list[int]:
    """The offsets of the lines in the text that they make, and the one after its end."""
    return list(map(operator.add, itertools.accumulate(map(len, lines), initial=0), itertools.count()))


def _fold_case(text: str) -> str:
    """``text`` folded as by `re.IGNORECASE`: case folding handles all characters but two."""
    return text.casefold() if text.isascii() else text.translate(_TURKISH_I).casefold()


_TURKISH_I = str.maketrans({"\u0130": "i", "\u0131": "i"})  # I with a dot, and i without one
LineFilter = Callable[[_JoinedLines], Iterator[int]]
"""Finds the lines that a plugin has to scan."""


def _filter_for(plugin: Any) -> LineFilter | None:
    """The filter for one plugin, None if there is none without false negatives."""
    if type(plugin).analyze_line is RegexBasedDetector.analyze_line and isinstance(plugin, RegexBasedDetector):
        patterns = list(plugin.denylist)
        if all(map(_is_line_local, patterns)):
            return _patterns_filter(patterns)
    if type(plugin) is KeywordDetector:
        return _keyword_filter
    if isinstance(plugin, HighEntropyStringsPlugin):
        # n characters have an entropy of at most log2 n
        least = int(2**plugin.entropy_limit) + 1
        pattern = plugin.regex.pattern
        if CHARSET_GROUP.format(re.escape(plugin.charset)) in pattern:
            many = f"([{re.escape(plugin.charset)}]{{{least},}})"
            return _patterns_filter([re.compile(pattern.replace(CHARSET_GROUP.format(re.escape(plugin.charset)), many))])
    return None


def _patterns_filter(patterns: Sequence[re.Pattern[str]]) -> LineFilter:
    parts = [_pattern_filter(pattern) for pattern in patterns]
    return lambda text: (line for part in parts for line in part(text))


def _pattern_filter(pattern: re.Pattern[str]) -> LineFilter:
    parsed = parse(pattern.pattern, pattern.flags | re.MULTILINE)
    literals = required_literals(parsed)
    search = _Search(pattern, literals, bool(pattern.flags & re.IGNORECASE), required_run(parsed, TOKENS))
    if literals.selectivity >= MIN_LITERAL_LENGTH and literals.offset <= MAX_OFFSET:
        return search.at_words
    if literals.selectivity > MIN_LITERAL_LENGTH:
        return search.near_words
    for alphabet, least in MIN_RUNS:
        if (length := required_run(parsed, alphabet)) >= least:
            return functools.partial(search.near_runs, alphabet=alphabet, length=length)
    return search.near_words if literals.selectivity >= MIN_LITERAL_LENGTH else search.everywhere


class _Search:
    """Ways to find the lines in which a pattern matches. ``run``: how many characters of a token it needs in a row."""

    def __init__(self, pattern: re.Pattern[str], literals: Literals, folds: bool, run: int) -> None:
        self.pattern, self.offset, self.folds, self.run = pattern, literals.offset, folds, run
        self.words = sorted({_fold_case(word) if folds else word for word in literals.words})

    @functools.cached_property
    def multiline(self) -> re.Pattern[str]:
        """The pattern for a text of many lines."""
        return re.compile(self.pattern.pattern, self.pattern.flags | re.MULTILINE)

    def everywhere(self, text: _JoinedLines) -> Iterator[int]:
        for match in self.multiline.finditer(text.plain):
            yield from text.lines_touched(*match.span())

    def near_words(self, text: _JoinedLines) -> Iterator[int]:
        for line in {line for word in self.words for line in text.lines_with_literal(word, folds=self.folds)}:
            if self.pattern.search(text.lines[line]):
                yield line

    def near_runs(self, text: _JoinedLines, alphabet: Alphabet, length: int) -> Iterator[int]:
        return (line for line in text.lines_with_run(alphabet, length) if self.pattern.search(text.lines[line]))

    def at_words(self, text: _JoinedLines) -> Iterator[int]:
        if self.folds and len(text.folded) != len(text.plain):
            yield from self.near_words(text)
            return
        source = text.folded if self.folds else text.plain
        lines = set(text.lines_with_run(TOKENS, self.run)) if self.run >= MIN_RUN else None
        for at in (at for word in self.words if word in source for at in text.occurrences(word, folds=self.folds)):
            if lines is not None and text.lines_touched(at, at + 1)[0] not in lines:
                continue
            for start in range(max(at - self.offset, 0), at + 1):
                if match := self.multiline.match(text.plain, start):
                    yield from text.lines_touched(*match.span())


def _keyword_filter(text: _JoinedLines) -> Iterator[int]:
    """Lines with a keyword of the deny list, in any case."""
    for match in _KEYWORDS.finditer(text.folded):
        yield from text.lines_touched(*match.span(), folds=True)


def has_keyword(text: str) -> bool:
    """Whether the keyword detector could find anything in a text: it needs a keyword of its deny list."""
    return _KEYWORDS.search(_fold_case(text)) is not None


_KEYWORDS = re.compile("|".join(sorted({_fold_case(word) for word in DENYLIST})))


def _is_line_local(pattern: re.Pattern[str]) -> bool:
    """Whether a match in a line alone is always a match in the whole text, too."""
    return not pattern.flags & re.DOTALL and _is_sequence_line_local(parse(pattern.pattern, pattern.flags), negated=False)


def _is_sequence_line_local(parsed: Any, *, negated: bool) -> bool:
    return all(_is_step_line_local(str(step), argument, negated=negated) for step, argument in parsed)


def _is_step_line_local(step: str, argument: Any, *, negated: bool) -> bool:
    """No negative look-around may match a line end, and no anchor may refer to the start or end of the whole text."""
    if step == "AT":
        return str(argument) not in {"AT_BEGINNING_STRING", "AT_END_STRING"} and not (negated and str(argument) != "AT_BOUNDARY")
    if step in {"ASSERT", "ASSERT_NOT"}:
        return _is_sequence_line_local(argument[1], negated=negated or step == "ASSERT_NOT")
    if step in {"ATOMIC_GROUP", "POSSESSIVE_REPEAT", "GROUPREF_EXISTS"}:
        return False  # they do not backtrack
    if step in {"SUBPATTERN", "MAX_REPEAT", "MIN_REPEAT"}:
        return _is_sequence_line_local(argument[-1], negated=negated)
    if step == "BRANCH":
        return all(_is_sequence_line_local(branch, negated=negated) for branch in argument[1])
    return not (negated and _can_match_newline(step, argument))


def _can_match_newline(step: str, argument: Any) -> bool:
    if step == "LITERAL":
        return bool(argument == ord(NEWLINE))
    if step == "IN":
        return _class_matches_newline(argument)
    return True  # ANY, NOT_LITERAL, GROUPREF and anything unknown


def _class_matches_newline(members: Sequence[tuple[Any, Any]]) -> bool:
    holds = negated = False
    for step, argument in members:
        name = str(step)
        negated = negated or name == "NEGATE"
        holds = holds or (name == "LITERAL" and argument == ord(NEWLINE))
        holds = holds or (name == "RANGE" and argument[0] <= ord(NEWLINE) <= argument[1])
        holds = holds or (name == "CATEGORY" and str(argument) not in {"CATEGORY_WORD", "CATEGORY_DIGIT"})
    return holds != negated
