"""References to secrets are recognized, passwords with the same characters are not, and every value is decided in time."""

from __future__ import annotations

import pytest

from scangate.secrets.contexts.references import has_reference_form

REFERENCES = (
    *("", "  ", "$PASSWORD", "${PASSWORD}", "${db.password}", "${PASSWORD:-}", "$(cat /run/secrets/pw)", "`pass show db`", "$1"),
    *("${{ secrets.DB }}", "{{ db_password }}", "{{resolve:secretsmanager:db:SecretString:pw}}", "<%= ENV['PW'] %>", "#{password}"),
    *("<password>", "<your password here>", "%s", "%(password)s", "%1$s", "{password}", "{0}", "{}", "%PASSWORD%", "$env:PASSWORD"),
    *(
        "@db.password@",
        "__PASSWORD__",
        "((db-password))",
        "!Ref Password",
        "!Sub '${Password}'",
        "os.environ['PW']",
        "self.password",
    ),
    *(
        "process.env.PW",
        "getenv('PW')",
        'System.getenv("PW")',
        "config.get('pw'",
        "var.db_password",
        "local.password",
        "\\(password)",
    ),
    *(
        "/run/secrets/db",
        "op://vault/db/password",
        "vault:secret/data/db#pw",
        "file:/etc/pw",
        "arn:aws:secretsmanager:x:1:secret:db",
    ),
    *("@Microsoft.KeyVault(SecretUri=x)", "data.aws_ssm_parameter.pw.value", "random_password.db.result", "projects/x/secrets/y"),
)
PASSWORDS = (
    *("hunter2", "pa$$word", "P@ss:w0rd", "a.b", "$ecret1!", "$2y$10$abcdefghijk", "(x9!kd)", "!Summer2020!", "100%sure", "#1 fan"),
    *("Tr0ub4dor&3", "x{y}z", "p<q>r", "abc`def", "dollar$", "%41b", "correct horse battery staple", "@dmin", "file-9x", "env9"),
)


@pytest.mark.parametrize("value", REFERENCES)
def test_a_name_of_a_secret_is_a_reference(value: str) -> None:
    assert has_reference_form(value)


@pytest.mark.parametrize("value", PASSWORDS)
def test_a_password_is_none(value: str) -> None:
    assert not has_reference_form(value)


@pytest.mark.parametrize(
    "piece", ["a.", "$", "{", "x(", "self.a[", "%(a", "${a", "!Ref ", "<", "env:", "((", "@a.", "projects/", "a:>-"]
)
def test_a_hostile_value_is_decided(piece: str) -> None:
    assert not has_reference_form((piece * 100_000)[:100_000] + "\0")
    for length in (500, 1000):
        value = (piece * length)[:length] + "\0"
        assert has_reference_form(value) is has_reference_form(f" {value}")
