"""Writes findings in the AWS Security Finding Format, within every documented limit; sends nothing, asks neither clock nor network.

https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from scangate.model import Finding, Kind, Ruling, RulingOutcome, Severity

__all__ = ["MOST_BYTES", "Member", "Owner", "archived", "faults", "finding", "generator", "identity", "is_open", "members", "shown"]

SCHEMA = "2018-10-08"
MOST_BYTES = 240 * 1000
LABELS = {
    Severity.UNKNOWN: "MEDIUM",
    Severity.INFO: "INFORMATIONAL",
    Severity.LOW: "LOW",
    Severity.MEDIUM: "MEDIUM",
    Severity.HIGH: "HIGH",
    Severity.CRITICAL: "CRITICAL",
}
TYPES = {
    Kind.CODE: "Software and Configuration Checks/Vulnerabilities",
    Kind.CONFIGURATION: "Software and Configuration Checks/Vulnerabilities",
    Kind.DEPENDENCY: "Software and Configuration Checks/Vulnerabilities/CVE",
    Kind.SECRET: "Sensitive Data Identifications/Passwords",  # pragma: allowlist secret
}
LENGTHS = {  # field -> least and most characters, as documented
    "Id": (1, 512),
    "ProductArn": (12, 2048),
    "GeneratorId": (1, 512),
    "AwsAccountId": (12, 12),
    "Title": (1, 256),
    "Description": (1, 1024),
    "SourceUrl": (1, 2048),
}
MOST_TYPES, MOST_RESOURCES, MOST_FIELDS, MOST_FIELD_KEY, MOST_FIELD_VALUE = 50, 32, 50, 128, 2048
LONGEST_RECOMMENDATION, LONGEST_ORIGINAL, LONGEST_DETAIL = 512, 64, 1023
MEMBERS = "scangate/gate/members"
PARTITIONS = {"aws", "aws-cn", "aws-us-gov"}  # of the words for a resource's; others have no word, or another than in ARNs
RECORD_STATES = {"ACTIVE", "ARCHIVED"}
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)")
_URL = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?(/[A-Za-z0-9._~/?#@!$&*+,;=:%-]*)?")


class Owner(msgspec.Struct, frozen=True):
    """Whose findings these are. ``project`` names what was scanned and is a part of every finding's identity: it must not change.

    ``resource`` is the ARN of a CodeBuild project, or empty.
    """

    partition: str
    region: str
    account: str
    project: str
    resource: str = ""

    @property
    def product(self) -> str:
        """The ARN under which an account sends findings of its own."""
        return f"arn:{self.partition}:securityhub:{self.region}:{self.account}:product/{self.account}/default"


class Member(msgspec.Struct, frozen=True, order=True):
    """One scanner's word in a finding: several may have seen the same fault."""

    fingerprint: str
    scanner: str


def identity(owner: Owner, fingerprint: str) -> str:
    """The same for the same fault in every run: by what it is, never by a build or a place in a list."""
    return _text(f"scangate/{owner.project}/{fingerprint}", 512)


def members(document: Mapping[str, Any]) -> tuple[Member, ...]:
    """Whose words a finding of the hub is; older ones name the first alone."""
    fields = document.get("ProductFields", {})
    words = [entry.partition(" ") for entry in fields.get(MEMBERS, "").split(", ") if entry]
    first = Member(fields.get("scangate/gate/fingerprint", ""), fields.get("scangate/gate/rule", "").partition(":")[0])
    return tuple(Member(fingerprint, scanner) for fingerprint, _, scanner in words) or (first,)


def generator(owner: Owner) -> str:
    """What the GeneratorId of all findings of a project starts with."""
    return f"scangate/{owner.project}/"


def finding(  # noqa: PLR0913 -- what it is, and what it was before
    ruling: Ruling, owner: Owner, name: str, *, whose: Iterable[Member], commit: str, created: str, updated: str
) -> dict[str, Any]:
    """One finding, ACTIVE, whose Id is ``name``. ``created`` and ``updated``: UTC, ISO 8601; the first never changes."""
    told = ruling.finding
    place = told.location
    document = {
        "SchemaVersion": SCHEMA,
        "Id": name,
        "ProductArn": owner.product,
        "GeneratorId": _text(generator(owner) + told.rule, 512),
        "AwsAccountId": owner.account,
        "Region": owner.region,
        "CreatedAt": created,
        "UpdatedAt": updated,
        "Title": _text(f"{told.title or told.rule} in {place.path}", 256),
        "Description": _text(f"{told.message} ({place.path}:{place.line})", 1024),
        "FindingProviderFields": {
            "Severity": {"Label": LABELS[ruling.severity], "Original": _text(told.severity.name.lower(), LONGEST_ORIGINAL)},
            "Types": [TYPES[told.kind]],
        },
        "ProductFields": _fields(ruling, whose, commit),
        "Resources": [_resource(told, owner)],
        "RecordState": "ACTIVE",
        "Remediation": {"Recommendation": _recommendation(told)},
    }
    if told.package is not None:
        document["Vulnerabilities"] = [_vulnerability(told)]
    return document


def archived(sent: Mapping[str, Any], owner: Owner, updated: str) -> dict[str, Any]:
    """A finding that the hub holds, as it is to be sent once more when it is gone: what others added to it stays theirs."""
    kept = (
        "SchemaVersion",
        "Id",
        "GeneratorId",
        "CreatedAt",
        "Title",
        "Description",
        "FindingProviderFields",
        "ProductFields",
        "Resources",
    )
    document = {name: sent[name] for name in kept if name in sent}
    document.setdefault("FindingProviderFields", {"Severity": {"Label": "INFORMATIONAL"}, "Types": list(sent.get("Types", []))[:1]})
    fixed = {"ProductArn": owner.product, "AwsAccountId": owner.account, "UpdatedAt": updated, "RecordState": "ARCHIVED"}
    own = {key: value for key, value in document.get("ProductFields", {}).items() if not key.startswith("aws/")}
    return {**document, **fixed, "ProductFields": own}


