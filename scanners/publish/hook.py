"""The Lambda function that CodeDeploy calls before traffic moves: answers Succeeded or Failed, and never leaves it waiting.

Its environment: SCANGATE_ENVIRONMENT, SCANGATE_PUBLIC_KEY (PEM), SCANGATE_ATTESTATIONS (s3://BUCKET/PREFIX). An attestation lies
there by its subject's digest (PREFIX/DIGEST.json). What the pipeline let in before is marked by an object
(PREFIX/accepted/ENVIRONMENT/DIGEST), which only the pipeline may write: so a rollback succeeds after the attestation has expired.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from typing import Any

from scanners.errors import NotAdmitted, PublishError, ScangateError
from scanners.publish.admission import Terms, admit
from scanners.publish.client import ask, client
from scanners.publish.envelope import MOST_BYTES
from scanners.publish.object import place_of
from scanners.publish.release import subjects
from scanners.publish.statement import Subject

__all__ = ["handler"]


def handler(event: Mapping[str, Any], _context: object = None) -> dict[str, str]:
    """Lets a deployment go on, or fails it. ``event``: DeploymentId and LifecycleEventHookExecutionId, as CodeDeploy sends them.

    Returns what it answered; raises where CodeDeploy did not take the answer, so that the call is seen to have failed.
    """
    deployment, execution = event["DeploymentId"], event["LifecycleEventHookExecutionId"]
    status, why = _decide(deployment, os.environ)
    print(f"scangate: {deployment}: {status}: {why}")
    ask(
        lambda: client("codedeploy").put_lifecycle_event_hook_execution_status(
            deploymentId=deployment, lifecycleEventHookExecutionId=execution, status=status
        )
    )
    return {"status": status, "reason": why}


def _decide(deployment: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """Whatever goes wrong is a refusal: silence would hold the deployment for an hour, and then fail it without a reason."""
    try:
        told = [_admitted(subject, environ) for subject in subjects(deployment, client)]
    except ScangateError as error:
        return "Failed", error.message
    except PublishError as error:
        return "Failed", str(error)
    except Exception as error:  # noqa: BLE001 -- see above
        return "Failed", f"a fault of scangate itself: {type(error).__name__}"
    return "Succeeded", "; ".join(told)


def _admitted(subject: Subject, environ: Mapping[str, str]) -> str:
    digest, environment = subject.digest["sha256"], environ["SCANGATE_ENVIRONMENT"]
    bucket, prefix = place_of(environ["SCANGATE_ATTESTATIONS"].rstrip("/"))
    s3 = client("s3")
    envelope = _object(s3, bucket, f"{prefix}/{digest}.json")
    if envelope is None:
        raise NotAdmitted(f"there is no attestation of {subject.name} {digest}", "attest it: scangate attest")
    before = _object(s3, bucket, f"{prefix}/accepted/{environment}/{digest}") is not None
    terms = Terms(
        keys=[environ["SCANGATE_PUBLIC_KEY"].encode()],
        environment=environment,
        now=dt.datetime.now(dt.UTC),
        accepted={digest} if before else (),
    )
    statement = admit(envelope, subject, terms)
    return f"{statement.predicate.outcome.value} of {statement.predicate.finished} for {subject.name} {digest[:16]}"


def _object(s3: Any, bucket: str, key: str) -> str | None:
    try:
        answer = ask(lambda: s3.get_object(Bucket=bucket, Key=key))
    except PublishError as error:
        if error.code == "NoSuchKey":
            return None
        raise
    body: bytes = ask(lambda: answer["Body"].read(MOST_BYTES))
    return body.decode("utf-8", "replace")
