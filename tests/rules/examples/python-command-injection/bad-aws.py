"""Commands that a service, a container or another host runs."""

import shlex
import subprocess

import boto3
import docker
import invoke


def lambda_handler(event, context):
    ssm = boto3.client("ssm")
    host = event["host"]
    ssm.send_command(
        InstanceIds=["i-1"],
        DocumentName="AWS-RunShellScript",
        Parameters={"commands": ["ping -c 1 " + host]},  # expect: python-command-injection
    )
    container = docker.from_env().containers.get("tools")
    container.exec_run(f"ping -c 1 {host}")  # expect: python-command-injection
    invoke.run("ping " + host)  # expect: python-command-injection
    subprocess.run(shlex.split("ping " + host))  # expect: python-command-injection
