"""Fetch one commit of a repository into a new directory. git runs no hooks or filters and writes the blobs unchanged."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from scangate.errors import ScanError
from scangate.fleet.repository_address import RepositoryAddress
from scangate.model import GapKind
from scangate.scan.git import SAFE_CONFIG, SAFE_ENVIRONMENT
from scangate.scan.masking import mask_suspicious
from scangate.scan.process import ProcessRunner

# git's own message; it follows the server's output.
_ERROR_LINE = re.compile(r"^(?:fatal|error|ssh): .*$", re.MULTILINE)
MAX_REASON_LENGTH = 300

# Overrides the attributes in the tree: no filters, line end conversion, encodings or `$Id$` expansion.
ATTRIBUTES = "* -text -eol -filter -ident -working-tree-encoding -export-subst\n"
SSH_COMMAND = (
    "ssh",
    "-o",
    "BatchMode=yes",
    "-o",
    "ClearAllForwardings=yes",
    "-o",
    "PermitLocalCommand=no",
    "-o",
    "ConnectTimeout=30",
)
NO_CONFIGURATION = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_ATTR_NOSYSTEM": "1", "GIT_LFS_SKIP_SMUDGE": "1"}


def fetch_commit(address: RepositoryAddress, ref: str, folder: Path, processes: ProcessRunner, timeout: float) -> None:
    """Check out ``ref`` (empty: the default branch) into ``folder``, which must not exist.

    Each git command may take ``timeout`` seconds. Raises ScanError, which contains no credentials.
    """
    git = _Git(address, folder, processes, timeout)
    git.run("init", "--quiet", "--template=", "--initial-branch=fleet", "--", str(folder))
    info = folder / ".git" / "info"
    info.mkdir(exist_ok=True)
    (info / "attributes").write_text(ATTRIBUTES, encoding="utf-8")
    options = ("--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance", "--no-write-commit-graph")
    git.run("-C", str(folder), "fetch", *options, "--", _remote_url(address), ref or "HEAD", network=True)
    git.run("-C", str(folder), "checkout", "--quiet", "--force", "--detach", "--no-recurse-submodules", "FETCH_HEAD")


class _Git:
    def __init__(self, address: RepositoryAddress, folder: Path, processes: ProcessRunner, timeout: float) -> None:
        self._address = address
        self._folder = folder
        self._processes = processes
        self._timeout = timeout

    def run(self, *arguments: str, network: bool = False) -> None:
        argv = ["git", *SAFE_CONFIG, "-c", "advice.detachedHead=false", "-c", "gc.auto=0", *arguments]
        env = {**SAFE_ENVIRONMENT, **NO_CONFIGURATION, **(self._network_environment() if network else {})}
        output = self._processes.run(argv, timeout=self._timeout, env=env, network=network)
        if output.exit_code:
            command = next(word for word in arguments if word in ("init", "fetch", "checkout"))
            errors = _ERROR_LINE.findall(output.stderr.decode("utf-8", "replace"))
            reason = output.describe_death() or f"exit code {output.exit_code}"
            if errors:
                reason = mask_suspicious(self._address.redact(errors[-1]))
            raise ScanError(GapKind.CRASH, f"git {command} failed: {reason[:MAX_REASON_LENGTH]}", self._retry_hint())

    def _network_environment(self) -> Mapping[str, str]:
        """Allow this address's protocol only, and pass the credentials where no other user can see them."""
        address, environ = self._address, self._processes.environ
        agent = {name: environ[name] for name in ("SSH_AUTH_SOCK",) if name in environ and address.protocol == "ssh"}
        settings = {"http.followRedirects": "false" if address.credentials else "initial"}
        if address.credentials:
            settings[f"http.{address.url}.extraHeader"] = address.authorization_header
        pairs = {f"GIT_CONFIG_KEY_{number}": key for number, key in enumerate(settings)}
        pairs |= {f"GIT_CONFIG_VALUE_{number}": value for number, value in enumerate(settings.values())}
        return {
            "GIT_ALLOW_PROTOCOL": address.protocol or "file",
            "GIT_SSH_COMMAND": shlex.join(SSH_COMMAND),
            "GIT_CONFIG_COUNT": str(len(settings)),
            **pairs,
            **agent,
        }

    def _retry_hint(self) -> str:
        reference = shlex.quote(self._address.url or str(self._folder))
        return f"try: git ls-remote {reference}"


def _remote_url(address: RepositoryAddress) -> str:
    return address.url if address.protocol else f"file://{quote(address.url)}"
