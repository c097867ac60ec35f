"""Asks CodePipeline who approved an execution; a rejection, or an approval that is still waited for, is none.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListActionExecutions.html
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from scangate.errors import AttestationRejected, UsageError
from scangate.publish.aws_client import call_aws
from scangate.publish.statement import Approval

__all__ = ["ApprovalAction", "fetch_approval", "parse_approval_action"]

_APPROVAL_ACTION = re.compile(
    r"codepipeline:(?P<pipeline>[A-Za-z0-9.@_-]{1,100}):(?P<execution>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):"
    r"(?P<action>[A-Za-z0-9.@_-]{1,100})"
)
_MANUAL_APPROVAL = {"category": "Approval", "owner": "AWS", "provider": "Manual"}
MAX_PAGES = 100


class ApprovalAction(msgspec.Struct, frozen=True):
    """The action that approves, of one execution of a pipeline."""

    pipeline: str
    execution: str
    action: str


def parse_approval_action(text: str) -> ApprovalAction:
    """``codepipeline:PIPELINE:EXECUTION:ACTION``. UsageError for anything else."""
    match = _APPROVAL_ACTION.fullmatch(text)
    if match is None:
        raise UsageError(f"no execution of a pipeline: {text}", "write it as codepipeline:PIPELINE:EXECUTION-ID:ACTION")
    return ApprovalAction(**match.groupdict())


def fetch_approval(codepipeline: Any, action: ApprovalAction, commit: str = "") -> Approval:
    """Who approved, and when. NotAdmitted where the action's last run in this execution was no approval by somebody, or where the
    execution's sources tell their commits, and ``commit`` (the one that was scanned; empty where it is not known) is none of them.
    """
    every = _list_runs(codepipeline, action)
    sources = [run.get("output", {}).get("outputVariables", {}).get("CommitId", "") for run in every]
    if commit and any(sources) and commit not in sources:
        raise AttestationRejected(
            f"execution {action.execution} is not of {commit[:12]}", "name the execution of the commit that was scanned"
        )
    runs = [run for run in every if _is_approval_run(run, action)]
    if not runs:
        raise AttestationRejected(
            f"nobody was asked to approve execution {action.execution}", f"is there an approval named {action.action}?"
        )
    last = max(runs, key=lambda run: run["startTime"])
    if last["status"] != "Succeeded" or not last.get("updatedBy"):
        raise AttestationRejected(f"execution {action.execution} is not approved: {last['status']}", "approve it, then sign again")
    at = last["lastUpdateTime"].astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Approval(by=last["updatedBy"], at=at, execution=action.execution)


def _list_runs(codepipeline: Any, action: ApprovalAction) -> list[Mapping[str, Any]]:
    runs: list[Mapping[str, Any]] = []
    token: dict[str, str] = {}
    for _ in range(MAX_PAGES):
        page = call_aws(
            lambda: codepipeline.list_action_executions(
                pipelineName=action.pipeline,
                filter={"pipelineExecutionId": action.execution},
                **token,  # noqa: B023
            )
        )
        runs += [run for run in page["actionExecutionDetails"] if run["pipelineExecutionId"] == action.execution]
        if not page.get("nextToken"):
            return runs
        token = {"nextToken": page["nextToken"]}
    raise AttestationRejected(
        f"execution {action.execution} has more than {MAX_PAGES} pages of actions", "look at the pipeline: is it in a loop?"
    )


def _is_approval_run(run: Mapping[str, Any], action: ApprovalAction) -> bool:
    """An action of another kind may have the same name in another stage."""
    kind = run.get("input", {}).get("actionTypeId", {})
    return bool(run["actionName"] == action.action and _MANUAL_APPROVAL.items() <= kind.items())
