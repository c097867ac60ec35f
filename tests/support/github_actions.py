"""Runs the steps of a composite action as GitHub documents it: inputs, expressions, environment files, conditions, exit codes.

https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
A step with `uses` is not run: the call is returned with its inputs.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

__all__ = ["ActionRun", "StepRun", "evaluate", "run_composite"]

_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_][\w.-]*)(?P<call>\(\))?|(?P<mark>==|!=|&&|\|\||!|\(|\)))")
_FILES = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")
_BASH = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")


@dataclass(frozen=True)
class StepRun:
    """One step: ``skipped`` by its condition, or a ``call`` of another action, or the exit code and output of its commands."""

    name: str
    skipped: bool = False
    call: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    exit_code: int = 0
    output: str = ""


@dataclass(frozen=True)
class ActionRun:
    """What an action leaves behind. ``summary``: the job summary; ``paths``: what later steps have in front of PATH."""

    steps: tuple[StepRun, ...]
    outputs: Mapping[str, str]
    summary: str
    paths: tuple[str, ...]

    @property
    def succeeded(self) -> bool:
        return all(step.exit_code == 0 for step in self.steps)

    def step(self, name: str) -> StepRun:
        (found,) = [step for step in self.steps if step.name == name]
        return found


def evaluate(text: str, contexts: Mapping[str, Any], status: str = "success") -> str:
    """An expression: contexts, texts, ``== != && || !`` and the status functions. Without operators, a value as its text."""
    words: list[str] = []
    rest = text.strip()
    while rest:
        match = _TOKEN.match(rest)
        assert match, f"not an expression of these tests: {rest}"
        if match["text"]:
            words.append(repr(match["text"][1:-1].replace("''", "'")))
        elif match["call"]:
            outcome = {"success": status == "success", "failure": status == "failure", "always": True, "cancelled": False}
            words.append(repr(outcome[match["name"]]))
        elif match["name"]:
            words.append(repr({"true": True, "false": False}.get(match["name"], _look_up(match["name"], contexts))))
        else:
            words.append({"&&": "and", "||": "or", "!": "not"}.get(match["mark"], match["mark"]))
        rest = rest[match.end() :].lstrip()
    value = eval(" ".join(words), {"__builtins__": {}})  # only literals and operators are left
    return str(value).lower() if isinstance(value, bool) else str(value)


def _look_up(name: str, contexts: Mapping[str, Any]) -> str:
    """A value of a context; empty where there is none, as on GitHub."""
    value: Any = contexts
    for part in name.split("."):
        value = value.get(part, "") if isinstance(value, Mapping) else ""
    return str(value)


def _expand(text: object, contexts: Mapping[str, Any]) -> str:
    shown = str(text).lower() if isinstance(text, bool) else str(text)
    return re.sub(r"\$\{\{(.*?)\}\}", lambda match: evaluate(match[1], contexts), shown)


class _Runner:
    """The files and variables of one job."""

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self.folder = folder
        self.variables = dict(variables)
        self.summary = ""
        self.paths: list[str] = []

    def run(self, script: str, environment: Mapping[str, str]) -> tuple[int, str, dict[str, str]]:
        """Exit code, output of both streams, and the step's outputs."""
        files = {name: self.folder / name.lower() for name in _FILES}
        for file in files.values():
            file.write_text("")
        (self.folder / "step.sh").write_text(script, "utf-8")
        path = os.pathsep.join([*reversed(self.paths), self.variables["PATH"]])
        variables = {**self.variables, "PATH": path, **environment, **{name: str(file) for name, file in files.items()}}
        ran = subprocess.run(
            [*_BASH, str(self.folder / "step.sh")],
            cwd=self.variables["GITHUB_WORKSPACE"],
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
            check=False,
        )
        self.variables |= _read_pairs(files["GITHUB_ENV"])
        self.paths += files["GITHUB_PATH"].read_text("utf-8").splitlines()
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text("utf-8")
        return ran.returncode, ran.stdout.decode("utf-8", "replace"), _read_pairs(files["GITHUB_OUTPUT"])


def _read_pairs(file: Path) -> dict[str, str]:
    """``name=value`` lines, and ``name<<END`` with lines up to END."""
    found, lines = {}, iter(file.read_text("utf-8").splitlines())
    for line in lines:
        name, mark, value = re.fullmatch(r"([^=<]+)(=|<<)(.*)", line).groups()  # type: ignore[union-attr]  # else it is an error
        if mark == "<<":
            value = "\n".join(iter(lines.__next__, value))
        found[name] = value
    return found


def run_composite(  # noqa: PLR0917 -- what GitHub gives an action
    action: Path,
    inputs: Mapping[str, str],
    contexts: Mapping[str, Any],
    variables: Mapping[str, str],
    folder: Path,
    called: Mapping[str, Mapping[str, str]],
) -> ActionRun:
    """Runs ``action.yml``. ``variables``: the runner's, with PATH and GITHUB_WORKSPACE; ``folder``: for its files; ``called``: the
    outputs of the actions that it calls, by their names."""
    document = yaml.safe_load(action.read_text("utf-8"))
    assert document["runs"]["using"] == "composite"
    assert inputs.keys() <= document["inputs"].keys()
    values = {name: inputs.get(name, _expand(spec.get("default", ""), contexts)) for name, spec in document["inputs"].items()}
    known: dict[str, Any] = {**contexts, "inputs": values, "steps": {}}
    runner, done, status = _Runner(folder, {**variables, "GITHUB_ACTION_PATH": str(action.parent)}), [], "success"
    for step in document["runs"]["steps"]:
        name = step.get("name", step.get("uses", ""))
        condition = str(step.get("if", "success()"))
        wanted = evaluate(condition, known, status) == "true"
        if not wanted or (status == "failure" and not re.search(r"\b(?:always|failure|cancelled)\(\)", condition)):
            done.append(StepRun(name, skipped=True))
        elif "uses" in step:
            given = {key: _expand(text, known) for key, text in step["with"].items()}
            known["steps"] = {**known["steps"], step.get("id", name): {"outputs": called.get(step["uses"].partition("@")[0], {})}}
            done.append(StepRun(name, call=step["uses"], inputs=given))
        else:
            assert step["shell"] == "bash", "a composite's step names its shell"
            environment = {key: _expand(text, known) for key, text in step.get("env", {}).items()}
            code, output, outputs = runner.run(_expand(step["run"], known), environment)
            known["steps"] = {**known["steps"], step.get("id", name): {"outputs": outputs}}
            done.append(StepRun(name, exit_code=code, output=output))
            status = "failure" if code else status
    outputs = {name: _expand(spec["value"], known) for name, spec in document["outputs"].items()}
    return ActionRun(tuple(done), outputs, runner.summary, tuple(runner.paths))
