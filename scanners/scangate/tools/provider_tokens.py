"""detect-secrets plugins for token formats that it does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator

from detect_secrets.plugins.base import RegexBasedDetector

from scangate.scan.token_formats import TOKEN_PATTERNS


class ProviderToken(RegexBasedDetector):
    """A plugin for one format: its name, and the pattern of the whole token."""

    secret_type = ""
    denylist: tuple[re.Pattern[str], ...] = ()

    def __init__(self, kind: str) -> None:
        self.secret_type = kind
        self.denylist = (re.compile(rf"(?<![\w-]){TOKEN_PATTERNS[kind]}(?![\w-])"),)


def make_token_plugins() -> Iterator[ProviderToken]:
    """A plugin for each format, sorted by name."""
    yield from map(ProviderToken, sorted(TOKEN_PATTERNS))
