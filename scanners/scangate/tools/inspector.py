"""Reads what Amazon Inspector found in an SBOM. Not part of a scan; used by ``gate --sbom-scan``.

It is what ``aws inspector-scan scan-sbom`` writes as CycloneDX, and CodePipeline's InspectorScan as its artifact.
https://docs.aws.amazon.com/inspector/latest/user/cyclonedx-namespace.html
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from scangate import __version__
from scangate.errors import ScanError, UsageError
from scangate.model import AffectedPackage, Confidence, FileReport, Finding, FindingKind, Gap, GapKind, Location, Severity
from scangate.plugin import FileFacts, ScanContext, SourceFile, parse_json

NAME = "inspector"
NAMESPACE = "amazon:inspector:sbom_scanner:"
COUNTS = tuple(f"{NAMESPACE}{word}_vulnerabilities" for word in ("critical", "high", "medium", "low", "other"))
SEVERITIES = {
    "none": Severity.INFO,
    "unknown": Severity.UNKNOWN,
    **{severity.value: severity for severity in Severity.worst_first()},
}
PACKAGE_URL = re.compile(r"pkg:([a-zA-Z][a-zA-Z0-9.+-]*)/")
MAX_NAMES = 3
MAX_DIGITS = 10
HINT = "write it: aws inspector-scan scan-sbom --sbom file://sbom.json --output-format CYCLONE_DX_1_5 > FILE"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No options: Inspector has none."""


class _Property(msgspec.Struct, frozen=True):
    name: str
    value: str = ""


class _Component(msgspec.Struct, frozen=True, rename="kebab"):
    name: str = ""
    version: str = ""
    purl: str = ""
    bom_ref: str = ""
    properties: tuple[_Property, ...] = ()
    components: tuple[_Component, ...] = ()


class _Source(msgspec.Struct, frozen=True):
    name: str = ""
    url: str = ""


class _Rating(msgspec.Struct, frozen=True):
    severity: str = "unknown"
    vector: str = ""


class _Reference(msgspec.Struct, frozen=True):
    id: str = ""


class _Affected(msgspec.Struct, frozen=True):
    ref: str


class _Vulnerability(msgspec.Struct, frozen=True):
    id: str
    description: str = ""
    source: _Source = _Source()
    ratings: tuple[_Rating, ...] = ()
    references: tuple[_Reference, ...] = ()
    affects: tuple[_Affected, ...] = ()
    properties: tuple[_Property, ...] = ()


class _Metadata(msgspec.Struct, frozen=True):
    properties: tuple[_Property, ...] = ()


class _Document(msgspec.Struct, frozen=True, rename="camel"):
    bom_format: str
    metadata: _Metadata = _Metadata()
    components: tuple[_Component, ...] = ()
    vulnerabilities: tuple[_Vulnerability, ...] = ()


def version() -> str:
    """The version of scangate, since the service has none."""
    return __version__


def reads(file: FileFacts, options: Any) -> bool:  # noqa: ARG001 -- the protocol's signature
    """Every file: each is what `list_entries` wrote."""
    return bool(file.path)


def list_entries(data: bytes) -> str:
    """A result of Inspector as JSON with one finding on each line, sorted: a finding's identity is made of its line.

    Raises UsageError for anything else, such as an SBOM that was not scanned, or a result that has lost its findings.
    """
    try:
        found = parse_json(data, NAME)
        document = msgspec.convert(found.get("sbom", found) if isinstance(found, dict) else found, _Document)
    except (ScanError, msgspec.ValidationError) as error:
        raise UsageError(f"not a result of Inspector's scan of an SBOM: {str(error).lower()}", HINT) from None
    counts = {each.name: each.value.strip() for each in document.metadata.properties if each.name in COUNTS}
    if document.bom_format != "CycloneDX" or not counts:
        raise UsageError("not a result of Inspector's scan of an SBOM: it has no counts of vulnerabilities", HINT)
    listed_times = sum(max(len(each.affects), 1) for each in document.vulnerabilities)
    if not all(map(_is_count, counts.values())) or sum(map(int, counts.values())) > listed_times:
        raise UsageError("the result of Inspector counts more vulnerabilities than it lists", HINT)
    listed = tuple(_flatten(document.components))
    components = {each.bom_ref: each for each in listed if each.bom_ref}
    lines = sorted({json.dumps(each, sort_keys=True) for each in _entries(document.vulnerabilities, components)})
    skipped = json.dumps(_list_skipped(listed), sort_keys=True)
    return f'{{"skipped": {skipped},\n"findings": [\n' + ",\n".join(lines) + "\n]}\n"


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < MAX_DIGITS


