"""Recognizes what a YAML or JSON document configures by its structure: CloudFormation, Kubernetes, compose, workflows and more."""

from __future__ import annotations

import functools
import itertools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from scangate.content.yaml_tree import Node, parse

_BLANKS = "\ufeff \t\r\n"
_PARSED_CHARACTERS = 1 << 18
"""More of a document is not parsed in order to recognize it; expressions look at all of it."""

_TOP_KEY = re.compile(r"""^(?:"([^"\n]{1,80})"|'([^'\n]{1,80})'|([A-Za-z_$][\w.$/-]{0,80}))[ \t]{0,40}:(?=\s|\Z)""", re.MULTILINE)
_DOCUMENT_START = re.compile(r"^---(?=\s|\Z)", re.MULTILINE)
_CONTENT_LINE = re.compile(r"^[ \t]*[^\s#%]", re.MULTILINE)
_UNUSUAL_KEY = re.compile(r"""^(?:[?&!]|"[^"\n]{0,80}\\|[{\[])""", re.MULTILINE)
_ESCAPED_ASCII = re.compile(r"\\(?:u00|x)(2[0134569aAb-fB-F]|[3-4][0-9a-fA-F]|5[0-9abdefABDEF]|[67][0-9a-eA-E])")
"""Letters written as escapes, but for quotes and the backslash."""
_WORDS = (
    "AWS::",
    "Custom::",
    "apiVersion",
    "AWSTemplateFormatVersion",
    "deploymentTemplate",
    "containerDefinitions",
    "services",
    "phases",
    "ignition",
    "mainSteps",
    "runtimeConfig",
    "collections",
    "roles",
    "packages",
    "repository",
    "shards",
    "op:",
    '"op"',
    "Statement",
    "jobs",
    "runs",
    "stages",
    "hosts",
    "pipelines",
    "channels",
    "nbformat",
    "paragraphs",
    "steps",
    "provider",
    "script",
    "hooks",
    "{{",
    "tasks",
    "ansible",
    "action:",
    "batch",
    "playbook",
    "command:",
    "shell:",
    "become",
    "name:",
    "pool",
    "trigger",
)
"""Without one of these, no structure is recognized."""
_DIRECTIVE_LINE = re.compile(r"^[ \t]*(?:-[ \t]+)?\{%|^[ \t]*\{\{[^{}\n]*\}\}[ \t]*$|:[ \t]+\{\{|^[ \t]*<%|:[ \t]+<%", re.MULTILINE)
_HELM = re.compile(
    r"\{\{-?[^{}\n]*(?:\.Values\b|\.Release\b|\.Chart\b|\.Capabilities\b|\binclude\s+\"|\bdefine\s+\"|\btpl\s|\btemplate\s+\")"
)
_GO_DIRECTIVE = re.compile(
    r"\{\{-?\s*(?:[.$]|/\*|if\b|range\b|with\b|end\b|else\b|toYaml\b|printf\b|include\b|template\b|define\b)"
)


def _key(names: str) -> Callable[[str], bool]:
    """Whether one of the keys is anywhere in the text."""
    expression = re.compile(rf"""(?:^|[\s{{,-])["']?(?:{names})["']?[ \t]{{0,40}}:(?=\s|\Z|["'\[{{&!|>])""", re.MULTILINE)
    return lambda text: expression.search(text) is not None


def _value(names: str, value: str) -> Callable[[str], bool]:
    """Whether one of the keys has a value that begins so, anywhere in the text."""
    expression = re.compile(rf"""(?:^|[\s{{,-])["']?(?:{names})["']?[ \t]{{0,40}}:[ \t]{{0,40}}["']?(?:{value})""", re.MULTILINE)
    return lambda text: expression.search(text) is not None


