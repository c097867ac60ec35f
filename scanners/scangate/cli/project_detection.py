"""Detects a project's versions of Python and Node and its test command from its files, without running any of them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import Any

import msgspec
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from scangate.cli.workload_detection import SAM_TEMPLATES, is_file, read_head

PYTHONS = ("3.12", "3.13", "3.14", "3.11")
"""What CodeBuild has and scangate runs on, the preferred first.
https://docs.aws.amazon.com/codebuild/latest/userguide/available-runtimes.html"""
NODES = (22, 24, 20, 18)
NODE_NAMES = {"lts/*": 22, "node": 24, "lts/hydrogen": 18, "lts/iron": 20, "lts/jod": 22, "lts/krypton": 24}
"""Names that nvm understands. https://github.com/nodejs/Release"""
REQUIREMENTS = (
    ("requirements.txt",),
    ("requirements-dev.txt", "requirements_dev.txt", "dev-requirements.txt", "requirements/dev.txt"),
    ("requirements-test.txt", "requirements_test.txt", "test-requirements.txt", "requirements/test.txt", "requirements/tests.txt"),
)
EXTRAS = ("test", "tests", "testing", "dev")
PYTHON = '"$SCANGATE_OUT/app/bin/python"'
"""The interpreter of the environment that a buildspec creates for the project."""
PIP = f"{PYTHON} -m pip install --quiet --disable-pip-version-check"
LOCKED = (
    ("uv.lock", "uv", "", "uv run --frozen --all-extras"),
    ("poetry.lock", "poetry", "poetry install --no-interaction --all-extras", "poetry run"),
    ("Pipfile.lock", "pipenv", "pipenv sync --dev", "pipenv run"),
)
"""By lock file: the program that reads it, how that installs, how that runs a command."""
NO_TEST = "no test specified"
"""What `npm init` writes for a project without tests."""


class Project(msgspec.Struct, frozen=True):
    """What a build needs to know about a repository.

    ``python`` and ``node`` are versions as CodeBuild names them; ``node`` is empty without a package.json. ``tests`` are commands
    that install what the tests need, and run them, in the repository, with an environment in ``$SCANGATE_OUT/app``. ``reasons``:
    the files that decided; ``notes``: what was left out.
    """

    python: str
    node: str = ""
    tests: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def detect_project(root: Path) -> Project:
    """Reads the files that name versions and tests."""
    python, python_reason, fits = _detect_python(root)
    node, node_reason = _detect_node(root)
    notes = [] if fits else [f"the tests are left out: {python_reason}, and a build with scangate has Python 3.11 or newer"]
    tests, tests_reason = _detect_python_tests(root, python) if fits else ((), "")
    node_tests, node_tests_reason, note = _detect_node_tests(root)
    found = (python_reason if fits else "", node_reason, tests_reason, node_tests_reason)
    return Project(python, node, (*tests, *node_tests), tuple(filter(None, found)), tuple([*notes, note] if note else notes))


def _detect_python(root: Path) -> tuple[str, str, bool]:
    """The version, the reason, and whether the project runs on it: the runtime that ships decides, then what the project pins."""
    for source, wanted in _name_pythons(root):
        fitting = [each for each in PYTHONS if wanted.contains(f"{each}.99") or wanted.contains(f"{each}.0")]
        return (fitting[0], f"Python {fitting[0]} by {source}", True) if fitting else (PYTHONS[0], f"{source} has {wanted}", False)
    return PYTHONS[0], "", True


def _name_pythons(root: Path) -> Iterator[tuple[str, SpecifierSet]]:
    for template in SAM_TEMPLATES:
        if versions := re.findall(rb"Runtime:\s*[\"']?python(3\.\d+)", read_head(root / template)):
            yield template, SpecifierSet(f"=={max(versions, key=_minor).decode()}.*")
    pinned = re.match(rb"\s*(?:cpython-)?(3\.\d+)", read_head(root / ".python-version"))
    if pinned:
        yield ".python-version", SpecifierSet(f"=={pinned[1].decode()}.*")
    document = _read_toml(root / "pyproject.toml")
    for wanted in (_dig(document, "project", "requires-python"), _dig(document, "tool", "poetry", "dependencies", "python")):
        if isinstance(wanted, str):
            try:
                yield "pyproject.toml", SpecifierSet(_translate_caret(wanted))
            except InvalidSpecifier:
                continue


