"""Read the list of repositories: one a line; errors name file and line."""

from __future__ import annotations

import difflib
import re
import shlex
from pathlib import Path

import msgspec

from scangate.errors import UsageError
from scangate.fleet.repository_address import RepositoryAddress, parse_address

KEYS = ("ref", "name", "policy")
MAX_CHARACTERS = 16 * 1024 * 1024
EXAMPLE = "a line is: ADDRESS [ref=REF] [name=NAME] [policy=NAME|FILE]   # comment"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# What git check-ref-format allows, and less: a ref is never an option, a range or a path out of refs/.
_REF = re.compile(r"(?!.*(\.\.|//|/\.|\.lock(/|$)))[A-Za-z0-9][A-Za-z0-9._/+-]{0,199}(?<![./])")


class RepositoryEntry(msgspec.Struct, frozen=True):
    """One line of the list. Empty ``ref``: the default branch; empty ``policy``: the fleet's policy."""

    name: str
    address: RepositoryAddress
    ref: str = ""
    policy: str = ""
    line: int = 0


def read_repository_list(file: Path) -> tuple[RepositoryEntry, ...]:
    """Return the repositories in the order of the list. Raises UsageError for an invalid or empty list."""
    entries: list[RepositoryEntry] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(_read_text(file).splitlines(), start=1):
        try:
            entry = _parse_entry(line, number, file.absolute().parent)
        except ValueError as error:
            raise UsageError(f"{file}:{number}: {error}", EXAMPLE) from None
        if entry is None:
            continue
        known = lines.setdefault(entry.name.casefold(), number)
        if known != number:
            hint = "give one of them another name: name=OTHER"
            raise UsageError(f"{file}:{number}: duplicate name {entry.name}, first used in line {known}", hint)
        entries.append(entry)
    if not entries:
        raise UsageError(f"{file} lists no repositories", EXAMPLE)
    return tuple(entries)


def _read_text(file: Path) -> str:
    hint = "write one repository per line into a file: scangate fleet repositories.txt"
    try:
        with file.open(encoding="utf-8-sig") as stream:
            text = stream.read(MAX_CHARACTERS + 1)
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", hint) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8", hint) from error
    if len(text) > MAX_CHARACTERS:
        raise UsageError(f"{file} is too large for a list of repositories", hint)
    return text


def _parse_entry(line: str, number: int, base: Path) -> RepositoryEntry | None:
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        raise ValueError("unclosed quotation mark") from None
    if not words:
        return None
    address = parse_address(words[0], base)
    given: dict[str, str] = {}
    for word in words[1:]:
        key, mark, value = word.partition("=")
        if not mark or key not in KEYS:
            near = difflib.get_close_matches(key, KEYS, 1)
            expected = f"did you mean `{near[0]}=`?" if near else f"use {', '.join(f'{each}=' for each in KEYS)}"
            raise ValueError(f"unknown setting: {address.redact(word)}; {expected}")
        if key in given or not value:
            raise ValueError(f"{key}= {'is set twice' if key in given else 'has no value'}")
        given[key] = value
    ref, name = given.get("ref", ""), given.get("name") or _default_name(address)
    if ref and not _REF.fullmatch(ref):
        raise ValueError(f"not a branch, tag or commit: {ref}")
    if not _NAME.fullmatch(name):
        hint = "" if "name" in given else "; add one: name=NAME"
        raise ValueError(f"not a name of letters, digits, dots and dashes: {address.redact(name)}{hint}")
    return RepositoryEntry(name, address, ref, given.get("policy", ""), number)


def _default_name(address: RepositoryAddress) -> str:
    return re.split(r"[/:]", address.url.rstrip("/"))[-1].removesuffix(".git")
