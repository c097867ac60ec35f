"""How much of a report a console format shows, and for which width."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from scangate.model import Ruling
from scangate.report import escape

DEFAULT_WIDTH = 100
MIN_WIDTH = 40
MAX_WIDTH = 240


class Acceptance(msgspec.Struct, frozen=True, kw_only=True):
    """What the policy says on accepting a finding in a change, and how a commit gets past the hook.

    ``comments``: inline comments suppress findings. ``added_comments``: so do those that a pull request adds. ``until``: the expiry
    date that a comment must have (ISO 8601); empty if none. ``format_comment``: makes the comment for a path and its rules; an
    empty one if the file cannot have comments. ``skip_command``: commits without the hook.
    """

    comments: bool
    added_comments: bool
    until: str
    skip_command: str
    format_comment: Callable[[str, Sequence[str], str], str]


def list_rules_to_name(rulings: Sequence[Ruling]) -> list[str]:
    """The rules that a comment has to name to accept all of ``rulings``: what accepts a former name accepts the rule as well."""
    former = {ruling.finding.rule: ruling.finding.former.rule for ruling in rulings if ruling.finding.former is not None}
    rules = dict.fromkeys(ruling.finding.rule for ruling in rulings)
    return [rule for rule in rules if former.get(rule) not in rules]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """``width``: the columns of the terminal. ``show_all``: no list is cut, and what does not block is listed as well. ``verbose``:
    what does not block is listed by rule, not only counted. ``details``: everything about each finding, and the scanners.
    ``fix_lines``: the most lines on how to fix a finding. ``more_option``: the option that shows everything, as the command calls
    it. ``verdict``: the option by which ``scangate explain`` finds the verdict.json; empty for its default place, None for none.
    ``root``: the absolute directory of the files, for links to them; empty for no links. ``acceptance``: how a change may accept
    its findings; None if the policy is not known.
    """

    width: int = DEFAULT_WIDTH
    show_all: bool = False
    verbose: bool = False
    details: bool = False
    fix_lines: int = 1
    more_option: str = "--all"
    verdict: str | None = None
    root: str = ""
    acceptance: Acceptance | None = None

    @property
    def columns(self) -> int:
        """The width to lay out for: within what is readable."""
        return min(max(self.width, MIN_WIDTH), MAX_WIDTH)

    def limit(self, number: int) -> int | None:
        """The length of a list of which at most ``number`` entries are shown; None for all."""
        return None if self.show_all else number

    def more(self, count: int, noun: str, plural: str = "") -> str:
        """``and 3 more rules (--all shows them)``; empty if nothing is left out."""
        if count <= 0 or self.show_all:
            return ""
        words = noun if count == 1 else plural or f"{noun}s"
        return f"and {count:,} more {words} ({self.more_option} shows {'it' if count == 1 else 'them'})"

    def file_link(self, path: str) -> str:
        """The address of a file; empty if it is not known."""
        return escape.file_url(self.root, path) if self.root else ""
