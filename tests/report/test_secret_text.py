"""The sentences that say why a secret weighs what it does."""

from __future__ import annotations

import msgspec

from scangate.model import FormerRule, SecretAssessment, SecretClass, SecretContext, Severity
from scangate.report import explain, markdown, text
from scangate.report.secret_text import CLASS_TEXTS, CONTEXT_TEXTS, explain_secret, explain_weight
from scangate.report.wording import describe_former
from tests.support.sample_reports import SQL, TOKEN, failing_report

WEAK = msgspec.structs.replace(
    TOKEN,
    severity=Severity.LOW,
    assessment=SecretAssessment(
        SecretClass.PASSWORD,
        (SecretContext.SAME_AS_USER, SecretContext.LOCAL_HOST),
        ("detect-secrets:url-password", "detect-secrets:secret-keyword"),
    ),
    former=FormerRule("detect-secrets:secret-keyword", "0123abcd" * 4),
)


def test_every_class_and_context_has_a_text_of_its_own() -> None:
    assert set(CLASS_TEXTS) == set(SecretClass)
    assert set(CONTEXT_TEXTS) == set(SecretContext)
    texts = [*CLASS_TEXTS.values(), *CONTEXT_TEXTS.values()]
    assert len(set(texts)) == len(texts)


def test_what_speaks_against_a_secret_comes_first() -> None:
    weight = "weak: the value is the user name; the host is this machine or a service of a CI job"
    assert explain_secret(WEAK) == [
        f"{weight}; it is where the format of the file has a password",
        "found by: url-password, secret-keyword",
    ]


def test_the_name_that_a_finding_had_before_is_no_reason_of_a_secret() -> None:
    assert describe_former(WEAK) == f"detect-secrets:secret-keyword  {'0123abcd' * 4}"
    assert describe_former(SQL) == ""
    followed = msgspec.structs.replace(SQL, former=FormerRule("semgrep:python-sql-injection"))
    assert explain_secret(followed) == []
    assert describe_former(followed) == "semgrep:python-sql-injection"


def test_a_secret_that_nothing_speaks_against_has_its_class_alone() -> None:
    strong = msgspec.structs.replace(
        TOKEN, severity=Severity.HIGH, assessment=SecretAssessment(SecretClass.KEY, detectors=("other:key",))
    )
    assert explain_secret(strong) == ["strong: it is key material", "found by: other:key"]


def test_other_findings_have_no_such_text() -> None:
    assert explain_secret(SQL) == []
    assert explain_weight(TOKEN) == ""


def test_explain_and_comments_say_it_and_lists_only_what_is_in_doubt() -> None:
    report = failing_report()
    first = report.verdict.rulings[0]
    sure = msgspec.structs.replace(WEAK, assessment=SecretAssessment(SecretClass.PASSWORD))
    for finding, is_listed in ((WEAK, True), (sure, False)):
        ruling = msgspec.structs.replace(first, finding=finding, members=())
        verdict = msgspec.structs.replace(report.verdict, rulings=(ruling,))
        changed = msgspec.structs.replace(report, verdict=verdict)
        said = CLASS_TEXTS[SecretClass.PASSWORD]
        page = explain.explain_finding(ruling, None, explain.WaiveArguments("2026-04-01"))
        assert said in " ".join(page.split())
        assert said in markdown.render_comment(ruling)
        assert (said in markdown.render(changed), said in " ".join(text.render(changed).split())) == (is_listed, is_listed)
