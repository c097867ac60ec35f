"""Finds secrets in the settings of web frameworks: WordPress, Rails, Laravel, Django, Spring, Flask, Drupal and others.

https://developer.wordpress.org/advanced-administration/wordpress/wp-config/, https://guides.rubyonrails.org/security.html#custom-credentials,
https://laravel.com/docs/encryption, https://docs.djangoproject.com/en/stable/ref/settings/#secret-key,
https://docs.spring.io/spring-boot/appendix/application-properties/index.html#application-properties.data
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scangate.model import SecretClass
from scangate.secrets.candidates import detect
from scangate.secrets.detection import Detection
from scangate.secrets.lazy_pattern import LazyPattern
from scangate.secrets.names import is_secret_name
from scangate.secrets.text import ScannedText

PASSWORD, KEY = "framework-password", "framework-key"
RULES: Mapping[str, str] = {PASSWORD: "Password in the settings of a framework", KEY: "Key in the settings of a framework"}

_DEFINE = LazyPattern(
    r"define(?<!\wdefine)\s{0,4}\(\s{0,4}(?P<n>['\"])(?P<name>[A-Z_a-z0-9]{3,60})(?P=n)\s{0,4},\s{0,4}(?P<q>['\"])"
    r"(?P<value>(?:(?!(?P=q))[^\n\\]|\\.){1,256})(?P=q)"
)
_SALTS = frozenset(
    f"{prefix}{name}_{kind}"
    for prefix in ("", "WP_CACHE_")
    for name in ("AUTH", "SECURE_AUTH", "LOGGED_IN", "NONCE", "KEY")
    for kind in ("KEY", "SALT")
)
_KEY_NAMES = (
    *("secret_key_base", "secret_key", "secret_token", "app_key", "app_secret", "encryption_key", "jwt_secret", "session_secret"),
    *("cookie_secret", "hash_salt", "devise.secret_key", "deterministic_key", "key_derivation_salt", "signing_salt"),
    *("cookie_validation_key", "cookievalidationkey", "crypt/key"),
)
_KEY_WORDS = ("secret", "_key", "_salt", "crypt/key", "validationkey")
_KEY_SETTINGS = tuple(
    (
        name,
        LazyPattern(
            rf"{re.escape(name)}(?<![\w-]{re.escape(name)})[\"'\]]{{0,3}}\s{{0,8}}(?::|=>|=|\()\s{{0,8}}(?:str\(|b|r)?(?P<q>['\"]?)"
            r"(?P<value>(?:base64:)?[^\s'\"`;,)\\]{16,256})(?P=q)"
        ),
    )
    for name in _KEY_NAMES
)
_QUOTED_KEY = LazyPattern(
    r"^[ \t]{0,16}(?P<name>SECRET_KEY|JWT_SECRET_KEY|SECURITY_PASSWORD_SALT|WTF_CSRF_SECRET_KEY)[ \t]{0,4}(?::"
    r"[ \t]{0,4}\w{1,10}[ \t]{0,4})?=[ \t]{0,4}[bru]?(?P<q>['\"])(?P<value>[^\n]{8,256}?)(?P=q)[ \t]*(?:#.*)?$",
    re.MULTILINE,
)
_RAILS_MASTER = LazyPattern(r"(?:^|/)(?:master|(?:development|test|staging|production)(?:\.local)?)\.key\Z")
_RAILS_VALUE = LazyPattern(r"\s*([0-9a-f]{32})\s*")
_PHP_ARRAY = LazyPattern(
    r"(?P<k>['\"])(?P<name>(?:db_?|database_?|mail_?|smtp_?|mysql_?)?(?:password|passwd|pass|pwd))"
    r"(?P=k)\s{0,20}=>\s{0,20}(?P<q>['\"])(?P<value>(?:(?!(?P=q))[^\n\\]|\\.){1,256})(?P=q)"
)
_PHP_PROPERTY = LazyPattern(
    r"\b(?:public|var|private|protected)\s{1,4}\$(?P<name>password|secret|smtppass|ftp_pass|db_pass\w{0,5}"
    r"|dbpass\w{0,5})\s{0,4}=\s{0,4}(?P<q>['\"])(?P<value>[^'\"\n]{1,256})(?P=q)"
)
_LARAVEL = LazyPattern(
    r"\benv\(\s{0,4}['\"](?P<name>[A-Z_0-9]{3,60})['\"]\s{0,4},\s{0,4}(?P<q>['\"])(?P<value>[^'\"\n]{2,256})(?P=q)\s{0,4}\)"
)
_SPRING = LazyPattern(
    r"^[ \t]{0,16}(?P<name>(?:spring|server|management|eureka|quarkus|micronaut|jasypt|hibernate|javax|jakarta"
    r"|datasource|datasources|mybatis|druid|shiro|security)\.[\w.\[\]-]{1,100}?(?:password|secret|secret-key"
    r"|key-store-password|passwd))[ \t]{0,4}[=:][ \t]{0,4}(?P<value>\S[^\n]{0,256})$",
    re.MULTILINE,
)
_SPRING_WORDS = ("password=", "password:", "secret=", "secret:", "passwd=", "secret-key", "password =", "secret =")
_DEFAULT = LazyPattern(r"\$\{[\w.-]{1,100}:(?P<value>[^${}]{2,256})\}")


def find(text: ScannedText) -> Iterator[Detection]:
    """The passwords and keys in settings whose names the frameworks define."""
    is_php = (not text.is_program or text.content_type.startswith("php")) and text.has("<?")
    if is_php and text.has("define(", "define ("):
        yield from _defined(text.text)
    yield from _keys(text)
    if _RAILS_MASTER.search(text.path) and (found := _RAILS_VALUE.fullmatch(text.text[:200])):
        yield from detect(KEY, found.start(1), found[1], name="master.key", secret_class=SecretClass.KEY)
    if is_php and text.has("pass", "secret"):
        for pattern in (_PHP_ARRAY, _LARAVEL, _PHP_PROPERTY):
            for found in pattern.finditer(text.text):
                yield from _password(found)
    if not text.is_program and text.has(*_SPRING_WORDS):
        for found in _SPRING.finditer(text.text):
            yield from _spring(found)


def _password(found: re.Match[str]) -> Iterator[Detection]:
    if is_secret_name(found["name"]):
        yield from detect(PASSWORD, found.start("value"), found["value"], name=found["name"])


def _defined(text: str) -> Iterator[Detection]:
    """The constants of WordPress and of other programs in PHP."""
    for found in _DEFINE.finditer(text):
        name, written = found["name"], found["value"]
        if name in _SALTS:
            if "put your unique phrase" not in written:
                yield from detect(KEY, found.start("value"), written, name=name, secret_class=SecretClass.KEY)
        elif is_secret_name(name) and " " not in written.strip():
            yield from detect(PASSWORD, found.start("value"), written, value=re.sub(r"\\(.)", r"\1", written), name=name)


def _keys(text: ScannedText) -> Iterator[Detection]:
    for name, pattern in _KEY_SETTINGS:
        if text.has(*_KEY_WORDS) and text.has(name):
            for found in pattern.finditer(text.lower):
                start, end = found.span("value")
                written = text.text[start:end]
                if _looks_generated(written):
                    written_name = text.text[found.start() : found.start() + len(name)]
                    yield from detect(KEY, start, written, name=written_name, secret_class=SecretClass.KEY)
    if text.has("secret_key", "security_password_salt"):
        for found in _QUOTED_KEY.finditer(text.text):
            yield from detect(KEY, found.start("value"), found["value"], name=found["name"], secret_class=SecretClass.KEY)


def _looks_generated(value: str) -> bool:
    """Whether a value has the digits or the two cases that generated keys have, and none of the marks of code."""
    if any(mark in value for mark in "([{<$") or "://" in value:
        return False
    digits = sum(character.isdigit() for character in value)
    return digits >= 3 or (digits > 0 and not value.isupper() and not value.islower())


def _spring(found: re.Match[str]) -> Iterator[Detection]:
    start, written = found.start("value"), found["value"].rstrip()
    if default := _DEFAULT.fullmatch(written):
        start, written = start + default.start("value"), default["value"]
    if len(written) > 2 and written[0] in "'\"" and written[-1] == written[0]:
        start, written = start + 1, written[1:-1]
    if not written.startswith(("ENC(", "{cipher}")):
        yield from detect(PASSWORD, start, written, name=found["name"])
