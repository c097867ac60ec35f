"""Finds passwords of Ansible's connections: ``ansible_password=pw`` in inventories, and the variables of the same names in YAML.

https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html#connecting-to-hosts-behavioral-inventory-parameters
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scangate.secrets.candidates import detect, matched_group
from scangate.secrets.detection import Detection
from scangate.secrets.lazy_pattern import LazyPattern
from scangate.secrets.text import ScannedText

RULE = "ansible-password"
RULES: Mapping[str, str] = {RULE: "Password of an Ansible connection"}

_NAMES = (
    r"ansible_(?:ssh_|sudo_|su_|become_|winrm_|httpapi_|network_|enable_|vault_|host_)?pass(?:word)?|ansible_become_pass(?:word)?"
    r"|ansible_ssh_private_key_passphrase|vault_pass(?:word)?"
)
_ASSIGNED = LazyPattern(
    rf"(?<![\w-])(?P<name>{_NAMES})[\"']?[ \t]{{0,4}}[=:][ \t]{{0,4}}(?:\"(?P<double>[^\"\n]{{1,256}})\"|'"
    rf"(?P<single>[^'\n]{{1,256}})'|(?P<bare>[^\s\"'#!|>{{@()][^\s\"'`#()]{{0,256}}(?![^\s\"'`#])))"
)
_HOST = LazyPattern(r"ansible_(?:ssh_)?host=([^\s\"']{1,160})|^[ \t]*([\w.-]{1,160})[ \t]")
_USER = LazyPattern(r"ansible_(?:ssh_)?user=([^\s\"']{1,100})")


def find(text: ScannedText) -> Iterator[Detection]:
    """The passwords of hosts and groups, with the host and the user of the same line."""
    if not text.has("ansible_", "vault_pass"):
        return
    for found in _ASSIGNED.finditer(text.lower):
        group = matched_group(found)
        start, end = found.span(group)
        begin = text.line_start(start)
        line = text.text[max(begin, start - 400) : start + 400].partition("\n")[0] if "=" in found[0] else ""
        host, user = _HOST.search(line), _USER.search(line)
        yield from detect(
            RULE,
            start,
            text.text[start:end],
            name=text.text[slice(*found.span("name"))],
            user=user[1] if user else "",
            host=(host[1] or host[2]) if host else "",
        )
