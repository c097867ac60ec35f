"""``scangate waive``: write an exception into the policy file, and leave every other byte of it as it is."""

from __future__ import annotations

import codecs
import datetime as dt
import os
import re
import secrets
import stat
from pathlib import Path

import click
import msgspec

from scangate.app.codeowners_file import load_codeowners
from scangate.app.scan import open_session, scanner_option_types, today
from scangate.app.scanner_registry import load_scanners
from scangate.app.verdict_file import read_verdict_text
from scangate.cli.console import warn
from scangate.errors import PolicyError, UsageError
from scangate.judge.exceptions import describe_exception, selects
from scangate.judge.policy import FollowedFinding, Policy, PolicyException
from scangate.judge.policy_edit import add_exception
from scangate.judge.policy_files import DEFAULT_POLICY_FILE, list_bundled_policies
from scangate.judge.policy_loader import load_policy
from scangate.model import Finding, FindingKind
from scangate.report.schema import parse_scan
from scangate.scan.masking import mask_tokens
from scangate.tools import CommandOptions

__all__ = ["command"]

FINGERPRINT = re.compile(r"[0-9a-f]{32,64}")
ADVISORY = re.compile(r"(CVE|GHSA|PYSEC|OSV|MAL)-[\w-]+", re.IGNORECASE | re.ASCII)
DAYS = re.compile(r"([1-9][0-9]{0,3})d")


@click.command(short_help="Write an exception into the policy file.")
@click.argument("what", metavar="FINGERPRINT|RULE|ADVISORY")
@click.option("--path", metavar="PATTERN", default="", help="Only findings in these files, as in a .gitignore: src/, tests/**")
@click.option("--reason", required=True, metavar="TEXT", help="Why the risk can be taken")
@click.option("--owner", required=True, metavar="NAME", help="Who answers for it; with CODEOWNERS: @user, @org/team or an address")
@click.option("--expires", required=True, metavar="DATE|DAYSd", help="The last day it holds: 2027-01-31, or 90d")
@click.option("--policy", "policy_name", metavar="FILE", help=f"The policy to write into  [default: {DEFAULT_POLICY_FILE}]")
@click.option(
    "--verdict", metavar="FILE", type=click.Path(path_type=Path), help="The verdict.json of a scan: what is waived must be in it"
)
def command(  # noqa: PLR0913, PLR0917 -- one parameter an option
    what: str, path: str, reason: str, owner: str, expires: str, policy_name: str | None, verdict: Path | None
) -> int:
    """Accept a finding by its FINGERPRINT, all findings of a RULE (bandit:B101, bandit:*), or an ADVISORY by any of its names.

    With --verdict the entry is checked against what a scan found, and one by fingerprint follows its finding to a renamed file.
    """
    if mask_tokens(reason) != reason or mask_tokens(owner) != owner:
        raise UsageError("the reason or the owner holds a token: a policy is no place for one", "say it without the token")
    entry = _select(what, PolicyException(reason=reason, owner=owner, expires=_parse_expiry(expires), path=path))
    entry, found = _check_against_verdict(entry, verdict)
    file, base = _policy_file(policy_name)
    before = _read_bytes(file)
    if before is None:
        warn(f"scangate: there is no {file}: making one that extends {base}")
    text = f"version: 1\nextends: {base}\n" if before is None else _decode(before, file)
    after = add_exception(text, entry, str(file))
    mark = codecs.BOM_UTF8 if (before or b"").startswith(codecs.BOM_UTF8) else b""
    _write(file, before, mark + after.encode(), entry, found)
    _print_result(f"{file}:{_first_changed_line(text, after)}", entry, found)
    return 0


def _select(what: str, entry: PolicyException) -> PolicyException:
    """The entry with what it is about; which of the three it is, its form tells."""
    if FINGERPRINT.fullmatch(what):
        return msgspec.structs.replace(entry, fingerprint=what)
    if ADVISORY.fullmatch(what):
        return msgspec.structs.replace(entry, advisory=what)
    if ":" in what.strip(":"):
        return msgspec.structs.replace(entry, rule=what)
    hint = "a rule is written scanner:id, as reports do: scangate waive bandit:B101"
    raise UsageError(f"neither a fingerprint, a rule nor an advisory: {what}", hint)


def _parse_expiry(text: str) -> dt.date:
    """The last day; UsageError for one that is past, or none."""
    days = DAYS.fullmatch(text)
    try:
        day = today() + dt.timedelta(int(days[1])) if days else dt.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise UsageError(f"not a day: {text}", "--expires 2027-01-31, or --expires 90d") from None
    if day < today():
        raise UsageError(f"{text} is past", "--expires 90d")
    return day


