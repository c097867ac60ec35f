"""What a detector reports: a secret's place and value, and what the format says about it. Values never leave the process."""

from __future__ import annotations

import msgspec

from scangate.model import SecretClass


class Detection(msgspec.Struct, frozen=True, order=True, kw_only=True):
    """A text that a detector takes for a secret.

    ``start`` and ``end``: offsets of the value as written, without quotes. ``rule``: an id without the scanner's name, such as
    ``netrc-password``. ``value``: decoded, such as ``a b`` for ``a%20b``. ``name``: what it is assigned to; ``user`` and ``host``:
    whom and what it is for; empty if the format does not say. ``more``: other pieces of the value, or other places of it, that
    have to be redacted as well. ``partners``: places of other values that are one secret with this one, such as the secret of an
    access key; what is detected there is the same. ``is_verified``: a checksum or the structure proves the format, so that it is
    no placeholder. ``is_foreign``: another program than this package found it.
    """

    start: int
    end: int
    rule: str
    secret_class: SecretClass
    value: str
    name: str = ""
    user: str = ""
    host: str = ""
    more: tuple[tuple[int, int], ...] = ()
    partners: tuple[tuple[int, int], ...] = ()
    is_verified: bool = False
    is_foreign: bool = False
