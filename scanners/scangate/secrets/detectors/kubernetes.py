"""Finds secrets in Kubernetes manifests: ``data`` and ``stringData`` of a Secret, and credentials in a kubeconfig.

https://kubernetes.io/docs/concepts/configuration/secret/, https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scangate.content.documents import Entry
from scangate.model import SecretClass
from scangate.secrets.candidates import detect
from scangate.secrets.detection import Detection
from scangate.secrets.encodings import decode_base64
from scangate.secrets.entries import ScalarEntry
from scangate.secrets.names import is_secret_name
from scangate.secrets.text import ScannedText

SECRET, CONFIG = "kubernetes-secret", "kubeconfig-credential"
RULES: Mapping[str, str] = {SECRET: "Value of a Kubernetes Secret", CONFIG: "Credential in a kubeconfig"}

_PUBLIC_TYPES = frozenset({"helm.sh/release.v1"})
_PUBLIC_ENDINGS = (".crt", ".pem.pub", ".pub", "ca-bundle", "ca.pem", "cert.pem", ".cer")
_KUBECONFIG_KEYS = {"client-key-data": SecretClass.KEY, "token": SecretClass.PASSWORD, "password": SecretClass.PASSWORD}
_KUBECONFIG_PROVIDER = frozenset({"access-token", "refresh-token", "id-token", "client-secret"})
_NOT_SECRET_NAMES = (
    "user",
    "username",
    "host",
    "hostname",
    "port",
    "database",
    "dbname",
    "name",
    "url",
    "endpoint",
    "region",
    "email",
)
_MIN_LENGTH = 3


def find(text: ScannedText) -> Iterator[Detection]:
    """The values of Secrets, and the keys, tokens and passwords of the users in a kubeconfig."""
    if not text.is_document:
        return
    has_secret = text.has("kind") and text.has("secret") and (text.has("data"))
    has_users = text.has("users") and (text.has("client-key-data", "token", "password"))
    if not (has_secret or has_users):
        return
    for entry in text.entries:
        if has_secret and (holder := _holder(entry)) is not None:
            yield from _secret(text, entry, holder)
        elif has_users and "user" in entry.path and "users" in entry.path:
            yield from _user(text, entry)


def _holder(entry: ScalarEntry) -> Entry | None:
    """The ``data`` or ``stringData`` of the Secret that has this entry."""
    parent = entry.entry.parent
    if parent is None or parent.key not in ("data", "stringData") or parent.parent is None:
        return None
    kind = parent.sibling("kind")
    return parent if kind == "Secret" and parent.sibling("type") not in _PUBLIC_TYPES else None


def _secret(text: ScannedText, entry: ScalarEntry, holder: Entry) -> Iterator[Detection]:
    key = entry.key.lower()
    value = decode_base64(entry.value) if holder.key == "data" else entry.value
    if not value and holder.key == "data":
        value = entry.value
    if key.endswith(_PUBLIC_ENDINGS) or len(value.strip()) < _MIN_LENGTH or "BEGIN CERTIFICATE" in value[:40]:
        return
    if holder.key == "data" and entry.tag:
        return
    words = key.replace("_", "-").replace(".", "-").split("-")
    if words[-1].endswith(_NOT_SECRET_NAMES) and not is_secret_name(entry.key):
        return
    is_settings = "\n" in value.strip() and "PRIVATE KEY" not in value
    if is_settings and holder.key == "stringData":
        return  # its lines are searched as text
    written = text.text[entry.start : entry.end]
    secret_class = SecretClass.KEY if "PRIVATE KEY" in value else SecretClass.PASSWORD
    user = next((entry.sibling(key) for key in ("username", "user") if entry.sibling(key)), "")
    yield from detect(SECRET, entry.start, written, value=value.strip(), name=entry.key, user=user, secret_class=secret_class)


def _user(text: ScannedText, entry: ScalarEntry) -> Iterator[Detection]:
    written = text.text[entry.start : entry.end]
    path = entry.path
    if entry.key in _KUBECONFIG_KEYS and path[-2] == "user":
        value = decode_base64(entry.value) if entry.key == "client-key-data" else entry.value
        if value:
            user = entry.sibling("username")
            secret_class = _KUBECONFIG_KEYS[entry.key]
            yield from detect(CONFIG, entry.start, written, value=value, name=entry.key, user=user, secret_class=secret_class)
    elif entry.key in _KUBECONFIG_PROVIDER and path[-2] == "config":
        yield from detect(CONFIG, entry.start, written, value=entry.value, name=entry.key)
