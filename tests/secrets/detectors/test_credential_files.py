"""Passwords in files that are made for them: .netrc, .pgpass, registries' and container logins, hashes of accounts."""

from __future__ import annotations

import pytest

from scangate.secrets.detectors import Detector, container_logins, netrc, package_registries, password_hashes, pgpass
from tests.support.secret_places import check_hostile, check_places, detections

FOUND: tuple[tuple[Detector, str, str], ...] = (
    (netrc, ".netrc", "machine api.internal login me password {pw}\n"),
    (netrc, "_netrc", "machine a\n  login me\n  password {pw}\nmachine b login x password {other}\n"),
    (netrc, "a.sh", 'echo "machine github.com login me password {pw}" > ~/.netrc\n'),
    (netrc, ".netrc", 'default login anonymous password "{pw}"\n'),
    (pgpass, ".pgpass", "db.internal:5432:app:me:{pw}\n*:*:*:postgres:{other}\n"),
    (pgpass, "a.sh", 'echo "db:5432:app:me:{pw}" >> ~/.pgpass\n'),
    (pgpass, "notes.txt", "db.internal:5432:app:me:{pw}\n"),
    (package_registries, ".npmrc", "//registry.npmjs.org/:_authToken={pw}\n"),
    (package_registries, ".npmrc", 'registry=https://x/\n_auth={basic}\n_auth = "{basic}"\n'),
    (package_registries, ".npmrc", "//npm.internal/repo/:_password={encoded}\n//npm.internal/repo/:username=me\n"),
    (package_registries, "a.sh", "npm config set //registry.npmjs.org/:_authToken {pw}\n"),
    (package_registries, ".yarnrc.yml", 'npmAuthToken: "{pw}"\n'),
    (
        package_registries,
        ".pypirc",
        "[distutils]\nindex-servers = x\n[x]\nrepository = https://x\nusername = me\npassword = {pw}\n",
    ),
    (package_registries, ".bundle/config", 'BUNDLE_GEMS__INTERNAL: "me:{pw}"\n'),
    (package_registries, ".gem/credentials", "---\n:rubygems_api_key: {hex}\n"),
    (container_logins, "config.json", '{"auths": {"registry.internal": {"auth": "{basic}"}}}'),
    (container_logins, ".dockercfg", '{"https://index.docker.io/v1/": {"auth": "{basic}", "email": "a@b"}}'),
    (container_logins, "config.json", '{"auths": {"x": {"username": "me", "password": "{pw}", "identitytoken": "{other}"}}}'),
    (container_logins, "a.tf.json", '{"s": "{\\"auths\\": {\\"x\\": {\\"auth\\": \\"{basic}\\"}}}"}'),
    (password_hashes, ".htpasswd", "admin:{crypt}\n"),
    (password_hashes, "compose.yml", 'labels:\n - "traefik.http.middlewares.a.basicauth.users=admin:{crypt}"\n'),
    (password_hashes, "shadow", "root:{crypt}:19000:0:99999:7:::\n"),
    (password_hashes, "x.ldif", "dn: cn=x\nuserPassword: {pw}\n"),
)
SILENT: tuple[tuple[Detector, str, str], ...] = (
    (netrc, "README.md", "machine <host> login <user> password <password>\n"),
    (netrc, "a.py", "# the machine learning login password\n"),
    (netrc, "a.sh", "machine $HOST login $USER password $TOKEN\n"),
    (pgpass, ".pgpass", "# hostname:port:database:username:password\n"),
    (pgpass, "a.yml", "ports: ['127.0.0.1:5432:5432']\n"),
    (package_registries, ".npmrc", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n"),
    (package_registries, "a.py", "self._auth = BasicAuth(user)\nold_password = new_password\nx_auth = y\n"),
    (package_registries, "a.py", "self._password = password\nclass A:\n    _auth = None\n"),
    (package_registries, "a.js", "const _password: string = config._password;\n"),
    (container_logins, "a.json", '{"auth": "none", "x": {"auth": "bearer token"}}'),
    (password_hashes, "a.py", "CASES = ['bcrypt:$2y$', 'x:{SHA}']\n"),
    (password_hashes, "passwd", "root:x:0:0:root:/root:/bin/bash\ndaemon:*:1:1::/:/usr/sbin/nologin\n"),
    (password_hashes, "shadow", "daemon:*:19000:0:99999:7:::\nsshd:!:19000::::::\n"),
)


@pytest.mark.parametrize(("detector", "path", "template"), FOUND)
def test_passwords_are_found_in_their_places(detector: Detector, path: str, template: str) -> None:
    check_places(detector, template, path)


@pytest.mark.parametrize(("detector", "path", "text"), SILENT)
def test_references_and_other_texts_are_not(detector: Detector, path: str, text: str) -> None:
    assert not detections(detector, text, path)


def test_users_and_hosts_are_named() -> None:
    for detector, template in (
        (netrc, "machine api.internal login admin password {pw}\n"),
        (pgpass, "api.internal:5432:app:admin:{pw}\n"),
        (container_logins, '{"auths": {"api.internal": {"auth": "{basic}"}}}'),
    ):
        (found,) = check_places(detector, template)
        assert (found.user, found.host) == ("admin", "api.internal")


@pytest.mark.parametrize("detector", [netrc, pgpass, package_registries, container_logins, password_hashes])
def test_hostile_text_takes_linear_time(detector: Detector) -> None:
    pieces = [
        "machine a login b password ",
        "machine a ",
        "a:5432:a:a:",
        ":5432:",
        "\\:",
        "//a:_auth",
        "_auth=a",
        "[pypi]\n",
        "BUNDLE_A",
        "a:$2y$10$",
        "a:$",
    ]
    check_hostile(detector, [*pieces, '{"auth": "', "userpassword: "], ".htpasswd")
