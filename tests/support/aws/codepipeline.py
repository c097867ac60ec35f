"""A fake CodePipeline, which moto lacks: pages of action executions, the newest first."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from tests.support.aws.protocol import AwsError

__all__ = ["APPROVAL", "FakeExecutions"]

APPROVAL = {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}
PAGE = 2  # few, so that pages are asked for


class FakeExecutions:
    """The action executions of one pipeline, added by tests."""

    def __init__(self, pipeline: str) -> None:
        self.pipeline = pipeline
        self.runs: list[dict[str, Any]] = []
        self.began = int(time.time())
        self.service = {"ListActionExecutions": self._list}

    def add_run(  # noqa: PLR0917 -- what the API has about a run
        self, execution: str, action: str, status: str, by: str = "", kind: Mapping[str, str] = APPROVAL, commit: str = ""
    ) -> None:
        """One more run of an action, later than those before it; ``commit`` is what a source gave."""
        at = self.began + 60 * len(self.runs)
        run = {
            "pipelineExecutionId": execution,
            "actionExecutionId": f"run-{len(self.runs)}",
            "stageName": "Decide",
            "actionName": action,
            "startTime": at,
            "lastUpdateTime": at + 30,
            "status": status,
            "input": {"actionTypeId": dict(kind)},
        }
        output = {"output": {"outputVariables": {"CommitId": commit}}} if commit else {}
        self.runs.insert(0, run | ({"updatedBy": by} if by else {}) | output)

    def _list(self, request: Any) -> dict[str, Any]:
        if request["pipelineName"] != self.pipeline:
            raise AwsError("PipelineNotFoundException", "no such pipeline")
        execution_id = request.get("filter", {}).get("pipelineExecutionId")
        found = [run for run in self.runs if execution_id in (None, run["pipelineExecutionId"])]
        start = int(request.get("nextToken", 0))
        more = {"nextToken": str(start + PAGE)} if start + PAGE < len(found) else {}
        return {"actionExecutionDetails": found[start : start + PAGE], **more}
