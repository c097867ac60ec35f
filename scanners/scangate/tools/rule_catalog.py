"""Describes the rules of the built-in scanners, and says which page of the documentation is about each."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from scangate.assets import folder
from scangate.model import FindingKind, RuleInfo, Severity
from scangate.python_parser import ignore_warnings
from scangate.tools import bandit, detect_secrets, osv, pip_audit, rule_pack, semgrep, taint
from scangate.tools.detect_secrets_job import slugify
from scangate.tools.secret_reports import CWE_HARD_CODED_CREDENTIALS, OWN_HELP_URL, rule_id

ADVISORY_ID = re.compile(r"(CVE-\d{4}-\d+|GHSA(-[0-9a-z]{4}){3}|PYSEC-\d{4}-\d+)", re.IGNORECASE)
JSON_TWIN = "-json"
"""The end of the name of a rule that is the same as another one, for JSON; both have one page."""
BANDIT_PAGES = {
    "1": "bandit-checks",
    "2": "bandit-checks",
    "3": "bandit-calls",
    "4": "bandit-imports",
    "5": "bandit-cryptography",
    "6": "bandit-injection",
    "7": "bandit-html",
}
"""By the first digit of a rule's number, as bandit groups its rules."""
TOKEN_PAGES, SECRETS_PAGE = "tokens-", "secrets"
DEPENDENCY_PAGE = "dependencies.md"
DEPENDENCY_RULE = RuleInfo(
    f"{pip_audit.NAME}:ADVISORY",
    "Dependency with a known vulnerability",
    "a release that a manifest or lock file pins has a published advisory, after which the rule is named",
    "https://osv.dev",
    kind=FindingKind.DEPENDENCY,
    page=DEPENDENCY_PAGE,
)
"""In a list, for the rules of pip-audit: there are as many as advisories."""
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's loader is ten times as fast; PyYAML may be built without it."""


class BanditText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule of bandit in our words. ``severity`` and ``cwe``: with which bandit reports ``weak``; it does not report ``safe``."""

    title: str
    severity: str
    cwe: int
    why: str
    weak: str
    safe: str


def list_rules() -> Mapping[str, RuleInfo]:
    """Every rule of bandit, detect-secrets and our semgrep rules, by its full name."""
    return {about.rule: about for about in (*_bandit_rules(), *_detect_secrets_rules(), *_semgrep_rules())}


def describe_advisory(rule: str) -> RuleInfo | None:
    """Describes a rule of pip-audit or osv, which is an advisory with its own page; None for any other rule."""
    scanner, _, name = rule.partition(":")
    if scanner not in (pip_audit.NAME, osv.NAME) or not ADVISORY_ID.fullmatch(name):
        return None
    description = f"{name} is a known vulnerability in a dependency; a scan reports the affected release and the one to upgrade to"
    url = f"https://osv.dev/vulnerability/{name}"
    return msgspec.structs.replace(DEPENDENCY_RULE, rule=rule, description=description, help_url=url)


def load_bandit_texts() -> Mapping[str, BanditText]:
    """What bandit's rules are about, in our words, by the rule's id."""
    return msgspec.convert(_read_yaml(folder("policies") / "rule_texts" / "bandit.yaml"), dict[str, BanditText])


def _read_yaml(file: Path) -> Any:
    return yaml.load(file.read_bytes(), Loader=_LOADER)  # noqa: S506 -- it is a safe loader


def _semgrep_rules() -> Iterator[RuleInfo]:
    for file in sorted((folder("policies") / "rules").rglob("*.yaml")):
        for rule in _read_yaml(file)["rules"]:
            metadata = rule["metadata"]
            about = RuleInfo(
                f"{semgrep.NAME}:{rule['id']}",
                metadata["title"],
                " ".join(rule["message"].split()),
                metadata["help"],
                tuple(rule_pack.parse_cwes(metadata)),
                FindingKind(metadata["kind"]),
                Severity[metadata["severity"]],
                f"{rule['id'].removesuffix(JSON_TWIN)}.md",
            )
            yield about
            if rule.get("mode") == "taint" and "python" in rule["languages"]:  # followed across functions and files, too
                yield msgspec.structs.replace(about, rule=f"{taint.NAME}:{rule['id']}")


def _bandit_rules() -> Iterator[RuleInfo]:
    with ignore_warnings():
        from bandit.core.docs_utils import get_url  # noqa: PLC0415 -- loads every plugin, which takes 0.3 s
        from bandit.core.extension_loader import MANAGER  # noqa: PLC0415

    names = {test: (item["name"], item["message"].replace("{name}", "the name")) for test, item in MANAGER.blacklist_by_id.items()}
    names |= {plugin.plugin._test_id: (plugin.name, _first_sentence(plugin.plugin)) for plugin in MANAGER.plugins}
    texts = load_bandit_texts()
    for test, (name, description) in names.items():
        about = RuleInfo(f"{bandit.NAME}:{test}", name.replace("_", " "), " ".join(description.split()), get_url(test))
        kind = FindingKind.SECRET if test in bandit.SECRET_TESTS else FindingKind.CODE
        text = texts.get(test)  # a newer bandit may have more rules
        if text is not None:
            page = f"{BANDIT_PAGES[test[1]]}.md#{test.lower()}"
            facts = {"cwe": (text.cwe,), "severity": Severity[text.severity.upper()], "page": page}
            about = msgspec.structs.replace(about, title=text.title, description=text.why, **facts)
        yield msgspec.structs.replace(about, kind=kind)


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
    from scangate.secrets.tokens.catalog import FORMATS_BY_FIELD  # noqa: PLC0415

    theirs = {slugify(kind): kind for kind in get_mapping_from_secret_type_to_class()}
    fields = {each.rule: field for field, formats in FORMATS_BY_FIELD.items() for each in formats}
    for rule, title in {**TITLES, **theirs}.items():
        text, url = (f"text in the format of: {title}", "") if rule in theirs else (f"found by scangate: {title}", OWN_HELP_URL)
        page = f"{TOKEN_PAGES}{fields[rule]}" if rule in fields else SECRETS_PAGE
        yield RuleInfo(
            rule_id(detect_secrets.NAME, rule),
            title,
            text,
            url,
            (CWE_HARD_CODED_CREDENTIALS,),
            FindingKind.SECRET,
            Severity.UNKNOWN,
            f"{page}.md#{rule}",
        )
