"""Applies the policies of folders to a scan of what contains them: each may only tighten the repository's policy for its folder."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from scangate import globs
from scangate.app.evidence import Evidence
from scangate.app.policies import read_policy
from scangate.app.policy_checkout import JudgingFiles, read_worktree_file
from scangate.app.policy_inputs import PolicyInputs
from scangate.app.requests import ScanRequest
from scangate.app.session import Session
from scangate.judge.coverage import restrict_coverage
from scangate.judge.policy import Policy
from scangate.judge.policy_files import OWN_POLICY_NAMES, find_own_policy, may_have_policy
from scangate.judge.policy_toml import is_pyproject, names_policy_table
from scangate.judge.scan_scope import find_scope_gaps, record_scope
from scangate.model import (
    Basis,
    GapRuling,
    PolicyOrigin,
    Ruling,
    RulingOutcome,
    ScanResult,
    ScanStatus,
    Targets,
    Verdict,
    derive_outcome,
)
from scangate.scan.discovery import Listing
from scangate.scan.results import status_of


class FolderPolicy(msgspec.Struct, frozen=True):
    """The policy that holds in ``folder``: the repository's, tightened by the policy files down to its own, ``file_name``."""

    folder: str
    file_name: str
    policy: Policy


def load_folder_policies(
    request: ScanRequest, session: Session, inputs: PolicyInputs, listing: Listing
) -> tuple[FolderPolicy, ...]:
    """The policies of the folders below the scanned one that have files to scan, the outermost first.

    None if the request names a policy, or none judges, and for folders that the policy excludes. Raises PolicyError for one that
    loosens the policy above it.
    """
    if request.policy is not None or inputs.provenance.origin is PolicyOrigin.NONE:
        return ()
    policy, files = inputs.policy, inputs.files
    paths = [target.path for target in listing.targets]
    named = {path for path in (*paths, *listing.companions) if path.endswith(OWN_POLICY_NAMES)}
    candidates = {path for path in named if not is_pyproject(path) or _names_policy(path, session, files)}
    candidates |= set(files.list_policy_paths() if files is not None else ())
    split = (path.rpartition("/") for path in candidates if not _is_excluded(policy, path))
    folders = {folder for folder, _, name in split if name in OWN_POLICY_NAMES and may_have_policy(folder)} - {""}
    wanted = [folder for folder in folders if folder.startswith(session.scope) and _contains_any(folder, paths)]
    loaded = []
    for folder in sorted(folder for folder in wanted if not f"{session.scope}/".startswith(f"{folder}/")):
        if files is not None:
            files.check_out_policy(None, folder)
        root = session.root if files is None else files.root
        file = find_own_policy(root / folder, root, None if files is None else files.revision)
        if file is None:  # a pyproject.toml that names scangate elsewhere, or a policy that the judging revision does not have
            continue
        tightened = read_policy(
            None,
            request.environment,
            root=root,
            trusted=request.trust_policy,
            revision=None if files is None else files.revision,
            scope=folder,
            floor=inputs.floor,
        )
        loaded.append(FolderPolicy(folder, file.name, tightened))
    return tuple(loaded)


def _names_policy(path: str, session: Session, files: JudgingFiles | None) -> bool:
    return names_policy_table(read_worktree_file(session.root, path) or b"") if files is None else files.names_policy(path)


def describe_folders(folders: Sequence[FolderPolicy]) -> tuple[str, ...]:
    """A note on each."""
    return tuple(f"{each.folder}/{each.file_name} tightens the policy for {each.folder}/" for each in folders)


def _is_excluded(policy: Policy, path: str) -> bool:
    return any(not entry.scanners and globs.matches(entry.path, path) for entry in policy.exclusions)


def _contains_any(folder: str, paths: Collection[str]) -> bool:
    return any(path.startswith(f"{folder}/") for path in paths)


def tighten_verdict(verdict: Verdict, policy: Policy, evidence: Evidence, folders: Sequence[FolderPolicy]) -> Verdict:
    """``verdict``, made under ``policy``, with what the policies of ``folders`` block in addition."""
    for each in folders:
        verdict = _tighten(verdict, policy, evidence, each)
    return verdict


