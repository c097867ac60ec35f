"""Recognizes values that name something: an address, an account, a resource, an action, a setting."""

from __future__ import annotations

import re

from scangate.model import SecretClass
from scangate.secrets.detection import Detection
from scangate.secrets.names import SECRET_WORDS, NameKind, assigned_name, is_about_secret, kind_of_name
from scangate.secrets.text import ScannedText
from scangate.secrets.values import is_drawn, is_random, is_words, words_of

PUBLIC_ADDRESS = "public-ip-ipv4"
MAX_DISTANCE = 200
_TOKEN = re.compile(r"[^\s\"'`<>{}()\[\],;=]+")
_ARN = re.compile(r"arn:aws[\w-]*:[\w-]+:[\w-]*:(?:\d{12}|aws)?:")
_FORMATS = re.compile(
    r"arn:[\w-]+:[\w-]*:[\w-]*:[\w*]*:.*|[a-z][a-z0-9-]*:[A-Z*][A-Za-z*]*|"  # https://docs.aws.amazon.com/service-authorization/
    r"[a-z_]\w*(?:\.[a-z_]\w*)+:[A-Z][A-Za-z]*|"  # https://packaging.python.org/en/latest/specifications/entry-points/
    r"\d{4}_[a-z]\w*|"  # a migration of Django: https://docs.djangoproject.com/en/stable/topics/migrations/
    r"[A-Za-z][\w.-]*(?:\[[\w,. -]+\])?\s*[<>=!~]=\s*\d[\w.*]*(?:,.*)?|"  # a requirement of PEP 508
    r"(?:\d+/(?:\d*[smhd]|second|minute|hour|day)(?:/[a-z]+)?,?)+|"  # a limit of a rate
    r"[A-Z]+PASSWD:\s*ALL.*|"
    r"[\w.+-]+@[\w-]+\.[\w.-]+|"  # a mail address
    r"(?:[a-zA-Z][\w+.-]*:)?//[\w.-]+(?::\d+)?(?:/[\w./~-]*)?(?:\?[\w=&.-]*)?(?:#[\w.-]*)?|"  # a URL without a secret in it
    r"(?:X-|x-)[A-Za-z-]{3,60}|"  # the name of a header
    r"[a-z]+(?:\.[a-zA-Z_]+){1,8}|"  # a key of a configuration or of a text, a module
    r"[a-z]+/[a-z0-9.+-]+|"  # a media type
    r"v?\d+(?:\.\d+){1,3}(?:[-+.]\w+)*|\d{4}-\d\d-\d\d(?:[T ][\d:.]+\w*)?|"
    r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|"  # a constant, a variable
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


def is_identifier(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is a name, by its form, what it is part of, or what it is assigned to."""
    value, around = detection.value, _token_around(detection, text)
    if detection.rule == PUBLIC_ADDRESS or _ACCOUNT.fullmatch(value) or _ARN.match(around):
        return True
    if detection.secret_class is SecretClass.PASSWORD:
        return _VALIDATION.fullmatch(value) is not None
    if detection.secret_class in (SecretClass.TOKEN, SecretClass.KEY):
        return False
    if _is_key(detection, text) or _ACTION.fullmatch(value):
        return True
    if detection.secret_class is SecretClass.RANDOM:
        return _UUID.fullmatch(value) is not None
    is_name = _is_own_name(detection, text) or (not is_random(value) and _is_name(detection, around, text))
    return detection.secret_class is SecretClass.ASSIGNMENT and is_name


def _is_own_name(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is the name that it is assigned to, in several words, however it is written."""
    words = words_of(detection.value)
    return len(words) > 1 and not re.search(r"\d", detection.value) and words == words_of(assigned_name(detection, text))


def _is_key(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is the key of another one. What a password is compared with is none, though a block follows."""
    if _KEY_FOLLOWS.match(text.text, detection.end) is None:
        return False
    before = max(detection.start - MAX_DISTANCE, 0)
    return not is_drawn(detection.value) or _COMPARED.search(text.text, before, detection.start) is None


def _is_name(detection: Detection, around: str, text: ScannedText) -> bool:
    """Whether a value that was not drawn is a name."""
    name = assigned_name(detection, text)
    if is_about_secret(name):
        return True
    if kind_of_name(name) in (NameKind.KEY, None) and is_words(detection.value):
        return True
    words, in_value = set(words_of(name)), set(words_of(detection.value))
    if len(words) > 1 and words <= in_value:
        return True  # the value repeats its name
    if kind_of_name(detection.value) is not None and in_value < words and not in_value <= SECRET_WORDS:
        return True  # the name repeats the value, which is named after a secret
    if _is_in_place_of_name(detection, text):
        return True
    return any(form.fullmatch(each) for form in (_FORMATS, _VALIDATION) for each in (detection.value, around))


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
    return all(map(is_words, items)) and any("_" in item and kind_of_name(item) is not None for item in items)


def _token_around(detection: Detection, text: ScannedText) -> str:
    """The word around the value, up to white space, a quote or a bracket."""
    first = max(text.line_start(detection.start), detection.start - MAX_DISTANCE)
    tokens = _TOKEN.finditer(text.text, first, min(detection.end + MAX_DISTANCE, len(text.text)))
    return next((token[0] for token in tokens if token.start() <= detection.start < token.end()), "")
