"""Fetch who approved a pipeline execution from CodePipeline. A rejected or pending approval is none.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListActionExecutions.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from scangate.errors import AttestationRejected, Rejection, UsageError
from scangate.publish.aws_client import limit_pages, translate_errors
from scangate.publish.statement import Approval
from scangate.timestamps import format_timestamp

if TYPE_CHECKING:
    from types_boto3_codepipeline import CodePipelineClient
    from types_boto3_codepipeline.type_defs import ActionExecutionDetailTypeDef

_APPROVAL_ACTION = re.compile(
    r"codepipeline:(?P<pipeline>[A-Za-z0-9.@_-]{1,100}):(?P<execution>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):"
    r"(?P<action>[A-Za-z0-9.@_-]{1,100})"
)
_MANUAL_APPROVAL = {"category": "Approval", "owner": "AWS", "provider": "Manual"}


class ApprovalAction(msgspec.Struct, frozen=True):
    """The approval action of one pipeline execution."""

    pipeline: str
    execution: str
    action: str


def parse_approval_action(text: str) -> ApprovalAction:
    """Parse ``codepipeline:PIPELINE:EXECUTION:ACTION``. Raises UsageError for anything else."""
    match = _APPROVAL_ACTION.fullmatch(text)
    if match is None:
        raise UsageError(f"not a pipeline execution: {text}", "write it as codepipeline:PIPELINE:EXECUTION-ID:ACTION")
    return ApprovalAction(**match.groupdict())


@translate_errors()
def fetch_approval(codepipeline: CodePipelineClient, action: ApprovalAction, commit: str = "") -> Approval:
    """Return who approved, and when.

    Raises AttestationRejected if the action's last run in the execution was not approved, or if the execution's sources name
    commits and ``commit`` (the scanned one, empty if unknown) is not among them.
    """
    pages = codepipeline.get_paginator("list_action_executions").paginate(
        pipelineName=action.pipeline, filter={"pipelineExecutionId": action.execution}
    )
    every = [run for page in limit_pages(pages) for run in page["actionExecutionDetails"]]
    every = [run for run in every if run["pipelineExecutionId"] == action.execution]
    sources = [run.get("output", {}).get("outputVariables", {}).get("CommitId", "") for run in every]
    if commit and any(sources) and commit not in sources:
        message = f"execution {action.execution} is not of commit {commit[:12]}"
        raise AttestationRejected(Rejection.APPROVAL, message, "name the execution of the scanned commit")
    runs = [run for run in every if _is_approval_run(run, action)]
    if not runs:
        message = f"execution {action.execution} has no approval action {action.action}"
        raise AttestationRejected(Rejection.APPROVAL, message, "check the action's name: aws codepipeline get-pipeline")
    last = max(runs, key=lambda run: run["startTime"])
    if last["status"] != "Succeeded" or not last.get("updatedBy"):
        message = f"execution {action.execution} is not approved: {last['status']}"
        raise AttestationRejected(Rejection.APPROVAL, message, "approve it, then sign again")
    return Approval(by=last["updatedBy"], at=format_timestamp(last["lastUpdateTime"]), execution=action.execution)


def _is_approval_run(run: ActionExecutionDetailTypeDef, action: ApprovalAction) -> bool:
    """An action of another kind may have the same name in another stage."""
    kind = run.get("input", {}).get("actionTypeId", {})
    return run["actionName"] == action.action and _MANUAL_APPROVAL.items() <= kind.items()
