"""A fake CodeDeploy: deployments, which moto does not run, call the AppSpec's hook and end with its status."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from tests.support.aws.protocol import AwsError

__all__ = ["FakeDeployments"]


class FakeDeployments:
    """The deployments of one application. ``hooks``: the functions that an AppSpec may name, called with CodeDeploy's event.

    ``spec`` reads the AppSpec of a revision; ``shift`` is what happens where the hook has answered Succeeded.
    """

    def __init__(
        self,
        groups: set[str],
        hooks: Mapping[str, Callable[[Any], object]],
        spec: Callable[[Any], Any],
        shift: Callable[[Any], None],
    ) -> None:
        self.groups, self.hooks, self.spec, self.shift = groups, hooks, spec, shift
        self.made: dict[str, dict[str, Any]] = {}
        self._began: list[threading.Thread] = []
        self.service = {
            "CreateDeployment": self._create,
            "GetDeployment": lambda request: {"deploymentInfo": self._of(request)},
            "PutLifecycleEventHookExecutionStatus": self._answer,
        }

    def _of(self, request: Any) -> dict[str, Any]:
        if request["deploymentId"] not in self.made:
            raise AwsError("DeploymentDoesNotExistException", request["deploymentId"])
        return self.made[request["deploymentId"]]

    def _create(self, request: Any) -> dict[str, Any]:
        if (request["applicationName"], request["deploymentGroupName"] in self.groups) != ("shop", True):
            raise AwsError("DeploymentGroupDoesNotExistException", request["deploymentGroupName"])
        name = f"d-{len(self.made):09}"
        self.made[name] = {"deploymentId": name, "status": "InProgress", "revision": request["revision"]}
        # Not in this call: the hook asks this account, which answers one call after another.
        self._began.append(threading.Thread(target=self._release, args=(name,)))
        self._began[-1].start()
        return {"deploymentId": name}

    def _release(self, name: str) -> None:
        found = self.made[name]
        ((_, hook),) = self.spec(found["revision"])["Hooks"][0].items()
        self.hooks[hook]({"DeploymentId": name, "LifecycleEventHookExecutionId": f"hook-of-{name}"})
        if found.get("answer") == "Succeeded":
            self.shift(found["revision"])
        found["status"] = "Succeeded" if found.get("answer") == "Succeeded" else "Failed"

    def _answer(self, request: Any) -> dict[str, Any]:
        self._of(request)["answer"] = request["status"]
        return {"lifecycleEventHookExecutionId": request["lifecycleEventHookExecutionId"]}

    def wait(self) -> None:
        """Waits for all deployments."""
        while self._began:
            self._began.pop().join()
