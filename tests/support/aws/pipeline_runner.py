"""Runs a stack's pipeline as CodePipeline, CodeBuild and CodeDeploy would: stage after stage, each action under its own role.

Every call to AWS is signed with the role's name, so that what was really asked can be compared with what the role allows. What the
services do by themselves (take artifacts, write logs, ask the hook) is done here, too, by their guides.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import boto3
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from tests.support.aws.account import FakeAccount
from tests.support.aws.cloudformation import StackTemplate
from tests.support.aws.codedeploy import FakeDeployments
from tests.support.aws.ecr import FakeRegistry
from tests.support.aws.event_patterns import matches_pattern
from tests.support.aws.pipeline_template import allowed_actions
from tests.support.aws.protocol import AwsCall
from tests.support.buildspec import file_globs
from tests.support.buildspec.build_image import BuildImage
from tests.support.buildspec.interpreter import Build, run_build
from tests.support.buildspec.parser import parse_buildspec
from tests.support.buildspec.workspace import Workspace
from tests.support.command import environment, run_scangate

__all__ = ["EXECUTION", "REGION", "PipelineSimulator", "role_client"]

REGION: Final = "eu-west-1"  # the interpreter's
EXECUTION = "00000000-0000-4000-8000-000000000001"
BUCKET_ARNS = {"artifacts": "<Artifacts.Arn>", "shelf": "<Shelf.Arn>"}
IAM_NAMES = {"ListObjectsV2": "ListBucket", "HeadObject": "GetObject"}  # what IAM calls them


def role_client(service: str, role: str = "testing") -> Any:
    """A client that signs with a role's name."""
    session: Any = boto3.session.Session(role, "testing", region_name=REGION)
    return session.client(service)


