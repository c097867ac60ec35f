"""The options of the osv scanner."""

from __future__ import annotations

from typing import Annotated

import msgspec

from scangate.globs import Glob

NAME = "osv"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The policy's block for osv: known vulnerabilities of locked dependencies of npm, Go, Cargo, Maven and others.

    The advisories are those of the local store; nothing is sent to a service.
    """

    max_age_days: Annotated[
        Annotated[int, msgspec.Meta(ge=0)] | None,
        msgspec.Meta(
            description="Using advisories whose newest record is older is a gap (stale-store).", extra={"tighter": "lower"}
        ),
    ] = None
    internal: Annotated[
        tuple[Glob, ...], msgspec.Meta(description="Names of packages that are looked up nowhere, such as @acme/*.")
    ] = ()
