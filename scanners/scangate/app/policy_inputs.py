"""Reads what a run is judged by, from the tree or from the revision that a change is judged by: the policy, and who owns what."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from scangate import ci
from scangate.app import baseline_file
from scangate.app.base_revision import BaseRevision, resolve_base
from scangate.app.codeowners_file import load_codeowners
from scangate.app.policy_checkout import RevisionFiles, repository_path
from scangate.app.scan import Session, scanner_option_types, today
from scangate.app.scanner_registry import load_scanners
from scangate.judge.baseline import BASELINE_FILE, split_removed_entries
from scangate.judge.codeowners import CodeOwners
from scangate.judge.finding_matching import BASELINE_NAME, KnownFinding
from scangate.judge.policy import Policy
from scangate.judge.policy_files import is_policy_path
from scangate.judge.policy_loader import load_policy
from scangate.model import Gap
from scangate.tools import CommandOptions

__all__ = ["PolicyInputs", "load_policy_inputs"]

NO_REPOSITORY_NOTE = (
    "CodePipeline passed the source on without .git, so tracked files and the changes of this build cannot be determined: "
    "configure the source action for a full clone (OutputArtifactFormat: CODEBUILD_CLONE_REF)"
)


class PolicyInputs(msgspec.Struct, frozen=True):
    """What a run is judged by.

    ``past`` is what the change is compared with; ``beyond`` are gaps that no policy can allow; ``notes`` tell what the change makes
    of its own judgement. ``baseline`` is that file's place in the work tree, also where the change adds or removes it; ``known``,
    ``compared`` and ``salt`` are what it comes to, see `run.Wish`.
    """

    policy: Policy
    base: BaseRevision
    owners: CodeOwners | None = None
    baseline_file: Path | None = None
    known_findings: tuple[KnownFinding, ...] = ()
    compared_sources: Mapping[str, str] = MappingProxyType({})
    salt: bytes = b""
    forced_gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()


def load_policy_inputs(  # noqa: PLR0913 -- all that a command line says of it
    policy: str | None,
    environment: str | None,
    session: Session,
    *,
    since: str | None = None,
    baseline: Path | None = None,
    ignore_baseline: bool = False,
    trust_policy: bool = False,
) -> PolicyInputs:
    """The law of a run at ``place``: by the policy ``name`` in ``environment``, for the change since ``since``.

    With ``nothing_known`` no baseline is looked for.
    """
    past = resolve_base(since, session.repository, os.environ)
    papers = None
    if past.commit and session.repository is not None:
        papers = RevisionFiles(session.repository, past.name, past.commit, past.merge_base, session.scratch_dir)
    loaded = load_policy(
        policy if papers is None else papers.check_out_policy(policy, session.root),
        session.root if papers is None else papers.locate_root(session.root),
        environment,
        scanner_options=scanner_option_types(load_scanners()),
        command_options=CommandOptions,
        trusted=trust_policy,
        today=today(),
        revision=None if papers is None else papers.revision,
    )
    owners = load_codeowners(loaded, session.root, session.worktree, None if papers is None else papers.read_text)
    before = _BaselineInputs() if ignore_baseline else _load_baseline(baseline, session, past, papers)
    return PolicyInputs(
        policy=loaded,
        base=past,
        owners=owners,
        baseline_file=before.file,
        known_findings=before.known_findings,
        compared_sources=before.compared_sources,
        salt=before.salt,
        forced_gaps=_provenance_gaps(policy, session, past),
        notes=(
            *_missing_repository_notes(session),
            *past.notes,
            *before.notes,
            *(() if papers is None else papers.describe_changes()),
        ),
    )


def _missing_repository_notes(session: Session) -> tuple[str, ...]:
    build = ci.detect_build(os.environ)
    return (NO_REPOSITORY_NOTE,) if session.repository is None and build is not None and build.pipeline else ()


class _BaselineInputs(msgspec.Struct, frozen=True):
    """What the baseline knows, as `Law` tells it."""

    file: Path | None = None
    known_findings: tuple[KnownFinding, ...] = ()
    compared_sources: Mapping[str, str] = MappingProxyType({})
    salt: bytes = b""
    notes: tuple[str, ...] = ()


def _load_baseline(
    named: Path | None, session: Session, base: BaseRevision, revision_files: RevisionFiles | None
) -> _BaselineInputs:
    """What the baseline knows: the revision's, where there is one. The change's own word makes nothing known."""
    file = named if named is not None else session.root / BASELINE_FILE
    held = revision_files.check_out_file(file) if revision_files is not None else file
    if revision_files is None or held == file:  # or it lies outside the repository
        found = baseline_file.find(named, session.root)
        if found is None:
            return _BaselineInputs()
        if base.unresolved_reason and repository_path(found, session.worktree) is not None:
            return _BaselineInputs(
                found, notes=(f"{base.unresolved_reason}: the baseline could be the change's own, and knows nothing",)
            )
        baseline = baseline_file.load(found)
        return _BaselineInputs(found, baseline.entries, {BASELINE_NAME: str(found)}, baseline.salt)
    now = baseline_file.load(file) if os.path.lexists(file) else None
    if not os.path.lexists(held):
        baseline_file.find(named, session.root)
        return _BaselineInputs(None if now is None else file)
    baseline = baseline_file.load(held, revision_files.display_name(file))
    taken_out = f"the baseline of {base.name}"
    return _BaselineInputs(file, split_removed_entries(baseline, now, taken_out), {BASELINE_NAME: str(file)}, baseline.salt)


def _provenance_gaps(name: str | None, session: Session, base: BaseRevision) -> tuple[Gap, ...]:
    """A gap where the policy is the repository's and nobody can say whether the change made it."""
    gap = base.provenance_gap()
    ours = name is not None and (not is_policy_path(name) or repository_path(Path(name), session.worktree) is None)
    return () if gap is None or ours else (gap,)
