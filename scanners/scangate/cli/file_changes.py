"""Shows what a command would write into files, and asks before it does."""

from __future__ import annotations

import difflib
import itertools
import re
import sys

import click

from scangate.errors import UsageError
from scangate.report.escape import ci_log
from scangate.scan.masking import mask_suspicious

_DIGEST = re.compile(r"--hash[= ](?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})(?![^\s])")


def list_changed_lines(path: str, before: str, after: str, context: int, *, is_ours: bool = False) -> list[str]:
    """A unified diff without its header; lines of the file may hold secrets, which are masked. ``is_ours``: what is added holds
    none, because it comes with the package."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=context))[2:]
    return [ci_log(line if is_ours and line.startswith("+") else _mask(line, path)) for line in lines]


def _mask(line: str, path: str) -> str:
    """The line without what may be a secret, but with the digests of packages, which look like keys."""
    rest = _DIGEST.split(line)
    return "".join(
        text
        for pair in itertools.zip_longest((mask_suspicious(each, path) for each in rest), _DIGEST.findall(line))
        for text in pair
        if text
    )


def confirm(question: str, command: str, *, yes: bool) -> bool:
    """The answer on a terminal; True with --yes. Raises UsageError where neither is there; ``command`` writes without asking."""
    if yes:
        return True
    if not sys.stdin.isatty():
        message = "nothing was written: it needs a confirmation, and there is no terminal"
        raise UsageError(message, f"write these files: {command}")
    return click.confirm(question, err=True)