def _fields(ruling: Ruling, whose: Iterable[Member], commit: str) -> dict[str, str]:
    told = ruling.finding
    fields = {
        "scangate/gate/rule": told.rule,
        "scangate/gate/path": told.location.path,
        "scangate/gate/line": str(told.location.line),
        "scangate/gate/fingerprint": told.fingerprint,
        MEMBERS: ", ".join(f"{each.fingerprint} {each.scanner}" for each in whose),
        "scangate/gate/outcome": ruling.outcome.value,
        "scangate/gate/because": ruling.because,
        "scangate/gate/reported-by": ", ".join(told.reported_by),
        "scangate/gate/cwe": ", ".join(f"CWE-{number}" for number in told.cwe),
        "scangate/gate/commit": commit,
    }
    return {key: _text(value, MOST_FIELD_VALUE) for key, value in fields.items() if value}


def _resource(told: Finding, owner: Owner) -> dict[str, Any]:
    details = {"Path": told.location.path, "Line": str(told.location.line), "Rule": told.rule}
    return {
        "Type": "AwsCodeBuildProject" if owner.resource else "Other",
        "Id": owner.resource or f"scangate/{owner.project}",
        **({"Partition": owner.partition} if owner.partition in PARTITIONS else {}),
        "Region": owner.region,
        "Details": {"Other": {key: _text(value, LONGEST_DETAIL) for key, value in details.items()}},
    }


def shown(path: str) -> str:
    """A path as the hub holds it."""
    return _text(path, MOST_FIELD_VALUE)


def _recommendation(told: Finding) -> dict[str, str]:
    package = told.package
    text = (
        f"Upgrade {package.name} to {package.upgrade}." if package and package.upgrade else f"scangate explain {told.fingerprint}"
    )
    link = _link(told.help_url)
    return {"Text": _text(text, LONGEST_RECOMMENDATION), **({"Url": link} if link else {})}


def _link(url: str) -> str:
    """``url`` where it is a plain address that a console can show as a link, else nothing."""
    return url if len(url) <= 2048 and _URL.fullmatch(url) else ""


def _vulnerability(told: Finding) -> dict[str, Any]:
    package = told.package
    assert package is not None  # noqa: S101 -- its caller has asked
    released = {"FixedInVersion": _text(package.fixed_in[0], 256)} if package.fixed_in else {}
    manager = {"PackageManager": "PIP"} if told.scanner == "pip-audit" else {}  # what an image holds has managers of its own
    where = {**manager, "FilePath": _text(told.location.path, 1024)}
    name = told.rule.partition(":")[2] or told.rule
    document: dict[str, Any] = {
        "Id": _text(name, 256),
        "VulnerablePackages": [{"Name": _text(package.name, 256), "Version": _text(package.version, 256), **where, **released}],
        "FixAvailable": "YES" if package.fixed_in else "NO",
        "RelatedVulnerabilities": [_text(alias, 256) for alias in package.aliases if alias != name][:50],
    }
    if package.cvss:
        document["Cvss"] = [{"BaseVector": _text(package.cvss, 256)}]
    if _link(told.help_url):
        document["ReferenceUrls"] = [told.help_url]
    return document


def _text(text: str, most: int) -> str:
    """``text`` on one line of at most ``most`` characters, never empty, without what moves a cursor or turns the reading order."""
    text = "".join(letter if letter.isprintable() else "?" for letter in text).strip() or "-"
    return text if len(text) <= most else text[: most - 3] + "..."


def is_open(ruling: Ruling) -> bool:
    """Whether a finding belongs into the hub: an accepted one does not, a known one does."""
    return ruling.outcome is not RulingOutcome.SUPPRESSED


def faults(document: Mapping[str, Any]) -> Iterator[str]:
    """Everything by which the hub would refuse a finding, checked before it is sent: botocore checks no length and no word."""
    for name, (least, most) in LENGTHS.items():
        if name in document and not least <= len(document[name]) <= most:
            yield f"{name} has {len(document[name])} characters, not {least} to {most}"
    yield from _provided(document.get("FindingProviderFields", {}))
    if document.get("RecordState") not in RECORD_STATES:
        yield "RecordState is neither ACTIVE nor ARCHIVED"
    if not 1 <= len(document.get("Resources", ())) <= MOST_RESOURCES:
        yield f"not 1 to {MOST_RESOURCES} resources"
    for name in ("CreatedAt", "UpdatedAt"):
        if not _STAMP.fullmatch(document.get(name, "")):
            yield f"{name} is no time"
    fields = document.get("ProductFields", {})
    if len(fields) > MOST_FIELDS or any(
        len(key) > MOST_FIELD_KEY or len(value) > MOST_FIELD_VALUE for key, value in fields.items()
    ):
        yield "ProductFields are too many or too long"
    size = len(json.dumps(document).encode())
    if size > MOST_BYTES:
        yield f"{size} bytes, and {MOST_BYTES} are taken"


def _provided(fields: Mapping[str, Any]) -> Iterator[str]:
    severity = fields.get("Severity", {})
    if severity.get("Label") not in set(LABELS.values()):
        yield "Severity.Label is not one of the words"
    if not 1 <= len(severity.get("Original", "-")) <= LONGEST_ORIGINAL:
        yield "Severity.Original is too long"
    if not 1 <= len(fields.get("Types", ())) <= MOST_TYPES:
        yield f"not 1 to {MOST_TYPES} types"