@dataclass
class PipelineSimulator:
    """The account with what the stack made; ``builds`` and ``alerts`` are what the last execution came to.

    ``home`` is the environment that holds scangate; ``deployments`` are CodeDeploy's, ``registry`` is ECR's.
    """

    account: FakeAccount
    found: StackTemplate
    folder: Path
    home: Path
    deployments: FakeDeployments
    registry: FakeRegistry = field(default_factory=lambda: FakeRegistry("shop"))
    builds: dict[str, Build] = field(default_factory=dict)
    alerts: list[str] = field(default_factory=list)
    key: str = ""
    verdict_key: str = ""
    judge_key: str = ""
    _kept: dict[str, dict[str, str]] = field(default_factory=dict)
    _path: str = ""
    _commit: str = ""

    def create_resources(self) -> None:
        """Makes what the stack makes, as far as it is used; what was asked until then is forgotten."""
        self.account.services |= {"ecr": self.registry.service, "codedeploy": self.deployments.service}
        s3 = role_client("s3")
        for bucket in BUCKET_ARNS:
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket="artifacts", VersioningConfiguration={"Status": "Enabled"})
        for group in self.found.resources("AWS::Logs::LogGroup").values():
            role_client("logs").create_log_group(logGroupName=group["LogGroupName"])
        signs = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
        made = (role_client("kms").create_key(**signs)["KeyMetadata"]["Arn"] for _ in range(3))
        self.key, self.verdict_key, self.judge_key = made
        self._path = BuildImage(self.home, self.folder / "cache").install_programs(self.folder / "bin")
        self.account.calls.clear()

    def start(self, source: Path) -> list[str]:
        """One execution. Returns the actions that ran, each as STAGE.ACTION, the last of them perhaps failed; see ``builds``."""
        for each in (self.builds, self.alerts, self._kept):
            each.clear()
        made = self.found.resources()
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=source, check=True, capture_output=True, text=True)
        self._commit = head.stdout.strip()
        self._keep("PipelineRole", "Source", {str(file.relative_to(source)): file for file in source.rglob("*") if file.is_file()})
        ran: list[str] = []
        for stage in made["Pipeline"]["Stages"][1:]:
            good = self._enters(stage)
            if good is None:
                continue
            for action in sorted(stage["Actions"], key=lambda each: int(each.get("RunOrder", 1))) if good else ():
                ran.append(f"{stage['Name']}.{action['Name']}")
                good = good and self._act(stage["Name"], action)
                if not good:
                    break
            if not good:
                self._alert(stage["Name"])
                return ran
        return ran

    def resolve(self, text: str) -> str:
        """A text of the pipeline with its variables filled in, as far as actions have exported them."""
        actions = self.builds.keys() & {"Gate", "Judge"}
        known = {f"{action}.{name}": value for action in actions for name, value in self.builds[action].exported.items()}
        known |= {"codepipeline.PipelineExecutionId": EXECUTION, "Source.CommitId": self._commit}
        return re.sub(r"#\{([^}]+)\}", lambda match: known[match[1]], text)

    def _enters(self, stage: Mapping[str, Any]) -> bool | None:
        """Whether the stage starts; None where it is skipped."""
        for condition in stage.get("BeforeEntry", {}).get("Conditions", []):
            for rule in condition["Rules"]:
                settings = rule["Configuration"]
                assert settings["Operator"] == "MATCHES"
                if not re.search(settings["Value"], self.resolve(settings["Variable"])):
                    return {"FAIL": False, "SKIP": None}[condition["Result"]]
        return True

    def _alert(self, stage: str) -> None:
        """What the rules on events send to the topic."""
        detail = {"pipeline": "shop-delivery", "stage": stage, "execution-id": EXECUTION, "state": "FAILED"}
        event: dict[str, Any] = {"source": "aws.codepipeline", "time": "2026-01-31T12:00:00Z", "detail": detail}
        event["detail-type"] = "CodePipeline Stage Execution State Change"
        for rule in self.found.resources("AWS::Events::Rule").values():
            for target in rule["Targets"] if matches_pattern(rule["EventPattern"], event) else ():
                assert target["Arn"] == "<Alerts>"
                settings = target["InputTransformer"]
                text = settings["InputTemplate"]
                for name, path in settings["InputPathsMap"].items():
                    value = detail[path.removeprefix("$.detail.")] if path.startswith("$.detail.") else event[path[2:]]
                    text = text.replace(f"<{name}>", value)
                self.alerts.append(json.loads(text))

    def _act(self, stage: str, action: Mapping[str, Any]) -> bool:
        provider, request = action["ActionTypeId"]["Provider"], action["Configuration"]
        inputs = [each["Name"] for each in action["InputArtifacts"]]
        outputs = [each["Name"] for each in action.get("OutputArtifacts", [])]
        if provider == "CodeBuild":
            (project,) = (
                name
                for name, each in self.found.resources("AWS::CodeBuild::Project").items()
                if each["Name"] == request["ProjectName"]
            )
            variables = {
                each["name"]: self.resolve(each["value"])
                .replace("<VerdictKey.Arn>", self.verdict_key)
                .replace("<JudgeKey.Arn>", self.judge_key)
                for each in json.loads(request.get("EnvironmentVariables", "[]"))
            }
            return self.build(project, inputs, outputs, **variables).status == "SUCCEEDED"
        return self._deploy(provider, stage, request["DeploymentGroupName"], inputs[0])

    # -- CodeBuild --

    def build(self, project: str, inputs: list[str], outputs: list[str], **more: str) -> Build:
        """One project's build, with the variables that the template gives it, and artifacts that its role reads and writes."""
        properties = self.found.resources("AWS::CodeBuild::Project")[project]
        role = f"{project}Role"
        directory = self.folder / f"build-{len(list(self.folder.iterdir()))}"
        directory.mkdir()
        site = Workspace(directory)
        role_client("s3", role).get_bucket_acl(Bucket="artifacts")
        role_client("s3", role).get_bucket_location(Bucket="artifacts")
        for name in inputs:
            self._take(role, name, site.source if name == inputs[0] else directory / name)
        settings = {each["Name"]: each["Value"] for each in properties["Environment"].get("EnvironmentVariables", [])}
        known = {"KEY": self.key, "VERDICT_KEY": self.verdict_key, "JUDGE_KEY": self.judge_key, "SHELF": "shelf"}
        known |= {"DEPENDENCIES": ""}  # the environment has what it would install
        settings |= {name: value for name, value in known.items() if name in settings} | {"SCANGATE_HOME": str(self.home)}
        settings |= {f"CODEBUILD_SRC_DIR_{name}": str(directory / name) for name in inputs[1:]}
        signed = {**self.account.environment, "AWS_ACCESS_KEY_ID": role, "PIP_NO_INDEX": "1"}
        made = site.project(overrides={**signed, **settings, **more}, seconds=600, commit=self._commit)
        image = {**made.image, "PATH": self._path}
        spec = properties["Source"]["BuildSpec"]
        text = spec if "\n" in spec else (site.source / spec).read_text("utf-8")
        done = run_build(text, replace(made, image=image, source=site.source, build=f"shop-{project.lower()}:{EXECUTION}"))
        assert "Traceback" not in done.log, done.log
        assert self.account.refusals == []
        log = {
            "logGroupName": properties["LogsConfig"]["CloudWatchLogs"]["GroupName"],
            "logStreamName": f"{EXECUTION}-{directory.name}",
        }
        role_client("logs", role).create_log_stream(**log)
        role_client("logs", role).put_log_events(**log, logEvents=[{"timestamp": int(time.time() * 1000), "message": "its lines"}])
        # CodePipeline takes nothing of a build that failed.
        for name, files in zip(outputs, parse_buildspec(text).artifacts, strict=False) if done.status == "SUCCEEDED" else ():
            self._keep(role, name, {each.artifact_path: each.file for each in file_globs.find_files(files, site.source, site.home)})
        self.builds[project] = done
        return done

    def _keep(self, role: str, name: str, files: Mapping[str, Path]) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for inside, file in sorted(files.items()):
                archive.write(file, inside)
        directory = {"Bucket": "artifacts", "Key": f"shop-delivery/{name[:10]}/{len(self._kept)}"}
        version = role_client("s3", role).put_object(**directory, Body=packed.getvalue())["VersionId"]
        self._kept[name] = {**directory, "VersionId": version}

    def _take(self, role: str, name: str, folder: Path) -> Path:
        """Unpacks an artifact, in the version that the pipeline keeps."""
        body = role_client("s3", role).get_object(**self._kept[name])["Body"].read()
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for entry in archive.infolist():
                file = Path(archive.extract(entry, folder))
                if mode := entry.external_attr >> 16 & 0o777:  # AWS keeps them; Python does not restore them
                    file.chmod(mode)
        return folder

    # -- CodeDeploy --

    def _deploy(self, provider: str, stage: str, group: str, artifact: str) -> bool:
        """A deployment of what was signed: for ECS the AppSpec with the task definition in it, for hosts the bundle itself."""
        bundle = self._take("PipelineRole", artifact, self.folder / f"deploy-{stage}")
        if provider == "CodeDeploy":
            return self._host(stage, self._take("InstancePolicy", artifact, self.folder / f"host-{stage}"))
        image = json.loads((bundle / "imageDetail.json").read_text("utf-8"))["ImageURI"]
        task = (bundle / "taskdef.json").read_text("utf-8").replace("<IMAGE1_NAME>", image)
        registered = role_client("ecs", "PipelineRole").register_task_definition(**json.loads(task))["taskDefinition"]
        spec = (bundle / "appspec.yaml").read_text("utf-8").replace("<TASK_DEFINITION>", registered["taskDefinitionArn"])
        directory = {"Bucket": "artifacts", "Key": "shop-delivery/AppSpec/0"}
        put = role_client("s3", "PipelineRole").put_object(**directory, Body=spec.encode())
        location = {"bucket": "artifacts", "key": directory["Key"], "bundleType": "YAML", "version": put["VersionId"]}
        location["eTag"] = put["ETag"].strip('"')
        codedeploy = role_client("codedeploy", "PipelineRole")
        made = codedeploy.create_deployment(
            applicationName="shop", deploymentGroupName=group, revision={"revisionType": "S3", "s3Location": location}
        )
        self.deployments.wait()
        info = codedeploy.get_deployment(deploymentId=made["deploymentId"])["deploymentInfo"]
        return bool(info["status"] == "Succeeded")

    def _host(self, stage: str, bundle: Path) -> bool:
        """What the bundle's BeforeInstall script does, but for its checks of the host itself: test_host_hook has those."""
        public = load_der_public_key(role_client("kms").get_public_key(KeyId=self.key)["PublicKey"])
        file = self.folder / "key.pem"
        file.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        return run_scangate("verify", bundle, "--key", file, "--env", stage, cwd=self.folder, env=environment()).code == 0

    # -- who asked for what --

    def actions(self, role: str) -> set[str]:
        """What a role was used for, as IAM names it, with what our buckets' encryption asks of it; no call is beyond its places."""
        may, used = allowed_actions(self.found, role), set()
        for call in (each for each in self.account.calls if each.access_key == role):
            used |= _named(call)
            if call.s3_location:
                bucket, _, key = call.s3_location.partition("/")
                arn = BUCKET_ARNS.get(bucket, f"arn:aws:s3:::{bucket}") + (f"/{key}" if key else "")
                (action,) = (each for each in _named(call) if each.startswith("s3:"))
                assert any(fnmatchcase(arn, directory) for directory in may.get(action, ())), (role, action, arn)
        return used


def _named(call: AwsCall) -> set[str]:
    action = f"{call.service}:{IAM_NAMES.get(call.operation, call.operation)}"
    ours = call.s3_location.partition("/")[0] in BUCKET_ARNS
    implied = {"s3:GetObject": "Decrypt", "s3:GetObjectVersion": "Decrypt", "s3:PutObject": "GenerateDataKey"}
    return {action, *([f"kms:{implied[action]}"] if ours and action in implied else [])}
