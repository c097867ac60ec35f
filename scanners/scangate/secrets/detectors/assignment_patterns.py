"""The syntax in which values are assigned to names, as patterns for what follows a name: see ``assignments.py``.

Each value in quotes is in one of the groups ``double``, ``single`` and ``tick``; one without quotes is in ``bare``.
"""

from __future__ import annotations

import re

MAY_ASSIGN = re.compile(r"\\?[\"'`]?[ \t]*[\])]?[ \t]*(?:[=:,(|<?!-]|or\b|[A-Za-z_][^\n]{0,60}=)")
"""What follows a name, if it is not the end of a sentence. Most names fail here, so that no other pattern is tried."""
_SPACE = r"[ \t]*+"
_STRING = (
    r"""(?:[rRbBuUfF@$]{0,2}(?:"(?P<double>(?:[^"\\\n]|\\.){0,512})"|'(?P<single>(?:[^'\\\n]|\\.){0,512})'"""
    r"""|`(?P<tick>[^`\n]{0,512})`))"""
)
_ANNOTATION = rf"(?:{_SPACE}:{_SPACE}[&A-Za-z_](?:[\w. |?&'<>]|\[[\w., |\[\]]{{0,40}}\]){{0,40}}?)?"
_TYPE = r"(?:[ \t]++[A-Za-z_][\w.\[\]*]{0,30}|[ \t]*+\[\w{0,10}\]|[ \t]*+\{[ \t]*+get;[^}\n]{0,40}\})"  # Go, C, C#
_OPERATOR = r"(?:=>|:=|[=!]==?|\?\?=|\|\|=|=|:|<-)"
ASSIGNED = re.compile(rf"(?:{_TYPE}|\\?[\"'`]?+(?:{_SPACE}[\])])?+{_ANNOTATION}){_SPACE}{_OPERATOR}(?:\s*+[(\[{{])?\s*+{_STRING}")
"""``name = "x"``, ``"name": "x"``, ``name: str = "x"``, ``name string = "x"``, ``["name"] = ("x"``."""
ARGUMENT = re.compile(rf"[\"'`]{_SPACE},\s*+{_STRING}")
"""The next argument after a name in quotes: ``set("name", "x")``."""
LOOKED_UP = re.compile(rf"[\"'`]{_SPACE}[\])]{_SPACE}(?:\|\||\?\?|\?:|or\b)\s*+{_STRING}")
"""What a look-up falls back on: ``get("name") or "x"``."""
CALLED_WITH = re.compile(r"(?P<function>\w{0,40})\([ \t\n]{0,40}[\"'`]\Z")
"""Before a name in quotes: it is the first argument of a call."""
COMPARED = re.compile(rf"[\"'`]?{_SPACE}[=!]==?{_SPACE}{_STRING}")
"""``name == "x"``."""
CALL = re.compile(rf"\({_SPACE}{_STRING}{_SPACE}\)")
"""The only argument: ``set_name("x")``."""
RESULT = re.compile(rf"[\"'`]?{_SPACE}(?:=|:=|:){_SPACE}(?:await[ \t]+)?[\w.:]{{1,60}}\({_SPACE}{_STRING}{_SPACE}\)")
"""The only argument of a call whose result is assigned: ``name = decode("x")``."""
FALLBACK = re.compile(
    rf"[\"'`]?{_SPACE}[=:]{_SPACE}[\w.$]{{1,60}}[(\[.][^\n]{{0,120}}?(?:,|\|\||\?\?|\?:|\bor\b|:-|\{{){_SPACE}{_STRING}(?={_SPACE}[)\]}};,])"
)
"""The last argument or operand: ``name = get("y", "x")``, ``name = y || "x"``."""
_BARE_VALUE = r"(?P<bare>[^\s\"'`#<>(){}\[\],;&|][^\s\"'`<>;&|]{2,511}+)"
_END = rf"(?={_SPACE}(?:[#;&|\\\"'`]|//|$))"
BARE = re.compile(rf"(?:[ \t]is)?{_SPACE}(?::=|=(?!=)|:(?=[ \t]|$)){_SPACE}{_BARE_VALUE}{_END}", re.MULTILINE)
"""``name = x`` and ``name: x``, up to the end of the line, a comment or the next command."""
BARE_SETTING = re.compile(rf"{_SPACE}(?:=(?!=)|:){_SPACE}{_BARE_VALUE}{_END}", re.MULTILINE)
"""As BARE, where a colon needs no space after it."""
SPACED = re.compile(rf"[ \t]++(?:@?{_STRING}|{_BARE_VALUE}){_SPACE}(?:#[^\n]*|/[/*][^\n]*)?$", re.MULTILINE)
"""A value after white space, alone on the rest of the line."""
BEGINS_LINE = re.compile(r"(?:^|\n)[ \t]*(?:ENV[ \t]+|ARG[ \t]+|#[ \t]*define[ \t]+|set(?:env)?[ \t]+|-D)?\Z")
"""What may precede a name whose value follows white space: nothing, or a command that sets it."""
WRAPPED = re.compile(
    rf"[\"'`]?{_ANNOTATION}{_SPACE}(?:=|:=|:){_SPACE}(?:new[ \t]+)?(?:[\w.]+(?:\.|::))?"
    r"(?:String|str|bytes|b64decode|GetBytes|getBytes|from|SecretStr|Secret|SecureString|Password|encode|of|valueOf|to_string|\[\]byte)"
    rf"\({_SPACE}{_STRING}"
)
"""A value in a type or an encoding: ``name = SecretStr("x")``."""
NEXT = re.compile(rf"(?:\s|\\\n|[+.&])*+{_STRING}")
"""A literal that is joined to the one before it."""
