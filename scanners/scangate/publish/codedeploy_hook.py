"""The Lambda function that CodeDeploy calls before traffic shifts: it reports Succeeded for attested artifacts, else Failed.

Environment: SCANGATE_ENVIRONMENT, SCANGATE_PUBLIC_KEY (PEM, or the ARN of a KMS key), SCANGATE_ATTESTATIONS (s3://BUCKET/PREFIX,
see `attestation_store`), optionally SCANGATE_POLICY_DIGESTS (digests of the accepted policies). An artifact that the store records
as admitted may have expired, so that a rollback succeeds.
"""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from scangate.errors import AttestationRejected, PublishError, Rejection, ScangateError
from scangate.printable import replace_unprintable
from scangate.publish.admission import AdmissionCriteria, admit
from scangate.publish.attestation_store import open_store
from scangate.publish.aws_client import create_client, translate_errors
from scangate.publish.codedeploy_deployment import resolve_subjects
from scangate.publish.kms_keys import fetch_public_key, is_kms_key_arn
from scangate.publish.statement import Subject

RESERVED_SECONDS = 20.0  # to report the status
MAX_SECONDS = 3000.0  # CodeDeploy waits for an hour


class Decision(msgspec.Struct, frozen=True):
    """``code``: why it failed, a `Rejection` or the code of an error; empty for Succeeded."""

    status: Literal["Succeeded", "Failed"]
    reason: str
    code: str = ""


def handler(event: Mapping[str, Any], context: Any = None) -> dict[str, str]:
    """Report to CodeDeploy whether a deployment may go on; returns what was reported.

    ``event``: DeploymentId and LifecycleEventHookExecutionId, from CodeDeploy. Raises PublishError if CodeDeploy rejects the
    report, so that the invocation fails visibly.
    """
    deployment, execution = event["DeploymentId"], event["LifecycleEventHookExecutionId"]
    remaining = MAX_SECONDS if context is None else context.get_remaining_time_in_millis() / 1000
    decision = decide_within(lambda: resolve_subjects(deployment), max(remaining - RESERVED_SECONDS, 0.0))
    print(f"scangate: {deployment}: {decision.status}: {replace_unprintable(decision.reason)}")
    with translate_errors():
        create_client("codedeploy").put_lifecycle_event_hook_execution_status(
            deploymentId=deployment, lifecycleEventHookExecutionId=execution, status=decision.status
        )
    result: dict[str, str] = msgspec.to_builtins(decision)
    return result


def decide_within(find_subjects: Callable[[], Sequence[Subject]], seconds: float) -> Decision:
    """Return whether all that is deployed is attested, or Failed if it takes too long: Lambda would stop the function without a
    report."""
    decisions: list[Decision] = []
    thread = threading.Thread(target=lambda: decisions.append(_decide(find_subjects, os.environ)), daemon=True)
    thread.start()
    thread.join(seconds)
    return decisions[0] if decisions else Decision("Failed", "AWS did not respond in time", "Timeout")


def _decide(find_subjects: Callable[[], Sequence[Subject]], environ: Mapping[str, str]) -> Decision:
    """Turn every error into Failed: without a report the deployment would hang for an hour, then fail without a reason."""
    try:
        admitted = [_admit_subject(subject, environ) for subject in find_subjects()]
    except AttestationRejected as error:
        return Decision("Failed", error.message, error.reason.value)
    except ScangateError as error:
        return Decision("Failed", error.message, type(error).__name__)
    except PublishError as error:
        return Decision("Failed", str(error), error.code)
    except Exception as error:  # noqa: BLE001 -- see above
        return Decision("Failed", f"internal error: {type(error).__name__}", type(error).__name__)
    return Decision("Succeeded", "; ".join(admitted))


def _admit_subject(subject: Subject, environ: Mapping[str, str]) -> str:
    environment, key = environ["SCANGATE_ENVIRONMENT"], environ["SCANGATE_PUBLIC_KEY"]
    store = open_store(environ["SCANGATE_ATTESTATIONS"])
    envelope = store.get(subject.sha256)
    if envelope is None:
        message = f"there is no attestation of {subject.name} {subject.sha256}"
        raise AttestationRejected(Rejection.MISSING, message, "attest it: scangate attest")
    criteria = AdmissionCriteria(
        trusted_keys=[fetch_public_key(key) if is_kms_key_arn(key) else key.encode()],
        environment=environment,
        now=dt.datetime.now(dt.UTC),
        policy_digests=environ.get("SCANGATE_POLICY_DIGESTS", "").split(),
        previously_admitted={subject.sha256} if store.is_admitted(environment, subject.sha256) else (),
    )
    predicate = admit(envelope, subject, criteria).predicate
    return f"{predicate.outcome.value} of {predicate.finished} for {subject.name} {subject.sha256[:16]}"
