"""The checksums that providers document."""

from __future__ import annotations

import base64
import binascii
import re
import string
import zlib

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BASE36 = string.digits + string.ascii_lowercase
_ROUTABLE = re.compile(r"(.+\.[0-9a-z]{2}\.[0-9a-z]{2})([0-9a-z]{7})")
_MACAROON_VERSION = 2
_MACAROON_SIGNATURE = b"\x00\x06\x20"  # ends the caveats; type 6, 32 bytes
_SIGNATURE_LENGTH = 32


def to_base(number: int, digits: str, length: int) -> str:
    """``number`` in the base of as many digits, with leading zeros."""
    text = ""
    while number:
        number, digit = divmod(number, len(digits))
        text = digits[digit] + text
    return text.rjust(length, digits[0])


def github_checksum(body: str) -> str:
    """The last six characters of a token of GitHub or npm, from the 30 between its prefix and them: CRC-32 in base 62.

    https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
    https://github.blog/2021-09-23-announcing-npms-new-access-token-format/
    """
    return to_base(zlib.crc32(body.encode()), _BASE62, 6)


def check_github(token: str) -> bool:
    """Whether a token of GitHub or npm has the right checksum."""
    body = token.partition("_")[2]
    return github_checksum(body[:-6]) == body[-6:]


def gitlab_checksum(body: str) -> str:
    """The last seven characters of a routable token of GitLab, from all before: CRC-32 in base 36.

    https://handbook.gitlab.com/handbook/engineering/architecture/design-documents/cells/routable_tokens/
    """
    return to_base(zlib.crc32(body.encode()), _BASE36, 7)


def check_gitlab(token: str) -> bool | None:
    """Whether a routable token of GitLab has the right checksum; other tokens have none."""
    match = _ROUTABLE.fullmatch(token)
    return gitlab_checksum(match[1]) == match[2] if match else None


def check_macaroon(token: str) -> bool | None:
    """Whether a token of PyPI is a complete macaroon, which ends with a signature; None if not, as it may be cut.

    https://github.com/rescrv/libmacaroons/blob/master/doc/format.txt
    """
    try:
        data = base64.urlsafe_b64decode(token.partition("-")[2] + "===")
    except binascii.Error:
        return None
    is_complete = data[:1] == bytes([_MACAROON_VERSION]) and data[:-_SIGNATURE_LENGTH].endswith(_MACAROON_SIGNATURE)
    return is_complete or None
