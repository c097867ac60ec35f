"""Passwords in connection strings of each dialect."""

from __future__ import annotations

import pytest

from scangate.secrets.detectors import connection_strings
from tests.support.secret_places import PASSWORD, check_hostile, check_places, detections, fill

FOUND = (
    '"Server=db;Database=app;User Id=sa;Password={pw};"',
    'connectionString="Data Source=db,1433;Initial Catalog=app;Uid=sa;Pwd={pw}"',
    "password={pw};server=db",
    "jdbc:sqlserver://db:1433;user=sa;password={pw};encrypt=true",
    "DefaultEndpointsProtocol=https;AccountName=x;AccountKey={key};EndpointSuffix=core.windows.net",
    "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={key}",
    "host=db port=5432 dbname=app user=app password={pw} sslmode=require",
    "\"dbname='app' user='app' host='db' password='{pw}'\"",
    'sql.Open("mysql", "app:{pw}@tcp(db:3306)/app?parseTime=true")',
    "jdbc:oracle:thin:scott/{pw}@//db:1521/orcl",
    'oracle = "scott/{pw}@db.internal:1521/orcl"',
)
SILENT = (
    '"Server=db;User Id=sa;Password=;"',
    '"Server=db;User Id=sa;Password=${DB_PASSWORD};"',
    '$"Server=db;User Id=sa;Password={password};"',
    "server = x; password = getpass(); user = y",
    "connect(host=host, user=user, password=password)",
    "password=x",
    "host=db user=app password=$PASSWORD",
    "if (password == x) { user = y; }",
    "AccountKey=<key>;",
    "path/to/file@host:1521",
    "var password = document.getElementById('pw'); var user = 1;",
)


@pytest.mark.parametrize("template", FOUND)
def test_passwords_are_found_in_their_places(template: str) -> None:
    check_places(connection_strings, template)


@pytest.mark.parametrize("text", SILENT)
def test_references_and_code_are_not(text: str) -> None:
    assert not detections(connection_strings, text)


def test_user_and_host_are_named() -> None:
    text, _ = fill("Server=tcp:db.internal,1433;Database=x;User ID=sa;Password={pw};")
    (found,) = detections(connection_strings, text)
    assert (found.value, found.user, found.host) == (PASSWORD, "sa", "db.internal")


def test_hostile_text_takes_linear_time() -> None:
    check_hostile(
        connection_strings,
        [
            "server=x;password=y;",
            "password=",
            "password=x;",
            "pwd='",
            "accountkey=",
            "a:b@tcp(",
            "@tcp(",
            "a/b@",
            "oracle ",
            "host=x password=y ",
        ],
    )
