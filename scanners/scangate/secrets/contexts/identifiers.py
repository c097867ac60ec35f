"""Recognizes values that name something: an address, an account, a resource, an action, a setting."""

from __future__ import annotations

import re

from scangate.model import SecretClass
from scangate.secrets.detection import Detection
from scangate.secrets.names import SECRET_WORDS, NameKind, assigned_name, is_about_secret, kind_of_name
from scangate.secrets.places import is_quoted
from scangate.secrets.text import ScannedText
from scangate.secrets.values import is_compound, is_drawn, is_random, is_words, words_of

PUBLIC_ADDRESS = "public-ip-ipv4"
NAMED_VALUE = "named-secret-value"
MAX_DISTANCE = 200
_TOKEN = re.compile(r"[^\s\"'`<>{}()\[\],;=]+")
_ARN = re.compile(r"arn:aws[\w-]*:[\w-]+:[\w-]*:(?:\d{12}|aws)?:")
_FORMATS = re.compile(
    r"arn:[\w-]+:[\w-]*:[\w-]*:[\w*]*:.*|[a-z][a-z0-9-]*:[A-Z*][A-Za-z*]*|"  # https://docs.aws.amazon.com/service-authorization/
    r"[a-z_]\w*(?:\.[a-z_]\w*)+:[A-Z][A-Za-z]*|"  # https://packaging.python.org/en/latest/specifications/entry-points/
    r"\d{4}_[a-z]\w*|"  # a migration of Django: https://docs.djangoproject.com/en/stable/topics/migrations/
    r"[A-Za-z][\w.-]*(?:\[[\w,. -]+\])?\s*[<>=!~]=\s*\d[\w.*]*(?:,.*)?|"  # a requirement of PEP 508
    r"(?:\d+/(?:\d*[smhd]|second|minute|hour|day)(?:/[a-z]+)?,?)+|"  # a limit of a rate
    r"(?:list|dict|set|tuple|[A-Z][A-Za-z]*)\[[\w., \[\]]{1,80}\]|"  # a type
    r"0[xX][0-9a-fA-F]{1,8}|"
    r"[A-Z]+PASSWD:\s*ALL.*|"
    r"[\w.+-]+@[\w-]+\.[\w.-]+|"  # a mail address
    r"(?:[a-zA-Z][\w+.-]*:)?//(?:[\w.+-]+@)?[\w.-]+(?::\d+)?(?:/[\w./~-]*)?"
    r"(?:\?[\w=&.-]*)?(?:#[\w.-]*)?|"  # a URL without a secret in it
    r"(?:X-|x-)[A-Za-z-]{3,60}|"  # the name of a header
    r"[a-z]+(?:\.[a-zA-Z_]+){1,8}|"  # a key of a configuration or of a text, a module
    r"urn:[a-z0-9][a-z0-9-]{1,31}:.+|"  # https://www.rfc-editor.org/rfc/rfc8141
    r"[a-z][a-z0-9+.-]{1,20}://|"  # a scheme
    r"[a-z]+/[a-z0-9.+-]+|"  # a media type
    r"[\^~]?v?\d+(?:\.\d+){1,3}(?:[-+.]\w+)*|\d{4}-\d\d-\d\d(?:[T ][\d:.]+\w*)?|"
    r"_{0,2}[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+_{0,2}|_{1,2}[A-Z][A-Z0-9]*_{0,2}|"  # a constant, a variable
    r"[#.][a-zA-Z][\w-]*|"  # a selector
    r"[a-z]{1,3}(?:-[a-z]+)+-\d[a-z]?|"  # a region
    r"(?i:true|false|yes|no|on|off|none|null|nil)|[\d.]{1,12}",  # a setting
    re.DOTALL,
)
_ACTION = re.compile(r"[a-z][a-z0-9-]{1,30}:[A-Z][a-z]+(?:[A-Z]+[a-z]*){1,10}")  # of IAM; some look as if they had been drawn
_ACCOUNT = re.compile(
    # https://www.twilio.com/docs/iam/api/account (the token that goes with it is the secret),
    # https://posthog.com/docs/api, https://ethereum.org/developers/docs/accounts/
    r"AC[0-9a-f]{32}|phc_[A-Za-z0-9]{43}|0x[0-9a-fA-F]{40}"
)
_KEY_FOLLOWS = re.compile(r"[\"'](?::(?!:)|\s{0,4}=>)")  # it is the key of another value
_COMPARED = re.compile(r"[=!]=\s{0,4}[\"'`]\Z")  # with a state
_ROLE = re.compile(r":[a-z][\w.:+-]{0,40}:`\Z")  # https://www.sphinx-doc.org/en/master/usage/restructuredtext/roles.html
_FIRST_ITEM = re.compile(r"[(\[{]\s{0,40}[\"'`]\Z")
_NEXT_ITEM = re.compile(r"[\"'`]\s{0,4},\s{0,40}[\"'`](?P<item>[A-Za-z][\w.-]{0,80})[\"'`]")
_VALIDATION = re.compile(r"[a-z_]+(?::[\w,]+)?(?:\|[a-z_]+(?::[\w,]+)?)+")  # the rules of a form: required|string
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
# made from a time and an address, not drawn: https://www.rfc-editor.org/rfc/rfc9562#section-5.1
_UUID_OF_TIME = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-1[0-9a-fA-F]{3}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_MODULE = re.compile(r"_?[a-zA-Z]\w*(?:\._?[a-zA-Z]\w*){2,12}")
_LIST_OF_NAMES = re.compile(r"[A-Za-z_][\w-]*(?:[,|][A-Za-z_][\w-]*){1,60},?")
_OPTION = re.compile(r"--[a-z][a-z-]*")
_PATTERN = re.compile(
    r"\(\?[:=!<P]|\[\^?[^\[\]\s]{1,60}\](?:[+*]|\{\d{1,4}(?:,\d{0,4})?\})"
)  # a group, or a repeated class of characters
_BINARY = re.compile(r"\\x(?:[01][0-9a-fA-F]|[0-9a-fA-F]{2}\\x)|\\[0-7]{3}\\")
_FORMAT = re.compile(r"[<>=!@]\d{0,3}[a-zA-Z?](?:[-=].*)?|\d{1,3}[a-zA-Z][-=].*")  # https://docs.python.org/3/library/struct.html
_ALGORITHM = re.compile(
    r"(?i)(?:aes|des|rc|md|sha|rsa|hmac|cbc|ctr|gcm|ccm|cts|ecb|cmac|arcfour|camellia|chacha|poly|ed|x|ecdsa)-?\d{0,4}"
)
# The texts of which a type consists, https://typing.python.org/en/latest/spec/literal.html and
# https://www.typescriptlang.org/docs/handbook/2/everyday-types.html#literal-types
_TYPE = re.compile(
    r"\b(?:Literal|Union|Optional|Annotated|ForwardRef|TypeVar|NewType)[\[(][^\]\n]{0,160}\Z"
    r"|\btype[ \t]+\w{1,80}[ \t]*=[^;\n]{0,120}\Z"
)
_FIELD_OF_TEXT = re.compile(
    r":(?:type|rtype|param|raises|ivar|vartype)\b[^:\n]{0,100}:[ \t]{0,4}[\"'`]{0,2}\Z"
)  # of reStructuredText