def _flatten(components: Iterable[_Component]) -> Iterator[_Component]:
    for each in components:
        yield each
        yield from _flatten(each.components)


def _list_skipped(components: Iterable[_Component]) -> Mapping[str, list[str]]:
    """The names of the components that Inspector did not look up, by its reason."""
    skipped: defaultdict[str, list[str]] = defaultdict(list)
    for component in components:
        for each in component.properties:
            if each.name == f"{NAMESPACE}warning":
                skipped[each.value].append(f"{component.name} {component.version}".strip())
    return {reason: sorted(names) for reason, names in skipped.items()}


def _entries(vulnerabilities: Iterable[_Vulnerability], components: Mapping[str, _Component]) -> Iterator[dict[str, Any]]:
    """One for each affected component, since each is fixed in another release."""
    for each in vulnerabilities:
        properties = {found.name: found.value for found in each.properties}
        malicious = properties.get(f"{NAMESPACE}is_malicious", "").lower() == "true"
        ratings = [SEVERITIES.get(rating.severity.lower(), Severity.UNKNOWN) for rating in each.ratings]
        entry = {
            "id": each.id,
            # The vendors' differ; the worst is taken.
            "severity": (Severity.CRITICAL if malicious else max(ratings, default=Severity.UNKNOWN)).value,
            "vector": max((rating.vector for rating in each.ratings), default=""),
            "description": each.description,
            "url": each.source.url,
            "aliases": sorted({found.id for found in each.references if found.id} - {each.id}),
        }
        for ref in [found.ref for found in each.affects] or [""]:
            component = components.get(ref, _Component())
            fixed = properties.get(f"{NAMESPACE}fixed_version:{ref}", "")
            yield {**entry, "name": component.name, "version": component.version, "purl": component.purl, "fixed": fixed}


def scan(files: Sequence[SourceFile], options: Any, context: ScanContext) -> Iterable[FileReport]:  # noqa: ARG001 -- as above
    """The findings of each result; what Inspector skipped is a gap for each reason."""
    return [_report(source) for source in files]


def _report(source: SourceFile) -> FileReport:
    document = parse_json(source.read_bytes(), NAME)
    findings = tuple(_finding(entry, Location(source.path, line, line)) for line, entry in enumerate(document["findings"], start=3))
    gaps = tuple(_gap(reason, names, source.path) for reason, names in document["skipped"].items())
    return FileReport(source.path, findings, gaps)


def _gap(reason: str, names: Sequence[str], path: str) -> Gap:
    shown = ", ".join(names[:MAX_NAMES]) + (f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else "")
    hint = "give these components a package URL in the SBOM, or have another scanner look them up"
    return Gap(NAME, path, GapKind.ADVISORY_UNANSWERED, f"Inspector did not look up {shown}: {reason}", hint=hint)


def _finding(entry: Mapping[str, Any], location: Location) -> Finding:
    package, kind = None, PACKAGE_URL.match(entry["purl"])
    name = f"{entry['name']} {entry['version']}".strip()
    if entry["name"] and kind is not None:
        fixed_in = tuple(filter(None, [entry["fixed"]]))
        aliases, cvss = tuple(entry["aliases"]), entry["vector"]
        package = AffectedPackage(entry["name"], entry["version"], fixed_in, aliases, cvss, kind=kind[1].lower())
    subject = f"package {name} is affected by {entry['id']}" if package else f"{name or 'the SBOM'} has {entry['id']}"
    fixed = f"; fixed in {entry['fixed']}" if entry["fixed"] else ""
    return Finding(
        rule=f"{NAME}:{entry['id']}",
        severity=SEVERITIES[entry["severity"]],
        confidence=Confidence.UNKNOWN,
        kind=FindingKind.DEPENDENCY if package else FindingKind.CONFIGURATION,
        title=entry["id"],
        message=f"{subject}{fixed}. {entry['description'] or entry['id']}",
        location=location,
        help_url=entry["url"],
        affected_package=package,
    )
