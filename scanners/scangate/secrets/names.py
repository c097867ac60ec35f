"""What the name that a value is assigned to says about it: whether the value is a secret, or is about one."""

from __future__ import annotations

import enum
import functools
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from scangate.secrets.values import word_set, words_of

if TYPE_CHECKING:  # masking needs names alone, on hosts without the libraries that read documents
    from scangate.secrets.detection import Detection
    from scangate.secrets.text import ScannedText

MAX_DISTANCE = 200
SECRET_WORDS = word_set(
    """password passwords passwd passphrase passcode pass pwd pw psw pswd secret secrets token tokens key keys apikey credential
    credentials creds auth authorization bearer cookie salt pin private"""
)
# A name that ends in one of these is about a secret: where it is, what it is called, how it is shown or checked.
ATTRIBUTE_WORDS = word_set(
    """name names id ids ref refs reference arn arns path paths file files filename dir directory folder location url urls uri
    uris endpoint host hostname domain type types kind format source provider store manager service class field fields attr
    attribute column table label labels title caption header headers prefix suffix env envvar var variable variables param
    parameter params parameters arg args option options opt flag property placeholder hint help text message messages msg
    error errors description desc subject template template pattern regex regexp validator validators validation rule rules
    policy policies requirement requirements min max length size count limit timeout ttl expiry expires expiration expire age
    lifetime duration interval rotation version versions algorithm alg hasher hashers hash hashes digest checksum encoder
    encoding method mode scheme strategy status state enabled disabled required optional allowed forbidden visible hidden show
    hide is has should scope scopes issuer audience claim claims permission permissions role roles group groups user
    username owner email
    application protocol info action actions event events handler handlers callback function func command cmd button btn link page
    view screen form input selector css icon image color test tests count index position offset separator delimiter usage
    usages strength prompt reset change update forgot mechanism mechanisms realm magic mgr
    confirm confirmation verify tx block address deploy used changed created last date time at
    model models enum enums schema schemas interface settings setting prevention precedence priority order
    backend backends class module signature sig py js ts html json yml yaml txt css md php go java rb svg png xml"""
)
# A token of these marks a place in a list, or that a request was made before.
_COUNTING_WORDS = frozenset(
    {"next", "previous", "page", "pagination", "continuation", "sync", "creation", "request", "idempotency", "max"}
)
_FORM_WORDS = frozenset({"default", "value", "v", "string", "str", "x", "s", "hex"})  # how a value is written
_NAME = re.compile(
    r"([\w.$@/-]{1,120})[\"'`\])]{0,4}\s*(?::\s*[\w\[\]., |]{1,40})?\s*"
    r"(?:=>|:=|[=:,(]|\s)[=\s]*[({\[]?\s*[rRbBuUfF@$]{0,2}[\"'`]{0,3}\Z"
)


def assigned_name(detection: Detection, text: ScannedText) -> str:
    """What the value is assigned to: as the detector says, else the word before the value on its line."""
    if detection.name:
        return detection.name
    start = max(text.line_start(detection.start), detection.start - MAX_DISTANCE)
    match = _NAME.search(text.text[start : detection.start])
    return match[1] if match else ""


@functools.lru_cache(maxsize=4096)
def is_about_secret(name: str) -> bool:
    """Whether the value of a name is about a secret and is not one: the last word of the name says what the value is.

    "password_hasher" is a hasher, "SecretId" an id, "secrets_path_env" a variable.
    """
    words = words_of(name)
    while words and words[-1] in _FORM_WORDS:
        words.pop()
    if len(words) > 1 and words[-1] in ("token", "tokens") and words[-2] in _COUNTING_WORDS:
        return True
    if words[-2:-1] and words[-1] == "key" and words[-2] in {"password", "passwd", "username", "user"}:
        return True  # the key under which another file has it
    if words[-2:] == ["consumer", "key"] or words == ["salt"]:
        # who signs, https://www.rfc-editor.org/rfc/rfc5849#section-1.1; and what is kept with a digest, https://doi.org/10.6028/NIST.SP.800-132
        return True
    if not words or words[-1] in SECRET_WORDS:
        return False
    return not ATTRIBUTE_WORDS.isdisjoint({words[-1], words[-1].removesuffix("s"), words[-1].removesuffix("es")})


