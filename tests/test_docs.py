"""The documentation is true: files, names, commands and links exist, tables match the code, and the recipes work."""

from __future__ import annotations

import contextlib
import csv
import importlib.util
import itertools
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest
import yaml
from reference_pages import PAGES as GENERATED

from scangate.app.policies import read_policy
from scangate.cli import main
from scangate.cli.default_group import DefaultGroup
from scangate.cli.publication import UNPUBLISHED
from scangate.model import EXIT_CODES, NEVER_ALLOWED, SCOPED_PASS, Basis, GapKind
from scangate.plugin import FileFacts
from scangate.report import FORMATS
from scangate.scan.cache_store import CacheStore
from scangate.scan.result_cache import ResultCache
from tests.support.doc_pages import DOCS, PAGES, anchors, code_blocks, defined_names, groups, links, read_recipe
from tests.support.paths import ROOT
from tests.support.scan_harness import ScanHarness
from tests.support.wording_rules import Text, find_denied
from tests.test_layers import RULES

PACKAGE = ROOT / "scanners" / "scangate"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
REFERENCE = ROOT / "docs" / "reference"
SOURCE = "\n".join(file.read_text("utf-8") for file in sorted(PACKAGE.rglob("*.py")))
TEMPLATES = "\n".join(file.read_text("utf-8") for file in sorted((ROOT / "buildspec_snippets").glob("*.y*ml")))
CREATED = read_recipe(CONTRIBUTING).files
MAKE_TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

FILE = re.compile(r"(?:[\w.-]+/)+(?:[\w-]+\.\w+(?:\.\w+)?)?|[\w.-]+\.(?:md|py|toml|yaml|yml)")
LATER = 86_400.0 * 365 * 100  # seconds since 1970; files that changed just now are not cached
CALL = re.compile(r"(?:\w+\.)*(\w+)\(\)")
NAME = re.compile(r"[A-Z][A-Z0-9]*_[A-Z0-9_]+|(?:[A-Z][a-z0-9]+){2,}|[a-z0-9]+(?:_[a-z0-9]+)+")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def locate(name: str) -> Path | None:
    """The file or folder that a page names, from the root or from the package, or a snippet."""
    return next((file for file in (ROOT / name, PACKAGE / name, ROOT / "buildspec_snippets" / name) if file.exists()), None)


def names_a_file(span: str) -> bool:
    return FILE.fullmatch(span) is not None and span not in CREATED and not span.startswith("scangate-reports/")


def shell_lines(page: Path) -> Iterator[str]:
    """Every command that a page shows, in a block or in the text."""
    for block in code_blocks(page):
        if block.language == "sh":
            yield from block.text.replace("\\\n", " ").splitlines()
    for spans in groups(page):
        yield from (span for span in spans if span.startswith(("scangate ", "make ")))


@every_page
def test_every_file_exists(page: Path) -> None:
    named = {span for spans in groups(page) for span in spans if names_a_file(span)}
    assert not {name for name in named if locate(name) is None and ("/" in name or name not in SOURCE)}


@every_page
def test_every_function_is_in_a_module_named_next_to_it(page: Path) -> None:
    wrong = []
    for spans in groups(page):
        modules = [found for span in spans if span.endswith(".py") and (found := locate(span)) is not None]
        for span in spans:
            call = CALL.fullmatch(span)
            if call and not any(call[1] in defined_names(module) for module in modules or PACKAGE.rglob("*.py")):
                wrong.append((span, [module.name for module in modules]))
    assert not wrong


@every_page
def test_every_name_appears_in_the_source(page: Path) -> None:
    named = {span for spans in groups(page) for span in spans if NAME.fullmatch(span)}
    assert not {name for name in named if not re.search(rf"\b{name}\b", f"{SOURCE}\n{TEMPLATES}")}


@every_page
def test_every_internal_link_works(page: Path) -> None:
    broken = []
    for link in links(page):
        name, _, anchor = link.partition("#")
        if "://" in name:
            continue
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


@every_page
def test_the_words_are_those_of_the_glossary(page: Path) -> None:
    assert find_denied([Text(page.name, page.read_text("utf-8"))]) == []


@every_page
def test_every_command_and_option_exists(page: Path) -> None:
    wrong = []
    for line in shell_lines(page):
        words = shlex.split(line, comments=True)
        if "make" in words[:1]:
            wrong += [line] if words[1] not in MAKE_TARGETS else []
        elif words and words[0].endswith("pytest"):
            wrong += [line for word in words if word.startswith("tests/") and not (ROOT / word).exists()]
        elif words and Path(words[0]).name == "scangate":
            wrong += [line] if not is_command_line(words[1:]) else []
    assert not wrong


