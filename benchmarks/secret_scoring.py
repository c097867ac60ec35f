"""Compares what a program found with the labels of a corpus: recall, precision, and what was missed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from secret_corpus.markup import Label

__all__ = ["Found", "Place", "Score", "score"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Lines ``line`` to ``end_line`` of a file; ``column`` to ``end_column`` (excluded) from 1, both 0 if not reported."""

    path: str
    line: int
    end_line: int
    column: int = 0
    end_column: int = 0

    def overlaps(self, label: Label) -> bool:
        """Whether they have a character in common; a line, where one of them is of several lines or has no columns."""
        if self.path != label.path or self.end_line < label.line or label.end_line < self.line:
            return False
        if not self.end_column or self.line != self.end_line or label.line != label.end_line:
            return True
        return self.column < label.column + len(label.text) and label.column < self.end_column


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A finding: its rule, and its places, which are several for a pair or a key of many lines."""

    rule: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """``missed``: a label of each secret that was not found. ``wrong``: findings that overlap no secret, one for each place."""

    secrets: int
    missed: tuple[Label, ...]
    wrong: tuple[Found, ...]

    @property
    def found(self) -> int:
        """How many secrets were found."""
        return self.secrets - len(self.missed)

    @property
    def recall(self) -> float | None:
        """The part of the secrets that was found; None if there are none."""
        return self.found / self.secrets if self.secrets else None

    @property
    def precision(self) -> float | None:
        """Secrets found, of these and of what is wrong; None if nothing was found."""
        reported = self.found + len(self.wrong)
        return self.found / reported if reported else None


def score(labels: Iterable[Label], findings: Iterable[Found]) -> Score:
    """Scores findings by labels. Labels of one file and group are one secret; several findings of one secret count once."""
    by_path: dict[str, list[Label]] = defaultdict(list)
    secrets: dict[tuple[object, ...], list[Label]] = defaultdict(list)
    for label in labels:
        if label.secret:
            by_path[label.path].append(label)
            secrets[_secret(label)].append(label)
    seen: set[tuple[object, ...]] = set()
    wrong: dict[tuple[Place, ...], Found] = {}
    for found in sorted(findings):
        if hit := {_secret(label) for place in found.places for label in by_path[place.path] if place.overlaps(label)}:
            seen |= hit
        else:
            wrong.setdefault(found.places, found)
    missed = [parts[0] for secret, parts in secrets.items() if secret not in seen]
    return Score(len(secrets), tuple(missed), _outermost(wrong.values()))


def _secret(label: Label) -> tuple[object, ...]:
    return (label.path, label.group) if label.group else (label.path, label.line, label.column)


def _outermost(findings: Iterable[Found]) -> tuple[Found, ...]:
    """One finding for each first line and column: two rules that are wrong about one value are wrong once."""
    first: dict[tuple[str, int, int], Found] = {}
    for found in findings:
        place = found.places[0]
        first.setdefault((place.path, place.line, place.column), found)
    return tuple(first.values())


def percent(part: float | None) -> str:
    """As a text with one decimal."""
    return "-" if part is None else f"{100 * part:.1f} %"


def markdown(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; all columns but the first are aligned to the right."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)
