"""The Lambda function that CodeDeploy calls before traffic moves: answers Succeeded or Failed, and never leaves it waiting.

Its environment: SCANGATE_ENVIRONMENT, SCANGATE_PUBLIC_KEY (PEM, or the ARN of the key in KMS), SCANGATE_ATTESTATIONS
(s3://BUCKET/PREFIX, see `shelf`). What the pipeline let in before is marked there: so a rollback succeeds after the attestation
has expired. Where SCANGATE_POLICY_DIGESTS is set, one of the policies with these digests must have judged.
"""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Mapping
from typing import Any

from scangate.errors import AttestationRejected, PublishError, ScangateError
from scangate.printable import replace_unprintable
from scangate.publish.admission import AdmissionCriteria, admit
from scangate.publish.attestation_store import open_store
from scangate.publish.aws_client import call_aws, create_client
from scangate.publish.codedeploy_deployment import resolve_subjects
from scangate.publish.kms_public_key import fetch_public_key, is_kms_key_arn
from scangate.publish.statement import Subject

__all__ = ["handler"]


RESERVED_SECONDS = 20.0  # seconds that are kept for the answer itself
MAX_SECONDS = 3000.0  # CodeDeploy waits for an hour


def handler(event: Mapping[str, Any], context: Any = None) -> dict[str, str]:
    """Lets a deployment go on, or fails it. ``event``: DeploymentId and LifecycleEventHookExecutionId, as CodeDeploy sends them.

    Returns what it answered; raises where CodeDeploy did not take the answer, so that the call is seen to have failed.
    """
    deployment, execution = event["DeploymentId"], event["LifecycleEventHookExecutionId"]
    rest = MAX_SECONDS if context is None else context.get_remaining_time_in_millis() / 1000
    status, why = _decide_within(deployment, max(rest - RESERVED_SECONDS, 0.0))
    print(f"scangate: {deployment}: {status}: {replace_unprintable(why)}")
    call_aws(
        lambda: create_client("codedeploy").put_lifecycle_event_hook_execution_status(
            deploymentId=deployment, lifecycleEventHookExecutionId=execution, status=status
        )
    )
    return {"status": status, "reason": why}


def _decide_within(deployment: str, seconds: float) -> tuple[str, str]:
    """The decision, or a refusal where AWS takes too long over it: Lambda would stop this function without a word."""
    found: list[tuple[str, str]] = []
    decide = threading.Thread(target=lambda: found.append(_decide(deployment, os.environ)), daemon=True)
    decide.start()
    decide.join(seconds)
    return found[0] if found else ("Failed", "AWS did not answer before the function's time was over")


def _decide(deployment: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """Whatever goes wrong is a refusal: silence would hold the deployment for an hour, and then fail it without a reason."""
    try:
        told = [_admit_subject(subject, environ) for subject in resolve_subjects(deployment, create_client)]
    except ScangateError as error:
        return "Failed", error.message
    except PublishError as error:
        return "Failed", str(error)
    except Exception as error:  # noqa: BLE001 -- see above
        return "Failed", f"a fault of scangate itself: {type(error).__name__}"
    return "Succeeded", "; ".join(told)


def _admit_subject(subject: Subject, environ: Mapping[str, str]) -> str:
    digest, environment = subject.digest["sha256"], environ["SCANGATE_ENVIRONMENT"]
    shelf = open_store(create_client("s3"), environ["SCANGATE_ATTESTATIONS"])
    envelope = shelf.get(digest)
    if envelope is None:
        raise AttestationRejected(f"there is no attestation of {subject.name} {digest}", "attest it: scangate attest")
    terms = AdmissionCriteria(
        trusted_keys=[_load_key(environ["SCANGATE_PUBLIC_KEY"])],
        environment=environment,
        now=dt.datetime.now(dt.UTC),
        policy_digests=environ.get("SCANGATE_POLICY_DIGESTS", "").split(),
        previously_admitted={digest} if shelf.is_admitted(environment, digest) else (),
    )
    statement = admit(envelope, subject, terms)
    return f"{statement.predicate.outcome.value} of {statement.predicate.finished} for {subject.name} {digest[:16]}"


def _load_key(key: str) -> bytes:
    return fetch_public_key(key) if is_kms_key_arn(key) else key.encode()
