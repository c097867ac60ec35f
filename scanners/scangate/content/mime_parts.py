"""The parts of MIME user data of an instance: scripts, cloud-init documents, and others by what they contain.

https://cloudinit.readthedocs.io/en/latest/explanation/format.html#mime-multi-part-archive
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scangate.content.embedded import Embedded, Failure, embed, script_content_type
from scangate.content.identification import identify_text
from scangate.content.position_maps import take

_SEPARATOR = re.compile(r"^--(?P<boundary>[^\r\n]{1,70}?)(?P<end>--)?[ \t]*\r?$\n?", re.MULTILINE)
_BOUNDARY = re.compile(r"\bboundary[ \t]*=[ \t]*(?:\"(?P<quoted>[^\"\r\n]{1,70})\"|(?P<plain>[^\s;\"]{1,70}))", re.IGNORECASE)
_BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n")
_TYPE = re.compile(r"^content-type:[ \t]*(?P<type>[\w.+/-]+)", re.MULTILINE | re.IGNORECASE)
_ENCODED = re.compile(r"^content-transfer-encoding:[ \t]*(?P<encoding>base64|quoted-printable)", re.MULTILINE | re.IGNORECASE)
_FILE_NAME = re.compile(r"\bfilename[ \t]*=[ \t]*\"?(?P<name>[^\"\r\n;]+)", re.IGNORECASE)
_STARTS_IN_BASE64 = re.compile(r"\s*(?:IyE|I2Nsb3Vk)")
"""``#!`` and ``#cloud``, by which cloud-init recognizes a part of another type."""
_USUAL_TYPES = {
    "text/x-shellscript": "shell",
    "text/x-shellscript-per-boot": "shell",
    "text/x-shellscript-per-instance": "shell",
    "text/x-shellscript-per-once": "shell",
    "text/cloud-boothook": "shell",
    "text/upstart-job": "shell",
    "text/cloud-config": "cloud-init",
    "text/jinja2": "cloud-init",
    "text/part-handler": "python",
}
"""By the type that a part names: what it is unless its shebang says otherwise."""


def mime_pieces(text: str) -> Iterator[Embedded | Failure | None]:
    """The parts with content of their own; parts of parts count as the file's. A script in an encoded part is a failure."""
    boundaries = {found["quoted"] or found["plain"] for found in _BOUNDARY.finditer(text)}
    separators = [found for found in _SEPARATOR.finditer(text) if found["boundary"] in boundaries]
    ends = [found.start() for found in separators[1:]] + [len(text)]
    for number, (separator, end) in enumerate(zip(separators, ends, strict=True), start=1):
        if separator["end"]:
            continue
        start = separator.end()
        blank = _BLANK_LINE.search(text, max(start - 1, 0), end)
        headers, body = (text[start : blank.start()], blank.end()) if blank else ("", start)
        named = _TYPE.search(headers)
        usual = _USUAL_TYPES.get(named["type"].lower() if named else "", "")
        if encoding := _ENCODED.search(headers):
            if usual or _STARTS_IN_BASE64.match(text, body, end):
                yield Failure(start, f"part {number} is in {encoding['encoding'].lower()}, which is not read")
            continue
        part = take(text, body, end)
        name = _FILE_NAME.search(headers)
        found = script_content_type(part.text, usual) if usual else identify_text(name["name"] if name else "", part.text)
        yield embed(f"part-{number}", found, part, f"part {number}")
