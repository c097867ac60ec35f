"""Checks of what can be reached from the internet: security groups, by values and by the defaults of parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from scangate.content.yaml_tree import Node, key_of
from scangate.tools.document_rules.template import Resource, Template, function_of

_ANYWHERE = ("0.0.0.0/0", "::/0")
_ALL_PORTS = "all"
_MANY = 60_000
"""Ports in a range that is every port."""


def _opens_by_default(resource: Resource, ports: tuple[str, ...], template: Template) -> Iterator[Node]:
    """Rules of a security group that let the internet reach one of the ports, where a parameter's default decides it."""
    rules = template.get(resource, "SecurityGroupIngress")
    if resource.type == "AWS::EC2::SecurityGroupIngress":
        rules = resource.properties
    for value in template.values(rules) if rules is not None else ():
        if value.node is None:
            continue
        for item in value.node.children if value.node.kind == "sequence" else [value.node]:
            for rule in template.values(item):
                if rule.node is not None and rule.node.kind == "mapping":
                    yield from _open_source(rule.node, ports, template)


def _open_source(rule: Node, ports: tuple[str, ...], template: Template) -> Iterator[Node]:
    sources = [key for key in ("CidrIp", "CidrIpv6") if any(text in _ANYWHERE for text in _only(template, rule.get(key)))]
    decisive = [rule.get(key) for key in (*sources, "FromPort", "ToPort", "IpProtocol")]
    if not sources or not any(function_of(node)[0] for node in decisive if node is not None):
        return  # without references, the rules for literal values find it
    protocol = next(iter(_only(template, rule.get("IpProtocol"))), "tcp")
    first, last = (next(iter(_only(template, rule.get(key))), "") for key in ("FromPort", "ToPort"))
    if _covers(protocol, first, last, ports):
        yield key_of(rule, sources[0]) or rule


def _covers(protocol: str, first: str, last: str, ports: tuple[str, ...]) -> bool:
    is_all = protocol == "-1"
    numbers = [int(text) for text in (first, last) if text.lstrip("-").isdecimal()]
    if not is_all and len(numbers) == 2:
        is_all = numbers[1] - numbers[0] >= _MANY
    if is_all or _ALL_PORTS in ports:
        return is_all and _ALL_PORTS in ports
    return len(numbers) == 2 and any(numbers[0] <= int(port) <= numbers[1] for port in ports)


def _only(template: Template, node: Node | None) -> list[str]:
    """The value of a node, if it has one only."""
    found = template.values(node) if node is not None else []
    return [each.node.value for each in found if each.node is not None and each.node.kind == "scalar"] if len(found) == 1 else []


def _is_internal(resource: Resource, _: tuple[str, ...], template: Template) -> Iterable[Node]:
    """Whether a listener belongs to a load balancer that is not reachable from the internet."""
    balancer = template.resource_of(template.get(resource, "LoadBalancerArn"))
    scheme = template.texts(template.get(balancer, "Scheme")) if balancer is not None else []
    kind = template.texts(template.get(balancer, "Type")) if balancer is not None else []
    return [resource.at] if "internal" in scheme or "gateway" in kind else []


def _is_method_of_private_api(resource: Resource, _: tuple[str, ...], template: Template) -> Iterable[Node]:
    """Whether a method belongs to an API that is reachable from a VPC only."""
    api = template.resource_of(template.get(resource, "RestApiId"))
    endpoint = template.get(api, "EndpointConfiguration") if api is not None else None
    types = endpoint.get("Types") if endpoint is not None else None
    return [resource.at] if "PRIVATE" in template.texts(types) else []


RESOURCE_CHECKS: Mapping[str, Callable[[Resource, tuple[str, ...], Template], Iterable[Node]]] = {
    "opens-by-default": _opens_by_default,
    "internal-load-balancer": _is_internal,
    "method-of-private-api": _is_method_of_private_api,
}
"""Checks of one resource."""
