"""``scangate waive``: add an exception to the policy file, and keep every other byte of it."""

from __future__ import annotations

import codecs
import datetime as dt
import difflib
import os
import re
from pathlib import Path

import click
import msgspec

from scangate.app.codeowners_file import load_codeowners
from scangate.app.file_errors import file_errors
from scangate.app.file_replacement import read_to_replace, replace_file
from scangate.app.policies import read_policy
from scangate.app.session import locate_root, open_session
from scangate.cli import options
from scangate.cli.console import warn
from scangate.cli.fingerprints import LENGTH, LastVerdict, is_fingerprint, read_last_verdicts, resolve_fingerprint
from scangate.errors import UsageError
from scangate.judge.exceptions import describe_exception, selects
from scangate.judge.name_patterns import matches_name
from scangate.judge.policy import FollowedFinding, Policy, PolicyException
from scangate.judge.policy_edit import add_exception
from scangate.judge.policy_files import DEFAULT_POLICY_FILE, find_own_policy, list_bundled_policies
from scangate.judge.policy_toml import is_pyproject
from scangate.model import Finding, FindingKind, RulingOutcome, Verdict
from scangate.report.explain import WRITE_VERDICT
from scangate.scan.masking import mask_tokens
from scangate.timestamps import today
from scangate.tools.pip_audit_options import NAME as PIP_AUDIT
from scangate.tools.rule_catalog import list_rules
from scangate.tools.semgrep import NAME as SEMGREP
from scangate.tools.user_rules import PREFIX

ADVISORY = re.compile(r"(CVE|GHSA|PYSEC|OSV|MAL)-[\w-]+", re.IGNORECASE | re.ASCII)
RULE = re.compile(r"[\w*?-]+:\S(.*\S)?")  # the name of a scanner has no dot, unlike the path in PATH:LINE
DAYS = re.compile(r"([1-9][0-9]{0,3})d")


@click.command()
@click.argument("name", metavar="FINGERPRINT|RULE|ADVISORY")
@click.option("--path", metavar="PATTERN", default="", help="Only findings in these files, as in a .gitignore: src/, tests/**")
@click.option("--reason", required=True, metavar="TEXT", help="Why the risk is acceptable")
@click.option("--owner", required=True, metavar="NAME", help="Who is responsible; with CODEOWNERS: @user, @org/team or an e-mail")
@click.option("--expires", required=True, metavar="DATE|DAYSd", help="The last day of validity: 2027-01-31, or 90d")
@click.option("--policy", metavar="FILE", help=f"The policy to edit  [default: {DEFAULT_POLICY_FILE}]")
@options.floor_option
@click.option(
    "--verdict", metavar="FILE", type=options.path_type, help="The verdict.json of a scan that has the findings to accept"
)
def command(  # noqa: PLR0913, PLR0917 -- one parameter per option
    name: str, path: str, reason: str, owner: str, expires: str, policy: str | None, floor: str | None, verdict: Path | None
) -> int:
    """Accept a finding by FINGERPRINT (the first eight characters are enough), all findings of a RULE (bandit:B101, bandit:*), or
    an ADVISORY by any of its names.

    With --verdict the exception is checked against the findings of a scan, and one by fingerprint follows its file when renamed.
    A finding that several scanners report gets an exception for each of them.
    """
    if mask_tokens(reason) != reason or mask_tokens(owner) != owner:
        raise UsageError("the reason or the owner contains a token", "write it without the token")
    name, last = _complete(name, verdict)
    entry = _select(name, PolicyException(reason=reason, owner=owner, expires=_parse_expiry(expires), path=path))
    entries, accepted = _check_against_verdict(entry, last)
    file, base = _policy_file(policy)
    before = read_to_replace(file)
    if before is None:
        warn(f"creating {file}, which extends {base}")
    with file_errors("read", file, f"convert it: iconv -t UTF-8 {file}"):
        text = f"version: 1\nextends: {base}\n" if before is None else before.decode("utf-8-sig")
    lines = []
    after = text
    for each in entries:
        earlier, after = after, add_exception(after, each, str(file))
        lines.append(_first_changed_line(earlier, after))
    mark = codecs.BOM_UTF8 if (before or b"").startswith(codecs.BOM_UTF8) else b""
    bound = None if floor is None else read_policy(floor, is_floor=True)
    _write(file, before, mark + after.encode(), entries, accepted, bound)
    for line, each in zip(lines, entries, strict=True):
        _print_entry(f"{file}:{line}", each)
    _print_warnings(entry, accepted)
    warn(
        "a pull request is judged by the target branch's policy, where the exception counts after it was merged", f"git add {file}"
    )
    return 0


