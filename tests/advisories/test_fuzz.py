"""Any bytes give a result or a gap at a line of the file, never an exception or a hang."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scangate.advisories.manifest_reader import read_manifests
from scangate.source_text import decode
from tests.support.growth import FACTOR, grows_linearly
from tests.support.lock_file_samples import LOCKS, lock_files

NAMES = (
    "requirements.txt", "constraints.txt", "requirements.in", "pylock.toml", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile",
    "Pipfile.lock", "pyproject.toml", "setup.cfg", "setup.py", "environment.yml", "conda-lock.yml", "pixi.toml", "script.py",
)  # fmt: skip
SAMPLES = {name: text for tool in LOCKS for name, text in lock_files(tool).items()}
SAMPLES |= {"setup.py": "from setuptools import setup\nsetup(install_requires=['a>=1', 'b==2'], **more)\n"}
SAMPLES |= {"setup.cfg": "[options]\ninstall_requires =\n  a>=1\n  b==2\n", "constraints.txt": "a==1\nb<2\n"}
SAMPLES |= {"environment.yml": "dependencies:\n- python\n- numpy=1.2\n- pip:\n  - a==1\n  - -r requirements.txt\n"}
SAMPLES |= {"conda-lock.yml": "package:\n- {name: a, version: '1', manager: pip}\n- name: b\n  manager: conda\n  version: 2\n"}
SAMPLES |= {
    "pixi.toml": '[dependencies]\na = "*"\n[pypi-dependencies]\nb = "==1"\n[feature.x.pypi-dependencies]\nc = {path = "."}\n'
}
SAMPLES |= {"script.py": 'dependencies = ["a>=1", "b==2"]\n[tool.uv.sources]\na = {git = "https://git.example"}\n'}
PIECES = (
    "[[package]]", "[[packages]]", "[package.dependencies]", "name = ", '"', "'", '"""', "'''", "\\", "{", "}", "[", "]", "=", "==",
    ".", ",", "\n", "\r", "\x0c", "\u2028", "\0", "#", "-r ", "-c ", "-e ", "requirements.txt", "constraints.txt", "../", "--hash=",
    ";", "@", "file:", "git+", "://", "true", "9" * 5000, "1e999", "nan", "1979-05-27", "version", "metadata", ":", "null",
    "\\u0000", "\\ud800", "\u212a", "# via", "${A}", "%(x)s",
)  # fmt: skip
WEB = ("requirements.txt", "constraints.txt", "a/requirements.txt", "requirements.in")
LINES = (
    "-r requirements.txt",
    "-c constraints.txt",
    "-r ../requirements.txt",
    "-r requirements.in",
    "-r a/requirements.txt",
    "x==1",
    "x",
    "y>1",
)
QUICK = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)


def check(texts: Mapping[str, str]) -> None:
    for path, manifest in read_manifests(texts, ["acme-*"], {path: path for path in texts if path == "script.py"}).items():
        lines = texts[path].replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
        line_numbers = (
            [pin.line for pin in manifest.pins],
            [gap.line for gap in manifest.gaps],
            [left.line for left in manifest.skipped],
        )
        assert all(1 <= line <= lines for each in line_numbers for line in each)
        for pin in manifest.pins:
            assert f"{pin.name}=={pin.version}".isascii()
            assert not {" ", "\n", ";"} & set(pin.name + pin.version)
        for gap in manifest.gaps:
            assert gap.hint
            assert (gap.reason + gap.hint).isprintable()


@pytest.mark.parametrize("name", NAMES)
@settings(QUICK, max_examples=30)
@given(data=st.binary(max_size=400))
def test_any_bytes(name: str, data: bytes) -> None:
    check({name: decode(data)[0]})


@pytest.mark.parametrize("name", NAMES)
@settings(QUICK, max_examples=30)
@given(pieces=st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=40))
def test_any_text_of_format_tokens(name: str, pieces: list[str]) -> None:
    check({name: "".join(pieces)})


@pytest.mark.parametrize("name", NAMES)
@settings(QUICK, max_examples=25)
@given(data=st.data())
def test_a_valid_file_that_was_damaged(name: str, data: st.DataObject) -> None:
    text = SAMPLES[name]
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 30)))
        text = text[:start] + data.draw(st.sampled_from(PIECES) | st.text(max_size=3) | st.just("")) + text[end:]
    check({name: text})


