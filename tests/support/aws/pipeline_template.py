"""The templates of a delivery pipeline as one stack, and the permissions of its roles."""

from __future__ import annotations

from scangate import __version__
from tests.support.aws.cloudformation import StackTemplate
from tests.support.paths import SNIPPETS

__all__ = [
    "CONNECTION",
    "ENVIRONMENTS",
    "PIPELINES",
    "SHARED",
    "TEMPLATES",
    "WORKLOADS",
    "allowed_actions",
    "failed_assertions",
    "load_stack",
]

SHARED = (SNIPPETS / "signing.yaml", SNIPPETS / "delivery.yaml")
PIPELINES = {
    "container-image": SNIPPETS / "delivery-container.yaml",
    "lambda": SNIPPETS / "delivery-lambda.yaml",
    "ec2-codedeploy": SNIPPETS / "delivery-ec2.yaml",
    "static-site": SNIPPETS / "delivery-static.yaml",
}
TEMPLATES = (*SHARED, *PIPELINES.values())
WORKLOADS = tuple(PIPELINES)
# For each workload: what each DeploymentConfig is in CodeDeploy. A static site has none.
CONFIGS = {
    "container-image": {
        "AllAtOnce": "CodeDeployDefault.ECSAllAtOnce",
        "Canary": "CodeDeployDefault.ECSCanary10Percent5Minutes",
        "Linear": "CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
        "BlueGreen": "CodeDeployDefault.ECSAllAtOnce",
    },
    "lambda": {
        "AllAtOnce": "CodeDeployDefault.LambdaAllAtOnce",
        "Canary": "CodeDeployDefault.LambdaCanary10Percent5Minutes",
        "Linear": "CodeDeployDefault.LambdaLinear10PercentEvery1Minute",
        "BlueGreen": "CodeDeployDefault.LambdaAllAtOnce",
    },
    "ec2-codedeploy": {
        "AllAtOnce": "CodeDeployDefault.AllAtOnce",
        "Rolling": "CodeDeployDefault.OneAtATime",
        "BlueGreen": "CodeDeployDefault.OneAtATime",
    },
    "static-site": {},
}
ENVIRONMENTS = ("production", "staging,production", "qa,staging,production", "dev,staging,production", "dev,qa,staging,production")
CONNECTION = "arn:aws:codeconnections:eu-central-1:123456789012:connection/00000000-0000-4000-8000-000000000000"


def load_stack(workload: str = "lambda", **given: str) -> StackTemplate:
    """The stacks of the application shop, joined, with defaults for the parameters."""
    defaults = {"Application": "shop", "Repository": "team/shop", "Email": "team@example.org", "HookBucket": "hooks"}
    return StackTemplate.load(
        *SHARED,
        PIPELINES[workload],
        **{**defaults, "Workload": workload, "ScangateInstall": f"scangate[attest,aws]=={__version__}", **given},
    )


def failed_assertions(found: StackTemplate) -> list[str]:
    """The descriptions of the template's assertions that fail."""
    rules = [rule for rule in found.template["Rules"].values() if found.resolve(rule.get("RuleCondition", True))]
    return [str(each["AssertDescription"]) for rule in rules for each in rule["Assertions"] if not found.resolve(each["Assert"])]


def allowed_actions(found: StackTemplate, role: str) -> dict[str, set[str]]:
    """The actions that a role may take, with their resources, including those of key policies."""
    made = found.resources()
    policies = list(made[role]["Policies"])
    assert len({policy["PolicyName"] for policy in policies}) == len(policies)
    policies += [made[name.strip("<>")] for name in made[role].get("ManagedPolicyArns", [])]
    policies += [each for each in found.resources("AWS::IAM::Policy").values() if f"<{role}>" in each["Roles"]]
    statements = [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]
    for name, key in found.resources("AWS::KMS::Key").items():  # in whose policy * is the key
        granted = [each for each in key["KeyPolicy"]["Statement"] if each["Principal"].get("AWS") == f"<{role}.Arn>"]
        statements += [{**each, "Resource": f"<{name}.Arn>"} for each in granted]
    found_actions: dict[str, set[str]] = {}
    for statement in statements:
        assert statement["Effect"] == "Allow"
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        for action in statement["Action"]:
            found_actions.setdefault(action, set()).update(resources)
    return found_actions
