"""A drawn value keeps its weight whatever is written around it: only proof that it is no secret lowers it."""

from __future__ import annotations

import string
from collections.abc import Callable

import pytest

from scangate.content.identification import identify
from scangate.model import SecretClass, SecretContext, Severity
from scangate.secrets.assessment import assess
from scangate.secrets.detection import Detection
from scangate.secrets.detectors import find_secrets
from scangate.secrets.text import ScannedText
from scangate.secrets.values import is_drawn, is_weak
from tests.support.fake_secrets import seeded_text

GERMAN = '"title": "Hallo Welt", "help": "Wie geht es Ihnen?", "text": "Bitte melden Sie sich an.", "name": "Ihr Vorname"'.replace(
    ", ", ",\n"
)
DISGUISES = [
    # texts for people
    ("locales/de.json", f'{{{GERMAN},\n"password": "VALUE"}}'),
    ("README.md", 'password: "the VALUE"\n'),
    ("README.md", 'password: "VALUE (example)"\n'),
    # names
    *(
        ("config.py", f'{name} = "VALUE"\n')
        for name in (
            *("pub_key_secret", "cert_password", "vapid_private_key", "publicApiSecret", "anon_secret"),
            *("encryption_password", "cipher_key_secret", "CIPHER_PASSWORD", "enc_key_secret"),
            *("hash_secret", "hash_password", "commit_token", "HASH_SALT_SECRET", "rev_token", "fingerprint_secret"),
        )
    ),
    ("config.yml", "commit:\n  api_token: VALUE\n"),
    ("config.yml", "checksum:\n  password: VALUE\n"),
    ("config.yml", "encrypted: true\ndb:\n  password: VALUE\n"),
    ("config.yml", "secure:\n  password: VALUE\n"),
    # prefixes of other formats
    *(
        ("config.py", f'db_password = "{prefix}VALUE"\n')
        for prefix in (
            *("enc", "enc:", "encrypted:", "gAAAAA", "U2FsdGVkX1", "AQICAH", "v1:", "sha256:", "md5:", "sha1-", "{SHA}", "argon2$"),
            *("arn:", "arn:aws:x:", "vault:", "env:", "config.", "secrets.", "params.", "X-", "//", "/", "v1.2.3-", "phc_"),
        )
    ),
    # blanks, requests, halves of an interpolation
    *(
        ("config.py", f'db_password = "{before}VALUE{after}"\n')
        for before, after in (
            *(("your-", ""), ("my-", ""), ("EXAMPLE", ""), ("changeme", ""), ("test-", ""), ("xxxxxxxx", ""), ("...", "")),
            *(("", "..."), ("", " here"), ("", "_here"), ("", "EXAMPLE"), ("", "xxxxxxxx"), ("", "placeholder"), ("", "_REDACTED")),
            *(("", "<x>"), ("<", ">"), ("", "${X}"), ("{x}", ""), ("${", ""), ("", "}"), ("{{", ""), ("%(", ""), ("", "%s")),
            *(("", ".pem"), ("", ".txt"), ("", "/"), ("", "=="), ("__", "__"), ("@", "@"), ("[[", "]]"), ("", "@localhost")),
        )
    ),
    # what an expression falls back on
    ("a.yml", "password: \"{{ x | default('VALUE') }}\"\n"),
    ("a.yml", "password: \"{{ lookup('env', 'X') | default('VALUE') }}\"\n"),
    ("a.yml", "password: ${DB_PASSWORD:-VALUE}\n"),
    ("a.py", 'password = os.environ.get("PASSWORD") or "VALUE"\n'),
    ("a.py", 'password = decode("VALUE")\n'),
    ("a.rb", 'password = ENV.fetch("PASSWORD", "VALUE")\n'),
    ("a.yml", "Password: !vault VALUE\n"),
    ("a.yml", "Password: !Ref VALUE\n"),
    # compared, in tests
    ("a.py", 'if password == "VALUE":\n    pass\n'),
    ("tests/test_a.py", 'password = "VALUE"\n'),
]


