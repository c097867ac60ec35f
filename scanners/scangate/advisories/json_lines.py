"""JSON with its lines: the line of each key of the second level, whatever the formatting; the text is JSON already."""

from __future__ import annotations

import json
import re
from typing import Any

from scangate.advisories.errors import MalformedManifestError

__all__ = ["find_key_lines", "parse_json"]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]:\n]', re.DOTALL)


def parse_json(text: str) -> Any:
    """The value of a JSON text. Raises Malformed with the line."""
    try:
        return json.loads(text)
    except RecursionError:
        raise MalformedManifestError("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise MalformedManifestError("not JSON", error.lineno) from None
    except ValueError:
        raise MalformedManifestError("a number of more digits than any has") from None


def find_key_lines(text: str) -> dict[tuple[str, str], int]:
    """The line of each key of each object in the outermost object. The last of two equal keys counts, as for ``json``."""
    found: dict[tuple[str, str], int] = {}
    line, depth, string, section = 1, 0, "", ""
    for sign in _TOKEN.findall(text):
        if sign == "\n":
            line += 1
        elif sign in "{[":
            depth += 1
        elif sign in "}]":
            depth -= 1
        elif sign == ":" and depth == 1:
            section = json.loads(string)
        elif sign == ":" and depth == 2:
            found[section, json.loads(string)] = line
        else:
            string = sign
    return found
