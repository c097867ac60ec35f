"""The fan-out snippet with the real scangate: four shards, S3, one merge, one verdict."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.support.aws.account import REGION, FakeAccount, serve_account
from tests.support.buildspec.build_image import BuildImage
from tests.support.buildspec.gate_buildspec import OFFLINE_PIP
from tests.support.buildspec.interpreter import Batch, Project, run_batch, run_build
from tests.support.buildspec.parser import parse_buildspec
from tests.support.buildspec.sources import CLEAN, INJECTION, POLICY, commit
from tests.support.buildspec.workspace import Workspace

FANOUT = Path(__file__).parents[2] / "buildspec_snippets" / "monorepo-fanout.yml"
BUCKET, PREFIX = "example-parts", "scangate"
SHARDS = ["shard1", "shard2", "shard3", "shard4"]


class Cloud:
    """An account that maps each build to its batch."""

    def __init__(self, account: FakeAccount) -> None:
        self.account = account
        self.batches: dict[str, str] = {}
        account.services["codebuild"] = {"BatchGetBuilds": self._builds}

    def begin(self, batch: str, build: str) -> None:
        """A build of a batch starts."""
        self.batches[build] = batch

    def _builds(self, parameters: Any) -> dict[str, Any]:
        return {"builds": [{"id": name, "buildBatchArn": self.batches[name]} for name in parameters["ids"] if name in self.batches]}

    def held(self) -> list[str]:
        """The keys in the bucket."""
        return [entry["Key"] for entry in boto3.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    with serve_account() as account:
        for name, value in account.environment.items():
            monkeypatch.setenv(name, value)
        boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield Cloud(account)


def project(site: Workspace, cloud: Cloud, image: BuildImage, **overrides: str) -> Project:
    """The project that the snippet requires, with an aws command in its image."""
    variables = {**OFFLINE_PIP, "SCANGATE_PARTS": f"s3://{BUCKET}/{PREFIX}", **overrides}
    plain = site.project(overrides=variables, carry="exports", seconds=300)
    image.restore_cache(site.home)
    return replace(plain, image={**plain.image, **cloud.account.environment, **image.install(site.home)})


def scan(site: Workspace, cloud: Cloud, tmp_path: Path, configured: Project) -> Batch:
    site.write("scangate.yaml", POLICY)
    commit(site)
    (tmp_path / "builds").mkdir()
    text = FANOUT.read_text("utf-8")
    return run_batch(text, configured, tmp_path / "builds", cloud.begin)


@pytest.mark.nightly
def test_four_shards_merge_into_one_verdict(site: Workspace, cloud: Cloud, image: BuildImage, tmp_path: Path) -> None:
    for number in range(12):
        site.write(f"service{number}.py", INJECTION if number == 7 else CLEAN)
    batch = scan(site, cloud, tmp_path, project(site, cloud, image))
    logs = "".join(build.log for build in batch.builds.values())
    assert [batch.builds[name].status for name in SHARDS] == ["SUCCEEDED"] * 4, logs
    merged = batch.builds["merge"]
    assert (batch.status, merged.status, merged.phase("build").status) == ("FAILED", "FAILED", "FAILED"), logs
    assert merged.exported["SCANGATE_VERDICT"] == "FAIL"
    assert {batch.builds[name].exported["SCANGATE_VERDICT"] for name in SHARDS} == {"INCOMPLETE"}
    (report,) = merged.reports
    assert (report.status, report.problems) == ("FAILED", ())
    document = json.loads((tmp_path / "builds/merge/scangate-reports/verdict.json").read_text("utf-8"))
    assert {ruling["finding"]["location"]["path"] for ruling in document["findings"]} == {"service7.py"}
    assert len(document["scanners"][0]["analyzed_files"]) == 12
    identity = next(iter(set(cloud.batches.values()))).rpartition(":")[2]
    assert cloud.held() == [f"{PREFIX}/{identity}/shard-{number}-of-4.json" for number in range(1, 5)]
    assert not cloud.account.refusals


def test_a_clean_source_passes_and_a_missing_part_is_not_a_pass(
    site: Workspace, cloud: Cloud, image: BuildImage, tmp_path: Path
) -> None:
    site.write("adding.py", CLEAN)
    configured = project(site, cloud, image)
    batch = scan(site, cloud, tmp_path, configured)
    assert batch.status == "SUCCEEDED", "".join(build.log for build in batch.builds.values())
    assert batch.builds["merge"].exported["SCANGATE_VERDICT"] == "PASS"
    assert "junit.xml" in batch.builds["merge"].artifacts[0].files
    assert batch.builds["shard1"].artifacts[0].files == ("shard-1-of-4.json",)

    (lost,) = (key for key in cloud.held() if "shard-2-of-4" in key)
    boto3.client("s3").delete_object(Bucket=BUCKET, Key=lost)
    again = replace(
        configured, source=tmp_path / "builds/merge", overrides={**configured.overrides, "SCANGATE_SHARD": "merge"}, task="merge"
    )
    merged = run_build(FANOUT.read_text("utf-8"), replace(again, build=list(cloud.batches)[-1]))
    assert (merged.status, merged.exported["SCANGATE_VERDICT"]) == ("FAILED", "INCOMPLETE")


@pytest.mark.nightly
def test_a_failing_upload_fails_the_shard_and_the_merge_does_not_start(
    site: Workspace, cloud: Cloud, image: BuildImage, tmp_path: Path
) -> None:
    site.write("adding.py", CLEAN)
    batch = scan(site, cloud, tmp_path, project(site, cloud, image, SCANGATE_PARTS="s3://another-bucket/x"))
    assert batch.status == "FAILED"
    assert {name: build.status for name, build in batch.builds.items()} == dict.fromkeys(SHARDS, "FAILED")


@pytest.mark.parametrize("lacks", [pytest.param("a batch", marks=pytest.mark.nightly), "a place", "a task"])
def test_nothing_is_scanned_outside_a_batch(lacks: str, site: Workspace, cloud: Cloud, image: BuildImage, tmp_path: Path) -> None:
    site.write("adding.py", CLEAN)
    site.write("scangate.yaml", POLICY)
    commit(site)
    (tmp_path / "builds").mkdir()
    overrides = {"SCANGATE_PARTS": ""} if lacks == "a place" else {}
    text = FANOUT.read_text("utf-8")
    text = text.replace("SCANGATE_SHARD: ", "OTHER: ") if lacks == "a task" else text
    begin = (lambda *_: None) if lacks == "a batch" else cloud.begin
    batch = run_batch(text, project(site, cloud, image, **overrides), tmp_path / "builds", begin)
    assert batch.status == "FAILED"
    assert {phase.name for build in batch.builds.values() for phase in build.phases} == {"install", "upload_artifacts"}


def test_every_shard_of_the_snippet_exists_once() -> None:
    graph = {task.identifier: task for task in parse_buildspec(FANOUT.read_text("utf-8")).graph}
    request = [dict(graph[name].variables)["SCANGATE_SHARD"] for name in SHARDS]
    assert request == ["1/4", "2/4", "3/4", "4/4"]
    assert sorted(graph["merge"].depends_on) == SHARDS
    assert not any(task.ignore_failure for task in graph.values())
