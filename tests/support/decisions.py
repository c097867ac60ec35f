"""Decisions and notes for tests, and short views of those that a verdict holds."""

from __future__ import annotations

from collections.abc import Iterable

from scangate.model import Basis, Decision, Note, NoteKind, Severity, Verdict

__all__ = ["bases", "budget", "budgets", "kinds", "reason", "unused_exception"]


def reason(text: str) -> Decision:
    """A decision that is explained with exactly this text."""
    return Decision(Basis.ALLOWED_GAP, reason=text)


def budget(severity: Severity, count: int = 1, limit: int | None = 0) -> Decision:
    return Decision(Basis.BUDGET, severity=severity, count=count, limit=limit)


def unused_exception(name: str, owner: str = "an owner") -> Note:
    return Note(NoteKind.EXCEPTION_UNUSED, name=name, owner=owner)


def bases(verdict: Verdict) -> list[Basis]:
    return [ruling.decision.basis for ruling in verdict.rulings]


def budgets(verdict: Verdict) -> list[tuple[int, int | None]]:
    """Count and limit of each ruling that a budget decided."""
    return [(each.decision.count, each.decision.limit) for each in verdict.rulings if each.decision.basis is Basis.BUDGET]


def kinds(notes: Iterable[Note]) -> list[NoteKind]:
    return [note.kind for note in notes]
