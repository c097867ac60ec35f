"""Checks of the commands in workflows, build specifications and the start scripts of instances."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from scangate.content.cloudformation_scripts import intrinsic_text
from scangate.content.documents import Document, Entry, script_of, walk
from scangate.content.position_maps import MappedText
from scangate.content.yaml_tree import Node, key_of

_COMMENT = re.compile(r"(?m)(?:^|(?<=\s))#[^\n]*")
_SCAN_ACTION = re.compile(
    r"(?i)(?:aquasecurity/(?:trivy|tfsec|tfsec-pr-commenter)-action|bridgecrewio/checkov-action|snyk/actions/.+|pycqa/bandit-action"
    r"|anchore/scan-action|gitleaks/gitleaks-action|returntocorp/semgrep-action|semgrep/semgrep-action|checkmarx/[\w-]+"
    r"|trufflesecurity/trufflehog|pypa/gh-action-pip-audit|google/osv-scanner-action.*|securego/gosec|zizmorcore/zizmor-action"
    r"|actions/dependency-review-action)@.+"
)
_GATE = re.compile(
    r"(?m)(?:^[ \t]*|[;&|({][ \t]*|\b(?:run|uvx|npx|sudo|exec|then|do)[ \t]+|-m[ \t]+)"
    r"(?:scangate|bandit|semgrep|pip-audit|trivy|checkov"
    r"|cfn[-_]nag(?:_scan)?|cfn-guard|safety|snyk|gitleaks|trufflehog|grype|zizmor|tfsec|kics|gosec|osv-scanner|prowler"
    r"|(?:npm|yarn|pnpm)[ \t]+audit)(?=[ \t\n]|\Z)(?![ \t]+(?:--version|--help|version\b|install\b))"
)
_OFFICIAL = ("actions/", "github/", "aws-actions/", "./", "docker://")
"""Owners whose actions are as trustworthy as the runner itself, and what is not fetched by a tag."""
_TAG = re.compile(r"[\w.-]+/[\w./-]+@v?\d[\w.-]*")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_EXPRESSION = re.compile(r"\$\{\{([^}\n]{0,500})\}\}")
_INPUT = re.compile(r"\b(?:github\.event\.)?inputs\.([\w-]+)")
_NAMED_BY_OTHERS = re.compile(r"\bgithub\.(?:ref_name|base_ref|event\.release\.(?:name|tag_name|body|target_commitish))\b")
_SAFE_INPUTS = ("boolean", "choice", "number", "environment")


def _scripts(document: Document) -> Iterator[MappedText]:
    """The commands of a document, by the keys that have them."""
    for entry in walk(document):
        if (entry.key == "run" and _is_step(entry)) or (entry.key in ("commands", "finally") and "phases" in entry.path):
            yield script_of(document, entry.node)
        elif entry.key == "UserData":
            yield intrinsic_text(document, entry.node)


def _is_step(entry: Entry) -> bool:
    return (
        entry.node.kind == "scalar"
        and entry.parent is not None
        and entry.parent.parent is not None
        and (entry.parent.parent.key == "steps")
    )


def _place(text: MappedText, start: int, end: int) -> Node:
    return Node("scalar", "", "", "", text.offset(start), text.offset(max(end - 1, start)) + 1, [])


def _matches(document: Document, arguments: tuple[str, ...]) -> Iterator[Node]:
    """What one of the expressions finds in the commands."""
    expressions = [re.compile(each) for each in arguments]
    for script in _scripts(document):
        text = _COMMENT.sub(lambda match: " " * len(match[0]), script.text)
        for expression in expressions:
            yield from (_place(script, *match.span()) for match in expression.finditer(text))


def _steps(document: Document) -> Iterator[tuple[Node, Node]]:
    """Each step of a workflow, with its job."""
    for root in document.roots:
        jobs = root.get("jobs")
        for _, found in jobs.items() if jobs is not None else ():
            job = found.target or found
            steps = job.get("steps")
            for step in steps.children if steps is not None else ():
                yield step.target or step, job


def _continues_after_gate(document: Document, arguments: tuple[str, ...]) -> Iterator[Node]:
    """Steps that are security gates and may fail, by their own setting or by that of a job of one step."""
    del arguments
    for step, _ in _steps(document):
        setting = step.get("continue-on-error")
        if setting is None or setting.value.lower() != "true" or not _is_gate(step):
            continue
        yield key_of(step, "continue-on-error") or step


def _is_gate(step: Node) -> bool:
    uses, run, inputs = step.get("uses"), step.get("run"), step.get("with")
    texts = [value.value for _, value in inputs.items()] if inputs is not None else []
    if any("sarif" in text for text in [run.value if run is not None else "", *texts]):
        return False  # what is uploaded decides elsewhere
    return bool((uses is not None and _SCAN_ACTION.fullmatch(uses.value)) or (run is not None and _GATE.search(run.value)))


def _has_scan_input(document: Document, arguments: tuple[str, ...]) -> Iterator[Node]:
    """Inputs of scanning actions by which they do not fail: ``name=value``."""
    switches = dict(each.split("=") for each in arguments)
    for step, _ in _steps(document):
        uses, inputs = step.get("uses"), step.get("with")
        if uses is None or inputs is None or not _is_gate(step):
            continue
        for name, value in inputs.items():
            if name in switches and value.value.lower() == switches[name]:
                yield key_of(inputs, name) or step


def _inserts_inputs(document: Document, arguments: tuple[str, ...]) -> Iterator[Node]:
    """Inputs that are text, and names of branches, tags and releases, in a script."""
    del arguments
    safe = _safe_inputs(document)
    for script in _scripts(document):
        for match in _EXPRESSION.finditer(script.text):
            inputs = [name for name in _INPUT.findall(match[1]) if name not in safe]
            if (inputs or _NAMED_BY_OTHERS.search(match[1])) and not re.search(r"==|!=|&&|\bcontains\(|\bstartsWith\(", match[1]):
                yield _place(script, *match.span())


def _safe_inputs(document: Document) -> set[str]:
    """The inputs whose type allows no free text."""
    found = set()
    for root in document.roots:
        events = root.get("on") or root.get("true")
        for _, event in events.items() if events is not None else ():
            inputs = (event.target or event).get("inputs")
            for name, about in inputs.items() if inputs is not None else ():
                kind = about.get("type")
                if kind is not None and kind.value in _SAFE_INPUTS:
                    found.add(name)
    return found


def _uses_tag(document: Document, arguments: tuple[str, ...]) -> Iterator[Node]:
    """The first use of each action of others that is named by a tag."""
    del arguments
    seen = set()
    for step, _ in _steps(document):
        uses = step.get("uses")
        if uses is None or uses.value.startswith(_OFFICIAL) or uses.value in seen or not _TAG.fullmatch(uses.value):
            continue
        seen.add(uses.value)
        if not _COMMIT.fullmatch(uses.value.partition("@")[2]):
            yield key_of(step, "uses") or step


DOCUMENT_CHECKS: Mapping[str, Callable[[Document, tuple[str, ...]], Iterable[Node]]] = {
    "script-matches": _matches,
    "continues-after-gate": _continues_after_gate,
    "scan-input": _has_scan_input,
    "inserts-inputs": _inserts_inputs,
    "third-party-tag": _uses_tag,
}
"""Checks of one document."""