def _minor(version: bytes) -> int:
    return int(version.partition(b".")[2])


def _translate_caret(wanted: str) -> str:
    """Poetry's ``^3.11`` as ``>=3.11,<4``."""
    return re.sub(r"\^\s*(3[\d.]*)", r">=\1,<4", wanted)


def _detect_node(root: Path) -> tuple[str, str]:
    """The major version; empty for a repository without a package.json."""
    if not is_file(root / "package.json"):
        return "", ""
    for name in (".nvmrc", ".node-version"):
        text = read_head(root / name).decode("utf-8", "replace").strip().lower()
        if text in NODE_NAMES:
            return str(NODE_NAMES[text]), f"Node {NODE_NAMES[text]} by {name}"
        if pinned := re.match(r"v?(\d+)", text):
            return pinned[1], f"Node {pinned[1]} by {name}"
    engines = _dig(_read_json(root / "package.json"), "engines", "node")
    if isinstance(engines, str) and (fitting := [major for major in NODES if _admits(engines, major)]):
        return str(fitting[0]), f"Node {fitting[0]} by engines in package.json"
    return str(NODES[0]), ""


def _admits(range_: str, major: int) -> bool:
    """Whether a range of npm admits a release of the major version. https://github.com/npm/node-semver#ranges"""
    alternatives = re.sub(r"([<>=~^]+)\s+", r"\1", range_).split("||")
    return any(all(_compare(each, major) for each in _split_hyphen(one)) for one in alternatives)


def _split_hyphen(alternative: str) -> list[str]:
    """The comparators of one alternative; ``18 - 20`` is two."""
    between = re.fullmatch(r"\s*(\S+)\s+-\s+(\S+)\s*", alternative)
    return [f">={between[1]}", f"<={between[2]}"] if between else alternative.split()


def _compare(comparator: str, major: int) -> bool:
    match = re.fullmatch(r"(>=|<=|>|<|=|\^|~)?v?(\d+|[xX*])((?:\.[\w*-]+)*)", comparator)
    if match is None or not match[2].isdigit():
        return match is not None
    limit, rest = int(match[2]), match[3].replace(".0", "").replace(".x", "").replace(".*", "")
    match match[1]:
        case ">=":
            return major >= limit
        case ">":
            return major > limit or (bool(match[3]) and major == limit)
        case "<":
            return major < limit or (bool(rest) and major == limit)
        case "<=":
            return major <= limit
        case _:
            return major == limit


def _detect_python_tests(root: Path, python: str) -> tuple[tuple[str, ...], str]:
    """The commands and the reason: a program that makes its own environments, pytest where it is declared, make, unittest."""
    document = _read_toml(root / "pyproject.toml")
    if reason := _find_tox(root, document):
        # A library lists more versions than a build image has; tox fails if all are missing.
        return (f"{PIP} tox", f"{PYTHON} -m tox run --skip-missing-interpreters true"), f"tox by {reason}"
    if is_file(root / "noxfile.py"):
        # Without the two options, nox passes over sessions for other versions, and succeeds if that is all.
        return (f"{PIP} nox", f"{PYTHON} -m nox --error-on-missing-interpreters --force-python {python}"), "nox by noxfile.py"
    if reason := _find_pytest(root, document):
        return _run_in_environment(root, document, ("pytest",), "pytest"), f"pytest by {reason}"
    if re.search(rb"^test\s*:(?!=)", read_head(root / "Makefile"), re.MULTILINE):
        return _run_in_environment(root, document, (), "", 'PATH="$SCANGATE_OUT/app/bin:$PATH" make test'), "make test by Makefile"
    folder = next((name for name in ("tests", "test") if _find_unittests(root / name)), "")
    if folder or _find_unittests(root):
        start = f" --start-directory {folder}" if folder else ""
        top = " --top-level-directory ." if folder and is_file(root / folder / "__init__.py") else ""
        return _run_in_environment(root, document, (), f"unittest discover{start}{top}"), f"unittest by {folder or 'test files'}"
    return (), ""


def _find_tox(root: Path, document: dict[str, Any]) -> str:
    if is_file(root / "tox.toml"):
        return "tox.toml"
    if re.search(rb"^\[(?:tox|testenv)\b", read_head(root / "tox.ini"), re.MULTILINE):
        return "tox.ini"
    return "pyproject.toml" if _dig(document, "tool", "tox") is not None else ""


