"""A replacement for the aws command: the calls in our buildspecs, made with boto3."""

from __future__ import annotations

import argparse
import base64
import json
import sys
import uuid
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import jmespath  # type: ignore[import-untyped]  # comes with boto3
from botocore import xform_name
from botocore.exceptions import ClientError, WaiterError


def main() -> None:
    """``aws s3 cp``, ``aws s3 sync``, ``aws ecr get-login-password``, and the operations of botocore's models by their names."""
    service, operation, *words = sys.argv[1:]
    service = {"deploy": "codedeploy"}.get(service, service)  # the one whose command has another name
    if service == "s3":
        _s3(operation, words)
    elif (service, operation) == ("ecr", "get-login-password"):
        (data,) = boto3.client("ecr").get_authorization_token()["authorizationData"]
        sys.stdout.write(base64.b64decode(data["authorizationToken"]).decode().partition(":")[2] + "\n")
    elif operation == "wait":
        _wait(service, *words)
    else:
        _call(service, operation, words)


def _client(service: str) -> Any:
    session: Any = boto3.session.Session()
    return session.client(service)


def _wait(service: str, what: str, *words: str) -> None:
    """Like the real command, but polls every second for two minutes."""
    ((option, (value,)),) = _options([*words])
    shape = {"deployment-id": "deploymentId"}[option]
    try:
        _client(service).get_waiter(what.replace("-", "_")).wait(WaiterConfig={"Delay": 1, "MaxAttempts": 120}, **{shape: value})
    except WaiterError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(255)


def _s3(operation: str, words: list[str]) -> None:
    parser = argparse.ArgumentParser(prog=f"aws s3 {operation}")
    parser.add_argument("--recursive" if operation == "cp" else "--delete", dest="whole", action="store_true")
    parser.add_argument("--only-show-errors", action="store_true")
    parser.add_argument("--no-follow-symlinks", dest="links", action="store_false")
    parser.add_argument("--exclude", default="")  # with sync only
    parser.add_argument("source")
    parser.add_argument("target")
    arguments = parser.parse_args(words)
    if operation == "sync":
        _sync(arguments.source, arguments.target, arguments.exclude, links=arguments.links)
    else:
        (_copy if arguments.whole else _copy_one)(arguments.source, arguments.target)


def _copy_one(source: str, target: str) -> None:
    s3 = boto3.client("s3")
    if target.startswith("s3://"):
        place = _place(target)
        s3.put_object(Bucket=place["Bucket"], Key=place["Key"], Body=Path(source).read_bytes())
    else:
        place = _place(source)
        Path(target).write_bytes(s3.get_object(Bucket=place["Bucket"], Key=place["Key"])["Body"].read())


def _place(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    return {"Bucket": parts.netloc, "Key": parts.path.lstrip("/")}


def _copy(source: str, target: str, exclude: str = "", *, links: bool = True) -> None:
    s3 = boto3.client("s3")
    if target.startswith("s3://"):
        place = _place(target)
        for name, file in _files(source, exclude, links=links):
            s3.put_object(Bucket=place["Bucket"], Key=place["Key"] + name, Body=file.read_bytes())
        return
    place = _place(source)
    for entry in s3.list_objects_v2(Bucket=place["Bucket"], Prefix=place["Key"]).get("Contents", []):
        file = Path(target) / entry["Key"].removeprefix(place["Key"])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(s3.get_object(Bucket=place["Bucket"], Key=entry["Key"])["Body"].read())


def _sync(source: str, target: str, exclude: str, *, links: bool) -> None:
    """With --delete: removes what is not in the source; excluded files are neither sent nor removed."""
    s3, place = boto3.client("s3"), _place(target)
    _copy(source, target, exclude, links=links)
    wanted = {place["Key"] + name for name, _ in _files(source, links=links)}
    for entry in s3.list_objects_v2(Bucket=place["Bucket"], Prefix=place["Key"]).get("Contents", []):
        if entry["Key"] not in wanted and not fnmatchcase(entry["Key"].removeprefix(place["Key"]), exclude):
            s3.delete_object(Bucket=place["Bucket"], Key=entry["Key"])


def _files(folder: str, exclude: str = "", *, links: bool) -> Iterator[tuple[str, Path]]:
    for file in sorted(path for path in Path(folder).rglob("*") if path.is_file() and (links or not path.is_symlink())):
        name = str(file.relative_to(folder))
        if not fnmatchcase(name, exclude):
            yield name, file


def _call(service: str, operation: str, words: list[str]) -> None:
    client = _client(service)
    model = client.meta.service_model
    name = next(each for each in model.operation_names if xform_name(each, "-") == operation)
    members = {xform_name(each, "-"): (each, shape) for each, shape in model.operation_model(name).input_shape.members.items()}
    request: dict[str, Any] = {}
    query = ""
    for option, values in _options(words):
        if option == "query":
            (query,) = values
        elif option == "output":
            assert values == ["text"]
        elif (operation, option) == ("create-invalidation", "paths"):  # the command's own short form
            paths = {"Quantity": len(values), "Items": values}
            request["InvalidationBatch"] = {"Paths": paths, "CallerReference": str(uuid.uuid4())}
        else:
            member, shape = members[option]
            request[member] = _value(shape, values)
    answer = getattr(client, xform_name(name))(**request)
    if query:
        sys.stdout.write(f"{jmespath.search(query, answer)}\n")  # None for nothing, as the real one


def _options(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    starts = [at for at, word in enumerate(words) if word.startswith("--")]
    for start, end in zip(starts, [*starts[1:], len(words)], strict=True):
        yield words[start][2:], words[start + 1 : end]


def _value(shape: Any, values: list[str]) -> Any:
    if shape.type_name == "boolean":
        assert not values
        return True
    if shape.type_name == "blob":
        return Path(values[0].removeprefix("fileb://")).read_bytes()
    if shape.type_name == "structure":
        return json.loads(Path(values[0].removeprefix("file://")).read_text("utf-8"))
    if shape.type_name != "list":
        (value,) = values
        return value
    if shape.member.type_name == "structure":
        return [dict(pair.split("=", 1) for pair in value.split(",")) for value in values]
    return values


if __name__ == "__main__":
    try:
        main()
    except ClientError as refused:
        sys.stderr.write(f"{refused}\n")
        sys.exit(254)
