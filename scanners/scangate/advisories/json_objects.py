"""Parses JSON with the lines of its keys, and finds the objects in a text that is not JSON as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scangate.advisories.manifest import MalformedManifestError

_SYMBOL = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]:\n]', re.DOTALL)
MAX_FAILURES = 100  # after which a damaged text is given up: each failure takes time in proportion to the text
_OBJECT = re.compile(r'"([^"\\\n]*+)"\s*+:\s*+(?=[{\[])')


def parse_json(text: str) -> Any:
    """The value of a JSON text. Raises MalformedManifestError with the line."""
    try:
        return _escape_surrogates(json.loads(text))
    except RecursionError:
        raise MalformedManifestError("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise MalformedManifestError("not JSON", error.lineno) from None
    except ValueError:
        raise MalformedManifestError("a number with too many digits") from None


def require_object(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object that the format wants at ``name``, empty if it is not there. Raises MalformedManifestError for anything else."""
    value = data.get(name, {})
    if not isinstance(value, dict):
        raise MalformedManifestError(f"`{name}` is no object")
    return value


def find_values(text: str, is_wanted: Callable[[str, Any], bool]) -> Iterator[tuple[str, Any, int]]:
    """The name, value and line of each object and list in a text that is not JSON as a whole, if ``is_wanted`` accepts it."""
    decoder, position, line, counted, failures = json.JSONDecoder(), 0, 1, 0, 0
    while failures < MAX_FAILURES and (match := _OBJECT.search(text, position)):
        line, counted = line + text.count("\n", counted, match.start()), match.start()
        position = match.end()
        try:
            value, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            failures += 1
            continue
        if is_wanted(match[1], value):
            position = end
            yield match[1], _escape_surrogates(value), line
        else:
            failures += 1


def _escape_surrogates(value: Any) -> Any:
    """The JSON value with lone surrogates, which JSON can write and no encoding can, escaped in all of its strings."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list):
        return [_escape_surrogates(each) for each in value]
    if isinstance(value, dict):
        return {_escape_surrogates(key): _escape_surrogates(each) for key, each in value.items()}
    return value


def find_key_lines(text: str) -> dict[tuple[str, str], int]:
    """The line of each key of each object in the outermost object. Of equal keys the last counts, as in ``json``."""
    found: dict[tuple[str, str], int] = {}
    line, depth, string, section = 1, 0, "", ""
    for symbol in _SYMBOL.findall(text):
        if symbol == "\n":
            line += 1
        elif symbol in "{[":
            depth += 1
        elif symbol in "}]":
            depth -= 1
        elif symbol == ":" and depth == 1:
            section = _escape_surrogates(json.loads(string))
            found[section, ""] = line
        elif symbol == ":" and depth == 2:
            found[section, _escape_surrogates(json.loads(string))] = line
        else:
            string = symbol
    return found


def find_lines(text: str, depth: int) -> dict[tuple[str, ...], int]:
    """The line of each key and list item at most ``depth`` levels deep, by its path; items are named by their numbers.

    Of equal keys the last counts, as in ``json``. ``text`` is JSON.
    """
    found: dict[tuple[str, ...], int] = {}
    path: list[str] = []
    counts: list[int] = []  # for each open object -1, for each open list the number of its items so far
    line, string = 1, ""
    for symbol in _SYMBOL.findall(text):
        if symbol == "\n":
            line += 1
        elif symbol in "{[":
            if counts and counts[-1] >= 0:
                path[-1] = str(counts[-1])
                counts[-1] += 1
                if len(path) <= depth:
                    found[tuple(path)] = line
            counts.append(-1 if symbol == "{" else 0)
            path.append("")
        elif symbol in "}]":
            if counts:
                counts.pop()
                path.pop()
        elif symbol == ":":
            if path and len(path) <= depth:
                path[-1] = string[1:-1] if "\\" not in string else _escape_surrogates(json.loads(string))
                found[tuple(path)] = line
        else:
            string = symbol
    return found
