"""Passwords and keys in the settings of frameworks, clients and Ansible."""

from __future__ import annotations

import pytest

from scangate.secrets.detectors import Detector, ansible, client_files, framework_settings
from tests.support.secret_places import check_hostile, check_places, detections

FOUND: tuple[tuple[Detector, str, str], ...] = (
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
)
SILENT: tuple[tuple[Detector, str, str], ...] = (
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
)


@pytest.mark.parametrize(("detector", "path", "template"), FOUND)
def test_secrets_are_found_in_their_places(detector: Detector, path: str, template: str) -> None:
    check_places(detector, template, path)


@pytest.mark.parametrize(("detector", "path", "text"), SILENT)
def test_references_and_other_texts_are_not(detector: Detector, path: str, text: str) -> None:
    assert not detections(detector, text, path)


@pytest.mark.parametrize("detector", [framework_settings, client_files, ansible])
def test_hostile_text_takes_linear_time(detector: Detector) -> None:
    check_hostile(
        detector,
        ["define('A', '", "secret_key=a", "password password", "ansible_pass=", "<?php 'password' => '", "identified by '"],
        length=30_000,
    )
