"""Scopes parsed by layout equal those parsed as YAML, and semgrep gets the rule files that its input needs."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from scangate.assets import folder
from scangate.content.identification import identify
from scangate.model import Analysis, Coverage
from scangate.tools import rule_pack
from scangate.tools.rule_pack import RuleScope
from tests.support.rule_pack import semgrep_files

RULES = sorted((folder("policies") / "rules").rglob("*.yaml"))
LANGUAGE = {
    "a.py": "python",
    "a/b.PYI": "python",
    "a.mjs": "javascript",
    "a.tsx": "typescript",
    "a.yml": "yaml",
    "t.json": "json",
    "Dockerfile.prod": "dockerfile",
    "a.tf": "terraform",
}


def test_scopes_parsed_by_layout_equal_those_parsed_as_yaml() -> None:
    found = {}
    for file in RULES:
        file_rules = yaml.safe_load(file.read_bytes())["rules"]
        assert all(set(rule.get("paths", {})) <= {"include"} for rule in file_rules)
        patterns = [rule.get("paths", {}).get("include") for rule in file_rules]
        found[file] = tuple(
            RuleScope(
                tuple(rule["languages"]),
                each and tuple(each),
                rule["metadata"]["kind"],
                tuple(rule["metadata"]["cwe"]),
                rule["id"],
                rule.get("mode", ""),
            )
            for rule, each in zip(file_rules, patterns, strict=True)
        )
    assert rule_pack.load_scopes() == found


@pytest.mark.parametrize(("path", "language"), LANGUAGE.items())
def test_semgrep_gets_every_file_with_a_rule_for_the_language(path: str, language: str) -> None:
    packs = {file: yaml.safe_load(file.read_bytes())["rules"] for file in RULES}
    mine = {file: [rule for rule in rules if rule.get("mode") != rule_pack.DOCUMENT_MODE] for file, rules in packs.items()}
    needed = [file for file, rules in mine.items() if any(language in rule["languages"] for rule in rules)]
    assert rule_pack.rule_files_for([path]) == needed
    assert 0 < len(needed) < len(RULES)


def test_files_of_every_language_select_all_rules() -> None:
    assert rule_pack.rule_files_for(LANGUAGE) == semgrep_files()


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        *[(path, True) for path in LANGUAGE],
        ("Containerfile", True),
        ("build/my.dockerfile", True),
        ("a.rb", False),
        ("README.md", False),
        ("python", False),
    ],
)
def test_a_file_is_selected_if_a_rule_applies(path: str, wanted: bool) -> None:
    assert rule_pack.has_rules_for(path, identify(path, b"")) is wanted


@pytest.mark.parametrize(
    ("path", "content_type", "data", "tool_path"),
    [
        ("a.py", "python", b"", "a.py"),
        ("APP.PY", "python", b"", "APP.PY.py"),
        ("bin/deploy", "python", b"#!/usr/bin/env python3\n", "bin/deploy.py"),
        ("fast.pyx", "python", b"", "fast.pyx.py"),
        ("a.jsx", "javascript", b"", "a.jsx"),
        ("A.JS", "javascript", b"", "A.JS.js"),
        ("a.es6", "javascript", b"", "a.es6.js"),
        ("bin/serve", "javascript", b"#!/usr/bin/env node\n", "bin/serve.js"),
        ("a.tsx", "typescript", b"", "a.tsx"),
        ("a.mts", "typescript", b"", "a.mts.ts"),
        ("a.yml", "kubernetes", b"a: 1", "a.yml"),
        ("X.YAML", "yaml", b"a: 1", "X.YAML.yaml"),
        ("t.template", "cloudformation", b"Resources: {}", "t.template.yaml"),
        ("t.template", "cloudformation", b'\xef\xbb\xbf\n{"Resources": {}}', "t.template.json"),
        ("a.json", "cloudformation", b"Resources: {}", "a.json"),
        ("Dockerfile.prod", "dockerfile", b"", "Dockerfile.prod"),
        ("recipe", "dockerfile", b"", "recipe.dockerfile"),
        ("pod.json", "kubernetes", b'{"kind": "Pod"}', "pod.json.yaml"),
        ("prod.tfvars", "terraform", b"", "prod.tfvars.tf"),
    ],
)
def test_semgrep_gets_a_name_that_fits_the_content(path: str, content_type: str, data: bytes, tool_path: str) -> None:
    assert rule_pack.tool_path(path, content_type, data) == tool_path
    assert rule_pack.has_rules_for(path, content_type)


@pytest.mark.parametrize(
    "content_type", ["template", "helm-template", "python-template", "compose-template", "php", "xml", "image", "vue"]
)
def test_semgrep_gets_no_file_that_it_cannot_parse(content_type: str) -> None:
    path = "a.yaml" if "template" in content_type else "a.ts"
    assert not rule_pack.has_rules_for(path, content_type)


def test_rules_of_limited_folders_are_for_their_content_types_alone() -> None:
    limited = {file for file in RULES if file.parent.name in rule_pack.LIMITED_TO_CONTENT}
    assert limited
    assert limited.isdisjoint(rule_pack.rule_files_for(LANGUAGE, {"python", "yaml"}))
    assert {file for file in rule_pack.rule_files_for(LANGUAGE, {"terraform"}) if file in limited} == {
        file for file in limited if "terraform" in rule_pack._content_types(file)
    }
    assert rule_pack.is_about("terraform-public-database", "terraform")
    assert not rule_pack.is_about("terraform-public-database", "packer")
    assert rule_pack.is_about("cfn-public-database", "yaml")


def test_a_language_with_path_limited_rules_is_selected_by_path(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = {
        Path("one.yaml"): (rule_pack.RuleScope(("json",), ("deploy/**",)),),
        Path("two.yaml"): (rule_pack.RuleScope(("json", "yaml"), ("**/task.*",)), rule_pack.RuleScope(("python",), None)),
    }
    monkeypatch.setattr(rule_pack, "load_scopes", lambda: rules)
    rule_pack._patterns_by_language.cache_clear()
    try:
        wanted = [
            path for path in ("deploy/a.json", "a.json", "x/task.yml", "deploy/a.yml", "a.py") if rule_pack.has_rules_for(path, "")
        ]
        assert wanted == ["deploy/a.json", "x/task.yml", "a.py"]
        assert rule_pack.rule_files_for(["a.json"]) == [*rules]
        assert rule_pack.rule_files_for(["a.py"]) == [Path("two.yaml")]
    finally:
        rule_pack._patterns_by_language.cache_clear()


def test_every_folder_of_rules_says_what_content_it_is_about() -> None:
    assert {file.parent.name for file in RULES} == {name for name in rule_pack.CONTENT_TYPES if "/" not in name}
    assert {name for name in rule_pack.CONTENT_TYPES if "/" in name} <= {f"{file.parent.name}/{file.name}" for file in RULES}


def test_a_content_type_is_covered_if_the_rules_find_enough_weaknesses(monkeypatch: pytest.MonkeyPatch) -> None:
    covered = {(each.content_type, each.analysis): each.rules for each in rule_pack.covered_content()}
    infrastructure = {
        "buildspec",
        "cloudformation",
        "compose",
        "dockerfile",
        "github-action",
        "github-workflow",
        "gitlab-ci",
        "iam-policy",
        "kubernetes",
        "terraform",
    }
    languages = {"javascript", "python", "shell", "typescript"}
    declared = {(name, Analysis.CODE) for name in languages} | {(name, Analysis.CONFIGURATION) for name in infrastructure}
    assert covered.keys() == declared
    files = (folder("policies") / "rules/github").iterdir()
    rules = [rule for file in files for rule in yaml.safe_load(file.read_bytes())["rules"]]
    assert covered["github-workflow", Analysis.CONFIGURATION] == len(rules)

    def scopes(weaknesses: int) -> dict[Path, tuple[RuleScope, ...]]:
        return {Path("python/x.yaml"): tuple(RuleScope(("python",), None, "code", (f"CWE-{each}",)) for each in range(weaknesses))}

    for number, expected in ((9, ()), (10, (Coverage("python", Analysis.CODE, 10),))):
        monkeypatch.setattr(rule_pack, "load_scopes", lambda number=number: scopes(number))
        assert rule_pack.covered_content.__wrapped__() == expected


def test_rules_that_taint_follows_are_taken_out_of_their_files() -> None:
    for file in RULES:
        whole = yaml.safe_load(file.read_bytes())["rules"]
        rest = rule_pack.without_followed_rules(file)
        others = [rule for rule in whole if rule.get("mode") != "taint" or rule["languages"] != ["python"]]
        assert (rest is None) == (others == whole)
        assert rest is None or (yaml.safe_load(rest)["rules"] if rest else []) == others
