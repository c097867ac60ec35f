"""What speaks against a value is seen in the value, its name and its place; a secret in the same place keeps its weight."""

from __future__ import annotations

import msgspec
import pytest

from scangate.content.identification import identify
from scangate.model import SecretClass, SecretContext, Severity
from scangate.secrets.contexts import contexts_of
from scangate.secrets.detection import Detection
from scangate.secrets.text import ScannedText
from scangate.secrets.weighing import weigh
from tests.support.fake_secrets import fake_secret, seeded_text

C = SecretContext
NAMED = "password: '{}'\n"
GERMAN = (
    '{"a": "Anmelden", "b": "Passwort vergessen?", "c": "Neues Passwort", "d": "In den Warenkorb legen", "e": "VALUE"}'.replace(
        ", ", ",\n"
    )
)


def detect(path: str, content: str, value: str, secret_class: SecretClass, **facts: str) -> tuple[Detection, ScannedText]:
    """A detection of the last ``value`` in a file."""
    text = ScannedText(path, identify(path, content.encode()), content)
    start = content.rindex(value)
    detection = Detection(start=start, end=start + len(value), rule="x", secret_class=secret_class, value=value)
    return msgspec.structs.replace(detection, **facts), text


def contexts(path: str, content: str, value: str, secret_class: SecretClass = SecretClass.ASSIGNMENT, **facts: str) -> set[C]:
    """What speaks against ``value``."""
    return set(contexts_of(*detect(path, content, value, secret_class, **facts)))


