"""Fingerprints on the command line: whole, or the first characters of one, in any case; looked up in the last verdicts."""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from scangate.app.last_verdict import load_last_verdict
from scangate.app.session import locate_root
from scangate.app.verdict_file import read_verdict_text
from scangate.errors import UsageError
from scangate.model import Report
from scangate.report.schema import parse_report
from scangate.report.wording import SHORT_FINGERPRINT

DEFAULT_VERDICTS = (Path("scangate-reports/verdict.json"), Path("verdict.json"))
LENGTH = 32  # characters of a whole one
FINGERPRINT = re.compile(rf"[0-9a-f]{{{SHORT_FINGERPRINT},64}}", re.IGNORECASE)


class LastVerdict(NamedTuple):
    """A verdict in which a command looks for findings. ``file``: None for that of the last scan, which wrote no verdict.json."""

    report: Report
    file: Path | None = None

    @property
    def option(self) -> str:
        """The value of ``--verdict`` for it; empty where none is needed."""
        return str(self.file or "")


def read_last_verdicts(file: Path | None) -> tuple[LastVerdict, ...]:
    """That in ``file``. If None, that in the default place and that of the last scan without a file, the later one first.

    Raises UsageError for a file that cannot be read.
    """
    named = file or find_default_verdict()
    written = () if named is None else (LastVerdict(parse_report(read_verdict_text(named)), named),)
    kept = load_last_verdict(locate_root(Path())[0]) if file is None else None
    verdicts = written if kept is None else (*written, LastVerdict(kept))
    return tuple(sorted(verdicts, key=lambda each: each.report.finished, reverse=True))


def find_default_verdict() -> Path | None:
    """The verdict.json to read where none is named."""
    return next((default for default in DEFAULT_VERDICTS if default.is_file()), None)


def name_verdict(file: Path) -> str:
    """How commands that read a verdict are called with this one: empty where they find it themselves."""
    found = find_default_verdict()
    return "" if found is not None and found.absolute() == file.absolute() else f"--verdict {shlex.quote(str(file))}"


def is_fingerprint(name: str) -> bool:
    """Whether ``name`` has the form of a fingerprint or of the beginning of one."""
    return FINGERPRINT.fullmatch(name) is not None


def resolve_fingerprint(name: str, known: Iterable[str], command: str) -> str:
    """The only one of the ``known`` fingerprints that begins with ``name``. Raises UsageError for none, and for more than one.

    ``command``: what the hint calls with a fingerprint.
    """
    fingerprints = sorted(set(known))
    found = [each for each in fingerprints if each.startswith(name.lower())]
    if len(found) > 1:
        raise UsageError(f"{len(found)} findings begin with {name}", f"name one: {', '.join(found[:3])}")
    if not found:
        close = difflib.get_close_matches(name.lower(), fingerprints, n=1, cutoff=0.4)
        hint = f"scangate {command} {close[0]}" if close else "look it up in verdict.json, or scan again"
        raise UsageError(f"no finding of the verdict has the fingerprint {name}", hint)
    return found[0]