class NameKind(enum.Enum):
    """How clearly a name says that its value is a secret."""

    PASSWORD = "password"  # noqa: S105  # pragma: allowlist secret -- whatever a person types
    SECRET = "secret"  # noqa: S105  # pragma: allowlist secret -- issued by a system, so that it is not a word
    KEY = "key"  # it may be a secret, or the key of a table
    DESCRIBED = "described"  # a text on a secret: what was drawn is none


@functools.lru_cache(maxsize=4096)
def kind_of_name(name: str) -> NameKind | None:
    """What a name says of its value; None if it is about a secret, or about nothing of that kind."""
    if is_about_secret(name):
        return None
    words = words_of(name.rpartition(".")[2] or name)
    if len(words) == 1 and words[0] in _SHORT_NAMES:
        return NameKind.SECRET  # it may be a word of another kind
    for kind, endings in _ENDINGS.items():
        if any(word.endswith(endings) for word in words):
            return kind
    if len(words) > 1 and words[-1] in ("pass", "pw"):
        return NameKind.PASSWORD
    pairs = set(pairwise(words))
    if not pairs.isdisjoint(_SECRET_PAIRS):
        return NameKind.SECRET
    return NameKind.KEY if not _KEY_WORDS.isdisjoint(words) else None


@functools.lru_cache(maxsize=4096)
def kind_of_described(name: str) -> NameKind | None:
    """DESCRIBED for the name, the label or the like of a secret, which is never drawn: a drawn value of it is the secret itself."""
    words = words_of(name)
    if len(words) < 2 or words[-1] not in _TEXT_WORDS:
        return None
    return NameKind.DESCRIBED if kind_of_name("_".join(words[:-1])) in (NameKind.PASSWORD, NameKind.SECRET) else None


def says_secret(name: str) -> bool:
    """Whether a name says that its value is a secret."""
    return kind_of_name(name) in (NameKind.PASSWORD, NameKind.SECRET)


@functools.lru_cache(maxsize=4096)
def is_password_name(name: str) -> bool:
    """Whether the value of a name is a password: by its words, or by a short last one, which only a format makes unambiguous."""
    words = words_of(name)
    return kind_of_name(name) is NameKind.PASSWORD or (bool(words) and words[-1] in _SHORT_PASSWORD_WORDS)


def is_secret_name(name: str) -> bool:
    """Whether the value of a name is a password, a token or a secret key, in a place that is for values."""
    return says_secret(name) or is_password_name(name)


_TEXT_WORDS = word_set(
    "name field label title header hint help text message msg description desc var env param parameter option arg"
)
_SHORT_PASSWORD_WORDS = word_set("pass pw psw dbpass smtppass requirepass masterauth")
_ENDINGS = {
    NameKind.PASSWORD: (
        *("password", "passwords", "passwd", "passphrase", "passcode", "pwd", "pswd", "pw", "mdp", "passe", "passwort", "kennwort"),
        *("wachtwoord", "senha", "contrasena", "parola", "haslo"),
    ),
    NameKind.SECRET: ("secret", "token", "apikey", "accesskey", "secretkey", "privatekey", "authkey", "credential", "credentials"),
}
_SHORT_NAMES = frozenset({"pass", "pw"})
_SECRET_PAIRS = {
    *((first, "key") for first in ("api", "access", "secret", "private", "auth", "encryption", "signing", "master", "account")),
    *((first, "key") for first in ("storage", "service", "app", "license", "hmac", "aes", "session", "jwt", "crypt")),
    *(("db", "pass"), ("user", "pass"), ("smtp", "pass"), ("mail", "pass"), ("root", "pass"), ("admin", "pass"), ("my", "pass")),
}
_KEY_WORDS = word_set("key keys auth pass pw psw salt pin cookie session creds cred hmac seed bearer authorization")
