"""JSON with its lines: the line of each key of the second level, whatever the formatting; the text is JSON already."""

from __future__ import annotations

import json
import re
from typing import Any

from scangate.advisories.fault import Malformed

__all__ = ["lines_of_keys", "parsed"]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]:\n]', re.DOTALL)


def parsed(text: str) -> Any:
    """The value of a JSON text. Raises Malformed with the line."""
    try:
        return json.loads(text)
    except RecursionError:
        raise Malformed("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise Malformed("not JSON", error.lineno) from None
    except ValueError:
        raise Malformed("a number of more digits than any has") from None


def lines_of_keys(text: str) -> dict[tuple[str, str], int]:
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
