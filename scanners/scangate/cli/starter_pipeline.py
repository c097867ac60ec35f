"""Chooses the templates of a delivery pipeline for a repository, and fills their parameters."""

from __future__ import annotations

import configparser
import json
import re
from collections.abc import Mapping
from pathlib import Path

from scangate.cli.install_source import InstallSource
from scangate.cli.snippet import list_snippets
from scangate.cli.workload_detection import read_head
from scangate.errors import UsageError

PIPELINES = {
    "container-image": "delivery-container",
    "lambda": "delivery-lambda",
    "ec2-codedeploy": "delivery-ec2",
    "static-site": "delivery-static",
}
"""The template for each workload; signing and delivery come before it."""
SHARED = ("signing", "delivery")
FOLDER = "delivery"
REPLACE = "REPLACE"
"""What the pattern of a parameter refuses, so that a stack is not made with it."""
MAX_NAME = 15  # of Application: a target group's name, of 32 characters, leaves no more
ENVIRONMENTS = "staging,production"  # which the policy of init has


def choose_pipeline(workload: str) -> tuple[str, ...]:
    """The names of the templates, in the order in which their stacks are made. Raises UsageError where none fits."""
    if workload not in PIPELINES:
        hint = f"scangate init --for pipeline --with NAME; one of: {', '.join(PIPELINES)}"
        raise UsageError("no file at the root shows what the pipeline deploys", hint)
    return (*SHARED, PIPELINES[workload])


def list_commands(workload: str, application: str) -> tuple[str, ...]:
    """What makes the stacks, once the parameters are complete."""
    lines = []
    for name in choose_pipeline(workload):
        stack = f"{application}-{'pipeline' if name == PIPELINES[workload] else name}"
        lines.append(f"scangate snippet {name} > {name}.yaml")
        lines.append(
            f"aws cloudformation deploy --stack-name {stack} --template-file {name}.yaml --capabilities CAPABILITY_IAM"
            f" --parameter-overrides file://{FOLDER}/{name}.json"
        )
    return tuple(lines)


def name_application(root: Path) -> str:
    """The beginning of all names: that of the repository, else of the folder, as the parameter's pattern allows."""
    name = _find_repository(root).rpartition("/")[2] or root.resolve().name
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).lstrip("-0123456789")[:MAX_NAME].rstrip("-") or "app"


def fill_parameters(root: Path, workload: str, source: InstallSource) -> dict[str, str]:
    """For each template, by its name, the text of a file for `aws cloudformation deploy --parameter-overrides file://...`.

    https://docs.aws.amazon.com/cli/latest/reference/cloudformation/deploy/
    """
    values = _find_values(root, workload, source)
    return {name: _write(values, name) for name in choose_pipeline(workload)}


def _find_values(root: Path, workload: str, source: InstallSource) -> Mapping[str, str]:
    repository, branch = _find_repository(root), _find_branch(root)
    return {
        "Application": name_application(root),
        "Workload": workload,
        "Environments": ENVIRONMENTS,
        "ConnectionArn": REPLACE,
        "Repository": repository or REPLACE,
        "Branch": branch or "main",
        "Email": REPLACE,
        "ScangateInstall": source.with_extras("[attest,aws]"),
    }


def _write(values: Mapping[str, str], template: str) -> str:
    """The values that a template has a parameter for."""
    head = list_snippets()[template].read_text("utf-8").partition("\nParameters:\n")[2]
    names = re.findall(r"^  (\w+):$", re.split(r"^\w", head, maxsplit=1, flags=re.MULTILINE)[0], re.MULTILINE)
    return json.dumps({"Parameters": {name: values[name] for name in names if name in values}}, indent=2) + "\n"


def _find_repository(root: Path) -> str:
    """OWNER/NAME of the remote `origin`; empty where there is none. Git is not run: the file is read."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        parser.read_string(read_head(root / ".git" / "config").decode("utf-8", "replace"))
        url = parser.get('remote "origin"', "url", fallback="")
    except configparser.Error:
        return ""
    match = re.fullmatch(r"(?:https://[^/\s]+/|ssh://git@[^/\s]+/|git@[^:\s]+:)([\w.-]+(?:/[\w.-]+)*?/[\w.-]+?)(?:\.git)?/?", url)
    return match[1] if match else ""


def _find_branch(root: Path) -> str:
    """The branch that is checked out; empty where none is."""
    head = read_head(root / ".git" / "HEAD").decode("utf-8", "replace")
    match = re.fullmatch(r"ref: refs/heads/([A-Za-z0-9][A-Za-z0-9._/-]*)\s*", head)
    return match[1] if match else ""
