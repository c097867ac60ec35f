"""Finds hashes of the passwords of accounts, which can be tried offline: .htpasswd, shadow files, LDIF, crypt(3) formats.

https://httpd.apache.org/docs/2.4/misc/password_encryptions.html, https://man7.org/linux/man-pages/man5/shadow.5.html,
https://man7.org/linux/man-pages/man5/crypt.5.html, https://www.rfc-editor.org/rfc/rfc2307#section-5.3
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scangate.secrets.candidates import detect
from scangate.secrets.detection import Detection
from scangate.secrets.lazy_pattern import LazyPattern
from scangate.secrets.text import ScannedText

HTPASSWD, SHADOW, LDIF = "htpasswd-hash", "shadow-hash", "ldif-password"
RULES: Mapping[str, str] = {
    HTPASSWD: "Hash of a password in an .htpasswd file",
    SHADOW: "Hash of a password in a shadow file",
    LDIF: "Password or its hash in LDIF",
}

CRYPT = r"\$(?:1|5|6|7|y|gy|2[abxy]|apr1|sha1|md5|argon2(?:id|i|d)|scrypt|pbkdf2-sha\d+)\$[A-Za-z0-9./$=,+_-]{12,300}"
_HASH_AHEAD = LazyPattern(r":\$(?:[1567]|y|gy|2[abxy]|apr1|sha1|md5|argon2|scrypt|pbkdf2)")
_ACCOUNT = LazyPattern(
    rf"(?:^|[\s\"'`>,=(\[-])(?P<user>[A-Za-z_][\w.@+-]{{0,63}}):(?P<hash>{CRYPT}|\{{SHA\}}[A-Za-z0-9+/]{{27}}=|"
    rf"[./0-9A-Za-z]{{13}}(?=\n|\Z))(?P<rest>:\d*:\d*:\d*:\d*:\d*:\d*:?)?",
    re.MULTILINE,
)
_LDIF = LazyPattern(
    r"^(?:userPassword|olcRootPW|rootpw|unicodePwd)(?P<base64>::?)?[ \t]{1,4}(?:--?\w+[ \t]{1,4})?(?P<value>\S{3,500})",
    re.MULTILINE | re.IGNORECASE,
)
_CRYPT13 = LazyPattern(r"(?=.*[./0-9])(?=.*[A-Z])(?=.*[a-z])")


def find(text: ScannedText) -> Iterator[Detection]:
    """The hashes of passwords that are next to the name of an account."""
    is_htpasswd = "htpasswd" in text.path.lower() or text.path.lower().endswith(("passwd", "shadow"))
    if _HASH_AHEAD.search(text.text) or ":{SHA}" in text.text or is_htpasswd:
        for found in _ACCOUNT.finditer(text.text):
            written = found["hash"]
            if written[0] not in "${" and not (is_htpasswd and _CRYPT13.match(written)):
                continue
            yield from detect(SHADOW if found["rest"] else HTPASSWD, found.start("hash"), written, user=found["user"])
    if not text.is_program and text.has("userpassword", "rootpw", "unicodepwd"):
        for found in _LDIF.finditer(text.text):
            yield from detect(LDIF, found.start("value"), found["value"], name="userPassword")
