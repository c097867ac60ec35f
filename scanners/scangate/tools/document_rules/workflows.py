"""Checks of GitHub workflows that look at several steps of a job."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from scangate.content.documents import Document
from scangate.content.yaml_tree import Node, key_of

_CHECKOUT = re.compile(r"actions/checkout@.+")
_UPLOAD = re.compile(r"actions/upload-artifact@(.+)")
_WORKSPACE = re.compile(r"\.?/?|\$\{\{ *github\.workspace *\}\}/?|(?:\./)?\*\*?(?:/\*)?|(?:\./|\*\*/)?\.git(?:/.*)?")
"""Paths that are the whole work tree, or git's folder in it."""
_KEEPS_HIDDEN = re.compile(r"v?[1-3](?:\..*)?|v4\.[0-3](?:\..*)?")
"""Releases that also upload hidden files: https://github.com/actions/upload-artifact/releases/tag/v4.4.0"""


def _uploads_credentials(document: Document, arguments: tuple[str, ...]) -> Iterator[Node]:
    """Uploads of the whole work tree in a job whose checkout keeps its token in ``.git/config``."""
    del arguments
    for root in document.roots:
        jobs = root.get("jobs")
        for _, job in jobs.items() if jobs is not None else ():
            steps = (job.target or job).get("steps")
            yield from _uploads_of_job([step.target or step for step in steps.children] if steps is not None else [])


def _uploads_of_job(steps: list[Node]) -> Iterator[Node]:
    is_kept = False
    for step in steps:
        uses, inputs = step.get("uses"), step.get("with")
        name = uses.value if uses is not None else ""
        if _CHECKOUT.fullmatch(name):
            is_kept = is_kept or _input(inputs, "persist-credentials").lower() != "false"
        upload = _UPLOAD.fullmatch(name)
        if upload is None or not is_kept:
            continue
        hidden = _input(inputs, "include-hidden-files").lower() == "true" or _KEEPS_HIDDEN.fullmatch(upload[1])
        paths = [line.strip().rstrip("/") or "/" for line in _input(inputs, "path").splitlines() if line.strip()]
        if hidden and any(map(_WORKSPACE.fullmatch, paths)):
            yield key_of(step, "uses") or step


def _input(inputs: Node | None, name: str) -> str:
    value = inputs.get(name) if inputs is not None else None
    return value.value if value is not None and value.kind == "scalar" else ""


DOCUMENT_CHECKS: Mapping[str, Callable[[Document, tuple[str, ...]], Iterable[Node]]] = {"uploads-credentials": _uploads_credentials}
"""Checks of one document."""
