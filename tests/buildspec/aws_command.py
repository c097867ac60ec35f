"""Stands in for the aws command where it is not installed: the few calls that our buildspecs make, made for real with boto3."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import jmespath  # type: ignore[import-untyped]  # comes with boto3


def main() -> None:
    """``aws s3 cp --recursive`` between a folder and S3, and ``aws codebuild batch-get-builds``."""
    parser = argparse.ArgumentParser(prog="aws")
    services = parser.add_subparsers(required=True)
    copy = services.add_parser("s3").add_subparsers(required=True).add_parser("cp")
    copy.add_argument("--recursive", action="store_true", required=True)
    copy.add_argument("--only-show-errors", action="store_true")
    copy.add_argument("source")
    copy.add_argument("target")
    copy.set_defaults(act=_copy)
    get = services.add_parser("codebuild").add_subparsers(required=True).add_parser("batch-get-builds")
    get.add_argument("--ids", nargs="+", required=True)
    get.add_argument("--query", required=True)
    get.add_argument("--output", choices=["text"], required=True)
    get.set_defaults(act=_get)
    arguments = parser.parse_args()
    arguments.act(arguments)


def _copy(arguments: argparse.Namespace) -> None:
    s3 = boto3.client("s3")
    if arguments.target.startswith("s3://"):
        place = urlsplit(arguments.target)
        for file in sorted(path for path in Path(arguments.source).rglob("*") if path.is_file()):
            key = place.path.lstrip("/") + str(file.relative_to(arguments.source))
            s3.put_object(Bucket=place.netloc, Key=key, Body=file.read_bytes())
        return
    place = urlsplit(arguments.source)
    prefix = place.path.lstrip("/")
    for entry in s3.list_objects_v2(Bucket=place.netloc, Prefix=prefix).get("Contents", []):
        file = Path(arguments.target) / entry["Key"].removeprefix(prefix)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(s3.get_object(Bucket=place.netloc, Key=entry["Key"])["Body"].read())


def _get(arguments: argparse.Namespace) -> None:
    found = jmespath.search(arguments.query, boto3.client("codebuild").batch_get_builds(ids=arguments.ids))
    sys.stdout.write(f"{found}\n")  # None for nothing, as the real one


if __name__ == "__main__":
    main()
