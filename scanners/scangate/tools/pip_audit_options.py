"""The options of the pip-audit scanner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from scangate.globs import Glob

if TYPE_CHECKING:
    from scangate.advisories.manifest import Pin

NAME = "pip-audit"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The policy's block for pip-audit.

    ``advisories``: ``auto`` looks releases up on PyPI, then in OSV, then in the local store; ``local`` uses the store only, and no
    name leaves the machine. Only the environment sets the path of the store, since a policy may come from the scanned tree.
    ``max_age_days``: a store whose newest record is older is a gap. ``seconds``: the timeout of one request. ``internal``: packages
    that are not looked up anywhere. ``mirrors``: hosts of indexes that mirror PyPI; packages from any other index are private, and
    looked up in the store only. ``keep_days``: how long answers of the services are reused for the same manifests; 0 disables
    reuse. Answers of the store are reused until the store changes. ``resolve``: pip resolves ranges that no lock file covers, from
    wheels only and with the user's own indexes; not with ``local``.
    """

    advisories: Literal["auto", "local"] = "auto"
    max_age_days: Annotated[Annotated[int, msgspec.Meta(ge=0)] | None, msgspec.Meta(extra={"tighter": "lower"})] = None
    seconds: int = 15
    internal: tuple[Glob, ...] = ()
    mirrors: tuple[str, ...] = ()
    resolve: Annotated[bool, msgspec.Meta(extra={"trusted only": True})] = False
    keep_days: Annotated[Annotated[int, msgspec.Meta(ge=0, le=30)], msgspec.Meta(extra={"tighter": "lower"})] = 1

    def is_private(self, pin: Pin) -> bool:
        """Whether no public service may learn the name of a pinned package."""
        return bool(pin.index) and pin.index not in self.mirrors
