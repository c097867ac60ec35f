"""semgrep with rules of the user's own in addition to ours; see `user_rules`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scangate.model import FileReport
from scangate.plugin import Coverage, FileFacts, ScanContext, SourceFile
from scangate.tools import semgrep
from scangate.tools.user_rules import UserRules


class SemgrepWithUserRules:
    """The scanner semgrep for one set of the user's rules."""

    NAME = semgrep.NAME
    Options = semgrep.Options
    FIXED_TEXTS = semgrep.FIXED_TEXTS - {"message"}  # a message of theirs may quote what the rule matched
    SPLITTABLE = semgrep.SPLITTABLE
    version = staticmethod(semgrep.version)
    cache_key = staticmethod(semgrep.cache_key)

    def __init__(self, rules: UserRules) -> None:
        self._rules = rules

    def reads(self, file: FileFacts, options: semgrep.Options) -> bool:
        """Files to which at least one rule applies."""
        return semgrep.reads(file, options) or self._rules.is_about(file.path, file.content_type)

    def coverage(self, options: semgrep.Options) -> Iterable[Coverage]:
        """What all rules together cover."""
        return semgrep.cover_content(options, self._rules.scopes())

    def scan(self, files: Sequence[SourceFile], options: semgrep.Options, context: ScanContext) -> Iterable[FileReport]:
        """As `semgrep.scan`."""
        return semgrep.scan(files, options, context, self._rules)