_aws_type = _value("Type", r"(?:AWS|Custom|Alexa)::\w+")
_SERVICE_KEYS = frozenset({"image", "build", "extends"})
_image_or_build = _key("image|build|extends")
_using = _key("using")
_runs_on = _key("runs-on|uses|container")
_batch = _key("build-list|build-graph|build-matrix|build-fanout")
_commands = _key("commands|runtime-versions|finally")
_script = _key("script")
_azure_step = re.compile(
    r"^[ \t]*-[ \t]+(?:task|script|bash|powershell|pwsh|checkout|template|publish|download)[ \t]*:", re.MULTILINE
)
_ansible_play = re.compile(r"^(?:-[ \t]+|[ \t]+)(?:hosts|import_playbook|ansible\.builtin\.import_playbook)[ \t]*:", re.MULTILINE)
_ansible_task = re.compile(
    r"^[ \t]*(?:-[ \t]+)?(?:(?:ansible|community|amazon|azure|google|kubernetes)\.\w+\.\w+"
    r"|(?:include|import)_(?:tasks|role|vars)|set_fact|win_shell|lineinfile|apt|yum|dnf|systemd)[ \t]*:",
    re.MULTILINE,
)
_ansible_module = re.compile(
    r"^(?:-|[ ]{1,2})[ \t]*(?:command|shell|raw|script|copy|template|file|service|package|user|uri|get_url|unarchive|pip|git|cron)"
    r"[ \t]*:|^- action[ \t]*:",
    re.MULTILINE,
)
_ansible_keyword = re.compile(
    r"^[ \t]+(?:when|become|register|with_items|loop|notify|args|delegate_to|changed_when)[ \t]*:", re.MULTILINE
)
_galaxy_entry = re.compile(r"^[ \t]*-[ \t]+(?:src|name|role|source)[ \t]*:", re.MULTILINE)
_dbt_entry = re.compile(r"^[ \t]*-[ \t]+(?:package|git|tarball|local)[ \t]*:", re.MULTILINE)
_effect = _key("Effect")
_repository = _key("repository")
_kubernetes_patch = re.compile(
    r"^[ \t]*-?[ \t]*path[ \t]*:[ \t]*[\"']?/(?:spec|metadata|data|stringData|rules|webhooks|subjects|roleRef)/", re.M
)
_patch_operation = re.compile(r"^[ \t]*-?[ \t]*op[ \t]*:[ \t]*[\"']?(?:add|replace|copy|move|remove|test)\b", re.MULTILINE)
_steps_of_images = re.compile(r"^[ \t]*-[ \t]+name[ \t]*:[ \t]*[\"']?[\w.$-]+[/:]", re.MULTILINE)
_hook_scripts = _key(
    "ApplicationStop|BeforeInstall|AfterInstall|ApplicationStart|ValidateService|BeforeAllowTraffic|AfterAllowTraffic|TargetService"
)


def config_type(text: str, path: str = "", *, strict: bool = False) -> str:
    """The content type of an infrastructure file or manifest in YAML or JSON, empty if its structure is no known one.

    ``strict`` is for files whose names do not say that they are YAML or JSON: only a document without any syntax error counts,
    since prose can contain examples.
    """
    if text.startswith("#cloud-config"):
        return "cloud-init"
    if "\\" in text:
        text = _ESCAPED_ASCII.sub(lambda match: chr(int(match[1], 16)), text)
    if not any(word in text for word in _WORDS) or (strict and not _is_document(text)):
        return ""
    if _HELM.search(text):
        return "helm-template"
    roots = [keys for keys in _root_keys(text) if keys]
    for name, test in _SHAPES:
        if any(test(keys, text) for keys in roots):
            return name
    if not any(roots) or "-" in text[:1] or re.search(r"^-", text, re.MULTILINE):
        return _sequence_type(text)
    return "helm-template" if "/templates/" in f"/{path}" and _GO_DIRECTIVE.search(text) else ""


def document_types(text: str) -> list[str]:
    """All infrastructure that one document configures, as far as its structure is beyond doubt: `DISTINCT_TYPES` alone."""
    if not any(word in text for word in _WORDS):
        return []
    return [name for name, test in _SHAPES if name in DISTINCT_TYPES and any(test(keys, text) for keys in _root_keys(text))]


def needs_rendering(text: str) -> bool:
    """Whether directives of a template engine keep the text from being YAML or JSON, or from meaning what it says."""
    if _DIRECTIVE_LINE.search(text) is None:
        return False
    roots, problem = parse(text[:_PARSED_CHARACTERS])
    return problem is not None or any(map(_has_key_of_braces, roots))


