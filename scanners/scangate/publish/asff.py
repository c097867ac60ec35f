"""Writes findings in the AWS Security Finding Format, within every documented limit; sends nothing, asks neither clock nor network.

https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from scangate.model import Finding, FindingKind, Ruling, RulingOutcome, Severity
from scangate.printable import replace_unprintable

__all__ = [
    "MAX_BYTES",
    "HubProject",
    "Member",
    "archive_finding",
    "build_finding",
    "finding_id",
    "generator_prefix",
    "is_reportable",
    "parse_members",
    "sanitize_path",
    "validate_finding",
]

SCHEMA_VERSION = "2018-10-08"
MAX_BYTES = 240 * 1000
SEVERITY_LABELS = {
    Severity.UNKNOWN: "MEDIUM",
    Severity.INFO: "INFORMATIONAL",
    Severity.LOW: "LOW",
    Severity.MEDIUM: "MEDIUM",
    Severity.HIGH: "HIGH",
    Severity.CRITICAL: "CRITICAL",
}
FINDING_TYPES = {
    FindingKind.CODE: "Software and Configuration Checks/Vulnerabilities",
    FindingKind.CONFIGURATION: "Software and Configuration Checks/Vulnerabilities",
    FindingKind.DEPENDENCY: "Software and Configuration Checks/Vulnerabilities/CVE",
    FindingKind.SECRET: "Sensitive Data Identifications/Passwords",  # pragma: allowlist secret
}
FIELD_LENGTHS = {  # field -> least and most characters, as documented
    "Id": (1, 512),
    "ProductArn": (12, 2048),
    "GeneratorId": (1, 512),
    "AwsAccountId": (12, 12),
    "Title": (1, 256),
    "Description": (1, 1024),
    "SourceUrl": (1, 2048),
}
MAX_TYPES, MAX_RESOURCES, MAX_PRODUCT_FIELDS, MAX_FIELD_KEY_LENGTH, MAX_FIELD_VALUE_LENGTH = 50, 32, 50, 128, 2048
MAX_RECOMMENDATION_LENGTH, MAX_ORIGINAL_LENGTH, MAX_DETAIL_LENGTH = 512, 64, 1023
MEMBERS_FIELD = "scangate/gate/members"
ASFF_PARTITIONS = {"aws", "aws-cn", "aws-us-gov"}  # of the words for a resource's; others have no word, or another than in ARNs
RECORD_STATES = {"ACTIVE", "ARCHIVED"}
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)")
_URL = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?(/[A-Za-z0-9._~/?#@!$&*+,;=:%-]*)?")


class HubProject(msgspec.Struct, frozen=True):
    """Whose findings these are. ``project`` names what was scanned and is a part of every finding's identity: it must not change.

    ``resource`` is the ARN of a CodeBuild project, or empty.
    """

    partition: str
    region: str
    account: str
    name: str
    resource_arn: str = ""

    @property
    def product_arn(self) -> str:
        """The ARN under which an account sends findings of its own."""
        return f"arn:{self.partition}:securityhub:{self.region}:{self.account}:product/{self.account}/default"


class Member(msgspec.Struct, frozen=True, order=True):
    """One scanner's word in a finding: several may have seen the same fault."""

    fingerprint: str
    scanner: str


def finding_id(project: HubProject, fingerprint: str) -> str:
    """The same for the same fault in every run: by what it is, never by a build or a place in a list."""
    return _sanitize(f"scangate/{project.name}/{fingerprint}", 512)


def parse_members(document: Mapping[str, Any]) -> tuple[Member, ...]:
    """Whose words a finding of the hub is; older ones name the first alone."""
    fields = document.get("ProductFields", {})
    words = [entry.partition(" ") for entry in fields.get(MEMBERS_FIELD, "").split(", ") if entry]
    first = Member(fields.get("scangate/gate/fingerprint", ""), fields.get("scangate/gate/rule", "").partition(":")[0])
    return tuple(Member(fingerprint, scanner) for fingerprint, _, scanner in words) or (first,)


