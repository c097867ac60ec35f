"""Find out which images or Lambda functions a CodeDeploy deployment releases."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import yaml

from scangate.errors import AttestationRejected, PublishError, Rejection
from scangate.publish.aws_client import create_client, translate_errors
from scangate.publish.s3_document import read_object
from scangate.publish.statement import Subject

if TYPE_CHECKING:
    from types_boto3_codedeploy.type_defs import RevisionLocationTypeDef
    from types_boto3_s3.type_defs import GetObjectRequestTypeDef

MAX_APPSPEC_BYTES = 256 * 1024
_IMAGE_BY_DIGEST = re.compile(r"[^\s@]+@sha256:(?P<digest>[0-9a-f]{64})")
_TASK_REVISION = re.compile(r"[^\s]+:[0-9]+")
_LOWER_CASE_KEYS = {"Resources": "resources", "Type": "type", "Properties": "properties"}
HINT = "check the deployment's revision: aws deploy get-deployment"


@translate_errors()
def resolve_subjects(deployment: str) -> list[Subject]:
    """Return all artifacts that the deployment releases, at least one.

    Raises AttestationRejected if they cannot be determined, PublishError if AWS does not respond.
    """
    info = create_client("codedeploy").get_deployment(deploymentId=deployment)["deploymentInfo"]
    resources = _parse_resources(_fetch_appspec(info.get("revision") or {}))
    found = {subject.sha256: subject for resource in resources for subject in _resource_subjects(resource)}
    if not found:
        raise _rejected("the deployment has no artifact to verify")
    return [found[digest] for digest in sorted(found)]


def _fetch_appspec(revision: RevisionLocationTypeDef) -> str:
    """Return the AppSpec, from the revision itself or from an S3 object."""
    content = revision.get("appSpecContent", {}).get("content") or revision.get("string", {}).get("content")
    if content:
        return content
    location = revision.get("s3Location") or {}
    if location.get("bundleType") not in {"YAML", "JSON"}:
        raise _rejected("the deployment has no readable AppSpec")
    request: GetObjectRequestTypeDef = {"Bucket": location["bucket"], "Key": location["key"]}
    if location.get("version"):  # the object that CodeDeploy reads, not a later one
        request["VersionId"] = location["version"]
    if location.get("eTag"):
        request["IfMatch"] = location["eTag"]
    found = read_object(create_client("s3"), request, MAX_APPSPEC_BYTES)
    if found is None:
        raise PublishError("NoSuchKey", f"there is no AppSpec s3://{location['bucket']}/{location['key']}", HINT)
    return found[0]


class _UniqueKeyLoader(yaml.SafeLoader):
    """Rejects duplicate keys, in any case, and merge keys: CodeDeploy might use the other value."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping, or raise a YAML error."""
        names = [str(key.value).casefold() for key, _ in node.value]
        if len(set(names)) != len(names) or "<<" in names:
            raise yaml.constructor.ConstructorError(None, None, "duplicate key", node.start_mark)
        return super().construct_mapping(node, deep)


def _parse_resources(content: str) -> list[Mapping[str, Any]]:
    try:
        document = yaml.load(content, _UniqueKeyLoader)  # noqa: S506 -- a safe loader
        return [entry for each in _get_any_case(document, "Resources") for entry in each.values()]
    except (yaml.YAMLError, AttributeError, TypeError, KeyError) as error:
        raise _rejected("the deployment's AppSpec is invalid") from error


def _get_any_case(mapping: Mapping[str, Any], key: str) -> Any:
    """Return the value of a key of the AppSpec, which may start with a lower case letter. Raises KeyError."""
    return mapping[key] if key in mapping else mapping[_LOWER_CASE_KEYS[key]]


def _resource_subjects(resource: Mapping[str, Any]) -> Iterator[Subject]:
    try:
        kind, properties = _get_any_case(resource, "Type"), _get_any_case(resource, "Properties")
        if kind == "AWS::Lambda::Function":
            yield _lambda_subject(properties["Name"], str(properties["TargetVersion"]))
        elif kind == "AWS::ECS::Service":
            yield from image_subjects(properties["TaskDefinition"])
        else:  # it would be released unchecked
            raise _rejected(f"attestations of {kind} cannot be verified")
    except (KeyError, TypeError, AttributeError) as error:
        raise _rejected("a resource in the deployment's AppSpec is incomplete") from error


def _lambda_subject(name: str, version: str) -> Subject:
    if not version.isdecimal():  # $LATEST and aliases can change after this check
        raise _rejected(f"{version} of {name} is not a published version", "release a version: aws lambda publish-version")
    response = create_client("lambda").get_function_configuration(FunctionName=name, Qualifier=version)
    try:
        return Subject("lambda", {"sha256": base64.b64decode(response["CodeSha256"], validate=True).hex()})
    except (binascii.Error, ValueError, KeyError) as error:
        raise _rejected(f"Lambda returns no digest for the code of {name}") from error


def image_subjects(task_definition: str) -> Iterator[Subject]:
    """The image of each container of a task definition. Raises AttestationRejected if one has no digest."""
    if not _TASK_REVISION.fullmatch(task_definition):  # a family alone is its latest revision
        raise _rejected(f"the task definition {task_definition} has no revision", "deploy FAMILY:REVISION")
    response = create_client("ecs").describe_task_definition(taskDefinition=task_definition)
    for container in response["taskDefinition"]["containerDefinitions"]:
        match = _IMAGE_BY_DIGEST.fullmatch(container.get("image", ""))
        if match is None:
            message = f"the image of container {container.get('name')} has no digest"
            raise _rejected(message, "deploy NAME@sha256:DIGEST, never a tag")
        yield Subject("image", {"sha256": match["digest"]})


def _rejected(message: str, hint: str = HINT) -> AttestationRejected:
    return AttestationRejected(Rejection.DEPLOYMENT, message, hint)
