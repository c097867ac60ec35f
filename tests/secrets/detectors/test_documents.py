"""Secrets in YAML, JSON and XML documents whose structure says that they are some."""

from __future__ import annotations

import pytest

from scangate.secrets.detectors import Detector, kubernetes, login_settings, named_values, terraform, xml_settings
from tests.support.secret_places import check_hostile, check_places, detections

KUBECONFIG = """\
apiVersion: v1
kind: Config
clusters: [{name: x, cluster: {server: 'https://x', certificate-authority-data: abc}}]
users:
- name: admin
  user:
    client-certificate-data: abc
    client-key-data: {encoded}
    token: {pw}
"""
FOUND: tuple[tuple[Detector, str, str], ...] = (
    (kubernetes, "s.yaml", "apiVersion: v1\nkind: Secret\ndata:\n  password: {encoded}\n"),
    (kubernetes, "s.yaml", "a: b\n---\nkind: Secret\nstringData:\n  password: {pw}\n  username: me\n  API_KEY: '{other}'\n"),
    (kubernetes, "s.yaml", "kind: List\nitems:\n- kind: Secret\n  data: {token: {encoded}}\n"),
    (kubernetes, "s.json", '{"kind": "Secret", "stringData": {"pw": "{pw}"}}'),
    (kubernetes, "s.yaml", "kind: Secret\nstringData:\n  password: |\n    {pw}\n"),
    (kubernetes, "config", KUBECONFIG),
    (named_values, "d.yaml", "env:\n- name: DB_PASSWORD\n  value: {pw}\n- name: HOST\n  value: x\n"),
    (named_values, "d.yaml", "env:\n- value: '{pw}'\n  name: dbPassword\n"),
    (named_values, "t.json", '{"environment": [{"name": "SECRET_KEY", "value": "{pw}"}]}'),
    (named_values, "p.json", '[{"ParameterKey": "DbPassword", "ParameterValue": "{pw}"}]'),
    (
        named_values,
        "compose.yml",
        'services:\n  a:\n    environment:\n      - DB_PASSWORD={pw}\n      - "X=1"\n      - \'API_TOKEN="{other}"\'\n',
    ),
    (login_settings, "sftp-config.json", '{"type": "sftp", // comment\n "host": "x", "user": "me", "password": "{pw}",}'),
    (login_settings, "database.yml", "production:\n  username: me\n  password: {pw}\n  host: db\n"),
    (login_settings, "settings.toml", '[db]\nhost = "db"\npassword = "{pw}"\n'),
    (login_settings, "auth.json", '{"http-basic": {"repo.internal": {"username": "me", "password": "{pw}"}}}'),
    (xml_settings, "settings.xml", "<server><id>x</id><username>me</username><password>{pw}</password></server>"),
    (xml_settings, "a.xml", "<a:password><![CDATA[{pw}]]></a:password>\n<dbPassword>\n  {other}\n</dbPassword>"),
    (xml_settings, "NuGet.config", '<x><add key="Username" value="me" /><add key="ClearTextPassword" value="{pw}" /></x>'),
    (xml_settings, "tomcat-users.xml", '<user username="admin" password="{pw}" roles="manager-gui"/>'),
    (xml_settings, "context.xml", "<Resource name='jdbc/x'\n  username='me'\n  password='{pw}'\n  url='jdbc:x'/>"),
    (xml_settings, "h.xml", '<property name="hibernate.connection.password">{pw}</property>'),
    (xml_settings, "sitemanager.xml", '<Server><Host>h</Host><User>me</User><Pass encoding="base64">{encoded}</Pass></Server>'),
    (
        terraform,
        "a.tf",
        'resource "x" "y" {\n  password = "{pw}"\n}\nvariable "db_password" {\n  type = string\n  default = "{other}"\n}\n',
    ),
    (terraform, "a.tfvars", 'db_password = "{pw}"\n'),
    (terraform, "a.tfstate", '{"terraform_version": "1", "lineage": "x", "outputs": {"pw": {"value": "{pw}", "sensitive": true}}}'),
    (
        terraform,
        "a.tfstate",
        (
            '{"terraform_version": "1", "lineage": "x", "resources": '
            '[{"type": "random_password", "instances": [{"attributes": {"result": "{pw}", "id": "x"}}]}]}'
        ),
    ),
)
SILENT: tuple[tuple[Detector, str, str], ...] = (
    (kubernetes, "c.yaml", "kind: ConfigMap\ndata:\n  a: b\nx: Secret\n"),
    (
        kubernetes,
        "s.yaml",
        "kind: Secret\ntype: kubernetes.io/tls\ndata:\n  tls.crt: YWJjZGVmZ2hpamtsbW5v\n  username: YWRtaW5pc3RyYXRvcg==\n",
    ),
    (kubernetes, "s.yaml", "kind: Secret\nstringData:\n  password: ${PASSWORD}\n  other: '{{ .Values.password }}'\n"),
    (kubernetes, "s.yaml", "kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgBabcdefghij\n"),
    (kubernetes, "s.yaml", "kind: ExternalSecret\nspec:\n  data:\n  - secretKey: password\n"),
    (named_values, "d.yaml", "env:\n- name: DB_PASSWORD\n  valueFrom: {secretKeyRef: {name: x, key: password}}\n"),
    (named_values, "d.yaml", "- name: DB_PASSWORD\n  value: !Ref Password\n- name: DB_PASSWORD\n  value: $(PASSWORD)\n"),
    (named_values, "d.yaml", "- name: PASSWORD_FILE\n  value: /run/secrets/x\n- name: TOKEN_URL\n  value: https://x\n"),
    (named_values, "t.json", '{"secrets": [{"name": "SECRET_KEY", "valueFrom": "arn:aws:x"}]}'),
    (
        named_values,
        "compose.yml",
        "environment:\n - DB_PASSWORD\n - DB_PASSWORD=${DB_PASSWORD}\n - PASSWORD_FILE=/x\ncommands:\n - PASSWORD=abc\n",
    ),
    (login_settings, "de.json", '{"password": "Passwort", "passwordHint": "Passwort vergessen?"}'),
    (login_settings, "openapi.yaml", "password:\n  type: string\nuser:\n  type: string\n"),
    (login_settings, "a.yml", "user: x\npassword: <%= ENV['PASSWORD'] %>\n"),
    (xml_settings, "a.xml", "<password>${env.PASSWORD}</password><password/><password></password>"),
    (
        xml_settings,
        "strings.xml",
        '<string name="password">Passwort</string><string name="enter_password">Enter the password</string>',
    ),
    (xml_settings, "a.html", '<input type="password" name="password" value="x"><label for="password">Password</label>'),
    (xml_settings, "a.xml", '<!-- <password>commented</password> --><field name="x" password="true"/>'),
    (
        terraform,
        "a.tf",
        'password = var.password\nsecret = "${var.x}"\nsecret_arn = "x"\nvariable "db_password" {\n  default = ""\n}\n',
    ),
    (terraform, "a.tf", 'variable "password_length" {\n  default = "20"\n}\n'),
)


