"""Makes the names under which people keep passwords and keys, in the cases of languages and formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

from .markup import Make
from .snippets import split_words

__all__ = ["NAME_KINDS"]

OWNERS = split_words(
    "db admin smtp ftp ldap redis mysql pg user root mail proxy keystore vpn jira rabbit oracle sftp mongo svc "
    "default imap superuser repl"
)
PASSWORDS = split_words("password password password password passwd passwd pwd pass pw passphrase passcode")
FOREIGN = split_words("senha contrasena clave mot_de_passe mdp passwort kennwort wachtwoord haslo losenord heslo parola")
KEYS = (
    "api key",
    "api key",
    "api token",
    "access token",
    "access key",
    "auth token",
    "auth key",
    "client secret",
    "client secret",
    "consumer secret",
    "encryption key",
    "signing key",
    "jwt secret",
    "session secret",
    "app secret",
    "app key",
    "webhook secret",
    "oauth secret",
    "secret key",
    "secret key",
    "secret",
    "token",
    "bearer token",
    "refresh token",
    "private token",
    "license key",
    "hmac key",
    "cookie secret",
    "shared secret",
    "service key",
    "access key secret",
    "api secret",
    "deploy token",
    "master key",
    "bot token",
)
BRANDS = split_words("weather maps sms billing search cdn crm geo translate chat push video shop tax fraud")


def _password_words(random: Random) -> list[str]:
    if random.random() < 0.07:
        return random.choice(FOREIGN).split("_")
    stem = random.choice(PASSWORDS)
    return [stem] if random.random() < 0.25 else [random.choice(OWNERS), stem]


def _key_words(random: Random) -> list[str]:
    words = random.choice(KEYS).split()
    return words if random.random() < 0.55 else [random.choice(BRANDS), *words]


def _camel(words: Sequence[str]) -> str:
    return words[0] + "".join(word.title() for word in words[1:])


CASES: Mapping[str, Callable[[Sequence[str]], str]] = {
    "snake": "_".join,
    "constant": lambda words: "_".join(words).upper(),
    "kebab": "-".join,
    "dotted": ".".join,
    "camel": _camel,
    "pascal": lambda words: "".join(word.title() for word in words),
    "flat": "".join,
    "spaced": lambda words: " ".join(words).capitalize(),
}


def _name(words: Callable[[Random], list[str]], case: Callable[[Sequence[str]], str]) -> Make:
    return lambda random: case(words(random))


NAME_KINDS: Mapping[str, Make] = {
    **{f"pw.{case}": _name(_password_words, write) for case, write in CASES.items()},
    **{f"kn.{case}": _name(_key_words, write) for case, write in CASES.items()},
}
"""``pw.CASE`` for the name of a password, ``kn.CASE`` for that of a key or token."""
