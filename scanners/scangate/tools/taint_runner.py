"""Follows request data through the files of a job, and prints what it found as JSON.

Called as ``python -I -X utf8 -m scangate.tools.taint_runner JOB``, where JOB is a JSON object: the
file to read for each path, and what is known of the paths, see `follow_requests`; or whether nothing but that is wanted.
The code is untrusted, so it is parsed in a process of its own, which can be ended.
"""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from scangate.assets import folder
from scangate.errors import ScanError
from scangate.source_text import decode, normalize_newlines
from scangate.taint.request_flows import Answer, find_sources, follow_requests
from scangate.taint.rules import load_taint_rules
from scangate.taint.values import Step
from scangate.tools.python_decoding import decode_python

GC_THRESHOLD = 50_000  # new objects before a garbage collection: syntax trees are large, and live until the end
RECURSION_LIMIT = 6_000
"""Frames: a chain of 30 calls, each in an expression nested 20 deep."""


class _Job(msgspec.Struct):
    files: dict[str, str]
    known: dict[str, bool]
    wants_sources_only: bool = False


def main() -> None:
    """Runs the job that the command line names."""
    gc.set_threshold(GC_THRESHOLD)
    sys.setrecursionlimit(RECURSION_LIMIT)
    job = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=_Job)
    rules = load_taint_rules(folder("policies") / "rules")
    texts = {path: functools.cache(functools.partial(_read, file)) for path, file in job.files.items()}
    if job.wants_sources_only:
        answer = Answer((), with_source=tuple(find_sources(rules, texts, job.known)))
    else:
        answer = follow_requests(rules, texts, job.known)
    used = [{"id": each["id"], "message": each["message"], "metadata": each["metadata"]} for each in rules.documents]
    lines: dict[str, list[str]] = {}
    for step in (step for flow in answer.flows for step in flow.steps):
        if step.path not in lines:
            lines[step.path] = texts[step.path]().split("\n")
    flows = [
        {"rule": used[flow.rule], "steps": [_plain(step, lines) for step in flow.steps], "is_assumed": flow.is_assumed}
        for flow in answer.flows
    ]
    document = {each: getattr(answer, each) for each in answer.__struct_fields__} | {"flows": flows}
    sys.stdout.buffer.write(msgspec.json.encode(document))


def _read(file: str) -> str:
    data = Path(file).read_bytes()
    try:
        return decode_python(data)[0]
    except ScanError:
        return normalize_newlines(decode(data)[0])


def _plain(step: Step, lines: Mapping[str, list[str]]) -> dict[str, object]:
    column = _column(lines[step.path], step.line, step.offset)
    end_column = _column(lines[step.path], step.end_line, step.end_offset)
    role = step.role.name.lower()
    return {
        "path": step.path,
        "line": step.line,
        "end_line": step.end_line,
        "column": column,
        "end_column": end_column,
        "role": role,
    }


def _column(lines: list[str], line: int, offset: int) -> int:
    """The column, from 1 and in characters, of an offset in UTF-8 bytes."""
    text = lines[line - 1] if line <= len(lines) else ""
    return offset + 1 if text.isascii() else len(text.encode("utf-8", "replace")[:offset].decode("utf-8", "ignore")) + 1


if __name__ == "__main__":
    main()