def generator_prefix(project: HubProject) -> str:
    """What the GeneratorId of all findings of a project starts with."""
    return f"scangate/{project.name}/"


def build_finding(  # noqa: PLR0913 -- what it is, and what it was before
    ruling: Ruling, project: HubProject, finding_id: str, *, members: Iterable[Member], commit: str, created: str, updated: str
) -> dict[str, Any]:
    """One finding, ACTIVE, whose Id is ``name``. ``created`` and ``updated``: UTC, ISO 8601; the first never changes."""
    told = ruling.finding
    place = told.location
    document = {
        "SchemaVersion": SCHEMA_VERSION,
        "Id": finding_id,
        "ProductArn": project.product_arn,
        "GeneratorId": _sanitize(generator_prefix(project) + told.rule, 512),
        "AwsAccountId": project.account,
        "Region": project.region,
        "CreatedAt": created,
        "UpdatedAt": updated,
        "Title": _sanitize(f"{told.title or told.rule} in {place.path}", 256),
        "Description": _sanitize(f"{told.message} ({place.path}:{place.line})", 1024),
        "FindingProviderFields": {
            "Severity": {
                "Label": SEVERITY_LABELS[ruling.severity],
                "Original": _sanitize(told.severity.value, MAX_ORIGINAL_LENGTH),
            },
            "Types": [FINDING_TYPES[told.kind]],
        },
        "ProductFields": _product_fields(ruling, members, commit),
        "Resources": [_resource(told, project)],
        "RecordState": "ACTIVE",
        "Remediation": {"Recommendation": _recommendation(told)},
    }
    if told.affected_package is not None:
        document["Vulnerabilities"] = [_vulnerability(told)]
    return document


def archive_finding(existing: Mapping[str, Any], project: HubProject, updated: str) -> dict[str, Any]:
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
    document = {name: existing[name] for name in kept if name in existing}
    document.setdefault(
        "FindingProviderFields", {"Severity": {"Label": "INFORMATIONAL"}, "Types": list(existing.get("Types", []))[:1]}
    )
    fixed = {"ProductArn": project.product_arn, "AwsAccountId": project.account, "UpdatedAt": updated, "RecordState": "ARCHIVED"}
    own = {key: value for key, value in document.get("ProductFields", {}).items() if not key.startswith("aws/")}
    return {**document, **fixed, "ProductFields": own}


def _product_fields(ruling: Ruling, members: Iterable[Member], commit: str) -> dict[str, str]:
    told = ruling.finding
    fields = {
        "scangate/gate/rule": told.rule,
        "scangate/gate/path": told.location.path,
        "scangate/gate/line": str(told.location.line),
        "scangate/gate/fingerprint": told.fingerprint,
        MEMBERS_FIELD: ", ".join(f"{each.fingerprint} {each.scanner}" for each in members),
        "scangate/gate/outcome": ruling.outcome.value,
        "scangate/gate/because": ruling.because,
        "scangate/gate/reported-by": ", ".join(told.reported_by),
        "scangate/gate/cwe": ", ".join(f"CWE-{number}" for number in told.cwe),
        "scangate/gate/commit": commit,
    }
    return {key: _sanitize(value, MAX_FIELD_VALUE_LENGTH) for key, value in fields.items() if value}


def _resource(finding: Finding, project: HubProject) -> dict[str, Any]:
    details = {"Path": finding.location.path, "Line": str(finding.location.line), "Rule": finding.rule}
    return {
        "Type": "AwsCodeBuildProject" if project.resource_arn else "Other",
        "Id": project.resource_arn or f"scangate/{project.name}",
        **({"Partition": project.partition} if project.partition in ASFF_PARTITIONS else {}),
        "Region": project.region,
        "Details": {"Other": {key: _sanitize(value, MAX_DETAIL_LENGTH) for key, value in details.items()}},
    }


def sanitize_path(path: str) -> str:
    """A path as the hub holds it."""
    return _sanitize(path, MAX_FIELD_VALUE_LENGTH)