@pytest.mark.parametrize(("detector", "path", "template"), FOUND)
def test_secrets_are_found_in_their_places(detector: Detector, path: str, template: str) -> None:
    check_places(detector, template, path)


@pytest.mark.parametrize(("detector", "path", "text"), SILENT)
def test_references_and_other_values_are_not(detector: Detector, path: str, text: str) -> None:
    assert not detections(detector, text, path)


def test_users_and_hosts_are_named() -> None:
    for detector, path, template in (
        (login_settings, "a.json", '{"host": "api.internal", "user": "admin", "password": "{pw}"}'),
        (xml_settings, "a.xml", "<s><host>api.internal</host><user>admin</user><pass>{pw}</pass></s>"),
    ):
        (found,) = check_places(detector, template, path)
        assert (found.user, found.host) == ("admin", "api.internal")


def test_a_value_in_a_block_is_reported_in_its_own_line() -> None:
    (found,) = check_places(kubernetes, "kind: Secret\nstringData:\n  password: |\n    {pw}\n", "s.yaml")
    assert found.start > len("kind: Secret\nstringData:\n  password: |\n")


@pytest.mark.parametrize("detector", [kubernetes, named_values, login_settings, xml_settings, terraform])
def test_hostile_text_takes_linear_time(detector: Detector) -> None:
    pieces = [
        "kind: Secret\ndata: {password: x}\n",
        "<password>",
        "<a password='",
        "<a b='c' ",
        "<!--",
        "<![CDATA[ ",
        '{"a":',
        "- name: PASSWORD\n  value: x\n",
    ]
    for path in ("a.yaml", "a.json", "a.xml", "a.tf"):
        check_hostile(detector, [*pieces, 'variable "a_password" {', "password = "], path, length=20_000)
