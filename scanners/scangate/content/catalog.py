"""The table of content types: which analyses each calls for.

Programming languages call for code analysis, also where a build or a test runs them (``makefile``, ``robot``). Infrastructure
files call for configuration analysis, manifests for dependency analysis. Prose, data and markup call for secrets alone; SQL counts
as data. Every text calls for secrets. The code in a notebook is in its pieces (`extraction`), which have types of their own.

A file from which another file is made by a template engine has a content type of its own, for instance ``python-template``: it
calls for the same analyses as the text that is made from it, but a parser of that language cannot read it. A scanner that declares
``python`` does not cover ``python-template``.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from scangate.model import Analysis

TEMPLATE_ENDING = "-template"
UNKNOWN = "unknown"
"""Text of no known type."""
LFS_POINTER = "lfs-pointer"
ANNEX_POINTER = "annex-pointer"
FAT_POINTER = "git-fat-pointer"
XET_POINTER = "xet-pointer"
SCRIPT_HEADER = "python-script-header"
"""The TOML in the comments at the top of a Python script: https://packaging.python.org/specifications/inline-script-metadata/"""
STAND_INS = frozenset({LFS_POINTER, ANNEX_POINTER, FAT_POINTER, XET_POINTER})
"""Types of files that only name their content, which is somewhere else."""


class Form(enum.Enum):
    """What can be done with a file of a content type."""

    TEXT = "text"
    """It is read as text."""
    MEDIA = "media"
    """Images, fonts, audio and video: there is nothing to analyze."""
    NOT_OPENED = "not-opened"
    """Archives, programs and other binary files: what they contain is not looked at."""
    STAND_IN = "stand-in"
    """The content is somewhere else."""


class ContentType(msgspec.Struct, frozen=True):
    """A content type and the analyses that it calls for."""

    name: str
    analyses: frozenset[Analysis]
    form: Form = Form.TEXT


_SECRETS = frozenset({Analysis.SECRETS})
_CODE = _SECRETS | {Analysis.CODE}
_CONFIGURATION = _SECRETS | {Analysis.CONFIGURATION}
_DEPENDENCIES = _SECRETS | {Analysis.DEPENDENCIES}

_TABLE: tuple[tuple[frozenset[Analysis], Form, str], ...] = (
    (
        _CODE,
        Form.TEXT,
        """abap actionscript ada agda ant apex applescript aspectj aspnet assembly astro autohotkey autoit awk ballerina
        batch bats bazel bitbake brightscript c cairo chapel clojure cmake cobol coffeescript coldfusion common-lisp
        cpp crystal csharp cuda cylc cython d dart delphi dylan ejs elixir elm emacs-lisp erb erlang expect factor
        fennel fish forth fortran foxpro fsharp gdscript gherkin gleam go groovy gsp gyb haml haskell haxe hlsl hy
        idris ipxe janet java javascript jenkinsfile jsonnet jsp julia just kotlin lean livescript lua m4 magik
        makefile mako matlab mdx meson metal mojo moonscript move msbuild nim nix nsis nushell objective-c ocaml odin
        pascal perl php pike plsql pony powershell prolog pug puppet purescript python qml qsharp quarto r r-markdown
        racket raku razor reasonml rego rexx robot rpm-spec ruby rust sas scala scheme scons sed shell slim smali
        solidity sourcepawn squirrel standard-ml starlark stata svelte swift systemverilog tcl templ thrift tsql
        typescript vala vbscript vcl verilog vhdl vim-script visual-basic vue vyper webassembly-text wolfram wren
        xquery xslt xtend zeek zig""",
    ),
    (_CODE | _DEPENDENCIES, Form.TEXT, "gradle sbt"),
    (
        _CONFIGURATION,
        Form.TEXT,
        """android-manifest ansible apache appspec appveyor arm-template azure-pipelines bicep bitbucket-pipelines
        buildkite buildspec ci-configuration circleci cloud-build cloud-init cloudformation compose devcontainer
        dockerfile drone-ci ebextensions ecs-task-definition firebase-rules github-action github-workflow gitlab-ci hcl
        helm-chart helm-template helm-values iam-policy image-builder kubernetes nginx nomad os-installation packer
        pulumi salt semaphore-ci server-configuration serverless ssm-document sshd-config sudoers systemd-unit
        terraform travis-ci woodpecker-ci""",
    ),
    (
        _DEPENDENCIES,
        Form.TEXT,
        """ansible-manifest bundler-manifest cargo-manifest clojure-manifest cocoapods-manifest composer-manifest
        conan-manifest crystal-manifest dart-manifest dbt-manifest elm-manifest go-manifest haskell-manifest
        hex-manifest julia-manifest lua-manifest maven-manifest nix-manifest npm-manifest nuget-manifest ocaml-manifest
        perl-manifest python-manifest r-manifest swift-manifest""",
    ),
    (_DEPENDENCIES, Form.TEXT, SCRIPT_HEADER),
    (
        _SECRETS,
        Form.TEXT,
        """cdk certificate css csv diff dotenv gettext graphql html ini json jupyter log markdown mime procfile protobuf rst sql svg
        template tex toml text tox xml yaml zeppelin""",
    ),
    (_SECRETS, Form.TEXT, UNKNOWN),
    (frozenset(), Form.MEDIA, "audio font image video"),
    (frozenset(), Form.NOT_OPENED, "archive binary database document program"),
    (frozenset(), Form.STAND_IN, " ".join(sorted(STAND_INS))),
)


def _entries() -> dict[str, ContentType]:
    entries = {}
    for analyses, form, names in _TABLE:
        for name in names.split():
            entries[name] = ContentType(name, analyses, form)
            if form is Form.TEXT and analyses != _SECRETS and not name.endswith(TEMPLATE_ENDING):
                entries.setdefault(name + TEMPLATE_ENDING, ContentType(name + TEMPLATE_ENDING, analyses, form))
    return entries


CONTENT_TYPES: Mapping[str, ContentType] = MappingProxyType(_entries())
"""All content types by name."""


def calls_for_more(content_type: str) -> bool:
    """Whether files of this type call for more than the search for secrets; not if the type is empty."""
    return bool(content_type) and CONTENT_TYPES[content_type].analyses > _SECRETS


def is_text(content_type: str) -> bool:
    """Whether files of this type are read as text."""
    return CONTENT_TYPES[content_type].form is Form.TEXT


def is_template(content_type: str) -> bool:
    """Whether a template engine makes another file from files of this type, so that a parser of the language cannot read them."""
    return rendered_type(content_type) != content_type or content_type in ("template", "helm-template")


def rendered_type(content_type: str) -> str:
    """The type of the file that is made from a template: ``python`` for ``python-template``; other types are their own.

    What Helm makes is not known before: objects of Kubernetes as a rule.
    """
    rendered = content_type.removesuffix(TEMPLATE_ENDING)
    return rendered if rendered in CONTENT_TYPES else content_type
