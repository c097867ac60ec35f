"""Any bytes give a result or a gap at a line of the file, never an exception or a hang."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scangate.advisories.manifest_reader import read_manifests
from scangate.source_text import decode
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


SLOW = {
    "blanks": ("requirements.txt", "a" + " " * 300_000 + "b"),
    "words": ("requirements.txt", "a " * 150_000 + "-r"),
    "brackets": ("requirements.txt", "./" + "[" * 300_000),
    "parentheses": ("requirements.txt", "\n".join("a ; " + "(" * 1900 for _ in range(30))),
    "hashes": ("requirements.txt", "a==1" + " \\\n --hash=sha256:0" * 20_000),
    "comments": ("requirements.txt", "a==1\n# via\n" + "#   b\n" * 60_000),
    "options": ("requirements.txt", "-r x\n" * 5_000),
    "dotted keys": ("pyproject.toml", ".".join("a" * 150_000) + " = 1"),
    "quoted keys": ("pyproject.toml", ".".join(['"a"'] * 70_000) + " = 1"),
    "many dotted keys": ("pyproject.toml", "\n".join(".".join([f"k{n}"] * 15) + " = 1" for n in range(1_000))),
    "open strings": ("uv.lock", '"""\n' + '\\"""\n' * 60_000 + "\\"),
    "escapes": ("uv.lock", '"\\' * 150_000),
    "quotes": ("uv.lock", "'" * 300_000),
    "arrays": ("uv.lock", "package = " + "[" * 300_000),
    "tables": ("uv.lock", "a = " + "{a = " * 60_000),
    "objects": ("Pipfile.lock", '{"a":' * 60_000),
    "json": ("Pipfile.lock", '{"_meta": {}, "default": {' + ",".join(f'"p{n}": {{"version": "==1"}}' for n in range(8_000)) + "}}"),
    "keys": ("Pipfile", "[packages]\n" + "\n".join(f'p{n} = "*"' for n in range(8_000))),
    "one key": ("pyproject.toml", "[project]\ndependencies = [" + '"a",' * 8_000 + "]"),
    "yaml lists": ("environment.yml", "dependencies:\n" + "- pip:\n  - a==1\n" * 8_000),
    "yaml nesting": ("environment.yml", "dependencies: " + "[" * 300_000),
    "yaml aliases": ("environment.yml", "dependencies:\n- &a [x]\n" + "".join(f"- &a{n} [*a, *a]\n" for n in range(3_000))),
    "conda": ("conda-lock.yml", "package:\n" + "".join(f"- {{name: p{n}, version: 1, manager: pip}}\n" for n in range(8_000))),
    "broken entries": ("uv.lock", "version = 1\n" + "[[package]]\nname = \n" * 8_000),
    "ini": ("setup.cfg", "[options]\na" + " " * 300_000 + "b = 1"),
    "versions": ("requirements.txt", "\n".join("a==" + "1." * 900 for _ in range(200))),
}  # fmt: skip


@pytest.mark.parametrize("kind", SLOW)
def test_reading_takes_linear_time(kind: str) -> None:
    path, text = SLOW[kind]
    started = time.process_time()
    check({path: text})
    assert time.process_time() - started < 5  # seconds; each takes a fraction of one, and minutes where something is squared