def is_command_line(words: list[str]) -> bool:
    """Whether the words name a command and options that it has."""
    command: click.Command = main.cli
    context = click.Context(command)
    while isinstance(command, click.Group):
        if isinstance(command, DefaultGroup) and words[:1] not in [[name] for name in command.commands]:
            words = [command.default, *words]
        if not words or words[0].startswith("-"):
            break
        if words[0].isupper():  # a placeholder for any of its commands
            return True
        found = command.get_command(context, words.pop(0))
        if found is None:
            return False
        command = found
    options = {name for parameter in command.get_params(context) for name in (*parameter.opts, *parameter.secondary_opts)}
    return all(word.partition("=")[0] in options for word in words if word.startswith("-") and word != "-")


def table(page: str) -> list[list[str]]:
    """The rows of the first table of a reference page, without code marks."""
    lines = itertools.dropwhile(lambda line: not line.startswith("|"), (REFERENCE / page).read_text("utf-8").splitlines())
    rows = [line for line in itertools.takewhile(lambda line: line.startswith("|"), lines) if not line.startswith("|-")]
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows[1:]]


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (REFERENCE / name).read_text("utf-8") == GENERATED[name](), "make reference"


def test_the_table_of_exit_codes_is_complete() -> None:
    codes = {int(code) for row in table("exit-codes.md") for code in row[0].split(",")}
    signals = {129, 130, 143}
    assert codes == {*EXIT_CODES.values(), SCOPED_PASS, main.USAGE, UNPUBLISHED, main.INTERNAL_ERROR, main.BROKEN_PIPE, *signals}


def test_troubleshooting_has_an_entry_for_each_exit_code_and_gap_kind() -> None:
    found = anchors(ROOT / "docs" / "troubleshooting.md")
    codes = {code.strip() for row in table("exit-codes.md") for code in row[0].split(",")} - {"0"}
    numbers = {number for anchor in found if anchor.startswith("exit-code-") for number in re.findall(r"\d+", anchor)}
    assert (codes - numbers, {kind.value for kind in GapKind} - found) == (set(), set())


def test_the_table_of_gap_kinds_is_complete() -> None:
    assert [row[0] for row in table("gap-kinds.md")] == [kind.value for kind in GapKind]
    assert {row[0] for row in table("gap-kinds.md") if row[2] == "narrow"} == {kind.value for kind in NEVER_ALLOWED}


def test_every_basis_of_a_decision_is_explained() -> None:
    spans = {span for group in groups(ROOT / "docs" / "explanation" / "verdict.md") for span in group}
    assert not {basis.value for basis in Basis} - spans


def test_the_table_of_report_formats_is_complete() -> None:
    shown = {row[0]: None if row[1] == "-" else row[1] for row in table("report-formats.md")}
    assert shown == {name: form.file_name for name, form in FORMATS.items()}


def test_the_diagram_of_packages_shows_imports_that_are_allowed() -> None:
    page = ROOT / "docs" / "explanation" / "architecture.md"
    diagram = next(block.text for block in code_blocks(page) if block.language == "mermaid")
    arrows = re.findall(r"(\w+) --> (\w+)", diagram)
    assert arrows
    allowed = {upper: {name.partition(".")[0] for name in (*RULES.layers[upper], *RULES.shared)} for upper, _ in arrows}
    assert not [(upper, lower) for upper, lower in arrows if lower not in allowed[upper]]


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:")[2]
    pages = {page.relative_to(ROOT / "docs").as_posix() for page in DOCS}
    pages |= {"reference/rules/index.md"}  # which leads to all pages about rules
    assert set(re.findall(r"[\w/-]+\.md", navigation)) == pages


