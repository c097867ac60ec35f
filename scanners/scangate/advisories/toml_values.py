"""Takes values out of a TOML document and accepts any form: a value of the wrong form is a gap at its line, and the rest counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scangate.advisories.manifest import AuditGap
from scangate.advisories.toml_lines import Toml
from scangate.model import GapKind


class TomlValues:
    """The tables and lists of a document; ``gaps`` are those of wrong form among the values that were asked for."""

    def __init__(self, toml: Toml) -> None:
        self.toml = toml
        self.gaps: list[AuditGap] = []

    def table(self, *keys: str) -> Mapping[str, Any]:
        """The table at a path of keys; empty if there is none."""
        table: Mapping[str, Any] = self.toml.data
        for depth, key in enumerate(keys):
            value = table.get(key, {})
            if not isinstance(value, dict):
                self._reject(f"`{'.'.join(keys[: depth + 1])}` is not a table", ".".join(keys[:depth]), key)
                return {}
            table = value
        return table

    def has_table(self, *keys: str) -> bool:
        """Whether there is a table at a path of keys, also an empty one."""
        return isinstance(self.table(*keys[:-1]).get(keys[-1]), dict)

    def text(self, table: str, key: str) -> str:
        """A string of a table; empty if there is none."""
        value = self._get(table, key, "")
        if isinstance(value, str):
            return value
        self._reject(f"`{key}` is not a string", table, key)
        return ""

    def texts(self, table: str, key: str) -> list[str]:
        """The strings of a list in a table; the document itself is the table without a name."""
        return self.only_texts(self._get(table, key, []), table, key)

    def only_texts(self, value: Any, table: str, key: str) -> list[str]:
        """The strings in ``value``, which ``key`` of ``table`` has; anything else in it is a gap."""
        if not isinstance(value, list):
            self._reject(f"`{key}` is not a list", table, key)
            return []
        for _ in (each for each in value if not isinstance(each, str)):
            self._reject(f"an entry of `{key}` is not a string", table, key)
        return [each for each in value if isinstance(each, str)]

    def _get(self, table: str, key: str, default: object) -> Any:
        return self.table(*filter(None, table.split("."))).get(key, default)

    def _reject(self, reason: str, table: str, key: str) -> None:
        line = self.toml.line_of_path([*filter(None, table.split(".")), key])
        self.gaps.append(AuditGap(line, GapKind.UNPARSABLE, f"malformed: {reason}", "fix the line"))