ASSIGNED = [
    # references
    (
        "template.yaml",
        "MasterUserPassword: '{{resolve:secretsmanager:prod/db:SecretString:pw}}'",
        "prod/db:SecretString:pw",
        C.REFERENCE,
    ),
    ("buildspec.yml", "env:\n  secrets-manager:\n    API_TOKEN: prod/api:token", "prod/api:token", C.REFERENCE),
    ("a.yml", 'AUTH: "Bearer ${{ secrets.X }}"', "Bearer ${{ secrets.X }}", C.REFERENCE),
    ("pod.yaml", "valueFrom:\n  secretKeyRef:\n    name: shop\n    key: db-password", "db-password", C.REFERENCE),
    ("a.py", "password = settings.DB_PASSWORD", "settings.DB_PASSWORD", C.REFERENCE),
    ("a.tf", "envFromSecret = kubernetes_secret.a_b.metadata[0].name", "kubernetes_secret.a_b.metadata[0].name", C.REFERENCE),
    ("a.tf", "  secretAccessKey : random_password.minio_root.result,", "random_password.minio_root.result,", C.REFERENCE),
    ("a.js", "const token = localStorage.getItem('token');", "localStorage.getItem('token')", C.REFERENCE),
    ("a.ini", "[a]\npassword = op://vault/item/password", "op://vault/item/password", C.REFERENCE),
    ("a.conf", "ssl_password_file = /etc/ssl/private/pass.txt", "/etc/ssl/private/pass.txt", C.REFERENCE),
    # ciphertext
    (
        "a.yaml",
        "db_password: ENC[AES256_GCM,data:Tr7o,iv:1vB3,tag:kk2a9d==,type:str]",
        "ENC[AES256_GCM,data:Tr7o,iv:1vB3",
        C.CIPHERTEXT,
    ),
    (
        "a.yaml",
        "kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgBy3i4OJSWK9+PiTySYZZA9rO43c",
        "AgBy3i4OJSWK9+PiTySYZZA9rO43c",
        C.CIPHERTEXT,
    ),
    (
        "a.properties",
        "spring.password={cipher}682bc583f4641835fa2db009355293665d2647dade3375c0ee201de2a49f7bda",
        "{cipher}682bc583f464",
        C.CIPHERTEXT,
    ),
    # digests
    (
        "b.json",
        '{"hashed_secret": "4c9c3b1d3a0a6f6f1d6d9e5b1a3a4b5c6d7e8f90"}',
        "4c9c3b1d3a0a6f6f1d6d9e5b1a3a4b5c6d7e8f90",
        C.DIGEST,
    ),
    ("a.py", 'PASSWORD = "$2b$12$eImiTXuWVxfM37uY4JANjQ8aH0pU5nB3q1Q7r"', "$2b$12$eImiTXuWVxfM37uY4JANjQ8aH0pU5nB3q1Q7r", C.DIGEST),
    ("a.js.map", '{"x": ["const tokenValue = formatDistance[token];\\n"]}', "formatDistance[token]", C.REFERENCE),
    ("a.js.map", '{"x": ["var token = _step.value;\\n"]}', "_step.value", C.REFERENCE),
    ("a.yml", "A_SECRET: ${file(./config.${opt:stage, 'dev'}.json):CREDS}", "${file(./config.${opt:stage,", C.REFERENCE),
    (
        "a.min.js",
        'throw Error("Incorrect passphrase: "+e.message);throw e}}else{const e="x"}',
        "+e.message);throw e}}else{const e=",
        C.REFERENCE,
    ),
    # names of things
    ("setup.cfg", "[x]\npassword = corp.auth.identity:PasswordLogin", "corp.auth.identity:PasswordLogin", C.IDENTIFIER),
    ("a.py", "self.password = ('obfuscated', self.password, 'XXXXXX')", "obfuscated", C.PLACEHOLDER),
    ("a.py", "password=('ansible_ssh_pass', 'ansible_password'),", "ansible_ssh_pass", C.IDENTIFIER),
    ("a.py", '"""Longer than a password. :exc:`PasswordSizeError` is raised."""', "PasswordSizeError", C.IDENTIFIER),
    ("t.yaml", "ApiKeySourceType: HEADER", "HEADER", C.IDENTIFIER),
    ("t.yaml", "SecretId: 'prod/db/main-credentials'", "prod/db/main-credentials", C.IDENTIFIER),
    ("p.json", '{"Action": "secretsmanager:PutSecretValue"}', "PutSecretValue", C.IDENTIFIER),
    ("p.json", '{"GetStreamKey": "ivs:GetStreamKey"}', "ivs:GetStreamKey", C.IDENTIFIER),
    ("0002_a.py", "dependencies = [('authtoken', '0001_initial')]", "0001_initial", C.IDENTIFIER),
    ("setup.py", "signedtoken_require = ['cryptography>=3.0.0', 'pyjwt>=2.0.0,<3']", "cryptography>=3.0.0", C.IDENTIFIER),
    ("a.py", 'RATES = {"reset_password": "20/m/ip,5/m/key"}', "20/m/ip,5/m/key", C.IDENTIFIER),
    ("sudoers", "deploy ALL=(ALL) NOPASSWD: ALL", "NOPASSWD: ALL", C.IDENTIFIER),
    ("a.py", 'SECRETS_PATH_ENV = "X_SECRETS_PATH"', "X_SECRETS_PATH", C.IDENTIFIER),
    (
        "a.py",
        'password_hasher = "django.contrib.auth.hashers.Argon2PasswordHasher"',
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        C.IDENTIFIER,
    ),
    ("a.py", 'stripe_public_key = "AbCdEf123456ghIJkl789"', "AbCdEf123456ghIJkl789", C.PUBLIC_KEY),
    ("README.md", "[![c](https://codecov.io/gh/a/b/graph/badge.svg?token=Ab3dE6gH9j)]", "Ab3dE6gH9j)]", C.PUBLIC_KEY),
    # texts
    ("de.json", GERMAN.replace("VALUE", "Geheimnis"), "Geheimnis", C.TRANSLATION),
    ("a.js", "const labels = { passwordConfirm: 'Confirm password' };", "Confirm password", C.TRANSLATION),
    ("ja.properties", "login.password=\u30d1\u30b9\u30ef\u30fc\u30c9", "\u30d1\u30b9\u30ef\u30fc\u30c9", C.TRANSLATION),
    ("a.py", 'PASSWORD_ERROR = "Enter your password, please"', "Enter your password, please", C.TRANSLATION),
    # to be replaced
    ("a.py", 'api_key = "your-openai-api-key"', "your-openai-api-key", C.PLACEHOLDER),
    ("a.py", 'session_token = "AQoDYXdzEJr...EXAMPLETOKEN"', "AQoDYXdzEJr...EXAMPLETOKEN", C.PLACEHOLDER),
    ("a.py", 'api_key = "sk-..."', "sk-...", C.PLACEHOLDER),
    ("a.py", 'password = "changeme!"', "changeme!", C.PLACEHOLDER),
    ("a.py", 'token = "aaaaaaaaaaaaaaaa"', "aaaaaaaaaaaaaaaa", C.PLACEHOLDER),
    ("a.py", 'key = "abcdefghijklmnop"', "abcdefghijklmnop", C.PLACEHOLDER),
    # weak
    ("ci.yml", "POSTGRES_PASSWORD: postgres", "postgres", C.DEFAULT),
    ("tests/test_a.py", 'login(password="hunter2")', "hunter2", C.TEST),
    ("README.md", 'password = "hunter2"', "hunter2", C.DOCUMENTATION),
    ("a.py", 'oauth_token="ad180jjd733klru7"', "ad180jjd733klru7", C.DOCUMENTATION),
]


