"""Parses the artifact of an attestation: a directory, a container image, or a Lambda function's code."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path

from scangate.errors import UsageError
from scangate.publish.statement import Subject
from scangate.publish.tree_digest import compute_tree_digest

_IMAGE = re.compile(r"image:(?:[a-z0-9][A-Za-z0-9._:/-]*@)?sha256:(?P<digest>[0-9a-f]{64})")
HINT = "name a directory, image:sha256:HEX (see docker inspect), or lambda:CODESHA256 (see aws lambda get-function)"


def parse_subject(text: str) -> Subject:
    """The subject named by ``text``; computes the digest of a directory. Raises UsageError."""
    image = _IMAGE.fullmatch(text)
    if image is not None:
        return Subject("image", {"sha256": image["digest"]})
    if text.startswith("lambda:"):
        return Subject("lambda", {"sha256": _decode_code_sha256(text.removeprefix("lambda:"))})
    directory = Path(text)
    if not directory.is_dir():
        raise UsageError(f"not an artifact: {text}", HINT)
    return Subject("tree", {"sha256": compute_tree_digest(directory)})


def _decode_code_sha256(code: str) -> str:
    """Lambda's base64 digest in hexadecimal."""
    try:
        digest = base64.b64decode(code, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 32:
        raise UsageError(f"not a CodeSha256: {code}", HINT)
    return digest.hex()
