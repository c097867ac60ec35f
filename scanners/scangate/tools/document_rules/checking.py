"""Applies the document rules to a document, and those about commands to a shell script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from scangate.content.documents import Document, read_document
from scangate.content.shell_commands import read_script
from scangate.content.yaml_tree import Node, line_starts, position
from scangate.errors import ScanError
from scangate.model import GapKind
from scangate.tools.document_rules import access, commands, network, script_flow, scripts, workflows
from scangate.tools.document_rules.pack import DocumentRule, Test, load_document_rules, load_statement_rules
from scangate.tools.document_rules.statements import Statement, find_statements
from scangate.tools.document_rules.template import Resource, Template

StatementCheck = Callable[[Statement, tuple[str, ...], Template], Node | None]
ResourceCheck = Callable[[Resource, tuple[str, ...], Template], Iterable[Node]]
DocumentCheck = Callable[[Document, tuple[str, ...]], Iterable[Node]]
STATEMENT_CHECKS: Mapping[str, StatementCheck] = access.STATEMENT_CHECKS
RESOURCE_CHECKS: Mapping[str, ResourceCheck] = {**access.RESOURCE_CHECKS, **network.RESOURCE_CHECKS}
DOCUMENT_CHECKS: Mapping[str, DocumentCheck] = {**workflows.DOCUMENT_CHECKS, **scripts.DOCUMENT_CHECKS}
SCRIPT_CHECKS: Mapping[str, commands.ScriptCheck] = {**commands.COMMAND_CHECKS, **script_flow.FLOW_CHECKS}
"""The checks in code, by the name that rules use."""


class Match(msgspec.Struct, frozen=True):
    """What a rule has found: a range of lines and columns, both from 1; the end is exclusive."""

    rule: DocumentRule
    start: tuple[int, int]
    end: tuple[int, int]


def check_text(text: str, files: Iterable[str], language: str = "") -> list[Match]:
    """What the rules in ``files`` find in a document; in what comes before a syntax error, if there is one.

    ``language``: ``yaml`` or ``json``, to apply semgrep's rules for IAM statements as well, to what their values are.
    """
    document = read_document(text)
    rules = [rule for file in files for rule in load_document_rules().get(file, ())]
    rules += load_statement_rules()[language] if language else ()
    starts = line_starts(text)
    found = dict.fromkeys((rule.id, node.start, node.end) for rule, node in _check(document, rules))
    by_id = {rule.id: rule for rule in rules}
    return [Match(by_id[rule], position(starts, start), position(starts, max(end, start))) for rule, start, end in found]


def check_script(text: str, files: Iterable[str]) -> tuple[list[Match], ScanError | None]:
    """What the rules in ``files`` find in a shell script, and from where it could not be read, if that is so."""
    script = read_script(text)
    calls = commands.Calls(script)
    rules = [rule for file in files for rule in load_document_rules().get(file, ())]
    starts = line_starts(text)
    matches = [
        Match(rule, position(starts, start), position(starts, end))
        for rule in rules
        for start, end in dict.fromkeys(SCRIPT_CHECKS[rule.check.name](calls, rule.check.arguments))
    ]
    if script.problem is None:
        return matches, None
    line = position(starts, script.problem)[0]
    reason = f"from line {line} not read: a quote or a bracket that is opened there has no end, or too many are nested"
    return matches, ScanError(GapKind.PARTIAL_PARSE, reason, "close it, or exclude the file with a reason", line=line)


def _check(document: Document, rules: Iterable[DocumentRule]) -> Iterator[tuple[DocumentRule, Node]]:
    template = Template(document)
    by_type: dict[str, list[Resource]] = {}
    for resource in template.resources.values():
        by_type.setdefault(resource.type, []).append(resource)
    statements = list(find_statements(document, template))
    for rule in rules:
        check = rule.check
        if check.name in DOCUMENT_CHECKS:
            yield from ((rule, node) for node in DOCUMENT_CHECKS[check.name](document, check.arguments))
        elif check.name in STATEMENT_CHECKS:
            nodes = (STATEMENT_CHECKS[check.name](each, check.arguments, template) for each in statements)
            yield from ((rule, node) for node in nodes if node is not None)
        else:
            resources = [each for name in rule.resources for each in by_type.get(name, ())]
            yield from ((rule, node) for each in resources for node in _check_resource(rule, each, template))


def _check_resource(rule: DocumentRule, resource: Resource, template: Template) -> Iterable[Node]:
    def holds(test: Test) -> bool:
        if test.name:
            return any(True for _ in RESOURCE_CHECKS[test.name](resource, test.arguments, template))
        return bool(template.matches(resource, test))

    if not all(map(holds, rule.where)) or any(map(holds, rule.unless)):
        return ()
    if rule.check.name:
        return RESOURCE_CHECKS[rule.check.name](resource, rule.check.arguments, template)
    return template.matches(resource, rule.check)
