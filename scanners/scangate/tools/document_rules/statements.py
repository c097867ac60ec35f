"""The statements of IAM policies in a document: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"""

from __future__ import annotations

import fnmatch
import functools
import re
from collections.abc import Iterator, Sequence

import msgspec

from scangate.content.documents import Document, Entry, walk
from scangate.content.yaml_tree import Node, key_of
from scangate.tools.document_rules.template import Resource, Template

ANY_RESOURCE = re.compile(r"\*+|arn:[^:]*:[^:]*:[^:]*:[^:]*:(?:\*|[\w-]+[/:]\*|\*/\*)(?::\*)?")
"""``*``, or every resource of one kind."""
_SERVICE = re.compile(r"(?:\*|[\w-]+:\*)")
"""All actions, or those of a service: other rules are about them."""


class Statement(msgspec.Struct, frozen=True):
    """A statement. ``actions`` are nodes with their texts; ``policy`` the list that has it, or itself; ``owner``
    is the resource that has it, None outside of a template."""

    node: Node
    allows: bool
    actions: tuple[tuple[Node, str], ...]
    resources: tuple[str, ...]
    policy: Node
    owner: Resource | None

    @property
    def principal(self) -> Node | None:
        """``Principal``, or None."""
        return self.node.get("Principal")

    @property
    def condition(self) -> Node | None:
        """``Condition``, or None."""
        return self.node.get("Condition")

    @property
    def grants(self) -> bool:
        """Whether it gives the holder of the policy rights, without a condition and a boundary."""
        if not self.allows or self.principal is not None or self.node.get("NotPrincipal") is not None or self.condition is not None:
            return False
        bounded = self.owner is not None and self.owner.properties.get("PermissionsBoundary") is not None
        return not bounded and not (self.owner is not None and self.owner.type == "AWS::Organizations::Policy")

    @property
    def is_on_any_resource(self) -> bool:
        """Whether one of the resources is every resource of its kind."""
        return any(map(ANY_RESOURCE.fullmatch, self.resources))

    def action_among(self, actions: Sequence[str]) -> Node | None:
        """Where one of ``actions`` is allowed; not by a wildcard that allows a whole service, which is another finding."""
        for node, text in self.actions:
            if not _SERVICE.fullmatch(text) and _selects(text.lower(), tuple(actions)):
                return node
        return None


@functools.lru_cache(maxsize=4096)
def _selects(pattern: str, actions: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(action.lower(), pattern.replace("[", "[[]")) for action in actions)


def find_statements(document: Document, template: Template) -> Iterator[Statement]:
    """Every statement with an effect, in the order of the text."""
    resources = {id(resource.properties): resource for resource in template.resources.values()}
    for entry in walk(document):
        if entry.node.kind == "mapping" and entry.node.get("Effect") is not None:
            yield _read(entry, template, resources)


def _read(entry: Entry, template: Template, resources: dict[int, Resource]) -> Statement:
    node = entry.node
    owner = next((resources[id(each.node)] for each in entry.ancestors() if id(each.node) in resources), None)
    is_listed = entry.parent is not None and entry.parent.node.kind == "sequence"
    return Statement(
        node,
        "Allow" in template.texts(node.get("Effect")),
        tuple(_actions(node, template)),
        tuple(template.texts(node.get("Resource"))),
        entry.parent.node if entry.parent is not None and is_listed else node,
        owner,
    )


def _actions(node: Node, template: Template) -> Iterator[tuple[Node, str]]:
    value = node.get("Action")
    if value is None:
        return
    if value.kind == "sequence":
        for child in value.children:
            yield from ((child, text) for text in template.texts(child))
    else:
        yield from ((key_of(node, "Action") or value, text) for text in template.texts(value))
