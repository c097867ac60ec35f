"""The verdict: what the policy makes of each finding and each gap."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Any

import msgspec

from scangate.model.decision import Decision, Note
from scangate.model.finding import Finding
from scangate.model.gap import Gap
from scangate.model.severity import Severity


class RulingOutcome(enum.Enum):
    """What the policy makes of one finding. NOT_JUDGED: no policy judged it (see `PolicyOrigin.NONE`)."""

    BLOCKING = "blocking"
    TOLERATED = "tolerated"
    SUPPRESSED = "suppressed"
    KNOWN = "known"
    NOT_JUDGED = "not-judged"


WORST_FIRST = (
    RulingOutcome.BLOCKING,
    RulingOutcome.NOT_JUDGED,
    RulingOutcome.TOLERATED,
    RulingOutcome.KNOWN,
    RulingOutcome.SUPPRESSED,
)
"""The outcomes from the worst to the least."""


class Outcome(enum.Enum):
    """The verdict in one word. FAIL takes precedence over INCOMPLETE; reports show both."""

    PASS = "PASS"  # noqa: S105 -- the word, not a password
    FAIL = "FAIL"
    INCOMPLETE = "INCOMPLETE"


EXIT_CODES = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.INCOMPLETE: 3}
"""The exit code of a scan that was not interrupted, by all scanners of the policy."""
SCOPED_PASS = 5
"""The exit code of a PASS of a part of the policy's scanners: not 0, so that no pipeline takes it for the whole."""


def exit_code_of(outcome: Outcome, *, is_scoped: bool) -> int:
    """The exit code of a scan that was not interrupted; ``is_scoped``: by a part of the policy's scanners."""
    return SCOPED_PASS if is_scoped and outcome is Outcome.PASS else EXIT_CODES[outcome]


class Ruling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the policy makes of one finding, at the severity the policy assigns, and why.

    ``members``: the rulings on the findings of several scanners that were merged into this one; empty for a finding of one scanner.
    Severity, outcome and decision of a merged ruling are those of its worst member.
    """

    finding: Finding
    severity: Severity
    outcome: RulingOutcome
    decision: Decision
    members: tuple[Ruling, ...] = ()

    def __post_init__(self) -> None:
        if self.members and (len(self.members) == 1 or any(member.members for member in self.members)):
            raise ValueError("a merged ruling has two members or more, and they are not merged themselves")
        if self.members and WORST_FIRST.index(self.outcome) > min(WORST_FIRST.index(member.outcome) for member in self.members):
            raise ValueError("a merged ruling is as bad as its worst member")

    def sort_key(self) -> tuple[Any, ...]:
        """The order of rulings in a verdict and in every report: that of their findings."""
        return (self.finding.sort_key(), *self.badness())

    def badness(self) -> tuple[int, int]:
        """A key that sorts the worst ruling first: by outcome, then by severity."""
        return (WORST_FIRST.index(self.outcome), -self.severity.rank)

    @property
    def per_scanner(self) -> tuple[Ruling, ...]:
        """The rulings on the scanners' own findings: the members, or this one."""
        return self.members or (self,)


class GapRuling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a gap blocks, and why."""

    gap: Gap
    blocking: bool
    decision: Decision


class Verdict(msgspec.Struct, frozen=True):
    """The one judgement from which every report and the exit code are made.

    ``outcome`` follows from the rest: FAIL with a blocking ruling, else INCOMPLETE with a blocking gap, else PASS.
    ``rulings`` and ``gaps`` are sorted (`Ruling.sort_key`, `Gap.sort_key`). ``notes``: what else a reader should know, such as
    expired or unused exceptions.
    """

    outcome: Outcome
    rulings: tuple[Ruling, ...]
    gaps: tuple[GapRuling, ...]
    policy: str
    policy_digest: str
    environment: str
    date: str
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        if self.outcome is not derive_outcome(self.rulings, self.gaps):
            raise ValueError(f"the outcome {self.outcome.value} does not follow from the rulings")


def derive_outcome(rulings: Iterable[Ruling], gaps: Iterable[GapRuling]) -> Outcome:
    """FAIL if a ruling is blocking, else INCOMPLETE if a gap is, else PASS."""
    if any(ruling.outcome is RulingOutcome.BLOCKING for ruling in rulings):
        return Outcome.FAIL
    return Outcome.INCOMPLETE if any(ruling.blocking for ruling in gaps) else Outcome.PASS
