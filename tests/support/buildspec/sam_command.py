"""A replacement for SAM: packs a function's code and uploads it to S3."""

from __future__ import annotations

import argparse
import hashlib
import io
import shutil
import sys
import zipfile
from pathlib import Path

import boto3
import yaml

__all__ = ["name_of"]


def main() -> None:
    """The two commands, with the options that our buildspec gives."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--template-file", type=Path, required=True)
    if sys.argv[1] == "build":
        parser.add_argument("--build-dir", type=Path, required=True)
        arguments = parser.parse_args(sys.argv[2:])
        _build(arguments.template_file, arguments.build_dir)
        return
    assert sys.argv[1] == "package"
    parser.add_argument("--s3-bucket", required=True)
    parser.add_argument("--s3-prefix", required=True)
    parser.add_argument("--force-upload", action="store_true")
    parser.add_argument("--output-template-file", type=Path, required=True)
    arguments = parser.parse_args(sys.argv[2:])
    template = yaml.safe_load(arguments.template_file.read_text("utf-8"))
    for function in template["Resources"].values():
        folder = arguments.template_file.parent / function["Properties"]["CodeUri"]
        key = f"{arguments.s3_prefix}/{name_of(folder)}"
        s3 = boto3.client("s3")
        if arguments.force_upload or not s3.list_objects_v2(Bucket=arguments.s3_bucket, Prefix=key)["KeyCount"]:
            s3.put_object(Bucket=arguments.s3_bucket, Key=key, Body=_packed(folder))
        function["Properties"]["CodeUri"] = f"s3://{arguments.s3_bucket}/{key}"
    arguments.output_template_file.write_text(yaml.safe_dump(template), "utf-8")


def _build(template: Path, folder: Path) -> None:
    document = yaml.safe_load(template.read_text("utf-8"))
    folder.mkdir()
    for name, function in document["Resources"].items():
        shutil.copytree(template.parent / function["Properties"]["CodeUri"], folder / name)
        function["Properties"]["CodeUri"] = name
    (folder / "template.yaml").write_text(yaml.safe_dump(document), "utf-8")


def name_of(folder: Path) -> str:
    """The key of the code in S3, derived from its content."""
    every = b"".join(str(file.relative_to(folder)).encode() + file.read_bytes() for file in sorted(folder.rglob("*.py")))
    return hashlib.md5(every, usedforsecurity=False).hexdigest()


def _packed(folder: Path) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for file in sorted(folder.rglob("*.py")):
            archive.write(file, file.relative_to(folder))
    return stream.getvalue()


if __name__ == "__main__":
    main()
