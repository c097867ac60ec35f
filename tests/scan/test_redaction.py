"""The secrets of a file are removed from texts about it, and nothing that a policy depends on changes."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from scangate.model import (
    AffectedPackage,
    Component,
    Confidence,
    FileReport,
    Finding,
    FindingKind,
    Gap,
    GapKind,
    Location,
    Secret,
    SecretWeight,
    Severity,
    Span,
)
from scangate.plugin import SourceFile
from scangate.scan.literals import exact_secrets
from scangate.scan.redaction import Redactor

TOKEN = "ghp_" + "a1B2" * 9
KEY = "Zq8hunter77xY"


class Tree:
    """Files with secrets, and a redactor that knows them."""

    def __init__(self, folder: Path, files: dict[str, str]) -> None:
        self._sources = {}
        for number, (path, text) in enumerate(files.items()):
            file = folder / str(number)
            file.write_text(text, "utf-8")
            self._sources[path] = SourceFile(path, file)
        self.redactor = Redactor(self._sources.values())

    def plant(self, path: str, value: str, weight: SecretWeight = SecretWeight.STRONG) -> tuple[Secret, ...]:
        """The secret ``value`` where it first occurs in a file, with its exact extent."""
        lines = self._sources[path].lines
        number = next(number for number, line in enumerate(lines, start=1) if value in line)
        column = lines[number - 1].index(value) + 1
        reported = Secret((Span(number, column, number, column + len(value)),), ("test",), weight)
        secrets = exact_secrets(path, lines, [reported])
        self.redactor.add_secrets([FileReport(path, secrets=secrets)])
        return secrets

    def redact(self, finding: Finding, fixed_texts: frozenset[str] = frozenset()) -> Finding:
        path = finding.location.path
        self.redactor.number_masked_paths(self._sources)
        (redacted,) = self.redactor.redact_by_file([FileReport(path, (finding,))], fixed_texts)[path]
        return redacted


def finding(
    rule: str = "tool:rule", message: str = "message", path: str = "app.py", line: int = 2, title: str = "title"
) -> Finding:
    place = Location(path, line, line)
    return Finding(rule, Severity.HIGH, Confidence.HIGH, FindingKind.CODE, title, message, place)


@pytest.mark.parametrize(
    ("value", "rule", "shown"),
    [
        ("bandit:B602", "bandit:B602", "bandit:B602"),
        ("semgrep:python-9-eval", "semgrep:python-9-eval", "semgrep:python-9-eval"),
        (TOKEN, f"tool:{TOKEN}", "tool:***"),
    ],
)
def test_a_password_that_is_the_name_of_a_rule_does_not_hide_it(tmp_path: Path, value: str, rule: str, shown: str) -> None:
    tree = Tree(tmp_path, {"app.py": f'password = "{value}"\nrun()\n'})
    tree.plant("app.py", value)
    reported = tree.redact(finding(rule, f"it holds {value}"))
    assert reported.rule == shown
    assert value not in reported.message


def test_a_strong_secret_is_masked_in_all_texts_of_all_files(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"c.yml": "password: sesam3\n", "app.py": "\nrun('bob:sesam3')\n"})
    tree.plant("c.yml", "sesam3")
    reported = tree.redact(finding(message="it says sesam3", title="a sesam3 rule"))
    assert (reported.message, reported.title, reported.evidence) == ("it says ***", "a *** rule", "run('bob:***')")
    (gap,) = tree.redactor.redact_gaps([Gap("x", "app.py", GapKind.CRASH, "died at sesam3", hint="try sesam3")])
    assert (gap.reason, gap.hint) == ("died at ***", "try ***")


def test_a_weak_secret_is_masked_in_its_own_line_only(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"app.py": "token = 'sesam3'\nrun('sesam3')\n"})
    tree.plant("app.py", "sesam3", SecretWeight.WEAK)
    assert tree.redact(finding(message="it says sesam3", line=1)).message == "it says ***"
    assert tree.redact(finding(message="it says sesam3", line=2)).message == "it says sesam3"
    assert tree.redact(finding(line=2)).evidence == "run('sesam3')"


def test_names_in_code_are_no_secrets_and_the_file_s_own_occurrences_are(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"app.py": 'config.update(SECRET_KEY="config")\nconfig.get("config")  # config\n'})
    tree.plant("app.py", '"config"')
    assert tree.redact(finding(line=1)).evidence == 'config.update(SECRET_KEY="***")'
    assert tree.redact(finding(line=2)).evidence == 'config.get("***")  # config'


def test_a_plain_word_is_masked_in_its_own_file_only(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"app.py": "password = 'shell'\nrun('shell')\n", "other.py": "\nrun('shell')\n"})
    tree.plant("app.py", "shell")
    own, other = tree.redact(finding(message="a shell 'shell'")), tree.redact(finding(message="a shell", path="other.py"))
    assert (own.message, own.evidence) == ("a shell '***'", "run('***')")
    assert (other.message, other.evidence) == ("a shell", "run('shell')")
    assert tree.redactor.redact_text("a few shell scripts") == "a few shell scripts"


@pytest.mark.parametrize("word", ["password", "admin", "production", "team-Service"])
def test_a_plain_word_is_not_masked_within_other_words(tmp_path: Path, word: str) -> None:
    line = f"psql {word} team/{word}-x:latest {word}_hash /run/secrets/db_{word} --{word}"
    tree = Tree(tmp_path, {"app.yml": f"password: {word}\n{line}\n{word}: '{word}'\n", "other.yml": f"\n{line} '{word}'\n"})
    tree.plant("app.yml", word)
    assert tree.redact(finding(path="app.yml", line=2, message=line)).evidence == line
    assert tree.redact(finding(path="app.yml", line=3)).evidence == f"{word}: '***'"
    assert tree.redact(finding(path="other.yml", line=2)).evidence == f"{line} '{word}'"
    assert tree.redactor.redact_text(line) == line


def test_fixed_texts_of_rules_keep_their_words(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"app.py": f'password = "pass", "{KEY}"\nrun()\n'})
    tree.plant("app.py", "pass")
    tree.plant("app.py", KEY)
    assert tree.redact(finding(title="try except pass"), frozenset({"title"})).title == "try except pass"
    assert tree.redact(finding(title=f"a {KEY}"), frozenset({"title"})).title == "a ***"


def test_paths_with_the_letters_of_a_password_stay(tmp_path: Path) -> None:
    files = {"c.yml": "POSTGRES_PASSWORD: my_4pp\n", "my_4pp/tasks.py": "\neval(x)\n", "other.py": "\neval(x)\n"}
    before = Tree(tmp_path, files)
    unmasked = before.redact(finding(path="my_4pp/tasks.py"))
    tree = Tree(tmp_path, files)
    tree.plant("c.yml", "my_4pp")
    reported = tree.redact(finding(message="my_4pp/tasks.py:2 my_4pp", path="my_4pp/tasks.py"))
    assert reported.location.path == "my_4pp/tasks.py"
    assert reported.message == "my_4pp/tasks.py:2 ***"
    assert reported.fingerprint == unmasked.fingerprint
    assert reported.identity == unmasked.identity


def test_packages_with_the_letters_of_a_password_stay(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"c.yml": "password: requests\n", "r.txt": "requests==1.0\n"})
    tree.plant("c.yml", "requests")
    component = Component("requests", "1.0", "r.txt", 1, via=("requests",))
    assert tree.redactor.redact_components([FileReport("r.txt", components=(component,))]) == [component]
    package = AffectedPackage("requests", "1.0")
    found = tree.redact(msgspec.structs.replace(finding(path="r.txt", line=1), affected_package=package))
    assert found.affected_package == package


def test_a_name_that_is_a_secret_on_its_line_is_masked(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"r.txt": "sesam3==1.0\nother==1.0\n"})
    tree.plant("r.txt", "sesam3")
    components = (Component("sesam3", "1.0", "r.txt", 1), Component("sesam3", "1.0", "r.txt", 2))
    redacted = tree.redactor.redact_components([FileReport("r.txt", components=components)])
    assert [each.name for each in redacted] == ["***", "sesam3"]


@pytest.mark.parametrize("others", [(), ("a.py", f"0/{TOKEN}.py", "z.py")])
def test_a_masked_path_has_a_name_that_depends_on_no_other_file(tmp_path: Path, others: tuple[str, ...]) -> None:
    paths = [f"b/{TOKEN}/x.py", f"b/{TOKEN[:-1]}x/x.py", *others]
    redactor = Tree(tmp_path, dict.fromkeys(paths, "")).redactor
    assert [redactor.redact_path(path) for path in paths[:2]] == ["b/***/x.py~1", "b/***/x.py~2"]
    assert all(redactor.redact_path(path) == path for path in others if TOKEN not in path)


def test_a_path_that_is_an_unguessable_secret_is_masked(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"c.yml": f"password: {KEY}\n", f"keys/{KEY}.txt": ""})
    tree.plant("c.yml", KEY)
    assert tree.redactor.redact_path(f"keys/{KEY}.txt") != f"keys/{KEY}.txt"


def test_fingerprints_do_not_move_when_a_secret_comes_elsewhere(tmp_path: Path) -> None:
    files = {"app.py": "\nrun('bob:sesame77')\n", "c.yml": "password: sesame77\n"}
    before = Tree(tmp_path, files).redact(finding())
    tree = Tree(tmp_path, files)
    tree.plant("c.yml", "sesame77")
    after = tree.redact(finding())
    assert (after.fingerprint, after.identity, after.line_hash) == (before.fingerprint, before.identity, before.line_hash)
    assert "sesame77" not in after.evidence
    assert tree.redactor.has_foreign_secrets("app.py")
