"""betterleaks: secrets by its own rules, where version 2 of the program is on PATH. It gets no network, and reports no values.

Its project publishes the program, and no Python package: https://github.com/betterleaks/betterleaks#installation. The scanner needs
the options and the JSON of version 2 (docs/v2_migration.md there).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from scangate.errors import ScanError
from scangate.model import FileAccounting, FileReport, GapKind, SecretClass
from scangate.plugin import ScanContext, SourceFile
from scangate.secrets.text import ScannedText
from scangate.tools.betterleaks_output import Part, read_parts
from scangate.tools.detect_secrets_job import ReportedSecret
from scangate.tools.engine_texts import REDACTED, EngineTexts, byte_offset
from scangate.tools.program_files import digest_command, find_on_path, read_go_version
from scangate.tools.secret_reports import reads_any_text

NAME = "betterleaks"
ACCOUNTING = FileAccounting.WHOLE_RUN
SPLITTABLE = True
READS_PIECES = False
reads = reads_any_text
FIXED_TEXTS = frozenset({"title", "message", "help_url"})
HELP_URL = "https://github.com/betterleaks/betterleaks"
ARGUMENTS = ("--redact", "--silent", "--no-banner", "--no-allow-signatures", "--max-archive-depth=0", "--exit-code=0", "--output=-")
CLASSES = (  # by the rule's id; all others are the format of a provider
    (re.compile(r"generic-(?!credential-uri)"), SecretClass.ASSIGNMENT),
    (re.compile(r"(?:^|-)private-key$|^age-secret-key$"), SecretClass.KEY),
    (re.compile(r"password|passphrase|credential-uri|connection-string|^curl-auth"), SecretClass.PASSWORD),
)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The policy's block for betterleaks; it has no options of its own."""


def version() -> str:
    """The version in the program's file; "unstated" if it says none. Raises ScanError(TOOL_MISSING) below version 2."""
    found = read_go_version(find_on_path(NAME), "github.com/betterleaks/betterleaks")
    if re.match(r"[01]\.", found):
        raise ScanError(GapKind.TOOL_MISSING, f"betterleaks {found} is too old", "install version 2 or later")
    return found


def cache_key(options: Options, environ: Mapping[str, str], today: dt.date) -> str | None:
    """The digest of the program."""
    del options, today
    return digest_command([find_on_path(NAME)], environ)


def scan(files: Sequence[SourceFile], options: Options, context: ScanContext) -> Iterable[FileReport]:
    """Runs betterleaks over ``files``; the run as a whole vouches for them."""
    del options
    texts = EngineTexts(files, context)
    output = context.run_program([context.find_program(NAME), *ARGUMENTS, texts.folder])
    for part in read_parts(output.stdout):
        texts.add(part.location.path, _locate(texts.text(part.location.path), part))
    return texts.reports(NAME, HELP_URL)


def _locate(text: ScannedText, part: Part) -> ReportedSecret:
    """The place of the value: the match without what is before and after it, or all of it if that does not show where the value is.

    Of decoded text, the place of all that was decoded.
    """
    place = part.location
    start = byte_offset(text, place.start_line, place.start_column - 1)
    end = byte_offset(text, place.end_line, place.end_column)
    value = None if part.encodings else _find_redacted(part.match.full, text.text[start:end])
    if value is not None:
        start, end = start + value[0], start + value[1]
    secret_class = next((each for pattern, each in CLASSES if pattern.search(part.rule_id)), SecretClass.TOKEN)
    return ReportedSecret(start, end, part.rule_id, secret_class, part.rule_id.replace("-", " "))


def _find_redacted(redacted: str, text: str) -> tuple[int, int] | None:
    """Where in ``text`` the value is that ``redacted`` does not show, its last occurrence; None if the two differ in more."""
    parts = redacted.split(REDACTED)
    size, rest = divmod(len(text) - sum(map(len, parts)), max(len(parts) - 1, 1))
    end = len(text) - len(parts[-1])
    same = len(parts) > 1 and size > 0 and not rest and text[end - size : end].join(parts) == text
    return (end - size, end) if same else None
