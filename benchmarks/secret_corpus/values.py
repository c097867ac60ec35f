"""Makes values by kind: passwords as people and programs choose them, names, digests, identifiers."""

from __future__ import annotations

import base64
import hashlib
import string
import uuid
from collections.abc import Mapping, Sequence
from random import Random

from .key_material import KEY_KINDS
from .markup import Make
from .snippets import split_words

__all__ = ["KINDS", "characters"]

ALNUM = string.ascii_letters + string.digits
LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
HEX = "0123456789abcdef"
URLSAFE = ALNUM + "-_"

WORDS = split_words(
    "amber anchor apollo autumn badger bamboo banjo basil beacon birch bishop blizzard bramble bronze cactus canyon "
    "carbon cedar cobalt comet"
    "copper coral cosmos crimson cypress dagger dakota delta denver dolphin dragon eagle eclipse ember falcon fjord "
    "flamingo forest galaxy garnet"
    "ginger glacier granite hazel heron hornet indigo island ivory jasper juniper karma kestrel lagoon lantern "
    "lemon lotus magnet mango maple"
    "marble meadow meteor mistral monsoon nebula nectar nickel oasis ocean olive onyx orchid osprey otter panther "
    "pepper phoenix pirate planet"
    "poppy quartz raven ripple river rocket saffron salmon sequoia shadow silver sparrow spruce summit sunset tango "
    "thunder tiger topaz tulip"
    "tundra turbo umbra valley velvet violet walnut willow winter wizard yonder zephyr zodiac"
)
USERS = split_words(
    "alice anna app_rw backup billing bjoern carlos ci-runner dba deploy erin etl frank grafana igor jenkins joao "
    "kate marc mwilson orders reader reports svc_sync tomasz web yuki"
)
HOSTS = split_words(
    "db01 db-prod cache-2 mail mq1 pg-main ldap1 ftp sftp-eu repo build stage-db warehouse metrics api gateway node7"
)
ZONES = split_words(
    "corp.acmetools.net intra.northwind.io prod.fabrikam.co lan.globexhq.com svc.initech.dev umbrella-shop.eu eu.contoso-apps.com"
)
APPS = split_words(
    "orders billing webshop inventory crm-sync payments ledger notifier reporting auth-proxy catalog telemetry "
    "scheduler mailer gatekeeper"
)
FIRMS = split_words("acme northwind fabrikam globex initech contoso hooli")
SYMBOLS = "!*_-.+"
WILD = "!@#%^&*()_-+=?"
LEET = str.maketrans("aeios", "43105")
SENTENCES = (
    "The worker retries three times before it gives up.",
    "See the runbook for the order of these steps.",
    "Kept for compatibility with the first release.",
    "Values are read once, when the process starts.",
    "This block is generated; edit the source instead.",
    "Only the primary accepts writes.",
)


def characters(random: Random, alphabet: Sequence[str], least: int, most: int = 0) -> str:
    """From ``least`` to ``most`` characters of the alphabet; exactly ``least`` without ``most``."""
    return "".join(random.choices(alphabet, k=random.randint(least, most or least)))


def _word(random: Random) -> str:
    return random.choice(WORDS)


def _camel(random: Random) -> str:
    return _word(random) + _word(random).title()


def _human(random: Random) -> str:
    """As people choose: words, years, a sign at the end, some letters as digits."""
    one, two = random.sample(WORDS, 2)
    year = str(random.randint(1971, 2026))
    return random.choice(
        [
            one.title() + year + random.choice("!*."),
            one.translate(LEET).title() + random.choice(SYMBOLS) + year[2:],
            one + two.title() + str(random.randint(2, 99)),
            f"{one}_{two}{year[2:]}",
            one.title() + two.title() + random.choice("!*") + str(random.randint(1, 9)),
            f"{year}{one.translate(LEET)}{random.choice(SYMBOLS)}",
        ]
    )


def _weak(random: Random) -> str:
    """Words in lower case, with few digits or none: what a dictionary attack tries, and many people use."""
    one, two = random.sample(WORDS, 2)
    return random.choice(
        [one + str(random.randint(1, 999)), one + two, f"{one}-{two}", one[:4] + two[:4] + str(random.randint(1, 9))]
    )


def _mixed(random: Random, signs: str, least: int, most: int) -> str:
    """Random, with letters of both cases, a digit and one of the signs; begins with a letter."""
    rest = [
        random.choice(string.ascii_lowercase),
        random.choice(string.ascii_uppercase),
        random.choice(string.digits),
        random.choice(signs),
    ]
    rest += random.choices(ALNUM + signs, k=random.randint(least, most) - 5)
    random.shuffle(rest)
    return random.choice(string.ascii_letters) + "".join(rest)


