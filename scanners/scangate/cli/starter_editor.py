"""Plans the files by which editors complete and check a policy and show SARIF: the policy's schema, settings of VS Code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

SCHEMA, SETTINGS, EXTENSIONS = ".vscode/scangate-policy.schema.json", ".vscode/settings.json", ".vscode/extensions.json"
MODELINE = f"# yaml-language-server: $schema={SCHEMA}\n"
"""https://github.com/redhat-developer/yaml-language-server#using-inlined-schema"""
WANTED = ("redhat.vscode-yaml", "MS-SarifVSCode.sarif-viewer")


def add_setting(before: str | None) -> str | None:
    """The settings with the schema of the policy; None if they have comments, or another form than we know."""
    settings = _parse(before)
    schemas = settings.get("yaml.schemas", {}) if settings is not None else None
    if settings is None or not isinstance(schemas, dict):
        return None
    return _write(before, settings, {"yaml.schemas": {**schemas, SCHEMA: "scangate.yaml"}})


def add_extensions(before: str | None) -> str | None:
    """The recommended extensions with those for YAML and SARIF; None as in `add_setting`."""
    document = _parse(before)
    named = document.get("recommendations", []) if document is not None else None
    if document is None or not isinstance(named, list):
        return None
    return _write(before, document, {"recommendations": [*named, *(each for each in WANTED if each not in named)]})


def _parse(text: str | None) -> dict[str, Any] | None:
    try:
        document = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _write(before: str | None, document: Mapping[str, object], added: Mapping[str, object]) -> str:
    """The text with the values; ``before`` where it has them already."""
    after = {**document, **added}
    return before if before is not None and after == document else json.dumps(after, indent=2, ensure_ascii=False) + "\n"
