"""Finds out what a CodeDeploy deployment is about to release: which images, or which code of which functions; decides nothing."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from scangate.errors import AttestationRejected
from scangate.publish.aws_client import call_aws
from scangate.publish.statement import Subject

__all__ = ["resolve_subjects"]

ClientFactory = Callable[[str], Any]
MAX_APPSPEC_BYTES = 256 * 1024
_IMAGE_BY_DIGEST = re.compile(r"[^\s@]+@sha256:(?P<digest>[0-9a-f]{64})")
_TASK_REVISION = re.compile(r"[^\s]+:[0-9]+")
_LOWER_CASE_KEYS = {"Resources": "resources", "Type": "type", "Properties": "properties"}
HINT = "look at the deployment's revision: aws deploy get-deployment"


def resolve_subjects(deployment: str, create_client: ClientFactory) -> list[Subject]:
    """Everything that the deployment releases, at least one thing; ``clients`` gives a client by the name of its service.

    NotAdmitted where that cannot be told, PublishError where AWS does not answer.
    """
    info = call_aws(lambda: create_client("codedeploy").get_deployment(deploymentId=deployment))["deploymentInfo"]
    resources = _parse_resources(_fetch_appspec(info.get("revision") or {}, create_client))
    found = {subject.digest["sha256"]: subject for resource in resources for subject in _resource_subjects(resource, create_client)}
    if not found:
        raise AttestationRejected("the deployment names nothing that it releases", HINT)
    return [found[digest] for digest in sorted(found)]


def _fetch_appspec(revision: Mapping[str, Any], create_client: ClientFactory) -> str:
    """The AppSpec, which stands in the revision itself, or alone in an object of S3."""
    for kind in ("appSpecContent", "string"):
        if revision.get(kind, {}).get("content"):
            return str(revision[kind]["content"])
    place = revision.get("s3Location") or {}
    if place.get("bundleType") not in {"YAML", "JSON"}:
        raise AttestationRejected("the deployment's AppSpec cannot be read", HINT)
    same = {"VersionId": place.get("version"), "IfMatch": place.get("eTag")}  # the object that CodeDeploy reads, not a later one
    same = {name: value for name, value in same.items() if value}
    answer = call_aws(lambda: create_client("s3").get_object(Bucket=place["bucket"], Key=place["key"], **same))
    body: bytes = call_aws(lambda: answer["Body"].read(MAX_APPSPEC_BYTES + 1))
    if len(body) > MAX_APPSPEC_BYTES:
        raise AttestationRejected(f"the deployment's AppSpec is larger than {MAX_APPSPEC_BYTES} bytes", HINT)
    return body.decode("utf-8", "replace")


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML without a key that stands twice, in whatever case: CodeDeploy may read the other one."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """A mapping, or YAML's error; a merged one could hide a key as well."""
        names = [str(key.value).casefold() for key, _ in node.value]
        if len(set(names)) != len(names) or "<<" in names:
            raise yaml.constructor.ConstructorError(None, None, "a key stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


def _parse_resources(content: str) -> list[Mapping[str, Any]]:
    """The properties of each resource that the AppSpec names."""
    try:
        document = yaml.load(content, _UniqueKeyLoader)  # noqa: S506 -- a safe loader
        return [entry for each in _get_any_case(document, "Resources") for entry in each.values()]
    except (yaml.YAMLError, AttributeError, TypeError, KeyError) as error:
        raise AttestationRejected("the deployment's AppSpec cannot be understood", HINT) from error


def _get_any_case(mapping: Mapping[str, Any], key: str) -> Any:
    """What stands under a word of the AppSpec, which may be written small. KeyError."""
    return mapping[key] if key in mapping else mapping[_LOWER_CASE_KEYS[key]]


def _resource_subjects(resource: Mapping[str, Any], create_client: ClientFactory) -> Iterator[Subject]:
    """What one resource releases. A kind that is not known is refused: it would be released unseen."""
    try:
        kind, properties = _get_any_case(resource, "Type"), _get_any_case(resource, "Properties")
        if kind == "AWS::Lambda::Function":
            yield _lambda_subject(properties["Name"], str(properties["TargetVersion"]), create_client)
        elif kind == "AWS::ECS::Service":
            yield from _image_subjects(properties["TaskDefinition"], create_client)
        else:
            raise AttestationRejected(f"the deployment releases {kind}, of which no attestation can be checked", HINT)
    except (KeyError, TypeError, AttributeError) as error:
        raise AttestationRejected("the deployment's AppSpec lacks what a resource must have", HINT) from error


def _lambda_subject(name: str, version: str, create_client: ClientFactory) -> Subject:
    if not version.isdecimal():  # $LATEST and an alias can be led to other code after this check
        raise AttestationRejected(f"{version} of {name} is no published version", "release a version: aws lambda publish-version")
    answer = call_aws(lambda: create_client("lambda").get_function_configuration(FunctionName=name, Qualifier=version))
    try:
        return Subject("lambda", {"sha256": base64.b64decode(answer["CodeSha256"], validate=True).hex()})
    except (binascii.Error, ValueError, KeyError) as error:
        raise AttestationRejected(f"Lambda does not tell the digest of {name}'s code", HINT) from error


def _image_subjects(task_definition: str, create_client: ClientFactory) -> Iterator[Subject]:
    if not _TASK_REVISION.fullmatch(task_definition):  # a family alone is whatever was registered last
        raise AttestationRejected(f"the task definition {task_definition} is named without its revision", "deploy FAMILY:REVISION")
    answer = call_aws(lambda: create_client("ecs").describe_task_definition(taskDefinition=task_definition))
    for container in answer["taskDefinition"]["containerDefinitions"]:
        match = _IMAGE_BY_DIGEST.fullmatch(container.get("image", ""))
        if match is None:
            raise AttestationRejected(
                f"the image of {container.get('name')} is not named by its digest", "deploy NAME@sha256:DIGEST, never a tag"
            )
        yield Subject("image", {"sha256": match["digest"]})
