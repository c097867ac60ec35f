"""What the extractors yield, and how a script in another file gets its content type."""

from __future__ import annotations

import re

import msgspec

from scangate.content.catalog import TEMPLATE_ENDING, calls_for_more
from scangate.content.identification import identify_text
from scangate.content.interpreters import interpreter_type
from scangate.content.mime_headers import MIME
from scangate.content.position_maps import MappedText, overwrite
from scangate.content.python_text import is_python
from scangate.model import GapKind


class Embedded(msgspec.Struct, frozen=True):
    """A piece with positions in the text that it was taken from. ``path`` is where it is there: ``jobs.build.run``."""

    path: str
    content_type: str
    text: MappedText
    label: str = ""


class Failure(msgspec.Struct, frozen=True):
    """A part that could not be taken out, at an offset in the text."""

    offset: int
    reason: str
    kind: GapKind = GapKind.PARTIAL_PARSE


_INTERPOLATION = re.compile(r"\$\{\{.{0,500}?\}\}|\$\{[^}\n]{0,500}\}|\{\{.{0,500}?\}\}|\$\w+", re.DOTALL)
SHELLS = frozenset({"shell", "powershell", "batch", "fish", "nushell"})
"""Content types of what a shell of any system runs."""


def script_content_type(text: str, usual: str, name: str = "") -> str:
    """The type of a script: by its shebang or its name, else ``usual``."""
    found = identify_text(name, text)
    if found == MIME:
        return found
    return found if calls_for_more(found) and (name or text.lstrip().startswith(("#!", "#cloud-config", "<"))) else usual


def command_type(words: list[str]) -> str:
    """The type of what a command line reads as its script: ``python3 -u`` runs Python; empty if it runs no script."""
    elsewhere = False
    for word in words:
        name = word.rpartition("/")[2]
        if name in _PREFIXES or word.startswith("-") or "=" in word:
            continue
        found = interpreter_type(word.strip("\"'"))
        if found or not (elsewhere or name in _REMOTE):
            return found
        elsewhere = True
    return "shell" if elsewhere and words and words[0] in _REMOTE_SHELLS else ""


_REMOTE = frozenset(
    {"ssh", "su", "docker", "podman", "kubectl", "oc", "chroot", "nsenter", "runuser", "machinectl", "lxc", "vagrant"}
)
"""Programs that run another one somewhere else; what they run is named further on."""
_REMOTE_SHELLS = frozenset({"ssh", "su", "chroot", "nsenter", "runuser"})
_PREFIXES = frozenset({"sudo", "env", "exec", "time", "nice", "nohup", "command", "doas", "xargs", "timeout"})


def embed(path: str, content_type: str, text: MappedText, label: str = "") -> Embedded | None:
    """The piece, or None if its type calls for no analysis of its own or it is empty; MIME calls for that of its parts.

    Places that another program fills in before the script runs (``${{ github.ref }}``, ``${Name}``) become identifiers of the same
    length if the Python would not parse otherwise; what then does not parse is a template.
    """
    if not text.text.strip() or not (calls_for_more(content_type) or content_type == MIME):
        return None
    if content_type == "python" and _INTERPOLATION.search(text.text) and not is_python(text.text):
        filled = overwrite(text, _INTERPOLATION, lambda _: "_")
        content_type, text = (content_type, filled) if is_python(filled.text) else (content_type + TEMPLATE_ENDING, text)
    return Embedded(path, content_type, text, label or path)


def inline_scripts(words: list[str]) -> list[tuple[int, str]]:
    """Which words of a command are scripts, with their types: in ``sh -c SCRIPT`` the third one."""
    found = []
    for index, option in enumerate(words[:-1]):
        if option == "CMD-SHELL":  # the health check of a container
            found.append((index + 1, "shell"))
        elif index and option.startswith(("-", "/")):
            kind = _program_before(words[:index])
            is_shell = kind in SHELLS and _SHELL_OPTION.fullmatch(option)
            if is_shell or option in _OPTIONS.get(kind, ()):
                found.append((index + 1, kind))
    return found


def _program_before(words: list[str]) -> str:
    """The type of what the last program in a command line runs, whose options may be in between."""
    program = next((word for word in reversed(words[-_OPTIONS_BETWEEN:]) if not word.startswith("-")), "")
    return "" if "\n" in program else interpreter_type(program)


_OPTIONS_BETWEEN = 8
_SHELL_OPTION = re.compile(r"-[a-z]*c[a-z]*|/[cC]|-Command")
_OPTIONS = {"python": ("-c", "-uc", "-Ic"), "javascript": ("-e", "--eval", "-p"), "ruby": ("-e",), "perl": ("-e",), "php": ("-r",)}
