"""A tree that tries to have its own code run, or its settings used, when it is scanned; a trap that springs leaves a mark."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.sample_trees import run_git, write_files

PACKAGES = (
    *(
        "bandit",
        "semgrep",
        "pip_audit",
        "detect_secrets",
        "click",
        "yaml",
        "msgspec",
        "rich",
        "packaging",
        "junitparser",
        "sarif_om",
    ),
    *(
        "pip_requirements_parser",
        "sitecustomize",
        "usercustomize",
        "json",
        "re",
        "ast",
        "importlib",
        "encodings",
        "conftest",
        "setup",
    ),
    *("pip", "detect_secrets_worker"),
)
PROGRAMS = (
    *(
        "git",
        "bandit",
        "semgrep",
        "pysemgrep",
        "osemgrep",
        "semgrep-core",
        "pip-audit",
        "detect-secrets",
        "python",
        "python3",
        "sh",
    ),
    *("env", "pip", "ssh", "cat", "false", "less", "gpg", "uname"),
)
PLUGIN = (
    "[scangate.scanners]\nevil = evil_plugin\n[bandit.plugins]\nevil = evil_plugin\n[console_scripts]\nbandit = evil_plugin:main\n"
)
TOOL_CONFIGS: dict[str, str | bytes] = {
    ".bandit": "[bandit]\nskips: B602,B105,B101\nexclude: /\n",
    "bandit.yaml": "skips: [B602]\n",
    "setup.cfg": "[bandit]\nskips = B602\nexclude = .\n[tool:pytest]\naddopts = -p evil_plugin\n",
    "tox.ini": "[bandit]\nskips = B602\n",
    "pyproject.toml": "[tool.bandit]\nskips = ['B602']\nexclude_dirs = ['.']\n[build-system]\nrequires = ['x']\n",
    ".semgrepignore": "*\n",
    ".semgrep.yml": "rules: []\n",
    ".semgrep/settings.yml": "has_shown_metrics_notification: true\n",
    ".secrets.baseline": '{"version": "1.5.0", "plugins_used": [], "filters_used": [], "results": {}}\n',
    "pip.conf": "[global]\nindex-url = http://127.0.0.1:9/simple\n",
    ".pip/pip.conf": "[global]\nindex-url = http://127.0.0.1:9/simple\n",
    ".netrc": "machine pypi.example.org login a\n",
    ".pypirc": "[distutils]\nindex-servers =\n",
    ".env": "PATH=.\nPYTHONPATH=.\nSEMGREP_RULES=.semgrep.yml\nSCANGATE_ENV=evil\n",
    ".gitattributes": "* filter=evil diff=evil merge=evil working-tree-encoding=UTF-16 ident text eol=crlf\n*.py export-ignore\n",
    ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch x"\n\tupdate = !touch x\n',
    ".mailmap": "Evil <evil@example.org>\n",
    ".pre-commit-config.yaml": "repos: []\n",
    "evil_plugin-1.dist-info/entry_points.txt": PLUGIN,
    "evil_plugin-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: evil-plugin\nVersion: 1\n",
    "evil.pth": "import evil_plugin\n",
    "pyvenv.cfg": "home = .\n",
}


def add_traps(tree: Path, marks: Path) -> None:
    """Adds every trap to ``tree``; one that springs makes a file in ``marks``."""
    marks.mkdir()
    files = dict(TOOL_CONFIGS)
    for name in PACKAGES:
        code = f"import os\nopen(os.path.join({str(marks)!r}, 'import-{name}'), 'w').close()\n"
        files |= {f"{name}.py": code, f"lib/{name}/__init__.py": code}
    files["evil_plugin.py"] = f"open({str(marks / 'plugin')!r}, 'w').close()\n"
    write_files(tree, files)
    for folder in ("", "bin", ".venv/bin", "node_modules/.bin"):
        for name in PROGRAMS:
            _program(tree / folder / name, marks / f"program-{name}")


def _program(file: Path, mark: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n: > '{mark}'\nexit 0\n")
    file.chmod(0o755)


def poison_git_config(tree: Path, marks: Path) -> None:
    """Turns everything in ``.git/config`` and ``.git/hooks`` that names a program or another place against who asks git."""
    trap = marks.parent / "traps"
    for name in (
        "fsmonitor",
        "filter",
        "textconv",
        "ssh",
        "pager",
        "gpg",
        "pack",
        "alias",
        "editor",
        "ask",
        "credential",
        "diff",
        "hook",
    ):
        _program(trap / name, marks / f"git-{name}")
    settings = {
        "core.fsmonitor": trap / "fsmonitor",
        "core.hooksPath": ".git/evil-hooks",
        "core.sshCommand": trap / "ssh",
        "core.pager": trap / "pager",
        "core.editor": trap / "editor",
        "core.askPass": trap / "ask",
        "core.gitProxy": trap / "ssh",
        "core.alternateRefsCommand": trap / "pack",
        "core.worktree": "/",
        "core.attributesFile": ".gitattributes",
        "core.untrackedCache": "true",
        "core.splitIndex": "true",
        "pager.ls-files": trap / "pager",
        "pager.rev-parse": trap / "pager",
        "credential.helper": trap / "credential",
        "gpg.program": trap / "gpg",
        "diff.external": trap / "diff",
        "diff.evil.command": trap / "diff",
        "diff.evil.textconv": trap / "textconv",
        "filter.evil.clean": trap / "filter",
        "filter.evil.smudge": trap / "filter",
        "filter.evil.process": trap / "filter",
        "filter.evil.required": "true",
        "merge.evil.driver": trap / "diff",
        "uploadpack.packObjectsHook": trap / "pack",
        "alias.ls-files": f"!{trap / 'alias'}",
        "alias.rev-parse": f"!{trap / 'alias'}",
        "include.path": "../.gitconfig-of-the-tree",
        "extensions.partialClone": "evil",
        "remote.evil.promisor": "true",
        "remote.evil.url": f"ext::{trap / 'ssh'} %S",
        "remote.evil.uploadpack": trap / "pack",
        "protocol.allow": "always",
        "protocol.ext.allow": "always",
        "submodule.recurse": "true",
        "status.submoduleSummary": "true",
        "log.showSignature": "true",
        "init.templateDir": trap,
        "trace2.eventTarget": marks / "git-trace",
        "trace2.normalTarget": marks / "git-trace",
    }
    run_git(tree, "config", "core.repositoryFormatVersion", "1")
    for name, value in settings.items():
        run_git(tree, "config", "--add", name, str(value))
    for folder in ("hooks", "evil-hooks"):
        for name in (
            "post-index-change",
            "pre-commit",
            "post-checkout",
            "fsmonitor-watchman",
            "reference-transaction",
            "pre-auto-gc",
        ):
            _program(tree / ".git" / folder / name, marks / f"git-hook-{name}")
    (tree / ".git" / "info").mkdir(exist_ok=True)
    (tree / ".git" / "info" / "attributes").write_text("* filter=evil diff=evil\n")


def hostile_environment(tree: Path) -> dict[str, str]:
    """An environment in which the tree comes first wherever something is looked up."""
    path = os.pathsep.join([".", str(tree), str(tree / "bin"), "bin", "", os.environ["PATH"]])
    return {
        "PATH": path,
        "PYTHONSTARTUP": str(tree / "conftest.py"),
        "BANDIT_CONFIG": ".bandit",
        "SEMGREP_RULES": ".semgrep.yml",
        "SEMGREP_SETTINGS_FILE": ".semgrep/settings.yml",
        "SEMGREP_SEND_METRICS": "on",
        "PIP_CONFIG_FILE": "pip.conf",
        "GIT_CONFIG_GLOBAL": str(tree / ".gitattributes"),
        "GIT_EXTERNAL_DIFF": str(tree / "git"),
        "GIT_DIR": "/nonexistent",
        "GIT_WORK_TREE": "/",
        "GIT_INDEX_FILE": "/nonexistent",
        "GIT_EXEC_PATH": str(tree / "bin"),
        "GIT_SSH_COMMAND": str(tree / "ssh"),
        "GIT_PAGER": str(tree / "cat"),
        "LD_LIBRARY_PATH": str(tree),
    }