def is_identifier(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is a name, by its form, what it is part of, or what it is assigned to."""
    value, around = detection.value, _token_around(detection, text)
    if detection.rule == PUBLIC_ADDRESS or _ACCOUNT.fullmatch(value) or _ARN.match(around):
        return True
    if detection.secret_class in (SecretClass.TOKEN, SecretClass.KEY):
        return False
    if detection.secret_class is SecretClass.PASSWORD:
        return _VALIDATION.fullmatch(value) is not None or _is_name_of_pair(detection) or _is_key(detection, text)
    if _is_key(detection, text) or _ACTION.fullmatch(value):
        return True
    if detection.secret_class is SecretClass.RANDOM:
        return _UUID.fullmatch(value) is not None
    is_technical = _is_technical(detection, text) or _is_own_name(detection, text)
    return is_technical or (not is_random(value) and _is_name(detection, around, text))


def _is_own_name(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is the name that it is assigned to, in several words, however it is written; or all of it but its last
    word, which says what the value is: the key under which a token is kept."""
    if re.search(r"\d{2}", detection.value):
        return False
    words, named = words_of(detection.value), words_of(assigned_name(detection, text))
    if len(words) > 1 and (words == named or "".join(words) == "".join(named)):
        return not re.search(r"\d", detection.value)
    return len(named) > 2 and named[-1] == "key" and words[-len(named[:-1]) :] == named[:-1]


def _is_name_of_pair(detection: Detection) -> bool:
    """Whether the value of a pair of name and value is the name, for one is shown and the other one is stored."""
    if detection.rule != NAMED_VALUE or is_drawn(detection.value):
        return False
    words, named = words_of(detection.value), words_of(detection.name)
    return bool(words) and (words == named[: len(words)] or words == named[-len(words) :])


def _is_technical(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is a format, a pattern or the name of an algorithm, or names a part of what it is assigned to."""
    value, name = detection.value, assigned_name(detection, text)
    pieces = re.split(r"[-_/.:+]", value)
    if len(pieces) > 1 and sum(_ALGORITHM.fullmatch(piece) is not None for piece in pieces) >= max(2, len(pieces) - 2):
        return True
    if _UUID.fullmatch(value) and kind_of_name(name) is NameKind.PASSWORD:
        return True  # of a role, a rule: people choose other passwords
    if "token" in words_of(name)[-1:] and _BINARY.match(text.text, detection.start):
        return True  # a message of a protocol: tokens that are issued are text
    if (
        any(form.fullmatch(value) for form in (_UUID_OF_TIME, _OPTION, _FORMAT))
        or _PATTERN.search(value)
        or _is_list_of_names(value)
    ):
        return True
    if kind_of_name(name) is NameKind.KEY and kind_of_name(value) is not None and not is_drawn(value):
        return True
    before = max(detection.start - MAX_DISTANCE, 0)
    return any(form.search(text.text, before, detection.start) for form in (_FIELD_OF_TEXT, _TYPE))


def _is_key(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is the key of another one. What a password is compared with is none, though a block follows."""
    if _KEY_FOLLOWS.match(text.text, detection.end) is None:
        return False
    before = max(detection.start - MAX_DISTANCE, 0)
    return not is_drawn(detection.value) or _COMPARED.search(text.text, before, detection.start) is None


def _is_name(detection: Detection, around: str, text: ScannedText) -> bool:
    """Whether a value that was not drawn is a name."""
    name, value = assigned_name(detection, text), detection.value
    if is_about_secret(name) or (
        kind_of_name(name) in (NameKind.KEY, None) and (is_words(value) or kind_of_name(value) is not None)
    ):
        return True
    if text.is_program and is_quoted(detection, text) and (is_compound(value) or (value.isalpha() and value.isupper())):
        return True  # a class, a function; a state
    if (
        _repeats(value, name)
        or _repeats(value, name.rpartition(".")[2])
        or _MODULE.fullmatch(value)
        or _is_in_place_of_name(detection, text)
    ):
        return True
    return any(form.fullmatch(each) for form in (_FORMATS, _VALIDATION) for each in (value, around))


def _repeats(value: str, name: str) -> bool:
    """Whether the value repeats its name, or the name the value, which is named after a secret."""
    words, in_value = set(words_of(name)), set(words_of(value))
    if (len(words) > 1 and words <= in_value) or value.startswith(f"{name}:"):
        return True
    if len(in_value) > 1 and is_words(value) and value.lower() in name.lower():
        return True
    return kind_of_name(value) is not None and in_value < words and not in_value <= SECRET_WORDS


def _is_list_of_names(value: str) -> bool:
    """Whether a value is names with commas between them; of short words, one of several may look as if it had been drawn."""
    items = value.replace("|", ",").split(",")
    return _LIST_OF_NAMES.fullmatch(value) is not None and sum(map(is_drawn, items)) * 4 <= len(items)


def _is_in_place_of_name(detection: Detection, text: ScannedText) -> bool:
    """Whether a word is compared with a state or is a name in a list, or the value is one in documentation of code."""
    before = max(detection.start - MAX_DISTANCE, 0)
    if _ROLE.search(text.text, before, detection.start):
        return True
    is_compared = _COMPARED.search(text.text, before, detection.start) is not None
    return is_words(detection.value) and (is_compared or _is_listed(detection, text))


def _is_listed(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is the first of several words of which one is a name of a secret: names, of which any may be used."""
    if not _FIRST_ITEM.search(text.text, max(detection.start - MAX_DISTANCE, 0), detection.start):
        return False
    following = _NEXT_ITEM.match(text.text, detection.end)
    items = (detection.value, following["item"]) if following else ()
    if items and items[-1].lower() == assigned_name(detection, text).lower() and kind_of_name(detection.value) is not None:
        return True
    return all(map(is_words, items)) and any("_" in item and kind_of_name(item) is not None for item in items)


def _token_around(detection: Detection, text: ScannedText) -> str:
    """The word around the value, up to white space, a quote or a bracket."""
    first = max(text.line_start(detection.start), detection.start - MAX_DISTANCE)
    tokens = _TOKEN.finditer(text.text, first, min(detection.end + MAX_DISTANCE, len(text.text)))
    return next((token[0] for token in tokens if token.start() <= detection.start < token.end()), "")
