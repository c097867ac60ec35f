"""Evaluates CloudFormation templates with parameters: conditions and functions; creates nothing.

Templates that export to each other are evaluated as one, as long as their names differ. An attribute or a reference whose value
only AWS knows becomes a name that says what it is: ``<Key.Arn>``, ``<Bucket>``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cfnlint.decode.cfn_yaml import load

__all__ = ["NO_VALUE", "StackTemplate", "read_template"]

NO_VALUE = object()
PSEUDO = {
    "AWS::AccountId": "123456789012",
    "AWS::Region": "eu-central-1",
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "stack",
}


@functools.cache
def read_template(file: Path) -> Mapping[str, Any]:
    """The template in ``file``, read once: that takes seconds."""
    template: Mapping[str, Any] = load(str(file))
    return template


@dataclass(frozen=True)
class StackTemplate:
    """One or more templates with their parameters. KeyError for a name that they do not have."""

    template: Mapping[str, Any]
    parameters: Mapping[str, str]

    @classmethod
    def load(cls, *files: Path, **given: str) -> StackTemplate:
        """The stacks of ``files``: parameters that are not ``given`` have their defaults."""
        template = _join([read_template(file) for file in files])
        argument = {name: str(given.get(name, each.get("Default", ""))) for name, each in template["Parameters"].items()}
        assert given.keys() <= argument.keys(), given.keys() - argument.keys()
        for name, each in template["Parameters"].items():
            assert argument[name] in each.get("AllowedValues", [argument[name]]), (name, argument[name])
            items = argument[name].split(",") if each["Type"] == "CommaDelimitedList" else [argument[name]]
            assert all(re.fullmatch(each.get("AllowedPattern", ".*"), item) for item in items), (name, argument[name])
        return cls(template, argument)

    def condition_holds(self, condition: str) -> bool:
        """Whether a condition of the template holds."""
        return bool(self.resolve(self.template["Conditions"][condition]))

    def resources(self, kind: str = "") -> dict[str, Any]:
        """The evaluated properties of each resource, of one type or of all."""
        return {
            name: self.resolve(each.get("Properties", {}))
            for name, each in self.template["Resources"].items()
            if kind in ("", each["Type"]) and ("Condition" not in each or self.condition_holds(each["Condition"]))
        }

    def resolve(self, node: Any) -> Any:  # noqa: PLR0911 -- one return a function of CloudFormation
        """The value of a node; NO_VALUE for AWS::NoValue, which lists and mappings omit."""
        if isinstance(node, list):
            return [each for each in map(self.resolve, node) if each is not NO_VALUE]
        if not isinstance(node, dict):
            return str(node) if isinstance(node, str) else node
        if len(node) != 1 or not (next(iter(node)).startswith("Fn::") or next(iter(node)) in ("Ref", "Condition")):
            return {str(key): found for key, each in node.items() if (found := self.resolve(each)) is not NO_VALUE}
        ((function, argument),) = node.items()
        if function == "Ref":
            return NO_VALUE if argument == "AWS::NoValue" else self._ref(argument)
        if function == "Condition":
            # in a Condition function a name; in a policy a block of its own
            return self.condition_holds(argument) if isinstance(argument, str) else {"Condition": self.resolve(argument)}
        if function == "Fn::If":
            return self.resolve(argument[1] if self.condition_holds(argument[0]) else argument[2])
        if function == "Fn::GetAtt":
            resource, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
            return self._attribute(resource, attribute)
        if function == "Fn::Sub":
            text, names = argument if isinstance(argument, list) else (argument, {})
            more = {name: str(self.resolve(each)) for name, each in names.items()}
            return re.sub(
                r"\$\{([^!}][^}]*)\}", lambda match: more[match[1]] if match[1] in more else self._named(match), text
            ).replace("${!", "${")
        if function in {"Fn::Join", "Fn::Split", "Fn::Select", "Fn::FindInMap", "Fn::ImportValue"}:
            return self._found(function, argument)
        return self._logic(function, argument)

    def _found(self, function: str, argument: Any) -> Any:
        if function == "Fn::Join":
            return str(argument[0]).join(map(str, self.resolve(argument[1])))
        if function == "Fn::Split":
            return str(self.resolve(argument[1])).split(str(argument[0]))
        if function == "Fn::Select":
            return self.resolve(argument[1])[int(argument[0])]
        if function == "Fn::ImportValue":
            return self._import(str(self.resolve(argument)))
        first, second, third = map(self.resolve, argument)
        return self.template["Mappings"][first][second][third]

    def _import(self, name: str) -> Any:
        (value,) = (
            each["Value"] for each in self.template["Outputs"].values() if self.resolve(each.get("Export", {})) == {"Name": name}
        )
        return self.resolve(value)

    def _logic(self, function: str, argument: Any) -> bool:
        found = [self.resolve(each) for each in argument]
        if function == "Fn::Equals":
            return bool(found[0] == found[1])
        if function == "Fn::Contains":
            return found[1] in found[0]
        if function == "Fn::Not":
            return not found[0]
        return {"Fn::And": all, "Fn::Or": any}[function](found)

    def _named(self, match: re.Match[str]) -> str:
        resource, _, attribute = match[1].partition(".")
        return str(self._attribute(resource, attribute) if attribute else self._ref(resource))

    def _ref(self, name: str) -> Any:
        if name in PSEUDO or name in self.parameters:
            value = PSEUDO.get(name) or self.parameters[name]
            is_list = name in self.parameters and self.template["Parameters"][name]["Type"] == "CommaDelimitedList"
            return value.split(",") if is_list else value
        resource = self.template["Resources"][name]
        assert "Condition" not in resource or self.condition_holds(resource["Condition"]), f"{name} is not made"
        for key in ("Name", "LogGroupName", "ApplicationName", "FunctionName"):
            if key in resource.get("Properties", {}):
                return str(self.resolve(resource["Properties"][key]))
        return f"<{name}>"

    def _attribute(self, name: str, attribute: str) -> str:
        self._ref(name)
        return f"<{name}.{attribute}>"


def _join(templates: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """One template: only parameters, conditions and rules may have a name in several, and conditions and rules then agree."""
    if len(templates) == 1:
        return templates[0]
    joined: dict[str, dict[str, Any]] = {}
    for template in templates:
        for section in ("Parameters", "Mappings", "Rules", "Conditions", "Resources", "Outputs"):
            known = joined.setdefault(section, {})
            for name, each in template.get(section, {}).items():
                assert name not in known or section == "Parameters" or known[name] == each, (section, name)
                assert name not in known or section in {"Parameters", "Rules", "Conditions"}, (section, name)
                known[name] = each
    return joined
