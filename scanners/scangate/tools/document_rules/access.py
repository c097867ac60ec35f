"""Checks of who may do what: IAM statements, managed policies, trust in identity providers, permissions of functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from scangate.content.yaml_tree import Node, key_of
from scangate.tools.document_rules.pack import ELEMENTS
from scangate.tools.document_rules.statements import Statement
from scangate.tools.document_rules.template import Resource, Template

_EVERYONE = "*"
_RESTRICTING_KEY = re.compile(
    r"(?i)aws:(?:source(?:vpce|vpc|ip|arn|account|orgid|orgpaths|owner)|vpcsourceip|principal(?:orgid|orgpaths|account|arn|tag/.+)"
    r"|principalisawsservice|useragent|referer)|s3:dataaccesspoint.*|kms:(?:calleraccount|viaservice)|lambda:functionurlauthtype"
    r"|sns:endpoint|es:.*"
)
"""Condition keys that say who may call. A condition on the transport or the encryption lets everyone in.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""
_SUBJECTS = {
    "token.actions.githubusercontent.com": re.compile(r"\*|repo:\*|repo:\*.*|\*.*"),
    "gitlab.com": re.compile(r"\*|project_path:\*.*|\*.*"),
    "app.terraform.io": re.compile(r"\*|organization:\*.*|\*.*"),
}
"""By identity provider for the builds of all its users: subjects that are not limited to an owner.

https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
https://docs.gitlab.com/ci/cloud_services/aws/
https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration
"""


def _allows_actions(statement: Statement, actions: tuple[str, ...], _: Template) -> Node | None:
    """One of the actions on every resource of its kind, without a condition."""
    if not statement.grants or not statement.is_on_any_resource:
        return None
    return statement.action_among(actions)


def _is_public(statement: Statement, _: tuple[str, ...], template: Template) -> Node | None:
    """A resource policy for everyone, which neither a condition nor another statement limits."""
    owner = statement.owner.type if statement.owner is not None else ""
    if not statement.allows or owner == "AWS::EC2::VPCEndpoint" or not _is_everyone(statement.principal, template):
        return None
    if _restricts(statement.condition) or (statement.condition is not None and not _has_only_transport(statement.condition)):
        return None
    if all(text.lower().startswith("execute-api:") for _, text in statement.actions):
        return None  # an API without a policy is as public; whether it has an authorizer is another question
    if _denies_others(statement.policy, template) or _is_private(statement.owner, template):
        return None
    return statement.node.children[0]


def _is_everyone(principal: Node | None, template: Template) -> bool:
    """Whether one of the values that the principal may have is everyone."""
    nodes = [value.node for value in template.values(principal) if value.node is not None] if principal is not None else []
    return any(_EVERYONE in template.texts(node.get("AWS") or node) for node in nodes)


def _has_elements(statement: Statement, elements: tuple[str, ...], template: Template) -> Node | None:
    """A statement that has each of the elements, by its resolved values; see `load_statement_rules`."""
    if statement.owner is not None and statement.owner.type == "AWS::Organizations::Policy":
        return None
    for element in elements:
        key, _, expression = element.partition("=")
        node = statement.node.get(key.removeprefix("!"))
        if key.startswith("!"):
            if node is not None:
                return None
        elif node is None or not (not expression or any(re.search(expression, text) for text in template.texts(node))):
            return None
    return key_of(statement.node, "Action") or key_of(statement.node, "NotAction") or statement.node.children[0]


def _condition_keys(condition: Node | None) -> list[str]:
    operators = condition.items() if condition is not None else ()
    return [key for _, operator in operators for key, _ in (operator.target or operator).items()]


def _restricts(condition: Node | None) -> bool:
    return any(map(_RESTRICTING_KEY.fullmatch, _condition_keys(condition)))


def _has_only_transport(condition: Node) -> bool:
    """Whether the condition says how one calls, and not who."""
    keys = _condition_keys(condition)
    return bool(keys) and all(re.fullmatch(r"(?i)aws:securetransport|s3:(?:tlsversion|x-amz-.*)", key) for key in keys)


def _denies_others(policy: Node, template: Template) -> bool:
    """Whether a statement of the policy denies everyone who does not meet a condition on who calls."""
    key = ("denies", id(policy))
    if key not in template.facts:
        statements = policy.children if policy.kind == "sequence" else [policy]
        template.facts[key] = any(_is_denial_for_others(each.target or each, template) for each in statements)
    return template.facts[key]


def _is_denial_for_others(statement: Node, template: Template) -> bool:
    """Whether it denies everyone who does not meet a condition on who calls."""
    if template.texts(statement.get("Effect"))[:1] != ["Deny"]:
        return False
    if statement.get("NotPrincipal") is not None:
        return True
    return _is_everyone(statement.get("Principal"), template) and _restricts(statement.get("Condition"))


