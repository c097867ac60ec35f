"""Passwords and keys in SQL, in settings of frameworks, clients and Ansible, and private keys of all formats."""

from __future__ import annotations

import pytest

from scangate.secrets.detectors import Detector, ansible, client_files, framework_settings, private_keys, sql_statements
from tests.support.fake_secrets import seeded_text
from tests.support.secret_places import check_hostile, check_places, detections

BODY = "\n".join(seeded_text(f"line {number}", 64) for number in range(8))
FOUND: tuple[tuple[Detector, str, str], ...] = (
    (sql_statements, "a.sql", "CREATE USER 'app'@'%' IDENTIFIED BY '{pw}';"),
    (sql_statements, "a.sql", "ALTER USER scott IDENTIFIED WITH mysql_native_password BY '{pw}';"),
    (sql_statements, "a.sql", 'create user scott identified by "{pw}" default tablespace x;'),
    (sql_statements, "a.sql", "GRANT ALL ON x.* TO 'app'@'%' IDENTIFIED BY '{pw}';"),
    (sql_statements, "a.sql", "alter user scott\n  identified by {pw};"),
    (sql_statements, "a.js", "query(`CREATE USER $n IDENTIFIED BY {pw} DEFAULT TABLESPACE USERS`)"),
    (sql_statements, "a.sql", "CREATE ROLE app WITH LOGIN ENCRYPTED PASSWORD '{pw}';\nALTER ROLE x PASSWORD '{other}';"),
    (sql_statements, "a.sql", "CREATE LOGIN app WITH PASSWORD = N'{pw}', CHECK_POLICY = OFF;"),
    (sql_statements, "a.sql", "SET PASSWORD FOR 'root'@'localhost' = PASSWORD('{pw}');"),
    (sql_statements, "a.py", "run(\"CREATE USER app WITH PASSWORD '{pw}'\")"),
    (
        sql_statements,
        "a.sql",
        "INSERT INTO users (id, email, password, x) VALUES (1, 'a@b', '{crypt}', NULL), (2, 'c''d', '{pw}', 'x');",
    ),
    (sql_statements, "a.sql", "INSERT INTO `wp_users` VALUES (1,'admin','{crypt}','admin','a@b','','2020-01-01');"),
    (sql_statements, "a.sql", "COPY public.users (id, encrypted_password, x) FROM stdin;\n1\t{crypt}\ty\n2\t\\N\ty\n\\.\n"),
    (sql_statements, "a.sql", "UPDATE users SET name = 1, password = MD5('{pw}') WHERE id = 1;"),
    (framework_settings, "wp-config.php", "<?php\ndefine('DB_PASSWORD', '{pw}');\ndefine( \"AUTH_KEY\", \"{key}\" );\n"),
    (framework_settings, "secrets.yml", "production:\n  secret_key_base: {hex}\n"),
    (framework_settings, "config/master.key", "{hex}\n"),
    (framework_settings, ".env", "APP_KEY=base64:{key}\n".replace("base64:{key}", "{key}")),
    (framework_settings, "settings.py", "SECRET_KEY = '{pw}'\nJWT_SECRET_KEY: str = \"{other}\"\n"),
    (framework_settings, "application.properties", "spring.datasource.password={pw}\nserver.ssl.key-store-password=${X:{other}}\n"),
    (framework_settings, "database.php", "<?php return ['password' => '{pw}', 'user' => 'x'];"),
    (
        framework_settings,
        "configuration.php",
        "<?php class JConfig {\n  public $password = '{pw}';\n  public $secret = '{other}';\n}",
    ),
    (client_files, "WinSCP.ini", "[Sessions\\x]\nHostName=x\nPassword={hex}\n"),
    (client_files, ".msmtprc", "account x\nhost x\nuser me\npassword {pw}\n"),
    (client_files, ".muttrc", 'set imap_pass = "{pw}"\n'),
    (client_files, ".s3cfg", "[default]\naccess_key = x\nsecret_key = {pw}\n"),
    (client_files, "hub", "github.com:\n- user: me\n  oauth_token: {pw}\n"),
    (client_files, ".my.cnf", "[client]\nuser=me\npassword={pw}\n"),
    (client_files, "redis.conf", 'bind 0.0.0.0\nrequirepass {pw}\nmasterauth "{other}"\n'),
    (client_files, "wpa.conf", 'network={\n ssid="x"\n psk="{pw}"\n}\n'),
    (client_files, "cifs", "username=me\npassword={pw}\n"),
    (ansible, "hosts.ini", "[web]\nh1 ansible_user=me ansible_password={pw} ansible_become_pass='{other}'\n"),
    (ansible, "all.yml", 'ansible_ssh_pass: "{pw}"\n'),
    (private_keys, "jwk.json", '{"kty": "EC", "crv": "P-256", "x": "abc", "d": "{key}"}'),
)
SILENT: tuple[tuple[Detector, str, str], ...] = (
    (sql_statements, "a.sql", "CREATE USER app IDENTIFIED BY :password; ALTER ROLE x PASSWORD NULL; CREATE USER y PASSWORD '%s';"),
    (
        sql_statements,
        "a.sql",
        "CREATE TABLE users (id int, password varchar(255)); SELECT password FROM users WHERE password = 'x';",
    ),
    (sql_statements, "a.py", 'cursor.execute("INSERT INTO users (name, password) VALUES (?, ?)")'),
    (sql_statements, "a.sql", "INSERT INTO users (name, password) VALUES (:name, :password), ($1, $2), (@a, @b), ('x', NULL);"),
    (sql_statements, "a.sql", "INSERT INTO t (a, b) VALUES ('password', 'x');"),
    (sql_statements, "a.md", "a user who is identified by their name; set password to continue"),
    (
        framework_settings,
        "wp-config-sample.php",
        "define('AUTH_KEY', 'put your unique phrase here'); define('DB_PASSWORD', getenv('X'));",
    ),
    (framework_settings, "settings.py", "SECRET_KEY = os.environ['SECRET_KEY']\nSECRET_KEY = get_random_secret_key()\n"),
    (framework_settings, "secrets.yml", "secret_key_base: <%= ENV['SECRET_KEY_BASE'] %>\nprimary_key: column_name_of_table\n"),
    (
        framework_settings,
        "a.properties",
        "spring.datasource.password=${DB_PASSWORD}\nspring.x.password=ENC(abcdef)\nspring.jpa.show-sql=true\n",
    ),
    (framework_settings, "a.php", "<?php return ['password' => env('PASSWORD'), 'password_confirm' => 'x', 'password' => $x];"),
    (client_files, "redis.conf", "# requirepass foobared\n"),
    (client_files, "a.md", "password is stored in [client] settings of the account\n"),
    (ansible, "all.yml", 'ansible_password: "{{ vault_password }}"\nansible_ssh_pass: !vault |\n  $ANSIBLE_VAULT;1.1\n'),
    (ansible, "a.py", "variables.update(ansible_password=connection.password)"),
    (ansible, "hosts", "h1 ansible_user=me ansible_password={{ hostvars[host]['pw'] }} ansible_ssh_pass=@PASSWORD"),
    (sql_statements, "a.py", "    Return the members of the key identified by the\n    ``key``"),
    (sql_statements, "a.py", "# grant access to all users identified by their\n# name; create roles identified by an\n# address"),
    (sql_statements, "a.py", "# the container identified by `identifier` was not found"),
    (private_keys, "jwk.json", '{"kty": "EC", "crv": "P-256", "x": "abc", "y": "def"}'),
    (private_keys, "a.py", 'KEY = "-----BEGIN PRIVATE KEY-----" + body + "-----END PRIVATE KEY-----"'),
    (private_keys, "a.py", 'X = "AGE-SECRET-KEY-1" # PrivateKey = <key>'),
)
KEYS = {
    "putty-private-key": "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 8\n"
    + BODY
    + "\nPrivate-MAC: ab\n",
    "pgp-private-key": "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: x\n\n"
    + BODY
    + "\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----\n",
    "private-key": 'key = "-----BEGIN RSA PRIVATE KEY-----\\n' + BODY.replace("\n", "\\n") + '\\n-----END RSA PRIVATE KEY-----\\n"',
    "age-secret-key": "AGE-SECRET-KEY-1" + seeded_text("age", 58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
    "minisign-secret-key": "untrusted comment: minisign encrypted secret key\nRW" + seeded_text("minisign", 210),
    "wireguard-private-key": "[Interface]\nPrivateKey = " + seeded_text("wireguard", 42) + "Q=\n",
}


@pytest.mark.parametrize(("detector", "path", "template"), FOUND)
def test_secrets_are_found_in_their_places(detector: Detector, path: str, template: str) -> None:
    check_places(detector, template, path)


@pytest.mark.parametrize(("detector", "path", "text"), SILENT)
def test_references_and_other_texts_are_not(detector: Detector, path: str, text: str) -> None:
    assert not detections(detector, text, path)


@pytest.mark.parametrize("rule", KEYS)
def test_private_keys_are_found(rule: str) -> None:
    (found,) = detections(private_keys, KEYS[rule])
    written = KEYS[rule][found.start : found.end]
    assert found.rule == rule
    assert len(written) > 40
    assert (rule in {"pgp-private-key", "private-key"}) == written.startswith("-----BEGIN ")


@pytest.mark.parametrize("detector", [sql_statements, framework_settings, client_files, ansible, private_keys])
def test_hostile_text_takes_linear_time(detector: Detector) -> None:
    pieces = [
        "identified by '",
        "create user a ",
        "insert into users values (",
        "insert into a (password) values ('x'),",
        "define('A', '",
        "secret_key=a",
    ]
    pieces += [
        "password password",
        "ansible_pass=",
        "-----BEGIN PRIVATE KEY-----\n",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n",
        "PuTTY-User-Key-File-2: a\n",
    ]
    check_hostile(
        detector,
        [*pieces, "update a set ", "alter user ", "('", "copy a (password) from stdin\n", "<?php 'password' => '"],
        length=30_000,
    )
