"""Looks releases up on PyPI and in OSV with pip-audit, without waiting for a service that does not answer.

Whether a service answers is found out once, for all releases, and remembered for some minutes. A request is repeated only where
the answer says that the service is busy.
"""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from scangate.advisories.lookup_chain import Lookup, Release, Source
from scangate.errors import ScanError
from scangate.model import GapKind
from scangate.plugin import ScanContext
from scangate.tools.pip_audit_options import Options
from scangate.tools.pip_audit_runner import UnreachableError, make_batches, not_found, run_pip_audit
from scangate.tools.saved_lookups import Answer, SavedAnswers

if TYPE_CHECKING:
    from scangate.advisories.reachability import ServiceProbe

FLAGS: Mapping[Source, tuple[str, ...]] = {
    "PyPI": ("--vulnerability-service", "pypi"),
    "OSV": ("--vulnerability-service", "osv"),
}
PROBE_URLS: Mapping[Source, str] = {"PyPI": "https://pypi.org/pypi/pip/json", "OSV": "https://api.osv.dev/"}
"""Any answer will do; the requests name no dependency of the project."""
REMEMBER_SECONDS = 300.0  # that a service does not answer, or has no entry for a release
DAY_SECONDS = 86_400.0
ATTEMPTS = 2
RETRY_DELAY = 1.0  # seconds
_PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")


class AdvisoryServices:
    """The lookups of one run."""

    def __init__(self, options: Options, context: ScanContext) -> None:
        self._options = options
        self._context = context
        settings = repr([context.environ.get(name) for name in _PROXY_VARIABLES])
        self._network = hashlib.sha256(settings.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        self._failures: dict[Source, str] = {}

    def lookups(self) -> Iterator[tuple[Source, Lookup]]:
        """A lookup in each service, in the order in which they are asked."""
        for source in FLAGS:
            yield source, functools.partial(self._look_up, source)

    def _look_up(self, source: Source, releases: Iterable[Release]) -> Mapping[Release, Answer]:
        days = self._options.keep_days
        period = self._context.today.toordinal() // days if days else 0
        saved = SavedAnswers(self._context, f"{source} {period}", days * DAY_SECONDS)
        return saved.complete(list(releases), functools.partial(self._ask, source))

    def _ask(self, source: Source, releases: Sequence[Release]) -> dict[Release, Answer]:
        unknown = self._context.load_values(self._unknown_key(source, release) for release in releases)
        answers: dict[Release, Answer] = {
            release: not_found(source) for release in releases if self._unknown_key(source, release) in unknown
        }
        for batch in make_batches(release for release in releases if release not in answers):
            answers |= self._ask_batch(source, batch)
        return answers

    def _ask_batch(self, source: Source, batch: Sequence[Release]) -> dict[Release, Answer]:
        flags = [*FLAGS[source], "--timeout", str(self._options.seconds)]
        for attempt in range(1, ATTEMPTS + 1):
            if failure := self._failure(source):
                return dict.fromkeys(batch, UnreachableError(source, failure=failure))
            try:
                answers = run_pip_audit(source, batch, flags, self._context, network=True)
            except UnreachableError as error:
                if not error.may_recover or attempt == ATTEMPTS:
                    self._remember_failure(source, "its answers cannot be used")
                else:
                    time.sleep(RETRY_DELAY)
                continue
            self._remember_unknown(source, answers)
            return answers
        return dict.fromkeys(batch, UnreachableError(source, failure=self._failure(source)))

    def _failure(self, source: Source) -> str:
        """Why the service does not answer, empty if it does: as remembered, else found out now."""
        if source not in self._failures:
            self._failures[source] = self._remembered_failures.get(source, "") or self._probe(source)
        return self._failures[source]

    @functools.cached_property
    def _remembered_failures(self) -> Mapping[str, str]:
        keys = {self._failure_key(source): source for source in FLAGS}
        return {keys[key]: value.decode("utf-8", "replace") for key, value in self._context.load_values(keys).items()}

    def _probe(self, source: Source) -> str:
        if failure := self._prober.failure(source):
            self._remember_failure(source, failure)
        return failure

    @functools.cached_property
    def _prober(self) -> ServiceProbe:
        from scangate.advisories.reachability import ServiceProbe  # noqa: PLC0415 -- a slow import, only if a service is asked

        return ServiceProbe({source: url for source, url in PROBE_URLS.items() if source not in self._remembered_failures})

    def _remember_failure(self, source: Source, failure: str) -> None:
        self._failures[source] = failure
        self._context.save_values({self._failure_key(source): failure.encode()}, REMEMBER_SECONDS)

    def _remember_unknown(self, source: Source, answers: Mapping[Release, Answer]) -> None:
        unknown = [
            release
            for release, answer in answers.items()
            if isinstance(answer, ScanError) and answer.kind is GapKind.ADVISORY_UNANSWERED
        ]
        self._context.save_values({self._unknown_key(source, release): b"" for release in unknown}, REMEMBER_SECONDS)

    def _failure_key(self, source: Source) -> str:
        return f"failure\0{source}\0{self._network}"

    def _unknown_key(self, source: Source, release: Release) -> str:
        return "\0".join(("unknown", source, self._network, *release))
