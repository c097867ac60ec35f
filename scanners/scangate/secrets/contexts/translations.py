"""Recognizes texts for people: sentences, and the values of a file of translations."""

from __future__ import annotations

import re
import unicodedata
import weakref

from scangate.model import SecretClass
from scangate.secrets.detection import Detection
from scangate.secrets.names import kind_of_name
from scangate.secrets.places import is_prose, keys_around
from scangate.secrets.text import ScannedText
from scangate.secrets.values import is_random, word_set

MIN_PAIRS = 4
MIN_TEXTS = 2  # values that are more than a word
SHARE = 0.5  # of the values of a file that have to be texts for it to be a file of translations
MAX_PAIRS = 100
MAX_WORD_LENGTH = 40
MANY_WORDS = 4  # spaces
MIN_WORDS = 6  # of a text, whatever is between them
_SMALL_WORD = re.compile(
    r"(?i)\b(?:your|you|the|is|are|must|please|enter|not|for|to|of|a|an|at|be|in|with|or|and|if|this|that|has|have|was|can|cannot|by|from|on|when)\b"
)
_PAIR = re.compile(
    r"^[ \t]*(?:- )?(?:<(?:string|data|value|source|target)[^>\n]{0,200}>(?P<xml>[^<\n]{1,400})"
    r"|(?:msgid|msgstr(?:\[\d\])?)[ \t]+\"(?P<po>[^\"\n]{0,400})\""
    r"|[\"']?[\w.$@ -]{1,120}[\"']?[ \t]*(?:=>|[:=])[ \t]*(?P<quote>[\"'`]?)(?P<value>[^\n]{0,400}?)(?P=quote)[ \t]*[,;]?[ \t]*$)",
    re.MULTILINE,
)
_SENTENCE = re.compile(
    r"[^\W\d_][^\W\d_'\u2019-]*[,:;.!?\u2026]*(?:[ \u00a0](?:[^\W\d_]|[(.\"\u00ab\u201e])[^\s]*)+[\s.:!?\u2026]*", re.DOTALL
)
_PLAIN_URL = re.compile(r"https?://[\w.-]+(?::\d+)?(?:/[a-zA-Z_-]{1,40}){0,4}/?(?=\s|\Z)")
_PLAIN_WORD = re.compile(r"\W{0,2}[^\W\d_]+(?:['\u2019/-][^\W\d_]+)*\W{0,3}")
_SCRIPT_LETTER = re.compile(r"[^\W\d_a-zA-Z]")
_TEXT_END = re.compile(r".*[.:!?\u2026\u3002\uff1f\uff01\uff1a]\s*", re.DOTALL)
_LETTERS_ONLY = re.compile(r"[^\W\d_]+(?:[ '\u2019\u00a0/-][^\W\d_]+)*[.:!?*\u2026\u3002\uff1f\uff01\uff1a]*(?: \*)?")
SECRETS_IN_LANGUAGES = word_set(
    """password passwords passphrase secret secrets token tokens key keys credentials code pin passwort kennwort geheimnis
    schl\u00fcssel passe secr\u00e8te cl\u00e9 jeton contrase\u00f1a clave secreto senha chave segredo parola chiave
    segreta wachtwoord sleutel geheim l\u00f6senord nyckel adgangskode passord salasana has\u0142o klucz heslo
    kl\u00ed\u010d jelsz\u00f3 kulcs \u015fifre parolas\u0131 \u043f\u0430\u0440\u043e\u043b\u044c
    \u043f\u0430\u0440\u043e\u043b\u044f \u043a\u043b\u044e\u0447 \u0441\u0435\u043a\u0440\u0435\u0442
    \u03ba\u03c9\u03b4\u03b9\u03ba\u03cc\u03c2 kata sandi m\u1eadt kh\u1ea9u"""
)
# Where frameworks look for texts: a folder, or a file named after a language.
_LOCALE = re.compile(
    r"(?:^|/)(?:i18n|l10n|locales?|lang|langs|languages?|translations?|messages|nls|po)(?:/|[._-])|\.lproj/|/values-[a-z]{2}(?:-r[a-z]{2})?/|"
    r"(?:^|[/._-])(?:ar|bg|bn|ca|cs|da|de|el|en|es|et|fa|fi|fr|he|hi|hr|hu|id|it|ja|ko|lt|lv|ms|nb|nl|no|pl|pt|ro|ru|sk|sl|sr|sv|th|tr|uk|"
    r"vi|zh)(?:[_-][a-z]{2,4})?\.(?:json|ya?ml|properties|po|php|js|ts|toml|ini|strings|arb|resx|xlf|xliff)$"
)
_TEXTS_KEY = re.compile(r"(?i)i18n|l10n|labels?|translations?|messages|texts?|locales?|strings|captions?|titles?")
_LEADING_DIGITS = re.compile(r"\b\d{1,2}[^\W\d_]{4,} ")  # a name such as 1Password, before another word
_WORDY = (SecretClass.ASSIGNMENT, SecretClass.PASSWORD)

