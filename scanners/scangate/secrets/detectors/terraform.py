"""Finds secrets in Terraform: values of variables and attributes in HCL, and what a state file keeps.

https://developer.hashicorp.com/terraform/language/values/variables, https://developer.hashicorp.com/terraform/language/state/sensitive-data
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

STATE, VARIABLE = "terraform-state-secret", "terraform-secret"
RULES: Mapping[str, str] = {STATE: "Secret in a Terraform state", VARIABLE: "Secret in Terraform code or variables"}

_TYPES = frozenset({"terraform", "hcl", "packer", "nomad"})
_ATTRIBUTE = LazyPattern(
    r"^[ \t]{0,40}\"?(?P<name>[A-Za-z_][\w-]{0,80})\"?[ \t]{0,40}[=:][ \t]{0,8}\"(?P<value>[^\"\n\\$%]{2,512})\"", re.MULTILINE
)
_DEFAULT = LazyPattern(r"\bvariable[ \t]{1,4}\"(?P<name>[\w-]{1,100})\"[ \t]{0,4}\{(?P<body>[^{}]{0,2000})")
_DEFAULT_VALUE = LazyPattern(r"\bdefault[ \t]{0,40}=[ \t]{0,8}\"(?P<value>[^\"\n\\$%]{2,512})\"")
_STATE_NAMES = frozenset(
    {
        "secret",
        "private_key_pem",
        "private_key_openssh",
        "private_key_pem_pkcs8",
        "secret_string",
        "password",
        "result",
        "bcrypt_hash",
    }
)
_RESULTS = frozenset({"random_password", "random_string", "random_id"})


def find(text: ScannedText) -> Iterator[Detection]:
    """The secrets in HCL, and in the outputs and resources of a state."""
    if text.is_document and text.has('"terraform_version"') and text.has('"lineage"'):
        for entry in text.entries:
            yield from _in_state(text, entry)
    elif text.content_type.removesuffix("-template") in _TYPES or text.path.endswith((".tfvars", ".tf", ".hcl")):
        yield from _in_code(text.text)


def _in_code(text: str) -> Iterator[Detection]:
    for found in _ATTRIBUTE.finditer(text):
        if is_secret_name(found["name"]):
            yield from detect(VARIABLE, found.start("value"), found["value"], name=found["name"])
    for found in _DEFAULT.finditer(text):
        value = _DEFAULT_VALUE.search(found["body"]) if is_secret_name(found["name"]) else None
        if value:
            yield from detect(VARIABLE, found.start("body") + value.start("value"), value["value"], name=found["name"])


def _in_state(text: ScannedText, entry: ScalarEntry) -> Iterator[Detection]:
    path = entry.path
    if "attributes" in path and entry.key:
        is_secret = is_secret_name(entry.key) or (entry.key in _STATE_NAMES and (entry.key != "result" or _type(entry) in _RESULTS))
        name = entry.key
    else:
        name = path[-2] if len(path) > 1 else ""
        is_secret = (
            entry.key == "value" and path[:1] == ["outputs"] and (entry.sibling("sensitive") == "true" or is_secret_name(name))
        )
    if is_secret and len(entry.value) > 2:
        yield from detect(STATE, entry.start, text.text[entry.start : entry.end], value=entry.value, name=name)


def _type(entry: ScalarEntry) -> str:
    """The type of the resource that has this attribute."""
    return next((found for above in entry.entry.ancestors() if (found := above.sibling("type"))), "")
