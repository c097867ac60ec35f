"""Finds passwords in the settings of clients that log in somewhere (FTP, mail, S3, GitHub, VPN, databases), and of some servers.

WinSCP.ini, .esmtprc, .msmtprc, .muttrc, .fetchmailrc, .mailrc, .s3cfg, .boto, hub, .my.cnf, .cifs, wpa_supplicant, NetworkManager,
redis.conf, chap-secrets, ipsec.secrets, Postfix's sasl_passwd, davfs2, nslcd, Cisco IOS.
https://winscp.net/eng/docs/config, https://marlam.de/msmtp/msmtp.html, https://neomutt.org/guide/reference,
https://redis.io/docs/latest/operate/oss_and_stack/management/config-file/, https://dev.mysql.com/doc/refman/8.4/en/option-files.html,
https://hub.github.com/hub.1.html, https://man.openbsd.org/pppd
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scangate.secrets.candidates import detect, matched_group
from scangate.secrets.detection import Detection
from scangate.secrets.lazy_pattern import LazyPattern
from scangate.secrets.text import ScannedText

RULE = "client-password"
RULES: Mapping[str, str] = {RULE: "Password in the settings of a client or server"}

_VALUE = r"(?:\"(?P<double>[^\"\n]{1,256})\"|'(?P<single>[^'\n]{1,256})'|(?P<bare>[^\s\"'#;]\S{0,256}))[ \t]*(?:\#.*)?$"


def _line(start: str) -> LazyPattern:
    return LazyPattern(rf"^[ \t]{{0,16}}(?:{start}){_VALUE}", re.MULTILINE)


# words of which one is in the path or the text, and lines with a password
_TABLE: tuple[tuple[tuple[str, ...], str, LazyPattern], ...] = (
    (("winscp", "[sessions\\", "[configuration\\security]"), "password", _line(r"Password(?:Plain)?=")),
    (("esmtprc", "msmtprc", "\naccount ", "\nidentity "), "\npassword", _line(r"password[ \t]{0,8}=?[ \t]{0,8}")),
    (
        ("mutt", "imap_user", "smtp_url"),
        "_pass",
        _line(r"(?:set[ \t]{1,4})?(?:imap|smtp|pop|ssl_client|nntp|account)_pass(?:word)?[ \t]{0,4}=[ \t]{0,4}"),
    ),
    (
        ("fetchmail", "\npoll "),
        "passw",
        LazyPattern(
            r"\b(?:user|username)\s{1,8}\S{1,80}[^\n]{0,100}?\s(?:password|pass)\s{1,8}(?:is\s)?(?:\"(?P<double>"
            r"[^\"\n]{1,200})\"|'(?P<single>[^'\n]{1,200})'|(?P<bare>[^\s\"']{1,200}))"
        ),
    ),
    (
        ("s3cfg", "access_key", "boto", "gs_"),
        "secret",
        _line(r"(?:secret_key|aws_secret_access_key|gs_secret_access_key|gpg_passphrase)[ \t]{0,4}=[ \t]{0,4}"),
    ),
    (("oauth_token",), "oauth_token", _line(r"-?[ \t]{0,8}oauth_token:[ \t]{1,4}")),
    (("[client]", "[mysql]", "[mysqldump]", "[mysqladmin]"), "pass", _line(r"password[ \t]{0,8}=[ \t]{0,8}")),
    (("requirepass", "masterauth", "masteruser"), "re", _line(r"(?:requirepass|masterauth)[ \t]{1,8}")),
    (("sentinel auth-pass",), "auth-pass", _line(r"sentinel[ \t]auth-pass[ \t]\S{1,64}[ \t]{1,8}")),
    (
        ("network={", "wpa"),
        "psk",
        LazyPattern(
            r"^[ \t]{0,8}(?:psk|password|sae_password|wep_key0|private_key_passwd)=(?:\"(?P<double>[^\"\n]{4,128})\"|"
            r"(?P<bare>[0-9a-fA-F]{64}))",
            re.MULTILINE,
        ),
    ),
    (("wpa_passphrase",), "wpa_passphrase", _line(r"wpa_passphrase=")),
    (("[wifi-security]", "[vpn-secrets]", "[802-1x]"), "=", _line(r"(?:psk|password|wep-key0|Xauth password|IPSec secret)=")),
    (
        ("chap-secrets", "pap-secrets", "# secrets for authentication using"),
        "",
        LazyPattern(
            r"^[ \t]*[\"']?[\w.@*-]{1,64}[\"']?[ \t]{1,16}(?:\*|[\w.-]{1,64})[ \t]{1,16}\"?(?P<bare>[^\s\"#]{3,128})\"?"
            r"(?=[ \t]|$)",
            re.MULTILINE,
        ),
    ),
    (
        ("passwd_file", "sasl_passwd", "smtp_sasl"),
        "",
        LazyPattern(r"^\[?[\w.-]{3,100}\]?(?::\d{2,5})?[ \t]{1,16}[\w.@+-]{1,100}:(?P<bare>\S{2,128})$", re.MULTILINE),
    ),
    (
        ("ipsec.secrets", ": psk"),
        "psk",
        LazyPattern(r"^[^#\n]{0,200}:[ \t]{1,4}(?:PSK|XAUTH|EAP)[ \t]{1,4}\"(?P<double>[^\"\n]{2,256})\"", re.MULTILINE),
    ),
    (
        ("davfs2", "davfs"),
        "",
        LazyPattern(r"^[ \t]*https?://\S{1,200}[ \t]{1,8}\S{1,80}[ \t]{1,8}\"?(?P<bare>[^\s\"]{2,128})\"?$", re.MULTILINE),
    ),
    (
        ("snmpd", "rocommunity", "rwcommunity"),
        "createuser",
        LazyPattern(
            r"^[ \t]*createUser[ \t]{1,8}\S{1,64}[ \t]{1,8}(?:MD5|SHA\S{0,4})[ \t]{1,8}\"?(?P<bare>[^\s\"]{2,128})\"?", re.MULTILINE
        ),
    ),
    (("bindpw", "ldap"), "bindpw", _line(r"bindpw[ \t]{1,8}")),
    (
        ("username=", "user="),
        "password=",
        LazyPattern(
            r"\A\s*(?:domain=.*\n)?\s*(?:username|user)=(?P<user>.{1,100})\n\s*(?:domain=.*\n)?\s*(?:password|pass)="
            r"(?P<bare>.{1,128})$",
            re.MULTILINE,
        ),
    ),
    (
        ("enable secret", "enable password", "service password-encryption"),
        "",
        LazyPattern(
            r"^[ \t]*(?:enable (?:secret|password)|username \S{1,64}(?: privilege \d+)? (?:secret|password))"
            r"(?: level \d+)?(?: [05789])? (?P<bare>\S{3,200})[ \t]*$",
            re.MULTILINE,
        ),
    ),
    (("snmp-server community",), "", LazyPattern(r"^[ \t]*snmp-server community (?P<bare>\S{2,64}) R[OW]\b", re.MULTILINE)),
)


def find(text: ScannedText) -> Iterator[Detection]:
    """The passwords in the lines that each program's format has for them."""
    if text.is_program:
        return
    path = text.path.lower()
    for words, needed, pattern in _TABLE:
        if text.has(needed) and (any(word in path for word in words) or text.has(*words)):
            for found in pattern.finditer(text.text):
                group, user = matched_group(found), found.groupdict().get("user") or ""
                yield from detect(RULE, found.start(group), found[group], user=user)
