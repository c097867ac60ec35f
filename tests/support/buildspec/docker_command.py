"""A replacement for docker: builds nothing, and pushes manifests to the fake ECR."""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path

import boto3

STATE = Path.home() / ".docker-stand-in"


def main() -> None:
    """``docker login|build|push|image inspect|buildx imagetools create``, with the options that our buildspec gives."""
    words = sys.argv[1:]
    depth = {"image": 2, "buildx": 3}.get(words[0], 1)
    acts = {"login": _login, "build": _build, "push": _push, "image inspect": _inspect, "buildx imagetools create": _copy}
    acts[" ".join(words[:depth])](words[depth:])


def _state() -> dict[str, str]:
    found: dict[str, str] = json.loads(STATE.read_text("utf-8")) if STATE.exists() else {}
    return found


def _keep(**more: str) -> None:
    STATE.write_text(json.dumps({**_state(), **more}), "utf-8")


def _login(words: list[str]) -> None:
    *options, registry = words
    assert options == ["--username", "AWS", "--password-stdin"]
    password = sys.stdin.read()
    assert password.strip(), "Error: Password Empty"
    _keep(registry=registry)


def _build(words: list[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--build-arg")
    parser.add_argument("--target")
    parser.add_argument("--tag")
    parser.add_argument("context", type=Path)
    arguments = parser.parse_args(words)
    assert not (arguments.context / "scangate-reports").exists(), "COPY . would take the reports into the image"
    dockerfile = (arguments.context / "Dockerfile").read_text("utf-8")
    if arguments.target:
        assert re.search(rf"^FROM .* AS {arguments.target}$", dockerfile, re.MULTILINE), f"no stage {arguments.target}"
    if arguments.tag:
        layer = hashlib.sha256(dockerfile.encode()).hexdigest()
        _keep(**{arguments.tag: json.dumps({"schemaVersion": 2, "layers": [{"digest": f"sha256:{layer}"}]})})


def _push(words: list[str]) -> None:
    (reference,) = words
    name, _, tag = reference.rpartition(":")
    registry, _, repository = name.partition("/")
    assert _state()["registry"] == registry, "no basic auth credentials"
    answer = boto3.client("ecr").put_image(repositoryName=repository, imageManifest=_state()[reference], imageTag=tag)
    _keep(**{f"digest of {reference}": f"{name}@{answer['image']['imageId']['imageDigest']}"})


def _inspect(words: list[str]) -> None:
    option, form, reference = words
    assert (option, form) == ("--format", r'{{join .RepoDigests "\n"}}')
    sys.stdout.write(f"elsewhere.example/other@sha256:{'0' * 64}\n{_state()[f'digest of {reference}']}\n")


def _copy(words: list[str]) -> None:
    alone, option, target, source = words
    assert (alone, option) == ("--prefer-index=false", "--tag")
    ecr = boto3.client("ecr")
    (name, digest), (there, _, tag) = source.split("@"), target.rpartition(":")
    (image,) = ecr.batch_get_image(repositoryName=name.partition("/")[2], imageIds=[{"imageDigest": digest}])["images"]
    ecr.put_image(repositoryName=there.partition("/")[2], imageManifest=image["imageManifest"], imageTag=tag)


if __name__ == "__main__":
    main()
