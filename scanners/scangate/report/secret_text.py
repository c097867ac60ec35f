"""Makes the sentences that say why a finding weighs what it does; every format escapes them for its own language."""

from __future__ import annotations

from collections.abc import Iterable

from scangate.model import Finding, Mitigation, SecretClass, SecretContext, SecretWeight

CLASS_TEXTS: dict[SecretClass, str] = {
    SecretClass.TOKEN: "it has the format of a provider's token",
    SecretClass.KEY: "it is key material",
    SecretClass.PASSWORD: "it is where the format of the file has a password",
    SecretClass.ASSIGNMENT: "it is assigned to a name that says so",
    SecretClass.RANDOM: "its characters look random, and nothing else says that it is a secret",
}
CONTEXT_TEXTS: dict[SecretContext, str] = {
    SecretContext.REFERENCE: "the value names where the secret is",
    SecretContext.CIPHERTEXT: "the value is encrypted",
    SecretContext.DIGEST: "the value is a hash or a checksum",
    SecretContext.PUBLIC_KEY: "the key is public",
    SecretContext.IDENTIFIER: "the value is the name of something",
    SecretContext.TRANSLATION: "the value is text for people",
    SecretContext.PLACEHOLDER: "the value is there to be replaced",
    SecretContext.DOCUMENTATION: "the value is an example from documentation",
    SecretContext.DEFAULT: "the value is a well-known default",
    SecretContext.SAME_AS_USER: "the value is the user name",
    SecretContext.LOCAL_HOST: "the host is this machine or a service of a CI job",
    SecretContext.TEST: "the value was made up for a test",
}

MITIGATION_TEXTS: dict[Mitigation, str] = {
    Mitigation.CONSTANT: "the value is made of constants",
    Mitigation.CONVERTED: "the value is made of constants and of values that were converted to numbers or the like",
    Mitigation.CHECKED: "the value is a member of a fixed set",
    Mitigation.QUOTED: "the values in the command are quoted",
    Mitigation.NO_SHELL: "the program is fixed, and no shell reads its arguments",
    Mitigation.IMPORTED: "an import does no harm by itself, and each use of the module is judged where it is",
    Mitigation.ASSUMED: "the value may be stored data that the request only selects",
}


def explain_secret(finding: Finding) -> list[str]:
    """Why a secret weighs what it does, in sentences; empty for a finding without an assessment."""
    return list(filter(None, (explain_weight(finding), _list_detectors(finding))))


def explain_doubt(finding: Finding) -> str:
    """What speaks against a finding, for a list of findings: `explain_weight` of a secret, or `explain_mitigation`."""
    assessment = finding.assessment
    return explain_weight(finding) if assessment is not None and assessment.contexts else explain_mitigation(finding)


def explain_mitigation(finding: Finding) -> str:
    """``lowered: the value is made of constants``; empty for a finding that has the severity of its rule."""
    return f"lowered: {MITIGATION_TEXTS[finding.mitigation]}" if finding.mitigation is not None else ""


def explain_weight(finding: Finding) -> str:
    """``weak: the value is the user name; it is where the format of the file has a password``; empty without an assessment."""
    assessment = finding.assessment
    if assessment is None:
        return ""
    doubts = [CONTEXT_TEXTS[context] for context in assessment.contexts]
    return f"{SecretWeight.of(finding.severity).value}: {'; '.join([*doubts, CLASS_TEXTS[assessment.secret_class]])}"


def _list_detectors(finding: Finding) -> str:
    detectors = finding.assessment.detectors if finding.assessment is not None else ()
    return f"found by: {', '.join(_without_scanner(detectors, finding.scanner))}" if detectors else ""


def _without_scanner(rules: Iterable[str], scanner: str) -> Iterable[str]:
    return (rule.removeprefix(f"{scanner}:") for rule in rules)
