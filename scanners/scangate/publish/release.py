"""Finds out what a CodeDeploy deployment is about to release: which images, or which code of which functions; decides nothing."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from scangate.errors import NotAdmitted
from scangate.publish.client import ask
from scangate.publish.statement import Subject

__all__ = ["subjects"]

Clients = Callable[[str], Any]
MOST_BYTES = 256 * 1024
_BY_DIGEST = re.compile(r"[^\s@]+@sha256:(?P<digest>[0-9a-f]{64})")
_REVISION = re.compile(r"[^\s]+:[0-9]+")
_WORDS = {"Resources": "resources", "Type": "type", "Properties": "properties"}
HINT = "look at the deployment's revision: aws deploy get-deployment"


def subjects(deployment: str, clients: Clients) -> list[Subject]:
    """Everything that the deployment releases, at least one thing; ``clients`` gives a client by the name of its service.

    NotAdmitted where that cannot be told, PublishError where AWS does not answer.
    """
    info = ask(lambda: clients("codedeploy").get_deployment(deploymentId=deployment))["deploymentInfo"]
    resources = _resources(_content(info.get("revision") or {}, clients))
    found = {subject.digest["sha256"]: subject for resource in resources for subject in _of(resource, clients)}
    if not found:
        raise NotAdmitted("the deployment names nothing that it releases", HINT)
    return [found[digest] for digest in sorted(found)]


def _content(revision: Mapping[str, Any], clients: Clients) -> str:
    """The AppSpec, which stands in the revision itself, or alone in an object of S3."""
    for kind in ("appSpecContent", "string"):
        if revision.get(kind, {}).get("content"):
            return str(revision[kind]["content"])
    place = revision.get("s3Location") or {}
    if place.get("bundleType") not in {"YAML", "JSON"}:
        raise NotAdmitted("the deployment's AppSpec cannot be read", HINT)
    same = {"VersionId": place.get("version"), "IfMatch": place.get("eTag")}  # the object that CodeDeploy reads, not a later one
    same = {name: value for name, value in same.items() if value}
    answer = ask(lambda: clients("s3").get_object(Bucket=place["bucket"], Key=place["key"], **same))
    body: bytes = ask(lambda: answer["Body"].read(MOST_BYTES + 1))
    if len(body) > MOST_BYTES:
        raise NotAdmitted(f"the deployment's AppSpec is larger than {MOST_BYTES} bytes", HINT)
    return body.decode("utf-8", "replace")


class _Unambiguous(yaml.SafeLoader):
    """YAML without a key that stands twice, in whatever case: CodeDeploy may read the other one."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """A mapping, or YAML's error; a merged one could hide a key as well."""
        names = [str(key.value).casefold() for key, _ in node.value]
        if len(set(names)) != len(names) or "<<" in names:
            raise yaml.constructor.ConstructorError(None, None, "a key stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


def _resources(content: str) -> list[Mapping[str, Any]]:
    """The properties of each resource that the AppSpec names."""
    try:
        document = yaml.load(content, _Unambiguous)  # noqa: S506 -- a safe loader
        return [entry for each in _named(document, "Resources") for entry in each.values()]
    except (yaml.YAMLError, AttributeError, TypeError, KeyError) as error:
        raise NotAdmitted("the deployment's AppSpec cannot be understood", HINT) from error


def _named(mapping: Mapping[str, Any], word: str) -> Any:
    """What stands under a word of the AppSpec, which may be written small. KeyError."""
    return mapping[word] if word in mapping else mapping[_WORDS[word]]


def _of(resource: Mapping[str, Any], clients: Clients) -> Iterator[Subject]:
    """What one resource releases. A kind that is not known is refused: it would be released unseen."""
    try:
        kind, properties = _named(resource, "Type"), _named(resource, "Properties")
        if kind == "AWS::Lambda::Function":
            yield _function(properties["Name"], str(properties["TargetVersion"]), clients)
        elif kind == "AWS::ECS::Service":
            yield from _images(properties["TaskDefinition"], clients)
        else:
            raise NotAdmitted(f"the deployment releases {kind}, of which no attestation can be checked", HINT)
    except (KeyError, TypeError, AttributeError) as error:
        raise NotAdmitted("the deployment's AppSpec lacks what a resource must have", HINT) from error


def _function(name: str, version: str, clients: Clients) -> Subject:
    if not version.isdecimal():  # $LATEST and an alias can be led to other code after this check
        raise NotAdmitted(f"{version} of {name} is no published version", "release a version: aws lambda publish-version")
    answer = ask(lambda: clients("lambda").get_function_configuration(FunctionName=name, Qualifier=version))
    try:
        return Subject("lambda", {"sha256": base64.b64decode(answer["CodeSha256"], validate=True).hex()})
    except (binascii.Error, ValueError, KeyError) as error:
        raise NotAdmitted(f"Lambda does not tell the digest of {name}'s code", HINT) from error


def _images(task: str, clients: Clients) -> Iterator[Subject]:
    if not _REVISION.fullmatch(task):  # a family alone is whatever was registered last
        raise NotAdmitted(f"the task definition {task} is named without its revision", "deploy FAMILY:REVISION")
    answer = ask(lambda: clients("ecs").describe_task_definition(taskDefinition=task))
    for container in answer["taskDefinition"]["containerDefinitions"]:
        match = _BY_DIGEST.fullmatch(container.get("image", ""))
        if match is None:
            raise NotAdmitted(
                f"the image of {container.get('name')} is not named by its digest", "deploy NAME@sha256:DIGEST, never a tag"
            )
        yield Subject("image", {"sha256": match["digest"]})
