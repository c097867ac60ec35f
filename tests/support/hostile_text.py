"""Text that has broken reports, logs and readers: what a scanned file, its name or a tool's message may hold."""

from __future__ import annotations

import unicodedata

from scangate.model import (
    AffectedPackage,
    ComparedRevision,
    Component,
    Confidence,
    FileSource,
    Finding,
    FindingKind,
    FormerRule,
    Gap,
    GapKind,
    GapRuling,
    IgnoreComment,
    Location,
    Outcome,
    Report,
    Ruling,
    RulingOutcome,
    ScanResult,
    ScanStatus,
    SecretAssessment,
    SecretClass,
    SecretContext,
    Severity,
    SkippedPath,
    SkipReason,
    Targets,
    Verdict,
)
from tests.support.decisions import reason, unused_exception

__all__ = ["HOSTILE_TEXTS", "check_line", "hostile_report"]

HOSTILE_TEXTS = (
    "\x1b[2J\x1b[31mred\x1b]0;title\x07",
    "\x00nul\x08\x0b\x0c\x7f\x85\x9b31m",
    "\u202ereversed\u202c \u2066isolated\u2069 \u200bzero\ufeffwidth",
    "\u2028line\u2029paragraph",
    "one\ntwo\r\nthree\rfour\ttab",
    "\n::error file=a::pwned",
    "::set-output name=x::pwned",
    "   ::stop-commands::token",
    "x" * 97 + " ::error::wrapped",
    "##[error]pwned",
    "say ##vso[task.setvariable variable=x]pwned",
    "##teamcity[buildStatus status='SUCCESS']",
    "| cell | another |",
    "``` fence ``` `tick`",
    "`",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "]]> <!-- --> &amp; &#0; &lt; <![CDATA[",
    "@everyone see #1 and GH-2",
    "[click](javascript:alert(1)) ![img](https://tracker.example/x.png)",
    "<https://evil.example> https://evil.example www.evil.example",
    "javascript:alert(1)",
    "# heading\n- item\n1. item\n> quote\n---",
    "**bold** __bold__ ~~struck~~ $x^2$ :smile:",
    "'; rm -rf / #",
    "$(id) `id` ${IFS} \\",
    "%0a%0d {0} {{1}} %s %n",
    "\udc80\udcff not UTF-8",
    "\ud83d lone",
    "\ufffe\uffff\U000e0041 non-characters",
    "[bold red]markup[/bold red] [link=https://evil.example]x[/link]",
    "../../etc/passwd",
    "/etc/passwd",
    "C:\\windows\\system32",
    "-dash",
    " leading and trailing ",
    "",
    "=cmd|' /C calc'!A0",
    "\u00e9\u4e2d\u6587\U0001f600",
    "l" * 70_000,
    "a/" * 3_000 + "b",
)


HOSTILE_PATHS = tuple(SkippedPath(text, SkipReason.EXCLUDED, text, text) for text in HOSTILE_TEXTS)


def check_line(line: str) -> None:
    """Nothing in a line controls a terminal; a command of a build service is only what begins as GitHub's annotations do."""
    assert not {unicodedata.category(each) for each in line} & {"Cc", "Cs", "Zl", "Zp"}, repr(line)
    assert "##[" not in line
    assert "##vso[" not in line


def hostile_report() -> Report:
    """A report in which every text that can come from outside is hostile, each of them in each place."""
    rulings = tuple(_ruling(text, number) for number, text in enumerate(HOSTILE_TEXTS))
    gaps = tuple(Gap("evil|scanner", f"gap{text}", _kind(number), text, number, text) for number, text in enumerate(HOSTILE_TEXTS))
    result = ScanResult(
        scanner="evil|scanner",
        version="1.0`<b>",
        status=ScanStatus.PARTIAL,
        files_given=2 * len(HOSTILE_TEXTS),
        analyzed_files=tuple(f"{text}file{number}" for number, text in enumerate(HOSTILE_TEXTS)),
        findings=tuple(ruling.finding for ruling in rulings),
        gaps=gaps,
        skipped_paths=HOSTILE_PATHS,
        reason="::error::\x1b[0m",
        components=tuple(
            Component(text, text, text, 1 + number, number % 2 == 0, (text,), text) for number, text in enumerate(HOSTILE_TEXTS)
        ),
    )
    odd = ScanResult(HOSTILE_TEXTS[0], "", ScanStatus.FAILED, gaps=(Gap(HOSTILE_TEXTS[0], None, GapKind.CRASH, HOSTILE_TEXTS[5]),))
    ruled = tuple(
        GapRuling(gap, number % 2 == 0, reason(HOSTILE_TEXTS[number % 40])) for number, gap in enumerate((*gaps, *odd.gaps))
    )
    verdict = Verdict(
        Outcome.FAIL,
        rulings,
        ruled,
        HOSTILE_TEXTS[15],
        HOSTILE_TEXTS[5],
        HOSTILE_TEXTS[9],
        "\x1b",
        notes=tuple(unused_exception(text, text) for text in HOSTILE_TEXTS),
    )
    return Report(
        verdict=verdict,
        results=(odd, result),
        targets=Targets(
            FileSource.FILE_SYSTEM,
            99,
            HOSTILE_PATHS,
            notes=HOSTILE_TEXTS,
        ),
        tool_version="0.1.0",
        root="/evil\x1b",
        commit="\x1b::error::",
        compared_revision=ComparedRevision("\x1b::error::|`", "\x1b", "\x1b<b>"),
        started="not a time",
        exit_code=1,
        interrupted="::error::",
        scope={f"{number}{text}": text for number, text in enumerate(HOSTILE_TEXTS)},
    )


def _kind(number: int) -> GapKind:
    return list(GapKind)[number % len(GapKind)]


def _ruling(text: str, number: int) -> Ruling:
    finding = Finding(
        rule=f"evil|scanner:{text}",
        severity=list(Severity)[number % 6],
        confidence=list(Confidence)[number % 4],
        kind=list(FindingKind)[number % 4],
        title=text,
        message=text,
        location=Location(text, 1, 1 + number % 3, number % 2, 0),
        cwe=(79, number),
        evidence=text,
        help_url=text,
        fingerprint=text,
        line_hash=text,
        tool_comment=text,
        ignore_comments=(IgnoreComment(1, text, (text,)), IgnoreComment(2, text, problem=text)),
        reported_by=("evil|scanner", text),
        affected_package=AffectedPackage(text, text, (text,), (text,), text, text, text, text),
        assessment=SecretAssessment(list(SecretClass)[number % 5], tuple(SecretContext)[: number % 13], (text,)),
        former=FormerRule(text, text, text),
    )
    return Ruling(finding, list(Severity)[(number + 1) % 6], list(RulingOutcome)[number % len(RulingOutcome)], reason(text))
