"""Describes the rules of the built-in scanners, in the words of the installed tools."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from scangate.assets import folder
from scangate.model import RuleInfo
from scangate.python_parser import ignore_warnings
from scangate.tools import bandit, detect_secrets, pip_audit, semgrep
from scangate.tools.detect_secrets_job import slugify
from scangate.tools.secret_reports import CWE_HARD_CODED_CREDENTIALS, OWN_HELP_URL, rule_id

ADVISORY_ID = re.compile(r"(CVE-\d{4}-\d+|GHSA(-[0-9a-z]{4}){3}|PYSEC-\d{4}-\d+)", re.IGNORECASE)


def list_rules() -> Mapping[str, RuleInfo]:
    """Every rule of bandit, detect-secrets and our semgrep rules, by its full name."""
    return {about.rule: about for about in (*_bandit_rules(), *_detect_secrets_rules(), *_semgrep_rules())}


def describe_advisory(rule: str) -> RuleInfo | None:
    """Describes a rule of pip-audit, which is an advisory with its own page; None for any other rule."""
    scanner, _, name = rule.partition(":")
    if scanner != pip_audit.NAME or not ADVISORY_ID.fullmatch(name):
        return None
    description = f"{name} is a known vulnerability in a dependency; a scan reports the affected release and the one to upgrade to"
    return RuleInfo(rule, "Dependency with a known vulnerability", description, f"https://osv.dev/vulnerability/{name}")


def _semgrep_rules() -> Iterator[RuleInfo]:
    for file in sorted((folder("policies") / "rules").rglob("*.yaml")):
        for rule in yaml.safe_load(file.read_bytes())["rules"]:
            metadata = rule["metadata"]
            cwe = tuple(semgrep.parse_cwes(metadata))
            description = " ".join(rule["message"].split())
            yield RuleInfo(f"{semgrep.NAME}:{rule['id']}", metadata["title"], description, metadata["help"], cwe)


def _bandit_rules() -> Iterator[RuleInfo]:
    with ignore_warnings():
        from bandit.core.docs_utils import get_url  # noqa: PLC0415 -- loads every plugin, which takes 0.3 s
        from bandit.core.extension_loader import MANAGER  # noqa: PLC0415

    for test, item in MANAGER.blacklist_by_id.items():
        description = " ".join(item["message"].replace("{name}", "the name").split())
        yield RuleInfo(f"{bandit.NAME}:{test}", item["name"].replace("_", " "), description, get_url(test), (int(item["cwe"]),))
    for plugin in MANAGER.plugins:
        test = plugin.plugin._test_id
        yield RuleInfo(f"{bandit.NAME}:{test}", plugin.name.replace("_", " "), _first_sentence(plugin.plugin), get_url(test))


def _first_sentence(plugin: Any) -> str:
    """The first sentence in the docstring of a plugin's function or module."""
    text = f"{plugin.__doc__ or ''}\n\n{sys.modules[plugin.__module__].__doc__ or ''}"
    paragraphs = [" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", text)]
    title = re.search(r"\*\*B\d+: (.+?)\*\*", " ".join(text.split()))
    sentence = next((each.replace("``", "`") for each in paragraphs if each.endswith(".") and each[:1].isalpha()), "")
    return sentence or (title[1] if title else "")


def _detect_secrets_rules() -> Iterator[RuleInfo]:
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class  # noqa: PLC0415 -- loads every plugin

    from scangate.secrets.detectors import TITLES  # noqa: PLC0415 -- loads every detector

    theirs = {slugify(kind): kind for kind in get_mapping_from_secret_type_to_class()}
    for rule, title in {**TITLES, **theirs}.items():
        text, url = (f"text in the format of: {title}", "") if rule in theirs else (f"found by scangate: {title}", OWN_HELP_URL)
        yield RuleInfo(rule_id(detect_secrets.NAME, rule), title, text, url, (CWE_HARD_CODED_CREDENTIALS,))
