"""The address of a policy that is kept elsewhere: in S3, in Systems Manager or behind HTTPS, pinned by the digest of its bytes."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import msgspec

from scangate.errors import PolicyError
from scangate.printable import replace_unprintable

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_PIN = re.compile(r"sha256=([0-9a-f]{64})")
SCHEMES = ("s3", "ssm", "https")
FORMS = "s3://BUCKET/KEY#sha256=HEX, ssm:///NAME#sha256=HEX or https://HOST/PATH#sha256=HEX"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class PolicyAddress(msgspec.Struct, frozen=True):
    """``location``: what to read. ``sha256``: 64 hexadecimal digits, of all its bytes."""

    location: str
    sha256: str

    @property
    def label(self) -> str:
        """The location for messages: on one line, without the query of a URL, which may be a signature."""
        return label_address(self.location)


def is_policy_address(spec: str) -> bool:
    """Whether a policy's name is an address, of whatever scheme; all else is a file or a bundled policy."""
    return _ADDRESS.match(spec) is not None


def label_address(spec: str) -> str:
    """What messages call an address: it, on one line, without pin, query and password."""
    scheme, _, rest = re.split(r"[?#]", spec, maxsplit=1)[0].partition("://")
    host, slash, path = rest.partition("/")
    return replace_unprintable(f"{scheme}://{host.rpartition('@')[2]}{slash}{path}")


def parse_policy_address(spec: str) -> PolicyAddress:
    """The address in ``spec``. Raises PolicyError without a digest, and for what is no address that policies are read from."""
    location, _, pin = spec.partition("#")
    label = label_address(spec)
    scheme = location.partition("://")[0]
    try:
        parts = urlsplit(location)
        local = scheme == "http" and parts.hostname in LOOPBACK
        has_password = parts.username is not None or parts.password is not None
    except ValueError:
        raise PolicyError(f"{label}: not an address", f"write it as {FORMS}") from None
    if scheme not in SCHEMES and not local:
        raise PolicyError(f"{label}: a policy is not read from {scheme}://", f"write it as {FORMS}")
    if scheme in {"http", "https"} and has_password:
        raise PolicyError(f"{label}: an address with a password", "keep it in the .netrc of the build")
    found = _PIN.fullmatch(pin)
    if found is None:
        raise PolicyError(
            f"{label}: a policy from elsewhere needs the digest of its bytes", f"add #sha256=HEX: {_digest_command(location)}"
        )
    return PolicyAddress(location, found[1])


def _digest_command(location: str) -> str:
    """What prints the digest of what is at a location now."""
    scheme, _, rest = location.partition("://")
    commands = {
        "s3": f"aws s3 cp {label_address(location)} - | sha256sum",
        "ssm": f"aws ssm get-parameter --name {replace_unprintable(rest)} --with-decryption --query Parameter.Value --output text "
        "| head -c -1 | sha256sum",
    }
    return commands.get(scheme, f"curl --fail {label_address(location)} | sha256sum")
