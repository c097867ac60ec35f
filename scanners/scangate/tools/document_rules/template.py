"""A CloudFormation or SAM template: its resources, and the values that its properties have by default.

References to parameters are their defaults, ``Fn::If`` is both of its values, ``Fn::Sub`` its text; what is decided elsewhere is
unknown. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from scangate.content.documents import Document
from scangate.content.yaml_tree import Node, key_of
from scangate.errors import ScanError
from scangate.model import GapKind
from scangate.tools.document_rules.pack import Test
from scangate.tools.syntax_check import EXCLUDE_HINT

NO_VALUE = "AWS::NoValue"
_PSEUDO = {"AWS::AccountId": "000000000000", "AWS::Partition": "aws", "AWS::Region": "region", "AWS::URLSuffix": "amazonaws.com"}
_SUBSTITUTION = re.compile(r"\$\{([^!{}\s]+)\}")
_FUNCTION = re.compile(r"Ref|Condition|Fn::\w+")
_GLOBALS = {
    "AWS::Serverless::Function": "Function",
    "AWS::Serverless::Api": "Api",
    "AWS::Serverless::HttpApi": "HttpApi",
    "AWS::Serverless::SimpleTable": "SimpleTable",
    "AWS::Serverless::StateMachine": "StateMachine",
}
"""https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html"""
_DEPTH = 8
"""Values that refer to values; no template nests functions so deep."""
_STEPS = 1_000_000
"""Nodes that the rules look at; aliases could name the same ones again and again."""


class Resource(msgspec.Struct, frozen=True):
    """A resource: ``at`` is where its type is, ``properties`` a mapping that may be empty."""

    name: str
    type: str
    at: Node
    properties: Node


class Value(msgspec.Struct, frozen=True):
    """One value that a node may have, None where it is decided elsewhere; ``is_missing``: the property is not set then."""

    node: Node | None
    is_missing: bool = False


class Template:
    """A template."""

    def __init__(self, document: Document) -> None:
        roots = [root for root in document.roots if root.kind == "mapping"]
        self.root = next((root for root in roots if root.get("Resources") is not None), None)
        parameters = self.root.get("Parameters") if self.root else None
        self._parameters = dict(parameters.items()) if parameters is not None else {}
        self.facts: dict[tuple[str, int], bool] = {}
        """What checks have found out about nodes, by a name and the node's id."""
        self._steps = 0
        self.resources: Mapping[str, Resource] = {each.name: each for each in self._read_resources()}

    def _read_resources(self) -> Iterator[Resource]:
        resources = self.root.get("Resources") if self.root else None
        for name, node in resources.items() if resources is not None else ():
            body = node.target or node
            kind = body.get("Type")
            if kind is not None and kind.kind == "scalar":
                empty = Node("mapping", "", "", "", kind.start, kind.end, [])
                properties = body.get("Properties")
                at = key_of(body, "Type") or kind
                yield Resource(name, kind.value, at, properties if properties is not None else empty)

    def values(self, node: Node, depth: int = 0) -> list[Value]:
        """What a node may be: the value itself, or those that an intrinsic function can have.

        Raises ScanError in a document that names its nodes too often.
        """
        self._steps += 1
        if self._steps > _STEPS:
            raise ScanError(GapKind.PARTIAL_PARSE, "the template has more references than are followed", EXCLUDE_HINT)
        node = node.target or node
        name, argument = function_of(node)
        if depth > _DEPTH:
            return [Value(None)]
        if name == "If":
            branches = argument.children[1:3] if argument.kind == "sequence" else []
            return [value for branch in branches for value in self.values(branch, depth + 1)] or [Value(None)]
        if name == "Ref":
            return [self._parameter(argument.value, node)]
        if name == "Sub":
            text = argument.children[0] if argument.kind == "sequence" and argument.children else argument
            return [Value(_scalar(self._substitute(text.value), node)) if text.kind == "scalar" else Value(None)]
        if name == "Join":
            joined = self._join(argument, depth)
            return [Value(_scalar(joined, node) if joined is not None else None)]
        return [Value(node if not name else None)]

    def texts(self, node: Node | None) -> list[str]:
        """The scalars that a node may be, or its items, if it is a sequence."""
        found = []
        for value in self.values(node) if node is not None else ():
            if value.node is not None and value.node.kind == "scalar":
                found.append(value.node.value)
            elif value.node is not None and value.node.kind == "sequence":
                items = [item for child in value.node.children for item in self.values(child)]
                found += [item.node.value for item in items if item.node is not None and item.node.kind == "scalar"]
        return found

    def resource_of(self, node: Node | None) -> Resource | None:
        """The resource that a reference names."""
        name, argument = function_of(node) if node is not None else ("", None)
        if argument is None or name not in ("Ref", "GetAtt", "Sub"):
            return None
        first = argument.children[0] if argument.kind == "sequence" and argument.children else argument
        return self.resources.get(first.value.strip("${}").partition(".")[0])

    def get(self, resource: Resource, key: str) -> Node | None:
        """A property of a resource, or that of Globals."""
        found = resource.properties.get(key)
        if found is not None or self.root is None:
            return found
        defaults = self.root.get("Globals")
        section = defaults.get(_GLOBALS.get(resource.type, "")) if defaults is not None else None
        return section.get(key) if section is not None else None

    def matches(self, resource: Resource, test: Test) -> list[Node]:
        """The keys at which ``test`` matches, whatever the template's conditions are; of a missing one, the nearest above."""
        step, *rest = test.steps
        node = self.get(resource, step.removesuffix("?"))
        if node is None:
            return [resource.at] if test.missing and _is_required(step, rest) else []
        return self._matches(node, rest, test, key_of(resource.properties, step.removesuffix("?")) or resource.at)

    def _matches(self, node: Node, steps: list[str], test: Test, at: Node) -> list[Node]:
        found = [self._matches_value(value, steps, test, at) for value in self.values(node)]
        return next((part for part in found if part), []) if all(found) else []

    def _matches_value(self, value: Value, steps: list[str], test: Test, at: Node) -> list[Node]:
        if value.is_missing:
            return [at] if test.missing and "*" not in steps else []
        if value.node is None:
            return [at] if test.unknown or (test.asks_presence and not steps) else []
        if not steps:
            return [at] if test.asks_presence or (value.node.kind == "scalar" and test.accepts(value.node.value)) else []
        step, *rest = steps
        if step == "*":
            items = value.node.children if value.node.kind == "sequence" else [value.node]
            return [one for item in items for one in self._matches(item, rest, test, _first_key(item))]
        child = value.node.get(step.removesuffix("?"))
        if child is None:
            return [at] if test.missing and value.node.kind == "mapping" and _is_required(step, rest) else []
        return self._matches(child, rest, test, key_of(value.node, step.removesuffix("?")) or at)

    def _parameter(self, name: str, at: Node) -> Value:
        if name == NO_VALUE:
            return Value(None, is_missing=True)
        if name in _PSEUDO:
            return Value(_scalar(_PSEUDO[name], at))
        parameter = self._parameters.get(name)
        default = parameter.get("Default") if parameter is not None else None
        kind = parameter.get("Type") if parameter is not None else None
        if default is None or default.kind != "scalar" or (kind is not None and kind.value.startswith("AWS::SSM::")):
            return Value(None)
        return Value(_scalar(default.value, at))

    def _substitute(self, text: str) -> str:
        def replace(match: re.Match[str]) -> str:
            value = self._parameter(match[1], _NOWHERE).node
            return value.value if value is not None else match[0]

        return _SUBSTITUTION.sub(replace, text)

    def _join(self, argument: Node, depth: int) -> str | None:
        """The text of ``Fn::Join``; references that are not known are ``${}``."""
        if argument.kind != "sequence" or len(argument.children) != 2 or argument.children[1].kind != "sequence":
            return None
        parts = []
        for child in argument.children[1].children:
            values = self.values(child, depth + 1)
            known = values[0].node if len(values) == 1 else None
            parts.append(known.value if known is not None and known.kind == "scalar" else "${}")
        return argument.children[0].value.join(parts)


def _is_required(step: str, rest: list[str]) -> bool:
    """Whether a property that is missing is what a test for missing ones is about."""
    return not step.endswith("?") and "*" not in rest


def _scalar(value: str, at: Node) -> Node:
    return Node("scalar", "", value, "", at.start, at.end, [])


_NOWHERE = Node("scalar", "", "", "", 0, 0, [])


def function_of(node: Node) -> tuple[str, Node]:
    """The intrinsic function that a node is, without ``Fn::``, and its argument; an empty name for any other node."""
    if node.kind == "mapping" and len(node.children) == 2 and _FUNCTION.fullmatch(node.children[0].value):
        argument = node.children[1]
        return node.children[0].value.removeprefix("Fn::"), argument.target or argument
    if node.tag.startswith("!") and len(node.tag) > 1:
        return node.tag[1:], node
    return "", node


def _first_key(node: Node) -> Node:
    return node.children[0] if node.kind == "mapping" and node.children else node
