# A gate for one repository as a construct of the AWS CDK: the resources of gate.yaml, which it includes as it is.
#
#   scangate snippet gate.yaml > gate.yaml
#   scangate snippet cdk/gate.py > scangate_gate.py
#
# The names of resources are those of the template, so a stack has one gate. An example is in docs/how-to/gate-on-aws.md.
"""A construct for a gate, made from the template gate.yaml next to this file."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import CfnResource
from aws_cdk.cloudformation_include import CfnInclude
from constructs import Construct

TEMPLATE = Path(__file__).with_name("gate.yaml")


class Gate(Construct):
    """The projects, roles and reports of gate.yaml in the stack of ``scope``.

    ``parameters``: those of the template, in snake_case (``repository_url`` for RepositoryUrl). They become the defaults of the
    stack's parameters, so CloudFormation checks them by the template's patterns. ValueError for a name that the template lacks.
    """

    def __init__(self, scope: Construct, construct_id: str, *, template: Path = TEMPLATE, **parameters: str | int) -> None:
        super().__init__(scope, construct_id)
        self._included = CfnInclude(self, "Template", template_file=str(template))
        for name, value in parameters.items():
            parameter = "".join(map(str.capitalize, name.split("_")))
            try:
                self._included.get_parameter(parameter).default = str(value)
            except RuntimeError as error:  # jsii's
                raise ValueError(f"{template.name} has no parameter {parameter}") from error

    def resource(self, name: str) -> CfnResource:
        """A resource by its name in the template, such as Gate, Store or Alerts."""
        return self._included.get_resource(name)
