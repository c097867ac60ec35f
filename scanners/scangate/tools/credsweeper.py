"""credsweeper: secrets by its own rules and model, where the extra `credsweeper` is installed. It reports hashes, never values."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import distribution
from pathlib import Path

import msgspec

from scangate.model import FileAccounting, FileReport, SecretClass
from scangate.plugin import ScanContext, SourceFile, decode_json, depends_on_file_only
from scangate.secrets.text import ScannedText
from scangate.tools.detect_secrets_job import ReportedSecret, slugify
from scangate.tools.engine_texts import EngineTexts, char_offset
from scangate.tools.secret_reports import reads_any_text
from scangate.tools.socket_folder import socket_folder
from scangate.tools.tool_version import find_installed_version

NAME = "credsweeper"
ACCOUNTING = FileAccounting.WHOLE_RUN
SPLITTABLE = True
READS_PIECES = False
reads = reads_any_text
FIXED_TEXTS = frozenset({"title", "message", "help_url"})
cache_key = depends_on_file_only
HELP_URL = "https://credsweeper.readthedocs.io"
ARGUMENTS = ("--hashed", "--no-stdout", "--pedantic", "--no-error", "--log", "error")
CLASSES = (  # by the rule's name; all others are the format of a provider
    (re.compile(r"API|Auth|Credential|Key|Nonce|Password|Salt|Secret|Token"), SecretClass.ASSIGNMENT),
    (re.compile(r".*(?:PEM |BASE64 )Private Key|Age Secret Key"), SecretClass.KEY),
    (re.compile(r"(?:SQL|CMD|CURL|URL|Basic) .*"), SecretClass.PASSWORD),
)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The policy's block for credsweeper; it has no options of its own."""


class _Place(msgspec.Struct):
    path: str
    line_num: int
    value: str
    value_start: int
    value_end: int


class _Found(msgspec.Struct):
    rule: str
    severity: str
    line_data_list: list[_Place]


def version() -> str:
    """The version of the installed credsweeper."""
    return find_installed_version(NAME)


def scan(files: Sequence[SourceFile], options: Options, context: ScanContext) -> Iterable[FileReport]:
    """Runs credsweeper over ``files``; the run as a whole vouches for them."""
    del options
    texts = EngineTexts(files, context)
    result, settings = context.temp_folder / "found.json", context.temp_folder / "settings.json"
    settings.write_text(json.dumps(_settings()), encoding="utf-8")
    command = [sys.executable, "-I", "-X", "utf8", "-m", NAME, *ARGUMENTS, "--config", str(settings), "--save-json", str(result)]
    with socket_folder(context.temp_folder) as folder:
        context.run_program([*command, "--path", texts.folder], env={"TMPDIR": str(folder)}, name=NAME)
    for found in decode_json(result.read_bytes() if result.is_file() else b"", NAME, list[_Found]):
        secret_class = next((each for pattern, each in CLASSES if pattern.fullmatch(found.rule)), SecretClass.TOKEN)
        secret_class = SecretClass.RANDOM if found.severity == "info" else secret_class
        for first, last in _values(found.line_data_list, secret_class):
            start, end = _locate(texts.text(first.path), first, last)
            texts.add(first.path, ReportedSecret(start, end, slugify(found.rule), secret_class, found.rule))
    return texts.reports(NAME, HELP_URL)


def _settings() -> dict[str, object]:
    """The settings that it comes with, without exclusions by folder; read without the import, which takes a second."""
    file = Path(str(distribution(NAME).locate_file(f"{NAME}/secret/config.json")))
    settings: dict[str, dict[str, object]] = json.loads(file.read_bytes())
    return {**settings, "exclude": {**settings["exclude"], "path": [], "path_pattern": []}}


def _values(places: Sequence[_Place], secret_class: SecretClass) -> list[tuple[_Place, _Place]]:
    """The first and last place of each value: a key is one value in many lines, a pair has two."""
    return [(places[0], places[-1])] if secret_class is SecretClass.KEY and places else [(place, place) for place in places]


def _locate(text: ScannedText, first: _Place, last: _Place) -> tuple[int, int]:
    """The offsets of a value: its lines, where the hash of what is at its place is another one."""
    start, end = char_offset(text, first.line_num, first.value_start), char_offset(text, last.line_num, last.value_end)
    if first is last and hashlib.sha256(text.text[start:end].encode()).hexdigest() != first.value:
        return char_offset(text, first.line_num, 0), char_offset(text, last.line_num, sys.maxsize)
    return start, end
