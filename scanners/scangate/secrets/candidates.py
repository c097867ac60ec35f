"""Decides whether a value in a password's place can be one, and makes a detection of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scangate.model import SecretClass
from scangate.secrets.contexts.references import has_reference_form
from scangate.secrets.detection import Detection

MAX_LENGTH = 16 * 1024
"""No password, token or encoded credential is longer."""
MIN_LENGTH = 2
_NO_VALUES = frozenset({"null", "none", "nil", "undefined", "true", "false", "~", "yes", "no", "redacted", "omitted"})
_MASK = re.compile(r"[*.\u2022\u25cf#_-]+|[xX]{3,}")
_CODE = re.compile(
    r"[,;)\]}]\s|\{[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:\[.*)?\Z"
)  # the rest of a list, or the begin of an expression, not a value
_ELISIONS = ("...", "\u2026", "***", "\u2022\u2022\u2022")


def may_be_secret(value: str) -> bool:
    """Whether a value can be a secret itself: no reference to one, no mask, no empty value of a language."""
    bare = value.strip()
    if len(bare) < MIN_LENGTH or len(bare) > MAX_LENGTH or bare.lower() in _NO_VALUES or bare.startswith("{{"):
        return False
    if not any(map(str.isalnum, bare)) or _CODE.match(bare):
        return False
    return _MASK.fullmatch(bare) is None and not any(mark in bare for mark in _ELISIONS) and not has_reference_form(bare)


def matched_group(found: re.Match[str], names: Sequence[str] = ("double", "single", "bare")) -> str:
    """The name of the group that matched the value: in double quotes, in single quotes, or without."""
    groups = found.groupdict()
    return next(name for name in names if groups.get(name) is not None)


def detect(  # noqa: PLR0913 -- the fields of a detection
    rule: str,
    start: int,
    written: str,
    *,
    value: str | None = None,
    name: str = "",
    user: str = "",
    host: str = "",
    secret_class: SecretClass = SecretClass.PASSWORD,
) -> Iterator[Detection]:
    """A detection of what is ``written`` at offset ``start``; nothing if it, or ``value``, which it decodes to, is no secret."""
    decoded = written if value is None else value
    if may_be_secret(written) and may_be_secret(decoded):
        end = start + len(written)
        yield Detection(start=start, end=end, rule=rule, secret_class=secret_class, value=decoded, name=name, user=user, host=host)
