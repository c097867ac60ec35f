"""Says of files with blocking findings in a scan of what is staged that the work tree has another version: a fix was not staged."""

from __future__ import annotations

from collections.abc import Iterator

from scangate.app.policy_checkout import read_worktree_file
from scangate.model import FileSource, Note, NoteKind, RulingOutcome, Verdict
from scangate.scan.git import hash_blob
from scangate.scan.listing import Listing


def list_unstaged(verdict: Verdict, listing: Listing | None) -> Iterator[Note]:
    """A note on each such file; a difference in line ends alone is none."""
    if listing is None or listing.summary.source is not FileSource.STAGED:
        return
    blocking = {each.finding.location.path for each in verdict.rulings if each.outcome is RulingOutcome.BLOCKING}
    for target in listing.targets:
        if target.path not in blocking or not target.blob or target.nested or target.link_to or target.sha256:
            continue
        data = read_worktree_file(listing.root, target.path)
        if data is not None and target.blob not in hash_blob(data) | hash_blob(data.replace(b"\r\n", b"\n")):
            yield Note(NoteKind.NOT_STAGED, path=target.path)