def _recommendation(finding: Finding) -> dict[str, str]:
    package = finding.affected_package
    text = (
        f"Upgrade {package.name} to {package.upgrade}."
        if package and package.upgrade
        else f"scangate explain {finding.fingerprint}"
    )
    link = _valid_link(finding.help_url)
    return {"Text": _sanitize(text, MAX_RECOMMENDATION_LENGTH), **({"Url": link} if link else {})}


def _valid_link(url: str) -> str:
    """``url`` where it is a plain address that a console can show as a link, else nothing."""
    return url if len(url) <= 2048 and _URL.fullmatch(url) else ""


def _vulnerability(finding: Finding) -> dict[str, Any]:
    package = finding.affected_package
    assert package is not None  # noqa: S101 -- its caller has asked
    released = {"FixedInVersion": _sanitize(package.fixed_in[0], 256)} if package.fixed_in else {}
    manager = {"PackageManager": "PIP"} if finding.scanner == "pip-audit" else {}  # what an image holds has managers of its own
    where = {**manager, "FilePath": _sanitize(finding.location.path, 1024)}
    name = finding.rule.partition(":")[2] or finding.rule
    document: dict[str, Any] = {
        "Id": _sanitize(name, 256),
        "VulnerablePackages": [
            {"Name": _sanitize(package.name, 256), "Version": _sanitize(package.version, 256), **where, **released}
        ],
        "FixAvailable": "YES" if package.fixed_in else "NO",
        "RelatedVulnerabilities": [_sanitize(alias, 256) for alias in package.aliases if alias != name][:50],
    }
    if package.cvss:
        document["Cvss"] = [{"BaseVector": _sanitize(package.cvss, 256)}]
    if _valid_link(finding.help_url):
        document["ReferenceUrls"] = [finding.help_url]
    return document


def _sanitize(text: str, max_length: int) -> str:
    """``text`` on one line of at most ``most`` characters, never empty, without what moves a cursor or turns the reading order."""
    text = replace_unprintable(text).strip() or "-"
    return text if len(text) <= max_length else text[: max_length - 3] + "..."


def is_reportable(ruling: Ruling) -> bool:
    """Whether a finding belongs into the hub: an accepted one does not, a known one does."""
    return ruling.outcome is not RulingOutcome.SUPPRESSED


def validate_finding(document: Mapping[str, Any]) -> Iterator[str]:
    """Everything by which the hub would refuse a finding, checked before it is sent: botocore checks no length and no word."""
    for name, (least, most) in FIELD_LENGTHS.items():
        if name in document and not least <= len(document[name]) <= most:
            yield f"{name} has {len(document[name])} characters, not {least} to {most}"
    yield from _validate_provider_fields(document.get("FindingProviderFields", {}))
    if document.get("RecordState") not in RECORD_STATES:
        yield "RecordState is neither ACTIVE nor ARCHIVED"
    if not 1 <= len(document.get("Resources", ())) <= MAX_RESOURCES:
        yield f"not 1 to {MAX_RESOURCES} resources"
    for name in ("CreatedAt", "UpdatedAt"):
        if not _TIMESTAMP.fullmatch(document.get(name, "")):
            yield f"{name} is no time"
    fields = document.get("ProductFields", {})
    if len(fields) > MAX_PRODUCT_FIELDS or any(
        len(key) > MAX_FIELD_KEY_LENGTH or len(value) > MAX_FIELD_VALUE_LENGTH for key, value in fields.items()
    ):
        yield "ProductFields are too many or too long"
    size = len(json.dumps(document).encode())
    if size > MAX_BYTES:
        yield f"{size} bytes, and {MAX_BYTES} are taken"


def _validate_provider_fields(fields: Mapping[str, Any]) -> Iterator[str]:
    severity = fields.get("Severity", {})
    if severity.get("Label") not in set(SEVERITY_LABELS.values()):
        yield "Severity.Label is not one of the words"
    if not 1 <= len(severity.get("Original", "-")) <= MAX_ORIGINAL_LENGTH:
        yield "Severity.Original is too long"
    if not 1 <= len(fields.get("Types", ())) <= MAX_TYPES:
        yield f"not 1 to {MAX_TYPES} types"