_translations: weakref.WeakKeyDictionary[ScannedText, bool] = weakref.WeakKeyDictionary()


def is_translation(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is a text for people, by itself or because the other values of its file are."""
    value = detection.value.strip().replace("_", " ")
    if detection.secret_class in _WORDY and (_is_long_text(value) or _is_sample_url(value)):
        return True
    if detection.secret_class in _WORDY and " " in value and is_prose(text):
        return not any(map(is_random, value.split()))
    value = _LEADING_DIGITS.sub(lambda match: match[0].lstrip("0123456789"), value)
    if detection.secret_class not in _WORDY or is_random(value) or any(map(str.isdigit, value)):
        return False
    if _is_text(value) or _is_label(value) or _is_foreign(value):
        return True
    return _LETTERS_ONLY.fullmatch(value) is not None and (
        _LOCALE.search(text.path.lower()) is not None
        or any(_TEXTS_KEY.fullmatch(key) for key in keys_around(text, detection.start))
        or _is_file_of_texts(text)
    )


def _is_text(value: str) -> bool:
    """Whether a value alone is clearly a text. A few plain words could be a passphrase."""
    if not _SENTENCE.fullmatch(value):
        return not value.isascii() and len(value) < MAX_WORD_LENGTH and _LETTERS_ONLY.fullmatch(value) is not None
    return (
        _TEXT_END.fullmatch(value) is not None
        or _SCRIPT_LETTER.search(value) is not None
        or (value.count(" ") >= MANY_WORDS and re.search(r"[,;.!?()]", value) is not None)
        or (value[0].isupper() and _SMALL_WORD.search(value) is not None)
    )


def _is_sample_url(value: str) -> bool:
    """Whether a value is a URL in which no secret is, after a word or two: "ex: https://shop.example/reset-password"."""
    rest, count = _PLAIN_URL.subn("", value)
    return count > 0 and bool(rest.strip()) and _LETTERS_ONLY.fullmatch(rest.strip().replace(".", "")) is not None


def _is_long_text(value: str) -> bool:
    """Whether a value is many words, nearly all of them in plain letters, and small ones among them."""
    words = value.split()
    plain = sum(_PLAIN_WORD.fullmatch(word) is not None for word in words)
    is_language = len(_SMALL_WORD.findall(value)) > 1 or _SCRIPT_LETTER.search(value) is not None
    return len(words) >= MIN_WORDS and 5 * plain >= 4 * len(words) and is_language


def _is_foreign(value: str) -> bool:
    """Whether most letters of a value are of another alphabet."""
    letters = [character for character in value if not unicodedata.category(character).startswith(("P", "Z", "S"))]
    return sum(character > "\u02ff" for character in letters) > len(letters) / 2


def _is_label(value: str) -> bool:
    """Whether a value is words of which one is a word for a secret: the label of a field, a title."""
    words = [word.lower() for word in re.findall(r"[^\W\d_]+", value)]
    is_label = len(words) > 1 or (bool(words) and kind_of_name(value) is None)
    return is_label and not SECRETS_IN_LANGUAGES.isdisjoint(words) and _LETTERS_ONLY.fullmatch(value) is not None


def _is_file_of_texts(text: ScannedText) -> bool:
    if text not in _translations:
        values = []
        for match in _PAIR.finditer(text.text):
            value = next((group for group in (match["xml"], match["po"], match["value"]) if group), "")
            if value and value not in "{[":
                values.append(value)
            if len(values) >= MAX_PAIRS:
                break
        texts, words = sum(map(_looks_like_text, values)), sum(map(_is_capitalized_word, values))
        _translations[text] = len(values) >= MIN_PAIRS and texts >= MIN_TEXTS and texts + words >= SHARE * len(values)
    return _translations[text]


def _looks_like_text(value: str) -> bool:
    return _SCRIPT_LETTER.search(value) is not None or (
        " " in value and value[0].isalpha() and re.search(r"[={}<>();$\\]", value) is None
    )


def _is_capitalized_word(value: str) -> bool:
    return value.isalpha() and value.istitle() and len(value) > 2
