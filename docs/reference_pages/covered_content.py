"""The table of what the built-in scanners cover, from what they declare."""

from __future__ import annotations

from scangate.app.scanner_registry import load_scanners
from scangate.content.catalog import CONTENT_TYPES
from scangate.content.scanner_suggestions import OSV_ECOSYSTEMS
from scangate.model import ANY_TYPE, Analysis, Coverage
from scangate.scan.plan import ScannerTask

OTHER_MANIFESTS = OSV_ECOSYSTEMS.keys() - {"npm-manifest"}  # one row is for all of them
CALLS = frozenset({Analysis.CODE, Analysis.CONFIGURATION, Analysis.DEPENDENCIES})
EXTRAS = frozenset({"betterleaks", "credsweeper", "zizmor"})
"""Scanners that scangate is not installed with."""
NAMES = {
    ANY_TYPE: "any text, in any language",
    "buildspec": "build specifications",
    "cloudformation": "CloudFormation, SAM",
    "compose": "Compose files",
    "dockerfile": "Dockerfile",
    "github-action": "GitHub composite actions",
    "github-workflow": "GitHub workflows",
    "gitlab-ci": "GitLab CI",
    "iam-policy": "IAM policies",
    "javascript": "JavaScript, scripts in HTML included",
    "kubernetes": "Kubernetes, rendered Helm charts",
    "npm-manifest": "npm, Go, Cargo, Ruby, PHP, .NET, Gradle and other lock files",
    **dict.fromkeys(OTHER_MANIFESTS, ""),
    "python": "Python, notebooks included",
    "python-manifest": "Python requirements and lock files",
    "python-script-header": "",
    "shell": "Shell: scripts, commands in other files",
    "typescript": "TypeScript",
    "terraform": "Terraform, OpenTofu",
}
"""The names of covered content types in prose; those without one have no row of their own."""


def render() -> str:
    """A row for each content type that a scanner covers, and one for those that none does. EXTRAS are left out."""
    declared: dict[str, dict[Analysis, list[tuple[str, Coverage]]]] = {}
    for name, scanner in load_scanners().items():
        for each in ScannerTask(scanner, scanner.Options(), 0.0).declared_coverage:
            if not each.within and name not in EXTRAS:
                declared.setdefault(each.content_type, {}).setdefault(each.analysis, []).append((name, each))
    rows = [(NAMES[content], analyses) for content, analyses in declared.items() if NAMES.get(content) != ""]
    rows.sort(key=lambda row: (row[0] == NAMES[ANY_TYPE], Analysis.CODE not in row[1], row[0].lower()))
    others = sum(1 for name, each in CONTENT_TYPES.items() if name not in declared and each.analyses & CALLS)
    lines = ["| content | analysis | by |", "|---|---|---|"]
    lines += [f"| {name} | {analysis} | {_by(by)} |" for name, analyses in rows for analysis, by in sorted(analyses.items())]
    return "\n".join([*lines, f"| {others} other languages and formats | secrets alone | reported as not analyzed |"]) + "\n"


def _by(declared: list[tuple[str, Coverage]]) -> str:
    return ", ".join(f"{name} ({each.rules} rules)" if each.rules else name for name, each in declared)