def _check_against_verdict(entry: PolicyException, verdict: Path | None) -> tuple[PolicyException, tuple[Finding, ...]]:
    """The entry with what it takes to follow its finding, and what it would have accepted; UsageError where that is nothing."""
    if verdict is None:
        if entry.fingerprint:
            warn("scangate: without --verdict verdict.json it is not checked, and will not follow a renamed file")
        return entry, ()
    results = parse_scan(read_verdict_text(verdict))[0]
    found = tuple(finding for result in results for finding in result.findings if selects(entry, finding))
    if not found:
        raise UsageError(f"{verdict} has no finding that this would accept", "look its fingerprint or rule up there, or scan again")
    if not entry.fingerprint:
        return entry, found
    (first, *_) = found
    entry = msgspec.structs.replace(entry, rule=first.rule)
    if first.kind is FindingKind.SECRET or first.identity is None:
        return entry, found
    return msgspec.structs.replace(
        entry, follows=FollowedFinding(first.location.path, first.identity.content, first.identity.context)
    ), found


def _policy_file(name: str | None) -> tuple[Path, str]:
    """The file to write into, and the bundled policy that a new one would extend."""
    own = Path(DEFAULT_POLICY_FILE)
    if name in list_bundled_policies():
        if os.path.lexists(own):
            raise UsageError(
                f"the bundled policy {name} is not yours to change", f"leave --policy out: it goes into {DEFAULT_POLICY_FILE}"
            )
        return own, name or "baseline"
    file = own if name is None else Path(name)
    if file.is_symlink():
        raise UsageError(f"{file} is a link", "name the file that it leads to: --policy FILE")
    return file, "baseline"


def _read_bytes(file: Path) -> bytes | None:
    """What the file holds; None where there is none."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", f"ls -ld {file}") from error


def _decode(data: bytes, file: Path) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not UTF-8", f"save it as UTF-8: iconv -t UTF-8 {file}") from None


def _write(file: Path, before: bytes | None, after: bytes, entry: PolicyException, found: tuple[Finding, ...]) -> None:
    """Puts the new file in the place of the old one, once it has been read back as a policy that has the entry."""
    if before is not None:
        _load_policy(file, file)  # what is wrong with the old one is not the new entry's fault
    beside = file.with_name(f".{file.stem}-{secrets.token_hex(4)}.yaml")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as stream:  # noqa: PTH123 -- exclusively
            stream.write(after)
            stream.flush()
            os.fsync(stream.fileno())
        _check_owner(_load_policy(beside, file), entry, found)
        if _read_bytes(file) != before:
            raise UsageError(f"{file} has changed meanwhile", "run it again")
        if before is not None:
            beside.chmod(stat.S_IMODE(file.stat().st_mode))
        beside.replace(file)
    except OSError as error:
        raise UsageError(f"cannot write {file}: {error.strerror}", f"ls -ld {file.parent}") from error
    finally:
        beside.unlink(missing_ok=True)


def _load_policy(file: Path, display_name: Path) -> Policy:
    """The policy in a file, strictly; a complaint bears the name of the file that it is to become."""
    try:
        return load_policy(
            str(file),
            Path.cwd(),
            scanner_options=scanner_option_types(load_scanners()),
            command_options=CommandOptions,
            trusted=True,  # it is only read
            today=today(),
        )
    except PolicyError as error:
        raise PolicyError(
            error.message.replace(file.name, display_name.name), error.hint.replace(file.name, display_name.name)
        ) from None


def _check_owner(policy: Policy, entry: PolicyException, found: tuple[Finding, ...]) -> None:
    """Where the policy asks CODEOWNERS, an owner of nothing that would be accepted is refused."""
    with open_session(Path.cwd().resolve()) as place:
        owners = load_codeowners(policy, place.root, place.worktree)
    named = {entry.path} if entry.path and (Path.cwd() / entry.path).is_file() else set[str]()
    paths = {finding.location.path for finding in found} or named
    if owners is not None and paths and not any(owners.owns(entry.owner, path) for path in paths):
        path = min(paths)
        theirs = ", ".join(owners.owners_of(path)) or "nobody"
        raise UsageError(f"{entry.owner} does not own {path}, and the policy wants an owner", f"by {owners.path} it is {theirs}")


def _print_result(where: str, entry: PolicyException, found: tuple[Finding, ...]) -> None:
    click.echo(f"{where}: exception for {describe_exception(entry)}, until {entry.expires.isoformat()}, by {entry.owner}")
    if len(found) > 1:
        warn(f"scangate: it accepts {len(found)} findings of that scan, and more of the kind that come")
    if any(finding.kind is FindingKind.SECRET for finding in found):
        warn("scangate: it accepts whatever secret stands there, the next one, too; a baseline knows one value, and no other")
    if not found and not entry.fingerprint and not entry.path:
        warn("scangate: it accepts every finding of the kind, wherever it is; --path narrows it")


def _first_changed_line(before: str, after: str) -> int:
    """The line of the new text in which it begins to be another."""
    place = next((at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), len(before))
    return after.count("\n", 0, place + 1) + 1