def _password(random: Random) -> str:
    pick = random.random()
    if pick < 0.12:
        return _weak(random)
    if pick < 0.5:
        return _human(random)
    return _alphanumeric(random) if pick < 0.8 else _mixed(random, SYMBOLS, 9, 20)


def _alphanumeric(random: Random) -> str:
    return random.choice(string.ascii_letters) + characters(random, ALNUM, 8, 23) + random.choice(string.digits)


def _passphrase(random: Random) -> str:
    return random.choice(" -.").join([*random.sample(WORDS, random.randint(3, 5)), str(random.randint(2, 99))])


def _hash(name: str) -> Make:
    return lambda random: hashlib.new(name, random.randbytes(16)).hexdigest()


def _base64(least: int, most: int) -> Make:
    return lambda random: base64.b64encode(random.randbytes(random.randint(least, most))).decode()


def _uuid(random: Random) -> str:
    return str(uuid.UUID(bytes=random.randbytes(16), version=4))


def _integrity(random: Random) -> str:
    return "sha512-" + base64.b64encode(random.randbytes(64)).decode()


def _png(random: Random) -> str:
    """The data of an image: the signature and header of a PNG, then noise."""
    head = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10\x08\x06\x00\x00\x00\x1f\xf3\xffa"
    return base64.b64encode(head + random.randbytes(90)).decode()


def _jwt(random: Random) -> str:
    """Header and claims as RFC 7519 has them, and a signature of the length of SHA-256."""
    head = '{"alg":"HS256","typ":"JWT"}'
    claims = f'{{"sub":"{_uuid(random)}","iss":"https://{_host(random)}","iat":{random.randint(1500000000, 1790000000)}}}'
    parts = (head.encode(), claims.encode(), random.randbytes(32))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def _host(random: Random) -> str:
    return f"{random.choice(HOSTS)}.{random.choice(ZONES)}"


def _bcrypt(random: Random) -> str:
    return f"$2y${random.choice(('10', '12'))}${characters(random, './' + ALNUM, 53)}"


def _sha512_crypt(random: Random) -> str:
    return f"$6${characters(random, './' + ALNUM, 8, 16)}${characters(random, './' + ALNUM, 86)}"


def _apr1(random: Random) -> str:
    return f"$apr1${characters(random, './' + ALNUM, 8)}${characters(random, './' + ALNUM, 22)}"


def _sha_htpasswd(random: Random) -> str:
    return "{SHA}" + base64.b64encode(random.randbytes(20)).decode()


def _mysql_hash(random: Random) -> str:
    return "*" + characters(random, "0123456789ABCDEF", 40)


def _basic(random: Random) -> str:
    """The user and password of an Authorization header or a Docker configuration."""
    return base64.b64encode(f"{random.choice(USERS)}:{_password(random)}".encode()).decode()


def _arn(random: Random) -> str:
    service = random.choice(("sqs:eu-west-1", "sns:us-east-1", "lambda:eu-central-1", "secretsmanager:eu-west-1", "kms:us-west-2"))
    tail = {"lambda": "function:", "secretsmanager": "secret:", "kms": "key/"}.get(service.partition(":")[0], "")
    return (
        f"arn:aws:{service}:{characters(random, string.digits, 12)}:{tail}{random.choice(APPS)}-{_word(random)}-dead-letter-queue"
    )


def _local_url(random: Random) -> str:
    """The address of a service of a developer's own machine, with the defaults that its documentation gives."""
    scheme, name, word, port = random.choice(
        [
            ("postgres", "postgres", "postgres", 5432),
            ("postgresql", "test", "test", 5432),
            ("mysql", "root", "root", 3306),
            ("amqp", "guest", "guest", 5672),
            ("mongodb", "root", "example", 27017),
            ("redis", "default", "redis", 6379),
        ]
    )
    return f"{scheme}://{name}:{word}@{random.choice(('localhost', '127.0.0.1'))}:{port}/{random.choice(('test', 'dev', ''))}"


def _choice(options: Sequence[str]) -> Make:
    return lambda random: random.choice(options)


def _of(alphabet: str, least: int, most: int = 0) -> Make:
    return lambda random: characters(random, alphabet, least, most)


