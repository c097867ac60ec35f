"""What content calls for, what scanners declare to analyze, and what a scan analyzed: the facts of a report's coverage section."""

from __future__ import annotations

import msgspec

from scangate.model.string_enum import StrEnum

ANY_TYPE = "*"
"""In a scanner's declaration: every content type; only for secrets, which are searched for in any text."""


class Analysis(StrEnum):
    """A kind of analysis that a scanner does, and that a content type can call for."""

    CODE = "code"
    CONFIGURATION = "configuration"
    SECRETS = "secrets"
    DEPENDENCIES = "dependencies"


class Coverage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """What a scanner declares: an analysis of one content type (or of ANY_TYPE), and the number of its rules; 0: not counted.

    ``within``: only of pieces in files of this content type, whose rules are about what the pieces do.
    """

    content_type: str
    analysis: Analysis
    rules: int = 0
    within: str = ""


class ContentFiles(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """The paths of the files that have, or contain, content of one type."""

    content_type: str
    paths: tuple[str, ...]


class AnalysisCoverage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """How far one analysis of one content type was done.

    ``files``: the number of analyzed files, ``scanners``: by which, ``rules``: with how many rules in all. ``not_analyzed``: the
    paths of the files that call for the analysis and that no scanner analyzed; not those with a gap of a scanner that would have.
    ``not_run``: scanners that declare the analysis and did not run. ``undeclared``: scanners that read some of the paths, and
    declare nothing at all.
    """

    analysis: Analysis
    files: int = 0
    scanners: tuple[str, ...] = ()
    rules: int = 0
    not_analyzed: tuple[str, ...] = ()
    not_run: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()


class ContentCoverage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """The number of files of one content type, without excluded ones, and the analyses that they call for or that were done."""

    content_type: str
    files: int
    analyses: tuple[AnalysisCoverage, ...] = ()
