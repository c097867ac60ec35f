"""Loads the user's own semgrep rules: those that the policy names, as the revision has them that judges.

A folder in the scanned tree is read only with --trust-policy, and where a change is judged by another revision, as that has it: so
no change brings the rules that it is scanned by.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from scangate.app.base_revision import BaseRevision
from scangate.app.policy_checkout import JudgingFiles, repository_path
from scangate.app.requests import ScanRequest
from scangate.app.session import Session
from scangate.errors import PolicyError, ScanError
from scangate.judge.policy import Policy
from scangate.scan.context import CallContext
from scangate.scan.snapshot import Snapshot
from scangate.tools import semgrep
from scangate.tools.user_rules import UserRules, read_user_rules

RULES_PATH = "scanners.semgrep.rules"
CHECK_SECONDS = 120.0


def load_user_rules(
    policy: Policy, request: ScanRequest, session: Session, base: BaseRevision, files: JudgingFiles | None
) -> UserRules:
    """The rules that ``policy`` names. ``files``: those of the judging revision, if it is not the work tree.

    Raises PolicyError for a folder of the tree that is not trusted, and for a rule that is not valid.
    """
    setting = policy.scanner(semgrep.NAME)
    names = setting.options.rules if setting is not None and setting.enabled else ()
    if not names:
        return UserRules()
    place = policy.locate(RULES_PATH)
    home = Path(policy.folders.get(place.file, ""))
    folders = []
    for name in names:
        if place.file not in policy.folders and not Path(name).is_absolute():
            what = f"{place.file}:{place.line}: {RULES_PATH}: {name}: a policy from an address has no folders of its own"
            raise PolicyError(what, "name the folder by its absolute path")
        folder, label = Path(os.path.normpath(home / name)), name
        if files is not None and folder.is_relative_to(files.root):
            inside: str | None = folder.relative_to(files.root).as_posix()
        else:
            inside = repository_path(folder, session.root)
        if inside is not None and (not request.trust_policy or base.unresolved_reason):
            what = f"{place.file}:{place.line}: {RULES_PATH}: {name} is in the scanned tree, which may not bring its own rules"
            raise PolicyError(what, "keep the rules outside the tree, or run again with --trust-policy")
        if inside is not None:
            folder = session.root / inside if files is None else files.check_out_folder(inside)
            label = inside if files is None else files.display_name(session.root / inside)
        folders.append((folder, label))
    return read_user_rules(folders)


def check_user_rules(rules: UserRules, session: Session) -> None:
    """Raises PolicyError for the first rule that semgrep cannot read."""
    if not rules.rules:
        return
    folder = session.scratch_dir / "user-rules"
    folder.mkdir(exist_ok=True)
    context = CallContext(session.processes, Snapshot(folder / "files"), folder, CHECK_SECONDS, scanner=semgrep.NAME)
    try:
        broken = sorted(semgrep.find_broken_rules(rules, context), key=lambda each: (each[0].file, each[0].line))
    except ScanError as error:
        raise PolicyError(f"the rules of {RULES_PATH} cannot be checked: {error.reason}", error.hint) from error
    for rule, reason in broken[:1]:
        hint = "try it alone: scangate rules test FILE"
        raise PolicyError(f"{rule.file}:{rule.line}: rule `{rule.id}`: {reason}", hint)


def combine_digests(bundled: Mapping[str, str], rules: UserRules) -> Mapping[str, str]:
    """The digests of rules by scanner, with that of the user's behind a plus sign."""
    if not rules.digest:
        return bundled
    return {**bundled, semgrep.NAME: f"{bundled[semgrep.NAME]}+{rules.digest}"}