KINDS: Mapping[str, Make] = {
    # secrets
    "password": _password,
    "password.human": _human,
    "password.random": _alphanumeric,
    "password.wild": lambda random: _mixed(random, WILD, 10, 20),
    "password.at": lambda random: f"{_word(random)}@{random.randint(10, 9999)}",
    "passphrase": _passphrase,
    "pin": _of(string.digits, 6, 8),
    "secret": _of(ALNUM, 24, 48),
    "secret.hex": _of(HEX, 32),
    "secret.hex64": _of(HEX, 64),
    "secret.base64": _base64(24, 48),
    "secret.base64-24": _base64(24, 24),
    "secret.base64-30": _base64(30, 30),
    "secret.base64-33": _base64(33, 33),
    "secret.base64-36": _base64(36, 36),
    "secret.base64-48": _base64(48, 48),
    "secret.base32": _of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32),
    "secret.fernet": lambda random: base64.urlsafe_b64encode(random.randbytes(32)).decode(),
    "secret.hex40": _of(HEX, 40),
    "secret.key20": _of(ALNUM, 20),
    "secret.key24": _of(ALNUM, 24),
    "secret.salesforce": lambda random: "5Aep861" + characters(random, ALNUM + "._", 80),
    "secret.symbols64": lambda random: _mixed(random, "`@:;?=[]^_/", 64, 64),
    "secret.base64-32": _base64(32, 32),
    "secret.urlsafe": _of(URLSAFE, 32, 43),
    "secret.symbols": lambda random: _mixed(random, "!@#%^&*(-_=+)", 50, 50),
    "secret.hex128": _of(HEX, 128),
    "secret.uuid": _uuid,
    "azure.storage-key": _base64(64, 64),
    "jwt": _jwt,
    "basic-auth": _basic,
    "hash.bcrypt": _bcrypt,
    "hash.sha512-crypt": _sha512_crypt,
    "hash.apr1": _apr1,
    "hash.sha": _sha_htpasswd,
    "hash.mysql": _mysql_hash,
    "hash.md5-crypt": lambda random: f"$1${characters(random, './' + ALNUM, 8)}${characters(random, './' + ALNUM, 22)}",
    "hash.md5-postgres": lambda random: "md5" + characters(random, HEX, 32),
    "hash.django": lambda random: f"pbkdf2_sha256$260000${characters(random, ALNUM, 22)}${_base64(32, 32)(random)}",
    "hash.mosquitto": lambda random: f"$7$101${_base64(12, 12)(random)}${_base64(64, 64)(random)}",
    "hash.phpass": lambda random: "$P$B" + characters(random, "./" + ALNUM, 30),
    "hash.scram": lambda random: (
        f"SCRAM-SHA-256$4096:{_base64(16, 16)(random)}${_base64(32, 32)(random)}:{_base64(32, 32)(random)}"
    ),
    "hash.ssha": lambda random: "{SSHA}" + _base64(28, 28)(random),
    # no secrets
    "ciphertext": _base64(128, 256),
    "gpg-fingerprint": _of("0123456789ABCDEF", 40),
    "hex66": lambda random: "0" + random.choice("23") + characters(random, HEX, 64),
    "hex16": _of(HEX, 16),
    "md5": _hash("md5"),
    "sha1": _hash("sha1"),
    "sha256": _hash("sha256"),
    "git-sha": _hash("sha1"),
    "uuid": _uuid,
    "integrity": _integrity,
    "image": _png,
    "arn": _arn,
    "local-url": _local_url,
    "account": _of(string.digits, 12),
    "camel": _camel,
    "snake": lambda random: f"{_word(random)}_{_word(random)}",
    "constant": lambda random: f"{_word(random)}_{_word(random)}".upper(),
    "class": lambda random: _word(random).title() + _word(random).title(),
    "word": _word,
    "user": _choice(USERS),
    "host": _host,
    "app": _choice(APPS),
    "firm": _choice(FIRMS),
    "db": lambda random: f"{random.choice(APPS)}_{random.choice(('prod', 'live', 'main', 'db'))}".replace("-", "_"),
    "email": lambda random: f"{random.choice(USERS)}@{random.choice(ZONES)}",
    "int": lambda random: str(random.randint(2, 900)),
    "port": lambda random: str(random.randint(1025, 9999)),
    "ip": lambda random: f"10.{random.randint(0, 250)}.{random.randint(0, 250)}.{random.randint(2, 250)}",
    "version": lambda random: f"{random.randint(0, 9)}.{random.randint(0, 30)}.{random.randint(0, 12)}",
    "date": lambda random: f"20{random.randint(14, 26)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}",
    "sentence": _choice(SENTENCES),
    "hex8": _of(HEX, 8),
    "upper10": _of(UPPER, 10),
    "lower12": _of(LOWER, 12),
    "number": _of(string.digits, 10, 13),
    **KEY_KINDS,
}
"""By kind, what makes a value. The kinds of secrets are used as positives, those of identifiers as negatives or surroundings."""
