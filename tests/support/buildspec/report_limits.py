"""Checks JUnit files against what CodeBuild documents about test reports; knows nothing of buildspecs.

Limits: https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html
The XML is read as it is: junitparser works out missing counts afresh and with them overwrites the wrong ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

MAX_CASES = 500
MAX_NAME = 1000
MAX_MESSAGE = 5000
# The count attributes and the child element of a case that each counts.
OUTCOMES = {"failures": "failure", "errors": "error", "skipped": "skipped"}


@dataclass(frozen=True, slots=True)
class ReportGroup:
    """What CodeBuild would show for one report group.

    `status` is SUCCEEDED, FAILED or INCOMPLETE; `problems` are the documented facts that the files break; `dropped`
    counts the cases beyond the limit, which CodeBuild leaves out (failed ones last).
    """

    name: str
    status: str
    files: tuple[str, ...]
    cases: int = 0
    failed: int = 0
    skipped: int = 0
    dropped: int = 0
    problems: tuple[str, ...] = ()


def check_junit(name: str, files: Sequence[Path]) -> ReportGroup:
    """The report that the JUnit files of one group make; no file, or one that cannot be taken in, makes it INCOMPLETE."""
    cases: list[Element] = []
    problems = [] if files else ["no file matches"]
    complete = bool(files)
    for file in files:
        try:
            root = ET.parse(file).getroot()
            refused = any(_is_negative(element) for element in _counting(root))
        except (ET.ParseError, OSError, ValueError) as error:
            problems.append(f"{file.name}: unreadable: {error}")
            complete = False
            continue
        complete = complete and not refused
        cases += root.iter("testcase")
        problems += (f"{file.name}: {problem}" for problem in _check_document(root))
    return _sum_up(name, files, cases, problems, complete=complete)


def _sum_up(name: str, files: Sequence[Path], cases: list[Element], problems: list[str], *, complete: bool) -> ReportGroup:
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    dropped = max(0, len(cases) - MAX_CASES)
    if dropped:
        problems.append(f"{len(cases)} cases, {MAX_CASES} are kept")
    return ReportGroup(
        name=name,
        status="INCOMPLETE" if not complete else "FAILED" if failed else "SUCCEEDED",
        files=tuple(str(file) for file in files),
        cases=len(cases),
        failed=failed,
        skipped=sum(case.find("skipped") is not None for case in cases),
        dropped=dropped,
        problems=tuple(problems),
    )


def _check_document(root: Element) -> Iterable[str]:
    if root.tag not in ("testsuites", "testsuite"):
        yield f"the root is {root.tag}"
    for element in _counting(root):
        yield from _compare(element)
    for case in root.iter("testcase"):
        yield from _check_case(case)


def _check_case(case: Element) -> Iterable[str]:
    name = case.get("name", "")
    if not 1 <= len(name) <= MAX_NAME:
        yield f"case {name[:40]!r}: a name of {len(name)} characters"
    outcomes = [child for child in case if child.tag in OUTCOMES.values()]
    if len(outcomes) > 1:
        yield f"case {name[:40]!r}: {len(outcomes)} outcomes"
    for outcome in outcomes:
        length = max(len(outcome.get("message", "")), len(outcome.text or ""))
        if length > MAX_MESSAGE:
            yield f"case {name[:40]!r}: a message of {length} characters"


def _counting(root: Element) -> list[Element]:
    return [element for element in root.iter() if element.tag in ("testsuites", "testsuite")]


def _compare(element: Element) -> Iterable[str]:
    """CodeBuild believes the attributes, so each must be there and be what the cases add up to."""
    cases = list(element.iter("testcase"))
    real = {"tests": len(cases)}
    real |= {name: sum(case.find(tag) is not None for case in cases) for name, tag in OUTCOMES.items()}
    if element.tag == "testsuites" and "skipped" not in element.attrib:
        del real["skipped"]  # junit-10.xsd knows it on a suite only
    for name, count in real.items():
        if (stated := element.get(name)) != str(count):
            yield f"{element.tag} {element.get('name', '')!r}: {name} is {stated}, but {count} are there"


def _is_negative(element: Element) -> bool:
    """Counts that CodeBuild refuses: "status count cannot be negative" (github.com/aquasecurity/trivy/issues/880)."""
    return int(element.get("tests", "0")) < sum(int(element.get(name, "0")) for name in OUTCOMES)
