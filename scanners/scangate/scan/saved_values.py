"""Values that scanners save for later runs, such as answers of a service, in the signed cache."""

from __future__ import annotations

import hashlib
import struct
import threading
from collections.abc import Iterable, Mapping

from scangate.scan.cache_store import CacheStore

_EXPIRY = struct.Struct(">d")


class SavedValues:
    """The values of all scanners in ``cache``. ``now``: seconds since 1970. Thread-safe."""

    def __init__(self, cache: CacheStore, now: float) -> None:
        self._cache = cache
        self._now = now
        self._lock = threading.Lock()

    def load(self, scanner: str, keys: Iterable[str]) -> dict[str, bytes]:
        """The values of ``keys`` that the scanner saved and that have not expired."""
        by_row = {_row_key(scanner, key): key for key in keys}
        with self._lock:
            stored = self._cache.get(by_row)
        return {by_row[row]: value[_EXPIRY.size :] for row, value in stored.items() if self._is_valid(value)}

    def save(self, scanner: str, values: Mapping[str, bytes], seconds: float) -> None:
        """Saves ``values``, which expire ``seconds`` after the start of this run."""
        expiry = _EXPIRY.pack(self._now + seconds)
        with self._lock:
            self._cache.put({_row_key(scanner, key): expiry + value for key, value in values.items()})

    def _is_valid(self, value: bytes) -> bool:
        return len(value) >= _EXPIRY.size and self._now < _EXPIRY.unpack_from(value)[0]


def _row_key(scanner: str, key: str) -> bytes:
    return hashlib.sha256(f"value\0{scanner}\0{key}".encode("utf-8", "surrogatepass")).digest()
