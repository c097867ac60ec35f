"""What GitLab requires of its security reports, as a JSON Schema: types, required fields, lengths, patterns and fixed words.

Written from the schemas 15.0.7 in GitLab's own validator, without their texts:
https://gitlab.com/gitlab-org/gitlab/-/tree/master/lib/gitlab/ci/parsers/security/validators/schemas
"""

from __future__ import annotations

from typing import Any

__all__ = ["CODE_QUALITY", "SCHEMAS"]

URL = {"type": "string", "pattern": "^(https?|ftp)://.+"}
TEXT = {"type": "string"}
SOME_TEXT = {"type": "string", "minLength": 1}
NUMBER = {"type": "number"}
TIME = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"}
LINES: dict[str, Any] = {"file": TEXT, "start_line": NUMBER, "end_line": NUMBER, "class": TEXT, "method": TEXT}


def fields(required: str = "", **properties: Any) -> dict[str, Any]:
    """An object with these properties."""
    return {"type": "object", "required": required.split(), "properties": properties}


def many(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


VENDOR = fields("name", name=SOME_TEXT)
PROGRAM = fields("id name version vendor", id=SOME_TEXT, name=SOME_TEXT, url=URL, version=SOME_TEXT, vendor=VENDOR)
MESSAGE = fields("level value", level={"enum": ["info", "warn", "fatal"]}, value=SOME_TEXT)
IDENTIFIER = fields("type name value", type=SOME_TEXT, name=SOME_TEXT, value=SOME_TEXT, url=URL)
METRICS = "(AV:[NALP]|AC:[LH]|PR:[NLH]|UI:[NR]|S:[UC]|[CIA]:[NLH])"
VECTOR = {"type": "string", "minLength": 32, "maxLength": 128, "pattern": f"^CVSS:3[.][01]/({METRICS}/)*{METRICS}$"}
RATING = fields("vendor vector", vendor=SOME_TEXT, vector=VECTOR)
PACKAGE = fields("package version", package=fields("name", name=TEXT), version=TEXT, direct={"type": "boolean"})
DETAIL = {
    "required": ["name", "type", "value"],
    "properties": {"name": SOME_TEXT, "type": {"enum": ["text", "code"]}, "value": TEXT},
}

LOCATIONS: dict[str, dict[str, Any]] = {
    "sast": fields(**LINES),
    "secret_detection": fields("commit", **LINES, commit=fields("sha", sha=SOME_TEXT, date=TEXT, author=TEXT, message=TEXT)),
    "dependency_scanning": fields("file dependency", file=SOME_TEXT, dependency=PACKAGE),
}


def vulnerability(scan_type: str) -> dict[str, Any]:
    return fields(
        "id identifiers location",
        id=SOME_TEXT,
        name={"type": "string", "maxLength": 255},
        description={"type": "string", "maxLength": 1_048_576},
        severity={"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
        solution={"type": "string", "maxLength": 7000},
        identifiers=many(IDENTIFIER, minItems=1),
        cvss_vectors=many(RATING, minItems=1, maxItems=10),
        links=many(fields("url", name=TEXT, url=URL)),
        details={"type": "object", "additionalProperties": DETAIL},
        location=LOCATIONS[scan_type],
    )


def report(scan_type: str) -> dict[str, Any]:
    scan = fields(
        "analyzer end_time scanner start_time status type",
        analyzer=PROGRAM,
        scanner=PROGRAM,
        start_time=TIME,
        end_time=TIME,
        status={"enum": ["success", "failure"]},
        type={"const": scan_type},
        messages=many(MESSAGE),
    )
    files = fields("path package_manager dependencies", path=SOME_TEXT, package_manager=SOME_TEXT, dependencies=many(PACKAGE))
    more = " dependency_files" if scan_type == "dependency_scanning" else ""
    return fields(
        f"scan version vulnerabilities{more}",
        version={"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"},
        scan=scan,
        vulnerabilities=many(vulnerability(scan_type)),
        dependency_files=many(files),
    )


SCHEMAS = {
    "gitlab-sast": report("sast"),
    "gitlab-secrets": report("secret_detection"),
    "gitlab-dependencies": report("dependency_scanning"),
}

CODE_QUALITY = many(
    fields(
        "description check_name fingerprint severity location",
        description=SOME_TEXT,
        check_name=SOME_TEXT,
        fingerprint=SOME_TEXT,
        severity={"enum": ["info", "minor", "major", "critical", "blocker"]},
        location=fields(
            "path lines",
            path={"type": "string", "pattern": "^(?!/)(?![.]/)."},
            lines=fields("begin", begin={"type": "integer", "minimum": 1}),
        ),
    )
)
"""By https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format, which is stricter than GitLab's own schema."""
