"""Tests the user's own semgrep rules on the examples next to them, with the annotations that semgrep's own test command reads.

https://semgrep.dev/docs/writing-rules/testing-rules
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from scangate.app.session import open_session
from scangate.app.user_rules import check_user_rules
from scangate.content.identification import identify
from scangate.errors import PolicyError
from scangate.files import FileTooLargeError, NotRegularFileError, describe_os_error, read_regular_file
from scangate.model import FileReport
from scangate.plugin import SourceFile
from scangate.scan.context import CallContext
from scangate.scan.snapshot import Snapshot
from scangate.tools import semgrep
from scangate.tools.user_rules import LANGUAGES, PREFIX, RULE_SUFFIXES, UserRule, UserRules, is_example, read_user_rules

SECONDS = 600.0
MAX_BYTES = 1024 * 1024
LEFT_OUT = ".fixed."
"""In the names of files that show a fixed example; rules of the user are never applied as fixes."""
_ANNOTATION = re.compile(
    r"\s*(?:#|//|/\*|<!--|--|;|%|\{/\*|\(\*)\s*(?P<kind>ruleid|ok|todoruleid|todook)\s*:\s*(?P<ids>[\w.-]+(?:\s*,\s*[\w.-]+)*)"
)


class RuleTests(msgspec.Struct, frozen=True):
    """The outcome. ``failures``: each with its file, its line and what is wrong; sorted."""

    rules: int
    examples: int
    failures: tuple[str, ...] = ()


class _Example(msgspec.Struct, frozen=True):
    """A file next to a file of rules. ``rules``: those of that file, as they apply to this example."""

    source: SourceFile
    label: str
    rules: tuple[UserRule, ...]


def run_rule_tests(folder: Path) -> RuleTests:
    """Runs the rules below ``folder`` (or of one file) on their examples: files of the same name with another ending.

    A rule's ``paths`` and content types do not count there. Raises PolicyError for a rule that is not valid.
    """
    rules = read_user_rules([(folder, folder.as_posix())])
    with open_session(folder) as session:
        check_user_rules(rules, session)
        snapshot = Snapshot(session.scratch_dir / "snapshot")
        context = CallContext(session.processes, snapshot, session.scratch_dir, SECONDS, scanner=semgrep.NAME)
        examples = list(_find_examples(rules, snapshot))
        applied = UserRules(tuple(dict.fromkeys(rule for example in examples for rule in example.rules)), rules.digest)
        reports = semgrep.scan([example.source for example in examples], semgrep.Options(), context, applied) if examples else ()
        by_path = {report.path: report for report in reports}
        failures = [each for example in examples for each in _check(example, by_path.get(example.source.path))]
        return RuleTests(len(rules.rules), len(examples), (*failures, *_untested(rules, examples)))


def _find_examples(rules: UserRules, snapshot: Snapshot) -> Iterator[_Example]:
    """The examples of each file of rules. A rule is limited to the type that the example has, or is written for."""
    by_file: dict[str, list[UserRule]] = defaultdict(list)
    for rule in rules.rules:
        by_file[rule.file].append(rule)
    for name, own in by_file.items():
        file = Path(name)
        for beside in sorted(file.parent.glob(f"{_escape(file.stem)}.*")):
            is_rules = beside.suffix.lower() in RULE_SUFFIXES and not is_example(beside.name)
            if is_rules or LEFT_OUT in beside.name or not beside.is_file():
                continue
            data = _read(beside)
            content_type = _content_type(beside, data, own)
            source = snapshot.add(beside.as_posix().lstrip("/").replace("../", ""), data, content_type)
            here = tuple(msgspec.structs.replace(each, include=(), exclude=(), named_types=(content_type,)) for each in own)
            yield _Example(source, beside.as_posix(), here)


def _escape(name: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", name)


def _read(file: Path) -> bytes:
    try:
        return read_regular_file(file, MAX_BYTES, follow_links=True)
    except (FileTooLargeError, NotRegularFileError):
        raise PolicyError(f"{file}: not a file of at most {MAX_BYTES // 1024**2} MiB", "divide the example") from None
    except OSError as error:
        raise PolicyError(f"{file}: the example cannot be read: {describe_os_error(error).lower()}", f"ls -ld {file}") from None


def _content_type(file: Path, data: bytes, rules: Sequence[UserRule]) -> str:
    """The example's type; where no language of its rules has it, the first one of them."""
    found = identify(file.name, data)
    types = [LANGUAGES[each][0] for rule in rules for each in rule.languages if each in LANGUAGES]
    return found if not types or any(found in each for each in types) else min(types[0])


def _check(example: _Example, report: FileReport | None) -> Iterator[str]:
    """What is not as the example's comments say."""
    if report is None or report.gaps:
        reason, line = (report.gaps[0].reason, report.gaps[0].line) if report is not None else ("semgrep did not read it", 0)
        yield f"{example.label}:{line or 1}: the example cannot be analyzed: {reason}"
        return
    names = {rule.id for rule in example.rules}
    notes = list(_annotations(example.source.lines))
    found = {(each.rule.removeprefix(f"{semgrep.NAME}:{PREFIX}"), each.location.line) for each in report.findings}
    found = {(rule, line) for rule, line in found if rule in names}
    for kind, rule, line in notes:
        if rule not in names:
            yield f"{example.label}:{line}: no rule `{rule}` in the file of rules with this name"
        elif kind == "ruleid" and (rule, line) not in found:
            yield f"{example.label}:{line}: {rule}: no finding here, and one is expected"
    permitted = {(rule, line) for kind, rule, line in notes if kind in ("ruleid", "todook")}
    for rule, line in sorted(found - permitted, key=lambda each: (each[1], each[0])):
        yield f"{example.label}:{line}: {rule}: a finding that is not expected"


def _annotations(lines: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """Each comment's kind, rule and line: the first one after it that is no such comment."""
    waiting: list[tuple[str, str]] = []
    for number, text in enumerate(lines, start=1):
        if note := _ANNOTATION.match(text):
            waiting += [(note["kind"], each.strip()) for each in note["ids"].split(",")]
            continue
        yield from ((kind, rule, number) for kind, rule in waiting)
        waiting = []
    yield from ((kind, rule, len(lines)) for kind, rule in waiting)


def _untested(rules: UserRules, examples: Sequence[_Example]) -> Iterator[str]:
    """The rules without an example of either sort."""
    notes = {(kind, rule) for example in examples for kind, rule, _ in _annotations(example.source.lines)}
    for rule in rules.rules:
        for kind, what in (("ruleid", "it must find"), ("ok", "it must not find")):
            if (kind, rule.id) not in notes:
                yield f"{rule.file}:{rule.line}: {rule.id}: no example of what {what} (a comment `{kind}: {rule.id}`)"
