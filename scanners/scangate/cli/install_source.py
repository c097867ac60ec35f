"""Where a build installs scangate from: a git repository, a wheel, an index, S3, or the build's image."""

from __future__ import annotations

import enum
import re
from pathlib import PurePosixPath

import msgspec
from packaging.requirements import InvalidRequirement, Requirement

from scangate.errors import UsageError

PLACEHOLDER = "git+https://git.example.org/OWNER/scangate@COMMIT"
FORMS = "git+https://HOST/OWNER/scangate@COMMIT, the URL or path of a wheel, s3://BUCKET/WHEEL, scangate==VERSION, or image"
GIT = re.compile(r"git\+(?:https|ssh|file)://(?:git@)?[^@\s]+@[\w./-]+")
SSH_USER = "git@"


class SourceKind(enum.Enum):
    """How scangate gets into a build."""

    GIT = "git"
    URL = "url"
    PATH = "path"
    S3 = "s3"
    INDEX = "index"
    IMAGE = "image"
    PLACEHOLDER = "placeholder"


class InstallSource(msgspec.Struct, frozen=True):
    """A source as it was written; ``text`` is the value of the variable SCANGATE_INSTALL."""

    kind: SourceKind
    text: str

    def with_extras(self, extras: str) -> str:
        """What pip is given, with extras such as ``[aws]``; empty for an image.

        https://packaging.python.org/en/latest/specifications/dependency-specifiers/
        """
        if not extras:
            return self.text
        if self.kind is SourceKind.INDEX:
            return re.sub(r"^scangate", f"scangate{extras}", self.text)
        if self.kind is SourceKind.PATH:
            return self.text + extras
        if self.kind in (SourceKind.GIT, SourceKind.URL, SourceKind.PLACEHOLDER):
            return f"scangate{extras} @ {self.text}"
        return self.text

    def split_git(self) -> tuple[str, str]:
        """Repository and revision of a git source."""
        url, _, revision = self.text.removeprefix("git+").rpartition("@")
        return url, revision


def parse_install_source(text: str) -> InstallSource:
    """The source that ``text`` names; the placeholder for an empty text. Raises UsageError."""
    text = text.strip()
    if not text:
        return InstallSource(SourceKind.PLACEHOLDER, PLACEHOLDER)
    if re.search(r"[\s'\"$`\\<>|&;#]", text):
        raise UsageError("a source to install from has no quotes, spaces and other characters of the shell", f"one of: {FORMS}")
    if _may_hold_credentials(text):
        raise UsageError(
            "a source to install from has no user, password or query: the file is committed",
            "let the build's role or key give access",
        )
    return InstallSource(_classify(text), text)


def _may_hold_credentials(text: str) -> bool:
    """Whether a URL has what may give access: anything before the host but SSH's user, or a query, which may be a signature."""
    _, separator, rest = text.partition("://")
    host = re.split(r"[/?]", rest, maxsplit=1)[0]
    return bool(separator) and ("?" in rest or "@" in host.removeprefix(SSH_USER))


def _classify(text: str) -> SourceKind:
    if text == "image":
        return SourceKind.IMAGE
    if text.startswith("git+"):
        if not GIT.fullmatch(text):
            raise UsageError(f"{text} names no tag or commit", f"write {text.partition('@')[0]}@COMMIT")
        return SourceKind.GIT
    wheel = PurePosixPath(text).suffix == ".whl"
    if text.startswith("s3://") and wheel:
        return SourceKind.S3
    if text.startswith("https://") and wheel:
        return SourceKind.URL
    if text.startswith("/") and wheel:
        return SourceKind.PATH
    if _is_pinned(text):
        return SourceKind.INDEX
    raise UsageError(f"scangate cannot be installed from {text}", f"one of: {FORMS}")


def _is_pinned(text: str) -> bool:
    """Whether ``text`` names a version of scangate: the name alone may be anybody's on a public index."""
    try:
        wanted = Requirement(text)
    except InvalidRequirement:
        return False
    return wanted.name == "scangate" and bool(wanted.specifier)
