"""A fixed command, with the value quoted."""

import shlex

import boto3
import docker


def lambda_handler(event, context):
    host = shlex.quote(event["host"])
    boto3.client("ssm").send_command(
        InstanceIds=["i-1"],
        DocumentName="AWS-RunShellScript",
        Parameters={"commands": ["ping -c 1 " + host]},
        Comment=event["host"],
    )
    docker.from_env().containers.get("tools").exec_run(["ping", "-c", "1", "--", event["host"]])
