"""Parses JSON and finds the lines of its second-level keys, whatever the formatting."""

from __future__ import annotations

import json
import re
from typing import Any

from scangate.advisories.errors import MalformedManifestError

_SYMBOL = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]:\n]', re.DOTALL)


def parse_json(text: str) -> Any:
    """Parses a JSON text. Raises MalformedManifestError with the line."""
    try:
        return json.loads(text)
    except RecursionError:
        raise MalformedManifestError("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise MalformedManifestError("not JSON", error.lineno) from None
    except ValueError:
        raise MalformedManifestError("a number with too many digits") from None


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
            section = json.loads(string)
        elif symbol == ":" and depth == 2:
            found[section, json.loads(string)] = line
        else:
            string = symbol
    return found
