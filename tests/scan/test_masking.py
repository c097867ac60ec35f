"""What looks like a secret is masked, in linear time; names, code and placeholders stay."""

from __future__ import annotations

import pytest

from scangate.model import Span
from scangate.scan.masking import MASK, assigned_name, cut_text, mask_arguments, mask_suspicious
from scangate.scan.secret_spans import MaskedText
from tests.support.growth import grows_linearly


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password = 'hunter2'", "password = '***'"),
        ('"db_password": "hunter2"', '"db_password": "***"'),
        ("API-KEY=abcdef", "API-KEY=***"),
        ("x.api_key == foo, y", "x.api_key == ***, y"),
        ("run --token abc --verbose", "run --token *** --verbose"),
        ("ENV DB_PASSWORD hunter2", "ENV DB_PASSWORD ***"),
        ("https://user:hunter2@example.com/", "https://user:***@example.com/"),
        ("passwords are bad", "passwords are bad"),
        ("for token in tokens:", "for token in tokens:"),
        ("a = b + c", "a = b + c"),
        ("redis://:hunter2@host", "redis://:***@host"),
        ("https://bob:p@ss/w0rd@example.com/x", "https://bob:***@example.com/x"),
        ("password=${PASSWORD}", "password=${PASSWORD}"),
        ("use allow_credentials=True", "use allow_credentials=True"),
        ('# dependencies = ["django==1.11.1"]', '# dependencies = ["django==1.11.1"]'),
    ],
)
def test_likely_secret_is_masked(text: str, expected: str) -> None:
    assert mask_suspicious(text) == expected


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.py", "password = md5(password.encode())", "password = md5(password.encode())"),
        ("a.py", "set(max_token_age=31449600, x=y)", "set(max_token_age=31449600, x=y)"),
        ("a.py", "test_sha256_x86_64_v3 = token_type", "test_sha256_x86_64_v3 = token_type"),
        ("a.py", '{"password": None}', '{"password": None}'),
        ("a.py", r'password = "hun\"ter 2"  # why', 'password = "***"  # why'),
        ("a.py", 'password = "ab" + "cd" or "ef"', 'password = "***" + "***" or "***"'),
        ("a.py", "password = 'no end", "password = '***"),
        ("a.js", "const secret = `a${b}c`;", "const secret = `***`;"),
        ("a.yml", "password: plain value # why", "password: *** # why"),
        ("a.yml", "- {password: abc, user: bob}", "- {password: ***, user: bob}"),
        ("a.yml", "password: {{ vault_password }}", "password: {{ vault_password }}"),
        ("a.env", "API_KEY=abc,b;c d", "API_KEY=***"),
    ],
)
def test_in_a_line_of_source_only_values_are_masked(path: str, text: str, expected: str) -> None:
    assert mask_suspicious(text, path) == expected


@pytest.mark.parametrize(
    "text",
    [
        "password = md5(password.encode())",
        "max_age=31449600",
        "add(CORSMiddleware, allow_credentials=True)",
        "add(CORSMiddleware, allow_credentials=True, max_tokens=4096)",
        "max_tokens: 4096",
        '"max_tokens": 4096,',
        "secret_key = get_key()",
        "PASSWORD_RESET_TIMEOUT = 259200",
        "TOKEN_TTL=3600s",
        "token_type: bearer",
        '"token_type": "bearer"',
        "token=request.token",
        "def f(password: str, limit: int):",
        "    token: string;",
        "run --max-tokens 4096 --token-type bearer",
    ],
)
@pytest.mark.parametrize("path", ["a.py", "a.yaml", "a.json", "a.sh", "a.md", "a.html", "a.ini", ""])
def test_settings_and_expressions_stay(text: str, path: str) -> None:
    assert mask_suspicious(text, path) == text


@pytest.mark.parametrize("path", ["a.yaml", "a.sh", "a.md", "a.ini", ""])
@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("password: 4711", "4711"),
        ("DB_PASSWORD=12345678", "12345678"),
        ("credentials=4711", "4711"),
        ("userpass=12345678", "12345678"),
        ("password: token.hunter", "hunter"),
        ("password_hint: hunter2", "hunter2"),
        ("token_id=9f8e7d6c5b4a", "9f8e7d6c5b4a"),
        ("password: Truely)", "Truely"),
        ("token: string1", "string1"),
        ("max_tokens: 12345678901234567890", "12345678901234567890"),
        ("--password 4711", "4711"),
        ('"password": "bearer"', "bearer"),
    ],
)
def test_values_are_hidden_whatever_they_look_like(path: str, text: str, hidden: str) -> None:
    assert hidden not in mask_suspicious(text, path)


def test_a_word_does_not_show_the_rest_of_its_value() -> None:
    assert mask_suspicious("token_kind: opaque or hunter", "a.yaml") == "token_kind: ***"
    assert mask_suspicious("max_tokens: 4096 hunter", "a.yaml") == "max_tokens: ***"


COMMIT = "3f786850e387550fdab836ed" + "7e6dc881de23001b"