def severity_of(path: str, content: str, value: str, *more: Callable[[ScannedText], Detection]) -> Severity | None:
    """The highest severity of what is found at ``value``."""
    text = ScannedText(path, identify(path, content.encode()), content)
    line = content[: content.index(value)].count("\n") + 1
    found = assess(text, [*find_secrets(text), *(make(text) for make in more)])
    return max((each.severity for each in found if line in {part[0] for part in each.parts}), default=None)


@pytest.mark.parametrize(("path", "content"), DISGUISES, ids=[f"{path} {content.strip()[-60:]}" for path, content in DISGUISES])
def test_a_disguise_does_not_lower_a_drawn_value(path: str, content: str) -> None:
    value = "Z7" + seeded_text("disguised", 24)
    found = severity_of(path, content.replace("VALUE", value), value)
    assert found is not None
    assert found >= Severity.MEDIUM


PROOFS = [
    ("a.yml", "annotations: {checksum/secret: HEX64}\n"),
    ("a.py", 'md5_password = "HEX32"\n'),
    ("a.py", 'password = "sha256:HEX64"\n'),
    ("a.py", 'password = "{SHA}B64_28"\n'),
    ("a.py", 'password = "gAAAAAB64_94"\n'),
    ("a.yml", "password: !Ref DatabasePasswordParameter\n"),
    ("a.yml", "encrypted:\n  password: B64_94\n"),
    ("a.xml", "<password>{B64_44}</password>\n"),
    ("a.py", 'password = "<your password here>"\n'),
    ("a.py", 'token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9..."\n'),
    ("a.yml", "password: \"{{ lookup('env', 'PASSWORD') | default('') }}\"\n"),
    ("a.py", "token_thumbprint = getattr(token, 'oauth2_thumbprint', None)\n"),
    ("a.py", 'password = ask("your password for the database?")\n'),
    ("a.json", '{"sopsAgeKey": "AGE-SECRET-KEY-1' + "0" * 58 + '"}\n'),
    ("a.py", 'age_recipient_secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:B64_28"\n'),
]


@pytest.mark.parametrize(("path", "content"), PROOFS, ids=[content.strip()[:60] for _, content in PROOFS])
def test_proof_lowers_it(path: str, content: str) -> None:
    for length in (32, 64):
        content = content.replace(f"HEX{length}", seeded_text("proof", length, string.hexdigits[:16]))
    for length in (28, 44, 94):
        content = content.replace(f"B64_{length}", seeded_text("proof", length))
    text = ScannedText(path, identify(path, content.encode()), content)
    assert [each.rule for each in assess(text, find_secrets(text)) if each.severity >= Severity.MEDIUM] == []


def test_a_value_weighs_more_than_the_line_that_another_program_reports() -> None:
    value = seeded_text("fallback", 24)
    content = f'password = ENV["PASSWORD"] || "{value}"\n'

    def report_line(text: ScannedText) -> Detection:
        return Detection(
            start=0,
            end=len(text.lines[0].rstrip()),
            rule="secret-keyword",
            secret_class=SecretClass.ASSIGNMENT,
            value="ENV[",
            is_foreign=True,
        )

    assert severity_of("a.rb", content, value, report_line) is Severity.MEDIUM
    alone = ScannedText("a.rb", "ruby", content)
    assert [each.assessment.contexts for each in assess(alone, [report_line(alone)])] == [(SecretContext.REFERENCE,)]


def test_drawn_values_are_seen_in_a_text() -> None:
    value = seeded_text("in a text", 24)
    for around in ("{}", "config.{}", "a-b/{}", "${{X:-{}}}".replace("{{", "{").replace("}}", "}"), "the {} key"):
        assert is_drawn(around.replace("{}", value)), around
    for name in ("DJANGO_SETTINGS_MODULE", "django.contrib.auth.hashers", "prod-db-password-2024", "ARGON2_PASSWORD_HASHER_V2"):
        assert not is_drawn(name), name
    assert not is_weak(f"{value} (example)")
    assert is_weak("hunter22 or so")
