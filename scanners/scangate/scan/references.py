"""Finds the files that a scanner has to be given because a file that it reads names them, see `plugin.ScannerTraits.also_reads`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from scangate.errors import ScanError
from scangate.scan.discovery import Listing, Target

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

    A file that cannot be read names nothing: it is a gap once it is scanned. ``accepts``: whether the scanner reads files with a
    path; of a folder that is named it gets those files. ``is_excluded``: whether the policy excludes a file.
    """
    tree = _Tree(listing)
    found = {target.path: target for target in targets}
    rest, added = list(found.values()), []
    while rest:
        named = rest.pop()
        for name in _names(named, listing, names_files):
            for target in tree.resolve(name, accepts):
                if target.path not in found:
                    found[target.path] = target
                    if not is_excluded(target):
                        added.append(target)
                        rest.append(target)
    return added


def _names(target: Target, listing: Listing, names_files: NamesFiles) -> list[str]:
    try:
        data = listing.reader([target], MAX_BYTES)(target)
    except ScanError:
        return []
    return list(dict.fromkeys(names_files(target.path, data)))


class _Tree:
    """The files of a listing and its companions, by name; a name is compared without regard to case if no file has it exactly."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing

    def resolve(self, name: str, accepts: Callable[[str], bool]) -> Iterator[Target]:
        """The files that a name means."""
        if name.endswith("/"):
            paths = [path for path in self._by_folder.get("" if name == "./" else name[:-1], ()) if accepts(path)]
        else:
            paths = [name] if name in self._paths else self._by_folded_name.get(name.casefold(), [])
            paths = paths if len(paths) == 1 else []
        for path in paths:
            target = self._targets.get(path) or self._listing.find_companion(path)
            if target is not None:
                yield target

    @cached_property
    def _targets(self) -> Mapping[str, Target]:
        return {target.path: target for target in self._listing.targets}

    @cached_property
    def _paths(self) -> frozenset[str]:
        return frozenset((*self._targets, *self._listing.companions))

    @cached_property
    def _by_folder(self) -> Mapping[str, list[str]]:
        """The paths by folder: only companions, since the scanner has all files of the listing that it accepts."""
        found: dict[str, list[str]] = {}
        for path in sorted(self._listing.companions):
            found.setdefault(path.rpartition("/")[0], []).append(path)
        return found

    @cached_property
    def _by_folded_name(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in sorted(self._paths):
            found.setdefault(path.casefold(), []).append(path)
        return found
