"""Tells what a source lacks that CodePipeline handed over without its .git, and how to have it handed over; asks nobody."""

from __future__ import annotations

from collections.abc import Mapping

from scangate.publish.codebuild import detect_build

__all__ = ["missing_repository_notes"]

NOTE = (
    "CodePipeline handed the source over without .git, so nobody knows what is tracked, or what a change brings: "
    "let the source action hand over a full clone (OutputArtifactFormat: CODEBUILD_CLONE_REF)"
)


def missing_repository_notes(environ: Mapping[str, str], *, has_repository: bool) -> tuple[str, ...]:
    """A note for the report of a pipeline's build without a repository; none for any other."""
    here = detect_build(environ)
    if has_repository or here is None or not here.pipeline:
        return ()
    return (NOTE,)