@settings(QUICK, max_examples=30)
@given(texts=st.dictionaries(st.sampled_from(WEB), st.lists(st.sampled_from(LINES), max_size=6).map("\n".join)))
@example({"requirements.txt": "-r requirements.txt\n-c requirements.txt\nx==1\nx"})
def test_any_graph_of_includes(texts: dict[str, str]) -> None:
    check(texts)


def numbered(text: str, count: int) -> list[str]:
    return [text % number for number in range(count)]


SLOW: Mapping[str, tuple[str, Callable[[int], str]]] = {
    "blanks": ("requirements.txt", lambda part: "a" + " " * (300_000 // part) + "b"),
    "words": ("requirements.txt", lambda part: "a " * (150_000 // part) + "-r"),
    "brackets": ("requirements.txt", lambda part: "./" + "[" * (300_000 // part)),
    "parentheses": ("requirements.txt", lambda part: "\n".join("a ; " + "(" * (1900 // part) for _ in range(30))),
    "hashes": ("requirements.txt", lambda part: "a==1" + " \\\n --hash=sha256:0" * (20_000 // part)),
    "comments": ("requirements.txt", lambda part: "a==1\n# via\n" + "#   b\n" * (60_000 // part)),
    "options": ("requirements.txt", lambda part: "-r x\n" * (5_000 // part)),
    "dotted keys": ("pyproject.toml", lambda part: ".".join("a" * (150_000 // part)) + " = 1"),
    "quoted keys": ("pyproject.toml", lambda part: ".".join(['"a"'] * (70_000 // part)) + " = 1"),
    "many dotted keys": ("pyproject.toml", lambda part: "\n".join(".".join([f"k{n}"] * 15) + " = 1" for n in range(1_000 // part))),
    "open strings": ("uv.lock", lambda part: '"""\n' + '\\"""\n' * (60_000 // part) + "\\"),
    "escapes": ("uv.lock", lambda part: '"\\' * (150_000 // part)),
    "quotes": ("uv.lock", lambda part: "'" * (300_000 // part)),
    "arrays": ("uv.lock", lambda part: "package = " + "[" * (300_000 // part)),
    "tables": ("uv.lock", lambda part: "a = " + "{a = " * (60_000 // part)),
    "objects": ("Pipfile.lock", lambda part: '{"a":' * (60_000 // part)),
    "json": (
        "Pipfile.lock",
        lambda part: '{"_meta": {}, "default": {' + ",".join(numbered('"p%d": {"version": "==1"}', 8_000 // part)) + "}}",
    ),
    "keys": ("Pipfile", lambda part: "[packages]\n" + "\n".join(numbered('p%d = "*"', 8_000 // part))),
    "one key": ("pyproject.toml", lambda part: "[project]\ndependencies = [" + '"a",' * (8_000 // part) + "]"),
    "yaml lists": ("environment.yml", lambda part: "dependencies:\n" + "- pip:\n  - a==1\n" * (8_000 // part)),
    "yaml nesting": ("environment.yml", lambda part: "dependencies: " + "[" * (300_000 // part)),
    "yaml aliases": (
        "environment.yml",
        lambda part: "dependencies:\n- &a [x]\n" + "\n".join(numbered("- &a%d [*a, *a]", 3_000 // part)),
    ),
    "conda": (
        "conda-lock.yml",
        lambda part: "package:\n" + "\n".join(numbered("- {name: p%d, version: 1, manager: pip}", 8_000 // part)),
    ),
    "broken entries": ("uv.lock", lambda part: "version = 1\n" + "[[package]]\nname = \n" * (8_000 // part)),
    "ini": ("setup.cfg", lambda part: "[options]\na" + " " * (300_000 // part) + "b = 1"),
    "versions": ("requirements.txt", lambda part: "\n".join("a==" + "1." * 900 for _ in range(200 // part))),
}  # fmt: skip


@pytest.mark.parametrize("kind", SLOW)
def test_reading_takes_linear_time(kind: str) -> None:
    path, make = SLOW[kind]
    assert grows_linearly(lambda size: check({path: make(FACTOR // size)}), 1)