@pytest.mark.parametrize(
    "text",
    [
        """execute("UPDATE users SET password = '%s' WHERE token = '%s'" % (request.args["a"], b))""",
        """execute("SELECT * FROM t WHERE password = '" + given + "' AND token = '" + other + "'")""",
        """execute(f"UPDATE users SET password = '{given}' WHERE token = '{x.y}'")""",
        """execute("UPDATE users SET password = ? WHERE token = :token", (a["b"], c))""",
        """execute('SELECT 1 WHERE password="%(given)s" OR name="%s"' % (name, get("x")))""",
        "tar xf /var/backups/production-2024-01-31.tar.gz",
        'open("/data/models/resnet50-imagenet-v2-20240131.pkl")',
        'open("backup_2024_01_31_12.sql.gz")',
        f'requests.get("https://github.com/org/repo/archive/{COMMIT}.zip")',
        f"- uses: actions/checkout@{COMMIT}",
        "docker run team/password-service:latest",
    ],
)
def test_code_and_names_stay(text: str) -> None:
    assert mask_suspicious(text, "a.py") == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("""x(user='a', password='hunter2') + "password='" + y""", """x(user='a', password='***') + "password='" + y"""),
        ("""load('{"password": "hunter2"}', "x")""", """load('{"password": "***"}', "x")"""),
        ("""text ends" + f(password="hunter2", user="bob")""", """text ends" + f(password="***", user="bob")"""),
        ("""don't, password = 'hunter2', isn't""", """don't, password = '***', isn't"""),
        ('get("https://example.com/models/x?key=AbC123dEf456GhI789")', 'get("https://example.com/models/x?key=***")'),
        ('get("https://example.com/hooks/T0/aB3dE5gH7jK9mN1pQ3sT")', 'get("https://example.com/hooks/T0/***")'),
        ("hashlib.md5(b'SECRETvalue1x')", "hashlib.md5(b'***')"),
        ("curl -H 'Authorization: Basic LeXSyYV4g6snR' x", "curl -H 'Authorization: Basic ***' x"),
        ("curl -H 'Authorization: Bearer $TOKEN' x", "curl -H 'Authorization: Bearer $TOKEN' x"),
        ('run("curl -s -u bob:Zq91 x")', 'run("curl -s -u bob:*** x")'),
        ("run(\"curl --user 'bob:Zq91' x\")", "run(\"curl --user 'bob:***' x\")"),
        ('run("PGPASSWORD=Zq91 psql -h x")', 'run("PGPASSWORD=*** psql -h x")'),
        ("run(PASSWORD=settings.PASSWORD)", "run(PASSWORD=settings.PASSWORD)"),
        ("f(x)  # nosec pw: Zq91, token=Zq92", "f(x)  # nosec pw: ***, token=***"),
        ("f(x)  # pw: str, token: user.name, password = find(x)", None),
        ("sshpass -p Zq91 ssh x", "sshpass -p *** ssh x"),
        ("docker run -u 1000:1000 x", "docker run -u 1000:1000 x"),
        ("git clone https://Zq91abcd@example.com/x", "git clone https://***@example.com/x"),
        ("git clone https://username@example.com/x ssh://git@example.com", None),
    ],
)
def test_commands_and_strings_in_code(text: str, expected: str | None) -> None:
    assert mask_suspicious(text, "a.py") == (text if expected is None else expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no risk, pw: hunter", "no risk, pw: ***"),
        ("the password is hunter2", "the password is ***"),
        ("token=hunter", "token=***"),
        ("the password is not used, the token is random.", "the password is not used, the token is random."),
    ],
)
def test_secrets_in_comments(text: str, expected: str) -> None:
    assert mask_suspicious(text) == expected


def test_a_cut_leaves_no_piece_of_a_word() -> None:
    assert cut_text("some text hunter22", 14) == "some text "
    assert cut_text("some text", 14) == "some text"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("db_password: ***", "db_password"),
        ('  "db.password": "***"', "db.password"),
        ("config['token'] = '***'", "token"),
        ("x = foo(***", "foo"),
        ("***", ""),
        ("a => ***", "a"),
        ("no mark", "mark"),
    ],
)
def test_the_name_of_what_is_assigned(line: str, name: str) -> None:
    assert assigned_name(line) == name


HOSTILE = (
    "token",
    "token.",
    "-",
    "--token",
    "--",
    "ENV ",
    "a.b://",
    "http://a:",
    "'",
    "'a",
    " ",
    "=>",
    "x",
    ":",
    "-----BEGIN ",
    "password = ",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_line_costs_its_length(piece: str) -> None:
    def mask(size: int) -> None:
        line = "token" + piece * (size // len(piece)) + "x"
        mask_suspicious(line)
        assigned_name(line + MASK)
        assert MaskedText([line], [Span(1, 3, 1, 9)]).lines == [f"to{MASK}{line[8:]}"]

    assert grows_linearly(mask, 50_000)


@pytest.mark.parametrize(
    "url",
    [
        "https://u:{}@host.test/x",
        "https:/u:{}@host.test/x:1:1: cannot be read",
        "HTTPS:/u:{}@h",
        "postgres:/u:{}@h/db",
        "ssh://u:{}@h",
        "https://{}@host.test",
        "https:/{}@host.test/x",
        "https:/h/?x=1&access_token={}",
        "git show 'https:/u:{}@h'",
    ],
)
def test_a_message_has_no_credentials_of_a_url_that_was_taken_for_a_path(url: str) -> None:
    for secret in ("hunter2", "hunter2@x"):
        assert "hunter2" not in mask_arguments(f"no such file: {url.format(secret)}")


@pytest.mark.parametrize("text", ["ssh://git@host.test/x", "no such file: a:/b", "app.py:1:1: /x@y", "https://host.test/?page=2"])
def test_a_message_without_credentials_stays(text: str) -> None:
    assert mask_arguments(text) == text
