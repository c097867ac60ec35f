"""All formats of tokens, of all fields."""

from __future__ import annotations

from collections.abc import Mapping

from scangate.secrets.tokens import aws, business, cloud, data, development, identity, intelligence, messaging, monitoring, payments
from scangate.secrets.tokens.formats import Format, NamedFormat, TokenFormat, UrlFormat

_TABLES = (aws, cloud, development, intelligence, payments, messaging, monitoring, data, identity, business)
TOKEN_FORMATS: tuple[TokenFormat, ...] = tuple(each for table in _TABLES for each in table.FORMATS)
NAMED_FORMATS: tuple[NamedFormat, ...] = tuple(each for table in _TABLES for each in table.NAMED)
URL_FORMATS: tuple[UrlFormat, ...] = messaging.URLS

ALL_FORMATS: tuple[Format, ...] = (*TOKEN_FORMATS, *NAMED_FORMATS, *URL_FORMATS)
FORMATS_BY_FIELD: Mapping[str, tuple[Format, ...]] = {
    table.__name__.rpartition(".")[2]: (*table.FORMATS, *table.NAMED, *(URL_FORMATS if table is messaging else ()))
    for table in _TABLES
}
"""The same by field, such as ``payments``."""