def _is_private(owner: Resource | None, template: Template) -> bool:
    """Whether the API that has the policy is reachable from a VPC only."""
    endpoint = template.get(owner, "EndpointConfiguration") if owner is not None else None
    types = endpoint.get("Types") or endpoint.get("Type") if endpoint is not None and endpoint.kind == "mapping" else endpoint
    return types is not None and "PRIVATE" in template.texts(types)


def _trusts_any_build(statement: Statement, _: tuple[str, ...], template: Template) -> Node | None:
    """A role that every build of a provider can take, also one in the repository of a stranger."""
    if not statement.allows or "sts:AssumeRoleWithWebIdentity" not in (text for _, text in statement.actions):
        return None
    principal = statement.principal
    federated = " ".join(template.texts(principal.get("Federated"))) if principal is not None else ""
    keys = _condition_keys(statement.condition)
    for provider, everyone in _SUBJECTS.items():
        if provider not in federated and f"{provider}:aud" not in keys and f"{provider}:sub" not in keys:
            continue
        subjects = _subjects(statement.condition, provider)
        if not subjects:
            return key_of(statement.node, "Action") or statement.node.children[0]
        texts = [text for subject in subjects for text in template.texts(subject)]
        if any(map(everyone.fullmatch, texts)):
            return subjects[0]
    return None


def _subjects(condition: Node | None, provider: str) -> list[Node]:
    """The values that the condition allows for a claim that names the repository."""
    found = []
    for _, operator in condition.items() if condition is not None else ():
        for key, value in (operator.target or operator).items():
            if key.startswith(f"{provider}:") and key != f"{provider}:aud":
                found.append(value)
    return found


STATEMENT_CHECKS: Mapping[str, Callable[[Statement, tuple[str, ...], Template], Node | None]] = {
    "allows-actions": _allows_actions,
    "public-principal": _is_public,
    "any-build": _trusts_any_build,
    ELEMENTS: _has_elements,
}
"""Checks of one statement of a policy."""

_MANAGED_POLICIES = ("ManagedPolicyArns", "Policies")


def _has_managed_policy(resource: Resource, names: tuple[str, ...], template: Template) -> Iterator[Node]:
    """One of the managed policies of AWS, by name."""
    expression = re.compile(rf"(?:arn:[^:]*:iam::aws:policy/(?:job-function/)?)?(?:{'|'.join(names)})")
    if resource.properties.get("PermissionsBoundary") is not None:
        return
    for key in _MANAGED_POLICIES:
        value = template.get(resource, key)
        for item in (value.children if value.kind == "sequence" else [value]) if value is not None else ():
            if any(map(expression.fullmatch, template.texts(item))):
                yield item


def _is_trusted_by_people(resource: Resource, _: tuple[str, ...], template: Template) -> Iterator[Node]:
    """Whether a role is for people or for deployments: accounts, identity providers and CloudFormation may take it."""
    trust = resource.properties.get("AssumeRolePolicyDocument")
    found = trust.get("Statement") if trust is not None else None
    for statement in (found.children if found.kind == "sequence" else [found]) if found is not None else ():
        principal = (statement.target or statement).get("Principal")
        if principal is not None and (principal.get("AWS") is not None or principal.get("Federated") is not None):
            yield resource.at
        if principal is not None and "cloudformation.amazonaws.com" in template.texts(principal.get("Service")):
            yield resource.at


def _has_managed_policy_for_people(resource: Resource, names: tuple[str, ...], template: Template) -> Iterable[Node]:
    """One of the managed policies, for a person or a deployment."""
    is_role = resource.type == "AWS::IAM::Role"
    if is_role and next(_is_trusted_by_people(resource, (), template), None) is None:
        return ()
    return _has_managed_policy(resource, names, template)


def _lets_any_account_call(resource: Resource, _: tuple[str, ...], template: Template) -> Iterable[Node]:
    """A permission of a function for everyone."""
    principal = resource.properties.get("Principal")
    limits = ("SourceArn", "SourceAccount", "PrincipalOrgID", "EventSourceToken", "FunctionUrlAuthType", "InvokedViaFunctionUrl")
    if principal is None or template.texts(principal) != [_EVERYONE] or any(template.get(resource, key) for key in limits):
        return ()
    return [key_of(resource.properties, "Principal") or resource.at]


RESOURCE_CHECKS: Mapping[str, Callable[[Resource, tuple[str, ...], Template], Iterable[Node]]] = {
    "managed-policy": _has_managed_policy,
    "managed-policy-for-people": _has_managed_policy_for_people,
    "trusted-by-people": _is_trusted_by_people,
    "any-account-calls": _lets_any_account_call,
}
"""Checks of one resource."""
