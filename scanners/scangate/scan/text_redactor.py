"""Redacts texts that no scanner reported: those of the policy, and the names of revisions and of the scanned folder.

After a scan that was answered from the cache, no secret is in memory. Then a text that an earlier run with the same inputs found
clean counts as clean, by its digest (a clean text gives nothing away); for another one, the files with secrets are read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import msgspec

from scangate.model import Secret, SecretWeight
from scangate.scan.cache_store import CacheStore
from scangate.scan.masking import MASK
from scangate.scan.redaction import Redactor
from scangate.scan.result_cache import FileChangedError

DIGEST_BYTES = 16

FileSecrets = tuple[tuple[int, tuple[Secret, ...]], ...]
"""The strong secrets of files, by the index of the file in the listing."""


class KnownTexts(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What is stored: the digests of clean texts, and where the secrets are. Both hold for a run with this ``inputs_digest``."""

    inputs_digest: bytes
    clean: tuple[bytes, ...] = ()
    secrets: FileSecrets = ()


class TextRedactor:
    """Masks a run's strong secrets in any text; `learn` or `recall` sets which these are."""

    def __init__(self) -> None:
        self._load: Callable[[], Redactor] | None = None
        self._redactor: Redactor | None = None
        self._gathered: Redactor | None = None
        self.original_paths: Mapping[str, str] = {}
        self._known = KnownTexts(b"")
        self._clean: set[bytes] = set()
        self._store: tuple[CacheStore, bytes] | None = None

    def learn(
        self, redactor: Redactor, store: tuple[CacheStore, bytes] | None, inputs_digest: bytes, indexes: Mapping[str, int]
    ) -> None:
        """Takes the secrets of this run. ``store``: where to remember clean texts, and under which key; None: nowhere.

        ``indexes``: of the paths in the listing.
        """
        if self._gathered is not None:
            self._gathered.add_values_of(redactor)
            self.original_paths = redactor.original_paths()
            return
        self._redactor, self._store = redactor, store
        strong = (
            (indexes[path], tuple(sorted(secret for secret in found if secret.weight is SecretWeight.STRONG)))
            for path, found in redactor.secrets.items()
            if path in indexes
        )
        self._known = KnownTexts(inputs_digest, (), tuple(sorted((index, secrets) for index, secrets in strong if secrets)))
        self._clean = set()

    def recall(
        self,
        store: tuple[CacheStore, bytes],
        inputs_digest: bytes,
        load: Callable[[tuple[tuple[int, tuple[Secret, ...]], ...]], Redactor],
    ) -> bool:
        """Takes what an earlier run with the same inputs stored; False if there is nothing, or if several runs are gathered.

        ``load`` makes a redactor of it.
        """
        value = store[0].get([store[1]]).get(store[1], b"") if self._gathered is None else b""
        try:
            known = msgspec.msgpack.decode(value, type=KnownTexts) if value else None
        except (msgspec.MsgspecError, ValueError):
            return False
        if known is None or known.inputs_digest != inputs_digest:
            return False
        self._known, self._clean, self._store = known, set(known.clean), store
        self._load = lambda: load(known.secrets)
        return True

    def gather(self, redactor: Redactor) -> None:
        """Takes the secrets of several runs: those of ``redactor``, to which every `learn` adds its own.

        ``original_paths`` then has the paths that were masked in the last run, by what they were masked to.
        """
        self._gathered = self._redactor = redactor

    def redact(self, text: str) -> str:
        """The text without strong secrets and tokens."""
        return self._redact(text, Redactor.redact_text)

    def redact_fact(self, text: str) -> str:
        """The text, without tokens and what cannot be a name by chance: for names, such as that of a policy."""
        return self._redact(text, Redactor.redact_fact)

    def save(self) -> None:
        """Stores which texts were clean."""
        if self._store is not None and self._clean != set(self._known.clean):
            known = msgspec.structs.replace(self._known, clean=tuple(sorted(self._clean)))
            self._store[0].put({self._store[1]: msgspec.msgpack.encode(known)})

    def _redact(self, text: str, redact: Callable[[Redactor, str], str]) -> str:
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:DIGEST_BYTES] if text else b""
        if not text or digest in self._clean:
            return text
        if self._redactor is None:
            try:
                self._redactor = self._load() if self._load is not None else Redactor(())
            except FileChangedError:
                return MASK  # the secrets are no longer known
        redacted = redact(self._redactor, text)
        if redacted == text == self._redactor.redact_text(text):
            self._clean.add(digest)
        return redacted
