"""Finds the files that a scanner has to be given because a file that it reads names them, see `plugin.ScannerTraits.also_reads`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from scangate.errors import ScanError
from scangate.model import CHANGE_SOURCES
from scangate.scan.listing import Listing
from scangate.scan.target import Target
from scangate.tree_files import TreeFiles

NamesFiles = Callable[[str, bytes], Iterable[str]]
"""What a file names, by its path and its bytes: repository paths, or folders with a slash at the end."""
MAX_BYTES = 4 * 1024 * 1024  # of a file that is searched for names; a larger one is not written by hand


def find_referenced(
    targets: Iterable[Target],
    listing: Listing,
    names_files: NamesFiles,
    accepts: Callable[[str], bool],
    is_excluded: Callable[[Target], bool],
) -> list[Target]:
    """The files that ``targets`` name, that these name in turn, and so on: of the listing, else of its companions.

    In a scan of changed files, a companion that names one of them is read, too: what it says may decide what they mean. A file that
    cannot be read names nothing: it is a gap once it is scanned. ``accepts``: whether the scanner reads files with a path; of a
    folder that is named it gets those files. ``is_excluded``: whether the policy excludes a file.
    """
    tree = _Tree(listing)
    found = {target.path: target for target in targets}
    added: list[Target] = []

    def add(target: Target) -> bool:
        is_new = target.path not in found
        found.setdefault(target.path, target)
        if not is_new or is_excluded(target):
            return False
        added.append(target)
        return True

    rest = [*found.values(), *filter(add, _including(found, listing, names_files, accepts))]
    while rest:
        names = dict.fromkeys(name for named in _names(rest, listing, names_files).values() for name in named)
        rest = [target for name in names for target in tree.resolve(name, accepts) if add(target)]
    return added


def _including(
    found: Mapping[str, Target], listing: Listing, names_files: NamesFiles, accepts: Callable[[str], bool]
) -> list[Target]:
    """The companions of changed files that name one of these or of ``found``, or name one that does."""
    if listing.summary.source not in CHANGE_SOURCES:
        return []
    companions = [target for path in listing.companions if accepts(path) and (target := listing.find_companion(path))]
    names = {path: {name.casefold() for name in named} for path, named in _names(companions, listing, names_files).items()}
    wanted = {path.casefold() for path in (*found, *(target.path for target in listing.targets))}
    including: dict[str, Target] = {}
    is_complete = False
    while not is_complete:
        more = [each for each in companions if each.path not in including and not wanted.isdisjoint(names[each.path])]
        wanted |= {each.path.casefold() for each in more}
        including |= {each.path: each for each in more}
        is_complete = not more
    return list(including.values())


def _names(targets: Sequence[Target], listing: Listing, names_files: NamesFiles) -> dict[str, list[str]]:
    """What each file names, by its path."""
    read = listing.reader(targets, MAX_BYTES)
    names: dict[str, list[str]] = {}
    for target in targets:
        try:
            names[target.path] = list(names_files(target.path, read(target)))
        except ScanError:
            names[target.path] = []
    return names


class _Tree:
    """The files of a listing and its companions, by name; a name is compared without regard to case if no file has it exactly."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing

    def resolve(self, name: str, accepts: Callable[[str], bool]) -> Iterator[Target]:
        """The files that a name means."""
        if name.endswith("/"):
            paths = [path for path in self._by_folder.get("" if name == "./" else name[:-1], ()) if accepts(path)]
        else:
            paths = [path] if (path := self._files.find(name)) is not None else []
        for path in paths:
            target = self._targets.get(path) or self._listing.find_companion(path)
            if target is not None:
                yield target

    @cached_property
    def _targets(self) -> Mapping[str, Target]:
        return {target.path: target for target in self._listing.targets}

    @cached_property
    def _files(self) -> TreeFiles:
        return TreeFiles(frozenset((*self._targets, *self._listing.companions)))

    @cached_property
    def _by_folder(self) -> Mapping[str, list[str]]:
        """The paths by folder: only companions, since the scanner has all files of the listing that it accepts."""
        found: dict[str, list[str]] = {}
        for path in sorted(self._listing.companions):
            found.setdefault(path.rpartition("/")[0], []).append(path)
        return found