def _tighten(verdict: Verdict, policy: Policy, evidence: Evidence, tightened: FolderPolicy) -> Verdict:
    prefix = f"{tightened.folder}/"
    results = tuple(_restrict(result, prefix) for result in evidence.results)
    scope = record_scope(policy, results, evidence.rules, unsigned_results=evidence.unsigned_results)
    forced = find_scope_gaps(scope, tightened.policy, evidence.rules, results)
    hint = f"the folder has a policy of its own; scan it by itself: scangate scan {tightened.folder}"
    own = msgspec.structs.replace(
        evidence,
        results=results,
        targets=_restrict_targets(evidence.targets, prefix),
        known_sources=[msgspec.structs.replace(source, gone=0) for source in evidence.known_sources],
        coverage=restrict_coverage(evidence.coverage, prefix),
    ).evaluate(tightened.policy, (msgspec.structs.replace(gap, hint=hint) for gap in forced))
    rulings = _merge_rulings(verdict.rulings, own.rulings, prefix)
    gaps = _merge_gaps(verdict.gaps, [ruling for ruling in own.gaps if ruling.decision.basis is not Basis.NOTHING_SCANNED])
    return msgspec.structs.replace(verdict, outcome=derive_outcome(rulings, gaps), rulings=rulings, gaps=gaps)


def _merge_rulings(rulings: Sequence[Ruling], own: Sequence[Ruling], prefix: str) -> tuple[Ruling, ...]:
    """``rulings`` with a folder's ``own`` in the place of those on its files, if any of ``own`` blocks.

    All of them or none: which finding of a merged weakness represents it depends on the policy.
    """
    if not any(ruling.outcome is RulingOutcome.BLOCKING for ruling in own):
        return tuple(rulings)
    kept = [ruling for ruling in rulings if not ruling.finding.location.path.startswith(prefix) or _is_about_policy(ruling)]
    return tuple(sorted((*kept, *own), key=Ruling.sort_key))


def _is_about_policy(ruling: Ruling) -> bool:
    """Whether it is about the policy or the baseline, not a scanner's finding."""
    return ruling.finding.scanner == "scangate"


def _merge_gaps(gaps: Sequence[GapRuling], own: Sequence[GapRuling]) -> tuple[GapRuling, ...]:
    """``gaps`` with what blocks of ``own`` in the place of what does not."""
    blocking = {ruling.gap: ruling for ruling in own if ruling.blocking}
    merged = [ruling if ruling.blocking else blocking.get(ruling.gap, ruling) for ruling in gaps]
    known = {ruling.gap for ruling in gaps}
    merged += [ruling for gap, ruling in blocking.items() if gap not in known]
    return tuple(sorted(merged, key=lambda ruling: (ruling.gap.sort_key(), ruling.decision.basis.value)))


def _restrict(result: ScanResult, prefix: str) -> ScanResult:
    """The part of a result that is about the files below ``prefix``."""
    if result.status is ScanStatus.SKIPPED:
        return result
    files = tuple(path for path in result.analyzed_files if path.startswith(prefix))
    gaps = tuple(gap for gap in result.gaps if gap.path is not None and gap.path.startswith(prefix))
    return msgspec.structs.replace(
        result,
        status=status_of(files, gaps),
        files_given=len(files) + len({gap.path for gap in gaps}),
        analyzed_files=files,
        findings=tuple(finding for finding in result.findings if finding.location.path.startswith(prefix)),
        gaps=gaps,
        skipped_paths=tuple(skipped for skipped in result.skipped_paths if skipped.path.startswith(prefix)),
        components=(),
    )


def _restrict_targets(targets: Targets, prefix: str) -> Targets:
    return msgspec.structs.replace(
        targets,
        skipped_paths=tuple(skipped for skipped in targets.skipped_paths if skipped.path.startswith(prefix)),
        gaps=tuple(gap for gap in targets.gaps if gap.path is not None and gap.path.startswith(prefix)),
        scope=prefix.rstrip("/"),
    )
