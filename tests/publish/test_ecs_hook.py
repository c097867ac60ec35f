"""The hook for deployments of ECS itself answers SUCCEEDED for attested images, else FAILED."""

from __future__ import annotations

from typing import Any

import pytest

from scangate.publish.codedeploy_hook import RESERVED_SECONDS
from scangate.publish.ecs_hook import handler
from tests.support.aws.account import FakeAccount
from tests.support.aws.deployment_hook import IMAGE, REVISION, REVISION_EVENT, TASK, Stage
from tests.support.aws.protocol import AwsError
from tests.support.verdict_files import whole_tree_fail

PASSED, STOPPED = {"hookStatus": "SUCCEEDED"}, {"hookStatus": "FAILED"}


@pytest.fixture
def stage(account: FakeAccount, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(account, monkeypatch)


def test_attested_images_are_deployed_and_no_other(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    assert handler(REVISION_EVENT) == STOPPED
    stage.attest("image", IMAGE, whole_tree_fail())
    assert handler(REVISION_EVENT) == STOPPED
    stage.attest("image", IMAGE)
    assert handler(REVISION_EVENT) == PASSED
    assert handler(REVISION_EVENT["executionDetails"]) == PASSED  # as the guide of 2025 shows it
    stage.image = "shop:latest"
    assert handler(REVISION_EVENT) == STOPPED
    assert "has no digest" in capsys.readouterr().out
    assert stage.account.refusals == []


def test_an_expired_attestation_is_deployed_if_admitted_before(stage: Stage) -> None:
    stage.attest("image", IMAGE, days=-1)
    assert handler(REVISION_EVENT) == STOPPED
    stage.put(f"shop/accepted/production/{IMAGE}", "")
    assert handler(REVISION_EVENT) == PASSED


@pytest.mark.parametrize(
    "revisions",
    [
        [],
        [{"serviceRevisionArn": f"{REVISION}0", "taskDefinition": TASK}],
        [{"serviceRevisionArn": REVISION}],
        [{"serviceRevisionArn": REVISION, "taskDefinition": "shop"}],
        [{"serviceRevisionArn": REVISION, "taskDefinition": TASK}] * 2,
    ],
)
def test_a_revision_that_ecs_does_not_describe_is_not_deployed(stage: Stage, revisions: list[dict[str, str]]) -> None:
    stage.attest("image", IMAGE)
    stage.account.services["ecs"] = {
        **stage.account.services["ecs"],
        "DescribeServiceRevisions": lambda _: {"serviceRevisions": revisions},
    }
    assert handler(REVISION_EVENT) == STOPPED


def test_an_error_of_aws_or_no_time_is_not_an_answer_that_lets_it_go_on(stage: Stage) -> None:
    stage.attest("image", IMAGE)
    stage.account.fail_next("ecs", "DescribeServiceRevisions", AwsError("AccessDeniedException", "no", 400))
    assert handler(REVISION_EVENT) == STOPPED

    class Short:
        def get_remaining_time_in_millis(self) -> int:
            return int(RESERVED_SECONDS * 1000)

    assert handler(REVISION_EVENT, Short()) == STOPPED


@pytest.mark.parametrize("event", [{}, {"executionDetails": {}}, {"DeploymentId": "d-1"}])
def test_an_event_of_something_else_fails_the_function(event: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        handler(event)
