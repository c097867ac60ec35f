"""Reading a policy: every error with its place and hint, where files come from, what is trusted, and what `extends` does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scangate import assets
from scangate.content.catalog import CONTENT_TYPES
from scangate.errors import PolicyError
from scangate.judge.policy import InlineSuppressions
from scangate.judge.policy_resolution import OTHER_NAMES
from scangate.model import (
    PolicyLocation,
    Severity,
)
from tests.support.policy_builders import Options, load_policy

HEAD = "version: 1\nunknown: high\nscanners: {bandit: {}}\n"  # three lines, the least a policy says
COMMAND = "version: 1\nextends: baseline\nscanners:\n  ruff: {command: [ruff, check]}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "tree").mkdir()
    return tmp_path / "tree"


def put(root: Path, text: str, name: str = "scangate.yaml") -> Path:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def refused(root: Path, spec: str | None = None, environment: str | None = None) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        load_policy(spec, root, environment)
    assert "\n" not in caught.value.message
    assert caught.value.hint
    return caught.value


ERRORS = [
    ("name: x\nunknown: high\n", "1:1: version: missing", "add `version:` with `1`"),
    ("version: 2\n", "1:10: version: expected `1`, got a number", ""),
    ("version: '1'\n", "1:10: version: not an allowed value", "allowed: 1"),
    ("version: 1\nscanners: {bandit: {}}\n", "1:1: unknown: missing", "unknown: high"),
    ("version: 1\nunknown: high\n", "1:1: scanners: no scanner is enabled", "extends: baseline"),
    (HEAD + "scaners: {}\n", "4:1: scaners: unknown key", "did you mean `scanners`?"),
    (HEAD + "only-new: true\n", "4:1: only-new: unknown key", "allowed: "),
    (HEAD + "budgets: {hihg: 0}\n", "4:11: budgets.hihg: unknown key", "did you mean `high`?"),
    (
        HEAD + "budgets: {high: -1}\n",
        "4:17: budgets.high: expected a whole number of at least 0 or `unlimited`, got another number",
        "",
    ),
    (HEAD + "budgets: {high: lots}\n", "4:17: budgets.high: not an allowed value", "unlimited"),
    (
        HEAD + "budgets: {high: true}\n",
        "4:17: budgets.high: expected a whole number of at least 0 or `unlimited`, got a boolean",
        "",
    ),
    (HEAD + "budgets: {high: 1.5}\n", "4:17: budgets.high: expected", ""),
    (HEAD + "budgets: []\n", "4:10: budgets: expected a mapping of names to values, got a list", ""),
    (HEAD + "budgets:\n", "4:9: budgets: expected a mapping of names to values, got nothing", ""),
    (
        HEAD + "budgets: {overrides: [{high: 0}]}\n",
        "4:23: budgets.overrides[0]: nothing to match",
        "kind, scanner, path, fixable",
    ),
    (
        HEAD + "budgets: {overrides: [{fixable: 1, high: 0}]}\n",
        "4:33: budgets.overrides[0].fixable: expected `true` or `false`",
        "",
    ),
    (HEAD + "advisories: {wait-days: -1}\n", "4:25: advisories.wait-days: expected a whole number of at least 0", ""),
    (HEAD + "advisories: {wait-day: 1}\n", "4:14: advisories.wait-day: unknown key", "did you mean `wait-days`?"),
    (
        HEAD + "budgets: {overrides: [{kind: secrets}]}\n",
        "4:30: budgets.overrides[0].kind: not an allowed value",
        "did you mean `secret`?",
    ),
    (HEAD + "budgets: {overrides: [{scanner: bandid}]}\n", "4:33: budgets.overrides[0].scanner: unknown scanner", "`bandit`?"),
    (HEAD + "unknown: hgih\n", "4:1: unknown: given twice", ""),
    (HEAD.replace("high", "hgih"), "2:10: unknown: not an allowed value", "did you mean `high`?"),
    (HEAD + "paths: {exclude: [{path: a/}]}\n", "4:19: paths.exclude[0].reason: missing", "add `reason:`"),
    (HEAD + "paths: {exclude: [{path: a/, reason: ' '}]}\n", "4:38: paths.exclude[0].reason: expected text", ""),
    (HEAD + "paths: {exclude: [{path: '[a', reason: r}]}\n", "4:26: paths.exclude[0].path: `[` without `]`", ".gitignore"),
    (HEAD + "paths: {exclude: [{path: '!a', reason: r}]}\n", "4:26: paths.exclude[0].path: a pattern cannot be negated", ""),
    (
        HEAD + "paths: {exclude: [{path: '**', reason: r}]}\n",
        "4:26: paths.exclude[0].path: this pattern excludes every file",
        "vendor/",
    ),
    (HEAD + "paths: {exclude: [{path: a, reason: r, scanners: [x]}]}\n", "paths.exclude[0].scanners: unknown scanner `x`", ""),
    (
        HEAD + "paths: {exclude: [{path: a, reason: r, scanners: []}]}\n",
        "4:50: paths.exclude[0].scanners: the list has 0 entries",
        "at least 1",
    ),
    (HEAD + "limits: {max-file-size: 1 MB}\n", "4:25: limits.max-file-size: expected", ""),
    (HEAD + "limits: {max-file-size: 0}\n", "4:25: limits.max-file-size: expected", ""),
    (HEAD + "limits: {timeout: 0}\n", "4:19: limits.timeout: expected a whole number from 1 to 86400, got another number", ""),
    (HEAD + "severity: [{rule: a, severity: unknown}]\n", "4:32: severity[0].severity: not an allowed value", ""),
    (HEAD + "severity: [{severity: low}]\n", "4:12: severity[0].rule: missing", ""),
    (HEAD + "coverage: {required: [bandid]}\n", "4:22: coverage.required: unknown scanner `bandid`", "did you mean `bandit`?"),
    (
        HEAD + "coverage: {allowed-gaps: [{kind: to-large, reason: r}]}\n",
        "4:34: coverage.allowed-gaps[0].kind: not an allowed value",
        "`too-large`?",
    ),
    (
        HEAD + "coverage: {allowed-gaps: [{kind: not-analyzed, reason: r, language: golang}]}\n",
        "4:69: coverage.allowed-gaps[0].language: unknown content type `golang`",
        "did you mean `go`? to list them: scangate scanners --types",
    ),
    (
        HEAD + "coverage: {allowed-gaps: [{kind: not-analyzed, reason: r, language: 'py*thon-x'}]}\n",
        "4:69: coverage.allowed-gaps[0].language: unknown content type `py*thon-x`",
        "did you mean",
    ),
    (
        HEAD + "coverage: {allowed-gaps: [{kind: unparsable, reason: r, language: go}]}\n",
        "4:67: coverage.allowed-gaps[0].language: a gap of kind unparsable has no such selector",
        "not-analyzed and not-opened",
    ),
    (
        HEAD + "coverage: {allowed-gaps: [{kind: not-opened, reason: r, analysis: code}]}\n",
        "4:67: coverage.allowed-gaps[0].analysis: a gap of kind not-opened has no such selector",
        "not-analyzed",
    ),
    (
        HEAD + "coverage: {allowed-gaps: [{kind: not-analyzed, reason: r, analysis: lint}]}\n",
        "4:69: coverage.allowed-gaps[0].analysis: not an allowed value",
        "code, configuration, dependencies, secrets",
    ),
    (HEAD + "coverage: {allowed-gaps: [{kind: too-large}]}\n", "4:27: coverage.allowed-gaps[0].reason: missing", ""),
    (HEAD + "coverage: {allowed-gaps: [{kind: interrupted, reason: r}]}\n", "allowed-gaps[0].kind: not an allowed value", ""),
    (HEAD + "coverage: {allowed-gaps: [{kind: tool-missing, reason: r}]}\n", "allowed-gaps[0].kind: not an allowed value", ""),
    (
        HEAD + "coverage: {allowed-gaps: [{kind: crash, reason: r}]}\n",
        "4:27: coverage.allowed-gaps[0]: a crash is allowed only",
        "scanner",
    ),
    (
        HEAD + "coverage: {allowed-gaps: [{kind: timeout, reason: r, scanner: 'ban*', path: a/}]}\n",
        "4:27: coverage.allowed-gaps[0]: a timeout is allowed only",
        "without `*`",
    ),
    (
        HEAD + "coverage: {allowed-gaps: [{kind: timeout, reason: r, scanner: bandit, path: '**'}]}\n",
        "4:27: coverage.allowed-gaps[0]: a timeout is allowed only",
        "path: FOLDER/",
    ),
    (HEAD + "exceptions: [{rule: a, reason: r, owner: o}]\n", "4:14: exceptions[0].expires: missing", "YYYY-MM-DD"),
    (HEAD + "exceptions: [{rule: a, reason: r, expires: 2026-12-01}]\n", "4:14: exceptions[0].owner: missing", ""),
    (HEAD + "exceptions: [{rule: a, owner: o, expires: 2026-12-01}]\n", "4:14: exceptions[0].reason: missing", ""),
    (HEAD + "exceptions: [{reason: r, owner: o, expires: 2026-12-01}]\n", "4:14: exceptions[0]: nothing to match", "advisory"),
    (HEAD + "exceptions: [{rule: a, reason: r, owner: o, expires: soon}]\n", "4:54: exceptions[0].expires: expected a date", ""),
    (
        HEAD + "exceptions: [{rule: a, reason: r, owner: o, expires: 2026-02-30}]\n",
        "exceptions[0].expires: no such date",
        "",
    ),
    (
        HEAD + "exceptions: [{rule: a, reason: r, owner: o, expires: 20261201}]\n",
        "expires: expected a date as YYYY-MM-DD, got a number",
        "",
    ),
    (
        HEAD + "exceptions: [{rule: a, reason: r, owner: o, expires: 2027-11-23}]\n",
        "4:54: exceptions[0].expires: more than 365 days away",
        "expires: 2027-11-22",
    ),
    (
        HEAD + "exception-max-days: 1\nexceptions:\n- {rule: a, reason: r, owner: o, expires: 2026-11-24}\n",
        "6:43: exceptions[0].expires: more than 1 day away",
        "expires: 2026-11-23",
    ),
    (
        HEAD + "exceptions: [{rule: 5, reason: r, owner: o, expires: 2026-12-01}]\n",
        "4:21: exceptions[0].rule: expected text",
        "quotes",
    ),
    (HEAD + "exception-unused: allow\n", "4:19: exception-unused: not an allowed value", "allowed: fail, report"),
    (HEAD + "exception-owners: team\n", "4:19: exception-owners: not an allowed value", "allowed: anyone, codeowners"),
    (HEAD + "codeowners: ''\n", "4:13: codeowners: expected text", ""),
    (HEAD + "submodules: ignore\n", "4:13: submodules: not an allowed value", "allowed: report, scan"),
    (HEAD + "new-suppressions: report\n", "4:19: new-suppressions: not an allowed value", "allowed: allow, deny"),
    (HEAD + "paths: {excludable: [src]}\n", "4:22: paths.excludable[0]: expected text like", "describes"),
    (HEAD + "paths: {excludable: ['*/']}\n", "4:22: paths.excludable[0]: expected text like", "describes"),
    (HEAD + "never-excepted: [secrets]\n", "4:18: never-excepted[0]: not an allowed value", "secret"),
    (HEAD + "inline-until: never\n", "4:15: inline-until: not an allowed value", "allowed: optional, required"),
    (HEAD + "inline-suppressions: forbid\n", "4:22: inline-suppressions: not an allowed value", "allow, deny, report"),
    (HEAD.replace("bandit", "bandid"), "3:12: scanners.bandid: unknown scanner", "did you mean `bandit`?"),
    (HEAD.replace("{}", "5"), "3:20: scanners.bandit: expected a mapping", "enabled: true"),
    (HEAD.replace("{}", "{enabled: yes}"), "3:30: scanners.bandit.enabled: expected `true` or `false` or `auto`", ""),
    (HEAD.replace("{}", "{enabled: false}"), "scanners: no scanner is enabled", ""),
    (HEAD.replace("{}", "{timeout: 1.5}"), "3:30: scanners.bandit.timeout: expected", ""),
    (HEAD.replace("{}", "{skip: [B101]}"), "3:21: scanners.bandit.skip: unknown key", "did you mean `skips`?"),
    (HEAD.replace("{}", "{skips: B101}"), "3:28: scanners.bandit.skips: expected a list", ""),
    (HEAD.replace("{}", "{skips: [1]}"), "3:29: scanners.bandit.skips[0]: expected text", "quotes"),
    (HEAD.replace("{}", "{front-end: slow}"), "3:32: scanners.bandit.front-end: not an allowed value", "ordinary, quick"),
    (HEAD.replace("{}", "{command: [x]}"), "3:21: scanners.bandit.command: unknown key", ""),
    (HEAD + "environments: {dev: {floor: true}}\n", "4:22: environments.dev.floor: unknown key", "allowed"),
    (HEAD + "environments: {dev: {unknown: x}}\n", "4:31: environments.dev.unknown: not an allowed value", ""),
    (HEAD + "environments: {dev: {scanners: {bandit: {skip: []}}}}\n", "4:42: scanners.bandit.skip: unknown key", ""),
    (HEAD + "environments: {'a b': {}}\n", "4:16: environments.a b: expected text", ""),
    (HEAD + "extends: strickt\n", "4:10: extends: no policy is named `strickt`", "did you mean `strict`?"),
    (HEAD + "extends: gone.yaml\n", "4:10: extends: gone.yaml cannot be read: no such file", "ls -l"),
    (HEAD + "extends: ../out.yaml\n", "4:10: extends: a policy in the scanned tree cannot extend a file outside it", "bundled"),
    (HEAD + "extends: ./\n", "4:10: extends: . is not a file", ""),
    (
        HEAD + "extends: scangate.yaml\n",
        "4:10: extends: policies extend each other in a circle: scangate.yaml -> scangate.yaml",
        "",
    ),
]


@pytest.mark.parametrize(("text", "message", "hint"), ERRORS, ids=[message[:60] for _, message, _ in ERRORS])
def test_errors_say_where_and_what(root: Path, text: str, message: str, hint: str) -> None:
    put(root, text)
    error = refused(root)
    assert error.message.startswith("scangate.yaml:")
    assert message in error.message
    assert hint in error.hint


def test_hostile_key_is_shortened_to_one_line(root: Path) -> None:
    put(root, HEAD + f"'{'k' * 500}': 1\n")
    assert "k" * 100 not in refused(root).message


# -- where a policy comes from --


def test_root_policy_is_the_default_else_baseline(root: Path) -> None:
    assert load_policy(None, root).name == "baseline"
    assert not load_policy(None, root).in_tree
    put(root, HEAD)
    assert (load_policy(None, root).name, load_policy(None, root).sources) == ("scangate", ("scangate.yaml",))
    assert load_policy(None, root).in_tree


def test_unreadable_policy_path_is_an_error(root: Path) -> None:
    own = root / "scangate.yaml"
    own.mkdir()
    assert refused(root).message == "scangate.yaml:1:1: not a file"
    own.rmdir()
    os.mkfifo(own)
    assert refused(root).message == "scangate.yaml:1:1: not a file"
    own.unlink()
    put(root.parent, HEAD, "out.yaml")
    own.symlink_to("../out.yaml")
    assert refused(root).message == "scangate.yaml:1:1: a link that leads out of the scanned tree"
    own.unlink()
    own.symlink_to("scangate.yaml")
    assert "scangate.yaml:1:1: " in refused(root).message
    own.unlink()
    own.symlink_to("gone.yaml")
    assert "cannot be read: no such file" in refused(root).message
    own.unlink()
    own.write_bytes(b"#" * (1024 * 1024 + 1))
    assert "larger than 1 MiB" in refused(root).message
    own.write_text("")
    assert refused(root).message == "scangate.yaml:1:1: empty"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_policy_is_an_error(root: Path) -> None:
    put(root, HEAD).chmod(0)
    assert "cannot be read: permission denied" in refused(root).message


@pytest.mark.parametrize("name", ["scangate.yml", ".scangate.yaml", ".scangate.yml", "Scangate.yaml"])
def test_a_file_with_a_similar_name_is_no_policy(root: Path, name: str) -> None:
    put(root, HEAD, name)
    assert refused(root).hint == f"git mv {name} scangate.yaml"


def test_a_file_with_a_similar_name_in_a_folder_is_no_policy(root: Path) -> None:
    put(root, HEAD)
    put(root, HEAD, "a service/scangate.yml")
    with pytest.raises(PolicyError) as caught:
        load_policy(None, root, scope="a service/src")
    assert caught.value.message.startswith("a service/scangate.yml:1:1: this file is not read")
    assert caught.value.hint == "git mv 'a service/scangate.yml' 'a service/scangate.yaml'"


@pytest.mark.parametrize("name", ["scangate.yml", "scangate.yaml"])
def test_a_workflow_that_is_named_after_scangate_is_no_policy(root: Path, name: str) -> None:
    put(root, HEAD)
    put(root, "on: push\njobs: {}\n", f".github/workflows/{name}")
    assert load_policy(None, root, scope=".github/workflows") == load_policy(None, root)


def test_a_link_inside_the_tree_is_followed(root: Path) -> None:
    put(root, HEAD, "ci/policy.yaml")
    (root / "scangate.yaml").symlink_to("ci/policy.yaml")
    assert load_policy(None, root).unknown_severity is Severity.HIGH


def test_a_name_that_is_no_policy(root: Path) -> None:
    error = refused(root, "produktion")
    assert error.message == "no policy is named `produktion`"
    assert "did you mean `production`?" in error.hint


# -- extends --


def test_extends_merges_mappings_replaces_values_and_appends_lists(root: Path) -> None:
    put(
        root,
        HEAD + "budgets: {high: 5, low: 7}\npaths: {exclude: [{path: a/, reason: r}]}\ncoverage: {required: [bandit]}\n",
        "base.yaml",
    )
    put(
        root,
        "version: 1\nname: mine\nextends: ./base.yaml\nbudgets: {high: 0}\nscanners: {semgrep: {}, bandit: {skips: [B1]}}\n"
        "paths: {exclude: [{path: b/, reason: r}]}\ncoverage: {required: [semgrep]}\ninline-suppressions: deny\n",
    )
    made = load_policy(None, root)
    assert (made.budget.limit(Severity.HIGH), made.budget.limit(Severity.LOW), made.budget.limit(Severity.INFO)) == (0, 7, 7)
    assert [entry.path for entry in made.exclusions] == ["a/", "b/"]
    assert (made.required_scanners, made.enabled_scanners(), made.inline_suppressions) == (
        ("bandit", "semgrep"),
        ("bandit", "semgrep"),
        InlineSuppressions.DENY,
    )
    assert made.scanner("bandit") is not None
    assert made.scanners[0].options == Options(skips=("B1",))
    assert (made.name, made.sources) == ("mine", ("scangate.yaml", "base.yaml"))
    assert made.locate("budgets.low") == PolicyLocation("budgets.low", "base.yaml", 4)
    assert made.locate("advisories.wait-days") == PolicyLocation("advisories.wait-days")


LISTS = "coverage: {required: [bandit], allowed-gaps: [{kind: unpinned, reason: base}]}\n"


@pytest.mark.parametrize(
    ("own", "required"),
    [
        ("coverage: {required: [semgrep]}", ("bandit", "semgrep")),
        ("coverage: {required: {replace: [semgrep]}}", ("semgrep",)),
        ("coverage: {required: {replace: []}}", ()),
        ("environments: {ci: {coverage: {required: {replace: [semgrep]}}}}", ("semgrep",)),
        ("coverage: {required: {replace: []}}\nenvironments: {ci: {coverage: {required: [semgrep]}}}", ("semgrep",)),
    ],
)
def test_an_extending_policy_appends_to_a_list_or_replaces_it(root: Path, own: str, required: tuple[str, ...]) -> None:
    put(root, HEAD + LISTS, "base.yaml")
    put(
        root,
        f"version: 1\nextends: base.yaml\nenvironments: {{ci: {{}}}}\n{own}\n"
        if "ci" not in own
        else f"version: 1\nextends: base.yaml\n{own}\n",
    )
    made = load_policy(None, root, "ci")
    assert made.required_scanners == required
    assert [entry.reason for entry in made.allowed_gaps] == ["base"]


def test_a_list_replaced_in_an_environment_stays_replaced_when_it_is_extended(root: Path) -> None:
    put(root, HEAD + LISTS + "environments: {ci: {coverage: {required: {replace: [semgrep]}}}}\n", "base.yaml")
    put(root, "version: 1\nextends: base.yaml\nenvironments: {ci: {coverage: {required: [detect-secrets]}}}\n")
    assert load_policy(None, root, "ci").required_scanners == ("detect-secrets", "semgrep")
    assert load_policy(None, root).required_scanners == ("bandit",)


def test_a_replaced_list_may_not_loosen_a_floor(root: Path) -> None:
    put(root, HEAD + LISTS + "floor: true\n", "base.yaml")
    put(root, "version: 1\nextends: base.yaml\ncoverage: {required: {replace: []}}\n")
    assert "coverage.required" in refused(root).message


def test_a_scanner_s_own_lists_are_replaced(root: Path) -> None:
    put(root, HEAD.replace("{}", "{skips: [B1, B2]}"), "base.yaml")
    put(root, "version: 1\nextends: base.yaml\nscanners: {bandit: {skips: [B3]}}\n")
    assert load_policy(None, root).scanners[0].options == Options(skips=("B3",))


def test_the_hint_for_a_file_can_be_pasted(root: Path) -> None:
    put(root, HEAD + "extends: it's gone v1.yaml\n")
    assert refused(root).hint == """ls -ld 'it'"'"'s gone v1.yaml'"""


def test_a_circle_names_the_chain(root: Path) -> None:
    for name, other in (("scangate", "b"), ("b", "c"), ("c", "b")):
        put(root, f"version: 1\nextends: {other}.yaml\n", f"{name}.yaml")
    error = refused(root)
    assert (
        error.message == "c.yaml:2:10: extends: policies extend each other in a circle: scangate.yaml -> b.yaml -> c.yaml -> b.yaml"
    )


def test_a_long_chain_is_refused(root: Path) -> None:
    for number in range(12):
        put(root, f"version: 1\nextends: p{number + 1}.yaml\n", f"p{number}.yaml")
    assert "extends: a chain of more than 10 policies" in refused(root, str(root / "p0.yaml")).message


def test_a_link_out_of_the_tree_cannot_be_extended(root: Path) -> None:
    put(root.parent, HEAD, "out.yaml")
    (root / "in.yaml").symlink_to("../out.yaml")
    put(root, "version: 1\nextends: in.yaml\n")
    assert refused(root).message == "scangate.yaml:2:10: extends: a link that leads out of the scanned tree"


def test_a_policy_outside_may_extend_anything(root: Path) -> None:
    put(root, HEAD, "in.yaml")
    outside = put(root.parent, "version: 1\nextends: tree/in.yaml\n", "out.yaml")
    assert load_policy(str(outside), root).sources == (str(outside), "in.yaml")


# -- trust --


def test_a_policy_in_the_tree_cannot_start_programs(root: Path) -> None:
    put(root, COMMAND)
    error = refused(root)
    assert error.message == "scangate.yaml:4:10: scanners.ruff.command: a policy in the scanned tree may not start programs"
    assert "--trust-policy" in error.hint
    made = load_policy(None, root, trusted=True).scanner("ruff")
    assert made is not None
    assert made.is_command
    assert made.options.command == ["ruff", "check"]


def test_nor_by_an_environment_a_link_or_a_file_it_extends(root: Path) -> None:
    put(root, "version: 1\nextends: baseline\nenvironments: {ci: {scanners: {x: {command: [x]}}}}\n")
    assert "environments.ci.scanners.x.command: a policy in the scanned tree may not start programs" in refused(root).message
    put(root, COMMAND, "sub/base.yaml")
    put(root, "version: 1\nextends: sub/base.yaml\n")
    assert refused(root).message.startswith("sub/base.yaml:4:10: ")
    (root.parent / "link.yaml").symlink_to("tree/sub/base.yaml")
    assert "may not start programs" in refused(root, str(root.parent / "link.yaml")).message


def test_nor_change_the_command_of_a_policy_outside(root: Path) -> None:
    put(root, "version: 1\nextends: baseline\nscanners: {ruff: {version: '2'}}\n", "in.yaml")
    outside = put(root.parent, "version: 1\nextends: tree/in.yaml\nscanners: {ruff: {command: [ruff]}}\n", "out.yaml")
    assert refused(root, str(outside)).message.startswith("in.yaml:3:19: scanners.ruff.version: ")


def test_a_policy_outside_the_tree_is_trusted(root: Path) -> None:
    outside = put(root.parent, COMMAND, "out.yaml")
    assert "ruff" in load_policy(str(outside), root).enabled_scanners()


@pytest.mark.parametrize("name", ["targets", "Ruff", "a b", "-x"])
def test_rule_may_name_a_command_scanner(root: Path, name: str) -> None:
    outside = put(root.parent, COMMAND.replace("ruff:", f"'{name}':"), "out.yaml")
    assert "not a valid name of a scanner" in refused(root, str(outside)).message


# -- environments --


def test_an_environment_is_laid_over_the_whole_chain(root: Path) -> None:
    put(root, HEAD + "budgets: {high: 5}\nenvironments: {production: {budgets: {high: 0}}}\n", "base.yaml")
    put(root, "version: 1\nextends: base.yaml\nbudgets: {high: 9}\n")
    plain, production = load_policy(None, root), load_policy(None, root, "production")
    assert (plain.budget.limit(Severity.HIGH), production.budget.limit(Severity.HIGH)) == (9, 0)
    assert (plain.environment, production.environment) == ("", "production")
    assert plain.digest != production.digest


def test_an_environment_that_there_is_not(root: Path) -> None:
    put(root, HEAD + "environments:\n  production: {}\n")
    error = refused(root, environment="prod")
    assert error.message == "scangate.yaml:5:3: environments: no environment is named `prod`"
    assert "did you mean `production`?" in error.hint
    assert "leave out --env" in refused(root, "baseline", "prod").hint


# -- floor --

FLOOR = HEAD + "floor: true\nbudgets: {high: 2}\n"
LOOSER = [
    ("budgets: {high: 3}", "3:17: budgets.high: 3, where the floor has 2; this loosens the floor floor.yaml:5"),
    ("budgets: {high: unlimited}", "3:17: budgets.high: unlimited, where"),
    ("unknown: low", "3:10: unknown: low, where the floor has high; this loosens the floor floor.yaml:2"),
    ("scanners: {bandit: {enabled: false}, semgrep: {}}", "3:30: scanners.bandit.enabled: switched off"),
    ("paths: {exclude: [{path: a/, reason: r}]}", "3:19: paths.exclude[0]: an excluded path"),
    ("environments: {dev: {budgets: {high: 3}}}", "3:38: budgets.high: 3, where"),
    ("inline-suppressions: allow", "3:22: inline-suppressions: allow, where the floor has report"),
]


@pytest.mark.parametrize(("text", "message"), LOOSER)
def test_loosening_a_floor_names_both_lines(root: Path, text: str, message: str) -> None:
    put(root, FLOOR, "floor.yaml")
    put(root, f"version: 1\nextends: floor.yaml\n{text}\n")
    error = refused(root)
    assert error.message.startswith(f"scangate.yaml:{message}")
    assert "this loosens the floor floor.yaml:" in error.message


def test_a_floor_holds_through_the_file_between(root: Path) -> None:
    put(root, FLOOR, "floor.yaml")
    put(root, "version: 1\nextends: floor.yaml\nbudgets: {high: 1}\n", "between.yaml")
    put(root, "version: 1\nextends: between.yaml\nbudgets: {high: 2}\n")
    assert load_policy(None, root).budget.limit(Severity.HIGH) == 2
    put(root, "version: 1\nextends: between.yaml\nbudgets: {high: 4}\n")
    assert "this loosens the floor floor.yaml:5" in refused(root).message


def test_an_environment_of_the_floor_is_a_floor_of_its_own(root: Path) -> None:
    put(root, FLOOR + "environments: {dev: {budgets: {high: 5}}}\n", "floor.yaml")
    put(root, "version: 1\nextends: floor.yaml\nenvironments: {dev: {budgets: {high: 5}}}\n")
    assert load_policy(None, root, "dev").budget.limit(Severity.HIGH) == 5


# -- digest --


def test_the_digest_is_of_what_decides_and_nothing_else(root: Path) -> None:
    put(root, HEAD)
    first = load_policy(None, root).digest
    put(root, "# a comment\nname: other\ndescription: other\n" + HEAD)
    assert load_policy(None, root).digest == first
    put(root, HEAD + "budgets: {info: 1}\n")
    assert load_policy(None, root).digest != first
    put(root, HEAD.replace("{}", "{skips: [B1]}"))
    assert load_policy(None, root).digest != first


# -- anything --

SEED = (assets.folder("policies") / "baseline.yaml").read_text(
    encoding="utf-8"
) + "exceptions: [{rule: a, reason: r, owner: o, expires: 2026-12-01}]\n"


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_a_damaged_policy_is_a_policy_or_a_policy_error(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.getbasetemp() / "damaged"
    folder.mkdir(exist_ok=True)
    text = SEED
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        text = (
            text[:start]
            + data.draw(st.one_of(st.text(max_size=4), st.sampled_from(["0", "[", "{}", "-", "null", "\n", "'"])))
            + text[end:]
        )
    (folder / "scangate.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    message = ""
    try:
        load_policy(None, folder)
    except PolicyError as trouble:
        message = trouble.message
    assert message == "" or (message.startswith("scangate.yaml:") and "\n" not in message)


def test_days_to_wait_are_inherited_and_an_environment_may_say_others(tmp_path: Path) -> None:
    (tmp_path / "parent.yaml").write_text(HEAD + "advisories: {wait-days: 7}\nenvironments: {qa: {advisories: {wait-days: 3}}}\n")
    own = tmp_path / "scangate.yaml"
    own.write_text("version: 1\nextends: parent.yaml\nenvironments: {dev: {advisories: {wait-days: 30}}}\n")
    assert [load_policy(None, tmp_path, name).cool_down_days for name in (None, "qa", "dev")] == [7, 3, 30]
    own.write_text("version: 1\nextends: parent.yaml\nadvisories: {wait-days: 1}\n")
    assert load_policy(None, tmp_path).cool_down_days == 1
    assert load_policy("production", tmp_path).cool_down_days == 0


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("advisories: {wait-days: 8}", "advisories.wait-days: 8, where the floor has 7"),
        ("scanners: {pip-audit: {max-age-days: 31}}", "scanners.pip-audit.max-age-days: different from the floor's option"),
        ("scanners: {pip-audit: {max-age-days: null}}", "scanners.pip-audit.max-age-days: different from the floor's option"),
        ("scanners: {pip-audit: {keep-days: 2}}", "scanners.pip-audit.keep-days: different from the floor's option"),
        ("advisories: {wait-days: 0}\nscanners: {pip-audit: {max-age-days: 3, keep-days: 0}}", ""),
    ],
)
def test_a_floor_lets_days_go_down_and_not_up(tmp_path: Path, said: str, message: str) -> None:
    floor = "version: 1\nextends: baseline\nfloor: true\nadvisories: {wait-days: 7}\n"
    (tmp_path / "floor.yaml").write_text(floor)
    (tmp_path / "scangate.yaml").write_text(f"version: 1\nextends: floor.yaml\n{said}\n")
    if message:
        with pytest.raises(PolicyError) as caught:
            load_policy(None, tmp_path)
        assert message in caught.value.message
    else:
        assert load_policy(None, tmp_path).cool_down_days == 0


@pytest.mark.parametrize("block", ["", "environments: {dev: {scanners: {pip-audit: {resolve: true}}}}\n"])
def test_only_a_trusted_policy_has_ranges_resolved(tmp_path: Path, block: str) -> None:
    own = tmp_path / "tree" / "scangate.yaml"
    own.parent.mkdir()
    own.write_text("version: 1\nextends: baseline\n" + (block or "scanners: {pip-audit: {resolve: true}}\n"))
    with pytest.raises(PolicyError, match=r"scanners\.pip-audit\.resolve: a policy in the scanned tree may not switch this on"):
        load_policy(None, own.parent)
    environment = "dev" if block else None
    options = [setting.options for setting in load_policy(None, own.parent, environment, trusted=True).scanners]
    assert any(each.resolve for each in options)
    outside = own.rename(tmp_path / "policy.yaml")
    assert any(setting.options.resolve for setting in load_policy(str(outside), own.parent, environment).scanners)
    own.write_text("version: 1\nextends: baseline\nscanners: {pip-audit: {resolve: false}}\n")
    assert not any(setting.options.resolve for setting in load_policy(None, own.parent).scanners)


def test_a_floor_says_whether_ranges_are_resolved(tmp_path: Path) -> None:
    (tmp_path / "floor.yaml").write_text("version: 1\nextends: baseline\nfloor: true\n")
    own = tmp_path / "policy.yaml"
    own.write_text("version: 1\nextends: floor.yaml\nscanners: {pip-audit: {resolve: true}}\n")
    with pytest.raises(PolicyError, match=r"scanners\.pip-audit\.resolve: different from the floor's option"):
        load_policy(str(own), tmp_path / "elsewhere")


def test_other_names_of_content_types_are_of_types_that_exist() -> None:
    assert set(OTHER_NAMES.values()) <= CONTENT_TYPES.keys()
    assert not CONTENT_TYPES.keys() & OTHER_NAMES.keys()