@pytest.mark.parametrize("form", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*_*.yml")), ids=lambda form: form.name)
def test_an_issue_form_has_the_shape_that_github_reads(form: Path) -> None:
    """https://docs.github.com/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-issue-forms"""
    document = yaml.safe_load(form.read_text("utf-8"))
    assert document.keys() <= {"name", "description", "labels", "body"}
    fields = [field for field in document["body"] if field["type"] != "markdown"]
    assert {field["type"] for field in fields} <= {"input", "textarea", "dropdown", "checkboxes"}
    assert all(field["attributes"]["label"] for field in fields)
    assert len({field["id"] for field in fields}) == len(fields) > 0


def test_the_development_container_is_set_up_by_make() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    assert container["postCreateCommand"].removeprefix("make ") in MAKE_TARGETS


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source to which all recipes of CONTRIBUTING.md were applied."""
    folder = tmp_path_factory.mktemp("recipes")
    for name in ("scanners", "policies", "buildspec_snippets"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    recipe = read_recipe(CONTRIBUTING)
    for path, text in recipe.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        assert not (folder / path).exists(), f"{path} exists already: the recipe needs another example"
        (folder / path).write_text(text, "utf-8")
    for path, old, new in recipe.edits:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if not (folder / path).exists():
            shutil.copy(ROOT / path, folder / path)
        text = (folder / path).read_text("utf-8")
        assert text.count(old) == 1, f"the diff for {path} does not apply"
        (folder / path).write_text(text.replace(old, new), "utf-8")
    return folder


def run_in(scratch: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs the copy's command line."""
    start = f"import sys; sys.path.insert(0, {str(scratch / 'scanners')!r}); from scangate.cli.main import main; main()"
    command = [sys.executable, "-c", start, *words]
    return subprocess.run(command, cwd=scratch, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.integration
def test_the_recipes_make_a_scanner_and_a_report_format(scratch: Path, tmp_path: Path) -> None:
    (policy,) = [block.text for block in code_blocks(CONTRIBUTING) if block.text.startswith("version: 1")]
    (tmp_path / "policy.yaml").write_text(policy)
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / ".env").write_text("COLOUR=blue\n")
    options = ("--policy", str(tmp_path / "policy.yaml"), "--scanner", "dotenv", "--no-cache", "--report", "csv=-")
    ran = run_in(scratch, "scan", str(tmp_path / "tree"), *options)
    assert ran.returncode == 5, ran.stderr  # a pass of this scanner alone
    (row,) = csv.DictReader(ran.stdout.splitlines())
    assert (row["rule"], row["path"], row["line"]) == ("dotenv:committed", ".env", "1")


@pytest.fixture
def dotenv(tmp_path: Path) -> ModuleType:
    """The scanner that CONTRIBUTING shows, as a module."""
    file = tmp_path / "dotenv_scanner.py"
    file.write_text(CREATED["scanners/scangate/tools/dotenv.py"])
    spec = importlib.util.spec_from_file_location("dotenv_scanner", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_scanner_of_the_recipes_reads_what_it_says(dotenv: ModuleType) -> None:
    assert dotenv.reads(FileFacts("deploy/.env.production"), dotenv.Options())
    assert not dotenv.reads(FileFacts(".env.example"), dotenv.Options())


def test_the_scanner_of_the_recipes_is_cached(dotenv: ModuleType, tmp_path: Path) -> None:
    bench = ScanHarness(tmp_path)
    cached = []
    for _ in range(2):
        with contextlib.closing(CacheStore(tmp_path / "cache", bench.root, now=LATER)) as cache:
            result = bench.result(dotenv, {".env": "A=1\n"}, result_cache=ResultCache(cache, {}, LATER))
        cached.append((result.files_cached, len(result.findings)))
    assert cached == [(0, 1), (1, 1)]


@pytest.mark.integration
def test_the_recipes_make_a_policy_key(scratch: Path, tmp_path: Path) -> None:
    (tmp_path / "floor.yaml").write_text("version: 1\nextends: baseline\nfloor: true\nexception-warning-days: 30\n")
    (tmp_path / "policy.yaml").write_text("version: 1\nextends: floor.yaml\nexception-warning-days: 40\n")
    shown = run_in(scratch, "policy", "show", str(tmp_path / "policy.yaml"))
    assert shown.returncode == 0, shown.stderr
    assert "exception-warning-days: 40" in shown.stdout
    (tmp_path / "policy.yaml").write_text("version: 1\nextends: floor.yaml\nexception-warning-days: 20\n")
    assert run_in(scratch, "policy", "check", str(tmp_path / "policy.yaml")).returncode == 2


@pytest.mark.integration
def test_the_recipes_make_a_rule(scratch: Path) -> None:
    ran = run_in(scratch, "explain", "semgrep:python-debugger-left")
    assert ran.returncode == 0, ran.stderr
    assert "CWE-489" in ran.stdout


@pytest.mark.integration
def test_the_recipes_make_a_publisher(scratch: Path) -> None:
    ran = run_in(scratch, "publish", "sns", "--help")
    assert ran.returncode == 0, ran.stderr
    assert "--topic" in ran.stdout


def test_the_policies_of_the_coverage_page_are_valid(tmp_path: Path) -> None:
    blocks = [block.text for block in code_blocks(REFERENCE / "coverage.md") if block.language == "yaml"]
    assert len(blocks) == 2
    for block in blocks:
        (tmp_path / "scangate.yaml").write_text(f"version: 1\nextends: baseline\n{block}")
        assert read_policy(str(tmp_path / "scangate.yaml")).allowed_gaps