def _find_pytest(root: Path, document: dict[str, Any]) -> str:
    """The file that declares pytest: its configuration, a requirement, or a test that imports it."""
    if _dig(document, "tool", "pytest") is not None:
        return "pyproject.toml"
    for name, table in (
        ("pytest.ini", rb""),
        (".pytest.ini", rb""),
        ("tox.ini", rb"^\[pytest\]"),
        ("setup.cfg", rb"^\[tool:pytest\]"),
    ):
        if is_file(root / name) and re.search(table, read_head(root / name), re.MULTILINE):
            return name
    for name in ("pyproject.toml", "setup.py", "setup.cfg", "Pipfile", *(name for group in REQUIREMENTS for name in group)):
        if re.search(rb"^[^#\n]*\bpytest\b", read_head(root / name), re.MULTILINE):
            return name
    for file in (root / "conftest.py", root / "tests" / "conftest.py", *_list_tests(root / "tests"), *_list_tests(root)):
        if re.search(rb"^\s*(?:import|from)\s+pytest\b", read_head(file), re.MULTILINE) or (
            file.name == "conftest.py" and is_file(file)
        ):
            return file.relative_to(root).as_posix()
    return ""


def _list_tests(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("test*.py") if is_file(file)) if folder.is_dir() and not folder.is_symlink() else []


def _find_unittests(folder: Path) -> bool:
    return any(
        re.search(rb"^\s*(?:import|from)\s+(?:unittest|django\.test)\b", read_head(file), re.MULTILINE)
        for file in _list_tests(folder)
    )


def _run_in_environment(
    root: Path, document: dict[str, Any], tools: tuple[str, ...], module: str, command: str = ""
) -> tuple[str, ...]:
    """Commands that install the project with ``tools`` in its environment and run a ``module``, or a ``command``."""
    for lock, program, install, run in LOCKED:
        if is_file(root / lock):
            path = '"$SCANGATE_OUT/app/bin/'
            steps = (f"{PIP} {program}", f'{path}{program}"{install.removeprefix(program)}' if install else "")
            last = command or f'{path}{program}"{run.removeprefix(program)} python -m {module}'
            return (*filter(None, steps), last)
    files = [next((name for name in group if is_file(root / name)), "") for group in REQUIREMENTS]
    parts = [*(f"-r {name}" for name in files if name), *_name_package(root, document), *tools]
    groups = _dig(document, "dependency-groups")
    named = [f"--group {name}" for name in EXTRAS if isinstance(groups, dict) and name in groups]
    # pip has --group since 25.1.
    setup = [f"{PIP} 'pip>=25.1'"] if named else []
    setup += [f"{PIP} {' '.join([*parts, *named])}"] if parts or named else []
    return (*setup, command or f"{PYTHON} -m {module}")


def _name_package(root: Path, document: dict[str, Any]) -> tuple[str, ...]:
    """The project itself with the extras of its tests, where it can be installed."""
    if not ("build-system" in document or "project" in document or is_file(root / "setup.py")):
        return ()
    declared = _dig(document, "project", "optional-dependencies")
    extras = [name for name in EXTRAS if isinstance(declared, dict) and name in declared]
    return (quote(f".[{','.join(extras)}]") if extras else ".",)


def _detect_node_tests(root: Path) -> tuple[tuple[str, ...], str, str]:
    """The commands, the reason, and a note if there are tests that need another program than npm."""
    script = _dig(_read_json(root / "package.json"), "scripts", "test")
    if not isinstance(script, str) or NO_TEST in script:
        return (), "", ""
    for lock, program in (("yarn.lock", "yarn"), ("pnpm-lock.yaml", "pnpm"), ("bun.lock", "bun")):
        if is_file(root / lock):
            return (), "", f"the tests of package.json are left out: {lock} needs {program}; add its commands after the scan"
    locked = is_file(root / "package-lock.json") or is_file(root / "npm-shrinkwrap.json")
    return ("npm ci" if locked else "npm install", "CI=true npm test"), "npm test by package.json", ""


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_head(file).decode())
    except (ValueError, RecursionError):
        return {}


def _read_json(file: Path) -> object:
    try:
        return json.loads(read_head(file) or b"{}")
    except (ValueError, RecursionError):
        return {}


def _dig(document: object, *keys: str) -> Any:
    """The value at a path of keys; None where there is none."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document
