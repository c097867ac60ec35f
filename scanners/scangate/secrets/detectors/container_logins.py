"""Finds logins for container registries: ``auths`` in Docker's config.json, and its legacy form .dockercfg.

https://docs.docker.com/reference/cli/docker/login/#credential-stores, https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scangate.secrets.candidates import detect
from scangate.secrets.detection import Detection
from scangate.secrets.encodings import decode_credentials
from scangate.secrets.text import ScannedText

RULE = "container-registry-login"
RULES: Mapping[str, str] = {RULE: "Login for a container registry"}

_TOKENS = frozenset({"identitytoken", "registrytoken"})


def find(text: ScannedText) -> Iterator[Detection]:
    """The logins of all registries; ``auth`` is decoded."""
    if not text.is_document or not text.has("auth"):
        return
    for entry in text.entries:
        if entry.key == "auth":
            user, password = decode_credentials(entry.value)
            if password and len(entry.path) > 1:
                written = text.text[entry.start : entry.end]
                yield from detect(RULE, entry.start, written, value=password, name="auth", user=user, host=entry.path[-2])
        elif entry.key in _TOKENS or (entry.key == "password" and "auths" in entry.path[:-1]):
            written = text.text[entry.start : entry.end]
            yield from detect(RULE, entry.start, written, value=entry.value, name=entry.key, user=entry.sibling("username"))
