"""What a file declares that is no lock file: names and ranges, and the command that locks them."""

from __future__ import annotations

import msgspec

from scangate.advisories.manifest import AuditGap, Pin


class Declared(msgspec.Struct, frozen=True):
    """One declared dependency. ``wanted`` is the range, as the file writes it."""

    name: str
    wanted: str
    line: int
    development: bool = False


class Declaration(msgspec.Struct, frozen=True):
    """What one file declares. ``lock_command`` writes the lock file that is to be committed with it.

    ``pins`` are the releases that the file itself fixes, ``gaps`` what it does not.
    """

    dependencies: tuple[Declared, ...] = ()
    lock_command: str = ""
    pins: tuple[Pin, ...] = ()
    gaps: tuple[AuditGap, ...] = ()
