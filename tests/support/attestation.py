"""Keys, and a bundle that is attested and verified."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from scangate.model import Report
from tests.support.command import CommandResult, environment, run_scangate
from tests.support.verdict_files import write_verdict


def pair(kind: str = "ec") -> tuple[bytes, bytes]:
    """A private and a public key, PEM."""
    made: dict[str, Callable[[], Any]] = {
        "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
        # scangate: ignore[semgrep:python-small-key, bandit:B505] -- a weak key is what must be refused
        "weak": lambda: rsa.generate_private_key(65537, 1024),
    }
    key = made[kind]()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private, public


PRIVATE, PUBLIC = pair()


class BundleProject:
    """A bundle, a key pair, and the two commands."""

    def __init__(self, folder: Path) -> None:
        self.bundle = folder / "bundle"
        self.bundle.mkdir()
        (self.bundle / "app.py").write_text("print()\n", "utf-8")
        (folder / "key.pem").write_bytes(PRIVATE)
        (folder / "pub.pem").write_bytes(PUBLIC)
        self.folder = folder

    def attest(self, report: Report, *more: str, env: dict[str, str] | None = None) -> CommandResult:
        judged = msgspec.structs.replace(report.verdict, environment="production")
        file = write_verdict(msgspec.structs.replace(report, verdict=judged), self.folder)
        key = () if "--kms-key" in more else ("--key", str(self.folder / "key.pem"))
        return run_scangate("attest", file, self.bundle, *key, *more, cwd=self.folder, env=environment(**(env or {})))

    def verify(self, *more: str, wanted: str = "production", key: str = "pub.pem") -> CommandResult:
        return run_scangate("verify", self.bundle, "--key", self.folder / key, "--env", wanted, *more, cwd=self.folder)