def _has_key_of_braces(root: Node) -> bool:
    """Whether ``{{ name }}`` without quotes is in the document: a mapping whose key is a mapping."""
    todo = [root]
    while todo:
        node = todo.pop()
        if node.kind == "mapping" and any(key.kind == "mapping" for key in node.children[::2]):
            return True
        todo += node.children
    return False


def _sequence_type(text: str) -> str:
    """The type of a document whose root is a sequence."""
    if _kubernetes_patch.search(text) and _patch_operation.search(text):  # JSON patches, RFC 6902, of Kustomize
        return "kubernetes"
    if _ansible_play.search(text) and re.search(r"^-", text, re.MULTILINE):
        return "ansible"
    is_task = _ansible_task.search(text) or (_ansible_module.search(text) and _ansible_keyword.search(text))
    if is_task and re.search(r"^-[ \t]+\w", text, re.MULTILINE):
        return "ansible"
    return ""


def _is_cloudformation(keys: frozenset[str], text: str) -> bool:
    if "AWSTemplateFormatVersion" in keys:
        return True
    if "AWS::" not in text and "Custom::" not in text:
        return False
    return _aws_type(text) if "Resources" in keys else any(itertools.starmap(_is_resource, _members(text)))


def _is_resource(kind: str, value: str) -> bool:
    return kind == "Type" and value.startswith(("AWS::", "Custom::", "Alexa::"))


def _is_gitlab_job(key: str, value: str) -> bool:
    return key == "script" and value != "mapping"


def _members(text: str) -> Iterator[tuple[str, str]]:
    """The keys of the mappings in the root mappings, with their values: a scalar, or ``mapping`` or ``sequence``."""
    root = _load_json(text)
    if root is not None:
        for child in root.values() if isinstance(root, dict) else ():
            for key, value in child.items() if isinstance(child, dict) else ():
                yield key, "mapping" if isinstance(value, dict) else "sequence" if isinstance(value, list) else str(value)
        return
    children = (child for node in _parse_start(text) for _, child in node.items())
    for key, value in itertools.chain.from_iterable(child.items() for child in children):
        yield key, value.value if value.kind == "scalar" else value.kind


def _is_compose(keys: frozenset[str], text: str) -> bool:
    """Whether a service has an image or is built; of GitLab CI, ``services`` is a list."""
    if "services" not in keys or not _image_or_build(text):
        return False
    root = _load_json(text)
    if isinstance(root, dict):
        services = root.get("services")
        found = services.values() if isinstance(services, dict) else ()
        return any(isinstance(service, dict) and service.keys() & _SERVICE_KEYS for service in found)
    nodes = (node.get("services") for node in _parse_start(text))
    return any(service.get(key) for node in nodes if node for _, service in node.items() for key in _SERVICE_KEYS)


def _is_workflow(keys: frozenset[str], text: str) -> bool:
    return "jobs" in keys and bool(keys & {"on", "true", "True"}) and _runs_on(text)


