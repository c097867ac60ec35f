"""Lock files outside Python: what each format pins, where, why, and what it leaves open."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scangate.advisories.package_files import LOCKS, find_related, is_package_file, read_package_files
from scangate.model import GapKind

PACKAGE_JSON = json.dumps({"dependencies": {"a": "^1.0.0"}, "devDependencies": {"d": "^4.0.0"}})

NPM_3 = """{
  "lockfileVersion": 3,
  "packages": {
    "": {"dependencies": {"a": "^1.0.0"}, "devDependencies": {"d": "^4.0.0"}},
    "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "2"}},
    "node_modules/b": {"version": "2.0.0"},
    "node_modules/d": {"version": "4.0.0", "dev": true, "dependencies": {"b": "3"}},
    "node_modules/d/node_modules/b": {"version": "3.0.0", "dev": true}
  }
}"""
NPM_1 = """{
  "lockfileVersion": 1,
  "dependencies": {
    "a": {"version": "1.0.0", "requires": {"b": "2"}},
    "b": {"version": "2.0.0"},
    "d": {"version": "4.0.0", "dev": true, "requires": {"b": "3"}, "dependencies": {
      "b": {"version": "3.0.0", "dev": true}}}
  }
}"""
YARN_1 = """# yarn lockfile v1

a@^1.0.0:
  version "1.0.0"
  resolved "https://registry.yarnpkg.com/a/-/a-1.0.0.tgz#1"
  dependencies:
    b "2"

b@2:
  version "2.0.0"

b@3:
  version "3.0.0"

"d@^4.0.0", d@4:
  version "4.0.0"
  dependencies:
    b "3"
"""
YARN_4 = """__metadata:
  version: 8

"a@npm:^1.0.0":
  version: 1.0.0
  resolution: "a@npm:1.0.0"
  dependencies:
    b: "npm:2"
  languageName: node

"b@npm:2":
  version: 2.0.0
  resolution: "b@npm:2.0.0"

"b@npm:3":
  version: 3.0.0
  resolution: "b@npm:3.0.0"

"d@npm:^4.0.0":
  version: 4.0.0
  resolution: "d@npm:4.0.0"
  dependencies:
    b: "npm:3"

"x@workspace:.":
  version: 0.0.0-use.local
  resolution: "x@workspace:."
  dependencies:
    a: "npm:^1.0.0"
    d: "npm:^4.0.0"
"""
PNPM_9 = """lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.0.0(p@1.0.0)
    devDependencies:
      d:
        specifier: ^4.0.0
        version: 4.0.0
packages:
  a@1.0.0:
    resolution: {integrity: x}
  b@2.0.0:
    resolution: {integrity: x}
  b@3.0.0:
    resolution: {integrity: x}
  d@4.0.0:
    resolution: {integrity: x}
snapshots:
  a@1.0.0(p@1.0.0):
    dependencies:
      b: 2.0.0
  b@2.0.0: {}
  b@3.0.0: {}
  d@4.0.0:
    dependencies:
      b: 3.0.0
"""
PNPM_5 = """lockfileVersion: 5.4
dependencies:
  a: 1.0.0
devDependencies:
  d: 4.0.0
packages:
  /a/1.0.0:
    resolution: {integrity: x}
    dependencies:
      b: 2.0.0
    dev: false
  /b/2.0.0:
    dev: false
  /b/3.0.0:
    dev: true
  /d/4.0.0_p@1.0.0:
    dependencies:
      b: 3.0.0
    dev: true
