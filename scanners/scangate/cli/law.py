"""Reads what a run is judged by, from the tree or from the revision that a change is judged by: the policy, and who owns what."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from scangate.cli import clone, known_baseline
from scangate.cli.owners import owners_of
from scangate.cli.papers import Papers, inside
from scangate.cli.registry import known
from scangate.cli.run import Site, option_types, today
from scangate.cli.since import Past, settle
from scangate.judge.baseline import FILE, divided
from scangate.judge.codeowners import CodeOwners
from scangate.judge.layers import is_file
from scangate.judge.matching import BASELINE, Known
from scangate.judge.policy import Policy
from scangate.judge.reading import load
from scangate.model import Gap
from scangate.tools import CommandOptions

__all__ = ["Law", "read"]


class Law(msgspec.Struct, frozen=True):
    """What a run is judged by.

    ``past`` is what the change is compared with; ``beyond`` are gaps that no policy can allow; ``notes`` tell what the change makes
    of its own judgement. ``baseline`` is that file's place in the work tree, also where the change adds or removes it; ``known``,
    ``compared`` and ``salt`` are what it comes to, see `run.Wish`.
    """

    policy: Policy
    past: Past
    owners: CodeOwners | None = None
    baseline: Path | None = None
    known: tuple[Known, ...] = ()
    compared: Mapping[str, str] = MappingProxyType({})
    salt: bytes = b""
    beyond: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()


def read(  # noqa: PLR0913 -- all that a command line says of it
    name: str | None,
    environment: str | None,
    place: Site,
    *,
    since: str | None = None,
    baseline: Path | None = None,
    nothing_known: bool = False,
    trusted: bool = False,
) -> Law:
    """The law of a run at ``place``: by the policy ``name`` in ``environment``, for the change since ``since``.

    With ``nothing_known`` no baseline is looked for.
    """
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
    before = _Before() if nothing_known else _baseline(baseline, place, past, papers)
    return Law(
        policy=policy,
        past=past,
        owners=owners,
        baseline=before.file,
        known=before.known,
        compared=before.compared,
        salt=before.salt,
        beyond=_unsure(name, place, past),
        notes=(
            *clone.notes(os.environ, has_repository=place.repository is not None),
            *past.notes,
            *before.notes,
            *(() if papers is None else papers.changes()),
        ),
    )


class _Before(msgspec.Struct, frozen=True):
    """What the baseline knows, as `Law` tells it."""

    file: Path | None = None
    known: tuple[Known, ...] = ()
    compared: Mapping[str, str] = MappingProxyType({})
    salt: bytes = b""
    notes: tuple[str, ...] = ()


def _baseline(named: Path | None, place: Site, past: Past, papers: Papers | None) -> _Before:
    """What the baseline knows: the revision's, where there is one. The change's own word makes nothing known."""
    file = named if named is not None else place.root / FILE
    held = papers.file(file) if papers is not None else file
    if papers is None or held == file:  # or it lies outside the repository
        found = known_baseline.find(named, place.root)
        if found is None:
            return _Before()
        if past.missing and inside(found, place.top) is not None:
            return _Before(found, notes=(f"{past.missing}: the baseline could be the change's own, and knows nothing",))
        baseline = known_baseline.load(found)
        return _Before(found, baseline.entries, {BASELINE: str(found)}, baseline.salt)
    now = known_baseline.load(file) if os.path.lexists(file) else None
    if not os.path.lexists(held):
        known_baseline.find(named, place.root)
        return _Before(None if now is None else file)
    baseline = known_baseline.load(held, papers.called(file))
    taken_out = f"the baseline of {past.name}"
    return _Before(file, divided(baseline, now, taken_out), {BASELINE: str(file)}, baseline.salt)


def _unsure(name: str | None, place: Site, past: Past) -> tuple[Gap, ...]:
    """A gap where the policy is the repository's and nobody can say whether the change made it."""
    gap = past.gap()
    ours = name is not None and (not is_file(name) or inside(Path(name), place.top) is None)
    return () if gap is None or ours else (gap,)
