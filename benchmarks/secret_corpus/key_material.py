"""Makes key material in its containers: the structure is the format's, the numbers are random and fit no key pair.

Sources: RFC 7468 (PEM), RFC 8017 and 5915 (RSA and EC private keys), RFC 5958 (PKCS #8), PROTOCOL.key of OpenSSH, RFC 9580 (OpenPGP
armor), appendix C of PuTTY's manual (PPK), the age specification (C2SP).
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping
from random import Random

from .markup import Make

__all__ = ["KEY_KINDS"]

BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
RSA_OID = bytes.fromhex("06092a864886f70d0101010500")
P256_OID = bytes.fromhex("06082a8648ce3d030107")
EC_OID = bytes.fromhex("06072a8648ce3d0201")


def armored(label: str, data: bytes, width: int = 64, headers: str = "") -> str:
    """``data`` in PEM, in lines of ``width`` characters."""
    text = base64.b64encode(data).decode()
    lines = [text[start : start + width] for start in range(0, len(text), width)]
    return "\n".join([f"-----BEGIN {label}-----", *([headers, ""] if headers else []), *lines, f"-----END {label}-----"])


def _tlv(tag: int, data: bytes) -> bytes:
    size = len(data)
    if size < 128:
        return bytes([tag, size]) + data
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 128 | len(octets)]) + octets + data


def _integer(random: Random, octets: int) -> bytes:
    return _tlv(2, b"\x00" + bytes([random.randrange(128, 256)]) + random.randbytes(octets - 1))


def _rsa_der(random: Random, octets: int = 128) -> bytes:
    half = octets // 2
    numbers = _integer(random, octets) + b"\x02\x03\x01\x00\x01" + _integer(random, octets)
    return _tlv(0x30, b"\x02\x01\x00" + numbers + b"".join(_integer(random, half) for _ in range(5)))


def _ec_der(random: Random) -> bytes:
    point = b"\x00\x04" + random.randbytes(64)
    return _tlv(0x30, b"\x02\x01\x01" + _tlv(4, random.randbytes(32)) + _tlv(0xA0, P256_OID) + _tlv(0xA1, _tlv(3, point)))


def _rsa(random: Random) -> str:
    return armored("RSA PRIVATE KEY", _rsa_der(random, random.choice((128, 256))))


def _rsa_encrypted(random: Random) -> str:
    headers = f"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{random.randbytes(16).hex().upper()}"
    return armored("RSA PRIVATE KEY", random.randbytes(608), headers=headers)


def _pkcs8(random: Random) -> str:
    if random.random() < 0.5:
        algorithm, key = _tlv(0x30, RSA_OID), _rsa_der(random)
    else:
        algorithm, key = _tlv(0x30, EC_OID + P256_OID), _ec_der(random)
    return armored("PRIVATE KEY", _tlv(0x30, b"\x02\x01\x00" + algorithm + _tlv(4, key)))


def _ssh_string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _openssh(random: Random) -> str:
    public = _ssh_string(b"ssh-ed25519") + _ssh_string(random.randbytes(32))
    check = random.randbytes(4) * 2
    private = check + public + _ssh_string(random.randbytes(64)) + _ssh_string(b"deploy")
    private += bytes(range(1, 1 + -len(private) % 8))
    none = _ssh_string(b"none")
    data = (
        b"openssh-key-v1\x00" + none + none + _ssh_string(b"") + struct.pack(">I", 1) + _ssh_string(public) + _ssh_string(private)
    )
    return armored("OPENSSH PRIVATE KEY", data, 70)


def _ssh_public(random: Random) -> str:
    data = _ssh_string(b"ssh-ed25519") + _ssh_string(random.randbytes(32))
    return "ssh-ed25519 " + base64.b64encode(data).decode()


def _ssh_rsa_public(random: Random) -> str:
    data = _ssh_string(b"ssh-rsa") + _ssh_string(b"\x01\x00\x01") + _ssh_string(b"\x00" + random.randbytes(256))
    return "ssh-rsa " + base64.b64encode(data).decode()


def _crc24(data: bytes) -> int:
    crc = 0xB704CE
    for octet in data:
        crc ^= octet << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1864CFB
    return crc & 0xFFFFFF


def _pgp(kind: str, tag: int) -> Make:
    def make(random: Random) -> str:
        body = b"\x04" + struct.pack(">I", random.randint(1400000000, 1790000000)) + b"\x16" + random.randbytes(200)
        data = bytes([tag, len(body) - 192 >> 8 | 192, len(body) - 192 & 255]) + body
        check = base64.b64encode(_crc24(data).to_bytes(3, "big")).decode()
        head, _, tail = armored(f"PGP {kind}", data).rpartition("\n")
        begin, _, rest = head.partition("\n")
        return f"{begin}\n\n{rest}\n={check}\n{tail}"

    return make


def _certificate(random: Random) -> str:
    return armored(
        "CERTIFICATE", _tlv(0x30, b"\xa0\x03\x02\x01\x02" + _integer(random, 16) + _tlv(0x30, RSA_OID) + random.randbytes(600))
    )


def _public_pem(random: Random) -> str:
    key = _tlv(0x30, _integer(random, 256) + b"\x02\x03\x01\x00\x01")
    return armored("PUBLIC KEY", _tlv(0x30, _tlv(0x30, RSA_OID) + _tlv(3, b"\x00" + key)))


def _putty(random: Random) -> str:
    public = base64.b64encode(_ssh_string(b"ssh-ed25519") + _ssh_string(random.randbytes(32))).decode()
    private = base64.b64encode(_ssh_string(random.randbytes(32))).decode()
    head = f"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: eddsa-key-{random.randint(20190101, 20261128)}"
    lines = f"Public-Lines: 2\n{public[:64]}\n{public[64:]}\nPrivate-Lines: 1\n{private}"
    return f"{head}\n{lines}\nPrivate-MAC: {random.randbytes(32).hex()}"


def _age(random: Random) -> str:
    return "AGE-SECRET-KEY-1" + "".join(random.choices(BECH32, k=58)).upper()


def _minisign(random: Random) -> str:
    return "untrusted comment: minisign encrypted secret key\n" + base64.b64encode(b"EdScB2" + random.randbytes(152)).decode()


KEY_KINDS: Mapping[str, Make] = {
    "key.rsa": _rsa,
    "key.rsa-encrypted": _rsa_encrypted,
    "key.pkcs8": _pkcs8,
    "key.ec": lambda random: armored("EC PRIVATE KEY", _ec_der(random)),
    "key.openssh": _openssh,
    "key.pgp": _pgp("PRIVATE KEY BLOCK", 0xC5),
    "key.putty": _putty,
    "key.age": _age,
    "key.minisign": _minisign,
    "public.ssh": _ssh_public,
    "public.ssh-rsa": _ssh_rsa_public,
    "public.pem": _public_pem,
    "public.pgp": _pgp("PUBLIC KEY BLOCK", 0xC6),
    "public.certificate": _certificate,
    "public.age": lambda random: "age1" + "".join(random.choices(BECH32, k=58)),
}
"""By kind, what makes a private key, a public key or a certificate."""
