"""Reads the JSON of betterleaks: each secret, and the secrets of the pairs that they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from scangate.errors import ScanError
from scangate.model import GapKind
from scangate.plugin import decode_json

NO_SECRET = re.compile(r"-(?:id|name|username|url|host|domain)$")  # a part of a pair that is no secret by itself


class _Match(msgspec.Struct):
    full: str


class _Location(msgspec.Struct):
    path: str
    start_line: int
    end_line: int
    start_column: int
    end_column: int


class Part(msgspec.Struct):
    """A match: its rule, its text without the value, and its place. ``encodings``: what the value was decoded from."""

    rule_id: str
    match: _Match
    location: _Location
    encodings: list[str] = []


class _Set(msgspec.Struct):
    components: list[Part]


class _Found(Part):
    component_sets: list[_Set] = []


class _Scan(msgspec.Struct):
    state: str


class _Output(msgspec.Struct):
    findings: list[_Found]
    scan: _Scan


def read_parts(stdout: bytes) -> Iterator[Part]:
    """Every secret in the output. Raises ScanError(GARBAGE) if it is not that of a complete scan."""
    output = decode_json(stdout, "betterleaks", _Output)
    if output.scan.state != "complete":
        raise ScanError(GapKind.GARBAGE, "betterleaks did not complete its scan")
    for found in output.findings:
        yield found
        for each in found.component_sets:
            yield from (part for part in each.components if not NO_SECRET.search(part.rule_id))
