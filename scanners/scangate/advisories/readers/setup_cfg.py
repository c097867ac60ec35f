"""setup.cfg: what a project of setuptools declares in `[options]`; `setup.py` is a program and is not run."""

from __future__ import annotations

import configparser
import posixpath
import re
from collections.abc import Iterator, Mapping

from scangate.advisories.declarations import DeclaredDependency, ProjectDeclarations, parse_dependency
from scangate.advisories.errors import MalformedManifestError
from scangate.advisories.manifest import AuditGap
from scangate.advisories.origins import resolve_path
from scangate.advisories.package_names import normalize_name

__all__ = ["parse"]

# configparser's time grows with the square of a run of blanks inside a line
_BLANK_RUNS = re.compile(r"(?<=\S)[^\S\n]{2,}")
_ERROR_LINE = re.compile(r"\[line\s+(\d+)\]")


def parse(path: str, files: Mapping[str, str]) -> ProjectDeclarations:
    """What the file declares to run the project, extras included. Raises Malformed."""
    text = _BLANK_RUNS.sub(" ", files[path])
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except (configparser.Error, ValueError) as error:
        place = _ERROR_LINE.search(str(error))
        raise MalformedManifestError(
            "not a configuration file", getattr(error, "lineno", None) or (int(place[1]) if place else 1)
        ) from None
    values = [("options", parser.get("options", "install_requires", fallback=""))]
    if parser.has_section("options.extras_require"):
        values += [("options.extras_require", value or "") for value in dict(parser.items("options.extras_require")).values()]
    lines: list[DeclaredDependency | AuditGap] = []
    includes: list[str] = []
    for section, value in values:
        found, named = _parse_value(value or "", _LineIndex(text, section), posixpath.dirname(path), files)
        lines += found
        includes += named
    return ProjectDeclarations(
        "pip-compile --all-extras setup.cfg",
        tuple(line for line in lines if isinstance(line, DeclaredDependency)),
        tuple(line for line in lines if isinstance(line, AuditGap)),
        project=_project_name(parser),
        includes=tuple(includes),
        custom_index=parser.has_option("options", "dependency_links"),
    )


def _project_name(parser: configparser.RawConfigParser) -> str:
    try:
        return normalize_name(parser.get("metadata", "name", fallback="") or "")
    except ValueError:
        return ""


def _parse_value(
    value: str, lines: _LineIndex, folder: str, files: Mapping[str, str]
) -> tuple[list[DeclaredDependency | AuditGap], list[str]]:
    if value.strip().startswith("file:"):
        names = [name.strip() for name in value.strip().removeprefix("file:").replace("\n", ",").split(",") if name.strip()]
        paths = {name: resolve_path(folder, name) for name in names}
        missing = [name for name, path in paths.items() if path not in files]
        return [DeclaredDependency("", lines.line_of(name)) for name in missing], [
            path for path in paths.values() if path is not None and path in files
        ]
    texts = [text.strip() for text in re.split(r"[\n]", value) if text.strip() and not text.strip().startswith("#")]
    return list(_requirements(texts, lines)), []


def _requirements(texts: list[str], lines: _LineIndex) -> Iterator[DeclaredDependency | AuditGap]:
    for text in texts:
        yield parse_dependency(re.split(r"\s#", text, maxsplit=1)[0].strip(), lines.line_of(text))


class _LineIndex:
    """Where the lines of a value stand in a section."""

    def __init__(self, text: str, section: str) -> None:
        self._found: dict[str, int] = {}
        inside = False
        for number, line in enumerate(text.split("\n"), 1):
            body = line.strip()
            if body.startswith("[") and "]" in body:
                inside = body[1:].partition("]")[0] == section
            elif inside:
                self._found.setdefault(body, number)
                self._found.setdefault(re.split("[=:]", body, maxsplit=1)[-1].strip(), number)
                self._found.setdefault(body.rpartition(":")[2].strip(), number)

    def line_of(self, text: str) -> int:
        """The first line of the section that holds nothing but ``text``, or a key with it; 1 where there is none."""
        return self._found.get(text, 1)