@pytest.mark.parametrize(("path", "content", "value", "context"), ASSIGNED, ids=[case[2][:30] for case in ASSIGNED])
def test_a_context_is_recognized(path: str, content: str, value: str, context: SecretContext) -> None:
    found = contexts(path, content, value)
    assert context in found
    assert weigh(SecretClass.ASSIGNMENT, found)[0] <= Severity.LOW


@pytest.mark.parametrize(("path", "content", "value"), [case[:3] for case in ASSIGNED], ids=[case[2][:30] for case in ASSIGNED])
def test_a_drawn_value_beside_it_keeps_its_weight(path: str, content: str, value: str) -> None:
    secret = seeded_text(f"drawn {value}", 24)
    found = contexts(path, f"{content}\n{NAMED.format(secret)}" if "\n" not in content else NAMED.format(secret), secret)
    assert weigh(SecretClass.ASSIGNMENT, found)[0] is Severity.MEDIUM, found


@pytest.mark.parametrize(
    "value", ["Winter2024!", "xK9#mQ2$vL", "correct horse battery staple", "hunter2", "Tr0ub4dor&3", "s3cr3t", "letmein42"]
)
def test_a_possible_password_keeps_its_weight(value: str) -> None:
    assert not contexts("app/settings.py", f'db_password = "{value}"', value)


@pytest.mark.parametrize("value", ["postmanApiKey", "postman_api_key", "Postman-Api-Key"])
def test_a_value_that_is_its_name_is_no_secret(value: str) -> None:
    content = f"var postmanApiKey = _.get(options, '{value}'),"
    assert C.IDENTIFIER in contexts("a.js", content, value, name="postmanApiKey")
    drawn = seeded_text("named", 24)
    assert C.IDENTIFIER not in contexts("a.js", content.replace(value, drawn), drawn, name=drawn)


def test_a_token_in_an_arn_is_a_part_of_a_name() -> None:
    content = "Queue: arn:aws:sqs:eu-west-1:111122223333:orders-production-dead-letter-queue\n"
    value = "111122223333:orders-production-dead-letter-queue"
    assert C.IDENTIFIER in contexts("t.yaml", content, value, SecretClass.TOKEN)
    assert C.IDENTIFIER not in contexts("t.yaml", f"bot: {value}\n", value, SecretClass.TOKEN)


@pytest.mark.parametrize(
    ("user", "host", "value", "context"),
    [
        ("postgres", "localhost:5432", "postgres", C.SAME_AS_USER),
        ("app", "127.0.0.1", "secretpw", C.LOCAL_HOST),
        ("app", "db", "secretpw", C.LOCAL_HOST),
        ("guest", "rabbit.example.com", "guest", C.LOCAL_HOST),
        ("app", "localhost", "root", C.DEFAULT),
    ],
)
def test_a_password_for_a_near_host_weighs_little(user: str, host: str, value: str, context: SecretContext) -> None:
    content = f"url: pg://{user}:{value}@{host}/x"
    assert context in contexts("a.yaml", content, value, SecretClass.PASSWORD, user=user, host=host)


WORKFLOW = """on: push
jobs:
  test:
    services:
      db:
        env:
          POSTGRES_PASSWORD: {first}
    steps:
      - run: |
          docker run -d \\
            -e LDAP_ADMIN_PASSWORD={second} \\
            ldap:2.6
          deploy --password={third}
"""


def test_a_password_for_a_container_that_a_job_starts_weighs_little() -> None:
    values = {"first": "pguserpassword", "second": "admin_password", "third": "deploypassword"}
    content = WORKFLOW.format(**values)
    local = {name: C.LOCAL_HOST in contexts(".github/workflows/a.yml", content, value) for name, value in values.items()}
    assert local == {"first": True, "second": True, "third": False}


def test_a_strong_password_or_a_far_host_keeps_its_weight() -> None:
    strong = fake_secret("strong")
    assert not contexts("a.yaml", f"url: pg://app:{strong}@localhost/x", strong, SecretClass.PASSWORD, user="app", host="localhost")
    for value in ("root", "secretpw"):
        content = f"url: pg://app:{value}@db.corp.net/x"
        assert not contexts("a.yaml", content, value, SecretClass.PASSWORD, user="app", host="db.corp.net")
