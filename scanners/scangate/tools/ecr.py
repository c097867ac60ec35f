"""What ECR found in an image, as findings: reads the answer of its API, which somebody else has asked for. Not run by a scan.

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
    FileAccounting,
    FileReport,
    Finding,
    FindingKind,
    Gap,
    GapKind,
    Location,
    Severity,
)
from scangate.plugin import ScanContext, SourceFile, parse_json, require_fields

__all__ = ["ACCOUNTING", "NAME", "SPLITTABLE", "Options", "reads", "scan", "version"]

NAME = "ecr"
ACCOUNTING = FileAccounting.PER_FILE
SPLITTABLE = False
SEVERITIES = {
    "INFORMATIONAL": Severity.INFO,
    "LOW": Severity.LOW,
    "MEDIUM": Severity.MEDIUM,
    "HIGH": Severity.HIGH,
    "CRITICAL": Severity.CRITICAL,
    "UNDEFINED": Severity.UNKNOWN,
    "UNTRIAGED": Severity.UNKNOWN,
}
COMPLETED = {"COMPLETE", "ACTIVE"}  # a basic scan has ended, an enhanced one goes on for ever
PENDING = {"IN_PROGRESS", "PENDING"}
CLOSED = "CLOSED"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """None: what is looked for is set in the registry."""


def version() -> str:
    """The reader's own: the service has none."""
    return __version__


def reads(path: str, options: Any) -> bool:  # noqa: ARG001 -- the protocol's signature
    """Whatever it is given: a file that holds an answer of the API."""
    return bool(path)


def scan(files: Sequence[SourceFile], options: Any, context: ScanContext) -> Iterable[FileReport]:  # noqa: ARG001 -- the protocol's signature
    """The findings in each answer. A scan that is not done, or was never made, is a gap: an image nobody looked at is not clean."""
    return [_report(source) for source in files]


def _report(source: SourceFile) -> FileReport:
    status, description, findings = require_fields(parse_json(source.read_bytes(), NAME), "status", "description", "findings")
    if status in COMPLETED:
        return FileReport(source.path, tuple(_findings(findings, source.path)))
    if status in PENDING:
        gap = Gap(NAME, source.path, GapKind.TIMEOUT, "ECR has not done its scan yet", hint="wait longer: --image-wait SECONDS")
    else:
        hint = "aws ecr describe-image-scan-findings tells more; is scanning switched on for the repository?"
        told = f"ECR tells no findings of it: {status}" + (f": {description}" if description else "")
        gap = Gap(NAME, source.path, GapKind.UNREADABLE, told, hint=hint)
    return FileReport(source.path, gaps=(gap,))


def _findings(entries: Any, path: str) -> Iterator[Finding]:
    """One finding an entry; the answer has one entry a line, the first on line 4 (see `publish.ecr`)."""
    if not isinstance(entries, list):
        raise ScanError(GapKind.GARBAGE, "its output is not what it writes: no list of findings")
    for number, entry in enumerate(entries):
        if entry.get("status") != CLOSED:
            place = Location(path, number + 4, number + 4)
            yield from (
                _enhanced_findings(entry, place) if "packageVulnerabilityDetails" in entry else [_basic_finding(entry, place)]
            )


def _basic_finding(entry: Mapping[str, Any], location: Location) -> Finding:
    name, severity = require_fields(entry, "name", "severity")
    about = {each["key"]: each.get("value", "") for each in entry.get("attributes", [])}
    package = None
    if about.get("package_name"):
        package = AffectedPackage(about["package_name"], about.get("package_version", ""), cvss=about.get("CVSS3_VECTOR", ""))
    told = {"description": entry.get("description", ""), "url": entry.get("uri", "")}
    return _finding(name, _severity(severity), told, package, location)


def _enhanced_findings(entry: Mapping[str, Any], location: Location) -> Iterator[Finding]:
    """One finding a package: each has its own release to upgrade to."""
    details, severity = require_fields(entry, "packageVulnerabilityDetails", "severity")
    name, packages = require_fields(details, "vulnerabilityId", "vulnerablePackages")
    scores = [each.get("scoringVector", "") for each in details.get("cvss", [])]
    for each in packages:
        fixed = each.get("fixedInVersion", "")
        package = AffectedPackage(
            name=each["name"],
            version=each.get("version", ""),
            fixed_in=(fixed,) if fixed and fixed != "NotAvailable" else (),
            aliases=tuple(details.get("relatedVulnerabilities", [])),
            cvss=max(scores, default=""),
        )
        told = {"description": entry.get("description", ""), "url": details.get("sourceUrl", "")}
        yield _finding(name, _severity(severity), told, package, location)


def _finding(
    name: str, severity: Severity, details: Mapping[str, str], package: AffectedPackage | None, location: Location
) -> Finding:
    """``told``: the description and the link."""
    where = f"package {package.name} {package.version} of the image is affected by {name}" if package else f"the image has {name}"
    mended = f"; fixed in {package.fixed_in[0]}" if package and package.fixed_in else ""
    return Finding(
        rule=f"{NAME}:{name}",
        severity=severity,
        confidence=Confidence.UNKNOWN,
        kind=FindingKind.DEPENDENCY if package else FindingKind.CONFIGURATION,
        title=name,
        message=f"{where}{mended}. {details['description'] or name}",
        location=location,
        help_url=details["url"],
        affected_package=package,
    )


def _severity(word: str) -> Severity:
    try:
        return SEVERITIES[word]
    except KeyError:
        raise ScanError(GapKind.GARBAGE, "its output has a severity that is not known") from None