def _complete(name: str, file: Path | None) -> tuple[str, LastVerdict | None]:
    """The whole fingerprint for the beginning of one, and the verdict that has it; everything else as given, with the verdict in
    ``file``. Raises UsageError."""
    if not is_fingerprint(name):
        return name, read_last_verdicts(file)[0] if file is not None else None
    verdicts = read_last_verdicts(file)
    for each in verdicts:
        known = {name.fingerprint for result in each.report.results for finding in result.findings for name in finding.names}
        if any(fingerprint.startswith(name.lower()) for fingerprint in known):
            return resolve_fingerprint(name, known, "waive"), each
    if len(name) >= LENGTH:
        return name.lower(), verdicts[0] if file is not None else None
    if not verdicts:
        raise UsageError(f"{name} is the beginning of a fingerprint, and there is no verdict of a scan", WRITE_VERDICT)
    raise UsageError(f"no finding of the verdict has the fingerprint {name}", "look it up in verdict.json, or scan again")


def _select(name: str, entry: PolicyException) -> PolicyException:
    """The exception for ``name``, whose form decides what it is. Raises UsageError."""
    if is_fingerprint(name):
        return msgspec.structs.replace(entry, fingerprint=name)
    if ADVISORY.fullmatch(name):
        return msgspec.structs.replace(entry, advisory=name)
    if RULE.fullmatch(name):
        _check_rule(name)
        return msgspec.structs.replace(entry, rule=name)
    hint = "write a rule as scanner:id: scangate waive bandit:B101; scangate explain PATH:LINE shows fingerprints"
    raise UsageError(f"neither a fingerprint, a rule nor an advisory: {name}", hint)


def _check_rule(name: str) -> None:
    """Raises UsageError for a rule that a built-in scanner does not have; those of other scanners are not known here."""
    scanner, _, own = name.partition(":")
    if scanner == SEMGREP and own.startswith(PREFIX):
        return
    rules = [rule for rule in list_rules() if rule.partition(":")[0] == scanner and not rule.startswith(f"{PIP_AUDIT}:")]
    if rules and not any(matches_name(name, rule) for rule in rules):
        close = difflib.get_close_matches(name, rules, n=1, cutoff=0.4)
        raise UsageError(f"{scanner} has no rule {name}", f"scangate waive {close[0]}" if close else f"scangate rules {scanner}")


def _parse_expiry(text: str) -> dt.date:
    """The last day. Raises UsageError for one in the past."""
    days = DAYS.fullmatch(text)
    try:
        day = today() + dt.timedelta(int(days[1])) if days else dt.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise UsageError(f"not a date: {text}", "--expires 2027-01-31, or --expires 90d") from None
    if day < today():
        raise UsageError(f"{text} is in the past", "--expires 90d")
    return day


def _check_against_verdict(
    entry: PolicyException, verdict: LastVerdict | None
) -> tuple[tuple[PolicyException, ...], tuple[Finding, ...]]:
    """The exceptions to write, and the findings that they accept. Raises UsageError for none."""
    if verdict is None:
        if entry.fingerprint:
            warn(
                "the fingerprint is not checked, and the exception stops applying if the file is renamed",
                "add --verdict verdict.json",
            )
        return (entry,), ()
    report = verdict.report
    accepted = tuple(finding for result in report.results for finding in result.findings if selects(entry, finding))
    if not accepted:
        raise UsageError(
            f"the exception would accept no finding in {verdict.file or 'the last scan'}",
            "look up its fingerprint or rule there, or scan again",
        )
    if not entry.fingerprint:
        return (entry,), accepted
    accepted = _merged_findings(report.verdict, accepted[0])
    return tuple(_follow(entry, finding) for finding in accepted), accepted


def _merged_findings(verdict: Verdict, finding: Finding) -> tuple[Finding, ...]:
    """The finding and, if it gives a merged one its fingerprint, those of the other scanners that no exception accepts yet."""
    merged = next((each for each in verdict.rulings if each.finding.fingerprint == finding.fingerprint), None)
    members = merged.members if merged is not None else ()
    open_ones = [each.finding for each in members if each.outcome is not RulingOutcome.SUPPRESSED and each.finding.fingerprint]
    return tuple(open_ones) or (finding,)


def _follow(entry: PolicyException, finding: Finding) -> PolicyException:
    """The exception for exactly this finding, also after its file is renamed; one for a secret stays where it is."""
    entry = msgspec.structs.replace(entry, rule=finding.rule, fingerprint=finding.fingerprint)
    if finding.kind is FindingKind.SECRET or finding.identity is None:
        return entry
    follows = FollowedFinding(finding.location.path, finding.identity.content, finding.identity.context)
    return msgspec.structs.replace(entry, follows=follows)


