"""The calls that CodeBuild's agent and the commands of a build make in a role's name, beside those that a fake account records."""

from __future__ import annotations

from tests.support.aws.cloudformation import StackTemplate
from tests.support.aws.pipeline_template import allowed_actions
from tests.support.aws.protocol import AwsCall

# What a service does in a role's name, in addition to the commands whose calls are recorded.
ARTIFACTS = {"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:GetBucketAcl", "s3:GetBucketLocation"}
BUILD_AGENT = ARTIFACTS | {"kms:Decrypt", "kms:GenerateDataKey", "logs:CreateLogStream", "logs:PutLogEvents"}
MISSING_OBJECT = {"s3:ListBucket"}  # without it S3 does not say that an object is not there
CLONE = {True: {"codeconnections:UseConnection", "codestar-connections:UseConnection"}, False: {"codecommit:GitPull"}}
PUSH = {"BatchCheckLayerAvailability", "BatchGetImage", "CompleteLayerUpload", "InitiateLayerUpload", "PutImage", "UploadLayerPart"}
PUSH |= {"GetDownloadUrlForLayer"}  # of layers that are there, and of a base image
# What the agent asks for to upload the reports of a build that names its report groups.
# https://docs.aws.amazon.com/codebuild/latest/userguide/test-permissions.html
REPORTS = {
    f"codebuild:{name}"
    for name in ("BatchPutCodeCoverages", "BatchPutTestCases", "CreateReport", "CreateReportGroup", "UpdateReport")
}
DEPLOYMENT = {"CreateDeployment", "GetApplicationRevision", "GetDeployment", "GetDeploymentConfig", "RegisterApplicationRevision"}
COMMANDS = {
    "aws s3 sync": {"s3:ListBucket", "s3:PutObject", "s3:DeleteObject"},
    "aws ssm get-parameter": {"ssm:GetParameter"},
    "aws cloudfront create-invalidation": {"cloudfront:CreateInvalidation"},
    "aws lambda update-function-code": {"lambda:UpdateFunctionCode"},
    "aws lambda get-alias": {"lambda:GetAlias"},
    "aws deploy create-deployment": {f"codedeploy:{name}" for name in DEPLOYMENT - {"GetDeployment"}},
    "aws deploy wait": {"codedeploy:GetDeployment"},
    "aws ecr get-login-password": {"ecr:GetAuthorizationToken"},
    "docker push": {f"ecr:{name}" for name in PUSH},
}


def assert_least_privilege(found: StackTemplate, project: str, calls: list[AwsCall]) -> None:
    """Checks that the role allows exactly the calls of its commands and those of the service."""
    made = {f"{call.service}:{call.operation}" for call in calls}
    assert made, project
    beside = {
        "Gate": BUILD_AGENT
        | MISSING_OBJECT
        | CLONE[bool(found.parameters["ConnectionArn"])]
        | {"codebuild:BatchPutTestCases", "codebuild:CreateReport", "codebuild:UpdateReport", "securityhub:BatchImportFindings"},
        # asked about a FAIL only, see the test of the review
        "Sign": BUILD_AGENT | {"codepipeline:ListActionExecutions"},
        "Check": BUILD_AGENT | MISSING_OBJECT,
    }[project]
    may = set(allowed_actions(found, f"{project}Role"))
    assert made <= may, f"{project}: missing {sorted(made - may)}"
    assert may <= made | beside, f"{project}: unused {sorted(may - made - beside)}"
    assert beside <= may, f"{project}: missing {sorted(beside - may)}"
