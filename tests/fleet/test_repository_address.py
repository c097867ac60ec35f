"""An address is a path or a git URL; its credentials appear only in the header for git."""

from __future__ import annotations

import base64
import pickle
from pathlib import Path

import msgspec
import pytest

from scangate.fleet.repository_address import RepositoryAddress, parse_address

BASE = Path("/srv/lists")
PASSWORD = "hunter2-and:more/"  # pragma: allowlist secret


@pytest.mark.parametrize(
    ("text", "protocol", "url"),
    [
        ("https://git.example.org/a/b.git", "https", "https://git.example.org/a/b.git"),
        ("HTTPS://git.example.org:8443/a", "https", "https://git.example.org:8443/a"),
        ("https://[::1]:8443/a", "https", "https://[::1]:8443/a"),
        ("ssh://git@git.example.org:22/a/b", "ssh", "ssh://git@git.example.org:22/a/b"),
        ("git@git.example.org:a/b.git", "ssh", "git@git.example.org:a/b.git"),
        ("git.example.org:/srv/b.git", "ssh", "git.example.org:/srv/b.git"),
        ("file:///srv/a.git", "file", "file:///srv/a.git"),
        ("../a", "", "/srv/lists/../a"),
        ("/srv/a", "", "/srv/a"),
        ("./git:odd", "", "/srv/lists/git:odd"),
    ],
)
def test_a_valid_address_is_parsed(text: str, protocol: str, url: str) -> None:
    address = parse_address(text, BASE)
    assert (address.protocol, address.url, bool(address.credentials)) == (protocol, url, False)
    assert address.display == url
    assert address.authorization_header == ""


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "--upload-pack=touch /tmp/x", "-oProxyCommand=x:y"),
        *("ext::sh -c touch% /tmp/x", "fd::17/a", "EXT::x", "transport::https://git.example.org/a", "a::b"),
        *("http://git.example.org/a", "git://git.example.org/a", "ftp://git.example.org/a", "javascript://a/b"),
        *("https://", "https:///a", "https://git.example.org", "https://git.example.org/", "https://-host/a", "https://h:0/a"),
        *("https://h:99999/a", "https://h/a?private_token=x", "https://h/a#b", "https://h/a b", "https://h\\@evil/a"),
        *("ssh://-oProxyCommand=x/a", "ssh://-x@h/a", "ssh://u:p@h/a", "-x@h:a", "h:-a", "u@-h:a"),
        *("file://host/a", "https://h/\x1b[2J", "a\nb", "https://h/\u202ea"),
    ],
)
def test_an_invalid_address_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_address(text, BASE)


@pytest.mark.parametrize("login", ["me:hunter2-and%3Amore%2F", "hunter2-and%3Amore%2F", "me:hunter2-and%3Amore%2F@"])
def test_only_the_header_contains_credentials(login: str) -> None:
    text = f"https://{login.removesuffix('@')}@git.example.org/a.git"
    address = parse_address(text, BASE)
    assert address.url == "https://git.example.org/a.git"
    assert address.display == "https://***@git.example.org/a.git"
    assert PASSWORD in base64.b64decode(address.authorization_header.rpartition(" ")[2]).decode()
    assert not [each for each in (repr(address), str(address), repr([address])) if "hunter2" in each]
    again = pickle.loads(pickle.dumps(address))
    assert (again.display, again.authorization_header) == (address.display, address.authorization_header)
    with pytest.raises(TypeError):
        msgspec.json.encode(address)


def test_echoed_credentials_are_redacted() -> None:
    address = parse_address("https://me-myself:hunter2-and%3Amore%2F@git.example.org/a.git", BASE)
    echoed = f"fatal: {address.authorization_header} {PASSWORD} hunter2-and%3Amore%2F me-myself"
    assert "hunter2" not in address.redact(echoed)
    assert "me-myself" not in address.redact(echoed)
    assert address.authorization_header.rpartition(" ")[2] not in address.redact(echoed)


@pytest.mark.parametrize(
    "text", [f"http://me:{PASSWORD}@h/a", "https://me:hunter2@h/a?b", "ftp://me:hunter2@h/a", "ssh://me:hunter2@h/a", "-me:hunter2"]
)
def test_no_error_contains_credentials(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse_address(text, BASE)
    assert "hunter2" not in str(caught.value)


def test_an_address_without_credentials_redacts_nothing() -> None:
    assert RepositoryAddress("https", "https://h/a").redact("fatal: 403") == "fatal: 403"
