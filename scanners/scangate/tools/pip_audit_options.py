"""The options of the pip-audit scanner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from scangate.globs import Glob

if TYPE_CHECKING:
    from scangate.advisories.manifest import Pin

NAME = "pip-audit"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The policy's block for pip-audit: known vulnerabilities of pinned or locked Python dependencies.

    Only the environment sets the path of the local store, since a policy may come from the scanned tree.
    """

    advisories: Annotated[
        Literal["auto", "local"],
        msgspec.Meta(description="auto: ask PyPI, then OSV, then the local store; local: ask the store only, and send nothing."),
    ] = "auto"
    max_age_days: Annotated[
        Annotated[int, msgspec.Meta(ge=0)] | None,
        msgspec.Meta(description="Using a store whose newest record is older is a gap (stale-store).", extra={"tighter": "lower"}),
    ] = None
    seconds: Annotated[int, msgspec.Meta(description="The timeout of one request.")] = 15
    internal: Annotated[
        tuple[Glob, ...], msgspec.Meta(description="Names of packages that are looked up nowhere, such as acme-*.")
    ] = ()
    mirrors: Annotated[
        tuple[str, ...],
        msgspec.Meta(description="Hosts that mirror PyPI. Packages of any other index are looked up in the store only."),
    ] = ()
    resolve: Annotated[
        bool,
        msgspec.Meta(
            description="true: pip resolves ranges that no lock file covers, from wheels of your own indexes; not with local.",
            extra={"trusted only": True},
        ),
    ] = False
    keep_days: Annotated[
        Annotated[int, msgspec.Meta(ge=0, le=30)],
        msgspec.Meta(
            description="Days for which answers of PyPI and OSV are reused for unchanged manifests; 0 turns this off.",
            extra={"tighter": "lower"},
        ),
    ] = 1

    def is_private(self, pin: Pin) -> bool:
        """Whether no public service may learn the name of a pinned package."""
        return bool(pin.index) and pin.index not in self.mirrors
