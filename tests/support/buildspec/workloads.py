"""Sample projects for each workload, with an account that has what the snippets require."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field, replace
from typing import Any, Final

import boto3

from tests.support.aws.account import FakeAccount
from tests.support.aws.ecr import FakeRegistry
from tests.support.buildspec.build_image import BuildImage
from tests.support.buildspec.gate_buildspec import GATE_BUILDSPEC, OFFLINE_PIP
from tests.support.buildspec.interpreter import Build, run_build
from tests.support.buildspec.sources import CLEAN, INJECTION, POLICY, commit
from tests.support.buildspec.workspace import Workspace

HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
REGION: Final = "eu-west-1"  # what CodeBuild's variables say in the interpreter
SOURCE_BY_OUTCOME = {"pass": CLEAN, "fail": INJECTION, "incomplete": "def f(:\n"}
OUTCOME_WORDS = {"pass": "PASS", "fail": "FAIL", "incomplete": "INCOMPLETE"}

_TEST = "import unittest\n\n\nclass T(unittest.TestCase):\n    def test_it(self) -> None:\n        self.assertEqual(1 + 1, 2)\n"
_BACKEND = '''"""Packs a wheel of one file, with nothing from an index."""

import pathlib
import zipfile


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name, info = "shop-1.0-py3-none-any.whl", "shop-1.0.dist-info"
    with zipfile.ZipFile(pathlib.Path(wheel_directory) / name, "w") as wheel:
        wheel.write("app/adding.py", "adding.py")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: shop\\nVersion: 1.0\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
'''
_PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
_APP = {"tests/test_it.py": _TEST}
_TEMPLATE = (
    "Resources:\n  Add: {Type: 'AWS::Serverless::Function', Properties: {CodeUri: app, Handler: adding.add, Runtime: python3.12}}\n"
)
_HOOK = {name: (GATE_BUILDSPEC.parent / "appspec" / name).read_text("utf-8") for name in ("appspec.yml", "verify.sh")}
SOURCES: dict[str, dict[str, str]] = {
    "python-application": {**_APP, "requirements.txt": "", "pyproject.toml": _PROJECT, "backend.py": _BACKEND},
    "container-image": {"Dockerfile": "FROM python:3.12 AS test\nFROM python:3.12\nUSER nobody\n"},
    "lambda": {**_APP, "template.yaml": _TEMPLATE},
    "ec2-codedeploy": {**_APP, "appspec.yml": _HOOK["appspec.yml"], "scripts/verify.sh": _HOOK["verify.sh"]},
    "static-site": {"package.json": "{}\n", "pages/index.html": "<!doctype html>\n"},
    "review-gate": {},
    "pull-request": {},
    "nightly-audit": {},
    "nightly-history": {},
}


@dataclass
class WorkloadAccount:
    """The account of a project: buckets, signing key, registry, distribution, topic."""

    account: FakeAccount
    key: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    registry: FakeRegistry = field(default_factory=lambda: FakeRegistry("quarantine/shop", "shop"))

    def create_resources(self) -> None:
        """Creates the resources, then clears the list of calls."""
        self.account.services["ecr"] = self.registry.service
        for bucket in ("releases", "attestations", "packages", "site", "history"):
            boto3.client("s3", REGION).create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        boto3.client("s3", REGION).put_object(Bucket="site", Key="index.html", Body=b"old")
        boto3.client("s3", REGION).put_object(Bucket="site", Key="gone.html", Body=b"old")
        made = boto3.client("kms", REGION).create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")
        self.key = made["KeyMetadata"]["Arn"]
        self.variables = {
            "RELEASES": "s3://releases/shop",
            "SCANGATE_KMS_KEY": self.key,
            "SCANGATE_ATTESTATIONS": "s3://attestations/shop",
            "QUARANTINE": f"{HOST}/quarantine/shop",
            "RELEASE": f"{HOST}/shop",
            "PACKAGES": "packages/shop",
            "SITE": "s3://site",
            "DISTRIBUTION": create_distribution(),
            "ALERTS": boto3.client("sns", REGION).create_topic(Name="alerts")["TopicArn"],
            "HISTORY": "s3://history/main.json",
        }
        self.account.calls.clear()

    def called_actions(self) -> set[str]:
        """The calls so far, by IAM action."""
        return {f"{call.service}:{call.operation}" for call in self.account.calls}

    def objects(self, bucket: str) -> dict[str, bytes]:
        """The keys in a bucket."""
        s3 = boto3.client("s3", REGION)
        keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def create_distribution() -> str:
    """Creates a distribution; returns its id."""
    origin: dict[str, Any] = {"Id": "site", "DomainName": "site.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    behaviour = {"TargetOriginId": "site", "ViewerProtocolPolicy": "https-only", "MinTTL": 0}
    values = {"QueryString": False, "Cookies": {"Forward": "none"}}
    made = boto3.client("cloudfront", REGION).create_distribution(
        DistributionConfig={
            "CallerReference": "once",
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {**behaviour, "ForwardedValues": values},
        }
    )
    return str(made["Distribution"]["Id"])


def run_git(site: Workspace, *arguments: str) -> str:
    """Runs git in the source; returns its output."""
    variables = {"HOME": str(site.home), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["git", *arguments], cwd=site.source, check=True, env=variables, capture_output=True, text=True)
    return done.stdout.strip()


def write_source(name: str, outcome: str, site: Workspace) -> str:
    """Writes the sample of the snippet ``name``, whose code leads to ``road``; returns its commit."""
    for path, text in SOURCES[name].items():
        site.write(path, text)
    site.write("app/adding.py", SOURCE_BY_OUTCOME[outcome])
    site.write("scangate.yaml", POLICY)
    hook = site.source / "scripts" / "verify.sh"
    if hook.exists():
        hook.chmod(0o755)
    commit(site)
    return run_git(site, "rev-parse", "HEAD")


def run_snippet(name: str, head: str, site: Workspace, shop: WorkloadAccount, image: BuildImage, **more: str) -> Build:
    """Runs the snippet ``name`` on the source at commit ``head``."""
    plain = site.project(
        overrides={**OFFLINE_PIP, "SCANGATE_ENV": "", **shop.variables, **more}, carry="exports", seconds=300, commit=head
    )
    variables = {**plain.image, **shop.account.environment, **image.install(site.home)}
    image.restore_cache(site.home)
    done = run_build((GATE_BUILDSPEC.parent / f"{name}.yml").read_text("utf-8"), replace(plain, image=variables))
    image.save_cache(site.home)
    assert "Traceback" not in done.log, done.log
    return done