def _policy_file(name: str | None) -> tuple[Path, str]:
    """The file to edit, and the bundled policy that a new one extends. Raises UsageError."""
    root = locate_root(Path())[0]
    default = Path(os.path.relpath(root / DEFAULT_POLICY_FILE))
    if name in list_bundled_policies():
        if os.path.lexists(default):
            raise UsageError(f"the bundled policy {name} cannot be edited", f"omit --policy, to edit {DEFAULT_POLICY_FILE}")
        return default, name or "baseline"
    own = find_own_policy(root, root) if name is None else None
    file = Path(name) if name is not None else Path(os.path.relpath(own)) if own is not None else default
    if is_pyproject(file):
        hint = f"add an entry to [[tool.scangate.exceptions]] there, or move the table to {DEFAULT_POLICY_FILE}"
        raise UsageError(f"{file} is edited by hand: exceptions are only added to policies in YAML", hint)
    if file.is_symlink():
        raise UsageError(f"{file} is a symbolic link", "name its target: --policy FILE")
    return file, "baseline"


def _write(  # noqa: PLR0913, PLR0917 -- what is written, and what it is checked against
    file: Path,
    before: bytes | None,
    after: bytes,
    entries: tuple[PolicyException, ...],
    accepted: tuple[Finding, ...],
    floor: Policy | None,
) -> None:
    """Replaces the file, if the new content is a valid policy within the floor. Raises UsageError and PolicyError."""
    if before is not None:
        earlier = read_policy(_spec(file), floor=floor)  # so that errors in it are not blamed on the exception
        _refuse_repetition(earlier, entries, file)
    policy = read_policy(_spec(file), content=after, floor=floor)
    _check_kinds(policy, accepted)
    _check_owner(policy, entries[0], accepted)
    replace_file(file, before, after)


def _spec(file: Path) -> str:
    return str(file.absolute())  # a name without a slash could be that of a bundled policy


def _refuse_repetition(policy: Policy, entries: tuple[PolicyException, ...], file: Path) -> None:
    """Raises UsageError if the policy already has exceptions for the same, in force at least as long."""
    found = [_find_same(policy, entry) for entry in entries]
    if all(same is not None for same in found) and found[0] is not None:
        place, expires = found[0]
        hint = f"edit it there, to change its reason, owner or expiry: {file}"
        raise UsageError(f"{place} has the same exception, until {expires.isoformat()}", hint)


def _find_same(policy: Policy, entry: PolicyException) -> tuple[str, dt.date] | None:
    """The place and expiry of the policy's exception for the same findings that lasts at least as long."""
    for index, each in enumerate(policy.exceptions):
        same = msgspec.structs.replace(each, reason=entry.reason, owner=entry.owner, expires=entry.expires, follows=entry.follows)
        if same == entry and each.expires >= entry.expires:
            location = policy.locate(f"exceptions[{index}]")
            return (f"{location.file}:{location.line}" if location.file else "the policy"), each.expires
    return None


def _check_kinds(policy: Policy, accepted: tuple[Finding, ...]) -> None:
    """Raises UsageError if the policy lets no exception accept any of the findings."""
    kinds = {finding.kind for finding in accepted}
    if kinds and kinds <= set(policy.never_excepted):
        names = " and ".join(sorted(kind.value for kind in kinds))
        raise UsageError(f"the policy lets no exception accept a finding of kind {names}", "fix the finding")


def _check_owner(policy: Policy, entry: PolicyException, accepted: tuple[Finding, ...]) -> None:
    """Raises UsageError if the policy requires that the owner owns one of the accepted paths."""
    with open_session(Path()) as session:
        owners = load_codeowners(policy, session.root)
        named = {entry.path} if entry.path and (session.root / entry.path).is_file() else set[str]()
    paths = {finding.location.path for finding in accepted} or named
    if owners is not None and paths and not any(owners.owns(entry.owner, path) for path in paths):
        path = min(paths)
        names = ", ".join(owners.owners_of(path)) or "nobody"
        message = f"the policy requires the owner of an exception to own the file, and {entry.owner} does not own {path}"
        raise UsageError(message, f"{owners.path} names {names}")


def _print_entry(position: str, entry: PolicyException) -> None:
    click.echo(f"{position}: exception for {describe_exception(entry)}, until {entry.expires.isoformat()}, by {entry.owner}")


def _print_warnings(entry: PolicyException, accepted: tuple[Finding, ...]) -> None:
    """What a user may not expect of the exception that was asked for."""
    if len(accepted) > 1 and not entry.fingerprint:
        warn(f"the exception accepts {len(accepted)} findings of that scan, and future ones")
    if any(finding.kind is FindingKind.SECRET for finding in accepted):
        warn("the exception also covers future secrets at this location; a baseline covers only this one")
    if not accepted and not entry.fingerprint and not entry.path:
        warn("the exception applies to every file; --path restricts it")


def _first_changed_line(before: str, after: str) -> int:
    """The first line of ``after`` that differs."""
    offset = next((index for index, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), len(before))
    return after.count("\n", 0, offset + 1) + 1
