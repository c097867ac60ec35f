"""Scripts in the files of CI systems: ``run`` of GitHub workflows and actions, ``commands`` of buildspecs, ``script`` of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scangate.content.documents import Document, Entry, script_of, walk
from scangate.content.embedded import Embedded, embed, script_content_type
from scangate.content.interpreters import interpreter_type

_SHELL = "shell"
_KEYS: Mapping[str, Mapping[str, str]] = {
    "ansible": dict.fromkeys(("shell", "raw", "ansible.builtin.shell", "ansible.builtin.raw"), _SHELL)
    | {"win_shell": "powershell", "ansible.windows.win_shell": "powershell", "cmd": _SHELL},
    "appveyor": dict.fromkeys(("ps", "pwsh"), "powershell") | {"cmd": "batch", "sh": _SHELL},
    "azure-pipelines": {"script": _SHELL, "bash": _SHELL, "powershell": "powershell", "pwsh": "powershell", "inlineScript": _SHELL},
    "bitbucket-pipelines": {"script": _SHELL, "after-script": _SHELL},
    "buildkite": {"command": _SHELL, "commands": _SHELL},
    "buildspec": {"commands": _SHELL, "finally": _SHELL},
    "cdk": {"app": _SHELL, "build": _SHELL},
    "ci-configuration": dict.fromkeys(
        (
            "after",
            "before",
            "build",
            "cmd",
            "cmds",
            "command",
            "commands",
            "content",
            "entrypoint",
            "init",
            "override-build",
            "override-prime",
            "override-pull",
            "override-stage",
            "post-build",
            "pre-build",
            "run",
            "script",
        ),
        _SHELL,
    ),
    "circleci": {"command": _SHELL, "run": _SHELL},
    "cloud-build": {"script": _SHELL},
    "cloud-init": {"runcmd": _SHELL, "bootcmd": _SHELL},
    "devcontainer": dict.fromkeys(
        (
            "initializeCommand",
            "onCreateCommand",
            "updateContentCommand",
            "postCreateCommand",
            "postStartCommand",
            "postAttachCommand",
        ),
        _SHELL,
    ),
    "drone-ci": {"commands": _SHELL},
    "github-action": {"run": _SHELL},
    "github-workflow": {"run": _SHELL},
    "image-builder": {"commands": _SHELL},
    "gitlab-ci": dict.fromkeys(("script", "before_script", "after_script", "pre_get_sources_script"), _SHELL),
    "kubernetes": {"script": _SHELL, "source": _SHELL},  # tasks of Tekton, script templates of Argo
    "semaphore-ci": {"commands": _SHELL},
    "ssm-document": {"runCommand": _SHELL},
    "travis-ci": dict.fromkeys(
        ("before_install", "install", "before_script", "script", "after_success", "after_failure", "before_deploy", "after_script"),
        _SHELL,
    ),
    "woodpecker-ci": {"commands": _SHELL},
}
"""By content type: the keys whose value is a script or a list of commands, and its usual language."""
CI_TYPES = frozenset(_KEYS)


def ci_pieces(document: Document, content_type: str) -> Iterator[Embedded | None]:
    """The scripts of a file of one of `CI_TYPES`."""
    keys = _KEYS[content_type]
    for entry in walk(document):
        usual = keys.get(entry.key) or _type_in_action(entry)
        if not usual or entry.node.kind == "mapping":
            continue
        if content_type == "kubernetes" and "\n" not in entry.node.value:
            continue  # a name or an address
        text = script_of(document, entry.node)
        yield embed(entry.name, script_content_type(text.text, _language(entry, usual)), text)


def _language(entry: Entry, usual: str) -> str:
    """The language of the script: by the ``shell`` of the step, of the defaults above it, or by the machine."""
    shell = entry.sibling("shell") or entry.sibling("executable") or entry.sibling("interpreter")
    command = entry.parent.node.get("command") if entry.parent else None
    if command is not None and command.kind == "sequence" and command.children:
        shell = shell or command.children[0].value
    windows = False
    for ancestor in entry.ancestors():
        defaults = ancestor.node.get("defaults")
        run = defaults.get("run") if defaults else None
        default = run.get("shell") if run else None
        shell = shell or (default.value if default else "") or _shell_of_buildspec(ancestor)
        runner = ancestor.node.get("runs-on")
        windows = windows or (runner is not None and any("windows" in node.value for node in (runner, *runner.children[:10])))
    if entry.key in ("script", "inlineScript") and entry.parent is not None and entry.parent.parent is not None:
        task = entry.parent.sibling("task")
        usual = "python" if task.startswith("Python") else "powershell" if "PowerShell" in task else usual
    words = shell.split()
    return (interpreter_type(words[0]) if words else "") or ("powershell" if windows else usual)


def _type_in_action(entry: Entry) -> str:
    """The language of a script that a step passes to an action."""
    if entry.parent is None or entry.parent.key != "with":
        return ""
    if entry.key == "script" and "github-script" in entry.parent.sibling("uses"):
        return "javascript"
    return _SHELL if entry.key in ("inlineScript", "script", "run") else ""


def _shell_of_buildspec(entry: Entry) -> str:
    """The ``shell`` under ``env`` of a buildspec."""
    env = entry.node.get("env")
    shell = env.get("shell") if env else None
    return shell.value if shell else ""
