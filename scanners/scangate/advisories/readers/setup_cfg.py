"""Reads setup.cfg: what a setuptools project declares in `[options]`."""

from __future__ import annotations

import configparser
import posixpath
import re
from collections.abc import Mapping

from scangate.advisories.declarations import DeclaredDependency, ProjectDeclarations, missing_file, parse_dependency
from scangate.advisories.manifest import AuditGap, MalformedManifestError
from scangate.advisories.origins import resolve_path
from scangate.advisories.package_names import normalize_or_empty
from scangate.model import GapKind

# configparser's time grows with the square of a run of blanks inside a line
_BLANK_RUNS = re.compile(r"(?<=\S)[^\S\n]{2,}")


def parse(path: str, files: Mapping[str, str]) -> ProjectDeclarations:
    """The run-time dependencies that the file declares, extras included. Raises MalformedManifestError."""
    text = _BLANK_RUNS.sub(" ", files[path])
    parser, malformed = _parse(text)
    values = [("options", parser.get("options", "install_requires", fallback=""))]
    if parser.has_section("options.extras_require"):
        values += [("options.extras_require", value or "") for value in dict(parser.items("options.extras_require")).values()]
    items: list[DeclaredDependency | AuditGap] = [
        AuditGap(line, GapKind.UNPARSABLE, "not a line of a configuration file", "fix the line") for line in malformed
    ]
    includes: list[str] = []
    for section, value in values:
        found, files_named = _parse_value(value or "", _LineIndex(text, section), posixpath.dirname(path), files)
        items += found
        includes += files_named
    return ProjectDeclarations(
        "pip-compile --all-extras setup.cfg",
        tuple(items),
        normalize_or_empty(parser.get("metadata", "name", fallback="") or ""),
        tuple(includes),
        parser.has_option("options", "dependency_links"),
    )


def _parse(text: str) -> tuple[configparser.RawConfigParser, list[int]]:
    """The parsed text without its malformed lines, and the numbers of these. Raises MalformedManifestError."""
    malformed: list[int] = []
    for strict in (True, False):
        parser = configparser.RawConfigParser(strict=strict)
        try:
            parser.read_string(text)
        except (configparser.DuplicateSectionError, configparser.DuplicateOptionError) as error:
            malformed.append(error.lineno or 1)
            continue
        except configparser.MissingSectionHeaderError as error:
            raise MalformedManifestError("not a configuration file", error.lineno) from None
        except configparser.ParsingError as error:
            malformed += [line for line, _ in error.errors]
        except (configparser.Error, ValueError):
            raise MalformedManifestError("not a configuration file") from None
        break
    return parser, malformed


def _parse_value(
    value: str, lines: _LineIndex, folder: str, files: Mapping[str, str]
) -> tuple[list[DeclaredDependency | AuditGap], list[str]]:
    """The dependencies in a value, and the requirements files that it names."""
    if value.strip().startswith("file:"):
        names = [name.strip() for name in value.strip().removeprefix("file:").replace("\n", ",").split(",") if name.strip()]
        paths = {name: resolve_path(folder, name) for name in names}
        missing = [name for name, path in paths.items() if path not in files]
        known = [path for path in paths.values() if path is not None and path in files]
        return [missing_file(name, lines.line_of(name)) for name in missing], known
    texts = [text for text in map(str.strip, value.split("\n")) if text and not text.startswith("#")]
    return [parse_dependency(re.split(r"\s#", text, maxsplit=1)[0].strip(), lines.line_of(text)) for text in texts], []


class _LineIndex:
    """The lines of the values in a section."""

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
        """The first line of the section that is ``text``, or a key with that value; 1 if there is none."""
        return self._found.get(text, 1)