"""
BUN = """{
  "lockfileVersion": 1,
  "workspaces": {"": {"dependencies": {"a": "^1.0.0"}, "devDependencies": {"d": "^4.0.0",},}},
  "packages": {
    "a": ["a@1.0.0", "", {"dependencies": {"b": "2"}}, "sha512-x"],
    "b": ["b@2.0.0", "", {}, "sha512-x"],
    "d": ["d@4.0.0", "", {"dependencies": {"b": "3"}}, "sha512-x"],
    "d/b": ["b@3.0.0", "", {}, "sha512-x"],
  },
}"""
NODE = {
    "package-lock.json": (NPM_3, [5, 6, 8, 7]),
    "npm-shrinkwrap.json": (NPM_1, [4, 5, 7, 6]),
    "yarn.lock": (YARN_1, [3, 9, 12, 15]),
    "a/../yarn.lock": (YARN_4, [4, 11, 15, 19]),
    "pnpm-lock.yaml": (PNPM_9, [13, 15, 17, 19]),
    "pnpm-lock.yml": (PNPM_5, [8, 13, 15, 17]),
    "bun.lock": (BUN, [5, 6, 8, 7]),
}


@pytest.mark.parametrize("name", NODE)
def test_each_lock_of_node_gives_the_same_packages(name: str) -> None:
    text, lines = NODE[name]
    path = name.rpartition("/")[2]
    manifest = read_package_files({path: text, "package.json": PACKAGE_JSON})[path]
    pins = sorted((pin.name, pin.version, pin.direct, pin.via, pin.development) for pin in manifest.pins)
    assert pins == [
        ("a", "1.0.0", True, (), False),
        ("b", "2.0.0", False, ("a",), False),
        ("b", "3.0.0", False, ("d",), True),
        ("d", "4.0.0", True, (), True),
    ]
    assert manifest.gaps == ()
    found = {(pin.name, pin.version): pin.line for pin in manifest.pins}
    where = [("a", "1.0.0"), ("b", "2.0.0"), ("b", "3.0.0"), ("d", "4.0.0")]
    texts = text.split("\n")
    for each, line in zip(where, lines, strict=True):
        assert abs(found[each] - line) <= 1, (each, found[each], texts[found[each] - 1])


OTHERS: dict[str, tuple[str, dict[tuple[str, str], int]]] = {
    "go.mod": (
        (
            "module x\n\ngo 1.22\n\ntoolchain go1.22.3\n\nrequire example.com/a v1.0.0\n"
            "require (\n\texample.com/b v0.0.0-20200101000000-abcdefabcdef // indirect\n)\n"
            "replace example.com/a => example.com/c v1.1.0\n"
        ),
        {("example.com/c", "v1.1.0"): 7, ("example.com/b", "v0.0.0-20200101000000-abcdefabcdef"): 9, ("stdlib", "1.22.3"): 5},
    ),
    "Cargo.lock": (
        (
            'version = 3\n\n[[package]]\nname = "x"\nversion = "0.1.0"\ndependencies = ["a"]\n\n'
            '[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\n'
        ),
        {("a", "1.0.0"): 9},
    ),
    "Gemfile.lock": (
        (
            "GEM\n  remote: https://rubygems.org/\n  specs:\n    a (1.0.0)\n      b (>= 2)\n    b (2.0.0-x86_64-linux)\n\n"
            "PLATFORMS\n  ruby\n\nDEPENDENCIES\n  a (~> 1)\n"
        ),
        {("a", "1.0.0"): 4, ("b", "2.0.0"): 6},
    ),
    "composer.lock": (
        '{"packages": [\n{"name": "A/b", "version": "v1.0.0"}], "packages-dev": [\n{"name": "c/d", "version": "2.0.0"}]}',
        {("a/b", "v1.0.0"): 2, ("c/d", "2.0.0"): 3},
    ),
    "packages.lock.json": (
        (
            '{"version": 1, "dependencies": {"net8.0": {\n"A": {"type": "Direct", "resolved": "1.0.0", '
            '"dependencies": {"B": "2"}},\n'
            '"B": {"type": "Transitive", "resolved": "2.0.0"}}}}'
        ),
        {("a", "1.0.0"): 2, ("b", "2.0.0"): 3},
    ),
    "gradle.lockfile": (
        "# comment\ng:a:1.0=compileClasspath\ng:b:2.0=testRuntimeClasspath\nempty=x\n",
        {("g:a", "1.0"): 2, ("g:b", "2.0"): 3},
    ),
    "pubspec.lock": (
        (
            'packages:\n  a:\n    dependency: "direct main"\n    description:\n      name: a\n      url: "https://pub.dev"\n'
            '    source: hosted\n    version: "1.0.0"\n  flutter:\n    source: sdk\n    version: "0.0.0"\n'
        ),
        {("a", "1.0.0"): 2},
    ),
    "mix.lock": (
        (
            '%{\n  "a": {:hex, :a, "1.0.0", "f00", [:mix], [{:b, "~> 2.0", [hex: :b, repo: "hexpm"]}], "hexpm", "f00"},\n'
            '  "b": {:hex, :b, "2.0.0", "f00", [:mix], [], "hexpm", "f00"},\n}\n'
        ),
        {("a", "1.0.0"): 2, ("b", "2.0.0"): 3},
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_the_locks_of_other_ecosystems(name: str) -> None:
    text, expected = OTHERS[name]
    manifest = read_package_files({name: text})[name]
    assert {(pin.name, pin.version): pin.line for pin in manifest.pins} == expected
    assert manifest.gaps == ()


def test_what_is_for_development() -> None:
    found = {
        pin.name: pin.development
        for name in ("composer.lock", "gradle.lockfile")
        for pin in read_package_files({name: OTHERS[name][0]})[name].pins
    }
    assert found == {"a/b": False, "c/d": True, "g:a": False, "g:b": True}


DECLARED = {
    "package.json": PACKAGE_JSON,
    "Cargo.toml": '[dependencies]\na = "1"\n',
    "composer.json": '{"require": {"php": "^8", "a/b": "^1"}}',
    "Gemfile": 'source "https://rubygems.org"\ngem "rails"\n',
    "x.csproj": '<Project>\n<PackageReference Include="A" Version="1.*" />\n</Project>\n',
    "pubspec.yaml": "name: x\ndependencies:\n  a: ^1.0.0\n",
    "mix.exs": 'defp deps do\n  [{:a, "~> 1.0"}]\nend\n',
}
EMPTY_LOCKS = {
    "package.json": ("package-lock.json", '{"lockfileVersion": 3, "packages": {}}'),
    "Cargo.toml": ("Cargo.lock", "version = 3\n"),
    "composer.json": ("composer.lock", '{"packages": []}'),
    "Gemfile": ("Gemfile.lock", "GEM\n"),
    "x.csproj": ("packages.lock.json", '{"dependencies": {}}'),
    "pubspec.yaml": ("pubspec.lock", "packages: {}\n"),
    "mix.exs": ("mix.lock", "%{}\n"),
}


@pytest.mark.parametrize("name", DECLARED)
def test_a_declaration_without_a_lock_is_unpinned_and_names_the_command(name: str) -> None:
    path = f"app/{name}"
    (gap,) = read_package_files({path: DECLARED[name]})[path].gaps
    assert gap.kind is GapKind.UNPINNED
    assert gap.hint.startswith("run `")
    lock, text = EMPTY_LOCKS[name]
    for folder in ("app/", ""):
        assert read_package_files({path: DECLARED[name], f"{folder}{lock}": text})[path].gaps == ()
    assert f"app/{lock}" in find_related(path)
    assert lock in find_related(path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "package-lock.json",
            (
                '{"lockfileVersion": 3, "packages": {"": {}, "node_modules/a": '
                '{"version": "1.0.0", "resolved": "git+ssh://git@github.com/a/a.git#1"}}}'
            ),
        ),
        (
            "yarn.lock",
            (
                '# yarn lockfile v1\n\n"a@git+https://example.com/a.git":\n  version "1.0.0"\n'
                '  resolved "git+https://example.com/a.git#1"\n'
            ),
        ),
        (
            "pnpm-lock.yaml",
            (
                "lockfileVersion: 5.4\npackages:\n  github.com/a/a/1:\n"
                "    resolution: {repo: 'https://github.com/a/a', type: git, commit: x}\n    name: a\n    version: 1.0.0\n"
            ),
        ),
        ("bun.lock", '{"lockfileVersion": 1, "packages": {"a": ["a@github:a/a#1", {}, "x"]}}'),
        ("Cargo.lock", '[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "git+https://example.com/a#1"\n'),
        ("Gemfile.lock", "GIT\n  remote: https://example.com/a\n  specs:\n    a (1.0.0)\n"),
        ("composer.lock", '{"packages": [{"name": "a/b", "version": "dev-main"}]}'),
        ("mix.lock", '%{\n  "a": {:git, "https://example.com/a", "1", []},\n}\n'),
        ("go.mod", "module x\ngo 1.22.1\nrequire example.com/a v1.0.0\nreplace example.com/a => ./a\n"),
    ],
)
def test_a_dependency_from_elsewhere_is_a_gap(name: str, text: str) -> None:
    manifest = read_package_files({name: text})[name]
    assert [gap.kind for gap in manifest.gaps] == [GapKind.UNPINNED]
    assert [pin.name for pin in manifest.pins if pin.name != "stdlib"] == []


def test_an_alias_is_looked_up_by_its_real_name() -> None:
    text = '{"lockfileVersion": 3, "packages": {"": {}, "node_modules/mine": {"name": "lodash", "version": "4.17.20"}}}'
    assert read_package_files({"package-lock.json": text})["package-lock.json"].pins[0].name == "lodash"


def test_a_workspace_is_a_project_of_the_tree() -> None:
    text = """{"lockfileVersion": 3, "packages": {"": {"workspaces": ["w"]},
      "w": {"name": "w", "version": "1.0.0", "dependencies": {"a": "1"}},
      "node_modules/w": {"resolved": "w", "link": true}, "node_modules/a": {"version": "1.0.0"}}}"""
    manifest = read_package_files({"package-lock.json": text})["package-lock.json"]
    assert [(pin.name, pin.direct) for pin in manifest.pins] == [("a", True)]
    assert {each.name for each in manifest.skipped} == {"w"}


def test_what_only_npm_6_would_install_is_audited() -> None:
    packages = {
        "": {"workspaces": ["web"]},
        "node_modules/a": {"version": "1.0.0"},
        "node_modules/web": {"resolved": "web", "link": True},
        "web": {"version": "1.0.0"},
    }
    dependencies = {"a": {"version": "1.0.0"}, "web": {"version": "file:web"}, "b": {"version": "2.0.0"}}
    text = json.dumps({"lockfileVersion": 2, "packages": packages, "dependencies": dependencies})
    manifest = read_package_files({"package-lock.json": text})["package-lock.json"]
    assert [(pin.name, pin.version) for pin in manifest.pins] == [("a", "1.0.0"), ("b", "2.0.0")]
    assert manifest.gaps == ()


@pytest.mark.parametrize(
    "content",
    [
        {"packages": []},
        {"packages": None},
        {"packages": {}, "dependencies": "a"},
        {"dependencies": [1]},
        {"dependencies": {"a": "1.0.0"}},
    ],
)
def test_lock_of_npm_with_a_part_of_another_kind_is_a_gap(content: dict[str, Any]) -> None:
    text = json.dumps({"lockfileVersion": 1, **content})
    manifest = read_package_files({"package-lock.json": text})["package-lock.json"]
    assert manifest.pins == ()
    assert [gap.kind in (GapKind.UNPARSABLE, GapKind.UNPINNED) for gap in manifest.gaps] == [True]


OF_ANOTHER_KIND = [
    ("composer.lock", '{"packages": [], "packages-dev": {"a": 1}}'),
    ("composer.lock", '{"packages": "x"}'),
    ("packages.lock.json", '{"version": 1, "dependencies": {"net8.0": []}}'),
    ("packages.lock.json", '{"version": 1, "dependencies": []}'),
    ("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages: []\n"),
    ("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages: {}\nsnapshots: x\n"),
    ("pubspec.lock", "packages: [a]\n"),
    ("mix.lock", '%{"a": {:hex, :a, "1.0.0", "x"}, "b": {:hex, :b, "2.0.0", "x"}}'),
    ("yarn.lock", "__metadata:\n  version: 6\n'a@npm:1': x\n"),
    ("yarn.lock", "# yarn lockfile v1\na@1\n"),
]


@pytest.mark.parametrize(("name", "text"), OF_ANOTHER_KIND)
def test_lock_with_a_part_that_cannot_be_read_is_a_gap(name: str, text: str) -> None:
    manifest = read_package_files({name: text})[name]
    assert [gap.kind for gap in manifest.gaps] == [GapKind.UNPARSABLE]


def test_lock_without_packages_is_no_gap() -> None:
    texts = {
        "package-lock.json": '{"lockfileVersion": 3}',
        "composer.lock": '{"packages": []}',
        "packages.lock.json": '{"version": 1, "dependencies": {}}',
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\npackages:\n",
        "pubspec.lock": "packages: {}\n",
        "mix.lock": "%{\n}\n",
        "yarn.lock": "# yarn lockfile v1\n\n\n",
    }
    for name, manifest in read_package_files(texts).items():
        assert (manifest.pins, manifest.gaps) == ((), ()), name


def test_block_of_go_mod_may_begin_without_a_blank() -> None:
    manifest = read_package_files({"go.mod": "module x\ngo 1.22.1\nrequire(\n\ta.b/c v1.0.0\n)\n"})["go.mod"]
    assert [pin.name for pin in manifest.pins] == ["a.b/c", "stdlib"]


def test_names_that_the_policy_calls_internal_are_skipped() -> None:
    manifest = read_package_files({"package-lock.json": NPM_3}, ["a", "d"])["package-lock.json"]
    assert {pin.name for pin in manifest.pins} == {"b"}


NAMES = [*NODE, *OTHERS, *DECLARED]


@given(st.sampled_from(NAMES), st.text(max_size=80), st.integers(0, 400), st.integers(0, 60))
def test_any_text_gives_pins_or_gaps(name: str, extra: str, start: int, length: int) -> None:
    path = name.rpartition("/")[2]
    assert is_package_file(path)
    whole = (NODE.get(name) or OTHERS.get(name) or (DECLARED.get(name, ""),))[0]
    for text in (extra, whole[:start] + extra + whole[start + length :]):
        assert read_package_files({path: text})[path].path == path


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 200_000, "{" * 100_000, "- " * 50_000, "a: " * 50_000, "\0" * 1000])
def test_deep_and_strange_texts_are_gaps(text: str) -> None:
    for row in LOCKS:
        path = {"npm_lock": "package-lock.json", "pnpm_lock": "pnpm-lock.yaml"}.get(
            row.reader, row.name.partition("|")[0].replace("\\", "")
        )
        assert read_package_files({path: text})[path].pins == ()


POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent><groupId>g</groupId><artifactId>up</artifactId><version>7</version></parent>
  <properties><two>2.${minor}</two></properties>
  <dependencies>
    <dependency><groupId>a</groupId><artifactId>one</artifactId><version>1.0</version></dependency>
    <dependency><groupId>a</groupId><artifactId>two</artifactId><version>${two}</version></dependency>
    <dependency><groupId>a</groupId><artifactId>managed</artifactId></dependency>
    <dependency><groupId>${project.groupId}</groupId><artifactId>own</artifactId><version>${project.version}</version></dependency>
    <dependency>
      <groupId>a</groupId><artifactId>range</artifactId><version>[1,2)</version><scope>test</scope>
    </dependency>
  </dependencies>
</project>
"""
PARENT = """<project><properties><minor>5</minor></properties><dependencyManagement><dependencies>
  <dependency><groupId>a</groupId><artifactId>managed</artifactId><version>3.0</version><scope>test</scope></dependency>
</dependencies></dependencyManagement></project>
"""


