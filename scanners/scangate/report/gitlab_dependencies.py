"""GitLab's dependency scanning report, ``gl-dependency-scanning-report.json``: vulnerable packages, and all that is pinned.

https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsdependency_scanning
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from scangate.model import Finding, Report
from scangate.report import escape, gitlab

PACKAGE_MANAGERS = {"Pipfile": "pipenv", "Pipfile.lock": "pipenv", "pdm.lock": "pdm", "poetry.lock": "poetry", "uv.lock": "uv"} | {
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "yarn.lock": "yarn",
    "pnpm-lock.yaml": "pnpm",
    "bun.lock": "bun",
    "go.mod": "go",
    "go.sum": "go",
    "Cargo.lock": "cargo",
    "Gemfile.lock": "bundler",
    "composer.lock": "composer",
    "packages.lock.json": "nuget",
    "gradle.lockfile": "gradle",
    "pubspec.lock": "pub",
    "mix.lock": "mix",
}
"""By file name; pip reads the others. The field is required, and its values are names of GitLab's choice."""
CVSS_VECTOR = re.compile(r"CVSS:3\.[01](?:/(?:AV:[NALP]|AC:[LH]|PR:[NLH]|UI:[NR]|S:[UC]|[CIA]:[NLH])){8}(?![^/)\s])")
"""The base metrics; the schema has no place for CVSS 4."""


def render(report: Report) -> str:
    """Every finding about a package, but for the suppressed, and the contents of manifests and lock files."""
    return gitlab.render(report, "dependency_scanning", _describe, dependency_files=_dependency_files(report))


def _describe(finding: Finding, report: Report) -> dict[str, Any]:
    del report
    package = finding.affected_package
    assert package is not None  # noqa: S101 -- see gitlab.report_of
    place = {"file": gitlab.format_path(finding.location.path), "dependency": _dependency(package.name, package.version)}
    vector = CVSS_VECTOR.search(package.cvss)
    rating = {"cvss_vectors": [{"vendor": "unknown", "vector": vector[0]}]} if vector else {}
    return {"location": place, **rating}


def _dependency(name: str, version: str) -> dict[str, Any]:
    return {"package": {"name": escape.terminal(name)}, "version": escape.terminal(version)}


def _dependency_files(report: Report) -> list[dict[str, Any]]:
    files: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for component in sorted({component for result in report.results for component in result.components}):
        direct = {"direct": True} if component.direct else {}
        files[component.path].append(_dependency(component.name, component.version) | direct)
    return [
        {
            "path": gitlab.format_path(path),
            "package_manager": PACKAGE_MANAGERS.get(path.rpartition("/")[2], "pip"),
            "dependencies": dependencies,
        }
        for path, dependencies in files.items()
    ]
