"""Passwords in SQL: of users, roles and logins, in rows and in dumps."""

from __future__ import annotations

import pytest

from scangate.secrets.detectors import sql_statements
from tests.support.secret_places import check_hostile, check_places, detections

FOUND: tuple[tuple[str, str], ...] = (
    ("a.sql", "CREATE USER 'app'@'%' IDENTIFIED BY '{pw}';"),
    ("a.sql", "ALTER USER scott IDENTIFIED WITH mysql_native_password BY '{pw}';"),
    ("a.sql", 'create user scott identified by "{pw}" default tablespace x;'),
    ("a.sql", "GRANT ALL ON x.* TO 'app'@'%' IDENTIFIED BY '{pw}';"),
    ("a.py", "sql += \" IDENTIFIED BY '{pw}'\""),
    ("a.sql", "alter user scott\n  identified by {pw};"),
    ("a.js", "query(`CREATE USER $n IDENTIFIED BY {pw} DEFAULT TABLESPACE USERS`)"),
    ("a.sql", "CREATE ROLE app WITH LOGIN ENCRYPTED PASSWORD '{pw}';\nALTER ROLE x PASSWORD '{other}';"),
    ("a.sql", "CREATE LOGIN app WITH PASSWORD = N'{pw}', CHECK_POLICY = OFF;"),
    ("a.sql", "SET PASSWORD FOR 'root'@'localhost' = PASSWORD('{pw}');"),
    ("a.py", "run(\"CREATE USER app WITH PASSWORD '{pw}'\")"),
    ("a.sql", "INSERT INTO users (id, email, password, x) VALUES (1, 'a@b', '{crypt}', NULL), (2, 'c''d', '{pw}', 'x');"),
    ("a.sql", "INSERT INTO `wp_users` VALUES (1,'admin','{crypt}','admin','a@b','','2020-01-01');"),
    ("a.sql", "COPY public.users (id, encrypted_password, x) FROM stdin;\n1\t{crypt}\ty\n2\t\\N\ty\n\\.\n"),
    ("a.sql", "UPDATE users SET name = 1, password = MD5('{pw}') WHERE id = 1;"),
)
SILENT: tuple[tuple[str, str], ...] = (
    ("a.sql", "CREATE USER app IDENTIFIED BY :password; ALTER ROLE x PASSWORD NULL; CREATE USER y PASSWORD '%s';"),
    ("a.sql", "CREATE TABLE users (id int, password varchar(255)); SELECT password FROM users WHERE password = 'x';"),
    ("a.py", 'cursor.execute("INSERT INTO users (name, password) VALUES (?, ?)")'),
    ("a.sql", "INSERT INTO users (name, password) VALUES (:name, :password), ($1, $2), (@a, @b), ('x', NULL);"),
    ("a.sql", "INSERT INTO t (a, b) VALUES ('password', 'x');"),
    ("a.md", "a user who is identified by their name; set password to continue"),
    ("a.py", "    Return the members of the key identified by the\n    ``key``"),
    ("a.py", "# grant access to all users identified by their\n# name; create roles identified by an\n# address"),
    ("a.py", '"""get the value from the file identified by \'entry\'"""'),
    ("a.py", "# the container identified by `identifier` was not found"),
)


@pytest.mark.parametrize(("path", "template"), FOUND)
def test_secrets_are_found_in_their_places(path: str, template: str) -> None:
    check_places(sql_statements, template, path)


@pytest.mark.parametrize(("path", "text"), SILENT)
def test_references_and_other_texts_are_not(path: str, text: str) -> None:
    assert not detections(sql_statements, text, path)


def test_hostile_text_takes_linear_time() -> None:
    check_hostile(
        sql_statements,
        [
            "identified by '",
            "create user a ",
            "insert into users values (",
            "insert into a (password) values ('x'),",
            "update a set ",
            "alter user ",
            "('",
            "copy a (password) from stdin\n",
            "password password",
        ],
        length=30_000,
    )