def test_a_pom_with_a_parent_in_the_tree() -> None:
    manifest = read_package_files({"app/pom.xml": POM, "pom.xml": PARENT})["app/pom.xml"]
    assert [(pin.name, pin.version, pin.line, pin.development) for pin in manifest.pins] == [
        ("a:one", "1.0", 5, False),
        ("a:two", "2.5", 6, False),
        ("a:managed", "3.0", 7, True),
        ("g:own", "7", 8, False),
    ]
    assert [(gap.kind, gap.line) for gap in manifest.gaps] == [(GapKind.UNPINNED, 9), (GapKind.UNPINNED, 1)]
    assert list(find_related("app/pom.xml", POM.encode())) == ["pom.xml"]


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE p [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><project>&b;</project>',
        "<project><a></project>",
        "<other/>",
        "<a>" * 5000,
    ],
)
def test_a_pom_that_is_malformed_or_hostile_is_a_gap(text: str) -> None:
    manifest = read_package_files({"pom.xml": text})["pom.xml"]
    assert manifest.malformed
    assert len(manifest.gaps) == 1


def test_properties_that_grow_or_name_themselves_end() -> None:
    text = "<project><properties><a>${b}${b}</a><b>${a}${a}</b></properties><dependencies><dependency><groupId>g</groupId>"
    text += "<artifactId>x</artifactId><version>${a}</version></dependency></dependencies></project>"
    assert read_package_files({"pom.xml": text})["pom.xml"].pins == ()
