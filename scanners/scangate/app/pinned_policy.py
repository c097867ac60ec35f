"""Reads a policy from its pinned address: from the user's cache where it is there, else from the network.

Cached files are named by their digest, which is checked whenever one is read: a build without a network can use what an earlier
one, or an image, has there, and a file that another user wrote is ignored.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from pathlib import Path

from scangate.errors import PolicyError, PublishError, ScangateError
from scangate.files import read_regular_file, write_temporary
from scangate.judge.policy_address import PolicyAddress, parse_policy_address
from scangate.judge.policy_yaml import MAX_BYTES
from scangate.publish.pinned_document import fetch_document
from scangate.user_folders import user_cache_directory

FOLDER = "policies"


def read_pinned_policy(spec: str, environ: Mapping[str, str]) -> bytes:
    """The bytes of the policy at an address. Raises PolicyError if it has no digest or another, or cannot be read."""
    address = parse_policy_address(spec)
    file = _cached_file(address, environ)
    cached = _read_cached(file, address)
    if cached is not None:
        return cached
    try:
        data = fetch_document(address.location, MAX_BYTES)
    except (PublishError, ScangateError) as error:
        hint = error.hint or f"check the address: scangate policy check '{address.label}#sha256={address.sha256}'"
        raise PolicyError(f"{address.label}: cannot be read: {error}", hint) from error
    found = hashlib.sha256(data).hexdigest()
    if found != address.sha256:
        hint = f"review the change, then pin it: {address.label}#sha256={found}"
        raise PolicyError(f"{address.label}: the content is not the pinned one, its digest is {found}", hint)
    _store(file, data)
    return data


def _cached_file(address: PolicyAddress, environ: Mapping[str, str]) -> Path | None:
    try:
        return user_cache_directory(environ, "") / FOLDER / address.sha256
    except ScangateError:  # no home directory: nothing is cached
        return None


def _read_cached(file: Path | None, address: PolicyAddress) -> bytes | None:
    """The cached bytes, if they have the digest."""
    if file is None:
        return None
    try:
        data = read_regular_file(file, MAX_BYTES)
    except OSError:
        return None
    return data if hashlib.sha256(data).hexdigest() == address.sha256 else None


def _store(file: Path | None, data: bytes) -> None:
    """Keeps the bytes for later runs; a folder that cannot be written only costs the next run a request."""
    if file is None:
        return
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = write_temporary(file, data)
        try:
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
