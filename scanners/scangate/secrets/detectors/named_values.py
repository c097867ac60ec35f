"""Finds secrets in lists of names and values: ``name``/``value`` pairs, and ``- PASSWORD=x`` in an ``environment``.

Kubernetes (``env``), ECS (``environment``), CloudFormation (``ParameterKey``/``ParameterValue``), compose.
https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/,
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KeyValuePair.html,
https://docs.docker.com/reference/compose-file/services/#environment
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scangate.secrets.candidates import detect
from scangate.secrets.detection import Detection
from scangate.secrets.entries import ScalarEntry
from scangate.secrets.lazy_pattern import LazyPattern
from scangate.secrets.names import is_secret_name
from scangate.secrets.text import ScannedText

PAIR, ITEM = "named-secret-value", "environment-list-secret"
RULES: Mapping[str, str] = {PAIR: "Secret in a pair of name and value", ITEM: "Secret in a list of variables"}

_PAIRS = {
    "value": ("name", "key", "option_name", "var", "variable", "id", "field", "property"),
    "Value": ("Name", "Key", "OptionName"),
    "ParameterValue": ("ParameterKey",),
    "defaultValue": ("name",),
    "DefaultValue": ("Name",),
    "initialValue": ("name",),
    "val": ("name", "key"),
}
_NAME_WORDS = ("pass", "secret", "token", "key", "pwd", "credential")
_ITEM = LazyPattern(r"(?P<name>[A-Za-z_][\w.-]{0,100})=(?P<value>\S.{0,1023})", re.DOTALL)
_LISTS = frozenset(
    {"environment", "env", "env_vars", "envs", "variables", "args", "build_args", "envvars", "vars", "environmentVariables", "Env"}
)


def find(text: ScannedText) -> Iterator[Detection]:
    """The values whose names, next to them, are those of secrets."""
    if not text.is_document or not text.has(*_NAME_WORDS) or not text.has("value", "=", '"val"'):
        return
    for entry in text.entries:
        if entry.key in _PAIRS:
            yield from _pair(text, entry)
        elif not entry.key and "=" in entry.value:
            yield from _item(text, entry)


def _pair(text: ScannedText, entry: ScalarEntry) -> Iterator[Detection]:
    name = next((found for key in _PAIRS[entry.key] if (found := entry.sibling(key))), "")
    if name and is_secret_name(name) and not entry.tag and len(entry.value) > 1 and not entry.sibling("valueFrom"):
        if entry.sibling("type").lower() in ("secrets_manager", "parameter_store"):
            return
        yield from detect(PAIR, entry.start, text.text[entry.start : entry.end], value=entry.value, name=name)


def _item(text: ScannedText, entry: ScalarEntry) -> Iterator[Detection]:
    parent = entry.entry.parent
    item = _ITEM.fullmatch(entry.value)
    if item is None or parent is None or parent.key not in _LISTS or not is_secret_name(item["name"]):
        return
    written = text.text[entry.start : entry.end]
    begin = written.find("=") + 1
    value = item["value"]
    start, inner = entry.start + begin, written[begin:]
    if len(value) > 2 and value[0] in "\"'" and value[-1] == value[0]:
        quote = inner.find(value[0])
        start, inner, value = start + quote + 1, inner[quote + 1 : inner.rfind(value[0])], value[1:-1]
    yield from detect(ITEM, start, inner, value=value, name=item["name"])
