"""Reads what a run is judged by, from the tree or from the revision that a change is judged by: the policy, and who owns what."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from scanners.cli import known_baseline
from scanners.cli.owners import owners_of
from scanners.cli.papers import Papers, inside
from scanners.cli.registry import known
from scanners.cli.run import Site, option_types, today
from scanners.cli.since import Past, settle
from scanners.judge.baseline import FILE, Baseline
from scanners.judge.codeowners import CodeOwners
from scanners.judge.layers import is_file
from scanners.judge.policy import Policy
from scanners.judge.reading import load
from scanners.model import Gap
from scanners.tools import CommandOptions

__all__ = ["Law", "read"]


class Law(msgspec.Struct, frozen=True):
    """What a run is judged by.

    ``past`` is what the change is compared with; ``beyond`` are gaps that no policy can allow; ``notes`` tell what the change makes
    of its own judgement. ``baseline_file`` is the baseline's place in the work tree, also where the change adds or removes it.
    """

    policy: Policy
    past: Past
    owners: CodeOwners | None = None
    baseline: Baseline | None = None
    baseline_file: Path | None = None
    beyond: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()


def read(  # noqa: PLR0913 -- all that a command line says of it
    name: str | None,
    environment: str | None,
    place: Site,
    *,
    since: str | None = None,
    baseline: Path | None = None,
    trusted: bool = False,
) -> Law:
    """The law of a run at ``place``: by the policy ``name`` in ``environment``, for the change since ``since``."""
    past = settle(since, place.repository, os.environ)
    papers = None
    if past.commit and place.repository is not None:
        papers = Papers(place.repository, past.name, past.commit, past.fork, place.folder)
    policy = load(
        name if papers is None else papers.policy(name, place.root),
        place.root if papers is None else papers.root(place.root),
        environment,
        scanner_options=option_types(known()),
        command_options=CommandOptions,
        trusted=trusted,
        today=today(),
        revision=None if papers is None else papers.revision,
    )
    owners = owners_of(policy, place.root, place.top, None if papers is None else papers.text)
    file, known_before, notes = _baseline(baseline, place, past, papers)
    notes = (*past.notes, *notes, *(() if papers is None else papers.changes()))
    return Law(policy, past, owners, known_before, file, _unsure(name, place, past), notes)


def _baseline(
    named: Path | None, place: Site, past: Past, papers: Papers | None
) -> tuple[Path | None, Baseline | None, tuple[str, ...]]:
    """Where the baseline is, what it says, and what is to be said of it. The change's own word makes nothing known."""
    file = named if named is not None else place.root / FILE
    if papers is not None and os.path.lexists(held := papers.file(file)):
        return file, known_baseline.load(held, "" if held == file else papers.called(file)), ()
    if (found := known_baseline.find(named, place.root)) is None:
        return None, None, ()
    if papers is not None:
        return found, None, ()
    if past.missing and inside(found, place.top) is not None:
        return found, None, (f"{past.missing}: the baseline could be the change's own, and is not taken",)
    return found, known_baseline.load(found), ()


def _unsure(name: str | None, place: Site, past: Past) -> tuple[Gap, ...]:
    """A gap where the policy is the repository's and nobody can say whether the change made it."""
    gap = past.gap()
    ours = name is not None and (not is_file(name) or inside(Path(name), place.top) is None)
    return () if gap is None or ours else (gap,)
