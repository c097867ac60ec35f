"""Loads the policy, CODEOWNERS and baseline of a run, from the work tree or from the revision that a change is compared with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from scangate.app import baseline_file
from scangate.app.base_revision import BaseRevision, resolve_base, resolve_staged_base, without_files
from scangate.app.codeowners_file import read_codeowners
from scangate.app.ignored_configuration import find_ignored_configuration
from scangate.app.index_files import IndexFiles
from scangate.app.policies import read_no_policy, read_policy
from scangate.app.policy_checkout import HeadFiles, JudgingFiles, RevisionFiles, UnreadableRevisionError, repository_path
from scangate.app.requests import ScanRequest
from scangate.app.session import Session
from scangate.app.user_rules import load_user_rules
from scangate.ci import detect_build
from scangate.errors import ScanError, UsageError
from scangate.judge.baseline import split_removed_entries
from scangate.judge.codeowners import CodeOwners
from scangate.judge.finding_matching import BASELINE, KnownFinding, KnownOrigin
from scangate.judge.policy import ExceptionOwners, Policy
from scangate.judge.policy_files import is_policy_path
from scangate.model import Gap, KnownSourceKind, Note, PolicyOrigin, PolicyProvenance
from scangate.scan.git import Repository
from scangate.tools.user_rules import UserRules

NO_REPOSITORY_NOTE = (
    "CodePipeline passed the source on without .git, so tracked files and the changes of this build cannot be determined: "
    "configure the source action for a full clone (OutputArtifactFormat: CODEBUILD_CLONE_REF)"
)


class BaselineInputs(msgspec.Struct, frozen=True):
    """A baseline's entries and salt. ``file``: its path in the work tree, also where the change adds or removes it.

    ``sources``: the names under which its entries are reported, each with its file.
    """

    file: Path | None = None
    entries: tuple[KnownFinding, ...] = ()
    sources: Mapping[KnownOrigin, str] = MappingProxyType({})
    salt: bytes = b""
    notes: tuple[str, ...] = ()


class PolicyInputs(msgspec.Struct, frozen=True):
    """What a run is judged by. ``floor``: what bounds the policy. ``base``: the revision that it is compared with.

    ``changes``: the files with which the change would judge, and does not. ``forced_gaps``: gaps that no policy can allow.
    ``files``: where it was read from; None for the work tree. ``user_rules``: the semgrep rules that the policy names.
    """

    policy: Policy
    floor: Policy | None = None
    provenance: PolicyProvenance = PolicyProvenance()
    base: BaseRevision = BaseRevision()
    owners: CodeOwners | None = None
    baseline: BaselineInputs = BaselineInputs()
    forced_gaps: tuple[Gap, ...] = ()
    changes: tuple[Note, ...] = ()
    files: JudgingFiles | None = None
    notes: tuple[str, ...] = ()
    user_rules: UserRules = UserRules()


def load_policy_inputs(request: ScanRequest, session: Session) -> PolicyInputs:
    """The policy inputs of ``request``. Raises UsageError and PolicyError."""
    base = resolve_base(request.since, session.repository, os.environ, request.until)
    if request.staged is not None and not base.name and session.repository is not None:
        base = msgspec.structs.replace(resolve_staged_base(session.repository, os.environ), notes=base.notes)
    try:
        return _load(request, session, base)
    except UnreadableRevisionError:
        if not base.judging.is_target:
            raise
        return _load(request, session, without_files(base))


def _load(request: ScanRequest, session: Session, base: BaseRevision) -> PolicyInputs:
    """The inputs from the judging revision if there is one, else for staged files from the index, else from the work tree.

    A bare repository has HEAD in place of a work tree.
    """
    files: JudgingFiles | None = None
    judging = base.judging
    if judging.commit and session.repository is not None:
        files = RevisionFiles(session.repository, judging, session.scratch_dir)
    elif request.staged is not None and not request.until and session.repository is not None:
        files = IndexFiles(session.repository, session.scratch_dir)
    elif session.repository is not None and session.repository.is_bare and not judging.unresolved_reason:
        judging = _find_head(session.repository)
        files = HeadFiles(session.repository, judging, session.scratch_dir) if judging.commit else None
    floor = load_floor(request, session, files)
    policy, provenance = _load_policy(request, session, judging, files, floor)
    owners = read_codeowners(policy, session.root, None if files is None else files.read_text)
    baseline = BaselineInputs() if request.ignore_baseline else _load_baseline(request, session, judging, files)
    user_rules = load_user_rules(policy, request, session, base, files)
    changes = () if files is None else files.list_changes()
    return PolicyInputs(
        policy=policy,
        floor=floor,
        provenance=provenance,
        base=base,
        owners=owners,
        baseline=baseline,
        forced_gaps=_provenance_gaps(request, policy, session, judging),
        files=files,
        notes=(
            *_missing_repository_notes(session),
            *find_ignored_configuration(session.root),
            *base.notes,
            *baseline.notes,
        ),
        changes=changes,
        user_rules=user_rules,
    )


def _find_head(repository: Repository) -> BaseRevision:
    """HEAD; without a commit before the first one. Raises UsageError if git fails."""
    try:
        return BaseRevision("HEAD", repository.head_commit())
    except ScanError as error:
        raise UsageError(f"HEAD cannot be read: {error.reason}", "check that git works here: git log") from error


def load_floor(request: ScanRequest, session: Session, files: JudgingFiles | None = None) -> Policy | None:
    """The policy that bounds the one that judges, from the same files; None if the request names none. Raises PolicyError."""
    if request.floor is None:
        return None
    return read_policy(
        request.floor if files is None else files.check_out_policy(request.floor),
        request.environment,
        root=session.root if files is None else files.root,
        trusted=request.trust_policy,
        revision=None if files is None else files.revision,
        is_floor=True,
    )


def _load_policy(
    request: ScanRequest, session: Session, base: BaseRevision, files: JudgingFiles | None, floor: Policy | None
) -> tuple[Policy, PolicyProvenance]:
    """The policy that judges, and where it is from. Where the target of a pull request is unknown, no policy of the tree judges."""
    in_repository = _is_in_repository(request.policy, session)
    if base.unresolved_reason and _is_any_in_repository(request, session):
        return read_no_policy(request.environment), PolicyProvenance(PolicyOrigin.NONE)
    policy = read_policy(
        request.policy if files is None else files.check_out_policy(request.policy, session.scope),
        request.environment,
        root=session.root if files is None else files.root,
        scope=session.scope,
        trusted=request.trust_policy,
        revision=None if files is None else files.revision,
        floor=floor,
    )
    name = "" if floor is None else floor.name
    if policy.is_bundled:
        return policy, PolicyProvenance(PolicyOrigin.BUNDLED, floor=name)
    if not in_repository:
        return policy, PolicyProvenance(PolicyOrigin.FILE, floor=name)
    file = policy.sources[0].removeprefix(f"{base.name}:")
    if isinstance(files, IndexFiles):
        return policy, PolicyProvenance(PolicyOrigin.INDEX, floor=name, file=file)
    if files is not None:
        return policy, PolicyProvenance(PolicyOrigin.REVISION, base.printable_name, base.commit, floor=name, file=file)
    return policy, PolicyProvenance(PolicyOrigin.WORK_TREE, floor=name, file=file)


def _is_any_in_repository(request: ScanRequest, session: Session) -> bool:
    """Whether the policy or the floor, if it is a file, is one of the scanned repository."""
    floor = request.floor
    return _is_in_repository(request.policy, session) or (floor is not None and _is_in_repository(floor, session))


def _is_in_repository(requested: str | None, session: Session) -> bool:
    """Whether the policy, if it is a file, is one of the scanned repository."""
    return requested is None or (is_policy_path(requested) and repository_path(Path(requested), session.root) is not None)


def _missing_repository_notes(session: Session) -> tuple[str, ...]:
    build = detect_build(os.environ)
    return (NO_REPOSITORY_NOTE,) if session.repository is None and build is not None and build.pipeline else ()


def _load_baseline(request: ScanRequest, session: Session, base: BaseRevision, files: JudgingFiles | None) -> BaselineInputs:
    """The base revision's baseline where there is one: a change cannot make its own findings known."""
    named, default = request.baseline, request.default_baseline
    file = named if named is not None else session.root / default
    checked_out = files.check_out_file(file) if files is not None else file
    if files is None or checked_out == file:  # equal for a file outside the repository
        found = baseline_file.find(named, session.root, default)
        if found is None:
            return BaselineInputs()
        if base.unresolved_reason and repository_path(found, session.root) is not None:
            note = f"{base.unresolved_reason}: the baseline is ignored, because the change may have edited it"
            return BaselineInputs(found, notes=(note,))
        baseline = baseline_file.load(found)
        return BaselineInputs(found, baseline.entries, {BASELINE: str(found)}, baseline.salt)
    current = baseline_file.load(file) if files.is_before_change and os.path.lexists(file) else None
    if not os.path.lexists(checked_out):
        baseline_file.find(named, session.root)  # raises for a named file that exists nowhere
        return BaselineInputs(None if current is None else file)
    baseline = baseline_file.load(checked_out, files.display_name(file))
    entries = baseline.entries
    if files.is_before_change:
        removed = KnownOrigin(f"the baseline of {base.name}", KnownSourceKind.REMOVED_ENTRIES)
        entries = split_removed_entries(baseline, current, removed)
    return BaselineInputs(file, entries, {BASELINE: str(file)}, baseline.salt)


def _provenance_gaps(request: ScanRequest, policy: Policy, session: Session, base: BaseRevision) -> tuple[Gap, ...]:
    """A gap where the policy, or else the CODEOWNERS that it relies on, is in the repository: the change may have edited it."""
    if _is_any_in_repository(request, session):
        gap = base.provenance_gap(
            "the change may have edited the policy, so no policy judged", "use a policy outside the repository: --policy FILE"
        )
    elif policy.exception_owners is ExceptionOwners.CODEOWNERS:
        gap = base.provenance_gap("the change may have edited CODEOWNERS")
    else:
        gap = None
    return () if gap is None else (gap,)
