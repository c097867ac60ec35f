"""Recognizes values that were taken for secrets but are placeholders: words for secrets, names, examples from documentation.

Only the value and the surrounding lines are considered, so a secret that looks like a placeholder is rated in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from scangate.model import SecretClass
from scangate.secrets.contexts.json_web_tokens import is_sample_jwt
from scangate.secrets.contexts.key_bodies import has_key_body
from scangate.secrets.detection import Detection
from scangate.secrets.names import NameKind, assigned_name, kind_of_name
from scangate.secrets.text import ScannedText
from scangate.secrets.values import has_filler, is_drawn, is_random, is_repetitive, is_words, without_fillers, words_of

_SECRET_WORDS, _FILLER_WORDS, _CONTEXT_WORDS = (
    frozenset(words.split())
    for words in (
        # words for a secret
        """password passwords passphrase passwd pass pwd pw psw pswd passcode secret secrets key keys token tokens credential
        credentials auth""",
        # placeholders for a secret
        """user username test testing dummy fake foo bar baz example sample placeholder default none null nil empty unset optional
        required string str text data value true false hidden masked redacted change replace generate random todo todo: not supplied
        here this goes private public api access client me my your own the a to some new old id set x * obfuscated""",
        # common in names related to secrets, rare in passwords
        """from file filename field name header type path url uri env var variable param parameter prefix suffix column label title
        hint help error message policy format length hash hasher hashers algorithm validator validators validation common reset
        forgot confirm confirmation update create delete get is has invalid missing expired refresh bearer session cookie form
        view request response config settings provider jwt oauth csrf ssh iam aws django contrib""",
    )
)
_BEARER = "bearer-authorization"
_WORDS = _SECRET_WORDS | _FILLER_WORDS
_SEPARATORS = " \t\r\n_.-"
_PUNCTUATION = "_.:/ -$%#@&*"
_NUMBER_AT_END = re.compile(r"\d{1,4}\Z")
_IDENTIFIER = re.compile(r"[A-Za-z_.:-]+")
_NAME_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# Names whose values describe a secret but are not the secret: secret_from = "config", passwordField: "pw"
_ATTRIBUTE_NAME = re.compile(
    r"(?:pass|word|wd|secret|token|key|pwd)s?[_-]?(?:from|file|filename|path|name|field|label|type|ur[li]|header|prefix|suffix|param|"
    r"column|help|text|title|hint|error|message|regex|pattern|validators?|policy|algorithm|hashers?|format|env|var)"
    r"[\"'\]]*\s*(?::?=|:|=>)\s*[\"']?$",
    re.IGNORECASE,
)
_REFERENCES = (
    re.compile(r"arn:[\w-]+:[\w-]+:[\w-]*:\w*:.*", re.DOTALL),
    # a path or a URL
    re.compile(r"(?:[a-z]+://[\w.-]+(?::\d+)?|[.~]{0,2})/(?:[A-Za-z_.-]{1,24}\d{0,3}/)*[A-Za-z_.-]{0,24}\d{0,3}"),
    re.compile(r"(?:[a-z_.-]{1,24}\d{0,3}/)+[a-z_.-]{0,24}\d{0,3}"),
)
_TEMPLATE = re.compile(r"%\(\w+\)[sd]|%[sd]|\[[A-Za-z _-]+\]|\*+")
# A sentence ends with punctuation, or is long and contains some; words alone could be a passphrase.
_SENTENCE = re.compile(r"[^\W\d_]+[,:;]?(?: [^\W\d_]['\u2019\w-]*[,:;.!?]*){2,}")
_SENTENCE_END = re.compile(r".*[.:!?]$|(?=.*[,;.:!?])(?:[^ ]+ ){5}")
# A documentation host or this machine, and then a character that ends a host.
_EXAMPLE_HOST = re.compile(
    r"(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|host|hostname|domain|address|"
    r"(?:my|your|some)[_-]?(?:host|server|domain|site|company|database|db|org)(?:\.[a-z]{2,8}){0,2}|"
    r"(?:[\w-]+\.){0,8}(?:example(?:\.(?:com|org|net))?|test|invalid))"
    r"(?::(?:\d{1,5}|port))?\.?(?=[/?#\s\"'`)\]}>,;\\|]|$)",
    re.IGNORECASE,
)
_LEFT_OUT = re.compile(r"[xX*#?_.-]{5,}|[xX]{4,}")
_BLANK = re.compile(r"(?i)\.\.\.|\u2026|your[_-]|redacted|[_-]here\b|x{8}|<[a-z][\w -]{2,40}>|(?-i:EXAMPLE)")
_ELISION = re.compile(r"\.\.\.|\u2026")
_SAYS_SO = re.compile(
    r"(?i)example|must-?be|change-?me|replace-?me|placeholder|dummy|redacted|censored"
    r"|not-?a-?(?:real|secret|password)|^\([a-z ]{3,20}\)\Z"
)
_NOT_ONE = re.compile(r"(?i)(?:not|un)[ _-]?(?:needed|used|required|applicable|necessary)|no[ _-]?(?:need|password)")
_REQUEST = re.compile(
    r"(?i)\W*(?:(?:your|insert|enter|replace|change|fill|put|paste)(?:[ _.-]|me\b|this\b|(?-i:(?<=[a-z])(?=[A-Z])))"
    r"|(?:my|some|any|the|a|an|fake|sample|test|todo|fixme|tbd|n/?a|set|add|use)[ _.-])"
)
_AWS_LENGTHS = (20, 40)  # of the id and of the key
_AWS_EXAMPLE_KEY = re.compile(r"(?:AKIA|ASIA)?[A-Za-z0-9/+]*EXAMPLE(?:KEY)?")
# The syntax of a URL, written as its parts are called: user:pass@
_PART_OF_USER, _PART_OF_PASSWORD = (
    re.compile(rf"(?i)(?:my[_-]?)?(?:{words})") for words in ("user(?:name)?|login|e?mail", "pass(?:word|wd)?|pwd?")
)
# The first part of a JSON Web Token alone, which names the algorithm: the rest was left out
_HEADER_ALONE = re.compile(r"(?:Bearer |JWT )?eyJ(?:0eXA|hbGc|raWQ)[\w-]{0,80}\.?(?:\.\.\.|\u2026|<[^<>]*>)[^.]*", re.IGNORECASE)


def is_placeholder(detection: Detection, text: ScannedText) -> bool:
    """Whether the value was written to be replaced, or to name a secret."""
    value, line = detection.value, text.line_at(detection.start)
    if detection.secret_class is SecretClass.KEY:
        return not has_key_body(text, detection.start, detection.end)
    if is_sample_jwt(value) or (detection.secret_class is SecretClass.TOKEN and is_words(value.strip("\"'=: "))):
        return True
    if _HEADER_ALONE.fullmatch(value) or (len(value) in _AWS_LENGTHS and _AWS_EXAMPLE_KEY.fullmatch(value)):
        return True
    if has_filler(value) or _BLANK.search(value):
        return detection.secret_class is SecretClass.TOKEN or not _is_drawn_beside_blank(value)
    if detection.secret_class is SecretClass.PASSWORD:
        is_replaced = (
            _is_template(value)
            or value.strip("[]").lower() == detection.name.strip("[]&").lower()
            or (_LEFT_OUT.search(value) is not None and not is_random(value))
            or (_is_common_words(value) and value.isupper())
            or (_PART_OF_USER.fullmatch(detection.user) and _PART_OF_PASSWORD.fullmatch(value)) is not None
            or _is_named_as_sample(value)
            or (detection.rule == _BEARER and is_words(_NUMBER_AT_END.sub("", value)))  # systems issue no words
        )
        return is_replaced or (_is_common_words(value) and _is_for_example_host(value, text.lines, line))
    return detection.secret_class is SecretClass.ASSIGNMENT and (
        _is_template(value)
        or not any(map(str.isalnum, value))
        or (
            is_words(value.strip(_PUNCTUATION)) and kind_of_name(assigned_name(detection, text)) is NameKind.SECRET
        )  # systems issue no words
        or _is_to_be_replaced(value)
        or _NOT_ONE.fullmatch(value) is not None
        or is_repetitive(value)
        or _is_common_words(value)
        or _is_identifier_or_text(value)
        or _is_attribute_value(value, text.lines, line)
    )


def _is_named_as_sample(value: str) -> bool:
    """Whether a value is words that end in one for a secret and begin as what is to be replaced: "my-api-key"; or that say so."""
    if is_drawn(value) or not is_words(value.replace("1", "").replace("8", "")):
        return False
    if _NOT_ONE.fullmatch(value):
        return True
    words = words_of(value)
    return len(words) > 2 and words[-1] in _SECRET_WORDS and _REQUEST.match(value) is not None


def _is_drawn_beside_blank(value: str) -> bool:
    """Whether most of a value was drawn although a part of it says that it was not: of one that is left out in part, a piece."""
    pieces = _ELISION.split(value)
    if len(pieces) > 1:
        return any(2 * len(piece) > len(value) and is_drawn(piece) for piece in pieces)
    rest = without_fillers(_BLANK.sub(" ", value)).strip()
    return (2 * len(rest) > len(value) and is_drawn(rest)) or (is_drawn(value) and not has_filler(value))


def _is_to_be_replaced(value: str) -> bool:
    """Whether the value says that it is to be replaced, or leaves something out."""
    if is_random(value) or is_drawn(_REQUEST.sub("", value, count=1)):
        return False
    return any((_LEFT_OUT.search(value), _SAYS_SO.search(value), _REQUEST.match(value)))


def _is_template(value: str) -> bool:
    return len(value) <= 64 and _TEMPLATE.fullmatch(value) is not None


def _is_common_words(value: str) -> bool:
    """Whether the value is a sequence of words for secrets and fillers, in one pass: a word begins where another ended."""
    text = value.lower().strip("!?*<>[]{}()\"' ")
    if len(text) > 64 or not text.strip(_SEPARATORS):
        return False
    begins = {0}
    for at, character in enumerate(text):
        if at in begins:
            begins.update(at + len(word) for word in _WORDS if text.startswith(word, at))
            if character in _SEPARATORS:
                begins.add(at + 1)
    return len(text) in begins


def _is_identifier_or_text(value: str) -> bool:
    """Whether the value is an identifier related to secrets, a reference such as a path, or a sentence."""
    if len(value) > 256:
        return False
    if _IDENTIFIER.fullmatch(value):
        parts = [part.lower() for part in _NAME_PART.findall(value)]
        if not _SECRET_WORDS.isdisjoint(parts) and all(part in _CONTEXT_WORDS or _is_common_words(part) for part in parts):
            return True
    if any(form.fullmatch(value) for form in _REFERENCES):
        return True
    return _SENTENCE.fullmatch(value) is not None and _SENTENCE_END.match(value) is not None


def _is_for_example_host(value: str, lines: Sequence[str], line: int) -> bool:
    """Whether every URL with this password in the line is for a documentation host or this machine: for any other host, a word may
    be a real password."""
    _, *after = (lines[line - 1] if line <= len(lines) else "").split(f":{value}@")
    return bool(after) and all(_EXAMPLE_HOST.match(text) for text in after)


def _is_attribute_value(value: str, lines: Sequence[str], line: int) -> bool:
    """Whether the value is a word that is assigned to a name like ``secret_from``."""
    text = lines[line - 1] if line <= len(lines) else ""
    before = text[: max(text.find(value), 0)][-80:]
    return value.isalpha() and len(value) <= 24 and _ATTRIBUTE_NAME.search(before) is not None
