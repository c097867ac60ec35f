"""Build findings in the AWS Security Finding Format, within its documented limits whatever the report contains. Sends nothing.

https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from scangate.model import AffectedPackage, Finding, FindingKind, Ruling, RulingOutcome, Severity
from scangate.printable import replace_unprintable

if TYPE_CHECKING:
    from types_boto3_securityhub.literals import PartitionType, SeverityLabelType
    from types_boto3_securityhub.type_defs import (
        AwsSecurityFindingOutputTypeDef,
        AwsSecurityFindingTypeDef,
        RecommendationTypeDef,
        ResourceTypeDef,
        SoftwarePackageTypeDef,
        VulnerabilityTypeDef,
    )

    AnyFinding = AwsSecurityFindingTypeDef | AwsSecurityFindingOutputTypeDef

SCHEMA_VERSION = "2018-10-08"
PRODUCT = "scangate"
"""What Security Hub shows for the account's default product. Only a custom integration may set it.
https://docs.aws.amazon.com/securityhub/latest/userguide/asff-top-level-attributes.html"""
SEVERITY_LABELS: dict[Severity, SeverityLabelType] = {
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
MAX_FIELD_VALUE_LENGTH, MAX_RECOMMENDATION_LENGTH, MAX_DETAIL_LENGTH, MAX_URL_LENGTH = 2048, 512, 1023, 2048
MEMBERS_FIELD = "scangate/gate/members"
ASFF_PARTITIONS: tuple[PartitionType, ...] = ("aws", "aws-cn", "aws-us-gov")  # the only ones that a resource may name
_URL = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?(/[A-Za-z0-9._~/?#@!$&*+,;=:%-]*)?")


class HubProject(msgspec.Struct, frozen=True):
    """The project and account that findings belong to. ``name`` is part of every finding's identity and must not change.

    ``resource_arn``: the ARN of a CodeBuild project, or empty.
    """

    partition: str
    region: str
    account: str
    name: str
    resource_arn: str = ""

    @property
    def product_arn(self) -> str:
        """The ARN under which an account imports its own findings."""
        return f"arn:{self.partition}:securityhub:{self.region}:{self.account}:product/{self.account}/default"


class Member(msgspec.Struct, frozen=True, order=True):
    """One scanner's finding in a merged finding."""

    fingerprint: str
    scanner: str


def finding_id(project: HubProject, fingerprint: str) -> str:
    """Return the Id, the same in every run: it contains no build and no position in a list."""
    return _sanitize(f"scangate/{project.name}/{fingerprint}", 512)


def parse_members(document: AnyFinding) -> tuple[Member, ...]:
    """Return the members of a finding in Security Hub. Findings of earlier versions name only the first."""
    fields = document.get("ProductFields", {})
    pairs = [entry.partition(" ") for entry in fields.get(MEMBERS_FIELD, "").split(", ") if entry]
    first = Member(fields.get("scangate/gate/fingerprint", ""), fields.get("scangate/gate/rule", "").partition(":")[0])
    return tuple(Member(fingerprint, scanner) for fingerprint, _, scanner in pairs) or (first,)


def generator_prefix(project: HubProject) -> str:
    """Return the prefix of the GeneratorId of all findings of a project."""
    return f"scangate/{project.name}/"


def build_finding(  # noqa: PLR0913 -- the ruling, and what Security Hub has of it already
    ruling: Ruling, project: HubProject, finding_id: str, *, members: Iterable[Member], commit: str, created: str, updated: str
) -> AwsSecurityFindingTypeDef:
    """Return an ACTIVE finding. ``created`` and ``updated``: UTC, ISO 8601; ``created`` must never change."""
    finding = ruling.finding
    location = finding.location
    document: AwsSecurityFindingTypeDef = {
        "SchemaVersion": SCHEMA_VERSION,
        "Id": finding_id,
        "ProductArn": project.product_arn,
        "ProductName": PRODUCT,
        "GeneratorId": _sanitize(generator_prefix(project) + finding.rule, 512),
        "AwsAccountId": project.account,
        "Region": project.region,
        "CreatedAt": created,
        "UpdatedAt": updated,
        "Title": _sanitize(f"{finding.title or finding.rule} in {location.path}", 256),
        "Description": _sanitize(f"{finding.message} ({location.path}:{location.line})", 1024),
        "FindingProviderFields": {
            "Severity": {"Label": SEVERITY_LABELS[ruling.severity], "Original": finding.severity.value},
            "Types": [FINDING_TYPES[finding.kind]],
        },
        "ProductFields": _product_fields(ruling, members, commit),
        "Resources": [_resource(finding, project)],
        "RecordState": "ACTIVE",
        "Remediation": {"Recommendation": _recommendation(finding)},
    }
    if finding.affected_package is not None:
        document["Vulnerabilities"] = [_vulnerability(finding, finding.affected_package)]
    return document


def archive_finding(existing: AwsSecurityFindingOutputTypeDef, project: HubProject, updated: str) -> AwsSecurityFindingTypeDef:
    """Return the update that archives a finding. Fields that customers and Security Hub added stay untouched."""
    fields = existing.get("ProductFields", {})
    provided = existing.get("FindingProviderFields")
    return {
        "SchemaVersion": existing["SchemaVersion"],
        "Id": existing["Id"],
        "ProductArn": project.product_arn,
        "GeneratorId": existing["GeneratorId"],
        "AwsAccountId": project.account,
        "CreatedAt": existing["CreatedAt"],
        "UpdatedAt": updated,
        "Title": existing["Title"],
        "Description": existing["Description"],
        "FindingProviderFields": provided or {"Severity": {"Label": "INFORMATIONAL"}, "Types": existing.get("Types", [])[:1]},
        "ProductFields": {key: value for key, value in fields.items() if not key.startswith("aws/")},
        "Resources": existing["Resources"],
        "RecordState": "ARCHIVED",
    }


def _product_fields(ruling: Ruling, members: Iterable[Member], commit: str) -> dict[str, str]:
    finding = ruling.finding
    fields = {
        "scangate/gate/rule": finding.rule,
        "scangate/gate/path": finding.location.path,
        "scangate/gate/line": str(finding.location.line),
        "scangate/gate/fingerprint": finding.fingerprint,
        MEMBERS_FIELD: ", ".join(f"{member.fingerprint} {member.scanner}" for member in members),
        "scangate/gate/outcome": ruling.outcome.value,
        "scangate/gate/decision": ruling.decision.basis.value,
        "scangate/gate/policy": ruling.decision.location.path,
        "scangate/gate/reported-by": ", ".join(finding.reported_by),
        "scangate/gate/cwe": ", ".join(f"CWE-{number}" for number in finding.cwe),
        "scangate/gate/commit": commit,
    }
    return {key: _sanitize(value, MAX_FIELD_VALUE_LENGTH) for key, value in fields.items() if value}


def _resource(finding: Finding, project: HubProject) -> ResourceTypeDef:
    details = {"Path": finding.location.path, "Line": str(finding.location.line), "Rule": finding.rule}
    resource: ResourceTypeDef = {
        "Type": "AwsCodeBuildProject" if project.resource_arn else "Other",
        "Id": project.resource_arn or f"scangate/{project.name}",
        "Region": project.region,
        "Details": {"Other": {key: _sanitize(value, MAX_DETAIL_LENGTH) for key, value in details.items()}},
    }
    for partition in ASFF_PARTITIONS:
        if partition == project.partition:
            resource["Partition"] = partition
    return resource


def sanitize_path(path: str) -> str:
    """Return a path as Security Hub stores it."""
    return _sanitize(path, MAX_FIELD_VALUE_LENGTH)


def _recommendation(finding: Finding) -> RecommendationTypeDef:
    package = finding.affected_package
    upgrade = f"Upgrade {package.name} to {package.upgrade}." if package and package.upgrade else ""
    text = _sanitize(upgrade or f"scangate explain {finding.fingerprint}", MAX_RECOMMENDATION_LENGTH)
    return {"Text": text, "Url": finding.help_url} if _is_link(finding.help_url) else {"Text": text}


def _is_link(url: str) -> bool:
    return len(url) <= MAX_URL_LENGTH and _URL.fullmatch(url) is not None


def _vulnerability(finding: Finding, package: AffectedPackage) -> VulnerabilityTypeDef:
    software: SoftwarePackageTypeDef = {
        "Name": _sanitize(package.name, 256),
        "Version": _sanitize(package.version, 256),
        "FilePath": _sanitize(finding.location.path, 1024),
    }
    if finding.scanner == "pip-audit":  # an image has packages of other managers
        software["PackageManager"] = "PIP"
    if package.fixed_in:
        software["FixedInVersion"] = _sanitize(package.fixed_in[0], 256)
    name = finding.rule.partition(":")[2] or finding.rule
    vulnerability: VulnerabilityTypeDef = {
        "Id": _sanitize(name, 256),
        "VulnerablePackages": [software],
        "FixAvailable": "YES" if package.fixed_in else "NO",
        "RelatedVulnerabilities": [_sanitize(alias, 256) for alias in package.aliases if alias != name][:50],
    }
    if package.cvss:
        vulnerability["Cvss"] = [{"BaseVector": _sanitize(package.cvss, 256)}]
    if _is_link(finding.help_url):
        vulnerability["ReferenceUrls"] = [finding.help_url]
    return vulnerability


def _sanitize(text: str, max_length: int) -> str:
    """Return ``text`` on one line, printable, not empty, truncated to ``max_length`` characters."""
    text = replace_unprintable(text).strip() or "-"
    return text if len(text) <= max_length else text[: max_length - 3] + "..."


def is_reportable(ruling: Ruling) -> bool:
    """Whether a finding belongs in Security Hub: a known one does, a suppressed one does not."""
    return ruling.outcome is not RulingOutcome.SUPPRESSED
