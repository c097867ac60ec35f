"""Answers about releases that an earlier run got, so that each is asked for once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from scangate.advisories.lookup_chain import Release, Vulnerability
from scangate.errors import ScanError
from scangate.plugin import ScanContext

Answer = tuple[Vulnerability, ...] | ScanError
"""The vulnerabilities of a release, or why there is no answer."""


class SavedAnswers:
    """The answers of one source. ``source`` names it and all that its answers depend on; they are kept for ``seconds``."""

    def __init__(self, context: ScanContext, source: str, seconds: float) -> None:
        self._context = context
        self._source = source
        self._seconds = seconds

    def complete(
        self, releases: Sequence[Release], ask: Callable[[Sequence[Release]], Mapping[Release, Answer]]
    ) -> dict[Release, Answer]:
        """The saved answers, and for the other releases those of ``ask``, which are saved unless they are errors."""
        answers: dict[Release, Answer] = dict(self._load(releases))
        missing = [release for release in releases if release not in answers]
        if missing:
            new = ask(missing)
            self._save({release: answer for release, answer in new.items() if not isinstance(answer, ScanError)})
            answers |= new
        return answers

    def _load(self, releases: Sequence[Release]) -> dict[Release, tuple[Vulnerability, ...]]:
        if self._seconds <= 0:
            return {}
        keys = {self._key(release): release for release in releases}
        found = {}
        for key, value in self._context.load_values(keys).items():
            try:
                found[keys[key]] = msgspec.msgpack.decode(value, type=tuple[Vulnerability, ...])
            except (msgspec.MsgspecError, ValueError):
                continue  # damaged: it is asked for again
        return found

    def _save(self, answers: Mapping[Release, tuple[Vulnerability, ...]]) -> None:
        if self._seconds > 0:
            values = {self._key(release): msgspec.msgpack.encode(found) for release, found in answers.items()}
            self._context.save_values(values, self._seconds)

    def _key(self, release: Release) -> str:
        return "\0".join(("answer", self._source, *release))
