"""The Lambda function that ECS calls before a deployment of its own scales up: SUCCEEDED for attested images, else FAILED.

The environment is that of `codedeploy_hook`. Without a valid answer, ECS rolls the deployment back.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scangate.errors import AttestationRejected, Rejection
from scangate.printable import replace_unprintable
from scangate.publish.aws_client import create_client, translate_errors
from scangate.publish.codedeploy_deployment import image_subjects
from scangate.publish.codedeploy_hook import MAX_SECONDS, RESERVED_SECONDS, decide_within
from scangate.publish.statement import Subject

HINT = "check the service's deployment: aws ecs list-service-deployments"


def handler(event: Mapping[str, Any], context: Any = None) -> dict[str, str]:
    """Return to ECS whether the deployment of a service revision may go on.

    ``event``: targetServiceRevisionArn, in executionDetails. KeyError without it, which fails the deployment.
    """
    revision = str(event.get("executionDetails", event)["targetServiceRevisionArn"])
    remaining = MAX_SECONDS if context is None else context.get_remaining_time_in_millis() / 1000
    decision = decide_within(lambda: resolve_revision(revision), max(remaining - RESERVED_SECONDS, 0.0))
    print(f"scangate: {replace_unprintable(revision)}: {decision.status}: {replace_unprintable(decision.reason)}")
    return {"hookStatus": "SUCCEEDED" if decision.status == "Succeeded" else "FAILED"}


@translate_errors()
def resolve_revision(revision: str) -> list[Subject]:
    """Return the images of a service revision, at least one. Raises AttestationRejected if they cannot be determined."""
    found = create_client("ecs").describe_service_revisions(serviceRevisionArns=[revision]).get("serviceRevisions", [])
    definitions = [each.get("taskDefinition", "") for each in found if each.get("serviceRevisionArn") == revision]
    if len(definitions) != 1:
        raise AttestationRejected(Rejection.DEPLOYMENT, "ECS has no such service revision", HINT)
    subjects = {subject.sha256: subject for subject in image_subjects(definitions[0])}
    if not subjects:
        raise AttestationRejected(Rejection.DEPLOYMENT, "the deployment has no artifact to verify", HINT)
    return [subjects[digest] for digest in sorted(subjects)]
