"""Recognizes scangate's own baseline and reports in a listing by their content, so that they are not scanned.

The digests in them look like secrets. Recognition is strict: an unknown field, or a text that looks like a secret, makes a file an
ordinary one.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from scangate.errors import ScanError, UsageError
from scangate.judge.baseline import parse_baseline
from scangate.report.schema import parse_report
from scangate.scan.discovery import Listing, Target
from scangate.scan.masking import mask_suspicious, mask_tokens
from scangate.scan.skipping import skip_own_output
from scangate.secrets.text import ScannedText
from scangate.tools.built_in import MODULES

MAX_BYTES = 64 * 1024 * 1024
HEAD_BYTES = 256
CONTENT_TYPES = frozenset({"json", "html"})
SCANNERS = frozenset({*(name.replace("_", "-") for name in MODULES), "scangate"})
NAMES = re.compile(
    # digests of ours and of git
    r"\b(?P<name>(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{16}|[0-9a-f]{8}|[0-9a-f]{1,16}:\d+)\b"
    r"|GHSA(?:-[0-9a-z]{4}){3}\b|(?:CVE|PYSEC)-\d{4}-\d+\b)"
    r"|https://[a-z0-9.-]+(?:/[a-z0-9_.#-]*)*(?=[\s)>]|$)"  # a rule's documentation
    r"|: [a-z ,;:-]*remove it from the repository\b"  # after the type of a secret, which may end in "token" or "password"
)
"""Texts that look like secrets and are not, except for a ``name`` where a secret is assigned."""
VALUE_DIGEST = re.compile("[0-9a-f]{8}")
"""What a baseline has of a secret's value."""
STAND_IN = "c0rrect-h0rse-battery"
"""In place of a ``name``: it looks like a secret only where its surroundings say so, as in ``api_key = "..."``."""


def without_own_outputs(listing: Listing) -> Listing:
    """``listing`` with scangate's own baselines and reports among its skipped paths; what cannot be read stays."""
    candidates = [target for target in listing.targets if target.content_type in CONTENT_TYPES and _may_be_own(listing, target)]
    if not candidates:
        return listing
    read = listing.reader(candidates, MAX_BYTES)
    return listing.without([skip_own_output(target.path) for target in candidates if _is_own(read, target)])


def _may_be_own(listing: Listing, target: Target) -> bool:
    """Whether a file begins as one of ours does; of one whose bytes git has, only whether it has the size for it."""
    if target.blob:
        return 0 < target.size <= MAX_BYTES
    try:
        head = listing.read_head(target, HEAD_BYTES)
    except ScanError:
        return False
    return any(recognizer.opening.match(head) for recognizer in RECOGNIZERS)


def _is_own(read: Callable[[Target], bytes], target: Target) -> bool:
    try:
        data = read(target)
    except ScanError:
        return False
    return is_own_output(data)


def is_own_output(data: bytes) -> bool:
    """Whether ``data`` is a baseline, a verdict.json, a SARIF log or a report.html as scangate writes them, and nothing else."""
    recognizer = next((each for each in RECOGNIZERS if each.opening.match(data)), None)
    if recognizer is None:
        return False
    try:
        text = data.decode("utf-8")
        document = recognizer.read(text)
        if document is None or any(_looks_secret(key, value) for key, value in _strings(document)):
            return False
        return not (recognizer.is_free_form and _has_secrets(text, recognizer.content_type))
    except (UsageError, ValueError, RecursionError):
        return False


def _read_baseline(text: str) -> Any:
    document = _parse(text)
    parse_baseline(text, "")
    return document


def _read_verdict(text: str) -> Any:
    document = _parse(text)
    parse_report(text)
    return document


def _read_sarif(text: str) -> Any:
    from scangate.report.sarif import KEYS  # noqa: PLC0415 -- sarif_om is slow to import

    log = _parse(text)
    runs = log["runs"] if isinstance(log, dict) and isinstance(log.get("runs"), list) else []
    return log if runs and set(_keys(log)) <= KEYS and all(map(_is_own_run, runs)) else None


def _read_html(text: str) -> Any:
    from scangate.report.html import parse_page  # noqa: PLC0415 -- Jinja2 is slow to import

    return msgspec.to_builtins(parse_page(text))


def _is_own_run(run: Any) -> bool:
    details = run.get("automationDetails") if isinstance(run, dict) else None
    return isinstance(details, dict) and str(details.get("id")).startswith("scangate/")


class Recognizer(msgspec.Struct, frozen=True):
    """One kind of output: how it begins, its content type, and its document, all texts of which are checked.

    ``read`` returns None, or raises UsageError or ValueError, for anything else. ``is_free_form`` is false where the format
    fixes every key, so that no key of an author can say that a digest is a password.
    """

    opening: re.Pattern[bytes]
    content_type: str
    read: Callable[[str], Any]
    is_free_form: bool = True


RECOGNIZERS = (
    Recognizer(re.compile(rb'\{\r?\n "version": 1,\r?\n "salt": "'), "json", _read_baseline, is_free_form=False),
    Recognizer(re.compile(rb'\{\n "schema": \d'), "json", _read_verdict),
    Recognizer(re.compile(rb'\{\n "\$schema": "https://docs\.oasis-open\.org/sarif/'), "json", _read_sarif),
    Recognizer(re.compile(rb'<!doctype html>\n<html lang="en" data-page="scangate report">'), "html", _read_html),
)


def _has_secrets(text: str, content_type: str) -> bool:
    """Whether our own detectors find a secret in the whole text: they read its structure, such as a name next to its value."""
    from scangate.secrets.assessment import assess  # noqa: PLC0415 -- few trees have an output of ours
    from scangate.secrets.detectors import find_secrets  # noqa: PLC0415 -- as above

    # without the entities of HTML, which would count as the value: password=&#x27;***&#x27;
    scanned = ScannedText("", content_type, html.unescape(text) if content_type == "html" else text)
    return any(True for _ in assess(scanned, find_secrets(scanned)))


def _parse(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of a document. Raises ValueError for a key that is there twice: readers see only its last value."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _keys(each)


def _strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a document, with the key that it belongs to; a key is a text as well."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield "", name
            yield from _strings(each, name)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each, key)


def _looks_secret(key: str, text: str) -> bool:
    """Whether a text of an output may have a secret that scangate would not have written."""
    if mask_tokens(text) != text:
        return True
    scanner, _, rest = text.partition(":")
    rest = NAMES.sub(lambda found: STAND_IN if found["name"] else "", rest if scanner in SCANNERS else text)
    if key == "name" and text.isalnum():  # a rule's, in SARIF: words without blanks
        return False
    is_digest = key == "secret" and VALUE_DIGEST.fullmatch(text) is not None
    assigned = f"{key}: {rest}" if key and rest.strip() and not is_digest else ""
    return any(mask_suspicious(line) != line for line in (*rest.splitlines(), *assigned.splitlines()[:1]))
