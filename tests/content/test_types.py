"""Content types by name, shebang and content; the expected types are written by hand."""

from __future__ import annotations

import pytest

from scangate.content.catalog import CONTENT_TYPES, analyses_for
from scangate.content.types import identify, identify_by_name
from scangate.model import Analysis

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4d7a" * 16 + b"\nsize 12345\n"
NAMES = {
    "app.py": "python",
    "APP.PY": "python",
    "a/b/types.pyi": "python",
    "fast.pyx": "cython",
    "app.js": "javascript",
    "view.tsx": "typescript",
    "main.go": "go",
    "main.tf": "terraform",
    "net.TF": "terraform",
    "Dockerfile": "dockerfile",
    "Dockerfile.web": "dockerfile",
    "docker/web.Dockerfile": "dockerfile",
    "dockerfile.py": "python",
    "docker-compose.override.yml": "compose",
    ".github/workflows/ci.yml": "github-workflow",
    "package.json": "npm-manifest",
    "go.mod": "go-manifest",
    "pom.xml": "maven-manifest",
    "Gemfile.lock": "bundler-manifest",
    "src/App/App.csproj": "nuget-manifest",
    "requirements-dev.txt": "python-manifest",
    "pyproject.toml": "python-manifest",
    "script.py.lock": "python-manifest",
    "index.php": "php",
    "Makefile": "makefile",
    "query.rb": "ruby",
}
TEXTS = {
    "bin/deploy": ("#!/usr/bin/env python3\nimport sys\n", "python"),
    "run": ("#!/usr/bin/env -S uv run --script\nprint()\n", "python"),
    "entry": ("#!/bin/sh\n'''exec' /opt/venv/bin/python \"$0\" \"$@\"\n' '''\n", "python"),
    "start.sh": ("#!/bin/bash\nset -e\n", "shell"),
    "tool.sh": ("#!/usr/bin/python3\nprint()\n", "python"),
    "manage": ("import os\n\nos.system('ls')\n", "python"),
    "notes": ("import duties are due\n", "unknown"),
    "run.py.j2": ("import os\nos.system('{{ command }}')\n", "python-template"),
    "plain.py.j2": ("import os\n", "python"),
    "site.yml.erb": ("a: <%= b %>\n", "erb"),
    "t.template": ("AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  A:\n    Type: AWS::S3::Bucket\n", "cloudformation"),
    "x.json": ('{"Resources":{"A":{"Type":"AWS::S3::Bucket"}}}', "cloudformation"),
    "pod.yaml": ("apiVersion: v1\nkind: Pod\n", "kubernetes"),
    "two.yaml": ("a: 1\n---\n  apiVersion: v1\n  kind: Pod\n", "kubernetes"),
    "flow.yaml": ("{apiVersion: v1, kind: Pod}\n", "kubernetes"),
    "chart/templates/x.yaml": ("kind: Pod\nname: {{ .Values.name }}\n", "helm-template"),
    "stack.yml": ("services:\n  web:\n    image: nginx\n", "compose"),
    "ci/build.yml": ("version: 0.2\nphases:\n  build:\n    commands: [make]\n", "buildspec"),
    "wf.yml": ("on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n", "github-workflow"),
    "tools/action.yml": ("name: x\nruns:\n  using: composite\n  steps: []\n", "github-action"),
    "recipe": ("FROM python:3.12\nRUN pip install x\n", "dockerfile"),
    "deps/base.txt": ("# base\ndjango==1.11.1\n-r other.txt\n", "python-manifest"),
    "readme.txt": ("Some prose.\n", "text"),
    "data.json": ('{"a": 1}', "json"),
    "list.yaml": ("- 1\n- 2\n", "yaml"),
    "plain.db": ("password = x\n", "unknown"),
}
BYTES = {
    "prod.env": (LFS, "lfs-pointer"),
    "model.py": (LFS, "lfs-pointer"),
    "x.bin": (b"\x7fELF\x02\x01\x01" + bytes(60), "program"),
    "x.md": (b"PK\x03\x04" + bytes(30), "archive"),
    "logo.png": (b"\x89PNG\r\n\x1a\n" + bytes(20), "image"),
    "wide.txt": ("password = 'x'\n".encode("utf-16"), "text"),
    "one-nul.conf": (b"a = b\n" * 100 + b"\0", "ini"),
    "noise": (bytes(range(256)) * 8, "binary"),
}
CASES = [
    *((path, b"", expected) for path, expected in NAMES.items()),
    *((path, text.encode(), expected) for path, (text, expected) in TEXTS.items()),
    *((path, data, expected) for path, (data, expected) in BYTES.items()),
]


@pytest.mark.parametrize(("path", "data", "expected"), CASES, ids=[path for path, _, _ in CASES])
def test_content_type(path: str, data: bytes, expected: str) -> None:
    assert identify(path, data) == expected
    assert expected in CONTENT_TYPES
    assert identify_by_name(path) in (None, expected) or expected == "lfs-pointer"


def test_every_text_calls_for_secrets() -> None:
    assert analyses_for("unknown") == {Analysis.SECRETS}
    assert analyses_for("go") == {Analysis.CODE, Analysis.SECRETS}
    assert analyses_for("python-template") == {Analysis.CODE, Analysis.SECRETS}
    assert analyses_for("terraform") == {Analysis.CONFIGURATION, Analysis.SECRETS}
    assert analyses_for("npm-manifest") == {Analysis.DEPENDENCIES, Analysis.SECRETS}
    assert analyses_for("image") == frozenset()