_SHAPES: tuple[tuple[str, Callable[[frozenset[str], str], bool]], ...] = (
    ("jupyter", lambda keys, _: {"cells", "nbformat"} <= keys or {"worksheets", "nbformat"} <= keys),
    ("zeppelin", lambda keys, text: "paragraphs" in keys and '"text"' in text),
    ("appspec", lambda keys, text: {"version", "Resources"} <= keys and "TargetService" in text and "AWSTemplate" not in text),
    ("cloudformation", _is_cloudformation),
    ("kubernetes", lambda keys, _: {"apiVersion", "kind"} <= keys),
    ("arm-template", lambda keys, text: "$schema" in keys and "resources" in keys and "deploymentTemplate" in text),
    ("github-workflow", _is_workflow),
    ("github-action", lambda keys, text: "runs" in keys and _using(text)),
    ("circleci", lambda keys, _: {"version", "jobs"} <= keys and bool(keys & {"orbs", "workflows"})),
    ("ssm-document", lambda keys, _: "schemaVersion" in keys and bool(keys & {"mainSteps", "runtimeConfig"})),
    ("image-builder", lambda keys, text: {"schemaVersion", "phases"} <= keys and "action" in text),
    ("buildspec", lambda keys, text: "phases" in keys and ("version" in keys or _commands(text))),
    ("buildspec", lambda keys, text: {"version", "batch"} <= keys and _batch(text)),
    ("appspec", lambda keys, text: {"version", "hooks"} <= keys and ("os" in keys or _hook_scripts(text))),
    ("bitbucket-pipelines", lambda keys, text: "pipelines" in keys and "step" in text),
    ("serverless", lambda keys, _: {"service", "provider"} <= keys and bool(keys & {"functions", "resources", "plugins"})),
    ("compose", _is_compose),
    ("ecs-task-definition", lambda keys, _: "containerDefinitions" in keys),
    ("iam-policy", lambda keys, text: "Statement" in keys and (bool(keys & {"Version", "Id"}) or _effect(text))),
    ("python-manifest", lambda keys, _: "dependencies" in keys and "channels" in keys),
    ("os-installation", lambda keys, _: "ignition" in keys),
    ("ansible-manifest", lambda keys, text: bool(keys) and keys <= {"roles", "collections"} and bool(_galaxy_entry.search(text))),
    ("dbt-manifest", lambda keys, text: keys == {"packages"} and bool(_dbt_entry.search(text))),
    ("helm-chart", lambda keys, text: keys <= {"dependencies", "digest", "generated"} and _repository(text)),
    ("crystal-manifest", lambda keys, _: {"version", "shards"} <= keys),
    (
        "azure-pipelines",
        lambda keys, text: bool(keys & {"trigger", "pool", "pr", "steps", "stages", "jobs"}) and bool(_azure_step.search(text)),
    ),
    (
        "gitlab-ci",
        lambda keys, text: _script(text) and "$schema" not in keys and any(itertools.starmap(_is_gitlab_job, _members(text))),
    ),
    ("cloud-build", lambda keys, text: "steps" in keys and bool(_steps_of_images.search(text)) and "args" in text),
)
"""The structures, the most specific one first; each test gets the keys of a document's root and the text."""
DISTINCT_TYPES = frozenset(
    {"arm-template", "buildspec", "cloudformation", "compose", "ecs-task-definition", "github-workflow", "iam-policy", "kubernetes"}
)
"""Types whose structure no other file has: it counts more than the name."""


def _is_document(text: str) -> bool:
    """Whether the whole text is a mapping or a sequence of mappings."""
    if text.lstrip(_BLANKS)[:1] not in ("{", "[") and _TOP_KEY.search(text) is None and not text.startswith("- "):
        return False
    if len(text) > _PARSED_CHARACTERS:
        return True
    roots, problem = parse(text)
    return problem is None and bool(roots) and all(root.kind in ("mapping", "sequence") for root in roots)


def _root_keys(text: str) -> list[frozenset[str]]:
    """The keys of the root mapping of each document."""
    root = _load_json(text)
    if root is not None:
        return [frozenset(map(str, root))] if isinstance(root, dict) else []
    if text.lstrip(_BLANKS)[:1] not in ("{", "["):
        parts = [part for part in _DOCUMENT_START.split(text) if _CONTENT_LINE.search(part)]
        found = [frozenset(a or b or c for a, b, c in _TOP_KEY.findall(part)) for part in parts]
        if all(found) and _UNUSUAL_KEY.search(text) is None:
            return found
    return [frozenset(key for key, _ in root.items()) for root in _parse_all(text)]


@functools.lru_cache(maxsize=1)
def _load_json(text: str) -> Any:
    """The value of a text that is JSON, else None."""
    if text.lstrip(_BLANKS)[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text.lstrip(_BLANKS))
    except (ValueError, RecursionError):
        return None


@functools.lru_cache(maxsize=1)
def _parse_all(text: str) -> list[Node]:
    return parse(text)[0]


@functools.lru_cache(maxsize=1)
def _parse_start(text: str) -> list[Node]:
    return parse(text[:_PARSED_CHARACTERS])[0]
