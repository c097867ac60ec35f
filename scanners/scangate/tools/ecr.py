"""Reads the findings of an ECR image scan from a response of its API. Not part of a scan; used by ``gate --image``.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from scangate import __version__
from scangate.errors import ScanError
from scangate.model import (
    AffectedPackage,
    Confidence,
    FileReport,
    Finding,
    FindingKind,
    Gap,
    GapKind,
    Location,
    Severity,
)
from scangate.plugin import FileFacts, ScanContext, SourceFile, parse_json, require_fields

NAME = "ecr"
SEVERITIES = {
    "INFORMATIONAL": Severity.INFO,
    "LOW": Severity.LOW,
    "MEDIUM": Severity.MEDIUM,
    "HIGH": Severity.HIGH,
    "CRITICAL": Severity.CRITICAL,
    "UNDEFINED": Severity.UNKNOWN,
    "UNTRIAGED": Severity.UNKNOWN,
}
COMPLETED = {"COMPLETE", "ACTIVE"}  # a basic scan has ended, an enhanced one is continuous
PENDING = {"IN_PROGRESS", "PENDING"}
CLOSED = "CLOSED"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No options: the registry configures the scan."""


def version() -> str:
    """The version of scangate, since the service has none."""
    return __version__


def reads(file: FileFacts, options: Any) -> bool:  # noqa: ARG001 -- the protocol's signature
    """Every file: each contains a response of the API."""
    return bool(file.path)


def scan(files: Sequence[SourceFile], options: Any, context: ScanContext) -> Iterable[FileReport]:  # noqa: ARG001 -- the protocol's signature
    """The findings in each response; an unfinished or missing scan is a gap."""
    return [_report(source) for source in files]


def _report(source: SourceFile) -> FileReport:
    status, description, findings = require_fields(parse_json(source.read_bytes(), NAME), "status", "description", "findings")
    if status in COMPLETED:
        return FileReport(source.path, tuple(_findings(findings, source.path)))
    if status in PENDING:
        gap = Gap(NAME, source.path, GapKind.TIMEOUT, "the ECR scan is not complete", hint="wait longer: --image-wait SECONDS")
    else:
        hint = "for details: aws ecr describe-image-scan-findings; check that the repository has scanning enabled"
        reason = f"ECR has no findings for the image: {status}" + (f": {description}" if description else "")
        gap = Gap(NAME, source.path, GapKind.UNREADABLE, reason, hint=hint)
    return FileReport(source.path, gaps=(gap,))


def _findings(entries: Any, path: str) -> Iterator[Finding]:
    """The findings of all entries; the file has one entry per line, the first in line 4 (see `publish.ecr`)."""
    if not isinstance(entries, list):
        raise ScanError(GapKind.GARBAGE, "unexpected output format: findings is not a list")
    for number, entry in enumerate(entries):
        if entry.get("status") != CLOSED:
            location = Location(path, number + 4, number + 4)
            yield from (
                _enhanced_findings(entry, location) if "packageVulnerabilityDetails" in entry else [_basic_finding(entry, location)]
            )


def _basic_finding(entry: Mapping[str, Any], location: Location) -> Finding:
    (name,) = require_fields(entry, "name")
    attributes = {each["key"]: each.get("value", "") for each in entry.get("attributes", [])}
    package = None
    if attributes.get("package_name"):
        version, cvss = attributes.get("package_version", ""), attributes.get("CVSS3_VECTOR", "")
        package = AffectedPackage(attributes["package_name"], version, cvss=cvss)
    return _finding(name, entry, entry.get("uri", ""), package, location)


def _enhanced_findings(entry: Mapping[str, Any], location: Location) -> Iterator[Finding]:
    """One finding for each package, since each is fixed in another release."""
    (details,) = require_fields(entry, "packageVulnerabilityDetails")
    name, packages = require_fields(details, "vulnerabilityId", "vulnerablePackages")
    cvss = max((each.get("scoringVector", "") for each in details.get("cvss", [])), default="")
    aliases = tuple(details.get("relatedVulnerabilities", []))
    for each in packages:
        fixed_in = tuple(filter(None, [each.get("fixedInVersion", "").replace("NotAvailable", "")]))
        package = AffectedPackage(each["name"], each.get("version", ""), fixed_in, aliases, cvss)
        yield _finding(name, entry, details.get("sourceUrl", ""), package, location)


def _finding(name: str, entry: Mapping[str, Any], url: str, package: AffectedPackage | None, location: Location) -> Finding:
    subject = f"package {package.name} {package.version} of the image is affected by {name}" if package else f"the image has {name}"
    fixed = f"; fixed in {package.fixed_in[0]}" if package and package.fixed_in else ""
    return Finding(
        rule=f"{NAME}:{name}",
        severity=_severity(*require_fields(entry, "severity")),
        confidence=Confidence.UNKNOWN,
        kind=FindingKind.DEPENDENCY if package else FindingKind.CONFIGURATION,
        title=name,
        message=f"{subject}{fixed}. {entry.get('description') or name}",
        location=location,
        help_url=url,
        affected_package=package,
    )


def _severity(word: str) -> Severity:
    try:
        return SEVERITIES[word]
    except KeyError:
        raise ScanError(GapKind.GARBAGE, "unexpected output format: an unknown severity") from None
